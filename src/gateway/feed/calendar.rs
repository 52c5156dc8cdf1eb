//! Sessions, day nodes and leaves: where a moment lies in the market's own time.
//!
//! The futures exchanges' sessions are those of the stock exchanges, so that both share a path: their day node begins with the hour to 17:00
//! of the session before, goes on at 17:00 of the eve, and trades from 18:00. On half days they close at 13:15; after one the eve is
//! silent until 20:00.
//!
//! A day node holds 345,600 leaves and ends at a session's 16:00 exchange time (`Nyse`) or at midnight UTC (`Always`).
//! Leaves name civil times and closed days are skipped, so weekends cost nothing and a change of daylight saving never
//! falls on a leaf. Sessions are counted from 1993-01-04.
//!
//! Invariants: leaf ↔ time is strictly increasing; a moment outside every leaf (a weekend, a holiday) maps to the end of
//! the leaf before it. After an early close at 13:00 extended hours end at 17:00.
//!
//! Absent: days the exchange closed before the market's history, unscheduled halts of the whole market.
//!
//! Must not know: seeds, symbols, prices.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

use super::{LEAF, Nanos};
use crate::clock::{Phase, eastern};

/// Leaves of a day node.
pub const DAY: u32 = 345_600;
/// The leaf at 09:30 in a `Nyse` day node.
pub const OPEN: u32 = 252_000;
/// The end of a `Nyse` day node: 16:00.
pub const CLOSE: u32 = DAY;
/// The leaf at 13:00, where a half day closes.
const EARLY: u32 = 302_400;
/// The leaf at 04:00.
const PRE: u32 = 172_800;
/// The leaf at 20:00 of the evening before.
const POST: u32 = 57_600;
/// The leaf at 17:00 of the evening before, where extended hours end after a half day.
const POST_EARLY: u32 = 14_400;
/// The leaf at 17:00, where a session of futures ends.
const BREAK: u32 = 14_400;
/// The leaf at 18:00, where the next one begins.
const GLOBEX: u32 = 28_800;
/// The leaf at 13:15, where futures close on half days.
const EARLY_FUTURES: u32 = 306_000;
/// The leaf at midnight.
const MIDNIGHT: u32 = 115_200;
/// Unix day of 1993-01-04.
const FIRST_DAY: i64 = 8_404;
/// Nanoseconds of a civil day.
const DAY_NANOS: i64 = 86_400_000_000_000;

/// When the market is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Calendar {
    /// Each UTC day is one regular session, seven days a week.
    #[default]
    Always,
    /// The sessions of the US stock exchanges.
    Nyse,
    /// The futures exchanges': from 18:00 of the eve to 17:00, on the days of the stock exchanges' sessions. A future has it where
    /// the market has [`Calendar::Nyse`].
    Cme,
}

/// A place in the market's own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Session.
    pub d: i64,
    /// Leaf of its day node.
    pub q: u32,
    /// Nanoseconds into the leaf.
    pub off: i64,
}

/// A stretch of leaves of one day node in which the market trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Session whose day node it lies in.
    pub d: i64,
    /// First leaf.
    pub from: u32,
    /// Leaf after the last.
    pub to: u32,
}

/// Whether orders work at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Whether the market is open now.
    pub open: bool,
    /// When it opens next; now if it is open.
    pub opens: Nanos,
    /// When the current or, if closed, the next session ends.
    pub closes: Nanos,
}

/// One session of the exchanges.
struct Session {
    /// Unix day.
    day: i64,
    /// 16:00 of the session before.
    evening: Nanos,
    /// 00:00 of its own date.
    midnight: Nanos,
    /// Whether it closes at 13:00.
    early: bool,
}

