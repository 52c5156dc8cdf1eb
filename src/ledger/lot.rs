//! One contract from flat to flat: fills go in, realised parts and finished trips come out.

use std::time::Duration;

use rust_decimal::Decimal;

use super::{Realised, Terms, Trip, sum};
use crate::domain::SafeText;
use crate::domain::fill::Execution;
use crate::domain::instrument::ConId;
use crate::domain::order::Side;
use crate::money::{Cash, Price, Qty};

/// Decimals of a share: sums of them stay exact in the 28 digits there are.
const PLACES: u32 = 12;

/// What is held of one contract, with the trip it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Lot {
    con_id: ConId,
    symbol: SafeText,
    /// Signed.
    held: Qty,
    /// What `held` was entered for, and the commissions of its entries; both shrink as it is closed.
    cost: Option<Cash>,
    fees: Option<Cash>,
    trip: Option<Trip>,
    /// Value of entries and exits, for their averages.
    entry_value: Option<Decimal>,
    exit_value: Option<Decimal>,
}

impl Lot {
    /// What was held before the first execution: its cost is not known.
    pub(super) fn inherited(first: &Execution, held: Qty) -> Self {
        let mut lot = Self {
            con_id: first.con_id,
            symbol: first.symbol.clone(),
            held,
            cost: Some(Cash::ZERO),
            fees: Some(Cash::ZERO),
            trip: None,
            entry_value: Some(Decimal::ZERO),
            exit_value: Some(Decimal::ZERO),
        };
        if !held.is_zero() {
            let side = if held.is_positive() { Side::Buy } else { Side::Sell };
            let mut trip = lot.begin(first, side);
            trip.inherited = true;
            trip.opened = None;
            trip.entered = held.abs();
            (lot.cost, lot.fees, lot.entry_value) = (None, None, None);
            (trip.commission, trip.risk, trip.slippage) = (None, None, None);
            lot.trip = Some(trip);
        }
        lot
    }

    /// Takes a fill in; the trip it ends, if it does.
    pub(super) fn take(&mut self, fill: &Execution, terms: Terms, realised: &mut Vec<Realised>) -> Option<Trip> {
        let signed = if fill.side == Side::Buy { fill.qty } else { fill.qty.negated() };
        let fee = fill.commission.as_ref().map(|c| c.amount);
        let against = !self.held.is_zero() && self.held.is_positive() != signed.is_positive();
        if !against {
            self.enter(fill, fill.qty, fee, terms);
            return None;
        }
        let closing = fill.qty.min(self.held.abs());
        let opening = fill.qty.minus(closing).unwrap_or(Qty::ZERO);
        // The closing part carries its share of the commission, the opening one the exact remainder.
        let closing_fee = if opening.is_zero() { fee } else { fee.and_then(|f| share(f, closing, fill.qty)) };
        let opening_fee = fee.and_then(|f| f.minus(closing_fee?));
        let ended = self.leave(fill, closing, closing_fee, terms, realised);
        if opening.is_positive() {
            self.enter(fill, opening, opening_fee, terms);
        }
        ended
    }

    /// The trip that is still open.
    pub(super) fn rest(mut self) -> Option<Trip> {
        let mut trip = self.trip.take()?;
        self.average(&mut trip);
        trip.open = self.held;
        trip.cost = self.cost;
        Some(trip)
    }

    fn begin(&self, fill: &Execution, side: Side) -> Trip {
        Trip {
            con_id: self.con_id,
            symbol: self.symbol.clone(),
            currency: fill.currency.clone(),
            side,
            opened: fill.time,
            closed: None,
            entered: Qty::ZERO,
            exited: Qty::ZERO,
            open: Qty::ZERO,
            entry: None,
            exit: None,
            gross: Some(Cash::ZERO),
            commission: Some(Cash::ZERO),
            net: Some(Cash::ZERO),
            cost: None,
            risk: Some(Cash::ZERO),
            r: None,
            slippage: Some(Cash::ZERO),
            held: None,
            inherited: false,
            fills: Vec::new(),
        }
    }

    /// Increases what is held.
    fn enter(&mut self, fill: &Execution, qty: Qty, fee: Option<Cash>, terms: Terms) {
        let mut trip = match self.trip.take() {
            Some(trip) => trip,
            None => self.begin(fill, fill.side),
        };
        let signed = if fill.side == Side::Buy { qty } else { qty.negated() };
        self.held = self.held.plus(signed).unwrap_or(self.held);
        self.cost = sum(self.cost, worth(fill, qty));
        self.fees = sum(self.fees, fee);
        self.entry_value = self.entry_value.and_then(|v| v.checked_add(fill.price.0.checked_mul(qty.0)?));
        trip.entered = trip.entered.plus(qty).unwrap_or(trip.entered);
        trip.risk = sum(trip.risk, at_risk(fill, qty, terms));
        note(&mut trip, fill, qty, fee, terms);
        self.trip = Some(trip);
    }

