//! Futures: found as scanned, at their basis to what they are on, closed in the break, and gone after their last day.

use super::super::futures::contracts;
use super::super::indices::INDICES;
use super::*;

fn future(local: &str, year: i16) -> &'static Listing {
    contracts().iter().find(|l| l.series.is_some_and(|s| s.local == local && s.month.0 == year)).unwrap()
}

fn calendar(nyse: bool) -> Calendar {
    if nyse { Calendar::Cme } else { Calendar::Always }
}

/// Prints as bars.
fn gathered(s: &Symbol, seconds: i64, from: Nanos, until: Nanos) -> Rows {
    let mut out = Rows::new();
    for p in s.prints(from - 1, until) {
        add(&mut out, p.at.div_euclid(seconds * SECOND) * seconds * SECOND, p.price, p.size, 1);
    }
    out
}

#[test]
fn a_futures_bars_by_search_equal_those_by_scanning_every_leaf() {
    for (seed, nyse, local) in [(42, true, "ESZ6"), (42, false, "CLF7"), (7, true, "GCG7")] {
        let s = Symbol::new(seed, calendar(nyse), future(local, if local == "ESZ6" { 2026 } else { 2027 }));
        let d = s.calendar.locate(utc("2026-11-23T18:00:00Z")).unwrap().d;
        let (open, close) = s.calendar.hours(d);
        compare(&s, d, open, close, &[60, 900, 28_800]);
        compare(&s, d, open + 3_601, open + 9_001, &[1, 5, 30]);
        let leaves = scan(&s, d, 0, DAY);
        let shares: i64 = leaves.iter().flat_map(|l| &l.3).map(|t| t.size).sum();
        let prints: i64 = leaves.iter().map(|l| l.3.len() as i64).sum();
        let plan = s.plan(d).unwrap();
        assert_eq!((shares, prints), (plan.volume, plan.count), "{local}: what is planned is traded, and no more");
    }
}

#[test]
fn futures_trade_from_the_eve_to_the_break_and_close_at_weekends_and_on_half_days() {
    let feed = Feed::new(42, Calendar::Nyse);
    let id = future("ESZ6", 2026).con_id;
    for (at, open) in [
        // Wednesday, 16:59, 17:30 and 18:01 in New York.
        ("2026-11-18T21:59:00Z", true),
        ("2026-11-18T22:30:00Z", false),
        ("2026-11-18T23:01:00Z", true),
        ("2026-11-19T08:00:00Z", true),
        // Friday at five until Sunday at six.
        ("2026-11-20T21:59:59Z", true),
        ("2026-11-20T22:00:00Z", false),
        ("2026-11-21T15:00:00Z", false),
        ("2026-11-22T22:59:59Z", false),
        ("2026-11-22T23:00:01Z", true),
        // The evening of Thanksgiving belongs to Friday's half day, which ends at a quarter past one.
        ("2026-11-26T17:00:00Z", false),
        ("2026-11-27T00:30:00Z", true),
        ("2026-11-27T18:14:00Z", true),
        ("2026-11-27T18:15:01Z", false),
        ("2026-11-27T21:30:00Z", false),
        ("2026-11-30T15:00:00Z", true),
    ] {
        assert_eq!(feed.quote(id, utc(at)).is_some(), open, "{at}");
    }
    let s = Symbol::new(42, Calendar::Cme, future("ESZ6", 2026));
    for end in ["2026-11-18T23:20:00Z", "2026-11-22T23:20:00Z", "2026-11-27T19:00:00Z"] {
        let (from, until) = (utc(end) - 4 * 3_600 * SECOND, utc(end));
        let bars = bars::bars(&s, BarSize::Seconds(300), from, until, What::Trades, false);
        // A window that begins on a closed day begins with the bar before it.
        assert_eq!(since(rows(&bars), from), gathered(&s, 300, from, until), "{end}");
        assert!(!bars.is_empty());
        let day = s.day(until).unwrap();
        assert_eq!(s.prints(from, until).last().map(|p| p.price), Some(day.last));
    }
    // A trading day is one bar, from the evening before to the break.
    let until = utc("2026-11-19T21:59:59Z");
    let [day] = bars::bars(&s, BarSize::Day, until, until, What::Trades, false)[..] else { panic!("one day") };
    assert_eq!((day.start, day.end), (utc("2026-11-18T23:00:00Z"), utc("2026-11-19T22:00:00Z")));
    let figures = s.day(until).unwrap();
    assert_eq!((Some(day.open), Some(day.high), Some(day.low)), (figures.open, figures.high, figures.low));
    assert_eq!((day.volume, day.close), (figures.volume, figures.last));
}

