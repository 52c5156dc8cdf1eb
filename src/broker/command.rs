//! What can be asked of a broker.

use serde::{Deserialize, Serialize};

use crate::domain::SafeText;
use crate::domain::bar::BarKey;
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::order::{BrokerIds, OrderKey};
use crate::journal::Intent;
use crate::risk::Approved;

/// Ties an answer to its question; a late answer to a closed question is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

/// Which queue a command travels in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Cancels and kills: overtake everything.
    Urgent,
    /// New orders and changes, in their order.
    Orders,
    /// Subscriptions and questions.
    Data,
}

/// A request to the broker.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Sends a new order or a changed one. The sender refuses another account or mode and an approval older than 1 s.
    Place(Box<Approved>, Intent),
    /// Cancels one order.
    Cancel {
        /// Which, by its name here.
        key: OrderKey,
        /// Its numbers at the broker as far as they are known.
        ids: BrokerIds,
    },
    /// Drops the entries in the orders lane that have not been sent; each is reported as [`super::Event::NotSent`]. Exits
    /// stay: a kill keeps protection.
    DropUnsent,
    /// Cancels every order of the account, those of TWS and of other clients too (`reqGlobalCancel`). Not kept while there is
    /// no connection.
    CancelEveryones,
    /// Subscribes the quotes of an instrument. Idempotent; survives reconnects.
    Watch(Box<Instrument>),
    /// Ends that subscription.
    Unwatch(ConId),
    /// Asks for the contract of this name.
    Find {
        /// The question.
        job: JobId,
        /// As a sentence says it: `AAPL`, `BRK.B`, `/ESZ26`, `/ES`, `AAPL 18DEC26 190C`, `EUR.USD`, `ind:SPX`.
        symbol: SafeText,
    },
    /// Asks which symbols match a text.
    Search {
        /// The question.
        job: JobId,
        /// What was typed.
        pattern: SafeText,
    },
    /// Asks for bars and keeps them up to date until [`Command::StopBars`]; survives reconnects.
    Bars {
        /// The question.
        job: JobId,
        /// Of which instrument.
        instrument: Box<Instrument>,
        /// Which: its contract is the instrument's.
        key: BarKey,
    },
    /// Asks once for the bars before a moment: one page of them. A loss of the connection drops the question.
    OlderBars {
        /// The question.
        job: JobId,
        /// Of which instrument.
        instrument: Box<Instrument>,
        /// Which: its contract is the instrument's.
        key: BarKey,
        /// In seconds since the epoch; bars that begin there or later are not asked for.
        before: i64,
    },
    /// Ends such a subscription.
    StopBars(BarKey),
    /// Asks for orders, executions and positions again (SYNC).
    Resync,
    /// Asks for the orders of others now rather than at the next beat; answered with [`super::Event::Others`].
    AskOthers,
}

impl Command {
    /// The lane it travels in.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::Cancel { .. } | Self::DropUnsent | Self::CancelEveryones => Lane::Urgent,
            Self::Place(..) => Lane::Orders,
            _ => Lane::Data,
        }
    }
}
