//! The desk, the line, the journal and the venue of one seed, stepped in one thread.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tradewind::app::action::{Action, StageVerb, Staging, Touch, Way};
use tradewind::app::effect::{Effect, Record};
use tradewind::app::msg::{JournalFact, Msg, Timer};
use tradewind::app::{Model, bindings, update};
use tradewind::broker::event::{BrokerStatus, OrderReport, PositionReport, Refusal, Snapshot, StatusReport};
use tradewind::broker::{Command, Event, IntentSeq, Link};
use tradewind::clock::Stamp;
use tradewind::config::Settings;
use tradewind::domain::account::{AccountId, AccountValues, Mode};
use tradewind::domain::fill::{Commission, ExecId, Execution};
use tradewind::domain::instrument::{ConId, Instrument, PriceRule, SecType};
use tradewind::domain::listed::Listed;
use tradewind::domain::order::{BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState, Session};
use tradewind::domain::order::{Side, Tif, Verb};
use tradewind::domain::quote::Quote;
use tradewind::domain::takes::Takes;
use tradewind::gateway::venue::{self, Market as _, OrderRequest, Venue};
use tradewind::keys::Keymap;
use tradewind::money::{Price, Qty};
use tradewind::panes::PaneKind;
use tradewind::risk::{Approved, Purpose};

use super::chance::Chance;
use super::market::{CONTRACTS, MOMENT, Small};

const CLIENT: i32 = 1;
const MS: i64 = 1_000_000;
/// 2026-11-20 15:42:07 UTC.
const START: i64 = 1_795_189_327_000_000_000;

/// What has happened over all seeds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    pub placed: u64,
    pub changed: u64,
    pub cancelled: u64,
    pub fills: u64,
    pub cuts: u64,
    pub kills: u64,
    pub lost: u64,
    pub doubled: u64,
    pub unknown: u64,
}

impl Totals {
    pub fn add(&mut self, other: &Self) {
        self.placed += other.placed;
        self.changed += other.changed;
        self.cancelled += other.cancelled;
        self.fills += other.fills;
        self.cuts += other.cuts;
        self.kills += other.kills;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.unknown += other.unknown;
    }
}

/// How often things go wrong, in percent.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    drop_out: u64,
    double_out: u64,
    drop_in: u64,
    double_in: u64,
    /// Longest delay of a message in, in milliseconds.
    delay_in: u64,
    cut: u64,
    kill: u64,
}

/// A request on its way to the venue.
#[derive(Debug, Clone)]
enum Wire {
    Place(Box<OrderRequest>),
    Cancel(i32),
    Ask,
}

/// What the disk holds; it survives a kill.
#[derive(Debug, Default)]
struct Disk {
    run: u32,
    next_id: i32,
    orders: BTreeMap<OrderKey, Order>,
    executions: BTreeMap<ExecId, Execution>,
}

