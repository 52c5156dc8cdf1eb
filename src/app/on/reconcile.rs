//! SYNC: the model against everything the broker knows, and what is done while nothing can be known.

use std::collections::BTreeSet;
use std::time::Duration;

use super::facts::{self, Was};
use super::{alarms, cancel, chronicle, market};
use crate::app::effect::{Redraw, Step};
use crate::app::lifecycle::{self, Authority, Progress};
use crate::app::model::{Awaited, Model, Wait};
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::broker::Command;
use crate::broker::event::{BrokerStatus, OrderReport, PositionReport, Snapshot};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderState};
use crate::domain::position::{Pnl, Position};
use crate::journal::{Entry, Holding};

/// A question whose answer has not come after so long is not under way any more: five steps of ten seconds each.
const SYNC_MAX: Duration = Duration::from_mins(1);
/// A DAY order that is nowhere at the broker after so long has ended with its day, whatever weekends and holidays lie
/// between.
const DAY_OVER: Duration = Duration::from_hours(5 * 24);

/// Asks the broker for everything again; while an answer is outstanding, once more after it.
pub(super) fn ask(model: &mut Model, step: &mut Step) {
    let outstanding = model.desk.sync_from.is_some_and(|from| model.now.since(from) < SYNC_MAX);
    if outstanding {
        model.desk.sync_again = true;
    } else {
        model.desk.sync_from = Some(model.now);
        model.desk.moved.clear();
        step.send(Command::Resync);
    }
}

/// The link is gone: what was on its way is UNKNOWN, and never sent again by itself.
pub(super) fn link_lost(model: &mut Model, step: &mut Step) {
    let at = model.now;
    model.desk.sync_from = None;
    model.desk.sync_again = false;
    // Whether a cancel arrived is not known; a second one does no harm, a forgotten one does.
    let ours = model.orders.live().filter(|o| o.ids.client_id == model.desk.client_id);
    let cancelling = ours.filter(|o| o.state == OrderState::Cancelling);
    let cancelling: Vec<OrderKey> = cancelling.map(|o| o.key.clone()).collect();
    model.orders.cancel_wanted.extend(cancelling);
    model.orders.waits.retain(|_, w| w.what == Awaited::Order);
    let keys: Vec<OrderKey> = model.orders.waits.drain(..).map(|(k, _)| k).collect();
    let sending = model.orders.live().filter(|o| o.state == OrderState::Sending).map(|o| o.key.clone());
    let keys: BTreeSet<OrderKey> = keys.into_iter().chain(sending).collect();
    for key in keys {
        let Some(order) = model.orders.all.get_mut(&key).filter(|o| o.state == OrderState::Sending) else { continue };
        let was = Was::of(order);
        let text = "sent, then the link broke. Looking for it; it was not sent again";
        order.remark = Some((0, SafeText::new(text)));
        lifecycle::settle(order, OrderState::Unknown, at);
        facts::after(model, step, &key, was, true);
    }
}

/// An answer did not come in time: it is looked for.
pub(super) fn unanswered(model: &mut Model, step: &mut Step, key: &OrderKey, wait: Wait) {
    let at = model.now;
    let Some(order) = model.orders.all.get_mut(key) else { return };
    let was = Was::of(order);
    match wait.what {
        Awaited::Order if order.state == OrderState::Sending => {
            let text = "no answer. Looking for it; it was not sent again";
            order.remark = Some((0, SafeText::new(text)));
            lifecycle::settle(order, OrderState::Unknown, at);
            facts::after(model, step, key, was, true);
        }
        Awaited::Order => return,
        Awaited::Change => {
            let text = format!("The change of {} has no answer. The broker is asked.", select::order_name(order));
            model.notices.say(at, Tone::Warn, text, Some(key.clone()));
        }
        Awaited::Cancel => {
            let text = format!("The cancel of {} has no answer. The broker is asked.", select::order_name(order));
            model.notices.say(at, Tone::Warn, text, Some(key.clone()));
        }
    }
    step.draw(Redraw::Now);
    ask(model, step);
}

