//! The rules of the matching engine, one by one.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;
use crate::money::Qty;

fn fill(shares: i64, price: &str) -> (i64, String) {
    (shares, price.into())
}

#[test]
fn taking_walks_the_shown_levels_at_their_prices() {
    let script = Script::still(10_000, 10_002, 300);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, order(1, Action::Buy, 700, Kind::Market));
    assert_eq!(fills(&events), [fill(300, "100.02"), fill(300, "100.03"), fill(100, "100.04")]);
    let view = venue.view(&script, ONE).unwrap();
    assert_eq!((view.bid, view.ask, view.ask_size), (10_000, 10_004, 200));
}

#[test]
fn what_was_taken_comes_back_by_half_each_half_life() {
    let script = Script::still(10_000, 10_002, 400);
    let mut venue = Venue::new(0, &script);
    venue.place(0, &script, buy(1, 400, "100.02"));
    assert_eq!(fills(&venue.place(1_000 * MS, &script, buy(2, 999, "100.02"))), [fill(200, "100.02")]);
    venue.cancel_all(1_000 * MS, &script);
    assert_eq!(fills(&venue.place(2_000 * MS, &script, buy(3, 999, "100.02"))), [fill(200, "100.02")]);
}

#[test]
fn a_sweep_stops_a_hundredth_from_the_touch_and_goes_on_at_the_next_change() {
    let mut leaf = Leaf::quiet(10_000, 10_002, 0);
    leaf.sizes = vec![10; 400];
    let script = Script::new(vec![leaf]);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, order(1, Action::Buy, 1_500, Kind::Market));
    assert_eq!(fills(&events).len(), 101);
    assert_eq!(venue.open_orders(None)[0].filled, Qty::from(1_010));
    assert!(!fills(&venue.step(LEAF, &script)).is_empty());
}

#[test]
fn a_joined_level_fills_after_what_was_ahead() {
    let leaf = Leaf::quiet(10_000, 10_002, 300);
    let leaves = vec![leaf.clone().print(100, 10_000, 250).print(200, 10_000, 120), leaf.print(100, 10_000, 500)];
    let script = Script::new(leaves);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 200, "100"));
    assert_eq!(fills(&venue.step(150 * MS, &script)), []);
    let events = venue.step(220 * MS, &script);
    assert_eq!(fills(&events), [fill(70, "100")]);
    let Some(Event::Execution(execution)) = events.first() else { panic!("no execution") };
    assert_eq!(execution.tape, Tape::Replaces { at: 200 * MS, index: 1 });
    assert_eq!(execution.liquidity.number(), 1);
    assert_eq!(fills(&venue.step(2 * LEAF, &script)), [fill(130, "100")]);
}

#[test]
fn cancels_ahead_spread_evenly() {
    let mut script = Script::new(vec![Leaf::quiet(10_000, 10_002, 400), Leaf::quiet(10_000, 10_002, 100)]);
    script.leaves[1] = script.leaves[1].clone().print(100, 10_000, 50);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 100, "100"));
    assert_eq!(venue.saved().orders[0].place.ahead, 400);
    venue.step(LEAF + MS, &script);
    assert_eq!(venue.saved().orders[0].place.ahead, 100);
    venue.step(LEAF + 200 * MS, &script);
    assert_eq!(venue.saved().orders[0].place.ahead, 50);
}

#[test]
fn alone_at_its_price_nothing_is_ahead() {
    let leaves = vec![
        Leaf::quiet(10_000, 10_003, 300),
        Leaf::quiet(9_999, 10_003, 300).print(100, 9_999, 40),
        Leaf::quiet(10_000, 10_003, 900).print(100, 10_000, 500),
    ];
    let script = Script::new(leaves);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 100, "100"));
    assert_eq!(fills(&venue.step(2 * LEAF - 1, &script)), [fill(40, "100")]);
    assert_eq!(fills(&venue.step(3 * LEAF, &script)), [fill(60, "100")]);
}

