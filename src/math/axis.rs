//! The price axis: which price stands in which row, on a linear, a logarithmic or a percent scale.
//!
//! Invariants: on the linear and the percent scale a row is 1, 2 or 5 × 10ⁿ and never less than a tick, so every label is
//! exact; on the logarithmic scale rows are equal ratios and a label is the price of its row's middle, rounded to the
//! tick; a price falls into the row whose middle is nearest.
//!
//! Must not know: cells, instruments.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::sample::double;
use crate::money::{Price, Rounding};

/// How prices become heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Equal steps of price.
    Linear,
    /// Equal ratios of price.
    Log,
    /// Percent of change against a price.
    Percent {
        /// The price that is 0 %.
        base: f64,
    },
}

/// Rows of prices, the highest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    kind: Kind,
    /// The height of the first row's middle, and of a row: exact, in price, logarithm or percent.
    top: Decimal,
    step: Decimal,
    /// The same in binary.
    high: f64,
    pitch: f64,
    tick: Decimal,
    rows: u16,
}

/// Nearer to an edge than this share of a unit is on it: binary fractions miss decimal edges by less.
const NEAR: f64 = 1e-6;

impl Axis {
    /// Rows for prices from `low` to `high`, centred; `None` without rows or on absurd prices.
    pub fn linear(low: Price, high: Price, tick: Price, rows: u16) -> Option<Self> {
        Self::even(Kind::Linear, low.0, high.0, tick.0, rows)
    }

    /// Rows of equal ratios for prices from `low` to `high`; `None` where a price is not above zero.
    pub fn log(low: Price, high: Price, tick: Price, rows: u16) -> Option<Self> {
        if rows == 0 || high < low || !low.is_positive() {
            return None;
        }
        let (bottom, top) = (double(low).ln(), double(high).ln());
        let room = f64::from(rows.saturating_sub(1).max(1));
        // A row is never less than a tick at the low end, where ticks are largest against the price.
        let least = (double(tick) / double(low)).max(1e-9);
        let pitch = ((top - bottom) / room).max(least);
        let middle = f64::midpoint(bottom, top);
        let high = middle + pitch * (f64::from(rows - 1) / 2.0);
        if !(high.is_finite() && pitch.is_finite()) {
            return None;
        }
        let decimal = |v: f64| Decimal::try_from(v).ok();
        Some(Self { kind: Kind::Log, top: decimal(high)?, step: decimal(pitch)?, high, pitch, tick: tick.0, rows })
    }

    /// Rows of percent for changes against `base` that reach from `low` to `high` percent.
    pub fn percent(base: Price, low: f64, high: f64, tick: Price, rows: u16) -> Option<Self> {
        if !(base.is_positive() && low.is_finite() && high.is_finite()) {
            return None;
        }
        let round = |v: f64| Decimal::try_from(v).ok().map(|d| d.round_dp(6));
        let least = Decimal::new(1, 2);
        let mut axis = Self::even(Kind::Percent { base: double(base) }, round(low)?, round(high)?, least, rows)?;
        axis.tick = tick.0;
        Some(axis)
    }

    /// Rows that `low` and `high` just fill, for what is no price; the labels are the caller's affair.
    pub fn filled(low: f64, high: f64, rows: u16) -> Option<Self> {
        let range = high - low;
        if rows == 0 || !range.is_finite() || range < 0.0 {
            return None;
        }
        let pitch = if range > 0.0 { range / f64::from(rows) } else { 1.0 };
        let high = if range > 0.0 { high } else { high + pitch * f64::from(rows) / 2.0 };
        let first = high - pitch / 2.0;
        let decimal = |v: f64| Decimal::try_from(v).ok();
        let (top, step) = (decimal(first)?, decimal(pitch)?);
        Some(Self { kind: Kind::Linear, top, step, high: first, pitch, tick: Decimal::ONE, rows })
    }

