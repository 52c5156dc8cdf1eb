//! Options: names and chains, no free money on a chain, quotes, prints and bars.

use std::collections::BTreeSet;

use super::*;
use crate::gateway::feed::{BarSize, Calendar, Feed, What};

const HOUR: Nanos = 3_600_000_000_000;
const MINUTE: Nanos = HOUR / 60;

fn utc(text: &str) -> Nanos {
    i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
}

fn named(name: &str) -> &'static OptionClass {
    CLASSES.iter().find(|class| class.name == name).unwrap()
}

fn option(name: &str, day: &str, strike: i64, right: Right) -> Terms {
    Terms::of(named(name), day.parse().unwrap(), strike, right).unwrap()
}

#[test]
fn expiries_fall_on_the_exchanges_days() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    for (name, last, tenor) in [
        ("AAPL", "2026-12-18", Some(Tenor::Monthly)),
        ("AAPL", "2026-12-11", Some(Tenor::Weekly)),
        ("AAPL", "2026-12-10", None),
        // Juneteenth is the third Friday of June 2026, Good Friday the first of April.
        ("AAPL", "2026-06-18", Some(Tenor::Monthly)),
        ("AAPL", "2026-06-19", None),
        ("AAPL", "2026-04-02", Some(Tenor::Weekly)),
        ("SPY", "2026-12-10", Some(Tenor::Daily)),
        ("SPY", "2026-12-31", Some(Tenor::Quarterly)),
        ("SPXW", "2026-11-30", Some(Tenor::MonthEnd)),
        ("SPXW", "2026-12-18", Some(Tenor::Weekly)),
        ("SPX", "2026-12-17", Some(Tenor::Monthly)),
        ("SPX", "2026-12-18", None),
        ("SPX", "2026-06-17", Some(Tenor::Monthly)),
    ] {
        assert_eq!(named(name).tenor(day(last)), tenor, "{name} {last}");
    }
    let am = option("SPX", "2026-12-17", 6_000_000, Right::Call);
    assert_eq!(am.expiry, day("2026-12-18"));
    assert_eq!((am.ends, am.settles), (utc("2026-12-17T21:00:00Z"), utc("2026-12-18T14:30:00Z")));
    assert_eq!(am.local(), "SPX   261218C06000000");
    // The day after Thanksgiving closes at 13:00.
    assert_eq!(option("AAPL", "2026-11-27", 230_000, Right::Put).ends, utc("2026-11-27T18:00:00Z"));
    assert_eq!(option("KO", "2026-12-18", 72_500, Right::Put).local(), "KO    261218P00072500");
}

#[test]
fn chains_are_there_for_more_than_ten_underlyings_and_ids_name_their_contracts() {
    let feed = Feed::new(42, Calendar::Nyse);
    let at = utc("2026-11-25T17:00:00Z");
    let mut ids = BTreeSet::new();
    let underlyings: BTreeSet<_> = CLASSES.iter().map(|class| class.underlying).collect();
    assert!(underlyings.len() >= 14, "{underlyings:?}");
    for class in &CLASSES {
        let days = class.last_days(at);
        assert!(days.len() >= 6 && days.is_sorted(), "{}: {days:?}", class.name);
        for day in days {
            let strikes = feed.strikes(class, day, at);
            assert!((8..900).contains(&strikes.len()), "{} {day}: {}", class.name, strikes.len());
            let later = feed.strikes(class, day, at + 20 * 24 * HOUR);
            assert!(strikes.iter().all(|strike| later.binary_search(strike).is_ok()), "what is listed stays");
            for strike in strikes {
                for right in [Right::Call, Right::Put] {
                    let terms = Terms::of(class, day, strike, right).unwrap();
                    assert!(feed.is_listed(&terms, at), "{}", terms.local());
                    let con_id = terms.listing().unwrap().con_id;
                    assert_eq!(by_con_id(con_id).and_then(|l| l.option), Some(terms));
                    assert!(ids.insert(con_id), "{}", terms.local());
                }
            }
        }
    }
    let far = option("AAPL", "2026-12-18", 2_500, Right::Call);
    assert!(!feed.is_listed(&far, at));
    assert_eq!(Terms::of(named("AAPL"), "2026-12-18".parse().unwrap(), 231_000, Right::Call), None);
}