pub struct World {
    seed: u64,
    chance: Chance,
    faults: Faults,
    market: Small,
    venue: Venue,
    model: Model,
    disk: Disk,
    now: i64,
    up: bool,
    back_at: Option<i64>,
    wakes: BTreeMap<Timer, i64>,
    /// Orders whose intent is being written: when it is durable.
    intents: VecDeque<(i64, Approved)>,
    out: VecDeque<(i64, Wire)>,
    inbound: BTreeMap<(i64, u64), Event>,
    count: u64,
    /// New orders handed over, ever.
    handed: BTreeSet<OrderKey>,
    /// Cancels kept for the next connection.
    kept: Vec<i32>,
    pub totals: Totals,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        // Each seed has its own bad habits: some lines only lose, some only cut, some do everything.
        let mut some = |most: u64| if chance.percent(60) { chance.below(most + 1) } else { 0 };
        let faults = Faults {
            drop_out: some(10),
            double_out: some(5),
            drop_in: some(20),
            double_in: some(20),
            delay_in: some(900),
            cut: some(4),
            kill: some(2),
        };
        let market = Small(seed);
        let mut world = Self {
            seed,
            chance,
            faults,
            market,
            venue: Venue::new(START, &market),
            model: fresh_model(),
            disk: Disk { run: 0, next_id: 1, ..Disk::default() },
            now: START,
            up: false,
            back_at: None,
            wakes: BTreeMap::new(),
            intents: VecDeque::new(),
            out: VecDeque::new(),
            inbound: BTreeMap::new(),
            count: 0,
            handed: BTreeSet::new(),
            kept: Vec::new(),
            totals: Totals::default(),
        };
        world.start();
        world
    }

    /// A process starts: the journal opens, the line is dialled.
    fn start(&mut self) {
        self.disk.run += 1;
        self.model = fresh_model();
        self.wakes.clear();
        let live: Vec<Order> = self.disk.orders.values().filter(|o| o.state.is_live()).cloned().collect();
        let executions = self.disk.executions.values().cloned().collect();
        self.tell(Msg::Journal(JournalFact::Opened {
            run: self.disk.run,
            tag: "tw4k".into(),
            live,
            executions,
            terms: Vec::new(),
            before: None,
            accepted: Vec::new(),
        }));
        self.connect();
    }

    fn connect(&mut self) {
        self.up = true;
        self.back_at = None;
        self.tell(Msg::Broker(Event::Link(Link::Syncing { step: 1, of: 5, what: "orders".into() })));
        let snapshot = self.snapshot();
        self.tell(Msg::Broker(Event::Synced(Box::new(snapshot))));
        self.tell(Msg::Broker(Event::Link(Link::Ready {
            account: AccountId::new(venue::ACCOUNT),
            mode: Mode::Paper,
            read_only: false,
            client_id: CLIENT,
            next_order_id: self.disk.next_id,
            server_version: 226,
        })));
        for order_id in std::mem::take(&mut self.kept) {
            self.send(Wire::Cancel(order_id));
        }
    }

    /// The line breaks: what was on it in either direction is gone.
    fn cut(&mut self) {
        self.totals.cuts += 1;
        self.up = false;
        self.totals.lost += (self.out.len() + self.inbound.len()) as u64;
        self.out.clear();
        self.inbound.clear();
        self.back_at = Some(self.now + i64::try_from(200 + self.chance.below(3_000)).unwrap() * MS);
        self.tell(Msg::Broker(Event::Link(Link::Dialling {
            address: "127.0.0.1:7497".into(),
            attempt: 1,
            next_in: Some(Duration::from_secs(1)),
            why: Some(Refusal { code: None, text: "connection reset".into() }),
        })));
    }

    /// `kill -9`: memory is gone, what was being written is not durable, what was sent may have arrived.
    fn kill(&mut self) {
        self.totals.kills += 1;
        self.intents.clear();
        self.inbound.clear();
        self.kept.clear();
        if self.chance.percent(50) {
            self.totals.lost += self.out.len() as u64;
            self.out.clear();
        }
        self.run_out();
        self.up = false;
        self.back_at = None;
        let gone = i64::try_from(self.chance.below(2_000)).unwrap();
        self.advance(gone * MS);
        self.start();
    }

    /// Everything that was handed to the socket arrives.
    fn run_out(&mut self) {
        while let Some((_, wire)) = self.out.pop_front() {
            self.arrive(wire);
        }
        self.inbound.clear();
    }

    /// One session of trading, with faults.
    pub fn trade(&mut self) {
        for _ in 0..150 {
            self.act();
            let pause = i64::try_from(20 + self.chance.below(400)).unwrap();
            self.advance(pause * MS);
            if self.up && self.chance.percent(self.faults.cut) {
                self.cut();
            }
            if self.chance.percent(self.faults.kill) {
                self.kill();
            }
        }
    }

    /// The faults end; what is under way runs out; the broker is asked once more.
    pub fn settle(&mut self) {
        self.faults = Faults::default();
        self.tell(Msg::Acted(Action::TicketDrop));
        self.advance(10_000 * MS);
        assert!(self.up, "the line is back");
        self.tell(Msg::Acted(Action::Resolve));
        self.advance(2_000 * MS);
    }

    /// Something the trader does; every change is seen before the next.
    fn act(&mut self) {
        let way = if self.chance.percent(50) { Way::Up } else { Way::Down };
        let touch = Action::TicketTouch { at: self.chance.pick(&[Touch::Join, Touch::Mid, Touch::Take]) };
        match self.chance.below(30) {
            0..=7 => {
                let verb = self.chance.pick(&[StageVerb::Buy, StageVerb::Sell, StageVerb::Close]);
                self.do_all(&[Action::Stage(Staging::Verb(verb)), touch, Action::Send, Action::Confirm]);
            }
            8..=9 => {
                let verb = self.chance.pick(&[StageVerb::Buy, StageVerb::Sell]);
                let by = u8::try_from(self.chance.below(6)).unwrap();
                let tick = Action::TicketTick { way, by };
                self.do_all(&[Action::Stage(Staging::Verb(verb)), tick, Action::TicketHalf, Action::Send]);
            }
            10..=13 => self.do_all(&[Action::PickUp, Action::TicketTick { way, by: 2 }, Action::Send, Action::Confirm]),
            14..=15 => self.do_all(&[Action::PickUp, Action::TicketHalf, Action::Send]),
            16..=18 => self.do_all(&[Action::Nudge { way }]),
            19..=20 => self.do_all(&[Action::Cancel]),
            21..=22 => self.do_all(&[Action::ListMove { way }]),
            23..=25 => {
                let pane = self.chance.pick(&[PaneKind::Watchlist, PaneKind::Blotter]);
                self.do_all(&[Action::TicketDrop, Action::Focus { pane }]);
            }
            26 => {
                let actions = [Action::CancelSymbol, Action::CancelAll, Action::Resolve];
                let one = self.chance.pick(&[0, 1, 2]);
                self.do_all(&actions[one..=one]);
            }
            27 if self.chance.percent(30) => self.do_all(&[Action::Kill]),
            _ => self.do_all(&[Action::HaltLift]),
        }
    }

    /// Takes actions one after the other, each seen on the screen before the next.
    fn do_all(&mut self, actions: &[Action]) {
        for action in actions {
            let paint = Msg::Painted(self.model.revision);
            self.tell(paint);
            self.tell(Msg::Acted(action.clone()));
        }
    }

    /// Lets time pass: wake-ups, intents, requests, the market, reports, each at its moment.
    fn advance(&mut self, span: i64) {
        let end = self.now + span;
        while self.now < end {
            self.now = (self.now + 10 * MS).min(end);
            if self.back_at.is_some_and(|at| at <= self.now) {
                self.connect();
            }
            self.wake();
            self.write_intents();
            self.deliver_out();
            // Between two moments of the market nothing happens by itself; what is asked of the venue brings it up to date.
            if self.now.div_euclid(MOMENT) != (self.now - 10 * MS).div_euclid(MOMENT) {
                let events = self.venue.step(self.now, &self.market);
                self.report(events);
            }
            self.deliver_in();
            if self.up && self.now.rem_euclid(250 * MS) < 10 * MS {
                self.quotes();
            }
        }
    }

    fn wake(&mut self) {
        let due: Vec<Timer> = self.wakes.iter().filter(|(_, at)| **at <= self.now).map(|(t, _)| *t).collect();
        for timer in due {
            self.wakes.remove(&timer);
            self.tell(Msg::Woke(timer));
        }
    }

    fn tell(&mut self, msg: Msg) {
        let step = update(&mut self.model, Stamp::at(self.now), msg);
        for effect in step.effects {
            self.execute(effect);
        }
        for order in self.model.orders.all.values() {
            assert!(order.filled <= order.spec.qty, "seed {}: overfilled {order:?}", self.seed);
        }
    }

    fn execute(&mut self, effect: Effect) {
        match effect {
            Effect::Place(approved) | Effect::Ask(approved) => {
                match approved.purpose() {
                    Purpose::New(key) => {
                        assert!(self.handed.insert(key.clone()), "seed {}: {key} handed over twice", self.seed);
                        self.totals.placed += 1;
                    }
                    Purpose::Change(..) => self.totals.changed += 1,
                }
                let slow = if self.chance.percent(3) { 1_500 } else { 5 };
                let durable = self.now + i64::try_from(self.chance.below(slow)).unwrap() * MS;
                self.intents.push_back((durable, *approved));
            }
            Effect::Send(Command::Cancel { key, ids }) => {
                assert_ne!(ids.order_id, 0);
                self.totals.cancelled += 1;
                if self.up {
                    self.send(Wire::Cancel(ids.order_id));
                } else {
                    self.kept.push(ids.order_id);
                    let event = Event::CancelNotSent { key, why: "not connected".into(), queued: true };
                    self.receive(event, 0);
                }
            }
            Effect::Send(Command::DropUnsent) => {
                let unsent: Vec<Approved> = self.intents.drain(..).map(|(_, a)| a).collect();
                for approved in unsent {
                    self.not_sent(approved.key(), "dropped by kill");
                }
            }
            Effect::Send(Command::Resync) if self.up => self.out.push_back((self.now + 5 * MS, Wire::Ask)),
            Effect::Send(Command::Find { job, symbol }) => {
                let instrument = CONTRACTS
                    .into_iter()
                    .find(|(id, s)| *s == symbol.as_str() || symbol.as_str() == format!("conid:{id}"))
                    .map(instrument)
                    .unwrap();
                self.receive(Event::Found { job, result: Ok(Box::new(instrument)) }, 0);
            }
            Effect::Record(Record::Order(order)) => {
                self.disk.orders.insert(order.key.clone(), *order);
            }
            Effect::Record(Record::Execution(execution)) => {
                self.disk.executions.insert(execution.exec_id.clone(), *execution);
            }
            Effect::Wake { at, timer } => {
                self.wakes.insert(timer, at.mono);
            }
            _ => {}
        }
    }

    /// Intents become durable in their order; then, and only then, an order goes to the socket.
    fn write_intents(&mut self) {
        while self.intents.front().is_some_and(|(at, _)| *at <= self.now) {
            let Some((_, approved)) = self.intents.pop_front() else { return };
            let key = approved.key().clone();
            let order_id = match approved.purpose() {
                Purpose::Change(_, ids) => {
                    if let Some(order) = self.disk.orders.get_mut(&key) {
                        let before = std::mem::replace(&mut order.spec, approved.spec().clone());
                        order.before_change = Some(Box::new(before));
                        order.changed_at = Stamp::at(self.now);
                    }
                    ids.order_id
                }
                Purpose::New(_) => {
                    let id = self.disk.next_id;
                    self.disk.next_id += 1;
                    self.disk.orders.insert(key.clone(), intended(&approved, id, self.now));
                    id
                }
            };
            let seq = IntentSeq(i64::from(order_id));
            self.tell(Msg::Journal(JournalFact::Intended { key: key.clone(), seq, order_id, micros: 400 }));
            if !self.up {
                self.not_sent(&key, "not connected");
            } else if Stamp::at(self.now).since(approved.at()) > Duration::from_secs(1) {
                self.not_sent(&key, "the approval is older than 1 s");
            } else {
                let ids = BrokerIds { client_id: CLIENT, order_id, perm_id: 0 };
                self.send(Wire::Place(Box::new(request(&approved, order_id))));
                self.tell(Msg::Broker(Event::Sent { key, ids }));
            }
        }
    }

    fn not_sent(&mut self, key: &OrderKey, why: &str) {
        self.tell(Msg::Broker(Event::NotSent { key: key.clone(), why: why.into() }));
    }

    /// Hands bytes to the socket: they arrive in order, or are lost, or arrive twice.
    fn send(&mut self, wire: Wire) {
        let at = self.now + i64::try_from(self.chance.below(30)).unwrap() * MS;
        if self.chance.percent(self.faults.drop_out) {
            self.totals.lost += 1;
            return;
        }
        if self.chance.percent(self.faults.double_out) {
            self.totals.doubled += 1;
            self.out.push_back((at, wire.clone()));
        }
        self.out.push_back((at, wire));
    }

    fn deliver_out(&mut self) {
        while self.out.front().is_some_and(|(at, _)| *at <= self.now) {
            if let Some((_, wire)) = self.out.pop_front() {
                self.arrive(wire);
            }
        }
    }

    fn arrive(&mut self, wire: Wire) {
        let events = match wire {
            Wire::Place(request) => self.venue.place(self.now, &self.market, *request),
            Wire::Cancel(order_id) => self.venue.cancel(self.now, &self.market, CLIENT, order_id),
            Wire::Ask => {
                let snapshot = self.snapshot();
                let delay = self.chance.below(200);
                return self.queue(Event::Synced(Box::new(snapshot)), delay);
            }
        };
        self.report(events);
    }

    fn report(&mut self, events: Vec<venue::Event>) {
        for event in events {
            if matches!(event, venue::Event::Execution(_)) {
                self.totals.fills += 1;
            }
            if let Some(event) = told(event)
                && self.up
            {
                self.line(event);
            }
        }
    }

    /// A report on the bad line.
    fn line(&mut self, event: Event) {
        if self.chance.percent(self.faults.drop_in) {
            self.totals.lost += 1;
            return;
        }
        if self.chance.percent(self.faults.double_in) {
            self.totals.doubled += 1;
            let delay = self.chance.below(self.faults.delay_in + 1);
            self.queue(event.clone(), delay);
        }
        let delay = self.chance.below(self.faults.delay_in + 1);
        self.queue(event, delay);
    }

    /// An event that reaches the model for certain.
    fn receive(&mut self, event: Event, delay: u64) {
        self.queue(event, delay);
    }

    fn queue(&mut self, event: Event, delay: u64) {
        self.count += 1;
        let at = self.now + i64::try_from(delay).unwrap() * MS;
        self.inbound.insert((at, self.count), event);
    }

    fn deliver_in(&mut self) {
        while let Some(entry) = self.inbound.first_entry().filter(|e| e.key().0 <= self.now) {
            let event = entry.remove();
            self.tell(Msg::Broker(event));
        }
    }

    fn quotes(&mut self) {
        let quotes = CONTRACTS.into_iter().filter_map(|(con_id, _)| {
            let quote = self.market.quote(con_id, self.now)?;
            let at = Some(Stamp::at(self.now));
            let price = |ticks| Some(Price(rust_decimal::Decimal::new(ticks, 2)));
            let (bid, ask) = (price(quote.bid), price(quote.ask));
            Some((ConId(con_id), Quote { bid, ask, last: bid, at, ..Quote::default() }))
        });
        let quotes = quotes.collect();
        self.tell(Msg::Broker(Event::Quotes(quotes)));
    }

    fn snapshot(&mut self) -> Snapshot {
        let events = self.venue.step(self.now, &self.market);
        self.report(events);
        let account = AccountValues { net_liquidation: Some("1000000".parse().unwrap()), ..AccountValues::default() };
        Snapshot {
            open: self.venue.open_orders(None).into_iter().map(order_report).collect(),
            completed: self.venue.completed_orders().into_iter().map(order_report).collect(),
            executions: self.venue.executions().map(execution).collect(),
            commissions: self.venue.executions().map(|e| commission(&e.commission)).collect(),
            positions: self.venue.positions().iter().map(position).collect(),
            account,
        }
    }

    /// The model against the venue.
    pub fn check(&mut self) {
        let seed = self.seed;
        let mut at_venue: BTreeMap<OrderKey, venue::Order> = BTreeMap::new();
        let orders = self.venue.open_orders(None).into_iter().chain(self.venue.completed_orders());
        for order in orders {
            let key = OrderKey::own(&order.request.order_ref);
            let earlier = at_venue.insert(key.clone(), order.clone());
            assert!(earlier.is_none(), "seed {seed}: {key} is doubled at the venue");
            assert!(self.handed.contains(&key), "seed {seed}: {key} was never handed over");
        }
        for (key, theirs) in &at_venue {
            let Some(ours) = self.model.orders.all.get(key) else { panic!("seed {seed}: {key} is forgotten") };
            let expected = state_of(theirs);
            assert_eq!(ours.state, expected, "seed {seed}: {key}\n{ours:?}\n{theirs:?}");
            assert_eq!(ours.filled, theirs.filled, "seed {seed}: fills of {key}\n{ours:?}\n{theirs:?}");
            if ours.state.is_live() {
                let terms = (ours.spec.qty, ours.spec.kind);
                assert_eq!(terms, (theirs.request.quantity, kind(theirs)), "seed {seed}: terms of {key}");
                assert!(ours.before_change.is_none(), "seed {seed}: {key} waits for a change for ever");
            }
        }
        for ours in self.model.orders.all.values().filter(|o| !at_venue.contains_key(&o.key)) {
            assert!(ours.filled.is_zero(), "seed {seed}: {ours:?} filled nowhere");
            let honest = matches!(ours.state, OrderState::Unknown | OrderState::Rejected | OrderState::Cancelled);
            assert!(honest, "seed {seed}: {ours:?} is not at the venue");
            self.totals.unknown += u64::from(ours.state == OrderState::Unknown);
        }
        let theirs: BTreeSet<String> = self.venue.executions().map(|e| e.exec_id.clone()).collect();
        let ours: BTreeSet<String> = self.model.orders.executions.keys().map(|id| id.0.to_string()).collect();
        assert_eq!(ours, theirs, "seed {seed}: executions");
        assert!(self.model.orders.executions.values().all(|e| e.commission.is_some()), "seed {seed}: commissions");
        for (con_id, symbol) in CONTRACTS {
            let theirs = self.venue.positions().iter().find(|p| p.con_id == con_id).map_or(Qty::ZERO, |p| p.quantity);
            let ours = self.model.positions.get(&ConId(con_id)).map_or(Qty::ZERO, |p| p.qty);
            assert_eq!(ours, theirs, "seed {seed}: position in {symbol}");
            let sum = self.model.orders.executions.values().filter(|e| e.con_id.0 == con_id);
            let sum = sum.fold(Qty::ZERO, |sum, e| {
                let signed = if e.side == Side::Buy { e.qty } else { e.qty.negated() };
                sum.plus(signed).unwrap()
            });
            assert_eq!(sum, theirs, "seed {seed}: fills of {symbol} against the position");
        }
    }
}

