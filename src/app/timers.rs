//! Wake-ups: the model says when it next wants to be woken, and only a sooner wish is passed on.
//!
//! Nothing ticks. The clock is due at the next second while the market moves or something is being waited for, and at
//! the next minute otherwise (`decisions.md` 22).

use std::time::Duration;

use super::effect::{Effect, Step};
use super::model::{Model, Yielding};
use super::msg::Timer;
use super::{on, select};
use crate::broker::Link;
use crate::clock::Stamp;
use crate::domain::order::OrderState;

/// After a prefix key, the list of what may follow opens.
pub const WHICH_KEY: Duration = Duration::from_millis(400);
/// How long a changed price is bright.
pub const FLASH: Duration = Duration::from_millis(300);
/// A feed silent for longer does not need seconds on the clock.
const LIVELY: Duration = Duration::from_secs(10);
const SECOND: i64 = 1_000_000_000;

/// The wake-ups under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timers {
    clock: Option<Stamp>,
    screen: Option<Stamp>,
    answer: Option<Stamp>,
    nudge: Option<Stamp>,
    arming: Option<Stamp>,
}

impl Timers {
    fn slot(&mut self, timer: Timer) -> &mut Option<Stamp> {
        match timer {
            Timer::Clock => &mut self.clock,
            Timer::Screen => &mut self.screen,
            Timer::Answer => &mut self.answer,
            Timer::Nudge => &mut self.nudge,
            Timer::Arming => &mut self.arming,
        }
    }

    /// How much too late the earliest of them is.
    pub(super) fn late(&self, now: Stamp) -> Duration {
        let all = [self.clock, self.screen, self.answer, self.nudge, self.arming];
        let first = all.into_iter().flatten().min_by_key(|at| at.mono);
        first.map_or(Duration::ZERO, |due| now.since(due))
    }

    /// A wake-up has come.
    pub(super) fn fired(&mut self, timer: Timer) {
        *self.slot(timer) = None;
    }
}

/// Asks for the wake-ups the model needs and has not asked for.
pub(super) fn arm(model: &mut Model, step: &mut Step) {
    for timer in [Timer::Clock, Timer::Screen, Timer::Answer, Timer::Nudge, Timer::Arming] {
        let Some(due) = due(model, timer) else { continue };
        let slot = model.timers.slot(timer);
        if slot.is_none_or(|armed| due.mono < armed.mono) {
            *slot = Some(due);
            step.effects.push(Effect::Wake { at: due, timer });
        }
    }
}

/// When the model wants to be woken for this.
fn due(model: &Model, timer: Timer) -> Option<Stamp> {
    match timer {
        Timer::Clock => Some(next_tick(model)),
        Timer::Screen => {
            let prefix = (!model.pending.is_empty())
                .then(|| model.pending_at.plus(WHICH_KEY))
                .filter(|due| model.now.mono < due.mono);
            let bars = model.panes.chart.ask_at;
            let again = on::bars::again_at(model);
            [model.notices.until(), prefix, bars, again, flash_end(model)].into_iter().flatten().min_by_key(|s| s.mono)
        }
        Timer::Answer => {
            let waits = model.orders.waits.values().map(|w| w.until);
            let unwinding = model.orders.unwinding.values().map(|u| u.until);
            // A plan that only puts back goes on with what the broker says, not with the clock.
            let timed = |y: &&Yielding| !y.dropped || y.beside.is_some() || !y.is_late(model.now);
            let yielding = model.orders.yielding.values().filter(timed).map(|y| y.until);
            // Both count only once every fill is in the position.
            let plans = !model.orders.unwinding.is_empty() || !model.orders.yielding.is_empty();
            let settling = model.orders.settling.values().filter(|_| plans).filter_map(|s| s.until(model.now));
            // Their list becomes too old to be believed.
            let foreign = model.orders.live().any(|order| !select::is_ours(model, order));
            let others = select::others_until(model).map(|at| at.plus(Duration::from_nanos(1)));
            let others = others.filter(|at| foreign && at.mono > model.now.mono);
            waits
                .chain(unwinding)
                .chain(yielding)
                .chain(settling)
                .chain(others)
                .chain(model.desk.loosened.iter().map(|l| l.at))
                .chain(model.desk.leaving)
                .min_by_key(|s| s.mono)
        }
        Timer::Nudge => model.orders.nudge.as_ref().map(|(_, _, until)| *until),
        Timer::Arming => model.desk.arming.due(),
    }
}

/// When the last bright price fades.
fn flash_end(model: &Model) -> Option<Stamp> {
    if !model.settings.flash {
        return None;
    }
    let last = model.market.quotes.values().filter_map(|q| q.last_at).max_by_key(|s| s.mono)?;
    (model.now.since(last) < FLASH).then(|| last.plus(FLASH))
}

/// The next full second or minute of the wall clock.
fn next_tick(model: &Model) -> Stamp {
    let unit = if is_lively(model) { SECOND } else { SECOND.saturating_mul(60) };
    let past = model.now.wall.rem_euclid(unit);
    let rest = unit.saturating_sub(past);
    model.now.plus(Duration::from_nanos(u64::try_from(rest).unwrap_or(0)))
}

/// Whether something on the screen counts seconds.
pub fn is_lively(model: &Model) -> bool {
    let moving = model.market.last_at.is_some_and(|at| model.now.since(at) < LIVELY);
    let dialling = !matches!(model.desk.link, Link::Ready { .. } | Link::Refused(_));
    let waiting = model.orders.live().any(|o| matches!(o.state, OrderState::Sending | OrderState::Cancelling));
    moving || dialling || waiting
}
