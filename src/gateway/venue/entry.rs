//! New orders: what is asked of them at the door, and how they begin.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::engine::family::OrderKey;
use super::engine::{Place, Stage, Working};
use super::engine::{auction, slice};
use super::event::{Event, StatusReport};
use super::market::{Listing, Market};
use super::order::{Fault, Kind, Oca, OcaType, Order, OrderRequest, Standing, Status, Tif};
use super::tape::shares;
use super::{Venue, check, rules};
use crate::clock::eastern;
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

const SECOND: Nanos = 1_000_000_000;

impl Venue {
    /// Takes in a new order.
    pub(super) fn enter(
        &mut self,
        market: &dyn Market,
        mut request: OrderRequest,
        out: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let (client_id, order_id) = (request.client_id, request.order_id);
        if order_id > 0 && order_id < self.next_valid_id(client_id) {
            let status = self.find(client_id, order_id).map(|order| order.status);
            return Err(match status {
                Some(Status::Filled) => Fault::new(104, "Cannot modify a filled order."),
                _ => Fault::new(103, "Duplicate order id"),
            });
        }
        let proper = check::proper(market, &request)?;
        self.fits_family(&request)?;
        auction::in_time(market, &request, self.now)?;
        let expires = self.expiry(market, &request)?;
        let algo = request.terms.algo;
        let span = algo.map_or((0, 0), |algo| slice::span(market, &request, algo, self.now));
        // What an algorithm has not traded at its end is cancelled.
        let expires = if algo.is_some_and(|algo| !algo.past) { expires.map(|at| at.min(span.1)) } else { expires };
        keep_to_regular_hours(&mut request, out);
        let affordable = self.affordable(market, &proper, &request);
        self.last_ids.insert(client_id, order_id);
        self.touched.clients.insert(client_id);
        let perm_id = self.next_perm;
        self.next_perm = perm_id.saturating_add(1);
        self.touched.orders.insert(perm_id);
        self.join_siblings(&mut request);
        let mut order = Order {
            expires,
            request,
            perm_id,
            status: Status::PreSubmitted,
            filled: Qty::ZERO,
            value: Cash::ZERO,
            last_price: Price::ZERO,
            placed: self.now,
            completed: None,
            reason: String::new(),
            standing: Standing::default(),
        };
        if let Err(fault) = affordable {
            order.status = Status::Inactive;
            order.completed = Some(self.now);
            order.reason.clone_from(&fault.text);
            out.push(Event::OrderStatus(StatusReport::of(&order)));
            self.done.push(order);
            return Err(fault);
        }
        let index = self.seat(order, &proper.listing, (proper.limit, proper.stop), span);
        self.report(index, out);
        self.weigh(index, market, self.now, None, out);
        self.look_at(index, &proper.listing, market, self.now, out);
        self.warn_if_waiting(index, market, out);
        if self.working.get(index).is_some_and(|working| working.place.stage != Stage::Held) {
            self.release_family((client_id, order_id), market, out);
        }
        Ok(())
    }

    /// Gives a new order its place among the working ones.
    fn seat(
        &mut self,
        order: Order,
        listing: &Listing,
        (limit, stop): (Option<i64>, Option<i64>),
        span: (Nanos, Nanos),
    ) -> usize {
        let request = &order.request;
        let parent: OrderKey = (request.client_id, request.terms.parent_id);
        let released = if parent.1 == 0 { None } else { self.allowance(parent, shares(request.quantity)) };
        let kind = request.kind;
        let stage = if request.transmit { Working::first_stage(kind) } else { Stage::Held };
        // A triggered order has no limit before it is elected.
        let limit = limit.filter(|_| !kind.is_triggered());
        let waits = request.terms.conditions.as_ref().is_some_and(|c| !c.cancels);
        let since = self.next_execution;
        // Before its algorithm has allowed anything it trades nothing.
        let slice = request.terms.algo.map(|_| 0);
        let place =
            Place { arrival: self.arrive(), stage, limit, released, waits, since, slice, span, ..Place::default() };
        let mut working = Working { order, place, live: false, counts: Vec::new() };
        begin_trigger(&mut working, stop, listing);
        self.working.push(working);
        self.working.len().saturating_sub(1)
    }

    /// 135 for a parent that does not work, 328 for a trail attached to the wrong type, 10326 for a group that is spent.
    fn fits_family(&self, request: &OrderRequest) -> Result<(), Fault> {
        let parent_id = request.terms.parent_id;
        if parent_id != 0 {
            let parent = self.working.iter().find(|working| working.order.is(request.client_id, parent_id));
            let Some(parent) = parent.filter(|_| parent_id != request.order_id) else {
                return Err(Fault::new(135, format!("Can't find order with id ={parent_id}")));
            };
            if parent.order.request.terms.algo.is_some() {
                return Err(Fault::new(442, "Specified algorithm is not allowed for this order."));
            }
            let limited = matches!(parent.order.request.kind, Kind::Limit(_) | Kind::StopLimit { .. });
            if request.kind.trails().is_some() && !limited {
                let text = "Trailing stop orders can be attached to limit or stop-limit orders only.";
                return Err(Fault::new(328, text));
            }
        }
        if let Some(oca) = &request.terms.oca {
            let spent = self.done.iter().any(|order| {
                !order.filled.is_zero() && order.request.terms.oca.as_ref().is_some_and(|o| o.group == oca.group)
            });
            if spent {
                return Err(Fault::new(10326, "OCA group revision is not allowed."));
            }
        }
        Ok(())
    }

