//! Why an intent is not an order.

use std::fmt;

use crate::domain::shown;
use crate::domain::terms::Moment;
use crate::money::{Price, Qty};

/// Why an intent is not an order, and which part of the sentence says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The part.
    pub at: At,
    /// The reason.
    pub why: Why,
}

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// The verb.
    Verb,
    /// The size.
    Size,
    /// The instrument.
    Instrument,
    /// The pricing.
    Price,
    /// The stop loss.
    Stop,
    /// A target.
    Target,
    /// A date or a time.
    Time,
    /// The discretion.
    Discretion,
}

/// What is not known and would be needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the name of the input; Display says it in words")]
pub enum Missing {
    Bid,
    Ask,
    Last,
    Vwap,
    Open,
    High,
    Low,
    PriorClose,
    PriorHigh,
    PriorLow,
    AverageCost,
    /// The price of the order itself, where its type has none before it fills.
    EntryPrice,
    /// The distance from entry to stop.
    Risk,
    Position,
    WorkingSells,
    WorkingBuys,
    NetLiquidation,
    BuyingPower,
    RiskUnit,
    AccountRate,
    Atr,
    Preset,
    PriceRule,
    Multiplier,
    Currency,
    SizeIncrement,
    FrontMonth,
    TestedContract,
    Zone,
    Now,
}

/// The reason of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// This is not known.
    Missing(Missing),
    /// A typed price is not one the market takes.
    OffTick {
        /// What was typed.
        said: Price,
        /// The tick there.
        tick: Price,
        /// The nearest price away from the far side.
        near: Option<Price>,
    },
    /// A price comes to nothing or less, or to more than can be computed.
    NoPrice,
    /// A net price of zero is neither paid nor received.
    NetZero,
    /// A distance in percent where only an amount can be sent.
    PercentDistance,
    /// An exit lies on the wrong side of the entry.
    WrongSide {
        /// The exit.
        exit: Price,
        /// The entry.
        entry: Price,
    },
    /// A size is not a multiple of the contract's step.
    OffStep {
        /// What was said.
        said: Qty,
        /// The step.
        step: Qty,
    },
    /// The size comes to less than one step, or to more than can be computed.
    NoSize,
    /// Money of another currency than the contract's.
    Currency {
        /// What was said.
        said: String,
        /// What the contract is priced in.
        priced: String,
    },
    /// A combo is worth a difference: money does not size it.
    ComboValue,
    /// There is no position to close.
    Flat,
    /// More than is held is sold, counting working sells.
    MoreThanLong {
        /// The position.
        held: Qty,
        /// What of it is not being sold yet.
        free: Qty,
        /// What was to be sold.
        size: Qty,
    },
    /// More is bought than is short, counting working buys, and the position would turn.
    MoreThanShort {
        /// The position, below zero.
        held: Qty,
        /// What of it is not being bought back yet.
        free: Qty,
        /// What was to be bought.
        size: Qty,
    },
    /// More is closed than the position, counting orders that close it already.
    MoreThanOpen {
        /// What can still be closed.
        free: Qty,
        /// What was to be closed.
        size: Qty,
    },
    /// A short sale of what is held.
    Held(Qty),
    /// Targets add up to more than the order.
    Tranches {
        /// The sum.
        sum: Qty,
        /// The order.
        size: Qty,
    },
    /// A moment that is over.
    Past(Moment),
    /// A minute that the local clock skips or shows twice.
    NoSuchMinute(Moment),
}

impl Refusal {
    pub(super) const fn new(at: At, why: Why) -> Self {
        Self { at, why }
    }

    pub(super) const fn missing(at: At, what: Missing) -> Self {
        Self { at, why: Why::Missing(what) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let q = |qty: &Qty| shown::plain_qty(*qty);
        match self {
            Self::Missing(what) => write!(f, "{what} is not known"),
            Self::OffTick { said, tick, near } => {
                write!(f, "{said} is off the {} tick", tick.0.normalize())?;
                near.map_or(Ok(()), |near| write!(f, ": {near}"))
            }
            Self::NoPrice => f.write_str("this comes to no price above 0"),
            Self::NetZero => f.write_str("this comes to a net price of 0, which is neither paid nor received"),
            Self::PercentDistance => f.write_str("this distance is an amount or ticks, not percent"),
            Self::WrongSide { exit, entry } => write!(f, "{exit} lies on the wrong side of the entry at {entry}"),
            Self::OffStep { said, step } => write!(f, "{} is not a multiple of {}", q(said), q(step)),
            Self::NoSize => f.write_str("this comes to less than one"),
            Self::Currency { said, priced } => write!(f, "priced in {priced}, not {said}"),
            Self::ComboValue => f.write_str("a combo is not sized by money: say how many"),
            Self::Flat => f.write_str("flat, there is nothing to close"),
            Self::MoreThanLong { held, free, .. } if held.is_positive() => {
                write!(f, "long {}", q(held))?;
                if free < held {
                    write!(f, ", {} not being sold yet", q(&free.max(&Qty::ZERO).to_owned()))?;
                }
                f.write_str(": close all, short, or add flip")
            }
            Self::MoreThanLong { .. } => f.write_str("nothing is held: short sells what is not"),
            Self::MoreThanShort { held, free, .. } => {
                write!(f, "short {}", q(&held.abs()))?;
                if *free < held.abs() {
                    write!(f, ", {} not being bought back yet", q(&free.max(&Qty::ZERO).to_owned()))?;
                }
                f.write_str(": close all, or add flip")
            }
            Self::MoreThanOpen { free, .. } => {
                write!(f, "only {} can still be closed, counting working orders", q(&free.max(&Qty::ZERO).to_owned()))
            }
            Self::Held(held) => write!(f, "long {}: close it first, or add flip", q(held)),
            Self::Tranches { sum, size } => write!(f, "the targets add up to {}, the order is {}", q(sum), q(size)),
            Self::Past(moment) => write!(f, "{moment} is over"),
            Self::NoSuchMinute(moment) => write!(f, "{moment} is no single minute there: say it in UTC"),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bid => "the bid",
            Self::Ask => "the ask",
            Self::Last => "the last trade",
            Self::Vwap => "the day's vwap",
            Self::Open => "the day's open",
            Self::High => "the day's high",
            Self::Low => "the day's low",
            Self::PriorClose => "the prior close",
            Self::PriorHigh => "the prior day's high",
            Self::PriorLow => "the prior day's low",
            Self::AverageCost => "the average cost of the position",
            Self::EntryPrice => "the price this order fills at",
            Self::Risk => "the distance from entry to stop",
            Self::Position => "the position",
            Self::WorkingSells => "what working sells add up to",
            Self::WorkingBuys => "what working buys add up to",
            Self::NetLiquidation => "net liquidation",
            Self::BuyingPower => "buying power",
            Self::RiskUnit => "the unit of risk",
            Self::AccountRate => "the rate from the account's currency to the contract's",
            Self::Atr => "the average true range",
            Self::Preset => "the default size",
            Self::PriceRule => "the price rule of the contract",
            Self::Multiplier => "the multiplier of the contract",
            Self::Currency => "the currency of the contract",
            Self::SizeIncrement => "the size step of the contract",
            Self::FrontMonth => "the front month",
            Self::TestedContract => "a contract that it tests",
            Self::Zone => "the zone of the contract",
            Self::Now => "the time",
        })
    }
}
