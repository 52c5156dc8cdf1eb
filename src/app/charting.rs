//! What stands in the chart's window: which bars, which rows of price, which curves. The mind moves the crosshair by it and
//! the face draws it, so that both mean the same cell.
//!
//! Invariants: pure; the bars drawn are those of the key on the screen; curves are computed over all bars that are here,
//! so that panning does not change them.
//!
//! Must not know: glyphs, roles.

use ratatui::layout::Rect;

use super::model::{Bars, Model};
use super::{select, workspace};
use crate::domain::bar::{Bar, BarHours, BarKey};
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::order::{Order, OrderKey, OrderKind};
use crate::domain::shown;
use crate::math::{self, Axis, Sample, Values};
use crate::money::{Price, Rounding};
use crate::panes::PaneKind;
use crate::panes::chart::{Fit, Scale, StudyKind, Style};

/// Cells kept free of bars for the labels of own lines, where the plot is wide enough.
pub const LABELS: u16 = 17;
/// Plot width from which on there are labels.
pub const LABELS_FROM: u16 = 56;
/// Rows of content from which on volume is drawn.
const VOLUME_FROM: u16 = 12;
/// Rows of content from which on a study below the bars has a place.
const LOWER_FROM: u16 = 14;

/// Where everything stands.
#[derive(Debug, Clone)]
pub struct Window<'m> {
    /// Which bars.
    pub key: BarKey,
    /// Their contract.
    pub instrument: &'m Instrument,
    /// All bars that are here, oldest first.
    pub all: &'m [Bar],
    /// The index of the first visible one.
    pub first: usize,
    /// How many are visible.
    pub count: usize,
    /// How many newer bars are panned out of sight.
    pub back: usize,
    /// Columns of a bar.
    pub pitch: u16,
    /// Rows of price.
    pub axis: Axis,
    /// Their cells.
    pub prices: Rect,
    /// Cells of volume; none where there is no room.
    pub volumes: Rect,
    /// Cells of the study below; none where there is no room or no study.
    pub lower: Rect,
    /// The row of the time axis, if there is one.
    pub times: Option<u16>,
    /// The column after the price labels.
    pub axis_end: u16,
    /// The contract compared with.
    pub other: Option<Other<'m>>,
    /// All bars as the studies take them.
    pub samples: Vec<Sample>,
}

/// The contract compared with.
#[derive(Debug, Clone)]
pub struct Other<'m> {
    /// Its contract.
    pub instrument: &'m Instrument,
    /// Its closes at the visible bars.
    pub closes: Values,
    /// The rows of its own prices.
    pub axis: Option<Axis>,
}

/// A study's curves over all bars.
#[derive(Debug, Clone)]
pub struct Curves {
    /// Which study; `None` for the VWAP that the trader has anchored.
    pub kind: Option<StudyKind>,
    /// One or three.
    pub lines: Vec<Values>,
}

impl<'m> Window<'m> {
    /// The window within `area`, the pane without its title; `None` without bars, a contract or room.
    pub fn new(model: &'m Model, area: Rect) -> Option<Self> {
        let key = select::chart_key(model)?;
        let instrument = select::instrument(model, key.con_id)?;
        let Some(Bars::Loaded { bars: all, .. }) = model.market.bars.get(&key) else { return None };
        let chart = &model.panes.chart;
        let pitch = chart.bar_width.clamp(1, 3);
        let widest = all.iter().rev().take(area.width.into()).map(|b| b.high).max()?;
        let label = u16::try_from(shown::price(widest, &instrument.rule).len()).unwrap_or(u16::MAX).max(5);
        let axis_end = area.right().checked_sub(2)?;
        let width = axis_end.checked_sub(label.saturating_add(2))?.checked_sub(area.x.saturating_add(1))?;
        let free = if width >= LABELS_FROM { width.saturating_sub(LABELS) } else { width };
        let fits = usize::from(free.div_ceil(pitch));
        let back = chart.back.min(all.len().saturating_sub(1));
        let newest = all.len().saturating_sub(back);
        let first = newest.saturating_sub(fits);
        let visible = all.get(first..newest).filter(|bars| !bars.is_empty())?;
        let [prices, volumes, lower, times] = rows(area, width, chart.studies.lower().is_some());
        let (prices, times) = (prices?, times.map(|t| t.y));
        let (volumes, lower) = (volumes.unwrap_or_default(), lower.unwrap_or_default());
        let hours = (!key.interval.is_daily()).then_some(model.desk.hours);
        let samples = math::samples(all, hours);
        let seen = samples.get(first..newest).unwrap_or_default();
        let other = select::compared(model).and_then(|id| other(model, id, key, visible));
        let axis = match &other {
            Some(other) => percent(instrument, visible, seen, other, prices.height),
            None => axis(model, instrument, visible, prices.height),
        };
        let axis = axis?;
        let other = other.map(|o| o.rebased(axis));
        let count = visible.len();
        Some(Self {
            key,
            instrument,
            all,
            first,
            count,
            back,
            pitch,
            axis,
            prices,
            volumes,
            lower,
            times,
            axis_end,
            other,
            samples,
        })
    }