    /// A child without a group of its own is in that of its parent's children.
    fn join_siblings(&self, request: &mut OrderRequest) {
        let parent = self
            .working
            .iter()
            .find(|working| working.order.is(request.client_id, request.terms.parent_id))
            .map(|working| working.order.perm_id);
        if let (Some(perm_id), None) = (parent, &request.terms.oca) {
            request.terms.oca = Some(Oca { group: perm_id.to_string(), kind: OcaType::ReduceLater });
        }
    }

    /// 399 for an order that has to wait for its session.
    fn warn_if_waiting(&self, index: usize, market: &dyn Market, out: &mut Vec<Event>) {
        let Some(working) = self.working.get(index) else { return };
        let request = &working.order.request;
        let listing = market.listing(request.con_id);
        let extended = listing.map_or(request.outside_rth, |listing| listing.extended(request));
        let session = market.session(request.con_id, self.now, extended);
        let waits = matches!(working.place.stage, Stage::Waiting | Stage::Armed) && !working.is_unborn();
        if !waits || session.open || request.tif == Tif::Opening {
            return;
        }
        let opens =
            Timestamp::from_nanosecond(i128::from(session.opens)).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(eastern());
        let text = format!(
            "Order Message:\n{} {} {}\nWarning: your order will not be placed at the exchange until {} US/Eastern",
            request.action.word(),
            request.quantity,
            symbol_of(market, request.con_id),
            opens.strftime("%F %T"),
        );
        out.push(Event::Error(Fault::new(399, text).of(request.client_id, request.order_id)));
    }

    /// When an order dies by itself, with its contract at the latest; 334 for a time that is past.
    pub(super) fn expiry(&self, market: &dyn Market, request: &OrderRequest) -> Result<Option<Nanos>, Fault> {
        let own = self.own_expiry(market, request)?;
        let ends = market.listing(request.con_id).and_then(|listing| listing.ends);
        Ok(match (own, ends) {
            (Some(own), Some(ends)) => Some(own.min(ends)),
            (own, ends) => own.or(ends),
        })
    }

    fn own_expiry(&self, market: &dyn Market, request: &OrderRequest) -> Result<Option<Nanos>, Fault> {
        if let Some(cross) = request.cross() {
            let hour = auction::hour(market, request, cross, self.now);
            return Ok(Some(auction::expiry(hour, cross)));
        }
        let outside = request.outside_rth && !request.is_regular_only();
        Ok(Some(match request.tif {
            Tif::Gtc => return Ok(next_quarters_end(self.now)),
            Tif::Until(until) if until > self.now => until,
            Tif::Until(_) => return Err(Fault::new(334, "Invalid Good Till Date order")),
            Tif::Lasting(seconds) => self.now.saturating_add(SECOND.saturating_mul(Nanos::from(seconds))),
            Tif::Day | Tif::Dtc | Tif::Ioc | Tif::Fok | Tif::Opening => {
                market.session(request.con_id, self.now, outside).day_end
            }
        }))
    }

    /// The next rank in time.
    pub(super) fn arrive(&mut self) -> u64 {
        let arrival = self.next_arrival;
        self.next_arrival = arrival.saturating_add(1);
        arrival
    }
}

/// Takes extended hours off an order that cannot use them, and warns of it.
pub(super) fn keep_to_regular_hours(request: &mut OrderRequest, out: &mut Vec<Event>) {
    if request.outside_rth && request.is_regular_only() {
        request.outside_rth = false;
        let warning = Fault::new(2109, rules::NO_EXTENDED_HOURS);
        out.push(Event::Error(warning.of(request.client_id, request.order_id)));
    }
}

/// Puts a triggered order's trigger where its terms state it.
pub(super) fn begin_trigger(working: &mut Working, stop: Option<i64>, listing: &Listing) {
    working.place.seen = 0;
    let trails = working.order.request.kind.trails().is_some();
    match stop {
        Some(stop) if trails => working.set_stop(stop, listing),
        stop => working.place.stop = stop,
    }
}

/// The end of the calendar quarter after the one of `at`, in exchange time: when IB ends a GTC order.
fn next_quarters_end(at: Nanos) -> Option<Nanos> {
    let date = Timestamp::from_nanosecond(i128::from(at)).ok()?.to_zoned(eastern()).date();
    let into = date.month().checked_sub(1)?.checked_rem(3)?;
    let quarter = Date::new(date.year(), date.month().checked_sub(into)?, 1).ok()?;
    let end = quarter.checked_add(6.months()).ok()?.to_zoned(eastern()).ok()?;
    i64::try_from(end.timestamp().as_nanosecond()).ok()
}

/// The symbol of a contract, for messages.
fn symbol_of(market: &dyn Market, con_id: ConId) -> String {
    market.listing(con_id).map_or_else(String::new, |listing| listing.symbol)
}
