//! The matching engine: moments of the market in order, and what each does to the working orders.
//!
//! The head of [`super`] has the rules. Here: time runs in windows of a quarter second on a fixed grid; the moments of a window
//! (expiries, quote changes, prints of every contract with a working order) are sorted by time, kind, contract and index, so
//! neither the caller's stride nor the order of contracts decides anything. At a change every order of the contract looks at
//! the market ([`Venue::look`]): it arrives, is elected, follows its peg, takes, is crossed or follows its queue. A print
//! trades in its auction, then in the queues, then elects. What a moment means for tied orders ends it
//! ([`Venue::settle`]). An order that is to work after a moment begins with the first change at or after it.

pub(super) mod auction;
pub(super) mod condition;
pub(super) mod family;
mod peg;
mod place;
mod report;
mod rest;
mod resume;
pub(super) mod slice;
mod take;
mod trigger;

use std::collections::BTreeMap;

pub use place::{Place, Stage};
pub(super) use place::{Working, limit_ticks};
pub(super) use report::finish;

use super::Venue;
use super::event::Event;
use super::market::{Cross, Listing, Market, Print};
use super::order::{Action, Kind, Status, Test, Tif};
use crate::gateway::{ConId, Nanos};
use condition::Shown;
use trigger::Sight;

/// The grid on which time is cut: a leaf of the market.
const WINDOW: Nanos = 250_000_000;

/// What happens at a moment; the order is that of equal moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Expiry,
    Change,
    Print { index: u32, price: i64, size: i64, cross: Option<Cross> },
}

/// A moment at which something happens to a contract.
type Moment = (Nanos, Happening, ConId);

/// The market at a moment, for one contract.
#[derive(Clone, Copy)]
struct Scene<'a> {
    market: &'a dyn Market,
    listing: &'a Listing,
    at: Nanos,
}

impl Venue {
    /// Runs the market from where the venue stands to `at`; a moment already passed changes nothing.
    pub fn step(&mut self, at: Nanos, market: &dyn Market) -> Vec<Event> {
        let mut out = Vec::new();
        self.advance(at, market, &mut out);
        finish(out)
    }

    pub(super) fn advance(&mut self, at: Nanos, market: &dyn Market, out: &mut Vec<Event>) {
        while let Some(moment) = self.next_settlement(at, market) {
            self.run(moment, market, out);
            self.settle_contracts(market, out);
        }
        self.run(at, market, out);
    }

    /// Runs the market to `at`, before which no position is settled.
    fn run(&mut self, at: Nanos, market: &dyn Market, out: &mut Vec<Event>) {
        while self.now < at {
            self.roll(market);
            let listings = self.busy(market);
            if listings.is_empty() {
                self.now = at;
                break;
            }
            if let Some(wake) = self.sleeps_until(market, &listings)
                && wake > self.now
            {
                // The changes slept through would have told each order that its session is over.
                for working in &mut self.working {
                    working.live = false;
                }
                self.now = at.min(wake);
                continue;
            }
            let into = self.now.checked_rem_euclid(WINDOW).unwrap_or(0);
            let until = at.min(self.now.saturating_sub(into).saturating_add(WINDOW));
            for (moment, happening, con_id) in self.moments(until, market, &listings) {
                if let Some(listing) = listings.get(&con_id) {
                    let scene = Scene { market, listing, at: moment };
                    match happening {
                        Happening::Expiry => {}
                        Happening::Change => self.weigh_all(market, moment, (con_id, Shown::Quote), out),
                        Happening::Print { price, .. } => {
                            self.weigh_all(market, moment, (con_id, Shown::Trade(price)), out);
                        }
                    }
                    match happening {
                        Happening::Expiry => self.expire(moment, out),
                        Happening::Change => self.on_change(scene, out),
                        Happening::Print { index, price, size, cross } => {
                            self.on_print(scene, Print { at: moment, index, price, size, cross }, out);
                        }
                    }
                }
                self.settle(market, moment, out);
                self.retire();
            }
            self.now = until;
        }
        self.roll(market);
    }

