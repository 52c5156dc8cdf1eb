//! A connection for one subcommand: the same adapter as the workstation's, a client id of its own, no order lane used.

use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr, eyre};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::host::{self, Embedded};
use super::plan::Place;
use super::threads;
use crate::broker::event::{Link, Refusal};
use crate::broker::port::{self, EVENTS_WAITING_MAX, Port};
use crate::broker::{Event, Tape, ib};
use crate::domain::SafeText;

/// Client ids of subcommands begin here; the workstation's are small.
const CLIENT_IDS: i32 = 900;

/// How many they are; which one is taken depends on the process, so that two commands seldom meet.
const CLIENT_ID_COUNT: u32 = 90;

/// How long the gateway may take to say its port.
const PORT_MAX: Duration = Duration::from_secs(10);

/// How long the embedded gateway may take to end.
const END_MAX: Duration = Duration::from_secs(2);

/// A connection.
#[derive(Debug)]
pub struct Client {
    /// Where commands go.
    pub port: Port,
    /// What the broker reports.
    pub events: mpsc::Receiver<Event>,
    /// The quotes.
    pub tape: Tape,
    /// Host and port.
    pub address: String,
    stop: CancellationToken,
    embedded: Option<(Embedded, CancellationToken)>,
    adapter: tokio::task::JoinHandle<()>,
}

/// Starts the adapter on the present runtime. Where the profile is the embedded one and nobody hosts it, the account is
/// looked at as it was left: reading moves no market and fills no order.
pub fn start(place: &Place) -> Result<Client, Report> {
    let mut profile = place.profile.clone();
    profile.client_id = CLIENT_IDS + i32::try_from(std::process::id() % CLIENT_ID_COUNT).unwrap_or(0);
    // A subcommand only asks.
    profile.read_only = true;
    let embedded = if place.embedded {
        let unusable = || format!("{} cannot be used", place.folder.display());
        let (port, embedded) = match host::find(&place.folder).wrap_err_with(unusable)? {
            Some(port) => (port, None),
            None => {
                let stop = CancellationToken::new();
                let embedded = host::look_at(&place.folder, stop.clone()).wrap_err_with(unusable)?;
                let port = embedded
                    .port
                    .recv_timeout(PORT_MAX)
                    .map_err(|_| eyre!("the paper gateway did not start within {} s", PORT_MAX.as_secs()))?
                    .map_err(|why| eyre!("no paper gateway: {why}"))?;
                (port, Some((embedded, stop)))
            }
        };
        profile.address = format!("127.0.0.1:{port}").into();
        embedded
    } else {
        None
    };
    let (port, lanes) = port::open();
    let (tell, events) = mpsc::channel(EVENTS_WAITING_MAX);
    let (tape, stop) = (Tape::new(), CancellationToken::new());
    let address = profile.address.to_string();
    let adapter = tokio::spawn(ib::run(profile, lanes, tell, tape.clone(), stop.clone()));
    Ok(Client { port, events, tape, address, stop, embedded, adapter })
}

/// What READY told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The account, masked.
    pub account: String,
    /// `PAPER` or `LIVE`.
    pub mode: &'static str,
    /// The negotiated protocol version.
    pub server_version: i32,
    /// Our API client id.
    pub client_id: i32,
    /// The next order id.
    pub next_order_id: i32,
}

/// Why there is no READY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReady {
    /// What was being done.
    pub during: String,
    /// The refusal, if one was given.
    pub why: Option<Refusal>,
}

impl Client {
    /// Waits until the connection is READY; ends early when it is refused, and at the first failed attempt to connect.
    pub async fn ready(&mut self, until: Instant) -> Result<Ready, NotReady> {
        let mut during = format!("connecting to {}", self.address);
        let mut last = None;
        loop {
            let Ok(event) = timeout_at(until, self.events.recv()).await else {
                return Err(NotReady { during, why: last });
            };
            match event {
                None => return Err(NotReady { during, why: last }),
                Some(Event::Link(Link::Ready { account, mode, client_id, next_order_id, server_version, .. })) => {
                    let (account, mode) = (account.to_string(), mode.word());
                    return Ok(Ready { account, mode, server_version, client_id, next_order_id });
                }
                Some(Event::Link(Link::Refused(why))) => return Err(NotReady { during, why: Some(why) }),
                Some(Event::Link(Link::Dialling { next_in: Some(_), why: Some(why), .. })) => {
                    return Err(NotReady { during, why: Some(why) });
                }
                Some(Event::Link(Link::Syncing { what, step, of })) => {
                    during = format!("asking for {what} ({step} of {of})");
                }
                Some(Event::Notice { code, text }) => last = Some(Refusal { code: Some(code), text }),
                Some(_) => {}
            }
        }
    }

    /// Hangs up and ends the embedded gateway if it is ours.
    pub async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.adapter.await {
            tracing::error!(%error, "the adapter died");
        }
        if let Some((embedded, stop)) = self.embedded {
            stop.cancel();
            threads::join(embedded.thread.as_slice(), END_MAX);
        }
    }
}

/// A refusal in words: IB's code in front.
pub fn words(refusal: &Refusal) -> SafeText {
    match refusal.code {
        Some(code) => SafeText::new(&format!("{code}: {}", refusal.text)),
        None => refusal.text.clone(),
    }
}
