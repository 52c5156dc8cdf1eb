//! The guard's own states: REDUCE by loss, by fills that nobody was there for, and by hand; limits that are typed.
//!
//! Invariants: REDUCE is set by one key and lifted by a typed word alone; what is tighter holds at once, what is looser a
//! minute later, whether it was typed or comes from the file read again, and every change is said, which puts it into the
//! journal; the file undoes nothing that was typed, unless what it says has been edited since and is tighter.
//!
//! Must not know: the screen. Absent: loosening for orders of before; what changes a working order is judged by the limits of
//! its own moment.

use rust_decimal::Decimal;

use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::{Journal, Loosened, Looser, Model};
use crate::app::notices::Tone;
use crate::app::{day, select};
use crate::clock::Stamp;
use crate::domain::order::OrderKey;
use crate::journal::Entry;
use crate::risk::{self, LOOSENS_AFTER, Limits, Tuned};

/// Whether REDUCE holds now.
fn is_reduced(model: &Model) -> bool {
    model.desk.reduced == Some(select::session_date(model))
}

/// Sets REDUCE once the day's loss is beyond the limit (G24); it holds for the session, until the trader lifts it.
pub(super) fn reduce_on_loss(model: &mut Model, step: &mut Step) {
    let session = Some(select::session_date(model));
    if model.desk.reduced == session || model.desk.released == session {
        return;
    }
    let rows = model.desk.limits.rows(model.desk.mode);
    if !risk::is_loss_beyond(day::worse(model), model.account.net_liquidation, rows) {
        return;
    }
    let text = format!(
        "Day loss above {}% of NLV (G24). REDUCE: exits only, until the next session or :resume.",
        rows.loss_max
    );
    (model.desk.reduced, model.desk.reduced_on_loss) = (session, true);
    model.notices.say(model.now, Tone::Error, text, None);
    step.push(Effect::Bell);
    step.draw(Redraw::Now);
}

/// Adds up the session's fills again where one has come, or another session has begun.
pub(in crate::app) fn count(model: &mut Model, step: &mut Step) {
    if model.orders.traded.date != Some(select::session_date(model)) {
        model.orders.traded = day::traded(model);
        reduce_on_loss(model, step);
    }
}

/// A fill of an order: where no key of this desk has sent it, and none has been pressed since the last such fills, enough of
/// them set REDUCE (G23).
pub(super) fn filled(model: &mut Model, step: &mut Step, key: &OrderKey) {
    if model.orders.scripted.shift_remove(key) {
        unattended(model, step);
    }
}

/// An order that no key has sent has filled.
pub(super) fn unattended(model: &mut Model, step: &mut Step) {
    model.desk.unattended = model.desk.unattended.saturating_add(1);
    let rows = model.desk.limits.rows(model.desk.mode);
    if is_reduced(model) || !risk::is_unattended(model.desk.unattended, rows) {
        return;
    }
    let text = format!(
        "{} orders of the command line have filled without a key here (G23). REDUCE: exits only, until :resume.",
        model.desk.unattended
    );
    (model.desk.reduced, model.desk.reduced_on_loss) = (Some(select::session_date(model)), false);
    model.notices.say(model.now, Tone::Error, text, None);
    step.push(Effect::Bell);
    step.draw(Redraw::Now);
}

/// REDUCE by hand, for the session.
pub(super) fn reduce(model: &mut Model, step: &mut Step) {
    let text = if is_reduced(model) {
        "REDUCE is set already: exits only, until the next session or :resume."
    } else {
        (model.desk.reduced, model.desk.reduced_on_loss) = (Some(select::session_date(model)), false);
        "REDUCE: exits only, until the next session or :resume."
    };
    model.notices.say(model.now, Tone::Warn, text, None);
    step.draw(Redraw::Now);
}

/// HALT by the word: nothing is cancelled.
pub(super) fn halt(model: &mut Model, step: &mut Step) {
    model.desk.halted = true;
    step.draw(Redraw::Now);
    model.notices.say(model.now, Tone::Warn, "HALT. Exits and cancels only; o h lifts it.", None);
}

