//! Cover: what the stops at work close of a position for sure.
//!
//! Only what is sure counts: a stop that is being cancelled, whose fate is unknown, or that waits for an entry which has not
//! filled, closes nothing; an exit whose entry has filled in part closes no more than that part; of a group, in which one
//! fill takes the others back, only the largest counts. The status bar and the guard (G32) count with this alone.
//!
//! Must not know: what is held but what it is told.

use super::order::{Order, OrderKey, OrderKind, OrderState, Side};
use crate::money::Qty;

/// Whether an order of this kind ends a loss: a stop or a trail.
pub const fn is_stop(kind: &OrderKind) -> bool {
    matches!(kind, OrderKind::Stop { .. } | OrderKind::Trail { .. } | OrderKind::StopProtect(_))
}

/// Whether an order is a stop that works, or waits at the broker for its trigger, against a position of this sign; `entry`
/// is the order whose exit it is, where there is one.
pub fn protects(order: &Order, entry: Option<&Order>, held: Qty) -> bool {
    let against = if held.is_positive() { Side::Sell } else { Side::Buy };
    order.spec.side == against
        && is_stop(&order.spec.kind)
        && order.other_kind.is_none()
        && matches!(order.state, OrderState::Held | OrderState::Working)
        && entry.is_none_or(|entry| entry.state.is_terminal() || entry.filled.is_positive())
}

/// How much a stop can close.
fn reach(order: &Order, entry: Option<&Order>) -> Qty {
    let left = order.remaining();
    match entry {
        Some(entry) if entry.state != OrderState::Filled && entry.filled.is_positive() => left.min(entry.filled),
        _ => left,
    }
}

/// Those of these orders that protect a position, with how much each closes; `find` knows the entries.
pub fn reaches<'o>(
    orders: impl Iterator<Item = &'o Order>,
    find: impl Fn(&OrderKey) -> Option<&'o Order>,
    held: Qty,
) -> Vec<(&'o Order, Qty)> {
    let mut all: Vec<(&Order, Qty)> = Vec::new();
    for order in orders {
        let entry = order.parent.as_ref().and_then(&find);
        if !protects(order, entry, held) {
            continue;
        }
        let reach = reach(order, entry);
        let group = order.spec.attributes.oca.as_ref().map(|oca| &oca.name);
        let same = |(o, _): &&mut (&Order, Qty)| {
            group.is_some() && o.spec.attributes.oca.as_ref().map(|oca| &oca.name) == group
        };
        match all.iter_mut().find(same) {
            Some(known) if known.1 < reach => *known = (order, reach),
            Some(_) => {}
            None => all.push((order, reach)),
        }
    }
    all
}

/// How much of a position these orders close for sure, at most all of it; `None` when that cannot be added up.
pub fn covered(reaches: &[(&Order, Qty)], held: Qty) -> Option<Qty> {
    let sum = reaches.iter().try_fold(Qty::ZERO, |sum, (_, reach)| sum.plus(*reach));
    sum.map(|sum| sum.min(held.abs()))
}

#[cfg(test)]
mod tests;
