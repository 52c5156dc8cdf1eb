//! Orders of others (TWS itself, the phone, other API clients): what the broker lists of them, and the one key that reaches
//! them.
//!
//! Invariants: an order of ours is never touched by such a list, whatever it says, for our own stream is newer; an order of
//! others ends by what the completed orders or its fills say, else only when two complete lists in a row, both asked for after
//! it was last heard of, do not have it: one may be that of a broker that is only just starting. A list that is older than
//! fifteen seconds while the session is READY is not believed: its orders are shown with `?`, protect nothing for sure, and
//! still count as what may fill.
//!
//! Must not know: how often the broker is asked. Absent: changing or cancelling one order of another client, which IB does not
//! allow.

use std::collections::BTreeSet;
use std::time::Duration;

use rust_decimal::Decimal;

use super::send::DWELL;
use super::{alarms, cancel, facts, market, reconcile, room, unwind};
use crate::app::dwell::Dwell;
use crate::app::effect::{Redraw, Step};
use crate::app::lifecycle;
use crate::app::model::{Awaited, Model, Overlay, Wait};
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::broker::Command;
use crate::broker::event::Others;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::fill::Execution;
use crate::domain::instrument::ConId;
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderState, Ownership, Side};
use crate::domain::shown;
use crate::money::{Price, Qty};

/// A global cancel without an answer is looked for after this long.
const ANSWER: Duration = Duration::from_secs(3);

/// The complete list of what others have at work.
pub(super) fn listed(model: &mut Model, step: &mut Step, answer: Others) {
    let from = answer.asked;
    // Fills first: an order is never shown with fewer than it has.
    let mut fills: Vec<Execution> = Vec::new();
    for execution in answer.executions {
        if !model.orders.executions.contains_key(&execution.exec_id) {
            fills.push(execution.clone());
        }
        // It is told late, and its position has mostly come at once: only what is left of its time is waited for.
        let at = filled_at(&execution, model.now);
        facts::execution_of(model, step, execution, at);
    }
    for (exec_id, commission) in answer.commissions {
        facts::commission(model, step, &exec_id, commission);
    }
    let mut seen: BTreeSet<OrderKey> = BTreeSet::new();
    for report in answer.open {
        let known = select::find_order(model, &report.order_ref, &report.ids);
        if known.and_then(|key| select::order(model, key)).is_none_or(|order| !select::is_ours(model, order)) {
            seen.insert(reconcile::open(model, step, report, from));
        }
    }
    for report in answer.completed {
        let known = select::find_order(model, &report.order_ref, &report.ids);
        if known.and_then(|key| select::order(model, key)).is_some_and(|order| !select::is_ours(model, order)) {
            reconcile::completed(model, step, report);
        }
    }
    fills.retain(|fill| select::order_of(model, fill).is_none());
    tell_fills(model, &fills);
    let unlisted = of_others(model, None).filter(|o| is_unlisted(o, from) && !seen.contains(&o.key));
    let unlisted: Vec<OrderKey> = unlisted.map(|o| o.key.clone()).collect();
    let before = std::mem::take(&mut model.orders.unlisted);
    for key in unlisted {
        match before.get(&key) {
            Some(first) if first.mono < from.mono => end(model, step, &key),
            first => {
                let first = first.copied().unwrap_or(from);
                model.orders.unlisted.insert(key, first);
            }
        }
    }
    alarms::protection(model, step);
    market::ask_held(model, step);
    model.desk.others_at = Some(from);
    name_again(model, from);
    step.draw(Redraw::Market);
}

/// When a fill happened, by the broker's clock, which tells whole seconds.
fn filled_at(execution: &Execution, now: Stamp) -> Stamp {
    let age = execution.time.map_or(0, |time| now.wall.saturating_sub(time).saturating_sub(1_000_000_000).max(0));
    now.minus(Duration::from_nanos(u64::try_from(age).unwrap_or(0)))
}

/// Says what orders have filled that were never listed: they came and went between two questions.
fn tell_fills(model: &mut Model, fills: &[Execution]) {
    let mut told: Vec<(BrokerIds, ConId, Side)> = Vec::new();
    for fill in fills {
        let of = (fill.ids, fill.con_id, fill.side);
        if told.contains(&of) {
            continue;
        }
        told.push(of);
        let all = || fills.iter().filter(|f| (f.ids, f.con_id, f.side) == of);
        let qty = all().try_fold(Qty::ZERO, |sum, f| sum.plus(f.qty));
        let value = all().try_fold(Decimal::ZERO, |sum, f| sum.checked_add(f.price.0.checked_mul(f.qty.0)?));
        let average = qty.and_then(|qty| value?.checked_div(qty.0)).map(|p| Price(p.normalize()));
        let at = average.map_or_else(|| shown::ABSENT.to_owned(), |p| words::average(model, fill.con_id, p));
        let verb = if fill.side == Side::Buy { "bought" } else { "sold" };
        let qty = qty.map_or_else(|| shown::ABSENT.to_owned(), shown::qty);
        let owner = if fill.ids.order_id == 0 { "TWS".to_owned() } else { format!("client {}", fill.ids.client_id) };
        let text =
            format!("elsewhere: {verb} {qty} {} @ {at} by {owner}, in an order that was never listed", fill.symbol);
        model.notices.say(model.now, Tone::Info, text, None);
    }
}

/// Looks whether what others have at work is still known: what they protect may be bare then.
pub(super) fn watch(model: &mut Model, step: &mut Step) {
    if select::others_doubted(model).is_some() && of_others(model, None).next().is_some() {
        alarms::protection(model, step);
        step.draw(Redraw::Now);
    }
}

