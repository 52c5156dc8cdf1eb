//! What a gap has changed, and what the journal is told besides orders and fills.

use std::collections::BTreeSet;
use std::time::Duration;

use rust_decimal::Decimal;

use super::fixture::*;
use crate::app::away::{End, missing};
use crate::app::effect::{Effect, Record};
use crate::app::eod;
use crate::app::model::Overlay;
use crate::app::msg::{JournalFact, Msg};
use crate::broker::event::{BrokerStatus, PositionReport, Snapshot};
use crate::broker::{Event, Link};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::account::AccountValues;
use crate::domain::fill::{Commission, ExecId};
use crate::domain::order::{OrderKey, OrderState};
use crate::domain::position::Pnl;
use crate::journal::{Before, CashKnown, Entry, Holding};
use crate::money::{Cash, Qty};

/// The journal's entries so far, without what was said; they are taken.
fn entries(desk: &mut Desk) -> Vec<Entry> {
    let taken = std::mem::take(&mut desk.effects);
    let entry = |effect| match effect {
        Effect::Record(Record::Entry(entry)) => Some(*entry),
        _ => None,
    };
    taken.into_iter().filter_map(entry).filter(|e| !matches!(e, Entry::Notice { .. })).collect()
}

fn held(n: i64) -> PositionReport {
    PositionReport { con_id: AAPL, symbol: "AAPL".into(), qty: qty(n), avg_cost: Some(price("187")) }
}

fn with_cash(amount: &str) -> AccountValues {
    AccountValues { cash: Some(amount.parse().unwrap()), ..snapshot().account }
}

/// The answer after a gap in which `n` of an order filled, with the position and the cash that follow.
fn after_fill(desk: &Desk, key: &OrderKey, n: i64, position: i64, cash: &str) -> Snapshot {
    let order = desk.order(key);
    let mut execution = execution_of(order, "7b.01", n, "187.20");
    execution.time = Some(desk.model.now.wall);
    let commission = Commission { amount: Cash::from(1), currency: "USD".into(), realized: None };
    let mut open = report_of(order, BrokerStatus::Working);
    open.filled = Some(qty(n));
    Snapshot {
        open: vec![open],
        commissions: vec![(execution.exec_id.clone(), commission)],
        executions: vec![execution],
        positions: vec![held(position)],
        account: with_cash(cash),
        ..Snapshot::default()
    }
}

fn gap(desk: &mut Desk, minutes: u64) {
    desk.lose_link();
    desk.after(minutes * 60_000);
}

#[test]
fn a_fill_during_a_gap_is_told_once_it_is_over_with_everything_that_follows_from_it() {
    let mut d = desk();
    d.broker(Event::Account(Box::new(with_cash("100000"))));
    let key = d.work("b enter");
    gap(&mut d, 15);
    let answer = after_fill(&d, &key, 40, 40, "92511");
    d.connect("DU0000001", answer);
    assert!(matches!(d.model.overlay, Some(Overlay::Away { top: 0 })));
    let away = d.model.away.told.as_deref().unwrap();
    assert_eq!(away.end, End::Connection("connection reset".into()));
    let [order] = away.orders.as_slice() else { panic!("{away:?}") };
    assert_eq!(
        (order.was, order.state, order.filled),
        (Some((OrderState::Working, qty(0))), OrderState::Working, qty(40))
    );
    assert_eq!(away.executions, [ExecId("7b.01".into())]);
    let [position] = away.positions.as_slice() else { panic!("{away:?}") };
    assert_eq!((position.was, position.fills, position.now, position.bare), (Some(qty(0)), qty(40), qty(40), qty(40)));
    assert_eq!(away.cash.as_ref().unwrap().unexplained(), Some(Cash::ZERO));
    assert!(away.agrees() && away.missing.is_empty());
    assert_eq!(away.changes(), 3);
    // Seen is seen; it can be looked at again.
    d.key("enter", false);
    assert!(d.model.overlay.is_none());
    d.keys("g y");
    assert!(matches!(d.model.overlay, Some(Overlay::Away { .. })));
}

