//! The day's profit and loss from the fills, beside the broker's own: the guard takes the worse of the two (G24).
//!
//! Of each contract: what is held at its last price, less what was held before the session at its closing price, and the cash
//! of the session's fills, commissions counted. That is the rule of the portfolio window (`trading.md` D9), less what only the
//! broker knows: dividends, interest, fees without a fill.
//!
//! Invariants: a number that is needed and not known (a price, a multiplier, a fill that the position does not show yet,
//! another currency than the account's) leaves the whole absent, never a part counted as zero; a commission that has not
//! come yet is counted as nothing and comes later.
//!
//! Must not know: the screen.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::model::Model;
use super::select;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::fill::Execution;
use crate::domain::instrument::ConId;
use crate::domain::order::Side;
use crate::ledger;
use crate::money::{Cash, Qty};

/// What the fills of one session come to, by contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traded {
    /// The session; none while a fill has come that is not in it yet.
    pub date: Option<Date>,
    /// By contract.
    pub contracts: BTreeMap<ConId, Sum>,
}

/// The fills of one contract in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Bought less sold.
    pub qty: Qty,
    /// Received less paid, commissions paid; `None` where that is not known.
    pub cash: Option<Cash>,
    /// What the contract is priced in.
    pub currency: Option<SafeText>,
}

/// Adds up the fills of the session that is under way.
pub fn traded(model: &Model) -> Traded {
    let date = select::session_date(model);
    let mut contracts: BTreeMap<ConId, Sum> = BTreeMap::new();
    let of_session = |e: &&Execution| e.time.is_none_or(|wall| session_of(model, wall) == date);
    for execution in ledger::current(model.orders.executions.values()).into_iter().filter(of_session) {
        let zero = || Sum { qty: Qty::ZERO, cash: Some(Cash::ZERO), currency: execution.currency.clone() };
        let sum = contracts.entry(execution.con_id).or_insert_with(zero);
        let signed = if execution.side == Side::Buy { execution.qty } else { execution.qty.negated() };
        sum.cash = sum.cash.and_then(|cash| cash.plus(received(execution, signed)?));
        match sum.qty.plus(signed) {
            Some(qty) => sum.qty = qty,
            None => sum.cash = None,
        }
    }
    Traded { date: Some(date), contracts }
}

/// The session in which something happened.
fn session_of(model: &Model, wall: i64) -> Date {
    model.desk.hours.session_date(&Stamp { wall, mono: 0 }.eastern())
}

/// What a fill has brought, less its commission.
fn received(execution: &Execution, signed: Qty) -> Option<Cash> {
    let paid = execution.price.value_of(signed, execution.multiplier?)?;
    match &execution.commission {
        Some(commission) => paid.negated().minus(commission.amount),
        None => Some(paid.negated()),
    }
}

/// The session's profit and loss; `None` where a part of it is not known.
pub fn pnl(model: &Model) -> Option<Cash> {
    let traded = &model.orders.traded;
    if !model.desk.positions_known || traded.date != Some(select::session_date(model)) {
        return None;
    }
    let held = model.positions.values().filter(|p| !p.qty.is_zero()).map(|p| p.con_id);
    let all: std::collections::BTreeSet<ConId> = held.chain(traded.contracts.keys().copied()).collect();
    all.into_iter().try_fold(Cash::ZERO, |total, con_id| total.plus(of(model, con_id, traded.contracts.get(&con_id))?))
}

fn of(model: &Model, con_id: ConId, traded: Option<&Sum>) -> Option<Cash> {
    let (instrument, quote) = (select::instrument(model, con_id)?, model.market.quotes.get(&con_id)?);
    let own = |currency: &SafeText| currency.eq_ignore_ascii_case(&model.account.currency);
    let same = own(&instrument.currency) && traded.is_none_or(|sum| sum.currency.as_ref().is_none_or(own));
    if !same || !select::is_settled(model, con_id) {
        return None;
    }
    let held = select::held(model, con_id)?;
    let before = held.minus(traded.map_or(Qty::ZERO, |sum| sum.qty))?;
    let multiplier = Some(instrument.multiplier).filter(|m| *m > Decimal::ZERO)?;
    let now = if held.is_zero() { Cash::ZERO } else { quote.last?.value_of(held, multiplier)? };
    let then = if before.is_zero() { Cash::ZERO } else { quote.close?.value_of(before, multiplier)? };
    now.minus(then)?.plus(traded.map_or(Some(Cash::ZERO), |sum| sum.cash)?)
}

/// The worse of the broker's figure and that of the fills.
pub fn worse(model: &Model) -> Option<Cash> {
    match (model.account.pnl.daily, pnl(model)) {
        (Some(said), Some(counted)) => Some(said.min(counted)),
        (said, counted) => said.or(counted),
    }
}
