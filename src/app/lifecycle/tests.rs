//! Every state against every status, and every count at its boundary.

use super::*;
use crate::domain::order::OrderSpec;
use crate::domain::samples::{self, price};

const BEFORE: Stamp = Stamp::at(6);
const NOW: Stamp = Stamp::at(9);

/// The live states along their way, and the end a status can lead to.
const WAY: [OrderState; 5] =
    [OrderState::Sending, OrderState::Held, OrderState::Working, OrderState::Cancelling, OrderState::Cancelled];
const ENDS: [OrderState; 3] = [OrderState::Filled, OrderState::Cancelled, OrderState::Rejected];

fn q(n: i64) -> Qty {
    Qty::from(n)
}

fn spec(total: i64) -> OrderSpec {
    samples::buy(total, Some("187.20"))
}

fn order(state: OrderState, filled: i64, total: i64) -> Order {
    Order { filled: q(filled), ..samples::own("a", 7, spec(total), state) }
}

/// An order whose quantity is to become another one, unanswered.
fn changing(filled: i64, before: i64, total: i64) -> Order {
    Order { before_change: Some(Box::new(spec(before))), ..order(OrderState::Working, filled, total) }
}

fn said(status: BrokerStatus) -> Progress {
    Progress { status, filled: None, avg_fill: None }
}

fn after(from: OrderState, status: BrokerStatus, authority: Authority) -> OrderState {
    let filled = if from == OrderState::Filled { 100 } else { 0 };
    let mut order = order(from, filled, 100);
    let changed = advance(&mut order, said(status), authority, NOW);
    assert_eq!(changed, order.state != from, "{from:?} {status:?}");
    assert_eq!(order.changed_at, if changed { NOW } else { BEFORE }, "{from:?} {status:?}");
    order.state
}

#[test]
fn a_status_of_the_stream_leads_forward_alone_and_an_end_absorbs() {
    let words = [
        (BrokerStatus::Held, 1),
        (BrokerStatus::Inactive, 1),
        (BrokerStatus::Working, 2),
        (BrokerStatus::Filled, 2),
        (BrokerStatus::Cancelling, 3),
        (BrokerStatus::Cancelled, 4),
    ];
    for (status, place) in words {
        for (now, from) in WAY.into_iter().enumerate().take(4) {
            assert_eq!(after(from, status, Authority::Stream), WAY[now.max(place)], "{from:?} {status:?}");
        }
        assert_eq!(after(OrderState::Unknown, status, Authority::Stream), WAY[place], "any report ends UNKNOWN");
        for end in ENDS {
            assert_eq!(after(end, status, Authority::Stream), end, "{end:?} {status:?}");
        }
    }
}

#[test]
fn a_sync_has_the_last_word_on_what_lives_and_alone_revives() {
    let words = [
        (BrokerStatus::Held, OrderState::Held),
        (BrokerStatus::Inactive, OrderState::Held),
        (BrokerStatus::Working, OrderState::Working),
        (BrokerStatus::Filled, OrderState::Working),
        (BrokerStatus::Cancelling, OrderState::Cancelling),
    ];
    for (status, to) in words {
        for from in WAY.into_iter().chain([OrderState::Unknown, OrderState::Rejected]) {
            assert_eq!(after(from, status, Authority::Sync), to, "{from:?} {status:?}");
        }
        assert_eq!(after(OrderState::Filled, status, Authority::Sync), OrderState::Filled, "all of it has filled");
    }
    for from in WAY.into_iter().chain([OrderState::Unknown]) {
        assert_eq!(after(from, BrokerStatus::Cancelled, Authority::Sync), OrderState::Cancelled, "{from:?}");
    }
    assert_eq!(after(OrderState::Rejected, BrokerStatus::Cancelled, Authority::Sync), OrderState::Rejected);
}

