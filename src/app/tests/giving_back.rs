//! An exit that makes room and does not come about: what its stop gave way is put back, or an alarm rings.

use super::desk::say;
use super::fixture::{AAPL, report_of, snapshot};
use super::making_room::{bracketed, confirm};
use super::{Desk, desk, price, qty};
use crate::app::protection::uncovered;
use crate::app::select;
use crate::broker::event::{BrokerStatus, PositionReport, Snapshot};
use crate::broker::{Command, Event};
use crate::domain::order::{OrderKey, OrderKind, OrderState};
use crate::money::Qty;
use crate::risk::{Approved, Purpose, Weight};

/// Half of a bracketed position on its way, so far that the stop has been asked to shrink; that change.
fn shrinking() -> (Desk, OrderKey, OrderKey, Approved) {
    let (mut d, stop, target) = bracketed(desk());
    d.keys("c h enter");
    let first = d.placed_one();
    confirm(&mut d, &first);
    let second = d.placed_one();
    assert_eq!((second.key(), second.spec().qty), (&stop, qty(50)));
    (d, stop, target, second)
}

/// The same, both sent: what goes beside the exit, and the exit.
fn both_sent() -> (Desk, Approved, Approved) {
    let (mut d, _, _, second) = shrinking();
    confirm(&mut d, &second);
    let [beside, exit] = <[Approved; 2]>::try_from(d.placed()).unwrap();
    (d, beside, exit)
}

/// The stop that was put back, alone and for sure; it works.
fn assert_put_back(d: &mut Desk, n: i64) {
    let back = d.placed_one();
    assert!(matches!(back.purpose(), Purpose::New(_)));
    assert_eq!(back.spec().kind, OrderKind::Stop { trigger: price("185.50"), limit: None });
    assert_eq!((back.spec().qty, &back.spec().attributes.oca), (qty(n), &None));
    d.carry(back.key());
    d.report(back.key(), BrokerStatus::Working);
    assert_eq!(uncovered(&d.model, AAPL), Qty::ZERO);
    assert!(d.model.orders.yielding.is_empty());
    assert!(d.placed().is_empty(), "once");
}

/// The broker has made an order smaller by itself.
fn smaller(d: &mut Desk, key: &OrderKey, n: i64) {
    let mut report = report_of(d.order(key), BrokerStatus::Working);
    report.spec.qty = qty(n);
    d.broker(Event::Order(Box::new(report)));
}

fn alarmed(d: &Desk) -> bool {
    d.model.notices.list.iter().any(|n| n.text.starts_with("UNPROTECTED: AAPL"))
}

fn has_said(d: &Desk, part: &str) -> bool {
    d.model.notices.list.iter().any(|n| n.text.contains(part))
}

/// What the broker lists after a break: all that is open, with these sizes, and this position.
fn listed(d: &Desk, sizes: &[(&OrderKey, i64)], held: i64) -> Snapshot {
    let open = sizes.iter().map(|(key, n)| {
        let mut report = report_of(d.order(key), BrokerStatus::Working);
        report.spec.qty = qty(*n);
        report
    });
    let position =
        PositionReport { con_id: AAPL, symbol: "AAPL".into(), qty: qty(held), avg_cost: Some(price("187.20")) };
    Snapshot { open: open.collect(), positions: vec![position], ..snapshot() }
}

#[test]
fn a_broker_that_is_silent_about_the_smaller_stop_and_then_has_it_gets_the_rest_back() {
    let (mut d, stop, target, _) = shrinking();
    d.carry(&stop);
    d.after(2_100);
    assert!(has_said(&d, "close 50 AAPL was not sent"), "{}", d.said());
    assert_eq!(d.staged().qty, Some(qty(50)), "the exit is on the ticket again");
    assert!(d.placed().is_empty(), "while nobody knows how large the stop is nothing is sent");
    assert!(d.sent(|c| *c == Command::Resync) > 0, "the broker is asked");
    d.after(2_100);
    assert!(alarmed(&d), "so long unknown is bare for all that is known");
    d.keys("enter");
    assert!(d.placed().is_empty(), "and until it is known no second exit makes room");
    d.broker(Event::Synced(Box::new(listed(&d, &[(&stop, 50), (&target, 50)], 100))));
    assert_put_back(&mut d, 50);
}

