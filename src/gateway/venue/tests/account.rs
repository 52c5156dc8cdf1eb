//! Cash, cost, margin, P&L.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;
use crate::money::Qty;

fn value(venue: &Venue, script: &Script, key: &str) -> Option<String> {
    venue.account_values(venue.now(), script).into_iter().find(|row| row.key == key).map(|row| row.value)
}

#[test]
fn a_new_account_has_a_million_and_twice_that_to_buy_with() {
    let script = Script::still(10_000, 10_002, 500);
    let venue = Venue::new(0, &script);
    let expected = [
        ("NetLiquidation", "1000000.00"),
        ("TotalCashValue", "1000000.00"),
        ("BuyingPower", "2000000.00"),
        ("InitMarginReq", "0.00"),
        ("Cushion", "1"),
        ("AccountType", "INDIVIDUAL"),
        ("DayTradesRemaining", "-1"),
    ];
    for (key, text) in expected {
        assert_eq!(value(&venue, &script, key).as_deref(), Some(text), "{key}");
    }
}

#[test]
fn a_purchase_costs_its_commission_and_binds_half_of_its_value() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let expected = [
        ("TotalCashValue", "989997.00"),
        ("SettledCash", "1000000.00"),
        ("NetLiquidation", "999998.00"),
        ("GrossPositionValue", "10001.00"),
        ("InitMarginReq", "5000.50"),
        ("MaintMarginReq", "2500.25"),
        ("AvailableFunds", "994997.50"),
        ("UnrealizedPnL", "-2.00"),
        ("RealizedPnL", "0.00"),
    ];
    for (key, text) in expected {
        assert_eq!(value(&venue, &script, key).as_deref(), Some(text), "{key}");
    }
    let [position] = venue.positions()[..] else { panic!("one position") };
    assert_eq!((position.quantity, position.avg_cost), (Qty::from(100), price("100.03")));
}

#[test]
fn a_sale_realizes_against_average_cost_net_of_its_commission() {
    let script = Script::new(vec![Leaf::quiet(10_000, 10_002, 500), Leaf::quiet(10_100, 10_102, 500)]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let events = venue.place(LEAF, &script, order(2, Action::Sell, 40, Kind::Market));
    let commission = events.iter().find_map(|event| match event {
        Event::Commission(commission) => Some(commission.clone()),
        _ => None,
    });
    let commission = commission.unwrap();
    // 1 + SEC 4,040 × 0.000008 + TAF 40 × 0.000166; the proceeds of 4,040 less that and 40 × 100.03.
    assert_eq!(commission.amount, cash("1.03896"));
    assert_eq!(commission.realized, Some(cash("37.76104")));
    let [position] = venue.positions()[..] else { panic!("one position") };
    assert_eq!((position.quantity, position.avg_cost), (Qty::from(60), price("100.03")));
    assert_eq!(position.realized, cash("37.76104"));
}

#[test]
fn a_reversal_closes_at_cost_and_opens_anew() {
    let script = Script::new(vec![Leaf::quiet(10_000, 10_001, 500), Leaf::quiet(11_000, 11_001, 500)]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    venue.place(LEAF, &script, order(2, Action::Sell, 300, Kind::Market));
    let [position] = venue.positions()[..] else { panic!("one position") };
    assert_eq!(position.quantity, Qty::from(-200));
    // Fees 1.50 + 33,000 × 0.000008 + 300 × 0.000166 = 1.8138, a third on the part that closes.
    assert_eq!(position.avg_cost, price("109.993954"));
    assert_eq!(position.realized, cash("997.3954"));
}

#[test]
fn a_short_position_binds_half_to_open_and_three_tenths_to_keep() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Sell, 100, Kind::Market));
    assert_eq!(value(&venue, &script, "InitMarginReq").as_deref(), Some("5000.50"));
    assert_eq!(value(&venue, &script, "MaintMarginReq").as_deref(), Some("3000.30"));
    assert_eq!(value(&venue, &script, "StockMarketValue").as_deref(), Some("-10001.00"));
}

#[test]
fn the_days_pnl_starts_anew_with_the_day() {
    let mut leaves = vec![Leaf::quiet(10_000, 10_002, 500); 8];
    leaves.push(Leaf::quiet(10_100, 10_102, 500));
    leaves.push(Leaf::quiet(10_200, 10_202, 500));
    let mut script = Script::new(leaves);
    script.day_end = 8 * LEAF;
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let pnl = venue.pnl(MS, &script);
    assert_eq!((pnl.daily, pnl.unrealized, pnl.realized), (Some(cash("-2")), Some(cash("-2")), Cash::ZERO));
    venue.step(9 * LEAF, &script);
    let pnl = venue.pnl(9 * LEAF, &script);
    assert_eq!((pnl.daily, pnl.unrealized), (Some(cash("100")), Some(cash("198"))));
    assert_eq!(venue.executions().count(), 0, "they were yesterday's");
    let single = venue.pnl_single(9 * LEAF, &script, ONE).unwrap();
    assert_eq!((single.position, single.value), (Qty::from(100), Some(cash("10201"))));
    assert_eq!(venue.pnl_single(9 * LEAF, &script, TWO), None);
    assert_eq!(value(&venue, &script, "PreviousDayEquityWithLoanValue").as_deref(), Some("1000098.00"));
}

#[test]
fn what_needs_an_unknown_mark_is_left_out() {
    let mut script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    script.marks = false;
    assert_eq!(value(&venue, &script, "NetLiquidation"), None);
    assert_eq!(value(&venue, &script, "TotalCashValue").as_deref(), Some("989997.00"));
    let pnl = venue.pnl(MS, &script);
    assert_eq!((pnl.daily, pnl.unrealized, pnl.realized), (None, None, Cash::ZERO));
    assert_eq!(venue.portfolio(MS, &script)[0].market_value, None);
}

#[test]
fn what_if_tells_margin_and_commission_and_places_nothing() {
    let script = Script::still(10_000, 10_002, 500);
    let venue = Venue::new(0, &script);
    let what = venue.what_if(&script, &buy(1, 1_000, "100")).unwrap();
    assert_eq!((what.initial_before, what.initial_after), (Cash::ZERO, cash("50000")));
    assert_eq!((what.commission, what.equity_after), (Some(cash("5")), cash("999995")));
    assert_eq!(venue.open_orders(None).len(), 0);
    assert_eq!(venue.what_if(&script, &buy(1, 30_000, "100")).map_err(|fault| fault.code), Err(201));
}
