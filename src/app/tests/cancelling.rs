//! Cancel, cancel a symbol, kill, leave.

use super::desk;
use super::fixture::{AAPL, CLIENT, MSFT, report_of, snapshot};
use crate::app::model::Overlay;
use crate::app::msg::{JournalFact, Msg};
use crate::broker::event::{BrokerStatus, Snapshot};
use crate::broker::{Command, Event};
use crate::domain::order::OrderState;

#[test]
fn x_cancels_the_only_order_of_the_symbol() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    assert_eq!(d.cancels(), std::slice::from_ref(&key));
    assert_eq!(d.order(&key).state, OrderState::Cancelling);
    d.status(&key, BrokerStatus::Cancelled, 0);
    assert_eq!(d.order(&key).state, OrderState::Cancelled);
    d.assert_said("cancelled buy 100 AAPL lmt 187.20");
}

#[test]
fn x_with_several_orders_says_how_many_and_where() {
    let mut d = desk();
    d.work("b enter");
    d.work("b t enter");
    d.keys("x");
    assert!(d.cancels().is_empty());
    d.assert_said("2 orders of AAPL work");
}

#[test]
fn a_repeated_x_cancels_nothing_more() {
    let mut d = desk();
    d.work("b enter");
    d.after(300).key("x", true);
    assert!(d.cancels().is_empty());
}

#[test]
fn a_cancel_never_overtakes_its_order() {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    d.act(crate::app::action::Action::Cancel);
    assert!(d.cancels().is_empty(), "the order is not sent yet: its cancel would arrive first");
    d.carry(&key);
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn a_cancel_without_an_answer_is_looked_for() {
    let mut d = desk();
    d.work("b enter");
    d.keys("x").after(3_000);
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
}

#[test]
fn a_cancel_that_came_too_late_says_what_filled() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    d.fill(&key, "0001.01", 100, "187.20").hold(AAPL, "AAPL", 100);
    d.broker(Event::OrderError { order_id: 32, code: 10148, text: "state: Filled".into() });
    assert_eq!(d.order(&key).state, OrderState::Filled);
    d.assert_said("#32 filled before the cancel arrived (10148). AAPL long 100.");
}

#[test]
fn big_x_cancels_entries_and_again_within_three_seconds_exits() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    let entry = d.work("b enter");
    let exit = d.work("s enter");
    d.keys("X");
    assert_eq!(d.cancels(), [entry]);
    d.assert_said("Cancelling 1 entry of AAPL. X again within 3 s cancels its 1 exit too.");
    d.keys("X");
    assert_eq!(d.cancels(), [exit]);
}

#[test]
fn big_x_after_three_seconds_is_a_first_press_again() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.work("s enter");
    d.keys("X").after(3_001).keys("X");
    assert!(d.cancels().is_empty());
}

#[test]
fn big_x_leaves_other_symbols_alone() {
    let mut d = desk();
    d.work("b enter");
    let other = d.work("j b enter");
    assert_eq!(d.order(&other).spec.con_id, MSFT);
    d.keys("X");
    assert_eq!(d.cancels(), [other]);
}

