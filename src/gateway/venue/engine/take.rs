//! Taking from the book, and booking what was traded.

use super::super::Venue;
use super::super::book::reach;
use super::super::event::{Commission, Event, Execution, Liquidity, StatusReport, Tape};
use super::super::exact::{add, mul};
use super::super::fees::Traded;
use super::super::market::Quote;
use super::super::order::{Kind, Status};
use super::super::tape::{OwnPrint, qty};
use super::family::Unsettled;
use super::{Scene, Stage};
use crate::money::{Cash, Price};

/// One trade to book: how much, where.
pub(super) struct Fill {
    pub shares: i64,
    pub price: i64,
    pub liquidity: Liquidity,
    pub tape: Tape,
}

impl Venue {
    /// Walks the book from the touch to the limit, then rests, or ends if it is immediate.
    pub(super) fn take(&mut self, index: usize, scene: Scene<'_>, quote: Quote, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        if working.left() == 0 {
            return;
        }
        let side = working.action().takes_from();
        let touch = side.of(quote);
        if working.order.request.kind == Kind::MarketToLimit && working.place.limit.is_none() && touch > 0 {
            working.set_limit(touch, scene.listing);
        }
        let far = side.deeper(touch, reach(touch)).max(1);
        let nearest = |limit: Option<i64>| limit.filter(|limit| !side.is_better(far, *limit));
        let last = nearest(working.reach(scene.listing)).unwrap_or(far);
        if self.offered(index, scene, (touch, last)) {
            self.sweep(index, scene, (touch, last), None, out);
        }
        let Some(working) = self.working.get_mut(index) else { return };
        if working.left() == 0 {
            return;
        }
        let immediate = working.order.request.tif.is_immediate();
        let limit = nearest(working.place.limit);
        if immediate {
            self.end(index, scene.at, Status::Cancelled, "the rest was not there at once", out);
        } else if let Some(limit) = limit {
            self.join(index, scene, quote, limit);
        }
    }

    /// Goes to the end of the queue at `limit`.
    pub(super) fn join(&mut self, index: usize, scene: Scene<'_>, quote: Quote, limit: i64) {
        let Some(working) = self.working.get_mut(index) else { return };
        let own = working.action().rests_on();
        let level = if own.is_better(limit, own.of(quote)) {
            0
        } else {
            self.takings.visible(scene.market, scene.listing, own, limit, scene.at)
        };
        working.place.stage = Stage::Resting;
        working.place.ahead = level;
        working.place.level = level;
        working.place.shown = working.display().unwrap_or(0).min(working.left());
    }

    /// Whether the levels from `touch` to `last` show as many shares as the order must trade together.
    pub(super) fn offered(&self, index: usize, scene: Scene<'_>, (touch, last): (i64, i64)) -> bool {
        let Some(working) = self.working.get(index) else { return false };
        let side = working.action().takes_from();
        let mut missing = working.need();
        if missing <= 1 {
            // One share needs no counting: the sweep finds it or not.
            return true;
        }
        let mut price = touch;
        while missing > 0 && !side.is_better(last, price) {
            let there = self.takings.visible(scene.market, scene.listing, side, price, scene.at);
            missing = missing.saturating_sub(there);
            price = side.deeper(price, 1);
        }
        missing <= 0
    }

    /// Trades against the visible levels of the other side from `touch` to `last`: at the level's price, or all at `ours`.
    pub(super) fn sweep(
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

    /// Books one fill and reports it; what it means for the orders tied to this one follows at once or is left to
    /// [`Venue::settle`].
    pub(super) fn fill(&mut self, index: usize, scene: Scene<'_>, fill: &Fill, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        let left_before = working.order.remaining();
        let order = &mut working.order;
        let price = Price(mul(scene.listing.tick.0, qty(fill.price).0).normalize());
        let quantity = qty(fill.shares);
        order.filled.0 = add(order.filled.0, quantity.0);
        order.value.0 = add(order.value.0, mul(price.0, quantity.0));
        order.last_price = price;
        let request = &order.request;
        let traded = Traded { quantity, value: Cash(mul(price.0, quantity.0)) };
        let amount =
            self.ledger.charge(&self.executions, order.perm_id, (scene.at, scene.listing.spec), request.action, traded);
        let sequence = self.next_execution;
        self.next_execution = sequence.saturating_add(1);
        let realized = self.ledger.book((request.con_id, scene.listing.spec), request.action, quantity, price, amount);
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
            order.standing.held = super::super::order::Held::default();
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
        if order.status == Status::Filled {
            // TWS says this twice.
            out.push(Event::OrderStatus(StatusReport::of(order)));
        }
        out.push(Event::Commission(commission));
        out.push(Event::PositionChanged(position));
        let key = (order.request.client_id, order.request.order_id);
        self.unsettled.push(Unsettled::Filled { key });
        self.spread_fill(index, fill.shares, super::super::tape::shares(left_before), scene.at, out);
    }
}
