//! Tests that release an order or cancel it.
//!
//! They are weighed at every moment of a contract that has orders or is watched, while the order's session is open: regular
//! hours, or extended ones too with conditionsIgnoreRth. All or any of them must hold at that one moment; only an execution is
//! remembered. Once released an order stays released. Prices are those of the background; the account's own fills move none.
//! Two in a row are counted from the moment the order came, and anew after a restart.

use rust_decimal::Decimal;

use super::super::Venue;
use super::super::event::Event;
use super::super::exact::{div, mul, sub};
use super::super::margin;
use super::super::market::{Figures, Market, Quote};
use super::super::order::{Status, Test, TriggerMethod};
use super::{Stage, Working};
use crate::gateway::{ConId, Nanos};
use crate::money::Price;

/// Tests an order may have.
pub(in super::super) const TESTS_MAX: usize = 32;

/// What a contract's market showed at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Shown {
    /// A change of its quote.
    Quote,
    /// A trade at this price in ticks.
    Trade(i64),
}

impl Venue {
    /// Weighs the tests of every order that has some, after something was seen of `con_id`.
    pub(super) fn weigh_all(&mut self, market: &dyn Market, at: Nanos, seen: (ConId, Shown), out: &mut Vec<Event>) {
        for index in 0..self.working.len() {
            if self.working.get(index).is_some_and(Working::is_tested) && self.weigh(index, market, at, Some(seen), out)
            {
                let Some(con_id) = self.working.get(index).filter(|w| !w.is_over()).map(Working::con_id) else {
                    continue;
                };
                if let Some(listing) = market.listing(con_id) {
                    self.look_at(index, &listing, market, at, out);
                }
            }
        }
    }

    /// Weighs one order's tests; whether they decided it.
    pub(in super::super) fn weigh(
        &mut self,
        index: usize,
        market: &dyn Market,
        at: Nanos,
        seen: Option<(ConId, Shown)>,
        out: &mut Vec<Event>,
    ) -> bool {
        let Some(working) = self.working.get(index) else { return false };
        let Some(conditions) = working.order.request.terms.conditions.clone() else { return false };
        if working.place.stage == Stage::Held || !market.session(working.con_id(), at, conditions.ignore_rth).open {
            return false;
        }
        if let Some(seen) = seen {
            self.count(index, &conditions.tests, market, at, seen);
        }
        let mut executed = self.working.get(index).map_or(0, |working| working.place.executed);
        let mut verdicts = Vec::new();
        for (n, test) in (0u32..).zip(&conditions.tests) {
            let bit = 1u32.checked_shl(n).unwrap_or(0);
            let holds = match test {
                Test::Execution { con_id } => {
                    let traded = executed & bit != 0 || self.has_traded(index, *con_id);
                    executed |= if traded { bit } else { 0 };
                    traded
                }
                _ => self.holds(index, n, test, market, at),
            };
            verdicts.push(holds);
        }
        let Some(working) = self.working.get_mut(index) else { return false };
        if executed != working.place.executed {
            working.place.executed = executed;
            self.touched.orders.insert(working.order.perm_id);
        }
        let met = if conditions.all { verdicts.iter().all(|v| *v) } else { verdicts.iter().any(|v| *v) };
        if met {
            self.touched.orders.insert(working.order.perm_id);
            working.place.waits = false;
            if conditions.cancels {
                self.end(index, at, Status::Cancelled, "its conditions were met", out);
            }
        }
        met
    }

    /// Whether the account has traded the contract since the order came.
    fn has_traded(&self, index: usize, con_id: ConId) -> bool {
        let since = self.working.get(index).map_or(u32::MAX, |working| working.place.since);
        self.executions.iter().rev().take_while(|e| e.sequence >= since).any(|e| e.con_id == con_id)
    }

