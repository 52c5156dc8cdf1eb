//! One command of a profile sends at a time, and hears the others first.
//!
//! What a command knew of the other desks when it started may be seconds old when it sends. Under this lock their journals
//! are read again, so that of two commands at the same moment the second finds the first one's order, and a kill in a
//! workstation reaches a command that has begun; so do its REDUCE and the limits typed in it, where they are tighter. The lock is held until the order is durable and on its way.
//!
//! Invariants: nothing is sent without the lock; what has no answer yet is not sent again by another client id, whatever
//! was agreed to. Cancels wait for nobody.
//!
//! Must not know: what is printed.

use std::path::PathBuf;
use std::time::Duration;

use super::connect::not_ready;
use super::headless::{Desk, Lived};
use super::outcome::{Failure, Outcome};
use super::seat;
use crate::app::model::{Awaited, Model};
use crate::app::{select, words};
use crate::clock::Stamp;
use crate::domain::order::{Order, OrderSpec};
use crate::run::lock::Lock;

/// How long another command's turn is waited for: longer than any holds it while it lives.
const TURN_MAX: Duration = Duration::from_secs(20);
/// How often the lock is tried, and a HALT looked for while an exit waits for others to give way.
const LOOK: Duration = Duration::from_millis(50);
/// How long an order may take from its hand-over to the wire.
const SENT_MAX: Duration = Duration::from_secs(3);

/// The turn of this command.
#[derive(Debug)]
pub struct Gate {
    _lock: Lock,
    folder: PathBuf,
}

impl Gate {
    /// Waits for the turn of this command; what it comes to if there is none.
    pub async fn enter(desk: &mut Desk) -> Result<Self, Box<Outcome>> {
        let path = desk.folder.join("send.lock");
        let end = Stamp::now().plus(TURN_MAX);
        loop {
            let why = match Lock::try_take(&path) {
                Ok(Some(lock)) => return Ok(Self { _lock: lock, folder: desk.folder.clone() }),
                Ok(None) if end.since(Stamp::now()).is_zero() => {
                    format!("another command of this profile has been sending for {} s", TURN_MAX.as_secs())
                }
                Ok(None) => match desk.until(LOOK, |_| false).await {
                    signalled @ Lived::Signalled(_) => return Err(Box::new(not_ready(&desk.model, signalled))),
                    Lived::Held | Lived::Late => continue,
                },
                Err(error) => format!("{} cannot be locked: {error}", path.display()),
            };
            let failure = Failure { hint: Some("Nothing was sent.".to_owned()), ..Failure::new(why) };
            return Err(Box::new(Outcome::refused(&desk.model, failure)));
        }
    }

    /// Hears what the profile's other desks have done; why an order like this does not go, if so.
    pub fn hear(&self, desk: &mut Desk, new: Option<&OrderSpec>) -> Result<(), Failure> {
        let known = seat::known(&self.folder, desk.seat).map_err(|error| {
            let hint = Some("Nothing was sent.".to_owned());
            Failure { hint, ..Failure::new(format!("what other desks have sent cannot be read: {error}")) }
        })?;
        let model = &mut desk.model;
        model.desk.halted |= known.halted;
        if known.reduced == Some(select::session_date(model)) {
            model.desk.reduced = known.reduced;
        }
        let mode = model.desk.mode;
        model.desk.limits.tighten(mode, &known.limits);
        let fresh = model.orders.recent.iter().filter(|r| known.recent.iter().all(|k| k.key != r.key));
        let mut recent: Vec<_> = fresh.cloned().chain(known.recent.iter().cloned()).collect();
        recent.sort_by_key(|recent| std::cmp::Reverse(recent.at.wall));
        model.orders.recent = recent;
        let same = new.and_then(|spec| known.unanswered.iter().find(|(_, order)| is_same(&order.spec, spec)));
        same.map_or(Ok(()), |(number, order)| Err(doubled(&desk.model, desk.seat, *number, order)))
    }

    /// Lives on until `holds`, at most for `span`, with an ear for HALT.
    pub async fn until(&self, desk: &mut Desk, span: Duration, mut holds: impl FnMut(&Model) -> bool) -> Lived {
        let end = Stamp::now().plus(span);
        loop {
            // Without the others' journals a HALT is assumed: exits pass it.
            if self.hear(desk, None).is_err() {
                desk.model.desk.halted = true;
            }
            match desk.until(end.since(Stamp::now()).min(LOOK), &mut holds).await {
                Lived::Late if !end.since(Stamp::now()).is_zero() => {}
                lived => return lived,
            }
        }
    }

    /// Gives the turn away once all that was handed over is durable and on its way.
    pub async fn leave(self, desk: &mut Desk) -> Lived {
        desk.until(SENT_MAX, |model| model.orders.waits.values().all(|wait| wait.sent || wait.what == Awaited::Cancel))
            .await
    }
}

/// Whether the one could be the other said again: a price that is counted from the market differs each time.
fn is_same(one: &OrderSpec, other: &OrderSpec) -> bool {
    let terms = |spec: &OrderSpec| (spec.con_id, spec.side, spec.qty, spec.kind.word());
    terms(one) == terms(other)
}

/// Nothing is sent: the order may be out already.
fn doubled(model: &Model, own: u16, number: u16, order: &Order) -> Failure {
    let client = model.desk.client_id.saturating_sub(i32::from(own)).saturating_add(i32::from(number));
    let message =
        format!("{} of client {client} was sent as {} and has no answer yet", words::order(model, order), order.key);
    let hint = format!(
        "`tradewind orders` and `tradewind fills` say what the broker has; the next command with --client {client} asks it what became of that order. Nothing was sent."
    );
    Failure { code: Some("G21".to_owned()), message, hint: Some(hint) }
}
