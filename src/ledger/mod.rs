//! What the executions come to: round trips, realised profit and loss, what is open and what it cost, days.
//!
//! Average cost, as TWS's own positions have it: a fill that increases a position adds to its cost, one that reduces it
//! takes out its share. A round trip goes from flat to flat; a fill that crosses zero ends one and begins the next, and
//! its commission is divided by quantity. Over a whole trip the result is the same by every method (what came in less
//! what went out); only how it falls on single days of one that was closed in parts depends on the method. Statements by
//! lots, and taxes, are the broker's affair.
//!
//! Invariants: every amount is in the contract's own currency and amounts of two currencies are never added; what is not
//! known (a commission that has not come, a multiplier, the cost of what was held before the first execution) makes
//! absent exactly the numbers that need it; realised amounts and the cost of the remainder add up to the cash that
//! moved, to the last digit.
//!
//! Must not know: the journal, the broker, the screen, the clock.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[cfg(test)]
mod edge_tests;
mod excursion;
mod lot;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::fill::Execution;
use crate::domain::instrument::ConId;
use crate::domain::order::Side;
use crate::domain::quote::Quote;
use crate::money::{Cash, Price, Qty};

pub use excursion::{Excursion, excursion};
use lot::Lot;

/// What is known of the order a fill belongs to, beside the fill itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Terms {
    /// The stop that was sent with it.
    pub stop: Option<Price>,
    /// The middle of bid and ask when the order was approved.
    pub arrival: Option<Price>,
    /// The best bid it was approved against, where that quote was two-sided.
    #[serde(default)]
    pub bid: Option<Price>,
    /// The best ask.
    #[serde(default)]
    pub ask: Option<Price>,
}

impl Terms {
    /// What is known from the quote at the approval, if that was two-sided, and the stop that was sent along.
    pub fn of(quote: Option<&Quote>, stop: Option<Price>) -> Self {
        let quote = quote.filter(|q| q.is_two_sided());
        Self {
            stop,
            arrival: quote.and_then(Quote::mid),
            bid: quote.and_then(|q| q.bid),
            ask: quote.and_then(|q| q.ask),
        }
    }
}

/// From flat to flat in one contract, or what of that has happened so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trip {
    /// The contract.
    pub con_id: ConId,
    /// Its symbol.
    pub symbol: SafeText,
    /// The currency of every amount.
    pub currency: Option<SafeText>,
    /// The side it was entered on.
    pub side: Side,
    /// When the first fill was, in nanoseconds since the Unix epoch; `None` if its time is not known, or the position was
    /// there before the first execution.
    pub opened: Option<i64>,
    /// When it became flat; `None` while it is open, or if that fill's time is not known.
    pub closed: Option<i64>,
    /// How much was entered in all.
    pub entered: Qty,
    /// How much was closed.
    pub exited: Qty,
    /// What is open, negative when short.
    pub open: Qty,
    /// Average price of the entries.
    pub entry: Option<Price>,
    /// Average price of the exits.
    pub exit: Option<Price>,
    /// Profit or loss of what was closed, before commissions.
    pub gross: Option<Cash>,
    /// What its fills have cost so far; `None` while one is not known.
    pub commission: Option<Cash>,
    /// Profit or loss of what was closed, commissions of both sides taken off.
    pub net: Option<Cash>,
    /// What the open remainder was bought for, or sold for when short, before commissions; never negative.
    pub cost: Option<Cash>,
    /// What the stops sent with the entries put at risk; `None` unless every entry had one beyond its price.
    pub risk: Option<Cash>,
    /// `net` in units of `risk`; of a closed trip only.
    pub r: Option<Decimal>,
    /// What the fills cost against the middle of the quote at their approval; positive is worse. `None` unless the quote
    /// of every order is known.
    pub slippage: Option<Cash>,
    /// From the first fill to the last.
    pub held: Option<Duration>,
    /// Whether some of it was held before the first execution known.
    pub inherited: bool,
    /// Its fills, oldest first; one that crosses zero is in both trips.
    pub fills: Vec<SafeText>,
}

impl Trip {
    /// Whether it ended flat.
    pub fn is_closed(&self) -> bool {
        self.open.is_zero()
    }
}

/// What was realised by one fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Realised {
    /// The contract.
    pub con_id: ConId,
    /// The currency.
    pub currency: Option<SafeText>,
    /// The fill.
    pub exec_id: SafeText,
    /// When.
    pub time: Option<i64>,
    /// How much was closed.
    pub qty: Qty,
    /// Before commissions.
    pub gross: Option<Cash>,
    /// Commissions of both sides taken off.
    pub net: Option<Cash>,
}

