//! What the account's own executions do to the tape that everybody sees.
//!
//! The background never changes; what a client sees is the background with these prints over it: an added print beside the
//! background's, a replacing one in place of as many of its shares. Merging them into last, bars and volume is the reader's part.

use rust_decimal::Decimal;

use super::event::{Execution, Tape};
use crate::gateway::{ConId, Nanos};
use crate::money::{Price, Qty};

/// An own execution as a print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnPrint {
    /// The contract.
    pub con_id: ConId,
    /// When.
    pub at: Nanos,
    /// Price.
    pub price: Price,
    /// Shares.
    pub size: i64,
    /// Beside the background's prints, or in place of one.
    pub tape: Tape,
}

impl OwnPrint {
    /// The print that `execution` makes; what no order did is none, and has no size.
    pub fn of(execution: &Execution) -> Self {
        Self {
            con_id: execution.con_id,
            at: execution.at,
            price: execution.price,
            size: if execution.perm_id == 0 { 0 } else { shares(execution.quantity) },
            tape: execution.tape,
        }
    }
}

/// Whole shares of a quantity; the door lets no others in.
pub fn shares(quantity: Qty) -> i64 {
    i64::try_from(quantity.0).unwrap_or(0)
}

/// A quantity of whole shares.
pub fn qty(shares: i64) -> Qty {
    Qty(Decimal::from(shares))
}
