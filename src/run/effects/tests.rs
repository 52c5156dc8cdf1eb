use std::sync::mpsc::Receiver;

use super::*;
use crate::broker::port::{self, Lanes};
use crate::domain::account::{AccountId, Mode};
use crate::domain::order::{BrokerIds, OrderKey};
use crate::domain::samples::buy;
use crate::journal::{self, Intent};
use crate::money::Qty;
use crate::risk::Approved;
use crate::risk::samples::Desk;

fn approved(key: &str) -> Box<Approved> {
    approved_holding(key, 0)
}

/// A buy of 100 by somebody who holds `position`.
fn approved_holding(key: &str, position: i64) -> Box<Approved> {
    Desk { at: Stamp::at(10), position: Qty::from(position), ..Desk::default() }.approve(key, buy(100, Some("187.20")))
}

struct Bench {
    executor: Executor,
    lanes: Lanes,
    requests: Receiver<Request>,
    halt: Halt,
    follow: VecDeque<Msg>,
    _folder: tempfile::TempDir,
}

fn paths(folder: &std::path::Path) -> crate::config::Paths {
    crate::config::Paths { config: folder.into(), state: folder.into(), log: folder.into() }
}

impl Bench {
    fn new() -> Self {
        let (port, lanes) = port::open();
        let (inlet, requests) = journal::channel();
        let folder = tempfile::tempdir().unwrap();
        let files =
            Files::start(folder.path().join("watchlist"), paths(folder.path()), tokio::sync::mpsc::channel(1).0)
                .unwrap();
        let halt = Halt::default();
        let executor = Executor::new(port, inlet, files, halt.clone(), Arc::default());
        Self { executor, lanes, requests, halt, follow: VecDeque::new(), _folder: folder }
    }

    fn ready() -> Self {
        let mut bench = Self::new();
        bench.executor.notice(&Event::Link(Link::Ready {
            account: AccountId::new("DU0000001"),
            mode: Mode::Paper,
            read_only: false,
            client_id: 3,
            next_order_id: 41,
            server_version: 226,
        }));
        bench
    }

    fn place(&mut self, key: &str) {
        assert_eq!(self.executor.execute(Effect::Place(approved(key)), &mut self.follow), None);
    }

    fn send(&mut self, command: Command) {
        assert_eq!(self.executor.execute(Effect::Send(command), &mut self.follow), None);
    }

    /// The journal's answer to the oldest intent.
    fn durable(&mut self) -> Option<Msg> {
        let Ok(Request::Intend { approved, client_id, next_order_id }) = self.requests.try_recv() else { return None };
        assert_eq!((client_id, next_order_id), (3, 41));
        let reply = Reply::Intended { approved, intent: Intent::unproven(1, next_order_id), micros: 9 };
        let (msg, ready) = self.executor.reply(reply, &mut self.follow);
        self.executor.proceed(ready.expect("an order to send"), &mut self.follow);
        msg
    }

    fn sent(&mut self) -> Vec<String> {
        let mut keys = Vec::new();
        while let Ok(Command::Place(approved, intent)) = self.lanes.orders.try_recv() {
            keys.push(format!("{} as {}", approved.key(), intent.order_id()));
        }
        keys
    }

    fn not_sent(&mut self) -> Vec<String> {
        self.follow
            .drain(..)
            .map(|msg| match msg {
                Msg::Broker(Event::NotSent { key, why }) => format!("{key}: {why}"),
                other => format!("{other:?}"),
            })
            .collect()
    }
}

const NONE: [String; 0] = [];

#[test]
fn an_order_waits_for_its_intent_and_then_goes() {
    let mut bench = Bench::ready();
    bench.place("a");
    assert_eq!(bench.sent(), NONE, "nothing leaves before the intent is durable");
    let said = bench.durable();
    assert!(matches!(said, Some(Msg::Journal(JournalFact::Intended { order_id: 41, .. }))), "{said:?}");
    assert_eq!(bench.sent(), ["a as 41"]);
    assert_eq!(bench.not_sent(), NONE);
}