/// Bid, ask and value of an option, in units of the price.
fn seen(feed: &Feed, terms: &Terms, at: Nanos) -> (f64, f64, f64) {
    let listing = terms.listing().unwrap();
    let quote = feed.quote(listing.con_id, at).unwrap();
    let value = feed.computation(listing.con_id, None, at).unwrap().greeks.value;
    let unit = listing.per_unit();
    (quote.bid as f64 / unit, quote.ask as f64 / unit, value)
}

#[test]
fn no_chain_gives_money_away() {
    for seed in [42, 1, 7, 99] {
        for (calendar, at) in [
            (Calendar::Nyse, utc("2026-11-25T17:31:20.2Z")),
            (Calendar::Nyse, utc("2026-03-09T14:02:10.2Z")),
            (Calendar::Always, utc("2026-08-16T03:00:10.2Z")),
        ] {
            let feed = Feed::new(seed, calendar);
            for class in &CLASSES {
                check_class(&feed, class, at, seed);
            }
        }
    }
}

/// Butterflies, calendars and parity of every third expiry of a class.
fn check_class(feed: &Feed, class: &'static OptionClass, at: Nanos, seed: u64) {
    let days = class.last_days(at);
    let chosen: Vec<_> = days.iter().copied().step_by(days.len().div_ceil(4)).collect();
    let mut before: Option<Date> = None;
    for day in chosen {
        let all = feed.strikes(class, day, at);
        let strikes: Vec<_> = all.iter().copied().step_by(all.len().div_ceil(24)).collect();
        let of = |day, strike, right| Terms::of(class, day, strike, right);
        for right in [Right::Call, Right::Put] {
            let row: Vec<_> = strikes.iter().map(|k| seen(feed, &of(day, *k, right).unwrap(), at)).collect();
            for (triple, strikes) in row.windows(3).zip(strikes.windows(3)) {
                let [low, middle, high] = triple else { unreachable!() };
                let [k1, k2, k3] = strikes else { unreachable!() };
                let w = (k3 - k2) as f64 / (k3 - k1) as f64;
                let name = format!("seed {seed} {} {day} {right:?} {k2}", class.name);
                assert!(middle.2 <= w * low.2 + (1.0 - w) * high.2 + 1e-9, "butterfly {name}: {triple:?}");
                assert!(middle.0 <= w * low.1 + (1.0 - w) * high.1 + 1e-9, "butterfly for sale {name}");
                assert!(middle.0 < middle.1 && middle.0 <= middle.2 && middle.2 <= middle.1, "{name}: {middle:?}");
                let steps = right.sign() * (low.2 - middle.2);
                assert!(steps >= -1e-9 && steps <= (k2 - k1) as f64 / 1_000.0 + 1e-9, "vertical {name}");
            }
        }
        for strike in &strikes {
            check_pair(feed, (class, day, *strike), at, before);
        }
        before = Some(day);
    }
}

