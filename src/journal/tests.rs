use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::clock::Stamp;
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::ConId;
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState, Side, Verb};
use crate::domain::samples::{buy, order_of, own, price as p};
use crate::money::{Cash, Qty};
use crate::risk::samples::Desk;
use crate::risk::{Approved, Attached, Consent, Context, check_change, check_family};

fn spec(limit: &str) -> OrderSpec {
    buy(100, Some(limit))
}

/// Lets the guard judge on a desk where everything is in order.
fn guarded<T>(judge: impl FnOnce(&Context<'_>) -> T) -> T {
    Desk { at: Stamp::at(10), ..Desk::default() }.ask(judge)
}

fn approved(key: &str) -> Box<Approved> {
    Desk { at: Stamp::at(10), ..Desk::default() }.approve(key, spec("187.20"))
}

fn order(key: &str, order_id: i32, state: OrderState) -> Order {
    own(key, order_id, spec("187.20"), state)
}

fn execution(id: &str, at: i64) -> Execution {
    Execution {
        exec_id: ExecId(id.into()),
        ids: BrokerIds { client_id: 1, order_id: 1, perm_id: 0 },
        order_ref: "tw-1".into(),
        con_id: ConId(265_598),
        symbol: "AAPL".into(),
        currency: Some("USD".into()),
        multiplier: Some(rust_decimal::Decimal::ONE),
        side: Side::Buy,
        qty: Qty::from(100),
        price: p("187.20"),
        time: Some(at),
        exchange: "ISLAND".into(),
        cum_qty: Qty::from(100),
        avg_price: Some(p("187.20")),
        commission: None,
    }
}

struct Disk {
    _folder: TempDir,
    path: PathBuf,
}

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/journal.db");
        Self { _folder: folder, path }
    }

    fn open(&self) -> (Journal, Opened) {
        Journal::open(&self.path, 4_711, Stamp::at(1_000)).unwrap()
    }
}

#[test]
fn each_opening_takes_a_new_run_and_keeps_the_tag() {
    let disk = Disk::new();
    let (first, opened) = disk.open();
    drop(first);
    let (_, again) = disk.open();
    assert_eq!((opened.run, again.run), (1, 2));
    assert_eq!(opened.tag, again.tag);
    assert_eq!(opened.tag.len(), 4);
}

#[test]
fn file_and_folder_are_the_owners_alone() {
    let disk = Disk::new();
    let _open = disk.open();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&disk.path), 0o600);
    assert_eq!(mode(disk.path.parent().unwrap()), 0o700);
}

#[test]
fn an_intent_that_was_never_sent_is_an_unknown_order_after_a_crash() {
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    let intent = journal.intend(&approved("tw-1"), 1, 40, Stamp::at(20)).unwrap();
    assert_eq!(intent.order_id(), 40);
    drop(journal);
    let (_, opened) = disk.open();
    let [order] = opened.live.as_slice() else { panic!("one live order, not {:?}", opened.live) };
    assert_eq!(order.key, OrderKey::own("tw-1"));
    assert_eq!(order.state, OrderState::Unknown);
    assert_eq!(order.ids, BrokerIds { client_id: 1, order_id: 40, perm_id: 0 });
    assert_eq!(order.spec, spec("187.20"));
}

#[test]
fn order_ids_rise_even_when_the_broker_rolls_back() {
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    assert_eq!(journal.intend(&approved("a"), 1, 501, Stamp::at(20)).unwrap().order_id(), 501);
    assert_eq!(journal.intend(&approved("b"), 1, 490, Stamp::at(21)).unwrap().order_id(), 502);
    drop(journal);
    let (mut journal, _) = disk.open();
    assert_eq!(journal.intend(&approved("c"), 1, 1, Stamp::at(22)).unwrap().order_id(), 503);
    assert_eq!(journal.intend(&approved("d"), 1, 900, Stamp::at(23)).unwrap().order_id(), 900);
}

#[test]
fn an_order_that_is_told_again_later_keeps_its_time_and_its_number() {
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    let ended = Order { placed_at: Stamp::at(20), changed_at: Stamp::at(25), ..order("a", 40, OrderState::Cancelled) };
    journal.record(&[ended], &[], Stamp::at(25)).unwrap();
    let told = Order { placed_at: Stamp::at(900), changed_at: Stamp::at(900), ..order("a", 0, OrderState::Cancelled) };
    journal.record(&[told], &[], Stamp::at(900)).unwrap();
    let kept = journal.recall(None, 10).unwrap().remove(0);
    assert_eq!((kept.placed_at.wall, kept.changed_at.wall, kept.ids.order_id), (20, 25, 40));
}

