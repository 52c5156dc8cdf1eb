//! Bars, curves over them, volume below them.

use super::{Plot, role_of};
use crate::domain::shown;
use crate::math::{self, Axis, Value, Values};
use crate::money::Qty;
use crate::panes::chart::Style;
use crate::theme::{Glyphs, Role, Shapes};
use crate::view::numbers::stale_for;
use crate::view::widgets::candles;
use crate::view::widgets::canvas::Canvas;
use crate::view::widgets::dots::Grid;

impl Plot<'_> {
    /// The studies over the bars and the contract compared with; the line of the closes in its style.
    pub(super) fn curves(&self, canvas: &mut Canvas<'_>) {
        let window = self.window;
        let mut grid = Grid::new(canvas, window.prices);
        for curves in window.curves(self.model) {
            for line in &curves.lines {
                self.curve(&mut grid, &window.axis, window.seen(line), curves.kind.map_or(Role::ChartStudy2, role_of));
            }
        }
        if let Some(other) = &window.other
            && let Some(axis) = &other.axis
        {
            self.curve(&mut grid, axis, &other.closes, Role::ChartStudy3);
        }
        if self.model.panes.chart.style == Style::Line {
            let closes: Values = math::closes(window.seen(&window.samples));
            self.curve(&mut grid, &window.axis, &closes, Role::TextStrong);
        }
        grid.draw(canvas);
    }

    /// One curve through the middles of its bars.
    pub(super) fn curve(&self, grid: &mut Grid, axis: &Axis, values: &[Value], role: Role) {
        let (across, down) = grid.pitch();
        let step = i64::from(self.window.pitch) * i64::from(across);
        let points =
            values.iter().zip(0i64..).map(|(value, i)| value.and_then(|v| axis.dot(v, down)).map(|y| (i * step, y)));
        grid.curve(points, role);
    }

    pub(super) fn bars(&self, canvas: &mut Canvas<'_>) {
        let style = self.model.panes.chart.style;
        if style == Style::Line {
            return;
        }
        let window = self.window;
        let stale = stale_for(self.model).is_some();
        let newest = window.count.saturating_sub(1);
        let plain = canvas.theme.glyphs == Glyphs::Ascii;
        // In ASCII both directions need a shape, and a full body one of its own: the frame of LIVE has the stroke.
        let shapes = if plain { Shapes::Filled } else { canvas.theme.shapes };
        for (i, bar) in window.shapes(style).iter().enumerate() {
            let rising = bar.close >= bar.open;
            let role = match (stale && window.back == 0 && i == newest, rising) {
                (true, _) => Role::ValueStale,
                (false, true) => Role::ChartRise,
                (false, false) => Role::ChartFall,
            };
            let x = window.x_of(i);
            let glyphs = match style {
                Style::Bars => candles::bar_glyphs(bar, &window.axis),
                _ => candles::glyphs(bar, &window.axis, shapes),
            };
            for (row, glyph) in glyphs {
                let glyph = if plain { in_ascii(glyph) } else { glyph };
                canvas.put(x, window.prices.y + row, window.prices.right(), glyph, role);
            }
        }
    }

    pub(super) fn volume(&self, canvas: &mut Canvas<'_>) {
        let window = self.window;
        if window.volumes.height == 0 {
            return;
        }
        let bars = window.bars();
        let most = bars.iter().filter_map(|b| b.volume).max().unwrap_or(Qty::ZERO);
        for (i, bar) in bars.iter().enumerate() {
            let value = bar.volume.unwrap_or(Qty::ZERO);
            for (up, glyph) in candles::column(value.0, most.0, window.volumes.height).into_iter().enumerate() {
                let y = window.volumes.bottom().saturating_sub(1 + u16::try_from(up).unwrap_or(0));
                canvas.put(window.x_of(i), y, window.volumes.right(), glyph, Role::ChartVolume);
            }
        }
        if most.is_positive() {
            let label = shown::market_size(most, 5);
            canvas.put_right(window.axis_end, window.volumes.y, window.volumes.right(), &label, Role::TextDim);
        }
    }
}

/// What stands for a stroke of a bar where one cell has to do.
fn in_ascii(glyph: &'static str) -> &'static str {
    match glyph {
        "┃" | "├" => "+",
        "┤" => "-",
        "┼" => "#",
        other => other,
    }
}
