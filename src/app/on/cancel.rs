//! Taking orders back: one, a symbol's, all; HALT; leaving.
//!
//! Invariant: while the screen stands still the cancels take entries alone, and none that protects what is held
//! (`super::input`); nothing that happens then counts as the first of two presses.

use std::time::Duration;

use super::act::By;
use super::{facts, others, reconcile, room, ticket, unwind};
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::{Awaited, Model, Overlay, Wait};
use crate::app::notices::Tone;
use crate::app::{protection, select, words};
use crate::broker::Command;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderState, Ownership};
use crate::risk::{Class, Origin, Weight};

/// A second press within this time takes the exits too.
const AGAIN: Duration = Duration::from_secs(3);
/// A cancel without an answer is looked for after this long.
const ANSWER: Duration = Duration::from_secs(3);
/// So long a cancel that the guard has stopped may be asked for again.
const ASKED: Duration = Duration::from_secs(10);
/// Leaving waits so long for the cancels it has sent.
const LEAVE: Duration = Duration::from_secs(2);

/// Sends the cancel of an order, or keeps it until the order itself has been sent. Whether it was asked for.
pub(super) fn order(model: &mut Model, step: &mut Step, key: &OrderKey) -> bool {
    let at = model.now;
    let client_id = model.desk.client_id;
    let Some(order) = model.orders.all.get_mut(key) else { return false };
    if order.state.is_terminal() {
        model.orders.cancel_wanted.shift_remove(key);
        return false;
    }
    // A cancel overtakes an order that waits in its lane; the order would then go out uncancelled.
    let sent = model.orders.waits.get(key).is_some_and(|w| w.sent);
    let waits_for_it = order.state == OrderState::Sending && !sent;
    if waits_for_it {
        model.orders.cancel_wanted.insert(key.clone());
        return true;
    }
    // Before the first READY our client id is not known; what the journal remembers is ours all the same.
    if model.desk.account.is_none() && order.ownership == Ownership::Own {
        model.orders.cancel_wanted.insert(key.clone());
        return true;
    }
    if order.ids.order_id == 0 || order.ids.client_id != client_id {
        let (name, owner) = (select::order_name(order), order.ids.client_id);
        let text = format!("{name} belongs to client {owner}: cancel it there. From here only o g reaches it.");
        model.notices.say(at, Tone::Warn, text, Some(key.clone()));
        model.orders.cancel_wanted.shift_remove(key);
        return false;
    }
    model.orders.cancel_wanted.shift_remove(key);
    step.send(Command::Cancel { key: key.clone(), ids: order.ids });
    if matches!(order.state, OrderState::Held | OrderState::Working | OrderState::Sending) {
        let hold = facts::hold(order);
        order.state = OrderState::Cancelling;
        order.changed_at = at;
        facts::forget_hold(order, hold.as_ref());
        facts::record(model, step, key);
    }
    model.orders.waits.insert(key.clone(), Wait { what: Awaited::Cancel, until: at.plus(ANSWER), sent: true });
    step.draw(Redraw::Now);
    true
}

/// `x`: the selected order, or the only one of the selected contract. In the quit box: the DAY entries, then leave.
pub(super) fn selected(model: &mut Model, step: &mut Step) {
    if matches!(model.overlay, Some(Overlay::Quit)) {
        return leave_cancelling(model, step);
    }
    let Some(key) = ticket::meant(model) else { return };
    let Some(found) = select::order(model, &key) else { return };
    let text = match found.state {
        state if state.is_terminal() => Some(format!("{} has ended.", select::order_name(found))),
        _ if is_under_way(model, found) => Some(format!("{} is being cancelled.", select::order_name(found))),
        _ => None,
    };
    if let Some(text) = text {
        return model.notices.say(model.now, Tone::Info, text, Some(key));
    }
    if !is_plain(model, &key) {
        return model.desk.arming.drop_key();
    }
    let notes = match objection(model, std::slice::from_ref(&key), "x again cancels it.") {
        Ok(notes) => notes,
        Err(why) => return model.notices.say(model.now, Tone::Warn, why, Some(key)),
    };
    let sent = order(model, step, &key);
    if sent && let Some(notes) = notes {
        model.notices.say(model.now, Tone::Warn, notes, Some(key.clone()));
    }
    if sent && model.desk.account.is_none() {
        let text = "Not connected yet: the cancel goes out with the first connection.";
        model.notices.say(model.now, Tone::Warn, text, Some(key));
    }
}

