//! The sender: the one task that writes orders and cancels, never cut off in the middle of one.
//!
//! Invariants: an order leaves only while the session is synchronised, for the account and mode it was approved for, within a
//! second of its approval, under an id that was not used before, and not from a read-only session; everything else is told
//! as not sent, with the reason. Cancels need none of that; without a connection they wait for the next one. Urgent commands
//! overtake orders. A changed order goes out without its parent (`parentId` 0), bracket child or not: so IB wants a modify
//! (`ib-facts.md`), and the broker keeps what ties it. A write that takes two seconds, or fails in the middle, ends the connection and says nothing of the
//! order: what became of it is not known.
//!
//! Must not know: what an order is for, SYNC, events of the broker.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ibapi::{Client, Error};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::order;
use super::pacing::Pace;
use crate::broker::{Command, Event, Intent};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, Mode};
use crate::domain::order::{BrokerIds, OrderKey};
use crate::milestone;
use crate::risk::{Approved, Class, Purpose};

/// How old an approval may be.
const APPROVAL_MAX: Duration = Duration::from_secs(1);
/// How long one write may take before the connection counts as lost.
const WRITE_MAX: Duration = Duration::from_secs(2);
/// How many cancels wait for a connection.
const WAITING_CANCELS_MAX: usize = 256;
/// Reports that may wait for the loop before no further orders are taken; cancels are always taken.
const WAITING_REPORTS_MAX: usize = 512;
/// Reports that may wait at all.
const REPORTS_MAX: usize = 4096;

/// What may be sent now.
#[derive(Clone, Default)]
pub enum Gate {
    /// Nothing: there is no connection.
    #[default]
    Closed,
    /// Cancels: connected and not synchronised, or in doubt. Holds the reason.
    Cancels(Arc<Client>, &'static str),
    /// Orders too.
    Open(Arc<Session>),
}

/// What orders are sent for.
pub struct Session {
    /// The client.
    pub client: Arc<Client>,
    /// The account in use.
    pub account: AccountId,
    /// Its mode.
    pub mode: Mode,
    /// Whether orders are refused.
    pub read_only: bool,
    /// Our API client id: only its orders can be changed or cancelled.
    pub client_id: i32,
    /// The lowest order id the broker takes.
    pub next_order_id: i32,
}

/// The task's belongings.
pub struct Sender {
    events: mpsc::Sender<Event>,
    gate: watch::Receiver<Gate>,
    broken: mpsc::Sender<SafeText>,
    pace: Pace,
    client_id: i32,
    /// The highest id an order was sent under; none is sent twice.
    used_id: i32,
    cancels: VecDeque<(OrderKey, BrokerIds)>,
    reports: VecDeque<Event>,
    /// Exits that a kill has spared; they go before what comes after them.
    kept: VecDeque<Command>,
}

/// What a drop of unsent orders leaves in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spared {
    /// Nothing: the end.
    None,
    /// Exits: a kill keeps protection.
    Exits,
}

/// The next order: one that was kept, else one of the lane. Loses none when it is dropped half way.
async fn next_order(kept: &mut VecDeque<Command>, orders: &mut mpsc::Receiver<Command>) -> Option<Command> {
    match kept.pop_front() {
        Some(command) => Some(command),
        None => orders.recv().await,
    }
}

impl Sender {
    /// Nothing sent yet. `broken` takes the reason when a write has not succeeded.
    pub fn new(
        events: mpsc::Sender<Event>,
        gate: watch::Receiver<Gate>,
        broken: mpsc::Sender<SafeText>,
        pace: Pace,
        client_id: i32,
    ) -> Self {
        Self {
            events,
            gate,
            broken,
            pace,
            client_id,
            used_id: 0,
            cancels: VecDeque::new(),
            reports: VecDeque::new(),
            kept: VecDeque::new(),
        }
    }

