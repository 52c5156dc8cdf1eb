//! One night: a trader at the real desk, the real adapter over loopback, a gateway that follows a script, and an auditor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tradewind::app::model::Model;
use tradewind::broker::event::{BrokerStatus, Link, OrderReport, Snapshot};
use tradewind::broker::port::{self, EVENTS_WAITING_MAX};
use tradewind::broker::{Event, Tape, ib};
use tradewind::domain::instrument::ConId;
use tradewind::domain::order::{OrderKey, OrderState, Side};
use tradewind::gateway::Script;
use tradewind::money::Qty;
use tradewind::source::Source;

use crate::layer_a::chance::Chance;
use crate::support::{Desk, Venue, folder};

/// After so long without agreement, with the link back and no fault left, the night is lost.
const CONVERGES: Duration = Duration::from_secs(5);
/// Longer than any dial, hang-up or backoff of a connection takes.
const LINK_BACK: Duration = Duration::from_mins(1);
/// What the trader does at a time.
const HANDS: [&str; 12] = [
    "b enter",
    "s enter",
    "b t enter",
    "s t enter",
    "b down down down enter",
    "x",
    "7 x",
    "7 m up enter",
    "1 j",
    "1 k",
    "+",
    "X",
];

/// What has happened over all nights.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    pub orders: usize,
    pub fills: usize,
    pub unknown: usize,
    pub kills: usize,
    pub dials: usize,
    /// The longest that it took to agree after the link was back.
    pub slowest: Duration,
}

impl Totals {
    pub fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.fills += other.fills;
        self.unknown += other.unknown;
        self.kills += other.kills;
        self.dials += other.dials;
        self.slowest = self.slowest.max(other.slowest);
    }
}

pub struct Night {
    name: String,
    chance: Chance,
    folder: TempDir,
    venue: Venue,
    /// Absent for the moment between a death and the next life alone.
    desk: Option<Desk>,
    dialling: bool,
    totals: Totals,
}

impl Night {
    /// A gateway that follows this script, and a desk that dials it.
    pub async fn begin(name: String, script: &str, seed: u64, chance: Chance) -> Self {
        let read = Script::read(&Source::new("night.faults", script.to_owned()));
        let script = read.unwrap_or_else(|problems| panic!("{name}: {problems}\n{script}"));
        let (folder, venue) = (folder(), Venue::under(script, seed).await);
        let desk = Desk::open(folder.path(), venue.addr);
        Self { name, chance, folder, venue, desk: Some(desk), dialling: true, totals: Totals::default() }
    }

    fn desk(&mut self) -> &mut Desk {
        self.desk.as_mut().expect("a desk lives")
    }

    fn model(&self) -> &Model {
        &self.desk.as_ref().expect("a desk lives").model
    }

    /// Time passes at the gateway, and what comes of it at the desk.
    pub async fn pass(&mut self, span: Duration) {
        self.venue.pass(span).await;
        self.desk().idle(Duration::from_millis(60)).await;
        let dialling = matches!(self.model().desk.link, Link::Dialling { .. });
        self.totals.dials += usize::from(dialling && !std::mem::replace(&mut self.dialling, dialling));
        self.dialling = dialling;
    }

    /// The trader does something, whatever the state of the link.
    pub async fn act(&mut self) {
        let keys = self.chance.pick(&HANDS);
        self.desk().keys(keys);
        self.desk().idle(Duration::from_millis(30)).await;
        // What asks back is left alone.
        self.desk().keys("esc esc");
    }

    /// The workstation dies and is started again on the same files.
    pub async fn kill(&mut self) {
        self.totals.kills += 1;
        if let Some(desk) = self.desk.take() {
            desk.kill().await;
        }
        self.desk = Some(Desk::open(self.folder.path(), self.venue.addr));
    }

    /// The trader's hours, with deaths in between.
    pub async fn trade(&mut self, steps: u64, deadly: bool) {
        for _ in 0..steps {
            let span = Duration::from_millis(50 + self.chance.below(900));
            self.pass(span).await;
            if self.chance.percent(70) {
                self.act().await;
            }
            if deadly && self.chance.percent(3) {
                Box::pin(self.kill()).await;
            }
        }
    }

    /// The faults end; then, with the link back, desk and broker agree within [`CONVERGES`].
    pub async fn settle(&mut self) {
        let end = Instant::now() + LINK_BACK;
        // Everything of a script is over by its clock.
        while self.venue.now() < Venue::began() + 120_000_000_000 {
            self.pass(Duration::from_secs(2)).await;
        }
        while !ready(self.model()) {
            assert!(Instant::now() < end, "{}: no READY; {:?}, {:#?}", self.name, self.model().desk.link, self.said());
            self.pass(Duration::from_millis(200)).await;
        }
        let back = Instant::now();
        // No order works on: what the broker says from here on is what it will go on saying.
        let truth = audit(&self.venue, self.desk.as_mut().unwrap()).await;
        loop {
            let quarrel = self.quarrel(&truth);
            let Some(text) = quarrel else { break };
            assert!(
                Instant::now() < back + CONVERGES + truth.took,
                "{}: {text}\n{:#?}\n{:#?}",
                self.name,
                self.said(),
                self.model().orders.all
            );
            self.desk().idle(Duration::from_millis(20)).await;
        }
        self.totals.slowest = back.elapsed().saturating_sub(truth.took);
    }

    fn said(&self) -> Vec<&String> {
        self.model().notices.list.iter().map(|n| &n.text).collect()
    }

