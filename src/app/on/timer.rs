//! Deadlines that have come.

use super::{bars, cancel, guard, others, reconcile, send};
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Model, Wait};
use crate::app::msg::Timer;
use crate::app::timers;
use crate::domain::order::OrderKey;

pub(in crate::app) fn woke(model: &mut Model, step: &mut Step, timer: Timer) {
    match timer {
        Timer::Clock => step.draw(Redraw::Market),
        Timer::Screen => screen(model, step),
        Timer::Answer => answers(model, step),
        Timer::Nudge => send::nudge_due(model, step),
        // What is due was ended before the message was looked at.
        Timer::Arming => step.draw(Redraw::Market),
    }
}

fn screen(model: &mut Model, step: &mut Step) {
    if model.notices.expire(model.now) {
        step.draw(Redraw::Now);
    }
    let prefix_rests = !model.pending.is_empty() && model.now.since(model.pending_at) >= timers::WHICH_KEY;
    if prefix_rests {
        step.draw(Redraw::Now);
    }
    let asks = [model.panes.chart.ask_at, bars::again_at(model)].into_iter().flatten();
    if asks.min_by_key(|at| at.mono).is_some_and(|at| at.mono <= model.now.mono) {
        bars::want(model, step);
    }
    // A bright price fades.
    step.draw(Redraw::Market);
}

fn answers(model: &mut Model, step: &mut Step) {
    let now = model.now;
    let due: Vec<(OrderKey, Wait)> = model
        .orders
        .waits
        .iter()
        .filter(|(_, wait)| wait.until.mono <= now.mono)
        .map(|(key, wait)| (key.clone(), *wait))
        .collect();
    for (key, wait) in due {
        model.orders.waits.shift_remove(&key);
        reconcile::unanswered(model, step, &key, wait);
    }
    others::watch(model, step);
    cancel::leave_if_due(model, step);
    guard::loosen_due(model, step);
}
