//! The simulated market: every price, print, quote, bar and volume as a pure function of seed, symbol and time.
//!
//! One binary tree over time per symbol, its nodes drawn with counter-based hashes: nothing is stored, any window of the past
//! costs about as much as looking at it, and the live tape is the same tree read from left to right.
//!
//! Everything a caller can ask takes the gateway's now as `at` or `until` and never returns a moment beyond it: the model
//! knows the future, nothing outside this module may. Prices cross the door as counts of the listing's tick
//! ([`Listing::price`] makes money of them), sizes as shares. What is remembered to be quick changes no answer.
//!
//! Invariants: bars by search equal bars by scanning every leaf; every size is the sum of its one-minute bars; history
//! joined with the live tape is the history asked for later; the last bar's close is the last print; 0 < bid < ask (an option that nobody wants has a bid of 0, which is none) and every
//! print lies within the quote in force; answers do not depend on the order of questions, the process or the platform.
//!
//! Limits: stocks, funds, indices, futures and options; no headlines, dividends, splits or price bands; prices are counted in cents, the finer tick
//! below one dollar is not modelled; news and macro releases come one to a fixed stretch of sessions at a hashed place; a halt
//! ends without an auction; on the endless calendar a session trades three times the average volume, so that a minute of
//! it is nearly as busy as one of regular hours.
//!
//! Must not know: accounts, orders, clients, the wire, any clock.

mod bars;
mod book;
mod borrow;
mod calendar;
pub mod futures;
pub(in crate::gateway) mod hash;
pub mod indices;
mod ladder;
mod leaf;
pub mod options;
mod path;
mod plan;
mod search;
mod slow;
mod symbol;
#[cfg(test)]
mod tests;
pub mod universe;
mod vix;

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::gateway::{ConId, Nanos};
use crate::math::option::Pricing;
use crate::money::Price;
use options::market::Memory;
use symbol::Symbol;

pub use borrow::Borrow;
pub use calendar::{Calendar, Hours};
pub use options::market::Computation;
pub use universe::{Kind, LISTINGS, Listing};

/// The version of the path: it changes when any price of any seed changes, and old fills then lie off the new history.
pub const VERSION: u32 = 1;

/// Length in nanoseconds of a leaf, the market's smallest step: a quarter second.
pub const LEAF: Nanos = 250_000_000;

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

/// The market of one seed and one calendar; clones share what they remember.
#[derive(Clone)]
pub struct Feed {
    inner: Arc<Inner>,
}

struct Inner {
    seed: u64,
    calendar: Calendar,
    /// Contract ids in order with the place of their symbol.
    index: Vec<(ConId, usize)>,
    symbols: Vec<OnceLock<Symbol>>,
    options: Memory,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("seed", &self.inner.seed)
            .field("calendar", &self.inner.calendar)
            .finish_non_exhaustive()
    }
}

impl Feed {
    /// The market of this seed.
    pub fn new(seed: u64, calendar: Calendar) -> Self {
        let mut index: Vec<(ConId, usize)> = Listing::all().enumerate().map(|(i, l)| (l.con_id, i)).collect();
        index.sort_unstable();
        let symbols = Listing::all().map(|_| OnceLock::new()).collect();
        Self { inner: Arc::new(Inner { seed, calendar, index, symbols, options: Memory::default() }) }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.inner.seed
    }

    /// The calendar.
    pub fn calendar(&self) -> Calendar {
        self.inner.calendar
    }

    fn symbol(&self, con_id: ConId) -> Option<&Symbol> {
        let inner = &self.inner;
        let found = inner.index.binary_search_by_key(&con_id, |(id, _)| *id).ok()?;
        let (_, place) = *inner.index.get(found)?;
        let listing = Listing::of_tables(con_id)?;
        let calendar = self.calendar_of(listing);
        Some(inner.symbols.get(place)?.get_or_init(|| Symbol::new(inner.seed, calendar, listing)))
    }

    /// What is remembered of options.
    fn options(&self) -> &Memory {
        &self.inner.options
    }

    /// The calendar of an instrument: the market's, but for futures the futures exchanges' where there are exchanges.
    pub fn calendar_of(&self, listing: &Listing) -> Calendar {
        match (self.inner.calendar, listing.kind) {
            (Calendar::Nyse, Kind::Future) => Calendar::Cme,
            (calendar, _) => calendar,
        }
    }

    /// When a future was settled for good and the price it was settled at, once that has happened: that of its index at the regular open
    /// to the hundredth, or its own last price. Of an option the price of what it is on.
    pub fn settlement(&self, con_id: ConId, until: Nanos) -> Option<(Nanos, Price)> {
        if let Some(option) = self.option(con_id) {
            return option.settlement(until);
        }
        let listing = Listing::of_tables(con_id)?;
        let series = listing.series.as_ref().filter(|series| series.ends <= until)?;
        let struck = match series.product.index {
            Some(index) => indices::INDICES.iter().find(|i| i.symbol == index)?,
            None => listing,
        };
        let ticks = self.symbol(struck.con_id)?.value(series.ends)?;
        Some((series.ends, struck.price(ticks)))
    }

    /// The best bid and ask at a moment; `None` for an unknown contract and while halted or closed.
    pub fn quote(&self, con_id: ConId, at: Nanos) -> Option<Quote> {
        match self.option(con_id) {
            Some(option) => option.quote(at),
            None => self.symbol(con_id)?.quote(at),
        }
    }