    /// Serves both lanes until `stop`; what is still in the urgent lane then is sent, what is in the orders lane is not.
    pub async fn run(
        mut self,
        mut urgent: mpsc::Receiver<Command>,
        mut orders: mpsc::Receiver<Command>,
        stop: CancellationToken,
    ) {
        let events = self.events.clone();
        loop {
            tokio::select! {
                biased;
                Some(command) = urgent.recv() => self.urgent(command, &mut orders).await,
                () = stop.cancelled() => break,
                changed = self.gate.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    self.flush().await;
                }
                Some(command) = next_order(&mut self.kept, &mut orders), if self.reports.len() < WAITING_REPORTS_MAX => {
                    self.ordered(command).await;
                }
                Ok(permit) = events.reserve(), if !self.reports.is_empty() => {
                    if let Some(report) = self.reports.pop_front() {
                        permit.send(report);
                    }
                }
                else => break,
            }
        }
        while let Ok(command) = urgent.try_recv() {
            self.urgent(command, &mut orders).await;
        }
        self.drop_unsent(&mut orders, "the workstation is closing", Spared::None);
    }

    async fn urgent(&mut self, command: Command, orders: &mut mpsc::Receiver<Command>) {
        match command {
            Command::Cancel { key, ids } => self.cancel(key, ids).await,
            Command::DropUnsent => self.drop_unsent(orders, "dropped before it was sent", Spared::Exits),
            Command::CancelEveryones => self.cancel_everyones().await,
            _ => tracing::error!("a command came through the urgent lane that is not urgent; it was dropped"),
        }
    }

    async fn ordered(&mut self, command: Command) {
        match command {
            Command::Place(approved, intent) => self.place(&approved, &intent).await,
            _ => tracing::error!("a command came through the orders lane that is no order; it was dropped"),
        }
    }

    /// Sends an order, or tells why not.
    async fn place(&mut self, approved: &Approved, intent: &Intent) {
        let session = match &*self.gate.borrow() {
            Gate::Open(session) => Ok(session.clone()),
            Gate::Cancels(_, why) => Err(*why),
            Gate::Closed => Err("there is no connection"),
        };
        let checked = session.and_then(|s| self.check(approved, intent, &s, Stamp::now()).map(|()| s));
        let session = match checked {
            Ok(session) => session,
            Err(why) => return self.not_sent(approved, why),
        };
        let family = match family(approved, intent, session.client_id) {
            Ok(family) => family,
            Err(why) => return self.not_sent(approved, why),
        };
        let contract = order::contract(approved.spec().con_id, &approved.spec().exchange);
        for (n, Leaving { key, ids, wire }) in family.iter().enumerate() {
            // From here on the id counts as used, whatever becomes of the write.
            self.used_id = self.used_id.max(ids.order_id);
            self.pace.count();
            milestone::pass("order about to be written");
            match timeout(WRITE_MAX, session.client.submit_order(ids.order_id, &contract, wire)).await {
                Ok(Ok(())) => {
                    milestone::pass("order written");
                    self.report(Event::Sent { key: (*key).clone(), ids: *ids });
                }
                Ok(Err(error)) if never_left(&error) => {
                    tracing::error!(%error, "the client refused an order");
                    for rest in family.get(n..).unwrap_or_default() {
                        self.left_behind(rest.key, "the client refused it before a byte was written");
                    }
                    // What went before it waits at the broker for the last of them, where a hand could still release it.
                    for gone in family.get(..n).unwrap_or_default() {
                        tracing::warn!(
                            order_id = gone.ids.order_id,
                            "taking back a part of a family that cannot follow"
                        );
                        self.cancel(gone.key.clone(), gone.ids).await;
                    }
                    return;
                }
                Ok(Err(error)) => return self.break_off(&format!("writing an order failed: {error}")),
                Err(_) => return self.break_off("an order was not written within 2 s"),
            }
        }
    }

    /// Why an order may not be sent.
    fn check(&self, approved: &Approved, intent: &Intent, session: &Session, now: Stamp) -> Result<(), &'static str> {
        if approved.account() != &session.account || approved.mode() != session.mode {
            return Err("it was approved for another account");
        }
        if session.read_only {
            return Err("the session is read-only");
        }
        if now.since(approved.at()) > APPROVAL_MAX {
            return Err("its approval is older than 1 s");
        }
        if !session.client.is_connected() {
            return Err("there is no connection");
        }
        match approved.purpose() {
            Purpose::New(_) if intent.order_id() <= self.used_id => Err("its order id was used before"),
            Purpose::New(_) if intent.order_id() < session.next_order_id => {
                Err("its order id lies below what the broker takes")
            }
            Purpose::New(_) => Ok(()),
            Purpose::Change(_, ids) if ids.client_id != session.client_id => Err("another client placed it"),
            Purpose::Change(_, ids) if ids.order_id != intent.order_id() || ids.order_id <= 0 => {
                Err("its order id is not the recorded one")
            }
            Purpose::Change(..) => Ok(()),
        }
    }

    /// Sends a cancel, keeps it for the next connection, or tells why it cannot go.
    async fn cancel(&mut self, key: OrderKey, ids: BrokerIds) {
        if ids.order_id <= 0 {
            return self.no_cancel(key, "the broker has not given the order an id here", false);
        }
        if ids.client_id != self.client_id {
            return self.no_cancel(key, "another client placed it; cancel it there", false);
        }
        let client = match &*self.gate.borrow() {
            Gate::Open(session) => Some(session.client.clone()),
            Gate::Cancels(client, _) => Some(client.clone()),
            Gate::Closed => None,
        };
        let Some(client) = client.filter(|c| c.is_connected()) else { return self.keep(key, ids) };
        self.pace.count();
        milestone::pass("cancel about to be written");
        match timeout(WRITE_MAX, client.cancel_order(ids.order_id, "")).await {
            // The order's own stream tells what became of it.
            Ok(Ok(stream)) => {
                milestone::pass("cancel written");
                drop(stream);
            }
            Ok(Err(error)) if never_left(&error) => self.no_cancel(key, "the client refused the cancel", false),
            Ok(Err(error)) => {
                self.keep(key, ids);
                self.break_off(&format!("writing a cancel failed: {error}"));
            }
            Err(_) => {
                self.keep(key, ids);
                self.break_off("a cancel was not written within 2 s");
            }
        }
    }

    /// Sends the cancel of everybody's orders, or tells that it cannot go: it is never kept, because what it would meet later
    /// nobody has agreed to.
    async fn cancel_everyones(&mut self) {
        let client = match &*self.gate.borrow() {
            Gate::Open(session) => Some(session.client.clone()),
            Gate::Cancels(client, _) => Some(client.clone()),
            Gate::Closed => None,
        };
        let Some(client) = client.filter(|c| c.is_connected()) else {
            return self.report(not_global("there is no connection"));
        };
        self.pace.count();
        match timeout(WRITE_MAX, client.global_cancel()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if never_left(&error) => self.report(not_global("the client refused it")),
            Ok(Err(error)) => {
                self.report(not_global("writing it failed"));
                self.break_off(&format!("writing a global cancel failed: {error}"));
            }
            Err(_) => {
                self.report(not_global("it was not written in time"));
                self.break_off("a global cancel was not written within 2 s");
            }
        }
    }

    /// Keeps a cancel for the next connection; cancelling twice does no harm.
    fn keep(&mut self, key: OrderKey, ids: BrokerIds) {
        if self.cancels.iter().any(|(k, _)| *k == key) {
            return;
        }
        if self.cancels.len() >= WAITING_CANCELS_MAX {
            return self.no_cancel(key, "too many cancels wait for a connection", false);
        }
        self.cancels.push_back((key.clone(), ids));
        self.no_cancel(key, "there is no connection", true);
    }

    /// Sends the cancels that were kept.
    async fn flush(&mut self) {
        if matches!(&*self.gate.borrow_and_update(), Gate::Closed) {
            return;
        }
        for (key, ids) in std::mem::take(&mut self.cancels) {
            self.cancel(key, ids).await;
        }
    }

    fn drop_unsent(&mut self, orders: &mut mpsc::Receiver<Command>, why: &str, spared: Spared) {
        let mut waiting = std::mem::take(&mut self.kept);
        while let Ok(command) = orders.try_recv() {
            waiting.push_back(command);
        }
        for command in waiting {
            match &command {
                Command::Place(approved, _) if spared == Spared::Exits && approved.class() == Class::Exit => {
                    self.kept.push_back(command);
                }
                Command::Place(approved, _) => self.not_sent(approved, why),
                _ => {}
            }
        }
    }

    fn break_off(&self, why: &str) {
        tracing::warn!(why, "the sender gives the connection up");
        // One reason is enough.
        let _ = self.broken.try_send(why.into());
    }

    /// Tells that an order, and the exits that would have gone out with it, never left.
    fn not_sent(&mut self, approved: &Approved, why: &str) {
        self.left_behind(approved.key(), why);
        for exit in approved.exits() {
            self.left_behind(&exit.key, why);
        }
    }

    fn left_behind(&mut self, key: &OrderKey, why: &str) {
        self.report(Event::NotSent { key: key.clone(), why: why.into() });
    }

    fn no_cancel(&mut self, key: OrderKey, why: &str, queued: bool) {
        self.report(Event::CancelNotSent { key, why: why.into(), queued });
    }

    /// Tells at once if nothing waits to be told; never waits itself, so that a full loop cannot hold up a cancel.
    fn report(&mut self, event: Event) {
        let event = if self.reports.is_empty() {
            match self.events.try_send(event) {
                Err(mpsc::error::TrySendError::Full(event)) => event,
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => return,
            }
        } else {
            event
        };
        if self.reports.len() < REPORTS_MAX {
            self.reports.push_back(event);
        } else {
            tracing::error!(?event, "nobody reads the events; a report is dropped");
        }
    }
}

