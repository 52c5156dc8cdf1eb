//! An exit for which other exits make room first: the targets shrink, then the stops, then the exit goes with what stands
//! beside it. Each step waits until the broker has confirmed the one before.
//!
//! Why this order, and why it neither crosses zero nor leaves more without a stop, says [`crate::risk::Room`]'s module.
//!
//! Invariants: nothing is sent that the guard does not pass with the orders as they are at that moment; a step that is
//! refused, an order that fills on the way, or two seconds of silence end it, the exit goes back on the ticket and the
//! trader is told; once a stop has shrunk, what goes beside the exit is sent even when a kill takes the exit itself back.
//!
//! Must not know: the screen. Absent: taking up a plan that a restart has cut off; what it left without a stop is UNPROTECTED
//! then.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{alarms, cancel, send, ticket};
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Model, Overlay, Yielding};
use crate::app::notices::Tone;
use crate::app::select;
use crate::broker::Link;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderSpec, OrderState};
use crate::domain::shown;
use crate::money::Qty;
use crate::panes::ticket::Staged;
use crate::risk::{Consent, Weight, Yields};

/// A step without an answer by then ends the plan.
const ANSWER: Duration = Duration::from_secs(2);

/// Enter on an exit that needs room: the first step goes, the rest waits for its answers.
pub(super) fn run(model: &mut Model, step: &mut Step, consent: Consent) {
    let busy = |staged: &Staged| {
        let orders = &model.orders;
        orders.yielding.contains_key(&staged.con_id) || orders.unwinding.contains_key(&staged.con_id)
    };
    if model.panes.ticket.staged.as_deref().is_some_and(busy) {
        let text = "An exit of this symbol is under way. Nothing was sent.";
        return model.notices.say(model.now, Tone::Warn, text, None);
    }
    let Some(staged) = model.panes.ticket.staged.take() else { return };
    let (Some(exit), Some(room)) = (staged.spec.clone(), staged.room.clone()) else { return };
    let findings = staged.assessment.as_ref().map(|a| a.findings.as_slice()).unwrap_or_default();
    let asked = findings.iter().filter(|f| f.weight == Weight::Confirm).map(|f| f.code);
    // The ticket has said which stop shrinks, and that one takes its place.
    let seen = asked.chain(std::iter::once("G32")).collect();
    if matches!(model.overlay, Some(Overlay::Confirm)) {
        model.overlay = None;
    }
    ticket::return_focus(model, staged.return_to);
    model.notices.dismiss_errors();
    let filled = |y: &Yields| (y.key.clone(), select::order(model, &y.key).map_or(Qty::ZERO, |o| o.filled));
    let plan = Yielding {
        filled: room.yields.iter().map(filled).collect(),
        exit,
        room,
        consent: (consent, seen),
        asked: Vec::new(),
        beside: None,
        dropped: false,
        until: model.now.plus(ANSWER),
        staged: Box::new(Staged { confirming: false, ..*staged }),
    };
    model.orders.yielding.insert(plan.staged.con_id, plan);
    advance(model, step);
}

/// What a plan does next.
enum Next {
    Wait,
    /// These give way.
    Yield(Vec<Yields>),
    /// The exit goes, with what goes beside it.
    Send,
    /// What went beside it has its answer.
    Done,
    /// It ends here, for this reason.
    Stop(String),
}

/// A fact has come, or time has passed: goes on with every plan that can.
pub(in crate::app) fn advance(model: &mut Model, step: &mut Step) {
    let all: Vec<ConId> = model.orders.yielding.keys().copied().collect();
    for con_id in all {
        let Some(plan) = model.orders.yielding.get(&con_id) else { continue };
        match next(model, plan) {
            Next::Wait => {}
            Next::Yield(yields) => ask(model, step, con_id, &yields),
            Next::Send => go(model, step, con_id),
            Next::Done => {
                model.orders.yielding.remove(&con_id);
                alarms::protection(model, step);
            }
            Next::Stop(why) => stop(model, step, con_id, &why),
        }
    }
}

fn next(model: &Model, plan: &Yielding) -> Next {
    let due = plan.until.mono <= model.now.mono;
    if let Some(beside) = &plan.beside {
        let answered = select::order(model, beside).is_none_or(|order| order.state != OrderState::Sending);
        return if answered || due { Next::Done } else { Next::Wait };
    }
    let silent = |what: &str| if due { Next::Stop(format!("{what} after 2 s")) } else { Next::Wait };
    if !matches!(model.desk.link, Link::Ready { .. }) {
        return silent("the link is not READY");
    }
    if let Some(why) = plan.room.yields.iter().find_map(|yields| filled(model, plan, yields)) {
        return Next::Stop(why);
    }
    for protects in [false, true] {
        let (mut open, mut pending) = (Vec::new(), None);
        for yields in plan.room.yields.iter().filter(|y| y.protects == protects) {
            match state(model, plan, yields) {
                State::Made => {}
                State::Open => open.push(yields.clone()),
                State::Pending(name) => pending = Some(name),
                State::Failed(why) => return Next::Stop(why),
            }
        }
        if !open.is_empty() {
            return Next::Yield(open);
        }
        if let Some(name) = pending {
            return silent(&format!("{name} has not been confirmed"));
        }
    }
    let counted = select::held(model, plan.staged.con_id).is_some() && select::is_settled(model, plan.staged.con_id);
    if counted { Next::Send } else { silent("the fills are not all in the position") }
}

