//! The account's values under IB's keys.
//!
//! TWS sends an account as three kinds of rows, and so does this:
//! - *the account*: a key with the base currency, such as `NetLiquidation`;
//! - *its segments*: the same key with `-S` (securities) and `-C` (commodities). Futures are in commodities, and what their initial
//!   margin needs is swept there, no more; everything else is in securities;
//! - *its ledger*: [`LEDGER`] keys once for each currency that was ever held, and once for `BASE`, all of them together in the base
//!   currency. (TWS writes the code in the currency column of these rows.)
//!
//! A figure that needs an unknown mark is left out. A zero is only sent where it is known to be one: bonds, funds, options, dividends,
//! interest, fees for cards and the like do not exist in this account.
//!
//! `DayTradesRemaining` is −1: FINRA's pattern day trader rule ended on 2026-06-04 and there is no count. The margin is
//! the same at every hour, so look-ahead figures are the present ones and `LookAheadNextChange` is 0. `BuyingPower` is what the
//! available funds open at 50 %.
//!
//! **Left out**, though TWS has them: `ColumnPrio` (how TWS sorts), `DayTradingStatus-S`, `-P` and `-F` segments (Paxos
//! and crypto), `Billable` of treasury bills by segment, portfolio-margin what-if figures.

use rust_decimal::Decimal;

use super::ACCOUNT;
use super::currency::Currency;
use super::exact::{add, div, sub};
use super::ledger::{Holding, Ledger};
use super::margin::{self, Requirement};
use crate::gateway::ConId;
use crate::money::{Cash, Price};

/// What a ledger row is about when it is about all currencies together.
pub const ALL_CURRENCIES: &str = "BASE";

/// The keys of the ledger.
pub const LEDGER: [&str; 24] = [
    "AccountOrGroup",
    "AccruedCash",
    "CashBalance",
    "CorporateBondValue",
    "Cryptocurrency",
    "Currency",
    "ExchangeRate",
    "FundValue",
    "FutureOptionValue",
    "FuturesPNL",
    "FxCashBalance",
    "IssuerOptionValue",
    "MoneyMarketFundValue",
    "MutualFundValue",
    "NetDividend",
    "NetLiquidationByCurrency",
    "OptionMarketValue",
    "RealCurrency",
    "RealizedPnL",
    "StockMarketValue",
    "TBillValue",
    "TBondValue",
    "TotalCashBalance",
    "UnrealizedPnL",
];

/// Of the ledger's keys those that are always zero here.
const LEDGER_ZEROS: [&str; 12] = [
    "AccruedCash",
    "CorporateBondValue",
    "Cryptocurrency",
    "FundValue",
    "FutureOptionValue",
    "FxCashBalance",
    "IssuerOptionValue",
    "MoneyMarketFundValue",
    "MutualFundValue",
    "NetDividend",
    "TBillValue",
    "TBondValue",
];