/// One order of a family on its way out.
struct Leaving<'a> {
    key: &'a OrderKey,
    ids: BrokerIds,
    wire: ibapi::orders::Order,
}

/// An order and its exits as they are written: the broker holds them all until the last one arrives.
fn family<'a>(approved: &'a Approved, intent: &Intent, client_id: i32) -> Result<Vec<Leaving<'a>>, &'static str> {
    let ids = ids(approved, intent, client_id);
    let asks = approved.spec().attributes.preview;
    if asks && (!approved.exits().is_empty() || matches!(approved.purpose(), Purpose::Change(..))) {
        return Err("only a new order alone can be asked about");
    }
    let head = order::to_wire(approved.spec(), approved.key().as_str(), approved.account())?;
    let mut family = vec![Leaving { key: approved.key(), ids, wire: head }];
    for (n, exit) in approved.exits().iter().enumerate() {
        let mut wire = order::to_wire(&exit.spec, exit.key.as_str(), approved.account())?;
        wire.parent_id = ids.order_id;
        family.push(Leaving { key: &exit.key, ids: BrokerIds { order_id: intent.exit_id(n), ..ids }, wire });
    }
    let last = family.len().saturating_sub(1);
    for (n, leaving) in family.iter_mut().enumerate() {
        leaving.wire.transmit = n == last;
    }
    Ok(family)
}