#[test]
fn exits_are_durable_with_their_entry_under_the_ids_that_follow() {
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    let exit = |key: &str, limit: &str| Attached {
        key: OrderKey::own(key),
        spec: order_of(Verb::Close, Side::Sell, 100, Some(limit)),
    };
    let exits = vec![exit("b", "190.00"), Attached { spec: stop(), ..exit("c", "191.00") }];
    let family = guarded(|ctx| check_family(spec("187.20"), OrderKey::own("a"), exits, ctx, Consent::Given)).unwrap();
    let intent = journal.intend(&family, 1, 40, Stamp::at(20)).unwrap();
    assert_eq!((intent.order_id(), intent.exit_id(0), intent.exit_id(1)), (40, 41, 42));
    assert_eq!(journal.intend(&approved("d"), 1, 1, Stamp::at(21)).unwrap().order_id(), 43);
    drop(journal);
    let (_, opened) = disk.open();
    let rows: Vec<_> = opened.live.iter().map(|o| (o.key.as_str(), o.ids.order_id, o.parent.clone())).collect();
    let head = Some(OrderKey::own("a"));
    assert_eq!(rows, [("a", 40, None), ("b", 41, head.clone()), ("c", 42, head), ("d", 43, None)]);
}

fn stop() -> OrderSpec {
    let exit = order_of(Verb::Close, Side::Sell, 100, None);
    OrderSpec { kind: OrderKind::Stop { trigger: p("186.00"), limit: None }, ..exit }
}

#[test]
fn ids_of_the_client_librarys_requests_are_never_taken() {
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    assert!(matches!(journal.intend(&approved("a"), 1, 1_500_000_000, Stamp::at(20)), Err(JournalError::IdsUsedUp(0))));
    assert_eq!(journal.intend(&approved("a"), 1, 7, Stamp::at(20)).unwrap().order_id(), 7);
}

#[test]
fn an_end_takes_the_order_off_the_live_list_and_a_missing_id_is_kept() {
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    journal.intend(&approved("a"), 1, 1, Stamp::at(20)).unwrap();
    journal.intend(&approved("b"), 1, 1, Stamp::at(20)).unwrap();
    let unaware = order("b", 0, OrderState::Working);
    journal.record(&[order("a", 1, OrderState::Filled), unaware], &[], Stamp::at(30)).unwrap();
    drop(journal);
    let (_, opened) = disk.open();
    let [b] = opened.live.as_slice() else { panic!("one live order, not {:?}", opened.live) };
    assert_eq!((b.key.as_str(), b.ids.order_id, b.state), ("b", 2, OrderState::Working));
}

#[test]
fn a_change_keeps_its_id_and_what_was_before_it() {
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    journal.intend(&approved("a"), 1, 1, Stamp::at(20)).unwrap();
    let working = order("a", 1, OrderState::Working);
    journal.record(std::slice::from_ref(&working), &[], Stamp::at(21)).unwrap();
    let change = guarded(|ctx| check_change(&working, spec("187.19"), ctx, Consent::Given)).unwrap();
    assert_eq!(journal.intend(&change, 1, 55, Stamp::at(22)).unwrap().order_id(), 1);
    drop(journal);
    let (_, opened) = disk.open();
    assert_eq!(opened.live[0].spec, spec("187.19"));
    assert_eq!(opened.live[0].before_change.as_deref(), Some(&spec("187.20")));
    assert_eq!(opened.live[0].state, OrderState::Working);
}

#[test]
fn the_same_execution_twice_is_one_and_its_commission_is_added() {
    const DAY: i64 = 86_400_000_000_000;
    let disk = Disk::new();
    let (mut journal, _) = disk.open();
    let mut paid = execution("0001.01", 10 * DAY);
    paid.commission = Some(Commission { amount: Cash::from(1), currency: "USD".into(), realized: None });
    let old = execution("0000.01", DAY);
    journal.record(&[], &[old, execution("0001.01", 10 * DAY), paid.clone()], Stamp::at(5)).unwrap();
    drop(journal);
    let (_, opened) = Journal::open(&disk.path, 1, Stamp::at(11 * DAY)).unwrap();
    assert_eq!(opened.executions, [paid]);
}

