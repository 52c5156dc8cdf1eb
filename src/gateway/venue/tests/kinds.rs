//! Pegs, snaps, market-to-limit, times in force and attributes.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;

const NONE: [(i64, String); 0] = [];

fn peg(to: Peg, offset: &str, cap: Option<&str>) -> Kind {
    Kind::Peg { to, offset: Offset::Amount(price(offset)), cap: cap.map(price) }
}

/// The limit in ticks that an order works at after each leaf.
fn limits(script: &Script, action: Action, kind: Kind) -> Vec<i64> {
    let mut venue = Venue::new(0, script);
    venue.place(MS, script, order(1, action, 100, kind));
    let stand = |n: i64| {
        venue.step(n * LEAF - 1, script);
        venue.saved().orders[0].place.limit.unwrap()
    };
    (1..=script.leaves.len() as i64).map(stand).collect()
}

#[test]
fn each_peg_follows_its_price_one_way_and_midprice_both() {
    let script = quoting(&[(10_000, 10_010), (10_003, 10_013), (10_001, 10_012)]);
    let table = [
        (Action::Buy, peg(Peg::Primary, "0.02", None), [10_002, 10_005, 10_005]),
        (Action::Buy, peg(Peg::Primary, "0.02", Some("100.04")), [10_002, 10_004, 10_004]),
        (Action::Buy, peg(Peg::Passive, "0.02", None), [9_998, 10_001, 10_001]),
        (Action::Buy, peg(Peg::Market, "0.03", None), [10_007, 10_010, 10_010]),
        (Action::Buy, peg(Peg::Midpoint, "0.01", None), [10_004, 10_007, 10_007]),
        (Action::Buy, peg(Peg::MidPrice, "0", None), [10_005, 10_008, 10_006]),
        (Action::Sell, peg(Peg::MidPrice, "0", None), [10_005, 10_008, 10_007]),
        (Action::Sell, peg(Peg::MidPrice, "0", Some("100.08")), [10_008, 10_008, 10_008]),
        (Action::Sell, peg(Peg::Primary, "0.02", None), [10_008, 10_008, 10_008]),
        (Action::Sell, peg(Peg::Market, "0.05", None), [10_005, 10_005, 10_005]),
    ];
    for (action, kind, expected) in table {
        assert_eq!(limits(&script, action, kind), expected, "{action:?} {kind:?}");
    }
    let percent = Kind::Peg { to: Peg::Primary, offset: Offset::Percent("0.05".parse().unwrap()), cap: None };
    assert_eq!(limits(&script, Action::Buy, percent), [10_005, 10_008, 10_008]);
}

#[test]
fn a_snap_takes_its_limit_once() {
    let script = quoting(&[(10_000, 10_010), (10_003, 10_013)]);
    let snap = |to, offset: &str| Kind::Snap { to, offset: price(offset) };
    let table = [
        (Action::Buy, snap(Snap::Primary, "0.01"), 10_001),
        (Action::Buy, snap(Snap::Market, "0.01"), 10_009),
        (Action::Buy, snap(Snap::Midpoint, "0"), 10_005),
        (Action::Sell, snap(Snap::Primary, "0"), 10_010),
        (Action::Sell, snap(Snap::Market, "0.04"), 10_004),
    ];
    for (action, kind, limit) in table {
        assert_eq!(limits(&script, action, kind), [limit, limit], "{action:?} {kind:?}");
    }
}

#[test]
fn a_pegged_order_to_the_middle_is_dark_and_trades_inside_the_spread() {
    let script = Script::new(vec![Leaf::quiet(10_000, 10_010, 500).print(100, 10_000, 40)]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, peg(Peg::MidPrice, "0", None)));
    assert_eq!(venue.view(&script, ONE).unwrap().bid, 10_000);
    assert_eq!(fills(&venue.step(LEAF, &script)), [(40, "100.05".into())]);
}