/// What the guard says to cancelling these orders together: notes, or why they are not cancelled. What only asks (G32)
/// passes the second time; what is too late (G33) never does.
pub(super) fn objection(model: &mut Model, keys: &[OrderKey], again: &str) -> Result<Option<String>, String> {
    let asked = model.desk.cancel_asked.take();
    let consented = asked.is_some_and(|(asked, at)| asked == keys && model.now.since(at) <= ASKED);
    let mut notes = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        let Some(order) = select::order(model, key).filter(|order| select::is_ours(model, order)) else { continue };
        // Those before it in the same breath are taken for cancelled.
        let before = keys.get(..n).unwrap_or_default();
        let mut live = select::live_of(model, order.spec.con_id);
        // The exits of an entry that goes go with it.
        let goes =
            |other: &Order| before.contains(&other.key) || other.parent.as_ref().is_some_and(|p| before.contains(p));
        live.retain(|other| other.key == *key || !goes(other));
        let ctx = select::context(model, order.spec.con_id, &live, Origin::Key);
        for finding in crate::risk::assess_cancel(order, &ctx) {
            let text = capital(&finding.text);
            match finding.weight {
                Weight::Hard => {
                    return Err(format!("{}: {} ({}).", words::order(model, order), finding.text, finding.code));
                }
                Weight::Confirm if !consented => {
                    let text = format!("{text} ({}). {again}", finding.code);
                    model.desk.cancel_asked = Some((keys.to_vec(), model.now));
                    return Err(text);
                }
                Weight::Confirm => {}
                Weight::Note => notes.push(format!("{text} ({}).", finding.code)),
            }
        }
    }
    Ok((!notes.is_empty()).then(|| notes.join(" ")))
}

/// The text with a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Whether a cancel of the order is out and may still be answered. Without an answer it is asked for again.
fn is_under_way(model: &Model, order: &Order) -> bool {
    order.state == OrderState::Cancelling
        && model.orders.waits.get(&order.key).is_some_and(|wait| wait.what == Awaited::Cancel)
}

/// Live orders of one kind, of one contract or of all.
fn of_class(model: &Model, con_id: Option<ConId>, class: Class) -> Vec<OrderKey> {
    let live = model.orders.live().filter(|o| con_id.is_none_or(|id| o.spec.con_id == id));
    let open = live.filter(|o| select::is_ours(model, o) && !is_under_way(model, o));
    open.filter(|o| select::class_of(model, o) == class).map(|o| o.key.clone()).collect()
}

/// Whether an order may be cancelled now as far as the eye is concerned: unseen only an entry behind which no
/// position stands.
fn is_plain(model: &Model, key: &OrderKey) -> bool {
    if !model.desk.arming.is_blind() {
        return true;
    }
    let Some(order) = select::order(model, key) else { return false };
    // With several stops each looks dispensable as long as the others stand, so none of them goes.
    let protects = select::certain(model, order.spec.con_id).map_or(order.spec.kind.is_triggered(), |held| {
        !held.is_zero() && protection::stops(model, order.spec.con_id, held).any(|stop| stop.key == *key)
    });
    select::class_of(model, order) == Class::Entry && !protects
}

