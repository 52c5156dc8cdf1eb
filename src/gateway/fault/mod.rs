//! Faults on request: a script of what goes wrong, to rehearse a bad night with any client.
//!
//! A script has one rule per line; `#` at the beginning of a word starts a comment.
//!
//! ```text
//! # the answer to the second order is lost with the connection, which is back in five seconds
//! client 1  after placeOrder#2              do rst
//!           at orderStatus#3                do drop
//!           at tickPrice from 10s until 1m  do unset
//!           5s after startApi#1             do ib_lost 20s
//!           at 23:45                        do restart 20m
//! seed 7
//! ```
//!
//! **Who.** `client N` makes a rule one client's; else it holds for every client, each counted for itself. Counts outlive a
//! connection: `startApi#2` is a client's second connection. Messages go by the names of the API's calls
//! (`placeOrder`, `reqPositions`) and callbacks (`orderStatus`, `execDetails`), capitals or not; `request` is any call, `frame`
//! any callback.
//!
//! **When.**
//! - `at NAME` each one, `at NAME#3` the third, `at NAME#3..5`, `at NAME#3..`: before it takes effect: a call is not yet
//!   served, a callback not yet sent. `from TIME` and `until TIME` narrow it to a stretch, in which the count begins.
//! - `after NAME#3`: the call is served (what it answers is still unsent: a reset loses it), the callback is sent.
//! - `5s after NAME#3`: that much later.
//! - `at 30s` after the gateway's start, `at 23:45` or `at 23:45:10` the next such time in New York.
//!
//! Spans are written `250ms`, `3s`, `20m`, `1h`, `1m30s`; all of them, and the times, are by the gateway's clock.
//!
//! **What**, to the message at hand (only with `at NAME`):
//!
//! | do | effect |
//! |---|---|
//! | `drop` | it is lost |
//! | `dup`, `dup 3` | it comes once more, three times more |
//! | `delay 2s` | it comes later; others pass it |
//! | `reorder NAME` | it waits for the next NAME of the same direction and comes right after it, or after 10 s |
//! | `split 3 50ms` | callbacks: three bytes of the frame come, the rest and all behind it that much later |
//! | `corrupt`, `corrupt length`, `corrupt id` | callbacks: a byte of the body is changed (by the seed), the length is a lie, the id is unknown |
//! | `unset` | callbacks: its prices are −1, its sums IB's unset marker 1.7976931348623157E308 |
//! | `fork_perm` | placeOrder that changes an order: a second order of that id works beside the first; only a global cancel ends it |
//!
//! To the connection:
//!
//! | do | effect |
//! |---|---|
//! | `rst`, `fin` | it is reset, or closed in order |
//! | `half_open` | the gateway forgets it; the client's socket stays open and nothing ever comes |
//! | `mute 10s` | nothing comes for so long, then all of it; calls are served meanwhile |
//! | `stall 10s` | the gateway neither reads nor writes for so long, as if it were stopped |
//! | `hold_id 1m` | whoever connects with this client id gets error 326 for so long |
//!
//! To the session:
//!
//! | do | effect |
//! |---|---|
//! | `notice 1100`, `notice 399 "text" on it x20` | that error or notice, with IB's text where none is given; `on it`: about the message's order or request, else about none; `x20` times |
//! | `next_id -4` | from now on nextValidId is so far off; the venue's own count is not |
//! | `skew 3s`, `skew -3s` | from now on the time that is asked for is so far off |
//! | `ib_lost 20s`, `ib_lost 20s data_lost`, `ib_lost` | 1100 and no more ticks; then 1102 and they go on, or 1101 and they are gone; or it stays so |
//! | `farm usfarm 3s x20` | 2103 and no more ticks, then 2104; as often, with the same time between |
//! | `read_only`, `read_only 1m` | placing and cancelling is refused with 321 |
//! | `competing 1m` | 10197 on every line, and no more ticks, for so long; on new lines too |
//! | `data_type delayed 1m` | lines say another type (live, frozen, delayed, delayed_frozen): delayed ticks have their own numbers, frozen ones stand still |
//! | `correct 10.05`, `bust` | the last execution the client has heard of gets another price, or is taken back |
//!
//! To the gateway, for everybody (no `client`):
//!
//! | do | effect |
//! |---|---|
//! | `restart 20m` | every connection is reset and the port closed for so long; orders work on |
//! | `login 1m` | connections are accepted and never greeted for so long |
//!
//! Invariants: a script draws on nothing but its counts, its seed and the gateway's clock, so a run repeats; rules act in the order of
//! the file; without a script none of this is there. Everything acts on this gateway alone: a script never reaches TWS.
//!
//! Absent: orders entered by hand in TWS and changes made there, since the gateway has no hands; answers to calls that fail
//! because a farm is down (only what is said of the farm, and its ticks).
//!
//! Must not know: sockets, the venue.

