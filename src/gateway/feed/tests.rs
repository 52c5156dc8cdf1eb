//! The market's invariants: what is found by search equals what a scan of every leaf finds, whatever is asked first.

mod futures;
mod indices;

use proptest::prelude::*;

use super::calendar::{DAY, Spot};
use super::hash::mix;
use super::path::Node;
use super::symbol::Symbol;
use super::*;

const SECOND: Nanos = 1_000_000_000;
const SEEDS: [u64; 3] = [42, 1, 7];

fn utc(text: &str) -> Nanos {
    i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
}

fn con_id(symbol: &str) -> ConId {
    Listing::by_symbol(symbol).unwrap().con_id
}

fn symbol(seed: u64, calendar: Calendar, name: &str) -> Symbol {
    Symbol::new(seed, calendar, Listing::by_symbol(name).unwrap())
}

/// Every leaf of a day node, without any pruning: its start, quote and prints.
fn scan(s: &Symbol, d: i64, from: u32, to: u32) -> Vec<(u32, Nanos, Option<leaf::Touch>, Vec<leaf::Tick>)> {
    let plan = s.plan(d).unwrap();
    let mut out = Vec::new();
    let mut stack = vec![Node::root(&plan, plan.volume, plan.count)];
    while let Some(node) = stack.pop() {
        if node.b <= from || node.a >= to {
            continue;
        }
        if node.is_leaf() {
            let mut ticks = Vec::new();
            s.quoter.ticks(&plan, &node, &mut ticks);
            out.push((node.a, s.calendar.moment(d, node.a), s.quoter.touch(&plan, &node), ticks));
            continue;
        }
        let (left, right) = s.path.split(&plan, &node);
        stack.push(right);
        stack.push(left);
    }
    out
}

/// Bars from a scan: open, high, low, close, volume, count by start.
type Rows = Vec<(Nanos, (i64, i64, i64, i64, i64, i64))>;

/// Adds what came next to the bar that starts at `start`.
fn add(rows: &mut Rows, start: Nanos, price: i64, size: i64, count: i64) {
    if rows.last().is_none_or(|(last, _)| *last != start) {
        rows.push((start, (price, price, price, price, 0, 0)));
    }
    if let Some((_, row)) = rows.last_mut() {
        *row = (row.0, row.1.max(price), row.2.min(price), price, row.4 + size, row.5 + count);
    }
}

fn rows(bars: &[Bar]) -> Rows {
    bars.iter().map(|b| (b.start, (b.open, b.high, b.low, b.close, b.volume, b.count))).collect()
}

/// Compares bars by search with bars by scan over `[from, to)` of a session for every size, until the window's end.
fn compare(s: &Symbol, d: i64, from: u32, to: u32, sizes: &[u32]) {
    let leaves = scan(s, d, from, to);
    let (start, until) = (s.calendar.moment(d, from), s.calendar.end(d, to - 1) - 1);
    let shift = i64::from(s.calendar.shift());
    for what in [What::Trades, What::Bid, What::Ask, What::Midpoint] {
        for seconds in sizes {
            let length = i64::from(*seconds) * 4;
            let mut expected = Rows::new();
            for (q, _, touch, ticks) in &leaves {
                let first = (i64::from(*q) + shift).div_euclid(length) * length - shift;
                let bar = s.calendar.moment(d, (first as u32).max(s.calendar.hours(d).0));
                match (what, touch) {
                    (What::Trades, _) => ticks.iter().for_each(|t| add(&mut expected, bar, t.price, t.size, 1)),
                    (What::Bid, Some(t)) => add(&mut expected, bar, t.bid, 0, 0),
                    (What::Ask, Some(t)) => add(&mut expected, bar, t.ask, 0, 0),
                    (What::Midpoint, Some(t)) => add(&mut expected, bar, t.bid + t.ask, 0, 0),
                    (_, None) => {}
                }
            }
            let found = bars::bars(s, BarSize::Seconds(*seconds), start, until, what, true);
            let name = s.quoter.listing.symbol;
            // A window that starts inside a bar leaves the scan without that bar's beginning.
            let (found, expected) = (since(rows(&found), start), since(expected, start));
            assert_eq!(found, expected, "{name} session {d} leaves {from}..{to} {what:?} {seconds} s");
        }
    }
}

