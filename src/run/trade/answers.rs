//! What became of an order, a change, a cancel or a way out that was handed over: what the broker says of it, or that it is
//! not known.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Errand;
use super::gate::Gate;
use super::headless::{Desk, Lived};
use super::outcome::{Failure, Outcome, Result as Ended};
use super::whose::others;
use crate::app::model::{Awaited, Model};
use crate::app::notices::Tone;
use crate::app::{protection, select};
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderState, Verb};
use crate::domain::shown;
use crate::risk::Yields;

/// How what the guard asks is agreed to.
pub const AGREE: &str = "--yes before the sentence agrees to what the guard asks. Nothing was sent.";
/// How long an order's first answer is waited for.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How long the fill of an order that takes at once is waited for beyond that.
const FILL: Duration = Duration::from_secs(2);
/// How long an order that is held may take to work; a stop is held until it triggers.
const WORKING: Duration = Duration::from_millis(300);
/// How long the position and the commission may take after a fill.
const BOOKED: Duration = Duration::from_secs(1);

/// The orders whose cancel is on its way.
pub fn cancels(model: &Model) -> Vec<OrderKey> {
    let waits = model.orders.waits.iter().filter(|(_, wait)| wait.what == Awaited::Cancel).map(|(key, _)| key);
    waits.chain(&model.orders.cancel_wanted).cloned().collect()
}

/// Waits for the answers of cancels.
pub async fn cancelled(desk: &mut Desk, errand: &Errand, keys: &[OrderKey]) -> Outcome {
    let state = |model: &Model, key: &OrderKey| select::order(model, key).map(|o| o.state);
    let ended = |model: &Model| keys.iter().all(|key| state(model, key).is_none_or(OrderState::is_terminal));
    let lived = desk.until(ANSWER_MAX, ended).await;
    let model = &desk.model;
    let filled = keys.iter().any(|key| state(model, key) == Some(OrderState::Filled));
    let outcome = match lived {
        Lived::Held if filled => {
            let why = Failure::new("not everything was cancelled: an order had filled");
            Outcome::new(model, Ended::Filled).because(why).ending(1)
        }
        Lived::Held => Outcome::new(model, Ended::Cancelled),
        _ => unknown(model, "the cancel was sent, and its answer has not come"),
    };
    let mut outcome = outcome.with_orders(model, keys);
    outcome.notes.extend(others(model, &errand.sentence));
    outcome.notes.extend(bared(model, keys));
    outcome
}

/// The positions of these orders that have no stop behind all of them.
fn bared(model: &Model, keys: &[OrderKey]) -> Vec<String> {
    let orders = keys.iter().filter_map(|key| select::order(model, key));
    let contracts: BTreeMap<ConId, &Order> = orders.map(|order| (order.spec.con_id, order)).collect();
    contracts.into_iter().filter_map(|(con_id, order)| bare(model, order.spec.symbol.as_str(), con_id)).collect()
}

/// That a position has no stop behind all of it, if so.
fn bare(model: &Model, symbol: &str, con_id: ConId) -> Option<String> {
    let uncovered = protection::uncovered(model, con_id);
    uncovered.is_positive().then(|| format!("UNPROTECTED: {} {symbol} have no stop.", shown::qty(uncovered)))
}

/// An order, a change or a cancel was handed over and has no answer.
fn unknown(model: &Model, message: &str) -> Outcome {
    let hint = "`tradewind orders` says what the broker has. It was sent once and is not sent again.".to_owned();
    let why = Failure { hint: Some(hint), ..Failure::new(message) };
    Outcome::new(model, Ended::Unknown).because(why)
}

/// Waits for the first answer to the order that went out, and for the fill of one that takes.
pub async fn placed(desk: &mut Desk, takes: bool, gate: Gate) -> Outcome {
    let Some(key) = desk.model.panes.ticket.sending.as_ref().map(|s| s.key.clone()).or_else(|| newest(&desk.model))
    else {
        return Outcome::refused(&desk.model, last_word(&desk.model));
    };
    answer_to(desk, key, takes, gate).await
}

