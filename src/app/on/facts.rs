//! What the broker says about single orders and fills.

use super::{alarms, cancel, guard, reconcile, ticket};
use crate::app::effect::{Effect, Record, Redraw, Step};
use crate::app::lifecycle::{self, Authority, Progress, Verdict};
use crate::app::model::{Awaited, Model, Wait};
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::broker::Link;
use crate::broker::event::{BrokerStatus, OrderReport, StatusReport};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::ContractRef;
use crate::domain::order::{
    Attributes, BrokerIds, Conditions, Order, OrderKey, OrderKind, OrderSpec, OrderState, Ownership,
};
use crate::domain::shown;
use crate::journal::Entry;
use crate::money::{Price, Qty};
use std::time::Duration;

/// An order or a change without an answer is looked for after this long.
const ANSWER: Duration = Duration::from_secs(1);
/// Commissions kept whose execution has not come.
const ORPHANS_MAX: usize = 1_000;

/// What an order was before a fact, for the news about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Was {
    state: Option<OrderState>,
    filled: Qty,
    /// The limit and total it had before a change that was not answered yet.
    unchanged: Option<(OrderKind, Qty)>,
}

impl Was {
    pub(super) fn of(order: &Order) -> Self {
        let unchanged = order.before_change.as_ref().map(|before| (before.kind, before.qty));
        Self { state: Some(order.state), filled: order.filled, unchanged }
    }
}

pub(super) fn report(model: &mut Model, step: &mut Step, report: OrderReport) {
    let found = select::find_order(model, &report.order_ref, &report.ids).cloned();
    let known = found.is_some();
    let key = found.unwrap_or_else(|| adopt(model, &report));
    learn_parent(model, &key, &report);
    let at = model.now;
    let filled = report.filled.filter(|_| !is_corrected(model, &key));
    let Some(order) = model.orders.all.get_mut(&key) else { return };
    let was = Was::of(order);
    let before = order.clone();
    let hold = hold(order);
    learn_ids(order, report.ids);
    take_terms(order, &report, Authority::Stream);
    take_remark(order, report.remark);
    let progress = Progress { status: report.status, filled, avg_fill: filled.and(report.avg_fill) };
    lifecycle::advance(order, progress, Authority::Stream, at);
    forget_hold(order, hold.as_ref());
    let changed = *order != before;
    // Of an order that is known, what its fills contradict was said when they came.
    if let Some(text) = rebook(model, &key).filter(|_| !known) {
        alarms::conflict(model, step, &key, text);
    }
    // What an order had filled before it was heard of is in the position.
    if known {
        unsettle(model, &key, was, at);
    } else {
        alarms::forked(model, step, &key);
    }
    after(model, step, &key, was, changed);
}

/// Whether these numbers fit more than one living order: an id that was forked, without the permanent id.
fn is_ambiguous(model: &Model, ids: &BrokerIds) -> bool {
    ids.perm_id == 0
        && model
            .orders
            .live()
            .any(|o| (o.ids.client_id, o.ids.order_id) == (ids.client_id, ids.order_id) && select::is_forked(model, o))
}

pub(super) fn status(model: &mut Model, step: &mut Step, report: &StatusReport) {
    if is_ambiguous(model, &report.ids) {
        return reconcile::ask(model, step);
    }
    let Some(key) = select::find_order(model, "", &report.ids).cloned() else { return };
    let at = model.now;
    let filled = Some(report.filled).filter(|_| !is_corrected(model, &key));
    let Some(order) = model.orders.all.get_mut(&key) else { return };
    let was = Was::of(order);
    let before = order.clone();
    learn_ids(order, report.ids);
    let hold = hold(order);
    let holds = !matches!(report.status, BrokerStatus::Cancelling | BrokerStatus::Cancelled | BrokerStatus::Filled);
    if let Some(why) = report.why_held.as_ref().filter(|w| holds && !w.is_empty()) {
        order.remark = Some((0, why.clone()));
    }
    order.cap = report.cap;
    let progress = Progress { status: report.status, filled, avg_fill: filled.and(report.avg_fill) };
    lifecycle::advance(order, progress, Authority::Stream, at);
    forget_hold(order, hold.as_ref());
    let changed = *order != before;
    unsettle(model, &key, was, at);
    after(model, step, &key, was, changed);
}