/// A session with a halt and one with a report within two years before the end of 2026.
fn special_sessions(s: &Symbol) -> (i64, i64) {
    let last = s.calendar.locate(utc("2026-12-30T18:00:00Z")).unwrap().d;
    let report = (0..last).rev().find(|d| s.path.events.reports(*d)).unwrap();
    let halt = (0..last).rev().find(|d| s.path.events.has_news(*d) && (0..DAY).any(|q| s.plan(*d).unwrap().is_cut(q)));
    (report, halt.unwrap())
}

#[test]
fn bars_by_search_equal_bars_by_scanning_every_leaf_of_a_session() {
    let sizes = [60, 120, 900, 3_600, 10_800, 28_800, 86_400];
    for (calendar, name) in [(Calendar::Always, "AAPL"), (Calendar::Nyse, "CAKE"), (Calendar::Always, "SPY")] {
        let s = symbol(42, calendar, name);
        let d = calendar.locate(utc("2026-11-23T18:00:00Z")).unwrap().d;
        let (open, close) = calendar.hours(d);
        compare(&s, d, open, close, &sizes);
        let until = calendar.end(d, close - 1) - 1;
        for what in [What::Trades, What::Bid] {
            let get = |size| bars::bars(&s, size, calendar.moment(d, open), until, what, true);
            let (day, long) = (get(BarSize::Day), get(BarSize::Seconds(86_400)));
            assert_eq!(day, long, "{name}: a session's bar");
        }
    }
}

#[test]
fn bars_by_search_equal_bars_by_scan_on_days_of_reports_and_halts() {
    for (calendar, name) in [(Calendar::Always, "NVDA"), (Calendar::Nyse, "KO")] {
        let s = symbol(7, calendar, name);
        let (report, halt) = special_sessions(&s);
        let cut = (0..DAY).find(|q| s.plan(halt).unwrap().is_cut(*q)).unwrap();
        let from = cut.saturating_sub(3_001).max(calendar.hours(halt).0);
        compare(&s, halt, from, (cut + 6_000).min(DAY), &[1, 5, 30, 60, 300, 1_800, 28_800]);
        let (open, close) = calendar.hours(report);
        compare(&s, report, open, close, &[300, 3_600, 28_800]);
    }
}

#[test]
fn a_half_day_and_the_day_after_it_are_right() {
    let c = Calendar::Nyse;
    let s = symbol(1, c, "MSFT");
    let d = c.locate(utc("2026-11-27T15:00:00Z")).unwrap().d;
    let (open, close) = c.hours(d);
    assert_eq!(close - open, 50_400);
    compare(&s, d, open, close, &[60, 3_600]);
    let after = scan(&s, d, close, DAY);
    assert!(after.iter().all(|(_, _, touch, _)| touch.is_some()), "extended hours follow a half day");
    let shares = |leaves: &[(u32, Nanos, Option<leaf::Touch>, Vec<leaf::Tick>)]| -> i64 {
        leaves.iter().flat_map(|l| &l.3).map(|t| t.size).sum()
    };
    assert!(shares(&after) > 0 && shares(&after) < shares(&scan(&s, d, open, close)) / 20);
    let silent = scan(&s, d + 1, 14_400, 172_800);
    assert!(silent.iter().all(|(_, _, touch, ticks)| touch.is_none() && ticks.is_empty()));
    let (noon, evening) = (c.end(d, close - 1), c.moment(d + 1, 14_400));
    assert_eq!(evening - noon, 4 * 3_600 * SECOND);
    assert_eq!(s.quote(evening), None);
    assert!(s.quote(evening - SECOND).is_some());
    let day = s.day(evening + 3_600 * SECOND).unwrap();
    assert_eq!(s.prints(noon, evening).last().map(|p| p.price), Some(day.last));
    let next = s.day(evening + 65 * 3_600 * SECOND).unwrap();
    assert_eq!(Some(next.previous_close), s.close(d), "the official close is the auction at 13:00");
    let all = bars::bars(&s, BarSize::Seconds(300), noon - 7_200 * SECOND, evening, What::Trades, false);
    assert_eq!(all.last().map(|b| b.close), Some(day.last));
    for end in [noon, evening] {
        let from = end - 1_800 * SECOND;
        let mut scanned = Rows::new();
        for p in s.prints(from, end - 1) {
            add(&mut scanned, p.at.div_euclid(300 * SECOND) * 300 * SECOND, p.price, p.size, 1);
        }
        assert_eq!(rows(&bars::bars(&s, BarSize::Seconds(300), from, end - 1, What::Trades, false)), scanned);
    }
}

