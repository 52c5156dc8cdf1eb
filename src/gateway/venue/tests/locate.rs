//! Short sales of shares that must be found first.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;
use crate::money::Price;

/// A market in which `shares` can be borrowed, `more` of them from a moment on.
struct Scarce {
    script: Script,
    shares: i64,
    more: i64,
    from: Nanos,
}

impl Market for Scarce {
    fn listing(&self, con_id: ConId) -> Option<Listing> {
        self.script.listing(con_id)
    }
    fn increment(&self, con_id: ConId, price: Price) -> Option<Price> {
        self.script.increment(con_id, price)
    }
    fn session(&self, con_id: ConId, at: Nanos, outside_rth: bool) -> Session {
        self.script.session(con_id, at, outside_rth)
    }
    fn day_start(&self, at: Nanos) -> Nanos {
        self.script.day_start(at)
    }
    fn quote(&self, con_id: ConId, at: Nanos) -> Option<Quote> {
        self.script.quote(con_id, at)
    }
    fn next_change(&self, con_id: ConId, after: Nanos) -> Nanos {
        self.script.next_change(con_id, after)
    }
    fn prints(&self, con_id: ConId, after: Nanos, until: Nanos) -> Vec<Print> {
        self.script.prints(con_id, after, until)
    }
    fn shown(&self, con_id: ConId, side: Side, price: i64, at: Nanos) -> i64 {
        self.script.shown(con_id, side, price, at)
    }
    fn mark(&self, con_id: ConId, at: Nanos) -> Option<Price> {
        self.script.mark(con_id, at)
    }
    fn borrowable(&self, _con_id: ConId, at: Nanos) -> i64 {
        if at >= self.from { self.more } else { self.shares }
    }
}

fn scarce(shares: i64) -> Scarce {
    Scarce { script: Script::still(10_000, 10_002, 500), shares, more: 1_000, from: 4 * LEAF }
}

fn why_held(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::OrderStatus(report) => Some(format!("{}:{}", report.status.word(), report.held.words())),
        _ => None,
    };
    events.iter().filter_map(word).collect()
}

#[test]
fn a_short_sale_waits_until_its_shares_are_found() {
    let market = scarce(0);
    let mut venue = Venue::new(0, &market);
    let events = venue.place(MS, &market, order(1, Action::Sell, 100, Kind::Market));
    assert_eq!(why_held(&events), ["PreSubmitted:", "PreSubmitted:locate"]);
    assert_eq!(codes(&events), [404]);
    assert_eq!(words(&venue.step(4 * LEAF - 1, &market)), Vec::<String>::new(), "nothing is said again");
    let events = venue.step(5 * LEAF, &market);
    assert_eq!(why_held(&events)[..2], ["PreSubmitted:".to_owned(), "Submitted:".to_owned()]);
    assert_eq!(fills(&events), [(100, "100".into())]);
}

#[test]
fn the_moment_does_not_depend_on_the_stride() {
    let filled_at = |stride: Nanos| {
        let market = scarce(0);
        let mut venue = Venue::new(0, &market);
        venue.place(MS, &market, order(1, Action::Sell, 100, Kind::Market));
        let mut at = MS;
        while at < 8 * LEAF {
            at += stride;
            venue.step(at, &market);
        }
        venue.executions().map(|execution| execution.at).collect::<Vec<_>>()
    };
    assert_eq!(filled_at(7 * MS), filled_at(3 * LEAF));
    assert_eq!(filled_at(7 * MS).len(), 1);
}

#[test]
fn what_is_borrowable_or_owned_is_sold_at_once() {
    let market = scarce(50);
    let mut venue = Venue::new(0, &market);
    venue.place(MS, &market, order(1, Action::Buy, 100, Kind::Market));
    // 100 are owned and 50 can be borrowed.
    assert_eq!(codes(&venue.place(2 * MS, &market, order(2, Action::Sell, 151, Kind::Market))), [404]);
    venue.cancel(2 * MS, &market, 7, 2);
    assert_eq!(venue.place(3 * MS, &market, order(3, Action::Sell, 150, Kind::Market)).len(), fill_of(1));
    // A purchase that closes the short needs nothing.
    assert_eq!(codes(&venue.place(4 * MS, &market, order(4, Action::Buy, 50, Kind::Market))), [0; 0]);
}

/// How many events a new market order that fills in one trade makes.
fn fill_of(trades: usize) -> usize {
    // Filled is said twice.
    5 + trades * 6
}

#[test]
fn a_held_order_can_be_cancelled_and_a_stop_is_not_elected_meanwhile() {
    let market = scarce(0);
    let mut venue = Venue::new(0, &market);
    let events = venue.place(MS, &market, order(1, Action::Sell, 100, Kind::Stop(price("100.50"))));
    assert_eq!(codes(&events), [404]);
    assert_eq!(why_held(&events).last().unwrap(), "PreSubmitted:locate,trigger");
    assert_eq!(fills(&venue.step(3 * LEAF, &market)), []);
    let events = venue.cancel(3 * LEAF, &market, 7, 1);
    assert_eq!(codes(&events), [202]);
    assert!(!why_held(&events).last().unwrap().contains("locate"));
}

#[test]
fn a_day_order_dies_unfound_and_an_order_that_lives_tries_the_next_day() {
    let mut market = scarce(0);
    market.script.day_end = 4 * LEAF;
    market.from = 5 * LEAF;
    let mut venue = Venue::new(0, &market);
    venue.place(MS, &market, order(1, Action::Sell, 100, Kind::Market));
    venue.place(MS, &market, OrderRequest { tif: Tif::Gtc, ..order(2, Action::Sell, 100, Kind::Market) });
    let events = venue.step(8 * LEAF, &market);
    assert_eq!(codes(&events), [202]);
    assert_eq!(fills(&events), [(100, "100".into())]);
    assert_eq!(venue.executions().map(|execution| execution.order_id).collect::<Vec<_>>(), [2]);
}
