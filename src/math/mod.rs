//! Studies of bars, the axis they are drawn on, and the value of options, in binary floating point.
//!
//! Invariants: everything is a pure function of what is handed in; a value that the bars at hand do not determine yet is
//! `None`, and none is ever NaN or infinite; feeding bars one by one gives what feeding them at once gives, also when the
//! last one is revised in between. Money stays decimal: what is computed here is read off a chart and never sent; a price
//! leaves through [`Axis::price_of`], rounded to what an order may have.
//!
//! Must not know: cells, glyphs, the desk.

mod average;
mod axis;
mod bands;
mod heikin;
mod levels;
mod momentum;
pub mod option;
mod sample;
mod series;
mod study;
#[cfg(test)]
mod tests;
mod vwap;

pub use average::{Ema, Sma, Wilder};
pub use axis::{Axis, Kind};
pub use bands::{Atr, Band, Bollinger, Keltner};
pub use heikin::heikin_ashi;
pub use levels::{Level, LevelKind, levels};
pub use momentum::{Macd, MacdValue, Rsi};
pub use sample::Sample;
pub use series::{
    Value, Values, atr, bollinger, change, closes, decimal, ema, extent, keltner, macd, rsi, samples, sma, vwap,
    vwap_from,
};
pub use study::{Running, Study, over};
pub use vwap::Vwap;
