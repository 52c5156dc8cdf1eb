//! Every account value against a figure computed by hand, and what-if.

use pretty_assertions::assert_eq;
use rust_decimal::Decimal;

use super::super::*;
use super::script::*;
use crate::money::Qty;

/// 50,000 USD and 20,000 EUR.
fn funded(script: &Script, pricing: Pricing) -> Venue {
    let funding = Funding {
        cash: vec![("USD".parse().unwrap(), cash("50000")), ("EUR".parse().unwrap(), cash("20000"))],
        pricing: Some(pricing),
    };
    Venue::funded(0, script, &funding)
}

fn check(venue: &Venue, script: &Script, expected: &[(&str, &str, &str)]) {
    let rows = venue.account_values(venue.now(), script);
    for (key, currency, value) in expected {
        let found: Vec<&str> = rows
            .iter()
            .filter(|row| row.key == *key && row.currency == *currency)
            .map(|row| row.value.as_str())
            .collect();
        assert_eq!(found, [*value], "{key} {currency}");
    }
}

#[test]
fn a_long_position_beside_cash_of_two_currencies() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = funded(&script, Pricing::Fixed);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    // 100 at 100.02 and a dollar; the mark is 100.01, a euro 1.0389.
    check(
        &venue,
        &script,
        &[
            ("CashBalance", "USD", "39997.00"),
            ("CashBalance", "EUR", "20000.00"),
            ("CashBalance", "BASE", "60775.00"), // 39,997 + 20,778
            ("TotalCashBalance", "BASE", "60775.00"),
            ("ExchangeRate", "EUR", "1.0389"),
            ("ExchangeRate", "USD", "1.00"),
            ("ExchangeRate", "BASE", "1.00"),
            ("RealCurrency", "EUR", "EUR"),
            ("Currency", "BASE", "BASE"),
            ("NetLiquidationByCurrency", "USD", "49998.00"),
            ("NetLiquidationByCurrency", "EUR", "20000.00"),
            ("NetLiquidationByCurrency", "BASE", "70776.00"),
            ("StockMarketValue", "USD", "10001.00"),
            ("StockMarketValue", "EUR", "0.00"),
            ("UnrealizedPnL", "BASE", "-2.00"),
            ("RealizedPnL", "USD", "0.00"),
            ("TotalCashValue", "USD", "60775.00"),
            ("SettledCash", "USD", "70778.00"),
            ("NetLiquidation", "USD", "70776.00"),
            ("EquityWithLoanValue", "USD", "70776.00"),
            ("PreviousDayEquityWithLoanValue", "USD", "70778.00"),
            ("GrossPositionValue", "USD", "10001.00"),
            ("InitMarginReq", "USD", "5000.50"),
            ("MaintMarginReq", "USD", "2500.25"),
            ("LookAheadInitMarginReq", "USD", "5000.50"),
            ("FullMaintMarginReq", "USD", "2500.25"),
            ("AvailableFunds", "USD", "65775.50"),  // 70,776 − 5,000.50
            ("ExcessLiquidity", "USD", "68275.75"), // 70,776 − 2,500.25
            ("BuyingPower", "USD", "131551.00"),    // 65,775.50 ÷ 0.5
            ("RegTEquity", "USD", "70776.00"),
            ("RegTMargin", "USD", "5000.50"),
            ("SMA", "USD", "65777.00"), // 70,778 − half of 10,002, above 70,776 − 5,000.50
            ("Cushion", "", "0.964674"),
            ("Leverage-S", "", "0.14"),
            ("NetLiquidation-S", "USD", "70776.00"),
            ("NetLiquidation-C", "USD", "0.00"),
            ("AccruedCash", "BASE", "0.00"),
            ("DayTradesRemainingT+4", "", "-1"),
            ("AccountOrGroup", "EUR", "DU0000001"),
        ],
    );
}

