//! The states of an order against every kind of report.

use proptest::prelude::*;

use super::fixture::{AAPL, execution_of, report_of};
use super::{Desk, desk, price, qty};
use crate::broker::event::{BrokerStatus, StatusReport};
use crate::broker::{Command, Event};
use crate::domain::fill::{Commission, ExecId};
use crate::domain::order::{BrokerIds, OrderKey, OrderState};
use crate::money::Qty;

fn sent() -> (Desk, OrderKey) {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    d.carry(&key);
    d.effects.clear();
    (d, key)
}

#[test]
fn no_answer_within_a_second_is_unknown_and_looked_for_and_never_sent_again() {
    let (mut d, key) = sent();
    d.after(999);
    assert_eq!(d.order(&key).state, OrderState::Sending);
    d.after(1);
    assert_eq!(d.order(&key).state, OrderState::Unknown);
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    assert!(d.placed().is_empty());
    d.assert_said("UNKNOWN buy 100 AAPL");
    assert!(d.model.panes.ticket.sending.is_some(), "it stays on the ticket");
    d.report(&key, BrokerStatus::Working);
    assert_eq!(d.order(&key).state, OrderState::Working);
    assert!(d.model.panes.ticket.sending.is_none());
}

#[test]
fn an_order_that_is_never_reported_sent_is_unknown_too() {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    d.after(3_000);
    assert_eq!(d.order(&key).state, OrderState::Unknown);
}

#[test]
fn an_order_the_sender_refused_has_ended_and_says_so() {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    d.broker(Event::NotSent { key: key.clone(), why: "the approval is older than 1 s".into() });
    assert_eq!(d.order(&key).state, OrderState::Rejected);
    d.assert_said("NOT SENT buy 100 AAPL lmt 187.20: the approval is older than 1 s");
    d.after(5_000);
    assert_eq!(d.order(&key).state, OrderState::Rejected);
}

#[test]
fn fills_come_partly_then_wholly_with_their_cost() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    d.fill(&key, "0001.01", 80, "187.20");
    assert_eq!(d.order(&key).filled, qty(80));
    d.assert_said("partial 80/100 AAPL @ 187.20");
    d.fill(&key, "0002.01", 20, "187.10");
    assert_eq!(d.order(&key).state, OrderState::Filled);
    assert_eq!(d.order(&key).avg_fill, Some(price("187.18")));
    d.assert_said("filled 100 AAPL @ 187.18");
    for exec in ["0001.01", "0002.01"] {
        let commission = Commission { amount: "0.50".parse().unwrap(), currency: "USD".into(), realized: None };
        d.broker(Event::Commission { exec_id: ExecId(exec.into()), commission });
    }
    d.assert_said("filled 100 AAPL @ 187.18, commission 1.00");
}

#[test]
fn a_fill_that_comes_twice_counts_once() {
    let (mut d, key) = sent();
    d.fill(&key, "0001.01", 80, "187.20");
    d.fill(&key, "0001.01", 80, "187.20");
    assert_eq!(d.order(&key).filled, qty(80));
    assert_eq!(d.model.orders.executions.len(), 1);
}

#[test]
fn a_correction_replaces_what_it_corrects() {
    let (mut d, key) = sent();
    d.fill(&key, "0001.01", 50, "187.20");
    d.fill(&key, "0001.02", 50, "187.15");
    d.fill(&key, "0001.01", 50, "187.20");
    assert_eq!(d.model.orders.executions.len(), 1);
    assert_eq!(d.model.orders.executions[0].price, price("187.15"));
    assert_eq!(d.order(&key).filled, qty(50));
}

#[test]
fn a_commission_may_come_before_its_execution() {
    let (mut d, key) = sent();
    let commission = Commission { amount: "1.00".parse().unwrap(), currency: "USD".into(), realized: None };
    d.broker(Event::Commission { exec_id: ExecId("0001.01".into()), commission: commission.clone() });
    d.fill(&key, "0001.01", 100, "187.20");
    assert_eq!(d.model.orders.executions[0].commission, Some(commission));
    d.assert_said("commission 1.00");
}