#[test]
fn a_gap_in_which_nothing_changed_shows_nothing() {
    let mut d = desk();
    let key = d.work("b enter");
    gap(&mut d, 1);
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.connect("DU0000001", Snapshot { open, ..snapshot() });
    assert!(d.model.overlay.is_none() && d.model.away.told.is_none());
    d.keys("g y");
    d.assert_said("Nothing has changed behind your back");
}

#[test]
fn the_card_never_takes_the_screen_from_a_hand_that_is_at_work() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("s");
    gap(&mut d, 1);
    let answer = after_fill(&d, &key, 40, 40, "1");
    d.connect("DU0000001", answer);
    assert!(d.model.overlay.is_none() && d.model.away.told.is_some());
    let said = d.model.notices.list.iter().any(|n| n.text.contains("g y tells"));
    assert!(said, "{:?}", d.model.notices.list);
}

#[test]
fn what_fills_and_position_before_do_not_explain_is_told_as_such() {
    let mut d = desk();
    let key = d.work("b enter");
    gap(&mut d, 1);
    let answer = after_fill(&d, &key, 40, 70, "1");
    d.connect("DU0000001", answer);
    let away = d.model.away.told.as_deref().unwrap();
    assert_eq!(away.positions[0].unexplained(), Some(qty(30)));
    assert!(!away.agrees());
}

#[test]
fn a_restart_is_a_gap_too_and_begins_at_the_last_word_of_the_run_before() {
    let mut before = desk();
    let key = before.work("b enter");
    let live = vec![before.order(&key).clone()];
    let at = before.model.now.wall;
    let mut d = Desk::unconnected(crate::domain::account::Mode::Paper);
    d.after(3_600_000);
    d.model.now = d.at;
    let holding = Holding { con_id: AAPL, symbol: "AAPL".into(), qty: qty(100) };
    let cash = CashKnown { currency: "USD".into(), amount: Cash::from(100_000) };
    d.tell(Msg::Journal(JournalFact::Opened {
        run: 43,
        tag: SafeText::new("tw4k"),
        live,
        executions: Vec::new(),
        terms: Vec::new(),
        before: Some(Before {
            at,
            holdings: vec![holding],
            cash: Some(cash),
            executions: Vec::new(),
            halted: false,
            reduced: None,
            limits: Vec::new(),
        }),
        accepted: Vec::new(),
    }));
    let answer = after_fill(&d, &key, 100, 200, "81279");
    d.connect("DU0000001", answer);
    let away = d.model.away.told.as_deref().unwrap();
    assert_eq!((&away.end, away.from), (&End::Workstation, at));
    assert_eq!(away.orders[0].was, Some((OrderState::Working, qty(0))));
    assert_eq!((away.orders[0].state, away.positions[0].was), (OrderState::Filled, Some(qty(100))));
    assert!(away.agrees(), "{away:?}");
}

#[test]
fn a_journal_that_opens_after_ready_still_tells_what_changed_since_its_last_word() {
    let mut d = Desk::unconnected(crate::domain::account::Mode::Paper);
    d.connect("DU0000001", Snapshot { positions: vec![held(5)], ..snapshot() });
    let before = Before {
        at: d.model.now.wall - 60_000_000_000,
        holdings: Vec::new(),
        cash: None,
        executions: Vec::new(),
        halted: false,
        reduced: None,
        limits: Vec::new(),
    };
    d.tell(Msg::Journal(JournalFact::Opened {
        run: 43,
        tag: SafeText::new("tw4k"),
        live: Vec::new(),
        executions: Vec::new(),
        terms: Vec::new(),
        before: Some(before),
        accepted: Vec::new(),
    }));
    assert!(d.model.away.told.is_none(), "everything is asked for again first");
    d.connect("DU0000001", Snapshot { positions: vec![held(5)], ..snapshot() });
    assert_eq!(d.model.away.told.as_deref().unwrap().positions[0].unexplained(), Some(qty(5)));
}

