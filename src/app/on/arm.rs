//! Arming by the hand, and what interrupts or ends it (`crate::app::arming`).
//!
//! Invariants: only typed characters arm, one by one, never pasted, repeated or clicked; before the first time the limits
//! are shown with the amounts they come to and accepted once they have been on the screen for 150 ms, and limits that have
//! changed are shown again; in paper all of this says that there is nothing to arm.

use std::time::Duration;

use tui_input::Input;

use super::guard;
use super::send::DWELL;
use crate::app::arming::{Cause, End, GAP_MAX, LATE_MAX, Pause, STALL, Unseen, is_jump};
use crate::app::dwell::Dwell;
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::live_card::{Card, Seen};
use crate::app::model::{Journal, Model, Overlay};
use crate::app::msg::ReadLimits;
use crate::app::notices::Tone;
use crate::app::words;
use crate::app::workspace::{Layout, arrange};
use crate::broker::Link;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, Mode};
use crate::journal::{Accepted, Entry};

/// What works in every state.
const WORKS: &str = "exits and cancels work";

/// `o l`: disarms what is armed; else shows the card or asks for the characters that arm.
pub(super) fn toggle(model: &mut Model) {
    if model.desk.arming.is_armed() {
        return disarm(model);
    }
    let account = match armable(model) {
        Ok(account) => account,
        Err(why) => return model.notices.say(model.now, Tone::Info, why, None),
    };
    model.overlay = Some(if is_accepted(model, &account) {
        Overlay::Arm { input: Input::default() }
    } else {
        Overlay::LiveCard { read: None, seen: Seen::default() }
    });
}

/// The account that can be armed, or why none can.
fn armable(model: &Model) -> Result<AccountId, String> {
    if model.desk.mode == Mode::Paper {
        return Err("A paper session is never armed: Enter sends.".into());
    }
    match (&model.desk.link, &model.desk.journal) {
        (Link::Ready { read_only: true, .. }, _) => {
            Err("READ-ONLY: this profile or gateway refuses orders, so there is nothing to arm.".into())
        }
        (_, Journal::Opening) => Err("The journal is not open yet: arming waits for it.".into()),
        (_, Journal::Failed(why)) => Err(format!("The journal cannot be written: {why}. There is nothing to arm.")),
        (Link::Ready { account, .. }, Journal::Open { .. }) if account.mode() == Mode::Live => Ok(account.clone()),
        (Link::Ready { account, .. }, _) => Err(format!("{account} is no live account: there is nothing to arm.")),
        _ => Err("Not connected: arming waits for READY.".into()),
    }
}

/// Whether the limits of now were accepted for this account.
fn is_accepted(model: &Model, account: &AccountId) -> bool {
    let limits = model.desk.limits.fingerprint_of(Mode::Live);
    model.desk.accepted.iter().any(|a| a.account == *account && a.limits == limits)
}

/// The first READY of a live account shows its card, unless the hands are on something: then arming shows it.
pub(super) fn greet(model: &mut Model) {
    let Ok(account) = armable(model) else { return };
    let free = model.overlay.is_none() && model.panes.ticket.staged.is_none() && model.pending.is_empty();
    if free && !model.desk.arming.is_armed() && !is_accepted(model, &account) {
        model.overlay = Some(Overlay::LiveCard { read: None, seen: Seen::default() });
    }
}

/// Enter on the card: kept for the account, then the characters are asked for.
pub(super) fn accept(model: &mut Model, step: &mut Step) {
    let Some(Overlay::LiveCard { seen, .. }) = &model.overlay else { return };
    let card = Card::of(model);
    let lasted = seen.lasted(&card, model.now);
    let account = match armable(model) {
        Ok(account) => account,
        Err(why) => return model.notices.say(model.now, Tone::Warn, why, None),
    };
    if !card.is_known() {
        let text = "Net liquidation is not known yet: there are no amounts to accept.";
        return model.notices.say(model.now, Tone::Warn, text, None);
    }
    let unseen = match lasted {
        _ if arrange(model) == Layout::TooSmall => Some("The terminal is too small to show the limits.".to_owned()),
        None => Some("Too soon, press again: the limits had not been drawn yet.".to_owned()),
        Some(ago) if ago < DWELL => {
            Some(format!("Too soon, press again: the limits had been drawn {} ms before.", ago.as_millis()))
        }
        Some(_) => None,
    };
    if let Some(why) = unseen {
        return model.notices.say(model.now, Tone::Warn, format!("{why} Nothing was accepted."), None);
    }
    let who = account.to_string();
    let accepted = Accepted { account, limits: card.limits };
    model.desk.accepted.retain(|a| a.account != accepted.account);
    model.desk.accepted.push(accepted.clone());
    step.note(Entry::Accepted(accepted));
    model.overlay = Some(Overlay::Arm { input: Input::default() });
    let text = format!("The limits of {who} are accepted.");
    model.notices.say(model.now, Tone::Info, text, None);
}

