//! Protection: which positions have a stop behind them, and what those stops leave at risk.
//!
//! A position is UNPROTECTED while it is larger than the stops that work against it for sure (`trading.md` §1.17,
//! `crate::domain::cover`).
//!
//! Must not know: the screen.

use std::collections::BTreeMap;

use super::model::Model;
use super::select;
use crate::domain::cover;
pub use crate::domain::cover::is_stop;
use crate::domain::instrument::ConId;
use crate::domain::order::Order;
use crate::domain::position::Position;
use crate::money::{Cash, Qty};

/// The stops that protect a position.
pub fn stops(model: &Model, con_id: ConId, held: Qty) -> impl Iterator<Item = &Order> {
    let entry = move |o: &Order| o.parent.as_ref().and_then(|parent| select::order(model, parent));
    let heard = heard(model, con_id);
    heard.filter(move |o| cover::protects(o, entry(o), held))
}

/// The live orders of a contract that are known to be as they stand here.
fn heard(model: &Model, con_id: ConId) -> impl Iterator<Item = &Order> {
    model.orders.live().filter(move |o| o.spec.con_id == con_id && select::is_heard(model, o))
}

/// The stops that protect a position, with how much each can close.
fn reaches(model: &Model, con_id: ConId, held: Qty) -> Vec<(&Order, Qty)> {
    cover::reaches(heard(model, con_id), |key| select::order(model, key), held)
}

/// How much of what is held of a contract has a stop behind it.
fn covered(model: &Model, con_id: ConId, held: Qty) -> Qty {
    cover::covered(&reaches(model, con_id, held), held).unwrap_or(Qty::ZERO)
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
        let yielding = model.orders.yielding.get(&position.con_id).is_some_and(|plan| !plan.is_late(model.now));
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
