//! Incidents of real nights as scenarios of the desk: what the broker said, what the desk made of it. The number in each
//! test's comment is the incident's row in the reliability specification; those that need a wire or a process stand
//! in the adapter's tests (`broker::ib::tests`), in `tests/it` and in `tests/pty.rs`.

use std::time::Duration;

use super::desk::say;
use super::fixture::{AAPL, CLIENT, MSFT, execution_of, report_of, snapshot};
use super::{Desk, desk, price, qty};
use crate::app::effect::{Effect, Record};
use crate::app::model::Awaited;
use crate::app::protection::uncovered;
use crate::app::select;
use crate::broker::event::{BrokerStatus, OrderReport, Refusal, Snapshot, StatusReport};
use crate::broker::{Command, Event, Link};
use crate::domain::SafeText;
use crate::domain::account::AccountId;
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::order::{BrokerIds, OrderKey, OrderKind, OrderState};
use crate::domain::quote::{DataType, Quote, Truth};
use crate::money::Qty;

/// An order that has left and is not answered.
fn sent() -> (Desk, OrderKey) {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    d.carry(&key);
    d.effects.clear();
    (d, key)
}

fn error(d: &mut Desk, code: i32, text: &str) {
    d.broker(Event::OrderError { order_id: 32, code, text: text.into() });
}

/// Every notice so far, oldest first.
fn news(d: &Desk) -> Vec<&str> {
    d.model.notices.list.iter().map(|n| n.text.as_str()).collect()
}

fn told(d: &Desk, part: &str) -> bool {
    news(d).iter().any(|n| n.contains(part))
}

/// How many records of orders went to the journal.
fn recorded(d: &Desk) -> usize {
    d.effects.iter().filter(|e| matches!(e, Effect::Record(Record::Order(_)))).count()
}

/// The execution as the broker tells it with the order's running total.
fn counted(d: &Desk, key: &OrderKey, exec: &str, n: i64, total: i64) -> Event {
    let execution = execution_of(d.order(key), exec, n, "187.20");
    Event::Execution(Box::new(Execution { cum_qty: qty(total), avg_price: Some(price("187.20")), ..execution }))
}

/// Every state of the connection in which nothing may be sent.
fn not_ready() -> Vec<Link> {
    let why = Refusal { code: None, text: SafeText::new("closed") };
    vec![
        Link::Dialling { address: "127.0.0.1:7497".into(), attempt: 1, next_in: None, why: None },
        Link::Syncing { step: 2, of: 5, what: "completed".into() },
        Link::IbLost,
        Link::IbBack { data_kept: true },
        Link::IbBack { data_kept: false },
        Link::Mute,
        Link::Refused(why),
        Link::Ready {
            account: AccountId::new("DU0000001"),
            mode: crate::domain::account::Mode::Paper,
            read_only: true,
            client_id: CLIENT,
            next_order_id: 32,
            server_version: 226,
        },
    ]
}

/// A bracket at the broker: 100 bought at 187 with a stop and a target; the keys of all three.
fn bracket() -> (Desk, OrderKey, OrderKey, OrderKey) {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 sl 185.50 tp 190");
    d.keys("enter");
    let sent = d.placed_one();
    let (entry, stop, target) = (sent.key().clone(), sent.exits()[0].key.clone(), sent.exits()[1].key.clone());
    d.carry(&entry);
    for (key, id) in [(&stop, 33), (&target, 34)] {
        let ids = BrokerIds { client_id: CLIENT, order_id: id, perm_id: 0 };
        d.broker(Event::Sent { key: key.clone(), ids });
    }
    d.effects.clear();
    (d, entry, stop, target)
}

/// Row 1: it never arrived. It is looked for, said to be nowhere, and stays unknown: whether it lives the trader says, by a
/// cancel that the broker answers.
#[test]
fn an_order_that_never_arrived_stays_unknown_until_the_broker_disowns_it() {
    let (mut d, key) = sent();
    d.lose_link();
    for _ in 0..3 {
        d.after(15_000).connect("DU0000001", snapshot());
        assert_eq!(d.order(&key).state, OrderState::Unknown);
        d.lose_link();
    }
    d.after(1_000).connect("DU0000001", snapshot());
    assert!(d.placed().is_empty(), "it is never sent again");
    // The card of what changed while away, then the order that stays on the ticket until it is read.
    d.keys("esc esc x");
    assert_eq!(d.cancels(), std::slice::from_ref(&key));
    error(&mut d, 10147, "OrderId 32 that needs to be cancelled is not found.");
    d.after(20).broker(Event::Synced(Box::new(snapshot())));
    assert_eq!(d.order(&key).state, OrderState::Cancelled);
}

/// Row 2: it arrived and its answer did not. One order, under its old name.
#[test]
fn an_order_whose_answer_was_lost_comes_back_as_the_same_row() {
    let (mut d, key) = sent();
    d.lose_link();
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.after(4_000).connect("DU0000001", Snapshot { open, ..snapshot() });
    assert_eq!((d.order(&key).state, d.model.orders.all.len()), (OrderState::Working, 1));
    assert!(d.placed().is_empty());
}