#[test]
fn a_status_that_is_not_known_says_only_that_the_order_has_arrived() {
    for authority in [Authority::Stream, Authority::Sync] {
        assert_eq!(after(OrderState::Sending, BrokerStatus::Other, authority), OrderState::Held);
        let others = [OrderState::Held, OrderState::Working, OrderState::Cancelling, OrderState::Unknown];
        for from in others.into_iter().chain(ENDS) {
            assert_eq!(after(from, BrokerStatus::Other, authority), from);
        }
    }
}

#[test]
fn a_report_changes_something_where_state_or_fills_do() {
    let mut order = order(OrderState::Working, 0, 100);
    let told = |order: &mut Order, n: i64| {
        let progress = Progress { status: BrokerStatus::Working, filled: Some(q(n)), avg_fill: Some(price("187.10")) };
        advance(order, progress, Authority::Stream, NOW)
    };
    assert!(told(&mut order, 40));
    assert_eq!((order.filled, order.avg_fill, order.changed_at), (q(40), Some(price("187.10")), BEFORE));
    assert!(!told(&mut order, 40));
    assert!(!told(&mut order, 30));
    assert!(told(&mut order, 100));
    assert_eq!((order.state, order.changed_at), (OrderState::Filled, NOW));
}

#[test]
fn the_word_filled_accepts_a_change_that_has_filled_whole() {
    let told = |order: &mut Order, status, n: i64| {
        advance(order, Progress { status, filled: Some(q(n)), avg_fill: None }, Authority::Stream, NOW);
        (order.state, order.spec.qty, order.before_change.is_some())
    };
    let less = || changing(0, 100, 50);
    assert_eq!(told(&mut less(), BrokerStatus::Filled, 50), (OrderState::Filled, q(50), false));
    assert_eq!(told(&mut less(), BrokerStatus::Working, 50), (OrderState::Working, q(50), true));
    assert_eq!(told(&mut less(), BrokerStatus::Filled, 49), (OrderState::Working, q(50), true));
}

#[test]
fn what_has_filled_grows_up_to_the_quantity_and_never_shrinks() {
    for (filled, total, grown, left) in [
        (0, 0, false, 0),
        (0, 1, true, 1),
        (40, 39, false, 40),
        (40, 40, false, 40),
        (40, 41, true, 41),
        (40, 100, true, 100),
        (40, 101, true, 100),
        (100, 101, false, 100),
    ] {
        let mut order = order(OrderState::Working, filled, 100);
        assert_eq!(book(&mut order, q(total), None), grown, "{total} after {filled}");
        assert_eq!(order.filled, q(left), "{total} after {filled}");
    }
}

#[test]
fn an_average_is_taken_with_a_fill_or_where_none_is_known() {
    let booked = |known: Option<Price>, total: i64, avg: Option<Price>| {
        let mut order = Order { avg_fill: known, ..order(OrderState::Working, 40, 100) };
        let grown = book(&mut order, q(total), avg);
        (grown, order.avg_fill)
    };
    assert_eq!(booked(None, 40, Some(price("187.10"))), (false, Some(price("187.10"))), "it was missing");
    assert_eq!(
        booked(Some(price("187.10")), 40, Some(price("187.15"))),
        (false, Some(price("187.10"))),
        "nothing has filled since"
    );
    assert_eq!(booked(Some(price("187.10")), 50, Some(price("187.15"))), (true, Some(price("187.15"))));
    assert_eq!(booked(Some(price("187.10")), 50, None), (true, Some(price("187.10"))), "what is known stays");
    assert_eq!(booked(Some(price("187.10")), 30, Some(price("187.15"))), (false, Some(price("187.10"))), "a late word");
    assert_eq!(booked(None, 30, Some(price("187.15"))), (false, None));
}

