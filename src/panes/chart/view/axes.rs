//! What the bars stand on: sessions, price axis, time axis, crosshair.

use jiff::Zoned;

use super::Plot;
use crate::app::charting;
use crate::app::select;
use crate::clock::Stamp;
use crate::domain::bar::{Bar, Interval};
use crate::domain::quote::Truth;
use crate::domain::shown;
use crate::theme::Role;
use crate::view::widgets::canvas::{Canvas, width};
use ratatui::layout::Rect;

/// Cells between two labels of the time axis.
const TIME_STEP: usize = 12;

impl Plot<'_> {
    fn local(bar: &Bar) -> Zoned {
        Stamp::at(bar.start.saturating_mul(1_000_000_000)).eastern()
    }

    fn interval(&self) -> Interval {
        self.window.key.interval
    }

    /// The rows of bars, volume and study together.
    fn body(&self) -> Rect {
        let Rect { x, y, width, .. } = self.window.prices;
        let bottom = self.window.prices.bottom().max(self.window.volumes.bottom()).max(self.window.lower.bottom());
        Rect::new(x, y, width, bottom.saturating_sub(y))
    }

    /// Hours outside the regular session stand on another ground.
    pub(super) fn shading(&self, canvas: &mut Canvas<'_>) {
        let body = self.body();
        for (i, bar) in self.window.bars().iter().enumerate() {
            if charting::is_outside(self.model, self.window.key, bar) {
                let column = Rect { x: self.window.x_of(i), width: self.window.pitch, ..body };
                canvas.tint(column.intersection(body), Role::OverlayGround);
            }
        }
    }

    /// A line between two days, and between the sessions of a day.
    pub(super) fn separators(&self, canvas: &mut Canvas<'_>) {
        if self.interval().is_daily() || self.window.pitch < 2 {
            return;
        }
        let outside = |bar: &Bar| charting::is_outside(self.model, self.window.key, bar);
        let marks: Vec<_> = self.window.bars().iter().map(|b| (Self::local(b).date(), outside(b))).collect();
        let prices = self.window.prices;
        for (i, pair) in marks.windows(2).enumerate() {
            if pair[0] != pair[1] {
                let x = self.window.x_of(i + 1).saturating_sub(1);
                for y in prices.y..prices.bottom() {
                    canvas.put(x, y, prices.right(), "┊", Role::ChartGrid);
                }
            }
        }
    }

    /// Every second row has its price, or its percent; the last price stands in the place of its row's.
    pub(super) fn price_axis(&self, canvas: &mut Canvas<'_>) {
        let (window, rule) = (self.window, &self.instrument.rule);
        let (axis, prices) = (&window.axis, window.prices);
        let last = select::quote(self.model, self.instrument.con_id)
            .and_then(|(q, truth)| Some((q.last?, truth)))
            .or_else(|| window.all.last().map(|b| (b.close, Truth::Frozen)));
        let last_row = last.and_then(|(p, _)| axis.visible_row(p));
        for row in (0..axis.rows()).step_by(2).filter(|r| Some(*r) != last_row) {
            let text = match (axis.percent_of(row), axis.price_of(row)) {
                (Some(percent), _) => Some(shown::change_percent(percent)),
                (None, Some(price)) => Some(shown::price_with(price, axis.places().max(rule.decimals_at(price)))),
                (None, None) => None,
            };
            if let Some(text) = text {
                canvas.put_right(window.axis_end, prices.y + row, prices.right(), &text, Role::TextDim);
            }
        }
        if let (Some(row), Some((price, truth))) = (last_row, last) {
            let text = format!("◂{}", shown::price(price, rule));
            let role = if matches!(truth, Truth::Stale(_)) { Role::ValueStale } else { Role::TextStrong };
            canvas.put_right(window.axis_end, prices.y + row, prices.right(), &text, role);
        }
    }

    pub(super) fn time_axis(&self, canvas: &mut Canvas<'_>) {
        let Some(y) = self.window.times else { return };
        let prices = self.window.prices;
        canvas.put_right(self.window.axis_end, y, prices.right(), "ET", Role::TextDim);
        let bars = self.window.bars();
        let cursor = self.cursor_time(canvas);
        let mut free_from = prices.x;
        for (i, bar) in bars.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|j| bars.get(j));
            let Some(text) = self.time_label(bar, before) else { continue };
            let x = self.window.x_of(i);
            let cells = width(canvas.theme, &text);
            // The crosshair's own label stands here later: half a time beside it would be another one.
            let covered = cursor.as_ref().is_some_and(|(from, text)| {
                let to = from.saturating_add(width(canvas.theme, text)).saturating_add(1);
                x < to && from.saturating_sub(1) < x.saturating_add(cells)
            });
            if x >= free_from && x.saturating_add(cells) <= prices.right() && !covered {
                canvas.put(x, y, prices.right(), &text, Role::TextDim);
                free_from = x.saturating_add(cells + 1);
            }
        }
    }

    /// The label a bar bears: round times; for days, the first of a month; for longer bars, the first of a year.
    fn time_label(&self, bar: &Bar, before: Option<&Bar>) -> Option<String> {
        let at = Self::local(bar);
        let was = before.map(Self::local);
        match self.interval() {
            Interval::Day1 => {
                let new_month = was.is_some_and(|b| b.month() != at.month());
                return new_month.then(|| at.strftime("%Y-%m").to_string());
            }
            Interval::Week1 | Interval::Month1 => {
                let new_year = was.is_some_and(|b| b.year() != at.year());
                return new_year.then(|| at.strftime("%Y").to_string());
            }
            _ => {}
        }
        if self.interval() >= Interval::Hour1 {
            let new_day = was.is_some_and(|b| b.date() != at.date());
            return new_day.then(|| at.strftime("%m-%d").to_string());
        }
        let bar_seconds = usize::try_from(self.interval().seconds()).unwrap_or(1).max(1);
        let steps = [15usize, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];
        let fits = |step: &usize| step / bar_seconds * usize::from(self.window.pitch) >= TIME_STEP;
        let step = steps.into_iter().find(fits).unwrap_or(14_400);
        let second = i32::from(at.hour()) * 3_600 + i32::from(at.minute()) * 60 + i32::from(at.second());
        let first_of_day = was.is_some_and(|b| b.date() != at.date());
        let round = usize::try_from(second).is_ok_and(|s| s.is_multiple_of(step));
        (round || first_of_day).then(|| if step < 60 { shown::time(&at) } else { shown::minute(&at) })
    }

    /// The crosshair: a column through its bar, a row at its price, both named on the axes.
    pub(super) fn crosshair(&self, canvas: &mut Canvas<'_>) {
        let window = self.window;
        let Some(index) = window.cursor(self.model) else { return };
        let Some(bar) = window.bars().get(index) else { return };
        let (x, prices, body) = (window.x_of(index), window.prices, self.body());
        for y in body.y..body.bottom() {
            if canvas.is_blank(x, y) {
                canvas.put(x, y, prices.right(), "┊", Role::ChartCursor);
            }
        }
        let price = charting::cursor_price(self.model).unwrap_or(bar.close);
        if let Some(row) = window.axis.visible_row(price) {
            let y = prices.y + row;
            for x in prices.x..window.x_of(window.count).min(prices.right()) {
                if canvas.is_blank(x, y) {
                    canvas.put(x, y, prices.right(), "┈", Role::ChartCursor);
                }
            }
            let text = format!("┈{}", shown::price(price, &self.instrument.rule));
            canvas.run(prices.right(), y, window.axis_end, " ", Role::Text);
            canvas.put_right(window.axis_end, y, prices.right(), &text, Role::ChartCursor);
        }
        if let (Some(y), Some((start, text))) = (window.times, self.cursor_time(canvas)) {
            canvas.put(start, y, prices.right(), &text, Role::ChartCursor);
        }
    }

    /// When the crosshair's bar begins, and the column where that stands.
    fn cursor_time(&self, canvas: &Canvas<'_>) -> Option<(u16, String)> {
        let index = self.window.cursor(self.model)?;
        let at = Self::local(self.window.bars().get(index)?);
        let text = match self.interval() {
            daily if daily.is_daily() => at.date().to_string(),
            short if short < Interval::Min1 => at.strftime("%m-%d %H:%M:%S").to_string(),
            _ => at.strftime("%m-%d %H:%M").to_string(),
        };
        let prices = self.window.prices;
        let start = self.window.x_of(index).min(prices.right().saturating_sub(width(canvas.theme, &text)));
        Some((start.max(prices.x), text))
    }
}