#[test]
fn market_to_limit_takes_the_best_price_and_rests_there() {
    let script = Script::still(10_000, 10_002, 60);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, order(1, Action::Buy, 100, Kind::MarketToLimit));
    assert_eq!(fills(&events), [(60, "100.02".into())]);
    let order = venue.open_orders(None)[0];
    assert_eq!((order.standing.limit, order.status), (Some(price("100.02")), Status::Submitted));
}

fn tif(tif: Tif, request: OrderRequest) -> OrderRequest {
    OrderRequest { tif, outside_rth: false, ..request }
}

#[test]
fn fill_or_kill_takes_all_or_nothing() {
    let script = Script::still(10_000, 10_002, 60);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, tif(Tif::Fok, buy(1, 121, "100.03")));
    assert_eq!((fills(&events), codes(&events)), (NONE.to_vec(), vec![202]));
    let events = venue.place(MS, &script, tif(Tif::Fok, buy(2, 120, "100.03")));
    assert_eq!(fills(&events), [(60, "100.02".into()), (60, "100.03".into())]);
}

#[test]
fn times_in_force_end_by_their_own_clock() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.day_end = 40 * LEAF;
    let end = |how: Tif| {
        let mut venue = Venue::new(0, &script);
        venue.place(MS, &script, tif(how, buy(1, 100, "99")));
        venue.step(100 * LEAF, &script);
        venue.done.first().map(|order| (order.completed.unwrap(), order.status))
    };
    assert_eq!(end(Tif::Until(10 * LEAF + 7)), Some((10 * LEAF + 7, Status::Cancelled)));
    assert_eq!(end(Tif::Lasting(2)), Some((2_000 * MS + MS, Status::Cancelled)));
    assert_eq!(end(Tif::Dtc), Some((40 * LEAF, Status::Inactive)));
    assert_eq!(end(Tif::Day), Some((40 * LEAF, Status::Cancelled)));
    assert_eq!(end(Tif::Gtc), None);
    let mut venue = Venue::new(0, &script);
    venue.step(LEAF, &script);
    assert_eq!(codes(&venue.place(LEAF, &script, tif(Tif::Until(LEAF), buy(1, 100, "99")))), [334]);
}

#[test]
fn a_good_till_cancelled_order_ends_with_the_next_quarter_and_a_change_moves_that() {
    let script = Script::still(10_000, 10_002, 500);
    const DAY: Nanos = 86_400_000 * MS;
    // 1970-01-01 00:00 UTC is the last evening of 1969 in New York: the quarter after ends in March.
    let mut venue = Venue::new(0, &script);
    let place = |venue: &mut Venue, at: Nanos, limit: &str| {
        venue.cancel_all(0, &script);
        venue.now = at;
        venue.place(at, &script, tif(Tif::Gtc, buy(1, 100, limit)));
        venue.open_orders(None)[0].expires.unwrap()
    };
    assert_eq!(place(&mut venue, 0, "99"), 90 * DAY + 18_000_000 * MS);
    let mut venue = Venue::new(0, &script);
    venue.now = DAY;
    venue.place(DAY, &script, tif(Tif::Gtc, buy(1, 100, "99")));
    let first = venue.open_orders(None)[0].expires.unwrap();
    assert_eq!(first, 181 * DAY + 14_400_000 * MS, "the end of June, daylight time");
    venue.now = 100 * DAY;
    venue.place(100 * DAY, &script, tif(Tif::Gtc, buy(1, 90, "99")));
    assert!(venue.open_orders(None)[0].expires.unwrap() > first);
}

#[test]
fn an_order_good_after_a_time_waits_for_it() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    let terms = Terms { good_after: Some(3 * LEAF), ..Terms::default() };
    let events = venue.place(MS, &script, OrderRequest { terms, ..order(1, Action::Buy, 100, Kind::Market) });
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted"]);
    assert_eq!(venue.step(3 * LEAF - 1, &script), []);
    assert_eq!(fills(&venue.step(3 * LEAF, &script)), [(100, "100.02".into())]);
}

