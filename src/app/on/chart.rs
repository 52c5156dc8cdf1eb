//! Interval, zoom, pan and crosshair of the chart.

use super::bars;
use crate::app::effect::Step;
use crate::app::model::Model;
use crate::app::{select, workspace};
use crate::panes::PaneKind;

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
pub(super) fn cursor(model: &mut Model, back: bool) {
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
}

pub(super) fn page(model: &mut Model, back: bool) {
    let (len, shown) = (len(model), bars_shown(model));
    let chart = &mut model.panes.chart;
    let next = if back { chart.back.saturating_add(shown) } else { chart.back.saturating_sub(shown) };
    chart.back = next.min(len.saturating_sub(shown));
    chart.cursor = None;
}

pub(super) fn newest(model: &mut Model) {
    model.panes.chart.back = 0;
    model.panes.chart.cursor = None;
}

pub(super) fn zoom(model: &mut Model, wider: bool) {
    let chart = &mut model.panes.chart;
    let width = if wider { chart.bar_width.saturating_add(1) } else { chart.bar_width.saturating_sub(1) };
    chart.bar_width = width.clamp(1, 3);
}

pub(super) fn interval(model: &mut Model, step: &mut Step, longer: bool) {
    let chart = &mut model.panes.chart;
    let next = if longer { chart.interval.longer() } else { chart.interval.shorter() };
    if next == chart.interval {
        return;
    }
    chart.interval = next;
    newest(model);
    // Another length is asked for on purpose: it does not wait for the list to rest.
    model.panes.chart.asked_at = None;
    bars::forget_refusals(model);
    bars::want(model, step);
}
