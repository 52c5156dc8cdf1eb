//! Margin of stock positions; that of futures is in [`super::contract`], that of options in [`super::strategy`].
//!
//! | | initial | to keep |
//! |---|---|---|
//! | long | 50 % of the value (Regulation T) | 25 % |
//! | short at 5 USD or more | 50 %, at least what keeping asks | 30 %, at least 5 USD a share |
//! | short below 5 USD | what keeping asks | 100 %, at least 2.50 USD a share |
//!
//! Sources: 12 CFR 220.12 for the initial margin, FINRA rule 4210(c) for what is kept; the proceeds of a short sale are
//! in cash already and not counted again. The rates are the same in and outside regular hours and on every day, so what TWS calls
//! look-ahead and outside-RTH margin equals the present one.
//!
//! Absent: portfolio margin, house rates by symbol or concentration, the 2,000 USD of equity that borrowing needs.

use rust_decimal::Decimal;

use super::exact::{add, mul};
use super::ledger::{Holding, Ledger};
use super::strategy;
use crate::gateway::ConId;
use crate::money::{Cash, Price};

/// Regulation T: what opening a position binds of its value.
pub const REG_T: Decimal = Decimal::from_parts(50, 0, 0, false, 2);
/// What keeping a long position binds.
const KEEP_LONG: Decimal = Decimal::from_parts(25, 0, 0, false, 2);
/// What keeping a short position binds.
const KEEP_SHORT: Decimal = Decimal::from_parts(30, 0, 0, false, 2);
/// Below this price a short binds its whole value.
const CHEAP: Decimal = Decimal::from_parts(5, 0, 0, false, 0);
/// The least a short binds for a share.
const LEAST_A_SHARE: Decimal = Decimal::from_parts(5, 0, 0, false, 0);
/// The least a cheap short binds for a share.
const LEAST_A_CHEAP_SHARE: Decimal = Decimal::from_parts(250, 0, 0, false, 2);

/// What positions bind, in the base currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Requirement {
    /// To open them.
    pub initial: Cash,
    /// To keep them.
    pub maintenance: Cash,
    /// Regulation T's share alone.
    pub reg_t: Cash,
}

impl Requirement {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        let sum = |a: Cash, b: Cash| Cash(add(a.0, b.0));
        Self {
            initial: sum(self.initial, other.initial),
            maintenance: sum(self.maintenance, other.maintenance),
            reg_t: sum(self.reg_t, other.reg_t),
        }
    }
}

/// What `shares` at `price` bind; negative shares are short.
pub fn of(shares: Decimal, price: Price) -> Requirement {
    let count = shares.abs();
    let value = mul(count, price.0);
    let half = mul(value, REG_T);
    let keep = match (shares.is_sign_negative(), price.0 < CHEAP) {
        (false, _) => mul(value, KEEP_LONG),
        (true, false) => mul(value, KEEP_SHORT).max(mul(count, LEAST_A_SHARE)),
        (true, true) => value.max(mul(count, LEAST_A_CHEAP_SHARE)),
    };
    Requirement { initial: Cash(half.max(keep)), maintenance: Cash(keep), reg_t: Cash(half) }
}

/// What the open positions that `which` picks bind, by contract's own rules and without options; `None` if a mark is unknown.
pub fn of_some(
    ledger: &Ledger,
    mark: impl Fn(ConId) -> Option<Price>,
    which: impl Fn(&Holding) -> bool,
) -> Option<Requirement> {
    let open = ledger.holdings.iter().filter(|(_, holding)| !holding.quantity.is_zero() && which(holding));
    open.map(|(con_id, holding)| mark(*con_id).map(|mark| holding.spec.margin(holding.quantity.0, mark)))
        .try_fold(Requirement::default(), |sum, one| one.map(|one| sum.and(one)))
}

/// What all positions bind; `None` if a mark is unknown.
pub fn of_all(ledger: &Ledger, mark: impl Fn(ConId) -> Option<Price>) -> Option<Requirement> {
    Some(of_some(ledger, &mark, |_| true)?.and(strategy::of_options(ledger, &mark)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_the_table_binds_what_it_says() {
        let cash = |text: &str| text.parse::<Cash>().unwrap();
        // Shares, price, initial, maintenance, Reg T.
        let table = [
            (100, "100", "5000", "2500", "5000"),  // long: 50 % and 25 % of 10,000
            (-100, "100", "5000", "3000", "5000"), // short: 50 % and 30 % of 10,000
            (-100, "12", "600", "500", "600"),     // 30 % of 1,200 = 360 < 100 × 5; 50 % = 600
            (-100, "5", "500", "500", "250"),      // 50 % of 500 = 250 < 100 × 5
            (-100, "4", "400", "400", "200"),      // below 5: the value, 400 > 100 × 2.50
            (-100, "2", "250", "250", "100"),      // below 2.50: 100 × 2.50 > 200
            (100, "2", "100", "50", "100"),        // long and cheap is long
            (0, "2", "0", "0", "0"),
        ];
        for (shares, price, initial, maintenance, reg_t) in table {
            let bound = of(Decimal::from(shares), price.parse().unwrap());
            let expected = Requirement { initial: cash(initial), maintenance: cash(maintenance), reg_t: cash(reg_t) };
            assert_eq!(bound, expected, "{shares} at {price}");
        }
    }
}