/// Why an order is held, or what was said of it without a code, while it works.
pub(super) fn hold(order: &Order) -> Option<SafeText> {
    let works = matches!(order.state, OrderState::Held | OrderState::Working);
    let said = order.remark.as_ref().filter(|(code, _)| *code == 0 && works);
    said.map(|(_, text)| text.clone())
}

/// Why an order was held says nothing of why it ends.
pub(super) fn forget_hold(order: &mut Order, hold: Option<&SafeText>) {
    let stale = |hold: &SafeText| order.remark.as_ref().is_some_and(|(code, text)| *code == 0 && text == hold);
    let ends = order.state == OrderState::Cancelling || order.state.is_terminal();
    if ends && hold.is_some_and(stale) {
        order.remark = None;
    }
}

/// Whether a fill of the order was corrected or taken back. The running counts that the broker tells with an order may still
/// hold it: from then on what has filled comes from the executions alone.
pub(super) fn is_corrected(model: &Model, key: &OrderKey) -> bool {
    select::executions_of(model, key).any(|e| e.exec_id.version().1 > 1)
}

/// What has been filled since, by whichever message said so first, may not be in the position yet.
fn unsettle(model: &mut Model, key: &OrderKey, was: Was, at: Stamp) {
    let now = model.now;
    let Some(order) = model.orders.all.get(key) else { return };
    if let Some(grown) = order.filled.minus(was.filled).filter(|grown| grown.is_positive()) {
        let settling = model.orders.settling.entry(order.spec.con_id).or_default();
        settling.filled(order.spec.side, grown, at, now);
    }
}

/// Takes an order in that is not known here: somebody else's, or ours without a record.
pub(super) fn adopt(model: &mut Model, report: &OrderReport) -> OrderKey {
    let tagged = matches!(&model.desk.journal, crate::app::model::Journal::Open { tag, .. }
        if report.order_ref.strip_prefix(tag.as_str()).is_some_and(|rest| rest.starts_with('-')));
    // An order that bears the name of one of ours and is not that one is somebody else's.
    let ours = tagged && !model.orders.all.contains_key(&OrderKey::own(&report.order_ref));
    let key = if ours {
        OrderKey::own(&report.order_ref)
    } else if report.ids.perm_id != 0 {
        OrderKey::foreign(report.ids.perm_id)
    } else {
        OrderKey::own(&format!("id:{}/{}", report.ids.client_id, report.ids.order_id))
    };
    let order = Order {
        other_kind: report.other_kind.clone(),
        ownership: if ours { Ownership::Own } else { Ownership::Foreign },
        ..Order::new(key.clone(), report.ids, report.spec.clone(), OrderState::Unknown, model.now)
    };
    model.orders.all.insert(key.clone(), order);
    let of_command = super::send::is_of_command(&report.order_ref);
    if ours || of_command && !model.orders.scripted_fills.contains(&report.order_ref) {
        model.orders.scripted.insert(key.clone());
    }
    key
}

/// Which order it is attached to is learnt once.
pub(super) fn learn_parent(model: &mut Model, key: &OrderKey, report: &OrderReport) {
    if report.parent_id <= 0 || model.orders.all.get(key).is_none_or(|order| order.parent.is_some()) {
        return;
    }
    let ids = BrokerIds { client_id: report.ids.client_id, order_id: report.parent_id, perm_id: 0 };
    let parent = select::find_order(model, "", &ids).filter(|parent| *parent != key).cloned();
    if let Some(order) = model.orders.all.get_mut(key) {
        order.parent = parent;
    }
}

/// Numbers are learnt once; a permanent id never changes.
pub(super) fn learn_ids(order: &mut Order, ids: BrokerIds) {
    if order.ids.order_id == 0 {
        order.ids.order_id = ids.order_id;
        order.ids.client_id = ids.client_id;
    }
    if order.ids.perm_id == 0 {
        order.ids.perm_id = ids.perm_id;
    }
}

