//! Positions and their profit and loss.

use serde::{Deserialize, Serialize};

use super::SafeText;
use super::instrument::ConId;
use crate::clock::Stamp;
use crate::money::{Cash, Price, Qty};

/// What is held of one contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The contract.
    pub con_id: ConId,
    /// The symbol.
    pub symbol: SafeText,
    /// How much; negative when short, zero when closed today.
    pub qty: Qty,
    /// Average cost per unit, commissions included (IB's `avgCost` ÷ multiplier).
    pub avg_cost: Option<Price>,
    /// The broker's profit and loss of it.
    pub pnl: Pnl,
    /// Market value as the broker computes it.
    pub value: Option<Cash>,
    /// When any of it last changed.
    pub at: Stamp,
}

/// Profit and loss as the broker computes it (IB's `PnL` and `PnLSingle`); each may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pnl {
    /// Since the last reset.
    pub daily: Option<Cash>,
    /// Of what is open.
    pub unrealized: Option<Cash>,
    /// Of what was closed since the reset.
    pub realized: Option<Cash>,
}