#[test]
fn an_execution_before_the_order_is_known_is_kept_for_it() {
    let mut d = desk();
    let mut report = super::fixture::foreign(5, AAPL, "AAPL", "187.00");
    report.order_ref = "bracket".into();
    let like = crate::domain::order::Order::new(
        OrderKey::own("bracket"),
        report.ids,
        report.spec.clone(),
        OrderState::Working,
        d.at,
    );
    d.broker(Event::Execution(Box::new(execution_of(&like, "0009.01", 4, "187.00"))));
    d.broker(Event::Order(Box::new(report)));
    let order = d.model.orders.all.values().next().unwrap();
    assert_eq!(order.filled, qty(4));
    assert_eq!(order.key, OrderKey::foreign(70_005), "a reference of somebody else is no name here");
}

#[test]
fn a_fill_after_the_cancel_is_booked_and_shouted() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    d.report(&key, BrokerStatus::Cancelled);
    d.fill(&key, "0001.01", 30, "187.20");
    assert_eq!(d.order(&key).state, OrderState::Cancelled);
    assert_eq!(d.order(&key).filled, qty(30));
    d.assert_said("filled after it had ended: 30/100 AAPL");
}

#[test]
fn the_word_filled_alone_fills_nothing() {
    let (mut d, key) = sent();
    d.status(&key, BrokerStatus::Filled, 40);
    assert_eq!(d.order(&key).state, OrderState::Working);
    assert_eq!(d.order(&key).filled, qty(40));
    d.status(&key, BrokerStatus::Filled, 100);
    assert_eq!(d.order(&key).state, OrderState::Filled);
}

#[test]
fn an_order_is_not_told_back_from_working_to_held_by_a_late_word() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    d.status(&key, BrokerStatus::Held, 0);
    assert_eq!(d.order(&key).state, OrderState::Working);
}

#[test]
fn inactive_is_not_an_end() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Inactive);
    assert_eq!(d.order(&key).state, OrderState::Held);
    d.report(&key, BrokerStatus::Working);
    assert_eq!(d.order(&key).state, OrderState::Working);
}

#[test]
fn codes_mean_what_ib_says_and_an_unknown_one_asks() {
    for (code, state, asks) in [
        (201, OrderState::Rejected, 0),
        (110, OrderState::Rejected, 0),
        (451, OrderState::Rejected, 0),
        (10_020, OrderState::Rejected, 0),
        (10_243, OrderState::Rejected, 0),
        (10_326, OrderState::Rejected, 0),
        (10_327, OrderState::Rejected, 0),
        (10_330, OrderState::Rejected, 0),
        (202, OrderState::Cancelled, 0),
        (399, OrderState::Sending, 0),
        (10349, OrderState::Sending, 0),
        (2109, OrderState::Sending, 0),
        (103, OrderState::Sending, 1),
        (10_999, OrderState::Sending, 1),
        (10147, OrderState::Unknown, 1),
    ] {
        let (mut d, key) = sent();
        d.broker(Event::OrderError { order_id: 32, code, text: "words of the broker".into() });
        assert_eq!(d.order(&key).state, state, "{code}");
        assert_eq!(d.sent(|c| *c == Command::Resync), asks, "{code}");
    }
}

#[test]
fn a_cancel_of_the_broker_says_so_and_ours_does_not() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    d.broker(Event::OrderError { order_id: 32, code: 202, text: "too far from the market".into() });
    d.assert_said("cancelled by the broker: buy 100 AAPL lmt 187.20 (202)");
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    d.broker(Event::OrderError { order_id: 32, code: 202, text: "Order Canceled".into() });
    assert_eq!(d.order(&key).state, OrderState::Cancelled);
    d.assert_said("cancelled buy 100 AAPL lmt 187.20");
}

#[test]
fn two_permanent_ids_under_one_order_id_are_two_orders() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    let mut fork = report_of(d.order(&key), BrokerStatus::Working);
    fork.ids.perm_id = 123_456;
    fork.order_ref = "".into();
    d.broker(Event::Order(Box::new(fork)));
    assert_eq!(d.model.orders.all.len(), 2, "both incarnations are shown");
}

