//! The chart: bars and volume of one symbol, with studies, a second symbol, the own orders, executions and position.
//!
//! Invariants: every label is exact; an own order off the range stands in the edge row with its price; bars lie over
//! curves and lines; each state says what it is and what to press.

mod axes;
mod bars;
mod lower;
mod own;

use crate::app::action::{Action, Way};
use crate::app::charting::Window;
use crate::app::keymap::GLOBAL;
use crate::app::model::{Bars, Model, Older};
use crate::app::select;
use crate::clock::Stamp;
use crate::domain::bar::Bar;
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::shown;
use crate::math;
use crate::money::Price;
use crate::panes::chart::{Scale, StudyKind};
use crate::theme::Role;
use crate::view::hints;
use crate::view::numbers::{sign_role, stale_for};
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::canvas::{Canvas, Words};

/// Draws the pane.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) {
    let key = select::chart_key(model);
    let id = key.map(|k| k.con_id);
    let instrument = id.and_then(|id| select::instrument(model, id));
    let chosen = || model.panes.watchlist.current().map(|row| row.symbol.clone());
    let symbol = id.and_then(|id| select::symbol(model, id)).or_else(chosen).unwrap_or_default();
    let bars = key.map_or(&[][..], |key| select::bars(model, key));
    let focus = cursor_bar(bars, model.panes.chart.cursor).or(bars.last());
    let ends = ends(model, id, instrument, focus);
    let head = Head { left: names(model, &symbol), right: ends, keep: true };
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
    let interval = model.panes.chart.interval.words();
    match key.and_then(|key| model.market.bars.get(&key)) {
        None | Some(Bars::Loading(_)) => {
            pane::teach(canvas, area, &format!("Asking for {interval} bars of {symbol} …"));
        }
        Some(Bars::Refused { code, text, again }) => {
            pane::teach(canvas, area, &refusal(model, *code, text, *again));
        }
        Some(Bars::Loaded { bars, .. }) if bars.is_empty() => {
            let longer = hints::key(model, &["chart", GLOBAL], Action::ChartInterval { way: Way::Up });
            let text = format!("No bars for {symbol} in this interval.  `{longer}` takes a longer one.");
            pane::teach(canvas, area, &text);
        }
        Some(Bars::Loaded { older, .. }) => {
            if let Some(window) = Window::new(model, area) {
                Plot { model, window: &window, instrument }.draw(canvas);
                if matches!(older, Older::Asked { .. }) && window.first == 0 {
                    canvas.put(
                        window.prices.x,
                        area.y,
                        window.prices.right(),
                        "asking for older bars …",
                        Role::TextDim,
                    );
                }
            }
        }
    }
}

/// Why there are no bars, and when they are asked for again.
fn refusal(model: &Model, code: Option<i32>, text: &str, again: Option<Stamp>) -> String {
    let code = code.map(|c| format!(" ({c})")).unwrap_or_default();
    let text = text.trim_end_matches('.');
    match again {
        Some(at) => {
            let left = shown::age(at.since(model.now).max(std::time::Duration::from_secs(1)));
            format!("No bars: {text}{code}. Asking again in {left}.")
        }
        None => {
            let key = |way| hints::key(model, &["chart", GLOBAL], Action::ChartInterval { way });
            format!("No bars: {text}{code}.  `{}` `{}` takes another length.", key(Way::Down), key(Way::Up))
        }
    }
}

/// The bar under the crosshair.
fn cursor_bar(bars: &[Bar], cursor: Option<usize>) -> Option<&Bar> {
    cursor.and_then(|back| bars.len().checked_sub(back + 1)).and_then(|i| bars.get(i))
}

/// The words after the pane's name, longest first: symbol, length, hours, what is drawn.
fn names(model: &Model, symbol: &str) -> Vec<Words> {
    let chart = &model.panes.chart;
    let mut bare = Words::of(symbol, Role::TextStrong);
    bare.join(2, Words::of(chart.interval.words(), Role::Text));
    let mut plain = bare.clone();
    plain.join(2, Words::of(chart.hours.word(), Role::Text));
    let mut named = plain.clone();
    if let Some(other) = &chart.compare {
        named.join(2, Words::of("vs ", Role::TextDim).say(other.symbol.as_str(), Role::ChartStudy3));
    }
    let scale = (chart.scale == Scale::Log && chart.compare.is_none()).then_some("log");
    for word in [chart.style.word(), scale].into_iter().flatten() {
        named.join(2, Words::of(word, Role::Text));
    }
    let short = named.clone();
    let studies = chart.studies.over().chain(chart.studies.lower());
    for kind in studies {
        named.join(2, Words::of(chart.studies.name(kind), role_of(kind)));
    }
    vec![named, short, plain, bare]
}

