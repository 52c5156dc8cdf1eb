//! A desk that is READY, with three symbols, their quotes and an account; keys, facts and time are handed to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::app::action::Action;
use crate::app::effect::{Effect, Redraw};
use crate::app::model::{Model, Overlay};
use crate::app::msg::{JournalFact, Msg, Press, Timer};
use crate::app::{bindings, select, update};
use crate::broker::event::{BrokerStatus, OrderReport, PositionReport, Snapshot, StatusReport};
use crate::broker::{Command, Event, IntentSeq, JobId, Link};
use crate::clock::Stamp;
use crate::config::Settings;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, AccountValues, Mode};
use crate::domain::fill::{ExecId, Execution};
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderKind, OrderSpec, Side, Verb};
use crate::domain::position::Pnl;
use crate::domain::quote::Quote;
use crate::domain::samples;
use crate::journal::Accepted;
use crate::keys::Chord;
use crate::money::{Price, Qty};
use crate::risk::Approved;

/// Friday 2026-11-20 10:42:07 in New York.
const START: i64 = 1_795_189_327_000_000_000;
/// Our API client id.
pub(in crate::app) const CLIENT: i32 = 1;

pub(in crate::app) fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub(in crate::app) fn qty(n: i64) -> Qty {
    Qty::from(n)
}

pub(in crate::app) const AAPL: ConId = ConId(265_598);
pub(in crate::app) const MSFT: ConId = ConId(272_093);
pub(in crate::app) const SPY: ConId = ConId(756_733);

/// A model with the hand, the eye and the clock of its trader.
pub(in crate::app) struct Desk {
    pub model: Model,
    pub at: Stamp,
    pub effects: Vec<Effect>,
    pub redraw: Redraw,
    wakes: BTreeMap<Timer, Stamp>,
    next_id: i32,
}

/// A paper desk, READY and flat.
pub(in crate::app) fn desk() -> Desk {
    Desk::of(Mode::Paper, "DU0000001")
}

/// A live desk, armed.
pub(in crate::app) fn live_desk() -> Desk {
    let mut desk = disarmed_desk();
    desk.keys("o l 4821");
    assert!(desk.model.desk.arming.is_open());
    desk.effects.clear();
    desk
}

/// A live desk as it starts, its limits accepted before.
pub(in crate::app) fn disarmed_desk() -> Desk {
    Desk::of(Mode::Live, "U1234821")
}

impl Desk {
    fn of(mode: Mode, account: &str) -> Self {
        let mut desk = Self::unconnected(mode);
        desk.tell(Msg::Journal(JournalFact::Opened {
            run: 42,
            tag: SafeText::new("tw4k"),
            live: Vec::new(),
            executions: Vec::new(),
            terms: Vec::new(),
            before: None,
            accepted: vec![accepted("U1234821")],
        }));
        desk.connect(account, snapshot());
        desk.answer_questions();
        desk.effects.clear();
        desk
    }

    /// A desk that has heard nothing yet.
    pub fn unconnected(mode: Mode) -> Self {
        let watchlist = ["AAPL", "MSFT", "SPY"].map(String::from).to_vec();
        let settings = Settings { watchlist, ..Settings::default() };
        let model = Model::new(settings, "embedded", mode, Arc::new(bindings::fallback()), (160, 48));
        Self {
            model,
            at: Stamp::at(START),
            effects: Vec::new(),
            redraw: Redraw::Keep,
            wakes: BTreeMap::new(),
            next_id: 32,
        }
    }

    /// Another desk in the same state, which has asked for nothing.
    pub fn twin(&self) -> Self {
        let (model, wakes) = (self.model.clone(), self.wakes.clone());
        Self { model, at: self.at, effects: Vec::new(), redraw: self.redraw, wakes, next_id: self.next_id }
    }

    /// SYNC and READY.
    pub fn connect(&mut self, account: &str, snapshot: Snapshot) {
        let syncing = Link::Syncing { step: 1, of: 5, what: SafeText::new("orders") };
        self.broker(Event::Link(syncing));
        self.after(5);
        self.broker(Event::Synced(Box::new(snapshot)));
        self.ready(account);
    }

