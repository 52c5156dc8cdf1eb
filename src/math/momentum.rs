//! RSI and MACD.

use super::average::Smooth;
use super::{Sample, Study};

/// Wilder's relative strength index, 0 to 100.
#[derive(Debug, Clone)]
pub struct Rsi {
    gains: Smooth,
    losses: Smooth,
    close: Option<f64>,
}

impl Rsi {
    /// Over so many changes.
    pub fn new(period: usize) -> Self {
        Self { gains: Smooth::wilder(period), losses: Smooth::wilder(period), close: None }
    }
}

impl Study for Rsi {
    type Out = f64;

    fn step(&mut self, bar: &Sample) -> Option<f64> {
        let change = bar.close - self.close.replace(bar.close)?;
        let (gain, loss) = (self.gains.next(change.max(0.0)), self.losses.next((-change).max(0.0)));
        let (gain, loss) = (gain?, loss?);
        let sum = gain + loss;
        // Where nothing has moved there is no strength to compare.
        (sum > 0.0).then(|| 100.0 * (gain / sum))
    }
}

/// The difference of two exponential averages.
#[derive(Debug, Clone)]
pub struct Macd {
    fast: Smooth,
    slow: Smooth,
    signal: Smooth,
}

/// A value of [`Macd`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacdValue {
    /// Fast less slow.
    pub line: f64,
    /// The average of the line; known some bars after it.
    pub signal: Option<f64>,
}

impl MacdValue {
    /// The line less its signal.
    pub fn histogram(&self) -> Option<f64> {
        self.signal.map(|signal| self.line - signal)
    }
}

impl Macd {
    /// Averages over `fast` and `slow` bars, the signal over `signal` values of the line; usually 12, 26, 9.
    pub fn new(fast: usize, slow: usize, signal: usize) -> Self {
        Self { fast: Smooth::exponential(fast), slow: Smooth::exponential(slow), signal: Smooth::exponential(signal) }
    }
}

impl Study for Macd {
    type Out = MacdValue;

    fn step(&mut self, bar: &Sample) -> Option<MacdValue> {
        let (fast, slow) = (self.fast.next(bar.close), self.slow.next(bar.close));
        let line = fast? - slow?;
        Some(MacdValue { line, signal: self.signal.next(line) })
    }
}