#[test]
fn days_that_the_broker_cannot_give_back_are_named() {
    const DAY: i64 = 86_400_000_000_000;
    // Friday 2026-11-20 10:42 in New York.
    let now = Stamp::at(1_795_189_327_000_000_000);
    let days = |from: i64, seen: &[&str], explained| {
        let seen: BTreeSet<jiff::civil::Date> = seen.iter().map(|d| d.parse().unwrap()).collect();
        missing(now.wall - from, now, &seen, explained).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(days(3_600_000_000_000, &[], false), Vec::<String>::new(), "today is always given back");
    assert_eq!(days(2 * DAY, &[], true), Vec::<String>::new(), "positions and fills agree");
    assert_eq!(days(2 * DAY, &[], false), ["2026-11-18", "2026-11-19"]);
    assert_eq!(days(2 * DAY, &["2026-11-19"], false), ["2026-11-18"]);
    let old = ["2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13"];
    assert_eq!(days(10 * DAY, &[], true), old, "beyond seven days nothing is asked for");
    // The evening after the session belongs to no session that could be missing.
    assert_eq!(days(DAY * 6 + 9 * 3_600_000_000_000, &[], false).first().unwrap(), "2026-11-16");
}

#[test]
fn halt_of_an_earlier_run_holds_until_it_is_lifted() {
    let mut d = Desk::unconnected(crate::domain::account::Mode::Paper);
    let before = Before {
        at: 1,
        holdings: Vec::new(),
        cash: None,
        executions: Vec::new(),
        halted: true,
        reduced: None,
        limits: Vec::new(),
    };
    d.tell(Msg::Journal(JournalFact::Opened {
        run: 43,
        tag: SafeText::new("tw4k"),
        live: Vec::new(),
        executions: Vec::new(),
        terms: Vec::new(),
        before: Some(before),
        accepted: Vec::new(),
    }));
    assert!(d.model.desk.halted);
    d.keys("o h");
    assert!(!d.model.desk.halted);
}

#[test]
fn a_loss_beyond_the_limit_sets_reduce_for_the_session_until_it_is_lifted() {
    let lose = |d: &mut Desk, n: i64| {
        d.broker(Event::Pnl(Pnl { daily: Some(Cash::from(n)), ..Pnl::default() }));
    };
    let mut d = desk();
    lose(&mut d, -100_000);
    assert_eq!(d.model.desk.reduced, None, "10% is at most 10%");
    lose(&mut d, -100_001);
    assert!(d.model.desk.reduced.is_some());
    d.assert_said("REDUCE");
    lose(&mut d, -1);
    assert!(d.model.desk.reduced.is_some(), "it holds for the session");
    d.keys("o h");
    assert!(d.model.desk.reduced.is_some(), "no key lifts it");
    super::desk::say(&mut d, "resume");
    assert_eq!(d.model.desk.reduced, None);
    lose(&mut d, -200_000);
    assert_eq!(d.model.desk.reduced, None, "it was released for the session");
}

#[test]
fn link_halt_sync_positions_cash_and_leaving_go_into_the_journal() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    d.hold(AAPL, "AAPL", 100);
    d.broker(Event::Account(Box::new(with_cash("5000"))));
    d.keys("ctrl-\\");
    d.keys("o h");
    d.lose_link();
    d.connect("DU0000001", snapshot());
    d.keys("ctrl-c");
    assert!(d.quits());
    let quit = d.effects.iter().position(|e| *e == Effect::Quit).unwrap();
    assert_eq!(quit, d.effects.len() - 1, "leaving is the last thing done");
    let link = |state: &str, why: Option<&str>| Entry::Link { state: state.into(), why: why.map(Into::into) };
    let holding = |n| Entry::Holding(Holding { con_id: AAPL, symbol: "AAPL".into(), qty: qty(n) });
    let expected = [
        holding(100),
        Entry::Cash(CashKnown { currency: "USD".into(), amount: Cash::from(5_000) }),
        Entry::Halted { why: "kill".into() },
        Entry::Lifted,
        link("DIALLING", Some("connection reset")),
        link("SYNC", None),
        Entry::Synced { open: 0, completed: 0, executions: 0, positions: 0 },
        holding(0),
        link("READY", None),
        Entry::Left,
    ];
    assert_eq!(entries(&mut d), expected);
}

