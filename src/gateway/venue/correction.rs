//! Corrections and busts of executions, as an exchange makes them after the fact.
//!
//! An execution of the account's day gets another price or size, or none at all. It then has the same id with the number
//! after the last dot one higher, by which API clients know that it stands in place of the old one; a bust is a correction to
//! no shares. Cumulative shares and average price of its order's executions, every fee, cost and profit of the day are
//! derived anew from the day's start, so the account is what it would be had the execution happened that way.
//!
//! The order stays as the exchange worked it off: a busted share is not bought again, and what was filled stays filled. Only its
//! average price follows a corrected one. Executions of earlier days cannot be corrected. The day's fees are those of the pricing the
//! account has at the correction, should it have changed on the day.
//!
//! Not checked against a TWS: how TWS reports a bust was not seen; a correction to size zero is what clients that follow the id rule can read.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::Venue;
use super::engine::finish;
use super::event::{Event, Execution};
use super::exact::{add, div, mul, sub};
use super::fees::Traded;
use super::ledger::Ledger;
use super::market::Market;
use super::tape::shares;
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

/// What of an execution becomes different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Correction {
    /// The right price, if the price was wrong.
    pub price: Option<Price>,
    /// The right number of shares, if the number was wrong; zero is a bust.
    pub quantity: Option<Qty>,
}

/// Why an execution cannot be corrected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Uncorrectable {
    /// No such execution.
    #[error("no execution of this day has the id {0:?}")]
    Unknown(String),
    /// It is as the correction would have it, or it was busted.
    #[error("execution {0:?} would not change")]
    Unchanged(String),
    /// The new price or size is none that an execution can have.
    #[error("a corrected execution needs a positive price and a whole number of shares, none or more")]
    Improper,
    /// The file was migrated on this day.
    #[error("what a position cost at the day's start is not known; executions can be corrected from the next day on")]
    StartUnknown,
}

impl Venue {
    /// Takes an execution of the day back at `at`.
    pub fn bust(&mut self, at: Nanos, market: &dyn Market, exec_id: &str) -> Result<Vec<Event>, Uncorrectable> {
        self.correct(at, market, exec_id, Correction { price: None, quantity: Some(Qty::ZERO) })
    }

    /// Corrects an execution of the day at `at`.
    pub fn correct(
        &mut self,
        at: Nanos,
        market: &dyn Market,
        exec_id: &str,
        correction: Correction,
    ) -> Result<Vec<Event>, Uncorrectable> {
        let mut out = Vec::new();
        self.advance(at, market, &mut out);
        let day = self.ledger.day;
        let mut today: Vec<Execution> = self.executions.iter().filter(|e| e.at >= day).cloned().collect();
        let before = today.clone();
        let place = revise(&mut today, exec_id, correction)?;
        let mut ledger = self.ledger.at_day_start(&before).ok_or(Uncorrectable::StartUnknown)?;
        replay(&mut ledger, &mut today);
        let (Some(old), Some(new)) = (before.get(place), today.get(place)) else { return Ok(finish(out)) };
        self.restate(old, new);
        self.ledger = ledger;
        self.touched.holdings.extend(today.iter().map(|execution| execution.con_id).collect::<BTreeSet<ConId>>());
        out.push(Event::Execution(Box::new(new.clone())));
        out.push(Event::Commission(new.commission.clone()));
        for (old, new) in before.iter().zip(&today).filter(|(old, new)| old != new) {
            self.touched.revised.insert(new.sequence);
            if old.commission != new.commission && old.exec_id == new.exec_id {
                out.push(Event::Commission(new.commission.clone()));
            }
        }
        out.push(Event::PositionChanged(self.ledger.position(new.con_id)));
        for new in today {
            if let Some(kept) = self.executions.iter_mut().find(|kept| kept.sequence == new.sequence) {
                *kept = new;
            }
        }
        Ok(finish(out))
    }

    /// Puts the corrected price into the order's average and the corrected print on the tape.
    fn restate(&mut self, old: &Execution, new: &Execution) {
        let working = self.working.iter_mut().map(|working| &mut working.order);
        if let Some(order) = working.chain(self.done.iter_mut()).find(|order| order.perm_id == new.perm_id) {
            let change = mul(sub(new.price.0, old.price.0), old.quantity.0);
            if !change.is_zero() {
                order.value.0 = add(order.value.0, change);
                self.touched.orders.insert(new.perm_id);
            }
        }
        let print = usize::try_from(new.sequence).ok().and_then(|sequence| sequence.checked_sub(1));
        if let Some(print) = print.and_then(|index| self.tape.get_mut(index)) {
            print.price = new.price;
            print.size = shares(new.quantity);
        }
    }
}

/// Writes the correction into its execution and into what the later ones of its order say of it; answers its place.
fn revise(today: &mut [Execution], exec_id: &str, correction: Correction) -> Result<usize, Uncorrectable> {
    let place = today.iter().position(|execution| execution.exec_id == exec_id);
    let unknown = || Uncorrectable::Unknown(exec_id.to_owned());
    let place = place.ok_or_else(unknown)?;
    let old = today.get(place).ok_or_else(unknown)?.clone();
    let price = correction.price.unwrap_or(old.price);
    let quantity = correction.quantity.unwrap_or(old.quantity);
    if !price.is_positive() || quantity.is_negative() || !quantity.0.fract().is_zero() {
        return Err(Uncorrectable::Improper);
    }
    if old.quantity.is_zero() || (price, quantity) == (old.price, old.quantity) {
        return Err(Uncorrectable::Unchanged(exec_id.to_owned()));
    }
    let more = sub(quantity.0, old.quantity.0);
    let dearer = sub(mul(price.0, quantity.0), mul(old.price.0, old.quantity.0));
    for execution in today.iter_mut().skip(place).filter(|execution| execution.perm_id == old.perm_id) {
        let value = add(mul(execution.avg_price.0, execution.cumulative.0), dearer);
        execution.cumulative.0 = add(execution.cumulative.0, more);
        execution.avg_price = Price(div(value, execution.cumulative.0, 8));
    }
    if let Some(execution) = today.get_mut(place) {
        execution.exec_id = successor(exec_id);
        execution.commission.exec_id.clone_from(&execution.exec_id);
        execution.price = price;
        execution.quantity = quantity;
    }
    Ok(place)
}

/// The id of the correction of an execution.
fn successor(exec_id: &str) -> String {
    let (root, revision) = exec_id.rsplit_once('.').unwrap_or((exec_id, "1"));
    let next = revision.parse::<u32>().unwrap_or(1).saturating_add(1);
    format!("{root}.{next:02}")
}

/// Books the day's executions anew, with the fees and profits they now have.
fn replay(ledger: &mut Ledger, today: &mut [Execution]) {
    for place in 0..today.len() {
        let (done, rest) = today.split_at_mut(place);
        let Some(execution) = rest.first_mut() else { continue };
        if execution.quantity.is_zero() {
            execution.commission.amount = Cash::ZERO;
            execution.commission.realized = None;
            continue;
        }
        let spec = ledger.spec(execution.con_id);
        let value: Decimal = mul(execution.price.0, execution.quantity.0);
        let fill = Traded { quantity: execution.quantity, value: Cash(value) };
        let amount = ledger.charge(done, execution.perm_id, (execution.at, spec), execution.action, fill);
        let (con_id, action) = (execution.con_id, execution.action);
        execution.commission.realized =
            ledger.book((con_id, spec), action, execution.quantity, execution.price, amount);
        execution.commission.amount = amount;
    }
}
