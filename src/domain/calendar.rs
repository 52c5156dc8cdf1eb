//! When the US stock market trades: phases of a day, weekends, holidays, half days.
//!
//! The holidays follow from rules (Easter, third Mondays, the Thursday in November), so no year needs a table; days of
//! mourning are not foreseen.
//!
//! Must not know: any instrument, the machine's clock.

use std::time::Duration;

use jiff::Zoned;
use jiff::civil::{Date, Time, Weekday, date, time};
use serde::{Deserialize, Serialize};

use crate::clock::{Phase, Stamp, eastern};

/// Which hours a market keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hours {
    /// Every day around the clock is one regular session, from midnight to midnight UTC: the paper market's default.
    Always,
    /// The exchanges of New York.
    NewYork,
}

impl Hours {
    /// The phase at a moment given in New York's time.
    pub fn phase(self, at: &Zoned) -> Phase {
        match self {
            Self::Always => Phase::Regular,
            Self::NewYork => new_york(at.date(), at.time()),
        }
    }

    /// The date of the session a moment in New York's time belongs to: an evening from 20:00 on is the next day's.
    pub fn session_date(self, at: &Zoned) -> Date {
        match self {
            Self::Always => at.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date(),
            Self::NewYork if at.time() >= time(20, 0, 0, 0) => at.date().tomorrow().unwrap_or(at.date()),
            Self::NewYork => at.date(),
        }
    }

    /// Where the session of a moment ends, after-hours included, both in seconds since the epoch.
    pub fn session_end(self, at: i64) -> i64 {
        let moment = Stamp::at(at.saturating_mul(1_000_000_000)).eastern();
        let date = self.session_date(&moment);
        let end = match self {
            Self::Always => date.tomorrow().and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC)),
            Self::NewYork => date.to_datetime(time(20, 0, 0, 0)).to_zoned(eastern()),
        };
        end.map_or(at, |end| end.timestamp().as_second()).max(at.saturating_add(1))
    }

    /// The last close of a regular session before a moment, both in seconds since the epoch; `None` where nothing closes.
    pub fn close_before(self, at: i64) -> Option<i64> {
        let until = Stamp::at(at.saturating_mul(1_000_000_000)).eastern();
        if self == Self::Always {
            return None;
        }
        let mut day = until.date();
        for _ in 0..10 {
            let end = close(day).and_then(|time| day.to_datetime(time).to_zoned(eastern()).ok());
            if let Some(end) = end.filter(|end| *end < until) {
                return Some(end.timestamp().as_second());
            }
            day = day.yesterday().ok()?;
        }
        None
    }

    /// What remains of the regular session, `None` outside it.
    pub fn left(self, at: &Zoned) -> Option<Duration> {
        let (now, end) = match self {
            Self::Always => {
                let utc = at.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
                return Some(Duration::from_hours(24).saturating_sub(since_midnight(utc.time())));
            }
            Self::NewYork => (at.time(), close(at.date())?),
        };
        let open = self.phase(at) == Phase::Regular;
        open.then(|| since_midnight(end).saturating_sub(since_midnight(now)))
    }
}

/// The close of the regular session, `None` on days without one.
pub fn close(day: Date) -> Option<Time> {
    if !is_session(day) {
        return None;
    }
    Some(if is_half_day(day) { time(13, 0, 0, 0) } else { time(16, 0, 0, 0) })
}

/// Whether the exchanges of New York open on that day.
pub fn is_session(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_holiday(day)
}

fn new_york(day: Date, at: Time) -> Phase {
    let Some(end) = close(day) else {
        // The night before a session belongs to that session.
        let evening = at >= time(20, 0, 0, 0) && day.tomorrow().is_ok_and(is_session);
        return if evening { Phase::Overnight } else { Phase::Closed };
    };
    let half = end < time(16, 0, 0, 0);
    let post_end = if half { time(17, 0, 0, 0) } else { time(20, 0, 0, 0) };
    if at < time(4, 0, 0, 0) {
        Phase::Overnight
    } else if at < time(9, 30, 0, 0) {
        Phase::Pre
    } else if at < end {
        Phase::Regular
    } else if at < post_end {
        Phase::Post
    } else if at >= time(20, 0, 0, 0) && day.tomorrow().is_ok_and(is_session) {
        Phase::Overnight
    } else {
        Phase::Closed
    }
}

