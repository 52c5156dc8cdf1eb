//! Commissions and regulatory fees of US stocks, by date.
//!
//! IBKR Pro, fixed: 0.005 USD a share, at least 1 USD and at most 1 % of the value of an order, counted over the order's fills
//! together. Sales also pay the SEC's fee on their value and FINRA's trading activity fee on their shares. An order's fee
//! never falls as it fills, so no fill's commission is negative. Absent: tiered pricing, exchange fees and rebates, the
//! minimum that IB charges anew on each day of a GTC order.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::exact::{add, mul, sub};
use super::order::Action;
use crate::clock::eastern;
use crate::gateway::Nanos;
use crate::money::{Cash, Qty};

/// The rates in force from a date on.
struct Rates {
    from: Date,
    per_share: Decimal,
    minimum: Decimal,
    most_of_value: Decimal,
    sec_of_value: Decimal,
    taf_per_share: Decimal,
    taf_most: Decimal,
}

/// Newest first; a change of rates is a row here.
const RATES: [Rates; 2] = [
    Rates {
        from: date(2026, 4, 4),
        per_share: Decimal::from_parts(5, 0, 0, false, 3),
        minimum: Decimal::ONE,
        most_of_value: Decimal::from_parts(1, 0, 0, false, 2),
        sec_of_value: Decimal::from_parts(2060, 0, 0, false, 8),
        taf_per_share: Decimal::from_parts(195, 0, 0, false, 6),
        taf_most: Decimal::from_parts(979, 0, 0, false, 2),
    },
    Rates {
        from: date(1993, 1, 1),
        per_share: Decimal::from_parts(5, 0, 0, false, 3),
        minimum: Decimal::ONE,
        most_of_value: Decimal::from_parts(1, 0, 0, false, 2),
        sec_of_value: Decimal::ZERO,
        taf_per_share: Decimal::from_parts(195, 0, 0, false, 6),
        taf_most: Decimal::from_parts(979, 0, 0, false, 2),
    },
];

impl Rates {
    fn at(at: Nanos) -> &'static Self {
        let day =
            Timestamp::from_nanosecond(i128::from(at)).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(eastern()).date();
        let [newest, oldest] = &RATES;
        if day >= newest.from { newest } else { oldest }
    }

    /// What an order that traded `quantity` shares for `value` pays in all.
    fn order(&self, action: Action, quantity: Qty, value: Cash) -> Decimal {
        let commission = mul(quantity.0, self.per_share).max(self.minimum).min(mul(value.0, self.most_of_value));
        match action {
            Action::Buy => commission,
            Action::Sell => {
                let sec = mul(value.0, self.sec_of_value);
                let taf = mul(quantity.0, self.taf_per_share).min(self.taf_most);
                add(commission, add(sec, taf))
            }
        }
    }
}

/// What the fill pays that took an order from `before` to `after` (shares and value traded), at six decimals.
pub fn fill(at: Nanos, action: Action, before: (Qty, Cash), after: (Qty, Cash)) -> Cash {
    let rates = Rates::at(at);
    let paid = if before.0.is_zero() { Decimal::ZERO } else { rates.order(action, before.0, before.1) };
    Cash(sub(rates.order(action, after.0, after.1).round_dp(6), paid.round_dp(6)).normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMER_2026: Nanos = 1_782_000_000_000_000_000;
    const JANUARY_2026: Nanos = 1_768_000_000_000_000_000;

    fn cost(at: Nanos, action: Action, quantity: i64, value: &str) -> String {
        let after = (Qty::from(quantity), value.parse().unwrap());
        fill(at, action, (Qty::ZERO, Cash::ZERO), after).to_string()
    }

    #[test]
    fn a_purchase_pays_half_a_cent_a_share_at_least_a_dollar_at_most_a_percent() {
        assert_eq!(cost(SUMMER_2026, Action::Buy, 1000, "230000"), "5");
        assert_eq!(cost(SUMMER_2026, Action::Buy, 100, "23000"), "1");
        assert_eq!(cost(SUMMER_2026, Action::Buy, 1, "24"), "0.24");
    }

    #[test]
    fn a_sale_pays_the_regulators_by_the_rates_of_its_date() {
        assert_eq!(cost(SUMMER_2026, Action::Sell, 100, "23000"), "1.4933");
        assert_eq!(cost(JANUARY_2026, Action::Sell, 100, "23000"), "1.0195");
        assert_eq!(cost(JANUARY_2026, Action::Sell, 100_000, "5000000"), "509.79");
    }

    #[test]
    fn the_minimum_is_paid_once_an_order() {
        let first = (Qty::from(50), Cash::from(5000));
        let both = (Qty::from(100), Cash::from(10_000));
        assert_eq!(fill(SUMMER_2026, Action::Buy, (Qty::ZERO, Cash::ZERO), first), Cash::from(1));
        assert_eq!(fill(SUMMER_2026, Action::Buy, first, both), Cash::ZERO);
    }
}
