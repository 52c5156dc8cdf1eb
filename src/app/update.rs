//! The router: one message in, the model changed, effects out.

use super::effect::{Effect, Redraw, Step};
use super::model::Model;
use super::msg::{FocusChange, Msg, Pointer, Signal};
use super::notices::Tone;
use super::{on, timers};
use crate::broker::Command;
use crate::clock::Stamp;

/// Takes one fact in.
///
/// Total: what makes no sense in the present state changes nothing. Time is `at` and nothing else.
pub fn update(model: &mut Model, at: Stamp, msg: Msg) -> Step {
    let before = std::mem::replace(&mut model.now, at);
    let mut step = Step::default();
    let was = on::chronicle::Was::of(model);
    let focus = model.workspace.focus;
    on::arm::clock(model, &mut step, before);
    match msg {
        Msg::Key(press) => {
            model.desk.unattended = 0;
            on::input::key(model, &mut step, press);
        }
        Msg::Pasted(text) => on::input::pasted(model, &mut step, &text),
        Msg::Pointed(Pointer::Hit(action)) => on::input::pointed(model, &mut step, action),
        Msg::Pointed(Pointer::Wheel { pane, by }) => on::lists::wheel(model, &mut step, pane, by),
        Msg::Resized { width, height } => {
            model.size = (width, height);
            unseen(model);
            step.draw(Redraw::Clear);
        }
        Msg::Focus(change) => on::input::focus(model, &mut step, change == FocusChange::Lost),
        Msg::Painted(revision) => {
            model.painted = model.painted.max(revision);
            on::arm::painted(model, &mut step, revision);
        }
        Msg::Stalled => on::arm::stalled(model, &mut step),
        Msg::Limits(read) => on::arm::limits(model, &mut step, *read),
        Msg::Acted(action) => on::act::act(model, &mut step, action, on::act::By::HAND),
        Msg::Broker(event) => on::broker::event(model, &mut step, event),
        Msg::Journal(fact) => on::journal::fact(model, &mut step, fact),
        Msg::Woke(timer) => {
            model.timers.fired(timer);
            on::timer::woke(model, &mut step, timer);
        }
        Msg::Warned(text) => {
            model.notices.say(at, Tone::Warn, text.as_str(), None);
            step.draw(Redraw::Now);
        }
        Msg::Signalled(signal) => signalled(model, &mut step, signal),
    }
    on::lists::hold(model, focus);
    on::guard::count(model, &mut step);
    on::unwind::advance(model, &mut step);
    on::room::advance(model, &mut step);
    on::ticket::refresh(model, &mut step);
    on::chronicle::note(model, &mut step, &was);
    on::arm::watch_card(model, &mut step);
    timers::arm(model, &mut step);
    if step.redraw != Redraw::Keep {
        model.revision = model.revision.saturating_add(1);
    }
    on::ticket::stamp(model);
    on::arm::stamp_card(model);
    step
}

fn signalled(model: &mut Model, step: &mut Step, signal: Signal) {
    match signal {
        Signal::Terminate | Signal::HangUp => step.push(Effect::Quit),
        Signal::Continue => {
            unseen(model);
            step.draw(Redraw::Clear);
            step.send(Command::Resync);
            on::arm::slept(model, step);
        }
    }
}

/// The screen is another: what is staged, or to be accepted, has to be seen on it first.
fn unseen(model: &mut Model) {
    on::arm::unseen_card(model);
    if let Some(staged) = &mut model.panes.ticket.staged {
        staged.dirty = true;
    }
}
