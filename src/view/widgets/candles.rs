//! Candles: prices as half rows of cells, and the glyph of each cell.
//!
//! Invariants: a row is 1, 2 or 5 × 10ⁿ of price and never less than a tick, so every label is exact; a body has at least
//! half a row; nothing is drawn outside the rows.
//!
//! Must not know: instruments, the desk.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::bar::Bar;
use crate::money::Price;
use crate::theme::Shapes;

/// Prices as rows, the highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// The price in the middle of the first row.
    top: Decimal,
    /// The price of a row.
    step: Decimal,
    /// How many rows there are.
    rows: u16,
}

impl Scale {
    /// Rows for prices from `low` to `high`, centred; `None` without rows or on absurd prices.
    pub fn new(low: Price, high: Price, tick: Price, rows: u16) -> Option<Self> {
        if rows == 0 || high < low {
            return None;
        }
        let room = Decimal::from(rows.saturating_sub(1).max(1));
        let range = high.0.checked_sub(low.0)?;
        let step = nice_step(range.checked_div(room)?.max(tick.0))?;
        let middle = low.0.checked_add(range.checked_div(Decimal::TWO)?)?;
        let centre = middle.checked_div(step)?.round().checked_mul(step)?;
        let above = Decimal::from(rows / 2);
        let top = centre.checked_add(step.checked_mul(above)?)?;
        Some(Self { top, step, rows })
    }

    /// How many rows there are.
    pub const fn rows(&self) -> u16 {
        self.rows
    }

    /// The price in the middle of a row.
    pub fn price_of(&self, row: u16) -> Option<Price> {
        self.top.checked_sub(self.step.checked_mul(Decimal::from(row))?).map(|d| Price(d.normalize()))
    }

    /// The row a price falls into; negative above the first.
    pub fn row_of(&self, price: Price) -> Option<i64> {
        self.top.checked_sub(price.0)?.checked_div(self.step)?.round().to_i64()
    }

    /// The row a price falls into, if it is on the screen.
    pub fn visible_row(&self, price: Price) -> Option<u16> {
        self.row_of(price).and_then(|r| u16::try_from(r).ok()).filter(|r| *r < self.rows)
    }

    /// Decimal places of the labels.
    pub fn places(&self) -> u32 {
        self.step.normalize().scale()
    }

    /// Half rows from the lower edge of the lowest row, not rounded.
    fn halves(&self, price: Price) -> Option<Decimal> {
        let bottom = self.top.checked_sub(self.step.checked_mul(Decimal::from(self.rows))?)?;
        let half = self.step.checked_div(Decimal::TWO)?;
        price.0.checked_sub(bottom.checked_add(half)?)?.checked_div(half)
    }

    /// The first and last half row of a span, counted from below.
    fn span(&self, low: Price, high: Price) -> Option<(i64, i64)> {
        let first = self.halves(low)?.floor().to_i64()?;
        let last = self.halves(high)?.ceil().to_i64()?.saturating_sub(1).max(first);
        Some((first, last))
    }
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

/// What a half row of a candle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Empty,
    Wick,
    Body,
}

/// The glyphs of a candle, row by row from the first it touches: `(row, glyph)`.
pub fn glyphs(bar: &Bar, scale: &Scale, shapes: Shapes) -> Vec<(u16, &'static str)> {
    let rising = bar.close >= bar.open;
    let spans = || {
        let body = scale.span(bar.open.min(bar.close), bar.open.max(bar.close))?;
        let wick = scale.span(bar.low, bar.high)?;
        Some((body, wick))
    };
    let Some((body, wick)) = spans() else { return Vec::new() };
    let what = |half: i64| {
        if (body.0..=body.1).contains(&half) {
            Half::Body
        } else if (wick.0..=wick.1).contains(&half) {
            Half::Wick
        } else {
            Half::Empty
        }
    };
    let filled = shapes == Shapes::Filled && !rising;
    let mut out = Vec::new();
    for row in 0..scale.rows {
        let lower = 2 * i64::from(scale.rows - 1 - row);
        if let Some(glyph) = glyph(what(lower + 1), what(lower), filled) {
            out.push((row, glyph));
        }
    }
    out
}

