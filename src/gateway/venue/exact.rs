//! Sums and products of bounded amounts.
//!
//! Invariant: what enters is bounded at the door ([`super::check`]: ten million shares, ten million of price), so no result
//! comes near `Decimal`'s range of 7.9e28; the saturating forms only keep the operators that panic out of the venue.

use rust_decimal::Decimal;

/// The sum.
pub fn add(a: Decimal, b: Decimal) -> Decimal {
    a.saturating_add(b)
}

/// The difference.
pub fn sub(a: Decimal, b: Decimal) -> Decimal {
    a.saturating_sub(b)
}

/// The product.
pub fn mul(a: Decimal, b: Decimal) -> Decimal {
    a.saturating_mul(b)
}

/// The quotient rounded to `places`; zero if `b` is zero.
pub fn div(a: Decimal, b: Decimal, places: u32) -> Decimal {
    a.checked_div(b).unwrap_or(Decimal::ZERO).round_dp(places).normalize()
}

/// The opposite sign.
pub fn neg(mut a: Decimal) -> Decimal {
    let negative = a.is_sign_negative();
    a.set_sign_negative(!negative && !a.is_zero());
    a
}
