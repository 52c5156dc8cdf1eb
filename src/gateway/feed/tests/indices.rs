//! The indices: found as scanned, at one with the funds on them, and a volatility index that behaves like one.

use super::super::indices::INDICES;
use super::*;

fn index(seed: u64, calendar: Calendar, name: &str) -> Symbol {
    Symbol::new(seed, calendar, INDICES.iter().find(|l| l.symbol == name).unwrap())
}

#[test]
fn an_indexs_bars_by_search_equal_those_by_scanning_every_value() {
    for (seed, calendar, name) in [
        (42, Calendar::Always, "SPX"),
        (42, Calendar::Nyse, "VIX"),
        (1, Calendar::Always, "VIX"),
        (7, Calendar::Nyse, "RUT"),
    ] {
        let s = index(seed, calendar, name);
        let d = calendar.locate(utc("2026-11-23T18:00:00Z")).unwrap().d;
        let (open, close) = calendar.hours(d);
        compare(&s, d, open, close, &[60, 900, 28_800]);
        compare(&s, d, open + 3_601, open + 9_001, &[1, 5, 30]);
        let until = calendar.end(d, close - 1) - 1;
        let [day] = bars::bars(&s, BarSize::Day, until, until, What::Trades, false)[..] else { panic!("one day") };
        let values = i64::from(close - open) / 4 + 1;
        assert_eq!((day.volume, day.count, day.wap), (0, values, 0));
        assert_eq!((day.start, day.end), (calendar.moment(d, open), calendar.end(d, close - 1)));
        assert_eq!(Some(day.close), s.close(d), "the last value is the official close");
    }
}

#[test]
fn an_index_has_values_in_regular_hours_only_and_never_a_quote() {
    let feed = Feed::new(42, Calendar::Nyse);
    for listing in INDICES {
        let id = listing.con_id;
        let (early, noon) = (utc("2026-11-25T13:00:00Z"), utc("2026-11-25T17:00:00Z"));
        let late = utc("2026-11-25T22:30:00Z");
        for at in [early, noon, late] {
            assert_eq!(feed.quote(id, at), None);
            assert_eq!(feed.book(id, at, 5), None);
            assert!(feed.bars(id, BarSize::Seconds(60), at, at, What::Bid, false).is_empty());
        }
        let (before, day, after) =
            (feed.day(id, early).unwrap(), feed.day(id, noon).unwrap(), feed.day(id, late).unwrap());
        assert_eq!((before.open, before.high), (None, None), "{}", listing.symbol);
        assert_eq!(before.last, day.previous_close);
        assert_eq!((day.volume, day.last_size, day.open), (0, 0, after.open));
        assert!(day.low <= Some(day.last) && Some(day.last) <= day.high);
        assert!(noon - day.last_at < SECOND + 60_000_000, "a value a second");
        assert_eq!(after.last_at, utc("2026-11-25T21:00:00Z") - 1);
        assert_eq!(feed.prints(id, utc("2026-11-25T21:00:00Z"), late), []);
    }
}

#[test]
fn funds_follow_their_indices() {
    for calendar in [Calendar::Always, Calendar::Nyse] {
        let at = |d: i64| utc("2026-06-02T17:30:11Z") + d * 86_400 * SECOND;
        let feed = Feed::new(42, calendar);
        // The most a fund strays: its band, what the market moves in the second between two values, and a rounding of either.
        for (fund, name, strays) in
            [("SPY", "SPX", 6e-4), ("QQQ", "NDX", 6e-4), ("IWM", "RUT", 5e-4), ("DIA", "INDU", 5e-4)]
        {
            let index = INDICES.iter().find(|l| l.symbol == name).unwrap();
            let fund = Listing::by_symbol(fund).unwrap();
            for d in (0..170).filter(|d| calendar.trading(at(*d))) {
                let quote = feed.quote(fund.con_id, at(d)).unwrap();
                let middle = 0.5 * (quote.bid + quote.ask - 1) as f64 / 100.0 / fund.level;
                let value = feed.day(index.con_id, at(d)).unwrap().last as f64 / 100.0 / index.level;
                assert!((middle / value - 1.0).abs() < strays, "{name} on day {d}: {middle} {value}");
            }
        }
    }
}

#[test]
fn the_volatility_index_rises_when_the_market_falls() {
    for seed in [42, 1, 7, 99] {
        let calendar = Calendar::Nyse;
        let last = calendar.locate(utc("2026-11-24T18:00:00Z")).unwrap().d;
        let closes = |name: &str| -> Vec<f64> {
            let s = index(seed, calendar, name);
            (last - 2_500..=last).map(|d| s.close(d).unwrap() as f64 / 100.0).collect()
        };
        let (vix, spx) = (closes("VIX"), closes("SPX"));
        let returns = |c: &[f64]| -> Vec<f64> { c.windows(2).map(|w| (w[1] / w[0]).ln()).collect() };
        let (dv, ds) = (returns(&vix), returns(&spx));
        let deviation = |r: &[f64]| (r.iter().map(|x| x * x).sum::<f64>() / r.len() as f64).sqrt();
        let together =
            dv.iter().zip(&ds).map(|(a, b)| a * b).sum::<f64>() / dv.len() as f64 / deviation(&dv) / deviation(&ds);
        let mut sorted = vix.clone();
        sorted.sort_by(f64::total_cmp);
        let (least, median, most) = (sorted[0], sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
        let told =
            format!("seed {seed}: {least} {median} {most}, with the market {together}, daily {}", deviation(&dv));
        println!("{told}");
        assert!((-0.90..-0.55).contains(&together), "{told}");
        assert!((12.0..24.0).contains(&median) && least > 8.0 && (25.0..87.0).contains(&most), "{told}");
        assert!((0.035..0.09).contains(&deviation(&dv)), "{told}");
    }
}

#[test]
fn the_indices_of_seed_42_are_pinned() {
    let mut found = Vec::new();
    for calendar in [Calendar::Always, Calendar::Nyse] {
        for listing in INDICES {
            let s = Symbol::new(42, calendar, listing);
            let forwards = digest(&s, false, false);
            assert_eq!(forwards, digest(&s, true, true), "{}: backwards and forgetting", listing.symbol);
            found.push(forwards);
        }
    }
    let all = found.iter().fold(0, |h, d| mix(h ^ d));
    assert_eq!(all, GOLDEN, "the path of the indices has changed: {all:#018x}");
}

/// Every answer of seed 42 folded into one number; it may change only together with [`VERSION`].
const GOLDEN: u64 = 0x71C9_C5ED_3122_BFC7;