/// A key of the account and its two segments.
type Segmented = [&'static str; 3];

/// A key with its segments' spellings.
macro_rules! segmented {
    ($($key:literal),+ $(,)?) => {
        [$([$key, concat!($key, "-C"), concat!($key, "-S")]),+]
    };
}

/// What does not exist in this account.
const ZEROS: [Segmented; 11] = segmented![
    "AccruedDividend",
    "Billable",
    "Guarantee",
    "IncentiveCoupons",
    "IndianStockHaircut",
    "PASharesValue",
    "PhysicalCertificateValue",
    "PostExpirationExcess",
    "PostExpirationMargin",
    "TotalDebitCardPendingCharges",
    "NetLiquidationUncertainty",
];
const CASH: [Segmented; 1] = segmented!["TotalCashValue"];
const EQUITY: [Segmented; 1] = segmented!["NetLiquidation"];
/// Equity without options, on which no money is lent; the margin counts the price of those sold.
const LOAN: [Segmented; 1] = segmented!["EquityWithLoanValue"];
const INITIAL: [Segmented; 3] = segmented!["InitMarginReq", "FullInitMarginReq", "LookAheadInitMarginReq"];
const MAINTENANCE: [Segmented; 3] = segmented!["MaintMarginReq", "FullMaintMarginReq", "LookAheadMaintMarginReq"];
const AVAILABLE: [Segmented; 3] = segmented!["AvailableFunds", "FullAvailableFunds", "LookAheadAvailableFunds"];
const EXCESS: [Segmented; 3] = segmented!["ExcessLiquidity", "FullExcessLiquidity", "LookAheadExcessLiquidity"];

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

/// The figures that need every mark.
struct Figures {
    equity: Cash,
    bound: Requirement,
    gross: Decimal,
    net: Decimal,
    /// Of it what options are worth.
    options: Decimal,
    unrealized: Decimal,
    sma: Option<Cash>,
    /// What the futures bind.
    futures: Requirement,
}

fn figures(ledger: &Ledger, mark: &impl Fn(ConId) -> Option<Price>) -> Option<Figures> {
    let (mut gross, mut net, mut unrealized) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    let options = ledger.option_value(mark)?.0;
    let shares = |holding: &Holding| !holding.quantity.is_zero() && !holding.spec.is_future();
    for (con_id, holding) in ledger.holdings.iter().filter(|(_, holding)| shares(holding)) {
        let mark = mark(*con_id)?;
        let value = holding.value(mark).0;
        gross = add(gross, value.abs());
        net = add(net, value);
        unrealized = add(unrealized, holding.unrealized(mark).0);
    }
    let bound = margin::of_all(ledger, mark)?;
    let futures = margin::of_some(ledger, mark, |holding| holding.spec.is_future())?;
    Some(Figures {
        equity: ledger.equity(mark)?,
        bound,
        gross,
        net,
        options,
        unrealized,
        sma: ledger.sma(mark),
        futures,
    })
}

/// All values of an account; those that need an unknown mark are left out.
pub fn all(ledger: &Ledger, mark: impl Fn(ConId) -> Option<Price>) -> Vec<AccountValue> {
    let figures = figures(ledger, &mark);
    let mut rows = Rows(Vec::with_capacity(192));
    rows.words();
    for key in ZEROS.iter().flatten() {
        rows.money(key, Decimal::ZERO);
    }
    for key in ["AccruedCash-C", "AccruedCash-S"] {
        rows.money(key, Decimal::ZERO);
    }
    let gain = ledger.futures_gain(&mark);
    if let (Some(gain), Some(futures)) = (gain, margin::of_some(ledger, &mark, |holding| holding.spec.is_future())) {
        // Cash with what open futures have gained, as IB counts.
        rows.segmented(&CASH, add(ledger.total_cash().0, gain.0), futures.initial.0);
    }
    rows.money("SettledCash", ledger.settled().0);
    if let Some(opening) = ledger.opening_equity {
        rows.money("PreviousDayEquityWithLoanValue", opening.0);
        rows.money("PreviousDayEquityWithLoanValue-S", opening.0);
    }
    if let Some(figures) = &figures {
        rows.figures(figures);
    }
    rows.ledger(ledger, figures.as_ref(), gain);
    rows.0
}

/// Account values as they are gathered.
struct Rows(Vec<AccountValue>);

impl Rows {
    fn push(&mut self, key: &'static str, value: String, currency: &'static str) {
        self.0.push(AccountValue { key, value, currency });
    }

    fn text(&mut self, key: &'static str, value: &str) {
        self.push(key, value.to_owned(), "");
    }

    fn money(&mut self, key: &'static str, amount: Decimal) {
        self.push(key, cents(amount), Currency::BASE.code());
    }

    /// An amount, and what of it is in commodities.
    fn segmented(&mut self, keys: &[Segmented], amount: Decimal, futures: Decimal) {
        for [whole, commodities, securities] in keys {
            self.money(whole, amount);
            self.money(commodities, futures);
            self.money(securities, sub(amount, futures));
        }
    }

    /// What is no amount.
    fn words(&mut self) {
        for (key, value) in [
            ("AccountCode", ACCOUNT),
            ("AccountReady", "true"),
            ("AccountType", "INDIVIDUAL"),
            ("DayTradesRemaining", "-1"),
            ("DayTradesRemainingT+1", "-1"),
            ("DayTradesRemainingT+2", "-1"),
            ("DayTradesRemainingT+3", "-1"),
            ("DayTradesRemainingT+4", "-1"),
            ("HighestSeverity", "0"),
            ("LookAheadNextChange", "0"),
            ("NLVAndMarginInReview", "false"),
            ("SegmentTitle-C", "US Commodities"),
            ("SegmentTitle-S", "US Securities"),
            ("TradingType-S", "STKNOPT"),
            ("WhatIfPMEnabled", "false"),
        ] {
            self.text(key, value);
        }
    }

    fn figures(&mut self, figures: &Figures) {
        let Figures { equity, bound, gross, futures, options, .. } = figures;
        let less = |amount: Cash| sub(amount.0, *options);
        let slack = sub(futures.initial.0, futures.maintenance.0);
        let available = sub(equity.0, bound.initial.0);
        let excess = sub(equity.0, bound.maintenance.0);
        self.segmented(&EQUITY, equity.0, futures.initial.0);
        self.segmented(&LOAN, less(*equity), futures.initial.0);
        self.segmented(&INITIAL, less(bound.initial), futures.initial.0);
        self.segmented(&MAINTENANCE, less(bound.maintenance), futures.maintenance.0);
        self.segmented(&AVAILABLE, available, Decimal::ZERO);
        self.segmented(&EXCESS, excess, slack);
        self.money("BuyingPower", div(available.max(Decimal::ZERO), margin::REG_T, 2));
        for key in ["GrossPositionValue", "GrossPositionValue-S"] {
            self.money(key, *gross);
        }
        for key in ["RegTEquity", "RegTEquity-S"] {
            self.money(key, sub(less(*equity), futures.initial.0));
        }
        for key in ["RegTMargin", "RegTMargin-S"] {
            self.money(key, less(bound.reg_t));
        }
        if let Some(sma) = figures.sma {
            self.money("SMA", sma.0);
            self.money("SMA-S", sma.0);
        }
        if equity.is_positive() {
            self.text("Cushion", &div(excess, equity.0, 6).to_string());
            self.text("Leverage-S", &cents(div(*gross, equity.0, 2)));
        }
    }

    /// The ledger: all currencies together, then each.
    fn ledger(&mut self, ledger: &Ledger, figures: Option<&Figures>, gain: Option<Cash>) {
        let stock = figures.map(|figures| (figures.net, figures.options, figures.unrealized));
        let none = Some((Decimal::ZERO, Decimal::ZERO, Decimal::ZERO));
        let realized = ledger.realized().0;
        let base = Currency::BASE.code();
        let gain = gain.map(|gain| gain.0);
        let whole = Entry { rate: Decimal::ONE, cash: ledger.total_cash().0, realized, stock, gain };
        self.currency(ALL_CURRENCIES, &whole);
        self.currency(base, &Entry { cash: ledger.cash.0, ..whole });
        for (currency, amount) in &ledger.foreign {
            let entry = Entry {
                rate: currency.rate(),
                cash: amount.0,
                realized: Decimal::ZERO,
                stock: none,
                gain: Some(Decimal::ZERO),
            };
            self.currency(currency.code(), &entry);
        }
    }

    fn currency(&mut self, code: &'static str, entry: &Entry) {
        self.push("AccountOrGroup", ACCOUNT.to_owned(), code);
        self.push("Currency", code.to_owned(), code);
        self.push("RealCurrency", code.to_owned(), code);
        self.push(
            "ExchangeRate",
            if entry.rate == Decimal::ONE { "1.00".into() } else { entry.rate.to_string() },
            code,
        );
        for key in LEDGER_ZEROS {
            self.push(key, cents(Decimal::ZERO), code);
        }
        self.push("CashBalance", cents(entry.cash), code);
        if let Some(gain) = entry.gain {
            self.push("FuturesPNL", cents(gain), code);
            self.push("TotalCashBalance", cents(add(entry.cash, gain)), code);
        }
        self.push("RealizedPnL", cents(entry.realized), code);
        if let (Some((value, options, unrealized)), Some(gain)) = (entry.stock, entry.gain) {
            self.push("StockMarketValue", cents(sub(value, options)), code);
            self.push("OptionMarketValue", cents(options), code);
            self.push("UnrealizedPnL", cents(add(unrealized, gain)), code);
            self.push("NetLiquidationByCurrency", cents(add(add(entry.cash, gain), value)), code);
        }
    }
}

/// One currency of the ledger.
struct Entry {
    rate: Decimal,
    cash: Decimal,
    realized: Decimal,
    /// Market value of stock and options, of the options alone, and unrealised P&L; `None` if a mark is unknown.
    stock: Option<(Decimal, Decimal, Decimal)>,
    /// What open futures have gained; `None` if a mark is unknown.
    gain: Option<Decimal>,
}

/// An amount as TWS writes it.
fn cents(amount: Decimal) -> String {
    format!("{:.2}", amount.round_dp(2))
}
