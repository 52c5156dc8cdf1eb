//! The simulated market: every price, print, quote, bar and volume as a pure function of seed, symbol and time.
//!
//! Everything a caller can ask takes the gateway's now as `at` or `until` and never returns a moment beyond it: the model
//! knows the future, nothing outside this module may. Prices cross the door as counts of the listing's tick
//! ([`Listing::price`] makes money of them), sizes as shares.

pub mod universe;

use crate::clock::Phase;
use crate::gateway::{ConId, Nanos};

pub use universe::{Kind, LISTINGS, Listing};

/// The version of the path: it changes when any price of any seed changes, and old fills then lie off the new history.
pub const VERSION: u32 = 1;

/// Length in nanoseconds of a leaf, the market's smallest step: a quarter second.
pub const LEAF: Nanos = 250_000_000;

/// When the market is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Calendar {
    /// Each UTC day is one regular session, seven days a week.
    #[default]
    Always,
    /// The sessions of the US stock exchanges.
    Nyse,
}

impl Calendar {
    /// The phase of the session at a moment.
    pub fn phase(self, _at: Nanos) -> Phase {
        Phase::Regular
    }

    /// The regular session that contains `at`, or the last one before it: its open and its close.
    pub fn session(self, _at: Nanos) -> (Nanos, Nanos) {
        (0, 0)
    }

    /// The date `yyyymmdd` of the session that contains `at`, or of the last one before it.
    pub fn date(self, _at: Nanos) -> i32 {
        0
    }
}

/// A side of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BookSide {
    /// Buyers.
    Bid,
    /// Sellers.
    Ask,
}

/// The best bid and ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Best bid in ticks.
    pub bid: i64,
    /// Best ask in ticks.
    pub ask: i64,
    /// Shares shown at the bid.
    pub bid_size: i64,
    /// Shares shown at the ask.
    pub ask_size: i64,
}

/// Where a print happened within the quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrintSide {
    /// A seller hit the bid.
    AtBid,
    /// A buyer lifted the ask.
    AtAsk,
    /// Between bid and ask.
    Inside,
    /// The opening or closing auction, anywhere from bid to ask.
    Cross,
}

/// One trade on the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// When.
    pub at: Nanos,
    /// Price in ticks.
    pub price: i64,
    /// Shares.
    pub size: i64,
    /// Where within the quote.
    pub side: PrintSide,
}

/// A quarter second of the market: one quote and the prints made on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Start of the quarter second.
    pub start: Nanos,
    /// When its quote replaces the one before; every print of the leaf is later.
    pub quote_at: Nanos,
    /// The quote, absent while trading is halted or closed.
    pub quote: Option<Quote>,
    /// The prints in time order, only those whose moment has passed.
    pub prints: Vec<Print>,
}

/// The figures of the session up to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySummary {
    /// First price, absent before the first print.
    pub open: Option<i64>,
    /// Highest print.
    pub high: Option<i64>,
    /// Lowest print.
    pub low: Option<i64>,
    /// Last print of any session so far.
    pub last: i64,
    /// Shares of that print.
    pub last_size: i64,
    /// When it was made.
    pub last_at: Nanos,
    /// Shares traded in the session.
    pub volume: i64,
    /// The official close of the session before.
    pub previous_close: i64,
}

/// The length of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BarSize {
    /// A divisor of the day in seconds, from 1 to 28,800.
    Seconds(u32),
    /// One session.
    Day,
    /// The sessions of one week, Monday to Sunday.
    Week,
    /// The sessions of one month.
    Month,
}

/// What a bar is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Prints.
    Trades,
    /// Best bid.
    Bid,
    /// Best ask.
    Ask,
    /// The middle of the quote, in half ticks.
    Midpoint,
}

impl What {
    /// How many counts of a bar's prices make one tick: 2 for the midpoint, else 1.
    pub const fn per_tick(self) -> i64 {
        match self {
            Self::Midpoint => 2,
            Self::Trades | Self::Bid | Self::Ask => 1,
        }
    }
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Where the bar starts: a multiple of its size in exchange time, or the session's open.
    pub start: Nanos,
    /// Where it ends, exclusive.
    pub end: Nanos,
    /// First price in ticks (half ticks for the midpoint), as the next three.
    pub open: i64,
    /// Highest.
    pub high: i64,
    /// Lowest.
    pub low: i64,
    /// Last.
    pub close: i64,
    /// Shares; 0 unless made of trades.
    pub volume: i64,
    /// Prints; 0 unless made of trades.
    pub count: i64,
    /// Volume-weighted average in thousandths of a tick; 0 unless made of trades.
    pub wap: i64,
}

/// One row of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Price in ticks.
    pub price: i64,
    /// Shares shown.
    pub size: i64,
}

/// The book's best rows, best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// Buyers.
    pub bids: Vec<Level>,
    /// Sellers.
    pub asks: Vec<Level>,
}

/// The market of one seed and one calendar.
#[derive(Debug, Clone)]
pub struct Feed {
    seed: u64,
    calendar: Calendar,
}

impl Feed {
    /// The market of this seed.
    pub fn new(seed: u64, calendar: Calendar) -> Self {
        Self { seed, calendar }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The calendar.
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// The best bid and ask at a moment; `None` for an unknown contract and while halted or closed.
    pub fn quote(&self, _con_id: ConId, _at: Nanos) -> Option<Quote> {
        None
    }

    /// The quarter second that contains `at`, with the prints up to `at`.
    pub fn leaf(&self, _con_id: ConId, _at: Nanos) -> Option<Leaf> {
        None
    }

    /// The prints after `from`, up to and including `until`.
    pub fn prints(&self, _con_id: ConId, _from: Nanos, _until: Nanos) -> Vec<Print> {
        Vec::new()
    }

    /// The session's figures at a moment.
    pub fn day(&self, _con_id: ConId, _at: Nanos) -> Option<DaySummary> {
        None
    }

    /// The bars from the one that contains `from` to the one that contains `until`, of what has happened up to `until`.
    /// `regular` keeps to regular hours. Bars without a print are left out for trades.
    pub fn bars(
        &self,
        _con_id: ConId,
        _size: BarSize,
        _from: Nanos,
        _until: Nanos,
        _what: What,
        _regular: bool,
    ) -> Vec<Bar> {
        Vec::new()
    }

    /// The best `levels` occupied rows of each side.
    pub fn book(&self, _con_id: ConId, _at: Nanos, _levels: usize) -> Option<Book> {
        None
    }

    /// The shares the market shows on one side at one price in ticks; 0 beyond an unoccupied level or inside the spread.
    pub fn shown(&self, _con_id: ConId, _side: BookSide, _price: i64, _at: Nanos) -> i64 {
        0
    }
}
