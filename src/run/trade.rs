//! `tradewind buy`, `sell`, `short`, `close`, `modify`, `cancel`, `flatten`, `reverse`: one sentence, said to a desk without a
//! screen.
//!
//! The desk is the workstation's own: the sentence is staged on its ticket, judged by the same guard, recorded by the same
//! journal before it is sent, and looked for by the same SYNC when no answer comes. What keys do on a screen is done here
//! with what was typed: who typed a whole sentence has seen it, `--yes` is the answer to the confirmation.
//!
//! Invariants: nothing is sent before the connection is READY and the journal open; a live account is reached with
//! `--profile` on the command line and `--yes` alone; a confirmation without `--yes` is a refusal; an order that was handed
//! over ends in what the broker said of it, or as unknown (exit code 3), never as a guess; one command of a profile sends at
//! a time, and hears the others' orders and HALT right before.
//!
//! Absent: `roll`, `exercise`, `lapse` (there are no instruments for them yet), `halt` and `resume` (the workstation's), a
//! global cancel, REDUCE and limits that a workstation was told while it runs (HALT is heard), `manualOrderIndicator` (a field of futures, which are not traded yet).

mod answers;
mod connect;
mod gate;
mod headless;
mod outcome;
mod seat;
mod send;
mod whose;

use std::io::{self, Write};

use color_eyre::eyre::{Report, WrapErr};

use self::headless::Desk;
use self::outcome::{Failure, Outcome};
use super::log;
use super::parse;
use super::parts::Parts;
use super::plan::Place;
use crate::app::action::Action;
use crate::app::arm_for_one_command;
use crate::app::model::{Model, Overlay};
use crate::app::words;
use crate::cli;
use crate::cli::order::Say;
use crate::clock::Stamp;
use crate::domain::account::Mode;
use crate::sentence::{self, Manage, Sentence};

/// What is to be done.
struct Errand {
    /// The sentence as it is said, without `preview`.
    text: String,
    sentence: Sentence,
    preview: bool,
    yes: bool,
    /// Whether the client id was chosen on the command line.
    chosen: bool,
}

/// Runs one of them; the exit code.
pub fn run(common: &cli::Common, verb: &str, say: &Say) -> Result<i32, Report> {
    let text = std::iter::once(verb).chain(say.words.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let read = match sentence::read(&text, Some(Stamp::now().eastern().date())) {
        Ok(read) => read,
        Err(faults) => {
            parse::complain(&text, faults, say.json)?;
            if say.words.iter().any(|word| word.starts_with("--")) {
                writeln!(io::stderr(), "Options stand before the sentence: tradewind {verb} --yes 100 AAPL …")?;
            }
            return Ok(2);
        }
    };
    let place = Place::find(common)?;
    if let Some(why) = unallowed(common, &place, &read.sentence, say) {
        writeln!(io::stderr(), "tradewind: {why}")?;
        return Ok(2);
    }
    let (sentence, preview) = without_preview(read.sentence);
    let text = if preview { sentence.to_string() } else { text };
    let errand = Errand { text, sentence, preview, yes: say.yes, chosen: say.client.is_some() };
    let outcome = carry_out(&place, &errand, say.client)?;
    outcome.print(say.json)?;
    Ok(outcome.code())
}

/// Why this command line reaches no account.
fn unallowed(common: &cli::Common, place: &Place, sentence: &Sentence, say: &Say) -> Option<String> {
    let cancels = matches!(sentence, Sentence::Manage(manage) if matches!(**manage, Manage::Cancel(_)));
    // What is built in may stand for another account, or for wider limits, than the files were to name.
    let spared = cancels && common.profile.is_some();
    if !spared && !place.warnings.problems.is_empty() {
        let problems: Vec<String> = place.warnings.problems.iter().map(ToString::to_string).collect();
        return Some(format!("no order is sent on files with mistakes.\n{}", problems.join("\n")));
    }
    if place.profile.mode != Mode::Live {
        return None;
    }
    let name = &place.profile.name;
    let preview = sentence.entry().is_some_and(|entry| entry.clauses.attributes.preview);
    if common.profile.is_none() {
        return Some(format!(
            "the profile {name} is live: say --profile {name} before the sentence. Nothing was sent."
        ));
    }
    if place.profile.read_only && !cancels && !preview {
        return Some(format!(
            "the profile {name} is live and read-only: `read_only = false` under [profile.{name}] in settings.toml allows orders. Nothing was sent."
        ));
    }
    (!say.yes && !cancels && !preview)
        .then(|| format!("the profile {name} is live: each order needs --yes before the sentence. Nothing was sent."))
}

/// The sentence as an order, and whether only the guard's word on it is wanted.
fn without_preview(sentence: Sentence) -> (Sentence, bool) {
    match sentence {
        Sentence::Entry(mut entry) => {
            let preview = std::mem::take(&mut entry.clauses.attributes.preview);
            (Sentence::Entry(entry), preview)
        }
        other @ Sentence::Manage(_) => (other, false),
    }
}

/// Opens a desk, has it carry the errand out, and takes it apart again.
fn carry_out(place: &Place, errand: &Errand, client: Option<i32>) -> Result<Outcome, Report> {
    let log = log::start(&place.paths.log, place.settings.log)
        .wrap_err_with(|| format!("{} cannot be used", place.paths.log.display()))?;
    let seat = seat::take(place, client, &whose::reach(&errand.sentence))?;
    let known = seat::known(&place.folder, seat.number)?;
    let mut parts = Parts::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let outcome = runtime.block_on(async {
        let mut desk = Desk::open(place, &seat, whose::contract(&errand.sentence).into_iter().collect(), &mut parts)?;
        desk.model.desk.halted = known.halted;
        desk.model.orders.recent = known.recent;
        desk.model.desk.accepted = known.accepted;
        let mut outcome = obey(&mut desk, errand).await;
        outcome.notes.extend(told(&desk.model));
        if parts.hosts() && desk.model.orders.live().next().is_some() {
            let note = "No workstation runs: the paper market stands still again, and orders wait until one does.";
            outcome.notes.push(note.to_owned());
        }
        Ok::<_, Report>(outcome)
    });
    let late = parts.end();
    if !late.is_empty() {
        tracing::warn!(?late, "not ended in time");
    }
    drop(log);
    outcome
}

/// What happened since the desk of this seat was last there.
fn told(model: &Model) -> Option<String> {
    let away = model.away.told.as_ref()?;
    let counts = [(away.orders.len(), "order"), (away.executions.len(), "fill"), (away.positions.len(), "position")];
    let changed: Vec<String> =
        counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| words::count(n, what)).collect();
    let client = model.desk.client_id;
    (!changed.is_empty()).then(|| {
        format!(
            "Changed since client {client} was last connected: {}; `tradewind journal --events` tells.",
            changed.join(", ")
        )
    })
}

