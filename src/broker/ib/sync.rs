//! SYNC: asking for everything the broker knows, the only way to READY.
//!
//! Invariants: the order of the questions is open orders, completed orders, executions, positions, account, so that an order
//! which leaves one answer shows up in a later one; each is read to its end marker within a deadline; one failure fails
//! the whole, and no part of a failed SYNC is handed out as if it were everything.
//!
//! Must not know: what is done with the snapshot, when to try again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use ibapi::accounts::types::AccountId as WireAccount;
use ibapi::accounts::{AccountUpdate, PositionUpdate};
use ibapi::orders::{ExecutionFilter, Executions, OrderStatus, Orders};
use ibapi::subscriptions::{Subscription, SubscriptionItem};
use ibapi::{Client, Error};
use indexmap::IndexMap;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::others::is_open_end;
use super::pacing::Pace;
use super::{account, contract, order};
use crate::broker::event::{OrderReport, Refusal, Snapshot};
use crate::broker::{Event, Link};
use crate::clock::Stamp;
use crate::domain::account::{AccountId, AccountValues};
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::ConId;

/// The questions.
const STEPS: [&str; 5] = ["orders", "completed", "executions", "positions", "account"];

/// A finished SYNC.
pub struct Synced {
    /// Everything the broker knows.
    pub snapshot: Snapshot,
    /// The position stream, read to its first end.
    pub positions: Subscription<PositionUpdate>,
    /// The account stream, read to its first end.
    pub updates: Subscription<AccountUpdate>,
}

/// The question that failed, and why.
#[derive(Debug)]
pub struct Failed {
    /// Which.
    pub step: &'static str,
    /// Why.
    pub why: Refusal,
    /// Whether its answer may still come, and be taken for that of a later question.
    pub late: bool,
}

/// One SYNC.
pub struct Sync<'a> {
    /// The client.
    pub client: &'a Arc<Client>,
    /// The account of the session.
    pub account: &'a AccountId,
    /// The outbound pace.
    pub pace: &'a Pace,
    /// How many days of executions to ask for; 1 is since midnight.
    pub days: i32,
    /// How long each question may take.
    pub step_max: Duration,
    /// Where the steps are told.
    pub events: &'a mpsc::Sender<Event>,
}

impl Sync<'_> {
    /// Asks every question.
    pub async fn run(&self) -> Result<Synced, Failed> {
        let client = self.client;
        self.tell(0).await;
        let open =
            self.step(0, async { client.all_open_orders().await?.collect_to_end_within(self.step_max).await }).await?;
        self.tell(1).await;
        let done = self
            .step(1, async { client.completed_orders(false).await?.collect_to_end_within(self.step_max).await })
            .await?;
        self.tell(2).await;
        let filter = ExecutionFilter { last_n_days: self.days, ..ExecutionFilter::default() };
        let fills =
            self.step(2, async { client.executions(filter).await?.collect_to_end_within(self.step_max).await }).await?;
        self.tell(3).await;
        let (positions, held) = self.step(3, self.positions()).await?;
        self.tell(4).await;
        let (updates, values) = self.step(4, self.values()).await?;
        let mut snapshot = Snapshot {
            open: self::open(open, self.account),
            completed: completed(done, self.account),
            positions: held,
            account: values,
            ..Snapshot::default()
        };
        self::fills(fills, self.account, &mut snapshot.executions, &mut snapshot.commissions);
        // An order that ended between the two questions is in both answers; the later one is true.
        let ended: Vec<i64> = snapshot.completed.iter().map(|o| o.ids.perm_id).filter(|id| *id != 0).collect();
        snapshot.open.retain(|o| !ended.contains(&o.ids.perm_id));
        Ok(Synced { snapshot, positions, updates })
    }

    async fn tell(&self, step: usize) {
        let link = Link::Syncing {
            step: u8::try_from(step + 1).unwrap_or(u8::MAX),
            of: STEPS.len() as u8,
            what: STEPS.get(step).copied().unwrap_or_default().into(),
        };
        // A loop that is gone is noticed by the supervisor.
        let _ = self.events.send(Event::Link(link)).await;
    }

    async fn step<T>(&self, step: usize, question: impl Future<Output = Result<T, Error>>) -> Result<T, Failed> {
        self.pace.permit().await;
        let (why, late) = match timeout(self.step_max, question).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) if !matches!(error, Error::Timeout) => (contract::refusal(&error), is_open_end(&error)),
            Ok(Err(_)) | Err(_) => (contract::refused("no complete answer in time"), true),
        };
        Err(Failed { step: STEPS.get(step).copied().unwrap_or_default(), why, late })
    }

    async fn positions(
        &self,
    ) -> Result<(Subscription<PositionUpdate>, Vec<crate::broker::event::PositionReport>), Error> {
        let mut stream = self.client.positions().await?;
        let mut held: IndexMap<ConId, _> = IndexMap::new();
        while let Some(item) = stream.next().await {
            match item? {
                SubscriptionItem::Data(PositionUpdate::Position(wire)) => {
                    if let Some(report) = account::position(&wire, self.account) {
                        held.insert(report.con_id, report);
                    }
                }
                SubscriptionItem::Data(PositionUpdate::PositionEnd) => {
                    return Ok((stream, held.into_values().collect()));
                }
                SubscriptionItem::Notice(notice) => lagged(notice)?,
            }
        }
        Err(Error::UnexpectedEndOfStream)
    }

    async fn values(&self) -> Result<(Subscription<AccountUpdate>, AccountValues), Error> {
        let mut stream = self.client.account_updates(&WireAccount(self.account.reveal().to_owned())).await?;
        let mut values = AccountValues::default();
        while let Some(item) = stream.next().await {
            match item? {
                SubscriptionItem::Data(AccountUpdate::AccountValue(value)) => {
                    account::set(&mut values, &value, self.account, Stamp::now());
                }
                SubscriptionItem::Data(AccountUpdate::End) => return Ok((stream, values)),
                SubscriptionItem::Data(_) => {}
                SubscriptionItem::Notice(notice) => lagged(notice)?,
            }
        }
        Err(Error::UnexpectedEndOfStream)
    }
}

