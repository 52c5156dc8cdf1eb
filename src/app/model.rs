//! The model: everything the workstation knows, owned by one loop.
//!
//! Invariants: domain data lives here once and panes only point to it; maps that are iterated keep their order, so equal
//! messages give an equal model; a number that was never received is `None`.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use indexmap::IndexMap;
use tui_input::Input;

use crate::broker::JobId;
use crate::broker::event::Link;
use crate::clock::Stamp;
use crate::config::Settings;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, AccountValues, Mode};
use crate::domain::bar::{Bar, Interval};
use crate::domain::fill::{ExecId, Execution};
use crate::domain::instrument::{ConId, Instrument, SymbolMatch};
use crate::domain::order::{Order, OrderKey};
use crate::domain::position::Position;
use crate::domain::quote::Quote;
use crate::panes::{PaneKind, Panes};
use crate::risk::{Limits, Recent};

/// Everything.
#[derive(Debug, Clone)]
pub struct Model {
    /// Connection, account, guard state.
    pub desk: Desk,
    /// Instruments, quotes, bars.
    pub market: Market,
    /// Orders and executions.
    pub orders: Orders,
    /// What is held, by contract.
    pub positions: IndexMap<ConId, Position>,
    /// The account's values.
    pub account: AccountValues,
    /// Which pane has focus and what is zoomed.
    pub workspace: Workspace,
    /// The panes' own states.
    pub panes: Panes,
    /// What floats above them.
    pub overlay: Option<Overlay>,
    /// What has been said to the trader.
    pub notices: Notices,
    /// Settings.
    pub settings: Settings,
    /// The keys of the present sequence that are not yet an action.
    pub pending: Vec<crate::keys::Chord>,
    /// The time of the last message.
    pub now: Stamp,
    /// The terminal, in cells.
    pub size: (u16, u16),
    /// Counts the changes that are worth a frame.
    pub revision: u64,
    /// The last revision known to be on the screen.
    pub painted: u64,
}

/// The state of connection, account and guard.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The profile's name: `embedded`, `paper`, `live` …
    pub profile: SafeText,
    /// The mode the profile asks for.
    pub mode: Mode,
    /// The account, once READY.
    pub account: Option<AccountId>,
    /// The connection.
    pub link: Link,
    /// When the link last changed its state.
    pub link_at: Stamp,
    /// When the gateway last proved that it is alive; `None` while it is known not to be.
    pub alive: Option<Stamp>,
    /// The last heartbeat's round trip.
    pub round_trip: Option<Duration>,
    /// HALT: exits and cancels only.
    pub halted: bool,
    /// When kill was last pressed; a second press within 3 s takes the exits too.
    pub killed_at: Option<Stamp>,
    /// Whether the journal can be written, and its tag and run once it is open.
    pub journal: Journal,
    /// The guard's limits.
    pub limits: Limits,
    /// The number of the next `orderRef` of this run.
    pub next_ref: u32,
    /// The number of the next question.
    pub next_job: u64,
}

/// The journal as the model knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Journal {
    /// Not open yet; nothing may be sent.
    Opening,
    /// Open.
    Open {
        /// Four characters that tell this installation from another.
        tag: SafeText,
        /// The number of this run.
        run: u32,
    },
    /// It cannot be written; HALT.
    Failed(SafeText),
}

/// Instruments and their market.
#[derive(Debug, Clone, Default)]
pub struct Market {
    /// Contracts the broker has confirmed.
    pub instruments: IndexMap<ConId, Instrument>,
    /// Their quotes.
    pub quotes: IndexMap<ConId, Quote>,
    /// Bars of what the chart has shown.
    pub bars: IndexMap<(ConId, Interval), Bars>,
    /// Symbols asked for, by question.
    pub asked: BTreeMap<JobId, SafeText>,
}

/// The bars of one instrument and interval.
#[derive(Debug, Clone, PartialEq)]
pub enum Bars {
    /// Asked for.
    Loading(JobId),
    /// Here, oldest first; the last one may still change.
    Loaded {
        /// The question that brought them.
        job: JobId,
        /// The bars.
        bars: Vec<Bar>,
    },
    /// Refused.
    Refused {
        /// IB's code.
        code: Option<i32>,
        /// The reason.
        text: SafeText,
    },
}

/// Orders and executions.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    /// Every order of today, oldest first.
    pub all: IndexMap<OrderKey, Order>,
    /// Every execution known, oldest first.
    pub executions: IndexMap<ExecId, Execution>,
    /// Commissions that came before their execution.
    pub orphans: IndexMap<ExecId, crate::domain::fill::Commission>,
    /// Orders sent lately, newest first; the guard's G21 looks at them.
    pub recent: VecDeque<Recent>,
    /// A limit being nudged: the order, its new limit, and when the run ends.
    pub nudge: Option<(OrderKey, crate::money::Price, Stamp)>,
}

impl Orders {
    /// Orders that can still fill, oldest first.
    pub fn live(&self) -> impl Iterator<Item = &Order> {
        self.all.values().filter(|o| o.state.is_live())
    }
}

/// What is where on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The pane that has focus.
    pub focus: PaneKind,
    /// The pane that fills the screen.
    pub zoomed: Option<PaneKind>,
    /// The pane shown in a slot that several share, where it is not the slot's first.
    pub front: Vec<PaneKind>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self { focus: PaneKind::Watchlist, zoomed: None, front: Vec::new() }
    }
}

/// What floats above the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Every key, from the key map.
    Help {
        /// First line shown.
        top: usize,
        /// What narrows it down.
        filter: Input,
    },
    /// The list of notices.
    Notices {
        /// First line shown.
        top: usize,
    },
    /// `:` an order sentence.
    Command {
        /// What was typed.
        input: Input,
        /// What is wrong with it: the byte range and the cause, all at once.
        errors: Vec<(std::ops::Range<usize>, String)>,
    },
    /// `/` a symbol search.
    Search {
        /// What was typed.
        input: Input,
        /// The question under way.
        job: Option<JobId>,
        /// The answers.
        matches: Vec<SymbolMatch>,
        /// Why there are none.
        refused: Option<SafeText>,
        /// The selected answer.
        selected: usize,
    },
    /// The confirmation of the staged order.
    Confirm,
    /// Quitting while orders work.
    Quit,
}

/// How loud a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// News.
    Info,
    /// Worth a look.
    Warn,
    /// Something failed; it stays until Esc or the next order.
    Error,
}

/// Something said to the trader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Stamp,
    /// How loud.
    pub tone: Tone,
    /// What.
    pub text: String,
    /// About which order.
    pub order: Option<OrderKey>,
}

/// What has been said, newest last, bounded.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    /// All of them.
    pub list: VecDeque<Notice>,
    /// How many of the newest have not left the hint row yet.
    pub waiting: usize,
    /// When the one in the hint row leaves it; `None` for one that stays or for none.
    pub until: Option<Stamp>,
}