    /// The contracts that time can touch: those with orders or watched by their tests, and those whose
    /// levels are not whole again.
    fn busy(&self, market: &dyn Market) -> BTreeMap<ConId, Listing> {
        let mut listings = BTreeMap::new();
        let watched = self.working.iter().filter(|w| w.is_tested()).flat_map(|w| {
            let conditions = w.order.request.terms.conditions.iter();
            conditions.flat_map(|c| c.tests.iter().filter_map(Test::watches))
        });
        for con_id in self.working.iter().map(Working::con_id).chain(watched) {
            if !listings.contains_key(&con_id)
                && let Some(listing) = market.listing(con_id)
            {
                listings.insert(con_id, listing);
            }
        }
        for con_id in self.takings.contracts() {
            if !listings.contains_key(&con_id)
                && let Some(listing) = market.listing(con_id)
                && self.takings.linger(&listing, self.now)
            {
                listings.insert(con_id, listing);
            }
        }
        listings
    }

    /// The last moment before anything can happen, if every order's market is closed now.
    fn sleeps_until(&self, market: &dyn Market, listings: &BTreeMap<ConId, Listing>) -> Option<Nanos> {
        if listings.values().any(|listing| self.takings.linger(listing, self.now)) {
            return None;
        }
        let mut wake = Nanos::MAX;
        for working in &self.working {
            let request = &working.order.request;
            let weighed = request.terms.conditions.as_ref().is_some_and(|c| c.ignore_rth) && working.is_tested();
            let listed = listings.get(&request.con_id);
            let extended = listed.map_or(request.outside_rth, |l| l.extended(request));
            let extended = extended || weighed || request.tif == Tif::Opening;
            let session = market.session(request.con_id, self.now, extended);
            if session.open {
                return None;
            }
            wake = wake.min(session.opens).min(working.order.expires.unwrap_or(Nanos::MAX));
        }
        let grid = wake.checked_rem_euclid(WINDOW).unwrap_or(0);
        Some(wake.saturating_sub(grid).saturating_sub(WINDOW))
    }

    fn moments(&self, until: Nanos, market: &dyn Market, listings: &BTreeMap<ConId, Listing>) -> Vec<Moment> {
        let mut moments = Vec::new();
        for con_id in listings.keys().copied() {
            let mut change = market.next_change(con_id, self.now);
            while change > self.now && change <= until {
                moments.push((change, Happening::Change, con_id));
                let next = market.next_change(con_id, change);
                change = if next > change { next } else { Nanos::MAX };
            }
            for print in market.prints(con_id, self.now, until) {
                let Print { at, index, price, size, cross } = print;
                moments.push((at, Happening::Print { index, price, size, cross }, con_id));
            }
        }
        for working in &self.working {
            if let Some(expires) = working.order.expires
                && expires > self.now
                && expires <= until
            {
                moments.push((expires, Happening::Expiry, working.con_id()));
            }
        }
        moments.sort_unstable_by_key(|(at, happening, con_id)| {
            let (kind, index) = match happening {
                Happening::Expiry => (0, 0),
                Happening::Change => (1, 0),
                Happening::Print { index, .. } => (2, *index),
            };
            (*at, kind, *con_id, index)
        });
        moments
    }

    /// Starts the account's day if `now` lies in a new one.
    pub(super) fn roll(&mut self, market: &dyn Market) {
        let day = market.day_start(self.now);
        if day > self.ledger.day {
            let touched = self.ledger.open_day(day, |con_id| market.mark(con_id, day));
            self.touched.holdings.extend(touched);
            self.touched.day = true;
        }
    }

    /// Ends the orders whose time is over.
    fn expire(&mut self, at: Nanos, out: &mut Vec<Event>) {
        for index in 0..self.working.len() {
            let due = self.working.get(index).is_some_and(|w| !w.is_over() && w.order.expires.is_some_and(|t| t <= at));
            if due {
                self.run_out(index, at, out);
            }
        }
    }

    /// Moves the orders that ended out of the queue.
    pub(super) fn retire(&mut self) {
        if self.working.iter().any(Working::is_over) {
            let all = std::mem::take(&mut self.working);
            for working in all {
                if working.is_over() {
                    self.done.push(working.order);
                } else {
                    self.working.push(working);
                }
            }
        }
    }