/// Row 4: the id of a change is called a duplicate. The order lives on, the broker is asked, its terms are the true ones.
#[test]
fn a_duplicate_id_on_a_change_loses_neither_order_nor_terms() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("m up enter");
    assert_eq!(d.placed().len(), 1);
    d.carry(&key);
    error(&mut d, 103, "Duplicate order id");
    assert!(d.order(&key).state.is_live());
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    let mut open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    open[0].spec = *d.order(&key).before_change.clone().unwrap();
    d.after(10).broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    assert_eq!((d.order(&key).state, d.order(&key).spec.kind.limit()), (OrderState::Working, Some(price("187.20"))));
    assert!(d.placed().is_empty());
}

/// An order whose change left the first alive at the broker: its key and that of the second, as the stream or a SYNC tells it.
fn forked(by_sync: bool) -> (Desk, OrderKey, OrderKey) {
    let mut d = desk();
    let key = d.work("b enter");
    let first = report_of(d.order(&key), BrokerStatus::Working);
    assert_ne!(first.ids.perm_id, 0);
    // The second bears the same reference: it was sent as a change of the first.
    let mut fork = first.clone();
    (fork.ids.perm_id, fork.spec.qty) = (123_456, qty(60));
    d.effects.clear();
    if by_sync {
        d.after(10).keys("o u").after(10);
        d.broker(Event::Synced(Box::new(Snapshot { open: vec![fork, first], ..snapshot() })));
    } else {
        d.broker(Event::Order(Box::new(fork)));
    }
    let other = d.model.orders.all.keys().find(|k| **k != key).expect("the second is a row of its own").clone();
    (d, key, other)
}

/// Row 5: one id, two orders at the broker. Both are shown and rung for, each with its own terms and fills, and both can be
/// cancelled; neither can be changed.
#[test]
fn both_incarnations_of_a_forked_order_are_shown_fill_on_their_own_and_can_be_cancelled() {
    for by_sync in [false, true] {
        let (mut d, key, other) = forked(by_sync);
        assert!(told(&d, "CONFLICT: the broker has more than one order under #32"), "{:?}", news(&d));
        assert!(d.effects.contains(&Effect::Bell));
        assert_eq!((d.order(&key).spec.qty, d.order(&other).spec.qty), (qty(100), qty(60)));
        assert!(d.order(&key).state.is_live() && d.order(&other).state.is_live());
        let mut fill = execution_of(d.order(&other), "0001.01", 40, "187.20");
        fill.order_ref = key.as_str().into();
        d.broker(Event::Execution(Box::new(fill)));
        assert_eq!((d.order(&key).filled, d.order(&other).filled), (Qty::ZERO, qty(40)));
        d.effects.clear();
        d.keys("7 m");
        assert!(d.model.panes.ticket.staged.is_none());
        d.assert_said("#32 is more than one order at the broker");
        d.keys("1 X");
        let mut cancelled = d.cancels();
        cancelled.sort();
        let mut both = vec![key, other];
        both.sort();
        assert_eq!(cancelled, both);
    }
}

/// Row 5: of two orders under one id the broker cancels one, and names it by the id alone. Neither is taken for ended until
/// the permanent id says which.
#[test]
fn a_word_about_the_id_of_a_forked_order_ends_neither_of_the_two() {
    for code in [202, 201, 10147] {
        let (mut d, key, other) = forked(false);
        d.keys("X");
        d.effects.clear();
        error(&mut d, code, "Order Canceled - reason:");
        assert_eq!((d.order(&key).state, d.order(&other).state), (OrderState::Cancelling, OrderState::Cancelling));
        assert_eq!(d.sent(|c| *c == Command::Resync), 1, "{code}");
        d.status(&key, BrokerStatus::Cancelled, 0);
        assert_eq!((d.order(&key).state, d.order(&other).state), (OrderState::Cancelled, OrderState::Cancelling));
        // The other one is alone under the id from here on.
        error(&mut d, 202, "Order Canceled - reason:");
        assert_eq!(d.order(&other).state, OrderState::Cancelled);
    }
}

/// Rows 5, 10 of the invariants: the whole matrix of what sends, in every state in which nothing may go.
#[test]
fn in_no_state_but_ready_does_any_key_send_an_order_or_a_change() {
    for link in not_ready() {
        for keys in
            ["b enter", "b t enter", "s enter", "b k enter", "m up enter", "m h enter", "+", "-", "Z enter", "V enter"]
        {
            let mut d = desk();
            d.hold(AAPL, "AAPL", 100);
            d.work("b enter");
            d.broker(Event::Link(link.clone()));
            d.keys(keys).after(2_000);
            assert!(d.placed().is_empty(), "{link:?}: {keys} sent");
        }
    }
}

