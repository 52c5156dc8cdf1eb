//! Orders: what is asked for, under which names it is known, and what has become of it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::SafeText;
use super::instrument::{ConId, ContractRef};
pub use super::terms::{
    Attributes, Conditions, Distance, Oca, OcaKind, Peg, Pricing, Session, Test, Tif, Trigger, Watched,
};
use crate::clock::Stamp;
use crate::money::{Price, Qty};

/// The direction of an order on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Side {
    /// BUY.
    Buy,
    /// SELL.
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// IB's capitals.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        }
    }
}

/// What the trader said; a sell that opens a short says `short`, one that only reduces may say `close`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verb {
    /// Buys.
    Buy,
    /// Sells what is held, never through zero.
    Sell,
    /// Sells what is not held.
    Short,
    /// Reduces the position; the side follows from it.
    Close,
}

impl Verb {
    /// The word of the order sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
            Self::Short => "short",
            Self::Close => "close",
        }
    }
}

/// How an order is priced, every number absolute.
pub type OrderKind = Pricing<Price, Distance>;

impl Tif {
    /// IB's capitals.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Gtc => "GTC",
            Self::Ioc => "IOC",
            Self::Fok => "FOK",
            Self::Dtc => "DTC",
            Self::FiveMinutes => "5MIN",
            Self::Gtd(_) => "GTD",
        }
    }
}

impl Pricing<Price, Distance> {
    /// IB's `orderType`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Market | Self::MarketOnOpen => "MKT",
            Self::Limit(_) | Self::LimitOnOpen(_) => "LMT",
            Self::Stop { limit: None, .. } => "STP",
            Self::Stop { .. } => "STP LMT",
            Self::Touched { limit: None, .. } => "MIT",
            Self::Touched { .. } => "LIT",
            Self::Trail { limit_offset: None, .. } => "TRAIL",
            Self::Trail { .. } => "TRAIL LIMIT",
            Self::MarketOnClose => "MOC",
            Self::LimitOnClose(_) => "LOC",
            Self::Auction(_) | Self::MarketToLimit => "MTL",
            Self::MarketProtect => "MKT PRT",
            Self::StopProtect(_) => "STP PRT",
            Self::Midprice { .. } => "MIDPRICE",
            Self::Volatility(_) => "VOL",
            Self::Pegged { to: Peg::Relative, .. } => "REL",
            Self::Pegged { to: Peg::Market, .. } => "PEG MKT",
            Self::Pegged { to: Peg::Midpoint, .. } => "PEG MID",
            Self::Pegged { to: Peg::SnapMarket, .. } => "SNAP MKT",
            Self::Pegged { to: Peg::SnapMidpoint, .. } => "SNAP MID",
            Self::Pegged { to: Peg::SnapPrimary, .. } => "SNAP PRIM",
        }
    }

    /// The worst price it may fill at, if it has one: its limit or its cap.
    pub const fn limit(&self) -> Option<Price> {
        match self {
            Self::Limit(price) | Self::LimitOnClose(price) | Self::LimitOnOpen(price) | Self::Auction(price) => {
                Some(*price)
            }
            Self::Stop { limit, .. } | Self::Touched { limit, .. } => *limit,
            Self::Midprice { cap } | Self::Pegged { cap, .. } => *cap,
            Self::Market
            | Self::Trail { .. }
            | Self::MarketOnClose
            | Self::MarketOnOpen
            | Self::MarketToLimit
            | Self::MarketProtect
            | Self::StopProtect(_)
            | Self::Volatility(_) => None,
        }
    }

    /// Where it is triggered; of a trail, where its trigger starts.
    pub const fn trigger(&self) -> Option<Price> {
        match self {
            Self::Stop { trigger, .. } | Self::Touched { trigger, .. } | Self::StopProtect(trigger) => Some(*trigger),
            Self::Trail { from, .. } => *from,
            _ => None,
        }
    }

    /// The same at another limit or cap; unchanged where there is none.
    #[must_use]
    pub const fn with_limit(self, price: Price) -> Self {
        match self {
            Self::Limit(_) => Self::Limit(price),
            Self::LimitOnClose(_) => Self::LimitOnClose(price),
            Self::LimitOnOpen(_) => Self::LimitOnOpen(price),
            Self::Auction(_) => Self::Auction(price),
            Self::Stop { trigger, limit: Some(_) } => Self::Stop { trigger, limit: Some(price) },
            Self::Touched { trigger, limit: Some(_) } => Self::Touched { trigger, limit: Some(price) },
            Self::Midprice { cap: Some(_) } => Self::Midprice { cap: Some(price) },
            Self::Pegged { to, offset, cap: Some(_) } => Self::Pegged { to, offset, cap: Some(price) },
            other => other,
        }
    }

    /// The same with another trigger; unchanged where there is none.
    #[must_use]
    pub const fn with_trigger(self, price: Price) -> Self {
        match self {
            Self::Stop { limit, .. } => Self::Stop { trigger: price, limit },
            Self::Touched { limit, .. } => Self::Touched { trigger: price, limit },
            Self::StopProtect(_) => Self::StopProtect(price),
            Self::Trail { by, limit_offset, .. } => Self::Trail { by, from: Some(price), limit_offset },
            other => other,
        }
    }

    /// The price that `+` and `-` move: the trigger of what waits for one, else the limit.
    pub const fn handle(&self) -> Option<Price> {
        match self {
            Self::Stop { .. } | Self::Touched { .. } | Self::StopProtect(_) | Self::Trail { .. } => self.trigger(),
            _ => self.limit(),
        }
    }

    /// The same with the price that `+` and `-` move at another place.
    #[must_use]
    pub const fn with_handle(self, price: Price) -> Self {
        match self {
            Self::Stop { .. } | Self::Touched { .. } | Self::StopProtect(_) | Self::Trail { .. } => {
                self.with_trigger(price)
            }
            _ => self.with_limit(price),
        }
    }

    /// Whether it takes what is there at once, at any price.
    pub const fn takes_at_once(&self) -> bool {
        matches!(
            self,
            Self::Market
                | Self::MarketToLimit
                | Self::MarketProtect
                | Self::Pegged { to: Peg::SnapMarket | Peg::Market, cap: None, .. }
        )
    }

    /// Whether it becomes a market order once it is triggered.
    pub const fn is_market_once_triggered(&self) -> bool {
        matches!(
            self,
            Self::Stop { limit: None, .. }
                | Self::Touched { limit: None, .. }
                | Self::Trail { limit_offset: None, .. }
                | Self::StopProtect(_)
        )
    }
}