#[test]
fn more_fills_than_a_change_would_leave_prove_that_it_came_too_late() {
    let booked = |mut order: Order, total: i64| {
        book(&mut order, q(total), None);
        (order.spec.qty, order.filled, order.before_change.is_some())
    };
    assert_eq!(booked(changing(0, 100, 50), 50), (q(50), q(50), true), "either may be the true one");
    assert_eq!(booked(changing(0, 100, 50), 51), (q(100), q(51), false));
    assert_eq!(booked(changing(0, 50, 50), 51), (q(50), q(50), true), "a change of the price");
    assert_eq!(booked(changing(0, 20, 50), 51), (q(50), q(50), true), "a change that adds");
}

#[test]
fn an_order_is_complete_by_the_larger_of_its_quantities() {
    let settled = |mut order: Order, next| {
        let moved = settle(&mut order, next, NOW);
        assert_eq!(order.changed_at, if moved { NOW } else { BEFORE });
        (moved, order.state, order.before_change.is_some())
    };
    let working = OrderState::Working;
    assert_eq!(settled(order(working, 99, 100), working), (false, working, false));
    assert_eq!(settled(order(working, 100, 100), working), (true, OrderState::Filled, false));
    assert_eq!(settled(changing(50, 100, 50), working), (false, working, true));
    assert_eq!(settled(changing(100, 50, 100), working), (true, OrderState::Filled, false));
    assert_eq!(settled(changing(50, 50, 100), working), (false, working, true));
    assert_eq!(settled(order(working, 0, 0), working), (false, working, false), "nothing of nothing is not all");
    assert_eq!(settled(changing(10, 100, 50), OrderState::Cancelled), (true, OrderState::Cancelled, false));
    assert_eq!(settled(changing(10, 100, 50), OrderState::Cancelling), (true, OrderState::Cancelling, true));
}

#[test]
fn the_quantity_of_what_is_listed_as_filled_is_what_has_filled() {
    let resized = |mut order: Order, filled: i64| {
        let other = resize(&mut order, q(filled));
        (other, order.spec.qty, order.before_change.is_some())
    };
    let working = |filled| order(OrderState::Working, filled, 100);
    assert_eq!(resized(working(40), 60), (true, q(60), false));
    assert_eq!(resized(working(40), 40), (true, q(40), false));
    assert_eq!(resized(working(40), 39), (false, q(100), false), "fewer than are known");
    assert_eq!(resized(working(0), 0), (false, q(100), false));
    assert_eq!(resized(working(0), 1), (true, q(1), false));
    assert_eq!(resized(working(100), 100), (false, q(100), false), "it is that already");
    assert_eq!(resized(changing(0, 100, 50), 50), (false, q(50), false), "the change was taken");
    assert_eq!(resized(order(OrderState::Filled, 100, 100), 120), (true, q(120), false));
    for end in [OrderState::Cancelled, OrderState::Rejected] {
        assert_eq!(resized(order(end, 40, 100), 60), (false, q(100), false), "{end:?}");
    }
}

#[test]
fn codes_are_told_apart_at_the_edges_of_their_ranges() {
    let table: [(Verdict, &[i32]); 6] = [
        (Verdict::Cancelled, &[202]),
        (Verdict::CancelFailed, &[161, 10_148]),
        (Verdict::Disowned, &[10_147]),
        (Verdict::Remark, &[399, 404, 434, 2_100, 2_169, 10_311, 10_349]),
        (
            Verdict::Refused,
            &[
                104, 160, 162, 201, 203, 300, 398, 400, 403, 405, 433, 451, 460, 461, 10_020, 10_243, 10_326, 10_327,
                10_330,
            ],
        ),
        (
            Verdict::Unclear,
            &[
                -1, 0, 103, 204, 299, 435, 450, 452, 459, 462, 2_099, 2_170, 10_021, 10_146, 10_149, 10_310, 10_325,
                10_328, 10_329, 10_348, 10_350,
            ],
        ),
    ];
    for (verdict_of, codes) in table {
        for code in codes {
            assert_eq!(verdict(*code), verdict_of, "{code}");
        }
    }
}
