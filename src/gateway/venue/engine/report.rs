//! What orders are told about themselves, and how they end.

use super::super::Venue;
use super::super::event::{Event, StatusReport};
use super::super::order::{Fault, Status, Tif};
use super::family::Unsettled;
use crate::gateway::Nanos;
use crate::gateway::venue::tape::shares;

impl Venue {
    /// Says how an order stands.
    pub(in super::super) fn report(&mut self, index: usize, out: &mut Vec<Event>) {
        if let Some(working) = self.working.get_mut(index) {
            working.order.standing.held = working.held();
            self.touched.orders.insert(working.order.perm_id);
            out.push(Event::OpenOrder(Box::new(working.order.clone())));
            out.push(Event::OrderStatus(StatusReport::of(&working.order)));
        }
    }

    /// Says at what an order works now, its state being the same: a trail moved.
    pub(super) fn report_terms(&mut self, index: usize, out: &mut Vec<Event>) {
        if let Some(working) = self.working.get(index) {
            self.touched.orders.insert(working.order.perm_id);
            out.push(Event::OpenOrder(Box::new(working.order.clone())));
        }
    }

    /// The client cancels a working order; it stays in place until [`Venue::retire`].
    pub(in super::super) fn cancel_asked(&mut self, index: usize, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        working.order.status = Status::PendingCancel;
        out.push(Event::OrderStatus(StatusReport::of(&working.order)));
        let now = self.now;
        self.end(index, now, Status::Cancelled, "", out);
    }

    /// The order's time is over: a DTC order is deactivated, any other cancelled.
    pub(super) fn run_out(&mut self, index: usize, at: Nanos, out: &mut Vec<Event>) {
        let deactivated = self.working.get(index).is_some_and(|working| working.order.request.tif == Tif::Dtc);
        if deactivated {
            self.end(index, at, Status::Inactive, "deactivated at the end of the day", out);
        } else {
            self.end(index, at, Status::Cancelled, "time in force is over", out);
        }
    }

    /// Ends a working order; it stays in place until [`Venue::retire`].
    pub(super) fn end(&mut self, index: usize, at: Nanos, status: Status, reason: &str, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        let order = &mut working.order;
        order.status = status;
        order.completed = Some(at);
        reason.clone_into(&mut order.reason);
        let key = (order.request.client_id, order.request.order_id);
        let (filled, size) = (shares(order.filled), shares(order.request.quantity));
        let size = size.saturating_add(working.place.cut);
        self.report(index, out);
        if status == Status::Cancelled {
            let text = format!("Order Canceled - reason:{reason}");
            out.push(Event::Error(Fault::new(202, text).of(key.0, key.1)));
        }
        self.unsettled.push(Unsettled::Ended { key, filled, size });
    }
}

/// Ends a batch: one word about the account if it traded.
pub(in super::super) fn finish(mut out: Vec<Event>) -> Vec<Event> {
    if out.iter().any(|event| matches!(event, Event::Execution(_))) {
        out.push(Event::AccountChanged);
    }
    out
}
