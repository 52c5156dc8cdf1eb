//! The volatility index: a function of the market stream's path.
//!
//! `ln(V/16.5) = soft(0.40·L − 5·(x − line) + own)`: L is the market's slow volatility, x its log price, the line joins the ends of the 64
//! sessions around, so that a fall lifts the index and a rise lowers it; soft bends far values, more so below. `own` is a noise
//! of days, about 3 % a day, and a small one of a minute.
//!
//! Invariant: within a session all but x and the small noise is a straight line, so bounds of x give bounds of the index,
//! and its extremes are found and not scanned for.
//!
//! Must not know: rounding, hours.

use super::calendar::DAY;
use super::hash::{draw, unit};
use super::path::Path;

/// The index's usual level.
const LEVEL: f64 = 16.5;
/// Weight of the slow volatility.
const SLOW: f64 = 0.40;
/// How many times a fall of the market lifts it.
const FALL: f64 = 5.0;
/// Where it bends above and below, in log.
const BEND: (f64, f64) = (1.65, 0.65);
/// Half the range of the noise of days.
const DAYS: f64 = 0.037;
/// Half the range of the noise of a minute.
const MINUTE: f64 = 0.002;
/// Leaves of a minute.
const CELL: i64 = 240;

/// A session of the index.
#[derive(Debug, Clone, Copy)]
pub struct Fear {
    key: u64,
    d: i64,
    /// Everything but the path and the small noise at the session's start and end.
    ends: (f64, f64),
}

impl Fear {
    /// The session `d` of the market stream's path; `key` is that of the own noise.
    pub fn new(path: &Path, key: u64, d: i64) -> Option<Self> {
        let [start, end] = path.background(d)?;
        let days = |d: i64| DAYS * (2.0 * unit(draw(key, d as u64)) - 1.0);
        let all = |(slow, line): (f64, f64), d: i64| SLOW * slow + FALL * line + days(d);
        Some(Self { key, d, ends: (all(start, d), all(end, d + 1)) })
    }

    /// All but the path and the small noise at a leaf.
    fn base(&self, q: u32) -> f64 {
        let (start, end) = self.ends;
        start + (end - start) * f64::from(q) / f64::from(DAY)
    }

    /// The logarithm of the index at leaf `q` where the market's log price is `x`.
    pub fn at(&self, q: u32, x: f64) -> f64 {
        let leaf = self.d * i64::from(DAY) + i64::from(q);
        let (cell, place) = (leaf.div_euclid(CELL), leaf.rem_euclid(CELL) as f64 / CELL as f64);
        let value = |cell: i64| MINUTE * (2.0 * unit(draw(self.key ^ 1, cell as u64)) - 1.0);
        let (left, right) = (value(cell), value(cell + 1));
        soft(self.base(q) - FALL * x + left + (right - left) * place)
    }

    /// Bounds of the logarithm over the leaves `[a, b)` where the log price lies in `[lo, hi]`.
    pub fn bounds(&self, a: u32, b: u32, lo: f64, hi: f64) -> (f64, f64) {
        let (start, end) = (self.base(a), self.base(b));
        let low = start.min(end) - FALL * hi - MINUTE;
        let high = start.max(end) - FALL * lo + MINUTE;
        // A hair for the hyperbolic tangent's rounding, which need not keep the order of neighbours.
        (soft(low) - 1e-12, soft(high) + 1e-12)
    }
}

/// The index where the market's log price lies on its line and its slow volatility has this logarithm.
pub fn calm(slow: f64) -> f64 {
    libm::exp(soft(SLOW * slow))
}

/// Bends what lies far from zero and adds the usual level.
fn soft(value: f64) -> f64 {
    let (up, down) = BEND;
    let bend = if value < 0.0 { down } else { up };
    libm::log(LEVEL) + bend * libm::tanh(value / bend)
}
