//! What was taken from the book, and how it comes back.
//!
//! Invariant: what is left of a taking depends on its amount and age only, never on how often it was asked for, so stepping
//! in one stride or in many gives the same fills.

use std::collections::BTreeMap;

use super::market::{Listing, Market, Quote, Side};
use crate::gateway::{ConId, Nanos};

/// How far a sweep walks from the touch in one go: ticks at least, and the share of the price.
const REACH_TICKS: i64 = 50;
const REACH_SHARE: i64 = 100;

/// 2^(−k/16) in units of 2^−32.
const FALLING: [i64; 17] = [
    4294967296, 4112874773, 3938502376, 3771522796, 3611622603, 3458501653, 3311872529, 3171459999, 3037000500,
    2908241642, 2784941738, 2666869345, 2553802834, 2445529972, 2341847524, 2242560872, 2147483648,
];

/// Shares taken from one level, as of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Taken {
    shares: i64,
    at: Nanos,
}

impl Taken {
    /// What still is missing at `at`.
    fn left(self, at: Nanos, half_life: Nanos) -> i64 {
        left(self.shares, at.saturating_sub(self.at), half_life)
    }
}

/// What is left of `shares` after `age`: half after each half-life, linear between sixteenths of one.
pub fn left(shares: i64, age: Nanos, half_life: Nanos) -> i64 {
    let age = age.max(0);
    let (Some(halvings), Some(rest)) = (age.checked_div(half_life), age.checked_rem(half_life)) else {
        return 0;
    };
    if halvings >= 40 {
        return 0;
    }
    let scaled = i128::from(rest).saturating_mul(1 << 20).checked_div(i128::from(half_life));
    let scaled = scaled.and_then(|s| i64::try_from(s).ok()).unwrap_or(0);
    let (step, part) = (scaled >> 16, scaled & 0xFFFF);
    let index = usize::try_from(step).unwrap_or(0);
    let from = FALLING.get(index).copied().unwrap_or(0);
    let to = FALLING.get(index.saturating_add(1)).copied().unwrap_or(0);
    let factor = from.saturating_sub(from.saturating_sub(to).saturating_mul(part) >> 16);
    let left = i128::from(shares).saturating_mul(i128::from(factor)) >> 32;
    i64::try_from(left >> halvings).unwrap_or(0)
}

/// The levels that were taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Takings {
    levels: BTreeMap<(ConId, Side, i64), Taken>,
}

impl Takings {
    /// The contracts that were taken from, some of which may be whole again.
    pub fn contracts(&self) -> impl Iterator<Item = ConId> {
        self.levels.keys().map(|(con_id, _, _)| *con_id)
    }

    /// Whether anything of a contract is still missing.
    pub fn linger(&self, listing: &Listing, at: Nanos) -> bool {
        let levels = self.levels.range((listing.con_id, Side::Bid, i64::MIN)..=(listing.con_id, Side::Ask, i64::MAX));
        levels.into_iter().any(|(_, taken)| taken.left(at, listing.half_life) > 0)
    }

    /// Shares missing from a level.
    pub fn missing(&self, listing: &Listing, side: Side, price: i64, at: Nanos) -> i64 {
        self.levels.get(&(listing.con_id, side, price)).map_or(0, |taken| taken.left(at, listing.half_life))
    }

    /// Shares of the background that can still be traded against at a level.
    pub fn visible(&self, market: &dyn Market, listing: &Listing, side: Side, price: i64, at: Nanos) -> i64 {
        let shown = market.shown(listing.con_id, side, price, at);
        shown.saturating_sub(self.missing(listing, side, price, at)).max(0)
    }

    /// Takes shares from a level.
    pub fn take(&mut self, listing: &Listing, side: Side, price: i64, shares: i64, at: Nanos) {
        let (con_id, half_life) = (listing.con_id, listing.half_life);
        self.levels.retain(|key, taken| key.0 != con_id || taken.left(at, half_life) > 0);
        let level = self.levels.entry((con_id, side, price)).or_insert(Taken { shares: 0, at });
        *level = Taken { shares: level.left(at, half_life).saturating_add(shares), at };
    }

    /// After a background print at a level a round lot of it shows, so that no print lies outside the visible book.
    pub fn printed(&mut self, market: &dyn Market, listing: &Listing, side: Side, price: i64, at: Nanos) {
        if let Some(taken) = self.levels.get_mut(&(listing.con_id, side, price)) {
            let shown = market.shown(listing.con_id, side, price, at);
            let most = shown.saturating_sub(listing.lot).max(0);
            if shown > 0 && taken.left(at, listing.half_life) > most {
                *taken = Taken { shares: most, at };
            }
        }
    }
}

impl Side {
    /// The price of this side in `quote`.
    pub const fn of(self, quote: Quote) -> i64 {
        match self {
            Self::Bid => quote.bid,
            Self::Ask => quote.ask,
        }
    }

    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }

    /// The price `ticks` deeper into this side of the book.
    pub const fn deeper(self, price: i64, ticks: i64) -> i64 {
        match self {
            Self::Bid => price.saturating_sub(ticks),
            Self::Ask => price.saturating_add(ticks),
        }
    }

    /// Whether on this side `price` stands before `other`.
    pub const fn is_better(self, price: i64, other: i64) -> bool {
        match self {
            Self::Bid => price > other,
            Self::Ask => price < other,
        }
    }
}

/// How many ticks from `touch` a sweep walks in one go.
pub fn reach(touch: i64) -> i64 {
    touch.checked_div(REACH_SHARE).unwrap_or(0).max(REACH_TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_back_after_each_half_life() {
        assert_eq!(left(1000, 0, 100), 1000);
        assert_eq!(left(1000, 100, 100), 500);
        assert_eq!(left(1000, 200, 100), 250);
        assert_eq!(left(1000, 50, 100), 707);
        assert_eq!(left(1000, 5000, 100), 0);
    }

    #[test]
    fn a_taking_only_shrinks() {
        let lefts: Vec<i64> = (0..4000).map(|age| left(98_765, age, 777)).collect();
        assert!(lefts.is_sorted_by(|a, b| a >= b));
    }
}
