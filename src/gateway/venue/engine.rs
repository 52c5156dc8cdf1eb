//! The matching engine: moments of the market in order, and what each does to the working orders.
//!
//! The head of [`super`] has the rules. Here: time runs in windows of a quarter second on a fixed grid; the moments of a window
//! (expiries, quote changes, prints of every contract with a working order) are sorted by time, kind, contract and index, so
//! neither the caller's stride nor the order of contracts decides anything.

use std::collections::BTreeMap;

use super::Venue;
use super::book::reach;
use super::event::{Commission, Event, Execution, Liquidity, StatusReport, Tape};
use super::exact::{add, mul};
use super::fees::Traded;
use super::market::{Listing, Market, Print, Quote, Side};
use super::order::{Action, Kind, Order, Status, Tif};
use super::state::Record;
use super::tape::{OwnPrint, qty, shares};
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price};

/// The grid on which time is cut: a leaf of the market.
const WINDOW: Nanos = 250_000_000;

/// Where a working order is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// At the gateway, not transmitted.
    Held,
    /// Accepted, waiting for the market to open.
    Waiting,
    /// Taking from the book until its limit, or its size, is reached.
    Taking,
    /// In the queue at its limit.
    Resting,
    /// No longer working.
    Done,
}

impl Stage {
    /// The number it is stored by.
    pub const fn number(self) -> i64 {
        match self {
            Self::Held => 0,
            Self::Waiting => 1,
            Self::Taking => 2,
            Self::Resting => 3,
            Self::Done => 4,
        }
    }

    /// The stage of a number.
    pub fn of_number(number: i64) -> Option<Self> {
        [Self::Held, Self::Waiting, Self::Taking, Self::Resting, Self::Done]
            .into_iter()
            .find(|stage| stage.number() == number)
    }
}

/// A working order with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Working {
    pub order: Order,
    pub arrival: u64,
    pub stage: Stage,
    /// Shares of the background before it, never more than `level`.
    pub ahead: i64,
    /// Shares its level was last seen with, less what traded since.
    pub level: i64,
    /// Its limit in ticks; known once the contract was looked at.
    pub limit: Option<i64>,
    /// Whether its session was open at the last quote change.
    pub live: bool,
}

impl Working {
    pub fn record(&self) -> Record {
        Record {
            order: self.order.clone(),
            arrival: self.arrival,
            stage: self.stage,
            ahead: self.ahead,
            level: self.level,
        }
    }

    pub fn from_record(record: Record) -> Self {
        Self {
            order: record.order,
            arrival: record.arrival,
            stage: record.stage,
            ahead: record.ahead,
            level: record.level,
            limit: None,
            live: false,
        }
    }

    fn con_id(&self) -> ConId {
        self.order.request.con_id
    }

    fn action(&self) -> Action {
        self.order.request.action
    }

    pub fn left(&self) -> i64 {
        shares(self.order.remaining())
    }

    /// Price and shares it shows on `side`, if it stands in the queue there.
    pub fn offer(&self, con_id: ConId, side: Side) -> Option<(i64, i64)> {
        let price = self.limit.filter(|_| self.rests_on(con_id, side))?;
        Some((price, self.left()))
    }

    /// Whether it stands in the queue on `side`, able to trade.
    fn rests_on(&self, con_id: ConId, side: Side) -> bool {
        self.stage == Stage::Resting
            && self.live
            && self.con_id() == con_id
            && self.action().rests_on() == side
            && self.left() > 0
    }
}

/// What happens at a moment; the order is that of equal moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Expiry,
    Change,
    Print { index: u32, price: i64, size: i64 },
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

/// One trade to book: which order, how much, where.
struct Fill {
    shares: i64,
    price: i64,
    liquidity: Liquidity,
    tape: Tape,
}

impl Venue {
    /// Runs the market from where the venue stands to `at`; a moment already passed changes nothing.
    pub fn step(&mut self, at: Nanos, market: &dyn Market) -> Vec<Event> {
        let mut out = Vec::new();
        self.advance(at, market, &mut out);
        finish(out)
    }