/// That everybody's orders work on.
fn not_global(why: &str) -> Event {
    let text = format!("NOT SENT: the global cancel did not go out: {why}. The orders of others work on.");
    Event::Notice { code: 0, text: text.as_str().into() }
}

/// The numbers an order goes out under.
fn ids(approved: &Approved, intent: &Intent, client_id: i32) -> BrokerIds {
    match approved.purpose() {
        Purpose::New(_) => BrokerIds { client_id, order_id: intent.order_id(), perm_id: 0 },
        Purpose::Change(_, ids) => *ids,
    }
}

/// Whether an error says for certain that no byte was written.
fn never_left(error: &Error) -> bool {
    matches!(error, Error::InvalidArgument(_) | Error::OrderIdInRequestRange { .. } | Error::ServerVersion(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::{OrderKind, OrderSpec, Side, Verb};
    use crate::domain::samples::{buy, order_of, price};
    use crate::risk::samples::Desk;
    use crate::risk::{Attached, Consent, check_family};

    #[test]
    fn only_the_last_of_a_family_releases_it() {
        let stop = OrderKind::Stop { trigger: price("186.00"), limit: None };
        let exits = vec![
            Attached {
                key: OrderKey::own("b"),
                spec: OrderSpec { kind: stop, ..order_of(Verb::Close, Side::Sell, 100, None) },
            },
            Attached { key: OrderKey::own("c"), spec: order_of(Verb::Close, Side::Sell, 100, Some("190.00")) },
        ];
        let entry = buy(100, Some("187.20"));
        let approved = Desk::default()
            .ask(|ctx| check_family(entry, OrderKey::own("a"), exits, ctx, Consent::None))
            .expect("a fair bracket");
        let family = family(&approved, &Intent::unproven(1, 40), 3).expect("it can be written");
        let rows: Vec<_> = family.iter().map(|l| (l.ids.order_id, l.wire.parent_id, l.wire.transmit)).collect();
        assert_eq!(rows, [(40, 0, false), (41, 40, false), (42, 40, true)]);
        assert_eq!(family[1].wire.order_ref, "b");
        assert_eq!((family[1].wire.order_type.as_str(), family[1].wire.aux_price), ("STP", Some(186.0)));
    }
}
