//! Order types with their prices.
//!
//! A type is a plain market or limit order, or something that becomes one: a stop or a touch waits for its trigger, a trail's
//! trigger follows the market, a peg's limit follows the quote, a snap takes its limit from the quote once, an on-close order
//! waits for the auction. MOO and LOO are `MKT` and `LMT` with the time in force OPG.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Action, Fault};
use crate::money::Price;

/// How far a price is kept from its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Offset {
    /// By an amount of money.
    Amount(Price),
    /// By a share of the reference, in percent.
    Percent(Decimal),
}

/// What a pegged order follows, by IB's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peg {
    /// `REL`: its own side's best price, more aggressive by the offset.
    Primary,
    /// `PASSV REL`: its own side's best price, less aggressive by the offset.
    Passive,
    /// `PEG MKT`: the other side's best price, less aggressive by the offset.
    Market,
    /// `PEG MID`: the middle of the quote, less aggressive by the offset.
    Midpoint,
    /// `MIDPRICE`: the middle of the quote, both ways.
    MidPrice,
}

/// What a snap order takes its limit from, by IB's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Snap {
    /// `SNAP PRIM`: its own side's best price, more aggressive by the offset.
    Primary,
    /// `SNAP MKT`: the other side's best price, less aggressive by the offset.
    Market,
    /// `SNAP MID`: the middle of the quote, less aggressive by the offset.
    Midpoint,
}

/// The order type with its prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// `MKT`.
    Market,
    /// `LMT` with its limit.
    Limit(Price),
    /// `STP` with its trigger.
    Stop(Price),
    /// `STP LMT`.
    StopLimit {
        /// What elects it.
        trigger: Price,
        /// Its limit then.
        limit: Price,
    },
    /// `MIT` with its trigger.
    Touched(Price),
    /// `LIT`.
    TouchedLimit {
        /// What elects it.
        trigger: Price,
        /// Its limit then.
        limit: Price,
    },
    /// `TRAIL`.
    Trail {
        /// How far the trigger stays behind the market.
        by: Offset,
        /// Where the trigger begins; where the market is, if absent.
        start: Option<Price>,
    },
    /// `TRAIL LIMIT`.
    TrailLimit {
        /// How far the trigger stays behind the market.
        by: Offset,
        /// Where the trigger begins; where the market is, if absent.
        start: Option<Price>,
        /// How far beyond the trigger the limit lies.
        room: Price,
    },
    /// `MOC`.
    MarketOnClose,
    /// `LOC` with its limit.
    LimitOnClose(Price),
    /// `MTL`: takes the best price, then rests there.
    MarketToLimit,
    /// `REL`, `PASSV REL`, `PEG MKT`, `PEG MID` and `MIDPRICE`.
    Peg {
        /// What it follows.
        to: Peg,
        /// How far from it.
        offset: Offset,
        /// The worst price it may reach.
        cap: Option<Price>,
    },
    /// `SNAP PRIM`, `SNAP MKT` and `SNAP MID`.
    Snap {
        /// What it takes its limit from.
        to: Snap,
        /// How far from it.
        offset: Price,
    },
}

/// The prices beside an order's type on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prices {
    /// lmtPrice.
    pub limit: Option<Price>,
    /// auxPrice: trigger, trailing amount or offset.
    pub aux: Option<Price>,
    /// percentOffset, in percent.
    pub percent_offset: Option<Price>,
    /// trailingPercent, in percent.
    pub trailing_percent: Option<Price>,
    /// trailStopPrice.
    pub trail_stop: Option<Price>,
    /// lmtPriceOffset.
    pub limit_offset: Option<Price>,
}

