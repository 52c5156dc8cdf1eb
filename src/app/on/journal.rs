//! What the journal says: what is remembered, what is durable, that it cannot be written.

use crate::app::away::Standing;
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Journal, Model};
use crate::app::msg::JournalFact;
use crate::app::notices::Tone;
use crate::app::select;
use crate::broker::Link;
use crate::clock::Stamp;
use crate::domain::order::{BrokerIds, Order, OrderState};
use crate::journal::Entry;

/// A write that took longer is worth a word, in microseconds.
const SLOW: u64 = 250_000;

pub(in crate::app) fn fact(model: &mut Model, step: &mut Step, fact: JournalFact) {
    step.draw(Redraw::Now);
    match fact {
        JournalFact::Opened { run, tag, live, executions, terms, before, accepted } => {
            model.desk.journal = Journal::Open { tag, run };
            if let Some(before) = before {
                if before.halted && !model.desk.halted {
                    model.desk.halted = true;
                    let text = "HALT, as it was left: exits and cancels only. o h lifts it.";
                    model.notices.say(model.now, Tone::Warn, text, None);
                }
                let session = select::session_date(model);
                if before.reduced == Some(session) && model.desk.reduced.is_none() {
                    model.desk.reduced = Some(session);
                    let text = "REDUCE, as it was left: exits only, until the next session or :resume.";
                    model.notices.say(model.now, Tone::Warn, text, None);
                }
                if !before.limits.is_empty() {
                    // What was typed held for that run.
                    step.note(Entry::Tuned { limits: Vec::new() });
                }
                model.away.before = Some(Box::new(Standing::remembered(before, &live)));
            }
            model.orders.terms.extend(terms);
            model.desk.accepted.extend(accepted);
            for execution in executions {
                model.orders.executions.entry(execution.exec_id.clone()).or_insert(execution);
            }
            for order in live {
                remember(model, order);
            }
            // What the broker has said already was said to a desk that did not remember these.
            if matches!(model.desk.link, Link::Ready { .. } | Link::Syncing { .. }) {
                super::reconcile::ask(model, step);
            }
            super::arm::greet(model);
        }
        JournalFact::Intended { key, order_id, micros, .. } => {
            let at = model.now;
            let client_id = model.desk.client_id;
            super::what_if::numbered(model, &key, BrokerIds { client_id, order_id, perm_id: 0 });
            if let Some(order) = model.orders.all.get_mut(&key)
                && order.ids.order_id == 0
            {
                order.ids.order_id = order_id;
                order.ids.client_id = client_id;
            }
            // The exits that go out with it have the ids that follow, in their order.
            // Each has the id of its place, also beside one that the broker has told already.
            let exits = model.orders.all.values_mut().filter(|o| o.parent.as_ref() == Some(&key));
            for (exit, id) in exits.zip(order_id.saturating_add(1)..).filter(|(exit, _)| exit.ids.order_id == 0) {
                exit.ids.order_id = id;
                exit.ids.client_id = client_id;
            }
            if let Some(sending) = model.panes.ticket.sending.as_mut().filter(|s| s.key == key) {
                sending.journaled = Some((at, micros, order_id));
            }
            if micros > SLOW {
                let text = format!("The journal took {} ms for an order; the disk is slow.", micros.div_euclid(1_000));
                model.notices.say(at, Tone::Warn, text, Some(key));
            }
        }
        JournalFact::Recalled(page) => {
            let now = model.now;
            let page = page.map(|orders| {
                let of_now = |order: Order| Order {
                    placed_at: rebased(order.placed_at, now),
                    changed_at: rebased(order.changed_at, now),
                    ..order
                };
                orders.into_iter().map(of_now).collect()
            });
            super::blotter::recalled(model, step, page);
        }
        JournalFact::Failed(why) => {
            model.desk.halted = true;
            let text = format!("The journal cannot be written: {why}. HALT; working orders stay, cancels work.");
            model.desk.journal = Journal::Failed(why);
            model.notices.say(model.now, Tone::Error, text, None);
        }
    }
}

/// Takes an order of an earlier run in: nobody knows what became of it until the broker has listed its orders.
fn remember(model: &mut Model, mut order: Order) {
    let now = model.now;
    order.placed_at = rebased(order.placed_at, now);
    order.changed_at = rebased(order.changed_at, now);
    if order.state.is_live() {
        order.state = OrderState::Unknown;
    }
    // The broker may have listed it before the journal was open: then it stands here as somebody else's.
    if let Some(stranger) = select::find_order(model, order.key.as_str(), &order.ids).cloned()
        && let Some(seen) = model.orders.all.shift_remove(&stranger)
    {
        order.state = seen.state;
        order.filled = seen.filled.max(order.filled).min(order.spec.qty);
        order.ids = seen.ids;
    }
    model.orders.all.insert(order.key.clone(), order);
}

/// A stamp of an earlier process: its monotonic half means nothing here, its wall half does.
fn rebased(stamp: Stamp, now: Stamp) -> Stamp {
    let age = now.wall.saturating_sub(stamp.wall).max(0);
    Stamp { wall: stamp.wall, mono: now.mono.saturating_sub(age) }
}