#[test]
fn a_broker_that_never_took_the_smaller_stop_has_nothing_to_get_back() {
    let (mut d, stop, target, _) = shrinking();
    d.carry(&stop);
    d.after(2_100);
    d.broker(Event::Synced(Box::new(listed(&d, &[(&stop, 100), (&target, 50)], 100))));
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
    assert_eq!((d.order(&stop).spec.qty, uncovered(&d.model, AAPL)), (qty(100), Qty::ZERO));
    assert!(!alarmed(&d));
}

#[test]
fn a_refused_smaller_stop_leaves_the_whole_one() {
    let (mut d, stop, _, _) = shrinking();
    let ids = d.carry(&stop);
    d.broker(Event::OrderError { order_id: ids.order_id, code: 201, text: "no".into() });
    assert!(has_said(&d, "close 50 AAPL was not sent"));
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty() && !alarmed(&d));
    assert_eq!(d.order(&stop).spec.qty, qty(100));
}

#[test]
fn a_link_that_is_lost_between_the_steps_puts_back_what_is_found_missing_after_it() {
    for (left, back) in [(50, true), (100, false)] {
        let (mut d, stop, target, _) = shrinking();
        d.carry(&stop);
        d.lose_link();
        d.after(6_000);
        assert!(has_said(&d, "close 50 AAPL was not sent"));
        assert!(d.placed().is_empty(), "nothing is sent into a broken connection");
        let snapshot = listed(&d, &[(&stop, left), (&target, 50)], 100);
        d.connect("DU0000001", snapshot);
        if back {
            assert_put_back(&mut d, 50);
        } else {
            assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
            assert_eq!(uncovered(&d.model, AAPL), Qty::ZERO);
        }
    }
}

#[test]
fn a_link_that_is_lost_before_the_stop_was_asked_ends_it_with_the_stop_whole() {
    let (mut d, stop, target) = bracketed(desk());
    d.keys("c h enter");
    let first = d.placed_one();
    d.carry(first.key());
    d.lose_link();
    d.after(3_000);
    assert!(d.model.orders.yielding.is_empty());
    let snapshot = listed(&d, &[(&stop, 100), (&target, 50)], 100);
    d.connect("DU0000001", snapshot);
    assert!(d.placed().is_empty());
    assert_eq!((uncovered(&d.model, AAPL), alarmed(&d)), (Qty::ZERO, false));
}

#[test]
fn a_stop_that_was_cancelled_to_make_room_for_all_of_it_comes_back_whole() {
    let (mut d, stop, target) = bracketed(desk());
    d.keys("c enter");
    d.cancels();
    d.status(&target, BrokerStatus::Cancelled, 0);
    assert_eq!(d.cancels(), std::slice::from_ref(&stop));
    d.after(2_100);
    assert!(has_said(&d, "was not sent"));
    d.status(&stop, BrokerStatus::Cancelled, 0);
    assert_put_back(&mut d, 100);
}

#[test]
fn a_stop_that_fills_after_it_shrank_leaves_the_rest_covered() {
    let (mut d, stop, target, second) = shrinking();
    d.fill(&stop, "e1", 30, "185.50");
    assert!(has_said(&d, "has filled meanwhile"));
    confirm(&mut d, &second);
    assert!(d.placed().is_empty(), "the position does not show the fill yet");
    d.hold(AAPL, "AAPL", 70);
    assert!(d.placed().is_empty(), "the target of its group is still too large");
    // The group takes from the target what the stop has filled; of the stop of 50 are 20 left.
    smaller(&mut d, &target, 20);
    assert_put_back(&mut d, 50);
}

#[test]
fn a_target_that_stays_too_large_holds_the_stop_up_two_seconds_and_then_it_rings() {
    let (mut d, stop, _, second) = shrinking();
    d.fill(&stop, "e1", 30, "185.50");
    confirm(&mut d, &second);
    d.hold(AAPL, "AAPL", 70);
    d.after(2_100);
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
    assert!(has_said(&d, "50 AAPL have no stop, and none was sent") && alarmed(&d));
}

