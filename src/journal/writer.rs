//! The thread body: requests in, proofs out.
//!
//! Consecutive states and executions share a transaction; an intent has one of its own, so that its proof is not delayed.
//! Requests are served in their order.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::entry::Entry;
use super::store::{Batch, Journal, Opened};
use super::{Intent, JournalError};
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::domain::order::{Order, OrderKey};
use crate::milestone;
use crate::risk::Approved;

/// Requests that may wait.
const QUEUE: usize = 4_096;

/// States and executions that share a transaction at most.
const BATCH: usize = 256;

/// Something to write.
#[derive(Debug)]
pub enum Request {
    /// The intent to send an order.
    Intend {
        /// The order.
        approved: Box<Approved>,
        /// Our API client id.
        client_id: i32,
        /// The next order id the broker accepts.
        next_order_id: i32,
    },
    /// An order's state.
    Order(Box<Order>),
    /// A fill, or its commission.
    Execution(Box<Execution>),
    /// Something else worth keeping.
    Entry(Box<Entry>),
    /// Orders of other days, newest first. A page is small and read by its index: an intent behind it waits no longer than
    /// behind a batch of states.
    Recall {
        /// Older than this one, by when it was placed and its name.
        before: Option<(i64, OrderKey)>,
        /// At most so many.
        count: usize,
    },
}

/// What has been written.
#[derive(Debug)]
pub enum Reply {
    /// The journal is open.
    Opened(Box<Opened>),
    /// The intent is durable: the order may be sent.
    Intended {
        /// The order.
        approved: Box<Approved>,
        /// The proof.
        intent: Intent,
        /// How long the write took, in microseconds.
        micros: u64,
    },
    /// The intent is not durable: the order must not be sent.
    Refused {
        /// The order.
        approved: Box<Approved>,
        /// Why.
        why: String,
    },
    /// States and executions were written.
    Recorded {
        /// How many.
        count: usize,
        /// How long it took, in microseconds.
        micros: u64,
    },
    /// A page of orders, newest first, or why there is none.
    Recalled(Result<Vec<Order>, String>),
    /// The journal cannot be opened or written any more.
    Failed(String),
}

/// How many requests have been given and not been served.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Arc<(Mutex<usize>, Condvar)>);

impl Gauge {
    /// Waits until everything given has been written, at most for `span`; whether it has.
    pub fn wait_empty(&self, span: Duration) -> bool {
        let (count, changed) = &*self.0;
        let guard = count.lock().unwrap_or_else(PoisonError::into_inner);
        let (guard, _) =
            changed.wait_timeout_while(guard, span, |count| *count > 0).unwrap_or_else(PoisonError::into_inner);
        *guard == 0
    }

    /// How many wait now.
    pub fn waiting(&self) -> usize {
        *self.lock()
    }

    fn add(&self, n: usize) {
        let mut count = self.lock();
        *count = count.saturating_add(n);
    }

    fn served(&self, n: usize) {
        let mut count = self.lock();
        *count = count.saturating_sub(n);
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where requests are given.
#[derive(Debug, Clone)]
pub struct Inlet {
    requests: SyncSender<Request>,
    gauge: Gauge,
}

impl Inlet {
    /// Gives a request without waiting; it comes back when the queue is full or the thread has ended.
    pub fn give(&self, request: Request) -> Result<(), Box<Request>> {
        self.gauge.add(1);
        self.requests.try_send(request).map_err(|error| {
            self.gauge.served(1);
            match error {
                TrySendError::Full(request) | TrySendError::Disconnected(request) => Box::new(request),
            }
        })
    }

    /// How many requests wait.
    pub fn gauge(&self) -> &Gauge {
        &self.gauge
    }
}

/// A bounded queue of requests: where they are given, and where [`serve`] takes them.
pub fn channel() -> (Inlet, Receiver<Request>) {
    let (requests, outlet) = sync_channel(QUEUE);
    (Inlet { requests, gauge: Gauge::default() }, outlet)
}

/// Opens the journal and serves requests until every [`Inlet`] is gone. Blocks; the body of a thread.
///
/// `reply` passes an answer on; records are written even when nobody listens any more.
pub fn serve(path: &Path, entropy: u64, requests: &Receiver<Request>, gauge: &Gauge, mut reply: impl FnMut(Reply)) {
    let mut state = match Journal::open(path, entropy, Stamp::now()) {
        Ok((journal, opened)) => {
            reply(Reply::Opened(Box::new(opened)));
            Ok(journal)
        }
        Err(error) => {
            reply(Reply::Failed(error.to_string()));
            Err(error.to_string())
        }
    };
    let mut held: Option<Request> = None;
    while let Some(first) = held.take().or_else(|| requests.recv().ok()) {
        let before = Stamp::now();
        match first {
            Request::Intend { approved, client_id, next_order_id } => {
                milestone::pass("intent taken");
                let result = state
                    .as_mut()
                    .map_err(|why| JournalError::Failed(why.clone()))
                    .and_then(|journal| journal.intend(&approved, client_id, next_order_id, before));
                gauge.served(1);
                match result {
                    Ok(intent) => {
                        milestone::pass("intent durable");
                        reply(Reply::Intended { approved, intent, micros: micros_since(before) });
                    }
                    Err(error) => {
                        reply(Reply::Refused { approved, why: error.to_string() });
                        fail(&mut state, &error, &mut reply);
                    }
                }
            }
            Request::Recall { before, count } => {
                let page = state
                    .as_ref()
                    .map_err(Clone::clone)
                    .and_then(|journal| journal.recall(before.as_ref(), count).map_err(|error| error.to_string()));
                gauge.served(1);
                reply(Reply::Recalled(page));
            }
            record => {
                let (batch, next) = collect(record, requests);
                held = next;
                let count = batch.len();
                milestone::pass("record taken");
                let result = state.as_mut().map_or(Ok(()), |journal| journal.write(&batch, before));
                gauge.served(count);
                match result {
                    Ok(()) => {
                        milestone::pass("record durable");
                        reply(Reply::Recorded { count, micros: micros_since(before) });
                    }
                    Err(error) => fail(&mut state, &error, &mut reply),
                }
            }
        }
    }
}

/// Closes the journal after a failed write and says so once.
fn fail(state: &mut Result<Journal, String>, error: &JournalError, reply: &mut impl FnMut(Reply)) {
    if state.is_ok() {
        *state = Err(error.to_string());
        reply(Reply::Failed(error.to_string()));
    }
}

/// A record and those that already wait behind it, up to the next intent, which is handed back.
fn collect(first: Request, requests: &Receiver<Request>) -> (Batch, Option<Request>) {
    let mut batch = Batch::default();
    let mut next = Some(first);
    while let Some(request) = next {
        match request {
            Request::Order(order) => batch.orders.push(*order),
            Request::Execution(execution) => batch.executions.push(*execution),
            Request::Entry(entry) => batch.entries.push(*entry),
            other @ (Request::Intend { .. } | Request::Recall { .. }) => return (batch, Some(other)),
        }
        next = if batch.len() < BATCH { requests.try_recv().ok() } else { None };
    }
    (batch, None)
}

/// Microseconds since a moment.
fn micros_since(before: Stamp) -> u64 {
    u64::try_from(Stamp::now().since(before).as_micros()).unwrap_or(u64::MAX)
}