#[test]
fn a_status_of_an_id_of_another_client_is_not_ours() {
    let (mut d, key) = sent();
    let ids = BrokerIds { client_id: 7, order_id: 32, perm_id: 0 };
    let report = StatusReport {
        ids,
        status: BrokerStatus::Cancelled,
        filled: Qty::ZERO,
        remaining: qty(100),
        avg_fill: None,
        why_held: None,
        cap: None,
    };
    d.broker(Event::Status(report));
    assert_eq!(d.order(&key).state, OrderState::Sending);
}

#[test]
fn a_change_made_elsewhere_is_adopted() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    let mut report = report_of(d.order(&key), BrokerStatus::Working);
    report.spec.kind = crate::domain::order::OrderKind::Limit(price("180.00"));
    d.broker(Event::Order(Box::new(report)));
    assert_eq!(d.order(&key).spec.kind.limit(), Some(price("180.00")));
}

#[test]
fn a_type_given_elsewhere_is_shown_and_not_taken_for_a_market_order() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    let mut report = report_of(d.order(&key), BrokerStatus::Working);
    report.spec.kind = crate::domain::order::OrderKind::Market;
    report.other_kind = Some("STP".into());
    d.broker(Event::Order(Box::new(report)));
    assert_eq!(d.order(&key).other_kind.as_deref(), Some("STP"));
    d.keys("m");
    d.assert_said("is a STP order, which this desk cannot change");
}

#[test]
fn an_overfill_is_shown_as_a_conflict_and_the_order_holds_no_more_than_its_size() {
    let (mut d, key) = sent();
    d.fill(&key, "0001.01", 90, "187.20");
    d.fill(&key, "0002.01", 90, "187.20");
    assert_eq!(d.order(&key).filled, qty(100));
    assert!(d.model.notices.list.iter().any(|n| n.text.starts_with("CONFLICT")));
    assert_eq!(d.model.orders.executions.len(), 2);
}

#[test]
fn a_smaller_size_that_came_too_late_loses_no_fill() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    d.keys("m h enter");
    assert_eq!(d.placed_one().spec().qty, qty(50));
    d.carry(&key);
    d.fill(&key, "0001.01", 50, "187.20");
    assert_eq!(d.order(&key).state, OrderState::Working, "either size may be the true one");
    d.fill(&key, "0002.01", 50, "187.20");
    assert_eq!((d.order(&key).state, d.order(&key).filled), (OrderState::Filled, qty(100)));
    d.broker(Event::OrderError { order_id: 32, code: 104, text: "cannot modify a filled order".into() });
    assert_eq!(d.order(&key).spec.qty, qty(100));
}

#[test]
fn an_order_that_filled_by_its_new_size_is_done() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    d.keys("m h enter");
    assert_eq!(d.placed().len(), 1);
    d.carry(&key);
    d.fill(&key, "0001.01", 50, "187.20");
    d.status(&key, BrokerStatus::Filled, 50);
    assert_eq!(d.order(&key).state, OrderState::Filled);
    assert!(d.order(&key).before_change.is_none());
}

/// A fact about one order, in any order and number.
#[derive(Debug, Clone, Copy)]
enum Fact {
    Sent,
    NotSent,
    Report(BrokerStatus),
    Status(BrokerStatus, i64),
    Fill(u8, i64),
    Error(i32),
    LinkLost,
    Ready,
    Cancel,
    Later(u16),
}

fn any_status() -> impl Strategy<Value = BrokerStatus> {
    prop::sample::select(vec![
        BrokerStatus::Held,
        BrokerStatus::Working,
        BrokerStatus::Cancelling,
        BrokerStatus::Cancelled,
        BrokerStatus::Filled,
        BrokerStatus::Inactive,
        BrokerStatus::Other,
    ])
}

fn any_fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        Just(Fact::Sent),
        Just(Fact::NotSent),
        any_status().prop_map(Fact::Report),
        (any_status(), 0i64..=130).prop_map(|(s, n)| Fact::Status(s, n)),
        (0u8..6, 1i64..=60).prop_map(|(id, n)| Fact::Fill(id, n)),
        prop::sample::select(vec![201, 202, 110, 103, 161, 10147, 10148, 399, 404, 10349, 10_999])
            .prop_map(Fact::Error),
        Just(Fact::LinkLost),
        Just(Fact::Ready),
        Just(Fact::Cancel),
        (0u16..2_000).prop_map(Fact::Later),
    ]
}

