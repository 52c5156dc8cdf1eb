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

/// How many fills, or moves of the position, are kept apart; more are taken together.
const PARTS_MAX: usize = 32;

/// How far fills and position of one contract are apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settling {
    /// Filled, and not in the position yet.
    behind: Parts,
    /// In the position, and not told as a fill yet.
    ahead: Parts,
}

/// What one side has told and the other has not: signed, sales negative, each with its time. One that finds no counterpart
/// does not hold up longer because others follow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parts(Vec<(Qty, Stamp)>);

impl Parts {
    /// What is not too old, added up.
    fn sum(&self, now: Stamp) -> Qty {
        let young = self.0.iter().filter(|(_, at)| now.since(*at) <= SETTLES);
        young.fold(Qty::ZERO, |sum, (qty, _)| sum.plus(*qty).unwrap_or(sum))
    }

    /// Forgets what is too old, and all of it where it comes to nothing.
    fn fade(&mut self, now: Stamp) {
        self.0.retain(|(qty, at)| now.since(*at) <= SETTLES && !qty.is_zero());
        if self.sum(now).is_zero() {
            self.0.clear();
        }
    }

    /// Takes `by` out of what has the same size, else out of what has the same sign, the oldest first; what is left of it.
    fn take(&mut self, mut by: Qty) -> Qty {
        if let Some((open, _)) = self.0.iter_mut().find(|(open, _)| *open == by) {
            *open = Qty::ZERO;
            return Qty::ZERO;
        }
        for (open, _) in &mut self.0 {
            let used = if by.is_positive() && open.is_positive() {
                by.min(*open)
            } else if by.is_negative() && open.is_negative() {
                by.max(*open)
            } else {
                continue;
            };
            if let (Some(rest), Some(left)) = (open.minus(used), by.minus(used)) {
                (*open, by) = (rest, left);
            }
        }
        by
    }

    fn put(&mut self, by: Qty, at: Stamp) {
        let full = self.0.len() >= PARTS_MAX;
        match self.0.last_mut().filter(|_| full) {
            _ if by.is_zero() => {}
            Some((open, since)) => {
                if let Some(sum) = open.plus(by) {
                    (*open, *since) = (sum, at);
                }
            }
            None => self.0.push((by, at)),
        }
    }
}

impl Settling {
    /// A fill of this moment was told.
    pub fn filled(&mut self, side: Side, qty: Qty, at: Stamp, now: Stamp) {
        let by = if side == Side::Buy { qty } else { qty.negated() };
        self.ahead.fade(now);
        let left = self.ahead.take(by);
        self.behind.put(left, at);
        self.fade(now);
    }

    /// The position has moved by so much.
    pub fn moved(&mut self, by: Qty, now: Stamp) {
        self.behind.fade(now);
        let left = self.behind.take(by);
        self.ahead.put(left, now);
        self.fade(now);
    }

    fn fade(&mut self, now: Stamp) {
        self.behind.fade(now);
        self.ahead.fade(now);
    }

    /// The least that is certainly held, whichever message is the newer: what an exit may count on.
    pub fn certain(&self, position: Qty, now: Stamp) -> Qty {
        let behind = self.behind.sum(now);
        if behind.is_zero() {
            return position;
        }
        match position.plus(behind) {
            Some(after) if after.is_positive() && position.is_positive() => after.min(position),
            Some(after) if after.is_negative() && position.is_negative() => after.max(position),
            _ => Qty::ZERO,
        }
    }

    /// Whether a fill was told that the position may not show yet.
    pub fn is_behind(&self, now: Stamp) -> bool {
        !self.behind.sum(now).is_zero()
    }

    /// When the next fill without a counterpart is taken for settled, if there is one.
    pub fn until(&self, now: Stamp) -> Option<Stamp> {
        let all = self.behind.0.iter().map(|(_, at)| at.plus(SETTLES.saturating_add(Duration::from_nanos(1))));
        all.filter(|until| until.mono > now.mono).min_by_key(|until| until.mono)
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
        let mut s = Settling::default();
        s.filled(Side::Sell, q(60), Stamp::at(1), Stamp::at(1));
        assert_eq!(s.certain(q(100), Stamp::at(2)), q(40));
        s.moved(q(-60), Stamp::at(3));
        assert_eq!(s.certain(q(40), Stamp::at(4)), q(40));
    }

    #[test]
    fn a_position_that_comes_before_its_fill_is_the_newer_one() {
        let mut s = Settling::default();
        s.moved(q(-60), Stamp::at(1));
        s.filled(Side::Sell, q(60), Stamp::at(2), Stamp::at(2));
        assert_eq!(s.certain(q(40), Stamp::at(3)), q(40));
    }

    #[test]
    fn what_finds_no_counterpart_is_settled_after_a_while() {
        let mut s = Settling::default();
        s.filled(Side::Buy, q(60), Stamp::at(1), Stamp::at(1));
        let later = Stamp::at(1).plus(SETTLES).plus(Duration::from_nanos(1));
        assert_eq!(s.certain(q(-100), Stamp::at(2)), q(-40));
        assert_eq!(s.certain(q(-100), later), q(-100));
    }

