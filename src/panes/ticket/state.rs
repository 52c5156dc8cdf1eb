//! State of the ticket: the order that is about to be sent, field by field.
//!
//! What was typed stays in its field; what would be sent stands in the sentence. A price that follows the touch floats
//! while the order is staged and is pinned when it is sent.

use std::time::Duration;

use indexmap::IndexMap;
use rust_decimal::Decimal;
use tui_input::Input;

use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::instrument::{ConId, ContractRef, SecType};
use crate::domain::order::{Attributes, BrokerIds, OrderKey, OrderKind, OrderSpec, Session, Tif, Verb};
use crate::domain::terms::{self, Clauses, Distance, Exits};
use crate::domain::whatif::WhatIf;
use crate::money::{Price, Qty};
use crate::panes::PaneKind;
use crate::risk::{Assessment, Origin, Room, Weight};
use crate::sentence::{Contract, Dist, PriceExpr, Ref, Refusal, Unit};

/// The ticket.
#[derive(Debug, Clone, Default)]
pub struct Ticket {
    /// The staged order.
    pub staged: Option<Box<Staged>>,
    /// The order sent from here and not answered yet.
    pub sending: Option<Sending>,
    /// The last order sent: when it was answered, its sentence as sent, its name. What has become of it stands in the
    /// order.
    pub last: Option<(Stamp, String, OrderKey)>,
    /// The size that `b` and `s` stage by kind of contract, where the trader has chosen another than the first one.
    pub presets: IndexMap<SecType, Qty>,
    /// What the broker was asked last about an order, and its answer.
    pub what_if: Option<Box<Asked>>,
    /// How often it was asked in this session.
    pub what_ifs: u32,
    /// What was said on the command line, oldest first.
    pub history: Vec<String>,
}

/// How the staged order is priced, as said: what follows the market goes on following it until the order is sent.
pub type Pricing = terms::Pricing<PriceExpr, Dist>;

/// A limit at the own side's best, floating.
pub const JOIN: Pricing = Pricing::Limit(PriceExpr::JOIN);
/// A limit at the far side's best, floating.
pub const TAKE: Pricing = Pricing::Limit(PriceExpr::Market(Ref::Take, None));

/// A limit at this price.
pub const fn limit(price: Price) -> Pricing {
    Pricing::Limit(PriceExpr::Fixed(price))
}

/// The pricing of an order that exists, as it would be said.
pub fn pricing_of(kind: OrderKind) -> Pricing {
    let price = |p: Price| Ok::<_, std::convert::Infallible>(PriceExpr::Fixed(p));
    let distance = |d: Distance| {
        Ok(match d {
            Distance::Money(by) => Dist { by: by.0, unit: Unit::Money },
            Distance::Percent(by) => Dist { by, unit: Unit::Percent },
        })
    };
    let Ok(pricing) = kind.try_map(&mut { price }, &mut { distance });
    pricing
}

/// A field of the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Number of shares.
    Size,
    /// The type.
    Kind,
    /// The limit, or the cap.
    Limit,
    /// The trigger; of a trail, how far it stays behind.
    Trigger,
    /// The stop loss that goes out with it.
    Stop,
    /// The target that goes out with it.
    Target,
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
    /// Cancel the contract's orders, wait until all have ended, count again, then close or turn what is held.
    Unwind,
}

/// What a field being typed into changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The size.
    pub qty: Option<Qty>,
    /// The size in units of risk, where it was said so.
    pub units: Option<Decimal>,
    /// The price.
    pub pricing: Pricing,
    /// The exits.
    pub exits: Option<Exits<PriceExpr, Dist>>,
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
    /// The size in numbers; `None` while what is typed is not one.
    pub qty: Option<Qty>,
    /// The size in units of risk, where it was said so: the number follows the prices.
    pub units: Option<Decimal>,
    /// The price.
    pub pricing: Pricing,
    /// How long, when, with which exits and attributes.
    pub clauses: Clauses<PriceExpr, Dist, Contract>,
    /// The contracts that its tests are about, as said and as known.
    pub tested: Vec<(Contract, ContractRef)>,
    /// The field that is marked.
    pub field: Field,
    /// The text of the open field; `None` when no field is being typed into.
    pub typing: Option<Input>,
    /// What is wrong with what was typed, and a value that would do.
    pub invalid: Option<(String, Option<String>)>,
    /// The order as it would be sent; `None` while it cannot be said.
    pub spec: Option<OrderSpec>,
    /// The exits that go out with it.
    pub exits: Vec<OrderSpec>,
    /// The sentence of both.
    pub text: Option<String>,
    /// Why it cannot be said.
    pub refusal: Option<Refusal>,
    /// What the guard thinks of it.
    pub assessment: Option<Assessment>,
    /// What has to give way first for it to be an exit.
    pub room: Option<Room>,
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
    pub before_typing: Option<Draft>,
    /// Whether the order or its verdict has changed since `revision`.
    pub dirty: bool,
    /// When `revision` was on the screen.
    pub painted_at: Option<Stamp>,
}