    /// The window as it stands on the screen now.
    pub fn on_screen(model: &'m Model) -> Option<Self> {
        let place = workspace::place_of(model, PaneKind::Chart)?;
        let title = if place.tabs.len() >= workspace::ROW_OF_TABS { 2 } else { 1 };
        let Rect { x, y, width, height } = place.rect;
        Self::new(model, Rect::new(x, y.saturating_add(title), width, height.checked_sub(title)?))
    }

    /// The visible bars, oldest first.
    pub fn bars(&self) -> &'m [Bar] {
        self.all.get(self.first..self.first.saturating_add(self.count)).unwrap_or_default()
    }

    /// The visible part of a curve over all bars.
    pub fn seen<'v, T>(&self, values: &'v [T]) -> &'v [T] {
        values.get(self.first..self.first.saturating_add(self.count)).unwrap_or_default()
    }

    /// The visible bars as they are drawn: as they are, or of averages.
    pub fn shapes(&self, style: Style) -> Vec<Sample> {
        match style {
            Style::HeikinAshi => self.seen(&math::heikin_ashi(&self.samples)).to_vec(),
            Style::Candles | Style::Bars | Style::Line => self.seen(&self.samples).to_vec(),
        }
    }

    /// The index among the visible bars of the one under the crosshair.
    pub fn cursor(&self, model: &Model) -> Option<usize> {
        let back = model.panes.chart.cursor?;
        back.checked_sub(self.back).and_then(|b| self.count.checked_sub(b.checked_add(1)?))
    }

    /// The first column of a visible bar.
    pub fn x_of(&self, index: usize) -> u16 {
        let offset = u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(self.pitch);
        self.prices.x.saturating_add(offset)
    }

    /// The curves over the bars, in the order of the picker; the anchored VWAP last.
    pub fn curves(&self, model: &Model) -> Vec<Curves> {
        let chart = &model.panes.chart;
        let mut out: Vec<Curves> = chart
            .studies
            .over()
            .filter_map(|kind| {
                let lines = self.lines(kind, chart.studies.period(kind).unwrap_or(1))?;
                Some(Curves { kind: Some(kind), lines })
            })
            .collect();
        let anchor = chart.vwap_from.and_then(|start| self.all.binary_search_by_key(&start, |b| b.start).ok());
        if let Some(first) = anchor {
            out.push(Curves { kind: None, lines: vec![math::vwap_from(&self.samples, first)] });
        }
        out
    }

    /// The curves of one study over all bars; `None` for one that has none here.
    pub fn lines(&self, kind: StudyKind, period: u16) -> Option<Vec<Values>> {
        let bars = &self.samples;
        Some(match kind {
            StudyKind::Ema | StudyKind::EmaSlow => vec![math::ema(bars, period)],
            StudyKind::Sma | StudyKind::SmaSlow => vec![math::sma(bars, period)],
            // A day has no session to begin with.
            StudyKind::Vwap if self.key.interval.is_daily() => return None,
            StudyKind::Vwap => vec![math::vwap(bars)],
            StudyKind::Bollinger => math::bollinger(bars, period).into(),
            StudyKind::Keltner => math::keltner(bars, period).into(),
            StudyKind::Rsi => vec![math::rsi(bars, period)],
            StudyKind::Macd => math::macd(bars).into(),
            StudyKind::Atr => vec![math::atr(bars, period)],
            StudyKind::Levels => return None,
        })
    }
}

impl Other<'_> {
    fn rebased(mut self, axis: Axis) -> Self {
        let base = self.closes.iter().flatten().next().copied();
        self.axis = base.map(|base| axis.based(base));
        self
    }
}

/// Cells of prices, volume, the study below, and the time axis, from the top.
fn rows(area: Rect, width: u16, lower: bool) -> [Option<Rect>; 4] {
    let height = area.height;
    let times = u16::from(height >= 4);
    let volume = if height >= VOLUME_FROM { (height.saturating_add(1) / 7).clamp(2, 6) } else { 0 };
    let lower = if lower && height >= LOWER_FROM { (height / 5).clamp(3, 8) } else { 0 };
    let prices = height.saturating_sub(times.saturating_add(volume).saturating_add(lower));
    let mut y = area.y;
    [prices, volume, lower, times].map(|rows| {
        let rect = Rect::new(area.x.saturating_add(1), y, width, rows);
        y = y.saturating_add(rows);
        (rows > 0 && width > 0).then_some(rect)
    })
}

/// The other contract's closes at the same times.
fn other<'m>(model: &'m Model, con_id: ConId, key: BarKey, visible: &[Bar]) -> Option<Other<'m>> {
    let instrument = select::instrument(model, con_id)?;
    let bars = select::bars(model, BarKey { con_id, ..key });
    let at = |bar: &Bar| bars.binary_search_by_key(&bar.start, |b| b.start).ok().and_then(|i| bars.get(i));
    let found: Vec<Option<Bar>> = visible.iter().map(|bar| at(bar).copied()).collect();
    let close = |bar: &Option<Bar>| bar.as_ref().map(|b| Sample::of(b, false).close);
    Some(Other { instrument, closes: found.iter().map(close).collect(), axis: None })
}

