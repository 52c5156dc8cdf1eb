//! Alarms: what contradicts itself or leaves a position bare. They ring and stand as errors.
//!
//! Must not know: how a fact came in.

use super::{others, reconcile};
use crate::app::effect::{Effect, Step};
use crate::app::model::Model;
use crate::app::notices::Tone;
use crate::app::{protection, select, words};
use crate::domain::order::{Oca, OcaKind, Order, OrderKey, OrderState};
use crate::domain::shown;
use crate::money::Qty;

fn ring(model: &mut Model, step: &mut Step, text: String, key: Option<OrderKey>) {
    model.notices.say(model.now, Tone::Error, text, key);
    step.push(Effect::Bell);
}

/// Raises the alarm where a position has lost its stop.
pub(super) fn protection(model: &mut Model, step: &mut Step) {
    for (con_id, held, bare) in protection::lost(model) {
        let symbol = select::symbol(model, con_id).unwrap_or_default();
        let doubted = select::others_doubted(model).filter(|_| others::of_others(model, Some(con_id)).next().is_some());
        let why = doubted.map(|age| format!(" {}", others::not_known(age))).unwrap_or_default();
        let text =
            format!("UNPROTECTED: {symbol} {}, {} without a stop.{why}", words::standing(held), shown::qty(bare));
        ring(model, step, text, None);
    }
}

/// The fills of an order contradict its size, or the broker's own count of them.
pub(super) fn conflict(model: &mut Model, step: &mut Step, key: &OrderKey, text: String) {
    ring(model, step, text, Some(key.clone()));
    reconcile::ask(model, step);
}

/// The broker has two orders under one id: a change left the first alive. Each is a row of its own; which of them a change or a
/// cancel of the id would reach nobody can say.
pub(super) fn forked(model: &mut Model, step: &mut Step, key: &OrderKey) {
    let Some(name) = select::order(model, key).filter(|order| select::is_forked(model, order)).map(select::order_name)
    else {
        return;
    };
    let text = format!(
        "CONFLICT: the broker has more than one order under {name}. Each fills on its own; X cancels them, o g what stays."
    );
    ring(model, step, text, Some(key.clone()));
}

/// An order has changed: whether its stop is missing, and whether its group has filled more than once.
pub(super) fn changed(model: &mut Model, step: &mut Step, key: &OrderKey, ended: bool, grown: bool) {
    let Some(order) = model.orders.all.get(key) else { return };
    let refused_stop = ended && order.state == OrderState::Rejected && protection::is_stop(&order.spec.kind);
    if refused_stop && let Some(entry) = order.parent.as_ref().and_then(|parent| select::order(model, parent)) {
        let goes_on = entry.state.is_live() && entry.state != OrderState::Cancelling;
        if goes_on || entry.filled.is_positive() {
            let (stop, entry) = (select::order_name(order), select::order_name(entry));
            let text = format!("UNPROTECTED: the stop {stop} of {entry} was refused; {entry} goes on without it.");
            ring(model, step, text, Some(key.clone()));
        }
        return;
    }
    if !grown {
        return;
    }
    if let Some(text) = bare_entry(model, order).or_else(|| group_filled_twice(model, order)) {
        ring(model, step, text, Some(key.clone()));
    }
}

/// What to say of an entry that has filled while the stop that was to follow it was refused, or is unknown.
fn bare_entry(model: &Model, entry: &Order) -> Option<String> {
    let stops = || {
        model.orders.all.values().filter(|o| o.parent.as_ref() == Some(&entry.key) && protection::is_stop(&o.spec.kind))
    };
    let works = |o: &Order| matches!(o.state, OrderState::Sending | OrderState::Held | OrderState::Working);
    // While a SYNC is under way, or is being taken in, what is unknown may be listed yet.
    let listed = model.desk.sync_from.is_none();
    let missing = stops().find(|o| o.state == OrderState::Rejected || (listed && o.state == OrderState::Unknown))?;
    if stops().any(|o| works(o) || o.filled.is_positive()) {
        return None;
    }
    let what = if missing.state == OrderState::Unknown { "is unknown" } else { "was refused" };
    let (name, stop, symbol) = (select::order_name(entry), select::order_name(missing), &entry.spec.symbol);
    Some(format!("UNPROTECTED: {name} filled {} {symbol} and its stop {stop} {what}.", shown::qty(entry.filled)))
}

/// What to say of a group of which one fill takes the others back, and which has filled more than once all the same.
fn group_filled_twice(model: &Model, order: &Order) -> Option<String> {
    let Oca { name, kind } = order.spec.attributes.oca.as_ref()?;
    let own = |o: &&Order| o.spec.attributes.oca.as_ref().is_some_and(|oca| oca.name == *name);
    let filled: Vec<&Order> = model.orders.all.values().filter(own).filter(|o| o.filled.is_positive()).collect();
    if filled.len() < 2 {
        return None;
    }
    // Of a group that reduces, parts may fill here and there, in sum as much as its largest order.
    if *kind == OcaKind::Reduce {
        let sum = filled.iter().try_fold(Qty::ZERO, |sum, o| sum.plus(o.filled))?;
        let most = model.orders.all.values().filter(own).map(|o| o.spec.qty.max(o.filled)).max()?;
        if sum <= most {
            return None;
        }
    }
    let parts: Vec<String> =
        filled.iter().map(|o| format!("{} {}", select::order_name(o), shown::qty(o.filled))).collect();
    let symbol = &order.spec.symbol;
    Some(format!("CONFLICT: more than one order of a group has filled: {}. Look at {symbol}.", parts.join(", ")))
}