#[test]
fn extended_hours_are_taken_off_what_cannot_use_them() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, OrderRequest { tif: Tif::Ioc, ..buy(1, 100, "100.02") });
    assert_eq!(codes(&events), [2109]);
    assert_eq!(fills(&events).len(), 1);
    assert!(!venue.completed_orders()[0].request.outside_rth);
}

fn asking(terms: Terms, request: OrderRequest) -> OrderRequest {
    OrderRequest { terms, ..request }
}

#[test]
fn all_or_none_is_filled_by_one_trade_or_not_at_all_and_shows_nothing() {
    let leaf = Leaf::quiet(10_000, 10_005, 300);
    let script = Script::new(vec![leaf.clone().print(100, 10_000, 350), leaf.clone().print(100, 10_000, 500), leaf]);
    let mut venue = Venue::new(0, &script);
    let terms = Terms { all_or_none: true, ..Terms::default() };
    venue.place(MS, &script, asking(terms.clone(), buy(1, 100, "100.02")));
    assert_eq!(venue.view(&script, ONE).unwrap().bid, 10_000);
    assert_eq!(fills(&venue.step(LEAF, &script)), [(100, "100.02".into())]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, asking(terms, buy(1, 100, "100")));
    // 350 less the 300 shown before it leave 50: too few; 500 leave enough.
    assert_eq!(fills(&venue.step(LEAF, &script)), NONE);
    assert_eq!(fills(&venue.step(2 * LEAF, &script)), [(100, "100".into())]);
}

#[test]
fn a_minimum_holds_for_the_first_fill() {
    let script = Script::still(10_000, 10_002, 60);
    let terms = |least| Terms { min_quantity: Some(least), ..Terms::default() };
    let mut venue = Venue::new(0, &script);
    let request = tif(Tif::Ioc, buy(1, 200, "100.02"));
    assert_eq!(fills(&venue.place(MS, &script, asking(terms(61), request))), NONE);
    let request = tif(Tif::Ioc, buy(2, 200, "100.02"));
    assert_eq!(fills(&venue.place(MS, &script, asking(terms(60), request))), [(60, "100.02".into())]);
    let script = Script::new(vec![Leaf::quiet(10_000, 10_005, 300).print(100, 10_000, 40).print(200, 10_000, 50)]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, asking(terms(45), buy(1, 60, "100.02")));
    assert_eq!(fills(&venue.step(LEAF, &script)), [(50, "100.02".into())]);
}

#[test]
fn an_iceberg_shows_a_part_and_queues_again_with_the_next() {
    let leaf = Leaf::quiet(10_000, 10_005, 300).print(100, 10_001, 1_000).print(150, 10_002, 70).print(200, 10_002, 70);
    let script = Script::new(vec![leaf]);
    let mut venue = Venue::new(0, &script);
    let terms = Terms { display: Some(50), ..Terms::default() };
    venue.place(MS, &script, asking(terms, buy(1, 300, "100.02")));
    venue.place(MS, &script, buy(2, 30, "100.02"));
    let view = venue.view(&script, ONE).unwrap();
    assert_eq!((view.bid, view.bid_size), (10_002, 80));
    venue.step(120 * MS, &script);
    assert_eq!(venue.open_orders(None).len(), 0, "a trade beyond its price takes the reserve too");
    let script = Script::new(vec![Leaf::quiet(10_000, 10_005, 300).print(150, 10_002, 70).print(200, 10_002, 70)]);
    let mut venue = Venue::new(0, &script);
    let terms = Terms { display: Some(50), ..Terms::default() };
    venue.place(MS, &script, asking(terms, buy(1, 300, "100.02")));
    venue.place(MS, &script, buy(2, 30, "100.02"));
    venue.step(LEAF, &script);
    let filled: Vec<_> = venue.executions().map(|e| (e.order_id, tape::shares(e.quantity))).collect();
    assert_eq!(filled, [(1, 50), (2, 20), (2, 10), (1, 50)]);
}

