//! Instruments, quotes, bars: asked for, received, asked for again.

use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::{Bars, Model, Overlay};
use crate::app::notices::Tone;
use crate::app::select;
use crate::broker::event::Refusal;
use crate::broker::{Command, JobId, Link};
use crate::domain::SafeText;
use crate::domain::bar::{Bar, Interval};
use crate::domain::instrument::{ConId, Instrument, SymbolMatch};
use crate::domain::quote::Quote;
use crate::panes::watchlist::Row;
use std::time::Duration;

/// Bars of one contract kept at most.
const BARS_MAX: usize = 5_000;
/// Contracts and intervals whose bars are kept up to date at once.
const LINES_MAX: usize = 6;
/// A run along the list asks for bars once it rests for so long: IB allows 60 questions in ten minutes.
const REST: Duration = Duration::from_millis(200);

/// The number of a new question.
pub(super) fn next_job(model: &mut Model) -> JobId {
    let job = JobId(model.desk.next_job);
    model.desk.next_job = model.desk.next_job.saturating_add(1);
    job
}

/// Asks for everything the desk wants to see: after each (re)connection.
pub(super) fn ask_all(model: &mut Model, step: &mut Step) {
    model.market.asked.clear();
    let known: Vec<Instrument> = model.market.instruments.values().cloned().collect();
    for instrument in known {
        step.send(Command::Watch(Box::new(instrument)));
    }
    let rows = model.panes.watchlist.rows.iter().filter(|r| r.con_id.is_none()).map(|r| r.symbol.clone());
    let wanted: Vec<SafeText> = rows.chain(unknown_symbols(model)).collect();
    for symbol in wanted {
        find(model, step, symbol);
    }
    model.market.bars.retain(|_, b| !matches!(b, Bars::Refused { .. }));
    let waiting: Vec<(ConId, Interval)> = model.market.bars.keys().copied().collect();
    for key in waiting {
        request(model, step, key);
    }
    want_bars(model, step);
}

/// Symbols of positions and working orders whose contract is not known yet.
fn unknown_symbols(model: &Model) -> Vec<SafeText> {
    let held = model.positions.values().filter(|p| !p.qty.is_zero()).map(|p| (p.con_id, &p.symbol));
    let working = model.orders.live().map(|o| (o.spec.con_id, &o.spec.symbol));
    let missing = held.chain(working).filter(|(id, s)| !model.market.instruments.contains_key(id) && !s.is_empty());
    missing.map(|(_, symbol)| symbol.clone()).collect()
}

/// Asks for the contracts of positions and orders that nothing else has brought.
pub(super) fn ask_held(model: &mut Model, step: &mut Step) {
    for symbol in unknown_symbols(model) {
        find(model, step, symbol);
    }
}

/// Asks for the contract of a symbol, unless that is under way.
pub(super) fn find(model: &mut Model, step: &mut Step, symbol: SafeText) {
    let ready = matches!(model.desk.link, Link::Ready { .. });
    if !ready || model.market.asked.values().any(|s| *s == symbol) {
        return;
    }
    let job = next_job(model);
    model.market.asked.insert(job, symbol.clone());
    step.send(Command::Find { job, symbol });
}

pub(super) fn found(model: &mut Model, step: &mut Step, job: JobId, result: Result<Box<Instrument>, Refusal>) {
    let Some(symbol) = model.market.asked.remove(&job) else { return };
    step.draw(Redraw::Now);
    match result {
        Ok(instrument) => {
            let con_id = instrument.con_id;
            for row in model.panes.watchlist.rows.iter_mut().filter(|r| r.symbol == symbol) {
                row.con_id = Some(con_id);
                row.refused = None;
                row.symbol = instrument.symbol.clone();
            }
            step.send(Command::Watch(instrument.clone()));
            model.market.instruments.insert(con_id, *instrument);
            want_bars(model, step);
        }
        Err(refusal) => {
            for row in model.panes.watchlist.rows.iter_mut().filter(|r| r.symbol == symbol && r.con_id.is_none()) {
                row.refused = Some(refusal.text.clone());
            }
            let code = refusal.code.map_or_else(String::new, |c| format!(" ({c})"));
            let text = match refusal.code {
                Some(200) => format!("No contract is called {symbol} (200)."),
                _ => format!("{symbol} was not found: {}{code}", refusal.text),
            };
            model.notices.say(model.now, Tone::Warn, text, None);
        }
    }
}

pub(super) fn matches(model: &mut Model, step: &mut Step, job: JobId, result: Result<Vec<SymbolMatch>, Refusal>) {
    let Some(Overlay::Search { job: asked, matches, refused, selected, .. }) = &mut model.overlay else { return };
    if *asked != Some(job) {
        return;
    }
    *asked = None;
    *selected = 0;
    match result {
        Ok(found) => {
            *refused = found.is_empty().then(|| SafeText::new(super::overlay::NO_MATCH));
            *matches = found;
        }
        Err(why) => {
            matches.clear();
            *refused = Some(why.text);
        }
    }
    step.draw(Redraw::Now);
}

pub(super) fn quotes(model: &mut Model, step: &mut Step, quotes: Vec<(ConId, Quote)>) {
    for (con_id, quote) in quotes {
        if select::is_visible(model, con_id) {
            step.draw(Redraw::Market);
        }
        model.market.last_at = model.market.last_at.max(quote.at);
        model.market.quotes.insert(con_id, quote);
    }
    // Ticks prove that the feed lives, as a heartbeat does.
    if select::is_current(model) {
        model.desk.alive = Some(model.now);
    }
}