fn is_holiday(day: Date) -> bool {
    let year = day.year();
    let nth = |month, weekday, n| date(year, month, 1).nth_weekday_of_month(n, weekday).ok();
    let fixed = |month, d| {
        let on = date(year, month, d);
        match on.weekday() {
            Weekday::Saturday => on.yesterday().ok(),
            Weekday::Sunday => on.tomorrow().ok(),
            _ => Some(on),
        }
    };
    // New Year on a Saturday is not kept on the Friday before, which ends the old year.
    let new_year = date(year, 1, 1);
    let new_year = match new_year.weekday() {
        Weekday::Saturday => None,
        Weekday::Sunday => new_year.tomorrow().ok(),
        _ => Some(new_year),
    };
    let kept = [
        new_year,
        nth(1, Weekday::Monday, 3),
        nth(2, Weekday::Monday, 3),
        good_friday(year),
        nth(5, Weekday::Monday, -1),
        fixed(6, 19),
        fixed(7, 4),
        nth(9, Weekday::Monday, 1),
        nth(11, Weekday::Thursday, 4),
        fixed(12, 25),
    ];
    kept.contains(&Some(day))
}

fn is_half_day(day: Date) -> bool {
    let year = day.year();
    let thanksgiving = date(year, 11, 1).nth_weekday_of_month(4, Weekday::Thursday).ok();
    thanksgiving.and_then(|t| t.tomorrow().ok()) == Some(day) || day == date(year, 12, 24) || day == date(year, 7, 3)
}

/// Two days before Easter Sunday (the anonymous Gregorian computation).
#[expect(clippy::arithmetic_side_effects, reason = "years of four digits stay far inside i32")]
fn good_friday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    let (month, d) = (i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?);
    Date::new(year, month, d).ok()?.yesterday().ok()?.yesterday().ok()
}

fn since_midnight(at: Time) -> Duration {
    let seconds = i64::from(at.hour()).saturating_mul(3_600);
    let seconds = seconds.saturating_add(i64::from(at.minute()).saturating_mul(60));
    Duration::from_secs(u64::try_from(seconds.saturating_add(i64::from(at.second()))).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn phase(y: i16, m: i8, d: i8, h: i8, min: i8) -> Phase {
        let at = date(y, m, d).at(h, min, 0, 0).to_zoned(TimeZone::get("America/New_York").unwrap()).unwrap();
        Hours::NewYork.phase(&at)
    }

    #[test]
    fn a_friday_has_its_phases() {
        let at = |h, m| phase(2026, 11, 20, h, m);
        let words = [(3, 59), (4, 0), (9, 30), (15, 59), (16, 0), (20, 0)].map(|(h, m)| at(h, m));
        use Phase::{Closed, Overnight, Post, Pre, Regular};
        assert_eq!(words, [Overnight, Pre, Regular, Regular, Post, Closed]);
        assert_eq!(phase(2026, 11, 22, 20, 0), Overnight, "Sunday evening");
    }

    #[test]
    fn holidays_and_half_days_of_2026_are_known() {
        let closed = [(1, 1), (1, 19), (2, 16), (4, 3), (5, 25), (6, 19), (7, 3), (9, 7), (11, 26), (12, 25)];
        for (m, d) in closed {
            assert!(!is_session(date(2026, m, d)), "2026-{m}-{d}");
        }
        assert_eq!(close(date(2026, 11, 27)), Some(time(13, 0, 0, 0)));
        assert_eq!(close(date(2026, 12, 24)), Some(time(13, 0, 0, 0)));
        assert_eq!(
            (1..=365).filter(|n| is_session(date(2026, 1, 1).saturating_add(jiff::Span::new().days(n - 1)))).count(),
            251
        );
    }

    #[test]
    fn the_countdown_ends_at_the_close() {
        let at = date(2026, 11, 20).at(10, 42, 7, 0).to_zoned(TimeZone::get("America/New_York").unwrap()).unwrap();
        assert_eq!(Hours::NewYork.left(&at), Some(Duration::from_secs(5 * 3600 + 17 * 60 + 53)));
        assert_eq!(Hours::Always.left(&at), Some(Duration::from_secs(8 * 3600 + 17 * 60 + 53)));
    }
}