#[test]
fn every_verdict_on_an_order_that_was_to_be_sent_goes_into_the_journal() {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    let passed = entries(&mut d);
    let [Entry::Guard(decision)] = passed.as_slice() else { panic!("{passed:?}") };
    assert!(decision.passed && decision.key.as_ref() == Some(&key));
    assert_eq!(d.model.orders.terms[&key].arrival, Some(price("187.21")));
    let notices = d.model.notices.count;
    d.keys("ctrl-\\");
    d.effects.clear();
    d.keys("b enter");
    let refused = entries(&mut d);
    let [Entry::Guard(decision)] = refused.as_slice() else { panic!("{refused:?}") };
    assert!(!decision.passed && decision.findings[0].code == "G03", "{decision:?}");
    assert!(d.model.notices.count > notices);
}

#[test]
fn what_is_said_goes_into_the_journal_once() {
    let mut d = desk();
    d.broker(Event::Notice { code: 2100, text: "something".into() });
    d.after(10);
    let said = |d: &Desk| {
        let notices = d
            .effects
            .iter()
            .filter(|e| matches!(e, Effect::Record(Record::Entry(entry)) if matches!(**entry, Entry::Notice { .. })));
        notices.count()
    };
    assert_eq!(said(&d), 1);
    d.after(7_000);
    assert_eq!(said(&d), 1);
}

#[test]
fn a_fill_that_is_taken_back_raises_the_alarm_and_both_versions_are_kept() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "7b.01", 100, "187.20");
    d.effects.clear();
    let bust = crate::domain::fill::Execution { qty: Qty::ZERO, ..execution_of(d.order(&key), "7b.02", 1, "187.20") };
    d.broker(Event::Execution(Box::new(bust)));
    d.assert_said("TAKEN BACK by the broker: the fill of 100 AAPL @ 187.20");
    assert!(d.effects.contains(&Effect::Bell));
    let kept = entries(&mut d);
    assert!(
        matches!(kept.as_slice(), [Entry::Corrected { old, new }] if old.qty == qty(100) && new.qty.is_zero()),
        "{kept:?}"
    );
}

#[test]
fn the_card_of_the_day_counts_what_was_traded_and_what_stays() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "7b.01", 100, "187.22");
    let commission = Commission { amount: Cash::from(1), currency: "USD".into(), realized: None };
    d.broker(Event::Commission { exec_id: ExecId("7b.01".into()), commission });
    d.hold(AAPL, "AAPL", 100);
    let card = eod::card(&d.model);
    assert_eq!(card.bare, [("AAPL".into(), qty(100), qty(100))]);
    let [row] = card.traded.as_slice() else { panic!("{card:?}") };
    assert_eq!((row.bought, row.sold, row.fills), (qty(100), qty(0), 1));
    assert_eq!(
        (row.sums.commission, row.sums.gross, row.sums.net),
        (Cash::from(1), Some(Cash::ZERO), Some(Cash::ZERO))
    );
    assert_eq!(row.sums.slippage, Some("1".parse().unwrap()), "a cent over the middle of 187.21");
    assert!(card.trips.is_empty() && card.dying.is_empty());
    d.keys(": e o d enter");
    assert!(matches!(d.model.overlay, Some(Overlay::Eod { .. })));
    assert_eq!(eod::ledger(&d.model).trips[0].cost, Some(Cash(Decimal::from(18_722))));
}

#[test]
fn ib_keeps_an_order_until_the_end_of_the_next_quarter() {
    for (day, ends) in [("2026-11-20", "2027-03-31"), ("2026-01-01", "2026-06-30"), ("2026-06-30", "2026-09-30")] {
        assert_eq!(eod::gtc_ends(day.parse().unwrap()).to_string(), ends);
    }
}

#[test]
fn a_mere_sync_is_no_gap() {
    let mut d = desk();
    d.work("b enter");
    d.broker(Event::Link(Link::Syncing { step: 1, of: 5, what: "orders".into() }));
    d.after(Duration::from_secs(1).as_millis() as u64);
    d.connect("DU0000001", Snapshot { positions: vec![held(5)], ..snapshot() });
    assert!(d.model.away.told.is_none());
}
