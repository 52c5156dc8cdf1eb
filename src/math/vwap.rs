//! The price averaged by volume.
//!
//! Computed from bars: each counts with the mean of its high, low and close, so that shorter bars come nearer to the
//! average of the prints. Bars before anything has traded have no value; after a bar whose volume is not known there is
//! none until the next session begins, since every value would lack it.

use super::{Sample, Study};

/// The volume-weighted average price since the session began, or since the first bar handed in.
#[derive(Debug, Clone, Default)]
pub struct Vwap {
    anchored: bool,
    value: f64,
    volume: f64,
    lost: bool,
}

impl Vwap {
    /// Starts anew with each session.
    pub fn session() -> Self {
        Self::default()
    }

    /// Never starts anew: anchored to the first bar handed in.
    pub fn anchored() -> Self {
        Self { anchored: true, ..Self::default() }
    }
}

impl Study for Vwap {
    type Out = f64;

    fn step(&mut self, bar: &Sample) -> Option<f64> {
        if bar.opens && !self.anchored {
            *self = Self::session();
        }
        match bar.volume {
            Some(volume) => {
                self.value += bar.typical() * volume;
                self.volume += volume;
            }
            None => self.lost = true,
        }
        (!self.lost && self.volume > 0.0).then(|| self.value / self.volume)
    }
}