/// Live orders that are not ours, of one contract or of all.
pub(super) fn of_others(model: &Model, con_id: Option<ConId>) -> impl Iterator<Item = &Order> {
    let live = model.orders.live().filter(move |o| con_id.is_none_or(|id| o.spec.con_id == id));
    live.filter(|o| !select::is_ours(model, o))
}

/// Whether a list asked for at `from` says something by not having this order: the broker had listed it before that. An order
/// of ours of another session that is UNKNOWN may not have arrived yet.
fn is_unlisted(order: &Order, from: Stamp) -> bool {
    let may_be_gone = match order.state {
        OrderState::Held | OrderState::Working | OrderState::Cancelling => true,
        OrderState::Unknown => order.ownership == Ownership::Foreign,
        _ => false,
    };
    may_be_gone && order.changed_at.mono <= from.mono
}

/// An order of others has ended, and nothing says how.
fn end(model: &mut Model, step: &mut Step, key: &OrderKey) {
    let at = model.now;
    let Some(order) = model.orders.all.get_mut(key) else { return };
    let was = facts::Was::of(order);
    order.remark = Some((0, SafeText::new(words::GONE)));
    lifecycle::settle(order, OrderState::Cancelled, at);
    model.orders.waits.shift_remove(key);
    facts::after(model, step, key, was, true);
}

/// What of others' orders stays beside what is cancelled here; a blank before it, nothing where there is none.
pub(super) fn stay(model: &mut Model, step: &mut Step, con_id: Option<ConId>) -> String {
    let count = of_others(model, con_id).count();
    if select::is_current(model) {
        // What is known may be some seconds old; the answer is told if it is another.
        model.desk.others_named = Some((model.now, con_id, count));
        step.send(Command::AskOthers);
    }
    match (select::others_doubted(model), count) {
        (Some(age), _) => format!(" {}", not_known(age)),
        (None, 0) => String::new(),
        (None, count) => format!(" {}", only_global(count)),
    }
}

/// That the last list is too old to be believed.
pub(super) fn not_known(age: Duration) -> String {
    format!("Orders of other clients are not known: last listed {} ago.", shown::age_words(age))
}

fn only_global(count: usize) -> String {
    let verb = if count == 1 { "stays" } else { "stay" };
    format!("{} of other clients {verb}: only o g reaches them.", words::count(count, "order"))
}

/// Others' orders have been named from an older list: says so if there are more.
fn name_again(model: &mut Model, from: Stamp) {
    let Some((at, con_id, named)) = model.desk.others_named.filter(|(at, ..)| at.mono <= from.mono) else { return };
    model.desk.others_named = None;
    let count = of_others(model, con_id).count();
    if count > named && model.now.since(at) < Duration::from_secs(10) {
        model.notices.say(model.now, Tone::Warn, only_global(count), None);
    }
}

/// `o g`: names what a global cancel hits and asks; again it goes out.
pub(super) fn global(model: &mut Model, step: &mut Step) {
    let Some(Overlay::Everyones { seen }) = &model.overlay else {
        if select::is_current(model) {
            step.send(Command::AskOthers);
        }
        cancel::back_from_confirmation(model);
        model.overlay = Some(Overlay::Everyones { seen: Dwell::default() });
        return;
    };
    // What it hits has to be read first.
    if seen.lasted(model.now).is_none_or(|lasted| lasted < DWELL) {
        let text =
            "Too soon, press again: what it cancels had not been on the screen for 150 ms. Nothing was cancelled.";
        return model.notices.say(model.now, Tone::Warn, text, None);
    }
    model.overlay = None;
    if model.desk.account.is_none() || !select::is_current(model) {
        let text = "NOT SENT: there is no connection, and a global cancel is not kept. Orders work on.";
        return model.notices.say(model.now, Tone::Error, text, None);
    }
    model.orders.nudge = None;
    // What is on its way out is among what is taken back.
    let ways_out = unwind::kill(model, true);
    room::kill(model, true);
    // What has not left yet would go out behind it.
    step.send(Command::DropUnsent);
    let unsent = |o: &&Order| o.state == OrderState::Sending;
    let waiting: Vec<OrderKey> = model.orders.live().filter(unsent).map(|o| o.key.clone()).collect();
    for key in &waiting {
        cancel::order(model, step, key);
    }
    step.send(Command::CancelEveryones);
    let at = model.now;
    let keys: Vec<OrderKey> = model.orders.live().map(|o| o.key.clone()).filter(|key| !waiting.contains(key)).collect();
    let count = keys.len().saturating_add(waiting.len());
    for key in keys {
        let ours = select::order(model, &key).is_some_and(|o| select::is_ours(model, o));
        let Some(order) = model.orders.all.get_mut(&key) else { continue };
        if matches!(order.state, OrderState::Held | OrderState::Working) {
            let hold = facts::hold(order);
            order.state = OrderState::Cancelling;
            order.changed_at = at;
            facts::forget_hold(order, hold.as_ref());
            facts::record(model, step, &key);
        }
        if ours {
            let wait = Wait { what: Awaited::Cancel, until: at.plus(ANSWER), sent: true };
            model.orders.waits.insert(key, wait);
        }
    }
    step.send(Command::AskOthers);
    let others = match select::others_doubted(model) {
        Some(age) => format!("those of other clients too. {}", not_known(age)),
        None => "those of other clients too.".to_owned(),
    };
    let text = format!("Cancelling every order of the account, {count} known, {others}{ways_out}");
    model.notices.say(at, Tone::Warn, text, None);
    step.draw(Redraw::Now);
}
