//! The venue over the simulated market itself.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::{LEAF, MS, codes, fills, order};
use crate::gateway::feed::{Calendar, Feed, Listing};

const SECOND: Nanos = 1_000 * MS;
const HOUR: Nanos = 3_600 * SECOND;
/// Wednesday, 11 March 2026, 15:00:00 UTC: 11:00 in New York.
const NOON: Nanos = 1_773_241_200 * SECOND;

fn con_id(symbol: &str) -> ConId {
    Listing::by_symbol(symbol).unwrap().con_id
}

fn request(id: OrderId, symbol: &str, action: Action, shares: i64, kind: Kind) -> OrderRequest {
    OrderRequest { con_id: con_id(symbol), outside_rth: false, ..order(id, action, shares, kind) }
}

fn bid(feed: &Feed, symbol: &str, at: Nanos) -> Kind {
    let listing = Listing::by_symbol(symbol).unwrap();
    Kind::Limit(listing.price(Market::quote(feed, listing.con_id, at).unwrap().bid))
}

#[test]
fn a_market_order_takes_at_the_ask() {
    for calendar in [Calendar::Always, Calendar::Nyse] {
        let feed = Feed::new(42, calendar);
        let mut venue = Venue::new(NOON, &feed);
        let quote = Market::quote(&feed, con_id("AAPL"), NOON).unwrap();
        let events = venue.place(NOON, &feed, request(1, "AAPL", Action::Buy, 10, Kind::Market));
        let ask = Listing::by_symbol("AAPL").unwrap().price(quote.ask);
        assert_eq!(fills(&events), [(10, ask.to_string())]);
        assert_eq!(venue.positions().len(), 1);
    }
}

/// How many of 40 orders for 100 shares that join the bid fill within a minute.
fn filled_within_a_minute(feed: &Feed, symbol: &str) -> usize {
    let filled = |n: i64| {
        let at = NOON + n * 177 * SECOND;
        let mut venue = Venue::new(at, feed);
        venue.place(at, feed, request(1, symbol, Action::Buy, 100, bid(feed, symbol, at)));
        venue.step(at + 60 * SECOND, feed);
        venue.completed_orders().len() == 1
    };
    (0..40).filter(|n| filled(*n)).count()
}

#[test]
fn a_passive_order_fills_sooner_the_more_the_stock_trades() {
    let feed = Feed::new(42, Calendar::Nyse);
    let [liquid, large, small] = ["AAPL", "GS", "CAKE"].map(|symbol| filled_within_a_minute(&feed, symbol));
    assert!(liquid >= 30, "AAPL {liquid} of 40");
    assert!(small < 35, "CAKE {small} of 40");
    assert!(liquid >= large.max(small), "AAPL {liquid}, GS {large}, CAKE {small} of 40");
}

#[test]
fn the_stride_does_not_matter_on_the_real_market_either() {
    for calendar in [Calendar::Always, Calendar::Nyse] {
        let feed = Feed::new(7, calendar);
        let run = |stride: Nanos| {
            let mut venue = Venue::new(NOON, &feed);
            let mut events = Vec::new();
            for (n, symbol) in ["AAPL", "KO", "CAKE", "SPY"].into_iter().enumerate() {
                let id = n as OrderId * 2 + 1;
                events.extend(venue.place(
                    NOON,
                    &feed,
                    request(id, symbol, Action::Buy, 400, bid(&feed, symbol, NOON)),
                ));
                events.extend(venue.place(NOON, &feed, request(id + 1, symbol, Action::Buy, 900, Kind::Market)));
            }
            let mut at = NOON;
            while at < NOON + 120 * SECOND {
                at = (at + stride).min(NOON + 120 * SECOND);
                events.extend(venue.step(at, &feed));
            }
            events.retain(|event| *event != Event::AccountChanged);
            (events, venue.saved())
        };
        let whole = run(HOUR);
        assert!(whole.0.len() > 40, "{}", whole.0.len());
        assert_eq!(whole, run(20 * MS));
        assert_eq!(whole, run(333 * MS));
    }
}

#[test]
fn sessions_follow_the_exchange_with_and_without_extended_hours() {
    let feed = Feed::new(42, Calendar::Nyse);
    let aapl = con_id("AAPL");
    let close = NOON + 5 * HOUR;
    let session = feed.session(aapl, NOON, false);
    assert_eq!(session, Session { open: true, opens: NOON, day_end: close });
    let extended = feed.session(aapl, NOON, true);
    assert_eq!(extended, Session { open: true, opens: NOON, day_end: close + 4 * HOUR });
    let evening = feed.session(aapl, close, false);
    let next_open = NOON + 24 * HOUR - HOUR - HOUR / 2;
    assert_eq!(evening, Session { open: false, opens: next_open, day_end: close + 24 * HOUR });
    assert!(feed.session(aapl, close, true).open);
    let saturday = NOON + 3 * 24 * HOUR;
    assert_eq!(feed.session(aapl, saturday, true).opens, NOON + 5 * 24 * HOUR - 7 * HOUR);
    let always = Feed::new(42, Calendar::Always);
    let midnight = NOON + 9 * HOUR;
    assert!(always.session(aapl, saturday, false).open);
    assert_eq!(always.session(aapl, NOON, false).day_end, midnight);
    assert_eq!(always.session(aapl, midnight, false).day_end, midnight + 24 * HOUR);
    assert_eq!(always.day_start(NOON), midnight - 24 * HOUR);
    assert_eq!(feed.day_start(NOON), NOON - 11 * HOUR);
}