#[test]
fn a_fill_whose_position_never_comes_holds_it_up_three_seconds_and_no_longer() {
    let (mut d, stop, target, second) = shrinking();
    d.fill(&stop, "e1", 30, "185.50");
    confirm(&mut d, &second);
    smaller(&mut d, &target, 20);
    d.after(2_900);
    assert!(d.placed().is_empty());
    d.after(200);
    assert_eq!(d.placed_one().spec().qty, qty(50));
}

#[test]
fn a_target_that_fills_and_takes_the_smaller_stop_along_leaves_the_rest_covered() {
    let (mut d, stop, target, second) = shrinking();
    d.fill(&target, "e1", 50, "191");
    d.carry(second.key());
    d.status(&stop, BrokerStatus::Cancelled, 0);
    assert!(d.placed().is_empty());
    d.hold(AAPL, "AAPL", 50);
    assert_put_back(&mut d, 50);
}

#[test]
fn a_stop_that_somebody_has_cancelled_is_not_put_back_and_rings() {
    let (mut d, stop, _, second) = shrinking();
    d.carry(second.key());
    d.status(&stop, BrokerStatus::Cancelled, 0);
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
    assert!(alarmed(&d));
}

#[test]
fn what_was_to_go_beside_the_exit_and_is_refused_here_goes_alone_or_rings() {
    // The last trade has passed the trigger meanwhile: a stop there asks, and nobody has agreed to that.
    let (mut d, _, _, second) = shrinking();
    d.quote(AAPL, "185.40", "185.42");
    confirm(&mut d, &second);
    assert!(d.placed().is_empty());
    assert!(has_said(&d, "50 AAPL have no stop, and none was sent"), "{}", d.said());
    assert!(alarmed(&d) && d.model.orders.yielding.is_empty());
}

#[test]
fn an_exit_that_is_refused_here_after_its_stop_went_leaves_that_stop() {
    let (mut d, _, _, second) = shrinking();
    // Its limit lies far through the market now (G12).
    d.quote(AAPL, "215.00", "215.02");
    confirm(&mut d, &second);
    let beside = d.placed_one();
    assert!(beside.spec().kind.is_triggered() && beside.spec().qty == qty(50));
    assert!(has_said(&d, "close 50 AAPL was not sent"), "{}", d.said());
    d.carry(beside.key());
    d.report(beside.key(), BrokerStatus::Working);
    assert_eq!((uncovered(&d.model, AAPL), alarmed(&d)), (Qty::ZERO, false));
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
    assert_eq!(d.staged().qty, Some(qty(50)));
}

#[test]
fn an_exit_that_the_broker_refuses_after_its_stop_went_leaves_that_stop() {
    let (mut d, beside, exit) = both_sent();
    d.carry(beside.key());
    d.report(beside.key(), BrokerStatus::Working);
    let ids = d.carry(exit.key());
    d.broker(Event::OrderError { order_id: ids.order_id, code: 201, text: "no".into() });
    assert_eq!((uncovered(&d.model, AAPL), alarmed(&d)), (Qty::ZERO, false));
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
}

#[test]
fn a_stop_beside_the_exit_that_never_left_goes_once_more_when_the_exit_has_not_left_either() {
    let (mut d, beside, exit) = both_sent();
    for sent in [&exit, &beside] {
        d.broker(Event::NotSent { key: sent.key().clone(), why: "its approval is older than 1 s".into() });
    }
    assert_put_back(&mut d, 50);
    assert!(!alarmed(&d));

    // A second refusal is the end of it.
    let (mut d, beside, exit) = both_sent();
    for sent in [&exit, &beside] {
        d.broker(Event::NotSent { key: sent.key().clone(), why: "its approval is older than 1 s".into() });
    }
    let back = d.placed_one();
    d.broker(Event::NotSent { key: back.key().clone(), why: "its approval is older than 1 s".into() });
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
    assert!(alarmed(&d));
}

#[test]
fn a_stop_beside_the_exit_that_is_refused_does_not_sell_the_same_shares_twice() {
    let (mut d, beside, exit) = both_sent();
    d.carry(exit.key());
    d.report(exit.key(), BrokerStatus::Working);
    let ids = d.carry(beside.key());
    d.broker(Event::OrderError { order_id: ids.order_id, code: 201, text: "no".into() });
    assert!(d.placed().is_empty(), "the exit works: a stop beside it without its group could cross zero");
    assert!(alarmed(&d) && d.model.orders.yielding.is_empty());
}