/// The keys; read once for all schedules.
static KEYS: LazyLock<Arc<Keymap<Action>>> = LazyLock::new(|| Arc::new(bindings::fallback()));

fn fresh_model() -> Model {
    let watchlist = CONTRACTS.map(|(_, symbol)| symbol.to_owned()).to_vec();
    let settings = Settings { watchlist, flash: false, ..Settings::default() };
    Model::new(settings, "embedded", Mode::Paper, Arc::clone(&KEYS), (160, 48))
}

fn instrument((con_id, symbol): (i32, &str)) -> Instrument {
    Instrument {
        con_id: ConId(con_id),
        symbol: symbol.into(),
        sec_type: SecType::Stock,
        exchange: "SMART".into(),
        primary_exchange: "ARCA".into(),
        currency: "USD".into(),
        long_name: symbol.into(),
        multiplier: rust_decimal::Decimal::ONE,
        rule: PriceRule::flat("0.01".parse().unwrap()).unwrap(),
        size_increment: Qty::from(1),
        takes: Takes::default(),
        last_day: None,
        strike: None,
        listed: Listed::default(),
    }
}

/// The order as the journal remembers it from its intent alone.
fn intended(approved: &Approved, order_id: i32, now: i64) -> Order {
    let ids = BrokerIds { client_id: CLIENT, order_id, perm_id: 0 };
    Order::new(approved.key().clone(), ids, approved.spec().clone(), OrderState::Sending, Stamp::at(now))
}

