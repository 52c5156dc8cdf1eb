//! The account's positions and profit and loss as clients read them.
//!
//! **The reset of daily P&L** ([`PNL_RESET`]): a position's daily P&L is its value now − its value at the day's start + the day's cash
//! from its trades, and the day starts at midnight in New York. IB resets stocks at 23:55 of the exchange's zone; nothing
//! trades between the two and no mark moves, so the figures agree, and executions since midnight, realised P&L and daily P&L
//! begin at one moment. In a market that never closes the day is a UTC day, since its calendar is.
//!
//! A figure that depends on an unknown mark is absent rather than guessed. Margin is in [`super::margin`], the keys are in
//! [`super::values`].

use rust_decimal::Decimal;

use super::Venue;
use super::exact::add;
use super::market::Market;
use super::values::{self, AccountValue};
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

/// When daily P&L, realised P&L and the list of executions start anew, by calendar: on the exchanges' and on the one that never
/// closes.
pub const PNL_RESET: [&str; 2] = ["00:00 America/New_York", "00:00 UTC"];

/// The account's P&L.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pnl {
    /// Since the day's start; `None` if a mark is unknown.
    pub daily: Option<Cash>,
    /// Of the open positions; `None` if a mark is unknown.
    pub unrealized: Option<Cash>,
    /// Realised on the day.
    pub realized: Cash,
}

/// One position's P&L.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PnlSingle {
    /// Shares.
    pub position: Qty,
    /// Since the day's start; `None` if a mark is unknown.
    pub daily: Option<Cash>,
    /// Of the open shares; `None` if the mark is unknown.
    pub unrealized: Option<Cash>,
    /// Realised on the day.
    pub realized: Cash,
    /// Market value; `None` if the mark is unknown.
    pub value: Option<Cash>,
}

/// One row of updatePortfolio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortfolioRow {
    /// The contract.
    pub con_id: ConId,
    /// Shares.
    pub position: Qty,
    /// The mark; `None` if unknown.
    pub market_price: Option<Price>,
    /// Market value; `None` if the mark is unknown.
    pub market_value: Option<Cash>,
    /// Average cost of one share.
    pub avg_cost: Price,
    /// P&L of the open shares; `None` if the mark is unknown.
    pub unrealized: Option<Cash>,
    /// Realised on the day.
    pub realized: Cash,
}

impl Venue {
    /// The account's values with IB's keys; those that need an unknown mark are left out.
    pub fn account_values(&self, at: Nanos, market: &dyn Market) -> Vec<AccountValue> {
        values::all(&self.ledger, |con_id| market.mark(con_id, at))
    }

    /// One row for each open position, by contract id.
    pub fn portfolio(&self, at: Nanos, market: &dyn Market) -> Vec<PortfolioRow> {
        let mut rows = Vec::new();
        for (con_id, holding) in &self.ledger.holdings {
            if holding.quantity.is_zero() {
                continue;
            }
            let mark = market.mark(*con_id, at);
            rows.push(PortfolioRow {
                con_id: *con_id,
                position: holding.quantity,
                market_price: mark,
                market_value: mark.map(|mark| holding.value(mark)),
                avg_cost: holding.avg_cost(),
                unrealized: mark.map(|mark| holding.unrealized(mark)),
                realized: holding.realized,
            });
        }
        rows
    }

    /// The account's P&L.
    pub fn pnl(&self, at: Nanos, market: &dyn Market) -> Pnl {
        let sum = |figure: &dyn Fn(&PnlSingle) -> Option<Cash>| {
            self.ledger.holdings.keys().try_fold(Decimal::ZERO, |sum, con_id| {
                let single = self.pnl_single(at, market, *con_id)?;
                figure(&single).map(|cash| add(sum, cash.0))
            })
        };
        Pnl {
            daily: sum(&|single| single.daily).map(Cash),
            unrealized: sum(&|single| single.unrealized).map(Cash),
            realized: self.ledger.realized(),
        }
    }

    /// One position's P&L; `None` if the account neither holds the contract nor traded it on the day.
    pub fn pnl_single(&self, at: Nanos, market: &dyn Market, con_id: ConId) -> Option<PnlSingle> {
        let holding = self.ledger.holdings.get(&con_id)?;
        let mark = market.mark(con_id, at);
        let flat = holding.quantity.is_zero();
        let of_open = |cash: &dyn Fn(Price) -> Cash| {
            if flat { Some(Cash::ZERO) } else { mark.map(cash) }
        };
        Some(PnlSingle {
            position: holding.quantity,
            daily: holding.daily(mark),
            unrealized: of_open(&|mark| holding.unrealized(mark)),
            realized: holding.realized,
            value: of_open(&|mark| holding.value(mark)),
        })
    }
}
