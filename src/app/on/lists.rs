//! Selection and scrolling of the lists, focus and zoom.

use super::{bars, blotter, input, market, overlay};
use crate::app::action::Way;
use crate::app::effect::{Redraw, Step};
use crate::app::model::Model;
use crate::app::{select, workspace};
use crate::panes::PaneKind;
use crate::panes::blotter::Tab;

/// Rows of a pane that are not rows of its list: the title and the header.
const FRAME: u16 = 2;

/// Focus to the next pane by number, wherever it is shown.
pub(super) fn focus_next(model: &mut Model, way: Way) {
    let all = PaneKind::ALL;
    let here = all.iter().position(|p| *p == model.workspace.focus).unwrap_or(0);
    let next = match way {
        Way::Down => here.saturating_add(1),
        Way::Up => here.saturating_add(all.len()).saturating_sub(1),
    };
    if let Some(pane) = all.get(next.checked_rem(all.len()).unwrap_or(0)) {
        model.workspace.focus_on(*pane);
    }
}

pub(super) fn zoom(model: &mut Model) {
    let focus = model.workspace.focus;
    model.workspace.zoomed = if model.workspace.zoomed.is_some() { None } else { Some(focus) };
}

/// Rows of a list that fit into its pane.
pub fn rows_of(model: &Model, pane: PaneKind) -> usize {
    let height = workspace::place_of(model, pane).map_or(0, |p| p.rect.height);
    usize::from(height.saturating_sub(FRAME)).max(1)
}

/// Moves along the list in front by `by` rows.
pub(super) fn by(model: &mut Model, step: &mut Step, by: isize) {
    if model.overlay.is_some() {
        return overlay::scroll(model, by);
    }
    let focus = model.workspace.focus;
    move_in(model, step, focus, by);
}

pub(super) fn page(model: &mut Model, step: &mut Step, way: isize) {
    let rows = if model.overlay.is_some() {
        usize::from(model.size.1).saturating_div(2)
    } else {
        rows_of(model, model.workspace.focus)
    };
    let rows = isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(isize::MAX);
    by(model, step, rows.saturating_mul(way));
}

pub(super) fn end(model: &mut Model, step: &mut Step, last: bool) {
    by(model, step, if last { isize::MAX } else { isize::MIN });
}

/// A wheel step over a pane moves its list, focused or not.
pub(in crate::app) fn wheel(model: &mut Model, step: &mut Step, pane: PaneKind, rows: i16) {
    if model.overlay.is_some() {
        overlay::scroll(model, isize::from(rows));
    } else if pane == PaneKind::Chart {
        super::chart::zoom(model, step, rows < 0);
    } else {
        move_in(model, step, pane, isize::from(rows));
    }
    step.draw(Redraw::Now);
}

fn move_in(model: &mut Model, step: &mut Step, pane: PaneKind, by: isize) {
    match pane {
        PaneKind::Watchlist => {
            let list = &mut model.panes.watchlist;
            list.selected = moved(list.selected, by, list.rows.len());
            model.panes.chart.opened = None;
            chart_moved(model, step);
        }
        PaneKind::Blotter => {
            let tab = model.panes.blotter.tab;
            let len = select::tab_len(model, tab);
            let index = moved(select::blotter_index(model).unwrap_or(0), by, len);
            let key = select::blotter_orders(model, tab).get(index).map(|o| o.key.clone());
            let execution = if tab == Tab::Executions { select::blotter_executions(model) } else { Vec::new() };
            let execution = execution.get(index).map(|e| e.exec_id.clone());
            let pane = &mut model.panes.blotter;
            (pane.row, pane.selected, pane.execution) = (index, key, execution);
            blotter::want_days(model, step);
        }
        PaneKind::Positions => {
            let len = model.positions.len();
            let index = moved(select::position_index(model).unwrap_or(0), by, len);
            model.panes.positions.selected = select::position_rows(model).get(index).map(|p| p.con_id);
        }
        PaneKind::Chart | PaneKind::Ticket | PaneKind::Account => {}
    }
    follow(model);
}

/// The chart shows another contract, from its newest bar on.
pub(super) fn chart_moved(model: &mut Model, step: &mut Step) {
    super::chart::newest(model);
    model.panes.chart.vwap_from = None;
    bars::forget_refusals(model);
    bars::want(model, step);
}

fn moved(at: usize, by: isize, len: usize) -> usize {
    let last = len.saturating_sub(1);
    at.saturating_add_signed(by).min(last)
}

