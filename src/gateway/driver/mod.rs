//! The driver: the one task that owns market, venue, state and sessions, and the only place that knows what time it is.
//!
//! ```text
//! connections ──Event──> driver ──> session ──> venue, market
//!                          │  step the venue · save what changed · tell the sessions · hand out their bytes
//! ```
//!
//! Every turn ends in the same order: what the venue did is saved, then sent, then the clock's hand is told. Invariants:
//! nothing a client hears of an order is unknown to the state file; the driver waits for no client and holds no lock; while
//! nobody watches and nothing works, it sleeps.

mod clock;
mod faults;
mod hours;
mod overlay;
mod previews;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use clock::Clock;
pub(super) use clock::Face;
pub use clock::{ClockSource, Hand, Stepped};
use faults::Faults;
use world::Keeping;
pub(super) use world::World;

use super::fault::Grips;
use super::server::{GatewayError, Options};
use super::session::{Admission, Outbox, Session, Terms};
use super::venue::{ClientId, Pricing};
use super::wire::{Encoding, Request};

/// How often the market is stepped while somebody watches it.
pub(super) const STEP: Duration = Duration::from_millis(20);
/// How many queued requests are handled before the market gets its turn.
const BUDGET: usize = 64;

/// Names one connection for as long as the gateway runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Key(u64);

impl Key {
    /// The key after this one.
    pub(super) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What connections tell the driver.
#[derive(Debug)]
pub(super) enum Event {
    /// A client has greeted and may ask.
    Opened { key: Key, encoding: Encoding, outbox: mpsc::Sender<Bytes>, cut: CancellationToken, grips: Option<Grips> },
    /// A client asks.
    Asked { key: Key, request: Request },
    /// A client's socket is gone.
    Closed { key: Key },
}

/// The owner of everything behind the sockets.
#[derive(Debug)]
pub(super) struct Driver {
    world: World,
    sessions: BTreeMap<Key, Session>,
    terms: Terms,
    clock: Clock,
    faults: Option<Faults>,
    /// How connections are held, under a fault script.
    grips: BTreeMap<Key, Grips>,
}

impl Driver {
    /// Opens the state and brings the venue up to now.
    pub(super) fn open(options: Options) -> Result<Self, GatewayError> {
        let mut clock = Clock::start(options.clock);
        let state = options.state.as_deref();
        let keeping = if options.frozen { Keeping::Frozen } else { Keeping::Written };
        let mut world = World::open(clock.now(), (options.seed, options.calendar), (state, keeping), &options.funding)?;
        world.guard(options.precautions);
        world.withhold(options.no_data);
        let faults = options.faults.map(|script| Faults::new(script, world.now()));
        let terms = Terms { master: options.master_client, pacing: options.pacing };
        Ok(Self { world, sessions: BTreeMap::new(), terms, clock, faults, grips: BTreeMap::new() })
    }

    /// How the account pays.
    pub(super) fn pricing(&self) -> Pricing {
        self.world.venue().pricing()
    }

