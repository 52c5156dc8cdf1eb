//! What the venue reports, in the order TWS sends it.

use super::order::{Action, ClientId, Held, Order, OrderId, PermId, Status};
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

/// One thing a client hears about.
///
/// New order: `OpenOrder` and `OrderStatus` (PreSubmitted), the same again (Submitted) once it is at the exchange: for a stop
/// when it is elected, for a child when its parent fills. A trail that moved: `OpenOrder`. Each fill: `Execution`, `OpenOrder` if
/// the order is done, `OrderStatus` (twice if it is done), `Commission`, `PositionChanged`. A cancel: `OrderStatus` (PendingCancel) if the client
/// asked for it, `OpenOrder` and `OrderStatus` (Cancelled), `Error` 202. An order that its group reduced: `OpenOrder` and
/// `OrderStatus`. A batch that changed cash or margin ends with one `AccountChanged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// openOrder: the order with its state.
    OpenOrder(Box<Order>),
    /// orderStatus.
    OrderStatus(StatusReport),
    /// execDetails.
    Execution(Box<Execution>),
    /// commissionAndFeesReport.
    Commission(Commission),
    /// error on an order id.
    Error(Refusal),
    /// The position in a contract is now this.
    PositionChanged(Position),
    /// Cash, margin or P&L changed other than by the market.
    AccountChanged,
}

impl Event {
    /// The client whose order this is about; `None` for what concerns the account.
    pub fn client_id(&self) -> Option<ClientId> {
        match self {
            Self::OpenOrder(order) => Some(order.request.client_id),
            Self::OrderStatus(report) => Some(report.client_id),
            Self::Execution(execution) => Some(execution.client_id),
            Self::Commission(commission) => Some(commission.client_id),
            Self::Error(refusal) => Some(refusal.client_id),
            Self::PositionChanged(_) | Self::AccountChanged => None,
        }
    }
}

/// The fields of orderStatus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// The order's client.
    pub client_id: ClientId,
    /// The order's number.
    pub order_id: OrderId,
    /// The order's number across clients.
    pub perm_id: PermId,
    /// Its state.
    pub status: Status,
    /// Shares filled.
    pub filled: Qty,
    /// Shares left.
    pub remaining: Qty,
    /// Mean price of the fills; zero before the first.
    pub avg_price: Price,
    /// Price of the last fill; zero before the first.
    pub last_price: Price,
    /// The order it is attached to; 0 for none.
    pub parent_id: OrderId,
    /// Why it does not work yet.
    pub held: Held,
}

impl StatusReport {
    /// The report that says how `order` stands.
    pub fn of(order: &Order) -> Self {
        Self {
            client_id: order.request.client_id,
            order_id: order.request.order_id,
            perm_id: order.perm_id,
            status: order.status,
            filled: order.filled,
            remaining: if order.status == Status::Inactive { Qty::ZERO } else { order.remaining() },
            avg_price: order.avg_price(),
            last_price: order.last_price,
            parent_id: order.request.terms.parent_id,
            held: order.standing.held,
        }
    }
}

/// Whether an execution gave liquidity or took it, by IB's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liquidity {
    /// 0: it traded in an auction.
    Auction,
    /// 1: it rested.
    Added,
    /// 2: it took.
    Removed,
}

impl Liquidity {
    /// IB's number.
    pub const fn number(self) -> i32 {
        match self {
            Self::Auction => 0,
            Self::Added => 1,
            Self::Removed => 2,
        }
    }
}

/// How an execution changes the tape that everybody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tape {
    /// A trade beside those of the background.
    Adds,
    /// It stands in place of as many shares of the background's print of this moment and place.
    Replaces {
        /// The print's moment.
        at: Nanos,
        /// The print's place among those of the moment.
        index: u32,
    },
}

/// One fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// IB's form: `0000e0d5.xxxxxxxx.01.01`.
    pub exec_id: String,
    /// Its count over the life of the account, from 1.
    pub sequence: u32,
    /// When.
    pub at: Nanos,
    /// The order's client.
    pub client_id: ClientId,
    /// The order's number.
    pub order_id: OrderId,
    /// The order's number across clients.
    pub perm_id: PermId,
    /// The contract.
    pub con_id: ConId,
    /// Where, as IB names it.
    pub exchange: String,
    /// Bought or sold.
    pub action: Action,
    /// Shares.
    pub quantity: Qty,
    /// Price of one share.
    pub price: Price,
    /// Shares the order has filled with this one.
    pub cumulative: Qty,
    /// Mean price of the order's fills with this one.
    pub avg_price: Price,
    /// The order's reference.
    pub order_ref: String,
    /// Gave or took liquidity.
    pub liquidity: Liquidity,
    /// What it does to the tape.
    pub tape: Tape,
    /// Its commission and realised P&L.
    pub commission: Commission,
}

/// What a fill cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commission {
    /// The order's client.
    pub client_id: ClientId,
    /// The execution.
    pub exec_id: String,
    /// Commission and fees.
    pub amount: Cash,
    /// Realised P&L of the shares this fill closed, net of its own commission; `None` if it closed none.
    pub realized: Option<Cash>,
}

/// An error for an order id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The client it goes to.
    pub client_id: ClientId,
    /// The order it is about.
    pub order_id: OrderId,
    /// IB's code.
    pub code: i32,
    /// The text.
    pub text: String,
}

/// A position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The contract.
    pub con_id: ConId,
    /// Shares; negative when short.
    pub quantity: Qty,
    /// Average cost of one share, commissions included as IB does; zero when flat.
    pub avg_cost: Price,
    /// Realised P&L of the account's day.
    pub realized: Cash,
}