/// `o h`: lifts HALT, unless the journal is why. REDUCE stays: it takes the word.
pub(super) fn lift(model: &mut Model) {
    let text = match lift_halt(model) {
        Some(text) => text,
        None if is_reduced(model) => "REDUCE is lifted by typing it: :resume.".into(),
        None => "There is no HALT.".into(),
    };
    model.notices.say(model.now, Tone::Info, text, None);
}

/// `:resume`: lifts HALT and REDUCE. A loss that is beyond the limit then asks for the rest of the session.
pub(super) fn resume(model: &mut Model) {
    let halt = lift_halt(model);
    let reduce = is_reduced(model).then(|| {
        let session = model.desk.reduced.take();
        model.desk.unattended = 0;
        let rows = model.desk.limits.rows(model.desk.mode);
        let beyond = risk::is_loss_beyond(day::worse(model), model.account.net_liquidation, rows);
        if beyond || std::mem::take(&mut model.desk.reduced_on_loss) {
            model.desk.released = session;
            "REDUCE is lifted for this session. Entries ask while the loss is above its limit.".to_owned()
        } else {
            "REDUCE is lifted.".to_owned()
        }
    });
    let said: Vec<String> = halt.into_iter().chain(reduce).collect();
    let text = if said.is_empty() { "There is no HALT and no REDUCE.".to_owned() } else { said.join(" ") };
    model.notices.say(model.now, Tone::Info, text, None);
}

fn lift_halt(model: &mut Model) -> Option<String> {
    if let Journal::Failed(why) = &model.desk.journal {
        return Some(format!("HALT stays: the journal cannot be written: {why}."));
    }
    if !model.desk.halted {
        return None;
    }
    (model.desk.halted, model.desk.killed_at) = (false, None);
    Some("HALT is lifted.".into())
}

/// `:limit NAME NUMBER`.
pub(super) fn limit(model: &mut Model, step: &mut Step, name: &str, to: Decimal) -> Result<(), String> {
    let mode = model.desk.mode;
    let tuned = model.desk.limits.tuned(mode, name, to)?;
    let change = words(&tuned);
    forget(model, tuned.row);
    model.desk.typed_limits.insert(tuned.row);
    let text = if tuned.from == tuned.to {
        format!("{} is {} already.", tuned.row, number(tuned.to))
    } else if tuned.loosens {
        let at = model.now.plus(LOOSENS_AFTER);
        model.desk.loosened.push(Loosened { what: Looser::Row(tuned), at });
        format!("{change} for {} from {} on; until then it stays.", mode.word().to_lowercase(), clock(at))
    } else {
        model.desk.limits.tune(mode, &tuned);
        tell_limits(model, step);
        format!("{change} for {}, from now on.", mode.word().to_lowercase())
    };
    model.notices.say(model.now, Tone::Warn, text, None);
    Ok(())
}

/// Keeps the limits that were typed as they hold now, for the commands of the profile.
fn tell_limits(model: &Model, step: &mut Step) {
    let mode = model.desk.mode;
    let typed = model.desk.typed_limits.iter();
    let limits = typed.filter_map(|row| Some(((*row).to_owned(), model.desk.limits.number(mode, row)?))).collect();
    step.note(Entry::Tuned { limits });
}

/// What waits to loosen a limit is taken back.
fn forget(model: &mut Model, row: &str) {
    model.desk.loosened.retain(|waiting| !matches!(&waiting.what, Looser::Row(tuned) if tuned.row == row));
}

