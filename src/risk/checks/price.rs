//! The price against the market: bands (G11, G12), taking (G13), what it stands on (G14), market orders (G15).

use rust_decimal::Decimal;

use super::{finding, fixed, multiplier};
use crate::domain::account::Mode;
use crate::domain::instrument::{Instrument, SecType};
use crate::domain::order::{OrderKind, OrderSpec, Side};
use crate::domain::quote::{Quote, Truth};
use crate::domain::shown;
use crate::money::{Price, Rounding};
use crate::risk::{Class, Context, Finding, Weight};

/// G11 is never tighter than this many ticks.
const FAR_TICKS: i64 = 10;
/// G12 is never tighter than this many ticks.
const BAND_TICKS: i64 = 20;
/// What is offered in place of a limit that G12 refuses stays so much of the band inside it, in percent: on its edge the
/// next tick of the market would have it refused again.
const OFFER_ROOM: Decimal = Decimal::TEN;

/// The price an order is valued at: its limit, else its trigger, else the far touch, else the last trade.
pub(super) fn price_of(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Price> {
    let quoted = || far_touch(spec.side, ctx.quote?);
    spec.kind.limit().or_else(|| spec.kind.trigger()).or_else(quoted)
}

/// The price a market order would get, else the last one.
fn far_touch(side: Side, quote: &Quote) -> Option<Price> {
    match side {
        Side::Buy => quote.ask.or(quote.last),
        Side::Sell => quote.bid.or(quote.last),
    }
}

/// What a limit is measured from: the trigger of an order that waits for one, else the far touch.
fn measure(spec: &OrderSpec, ctx: &Context<'_>) -> Option<(Price, &'static str)> {
    match spec.kind.trigger() {
        Some(trigger) => Some((trigger, "trigger")),
        None => {
            // Nobody bids for an option that is worth nothing: what it traded at when it was worth more says nothing of a sale.
            let option = ctx.instrument.is_some_and(|i| i.sec_type.is_option());
            let quote = ctx.quote.filter(|q| option && spec.side == Side::Sell && q.bid.is_none());
            if let Some(ask) = quote.and_then(|q| q.ask) {
                return Some((ask, "ask"));
            }
            let name = if spec.side == Side::Buy { "ask" } else { "bid" };
            far_touch(spec.side, ctx.quote?).map(|far| (far, name))
        }
    }
}

/// How far a limit lies through the market: what it is measured from, in percent of it, and the edge of a band.
struct Through {
    from: Price,
    name: &'static str,
    percent: Decimal,
    edge: Price,
    /// What is offered instead: so far inside that the market may move before it is sent.
    offer: Price,
}

/// How a limit lies beyond a band, if it does.
fn through(
    spec: &OrderSpec,
    instrument: &Instrument,
    at: (Price, &'static str),
    band: (Decimal, i64),
) -> Option<Through> {
    let (limit, (from, name)) = (spec.kind.limit()?, at);
    let ticks = instrument.rule.tick_at(from).times(Decimal::from(band.1))?;
    let width = ticks.max(Price(super::part(from.0, band.0)?));
    let room = Price(super::part(width.0, OFFER_ROOM)?);
    let (edge, offer, beyond) = match spec.side {
        Side::Buy => from.plus(width).and_then(|edge| Some((edge, edge.minus(room)?, limit > edge)))?,
        Side::Sell => from.minus(width).and_then(|edge| Some((edge, edge.plus(room)?, limit < edge)))?,
    };
    let percent = limit.minus(from)?.abs().0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(from.0)?;
    beyond.then_some(Through { from, name, percent, edge, offer })
}

/// G12: a limit far through the other side is a typing error; IBKR refuses it too.
pub(super) fn band(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let instrument = ctx.instrument?;
    spec.kind.limit()?;
    let Some(at) = measure(spec, ctx) else {
        return finding("G12", Weight::Hard, format!("no market price of {} to compare the limit with", spec.symbol));
    };
    let band = band_max(spec, ctx);
    let (most, found) = (band.0, through(spec, instrument, at, band)?);
    let found = Through { edge: found.offer, ..found };
    say(spec, instrument, &found, "G12", Weight::Hard, &format!("at most {most}%"))
}

/// The band that forbids, in percent and ticks: the account's for stocks, IBKR's own for the other kinds.
fn band_max(spec: &OrderSpec, ctx: &Context<'_>) -> (Decimal, i64) {
    let own = ctx.limits.of(spec.symbol.as_str()).and_then(|own| own.band_max);
    let (percent, ticks) = match ctx.instrument.map(|i| i.sec_type) {
        Some(SecType::Option | SecType::FutureOption) => (Decimal::from(20), 10),
        Some(SecType::Future) => (Decimal::from(3), 0),
        Some(SecType::Forex) => (Decimal::from(2), 0),
        _ => (ctx.limits.rows(ctx.mode).band_max, BAND_TICKS),
    };
    (own.unwrap_or(percent), ticks)
}

/// The band that asks, in percent and ticks.
fn band_confirm(spec: &OrderSpec, ctx: &Context<'_>) -> (Decimal, i64) {
    let own = ctx.limits.of(spec.symbol.as_str()).and_then(|own| own.band_confirm);
    let (percent, ticks) = match ctx.instrument.map(|i| i.sec_type) {
        Some(SecType::Option | SecType::FutureOption) => (Decimal::TEN, 5),
        Some(SecType::Future | SecType::Forex) => (Decimal::new(5, 1), 0),
        _ => (ctx.limits.rows(ctx.mode).band_confirm, FAR_TICKS),
    };
    (own.unwrap_or(percent), ticks)
}

/// G11: a limit well through the far touch asks; while the spread is wide, through the last trade too.
pub(super) fn far(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let (instrument, at) = (ctx.instrument?, measure(spec, ctx)?);
    let rows = ctx.limits.rows(ctx.mode);
    let band = band_confirm(spec, ctx);
    let limit = band.0;
    let last = ctx.quote.filter(|q| spread(q).is_some_and(|s| s > rows.spread_max)).and_then(|q| q.last);
    let last = last.filter(|_| spec.kind.trigger().is_none()).map(|last| (last, "last"));
    let found = std::iter::once(at).chain(last).find_map(|at| through(spec, instrument, at, band))?;
    if through(spec, instrument, at, band_max(spec, ctx)).is_some() {
        return None;
    }
    say(spec, instrument, &found, "G11", Weight::Confirm, &format!("confirm above {limit}%"))
}

/// Says how far through, and offers the edge.
fn say(
    spec: &OrderSpec,
    instrument: &Instrument,
    through: &Through,
    code: &'static str,
    weight: Weight,
    bound: &str,
) -> Option<Finding> {
    let word = if spec.side == Side::Buy { "above" } else { "below" };
    let (percent, from) = (through.percent.round_dp(1), shown::price(through.from, &instrument.rule));
    let found = finding(code, weight, format!("{percent}% {word} the {} {from}, {bound}", through.name));
    let inward = if spec.side == Side::Buy { Rounding::Down } else { Rounding::Up };
    match instrument.rule.round(through.edge, inward).filter(|near| near.is_positive()) {
        Some(near) => fixed(found, spec, |s| s.kind = s.kind.with_limit(near)),
        None => found,
    }
}

/// Whether an order would fill at once against this quote.
pub(super) fn crosses(spec: &OrderSpec, quote: &Quote) -> bool {
    match (spec.kind, spec.side) {
        (kind, _) if kind.takes_at_once() => true,
        (OrderKind::Limit(limit), Side::Buy) => quote.ask.is_some_and(|ask| limit >= ask),
        (OrderKind::Limit(limit), Side::Sell) => quote.bid.is_some_and(|bid| limit <= bid),
        _ => false,
    }
}

/// G13: the order takes liquidity; what crossing costs.
pub(super) fn takes(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let quote = ctx.quote?;
    let (bid, ask) = (quote.bid?, quote.ask?);
    if !crosses(spec, quote) {
        return None;
    }
    let half = Price(ask.minus(bid)?.0.checked_div(Decimal::TWO)?);
    let cost = half.value_of(spec.qty, multiplier(ctx))?;
    let side = if spec.side == Side::Buy { "ask" } else { "bid" };
    finding("G13", Weight::Note, format!("takes: fills at once at the {side}, crossing costs {}", shown::cash(cost)))
}

/// G13: what waits for a trigger that has been passed already does not wait; asks, whatever it does to the position.
pub(super) fn triggers(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let (trigger, last) = (spec.kind.trigger()?, ctx.quote?.last?);
    let rises = match spec.kind {
        OrderKind::Touched { .. } => spec.side == Side::Sell,
        _ => spec.side == Side::Buy,
    };
    let passed = if rises { last >= trigger } else { last <= trigger };
    if !passed {
        return None;
    }
    // Who names a trigger means to wait: on the wrong side it is nearly always the other type that was meant.
    let found = finding("G13", Weight::Confirm, format!("triggers at once: the last {last} is past {trigger}"));
    let waits = match spec.kind {
        OrderKind::Stop { limit: None, .. } => Some(OrderKind::Limit(trigger)),
        OrderKind::Touched { limit: None, .. } => Some(OrderKind::Stop { trigger, limit: None }),
        _ => None,
    };
    match waits {
        Some(kind) => fixed(found, spec, |fix| fix.kind = kind),
        None => found,
    }
}

/// The spread in percent of the middle.
pub(super) fn spread(quote: &Quote) -> Option<Decimal> {
    let (bid, ask) = (quote.bid?, quote.ask?);
    ask.minus(bid)?.0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(quote.mid()?.0)
}

/// G15: market orders with real money ask, and go neither outside regular hours nor across a wide spread; exits only ask,
/// and not in regular hours. A stop says what it becomes.
pub(super) fn market(spec: &OrderSpec, ctx: &Context<'_>, class: Class) -> Option<Finding> {
    if spec.kind.is_market_once_triggered() && class == Class::Entry {
        return finding("G15", Weight::Note, "becomes a market order");
    }
    if !spec.kind.takes_at_once() || ctx.mode == Mode::Paper {
        return None;
    }
    let regular = super::session::is_regular(ctx);
    if class == Class::Exit {
        return if regular { None } else { finding("G15", Weight::Confirm, "a market order outside regular hours") };
    }
    let most = ctx.limits.rows(ctx.mode).spread_max;
    let wide = ctx.quote.and_then(spread).filter(|spread| *spread > most);
    let found = if !regular {
        finding("G15", Weight::Hard, "no market orders outside regular hours")
    } else if ctx.truth == Truth::Halted {
        finding("G15", Weight::Hard, format!("{} is halted: no market orders", spec.symbol))
    } else if let Some(wide) = wide {
        let places = if wide.round_dp(1) == most { 3 } else { 1 };
        let text = format!("the spread is {}%, at most {most}% for a market order", shown::fixed(wide, places));
        finding("G15", Weight::Hard, text)
    } else {
        return finding("G15", Weight::Confirm, "a market order fills at any price");
    };
    match ctx.quote.and_then(|quote| far_touch(spec.side, quote)) {
        Some(far) => fixed(found, spec, |s| s.kind = OrderKind::Limit(far)),
        None => found,
    }
}

/// G14: what the price stands on. A market order needs a live, two-sided quote; a limit against an old one asks.
pub(super) fn quote(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let two_sided = ctx.quote.is_some_and(Quote::is_two_sided);
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