fn request(approved: &Approved, order_id: i32) -> OrderRequest {
    let spec = approved.spec();
    OrderRequest {
        client_id: CLIENT,
        order_id,
        con_id: spec.con_id.0,
        action: if spec.side == Side::Buy { venue::Action::Buy } else { venue::Action::Sell },
        quantity: spec.qty,
        kind: match spec.kind {
            OrderKind::Market => venue::Kind::Market,
            OrderKind::Limit(limit) => venue::Kind::Limit(limit),
            other => panic!("the trader places no {}", other.word()),
        },
        tif: match spec.tif {
            Tif::Day => venue::Tif::Day,
            Tif::Gtc => venue::Tif::Gtc,
            Tif::Ioc => venue::Tif::Ioc,
            other => panic!("the trader places nothing for {other}"),
        },
        outside_rth: spec.session == Session::Extended,
        account: String::new(),
        order_ref: approved.key().to_string(),
        transmit: true,
        terms: venue::Terms::default(),
        echo: Vec::new(),
    }
}

/// What the client hears of an event of the venue.
fn told(event: venue::Event) -> Option<Event> {
    Some(match event {
        venue::Event::OpenOrder(order) => Event::Order(Box::new(order_report(&order))),
        venue::Event::OrderStatus(report) => Event::Status(StatusReport {
            ids: BrokerIds { client_id: report.client_id, order_id: report.order_id, perm_id: report.perm_id },
            status: status(report.status),
            filled: report.filled,
            remaining: report.remaining,
            avg_fill: None,
            why_held: None,
            cap: None,
        }),
        venue::Event::Execution(filled) => Event::Execution(Box::new(execution(&filled))),
        venue::Event::Commission(cost) => {
            let (exec_id, commission) = commission(&cost);
            Event::Commission { exec_id, commission }
        }
        venue::Event::Error(refusal) => {
            Event::OrderError { order_id: refusal.order_id, code: refusal.code, text: refusal.text.into() }
        }
        venue::Event::PositionChanged(held) => Event::Position(position(&held)),
        venue::Event::AccountChanged => return None,
    })
}