/// The terms as the broker has them. While a change is unanswered, the old terms are a late word and not a refusal.
pub(super) fn take_terms(order: &mut Order, report: &OrderReport, authority: Authority) {
    let said = &report.spec;
    if order.state.is_terminal() && authority == Authority::Stream {
        return;
    }
    // An order can be given another type elsewhere; its terms alone would then say something else than the broker.
    let same_kind = order.other_kind == report.other_kind;
    if same_kind && same_terms(&order.spec, said) {
        order.before_change = None;
        return;
    }
    let late = order.before_change.as_ref().is_some_and(|old| same_terms(old, said));
    if late && authority == Authority::Stream {
        return;
    }
    order.before_change = None;
    order.other_kind.clone_from(&report.other_kind);
    order.spec.qty = said.qty.max(order.filled);
    order.spec.kind = said.kind;
    order.spec.tif = said.tif;
    order.spec.session = said.session;
    let own = &order.spec.attributes;
    let mut terms = Attributes { tag: own.tag.clone(), flip: own.flip, ..said.attributes.clone() };
    // The wire names the contracts of tests by half.
    if same_tests(own.when.as_ref(), terms.when.as_ref()) {
        terms.when.clone_from(&own.when);
    }
    if same_tests(own.cancel_when.as_ref(), terms.cancel_when.as_ref()) {
        terms.cancel_when.clone_from(&own.cancel_when);
    }
    // The route goes with the venue; of what has none the exchange is its contract's.
    if terms.via != own.via {
        order.spec.exchange = said.exchange.clone();
    }
    order.spec.attributes = terms;
}

/// Whether the terms that the broker keeps are the same; a note and the leave to go through zero never reach it.
fn same_terms(a: &OrderSpec, b: &OrderSpec) -> bool {
    let kept = |spec: &OrderSpec| Attributes {
        tag: None,
        flip: false,
        when: None,
        cancel_when: None,
        ..spec.attributes.clone()
    };
    let (x, y) = (&a.attributes, &b.attributes);
    (a.qty, a.kind, a.tif, a.session) == (b.qty, b.kind, b.tif, b.session)
        && kept(a) == kept(b)
        && same_tests(x.when.as_ref(), y.when.as_ref())
        && same_tests(x.cancel_when.as_ref(), y.cancel_when.as_ref())
}

/// Whether these are the same tests, of contracts that can be the same.
fn same_tests(a: Option<&Conditions<ContractRef>>, b: Option<&Conditions<ContractRef>>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.matches(b, ContractRef::agrees),
        _ => false,
    }
}

pub(super) fn take_remark(order: &mut Order, remark: Option<SafeText>) {
    if let Some(text) = remark.filter(|t| !t.is_empty())
        && order.remark.as_ref().is_none_or(|(code, _)| *code == 0)
    {
        order.remark = Some((0, text));
    }
}

pub(super) fn sent(model: &mut Model, step: &mut Step, key: &OrderKey, ids: BrokerIds) {
    let at = model.now;
    let Some(order) = model.orders.all.get_mut(key) else { return };
    learn_ids(order, ids);
    let what = match (order.state, &order.before_change) {
        (OrderState::Sending, _) => Some(Awaited::Order),
        (_, Some(_)) => Some(Awaited::Change),
        _ => None,
    };
    if let Some(what) = what {
        model.orders.waits.insert(key.clone(), Wait { what, until: at.plus(ANSWER), sent: true });
    }
    if let Some(sending) = model.panes.ticket.sending.as_mut().filter(|s| s.key == *key) {
        sending.sent_at = Some(at);
    }
    if model.orders.cancel_wanted.contains(key) {
        cancel::order(model, step, key);
    }
    step.draw(Redraw::Now);
}

pub(super) fn not_sent(model: &mut Model, step: &mut Step, key: &OrderKey, why: &SafeText) {
    let at = model.now;
    let Some(order) = model.orders.all.get_mut(key) else { return };
    let was = Was::of(order);
    model.orders.waits.shift_remove(key);
    if let Some(old) = order.before_change.take() {
        order.spec = *old;
        lifecycle::settle(order, order.state, at);
        let name = select::order_name(order);
        let text = format!("{name} was not changed: {why}.");
        model.notices.say(at, Tone::Error, text, Some(key.clone()));
        record(model, step, key);
        step.draw(Redraw::Now);
        return;
    }
    if !matches!(order.state, OrderState::Sending | OrderState::Unknown) {
        return;
    }
    order.mark_not_sent(why);
    lifecycle::settle(order, OrderState::Rejected, at);
    model.orders.recent.retain(|r| r.key != *key);
    model.orders.cancel_wanted.shift_remove(key);
    after(model, step, key, was, true);
}

