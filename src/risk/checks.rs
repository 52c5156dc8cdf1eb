//! The checks, one function each, by their codes in `trading.md` §4.
//!
//! A missing input is a NOTE for a check that only notes or asks, and HARD for one that forbids. A function answers the
//! finding or `None`; none of them looks at another's answer.

use std::time::Duration;

use rust_decimal::Decimal;

use super::working::{is_attached, of_side};
use super::{Class, Context, Finding, Origin, Readiness, Weight};
use crate::domain::account::Mode;
use crate::domain::instrument::{Instrument, SecType};
use crate::domain::order::{OrderKey, OrderKind, OrderSpec, Side, Verb};
use crate::domain::shown;
use crate::money::{Cash, Price, Qty, Rounding};

/// G06 asks above this multiple of the default size; paper multiplies it by [`PAPER_FACTOR`].
const SIZE_MULTIPLE: i64 = 10;
/// How much wider G06 is in paper.
const PAPER_FACTOR: i64 = 5;
/// G07 in live: asks above, and forbids above, these percentages of net liquidation.
const VALUE_LIVE: (i64, i64) = (25, 100);
/// G07 in paper.
const VALUE_PAPER: (i64, i64) = (50, 400);
/// G07 offers a market order this much of what would pass at the present price.
const MARKET_ROOM: Decimal = Decimal::from_parts(99, 0, 0, false, 2);
/// G12: a limit this many percent through the far touch is refused; IBKR's own limit for stocks.
const BAND_PERCENT: i64 = 10;
/// G12: and never tighter than this many ticks.
const BAND_TICKS: i64 = 20;
/// G21: within this time the same order is a bounce of the key.
const BOUNCE: Duration = Duration::from_millis(300);
/// G21: within this time the same order is worth a word.
const AGAIN: Duration = Duration::from_secs(5);

/// Runs every check that applies to `class`; `own` is the order being changed, if one is.
pub(super) fn run(spec: &OrderSpec, ctx: &Context<'_>, class: Class, own: Option<&OrderKey>) -> Vec<Finding> {
    let both: [Option<Finding>; 6] =
        [session(ctx), mode(ctx), contract(spec, ctx), kind(ctx), tick(spec, ctx), band(spec, ctx)];
    let mut found: Vec<Finding> = both.into_iter().flatten().collect();
    if class == Class::Entry {
        let entry = [
            state(ctx),
            flip(spec, ctx, own),
            size(spec, ctx),
            value(spec, ctx),
            quote(spec, ctx),
            takes(spec, ctx),
            duplicate(spec, ctx, own),
        ];
        found.extend(entry.into_iter().flatten());
    }
    found.sort_by_key(|f| std::cmp::Reverse(f.weight));
    found
}

