//! The listener: options in, one connection task per client out.
//!
//! Everything runs inside the future that [`serve`] or [`Gateway::run`] returns; when it ends, every task it started has
//! ended too. Must not know: requests, the market.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::connection::{self, Host};
use super::driver::{ClockSource, Driver, Face, Key};
use super::fault::Script;
use super::feed::Calendar;
use super::session::Pacing;
use super::store::StoreError;
use super::venue::{ClientId, Funding, Precautions, Pricing};
use super::wire::handshake::MAX_VERSION;

/// How many requests wait for the driver before the readers do.
const REQUESTS: usize = 256;
/// How many clients may be connected at once, as TWS has it.
const CLIENTS: usize = 32;

/// How often the port is tried again after a scripted restart.
const REBIND: Duration = Duration::from_millis(50);

/// How a gateway is set up.
#[derive(Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The seed of the market.
    pub seed: u64,
    /// When the market is open.
    pub calendar: Calendar,
    /// The file that keeps account and orders; `None` keeps them in memory.
    pub state: Option<PathBuf>,
    /// The highest protocol version offered, 213 to 226.
    pub offered_version: i32,
    /// Where time comes from.
    pub clock: ClockSource,
    /// Symbols without a market data subscription: quotes of them are refused with 354, orders are not.
    pub no_data: Vec<String>,
    /// The client that hears of every client's orders, as TWS's "Master API client ID".
    pub master_client: Option<ClientId>,
    /// What happens to requests beyond IB's rate.
    pub pacing: Pacing,
    /// What a new account is given, and how the account pays from now on.
    pub funding: Funding,
    /// The limits beyond which orders are not taken.
    pub precautions: Precautions,
    /// What goes wrong, and when.
    pub faults: Option<Script>,
    /// Whether the state is only looked at: the file is never written, no order fills, none is placed or cancelled (321).
    pub frozen: bool,
}

impl Default for Options {
    /// A gateway in memory on a free local port, under seed 42 and the wall clock.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 42,
            calendar: Calendar::Always,
            state: None,
            offered_version: MAX_VERSION,
            clock: ClockSource::Wall,
            no_data: Vec::new(),
            master_client: None,
            pacing: Pacing::Off,
            funding: Funding::default(),
            precautions: Precautions::OFF,
            faults: None,
            frozen: false,
        }
    }
}

/// Why a gateway could not start or had to stop.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The state cannot be opened, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether clients are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// They are.
    Open,
    /// Nobody listens.
    Closed,
    /// They connect, and nobody greets them.
    Silent,
}

/// A gateway that listens but does not serve yet.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    offered_version: i32,
    face: Face,
    driver: Driver,
}

/// Opens the state and the listening socket of a gateway.
pub async fn bind(options: Options) -> Result<Gateway, GatewayError> {
    let refused = |source| GatewayError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let (offered_version, face) = (options.offered_version, options.clock.face());
    let driver = Driver::open(options)?;
    info!(%address, "the paper gateway listens");
    Ok(Gateway { listener, address, offered_version, face, driver })
}

/// Opens a gateway and serves clients until `stop` is cancelled or its state can no longer be kept.
pub async fn serve(options: Options, stop: CancellationToken) -> Result<(), GatewayError> {
    bind(options).await?.run(stop).await
}

impl Gateway {
    /// Where clients connect.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// How the account pays.
    pub fn pricing(&self) -> Pricing {
        self.driver.pricing()
    }

    /// Serves clients until `stop` is cancelled or the state can no longer be kept.
    pub async fn run(self, stop: CancellationToken) -> Result<(), GatewayError> {
        let (events, inbox) = mpsc::channel(REQUESTS);
        // The driver outlives no connection and no connection outlives the driver.
        let stop = stop.child_token();
        let ended = stop.clone().drop_guard();
        let gate = self.driver.gate();
        let held = gate.is_some();
        let host = Host { offered_version: self.offered_version, face: self.face, events, held };
        let accepting = accept(self.listener, self.address, host, gate, stop.clone());
        let driving = async {
            let _ended = ended;
            self.driver.run(inbox, &stop).await
        };
        let ((), driven) = tokio::join!(accepting, driving);
        driven
    }
}

/// Waits until clients are not let in any more; `None` without a fault script, which never happens otherwise.
async fn shuts(gate: &mut Option<watch::Receiver<Gate>>) -> Option<()> {
    gate.as_mut()?.wait_for(|gate| *gate != Gate::Open).await.ok().map(|_| ())
}

/// Waits until clients are let in again; without a listener while the port is closed.
async fn reopened(
    listener: TcpListener,
    address: SocketAddr,
    gate: &mut Option<watch::Receiver<Gate>>,
    stop: &CancellationToken,
) -> Option<TcpListener> {
    let gate = gate.as_mut()?;
    let closed = *gate.borrow() == Gate::Closed;
    let kept = if closed {
        drop(listener);
        None
    } else {
        Some(listener)
    };
    stop.run_until_cancelled(gate.wait_for(|gate| *gate == Gate::Open)).await?.ok()?;
    if kept.is_some() {
        return kept;
    }
    let mut again = interval(REBIND);
    loop {
        stop.run_until_cancelled(again.tick()).await?;
        match TcpListener::bind(address).await {
            Ok(listener) => return Some(listener),
            Err(error) => warn!(%address, %error, "the port cannot be opened again yet"),
        }
    }
}

/// Accepts clients until `stop`, then waits for their tasks.
async fn accept(
    mut listener: TcpListener,
    address: SocketAddr,
    host: Host,
    mut gate: Option<watch::Receiver<Gate>>,
    stop: CancellationToken,
) {
    let mut clients = JoinSet::new();
    let mut key = Key::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = clients.join_next() => {}
            // Whoever is waiting to be let in waits while it shuts.
            Some(()) = shuts(&mut gate) => match reopened(listener, address, &mut gate, &stop).await {
                Some(again) => listener = again,
                None => break,
            },
            accepted = listener.accept() => match accepted {
                Ok((_, peer)) if clients.len() >= CLIENTS => warn!(%peer, "too many clients: one is turned away"),
                Ok((socket, peer)) => {
                    key = key.next();
                    info!(%key, %peer, "a client connects");
                    clients.spawn(connection::serve(socket, key, host.clone(), stop.clone()));
                }
                Err(error) => warn!(%error, "a client could not be accepted"),
            },
        }
    }
    while clients.join_next().await.is_some() {}
}
