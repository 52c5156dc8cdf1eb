//! What a broker reports.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::command::JobId;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, AccountValues, Mode};
use crate::domain::bar::{Bar, BarKey};
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::{ConId, Instrument, SymbolMatch};
use crate::domain::order::{BrokerIds, OrderKey, OrderSpec};
use crate::domain::position::Pnl;
use crate::domain::quote::Quote;
use crate::domain::whatif::WhatIf;
use crate::money::{Cash, Price, Qty};

/// A fact from the broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The state of the connection changed.
    Link(Link),
    /// Everything the broker knows, asked for after a (re)connect: the model reconciles with it. READY follows.
    Synced(Box<Snapshot>),
    /// What others have at work: asked for every few seconds, because the broker does not tell it by itself.
    Others(Box<Others>),
    /// The gateway answered a heartbeat.
    Heartbeat {
        /// From question to answer.
        round_trip: Duration,
    },
    /// What the gateway's clock shows, where it is not what this machine's does; 0 once it is.
    GatewayClock {
        /// How far it is ahead for certain, in milliseconds; negative behind.
        ahead_ms: i64,
    },
    /// An order as the broker has it: new, changed, or seen again.
    Order(Box<OrderReport>),
    /// How far an order has come.
    Status(StatusReport),
    /// The broker's words about an order: why it was refused, held, cancelled, or a cancel came too late.
    OrderError {
        /// Its id within this client.
        order_id: i32,
        /// IB's code.
        code: i32,
        /// IB's text.
        text: SafeText,
    },
    /// The bytes of an order were handed to the socket.
    Sent {
        /// Which order.
        key: OrderKey,
        /// Its numbers.
        ids: BrokerIds,
    },
    /// An order never left: refused by the sender, dropped, or no link.
    NotSent {
        /// Which order.
        key: OrderKey,
        /// Why.
        why: SafeText,
    },
    /// A cancel did not go out.
    CancelNotSent {
        /// Of which order.
        key: OrderKey,
        /// Why.
        why: SafeText,
        /// Whether it is kept and goes out with the next connection.
        queued: bool,
    },
    /// What an order that was sent as a question would do.
    WhatIf {
        /// Which question.
        key: OrderKey,
        /// Its numbers.
        ids: BrokerIds,
        /// The broker's answer.
        answer: Box<WhatIf>,
    },
    /// A fill. May come twice; the execution id tells.
    Execution(Box<Execution>),
    /// What a fill cost.
    Commission {
        /// Which fill.
        exec_id: ExecId,
        /// The cost.
        commission: Commission,
    },
    /// What is held of one contract.
    Position(PositionReport),
    /// The account's values, complete as known now.
    Account(Box<AccountValues>),
    /// The account's profit and loss.
    Pnl(Pnl),
    /// One position's profit and loss.
    PositionPnl {
        /// Which contract.
        con_id: ConId,
        /// Profit and loss.
        pnl: Pnl,
        /// Market value.
        value: Option<Cash>,
    },
    /// The answer to [`super::Command::Find`].
    Found {
        /// The question.
        job: JobId,
        /// The instrument, or why there is none.
        result: Result<Box<Instrument>, Refusal>,
    },
    /// The answer to [`super::Command::Search`], best first.
    Matches {
        /// The question.
        job: JobId,
        /// The matches, or why there are none.
        result: Result<Vec<SymbolMatch>, Refusal>,
    },
    /// The answer to [`super::Command::Bars`]; sent again after a reconnect.
    Bars {
        /// The question.
        job: JobId,
        /// Which.
        key: BarKey,
        /// The bars, oldest first, or why there are none.
        result: Result<Vec<Bar>, Refusal>,
    },
    /// The answer to [`super::Command::OlderBars`]; none at all means that there are no older ones.
    OlderBars {
        /// The question.
        job: JobId,
        /// Which.
        key: BarKey,
        /// The bars, oldest first, or why there are none.
        result: Result<Vec<Bar>, Refusal>,
    },
    /// The present bar changed, or a new one began.
    Bar {
        /// Of which.
        key: BarKey,
        /// The bar.
        bar: Bar,
    },
    /// The newest quotes of instruments whose quotes changed, taken from the tape.
    Quotes(Vec<(ConId, Quote)>),
    /// A message that belongs to nothing else.
    Notice {
        /// IB's code.
        code: i32,
        /// IB's text.
        text: SafeText,
    },
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// IB's code, if the broker refused.
    pub code: Option<i32>,
    /// The reason.
    pub text: SafeText,
}