#[test]
fn a_cheap_short_binds_its_minimum_and_uses_the_sma() {
    let script = Script::still(400, 402, 500);
    let mut venue = funded(&script, Pricing::Fixed);
    venue.place(MS, &script, order(1, Action::Sell, 1_000, Kind::Market));
    // Sold at 4.00 and 3.96…: the first 500 at 4.00, the next at 3.99; marked at 4.01.
    let proceeds = venue.cash().0 - Decimal::from(50_000);
    assert_eq!(fills_of(&venue), [(500, "4".to_owned()), (500, "3.99".to_owned())]);
    // 3,995 − 5 − SEC 3,995 × 0.000008 − TAF 1,000 × 0.000166.
    assert_eq!(proceeds, "3989.80204".parse().unwrap());
    check(
        &venue,
        &script,
        &[
            ("StockMarketValue", "USD", "-4010.00"),
            ("GrossPositionValue", "USD", "4010.00"),
            ("RegTMargin", "USD", "2005.00"),
            ("MaintMarginReq", "USD", "4010.00"), // below 5 USD: the value, more than 2.50 a share
            ("InitMarginReq", "USD", "4010.00"),
            ("SMA", "USD", "68780.50"), // 70,778 − half of 3,995
        ],
    );
}

fn fills_of(venue: &Venue) -> Vec<(i64, String)> {
    venue.executions().map(|e| (tape::shares(e.quantity), e.price.to_string())).collect()
}

#[test]
fn the_sma_keeps_a_profit_that_the_equity_lost_again() {
    let mut leaves = vec![Leaf::quiet(10_000, 10_002, 2_000); 4];
    leaves.extend(vec![Leaf::quiet(15_000, 15_002, 2_000); 4]);
    leaves.push(Leaf::quiet(10_000, 10_002, 2_000));
    let mut script = Script::new(leaves);
    script.day_end = 5 * LEAF;
    let mut venue = funded(&script, Pricing::Fixed);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let sma = |venue: &Venue| {
        let rows = venue.account_values(venue.now(), &script);
        rows.into_iter().find(|row| row.key == "SMA").map(|row| row.value)
    };
    assert_eq!(sma(&venue).as_deref(), Some("65777.00"));
    // At 150.01 equity is 75,776 and Reg T binds 7,500.50: the floor of 68,275.50 is above what was carried.
    venue.step(6 * LEAF, &script);
    assert_eq!(sma(&venue).as_deref(), Some("68275.50"));
    // Back at 100.01 the new day keeps it; half of what a sale closes is added.
    venue.step(9 * LEAF, &script);
    assert_eq!(sma(&venue).as_deref(), Some("68275.50"));
    venue.place(9 * LEAF, &script, order(2, Action::Sell, 100, Kind::Market));
    assert_eq!(sma(&venue).as_deref(), Some("73275.50"));
}

#[test]
fn every_row_is_told_once_and_only_what_needs_a_mark_is_left_out() {
    let mut script = Script::still(10_000, 10_002, 500);
    let mut venue = funded(&script, Pricing::Fixed);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let whole = venue.account_values(venue.now(), &script);
    let mut names: Vec<_> = whole.iter().map(|row| (row.key, row.currency)).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for key in LEDGER {
        assert_eq!(whole.iter().filter(|row| row.key == key && !row.currency.is_empty()).count(), 3, "{key}");
    }
    script.marks = false;
    let partial = venue.account_values(venue.now(), &script);
    let lost: Vec<_> =
        whole.iter().filter(|row| !partial.iter().any(|p| (p.key, p.currency) == (row.key, row.currency))).collect();
    let kept = ["TotalCashValue", "SettledCash", "CashBalance", "RealizedPnL", "ExchangeRate", "AccountReady"];
    assert!(lost.iter().all(|row| !kept.contains(&row.key)));
    // A euro's row needs no mark.
    assert_eq!(lost.iter().filter(|row| row.currency == "EUR").count(), 0);
    for key in ["NetLiquidation", "InitMarginReq", "SMA", "BuyingPower", "UnrealizedPnL", "Cushion"] {
        assert!(lost.iter().any(|row| row.key == key), "{key}");
    }
}

