//! Orders that wait for tests, and orders that tests cancel.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;

fn tested(request: OrderRequest, tests: &[Test], change: impl FnOnce(&mut Conditions)) -> OrderRequest {
    let mut conditions = Conditions { all: true, cancels: false, ignore_rth: true, tests: tests.to_vec() };
    change(&mut conditions);
    let terms = Terms { conditions: Some(conditions), ..request.terms.clone() };
    OrderRequest { terms, ..request }
}

/// A market order of this contract that waits for these tests.
fn waiting(tests: &[Test]) -> OrderRequest {
    tested(order(1, Action::Buy, 100, Kind::Market), tests, |_| {})
}

fn at(method: TriggerMethod, above: bool, text: &str) -> Test {
    Test::Price { con_id: TWO, method, above, price: price(text) }
}

fn last(above: bool, text: &str) -> Test {
    at(TriggerMethod::Last, above, text)
}

/// In which leaf, if in any, an order fills.
fn filled(script: &Script, request: &OrderRequest) -> Option<i64> {
    let mut venue = Venue::new(0, script);
    if !fills(&venue.place(MS, script, request.clone())).is_empty() {
        return Some(0);
    }
    (0..script.leaves.len() as i64).find(|leaf| !fills(&venue.step((leaf + 1) * LEAF - 1, script)).is_empty())
}

#[test]
fn an_order_waits_presubmitted_until_another_contract_has_traded_there() {
    let script = trading(10_000, 10_002, &[10_001, 10_001, 10_002]);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, waiting(&[last(true, "100.02")]));
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted"]);
    assert_eq!(words(&venue.step(2 * LEAF, &script)), [""; 0]);
    let events = venue.step(3 * LEAF - 1, &script);
    assert_eq!(words(&events)[..3], ["open:Submitted", "status:Submitted", "execution"]);
    assert_eq!(fills(&events), [(100, "100.02".into())]);
}

#[test]
fn each_test_looks_at_its_own_number() {
    use TriggerMethod::{BidAsk, DoubleBidAsk, DoubleLast, LastOrBidAsk, Midpoint};
    let mut script =
        quoting(&[(9_998, 10_000), (10_000, 10_002), (10_000, 10_002), (10_001, 10_003), (10_001, 10_003)]);
    for (leaf, price) in [(0, 9_999), (1, 10_001), (2, 10_001), (3, 10_003)] {
        script.leaves[leaf] = script.leaves[leaf].clone().print(100, price, 10);
    }
    let change =
        |above, percent: i64| Test::Change { con_id: TWO, above, percent: rust_decimal::Decimal::new(percent, 2) };
    let volume = |above, shares| Test::Volume { con_id: TWO, above, shares };
    let table = [
        (last(true, "100.01"), Some(1)),
        (last(false, "99.99"), Some(0)),
        (last(true, "100.04"), None),
        (at(DoubleLast, true, "100.01"), Some(2)),
        (at(BidAsk, true, "100.01"), Some(3)),
        (at(BidAsk, false, "100.00"), Some(0)),
        (at(DoubleBidAsk, true, "100.01"), Some(4)),
        (at(LastOrBidAsk, true, "100.01"), Some(1)),
        (at(Midpoint, true, "100.01"), Some(1)),
        (volume(true, 20), Some(1)),
        (volume(true, 31), Some(3)),
        (volume(false, 10), Some(0)),
        (change(true, 3), Some(3)),
        (change(false, -1), Some(0)),
        (Test::Time { after: true, at: 2 * LEAF + 1 }, Some(2)),
        (Test::Time { after: false, at: 2 * LEAF }, Some(0)),
        (Test::Time { after: false, at: 0 }, None),
        (Test::Cushion { above: true, percent: 90 }, Some(0)),
        (Test::Cushion { above: false, percent: 90 }, None),
    ];
    for (test, leaf) in table {
        assert_eq!(filled(&script, &waiting(&[test])), leaf, "{test:?}");
    }
}

#[test]
fn all_must_hold_at_one_moment_or_any() {
    let script = trading(10_000, 10_002, &[10_001, 10_002, 10_001, 10_002]);
    let late = Test::Time { after: true, at: 2 * LEAF + 1 };
    let both = [last(true, "100.02"), late];
    assert_eq!(filled(&script, &waiting(&both)), Some(3));
    let any = tested(order(1, Action::Buy, 100, Kind::Market), &both, |c| c.all = false);
    assert_eq!(filled(&script, &any), Some(1));
}

