//! Executions and their commissions.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::SafeText;
use super::instrument::ConId;
use super::order::{BrokerIds, Side};
use crate::money::{Cash, Price, Qty};

/// IB's id of an execution; a correction of it ends in a higher last part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExecId(pub SafeText);

impl ExecId {
    /// What all versions of the fill have in common, and which version this is: IB counts corrections in the last part of
    /// the id, `….01`, `….02`. An id without such a part has one version, 0.
    pub fn version(&self) -> (&str, u32) {
        let parts = self.0.rsplit_once('.').and_then(|(base, part)| Some((base, part.parse().ok()?)));
        parts.unwrap_or((&self.0, 0))
    }
}

/// One fill of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The exchange's and broker's id; the same id twice is the same fill.
    pub exec_id: ExecId,
    /// The order it belongs to.
    pub ids: BrokerIds,
    /// Our `orderRef` as the broker returns it; empty for orders that are not ours.
    pub order_ref: SafeText,
    /// The contract.
    pub con_id: ConId,
    /// The symbol.
    pub symbol: SafeText,
    /// The contract's currency; `None` where it was not told.
    #[serde(default)]
    pub currency: Option<SafeText>,
    /// How much of the currency one unit at a price of 1 is worth; `None` where it was not told.
    #[serde(default)]
    pub multiplier: Option<Decimal>,
    /// Bought or sold.
    pub side: Side,
    /// How much; nothing where a correction has taken the fill back.
    pub qty: Qty,
    /// At which price.
    pub price: Price,
    /// When, in nanoseconds since the Unix epoch (IB gives whole seconds); `None` if the broker's time could not be read.
    pub time: Option<i64>,
    /// Where.
    pub exchange: SafeText,
    /// The order's total filled after this fill.
    pub cum_qty: Qty,
    /// The order's average price after this fill.
    pub avg_price: Option<Price>,
    /// What it cost; arrives after the execution.
    pub commission: Option<Commission>,
}

/// What an execution cost and realised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    /// Commission and fees.
    pub amount: Cash,
    /// The currency of both amounts.
    pub currency: SafeText,
    /// Profit or loss the fill realised; `None` when it opened or the broker does not say.
    pub realized: Option<Cash>,
}
