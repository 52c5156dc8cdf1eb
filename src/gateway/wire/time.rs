//! Moments as the wire writes and reads them.
//!
//! Executions and the greeting carry exchange time with its zone; bars carry Unix seconds or exchange time as the client
//! asks; days carry a date in the calendar's zone.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::clock::eastern;
use crate::gateway::Nanos;

/// The name by which the wire calls the zone of the US exchanges.
pub(crate) const EASTERN: &str = "US/Eastern";

/// The moment in `zone`.
pub(crate) fn zoned(at: Nanos, zone: TimeZone) -> Zoned {
    Timestamp::from_nanosecond(i128::from(at)).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone)
}

/// `YYYYMMDD HH:MM:SS US/Eastern`.
pub(crate) fn eastern_text(at: Nanos) -> String {
    format!("{} {EASTERN}", zoned(at, eastern()).strftime("%Y%m%d %H:%M:%S"))
}

/// `YYYYMMDD` in `zone`.
pub(crate) fn date_text(at: Nanos, zone: TimeZone) -> String {
    zoned(at, zone).strftime("%Y%m%d").to_string()
}

/// `HH:MM` in exchange time.
pub(crate) fn minute_text(at: Nanos) -> String {
    zoned(at, eastern()).strftime("%H:%M").to_string()
}

/// Whole seconds since the epoch.
pub(crate) fn seconds(at: Nanos) -> i64 {
    at.div_euclid(1_000_000_000)
}

/// Whole milliseconds since the epoch.
pub(crate) fn millis(at: Nanos) -> i64 {
    at.div_euclid(1_000_000)
}

/// Reads a moment of a request: `YYYYMMDD HH:MM:SS [TZ]`, `YYYYMMDD-HH:MM:SS[Z]` (UTC) or `YYYYMMDD`.
///
/// A moment without a zone is exchange time, a date alone is its midnight there.
pub(crate) fn parse(text: &str) -> Option<Nanos> {
    let text = text.trim();
    let (zone, civil) = if let Some((day, rest)) = text.split_once('-') {
        (TimeZone::UTC, civil(day, rest.trim_end_matches('Z'))?)
    } else {
        let mut parts = text.splitn(3, ' ').filter(|part| !part.is_empty());
        let day = parts.next()?;
        let time = parts.next().unwrap_or("00:00:00");
        let zone = match parts.next() {
            None => eastern(),
            Some("EST" | "EDT" | "America/New_York" | EASTERN) => eastern(),
            Some(name) => TimeZone::get(name).ok()?,
        };
        (zone, civil(day, time)?)
    };
    let moment = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
    i64::try_from(moment.as_nanosecond()).ok()
}

fn civil(day: &str, time: &str) -> Option<DateTime> {
    DateTime::strptime("%Y%m%d %H:%M:%S", format!("{day} {time}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Nanos = 1_763_654_527_000_000_000;

    #[test]
    fn every_form_of_a_moment_is_read() {
        for text in [
            "20251120 16:02:07 UTC",
            "20251120-16:02:07",
            "20251120-16:02:07Z",
            "20251120 11:02:07",
            "20251120 11:02:07 US/Eastern",
            "20251120 10:02:07 US/Central",
        ] {
            assert_eq!(parse(text), Some(AT), "{text}");
        }
        assert_eq!(parse("20251120"), parse("20251120 00:00:00 America/New_York"));
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in ["", "yesterday", "2025-11-20", "20251120 25:00:00", "20251120 10:00:00 Mars/Olympus"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn exchange_time_is_written_with_its_zone() {
        assert_eq!(eastern_text(AT), "20251120 11:02:07 US/Eastern");
        assert_eq!(parse(&eastern_text(AT)), Some(AT));
        assert_eq!(minute_text(AT), "11:02");
        assert_eq!(date_text(AT, TimeZone::UTC), "20251120");
    }
}
