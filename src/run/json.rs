//! Numbers and moments in JSON: decimals are strings without trailing zeros, at most eight places; moments are RFC 3339
//! in New York; what is not known is null.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::clock::Stamp;
use crate::money::{Cash, Price, Qty};

/// Places of a decimal at most: averages and ratios have no end.
const PLACES: u32 = 8;

/// What is a number.
pub trait Number {
    /// Its value.
    fn decimal(&self) -> Decimal;
}

impl Number for Decimal {
    fn decimal(&self) -> Decimal {
        *self
    }
}

impl Number for Price {
    fn decimal(&self) -> Decimal {
        self.0
    }
}

impl Number for Qty {
    fn decimal(&self) -> Decimal {
        self.0
    }
}

impl Number for Cash {
    fn decimal(&self) -> Decimal {
        self.0
    }
}

/// A number's digits.
pub fn digits(value: &impl Number) -> String {
    value.decimal().round_dp(PLACES).normalize().to_string()
}

/// Writes a number.
pub fn number<S: Serializer>(value: &impl Number, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&digits(value))
}

/// Writes a number that may not be known.
pub fn maybe<S: Serializer>(value: &Option<impl Number>, to: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(digits).serialize(to)
}

/// A moment in New York as text: date, time, offset.
pub fn moment(wall: i64) -> String {
    Stamp { wall, mono: 0 }.eastern().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Whole seconds.
pub const fn seconds(span: Duration) -> u64 {
    span.as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        #[serde(serialize_with = "number")]
        average: Price,
        #[serde(serialize_with = "maybe")]
        commission: Option<Cash>,
        #[serde(serialize_with = "maybe")]
        r: Option<Decimal>,
    }

    #[test]
    fn a_number_is_its_digits_and_what_is_not_known_is_null() {
        let third = Decimal::ONE / Decimal::from(3);
        let row = Row { average: Price(third), commission: None, r: Some(Decimal::new(2_500, 3)) };
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(text, r#"{"average":"0.33333333","commission":null,"r":"2.5"}"#);
        assert_eq!(moment(1_795_189_327_000_000_000), "2026-11-20T10:42:07-05:00");
    }
}