mod grip;
mod line;
mod names;
mod parse;
mod text;

pub(super) use grip::{Grip, Grips, Mode};
pub(super) use line::{Deed, Line, Step};

use super::Nanos;
use super::venue::{ClientId, Correction};

/// The words of a script in short, for the command line.
pub const HELP: &str = include_str!("help.txt");

/// A script of faults, read and found sound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    rules: Vec<Rule>,
    seed: u64,
}

impl Script {
    /// The rules for the gateway as a whole: what is due when, by a time of its start and the zone's clock.
    pub(super) fn timed_for_all(&self) -> impl Iterator<Item = (At, &Op)> {
        self.rules.iter().filter(|rule| rule.op.is_for_all()).filter_map(|rule| match rule.when {
            When::Time(at) => Some((at, &rule.op)),
            When::Message { .. } => None,
        })
    }
}

/// One line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    client: Option<ClientId>,
    when: When,
    op: Op,
}

/// A time of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// So long after the gateway's start.
    Since(Nanos),
    /// The first such second of a New York day after the gateway's start.
    Clock(i64),
}

impl At {
    /// The moment it is for a gateway that started at `started`.
    pub(super) fn moment(self, started: Nanos) -> Nanos {
        match self {
            Self::Since(span) => started.saturating_add(span),
            Self::Clock(second) => next_clock(started, second),
        }
    }
}

/// The first moment after `started` at which the clocks of New York stand at this second of the day.
fn next_clock(started: Nanos, second: i64) -> Nanos {
    let start = jiff::Timestamp::from_nanosecond(i128::from(started)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let now = start.to_zoned(crate::clock::eastern());
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let part = |value: i64| i8::try_from(value).unwrap_or(0);
    let of_day = jiff::civil::time(part(hour), part(minute), part(second), 0);
    let on = |date: jiff::civil::Date| date.to_datetime(of_day).to_zoned(crate::clock::eastern()).ok();
    let today = on(now.date());
    let moment = match today {
        Some(at) if at > now => Some(at),
        _ => now.date().tomorrow().ok().and_then(on),
    };
    moment.and_then(|at| Nanos::try_from(at.timestamp().as_nanosecond()).ok()).unwrap_or(Nanos::MAX)
}

/// When a rule acts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    /// At a time.
    Time(At),
    /// At messages.
    Message { message: Message, first: u32, last: u32, from: Option<At>, until: Option<At>, side: Side },
}

/// Before a message takes effect or behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After(Nanos),
}

/// A kind of message; an id of `None` is any of its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    Call(Option<i32>),
    Callback(Option<i32>),
}

impl Message {
    fn is_call(self, id: i32) -> bool {
        matches!(self, Self::Call(known) if known.is_none_or(|known| known == id))
    }

    fn is_callback(self, id: i32) -> bool {
        matches!(self, Self::Callback(known) if known.is_none_or(|known| known == id))
    }
}

/// How a frame is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Corruption {
    Body,
    Length,
    Id,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    Drop,
    Dup(u32),
    Delay(Nanos),
    Reorder(Message),
    Split { bytes: usize, pause: Nanos },
    Corrupt(Corruption),
    Unset,
    ForkPerm,
    Rst,
    Fin,
    HalfOpen,
    Mute(Nanos),
    Stall(Nanos),
    HoldId(Nanos),
    Notice { code: i32, text: String, on_it: bool, times: u32 },
    NextId(i32),
    Skew(Nanos),
    IbLost { span: Option<Nanos>, data_lost: bool },
    Farm { name: String, span: Nanos, times: u32 },
    ReadOnly(Option<Nanos>),
    Competing(Nanos),
    DataType { kind: i32, span: Option<Nanos> },
    Correct(Correction),
    Restart(Nanos),
    Login(Nanos),
}

impl Op {
    /// Whether it changes the message at hand.
    fn is_for_message(&self) -> bool {
        matches!(
            self,
            Self::Drop
                | Self::Dup(_)
                | Self::Delay(_)
                | Self::Reorder(_)
                | Self::Split { .. }
                | Self::Corrupt(_)
                | Self::Unset
                | Self::ForkPerm
        )
    }

    /// Whether it changes callbacks alone.
    fn is_for_callback(&self) -> bool {
        matches!(self, Self::Split { .. } | Self::Corrupt(_) | Self::Unset)
    }

    /// Whether it befalls the gateway as a whole.
    fn is_for_all(&self) -> bool {
        matches!(self, Self::Restart(_) | Self::Login(_))
    }
}

#[cfg(test)]
mod tests;