    pub fn ready(&mut self, account: &str) {
        self.broker(Event::Link(Link::Ready {
            account: AccountId::new(account),
            mode: self.model.desk.mode,
            read_only: false,
            client_id: CLIENT,
            next_order_id: 32,
            server_version: 226,
        }));
    }

    pub fn lose_link(&mut self) {
        self.broker(Event::Link(Link::Dialling {
            address: SafeText::new("127.0.0.1:7497"),
            attempt: 1,
            next_in: Some(Duration::from_secs(4)),
            why: Some(crate::broker::event::Refusal { code: None, text: SafeText::new("connection reset") }),
        }));
    }

    /// Answers every question for a contract, and quotes it.
    pub fn answer_questions(&mut self) {
        let asked: Vec<(JobId, SafeText)> = self.model.market.asked.iter().map(|(j, s)| (*j, s.clone())).collect();
        for (job, symbol) in asked {
            let instrument = Box::new(instrument(&symbol));
            self.broker(Event::Found { job, result: Ok(instrument) });
        }
        self.quote(AAPL, "187.20", "187.22");
        self.quote(MSFT, "414.02", "414.09");
        self.quote(SPY, "499.82", "499.83");
    }

    pub fn quote(&mut self, con_id: ConId, bid: &str, ask: &str) {
        let msg = self.quote_msg(con_id, bid, ask);
        self.tell(msg);
    }

    /// What the broker says when a quote moves.
    pub fn quote_msg(&self, con_id: ConId, bid: &str, ask: &str) -> Msg {
        let (bid, ask) = (price(bid), price(ask));
        let quote = Quote {
            bid: Some(bid),
            bid_size: Some(qty(300)),
            ask: Some(ask),
            ask_size: Some(qty(400)),
            last: Some(bid),
            last_at: Some(self.at),
            at: Some(self.at),
            ..Quote::default()
        };
        Msg::Broker(Event::Quotes(vec![(con_id, quote)]))
    }

    /// One message, now; its effects are kept.
    pub fn tell(&mut self, msg: Msg) -> &mut Self {
        let step = update(&mut self.model, self.at, msg);
        self.redraw = step.redraw;
        for effect in step.effects {
            if let Effect::Wake { at, timer } = &effect {
                self.wakes.insert(*timer, *at);
            } else {
                self.effects.push(effect);
            }
        }
        self
    }

    pub fn broker(&mut self, event: Event) -> &mut Self {
        self.tell(Msg::Broker(event))
    }

    pub fn act(&mut self, action: Action) -> &mut Self {
        self.tell(Msg::Acted(action))
    }

    /// The screen shows the model as it is now.
    pub fn paint(&mut self) -> &mut Self {
        let revision = self.model.revision;
        self.tell(Msg::Painted(revision))
    }

    /// Time passes; what the model wanted to be woken for happens on the way.
    pub fn after(&mut self, millis: u64) -> &mut Self {
        let end = self.at.plus(Duration::from_millis(millis));
        while let Some(timer) = self.next_due(end) {
            self.tell(Msg::Woke(timer));
        }
        self.at = end;
        self
    }

    /// The next thing the model wanted to be woken for, if that is by then; it is that late now.
    pub fn next_due(&mut self, end: Stamp) -> Option<Timer> {
        let (timer, at) = self.wakes.iter().map(|(t, at)| (*t, *at)).min_by_key(|(_, at)| at.mono)?;
        if at.mono > end.mono {
            return None;
        }
        self.wakes.remove(&timer);
        self.at = self.at.max(at);
        Some(timer)
    }

