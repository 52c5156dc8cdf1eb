//! The adapter against the paper gateway, over a socket.

use std::net::SocketAddr;
use std::time::Duration;

use rust_decimal::Decimal;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::broker::event::{BrokerStatus, OrderReport, Snapshot};
use crate::broker::{Command, JobId, Link, Port, port};
use crate::domain::bar::Interval;
use crate::domain::fill::Execution;
use crate::domain::instrument::{ConId, Instrument, PriceRule, SecType};
use crate::domain::order::{
    BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState, Ownership, Session as Hours, Side, Tif, Verb,
};
use crate::domain::quote::{Quote, Truth};
use crate::gateway::{self, ClockSource, GatewayError, Hand, Nanos, Options};
use crate::journal::Intent;
use crate::money::{Cash, Price, Qty};
use crate::risk::{self, Approved, Consent, Context, Limits, Origin, Readiness};

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
        let (clock, hand) = ClockSource::stepped(START);
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
        let (port, lanes) = port::open();
        let (sender, events) = mpsc::channel(port::EVENTS_WAITING_MAX);
        let (tape, stop) = (Tape::new(), CancellationToken::new());
        let task = tokio::spawn(run(profile, lanes, sender, tape.clone(), stop.clone()));
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
    OrderSpec {
        con_id: instrument.con_id,
        symbol: instrument.symbol.clone(),
        verb: Verb::Buy,
        side: Side::Buy,
        qty: Qty::from(qty),
        kind,
        tif: Tif::Gtc,
        session: Hours::Extended,
    }
}

