//! Orders that an algorithm works.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;

const PART: Nanos = 120 * LEAF;

fn worked(request: OrderRequest, way: Way) -> OrderRequest {
    let terms = Terms { algo: Some(Algo { way, start: None, end: None, past: false }), ..request.terms.clone() };
    OrderRequest { terms, ..request }
}

fn market(shares: i64) -> OrderRequest {
    order(1, Action::Buy, shares, Kind::Market)
}

fn sum(events: &[Event]) -> i64 {
    fills(events).iter().map(|(shares, _)| shares).sum()
}

#[test]
fn a_twap_takes_equal_parts_over_its_time() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.day_end = 4 * PART;
    script.regular = (0, 4 * PART);
    let mut venue = Venue::new(0, &script);
    assert_eq!(sum(&venue.place(0, &script, worked(market(400), Way::Twap))), 100, "the first part at once");
    let mut parts = Vec::new();
    for part in 1..4 {
        assert_eq!(sum(&venue.step(part * PART - 1, &script)), 0);
        parts.push(sum(&venue.step(part * PART + LEAF, &script)));
    }
    assert_eq!(parts, [100, 100, 100]);
    assert_eq!(venue.open_orders(None).len(), 0);
}

#[test]
fn a_limited_twap_rests_with_what_is_allowed_and_ends_with_its_time() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.day_end = 4 * PART;
    script.regular = (0, 4 * PART);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(0, &script, worked(buy(1, 400, "100.01"), Way::Twap));
    assert_eq!(words(&events).last().map(String::as_str), Some("status:Submitted"));
    assert_eq!(venue.view(&script, ONE).map(|quote| quote.bid_size), Some(100), "one part is shown");
    venue.step(2 * PART + LEAF, &script);
    assert_eq!(venue.view(&script, ONE).map(|quote| quote.bid_size), Some(300));
    let events = venue.step(4 * PART, &script);
    assert_eq!((codes(&events), sum(&events)), (vec![202], 0));
}

#[test]
fn a_share_of_the_volume_follows_what_others_trade() {
    let leaves = [(0, 100), (1, 200), (2, 0), (3, 700)];
    let of = |(_, size)| {
        if size > 0 {
            Leaf::quiet(10_000, 10_002, 500).print(100, 10_001, size)
        } else {
            Leaf::quiet(10_000, 10_002, 500)
        }
    };
    let mut script = Script::new(leaves.into_iter().map(of).chain([Leaf::quiet(10_000, 10_002, 500)]).collect());
    script.day_end = 100 * LEAF;
    script.regular = (0, 100 * LEAF);
    let mut venue = Venue::new(0, &script);
    venue.step(150 * MS, &script);
    let ten = Way::PctVol(rust_decimal::Decimal::TEN);
    assert_eq!(sum(&venue.place(150 * MS, &script, worked(market(400), ten))), 0, "nothing has traded since");
    let traded: Vec<i64> = (2..=6).map(|leaf| sum(&venue.step(leaf * LEAF, &script))).collect();
    assert_eq!(traded, [20, 0, 70, 0, 0]);
}

#[test]
fn an_order_that_an_algorithm_works_is_plain_for_the_day_and_never_changed() {
    let script = Script::still(10_000, 10_002, 500);
    let place = |request| codes(&Venue::new(0, &script).place(MS, &script, request));
    let twap = |request| worked(request, Way::Twap);
    assert_eq!(place(twap(order(1, Action::Buy, 100, Kind::Stop(price("101"))))), [442]);
    assert_eq!(place(twap(OrderRequest { tif: Tif::Gtc, ..market(100) })), [442]);
    let hidden = Terms { hidden: true, ..Terms::default() };
    assert_eq!(place(twap(OrderRequest { terms: hidden, ..buy(1, 100, "100") })), [442]);
    let mut venue = Venue::new(0, &script);
    let order = twap(OrderRequest { outside_rth: false, ..buy(1, 100, "99") });
    venue.place(MS, &script, order.clone());
    assert_eq!(
        codes(&venue.place(2 * MS, &script, OrderRequest { quantity: crate::money::Qty::from(50), ..order })),
        [440]
    );
    let child = Terms { parent_id: 1, ..Terms::default() };
    let child = OrderRequest { terms: child, ..sell(2, 100, "110") };
    assert_eq!(codes(&venue.place(3 * MS, &script, child)), [442], "no bracket");
}