    /// The orders of a contract and side, the best price first, those that nobody sees behind the others of their price, then
    /// by arrival; orders without a limit before all.
    fn ranked(&self, con_id: ConId, action: Action) -> Vec<usize> {
        let mut ranks: Vec<(i64, bool, u64, usize)> = Vec::new();
        for (index, working) in self.working.iter().enumerate() {
            if working.con_id() == con_id && working.action() == action {
                let limit = working.place.limit.unwrap_or(match action {
                    Action::Buy => i64::MAX,
                    Action::Sell => 0,
                });
                let rank = match action {
                    Action::Buy => limit.saturating_neg(),
                    Action::Sell => limit,
                };
                ranks.push((rank, working.is_dark(), working.place.arrival, index));
            }
        }
        ranks.sort_unstable();
        ranks.into_iter().map(|(.., index)| index).collect()
    }

    /// The quote or the book changed.
    fn on_change(&mut self, scene: Scene<'_>, out: &mut Vec<Event>) {
        for action in [Action::Buy, Action::Sell] {
            for index in self.ranked(scene.listing.con_id, action) {
                self.look(index, scene, out);
            }
        }
    }

    /// The background traded: in an auction, in the queues, and before the eyes of the armed orders.
    fn on_print(&mut self, scene: Scene<'_>, print: Print, out: &mut Vec<Event>) {
        let budget = match print.cross {
            Some(cross) => self.auction(scene, print, cross, out),
            None => print.size,
        };
        self.print_fills(scene, print, budget, out);
        for action in [Action::Buy, Action::Sell] {
            for index in self.ranked(scene.listing.con_id, action) {
                let Some(working) = self.working.get(index) else { continue };
                let sees = working.place.stage == Stage::Armed && working.live && !working.is_over();
                if sees && self.watch(index, scene, Sight::Trade(print.price), out) {
                    self.look(index, scene, out);
                }
            }
        }
    }

    /// One order looks at the market now.
    pub(super) fn look_at(
        &mut self,
        index: usize,
        listing: &Listing,
        market: &dyn Market,
        at: Nanos,
        out: &mut Vec<Event>,
    ) {
        self.look(index, Scene { market, listing, at }, out);
    }

    /// One order looks at the market: it arrives, is elected, takes, is crossed, or follows its queue.
    fn look(&mut self, index: usize, scene: Scene<'_>, out: &mut Vec<Event>) {
        self.pace(index, scene.market, scene.at);
        let Some(working) = self.working.get_mut(index) else { return };
        if working.place.stage == Stage::Held || working.is_over() {
            return;
        }
        // Before its parent fills a child sells nothing that could be short.
        if !working.is_unborn() && self.is_locating(index, scene.market, scene.at, out) {
            return;
        }
        let Some(working) = self.working.get_mut(index) else { return };
        let request = &working.order.request;
        let asleep = working.is_asleep(scene.at);
        let session = scene.market.session(request.con_id, scene.at, scene.listing.extended(request));
        let quote = scene.market.quote(request.con_id, scene.at);
        working.live = session.open && quote.is_some() && !asleep;
        if asleep {
            return;
        }
        if let Some(cross) = request.cross() {
            let opening = cross == Cross::Open && scene.market.session(request.con_id, scene.at, true).open;
            if working.place.stage == Stage::Waiting && (session.open || opening) {
                self.arrive_at_exchange(index, Stage::Auction, scene.listing, out);
            }
            return;
        }
        let Some(quote) = quote.filter(|_| session.open) else { return };
        let stage = working.place.stage;
        match stage {
            Stage::Waiting => self.arrive_at_exchange(index, Stage::Taking, scene.listing, out),
            Stage::Armed if !self.watch(index, scene, Sight::Quote(quote), out) => return,
            _ => {}
        }
        self.follow_quote(index, scene, quote);
        match self.working.get(index).map(|working| working.place.stage) {
            Some(Stage::Taking) => self.take(index, scene, quote, out),
            Some(Stage::Resting) => self.rest(index, scene, quote, out),
            _ => {}
        }
    }

    /// The order is at the exchange now.
    fn arrive_at_exchange(&mut self, index: usize, stage: Stage, listing: &Listing, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        working.place.stage = stage;
        let kind = working.order.request.kind;
        if working.place.limit.is_none() && !matches!(kind, Kind::Peg { .. } | Kind::Snap { .. }) {
            working.place.limit = limit_ticks(kind, listing);
        }
        working.order.status = Status::Submitted;
        self.report(index, out);
    }
}

/// `part` of `whole` as a share of `amount`, rounded down.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let product = i128::from(amount).saturating_mul(i128::from(part));
    product.checked_div(i128::from(whole)).and_then(|share| i64::try_from(share).ok()).unwrap_or(0)
}
