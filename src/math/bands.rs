//! Bands about an average, and the range of bars: Bollinger, Keltner, ATR.

use super::average::{Smooth, Window};
use super::{Sample, Study};

/// A middle and its band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The upper edge.
    pub upper: f64,
    /// The middle.
    pub middle: f64,
    /// The lower edge.
    pub lower: f64,
}

impl Band {
    fn about(middle: f64, width: f64) -> Self {
        Self { upper: middle + width, middle, lower: middle - width }
    }
}

/// Bollinger's bands: the simple average and so many standard deviations (of the population) on either side.
#[derive(Debug, Clone)]
pub struct Bollinger {
    window: Window,
    width: f64,
}

impl Bollinger {
    /// Over so many bars, two deviations wide.
    pub fn new(period: usize) -> Self {
        Self { window: Window::new(period), width: 2.0 }
    }
}

impl Study for Bollinger {
    type Out = Band;

    fn step(&mut self, bar: &Sample) -> Option<Band> {
        self.window.push(bar.close);
        let mean = self.window.mean()?;
        Some(Band::about(mean, self.width * self.window.deviation(mean)))
    }
}

/// Wilder's average true range. The first bar, which has no close before it, counts with its own range.
#[derive(Debug, Clone)]
pub struct Atr {
    smooth: Smooth,
    close: Option<f64>,
}

impl Atr {
    /// Over so many bars.
    pub fn new(period: usize) -> Self {
        Self { smooth: Smooth::wilder(period), close: None }
    }
}

impl Study for Atr {
    type Out = f64;

    fn step(&mut self, bar: &Sample) -> Option<f64> {
        let (high, low) = match self.close.replace(bar.close) {
            Some(before) => (bar.high.max(before), bar.low.min(before)),
            None => (bar.high, bar.low),
        };
        self.smooth.next(high - low)
    }
}

/// Keltner's channel: the exponential average of the closes and twice the ATR of ten bars on either side.
#[derive(Debug, Clone)]
pub struct Keltner {
    middle: Smooth,
    range: Atr,
}

impl Keltner {
    /// Bars of the range.
    pub const RANGE: usize = 10;

    /// The average over so many bars.
    pub fn new(period: usize) -> Self {
        Self { middle: Smooth::exponential(period), range: Atr::new(Self::RANGE) }
    }
}

impl Study for Keltner {
    type Out = Band;

    fn step(&mut self, bar: &Sample) -> Option<Band> {
        let (middle, range) = (self.middle.next(bar.close), self.range.step(bar));
        Some(Band::about(middle?, 2.0 * range?))
    }
}