/// Row 6: 10349 says that a preset changed the time in force. It is no cancel; the order fills; nothing is sent again.
#[test]
fn a_word_about_the_time_in_force_is_no_cancel_and_the_fill_comes() {
    let (mut d, key) = sent();
    error(&mut d, 10349, "Order TIF was set to DAY based on order preset.");
    assert_eq!(d.order(&key).state, OrderState::Sending);
    d.report(&key, BrokerStatus::Working);
    d.fill(&key, "0001.01", 100, "187.20");
    assert_eq!(d.order(&key).state, OrderState::Filled);
    assert!(d.placed().is_empty());
}

/// Row 7: whatever the connection says of itself, a fill is a fill.
#[test]
fn a_fill_counts_in_every_state_of_the_connection() {
    for link in not_ready() {
        let mut d = desk();
        let key = d.work("b enter");
        d.broker(Event::Link(link.clone()));
        d.fill(&key, "0001.01", 60, "187.20");
        assert_eq!(d.order(&key).filled, qty(60), "{link:?}");
        assert!(d.effects.iter().any(|e| matches!(e, Effect::Record(Record::Execution(_)))), "{link:?}");
    }
}

/// Row 9: the broker tells days again that were told before, across a midnight. Each fill counts once.
#[test]
fn fills_that_are_told_again_after_midnight_count_once() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "0001.01", 30, "187.20");
    d.lose_link();
    d.after(14 * 3_600_000);
    let order = d.order(&key).clone();
    let executions = vec![execution_of(&order, "0001.01", 30, "187.20"), execution_of(&order, "0002.01", 20, "187.20")];
    let open = vec![OrderReport { filled: Some(qty(50)), ..report_of(&order, BrokerStatus::Working) }];
    d.connect("DU0000001", Snapshot { open, executions, ..snapshot() });
    assert_eq!((d.order(&key).filled, d.model.orders.executions.len()), (qty(50), 2));
}

/// Row 10: a market order may fill without a word of status.
#[test]
fn executions_alone_fill_an_order() {
    let (mut d, key) = sent();
    d.fill(&key, "0001.01", 40, "187.20");
    assert_eq!((d.order(&key).state, d.order(&key).filled), (OrderState::Working, qty(40)));
    d.fill(&key, "0002.01", 60, "187.20");
    assert_eq!(d.order(&key).state, OrderState::Filled);
    d.after(5_000);
    assert_eq!(d.order(&key).state, OrderState::Filled, "nothing is waited for any more");
}

/// Row 11: the fill is quicker than the journal's own answer, and than the broker's acknowledgement.
#[test]
fn a_fill_that_overtakes_every_acknowledgement_finds_its_order() {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    let mut fill = execution_of(d.order(&key), "0001.01", 100, "187.20");
    fill.ids = BrokerIds { client_id: CLIENT, order_id: 32, perm_id: 9_032 };
    d.broker(Event::Execution(Box::new(fill)));
    assert_eq!(d.order(&key).state, OrderState::Filled);
    d.carry(&key);
    d.status(&key, BrokerStatus::Held, 0).report(&key, BrokerStatus::Working);
    assert_eq!(d.order(&key).state, OrderState::Filled);
    assert!(d.placed().is_empty());
}

/// Row 12: what was open before the fill is told after it.
#[test]
fn an_open_order_told_after_its_fill_takes_nothing_back() {
    let (mut d, key) = sent();
    d.fill(&key, "0001.01", 100, "187.20");
    for status in [BrokerStatus::Held, BrokerStatus::Working, BrokerStatus::Cancelled] {
        d.report(&key, status).status(&key, status, 0);
        assert_eq!((d.order(&key).state, d.order(&key).filled), (OrderState::Filled, qty(100)), "{status:?}");
    }
}

/// Row 13: the same status three times is one change: one record, one line of news.
#[test]
fn a_status_told_three_times_is_recorded_and_said_once() {
    let (mut d, key) = sent();
    for _ in 0..3 {
        d.status(&key, BrokerStatus::Working, 0);
    }
    assert_eq!(recorded(&d), 1);
    assert_eq!(news(&d).iter().filter(|n| n.starts_with("working")).count(), 1);
}

/// Row 15: a correction of size and price replaces the fill, in whichever order the two are told, and the order's average
/// follows.
#[test]
fn a_corrected_fill_replaces_the_first_in_either_order() {
    for execs in [["0001.01", "0001.02"], ["0001.02", "0001.01"]] {
        let (mut d, key) = sent();
        for exec in execs {
            let (n, at) = if exec == "0001.02" { (60, "187.10") } else { (40, "187.20") };
            d.fill(&key, exec, n, at);
        }
        let known: Vec<_> = d.model.orders.executions.values().map(|e| (e.qty, e.price)).collect();
        assert_eq!(known, [(qty(60), price("187.10"))], "{execs:?}");
        assert_eq!(d.order(&key).filled, qty(60));
    }
}

/// Row 17: the same fill under two ids. The order's running total does not move, and that is the evidence.
#[test]
fn a_fill_under_a_second_id_is_no_second_fill_and_rings() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    for event in [counted(&d, &key, "0001.01", 30, 30), counted(&d, &key, "0099.01", 30, 30)] {
        d.broker(event);
    }
    assert_eq!(d.order(&key).filled, qty(30), "the broker's own total is 30");
    assert!(told(&d, "CONFLICT: #32"), "{:?}", news(&d));
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    let next = counted(&d, &key, "0100.01", 20, 50);
    d.broker(next);
    assert_eq!(d.order(&key).filled, qty(50));
}

