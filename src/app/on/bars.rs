//! Bars: asked for, received, scrolled back page by page, driven by ticks between the broker's updates.
//!
//! Invariants: a run along the list asks once it rests; at most [`LINES_MAX`] contracts and intervals are kept up to date
//! and those on the screen are; a page is asked for only while the window reaches beyond the oldest bar, one at a time; a
//! tick moves the last bar only while its quote is live and the bar covers this hour, and what the broker then says of
//! the bar replaces it.
//!
//! Must not know: how anything is drawn.

use std::time::Duration;

use super::{chart, market};
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::{Bars, Model, Older};
use crate::app::{market_context, select};
use crate::broker::event::Refusal;
use crate::broker::{Command, JobId};
use crate::clock::{Phase, Stamp};
use crate::domain::bar::{Bar, BarHours, BarKey, Interval};
use crate::domain::calendar::Hours;
use crate::domain::instrument::ConId;
use crate::money::Price;

/// Bars of one contract kept at most.
const BARS_MAX: usize = 10_000;
/// Contracts and intervals whose bars are kept up to date at once.
const LINES_MAX: usize = 6;
/// A run along the list asks for bars once it rests for so long: IB allows 60 questions in ten minutes.
const REST: Duration = Duration::from_millis(200);
/// How long after a refusal for the pace of questions it is asked again.
const PACED: Duration = Duration::from_mins(1);
/// How long after silence it is asked again.
const SILENT: Duration = Duration::from_secs(15);
/// So many pages without a bar in a row are the beginning of history.
const EMPTY_MAX: u8 = 8;

/// After each (re)connection: refusals are forgotten, everything else is asked for again.
pub(super) fn ask_all(model: &mut Model, step: &mut Step) {
    model.market.bars.retain(|_, b| !matches!(b, Bars::Refused { .. }));
    for bars in model.market.bars.values_mut() {
        if let Bars::Loaded { older: older @ Older::Asked { .. }, .. } = bars {
            *older = Older::More;
        }
    }
    let waiting: Vec<BarKey> = model.market.bars.keys().copied().collect();
    for key in waiting {
        request(model, step, key);
    }
    want(model, step);
}

/// Asks for the chart's bars if they are neither here nor asked for; a run along the list asks once, when it rests.
pub(super) fn want(model: &mut Model, step: &mut Step) {
    let keys = wanted(model);
    let missing: Vec<BarKey> = keys.iter().copied().filter(|key| is_missing(model, *key)).collect();
    if missing.is_empty() {
        model.panes.chart.ask_at = None;
        return want_older(model, step);
    }
    let rest = model.panes.chart.asked_at.map(|at| at.plus(REST)).filter(|due| model.now.mono < due.mono);
    if rest.is_some() {
        model.panes.chart.ask_at = Some(model.now.plus(REST));
        return;
    }
    for key in missing {
        request(model, step, key);
    }
    let excess = model.market.bars.len().saturating_sub(LINES_MAX);
    let old: Vec<BarKey> = model.market.bars.keys().filter(|k| !keys.contains(k)).take(excess).copied().collect();
    for key in old {
        drop_line(model, step, key);
    }
}

/// The bars on the screen, and the days of the selected contract: stops and sentences are measured by them.
fn wanted(model: &Model) -> Vec<BarKey> {
    let mut keys = select::chart_keys(model);
    let days = select::subject(model).filter(|id| !market_context::has_days(model, *id)).map(days_of);
    keys.extend(days.filter(|key| !keys.contains(key)));
    keys
}

const fn days_of(con_id: ConId) -> BarKey {
    BarKey { con_id, interval: Interval::Day1, hours: BarHours::Regular }
}

/// Keeps past days; they do not change any more, so nothing but the chart keeps asking for them.
fn keep_days(model: &mut Model, step: &mut Step, key: BarKey) {
    if key != days_of(key.con_id) {
        return;
    }
    if let Some(Bars::Loaded { bars, .. }) = model.market.bars.get(&key) {
        let days = market_context::past_days(bars, model.now.eastern().date());
        model.market.days.insert(key.con_id, days);
        if !select::chart_keys(model).contains(&key) {
            drop_line(model, step, key);
        }
    }
}

/// Whether bars on the screen have to be asked for.
fn is_missing(model: &Model, key: BarKey) -> bool {
    let asks = match model.market.bars.get(&key) {
        None => true,
        Some(Bars::Refused { again, .. }) => again.is_some_and(|at| at.mono <= model.now.mono),
        Some(_) => false,
    };
    asks && select::is_current(model) && model.market.instruments.contains_key(&key.con_id)
}