#[test]
fn an_execution_is_waited_for_and_remembered() {
    let script = trading(10_000, 10_002, &[10_001, 10_001, 10_002]);
    let mut venue = Venue::new(0, &script);
    let other = OrderRequest { con_id: TWO, ..order(1, Action::Buy, 10, Kind::Market) };
    venue.place(MS, &script, other.clone());
    let request = OrderRequest { order_id: 2, ..waiting(&[Test::Execution { con_id: TWO }, last(true, "100.02")]) };
    venue.place(2 * MS, &script, request);
    assert!(fills(&venue.step(LEAF, &script)).is_empty(), "what was before does not count");
    venue.place(LEAF + MS, &script, OrderRequest { order_id: 3, ..other });
    let events = venue.step(3 * LEAF - 1, &script);
    assert_eq!(fills(&events), [(100, "100.02".into())]);
}

#[test]
fn tests_cancel_a_resting_order_and_leave_a_filled_one_alone() {
    let script = trading(10_000, 10_002, &[10_001, 10_002]);
    let mut venue = Venue::new(0, &script);
    let cancels = |request| tested(request, &[last(true, "100.02")], |c| c.cancels = true);
    let events = venue.place(MS, &script, cancels(buy(1, 100, "99.90")));
    assert_eq!(words(&events).last().map(String::as_str), Some("status:Submitted"), "it works meanwhile");
    assert_eq!(words(&venue.step(LEAF - 1, &script)), [""; 0]);
    let events = venue.step(2 * LEAF - 1, &script);
    assert_eq!(words(&events)[..2], ["open:Cancelled", "status:Cancelled"]);
    assert_eq!(codes(&events), [202]);
    let events = venue.place(2 * LEAF, &script, cancels(buy(2, 10, "100.02")));
    assert_eq!(codes(&events), [202], "what holds already cancels at once");
}

#[test]
fn outside_regular_hours_they_are_weighed_only_if_they_ignore_them() {
    let mut script = trading(10_000, 10_002, &[10_002, 10_001, 10_001, 10_001]);
    script.regular = (2 * LEAF, 8 * LEAF);
    let order =
        |ignore| tested(order(1, Action::Buy, 100, Kind::Market), &[last(true, "100.02")], |c| c.ignore_rth = ignore);
    assert_eq!(filled(&script, &order(true)), Some(0));
    assert_eq!(filled(&script, &order(false)), None, "it had traded back when the session opened");
    // In regular hours only, the order waits for them; its tests are met before.
    let request = OrderRequest { outside_rth: false, ..order(true) };
    assert_eq!(filled(&script, &request), Some(2));
}

#[test]
fn types_that_take_no_conditions_and_contracts_that_are_unknown_are_refused() {
    let script = Script::still(10_000, 10_002, 500);
    let refuse = |request: OrderRequest| {
        let mut venue = Venue::new(0, &script);
        codes(&venue.place(MS, &script, request))
    };
    let stop = order(1, Action::Buy, 100, Kind::Stop(price("101")));
    assert_eq!(refuse(tested(stop, &[last(true, "100")], |_| {})), [148]);
    assert_eq!(refuse(tested(waiting(&[]), &[last(true, "100")], |c| c.cancels = true)), [148]);
    let opening = OrderRequest { tif: Tif::Opening, ..waiting(&[last(true, "100")]) };
    assert_eq!(refuse(opening), [148]);
    let unknown = Test::Price { con_id: 5, method: TriggerMethod::Last, above: true, price: price("1") };
    assert_eq!(refuse(waiting(&[unknown])), [147]);
    assert_eq!(refuse(waiting(&[])), [321]);
}

#[test]
fn conditions_may_change_until_they_have_released_the_order() {
    let script = trading(10_000, 10_002, &[10_001, 10_001, 10_002, 10_002]);
    let mut venue = Venue::new(0, &script);
    let limit = |tests: &[Test]| tested(buy(1, 100, "99.90"), tests, |_| {});
    venue.place(MS, &script, limit(&[last(true, "100.05")]));
    assert_eq!(codes(&venue.place(2 * MS, &script, limit(&[last(true, "100.02")]))), [0; 0]);
    assert_eq!(words(&venue.step(2 * LEAF, &script)), [""; 0]);
    assert_eq!(words(&venue.step(3 * LEAF - 1, &script)), ["open:Submitted", "status:Submitted"]);
    assert_eq!(codes(&venue.place(3 * LEAF, &script, limit(&[last(true, "100.05")]))), [105]);
    let smaller = OrderRequest { quantity: crate::money::Qty::from(50), ..limit(&[last(true, "100.02")]) };
    assert_eq!(codes(&venue.place(3 * LEAF, &script, smaller)), [0; 0], "its size may");
}

#[test]
fn an_order_still_waits_after_a_restart() {
    let script = trading(10_000, 10_002, &[10_001, 10_001, 10_002]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, waiting(&[last(true, "100.02")]));
    let mut venue = Venue::restore(venue.saved());
    venue.resume(LEAF, &script);
    assert_eq!(words(&venue.step(2 * LEAF, &script)), [""; 0]);
    assert_eq!(fills(&venue.step(3 * LEAF, &script)), [(100, "100.02".into())]);
}
