//! The model: everything the workstation knows, owned by one loop.
//!
//! Invariants: domain data lives here once and panes only point to it; maps that are iterated keep their order, so equal
//! messages give an equal model; a number that was never received is `None`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use indexmap::{IndexMap, IndexSet};
use tui_input::Input;

use super::arming::Arming;
use super::away::Gap;
use super::day::Traded;
use super::dwell::Dwell;
use super::keymap::Keymap;
use super::live_card::Seen;
use super::notices::Notices;
use super::settling::Settling;
use super::timers::Timers;
use crate::broker::JobId;
use crate::broker::event::Link;
use crate::clock::Stamp;
use crate::config::Settings;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, AccountValues, Mode};
use crate::domain::bar::{Bar, BarKey};
use crate::domain::calendar::Hours;
use crate::domain::fill::{ExecId, Execution};
use crate::domain::instrument::{ConId, Instrument, SymbolMatch};
use crate::domain::order::{Order, OrderKey, OrderSpec, Side};
use crate::domain::position::Position;
use crate::domain::quote::Quote;
use crate::journal::Accepted;
use crate::ledger::Terms;
use crate::money::Qty;
use crate::panes::ticket::Staged;
use crate::panes::watchlist::{Row, Watchlist};
use crate::panes::{PaneKind, Panes};
use crate::risk::{Consent, Limits, Recent, Room, SymbolLimits, Tuned};

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
    /// The gap under way, and what the last one changed.
    pub away: Gap,
    /// Settings.
    pub settings: Settings,
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The keys of the present sequence that are not yet an action.
    pub pending: Vec<crate::keys::Chord>,
    /// When the last of them was pressed; the list of what may follow opens 400 ms later.
    pub pending_at: Stamp,
    /// Which wake-ups are under way.
    pub timers: Timers,
    /// The time of the last message.
    pub now: Stamp,
    /// The terminal, in cells.
    pub size: (u16, u16),
    /// Counts the changes that are worth a frame.
    pub revision: u64,
    /// The last revision known to be on the screen.
    pub painted: u64,
}

impl Model {
    /// A desk that has heard nothing yet.
    pub fn new(settings: Settings, profile: &str, mode: Mode, keymap: Arc<Keymap>, size: (u16, u16)) -> Self {
        let rows = settings.watchlist.iter().map(|s| Row::of(SafeText::new(s))).collect();
        let panes = Panes { watchlist: Watchlist { rows, ..Watchlist::default() }, ..Panes::default() };
        let link = Link::Dialling { address: SafeText::default(), attempt: 1, next_in: None, why: None };
        let desk = Desk {
            profile: SafeText::new(profile),
            mode,
            hours: Hours::NewYork,
            account: None,
            link,
            link_at: Stamp::default(),
            alive: None,
            ib_lost: false,
            farms_gone: BTreeSet::new(),
            clock_ahead: None,
            feed_from: Stamp::default(),
            round_trip: None,
            sync_from: None,
            moved: BTreeSet::new(),
            sync_again: false,
            client_id: 0,
            commanded: false,
            halted: false,
            reduced: None,
            reduced_on_loss: false,
            released: None,
            unattended: 0,
            loosened: Vec::new(),
            typed_limits: BTreeSet::new(),
            arming: Box::default(),
            accepted: Vec::new(),
            killed_at: None,
            journal: Journal::Opening,
            subscribed: false,
            positions_known: false,
            limits: Limits { default_size: settings.default_size, ..settings.limits.clone() },
            next_ref: 1,
            next_job: 1,
            symbol_cancelled: None,
            cancel_asked: None,
            others_at: None,
            others_named: None,
            leaving: None,
        };
        Self {
            desk,
            market: Market::default(),
            orders: Orders::default(),
            positions: IndexMap::new(),
            account: AccountValues::default(),
            workspace: Workspace::default(),
            panes,
            overlay: None,
            notices: Notices::default(),
            away: Gap::default(),
            settings,
            keymap,
            pending: Vec::new(),
            pending_at: Stamp::default(),
            timers: Timers::default(),
            now: Stamp::default(),
            size,
            revision: 0,
            painted: 0,
        }
    }
}

