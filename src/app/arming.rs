//! Arming: whether entries may leave in a live session (`trading.md` §1.16).
//!
//! DISARMED → ARMED by the last four characters of the account; back by the hand, after so long without a key, when the
//! link has been gone for a minute, when the machine or the program slept, when the account is another. PAUSED lies over
//! ARMED: the screen or the desk stood still, the focus went, the link is away; one chord resumes.
//!
//! Invariants: a session starts DISARMED; no fact arms it, only `arm` does, and only `resume` ends a
//! pause; a pause never outlives the arming under it; keys pressed before the eye could see are counted, not taken.
//! Exits, cancels and kill are none of its business: the guard lets them pass in every state (G03).
//!
//! Must not know: the mode (a paper session never asks), the screen, the guard's limits.

use std::time::Duration;

use crate::clock::Stamp;
use crate::config::Confirm;
use crate::domain::account::AccountId;
use crate::risk::Gate;

/// A link that is away for longer disarms.
pub const GAP_MAX: Duration = Duration::from_mins(1);
/// A desk that was woken so much too late stood still.
pub const LATE_MAX: Duration = Duration::from_secs(2);
/// A frame that was not written for so long is a screen that stands still.
pub const STALL: Duration = Duration::from_secs(1);
/// Wall and monotonic clock may drift apart by so much between two messages; beyond it the machine slept, or its clock was
/// set.
const JUMP_MAX: u64 = 2_000_000_000;

/// Why a session is PAUSED.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A frame was not written.
    Screen,
    /// The desk itself did not run.
    Desk,
    /// The terminal lost the focus.
    Focus,
    /// The link was away.
    Link,
}

/// Why a session is DISARMED again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Too long without a key.
    Idle,
    /// The link was gone for too long.
    Link,
    /// The machine or the program slept, or the clock was set.
    Slept,
    /// The account is another.
    Account,
}

/// A pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub cause: Cause,
    /// Since when what caused it has been so.
    pub from: Stamp,
    /// When it was over; `None` while it lasts.
    pub until: Option<Stamp>,
}

impl Pause {
    /// How long what caused it lasted, or has lasted.
    pub fn lasted(&self, now: Stamp) -> Duration {
        self.until.unwrap_or(now).since(self.from)
    }
}

/// What the session is, for the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No entry leaves.
    Disarmed,
    /// Entries leave; so long until it ends by itself.
    Armed(Duration),
    /// Armed, and interrupted.
    Paused(Pause),
}

/// An armed session.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Armed {
    account: AccountId,
    touched: Stamp,
    idle: Duration,
    pause: Option<Pause>,
}

/// Keys that are not taken because the eye cannot see what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Blind {
    /// Until this revision is on the screen.
    until: u64,
    /// Since when.
    from: Stamp,
    dropped: u32,
}

/// What was not seen: how long, and how many keys were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// How long the screen or the desk stood still.
    pub lasted: Duration,
    /// Keys that were pressed meanwhile and not taken.
    pub dropped: u32,
}

/// Whether entries may leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arming {
    armed: Option<Armed>,
    gone: Option<Stamp>,
    blind: Option<Blind>,
}

impl Arming {
    /// What it is now.
    pub fn status(&self, now: Stamp) -> Status {
        match &self.armed {
            None => Status::Disarmed,
            Some(Armed { pause: Some(pause), .. }) => Status::Paused(*pause),
            Some(armed) => Status::Armed(armed.idle.saturating_sub(now.since(armed.touched))),
        }
    }

    /// What the guard is told.
    pub fn gate(&self, confirm: Confirm) -> Gate {
        match (&self.armed, confirm) {
            (None, _) => Gate::Disarmed,
            (Some(Armed { pause: Some(_), .. }), _) => Gate::Paused,
            (Some(_), Confirm::Always) => Gate::Asks,
            (Some(_), Confirm::Armed) => Gate::Sends,
        }
    }

    /// Whether it is armed, paused or not.
    pub const fn is_armed(&self) -> bool {
        self.armed.is_some()
    }

    /// Whether entries may leave now.
    pub fn is_open(&self) -> bool {
        self.armed.as_ref().is_some_and(|armed| armed.pause.is_none())
    }

    /// Arms for this account.
    pub(crate) fn arm(&mut self, account: AccountId, idle: Duration, now: Stamp) {
        self.armed = Some(Armed { account, touched: now, idle, pause: None });
    }

