//! Orders of others: TWS itself, the phone, other API clients.
//!
//! The broker streams to a client only what concerns its own orders. What others have at work is told to those who ask, so
//! it is asked for every few seconds while the session is READY, and soon after each change of a position. Asking for all
//! open orders binds nothing: the orders stay with whoever placed them.
//!
//! Invariants: one question at a time; each waits for the outbound pace, so that orders and cancels go first; an answer
//! counts only when it is complete. An order that the last answer had and this one has not is looked for among the completed
//! orders, and its fills among the executions, before anything is told: what is told is of one moment. SYNC begins only
//! after the question under way has ended, because the broker's answers do not say which question they belong to; where one
//! was given up without its end, none is asked again in that connection, and SYNC begins with a new one.
//!
//! Must not know: what is done with the answer. Absent: binding the orders of TWS (client 0).

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ibapi::orders::{ExecutionFilter, Orders};
use ibapi::{Client, Error};
use tokio::time::{Instant, timeout};

use super::pacing::Pace;
use super::{order, sync};
use crate::broker::event::{OrderReport, Others};
use crate::clock::Stamp;
use crate::domain::account::AccountId;
use crate::domain::order::BrokerIds;
use crate::money::Qty;

/// After so many failed questions in a row it is said that others' orders are not known.
const FAILURES_MAX: u32 = 2;
/// So long one answer may take. It is long because an answer that comes after it could be taken for another's.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// How often is asked.
#[derive(Debug, Clone, Copy)]
pub struct Beat {
    /// For open orders.
    pub orders: Duration,
    /// For executions, where nothing else gives reason to.
    pub fills: Duration,
    /// At least between two questions.
    pub gap: Duration,
}

impl Default for Beat {
    fn default() -> Self {
        Self { orders: Duration::from_secs(5), fills: Duration::from_secs(30), gap: Duration::from_millis(500) }
    }
}

/// An order of another as it was last listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    /// What had filled.
    filled: Qty,
    /// Whether the last list did not have it any more: its end is looked for once more, for it may come later than the list.
    missed: bool,
}
/// Orders of others as they were last listed.
type Listed = BTreeMap<(i32, i32, i64), Row>;
/// A question under way.
type Asking = Pin<Box<dyn Future<Output = Result<(Others, Listed), Error>> + Send>>;

/// What came of a question.
pub enum Outcome {
    /// The complete answer.
    Complete(Box<Others>),
    /// None; it is asked again at the next beat.
    Failed,
    /// None for some time: to be said, once.
    Unknown(Error),
}

/// When is asked next, and what was answered last.
pub struct Watch {
    beat: Beat,
    client_id: i32,
    listed: Listed,
    asking: Option<Asking>,
    next: Instant,
    asked: Instant,
    fills_due: Instant,
    fills_wanted: bool,
    failures: u32,
    /// Whether a question was given up without its end: an answer that comes late could be taken for another's, so in this
    /// connection nothing of the kind is asked again.
    open_end: bool,
}

/// Whether a question was given up while rows of its answer, and its end, may still come: an end without its rows would be
/// taken for an empty list.
pub(super) fn is_open_end(error: &Error) -> bool {
    match error {
        Error::Notice(notice) => notice.code == ibapi::SUBSCRIPTION_LAG_CODE,
        // What could not be used was read to its end.
        Error::Simple(_) => false,
        _ => true,
    }
}

impl Watch {
    /// Nothing asked yet.
    pub fn new(beat: Beat, client_id: i32) -> Self {
        let now = Instant::now();
        Self {
            beat,
            client_id,
            listed: Listed::new(),
            asking: None,
            next: now,
            asked: now,
            fills_due: now,
            fills_wanted: false,
            failures: 0,
            open_end: false,
        }
    }

    /// A SYNC has listed these open orders.
    pub fn synced(&mut self, open: &[OrderReport]) {
        let now = Instant::now();
        self.listed = listed(open, self.client_id);
        (self.next, self.asked, self.fills_due) = (now + self.beat.orders, now, now + self.beat.fills);
        (self.fills_wanted, self.failures) = (false, 0);
    }

    /// Asks soon, for executions too: a position has changed, or the desk wants to know.
    pub fn soon(&mut self) {
        self.fills_wanted = true;
        self.next = self.next.min(self.asked + self.beat.gap);
    }

    /// When to ask; `None` while a question is under way, or where one was given up.
    pub const fn due(&self) -> Option<Instant> {
        if self.asking.is_none() && !self.open_end { Some(self.next) } else { None }
    }

    /// Puts off what is due: the session is not READY.
    pub fn put_off(&mut self) {
        self.next = Instant::now() + self.beat.gap;
    }

    /// Asks.
    pub fn ask(&mut self, client: &Arc<Client>, account: &AccountId, pace: &Pace) {
        let now = Instant::now();
        let fills = std::mem::take(&mut self.fills_wanted) || self.fills_due <= now;
        (self.asked, self.next) = (now, now + self.beat.orders);
        if fills {
            self.fills_due = now + self.beat.fills;
        }
        let question = Question {
            client: client.clone(),
            account: account.clone(),
            pace: pace.clone(),
            client_id: self.client_id,
            before: self.listed.clone(),
            fills,
        };
        self.asking = Some(Box::pin(question.answer()));
    }

