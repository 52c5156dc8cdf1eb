//! Moving averages: simple, exponential, and Wilder's.
//!
//! The exponential ones begin with the simple average of their first period, as Wilder and most charting programs do; a
//! period of zero counts as one.

use std::collections::VecDeque;

use super::{Sample, Study};

/// The mean of the last closes.
#[derive(Debug, Clone)]
pub struct Sma {
    window: Window,
}

impl Sma {
    /// Over so many bars.
    pub fn new(period: usize) -> Self {
        Self { window: Window::new(period) }
    }
}

impl Study for Sma {
    type Out = f64;

    fn step(&mut self, bar: &Sample) -> Option<f64> {
        self.window.push(bar.close);
        self.window.mean()
    }
}

/// The last values of a period.
#[derive(Debug, Clone)]
pub(super) struct Window {
    period: usize,
    values: VecDeque<f64>,
}

impl Window {
    pub(super) fn new(period: usize) -> Self {
        Self { period: period.max(1), values: VecDeque::new() }
    }

    pub(super) fn push(&mut self, value: f64) {
        if self.values.len() >= self.period {
            self.values.pop_front();
        }
        self.values.push_back(value);
    }

    /// The mean of a full window. Summed anew each time: a running sum would drift.
    pub(super) fn mean(&self) -> Option<f64> {
        let full = self.values.len() == self.period;
        full.then(|| self.values.iter().sum::<f64>() / count(self.period))
    }

    /// The standard deviation of a full window about its mean, divided by the count (not by one less).
    pub(super) fn deviation(&self, mean: f64) -> f64 {
        let squares: f64 = self.values.iter().map(|v| (v - mean) * (v - mean)).sum();
        (squares / count(self.period)).sqrt()
    }
}

/// A period as a divisor.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^52")]
pub(super) fn count(n: usize) -> f64 {
    n.max(1) as f64
}

/// An average that each new value pulls towards itself by the same share.
#[derive(Debug, Clone)]
pub(super) struct Smooth {
    share: f64,
    seed: Window,
    value: Option<f64>,
}

impl Smooth {
    /// The exponential average of a period: each value weighs 2 / (n + 1).
    pub(super) fn exponential(period: usize) -> Self {
        Self { share: 2.0 / (count(period) + 1.0), seed: Window::new(period), value: None }
    }

    /// Wilder's average of a period: each value weighs 1 / n.
    pub(super) fn wilder(period: usize) -> Self {
        Self { share: 1.0 / count(period), seed: Window::new(period), value: None }
    }

    /// Takes the next value; known from the end of the first period on.
    pub(super) fn next(&mut self, value: f64) -> Option<f64> {
        self.value = match self.value {
            Some(before) => Some(before + self.share * (value - before)),
            None => {
                self.seed.push(value);
                self.seed.mean()
            }
        };
        self.value
    }
}

/// The exponential average of the closes.
#[derive(Debug, Clone)]
pub struct Ema(Smooth);

impl Ema {
    /// Over so many bars.
    pub fn new(period: usize) -> Self {
        Self(Smooth::exponential(period))
    }
}

impl Study for Ema {
    type Out = f64;

    fn step(&mut self, bar: &Sample) -> Option<f64> {
        self.0.next(bar.close)
    }
}

/// Wilder's average of the closes.
#[derive(Debug, Clone)]
pub struct Wilder(Smooth);

impl Wilder {
    /// Over so many bars.
    pub fn new(period: usize) -> Self {
        Self(Smooth::wilder(period))
    }
}

impl Study for Wilder {
    type Out = f64;

    fn step(&mut self, bar: &Sample) -> Option<f64> {
        self.0.next(bar.close)
    }
}
