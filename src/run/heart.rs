//! The heart: one loop owns the model, the view and the difference to the screen.
//!
//! It waits in one biased select: signals, the writer, the journal, the broker's facts, the user, the market, the next
//! wake-up. After the first message it drains what is ready within a budget; then the user is looked at before anything
//! else is waited for, so that keys never starve behind data.
//!
//! Pacing: a change caused by a key, a size, an order or a notice is drawn at once; one caused by the market alone waits
//! until a frame's time after the last one, and while that deadline is armed the market is not looked at. Nothing is drawn
//! while the writer still holds a frame. Before a key is handled the newest quotes are taken in: a key acts on the present.
//!
//! Invariants: nothing here blocks; every fact is taken in once, in the order in which its source gave it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::effects::{Chore, Executor};
use super::input::Input;
use super::panic::Working;
use super::record::Recorder;
use super::signals::{Ears, Heard};
use super::stats::Stats;
use super::terminal::Screen;
use super::tty::Tty;
use super::writer::{Frame, Frames, Written};
use crate::app::action::Action;
use crate::app::arming::STALL;
use crate::app::effect::Redraw;
use crate::app::model::Model;
use crate::app::msg::{JournalFact, Msg, Pointer, ReadLimits, Signal};
use crate::app::update::update;
use crate::broker::{Event, Tape};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::journal::Reply;
use crate::milestone;
use crate::theme::Theme;
use crate::view::{self, Hits};

/// Messages handled without a look at the keys, at most.
const DRAIN: usize = 256;

/// How long that may take.
const DRAIN_SPAN: Duration = Duration::from_millis(4);

/// Where facts come from.
#[derive(Debug)]
pub struct Sources {
    /// Signals and the terminal's size.
    pub ears: Ears,
    /// The writer.
    pub frames: Frames,
    /// The journal.
    pub journal: mpsc::Receiver<Reply>,
    /// The broker.
    pub events: mpsc::Receiver<Event>,
    /// The user.
    pub inputs: mpsc::Receiver<Input>,
    /// The market.
    pub tape: Tape,
    /// What went wrong elsewhere and is worth a word.
    pub warnings: mpsc::Receiver<SafeText>,
    /// The guard's limits, read again.
    pub limits: mpsc::Receiver<ReadLimits>,
}

/// How the heart is set up.
#[derive(Debug)]
pub struct Setup {
    /// The desk as it begins.
    pub model: Model,
    /// The colours.
    pub theme: Theme,
    /// The colours to change to if the terminal says that its ground is light.
    pub light: Option<Theme>,
    /// The shortest time between two frames that only the market causes.
    pub pace: Duration,
    /// Carries effects out.
    pub executor: Executor,
    /// Counters.
    pub stats: Arc<Stats>,
    /// Keeps the orders that work for the last words.
    pub working: Working,
    /// Where messages are recorded.
    pub record: Option<Recorder>,
}

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The user asked for it.
    Quit,
    /// A signal, by number.
    Signal(i32),
}

/// One thing that happened.
enum Fact {
    Heard(Heard),
    Resized((u16, u16)),
    Written(Written),
    Journal(Reply),
    Broker(Event),
    Input(Input),
    Warned(SafeText),
    Limits(ReadLimits),
    Market,
    Due,
}

/// The loop's state.
pub struct Heart {
    setup: Setup,
    sources: Sources,
    tty: Arc<Tty>,
    screen: Screen,
    hits: Hits,
    follow: VecDeque<Msg>,
    want: Redraw,
    in_flight: bool,
    /// The frame in flight was reported as stuck.
    stall_told: bool,
    suspended: bool,
    spare: Vec<u8>,
    last_frame: Option<Stamp>,
    last_take: Option<Stamp>,
    /// Quotes wait on the tape.
    market_waits: bool,
    end: Option<End>,
    zero: (Stamp, Instant),
}

impl Heart {
    /// A heart over these sources. The terminal is in force already.
    pub fn new(setup: Setup, sources: Sources, tty: Arc<Tty>) -> Self {
        let screen = Screen::new(setup.model.size);
        Self {
            setup,
            sources,
            tty,
            screen,
            hits: Hits::default(),
            follow: VecDeque::new(),
            want: Redraw::Clear,
            in_flight: false,
            stall_told: false,
            suspended: false,
            spare: Vec::new(),
            last_frame: None,
            last_take: None,
            market_waits: false,
            end: None,
            zero: (Stamp::now(), Instant::now()),
        }
    }

