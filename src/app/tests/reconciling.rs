//! Start, loss of the link, SYNC.

use super::fixture::{AAPL, CLIENT, execution_of, foreign, report_of, snapshot};
use super::{Desk, desk, qty};
use crate::app::action::Action;
use crate::app::msg::{JournalFact, Msg};
use crate::app::select;
use crate::broker::event::{BrokerStatus, PositionReport, Snapshot};
use crate::broker::{Command, Event, Link};
use crate::clock::Stamp;
use crate::domain::account::Mode;
use crate::domain::order::{Order, OrderKey, OrderState, Ownership};

/// An order of an earlier run, as the journal remembers it.
fn remembered() -> Order {
    let mut d = desk();
    let key = d.work("b enter");
    let mut order = d.order(&key).clone();
    order.placed_at = Stamp { wall: order.placed_at.wall - 60_000_000_000, mono: 999_999_999_999_999 };
    order.changed_at = order.placed_at;
    order.key = OrderKey::own("tw4k-000019-7");
    order.ids.order_id = 21;
    order.ids.perm_id = 9_021;
    order
}

fn opened(live: Vec<Order>) -> Msg {
    Msg::Journal(JournalFact::Opened {
        run: 42,
        tag: "tw4k".into(),
        live,
        executions: Vec::new(),
        terms: Vec::new(),
        before: None,
        accepted: Vec::new(),
    })
}

#[test]
fn an_order_of_an_earlier_run_is_unknown_until_the_broker_lists_it() {
    let mut d = Desk::unconnected(Mode::Paper);
    let order = remembered();
    let key = order.key.clone();
    d.tell(opened(vec![order.clone()]));
    assert_eq!(d.order(&key).state, OrderState::Unknown);
    assert_eq!(select::unknown_count(&d.model), 1);
    let open = vec![report_of(&order, BrokerStatus::Working)];
    d.connect("DU0000001", Snapshot { open, ..snapshot() });
    assert_eq!(d.order(&key).state, OrderState::Working);
    assert_eq!(d.order(&key).ownership, Ownership::Own);
    assert_eq!(d.model.orders.all.len(), 1);
}

#[test]
fn an_order_of_an_earlier_run_that_is_nowhere_stays_unknown_with_a_word() {
    let mut d = Desk::unconnected(Mode::Paper);
    let order = remembered();
    let key = order.key.clone();
    d.tell(opened(vec![order]));
    d.connect("DU0000001", snapshot());
    assert_eq!(d.order(&key).state, OrderState::Unknown);
    assert!(d.order(&key).remark.as_ref().unwrap().1.contains("not among the broker's orders"));
    d.assert_said("1 order with unknown outcome");
}

#[test]
fn an_order_that_ended_while_nobody_looked_is_shown_as_it_ended() {
    for (status, state) in
        [(BrokerStatus::Cancelled, OrderState::Cancelled), (BrokerStatus::Filled, OrderState::Filled)]
    {
        let mut d = Desk::unconnected(Mode::Paper);
        let order = remembered();
        d.tell(opened(vec![order.clone()]));
        let mut completed = vec![report_of(&order, status)];
        // IB's completed orders may come without the reference and with what was left as their quantity.
        completed[0].order_ref = "".into();
        completed[0].spec.qty = qty(0);
        let executions =
            if state == OrderState::Filled { vec![execution_of(&order, "0001.01", 100, "187.20")] } else { vec![] };
        d.connect("DU0000001", Snapshot { completed, executions, ..snapshot() });
        assert_eq!(d.order(&order.key).state, state);
    }
}

#[test]
fn an_order_that_filled_before_it_was_heard_of_bears_the_time_of_its_last_fill() {
    let mut d = Desk::unconnected(Mode::Paper);
    let order = remembered();
    d.tell(opened(vec![]));
    let mut early = execution_of(&order, "0001.01", 60, "187.20");
    early.time = Some(1_000_000_000);
    let mut late = execution_of(&order, "0002.01", 40, "187.20");
    late.time = Some(7_000_000_000);
    let completed = vec![report_of(&order, BrokerStatus::Filled)];
    d.connect("DU0000001", Snapshot { completed, executions: vec![late, early], ..snapshot() });
    let known = &d.model.orders.all[0];
    assert_eq!(known.state, OrderState::Filled);
    assert_eq!((known.placed_at.wall, known.changed_at.wall), (1_000_000_000, 7_000_000_000));
}

#[test]
fn a_smaller_quantity_whose_answer_was_lost_is_learned_from_the_end_of_the_order() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x").effects.clear();
    let order = d.order(&key).clone();
    let half = execution_of(&order, "0001.01", 50, "187.20");
    let mut ended = report_of(&order, BrokerStatus::Filled);
    ended.filled = Some(qty(50));
    d.lose_link();
    d.connect("DU0000001", Snapshot { completed: vec![ended], executions: vec![half], ..snapshot() });
    assert_eq!((d.order(&key).state, d.order(&key).spec.qty), (OrderState::Filled, qty(50)));
}