/// Waits until others have made room for an exit, then for its answer.
pub async fn made_room(desk: &mut Desk, con_id: ConId, takes: bool, gate: Gate) -> Outcome {
    let Some(plan) = desk.model.orders.yielding.get(&con_id) else {
        return placed(desk, takes, gate).await;
    };
    let (exit, room) = (plan.exit.clone(), plan.room.clone());
    let before = newest(&desk.model);
    let keys: Vec<OrderKey> = room.yields.iter().map(|yields| yields.key.clone()).collect();
    let lived = gate.until(desk, ANSWER_MAX, |model| !model.orders.yielding.contains_key(&con_id)).await;
    if lived != Lived::Held {
        let text = "other orders are making room; the exit was not sent";
        let outcome = unknown(&desk.model, text).with_orders(&desk.model, &keys);
        return torn(&desk.model, outcome, con_id);
    }
    let since = desk.model.orders.recent.iter().take_while(|recent| Some(&recent.key) != before.as_ref());
    let mut sent = since.filter(|recent| (recent.spec.kind, recent.spec.qty) == (exit.kind, exit.qty));
    let key = sent.next().map(|recent| recent.key.clone());
    let outcome = match key {
        Some(key) => answer_to(desk, key, takes, gate).await,
        None => Outcome::refused(&desk.model, last_error(&desk.model)),
    };
    let given_way = |yields: &Yields| {
        let order = select::order(&desk.model, &yields.key);
        order.is_none_or(|o| o.state.is_terminal() || o.before_change.is_some() || o.remaining() <= yields.to)
    };
    let begun = room.yields.iter().any(given_way);
    let outcome = outcome.with_orders(&desk.model, &keys);
    if begun { torn(&desk.model, outcome, con_id) } else { outcome }
}

/// An exit for which other orders were cancelled or made smaller did not come about: that is more than nothing, and the
/// position may have lost its stop.
fn torn(model: &Model, outcome: Outcome, con_id: ConId) -> Outcome {
    if outcome.code() == 0 {
        return outcome;
    }
    let code = if outcome.code() == 1 { 3 } else { outcome.code() };
    let mut outcome = outcome.ending(code);
    let name = select::symbol(model, con_id).unwrap_or_default();
    outcome.notes.push(format!("Other orders of {name} were cancelled or made smaller before; look at them."));
    outcome.notes.extend(bare(model, &name, con_id));
    outcome
}

/// Waits for the first answer to this order, and for the fill of one that takes.
async fn answer_to(desk: &mut Desk, key: OrderKey, takes: bool, gate: Gate) -> Outcome {
    let answered = |model: &Model| {
        let family = model.orders.all.values().filter(|o| o.key == key || o.parent.as_ref() == Some(&key));
        family.into_iter().all(|o| o.state != OrderState::Sending)
    };
    let lived = match gate.leave(desk).await {
        signalled @ Lived::Signalled(_) => signalled,
        Lived::Held | Lived::Late => desk.until(ANSWER_MAX, answered).await,
    };
    // A limit order is told as held at first, and as working a moment later.
    let held = |model: &Model| select::order(model, &key).is_some_and(|o| o.state == OrderState::Held);
    if lived == Lived::Held {
        desk.until(WORKING, |model| !held(model)).await;
    }
    let over = |model: &Model| {
        select::order(model, &key).is_none_or(|o| o.state.is_terminal() || o.state == OrderState::Unknown)
    };
    if lived == Lived::Held && takes {
        desk.until(FILL, over).await;
    }
    if select::order(&desk.model, &key).is_some_and(|o| !o.filled.is_zero()) {
        desk.until(BOOKED, |model| is_booked(model, &key)).await;
    }
    let model = &desk.model;
    let Some(order) = select::order(model, &key) else { return unknown(model, "the order is not known any more") };
    let refused = || match &order.remark {
        Some((0, text)) => Failure::new(text.to_string()),
        Some((code, text)) => Failure { code: Some(code.to_string()), ..Failure::new(text.to_string()) },
        None => Failure::new("the broker gave no reason"),
    };
    let outcome = match order.state {
        OrderState::Held => Outcome::new(model, Ended::Held),
        OrderState::Working | OrderState::Cancelling => Outcome::new(model, Ended::Working),
        OrderState::Filled => Outcome::new(model, Ended::Filled),
        OrderState::Cancelled => {
            let outcome = Outcome::new(model, Ended::Cancelled).because(refused());
            outcome.ending(i32::from(order.filled.is_zero()))
        }
        OrderState::Rejected if order.not_sent().is_some() => Outcome::refused(model, refused()),
        OrderState::Rejected => Outcome::new(model, Ended::Rejected).because(refused()),
        OrderState::Sending | OrderState::Unknown => unknown(model, "the order was sent, and no answer has come"),
    };
    outcome.with_orders(model, [&key])
}

