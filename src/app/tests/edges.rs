//! Synchronisation at its edges: what a gap is worth telling, what a report changes, what a list of others' orders ends.

use std::collections::BTreeSet;

use super::fixture::{AAPL, CLIENT, MSFT, foreign, report_of};
use super::{Desk, desk, price, qty};
use crate::app::away::{Away, CashMoved, Changed, End, Moved, missing};
use crate::app::protection::{at_risk, uncovered};
use crate::broker::event::{BrokerStatus, OrderReport, Others, PositionReport, Snapshot, StatusReport};
use crate::broker::{Command, Event};
use crate::clock::Stamp;
use crate::domain::fill::ExecId;
use crate::domain::order::{
    BrokerIds, OrderKey, OrderKind, OrderSpec, OrderState, Ownership, Session, Side, Tif, Verb,
};
use crate::money::{Cash, Qty};

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

/// A gap in which nothing has changed.
fn nothing() -> Away {
    Away {
        from: 0,
        to: 1,
        end: End::Workstation,
        orders: Vec::new(),
        executions: Vec::new(),
        positions: Vec::new(),
        cash: None,
        missing: Vec::new(),
        cancels: 0,
    }
}

fn moved(was: Option<i64>, fills: i64, now: i64) -> Moved {
    let was = was.map(qty);
    Moved { con_id: AAPL, symbol: "AAPL".into(), was, fills: qty(fills), now: qty(now), bare: Qty::ZERO }
}

fn paid(was: &str, now: &str, fills: Option<&str>) -> CashMoved {
    CashMoved { was: cash(was), now: cash(now), fills: fills.map(cash) }
}

#[test]
fn a_gap_is_worth_telling_for_an_order_a_fill_a_position_or_a_day_and_not_for_cash_alone() {
    let order = Changed { key: OrderKey::own("a"), was: None, state: OrderState::Working, filled: Qty::ZERO };
    assert!(!nothing().is_worth_telling());
    assert!(!Away { cash: Some(paid("10", "9", None)), ..nothing() }.is_worth_telling());
    assert!(Away { orders: vec![order.clone()], ..nothing() }.is_worth_telling());
    assert!(Away { executions: vec![ExecId("a.01".into())], ..nothing() }.is_worth_telling());
    assert!(Away { positions: vec![moved(Some(1), 0, 2)], ..nothing() }.is_worth_telling());
    assert!(Away { missing: vec!["2026-11-20".parse().unwrap()], ..nothing() }.is_worth_telling());
    let all = Away {
        orders: vec![order],
        executions: vec![ExecId("a.01".into()), ExecId("b.01".into())],
        positions: vec![moved(Some(1), 0, 2)],
        ..nothing()
    };
    assert_eq!(all.changes(), 4);
    let with = |cash| Away { cash: Some(cash), ..all.clone() }.changes();
    assert_eq!(with(paid("10", "9", Some("-1"))), 4, "the fills explain it");
    assert_eq!(with(paid("10", "9", Some("-2"))), 5);
    assert_eq!(with(paid("10", "9", None)), 5, "nobody knows");
}

#[test]
fn positions_fills_and_cash_agree_where_nothing_is_left_to_explain() {
    assert_eq!(moved(Some(100), -30, 70).unexplained(), Some(qty(0)));
    assert_eq!(moved(Some(100), -30, 80).unexplained(), Some(qty(10)));
    assert_eq!(moved(None, 10, 10).unexplained(), None);
    assert_eq!(paid("100", "90", Some("-12")).unexplained(), Some(cash("2")));
    assert_eq!(paid("100", "90", None).unexplained(), None);
    let agrees = |positions: Vec<Moved>, cash| Away { positions, cash, ..nothing() }.agrees();
    let (right, wrong) = (|| moved(Some(1), 1, 2), || moved(Some(1), 1, 3));
    assert!(agrees(vec![right()], None) && agrees(vec![right()], Some(paid("10", "9", Some("-1")))));
    assert!(!agrees(vec![right(), wrong()], None) && !agrees(vec![moved(None, 1, 1)], None));
    assert!(!agrees(vec![right()], Some(paid("10", "9", Some("-2")))));
    assert!(!agrees(vec![wrong()], Some(paid("10", "9", Some("-1")))));
}