/// The state of the connection (`reliability.md` §2; words on the status bar in `screens.md` §2.6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Link {
    /// No connection; trying.
    Dialling {
        /// Host and port.
        address: SafeText,
        /// Which attempt, from 1.
        attempt: u32,
        /// When the next attempt starts; `None` while one is under way.
        next_in: Option<Duration>,
        /// Why the last attempt or connection ended.
        why: Option<Refusal>,
    },
    /// Connected; asking for everything the broker knows.
    Syncing {
        /// The step, from 1.
        step: u8,
        /// How many there are.
        of: u8,
        /// What is asked for: `orders`, `completed`, `executions`, `positions`, `account`.
        what: SafeText,
    },
    /// Connected, synchronised: orders may be sent.
    Ready {
        /// The account in use.
        account: AccountId,
        /// Its mode.
        mode: Mode,
        /// Whether the profile or the gateway refuses orders.
        read_only: bool,
        /// Our API client id.
        client_id: i32,
        /// The next order id the broker accepts.
        next_order_id: i32,
        /// The negotiated protocol version.
        server_version: i32,
    },
    /// The gateway has lost IB's servers (1100).
    IbLost,
    /// They are back (1101: data lost, 1102: data kept); SYNC follows.
    IbBack {
        /// Whether market data subscriptions survived.
        data_kept: bool,
    },
    /// The gateway does not answer heartbeats.
    Mute,
    /// The connection cannot be used and is not tried again: mode mismatch, account not named.
    Refused(Refusal),
}

/// Everything the broker knows at one moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// Open orders of every client.
    pub open: Vec<OrderReport>,
    /// Orders completed today.
    pub completed: Vec<OrderReport>,
    /// Executions as far back as the broker gives them.
    pub executions: Vec<Execution>,
    /// Commissions of those executions.
    pub commissions: Vec<(ExecId, Commission)>,
    /// Positions.
    pub positions: Vec<PositionReport>,
    /// Account values.
    pub account: AccountValues,
}

/// The complete answer to one question for the orders of others: TWS itself, the phone, other API clients.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Others {
    /// When it was asked: what changed later is newer than this.
    pub asked: Stamp,
    /// Their open orders, all of them.
    pub open: Vec<OrderReport>,
    /// Those that the answer before this one had, and that have ended since.
    pub completed: Vec<OrderReport>,
    /// Their executions of today, where there was reason to ask.
    pub executions: Vec<Execution>,
    /// Commissions of those executions.
    pub commissions: Vec<(ExecId, Commission)>,
}

/// IB's word for an order's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BrokerStatus {
    /// `PendingSubmit`, `ApiPending`, `PreSubmitted`: not at the exchange.
    Held,
    /// `Submitted`.
    Working,
    /// `PendingCancel`.
    Cancelling,
    /// `Cancelled`, `ApiCancelled`.
    Cancelled,
    /// `Filled`.
    Filled,
    /// `Inactive`: refused, or dormant; an error with the same id says why.
    Inactive,
    /// A word we do not know.
    Other,
}

/// An order as the broker describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReport {
    /// Its numbers.
    pub ids: BrokerIds,
    /// The `orderRef` it carries; empty if none.
    pub order_ref: SafeText,
    /// What it asks for, as far as this release can say it.
    pub spec: OrderSpec,
    /// IB's name of its type if [`crate::domain::order::OrderKind`] does not have it.
    pub other_kind: Option<SafeText>,
    /// How far it has come.
    pub status: BrokerStatus,
    /// What has filled, where the report says so.
    pub filled: Option<Qty>,
    /// Average price of the fills.
    pub avg_fill: Option<Price>,
    /// Why it was refused, or a warning.
    pub remark: Option<SafeText>,
    /// The id, within its client, of the order it is attached to; 0 if it stands alone.
    #[serde(default)]
    pub parent_id: i32,
    /// When it ended, in nanoseconds since the epoch, where a completed order says so.
    #[serde(default)]
    pub ended: Option<i64>,
}

/// How far an order has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Its numbers.
    pub ids: BrokerIds,
    /// The status.
    pub status: BrokerStatus,
    /// What has filled.
    pub filled: Qty,
    /// What has not.
    pub remaining: Qty,
    /// Average price of the fills.
    pub avg_fill: Option<Price>,
    /// Why it is held, IB's word.
    pub why_held: Option<SafeText>,
    /// The price to which IB has capped it (`mktCapPrice`).
    #[serde(default)]
    pub cap: Option<Price>,
}

/// What is held of one contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionReport {
    /// The contract.
    pub con_id: ConId,
    /// The symbol.
    pub symbol: SafeText,
    /// How much; negative when short.
    pub qty: Qty,
    /// Average cost per unit.
    pub avg_cost: Option<Price>,
}
