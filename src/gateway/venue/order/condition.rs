//! What an order waits for, or is cancelled by.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::TriggerMethod;
use crate::gateway::{ConId, Nanos};
use crate::money::Price;

/// The tests of an order: a flat list, never mixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Whether all must hold at once, rather than any.
    pub all: bool,
    /// Whether they cancel the order, rather than release it.
    pub cancels: bool,
    /// Whether they are weighed outside regular hours too.
    pub ignore_rth: bool,
    /// At least one.
    pub tests: Vec<Test>,
}

/// One test. A number that is reached counts as passed, in both directions, as TWS's `>=` and `<=` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// A price of a contract.
    Price {
        /// The contract.
        con_id: ConId,
        /// Which price: what the method of a stop looks at that is elected from below, or with `above` unset from above.
        method: TriggerMethod,
        /// At or above, rather than at or below.
        above: bool,
        /// The bound.
        price: Price,
    },
    /// The clock.
    Time {
        /// From the moment on, rather than until it.
        after: bool,
        /// The moment.
        at: Nanos,
    },
    /// The account's cushion: excess liquidity as a share of its equity.
    Cushion {
        /// At or above, rather than at or below.
        above: bool,
        /// In percent.
        percent: i32,
    },
    /// An execution of the account in the contract since the order was accepted.
    Execution {
        /// The contract.
        con_id: ConId,
    },
    /// The shares that a contract has traded in the day's session.
    Volume {
        /// The contract.
        con_id: ConId,
        /// At or above, rather than at or below.
        above: bool,
        /// The bound.
        shares: i64,
    },
    /// How far a contract's last trade is from the close before.
    Change {
        /// The contract.
        con_id: ConId,
        /// At or above, rather than at or below.
        above: bool,
        /// In percent.
        percent: Decimal,
    },
}

impl Test {
    /// The contract whose market it watches.
    pub const fn watches(&self) -> Option<ConId> {
        match self {
            Self::Price { con_id, .. } | Self::Volume { con_id, .. } | Self::Change { con_id, .. } => Some(*con_id),
            Self::Time { .. } | Self::Cushion { .. } | Self::Execution { .. } => None,
        }
    }

    /// The contract it is about.
    pub const fn about(&self) -> Option<ConId> {
        match self {
            Self::Execution { con_id } => Some(*con_id),
            _ => self.watches(),
        }
    }
}
