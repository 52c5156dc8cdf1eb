//! Bars of price and volume.

use jiff::Zoned;
use jiff::civil::{Date, ISOWeekDate};
use serde::{Deserialize, Serialize};

use super::instrument::ConId;
use crate::clock::Stamp;
use crate::money::{Price, Qty};

macro_rules! intervals {
    ($($(#[$doc:meta])* $name:ident = $words:literal, $seconds:literal;)*) => {
        /// The length of a bar.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        pub enum Interval {
            $($(#[$doc])* $name,)*
        }

        impl Interval {
            /// All of them, shortest first.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The words in the chart's title.
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }

            /// Its length in seconds; that of a month is the longest there is.
            pub const fn seconds(self) -> i64 {
                match self {
                    $(Self::$name => $seconds,)*
                }
            }
        }
    };
}

intervals! {
    /// Five seconds.
    Sec5 = "5 sec", 5;
    /// Ten seconds.
    Sec10 = "10 sec", 10;
    /// Fifteen seconds.
    Sec15 = "15 sec", 15;
    /// Half a minute.
    Sec30 = "30 sec", 30;
    /// One minute.
    Min1 = "1 min", 60;
    /// Two minutes.
    Min2 = "2 min", 120;
    /// Three minutes.
    Min3 = "3 min", 180;
    /// Five minutes.
    #[default]
    Min5 = "5 min", 300;
    /// Ten minutes.
    Min10 = "10 min", 600;
    /// A quarter of an hour.
    Min15 = "15 min", 900;
    /// Half an hour.
    Min30 = "30 min", 1_800;
    /// One hour.
    Hour1 = "1 hour", 3_600;
    /// Two hours.
    Hour2 = "2 hours", 7_200;
    /// Four hours.
    Hour4 = "4 hours", 14_400;
    /// One day.
    Day1 = "1 day", 86_400;
    /// One week.
    Week1 = "1 week", 604_800;
    /// One month.
    Month1 = "1 month", 2_678_400;
}

impl Interval {
    /// The next shorter one, or itself.
    #[must_use]
    pub fn shorter(self) -> Self {
        Self::ALL.iter().rev().find(|i| **i < self).copied().unwrap_or(self)
    }

    /// The next longer one, or itself.
    #[must_use]
    pub fn longer(self) -> Self {
        Self::ALL.iter().find(|i| **i > self).copied().unwrap_or(self)
    }

    /// Whether its bars are days or longer: their start is a date, not a time.
    pub const fn is_daily(self) -> bool {
        matches!(self, Self::Day1 | Self::Week1 | Self::Month1)
    }

    /// Whether a moment, in seconds since the epoch, lies in the bar that begins at `start`. Days, weeks and months are
    /// those of New York.
    pub fn holds(self, start: i64, at: i64) -> bool {
        if at < start {
            return false;
        }
        let (first, now) = (local(start).date(), local(at).date());
        match self {
            Self::Day1 => first == now,
            Self::Week1 => monday(first) == monday(now),
            Self::Month1 => first.first_of_month() == now.first_of_month(),
            _ => at.saturating_sub(start) < self.seconds(),
        }
    }

    /// Where the bar begins that a moment lies in, for those that begin at the same seconds of every hour; `None` for
    /// longer ones, whose grid is the exchange's affair.
    pub const fn start_of(self, at: i64) -> Option<i64> {
        if self.seconds() > Self::Min30.seconds() {
            return None;
        }
        match at.checked_rem_euclid(self.seconds()) {
            Some(past) => Some(at.saturating_sub(past)),
            None => None,
        }
    }
}

/// The first day of a date's week.
fn monday(day: Date) -> Option<Date> {
    day.iso_week_date().first_of_week().ok().map(ISOWeekDate::date)
}

/// A moment in New York.
fn local(seconds: i64) -> Zoned {
    Stamp::at(seconds.saturating_mul(1_000_000_000)).eastern()
}

/// Which hours bars cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum BarHours {
    /// The regular session alone.
    #[default]
    Regular,
    /// Also what trades before the open and after the close.
    Extended,
}

impl BarHours {
    /// The word in the chart's title.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Regular => "RTH",
            Self::Extended => "EXT",
        }
    }
}

/// Which bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BarKey {
    /// Of which contract.
    pub con_id: ConId,
    /// How long each.
    pub interval: Interval,
    /// In which hours.
    pub hours: BarHours,
}

/// One bar of trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// When it begins, in seconds since the Unix epoch.
    pub start: i64,
    /// First trade.
    pub open: Price,
    /// Highest trade.
    pub high: Price,
    /// Lowest trade.
    pub low: Price,
    /// Last trade.
    pub close: Price,
    /// Shares traded; `None` where the broker does not say.
    pub volume: Option<Qty>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_step_through_all_lengths_and_stop_at_the_ends() {
        let mut at = Interval::Sec5;
        let mut seen = vec![at];
        while at.longer() != at {
            assert_eq!(at.longer().shorter(), at);
            at = at.longer();
            seen.push(at);
        }
        assert_eq!(seen, Interval::ALL);
        assert_eq!((Interval::Sec5.shorter(), Interval::Month1.longer()), (Interval::Sec5, Interval::Month1));
    }

    #[test]
    fn a_moment_lies_in_one_bar_of_each_length() {
        // 2026-11-20 10:42:07 in New York, a Friday; its week began on the 16th.
        let (now, day) = (1_795_189_327, 86_400);
        assert_eq!(Interval::Min5.start_of(now), Some(1_795_189_200));
        assert_eq!(Interval::Hour1.start_of(now), None);
        let midnight = 1_795_150_800;
        assert!(Interval::Day1.holds(midnight, now) && !Interval::Day1.holds(midnight - day, now));
        assert!(Interval::Week1.holds(midnight - 4 * day, now) && !Interval::Week1.holds(midnight - 5 * day, now));
        assert!(Interval::Month1.holds(midnight - 19 * day, now) && !Interval::Month1.holds(midnight - 20 * day, now));
        assert!(Interval::Hour4.holds(now, now + 14_399) && !Interval::Hour4.holds(now, now + 14_400));
        assert!(!Interval::Min1.holds(now, now - 1));
    }
}
