//! What the chart's keys do: bars and hours, zoom and pan, crosshair, studies, the contract compared with.

use super::{bars, market};
use crate::app::charting::Window;
use crate::app::effect::Step;
use crate::app::model::{Model, Overlay, SearchFor};
use crate::app::notices::Tone;
use crate::app::{charting, select, workspace};
use crate::domain::SafeText;
use crate::domain::bar::BarHours;
use crate::money::{Price, Rounding};
use crate::panes::PaneKind;
use crate::panes::chart::{Compare, Fit, Scale, StudyKind};
use tui_input::Input;

/// Columns of the chart's price axis.
const AXIS: u16 = 9;

/// How many bars there are.
fn len(model: &Model) -> usize {
    select::chart_key(model).map_or(0, |key| select::bars(model, key).len())
}

/// How many bars fit.
pub fn bars_shown(model: &Model) -> usize {
    let width = workspace::place_of(model, PaneKind::Chart).map_or(0, |p| p.rect.width.saturating_sub(AXIS));
    usize::from(width.checked_div(model.panes.chart.bar_width.max(1)).unwrap_or(0)).max(1)
}

/// The crosshair a bar back or on; the first step sets it on the newest visible bar.
pub(super) fn cursor(model: &mut Model, step: &mut Step, back: bool) {
    let (len, shown) = (len(model), bars_shown(model));
    if len == 0 {
        return;
    }
    let chart = &mut model.panes.chart;
    let at = match chart.cursor {
        None => chart.back,
        Some(at) if back => at.saturating_add(1),
        Some(at) => at.saturating_sub(1),
    };
    let at = at.min(len.saturating_sub(1));
    chart.cursor = Some(at);
    // The window follows the crosshair out of it.
    chart.back = chart.back.min(at).max(at.saturating_add(1).saturating_sub(shown));
    bars::want_older(model, step);
}

/// The crosshair a row of price up or down; the first step sets it on the newest visible bar's close.
pub(super) fn price(model: &mut Model, up: bool) {
    if len(model) == 0 {
        return;
    }
    if model.panes.chart.cursor.is_none() {
        model.panes.chart.cursor = Some(model.panes.chart.back);
        return;
    }
    let Some(next) = charting::cursor_price(model).and_then(|now| beside(model, now, up)) else { return };
    model.panes.chart.level = Some(next);
}

/// The price a row above or below, on its tick; a tick away where the row does not lead that way.
fn beside(model: &Model, now: Price, up: bool) -> Option<Price> {
    let window = Window::on_screen(model)?;
    let rule = &window.instrument.rule;
    let row = window.axis.row_of(now)?;
    let last = i64::from(window.axis.rows()).saturating_sub(1);
    let next = if up { row.saturating_sub(1) } else { row.saturating_add(1) }.clamp(0, last);
    let price = window.axis.price_of(u16::try_from(next).ok()?)?;
    let price = price.to_tick(rule.tick_at(price), Rounding::Nearest)?;
    let leads = if up { price > now } else { price < now };
    let price =
        if leads { Some(price) } else { rule.step(now, if up { 1 } else { -1 }).filter(|_| next != 0 && next != last) };
    price.filter(|p| p.is_positive())
}

pub(super) fn page(model: &mut Model, step: &mut Step, back: bool) {
    let (len, shown) = (len(model), bars_shown(model));
    let chart = &mut model.panes.chart;
    let next = if back { chart.back.saturating_add(shown) } else { chart.back.saturating_sub(shown) };
    chart.back = next.min(len.saturating_sub(shown));
    (chart.cursor, chart.level) = (None, None);
    bars::want_older(model, step);
}

pub(super) fn newest(model: &mut Model) {
    let chart = &mut model.panes.chart;
    chart.back = 0;
    (chart.cursor, chart.level) = (None, None);
}

/// The oldest bars that are here; a page more is asked for.
pub(super) fn oldest(model: &mut Model, step: &mut Step) {
    let (len, shown) = (len(model), bars_shown(model));
    let chart = &mut model.panes.chart;
    chart.back = len.saturating_sub(shown);
    (chart.cursor, chart.level) = (None, None);
    bars::want_older(model, step);
}

pub(super) fn zoom(model: &mut Model, step: &mut Step, wider: bool) {
    let chart = &mut model.panes.chart;
    let width = if wider { chart.bar_width.saturating_add(1) } else { chart.bar_width.saturating_sub(1) };
    chart.bar_width = width.clamp(1, 3);
    bars::want_older(model, step);
}

