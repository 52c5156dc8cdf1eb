//! The status bar: who is connected as what, what is out there, what it makes, and what time it is at the exchange.
//!
//! Invariants: mode, account, session word, HALT, UNKNOWN, UNPROTECTED, the count of working orders and ARMED, PAUSED or
//! DISARMED never leave; what leaves when it is narrow goes in the order of `screens.md` §2: net liquidation, excess,
//! profit of the day, countdown, profile, latency, then the words that explain a state, the clock, the staged mark; then
//! gaps and words become short. Counts of zero are not shown; a count known only from before the link broke ends in `?`.

use std::time::Duration;

use ratatui::layout::Rect;
use rust_decimal::Decimal;

use super::hints::live_badge;
use super::widgets::canvas::{Canvas, Words};
use crate::app::arming::{Cause, Status};
use crate::app::keymap::GLOBAL;
use crate::app::model::{Journal, Model};
use crate::app::{action::Action, protection, select, timers, words};
use crate::broker::event::Link;
use crate::config::Confirm;
use crate::domain::SafeText;
use crate::domain::account::Mode;
use crate::domain::shown;
use crate::money::Cash;
use crate::theme::{Role, Theme};
use crate::view::numbers::sign_role;

/// Width from which on items stand three cells apart.
const WIDE: u16 = 120;

/// What may leave, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    NetLiq,
    Excess,
    Day,
    Countdown,
    Profile,
    Latency,
    Explanation,
    Clock,
    Staged,
    Gaps,
    Words,
}

const DETAILS: [Detail; 11] = [
    Detail::NetLiq,
    Detail::Excess,
    Detail::Day,
    Detail::Countdown,
    Detail::Profile,
    Detail::Latency,
    Detail::Explanation,
    Detail::Clock,
    Detail::Staged,
    Detail::Gaps,
    Detail::Words,
];

/// Draws the first row.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, line: Rect) {
    if line.height == 0 || line.width == 0 {
        return;
    }
    let gap = if line.width >= WIDE { 3 } else { 2 };
    let end = line.right().saturating_sub(1);
    let mut dropped = 0;
    let (mut left, mut middle, mut right);
    loop {
        let shown = |detail: Detail| DETAILS.iter().position(|d| *d == detail).is_some_and(|i| i >= dropped);
        let gap = if shown(Detail::Gaps) { gap } else { 1 };
        left = state(canvas.theme, model, usize::from(gap), &shown);
        middle = money(model, usize::from(gap), &shown);
        right = if shown(Detail::Clock) { clock(model, shown(Detail::Countdown)) } else { Words::new() };
        let cells = |w: &Words| w.width(canvas.theme);
        let gaps = if middle.is_empty() { gap } else { 2 * gap };
        let needed = cells(&left).saturating_add(cells(&middle)).saturating_add(cells(&right)).saturating_add(gaps);
        if needed <= line.width.saturating_sub(1) || dropped >= DETAILS.len() {
            break;
        }
        dropped += 1;
    }
    let at = canvas.say(line.x, line.y, end, &left);
    let right_start = end.saturating_sub(right.width(canvas.theme));
    canvas.say_right(end, line.y, at.saturating_add(1), &right);
    if !middle.is_empty() {
        let spare = right_start.saturating_sub(at).saturating_sub(middle.width(canvas.theme));
        canvas.say(at + spare / 2, line.y, right_start, &middle);
    }
}

/// ` PAPER `, in brackets where there is no colour.
pub fn badge(theme: &Theme, mode: Mode) -> Words {
    match mode {
        Mode::Paper => Words::of(if theme.mono { "[PAPER]" } else { " PAPER " }, Role::SessionPaper),
        Mode::Live => Words::of(live_badge(theme.mono), Role::SessionLive),
    }
}

/// Mode, account, session, what stands in the way, what is out there.
fn state(theme: &Theme, model: &Model, gap: usize, shown: &impl Fn(Detail) -> bool) -> Words {
    let mut words = badge(theme, model.desk.mode);
    // The badge ends in a blank of its own.
    words.push(if theme.mono || shown(Detail::Words) { " " } else { "" }, Role::Text);
    if shown(Detail::Profile) {
        words.push(model.desk.profile.as_str(), Role::Text);
    }
    if let Some(account) = &model.desk.account {
        words.push(if shown(Detail::Profile) { " · " } else { "" }, Role::TextDim);
        words.push(account.to_string(), Role::Text);
    }
    let explains = shown(Detail::Explanation);
    words.join(gap, session(model, shown(Detail::Latency), explains));
    let full = shown(Detail::Words);
    for item in barriers(model, explains).into_iter().chain(counts(model, full)).chain(arming(model, explains, full)) {
        words.join(gap, item);
    }
    if model.panes.ticket.staged.is_some() && shown(Detail::Staged) {
        words.join(gap, Words::of("staged", Role::OrderStaged));
    }
    words
}

