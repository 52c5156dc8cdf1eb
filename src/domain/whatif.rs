//! What an order would do to the account, as the broker works it out without taking the order.
//!
//! Invariants: a number the broker did not give is `None`; a commission that depends on a price that is not known is a range.

use serde::{Deserialize, Serialize};

use super::SafeText;
use crate::money::Cash;

/// An amount before and after the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pair {
    /// As it is.
    pub before: Option<Cash>,
    /// As it would be.
    pub after: Option<Cash>,
}

impl Pair {
    /// How much it would change.
    pub fn change(&self) -> Option<Cash> {
        self.after?.minus(self.before?)
    }
}

/// The broker's answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WhatIf {
    /// Initial margin.
    pub initial: Pair,
    /// Maintenance margin.
    pub maintenance: Pair,
    /// Equity with loan value.
    pub equity: Pair,
    /// Commission and fees.
    pub commission: Option<Cash>,
    /// The least and the most they can be.
    pub commission_range: Option<(Cash, Cash)>,
    /// What the broker says beside it.
    pub warning: Option<SafeText>,
}

impl WhatIf {
    /// Excess liquidity: what equity with loan value is above the maintenance margin.
    pub fn excess(&self) -> Pair {
        let over = |equity: Option<Cash>, bound: Option<Cash>| equity?.minus(bound?);
        Pair {
            before: over(self.equity.before, self.maintenance.before),
            after: over(self.equity.after, self.maintenance.after),
        }
    }
}