fn check_pair(feed: &Feed, (class, day, strike): (&'static OptionClass, Date, i64), at: Nanos, before: Option<Date>) {
    let of = |day, right| Terms::of(class, day, strike, right).unwrap();
    let name = format!("{} {day} {strike}", class.name);
    let [call, put] = [Right::Call, Right::Put].map(|right| of(day, right));
    let years = (call.settles - at) as f64 / (365.0 * 24.0 * HOUR as f64);
    let computed = |terms: &Terms| feed.computation(terms.listing().unwrap().con_id, None, at).unwrap();
    let (c, p) = (computed(&call), computed(&put));
    let k = strike as f64 / 1_000.0;
    let paid = if class.underlying == "SPX" || ["SPY", "QQQ", "IWM"].contains(&class.name) { 0.013 } else { 0.0 };
    // Time stands still within a minute: up to a minute's interest.
    let slack = 1e-5 * c.under;
    let [rate, dividend] = [0.04_f64, paid].map(|rate: f64| (-rate * years).exp());
    let gap = c.greeks.value - p.greeks.value;
    match class.style {
        Style::European => assert!((gap - (c.under * dividend - k * rate)).abs() < slack, "parity {name}: {gap}"),
        Style::American => assert!(
            (c.under * dividend - k - slack..=c.under - k * rate + slack).contains(&gap),
            "parity {name}: {gap}"
        ),
    }
    for (terms, computed) in [(&call, &c), (&put, &p)] {
        let outside = terms.right.sign() * (k - c.under) >= 0.0;
        if let Some(before) = before.filter(|_| outside || class.style == Style::American)
            && class.tenor(before).is_some()
        {
            let earlier = seen(feed, &of(before, terms.right), at);
            let later = seen(feed, terms, at);
            assert!(later.1 >= earlier.0, "calendar {name} {:?}: {earlier:?} {later:?}", terms.right);
        }
        assert!((0.02..10.0).contains(&computed.vol), "{name}: {}", computed.vol);
    }
}

#[test]
fn greeks_are_those_of_the_quotes_own_values() {
    let feed = Feed::new(42, Calendar::Nyse);
    let at = utc("2026-11-25T17:31:20.2Z");
    for (name, day, strike) in [("AAPL", "2026-12-18", 0), ("SPX", "2027-03-18", 0), ("TSLA", "2027-01-15", 1)] {
        let class = named(name);
        let last_day: Date = day.parse().unwrap();
        let strikes = feed.strikes(class, last_day, at);
        let strike = strikes[strikes.len() / 2 + 3 * strike];
        for right in [Right::Call, Right::Put] {
            let con_id = option(name, day, strike, right).listing().unwrap().con_id;
            let now = feed.computation(con_id, None, at).unwrap();
            let h = 1e-3 * now.under;
            let value = |under: f64| {
                let mut pricing = feed.pricing(con_id, now.under, at).unwrap();
                pricing.spot = under;
                pricing.vol = now.vol;
                pricing.value(right)
            };
            let delta = (value(now.under + h) - value(now.under - h)) / (2.0 * h);
            assert!((delta - now.greeks.delta).abs() < 1e-3, "{name} {strike} {right:?}: {delta} {:?}", now.greeks);
            assert!(right.sign() * now.greeks.delta > 0.0 && now.greeks.gamma > 0.0 && now.greeks.theta < 0.0);
        }
    }
}

#[test]
fn the_smile_falls_with_the_strike_and_the_index_is_near_the_volatility_index() {
    let feed = Feed::new(42, Calendar::Nyse);
    let at = utc("2026-11-25T17:31:20.2Z");
    let spx = named("SPXW");
    let day = "2026-12-24".parse().unwrap();
    let strikes = feed.strikes(spx, day, at);
    let vol = |strike| {
        let con_id = Terms::of(spx, day, strike, Right::Put).unwrap().listing().unwrap().con_id;
        let found = feed.computation(con_id, None, at).unwrap();
        (found.vol, found.under)
    };
    let under = vol(strikes[0]).1;
    let nearest = |share: f64| *strikes.iter().min_by_key(|k| (**k - (under * share * 1_000.0) as i64).abs()).unwrap();
    let (low, middle, high) = (vol(nearest(0.93)).0, vol(nearest(1.0)).0, vol(nearest(1.03)).0);
    assert!(low > middle + 0.02 && middle > high, "{low} {middle} {high}");
    let fear = feed.day(13_455_763, at).unwrap().last as f64 / 10_000.0;
    assert!((middle / fear - 1.0).abs() < 0.15, "{middle} {fear}");
}

#[test]
fn prints_lie_within_the_quote_and_make_the_bars_and_the_days_figures() {
    for calendar in [Calendar::Nyse, Calendar::Always] {
        let feed = Feed::new(7, calendar);
        let open = utc("2026-11-25T14:30:00Z");
        let class = named("SPY");
        let day = "2026-12-04".parse().unwrap();
        let strikes = feed.strikes(class, day, open);
        let con_id = Terms::of(class, day, strikes[strikes.len() / 2], Right::Call).unwrap().listing().unwrap().con_id;
        let (from, until) = (open, open + 3 * HOUR + 7 * MINUTE + 13_100_000_000);
        let prints = feed.prints(con_id, from - 1, until);
        assert!(prints.len() > 60 && prints.is_sorted_by_key(|p| p.at), "{}", prints.len());
        for print in &prints {
            let quote = feed.quote(con_id, print.at).unwrap();
            assert!([quote.bid, quote.ask].contains(&print.price) && print.size > 0, "{print:?} {quote:?}");
        }
        let cut = feed.prints(con_id, from - 1, until - HOUR);
        assert_eq!(cut[..], prints[..cut.len()], "what is asked later begins with what was asked before");
        for seconds in [5, 60, 300, 3_600] {
            let bars = feed.bars(con_id, BarSize::Seconds(seconds), from, until, What::Trades, true);
            let sum: i64 = bars.iter().map(|bar| bar.volume).sum();
            // The first bar is the one that contains the beginning.
            let prints = feed.prints(con_id, bars[0].start - 1, until);
            assert_eq!(sum, prints.iter().map(|p| p.size).sum::<i64>(), "{seconds}");
            for bar in &bars {
                let inside: Vec<_> = prints.iter().filter(|p| (bar.start..bar.end).contains(&p.at)).collect();
                assert_eq!(bar.open, inside[0].price, "{seconds} {bar:?}");
                assert_eq!(Some(bar.high), inside.iter().map(|p| p.price).max());
                assert_eq!(bar.count as usize, inside.len());
                assert!((bar.low * 1_000..=bar.high * 1_000).contains(&bar.wap));
            }
        }
        if calendar == Calendar::Nyse {
            for step in [until, until - HOUR, until] {
                let figures = feed.day(con_id, step).unwrap();
                let so_far: Vec<_> = prints.iter().filter(|p| p.at <= step).collect();
                assert_eq!(figures.volume, so_far.iter().map(|p| p.size).sum::<i64>());
                assert_eq!(
                    (figures.last, figures.high),
                    (so_far.last().unwrap().price, so_far.iter().map(|p| p.price).max())
                );
            }
        }
    }
}

#[test]
fn quote_bars_are_the_scan_of_every_leaf_and_of_each_other() {
    let feed = Feed::new(1, Calendar::Nyse);
    let open = utc("2026-11-25T14:30:00Z");
    for (name, day) in [("AAPL", "2026-12-04"), ("SPXW", "2026-12-04")] {
        let class = named(name);
        let day = day.parse().unwrap();
        let strikes = feed.strikes(class, day, open);
        let con_id = Terms::of(class, day, strikes[strikes.len() / 2], Right::Put).unwrap().listing().unwrap().con_id;
        let until = open + 20 * MINUTE - 1;
        for what in [What::Bid, What::Ask, What::Midpoint] {
            let minutes = feed.bars(con_id, BarSize::Seconds(60), open, until, what, true);
            assert_eq!(minutes.len(), 20, "{name}");
            for bar in &minutes {
                // The leaf's own quote, which is in force at its end.
                let scan: Vec<_> = (1..=240)
                    .map(|leaf| {
                        let quote = feed.quote(con_id, bar.start + leaf * 250_000_000 - 1).unwrap();
                        match what {
                            What::Bid => quote.bid,
                            What::Midpoint => quote.bid + quote.ask,
                            _ => quote.ask,
                        }
                    })
                    .collect();
                assert_eq!((bar.open, bar.close), (scan[0], scan[239]), "{name} {what:?}");
                assert_eq!(
                    (Some(&bar.high), Some(&bar.low)),
                    (scan.iter().max(), scan.iter().min()),
                    "{name} {what:?}"
                );
            }
            let fives = feed.bars(con_id, BarSize::Seconds(300), open, until, what, true);
            for (five, minutes) in fives.iter().zip(minutes.chunks(5)) {
                assert_eq!(Some(five.high), minutes.iter().map(|bar| bar.high).max());
                assert_eq!((five.open, five.close), (minutes[0].open, minutes[4].close));
            }
        }
    }
}

#[test]
fn an_option_is_quoted_in_regular_hours_until_it_ends_and_is_settled_by_its_underlying() {
    let feed = Feed::new(42, Calendar::Nyse);
    let class = named("AAPL");
    let day: Date = "2026-11-27".parse().unwrap();
    let ends = utc("2026-11-27T18:00:00Z");
    let strikes = feed.strikes(class, day, ends - HOUR);
    let listing = Terms::of(class, day, strikes[strikes.len() / 2], Right::Call).unwrap().listing().unwrap();
    let id = listing.con_id;
    assert!(feed.quote(id, ends - 1).is_some() && feed.quote(id, ends).is_none());
    assert!(
        feed.quote(id, utc("2026-11-25T14:29:59Z")).is_none() && feed.quote(id, utc("2026-11-26T17:00:00Z")).is_none()
    );
    assert_eq!(feed.next_change(id, ends - 1), ends, "the end is a change");
    assert_eq!(feed.next_change(id, ends), Nanos::MAX);
    assert_eq!(feed.settlement(id, ends - 1), None);
    let apple = Listing::by_symbol("AAPL").unwrap();
    let cross = feed.prints(apple.con_id, ends - 250_000_000, ends).last().copied().unwrap();
    assert_eq!(feed.settlement(id, ends), Some((ends, apple.price(cross.price))), "the closing auction");
    // A minute before the end an option is worth what it is in the money.
    let found = feed.computation(id, None, ends - MINUTE).unwrap();
    let inside = (found.under - listing.option.unwrap().strike as f64 / 1_000.0).max(0.0);
    assert!((found.greeks.value - inside).abs() < 0.25, "{found:?}");
}