    fn even(kind: Kind, low: Decimal, high: Decimal, least: Decimal, rows: u16) -> Option<Self> {
        if rows == 0 || high < low {
            return None;
        }
        let room = Decimal::from(rows.saturating_sub(1).max(1));
        let range = high.checked_sub(low)?;
        let step = nice_step(range.checked_div(room)?.max(least))?;
        let middle = low.checked_add(range.checked_div(Decimal::TWO)?)?;
        let centre = middle.checked_div(step)?.round().checked_mul(step)?;
        let top = centre.checked_add(step.checked_mul(Decimal::from(rows / 2))?)?;
        Some(Self { kind, top, step, high: top.to_f64()?, pitch: step.to_f64()?, tick: least, rows })
    }

    /// How many rows there are.
    pub const fn rows(&self) -> u16 {
        self.rows
    }

    /// How prices become heights.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The same rows for another contract's prices, as percent against its own base; itself on the other scales.
    #[must_use]
    pub fn based(&self, base: f64) -> Self {
        match self.kind {
            Kind::Percent { .. } if base > 0.0 => Self { kind: Kind::Percent { base }, ..*self },
            _ => *self,
        }
    }

    /// The height of a price.
    fn height(&self, price: f64) -> Option<f64> {
        let height = match self.kind {
            Kind::Linear => price,
            Kind::Log => price.ln(),
            Kind::Percent { base } => (price / base - 1.0) * 100.0,
        };
        height.is_finite().then_some(height)
    }

    /// The price in the middle of a row: exact on the linear scale, rounded to the tick on the others.
    pub fn price_of(&self, row: u16) -> Option<Price> {
        let height = self.top.checked_sub(self.step.checked_mul(Decimal::from(row))?)?;
        let price = match self.kind {
            Kind::Linear => return Some(Price(height.normalize())),
            Kind::Log => height.to_f64()?.exp(),
            Kind::Percent { base } => base * (1.0 + height.to_f64()? / 100.0),
        };
        rounded(price, self.tick)
    }

    /// The percent in the middle of a row, exact; `None` on the other scales.
    pub fn percent_of(&self, row: u16) -> Option<Decimal> {
        let height = self.top.checked_sub(self.step.checked_mul(Decimal::from(row))?)?;
        matches!(self.kind, Kind::Percent { .. }).then(|| height.normalize())
    }

    /// The row a price falls into; negative above the first.
    pub fn row_of(&self, price: Price) -> Option<i64> {
        whole((self.high - self.height(double(price))?) / self.pitch, f64::round)
    }

    /// The row a price falls into, if it is on the screen.
    pub fn visible_row(&self, price: Price) -> Option<u16> {
        self.row_of(price).and_then(|r| u16::try_from(r).ok()).filter(|r| *r < self.rows)
    }

    /// Decimal places of the labels of a linear scale.
    pub fn places(&self) -> u32 {
        if self.kind == Kind::Linear { self.step.normalize().scale() } else { 0 }
    }

    /// The first and last half row of a span of prices, counted from below; at least one.
    pub fn span(&self, low: f64, high: f64) -> Option<(i64, i64)> {
        let bottom = self.high - self.pitch * (f64::from(self.rows) - 0.5);
        let half = self.pitch / 2.0;
        let first = whole((self.height(low)? - bottom) / half, f64::floor)?;
        let last = whole((self.height(high)? - bottom) / half, f64::ceil)?.saturating_sub(1).max(first);
        Some((first, last))
    }

    /// The dot of a price among `per_row` dots a row, counted from the top edge down; beyond the rows where it is.
    pub fn dot(&self, price: f64, per_row: u16) -> Option<i64> {
        let rows = (self.high + self.pitch / 2.0 - self.height(price)?) / self.pitch;
        whole(rows * f64::from(per_row), f64::floor)
    }
}

/// A number rounded one way or the other, unless it all but is a whole one.
fn whole(value: f64, round: impl Fn(f64) -> f64) -> Option<i64> {
    let nearest = value.round();
    let value = if (value - nearest).abs() < NEAR { nearest } else { round(value) };
    #[expect(clippy::cast_possible_truncation, reason = "rows far off the screen stay far off it when they saturate")]
    value.is_finite().then_some(value as i64)
}

/// A computed price on its tick.
fn rounded(price: f64, tick: Decimal) -> Option<Price> {
    Price(Decimal::try_from(price).ok()?).to_tick(Price(tick), Rounding::Nearest)
}

