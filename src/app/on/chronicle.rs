//! What goes into the journal besides orders and fills: what was said, decided, lost and found again.

use crate::app::effect::{Effect, Step};
use crate::app::model::{Journal, Model};
use crate::app::notices::{Notice, Tone};
use crate::broker::Link;
use crate::domain::SafeText;
use crate::domain::account::AccountValues;
use crate::domain::order::{OrderKey, OrderKind, OrderSpec};
use crate::journal::{CashKnown, Decision, Entry};
use crate::ledger::Terms;
use crate::risk::{Approved, Assessment, Consent};

/// What is looked at before and after each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct Was {
    said: u64,
    halted: bool,
    reduced: Option<jiff::civil::Date>,
    link: &'static str,
}

impl Was {
    pub(in crate::app) fn of(model: &Model) -> Self {
        let (halted, reduced) = (model.desk.halted, model.desk.reduced);
        Self { said: model.notices.count, halted, reduced, link: word(&model.desk.link) }
    }
}

/// Notes what a message has changed.
pub(in crate::app) fn note(model: &Model, step: &mut Step, was: &Was) {
    // Nothing can be kept any more, and this is said already.
    if matches!(model.desk.journal, Journal::Failed(_)) {
        return;
    }
    let now = Was::of(model);
    if now != *was {
        if now.link != was.link {
            step.note(Entry::Link { state: SafeText::new(now.link), why: why(&model.desk.link) });
        }
        match (was.halted, now.halted) {
            (false, true) => step.note(Entry::Halted { why: SafeText::new("kill") }),
            (true, false) => step.note(Entry::Lifted),
            _ => {}
        }
        match now.reduced {
            reduced if reduced == was.reduced => {}
            Some(session) => step.note(Entry::Reduced { session }),
            None => step.note(Entry::Released),
        }
        let new = usize::try_from(now.said.saturating_sub(was.said)).unwrap_or(usize::MAX);
        let first = model.notices.list.len().saturating_sub(new);
        for notice in model.notices.list.iter().skip(first) {
            step.note(said(notice));
        }
    }
    if let Some(at) = step.effects.iter().position(|effect| *effect == Effect::Quit) {
        step.note(Entry::Left);
        // Leaving is the last thing done.
        let quit = step.effects.remove(at);
        step.push(quit);
    }
}

fn said(notice: &Notice) -> Entry {
    let tone = match notice.tone {
        Tone::Info => "info",
        Tone::Warn => "warn",
        Tone::Error => "error",
    };
    Entry::Notice { tone: SafeText::new(tone), text: notice.text.clone(), order: notice.order.clone() }
}

/// The word for a state of the connection.
const fn word(link: &Link) -> &'static str {
    match link {
        Link::Dialling { .. } => "DIALLING",
        Link::Syncing { .. } => "SYNC",
        Link::Ready { .. } => "READY",
        Link::IbLost => "IB LOST",
        Link::IbBack { .. } => "IB BACK",
        Link::Mute => "MUTE",
        Link::Refused(_) => "REFUSED",
    }
}

fn why(link: &Link) -> Option<SafeText> {
    match link {
        Link::Dialling { why, .. } => why.as_ref().map(|w| w.text.clone()),
        Link::Refused(why) => Some(why.text.clone()),
        _ => None,
    }
}

/// The account's cash, where it is about to change.
pub(super) fn cash(model: &Model, step: &mut Step, values: &AccountValues) {
    let known = (model.account.cash, &model.account.currency);
    if let Some(amount) = values.cash.filter(|_| known != (values.cash, &values.currency)) {
        step.note(Entry::Cash(CashKnown { currency: values.currency.clone(), amount }));
    }
}

/// The guard has refused an order that was to be sent.
pub(super) fn refused(model: &Model, step: &mut Step, key: Option<&OrderKey>, spec: &OrderSpec, verdict: &Assessment) {
    let decision = Decision::of(key, spec, verdict, false, Consent::None, &model.desk.limits);
    step.note(Entry::Guard(Box::new(decision)));
}

/// The guard has passed an order. What it was approved against is kept at hand too.
pub(super) fn passed(model: &mut Model, step: &mut Step, approved: &Approved, verdict: &Assessment, consent: Consent) {
    let decision = Decision::of(Some(approved.key()), approved.spec(), verdict, true, consent, &model.desk.limits);
    step.note(Entry::Guard(Box::new(decision)));
    let stop = approved.exits().iter().find_map(|exit| match exit.spec.kind {
        OrderKind::Stop { trigger, .. } => Some(trigger),
        _ => None,
    });
    let terms = Terms::of(approved.quote(), stop);
    // A change keeps what the order itself was decided on.
    model.orders.terms.entry(approved.key().clone()).or_insert(terms);
}