/// Row 17's other side: fills that come out of order, and those told without a total, are no conflict.
#[test]
fn fills_out_of_order_or_without_a_total_are_no_conflict() {
    let (mut d, key) = sent();
    for event in [counted(&d, &key, "0002.01", 30, 60), counted(&d, &key, "0001.01", 30, 30)] {
        d.broker(event);
    }
    d.fill(&key, "0003.01", 10, "187.20");
    assert_eq!(d.order(&key).filled, qty(70));
    assert!(!told(&d, "CONFLICT"), "{:?}", news(&d));
}

/// Row 18: the fill is shown at once, its cost when it comes.
#[test]
fn a_fill_does_not_wait_for_its_commission() {
    let (mut d, key) = sent();
    d.fill(&key, "0001.01", 100, "187.20");
    assert_eq!(d.order(&key).state, OrderState::Filled);
    d.assert_said("filled 100 AAPL @ 187.20");
    assert_eq!(d.model.orders.executions[0].commission, None, "unknown, not nothing");
    d.after(90_000);
    let commission = Commission { amount: "1.00".parse().unwrap(), currency: "USD".into(), realized: None };
    d.broker(Event::Commission { exec_id: ExecId("0001.01".into()), commission: commission.clone() });
    assert_eq!(d.model.orders.executions[0].commission, Some(commission));
}

/// Row 20: between the cancel and its refusal the order fills. Every share counts, and the broker is asked what is left.
#[test]
fn an_order_under_cancel_takes_fills_and_a_refused_cancel_asks() {
    for code in [161, 10148] {
        let mut d = desk();
        let key = d.work("b enter");
        d.keys("x");
        d.effects.clear();
        d.fill(&key, "0001.01", 40, "187.20");
        assert_eq!((d.order(&key).state, d.order(&key).filled), (OrderState::Cancelling, qty(40)));
        error(&mut d, code, "Cancel attempted when order is not in a cancellable state");
        assert_eq!(d.sent(|c| *c == Command::Resync), 1, "{code}");
        assert!(d.order(&key).state.is_live(), "{code}");
    }
}

/// Row 22: an id that the broker does not know is not an order that was cancelled.
#[test]
fn a_cancel_of_an_unknown_id_leaves_the_order_unknown_and_a_listing_brings_it_back() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("x");
    d.effects.clear();
    error(&mut d, 10147, "OrderId 32 that needs to be cancelled is not found.");
    assert_eq!(d.order(&key).state, OrderState::Unknown);
    assert_eq!(d.sent(|c| *c == Command::Resync), 1);
    let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
    d.after(20).broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    assert_eq!(d.order(&key).state, OrderState::Working);
}

/// Row 24: each code that refuses a change leaves the order alive under its old terms.
#[test]
fn a_refused_change_is_never_taken_for_the_end_of_the_order() {
    for code in [104, 105, 110, 321, 329] {
        let mut d = desk();
        let key = d.work("b enter");
        d.keys("m up enter");
        assert_eq!(d.placed().len(), 1);
        d.carry(&key);
        error(&mut d, code, "refused");
        let order = d.order(&key);
        assert_eq!((order.state, order.spec.kind), (OrderState::Working, OrderKind::Limit(price("187.20"))), "{code}");
        assert!(order.before_change.is_none());
        assert!(told(&d, "the change was refused"), "{code}");
    }
}

/// Row 25: until the broker confirms a change, what is wanted and what is confirmed are two things.
#[test]
fn an_unconfirmed_change_keeps_what_was_confirmed_beside_it() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("m up enter");
    assert_eq!(d.placed().len(), 1);
    d.carry(&key);
    let wanted = d.order(&key).spec.kind;
    // After hours the broker goes on telling the old terms.
    let mut old = report_of(d.order(&key), BrokerStatus::Held);
    old.spec = *d.order(&key).before_change.clone().unwrap();
    d.broker(Event::Order(Box::new(old)));
    let order = d.order(&key);
    assert_eq!(order.before_change.as_ref().map(|b| b.kind), Some(OrderKind::Limit(price("187.20"))));
    assert_eq!((order.spec.kind, wanted), (wanted, OrderKind::Limit(price("187.21"))));
    assert_eq!(d.model.orders.waits.get(&key).map(|w| w.what), Some(Awaited::Change));
}

/// Row 26: 202 is known by its number; the words are the gateway's language.
#[test]
fn a_cancel_is_known_by_its_code_in_any_language() {
    let (mut d, key) = sent();
    d.report(&key, BrokerStatus::Working);
    error(&mut d, 202, "订单已取消 - 原因：");
    assert_eq!(d.order(&key).state, OrderState::Cancelled);
    d.assert_said("cancelled by the broker");
}