/// The role of a study's curves: averages, then what goes by volume and bands, then the others.
const fn role_of(kind: StudyKind) -> Role {
    match kind {
        StudyKind::Ema | StudyKind::EmaSlow => Role::ChartStudy1,
        StudyKind::Vwap | StudyKind::Bollinger | StudyKind::Keltner => Role::ChartStudy2,
        StudyKind::Sma | StudyKind::SmaSlow | StudyKind::Rsi | StudyKind::Macd | StudyKind::Atr => Role::ChartStudy3,
        StudyKind::Levels => Role::TextDim,
    }
}

/// What each study says at the crosshair.
fn values(model: &Model, window: &Window<'_>) -> Vec<Words> {
    let Some(at) = window.cursor(model).and_then(|i| i.checked_add(window.first)) else { return Vec::new() };
    let places = window.bars().last().map_or(2, |b| window.instrument.rule.decimals_at(b.close));
    let chart = &model.panes.chart;
    let lower = chart.studies.lower();
    let lines = |kind| window.lines(kind, chart.studies.period(kind).unwrap_or(1)).unwrap_or_default();
    let below = lower.map(|kind| (Some(kind), lines(kind)));
    let over = window.curves(model).into_iter().map(|c| (c.kind, c.lines));
    let mut out = Vec::new();
    for (kind, lines) in over.chain(below) {
        let name = kind.map_or_else(|| "VWAP from".to_owned(), |k| chart.studies.name(k));
        let mut words = Words::of(name, kind.map_or(Role::ChartStudy2, role_of));
        for value in lines.iter().take(3).map(|line| line.get(at).copied().flatten()) {
            let text = value.and_then(|v| math::decimal(v, places)).map(|d| shown::fixed(d, places));
            words.push(format!(" {}", text.as_deref().unwrap_or(shown::ABSENT)), Role::Text);
        }
        out.push(words);
    }
    if let Some(other) = &window.other
        && let Some(index) = window.cursor(model)
    {
        let base = other.closes.iter().flatten().next().copied();
        let close = other.closes.get(index).copied().flatten();
        let change = close.zip(base).and_then(|(c, b)| math::change(c, b)).and_then(|c| math::decimal(c, 2));
        let text = change.map_or_else(|| shown::ABSENT.to_owned(), shown::change_percent);
        out.push(Words::of(other.instrument.symbol.as_str(), Role::ChartStudy3).say(format!(" {text}"), Role::Text));
    }
    out
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
        let role = sign_role(change.is_sign_negative(), change.is_zero());
        shorter.join(2, Words::of(shown::change_percent(change), role));
    }
    vec![all, shorter, close]
}

/// What is drawn where.
struct Plot<'m> {
    model: &'m Model,
    window: &'m Window<'m>,
    instrument: &'m Instrument,
}

impl Plot<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>) {
        self.shading(canvas);
        self.separators(canvas);
        self.curves(canvas);
        self.own_lines(canvas);
        self.bars(canvas);
        self.executions(canvas);
        self.legend(canvas);
        self.volume(canvas);
        self.lower(canvas);
        self.price_axis(canvas);
        self.time_axis(canvas);
        self.crosshair(canvas);
    }

    /// What the curves say at the crosshair, in the first row whose cells are free for it; in the top row if none is.
    fn legend(&self, canvas: &mut Canvas<'_>) {
        let mut words = Words::new();
        for part in values(self.model, self.window) {
            words.join(2, part);
        }
        let prices = self.window.prices;
        let cells = words.width(canvas.theme);
        if words.is_empty() || cells > prices.width {
            return;
        }
        let free = |y: &u16| (prices.x..prices.x + cells).all(|x| canvas.is_blank(x, *y));
        let y = (prices.y..prices.bottom()).find(free).unwrap_or(prices.y);
        canvas.say(prices.x, y, prices.right(), &words);
    }
}
