//! The account as clients read it: IB's keys, margin, P&L, portfolio rows, what-if.
//!
//! Margin is Reg-T: 50 % of the value of every position to open it, 25 % long and 30 % short to keep it; buying power is what the
//! available funds open at 50 %. A figure that depends on an unknown mark is left out rather than guessed.
//!
//! Absent: portfolio margin, pattern day trading, house rates by symbol, look-ahead figures that differ from the present.

use rust_decimal::Decimal;

use super::check;
use super::exact::{add, div, mul, sub};
use super::fees;
use super::ledger::Ledger;
use super::market::Market;
use super::order::{Fault, OrderRequest};
use super::{ACCOUNT, Venue};
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

/// Reg-T initial margin, long and short.
pub const INITIAL: Decimal = Decimal::from_parts(50, 0, 0, false, 2);
/// Maintenance margin of a long position.
const KEEP_LONG: Decimal = Decimal::from_parts(25, 0, 0, false, 2);
/// Maintenance margin of a short position.
const KEEP_SHORT: Decimal = Decimal::from_parts(30, 0, 0, false, 2);

/// One account value as updateAccountValue and accountSummary send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountValue {
    /// IB's key.
    pub key: &'static str,
    /// The value as text.
    pub value: String,
    /// The currency, empty for what has none.
    pub currency: &'static str,
}

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

/// Margin before and after an order, and what it would cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhatIf {
    /// Initial margin before.
    pub initial_before: Cash,
    /// Initial margin after.
    pub initial_after: Cash,
    /// Maintenance margin before.
    pub maintenance_before: Cash,
    /// Maintenance margin after.
    pub maintenance_after: Cash,
    /// Equity with loan value before.
    pub equity_before: Cash,
    /// Equity with loan value after: the commission is gone.
    pub equity_after: Cash,
    /// Commission and fees if the whole order filled at once at its price.
    pub commission: Cash,
}

/// Initial and maintenance margin of the positions; `None` if a mark is unknown.
pub fn requirement(ledger: &Ledger, mark: impl Fn(ConId) -> Option<Price>) -> Option<(Cash, Cash)> {
    let mut sums = (Decimal::ZERO, Decimal::ZERO);
    for (con_id, holding) in &ledger.holdings {
        if holding.quantity.is_zero() {
            continue;
        }
        let value = holding.value(mark(*con_id)?).0;
        let keep = if holding.quantity.is_negative() { KEEP_SHORT } else { KEEP_LONG };
        sums = (add(sums.0, mul(value.abs(), INITIAL)), add(sums.1, mul(value.abs(), keep)));
    }
    Some((Cash(sums.0), Cash(sums.1)))
}

/// The figures that need every mark.
struct Figures {
    equity: Decimal,
    initial: Decimal,
    maintenance: Decimal,
    gross: Decimal,
    net: Decimal,
    unrealized: Decimal,
}

impl Venue {
    fn figures(&self, at: Nanos, market: &dyn Market) -> Option<Figures> {
        let mark = |con_id| market.mark(con_id, at);
        let equity = self.ledger.equity(mark)?.0;
        let (initial, maintenance) = requirement(&self.ledger, mark)?;
        let (mut gross, mut net, mut unrealized) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        for row in self.portfolio(at, market) {
            let value = row.market_value?.0;
            gross = add(gross, value.abs());
            net = add(net, value);
            unrealized = add(unrealized, row.unrealized?.0);
        }
        Some(Figures { equity, initial: initial.0, maintenance: maintenance.0, gross, net, unrealized })
    }

