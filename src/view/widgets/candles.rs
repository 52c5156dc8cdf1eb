//! Candles and bars: a bar as half rows of cells, and the glyph of each cell.
//!
//! Invariants: a body has at least half a row; nothing is drawn outside the rows.
//!
//! Must not know: instruments, the desk.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::math::{Axis, Sample};
use crate::theme::Shapes;

/// What a half row of a candle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Empty,
    Wick,
    Body,
}

/// The glyphs of a candle, row by row from the first it touches: `(row, glyph)`.
pub fn glyphs(bar: &Sample, axis: &Axis, shapes: Shapes) -> Vec<(u16, &'static str)> {
    let rising = bar.close >= bar.open;
    let body = axis.span(bar.open.min(bar.close), bar.open.max(bar.close));
    let Some((body, wick)) = body.zip(axis.span(bar.low, bar.high)) else { return Vec::new() };
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
    for row in 0..axis.rows() {
        let lower = 2 * i64::from(axis.rows() - 1 - row);
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

/// The glyphs of a bar: its range, with the open to the left and the close to the right.
pub fn bar_glyphs(bar: &Sample, axis: &Axis) -> Vec<(u16, &'static str)> {
    let Some((low, high)) = axis.span(bar.low, bar.high) else { return Vec::new() };
    let row = |price| axis.dot(price, 1);
    let (open, close) = (row(bar.open), row(bar.close));
    let mut out = Vec::new();
    for at in 0..axis.rows() {
        let lower = 2 * i64::from(axis.rows() - 1 - at);
        let (is_open, is_close) = (open == Some(at.into()), close == Some(at.into()));
        let upper_half = (low..=high).contains(&(lower + 1));
        let lower_half = (low..=high).contains(&lower);
        out.push((
            at,
            match (is_open, is_close, upper_half, lower_half) {
                (true, true, ..) => "┼",
                (true, false, ..) => "┤",
                (false, true, ..) => "├",
                (_, _, true, true) => "│",
                (_, _, true, false) => "╵",
                (_, _, false, true) => "╷",
                _ => continue,
            },
        ));
    }
    out
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
    use super::*;
    use crate::domain::bar::Bar;
    use crate::money::Price;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn axis() -> Axis {
        Axis::linear(price("0"), price("10"), price("1"), 11).unwrap()
    }

    fn bar(open: &str, high: &str, low: &str, close: &str) -> Sample {
        let (open, high, low, close) = (price(open), price(high), price(low), price(close));
        Sample::of(&Bar { start: 0, open, high, low, close, volume: None }, false)
    }

    #[test]
    fn rising_and_falling_bodies_differ_in_shape_where_colour_is_missing() {
        let text = |g: &[(u16, &str)]| g.iter().map(|(_, s)| *s).collect::<String>();
        let drawn = |bar: &Sample, shapes| text(&glyphs(bar, &axis(), shapes));
        assert_eq!(drawn(&bar("3", "6", "2", "5"), Shapes::Filled), "╷╽┃╿╵");
        assert_eq!(drawn(&bar("5", "6", "2", "3"), Shapes::Filled), "╷▄█▀╵");
        assert_eq!(drawn(&bar("5", "6", "2", "3"), Shapes::Colour), "╷╽┃╿╵");
        assert_eq!(text(&bar_glyphs(&bar("3", "6", "2", "5"), &axis())), "╷├│┤╵");
        assert_eq!(text(&bar_glyphs(&bar("3", "4", "2", "3"), &axis())), "╷┼╵");
    }

    #[test]
    fn a_flat_bar_is_half_a_row() {
        assert_eq!(glyphs(&bar("5", "5", "5", "5"), &axis(), Shapes::Colour), [(5, "╹")]);
    }

    #[test]
    fn the_largest_volume_fills_its_rows_and_the_smallest_shows() {
        assert_eq!(column(100.into(), 100.into(), 3), ["█", "█", "█"]);
        assert_eq!(column(1.into(), 1000.into(), 3), ["▁"]);
        assert!(column(0.into(), 10.into(), 3).is_empty());
    }
}
