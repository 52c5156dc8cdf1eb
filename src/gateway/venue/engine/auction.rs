//! The auctions: what trades at the official cross print, and until when orders for it are taken and let go.
//!
//! At a cross print the orders for that auction trade at its price, market orders first, then limits in turn, each with at most a
//! quarter of its size; resting orders get what is left of it. What did not trade is cancelled. The cut-offs are the contract's
//! ([`super::super::market::Cutoffs`]): an order after them is refused, and then none is changed or cancelled. An opening order
//! that comes while regular hours run is for the next opening.

use super::super::Venue;
use super::super::event::{Event, Liquidity, Tape};
use super::super::market::{Cross, Market, Print};
use super::super::order::{Action, Fault, Kind, OrderRequest, Status};
use super::take::Fill;
use super::{Scene, Stage};
use crate::gateway::Nanos;

/// Between an auction's hour and its print, at most.
const LATE: Nanos = 1_000_000_000;

/// An order gets at most this part of the shares that change hands in the auction.
const PART: i64 = 4;

/// The hour of the auction that an order accepted at `at` is for.
pub fn hour(market: &dyn Market, request: &OrderRequest, cross: Cross, at: Nanos) -> Nanos {
    let regular = market.session(request.con_id, at, false);
    match cross {
        Cross::Close => regular.day_end,
        Cross::Open if regular.open => {
            market.session(request.con_id, regular.day_end, false).opens.max(regular.day_end)
        }
        Cross::Open => regular.opens,
    }
}

/// When an order for an auction dies if the auction did not come.
pub fn expiry(hour: Nanos, cross: Cross) -> Nanos {
    match cross {
        Cross::Close => hour,
        Cross::Open => hour.saturating_add(LATE),
    }
}

/// 201 for an order that comes too late for the auction ahead.
pub fn in_time(market: &dyn Market, request: &OrderRequest, at: Nanos) -> Result<(), Fault> {
    let (Some(cross), Some(listing)) = (request.cross(), market.listing(request.con_id)) else { return Ok(()) };
    let cutoffs = listing.cutoffs;
    let (before, what) = match request.kind {
        Kind::MarketOnClose => (cutoffs.market_close, "market-on-close"),
        Kind::LimitOnClose(_) => (cutoffs.limit_close, "limit-on-close"),
        _ => (cutoffs.open, "on-open"),
    };
    let hour = hour(market, request, cross, at);
    let open = market.session(request.con_id, at, false).open;
    let pressing = cross == Cross::Open || open;
    if pressing && at >= hour.saturating_sub(before) {
        let text = format!("Order rejected - reason:The cut-off of {} for {what} orders is past", listing.exchange);
        return Err(Fault::new(201, text));
    }
    Ok(())
}

impl Venue {
    /// Whether an order is past its auction's cut-off for changes and cancels at the venue's moment.
    pub(in super::super) fn is_locked(&self, index: usize, market: &dyn Market) -> bool {
        let Some(working) = self.working.get(index) else { return false };
        let order = &working.order;
        let (Some(cross), Some(expires)) = (order.cross(), order.expires) else { return false };
        let Some(listing) = market.listing(order.request.con_id) else { return false };
        let from = match cross {
            Cross::Close => expires.saturating_sub(listing.cutoffs.cancel_close),
            Cross::Open => expires.saturating_sub(LATE).saturating_sub(listing.cutoffs.open),
        };
        working.place.stage == Stage::Auction && self.now >= from
    }

    /// The auction's print: its orders trade; answers the shares of it that are left.
    pub(super) fn auction(&mut self, scene: Scene<'_>, print: Print, cross: Cross, out: &mut Vec<Event>) -> i64 {
        let mut budget = print.size;
        let part = print.size.checked_div(PART).unwrap_or(0);
        for action in [Action::Buy, Action::Sell] {
            for index in self.ranked(scene.listing.con_id, action) {
                let Some(working) = self.working.get(index) else { continue };
                let order = &working.order;
                let due = order.expires.is_some_and(|expires| expires.saturating_sub(print.at) <= LATE);
                if working.place.stage != Stage::Auction || working.is_over() || order.cross() != Some(cross) || !due {
                    continue;
                }
                let side = action.takes_from();
                let trades = working.place.limit.is_none_or(|limit| !side.is_better(limit, print.price));
                let shares = if trades { working.left().min(part).min(budget) } else { 0 };
                if shares > 0 {
                    budget = budget.saturating_sub(shares);
                    let tape = Tape::Replaces { at: print.at, index: print.index };
                    let fill = Fill { shares, price: print.price, liquidity: Liquidity::Auction, tape };
                    self.fill(index, scene, &fill, out);
                }
                if self.working.get(index).is_some_and(|working| !working.is_over()) {
                    self.end(index, scene.at, Status::Cancelled, "not executed in the auction", out);
                }
            }
        }
        budget
    }
}