/// Judges with everything in order, at `at`.
fn judged<T>(account: &AccountId, instrument: &Instrument, at: Stamp, check: impl FnOnce(&Context<'_>) -> T) -> T {
    let quote = Quote {
        bid: Some(Price::from(100)),
        ask: Some(Price::from(101)),
        last: Some(Price::from(100)),
        at: Some(at),
        ..Quote::default()
    };
    let limits = Limits { default_size: Qty::from(100) };
    check(&Context {
        at,
        account: Some(account),
        mode: account.mode(),
        readiness: Readiness::Ready,
        halted: false,
        instrument: Some(instrument),
        quote: Some(&quote),
        truth: Truth::Live,
        position: Some(Qty::ZERO),
        working: &[],
        net_liquidation: Some(Cash::from(100_000_000)),
        recent: &[],
        origin: Origin::Key,
        limits: &limits,
    })
}

fn approved(key: &str, spec: OrderSpec, account: &AccountId, instrument: &Instrument, at: Stamp) -> Box<Approved> {
    let checked = judged(account, instrument, at, |ctx| risk::check_new(spec, OrderKey::own(key), ctx, Consent::Given));
    Box::new(checked.expect("a fair order"))
}

fn apple() -> Instrument {
    Instrument {
        con_id: ConId(265_598),
        symbol: "AAPL".into(),
        sec_type: SecType::Stock,
        exchange: "SMART".into(),
        primary_exchange: "NASDAQ".into(),
        currency: "USD".into(),
        long_name: "APPLE INC".into(),
        multiplier: Decimal::ONE,
        rule: PriceRule::flat("0.01".parse().unwrap()).unwrap(),
        size_increment: Qty::from(1),
    }
}

fn low() -> OrderKind {
    OrderKind::Limit(Price::from(100))
}

#[tokio::test]
async fn connects_synchronises_and_is_ready() {
    let venue = Venue::open(Options::default()).await;
    let mut bench = Bench::start(venue.profile());
    let snapshot: Snapshot = bench
        .until("snapshot", |e| match e {
            Event::Synced(snapshot) => Some((**snapshot).clone()),
            _ => None,
        })
        .await;
    let (account, next_order_id) = bench.until_ready().await;
    assert_eq!(account.mode(), Mode::Paper);
    assert!(next_order_id >= 1);
    assert!(snapshot.account.net_liquidation.is_some_and(Cash::is_positive), "{snapshot:?}");
    assert_eq!(snapshot.account.currency.as_str(), "USD");
    assert!(snapshot.open.is_empty() && snapshot.positions.is_empty());
    let steps: Vec<&String> = bench.seen.iter().filter(|e| e.contains("Syncing")).collect();
    assert_eq!(steps.len(), 5, "{steps:?}");
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn finds_a_contract_searches_and_puts_quotes_on_the_tape() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, _, _) = Bench::ready(&venue).await;
    let instrument = bench.find("aapl").await;
    assert_eq!((instrument.con_id, instrument.symbol.as_str()), (ConId(265_598), "AAPL"));
    assert_eq!(instrument.rule.tick_at(Price::from(187)), "0.01".parse().unwrap());
    bench.send(Command::Watch(Box::new(instrument.clone())));
    let quote = bench.quote(instrument.con_id, Quote::is_two_sided).await;
    assert!(quote.refused.is_none() && quote.at.is_some());
    bench.send(Command::Search { job: JobId(8), pattern: "apple".into() });
    let matches = bench
        .until("matches", |e| match e {
            Event::Matches { job: JobId(8), result } => Some(result.clone()),
            _ => None,
        })
        .await;
    assert!(matches.unwrap().iter().any(|m| m.con_id == instrument.con_id));
    bench.send(Command::Find { job: JobId(9), symbol: "ZZZZ".into() });
    let refused = bench
        .until("refusal", |e| match e {
            Event::Found { job: JobId(9), result } => Some(result.clone()),
            _ => None,
        })
        .await;
    assert_eq!(refused.unwrap_err().code, Some(200));
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn bars_are_answered_and_kept_up_to_date() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, _, _) = Bench::ready(&venue).await;
    for interval in Interval::ALL {
        bench.send(Command::Bars { job: JobId(3), instrument: Box::new(apple()), interval });
        let bars = bench
            .until("bars", |e| match e {
                Event::Bars { job: JobId(3), interval: i, result, .. } if *i == interval => Some(result.clone()),
                _ => None,
            })
            .await
            .expect("bars");
        assert!(bars.len() > 50, "{interval:?}: {}", bars.len());
        assert!(bars.is_sorted_by_key(|b| b.start));
        assert!(bars.iter().all(|b| b.low <= b.open && b.open <= b.high && b.low <= b.close && b.close <= b.high));
    }
    bench
        .until("bar", |e| match e {
            Event::Bar { con_id: ConId(265_598), interval: Interval::Min1, .. } => Some(()),
            _ => None,
        })
        .await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_market_order_is_sent_filled_paid_for_and_held() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    let order = approved("k3f2-1-1", buy(&instrument, 100, OrderKind::Market), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    let ids = bench
        .until("sent", |e| match e {
            Event::Sent { key, ids } if key.as_str() == "k3f2-1-1" => Some(*ids),
            _ => None,
        })
        .await;
    assert_eq!(ids, BrokerIds { client_id: 1, order_id: id, perm_id: 0 });
    let mut fills: Vec<Execution> = Vec::new();
    bench
        .until("all fills", |e| {
            if let Event::Execution(fill) = e
                && fills.iter().all(|f| f.exec_id != fill.exec_id)
            {
                assert_eq!((fill.order_ref.as_str(), fill.ids.order_id), ("k3f2-1-1", id));
                fills.push((**fill).clone());
            }
            let filled = fills.iter().fold(Qty::ZERO, |sum, f| sum.plus(f.qty).unwrap());
            (filled == Qty::from(100)).then_some(())
        })
        .await;
    assert!(fills.iter().all(|f| f.time.is_some() && f.price.is_positive()));
    bench
        .until("commission and position", {
            let (mut paid, mut held) = (0, false);
            let count = fills.len();
            move |e| {
                match e {
                    Event::Commission { commission, .. } if commission.amount.is_positive() => paid += 1,
                    Event::Position(p) if p.qty == Qty::from(100) => held = true,
                    _ => {}
                }
                // The first commissions may have come between the fills.
                (held && (paid > 0 || count > 1)).then_some(())
            }
        })
        .await;
    bench
        .until("profit and loss of the position", |e| match e {
            Event::PositionPnl { con_id, value: Some(value), .. } if *con_id == instrument.con_id => {
                assert!(value.is_positive());
                Some(())
            }
            _ => None,
        })
        .await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_resting_order_is_changed_and_cancelled() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    let spec = buy(&instrument, 100, low());
    let order = approved("k3f2-1-2", spec.clone(), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    bench.status(id, BrokerStatus::Working).await;
    let working = Order {
        key: OrderKey::own("k3f2-1-2"),
        ids: BrokerIds { client_id: 1, order_id: id, perm_id: 0 },
        spec: spec.clone(),
        other_kind: None,
        state: OrderState::Working,
        ownership: Ownership::Own,
        filled: Qty::ZERO,
        avg_fill: None,
        placed_at: Stamp::now(),
        changed_at: Stamp::now(),
        before_change: None,
        remark: None,
    };
    let changed = OrderSpec { qty: Qty::from(50), ..spec };
    let approval = judged(&account, &instrument, Stamp::now(), |ctx| {
        risk::check_change(&working, changed, ctx, Consent::Given).expect("a fair change")
    });
    bench.send(Command::Place(Box::new(approval), Intent::unproven(2, id)));
    bench
        .until("changed order", |e| match e {
            Event::Order(o) if o.ids.order_id == id && o.spec.qty == Qty::from(50) => {
                assert_eq!((o.order_ref.as_str(), o.spec.kind), ("k3f2-1-2", low()));
                Some(())
            }
            _ => None,
        })
        .await;
    bench.send(Command::Cancel { key: working.key.clone(), ids: working.ids });
    bench.status(id, BrokerStatus::Cancelled).await;
    bench.send(Command::Cancel { key: working.key.clone(), ids: BrokerIds { order_id: id + 50, ..working.ids } });
    let code = bench
        .until("refused cancel", |e| match e {
            Event::OrderError { order_id, code, .. } if *order_id == id + 50 => Some(*code),
            _ => None,
        })
        .await;
    assert_eq!(code, 10_147);
    let foreign = BrokerIds { client_id: 9, order_id: 4, perm_id: 5 };
    bench.send(Command::Cancel { key: OrderKey::foreign(5), ids: foreign });
    bench.until("no cancel", |e| matches!(e, Event::CancelNotSent { queued: false, .. }).then_some(())).await;
    bench.close().await;
    venue.close().await;
}

async fn refused(bench: &mut Bench) -> String {
    bench
        .until("refusal", |e| match e {
            Event::NotSent { why, .. } => Some(why.to_string()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn what_may_not_be_sent_is_told_and_does_not_reach_the_gateway() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = apple();
    let spec = || buy(&instrument, 100, low());
    let old = Stamp { mono: Stamp::now().mono - 1_100_000_000, ..Stamp::now() };
    bench.send(Command::Place(approved("a", spec(), &account, &instrument, old), Intent::unproven(1, id)));
    assert_eq!(refused(&mut bench).await, "its approval is older than 1 s");
    let other = AccountId::new("DU7654321");
    bench.send(Command::Place(approved("b", spec(), &other, &instrument, Stamp::now()), Intent::unproven(2, id)));
    assert_eq!(refused(&mut bench).await, "it was approved for another account");
    bench.send(Command::Place(approved("c", spec(), &account, &instrument, Stamp::now()), Intent::unproven(3, id)));
    bench.status(id, BrokerStatus::Working).await;
    bench.send(Command::Place(approved("d", spec(), &account, &instrument, Stamp::now()), Intent::unproven(4, id)));
    assert_eq!(refused(&mut bench).await, "its order id was used before");
    bench.send(Command::Resync);
    let snapshot = bench
        .until("snapshot", |e| match e {
            Event::Synced(snapshot) => Some((**snapshot).clone()),
            _ => None,
        })
        .await;
    let known: Vec<&str> = snapshot.open.iter().map(|o| o.order_ref.as_str()).collect();
    assert_eq!(known, ["c"]);
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_read_only_session_refuses_orders_and_passes_cancels() {
    let venue = Venue::open(Options::default()).await;
    let mut bench = Bench::start(Profile { read_only: true, ..venue.profile() });
    bench.hand = Some(venue.hand.clone());
    let (account, id) = bench.until_ready().await;
    let instrument = apple();
    let order = approved("a", buy(&instrument, 1, low()), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    assert_eq!(refused(&mut bench).await, "the session is read-only");
    bench.send(Command::Cancel { key: OrderKey::own("x"), ids: BrokerIds { client_id: 1, order_id: id, perm_id: 0 } });
    bench.until("answer of the gateway", |e| matches!(e, Event::OrderError { .. }).then_some(())).await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn urgent_commands_overtake_orders_and_drop_the_unsent() {
    let (gate, seen) = watch::channel(Gate::Closed);
    let (events, mut told) = mpsc::channel(16);
    let (broken, _broken) = mpsc::channel(1);
    let sender = Sender::new(events, seen, broken, Pace::new(Stamp::now()), 1);
    let (port, lanes) = port::open();
    let (account, instrument) = (AccountId::new("DU0000001"), apple());
    for (seq, key) in ["a", "b"].into_iter().enumerate() {
        let order = approved(key, buy(&instrument, 1, low()), &account, &instrument, Stamp::now());
        port.send(Command::Place(order, Intent::unproven(seq as i64, seq as i32 + 1))).unwrap();
    }
    let ids = BrokerIds { client_id: 1, order_id: 9, perm_id: 0 };
    port.send(Command::Cancel { key: OrderKey::own("z"), ids }).unwrap();
    port.send(Command::DropUnsent).unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(sender.run(lanes.urgent, lanes.orders, stop.clone()));
    let first = told.recv().await.unwrap();
    assert!(matches!(&first, Event::CancelNotSent { key, queued: true, .. } if key.as_str() == "z"), "{first:?}");
    for wanted in ["a", "b"] {
        let next = told.recv().await.unwrap();
        assert!(matches!(&next, Event::NotSent { key, .. } if key.as_str() == wanted), "{next:?}");
    }
    stop.cancel();
    task.await.unwrap();
    drop(gate);
}

#[tokio::test]
async fn a_client_id_in_use_is_told_in_words_and_tried_again() {
    let venue = Venue::open(Options::default()).await;
    let (first, _, _) = Bench::ready(&venue).await;
    let mut second = Bench::start(venue.profile());
    let why = second
        .until("reason", |e| match e {
            Event::Link(Link::Dialling { why: Some(why), next_in: Some(_), .. }) => Some(why.clone()),
            _ => None,
        })
        .await;
    assert_eq!(why.code, Some(326));
    let address = venue.address;
    assert_eq!(
        why.text.as_str(),
        format!(
            "Client id 1 is in use at {address} (326). Close the other program or set client_id; orders of id 1 stay with id 1."
        )
    );
    first.close().await;
    second.until_ready().await;
    second.close().await;
    venue.close().await;
}

#[tokio::test]
async fn the_wrong_mode_and_an_absent_account_are_refused_for_good() {
    let venue = Venue::open(Options::default()).await;
    for profile in [
        Profile { name: "live".into(), mode: Mode::Live, ..venue.profile() },
        Profile { account: Some(AccountId::new("DU7654321")), ..venue.profile() },
    ] {
        let mut bench = Bench::start(profile);
        let text = bench
            .until("refusal", |e| match e {
                Event::Link(Link::Refused(refusal)) => Some(refusal.text.to_string()),
                _ => None,
            })
            .await;
        assert!(text.contains("DU…") && !text.contains("DU0000001"), "{text}");
        bench.close().await;
    }
    venue.close().await;
}

#[tokio::test]
async fn nobody_listening_is_told_with_502() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut bench = Bench::start(Profile { address: address.to_string().into(), ..Profile::default() });
    let why = bench
        .until("reason", |e| match e {
            Event::Link(Link::Dialling { why: Some(why), next_in: Some(_), attempt: 2, .. }) => Some(why.clone()),
            _ => None,
        })
        .await;
    assert_eq!(why.code, Some(502));
    bench.close().await;
}

#[tokio::test]
async fn after_the_gateway_is_gone_and_back_the_same_orders_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("paper.db"));
    let venue = Venue::open(Options { state: state.clone(), ..Options::default() }).await;
    let address = venue.address;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    bench.send(Command::Watch(Box::new(instrument.clone())));
    let order = approved("k3f2-1-3", buy(&instrument, 100, low()), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    bench.status(id, BrokerStatus::Working).await;
    venue.close().await;
    bench.hand = None;
    bench.until("dialling", |e| matches!(e, Event::Link(Link::Dialling { next_in: Some(_), .. })).then_some(())).await;
    bench.send(Command::Cancel {
        key: OrderKey::own("k3f2-1-3"),
        ids: BrokerIds { client_id: 1, order_id: id, perm_id: 0 },
    });
    bench.until("kept cancel", |e| matches!(e, Event::CancelNotSent { queued: true, .. }).then_some(())).await;
    bench.tape.take();
    let venue = Venue::open(Options { state, listen: address, ..Options::default() }).await;
    bench.hand = Some(venue.hand.clone());
    let snapshot = bench
        .until("snapshot", |e| match e {
            Event::Synced(snapshot) => Some((**snapshot).clone()),
            _ => None,
        })
        .await;
    let all: Vec<&OrderReport> = snapshot.open.iter().chain(&snapshot.completed).collect();
    let names: Vec<&str> = all.iter().map(|o| o.order_ref.as_str()).collect();
    assert_eq!(names, ["k3f2-1-3"], "the same order, once");
    if all[0].status != BrokerStatus::Cancelled {
        bench.status(id, BrokerStatus::Cancelled).await;
    }
    let (_, next_order_id) = bench.until_ready().await;
    assert!(next_order_id > id);
    bench.quote(instrument.con_id, |q| q.bid.is_some()).await;
    bench.close().await;
    venue.close().await;
}