#[test]
fn leaf_and_time_agree_on_the_futures_calendar() {
    let c = Calendar::Cme;
    for at in [
        "2026-11-25T14:30:00.6Z",
        "2026-11-22T23:00:00Z",
        "2026-11-02T04:30:00Z",
        "2026-03-08T23:10:00Z",
        "2026-11-27T00:00:00Z",
    ] {
        let spot = c.locate(utc(at)).unwrap();
        assert_eq!(c.moment(spot.d, spot.q) + spot.off, utc(at), "{at}");
        assert!(c.trading(utc(at)), "{at}");
    }
    let weekend = c.locate(utc("2026-11-21T15:00:00Z")).unwrap();
    assert_eq!((weekend.q, weekend.off), (14_399, LEAF - 1));
    let hours = c.hours_at(utc("2026-11-21T15:00:00Z"), true);
    assert_eq!((hours.open, hours.opens), (false, utc("2026-11-22T23:00:00Z")));
    let hours = c.hours_at(utc("2026-11-24T03:00:00Z"), false);
    assert_eq!(
        (hours.open, hours.opens, hours.closes),
        (false, utc("2026-11-24T14:30:00Z"), utc("2026-11-24T22:00:00Z"))
    );
}

#[test]
fn a_future_keeps_its_basis_and_micros_go_with_their_great_brother() {
    for market in [Calendar::Always, Calendar::Nyse] {
        let feed = Feed::new(42, market);
        let middle = |listing: &Listing, at: Nanos| {
            let quote = feed.quote(listing.con_id, at).unwrap();
            0.5 * (quote.bid + quote.ask - 1) as f64 / listing.per_unit()
        };
        let (es, mes, far) = (future("ESZ6", 2026), future("MESZ6", 2026), future("ESZ7", 2027));
        let spx = INDICES.iter().find(|l| l.symbol == "SPX").unwrap();
        let last = jiff::civil::date(2026, 12, 18);
        for d in (0..80).filter(|d| feed.calendar().trading(utc("2026-09-21T17:30:11Z") + d * 86_400 * SECOND)) {
            let at = utc("2026-09-21T17:30:11Z") + d * 86_400 * SECOND;
            let value = feed.day(spx.con_id, at).unwrap().last as f64 / 100.0;
            let days = jiff::civil::date(2026, 9, 21).until(last).unwrap().get_days() as f64 - d as f64;
            let basis = (middle(es, at) / value).ln() - 0.027 * days / 365.0;
            assert!(basis.abs() < 7e-4, "day {d}: {basis}");
            assert!((middle(es, at) / middle(mes, at) - 1.0).abs() < 3e-4);
            let year = (middle(far, at) / middle(es, at)).ln();
            assert!((year - 0.027 * 364.0 / 365.0).abs() < 5e-4, "{year}");
        }
        let (cl, uso) = (future("CLF7", 2027), Listing::by_symbol("USO").unwrap());
        let (gc, gld) = (future("GCG7", 2027), Listing::by_symbol("GLD").unwrap());
        let at = utc("2026-11-24T17:30:11Z");
        assert!((middle(cl, at) / 70.0 / (middle(uso, at) / 75.0) - 1.0).abs() < 3e-3);
        assert!(
            (middle(gc, at) / 3_250.0 / (middle(gld, at) / 300.0) * (-0.04_f64 * 93.0 / 365.0).exp() - 1.0).abs()
                < 2e-3
        );
    }
}