/// The row of the blotter that is shown as selected is held by its order or execution from when the pane gets the focus, so
/// that no other takes its place under a key. A pane that gets the focus anew gives up what has left its rows.
pub(in crate::app) fn hold(model: &mut Model, before: PaneKind) {
    if model.workspace.focus != PaneKind::Blotter {
        return;
    }
    let pane = &model.panes.blotter;
    let held = pane.selected.is_some() || pane.execution.is_some();
    if held && before == PaneKind::Blotter {
        return;
    }
    let (order, execution) = match select::blotter_row(model) {
        Some(select::BlotterRow::Order(order)) => (Some(order.key.clone()), None),
        Some(select::BlotterRow::Execution(execution)) => (None, Some(execution.exec_id.clone())),
        None => (None, None),
    };
    let pane = &mut model.panes.blotter;
    (pane.selected, pane.execution) = (order, execution);
}

/// Keeps every selection within its pane's rows.
pub(super) fn follow(model: &mut Model) {
    let list = rows_of(model, PaneKind::Watchlist);
    let watch = &mut model.panes.watchlist;
    watch.selected = watch.selected.min(watch.rows.len().saturating_sub(1));
    watch.top = scrolled(watch.top, watch.selected, list, watch.rows.len());
    let (index, len) = (select::blotter_index(model).unwrap_or(0), select::tab_len(model, model.panes.blotter.tab));
    model.panes.blotter.top = scrolled(model.panes.blotter.top, index, rows_of(model, PaneKind::Blotter), len);
    let (index, len) = (select::position_index(model).unwrap_or(0), model.positions.len());
    model.panes.positions.top = scrolled(model.panes.positions.top, index, rows_of(model, PaneKind::Positions), len);
}

/// The first visible row, moved as little as keeps the selection in sight.
fn scrolled(top: usize, selected: usize, rows: usize, len: usize) -> usize {
    let lowest = selected.saturating_add(1).saturating_sub(rows);
    top.clamp(lowest, selected.max(lowest)).min(len.saturating_sub(rows))
}

pub(super) fn tab(model: &mut Model, step: &mut Step, right: bool) {
    if model.workspace.focus != PaneKind::Blotter {
        return;
    }
    let pane = &mut model.panes.blotter;
    let here = Tab::ALL.iter().position(|t| *t == pane.tab).unwrap_or(0);
    let next = if right { here.saturating_add(1) } else { here.saturating_sub(1) };
    if let Some(tab) = Tab::ALL.get(next) {
        pane.tab = *tab;
        (pane.top, pane.row) = (0, 0);
        (pane.selected, pane.execution) = (None, None);
        blotter::forget_days(model);
        blotter::want_days(model, step);
    }
}

/// Shows the row's contract in the chart, and the chart where it stands behind another pane.
pub(super) fn open(model: &mut Model, step: &mut Step) {
    if input::is_search(model) {
        return overlay::accept(model, step);
    }
    let Some(con_id) = select::subject(model) else { return };
    let row = model.panes.watchlist.rows.iter().position(|r| r.con_id == Some(con_id));
    match row {
        Some(index) => {
            model.panes.watchlist.selected = index;
            model.panes.chart.opened = None;
        }
        None => model.panes.chart.opened = Some(con_id),
    }
    if workspace::place_of(model, PaneKind::Chart).is_none() {
        model.workspace.focus_on(PaneKind::Chart);
    }
    chart_moved(model, step);
    follow(model);
}

pub(super) fn remove(model: &mut Model, step: &mut Step) {
    let list = &mut model.panes.watchlist;
    if list.selected >= list.rows.len() {
        return;
    }
    let row = list.rows.remove(list.selected);
    list.selected = list.selected.min(list.rows.len().saturating_sub(1));
    if let Some(con_id) = row.con_id {
        market::forget(model, step, con_id);
    }
    market::save_list(model, step);
    chart_moved(model, step);
    follow(model);
}

pub(super) fn shift(model: &mut Model, step: &mut Step, down: bool) {
    let list = &mut model.panes.watchlist;
    let from = list.selected;
    let to = if down { from.saturating_add(1) } else { from.saturating_sub(1) };
    if from == to || to >= list.rows.len() || from >= list.rows.len() {
        return;
    }
    list.rows.swap(from, to);
    list.selected = to;
    market::save_list(model, step);
    follow(model);
}
