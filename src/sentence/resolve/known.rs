//! What is known when an intent becomes an order.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::refusal::{At, Missing, Refusal};
use crate::domain::instrument::PriceRule;
use crate::domain::order::Side;
use crate::domain::terms::Zone;
use crate::money::{Cash, Price, Qty};
use crate::sentence::ast::FutureMonth;
use crate::sentence::price::Ref;

/// What is known about the contract, its market, the position and the account. What is `None` is not known, and an intent
/// that needs it is refused by its name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The best bid; for a combo the net bid, which may be below zero.
    pub bid: Option<Price>,
    /// The best ask; for a combo the net ask.
    pub ask: Option<Price>,
    /// The last trade.
    pub last: Option<Price>,
    /// The day's average price by volume.
    pub vwap: Option<Price>,
    /// The day's open.
    pub open: Option<Price>,
    /// The day's high.
    pub high: Option<Price>,
    /// The day's low.
    pub low: Option<Price>,
    /// The prior close.
    pub prior_close: Option<Price>,
    /// The prior day's high.
    pub prior_high: Option<Price>,
    /// The prior day's low.
    pub prior_low: Option<Price>,
    /// The position's average cost, per unit of price.
    pub average_cost: Option<Price>,
    /// The position, below zero when short.
    pub position: Option<Qty>,
    /// What working sells of the contract have left, those of the order's own group left out.
    pub working_sells: Option<Qty>,
    /// What working buys of the contract have left, those of the order's own group left out.
    pub working_buys: Option<Qty>,
    /// Net liquidation, in the account's currency.
    pub net_liquidation: Option<Cash>,
    /// Buying power, in the account's currency.
    pub buying_power: Option<Cash>,
    /// What one unit of risk is worth, in the account's currency.
    pub risk_unit: Option<Cash>,
    /// Units of the contract's currency for one of the account's; 1 where they are the same.
    pub account_rate: Option<Decimal>,
    /// The average true range of a day.
    pub atr: Option<Price>,
    /// The size that `def` means.
    pub preset: Option<Qty>,
    /// The market rule: the tick by price.
    pub rule: Option<&'a PriceRule>,
    /// The value of one unit of price.
    pub multiplier: Option<Decimal>,
    /// The contract's currency, in capitals.
    pub currency: Option<&'a str>,
    /// The smallest size and step of sizes.
    pub size_increment: Option<Qty>,
    /// The front months of futures that are known, by root.
    pub fronts: &'a [(&'a str, FutureMonth)],
    /// Where the contract trades: what a moment without a zone means.
    pub zone: Option<Zone>,
    /// The time.
    pub now: Option<Timestamp>,
}

/// The context from the point of view of one order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) side: Side,
    pub(super) combo: bool,
}

impl<'a> Base<'a> {
    pub(super) const fn new(context: &'a Context<'a>, side: Side, combo: bool) -> Self {
        Self { context, side, combo }
    }

    /// The same market seen by the orders that close this one.
    pub(super) const fn exit(self) -> Self {
        Self { side: self.side.opposite(), ..self }
    }

    pub(super) fn rule(&self, at: At) -> Result<&'a PriceRule, Refusal> {
        super::known(self.context.rule, at, Missing::PriceRule)
    }

    pub(super) fn market(&self, of: Ref, entry: Option<Price>, at: At) -> Result<Price, Refusal> {
        let c = self.context;
        let (value, name) = match (of, self.side) {
            (Ref::Bid, _) | (Ref::Join, Side::Buy) | (Ref::Take, Side::Sell) => (c.bid, Missing::Bid),
            (Ref::Ask, _) | (Ref::Join, Side::Sell) | (Ref::Take, Side::Buy) => (c.ask, Missing::Ask),
            (Ref::Mid, _) => {
                let bid = super::known(c.bid, at, Missing::Bid)?;
                let ask = super::known(c.ask, at, Missing::Ask)?;
                let half = |sum: Price| sum.0.checked_div(Decimal::TWO).map(Price);
                (bid.plus(ask).and_then(half), Missing::Ask)
            }
            (Ref::Last, _) => (c.last, Missing::Last),
            (Ref::Vwap, _) => (c.vwap, Missing::Vwap),
            (Ref::Open, _) => (c.open, Missing::Open),
            (Ref::High, _) => (c.high, Missing::High),
            (Ref::Low, _) => (c.low, Missing::Low),
            (Ref::PriorClose, _) => (c.prior_close, Missing::PriorClose),
            (Ref::PriorHigh, _) => (c.prior_high, Missing::PriorHigh),
            (Ref::PriorLow, _) => (c.prior_low, Missing::PriorLow),
            (Ref::Average, _) => (c.average_cost, Missing::AverageCost),
            (Ref::Entry, _) => (entry, Missing::EntryPrice),
        };
        super::known(value, at, name)
    }

    /// A price near which the contract trades, to know its tick.
    pub(super) fn near(&self, at: At) -> Result<Price, Refusal> {
        let c = self.context;
        super::known(c.last.or(c.bid).or(c.ask), at, Missing::Last)
    }
}
