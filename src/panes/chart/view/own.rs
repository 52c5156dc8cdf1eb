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
    letter: &'static str,
    rest: String,
    since: Stamp,
}

impl Plot<'_> {
    /// Prices of the session and of the one before, with their names at the left.
    pub(super) fn levels(&self, canvas: &mut Canvas<'_>) {
        if !self.model.panes.chart.studies.is_on(StudyKind::Levels) {
            return;
        }
        let (window, hours) = (self.window, self.model.desk.hours);
        let mut taken: BTreeSet<u16> = BTreeSet::new();
        for (kind, price) in math::levels(window.all, window.key.interval, hours) {
            let Some(row) = window.axis.visible_row(price) else { continue };
            let y = window.prices.y + row;
            let end = window.prices.right();
            for x in (window.prices.x..end).filter(|x| x % 2 == 0) {
                if canvas.is_blank(x, y) {
                    canvas.put(x, y, end, "·", Role::ChartGrid);
                }
            }
            // Levels in one row share its label's place: the first named stands.
            if taken.insert(row) {
                let label = format!("{} {}", kind.label(), shown::price(price, &self.instrument.rule));
                canvas.put(window.prices.x, y, end, &label, Role::TextDim);
            }
        }
    }

    /// Lines at the prices of the position and of own orders, behind the bars.
    pub(super) fn own_lines(&self, canvas: &mut Canvas<'_>) {
        let mut taken: BTreeSet<u16> = BTreeSet::new();
        let id = self.instrument.con_id;
        if let Some(staged) = self.model.panes.ticket.staged.as_ref().filter(|s| s.con_id == id)
            && let Some(spec) = &staged.spec
            && let Some(price) = charting::price_of(&spec.kind)
        {
            let letter = if spec.side == Side::Buy { "b" } else { "s" };
            let rest = format!(" {}{}@", shown::qty(spec.qty), word(&spec.kind));
            let (role, since) = (order_role(spec.side), self.model.now);
            self.line(canvas, &mut taken, &Line { price, stroke: "┄", role, letter, rest, since });
        }
        for order in select::live_of(self.model, id) {
            let Some(price) = charting::price_of(&order.spec.kind) else { continue };
            let letter = if order.spec.side == Side::Buy { "B" } else { "S" };
            let rest = format!(" {}{}@", shown::qty(order.remaining()), kind_of(order));
            let (role, since) = (order_role(order.spec.side), order.placed_at);
            self.line(canvas, &mut taken, &Line { price, stroke: "╌", role, letter, rest, since });
        }
        let position = self.model.positions.get(&id).filter(|p| !p.qty.is_zero());
        if let Some((position, price)) = position.and_then(|p| Some((p, p.avg_cost?))) {
            let (role, rest) = (Role::ChartPosition, format!(" {}@", shown::qty(position.qty)));
            let since = Stamp::default();
            self.line(canvas, &mut taken, &Line { price, stroke: "┈", role, letter: "pos", rest, since });
        }
    }

    fn line(&self, canvas: &mut Canvas<'_>, taken: &mut BTreeSet<u16>, line: &Line) {
        let (axis, prices) = (&self.window.axis, self.window.prices);
        let end = prices.right();
        if prices.width < LABELS_FROM {
            return;
        }
        let at = shown::average(line.price, self.instrument.rule.decimals_at(line.price));
        let label = Words::of(line.letter, line.role).say(format!("{}{at}", line.rest), Role::Text);
        let Some(row) = axis.row_of(line.price) else { return };
        let Some(row) = u16::try_from(row).ok().filter(|row| *row < axis.rows()) else {
            let (mark, edge) = if row < 0 { ("▴", 0) } else { ("▾", axis.rows() - 1) };
            // Several orders off the range share the edge rows, one row each.
            let free = (0..3u16).map(|n| if row < 0 { edge + n } else { edge.saturating_sub(n) });
            let Some(edge) = free.into_iter().find(|r| *r < axis.rows() && taken.insert(*r)) else { return };
            let mut words = Words::of(format!("{mark} "), line.role);
            words.join(0, label);
            return canvas.say_right(end, prices.y + edge, prices.x, &words);
        };
        let y = prices.y + row;
        let start = self.first_bar_since(line.since).map_or(prices.x, |i| self.window.x_of(i));
        for x in start..end {
            if canvas.is_blank(x, y) {
                canvas.put(x, y, end, line.stroke, line.role);
            }
        }
        let cells = label.width(canvas.theme);
        if taken.insert(row)
            && let Some(x) = end.checked_sub(cells + 2).filter(|x| *x > prices.x)
        {
            canvas.say(x, y, end, &label);
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