/// At the end of each message: a card that has changed by it is drawn again, and has to be seen again.
pub(in crate::app) fn watch_card(model: &mut Model, step: &mut Step) {
    if !matches!(model.overlay, Some(Overlay::LiveCard { .. })) {
        return;
    }
    let card = Card::of(model);
    if let Some(Overlay::LiveCard { seen, .. }) = &mut model.overlay
        && seen.watch(card)
    {
        step.draw(Redraw::Now);
    }
}

/// Once the revision is known that shows it, or another question that has to be seen.
pub(in crate::app) fn stamp_card(model: &mut Model) {
    let (revision, painted, now) = (model.revision, model.painted, model.now);
    match &mut model.overlay {
        Some(Overlay::LiveCard { seen, .. }) => seen.stamp(revision, painted, now),
        Some(Overlay::Everyones { seen }) => seen.stamp(revision, painted, now),
        _ => {}
    }
}

/// What is asked has to be seen on another screen.
pub(in crate::app) fn unseen_card(model: &mut Model) {
    match &mut model.overlay {
        Some(Overlay::LiveCard { seen, .. }) => *seen = Seen::default(),
        Some(Overlay::Everyones { seen }) => *seen = Dwell::default(),
        _ => {}
    }
}

/// Tab on the card: the file is where limits are edited; it is read again.
pub(super) fn edit_limits(model: &mut Model, step: &mut Step) {
    if let Some(Overlay::LiveCard { read, .. }) = &mut model.overlay {
        *read = Some(SafeText::new("reading risk.toml"));
        step.push(Effect::ReadLimits);
    }
}

/// `risk.toml` was read again. Outside the card it changes nothing while the desk runs, and on it nothing becomes looser at
/// once (`super::guard::reread`).
pub(in crate::app) fn limits(model: &mut Model, step: &mut Step, answer: ReadLimits) {
    step.draw(Redraw::Now);
    if !matches!(model.overlay, Some(Overlay::LiveCard { .. })) {
        return;
    }
    let path = &answer.path;
    let text = match answer.problems.split_first() {
        Some((first, rest)) => {
            let more = if rest.is_empty() { String::new() } else { format!(" (+{} more)", rest.len()) };
            format!("Not read: {first}{more}")
        }
        None => guard::reread(model, answer.limits)
            .unwrap_or_else(|| format!("As in {path}, [limits.live]: edit there, Tab reads it again.")),
    };
    model.overlay = Some(Overlay::LiveCard { read: Some(SafeText::new(&text)), seen: Seen::default() });
}

/// A character more of what arms: the right ones arm at once, the wrong ones are taken back.
pub(super) fn typed(model: &mut Model) {
    let Some(Overlay::Arm { input }) = &model.overlay else { return };
    let account = match armable(model) {
        Ok(account) => account,
        Err(why) => {
            model.overlay = None;
            return model.notices.say(model.now, Tone::Warn, why, None);
        }
    };
    let (typed, tail) = (input.value().to_owned(), account.tail());
    if typed.chars().count() < tail.chars().count() {
        return;
    }
    if !is_accepted(model, &account) {
        model.overlay = Some(Overlay::LiveCard { read: None, seen: Seen::default() });
        return;
    }
    if !typed.eq_ignore_ascii_case(&tail) {
        model.overlay = Some(Overlay::Arm { input: Input::default() });
        let text = format!("These are not the last 4 characters of {account}. Nothing was armed.");
        return model.notices.say(model.now, Tone::Warn, text, None);
    }
    model.overlay = None;
    let minutes = model.settings.live.idle;
    let idle = Duration::from_secs(u64::from(minutes).saturating_mul(60));
    model.desk.arming.arm(account.clone(), idle, model.now);
    let text = format!("ARMED for {account}, until {minutes} min idle.");
    model.notices.say(model.now, Tone::Info, text, None);
}

/// Arms a desk without a screen for the one order that was typed whole, if the limits of the account were accepted on the
/// workstation's card; in paper there is nothing to do.
pub fn arm_for_one_command(model: &mut Model) -> Result<(), String> {
    /// Longer than a command lives.
    const LIVES: Duration = Duration::from_mins(5);
    model.overlay = None;
    if model.desk.mode == Mode::Paper {
        return Ok(());
    }
    let account = armable(model)?;
    if !is_accepted(model, &account) {
        return Err(format!(
            "The limits of {account} were not accepted: start the workstation with this profile, o l shows them."
        ));
    }
    model.desk.arming.arm(account, LIVES, model.now);
    Ok(())
}

/// Disarms by the hand.
pub(super) fn disarm(model: &mut Model) {
    let text = if model.desk.arming.disarm() {
        format!("DISARMED: {WORKS}. o l arms.")
    } else if model.desk.mode == Mode::Paper {
        "A paper session is never armed: Enter sends.".into()
    } else {
        "DISARMED already. o l arms.".into()
    };
    model.notices.say(model.now, Tone::Info, text, None);
}