    /// Draws before anything else has happened.
    pub fn first_frame(&mut self) {
        let (width, height) = self.setup.model.size;
        self.take(Msg::Resized { width, height });
        self.draw_if_due(Stamp::now());
    }

    /// Runs until the user or a signal ends it.
    pub async fn run(&mut self) -> End {
        loop {
            if let Some(end) = self.end {
                if let Some(record) = &mut self.setup.record {
                    record.end(&self.setup.model);
                }
                return end;
            }
            let fact = self.next().await;
            self.handle(fact);
            self.drain();
            while self.end.is_none()
                && let Ok(input) = self.sources.inputs.try_recv()
            {
                self.handle(Fact::Input(input));
            }
            self.draw_if_due(Stamp::now());
        }
    }

    /// Waits for the next fact, the most urgent first.
    async fn next(&mut self) -> Fact {
        let due = self.due();
        let deadline = due.map(|at| self.instant(at));
        let wait = async move {
            match deadline {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let Sources { ears, frames, journal, events, inputs, tape, warnings, limits } = &mut self.sources;
        tokio::select! {
            biased;
            Some(heard) = ears.heard.recv() => Fact::Heard(heard),
            Ok(()) = ears.size.changed() => Fact::Resized(*ears.size.borrow_and_update()),
            Some(written) = frames.written.recv() => Fact::Written(written),
            Some(reply) = journal.recv() => Fact::Journal(reply),
            Some(event) = events.recv() => Fact::Broker(event),
            Some(input) = inputs.recv() => Fact::Input(input),
            Some(warning) = warnings.recv() => Fact::Warned(warning),
            Some(read) = limits.recv() => Fact::Limits(read),
            () = tape.changed(), if !self.market_waits => Fact::Market,
            () = wait => Fact::Due,
        }
    }

    /// Takes what is ready in, within the budget.
    fn drain(&mut self) {
        let start = Stamp::now();
        let mut count = 0;
        self.setup.stats.events_max.raise(self.sources.events.len());
        while count < DRAIN && self.end.is_none() && Stamp::now().since(start) < DRAIN_SPAN {
            let sources = &mut self.sources;
            let fact = if let Ok(heard) = sources.ears.heard.try_recv() {
                Fact::Heard(heard)
            } else if let Ok(written) = sources.frames.written.try_recv() {
                Fact::Written(written)
            } else if let Ok(reply) = sources.journal.try_recv() {
                Fact::Journal(reply)
            } else if let Ok(event) = sources.events.try_recv() {
                Fact::Broker(event)
            } else {
                break;
            };
            self.handle(fact);
            count += 1;
        }
        self.setup.stats.drain_max.raise(count);
    }

    /// Takes one fact in.
    fn handle(&mut self, fact: Fact) {
        match fact {
            Fact::Heard(heard) => self.hear(heard),
            Fact::Resized((width, height)) => {
                self.screen.resize((width, height));
                self.take(Msg::Resized { width, height });
            }
            Fact::Written(written) => self.written(written),
            Fact::Journal(reply) => {
                let (msg, ready) = self.setup.executor.reply(reply, &mut self.follow);
                if let Some(msg) = msg {
                    self.take(msg);
                }
                if let Some(ready) = ready {
                    self.setup.executor.proceed(ready, &mut self.follow);
                }
                self.settle();
            }
            Fact::Broker(event) => {
                super::panic::on_demand("heart");
                if let Some(heard) = heard(&event) {
                    milestone::pass(heard);
                }
                self.setup.executor.notice(&event);
                self.take(Msg::Broker(event));
            }
            Fact::Input(input) => self.input(input),
            Fact::Warned(warning) => self.take(Msg::Warned(warning)),
            Fact::Limits(read) => self.take(Msg::Limits(Box::new(read))),
            Fact::Market => self.market_waits = true,
            Fact::Due => {
                let now = Stamp::now();
                if self.stalls_at().is_some_and(|at| at.mono <= now.mono) {
                    self.stall_told = true;
                    self.take(Msg::Stalled);
                }
                while let Some(timer) = self.setup.executor.woken(now) {
                    self.take(Msg::Woke(timer));
                }
            }
        }
    }

    /// Takes a signal in.
    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::End(signal, number) => {
                self.take(Msg::Signalled(signal));
                self.end = Some(End::Signal(number));
            }
            Heard::Stop => self.suspend(),
            Heard::Kill => self.take(Msg::Acted(Action::Kill)),
            Heard::Continue => {
                self.suspended = false;
                if let Err(error) = self.tty.enter() {
                    tracing::error!(%error, "the terminal is not there any more");
                    self.end = Some(End::Signal(signal_hook::consts::SIGHUP));
                    return;
                }
                self.screen.forget();
                self.take(Msg::Signalled(Signal::Continue));
                self.want = Redraw::Clear;
            }
        }
    }