/// The smallest of 1, 2 or 5 × 10ⁿ that is at least `least`.
fn nice_step(least: Decimal) -> Option<Decimal> {
    let mut unit = Decimal::new(1, 8);
    for _ in 0..20 {
        for factor in [1, 2, 5] {
            let step = unit.checked_mul(Decimal::from(factor))?;
            if step >= least {
                return Some(step.normalize());
            }
        }
        unit = unit.checked_mul(Decimal::TEN)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    #[test]
    fn a_row_is_a_nice_multiple_and_labels_are_exact() {
        let axis = Axis::linear(price("186.40"), price("187.36"), price("0.01"), 17).unwrap();
        assert_eq!(axis.price_of(0), Some(price("187.7")));
        assert_eq!(axis.price_of(16), Some(price("186.1")));
        assert_eq!(axis.visible_row(price("187.21")), Some(5));
        assert_eq!(axis.visible_row(price("185.60")), None);
    }

    #[test]
    fn rows_of_a_log_scale_are_equal_ratios() {
        let axis = Axis::log(price("10"), price("1000"), price("0.01"), 5).unwrap();
        let prices: Vec<Price> = (0..5).filter_map(|r| axis.price_of(r)).collect();
        assert_eq!(prices, ["1000", "316.23", "100", "31.62", "10"].map(price));
        assert_eq!(Axis::log(price("0"), price("5"), price("0.01"), 5), None);
    }

    #[test]
    fn a_percent_scale_bears_each_contract_against_its_own_base() {
        let axis = Axis::percent(price("200"), -2.0, 2.0, price("0.01"), 5).unwrap();
        assert_eq!(axis.percent_of(0), Some(Decimal::TWO));
        assert_eq!(axis.price_of(0), Some(price("204")));
        assert_eq!(axis.based(50.0).price_of(4), Some(price("49")));
        assert_eq!(axis.based(50.0).row_of(price("50.5")), axis.row_of(price("202")));
    }

    #[test]
    fn dots_count_from_the_top_edge() {
        let axis = Axis::linear(price("0"), price("10"), price("1"), 11).unwrap();
        assert_eq!(axis.dot(10.5, 4), Some(0));
        assert_eq!(axis.dot(10.25, 4), Some(1));
        assert_eq!(axis.dot(10.0, 4), Some(2));
        assert_eq!(axis.dot(-0.49, 4), Some(43));
        assert_eq!(axis.dot(11.0, 4), Some(-2));
    }

    proptest! {
        #[test]
        fn every_price_of_the_range_has_a_row(
            low in 1i64..1_000_000, span in 0i64..100_000, rows in 1u16..80, log in any::<bool>(),
        ) {
            let (low, high) = (Price(Decimal::new(low, 2)), Price(Decimal::new(low + span, 2)));
            let make = if log { Axis::log } else { Axis::linear };
            let axis = make(low, high, price("0.01"), rows).unwrap();
            if rows > 2 {
                prop_assert!(axis.row_of(low).unwrap() <= i64::from(rows));
                prop_assert!(axis.row_of(high).unwrap() >= -1);
            }
            for row in 0..rows {
                let found = axis.visible_row(axis.price_of(row).unwrap());
                // On the log scale a price rounded to the tick may stand in the row beside.
                let near = found.is_some_and(|f| f.abs_diff(row) <= u16::from(log));
                prop_assert!(near || (log && (row == 0 || row == rows - 1)), "{row}: {found:?}");
            }
        }

        #[test]
        fn no_axis_panics_on_any_price(low in any::<i64>(), high in any::<i64>(), scale in 0u32..20, rows in 0u16..200) {
            let (low, high) = (Price(Decimal::new(low, scale)), Price(Decimal::new(high, scale)));
            for axis in [
                Axis::linear(low, high, price("0.01"), rows),
                Axis::log(low, high, price("0.01"), rows),
                Axis::percent(low, -50.0, 1e9, price("0.01"), rows),
            ].into_iter().flatten() {
                for row in [0, rows / 2, rows] {
                    let _ = axis.price_of(row).and_then(|p| axis.row_of(p));
                }
                let _ = (axis.span(double(low), double(high)), axis.dot(double(high), 4));
            }
        }
    }
}