/// Entry or exit: an exit can neither increase the position nor cross zero, counting every other working order of its side
/// that does not fill instead of it.
pub(super) fn classify(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Class {
    if is_attached(spec, ctx, own) {
        return Class::Exit;
    }
    let Some(position) = ctx.position else { return Class::Entry };
    let reduces = match spec.side {
        Side::Buy => position.is_negative(),
        Side::Sell => position.is_positive(),
    };
    let total = open(spec, ctx, own).and_then(|open| of_side(spec.side, spec, ctx, own)?.plus(open));
    match total {
        Some(total) if reduces && total <= position.abs() => Class::Exit,
        _ => Class::Entry,
    }
}

/// What of an order can still fill: of a changed one the total without what has filled, which the position has felt already.
fn open(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Qty> {
    spec.qty.minus(filled(ctx, own))
}

/// What has filled of the order being changed.
fn filled(ctx: &Context<'_>, own: Option<&OrderKey>) -> Qty {
    own.and_then(|key| ctx.working.iter().find(|o| o.key == *key)).map_or(Qty::ZERO, |o| o.filled)
}

/// A finding without a fix.
#[expect(clippy::unnecessary_wraps, reason = "a check answers an option, so that its last line reads as its verdict")]
fn finding(code: &'static str, weight: Weight, text: impl Into<String>) -> Option<Finding> {
    Some(Finding { code, weight, text: text.into(), fix: None })
}

/// A finding whose fix is `spec` changed by `change`.
fn fixed(found: Option<Finding>, spec: &OrderSpec, change: impl FnOnce(&mut OrderSpec)) -> Option<Finding> {
    let mut fix = spec.clone();
    change(&mut fix);
    found.map(|f| Finding { fix: Some(Box::new(fix)), ..f })
}

/// G01: the connection.
fn session(ctx: &Context<'_>) -> Option<Finding> {
    let text = match ctx.readiness {
        Readiness::Ready => return None,
        Readiness::Down => "not connected: it waits for READY. The ticket is kept.",
        Readiness::IbLost => "IB's servers are not reachable (1100): new orders wait.",
        Readiness::Mute => "the gateway does not answer: new orders wait.",
        Readiness::ReadOnly => "read-only: this profile or gateway refuses orders.",
    };
    finding("G01", Weight::Hard, text)
}

/// G02: the account is of the mode the profile asks for.
fn mode(ctx: &Context<'_>) -> Option<Finding> {
    match ctx.account {
        None if ctx.readiness == Readiness::Ready => finding("G02", Weight::Hard, "no account is known"),
        Some(account) if account.mode() != ctx.mode => {
            let text = format!("account {account} is {}, the profile is {}", account.mode().word(), ctx.mode.word());
            finding("G02", Weight::Hard, text)
        }
        _ => None,
    }
}

/// G03: HALT lets exits and cancels pass, nothing else.
fn state(ctx: &Context<'_>) -> Option<Finding> {
    if ctx.halted { finding("G03", Weight::Hard, "HALT: exits and cancels only; o h lifts it") } else { None }
}

/// G04: the contract is confirmed by the broker and is the one the order names.
fn contract(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    match ctx.instrument {
        Some(instrument) if instrument.con_id == spec.con_id => None,
        _ => {
            finding("G04", Weight::Hard, format!("the contract of {} is not confirmed by the broker yet", spec.symbol))
        }
    }
}

/// G05: the kind of contract is one this desk trades.
fn kind(ctx: &Context<'_>) -> Option<Finding> {
    match ctx.instrument.map(|i| i.sec_type) {
        Some(SecType::Other) => finding("G05", Weight::Hard, "only stocks and ETFs are traded here"),
        _ => None,
    }
}

/// G10: the numbers are ones the market accepts: a positive size on the size increment, a positive price on the tick.
fn tick(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let instrument = ctx.instrument?;
    let step = instrument.size_increment.0;
    let whole = step <= Decimal::ZERO || spec.qty.0.checked_rem(step).is_some_and(|rest| rest.is_zero());
    if !spec.qty.is_positive() || !whole {
        return finding("G10", Weight::Hard, format!("{} is not a size: multiples of {}", spec.qty, step.normalize()));
    }
    let away = if spec.side == Side::Buy { Rounding::Down } else { Rounding::Up };
    if let Some(limit) = spec.kind.limit()
        && let Some(found) = price_on_tick("limit", limit, instrument)
    {
        return match instrument.rule.round(limit, away).filter(|near| near.is_positive()) {
            Some(near) => fixed(Some(found), spec, |s| s.kind = s.kind.with_limit(near)),
            None => Some(found),
        };
    }
    let trigger = spec.kind.trigger()?;
    let found = price_on_tick("trigger", trigger, instrument)?;
    match instrument.rule.round(trigger, away).filter(|near| near.is_positive()) {
        Some(near) => fixed(Some(found), spec, |s| s.kind = s.kind.with_trigger(near)),
        None => Some(found),
    }
}

/// What is wrong with a price, if the market does not take it.
fn price_on_tick(what: &str, price: Price, instrument: &Instrument) -> Option<Finding> {
    if !price.is_positive() {
        return finding("G10", Weight::Hard, format!("the {what} is not a price"));
    }
    if instrument.rule.accepts(price) {
        return None;
    }
    finding("G10", Weight::Hard, format!("{price} is off the {} tick", instrument.rule.tick_at(price)))
}

/// The exits that go out with an entry: each opposite to it, in its contract, at prices the market takes, and on the side of
/// its price where an exit belongs; all stops together, and all targets together, never more than the entry.
pub(super) fn exits<'e>(
    entry: &OrderSpec,
    exits: impl IntoIterator<Item = &'e OrderSpec>,
    ctx: &Context<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let (mut stops, mut targets) = (Some(Qty::ZERO), Some(Qty::ZERO));
    let from = price_of(entry, ctx);
    for exit in exits {
        found.extend(tick(exit, ctx).map(|f| Finding { fix: None, ..f }));
        if exit.con_id != entry.con_id || exit.side != entry.side.opposite() {
            found.extend(finding("G10", Weight::Hard, "an exit is in the entry's contract and on its other side"));
        }
        let stop = exit.kind.is_triggered();
        let sum = if stop { &mut stops } else { &mut targets };
        *sum = sum.and_then(|sum| sum.plus(exit.qty));
        if let (Some(at), Some(from)) = (exit.kind.handle(), from) {
            let below = exit.side == Side::Sell;
            let wrong = if stop == below { at >= from } else { at <= from };
            if wrong {
                let (word, way) = if stop { ("stop", "loss") } else { ("target", "gain") };
                let text = format!("the {word} {at} is not on the {way}'s side of {from}");
                found.extend(finding("G10", Weight::Hard, text));
            }
        }
    }
    for (word, sum) in [("stops", stops), ("targets", targets)] {
        if sum.is_none_or(|sum| sum > entry.qty) {
            let text = format!("the {word} are larger together than the entry of {}", shown::qty(entry.qty));
            found.extend(finding("G10", Weight::Hard, text));
        }
    }
    found
}

/// G06: the size against the symbol's default.
fn size(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let factor = if ctx.mode == Mode::Paper { PAPER_FACTOR } else { 1 };
    let multiple = SIZE_MULTIPLE.checked_mul(factor)?;
    let most = ctx.limits.default_size.times(Decimal::from(multiple))?;
    if spec.qty <= most {
        return None;
    }
    let text = format!(
        "{} is more than {multiple} × the default {}",
        shown::qty(spec.qty),
        shown::qty(ctx.limits.default_size)
    );
    fixed(finding("G06", Weight::Confirm, text), spec, |s| s.qty = most)
}

/// The price an order is valued at: its limit, else the far touch, else the last trade.
pub(super) fn price_of(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Price> {
    let quote = ctx.quote?;
    let far = match spec.side {
        Side::Buy => quote.ask,
        Side::Sell => quote.bid,
    };
    spec.kind.limit().or(far).or(quote.last)
}

/// G07: the value against net liquidation.
fn value(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let (ask_above, at_most) = if ctx.mode == Mode::Paper { VALUE_PAPER } else { VALUE_LIVE };
    let price = spec.kind.limit().or_else(|| price_of(spec, ctx));
    let multiplier = ctx.instrument.map_or(Decimal::ONE, |i| i.multiplier);
    let nlv = ctx.net_liquidation.filter(|n| n.is_positive());
    let (Some(price), Some(nlv)) = (price, nlv) else {
        let missing = if nlv.is_none() { "net liquidation" } else { "the price" };
        return finding("G07", Weight::Hard, format!("the value cannot be checked: {missing} is not known"));
    };
    let Some(value) = price.value_of(spec.qty, multiplier) else {
        return finding("G07", Weight::Hard, "the value is too large to compute");
    };
    let Some(percent) = share(value, nlv) else {
        return finding("G07", Weight::Hard, "the value is too large to compare");
    };
    let (weight, limit) = if percent > Decimal::from(at_most) {
        (Weight::Hard, at_most)
    } else if percent > Decimal::from(ask_above) {
        (Weight::Confirm, ask_above)
    } else {
        return None;
    };
    let bound = if weight == Weight::Hard { "at most" } else { "confirm above" };
    // Just above the limit a whole percent would read as if it were within.
    let places = if percent.round() == Decimal::from(limit) { 2 } else { 0 };
    let text = format!("{} is {}% of NLV, {bound} {limit}%", shown::cash(value), shown::fixed(percent, places));
    let found = finding("G07", weight, text);
    // A price that moves until it is sent leaves room to move.
    let budget = if spec.kind.limit().is_some() { nlv } else { nlv.times(MARKET_ROOM)? };
    match largest(price, budget, limit, multiplier, ctx) {
        Some(qty) if qty.is_positive() => fixed(found, spec, |s| s.qty = qty),
        _ => found,
    }
}

/// `value` in percent of `nlv`.
fn share(value: Cash, nlv: Cash) -> Option<Decimal> {
    value.0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(nlv.0)
}

/// The largest size whose value stays within `percent` of `nlv`.
fn largest(price: Price, nlv: Cash, percent: i64, multiplier: Decimal, ctx: &Context<'_>) -> Option<Qty> {
    let budget = nlv.0.checked_mul(Decimal::from(percent))?.checked_div(Decimal::ONE_HUNDRED)?;
    let each = price.0.checked_mul(multiplier)?;
    let step = ctx.instrument.map_or(Decimal::ONE, |i| i.size_increment.0);
    budget.checked_div(each)?.checked_div(step)?.floor().checked_mul(step).map(|q| Qty(q.normalize()))
}

/// G12: a limit far through the other side is a typing error; IBKR refuses it too.
fn band(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let (limit, instrument) = (spec.kind.limit()?, ctx.instrument?);
    let far = match spec.side {
        Side::Buy => ctx.quote.and_then(|q| q.ask.or(q.last)),
        Side::Sell => ctx.quote.and_then(|q| q.bid.or(q.last)),
    };
    let Some(far) = far else {
        return finding("G12", Weight::Hard, format!("no market price of {} to compare the limit with", spec.symbol));
    };
    let ticks = instrument.rule.tick_at(far).times(Decimal::from(BAND_TICKS))?;
    let percent = far.times(Decimal::new(BAND_PERCENT, 2))?;
    let width = ticks.max(percent);
    let (edge, through) = match spec.side {
        Side::Buy => far.plus(width).map(|edge| (edge, limit > edge))?,
        Side::Sell => far.minus(width).map(|edge| (edge, limit < edge))?,
    };
    if !through {
        return None;
    }
    let distance = limit.minus(far)?.abs().0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(far.0)?.round_dp(1);
    let (word, name) = if spec.side == Side::Buy { ("above", "ask") } else { ("below", "bid") };
    let text =
        format!("{distance}% {word} the {name} {}, at most {BAND_PERCENT}%", shown::price(far, &instrument.rule));
    let found = finding("G12", Weight::Hard, text);
    let inward = if spec.side == Side::Buy { Rounding::Down } else { Rounding::Up };
    match instrument.rule.round(edge, inward) {
        Some(near) => fixed(found, spec, |s| s.kind = s.kind.with_limit(near)),
        None => found,
    }
}

/// G13: the order takes liquidity; what crossing costs.
fn takes(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let quote = ctx.quote?;
    let (bid, ask) = (quote.bid?, quote.ask?);
    let crosses = match (spec.kind, spec.side) {
        (kind, _) if kind.takes_at_once() => true,
        (OrderKind::Limit(limit), Side::Buy) => limit >= ask,
        (OrderKind::Limit(limit), Side::Sell) => limit <= bid,
        _ => false,
    };
    if !crosses {
        return None;
    }
    let multiplier = ctx.instrument.map_or(Decimal::ONE, |i| i.multiplier);
    let half = Price(ask.minus(bid)?.0.checked_div(Decimal::TWO)?);
    let cost = half.value_of(spec.qty, multiplier)?;
    let side = if spec.side == Side::Buy { "ask" } else { "bid" };
    finding("G13", Weight::Note, format!("takes: fills at once at the {side}, crossing costs {}", shown::cash(cost)))
}

/// G14: what the price stands on. A market order needs a live, two-sided quote; a limit against an old one asks.
fn quote(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    use crate::domain::quote::Truth;
    let two_sided = ctx.quote.is_some_and(crate::domain::quote::Quote::is_two_sided);
    if spec.kind.takes_at_once() && (!ctx.truth.is_live() || !two_sided) {
        return finding("G14", Weight::Hard, format!("a market order needs a live quote of {}", spec.symbol));
    }
    match ctx.truth {
        Truth::Live => None,
        Truth::Quiet(age) => finding("G14", Weight::Note, format!("quote quiet {}", shown::age(age).trim())),
        Truth::Stale(age) => {
            let text = format!("the quote of {} is STALE, {} old", spec.symbol, shown::age(age).trim());
            finding("G14", Weight::Confirm, text)
        }
        Truth::Delayed => finding("G14", Weight::Confirm, format!("the quote of {} is delayed by 15 min", spec.symbol)),
        Truth::Frozen => {
            finding("G14", Weight::Confirm, format!("the quote of {} is frozen at the close", spec.symbol))
        }
        Truth::Halted => finding("G14", Weight::Confirm, format!("{} is halted", spec.symbol)),
        Truth::Asked | Truth::Absent => {
            finding("G14", Weight::Confirm, format!("no quote of {} is known", spec.symbol))
        }
    }
}

/// G18: `sell` never goes through zero; `short` says so, and a buy that crosses from short to long is a flip too. `flip` says
/// that it is meant.
fn flip(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    let Some(position) = ctx.position else {
        return finding("G18", Weight::Hard, format!("the position in {} is not known yet", spec.symbol));
    };
    let (Some(working), Some(open)) = (of_side(spec.side, spec, ctx, own), open(spec, ctx, own)) else {
        return finding("G18", Weight::Hard, "the orders at work are too large to add up");
    };
    let Some(total) = working.plus(open) else {
        return finding("G18", Weight::Hard, "the orders at work are too large to add up");
    };
    let held = position.abs();
    let rest = held.minus(working)?;
    let (text, verb_ok) = match (spec.verb, spec.side) {
        (Verb::Buy | Verb::Sell | Verb::Short, _) if spec.attributes.flip => (String::new(), true),
        (Verb::Close, _) => (format!("{}, closing {}", standing(position), shown::qty(open)), false),
        (Verb::Sell, Side::Sell) => (format!("{}, selling {}", standing(position), shown::qty(total)), false),
        (Verb::Short, Side::Sell) if position.is_positive() => {
            (format!("{}, shorting {}", standing(position), shown::qty(spec.qty)), false)
        }
        (Verb::Buy, Side::Buy) if position.is_negative() && total > held => {
            (format!("{}, buying {}", standing(position), shown::qty(total)), false)
        }
        _ => (String::new(), true),
    };
    if verb_ok {
        return None;
    }
    let way = if spec.verb == Verb::Sell && position <= Qty::ZERO { "; short sells what is not held" } else { "" };
    let found = finding("G18", Weight::Hard, format!("{text}: it would go through zero{way}"));
    match rest.plus(filled(ctx, own)) {
        Some(most) if rest.is_positive() => fixed(found, spec, |s| s.qty = most),
        _ => found,
    }
}

/// A position in words.
fn standing(position: Qty) -> String {
    if position.is_positive() {
        format!("long {}", shown::qty(position))
    } else if position.is_negative() {
        format!("short {}", shown::qty(position.abs()))
    } else {
        "flat".into()
    }
}

/// G21: the same order again.
fn duplicate(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    if own.is_some() {
        return None;
    }
    let before = ctx.recent.iter().find(|r| r.spec == *spec)?;
    let age = ctx.at.since(before.at);
    let weight = match ctx.origin {
        _ if age <= BOUNCE => Weight::Hard,
        _ if age > AGAIN => return None,
        Origin::Sentence => Weight::Confirm,
        Origin::Key => Weight::Note,
    };
    let tenths = age.as_millis().checked_div(100)?;
    let seconds = format!("{}.{}", tenths.checked_div(10)?, tenths.checked_rem(10)?);
    finding("G21", weight, format!("the same order was sent {seconds} s ago as {}", before.key))
}
