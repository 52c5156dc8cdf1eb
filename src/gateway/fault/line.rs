//! One client's share of a script: what it has counted, what is in force, what is held back.
//!
//! A line lives as long as the gateway; connections of its client come and go. Calls pass through [`Line::ask`] on their way
//! to the session, callbacks through [`Line::say`] on their way to the socket; what a line cannot do itself it asks of the
//! driver as [`Step`]s. Invariant: what is held back is counted in [`Line::held`], which the outbox bounds.

mod out;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::BytesMut;

use super::{Corruption, Message, Op, Rule, Script, Side, When};
use crate::gateway::Nanos;
use crate::gateway::venue::{ClientId, Correction};
use crate::gateway::wire::{Reply, Request, alter, time};

/// How long a message waits for the one it should follow.
const PATIENCE: Nanos = 10_000_000_000;
/// How many calls are held back; beyond that they are served at once.
const CALLS: usize = 10_000;
const LIVE: i32 = 1;

/// What the driver has to do for a line, in order.
#[derive(Debug)]
pub(in crate::gateway) enum Step {
    /// Serve a call.
    Serve(Request),
    /// Serve an order as that of the client's double.
    ServeAs(ClientId, Request),
    /// Say something to the client.
    Say(Reply),
    /// Do something to its connection or its session.
    Do(Deed),
}

/// What is done to a connection, a session or the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) enum Deed {
    /// Reset the connection.
    Reset,
    /// Close it in order.
    Fin,
    /// Forget it and leave its socket open.
    HalfOpen,
    /// Neither read nor write.
    Stall,
    /// Read and write again.
    Resume,
    /// Forget the market data lines.
    LoseLines,
    /// Say on every line that a competing session has the data.
    Compete,
    /// Say on every line what type its data is.
    Retype(i32),
    /// Correct an execution.
    Correct { exec_id: String, correction: Correction },
    /// Close the port for so long.
    Restart(Nanos),
    /// Greet nobody for so long.
    Login(Nanos),
}

/// What a line does when a moment comes.
#[derive(Debug, Clone)]
enum Later {
    /// A rule acts, about this order or request.
    Act {
        rule: usize,
        about: Option<i32>,
    },
    Say {
        code: i32,
        text: String,
    },
    TicksOff(Nanos),
    IbBack {
        data_lost: bool,
    },
    DataTypeOver,
    Resume,
}

/// What becomes of one message.
#[derive(Debug)]
struct Fate {
    copies: usize,
    delay: Option<Nanos>,
    behind: Option<Message>,
    split: Option<(usize, Nanos)>,
    corrupt: Option<(Corruption, u64)>,
    unset: bool,
    fork: bool,
}

impl Default for Fate {
    fn default() -> Self {
        Self { copies: 1, delay: None, behind: None, split: None, corrupt: None, unset: false, fork: false }
    }
}

/// A frame that waits for another message.
#[derive(Debug)]
struct Parked<T> {
    behind: Message,
    until: Nanos,
    what: T,
}

/// One client's share of a script.
#[derive(Debug)]
pub(in crate::gateway) struct Line {
    script: Arc<Script>,
    client_id: ClientId,
    started: Nanos,
    now: Nanos,
    connected: bool,
    /// Nothing more goes out on this connection.
    over: bool,
    counts: Vec<u32>,
    hits: u64,
    agenda: BTreeMap<(Nanos, u64), Later>,
    next_entry: u64,
    steps: VecDeque<Step>,
    ticks_off: Nanos,
    ib_lost: Nanos,
    competing: Nanos,
    read_only: Nanos,
    id_held: Nanos,
    data_type: i32,
    id_offset: i32,
    skew: Nanos,
    forked: bool,
    last_execution: String,
    muted: Nanos,
    kept: BytesMut,
    late: Vec<(Nanos, BytesMut)>,
    parked: Vec<Parked<BytesMut>>,
    late_calls: Vec<(Nanos, Request)>,
    parked_calls: Vec<Parked<Request>>,
}

/// The client id under which the second order of a fork stands in the venue.
const fn double_of(client_id: ClientId) -> ClientId {
    -1_000 - client_id
}