/// Rows of percent that hold both contracts since the first bar that both have.
fn percent(instrument: &Instrument, visible: &[Bar], seen: &[Sample], other: &Other<'_>, rows: u16) -> Option<Axis> {
    let first = other.closes.iter().position(Option::is_some).unwrap_or(0);
    let base = seen.get(first)?.close;
    let own = seen.iter().flat_map(|b| [math::change(b.high, base), math::change(b.low, base)]);
    let its = other.closes.iter().flatten().next().copied();
    let theirs = other.closes.iter().map(|close| math::change((*close)?, its?));
    let all: Values = own.chain(theirs).collect();
    let (low, high) = math::extent(&all)?;
    let close = visible.get(first)?.close;
    Axis::percent(close, low, high, instrument.rule.tick_at(close), rows)
}

/// Rows centred on the bars, and on those own orders that do not stretch the range by more than a half, or on all.
fn axis(model: &Model, instrument: &Instrument, bars: &[Bar], rows: u16) -> Option<Axis> {
    let (low, high) = (bars.iter().map(|b| b.low).min()?, bars.iter().map(|b| b.high).max()?);
    let reach = Price(high.minus(low)?.0.checked_div(rust_decimal::Decimal::from(4))?);
    let (floor, ceiling) = (low.minus(reach)?, high.plus(reach)?);
    let own = select::live_of(model, instrument.con_id).into_iter().filter_map(|o| price_of(&o.spec.kind));
    let staged = model.panes.ticket.staged.as_ref().filter(|s| s.con_id == instrument.con_id);
    let own = own.chain(staged.and_then(|s| price_of(&s.spec.as_ref()?.kind)));
    let all = model.panes.chart.fit == Fit::All;
    let near: Vec<Price> = own.filter(|p| all || (*p >= floor && *p <= ceiling)).collect();
    let low = near.iter().copied().fold(low, Price::min);
    let high = near.iter().copied().fold(high, Price::max);
    let tick = instrument.rule.tick_at(high);
    let log = (model.panes.chart.scale == Scale::Log).then(|| Axis::log(low, high, tick, rows)).flatten();
    log.or_else(|| Axis::linear(low, high, tick, rows))
}

/// The price at which an order stands on the axis: its limit, or what triggers it.
pub const fn price_of(kind: &OrderKind) -> Option<Price> {
    match kind {
        OrderKind::Limit(price)
        | OrderKind::LimitOnClose(price)
        | OrderKind::LimitOnOpen(price)
        | OrderKind::Auction(price)
        | OrderKind::StopProtect(price)
        | OrderKind::Stop { trigger: price, .. }
        | OrderKind::Touched { trigger: price, .. } => Some(*price),
        OrderKind::Trail { from, .. } => *from,
        OrderKind::Midprice { cap } | OrderKind::Pegged { cap, .. } => *cap,
        OrderKind::Market
        | OrderKind::MarketOnClose
        | OrderKind::MarketOnOpen
        | OrderKind::MarketToLimit
        | OrderKind::MarketProtect
        | OrderKind::Volatility(_) => None,
    }
}

/// The price of the crosshair: where it was moved to, or the close of its bar; on the tick.
pub fn cursor_price(model: &Model) -> Option<Price> {
    let key = select::chart_key(model)?;
    let instrument = select::instrument(model, key.con_id)?;
    let bars = select::bars(model, key);
    let back = model.panes.chart.cursor?;
    let close = || bars.len().checked_sub(back.checked_add(1)?).and_then(|i| bars.get(i)).map(|b| b.close);
    let price = model.panes.chart.level.or_else(close)?;
    price.to_tick(instrument.rule.tick_at(price), Rounding::Nearest)
}

/// The working order whose line stands in the crosshair's row, if there is one and no other.
pub fn order_at_cursor(model: &Model) -> Option<OrderKey> {
    let window = Window::on_screen(model)?;
    let row = window.axis.row_of(cursor_price(model)?)?;
    let at = |order: &&Order| price_of(&order.spec.kind).and_then(|p| window.axis.row_of(p)) == Some(row);
    let mut found = select::live_of(model, window.key.con_id).into_iter().filter(at);
    found.next().filter(|_| found.next().is_none()).map(|order| order.key.clone())
}

/// Whether a moment lies outside the regular session while such bars are shown.
pub fn is_outside(model: &Model, key: BarKey, bar: &Bar) -> bool {
    let at = || crate::clock::Stamp::at(bar.start.saturating_mul(1_000_000_000)).eastern();
    key.hours == BarHours::Extended
        && !key.interval.is_daily()
        && model.desk.hours.phase(&at()) != crate::clock::Phase::Regular
}