/// Does what was said; how it ended.
async fn obey(desk: &mut Desk, errand: &Errand) -> Outcome {
    if let Err(outcome) = connect::connect(desk, errand).await {
        return *outcome;
    }
    if let Some(why) =
        whose::number(&errand.sentence).and_then(|number| whose::elsewhere(&desk.model, number, errand.chosen))
    {
        return Outcome::refused(&desk.model, why);
    }
    // `--yes` after a profile that is named is what the last characters of the account are in the workstation. Exits and
    // cancels go without it.
    let arms = errand.yes || errand.preview;
    let unarmed = arms.then(|| arm_for_one_command(&mut desk.model)).and_then(Result::err);
    let mut outcome = said(desk, errand).await;
    outcome.notes.extend(unarmed.map(|why| format!("{why} Exits and cancels need none of it.")));
    outcome
}

/// Says the sentence and does what it says.
async fn said(desk: &mut Desk, errand: &Errand) -> Outcome {
    desk.say(&errand.text);
    // What the guard only asks about a cancel (G32) passes the second time.
    let asked = desk.model.desk.cancel_asked.is_some();
    if asked && errand.yes {
        desk.act(Action::TextAccept);
    }
    if let Some(Overlay::Command { errors, .. }) = &desk.model.overlay {
        let said: Vec<String> = errors.iter().map(|(span, cause)| at_word(&errand.text, span, cause)).collect();
        let others = whose::others(&desk.model, &errand.sentence);
        let hint = if asked { Some(answers::AGREE.to_owned()) } else { others };
        let failure = Failure { hint, ..Failure::new(said.join("; ")) };
        return Outcome::refused(&desk.model, failure);
    }
    let cancels = answers::cancels(&desk.model);
    if !cancels.is_empty() {
        return answers::cancelled(desk, errand, &cancels).await;
    }
    if desk.model.panes.ticket.staged.is_none() {
        return Outcome::refused(&desk.model, answers::last_word(&desk.model));
    }
    send::send(desk, errand).await
}

/// A cause, with the word it is about.
fn at_word(text: &str, span: &std::ops::Range<usize>, cause: &str) -> String {
    match text.get(span.clone()).map(str::trim).filter(|word| !word.is_empty() && *word != text.trim()) {
        Some(word) => format!("`{word}`: {cause}"),
        None => cause.to_owned(),
    }
}