/// The entries, of one contract or of all, that a key may take back now.
fn entries_of(model: &Model, con_id: Option<ConId>) -> Vec<OrderKey> {
    of_class(model, con_id, Class::Entry).into_iter().filter(|key| is_plain(model, key)).collect()
}

fn cancel_all(model: &mut Model, step: &mut Step, keys: &[OrderKey]) -> usize {
    keys.iter().filter(|key| order(model, step, key)).count()
}

/// `X`: the contract's entries; again within 3 s its exits.
pub(super) fn symbol(model: &mut Model, step: &mut Step) {
    let Some(con_id) = select::subject(model) else { return };
    let name = select::symbol(model, con_id).unwrap_or_default();
    // The second press answers what the first has said: nobody can have read that yet.
    let seen = !model.desk.arming.is_blind();
    let first = model.desk.symbol_cancelled.take().filter(|_| seen);
    let again = first.is_some_and(|(id, at)| id == con_id && model.now.since(at) <= AGAIN);
    model.desk.symbol_cancelled = (seen && !again).then_some((con_id, model.now));
    let keys = if again { of_class(model, Some(con_id), Class::Exit) } else { entries_of(model, Some(con_id)) };
    let closes = !again && unwind::only_close(model, con_id);
    let dropped = again && drop_plan(model, con_id);
    let count = cancel_all(model, step, &keys);
    let exits = of_class(model, Some(con_id), Class::Exit).len();
    let text = match (again, count, exits) {
        (true, 0, _) => format!("No exit of {name} works."),
        (true, n, _) => format!("Cancelling {} of {name}.", words::count(n, "exit")),
        (false, 0, 0) => format!("No order of {name} works."),
        (false, n, e) if e == 0 || !seen => format!("Cancelling {} of {name}.", entries(n)),
        (false, n, e) => {
            format!(
                "Cancelling {} of {name}. X again within 3 s cancels its {} too.",
                entries(n),
                words::count(e, "exit")
            )
        }
    };
    let dropped = match (dropped, closes) {
        (true, _) => " What was to leave the position is not sent.",
        (_, true) => " It is not turned around; what is held is closed all the same.",
        _ => "",
    };
    let text = text + dropped + &others::stay(model, step, Some(con_id));
    model.notices.say(model.now, Tone::Info, text, None);
}

/// What waits to be sent for a contract goes no more. Whether there was anything.
fn drop_plan(model: &mut Model, con_id: ConId) -> bool {
    let left = model.orders.unwinding.remove(&con_id).is_some();
    let yielded = model.orders.yielding.remove(&con_id).is_some();
    left || yielded
}

fn entries(n: usize) -> String {
    if n == 1 { "1 entry".into() } else { format!("{n} entries") }
}

/// Every working entry.
pub(super) fn all(model: &mut Model, step: &mut Step) {
    if matches!(model.overlay, Some(Overlay::Quit)) {
        return leave_cancelling(model, step);
    }
    let keys = entries_of(model, None);
    let count = cancel_all(model, step, &keys);
    let text = if count == 0 { "No entry works.".to_owned() } else { format!("Cancelling {}.", entries(count)) };
    let text = text + &others::stay(model, step, None);
    model.notices.say(model.now, Tone::Info, text, None);
}

/// HALT, nothing unsent goes out, entries are cancelled; again within 3 s the exits too. A key's repeat is not a second
/// press.
pub(super) fn kill(model: &mut Model, step: &mut Step, by: By) {
    let now = model.now;
    let again = model.desk.killed_at.is_some_and(|at| now.since(at) <= AGAIN);
    if by.burst && again {
        return;
    }
    model.desk.halted = true;
    model.desk.killed_at = Some(now);
    model.orders.nudge = None;
    let ways_out = unwind::kill(model, again);
    room::kill(model, again);
    step.push(Effect::Send(Command::DropUnsent));
    let entry_keys = of_class(model, None, Class::Entry);
    let entry_count = cancel_all(model, step, &entry_keys);
    let exit_keys = of_class(model, None, Class::Exit);
    let exit_count = if again { cancel_all(model, step, &exit_keys) } else { 0 };
    let taken = entry_count.saturating_add(exit_count);
    let others = others::stay(model, step, None);
    let text = kill_words(model, (entry_count, taken), exit_keys.len(), &others) + &ways_out;
    let tone = if select::is_current(model) { Tone::Warn } else { Tone::Error };
    model.notices.say(now, tone, text, None);
}

