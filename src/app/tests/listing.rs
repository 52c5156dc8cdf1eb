//! Lists, focus, chart.

use super::desk;
use super::fixture::{AAPL, MSFT, SPY};
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::msg::{Msg, Pointer};
use crate::app::select;
use crate::broker::Command;
use crate::domain::bar::{BarHours, BarKey, Interval};
use crate::panes::PaneKind;
use crate::panes::blotter::Tab;

/// Bars of regular hours.
fn bar_key(con_id: crate::domain::instrument::ConId, interval: Interval) -> BarKey {
    BarKey { con_id, interval, hours: BarHours::Regular }
}

#[test]
fn the_selection_drives_the_chart_and_what_b_stages() {
    let mut d = desk();
    d.keys("j");
    assert_eq!(select::charted(&d.model), Some(MSFT));
    d.keys("b");
    assert_eq!(d.staged().con_id, MSFT);
}

#[test]
fn a_run_along_the_list_asks_for_bars_once_it_rests() {
    let mut d = desk();
    d.after(1_000).effects.clear();
    d.key("j", false).after(50).key("j", false).after(50).key("k", false);
    let bars = |d: &super::Desk| d.sent(|c| matches!(c, Command::Bars { .. }));
    assert_eq!(bars(&d), 2, "the first step asks at once: for the chart and for the days");
    d.key("j", false).after(300);
    assert_eq!(bars(&d), 4);
    assert!(d.model.market.bars.contains_key(&bar_key(SPY, Interval::Min5)));
}

#[test]
fn only_a_few_charts_are_kept_up_to_date() {
    let mut d = desk();
    d.keys("2").after(500);
    for keys in ["<", "> >", "1 j", "2 <", "< >"] {
        d.keys(keys).after(500);
    }
    d.keys("1 j 2 < <").after(500).keys("> >").after(500);
    assert!(d.model.market.bars.len() <= 6);
}

#[test]
fn home_and_end_and_pages_stay_in_the_list() {
    let mut d = desk();
    d.keys("end");
    assert_eq!(d.model.panes.watchlist.selected, 2);
    d.keys("j page-down");
    assert_eq!(d.model.panes.watchlist.selected, 2);
    d.keys("home k page-up");
    assert_eq!(d.model.panes.watchlist.selected, 0);
}

#[test]
fn rows_are_removed_and_moved_and_the_list_is_remembered() {
    let mut d = desk();
    d.keys("ctrl-down");
    let symbols = |d: &super::Desk| -> Vec<String> {
        d.model.panes.watchlist.rows.iter().map(|r| r.symbol.to_string()).collect()
    };
    assert_eq!(symbols(&d), ["MSFT", "AAPL", "SPY"]);
    assert_eq!(d.model.panes.watchlist.selected, 1);
    d.keys("d");
    assert_eq!(symbols(&d), ["MSFT", "SPY"]);
    let saved =
        d.effects.iter().rev().find_map(|e| if let Effect::SaveWatchlist(s) = e { Some(s.clone()) } else { None });
    assert_eq!(saved.unwrap(), ["MSFT", "SPY"]);
    assert_eq!(d.sent(|c| *c == Command::Unwatch(AAPL)), 1);
}

#[test]
fn a_symbol_that_is_held_keeps_its_quotes_when_it_leaves_the_list() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300).keys("d");
    assert_eq!(d.sent(|c| matches!(c, Command::Unwatch(_))), 0);
    assert!(d.model.market.instruments.contains_key(&AAPL));
}

#[test]
fn numbers_and_tab_move_the_focus() {
    let mut d = desk();
    d.keys("7");
    assert_eq!(d.model.workspace.focus, PaneKind::Blotter);
    d.keys("tab tab tab");
    assert_eq!(d.model.workspace.focus, PaneKind::Watchlist);
    d.keys("shift-tab");
    assert_eq!(d.model.workspace.focus, PaneKind::Account);
    d.keys("z");
    assert_eq!(d.model.workspace.zoomed, Some(PaneKind::Account));
    d.keys("esc");
    assert_eq!(d.model.workspace.zoomed, None);
    d.keys("g c");
    assert_eq!(d.model.workspace.focus, PaneKind::Chart);
}

#[test]
fn a_prefix_waits_and_esc_or_a_stray_key_drops_it() {
    let mut d = desk();
    d.keys("g");
    assert_eq!(d.model.pending.len(), 1);
    d.keys("esc");
    assert!(d.model.pending.is_empty());
    d.keys("g x");
    assert!(d.model.pending.is_empty());
    assert!(d.cancels().is_empty(), "the stray key does nothing of its own");
    d.keys("g").tell(Msg::Focus(crate::app::msg::FocusChange::Lost));
    assert!(d.model.pending.is_empty());
}

