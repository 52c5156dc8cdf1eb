//! The states of an order: one lattice, so that doubled, late and reordered reports do no harm.
//!
//! Invariants:
//! - a live state never goes back on the strength of a status: SENDING < HELD < WORKING < CANCELLING < an end; UNKNOWN is
//!   left by any report;
//! - an end absorbs: no status makes an ended order live again (a fill after the end is booked and turns an order that is
//!   complete into FILLED, and only a SYNC, which answers what is open *now*, revives one);
//! - `filled` never shrinks and never exceeds the quantity. While a change of the quantity is unanswered, either quantity
//!   may be the true one: fills beyond the new one prove the old one, and the order is complete only by both.
//!
//! Must not know: notices, the journal, the broker's queues.

use crate::broker::event::BrokerStatus;
use crate::clock::Stamp;
use crate::domain::order::{Order, OrderState};
use crate::money::{Price, Qty};

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// One message of the stream: it may be late or doubled.
    Stream,
    /// The answer to a question asked just now.
    Sync,
}

/// What a report says about how far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The status.
    pub status: BrokerStatus,
    /// What has filled, if said.
    pub filled: Option<Qty>,
    /// The average price of the fills, if said.
    pub avg_fill: Option<Price>,
}

/// Takes a report in; whether anything changed.
pub fn advance(order: &mut Order, progress: Progress, authority: Authority, at: Stamp) -> bool {
    let grown = book(order, progress.filled.unwrap_or(Qty::ZERO), progress.avg_fill);
    if progress.status == BrokerStatus::Filled && order.filled == order.spec.qty {
        // Filled by its new quantity: the change has been accepted.
        order.before_change = None;
    }
    let next = next_state(order, progress.status, authority);
    settle(order, next, at) || grown
}

/// Books fills up to `total`; whether there are more than before.
pub fn book(order: &mut Order, total: Qty, avg_fill: Option<Price>) -> bool {
    if total > order.spec.qty
        && let Some(before) = order.before_change.take_if(|before| before.qty > order.spec.qty)
    {
        // More has filled than the change would leave: it came too late.
        order.spec = *before;
    }
    let total = total.min(order.spec.qty);
    if total < order.filled || (total == order.filled && avg_fill.is_none_or(|a| Some(a) == order.avg_fill)) {
        return false;
    }
    let grown = total > order.filled;
    order.filled = total;
    if grown || order.avg_fill.is_none() {
        order.avg_fill = avg_fill.or(order.avg_fill);
    }
    grown
}

/// The broker lists the order among those that have ended, filled, with so many: a change of its quantity was taken whose
/// answer was lost, and that is its quantity. Whether it had another here.
pub fn resize(order: &mut Order, filled: Qty) -> bool {
    let ended_otherwise = order.state.is_terminal() && order.state != OrderState::Filled;
    if ended_otherwise || !filled.is_positive() || filled < order.filled {
        return false;
    }
    order.before_change = None;
    std::mem::replace(&mut order.spec.qty, filled) != filled
}

/// Goes to the state that fits what has filled; whether that is another one.
pub fn settle(order: &mut Order, next: OrderState, at: Stamp) -> bool {
    let most = order.before_change.as_ref().map_or(order.spec.qty, |before| before.qty.max(order.spec.qty));
    let complete = most.is_positive() && order.filled >= most;
    let next = if complete { OrderState::Filled } else { next };
    if next.is_terminal() {
        order.before_change = None;
    }
    if next == order.state {
        return false;
    }
    order.state = next;
    order.changed_at = at;
    true
}

/// The state a status leads to from here.
fn next_state(order: &Order, status: BrokerStatus, authority: Authority) -> OrderState {
    let now = order.state;
    let said = match status {
        BrokerStatus::Held | BrokerStatus::Inactive => OrderState::Held,
        BrokerStatus::Working => OrderState::Working,
        BrokerStatus::Cancelling => OrderState::Cancelling,
        BrokerStatus::Cancelled => OrderState::Cancelled,
        // Only fills make an order filled; the word alone says that it is not lost.
        BrokerStatus::Filled => OrderState::Working,
        BrokerStatus::Other => return if now == OrderState::Sending { OrderState::Held } else { now },
    };
    if authority == Authority::Sync && !said.is_terminal() {
        return said;
    }
    if now.is_terminal() {
        return now;
    }
    if now == OrderState::Unknown || rank(said) > rank(now) { said } else { now }
}

/// How far a state stands along the way.
const fn rank(state: OrderState) -> u8 {
    match state {
        OrderState::Unknown => 0,
        OrderState::Sending => 1,
        OrderState::Held => 2,
        OrderState::Working => 3,
        OrderState::Cancelling => 4,
        OrderState::Filled | OrderState::Cancelled | OrderState::Rejected => 5,
    }
}

/// What an error with an order's id means for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A word about it; it lives on.
    Remark,
    /// It was refused, or the change of it was.
    Refused,
    /// It was cancelled (202).
    Cancelled,
    /// Its cancel came too late or met another state (161, 10148): ask what it is now.
    CancelFailed,
    /// The broker does not know it (10147): ask.
    Disowned,
    /// It cannot be told from the code alone: ask.
    Unclear,
}

/// What IB's code means for an order (`ib-facts.md`, `reliability.md` §2 rows 4, 20 to 35).
pub const fn verdict(code: i32) -> Verdict {
    match code {
        202 => Verdict::Cancelled,
        161 | 10148 => Verdict::CancelFailed,
        10147 => Verdict::Disowned,
        // Held until a time or for a locate, outside-hours flag ignored, time in force set by a preset, price capped, and
        // the range of warnings.
        399 | 404 | 434 | 10311 | 10349 | 2100..=2169 => Verdict::Remark,
        // Of the ranges beyond 433 only those that say for certain that an order was not taken.
        104..=160 | 162..=201 | 203 | 300..=398 | 400..=403 | 405..=433 | 451 | 460 | 461 => Verdict::Refused,
        10020 | 10243 | 10326 | 10327 | 10330 => Verdict::Refused,
        // 103, a used id, belongs here too: it says nothing about the order that has the id.
        _ => Verdict::Unclear,
    }
}

#[cfg(test)]
mod tests;
