//! The chart: candles and volume of one symbol, with the own orders, executions and position on the price axis.
//!
//! Invariants: every label is exact; an own order off the range stands in the edge row with its price; candles lie over
//! lines. Studies come later and are absent.

use std::collections::BTreeSet;

use jiff::Zoned;
use jiff::civil::Date;
use ratatui::layout::Rect;
use rust_decimal::Decimal;

use crate::app::action::{Action, Way};
use crate::app::keymap::GLOBAL;
use crate::app::model::{Bars, Model};
use crate::app::select;
use crate::clock::Stamp;
use crate::domain::bar::{Bar, Interval};
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::order::Side;
use crate::domain::quote::Truth;
use crate::domain::shown;
use crate::money::{Price, Qty};
use crate::theme::{Glyphs, Role, Shapes};
use crate::view::hints;
use crate::view::numbers::stale_for;
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::candles::{self, Scale};
use crate::view::widgets::canvas::{Canvas, Words, width};

/// Cells kept free of bars for the labels of own lines, where the plot is wide enough.
const LABELS: u16 = 17;
/// Plot width from which on there are labels.
const LABELS_FROM: u16 = 56;
/// Cells between two labels of the time axis.
const TIME_STEP: usize = 12;

/// Draws the pane.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) {
    let chart = &model.panes.chart;
    let id = select::charted(model);
    let instrument = id.and_then(|id| select::instrument(model, id));
    let chosen = || model.panes.watchlist.current().map(|row| row.symbol.clone());
    let symbol = id.and_then(|id| select::symbol(model, id)).or_else(chosen).unwrap_or_default();
    let key = select::chart_key(model);
    let entry = key.and_then(|key| model.market.bars.get(&key));
    let bars = key.map_or(&[][..], |key| select::bars(model, key));
    let focus = cursor_bar(bars, chart.cursor).or(bars.last());
    let name = |rth: &str| {
        let mut words = Words::of(symbol.as_str(), Role::TextStrong);
        words.join(2, Words::of(format!("{}{rth}", chart.interval.words()), Role::Text));
        words
    };
    let head = Head {
        left: vec![name(&format!("  {}", chart.hours.word())), name("")],
        right: ends(model, id, instrument, focus),
        keep: true,
    };
    let area = pane::head(canvas, model, slot, &head);
    let Some(instrument) = instrument else {
        let refused = id.is_none() && model.panes.watchlist.current().is_some_and(|row| row.refused.is_some());
        let text = match (symbol.is_empty(), refused) {
            (true, _) => "No symbol is selected.".to_owned(),
            (false, true) => format!("The broker has no contract for {symbol}."),
            (false, false) => "No contract yet.".to_owned(),
        };
        return pane::teach(canvas, area, &text);
    };
    match entry {
        None => pane::teach(canvas, area, &asking(chart.interval, &symbol)),
        Some(Bars::Loading(_)) => pane::teach(canvas, area, &asking(chart.interval, &symbol)),
        Some(Bars::Refused { code, text, .. }) => {
            let code = code.map(|c| format!(" ({c})")).unwrap_or_default();
            pane::teach(canvas, area, &format!("No bars: {text}{code}"));
        }
        Some(Bars::Loaded { bars, .. }) if bars.is_empty() => {
            let longer = hints::key(model, &["chart", GLOBAL], Action::ChartInterval { way: Way::Up });
            pane::teach(
                canvas,
                area,
                &format!("No bars for {symbol} in this interval.  `{longer}` takes a longer one."),
            );
        }
        Some(Bars::Loaded { bars, .. }) => {
            if let Some(plot) = Plot::new(canvas, model, instrument, bars, area) {
                plot.draw(canvas);
            }
        }
    }
}

fn asking(interval: Interval, symbol: &str) -> String {
    format!("Asking for {} bars of {symbol} …", interval.words())
}

/// The bar under the crosshair.
fn cursor_bar(bars: &[Bar], cursor: Option<usize>) -> Option<&Bar> {
    cursor.and_then(|back| bars.len().checked_sub(back + 1)).and_then(|i| bars.get(i))
}

