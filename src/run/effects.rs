//! The executor: effects become requests to the journal and commands to the broker.
//!
//! The road of an order: `Place` goes to the journal; when the intent is durable, and only then, the order goes into its
//! lane. A kill in between (`DropUnsent`) reaches orders on both stretches: those in the lane are dropped by the sender,
//! those still in the journal are dropped here when they come back.
//!
//! Invariants: nothing here waits; an order that cannot go on is reported as not sent, once; after HALT of the process
//! (a panic) nothing is sent.
//!
//! Must not know: the model, the screen.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::files::Files;
use super::panic::Halt;
use super::stats::Stats;
use crate::app::effect::{Effect, Record};
use crate::app::msg::{JournalFact, Msg, Timer};
use crate::broker::event::Link;
use crate::broker::port::Port;
use crate::broker::{Command, Event};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::journal::{Inlet, Reply, Request};
use crate::milestone;
use crate::risk::{Approved, Class};

/// What only the heart can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// Leave the screen to the shell.
    Suspend,
    /// End.
    Quit,
}

/// The client and its next order id, while the broker is READY.
#[derive(Debug, Clone, Copy)]
struct Session {
    client_id: i32,
    next_order_id: i32,
}

/// Carries effects out.
#[derive(Debug)]
pub struct Executor {
    port: Port,
    journal: Inlet,
    files: Files,
    halt: Halt,
    stats: Arc<Stats>,
    session: Option<Session>,
    /// How often unsent orders have been dropped.
    drops: u64,
    /// For each intent in the journal, oldest first, the value of `drops` when it was given.
    recording: VecDeque<u64>,
    timers: BTreeMap<Timer, Stamp>,
    /// Bytes for the terminal besides frames: clipboard, bell.
    pub aside: Vec<u8>,
}

impl Executor {
    /// An executor over these ends.
    pub fn new(port: Port, journal: Inlet, files: Files, halt: Halt, stats: Arc<Stats>) -> Self {
        Self {
            port,
            journal,
            files,
            halt,
            stats,
            session: None,
            drops: 0,
            recording: VecDeque::new(),
            timers: BTreeMap::new(),
            aside: Vec::new(),
        }
    }

    /// Looks at a fact of the broker for what executing needs.
    pub fn notice(&mut self, event: &Event) {
        match event {
            Event::Link(Link::Ready { client_id, next_order_id, .. }) => {
                self.session = Some(Session { client_id: *client_id, next_order_id: *next_order_id });
            }
            Event::Link(Link::Dialling { .. } | Link::Refused(_)) => self.session = None,
            _ => {}
        }
    }

    /// Carries one effect out; what follows from it at once is put at the end of `follow`.
    pub fn execute(&mut self, effect: Effect, follow: &mut VecDeque<Msg>) -> Option<Chore> {
        match effect {
            Effect::Place(approved) | Effect::Ask(approved) => {
                if self.halt.is_set() {
                    not_sent(&approved, "the program is ending", follow);
                    return None;
                }
                let Some(session) = self.session else {
                    not_sent(&approved, "not connected", follow);
                    return None;
                };
                let Session { client_id, next_order_id } = session;
                match self.journal.give(Request::Intend { approved, client_id, next_order_id }) {
                    Ok(()) => {
                        milestone::pass("intent given");
                        self.recording.push_back(self.drops);
                    }
                    Err(request) => {
                        if let Request::Intend { approved, .. } = *request {
                            not_sent(&approved, "the journal does not keep up or has ended", follow);
                        }
                    }
                }
            }
            Effect::Send(command) => self.send(command, follow),
            Effect::Record(record) => {
                let request = match record {
                    Record::Order(order) => Request::Order(order),
                    Record::Execution(execution) => Request::Execution(execution),
                    Record::Entry(entry) => Request::Entry(entry),
                };
                if self.journal.give(request).is_err() {
                    let why = SafeText::new("it does not keep up or has ended");
                    follow.push_back(Msg::Journal(JournalFact::Failed(why)));
                }
            }
            Effect::Recall { before, count } => {
                if self.journal.give(Request::Recall { before, count }).is_err() {
                    let why = "the journal does not keep up or has ended".to_owned();
                    follow.push_back(Msg::Journal(JournalFact::Recalled(Err(why))));
                }
            }
            Effect::SaveWatchlist(symbols) => {
                if !self.files.save_watchlist(symbols) {
                    follow
                        .push_back(Msg::Warned("The watchlist could not be saved: the disk does not keep up.".into()));
                }
            }
            Effect::ReadLimits => {
                if !self.files.read_limits() {
                    follow.push_back(Msg::Warned("risk.toml was not read: the disk does not keep up.".into()));
                }
            }
            Effect::Wake { at, timer } => {
                self.timers.insert(timer, at);
            }
            Effect::Copy(text) => self.aside.extend(clipboard(&text)),
            Effect::Bell => self.aside.push(b'\x07'),
            Effect::Suspend => return Some(Chore::Suspend),
            Effect::Quit => return Some(Chore::Quit),
        }
        self.stats.journal_max.raise(self.journal.gauge().waiting());
        None
    }