/// The session word, with what it means where there is room.
pub fn session(model: &Model, latency: bool, explains: bool) -> Words {
    let desk = &model.desk;
    let since = model.now.since(desk.link_at);
    let age = |span: Duration| if span.as_secs() == 0 { "0s".to_owned() } else { shown::age(span) };
    let degraded =
        |word: String, means: String| Words::of(if explains { word + &means } else { word }, Role::SessionDegraded);
    match &desk.link {
        Link::Ready { .. } => {
            let words = Words::of("● READY", Role::SessionReady);
            let trip = desk.round_trip.filter(|_| latency);
            trip.map_or_else(|| words.clone(), |t| words.clone().say(format!(" {}", shown::latency(t)), Role::TextDim))
        }
        Link::Dialling { address, attempt, next_in, .. } => {
            let wait = next_in.and_then(|w| w.checked_sub(since)).map(|w| w.as_millis().div_ceil(1_000));
            let text = match wait {
                _ if !explains => format!("○ DIAL try {attempt}"),
                Some(wait) => format!("○ DIAL {address}, try {attempt}, next in {wait} s"),
                None => format!("○ DIAL {address}, try {attempt}"),
            };
            let first = desk.account.is_none() && *attempt <= 1;
            Words::of(text, if first { Role::SessionDegraded } else { Role::SessionDown })
        }
        Link::Syncing { step, of, what } => degraded(format!("◐ SYNC {step}/{of}"), format!(" {what}")),
        Link::IbLost => degraded(format!("▲ IBLINK {}", age(since)), ": cancels only, unconfirmed".to_owned()),
        Link::IbBack { .. } => degraded("◐ SYNC".to_owned(), ": IB's servers are back".to_owned()),
        Link::Mute => degraded(format!("▲ MUTE {}", age(since)), ": the gateway does not answer".to_owned()),
        Link::Refused(refusal) => {
            let code = refusal.code.map(|c| format!(" ({c})")).unwrap_or_default();
            Words::of(format!("○ REFUSED{code}"), Role::SessionDown)
        }
    }
}

/// What stands in the way of orders.
pub fn barriers(model: &Model, explains: bool) -> Vec<Words> {
    let mut out = Vec::new();
    if let Journal::Failed(_) = model.desk.journal {
        let text = if explains { "JOURNAL cannot be written" } else { "JOURNAL" };
        out.push(Words::of(text, Role::SessionHalt));
    }
    if model.desk.halted {
        let lifts = super::hints::key(model, &[GLOBAL], Action::HaltLift);
        let text = if explains { format!("HALT: exits and cancels only; {lifts} lifts") } else { "HALT".to_owned() };
        out.push(Words::of(text, Role::SessionHalt));
    }
    if model.desk.reduced == Some(select::session_date(model)) {
        let text = if explains { "REDUCE: exits only; :resume lifts" } else { "REDUCE" };
        out.push(Words::of(text, Role::SessionHalt));
    }
    out.extend(degraded(model, explains));
    if matches!(model.desk.link, Link::Ready { read_only: true, .. }) {
        let text = if explains { "READ-ONLY: no orders leave" } else { "READ-ONLY" };
        out.push(Words::of(text, Role::SessionDegraded));
    }
    out
}

/// What is not as it should be while the connection stands: `FARM usfarm`, `COMPETING`, `CLOCK`.
fn degraded(model: &Model, explains: bool) -> Vec<Words> {
    let mut out = Vec::new();
    let mut say = |word: String, means: String| {
        out.push(Words::of(if explains { word + &means } else { word }, Role::SessionDegraded));
    };
    if !model.desk.farms_gone.is_empty() {
        let names: Vec<&str> = model.desk.farms_gone.iter().map(SafeText::as_str).collect();
        say("FARM".to_owned(), format!(" {} is gone: rows age", names.join(", ")));
    }
    if select::is_competing(model) {
        say("COMPETING".to_owned(), ": another session has the data".to_owned());
    }
    if let Some(ahead) = model.desk.clock_ahead {
        say("CLOCK".to_owned(), format!(": gateway {}, no timed orders", words::skew(ahead)));
    }
    out
}