    /// Gives the screen to the shell and stops the process group, as ctrl-z does in other programs.
    fn suspend(&mut self) {
        self.suspended = true;
        self.tty.leave();
        if let Err(error) = rustix::process::kill_current_process_group(rustix::process::Signal::STOP) {
            tracing::error!(%error, "the process cannot be stopped");
            self.hear(Heard::Continue);
        }
    }

    /// A frame has left the writer.
    fn written(&mut self, written: Written) {
        (self.in_flight, self.stall_told) = (false, false);
        self.spare = written.bytes;
        if written.whole {
            self.take(Msg::Painted(written.revision));
        } else {
            self.screen.forget();
            self.want = Redraw::Clear;
        }
    }

    /// Takes the user's doing in, on the newest market.
    fn input(&mut self, input: Input) {
        self.take_market();
        match input {
            Input::Press(press) => {
                self.setup.stats.keys.add(1);
                self.take(Msg::Key(press));
            }
            Input::Pasted(text) => self.take(Msg::Pasted(text)),
            Input::Click(x, y) => {
                if let Some(action) = self.hits.action_at(x, y) {
                    self.take(Msg::Pointed(Pointer::Hit(action)));
                }
            }
            Input::Wheel(x, y, by) => {
                if let Some(pane) = self.hits.pane_at(x, y) {
                    self.take(Msg::Pointed(Pointer::Wheel { pane, by }));
                }
            }
            Input::LightGround => {
                if let Some(light) = self.setup.light.take() {
                    self.setup.theme = light;
                    self.want = Redraw::Clear;
                }
            }
            Input::Focus(change) => self.take(Msg::Focus(change)),
            Input::Broken => {
                self.take(Msg::Signalled(Signal::HangUp));
                self.end = Some(End::Signal(signal_hook::consts::SIGHUP));
            }
        }
    }

    /// Takes the newest quotes in, if any changed.
    fn take_market(&mut self) {
        self.market_waits = false;
        let quotes = self.sources.tape.take();
        if !quotes.is_empty() {
            self.setup.stats.quotes.add(quotes.len());
            self.last_take = Some(Stamp::now());
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
            let at = Stamp::now();
            if let Some(record) = &mut self.setup.record {
                record.message(at, &msg);
            }
            let orders = touches_orders(&msg);
            self.setup.stats.messages.add(1);
            let step = update(&mut self.setup.model, at, msg);
            let took = Stamp::now().since(at).as_micros();
            self.setup.stats.update_us_max.raise(usize::try_from(took).unwrap_or(usize::MAX));
            self.want = self.want.max(step.redraw);
            for effect in step.effects {
                match self.setup.executor.execute(effect, &mut self.follow) {
                    Some(Chore::Quit) => self.end = self.end.or(Some(End::Quit)),
                    Some(Chore::Suspend) => self.suspend(),
                    None => {}
                }
            }
            if orders {
                self.setup.working.set(working(&self.setup.model));
            }
        }
    }

    /// The earliest moment at which something is due besides what sources give.
    fn due(&self) -> Option<Stamp> {
        // With a frame in flight, or no screen, there is nothing to be early for: the writer or a signal wakes the loop.
        let draws = self.want == Redraw::Market && !self.in_flight && !self.suspended;
        let frame = (self.market_waits || draws).then(|| self.market_at());
        let wakes = self.setup.executor.next_wake().into_iter().chain(self.stalls_at());
        frame.into_iter().chain(wakes).min_by_key(|at| at.mono)
    }

