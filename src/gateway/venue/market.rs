//! What the venue may see of the market.
//!
//! Prices cross as whole ticks of the contract's smallest increment, sizes as whole shares. Nothing here tells the future:
//! the venue asks only for moments up to the one it was stepped to.

use serde::{Deserialize, Serialize};

use super::contract::Spec;
use super::order::OrderRequest;
use crate::gateway::{ConId, Nanos};
use crate::money::Price;

/// A side of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// The buyers' side.
    Bid,
    /// The sellers' side.
    Ask,
}

/// The background's best prices at a moment, in ticks, and the shares shown there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Best bid, in ticks.
    pub bid: i64,
    /// Best ask, in ticks; above the bid.
    pub ask: i64,
    /// Shares shown at the bid.
    pub bid_size: i64,
    /// Shares shown at the ask.
    pub ask_size: i64,
}

/// One trade of the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// When it happened; the prints of a contract never share a moment with its quote changes.
    pub at: Nanos,
    /// Its place among the prints of the same moment.
    pub index: u32,
    /// Price in ticks, within the quote of that moment.
    pub price: i64,
    /// Shares.
    pub size: i64,
    /// The auction that it is the official print of.
    pub cross: Option<Cross>,
}

/// What has traded in a contract, of the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The last trade, in ticks.
    pub last: i64,
    /// Shares of the session that contains the moment, extended hours included.
    pub volume: i64,
    /// The official close of the session before, in ticks.
    pub previous_close: i64,
}

/// An auction of the regular session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cross {
    /// The opening one.
    Open,
    /// The closing one.
    Close,
}

/// Until how long before an auction orders for it are taken, changed and cancelled, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoffs {
    /// For the opening, in every respect.
    pub open: Nanos,
    /// The last entry of a market-on-close order.
    pub market_close: Nanos,
    /// The last entry of a limit-on-close order.
    pub limit_close: Nanos,
    /// The last change or cancel of either.
    pub cancel_close: Nanos,
}

impl Cutoffs {
    /// The cut-offs of a primary exchange: Nasdaq takes market-on-close orders until five and limit-on-close orders until two
    /// minutes before the close, the others until ten; nobody lets go of them in the last ten. The opening's are two
    /// minutes everywhere.
    pub fn of(exchange: &str) -> Self {
        const MINUTE: Nanos = 60_000_000_000;
        let minutes = |n: Nanos| n.saturating_mul(MINUTE);
        let (market, limit) = if exchange == "NASDAQ" { (5, 2) } else { (10, 10) };
        Self { open: minutes(2), market_close: minutes(market), limit_close: minutes(limit), cancel_close: minutes(10) }
    }
}

/// What the venue must know of a contract to take an order for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// IB's contract id.
    pub con_id: ConId,
    /// The symbol, for messages only.
    pub symbol: String,
    /// The exchange where executions happen, as IB names it.
    pub exchange: String,
    /// The smallest increment: what one tick is worth.
    pub tick: Price,
    /// Shares of a round lot: what remains shown at a level where the background just traded.
    pub lot: i64,
    /// How long it takes until half of what was taken from a level is shown again, in nanoseconds.
    pub half_life: Nanos,
    /// Its auctions' cut-offs.
    pub cutoffs: Cutoffs,
    /// What it is to the account.
    pub spec: Spec,
    /// When it trades for the last time; `None` for what has no end.
    pub ends: Option<Nanos>,
}

impl Listing {
    /// Whether an order may work in extended hours: as it says, but a future's native orders work whenever the exchange is open, and only
    /// what the broker simulates waits for regular hours.
    pub fn extended(&self, request: &OrderRequest) -> bool {
        request.outside_rth || (self.spec.is_future() && !request.kind.is_triggered())
    }
}

/// Whether orders work at a moment, and when the trading day ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Whether an order works now.
    pub open: bool,
    /// When it will work next; now or earlier if open.
    pub opens: Nanos,
    /// When a DAY order entered now dies.
    pub day_end: Nanos,
}

/// The background market as the venue reads it: a pure function of contract and time.
pub trait Market {
    /// The contract, or `None` if it does not trade here.
    fn listing(&self, con_id: ConId) -> Option<Listing>;

    /// The increment an order at `price` must be a multiple of, by the contract's market rule.
    fn increment(&self, con_id: ConId, price: Price) -> Option<Price>;

    /// The session in force at `at`, with or without extended hours.
    fn session(&self, con_id: ConId, at: Nanos, outside_rth: bool) -> Session;

    /// The start of the account's day that contains `at`: daily P&L counts from there.
    fn day_start(&self, at: Nanos) -> Nanos;

    /// The background quote in force at `at`; `None` when closed or halted.
    fn quote(&self, con_id: ConId, at: Nanos) -> Option<Quote>;

    /// The next moment after `after` at which quote or book may change.
    fn next_change(&self, con_id: ConId, after: Nanos) -> Nanos;

    /// The background's trades after `after` up to and including `until`, in order.
    fn prints(&self, con_id: ConId, after: Nanos, until: Nanos) -> Vec<Print>;

    /// Shares the background shows on `side` at `price` ticks at `at`; zero off the book.
    fn shown(&self, con_id: ConId, side: Side, price: i64, at: Nanos) -> i64;

    /// Shares that can be borrowed to sell short at `at`; without end unless the market says otherwise.
    fn borrowable(&self, con_id: ConId, at: Nanos) -> i64 {
        let _ = (con_id, at);
        i64::MAX
    }

    /// When a contract was settled for good and at what price, if that is not after `until`; `None` for what has no end.
    fn settlement(&self, con_id: ConId, until: Nanos) -> Option<(Nanos, Price)> {
        let _ = (con_id, until);
        None
    }

    /// A contract's last trade and the day's figures at `at`; `None` if they are not known.
    fn figures(&self, con_id: ConId, at: Nanos) -> Option<Figures> {
        let _ = (con_id, at);
        None
    }

    /// The price positions are valued at: the last trade held within bid and ask; `None` if unknown.
    fn mark(&self, con_id: ConId, at: Nanos) -> Option<Price>;
}
