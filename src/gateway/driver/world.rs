//! What sessions act on: market, venue and state at the present moment.
//!
//! Requests change the venue through here, and what it reports is held back until the driver has saved it.

use std::path::Path;

use jiff::tz::TimeZone;

use super::previews::Previews;
use super::{hours, overlay};
use crate::gateway::feed::options::Right;
use crate::gateway::feed::{self, Bar, BarSize, Borrow, Calendar, Computation, Feed, Kind, Listing, What};
use crate::gateway::server::GatewayError;
use crate::gateway::session::Shelf;
use crate::gateway::store::Store;
use crate::gateway::venue::{
    ACCOUNT, AccountValue, ClientId, Correction, Event, Exercise, Fault, Funding, Market, OrderId, OrderRequest, Pnl,
    PnlSingle, PortfolioRow, Precautions, Uncorrectable, Venue, WhatIf,
};
use crate::gateway::wire::bars::Span;
use crate::gateway::wire::convert::Hours;
use crate::gateway::wire::ticks::{Figure, Top};
use crate::gateway::{ConId, Nanos};

/// A gap in time after which orders go on from the present instead of living through it: the machine was asleep.
const GAP: Nanos = 60 * 1_000_000_000;

/// Market, venue and state at the present moment.
#[derive(Debug)]
pub(in crate::gateway) struct World {
    now: Nanos,
    feed: Feed,
    venue: Venue,
    store: Store,
    unsaid: Vec<Event>,
    no_data: Vec<String>,
    previews: Previews,
    keeping: Keeping,
}

/// What becomes of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gateway) enum Keeping {
    /// Every change is written before it is told.
    Written,
    /// It is only looked at: nothing is written, and no order fills.
    Frozen,
}

impl World {
    /// Opens the state of a gateway and brings its venue up to `now`; a new account is funded.
    pub(super) fn open(
        now: Nanos,
        (seed, calendar): (u64, Calendar),
        (state, keeping): (Option<&Path>, Keeping),
        funding: &Funding,
    ) -> Result<Self, GatewayError> {
        let feed = Feed::new(seed, calendar);
        let store = match (state, keeping) {
            (Some(path), Keeping::Written) => Store::open(path)?,
            (Some(path), Keeping::Frozen) => Store::look_at(path)?,
            (None, _) => Store::in_memory()?,
        };
        store.settle(seed, feed::VERSION)?;
        let (venue, unsaid) = match store.load()? {
            Some(saved) => {
                let mut venue = Venue::restore(saved);
                let events = venue.resume(now, &feed);
                if let Some(pricing) = funding.pricing {
                    venue.reprice(pricing);
                }
                (venue, events)
            }
            None => (Venue::funded(now, &feed, funding), Vec::new()),
        };
        let now = now.max(venue.now());
        let previews = Previews::new(now);
        let mut world = Self { now, feed, venue, store, unsaid, no_data: Vec::new(), previews, keeping };
        // Nobody listens yet: what happened on the way up to now is only saved.
        world.take_events()?;
        Ok(world)
    }

    /// Sets the limits beyond which orders are not taken.
    pub(super) fn guard(&mut self, precautions: Precautions) {
        self.venue.guard(precautions);
    }

    /// Takes the data subscriptions of these symbols away.
    pub(super) fn withhold(&mut self, symbols: Vec<String>) {
        self.no_data = symbols;
    }

    /// Whether the account has a data subscription for this symbol.
    pub(in crate::gateway) fn has_data(&self, symbol: &str) -> bool {
        !self.no_data.iter().any(|s| s.eq_ignore_ascii_case(symbol))
    }

    /// Moves the present to `now` and lets the venue live up to there.
    pub(super) fn advance(&mut self, now: Nanos) {
        let gap = now.saturating_sub(self.now);
        self.now = self.now.max(now);
        if self.is_frozen() {
            return;
        }
        let events =
            if gap > GAP { self.venue.resume(self.now, &self.feed) } else { self.venue.step(self.now, &self.feed) };
        self.unsaid.extend(events);
    }

    /// Saves what the venue did since the last call, then gives it out to be told.
    pub(super) fn take_events(&mut self) -> Result<Vec<Event>, GatewayError> {
        if let Some(changes) = self.venue.take_changes()
            && !self.is_frozen()
        {
            self.store.commit(&changes)?;
        }
        Ok(std::mem::take(&mut self.unsaid))
    }

