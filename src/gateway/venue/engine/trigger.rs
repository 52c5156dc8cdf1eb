//! Stops, touches and trails: what elects them, and how a trail follows the market.
//!
//! An order is watched while its session is open and a quote is there: in regular hours, or in extended hours too with
//! `outsideRth`. Trades are those of the background; the account's own fills elect nothing. A trail moves with every price that
//! could elect it, before which it is asked whether it is reached; without a stated beginning it starts from the bid (a sell)
//! or the ask (a buy) that it meets first.

use rust_decimal::Decimal;

use super::super::Venue;
use super::super::event::Event;
use super::super::exact::{add, div, mul, sub};
use super::super::market::{Listing, Quote};
use super::super::order::{Action, Offset, Status, TriggerMethod};
use super::{Scene, Stage, Working};
use crate::money::Price;

/// A price that an armed order looks at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sight {
    /// The quote, at a change of it.
    Quote(Quote),
    /// A trade at this price.
    Trade(i64),
}

impl Sight {
    /// Twice the price that counts for an order by its method; `None` if this is not what the method looks at.
    fn doubled(self, method: TriggerMethod, rises: bool) -> Option<i64> {
        match self {
            Self::Trade(price) => method.sees_trades().then(|| price.saturating_mul(2)),
            Self::Quote(_) if !method.sees_quotes() => None,
            Self::Quote(quote) if method == TriggerMethod::Midpoint => Some(quote.bid.saturating_add(quote.ask)),
            Self::Quote(quote) => Some(if rises { quote.bid } else { quote.ask }.saturating_mul(2)),
        }
    }
}

impl Venue {
    /// An armed order sees a price; `true` if it is elected by it.
    pub(super) fn watch(&mut self, index: usize, scene: Scene<'_>, sight: Sight, out: &mut Vec<Event>) -> bool {
        let Some(working) = self.working.get_mut(index) else { return false };
        let request = &working.order.request;
        let (kind, action) = (request.kind, request.action);
        let rises = kind.rises(action);
        let method = request.terms.trigger_method;
        if working.place.stop.is_none() {
            if let (Some(by), Sight::Quote(quote)) = (kind.trails(), sight) {
                let touch = action.takes_from().of(quote);
                working.set_stop(behind(touch.saturating_mul(2), by, action, scene.listing), scene.listing);
                self.report_terms(index, out);
            }
            return false;
        }
        let Some(seen) = sight.doubled(method, rises) else { return false };
        let Some(stop) = working.place.stop else { return false };
        let doubled = stop.saturating_mul(2);
        let reached = if rises { seen >= doubled } else { seen <= doubled };
        if reached {
            working.place.seen = working.place.seen.saturating_add(1);
            if working.place.seen >= method.times() {
                self.elect(index, scene.listing, out);
                return true;
            }
            return false;
        }
        working.place.seen = 0;
        if let Some(by) = kind.trails() {
            let next = behind(seen, by, action, scene.listing);
            let follows = if rises { next < stop } else { next > stop };
            if follows {
                working.set_stop(next, scene.listing);
                self.report_terms(index, out);
            }
        }
        false
    }

    /// The trigger is reached: the order works as the market or limit order it was for.
    fn elect(&mut self, index: usize, listing: &Listing, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        working.place.limit = elected_limit(working, listing);
        working.place.stage = Stage::Taking;
        working.order.status = Status::Submitted;
        self.report(index, out);
    }
}

/// The limit that an order gets when it is elected.
fn elected_limit(working: &Working, listing: &Listing) -> Option<i64> {
    working
        .order
        .standing
        .limit
        .and_then(|limit| limit.ticks_from(Price::ZERO, listing.tick))
        .or_else(|| super::limit_ticks(working.order.request.kind, listing))
}

/// Where a trail stands behind a price, given twice the price in ticks: rounded away from it.
fn behind(doubled: i64, by: Offset, action: Action, listing: &Listing) -> i64 {
    let ticks = div(Decimal::from(doubled), Decimal::TWO, 1);
    let distance = match by {
        Offset::Amount(amount) => div(amount.0, listing.tick.0, 8),
        Offset::Percent(percent) => div(mul(ticks, percent), Decimal::ONE_HUNDRED, 8),
    };
    let stop = match action {
        Action::Sell => sub(ticks, distance).floor(),
        Action::Buy => add(ticks, distance).ceil(),
    };
    i64::try_from(stop).unwrap_or(1).max(1)
}