fn glyph(upper: Half, lower: Half, filled: bool) -> Option<&'static str> {
    use Half::{Body, Empty, Wick};
    Some(match (upper, lower, filled) {
        (Empty, Empty, _) => return None,
        (Body, Body, false) => "┃",
        (Body, Body, true) => "█",
        (Body, Wick, false) => "╿",
        (Wick, Body, false) => "╽",
        (Body, Empty, false) => "╹",
        (Empty, Body, false) => "╻",
        (Body, Wick | Empty, true) => "▀",
        (Wick | Empty, Body, true) => "▄",
        (Wick, Wick, _) => "│",
        (Wick, Empty, _) => "╵",
        (Empty, Wick, _) => "╷",
    })
}

/// A column of volume: `rows` cells from below, in eighths; the glyphs from the lowest row up.
pub fn column(value: Decimal, most: Decimal, rows: u16) -> Vec<&'static str> {
    const EIGHTHS: [&str; 9] = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    if most <= Decimal::ZERO || value <= Decimal::ZERO {
        return Vec::new();
    }
    let share = value.checked_mul(Decimal::from(rows) * Decimal::from(8)).and_then(|v| v.checked_div(most));
    let eighths = share.and_then(|s| s.round().to_usize()).unwrap_or(0).clamp(1, usize::from(rows) * 8);
    let mut out = vec!["█"; eighths / 8];
    if !eighths.is_multiple_of(8) {
        out.extend(EIGHTHS.get(eighths % 8));
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn bar(open: &str, high: &str, low: &str, close: &str) -> Bar {
        let (open, high, low, close) = (price(open), price(high), price(low), price(close));
        Bar { start: 0, open, high, low, close, volume: None }
    }

    #[test]
    fn a_row_is_a_nice_multiple_and_labels_are_exact() {
        let scale = Scale::new(price("186.40"), price("187.36"), price("0.01"), 17).unwrap();
        assert_eq!(scale.price_of(0), Some(price("187.7")));
        assert_eq!(scale.price_of(16), Some(price("186.1")));
        assert_eq!(scale.visible_row(price("187.21")), Some(5));
        assert_eq!(scale.visible_row(price("185.60")), None);
    }

    #[test]
    fn rising_and_falling_bodies_differ_in_shape_where_colour_is_missing() {
        let scale = Scale::new(price("0"), price("10"), price("1"), 11).unwrap();
        let rise = glyphs(&bar("3", "6", "2", "5"), &scale, Shapes::Filled);
        let fall = glyphs(&bar("5", "6", "2", "3"), &scale, Shapes::Filled);
        let text = |g: &[(u16, &str)]| g.iter().map(|(_, s)| *s).collect::<String>();
        assert_eq!(text(&rise), "╷╽┃╿╵");
        assert_eq!(text(&fall), "╷▄█▀╵");
        assert_eq!(text(&glyphs(&bar("5", "6", "2", "3"), &scale, Shapes::Colour)), "╷╽┃╿╵");
    }

    #[test]
    fn a_flat_bar_is_half_a_row() {
        let scale = Scale::new(price("0"), price("10"), price("1"), 11).unwrap();
        assert_eq!(glyphs(&bar("5", "5", "5", "5"), &scale, Shapes::Colour), [(5, "╹")]);
    }

    #[test]
    fn the_largest_volume_fills_its_rows_and_the_smallest_shows() {
        assert_eq!(column(100.into(), 100.into(), 3), ["█", "█", "█"]);
        assert_eq!(column(1.into(), 1000.into(), 3), ["▁"]);
        assert!(column(0.into(), 10.into(), 3).is_empty());
    }

    proptest! {
        #[test]
        fn every_price_of_the_range_has_a_row(low in 1i64..1_000_000, span in 0i64..100_000, rows in 1u16..80) {
            let (low, high) = (Price(Decimal::new(low, 2)), Price(Decimal::new(low + span, 2)));
            let scale = Scale::new(low, high, price("0.01"), rows).unwrap();
            if rows > 2 {
                prop_assert!(scale.row_of(low).unwrap() <= i64::from(rows));
                prop_assert!(scale.row_of(high).unwrap() >= -1);
            }
            for row in 0..rows {
                prop_assert_eq!(scale.visible_row(scale.price_of(row).unwrap()), Some(row));
            }
        }
    }
}