impl Staged {
    /// An order of this size and price, for the day and regular hours.
    pub fn new(
        (con_id, symbol): (ConId, SafeText),
        verb: Verb,
        qty: Option<Qty>,
        pricing: Pricing,
        return_to: PaneKind,
    ) -> Self {
        let clauses = Clauses {
            tif: Some(Tif::Day),
            session: (!pricing.is_auction()).then_some(Session::Regular),
            exits: None,
            attributes: Attributes::default(),
        };
        Self {
            aim: Aim::New,
            verb,
            con_id,
            symbol,
            qty,
            units: None,
            pricing,
            clauses,
            tested: Vec::new(),
            field: Field::Size,
            typing: None,
            invalid: None,
            spec: None,
            exits: Vec::new(),
            text: None,
            refusal: None,
            assessment: None,
            room: None,
            origin: Origin::Key,
            revision: 0,
            typed_at: None,
            return_to,
            confirming: false,
            before_typing: None,
            dirty: true,
            painted_at: None,
        }
    }

    /// What a field being typed into may change.
    pub fn draft(&self) -> Draft {
        Draft { qty: self.qty, units: self.units, pricing: self.pricing, exits: self.clauses.exits.clone() }
    }

    /// Goes back to what the fields held.
    pub fn restore(&mut self, draft: Draft) {
        (self.qty, self.units, self.pricing) = (draft.qty, draft.units, draft.pricing);
        self.clauses.exits = draft.exits;
    }

    /// Whether a part of it follows the market.
    pub fn floats(&self) -> bool {
        let mut floats = false;
        let mut price = |p: PriceExpr| {
            floats |= matches!(p, PriceExpr::Market(..));
            Ok::<_, std::convert::Infallible>(p)
        };
        let Ok(_) = self.pricing.try_map(&mut price, &mut Ok);
        if let Some(exits) = &self.clauses.exits {
            if let Some(terms::StopExit::At { trigger, limit }) = exits.stop {
                let _ = price(trigger);
                let _ = limit.map(&mut price);
            }
            for target in &exits.targets {
                let _ = price(target.price);
            }
        }
        floats
    }

    /// How long it works.
    pub fn tif(&self) -> Tif {
        self.clauses.tif.unwrap_or_default()
    }

    /// In which hours it works.
    pub fn session(&self) -> Session {
        self.clauses.session.unwrap_or_default()
    }

    /// Whether the guard refuses it as it stands, or it is no order yet: no key sends it then.
    pub fn is_refused(&self) -> bool {
        self.spec.is_none() || self.assessment.as_ref().and_then(Assessment::worst) == Some(Weight::Hard)
    }
}

/// A question to the broker what an order would do.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its name.
    pub key: OrderKey,
    /// What was asked about.
    pub spec: OrderSpec,
    /// When.
    pub at: Stamp,
    /// The numbers it went out under.
    pub ids: BrokerIds,
    /// The answer, or why there is none; `None` while it is waited for.
    pub answer: Option<Result<WhatIf, SafeText>>,
}

/// How long after a question the next one may be asked: IB allows one a minute.
const GAP: Duration = Duration::from_mins(1);

impl Asked {
    /// How long until the next question, if it is too early.
    pub fn wait(&self, now: Stamp) -> Option<Duration> {
        GAP.checked_sub(now.since(self.at)).filter(|left| !left.is_zero())
    }

    /// Whether it was asked about this order.
    pub fn is_about(&self, spec: &OrderSpec) -> bool {
        let asked = Attributes { preview: spec.attributes.preview, ..self.spec.attributes.clone() };
        OrderSpec { attributes: asked, ..self.spec.clone() } == *spec
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
