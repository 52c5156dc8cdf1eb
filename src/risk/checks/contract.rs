//! The contract and the terms it takes (G04, G05, G10, G16), for an order and for the exits that go out with it.

use rust_decimal::Decimal;

use super::{finding, fixed, price};
use crate::domain::instrument::{Instrument, SecType};
use crate::domain::order::{Distance, OrderKind, OrderSpec, Session, Side, Tif};
use crate::domain::shown;
use crate::domain::{algos, conditions};
use crate::money::{Price, Qty, Rounding};
use crate::risk::{Context, Finding, Weight};

/// G04: the contract is confirmed by the broker and is the one the order names.
pub(super) fn known(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    match ctx.instrument {
        Some(instrument) if instrument.con_id == spec.con_id => None,
        _ => {
            finding("G04", Weight::Hard, format!("the contract of {} is not confirmed by the broker yet", spec.symbol))
        }
    }
}

/// G05: the kind of contract is one this desk trades.
pub(super) fn kind(ctx: &Context<'_>) -> Option<Finding> {
    let kind = ctx.instrument.map(|i| i.sec_type).filter(|kind| !kind.is_traded())?;
    finding("G05", Weight::Hard, format!("the contract is {}", kind.noun()))
}

/// G16: what the contract does not list, tests that an order of its type cannot have, types and times that stocks do not
/// have, and hours that a time in force cannot reach (`trading.md` D12).
pub(super) fn terms(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let is = ctx.instrument.map(|i| i.sec_type);
    let foreign = match spec.kind {
        OrderKind::MarketProtect | OrderKind::StopProtect(_) if is != Some(SecType::Future) => Some("futures"),
        OrderKind::Volatility(_) if !is.is_some_and(SecType::is_option) => Some("options"),
        _ => None,
    };
    if let (Some(whose), Some(is)) = (foreign, is) {
        let text = format!("{} is a type of {whose}, {} is {}", spec.kind.keyword(), spec.symbol, is.noun());
        return finding("G16", Weight::Hard, text);
    }
    if let Some(text) = routed(spec, ctx) {
        return finding("G16", Weight::Hard, text);
    }
    if let Some((_, text)) = ctx.instrument.and_then(|i| i.takes.refuses(spec)) {
        return finding("G16", Weight::Hard, text);
    }
    if let Some((_, text)) = conditions::obstacle(&spec.kind, &spec.attributes) {
        return finding("G16", Weight::Hard, text);
    }
    if let Some(text) = algos::obstacle(&spec.kind, Some(spec.tif), Some(spec.qty), &spec.attributes) {
        return finding("G16", Weight::Hard, text);
    }
    if let Some(is) = is.filter(|is| spec.tif == Tif::FiveMinutes && *is != SecType::Crypto) {
        let found = finding("G16", Weight::Hard, format!("5min is for crypto, {} is {}", spec.symbol, is.noun()));
        return fixed(found, spec, |s| s.tif = Tif::Day);
    }
    if matches!(spec.tif, Tif::Ioc | Tif::Fok) && spec.session != Session::Regular {
        let text = format!("{} works in regular hours only, not in {}", spec.tif, spec.session.keyword());
        return fixed(finding("G16", Weight::Hard, text), spec, |s| s.session = Session::Regular);
    }
    None
}

/// What is wrong with where an order is routed: to the exchange of its contract, or to the venue that `via` names.
fn routed(spec: &OrderSpec, ctx: &Context<'_>) -> Option<String> {
    let own = ctx.instrument?.exchange.as_str();
    let said = spec.attributes.via.as_deref().unwrap_or(own);
    (spec.exchange.as_str() != said).then(|| format!("it is routed to {}, not to {said}", spec.exchange))
}

/// G10: the numbers are ones the market accepts: a positive size on the size increment, a positive price on the tick.
pub(super) fn tick(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
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
    if let Some(found) = distance(spec) {
        return Some(found);
    }
    let trigger = spec.kind.trigger()?;
    let found = price_on_tick("trigger", trigger, instrument)?;
    match instrument.rule.round(trigger, away).filter(|near| near.is_positive()) {
        Some(near) => fixed(Some(found), spec, |s| s.kind = s.kind.with_trigger(near)),
        None => Some(found),
    }
}

/// A trail follows at a distance that is one: above nothing, and below the whole price.
fn distance(spec: &OrderSpec) -> Option<Finding> {
    let OrderKind::Trail { by, .. } = spec.kind else { return None };
    let (fair, shown) = match by {
        Distance::Money(by) => (by.is_positive(), by.to_string()),
        Distance::Percent(by) => (by > Decimal::ZERO && by < Decimal::ONE_HUNDRED, format!("{by}%")),
    };
    if fair { None } else { finding("G10", Weight::Hard, format!("{shown} is not a distance to trail by")) }
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
pub(in crate::risk) fn exits<'e>(
    entry: &OrderSpec,
    exits: impl IntoIterator<Item = &'e OrderSpec>,
    ctx: &Context<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let (mut stops, mut targets) = (Some(Qty::ZERO), Some(Qty::ZERO));
    let from = price::price_of(entry, ctx);
    for exit in exits {
        if entry.attributes.algo.is_some() && found.is_empty() {
            found.extend(finding("G16", Weight::Hard, "an order that an algorithm works brings no exits"));
        }
        found.extend(tick(exit, ctx).map(|f| Finding { fix: None, ..f }));
        found.extend(terms(exit, ctx).map(|f| Finding { fix: None, ..f }));
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