#[test]
fn the_evening_belongs_to_the_next_day_and_seven_days_are_asked_for() {
    let at = |text: &str| {
        let moment: jiff::civil::DateTime = text.parse().unwrap();
        let moment = moment.to_zoned(crate::clock::eastern()).unwrap().timestamp().as_nanosecond();
        i64::try_from(moment).unwrap()
    };
    let days = |from: &str, now: &str, seen: &[&str], explained| {
        let seen: BTreeSet<_> = seen.iter().map(|day| day.parse().unwrap()).collect();
        let found = missing(at(from), Stamp::at(at(now)), &seen, explained);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let none = Vec::<String>::new();
    let monday = "2026-11-23T10:00:00";
    assert_eq!(days("2026-11-20T19:59:59", monday, &[], false), ["2026-11-20"]);
    assert_eq!(days("2026-11-20T20:00:00", monday, &[], false), none);
    assert_eq!(days("2026-11-20T10:00:00", monday, &["2026-11-20"], false), none, "executions of it came");
    assert_eq!(days("2026-11-20T10:00:00", monday, &["2026-11-19"], false), ["2026-11-20"], "they are of before");
    // On Monday the 23rd the 17th is the seventh day.
    assert_eq!(days("2026-11-17T10:00:00", monday, &[], true), none);
    assert_eq!(days("2026-11-16T10:00:00", monday, &[], true), ["2026-11-16"]);
    assert_eq!(days("2026-11-16T10:00:00", monday, &["2026-11-18"], false), ["2026-11-16", "2026-11-17"]);
}

/// A stop of another client against a position.
fn stop(order_id: i32, side: Side, n: i64, trigger: &str) -> OrderReport {
    let report = foreign(order_id, AAPL, "AAPL", "1");
    let verb = if side == Side::Buy { Verb::Buy } else { Verb::Sell };
    let kind = OrderKind::Stop { trigger: price(trigger), limit: None };
    OrderReport { spec: OrderSpec { verb, side, qty: qty(n), kind, ..report.spec }, ..report }
}

#[test]
fn a_short_is_protected_from_above_and_its_risk_is_counted_to_the_stop() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", -300);
    assert_eq!(uncovered(&d.model, AAPL), qty(300));
    let position = d.model.positions[&AAPL].clone();
    assert_eq!(at_risk(&d.model, &position), None, "a part of it has no stop");
    d.broker(Event::Order(Box::new(stop(5, Side::Buy, 300, "190.00"))));
    assert_eq!(uncovered(&d.model, AAPL), qty(0));
    d.model.market.quotes.get_mut(&AAPL).unwrap().last = Some(price("188.00"));
    assert_eq!(at_risk(&d.model, &position), Some(cash("600")));
    let mut more = desk();
    more.hold(AAPL, "AAPL", 100);
    more.broker(Event::Order(Box::new(stop(5, Side::Sell, 300, "180.00"))));
    more.model.market.quotes.get_mut(&AAPL).unwrap().last = Some(price("188.00"));
    let position = more.model.positions[&AAPL].clone();
    assert_eq!(at_risk(&more.model, &position), Some(cash("800")), "no more than is held is lost");
    more.hold(AAPL, "AAPL", 0);
    let flat = more.model.positions[&AAPL].clone();
    assert_eq!(at_risk(&more.model, &flat), None);
}

