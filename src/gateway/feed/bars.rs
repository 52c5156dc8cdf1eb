//! Bars of any size, from one descent per session.
//!
//! Invariants: a bar equals the scan of its prints; every size is the sum of its one-minute bars; nothing after `until` is
//! looked at, so the running bar holds what has happened and no more.
//!
//! `wap` is exact to a tick only among bars that are multiples of five minutes: it is made of mean prices of short nodes.
//!
//! Must not know: durations and formats of requests.

use jiff::civil::Date;

use super::calendar::{Spot, Stretch};
use super::search::{Search, Tally, join};
use super::symbol::Symbol;
use super::{Bar, BarSize, Nanos, What};

/// The bars of a request; see [`super::Feed::bars`].
pub fn bars(symbol: &Symbol, size: BarSize, from: Nanos, until: Nanos, what: What, regular: bool) -> Vec<Bar> {
    let Some(now) = symbol.calendar.locate(until).filter(|_| from <= until) else { return Vec::new() };
    let first = symbol.calendar.locate(from).unwrap_or(Spot { d: 0, q: 0, off: 0 });
    match size {
        BarSize::Seconds(seconds) => within(symbol, seconds, first, now, what, regular),
        BarSize::Day => sessions(symbol, first, now, what, regular, |date| (date.year(), date.day_of_year())),
        BarSize::Week => sessions(symbol, first, now, what, regular, |date| {
            let week = date.iso_week_date();
            (week.year(), i16::from(week.week()))
        }),
        BarSize::Month => sessions(symbol, first, now, what, regular, |date| (date.year(), i16::from(date.month()))),
    }
}

/// Bars shorter than a session.
fn within(symbol: &Symbol, seconds: u32, first: Spot, now: Spot, what: What, regular: bool) -> Vec<Bar> {
    let mut out = Vec::new();
    let length = i64::from(seconds.clamp(1, 86_400)) * 4;
    let calendar = symbol.calendar;
    let number = |q: u32| (i64::from(q) + i64::from(calendar.shift())).div_euclid(length);
    for d in calendar.session_of(first)..=calendar.session_of(now) {
        for stretch in symbol.stretches(d, regular) {
            let begin = if stretch.d == first.d {
                let start = number(first.q) * length - i64::from(calendar.shift());
                stretch.from.max(u32::try_from(start).unwrap_or(0))
            } else {
                stretch.from
            };
            if stretch.d < first.d || stretch.d > now.d {
                continue;
            }
            let end = if stretch.d == now.d { stretch.to.min(now.q) } else { stretch.to };
            let mut found: Vec<(i64, Tally)> = Vec::new();
            if let Some(plan) = symbol.plan(stretch.d).filter(|_| begin < end) {
                Search::new(symbol, &plan, what).each(begin, end, number, |n, tally| found.push((n, tally)));
            }
            if stretch.d == now.d
                && (begin..stretch.to).contains(&now.q)
                && let Some(tail) = symbol.partial(now.d, now.q, now.off, what)
            {
                match found.last_mut() {
                    Some((n, tally)) if *n == number(now.q) => tally.extend(&tail),
                    _ => found.push((number(now.q), tail)),
                }
            }
            out.extend(found.iter().map(|(n, tally)| {
                let (start, end) = edges(symbol, stretch, *n, length);
                bar(tally, start, end, what)
            }));
        }
    }
    out
}

/// Start and end of the bar number `n` within a stretch.
fn edges(symbol: &Symbol, stretch: Stretch, n: i64, length: i64) -> (Nanos, Nanos) {
    let shift = i64::from(symbol.calendar.shift());
    let from = (n * length - shift).max(i64::from(stretch.from)) as u32;
    let to = ((n + 1) * length - shift).min(i64::from(stretch.to)) as u32;
    (symbol.calendar.moment(stretch.d, from), symbol.calendar.end(stretch.d, to.saturating_sub(1)))
}

/// Bars of whole sessions, those of equal `group` joined.
fn sessions(
    symbol: &Symbol,
    first: Spot,
    now: Spot,
    what: What,
    regular: bool,
    group: impl Fn(Date) -> (i16, i16),
) -> Vec<Bar> {
    let calendar = symbol.calendar;
    let name = |d: i64| group(calendar.civil(d));
    let mut begin = calendar.session_of(first).max(0);
    while begin > 0 && name(begin - 1) == name(begin) {
        begin -= 1;
    }
    let mut groups: Vec<Group> = Vec::new();
    for d in begin..=calendar.session_of(now) {
        let tally = symbol.session(d, regular, what, now);
        let (start, end) = symbol.span(d, regular);
        match groups.last_mut().filter(|g| g.name == name(d)) {
            Some(group) => {
                group.tally = join(group.tally, tally);
                group.end = end;
            }
            None => groups.push(Group { name: name(d), start, end, tally }),
        }
    }
    groups.iter().filter_map(|g| Some(bar(&g.tally?, g.start, g.end, what))).collect()
}

/// The sessions of one day, week or month.
struct Group {
    name: (i16, i16),
    start: Nanos,
    end: Nanos,
    tally: Option<Tally>,
}

/// A tally as a bar.
fn bar(tally: &Tally, start: Nanos, end: Nanos, what: What) -> Bar {
    let trades = what == What::Trades && tally.volume > 0;
    let wap = if trades {
        ((tally.turnover / tally.volume as f64 * 1_000.0) as i64).clamp(tally.low * 1_000, tally.high * 1_000)
    } else {
        0
    };
    Bar {
        start,
        end,
        open: tally.first,
        high: tally.high,
        low: tally.low,
        close: tally.last,
        volume: tally.volume,
        count: tally.count,
        wap,
    }
}
