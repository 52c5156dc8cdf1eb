//! A bar as the studies compute with it.

use rust_decimal::prelude::ToPrimitive;

use crate::domain::bar::Bar;
use crate::money::Price;

/// A bar in binary floating point; every number is finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Units traded, where known.
    pub volume: Option<f64>,
    /// Whether a session begins with this bar: VWAP starts anew.
    pub opens: bool,
}

impl Sample {
    /// The bar in these numbers; `opens` says whether a session begins with it.
    pub fn of(bar: &Bar, opens: bool) -> Self {
        let volume = bar.volume.and_then(|v| v.0.to_f64()).filter(|v| *v >= 0.0);
        Self {
            open: double(bar.open),
            high: double(bar.high),
            low: double(bar.low),
            close: double(bar.close),
            volume,
            opens,
        }
    }

    /// A bar whose four prices are one.
    pub const fn at(price: f64) -> Self {
        Self { open: price, high: price, low: price, close: price, volume: None, opens: false }
    }

    /// The mean of high, low and close.
    pub fn typical(&self) -> f64 {
        (self.high + self.low + self.close) / 3.0
    }
}

/// A price in binary; every decimal has one.
pub(super) fn double(price: Price) -> f64 {
    price.0.to_f64().unwrap_or(0.0)
}