/// Rows 27, 35: codes that come instead of any status end the order, with their reason.
#[test]
fn a_refusal_that_is_only_an_error_ends_the_order_with_its_reason() {
    for code in [110, 200, 201, 203, 321, 382, 383, 460] {
        let (mut d, key) = sent();
        error(&mut d, code, "the reason");
        assert_eq!(d.order(&key).state, OrderState::Rejected, "{code}");
        d.assert_said("REJECTED buy 100 AAPL lmt 187.20: the reason");
        d.after(10_000);
        assert!(d.placed().is_empty());
    }
}

/// Row 28: a refusal and then `Inactive` is one refusal; `Inactive` alone may come alive.
#[test]
fn inactive_after_a_refusal_does_not_revive_it() {
    let (mut d, key) = sent();
    error(&mut d, 201, "Order rejected - reason: no shares");
    d.status(&key, BrokerStatus::Inactive, 0).report(&key, BrokerStatus::Inactive);
    assert_eq!(d.order(&key).state, OrderState::Rejected);
    let (mut d, key) = sent();
    d.status(&key, BrokerStatus::Inactive, 0);
    d.after(60_000);
    assert_eq!(d.order(&key).state, OrderState::Held, "dormant, and not forgotten");
}

/// Rows 30 to 33: warnings leave the order alive and stay with it; what holds it is said.
#[test]
fn warnings_stay_with_a_living_order() {
    for (code, text) in [
        (399, "Warning: your order will not be placed at the exchange until 2026-11-23 09:30:00 US/Eastern"),
        (399, "Warning: the limit price is capped at 187.10"),
        (404, "Shares for this order are not immediately available for short sale."),
        (2109, "Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored"),
        (10311, "This order will be directly routed."),
    ] {
        let (mut d, key) = sent();
        error(&mut d, code, text);
        d.status(&key, BrokerStatus::Held, 0);
        assert_eq!(d.order(&key).state, OrderState::Held, "{code}");
        assert_eq!(d.order(&key).remark, Some((code, text.into())));
        assert!(told(&d, text), "{code}");
    }
}

/// Row 33: why a short sale waits is IB's word of one status.
#[test]
fn an_order_that_waits_for_a_locate_says_so() {
    let (mut d, key) = sent();
    let held = StatusReport {
        ids: d.order(&key).ids,
        status: BrokerStatus::Held,
        filled: Qty::ZERO,
        remaining: qty(100),
        avg_fill: None,
        why_held: Some("locate".into()),
        cap: None,
    };
    d.broker(Event::Status(held));
    assert_eq!(d.order(&key).state, OrderState::Held);
    assert_eq!(d.order(&key).remark.as_ref().map(|(_, t)| t.as_str()), Some("locate"));
}

/// Row 34: of a code that nobody knows nothing is concluded; the broker is asked.
#[test]
fn an_unknown_code_changes_nothing_and_asks() {
    let mut d = desk();
    let key = d.work("b enter");
    for code in [10_500, 10_999, 99_999, -3] {
        d.effects.clear();
        error(&mut d, code, "something new");
        assert_eq!(d.order(&key).state, OrderState::Working, "{code}");
        assert_eq!(d.sent(|c| *c == Command::Resync), 1, "{code}");
        d.after(10).report(&key, BrokerStatus::Working);
        let open = vec![report_of(d.order(&key), BrokerStatus::Working)];
        d.broker(Event::Synced(Box::new(Snapshot { open, ..snapshot() })));
    }
}

/// Row 37: the link breaks between parent and last child. What is there is shown, what is not is unknown, nothing is sent.
#[test]
fn a_bracket_cut_in_the_middle_is_told_apart_and_nothing_is_completed_by_itself() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 sl 185.50 tp 190");
    d.keys("enter");
    let sent = d.placed_one();
    let (entry, stop) = (sent.key().clone(), sent.exits()[0].key.clone());
    d.carry(&entry);
    d.lose_link();
    assert_eq!(d.order(&entry).state, OrderState::Unknown);
    let open = vec![report_of(d.order(&entry), BrokerStatus::Held)];
    d.after(4_000).connect("DU0000001", Snapshot { open, ..snapshot() });
    assert_eq!((d.order(&entry).state, d.order(&stop).state), (OrderState::Held, OrderState::Unknown));
    assert!(d.placed().is_empty());
    assert!(told(&d, "orders with unknown outcome"), "{:?}", news(&d));
}

