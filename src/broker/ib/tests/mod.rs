//! The adapter against the paper gateway, over a socket.

mod data;
mod faults;
mod frames;
mod incidents;
mod orders;
mod session;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::others::Beat;
use super::*;
use crate::broker::event::{BrokerStatus, OrderReport, Snapshot};
use crate::broker::{Command, JobId, Link, Port, port};
use crate::domain::bar::{BarHours, BarKey, Interval};
use crate::domain::fill::Execution;
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::order::{
    BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState, Session as Hours, Side, Tif, Verb,
};
use crate::domain::quote::Quote;
use crate::domain::samples::{self, apple};
use crate::gateway::{self, ClockSource, GatewayError, Hand, Nanos, Options};
use crate::journal::Intent;
use crate::money::{Cash, Price, Qty};
use crate::risk::samples::Desk;
use crate::risk::{self, Approved, Consent, Context};

/// 2026-02-11 15:00:00 UTC, a Wednesday.
const START: Nanos = 1_770_822_000_000_000_000;
/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

struct Venue {
    address: SocketAddr,
    hand: Hand,
    stop: CancellationToken,
    task: JoinHandle<Result<(), GatewayError>>,
}

impl Venue {
    async fn open(options: Options) -> Self {
        Self::open_at(START, options).await
    }

    async fn open_at(start: Nanos, options: Options) -> Self {
        let (clock, hand) = ClockSource::stepped(start);
        let gateway = gateway::bind(Options { clock, ..options }).await.expect("the gateway starts");
        let (address, stop) = (gateway.addr(), CancellationToken::new());
        let task = tokio::spawn(gateway.run(stop.clone()));
        Self { address, hand, stop, task }
    }

    fn profile(&self) -> Profile {
        Profile { address: self.address.to_string().into(), ..Profile::default() }
    }

    async fn close(self) {
        self.stop.cancel();
        self.task.await.expect("the gateway does not panic").expect("the gateway stops in good order");
    }
}

struct Bench {
    port: Port,
    events: mpsc::Receiver<Event>,
    tape: Tape,
    stop: CancellationToken,
    task: JoinHandle<()>,
    hand: Option<Hand>,
    seen: Vec<String>,
}

impl Bench {
    fn start(profile: Profile) -> Self {
        Self::start_at(Tempo::default(), profile)
    }

    fn start_at(tempo: Tempo, profile: Profile) -> Self {
        let (port, lanes) = port::open();
        let (sender, events) = mpsc::channel(port::EVENTS_WAITING_MAX);
        let (tape, stop) = (Tape::new(), CancellationToken::new());
        let task = tokio::spawn(run_at(tempo, profile, lanes, sender, tape.clone(), stop.clone()));
        Self { port, events, tape, stop, task, hand: None, seen: Vec::new() }
    }

    async fn ready(venue: &Venue) -> (Self, AccountId, i32) {
        let mut bench = Self::start(venue.profile());
        bench.hand = Some(venue.hand.clone());
        let (account, next_order_id) = bench.until_ready().await;
        (bench, account, next_order_id)
    }

    async fn until_ready(&mut self) -> (AccountId, i32) {
        self.until("READY", |e| match e {
            Event::Link(Link::Ready { account, next_order_id, .. }) => Some((account.clone(), *next_order_id)),
            _ => None,
        })
        .await
    }

    /// The first event `pick` takes; the market's clock runs while it is waited for.
    async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        let waiting = async {
            loop {
                match timeout(Duration::from_millis(10), self.events.recv()).await {
                    Ok(Some(event)) => {
                        self.seen.push(format!("{event:?}"));
                        if let Some(found) = pick(&event) {
                            return Some(found);
                        }
                    }
                    Ok(None) => return None,
                    Err(_) => {
                        if let Some(hand) = &self.hand {
                            hand.advance(Duration::from_millis(50)).await;
                        }
                    }
                }
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(Some(found)) => found,
            outcome => panic!("no {what} ({}): {:#?}", if outcome.is_ok() { "ended" } else { "late" }, self.seen),
        }
    }

    fn send(&self, command: Command) {
        self.port.send(command).expect("the lane has room");
    }

    async fn find(&mut self, symbol: &str) -> Instrument {
        self.send(Command::Find { job: JobId(7), symbol: symbol.into() });
        self.until("answer", |e| match e {
            Event::Found { job: JobId(7), result } => Some(result.clone()),
            _ => None,
        })
        .await
        .expect("the contract is known")
        .as_ref()
        .clone()
    }

    async fn quote(&self, con_id: ConId, enough: impl Fn(&Quote) -> bool) -> Quote {
        let waiting = async {
            loop {
                if let Some((_, quote)) = self.tape.take().into_iter().find(|(id, q)| *id == con_id && enough(q)) {
                    return quote;
                }
                if let Some(hand) = &self.hand {
                    hand.advance(Duration::from_millis(50)).await;
                }
                // The tape may have been put to before: then this completes at once.
                let _ = timeout(Duration::from_millis(10), self.tape.changed()).await;
            }
        };
        timeout(PATIENCE, waiting).await.expect("a quote in time")
    }

    async fn status(&mut self, order_id: i32, wanted: BrokerStatus) {
        self.until("status", |e| match e {
            Event::Status(s) if s.ids.order_id == order_id && s.status == wanted => Some(()),
            _ => None,
        })
        .await;
    }

    async fn close(self) {
        self.stop.cancel();
        timeout(PATIENCE, self.task).await.expect("the adapter ends").expect("the adapter does not panic");
    }
}

fn buy(instrument: &Instrument, qty: i64, kind: OrderKind) -> OrderSpec {
    let bought =
        OrderSpec::new(instrument.con_id, instrument.symbol.clone(), Verb::Buy, Side::Buy, Qty::from(qty), kind);
    OrderSpec { tif: Tif::Gtc, session: Hours::Extended, ..bought }
}

/// A rich desk in this contract, at `at`.
fn desk(account: &AccountId, instrument: &Instrument, at: Stamp) -> Desk {
    Desk {
        at,
        account: account.clone(),
        instrument: instrument.clone(),
        quote: Quote { at: Some(at), ..samples::quote("100", "101", "100") },
        net_liquidation: Cash::from(100_000_000),
        ..Desk::default()
    }
}

fn approved(key: &str, spec: OrderSpec, account: &AccountId, instrument: &Instrument, at: Stamp) -> Box<Approved> {
    desk(account, instrument, at).approve(key, spec)
}

fn low() -> OrderKind {
    OrderKind::Limit(Price::from(100))
}

/// The next snapshot.
async fn synced(bench: &mut Bench) -> Snapshot {
    bench
        .until("snapshot", |e| match e {
            Event::Synced(snapshot) => Some((**snapshot).clone()),
            _ => None,
        })
        .await
}

/// Why the next order that does not go does not.
async fn refused(bench: &mut Bench) -> String {
    bench
        .until("refusal", |e| match e {
            Event::NotSent { why, .. } => Some(why.to_string()),
            _ => None,
        })
        .await
}
