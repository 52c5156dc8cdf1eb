//! The venue's state as the store keeps it.
//!
//! Invariant: after every batch, what was stored before plus the batch's [`Changes`] is the venue's [`Saved`]; so a restart
//! after any committed batch is the same venue. Not kept, because it is gone within seconds: shares taken from the book.

use std::collections::{BTreeMap, BTreeSet};

use super::book::Takings;
use super::currency::Currency;
use super::engine::{Place, Working};
use super::event::Execution;
use super::fees::Pricing;
use super::ledger::{Holding, Ledger, Volume};
use super::order::{ClientId, Order, OrderId, PermId};
use super::precautions::Precautions;
use super::{EXECUTION_DAYS, Venue, days_before, tape};
use crate::gateway::{ConId, Nanos};
use crate::money::Cash;

/// An order with its place in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The order.
    pub order: Order,
    /// Where it stands.
    pub place: Place,
}

/// The account's numbers beside its positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Up to where the venue was stepped.
    pub now: Nanos,
    /// Cash in the base currency.
    pub cash: Cash,
    /// Cash in other currencies.
    pub foreign: BTreeMap<Currency, Cash>,
    /// How it pays for trading.
    pub pricing: Pricing,
    /// What it traded in the month of its last trade.
    pub volume: Volume,
    /// The SMA at the day's start; `None` if unknown.
    pub opening_sma: Option<Cash>,
    /// The start of the day that P&L counts from.
    pub day: Nanos,
    /// Equity then; `None` if unknown.
    pub opening_equity: Option<Cash>,
    /// The next order number across clients.
    pub next_perm: PermId,
    /// The next execution's count.
    pub next_execution: u32,
    /// The next rank in time.
    pub next_arrival: u64,
}

/// Everything that outlives a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The account's numbers.
    pub account: Account,
    /// Working orders, and those completed on the day.
    pub orders: Vec<Record>,
    /// The day's executions.
    pub executions: Vec<Execution>,
    /// What all executions did to the tape.
    pub tape: Vec<tape::OwnPrint>,
    /// Positions and what is left of the day's flat ones.
    pub holdings: BTreeMap<ConId, Holding>,
    /// The highest order id each client used.
    pub last_ids: BTreeMap<ClientId, OrderId>,
}

/// What one batch changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The account's numbers.
    pub account: Account,
    /// Orders that are new or changed, and the queue places of all that work.
    pub orders: Vec<Record>,
    /// New executions.
    pub executions: Vec<Execution>,
    /// Older executions that were corrected, or whose fees and profits were.
    pub revised: Vec<Execution>,
    /// Positions that changed; `None` if the record is spent.
    pub holdings: Vec<(ConId, Option<Holding>)>,
    /// Highest order ids that changed.
    pub last_ids: Vec<(ClientId, OrderId)>,
}

/// What changed since the last batch was taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    pub orders: BTreeSet<PermId>,
    pub executions: usize,
    pub revised: BTreeSet<u32>,
    pub holdings: BTreeSet<ConId>,
    pub clients: BTreeSet<ClientId>,
    pub day: bool,
}

impl Touched {
    fn is_empty(&self) -> bool {
        self.orders.is_empty()
            && self.executions == 0
            && self.revised.is_empty()
            && self.holdings.is_empty()
            && self.clients.is_empty()
            && !self.day
    }
}

impl Venue {
    fn account(&self) -> Account {
        Account {
            now: self.now,
            cash: self.ledger.cash,
            foreign: self.ledger.foreign.clone(),
            pricing: self.ledger.pricing,
            volume: self.ledger.volume,
            opening_sma: self.ledger.opening_sma,
            day: self.ledger.day,
            opening_equity: self.ledger.opening_equity,
            next_perm: self.next_perm,
            next_execution: self.next_execution,
            next_arrival: self.next_arrival,
        }
    }

    /// What changed since the last call, to be committed before the events are sent; `None` if nothing did.
    pub fn take_changes(&mut self) -> Option<Changes> {
        let touched = std::mem::take(&mut self.touched);
        if touched.is_empty() {
            return None;
        }
        let is_touched = |order: &Order| touched.orders.contains(&order.perm_id);
        let done = self.done.iter().filter(|order| is_touched(order)).map(done_record);
        let orders = self.working.iter().map(Working::record).chain(done).collect();
        let first_new = self.executions.len().saturating_sub(touched.executions);
        let older = self.executions.get(..first_new).unwrap_or_default();
        let holdings = touched.holdings.iter();
        let clients = touched.clients.iter();
        let changes = Changes {
            account: self.account(),
            orders,
            executions: self.executions.get(first_new..).unwrap_or_default().to_vec(),
            revised: older.iter().filter(|execution| touched.revised.contains(&execution.sequence)).cloned().collect(),
            holdings: holdings.map(|id| (*id, self.ledger.holdings.get(id).copied())).collect(),
            last_ids: clients.filter_map(|client| self.last_ids.get(client).map(|id| (*client, *id))).collect(),
        };
        self.forget_yesterday();
        Some(changes)
    }

    /// Drops from memory what clients can no longer ask for; the store keeps it.
    fn forget_yesterday(&mut self) {
        let day = self.ledger.day;
        self.done.retain(|order| order.completed.is_some_and(|at| at >= day));
        let from = days_before(day, EXECUTION_DAYS);
        self.executions.retain(|execution| execution.at >= from);
    }

    /// Everything that outlives a restart, as of now.
    pub fn saved(&self) -> Saved {
        let done = self.completed_orders().into_iter().map(done_record);
        let mut orders: Vec<Record> = self.working.iter().map(Working::record).chain(done).collect();
        orders.sort_by_key(|record| record.order.perm_id);
        Saved {
            account: self.account(),
            orders,
            executions: self.executions_of(EXECUTION_DAYS).cloned().collect(),
            tape: self.tape.clone(),
            holdings: self.ledger.holdings.clone(),
            last_ids: self.last_ids.clone(),
        }
    }

    /// The venue that `saved` describes; [`Venue::resume`] must follow before it is stepped.
    pub fn restore(saved: Saved) -> Self {
        let (mut working, mut done) = (Vec::new(), Vec::new());
        for record in saved.orders {
            if record.order.status.is_final() {
                done.push(record.order);
            } else {
                working.push(Working::from_record(record));
            }
        }
        working.sort_by_key(|working| working.order.perm_id);
        done.sort_by_key(|order| (order.completed, order.perm_id));
        Self {
            now: saved.account.now,
            working,
            done,
            executions: saved.executions,
            tape: saved.tape,
            takings: Takings::default(),
            unsettled: Vec::new(),
            ledger: Ledger {
                cash: saved.account.cash,
                foreign: saved.account.foreign,
                pricing: saved.account.pricing,
                volume: saved.account.volume,
                opening_sma: saved.account.opening_sma,
                holdings: saved.holdings,
                day: saved.account.day,
                opening_equity: saved.account.opening_equity,
            },
            last_ids: saved.last_ids,
            next_perm: saved.account.next_perm,
            next_execution: saved.account.next_execution,
            next_arrival: saved.account.next_arrival,
            precautions: Precautions::OFF,
            touched: Touched::default(),
        }
    }
}

/// A completed order has no place in any queue.
fn done_record(order: &Order) -> Record {
    Record { order: order.clone(), place: Place::default() }
}