    /// What desk and broker disagree about, if anything.
    fn quarrel(&self, truth: &Truth) -> Option<String> {
        let model = self.model();
        let mut out = String::new();
        let mut seen: BTreeMap<OrderKey, &OrderReport> = BTreeMap::new();
        for theirs in truth.snapshot.open.iter().chain(&truth.snapshot.completed) {
            let key = OrderKey::own(&theirs.order_ref);
            // That never heals.
            let earlier = seen.insert(key.clone(), theirs);
            assert!(earlier.is_none(), "{}: {key} is doubled at the broker: {:#?}", self.name, truth.snapshot);
            let Some(ours) = model.orders.all.get(&key) else {
                let _ = writeln!(out, "{key} is forgotten: {theirs:?}");
                continue;
            };
            let state = match theirs.status {
                BrokerStatus::Filled => OrderState::Filled,
                BrokerStatus::Cancelled => OrderState::Cancelled,
                BrokerStatus::Working => OrderState::Working,
                BrokerStatus::Inactive => OrderState::Rejected,
                BrokerStatus::Held | BrokerStatus::Cancelling | BrokerStatus::Other => OrderState::Held,
            };
            // An order that the broker could not take is refused there and here, by whichever name.
            let ended = |s: OrderState| if s == OrderState::Rejected { OrderState::Cancelled } else { s };
            if ended(ours.state) != ended(state) {
                let _ = writeln!(out, "{key} is {:?} here and {:?} there", ours.state, theirs.status);
            }
            if theirs.filled.is_some_and(|filled| filled != ours.filled) {
                let _ = writeln!(out, "{key} has filled {} here and {:?} there", ours.filled, theirs.filled);
            }
            if ours.state.is_live() && (ours.spec.qty, ours.spec.kind) != (theirs.spec.qty, theirs.spec.kind) {
                let _ = writeln!(out, "the terms of {key} are {:?} here and {:?} there", ours.spec, theirs.spec);
            }
        }
        for ours in model.orders.all.values().filter(|o| !seen.contains_key(&o.key)) {
            let honest = matches!(ours.state, OrderState::Unknown | OrderState::Rejected | OrderState::Cancelled);
            if !honest || !ours.filled.is_zero() {
                let _ = writeln!(out, "{} is nowhere at the broker: {ours:?}", ours.key);
            }
        }
        let theirs: BTreeSet<_> = truth.snapshot.executions.iter().map(|e| e.exec_id.clone()).collect();
        let ours: BTreeSet<_> = model.orders.executions.keys().cloned().collect();
        if ours != theirs {
            let lost: Vec<_> = theirs.difference(&ours).collect();
            let phantom: Vec<_> = ours.difference(&theirs).collect();
            let _ = writeln!(out, "lost fills {lost:?}, phantom fills {phantom:?}");
        }
        let mut sums: BTreeMap<ConId, Qty> = BTreeMap::new();
        for e in model.orders.executions.values() {
            let signed = if e.side == Side::Buy { e.qty } else { e.qty.negated() };
            let sum = sums.entry(e.con_id).or_default();
            *sum = sum.plus(signed).unwrap();
        }
        for (con_id, sum) in sums {
            let theirs = truth.snapshot.positions.iter().find(|p| p.con_id == con_id).map_or(Qty::ZERO, |p| p.qty);
            let held = model.positions.get(&con_id).map_or(Qty::ZERO, |p| p.qty);
            if (held, sum) != (theirs, theirs) {
                let _ = writeln!(out, "{con_id:?}: held {held}, by its fills {sum}, at the broker {theirs}");
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// The end; what has happened.
    pub async fn end(self) -> Totals {
        let orders = &self.model().orders;
        let unknown = orders.all.values().filter(|o| o.state == OrderState::Unknown).count();
        let totals = Totals { orders: orders.all.len(), fills: orders.executions.len(), unknown, ..self.totals };
        if let Some(desk) = self.desk {
            desk.kill().await;
        }
        totals
    }
}

fn ready(model: &Model) -> bool {
    matches!(model.desk.link, Link::Ready { .. }) && model.desk.sync_from.is_none()
}

/// Everything the broker knows, by its own account to a client that no fault hits.
struct Truth {
    snapshot: Snapshot,
    /// How long it took to hear it.
    took: Duration,
}

/// Asks as another client; the market stands still meanwhile, so that what it says stays true.
async fn audit(venue: &Venue, desk: &mut Desk) -> Truth {
    let began = Instant::now();
    let profile = ib::Profile { address: venue.addr.to_string().into(), client_id: 9, ..ib::Profile::default() };
    let (port, lanes) = port::open();
    let (tell, mut events) = mpsc::channel(EVENTS_WAITING_MAX);
    let stop = CancellationToken::new();
    let adapter = tokio::spawn(ib::run(profile, lanes, tell, Tape::new(), stop.clone()));
    let waiting = async {
        loop {
            match events.recv().await {
                Some(Event::Synced(snapshot)) => return *snapshot,
                Some(_) => {}
                None => panic!("the auditor's connection ended"),
            }
        }
    };
    let snapshot = tokio::time::timeout(LINK_BACK, waiting).await.expect("the auditor is heard");
    let took = began.elapsed();
    drop((port, events));
    stop.cancel();
    let _ = adapter.await;
    // What an order's events were worth is settled by asking once more, as the trader's key would.
    desk.keys("o u");
    Truth { snapshot, took }
}