#[test]
fn a_kill_reaches_an_order_whose_intent_is_being_written() {
    let mut bench = Bench::ready();
    bench.place("before");
    bench.send(Command::DropUnsent);
    bench.place("after");
    assert!(bench.durable().is_some() && bench.durable().is_some());
    assert_eq!(bench.sent(), ["after as 41"]);
    assert_eq!(bench.not_sent(), ["before: dropped before it was sent"]);
    assert!(matches!(bench.lanes.urgent.try_recv(), Ok(Command::DropUnsent)));
}

#[test]
fn a_kill_spares_an_exit_whose_intent_is_being_written() {
    let mut bench = Bench::ready();
    let _ = bench.executor.execute(Effect::Place(approved_holding("exit", -100)), &mut bench.follow);
    bench.send(Command::DropUnsent);
    assert!(bench.durable().is_some());
    assert_eq!(bench.sent(), ["exit as 41"]);
    assert_eq!(bench.not_sent(), NONE);
}

#[test]
fn without_a_session_nothing_is_recorded_or_sent() {
    let mut bench = Bench::new();
    bench.place("a");
    assert_eq!(bench.not_sent(), ["a: not connected"]);
    assert!(bench.requests.try_recv().is_err());
}

#[test]
fn a_panicking_process_sends_nothing_more() {
    let mut bench = Bench::ready();
    bench.place("a");
    assert!(bench.halt.set());
    assert!(bench.durable().is_some());
    bench.place("b");
    assert_eq!(bench.sent(), NONE);
    assert_eq!(bench.not_sent(), ["a: the program is ending", "b: the program is ending"]);
}

#[test]
fn an_intent_that_is_not_durable_is_never_sent() {
    let mut bench = Bench::ready();
    bench.place("a");
    let Ok(Request::Intend { approved, .. }) = bench.requests.try_recv() else { panic!("an intent") };
    let refused = Reply::Refused { approved, why: "disk full".into() };
    let (msg, ready) = bench.executor.reply(refused, &mut bench.follow);
    assert!(msg.is_none() && ready.is_none());
    assert_eq!(bench.not_sent(), ["a: the journal cannot record it: disk full"]);
    // The next one is matched with its own answer.
    bench.place("b");
    assert!(bench.durable().is_some());
    assert_eq!(bench.sent(), ["b as 41"]);
}

#[test]
fn a_full_lane_is_said_and_nothing_is_lost_silently() {
    let mut bench = Bench::ready();
    let cancel = |n| Command::Cancel { key: OrderKey::own(&format!("k{n}")), ids: BrokerIds::default() };
    let mut given = 0;
    while bench.follow.is_empty() {
        bench.send(cancel(given));
        given += 1;
    }
    let told = bench.follow.pop_front();
    let key = OrderKey::own(&format!("k{}", given - 1));
    let why = "too many commands wait for the broker".into();
    // The desk hears of it as of any cancel that did not go out, so that it can be asked for again.
    assert_eq!(told, Some(Msg::Broker(Event::CancelNotSent { key, why, queued: false })));
}

#[test]
fn a_later_wake_up_for_the_same_timer_replaces_the_earlier() {
    let mut bench = Bench::ready();
    for at in [50, 80] {
        let wake = Effect::Wake { at: Stamp::at(at), timer: Timer::Clock };
        bench.executor.execute(wake, &mut bench.follow);
    }
    assert_eq!(bench.executor.next_wake(), Some(Stamp::at(80)));
    assert_eq!(bench.executor.woken(Stamp::at(79)), None);
    assert_eq!(bench.executor.woken(Stamp::at(80)), Some(Timer::Clock));
    assert_eq!(bench.executor.next_wake(), None);
}

#[test]
fn a_copied_text_cannot_leave_its_sequence() {
    let text = String::from_utf8(clipboard("a\x07\x1b]0;x")).unwrap();
    assert_eq!((text.matches('\x1b').count(), text.matches('\x07').count()), (1, 1), "{text:?}");
}