/// `ctrl-r`: goes on after a pause.
pub(super) fn resume(model: &mut Model) {
    let now = model.now;
    let text = match model.desk.arming.resume(now) {
        Some(_) => "ARMED again.".to_owned(),
        None if model.desk.arming.is_armed() && !model.desk.arming.is_open() => {
            "The link is not back yet: ctrl-r resumes once it is READY.".to_owned()
        }
        None => "Nothing is PAUSED.".to_owned(),
    };
    model.notices.say(now, Tone::Info, text, None);
}

/// Time has passed: what is due ends, a clock that jumped disarms, a desk that was woken too late stood still.
pub(in crate::app) fn clock(model: &mut Model, step: &mut Step, before: crate::clock::Stamp) {
    if model.desk.mode == Mode::Paper {
        return;
    }
    if is_jump(before, model.now) {
        slept(model, step);
    }
    if let Some(end) = model.desk.arming.expire(model.now) {
        ended(model, step, end);
    }
    let late = model.timers.late(model.now);
    if late > LATE_MAX && !model.desk.arming.is_blind() {
        unseen(model, step, Cause::Desk, late);
    }
}

/// The machine slept, its clock was set, or the program is back from a suspension.
pub(in crate::app) fn slept(model: &mut Model, step: &mut Step) {
    if model.desk.arming.disarm() {
        ended(model, step, End::Slept);
    }
}

/// The writer has had a frame for a second: nobody sees what keys do, in paper as in live.
pub(in crate::app) fn stalled(model: &mut Model, step: &mut Step) {
    if !model.desk.arming.is_blind() {
        unseen(model, step, Cause::Screen, STALL);
    }
}

/// Keys are not taken from here on until the screen shows what has become of the session.
fn unseen(model: &mut Model, step: &mut Step, cause: Cause, lasts: Duration) {
    let from = model.now.minus(lasts);
    model.desk.arming.pause(Pause { cause, from, until: None });
    // This message ends with a new revision: the first that shows the pause.
    let shows = model.revision.saturating_add(1);
    model.desk.arming.blind(from, shows);
    step.draw(Redraw::Now);
}

/// A frame is on the screen: keys are taken again, and those that were not are told.
pub(in crate::app) fn painted(model: &mut Model, step: &mut Step, revision: u64) {
    let Some(Unseen { lasted, dropped }) = model.desk.arming.painted(revision, model.now) else { return };
    step.draw(Redraw::Now);
    let keys = match dropped {
        0 => String::new(),
        1 => ", 1 key was dropped".into(),
        n => format!(", {n} keys were dropped"),
    };
    let seconds = lasted.as_secs().max(1);
    let stood = format!("the screen was stalled for {seconds} s{keys}");
    let text = if model.desk.mode == Mode::Paper {
        if dropped == 0 {
            return;
        }
        format!("Not taken: {stood}.")
    } else if model.desk.arming.is_armed() {
        format!("PAUSED: {stood}. ctrl-r resumes; {WORKS}.")
    } else {
        format!("DISARMED: {stood}.")
    };
    model.notices.say(model.now, Tone::Warn, text, None);
}

/// The terminal has lost the focus.
pub(super) fn unfocused(model: &mut Model, step: &mut Step) {
    let now = model.now;
    if model.desk.mode == Mode::Live
        && model.desk.arming.pause(Pause { cause: Cause::Focus, from: now, until: Some(now) })
    {
        step.draw(Redraw::Now);
        let text = format!("PAUSED: the terminal lost the focus. ctrl-r resumes; {WORKS}.");
        model.notices.say(now, Tone::Warn, text, None);
    }
}

/// READY again.
pub(super) fn link_back(model: &mut Model, step: &mut Step) {
    let Some(account) = model.desk.account.clone() else { return };
    if let Some(end) = model.desk.arming.link_back(&account, model.now) {
        return ended(model, step, end);
    }
    if let crate::app::arming::Status::Paused(pause) = model.desk.arming.status(model.now)
        && pause.cause == Cause::Link
    {
        let gone = words::count(usize::try_from(pause.lasted(model.now).as_secs()).unwrap_or(usize::MAX), "second");
        let text = format!("PAUSED: the link was gone for {gone}. ctrl-r resumes; {WORKS}.");
        model.notices.say(model.now, Tone::Warn, text, None);
    }
}

/// It has ended by itself.
fn ended(model: &mut Model, step: &mut Step, end: End) {
    step.draw(Redraw::Now);
    let why = match end {
        End::Idle => format!("no key for {} min", model.settings.live.idle),
        End::Link => format!("the link was gone for over {} s", GAP_MAX.as_secs()),
        End::Slept => "the machine or the program slept, or its clock was set".into(),
        End::Account => "the account is another".into(),
    };
    model.notices.say(model.now, Tone::Warn, format!("DISARMED: {why}. o l arms; {WORKS}."), None);
}