    /// Disarms; whether it was armed.
    pub(super) fn disarm(&mut self) -> bool {
        self.armed.take().is_some()
    }

    /// A key was pressed.
    pub(super) fn touch(&mut self, now: Stamp) {
        if let Some(armed) = &mut self.armed {
            armed.touched = now;
        }
    }

    /// Pauses what is armed and not paused yet; whether it did.
    pub(crate) fn pause(&mut self, pause: Pause) -> bool {
        match &mut self.armed {
            Some(armed) if armed.pause.is_none() => {
                armed.pause = Some(pause);
                true
            }
            _ => false,
        }
    }

    /// Goes on after a pause; the pause there was. Not while the link is away.
    pub(super) fn resume(&mut self, now: Stamp) -> Option<Pause> {
        if self.gone.is_some() {
            return None;
        }
        let armed = self.armed.as_mut()?;
        armed.touched = now;
        armed.pause.take()
    }

    /// The link went, or is still away; whether that paused the session.
    pub(super) fn link_gone(&mut self, now: Stamp) -> bool {
        let from = *self.gone.get_or_insert(now);
        self.pause(Pause { cause: Cause::Link, from, until: None })
    }

    /// The link is there again, with this account.
    pub(super) fn link_back(&mut self, account: &AccountId, now: Stamp) -> Option<End> {
        let away = self.gone.take().map_or(Duration::ZERO, |from| now.since(from));
        let armed = self.armed.as_mut()?;
        if let Some(pause) = armed.pause.as_mut().filter(|p| p.cause == Cause::Link) {
            pause.until.get_or_insert(now);
        }
        let end = if armed.account != *account {
            End::Account
        } else if away > GAP_MAX {
            End::Link
        } else {
            return None;
        };
        self.armed = None;
        Some(end)
    }

    /// Ends what has lasted too long.
    pub(super) fn expire(&mut self, now: Stamp) -> Option<End> {
        let due = |at: Stamp| at.mono <= now.mono;
        let end = self.ends().filter(|(at, _)| due(*at)).map(|(_, end)| end)?;
        self.armed = None;
        Some(end)
    }

    /// When it ends by itself, as things are.
    pub(super) fn due(&self) -> Option<Stamp> {
        self.ends().map(|(at, _)| at)
    }

    fn ends(&self) -> Option<(Stamp, End)> {
        let armed = self.armed.as_ref()?;
        let idle = (armed.touched.plus(armed.idle), End::Idle);
        // One nanosecond more: a minute sharp is not over a minute.
        let gap = self.gone.map(|from| (from.plus(GAP_MAX.saturating_add(Duration::from_nanos(1))), End::Link));
        std::iter::once(idle).chain(gap).min_by_key(|(at, _)| at.mono)
    }

    /// From here on keys are not taken, until a frame of this revision is on the screen. Once so, a later revision changes
    /// nothing: on a line that is slow for good each frame would put the end off, and it would never come.
    pub(super) fn blind(&mut self, from: Stamp, until: u64) {
        self.blind.get_or_insert(Blind { until, from, dropped: 0 });
    }

    /// Whether keys are not taken.
    pub(super) const fn is_blind(&self) -> bool {
        self.blind.is_some()
    }

    /// A key that is not taken.
    pub(super) fn drop_key(&mut self) {
        if let Some(blind) = &mut self.blind {
            blind.dropped = blind.dropped.saturating_add(1);
        }
    }

    /// A frame of this revision is on the screen: what was not seen, if the eye is back with it.
    pub(super) fn painted(&mut self, revision: u64, now: Stamp) -> Option<Unseen> {
        let blind = self.blind.take_if(|blind| revision >= blind.until)?;
        if let Some(pause) = self.armed.as_mut().and_then(|a| a.pause.as_mut())
            && matches!(pause.cause, Cause::Screen | Cause::Desk)
        {
            pause.until.get_or_insert(now);
        }
        Some(Unseen { lasted: now.since(blind.from), dropped: blind.dropped })
    }
}

/// Whether the clocks say that the machine slept, or that one was set, between two moments.
pub fn is_jump(before: Stamp, now: Stamp) -> bool {
    let wall = now.wall.saturating_sub(before.wall);
    let mono = now.mono.saturating_sub(before.mono);
    before != Stamp::default() && wall.abs_diff(mono) > JUMP_MAX
}

#[cfg(test)]
mod tests;
