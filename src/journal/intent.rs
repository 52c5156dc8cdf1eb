//! The proof that an order may be sent.

use serde::{Deserialize, Serialize};

/// The journal's number of a recorded intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentSeq(pub i64);

/// Proof that an order's intent is durable, and the order id it was recorded with. The exits that go out with an order have
/// the ids that follow.
///
/// Not `Clone` and without a public constructor: only the journal makes one, after its transaction has been committed,
/// so an order without a durable intent cannot be written down as a command.
#[derive(Debug, PartialEq, Eq)]
pub struct Intent {
    seq: IntentSeq,
    order_id: i32,
}

impl Intent {
    /// Its place in the journal.
    pub const fn seq(&self) -> IntentSeq {
        self.seq
    }

    /// The id the order will have, or has, at the broker.
    pub const fn order_id(&self) -> i32 {
        self.order_id
    }

    /// The id of the `n`th exit that goes out with it, from 0.
    pub fn exit_id(&self, n: usize) -> i32 {
        i32::try_from(n).unwrap_or(i32::MAX).saturating_add(self.order_id).saturating_add(1)
    }

    /// The proof of a committed row; for the journal alone.
    pub(super) const fn of(seq: IntentSeq, order_id: i32) -> Self {
        Self { seq, order_id }
    }

    /// A proof of nothing, for tests of what consumes one.
    #[cfg(test)]
    pub const fn unproven(seq: i64, order_id: i32) -> Self {
        Self { seq: IntentSeq(seq), order_id }
    }
}
