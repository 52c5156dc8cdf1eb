//! Commissions and regulatory fees of US stocks and options, by date.
//!
//! **IBKR Pro fixed**: 0.005 USD a share, at least 1 USD and at most 1 % of the value of an order. **IBKR Pro tiered**: 0.0035 USD a
//! share, less by the month's volume at the margin, at least 0.35 USD and at most 1 %; beside it clearing (NSCC and DTC) and
//! the passed-through fees of NYSE and FINRA, which are shares of the commission. With either, sales pay the SEC's fee on their
//! value and FINRA's trading activity fee on their shares, capped for each execution.
//!
//! The minimum and the maximum are counted over the fills of an order on one day together: an order that lives on is a new one for
//! them on each day, as IBKR has it. Where 1 % of the value is less than the minimum, it is 1 % that is paid.
//! No fill's commission is negative.
//!
//! A change of rates is a row: the newest one that is not after the day of the fill holds; before the oldest, the oldest holds.
//!
//! **Options**: 0.65 USD a contract, 0.50 below a premium of 0.10 and 0.25 below 0.05, at least 1 USD an order, with either pricing and the SEC's and
//! FINRA's fees on sales. Absent: what exchanges and the clearing house charge, lower rates by volume.
//!
//! **Absent**, because no honest figure is known here: what exchanges charge for taking and pay for adding with tiered pricing (about
//! 0.003 USD a share either way), the CAT fee, the TAF holiday proposed for October to December 2026, the minimum that a
//! modified order may pay anew, the share of fees that tiered volume above 300,000 shares would need across accounts.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::exact::{add, mul, sub};
use super::order::Action;
use crate::clock::eastern;
use crate::gateway::Nanos;
use crate::money::{Cash, Price, Qty};

/// How an account pays its broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pricing {
    /// One rate a share, exchange fees included.
    #[default]
    Fixed,
    /// A rate by the month's volume, third parties' fees beside it.
    Tiered,
}

impl Pricing {
    /// The word of the command line and of the state.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Tiered => "tiered",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Fixed, Self::Tiered].into_iter().find(|pricing| pricing.word() == word)
    }
}

/// Digits and decimals, as a decimal.
const fn d(digits: u32, places: u32) -> Decimal {
    Decimal::from_parts(digits, 0, 0, false, places)
}

/// The broker's own terms.
struct Terms {
    /// Shares of a month up to which a rate holds, and the rate; the last one has no end.
    tiers: &'static [(u32, Decimal)],
    minimum: Decimal,
    most_of_value: Decimal,
    /// Clearing, a share.
    clearing: Decimal,
    /// The most that clearing costs, of the value.
    clearing_most: Decimal,
    /// What is passed through, of the commission.
    passed: Decimal,
}

/// FINRA's trading activity fee.
struct Taf {
    per_share: Decimal,
    most: Decimal,
}

/// IBKR Pro fixed.
const FIXED: [(Date, Terms); 1] = [(
    date(2016, 1, 1),
    Terms {
        tiers: &[(u32::MAX, d(5, 3))],
        minimum: Decimal::ONE,
        most_of_value: d(1, 2),
        clearing: Decimal::ZERO,
        clearing_most: Decimal::ZERO,
        passed: Decimal::ZERO,
    },
)];

/// IBKR Pro tiered; passed through are NYSE's 0.000175 and FINRA's 0.00056 of the commission.
const TIERED: [(Date, Terms); 1] = [(
    date(2016, 1, 1),
    Terms {
        tiers: &[
            (300_000, d(35, 4)),
            (3_000_000, d(20, 4)),
            (20_000_000, d(15, 4)),
            (100_000_000, d(10, 4)),
            (u32::MAX, d(5, 4)),
        ],
        minimum: d(35, 2),
        most_of_value: d(1, 2),
        clearing: d(2, 4),
        clearing_most: d(5, 3),
        passed: d(735, 6),
    },
)];

/// The SEC's fee on sales (Section 31 of the Exchange Act), of the value.
const SEC: [(Date, Decimal); 4] = [
    (date(2026, 4, 4), d(2060, 8)),
    (date(2025, 5, 14), Decimal::ZERO),
    (date(2024, 5, 22), d(2780, 8)),
    (date(2023, 2, 27), d(800, 8)),
];

/// FINRA's trading activity fee on sales.
const TAF: [(Date, Taf); 2] = [
    (date(2026, 1, 1), Taf { per_share: d(195, 6), most: d(979, 2) }),
    (date(2024, 1, 1), Taf { per_share: d(166, 6), most: d(830, 2) }),
];

/// FINRA's trading activity fee on options sold, a contract.
const TAF_OPTIONS: [(Date, Decimal); 2] = [(date(2026, 1, 1), d(329, 5)), (date(2024, 1, 1), d(279, 5))];

