//! An exit for which other exits make room first: the targets shrink, then the stops, then the exit goes with what stands
//! beside it. Each step waits until the broker has confirmed the one before.
//!
//! Why this order, and why it neither crosses zero nor leaves more without a stop, says [`crate::risk::Room`]'s module.
//!
//! Invariants: nothing is sent that the guard does not pass with the orders as they are at that moment; a step that is
//! refused, an order that fills on the way, or two seconds of silence end it, the exit goes back on the ticket and the
//! trader is told. Once a stop was asked to give way, a plan that ends, or that a kill takes back, still puts that back: it
//! waits until what has become of the stop is known, however long that takes, and sends what has no stop then.
//!
//! Must not know: the screen. Absent: taking up a plan that a restart has cut off; what it left without a stop is UNPROTECTED
//! then.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{alarms, cancel, send, ticket};
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Model, Overlay, Yielding};
use crate::app::notices::Tone;
use crate::app::{protection, select};
use crate::broker::Link;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderSpec, OrderState, Side};
use crate::domain::shown;
use crate::money::Qty;
use crate::panes::ticket::Staged;
use crate::risk::{self, Class, Consent, Origin, Weight, Yields};

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
        repeated: false,
        waited: false,
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
    /// What went beside it was refused, and a stop has given way for it.
    Again,
    /// It ends here, for this reason.
    Stop(String),
}

/// A fact has come, or time has passed: goes on with every plan that can.
pub(in crate::app) fn advance(model: &mut Model, step: &mut Step) {
    let all: Vec<ConId> = model.orders.yielding.keys().copied().collect();
    for con_id in all {
        // Once it only puts back, what it has taken from a stop may be known already.
        let puts_back = |model: &Model| model.orders.yielding.get(&con_id).map(|plan| (plan.dropped, plan.repeated));
        let before = puts_back(model);
        turn(model, step, con_id);
        if before != puts_back(model) && puts_back(model).is_some() {
            turn(model, step, con_id);
        }
    }
}

fn turn(model: &mut Model, step: &mut Step, con_id: ConId) {
    let Some(plan) = model.orders.yielding.get(&con_id) else { return };
    match next(model, plan) {
        // What nobody has been told of for so long is bare for all that is known.
        Next::Wait if plan.dropped && plan.is_late(model.now) => alarms::protection(model, step),
        Next::Wait => {}
        Next::Yield(yields) => ask(model, step, con_id, &yields),
        Next::Send if plan.dropped => put_back(model, step, con_id),
        Next::Send => go(model, step, con_id),
        Next::Done => {
            model.orders.yielding.remove(&con_id);
            alarms::protection(model, step);
        }
        Next::Again => again(model, con_id),
        Next::Stop(why) => stop(model, step, con_id, &why),
    }
}

/// What went beside the exit was refused: what a stop gave way is put back as it is then, once.
fn again(model: &mut Model, con_id: ConId) {
    let until = model.now.plus(ANSWER);
    if let Some(plan) = model.orders.yielding.get_mut(&con_id) {
        (plan.beside, plan.dropped, plan.repeated, plan.until) = (None, true, true, until);
    }
}

