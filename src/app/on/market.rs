//! Instruments and quotes: asked for, received, asked for again.

use super::bars;
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::{Model, Overlay};
use crate::app::notices::Tone;
use crate::app::select;
use crate::broker::event::Refusal;
use crate::broker::{Command, JobId, Link};
use crate::domain::SafeText;
use crate::domain::bar::BarKey;
use crate::domain::instrument::{ConId, Instrument, SymbolMatch};
use crate::domain::quote::Quote;
use crate::panes::watchlist::Row;
use crate::sentence::{self, Contract};

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
    bars::ask_all(model, step);
}

/// Positions and working orders whose contract is not known yet, by number: another contract may have the same name.
fn unknown_symbols(model: &Model) -> Vec<SafeText> {
    let held = model.positions.values().filter(|p| !p.qty.is_zero()).map(|p| p.con_id);
    let working = model.orders.live().map(|o| o.spec.con_id);
    let missing = held.chain(working).filter(|id| id.0 > 0 && !model.market.instruments.contains_key(id));
    missing.map(|id| SafeText::new(&Contract::ConId(id.0).to_string())).collect()
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
            if let Some(other) = model.panes.chart.compare.as_mut().filter(|c| c.symbol == symbol) {
                (other.con_id, other.symbol) = (Some(con_id), instrument.symbol.clone());
            }
            let asked = sentence::contract(&symbol, None).ok();
            if let Some(root) = asked.as_ref().filter(|a| a.is_front()).and_then(Contract::root) {
                model.market.fronts.insert(root.to_owned(), (con_id, model.now.eastern().date()));
            }
            let listed = model.panes.watchlist.rows.iter().any(|row| row.con_id == Some(con_id));
            if model.market.said.remove(&symbol) && !listed {
                model.panes.watchlist.rows.push(Row { con_id: Some(con_id), ..Row::of(instrument.symbol.clone()) });
                save_list(model, step);
            }
            step.send(Command::Watch(instrument.clone()));
            model.market.instruments.insert(con_id, *instrument);
            super::say::again(model);
            bars::want(model, step);
        }
        Err(refusal) => {
            model.market.said.remove(&symbol);
            for row in model.panes.watchlist.rows.iter_mut().filter(|r| r.symbol == symbol && r.con_id.is_none()) {
                row.refused = Some(refusal.text.clone());
            }
            model.panes.chart.compare.take_if(|c| c.symbol == symbol && c.con_id.is_none());
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
        let before = model.market.quotes.insert(con_id, quote).and_then(|old| old.last);
        bars::ticked(model, con_id, before);
    }
    // Ticks prove that the feed lives, as a heartbeat does.
    if select::is_current(model) {
        model.desk.alive = Some(model.now);
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
    bars::want(model, step);
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
    let old: Vec<BarKey> = model.market.bars.keys().filter(|k| k.con_id == con_id).copied().collect();
    for key in old {
        bars::drop_line(model, step, key);
    }
}