/// The row in force on a day.
fn on<T>(rows: &'static [(Date, T)], day: Date) -> Option<&'static T> {
    let newest = rows.iter().find(|(from, _)| *from <= day);
    newest.or(rows.last()).map(|(_, row)| row)
}

/// The day of a moment in New York.
fn day_of(at: Nanos) -> Date {
    Timestamp::from_nanosecond(i128::from(at)).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(eastern()).date()
}

/// The month of a moment in New York, as a number such as 202606.
pub fn month_of(at: Nanos) -> i32 {
    let day = day_of(at);
    i32::from(day.year()).saturating_mul(100).saturating_add(i32::from(day.month()))
}

/// What an order traded on one day so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traded {
    /// Shares.
    pub quantity: Qty,
    /// Money value.
    pub value: Cash,
}

impl Traded {
    /// With a fill more.
    pub fn and(self, quantity: Qty, value: Cash) -> Self {
        Self { quantity: Qty(add(self.quantity.0, quantity.0)), value: Cash(add(self.value.0, value.0)) }
    }
}

impl Terms {
    /// The commission for shares beyond `month` shares of the month, before minimum and maximum.
    fn ladder(&self, month: Decimal, quantity: Decimal) -> Decimal {
        let (mut from, mut left, mut sum) = (month, quantity, Decimal::ZERO);
        for (end, rate) in self.tiers {
            let room = if *end == u32::MAX { left } else { sub(Decimal::from(*end), from).max(Decimal::ZERO) };
            let shares = room.min(left);
            sum = add(sum, mul(shares, *rate));
            from = add(from, shares);
            left = sub(left, shares);
        }
        sum
    }

    /// What an order pays broker and clearing that traded `traded` after `month` shares of the month.
    fn order(&self, month: Decimal, traded: Traded) -> Decimal {
        if traded.quantity.is_zero() {
            return Decimal::ZERO;
        }
        let most = mul(traded.value.0, self.most_of_value);
        let commission = self.ladder(month, traded.quantity.0).max(self.minimum).min(most);
        let clearing = mul(traded.quantity.0, self.clearing).min(mul(traded.value.0, self.clearing_most));
        add(add(commission, mul(commission, self.passed)), clearing)
    }
}

/// What one fill pays in all, at six decimals: `before` is what its order traded earlier on the day, `month` what the account traded in
/// the month without this order's day.
pub fn fill(at: Nanos, pricing: Pricing, action: Action, month: Qty, before: Traded, fill: Traded) -> Cash {
    let day = day_of(at);
    let rows: &'static [(Date, Terms)] = match pricing {
        Pricing::Fixed => &FIXED,
        Pricing::Tiered => &TIERED,
    };
    let own = on(rows, day).map_or(Decimal::ZERO, |terms| {
        let after = terms.order(month.0, before.and(fill.quantity, fill.value));
        sub(after.round_dp(6), terms.order(month.0, before).round_dp(6)).max(Decimal::ZERO)
    });
    Cash(add(own, regulators(day, action, fill).round_dp(6)).normalize())
}

/// What one contract of an option pays the broker at a premium: less where it is nearly nothing.
fn contract_rate(premium: Price) -> Decimal {
    if premium.0 >= d(10, 2) {
        d(65, 2)
    } else if premium.0 >= d(5, 2) {
        d(50, 2)
    } else {
        d(25, 2)
    }
}

/// What one fill of an option pays: `earlier` are the fills of its order on the day as contracts and premium. The least an order pays is a
/// dollar, over its fills of one day together.
pub fn option(at: Nanos, action: Action, earlier: &[(Qty, Price)], fill: (Qty, Price), units: Decimal) -> Cash {
    let of = |(count, premium): &(Qty, Price)| mul(count.0, contract_rate(*premium));
    let before = earlier.iter().fold(Decimal::ZERO, |sum, fill| add(sum, of(fill)));
    let least = |sum: Decimal| if sum.is_zero() { sum } else { sum.max(Decimal::ONE) };
    let own = sub(least(add(before, of(&fill))), least(before));
    let (count, premium) = fill;
    let taken = if action == Action::Buy {
        Decimal::ZERO
    } else {
        let day = day_of(at);
        let value = mul(mul(count.0, premium.0), units);
        let sec = on(&SEC, day).map_or(Decimal::ZERO, |rate| mul(value, *rate));
        add(sec, on(&TAF_OPTIONS, day).map_or(Decimal::ZERO, |rate| mul(count.0, *rate)))
    };
    Cash(add(own, taken.round_dp(6)).normalize())
}

