//! The study below the bars.

use super::{Plot, role_of};
use crate::domain::shown;
use crate::math::{self, Axis, Value, Values};
use crate::panes::chart::StudyKind;
use crate::theme::Role;
use crate::view::widgets::canvas::Canvas;
use crate::view::widgets::dots::Grid;

impl Plot<'_> {
    pub(super) fn lower(&self, canvas: &mut Canvas<'_>) {
        let (window, studies) = (self.window, &self.model.panes.chart.studies);
        let Some(kind) = studies.lower().filter(|_| window.lower.height > 0) else { return };
        let Some(lines) = window.lines(kind, studies.period(kind).unwrap_or(1)) else { return };
        let area = window.lower;
        let seen: Vec<&[Value]> = lines.iter().map(|line| window.seen(line)).collect();
        let values: Values = seen.iter().flat_map(|line| line.iter().copied()).collect();
        let range = match kind {
            StudyKind::Rsi => Some((0.0, 100.0)),
            // Nought has its row, or the bars of the histogram would stand on nothing.
            StudyKind::Macd => math::extent(values.iter().chain(&[Some(0.0)])),
            _ => math::extent(&values),
        };
        let Some((low, high)) = range else {
            let text = format!("{} needs more bars", studies.name(kind));
            canvas.put(area.x, area.y, area.right(), &text, Role::TextDim);
            return;
        };
        let Some(axis) = Axis::filled(low, high, area.height) else { return };
        let marks: &[(Value, &str)] = match kind {
            StudyKind::Rsi => &[(Some(70.0), "70"), (Some(30.0), "30")],
            StudyKind::Macd => &[(Some(0.0), "0")],
            _ => &[],
        };
        for (value, text) in marks {
            self.mark(canvas, &axis, *value, text);
        }
        let mut grid = Grid::new(canvas, area);
        if kind == StudyKind::Macd
            && let Some(histogram) = seen.get(2)
        {
            self.histogram(&mut grid, &axis, histogram);
        }
        let roles = [role_of(kind), Role::ChartStudy2];
        for (line, role) in seen.iter().take(2).zip(roles) {
            self.curve(&mut grid, &axis, line, role);
        }
        grid.draw(canvas);
        canvas.put(area.x, area.y, area.right(), &format!("{} ", studies.name(kind)), Role::TextDim);
        if kind != StudyKind::Rsi {
            let places = window.bars().last().map_or(2, |b| self.instrument.rule.decimals_at(b.close));
            for (y, value) in [(area.y, high), (area.bottom().saturating_sub(1), low)] {
                if let Some(value) = math::decimal(value, places) {
                    let text = shown::fixed(value, places);
                    canvas.put_right(window.axis_end, y, area.right(), &text, Role::TextDim);
                }
            }
        }
    }

    /// A horizontal line with its value on the axis.
    fn mark(&self, canvas: &mut Canvas<'_>, axis: &Axis, value: Value, text: &str) {
        let area = self.window.lower;
        let row = value.and_then(|v| axis.dot(v, 1)).and_then(|r| u16::try_from(r).ok());
        let Some(row) = row.filter(|r| *r < area.height) else { return };
        let y = area.y + row;
        for x in (area.x..self.window.x_of(self.window.count).min(area.right())).filter(|x| x % 2 == 0) {
            if canvas.is_blank(x, y) {
                canvas.put(x, y, area.right(), "·", Role::ChartGrid);
            }
        }
        canvas.put_right(self.window.axis_end, y, area.right(), text, Role::TextDim);
    }

    /// Columns from nought.
    fn histogram(&self, grid: &mut Grid, axis: &Axis, values: &[Value]) {
        let (across, down) = grid.pitch();
        let Some(nought) = axis.dot(0.0, down) else { return };
        let step = i64::from(self.window.pitch) * i64::from(across);
        for (value, i) in values.iter().zip(0i64..) {
            if let Some(y) = value.and_then(|v| axis.dot(v, down)) {
                grid.line((i * step, nought), (i * step, y), Role::ChartVolume);
            }
        }
    }
}
