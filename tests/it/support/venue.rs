//! The gateway under test: its clock stands still until the test moves it, and it can be killed like a process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tradewind::gateway::feed::Calendar;
use tradewind::gateway::{ClockSource, Hand, Options, Script, bind};

/// 2026-11-20 15:42:07 UTC, a Friday morning in New York.
const START: i64 = 1_795_189_327_000_000_000;

/// A running gateway.
pub struct Venue {
    pub addr: SocketAddr,
    state: Option<PathBuf>,
    now: i64,
    hand: Hand,
    task: JoinHandle<()>,
}

impl Venue {
    /// A gateway that forgets when it is killed.
    pub async fn in_memory() -> Self {
        Self::start(SocketAddr::from(([127, 0, 0, 1], 0)), None, START, Calendar::Always).await
    }

    /// One that forgets, open when the exchanges are, and whose clock stands at another moment, in nanoseconds since the
    /// epoch.
    pub async fn at(now: i64) -> Self {
        Self::start(SocketAddr::from(([127, 0, 0, 1], 0)), None, now, Calendar::Nyse).await
    }

    /// One that forgets, and that follows a fault script; its market is that of the seed.
    pub async fn under(script: Script, seed: u64) -> Self {
        let options = Options { faults: Some(script), seed, calendar: Calendar::Always, ..Options::default() };
        Self::run(options, START).await
    }

    /// When its clock began, in nanoseconds since the epoch.
    pub const fn began() -> i64 {
        START
    }

    /// The time by its clock, in nanoseconds since the epoch.
    pub const fn now(&self) -> i64 {
        self.now
    }

    /// A gateway that keeps its state in this file.
    pub async fn kept_in(state: PathBuf) -> Self {
        Self::start(SocketAddr::from(([127, 0, 0, 1], 0)), Some(state), START, Calendar::Always).await
    }

    async fn start(listen: SocketAddr, state: Option<PathBuf>, now: i64, calendar: Calendar) -> Self {
        Self::run(Options { listen, state, calendar, ..Options::default() }, now).await
    }

    async fn run(options: Options, now: i64) -> Self {
        let (clock, hand) = ClockSource::stepped(now);
        let state = options.state.clone();
        let gateway = bind(Options { clock, ..options }).await.unwrap();
        let addr = gateway.addr();
        let task = tokio::spawn(async move {
            gateway.run(CancellationToken::new()).await.unwrap();
        });
        Self { addr, state, now, hand, task }
    }

    /// Lets the market live for `span`.
    pub async fn pass(&mut self, span: Duration) {
        self.now = self.hand.advance(span).await.expect("the gateway lives");
    }

    /// Kills it: no goodbye, nothing flushed that was not durable.
    pub async fn kill(self) -> Grave {
        self.task.abort();
        let _ = self.task.await;
        Grave { addr: self.addr, state: self.state, now: self.now }
    }
}

/// What remains of a killed gateway.
pub struct Grave {
    addr: SocketAddr,
    state: Option<PathBuf>,
    now: i64,
}

impl Grave {
    /// Starts it again on the same port, from what it had kept.
    pub async fn rise(self) -> Venue {
        Venue::start(self.addr, self.state, self.now + 1_000_000_000, Calendar::Always).await
    }
}