pub(super) fn interval(model: &mut Model, step: &mut Step, longer: bool) {
    let chart = &mut model.panes.chart;
    let next = if longer { chart.interval.longer() } else { chart.interval.shorter() };
    if next != chart.interval {
        chart.interval = next;
        other_bars(model, step);
    }
}

/// Regular hours, or what trades around them too.
pub(super) fn hours(model: &mut Model, step: &mut Step) {
    let chart = &mut model.panes.chart;
    chart.hours = match chart.hours {
        BarHours::Regular => BarHours::Extended,
        BarHours::Extended => BarHours::Regular,
    };
    other_bars(model, step);
}

/// Other bars are asked for on purpose: they do not wait for the list to rest.
fn other_bars(model: &mut Model, step: &mut Step) {
    newest(model);
    model.panes.chart.vwap_from = None;
    model.panes.chart.asked_at = None;
    bars::forget_refusals(model);
    bars::want(model, step);
}

pub(super) fn style(model: &mut Model) {
    model.panes.chart.style = model.panes.chart.style.next();
}

pub(super) fn log(model: &mut Model) {
    let chart = &mut model.panes.chart;
    if chart.compare.is_some() {
        let text = "Two symbols stand on a percent scale; without the second the scale is a price again.";
        return model.notices.say(model.now, Tone::Info, text, None);
    }
    chart.scale = match chart.scale {
        Scale::Linear => Scale::Log,
        Scale::Log => Scale::Linear,
    };
}

/// The range holds all own orders, or those near the bars.
pub(super) fn fit(model: &mut Model) {
    let chart = &mut model.panes.chart;
    chart.fit = match chart.fit {
        Fit::Near => Fit::All,
        Fit::All => Fit::Near,
    };
}

/// VWAP from the bar under the crosshair, or from the newest; from the same bar again takes it away.
pub(super) fn vwap_here(model: &mut Model) {
    let Some(key) = select::chart_key(model) else { return };
    let bars = select::bars(model, key);
    let back = model.panes.chart.cursor.unwrap_or(model.panes.chart.back);
    let Some(bar) = back.checked_add(1).and_then(|b| bars.len().checked_sub(b)).and_then(|i| bars.get(i)) else {
        return;
    };
    let start = Some(bar.start);
    let chart = &mut model.panes.chart;
    chart.vwap_from = if chart.vwap_from == start { None } else { start };
}

pub(super) fn studies(model: &mut Model) {
    model.overlay = Some(Overlay::Studies { selected: 0 });
}

pub(super) fn study(model: &mut Model, kind: StudyKind) {
    model.panes.chart.studies.toggle(kind);
}

/// Shows or hides the study the picker is on.
pub(super) fn study_toggle(model: &mut Model) {
    if let Some(kind) = picked(model) {
        study(model, kind);
    }
}

/// A longer or shorter period of the study the picker is on.
pub(super) fn study_period(model: &mut Model, longer: bool) {
    if let Some(kind) = picked(model) {
        model.panes.chart.studies.step(kind, longer);
    }
}

fn picked(model: &Model) -> Option<StudyKind> {
    match &model.overlay {
        Some(Overlay::Studies { selected }) => StudyKind::ALL.get(*selected).copied(),
        _ => None,
    }
}

/// Finds a symbol to compare with; takes the present one away.
pub(super) fn compare(model: &mut Model, step: &mut Step) {
    if let Some(other) = model.panes.chart.compare.take() {
        if let Some(con_id) = other.con_id {
            market::forget(model, step, con_id);
        }
        return;
    }
    model.overlay = Some(Overlay::Search {
        input: Input::default(),
        job: None,
        matches: Vec::new(),
        refused: None,
        selected: 0,
        purpose: SearchFor::Compare,
    });
}

/// Compares the chart's contract with this symbol's.
pub(super) fn compare_with(model: &mut Model, step: &mut Step, symbol: &SafeText) {
    let con_id = select::by_symbol(model, symbol).map(|i| i.con_id);
    if con_id.is_some() && con_id == select::charted(model) {
        let text = format!("{symbol} is the chart's own symbol; another one can be compared with it.");
        return model.notices.say(model.now, Tone::Info, text, None);
    }
    model.panes.chart.compare = Some(Compare { symbol: symbol.clone(), con_id });
    if con_id.is_none() {
        market::find(model, step, symbol.clone());
    }
    model.panes.chart.asked_at = None;
    bars::want(model, step);
}