    /// Presses keys as a person does: one every 200 ms, each seen on the screen.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            // A number is typed digit by digit.
            let digits = word.len() > 1 && word.chars().all(|c| c.is_ascii_digit() || c == '.');
            if digits {
                for c in word.chars() {
                    self.press(&c.to_string());
                }
            } else {
                self.press(word);
            }
        }
        self
    }

    fn press(&mut self, key: &str) {
        self.after(200);
        self.key(key, false);
        self.paint();
    }

    /// One key, now, seen or not.
    pub fn key(&mut self, key: &str, burst: bool) -> &mut Self {
        let chord: Chord = key.parse().unwrap_or_else(|e| panic!("{key}: {e}"));
        self.tell(Msg::Key(Press { chord, burst }))
    }

    /// Types a text, character by character, 40 keys a second.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.after(25);
            let chord = Chord::plain(crate::keys::Key::Char(c));
            self.tell(Msg::Key(Press { chord, burst: false }));
            self.paint();
        }
        self
    }

    /// The orders handed over so far, oldest first; they are taken.
    pub fn placed(&mut self) -> Vec<Approved> {
        let mut placed = Vec::new();
        let mut rest = Vec::new();
        for effect in self.effects.drain(..) {
            match effect {
                Effect::Place(approved) => placed.push(*approved),
                other => rest.push(other),
            }
        }
        self.effects = rest;
        placed
    }

    /// The one order handed over.
    pub fn placed_one(&mut self) -> Approved {
        let mut all = self.placed();
        assert_eq!(all.len(), 1, "orders handed over: {all:?}");
        all.remove(0)
    }

    /// The orders whose cancel has been sent.
    pub fn cancels(&mut self) -> Vec<OrderKey> {
        let keys = self.effects.iter().filter_map(|e| match e {
            Effect::Send(Command::Cancel { key, .. }) => Some(key.clone()),
            _ => None,
        });
        let keys = keys.collect();
        self.effects.retain(|e| !matches!(e, Effect::Send(Command::Cancel { .. })));
        keys
    }

    /// How many commands of a kind were sent.
    pub fn sent(&self, is: impl Fn(&Command) -> bool) -> usize {
        self.effects.iter().filter(|e| matches!(e, Effect::Send(c) if is(c))).count()
    }

    pub fn quits(&self) -> bool {
        self.effects.contains(&Effect::Quit)
    }

    /// What was said last, as long as it stands.
    pub fn said(&self) -> &str {
        self.model.notices.newest().map_or("", |n| n.text.as_str())
    }

    pub fn assert_said(&self, part: &str) {
        assert!(self.said().contains(part), "said: {:?}, expected: {part:?}", self.said());
    }

    pub fn staged(&self) -> &crate::panes::ticket::Staged {
        self.model.panes.ticket.staged.as_ref().expect("an order is staged")
    }

    /// The sentence on the ticket.
    pub fn sentence(&self) -> String {
        let staged = self.staged();
        let rule = select::instrument(&self.model, staged.con_id).map(|i| &i.rule);
        staged.spec.as_ref().map_or_else(|| "—".into(), |spec| crate::app::words::sentence(spec, rule))
    }

    pub fn order(&self, key: &OrderKey) -> &Order {
        &self.model.orders.all[key]
    }

    pub fn is_confirming(&self) -> bool {
        matches!(self.model.overlay, Some(Overlay::Confirm))
    }

    /// The journal and the sender do their part for an order just placed; its ids.
    pub fn carry(&mut self, key: &OrderKey) -> BrokerIds {
        let order_id = match self.order(key).ids.order_id {
            0 => self.next_id(),
            known => known,
        };
        self.after(3);
        let seq = IntentSeq(i64::from(order_id));
        self.tell(Msg::Journal(JournalFact::Intended { key: key.clone(), seq, order_id, micros: 300 }));
        let ids = BrokerIds { client_id: CLIENT, order_id, perm_id: 0 };
        self.broker(Event::Sent { key: key.clone(), ids });
        ids
    }

    fn next_id(&mut self) -> i32 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// The broker has the order, with this status.
    pub fn report(&mut self, key: &OrderKey, status: BrokerStatus) -> &mut Self {
        let order = self.order(key);
        let report = report_of(order, status);
        self.broker(Event::Order(Box::new(report)))
    }

    pub fn status(&mut self, key: &OrderKey, status: BrokerStatus, filled: i64) -> &mut Self {
        let event = self.status_event(key, status, filled);
        self.broker(event)
    }

    /// What the broker says of an order.
    pub fn status_event(&self, key: &OrderKey, status: BrokerStatus, filled: i64) -> Event {
        let order = self.order(key);
        let total = order.spec.qty;
        let report = StatusReport {
            ids: order.ids,
            status,
            filled: qty(filled),
            remaining: total.minus(qty(filled)).unwrap(),
            avg_fill: None,
            why_held: None,
            cap: None,
        };
        Event::Status(report)
    }

    /// A fill of an order.
    pub fn fill(&mut self, key: &OrderKey, exec: &str, n: i64, at: &str) -> &mut Self {
        let execution = execution_of(self.order(key), exec, n, at);
        self.broker(Event::Execution(Box::new(execution)))
    }

    /// `b enter`, carried to the broker and working there.
    pub fn work(&mut self, keys: &str) -> OrderKey {
        self.keys(keys);
        let key = self.placed_one().key().clone();
        self.carry(&key);
        self.report(&key, BrokerStatus::Working);
        self.effects.clear();
        key
    }

    pub fn hold(&mut self, con_id: ConId, symbol: &str, n: i64) -> &mut Self {
        self.broker(Event::Position(PositionReport {
            con_id,
            symbol: SafeText::new(symbol),
            qty: qty(n),
            avg_cost: Some(price("100")),
        }))
    }
}

