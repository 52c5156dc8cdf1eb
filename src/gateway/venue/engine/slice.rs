//! Orders that an algorithm works: how much of them may trade so far.
//!
//! `Twap` allows one more part every half minute of its time, all parts alike, the first at its beginning. `PctVol` allows its
//! share of what the background has traded since it began. What is allowed works like an order of that size: a market order
//! takes it, a limit order takes it up to the limit and rests with it. The times are those of the day on which the order came;
//! without an end it is the end of regular hours, where what is left is cancelled unless it may go on past it (what a
//! share of the volume may not). Both are simplifications: IB does not publish how its algorithms cut an order.
//!
//! Absent, refused by name: the other algorithms, styles of `Twap` other than Marketable, `noTakeLiq`.

use jiff::Timestamp;
use jiff::civil::Time;
use rust_decimal::Decimal;

use super::super::Venue;
use super::super::exact::{div, mul};
use super::super::market::Market;
use super::super::order::{Algo, OrderRequest, Way};
use super::super::tape::shares;
use super::share;
use crate::clock::eastern;
use crate::gateway::Nanos;

/// How long a part of a `Twap` has.
const PART: Nanos = 30_000_000_000;

/// When an algorithm begins and ends, for an order that comes at `at`.
pub(in super::super) fn span(market: &dyn Market, request: &OrderRequest, algo: Algo, at: Nanos) -> (Nanos, Nanos) {
    let closes = market.session(request.con_id, at, false).day_end;
    let begins = algo.start.and_then(|start| today(start, at)).unwrap_or(at).max(at);
    let ends = algo.end.and_then(|end| today(end, at)).unwrap_or(closes).min(closes);
    (begins, ends)
}

/// A minute in New York of the day that contains a moment.
fn today(time: Time, at: Nanos) -> Option<Nanos> {
    let date = Timestamp::from_nanosecond(i128::from(at)).ok()?.to_zoned(eastern()).date();
    let moment = date.to_datetime(time).to_zoned(eastern()).ok()?.timestamp();
    i64::try_from(moment.as_nanosecond()).ok()
}

impl Venue {
    /// Allows an order what its algorithm allows by now.
    pub(super) fn pace(&mut self, index: usize, market: &dyn Market, at: Nanos) {
        let Some(working) = self.working.get_mut(index) else { return };
        let request = &working.order.request;
        let Some(algo) = request.terms.algo else { return };
        let size = shares(request.quantity);
        let (begins, ends) = working.place.span;
        let allowed = if at < begins {
            0
        } else if algo.past && at >= ends {
            size
        } else {
            match algo.way {
                Way::Twap => {
                    let parts = ends.saturating_sub(begins).max(1).saturating_add(PART - 1).div_euclid(PART).max(1);
                    let begun = at.saturating_sub(begins).div_euclid(PART).saturating_add(1).min(parts);
                    share(size, begun, parts)
                }
                Way::PctVol(percent) => {
                    let Some(figures) = market.figures(request.con_id, at) else { return };
                    let since = *working.place.volume.get_or_insert(figures.volume);
                    let traded = figures.volume.saturating_sub(since).max(0);
                    let allowed = div(mul(Decimal::from(traded), percent), Decimal::ONE_HUNDRED, 8).floor();
                    i64::try_from(allowed).unwrap_or(0).min(size)
                }
            }
        };
        // Nothing that was allowed is taken back.
        working.place.slice = Some(working.place.slice.unwrap_or(0).max(allowed));
    }
}
