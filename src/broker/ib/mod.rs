//! Interactive Brokers: the adapter that speaks to TWS, IB Gateway and the paper gateway through `ibapi`.
//!
//! Three tasks share one client: `supervisor` dials, synchronises and tells what the broker says; `sender` alone writes
//! orders and cancels; `data` serves subscriptions and questions. `ibapi` never reconnects by itself: any sign of loss
//! drops the client, and the supervisor builds another.
//!
//! Invariants: the types of `ibapi` and its doubles never leave this module; every queue has a bound and every wait a
//! deadline; only `run/` and tests spawn [`run`].
//!
//! Must not know: the model, the screen, the journal beyond the proof of an intent.

mod account;
mod algo;
mod conditions;
mod connect;
mod contract;
mod convert;
mod data;
mod history;
mod market;
mod naming;
mod order;
mod others;
mod pacing;
mod sender;
mod supervisor;
mod sync;
mod terms;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use self::data::{Desk, Feed};
use self::pacing::Pace;
use self::sender::{Gate, Sender};
use self::supervisor::{Supervisor, Tempo};
use super::{Event, Lanes, Tape};
use crate::clock::Stamp;
use crate::domain::account::{AccountId, Mode};

#[cfg(test)]
pub(crate) use connect::choose;

/// What to connect to, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The profile's name, for messages.
    pub name: Arc<str>,
    /// Host and port, `127.0.0.1:7497`.
    pub address: Arc<str>,
    /// Our API client id; orders belong to it, so it never changes by itself.
    pub client_id: i32,
    /// The mode the account must have (G02).
    pub mode: Mode,
    /// The account; may be left open where the login manages one alone.
    pub account: Option<AccountId>,
    /// Whether the sender refuses orders; cancels pass.
    pub read_only: bool,
    /// How many days of executions SYNC asks for. IB gives back seven at most, TWS by its trade log and a Gateway perhaps
    /// only since midnight; 0 asks for what the broker gives by itself.
    pub execution_days: i32,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: "paper".into(),
            address: "127.0.0.1:7497".into(),
            client_id: 1,
            mode: Mode::Paper,
            account: None,
            read_only: false,
            execution_days: 7,
        }
    }
}

/// Serves the lanes until `stop`, or until nobody reads the events.
///
/// Wants a tokio runtime of its own with IO and time; the events' channel should hold
/// [`super::port::EVENTS_WAITING_MAX`].
pub async fn run(profile: Profile, lanes: Lanes, events: mpsc::Sender<Event>, tape: Tape, stop: CancellationToken) {
    run_at(Tempo::default(), profile, lanes, events, tape, stop).await;
}

/// [`run`] with other waits.
async fn run_at(
    tempo: Tempo,
    profile: Profile,
    lanes: Lanes,
    events: mpsc::Sender<Event>,
    tape: Tape,
    stop: CancellationToken,
) {
    let Lanes { urgent, orders, data } = lanes;
    let pace = Pace::new(Stamp::now());
    let (gate, gate_seen) = watch::channel(Gate::Closed);
    let (feed, feed_seen) = watch::channel(Feed::default());
    let (resync_wish, resync) = mpsc::channel(1);
    let (others_wish, asked) = mpsc::channel(1);
    let (broken_sign, broken) = mpsc::channel(1);
    let sender = Sender::new(events.clone(), gate_seen, broken_sign, pace.clone(), profile.client_id);
    let desk = Desk::new(events.clone(), resync_wish, others_wish, pace.clone(), tape, tempo.silence);
    let sending = tokio::spawn(sender.run(urgent, orders, stop.clone()));
    let asking = tokio::spawn(desk.run(data, feed_seen, stop.child_token()));
    // The supervisor outlives the sender: what is in the urgent lane at the end still needs its client.
    let end = CancellationToken::new();
    let supervisor = Supervisor {
        profile: Arc::new(profile),
        events,
        gate,
        feed,
        resync,
        asked,
        broken,
        pace,
        tempo,
        stop: end.clone(),
        moved: None,
    };
    let supervising = tokio::spawn(supervisor.run());
    joined("sender", sending).await;
    end.cancel();
    joined("supervisor", supervising).await;
    stop.cancel();
    joined("data", asking).await;
}

/// Waits for a task; a panic in it is told by the panic hook, here it only must not be swallowed.
async fn joined(name: &str, task: tokio::task::JoinHandle<()>) {
    if let Err(error) = task.await {
        tracing::error!(name, %error, "a task of the adapter died");
    }
}

#[cfg(test)]
mod tests;