/// A day of New York in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Day {
    /// How many fills.
    pub fills: usize,
    /// How much changed hands, in units of the contracts.
    pub volume: Qty,
    /// Commissions; `None` while one is not known.
    pub commission: Option<Cash>,
    /// Realised before commissions.
    pub gross: Option<Cash>,
    /// Realised after commissions.
    pub net: Option<Cash>,
}

/// Everything the executions come to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ledger {
    /// Round trips by their beginning, open ones among them.
    pub trips: Vec<Trip>,
    /// What was realised, in the order of the fills.
    pub realised: Vec<Realised>,
}

/// Of several versions of a fill the last, in the order given; those taken back are among them.
pub fn newest<'e>(executions: impl IntoIterator<Item = &'e Execution>) -> Vec<&'e Execution> {
    let mut newest: IndexMap<&str, &Execution> = IndexMap::new();
    for execution in executions {
        let (base, version) = execution.exec_id.version();
        match newest.get_mut(base) {
            Some(known) if known.exec_id.version().1 <= version => *known = execution,
            Some(_) => {}
            None => drop(newest.insert(base, execution)),
        }
    }
    newest.into_values().collect()
}

/// The executions that count, oldest first: the newest versions without those taken back. Those whose time is not known
/// stand last, in the order given.
pub fn current<'e>(executions: impl IntoIterator<Item = &'e Execution>) -> Vec<&'e Execution> {
    let mut out = newest(executions);
    out.retain(|e| e.qty.is_positive());
    out.sort_by_key(|e| e.time.unwrap_or(i64::MAX));
    out
}

/// Books the executions. `before` says what was held of a contract before the first of them, `terms` what is known of a
/// fill's order.
pub fn book<'e>(
    executions: impl IntoIterator<Item = &'e Execution>,
    before: impl Fn(ConId) -> Qty,
    terms: impl Fn(&Execution) -> Terms,
) -> Ledger {
    let mut ledger = Ledger::default();
    let mut open: IndexMap<ConId, Lot> = IndexMap::new();
    for execution in current(executions) {
        let con_id = execution.con_id;
        let lot = open.entry(con_id).or_insert_with(|| Lot::inherited(execution, before(con_id)));
        let ended = lot.take(execution, terms(execution), &mut ledger.realised);
        ledger.trips.extend(ended);
    }
    ledger.trips.extend(open.into_values().filter_map(Lot::rest));
    ledger.trips.sort_by_key(|t| t.opened.unwrap_or(i64::MIN));
    ledger
}

/// The day in New York of a moment.
pub fn day_of(time: i64) -> Date {
    Stamp { wall: time, mono: 0 }.eastern().date()
}

/// The days of the executions, by currency; fills without a time are in none.
pub fn days<'e>(
    executions: impl IntoIterator<Item = &'e Execution>,
    realised: &[Realised],
) -> BTreeMap<(Date, Option<SafeText>), Day> {
    let mut days: BTreeMap<(Date, Option<SafeText>), Day> = BTreeMap::new();
    let zero =
        || Day { commission: Some(Cash::ZERO), gross: Some(Cash::ZERO), net: Some(Cash::ZERO), ..Day::default() };
    for execution in current(executions) {
        let Some(time) = execution.time else { continue };
        let day = days.entry((day_of(time), execution.currency.clone())).or_insert_with(zero);
        day.fills = day.fills.saturating_add(1);
        day.volume = day.volume.plus(execution.qty).unwrap_or(day.volume);
        day.commission = sum(day.commission, execution.commission.as_ref().map(|c| c.amount));
    }
    for part in realised {
        let Some(time) = part.time else { continue };
        let day = days.entry((day_of(time), part.currency.clone())).or_insert_with(zero);
        day.gross = sum(day.gross, part.gross);
        day.net = sum(day.net, part.net);
    }
    days
}

/// What fills cost against the middle at their approval; positive is worse. Absent if it is not known for each.
pub fn slippage<'e>(
    fills: impl IntoIterator<Item = &'e Execution>,
    terms: impl Fn(&Execution) -> Terms,
) -> Option<Cash> {
    fills.into_iter().try_fold(Cash::ZERO, |total, fill| total.plus(lot::slipped(fill, fill.qty, terms(fill))?))
}

/// The sum of two amounts, absent if one is.
fn sum(a: Option<Cash>, b: Option<Cash>) -> Option<Cash> {
    a?.plus(b?)
}