fn take(d: &mut Desk, key: &OrderKey, fact: Fact) {
    match fact {
        Fact::Sent => {
            let ids = BrokerIds { client_id: 1, order_id: 32, perm_id: 0 };
            d.broker(Event::Sent { key: key.clone(), ids });
        }
        Fact::NotSent => {
            d.broker(Event::NotSent { key: key.clone(), why: "no link".into() });
        }
        Fact::Report(status) => {
            d.report(key, status);
        }
        Fact::Status(status, n) => {
            let ids = d.order(key).ids;
            let report = StatusReport {
                ids,
                status,
                filled: qty(n),
                remaining: Qty::ZERO,
                avg_fill: None,
                why_held: None,
                cap: None,
            };
            d.broker(Event::Status(report));
        }
        Fact::Fill(id, n) => {
            d.fill(key, &format!("000{id}.01"), n, "187.20");
        }
        Fact::Error(code) => {
            d.broker(Event::OrderError { order_id: 32, code, text: "words".into() });
        }
        Fact::LinkLost => d.lose_link(),
        Fact::Ready => d.ready("DU0000001"),
        Fact::Cancel => {
            d.keys("x");
        }
        Fact::Later(ms) => {
            d.after(u64::from(ms));
        }
    }
}

proptest! {
    #[test]
    fn no_sequence_of_facts_overfills_revives_or_sends_again(facts in prop::collection::vec(any_fact(), 1..40)) {
        let mut d = desk();
        d.keys("b enter");
        let key = d.placed_one().key().clone();
        d.carry(&key);
        let mut before = (d.order(&key).state, Qty::ZERO);
        for fact in facts {
            take(&mut d, &key, fact);
            let order = d.order(&key);
            prop_assert!(order.filled <= order.spec.qty, "{:?}", order);
            prop_assert!(order.filled >= before.1, "fills shrank after {:?}", fact);
            prop_assert_eq!(order.state == OrderState::Filled, order.filled == order.spec.qty);
            if before.0.is_terminal() {
                prop_assert!(order.state.is_terminal(), "{:?} revived it: {:?}", fact, order.state);
            }
            before = (order.state, order.filled);
            prop_assert!(d.placed().is_empty(), "sent again after {:?}", fact);
        }
    }

    #[test]
    fn equal_facts_give_an_equal_model(facts in prop::collection::vec(any_fact(), 1..20)) {
        let run = || {
            let mut d = desk();
            d.keys("b enter");
            let key = d.placed_one().key().clone();
            for fact in &facts {
                take(&mut d, &key, *fact);
            }
            format!("{:?}", d.model)
        };
        prop_assert_eq!(run(), run());
    }
}

#[test]
fn why_an_order_was_held_is_not_why_it_ended() {
    use crate::broker::event::StatusReport;
    for by_hand in [true, false] {
        let mut d = desk();
        let key = d.work("b enter");
        let ids = d.order(&key).ids;
        d.model.orders.all.get_mut(&key).unwrap().state = OrderState::Held;
        let told = |status, why: &str| {
            Event::Status(StatusReport {
                ids,
                status,
                filled: qty(0),
                remaining: qty(100),
                avg_fill: None,
                why_held: Some(why.into()),
                cap: None,
            })
        };
        d.broker(told(BrokerStatus::Held, "trigger"));
        assert_eq!(d.order(&key).remark.as_ref().unwrap().1.as_str(), "trigger");
        if by_hand {
            d.keys("x");
            assert_eq!((d.order(&key).state, &d.order(&key).remark), (OrderState::Cancelling, &None));
            d.broker(told(BrokerStatus::Cancelling, "trigger"));
        }
        d.broker(told(BrokerStatus::Cancelled, "trigger"));
        assert_eq!((d.order(&key).state, &d.order(&key).remark), (OrderState::Cancelled, &None));
    }
}