/// The built-in limits, accepted for an account.
pub(in crate::app) fn accepted(account: &str) -> Accepted {
    let limits = crate::risk::Limits::default().fingerprint_of(Mode::Live);
    Accepted { account: AccountId::new(account), limits }
}

/// What the broker answers a flat account.
pub(in crate::app) fn snapshot() -> Snapshot {
    let account = AccountValues {
        currency: SafeText::new("USD"),
        net_liquidation: Some("1000000".parse().unwrap()),
        gross_value: Some("0".parse().unwrap()),
        available_funds: Some("1000000".parse().unwrap()),
        excess_liquidity: Some("1000000".parse().unwrap()),
        pnl: Pnl { daily: Some("0".parse().unwrap()), ..Pnl::default() },
        ..AccountValues::default()
    };
    Snapshot { account, ..Snapshot::default() }
}

pub(in crate::app) fn instrument(symbol: &str) -> Instrument {
    let con_id = match symbol {
        "AAPL" => AAPL,
        "MSFT" => MSFT,
        "SPY" => SPY,
        other => ConId(i32::try_from(other.len()).unwrap() + 1_000),
    };
    samples::stock(con_id, symbol, symbol)
}

/// The order as the broker would describe it.
pub(in crate::app) fn report_of(order: &Order, status: BrokerStatus) -> OrderReport {
    OrderReport {
        ids: BrokerIds { perm_id: i64::from(order.ids.order_id) + 9_000, ..order.ids },
        order_ref: SafeText::new(order.key.as_str()),
        spec: order.spec.clone(),
        other_kind: None,
        status,
        filled: None,
        avg_fill: None,
        remark: None,
        parent_id: 0,
        ended: None,
    }
}

/// An order of another client.
pub(in crate::app) fn foreign(order_id: i32, con_id: ConId, symbol: &str, limit: &str) -> OrderReport {
    OrderReport {
        ids: BrokerIds { client_id: 7, order_id, perm_id: 70_000 + i64::from(order_id) },
        order_ref: SafeText::default(),
        spec: OrderSpec::new(
            con_id,
            SafeText::new(symbol),
            Verb::Buy,
            Side::Buy,
            qty(10),
            OrderKind::Limit(price(limit)),
        ),
        other_kind: None,
        status: BrokerStatus::Working,
        filled: None,
        avg_fill: None,
        remark: None,
        parent_id: 0,
        ended: None,
    }
}

pub(in crate::app) fn execution_of(order: &Order, exec: &str, n: i64, at: &str) -> Execution {
    Execution {
        exec_id: ExecId(SafeText::new(exec)),
        ids: order.ids,
        order_ref: SafeText::new(order.key.as_str()),
        con_id: order.spec.con_id,
        symbol: order.spec.symbol.clone(),
        currency: Some(SafeText::new("USD")),
        multiplier: Some(rust_decimal::Decimal::ONE),
        side: order.spec.side,
        qty: qty(n),
        price: price(at),
        time: Some(START),
        exchange: SafeText::new("ARCA"),
        cum_qty: Qty::ZERO,
        avg_price: None,
        commission: None,
    }
}
