//! What an order would do: margin before and after, equity, commission.
//!
//! An order with a price is weighed at its price. One without is weighed at the touch; what it would pay lies between the
//! commission at the touch and that at the end of one walk through the book, and is told as these two bounds unless they are
//! one. Margin is the same
//! outside regular hours ([`super::margin`]). Refused like the order itself where the order would be refused.

use super::book::reach;
use super::check::{self, Proper};
use super::contract::Spec;
use super::exact::{mul, sub};
use super::fees::{self, Traded};
use super::market::{Market, Side};
use super::order::{Fault, OrderRequest};
use super::tape::qty;
use super::{Venue, margin};
use crate::money::{Cash, Price};

/// Margin before and after an order, and what it would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// Initial margin before.
    pub initial_before: Cash,
    /// Initial margin after, the working orders of its side filled too.
    pub initial_after: Cash,
    /// Maintenance margin before.
    pub maintenance_before: Cash,
    /// Maintenance margin after.
    pub maintenance_after: Cash,
    /// Equity with loan value before.
    pub equity_before: Cash,
    /// Equity with loan value after: the commission is gone.
    pub equity_after: Cash,
    /// Commission and fees if the whole order filled at once; `None` if they depend on a price that is not known.
    pub commission: Option<Cash>,
    /// The least and the most it costs where they depend on a price that is not known.
    pub commission_range: Option<(Cash, Cash)>,
    /// What the trader should know.
    pub warning: String,
}

impl Venue {
    /// What an order would do, without placing it.
    pub fn what_if(&self, market: &dyn Market, request: &OrderRequest) -> Result<WhatIf, Fault> {
        if !request.transmit {
            return Err(Fault::new(413, "What-if order should have the transmit flag set to true."));
        }
        let proper = check::proper(market, request)?;
        let effect = self.affordable(market, &proper, request)?;
        let mark = |con_id| market.mark(con_id, self.now);
        let unknown = || Fault::new(201, "Order rejected - reason:A mark is unknown");
        let before = margin::of_all(&self.ledger, mark).ok_or_else(unknown)?;
        let price = self.trial_price(market, &proper, request).ok_or_else(unknown)?;
        let spec = proper.listing.spec;
        let commission = self.cost_at(request, spec, price);
        let mut after = self.ledger.clone();
        after.book((request.con_id, spec), request.action, request.quantity, price, commission);
        let mark_or_price = |con_id| mark(con_id).or((con_id == request.con_id).then_some(price));
        let bound = margin::of_all(&after, mark_or_price).ok_or_else(unknown)?;
        let range = if request.kind.limit().is_some() {
            (commission, commission)
        } else {
            self.cost_range(&proper, request, price)
        };
        let known = range.0 == range.1;
        // Equity with loan value has no options in it, and the margin counts the price of those sold.
        let had = self.ledger.option_value(mark).ok_or_else(unknown)?.0;
        let has = after.option_value(mark_or_price).ok_or_else(unknown)?.0;
        let less = |amount: Cash, options| Cash(sub(amount.0, options));
        Ok(WhatIf {
            initial_before: less(effect.initial_before, had),
            initial_after: less(effect.initial_after, has),
            maintenance_before: less(before.maintenance, had),
            maintenance_after: less(bound.maintenance, has),
            equity_before: less(effect.equity, had),
            equity_after: less(Cash(sub(effect.equity.0, commission.0)), has),
            commission: known.then_some(commission),
            commission_range: (!known).then_some(range),
            warning: self.warning(market, &proper, request),
        })
    }

    /// What the order pays if it fills at once at `price`.
    fn cost_at(&self, request: &OrderRequest, spec: Spec, price: Price) -> Cash {
        if let Some(future) = spec.future {
            return Cash(mul(request.quantity.0, future.fee));
        }
        if spec.option.is_some() {
            return fees::option(self.now, request.action, &[], (request.quantity, price), spec.multiplier);
        }
        let whole = Traded { quantity: request.quantity, value: Cash(mul(request.quantity.0, price.0)) };
        let month = self.ledger.month_volume(self.now);
        fees::fill(self.now, self.ledger.pricing, request.action, month, Traded::default(), whole)
    }

    /// The least and the most it pays between the touch and the end of one walk.
    fn cost_range(&self, proper: &Proper, request: &OrderRequest, touch: Price) -> (Cash, Cash) {
        let spec = proper.listing.spec;
        let at_touch = self.cost_at(request, spec, touch);
        let side: Side = request.action.takes_from();
        let ticks = touch.ticks_from(Price::ZERO, proper.listing.tick).unwrap_or(0);
        let far = side.deeper(ticks, reach(ticks)).max(1);
        let at_far = self.cost_at(request, spec, Price(mul(proper.listing.tick.0, qty(far).0)));
        (at_touch.min(at_far), at_touch.max(at_far))
    }

    /// What the trader should know of an order that would have to wait.
    fn warning(&self, market: &dyn Market, proper: &Proper, request: &OrderRequest) -> String {
        let session = market.session(request.con_id, self.now, proper.listing.extended(request));
        if session.open {
            return String::new();
        }
        let opens = jiff::Timestamp::from_nanosecond(i128::from(session.opens))
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(crate::clock::eastern());
        format!("Your order will not be placed at the exchange until {} US/Eastern", opens.strftime("%F %T"))
    }
}