/// What a kill has done: cancels of entries and of all, exits there are, what is said of the orders of others.
fn kill_words(model: &Model, (entry_count, taken): (usize, usize), exits: usize, others: &str) -> String {
    if !select::is_current(model) && taken > 0 {
        let orders = words::count(taken, "order");
        return format!(
            "HALT. NOT SENT: {orders} still work at the broker. The cancels go out with the next connection."
        );
    }
    if model.desk.account.is_none() {
        return "HALT. Not READY yet: what works at the broker is not known. Press it again then.".into();
    }
    let exits = if taken > entry_count {
        format!(" and {}", words::count(taken.saturating_sub(entry_count), "exit"))
    } else {
        format!(", {} kept", words::count(exits, "exit"))
    };
    format!("HALT. Cancelling {}{exits}.{others} o h lifts it.", entries(entry_count))
}

/// Asks the broker again.
pub(super) fn resolve(model: &mut Model, step: &mut Step) {
    let unknown = select::unknown_count(model);
    let text = if select::is_current(model) {
        reconcile::ask(model, step);
        match unknown {
            0 => "Asking the broker again; no order is UNKNOWN.".into(),
            _ => format!("Asking the broker again; {} UNKNOWN.", words::count(unknown, "order")),
        }
    } else {
        "Not connected: everything is asked again with the next connection.".to_owned()
    };
    model.notices.say(model.now, Tone::Info, text, None);
}

/// Leaves; with working orders it says so and asks.
pub(super) fn quit(model: &mut Model, step: &mut Step, by: By) {
    match model.overlay {
        Some(Overlay::Quit) if by.burst => {}
        Some(Overlay::Quit) => step.push(Effect::Quit),
        _ if model.orders.live().next().is_none() => step.push(Effect::Quit),
        _ => {
            back_from_confirmation(model);
            model.overlay = Some(Overlay::Quit);
        }
    }
}

pub(super) fn back_from_confirmation(model: &mut Model) {
    if let Some(staged) = &mut model.panes.ticket.staged
        && std::mem::take(&mut staged.confirming)
    {
        staged.dirty = true;
    }
}

/// Cancels the DAY entries and leaves when they are answered, or after two seconds.
fn leave_cancelling(model: &mut Model, step: &mut Step) {
    let keys: Vec<OrderKey> = of_class(model, None, Class::Entry)
        .into_iter()
        .filter(|key| select::order(model, key).is_some_and(|o| !o.spec.tif.outlives_day()))
        .collect();
    cancel_all(model, step, &keys);
    model.desk.leaving = Some(model.now.plus(LEAVE));
    model.notices.say(model.now, Tone::Info, "Leaving once the cancels are answered.", None);
    leave_if_done(model, step);
}

/// Leaves once nothing is being cancelled any more.
pub(super) fn leave_if_done(model: &mut Model, step: &mut Step) {
    let cancelling = model.orders.live().any(|o| o.state == OrderState::Cancelling);
    if model.desk.leaving.is_some() && !cancelling && model.orders.cancel_wanted.is_empty() {
        model.desk.leaving = None;
        step.push(Effect::Quit);
    }
}

/// Leaves when waiting for the cancels has taken long enough.
pub(super) fn leave_if_due(model: &mut Model, step: &mut Step) {
    if model.desk.leaving.is_some_and(|at| at.mono <= model.now.mono) {
        model.desk.leaving = None;
        step.push(Effect::Quit);
    }
}