#[test]
fn kill_halts_drops_what_is_unsent_and_cancels_entries_but_keeps_exits() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    let entry = d.work("b enter");
    let exit = d.work("s enter");
    d.keys(r"ctrl-\");
    assert!(d.model.desk.halted);
    assert_eq!(d.sent(|c| *c == Command::DropUnsent), 1);
    assert_eq!(d.cancels(), [entry]);
    d.assert_said("HALT. Cancelling 1 entry, 1 exit kept.");
    d.keys(r"ctrl-\");
    assert_eq!(d.cancels(), [exit]);
}

#[test]
fn kill_works_from_every_overlay_and_field_and_after_a_prefix() {
    for before in [":", "/", "?", "!", "b", "b 2", "b @", "g", "o"] {
        let mut d = desk();
        d.keys(before).keys(r"ctrl-\");
        assert!(d.model.desk.halted, "after {before}");
    }
    let mut d = super::live_desk();
    d.keys("b enter f12");
    assert!(d.model.desk.halted, "in the confirmation");
}

#[test]
fn a_held_kill_key_does_not_take_the_exits() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.work("s enter");
    d.keys(r"ctrl-\").after(500).key(r"ctrl-\", true);
    assert!(d.cancels().is_empty());
}

#[test]
fn ctrl_k_kills_outside_text_and_deletes_inside() {
    let mut d = desk();
    d.keys("b 2 5").keys("home ctrl-k");
    assert!(!d.model.desk.halted);
    assert_eq!(d.staged().typing.as_ref().unwrap().value(), "");
    d.keys("esc esc ctrl-k");
    assert!(d.model.desk.halted);
}

#[test]
fn kill_without_a_link_says_that_the_orders_still_work() {
    let mut d = desk();
    let key = d.work("b enter");
    d.lose_link();
    d.keys(r"ctrl-\");
    d.assert_said("NOT SENT: 1 order");
    d.broker(Event::CancelNotSent { key: key.clone(), why: "not connected".into(), queued: true });
    assert!(d.order(&key).state.is_live());
}

#[test]
fn a_cancel_the_sender_refuses_is_not_shown_as_under_way_for_long() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    d.broker(Event::CancelNotSent { key: key.clone(), why: "the queue is full".into(), queued: false });
    d.assert_said("NOT SENT: #32");
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.after(10).broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    assert_eq!(d.order(&key).state, OrderState::Working);
}

#[test]
fn ctrl_c_leaves_at_once_when_nothing_works() {
    let mut d = desk();
    d.keys("ctrl-c");
    assert!(d.quits());
}

#[test]
fn ctrl_c_asks_while_orders_work_and_esc_stays() {
    let mut d = desk();
    d.work("b enter");
    d.keys("ctrl-c");
    assert!(matches!(d.model.overlay, Some(Overlay::Quit)));
    d.keys("enter y");
    assert!(!d.quits(), "only the key that asked answers");
    d.keys("esc");
    assert!(d.model.overlay.is_none());
    d.keys("ctrl-c ctrl-c");
    assert!(d.quits());
    assert!(d.cancels().is_empty());
}

#[test]
fn x_in_the_quit_box_cancels_day_entries_and_leaves_once_they_are_answered() {
    let mut d = desk();
    let day = d.work("b enter");
    let gtc = d.work("b i t enter");
    d.keys("ctrl-c x");
    assert_eq!(d.cancels(), std::slice::from_ref(&day));
    assert!(!d.quits());
    d.status(&day, BrokerStatus::Cancelled, 0);
    assert!(d.quits());
    assert_eq!(d.order(&gtc).state, OrderState::Working);
}

#[test]
fn leaving_does_not_wait_for_ever() {
    let mut d = desk();
    d.work("b enter");
    d.keys("ctrl-c x").after(2_000);
    assert!(d.quits());
}

#[test]
fn the_process_being_told_to_end_ends() {
    let mut d = desk();
    d.tell(Msg::Signalled(crate::app::msg::Signal::Terminate));
    assert!(d.quits());
    assert_eq!(CLIENT, d.model.desk.client_id);
}

/// The desk of the next run: the journal remembers what works, the broker has not been reached yet.
fn reborn(d: &super::Desk, key: &crate::domain::order::OrderKey) -> super::Desk {
    let mut next = super::Desk::unconnected(crate::domain::account::Mode::Paper);
    next.at = d.at;
    let live = vec![d.order(key).clone()];
    next.tell(Msg::Journal(JournalFact::Opened {
        run: 43,
        tag: "tw4k".into(),
        live,
        executions: Vec::new(),
        terms: Vec::new(),
        before: None,
        accepted: Vec::new(),
    }));
    next
}

#[test]
fn a_kill_before_the_first_connection_reaches_what_the_journal_remembers() {
    let mut d = desk();
    let key = d.work("b enter");
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    let mut d = reborn(&d, &key);
    d.keys(r"ctrl-\");
    d.assert_said("HALT. NOT SENT: 1 order");
    assert!(d.cancels().is_empty());
    d.connect("DU0000001", Snapshot { open, ..snapshot() });
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn a_kill_that_cannot_know_what_works_says_so() {
    let mut d = super::Desk::unconnected(crate::domain::account::Mode::Paper);
    d.keys(r"ctrl-\");
    d.assert_said("what works at the broker is not known");
    assert!(d.model.desk.halted);
}

#[test]
fn a_cancel_that_the_link_swallowed_is_sent_again_and_the_order_is_not_passed_over() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    assert_eq!(d.cancels().len(), 1);
    d.lose_link();
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.after(500).connect("DU0000001", Snapshot { open, ..snapshot() });
    assert!(d.model.notices.list.iter().any(|n| n.text.starts_with("NOT CANCELLED: buy 100 AAPL")));
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn a_cancel_that_the_broker_has_is_not_sent_again() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    d.cancels();
    d.lose_link();
    let open = vec![report_of(d.order(&key), BrokerStatus::Cancelling)];
    d.after(500).connect("DU0000001", Snapshot { open, ..snapshot() });
    assert!(d.cancels().is_empty());
}

#[test]
fn a_cancel_that_did_not_go_out_can_be_asked_for_again_at_once_and_kill_does_not_pass_it_over() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    d.cancels();
    d.broker(Event::CancelNotSent { key: key.clone(), why: "the queue is full".into(), queued: false });
    d.keys("x");
    assert_eq!(d.cancels(), std::slice::from_ref(&key));
    d.broker(Event::CancelNotSent { key: key.clone(), why: "the queue is full".into(), queued: false });
    d.keys(r"ctrl-\");
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn a_burst_does_not_lift_a_halt() {
    let mut d = desk();
    d.keys(r"ctrl-\").after(300).key("o", true).key("h", true);
    assert!(d.model.desk.halted);
    d.keys("o h");
    assert!(!d.model.desk.halted);
}

#[test]
fn a_cancel_of_another_client_is_not_taken_over_after_a_lost_link() {
    let mut d = desk();
    let mut report = super::fixture::foreign(5, AAPL, "AAPL", "187.00");
    report.status = BrokerStatus::Cancelling;
    d.broker(Event::Order(Box::new(report.clone())));
    d.lose_link();
    report.status = BrokerStatus::Working;
    d.after(500).connect("DU0000001", Snapshot { open: vec![report], ..snapshot() });
    assert!(d.cancels().is_empty());
    assert!(d.model.orders.cancel_wanted.is_empty());
}
