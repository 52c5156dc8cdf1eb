//! Prices, quantities and cash over [`Decimal`].
//!
//! Invariants: arithmetic is checked and answers `None` on overflow, so no operator of `Decimal` that panics is reached;
//! a number from the wire comes in through [`Price::from_wire`] and its kin, which refuse NaN, infinities and IB's unset
//! markers instead of making a value of them.
//!
//! Must not know: contracts, orders, the screen. How a number looks is [`crate::domain::shown`]'s affair, except for the
//! plain digits of `Display`.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Decimal);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(Decimal::ZERO);

            /// The sum, or `None` on overflow.
            pub fn plus(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            /// The difference, or `None` on overflow.
            pub fn minus(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            /// This amount `factor` times, or `None` on overflow.
            pub fn times(self, factor: Decimal) -> Option<Self> {
                self.0.checked_mul(factor).map(Self)
            }

            /// A double from the wire; `None` for NaN, infinities and the unset marker `f64::MAX`.
            pub fn from_wire(value: f64) -> Option<Self> {
                if !value.is_finite() || value == f64::MAX {
                    return None;
                }
                // Through the shortest digits that mean this double: `Decimal::try_from` makes 4096.154900000001 of 4096.1549.
                // Adding zero takes the sign off a negative zero.
                Decimal::from_str(&(value + 0.0).to_string()).ok().map(|d| Self(d.normalize()))
            }

            /// The same magnitude without its sign.
            #[must_use]
            pub fn abs(self) -> Self {
                Self(self.0.abs())
            }

            /// The opposite sign.
            #[must_use]
            pub fn negated(self) -> Self {
                Self(-self.0)
            }

            /// Whether this is nothing.
            pub fn is_zero(self) -> bool {
                self.0.is_zero()
            }

            /// Whether this is below nothing.
            pub fn is_negative(self) -> bool {
                self.0 < Decimal::ZERO
            }

            /// Whether this is above nothing.
            pub fn is_positive(self) -> bool {
                self.0 > Decimal::ZERO
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<Decimal> for $name {
            fn from(value: Decimal) -> Self {
                Self(value)
            }
        }

        impl From<i64> for $name {
            fn from(value: i64) -> Self {
                Self(Decimal::from(value))
            }
        }

        impl FromStr for $name {
            type Err = rust_decimal::Error;

            /// Plain decimal digits only; no exponent.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Decimal::from_str_exact(text).map(Self)
            }
        }
    };
}

amount!(
    /// A price of one unit of a contract, in the contract's currency.
    Price
);
amount!(
    /// A number of shares or contracts; a position's quantity is negative when short.
    Qty
);
amount!(
    /// An amount of money in the account's or the contract's currency.
    Cash
);

/// Which multiple of the tick a price moves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// The multiple at or below.
    Down,
    /// The multiple at or above.
    Up,
    /// The nearest multiple, halves away from zero.
    Nearest,
}

impl Price {
    /// What `qty` of this price is worth with the contract's `multiplier`.
    pub fn value_of(self, qty: Qty, multiplier: Decimal) -> Option<Cash> {
        self.0.checked_mul(qty.0)?.checked_mul(multiplier).map(Cash)
    }

    /// The multiple of `tick` that `rounding` names; `None` if the tick is not positive or on overflow.
    pub fn to_tick(self, tick: Self, rounding: Rounding) -> Option<Self> {
        if tick.0 <= Decimal::ZERO {
            return None;
        }
        let ticks = self.0.checked_div(tick.0)?;
        let whole = match rounding {
            Rounding::Down => ticks.floor(),
            Rounding::Up => ticks.ceil(),
            Rounding::Nearest => ticks.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero),
        };
        whole.checked_mul(tick.0).map(|p| Self(p.normalize()))
    }

    /// Whether this is a whole number of ticks.
    pub fn is_on_tick(self, tick: Self) -> bool {
        tick.0 > Decimal::ZERO && self.0.checked_rem(tick.0).is_some_and(|rest| rest.is_zero())
    }

    /// How many ticks `self` lies above `other`, rounded to the nearest; negative below.
    pub fn ticks_from(self, other: Self, tick: Self) -> Option<i64> {
        if tick.0 <= Decimal::ZERO {
            return None;
        }
        let ticks = self.0.checked_sub(other.0)?.checked_div(tick.0)?;
        i64::try_from(ticks.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    #[test]
    fn a_double_from_the_wire_keeps_its_digits() {
        assert_eq!(Price::from_wire(187.2), Some(price("187.2")));
        assert_eq!(Price::from_wire(4096.1549), Some(price("4096.1549")));
        assert_eq!(Price::from_wire(-0.0).unwrap().to_string(), "0");
        assert_eq!(Price::from_wire(1e300), None);
        assert_eq!(Price::from_wire(f64::MAX), None);
        assert_eq!(Price::from_wire(f64::NAN), None);
        assert_eq!(Price::from_wire(f64::NEG_INFINITY), None);
    }

    #[test]
    fn an_exponent_is_not_a_size() {
        assert!("1e3".parse::<Qty>().is_err());
    }

    #[test]
    fn overflow_is_absent_not_a_panic() {
        assert_eq!(Price(Decimal::MAX).times(Decimal::TWO), None);
        assert_eq!(Cash(Decimal::MAX).plus(Cash(Decimal::MAX)), None);
    }

    proptest! {
        #[test]
        fn rounding_lands_on_a_tick_within_one_tick(cents in 1i64..10_000_000, tick in prop::sample::select(vec!["0.01", "0.05", "0.25", "0.0001", "0.00005"])) {
            let (p, t) = (Price(Decimal::new(cents, 4)), price(tick));
            for rounding in [Rounding::Down, Rounding::Up, Rounding::Nearest] {
                let r = p.to_tick(t, rounding).unwrap();
                prop_assert!(r.is_on_tick(t));
                prop_assert!(r.minus(p).unwrap().abs() < t);
                prop_assert_eq!(r.to_tick(t, rounding).unwrap(), r);
            }
            prop_assert!(p.to_tick(t, Rounding::Down).unwrap() <= p);
            prop_assert!(p.to_tick(t, Rounding::Up).unwrap() >= p);
        }
    }
}