const fn status(status: venue::Status) -> BrokerStatus {
    match status {
        venue::Status::PreSubmitted => BrokerStatus::Held,
        venue::Status::Submitted => BrokerStatus::Working,
        venue::Status::PendingCancel => BrokerStatus::Cancelling,
        venue::Status::Cancelled => BrokerStatus::Cancelled,
        venue::Status::Filled => BrokerStatus::Filled,
        venue::Status::Inactive => BrokerStatus::Inactive,
    }
}

/// The state the model must show for an order of the venue.
const fn state_of(order: &venue::Order) -> OrderState {
    match order.status {
        venue::Status::PreSubmitted => OrderState::Held,
        venue::Status::Submitted => OrderState::Working,
        venue::Status::PendingCancel => OrderState::Cancelling,
        venue::Status::Cancelled => OrderState::Cancelled,
        venue::Status::Filled => OrderState::Filled,
        venue::Status::Inactive => OrderState::Rejected,
    }
}

const fn kind(order: &venue::Order) -> OrderKind {
    match order.request.kind {
        venue::Kind::Market => OrderKind::Market,
        venue::Kind::Limit(limit) => OrderKind::Limit(limit),
        _ => panic!("the trader places market and limit orders"),
    }
}

fn symbol(con_id: i32) -> &'static str {
    CONTRACTS.into_iter().find(|(id, _)| *id == con_id).map_or("", |(_, symbol)| symbol)
}