/// Everything the broker knows has arrived.
pub(super) fn synced(model: &mut Model, step: &mut Step, snapshot: Snapshot) {
    let mut seen: BTreeSet<OrderKey> = BTreeSet::new();
    step.note(Entry::Synced {
        open: snapshot.open.len(),
        completed: snapshot.completed.len(),
        executions: snapshot.executions.len(),
        positions: snapshot.positions.len(),
    });
    // Fills first: they are booked whatever the orders say, and an order is never shown with fewer than it has.
    for execution in snapshot.executions {
        if let Some(key) = facts::take_execution(model, step, execution) {
            let Some(order) = model.orders.all.get(&key) else { continue };
            let was = Was::of(order);
            if let Some(text) = facts::rebook(model, &key) {
                alarms::conflict(model, step, &key, text);
            }
            facts::after(model, step, &key, was, true);
        }
    }
    for (exec_id, commission) in snapshot.commissions {
        facts::commission(model, step, &exec_id, commission);
    }
    let from = asked_at(model);
    for report in snapshot.open {
        seen.insert(open(model, step, report, from));
    }
    for report in snapshot.completed {
        seen.insert(completed(model, step, report));
    }
    model.orders.unlisted.clear();
    model.desk.others_at = Some(from);
    positions(model, step, snapshot.positions);
    alarms::protection(model, step);
    chronicle::cash(model, step, &snapshot.account);
    model.account = snapshot.account;
    let live: Vec<OrderKey> = model.orders.live().map(|o| o.key.clone()).filter(|k| !seen.contains(k)).collect();
    for key in live {
        missing(model, step, &key);
    }
    market::ask_held(model, step);
    model.desk.sync_from = None;
    if std::mem::take(&mut model.desk.sync_again) {
        ask(model, step);
    }
    step.draw(Redraw::Now);
}

/// When the question was asked whose answer is being taken in.
fn asked_at(model: &Model) -> Stamp {
    model.desk.sync_from.unwrap_or(model.now)
}

/// An order the broker has open by an answer that was asked for at `from`.
pub(super) fn open(model: &mut Model, step: &mut Step, report: OrderReport, from: Stamp) -> OrderKey {
    let found = select::find_order(model, &report.order_ref, &report.ids).cloned();
    let known = found.is_some();
    let key = found.unwrap_or_else(|| facts::adopt(model, &report));
    facts::learn_parent(model, &key, &report);
    let at = model.now;
    let filled = report.filled.filter(|_| !facts::is_corrected(model, &key));
    let Some(order) = model.orders.all.get_mut(&key) else { return key };
    let (was, before) = (Was::of(order), order.clone());
    // What changed after the question was asked is newer than its answer.
    let newer = known && order.changed_at.mono > from.mono;
    let authority = if newer { Authority::Stream } else { Authority::Sync };
    let revived = order.state.is_terminal() && authority == Authority::Sync;
    facts::learn_ids(order, report.ids);
    // A change whose answer this might have been stays open otherwise, with nothing that would answer it.
    let unanswered = newer && order.before_change.is_some() && !model.orders.waits.contains_key(&key);
    model.desk.sync_again |= unanswered;
    if !newer {
        facts::take_terms(order, &report, authority);
    }
    facts::take_remark(order, report.remark);
    let progress = Progress { status: report.status, filled, avg_fill: filled.and(report.avg_fill) };
    lifecycle::advance(order, progress, authority, at);
    if revived && order.state.is_live() {
        let text = format!("CONFLICT: {} had ended here and is open at the broker.", select::order_name(order));
        model.notices.say(at, Tone::Error, text, Some(key.clone()));
    }
    let changed = model.orders.all.get(&key) != Some(&before);
    facts::rebook(model, &key);
    model.orders.disowned.shift_remove(&key);
    if !known {
        alarms::forked(model, step, &key);
    }
    facts::after(model, step, &key, was, changed);
    key
}

