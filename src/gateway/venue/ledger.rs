//! The ledger: cash, positions at average cost, and the day's P&L.
//!
//! Invariants: cash = deposits + realised − Σ cost, to the last digit, where a position's cost is signed (what a long cost, minus
//! what a short brought in) and commissions are inside cost, as IB counts; a flat position has no cost; shares of a
//! position = shares bought − shares sold. The day's P&L of a position is its value now − its value at the day's start + the
//! day's cash from its trades. Trades settle at the start of the next day.
//!
//! Absent: dividends, interest, borrow fees, other currencies, corporate actions.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::event::Position;
use super::exact::{add, div, mul, neg, sub};
use super::order::Action;
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

/// What the account starts with, in USD.
pub const STARTING_CASH: i64 = 1_000_000;

/// Decimals to which the cost of closed shares is rounded; the rest stays with the open ones.
const COST_PLACES: u32 = 8;

/// A position with its cost and its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// Shares; negative when short.
    pub quantity: Qty,
    /// What the open shares cost with commissions; negative when short.
    pub cost: Cash,
    /// Realised P&L of the day.
    pub realized: Cash,
    /// Shares at the day's start.
    pub start_quantity: Qty,
    /// The mark at the day's start; `None` if it was unknown.
    pub start_mark: Option<Price>,
    /// Cash from the day's trades, commissions taken off.
    pub flow: Cash,
}

impl Holding {
    /// Average cost of one share; zero when flat.
    pub fn avg_cost(&self) -> Price {
        Price(div(self.cost.0, self.quantity.0, COST_PLACES))
    }

    /// The value at `mark`.
    pub fn value(&self, mark: Price) -> Cash {
        Cash(mul(self.quantity.0, mark.0))
    }

    /// The P&L of the open shares at `mark`.
    pub fn unrealized(&self, mark: Price) -> Cash {
        Cash(sub(self.value(mark).0, self.cost.0))
    }

    /// The day's P&L with the open shares at `mark`; `None` if the day's starting value is unknown.
    pub fn daily(&self, mark: Option<Price>) -> Option<Cash> {
        let now = worth(self.quantity, mark)?;
        let then = worth(self.start_quantity, self.start_mark)?;
        Some(Cash(add(sub(now, then), self.flow.0)))
    }

    /// Takes in a fill; answers the P&L it realised, `None` if it closed nothing.
    fn trade(&mut self, signed: Decimal, cash: Decimal) -> Option<Cash> {
        let before = self.quantity.0;
        let closes = !before.is_zero() && before.is_sign_negative() != signed.is_sign_negative();
        self.flow.0 = add(self.flow.0, cash);
        self.quantity.0 = add(before, signed);
        if !closes {
            self.cost.0 = sub(self.cost.0, cash);
            return None;
        }
        let realized = if signed.abs() >= before.abs() {
            let closing = mul(cash, before.abs());
            let closing = div(closing, signed.abs(), COST_PLACES);
            let opening = sub(cash, closing);
            let realized = sub(closing, self.cost.0);
            self.cost.0 = neg(opening);
            realized
        } else {
            let released = div(mul(self.cost.0, signed.abs()), before.abs(), COST_PLACES);
            self.cost.0 = sub(self.cost.0, released);
            sub(cash, released)
        };
        self.realized.0 = add(self.realized.0, realized);
        Some(Cash(realized.normalize()))
    }

    fn is_spent(&self) -> bool {
        self.quantity.is_zero() && self.start_quantity.is_zero() && self.flow.is_zero()
    }
}

/// What a number of shares is worth; nothing is worth zero even if its price is unknown.
fn worth(quantity: Qty, mark: Option<Price>) -> Option<Decimal> {
    if quantity.is_zero() {
        return Some(Decimal::ZERO);
    }
    mark.map(|mark| mul(quantity.0, mark.0))
}

/// Cash and positions of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Cash; negative when borrowed.
    pub cash: Cash,
    /// Positions by contract, flat ones until the day they were traded on is over.
    pub holdings: BTreeMap<ConId, Holding>,
    /// The start of the day that P&L counts from.
    pub day: Nanos,
    /// Equity at the day's start; `None` if a mark was unknown then.
    pub opening_equity: Option<Cash>,
}

impl Ledger {
    /// A funded account without positions.
    pub fn new(day: Nanos) -> Self {
        let cash = Cash::from(STARTING_CASH);
        Self { cash, holdings: BTreeMap::new(), day, opening_equity: Some(cash) }
    }

    /// Books a fill and its commission; answers the realised P&L, `None` if it closed nothing.
    pub fn book(
        &mut self,
        con_id: ConId,
        action: Action,
        quantity: Qty,
        price: Price,
        commission: Cash,
    ) -> Option<Cash> {
        let value = mul(price.0, quantity.0);
        let (signed, gross) = match action {
            Action::Buy => (quantity.0, neg(value)),
            Action::Sell => (neg(quantity.0), value),
        };
        let cash = sub(gross, commission.0);
        self.cash.0 = add(self.cash.0, cash);
        self.holdings.entry(con_id).or_default().trade(signed, cash)
    }

    /// Starts the day at `day`, with the marks of that moment; answers the contracts whose record changed.
    pub fn open_day(&mut self, day: Nanos, mark: impl Fn(ConId) -> Option<Price>) -> Vec<ConId> {
        self.day = day;
        let touched = self.holdings.keys().copied().collect();
        for (con_id, holding) in &mut self.holdings {
            holding.start_quantity = holding.quantity;
            holding.start_mark = if holding.quantity.is_zero() { None } else { mark(*con_id) };
            holding.flow = Cash::ZERO;
            holding.realized = Cash::ZERO;
        }
        self.holdings.retain(|_, holding| !holding.is_spent());
        self.opening_equity = self.equity(mark);
        touched
    }

    /// Shares held of a contract; negative when short.
    pub fn quantity(&self, con_id: ConId) -> Qty {
        self.holdings.get(&con_id).map_or(Qty::ZERO, |holding| holding.quantity)
    }

    /// The position in a contract as clients see it.
    pub fn position(&self, con_id: ConId) -> Position {
        let holding = self.holdings.get(&con_id).copied().unwrap_or_default();
        Position { con_id, quantity: holding.quantity, avg_cost: holding.avg_cost(), realized: holding.realized }
    }

    /// Cash and the value of all positions; `None` if a mark is unknown.
    pub fn equity(&self, mark: impl Fn(ConId) -> Option<Price>) -> Option<Cash> {
        self.holdings
            .iter()
            .try_fold(self.cash.0, |sum, (con_id, holding)| {
                worth(holding.quantity, mark(*con_id)).map(|value| add(sum, value))
            })
            .map(Cash)
    }

    /// Cash without the day's trades, which settle at the start of the next.
    pub fn settled(&self) -> Cash {
        Cash(self.holdings.values().fold(self.cash.0, |sum, holding| sub(sum, holding.flow.0)))
    }

    /// Realised P&L of the day.
    pub fn realized(&self) -> Cash {
        Cash(self.holdings.values().fold(Decimal::ZERO, |sum, holding| add(sum, holding.realized.0)))
    }
}
