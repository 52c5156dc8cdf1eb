//! The algorithms that work an order here: in equal parts over time, or as a share of the volume.

use jiff::civil::Time;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How an order is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Algo {
    /// Which algorithm.
    pub way: Way,
    /// When it begins, in New York; at once if absent or past.
    pub start: Option<Time>,
    /// When it ends, in New York; with the regular session if absent.
    pub end: Option<Time>,
    /// Whether what is left at the end goes on, rather than being cancelled.
    pub past: bool,
}

/// The algorithms that are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// `Twap`: evenly over its time, each part taking what is there.
    Twap,
    /// `PctVol`: this share of what others trade, in percent.
    PctVol(Decimal),
}