    pub(super) fn advance(&mut self, at: Nanos, market: &dyn Market, out: &mut Vec<Event>) {
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
                        Happening::Expiry => self.expire(moment, out),
                        Happening::Change => self.on_change(scene, out),
                        Happening::Print { index, price, size } => {
                            self.on_print(scene, Print { at: moment, index, price, size }, out);
                        }
                    }
                }
                self.retire();
            }
            self.now = until;
        }
        self.roll(market);
    }

    /// The contracts that time can touch: those with orders, and those whose levels are not whole again.
    fn busy(&self, market: &dyn Market) -> BTreeMap<ConId, Listing> {
        let mut listings = BTreeMap::new();
        for con_id in self.working.iter().map(Working::con_id) {
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
            let session = market.session(request.con_id, self.now, request.outside_rth);
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
                let Print { at, index, price, size } = print;
                moments.push((at, Happening::Print { index, price, size }, con_id));
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
    pub(super) fn expire(&mut self, at: Nanos, out: &mut Vec<Event>) {
        for index in 0..self.working.len() {
            let due = self
                .working
                .get(index)
                .is_some_and(|w| !w.order.status.is_final() && w.order.expires.is_some_and(|t| t <= at));
            if due {
                self.end(index, at, "time in force is over", out);
            }
        }
    }

    /// Moves the orders that ended out of the queue.
    pub(super) fn retire(&mut self) {
        if self.working.iter().any(|working| working.order.status.is_final()) {
            let all = std::mem::take(&mut self.working);
            for working in all {
                if working.order.status.is_final() {
                    self.done.push(working.order);
                } else {
                    self.working.push(working);
                }
            }
        }
    }

    /// The orders of a contract and side, the best price first, then by arrival; market orders before all.
    fn ranked(&self, con_id: ConId, action: Action) -> Vec<usize> {
        let mut ranks: Vec<(i64, u64, usize)> = Vec::new();
        for (index, working) in self.working.iter().enumerate() {
            if working.con_id() == con_id && working.action() == action {
                let limit = working.limit.unwrap_or(match action {
                    Action::Buy => i64::MAX,
                    Action::Sell => 0,
                });
                let rank = match action {
                    Action::Buy => limit.saturating_neg(),
                    Action::Sell => limit,
                };
                ranks.push((rank, working.arrival, index));
            }
        }
        ranks.sort_unstable();
        ranks.into_iter().map(|(_, _, index)| index).collect()
    }

    /// The quote or the book changed.
    fn on_change(&mut self, scene: Scene<'_>, out: &mut Vec<Event>) {
        let quote = scene.market.quote(scene.listing.con_id, scene.at);
        for action in [Action::Buy, Action::Sell] {
            for index in self.ranked(scene.listing.con_id, action) {
                self.look(index, scene, quote, out);
            }
        }
    }

    /// One order looks at the market: it arrives, takes, is crossed, or follows its queue.
    pub(super) fn look_now(&mut self, index: usize, listing: &Listing, market: &dyn Market, out: &mut Vec<Event>) {
        let quote = market.quote(listing.con_id, self.now);
        self.look(index, Scene { market, listing, at: self.now }, quote, out);
    }

    fn look(&mut self, index: usize, scene: Scene<'_>, quote: Option<Quote>, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        let request = &working.order.request;
        if working.stage == Stage::Held || working.order.status.is_final() {
            return;
        }
        if working.limit.is_none() {
            working.limit = limit_ticks(request.kind, scene.listing);
        }
        let session = scene.market.session(request.con_id, scene.at, request.outside_rth);
        working.live = session.open && quote.is_some();
        let Some(quote) = quote.filter(|_| session.open) else { return };
        if working.stage == Stage::Waiting {
            working.stage = Stage::Taking;
            working.order.status = Status::Submitted;
            self.report(index, out);
        }
        match self.working.get(index).map(|working| working.stage) {
            Some(Stage::Taking) => self.take(index, scene, quote, out),
            Some(Stage::Resting) => self.rest(index, scene, quote, out),
            _ => {}
        }
    }

    /// Walks the book from the touch to the limit, then rests, or ends if it is immediate-or-cancel.
    fn take(&mut self, index: usize, scene: Scene<'_>, quote: Quote, out: &mut Vec<Event>) {
        let Some(working) = self.working.get(index) else { return };
        let side = working.action().takes_from();
        let touch = side.of(quote);
        let far = side.deeper(touch, reach(touch)).max(1);
        let limit = working.limit;
        let (last, reaches) = match limit {
            Some(limit) if !side.is_better(far, limit) => (limit, true),
            Some(_) | None => (far, false),
        };
        self.sweep(index, scene, (touch, last), None, out);
        let Some(working) = self.working.get_mut(index) else { return };
        if working.left() == 0 {
            return;
        }
        if working.order.request.tif == Tif::Ioc {
            self.end(index, scene.at, "the rest was not there at once", out);
        } else if let Some(limit) = limit
            && reaches
        {
            let own = working.action().rests_on();
            let best = own.of(quote);
            let level = if own.is_better(limit, best) {
                0
            } else {
                self.takings.visible(scene.market, scene.listing, own, limit, scene.at)
            };
            working.stage = Stage::Resting;
            working.ahead = level;
            working.level = level;
        }
    }

    /// Trades against the visible levels of the other side from `touch` to `last`: at the level's price, or all at `ours`.
    fn sweep(
        &mut self,
        index: usize,
        scene: Scene<'_>,
        (touch, last): (i64, i64),
        ours: Option<i64>,
        out: &mut Vec<Event>,
    ) {
        let Some(working) = self.working.get(index) else { return };
        let side = working.action().takes_from();
        let mut left = working.left();
        let mut price = touch;
        let mut together = 0;
        while left > 0 && !side.is_better(last, price) {
            let there = self.takings.visible(scene.market, scene.listing, side, price, scene.at);
            let shares = there.min(left);
            if shares > 0 {
                self.takings.take(scene.listing, side, price, shares, scene.at);
                left = left.saturating_sub(shares);
                match ours {
                    Some(_) => together = shares.saturating_add(together),
                    None => {
                        let fill = Fill { shares, price, liquidity: Liquidity::Removed, tape: Tape::Adds };
                        self.fill(index, scene, &fill, out);
                    }
                }
            }
            price = side.deeper(price, 1);
        }
        if let Some(price) = ours
            && together > 0
        {
            let fill = Fill { shares: together, price, liquidity: Liquidity::Added, tape: Tape::Adds };
            self.fill(index, scene, &fill, out);
        }
    }

    /// A resting order at a change: crossed by the other side it trades at its own price, else it follows its queue.
    fn rest(&mut self, index: usize, scene: Scene<'_>, quote: Quote, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        let Some(limit) = working.limit else { return };
        let own = working.action().rests_on();
        let other = own.other();
        let touch = other.of(quote);
        if !other.is_better(limit, touch) {
            working.ahead = 0;
            working.level = 0;
            let far = other.deeper(touch, reach(touch));
            let last = if other.is_better(limit, far) { limit } else { far };
            self.sweep(index, scene, (touch, last), Some(limit), out);
        } else if own.is_better(limit, own.of(quote)) {
            working.ahead = 0;
            working.level = 0;
        } else {
            let shown = self.takings.visible(scene.market, scene.listing, own, limit, scene.at);
            if shown < working.level {
                working.ahead = share(working.ahead, shown, working.level);
            }
            working.level = shown;
        }
    }

    /// The background traded: those whose price it passed first, then the queue at its price.
    fn on_print(&mut self, scene: Scene<'_>, print: Print, out: &mut Vec<Event>) {
        let con_id = scene.listing.con_id;
        let mut budget = print.size;
        for action in [Action::Buy, Action::Sell] {
            let side = action.rests_on();
            self.takings.printed(scene.market, scene.listing, side, print.price, scene.at);
            let ranked = self.ranked(con_id, action);
            let mut passed = 0;
            for index in ranked {
                let Some(working) = self.working.get_mut(index) else { continue };
                let Some(limit) = working.limit else { continue };
                if !working.rests_on(con_id, side) || side.is_better(print.price, limit) {
                    continue;
                }
                if limit == print.price {
                    let before = working.ahead.saturating_sub(passed).max(0).min(budget);
                    passed = passed.saturating_add(before);
                    budget = budget.saturating_sub(before);
                    working.ahead = working.ahead.saturating_sub(passed).max(0);
                    working.level = working.level.saturating_sub(passed).max(0);
                }
                let shares = working.left().min(budget);
                if shares > 0 {
                    budget = budget.saturating_sub(shares);
                    let tape = Tape::Replaces { at: print.at, index: print.index };
                    let fill = Fill { shares, price: limit, liquidity: Liquidity::Added, tape };
                    self.fill(index, scene, &fill, out);
                }
            }
        }
    }

    /// Books one fill and reports it.
    fn fill(&mut self, index: usize, scene: Scene<'_>, fill: &Fill, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        let order = &mut working.order;
        let price = Price(mul(scene.listing.tick.0, qty(fill.price).0).normalize());
        let quantity = qty(fill.shares);
        order.filled.0 = add(order.filled.0, quantity.0);
        order.value.0 = add(order.value.0, mul(price.0, quantity.0));
        order.last_price = price;
        let request = &order.request;
        let traded = Traded { quantity, value: Cash(mul(price.0, quantity.0)) };
        let amount = self.ledger.charge(&self.executions, order.perm_id, scene.at, request.action, traded);
        let sequence = self.next_execution;
        self.next_execution = sequence.saturating_add(1);
        let realized = self.ledger.book(request.con_id, request.action, quantity, price, amount);
        let exec_id = format!("0000e0d5.{sequence:08x}.01.01");
        let commission = Commission { client_id: request.client_id, exec_id: exec_id.clone(), amount, realized };
        let execution = Execution {
            exec_id,
            sequence,
            at: scene.at,
            client_id: request.client_id,
            order_id: request.order_id,
            perm_id: order.perm_id,
            con_id: request.con_id,
            exchange: scene.listing.exchange.clone(),
            action: request.action,
            quantity,
            price,
            cumulative: order.filled,
            avg_price: order.avg_price(),
            order_ref: request.order_ref.clone(),
            liquidity: fill.liquidity,
            tape: fill.tape,
            commission: commission.clone(),
        };
        if order.remaining().is_zero() {
            order.status = Status::Filled;
            order.completed = Some(scene.at);
        }
        let position = self.ledger.position(request.con_id);
        self.touched.orders.insert(order.perm_id);
        self.touched.holdings.insert(request.con_id);
        self.touched.executions = self.touched.executions.saturating_add(1);
        self.tape.push(OwnPrint::of(&execution));
        self.executions.push(execution.clone());
        out.push(Event::Execution(Box::new(execution)));
        if order.status == Status::Filled {
            out.push(Event::OpenOrder(Box::new(order.clone())));
        }
        out.push(Event::OrderStatus(StatusReport::of(order)));
        out.push(Event::Commission(commission));
        out.push(Event::PositionChanged(position));
    }

    /// Says how an order stands.
    pub(super) fn report(&mut self, index: usize, out: &mut Vec<Event>) {
        if let Some(working) = self.working.get(index) {
            self.touched.orders.insert(working.order.perm_id);
            out.push(Event::OpenOrder(Box::new(working.order.clone())));
            out.push(Event::OrderStatus(StatusReport::of(&working.order)));
        }
    }

    /// Cancels a working order; it stays in place until [`Venue::retire`].
    pub(super) fn end(&mut self, index: usize, at: Nanos, reason: &str, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        let order = &mut working.order;
        order.status = Status::PendingCancel;
        out.push(Event::OrderStatus(StatusReport::of(order)));
        order.status = Status::Cancelled;
        order.completed = Some(at);
        reason.clone_into(&mut order.reason);
        let refusal = super::order::Fault::new(202, format!("Order Canceled - reason:{reason}"))
            .of(order.request.client_id, order.request.order_id);
        self.report(index, out);
        out.push(Event::Error(refusal));
    }

    /// After a gap that is not replayed: the orders go on from `at`, at the place in the queue they had or a better one.
    pub fn resume(&mut self, at: Nanos, market: &dyn Market) -> Vec<Event> {
        let mut out = Vec::new();
        self.now = self.now.max(at);
        self.takings = super::book::Takings::default();
        self.roll(market);
        self.expire_late(&mut out);
        for index in 0..self.working.len() {
            let Some(working) = self.working.get_mut(index) else { continue };
            let Some(listing) = market.listing(working.con_id()) else { continue };
            let request = &working.order.request;
            working.limit = limit_ticks(request.kind, &listing);
            let session = market.session(request.con_id, self.now, request.outside_rth);
            let quote = market.quote(request.con_id, self.now);
            working.live = session.open && quote.is_some();
            if let (Some(limit), Stage::Resting) = (working.limit, working.stage) {
                let side = working.action().rests_on();
                let shown = market.shown(listing.con_id, side, limit, self.now);
                working.ahead = working.ahead.min(shown);
                working.level = shown;
            }
        }
        finish(out)
    }

    /// Ends at their own moment the orders whose time ran out during a gap.
    fn expire_late(&mut self, out: &mut Vec<Event>) {
        let mut due: Vec<(Nanos, usize)> = Vec::new();
        for (index, working) in self.working.iter().enumerate() {
            if let Some(expires) = working.order.expires.filter(|expires| *expires <= self.now) {
                due.push((expires, index));
            }
        }
        due.sort_unstable();
        for (expires, index) in due {
            self.end(index, expires, "time in force is over", out);
        }
        self.retire();
    }
}

/// `part` of `whole` as a share of `amount`, rounded down.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let product = i128::from(amount).saturating_mul(i128::from(part));
    product.checked_div(i128::from(whole)).and_then(|share| i64::try_from(share).ok()).unwrap_or(0)
}

/// The limit of an order in ticks of its contract.
pub(super) fn limit_ticks(kind: Kind, listing: &Listing) -> Option<i64> {
    kind.limit().and_then(|price| price.ticks_from(Price::ZERO, listing.tick))
}

/// Ends a batch: one word about the account if it traded.
pub(super) fn finish(mut out: Vec<Event>) -> Vec<Event> {
    if out.iter().any(|event| matches!(event, Event::Execution(_))) {
        out.push(Event::AccountChanged);
    }
    out
}
