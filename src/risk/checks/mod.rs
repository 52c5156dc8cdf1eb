//! The checks, one function each, by their codes in `trading.md` §4.
//!
//! A missing input is a NOTE for a check that only notes or asks, and HARD for one that forbids; where the broker checks
//! the same thing itself (G20, G24, G25) it is a NOTE too, so that an account that does not report a value can be traded.
//! A function answers the finding or `None`; none of them looks at another's answer.
//!
//! Absent, because nothing here knows the input: shares to borrow and their fee
//! (G19), the gateway's restart (G28), what an account is charged for margin in a single contract (G25 takes what the buying
//! power says of all, and no less than the legal minimum), and the rows of options and futures but G34 and G35.

mod account;
mod class;
mod contract;
mod expiry;
mod position;
mod price;
mod repeat;
mod session;
mod size;

pub(super) use account::loss_percent;
pub(super) use class::classify;
pub(super) use contract::exits;
pub(super) use position::bares;
pub(super) use session::{locked_in, sleeps_until};

use rust_decimal::Decimal;

use super::{Class, Context, Finding, Weight};
use crate::domain::instrument::SecType;
use crate::domain::order::{OrderKey, OrderSpec, Side};
use crate::money::{Cash, Price, Qty};

/// An order without a limit is offered this much of what would pass at the present price.
const MARKET_ROOM: Decimal = Decimal::from_parts(99, 0, 0, false, 2);

/// Runs every check that applies to `class`; `own` is the order being changed, if one is.
pub(super) fn run(spec: &OrderSpec, ctx: &Context<'_>, class: Class, own: Option<&OrderKey>) -> Vec<Finding> {
    let both = [
        session::connection(ctx),
        session::clock(spec, ctx, own),
        session::mode(spec, ctx),
        contract::known(spec, ctx),
        contract::kind(ctx),
        contract::terms(spec, ctx),
        contract::tick(spec, ctx),
        price::band(spec, ctx),
        price::triggers(spec, ctx),
        price::market(spec, ctx, class),
        position::crossing(spec, ctx, own),
        session::auction(spec, ctx),
        session::sleeps(spec, ctx, class),
    ];
    let mut found: Vec<Finding> = both.into_iter().flatten().collect();
    if class == Class::Entry {
        let entry = [
            session::state(ctx),
            position::flip(spec, ctx, own),
            position::unknown(spec, ctx),
            repeat::duplicate(spec, ctx, own),
            repeat::rate(ctx, own),
            size::size(spec, ctx),
            size::value(spec, ctx),
            position::limit(spec, ctx, own),
            account::gross(spec, ctx),
            account::intents(ctx, own),
            account::loss(ctx),
            account::margin(spec, ctx),
            price::far(spec, ctx),
            price::quote(spec, ctx),
            session::blackout(spec, ctx),
            expiry::expires(ctx),
            expiry::spread(spec, ctx),
            size::settled(spec, ctx),
            size::volume(spec, ctx),
            price::takes(spec, ctx),
            position::short(spec, ctx),
        ];
        found.extend(entry.into_iter().flatten());
    }
    found.sort_by_key(|f| std::cmp::Reverse(f.weight));
    found
}

/// G07 and G25 of a combo, whose value is the most it can lose.
pub(super) fn of_combo(at_worst: Option<Cash>, ctx: &Context<'_>) -> Vec<Finding> {
    let said = |code, weight, text: String| Finding { code, weight, text, fix: None };
    let (Some(loss), Some(nlv)) = (at_worst, net(ctx)) else {
        let missing = if at_worst.is_none() { "the most it can lose" } else { "net liquidation" };
        return vec![said("G07", Weight::Hard, format!("the value cannot be checked: {missing} is not known"))];
    };
    let rows = ctx.limits.rows(ctx.mode);
    let mut found = Vec::new();
    let verdict =
        share(loss, nlv).and_then(|percent| Some((percent, beyond(percent, rows.value_confirm, rows.value_max)?)));
    if let Some((percent, (weight, limit, bound))) = verdict {
        let amount = crate::domain::shown::cash(loss);
        let text = format!("{amount} is {}% of NLV, {bound} {limit}%", shown_percent(percent, limit));
        found.push(said("G07", weight, text));
    }
    match ctx.available {
        Some(available) if loss > available => {
            let (needed, there) = (crate::domain::shown::cash(loss), crate::domain::shown::cash(available));
            found.push(said("G25", Weight::Hard, format!("needs {needed} at the worst, available {there}")));
        }
        Some(_) => {}
        None => found.push(said("G25", Weight::Note, "available funds are not known".into())),
    }
    found
}

