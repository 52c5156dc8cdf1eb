//! Orders: what is asked for, under which names it is known, and what has become of it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::SafeText;
use super::instrument::ConId;
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

/// The type of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OrderKind {
    /// At the market (`MKT`).
    Market,
    /// At this price or better (`LMT`).
    Limit(Price),
}

impl OrderKind {
    /// IB's capitals.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Market => "MKT",
            Self::Limit(_) => "LMT",
        }
    }

    /// The limit, if there is one.
    pub const fn limit(self) -> Option<Price> {
        match self {
            Self::Limit(price) => Some(price),
            Self::Market => None,
        }
    }
}

/// How long an order works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Tif {
    /// Until the end of the session.
    #[default]
    Day,
    /// Until cancelled.
    Gtc,
    /// What fills at once; the rest is cancelled.
    Ioc,
}

impl Tif {
    /// IB's capitals.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Gtc => "GTC",
            Self::Ioc => "IOC",
        }
    }

    /// The word of the order sentence.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Gtc => "gtc",
            Self::Ioc => "ioc",
        }
    }
}

/// In which hours an order works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Session {
    /// Regular trading hours only.
    #[default]
    Regular,
    /// Also before the open and after the close (IB's `outsideRth`).
    Extended,
}

impl Session {
    /// The word of the order sentence.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Regular => "rth",
            Self::Extended => "ext",
        }
    }
}

/// An order as it would be sent: every number absolute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSpec {
    /// The contract.
    pub con_id: ConId,
    /// The symbol, for sentences and the journal.
    pub symbol: SafeText,
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
    /// In which hours it works.
    pub session: Session,
}

impl OrderSpec {
    /// A day order for the regular session, with nothing else to it.
    pub fn new(con_id: ConId, symbol: SafeText, verb: Verb, side: Side, qty: Qty, kind: OrderKind) -> Self {
        Self { con_id, symbol, verb, side, qty, kind, tif: Tif::Day, session: Session::Regular }
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
}

/// How the remark of an order begins that never left.
const NOT_SENT: &str = "not sent: ";

impl Order {
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
