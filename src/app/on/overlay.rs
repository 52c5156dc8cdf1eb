//! What floats above the panes: help, notices, the command line, the symbol search.

use tui_input::{Input, InputRequest};

use super::act::By;
use super::{blotter, cancel, chart, lists, market, ticket};
use crate::app::effect::Step;
use crate::app::model::{Model, Overlay, SearchFor};
use crate::app::notices::Tone;
use crate::app::saying;
use crate::broker::{Command, Link};
use crate::domain::SafeText;
use crate::domain::instrument::SymbolMatch;
use crate::panes::PaneKind;
use crate::panes::chart::StudyKind;
use crate::sentence;

/// More lines than any card has.
const LINES_MAX: usize = 10_000;

/// What stands in the search once the broker has answered that there is nothing.
pub(super) const NO_MATCH: &str = "no contract matches";

pub(super) fn command(model: &mut Model) {
    command_with(model, "");
}

/// Opens the command line with a text in it.
pub(super) fn command_with(model: &mut Model, text: &str) {
    let input = Input::new(text.to_owned());
    model.overlay = Some(Overlay::Command { input, errors: Vec::new(), fixed: None, recalled: None });
}

pub(super) fn search(model: &mut Model) {
    model.overlay = Some(Overlay::Search {
        input: Input::default(),
        job: None,
        matches: Vec::new(),
        refused: None,
        selected: 0,
        purpose: SearchFor::List,
    });
}

pub(super) fn help(model: &mut Model) {
    model.overlay = Some(Overlay::Help { top: 0, filter: Input::default() });
}

pub(super) fn notices(model: &mut Model) {
    model.notices.dismiss();
    model.overlay = Some(Overlay::Notices { top: 0 });
}

pub(super) fn away(model: &mut Model) {
    if model.away.told.is_some() {
        model.overlay = Some(Overlay::Away { top: 0 });
    } else {
        let text = "Nothing has changed behind your back since the start.";
        model.notices.say(model.now, Tone::Info, text, None);
    }
}

pub(super) fn eod(model: &mut Model) {
    model.overlay = Some(Overlay::Eod { top: 0 });
}

/// Esc: one step back.
pub(super) fn back(model: &mut Model, step: &mut Step) {
    match model.overlay.take() {
        Some(Overlay::Confirm) => {
            if let Some(staged) = &mut model.panes.ticket.staged {
                staged.confirming = false;
                staged.dirty = true;
            }
        }
        Some(Overlay::Filter { .. }) => {
            model.panes.blotter.filter.clear();
            lists::follow(model);
        }
        Some(_) => {}
        None if model.notices.dismiss() => {}
        None if model.workspace.focus == PaneKind::Blotter && !model.panes.blotter.filter.is_empty() => {
            model.panes.blotter.filter.clear();
            lists::follow(model);
        }
        None if model.workspace.zoomed.is_some() => model.workspace.zoomed = None,
        None if model.panes.chart.cursor.is_some() => {
            (model.panes.chart.cursor, model.panes.chart.level) = (None, None);
        }
        None if model.panes.chart.opened.is_some() => {
            model.panes.chart.opened = None;
            lists::chart_moved(model, step);
        }
        None if model.workspace.focus == PaneKind::Ticket => ticket::drop(model),
        None => {}
    }
}

/// Edits the text of the overlay.
pub(super) fn edit(model: &mut Model, step: &mut Step, request: InputRequest) {
    let mut ask = None;
    if let Some(Overlay::Filter { input }) = &mut model.overlay {
        input.handle(request);
        return blotter::filtered(model);
    }
    match &mut model.overlay {
        Some(Overlay::Arm { input }) => {
            input.handle(request);
            return super::arm::typed(model);
        }
        Some(Overlay::Help { top, filter }) => {
            filter.handle(request);
            *top = 0;
        }
        Some(Overlay::Command { input, errors, fixed, recalled }) => {
            let before = input.value().to_owned();
            input.handle(request);
            if input.value() != before {
                errors.clear();
                (*fixed, *recalled) = (None, None);
            }
        }
        Some(Overlay::Search { input, matches, refused, selected, job, .. }) => {
            let before = input.value().to_owned();
            input.handle(request);
            if input.value() != before {
                *selected = 0;
                *refused = None;
                let pattern = input.value().trim().to_owned();
                if pattern.is_empty() {
                    matches.clear();
                    *job = None;
                } else {
                    ask = Some(pattern);
                }
            }
        }
        _ => {}
    }
    if let Some(pattern) = ask {
        ask_matches(model, step, &pattern);
    }
}