/// Row 39: the entry fills and its stop was refused. That is an alarm, not a line of news.
#[test]
fn an_entry_that_fills_while_its_stop_was_refused_rings() {
    // Refused after the fill: the position loses the stop it had.
    let (mut d, entry, stop, _) = bracket();
    for key in [&entry, &stop] {
        d.report(key, BrokerStatus::Working);
    }
    d.fill(&entry, "0001.01", 100, "187.00").hold(AAPL, "AAPL", 100);
    assert_eq!(uncovered(&d.model, AAPL), Qty::ZERO);
    d.effects.clear();
    d.status(&stop, BrokerStatus::Cancelled, 0);
    assert!(told(&d, "UNPROTECTED: AAPL long 100, 100 without a stop."), "{:?}", news(&d));
    assert!(d.effects.contains(&Effect::Bell));
    // Refused before it: the position never had the stop that was sent for it.
    let (mut d, entry, stop, _) = bracket();
    d.report(&entry, BrokerStatus::Working);
    d.effects.clear();
    d.broker(Event::OrderError { order_id: 33, code: 201, text: "Order rejected".into() });
    assert_eq!(d.order(&stop).state, OrderState::Rejected);
    assert!(told(&d, "UNPROTECTED: the stop #33 of #32 was refused"), "{:?}", news(&d));
    assert!(d.effects.contains(&Effect::Bell));
    d.effects.clear();
    d.fill(&entry, "0001.01", 100, "187.00").hold(AAPL, "AAPL", 100);
    assert!(told(&d, "UNPROTECTED: #32 filled 100 AAPL and its stop #33 was refused."), "{:?}", news(&d));
    assert!(d.effects.contains(&Effect::Bell));
}

/// Row 40: both legs of one group fill. Each fill is true; the position has turned around, and that rings.
#[test]
fn a_group_of_which_both_legs_fill_rings() {
    let (mut d, entry, stop, target) = bracket();
    for key in [&entry, &stop, &target] {
        d.report(key, BrokerStatus::Working);
    }
    d.fill(&entry, "0001.01", 100, "187.00").hold(AAPL, "AAPL", 100);
    d.fill(&target, "0002.01", 100, "190.00").hold(AAPL, "AAPL", 0);
    d.effects.clear();
    d.fill(&stop, "0003.01", 100, "185.50").hold(AAPL, "AAPL", -100);
    assert_eq!((d.order(&stop).filled, d.order(&target).filled), (qty(100), qty(100)));
    assert!(told(&d, "CONFLICT"), "{:?}", news(&d));
    assert!(d.effects.contains(&Effect::Bell));
    assert_eq!(select::held(&d.model, AAPL), Some(qty(-100)));
}

/// Row 41: cancels pass without IB's servers, and are answered after.
#[test]
fn without_ibs_servers_a_cancel_goes_out_and_stays_unconfirmed() {
    let mut d = desk();
    let key = d.work("b enter");
    d.broker(Event::Link(Link::IbLost));
    d.keys("x");
    assert_eq!(d.cancels(), std::slice::from_ref(&key));
    assert_eq!(d.order(&key).state, OrderState::Cancelling);
    d.after(3_000);
    assert_eq!(d.order(&key).state, OrderState::Cancelling, "no answer is no end");
}

/// Row 44: the loss of IB's servers ends with the connection that told it.
#[test]
fn a_new_connection_does_not_inherit_the_loss_of_ibs_servers() {
    let mut d = desk();
    d.broker(Event::Link(Link::IbLost));
    d.lose_link();
    d.after(4_000).connect("DU0000001", snapshot());
    d.quote(AAPL, "187.20", "187.22");
    d.broker(Event::Heartbeat { round_trip: Duration::from_millis(1) });
    assert!(select::truth(&d.model, AAPL).is_live());
    d.keys("b enter");
    assert_eq!(d.placed().len(), 1);
}

/// Row 46: a farm that flaps twenty times costs nothing but the age of its rows.
#[test]
fn a_flapping_farm_asks_for_nothing_and_breaks_nothing() {
    let mut d = desk();
    for _ in 0..20 {
        d.broker(Event::Notice { code: 2103, text: "Market data farm connection is broken:usfarm".into() })
            .after(7_000);
        d.broker(Event::Notice { code: 2104, text: "Market data farm connection is OK:usfarm".into() }).after(7_000);
    }
    assert_eq!(d.sent(|_| true), 0);
    assert!(select::is_current(&d.model));
    assert!(d.model.desk.farms_gone.is_empty());
}

/// Rows 48, 50, 51: what is not live is marked by its kind and prices no market order.
#[test]
fn quotes_that_are_not_live_price_no_market_order() {
    for (data_type, truth) in [
        (DataType::Delayed, Truth::Delayed),
        (DataType::DelayedFrozen, Truth::Delayed),
        (DataType::Frozen, Truth::Frozen),
    ] {
        let mut d = desk();
        let quote = Quote { data_type, ..d.model.market.quotes[&AAPL].clone() };
        d.broker(Event::Quotes(vec![(AAPL, quote)]));
        assert_eq!(select::truth(&d.model, AAPL), truth);
        d.keys("b k enter");
        assert!(d.placed().is_empty(), "{data_type:?}");
    }
    let mut d = desk();
    let refused = Some((10197, SafeText::new("No market data during competing live session")));
    d.broker(Event::Quotes(vec![(AAPL, Quote { refused, ..Quote::default() })]));
    assert_eq!(select::truth(&d.model, AAPL), Truth::Absent);
    d.keys("b k enter");
    assert!(d.placed().is_empty());
}