/// Whether the fills of an order are in the position, and their commissions here.
fn is_booked(model: &Model, key: &OrderKey) -> bool {
    let con_id = select::order(model, key).map(|o| o.spec.con_id);
    con_id.is_none_or(|id| select::is_settled(model, id) && model.positions.contains_key(&id))
        && select::executions_of(model, key).all(|e| e.commission.is_some())
}

/// The order that was placed last.
fn newest(model: &Model) -> Option<OrderKey> {
    model.orders.recent.first().map(|recent| recent.key.clone())
}

/// Waits for the answer to a change.
pub async fn changed(desk: &mut Desk, key: &OrderKey, gate: Gate) -> Outcome {
    let Some(wanted) = select::order(&desk.model, key).map(|o| o.spec.clone()) else {
        return Outcome::refused(&desk.model, last_word(&desk.model));
    };
    if select::order(&desk.model, key).is_some_and(|o| o.before_change.is_none()) {
        let mut outcome = Outcome::new(&desk.model, Ended::Nothing);
        outcome.notes.push(last_word(&desk.model).message);
        return outcome.with_orders(&desk.model, [key]);
    }
    let open = |model: &Model| {
        let order = select::order(model, key);
        order.is_some_and(|o| o.before_change.is_some() && !o.state.is_terminal() && o.state != OrderState::Unknown)
    };
    if !matches!(gate.leave(desk).await, Lived::Signalled(_)) {
        desk.until(ANSWER_MAX, |model| !open(model)).await;
    }
    let model = &desk.model;
    let outcome = match select::order(model, key) {
        _ if open(model) => unknown(model, "the change was sent, and no answer has come"),
        Some(order) if order.spec == wanted && order.state == OrderState::Filled => Outcome::new(model, Ended::Filled),
        Some(order) if order.spec == wanted && order.state.is_live() && order.state != OrderState::Unknown => {
            Outcome::new(model, Ended::Changed)
        }
        Some(order) if order.state == OrderState::Unknown => unknown(model, "what became of the order is not known"),
        _ => Outcome::new(model, Ended::Rejected).because(last_word(model)),
    };
    outcome.with_orders(model, [key])
}

/// Waits until a way out has been counted and sent, then for its answer.
pub async fn unwound(desk: &mut Desk, con_id: ConId, gate: Gate) -> Outcome {
    let keys = cancels(&desk.model);
    let turns = desk.model.orders.unwinding.get(&con_id).is_some_and(|way| way.plan.verb != Verb::Close);
    let lived = gate.until(desk, ANSWER_MAX, |model| !model.orders.unwinding.contains_key(&con_id)).await;
    let failed = desk.model.notices.list.back().is_some_and(|notice| notice.tone == Tone::Error);
    let outcome = if lived != Lived::Held {
        unknown(&desk.model, "the orders are being cancelled; what is held was not sent")
    } else if desk.model.panes.ticket.sending.is_some() {
        let closes = newest(&desk.model).and_then(|key| select::order(&desk.model, &key));
        let half = turns && closes.is_some_and(|order| order.spec.verb == Verb::Close);
        let why = half.then(|| last_word(&desk.model));
        let outcome = placed(desk, true, gate).await;
        let went = matches!(outcome.result, Ended::Filled | Ended::Working | Ended::Held);
        match why.filter(|_| went) {
            Some(why) => outcome.because(why).ending(1),
            None => outcome,
        }
    } else if failed {
        Outcome::refused(&desk.model, last_word(&desk.model))
    } else {
        let mut outcome = Outcome::new(&desk.model, Ended::Nothing);
        outcome.notes.push(last_word(&desk.model).message);
        outcome
    };
    let outcome = outcome.with_orders(&desk.model, &keys);
    if keys.is_empty() { outcome } else { torn(&desk.model, outcome, con_id) }
}

/// The last error that the desk said, as the reason why nothing was sent: what is put back afterwards is said too.
fn last_error(model: &Model) -> Failure {
    let error = model.notices.list.iter().rev().find(|notice| notice.tone == Tone::Error);
    error.map_or_else(|| last_word(model), |notice| Failure::new(notice.text.clone()))
}

/// The last thing that the desk said, as the reason why nothing was sent.
pub fn last_word(model: &Model) -> Failure {
    let said = model.notices.list.back().map(|notice| notice.text.clone());
    Failure::new(said.unwrap_or_else(|| "nothing was staged".to_owned()))
}