/// Asks for the chart's bars if they are neither here nor asked for; a run along the list asks once, when it rests.
pub(super) fn want_bars(model: &mut Model, step: &mut Step) {
    let Some(con_id) = select::charted(model) else { return };
    let key = (con_id, model.panes.chart.interval);
    if model.market.bars.contains_key(&key)
        || !select::is_current(model)
        || !model.market.instruments.contains_key(&con_id)
    {
        model.panes.chart.ask_at = None;
        return;
    }
    let rest = model.panes.chart.asked_at.map(|at| at.plus(REST)).filter(|due| model.now.mono < due.mono);
    if rest.is_some() {
        model.panes.chart.ask_at = Some(model.now.plus(REST));
        return;
    }
    request(model, step, key);
    let excess = model.market.bars.len().saturating_sub(LINES_MAX);
    let old: Vec<(ConId, Interval)> = model.market.bars.keys().filter(|k| **k != key).take(excess).copied().collect();
    for (con_id, interval) in old {
        model.market.bars.shift_remove(&(con_id, interval));
        step.send(Command::StopBars { con_id, interval });
    }
}

fn request(model: &mut Model, step: &mut Step, key: (ConId, Interval)) {
    let Some(instrument) = model.market.instruments.get(&key.0).cloned() else { return };
    let job = next_job(model);
    match model.market.bars.get_mut(&key) {
        Some(Bars::Loaded { job: old, .. }) => *old = job,
        _ => {
            model.market.bars.insert(key, Bars::Loading(job));
        }
    }
    model.panes.chart.asked_at = Some(model.now);
    model.panes.chart.ask_at = None;
    step.push(Effect::Send(Command::Bars { job, instrument: Box::new(instrument), interval: key.1 }));
}

pub(super) fn bars(
    model: &mut Model,
    step: &mut Step,
    job: JobId,
    key: (ConId, Interval),
    result: Result<Vec<Bar>, Refusal>,
) {
    let asked = match model.market.bars.get(&key) {
        Some(Bars::Loading(asked) | Bars::Loaded { job: asked, .. }) => *asked == job,
        _ => false,
    };
    if !asked {
        return;
    }
    let bars = match result {
        Ok(bars) => Bars::Loaded { job, bars },
        Err(Refusal { code, text }) => Bars::Refused { code, text },
    };
    model.market.bars.insert(key, bars);
    draw_chart(model, step, key);
}

pub(super) fn bar(model: &mut Model, step: &mut Step, key: (ConId, Interval), bar: Bar) {
    let Some(Bars::Loaded { bars, .. }) = model.market.bars.get_mut(&key) else { return };
    match bars.last_mut() {
        Some(last) if last.start == bar.start => *last = bar,
        Some(last) if last.start > bar.start => return,
        _ => {
            if bars.len() >= BARS_MAX {
                bars.remove(0);
            }
            bars.push(bar);
            let chart = &mut model.panes.chart;
            // A panned chart keeps its bars where they are when a new one begins.
            if chart.back > 0 {
                chart.back = chart.back.saturating_add(1);
            }
            chart.cursor = chart.cursor.map(|c| c.saturating_add(1));
        }
    }
    draw_chart(model, step, key);
}

fn draw_chart(model: &Model, step: &mut Step, (con_id, interval): (ConId, Interval)) {
    if select::charted(model) == Some(con_id) && model.panes.chart.interval == interval {
        step.draw(Redraw::Market);
    }
}

/// Adds a symbol to the list, or selects it where it stands; the list is remembered.
pub(super) fn add_symbol(model: &mut Model, step: &mut Step, symbol: &SafeText) {
    let list = &mut model.panes.watchlist;
    match list.rows.iter().position(|r| r.symbol.eq_ignore_ascii_case(symbol)) {
        Some(index) => list.selected = index,
        None => {
            let con_id = select::by_symbol(model, symbol).map(|i| i.con_id);
            let list = &mut model.panes.watchlist;
            list.rows.push(Row { con_id, ..Row::of(symbol.clone()) });
            list.selected = list.rows.len().saturating_sub(1);
            if con_id.is_none() {
                find(model, step, symbol.clone());
            }
            save_list(model, step);
        }
    }
    model.panes.chart.opened = None;
    want_bars(model, step);
    step.draw(Redraw::Now);
}

pub(super) fn save_list(model: &Model, step: &mut Step) {
    let symbols = model.panes.watchlist.rows.iter().map(|r| r.symbol.to_string()).collect();
    step.push(Effect::SaveWatchlist(symbols));
}

/// Ends the quotes of a contract that nothing shows any more.
pub(super) fn forget(model: &mut Model, step: &mut Step, con_id: ConId) {
    if select::is_visible(model, con_id) {
        return;
    }
    model.market.instruments.shift_remove(&con_id);
    model.market.quotes.shift_remove(&con_id);
    step.send(Command::Unwatch(con_id));
    let old: Vec<(ConId, Interval)> = model.market.bars.keys().filter(|k| k.0 == con_id).copied().collect();
    for (con_id, interval) in old {
        model.market.bars.shift_remove(&(con_id, interval));
        step.send(Command::StopBars { con_id, interval });
    }
}