/// Asks for the matches of what is typed; an answer to an earlier question is dropped.
fn ask_matches(model: &mut Model, step: &mut Step, pattern: &str) {
    let ready = matches!(model.desk.link, Link::Ready { .. });
    let asked = market::next_job(model);
    if let Some(Overlay::Search { job, refused, .. }) = &mut model.overlay {
        if ready {
            *job = Some(asked);
            step.send(Command::Search { job: asked, pattern: SafeText::new(pattern) });
        } else {
            *job = None;
            *refused = Some(SafeText::new("not connected: symbols are found once it is READY"));
        }
    }
}

/// Moves the selection, or the text, of the overlay.
pub(super) fn scroll(model: &mut Model, by: isize) {
    let said = model.notices.list.len();
    let history = &model.panes.ticket.history;
    match &mut model.overlay {
        Some(Overlay::Command { input, errors, fixed, recalled }) => {
            // Up goes back in time.
            let next = match (*recalled, by < 0) {
                (None, true) => Some(0),
                (Some(at), true) => Some(at.saturating_add(1).min(history.len().saturating_sub(1))),
                (Some(at), false) => at.checked_sub(1),
                (None, false) => return,
            };
            let said = next.and_then(|at| history.iter().rev().nth(at).cloned());
            if next.is_some() && said.is_none() {
                return;
            }
            *input = Input::new(said.unwrap_or_default());
            *recalled = next;
            errors.clear();
            *fixed = None;
        }
        Some(Overlay::Help { top, .. }) => *top = top.saturating_add_signed(by).min(10_000),
        // The last page is not known here: the view shows it where this would go beyond.
        Some(Overlay::Away { top } | Overlay::Eod { top } | Overlay::Order { top, .. }) => {
            *top = top.saturating_add_signed(by).min(LINES_MAX);
        }
        Some(Overlay::Notices { top }) => *top = top.saturating_add_signed(by).min(said.saturating_sub(1)),
        Some(Overlay::Search { matches, selected, .. }) => {
            *selected = selected.saturating_add_signed(by).min(matches.len().saturating_sub(1));
        }
        Some(Overlay::Studies { selected }) => {
            *selected = selected.saturating_add_signed(by).min(StudyKind::ALL.len().saturating_sub(1));
        }
        _ => {}
    }
}

/// Tab on the command line: what mends the first error, else the first word that may come next.
pub(super) fn complete(model: &mut Model) {
    let Some(Overlay::Command { input, errors, fixed, recalled }) = &mut model.overlay else { return };
    if let Some(text) = fixed.take() {
        *input = Input::new(text);
        errors.clear();
        *recalled = None;
        return;
    }
    let text = input.value().to_owned();
    let cursor = text.char_indices().nth(input.cursor()).map_or(text.len(), |(at, _)| at);
    let words = saying::complete(model, &text, cursor);
    let Some(Overlay::Command { input, errors, .. }) = &mut model.overlay else { return };
    let Some(first) = words.into_iter().find(|w| text.get(w.span.clone()) != Some(w.text)) else { return };
    let (before, after) = (text.get(..first.span.start), text.get(first.span.end..));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let start = format!("{before}{}{}", first.text, if after.is_empty() { " " } else { "" });
    *input = Input::new(format!("{start}{after}")).with_cursor(start.chars().count());
    errors.clear();
}

