//! What a contract is to the account: shares and options are paid for in full, a future binds margin and pays its gains.
//!
//! A future's price is per unit of what it is on, a contract holds `multiplier` units. Opening one moves no cash: its commission is part of its
//! cost, and what it gains is realised in cash when it is closed or settled. Until then the gain is part of the account's equity.
//!
//! Margin is per contract and the same at every hour: what the exchange asks overnight, since no honest figure is known here for the
//! lower intraday rates that brokers grant. Amounts are round figures for the paper market's levels, not an exchange's.
//!
//! Commissions are IBKR Pro fixed for US futures (0.85 USD a contract, 0.25 for a micro) with the exchange's and the regulator's fees, the
//! same for every date.
//!
//! Absent: intraday margin, spreads' reliefs, tiered commissions of futures, delivery: what is not settled in cash is closed out at the
//! settlement of its last day.

use rust_decimal::Decimal;

use super::exact::mul;
use super::margin::{self, Requirement};
use super::order::{Fault, Kind, OrderRequest, Tif};
use crate::gateway::feed::options::{MULTIPLIER, Right, Style, Terms};
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price};

/// What a future binds and pays, per contract in USD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Future {
    /// To open one.
    pub initial: Decimal,
    /// To keep one.
    pub maintenance: Decimal,
    /// Commission and fees of one, on each side.
    pub fee: Decimal,
}

/// What an option is to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// What it is on.
    pub underlying: ConId,
    /// To buy or to sell.
    pub right: Right,
    /// The price at which it is exercised.
    pub strike: Price,
    /// When it ends.
    pub ends: Nanos,
    /// Whether it is on a broad index.
    pub broad: bool,
    /// Whether it is settled in cash at its end, and not by shares at any time.
    pub cash: bool,
}

/// What a contract is to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Units of the price in one contract: 1 for a share.
    pub multiplier: Decimal,
    /// What a future binds; `None` for what is paid for in full.
    pub future: Option<Future>,
    /// What an option is on; `None` for all else.
    pub option: Option<OptionSpec>,
}

impl Default for Spec {
    fn default() -> Self {
        Self::SHARE
    }
}

impl Spec {
    /// A share.
    pub const SHARE: Self = Self { multiplier: Decimal::ONE, future: None, option: None };

    /// A future of the product IB calls `symbol` with so many units a contract.
    pub fn of_future(symbol: &str, multiplier: i64) -> Self {
        let row = |initial: i64, maintenance: i64, fee: i64| Future {
            initial: Decimal::from(initial),
            maintenance: Decimal::from(maintenance),
            fee: Decimal::new(fee, 2),
        };
        let future = match symbol {
            "ES" => row(23_500, 21_300, 225),
            "MES" => row(2_350, 2_130, 62),
            "NQ" => row(35_000, 31_800, 225),
            "CL" => row(7_000, 6_300, 237),
            // GC, the one left.
            _ => row(18_000, 16_300, 247),
        };
        Self { multiplier: Decimal::from(multiplier), future: Some(future), option: None }
    }

    /// Whether positions are held on margin and gain or lose in cash.
    pub const fn is_future(&self) -> bool {
        self.future.is_some()
    }

    /// An option.
    pub fn of_option(terms: &Terms) -> Option<Self> {
        let under = terms.class.under()?;
        let cash = terms.class.style == Style::European;
        let option = OptionSpec {
            underlying: under.con_id,
            right: terms.right,
            strike: terms.strike_price(),
            ends: terms.settles,
            broad: cash,
            cash,
        };
        Some(Self { multiplier: Decimal::from(MULTIPLIER), future: None, option: Some(option) })
    }

    /// Whether it is a share, which money is lent on and which can be borrowed.
    pub const fn is_share(&self) -> bool {
        self.future.is_none() && self.option.is_none()
    }

    /// The value of so many at a price.
    pub fn value(&self, quantity: Decimal, price: Price) -> Decimal {
        mul(mul(quantity, price.0), self.multiplier)
    }

    /// What so many at a price bind; a negative count is short.
    pub fn margin(&self, quantity: Decimal, price: Price) -> Requirement {
        match self.future {
            // What an option binds depends on what it is held with (`strategy`).
            None if self.option.is_some() => Requirement::default(),
            None => margin::of(quantity, price),
            Some(future) => Requirement {
                initial: Cash(mul(quantity.abs(), future.initial)),
                maintenance: Cash(mul(quantity.abs(), future.maintenance)),
                reg_t: Cash::ZERO,
            },
        }
    }

    /// Refuses what an exchange of futures or options does not know: auctions by order type, pegs, and what shares alone have.
    pub fn fitting(&self, request: &OrderRequest) -> Result<(), Fault> {
        if self.is_share() {
            return Ok(());
        }
        let terms = &request.terms;
        let unsupported = request.kind.is_on_close()
            || request.tif == Tif::Opening
            || matches!(request.kind, Kind::Peg { .. } | Kind::Snap { .. })
            || terms.all_or_none
            || terms.hidden
            || terms.min_quantity.is_some()
            || terms.discretion.is_some();
        if unsupported {
            return Err(Fault::new(387, "Unsupported order type for this exchange and security type."));
        }
        Ok(())
    }
}