pub(super) fn cancel_not_sent(model: &mut Model, step: &mut Step, key: &OrderKey, why: &SafeText, queued: bool) {
    let at = model.now;
    let Some(order) = model.orders.all.get(key) else { return };
    model.orders.waits.shift_remove(key);
    let name = select::order_name(order);
    let text = if queued {
        format!("NOT SENT: {name} still works at the broker ({why}). The cancel goes out with the next connection.")
    } else {
        format!("NOT SENT: {name} still works at the broker: {why}.")
    };
    model.notices.say(at, Tone::Error, text, Some(key.clone()));
    if !queued && select::is_current(model) {
        // It is not being cancelled: what it is now only the broker can say.
        reconcile::ask(model, step);
    }
    step.draw(Redraw::Now);
}

pub(super) fn error(model: &mut Model, step: &mut Step, order_id: i32, code: i32, text: SafeText) {
    let at = model.now;
    let ids = BrokerIds { client_id: model.desk.client_id, order_id, perm_id: 0 };
    if is_ambiguous(model, &ids) {
        // Of two orders under one id a word about the id ends neither.
        model.notices.say(at, Tone::Warn, format!("{text} ({code}), #{order_id}: which of them is asked."), None);
        reconcile::ask(model, step);
        step.draw(Redraw::Now);
        return;
    }
    let Some(key) = select::find_order(model, "", &ids).cloned() else {
        model.notices.say(at, Tone::Warn, format!("{text} ({code}), order {order_id}"), None);
        step.draw(Redraw::Now);
        return;
    };
    let Some(order) = model.orders.all.get_mut(&key) else { return };
    let was = Was::of(order);
    match lifecycle::verdict(code) {
        Verdict::Refused if order.before_change.is_some() => return change_refused(model, step, &key, code, text),
        Verdict::Refused
            if order.filled.is_zero()
                && matches!(order.state, OrderState::Sending | OrderState::Held | OrderState::Unknown) =>
        {
            order.remark = Some((code, text));
            lifecycle::settle(order, OrderState::Rejected, at);
        }
        Verdict::Cancelled if !order.state.is_terminal() => {
            order.remark = Some((code, text));
            lifecycle::settle(order, OrderState::Cancelled, at);
        }
        Verdict::CancelFailed => return cancel_failed(model, step, &key, code, text),
        Verdict::Disowned if !order.state.is_terminal() => {
            order.remark = Some((code, text));
            lifecycle::settle(order, OrderState::Unknown, at);
            model.orders.disowned.insert(key.clone());
            model.orders.waits.shift_remove(&key);
            reconcile::ask(model, step);
        }
        Verdict::Remark => {
            let words = format!("{}: {text} ({code})", words::order(model, &model.orders.all[&key]));
            if let Some(order) = model.orders.all.get_mut(&key) {
                order.remark = Some((code, text));
            }
            model.notices.say(at, Tone::Warn, words, Some(key.clone()));
        }
        // A refusal of an order that works, a code that is not known: the broker is asked what is true.
        Verdict::Refused | Verdict::Unclear => {
            if !order.state.is_terminal() {
                order.remark = Some((code, text.clone()));
                reconcile::ask(model, step);
            }
            model.notices.say(at, Tone::Warn, format!("{text} ({code})"), Some(key.clone()));
        }
        Verdict::Cancelled | Verdict::Disowned => {}
    }
    after(model, step, &key, was, true);
}