    /// When the frame in flight counts as stuck; `None` once that was said, or with no screen.
    fn stalls_at(&self) -> Option<Stamp> {
        let waits = self.in_flight && !self.stall_told && !self.suspended;
        self.last_frame.filter(|_| waits).map(|at| at.plus(STALL))
    }

    /// When the market may next be looked at.
    fn market_at(&self) -> Stamp {
        let last = self.last_frame.into_iter().chain(self.last_take).max_by_key(|at| at.mono);
        last.map_or(Stamp::default(), |at| at.plus(self.setup.pace))
    }

    /// Draws if something asks for it, it is time, and the writer is free.
    fn draw_if_due(&mut self, now: Stamp) {
        if self.market_waits && now.mono >= self.market_at().mono {
            self.take_market();
        }
        let wanted = match self.want {
            Redraw::Keep => false,
            Redraw::Market => self.last_frame.is_none_or(|last| now.since(last) >= self.setup.pace),
            Redraw::Now | Redraw::Clear => true,
        };
        let anything = wanted || !self.setup.executor.aside.is_empty();
        if self.suspended || !anything {
            return;
        }
        if self.in_flight {
            self.setup.stats.frames_held.add(1);
            return;
        }
        self.draw(now);
    }

    fn draw(&mut self, now: Stamp) {
        if self.want == Redraw::Clear {
            self.screen.forget();
        }
        self.want = Redraw::Keep;
        let revision = self.setup.model.revision;
        let mut bytes = std::mem::take(&mut self.spare);
        let (model, theme, hits) = (&self.setup.model, &self.setup.theme, &mut self.hits);
        hits.clear();
        let drawn = self
            .screen
            .frame(&mut bytes, |buffer| view::screen(model, theme, buffer, hits).map(|cursor| (cursor.x, cursor.y)));
        if let Err(error) = drawn {
            tracing::error!(%error, "a frame could not be made");
            self.screen.forget();
        }
        bytes.append(&mut self.setup.executor.aside);
        self.last_frame = Some(now);
        self.setup.stats.drew(Stamp::now().since(now));
        if bytes.is_empty() {
            self.setup.stats.frames_empty.add(1);
            self.spare = bytes;
            self.take(Msg::Painted(revision));
            return;
        }
        // The slot is free whenever no frame is in flight; a writer that has ended is noticed by its hang-up.
        self.in_flight = self.sources.frames.give.try_send(Frame { revision, bytes }).is_ok();
    }

    /// A stamp as the runtime's clock has it.
    fn instant(&self, at: Stamp) -> Instant {
        self.zero.1 + at.since(self.zero.0)
    }
}

/// What an event of an order is, about to be taken in.
const fn heard(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::Sent { .. } => "sent heard",
        Event::Order(_) | Event::Status(_) | Event::OrderError { .. } => "answer heard",
        Event::Execution(_) => "fill heard",
        _ => return None,
    })
}

/// Whether a message can change which orders work.
const fn touches_orders(msg: &Msg) -> bool {
    match msg {
        Msg::Broker(event) => matches!(
            event,
            Event::Synced(_)
                | Event::Others(_)
                | Event::Order(_)
                | Event::Status(_)
                | Event::OrderError { .. }
                | Event::Sent { .. }
                | Event::NotSent { .. }
                | Event::Execution(_)
        ),
        Msg::Journal(JournalFact::Opened { .. } | JournalFact::Intended { .. }) => true,
        _ => false,
    }
}

/// The orders that can still fill, one line each.
fn working(model: &Model) -> Vec<String> {
    let line = |order: &crate::domain::order::Order| {
        let spec = &order.spec;
        let limit = spec.kind.limit().map(|price| format!(" {price}")).unwrap_or_default();
        let (side, kind, tif) = (spec.side.word(), spec.kind.word(), spec.tif.word());
        format!(
            "{side} {} of {} {} {kind}{limit} {tif}, {:?}, {}",
            order.remaining(),
            spec.qty,
            spec.symbol,
            order.state,
            order.key
        )
    };
    model.orders.live().map(line).collect()
}
