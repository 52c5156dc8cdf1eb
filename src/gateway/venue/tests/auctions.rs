//! Orders for the opening and the closing auction.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;

const NONE: [i32; 0] = [];

/// A day that opens with leaf 8 and closes with leaf 31; both crosses change hands at 100.05, 400 shares each.
fn day() -> Script {
    let mut leaves = vec![Leaf::quiet(10_000, 10_010, 500); 40];
    leaves[8] = leaves[8].clone().print(10, 10_005, 400);
    leaves[31] = leaves[31].clone().print(249, 10_005, 400);
    Script {
        regular: (8 * LEAF, 32 * LEAF),
        day_end: 32 * LEAF,
        crosses: vec![(8, Cross::Open), (31, Cross::Close)],
        ..Script::new(leaves)
    }
}

fn regular(request: OrderRequest) -> OrderRequest {
    OrderRequest { outside_rth: false, ..request }
}

fn opening(request: OrderRequest) -> OrderRequest {
    OrderRequest { tif: Tif::Opening, ..regular(request) }
}

fn on_close(id: OrderId, action: Action, shares: i64, limit: Option<&str>) -> OrderRequest {
    let kind = limit.map_or(Kind::MarketOnClose, |limit| Kind::LimitOnClose(price(limit)));
    regular(order(id, action, shares, kind))
}

#[test]
fn opening_orders_trade_at_the_cross_a_quarter_of_it_each() {
    let script = day();
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, opening(order(1, Action::Buy, 150, Kind::Market)));
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted", "open:Submitted", "status:Submitted"]);
    venue.place(MS, &script, opening(buy(2, 50, "100.05")));
    venue.place(MS, &script, opening(buy(3, 50, "100.04")));
    assert_eq!(venue.step(8 * LEAF, &script), [], "the continuous market is nothing to them");
    let events = venue.step(9 * LEAF, &script);
    assert_eq!(fills(&events), [(100, "100.05".into()), (50, "100.05".into())]);
    assert_eq!(codes(&events), [202, 202], "what the auction did not fill is gone");
    let execution = venue.executions().next().unwrap();
    assert_eq!(execution.liquidity.number(), 0);
    assert_eq!(execution.tape, Tape::Replaces { at: 8 * LEAF + 10 * MS, index: 0 });
}

#[test]
fn closing_orders_trade_at_the_official_close() {
    let script = day();
    let mut venue = Venue::new(0, &script);
    venue.place(10 * LEAF, &script, on_close(1, Action::Sell, 80, None));
    venue.place(10 * LEAF, &script, on_close(2, Action::Sell, 80, Some("100.05")));
    venue.place(10 * LEAF, &script, on_close(3, Action::Sell, 80, Some("100.06")));
    assert_eq!(fills(&venue.step(31 * LEAF, &script)).len(), 0);
    let events = venue.step(32 * LEAF, &script);
    assert_eq!(fills(&events), [(80, "100.05".into()), (80, "100.05".into())]);
    assert_eq!(codes(&events), [202]);
}

#[test]
fn after_the_cut_off_nothing_comes_in_changes_or_goes() {
    let script = day();
    let mut venue = Venue::new(0, &script);
    venue.place(10 * LEAF, &script, on_close(1, Action::Buy, 50, None));
    // The close is at 32 leaves; changes end three before, market orders two before, limits one before.
    let late = 29 * LEAF;
    assert_eq!(codes(&venue.cancel(late, &script, 7, 1)), [10148]);
    assert_eq!(codes(&venue.cancel_all(late, &script)), [10148]);
    assert_eq!(codes(&venue.place(late, &script, on_close(1, Action::Buy, 60, None))), [201]);
    assert_eq!(codes(&venue.place(late, &script, on_close(2, Action::Buy, 50, None))), NONE);
    assert_eq!(codes(&venue.place(30 * LEAF, &script, on_close(3, Action::Buy, 50, None))), [201]);
    assert_eq!(codes(&venue.place(30 * LEAF, &script, on_close(4, Action::Buy, 50, Some("101")))), NONE);
    assert_eq!(codes(&venue.place(31 * LEAF, &script, on_close(5, Action::Buy, 50, Some("101")))), [201]);
    assert_eq!(fills(&venue.step(32 * LEAF, &script)).len(), 3);
}

#[test]
fn the_opening_has_its_cut_off_too_and_after_it_orders_are_for_the_next_one() {
    let script = day();
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, opening(order(1, Action::Buy, 50, Kind::Market)));
    assert_eq!(codes(&venue.cancel(7 * LEAF, &script, 7, 1)), [10148]);
    assert_eq!(codes(&venue.place(7 * LEAF, &script, opening(order(2, Action::Buy, 50, Kind::Market)))), [201]);
    let events = venue.place(8 * LEAF, &script, opening(order(3, Action::Buy, 50, Kind::Market)));
    assert_eq!(codes(&events), NONE);
    assert_eq!(fills(&venue.step(9 * LEAF, &script)).len(), 1, "the third waits for tomorrow");
    assert_eq!(venue.open_orders(None).len(), 1);
}

#[test]
fn resting_orders_get_what_the_auctions_orders_leave_of_the_cross() {
    let mut script = day();
    script.leaves[8].prints[0].2 = 100;
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, opening(order(1, Action::Buy, 25, Kind::Market)));
    venue.place(MS, &script, buy(2, 200, "100.06"));
    let events = venue.step(9 * LEAF, &script);
    assert_eq!(fills(&events), [(25, "100.05".into()), (75, "100.06".into())]);
}

#[test]
fn an_auction_missed_during_a_gap_ends_its_orders() {
    let script = day();
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, opening(order(1, Action::Buy, 50, Kind::Market)));
    venue.place(MS, &script, on_close(2, Action::Buy, 50, None));
    let mut after = Venue::restore(venue.saved());
    let events = after.resume(35 * LEAF, &script);
    assert_eq!(codes(&events), [202, 202]);
    assert_eq!(after.open_orders(None).len(), 0);
}
