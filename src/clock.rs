//! Time as a value.
//!
//! Everything that decides takes a [`Stamp`] that arrived with the message; only [`Stamp::now`] reads the machine's
//! clocks, and only floors 1 and 4 may call it. A stamp holds both clocks: the wall says when something happened, the
//! monotonic half measures ages and deadlines and never jumps.
//!
//! Must not know: any message, any broker.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// A moment: wall clock and monotonic clock, both in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Nanoseconds since the Unix epoch.
    pub wall: i64,
    /// Nanoseconds since an arbitrary start of this process; ages and deadlines use it.
    pub mono: i64,
}

impl Stamp {
    /// Reads both clocks of this machine.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clocks")]
    pub fn now() -> Self {
        static START: OnceLock<Instant> = OnceLock::new();
        let mono = START.get_or_init(Instant::now).elapsed();
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { wall: nanos(wall), mono: nanos(mono).saturating_add(1) }
    }

    /// A stamp whose two halves agree: what tests and replays step.
    pub const fn at(nanos: i64) -> Self {
        Self { wall: nanos, mono: nanos }
    }

    /// How long ago `earlier` was, by the monotonic half; zero if it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(u64::try_from(self.mono.saturating_sub(earlier.mono)).unwrap_or(0))
    }

    /// This moment plus `span` on both halves.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let n = nanos(span);
        Self { wall: self.wall.saturating_add(n), mono: self.mono.saturating_add(n) }
    }

    /// The moment `span` before this one on both halves.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let n = nanos(span);
        Self { wall: self.wall.saturating_sub(n), mono: self.mono.saturating_sub(n) }
    }

    /// The wall half as a timestamp.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_nanosecond(i128::from(self.wall)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The wall half in New York, where the exchanges are.
    pub fn eastern(self) -> Zoned {
        self.timestamp().to_zoned(eastern())
    }
}

/// The zone of the US exchanges, from the bundled zone data.
pub fn eastern() -> TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::get("America/New_York").unwrap_or(TimeZone::UTC)).clone()
}

/// A duration in nanoseconds as the stamps count them.
fn nanos(span: Duration) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}

/// The phase of the US stock session at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// 04:00 to 09:30.
    Pre,
    /// Regular trading hours, 09:30 to 16:00 (13:00 on half days).
    Regular,
    /// After the close until 20:00.
    Post,
    /// 20:00 to 04:00 before a trading day.
    Overnight,
    /// Weekends and holidays.
    Closed,
}

impl Phase {
    /// The word on the status bar.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pre => "PRE",
            Self::Regular => "RTH",
            Self::Post => "POST",
            Self::Overnight => "OVN",
            Self::Closed => "CLOSED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_never_runs_backwards() {
        let (a, b) = (Stamp::at(5), Stamp::at(9));
        assert_eq!(b.since(a), Duration::from_nanos(4));
        assert_eq!(a.since(b), Duration::ZERO);
    }

    #[test]
    fn eastern_time_knows_daylight_saving() {
        let winter = Stamp::at(1_763_654_527_000_000_000);
        assert_eq!(winter.eastern().strftime("%F %T").to_string(), "2025-11-20 11:02:07");
    }
}