#[test]
fn inside_the_spread_prints_of_that_side_hit_us_in_place_of_the_background() {
    let leaf = Leaf::quiet(10_000, 10_005, 300).print(100, 10_000, 80).print(200, 10_005, 70);
    let script = Script::new(vec![leaf]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 50, "100.02"));
    venue.place(MS, &script, sell(2, 60, "100.04"));
    let view = venue.view(&script, ONE).unwrap();
    assert_eq!(view, Quote { bid: 10_002, ask: 10_004, bid_size: 50, ask_size: 60 });
    assert_eq!(fills(&venue.step(LEAF, &script)), [fill(50, "100.02"), fill(60, "100.04")]);
}

#[test]
fn a_print_beyond_the_price_fills_first_up_to_its_size() {
    let leaf = Leaf::quiet(9_998, 10_003, 300).print(100, 9_998, 150);
    let script = Script::new(vec![Leaf::quiet(10_000, 10_003, 300), leaf]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 100, "99.99"));
    venue.place(MS, &script, buy(2, 100, "100"));
    assert_eq!(fills(&venue.step(2 * LEAF, &script)), [fill(100, "100"), fill(50, "99.99")]);
}

#[test]
fn a_crossing_quote_trades_at_our_price_and_what_it_lost_counts_as_taken() {
    let script = Script::new(vec![Leaf::quiet(10_000, 10_003, 300), Leaf::quiet(9_995, 9_998, 30)]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 100, "100"));
    assert_eq!(fills(&venue.step(LEAF, &script)), [fill(90, "100")]);
    let view = venue.view(&script, ONE).unwrap();
    assert_eq!((view.bid, view.bid_size, view.ask), (10_000, 10, 10_001));
}

#[test]
fn a_smaller_size_keeps_the_place_and_a_larger_one_or_another_price_loses_it() {
    let leaf = Leaf::quiet(10_000, 10_002, 300).print(100, 10_000, 200);
    let script = Script::new(vec![leaf]);
    let place = |changed: OrderRequest| {
        let mut venue = Venue::new(0, &script);
        venue.place(MS, &script, buy(1, 100, "100"));
        venue.step(150 * MS, &script);
        venue.place(150 * MS, &script, changed);
        venue.saved().orders[0].place.ahead
    };
    assert_eq!(place(buy(1, 50, "100")), 100);
    assert_eq!(place(buy(1, 100, "100")), 100);
    assert_eq!(place(buy(1, 101, "100")), 300);
    assert_eq!(place(buy(1, 100, "99.99")), 300);
}

#[test]
fn own_orders_of_a_price_fill_by_arrival() {
    let leaf = Leaf::quiet(10_000, 10_005, 300).print(100, 10_000, 80);
    let script = Script::new(vec![leaf]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 50, "100.02"));
    venue.place(2 * MS, &script, buy(2, 50, "100.02"));
    venue.place(3 * MS, &script, buy(1, 60, "100.02"));
    let events = venue.step(LEAF, &script);
    let orders: Vec<_> = venue.executions().map(|e| (e.order_id, tape::shares(e.quantity))).collect();
    assert_eq!(orders, [(2, 50), (1, 30)]);
    assert_eq!(fills(&events).len(), 2);
}

#[test]
fn after_a_print_a_round_lot_of_the_level_shows() {
    let mut script = Script::new(vec![Leaf::quiet(10_000, 10_002, 500).print(100, 10_002, 10)]);
    script.half_life = 1_000_000 * MS;
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 500, "100.02"));
    assert_eq!(venue.view(&script, ONE).unwrap().ask, 10_003);
    venue.step(100 * MS, &script);
    let view = venue.view(&script, ONE).unwrap();
    assert_eq!((view.ask, view.ask_size), (10_002, 100));
}

#[test]
fn own_prints_are_found_by_contract_and_time() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    venue.place(2 * MS, &script, OrderRequest { con_id: TWO, ..order(2, Action::Buy, 100, Kind::Market) });
    venue.place(3 * MS, &script, order(3, Action::Sell, 40, Kind::Market));
    let prints: Vec<_> = venue.own_prints(ONE, MS, 3 * MS).map(|print| (print.size, print.tape)).collect();
    assert_eq!(prints, [(40, Tape::Adds)]);
    assert_eq!(venue.own_prints(ONE, 0, 3 * MS).count(), 2);
}

