//! Short sales that wait for shares to borrow.
//!
//! An order that would sell short more shares than can be borrowed ([`Market::borrowable`]) is held at the broker: PreSubmitted, `whyHeld`
//! is `locate`, and 404 says so once. It goes on when enough shares are there: at a quote change after they were found,
//! or on another day. It keeps its own end: a DAY order that nobody found shares for dies with the day. What leads out of a
//! position waits for nothing.
//!
//! Absent: borrow fees, buy-ins, and the case that shares that were there are gone before the sale fills.

use rust_decimal::Decimal;

use super::Venue;
use super::engine::Stage;
use super::event::Event;
use super::exact::sub;
use super::market::Market;
use super::order::{Action, Fault};
use crate::gateway::Nanos;

impl Venue {
    /// Whether an order waits for shares to borrow; tells its client when that begins and when it ends.
    pub(super) fn is_locating(&mut self, index: usize, market: &dyn Market, at: Nanos, out: &mut Vec<Event>) -> bool {
        let Some(working) = self.working.get(index) else { return false };
        let waits = matches!(working.place.stage, Stage::Waiting | Stage::Armed);
        let was = working.order.standing.held.locate;
        let is = waits && self.short_of_shares(index, market, at);
        let Some(working) = self.working.get_mut(index) else { return false };
        if is {
            working.live = false;
        }
        if was != is {
            working.order.standing.held.locate = is;
            let request = &working.order.request;
            let fault = Fault::new(
                404,
                "Shares for this order are not immediately available for short sale. The order will be held while we attempt to \
                 locate the shares.",
            );
            let refusal = fault.of(request.client_id, request.order_id);
            self.report(index, out);
            if is {
                out.push(Event::Error(refusal));
            }
        }
        is
    }

    /// Whether it would sell short more than can be borrowed.
    fn short_of_shares(&self, index: usize, market: &dyn Market, at: Nanos) -> bool {
        let Some(order) = self.working.get(index).map(|working| &working.order) else { return false };
        let request = &order.request;
        if request.action == Action::Buy || self.is_exit(request) {
            return false;
        }
        let held = self.ledger.quantity(request.con_id).0.max(Decimal::ZERO);
        let short = sub(order.remaining().0, held);
        short > Decimal::ZERO && short > Decimal::from(market.borrowable(request.con_id, at))
    }
}