/// Open orders with how far each has come.
pub fn open(rows: Vec<Orders>, account: &AccountId) -> Vec<OrderReport> {
    let mut found: IndexMap<(i32, i32, i64), OrderReport> = IndexMap::new();
    for row in rows {
        match row {
            Orders::OrderData(data) => {
                if let Some(report) = order::report(&data, account) {
                    found.insert((report.ids.client_id, report.ids.order_id, report.ids.perm_id), report);
                }
            }
            Orders::OrderStatus(status) => progress(&mut found, &status),
        }
    }
    found.into_values().collect()
}

/// Orders that have ended.
pub fn completed(rows: Vec<Orders>, account: &AccountId) -> Vec<OrderReport> {
    let report = |row| match row {
        Orders::OrderData(data) => order::completed(&data, account),
        Orders::OrderStatus(_) => None,
    };
    rows.into_iter().filter_map(report).collect()
}

/// Executions and what they cost.
pub fn fills(
    rows: Vec<Executions>,
    account: &AccountId,
    executions: &mut Vec<Execution>,
    commissions: &mut Vec<(ExecId, Commission)>,
) {
    for row in rows {
        match row {
            Executions::ExecutionData(data) => match order::execution(&data, account) {
                Some(execution) => executions.push(execution),
                None => drop(order::unreadable(&data, account)),
            },
            Executions::CommissionReport(report) => commissions.extend(order::commission(&report)),
        }
    }
}

/// A stream that lost something cannot end in a complete answer.
fn lagged(notice: ibapi::Notice) -> Result<(), Error> {
    if notice.code == ibapi::SUBSCRIPTION_LAG_CODE { Err(Error::Notice(notice)) } else { Ok(()) }
}

/// Adds a status to the order it belongs to.
fn progress(found: &mut IndexMap<(i32, i32, i64), OrderReport>, status: &OrderStatus) {
    let Some(status) = order::status_report(status) else { return };
    let key = (status.ids.client_id, status.ids.order_id, status.ids.perm_id);
    if let Some(report) = found.get_mut(&key) {
        report.status = status.status;
        report.filled = Some(status.filled);
        report.avg_fill = status.avg_fill;
        report.remark = status.why_held.or_else(|| report.remark.take());
    }
}
