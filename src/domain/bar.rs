//! Bars of price and volume.

use serde::{Deserialize, Serialize};

use crate::money::{Price, Qty};

/// The length of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Interval {
    /// One minute.
    Min1,
    /// Five minutes.
    #[default]
    Min5,
    /// One day.
    Day1,
}

impl Interval {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Min1, Self::Min5, Self::Day1];

    /// The words in the chart's title.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Min1 => "1 min",
            Self::Min5 => "5 min",
            Self::Day1 => "1 day",
        }
    }

    /// Its length in seconds; a day is the calendar day.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Min1 => 60,
            Self::Min5 => 300,
            Self::Day1 => 86_400,
        }
    }

    /// The next shorter one, or itself.
    #[must_use]
    pub const fn shorter(self) -> Self {
        match self {
            Self::Day1 => Self::Min5,
            Self::Min5 | Self::Min1 => Self::Min1,
        }
    }

    /// The next longer one, or itself.
    #[must_use]
    pub const fn longer(self) -> Self {
        match self {
            Self::Min1 => Self::Min5,
            Self::Min5 | Self::Day1 => Self::Day1,
        }
    }
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