#[test]
fn a_file_of_a_later_release_is_refused_and_left_alone() {
    let disk = Disk::new();
    drop(disk.open());
    let conn = rusqlite::Connection::open(&disk.path).unwrap();
    conn.pragma_update(None, "user_version", VERSION + 1).unwrap();
    drop(conn);
    let error = Journal::open(&disk.path, 1, Stamp::at(1)).unwrap_err();
    assert!(matches!(error, JournalError::Newer { found, .. } if found == VERSION + 1), "{error}");
    let error = inspect(&disk.path, 1).unwrap_err();
    assert!(error.to_string().contains("later release"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let disk = Disk::new();
    std::fs::create_dir_all(disk.path.parent().unwrap()).unwrap();
    std::fs::write(&disk.path, vec![b'x'; 8_192]).unwrap();
    Journal::open(&disk.path, 1, Stamp::at(1)).unwrap_err();
    assert_eq!(std::fs::read(&disk.path).unwrap(), vec![b'x'; 8_192]);
}

#[test]
fn an_inspection_counts_and_takes_no_run() {
    let disk = Disk::new();
    assert_eq!(inspect(&disk.path, 1).unwrap(), None);
    let (mut journal, _) = disk.open();
    journal.intend(&approved("a"), 1, 1, Stamp::at(20)).unwrap();
    let seen = inspect(&disk.path, 1).unwrap().unwrap();
    assert_eq!(seen, Inspection { version: VERSION, runs: 1, live: 1, executions: 0 });
    drop(journal);
    assert_eq!(disk.open().1.run, 2);
}

/// Runs the thread body over `requests` and collects its replies.
fn served(path: &std::path::Path, requests: Vec<Request>) -> Vec<Reply> {
    let (inlet, outlet) = channel();
    let gauge = inlet.gauge().clone();
    for request in requests {
        inlet.give(request).unwrap();
    }
    drop(inlet);
    let (tx, rx) = sync_channel(64);
    serve(path, 1, &outlet, &gauge, |reply| tx.send(reply).unwrap());
    assert!(gauge.wait_empty(Duration::ZERO), "everything given was served");
    drop(tx);
    rx.iter().collect()
}

#[test]
fn the_thread_answers_in_order_and_gathers_records() {
    let disk = Disk::new();
    let intend = |key| Request::Intend { approved: approved(key), client_id: 1, next_order_id: 1 };
    let replies = served(
        &disk.path,
        vec![
            intend("a"),
            Request::Order(Box::new(order("a", 1, OrderState::Working))),
            Request::Execution(Box::new(execution("1.01", 900))),
            Request::Order(Box::new(order("a", 1, OrderState::Filled))),
            intend("b"),
        ],
    );
    let words: Vec<String> = replies
        .iter()
        .map(|reply| match reply {
            Reply::Opened(opened) => format!("opened {}", opened.run),
            Reply::Intended { approved, intent, .. } => format!("{} is {}", approved.key(), intent.order_id()),
            Reply::Recorded { count, .. } => format!("recorded {count}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(words, ["opened 1", "a is 1", "recorded 3", "b is 2"]);
}

#[test]
fn a_journal_that_cannot_be_opened_refuses_every_intent() {
    let disk = Disk::new();
    std::fs::create_dir_all(&disk.path).unwrap();
    let intend = Request::Intend { approved: approved("a"), client_id: 1, next_order_id: 1 };
    let replies = served(&disk.path, vec![intend]);
    assert!(matches!(replies.as_slice(), [Reply::Failed(_), Reply::Refused { .. }]), "{replies:?}");
}

#[test]
fn a_full_queue_hands_the_request_back() {
    let (inlet, outlet) = channel();
    let mut given = 0;
    let back = loop {
        match inlet.give(Request::Execution(Box::new(execution("1.01", 1)))) {
            Ok(()) => given += 1,
            Err(back) => break back,
        }
    };
    assert!(matches!(*back, Request::Execution(_)));
    assert_eq!(inlet.gauge().waiting(), given);
    drop(outlet);
}

#[test]
fn orders_of_all_days_are_read_newest_first_page_by_page_and_none_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(&folder.path().join("journal.db"), 7, Stamp::at(1)).unwrap();
    let order = |n: i64| {
        let state = if n % 3 == 0 { OrderState::Working } else { OrderState::Cancelled };
        // Two of a moment each.
        let at = Stamp::at(1_000 + n / 2);
        Order::new(OrderKey::own(&format!("k-{n:04}")), BrokerIds::default(), buy(100, Some("187.20")), state, at)
    };
    let orders: Vec<Order> = (0..25).map(order).collect();
    journal.record(&orders, &[], Stamp::at(2_000)).unwrap();
    let (mut read, mut before) = (Vec::new(), None);
    loop {
        let page = journal.recall(before.as_ref(), 10).unwrap();
        before = page.last().map(|o| (o.placed_at.wall, o.key.clone()));
        let last = page.len() < 10;
        read.extend(page);
        if last {
            break;
        }
    }
    let mut wanted = orders;
    wanted.reverse();
    assert_eq!(read, wanted);
}
