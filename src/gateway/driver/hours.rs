//! Trading days as requests and contract details speak of them.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span as Civil, ToSpan, Zoned};

use crate::clock::eastern;
use crate::gateway::Nanos;
use crate::gateway::feed::Calendar;
use crate::gateway::wire::bars::Span;
use crate::gateway::wire::convert::Hours;
use crate::gateway::wire::time::{EASTERN, parse, zoned};

const SECOND: Nanos = 1_000_000_000;
const DAY: Nanos = 86_400 * SECOND;
/// How many days of hours a contract's details name.
const DAYS_AHEAD: i64 = 5;
/// 1993-01-04 14:30:00 UTC: the first session's open, where the market's history begins.
pub(super) const FIRST_MOMENT: Nanos = 726_157_800 * SECOND;

/// The zone that an exchange's days are counted in, and its name: Chicago's for CME, New York's for the others.
pub(super) fn zone(calendar: Calendar, exchange: &str) -> (&'static str, TimeZone) {
    match calendar {
        Calendar::Always => ("UTC", TimeZone::UTC),
        Calendar::Cme if exchange == "CME" => {
            ("US/Central", TimeZone::get("America/Chicago").unwrap_or_else(|_| eastern()))
        }
        Calendar::Nyse | Calendar::Cme => (EASTERN, eastern()),
    }
}

/// Where a duration that ends at `until` begins.
pub(super) fn span_start(calendar: Calendar, span: Span, until: Nanos, regular: bool) -> Nanos {
    let back =
        |civil: Civil| zoned(until, zone(calendar, "").1).checked_sub(civil).map_or(until, |start| nanos(&start));
    let start = match span {
        Span::Seconds(seconds) => until.saturating_sub(seconds.saturating_mul(SECOND)),
        Span::Days(days) => sessions_back(calendar, days, until, regular),
        Span::Weeks(weeks) => back(weeks.weeks()),
        Span::Months(months) => back(months.months()),
        Span::Years(years) => back(years.years()),
    };
    start.max(FIRST_MOMENT)
}

/// Where `sessions` trading days up to `until` begin, the one that runs or ran last included.
fn sessions_back(calendar: Calendar, sessions: i64, until: Nanos, regular: bool) -> Nanos {
    match calendar {
        // A market without a pause has no session to begin with: a day is 24 hours.
        Calendar::Always => until.saturating_sub(sessions.saturating_mul(DAY)),
        Calendar::Cme => {
            let last = calendar.locate(until).map_or(0, |spot| calendar.session_of(spot));
            calendar.span(last.saturating_sub(sessions.saturating_sub(1)).max(0), regular).0
        }
        Calendar::Nyse => {
            let mut open = calendar.session(until).0;
            for _ in 1..sessions {
                open = calendar.session(open.saturating_sub(1)).0;
            }
            if regular { open } else { at_hour(open, 4) }
        }
    }
}

/// The beginning of the trading day whose figures hold at `at`: 04:00 on the exchanges, else midnight.
pub(super) fn trading_day(calendar: Calendar, at: Nanos) -> Nanos {
    match calendar {
        Calendar::Always => at.saturating_sub(at.rem_euclid(DAY)),
        Calendar::Cme => calendar.day_start(at),
        Calendar::Nyse => parse(&format!("{:08} 04:00:00", calendar.date(at))).unwrap_or(at),
    }
}

/// One session: when it trades and the day it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) struct Session {
    /// Its first moment.
    pub opens: Nanos,
    /// Its end.
    pub closes: Nanos,
    /// Its day as `YYYYMMDD`.
    pub date: String,
}

/// The sessions that trade between two moments, regular hours alone or the whole trading day.
pub(super) fn sessions(calendar: Calendar, from: Nanos, until: Nanos, regular: bool) -> Vec<Session> {
    let index = |at: Nanos| calendar.locate(at).map_or(0, |spot| calendar.session_of(spot));
    (index(from)..=index(until))
        .map(|d| {
            let (opens, closes) = calendar.span(d, regular);
            Session { opens, closes, date: calendar.civil(d).strftime("%Y%m%d").to_string() }
        })
        .filter(|session| session.closes > from && session.opens <= until)
        .collect()
}

/// When the market trades, from the day of `at` on, as contract details say it.
pub(super) fn hours(calendar: Calendar, exchange: &str, at: Nanos) -> Hours {
    let (name, zone) = zone(calendar, exchange);
    let (mut trading, mut liquid) = (Vec::new(), Vec::new());
    for ahead in 0..DAYS_AHEAD {
        let today = zoned(at, zone.clone());
        let day = today.checked_add(ahead.days()).unwrap_or(today);
        let (all, regular) = hours_of(calendar, &day);
        trading.push(all);
        liquid.push(regular);
    }
    Hours { zone: name, trading: trading.join(";"), liquid: liquid.join(";") }
}