fn side(action: venue::Action) -> Side {
    if action == venue::Action::Buy { Side::Buy } else { Side::Sell }
}

fn order_report(order: &venue::Order) -> OrderReport {
    let request = &order.request;
    let side = side(request.action);
    OrderReport {
        ids: BrokerIds { client_id: request.client_id, order_id: request.order_id, perm_id: order.perm_id },
        order_ref: request.order_ref.as_str().into(),
        spec: OrderSpec {
            tif: match request.tif {
                venue::Tif::Day => Tif::Day,
                venue::Tif::Gtc => Tif::Gtc,
                venue::Tif::Ioc => Tif::Ioc,
                _ => panic!("the trader places DAY, GTC and IOC orders"),
            },
            session: if request.outside_rth { Session::Extended } else { Session::Regular },
            ..OrderSpec::new(
                ConId(request.con_id),
                symbol(request.con_id).into(),
                if side == Side::Buy { Verb::Buy } else { Verb::Sell },
                side,
                request.quantity,
                kind(order),
            )
        },
        other_kind: None,
        status: status(order.status),
        filled: Some(order.filled),
        avg_fill: None,
        remark: None,
        parent_id: 0,
        ended: None,
    }
}

fn execution(filled: &venue::Execution) -> Execution {
    Execution {
        exec_id: ExecId(filled.exec_id.as_str().into()),
        ids: BrokerIds { client_id: filled.client_id, order_id: filled.order_id, perm_id: filled.perm_id },
        order_ref: filled.order_ref.as_str().into(),
        con_id: ConId(filled.con_id),
        symbol: symbol(filled.con_id).into(),
        currency: Some("USD".into()),
        multiplier: Some(rust_decimal::Decimal::ONE),
        side: side(filled.action),
        qty: filled.quantity,
        price: filled.price,
        time: Some(filled.at),
        exchange: filled.exchange.as_str().into(),
        cum_qty: filled.cumulative,
        avg_price: Some(filled.avg_price),
        commission: None,
    }
}

fn commission(cost: &venue::Commission) -> (ExecId, Commission) {
    let exec_id = ExecId(cost.exec_id.as_str().into());
    (exec_id, Commission { amount: cost.amount, currency: "USD".into(), realized: cost.realized })
}

fn position(held: &venue::Position) -> PositionReport {
    PositionReport {
        con_id: ConId(held.con_id),
        symbol: symbol(held.con_id).into(),
        qty: held.quantity,
        avg_cost: Some(held.avg_cost),
    }
}