    /// Reduces what is held by `qty`, at most to nothing.
    fn leave(
        &mut self,
        fill: &Execution,
        qty: Qty,
        fee: Option<Cash>,
        terms: Terms,
        realised: &mut Vec<Realised>,
    ) -> Option<Trip> {
        let mut trip = self.trip.take()?;
        let all = self.held.abs();
        let is_last = qty == all;
        let cost = if is_last { self.cost } else { self.cost.and_then(|c| share(c, qty, all)) };
        let fees = if is_last { self.fees } else { self.fees.and_then(|f| share(f, qty, all)) };
        let got = worth(fill, qty);
        let gross = match fill.side {
            Side::Sell => got.and_then(|got| got.minus(cost?)),
            Side::Buy => cost.and_then(|cost| cost.minus(got?)),
        };
        let net = gross.and_then(|g| g.minus(fees?)?.minus(fee?));
        self.cost = self.cost.and_then(|c| c.minus(cost?));
        self.fees = self.fees.and_then(|f| f.minus(fees?));
        let signed = if fill.side == Side::Buy { qty } else { qty.negated() };
        self.held = self.held.plus(signed).unwrap_or(self.held);
        self.exit_value = self.exit_value.and_then(|v| v.checked_add(fill.price.0.checked_mul(qty.0)?));
        trip.exited = trip.exited.plus(qty).unwrap_or(trip.exited);
        trip.gross = sum(trip.gross, gross);
        trip.net = sum(trip.net, net);
        note(&mut trip, fill, qty, fee, terms);
        realised.push(Realised {
            con_id: self.con_id,
            currency: fill.currency.clone(),
            exec_id: fill.exec_id.0.clone(),
            time: fill.time,
            qty,
            gross,
            net,
        });
        if !is_last {
            self.trip = Some(trip);
            return None;
        }
        self.average(&mut trip);
        trip.closed = fill.time;
        trip.r = trip.risk.filter(|r| r.is_positive()).and_then(|r| trip.net?.0.checked_div(r.0));
        trip.held = trip.opened.zip(fill.time).map(|(from, to)| nanos(to.saturating_sub(from)));
        (self.cost, self.fees) = (Some(Cash::ZERO), Some(Cash::ZERO));
        (self.entry_value, self.exit_value) = (Some(Decimal::ZERO), Some(Decimal::ZERO));
        Some(trip)
    }

    fn average(&self, trip: &mut Trip) {
        let mean = |value: Option<Decimal>, qty: Qty| {
            value.filter(|_| qty.is_positive()).and_then(|v| v.checked_div(qty.0)).map(|p| Price(p.normalize()))
        };
        trip.entry = mean(self.entry_value, trip.entered);
        trip.exit = mean(self.exit_value, trip.exited);
        trip.risk = trip.risk.filter(|r| r.is_positive());
    }
}

/// What every fill adds to its trip.
fn note(trip: &mut Trip, fill: &Execution, qty: Qty, fee: Option<Cash>, terms: Terms) {
    trip.commission = sum(trip.commission, fee);
    trip.slippage = sum(trip.slippage, slipped(fill, qty, terms));
    trip.fills.push(fill.exec_id.0.clone());
}

/// What `qty` of a fill is worth.
fn worth(fill: &Execution, qty: Qty) -> Option<Cash> {
    fill.price.value_of(qty, fill.multiplier?)
}

/// `part` of `whole` of an amount, to [`PLACES`]: what is left is the exact remainder, so that nothing is lost.
fn share(amount: Cash, part: Qty, whole: Qty) -> Option<Cash> {
    amount.0.checked_mul(part.0)?.checked_div(whole.0).map(|share| Cash(share.round_dp(PLACES)))
}

/// What `qty` of an entry loses down to its stop; absent if the stop does not lie beyond its price.
fn at_risk(fill: &Execution, qty: Qty, terms: Terms) -> Option<Cash> {
    let stop = terms.stop?;
    let lost = if fill.side == Side::Buy { fill.price.minus(stop)? } else { stop.minus(fill.price)? };
    lost.value_of(qty, fill.multiplier?).filter(|r| r.is_positive())
}

/// What `qty` of a fill cost against the middle at its approval.
pub(super) fn slipped(fill: &Execution, qty: Qty, terms: Terms) -> Option<Cash> {
    let middle = terms.arrival?;
    let worse = if fill.side == Side::Buy { fill.price.minus(middle)? } else { middle.minus(fill.price)? };
    worse.value_of(qty, fill.multiplier?)
}

/// A span of nanoseconds, none if it runs backwards.
fn nanos(span: i64) -> Duration {
    Duration::from_nanos(u64::try_from(span).unwrap_or(0))
}
