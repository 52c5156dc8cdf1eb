//! What an order asks for beside type and time in force.

use serde::{Deserialize, Serialize};

use super::{Algo, Conditions, Fault, OrderId};
use crate::gateway::Nanos;
use crate::money::Price;

/// Which prices elect a stop or a touch, by IB's numbers. What must reach the trigger, for an order that is elected from
/// below (buy stop, sell touch) and from above (sell stop, buy touch):
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TriggerMethod {
    /// 0: [`TriggerMethod::Last`], IB's default for US stocks.
    #[default]
    Default,
    /// 1: the bid (from above: the ask) at two quote changes in a row.
    DoubleBidAsk,
    /// 2: a trade.
    Last,
    /// 3: two trades in a row.
    DoubleLast,
    /// 4: the bid (from above: the ask).
    BidAsk,
    /// 7: a trade, or the bid (from above: the ask).
    LastOrBidAsk,
    /// 8: the middle of the quote.
    Midpoint,
}

impl TriggerMethod {
    /// The method of IB's number.
    pub fn of_number(number: i32) -> Result<Self, Fault> {
        Ok(match number {
            0 => Self::Default,
            1 => Self::DoubleBidAsk,
            2 => Self::Last,
            3 => Self::DoubleLast,
            4 => Self::BidAsk,
            7 => Self::LastOrBidAsk,
            8 => Self::Midpoint,
            other => return Err(Fault::invalid(&format!("Invalid trigger method {other}"))),
        })
    }

    /// Whether trades count.
    pub const fn sees_trades(self) -> bool {
        matches!(self, Self::Default | Self::Last | Self::DoubleLast | Self::LastOrBidAsk)
    }

    /// Whether quotes count.
    pub const fn sees_quotes(self) -> bool {
        matches!(self, Self::DoubleBidAsk | Self::BidAsk | Self::LastOrBidAsk | Self::Midpoint)
    }

    /// How many in a row it takes.
    pub const fn times(self) -> u8 {
        match self {
            Self::DoubleBidAsk | Self::DoubleLast => 2,
            Self::Default | Self::Last | Self::BidAsk | Self::LastOrBidAsk | Self::Midpoint => 1,
        }
    }
}

/// What a fill does to the other orders of its OCA group, by IB's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OcaType {
    /// 1: cancels them before anything else can fill.
    Cancel,
    /// 2: reduces them in proportion before anything else can fill.
    Reduce,
    /// 3: reduces them in proportion once the moment is over: two may fill at the same one.
    ReduceLater,
}

impl OcaType {
    /// IB's number.
    pub const fn number(self) -> i32 {
        match self {
            Self::Cancel => 1,
            Self::Reduce => 2,
            Self::ReduceLater => 3,
        }
    }

    /// The type of IB's number; 0 means 1.
    pub fn of_number(number: i32) -> Result<Self, Fault> {
        Ok(match number {
            0 | 1 => Self::Cancel,
            2 => Self::Reduce,
            3 => Self::ReduceLater,
            other => return Err(Fault::invalid(&format!("Invalid OCA type {other}"))),
        })
    }
}

/// Membership of a one-cancels-all group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oca {
    /// The group's name.
    pub group: String,
    /// What this order's fills do to the others.
    pub kind: OcaType,
}

/// What an order asks for beside type and time in force.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// The order it is attached to, of the same client; 0 for none.
    pub parent_id: OrderId,
    /// The group of which one order's fill ends or reduces the others.
    pub oca: Option<Oca>,
    /// What elects a stop or touch.
    pub trigger_method: TriggerMethod,
    /// When it starts to work.
    pub good_after: Option<Nanos>,
    /// Not shown in the book.
    pub hidden: bool,
    /// How many shares are shown at a time.
    pub display: Option<i64>,
    /// Filled whole by one trade or not at all.
    pub all_or_none: bool,
    /// The least shares of the first fill.
    pub min_quantity: Option<i64>,
    /// How far beyond its limit it takes, unseen.
    pub discretion: Option<Price>,
    /// Takes every level it can reach at once, as each order here does.
    pub sweep: bool,
    /// What it waits for, or is cancelled by.
    pub conditions: Option<Conditions>,
    /// The algorithm that works it.
    pub algo: Option<Algo>,
    /// Passes the precautions about size and price.
    pub override_constraints: bool,
}