/// The hours of one day: all of them, and the regular ones.
fn hours_of(calendar: Calendar, day: &Zoned) -> (String, String) {
    let date = day.strftime("%Y%m%d").to_string();
    match calendar {
        Calendar::Always => {
            let next = day.tomorrow().map_or_else(|_| date.clone(), |next| next.strftime("%Y%m%d").to_string());
            let whole = format!("{date}:0000-{next}:0000");
            (whole.clone(), whole)
        }
        Calendar::Cme => {
            let noon = day.with().time(Time::constant(12, 0, 0, 0)).build().map_or(0, |noon| nanos(&noon));
            let d = calendar.locate(noon).map_or(0, |spot| calendar.session_of(spot));
            if calendar.civil(d) != day.date() {
                return (format!("{date}:CLOSED"), format!("{date}:CLOSED"));
            }
            let text = |at: Nanos| zoned(at, day.time_zone().clone()).strftime("%Y%m%d:%H%M").to_string();
            let span = |(opens, closes): (Nanos, Nanos)| format!("{}-{}", text(opens), text(closes));
            (span(calendar.span(d, false)), span(calendar.span(d, true)))
        }
        Calendar::Nyse => {
            let late = day.with().time(Time::constant(23, 0, 0, 0)).build().map_or(0, |late| nanos(&late));
            let (opens, closes) = calendar.session(late);
            let text = |at: Nanos| zoned(at, eastern()).strftime("%Y%m%d:%H%M").to_string();
            if text(opens).starts_with(&date) {
                let evening = at_hour(closes, if text(closes).ends_with("1300") { 17 } else { 20 });
                (format!("{}-{}", text(at_hour(opens, 4)), text(evening)), format!("{}-{}", text(opens), text(closes)))
            } else {
                (format!("{date}:CLOSED"), format!("{date}:CLOSED"))
            }
        }
    }
}

fn nanos(at: &Zoned) -> Nanos {
    i64::try_from(at.timestamp().as_nanosecond()).unwrap_or(Nanos::MAX)
}

/// The moment at which exchange clocks show `hour` on the day of `at`.
fn at_hour(at: Nanos, hour: i8) -> Nanos {
    zoned(at, eastern()).with().time(Time::constant(hour, 0, 0, 0)).build().map_or(at, |time| nanos(&time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exchanges_hours_name_closed_days_and_half_days() {
        let wednesday = parse("20251126 12:00:00").unwrap();
        let hours = hours(Calendar::Nyse, "NASDAQ", wednesday);
        assert_eq!(
            hours.liquid,
            "20251126:0930-20251126:1600;20251127:CLOSED;20251128:0930-20251128:1300;20251129:CLOSED;20251130:CLOSED"
        );
        assert!(hours.trading.starts_with("20251126:0400-20251126:2000;20251127:CLOSED;20251128:0400-20251128:1700"));
    }

    #[test]
    fn futures_hours_begin_on_the_eve_and_are_told_in_the_exchanges_zone() {
        let wednesday = parse("20251126 12:00:00").unwrap();
        let chicago = hours(Calendar::Cme, "CME", wednesday);
        assert_eq!(chicago.zone, "US/Central");
        assert_eq!(
            chicago.trading,
            "20251125:1700-20251126:1600;20251127:CLOSED;20251127:1700-20251128:1215;20251129:CLOSED;20251130:CLOSED"
        );
        assert!(chicago.liquid.starts_with("20251126:0830-20251126:1600;20251127:CLOSED;20251128:0830-20251128:1215"));
        let new_york = hours(Calendar::Cme, "NYMEX", parse("20251201 12:00:00").unwrap());
        assert!(new_york.trading.starts_with("20251130:1800-20251201:1700;"), "{}", new_york.trading);
        assert_eq!(new_york.zone, "US/Eastern");
    }

    #[test]
    fn a_day_is_a_session_on_the_exchanges_and_24_hours_where_nothing_closes() {
        let monday = parse("20251124 12:00:00").unwrap();
        assert_eq!(span_start(Calendar::Nyse, Span::Days(2), monday, true), parse("20251121 09:30:00").unwrap());
        assert_eq!(span_start(Calendar::Nyse, Span::Days(2), monday, false), parse("20251121 04:00:00").unwrap());
        assert_eq!(span_start(Calendar::Always, Span::Days(2), monday, true), monday - 2 * DAY);
        assert_eq!(span_start(Calendar::Always, Span::Years(68), monday, true), FIRST_MOMENT);
        assert_eq!(parse("19930104 09:30:00"), Some(FIRST_MOMENT));
    }

    #[test]
    fn the_sessions_of_a_stretch_leave_out_closed_days_and_end_early_on_half_days() {
        let (wednesday, saturday) = (parse("20251126 10:00:00").unwrap(), parse("20251129 12:00:00").unwrap());
        let found = sessions(Calendar::Nyse, wednesday, saturday, true);
        let dates: Vec<_> = found.iter().map(|session| session.date.as_str()).collect();
        assert_eq!(dates, ["20251126", "20251128"]);
        assert_eq!(found[1].closes, parse("20251128 13:00:00").unwrap());
        let whole = sessions(Calendar::Nyse, wednesday, saturday, false);
        assert_eq!((whole[0].opens, whole[1].closes), (at_hour(wednesday, 4), parse("20251128 17:00:00").unwrap()));
        let always = sessions(Calendar::Always, wednesday, wednesday + DAY, true);
        assert_eq!(always.len(), 2);
        assert_eq!(always[0].closes, always[1].opens);
    }

    #[test]
    fn the_figures_of_a_morning_before_four_are_those_of_the_day_before() {
        let early = parse("20251125 03:00:00").unwrap();
        assert_eq!(trading_day(Calendar::Nyse, early), parse("20251124 04:00:00").unwrap());
        assert_eq!(trading_day(Calendar::Nyse, early + 2 * 3_600 * SECOND), parse("20251125 04:00:00").unwrap());
        assert_eq!(trading_day(Calendar::Always, early), parse("20251125-00:00:00").unwrap());
    }
}