/// When refused bars on the screen are asked for again.
pub(in crate::app) fn again_at(model: &Model) -> Option<Stamp> {
    if !select::is_current(model) {
        return None;
    }
    let again = wanted(model).into_iter().filter_map(|key| match model.market.bars.get(&key) {
        Some(Bars::Refused { again, .. }) => *again,
        _ => None,
    });
    again.min_by_key(|at| at.mono)
}

/// Refused bars on the screen are asked for anew: the trader came back to them.
pub(super) fn forget_refusals(model: &mut Model) {
    for key in wanted(model) {
        if matches!(model.market.bars.get(&key), Some(Bars::Refused { .. })) {
            model.market.bars.shift_remove(&key);
        }
    }
}

fn request(model: &mut Model, step: &mut Step, key: BarKey) {
    let Some(instrument) = model.market.instruments.get(&key.con_id).cloned() else { return };
    let job = market::next_job(model);
    match model.market.bars.get_mut(&key) {
        Some(Bars::Loaded { job: old, .. }) => *old = job,
        _ => {
            model.market.bars.insert(key, Bars::Loading(job));
        }
    }
    model.panes.chart.asked_at = Some(model.now);
    model.panes.chart.ask_at = None;
    step.push(Effect::Send(Command::Bars { job, instrument: Box::new(instrument), key }));
}

/// Bars nothing shows any more.
pub(super) fn drop_line(model: &mut Model, step: &mut Step, key: BarKey) {
    model.market.bars.shift_remove(&key);
    step.send(Command::StopBars(key));
}

/// Asks for a page of older bars while the window reaches beyond the oldest.
pub(super) fn want_older(model: &mut Model, step: &mut Step) {
    if !select::is_current(model) {
        return;
    }
    let reach = model.panes.chart.back.saturating_add(chart::bars_shown(model));
    for key in select::chart_keys(model) {
        let Some(Bars::Loaded { bars, older: Older::More, .. }) = model.market.bars.get(&key) else { continue };
        let Some(oldest) = bars.first().filter(|_| bars.len() <= reach && bars.len() < BARS_MAX) else { continue };
        let before = oldest.start;
        ask_older(model, step, key, before, 0);
    }
}

fn ask_older(model: &mut Model, step: &mut Step, key: BarKey, before: i64, empty: u8) {
    let Some(instrument) = model.market.instruments.get(&key.con_id).cloned() else { return };
    let job = market::next_job(model);
    if let Some(Bars::Loaded { older, .. }) = model.market.bars.get_mut(&key) {
        *older = Older::Asked { job, before, empty };
        step.send(Command::OlderBars { job, instrument: Box::new(instrument), key, before });
    }
}

pub(super) fn arrived(model: &mut Model, step: &mut Step, job: JobId, key: BarKey, result: Result<Vec<Bar>, Refusal>) {
    let known = match model.market.bars.get_mut(&key) {
        Some(Bars::Loading(asked)) if *asked == job => Vec::new(),
        Some(Bars::Loaded { job: asked, bars, .. }) if *asked == job => std::mem::take(bars),
        _ => return,
    };
    let bars = match result {
        Ok(bars) => Bars::Loaded { job, bars: joined(known, bars), older: Older::More },
        Err(refusal) => {
            let again = retry(&refusal).map(|wait| model.now.plus(wait));
            Bars::Refused { code: refusal.code, text: refusal.text, again }
        }
    };
    model.market.bars.insert(key, bars);
    keep_days(model, step, key);
    draw(model, step, key);
    want_older(model, step);
}

/// After which time a refusal is worth another question; `None` if it would be refused again.
fn retry(refusal: &Refusal) -> Option<Duration> {
    let paced = refusal.text.to_lowercase().contains("pacing");
    match refusal.code {
        Some(162 | 420) if paced => Some(PACED),
        Some(366 | 322) | None => Some(SILENT),
        _ => None,
    }
}

/// What was known before, as far as it reaches the new bars without a gap, and the new bars.
fn joined(mut known: Vec<Bar>, new: Vec<Bar>) -> Vec<Bar> {
    let Some(first) = new.first() else { return new };
    if known.last().is_none_or(|last| last.start < first.start) {
        return new;
    }
    known.retain(|bar| bar.start < first.start);
    known.extend(new);
    known
}

