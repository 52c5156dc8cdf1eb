//! Studies by name over many bars at once, and what can be read off their values.

use rust_decimal::Decimal;

use super::{Atr, Band, Bollinger, Ema, Keltner, Macd, MacdValue, Rsi, Sample, Sma, Vwap, over};
use crate::domain::bar::Bar;
use crate::domain::calendar::Hours;

/// A value, where it is known.
pub type Value = Option<f64>;
/// One value a bar.
pub type Values = Vec<Value>;

/// Bars as studies take them. Where `hours` is given, the first bar of each session says so.
pub fn samples(bars: &[Bar], hours: Option<Hours>) -> Vec<Sample> {
    let mut until = i64::MIN;
    let sample = |bar: &Bar| {
        let opens = hours.is_some() && bar.start >= until;
        if let Some(hours) = hours.filter(|_| opens) {
            until = hours.session_end(bar.start);
        }
        Sample::of(bar, opens)
    };
    bars.iter().map(sample).collect()
}

/// The closes.
pub fn closes(bars: &[Sample]) -> Values {
    bars.iter().map(|bar| Some(bar.close)).collect()
}

/// The exponential average.
pub fn ema(bars: &[Sample], period: u16) -> Values {
    over(Ema::new(period.into()), bars)
}

/// The simple average.
pub fn sma(bars: &[Sample], period: u16) -> Values {
    over(Sma::new(period.into()), bars)
}

/// The volume-weighted average since each session began.
pub fn vwap(bars: &[Sample]) -> Values {
    over(Vwap::session(), bars)
}

/// The volume-weighted average since the bar of this index.
pub fn vwap_from(bars: &[Sample], first: usize) -> Values {
    let mut values = vec![None; first.min(bars.len())];
    values.extend(over(Vwap::anchored(), bars.get(first..).unwrap_or_default()));
    values
}

/// Bollinger's bands: upper edge, middle, lower edge.
pub fn bollinger(bars: &[Sample], period: u16) -> [Values; 3] {
    edges(&over(Bollinger::new(period.into()), bars))
}

/// Keltner's channel: upper edge, middle, lower edge.
pub fn keltner(bars: &[Sample], period: u16) -> [Values; 3] {
    edges(&over(Keltner::new(period.into()), bars))
}

fn edges(bands: &[Option<Band>]) -> [Values; 3] {
    [|b: Band| b.upper, |b: Band| b.middle, |b: Band| b.lower].map(|part| bands.iter().map(|b| b.map(part)).collect())
}

/// Wilder's relative strength.
pub fn rsi(bars: &[Sample], period: u16) -> Values {
    over(Rsi::new(period.into()), bars)
}

/// Wilder's average true range.
pub fn atr(bars: &[Sample], period: u16) -> Values {
    over(Atr::new(period.into()), bars)
}

/// MACD of 12, 26 and 9 bars: line, signal, histogram.
pub fn macd(bars: &[Sample]) -> [Values; 3] {
    let all = over(Macd::new(12, 26, 9), bars);
    let part = |f: fn(MacdValue) -> Value| all.iter().map(|m| m.and_then(f)).collect();
    [part(|m| Some(m.line)), part(|m| m.signal), part(|m| m.histogram())]
}

/// The smallest and the largest of the known values.
pub fn extent<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .flatten()
        .fold(None, |found, v| Some(found.map_or((*v, *v), |(low, high): (f64, f64)| (low.min(*v), high.max(*v)))))
}

/// A change against a base, in percent.
pub fn change(value: f64, base: f64) -> Option<f64> {
    let change = (value / base - 1.0) * 100.0;
    (base > 0.0 && change.is_finite()).then_some(change)
}

/// A computed value as a decimal with so many places.
pub fn decimal(value: f64, places: u32) -> Option<Decimal> {
    Decimal::try_from(value).ok().map(|d| d.round_dp(places))
}