#[test]
fn the_journal_may_open_after_the_broker_has_answered() {
    let mut d = Desk::unconnected(Mode::Paper);
    let order = remembered();
    let open = vec![report_of(&order, BrokerStatus::Working)];
    d.connect("DU0000001", Snapshot { open, ..snapshot() });
    assert_eq!(d.model.orders.all[0].ownership, Ownership::Foreign);
    d.tell(opened(vec![order.clone()]));
    assert_eq!(d.model.orders.all.len(), 1, "it is one order, not two");
    assert_eq!(d.order(&order.key).state, OrderState::Working);
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
}

#[test]
fn losing_the_link_makes_what_is_on_its_way_unknown_and_sends_nothing_again() {
    let mut d = desk();
    let working = d.work("b enter");
    d.keys("b t enter");
    let key = d.placed_one().key().clone();
    d.carry(&key);
    d.lose_link();
    assert_eq!(d.order(&key).state, OrderState::Unknown);
    assert_eq!(d.order(&working).state, OrderState::Working, "last known, and marked so by the link");
    assert!(d.model.notices.list.iter().any(|n| n.text.contains("it was not sent again")));
    let open =
        vec![report_of(d.order(&working), BrokerStatus::Working), report_of(d.order(&key), BrokerStatus::Working)];
    d.after(4_000).connect("DU0000001", Snapshot { open, ..snapshot() });
    assert_eq!(d.order(&key).state, OrderState::Working);
    assert!(d.placed().is_empty());
}

#[test]
fn an_order_that_is_not_listed_is_never_taken_for_cancelled() {
    let mut d = desk();
    let key = d.work("b enter");
    d.lose_link();
    d.after(1_000).connect("DU0000001", snapshot());
    assert_eq!(d.order(&key).state, OrderState::Unknown);
    // It comes alive after all.
    d.after(1_000).report(&key, BrokerStatus::Working);
    assert_eq!(d.order(&key).state, OrderState::Working);
}

#[test]
fn an_order_the_broker_disowns_and_does_not_list_has_ended() {
    let mut d = desk();
    let key = d.work("b enter");
    d.lose_link();
    d.after(1_000).connect("DU0000001", snapshot());
    d.effects.clear();
    d.keys("esc x");
    assert_eq!(d.cancels(), std::slice::from_ref(&key));
    assert_eq!(d.order(&key).state, OrderState::Unknown, "a cancel of what is unknown leaves it unknown");
    d.broker(Event::OrderError { order_id: 32, code: 10147, text: "not found".into() });
    assert_eq!(d.order(&key).state, OrderState::Unknown);
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    d.after(20).broker(Event::Synced(Box::new(snapshot())));
    assert_eq!(d.order(&key).state, OrderState::Cancelled);
}

#[test]
fn what_changed_after_the_question_is_newer_than_the_answer() {
    let mut d = desk();
    let key = d.work("b enter");
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.keys("o u");
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    d.after(5).report(&key, BrokerStatus::Cancelled);
    d.after(5).broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    assert_eq!(d.order(&key).state, OrderState::Cancelled, "the list was older");
}

#[test]
fn an_order_that_works_after_all_is_shown_alive_and_shouted() {
    let mut d = desk();
    let key = d.work("b enter");
    d.report(&key, BrokerStatus::Cancelled);
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.after(5_000).keys("o u").after(5);
    d.broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    assert_eq!(d.order(&key).state, OrderState::Working);
    assert!(d.model.notices.list.iter().any(|n| n.text.starts_with("CONFLICT: #32 had ended")));
}

#[test]
fn a_second_question_waits_for_the_first_answer() {
    let mut d = desk();
    d.keys("o u o u o u");
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    d.broker(Event::Synced(Box::new(snapshot())));
    assert_eq!(d.sent(|c| *c == Command::Resync), 2);
    d.broker(Event::Synced(Box::new(snapshot())));
    assert_eq!(d.sent(|c| *c == Command::Resync), 2);
}

#[test]
fn orders_of_others_are_shown_as_foreign() {
    let mut d = desk();
    let open = vec![foreign(5, AAPL, "AAPL", "180.00")];
    d.after(10).keys("o u").broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    let order = d.model.orders.all.values().next().unwrap();
    assert_eq!((order.ownership, order.state), (Ownership::Foreign, OrderState::Working));
    assert_eq!(order.key, OrderKey::foreign(70_005));
}

#[test]
fn fills_of_the_gap_are_booked_once() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "0001.01", 30, "187.20");
    d.lose_link();
    let order = d.order(&key).clone();
    let executions = vec![execution_of(&order, "0001.01", 30, "187.20"), execution_of(&order, "0002.01", 70, "187.20")];
    d.after(1_000).connect("DU0000001", Snapshot { executions, ..snapshot() });
    assert_eq!(d.order(&key).state, OrderState::Filled);
    assert_eq!(d.model.orders.executions.len(), 2);
}