/// What a future binds, in percent of what it stands for: above the initial margins of the indices, metals and oil in calm
/// markets. The contract's own margin is known to the broker alone, whose answer `v` shows.
const FUTURE_MARGIN: Decimal = Decimal::from_parts(15, 0, 0, false, 0);

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

/// A finding whose fix is a size, where there is one.
fn sized(found: Option<Finding>, spec: &OrderSpec, qty: Option<Qty>) -> Option<Finding> {
    match qty.filter(|q| q.is_positive()) {
        Some(qty) => fixed(found, spec, |s| s.qty = qty),
        None => found,
    }
}

/// `value` in percent of `nlv`.
fn share(value: Cash, nlv: Cash) -> Option<Decimal> {
    value.0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(nlv.0)
}

/// `percent` of an amount.
fn part(amount: Decimal, percent: Decimal) -> Option<Decimal> {
    amount.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)
}

/// Net liquidation, where it is something to compare with.
fn net(ctx: &Context<'_>) -> Option<Cash> {
    ctx.net_liquidation.filter(|n| n.is_positive())
}

/// Which of two limits a percentage is beyond: the one that forbids, else the one that asks.
fn beyond(percent: Decimal, confirm: Decimal, max: Decimal) -> Option<(Weight, Decimal, &'static str)> {
    if percent > max {
        Some((Weight::Hard, max, "at most"))
    } else if percent > confirm {
        Some((Weight::Confirm, confirm, "confirm above"))
    } else {
        None
    }
}

/// A percentage beside its limit: where a whole one would read as if it were within, with decimals.
fn shown_percent(percent: Decimal, limit: Decimal) -> String {
    let places = if percent.round() == limit { 2 } else { 0 };
    crate::domain::shown::fixed(percent, places)
}

/// The largest size on the contract's step of which `budget` pays `each`.
fn affordable(budget: Decimal, each: Decimal, ctx: &Context<'_>) -> Option<Qty> {
    let step = ctx.instrument.map_or(Decimal::ONE, |i| i.size_increment.0);
    budget.checked_div(each)?.checked_div(step)?.floor().checked_mul(step).map(|q| Qty(q.normalize()))
}

/// What an offer may spend of a budget: a price that moves until it is sent leaves room to move.
fn with_room(spec: &OrderSpec, budget: Decimal) -> Option<Decimal> {
    if spec.kind.limit().is_some() { Some(budget) } else { budget.checked_mul(MARKET_ROOM) }
}

/// Value of one unit of price and size.
fn multiplier(ctx: &Context<'_>) -> Decimal {
    ctx.instrument.map_or(Decimal::ONE, |i| i.multiplier)
}

/// What an order is worth, at the price it is valued at.
fn worth(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Cash> {
    each(price::price_of(spec, ctx)?, spec, ctx)?.checked_mul(spec.qty.0).map(Cash)
}

/// What one unit of an order is worth at a price, in the account's currency; `None` where the rate to it is not known. Of an option that is sold its strike, which a short may come to cost; of a
/// future about what it binds.
fn each(price: Price, spec: &OrderSpec, ctx: &Context<'_>) -> Option<Decimal> {
    let kind = ctx.instrument.map(|i| i.sec_type);
    match ctx.instrument.zip(ctx.currency).filter(|(i, own)| i.currency.as_str() != own.as_str()) {
        // One unit of a pair is one of its first currency.
        Some((i, own))
            if kind == Some(SecType::Forex)
                && i.symbol.split_once('.').is_some_and(|(first, _)| first == own.as_str()) =>
        {
            return Some(Decimal::ONE);
        }
        Some(_) => return None,
        None => {}
    }
    let strike = ctx.instrument.and_then(|i| i.strike).filter(|_| spec.side == Side::Sell);
    let value = strike.unwrap_or(price).0.checked_mul(multiplier(ctx))?;
    let value = if kind == Some(SecType::Future) { part(value, FUTURE_MARGIN)? } else { value };
    Some(value).filter(|each| *each > Decimal::ZERO)
}
