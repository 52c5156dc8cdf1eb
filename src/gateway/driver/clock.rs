//! Where the gateway's time comes from.
//!
//! A wall clock runs by itself; a stepped clock stands still until a test moves it, and the test goes on only when the
//! gateway has done everything that happens up to there. Invariant: time never runs backwards, whatever the machine's
//! clock does.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::STEP;
use crate::clock::Stamp;
use crate::gateway::Nanos;

/// Where the gateway's time comes from.
#[derive(Debug, Default)]
pub enum ClockSource {
    /// This machine's clock.
    #[default]
    Wall,
    /// A clock that stands still until its [`Hand`] moves it.
    Stepped(Stepped),
}

impl ClockSource {
    /// A clock that stands at `start`, and the hand that moves it.
    pub fn stepped(start: Nanos) -> (Self, Hand) {
        let (orders, steps) = mpsc::channel(1);
        (Self::Stepped(Stepped { now: Arc::new(AtomicI64::new(start)), steps }), Hand { orders })
    }

    /// What others than the driver may read the time from.
    pub(in crate::gateway) fn face(&self) -> Face {
        match self {
            Self::Wall => Face(None),
            Self::Stepped(Stepped { now, .. }) => Face(Some(Arc::clone(now))),
        }
    }
}

/// The clock as those see it who cannot move it.
#[derive(Debug, Clone)]
pub(in crate::gateway) struct Face(Option<Arc<AtomicI64>>);

impl Face {
    /// The moment it is.
    pub(in crate::gateway) fn now(&self) -> Nanos {
        self.0.as_ref().map_or_else(|| Stamp::now().wall, |now| now.load(Ordering::Relaxed))
    }
}

/// The gateway's end of a stepped clock.
#[derive(Debug)]
pub struct Stepped {
    now: Arc<AtomicI64>,
    steps: mpsc::Receiver<Order>,
}

/// One move of the hand: how far, and whom to tell when the gateway is there.
#[derive(Debug)]
pub(super) struct Order {
    span: Duration,
    done: oneshot::Sender<Nanos>,
}

/// What moves a stepped clock.
#[derive(Debug, Clone)]
pub struct Hand {
    orders: mpsc::Sender<Order>,
}

impl Hand {
    /// Moves the clock by `span` and waits until the gateway has lived through it; its new time, or `None` once it is gone.
    pub async fn advance(&self, span: Duration) -> Option<Nanos> {
        let (done, arrived) = oneshot::channel();
        self.orders.send(Order { span, done }).await.ok()?;
        arrived.await.ok()
    }
}

/// The running clock of a driver.
#[derive(Debug)]
pub(super) enum Clock {
    Wall {
        now: Nanos,
        ticks: Interval,
    },
    Stepped {
        now: Nanos,
        target: Nanos,
        shown: Arc<AtomicI64>,
        steps: mpsc::Receiver<Order>,
        done: Option<oneshot::Sender<Nanos>>,
    },
}

impl Clock {
    /// Starts the clock; inside a runtime.
    pub(super) fn start(source: ClockSource) -> Self {
        match source {
            ClockSource::Wall => {
                let mut ticks = interval(STEP);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                Self::Wall { now: Stamp::now().wall, ticks }
            }
            ClockSource::Stepped(Stepped { now: shown, steps }) => {
                let now = shown.load(Ordering::Relaxed);
                Self::Stepped { now, target: now, shown, steps, done: None }
            }
        }
    }

    /// The moment it is.
    pub(super) fn now(&mut self) -> Nanos {
        match self {
            Self::Wall { now, .. } => {
                *now = (*now).max(Stamp::now().wall);
                *now
            }
            Self::Stepped { now, .. } => *now,
        }
    }

    /// Waits for the next step of the market; for ever while nobody is `watching` a wall clock.
    pub(super) async fn tick(&mut self, watching: bool) {
        match self {
            Self::Wall { ticks, .. } => {
                if watching {
                    ticks.tick().await;
                } else {
                    std::future::pending::<()>().await;
                }
            }
            Self::Stepped { now, target, shown, steps, done } => {
                if now == target {
                    let Some(order) = steps.recv().await else { return std::future::pending().await };
                    *target = now.saturating_add(i64::try_from(order.span.as_nanos()).unwrap_or(i64::MAX));
                    *done = Some(order.done);
                } else {
                    // Between two steps the writers get their turn, as they would while a wall clock runs.
                    tokio::task::yield_now().await;
                }
                *now = now.saturating_add(STEP.as_nanos() as i64).min(*target);
                shown.store(*now, Ordering::Relaxed);
            }
        }
    }

    /// Tells the hand that the gateway has lived through its move, if it has.
    pub(super) fn arrived(&mut self) {
        if let Self::Stepped { now, target, done, .. } = self
            && now == target
            && let Some(done) = done.take()
        {
            // A hand that no longer waits needs no answer.
            let _ = done.send(*now);
        }
    }
}