/// `risk.toml` was read again: what is tighter in it holds now, what is looser in a minute. A limit that was typed stays,
/// unless it has been edited in the file since and is tighter there. What that comes to, in short; `None` where nothing
/// differs.
pub(super) fn reread(model: &mut Model, file: Limits) -> Option<String> {
    let (mode, at) = (model.desk.mode, model.now.plus(LOOSENS_AFTER));
    let edited = model.settings.limits.differing(mode, &file);
    let is_typed = |model: &Model, row| model.desk.typed_limits.contains(row);
    // What the file alone has set waiting is judged again; what it still says keeps its minute.
    let waiting = std::mem::take(&mut model.desk.loosened);
    let own = |l: &Loosened| matches!(&l.what, Looser::Row(tuned) if is_typed(model, tuned.row));
    let (typed, before): (Vec<_>, Vec<_>) = waiting.into_iter().partition(own);
    model.desk.loosened = typed;
    let (mut tighter, mut looser, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for tuned in model.desk.limits.differing(mode, &file) {
        let typed = is_typed(model, tuned.row);
        if typed && (tuned.loosens || !edited.iter().any(|edit| edit.row == tuned.row)) {
            kept.push(tuned.row.to_owned());
        } else if tuned.loosens {
            looser.push((words(&tuned), Looser::Row(tuned)));
        } else {
            forget(model, tuned.row);
            model.desk.limits.tune(mode, &tuned);
            tighter.push(words(&tuned));
        }
    }
    let symbols = model.desk.limits.tighter_symbols(mode, &file);
    if symbols != file.symbols {
        looser.push(("limits of single symbols".to_owned(), Looser::Symbols(file.symbols.clone())));
    }
    if symbols != model.desk.limits.symbols {
        tighter.push("limits of single symbols".to_owned());
        model.desk.limits.symbols = symbols;
    }
    model.settings.limits = file;
    let mut parts: Vec<String> = tighter.iter().map(|change| format!("{change} now")).collect();
    let mut last = at;
    for (change, what) in looser.iter().cloned() {
        let at = before.iter().find(|l| l.what == what).map_or(at, |l| l.at);
        last = at;
        parts.push(format!("{change} from {} on", clock(at)));
        model.desk.loosened.push(Loosened { what, at });
    }
    parts.extend(kept.iter().map(|row| format!("{row} stays as typed")));
    if parts.is_empty() {
        return None;
    }
    let text = format!("risk.toml was read again: {}.", parts.join("; "));
    model.notices.say(model.now, Tone::Warn, text, None);
    let short = [
        (tighter.len(), " tighter now".to_owned()),
        (looser.len(), format!(" looser from {} on", clock(last))),
        (kept.len(), " as typed".to_owned()),
    ];
    let short: Vec<String> = short.iter().filter(|(n, _)| *n > 0).map(|(n, text)| format!("{n}{text}")).collect();
    Some(format!("Read again: {}.", short.join(", ")))
}

/// Limits whose minute has passed take effect.
pub(super) fn loosen_due(model: &mut Model, step: &mut Step) {
    let (now, mode) = (model.now, model.desk.mode);
    let waiting = std::mem::take(&mut model.desk.loosened);
    let (due, waiting): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|waiting| waiting.at.mono <= now.mono);
    model.desk.loosened = waiting;
    for Loosened { what, .. } in due {
        let change = match what {
            Looser::Row(tuned) => {
                model.desk.limits.tune(mode, &tuned);
                tell_limits(model, step);
                words(&tuned)
            }
            Looser::Symbols(symbols) => {
                model.desk.limits.symbols = symbols;
                "Limits of single symbols are looser".to_owned()
            }
        };
        let text = format!("{change} for {} now.", mode.word().to_lowercase());
        model.notices.say(now, Tone::Warn, text, None);
        step.draw(Redraw::Now);
    }
}

/// `value_max 100 → 120`.
fn words(tuned: &Tuned) -> String {
    format!("{} {} → {}", tuned.row, number(tuned.from), number(tuned.to))
}

fn number(limit: Option<Decimal>) -> String {
    limit.map_or_else(|| "none".to_owned(), |limit| limit.normalize().to_string())
}

/// `15:31:20 ET`.
fn clock(at: Stamp) -> String {
    at.eastern().strftime("%H:%M:%S ET").to_string()
}
