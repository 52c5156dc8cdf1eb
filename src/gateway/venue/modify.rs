//! Changing a working order: what may change, and what it costs.
//!
//! Size, prices, offsets, time in force and attributes may change; contract, side and the way into or out of an auction may not (105), nor the type (329), the
//! parent (105) or the OCA group (10326, its type 10327) — a change that leaves parent and group out keeps them. A child may name
//! its parent only while the parent works (135). Once elected, a stop's trigger is history (105); its size and limit may
//! change. A smaller size keeps the place in the queue; another price or display, or a larger size, loses it. Every change
//! moves the end of a GTC order. Conditions may change until they have released the order (105), an order that an algorithm
//! works not at all (440). In its auction's last minutes an order stays as it is (201).

use super::engine::{Stage, Working};
use super::entry::{begin_trigger, keep_to_regular_hours};
use super::event::Event;
use super::market::{Listing, Market};
use super::order::{Fault, Kind, OrderRequest, Tif};
use super::tape::shares;
use super::{Venue, check};

impl Venue {
    /// Changes a working order.
    pub(super) fn modify(
        &mut self,
        index: usize,
        market: &dyn Market,
        mut request: OrderRequest,
        out: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let Some(working) = self.working.get(index) else { return Ok(()) };
        let proper = check::proper(market, &request)?;
        let before = &working.order.request;
        changeable(working, &request)?;
        self.keep_family(working, &mut request)?;
        if self.is_locked(index, market) {
            return Err(Fault::new(201, "Order rejected - reason:The auction's cut-off for changes is past"));
        }
        let grows = request.quantity > before.quantity;
        if grows || request.kind != before.kind {
            self.affordable(market, &proper, &request)?;
        }
        let expires = self.expiry(market, &request)?;
        keep_to_regular_hours(&mut request, out);
        let arrival = self.arrive();
        let parent = (request.client_id, request.terms.parent_id);
        let released = if parent.1 == 0 { None } else { self.allowance(parent, shares(request.quantity)) };
        let Some(working) = self.working.get_mut(index) else { return Ok(()) };
        if request.quantity != working.order.request.quantity {
            // The size is what the client says now: what its group took before is in it.
            working.place.cut = 0;
            working.place.released = released;
        }
        let held = working.place.stage == Stage::Held;
        let before = std::mem::replace(&mut working.order.request, request);
        let request = &working.order.request;
        if request.tif != before.tif || request.outside_rth != before.outside_rth || request.tif == Tif::Gtc {
            working.order.expires = expires;
        }
        if request.terms.conditions != before.terms.conditions {
            // Other tests begin from nothing; without any the order is free.
            working.place.waits = request.terms.conditions.as_ref().is_some_and(|c| !c.cancels);
            working.place.executed = 0;
            working.counts.clear();
        }
        if held && request.transmit {
            working.place.stage = Working::first_stage(request.kind);
        }
        let (seen, asked) = (&before.terms, &request.terms);
        let shows_otherwise = (seen.hidden, seen.display, seen.all_or_none, seen.discretion)
            != (asked.hidden, asked.display, asked.all_or_none, asked.discretion);
        let other_price = reprice(working, before.kind, (proper.limit, proper.stop), &proper.listing);
        let loses_place = grows || held || other_price || shows_otherwise;
        if loses_place {
            working.place.arrival = arrival;
        }
        let immediate = working.order.request.tif.is_immediate();
        if (loses_place || immediate) && working.place.stage == Stage::Resting {
            working.place.stage = Stage::Taking;
        }
        working.place.shown = working.place.shown.min(working.left());
        let looks = working.place.stage != Stage::Resting;
        let key = (working.order.request.client_id, working.order.request.order_id);
        let transmitted = held && working.place.stage != Stage::Held;
        self.report(index, out);
        if looks {
            self.weigh(index, market, self.now, None, out);
            self.look_at(index, &proper.listing, market, self.now, out);
        }
        if transmitted {
            self.release_family(key, market, out);
        }
        Ok(())
    }