/// The right end of the title: the values of a bar, or since when they are not proven.
fn ends(model: &Model, id: Option<ConId>, instrument: Option<&Instrument>, bar: Option<&Bar>) -> Vec<Words> {
    let (Some(id), Some(instrument)) = (id, instrument) else { return Vec::new() };
    let price = |p: Price| shown::price(p, &instrument.rule);
    if stale_for(model).is_some() && model.desk.account.is_some() {
        let since = format!("disconnected {}", shown::time_of(model.desk.link_at));
        let last = bar.map(|b| format!(", last C {}~", price(b.close))).unwrap_or_default();
        return vec![
            Words::of(format!("{since}{last}"), Role::ValueStale),
            Words::of(since, Role::ValueStale),
            Words::of("~", Role::ValueStale),
        ];
    }
    let Some(bar) = bar else { return Vec::new() };
    let labelled = |label: &str, text: String| Words::of(format!("{label} "), Role::TextDim).say(text, Role::Text);
    let close = labelled("C", price(bar.close));
    let change = select::quote(model, id).and_then(|(q, _)| q.change_percent());
    let mut all = labelled("O", price(bar.open));
    all.join(2, labelled("H", price(bar.high)));
    all.join(2, labelled("L", price(bar.low)));
    all.join(2, close.clone());
    if let Some(volume) = bar.volume {
        all.join(2, labelled("V", shown::market_size(volume, 5)));
    }
    let mut shorter = close.clone();
    if let Some(change) = change {
        let role = crate::view::numbers::sign_role(change.is_sign_negative(), change.is_zero());
        shorter.join(2, Words::of(shown::change_percent(change), role));
    }
    vec![all, shorter, close]
}

/// Everything the drawing needs: which bars stand where.
struct Plot<'m> {
    model: &'m Model,
    instrument: &'m Instrument,
    /// The visible bars, oldest first.
    bars: &'m [Bar],
    /// How many newer bars are panned out of sight.
    back: usize,
    /// Columns of a bar.
    pitch: u16,
    scale: Scale,
    /// Price rows.
    prices: Rect,
    /// Volume rows.
    volumes: Rect,
    /// The row of the time axis, if there is one.
    times: Option<u16>,
    /// The column after the price labels.
    axis_end: u16,
}

impl<'m> Plot<'m> {
    fn new(
        canvas: &Canvas<'_>,
        model: &'m Model,
        instrument: &'m Instrument,
        bars: &'m [Bar],
        area: Rect,
    ) -> Option<Self> {
        let pitch = model.panes.chart.bar_width.clamp(1, 3);
        let times = u16::from(area.height >= 4);
        let volume_rows = if area.height >= 12 { ((area.height + 1) / 7).clamp(2, 6) } else { 0 };
        let rows = area.height.checked_sub(times + volume_rows).filter(|r| *r > 0)?;
        // The widest label decides where the plot ends; the newest price stands for all.
        let widest = bars.iter().map(|b| b.high).max()?;
        let label = width(canvas.theme, &shown::price(widest, &instrument.rule)).max(5);
        let axis_end = area.right().checked_sub(2)?;
        let plot_end = axis_end.checked_sub(label + 2)?;
        let plot = plot_end.checked_sub(area.x + 1).filter(|w| *w > 0)?;
        let free = if plot >= LABELS_FROM { plot - LABELS } else { plot };
        let count = usize::from(free.div_ceil(pitch));
        let back = model.panes.chart.back.min(bars.len().saturating_sub(1));
        let newest = bars.len() - back;
        let bars = &bars[newest.saturating_sub(count)..newest];
        let scale = scale(model, instrument, bars, rows)?;
        let prices = Rect::new(area.x + 1, area.y, plot, rows);
        let volumes = Rect::new(area.x + 1, area.y + rows, plot, volume_rows);
        let times = (times > 0).then_some(area.y + rows + volume_rows);
        Some(Self { model, instrument, bars, back, pitch, scale, prices, volumes, times, axis_end })
    }

    fn draw(&self, canvas: &mut Canvas<'_>) {
        self.separators(canvas);
        self.own_lines(canvas);
        self.candles(canvas);
        self.executions(canvas);
        self.volume(canvas);
        self.price_axis(canvas);
        self.time_axis(canvas);
        self.crosshair(canvas);
    }

    fn x_of(&self, index: usize) -> u16 {
        let offset = u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(self.pitch);
        self.prices.x.saturating_add(offset)
    }

    fn local(bar: &Bar) -> Zoned {
        Stamp::at(bar.start.saturating_mul(1_000_000_000)).eastern()
    }