#[test]
fn a_future_ends_at_its_index_and_nothing_follows() {
    let end = utc("2026-12-18T14:30:00Z");
    for market in [Calendar::Always, Calendar::Nyse] {
        let feed = Feed::new(42, market);
        let id = future("ESZ6", 2026).con_id;
        assert!(feed.quote(id, end - SECOND).is_some());
        assert_eq!(feed.settlement(id, end - 1), None, "nobody knows it before");
        let (at, price) = feed.settlement(id, end).unwrap();
        assert_eq!(at, end);
        let spx = feed.day(416_904, end + 2 * SECOND).unwrap().last as f64 / 100.0;
        let price: f64 = price.to_string().parse().unwrap();
        assert!((price / spx - 1.0).abs() < 8e-4, "{price} {spx}");
        for after in [0, 1, 3_600, 86_400 * 30] {
            assert_eq!(feed.quote(id, end + after * SECOND), None);
        }
        assert_eq!(feed.prints(id, end, end + 9 * 3_600 * SECOND), []);
        assert!(!feed.prints(id, end - 3_600 * SECOND, end).is_empty());
        assert!(feed.day(id, end + 3_600 * SECOND).is_some_and(|day| day.last_at < end));
        let oil = future("CLF7", 2027);
        let (at, price) = feed.settlement(oil.con_id, end + 30 * 86_400 * SECOND).unwrap();
        assert_eq!(at, utc("2026-12-21T19:30:00Z"));
        let last = feed.prints(oil.con_id, at - 60 * SECOND, at).last().unwrap().price;
        assert!((oil.ticks(price).unwrap() - last).abs() <= 5);
    }
}

#[test]
fn volume_moves_to_the_next_contract_before_the_end() {
    let feed = Feed::new(42, Calendar::Nyse);
    let day = |local: &str, year: i16, at: &str| {
        let bars = feed.bars(future(local, year).con_id, BarSize::Day, utc(at), utc(at), What::Trades, false);
        bars.first().map_or(0, |bar| bar.volume)
    };
    let (front, next) = (day("ESZ6", 2026, "2026-11-20T21:59:00Z"), day("ESH7", 2027, "2026-11-20T21:59:00Z"));
    assert!((500_000..5_000_000).contains(&front) && next < front / 20, "{front} {next}");
    let (front, next) = (day("ESZ6", 2026, "2026-12-15T21:59:00Z"), day("ESH7", 2027, "2026-12-15T21:59:00Z"));
    assert!(next > 5 * front && front > 0, "{front} {next}");
    assert!((100_000..600_000).contains(&day("CLF7", 2027, "2026-12-07T21:59:00Z")));
}

#[test]
fn the_futures_of_seed_42_are_pinned() {
    let mut found = Vec::new();
    for nyse in [false, true] {
        for (local, year) in [("ESZ6", 2026), ("MESZ6", 2026), ("NQH7", 2027), ("CLF7", 2027), ("GCG7", 2027)] {
            let s = Symbol::new(42, calendar(nyse), future(local, year));
            let forwards = digest(&s, false, false);
            assert_eq!(forwards, digest(&s, true, true), "{local}: backwards and forgetting");
            found.push(forwards);
        }
    }
    let all = found.iter().fold(0, |h, d| mix(h ^ d));
    assert_eq!(all, GOLDEN, "the path of the futures has changed: {all:#018x}");
}

/// Every answer of seed 42 folded into one number; it may change only together with [`VERSION`].
const GOLDEN: u64 = 0xBCBC_BBF3_E7B0_4283;