/// The client whose double this is.
const fn client_of(double: ClientId) -> Option<ClientId> {
    if double <= -1_000 { Some(-1_000 - double) } else { None }
}

impl Line {
    /// The line of a client in a gateway that started at `started`; what is in force at `now` is.
    pub(in crate::gateway) fn new(script: Arc<Script>, client_id: ClientId, started: Nanos, now: Nanos) -> Self {
        let counts = vec![0; script.rules.len()];
        let mut line = Self {
            script,
            client_id,
            started,
            now: started,
            connected: false,
            over: false,
            counts,
            hits: 0,
            agenda: BTreeMap::new(),
            next_entry: 0,
            steps: VecDeque::new(),
            ticks_off: 0,
            ib_lost: 0,
            competing: 0,
            read_only: 0,
            id_held: 0,
            data_type: LIVE,
            id_offset: 0,
            skew: 0,
            forked: false,
            last_execution: String::new(),
            muted: 0,
            kept: BytesMut::new(),
            late: Vec::new(),
            parked: Vec::new(),
            late_calls: Vec::new(),
            parked_calls: Vec::new(),
        };
        let script = Arc::clone(&line.script);
        for (rule, Rule { client, when, op }) in script.rules.iter().enumerate() {
            if let When::Time(at) = when
                && client.is_none_or(|wanted| wanted == client_id)
                && !op.is_for_all()
            {
                line.enter(at.moment(started), Later::Act { rule, about: None });
            }
        }
        line.tick(now);
        line
    }

    /// The client it is about.
    pub(in crate::gateway) fn client_id(&self) -> ClientId {
        self.client_id
    }

    /// Whether the client's id is held for somebody who is gone.
    pub(in crate::gateway) fn holds_id(&self) -> bool {
        self.now < self.id_held
    }

    /// The client has connected.
    pub(in crate::gateway) fn connect(&mut self) {
        self.connected = true;
    }

    /// The connection is gone, and what was held back of it.
    pub(in crate::gateway) fn disconnect(&mut self) {
        self.connected = false;
        self.over = false;
        self.muted = 0;
        self.steps.clear();
        self.kept.clear();
        self.late.clear();
        self.parked.clear();
        self.late_calls.clear();
        self.parked_calls.clear();
    }

    /// How many bytes are held back.
    pub(in crate::gateway) fn held(&self) -> usize {
        let late = self.late.iter().map(|(_, frame)| frame.len());
        let parked = self.parked.iter().map(|parked| parked.what.len());
        late.chain(parked).fold(self.kept.len(), usize::saturating_add)
    }

    /// Whether nothing goes out for now, so that ticks should keep still.
    pub(in crate::gateway) fn is_mute(&self) -> bool {
        self.now < self.muted || self.over
    }

    /// Whether orders of this client id are the client's own.
    pub(in crate::gateway) fn is_double(&self, owner: ClientId) -> bool {
        self.forked && owner == double_of(self.client_id)
    }

    /// What the driver should do next.
    pub(in crate::gateway) fn next_step(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// It is `now`: what is due happens.
    pub(in crate::gateway) fn tick(&mut self, now: Nanos) {
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((at, _), later) = entry.remove_entry();
            self.now = self.now.max(at);
            self.come(at, later);
        }
        self.now = self.now.max(now);
        self.release_calls();
    }

    fn enter(&mut self, at: Nanos, later: Later) {
        self.agenda.insert((at, self.next_entry), later);
        self.next_entry = self.next_entry.wrapping_add(1);
    }

    fn come(&mut self, at: Nanos, later: Later) {
        match later {
            Later::Act { rule, about } => {
                let script = Arc::clone(&self.script);
                if let Some(rule) = script.rules.get(rule) {
                    self.act(&rule.op, at, about);
                }
            }
            Later::Say { code, text } => self.notice(-1, code, &text),
            Later::TicksOff(until) => self.ticks_off = self.ticks_off.max(until),
            Later::IbBack { data_lost } => {
                self.ib_lost = 0;
                let code = if data_lost { 1101 } else { 1102 };
                if data_lost {
                    self.do_soon(Deed::LoseLines);
                }
                self.notice(-1, code, super::names::text(code).unwrap_or_default());
            }
            Later::DataTypeOver => {
                self.data_type = LIVE;
                self.do_soon(Deed::Retype(LIVE));
            }
            Later::Resume => self.do_soon(Deed::Resume),
        }
    }