    fn is_daily(&self) -> bool {
        self.model.panes.chart.interval == Interval::Day1
    }

    /// A line between two days.
    fn separators(&self, canvas: &mut Canvas<'_>) {
        if self.is_daily() || self.pitch < 2 {
            return;
        }
        let days: Vec<Date> = self.bars.iter().map(|b| Self::local(b).date()).collect();
        for (i, pair) in days.windows(2).enumerate() {
            if pair[0] != pair[1] {
                let x = self.x_of(i + 1).saturating_sub(1);
                for y in self.prices.y..self.prices.bottom() {
                    canvas.put(x, y, self.prices.right(), "┊", Role::ChartGrid);
                }
            }
        }
    }

    fn candles(&self, canvas: &mut Canvas<'_>) {
        let stale = stale_for(self.model).is_some();
        let newest = self.bars.len().saturating_sub(1);
        let plain = canvas.theme.glyphs == Glyphs::Ascii;
        // In ASCII both directions need a shape, and a full body one of its own: the frame of LIVE has the stroke.
        let shapes = if plain { Shapes::Filled } else { canvas.theme.shapes };
        for (i, bar) in self.bars.iter().enumerate() {
            let rising = bar.close >= bar.open;
            let role = match (stale && self.back == 0 && i == newest, rising) {
                (true, _) => Role::ValueStale,
                (false, true) => Role::ChartRise,
                (false, false) => Role::ChartFall,
            };
            let x = self.x_of(i);
            for (row, glyph) in candles::glyphs(bar, &self.scale, shapes) {
                let glyph = if plain && glyph == "┃" { "+" } else { glyph };
                canvas.put(x, self.prices.y + row, self.prices.right(), glyph, role);
            }
        }
    }

    fn volume(&self, canvas: &mut Canvas<'_>) {
        if self.volumes.height == 0 {
            return;
        }
        let most = self.bars.iter().filter_map(|b| b.volume).max().unwrap_or(Qty::ZERO);
        for (i, bar) in self.bars.iter().enumerate() {
            let value = bar.volume.map_or(Decimal::ZERO, |v| v.0);
            for (up, glyph) in candles::column(value, most.0, self.volumes.height).into_iter().enumerate() {
                let y = self.volumes.bottom().saturating_sub(1 + u16::try_from(up).unwrap_or(0));
                canvas.put(self.x_of(i), y, self.volumes.right(), glyph, Role::ChartVolume);
            }
        }
        if most.is_positive() {
            let label = shown::market_size(most, 5);
            canvas.put_right(self.axis_end, self.volumes.y, self.volumes.right(), &label, Role::TextDim);
        }
    }

    /// Every second row has its price; the last price stands in the place of its row's.
    fn price_axis(&self, canvas: &mut Canvas<'_>) {
        let places = self.scale.places();
        let last = select::quote(self.model, self.instrument.con_id)
            .and_then(|(q, truth)| Some((q.last?, truth)))
            .or_else(|| self.bars.last().map(|b| (b.close, Truth::Frozen)));
        let last_row = last.and_then(|(p, _)| self.scale.visible_row(p));
        for row in (0..self.scale.rows()).step_by(2).filter(|r| Some(*r) != last_row) {
            if let Some(price) = self.scale.price_of(row) {
                let decimals = places.max(self.instrument.rule.decimals_at(price));
                let text = shown::price_with(price, decimals);
                canvas.put_right(self.axis_end, self.prices.y + row, self.prices.right(), &text, Role::TextDim);
            }
        }
        if let (Some(row), Some((price, truth))) = (last_row, last) {
            let stale = matches!(truth, Truth::Stale(_));
            let text = format!("◂{}", shown::price(price, &self.instrument.rule));
            let role = if stale { Role::ValueStale } else { Role::TextStrong };
            canvas.put_right(self.axis_end, self.prices.y + row, self.prices.right(), &text, role);
        }
    }