    #[test]
    fn one_that_finds_no_counterpart_is_not_held_up_by_those_that_follow_it() {
        let second = |n: u64| Stamp::at(1).plus(Duration::from_millis(n * 1_000));
        let mut s = Settling::default();
        s.filled(Side::Sell, q(60), second(0), second(0));
        for n in 1..=3 {
            s.filled(Side::Sell, q(1), second(n), second(n));
            s.moved(q(-1), second(n));
        }
        let later = second(3).plus(Duration::from_nanos(1));
        assert_eq!((s.certain(q(100), second(3)), s.certain(q(100), later)), (q(40), q(100)));
    }

    #[test]
    fn a_fill_that_was_told_late_waits_for_the_rest_of_its_time_alone() {
        let second = |n: u64| Stamp::at(1).plus(Duration::from_millis(n * 1_000));
        let mut s = Settling::default();
        s.filled(Side::Sell, q(60), second(0), second(2));
        assert_eq!(s.certain(q(100), second(3)), q(40));
        assert!(!s.is_behind(second(3).plus(Duration::from_nanos(1))));
        let mut s = Settling::default();
        s.filled(Side::Sell, q(60), second(0), second(9));
        assert_eq!(s.certain(q(100), second(9)), q(100));
    }

    /// What is certain of a position beside a fill of so many that it does not show.
    fn certain_beside(fill: i64, position: i64) -> Qty {
        let mut s = Settling::default();
        let side = if fill > 0 { Side::Buy } else { Side::Sell };
        s.filled(side, q(fill.abs()), Stamp::at(1), Stamp::at(1));
        s.certain(q(position), Stamp::at(2))
    }

    #[test]
    fn what_is_certain_is_the_less_of_before_and_after_and_nothing_where_they_are_not_of_one_side() {
        let table = [
            (60, 100, 100),
            (60, -100, -40),
            (60, -60, 0),
            (60, -50, 0),
            (60, 0, 0),
            (-60, 100, 40),
            (-60, 60, 0),
            (-60, 50, 0),
            (-60, 0, 0),
            (-60, -100, -100),
        ];
        for (fill, position, certain) in table {
            assert_eq!(certain_beside(fill, position), q(certain), "{fill} beside {position}");
        }
    }

    #[test]
    fn a_fill_is_waited_for_three_seconds_and_no_longer() {
        let mut s = Settling::default();
        assert!(!s.is_behind(Stamp::at(0)));
        s.filled(Side::Sell, q(60), Stamp::at(1), Stamp::at(1));
        let last = Stamp::at(1).plus(SETTLES);
        let late = last.plus(Duration::from_nanos(1));
        assert_eq!([s.is_behind(Stamp::at(1)), s.is_behind(last), s.is_behind(late)], [true, true, false]);
        assert_eq!([s.certain(q(100), last), s.certain(q(100), late)], [q(40), q(100)]);
        s.moved(q(-60), last);
        assert!(!s.is_behind(last));
    }

    #[test]
    fn what_is_settled_takes_nothing_from_what_comes_later() {
        let both = |gap: Duration| {
            let mut s = Settling::default();
            s.moved(q(-60), Stamp::at(1));
            let later = Stamp::at(1).plus(gap);
            s.filled(Side::Sell, q(60), later, later);
            s.certain(q(100), later)
        };
        assert_eq!(both(SETTLES), q(100), "it is the fill of that move");
        assert_eq!(both(SETTLES + Duration::from_nanos(1)), q(40), "it is another fill");
    }

    #[test]
    fn a_move_and_a_fill_of_different_sides_are_two_things() {
        for (side, sign) in [(Side::Sell, 1), (Side::Buy, -1)] {
            let mut s = Settling::default();
            s.moved(q(60 * sign), Stamp::at(1));
            s.filled(side, q(60), Stamp::at(2), Stamp::at(2));
            assert_eq!(s.certain(q(100 * sign), Stamp::at(3)), q(40 * sign));
            // A part of the fill shows, then the rest.
            s.moved(q(-20 * sign), Stamp::at(3));
            assert_eq!(s.certain(q(80 * sign), Stamp::at(3)), q(40 * sign));
            s.moved(q(-50 * sign), Stamp::at(3));
            assert_eq!(s.certain(q(30 * sign), Stamp::at(3)), q(30 * sign), "ten more than was filled");
            assert!(!s.is_behind(Stamp::at(3)));
        }
    }

    proptest! {
        #[test]
        fn however_fills_and_positions_interleave_nothing_is_left(
            fills in prop::collection::vec((any::<bool>(), 1i64..500), 1..12),
            early in any::<u16>(),
        ) {
            // Each fill before or after its position, in the order of the fills.
            let mut s = Settling::default();
            let mut position = Qty::ZERO;
            for (i, (buys, n)) in fills.iter().enumerate() {
                let (side, by) = if *buys { (Side::Buy, q(*n)) } else { (Side::Sell, q(-n)) };
                let first = early >> i & 1 == 1;
                if first { s.filled(side, q(*n), Stamp::at(1), Stamp::at(1)); }
                s.moved(by, Stamp::at(1));
                position = position.plus(by).unwrap();
                if !first { s.filled(side, q(*n), Stamp::at(1), Stamp::at(1)); }
            }
            prop_assert_eq!(s.certain(position, Stamp::at(2)), position);
            prop_assert!(s.ahead.0.is_empty() && s.behind.0.is_empty(), "{:?}", s);
        }
    }
}
