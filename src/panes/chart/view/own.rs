//! What is the trader's own on the chart: orders, the position, executions; and the levels of the session.

use std::collections::BTreeSet;

use super::Plot;
use crate::app::charting::{self, LABELS_FROM};
use crate::app::select;
use crate::clock::Stamp;
use crate::domain::order::{Order, OrderKind, Side};
use crate::domain::shown;
use crate::math;
use crate::money::Price;
use crate::panes::chart::StudyKind;
use crate::theme::Role;
use crate::view::widgets::canvas::{Canvas, Words};

/// A line to draw.
struct Line {
    price: Price,
    stroke: &'static str,
    role: Role,
    label: Words,
    since: Stamp,
    /// Whether it stands in the edge row while its price is off the range.
    insists: bool,
}

impl Plot<'_> {
    /// Lines at the prices of own orders, of the position and of the session's levels, behind the bars: first all strokes,
    /// then the labels, so that none runs through another's.
    pub(super) fn own_lines(&self, canvas: &mut Canvas<'_>) {
        let lines = self.lines();
        if self.window.prices.width < LABELS_FROM {
            // Without room for labels a line would say nothing; levels alone are many.
            return;
        }
        for line in &lines {
            self.stroke(canvas, line);
        }
        let mut taken: BTreeSet<u16> = BTreeSet::new();
        // Labels at their own price come first: those in the edge rows take what is left.
        let on_range = |line: &&Line| self.window.axis.visible_row(line.price).is_some();
        for line in lines.iter().filter(on_range).chain(lines.iter().filter(|l| !on_range(l))) {
            self.label(canvas, &mut taken, line);
        }
    }

    /// Every line, the most important first.
    fn lines(&self) -> Vec<Line> {
        let id = self.instrument.con_id;
        let own = |price: Price, stroke, role, letter: &str, rest: String, since| {
            let at = shown::average(price, self.instrument.rule.decimals_at(price));
            let label = Words::of(letter, role).say(format!("{rest}{at}"), Role::Text);
            Line { price, stroke, role, label, since, insists: true }
        };
        let mut out = Vec::new();
        if let Some(staged) = self.model.panes.ticket.staged.as_ref().filter(|s| s.con_id == id)
            && let Some(spec) = &staged.spec
            && let Some(price) = charting::price_of(&spec.kind)
        {
            let letter = if spec.side == Side::Buy { "b" } else { "s" };
            let rest = format!(" {}{}@", shown::qty(spec.qty), word(&spec.kind));
            out.push(own(price, "┄", order_role(spec.side), letter, rest, self.model.now));
        }
        for order in select::live_of(self.model, id) {
            let Some(price) = charting::price_of(&order.spec.kind) else { continue };
            let letter = if order.spec.side == Side::Buy { "B" } else { "S" };
            let rest = format!(" {}{}@", shown::qty(order.remaining()), kind_of(order));
            out.push(own(price, "╌", order_role(order.spec.side), letter, rest, order.placed_at));
        }
        let position = self.model.positions.get(&id).filter(|p| !p.qty.is_zero());
        if let Some((position, price)) = position.and_then(|p| Some((p, p.avg_cost?))) {
            let rest = format!(" {}@", shown::qty(position.qty));
            out.push(own(price, "┈", Role::ChartPosition, "pos", rest, Stamp::default()));
        }
        out.extend(self.levels());
        out
    }

    /// Prices of the session and of the one before.
    fn levels(&self) -> Vec<Line> {
        if !self.model.panes.chart.studies.is_on(StudyKind::Levels) {
            return Vec::new();
        }
        let levels = math::levels(self.window.all, self.window.key.interval, self.model.desk.hours);
        let line = |(kind, price): math::Level| {
            let text = format!("{} {}", kind.label(), shown::price(price, &self.instrument.rule));
            let label = Words::of(text, Role::TextDim);
            Line { price, stroke: "·", role: Role::ChartGrid, label, since: Stamp::default(), insists: false }
        };
        levels.into_iter().map(line).collect()
    }

    fn stroke(&self, canvas: &mut Canvas<'_>, line: &Line) {
        let prices = self.window.prices;
        let Some(row) = self.window.axis.visible_row(line.price) else { return };
        let y = prices.y + row;
        let start = self.first_bar_since(line.since).map_or(prices.x, |i| self.window.x_of(i));
        // Levels are many: every other cell is enough for them.
        let step = if line.insists { 1 } else { 2 };
        for x in (start..prices.right()).step_by(step) {
            if canvas.is_blank(x, y) {
                canvas.put(x, y, prices.right(), line.stroke, line.role);
            }
        }
    }

    fn label(&self, canvas: &mut Canvas<'_>, taken: &mut BTreeSet<u16>, line: &Line) {
        let (axis, prices) = (&self.window.axis, self.window.prices);
        let end = prices.right();
        let Some(row) = axis.row_of(line.price) else { return };
        if let Some(row) = u16::try_from(row).ok().filter(|row| *row < axis.rows()) {
            let cells = line.label.width(canvas.theme);
            if taken.insert(row)
                && let Some(x) = end.checked_sub(cells + 2).filter(|x| *x > prices.x)
            {
                canvas.say(x, prices.y + row, end, &line.label);
            }
        } else if line.insists {
            let (mark, edge) = if row < 0 { ("▴", 0) } else { ("▾", axis.rows() - 1) };
            // Several orders off the range share the edge rows, one row each.
            let free = (0..3u16).map(|n| if row < 0 { edge + n } else { edge.saturating_sub(n) });
            let Some(edge) = free.into_iter().find(|r| *r < axis.rows() && taken.insert(*r)) else { return };
            let mut words = Words::of(format!("{mark} "), line.role);
            words.join(0, line.label.clone());
            canvas.say_right(end, prices.y + edge, prices.x, &words);
        }
    }

    /// The bar in which a moment lies; `None` if that was before all of them.
    fn first_bar_since(&self, since: Stamp) -> Option<usize> {
        let seconds = since.wall / 1_000_000_000;
        let index = self.window.bars().iter().rposition(|b| b.start <= seconds);
        index.filter(|_| since != Stamp::default())
    }

    /// Own executions, beside the bar they happened in.
    pub(super) fn executions(&self, canvas: &mut Canvas<'_>) {
        let window = self.window;
        let interval = window.key.interval;
        let mine = self.model.orders.executions.values().filter(|e| e.con_id == self.instrument.con_id);
        for execution in mine {
            let Some(seconds) = execution.time.map(|t| t / 1_000_000_000) else { continue };
            let Some(index) = window.bars().iter().position(|b| interval.holds(b.start, seconds)) else { continue };
            let Some(row) = window.axis.visible_row(execution.price) else { continue };
            let x = window.x_of(index).saturating_add(u16::from(window.pitch > 1));
            let (glyph, role) = match execution.side {
                Side::Buy => ("△", Role::ChartFillBuy),
                Side::Sell => ("▽", Role::ChartFillSell),
            };
            canvas.put(x, window.prices.y + row, window.prices.right(), glyph, role);
        }
    }
}

/// The word of an order's type on its line; none for a limit.
fn kind_of(order: &Order) -> String {
    match &order.other_kind {
        Some(kind) => format!(" {}", kind.to_lowercase()),
        None => word(&order.spec.kind),
    }
}

fn word(kind: &OrderKind) -> String {
    match kind {
        OrderKind::Limit(_) => String::new(),
        other => format!(" {}", other.keyword()),
    }
}

const fn order_role(side: Side) -> Role {
    match side {
        Side::Buy => Role::ChartOrderBuy,
        Side::Sell => Role::ChartOrderSell,
    }
}