/// A change was refused: the order lives on under its old terms.
fn change_refused(model: &mut Model, step: &mut Step, key: &OrderKey, code: i32, text: SafeText) {
    let at = model.now;
    let Some(order) = model.orders.all.get_mut(key) else { return };
    if let Some(old) = order.before_change.take() {
        order.spec = *old;
        lifecycle::settle(order, order.state, at);
    }
    let (name, limit, con_id) = (select::order_name(order), order.spec.kind.limit(), order.spec.con_id);
    order.remark = Some((code, text));
    model.orders.waits.shift_remove(key);
    let kept = limit.map_or_else(|| "its terms".into(), |l| words::price(model, con_id, l));
    model.notices.say(
        at,
        Tone::Error,
        format!("{name} keeps {kept}: the change was refused ({code})."),
        Some(key.clone()),
    );
    ticket::answered(model, key);
    record(model, step, key);
    step.draw(Redraw::Now);
}

/// A cancel met an order that is not what it was: filled already, or something else. The broker is asked.
fn cancel_failed(model: &mut Model, step: &mut Step, key: &OrderKey, code: i32, text: SafeText) {
    let at = model.now;
    let Some(order) = model.orders.all.get_mut(key) else { return };
    let name = select::order_name(order);
    let (state, con_id, symbol) = (order.state, order.spec.con_id, order.spec.symbol.clone());
    order.remark = Some((code, text));
    model.orders.waits.shift_remove(key);
    let words = if state == OrderState::Filled {
        let held =
            select::held(model, con_id).map_or_else(String::new, |q| format!(" {symbol} {}.", words::standing(q)));
        format!("{name} filled before the cancel arrived ({code}).{held}")
    } else {
        format!("{name} could not be cancelled ({code}). The broker is asked what became of it.")
    };
    model.notices.say(at, Tone::Warn, words, Some(key.clone()));
    if !state.is_terminal() {
        reconcile::ask(model, step);
    }
    record(model, step, key);
    step.draw(Redraw::Now);
}

/// A fill, told as it happens.
pub(super) fn execution(model: &mut Model, step: &mut Step, execution: Execution) {
    let at = model.now;
    execution_of(model, step, execution, at);
}

/// A fill of this moment.
pub(super) fn execution_of(model: &mut Model, step: &mut Step, execution: Execution, at: Stamp) {
    let (con_id, side, qty, now) = (execution.con_id, execution.side, execution.qty, model.now);
    let known = model.orders.executions.len();
    let name = execution.order_ref.clone();
    let key = take_execution(model, step, execution);
    let Some(key) = key else {
        if model.orders.executions.len() > known {
            model.orders.settling.entry(con_id).or_default().filled(side, qty, at, now);
            // An order that takes at once may never be listed.
            if super::send::is_of_command(&name) && model.orders.scripted_fills.insert(name) {
                guard::unattended(model, step);
            }
        }
        return;
    };
    let Some(order) = model.orders.all.get(&key) else { return };
    let was = Was::of(order);
    if let Some(text) = rebook(model, &key) {
        alarms::conflict(model, step, &key, text);
    }
    unsettle(model, &key, was, at);
    after(model, step, &key, was, true);
}

/// Books an execution that is not known yet; the order it belongs to, once that is known.
pub(super) fn take_execution(model: &mut Model, step: &mut Step, mut execution: Execution) -> Option<OrderKey> {
    let known = model.orders.executions.get(&execution.exec_id);
    if known.is_some() {
        return None;
    }
    if execution.commission.is_none() {
        execution.commission = model.orders.orphans.shift_remove(&execution.exec_id);
    }
    // A correction carries the id of what it corrects with a higher last part, and replaces it.
    let newer = model.orders.executions.keys().find_map(|id| corrects(id, &execution.exec_id));
    let mut less = None;
    match newer {
        Some(Correction::Replaced(old)) => {
            if let Some(old) = model.orders.executions.shift_remove(&old) {
                less = old.qty.minus(execution.qty).filter(|less| less.is_positive());
                corrected(model, step, old, &execution);
            }
        }
        Some(Correction::Late) => return None,
        None => {}
    }
    step.push(Effect::Record(Record::Execution(Box::new(execution.clone()))));
    step.draw(Redraw::Now);
    let key = select::find_order(model, &execution.order_ref, &execution.ids).cloned();
    model.orders.executions.insert(execution.exec_id.clone(), execution);
    model.orders.traded.date = None;
    if let (Some(key), Some(less)) = (&key, less) {
        taken_back(model, key, less);
    }
    key
}

