//! Stops, touches and trails.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;
use crate::money::Price;

const NONE: [(i64, String); 0] = [];

fn stop(action: Action, trigger: &str) -> OrderRequest {
    order(1, action, 100, Kind::Stop(price(trigger)))
}

fn with(method: TriggerMethod, request: OrderRequest) -> OrderRequest {
    let terms = Terms { trigger_method: method, ..request.terms.clone() };
    OrderRequest { terms, ..request }
}

/// In which leaf, if in any, an order is elected.
fn elected(script: &Script, request: &OrderRequest) -> Option<i64> {
    let mut venue = Venue::new(0, script);
    venue.place(MS, script, request.clone());
    (0..script.leaves.len() as i64).find(|leaf| {
        let events = venue.step((leaf + 1) * LEAF - 1, script);
        words(&events).contains(&"open:Submitted".to_owned())
    })
}

#[test]
fn a_stop_waits_presubmitted_and_trades_when_a_trade_reaches_it() {
    let script = trading(10_000, 10_002, &[10_001, 10_002]);
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, stop(Action::Buy, "100.02"));
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted"]);
    let Some(Event::OrderStatus(report)) = events.last() else { panic!("no status") };
    assert_eq!(report.held.words(), "trigger");
    assert_eq!(venue.step(LEAF, &script), [], "the ask is there, no trade");
    let events = venue.step(2 * LEAF, &script);
    assert_eq!(words(&events)[..3], ["open:Submitted", "status:Submitted", "execution"]);
    let Some(Event::OrderStatus(report)) = events.get(1) else { panic!("no status") };
    assert_eq!(report.held.words(), "");
    assert_eq!(fills(&events), [(100, "100.02".into())]);
}

#[test]
fn each_method_has_its_own_eyes() {
    use TriggerMethod::*;
    let quotes = [(9_998, 10_000), (10_000, 10_002), (10_000, 10_002), (10_001, 10_003), (10_003, 10_005)];
    let mut script = quoting(&quotes);
    script.leaves[0] = script.leaves[0].clone().print(100, 9_999, 10);
    script.leaves[1] = script.leaves[1].clone().print(100, 10_001, 10);
    script.leaves[3] = script.leaves[3].clone().print(100, 10_001, 10);
    let table = [
        (Default, Some(1)),
        (Last, Some(1)),
        (DoubleLast, Some(3)),
        (BidAsk, Some(3)),
        (DoubleBidAsk, Some(4)),
        (LastOrBidAsk, Some(1)),
        (Midpoint, Some(1)),
    ];
    for (method, leaf) in table {
        assert_eq!(elected(&script, &with(method, stop(Action::Buy, "100.01"))), leaf, "{method:?}");
        // A sell touch is elected from below by the same prices.
        let touch = order(1, Action::Sell, 100, Kind::Touched(price("100.01")));
        assert_eq!(elected(&script, &with(method, touch)), leaf, "{method:?}");
    }
    let table = [(BidAsk, Some(1)), (DoubleBidAsk, Some(2)), (Last, Some(1)), (Midpoint, Some(2))];
    let mut falling = quoting(&[(10_002, 10_004), (9_999, 10_001), (9_998, 10_000), (9_998, 10_000)]);
    falling.leaves[1] = falling.leaves[1].clone().print(100, 10_000, 10);
    for (method, leaf) in table {
        let trigger = if method == Midpoint {
            "99.99"
        } else if method == Last {
            "100"
        } else {
            "100.01"
        };
        assert_eq!(elected(&falling, &with(method, stop(Action::Sell, trigger))), leaf, "{method:?}");
        let touch = order(1, Action::Buy, 100, Kind::Touched(price(trigger)));
        assert_eq!(elected(&falling, &with(method, touch)), leaf, "{method:?}");
    }
}

#[test]
fn two_in_a_row_must_follow_one_another() {
    let script = trading(10_000, 10_002, &[10_002, 10_001, 10_002, 10_002]);
    assert_eq!(elected(&script, &with(TriggerMethod::DoubleLast, stop(Action::Buy, "100.02"))), Some(3));
}

#[test]
fn a_stop_limit_rests_at_its_limit_once_elected() {
    let script = trading(10_000, 10_002, &[10_000, 10_000]);
    let mut venue = Venue::new(0, &script);
    let kind = Kind::StopLimit { trigger: price("100"), limit: price("100.03") };
    venue.place(MS, &script, order(1, Action::Sell, 100, kind));
    let events = venue.step(LEAF - 1, &script);
    assert_eq!(words(&events), ["open:Submitted", "status:Submitted"]);
    assert_eq!(venue.view(&script, ONE).unwrap().ask_size, 500);
    let record = &venue.saved().orders[0];
    assert_eq!((record.place.stage, record.place.limit, record.place.ahead), (Stage::Resting, Some(10_003), 500));
}

#[test]
fn touches_are_elected_from_the_other_side() {
    let script = trading(10_000, 10_002, &[10_001, 10_000]);
    assert_eq!(elected(&script, &order(1, Action::Buy, 100, Kind::Touched(price("100")))), Some(1));
    let limited = Kind::TouchedLimit { trigger: price("100"), limit: price("99.5") };
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, limited));
    assert_eq!(fills(&venue.step(2 * LEAF, &script)), NONE);
    assert_eq!(venue.saved().orders[0].place.limit, Some(9_950));
}