/// The state of connection, account and guard.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The profile's name: `embedded`, `paper`, `live` …
    pub profile: SafeText,
    /// The mode the profile asks for.
    pub mode: Mode,
    /// When the market at hand trades: the embedded paper market never closes.
    pub hours: Hours,
    /// The account, once READY.
    pub account: Option<AccountId>,
    /// The connection.
    pub link: Link,
    /// When the link last changed its state.
    pub link_at: Stamp,
    /// When the gateway last proved that it is alive; `None` while it is known not to be.
    pub alive: Option<Stamp>,
    /// Whether the gateway has said that IB is out of its reach, and not taken it back: a heartbeat proves nothing then.
    pub ib_lost: bool,
    /// Market data farms the gateway has lost (2103) and not found again (2104, 2108).
    pub farms_gone: BTreeSet<SafeText>,
    /// CLOCK: how many milliseconds the gateway's clock is ahead of this machine's, negative behind; `None` while they agree
    /// within two seconds.
    pub clock_ahead: Option<i64>,
    /// What was quoted before this belongs to a feed that has ended; it is stale until its line ticks again.
    pub feed_from: Stamp,
    /// The last heartbeat's round trip.
    pub round_trip: Option<Duration>,
    /// When the SYNC under way was asked for: what changed later may be newer than its answer.
    pub sync_from: Option<Stamp>,
    /// Contracts whose position the broker has told since then: the answer may have been written before.
    pub moved: BTreeSet<ConId>,
    /// Whether the broker is asked once more after it.
    pub sync_again: bool,
    /// Our API client id, once READY.
    pub client_id: i32,
    /// Whether this is the desk of one command: its orders' names say that no key has sent them.
    pub commanded: bool,
    /// HALT: exits and cancels only.
    pub halted: bool,
    /// REDUCE, exits only, for the session of this date.
    pub reduced: Option<jiff::civil::Date>,
    /// Whether the day's loss has set it.
    pub reduced_on_loss: bool,
    /// The session in which the trader has lifted it.
    pub released: Option<jiff::civil::Date>,
    /// Fills of orders that no key of this desk has sent, since a key was last pressed; G23 counts them.
    pub unattended: usize,
    /// Limits that the trader has loosened and that do not hold yet.
    pub loosened: Vec<Loosened>,
    /// Limits that were typed: reading the file again does not undo them.
    pub typed_limits: BTreeSet<&'static str>,
    /// Whether entries may leave, where the session is live.
    pub arming: Box<Arming>,
    /// The limits that were accepted on the card of the first live start, by account.
    pub accepted: Vec<Accepted>,
    /// When kill was last pressed; a second press within 3 s takes the exits too.
    pub killed_at: Option<Stamp>,
    /// Whether the journal can be written, and its tag and run once it is open.
    pub journal: Journal,
    /// Whether this connection has been asked for quotes and bars; a mere SYNC keeps them.
    pub subscribed: bool,
    /// Whether the broker has listed the positions, so that what is not listed is zero.
    pub positions_known: bool,
    /// The guard's limits.
    pub limits: Limits,
    /// The number of the next `orderRef` of this run.
    pub next_ref: u32,
    /// The number of the next question.
    pub next_job: u64,
    /// When `X` was last pressed, and for which contract; a second press within 3 s takes the exits too.
    pub symbol_cancelled: Option<(ConId, Stamp)>,
    /// The orders whose cancel was asked for and stopped by the guard, and when: the same again passes (G32).
    pub cancel_asked: Option<(Vec<OrderKey>, Stamp)>,
    /// When the last complete list of others' orders was asked for.
    pub others_at: Option<Stamp>,
    /// When, of which contract and how many of others' orders were named last, while a newer list is on its way.
    pub others_named: Option<(Stamp, Option<ConId>, usize)>,
    /// Leaving once the cancels sent on the way out are answered, at the latest then.
    pub leaving: Option<Stamp>,
}

