//! Orders: placing, asking, and what the venue reports of them.
//!
//! A client hears of its own orders and executions, the master client of everybody's; refusals go to their owner alone. Any
//! client may ask for all, and then sees those of other clients too, which carry their owner's client id; it can change
//! and cancel only its own, and cancel all. Client 0 may bind orders of TWS itself, but the gateway has none: nothing is
//! ever entered by hand in it.

use super::lookup::{Shelf, resolve};
use super::{NO_ID, Session};
use crate::gateway::Nanos;
use crate::gateway::driver::World;
use crate::gateway::feed::{Kind, Listing};
use crate::gateway::venue::{ClientId, Event, Execution, Fault, Order, OrderRequest, StatusReport};
use crate::gateway::wire::proto::{Empty, ExecutionFilter, ExecutionRequest, IdOnly, PlaceOrderRequest};
use crate::gateway::wire::{Reply, convert, orders, time};

impl Session {
    pub(super) fn place_order(&mut self, client_id: ClientId, request: &PlaceOrderRequest, world: &mut World) {
        let order_id = request.order_id.unwrap_or(0);
        let preview = request.order.as_ref().is_some_and(|order| order.what_if.unwrap_or(false));
        match order_of(client_id, request, world.shelf()) {
            Ok((listing, order)) if preview => match world.what_if(&order) {
                Ok(effect) => self.send(&Reply::OpenOrder(Box::new(orders::preview(&listing, &order, &effect)))),
                Err(fault) => self.fault(order_id, fault, world),
            },
            Ok((_, order)) => world.place(order),
            Err(fault) => self.fault(order_id, fault, world),
        }
    }

    /// Binds the orders of TWS itself, of which there are none, to client 0; refuses others.
    pub(super) fn bind_orders(&mut self, client_id: ClientId, world: &World) {
        if client_id != 0 {
            self.error(NO_ID, 327, "Only the default client (i.e 0) can auto bind orders.", world);
        }
    }

    /// Sends the working orders of one client or of all, then the end.
    pub(super) fn open_orders(&mut self, client_id: Option<ClientId>, world: &World) {
        for order in world.venue().open_orders(client_id) {
            self.open_order(order);
            self.send(&Reply::OrderStatus(orders::status(&StatusReport::of(order))));
        }
        self.send(&Reply::OpenOrdersEnd(Empty {}));
    }

    pub(super) fn completed_orders(&mut self, world: &World) {
        for order in world.venue().completed_orders() {
            if let Some(listing) = Listing::by_con_id(order.request.con_id) {
                self.send(&Reply::CompletedOrder(Box::new(orders::completed(&listing, order))));
            }
        }
        self.send(&Reply::CompletedOrdersEnd(Empty {}));
    }

    pub(super) fn executions(&mut self, request: &ExecutionRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let filter = request.filter.clone().unwrap_or_default();
        // Without a number, or with the one that means none, those of today.
        let days = filter.last_n_days.filter(|days| *days != i32::MAX).unwrap_or(0);
        for fill in world.venue().executions_of(days) {
            if passes(&filter, fill, world.account()) {
                self.execution(req_id, fill, world);
                self.send(&Reply::CommissionAndFeesReport(orders::commission(&fill.commission)));
            }
        }
        self.send(&Reply::ExecutionDetailsEnd(IdOnly { req_id: Some(req_id) }));
    }

    fn open_order(&mut self, order: &Order) {
        if let Some(listing) = Listing::by_con_id(order.request.con_id) {
            self.send(&Reply::OpenOrder(Box::new(orders::open_order(&listing, order))));
        }
    }

    fn execution(&mut self, req_id: i32, fill: &Execution, world: &World) {
        if let Some(listing) = Listing::by_con_id(fill.con_id) {
            self.send(&Reply::ExecutionDetails(Box::new(orders::execution(req_id, world.account(), &listing, fill))));
        }
    }

    /// Tells the client what the venue reports, as far as it concerns this client.
    pub(in crate::gateway) fn hear(&mut self, event: &Event, world: &World) {
        let Some(client_id) = self.client_id else { return };
        let overhears = self.terms.master == Some(client_id) && !matches!(event, Event::Error(_));
        if !overhears && event.client_id().is_some_and(|owner| owner != client_id && !self.is_double(owner)) {
            return;
        }
        match event {
            Event::OpenOrder(order) => self.open_order(order),
            Event::OrderStatus(report) => self.send(&Reply::OrderStatus(orders::status(report))),
            Event::Execution(fill) => self.execution(NO_ID, fill, world),
            Event::Commission(commission) => self.send(&Reply::CommissionAndFeesReport(orders::commission(commission))),
            Event::Error(refusal) => self.error(refusal.order_id, refusal.code, refusal.text.clone(), world),
            Event::PositionChanged(position) => self.position_changed(position, world),
            Event::AccountChanged => self.account_changed(world),
        }
    }
}

/// Refuses an order for what is only published, since there is no type of order for it, and for what has ended.
fn tradable(listing: &Listing, now: Nanos) -> Result<(), Fault> {
    match listing.kind {
        _ if listing.ends().is_some_and(|ends| ends <= now) => {
            Err(Fault::new(200, "No security definition has been found for the request"))
        }
        Kind::Stock | Kind::Etf | Kind::Future | Kind::Option => Ok(()),
        Kind::Index => Err(Fault::new(387, "Unsupported order type for this exchange and security type.")),
    }
}

/// Reads an order, at a moment, with the contract it is for.
pub(in crate::gateway) fn order_of(
    client_id: ClientId,
    request: &PlaceOrderRequest,
    shelf: Shelf<'_>,
) -> Result<(Listing, OrderRequest), Fault> {
    let listing = resolve(request.contract.as_ref(), shelf)?;
    tradable(&listing, shelf.now)?;
    orders::read(client_id, &listing, request).map(|order| (listing, order))
}

/// Whether an execution is asked for; an empty field of the filter asks for all.
fn passes(filter: &ExecutionFilter, fill: &Execution, account: &str) -> bool {
    let given =
        |field: &Option<String>| field.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let listing = Listing::by_con_id(fill.con_id);
    let symbol = listing.as_ref().map(|listing| listing.symbol);
    filter.client_id.is_none_or(|client_id| client_id == 0 || client_id == fill.client_id)
        && given(&filter.acct_code).is_none_or(|code| code == account)
        && given(&filter.symbol).is_none_or(|wanted| symbol.is_some_and(|symbol| symbol.eq_ignore_ascii_case(&wanted)))
        && given(&filter.sec_type)
            .is_none_or(|kind| listing.as_ref().is_some_and(|listing| kind == convert::sec_type(listing)))
        && given(&filter.exchange).is_none_or(|exchange| exchange == "SMART" || exchange == fill.exchange)
        && given(&filter.side).is_none_or(|side| side == fill.action.word() || side == fill.action.executed())
        && given(&filter.time).is_none_or(|after| time::parse(&after).is_none_or(|after| fill.at >= after))
}