    /// The account's values with IB's keys; those that need an unknown mark are left out.
    pub fn account_values(&self, at: Nanos, market: &dyn Market) -> Vec<AccountValue> {
        let mut rows = Rows(Vec::with_capacity(64));
        rows.text("AccountCode", ACCOUNT);
        rows.text("AccountOrGroup", ACCOUNT);
        rows.text("AccountReady", "true");
        rows.text("AccountType", "INDIVIDUAL");
        rows.text("DayTradesRemaining", "-1");
        rows.text("HighestSeverity", "0");
        rows.text("LookAheadNextChange", "0");
        rows.text("TradingType-S", "STKNOPT");
        rows.0.push(AccountValue { key: "Currency", value: "USD".into(), currency: "USD" });
        rows.0.push(AccountValue { key: "RealCurrency", value: "USD".into(), currency: "USD" });
        rows.0.push(AccountValue { key: "ExchangeRate", value: "1.00".into(), currency: "USD" });
        for key in ["AccruedCash", "AccruedDividend", "NetDividend"] {
            rows.money(key, Decimal::ZERO);
        }
        for key in ["CashBalance", "TotalCashBalance", "TotalCashValue"] {
            rows.money(key, self.ledger.cash.0);
        }
        rows.money("SettledCash", self.ledger.settled().0);
        rows.money("RealizedPnL", self.ledger.realized().0);
        if let Some(opening) = self.ledger.opening_equity {
            rows.money("PreviousDayEquityWithLoanValue", opening.0);
        }
        if let Some(figures) = self.figures(at, market) {
            rows.figures(&figures);
        }
        rows.0
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

    /// What an order would do, without placing it.
    pub fn what_if(&self, market: &dyn Market, request: &OrderRequest) -> Result<WhatIf, Fault> {
        let proper = check::proper(market, request)?;
        let effect = self.affordable(market, &proper, request)?;
        let mark = |con_id| market.mark(con_id, self.now);
        let unknown = || Fault::new(201, "Order rejected - reason:A mark is unknown");
        let (_, maintenance_before) = requirement(&self.ledger, mark).ok_or_else(unknown)?;
        let price = self.trial_price(market, &proper, request).ok_or_else(unknown)?;
        let whole = (request.quantity, Cash(mul(request.quantity.0, price.0)));
        let commission = fees::fill(self.now, request.action, (Qty::ZERO, Cash::ZERO), whole);
        let mut after = self.ledger.clone();
        after.book(request.con_id, request.action, request.quantity, price, commission);
        let mark_or_price = |con_id| mark(con_id).or((con_id == request.con_id).then_some(price));
        let (_, maintenance_after) = requirement(&after, mark_or_price).ok_or_else(unknown)?;
        Ok(WhatIf {
            initial_before: effect.initial_before,
            initial_after: effect.initial_after,
            maintenance_before,
            maintenance_after,
            equity_before: effect.equity,
            equity_after: Cash(sub(effect.equity.0, commission.0)),
            commission,
        })
    }
}

/// Account values as they are gathered.
struct Rows(Vec<AccountValue>);

impl Rows {
    fn text(&mut self, key: &'static str, value: &str) {
        self.0.push(AccountValue { key, value: value.into(), currency: "" });
    }

    fn money(&mut self, key: &'static str, amount: Decimal) {
        self.0.push(AccountValue { key, value: format!("{:.2}", amount.round_dp(2)), currency: "USD" });
    }

    fn figures(&mut self, figures: &Figures) {
        let available = sub(figures.equity, figures.initial);
        let excess = sub(figures.equity, figures.maintenance);
        for key in ["NetLiquidation", "NetLiquidationByCurrency", "EquityWithLoanValue", "RegTEquity"] {
            self.money(key, figures.equity);
        }
        for key in ["InitMarginReq", "FullInitMarginReq", "LookAheadInitMarginReq", "RegTMargin"] {
            self.money(key, figures.initial);
        }
        for key in ["MaintMarginReq", "FullMaintMarginReq", "LookAheadMaintMarginReq"] {
            self.money(key, figures.maintenance);
        }
        for key in ["AvailableFunds", "FullAvailableFunds", "LookAheadAvailableFunds"] {
            self.money(key, available);
        }
        for key in ["ExcessLiquidity", "FullExcessLiquidity", "LookAheadExcessLiquidity"] {
            self.money(key, excess);
        }
        self.money("BuyingPower", div(available.max(Decimal::ZERO), INITIAL, 2));
        self.money("GrossPositionValue", figures.gross);
        self.money("StockMarketValue", figures.net);
        self.money("UnrealizedPnL", figures.unrealized);
        self.text("Cushion", &div(excess, figures.equity, 6).to_string());
        self.text("Leverage-S", &format!("{:.2}", div(figures.gross, figures.equity, 2)));
    }
}