    /// Leaves an order in its family: what a change does not say of it stays, and nothing else may be said.
    fn keep_family(&self, working: &Working, request: &mut OrderRequest) -> Result<(), Fault> {
        let before = &working.order.request.terms;
        let parent_id = request.terms.parent_id;
        if parent_id != 0 {
            if parent_id != before.parent_id {
                return Err(mismatch());
            }
            let works = self.index(request.client_id, parent_id).is_some();
            if !works && working.place.stage != Stage::Held {
                return Err(Fault::new(135, format!("Can't find order with id ={parent_id}")));
            }
        }
        request.terms.parent_id = before.parent_id;
        match (&before.oca, &request.terms.oca) {
            (Some(was), Some(is)) if was.group == is.group && was.kind != is.kind => {
                return Err(Fault::new(10327, "OCA group type revision is not allowed."));
            }
            (was, Some(is)) if was.as_ref() != Some(is) => {
                return Err(Fault::new(10326, "OCA group revision is not allowed."));
            }
            _ => request.terms.oca.clone_from(&before.oca),
        }
        Ok(())
    }
}

fn mismatch() -> Fault {
    Fault::new(105, "Order being modified does not match original order.")
}

/// Refuses what no change may touch.
fn changeable(working: &Working, request: &OrderRequest) -> Result<(), Fault> {
    let before = &working.order.request;
    if before.terms.algo.is_some() || request.terms.algo.is_some() {
        return Err(Fault::new(440, "The order with algo definition cannot be modified."));
    }
    let other = before.con_id != request.con_id || before.action != request.action;
    if other || before.cross() != request.cross() {
        return Err(mismatch());
    }
    if before.kind.word() != request.kind.word() {
        return Err(Fault::new(329, "Order modify failed. Cannot change to the new order type."));
    }
    if request.quantity <= working.order.filled {
        return Err(Fault::invalid("The new size is not above what is filled already"));
    }
    let released = before.terms.conditions.as_ref().is_some_and(|c| !c.cancels) && !working.place.waits;
    let held = working.place.stage == Stage::Held;
    let conditions_change = before.terms.conditions != request.terms.conditions;
    if conditions_change && !held && (released || before.terms.conditions.is_none()) {
        return Err(mismatch());
    }
    if !request.transmit && working.place.stage != Stage::Held {
        return Err(Fault::invalid("A transmitted order cannot be held again"));
    }
    let elected = before.kind.is_triggered() && matches!(working.place.stage, Stage::Taking | Stage::Resting);
    let same_trigger = match (before.kind, request.kind) {
        (Kind::StopLimit { trigger: was, .. }, Kind::StopLimit { trigger: is, .. })
        | (Kind::TouchedLimit { trigger: was, .. }, Kind::TouchedLimit { trigger: is, .. }) => was == is,
        (Kind::Trail { by: was, .. }, Kind::Trail { by: is, .. }) => was == is,
        (Kind::TrailLimit { by: was, room: had, .. }, Kind::TrailLimit { by: is, room, .. }) => {
            was == is && had == room
        }
        (was, is) => was == is,
    };
    if elected && !same_trigger {
        return Err(mismatch());
    }
    Ok(())
}

/// Puts limit and trigger where the changed terms state them; `true` if the price it works at is another.
fn reprice(working: &mut Working, before: Kind, (limit, stop): (Option<i64>, Option<i64>), listing: &Listing) -> bool {
    let kind = working.order.request.kind;
    let was = working.place.limit;
    match kind {
        Kind::Market | Kind::MarketOnClose | Kind::MarketToLimit => {}
        Kind::Limit(_) | Kind::LimitOnClose(_) => working.place.limit = limit,
        Kind::Peg { .. } | Kind::Snap { .. } => {
            if kind != before {
                working.place.limit = None;
                working.order.standing.limit = None;
            }
        }
        Kind::Stop(_)
        | Kind::StopLimit { .. }
        | Kind::Touched(_)
        | Kind::TouchedLimit { .. }
        | Kind::Trail { .. }
        | Kind::TrailLimit { .. } => {
            let elected = matches!(working.place.stage, Stage::Taking | Stage::Resting);
            if elected {
                // A trailing limit is where its trigger left it.
                if kind.trails().is_none() {
                    working.place.limit = limit;
                }
            } else if kind != before && (kind.trails().is_none() || stop.is_some() || kind.trails() != before.trails())
            {
                working.order.standing.stop = None;
                working.order.standing.limit = None;
                begin_trigger(working, stop, listing);
            }
        }
    }
    was != working.place.limit
}