/// What SEC and FINRA take from one execution.
fn regulators(day: Date, action: Action, fill: Traded) -> Decimal {
    if action == Action::Buy {
        return Decimal::ZERO;
    }
    let sec = on(&SEC, day).map_or(Decimal::ZERO, |rate| mul(fill.value.0, *rate));
    let taf = on(&TAF, day).map_or(Decimal::ZERO, |taf| mul(fill.quantity.0, taf.per_share).min(taf.most));
    add(sec, taf)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon(day: Date) -> Nanos {
        let noon = day.at(12, 0, 0, 0).to_zoned(eastern()).unwrap();
        i64::try_from(noon.timestamp().as_nanosecond()).unwrap()
    }

    const SUMMER_2026: Date = date(2026, 6, 20);

    fn traded(quantity: i64, value: &str) -> Traded {
        Traded { quantity: Qty::from(quantity), value: value.parse().unwrap() }
    }

    fn cost(day: Date, pricing: Pricing, action: Action, month: i64, quantity: i64, value: &str) -> String {
        let at = noon(day);
        fill(at, pricing, action, Qty::from(month), Traded::default(), traded(quantity, value)).to_string()
    }

    #[test]
    fn a_fixed_purchase_pays_half_a_cent_a_share_at_least_a_dollar_at_most_a_percent() {
        // 1000 × 0.005; 100 × 0.005 = 0.50 < 1; 1 % of 24 = 0.24 < 1.
        for (quantity, value, paid) in [(1000, "230000", "5"), (100, "23000", "1"), (1, "24", "0.24")] {
            assert_eq!(cost(SUMMER_2026, Pricing::Fixed, Action::Buy, 0, quantity, value), paid);
        }
    }

    #[test]
    fn a_tiered_purchase_pays_its_tier_clearing_and_what_is_passed_through() {
        // 1000 × 0.0035 = 3.50; passed 3.50 × 0.000735 = 0.0025725; clearing 1000 × 0.0002 = 0.20.
        assert_eq!(cost(SUMMER_2026, Pricing::Tiered, Action::Buy, 0, 1000, "230000"), "3.702572");
        // 50 × 0.0035 = 0.175 < 0.35; passed 0.35 × 0.000735 = 0.00025725; clearing 0.01.
        assert_eq!(cost(SUMMER_2026, Pricing::Tiered, Action::Buy, 0, 50, "11500"), "0.360257");
        // 1 % of 20 = 0.20 < 0.35; passed 0.000147; clearing min(100 × 0.0002, 0.5 % of 20) = min(0.02, 0.10).
        assert_eq!(cost(SUMMER_2026, Pricing::Tiered, Action::Buy, 0, 100, "20"), "0.220147");
        // A cheap share: clearing is 0.5 % of 2 = 0.01, not 0.02.
        assert_eq!(cost(SUMMER_2026, Pricing::Tiered, Action::Buy, 0, 100, "2"), "0.030015");
    }

    #[test]
    fn volume_of_the_month_lowers_the_rate_at_the_margin() {
        // 500 at 0.0035, then 500 at 0.0020: 1.75 + 1.00 = 2.75; passed 0.00202125; clearing 0.20.
        assert_eq!(cost(SUMMER_2026, Pricing::Tiered, Action::Buy, 299_500, 1000, "230000"), "2.952021");
        // Each tier well inside: rate × 10,000 + passed + clearing 2.
        let rates =
            [(300_000, "22.0147"), (3_000_000, "17.011025"), (20_000_000, "12.00735"), (100_000_000, "7.003675")];
        for (month, paid) in rates {
            assert_eq!(cost(SUMMER_2026, Pricing::Tiered, Action::Buy, month, 10_000, "2300000"), paid, "{month}");
        }
    }

    #[test]
    fn a_sale_pays_the_regulators_by_the_rates_of_its_date() {
        // 23,000 × rate + 100 × TAF beside the commission of 1.
        let table = [
            (date(2026, 6, 20), "1.4933"),  // 0.4738 + 0.0195
            (date(2026, 4, 4), "1.4933"),   // the first day of 20.60 a million
            (date(2026, 4, 3), "1.0195"),   // the last day without the SEC's fee
            (date(2026, 1, 1), "1.0195"),   // TAF 0.000195 begins
            (date(2025, 12, 31), "1.0166"), // 0 + 0.0166
            (date(2025, 5, 13), "1.656"),   // 0.6394 + 0.0166
            (date(2024, 5, 22), "1.656"),   // the first day of 27.80 a million
            (date(2024, 5, 21), "1.2006"),  // 0.1840 + 0.0166
            (date(1993, 1, 4), "1.2006"),   // before the oldest row, the oldest holds
        ];
        for (day, paid) in table {
            assert_eq!(cost(day, Pricing::Fixed, Action::Sell, 0, 100, "23000"), paid, "{day}");
        }
    }

    #[test]
    fn the_trading_activity_fee_is_capped_for_each_execution() {
        // 100,000 × 0.005 = 500; TAF 19.50 → 9.79 in 2026, 16.60 → 8.30 before.
        assert_eq!(cost(date(2026, 1, 9), Pricing::Fixed, Action::Sell, 0, 100_000, "5000000"), "509.79");
        assert_eq!(cost(date(2025, 6, 2), Pricing::Fixed, Action::Sell, 0, 100_000, "5000000"), "508.3");
    }

    #[test]
    fn the_minimum_is_paid_once_an_order() {
        let first = traded(50, "5000");
        let at = noon(SUMMER_2026);
        let pay = |before, more| fill(at, Pricing::Fixed, Action::Buy, Qty::ZERO, before, more);
        assert_eq!(pay(Traded::default(), first), Cash::from(1));
        assert_eq!(pay(first, first), Cash::ZERO);
        // 300 shares in all cost 1.50: what is left of it after the dollar.
        assert_eq!(pay(first.and(Qty::from(50), Cash::from(5000)), traded(200, "20000")), "0.5".parse().unwrap());
    }
}