impl Kind {
    /// IB's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Market => "MKT",
            Self::Limit(_) => "LMT",
            Self::Stop(_) => "STP",
            Self::StopLimit { .. } => "STP LMT",
            Self::Touched(_) => "MIT",
            Self::TouchedLimit { .. } => "LIT",
            Self::Trail { .. } => "TRAIL",
            Self::TrailLimit { .. } => "TRAIL LIMIT",
            Self::MarketOnClose => "MOC",
            Self::LimitOnClose(_) => "LOC",
            Self::MarketToLimit => "MTL",
            Self::Peg { to: Peg::Primary, .. } => "REL",
            Self::Peg { to: Peg::Passive, .. } => "PASSV REL",
            Self::Peg { to: Peg::Market, .. } => "PEG MKT",
            Self::Peg { to: Peg::Midpoint, .. } => "PEG MID",
            Self::Peg { to: Peg::MidPrice, .. } => "MIDPRICE",
            Self::Snap { to: Snap::Primary, .. } => "SNAP PRIM",
            Self::Snap { to: Snap::Market, .. } => "SNAP MKT",
            Self::Snap { to: Snap::Midpoint, .. } => "SNAP MID",
        }
    }

    /// The worst price it may trade at, if the order states one.
    pub const fn limit(self) -> Option<Price> {
        match self {
            Self::Limit(price)
            | Self::StopLimit { limit: price, .. }
            | Self::TouchedLimit { limit: price, .. }
            | Self::LimitOnClose(price) => Some(price),
            Self::Peg { cap, .. } => cap,
            Self::Market
            | Self::Stop(_)
            | Self::Touched(_)
            | Self::Trail { .. }
            | Self::TrailLimit { .. }
            | Self::MarketOnClose
            | Self::MarketToLimit
            | Self::Snap { .. } => None,
        }
    }

    /// The trigger it states, a trail's beginning included.
    pub const fn trigger(self) -> Option<Price> {
        match self {
            Self::Stop(price)
            | Self::Touched(price)
            | Self::StopLimit { trigger: price, .. }
            | Self::TouchedLimit { trigger: price, .. } => Some(price),
            Self::Trail { start, .. } | Self::TrailLimit { start, .. } => start,
            Self::Market
            | Self::Limit(_)
            | Self::MarketOnClose
            | Self::LimitOnClose(_)
            | Self::MarketToLimit
            | Self::Peg { .. }
            | Self::Snap { .. } => None,
        }
    }

    /// Whether it waits for a trigger before it works.
    pub const fn is_triggered(self) -> bool {
        matches!(
            self,
            Self::Stop(_)
                | Self::Touched(_)
                | Self::StopLimit { .. }
                | Self::TouchedLimit { .. }
                | Self::Trail { .. }
                | Self::TrailLimit { .. }
        )
    }

    /// How far its trigger stays behind the market, if it trails.
    pub const fn trails(self) -> Option<Offset> {
        match self {
            Self::Trail { by, .. } | Self::TrailLimit { by, .. } => Some(by),
            _ => None,
        }
    }

    /// Whether it waits for the closing auction.
    pub const fn is_on_close(self) -> bool {
        matches!(self, Self::MarketOnClose | Self::LimitOnClose(_))
    }

    /// Whether the price that elects it lies above the market: a buy stop's and a sell touch's.
    pub const fn rises(self, action: Action) -> bool {
        let touches = matches!(self, Self::Touched(_) | Self::TouchedLimit { .. });
        matches!(action, Action::Buy) != touches
    }

    /// Whether it is never shown in the book by its type.
    pub const fn is_dark(self) -> bool {
        matches!(self, Self::Peg { to: Peg::Midpoint | Peg::MidPrice, .. })
    }

    /// Reads IB's word and prices; refuses the types that are not simulated. Prices that the type does not know are no part
    /// of it.
    pub fn parse(word: &str, prices: &Prices) -> Result<Self, Fault> {
        let zero = Price::ZERO;
        let limit = || prices.limit.ok_or_else(|| Fault::invalid("A limit order needs a limit price"));
        let trigger = || prices.aux.filter(|p| !p.is_zero()).ok_or_else(|| Fault::new(403, "Invalid stop price."));
        let offset = prices.aux.unwrap_or(zero);
        let cap = prices.limit.filter(|p| !p.is_zero());
        Ok(match word {
            "MKT" => Self::Market,
            "LMT" => Self::Limit(limit()?),
            "STP" => Self::Stop(trigger()?),
            "STP LMT" => Self::StopLimit { trigger: trigger()?, limit: limit()? },
            "MIT" => Self::Touched(trigger()?),
            "LIT" => Self::TouchedLimit { trigger: trigger()?, limit: limit()? },
            "TRAIL" => Self::Trail { by: trailing(prices)?, start: prices.trail_stop.filter(|p| !p.is_zero()) },
            "TRAIL LIMIT" => {
                let start = prices.trail_stop.filter(|p| !p.is_zero());
                Self::TrailLimit { by: trailing(prices)?, start, room: room(prices, start)? }
            }
            "MOC" => Self::MarketOnClose,
            "LOC" => Self::LimitOnClose(limit()?),
            "MTL" => Self::MarketToLimit,
            "REL" => Self::Peg { to: Peg::Primary, offset: relative(prices)?, cap },
            "PASSV REL" => Self::Peg { to: Peg::Passive, offset: relative(prices)?, cap },
            "PEG MKT" => Self::Peg { to: Peg::Market, offset: Offset::Amount(offset), cap },
            "PEG MID" => Self::Peg { to: Peg::Midpoint, offset: Offset::Amount(offset), cap },
            "MIDPRICE" => Self::Peg { to: Peg::MidPrice, offset: Offset::Amount(zero), cap },
            "SNAP PRIM" => Self::Snap { to: Snap::Primary, offset },
            "SNAP MKT" => Self::Snap { to: Snap::Market, offset },
            "SNAP MID" => Self::Snap { to: Snap::Midpoint, offset },
            other => {
                return Err(Fault::new(
                    387,
                    format!("Unsupported order type for this exchange and security type: {other:?}."),
                ));
            }
        })
    }
}

/// The trailing amount or percent, of which there must be one.
fn trailing(prices: &Prices) -> Result<Offset, Fault> {
    let given = |price: Option<Price>| price.filter(|price| !price.is_zero());
    match (given(prices.aux), given(prices.trailing_percent)) {
        (Some(amount), None) => Ok(Offset::Amount(amount)),
        (None, Some(percent)) => Ok(Offset::Percent(percent.0)),
        (None, None) => Err(Fault::invalid("A trailing order needs a trailing amount or percent")),
        (Some(_), Some(_)) => Err(Fault::invalid("A trailing order has either a trailing amount or a percent")),
    }
}

/// How far a trailing limit lies beyond its trigger: stated, or the distance of the two prices.
fn room(prices: &Prices, start: Option<Price>) -> Result<Price, Fault> {
    match (prices.limit_offset, prices.limit.filter(|p| !p.is_zero()), start) {
        (Some(room), _, _) => Ok(room),
        (None, Some(limit), Some(start)) => Ok(limit.minus(start).unwrap_or(Price::ZERO).abs()),
        _ => Err(Fault::invalid("A trailing limit order needs a limit price offset, or a limit and a stop price")),
    }
}

/// The offset of a relative order: an amount or a percent, none meaning zero.
fn relative(prices: &Prices) -> Result<Offset, Fault> {
    let given = |price: Option<Price>| price.filter(|price| !price.is_zero());
    match (given(prices.aux), given(prices.percent_offset)) {
        (amount, None) => Ok(Offset::Amount(amount.unwrap_or(Price::ZERO))),
        (None, Some(percent)) => Ok(Offset::Percent(percent.0)),
        (Some(_), Some(_)) => Err(Fault::invalid("A relative order has either an offset amount or a percent")),
    }
}