#[test]
fn a_hidden_order_stands_behind_everything_shown() {
    let mut script = Script::new(vec![
        Leaf::quiet(10_000, 10_005, 300),
        Leaf::quiet(10_000, 10_005, 100),
        Leaf::quiet(10_000, 10_005, 400).print(100, 10_000, 450),
    ]);
    script.half_life = MS;
    let mut venue = Venue::new(0, &script);
    let terms = Terms { hidden: true, ..Terms::default() };
    venue.place(MS, &script, asking(terms, buy(1, 100, "100")));
    venue.place(2 * MS, &script, buy(2, 100, "100"));
    assert_eq!(venue.view(&script, ONE).unwrap().bid_size, 400, "300 and the 100 that are shown");
    venue.step(3 * LEAF, &script);
    let filled: Vec<_> = venue.executions().map(|e| (e.order_id, tape::shares(e.quantity))).collect();
    assert_eq!(filled, [(2, 100)], "the other's 100 ahead were cut to 33, the hidden one has all 400 before it");
}

#[test]
fn discretion_takes_beyond_the_limit_but_never_shows_it() {
    let script = quoting(&[(10_000, 10_006), (10_000, 10_004)]);
    let mut venue = Venue::new(0, &script);
    let terms = Terms { discretion: Some(price("0.02")), ..Terms::default() };
    venue.place(MS, &script, asking(terms, buy(1, 100, "100.02")));
    assert_eq!(venue.view(&script, ONE).unwrap().bid, 10_002);
    assert_eq!(fills(&venue.step(2 * LEAF, &script)), [(100, "100.04".into())]);
}

#[test]
fn what_does_not_go_together_is_refused_with_its_code() {
    let script = Script::still(10_000, 10_002, 500);
    let limit = buy(1, 100, "99.99");
    let of = |kind: Kind| OrderRequest { kind, ..limit.clone() };
    let terms = |terms: Terms| asking(terms, limit.clone());
    let by = |text: &str| Offset::Amount(price(text));
    let table = [
        (tif(Tif::Gtc, of(Kind::MarketOnClose)), 113),
        (tif(Tif::Ioc, of(Kind::Stop(price("99")))), 111),
        (tif(Tif::Opening, of(Kind::MarketToLimit)), 111),
        (tif(Tif::Gtc, of(peg(Peg::MidPrice, "0", None))), 111),
        (tif(Tif::Fok, of(peg(Peg::Primary, "0", None))), 111),
        (of(Kind::Stop(price("99.005"))), 110),
        (of(Kind::Trail { by: by("0.005"), start: None }), 110),
        (of(Kind::Trail { by: by("-1"), start: None }), 110),
        (of(Kind::Trail { by: Offset::Percent("100".parse().unwrap()), start: None }), 321),
        (of(Kind::Snap { to: Snap::Market, offset: price("0.001") }), 110),
        (terms(Terms { display: Some(100), ..Terms::default() }), 10020),
        (terms(Terms { display: Some(10), hidden: true, ..Terms::default() }), 321),
        (terms(Terms { min_quantity: Some(101), ..Terms::default() }), 321),
        (terms(Terms { discretion: Some(price("0.001")), ..Terms::default() }), 168),
        (asking(Terms { discretion: Some(price("0.01")), ..Terms::default() }, of(Kind::Market)), 325),
        (asking(Terms { hidden: true, ..Terms::default() }, of(Kind::Market)), 321),
        (terms(Terms { parent_id: 9, ..Terms::default() }), 135),
    ];
    for (request, code) in table {
        let mut venue = Venue::new(0, &script);
        assert_eq!(codes(&venue.place(MS, &script, request.clone())), [code], "{request:?}");
        assert_eq!(venue.open_orders(None).len(), 0);
    }
}
