//! The way out of a position: cancel its orders, wait until all have ended, count again, send.
//!
//! Invariants: nothing is sent while an order of ours of the contract can still fill, or while a fill is not in the position
//! yet; what is sent is counted from the position at that moment, and never more than was agreed to, nor on the other side;
//! without certainty after two seconds the desk asks and sends nothing; a turn around that does not pass any more once the
//! orders are cancelled, or that a kill meets, closes the position.
//!
//! Must not know: the screen. Absent: all positions at once.

use std::time::Duration;

use rust_decimal::Decimal;

use super::{cancel, send, ticket};
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Model, Overlay, Unwinding};
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::broker::Link;
use crate::clock::Phase;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, Session, Side, Verb};
use crate::domain::shown;
use crate::money::Qty;
use crate::panes::ticket::{Aim, Pricing, Staged, TAKE};
use crate::risk::{Consent, Weight};

/// Without certainty by then the desk asks.
const CERTAIN: Duration = Duration::from_secs(2);

/// `Z` and `V`: stages the way out of what is selected.
pub(super) fn stage(model: &mut Model, reverse: bool) {
    match select::subject(model) {
        Some(con_id) => stage_for(model, con_id, reverse, None),
        None => model.notices.say(model.now, Tone::Info, "No symbol is selected here.", None),
    }
}

/// Stages the way out of a position, at the market while that is open, else at the far side's best in extended hours.
pub(super) fn stage_for(model: &mut Model, con_id: ConId, reverse: bool, pricing: Option<Pricing>) {
    let symbol = select::symbol(model, con_id).unwrap_or_default();
    let Some(held) = select::held(model, con_id) else {
        let text = format!("{symbol}: its position is not known yet.");
        return model.notices.say(model.now, Tone::Warn, text, None);
    };
    if held.is_zero() {
        let text = format!("{symbol} is flat. X cancels its orders.");
        return model.notices.say(model.now, Tone::Info, text, None);
    }
    let open = model.desk.hours.phase(&model.now.eastern()) == Phase::Regular;
    let pricing = pricing.unwrap_or(if open { Pricing::Market } else { TAKE });
    let verb = if reverse { turning(held) } else { Verb::Close };
    let new = Staged::new((con_id, symbol), verb, None, pricing, ticket::return_to(model));
    let mut clauses = new.clauses.clone();
    clauses.attributes.flip = reverse;
    if !open && clauses.session.is_some() {
        clauses.session = Some(Session::Extended);
    }
    ticket::place(model, Staged { aim: Aim::Unwind, clauses, ..new });
}

/// The verb that turns a position around.
fn turning(held: Qty) -> Verb {
    if held.is_positive() { Verb::Sell } else { Verb::Buy }
}

/// Counts what the way out comes to from the position as it is now.
pub(super) fn recount(model: &Model, staged: &mut Staged) {
    if staged.aim != Aim::Unwind {
        return;
    }
    let held = select::held(model, staged.con_id).filter(|q| !q.is_zero());
    if staged.verb == Verb::Close {
        staged.qty = held.map(Qty::abs);
    } else if let Some(held) = held {
        staged.verb = turning(held);
        staged.qty = held.abs().plus(held.abs());
    } else {
        staged.qty = None;
    }
}

/// Enter on the staged way out: the cancels go, the rest waits for their answers.
pub(super) fn run(model: &mut Model, step: &mut Step, consent: Consent) {
    let Some(staged) = model.panes.ticket.staged.take() else { return };
    let Some(agreed) = staged.spec.as_ref().map(|spec| (spec.side, spec.qty)) else { return };
    let findings = staged.assessment.as_ref().map(|a| a.findings.as_slice()).unwrap_or_default();
    let seen = findings.iter().filter(|f| f.weight == Weight::Confirm).map(|f| f.code).collect();
    if matches!(model.overlay, Some(Overlay::Confirm)) {
        model.overlay = None;
    }
    ticket::return_focus(model, staged.return_to);
    model.notices.dismiss_errors();
    let con_id = staged.con_id;
    model.orders.yielding.remove(&con_id);
    let symbol = staged.symbol.clone();
    let keys: Vec<OrderKey> = ours(model, con_id).map(|o| o.key.clone()).collect();
    for key in &keys {
        cancel::order(model, step, key);
    }
    let until = model.now.plus(CERTAIN);
    let plan = Staged { aim: Aim::Unwind, confirming: false, ..*staged };
    model.orders.unwinding.insert(con_id, Unwinding { plan: Box::new(plan), agreed, consent: (consent, seen), until });
    if !keys.is_empty() {
        let text = format!("{symbol}: cancelling {}, then the position.", words::count(keys.len(), "order"));
        model.notices.say(model.now, Tone::Info, text, None);
    }
}

/// Orders of ours of a contract that can still fill.
fn ours(model: &Model, con_id: ConId) -> impl Iterator<Item = &Order> {
    model.orders.live().filter(move |o| o.spec.con_id == con_id && select::is_ours(model, o))
}

/// Whether every fill that was told is in the position.
fn is_counted(model: &Model, con_id: ConId) -> bool {
    select::held(model, con_id).is_some() && select::is_settled(model, con_id)
}

/// Why what is held now is not what the trader has agreed to leave, if so.
fn outgrown(model: &Model, staged: &Staged, (side, most): (Side, Qty)) -> Option<String> {
    let held = select::held(model, staged.con_id)?;
    let now = if held.is_positive() { Side::Sell } else { Side::Buy };
    let grown = staged.qty.is_some_and(|qty| qty > most);
    (!held.is_zero() && (now != side || grown)).then(|| {
        let symbol = &staged.symbol;
        format!(
            "{symbol} is {} now, not what you agreed to leave. Nothing was sent: look at the ticket.",
            words::standing(held)
        )
    })
}