/// `ARMED 59:52, ctrl-y sends`, `DISARMED: cancel, close, kill work; o l arms`, `PAUSED, screen stalled 14s: ctrl-r resumes`
/// in a live session that takes orders. Beside what stands in the way anyway the bare word is enough.
pub fn arming(model: &Model, explains: bool, full: bool) -> Option<Words> {
    let desk = &model.desk;
    if desk.mode == Mode::Paper || matches!(desk.link, Link::Ready { read_only: true, .. }) {
        return None;
    }
    let explains = explains && matches!(desk.link, Link::Ready { .. }) && barriers(model, false).is_empty();
    let key = |action| super::hints::key(model, &[GLOBAL], action);
    let (word, means, role) = match desk.arming.status(model.now) {
        Status::Disarmed => {
            let means = format!(": cancel, close, kill work; {} arms", key(Action::LiveArm));
            ("DISARMED".to_owned(), means, Role::SessionDegraded)
        }
        Status::Armed(left) => {
            let sends = match model.settings.live.confirm {
                Confirm::Always => super::hints::key(model, &["confirm"], Action::Confirm),
                Confirm::Armed => super::hints::key(model, &["ticket"], Action::Send),
            };
            let left = if full { countdown(model, left) } else { format!("{}m", left.as_secs().div_ceil(60)) };
            (format!("ARMED {left}"), format!(", {sends} sends"), Role::SessionLiveFrame)
        }
        Status::Paused(pause) => {
            let lasted = shown::age(pause.lasted(model.now));
            let why = match pause.cause {
                Cause::Screen | Cause::Desk => format!("screen stalled {lasted}"),
                Cause::Focus => "focus lost".to_owned(),
                Cause::Link => format!("link gone {lasted}"),
            };
            ("PAUSED".to_owned(), format!(", {why}: {} resumes", key(Action::LiveResume)), Role::SessionPaused)
        }
    };
    Some(Words::of(if explains { word + &means } else { word }, role))
}

/// `59:52`, `1:07:30`; in whole minutes while nothing on the screen counts seconds.
fn countdown(model: &Model, left: Duration) -> String {
    let seconds = left.as_secs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (timers::is_lively(model), hours) {
        (false, _) => format!("{} min", seconds.div_ceil(60)),
        (true, 0) => format!("{minutes}:{rest:02}"),
        (true, _) => format!("{hours}:{minutes:02}:{rest:02}"),
    }
}

/// `UNKNOWN 1   UNPROTECTED 1   working 9`; where that does not fit, `UNK1 UNP1 w9`.
pub fn counts(model: &Model, full: bool) -> Vec<Words> {
    let pick = |long: &'static str, short: &'static str| if full { long } else { short };
    let doubt = if select::is_current(model) { "" } else { "?" };
    let mut out = Vec::new();
    let unknown = select::unknown_count(model);
    if unknown > 0 {
        out.push(Words::of(format!("{}{unknown}", pick("UNKNOWN ", "UNK")), Role::OrderUnknown));
    }
    let unprotected = protection::unprotected(model);
    if unprotected > 0 {
        out.push(Words::of(format!("{}{unprotected}{doubt}", pick("UNPROTECTED ", "UNP")), Role::PositionBare));
    }
    let working = select::working_count(model);
    if working > 0 {
        let role = if doubt.is_empty() { Role::Text } else { Role::ValueStale };
        out.push(Words::of(pick("working ", "w"), Role::Text).say(format!("{working}{doubt}"), role));
    }
    out
}

/// Profit of the day with its basis, excess liquidity with its share, net liquidation.
fn money(model: &Model, gap: usize, shown: &impl Fn(Detail) -> bool) -> Words {
    let values = &model.account;
    let doubt = if select::is_current(model) { "" } else { "~" };
    let amount = |cash: Cash| format!("{}{doubt}", shown::cash(cash));
    let mut words = Words::new();
    if let Some(day) = day(model).filter(|_| shown(Detail::Day)) {
        words.join(gap, day);
    }
    if let Some(excess) = values.excess_liquidity.filter(|_| shown(Detail::Excess)) {
        let mut item = Words::of("Excess ", Role::TextDim).say(amount(excess), Role::Text);
        let share = values.cushion.and_then(|c| c.checked_mul(Decimal::ONE_HUNDRED));
        if let Some(share) = share.filter(|_| doubt.is_empty()) {
            item.push(format!(" {}", shown::share_percent(share)), Role::Text);
        }
        words.join(gap, item);
    }
    if let Some(net) = values.net_liquidation.filter(|_| shown(Detail::NetLiq)) {
        words.join(gap, Words::of("NetLiq ", Role::TextDim).say(amount(net), Role::Text));
    }
    words
}

/// `Day +279.60 broker`.
pub fn day(model: &Model) -> Option<Words> {
    let day = model.account.pnl.daily?;
    let current = select::is_current(model);
    let role = if current { sign_role(day.is_negative(), day.is_zero()) } else { Role::ValueStale };
    let text = format!("{}{}", shown::signed(day), if current { "" } else { "~" });
    Some(Words::of("Day ", Role::TextDim).say(text, role).say(" broker", Role::TextDim))
}

/// `10:42:07 ET RTH 5:17 left`; without seconds while nothing moves.
pub fn clock(model: &Model, countdown: bool) -> Words {
    let at = model.now.eastern();
    let hours = model.desk.hours;
    let phase = hours.phase(&at);
    let time = if timers::is_lively(model) { shown::time(&at) } else { shown::minute(&at) };
    let mut words = Words::of(time, Role::Text).say(" ET", Role::TextDim).say(format!(" {}", phase.word()), Role::Text);
    if let Some(left) = hours.left(&at).filter(|_| countdown) {
        words.push(format!(" {} left", shown::left(left)), Role::TextDim);
    }
    words
}