/// A fill has been taken back, in part or whole: the one way in which what has filled becomes less. Whether the order works
/// again only the broker can say; an end stays an end.
fn taken_back(model: &mut Model, key: &OrderKey, less: Qty) {
    let Some(order) = model.orders.all.get_mut(key) else { return };
    order.filled = order.filled.minus(less).filter(|left| left.is_positive()).unwrap_or(Qty::ZERO);
    order.avg_fill = None;
    order.remark = Some((0, SafeText::new("the broker has taken a fill of it back")));
}

/// Says that a fill is not what it was, and keeps both versions.
fn corrected(model: &mut Model, step: &mut Step, old: Execution, new: &Execution) {
    let (tone, text) = if new.qty.is_positive() {
        (Tone::Warn, format!("Execution of {} corrected: {} @ {}.", new.symbol, new.qty, new.price))
    } else {
        step.push(Effect::Bell);
        let text = format!(
            "TAKEN BACK by the broker: the fill of {} {} @ {}. Look at the position.",
            old.qty, old.symbol, old.price
        );
        (Tone::Error, text)
    };
    model.notices.say(model.now, tone, text, None);
    step.note(Entry::Corrected { old: Box::new(old), new: Box::new(new.clone()) });
}

enum Correction {
    /// The new one replaces this.
    Replaced(ExecId),
    /// A newer one is here already.
    Late,
}

fn corrects(known: &ExecId, new: &ExecId) -> Option<Correction> {
    let ((known_base, known_version), (base, version)) = (known.version(), new.version());
    if known_base != base {
        return None;
    }
    Some(if version > known_version { Correction::Replaced(known.clone()) } else { Correction::Late })
}

/// Books the executions known of an order: their sum, or the running total the broker gave, whichever is more; in words what
/// they contradict. Where every one of them came with a running total and their sum is more, one fill was told under two
/// ids: the total counts.
pub(super) fn rebook(model: &mut Model, key: &OrderKey) -> Option<String> {
    let at = model.now;
    let (mut sum, mut value, mut total, mut said_avg) = (Qty::ZERO, Some(rust_decimal::Decimal::ZERO), Qty::ZERO, None);
    // The running totals of the others still hold a fill that was corrected.
    let corrected = is_corrected(model, key);
    let mut counted = !corrected;
    for e in select::executions_of(model, key) {
        sum = sum.plus(e.qty).unwrap_or(sum);
        value = value.and_then(|v| v.checked_add(e.price.0.checked_mul(e.qty.0)?));
        counted &= e.cum_qty.is_positive();
        if e.cum_qty >= total && !corrected {
            (total, said_avg) = (e.cum_qty, e.avg_price);
        }
    }
    if sum.is_zero() {
        return None;
    }
    let twice = counted && sum > total;
    let own_avg = value.and_then(|v| v.checked_div(sum.0)).map(|p| Price(p.normalize()));
    let (booked, avg) = if total > sum || twice { (total, said_avg) } else { (sum, own_avg) };
    let order = model.orders.all.get_mut(key)?;
    let most = order.before_change.as_ref().map_or(order.spec.qty, |before| before.qty.max(order.spec.qty));
    let name = select::order_name(order);
    let conflict = if booked > most {
        Some(format!(
            "CONFLICT: {name} has {} filled of {}. The broker is asked.",
            shown::qty(booked),
            shown::qty(most)
        ))
    } else {
        twice.then(|| {
            let (said, sum) = (shown::qty(total), shown::qty(sum));
            format!(
                "CONFLICT: {name} has filled {said} by the broker's count and {sum} by its fills. The broker is asked."
            )
        })
    };
    lifecycle::book(order, booked, avg);
    // A fill proves that it is, or was, alive at the exchange.
    let next = match order.state {
        OrderState::Sending | OrderState::Held | OrderState::Unknown => OrderState::Working,
        other => other,
    };
    lifecycle::settle(order, next, at);
    conflict
}