#[test]
fn a_session_sums_to_its_planned_volume_and_count() {
    for calendar in [Calendar::Always, Calendar::Nyse] {
        let s = symbol(42, calendar, "AMD");
        let d = calendar.locate(utc("2026-11-24T18:00:00Z")).unwrap().d;
        let plan = s.plan(d).unwrap();
        let leaves = scan(&s, d, 0, DAY);
        let shares: i64 = leaves.iter().flat_map(|l| &l.3).map(|t| t.size).sum();
        let prints: i64 = leaves.iter().map(|l| l.3.len() as i64).sum();
        assert_eq!(shares, plan.volume + plan.opening + plan.closing);
        assert_eq!(prints, plan.count + 2);
    }
}

/// A window in the last months of 2026: symbol, seed, calendar, start and length in seconds.
fn windows(longest: i64) -> impl Strategy<Value = (&'static Listing, u64, Calendar, Nanos, Nanos)> {
    let first = utc("2026-09-01T00:00:00Z");
    (0..LISTINGS.len(), 0..SEEDS.len(), any::<bool>(), 0..7_000_000_i64, 1..longest, 0..SECOND).prop_map(
        move |(listing, seed, always, start, length, off)| {
            let calendar = if always { Calendar::Always } else { Calendar::Nyse };
            let from = first + start * SECOND + off;
            (&LISTINGS[listing], SEEDS[seed], calendar, from, from + length * SECOND + off / 2)
        },
    )
}