/// Row 52: sides that are absent, without size, or crossed make no middle and no market order.
#[test]
fn a_market_without_two_sides_has_no_middle_and_takes_no_market_order() {
    let whole = |d: &Desk| d.model.market.quotes[&AAPL].clone();
    let torn: [fn(Quote) -> Quote; 3] = [
        |q| Quote { bid: None, bid_size: None, ..q },
        |q| Quote { ask: None, ask_size: None, ..q },
        |q| Quote { bid: q.ask, ask: q.bid, ..q },
    ];
    for tear in torn {
        let mut d = desk();
        let quote = tear(whole(&d));
        assert!(!quote.is_two_sided());
        d.broker(Event::Quotes(vec![(AAPL, quote)]));
        d.keys("b k enter");
        assert!(d.placed().is_empty());
    }
}

/// Row 58: a word about the pace belongs to no order and ends none.
#[test]
fn a_word_about_the_pace_ends_no_order() {
    let mut d = desk();
    let key = d.work("b enter");
    error(&mut d, 100, "Max rate of messages per second has been exceeded");
    assert_eq!(d.order(&key).state, OrderState::Working);
    d.broker(Event::Notice { code: 100, text: "Max rate of messages per second has been exceeded".into() });
    assert_eq!(d.order(&key).state, OrderState::Working);
    assert!(d.placed().is_empty());
}

/// Rows 61, 63: orders without an id of ours, or with our id under another client, are rows of their own.
#[test]
fn orders_by_hand_and_of_other_clients_never_share_a_row_with_ours() {
    let mut d = desk();
    let key = d.work("b enter");
    let mine = d.order(&key).clone();
    for (client_id, order_id, perm_id) in [(0, 0, 71), (0, -2, 72), (7, 32, 73), (0, 0, 74)] {
        let ids = BrokerIds { client_id, order_id, perm_id };
        let report = OrderReport { ids, order_ref: SafeText::default(), ..report_of(&mine, BrokerStatus::Working) };
        d.broker(Event::Order(Box::new(report.clone()))).broker(Event::Order(Box::new(report)));
    }
    assert_eq!(d.model.orders.all.len(), 5);
    for (client_id, order_id, perm_id) in [(0, 0, 71), (7, 32, 73)] {
        let ids = BrokerIds { client_id, order_id, perm_id };
        let fill = Execution { ids, order_ref: SafeText::default(), ..execution_of(&mine, "0001.01", 10, "187.20") };
        d.broker(Event::Execution(Box::new(Execution {
            exec_id: ExecId(format!("{perm_id}.01").as_str().into()),
            ..fill
        })));
    }
    assert_eq!(d.order(&key).filled, Qty::ZERO, "a fill of somebody else's order is not ours");
    assert_eq!(d.model.orders.all[&OrderKey::foreign(71)].filled, qty(10));
    assert_eq!(d.model.orders.all[&OrderKey::foreign(73)].filled, qty(10));
}

/// Row 62: changed and cancelled in TWS, without a word from here.
#[test]
fn what_is_done_to_an_order_elsewhere_is_adopted_and_said() {
    let mut d = desk();
    let key = d.work("b enter");
    let mut report = report_of(d.order(&key), BrokerStatus::Working);
    report.spec.qty = qty(60);
    d.broker(Event::Order(Box::new(report)));
    assert_eq!(d.order(&key).spec.qty, qty(60));
    d.status(&key, BrokerStatus::Cancelled, 0);
    d.assert_said("cancelled by the broker");
}

/// Row 64: a completed order has neither reference nor quantity; it is found by its permanent id.
#[test]
fn a_completed_order_is_found_by_its_permanent_id() {
    let mut d = desk();
    let key = d.work("b enter");
    let mut done = report_of(d.order(&key), BrokerStatus::Cancelled);
    (done.order_ref, done.spec.qty, done.ids.order_id) = (SafeText::default(), Qty::ZERO, 0);
    d.after(10).keys("o u").broker(Event::Synced(Box::new(Snapshot { completed: vec![done], ..snapshot() })));
    assert_eq!((d.order(&key).state, d.model.orders.all.len()), (OrderState::Cancelled, 1));
    assert_eq!(d.order(&key).spec.qty, qty(100));
}

/// Row 64's other side: the order was made smaller, the word of that was lost, and it filled.
#[test]
fn an_order_that_completed_at_a_smaller_size_than_known_here_has_ended() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "0001.01", 50, "187.20");
    d.keys("x");
    let done = OrderReport { filled: Some(qty(50)), ..report_of(d.order(&key), BrokerStatus::Filled) };
    d.after(10).keys("o u").broker(Event::Synced(Box::new(Snapshot { completed: vec![done], ..snapshot() })));
    assert_eq!((d.order(&key).state, d.order(&key).spec.qty), (OrderState::Filled, qty(50)));
}

/// The order was made larger, the word of that was lost, and it filled.
#[test]
fn an_order_that_completed_at_a_larger_size_than_known_here_has_filled_all_of_it() {
    for before in [0, 50, 100] {
        let mut d = desk();
        let key = d.work("b enter");
        if before > 0 {
            d.fill(&key, "0001.01", before, "187.20");
        }
        let done = OrderReport { filled: Some(qty(150)), ..report_of(d.order(&key), BrokerStatus::Filled) };
        d.after(10).keys("o u").broker(Event::Synced(Box::new(Snapshot { completed: vec![done], ..snapshot() })));
        let order = d.order(&key);
        assert_eq!((order.state, order.spec.qty, order.filled), (OrderState::Filled, qty(150), qty(150)), "{before}");
    }
}