    fn time_axis(&self, canvas: &mut Canvas<'_>) {
        let Some(y) = self.times else { return };
        canvas.put_right(self.axis_end, y, self.prices.right(), "ET", Role::TextDim);
        let mut free_from = self.prices.x;
        for (i, bar) in self.bars.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|j| self.bars.get(j));
            let Some(text) = self.time_label(bar, before) else { continue };
            let x = self.x_of(i);
            let cells = width(canvas.theme, &text);
            if x >= free_from && x.saturating_add(cells) <= self.prices.right() {
                canvas.put(x, y, self.prices.right(), &text, Role::TextDim);
                free_from = x.saturating_add(cells + 1);
            }
        }
    }

    /// The label a bar bears: round times; for days, the first of a month.
    fn time_label(&self, bar: &Bar, before: Option<&Bar>) -> Option<String> {
        let at = Self::local(bar);
        if self.is_daily() {
            let new_month = before.is_some_and(|b| Self::local(b).month() != at.month());
            return new_month.then(|| at.strftime("%Y-%m").to_string());
        }
        let interval = usize::try_from(self.model.panes.chart.interval.seconds() / 60).unwrap_or(1).max(1);
        let steps = [5usize, 10, 15, 30, 60, 120, 240];
        let fits = |minutes: &usize| minutes / interval * usize::from(self.pitch) >= TIME_STEP;
        let step = steps.into_iter().find(fits).unwrap_or(240);
        let minute = usize::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or(0);
        let first_of_day = before.is_some_and(|b| Self::local(b).date() != at.date());
        (minute.is_multiple_of(step) || first_of_day).then(|| shown::minute(&at))
    }

    /// Lines at the prices of the position and of own orders, behind the candles.
    fn own_lines(&self, canvas: &mut Canvas<'_>) {
        let mut taken: BTreeSet<u16> = BTreeSet::new();
        let id = self.instrument.con_id;
        if let Some(staged) = self.model.panes.ticket.staged.as_ref().filter(|s| s.con_id == id)
            && let Some(spec) = &staged.spec
            && let Some(price) = spec.kind.limit()
        {
            let label = (if spec.side == Side::Buy { "b" } else { "s" }, format!(" {}@", shown::qty(spec.qty)));
            self.line(canvas, &mut taken, price, "┄", order_role(spec.side), label, self.model.now);
        }
        for order in select::live_of(self.model, id) {
            let Some(price) = order.spec.kind.limit() else { continue };
            let letter = if order.spec.side == Side::Buy { "B" } else { "S" };
            let kind = order.other_kind.as_ref().map(|k| format!(" {}", k.to_lowercase())).unwrap_or_default();
            let label = (letter, format!(" {}{kind}@", shown::qty(order.remaining())));
            self.line(canvas, &mut taken, price, "╌", order_role(order.spec.side), label, order.placed_at);
        }
        let position = self.model.positions.get(&id).filter(|p| !p.qty.is_zero());
        if let Some((position, price)) = position.and_then(|p| Some((p, p.avg_cost?))) {
            let label = ("pos", format!(" {}@", shown::qty(position.qty)));
            self.line(canvas, &mut taken, price, "┈", Role::ChartPosition, label, Stamp::default());
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one line has a place, a look, a label and a beginning")]
    fn line(
        &self,
        canvas: &mut Canvas<'_>,
        taken: &mut BTreeSet<u16>,
        price: Price,
        stroke: &str,
        role: Role,
        (letter, rest): (&'static str, String),
        since: Stamp,
    ) {
        let end = self.prices.right();
        if self.prices.width < LABELS_FROM {
            return;
        }
        let text = format!("{rest}{}", shown::average(price, self.instrument.rule.decimals_at(price)));
        let label = Words::of(letter, role).say(text, Role::Text);
        let Some(row) = self.scale.row_of(price) else { return };
        let rows = i64::from(self.scale.rows());
        if row < 0 || row >= rows {
            let (mark, edge) = if row < 0 { ("▴", 0) } else { ("▾", self.scale.rows() - 1) };
            // Several orders off the range share the edge rows, one row each.
            let free = (0..3u16).map(|n| if row < 0 { edge + n } else { edge.saturating_sub(n) });
            let Some(edge) = free.into_iter().find(|r| *r < self.scale.rows() && taken.insert(*r)) else { return };
            let mut words = Words::of(format!("{mark} "), role);
            words.join(0, label);
            canvas.say_right(end, self.prices.y + edge, self.prices.x, &words);
            return;
        }
        let row = u16::try_from(row).unwrap_or(0);
        let y = self.prices.y + row;
        let start = self.first_bar_since(since).map_or(self.prices.x, |i| self.x_of(i));
        for x in start..end {
            if canvas.is_blank(x, y) {
                canvas.put(x, y, end, stroke, role);
            }
        }
        let cells = label.width(canvas.theme);
        if taken.insert(row)
            && let Some(x) = end.checked_sub(cells + 2).filter(|x| *x > self.prices.x)
        {
            canvas.say(x, y, end, &label);
        }
    }

    /// The bar in which a moment lies; `None` if that was before all of them.
    fn first_bar_since(&self, since: Stamp) -> Option<usize> {
        let seconds = since.wall / 1_000_000_000;
        let index = self.bars.iter().rposition(|b| b.start <= seconds);
        index.filter(|_| since != Stamp::default())
    }

    /// Own executions, beside the bar they happened in.
    fn executions(&self, canvas: &mut Canvas<'_>) {
        let span = self.model.panes.chart.interval.seconds();
        let mine = self.model.orders.executions.values().filter(|e| e.con_id == self.instrument.con_id);
        for execution in mine {
            let Some(seconds) = execution.time.map(|t| t / 1_000_000_000) else { continue };
            let within = |b: &Bar| b.start <= seconds && seconds < b.start.saturating_add(span);
            let Some(index) = self.bars.iter().position(within) else { continue };
            let Some(row) = self.scale.visible_row(execution.price) else { continue };
            let x = self.x_of(index).saturating_add(u16::from(self.pitch > 1));
            let glyph = if execution.side == Side::Buy { "△" } else { "▽" };
            let role = if execution.side == Side::Buy { Role::ChartFillBuy } else { Role::ChartFillSell };
            canvas.put(x, self.prices.y + row, self.prices.right(), glyph, role);
        }
    }

    fn crosshair(&self, canvas: &mut Canvas<'_>) {
        let Some(back) = self.model.panes.chart.cursor else { return };
        let index = back.checked_sub(self.back).and_then(|b| self.bars.len().checked_sub(b + 1));
        let Some((index, bar)) = index.and_then(|i| self.bars.get(i).map(|b| (i, b))) else { return };
        let x = self.x_of(index);
        for y in self.prices.y..self.volumes.bottom().max(self.prices.bottom()) {
            if canvas.is_blank(x, y) {
                canvas.put(x, y, self.prices.right(), "┊", Role::ChartCursor);
            }
        }
        if let Some(row) = self.scale.visible_row(bar.close) {
            let y = self.prices.y + row;
            for x in self.prices.x..self.x_of(self.bars.len()).min(self.prices.right()) {
                if canvas.is_blank(x, y) {
                    canvas.put(x, y, self.prices.right(), "┈", Role::ChartCursor);
                }
            }
        }
        if let Some(y) = self.times {
            let at = Self::local(bar);
            let text = if self.is_daily() { at.date().to_string() } else { at.strftime("%m-%d %H:%M").to_string() };
            let cells = width(canvas.theme, &text);
            let start = x.min(self.prices.right().saturating_sub(cells));
            canvas.run(start.saturating_sub(1).max(self.prices.x), y, start + cells + 1, " ", Role::Text);
            canvas.put(start, y, self.prices.right(), &text, Role::ChartCursor);
        }
    }
}

/// Rows centred on the bars, and on those own orders that do not stretch the range by more than a half.
fn scale(model: &Model, instrument: &Instrument, bars: &[Bar], rows: u16) -> Option<Scale> {
    let (low, high) = (bars.iter().map(|b| b.low).min()?, bars.iter().map(|b| b.high).max()?);
    let range = high.minus(low)?.0;
    let reach = Price(range.checked_div(Decimal::from(4))?);
    let (floor, ceiling) = (low.minus(reach)?, high.plus(reach)?);
    let own = select::live_of(model, instrument.con_id).into_iter().filter_map(|o| o.spec.kind.limit());
    let staged = model.panes.ticket.staged.as_ref().filter(|s| s.con_id == instrument.con_id);
    let own = own.chain(staged.and_then(|s| s.spec.as_ref()?.kind.limit()));
    let near: Vec<Price> = own.filter(|p| *p >= floor && *p <= ceiling).collect();
    let low = near.iter().copied().fold(low, Price::min);
    let high = near.iter().copied().fold(high, Price::max);
    Scale::new(low, high, instrument.rule.tick_at(high), rows)
}

const fn order_role(side: Side) -> Role {
    match side {
        Side::Buy => Role::ChartOrderBuy,
        Side::Sell => Role::ChartOrderSell,
    }
}