    /// Runs until `stop` is cancelled, the server is gone or the state cannot be kept.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Event>,
        stop: &CancellationToken,
    ) -> Result<(), GatewayError> {
        // Whatever clock the market follows, bytes that a writer did not take are offered again in real time.
        let mut retry = interval(STEP);
        retry.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let watching = self.is_watching();
            let behind = self.sessions.values().any(Session::is_behind);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                event = inbox.recv() => {
                    let Some(event) = event else { return Ok(()) };
                    self.world.advance(self.clock.now());
                    self.tell()?;
                    self.live_through_faults()?;
                    self.handle(event)?;
                    for _ in 0..BUDGET {
                        if self.sessions.values().any(Session::is_heavy) {
                            break;
                        }
                        let Ok(event) = inbox.try_recv() else { break };
                        self.handle(event)?;
                    }
                }
                () = self.clock.tick(watching) => {
                    self.world.advance(self.clock.now());
                    self.tell()?;
                    self.live_through_faults()?;
                    for session in self.sessions.values_mut() {
                        session.step(&mut self.world);
                    }
                    self.take_steps()?;
                }
                _ = retry.tick(), if behind => {}
            }
            self.hand_out();
            self.clock.arrived();
            if self.sessions.values().any(Session::is_heavy) {
                // What is asked next can wait; the bytes of what was asked should not pile up.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Whether somebody watches the market or an order works in it.
    fn is_watching(&self) -> bool {
        self.faults.is_some() || self.world.is_working() || self.sessions.values().any(Session::is_watching)
    }

    fn handle(&mut self, event: Event) -> Result<(), GatewayError> {
        match event {
            Event::Opened { key, encoding, outbox, cut, grips } => {
                self.grips.extend(grips.map(|grips| (key, grips)));
                self.sessions.insert(key, Session::new(key, self.terms, Outbox::new(encoding, outbox, cut)));
            }
            Event::Asked { key, request } => self.asked(key, request)?,
            Event::Closed { key } => self.close(key),
        }
        self.take_steps()
    }

    /// Takes a request in; under a fault script its client's line decides what becomes of it.
    fn asked(&mut self, key: Key, request: Request) -> Result<(), GatewayError> {
        let Some(session) = self.sessions.get_mut(&key) else { return Ok(()) };
        if let (Request::StartApi(start), None) = (&request, session.client_id()) {
            let client_id = start.client_id.unwrap_or(0);
            if self.is_taken(key, client_id) {
                return Ok(());
            }
            self.follow(key, client_id);
        }
        let Some(session) = self.sessions.get_mut(&key) else { return Ok(()) };
        if session.client_id().is_some() {
            match session.admit(&self.world) {
                Admission::Served => {}
                Admission::Refused => return Ok(()),
                Admission::Cut => {
                    info!(%key, "a client has exceeded the rate of requests three times");
                    self.close(key);
                    return Ok(());
                }
            }
        }
        match session.line() {
            Some(line) => {
                line.ask(request);
                Ok(())
            }
            None => self.serve(key, request),
        }
    }

    /// Refuses a client id that belongs to another connection; whether it was refused.
    fn is_taken(&mut self, key: Key, client_id: ClientId) -> bool {
        let others = self.sessions.iter().filter(|(other, _)| **other != key);
        let taken = others.map(|(_, session)| session.client_id()).any(|id| id == Some(client_id));
        if !taken && !self.holds_id(client_id) {
            return false;
        }
        info!(%key, client_id, "the client id is in use");
        if let Some(session) = self.sessions.get_mut(&key) {
            session.refuse_client_id(&self.world);
        }
        self.close(key);
        true
    }

    /// Serves a request.
    fn serve(&mut self, key: Key, request: Request) -> Result<(), GatewayError> {
        let Some(session) = self.sessions.get_mut(&key) else { return Ok(()) };
        match request {
            Request::StartApi(start) => {
                let client_id = start.client_id.unwrap_or(0);
                info!(%key, client_id, encoding = ?session.encoding(), "a client starts");
                session.start(client_id, &self.world);
            }
            request => session.handle(request, &mut self.world),
        }
        self.tell()
    }

    /// Ends a session: its subscriptions go, its orders work on.
    fn close(&mut self, key: Key) {
        self.grips.remove(&key);
        if let Some(mut session) = self.sessions.remove(&key) {
            debug!(%key, "a session ends");
            session.hand_out();
            self.keep_line(session.leave());
        }
    }

    /// Saves what the venue did, then tells every session what it may hear.
    fn tell(&mut self) -> Result<(), GatewayError> {
        let events = self.world.take_events()?;
        for event in &events {
            for session in self.sessions.values_mut() {
                session.hear(event, &self.world);
            }
        }
        Ok(())
    }

    /// Hands every session's bytes to its writer and drops the sessions that cannot keep up.
    fn hand_out(&mut self) {
        let mut lost = Vec::new();
        for (key, session) in &mut self.sessions {
            if !session.hand_out() {
                warn!(%key, "a client fell too far behind and is dropped");
                lost.push(*key);
            }
        }
        for key in lost {
            self.close(key);
        }
    }
}