#[test]
fn after_a_gap_nothing_is_filled_for_the_time_between() {
    let leaf = Leaf::quiet(10_000, 10_002, 300).print(100, 10_000, 5_000);
    let mut leaves = vec![leaf; 20];
    leaves.push(Leaf::quiet(10_000, 10_002, 120));
    let mut script = Script::new(leaves);
    script.day_end = 10 * LEAF;
    let mut before = Venue::new(0, &script);
    before.place(MS, &script, OrderRequest { tif: Tif::Gtc, ..buy(1, 100, "100") });
    before.place(MS, &script, buy(2, 100, "100"));
    let mut after = Venue::restore(before.saved());
    let events = after.resume(20 * LEAF + MS, &script);
    assert_eq!(codes(&events), [202]);
    assert_eq!(after.completed_orders().len(), 1, "the one that ran out at the day's end");
    assert_eq!(after.completed_orders()[0].completed, Some(10 * LEAF));
    let saved = after.saved();
    assert_eq!((saved.orders[0].place.ahead, saved.executions.len()), (120, 0));
}

#[test]
fn one_print_fills_own_orders_of_both_sides_only_once() {
    let leaf = Leaf::quiet(10_000, 10_005, 300).print(100, 10_002, 80);
    let script = Script::new(vec![leaf]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, sell(1, 50, "100.01"));
    venue.place(MS, &script, buy(2, 50, "100.04"));
    assert_eq!(fills(&venue.step(LEAF, &script)), [fill(50, "100.04"), fill(30, "100.01")]);
}

#[test]
fn an_order_for_regular_hours_sleeps_after_the_close_and_keeps_its_place() {
    let leaf = Leaf::quiet(10_000, 10_005, 300);
    let mut leaves = vec![leaf.clone(); 2];
    leaves.push(leaf.clone().print(100, 9_990, 500));
    leaves.push(leaf);
    let mut script = Script::new(leaves);
    script.regular = (0, 2 * LEAF);
    let mut venue = Venue::new(0, &script);
    let regular = OrderRequest { outside_rth: false, ..buy(1, 50, "100") };
    venue.place(MS, &script, regular);
    venue.place(MS, &script, buy(2, 50, "99.99"));
    assert_eq!(fills(&venue.step(4 * LEAF, &script)), [fill(50, "99.99")]);
    assert_eq!(venue.saved().orders[0].place.ahead, 300);
}

#[test]
fn contracts_of_one_moment_trade_in_the_order_of_their_ids() {
    let script = Script::new(vec![Leaf::quiet(10_000, 10_005, 300).print(100, 10_000, 80)]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, OrderRequest { con_id: TWO, ..buy(1, 50, "100.02") });
    venue.place(MS, &script, buy(2, 50, "100.02"));
    venue.step(LEAF, &script);
    let contracts: Vec<_> = venue.executions().map(|execution| execution.con_id).collect();
    assert_eq!(contracts, [ONE, TWO]);
}

#[test]
fn an_order_that_slept_is_not_woken_by_another_that_works_at_night() {
    let leaf = Leaf { theta: MS, ..Leaf::quiet(10_000, 10_005, 300) };
    let mut leaves = vec![leaf; 3];
    leaves.push(Leaf::quiet(10_000, 10_005, 300).print(100, 9_990, 500));
    let mut script = Script::new(leaves);
    script.regular = (0, 2 * LEAF);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, OrderRequest { outside_rth: false, ..buy(1, 50, "100") });
    venue.place(3 * LEAF, &script, buy(2, 50, "99.99"));
    assert_eq!(fills(&venue.step(4 * LEAF, &script)), [fill(50, "99.99")]);
}

#[test]
fn what_traded_ahead_is_not_counted_as_cancelled_again() {
    let first = Leaf::quiet(10_000, 10_002, 400).print(100, 10_000, 200);
    let script = Script::new(vec![first, Leaf::quiet(10_000, 10_002, 100)]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 100, "100"));
    venue.step(LEAF - 1, &script);
    assert_eq!(venue.saved().orders[0].place.ahead, 200);
    venue.step(LEAF, &script);
    assert_eq!(venue.saved().orders[0].place.ahead, 100, "200 became 100, all of it ahead");
}
