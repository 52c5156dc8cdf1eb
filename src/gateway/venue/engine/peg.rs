//! Pegs and snaps: limits that come from the quote.
//!
//! A pegged limit moves with the quote to where it becomes more aggressive and never back: against it, the market comes to
//! the order. `MIDPRICE` moves both ways. Every move costs the place in the queue. Half ticks are rounded to the less
//! aggressive tick; a cap binds every move.

use rust_decimal::Decimal;

use super::super::Venue;
use super::super::exact::{div, mul};
use super::super::market::{Listing, Quote};
use super::super::order::{Action, Kind, Offset, Peg, Snap};
use super::{Scene, Stage};
use crate::money::Price;

impl Venue {
    /// Moves the limit of a pegged order, or gives a snap order its own.
    pub(super) fn follow_quote(&mut self, index: usize, scene: Scene<'_>, quote: Quote) {
        let Some(working) = self.working.get_mut(index) else { return };
        let action = working.action();
        let before = working.place.limit;
        let next = match working.order.request.kind {
            Kind::Snap { to, offset } if before.is_none() => {
                let offset = ticks_of(offset, scene.listing);
                match to {
                    Snap::Primary => own(action, quote, offset),
                    Snap::Market => other(action, quote, offset),
                    Snap::Midpoint => middle(action, quote, offset),
                }
            }
            Kind::Peg { to, offset, cap } => {
                let offset = |reference: i64| match offset {
                    Offset::Amount(amount) => ticks_of(amount, scene.listing),
                    Offset::Percent(percent) => {
                        let ticks = div(mul(Decimal::from(reference), percent), Decimal::ONE_HUNDRED, 8);
                        i64::try_from(ticks.floor()).unwrap_or(0)
                    }
                };
                let touch = action.rests_on().of(quote);
                let target = match to {
                    Peg::Primary => own(action, quote, offset(touch)),
                    Peg::Passive => own(action, quote, offset(touch).saturating_neg()),
                    Peg::Market => other(action, quote, offset(touch)),
                    Peg::Midpoint | Peg::MidPrice => middle(action, quote, offset(touch)),
                };
                let kept = match (before, action) {
                    (Some(before), Action::Buy) if to != Peg::MidPrice => target.max(before),
                    (Some(before), Action::Sell) if to != Peg::MidPrice => target.min(before),
                    _ => target,
                };
                match (cap.map(|cap| ticks_of(cap, scene.listing)), action) {
                    (Some(cap), Action::Buy) => kept.min(cap),
                    (Some(cap), Action::Sell) => kept.max(cap),
                    (None, _) => kept,
                }
            }
            _ => return,
        };
        let next = next.max(1);
        if before == Some(next) {
            return;
        }
        let arrival = if before.is_some() { Some(self.arrive()) } else { None };
        let Some(working) = self.working.get_mut(index) else { return };
        working.set_limit(next, scene.listing);
        if let Some(arrival) = arrival {
            working.place.arrival = arrival;
            working.place.stage = Stage::Taking;
        }
    }
}

fn ticks_of(price: Price, listing: &Listing) -> i64 {
    price.ticks_from(Price::ZERO, listing.tick).unwrap_or(0)
}

/// The order's own side of the quote, `offset` ticks into the spread.
fn own(action: Action, quote: Quote, offset: i64) -> i64 {
    match action {
        Action::Buy => quote.bid.saturating_add(offset),
        Action::Sell => quote.ask.saturating_sub(offset),
    }
}

/// The other side of the quote, `offset` ticks short of it.
fn other(action: Action, quote: Quote, offset: i64) -> i64 {
    match action {
        Action::Buy => quote.ask.saturating_sub(offset),
        Action::Sell => quote.bid.saturating_add(offset),
    }
}

/// The middle of the quote, `offset` ticks short of it.
fn middle(action: Action, quote: Quote, offset: i64) -> i64 {
    let sum = quote.bid.saturating_add(quote.ask);
    match action {
        Action::Buy => (sum >> 1).saturating_sub(offset),
        Action::Sell => (sum.saturating_add(1) >> 1).saturating_add(offset),
    }
}
