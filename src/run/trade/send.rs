//! From the ticket to the wire: what the guard says is looked at, agreed to or obeyed, and the order is sent once.

use std::time::Duration;

use super::Errand;
use super::answers::{AGREE, changed, last_word, made_room, placed, unwound};
use super::connect::not_ready;
use super::gate::Gate;
use super::headless::{Desk, Lived};
use super::outcome::{Failure, Outcome, Result as Ended, Said};
use crate::app::action::Action;
use crate::app::model::{Model, Overlay};
use crate::clock::Stamp;
use crate::domain::instrument::ConId;
use crate::panes::ticket::Aim;
use crate::risk::Weight;

/// What the confirmation leaves the eye.
const DWELL: Duration = Duration::from_millis(160);
/// How long a verdict may go on changing before nothing is sent.
const CHANGING_MAX: Duration = Duration::from_secs(3);

/// What stands on the ticket: its words, what the guard says, what it is aimed at.
struct Seen {
    text: Option<String>,
    guard: Vec<Said>,
    worst: Option<(Weight, String, &'static str)>,
    aim: Aim,
    con_id: ConId,
    takes: bool,
}

impl Seen {
    fn of(model: &Model) -> Option<Self> {
        let staged = model.panes.ticket.staged.as_ref()?;
        let findings = staged.assessment.as_ref().map(|a| a.findings.as_slice()).unwrap_or_default();
        Some(Self {
            text: staged.text.clone(),
            guard: findings.iter().map(|finding| Said::of(model, finding)).collect(),
            worst: findings.first().map(|f| (f.weight, f.text.clone(), f.code)),
            aim: staged.aim.clone(),
            con_id: staged.con_id,
            takes: staged.spec.as_ref().is_some_and(|s| s.kind.takes_at_once())
                || findings.iter().any(|f| f.code == "G13"),
        })
    }

    /// The outcome with what was seen.
    fn tell(self, mut outcome: Outcome) -> Outcome {
        (outcome.sentence, outcome.guard) = (self.text, self.guard);
        outcome
    }
}

/// Sends what is staged, if the guard lets it, and waits for the answer.
pub async fn send(desk: &mut Desk, errand: &Errand) -> Outcome {
    desk.seen();
    if errand.preview {
        return preview(desk);
    }
    let gate = match Gate::enter(desk).await {
        Ok(gate) => gate,
        Err(outcome) => return *outcome,
    };
    let seen = match press(desk, errand, &gate).await {
        Ok(seen) => seen,
        Err(outcome) => return *outcome,
    };
    let outcome = match seen.aim.clone() {
        Aim::Change(key) => changed(desk, &key, gate).await,
        Aim::New if desk.model.orders.yielding.contains_key(&seen.con_id) => {
            made_room(desk, seen.con_id, seen.takes, gate).await
        }
        Aim::New => placed(desk, seen.takes, gate).await,
        Aim::Unwind => unwound(desk, seen.con_id, gate).await,
    };
    seen.tell(outcome)
}

/// Sends and agrees until the order is handed over: what was seen then, or why nothing was sent.
async fn press(desk: &mut Desk, errand: &Errand, gate: &Gate) -> Result<Seen, Box<Outcome>> {
    let until = Stamp::now().plus(CHANGING_MAX);
    let mut recorded = false;
    loop {
        // Before every press: what was heard at the start is seconds old.
        let new = desk.model.panes.ticket.staged.as_ref().filter(|s| !matches!(s.aim, Aim::Change(_)));
        let new = new.and_then(|staged| staged.spec.clone());
        let heard = gate.hear(desk, new.as_ref());
        desk.seen();
        let Some(seen) = Seen::of(&desk.model) else {
            return Err(Box::new(Outcome::refused(&desk.model, last_word(&desk.model))));
        };
        let refused = |seen: Seen, why: Failure, model: &Model| Err(Box::new(seen.tell(Outcome::refused(model, why))));
        if let Err(why) = heard {
            return refused(seen, why, &desk.model);
        }
        if let Some((Weight::Hard, text, code)) = seen.worst.clone() {
            if !recorded {
                desk.record_refusal();
            }
            return refused(seen, Failure { code: Some(code.to_owned()), ..Failure::new(text) }, &desk.model);
        }
        let asks = matches!(desk.model.overlay, Some(Overlay::Confirm));
        if asks && !errand.yes {
            let (text, code) = seen.worst.clone().map_or_else(Default::default, |(_, text, code)| (text, code));
            let hint = Some(AGREE.to_owned());
            return refused(seen, Failure { code: Some(code.to_owned()), message: text, hint }, &desk.model);
        }
        desk.act(if asks { Action::Confirm } else { Action::Send });
        if desk.model.panes.ticket.staged.is_none() {
            return Ok(seen);
        }
        recorded = !asks;
        if until.since(Stamp::now()).is_zero() {
            return refused(seen, last_word(&desk.model), &desk.model);
        }
        desk.seen();
        if let Lived::Signalled(number) = desk.until(DWELL, |_| false).await {
            return Err(Box::new(not_ready(&desk.model, Lived::Signalled(number))));
        }
    }
}

/// What the guard thinks of what is staged; nothing is sent.
fn preview(desk: &Desk) -> Outcome {
    let model = &desk.model;
    let refusal = model.panes.ticket.staged.as_ref().and_then(|s| s.refusal.as_ref()).map(ToString::to_string);
    let Some(seen) = Seen::of(model) else { return Outcome::refused(model, last_word(model)) };
    let outcome = match (&seen.worst, refusal) {
        (_, Some(refusal)) => Outcome::refused(model, Failure::new(refusal)),
        (Some((Weight::Hard, text, code)), None) => {
            let why = Failure { code: Some((*code).to_owned()), ..Failure::new(text.clone()) };
            Outcome::new(model, Ended::Preview).because(why).ending(1)
        }
        (Some((Weight::Confirm, ..)), None) => noted(Outcome::new(model, Ended::Preview), "It needs --yes."),
        _ => noted(Outcome::new(model, Ended::Preview), "The guard lets it pass."),
    };
    seen.tell(noted(outcome, "Nothing was sent."))
}

/// The outcome with a note.
fn noted(mut outcome: Outcome, note: &str) -> Outcome {
    outcome.notes.push(note.to_owned());
    outcome
}