#[test]
fn enter_on_a_position_shows_it_in_the_chart_without_moving_it_into_the_list() {
    let mut d = desk();
    d.hold(SPY, "SPY", 10).hold(crate::domain::instrument::ConId(1_004), "TSLA", -5);
    let job = *d.model.market.asked.keys().next().unwrap();
    let found = Ok(Box::new(super::fixture::instrument("TSLA")));
    d.broker(crate::broker::Event::Found { job, result: found });
    d.keys("8 j enter");
    assert_eq!(select::charted(&d.model).map(|c| c.0), Some(1_004));
    assert_eq!(d.model.panes.watchlist.rows.len(), 3);
    d.keys("1 j");
    assert_eq!(select::charted(&d.model), Some(MSFT));
}

#[test]
fn enter_brings_the_chart_to_the_front_where_another_pane_hides_it() {
    let mut d = desk();
    d.keys("1 j enter");
    assert_eq!(d.model.workspace.focus, PaneKind::Watchlist, "the chart stands beside the list");
    d.tell(Msg::Resized { width: 80, height: 24 });
    d.keys("enter");
    assert_eq!(d.model.workspace.focus, PaneKind::Chart);
    assert_eq!(select::charted(&d.model), Some(MSFT));
}

#[test]
fn the_blotters_selection_holds_its_order_while_rows_come_and_go() {
    let mut d = desk();
    d.work("b enter");
    let far = d.work("b down down enter");
    d.keys("7 j");
    assert_eq!(d.model.panes.blotter.selected.as_ref(), Some(&far));
    d.keys("1 j b enter");
    let Some(select::BlotterRow::Order(order)) = select::blotter_row(&d.model) else { panic!("no row") };
    assert_eq!(order.key, far);
    d.keys("esc 7 x");
    assert_eq!(d.cancels(), [far]);
}

#[test]
fn tabs_go_left_and_right_and_stop_at_the_ends() {
    let mut d = desk();
    d.keys("7 right right right right");
    assert_eq!(d.model.panes.blotter.tab, Tab::Executions);
    d.keys("left");
    assert_eq!(d.model.panes.blotter.tab, Tab::All);
}

#[test]
fn the_chart_changes_interval_width_and_crosshair() {
    let mut d = desk();
    d.keys("2 > +");
    assert_eq!(d.model.panes.chart.interval, Interval::Min10);
    assert_eq!(d.model.panes.chart.bar_width, 3);
    d.keys("+ - - - -");
    assert_eq!(d.model.panes.chart.bar_width, 1);
    d.keys("left");
    assert_eq!(d.model.panes.chart.cursor, None, "no bars yet");
    let bar = crate::domain::bar::Bar {
        start: 0,
        open: super::price("1"),
        high: super::price("1"),
        low: super::price("1"),
        close: super::price("1"),
        volume: None,
    };
    let bars: Vec<_> = (0..50).map(|n| crate::domain::bar::Bar { start: n * 86_400, ..bar }).collect();
    let key = bar_key(AAPL, Interval::Min10);
    let Some(crate::app::model::Bars::Loading(job)) = d.model.market.bars.get(&key).cloned() else {
        panic!("not asked")
    };
    d.broker(crate::broker::Event::Bars { job, key, result: Ok(bars) });
    d.keys("left left");
    assert_eq!(d.model.panes.chart.cursor, Some(1));
    d.broker(crate::broker::Event::Bar { key, bar: crate::domain::bar::Bar { start: 50 * 86_400, ..bar } });
    assert_eq!(d.model.panes.chart.cursor, Some(2), "the crosshair stays on its bar");
    d.keys("end");
    assert_eq!(d.model.panes.chart.cursor, None);
    assert_eq!(select::bars(&d.model, key).len(), 51);
}

#[test]
fn an_answer_to_an_earlier_question_for_bars_is_dropped() {
    let mut d = desk();
    let stale = crate::broker::JobId(9_999);
    let key = bar_key(AAPL, Interval::Min5);
    d.broker(crate::broker::Event::Bars { job: stale, key, result: Ok(Vec::new()) });
    assert!(matches!(d.model.market.bars.get(&key), Some(crate::app::model::Bars::Loading(_))));
}

#[test]
fn the_wheel_moves_the_pane_under_it() {
    let mut d = desk();
    d.tell(Msg::Pointed(Pointer::Wheel { pane: PaneKind::Watchlist, by: 2 }));
    assert_eq!(d.model.panes.watchlist.selected, 2);
    assert_eq!(d.model.workspace.focus, PaneKind::Watchlist);
    d.act(Action::None);
}
