//! The book: shares shown at each price, hashed per level and refreshed at the class's pace.
//!
//! Invariants: the touch is always occupied; sizes are positive whole round lots; nothing is stored. Levels refresh at
//! different moments, so the book never blinks as a whole. Depth grows with distance.
//!
//! Must not know: orders. What a taker used up and who stands in the queue is the venue's.

use super::BookSide;
use super::calendar::DAY;
use super::hash::{draw, further, unit};
use super::leaf::Touch;
use super::universe::Listing;

/// A symbol's book: constants worked out once.
#[derive(Debug)]
pub struct Depth {
    key: u64,
    lot: i64,
    refresh: i64,
    touch: f64,
    /// Class spread in ticks at the listing's level.
    spread: f64,
}

impl Depth {
    /// The book of a listing.
    pub fn new(listing: &Listing, key: u64) -> Self {
        let class = &listing.class;
        Self {
            key,
            lot: listing.round_lot,
            refresh: class.refresh,
            touch: class.touch * libm::exp(0.35 * libm::log(100.0 / listing.level)),
            spread: (class.bps * 1e-4 * listing.level * listing.per_unit()).max(class.min_ticks),
        }
    }

    /// Shares shown on one side at a price; 0 where the level is empty or better than the touch.
    pub fn shown(&self, side: BookSide, price: i64, touch: Touch, d: i64, q: u32) -> i64 {
        let (away, stream) = match side {
            BookSide::Bid => (touch.bid - price, 0),
            BookSide::Ask => (price - touch.ask, 1),
        };
        if away < 0 || price < 1 {
            return 0;
        }
        let level = draw(self.key, ((price as u64) << 1) | stream);
        let phase = (level % self.refresh as u64) as i64;
        let cell = (d * i64::from(DAY) + i64::from(q) + phase).div_euclid(self.refresh);
        let h = draw(level, cell as u64);
        if away > 0 && unit(h) >= 2.0 / self.spread {
            return 0;
        }
        let u = further(h, 0);
        let deeper = 1.0 + 0.35 * away as f64 * (1.0 / self.spread).min(1.0);
        let shares = self.touch * deeper * (0.15 + 0.4 * u + 2.0 * u * u);
        (libm::ceil(shares / self.lot as f64) as i64).max(1) * self.lot
    }
}