/// A node and its ancestors' bounds on the way to a leaf.
fn check_splits(s: &Symbol, spot: Spot) {
    let plan = s.plan(spot.d).unwrap();
    let mut node: Node = Node::root(&plan, plan.volume, plan.count);
    while !node.is_leaf() {
        let (left, right) = s.path.split(&plan, &node);
        assert!((left.m + right.m - node.m).abs() <= 1e-9 * node.m.max(1e-12), "mass is lost at {spot:?}");
        assert_eq!((left.v + right.v, left.n + right.n), (node.v, node.n));
        assert_eq!((left.a, left.b, right.b), (node.a, right.a, node.b));
        for child in [&left, &right] {
            assert!(child.n >= 0 && child.v >= child.n && (child.v > 0) == (child.n > 0), "{child:?}");
            assert!(child.m >= 0.0);
            assert!(node.lo <= child.lo && child.hi <= node.hi);
            for x in [child.xa, child.xb] {
                assert!(child.lo <= x && x <= child.hi, "{x} is outside {child:?}");
            }
        }
        node = if spot.q < right.a { left } else { right };
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_split_conserves_mass_volume_and_count_and_keeps_its_bounds((listing, seed, calendar, from, _) in windows(2)) {
        let s = Symbol::new(seed, calendar, listing);
        check_splits(&s, calendar.locate(from).unwrap());
    }

    #[test]
    fn quotes_and_prints_keep_their_order_and_their_bounds((listing, seed, calendar, from, until) in windows(120)) {
        let s = Symbol::new(seed, calendar, listing);
        let prints = s.prints(from, until);
        prop_assert!(prints.is_sorted_by_key(|p| p.at));
        for p in &prints {
            prop_assert!(from < p.at && p.at <= until && p.size > 0);
            let quote = s.quote(p.at).unwrap();
            prop_assert!(0 < quote.bid && quote.bid < quote.ask && quote.bid_size > 0 && quote.ask_size > 0);
            let fits = match p.side {
                PrintSide::AtBid => p.price == quote.bid,
                PrintSide::AtAsk => p.price == quote.ask,
                PrintSide::Inside => quote.bid < p.price && p.price < quote.ask,
                PrintSide::Cross => quote.bid <= p.price && p.price <= quote.ask,
            };
            prop_assert!(fits, "{p:?} against {quote:?}");
        }
        if !calendar.trading(from) {
            prop_assert_eq!(s.quote(from), None);
        }
        let change = s.next_change(from);
        prop_assert!(change > from);
        if calendar.trading(from) {
            prop_assert_eq!(s.touch(from), s.touch(change - 1));
        }
    }

    #[test]
    fn any_size_is_the_sum_of_smaller_bars((listing, seed, calendar, from, until) in windows(40_000)) {
        let s = Symbol::new(seed, calendar, listing);
        let minutes = bars::bars(&s, BarSize::Seconds(60), from, until, What::Trades, false);
        let fives = bars::bars(&s, BarSize::Seconds(5), until - 300 * SECOND, until, What::Trades, false);
        let last = bars::bars(&s, BarSize::Seconds(60), until - 300 * SECOND, until, What::Trades, false);
        let recent = until - 300 * SECOND;
        prop_assert_eq!(since(gather(&fives, 60), recent), since(rows(&last), recent), "a minute is its twelve 5 seconds");
        for size in [300, 900, 1_800] {
            let found = rows(&bars::bars(&s, BarSize::Seconds(size), from, until, What::Trades, false));
            prop_assert_eq!(since(found, from), since(gather(&minutes, i64::from(size)), from));
        }
        if let (Some(bar), Some(print)) = (minutes.last(), s.prints(until - 3_600 * SECOND, until).last()) {
            prop_assert_eq!(bar.close, print.price);
        }
    }

    #[test]
    fn history_joined_with_the_live_tape_is_the_history_asked_for_later(
        (listing, seed, calendar, from, until) in windows(400), cut in 0.0..1.0_f64,
    ) {
        let s = Symbol::new(seed, calendar, listing);
        let cut = from + ((until - from) as f64 * cut) as Nanos;
        let mut joined = rows(&bars::bars(&s, BarSize::Seconds(5), from, cut, What::Trades, false));
        for p in s.prints(cut, until) {
            add(&mut joined, p.at.div_euclid(5 * SECOND) * 5 * SECOND, p.price, p.size, 1);
        }
        let later = bars::bars(&s, BarSize::Seconds(5), from, until, What::Trades, false);
        prop_assert_eq!(joined, rows(&later));
    }

    #[test]
    fn nothing_beyond_the_asked_moment_is_told((listing, seed, calendar, from, until) in windows(600)) {
        let s = Symbol::new(seed, calendar, listing);
        let middle = from + (until - from) / 3;
        let early = s.prints(from, middle);
        let all = s.prints(from, until);
        prop_assert_eq!(&early[..], &all[..early.len()]);
        prop_assert!(all[early.len()..].iter().all(|p| p.at > middle));
        for what in [What::Trades, What::Bid] {
            let bars = bars::bars(&s, BarSize::Seconds(30), from, until, what, false);
            prop_assert!(bars.iter().all(|b| b.start <= until && b.start < b.end));
        }
        if let Some(leaf) = s.leaf(until) {
            prop_assert!(leaf.start <= until && leaf.prints.iter().all(|p| p.at <= until));
        }
        if let Some(day) = s.day(until) {
            prop_assert!(day.last_at <= until);
        }
    }

    #[test]
    fn the_day_stepped_equals_the_day_asked_at_once((listing, seed, calendar, from, until) in windows(100)) {
        let (stepped, fresh) = (Symbol::new(seed, calendar, listing), Symbol::new(seed, calendar, listing));
        let mut at = from;
        while at < until {
            stepped.day(at);
            at += 730_000_000;
        }
        let day = fresh.day(until).unwrap();
        prop_assert_eq!(stepped.day(until), Some(day));
        let (volume, high, low) = (day.volume, day.high, day.low);
        let spot = calendar.locate(until).unwrap();
        let session = fresh.session(calendar.session_of(spot), false, What::Trades, spot);
        prop_assert_eq!(session.map(|t| (t.volume, t.high, t.low, t.last)),
            high.zip(low).map(|(high, low)| (volume, high, low, day.last)));
        let last = fresh.prints(until - 600 * SECOND, until).last().copied();
        if let Some(last) = last.filter(|p| p.at >= calendar.day_start(until)) {
            prop_assert_eq!((day.last, day.last_size, day.last_at), (last.price, last.size, last.at));
        }
    }
}

/// Sums bars to bars of `seconds`, aligned on the epoch, which agrees with civil time up to an hour.
fn gather(bars: &[Bar], seconds: i64) -> Rows {
    let mut out = Rows::new();
    for b in bars {
        let start = b.start.div_euclid(seconds * SECOND) * seconds * SECOND;
        add(&mut out, start, b.open, 0, 0);
        for price in [b.high, b.low] {
            add(&mut out, start, price, 0, 0);
        }
        add(&mut out, start, b.close, b.volume, b.count);
    }
    out
}

/// The bars that start at `from` or later: the one before may lack its beginning.
fn since(rows: Rows, from: Nanos) -> Rows {
    rows.into_iter().filter(|(start, _)| *start >= from).collect()
}

#[test]
fn weeks_and_months_are_the_sums_of_their_days() {
    let feed = Feed::new(1, Calendar::Nyse);
    let (id, from, until) = (con_id("JPM"), utc("2026-06-01T15:00:00Z"), utc("2026-11-25T16:20:00Z"));
    let get = |size| feed.bars(id, size, from, until, What::Trades, true);
    let days = get(BarSize::Day);
    assert_eq!(days.len(), 125);
    let last = feed.bars(id, BarSize::Seconds(3_600), until - 7_200 * SECOND, until, What::Trades, true);
    assert_eq!(days.last().map(|b| b.close), last.last().map(|b| b.close));
    for size in [BarSize::Week, BarSize::Month] {
        let bars = get(size);
        assert!(bars.len() >= 6);
        assert_eq!(bars.iter().map(|b| b.volume).sum::<i64>(), days.iter().map(|b| b.volume).sum::<i64>());
        assert_eq!(bars.iter().map(|b| b.high).max(), days.iter().map(|b| b.high).max());
        assert!(bars.iter().all(|b| b.low * 1_000 <= b.wap && b.wap <= b.high * 1_000));
    }
}

/// A question and its answer as numbers.
type Question = Box<dyn Fn(&Symbol) -> Vec<i64>>;

/// Folds what a seed answers to a fixed set of questions, asked in the given order, into one number.
fn digest(s: &Symbol, backwards: bool, forget: bool) -> u64 {
    let until = utc("2026-11-25T15:31:11.130Z");
    let mut questions: Vec<Question> = vec![Box::new(move |s| {
        let day = s.day(until).unwrap();
        vec![day.last, day.last_size, day.volume, day.previous_close, day.high.unwrap(), day.low.unwrap()]
    })];
    for (size, back) in [
        (BarSize::Seconds(1), 600),
        (BarSize::Seconds(60), 7_200),
        (BarSize::Seconds(300), 40_000),
        (BarSize::Day, 86_400 * 20),
    ] {
        for what in [What::Trades, What::Midpoint] {
            questions.push(Box::new(move |s| {
                bars::bars(s, size, until - back * SECOND, until, what, true)
                    .iter()
                    .flat_map(|b| [b.start, b.end, b.open, b.high, b.low, b.close, b.volume, b.count, b.wap])
                    .collect()
            }));
        }
    }
    for k in 0..200 {
        questions.push(Box::new(move |s| {
            let at = until - k * 1_237_777_777;
            s.rows(BookSide::Bid, at, 5)
                .iter()
                .chain(&s.rows(BookSide::Ask, at, 5))
                .flat_map(|l| [l.price, l.size])
                .collect()
        }));
    }
    questions.push(Box::new(move |s| {
        s.prints(until - 60 * SECOND, until).iter().flat_map(|p| [p.at, p.price, p.size, p.side as i64]).collect()
    }));
    let order: Vec<usize> =
        if backwards { (0..questions.len()).rev().collect() } else { (0..questions.len()).collect() };
    let mut answers = vec![0_u64; questions.len()];
    for i in order {
        if forget {
            s.forget();
        }
        answers[i] = questions[i](s).iter().fold(i as u64, |h, v| mix(h ^ *v as u64));
    }
    answers.iter().fold(u64::from(VERSION), |h, a| mix(h ^ a))
}

#[test]
fn the_market_of_seed_42_is_pinned_and_does_not_depend_on_the_order_of_questions() {
    let mut found = Vec::new();
    for calendar in [Calendar::Always, Calendar::Nyse] {
        for name in ["AAPL", "SPY", "QQQ", "CAKE", "NIO"] {
            let s = symbol(42, calendar, name);
            let forwards = digest(&s, false, false);
            assert_eq!(forwards, digest(&s, true, true), "{name}: backwards and forgetting");
            found.push(forwards);
        }
    }
    assert_ne!(found[0], digest(&symbol(43, Calendar::Always, "AAPL"), false, false), "another seed");
    let all = found.iter().fold(0, |h, d| mix(h ^ d));
    assert_eq!(all, GOLDEN, "the path of old accounts has changed: {found:#018x?}");
}

/// Every answer of seed 42 folded into one number; it may change only together with [`VERSION`].
const GOLDEN: u64 = 0xF329_E0E3_3CD8_9175;

#[test]
fn the_market_looks_like_one() {
    for seed in SEEDS {
        for (calendar, year) in [(Calendar::Always, 365.0_f64), (Calendar::Nyse, 252.0)] {
            let last = calendar.locate(utc("2026-11-24T18:00:00Z")).unwrap().d;
            let returns = |name: &str| -> Vec<f64> {
                let s = symbol(seed, calendar, name);
                let closes: Vec<f64> = (last - 1_500..=last).map(|d| s.close(d).unwrap() as f64).collect();
                closes.windows(2).map(|w| (w[1] / w[0]).ln()).collect()
            };
            let deviation = |r: &[f64]| (r.iter().map(|x| x * x).sum::<f64>() / r.len() as f64).sqrt();
            let together = |a: &[f64], b: &[f64]| {
                a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / a.len() as f64 / deviation(a) / deviation(b)
            };
            let (spy, aapl, msft) = (returns("SPY"), returns("AAPL"), returns("MSFT"));
            let annual = deviation(&aapl) * year.sqrt();
            assert!((0.17..0.48).contains(&annual), "seed {seed} {calendar:?}: AAPL's volatility is {annual}");
            let load = together(&spy, &aapl);
            assert!((0.5..0.85).contains(&load), "seed {seed} {calendar:?}: SPY with AAPL {load}");
            let pair = together(&aapl, &msft);
            assert!((0.35..0.75).contains(&pair), "seed {seed} {calendar:?}: AAPL with MSFT {pair}");
            assert!(together(&spy, &returns("IVV")) > 0.999);
        }
    }
}

#[test]
fn a_limit_at_apples_bid_fills_in_seconds() {
    let feed = Feed::new(42, Calendar::Always);
    let id = con_id("AAPL");
    let (mut waits, mut spreads, mut at_bid, mut at_ask) = (Vec::new(), Vec::new(), 0, 0);
    for k in 0..200 {
        let start = utc("2026-11-20T00:00:00Z") + k * 2_533 * SECOND;
        let quote = feed.quote(id, start).unwrap();
        spreads.push(quote.ask - quote.bid);
        let (mut ahead, mut want, mut wait) = (quote.bid_size, 100, 120.0_f64);
        for p in feed.prints(id, start, start + 120 * SECOND) {
            at_bid += usize::from(p.side == PrintSide::AtBid);
            at_ask += usize::from(p.side == PrintSide::AtAsk);
            if want > 0 && p.price < quote.bid {
                want = 0;
            } else if want > 0 && p.price == quote.bid && p.side == PrintSide::AtBid {
                let eaten = ahead.min(p.size);
                ahead -= eaten;
                want -= p.size - eaten;
            } else {
                continue;
            }
            if want <= 0 {
                wait = wait.min((p.at - start) as f64 / SECOND as f64);
            }
        }
        waits.push(wait);
    }
    waits.sort_by(f64::total_cmp);
    assert!(waits[100] < 5.0 && waits[170] < 60.0, "half within {} s, 85 % within {} s", waits[100], waits[170]);
    assert!(spreads.iter().all(|s| (1..=4).contains(s)) && spreads.iter().filter(|s| **s <= 3).count() >= 190);
    let share = at_bid as f64 / (at_bid + at_ask) as f64;
    assert!((0.4..0.6).contains(&share), "{share} of the prints are at the bid");
}

#[test]
fn the_book_starts_at_the_quote_and_names_occupied_levels_only() {
    let feed = Feed::new(42, Calendar::Always);
    let at = utc("2026-11-25T09:33:11.130Z");
    for listing in LISTINGS {
        let (quote, book) = (feed.quote(listing.con_id, at).unwrap(), feed.book(listing.con_id, at, 10).unwrap());
        assert_eq!(book.bids.first(), Some(&Level { price: quote.bid, size: quote.bid_size }));
        assert_eq!(book.asks.first(), Some(&Level { price: quote.ask, size: quote.ask_size }));
        assert!(book.bids.is_sorted_by(|a, b| a.price > b.price) && book.asks.is_sorted_by(|a, b| a.price < b.price));
        assert_eq!((book.bids.len(), book.asks.len()), (10, 10), "{}", listing.symbol);
        for (side, level) in
            book.bids.iter().map(|l| (BookSide::Bid, l)).chain(book.asks.iter().map(|l| (BookSide::Ask, l)))
        {
            assert!(level.size > 0 && level.size % listing.round_lot == 0);
            assert_eq!(feed.shown(listing.con_id, side, level.price, at), level.size);
        }
        assert_eq!(feed.shown(listing.con_id, BookSide::Bid, quote.ask, at), 0);
    }
}

#[test]
fn the_universe_is_well_formed() {
    let mut ids: Vec<ConId> = Listing::all().map(|l| l.con_id).collect();
    let (all, shares) = (ids.len(), LISTINGS.len());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), shares), (all, 103), "contract ids are unique");
    assert_eq!(Listing::by_symbol("AAPL").map(|l| (l.con_id, l.primary_exchange)), Some((265_598, "NASDAQ")));
    assert_eq!(Listing::by_con_id(72_063_691).map(|l| l.symbol), Some("BRK B"));
    let aapl = Listing::by_con_id(265_598).unwrap();
    assert_eq!(aapl.price(18_720).to_string(), "187.2");
    assert_eq!(aapl.ticks("187.20".parse().unwrap()), Some(18_720));
    assert_eq!(aapl.ticks("187.205".parse().unwrap()), None);
    assert_eq!(Feed::new(1, Calendar::Always).quote(1, utc("2026-11-25T00:00:00Z")), None);
}