/// A completed order may come without what it has filled: its executions say that, not the size known here.
#[test]
fn an_order_that_completed_without_a_count_has_filled_what_its_executions_say() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "0001.01", 50, "187.20");
    let done = report_of(d.order(&key), BrokerStatus::Filled);
    d.after(10).keys("o u").broker(Event::Synced(Box::new(Snapshot { completed: vec![done], ..snapshot() })));
    let order = d.order(&key);
    assert_eq!((order.state, order.spec.qty, order.filled), (OrderState::Filled, qty(50), qty(50)));
}

/// Row 66: the position is the broker's; fills that it contains already are not added to it.
#[test]
fn a_position_is_never_counted_twice_after_a_restart() {
    let mut before = desk();
    let key = before.work("s enter");
    let order = before.order(&key).clone();
    let mut d = Desk::unconnected(crate::domain::account::Mode::Paper);
    let executions = vec![execution_of(&order, "0001.01", 1, "187.20")];
    let open = vec![OrderReport { filled: Some(qty(1)), ..report_of(&order, BrokerStatus::Working) }];
    let positions = vec![crate::broker::event::PositionReport {
        con_id: AAPL,
        symbol: "AAPL".into(),
        qty: qty(-1),
        avg_cost: None,
    }];
    d.connect("DU0000001", Snapshot { open, executions, positions, ..snapshot() });
    assert_eq!(select::held(&d.model, AAPL), Some(qty(-1)));
    assert_eq!(select::certain(&d.model, AAPL), Some(qty(-1)));
}

/// Row 67: until the broker has listed the positions, nothing is flat.
#[test]
fn without_an_answer_about_positions_nothing_is_flat() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.lose_link();
    d.broker(Event::Link(Link::Syncing { step: 4, of: 5, what: "positions".into() }));
    d.broker(Event::Notice { code: 0, text: "SYNC failed at positions: no complete answer in time".into() });
    assert_eq!(select::held(&d.model, AAPL), Some(qty(300)));
    let mut d = Desk::unconnected(crate::domain::account::Mode::Paper);
    d.broker(Event::Link(Link::Syncing { step: 4, of: 5, what: "positions".into() }));
    assert_eq!(select::held(&d.model, MSFT), None, "unknown is not zero");
}

/// Row 71: while the two clocks differ, no new order that says a time goes out; everything else does.
#[test]
fn while_the_clocks_differ_no_timed_order_leaves() {
    let timed = ["buy 100 AAPL 187 gtd 2026-12-01", "buy 100 AAPL 187 after 2026-12-01"];
    let mut d = desk();
    d.broker(Event::GatewayClock { ahead_ms: -2_000 });
    assert!(d.model.desk.clock_ahead.is_none(), "two seconds are in order");
    for ahead_ms in [2_400, -7_320_000] {
        let mut d = desk();
        d.broker(Event::GatewayClock { ahead_ms });
        assert!(told(&d, "CLOCK: the gateway's clock is"), "{:?}", news(&d));
        for sentence in timed {
            say(&mut d, sentence);
            d.keys("enter");
            assert!(d.placed().is_empty(), "{sentence}");
            d.keys("esc esc");
        }
        d.keys("b enter");
        assert_eq!(d.placed().len(), 1, "an order of the day says no time");
    }
    for sentence in timed {
        let mut d = desk();
        d.broker(Event::GatewayClock { ahead_ms: 9_000 }).broker(Event::GatewayClock { ahead_ms: 0 });
        say(&mut d, sentence);
        d.keys("enter");
        assert_eq!(d.placed().len(), 1, "{sentence}");
    }
}

/// Row 48: one banner for all lines that another session has taken.
#[test]
fn a_competing_session_is_one_word_until_the_data_is_back() {
    let mut d = desk();
    let refused = Some((10_197, SafeText::new("No market data during competing live session")));
    for id in [AAPL, MSFT] {
        d.broker(Event::Quotes(vec![(id, Quote { refused: refused.clone(), ..Quote::default() })]));
    }
    assert!(select::is_competing(&d.model));
    d.quote(AAPL, "187.20", "187.22");
    assert!(select::is_competing(&d.model), "one line is still taken");
    d.quote(MSFT, "414.02", "414.09");
    assert!(!select::is_competing(&d.model));
}

/// Row 72 and I2: whatever is said twice or in whatever order after the send, the order leaves once.
#[test]
fn no_answer_of_the_journal_or_the_sender_sends_a_second_time() {
    let (mut d, key) = sent();
    for _ in 0..3 {
        d.carry(&key);
        d.broker(Event::NotSent { key: key.clone(), why: "late".into() });
        d.lose_link();
        d.after(1_000).connect("DU0000001", snapshot());
    }
    assert!(d.placed().is_empty());
}
