//! What the journal keeps besides intents, orders and executions.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::SafeText;
use crate::domain::account::AccountId;
use crate::domain::fill::{ExecId, Execution};
use crate::domain::instrument::ConId;
use crate::domain::order::{OrderKey, OrderSpec};
use crate::money::{Cash, Qty};
use crate::risk::{Assessment, Class, Consent, Limits, Weight};

/// Something that happened or was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// The guard judged an order that was to be sent.
    Guard(Box<Decision>),
    /// Something was said to the trader.
    Notice {
        /// `info`, `warn` or `error`.
        tone: SafeText,
        /// What.
        text: String,
        /// About which order.
        order: Option<OrderKey>,
    },
    /// HALT was set.
    Halted {
        /// Why.
        why: SafeText,
    },
    /// HALT was lifted.
    Lifted,
    /// REDUCE was set.
    Reduced {
        /// For the session of this date.
        session: Date,
    },
    /// REDUCE was lifted.
    Released,
    /// The limits that were typed, all that hold now: replaces those before.
    Tuned {
        /// Their names in `risk.toml`, and what they are.
        limits: Vec<(String, Decimal)>,
    },
    /// The connection changed.
    Link {
        /// Into which state.
        state: SafeText,
        /// Why, where the broker said so.
        why: Option<SafeText>,
    },
    /// Everything was asked for and taken in.
    Synced {
        /// Open orders listed.
        open: usize,
        /// Completed orders listed.
        completed: usize,
        /// Executions listed.
        executions: usize,
        /// Positions listed.
        positions: usize,
    },
    /// A fill was replaced by a corrected version; both stay in the journal.
    Corrected {
        /// What counted so far.
        old: Box<Execution>,
        /// What counts now; of nothing, if the fill was taken back.
        new: Box<Execution>,
    },
    /// A position as it stands: replaces what was known of the contract.
    Holding(Holding),
    /// The account's cash as it stands: replaces what was known.
    Cash(CashKnown),
    /// The limits of a live account were accepted: replaces what was known of the account.
    Accepted(Accepted),
    /// Executions were taken in from a file.
    Imported {
        /// Its name.
        file: String,
        /// How many were added.
        added: usize,
        /// How many were here already.
        known: usize,
        /// How many were not taken.
        refused: usize,
    },
    /// The workstation was left.
    Left,
}

impl Entry {
    /// The word in the journal's table.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Guard(_) => "guard",
            Self::Notice { .. } => "notice",
            Self::Halted { .. } => "halt",
            Self::Lifted => "lift",
            Self::Reduced { .. } => "reduce",
            Self::Released => "release",
            Self::Tuned { .. } => "limits",
            Self::Link { .. } => "link",
            Self::Synced { .. } => "sync",
            Self::Corrected { .. } => "correction",
            Self::Holding(_) => "position",
            Self::Cash(_) => "cash",
            Self::Accepted(_) => "accepted",
            Self::Imported { .. } => "import",
            Self::Left => "left",
        }
    }

    /// The order it is about.
    pub fn key(&self) -> Option<&OrderKey> {
        match self {
            Self::Guard(decision) => decision.key.as_ref(),
            Self::Notice { order, .. } => order.as_ref(),
            _ => None,
        }
    }
}

/// The limits that a trader has accepted for a live account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The account.
    pub account: AccountId,
    /// Their fingerprint; other limits are not accepted.
    pub limits: String,
}

impl Accepted {
    /// What its name in the table of present values begins with.
    pub const NAME: &str = "accepted:";
}

/// What the guard said of an order that was to be sent, by which limits, and what the trader had answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The order's name; `None` for a new one that was refused, which has none.
    pub key: Option<OrderKey>,
    /// Its terms.
    pub spec: OrderSpec,
    /// Entry or exit.
    pub class: Class,
    /// Whether it passed.
    pub passed: bool,
    /// What the guard found, worst first.
    pub findings: Vec<Said>,
    /// What the trader had answered.
    pub consent: Consent,
    /// The limits it was judged by, as [`fingerprint`] has them.
    pub limits: String,
}

/// One thing the guard said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its code.
    pub code: String,
    /// How heavy.
    pub weight: Weight,
    /// The words.
    pub text: String,
}

impl Decision {
    /// The record of a judgement.
    pub fn of(
        key: Option<&OrderKey>,
        spec: &OrderSpec,
        assessment: &Assessment,
        passed: bool,
        consent: Consent,
        limits: &Limits,
    ) -> Self {
        let findings = assessment.findings.iter();
        Self {
            key: key.cloned(),
            spec: spec.clone(),
            class: assessment.class,
            passed,
            findings: findings
                .map(|f| Said { code: f.code.to_owned(), weight: f.weight, text: f.text.clone() })
                .collect(),
            consent,
            limits: fingerprint(limits),
        }
    }
}

/// Sixteen hexadecimal digits that differ where limits differ, as [`Limits::fingerprint`] has them.
pub fn fingerprint(limits: &Limits) -> String {
    limits.fingerprint()
}

/// What is held of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The contract.
    pub con_id: ConId,
    /// Its symbol.
    pub symbol: SafeText,
    /// How much, negative when short, zero when closed.
    pub qty: Qty,
}

impl Holding {
    /// How its name in the journal begins; the contract's id follows.
    pub(super) const NAME: &str = "position:";
}

/// The account's cash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashKnown {
    /// In which currency.
    pub currency: SafeText,
    /// How much.
    pub amount: Cash,
}

/// Where things stood when the journal was last written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// When that was, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// What was held, contracts that had been closed among them.
    pub holdings: Vec<Holding>,
    /// The cash.
    pub cash: Option<CashKnown>,
    /// The latest executions recorded, whatever time they are of.
    #[serde(default)]
    pub executions: Vec<ExecId>,
    /// Whether HALT was set and not lifted.
    #[serde(default)]
    pub halted: bool,
    /// The session that REDUCE was set for, where it was not lifted.
    #[serde(default)]
    pub reduced: Option<Date>,
    /// The limits that were typed in the run that was last, by their names in `risk.toml`.
    #[serde(default)]
    pub limits: Vec<(String, Decimal)>,
}
