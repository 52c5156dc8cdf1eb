//! Where a working order stands: its stage, its place in the queue, and what it is working at in ticks.

use serde::{Deserialize, Serialize};

use super::super::market::{Listing, Side};
use super::super::order::{Action, Held, Kind, Order, Tif};
use super::super::state::Record;
use super::super::tape::shares;
use crate::gateway::{ConId, Nanos};
use crate::money::Price;

/// Where a working order is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Stage {
    /// At the gateway, not transmitted.
    Held,
    /// Accepted, waiting for the market to open, its time to come or its parent to fill.
    Waiting,
    /// Waiting for its trigger.
    Armed,
    /// Waiting for its auction.
    Auction,
    /// Taking from the book until its limit, or its size, is reached.
    Taking,
    /// In the queue at its limit.
    Resting,
    /// No longer working.
    #[default]
    Done,
}

/// Everything about a working order that its terms and fills do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Its rank in time among the working orders.
    pub arrival: u64,
    /// Where it is on its way.
    pub stage: Stage,
    /// Shares of the background before it.
    pub ahead: i64,
    /// Shares its level was last seen with, less what traded since.
    pub level: i64,
    /// The limit it works at, in ticks.
    pub limit: Option<i64>,
    /// Its trigger, in ticks.
    pub stop: Option<i64>,
    /// How often in a row its trigger was reached.
    pub seen: u8,
    /// What is left of the shares it shows, if it shows a part only.
    pub shown: i64,
    /// What its parent's fills allow it to trade in all, counted before `cut`; `None` if nothing holds it back.
    pub released: Option<i64>,
    /// Shares that fills of its OCA group took from its size.
    pub cut: i64,
    /// What its algorithm has allowed it to trade so far; `None` without one.
    pub slice: Option<i64>,
    /// When its algorithm begins and ends.
    pub span: (Nanos, Nanos),
    /// The volume of the session when its algorithm began to follow it.
    pub volume: Option<i64>,
    /// Whether it waits for its conditions.
    pub waits: bool,
    /// Which of its tests for an execution have seen one, a bit for each test.
    pub executed: u32,
    /// The count of the first execution that came after it.
    pub since: u32,
}

/// A working order with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Working {
    pub order: Order,
    pub place: Place,
    /// Whether its session was open at the last quote change.
    pub live: bool,
    /// How often in a row the prices of its tests were reached.
    pub counts: Vec<u8>,
}

impl Working {
    pub fn record(&self) -> Record {
        Record { order: self.order.clone(), place: self.place }
    }

    pub fn from_record(record: Record) -> Self {
        Self { order: record.order, place: record.place, live: false, counts: Vec::new() }
    }

    pub fn con_id(&self) -> ConId {
        self.order.request.con_id
    }

    pub fn action(&self) -> Action {
        self.order.request.action
    }

    pub fn is_over(&self) -> bool {
        self.order.status.is_final()
    }

    /// Shares it may trade now: what is left of it, as far as its parent's fills and its algorithm go.
    pub fn left(&self) -> i64 {
        let remaining = shares(self.order.remaining());
        let allowed = [self.place.released, self.place.slice].into_iter().flatten().min();
        let Some(allowed) = allowed else { return remaining };
        let used = shares(self.order.filled).saturating_add(self.place.cut);
        remaining.min(allowed.saturating_sub(used)).max(0)
    }

    /// Whether its parent has not filled at all.
    pub fn is_unborn(&self) -> bool {
        self.place.released.is_some_and(|released| released <= 0)
    }

    /// Whether it may not work yet, whatever the market does: its time, its
    /// conditions, its parent's fill or shares to sell short have not come.
    pub fn is_asleep(&self, at: Nanos) -> bool {
        self.is_unborn()
            || self.place.waits
            || self.order.standing.held.locate
            || self.order.request.terms.good_after.is_some_and(|from| from > at)
    }

    /// The fewest shares its next trades must come to together.
    pub fn need(&self) -> i64 {
        let request = &self.order.request;
        if request.terms.all_or_none || request.tif == Tif::Fok {
            self.left()
        } else if self.order.filled.is_zero() {
            request.terms.min_quantity.unwrap_or(1).min(self.left())
        } else {
            1
        }
    }

    /// Whether nobody sees it in the book.
    pub fn is_dark(&self) -> bool {
        let request = &self.order.request;
        request.terms.hidden || request.terms.all_or_none || request.kind.is_dark()
    }

    /// How many shares it shows at most.
    pub fn display(&self) -> Option<i64> {
        self.order.request.terms.display
    }

    /// How far it takes: its limit, with its discretion.
    pub fn reach(&self, listing: &Listing) -> Option<i64> {
        let extra = self.order.request.terms.discretion.and_then(|d| d.ticks_from(Price::ZERO, listing.tick));
        self.place.limit.map(|limit| self.action().takes_from().deeper(limit, extra.unwrap_or(0)))
    }

    /// Price and shares it shows on `side`, if it stands in the queue there.
    pub fn offer(&self, con_id: ConId, side: Side) -> Option<(i64, i64)> {
        let price = self.place.limit.filter(|_| self.rests_on(con_id, side) && !self.is_dark())?;
        let left = self.left();
        Some((price, if self.display().is_some() { self.place.shown.min(left) } else { left }))
    }

    /// Whether it stands in the queue on `side`, able to trade.
    pub fn rests_on(&self, con_id: ConId, side: Side) -> bool {
        self.place.stage == Stage::Resting
            && self.live
            && !self.is_over()
            && self.con_id() == con_id
            && self.action().rests_on() == side
            && self.left() > 0
    }

    /// Why it does not work yet, in IB's words.
    pub fn held(&self) -> Held {
        let armed = self.order.request.kind.is_triggered()
            && matches!(self.place.stage, Stage::Held | Stage::Waiting | Stage::Armed);
        Held { child: self.is_unborn(), trigger: armed, locate: self.order.standing.held.locate && !self.is_over() }
    }

    /// The stage an order begins at once it is transmitted.
    pub fn first_stage(kind: Kind) -> Stage {
        if kind.is_triggered() { Stage::Armed } else { Stage::Waiting }
    }

    /// Gives it a limit that its terms do not state.
    pub fn set_limit(&mut self, ticks: i64, listing: &Listing) {
        let ticks = ticks.max(1);
        self.place.limit = Some(ticks);
        self.order.standing.limit = price_of(ticks, listing);
    }

    /// Moves its trigger.
    pub fn set_stop(&mut self, ticks: i64, listing: &Listing) {
        let ticks = ticks.max(1);
        self.place.stop = Some(ticks);
        self.order.standing.stop = price_of(ticks, listing);
        if let Kind::TrailLimit { room, .. } = self.order.request.kind
            && let Some(room) = room.ticks_from(Price::ZERO, listing.tick)
        {
            let limit = self.action().takes_from().deeper(ticks, room).max(1);
            self.order.standing.limit = price_of(limit, listing);
        }
    }
}

fn price_of(ticks: i64, listing: &Listing) -> Option<Price> {
    listing.tick.times(ticks.into()).map(|price| Price(price.0.normalize()))
}

/// The limit of an order in ticks of its contract, if its terms state one that it works at once it is elected.
pub(in super::super) fn limit_ticks(kind: Kind, listing: &Listing) -> Option<i64> {
    match kind {
        Kind::Peg { .. } => None,
        _ => kind.limit().and_then(|price| price.ticks_from(Price::ZERO, listing.tick)),
    }
}