pub(super) fn older(model: &mut Model, step: &mut Step, job: JobId, key: BarKey, result: Result<Vec<Bar>, Refusal>) {
    let hours = model.desk.hours;
    let Some(Bars::Loaded { bars, older, .. }) = model.market.bars.get_mut(&key) else { return };
    let Older::Asked { before, empty, .. } = *older else { return };
    let (Older::Asked { job: asked, .. }, Some(oldest)) = (*older, bars.first().map(|b| b.start)) else { return };
    if asked != job {
        return;
    }
    let page: Vec<Bar> = match result {
        Ok(page) => page.into_iter().filter(|b| b.start < oldest).collect(),
        // What is here stays; the next key that reaches beyond it asks again.
        Err(_) => {
            *older = Older::More;
            return draw(model, step, key);
        }
    };
    if !page.is_empty() {
        *older = Older::More;
        bars.splice(0..0, page);
    } else if key.interval >= Interval::Min1 || empty >= EMPTY_MAX {
        *older = Older::End;
    } else {
        // Short bars come by the clock: a page may hold nothing but a quiet hour or a night.
        let earlier = stretch_before(hours, key.hours, before);
        ask_older(model, step, key, earlier, empty.saturating_add(1));
    }
    draw(model, step, key);
    want_older(model, step);
}

/// Where the page before a page without bars ends: an hour earlier, or at the end of the session before.
fn stretch_before(hours: Hours, covered: BarHours, before: i64) -> i64 {
    const HOUR: i64 = 3_600;
    let eve = Stamp::at(before.saturating_sub(1).saturating_mul(1_000_000_000)).eastern();
    let traded = match covered {
        BarHours::Regular => hours.phase(&eve) == Phase::Regular,
        BarHours::Extended => !matches!(hours.phase(&eve), Phase::Closed | Phase::Overnight),
    };
    // After the close trading goes on for four hours.
    let after = if covered == BarHours::Extended { HOUR.saturating_mul(4) } else { 0 };
    let hour = before.saturating_sub(HOUR);
    let close = hours.close_before(before.saturating_sub(after)).map(|close| close.saturating_add(after));
    if traded { hour } else { close.unwrap_or(hour).min(before.saturating_sub(1)) }
}

/// The broker says what a bar is now, or that a new one began.
pub(super) fn changed(model: &mut Model, step: &mut Step, key: BarKey, bar: Bar) {
    let Some(Bars::Loaded { bars, .. }) = model.market.bars.get_mut(&key) else { return };
    match bars.binary_search_by_key(&bar.start, |b| b.start) {
        Ok(at) => {
            if let Some(slot) = bars.get_mut(at) {
                *slot = bar;
            }
        }
        Err(at) if at == bars.len() => append(model, key, bar),
        Err(_) => return,
    }
    draw(model, step, key);
}

/// A new bar at the end: a panned chart keeps its bars where they are, and the crosshair stays on its bar.
fn append(model: &mut Model, key: BarKey, bar: Bar) {
    let shown = select::chart_key(model) == Some(key);
    let Some(Bars::Loaded { bars, .. }) = model.market.bars.get_mut(&key) else { return };
    if bars.len() >= BARS_MAX {
        bars.remove(0);
    }
    bars.push(bar);
    let chart = &mut model.panes.chart;
    if shown {
        if chart.back > 0 {
            chart.back = chart.back.saturating_add(1);
        }
        chart.cursor = chart.cursor.map(|c| c.saturating_add(1));
    }
}

/// A quote changed: the last bars of its contract follow its last price.
pub(super) fn ticked(model: &mut Model, con_id: ConId, before: Option<Price>) {
    let Some(quote) = model.market.quotes.get(&con_id) else { return };
    let Some(last) = quote.last.filter(|last| Some(*last) != before && quote.last_at == quote.at) else { return };
    if !select::truth(model, con_id).is_live() {
        return;
    }
    let phase = model.desk.hours.phase(&model.now.eastern());
    let seconds = model.now.wall.div_euclid(1_000_000_000);
    let keys: Vec<BarKey> = model.market.bars.keys().copied().filter(|key| key.con_id == con_id).collect();
    for key in keys {
        let open = match key.hours {
            BarHours::Extended if !key.interval.is_daily() => !matches!(phase, Phase::Closed | Phase::Overnight),
            _ => phase == Phase::Regular,
        };
        if open {
            follow(model, key, last, seconds);
        }
    }
}

/// The last bar takes a trade in, or the next one begins with it.
fn follow(model: &mut Model, key: BarKey, last: Price, seconds: i64) {
    let Some(Bars::Loaded { bars, .. }) = model.market.bars.get_mut(&key) else { return };
    let Some(bar) = bars.last_mut() else { return };
    if key.interval.holds(bar.start, seconds) {
        (bar.high, bar.low, bar.close) = (bar.high.max(last), bar.low.min(last), last);
    } else if let Some(start) = key.interval.start_of(seconds).filter(|start| *start > bar.start) {
        // How much has traded in it only the broker knows.
        append(model, key, Bar { start, open: last, high: last, low: last, close: last, volume: None });
    }
}

fn draw(model: &Model, step: &mut Step, key: BarKey) {
    if select::chart_keys(model).contains(&key) {
        step.draw(Redraw::Market);
    }
}
