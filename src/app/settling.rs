//! Fills that the position does not show yet.
//!
//! The broker tells a fill and the position it leads to in two messages. Between the two the position is old by that
//! fill: an order judged by it could sell the same shares twice. Whichever message comes second cancels out the first;
//! what has no counterpart after three seconds (another client's fill, a transfer) is taken for settled.

use std::time::Duration;

use crate::clock::Stamp;
use crate::domain::order::Side;
use crate::money::Qty;

/// How long one message may be ahead of the other.
const SETTLES: Duration = Duration::from_secs(3);

/// How far fills and position of one contract are apart; both signed, sales negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settling {
    /// Filled, and not in the position yet.
    behind: Qty,
    /// In the position, and not told as a fill yet.
    ahead: Qty,
    /// When either last changed.
    at: Stamp,
}

impl Settling {
    /// Nothing is under way.
    pub const fn new(at: Stamp) -> Self {
        Self { behind: Qty::ZERO, ahead: Qty::ZERO, at }
    }

    /// A fill was told.
    pub fn filled(&mut self, side: Side, qty: Qty, at: Stamp) {
        self.fade(at);
        let by = if side == Side::Buy { qty } else { qty.negated() };
        add(by, &mut self.ahead, &mut self.behind);
    }

    /// The position has moved by so much.
    pub fn moved(&mut self, by: Qty, at: Stamp) {
        self.fade(at);
        add(by, &mut self.behind, &mut self.ahead);
    }

    /// The least that is certainly held, whichever message is the newer: what an exit may count on.
    pub fn certain(&self, position: Qty, now: Stamp) -> Qty {
        if self.behind.is_zero() || now.since(self.at) > SETTLES {
            return position;
        }
        match position.plus(self.behind) {
            Some(after) if after.is_positive() && position.is_positive() => after.min(position),
            Some(after) if after.is_negative() && position.is_negative() => after.max(position),
            _ => Qty::ZERO,
        }
    }

    /// Whether a fill was told that the position may not show yet.
    pub fn is_behind(&self, now: Stamp) -> bool {
        !self.behind.is_zero() && now.since(self.at) <= SETTLES
    }

    /// When a fill without a counterpart is taken for settled, if one is.
    pub fn until(&self, now: Stamp) -> Option<Stamp> {
        self.is_behind(now).then(|| self.at.plus(SETTLES.saturating_add(Duration::from_nanos(1))))
    }

    /// What is too old to find its counterpart is settled.
    fn fade(&mut self, at: Stamp) {
        if at.since(self.at) > SETTLES {
            (self.behind, self.ahead) = (Qty::ZERO, Qty::ZERO);
        }
        self.at = at;
    }
}

/// Takes `by` out of `counterpart` as far as that has the same sign, and puts the rest into `open`.
fn add(by: Qty, counterpart: &mut Qty, open: &mut Qty) {
    let used = if by.is_positive() && counterpart.is_positive() {
        by.min(*counterpart)
    } else if by.is_negative() && counterpart.is_negative() {
        by.max(*counterpart)
    } else {
        Qty::ZERO
    };
    let left = (counterpart.minus(used), by.minus(used).and_then(|rest| open.plus(rest)));
    if let (Some(counter), Some(rest)) = left {
        (*counterpart, *open) = (counter, rest);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn q(n: i64) -> Qty {
        Qty::from(n)
    }

    #[test]
    fn a_fill_that_the_position_does_not_show_is_not_counted_on() {
        let mut s = Settling::new(Stamp::at(0));
        s.filled(Side::Sell, q(60), Stamp::at(1));
        assert_eq!(s.certain(q(100), Stamp::at(2)), q(40));
        s.moved(q(-60), Stamp::at(3));
        assert_eq!(s.certain(q(40), Stamp::at(4)), q(40));
    }

    #[test]
    fn a_position_that_comes_before_its_fill_is_the_newer_one() {
        let mut s = Settling::new(Stamp::at(0));
        s.moved(q(-60), Stamp::at(1));
        s.filled(Side::Sell, q(60), Stamp::at(2));
        assert_eq!(s.certain(q(40), Stamp::at(3)), q(40));
    }

    #[test]
    fn what_finds_no_counterpart_is_settled_after_a_while() {
        let mut s = Settling::new(Stamp::at(0));
        s.filled(Side::Buy, q(60), Stamp::at(1));
        let later = Stamp::at(1).plus(SETTLES).plus(Duration::from_nanos(1));
        assert_eq!(s.certain(q(-100), Stamp::at(2)), q(-40));
        assert_eq!(s.certain(q(-100), later), q(-100));
    }

    proptest! {
        #[test]
        fn however_fills_and_positions_interleave_nothing_is_left(
            fills in prop::collection::vec((any::<bool>(), 1i64..500), 1..12),
            early in any::<u16>(),
        ) {
            // Each fill before or after its position, in the order of the fills.
            let mut s = Settling::new(Stamp::at(0));
            let mut position = Qty::ZERO;
            for (i, (buys, n)) in fills.iter().enumerate() {
                let (side, by) = if *buys { (Side::Buy, q(*n)) } else { (Side::Sell, q(-n)) };
                let first = early >> i & 1 == 1;
                if first { s.filled(side, q(*n), Stamp::at(1)); }
                s.moved(by, Stamp::at(1));
                position = position.plus(by).unwrap();
                if !first { s.filled(side, q(*n), Stamp::at(1)); }
            }
            prop_assert_eq!(s.certain(position, Stamp::at(2)), position);
            prop_assert!(s.ahead.is_zero() && s.behind.is_zero(), "{:?}", s);
        }
    }
}