#[test]
fn a_stop_beside_the_exit_without_an_answer_rings() {
    let (mut d, beside, exit) = both_sent();
    for sent in [&beside, &exit] {
        d.carry(sent.key());
    }
    d.report(exit.key(), BrokerStatus::Working);
    d.after(2_100);
    assert_eq!(d.order(beside.key()).state, OrderState::Unknown);
    assert!(alarmed(&d) && d.placed().is_empty());
}

#[test]
fn what_would_be_asked_of_the_stop_beside_it_is_asked_before_anything_gives_way() {
    let (mut d, stop, target) = bracketed(desk());
    d.quote(AAPL, "185.40", "185.42");
    d.keys("c h m");
    let verdict = d.staged().assessment.clone().unwrap();
    assert_eq!(verdict.worst(), Some(Weight::Confirm));
    assert!(verdict.findings.iter().any(|f| f.text.starts_with("the stop beside it: triggers at once")), "{verdict:?}");
    d.keys("enter");
    assert!(d.is_confirming() && d.placed().is_empty());
    d.keys("ctrl-y");
    for key in [&target, &stop] {
        let sent = d.placed_one();
        assert_eq!(sent.key(), key);
        confirm(&mut d, &sent);
    }
    assert_eq!(d.placed().len(), 2, "that answer covers the stop beside it");
}

#[test]
fn what_would_be_refused_beside_it_is_refused_before_anything_gives_way() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    say(&mut d, "close all AAPL 188 gtc");
    d.keys("enter");
    let target = d.placed_one();
    d.carry(target.key());
    d.report(target.key(), BrokerStatus::Working);
    // The target would go out again far through the market.
    d.quote(AAPL, "215.00", "215.02");
    d.keys("p enter");
    assert!(d.cancels().is_empty() && d.placed().is_empty());
    d.assert_said("the target beside it");
    assert_eq!(d.order(target.key()).state, OrderState::Working);
}

#[test]
fn a_stop_that_was_put_in_its_place_by_hand_is_not_doubled() {
    let (mut d, stop, target, _) = shrinking();
    d.carry(&stop);
    d.after(2_100).keys("esc");
    d.broker(Event::Synced(Box::new(listed(&d, &[(&stop, 50), (&target, 50)], 100))));
    let back = d.placed_one();
    let sold = |d: &Desk| select::live_of(&d.model, AAPL).iter().filter(|o| o.spec.kind.is_triggered()).count();
    assert_eq!(sold(&d), 2);
    d.keys("p enter");
    assert!(d.placed().is_empty(), "{}", d.said());
    d.carry(back.key());
    d.report(back.key(), BrokerStatus::Working);
    assert_eq!(uncovered(&d.model, AAPL), Qty::ZERO);
}

#[test]
fn a_position_that_was_left_meanwhile_gets_no_stop() {
    let (mut d, stop, target, _) = shrinking();
    d.carry(&stop);
    d.after(2_100);
    d.broker(Event::Synced(Box::new(listed(&d, &[(&stop, 50), (&target, 50)], 0))));
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
    // Nor does one that stands on the other side now.
    let (mut d, stop, target, _) = shrinking();
    d.carry(&stop);
    d.after(2_100);
    d.broker(Event::Synced(Box::new(listed(&d, &[(&stop, 50), (&target, 50)], -10))));
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
}

#[test]
fn a_stop_that_its_group_takes_back_as_the_exit_fills_is_no_alarm() {
    let (mut d, beside, exit) = both_sent();
    for sent in [&beside, &exit] {
        d.carry(sent.key());
        d.report(sent.key(), BrokerStatus::Working);
    }
    d.fill(exit.key(), "e1", 50, "187.21");
    d.hold(AAPL, "AAPL", 50);
    d.status(beside.key(), BrokerStatus::Cancelled, 0);
    d.assert_said("cancelled with its group, which has filled: ");
    assert!(!has_said(&d, "cancelled by the broker") && !alarmed(&d));
}
