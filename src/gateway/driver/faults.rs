//! The driver under a fault script: every client's line, the gateway's own faults, and what lines ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;
use tracing::{info, warn};

use super::{Driver, Key};
use crate::gateway::Nanos;
use crate::gateway::fault::{Deed, Line, Mode, Op, Script, Step};
use crate::gateway::server::{Gate, GatewayError};
use crate::gateway::venue::ClientId;

/// A script and how far it has come.
#[derive(Debug)]
pub(super) struct Faults {
    script: Arc<Script>,
    started: Nanos,
    /// The lines of clients that are not connected.
    lines: BTreeMap<ClientId, Box<Line>>,
    /// What befalls the gateway, latest first.
    due: Vec<(Nanos, Deed)>,
    gate: watch::Sender<Gate>,
    /// When the port opens again.
    opens: Option<Nanos>,
}

impl Faults {
    pub(super) fn new(script: Script, started: Nanos) -> Self {
        let deed = |op: &Op| match op {
            Op::Restart(span) => Some(Deed::Restart(*span)),
            Op::Login(span) => Some(Deed::Login(*span)),
            _ => None,
        };
        let mut due: Vec<_> =
            script.timed_for_all().filter_map(|(at, op)| Some((at.moment(started), deed(op)?))).collect();
        due.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let gate = watch::Sender::new(Gate::Open);
        Self { script: Arc::new(script), started, lines: BTreeMap::new(), due, gate, opens: None }
    }

    /// The line of a client that is not connected.
    fn line(&mut self, client_id: ClientId, now: Nanos) -> &mut Line {
        let (script, started) = (Arc::clone(&self.script), self.started);
        let line = self.lines.entry(client_id).or_insert_with(|| Box::new(Line::new(script, client_id, started, now)));
        line.tick(now);
        line
    }

    /// What befalls the gateway at `now`.
    fn next_due(&mut self, now: Nanos) -> Option<Deed> {
        if self.due.last().is_some_and(|(at, _)| *at <= now) { self.due.pop().map(|(_, deed)| deed) } else { None }
    }

    /// Opens the port again when it is time.
    fn open(&mut self, now: Nanos) {
        if self.opens.is_some_and(|at| at <= now) {
            self.opens = None;
            self.gate.send_replace(Gate::Open);
        }
    }
}

impl Driver {
    /// Whether the port is open, for the listener; `None` without a script.
    pub(in crate::gateway) fn gate(&self) -> Option<watch::Receiver<Gate>> {
        self.faults.as_ref().map(|faults| faults.gate.subscribe())
    }

    /// Whether the script holds this client id for somebody who is gone.
    pub(super) fn holds_id(&mut self, client_id: ClientId) -> bool {
        let now = self.world.now();
        self.faults.as_mut().is_some_and(|faults| faults.line(client_id, now).holds_id())
    }

    /// Puts a session that is about to start under its client's line.
    pub(super) fn follow(&mut self, key: Key, client_id: ClientId) {
        let now = self.world.now();
        let Some(faults) = &mut self.faults else { return };
        faults.line(client_id, now);
        if let Some(session) = self.sessions.get_mut(&key)
            && let Some(line) = faults.lines.remove(&client_id)
        {
            session.follow(line);
        }
    }

    /// Keeps the line of a client whose connection is gone.
    pub(super) fn keep_line(&mut self, line: Option<Box<Line>>) {
        if let (Some(faults), Some(line)) = (&mut self.faults, line) {
            faults.lines.insert(line.client_id(), line);
        }
    }

    /// Lets happen what is due, then what that leads to.
    pub(super) fn live_through_faults(&mut self) -> Result<(), GatewayError> {
        let now = self.world.now();
        let Some(faults) = &mut self.faults else { return Ok(()) };
        faults.open(now);
        for session in self.sessions.values_mut() {
            if let Some(line) = session.line() {
                line.tick(now);
            }
        }
        while let Some(deed) = self.faults.as_mut().and_then(|faults| faults.next_due(now)) {
            self.shut(&deed);
        }
        self.take_steps()
    }

    /// Does what the lines ask for, until none asks for more.
    pub(super) fn take_steps(&mut self) -> Result<(), GatewayError> {
        if self.faults.is_none() {
            return Ok(());
        }
        loop {
            let mut next = self.sessions.iter_mut().filter_map(|(key, session)| Some((*key, session.next_step()?)));
            let Some((key, step)) = next.next() else { return Ok(()) };
            drop(next);
            self.take(key, step)?;
        }
    }

    fn take(&mut self, key: Key, step: Step) -> Result<(), GatewayError> {
        match step {
            Step::Serve(request) => self.serve(key, request)?,
            Step::ServeAs(double, request) => {
                if let Some(session) = self.sessions.get_mut(&key) {
                    session.serve_as(double, request, &mut self.world);
                }
                self.tell()?;
            }
            Step::Say(reply) => {
                if let Some(session) = self.sessions.get_mut(&key) {
                    session.say_plain(&reply);
                }
            }
            Step::Do(deed) => self.deed(key, &deed)?,
        }
        Ok(())
    }

    fn deed(&mut self, key: Key, deed: &Deed) -> Result<(), GatewayError> {
        info!(%key, ?deed, "the fault script");
        match deed {
            Deed::Reset => self.end(key, Mode::Reset),
            Deed::Fin => self.close(key),
            Deed::HalfOpen => self.end(key, Mode::HalfOpen),
            Deed::Stall => self.hold(key, Mode::Stalled),
            Deed::Resume => self.hold(key, Mode::Open),
            Deed::LoseLines | Deed::Compete | Deed::Retype(_) => {
                if let Some(session) = self.sessions.get_mut(&key) {
                    session.afflict(deed, &self.world);
                }
            }
            Deed::Correct { exec_id, correction } => {
                if let Err(error) = self.world.correct(exec_id, *correction) {
                    warn!(%key, %error, "the fault script asks for a correction that cannot be");
                }
                self.tell()?;
            }
            Deed::Restart(_) | Deed::Login(_) => self.shut(deed),
        }
        Ok(())
    }

    fn hold(&self, key: Key, mode: Mode) {
        if let Some(grips) = self.grips.get(&key) {
            grips.set(mode);
        }
    }

    fn end(&mut self, key: Key, mode: Mode) {
        self.hold(key, mode);
        self.close(key);
    }

    /// Closes the port, or only the door behind it.
    fn shut(&mut self, deed: &Deed) {
        let (gate, span) = match deed {
            Deed::Restart(span) => (Gate::Closed, *span),
            Deed::Login(span) => (Gate::Silent, *span),
            _ => return,
        };
        info!(?deed, "the fault script");
        if gate == Gate::Closed {
            let keys: Vec<Key> = self.grips.keys().copied().collect();
            for key in keys {
                self.end(key, Mode::Reset);
            }
        }
        if let Some(faults) = &mut self.faults {
            faults.opens = Some(self.world.now().saturating_add(span));
            faults.gate.send_replace(gate);
        }
    }
}
