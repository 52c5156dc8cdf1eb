//! A quote, and how far it can be believed.
//!
//! Values are optional one by one: what has not been received is not known. The stamp says when the last tick of the
//! instrument came; whether silence means *quiet* or *stale* is decided by whether its feed is proven alive
//! (`trading.md` §1.6), which only the model knows.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Stamp;
use crate::money::{Price, Qty};

/// The kind of market data the broker delivers for a line (IB's `marketDataType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DataType {
    /// Real-time (1).
    #[default]
    Live,
    /// The last values before the close (2).
    Frozen,
    /// Fifteen minutes late (3).
    Delayed,
    /// Delayed values before the close (4).
    DelayedFrozen,
}

/// Which way the last trade went against the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Direction {
    /// No change known yet.
    #[default]
    Flat,
    /// Above.
    Up,
    /// Below.
    Down,
}

/// What is known about an instrument's market.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quote {
    /// Best bid.
    pub bid: Option<Price>,
    /// Shares at the bid.
    pub bid_size: Option<Qty>,
    /// Best ask.
    pub ask: Option<Price>,
    /// Shares at the ask.
    pub ask_size: Option<Qty>,
    /// Price of the last trade.
    pub last: Option<Price>,
    /// Size of the last trade.
    pub last_size: Option<Qty>,
    /// The last trade's direction against the one before.
    pub direction: Direction,
    /// The last price before the present one; the screen brightens the digits that differ.
    pub previous: Option<Price>,
    /// When `last` changed.
    pub last_at: Option<Stamp>,
    /// Shares traded today.
    pub volume: Option<Qty>,
    /// Today's open.
    pub open: Option<Price>,
    /// Today's high.
    pub high: Option<Price>,
    /// Today's low.
    pub low: Option<Price>,
    /// The previous session's official close.
    pub close: Option<Price>,
    /// Kind of data.
    pub data_type: DataType,
    /// Whether trading is halted (tick 49).
    pub halted: bool,
    /// When the last tick of this line came.
    pub at: Option<Stamp>,
    /// Why the line has no data: IB's code and text, for example 354.
    pub refused: Option<(i32, super::SafeText)>,
}

impl Quote {
    /// Change of the last trade against the previous close, in percent of it.
    pub fn change_percent(&self) -> Option<rust_decimal::Decimal> {
        let (last, close) = (self.last?, self.close?);
        if !close.is_positive() {
            return None;
        }
        last.minus(close)?.0.checked_div(close.0)?.checked_mul(rust_decimal::Decimal::ONE_HUNDRED)
    }

    /// The middle of bid and ask, not rounded to a tick.
    pub fn mid(&self) -> Option<Price> {
        let (bid, ask) = (self.bid?, self.ask?);
        bid.plus(ask)?.0.checked_div(rust_decimal::Decimal::TWO).map(Price)
    }

    /// Whether both sides are known and not crossed.
    pub fn is_two_sided(&self) -> bool {
        matches!((self.bid, self.ask), (Some(b), Some(a)) if b.is_positive() && a > b)
    }
}

/// How far a quote can be believed at a moment (`screens.md` §1, truth marks).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Truth {
    /// Live and ticking, or quiet for less than a second.
    Live,
    /// Live; its feed is proven alive, but this line has been silent for so long.
    Quiet(Duration),
    /// The feed is not proven alive since then.
    Stale(Duration),
    /// Fifteen minutes late.
    Delayed,
    /// The last values before the close.
    Frozen,
    /// Trading is halted.
    Halted,
    /// Asked for, nothing received yet.
    Asked,
    /// Not available; the quote's `refused` says why.
    Absent,
}

impl Truth {
    /// Judges `quote` at `now`; `alive` is when its feed was last proven alive, `None` if it is known to be down since the
    /// quote's own stamp.
    pub fn of(quote: &Quote, now: Stamp, alive: Option<Stamp>) -> Self {
        /// Silence of a feed after which its quotes are stale: two missed heartbeats (5 s each, 2 s to answer).
        const PROOF_MAX: Duration = Duration::from_secs(12);
        if quote.refused.is_some() {
            return Self::Absent;
        }
        let Some(at) = quote.at else { return Self::Asked };
        match alive {
            None => return Self::Stale(now.since(at)),
            Some(proof) if now.since(proof.max(at)) > PROOF_MAX => return Self::Stale(now.since(at)),
            Some(_) => {}
        }
        if quote.halted {
            return Self::Halted;
        }
        match quote.data_type {
            DataType::Delayed | DataType::DelayedFrozen => Self::Delayed,
            DataType::Frozen => Self::Frozen,
            DataType::Live if now.since(at) >= Duration::from_secs(5) => Self::Quiet(now.since(at)),
            DataType::Live => Self::Live,
        }
    }

    /// Whether an order may be priced from it without a question.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::Quiet(_))
    }
}