#[test]
fn whatever_of_the_terms_is_another_elsewhere_is_adopted() {
    let changes: [fn(&mut OrderSpec); 7] = [
        |s| s.qty = qty(90),
        |s| s.kind = OrderKind::Limit(price("180.00")),
        |s| s.tif = Tif::Gtc,
        |s| s.session = Session::Extended,
        |s| s.attributes.hidden = true,
        |s| s.attributes.all_or_none = true,
        |s| s.attributes.show = Some(qty(10)),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut d = desk();
        let key = d.work("b enter");
        let mut report = report_of(d.order(&key), BrokerStatus::Working);
        change(&mut report.spec);
        assert_ne!(report.spec, d.order(&key).spec);
        let said = report.spec.clone();
        d.broker(Event::Order(Box::new(report)));
        assert_eq!(d.order(&key).spec, said, "{n}");
    }
}

#[test]
fn a_note_and_the_leave_to_go_through_zero_stay_for_the_broker_does_not_keep_them() {
    let mut d = desk();
    let key = d.work("b enter");
    let order = d.model.orders.all.get_mut(&key).unwrap();
    order.spec.attributes.tag = Some("idea".into());
    order.spec.attributes.flip = true;
    let ours = order.spec.clone();
    let mut report = report_of(d.order(&key), BrokerStatus::Working);
    (report.spec.attributes.tag, report.spec.attributes.flip) = (None, false);
    d.broker(Event::Order(Box::new(report.clone())));
    assert_eq!(d.order(&key).spec, ours);
    report.spec.kind = OrderKind::Limit(price("180.00"));
    let moved = OrderSpec { kind: report.spec.kind, ..ours };
    d.broker(Event::Order(Box::new(report)));
    assert_eq!(d.order(&key).spec, moved);
}

#[test]
fn a_total_from_elsewhere_is_never_less_than_what_has_filled_and_an_end_keeps_its_terms() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "1.01", 60, "187.20");
    let mut report = report_of(d.order(&key), BrokerStatus::Working);
    report.spec.qty = qty(40);
    d.broker(Event::Order(Box::new(report)));
    assert_eq!((d.order(&key).spec.qty, d.order(&key).filled), (qty(60), qty(60)));
    let mut d = desk();
    let key = d.work("b enter");
    d.report(&key, BrokerStatus::Cancelled);
    let mut late = report_of(d.order(&key), BrokerStatus::Working);
    late.spec.kind = OrderKind::Limit(price("180.00"));
    d.broker(Event::Order(Box::new(late)));
    assert_eq!(d.order(&key).spec.kind, OrderKind::Limit(price("187.20")));
}

#[test]
fn numbers_are_learnt_once() {
    let mut d = desk();
    let key = d.work("b enter");
    let ids = d.order(&key).ids;
    assert_eq!((ids.client_id, ids.order_id, ids.perm_id), (CLIENT, 32, 9_032));
    let status = StatusReport {
        ids: BrokerIds { perm_id: 9_032, ..BrokerIds::default() },
        status: BrokerStatus::Working,
        filled: qty(10),
        remaining: qty(90),
        avg_fill: Some(price("187.20")),
        why_held: None,
        cap: Some(price("187.10")),
    };
    d.broker(Event::Status(status));
    assert_eq!((d.order(&key).ids, d.order(&key).filled), (ids, qty(10)), "it is found by its permanent id");
    assert_eq!(d.order(&key).cap, Some(price("187.10")));
}

#[test]
fn why_an_order_is_held_is_kept_with_it() {
    let mut d = desk();
    let key = d.work("b enter");
    let held = |why: &str| StatusReport {
        ids: BrokerIds { client_id: CLIENT, order_id: 32, perm_id: 9_032 },
        status: BrokerStatus::Working,
        filled: qty(0),
        remaining: qty(100),
        avg_fill: None,
        why_held: Some(why.into()),
        cap: None,
    };
    d.broker(Event::Status(held("")));
    assert_eq!(d.order(&key).remark, None);
    d.broker(Event::Status(held("locate")));
    assert_eq!(d.order(&key).remark, Some((0, "locate".into())));
}