/// Enter in the command line or the search.
pub(super) fn accept(model: &mut Model, step: &mut Step) {
    match &model.overlay {
        Some(Overlay::Command { input, .. }) => {
            let text = input.value().to_owned();
            if matches!(text.trim(), "q" | "quit") {
                model.overlay = None;
                return cancel::quit(model, step, By::HAND);
            }
            match text.trim() {
                "eod" => return eod(model),
                "help" | "?" => return help(model),
                "notices" => return notices(model),
                "disarm" => {
                    model.overlay = None;
                    return super::arm::disarm(model);
                }
                "away" => {
                    model.overlay = None;
                    return away(model);
                }
                _ => {}
            }
            super::say::say(model, step, &text);
        }
        // Futures, options and pairs are not among the matches of a search; what names one is asked for by its name.
        Some(Overlay::Search { input, purpose, .. }) if derived(input.value()).is_some() => {
            let (purpose, name) = (*purpose, derived(input.value()).unwrap_or_default());
            take_symbol(model, step, purpose, Some((SafeText::new(&name), "STK".into())), "");
        }
        // A row for it would never show a price. How a share class is written in a search is not certain: such a
        // symbol is left to the contract request.
        Some(Overlay::Search { refused: Some(why), input, .. })
            if why.as_str() == NO_MATCH && !input.value().contains('.') =>
        {
            let text = format!("No contract matches {}.", SafeText::new(input.value().trim()));
            model.notices.say(model.now, Tone::Warn, text, None);
        }
        Some(Overlay::Search { matches, selected, input, purpose, job, refused }) => {
            let purpose = *purpose;
            let typed = input.value().trim().to_ascii_uppercase();
            // Until what stands there is answered the rows are those of an earlier text, and the first may be another company.
            let answered = job.is_none() && refused.is_none();
            let row = if answered {
                matches.get(*selected)
            } else {
                matches.iter().find(|m| m.symbol.as_str().eq_ignore_ascii_case(&typed))
            };
            // Its symbol alone would find the one that is listed in the United States.
            if let Some(SymbolMatch { symbol, primary_exchange, currency, .. }) = row.filter(|row| is_foreign(row)) {
                let text = format!(
                    "{symbol} of {primary_exchange} is traded in {currency}; only stocks in USD are shown here."
                );
                return model.notices.say(model.now, Tone::Warn, text, None);
            }
            let chosen = row.map(|m| (m.symbol.clone(), m.sec_type.clone()));
            take_symbol(model, step, purpose, chosen, &typed);
        }
        Some(
            Overlay::Help { .. }
            | Overlay::Notices { .. }
            | Overlay::Away { .. }
            | Overlay::Eod { .. }
            | Overlay::Filter { .. }
            | Overlay::Order { .. },
        ) => {
            model.overlay = None;
        }
        _ => {}
    }
}

fn is_foreign(found: &SymbolMatch) -> bool {
    found.sec_type.as_str() == "STK" && !matches!(found.currency.as_str(), "" | "USD")
}

/// The name of anything but a stock, if a text is one.
fn derived(text: &str) -> Option<String> {
    let contract = sentence::contract(text.trim(), None).ok()?;
    let name = contract.name()?;
    (contract.class() != sentence::Class::Stock || name.starts_with("ind:")).then_some(name)
}

fn take_symbol(
    model: &mut Model,
    step: &mut Step,
    purpose: SearchFor,
    chosen: Option<(SafeText, SafeText)>,
    typed: &str,
) {
    let mut take = |model: &mut Model, symbol: &SafeText| {
        model.overlay = None;
        if purpose == SearchFor::Compare {
            return chart::compare_with(model, step, symbol);
        }
        market::add_symbol(model, step, symbol);
        model.workspace.focus_on(PaneKind::Watchlist);
        lists::follow(model);
    };
    match chosen {
        Some((symbol, kind)) if kind.as_str() == "IND" => take(model, &SafeText::new(&format!("ind:{symbol}"))),
        Some((symbol, kind)) if kind.as_str() != "STK" => {
            let text = format!("{symbol} is of the kind {kind}, which is not shown yet.");
            model.notices.say(model.now, Tone::Warn, text, None);
        }
        Some((symbol, _)) => take(model, &symbol),
        // No answer yet: what was typed is taken as a symbol only if it can be one, and the broker has the last word.
        None if !typed.is_empty() && typed.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') => {
            take(model, &SafeText::new(typed));
        }
        None => {}
    }
}