    /// Whether the state is only looked at.
    pub(in crate::gateway) fn is_frozen(&self) -> bool {
        self.keeping == Keeping::Frozen
    }

    /// Whether an order works, so that the market must be lived through as it happens.
    pub(super) fn is_working(&self) -> bool {
        !self.venue.open_orders(None).is_empty()
    }

    /// The present moment.
    pub(in crate::gateway) fn now(&self) -> Nanos {
        self.now
    }

    /// What contracts there are now.
    pub(in crate::gateway) fn shelf(&self) -> Shelf<'_> {
        Shelf { now: self.now, feed: Some(&self.feed) }
    }

    /// The market.
    pub(in crate::gateway) fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The one account.
    #[expect(clippy::unused_self, reason = "the account belongs to the world even while there is only one")]
    pub(in crate::gateway) fn account(&self) -> &'static str {
        ACCOUNT
    }

    /// The venue, to read.
    pub(in crate::gateway) fn venue(&self) -> &Venue {
        &self.venue
    }

    /// The lowest order id a client may use.
    pub(in crate::gateway) fn next_valid_id(&self, client_id: ClientId) -> OrderId {
        self.venue.next_valid_id(client_id)
    }

    /// Places or changes an order.
    pub(in crate::gateway) fn place(&mut self, request: OrderRequest) {
        self.previews.ordered();
        let events = self.venue.place(self.now, &self.feed, request);
        self.unsaid.extend(events);
    }

    /// Exercises an option of the account or gives it up.
    pub(in crate::gateway) fn exercise(&mut self, wish: &Exercise) -> Result<(), Fault> {
        let events = self.venue.exercise(self.now, &self.feed, wish)?;
        self.unsaid.extend(events);
        Ok(())
    }

    /// Cancels an order.
    pub(in crate::gateway) fn cancel(&mut self, client_id: ClientId, order_id: OrderId) {
        let events = self.venue.cancel(self.now, &self.feed, client_id, order_id);
        self.unsaid.extend(events);
    }

    /// Cancels every client's orders.
    pub(in crate::gateway) fn cancel_all(&mut self) {
        let events = self.venue.cancel_all(self.now, &self.feed);
        self.unsaid.extend(events);
    }

    /// Corrects an execution of the day, as an exchange does after the fact.
    pub(super) fn correct(&mut self, exec_id: &str, correction: Correction) -> Result<(), Uncorrectable> {
        let events = self.venue.correct(self.now, &self.feed, exec_id, correction)?;
        self.unsaid.extend(events);
        Ok(())
    }

    /// What an order would do, as often as IB answers that.
    pub(in crate::gateway) fn what_if(&mut self, request: &OrderRequest) -> Result<WhatIf, Fault> {
        if !self.previews.take(self.now) {
            let text =
                "Order rejected - reason:What-if requests are limited to about one for ten orders, and one a minute";
            return Err(Fault::new(201, text));
        }
        self.venue.what_if(&self.feed, request)
    }

    /// The account's values with IB's keys.
    pub(in crate::gateway) fn account_values(&self) -> Vec<AccountValue> {
        self.venue.account_values(self.now, &self.feed)
    }

    /// The open positions with their market values.
    pub(in crate::gateway) fn portfolio(&self) -> Vec<PortfolioRow> {
        self.venue.portfolio(self.now, &self.feed)
    }

    /// The account's profit and loss.
    pub(in crate::gateway) fn pnl(&self) -> Pnl {
        self.venue.pnl(self.now, &self.feed)
    }

    /// A position's profit and loss.
    pub(in crate::gateway) fn pnl_single(&self, con_id: ConId) -> Option<PnlSingle> {
        self.venue.pnl_single(self.now, &self.feed, con_id)
    }

    /// Level 1 of a contract as everybody sees it: the background under the account's own orders and fills.
    pub(in crate::gateway) fn top(&self, listing: &Listing) -> Top {
        let con_id = listing.con_id;
        let quote = self.venue.view(&self.feed, con_id);
        let quoted = listing.kind != Kind::Index;
        let halted = quoted && quote.is_none() && self.feed.session(con_id, self.now, true).open;
        let shown = Top {
            bid: quote.map(|quote| (quote.bid, quote.bid_size)),
            ask: quote.map(|quote| (quote.ask, quote.ask_size)),
            halted,
            ..Top::default()
        };
        let Some(day) = self.feed.day(con_id, self.now) else { return shown };
        let shown = Top { bid: shown.bid.filter(|(bid, _)| *bid > 0), ..shown };
        let begin = hours::trading_day(self.feed.calendar_of(listing), self.now);
        let own = self.venue.own_prints(con_id, begin.saturating_sub(1), self.now);
        overlay::day(shown, &day, listing.kind == Kind::Option, own)
    }

    /// What an option is worth at bid, ask and last, and by the model; the model's price is that of its minute.
    pub(in crate::gateway) fn computations(&self, listing: &Listing, top: &Top) -> [Option<Computation>; 4] {
        let at = |ticks: Option<(i64, i64)>| {
            let (ticks, _) = ticks?;
            self.feed.computation(listing.con_id, Some(ticks), self.now)
        };
        [at(top.bid), at(top.ask), at(top.last), self.feed.computation(listing.con_id, None, self.now)]
    }

    /// The figures that generic ticks ask for, as far as they are there.
    pub(in crate::gateway) fn figures(&self, listing: &Listing, generic: &[u16], top: &Top) -> Vec<Figure> {
        let mut figures = Vec::new();
        let volatilities =
            |which: u16| generic.contains(&which).then(|| self.feed.volatilities(listing.con_id, self.now));
        if let Some(terms) = &listing.option {
            let put = i32::from(terms.right == Right::Put);
            if generic.contains(&100) {
                figures.push(Figure::Size(29 + put, top.volume));
            }
            if let Some(open) = self.feed.open_interest(listing.con_id, self.now).filter(|_| generic.contains(&101)) {
                figures.push(Figure::Size(27 + put, open));
            }
        } else {
            if let Some((_, past)) = volatilities(104).flatten() {
                figures.push(Figure::Value(23, past));
            }
            if let Some((implied, _)) = volatilities(106).flatten() {
                figures.push(Figure::Value(24, implied));
            }
        }
        figures
    }

    /// What can be borrowed of a share to sell it short.
    pub(in crate::gateway) fn borrow(&self, con_id: ConId) -> Option<Borrow> {
        self.feed.borrow(con_id, self.feed.day_start(self.now), self.now)
    }

    /// Bars as everybody sees them, the account's own fills included.
    pub(in crate::gateway) fn bars(
        &self,
        con_id: ConId,
        size: BarSize,
        from: Nanos,
        until: Nanos,
        what: What,
        regular: bool,
    ) -> Vec<Bar> {
        let until = until.min(self.now);
        let mut bars = self.feed.bars(con_id, size, from, until, what, regular);
        if what == What::Trades {
            let start = bars.first().map_or(from, |bar| bar.start.min(from));
            let own: Vec<_> = self.venue.own_prints(con_id, start.saturating_sub(1), until).copied().collect();
            overlay::bars(&mut bars, size, &own, |after, until| {
                !Feed::prints(&self.feed, con_id, after, until).is_empty()
            });
        }
        bars
    }

    /// Where a duration that ends at `until` begins.
    pub(in crate::gateway) fn span_start(&self, listing: &Listing, span: Span, until: Nanos, regular: bool) -> Nanos {
        hours::span_start(self.feed.calendar_of(listing), span, until, regular || is_regular(listing))
    }

    /// The sessions that trade between two moments.
    pub(in crate::gateway) fn sessions(
        &self,
        listing: &Listing,
        from: Nanos,
        until: Nanos,
        regular: bool,
    ) -> Vec<hours::Session> {
        hours::sessions(self.feed.calendar_of(listing), from, until, regular || is_regular(listing))
    }

    /// The beginning of the market's history.
    #[expect(clippy::unused_self, reason = "history belongs to the world even while all listings share one beginning")]
    pub(in crate::gateway) fn first_moment(&self) -> Nanos {
        hours::FIRST_MOMENT
    }

    /// The zone that an instrument's days are counted in.
    pub(in crate::gateway) fn zone(&self, listing: &Listing) -> TimeZone {
        hours::zone(self.feed.calendar_of(listing), listing.primary_exchange).1
    }

    /// When an instrument trades, or is published.
    pub(in crate::gateway) fn hours(&self, listing: &Listing) -> Hours {
        let hours = hours::hours(self.feed.calendar_of(listing), listing.primary_exchange, self.now);
        if is_regular(listing) { Hours { trading: hours.liquid.clone(), ..hours } } else { hours }
    }
}

/// Whether an instrument trades, or is published, in regular hours alone.
fn is_regular(listing: &Listing) -> bool {
    matches!(listing.kind, Kind::Index | Kind::Option)
}