    /// Whether a test holds now.
    fn holds(&self, index: usize, n: u32, test: &Test, market: &dyn Market, at: Nanos) -> bool {
        match *test {
            Test::Price { con_id, method, above, price } => {
                let Some(bound) = doubled(market, con_id, price) else { return false };
                if method.times() > 1 {
                    let count = usize::try_from(n).ok().and_then(|n| self.working.get(index)?.counts.get(n)).copied();
                    return count.is_some_and(|count| count >= method.times());
                }
                let last = method.sees_trades().then(|| market.figures(con_id, at)).flatten().map(|f| twice(f.last));
                let quoted = market.quote(con_id, at).and_then(|quote| of_quote(method, above, quote));
                [last, quoted].into_iter().flatten().any(|price| reached(price, bound, above))
            }
            Test::Time { after, at: moment } => (at >= moment) == after,
            Test::Cushion { above, percent } => self.cushion(market, at).is_some_and(|cushion| {
                if above { cushion >= Decimal::from(percent) } else { cushion <= Decimal::from(percent) }
            }),
            Test::Execution { .. } => false,
            Test::Volume { con_id, above, shares } => {
                market.figures(con_id, at).is_some_and(|f| reached(f.volume, shares, above))
            }
            Test::Change { con_id, above, percent } => market.figures(con_id, at).is_some_and(|f| {
                let change = change(f);
                change.is_some_and(|change| if above { change >= percent } else { change <= percent })
            }),
        }
    }

    /// Counts how often in a row a price was reached, for the tests that want two.
    fn count(&mut self, index: usize, tests: &[Test], market: &dyn Market, at: Nanos, (seen, shown): (ConId, Shown)) {
        let Some(working) = self.working.get_mut(index) else { return };
        working.counts.resize(tests.len(), 0);
        for (test, count) in tests.iter().zip(&mut working.counts) {
            let Test::Price { con_id, method, above, price } = *test else { continue };
            if con_id != seen || method.times() < 2 {
                continue;
            }
            let price_seen = match shown {
                Shown::Trade(price) if method.sees_trades() => Some(twice(price)),
                Shown::Quote if method.sees_quotes() => {
                    market.quote(con_id, at).and_then(|quote| of_quote(method, above, quote))
                }
                _ => continue,
            };
            let bound = doubled(market, con_id, price);
            let there = price_seen.zip(bound).is_some_and(|(price, bound)| reached(price, bound, above));
            *count = if there { count.saturating_add(1) } else { 0 };
        }
    }

    /// Excess liquidity as a share of the equity, in percent.
    fn cushion(&self, market: &dyn Market, at: Nanos) -> Option<Decimal> {
        let mark = |con_id| market.mark(con_id, at);
        let equity = self.ledger.equity(mark)?.0;
        let maintenance = margin::of_all(&self.ledger, mark)?.maintenance.0;
        if equity <= Decimal::ZERO {
            return Some(Decimal::ZERO);
        }
        Some(div(mul(sub(equity, maintenance), Decimal::ONE_HUNDRED), equity, 6))
    }
}

impl Working {
    /// Whether it has tests that still decide something.
    pub(in super::super) fn is_tested(&self) -> bool {
        let cancels = |c: &super::super::order::Conditions| c.cancels;
        let tested = self.order.request.terms.conditions.as_ref().is_some_and(|c| cancels(c) || self.place.waits);
        tested && !self.is_over()
    }
}

/// Twice a price in ticks: in halves the middle of a quote is a whole number.
const fn twice(ticks: i64) -> i64 {
    ticks.saturating_mul(2)
}

/// Twice the bound in ticks.
fn doubled(market: &dyn Market, con_id: ConId, price: Price) -> Option<i64> {
    let tick = market.listing(con_id)?.tick;
    let ticks = div(mul(price.0, Decimal::TWO), tick.0, 0);
    i64::try_from(ticks).ok()
}

/// Twice the price of a quote that a method looks at.
const fn of_quote(method: TriggerMethod, above: bool, quote: Quote) -> Option<i64> {
    match method {
        TriggerMethod::Midpoint => Some(quote.bid.saturating_add(quote.ask)),
        _ if !method.sees_quotes() => None,
        _ if above => Some(twice(quote.bid)),
        _ => Some(twice(quote.ask)),
    }
}

const fn reached(value: i64, bound: i64, above: bool) -> bool {
    if above { value >= bound } else { value <= bound }
}

/// How far the last trade is from the close before, in percent.
fn change(figures: Figures) -> Option<Decimal> {
    let (last, close) = (Decimal::from(figures.last), Decimal::from(figures.previous_close));
    (!close.is_zero()).then(|| div(mul(sub(last, close), Decimal::ONE_HUNDRED), close, 8))
}
