//! The conflating tape: the newest quote of each instrument, and whether it changed since it was last taken.
//!
//! A burst of ticks costs the reader one visit; a slow reader misses intermediate values, never the newest. The lock is
//! held for a copy of one quote or a swap of the list, never across a wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use tokio::sync::Notify;

use crate::domain::instrument::ConId;
use crate::domain::quote::Quote;

/// Shared between the adapter, which puts, and the loop, which takes.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    changed: Mutex<IndexMap<ConId, Quote>>,
    notify: Notify,
}

impl Tape {
    /// An empty tape.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the newest quote of an instrument and wakes the reader.
    pub fn put(&self, con_id: ConId, quote: Quote) {
        self.lock().insert(con_id, quote);
        self.inner.notify.notify_one();
    }

    /// Takes what changed since the last visit, in the order in which it first changed.
    pub fn take(&self) -> Vec<(ConId, Quote)> {
        std::mem::take(&mut *self.lock()).into_iter().collect()
    }

    /// Completes when something changed since the last [`Tape::take`]; may complete once too often.
    pub async fn changed(&self) {
        self.inner.notify.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, IndexMap<ConId, Quote>> {
        // A quote is replaced whole, so a writer that panicked left nothing half done.
        self.inner.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_costs_one_visit_and_keeps_the_newest() {
        let tape = Tape::new();
        for size in 1..=100 {
            tape.put(ConId(1), Quote { bid_size: Some(size.into()), ..Quote::default() });
        }
        tape.put(ConId(2), Quote::default());
        let taken = tape.take();
        assert_eq!(taken.len(), 2);
        assert_eq!(taken[0].1.bid_size, Some(100.into()));
        assert!(tape.take().is_empty());
    }
}