    fn do_soon(&mut self, deed: Deed) {
        if self.connected {
            self.steps.push_back(Step::Do(deed));
        }
    }

    fn notice(&mut self, id: i32, code: i32, text: &str) {
        if self.connected && !self.over {
            self.steps.push_back(Step::Say(Reply::error(id, code, text, time::millis(self.now))));
        }
    }

    /// Does what is not done to a message, from the moment `at` on.
    fn act(&mut self, op: &Op, at: Nanos, about: Option<i32>) {
        match op {
            Op::Rst => self.end(Deed::Reset),
            Op::Fin => self.end(Deed::Fin),
            Op::HalfOpen => self.end(Deed::HalfOpen),
            Op::Mute(span) if self.connected => self.muted = self.muted.max(at.saturating_add(*span)),
            Op::Stall(span) => {
                self.do_soon(Deed::Stall);
                self.enter(at.saturating_add(*span), Later::Resume);
            }
            Op::HoldId(span) => self.id_held = at.saturating_add(*span),
            Op::Notice { code, text, on_it, times } => {
                let id = about.filter(|_| *on_it).unwrap_or(-1);
                (0..*times).for_each(|_| self.notice(id, *code, text));
            }
            Op::NextId(offset) => self.id_offset = *offset,
            Op::Skew(skew) => self.skew = *skew,
            Op::IbLost { span, data_lost } => {
                self.notice(-1, 1100, super::names::text(1100).unwrap_or_default());
                self.ib_lost = span.map_or(Nanos::MAX, |span| at.saturating_add(span));
                if let Some(span) = span {
                    self.enter(at.saturating_add(*span), Later::IbBack { data_lost: *data_lost });
                }
            }
            Op::Farm { name, span, times } => self.flap(at, name, *span, *times),
            Op::ReadOnly(span) => self.read_only = span.map_or(Nanos::MAX, |span| at.saturating_add(span)),
            Op::Competing(span) => {
                self.competing = at.saturating_add(*span);
                self.do_soon(Deed::Compete);
            }
            Op::DataType { kind, span } => {
                self.data_type = *kind;
                self.do_soon(Deed::Retype(*kind));
                if let Some(span) = span {
                    self.enter(at.saturating_add(*span), Later::DataTypeOver);
                }
            }
            Op::Correct(correction) => {
                let (exec_id, correction) = (self.last_execution.clone(), *correction);
                self.steps.push_back(Step::Do(Deed::Correct { exec_id, correction }));
            }
            Op::Restart(span) => self.do_soon(Deed::Restart(*span)),
            Op::Login(span) => self.do_soon(Deed::Login(*span)),
            // To a message, and done there; or to a connection that is not there.
            Op::Mute(_)
            | Op::Drop
            | Op::Dup(_)
            | Op::Delay(_)
            | Op::Reorder(_)
            | Op::Split { .. }
            | Op::Corrupt(_)
            | Op::Unset
            | Op::ForkPerm => {}
        }
    }

    fn end(&mut self, deed: Deed) {
        self.do_soon(deed);
        self.over = self.connected;
    }

    /// A farm goes and comes.
    fn flap(&mut self, at: Nanos, name: &str, span: Nanos, times: u32) {
        for round in 0..i64::from(times) {
            let down = at.saturating_add(span.saturating_mul(2).saturating_mul(round));
            let up = down.saturating_add(span);
            let text = format!("Market data farm connection is broken:{name}");
            self.enter(down, Later::Say { code: 2103, text });
            self.enter(down, Later::TicksOff(up));
            self.enter(up, Later::Say { code: 2104, text: format!("Market data farm connection is OK:{name}") });
        }
        self.tick(at);
    }

