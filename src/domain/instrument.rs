//! What can be traded: contracts, their price rules, and what a symbol search answers.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::SafeText;
use super::listed::Listed;
use super::takes::Takes;
use crate::money::{Price, Qty, Rounding};

/// IB's id of a contract: the key of everything that belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConId(pub i32);

/// A contract by id and by name, as far as both are known: of tests that an order watches others with, the wire carries one
/// of the two.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContractRef {
    /// IB's id; 0 while it is not known.
    pub con_id: ConId,
    /// The symbol; empty while it is not known.
    pub symbol: SafeText,
}

impl ContractRef {
    /// Whether both can be the same contract: whatever both know of it agrees, and there is something that both know.
    pub fn agrees(&self, other: &Self) -> bool {
        let ids = self.con_id.0 != 0 && other.con_id.0 != 0;
        let names = !self.symbol.is_empty() && !other.symbol.is_empty();
        (ids || names) && (!ids || self.con_id == other.con_id) && (!names || self.symbol == other.symbol)
    }
}

/// The kind of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SecType {
    /// A stock or an ETF (IB's `STK`).
    Stock,
    /// An option on a stock, a fund or an index (`OPT`).
    Option,
    /// A future (`FUT`).
    Future,
    /// An option on a future (`FOP`).
    FutureOption,
    /// A pair of currencies (`CASH`).
    Forex,
    /// A cryptocurrency (`CRYPTO`).
    Crypto,
    /// An index (`IND`): quoted, never traded.
    Index,
    /// Anything else IB knows; it is shown but not traded.
    Other,
}

impl SecType {
    /// What it is called.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Stock => "a stock",
            Self::Option => "an option",
            Self::Future => "a future",
            Self::FutureOption => "an option on a future",
            Self::Forex => "a currency pair",
            Self::Crypto => "a cryptocurrency",
            Self::Index => "an index",
            Self::Other => "of a kind that is not traded here",
        }
    }

    /// Whether orders in it are sent.
    pub const fn is_traded(self) -> bool {
        !matches!(self, Self::Index | Self::Other)
    }

    /// Whether a plain `sell` may open a position: a stock that is not held is borrowed, which `short` says.
    pub const fn sells_to_open(self) -> bool {
        !matches!(self, Self::Stock)
    }

    /// The size that the keys stage of it where nobody has chosen one: a stock's is a setting. IDEALPRO takes currencies from
    /// about 25,000 US dollars on.
    pub fn first_size(self, step: Qty) -> Option<Qty> {
        match self {
            Self::Stock => None,
            Self::Forex => Some(Qty::from(25_000)),
            Self::Crypto => Some(step),
            Self::Option | Self::Future | Self::FutureOption | Self::Index | Self::Other => Some(Qty::from(1)),
        }
    }

    /// Whether it is an option on something.
    pub const fn is_option(self) -> bool {
        matches!(self, Self::Option | Self::FutureOption)
    }
}

/// One step of a price rule: from `low_edge` on, prices are multiples of `increment`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceStep {
    /// The lowest price the step is for.
    pub low_edge: Price,
    /// The smallest price difference there.
    pub increment: Price,
}

/// A market rule: the tick size as a function of the price (IB's `marketRule`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRule(Vec<PriceStep>);

impl PriceRule {
    /// A rule of the given steps, sorted by edge; `None` if there is none or an increment is not positive.
    pub fn new(mut steps: Vec<PriceStep>) -> Option<Self> {
        steps.sort_by_key(|s| s.low_edge);
        (!steps.is_empty() && steps.iter().all(|s| s.increment.is_positive())).then_some(Self(steps))
    }

    /// One increment for every price.
    pub fn flat(increment: Price) -> Option<Self> {
        Self::new(vec![PriceStep { low_edge: Price::ZERO, increment }])
    }

    /// The steps, lowest edge first; at least one.
    pub fn steps(&self) -> &[PriceStep] {
        &self.0
    }

    /// The tick size at `price` (of its magnitude).
    pub fn tick_at(&self, price: Price) -> Price {
        let p = price.abs();
        let step = self.0.iter().rev().find(|s| s.low_edge <= p).or_else(|| self.0.first());
        step.map_or(Price::ZERO, |s| s.increment)
    }

