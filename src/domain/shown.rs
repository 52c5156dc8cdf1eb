//! How numbers look, in one place (`screens.md` §1): the same number reads the same on every pane, in every message.
//!
//! Must not know: where it stands; padding and alignment are the view's.

use std::time::Duration;

use rust_decimal::Decimal;

use super::instrument::PriceRule;
use crate::money::{Cash, Price, Qty};

/// A price with the decimals of its rule, `,` from 1,000.
pub fn price(price: Price, rule: &PriceRule) -> String {
    fixed(price.0, rule.decimals_at(price))
}

/// An own size, never abbreviated.
pub fn qty(qty: Qty) -> String {
    let plain = qty.0.normalize();
    fixed(plain, plain.scale())
}

/// Own money with cents, never abbreviated, without a plus sign.
pub fn cash(cash: Cash) -> String {
    fixed(cash.0, 2)
}

/// An age in three cells: blank under a second, then `1s` to `99s`, `2m` to `99m`, `2h` to `47h`, days.
pub fn age(age: Duration) -> String {
    let s = age.as_secs();
    match s {
        0 => "   ".into(),
        1..=99 => format!("{s:>2}s"),
        100..=5_999 => format!("{:>2}m", s.wrapping_div(60)),
        6_000..=172_799 => format!("{:>2}h", s.wrapping_div(3_600)),
        _ => format!("{:>2}d", s.wrapping_div(86_400).min(99)),
    }
}

/// A decimal with exactly `places` and thousands parted; never a negative zero.
pub fn fixed(value: Decimal, places: u32) -> String {
    let mut rounded = value.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    let negative = rounded.is_sign_negative() && !rounded.is_zero();
    let text = rounded.abs().to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(text.len().saturating_add(6));
    if negative {
        out.push('-');
    }
    let mut left = whole.len();
    for digit in whole.chars() {
        out.push(digit);
        left = left.saturating_sub(1);
        if left > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_has_no_negative_zero() {
        let d = |t: &str| t.parse::<Decimal>().unwrap();
        assert_eq!(fixed(d("1000691.96"), 2), "1,000,691.96");
        assert_eq!(fixed(d("-0.001"), 2), "0.00");
        assert_eq!(fixed(d("-1234.5"), 2), "-1,234.50");
        assert_eq!(fixed(d("999"), 0), "999");
    }

    #[test]
    fn an_age_takes_three_cells() {
        let age = |s| age(Duration::from_secs(s));
        assert_eq!(
            [age(0), age(9), age(99), age(100), age(5_999), age(6_000)],
            ["   ", " 9s", "99s", " 1m", "99m", " 1h"]
        );
    }
}