    /// Lets the rules of one side see a message.
    fn consult(&mut self, is_it: impl Fn(Message) -> bool, after: bool, about: Option<i32>, fate: &mut Fate) {
        let script = Arc::clone(&self.script);
        for (index, Rule { client, when, op }) in script.rules.iter().enumerate() {
            let When::Message { message, first, last, from, until, side } = when else { continue };
            let is_early = from.is_some_and(|from| self.now < from.moment(self.started));
            let is_late = until.is_some_and(|until| self.now >= until.moment(self.started));
            if after != matches!(side, Side::After(_))
                || !is_it(*message)
                || client.is_some_and(|wanted| wanted != self.client_id)
                || is_early
                || is_late
            {
                continue;
            }
            let Some(count) = self.counts.get_mut(index) else { continue };
            *count = count.saturating_add(1);
            if !(*first..=*last).contains(count) {
                continue;
            }
            self.hits = self.hits.wrapping_add(1);
            match side {
                Side::After(span) if *span > 0 => {
                    self.enter(self.now.saturating_add(*span), Later::Act { rule: index, about });
                }
                Side::Before | Side::After(_) => {
                    self.befall(op, fate);
                    self.act(op, self.now, about);
                }
            }
        }
    }

    /// Notes what is done to the message at hand.
    fn befall(&self, op: &Op, fate: &mut Fate) {
        match op {
            Op::Drop => fate.copies = 0,
            Op::Dup(more) => fate.copies = fate.copies.saturating_add(usize::try_from(*more).unwrap_or(0)),
            Op::Delay(span) => fate.delay = Some(*span),
            Op::Reorder(behind) => fate.behind = Some(*behind),
            Op::Split { bytes, pause } => fate.split = Some((*bytes, *pause)),
            Op::Corrupt(how) => fate.corrupt = Some((*how, self.hits)),
            Op::Unset => fate.unset = true,
            Op::ForkPerm => fate.fork = true,
            _ => {}
        }
    }

    /// A call arrives: what becomes of it stands in the steps.
    pub(in crate::gateway) fn ask(&mut self, request: Request) {
        let (id, about) = (request.id(), alter::asked_about(&request));
        let mut fate = Fate::default();
        self.consult(|message| message.is_call(id), false, about, &mut fate);
        if self.over {
            return;
        }
        let room = self.late_calls.len().saturating_add(self.parked_calls.len()) < CALLS;
        for _ in 1..fate.copies {
            self.serve(request.clone(), fate.fork);
        }
        if let Some(span) = fate.delay.filter(|_| room && fate.copies > 0) {
            self.late_calls.push((self.now.saturating_add(span), request));
        } else if let Some(behind) = fate.behind.filter(|_| room && fate.copies > 0) {
            self.parked_calls.push(Parked { behind, until: self.now.saturating_add(PATIENCE), what: request });
        } else if fate.copies > 0 {
            self.serve(request, fate.fork);
        }
        let (go, stay) = std::mem::take(&mut self.parked_calls).into_iter().partition(|p| p.behind.is_call(id));
        self.parked_calls = stay;
        let go: Vec<Parked<Request>> = go;
        for parked in go {
            self.serve(parked.what, false);
        }
        self.consult(|message| message.is_call(id), true, about, &mut Fate::default());
    }

    /// Has a call served, or refused.
    fn serve(&mut self, request: Request, fork: bool) {
        let about = alter::asked_about(&request);
        if self.now < self.read_only && matches!(request.id(), 3 | 4 | 58) {
            let text = "Error validating request.-'b' : cause - The API interface is currently in Read-Only mode.";
            return self.notice(about.unwrap_or(-1), 321, text);
        }
        let watches = request.id() == 1 && self.now < self.competing;
        self.forked |= fork;
        let double = double_of(self.client_id);
        self.steps.push_back(if fork { Step::ServeAs(double, request) } else { Step::Serve(request) });
        if watches {
            self.notice(about.unwrap_or(-1), 10197, super::names::text(10197).unwrap_or_default());
        }
    }

    /// Serves the calls whose time has come.
    fn release_calls(&mut self) {
        let now = self.now;
        let (due, stay): (Vec<_>, Vec<_>) = std::mem::take(&mut self.late_calls).into_iter().partition(|c| c.0 <= now);
        self.late_calls = stay;
        for (_, request) in due {
            self.serve(request, false);
        }
        let (due, stay): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.parked_calls).into_iter().partition(|parked| parked.until <= now);
        self.parked_calls = stay;
        for parked in due {
            self.serve(parked.what, false);
        }
    }
}