pub(super) fn commission(model: &mut Model, step: &mut Step, exec_id: &ExecId, commission: Commission) {
    let Some(execution) = model.orders.executions.get_mut(exec_id) else {
        if model.orders.orphans.len() >= ORPHANS_MAX {
            model.orders.orphans.shift_remove_index(0);
        }
        model.orders.orphans.insert(exec_id.clone(), commission);
        return;
    };
    if execution.commission.as_ref() == Some(&commission) {
        return;
    }
    execution.commission = Some(commission);
    let execution = execution.clone();
    if let Some(key) = select::order_of(model, &execution).map(|o| o.key.clone()) {
        tell_commission(model, &key);
    }
    step.push(Effect::Record(Record::Execution(Box::new(execution))));
    model.orders.traded.date = None;
    step.draw(Redraw::Now);
}

/// Completes the news of a fill with what it cost, while it can still be read.
fn tell_commission(model: &mut Model, key: &OrderKey) {
    let Some(total) = commission_of(model, key) else { return };
    let news =
        model.notices.list.iter_mut().rev().find(|n| n.order.as_ref() == Some(key) && n.text.starts_with("filled"));
    if let Some(news) = news {
        let head = news.text.split(", commission").next().unwrap_or_default().to_owned();
        news.text = format!("{head}, commission {}", shown::cash(total));
    }
}

/// What an order's executions have cost, once all of them are known.
fn commission_of(model: &Model, key: &OrderKey) -> Option<crate::money::Cash> {
    let mut total = crate::money::Cash::ZERO;
    for execution in select::executions_of(model, key) {
        total = total.plus(execution.commission.as_ref()?.amount)?;
    }
    Some(total)
}

/// What follows from a change of an order: the record, the news, the ticket, what was waited for.
pub(super) fn after(model: &mut Model, step: &mut Step, key: &OrderKey, was: Was, changed: bool) {
    let Some(order) = model.orders.all.get(key) else { return };
    let now = Was::of(order);
    if !changed && now.state == was.state && now.filled == was.filled {
        return;
    }
    let answered = match model.orders.waits.get(key).map(|w| w.what) {
        Some(Awaited::Order) => order.state != OrderState::Sending,
        Some(Awaited::Change) => order.before_change.is_none() || order.state.is_terminal(),
        Some(Awaited::Cancel) => order.state.is_terminal(),
        None => false,
    };
    let ended = order.state.is_terminal();
    let free = order.state != OrderState::Sending;
    if answered {
        model.orders.waits.shift_remove(key);
    }
    if ended {
        model.orders.cancel_wanted.shift_remove(key);
        model.orders.disowned.shift_remove(key);
        if model.orders.nudge.as_ref().is_some_and(|(k, _, _)| k == key) {
            model.orders.nudge = None;
        }
    } else if free && model.orders.cancel_wanted.contains(key) && matches!(model.desk.link, Link::Ready { .. }) {
        cancel::order(model, step, key);
    }
    if now.filled > was.filled {
        guard::filled(model, step, key);
    }
    record(model, step, key);
    news(model, key, was);
    if free {
        ticket::answered(model, key);
    }
    alarms::protection(model, step);
    alarms::changed(model, step, key, ended && was.state != now.state, now.filled > was.filled);
    cancel::leave_if_done(model, step);
    step.draw(Redraw::Now);
}

/// Writes the order into the journal as it stands. Only our own: the broker alone answers for those of others, and one of
/// ours that it listed before the journal was open must not come back as somebody else's.
pub(super) fn record(model: &Model, step: &mut Step, key: &OrderKey) {
    if let Some(order) = model.orders.all.get(key).filter(|o| o.ownership == Ownership::Own) {
        step.push(Effect::Record(Record::Order(Box::new(order.clone()))));
    }
}

/// Whether another order has filled that an order fills instead of: the broker takes it back then, as it was told to.
fn by_group(model: &Model, order: &Order) -> bool {
    let group = |o: &Order| o.spec.attributes.oca.as_ref().map(|oca| oca.name.clone());
    let (own, kind) = (group(order), order.spec.kind.is_triggered());
    let linked = |o: &&Order| match &own {
        Some(_) => group(o) == own,
        None => order.parent.is_some() && o.parent == order.parent && o.spec.kind.is_triggered() != kind,
    };
    model.orders.all.values().filter(|o| o.key != order.key && o.filled.is_positive()).any(|o| linked(&o))
}

