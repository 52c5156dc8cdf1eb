//! A desk without a screen: the same model, `update`, executor, journal and adapter as the workstation's; what it is told
//! to do arrives as the messages that keys would send.
//!
//! Must not know: what is printed of it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::action::Action;
use crate::app::bindings;
use crate::app::effect::Step;
use crate::app::model::Model;
use crate::app::msg::Msg;
use crate::app::record_refusal;
use crate::app::update::update;
use crate::broker::port;
use crate::broker::{Event, Tape};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::bar::{BarHours, Interval};
use crate::journal::{self, Reply};
use crate::run::effects::{Chore, Executor};
use crate::run::files::Files;
use crate::run::lock::Seat;
use crate::run::panic::Halt;
use crate::run::parts::Parts;
use crate::run::plan::Place;
use crate::run::record::Begin;
use crate::run::stats::Stats;
use crate::run::threads;

/// Warnings that may wait.
const WARNINGS: usize = 64;

/// The screen the desk is told it has: large enough for all its panes.
const SIZE: (u16, u16) = (160, 48);

/// How waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lived {
    /// What was waited for came about.
    Held,
    /// It did not in time.
    Late,
    /// A signal, by number.
    Signalled(i32),
}

/// One thing that happened.
enum Fact {
    Journal(Reply),
    Broker(Event),
    Warned(SafeText),
    Market,
    Due,
    Signal(i32),
}

/// A desk without a screen.
pub struct Desk {
    /// What it knows.
    pub model: Model,
    /// Where the profile's seats are.
    pub folder: PathBuf,
    /// The seat it has.
    pub seat: u16,
    executor: Executor,
    journal: mpsc::Receiver<Reply>,
    events: mpsc::Receiver<Event>,
    tape: Tape,
    warnings: mpsc::Receiver<SafeText>,
    signals: mpsc::Receiver<i32>,
    follow: VecDeque<Msg>,
    zero: (Stamp, Instant),
}

impl Desk {
    /// A desk of this place and seat that looks at these symbols; its threads are started into `parts`.
    pub fn open(place: &Place, seat: &Seat, symbols: Vec<String>, parts: &mut Parts) -> Result<Self, Report> {
        let (warn, warnings) = mpsc::channel(WARNINGS);
        let (inlet, requests) = journal::channel();
        let journal = parts.journal(seat, requests, inlet.gauge().clone())?;
        let (port, lanes) = port::open();
        let tape = Tape::new();
        let events = parts
            .broker(place, seat, lanes, tape.clone(), warn)
            .wrap_err_with(|| format!("{} cannot be used", place.folder.display()))?;
        let mut settings = place.settings.clone();
        settings.watchlist = symbols;
        let begin = Begin {
            settings,
            profile: place.shown().to_owned(),
            mode: place.profile.mode,
            hours: place.hours(),
            size: SIZE,
        };
        let mut model = begin.model(bindings::fallback());
        model.desk.commanded = true;
        // The bars that sentences speak of: `ylow`, `1atr`.
        (model.panes.chart.interval, model.panes.chart.hours) = (Interval::Day1, BarHours::Regular);
        let executor = Executor::new(port, inlet, Files::none(), Halt::default(), Arc::new(Stats::default()));
        Ok(Self {
            model,
            folder: place.folder.clone(),
            seat: seat.number,
            executor,
            journal,
            events,
            tape,
            warnings,
            signals: signals()?,
            follow: VecDeque::new(),
            zero: (Stamp::now(), Instant::now()),
        })
    }

    /// Does what a key of this action would.
    pub fn act(&mut self, action: Action) {
        self.take_market();
        self.take(Msg::Acted(action));
    }

    /// Says a sentence on the command line.
    pub fn say(&mut self, text: &str) {
        self.act(Action::CommandOpen);
        self.take(Msg::Pasted(text.to_owned()));
        self.act(Action::TextAccept);
    }

    /// Puts the guard's refusal of what is staged into the journal.
    pub fn record_refusal(&mut self) {
        let step = record_refusal(&self.model);
        self.carry_out(step);
        self.settle();
    }

    /// What is staged counts as seen: who typed the sentence has said what is to be sent.
    pub fn seen(&mut self) {
        self.take(Msg::Painted(self.model.revision));
    }

    /// Lives on until `holds`, at most for `span`.
    pub async fn until(&mut self, span: Duration, mut holds: impl FnMut(&Model) -> bool) -> Lived {
        let end = Stamp::now().plus(span);
        while !holds(&self.model) {
            if end.since(Stamp::now()).is_zero() {
                return Lived::Late;
            }
            match self.next(end).await {
                Fact::Signal(number) => return Lived::Signalled(number),
                fact => self.handle(fact),
            }
        }
        Lived::Held
    }

    /// Waits for the next fact, at most until `end`.
    async fn next(&mut self, end: Stamp) -> Fact {
        let due = self.executor.next_wake().into_iter().chain([end]).min_by_key(|at| at.mono).unwrap_or(end);
        let deadline = self.zero.1 + due.since(self.zero.0);
        tokio::select! {
            biased;
            Some(number) = self.signals.recv() => Fact::Signal(number),
            Some(reply) = self.journal.recv() => Fact::Journal(reply),
            Some(event) = self.events.recv() => Fact::Broker(event),
            Some(warning) = self.warnings.recv() => Fact::Warned(warning),
            () = self.tape.changed() => Fact::Market,
            () = tokio::time::sleep_until(deadline) => Fact::Due,
        }
    }

    fn handle(&mut self, fact: Fact) {
        match fact {
            Fact::Journal(reply) => {
                let (msg, ready) = self.executor.reply(reply, &mut self.follow);
                if let Some(msg) = msg {
                    self.take(msg);
                }
                if let Some(ready) = ready {
                    self.executor.proceed(ready, &mut self.follow);
                }
                self.settle();
            }
            Fact::Broker(event) => {
                self.executor.notice(&event);
                self.take(Msg::Broker(event));
            }
            Fact::Warned(warning) => self.take(Msg::Warned(warning)),
            Fact::Market => self.take_market(),
            Fact::Due => {
                let now = Stamp::now();
                while let Some(timer) = self.executor.woken(now) {
                    self.take(Msg::Woke(timer));
                }
            }
            Fact::Signal(_) => {}
        }
    }

    fn take_market(&mut self) {
        let quotes = self.tape.take();
        if !quotes.is_empty() {
            self.take(Msg::Broker(Event::Quotes(quotes)));
        }
    }

    /// Updates the model with a message and everything that follows from it at once.
    fn take(&mut self, msg: Msg) {
        self.follow.push_back(msg);
        self.settle();
    }

    fn settle(&mut self) {
        while let Some(msg) = self.follow.pop_front() {
            let step = update(&mut self.model, Stamp::now(), msg);
            self.carry_out(step);
        }
    }

    fn carry_out(&mut self, step: Step) {
        for effect in step.effects {
            // There is no screen to leave, and the end comes with the answer.
            let _: Option<Chore> = self.executor.execute(effect, &mut self.follow);
        }
    }
}

/// Where signals that would end the process arrive instead.
fn signals() -> Result<mpsc::Receiver<i32>, Report> {
    let (tell, heard) = mpsc::channel(1);
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    // Never joined: it waits for a signal that need not come.
    threads::start("signals", move || {
        for number in signals.forever() {
            if tell.blocking_send(number).is_err() {
                return;
            }
        }
    })?;
    Ok(heard)
}