    /// Decimal places a price has at `price`.
    pub fn decimals_at(&self, price: Price) -> u32 {
        self.tick_at(price).0.normalize().scale()
    }

    /// The price `steps` ticks away from `price`, crossing into another step of the rule correctly.
    pub fn step(&self, price: Price, steps: i64) -> Option<Price> {
        let mut p = price.to_tick(self.tick_at(price), Rounding::Nearest)?;
        let down = steps < 0;
        for _ in 0..steps.unsigned_abs().min(10_000) {
            // At a step's own edge the tick below it is the one of the step underneath.
            let tick = if down { self.below(p) } else { self.tick_at(p) };
            p = if down { p.minus(tick)? } else { p.plus(tick)? };
        }
        Some(p)
    }

    /// `price` rounded onto the rule.
    pub fn round(&self, price: Price, rounding: Rounding) -> Option<Price> {
        price.to_tick(self.tick_at(price), rounding)
    }

    /// Whether `price` is one the market accepts.
    pub fn accepts(&self, price: Price) -> bool {
        price.is_on_tick(self.tick_at(price))
    }

    /// The tick size just below `price`.
    fn below(&self, price: Price) -> Price {
        let step = self.0.iter().rev().find(|s| s.low_edge < price).or_else(|| self.0.first());
        step.map_or(Price::ZERO, |s| s.increment)
    }
}

/// A contract the broker has confirmed, with what is needed to show and trade it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// IB's contract id.
    pub con_id: ConId,
    /// The name as a sentence says it: `AAPL`, `BRK.B`, `/ESZ26`, `AAPL 18DEC26 190C`, `EUR.USD`, `ind:SPX`.
    pub symbol: SafeText,
    /// The kind of contract.
    pub sec_type: SecType,
    /// Where orders are routed; `SMART` for stocks and their options.
    pub exchange: SafeText,
    /// Where it is listed.
    pub primary_exchange: SafeText,
    /// The currency of its prices.
    pub currency: SafeText,
    /// The company's or fund's name.
    pub long_name: SafeText,
    /// Value of one unit of price; 1 for stocks.
    pub multiplier: Decimal,
    /// Its price rule.
    pub rule: PriceRule,
    /// The smallest order size and step of sizes.
    pub size_increment: Qty,
    /// Which orders it takes, and where.
    #[serde(default)]
    pub takes: Takes,
    /// The last day it trades, of what ends (IB's `lastTradeDate`).
    #[serde(default)]
    pub last_day: Option<Date>,
    /// The strike, of an option.
    #[serde(default)]
    pub strike: Option<Price>,
    /// When it trades in the next days, as its contract details list it.
    #[serde(default)]
    pub listed: Listed,
}

/// One answer of a symbol search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolMatch {
    /// IB's contract id.
    pub con_id: ConId,
    /// The symbol.
    pub symbol: SafeText,
    /// IB's word for the kind (`STK`, `OPT` …).
    pub sec_type: SafeText,
    /// Where it is listed.
    pub primary_exchange: SafeText,
    /// Its currency.
    pub currency: SafeText,
    /// The company's or fund's name.
    pub description: SafeText,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us_stock() -> PriceRule {
        let step =
            |edge: &str, inc: &str| PriceStep { low_edge: edge.parse().unwrap(), increment: inc.parse().unwrap() };
        PriceRule::new(vec![step("1", "0.01"), step("0", "0.0001")]).unwrap()
    }

    #[test]
    fn ticks_change_at_one_dollar() {
        let rule = us_stock();
        let p = |t: &str| t.parse::<Price>().unwrap();
        assert_eq!(rule.tick_at(p("0.5")), p("0.0001"));
        assert_eq!(rule.step(p("1"), -1), Some(p("0.9999")));
        assert_eq!(rule.step(p("0.9999"), 2), Some(p("1.01")));
        assert!(!rule.accepts(p("187.203")));
        assert_eq!(rule.decimals_at(p("187.2")), 2);
    }
}