    /// The quarter second that contains `at`, with the prints up to `at`; `None` for an unknown contract and while closed.
    /// Its quote is in force only from `quote_at` on.
    pub fn leaf(&self, con_id: ConId, at: Nanos) -> Option<Leaf> {
        match self.option(con_id) {
            Some(option) => option.leaf(at),
            None => self.symbol(con_id)?.leaf(at),
        }
    }

    /// The next moment after `after` at which the quote or a shown size may change; [`Nanos::MAX`] for an unknown contract.
    pub fn next_change(&self, con_id: ConId, after: Nanos) -> Nanos {
        match self.option(con_id) {
            Some(option) => option.next_change(after),
            None => self.symbol(con_id).map_or(Nanos::MAX, |s| s.next_change(after)),
        }
    }

    /// The prints after `from`, up to and including `until`, in time order.
    pub fn prints(&self, con_id: ConId, from: Nanos, until: Nanos) -> Vec<Print> {
        match self.option(con_id) {
            Some(option) => option.prints(from, until),
            None => self.symbol(con_id).map_or_else(Vec::new, |s| s.prints(from, until)),
        }
    }

    /// The session's figures at a moment, from 04:00 to 20:00 on the exchanges' calendar; the last session's while closed.
    pub fn day(&self, con_id: ConId, at: Nanos) -> Option<DaySummary> {
        match self.option(con_id) {
            Some(option) => option.day(at),
            None => self.symbol(con_id)?.day(at),
        }
    }

    /// The bars from the one that contains `from` to the one that contains `until`, made of what has happened up to
    /// `until`. `regular` keeps to regular hours. Bars without a print are left out for trades. Answers grow with the
    /// window: the caller bounds it.
    pub fn bars(&self, con_id: ConId, size: BarSize, from: Nanos, until: Nanos, what: What, regular: bool) -> Vec<Bar> {
        match self.option(con_id) {
            Some(option) => option.bars(size, from, until, what),
            None => self.symbol(con_id).map_or_else(Vec::new, |s| bars::bars(s, size, from, until, what, regular)),
        }
    }

    /// What an option is worth at a moment by the model, or the volatility that a price in ticks implies.
    pub fn computation(&self, con_id: ConId, price: Option<i64>, at: Nanos) -> Option<Computation> {
        let option = self.option(con_id)?;
        option.computation(price.map(|ticks| ticks as f64 / option.per_unit()), at)
    }

    /// What an option's value would depend on at a moment if its underlying were at another price.
    pub fn pricing(&self, con_id: ConId, under: f64, at: Nanos) -> Option<Pricing> {
        self.option(con_id)?.pricing(under, at)
    }

    /// Contracts of an option that are open.
    pub fn open_interest(&self, con_id: ConId, at: Nanos) -> Option<i64> {
        self.option(con_id)?.interest(at)
    }

    /// The annual volatilities of an underlying that has options: implied for thirty days, and of the last thirty closes.
    pub fn volatilities(&self, con_id: ConId, at: Nanos) -> Option<(f64, f64)> {
        let listing = Listing::of_tables(con_id)?;
        let class = options::OptionClass::on(listing.symbol).next()?;
        let symbol = self.symbol(con_id)?;
        let today = symbol.calendar.session_of(symbol.calendar.locate(at)?);
        let closes: Vec<f64> = (1..=31).rev().filter_map(|back| symbol.close(today - back)).map(|c| c as f64).collect();
        let moves: Vec<f64> =
            closes.windows(2).filter_map(|pair| Some(libm::log(pair.last()? / pair.first()?))).collect();
        let squares: f64 = moves.iter().map(|r| r * r).sum();
        let year = symbol.calendar.year();
        Some((self.surface(class, at)?.thirty_days(), libm::sqrt(squares / moves.len().max(1) as f64 * year)))
    }

    /// The price an option is valued at in half ticks: the middle of the quote, or of the last there was; `None` for what is none.
    pub fn option_mark(&self, con_id: ConId, at: Nanos) -> Option<i64> {
        self.option(con_id)?.mark(at)
    }

    /// The best `levels` occupied rows of each side; `None` for an unknown contract and while halted or closed.
    pub fn book(&self, con_id: ConId, at: Nanos, levels: usize) -> Option<Book> {
        if let Some(option) = self.option(con_id) {
            option.quote(at)?;
            return Some(Book {
                bids: option.rows(BookSide::Bid, at, levels),
                asks: option.rows(BookSide::Ask, at, levels),
            });
        }
        let symbol = self.symbol(con_id)?;
        symbol.touch(at)?;
        Some(Book { bids: symbol.rows(BookSide::Bid, at, levels), asks: symbol.rows(BookSide::Ask, at, levels) })
    }

    /// The shares the market shows on one side at one price in ticks; 0 at an empty level, inside the spread, and while
    /// halted or closed.
    pub fn shown(&self, con_id: ConId, side: BookSide, price: i64, at: Nanos) -> i64 {
        match self.option(con_id) {
            Some(option) => option.shown(side, price, at),
            None => self.symbol(con_id).map_or(0, |s| s.shown(side, price, at)),
        }
    }
}