/// An order as it would be sent: every number absolute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSpec {
    /// The contract.
    pub con_id: ConId,
    /// The symbol, for sentences and the journal.
    pub symbol: SafeText,
    /// Where it is routed (IB's `exchange` of the order's contract): [`SMART`], a future's exchange, or the venue that
    /// `via` names.
    #[serde(default = "smart")]
    pub exchange: SafeText,
    /// What the trader said.
    pub verb: Verb,
    /// The direction.
    pub side: Side,
    /// Total quantity including what has been filled (IB's `totalQuantity`).
    pub qty: Qty,
    /// The type.
    pub kind: OrderKind,
    /// How long it works.
    pub tif: Tif,
    /// In which hours it works; says nothing where an auction has no hours to choose.
    pub session: Session,
    /// Everything else it says.
    #[serde(default)]
    pub attributes: Attributes<Distance, ContractRef>,
}

/// IB's router, which seeks the best of a contract's exchanges.
pub const SMART: &str = "SMART";

fn smart() -> SafeText {
    SMART.into()
}

impl OrderSpec {
    /// A day order for the regular session, routed by [`SMART`], with nothing else to it.
    pub fn new(con_id: ConId, symbol: SafeText, verb: Verb, side: Side, qty: Qty, kind: OrderKind) -> Self {
        Self {
            con_id,
            symbol,
            exchange: smart(),
            verb,
            side,
            qty,
            kind,
            tif: Tif::Day,
            session: Session::Regular,
            attributes: Attributes::default(),
        }
    }
}

/// The name an order is known by here: our `orderRef`, or `perm:N` for one that another program or hand placed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderKey(Arc<str>);

impl OrderKey {
    /// The key of our own order with this `orderRef`.
    pub fn own(order_ref: &str) -> Self {
        Self(order_ref.into())
    }