fn next(model: &Model, plan: &Yielding) -> Next {
    let due = plan.is_late(model.now);
    if let Some(beside) = &plan.beside {
        return match select::order(model, beside).map(|order| order.state) {
            Some(OrderState::Sending) if !due => Next::Wait,
            Some(OrderState::Rejected) if plan.has_begun() && !plan.repeated => Next::Again,
            _ => Next::Done,
        };
    }
    if plan.dropped {
        return if is_known(model, plan) { Next::Send } else { Next::Wait };
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

/// Whether what has become of the stops that were to give way, and of the position, is certain.
fn is_known(model: &Model, plan: &Yielding) -> bool {
    let under_way = |order: &Order| {
        let moves = matches!(order.state, OrderState::Sending | OrderState::Cancelling | OrderState::Unknown);
        moves || order.before_change.is_some() || model.orders.cancel_wanted.contains(&order.key)
    };
    let con_id = plan.staged.con_id;
    matches!(model.desk.link, Link::Ready { .. })
        && select::held(model, con_id).is_some()
        && select::is_settled(model, con_id)
        && !plan.stops().filter_map(|yields| select::order(model, &yields.key)).any(under_way)
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
    let given = plan.consent.clone();
    let (exit, room, back) = (plan.exit.clone(), plan.room.clone(), plan.staged.return_to);
    plan.until = model.now.plus(ANSWER);
    let name = match send::own_name(model, 0) {
        Ok(name) => name,
        Err(why) => return stop(model, step, con_id, &why),
    };
    let (beside, tied) = room.grouped(&exit, &name);
    let sent = beside.map(|spec| send::quietly(model, step, &spec, &given)).transpose();
    let beside: Option<OrderKey> = match sent {
        Ok(key) => key,
        Err(why) => return stop(model, step, con_id, &why),
    };
    let sent = send::exit_now(model, step, &tied, &given, back);
    match model.orders.yielding.get_mut(&con_id) {
        Some(plan) if beside.is_some() => plan.beside = beside,
        Some(_) if sent.is_ok() => drop(model.orders.yielding.remove(&con_id)),
        _ => {}
    }
    if let Err(why) = sent {
        stop(model, step, con_id, &why);
    }
    step.draw(Redraw::Now);
}

/// The exit goes no more: what has no stop since one gave way gets one, never more than was taken. A stop that somebody has
/// cancelled since is not put back; one that its group has taken back as the target filled is.
fn put_back(model: &mut Model, step: &mut Step, con_id: ConId) {
    let Some(plan) = model.orders.yielding.get(&con_id) else { return };
    let by_group = plan.room.yields.iter().any(|yields| filled(model, plan, yields).is_some());
    let gone = |yields: &Yields| {
        let state = select::order(model, &yields.key).map(|order| order.state);
        let ended = state.is_none_or(|state| state.is_terminal() && state != OrderState::Filled);
        yields.to.is_positive() && ended && !by_group
    };
    let held = select::certain(model, con_id).unwrap_or(Qty::ZERO);
    let against = |spec: &OrderSpec| held.is_positive() == (spec.side == Side::Sell) && !held.is_zero();
    let bare = protection::uncovered(model, con_id);
    let taken = plan.room.beside.as_ref().filter(|spec| against(spec) && !plan.stops().any(gone));
    let back = taken.map(|spec| OrderSpec { qty: spec.qty.min(bare), ..spec.clone() });
    let given = plan.consent.clone();
    let Some(back) = back.filter(|spec| spec.qty.is_positive()) else {
        model.orders.yielding.remove(&con_id);
        return alarms::protection(model, step);
    };
    if by_group && waits_for_others(model, con_id, &back) {
        return;
    }
    step.draw(Redraw::Now);
    match send::quietly(model, step, &back, &given) {
        Ok(key) => {
            if let Some(plan) = model.orders.yielding.get_mut(&con_id) {
                plan.beside = Some(key);
                plan.until = model.now.plus(ANSWER);
            }
        }
        Err(why) => {
            model.orders.yielding.remove(&con_id);
            alarms::protection(model, step);
            let text = format!("{} {} have no stop, and none was sent: {why}.", shown::qty(back.qty), back.symbol);
            model.notices.say(model.now, Tone::Error, text, None);
        }
    }
}

/// Whether a stop would sell with the orders as they are more than is held, which what has filled may mend in a moment: the
/// others of its group shrink after it. That is waited for once.
fn waits_for_others(model: &mut Model, con_id: ConId, back: &OrderSpec) -> bool {
    let live = select::live_of(model, con_id);
    let refused = risk::assess(back, &select::context(model, con_id, &live, Origin::Key)).class != Class::Exit;
    let now = model.now;
    let Some(plan) = model.orders.yielding.get_mut(&con_id).filter(|_| refused) else { return false };
    if !std::mem::replace(&mut plan.waited, true) {
        plan.until = now.plus(ANSWER);
    }
    !plan.is_late(now)
}

/// The plan ends: the exit goes back on the ticket, unless that is in use, and the trader is told why. What a stop was asked
/// to give way is put back once that can be.
fn stop(model: &mut Model, step: &mut Step, con_id: ConId, why: &str) {
    let Some(mut plan) = model.orders.yielding.remove(&con_id) else { return };
    step.draw(Redraw::Now);
    let begun = plan.has_begun();
    let text = format!(
        "{} {} {} was not sent: {}. Look at its orders.",
        plan.exit.verb.word(),
        shown::qty(plan.exit.qty),
        plan.exit.symbol,
        why.trim_end_matches('.')
    );
    let free = model.panes.ticket.staged.is_none() && model.overlay.is_none();
    if free && !plan.dropped {
        let staged = (*plan.staged).clone();
        ticket::place(model, Staged { dirty: true, assessment: None, spec: None, room: None, ..staged });
    }
    if begun || plan.beside.is_some() {
        (plan.dropped, plan.until) = (true, model.now.plus(ANSWER));
        model.orders.yielding.insert(con_id, plan);
    }
    alarms::protection(model, step);
    model.notices.say(model.now, Tone::Error, text, None);
}

impl Yielding {
    /// The stops that give way.
    fn stops(&self) -> impl Iterator<Item = &Yields> {
        self.room.yields.iter().filter(|yields| yields.protects)
    }

    /// Whether a stop was asked to give way.
    fn has_begun(&self) -> bool {
        self.stops().any(|yields| self.asked.contains(&yields.key))
    }
}

/// A kill: plans that have taken nothing from a stop end, the others only put that back. Pressed again it takes them too.
pub(super) fn kill(model: &mut Model, again: bool) {
    let kept = std::mem::take(&mut model.orders.yielding).into_iter().filter(|(_, plan)| plan.has_begun() && !again);
    let kept: BTreeMap<ConId, Yielding> = kept.map(|(id, plan)| (id, Yielding { dropped: true, ..plan })).collect();
    model.orders.yielding = kept;
}