/// A fact has come, or time has passed: goes on with every way out that can.
pub(in crate::app) fn advance(model: &mut Model, step: &mut Step) {
    let all: Vec<ConId> = model.orders.unwinding.keys().copied().collect();
    for con_id in all {
        let Some(unwinding) = model.orders.unwinding.get(&con_id) else { continue };
        let ready = matches!(model.desk.link, Link::Ready { .. })
            && ours(model, con_id).next().is_none()
            && is_counted(model, con_id);
        let due = unwinding.until.mono <= model.now.mono;
        if !ready && !due {
            continue;
        }
        let Some(unwinding) = model.orders.unwinding.remove(&con_id) else { continue };
        let mut staged = Staged { dirty: true, assessment: None, spec: None, ..*unwinding.plan };
        recount(model, &mut staged);
        step.draw(Redraw::Now);
        let symbol = staged.symbol.clone();
        if ready && staged.qty.is_none() {
            let text = format!("{symbol} is flat: nothing was left to send.");
            model.notices.say(model.now, Tone::Info, text, None);
        } else if let Some(why) = outgrown(model, &staged, unwinding.agreed).filter(|_| ready) {
            ask(model, staged, why);
        } else if ready {
            leave(model, step, staged, &unwinding.consent);
        } else {
            let open = ours(model, con_id).count();
            let text = if open > 0 {
                format!(
                    "{symbol}: {} not confirmed as cancelled after 2 s. Nothing was sent.",
                    words::count(open, "order")
                )
            } else {
                format!("{symbol}: its fills are not all in the position after 2 s. Nothing was sent.")
            };
            ask(model, staged, text);
        }
    }
}

/// All orders have ended and what is held is known: the way out goes. Of a turn around that does not pass any more the half
/// that closes goes all the same: its stops are gone, and the trader has agreed to leave.
fn leave(model: &mut Model, step: &mut Step, staged: Staged, consent: &(Consent, Vec<&'static str>)) {
    let symbol = staged.symbol.clone();
    let qty = staged.qty.map_or_else(String::new, shown::qty);
    let Err(kept) = send::now(model, step, Staged { aim: Aim::New, ..staged }, consent) else { return };
    if kept.verb != Verb::Close {
        let why = kept.assessment.as_ref().map_or_else(|| "it could not be said".to_owned(), send::first);
        let half = closing(model, (*kept).clone());
        let size = half.qty.map_or_else(String::new, shown::qty);
        if send::now(model, step, Staged { aim: Aim::New, ..half }, consent).is_ok() {
            let text = format!("{symbol} is not turned around: {why}. Its orders are cancelled, so {size} are closed.");
            return model.notices.say(model.now, Tone::Error, text, None);
        }
    }
    let text = format!("{symbol}: the orders are cancelled, but {qty} could not be sent. Look at the ticket.");
    ask(model, *kept, text);
}

/// The half of a turn around that closes the position, without what was to go with the other half.
fn closing(model: &Model, staged: Staged) -> Staged {
    let mut clauses = staged.clauses.clone();
    clauses.attributes.flip = false;
    clauses.exits = None;
    let half = Staged { aim: Aim::Unwind, verb: Verb::Close, clauses, units: None, dirty: true, ..staged };
    let mut half = Staged { assessment: None, spec: None, exits: Vec::new(), text: None, ..half };
    recount(model, &mut half);
    half
}

/// A turn around whose entry is taken back closes what stands: its stops are gone. Whether there was one.
pub(super) fn only_close(model: &mut Model, con_id: ConId) -> bool {
    let turns = |way: &Unwinding| way.plan.verb != Verb::Close;
    if !model.orders.unwinding.get(&con_id).is_some_and(turns) {
        return false;
    }
    let Some(way) = model.orders.unwinding.remove(&con_id) else { return false };
    let (side, most) = way.agreed;
    // Half of it was to open the other side.
    let most = Qty(most.0 / Decimal::TWO);
    let plan = Box::new(closing(model, *way.plan));
    model.orders.unwinding.insert(con_id, Unwinding { plan, agreed: (side, most), ..way });
    true
}

/// A kill: the stops of what is on its way out are gone, so closing goes on, and of a turn around what closes. Pressed again
/// it ends them. What has become of them, in words.
pub(super) fn kill(model: &mut Model, again: bool) -> String {
    let all = std::mem::take(&mut model.orders.unwinding);
    if all.is_empty() {
        return String::new();
    }
    let symbols = all.values().map(|way| way.plan.symbol.as_str()).collect::<Vec<_>>().join(", ");
    if again {
        return format!(" NOT CLOSED: {symbols}; its orders were being cancelled.");
    }
    let ids: Vec<ConId> = all.keys().copied().collect();
    model.orders.unwinding = all;
    for con_id in ids {
        only_close(model, con_id);
    }
    format!(" The close of {symbols} goes on; ctrl-\\ again ends it.")
}

/// Puts the way out back on the ticket, unless that is in use, and says why.
fn ask(model: &mut Model, staged: Staged, text: String) {
    if model.panes.ticket.staged.is_none() && model.overlay.is_none() {
        ticket::place(model, Staged { aim: Aim::Unwind, ..staged });
    }
    model.notices.say(model.now, Tone::Error, text, None);
}
