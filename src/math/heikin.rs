//! Heikin-Ashi: candles of averages.

use super::Sample;

/// The bars as Heikin-Ashi candles: the close is the mean of the four prices, the open the middle of the body before,
/// and high and low reach over both. The first opens in the middle of its own body.
pub fn heikin_ashi(bars: &[Sample]) -> Vec<Sample> {
    let mut before: Option<(f64, f64)> = None;
    let candle = |bar: &Sample| {
        let close = (bar.open + bar.high + bar.low + bar.close) / 4.0;
        let (from, to) = before.unwrap_or((bar.open, bar.close));
        let open = f64::midpoint(from, to);
        before = Some((open, close));
        Sample { open, high: bar.high.max(open).max(close), low: bar.low.min(open).min(close), close, ..*bar }
    };
    bars.iter().map(candle).collect()
}
