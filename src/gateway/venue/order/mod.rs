//! Orders: what a client asks for, and what the venue knows of it.

mod algo;
mod condition;
mod kind;
mod terms;
mod tif;

pub use algo::{Algo, Way};
pub use condition::{Conditions, Test};
pub use kind::{Kind, Offset, Peg, Prices, Snap};
pub use terms::{Oca, OcaType, Terms, TriggerMethod};
pub use tif::Tif;

use serde::{Deserialize, Serialize};

use super::event::Refusal;
use super::exact::div;
use super::market::{Cross, Side};
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

/// An API client's number.
pub type ClientId = i32;

/// The number a client gave its order.
pub type OrderId = i32;

/// The number that names an order across clients and restarts; below 2^31.
pub type PermId = i64;

/// Buy or sell; a short sale is a sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// `BUY`.
    Buy,
    /// `SELL`; `SSHORT` and `SLONG` count as this.
    Sell,
}

impl Action {
    /// IB's word on orders.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        }
    }

    /// The side of the book its orders rest on.
    pub const fn rests_on(self) -> Side {
        match self {
            Self::Buy => Side::Bid,
            Self::Sell => Side::Ask,
        }
    }

    /// The side of the book its orders take from.
    pub const fn takes_from(self) -> Side {
        self.rests_on().other()
    }

    /// IB's word on executions.
    pub const fn executed(self) -> &'static str {
        match self {
            Self::Buy => "BOT",
            Self::Sell => "SLD",
        }
    }

    /// Reads IB's word.
    pub fn parse(word: &str) -> Result<Self, Fault> {
        match word {
            "BUY" => Ok(Self::Buy),
            "SELL" | "SSHORT" | "SLONG" => Ok(Self::Sell),
            other => Err(Fault::invalid(&format!("Action {other:?} is not BUY or SELL"))),
        }
    }
}

/// Why something is refused, before it is known whose order it is: IB's code and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// IB's error code.
    pub code: i32,
    /// The text beside it.
    pub text: String,
}

impl Fault {
    /// A fault with `code` and `text`.
    pub fn new(code: i32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// 321: the request contradicts itself.
    pub fn invalid(cause: &str) -> Self {
        Self::new(321, format!("Error validating request.-'bK' : cause - {cause}"))
    }

    /// 201: a feature of TWS that this gateway does not simulate.
    pub fn not_simulated(what: &str) -> Self {
        Self::new(201, format!("Order rejected - reason:The paper gateway does not simulate {what}"))
    }

    /// The fault as an error for an order.
    pub fn of(self, client_id: ClientId, order_id: OrderId) -> Refusal {
        Refusal { client_id, order_id, code: self.code, text: self.text }
    }
}

/// What a client sends with placeOrder, read and typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRequest {
    /// The sending connection's client id.
    pub client_id: ClientId,
    /// The client's number for it.
    pub order_id: OrderId,
    /// The contract.
    pub con_id: ConId,
    /// Buy or sell.
    pub action: Action,
    /// Shares; the venue refuses what is not positive and whole.
    pub quantity: Qty,
    /// Type and prices.
    pub kind: Kind,
    /// Time in force.
    pub tif: Tif,
    /// Whether it also works outside regular hours.
    pub outside_rth: bool,
    /// The account; empty means the only one.
    pub account: String,
    /// The client's own reference, echoed.
    pub order_ref: String,
    /// `false` holds the order at the gateway until the same id arrives with `true`.
    pub transmit: bool,
    /// What else it asks for.
    pub terms: Terms,
    /// What the wire wants back when the order is echoed; the venue keeps it and never reads it.
    pub echo: Vec<u8>,
}

impl OrderRequest {
    /// The auction it is for, if it trades in one only.
    pub const fn cross(&self) -> Option<Cross> {
        if self.kind.is_on_close() {
            Some(Cross::Close)
        } else if matches!(self.tif, Tif::Opening) {
            Some(Cross::Open)
        } else {
            None
        }
    }

    /// Whether regular hours are all it can work in, whatever it asks for.
    pub const fn is_regular_only(&self) -> bool {
        self.tif.is_immediate()
            || self.terms.algo.is_some()
            || self.cross().is_some()
            || matches!(self.kind, Kind::Peg { to: Peg::MidPrice, .. })
    }
}

/// IB's order states, those that occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Accepted; not at the exchange yet: held, or waiting for the session.
    PreSubmitted,
    /// Working.
    Submitted,
    /// The cancel is on its way; passed through within one event batch.
    PendingCancel,
    /// Ended without (further) fills.
    Cancelled,
    /// Ended with every share filled.
    Filled,
    /// Refused after it had got its number, or a DTC order whose day is over.
    Inactive,
}

impl Status {
    /// IB's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PreSubmitted => "PreSubmitted",
            Self::Submitted => "Submitted",
            Self::PendingCancel => "PendingCancel",
            Self::Cancelled => "Cancelled",
            Self::Filled => "Filled",
            Self::Inactive => "Inactive",
        }
    }

    /// Reads IB's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::PreSubmitted, Self::Submitted, Self::PendingCancel, Self::Cancelled, Self::Filled, Self::Inactive]
            .into_iter()
            .find(|status| status.word() == word)
    }

    /// Whether nothing can happen to the order any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Cancelled | Self::Filled | Self::Inactive)
    }
}

/// Why an order does not work yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Held {
    /// Its parent has not filled.
    pub child: bool,
    /// Its trigger has not been reached.
    pub trigger: bool,
    /// Shares to sell short are looked for.
    pub locate: bool,
}

impl Held {
    /// IB's words for `whyHeld`, empty if it is not held.
    pub fn words(self) -> String {
        let words = [(self.locate, "locate"), (self.child, "child"), (self.trigger, "trigger")];
        let words: Vec<&str> = words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
        words.join(",")
    }
}

/// What an order works at now, as far as its terms do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// Where the trigger of a trailing order is.
    pub stop: Option<Price>,
    /// The limit that a trailing limit, market-to-limit or snap order got.
    pub limit: Option<Price>,
    /// Why it does not work yet.
    pub held: Held,
}

/// An order as the venue knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What was asked for, as last modified.
    pub request: OrderRequest,
    /// Its number across clients and restarts.
    pub perm_id: PermId,
    /// Its state.
    pub status: Status,
    /// Shares filled.
    pub filled: Qty,
    /// Money value of the fills.
    pub value: Cash,
    /// Price of the last fill; zero before the first.
    pub last_price: Price,
    /// When it was first accepted.
    pub placed: Nanos,
    /// When it dies by itself.
    pub expires: Option<Nanos>,
    /// What it works at now, as far as its terms do not say.
    pub standing: Standing,
    /// When it reached a final state.
    pub completed: Option<Nanos>,
    /// Why it ended, empty while it works or when filled.
    pub reason: String,
}

impl Order {
    /// Mean price of the fills; zero before the first.
    pub fn avg_price(&self) -> Price {
        Price(div(self.value.0, self.filled.0, 8))
    }

    /// Shares not filled yet.
    pub fn remaining(&self) -> Qty {
        self.request.quantity.minus(self.filled).unwrap_or(Qty::ZERO)
    }

    /// The auction it waits for, if it trades in one only.
    pub fn cross(&self) -> Option<Cross> {
        self.request.cross()
    }

    /// Whether its client and number are these.
    pub fn is(&self, client_id: ClientId, order_id: OrderId) -> bool {
        self.request.client_id == client_id && self.request.order_id == order_id
    }
}
