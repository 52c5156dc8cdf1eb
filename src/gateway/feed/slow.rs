//! Slow volatility: the noise of weeks to years that makes calm and wild spells.
//!
//! Time is cut into cells of eight sessions. A cell's share of the clock is the exponential of step noises at 16 to 1,024
//! sessions, half of them the market's. Prefix sums over a block of 2,048 sessions give any range at once; they are the
//! only thing remembered, made on demand.
//!
//! Must not know: prices, time within a day.

use std::sync::OnceLock;

use super::hash::{draw, mix, z4};

/// Sessions of a block.
pub const BLOCK: i64 = 2_048;
/// Sessions of a cell.
pub const CELL: i64 = 8;
/// Blocks from 1993 on.
const BLOCKS: usize = 8;
/// Size of each step noise.
const SIZE: f64 = 0.46;
/// Step noises: 2^4 to 2^10 sessions.
const SCALES: std::ops::RangeInclusive<u32> = 4..=10;

/// The slow volatility of one symbol.
#[derive(Debug)]
pub struct Slow {
    own: u64,
    market: u64,
    index: bool,
    blocks: [OnceLock<Vec<f64>>; BLOCKS],
}

impl Slow {
    /// From the keys of the symbol's and the market's slow streams; an index follows the market alone.
    pub fn new(own: u64, market: u64, index: bool) -> Self {
        Self { own, market, index, blocks: [const { OnceLock::new() }; BLOCKS] }
    }

    /// The cascade's mass of `[a, b)` in average sessions; both are multiples of a cell within one block.
    pub fn mass(&self, a: i64, b: i64) -> f64 {
        let block = a.div_euclid(BLOCK);
        let Some(slot) = usize::try_from(block).ok().and_then(|i| self.blocks.get(i)) else { return (b - a) as f64 };
        let sums = slot.get_or_init(|| self.sums(block));
        let start = block * BLOCK;
        let at = |d: i64| usize::try_from((d - start) / CELL).ok().and_then(|i| sums.get(i)).copied().unwrap_or(0.0);
        at(b) - at(a)
    }

    fn sums(&self, block: i64) -> Vec<f64> {
        let mut sum = 0.0;
        let mut out = Vec::with_capacity(257);
        out.push(0.0);
        for cell in 0..BLOCK / CELL {
            sum += self.cell(block * BLOCK + cell * CELL);
            out.push(sum);
        }
        out
    }

    /// The market's slow noise at the start of session `d` as the volatility index sees it: the logarithm of the cells'
    /// volatility, on a straight line between their middles, the shortest noises damped.
    pub fn level(&self, d: i64) -> f64 {
        let of_cell = |cell: i64| {
            let steps = SCALES.zip(SEEN).map(|(j, weight)| weight * step(self.market, cell * CELL, j));
            SIZE * steps.sum::<f64>()
        };
        let place = (d as f64 - 0.5 * CELL as f64) / CELL as f64;
        let before = libm::floor(place);
        let (left, right) = (of_cell(before as i64), of_cell(before as i64 + 1));
        left + (right - left) * (place - before)
    }

    /// The symbol's own slow noise at session `d`, the market's part included: as [`Slow::level`], of the symbol.
    pub fn own_level(&self, d: i64) -> f64 {
        let of_cell = |cell: i64| {
            let at = |j: u32| {
                let market = step(self.market, cell * CELL, j);
                if self.index {
                    market
                } else {
                    (market + step(self.own, cell * CELL, j)) * std::f64::consts::FRAC_1_SQRT_2
                }
            };
            SIZE * SCALES.zip(SEEN).map(|(j, weight)| weight * at(j)).sum::<f64>()
        };
        let place = (d as f64 - 0.5 * CELL as f64) / CELL as f64;
        let before = libm::floor(place);
        let (left, right) = (of_cell(before as i64), of_cell(before as i64 + 1));
        left + (right - left) * (place - before)
    }

    fn cell(&self, d: i64) -> f64 {
        let level: f64 = SCALES
            .map(|j| {
                if self.index {
                    step(self.market, d, j)
                } else {
                    (step(self.market, d, j) + step(self.own, d, j)) * std::f64::consts::FRAC_1_SQRT_2
                }
            })
            .sum::<f64>()
            * SIZE;
        CELL as f64 * libm::exp(level - 0.5 * 7.0 * SIZE * SIZE)
    }
}

/// How much of each step noise, the shortest first, the volatility index sees.
const SEEN: [f64; 7] = [0.5, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0];

/// A noise that steps every 2^j sessions at a hashed phase.
fn step(key: u64, d: i64, j: u32) -> f64 {
    let key = key ^ mix(u64::from(j));
    let phase = (draw(key, u64::MAX) % (1 << j)) as i64;
    z4(draw(key, ((d + phase) >> j) as u64))
}