    /// Takes what the journal says: an order whose intent is durable goes on its way.
    ///
    /// The model hears of the intent before the order is put into its lane: the caller updates it with the message and then
    /// hands the order to [`Executor::proceed`].
    pub fn reply(&mut self, reply: Reply, follow: &mut VecDeque<Msg>) -> (Option<Msg>, Option<Ready>) {
        match reply {
            Reply::Opened(opened) => {
                let fact = JournalFact::Opened {
                    run: opened.run,
                    tag: SafeText::new(&opened.tag),
                    live: opened.live,
                    executions: opened.executions,
                    terms: opened.terms,
                    before: opened.before,
                    accepted: opened.accepted,
                };
                (Some(Msg::Journal(fact)), None)
            }
            Reply::Intended { approved, intent, micros } => {
                let given = self.recording.pop_front();
                self.stats.intents.add(1);
                let took = usize::try_from(micros).unwrap_or(usize::MAX);
                self.stats.intent_us.add(took);
                self.stats.intent_us_max.raise(took);
                let fact = JournalFact::Intended {
                    key: approved.key().clone(),
                    seq: intent.seq(),
                    order_id: intent.order_id(),
                    micros,
                };
                (Some(Msg::Journal(fact)), Some(Ready { given, command: Command::Place(approved, intent) }))
            }
            Reply::Refused { approved, why } => {
                self.recording.pop_front();
                let why = format!("the journal cannot record it: {why}");
                not_sent(&approved, &why, follow);
                (None, None)
            }
            Reply::Recorded { count, .. } => {
                self.stats.records.add(count);
                (None, None)
            }
            Reply::Recalled(page) => (Some(Msg::Journal(JournalFact::Recalled(page))), None),
            Reply::Failed(why) => (Some(Msg::Journal(JournalFact::Failed(SafeText::new(&why)))), None),
        }
    }

    /// Puts an order with a durable intent into its lane, unless it was dropped meanwhile.
    pub fn proceed(&mut self, ready: Ready, follow: &mut VecDeque<Msg>) {
        if self.halt.is_set() {
            refuse(ready.command, "the program is ending", follow);
        } else if ready.given != Some(self.drops) && !ready.is_exit() {
            refuse(ready.command, "dropped before it was sent", follow);
        } else {
            self.send(ready.command, follow);
        }
    }

    /// When the next wake-up is due.
    pub fn next_wake(&self) -> Option<Stamp> {
        self.timers.values().min_by_key(|at| at.mono).copied()
    }

    /// Takes a wake-up that is due.
    pub fn woken(&mut self, now: Stamp) -> Option<Timer> {
        let timer = self.timers.iter().find(|(_, at)| at.mono <= now.mono).map(|(timer, _)| *timer)?;
        self.timers.remove(&timer);
        Some(timer)
    }

    /// Puts a command into its lane.
    fn send(&mut self, command: Command, follow: &mut VecDeque<Msg>) {
        if matches!(command, Command::DropUnsent) {
            self.drops = self.drops.wrapping_add(1);
        }
        let handed = match command {
            Command::Place(..) => "order handed over",
            Command::Cancel { .. } => "cancel handed over",
            _ => "question handed over",
        };
        if let Err(command) = self.port.send(command) {
            self.stats.refused.add(1);
            refuse(command, "too many commands wait for the broker", follow);
        } else {
            milestone::pass(handed);
        }
    }
}

/// An order whose intent is durable and that has not been put into its lane.
#[derive(Debug)]
pub struct Ready {
    given: Option<u64>,
    command: Command,
}

impl Ready {
    /// Whether it is an exit, which a kill spares.
    fn is_exit(&self) -> bool {
        matches!(&self.command, Command::Place(approved, _) if approved.class() == Class::Exit)
    }
}

/// Says what did not happen.
fn refuse(command: Command, why: &str, follow: &mut VecDeque<Msg>) {
    let text = match command {
        Command::Place(approved, _) => return not_sent(&approved, why, follow),
        Command::Cancel { key, .. } => {
            follow.push_back(Msg::Broker(Event::CancelNotSent { key, why: SafeText::new(why), queued: false }));
            return;
        }
        Command::DropUnsent => format!("Orders that wait could not be dropped: {why}."),
        Command::CancelEveryones => format!("NOT SENT: the global cancel did not go out: {why}."),
        other => format!("Not asked for: {why} ({}).", word(&other)),
    };
    follow.push_back(Msg::Warned(SafeText::new(&text)));
}

/// What a question or subscription is about.
const fn word(command: &Command) -> &'static str {
    match command {
        Command::Watch(_) | Command::Unwatch(_) => "quotes",
        Command::Find { .. } => "a contract",
        Command::Search { .. } => "a symbol search",
        Command::Bars { .. } | Command::OlderBars { .. } | Command::StopBars(_) => "bars",
        Command::Resync => "a reconciliation",
        Command::AskOthers => "the orders of others",
        Command::Place(..) | Command::Cancel { .. } | Command::DropUnsent | Command::CancelEveryones => "an order",
    }
}

/// Says that an order, and the exits that would have gone out with it, never left.
fn not_sent(approved: &Approved, why: &str, follow: &mut VecDeque<Msg>) {
    for key in std::iter::once(approved.key()).chain(approved.exits().iter().map(|exit| &exit.key)) {
        follow.push_back(Msg::Broker(Event::NotSent { key: key.clone(), why: SafeText::new(why) }));
    }
}

/// The sequence that puts a text on the terminal's clipboard (OSC 52).
fn clipboard(text: &str) -> Vec<u8> {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    format!("\x1b]52;c;{encoded}\x07").into_bytes()
}

#[cfg(test)]
mod tests;