#[test]
fn outside_regular_hours_a_stop_sleeps_unless_told_otherwise() {
    let mut script = trading(10_000, 10_002, &[10_002, 10_002, 10_002, 10_002]);
    script.regular = (2 * LEAF, 8 * LEAF);
    let night = OrderRequest { outside_rth: false, ..stop(Action::Buy, "100.02") };
    assert_eq!(elected(&script, &night), Some(2));
    assert_eq!(elected(&script, &stop(Action::Buy, "100.02")), Some(0));
    let mut venue = Venue::new(0, &script);
    assert_eq!(codes(&venue.place(MS, &script, night)), [399]);
}

/// Where a trail's trigger stands after each leaf.
fn stops(script: &Script, request: OrderRequest) -> Vec<Option<String>> {
    let mut venue = Venue::new(0, script);
    venue.place(MS, script, request);
    let leaves = script.leaves.len() as i64;
    let stand = |n: i64| {
        venue.step(n * LEAF - 1, script);
        venue.open_orders(None).first().and_then(|order| order.standing.stop).map(|stop| stop.to_string())
    };
    (1..=leaves).map(stand).collect()
}

#[test]
fn a_trail_follows_the_market_and_never_goes_back() {
    let script = trading(10_000, 10_002, &[10_001, 10_010, 10_005, 10_008, 10_000]);
    let by = Offset::Amount(price("0.05"));
    let trail = order(1, Action::Sell, 100, Kind::Trail { by, start: None });
    let some = |text: &str| Some(text.to_owned());
    let expected = [some("99.96"), some("100.05"), None, None, None, None];
    assert_eq!(stops(&script, trail.clone()), expected, "from the bid, then the trades; 100.05 elects it");
    let mut venue = Venue::new(0, &script);
    let events = venue.place(MS, &script, trail);
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted", "open:PreSubmitted"]);
    let events = venue.step(LEAF - 1, &script);
    assert_eq!(words(&events), ["open:PreSubmitted"], "the trigger moved");
    let events = venue.step(3 * LEAF, &script);
    assert_eq!(words(&events)[..3], ["open:PreSubmitted", "open:Submitted", "status:Submitted"]);
    assert_eq!(fills(&events), [(100, "100".into())]);
}

#[test]
fn a_buy_trail_comes_down_with_the_market() {
    let script = trading(10_000, 10_002, &[10_001, 9_990, 9_995, 10_030]);
    let by = Offset::Percent("0.1".parse().unwrap());
    let trail = order(1, Action::Buy, 100, Kind::Trail { by, start: Some(price("100.5")) });
    let some = |text: &str| Some(text.to_owned());
    // A tenth of a percent of 100.01 is 0.10001: the trigger stands at the next tick above.
    assert_eq!(stops(&script, trail), [some("100.12"), some("100"), some("100"), None, None]);
}

#[test]
fn a_trailing_limit_keeps_its_room_and_works_at_it() {
    let script = trading(10_000, 10_002, &[10_010, 10_004]);
    let by = Offset::Amount(price("0.05"));
    let kind = Kind::TrailLimit { by, start: Some(price("99.9")), room: price("0.02") };
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Sell, 100, kind));
    venue.step(LEAF - 1, &script);
    let standing = venue.open_orders(None)[0].standing;
    assert_eq!((standing.stop, standing.limit), (Some(price("100.05")), Some(price("100.03"))));
    assert_eq!(fills(&venue.step(2 * LEAF, &script)), NONE);
    assert_eq!(venue.saved().orders[0].place.limit, Some(10_003));
}

#[test]
fn an_elected_stop_keeps_its_trigger_and_lets_its_limit_change() {
    let script = trading(10_000, 10_002, &[10_000]);
    let kind = |trigger: &str, limit: &str| Kind::StopLimit { trigger: price(trigger), limit: price(limit) };
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Sell, 100, kind("99.5", "100.03")));
    let moved = venue.place(2 * MS, &script, order(1, Action::Sell, 100, kind("100", "100.03")));
    assert_eq!(words(&moved), ["open:PreSubmitted", "status:PreSubmitted"]);
    venue.step(LEAF, &script);
    let again = venue.place(LEAF, &script, order(1, Action::Sell, 100, kind("99.9", "100.03")));
    assert_eq!(codes(&again), [105]);
    let events = venue.place(LEAF, &script, order(1, Action::Sell, 100, kind("100", "100")));
    assert_eq!(fills(&events), [(100, "100".into())]);
}

#[test]
fn a_changed_trail_begins_where_it_is_told_or_stays() {
    let script = trading(10_000, 10_002, &[10_010]);
    let trail = |by: &str, start: Option<Price>| {
        order(1, Action::Sell, 100, Kind::Trail { by: Offset::Amount(price(by)), start })
    };
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, trail("0.2", Some(price("99"))));
    venue.step(LEAF, &script);
    let stop = |venue: &Venue| venue.open_orders(None)[0].standing.stop;
    assert_eq!(stop(&venue), Some(price("99.9")));
    venue.place(LEAF, &script, OrderRequest { quantity: Price::from(60).0.into(), ..trail("0.2", None) });
    assert_eq!(stop(&venue), Some(price("99.9")), "a size says nothing of the trigger");
    venue.place(LEAF, &script, trail("0.2", Some(price("99.5"))));
    assert_eq!(stop(&venue), Some(price("99.5")));
    venue.place(LEAF, &script, trail("0.3", None));
    assert_eq!(stop(&venue), Some(price("99.7")), "another distance starts from the bid again");
}
