//! State of the ticket: the order that is about to be sent, field by field.
//!
//! What was typed stays in its field; what would be sent stands in the sentence. A price that follows the touch floats
//! while the order is staged and is pinned when it is sent.

use tui_input::Input;

use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::instrument::ConId;
use crate::domain::order::{OrderKey, OrderSpec, Session, Tif, Verb};
use crate::money::{Price, Qty};
use crate::panes::PaneKind;
use crate::risk::{Assessment, Origin, Weight};
use crate::sentence::PriceExpr;

/// The ticket.
#[derive(Debug, Clone, Default)]
pub struct Ticket {
    /// The staged order.
    pub staged: Option<Staged>,
    /// The order sent from here and not answered yet.
    pub sending: Option<Sending>,
    /// The last order sent: when it was answered, its sentence as sent, its name. What has become of it stands in the
    /// order.
    pub last: Option<(Stamp, String, OrderKey)>,
    /// The size that `b` and `s` stage, where the trader has chosen another than the configured one.
    pub preset: Option<Qty>,
}

/// Where a limit price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// At the market.
    Market,
    /// The own side's best price, floating.
    Join,
    /// The middle, rounded away from the far side, floating.
    Mid,
    /// The far side's best price, floating.
    Take,
    /// Another price of the market with a distance (`ask+2t`, `last-0.1%`), floating.
    Follow(PriceExpr),
    /// This price.
    Fixed(Price),
}

/// A field of the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Number of shares.
    Size,
    /// Market or limit.
    Kind,
    /// The limit.
    Limit,
    /// Time in force.
    Tif,
    /// Hours.
    Session,
}

/// What the ticket will do with the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// Send a new one.
    New,
    /// Change this working order.
    Change(OrderKey),
}

/// An order being composed.
#[derive(Debug, Clone)]
pub struct Staged {
    /// New order or change.
    pub aim: Aim,
    /// What the trader said.
    pub verb: Verb,
    /// The contract. A staged ticket is pinned: moving the selection does not touch it.
    pub con_id: ConId,
    /// Its symbol.
    pub symbol: SafeText,
    /// The size; `None` while what is typed is not one.
    pub qty: Option<Qty>,
    /// The price.
    pub pricing: Pricing,
    /// Time in force.
    pub tif: Tif,
    /// Hours.
    pub session: Session,
    /// The field that is marked.
    pub field: Field,
    /// The text of the open field; `None` when no field is being typed into.
    pub typing: Option<Input>,
    /// What is wrong with what was typed, and a value that would do.
    pub invalid: Option<(String, Option<String>)>,
    /// The order as it would be sent; `None` while it cannot be said.
    pub spec: Option<OrderSpec>,
    /// What the guard thinks of it.
    pub assessment: Option<Assessment>,
    /// Key or sentence.
    pub origin: Origin,
    /// The revision of the model that last changed the order or its verdict; Enter counts only once it was painted.
    pub revision: u64,
    /// When a character was last typed into a field.
    pub typed_at: Option<Stamp>,
    /// Where focus returns.
    pub return_to: PaneKind,
    /// Whether the confirmation is open; the order is pinned while it is.
    pub confirming: bool,
    /// What the open field held before it was typed into; Esc goes back to it.
    pub before_typing: Option<(Option<Qty>, Pricing)>,
    /// Whether the order or its verdict has changed since `revision`.
    pub dirty: bool,
    /// When `revision` was on the screen.
    pub painted_at: Option<Stamp>,
}

impl Staged {
    /// Whether the guard refuses it as it stands, or it is no order yet: no key sends it then.
    pub fn is_refused(&self) -> bool {
        self.spec.is_none() || self.assessment.as_ref().and_then(Assessment::worst) == Some(Weight::Hard)
    }
}

/// An order on its way.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Its name.
    pub key: OrderKey,
    /// Its sentence.
    pub sentence: String,
    /// When the guard passed it.
    pub checked_at: Stamp,
    /// When its intent was durable, the microseconds that took, and the order id.
    pub journaled: Option<(Stamp, u64, i32)>,
    /// When its bytes were handed over.
    pub sent_at: Option<Stamp>,
    /// Where focus returns.
    pub return_to: PaneKind,
}