/// An order that has ended today. Its quantity may be what was left of it, so its terms are not taken over.
pub(super) fn completed(model: &mut Model, step: &mut Step, report: OrderReport) -> OrderKey {
    let found = select::find_order(model, &report.order_ref, &report.ids).cloned();
    let known = found.is_some();
    let key = found.unwrap_or_else(|| facts::adopt(model, &report));
    facts::learn_parent(model, &key, &report);
    let at = model.now;
    facts::rebook(model, &key);
    let fills: Vec<i64> = select::executions_of(model, &key).filter_map(|e| e.time).collect();
    let corrected = facts::is_corrected(model, &key);
    let has_executions = select::executions_of(model, &key).next().is_some();
    let Some(order) = model.orders.all.get_mut(&key) else { return key };
    let (was, before) = (Was::of(order), order.clone());
    facts::learn_ids(order, report.ids);
    facts::take_remark(order, report.remark);
    let filled = match (report.status, report.filled) {
        (BrokerStatus::Filled, _) if corrected => Some(order.filled),
        (_, Some(_)) if corrected => None,
        (BrokerStatus::Filled, None) if has_executions && order.filled.is_positive() => Some(order.filled),
        (BrokerStatus::Filled, None) => Some(order.spec.qty),
        (_, said) => said,
    };
    // Of what has filled and was taken back in part, the end stays as it was.
    let learns = report.status == BrokerStatus::Filled && (order.state.is_live() || !corrected);
    if learns && filled.is_some_and(|filled| lifecycle::resize(order, filled)) {
        facts::rebook(model, &key);
    }
    let Some(order) = model.orders.all.get_mut(&key) else { return key };
    let progress = Progress { status: report.status, filled, avg_fill: report.avg_fill };
    lifecycle::advance(order, progress, Authority::Stream, at);
    if report.status == BrokerStatus::Filled && corrected && order.filled.is_zero() && order.state.is_live() {
        // All that it had filled was taken back, and it does not work any more.
        lifecycle::settle(order, OrderState::Cancelled, at);
    }
    if report.status == BrokerStatus::Inactive && order.filled.is_zero() {
        lifecycle::settle(order, OrderState::Rejected, at);
    }
    // It filled when its executions did, not when this was heard; the monotonic half still says when it was heard.
    if let (OrderState::Filled, Some(first), Some(last)) = (order.state, fills.iter().min(), fills.iter().max()) {
        if order.changed_at == at {
            order.changed_at.wall = *last;
        }
        if !known {
            order.placed_at.wall = *first;
        }
    }
    // One that ended before this run was not placed later than that.
    if let Some(ended) = report.ended.filter(|ended| order.state != OrderState::Filled && *ended < at.wall) {
        if order.changed_at == at && order.state.is_terminal() {
            order.changed_at.wall = ended;
        }
        if !known {
            order.placed_at.wall = ended;
        }
    }
    let changed = *order != before;
    if known {
        facts::after(model, step, &key, was, changed);
    } else {
        facts::record(model, step, &key);
    }
    key
}

/// A live order that the broker did not list: never taken for cancelled on that ground alone.
fn missing(model: &mut Model, step: &mut Step, key: &OrderKey) {
    let (at, from) = (model.now, asked_at(model));
    let Some(order) = model.orders.all.get_mut(key) else { return };
    if order.changed_at.mono > from.mono {
        return;
    }
    let was = Was::of(order);
    let day_over = !order.spec.tif.outlives_day() && at.since(order.placed_at) > DAY_OVER;
    if model.orders.disowned.contains(key) {
        order.remark = Some((10147, SafeText::new("the broker does not know it and does not list it")));
        lifecycle::settle(order, OrderState::Cancelled, at);
    } else if day_over {
        order.remark = Some((0, SafeText::new("its day is over and the broker does not list it")));
        lifecycle::settle(order, OrderState::Cancelled, at);
    } else {
        let clock = at.eastern().strftime("%H:%M:%S").to_string();
        order.remark =
            Some((0, SafeText::new(&format!("not among the broker's orders at {clock}; it may come alive"))));
        lifecycle::settle(order, OrderState::Unknown, at);
    }
    model.orders.waits.shift_remove(key);
    facts::after(model, step, key, was, true);
}