/// A limit that was loosened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loosened {
    /// What it becomes.
    pub what: Looser,
    /// When.
    pub at: Stamp,
}

/// What becomes looser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looser {
    /// A limit of the session's column.
    Row(Tuned),
    /// What single symbols have of their own, as the file says it.
    Symbols(BTreeMap<String, SymbolLimits>),
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
    pub bars: IndexMap<BarKey, Bars>,
    /// Past days of contracts that have been selected, for yesterday's range and the average true range.
    pub days: IndexMap<ConId, Days>,
    /// Symbols asked for, by question.
    pub asked: BTreeMap<JobId, SafeText>,
    /// Names that a sentence said before they were known: found, they join the list.
    pub said: BTreeSet<SafeText>,
    /// The front months of futures by root, and the day on which the broker said so.
    pub fronts: BTreeMap<String, (ConId, jiff::civil::Date)>,
    /// When any quote last moved.
    pub last_at: Option<Stamp>,
}

/// The past days of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The day before which they lie, in New York.
    pub on: jiff::civil::Date,
    /// Their bars, oldest first.
    pub bars: Vec<Bar>,
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
        /// Whether there are older ones.
        older: Older,
    },
    /// Refused.
    Refused {
        /// IB's code.
        code: Option<i32>,
        /// The reason.
        text: SafeText,
        /// When they are asked for again, if that may help.
        again: Option<Stamp>,
    },
}

/// What lies before the oldest bar that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// Not asked for.
    More,
    /// A page is asked for.
    Asked {
        /// The question.
        job: JobId,
        /// The bars before this moment, in seconds since the epoch.
        before: i64,
        /// How many pages in a row have held nothing.
        empty: u8,
    },
    /// Nothing.
    End,
}

/// Orders and executions.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    /// Every order of today, oldest first.
    pub all: IndexMap<OrderKey, Order>,
    /// Every execution known, oldest first.
    pub executions: IndexMap<ExecId, Execution>,
    /// What is known of orders beside the orders: the middle they were approved against, the stop that went with them.
    pub terms: BTreeMap<OrderKey, Terms>,
    /// Orders that no key has sent: of a command, or of another run in this seat; while nothing of them has filled here.
    pub scripted: IndexSet<OrderKey>,
    /// Names of orders of commands that had filled before they were listed.
    pub scripted_fills: BTreeSet<SafeText>,
    /// What the fills of the session come to.
    pub traded: Traded,
    /// Commissions that came before their execution.
    pub orphans: IndexMap<ExecId, crate::domain::fill::Commission>,
    /// Contracts whose position may be old by a fill.
    pub settling: BTreeMap<ConId, Settling>,
    /// Orders sent lately, newest first; the guard's G21 looks at them.
    pub recent: Vec<Recent>,
    /// A limit being nudged: the order, its new limit, and when the run ends.
    pub nudge: Option<(OrderKey, crate::money::Price, Stamp)>,
    /// Answers that are waited for.
    pub waits: IndexMap<OrderKey, Wait>,
    /// Orders whose cancel goes out as soon as it can: with the link, or once the order itself has been sent.
    pub cancel_wanted: IndexSet<OrderKey>,
    /// Orders of others that the last complete list did not have: when the first list without them was asked for.
    pub unlisted: BTreeMap<OrderKey, Stamp>,
    /// Orders the broker said it does not know (10147) when their cancel came.
    pub disowned: IndexSet<OrderKey>,
    /// Positions on their way out.
    pub unwinding: BTreeMap<ConId, Unwinding>,
    /// Exits on their way for which other exits make room first.
    pub yielding: BTreeMap<ConId, Yielding>,
    /// How much of each position had a stop behind it when that was last looked at.
    pub covered: BTreeMap<ConId, Qty>,
}