#[test]
fn a_position_that_was_told_while_a_sync_was_under_way_is_not_overwritten_by_its_older_answer() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    d.act(Action::Resolve);
    // The answer was written with 100; the sale of 30 is told before it arrives.
    d.hold(AAPL, "AAPL", 70);
    let held = |n: i64| PositionReport { con_id: AAPL, symbol: "AAPL".into(), qty: qty(n), avg_cost: None };
    d.broker(Event::Synced(Box::new(Snapshot { positions: vec![held(100)], ..snapshot() })));
    assert_eq!(d.model.positions[&AAPL].qty, qty(70));
    // The next answer is asked for after it.
    d.act(Action::Resolve);
    d.broker(Event::Synced(Box::new(Snapshot { positions: vec![held(60)], ..snapshot() })));
    assert_eq!(d.model.positions[&AAPL].qty, qty(60));
    d.act(Action::Resolve);
    d.broker(Event::Synced(Box::new(snapshot())));
    assert!(d.model.positions[&AAPL].qty.is_zero(), "what is not listed is closed");
}

#[test]
fn positions_are_what_the_broker_lists() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    let positions =
        vec![PositionReport { con_id: super::fixture::MSFT, symbol: "MSFT".into(), qty: qty(80), avg_cost: None }];
    d.keys("o u").broker(Event::Synced(Box::new(Snapshot { positions, ..snapshot() })));
    assert_eq!(select::held(&d.model, AAPL), Some(qty(0)));
    assert_eq!(select::held(&d.model, super::fixture::MSFT), Some(qty(80)));
}

#[test]
fn a_position_of_an_unlisted_symbol_brings_its_contract_and_quotes() {
    let mut d = desk();
    d.hold(crate::domain::instrument::ConId(1_004), "TSLA", -50);
    let by_number = |c: &Command| matches!(c, Command::Find { symbol, .. } if symbol.as_str() == "conid:1004");
    assert_eq!(d.sent(by_number), 1, "its name alone might find another contract");
    let job = *d.model.market.asked.keys().next().unwrap();
    d.broker(Event::Found { job, result: Ok(Box::new(super::fixture::instrument("TSLA"))) });
    assert_eq!(d.sent(|c| matches!(c, Command::Watch(i) if i.symbol.as_str() == "TSLA")), 1);
}

#[test]
fn after_a_reconnection_everything_is_asked_again() {
    let mut d = desk();
    d.lose_link();
    d.effects.clear();
    d.after(4_000).connect("DU0000001", snapshot());
    assert_eq!(d.sent(|c| matches!(c, Command::Watch(_))), 3);
    assert_eq!(d.sent(|c| matches!(c, Command::Bars { .. })), 2, "the chart's and the days");
    assert_eq!(d.sent(|c| matches!(c, Command::Find { .. })), 0);
}

#[test]
fn a_mere_sync_asks_for_no_quotes_and_no_bars_again() {
    let mut d = desk();
    d.keys("o u").connect("DU0000001", snapshot());
    assert_eq!(d.sent(|c| matches!(c, Command::Watch(_) | Command::Bars { .. } | Command::Find { .. })), 0);
}

#[test]
fn the_start_asks_for_the_list_then_watches_it_and_asks_for_the_chart() {
    let mut d = Desk::unconnected(Mode::Paper);
    d.connect("DU0000001", snapshot());
    assert_eq!(d.sent(|c| matches!(c, Command::Find { .. })), 3);
    d.answer_questions();
    assert_eq!(d.sent(|c| matches!(c, Command::Watch(_))), 3);
    assert_eq!(d.sent(|c| matches!(c, Command::Bars { .. })), 2, "the chart's and the days");
    assert_eq!(select::watch_counts(&d.model), (3, 0));
    assert_eq!(d.model.desk.client_id, CLIENT);
}

#[test]
fn a_lost_link_makes_quotes_stale_and_keeps_their_values() {
    let mut d = desk();
    d.lose_link();
    let (quote, truth) = select::quote(&d.model, AAPL).unwrap();
    assert!(quote.bid.is_some());
    assert!(matches!(truth, crate::domain::quote::Truth::Stale(_)));
    assert!(!matches!(d.model.desk.link, Link::Ready { .. }));
}

#[test]
fn an_unanswered_change_is_asked_for_and_the_broker_has_the_last_word() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("m up enter");
    assert_eq!(d.placed().len(), 1);
    d.carry(&key);
    d.after(1_000);
    d.assert_said("change of #32 has no answer");
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    let mut open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    open[0].spec = *d.order(&key).before_change.clone().unwrap();
    d.after(10).broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    assert!(d.order(&key).before_change.is_none());
    assert_eq!(d.order(&key).spec.kind.limit(), Some(super::price("187.20")));
}