#[test]
fn tiered_pricing_counts_the_month_over_orders() {
    let script = Script::still(10_000, 10_002, 2_000);
    let mut venue = funded(&script, Pricing::Tiered);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    venue.place(MS, &script, order(2, Action::Buy, 200, Kind::Market));
    let paid: Vec<String> = venue.executions().map(|e| e.commission.amount.to_string()).collect();
    // 100 × 0.0035 = 0.35 × 1.000735 + 0.02; 200 × 0.0035 = 0.70 × 1.000735 + 0.04.
    assert_eq!(paid, ["0.370257", "0.740514"]);
    assert_eq!(venue.saved().account.volume, Volume { month: 196_912, shares: Qty::from(300) });
}

#[test]
fn a_what_if_without_a_price_tells_the_bounds_of_its_commission() {
    let script = Script::still(10_000, 10_002, 5_000);
    let venue = funded(&script, Pricing::Fixed);
    let bought = venue.what_if(&script, &order(1, Action::Buy, 1_000, Kind::Market)).unwrap();
    assert_eq!((bought.commission, bought.commission_range), (Some(cash("5")), None), "no price changes it");
    let sold = venue.what_if(&script, &order(1, Action::Sell, 1_000, Kind::Market)).unwrap();
    // 5 + 1,000 × 0.000166 + value × 0.000008: at the bid of 100.00, and a walk of 1 % further at 99.00.
    assert_eq!((sold.commission, sold.commission_range), (None, Some((cash("5.958"), cash("5.966")))));
    assert_eq!((sold.initial_after, sold.maintenance_after), (cash("50000"), cash("30003")));
    assert_eq!(sold.equity_after, cash("70772.034"));
}

#[test]
fn a_what_if_must_transmit_and_warns_of_a_wait() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.regular = (8 * LEAF, 16 * LEAF);
    script.day_end = 16 * LEAF;
    let venue = funded(&script, Pricing::Fixed);
    let held = OrderRequest { transmit: false, ..buy(1, 10, "99") };
    assert_eq!(venue.what_if(&script, &held).map_err(|fault| fault.code), Err(413));
    let regular = OrderRequest { outside_rth: false, ..buy(1, 10, "99") };
    let warned = venue.what_if(&script, &regular).unwrap();
    assert!(
        warned.warning.contains("will not be placed at the exchange until 1969-12-31 19:00:02"),
        "{}",
        warned.warning
    );
    assert_eq!(venue.what_if(&script, &buy(1, 10, "99")).unwrap().warning, "");
}

#[test]
fn an_exit_is_taken_whatever_the_account_lacks() {
    let script = Script::new(vec![Leaf::quiet(10_000, 10_002, 5_000), Leaf::quiet(17_500, 17_502, 5_000)]);
    let mut venue = funded(&script, Pricing::Fixed);
    venue.place(MS, &script, order(1, Action::Sell, 1_400, Kind::Market));
    // At 175.01 a short of 1,400 has eaten 105,000 of 70,778: nothing can be opened, all can be closed.
    assert_eq!(codes(&venue.place(LEAF + MS, &script, order(2, Action::Sell, 1, Kind::Market))), [201]);
    assert_eq!(codes(&venue.place(LEAF + MS, &script, order(3, Action::Buy, 1_401, Kind::Limit(price("1"))))), [0; 0]);
    venue.cancel(LEAF + MS, &script, 7, 3);
    assert_eq!(codes(&venue.place(LEAF + MS, &script, order(4, Action::Buy, 1_400, Kind::Market))), [0; 0]);
    assert!(venue.positions().is_empty());
}

#[test]
fn both_exits_of_a_bracket_are_taken_though_the_money_is_spent() {
    let script = Script::still(10_000, 10_002, 5_000);
    let mut venue = funded(&script, Pricing::Fixed);
    let child = |id, kind| OrderRequest {
        transmit: id == 3,
        terms: Terms { parent_id: 1, ..Terms::default() },
        ..order(id, Action::Sell, 1_400, kind)
    };
    let parent = OrderRequest { transmit: false, ..buy(1, 1_400, "99") };
    assert_eq!(codes(&venue.place(MS, &script, parent)), [0; 0]);
    assert_eq!(codes(&venue.place(MS, &script, child(2, Kind::Limit(price("110"))))), [0; 0]);
    assert_eq!(codes(&venue.place(MS, &script, child(3, Kind::Stop(price("90"))))), [0; 0]);
    assert_eq!(venue.open_orders(None).len(), 3);
}