/// The sessions from 1993-01-04 to 2050.
static SESSIONS: LazyLock<Vec<Session>> = LazyLock::new(|| {
    let mut out: Vec<Session> = Vec::with_capacity(15_000);
    let mut day = date(1993, 1, 4);
    let mut before = date(1992, 12, 31);
    while day < date(2051, 1, 1) {
        if is_session(day) {
            out.push(Session {
                day: unix_day(day),
                evening: instant(before, 16),
                midnight: instant(day, 0),
                early: is_early(day),
            });
            before = day;
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    out
});

impl Calendar {
    /// Where a moment lies; `None` before the first session.
    pub fn locate(self, at: Nanos) -> Option<Spot> {
        match self {
            Self::Always => {
                let d = at.div_euclid(DAY_NANOS) - FIRST_DAY;
                let within = at.rem_euclid(DAY_NANOS);
                (d >= 0).then_some(Spot { d, q: (within / LEAF) as u32, off: within % LEAF })
            }
            Self::Cme => {
                let next = SESSIONS.partition_point(|s| s.evening <= at);
                let d = next.checked_sub(1)?;
                let session = SESSIONS.get(d)?;
                let eve = session.midnight - i64::from(MIDNIGHT - BREAK) * LEAF;
                let (base, within) = if at < session.evening + i64::from(BREAK) * LEAF {
                    (0, at - session.evening)
                } else if at >= eve {
                    (BREAK, at - eve)
                } else {
                    return Some(Spot { d: d as i64, q: BREAK - 1, off: LEAF - 1 });
                };
                let q = i64::from(base) + within / LEAF;
                Some(if q < i64::from(DAY) {
                    Spot { d: d as i64, q: q as u32, off: within % LEAF }
                } else {
                    Spot { d: d as i64, q: DAY - 1, off: LEAF - 1 }
                })
            }
            Self::Nyse => {
                let next = SESSIONS.partition_point(|s| s.evening <= at);
                let d = next.checked_sub(1)?;
                let session = SESSIONS.get(d)?;
                let (base, within) =
                    if at >= session.midnight { (MIDNIGHT, at - session.midnight) } else { (0, at - session.evening) };
                let end = if base == 0 { MIDNIGHT } else { DAY };
                let q = i64::from(base) + within / LEAF;
                let d = d as i64;
                Some(if q < i64::from(end) {
                    Spot { d, q: q as u32, off: within % LEAF }
                } else {
                    Spot { d, q: end - 1, off: LEAF - 1 }
                })
            }
        }
    }

    /// When a leaf starts; the end of the table for sessions beyond it.
    pub fn moment(self, d: i64, q: u32) -> Nanos {
        match self {
            Self::Always => (d + FIRST_DAY) * DAY_NANOS + i64::from(q) * LEAF,
            Self::Nyse => usize::try_from(d).ok().and_then(|d| SESSIONS.get(d)).map_or(Nanos::MAX, |s| {
                if q < MIDNIGHT { s.evening + i64::from(q) * LEAF } else { s.midnight + i64::from(q - MIDNIGHT) * LEAF }
            }),
            Self::Cme => usize::try_from(d).ok().and_then(|d| SESSIONS.get(d)).map_or(Nanos::MAX, |s| {
                if q < BREAK {
                    s.evening + i64::from(q) * LEAF
                } else {
                    s.midnight + (i64::from(q) - i64::from(MIDNIGHT)) * LEAF
                }
            }),
        }
    }

    /// The end of a leaf, exclusive: not the start of the next one where closed days follow.
    pub fn end(self, d: i64, q: u32) -> Nanos {
        self.moment(d, q).saturating_add(LEAF)
    }

    /// Whether a moment lies in a leaf at all; false on closed days.
    fn in_leaf(self, at: Nanos, spot: Spot) -> bool {
        at < self.end(spot.d, spot.q)
    }

    /// Number of sessions the calendar knows.
    pub fn sessions(self) -> i64 {
        match self {
            Self::Always => 8 * 2_048,
            Self::Nyse | Self::Cme => SESSIONS.len() as i64,
        }
    }

    /// Sessions of an average year.
    pub const fn year(self) -> f64 {
        match self {
            Self::Always => 365.0,
            Self::Nyse | Self::Cme => 252.0,
        }
    }

    /// First session of 2026, where levels are anchored.
    pub fn anchor(self) -> i64 {
        match self {
            Self::Always => 20_454 - FIRST_DAY,
            Self::Nyse | Self::Cme => SESSIONS.partition_point(|s| s.day < 20_454) as i64,
        }
    }

    /// Whether the session closes early.
    pub fn early(self, d: i64) -> bool {
        match self {
            Self::Always => false,
            Self::Nyse | Self::Cme => usize::try_from(d).ok().and_then(|d| SESSIONS.get(d)).is_some_and(|s| s.early),
        }
    }

    /// The leaves of the regular session in its day node.
    pub fn hours(self, d: i64) -> (u32, u32) {
        match self {
            Self::Always => (0, DAY),
            Self::Nyse if self.early(d) => (OPEN, EARLY),
            Self::Cme if self.early(d) => (OPEN, EARLY_FUTURES),
            Self::Nyse | Self::Cme => (OPEN, CLOSE),
        }
    }

    /// The piece of a day node without any trading or movement because the session before closed early.
    pub fn silence(self, d: i64) -> Option<(u32, u32)> {
        self.early(d - 1).then_some((POST_EARLY, POST))
    }

    /// The piece of a day node that is after hours already because the session closed early.
    pub fn quiet(self, d: i64) -> Option<(u32, u32)> {
        self.early(d).then_some((EARLY, DAY))
    }

    /// Where extended hours end in the day node after session `d`.
    fn post(self, d: i64) -> u32 {
        if self.early(d) { POST_EARLY } else { POST }
    }

    /// The session whose trading day contains or precedes a spot.
    pub fn session_of(self, spot: Spot) -> i64 {
        match self {
            Self::Always => spot.d,
            Self::Nyse if spot.q < PRE => spot.d - 1,
            Self::Cme if spot.q < GLOBEX => spot.d - 1,
            Self::Nyse | Self::Cme => spot.d,
        }
    }

    /// Where the session trades: regular hours alone, or from 04:00 to 20:00 (17:00 on half days). Futures: from 09:30 or from 18:00 of
    /// the eve to 17:00.
    pub fn stretches(self, d: i64, regular: bool) -> impl Iterator<Item = Stretch> {
        let (open, close) = self.hours(d);
        let (first, second) = match self {
            Self::Nyse if !regular => {
                (Stretch { d, from: PRE, to: DAY }, Some(Stretch { d: d + 1, from: 0, to: self.post(d) }))
            }
            Self::Cme => {
                let from = if regular { open } else { GLOBEX };
                let last = (!self.early(d)).then_some(Stretch { d: d + 1, from: 0, to: BREAK });
                (Stretch { d, from, to: close }, last)
            }
            Self::Always | Self::Nyse => (Stretch { d, from: open, to: close }, None),
        };
        std::iter::once(first).chain(second)
    }

    /// Leaves from civil midnight to the day node's start, so that bars fall on round civil times.
    pub const fn shift(self) -> u32 {
        match self {
            Self::Always => 0,
            Self::Nyse | Self::Cme => DAY - MIDNIGHT,
        }
    }

    /// Whether a leaf lies between 20:00 and 04:00, when the exchanges do not trade; with futures from 17:00 to 18:00.
    pub const fn at_night(self, q: u32) -> bool {
        match self {
            Self::Always => false,
            Self::Nyse => q >= POST && q < PRE,
            Self::Cme => q >= BREAK && q < GLOBEX,
        }
    }

    /// The pieces of a day node in which a half day leaves futures closed.
    pub fn shut(self, d: i64) -> impl Iterator<Item = (u32, u32)> {
        let futures = self == Self::Cme;
        let today = (futures && self.early(d)).then_some((EARLY_FUTURES, DAY));
        let before = (futures && self.early(d - 1)).then_some((0, BREAK));
        before.into_iter().chain(today)
    }

    /// Whether the market trades at a moment.
    pub fn trading(self, at: Nanos) -> bool {
        match self.phase(at) {
            Phase::Pre | Phase::Regular | Phase::Post => true,
            Phase::Overnight | Phase::Closed => false,
        }
    }

    /// The phase of the session at a moment.
    pub fn phase(self, at: Nanos) -> Phase {
        let Some(spot) = self.locate(at) else { return Phase::Closed };
        match self {
            Self::Always => Phase::Regular,
            Self::Cme => {
                let shut = self.shut(spot.d).any(|(from, to)| (from..to).contains(&spot.q));
                if !self.in_leaf(at, spot) || self.at_night(spot.q) || shut {
                    Phase::Closed
                } else if spot.q >= OPEN || spot.q < BREAK {
                    Phase::Regular
                } else {
                    Phase::Pre
                }
            }
            Self::Nyse => {
                let (open, close) = self.hours(spot.d);
                if !self.in_leaf(at, spot) {
                    // The evening after a holiday's eve and the small hours before a session belong to no closed day.
                    Phase::Closed
                } else if spot.q < POST {
                    if spot.q < self.post(spot.d - 1) { Phase::Post } else { Phase::Closed }
                } else if spot.q < PRE {
                    night(spot)
                } else if spot.q < open {
                    Phase::Pre
                } else if spot.q < close {
                    Phase::Regular
                } else {
                    Phase::Post
                }
            }
        }
    }

    /// The regular session that contains `at`, or the last one that began before it: its open and its close.
    pub fn session(self, at: Nanos) -> (Nanos, Nanos) {
        let Some(spot) = self.locate(at) else { return (Nanos::MIN, Nanos::MIN) };
        let d = if spot.q < self.hours(spot.d).0 { (spot.d - 1).max(0) } else { spot.d };
        self.bounds(d)
    }

    /// The hours in force at a moment: regular, or from 04:00 to 20:00 (17:00 on half days) if
    /// `extended`. Beyond the calendar's last session
    /// the market never opens again.
    pub fn hours_at(self, at: Nanos, extended: bool) -> Hours {
        let first = self.locate(at).map_or(0, |spot| self.session_of(spot));
        let found = (first..first + 3).map(|d| self.span(d, !extended)).find(|(_, closes)| at < *closes);
        let (opens, closes) = found.unwrap_or((Nanos::MAX, Nanos::MAX));
        Hours { open: opens <= at, opens: opens.max(at), closes }
    }

    /// When a session's trading starts and ends.
    pub fn span(self, d: i64, regular: bool) -> (Nanos, Nanos) {
        let mut bounds = (Nanos::MAX, Nanos::MIN);
        for stretch in self.stretches(d, regular) {
            bounds.0 = bounds.0.min(self.moment(stretch.d, stretch.from));
            bounds.1 = bounds.1.max(self.end(stretch.d, stretch.to - 1));
        }
        bounds
    }

    /// When the trading day of `at` began: midnight UTC, or 04:00 on the exchanges' calendar.
    pub fn day_start(self, at: Nanos) -> Nanos {
        self.locate(at).map_or(at, |spot| self.span(self.session_of(spot), false).0)
    }

    /// The open and the close of a session's regular hours.
    pub fn bounds(self, d: i64) -> (Nanos, Nanos) {
        let (open, close) = self.hours(d);
        (self.moment(d, open), self.end(d, close - 1))
    }

    /// The date `yyyymmdd` of the session whose trading day contains `at`, or of the last one before it; 0 before 1993.
    pub fn date(self, at: Nanos) -> i32 {
        self.locate(at).map_or(0, |spot| yyyymmdd(self.civil(self.session_of(spot))))
    }

    /// The date of a session.
    pub fn civil(self, d: i64) -> Date {
        let day = match self {
            Self::Always => d + FIRST_DAY,
            Self::Nyse | Self::Cme => {
                usize::try_from(d).ok().and_then(|d| SESSIONS.get(d)).map_or(FIRST_DAY, |s| s.day)
            }
        };
        date(1970, 1, 1).checked_add(day.days()).unwrap_or(date(1970, 1, 1))
    }
}

/// Night before a session: overnight, but closed on the evening of a day that no session follows.
fn night(spot: Spot) -> Phase {
    let day = |d: i64| usize::try_from(d).ok().and_then(|d| SESSIONS.get(d)).map_or(0, |s| s.day);
    if spot.q < MIDNIGHT && day(spot.d) != day(spot.d - 1) + 1 { Phase::Closed } else { Phase::Overnight }
}

/// A date as IB writes it in bars of a day.
fn yyyymmdd(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

/// Days since 1970-01-01.
pub fn unix_day(day: Date) -> i64 {
    date(1970, 1, 1).until(day).map_or(0, |span| i64::from(span.get_days()))
}

/// A full hour of a date in New York.
fn instant(day: Date, hour: i8) -> Nanos {
    instant_at(day, hour, 0)
}

/// A minute of a date in New York.
pub fn instant_at(day: Date, hour: i8, minute: i8) -> Nanos {
    day.at(hour, minute, 0, 0)
        .to_zoned(eastern())
        .map_or(0, |z| i64::try_from(z.timestamp().as_nanosecond()).unwrap_or(i64::MAX))
}

/// Whether the exchanges trade on a date.
pub fn is_session(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_holiday(day) && !was_closed(day)
}

/// Scheduled holidays, with the rule that a Saturday's is not made up for on New Year's Eve.
fn is_holiday(day: Date) -> bool {
    let (year, month, dom, weekday) = (day.year(), day.month(), day.day(), day.weekday());
    let nth_monday = |n: i8| weekday == Weekday::Monday && (dom - 1) / 7 + 1 == n;
    let observed = |m: i8, d: i8| {
        (month == m && dom == d)
            || (weekday == Weekday::Monday && day.yesterday().is_ok_and(|y| y.month() == m && y.day() == d))
            || (weekday == Weekday::Friday && day.tomorrow().is_ok_and(|t| t.month() == m && t.day() == d))
    };
    let new_year = (month == 1 && dom == 1) || (month == 1 && dom == 2 && weekday == Weekday::Monday);
    new_year
        || (year >= 1998 && month == 1 && nth_monday(3))
        || (month == 2 && nth_monday(3))
        || is_good_friday(day)
        || (month == 5 && weekday == Weekday::Monday && dom > 24)
        || (year >= 2022 && observed(6, 19))
        || observed(7, 4)
        || (month == 9 && nth_monday(1))
        || (month == 11 && weekday == Weekday::Thursday && (dom - 1) / 7 == 3)
        || observed(12, 25)
}

/// Days the exchanges stayed closed out of turn.
fn was_closed(day: Date) -> bool {
    const DAYS: [(i16, i8, i8); 11] = [
        (1994, 4, 27),
        (2001, 9, 11),
        (2001, 9, 12),
        (2001, 9, 13),
        (2001, 9, 14),
        (2004, 6, 11),
        (2007, 1, 2),
        (2012, 10, 29),
        (2012, 10, 30),
        (2018, 12, 5),
        (2025, 1, 9),
    ];
    DAYS.contains(&(day.year(), day.month(), day.day()))
}

/// Half days: the day after Thanksgiving, Christmas Eve and the eve of Independence Day where they are sessions.
pub fn is_early(day: Date) -> bool {
    let (month, dom, weekday) = (day.month(), day.day(), day.weekday());
    let after_thanksgiving = month == 11
        && weekday == Weekday::Friday
        && day.yesterday().is_ok_and(|y| y.month() == 11 && (y.day() - 1) / 7 == 3);
    after_thanksgiving
        || (month == 12 && dom == 24)
        || (month == 7 && dom == 3 && !matches!(weekday, Weekday::Friday | Weekday::Saturday | Weekday::Sunday))
}

/// Two days before Easter by the Gregorian computus.
fn is_good_friday(day: Date) -> bool {
    if day.weekday() != Weekday::Friday || !matches!(day.month(), 3 | 4) {
        return false;
    }
    let y = i32::from(day.year());
    let golden = y % 19;
    let century = y / 100;
    let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let week = (32 + 2 * (century % 4) + 2 * (y % 100 / 4) - moon - y % 100 % 4) % 7;
    let fix = (golden + 11 * moon + 22 * week) / 451;
    let sum = moon + week - 7 * fix + 114;
    date(day.year(), (sum / 31) as i8, (sum % 31 + 1) as i8).checked_sub(2.days()).is_ok_and(|friday| friday == day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Nanos {
        i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
    }

    #[test]
    fn always_makes_each_utc_day_a_session() {
        let c = Calendar::Always;
        let at = utc("2026-11-25T09:16:11.3Z");
        let spot = c.locate(at).unwrap();
        assert_eq!(c.moment(spot.d, spot.q), utc("2026-11-25T09:16:11.25Z"));
        assert_eq!(spot.off, 50_000_000);
        assert_eq!(c.session(at), (utc("2026-11-25T00:00:00Z"), utc("2026-11-26T00:00:00Z")));
        assert_eq!(c.date(at), 20_261_125);
        assert_eq!(c.phase(at), Phase::Regular);
        assert_eq!(c.civil(c.anchor()), date(2026, 1, 1));
    }

    #[test]
    fn the_exchanges_keep_their_holidays_and_half_days() {
        for (day, open) in [
            (date(2026, 11, 25), true),
            (date(2026, 11, 26), false),
            (date(2026, 11, 27), true),
            (date(2026, 4, 3), false),
            (date(2025, 4, 18), false),
            (date(2026, 6, 19), false),
            (date(2026, 7, 3), false),
            (date(2021, 12, 24), false),
            (date(2021, 12, 31), true),
            (date(2022, 12, 26), false),
            (date(2025, 1, 9), false),
            (date(2026, 1, 19), false),
            (date(2026, 9, 7), false),
            (date(2026, 5, 25), false),
        ] {
            assert_eq!(is_session(day), open, "{day}");
        }
        assert!(is_early(date(2026, 11, 27)) && is_early(date(2026, 12, 24)) && !is_early(date(2026, 11, 25)));
        let in_2025 = SESSIONS.iter().filter(|s| (20_089..20_454).contains(&s.day)).count();
        assert_eq!(in_2025, 250);
    }

    #[test]
    fn phases_follow_new_york_through_daylight_saving() {
        let c = Calendar::Nyse;
        for (at, phase) in [
            ("2026-11-25T14:29:59Z", Phase::Pre),
            ("2026-11-25T14:30:00Z", Phase::Regular),
            ("2026-11-25T20:59:59Z", Phase::Regular),
            ("2026-11-25T21:00:00Z", Phase::Post),
            ("2026-11-26T02:00:00Z", Phase::Closed),
            ("2026-11-26T17:00:00Z", Phase::Closed),
            ("2026-11-27T18:30:00Z", Phase::Post),
            ("2026-11-27T21:30:00Z", Phase::Post),
            ("2026-11-27T22:00:00Z", Phase::Closed),
            ("2026-11-27T17:59:59Z", Phase::Regular),
            ("2026-07-14T13:30:00Z", Phase::Regular),
            ("2026-07-14T13:29:00Z", Phase::Pre),
            ("2026-07-15T02:00:00Z", Phase::Overnight),
            ("2026-07-18T15:00:00Z", Phase::Closed),
        ] {
            assert_eq!(c.phase(utc(at)), phase, "{at}");
        }
    }

    #[test]
    fn hours_name_the_session_that_runs_or_the_next_one() {
        let hours = |c: Calendar, at: &str, extended| {
            let h = c.hours_at(utc(at), extended);
            (h.open, h.opens, h.closes)
        };
        let c = Calendar::Nyse;
        let (open, close) = (utc("2026-11-25T14:30:00Z"), utc("2026-11-25T21:00:00Z"));
        assert_eq!(hours(c, "2026-11-25T12:00:00Z", false), (false, open, close));
        let noon = utc("2026-11-25T17:00:00Z");
        assert_eq!(hours(c, "2026-11-25T17:00:00Z", false), (true, noon, close));
        let evening = utc("2026-11-25T22:00:00Z");
        assert_eq!(hours(c, "2026-11-25T22:00:00Z", true), (true, evening, utc("2026-11-26T01:00:00Z")));
        let friday = (utc("2026-11-27T14:30:00Z"), utc("2026-11-27T18:00:00Z"));
        assert_eq!(hours(c, "2026-11-25T22:00:00Z", false), (false, friday.0, friday.1));
        let late = utc("2026-11-27T20:00:00Z");
        assert_eq!(hours(c, "2026-11-27T20:00:00Z", true), (true, late, utc("2026-11-27T22:00:00Z")));
        assert_eq!(c.day_start(noon), utc("2026-11-25T09:00:00Z"));
        let (midnight, a) = (utc("2026-11-26T00:00:00Z"), Calendar::Always);
        assert_eq!(hours(a, "2026-11-25T17:00:00Z", false), (true, noon, midnight));
        assert_eq!(a.day_start(noon), utc("2026-11-25T00:00:00Z"));
    }

    #[test]
    fn leaf_and_time_agree_and_closed_days_hold_no_leaf() {
        let c = Calendar::Nyse;
        for at in ["2026-11-25T14:30:00.6Z", "2026-03-09T13:30:00Z", "2026-11-02T14:30:00Z", "2026-11-25T23:00:00Z"] {
            let at = utc(at);
            let spot = c.locate(at).unwrap();
            assert_eq!(c.moment(spot.d, spot.q) + spot.off, at);
        }
        let weekend = c.locate(utc("2026-11-28T15:00:00Z")).unwrap();
        assert_eq!((weekend.q, weekend.off), (MIDNIGHT - 1, LEAF - 1));
        assert_eq!(c.date(utc("2026-11-28T15:00:00Z")), 20_261_127);
        assert_eq!(c.date(utc("2026-11-25T23:00:00Z")), 20_261_125);
        assert_eq!(c.session(utc("2026-11-27T15:00:00Z")), (utc("2026-11-27T14:30:00Z"), utc("2026-11-27T18:00:00Z")));
    }
}