/// The positions as listed; what is not listed is closed. A position that was told while the answer was under way is not
/// older than the answer: it stays, with the fills that it does not show yet, and whatever came after it is told too.
fn positions(model: &mut Model, step: &mut Step, reports: Vec<PositionReport>) {
    let at = model.now;
    let moved = std::mem::take(&mut model.desk.moved);
    let listed: BTreeSet<ConId> = reports.iter().map(|r| r.con_id).chain(moved.iter().copied()).collect();
    for position in model.positions.values_mut().filter(|p| !listed.contains(&p.con_id)) {
        position.qty = crate::money::Qty::ZERO;
        position.avg_cost = None;
        position.at = at;
        let Position { con_id, symbol, qty, .. } = position;
        step.note(Entry::Holding(Holding { con_id: *con_id, symbol: symbol.clone(), qty: *qty }));
    }
    for report in reports.into_iter().filter(|report| !moved.contains(&report.con_id)) {
        put_position(model, step, report);
    }
    model.desk.positions_known = true;
    model.orders.settling.retain(|con_id, _| moved.contains(con_id));
}

pub(super) fn position(model: &mut Model, step: &mut Step, report: PositionReport) {
    let (at, con_id) = (model.now, report.con_id);
    if model.desk.sync_from.is_some() {
        model.desk.moved.insert(con_id);
    }
    let before = select::held(model, con_id);
    if let Some(by) = before.and_then(|before| report.qty.minus(before)) {
        model.orders.settling.entry(con_id).or_default().moved(by, at);
    }
    put_position(model, step, report);
    alarms::protection(model, step);
    market::ask_held(model, step);
    step.draw(Redraw::Now);
}

fn put_position(model: &mut Model, step: &mut Step, report: PositionReport) {
    let at = model.now;
    let PositionReport { con_id, symbol, qty, avg_cost } = report;
    if model.positions.get(&con_id).is_none_or(|known| known.qty != qty) {
        step.note(Entry::Holding(Holding { con_id, symbol: symbol.clone(), qty }));
    }
    match model.positions.get_mut(&con_id) {
        Some(position) => (position.qty, position.avg_cost, position.at) = (qty, avg_cost, at),
        None if qty.is_zero() => {}
        None => {
            let position = Position { con_id, symbol, qty, avg_cost, pnl: Pnl::default(), value: None, at };
            model.positions.insert(con_id, position);
        }
    }
}

/// READY: cancels that could not go out go out now.
pub(super) fn send_wanted(model: &mut Model, step: &mut Step) {
    let wanted: Vec<OrderKey> = model.orders.cancel_wanted.iter().cloned().collect();
    for key in wanted {
        match model.orders.all.get(&key).map(|o| o.state) {
            Some(OrderState::Sending) => {}
            // The broker itself says that it is being cancelled.
            Some(OrderState::Cancelling) => {
                model.orders.cancel_wanted.shift_remove(&key);
            }
            _ => {
                cancel::order(model, step, &key);
            }
        }
    }
    let unknown: Vec<&Order> = model.orders.live().filter(|o| o.state == OrderState::Unknown).collect();
    if !unknown.is_empty() {
        let text = format!("{} with unknown outcome; o u asks the broker again.", words::count(unknown.len(), "order"));
        model.notices.say(model.now, Tone::Warn, text, None);
    }
}