/// How far an order has given way.
enum State {
    Made,
    Open,
    Pending(String),
    Failed(String),
}

/// That an order has filled since the plan was made, if so: what it gives way is no longer what was agreed to.
fn filled(model: &Model, plan: &Yielding, yields: &Yields) -> Option<String> {
    let order = select::order(model, &yields.key)?;
    let before = plan.filled.get(&yields.key)?;
    (order.filled > *before).then(|| format!("{} has filled meanwhile", select::order_name(order)))
}

fn state(model: &Model, plan: &Yielding, yields: &Yields) -> State {
    let Some(order) = select::order(model, &yields.key) else {
        return State::Failed("an order that was to make room is not known any more".into());
    };
    let name = select::order_name(order);
    let ended = order.state.is_terminal();
    if yields.to.is_zero() {
        return match ended {
            true => State::Made,
            false if plan.asked.contains(&yields.key) => State::Pending(name),
            false => State::Open,
        };
    }
    if ended || matches!(order.state, OrderState::Cancelling | OrderState::Unknown) {
        return State::Failed(format!("{name} does not work any more"));
    }
    match order.before_change {
        Some(_) => State::Pending(name),
        None if order.remaining() <= yields.to => State::Made,
        None if plan.asked.contains(&yields.key) => State::Failed(format!("{name} could not be made smaller")),
        None => State::Open,
    }
}

/// Sends the changes and cancels of one step.
fn ask(model: &mut Model, step: &mut Step, con_id: ConId, all: &[Yields]) {
    for yields in all {
        let Some(plan) = model.orders.yielding.get_mut(&con_id) else { return };
        plan.asked.push(yields.key.clone());
        plan.until = model.now.plus(ANSWER);
        let given = plan.consent.clone();
        if yields.to.is_zero() {
            cancel::order(model, step, &yields.key);
        } else if let Err(why) = smaller(model, step, yields, &given) {
            return stop(model, step, con_id, &why);
        }
    }
}

fn smaller(
    model: &mut Model,
    step: &mut Step,
    yields: &Yields,
    given: &(Consent, Vec<&'static str>),
) -> Result<(), String> {
    let sized = |order: &Order| Some(OrderSpec { qty: order.filled.plus(yields.to)?, ..order.spec.clone() });
    let spec = select::order(model, &yields.key).and_then(sized).ok_or("its size cannot be counted")?;
    send::change_now(model, step, &yields.key, spec, given)
}

/// Everything has made room: what goes beside the exit, and the exit.
fn go(model: &mut Model, step: &mut Step, con_id: ConId) {
    let Some(plan) = model.orders.yielding.get_mut(&con_id) else { return };
    let (given, dropped) = (plan.consent.clone(), plan.dropped);
    let (exit, room, back) = (plan.exit.clone(), plan.room.clone(), plan.staged.return_to);
    plan.until = model.now.plus(ANSWER);
    let name = match send::own_name(model, 0) {
        Ok(name) => name,
        Err(why) => return stop(model, step, con_id, &why),
    };
    let (beside, tied) = room.grouped(&exit, &name);
    // Without the exit it protects as it did.
    let beside = if dropped { room.beside } else { beside };
    let sent = beside.map(|spec| send::quietly(model, step, &spec, &given)).transpose();
    let beside: Option<OrderKey> = match sent {
        Ok(key) => key,
        Err(why) => return stop(model, step, con_id, &why),
    };
    if !dropped && let Err(why) = send::exit_now(model, step, &tied, &given, back) {
        stop(model, step, con_id, &why);
    }
    match model.orders.yielding.get_mut(&con_id) {
        Some(plan) if beside.is_some() => plan.beside = beside,
        _ => {
            model.orders.yielding.remove(&con_id);
        }
    }
    step.draw(Redraw::Now);
}

/// The plan ends: the exit goes back on the ticket, unless that is in use, and the trader is told why.
fn stop(model: &mut Model, step: &mut Step, con_id: ConId, why: &str) {
    let Some(plan) = model.orders.yielding.remove(&con_id) else { return };
    step.draw(Redraw::Now);
    let text = format!(
        "{} {} {} was not sent: {why}. Look at its orders.",
        plan.exit.verb.word(),
        shown::qty(plan.exit.qty),
        plan.exit.symbol
    );
    let free = model.panes.ticket.staged.is_none() && model.overlay.is_none();
    if free && !plan.dropped {
        ticket::place(model, Staged { dirty: true, assessment: None, spec: None, room: None, ..*plan.staged });
    }
    alarms::protection(model, step);
    model.notices.say(model.now, Tone::Error, text, None);
}

/// A kill: plans that have taken nothing from a stop end, the others only put that back. Pressed again it takes them too.
pub(super) fn kill(model: &mut Model, again: bool) {
    let begun = |plan: &Yielding| plan.room.yields.iter().any(|y| y.protects && plan.asked.contains(&y.key));
    let kept = std::mem::take(&mut model.orders.yielding).into_iter().filter(|(_, plan)| begun(plan) && !again);
    let kept: BTreeMap<ConId, Yielding> = kept.map(|(id, plan)| (id, Yielding { dropped: true, ..plan })).collect();
    model.orders.yielding = kept;
}