#[test]
fn an_order_of_the_evening_works_at_the_open_and_its_day_ends_there() {
    let feed = Feed::new(42, Calendar::Nyse);
    let mut venue = Venue::new(NOON, &feed);
    let evening = NOON + 6 * HOUR;
    let late = venue.place(evening, &feed, request(1, "KO", Action::Buy, 50, Kind::Market));
    assert_eq!(fills(&late), []);
    let open = NOON + 24 * HOUR - HOUR - HOUR / 2;
    assert_eq!(fills(&venue.step(open - 1, &feed)), []);
    assert_eq!(venue.step(open + LEAF, &feed).len(), 9);
    assert_eq!(venue.completed_orders().len(), 1);
}

#[test]
fn ticks_follow_the_market_rule_by_the_orders_price() {
    let feed = Feed::new(42, Calendar::Nyse);
    let aapl = con_id("AAPL");
    assert_eq!(feed.increment(aapl, "230".parse().unwrap()), Some("0.01".parse().unwrap()));
    assert_eq!(feed.increment(aapl, "1".parse().unwrap()), Some("0.01".parse().unwrap()));
    assert_eq!(feed.increment(aapl, "0.5".parse().unwrap()), Some("0.0001".parse().unwrap()));
    assert_eq!(feed.increment(1, "230".parse().unwrap()), None);
}

#[test]
fn own_fills_lie_within_what_everybody_saw() {
    let feed = Feed::new(42, Calendar::Nyse);
    let mut venue = Venue::new(NOON, &feed);
    for n in 0..60 {
        let at = NOON + n * SECOND;
        let before = {
            venue.step(at, &feed);
            venue.view(&feed, con_id("KO")).unwrap()
        };
        let action = if n % 2 == 0 { Action::Buy } else { Action::Sell };
        let events = venue.place(at, &feed, request(n as OrderId + 1, "KO", action, 100, Kind::Market));
        let ticks = Listing::by_symbol("KO").unwrap();
        let touch = ticks.price(if action == Action::Buy { before.ask } else { before.bid });
        assert_eq!(fills(&events)[0].1, touch.to_string());
        let after = venue.view(&feed, con_id("KO")).unwrap();
        assert!(after.bid < after.ask, "{after:?}");
    }
    assert!(venue.cash() < Cash::from(STARTING_CASH));
}

#[test]
fn auction_orders_trade_at_the_official_open_and_close() {
    for calendar in [Calendar::Nyse, Calendar::Always] {
        let feed = Feed::new(42, calendar);
        let ko = con_id("KO");
        let close = feed.session(ko, NOON, false).day_end;
        let early = close - 600 * SECOND - SECOND;
        let mut venue = Venue::new(early, &feed);
        venue.place(early, &feed, request(1, "KO", Action::Buy, 100, Kind::MarketOnClose));
        let opening = OrderRequest { tif: Tif::Opening, ..request(2, "KO", Action::Buy, 100, Kind::Market) };
        venue.place(early, &feed, opening);
        assert_eq!(codes(&venue.cancel(close - 600 * SECOND, &feed, 7, 1)), [10148], "{calendar:?}");
        let late = venue.place(close - 600 * SECOND, &feed, request(3, "KO", Action::Buy, 100, Kind::MarketOnClose));
        assert_eq!(codes(&late), [201], "KO is listed at the NYSE");
        let ticks = Listing::by_symbol("KO").unwrap();
        let events = venue.step(close, &feed);
        let open = feed.session(ko, close, false).opens;
        let official = feed.day(ko, open + SECOND).unwrap();
        assert_eq!(fills(&events), [(100, ticks.price(official.previous_close).to_string())], "{calendar:?}");
        let events = venue.step(open + SECOND, &feed);
        assert_eq!(fills(&events), [(100, ticks.price(official.open.unwrap()).to_string())], "{calendar:?}");
        assert_eq!(venue.open_orders(None).len(), 0);
    }
}

#[test]
fn the_stride_does_not_matter_for_triggers_and_pegs_on_the_real_market() {
    let feed = Feed::new(11, Calendar::Nyse);
    let run = |stride: Nanos| {
        let mut venue = Venue::new(NOON, &feed);
        let mut events = Vec::new();
        let by = Offset::Amount("0.05".parse().unwrap());
        let kinds = [
            Kind::Trail { by, start: None },
            Kind::TrailLimit { by, start: None, room: "0.02".parse().unwrap() },
            Kind::Peg { to: Peg::Primary, offset: Offset::Amount("0.01".parse().unwrap()), cap: None },
            Kind::Peg { to: Peg::MidPrice, offset: Offset::Amount(crate::money::Price::ZERO), cap: None },
            Kind::MarketToLimit,
        ];
        for (n, kind) in kinds.into_iter().enumerate() {
            for (symbol, action, id) in [("AAPL", Action::Buy, 2 * n), ("KO", Action::Sell, 2 * n + 1)] {
                events.extend(venue.place(NOON, &feed, request(id as OrderId + 1, symbol, action, 300, kind)));
            }
        }
        let end = NOON + 90 * SECOND;
        let mut at = NOON;
        while at < end {
            at = (at + stride).min(end);
            events.extend(venue.step(at, &feed));
        }
        events.retain(|event| *event != Event::AccountChanged);
        (events, venue.saved())
    };
    let whole = run(HOUR);
    assert!(whole.0.len() > 40, "{}", whole.0.len());
    assert_eq!(whole, run(70 * MS));
}