/// Says what has become of an order.
fn news(model: &mut Model, key: &OrderKey, was: Was) {
    let Some(order) = model.orders.all.get(key) else { return };
    let brief = words::order(model, order);
    let symbol = &order.spec.symbol;
    let state = order.state;
    let grown = order.filled > was.filled;
    let after_end = grown && was.state.is_some_and(OrderState::is_terminal);
    let why = order.remark.as_ref().map(|(code, text)| (*code, text.to_string()));
    let reason = |fallback: &str| match &why {
        Some((0, text)) => text.clone(),
        Some((code, text)) => format!("{text} ({code})"),
        None => fallback.to_owned(),
    };
    let (tone, text) = if after_end {
        let name = select::order_name(order);
        let filled = format!("{}/{}", shown::qty(order.filled), shown::qty(order.spec.qty));
        (Tone::Error, format!("{name} filled after it had ended: {filled} {symbol}. Look at the position."))
    } else if state == OrderState::Filled && was.state != Some(OrderState::Filled) {
        let avg = order.avg_fill.map_or_else(|| "—".into(), |p| words::average(model, order.spec.con_id, p));
        let cost = commission_of(model, key).filter(|_| select::executions_of(model, key).next().is_some());
        let cost = cost.map_or_else(String::new, |c| format!(", commission {}", shown::cash(c)));
        let opens = order.spec.verb.word();
        let verb = if opens == "buy" { String::new() } else { format!("{opens} ") };
        (Tone::Info, format!("filled {verb}{} {symbol} @ {avg}{cost}", shown::qty(order.filled)))
    } else if grown {
        let last = select::executions_of(model, key).last().map(|e| e.price).or(order.avg_fill);
        let price = last.map_or_else(|| "—".into(), |p| words::average(model, order.spec.con_id, p));
        let progress = format!("{}/{}", shown::qty(order.filled), shown::qty(order.spec.qty));
        (Tone::Info, format!("partial {progress} {symbol} @ {price}"))
    } else if Some(state) == was.state {
        let accepted = order.before_change.is_none()
            && was.unchanged.is_some_and(|before| before != (order.spec.kind, order.spec.qty));
        if !accepted {
            return;
        }
        (Tone::Info, format!("changed {brief}"))
    } else {
        match state {
            OrderState::Working if was.state != Some(OrderState::Cancelling) => {
                (Tone::Info, format!("working {brief}"))
            }
            OrderState::Working => {
                let next =
                    if model.orders.cancel_wanted.contains(key) { "it is cancelled again" } else { "x cancels again" };
                (Tone::Error, format!("NOT CANCELLED: {brief} still works; {next}."))
            }
            OrderState::Held => (
                Tone::Info,
                format!(
                    "held {brief}{}",
                    why.as_ref().map_or_else(String::new, |(c, t)| {
                        if *c == 0 { format!(": {t}") } else { format!(": {t} ({c})") }
                    })
                ),
            ),
            OrderState::Cancelled if was.state == Some(OrderState::Cancelling) => {
                (Tone::Info, format!("cancelled {brief}"))
            }
            OrderState::Cancelled if !select::is_ours(model, order) => {
                (Tone::Warn, format!("ended {brief}: {}", reason("cancelled")))
            }
            OrderState::Cancelled if by_group(model, order) => {
                (Tone::Info, format!("cancelled with its group, which has filled: {brief}"))
            }
            OrderState::Cancelled => (
                Tone::Warn,
                format!(
                    "cancelled by the broker: {brief}{}",
                    match &why {
                        Some((code, _)) if *code != 0 => format!(" ({code})"),
                        _ => String::new(),
                    }
                ),
            ),
            OrderState::Rejected if order.not_sent().is_some() => {
                (Tone::Error, format!("NOT SENT {brief}: {}", order.not_sent().unwrap_or_default()))
            }
            OrderState::Rejected => (Tone::Error, format!("REJECTED {brief}: {}", reason("the broker gave no reason"))),
            OrderState::Unknown => (Tone::Error, format!("UNKNOWN {brief}: {}", reason("looking for it"))),
            OrderState::Cancelling | OrderState::Sending | OrderState::Filled => return,
        }
    };
    let text = if select::is_ours(model, order) { text } else { format!("elsewhere: {text}") };
    model.notices.say(model.now, tone, text, Some(key.clone()));
}