/// A position on its way out: its orders are being cancelled.
#[derive(Debug, Clone)]
pub struct Unwinding {
    /// What is sent then; its size is counted again.
    pub plan: Box<Staged>,
    /// What the trader has agreed to: side and size. It may become less, never more nor the other way round.
    pub agreed: (Side, Qty),
    /// Whether a confirmation was answered, and the checks whose questions were seen before the key that began this.
    pub consent: (Consent, Vec<&'static str>),
    /// When the desk asks rather than waits.
    pub until: Stamp,
}

/// An exit on its way for which other exits make room first.
#[derive(Debug, Clone)]
pub struct Yielding {
    /// What goes back on the ticket when it cannot be sent.
    pub staged: Box<Staged>,
    /// The exit the trader has agreed to.
    pub exit: OrderSpec,
    /// What gives way, and what goes beside it.
    pub room: Room,
    /// Whether a confirmation was answered, and the checks whose questions were seen before the key that began this.
    pub consent: (Consent, Vec<&'static str>),
    /// What had filled of the orders that give way; more ends it.
    pub filled: BTreeMap<OrderKey, Qty>,
    /// The orders that have been asked to give way.
    pub asked: Vec<OrderKey>,
    /// What was sent beside the exit; its answer ends it.
    pub beside: Option<OrderKey>,
    /// Whether the exit goes no more, by a kill or because a step failed: what a stop gave way is put back, and nothing more
    /// is sent.
    pub dropped: bool,
    /// Whether what goes beside the exit was refused once, so that a second refusal is the end.
    pub repeated: bool,
    /// Whether putting back has waited for orders that shrink by what has filled.
    pub waited: bool,
    /// When silence ends it.
    pub until: Stamp,
}

impl Yielding {
    /// Whether the time for an answer has passed.
    pub fn is_late(&self, now: Stamp) -> bool {
        self.until.mono <= now.mono
    }
}

/// An answer of the broker that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// For what.
    pub what: Awaited,
    /// When silence means that it has to be looked for.
    pub until: Stamp,
    /// Whether the bytes have been handed over.
    pub sent: bool,
}

/// What an answer is waited for to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// A new order.
    Order,
    /// A change.
    Change,
    /// A cancel.
    Cancel,
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

/// What a symbol is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchFor {
    /// The watchlist.
    List,
    /// The chart, beside its own.
    Compare,
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
        /// The text with the first thing mended, where something would mend it.
        fixed: Option<String>,
        /// Which sentence of before is shown, counted from the newest.
        recalled: Option<usize>,
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
        /// What the answer is for.
        purpose: SearchFor,
    },
    /// The studies of the chart.
    Studies {
        /// The one the list is on.
        selected: usize,
    },
    /// What the last gap changed.
    Away {
        /// First line shown.
        top: usize,
    },
    /// The end of the day.
    Eod {
        /// First line shown.
        top: usize,
    },
    /// The confirmation of the staged order.
    Confirm,
    /// The question before a global cancel.
    Everyones {
        /// How long it has been on the screen.
        seen: Dwell,
    },
    /// An order in full.
    Order {
        /// Which.
        key: OrderKey,
        /// First line shown.
        top: usize,
    },
    /// What narrows the blotter's rows down; it is shown in the blotter's title.
    Filter {
        /// What was typed.
        input: Input,
    },
    /// The last characters of the account, which arm a live session.
    Arm {
        /// What was typed.
        input: Input,
    },
    /// The limits worked out for a live account, before it is first armed.
    LiveCard {
        /// What reading `risk.toml` again has come to.
        read: Option<SafeText>,
        /// How long it has been on the screen as it is.
        seen: Seen,
    },
    /// Quitting while orders work.
    Quit,
}