    /// The key of an order that is not ours.
    pub fn foreign(perm_id: i64) -> Self {
        Self(format!("perm:{perm_id}").into())
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Under which numbers the broker knows an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct BrokerIds {
    /// The API client that placed it.
    pub client_id: i32,
    /// The id within that client; 0 where the broker does not say.
    pub order_id: i32,
    /// The account-wide permanent id; 0 until the broker has given one.
    pub perm_id: i64,
}

/// What has become of an order, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderState {
    /// Its intent is being recorded or its bytes are on the way; no answer yet.
    Sending,
    /// At the broker, not at the exchange yet (IB's `PreSubmitted`, `PendingSubmit`).
    Held,
    /// Working at the exchange.
    Working,
    /// A cancel has been sent; it may still fill.
    Cancelling,
    /// Sent, and what became of it is not known; it may still come alive.
    Unknown,
    /// Completely filled.
    Filled,
    /// Cancelled, by us, the broker or the exchange.
    Cancelled,
    /// Refused by the broker or the exchange.
    Rejected,
}

impl OrderState {
    /// Whether it can still fill: everything but the three ends.
    pub const fn is_live(self) -> bool {
        !self.is_terminal()
    }

    /// Whether nothing more can happen to it.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Filled | Self::Cancelled | Self::Rejected)
    }
}

/// Whose order it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ownership {
    /// Placed from here, with an intent in the journal.
    Own,
    /// Placed by another program, TWS itself, or by us without a record.
    Foreign,
}

/// An order and everything known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its name here.
    pub key: OrderKey,
    /// Its numbers at the broker.
    pub ids: BrokerIds,
    /// What was asked for, in its present version; for a foreign order of a type not traded here, `other_kind` says more.
    pub spec: OrderSpec,
    /// IB's name of a type that [`OrderKind`] does not have (a foreign stop, for example).
    pub other_kind: Option<SafeText>,
    /// What has become of it.
    pub state: OrderState,
    /// Whose it is.
    pub ownership: Ownership,
    /// How much has filled.
    pub filled: Qty,
    /// Average price of the fills.
    pub avg_fill: Option<Price>,
    /// When it was placed, or first seen.
    pub placed_at: Stamp,
    /// When its state last changed.
    pub changed_at: Stamp,
    /// A change that has been sent and not answered: what the order was before it.
    pub before_change: Option<Box<OrderSpec>>,
    /// The broker's last words about it, with its code: why it was refused, held or cancelled.
    pub remark: Option<(i32, SafeText)>,
    /// The order it is an exit of: it waits for that one's fills, and is cancelled with it.
    #[serde(default)]
    pub parent: Option<OrderKey>,
    /// The price to which IB has capped it (`mktCapPrice`); its own price stays what was asked for.
    #[serde(default)]
    pub cap: Option<Price>,
}

/// How the remark of an order begins that never left.
const NOT_SENT: &str = "not sent: ";

impl Order {
    /// An order of which nothing has filled.
    pub fn new(key: OrderKey, ids: BrokerIds, spec: OrderSpec, state: OrderState, at: Stamp) -> Self {
        Self {
            key,
            ids,
            spec,
            other_kind: None,
            state,
            ownership: Ownership::Own,
            filled: Qty::ZERO,
            avg_fill: None,
            placed_at: at,
            changed_at: at,
            before_change: None,
            remark: None,
            parent: None,
            cap: None,
        }
    }

    /// Notes that the order never left, and why.
    pub fn mark_not_sent(&mut self, why: &str) {
        self.remark = Some((0, SafeText::new(&format!("{NOT_SENT}{why}"))));
    }

    /// Why the order never left, if that is what became of it: nobody but this desk has refused it.
    pub fn not_sent(&self) -> Option<&str> {
        match &self.remark {
            Some((0, text)) if self.state == OrderState::Rejected => text.strip_prefix(NOT_SENT),
            _ => None,
        }
    }

    /// What has not filled yet; zero when the order has ended.
    pub fn remaining(&self) -> Qty {
        if self.state.is_terminal() {
            return Qty::ZERO;
        }
        self.spec.qty.minus(self.filled).filter(|q| q.is_positive()).unwrap_or(Qty::ZERO)
    }

    /// Whether a part, and not all, has filled.
    pub fn is_partial(&self) -> bool {
        self.filled.is_positive() && self.filled < self.spec.qty
    }
}

#[cfg(test)]
mod tests;
