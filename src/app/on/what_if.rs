//! Asking the broker what an order would do (`trading.md` decision 7, D3).
//!
//! Invariants: only a key or a sentence with `preview` asks, never a check of the guard; not more than once a minute and not
//! more than [`FREE`] times and once for ten orders in a session; the same order is not asked about again within a minute; what
//! was asked about is cancelled afterwards. The question goes through guard and journal like an order, whose number it
//! takes, and is never an order of the model. Of a bracket the entry is asked about.

use super::{send, ticket};
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::Model;
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::broker::Command;
use crate::domain::SafeText;
use crate::domain::order::{BrokerIds, OrderKey, OrderSpec};
use crate::domain::whatif::WhatIf;
use crate::panes::ticket::{Aim, Asked};
use crate::risk::{self, Consent};

/// Questions that need no orders.
const FREE: u32 = 10;
/// Orders that earn one more question.
const ORDERS: u32 = 10;

/// Asks about what is staged, unless the answer is there or the quota is used up.
pub(super) fn ask(model: &mut Model, step: &mut Step) {
    ticket::refresh(model, step);
    match question(model) {
        Err(why) => model.notices.say(model.now, Tone::Info, why, None),
        Ok((key, spec)) => send_question(model, step, key, spec),
    }
}

/// What can be asked about now, under which name; or why nothing can.
fn question(model: &Model) -> Result<(OrderKey, OrderSpec), String> {
    let staged = model.panes.ticket.staged.as_ref().ok_or("Nothing is staged to ask about.")?;
    if staged.aim != Aim::New {
        return Err("what-if is for new orders: the broker would count a change as one more.".into());
    }
    let mut spec = staged.spec.clone().ok_or("There is no order to ask about yet.")?;
    spec.attributes.preview = true;
    if let Some(asked) = &model.panes.ticket.what_if {
        let wait = asked.wait(model.now);
        if asked.is_about(&spec) && asked.answer.as_ref().is_none_or(Result::is_ok) && wait.is_some() {
            return Err("The broker was asked about this order within the minute.".into());
        }
        if let Some(wait) = wait {
            return Err(format!("what-if again in {} s: IB allows one a minute.", wait.as_secs().saturating_add(1)));
        }
    }
    let asked = model.panes.ticket.what_ifs;
    let orders = model.desk.next_ref.saturating_sub(asked);
    if asked >= orders.div_euclid(ORDERS).saturating_add(FREE) {
        return Err("No what-if is left: IB allows about one for ten orders.".into());
    }
    Ok((send::own_name(model, 0)?, spec))
}

fn send_question(model: &mut Model, step: &mut Step, key: OrderKey, spec: OrderSpec) {
    let origin = model.panes.ticket.staged.as_ref().map_or(risk::Origin::Key, |s| s.origin);
    let live = select::live_of(model, spec.con_id);
    let ctx = select::context(model, spec.con_id, &live, origin);
    match risk::check_new(spec.clone(), key.clone(), &ctx, Consent::Given) {
        Ok(approved) => {
            model.desk.next_ref = model.desk.next_ref.saturating_add(1);
            model.panes.ticket.what_ifs = model.panes.ticket.what_ifs.saturating_add(1);
            let at = model.now;
            model.panes.ticket.what_if =
                Some(Box::new(Asked { key, spec, at, ids: BrokerIds::default(), answer: None }));
            step.push(Effect::Ask(Box::new(approved)));
            step.draw(Redraw::Now);
        }
        Err(verdict) => {
            let why = verdict.findings.first().map_or_else(String::new, |f| format!("{} ({})", f.text, f.code));
            let text = format!("Not asked: the guard would not let it pass: {why}.");
            model.notices.say(model.now, Tone::Warn, text, None);
        }
    }
}

/// The question of this name.
fn asked<'m>(model: &'m mut Model, key: &OrderKey) -> Option<&'m mut Asked> {
    model.panes.ticket.what_if.as_deref_mut().filter(|asked| asked.key == *key)
}

/// The number it goes out under.
pub(super) fn numbered(model: &mut Model, key: &OrderKey, ids: BrokerIds) -> bool {
    asked(model, key).map(|asked| asked.ids = ids).is_some()
}

/// It never left.
pub(super) fn not_sent(model: &mut Model, step: &mut Step, key: &OrderKey, why: &SafeText) -> bool {
    let known = asked(model, key).map(|asked| asked.answer = Some(Err(why.clone()))).is_some();
    if known {
        step.draw(Redraw::Now);
    }
    known
}

/// The broker's answer; what it was asked about is taken back.
pub(super) fn answered(model: &mut Model, step: &mut Step, key: &OrderKey, ids: BrokerIds, answer: WhatIf) {
    let Some(asked) = asked(model, key) else { return };
    asked.ids = ids;
    asked.answer = Some(Ok(answer));
    step.send(Command::Cancel { key: key.clone(), ids });
    step.draw(Redraw::Now);
}

/// Whether an error is about the question: its refusal, or the word that there is nothing to cancel.
pub(super) fn error(model: &mut Model, step: &mut Step, order_id: i32, code: i32, text: &SafeText) -> bool {
    let Some(asked) = model.panes.ticket.what_if.as_mut().filter(|a| a.ids.order_id == order_id && order_id > 0) else {
        return false;
    };
    // Warnings (2100 to 2199, 399) come beside the answer.
    let warns = (2_100..2_200).contains(&code) || code == 399;
    if asked.answer.is_none() && !warns {
        asked.answer = Some(Err(SafeText::new(&format!("{text} ({code})"))));
        let order = words::sentence(&asked.spec, None);
        let text = format!("The broker would refuse {order}: {text} ({code}).");
        model.notices.say(model.now, Tone::Warn, text, None);
    }
    step.draw(Redraw::Now);
    true
}