fn others(d: &Desk, open: Vec<OrderReport>) -> Others {
    Others { asked: d.at, open, completed: Vec::new(), executions: Vec::new(), commissions: Vec::new() }
}

#[test]
fn an_order_of_others_ends_with_the_second_complete_list_that_does_not_have_it() {
    let two = || vec![foreign(5, AAPL, "AAPL", "180.00"), foreign(6, MSFT, "MSFT", "400.00")];
    let mut d = desk();
    let answer = others(&d, two());
    d.broker(Event::Others(Box::new(answer)));
    let states = |d: &Desk| [70_005, 70_006].map(|perm| d.order(&OrderKey::foreign(perm)).state);
    assert_eq!(states(&d), [OrderState::Working; 2]);
    assert!(d.model.orders.all.values().all(|o| o.ownership == Ownership::Foreign));
    d.after(1_000);
    let answer = others(&d, vec![two().remove(0)]);
    d.broker(Event::Others(Box::new(answer.clone())));
    assert_eq!(states(&d), [OrderState::Working; 2], "one list may be that of a broker that is only just starting");
    d.broker(Event::Others(Box::new(answer)));
    assert_eq!(states(&d), [OrderState::Working; 2], "the same list told again is one list");
    d.after(1_000);
    let answer = others(&d, vec![two().remove(0)]);
    d.broker(Event::Others(Box::new(answer)));
    assert_eq!(states(&d), [OrderState::Working, OrderState::Cancelled]);
}

#[test]
fn an_order_of_ours_is_never_ended_by_the_list_of_others() {
    let mut d = desk();
    let key = d.work("b enter");
    for _ in 0..3 {
        d.after(1_000);
        let answer = others(&d, Vec::new());
        d.broker(Event::Others(Box::new(answer)));
    }
    assert_eq!(d.order(&key).state, OrderState::Working);
}

#[test]
fn positions_are_closed_where_the_list_leaves_them_out_and_their_cost_goes_with_them() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100).hold(MSFT, "MSFT", -50);
    let kept = PositionReport { con_id: MSFT, symbol: "MSFT".into(), qty: qty(-40), avg_cost: Some(price("410")) };
    d.lose_link();
    d.connect("DU0000001", Snapshot { positions: vec![kept], ..super::snapshot() });
    let position = |con_id| (d.model.positions[&con_id].qty, d.model.positions[&con_id].avg_cost);
    assert_eq!(position(AAPL), (qty(0), None));
    assert_eq!(position(MSFT), (qty(-40), Some(price("410"))));
}

#[test]
fn a_lost_link_wants_the_cancels_that_were_on_their_way_again() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    assert_eq!(d.cancels(), std::slice::from_ref(&key));
    d.report(&key, BrokerStatus::Cancelling);
    d.lose_link();
    assert!(d.model.orders.cancel_wanted.contains(&key));
    d.after(100);
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.connect("DU0000001", Snapshot { open, ..super::snapshot() });
    assert_eq!(d.cancels(), [key], "it works still: the cancel goes out again");
}

#[test]
fn a_lost_link_wants_no_cancel_that_nobody_asked_for() {
    let mut d = desk();
    let key = d.work("b enter");
    let elsewhere = OrderReport { status: BrokerStatus::Cancelling, ..foreign(5, AAPL, "AAPL", "180.00") };
    d.broker(Event::Order(Box::new(elsewhere)));
    d.lose_link();
    assert!(d.model.orders.cancel_wanted.is_empty());
    assert_eq!(d.order(&key).state, OrderState::Working);
}

#[test]
fn a_cancel_and_a_change_without_an_answer_are_asked_for_once() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    d.effects.clear();
    d.after(10_000);
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    assert_ne!(d.order(&key).state, OrderState::Cancelled, "nothing says that it is");
}