    /// What comes of the question under way; never ends without one.
    pub async fn next(&mut self) -> Outcome {
        let Some(asking) = &mut self.asking else { return std::future::pending().await };
        let answer = asking.await;
        self.asking = None;
        match answer {
            Ok((others, listed)) => {
                (self.listed, self.failures) = (listed, 0);
                Outcome::Complete(Box::new(others))
            }
            Err(error) => {
                tracing::warn!(%error, "orders of others could not be listed");
                self.failures = self.failures.saturating_add(1);
                // What was to be asked for is still wanted.
                self.fills_wanted = true;
                let given_up = is_open_end(&error) && !std::mem::replace(&mut self.open_end, true);
                if self.failures == FAILURES_MAX || given_up { Outcome::Unknown(error) } else { Outcome::Failed }
            }
        }
    }

    /// Waits for the end of the question under way, at most `within`; its answer is dropped. Whether nothing can come any more
    /// that could be taken for the answer to another question.
    pub async fn end(&mut self, within: Duration) -> bool {
        if let Some(asking) = self.asking.take() {
            match timeout(within, asking).await {
                Ok(answer) => self.open_end |= answer.is_err_and(|error| is_open_end(&error)),
                Err(_) => self.open_end = true,
            }
        }
        !self.open_end
    }
}

/// One question with all that it needs.
struct Question {
    client: Arc<Client>,
    account: AccountId,
    pace: Pace,
    client_id: i32,
    before: Listed,
    fills: bool,
}

impl Question {
    async fn answer(self) -> Result<(Others, Listed), Error> {
        self.pace.permit().await;
        let asked = Stamp::now();
        let rows = self.client.all_open_orders().await?.collect_to_end_within(ANSWER_MAX).await?;
        // Without what cannot be read the list is not complete, and what it lacks would be taken for gone.
        let unreadable = rows.iter().find_map(|row| match row {
            Orders::OrderData(data) => order::unreadable_open(data, &self.account),
            Orders::OrderStatus(_) => None,
        });
        if let Some(text) = unreadable {
            return Err(Error::Simple(text));
        }
        let mut others = Others { asked, ..Others::default() };
        others.open = sync::open(rows, &self.account);
        others.open.retain(|report| is_others(&report.ids, self.client_id));
        let mut listed = listed(&others.open, self.client_id);
        let grown = listed.iter().any(|(id, row)| self.before.get(id).is_none_or(|before| before.filled != row.filled));
        let missing: Vec<_> = self.before.iter().filter(|(id, _)| !listed.contains_key(*id)).collect();
        let gone: Vec<i64> = missing.iter().map(|((_, _, perm), _)| *perm).collect();
        let missing = missing.into_iter().filter(|(_, row)| !row.missed);
        let missing: Listed = missing.map(|(id, row)| (*id, Row { missed: true, ..*row })).collect();
        listed.extend(missing);
        if self.fills || grown || !gone.is_empty() {
            self.pace.permit().await;
            let rows =
                self.client.executions(ExecutionFilter::default()).await?.collect_to_end_within(ANSWER_MAX).await?;
            sync::fills(rows, &self.account, &mut others.executions, &mut others.commissions);
            others.executions.retain(|fill| is_others(&fill.ids, self.client_id));
            let ids: Vec<_> = others.executions.iter().map(|fill| fill.exec_id.clone()).collect();
            others.commissions.retain(|(id, _)| ids.contains(id));
        }
        if !gone.is_empty() {
            self.pace.permit().await;
            let rows = self.client.completed_orders(false).await?.collect_to_end_within(ANSWER_MAX).await?;
            others.completed = sync::completed(rows, &self.account);
            others.completed.retain(|report| report.ids.perm_id != 0 && gone.contains(&report.ids.perm_id));
        }
        Ok((others, listed))
    }
}

/// Whether the stream of our own orders says nothing of it. Orders of TWS itself have no id.
const fn is_others(ids: &BrokerIds, client_id: i32) -> bool {
    ids.client_id != client_id || ids.order_id == 0
}

fn listed(open: &[OrderReport], client_id: i32) -> Listed {
    let others = open.iter().filter(|report| is_others(&report.ids, client_id));
    let row = |r: &OrderReport| {
        ((r.ids.client_id, r.ids.order_id, r.ids.perm_id), Row { filled: r.filled.unwrap_or(Qty::ZERO), missed: false })
    };
    others.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(asking: Asking) -> Watch {
        Watch { asking: Some(asking), ..Watch::new(Beat::default(), 1) }
    }

    #[tokio::test]
    async fn a_question_without_an_end_keeps_all_others_of_its_kind_from_being_asked() {
        let mut watch = watch(Box::pin(std::future::pending()));
        assert!(!watch.end(Duration::from_millis(1)).await, "its answer may come during a SYNC");
        assert_eq!(watch.due(), None);
        assert!(!watch.end(Duration::from_millis(1)).await, "and stays so in this connection");
    }

    #[tokio::test]
    async fn a_question_that_was_given_up_is_told_at_once_and_not_asked_again() {
        let mut watch = watch(Box::pin(async { Err(Error::Timeout) }));
        assert!(matches!(watch.next().await, Outcome::Unknown(Error::Timeout)));
        assert_eq!(watch.due(), None);
        assert!(!watch.end(Duration::from_millis(1)).await);
    }

    #[tokio::test]
    async fn a_question_that_ended_with_a_refusal_is_asked_again() {
        let mut watch = watch(Box::pin(async { Err(Error::Simple("no".into())) }));
        assert!(matches!(watch.next().await, Outcome::Failed));
        assert!(watch.due().is_some());
        assert!(watch.end(Duration::from_millis(1)).await);
    }
}
