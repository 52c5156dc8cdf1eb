//! Protection: which positions have a stop behind them, and what those stops leave at risk.
//!
//! A position is UNPROTECTED while it is larger than the stops that work against it (`trading.md` §1.17). Only what is sure
//! counts: a stop that is being cancelled, whose fate is unknown, or that waits for an entry which has not filled,
//! protects nothing.
//!
//! Must not know: the screen.

use std::collections::BTreeMap;

use super::model::Model;
use super::select;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKind, OrderState, Side};
use crate::domain::position::Position;
use crate::money::{Cash, Qty};

/// Whether an order of this type protects the other side of a position.
pub const fn is_stop(kind: &OrderKind) -> bool {
    matches!(kind, OrderKind::Stop { .. } | OrderKind::Trail { .. } | OrderKind::StopProtect(_))
}

/// Whether an order is a stop that works, or waits at the broker for its trigger, against a position of this sign.
fn protects(model: &Model, order: &Order, held: Qty) -> bool {
    let against = if held.is_positive() { Side::Sell } else { Side::Buy };
    let entry = order.parent.as_ref().and_then(|parent| select::order(model, parent));
    order.spec.side == against
        && is_stop(&order.spec.kind)
        && order.other_kind.is_none()
        && matches!(order.state, OrderState::Held | OrderState::Working)
        && entry.is_none_or(|entry| entry.state.is_terminal() || entry.filled.is_positive())
}

/// The stops that protect a position.
pub fn stops(model: &Model, con_id: ConId, held: Qty) -> impl Iterator<Item = &Order> {
    model.orders.live().filter(move |o| o.spec.con_id == con_id && protects(model, o, held))
}

/// How much a stop can close: what is left of it; of an exit whose entry has filled in part no more than that part.
fn reach(model: &Model, order: &Order) -> Qty {
    let left = order.remaining();
    let entry = order.parent.as_ref().and_then(|parent| select::order(model, parent));
    match entry {
        Some(entry) if entry.state != OrderState::Filled && entry.filled.is_positive() => left.min(entry.filled),
        _ => left,
    }
}

/// The stops that protect a position, with how much each can close. Of a group, in which one fill takes the others back,
/// only the largest counts.
fn reaches(model: &Model, con_id: ConId, held: Qty) -> Vec<(&Order, Qty)> {
    let mut all: Vec<(&Order, Qty)> = Vec::new();
    for order in stops(model, con_id, held) {
        let reach = reach(model, order);
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

/// How much of what is held of a contract has a stop behind it.
fn covered(model: &Model, con_id: ConId, held: Qty) -> Qty {
    let sum = reaches(model, con_id, held).iter().try_fold(Qty::ZERO, |sum, (_, reach)| sum.plus(*reach));
    sum.map_or(Qty::ZERO, |sum| sum.min(held.abs()))
}

/// How much of what is certainly held of a contract has no stop behind it.
pub fn uncovered(model: &Model, con_id: ConId) -> Qty {
    uncovered_after(model, con_id, select::certain(model, con_id).unwrap_or(Qty::ZERO))
}

/// How much of a position of `after` in a contract would have no stop behind it.
pub fn uncovered_after(model: &Model, con_id: ConId, after: Qty) -> Qty {
    after.abs().minus(covered(model, con_id, after)).unwrap_or(Qty::ZERO)
}

/// How many positions are UNPROTECTED.
pub fn unprotected(model: &Model) -> usize {
    model.positions.values().filter(|p| uncovered(model, p.con_id).is_positive()).count()
}

/// Looks at every position again, and answers those that have lost a stop and are not covered by the rest: the contract, what
/// is held, and how much of it is bare. A contract with a fill that its position does not show yet is looked at once it
/// does: the stop that has filled is no loss.
pub fn lost(model: &mut Model) -> Vec<(ConId, Qty, Qty)> {
    let mut now = BTreeMap::new();
    let mut lost = Vec::new();
    for position in model.positions.values().filter(|p| !p.qty.is_zero()) {
        let before = model.orders.covered.get(&position.con_id).copied().unwrap_or(Qty::ZERO);
        // While an exit makes room, its stop goes out again beside it.
        let yielding = model.orders.yielding.contains_key(&position.con_id);
        if yielding || !select::is_settled(model, position.con_id) {
            now.insert(position.con_id, before);
            continue;
        }
        let covered = covered(model, position.con_id, position.qty);
        let bare = position.qty.abs().minus(covered).unwrap_or(Qty::ZERO);
        if covered < before && bare.is_positive() {
            lost.push((position.con_id, position.qty, bare));
        }
        now.insert(position.con_id, covered);
    }
    model.orders.covered = now;
    lost
}

/// What is lost from the last price if every stop of a position fills at its trigger; `None` while a part has no stop or a
/// price is not known.
pub fn at_risk(model: &Model, position: &Position) -> Option<Cash> {
    if position.qty.is_zero() || uncovered(model, position.con_id).is_positive() {
        return None;
    }
    let last = model.market.quotes.get(&position.con_id)?.last?;
    let multiplier = select::instrument(model, position.con_id)?.multiplier;
    let (mut left, mut sum) = (position.qty.abs(), Cash::ZERO);
    for (order, reach) in reaches(model, position.con_id, position.qty) {
        let shares = reach.min(left);
        left = left.minus(shares)?;
        let trigger = order.spec.kind.trigger()?;
        let distance = if position.qty.is_positive() { last.minus(trigger)? } else { trigger.minus(last)? };
        sum = sum.plus(distance.value_of(shares, multiplier)?)?;
    }
    Some(sum)
}
