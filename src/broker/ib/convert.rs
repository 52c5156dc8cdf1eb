//! Numbers, texts and times of the wire, made ours.
//!
//! Invariants: NaN, infinities, IB's unset marker `f64::MAX` and negative prices or sizes stop here and become `None`; every
//! string passes through [`SafeText`]. A number goes out only if the double reads back as the same decimal.
//!
//! Must not know: requests, subscriptions, the connection.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::domain::SafeText;
use crate::money::{Cash, Price, Qty};

/// A text of the broker.
pub fn text(raw: &str) -> SafeText {
    SafeText::new(raw)
}

/// A text of the broker, `None` when empty.
pub fn some_text(raw: &str) -> Option<SafeText> {
    Some(SafeText::new(raw)).filter(|t| !t.is_empty())
}

/// A quoted price; stocks have none below zero, and −1 means that there is none.
pub fn price(raw: f64) -> Option<Price> {
    Price::from_wire(raw).filter(|p| !p.is_negative())
}

/// A quoted price with its size: zero is a price only if there is size behind it.
pub fn quoted(raw: f64, size: Option<f64>) -> Option<Price> {
    let zero_is_real = size.and_then(qty).is_some_and(Qty::is_positive);
    price(raw).filter(|p| p.is_positive() || zero_is_real)
}

/// A price that was paid: an absent field arrives as zero.
pub fn paid(raw: f64) -> Option<Price> {
    Price::from_wire(raw).filter(|p| p.is_positive())
}

/// A size or volume; negative ones mean that it is not known.
pub fn qty(raw: f64) -> Option<Qty> {
    Qty::from_wire(raw).filter(|q| !q.is_negative())
}

/// A held quantity, negative when short.
pub fn held(raw: f64) -> Option<Qty> {
    Qty::from_wire(raw)
}

/// An amount of money.
pub fn cash(raw: f64) -> Option<Cash> {
    Cash::from_wire(raw)
}

/// A number that the account values carry as text.
pub fn decimal(raw: &str) -> Option<Decimal> {
    let raw = raw.trim();
    Decimal::from_str_exact(raw).ok().or_else(|| {
        let double: f64 = raw.parse().ok()?;
        Cash::from_wire(double).map(|c| c.0)
    })
}

/// The double of a decimal, if it is one that reads back as the same decimal.
pub fn to_wire(value: Decimal) -> Option<f64> {
    // Through its digits: `Decimal::to_f64` is off by a last bit for some prices, 4198.5879 among them.
    let double: f64 = value.to_string().parse().ok()?;
    (Cash::from_wire(double)?.0 == value).then_some(double)
}

/// The time of an execution, in nanoseconds since the Unix epoch: `20251120 11:02:07 US/Eastern`, or `20251120-16:02:07` in
/// UTC. A time without a zone is not known: it would be the gateway's own.
pub fn time(raw: &str) -> Option<i64> {
    let raw = raw.trim();
    let (stamp, zone) = match raw.split_once('-') {
        Some(_) => (DateTime::strptime("%Y%m%d-%H:%M:%S", raw.trim_end_matches('Z')).ok()?, TimeZone::UTC),
        None => {
            let mut parts = raw.splitn(3, char::is_whitespace);
            let (date, clock) = (parts.next()?, parts.next()?);
            let zone = zone(parts.next()?.trim())?;
            (DateTime::strptime("%Y%m%d %H:%M:%S", format!("{date} {clock}")).ok()?, zone)
        }
    };
    i64::try_from(stamp.to_zoned(zone).ok()?.timestamp().as_nanosecond()).ok()
}

/// A zone by the name a gateway uses.
fn zone(name: &str) -> Option<TimeZone> {
    let known = match name {
        "EST" | "EST5EDT" | "EDT" => "America/New_York",
        "CST" | "CST6CDT" | "CDT" => "America/Chicago",
        "PST" | "PST8PDT" | "PDT" => "America/Los_Angeles",
        "Z" | "GMT" => "UTC",
        other => other,
    };
    TimeZone::get(known).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_a_number_is_absent() {
        for raw in [f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
            assert_eq!(price(raw), None, "{raw}");
            assert_eq!(qty(raw), None, "{raw}");
            assert_eq!(paid(raw), None, "{raw}");
            assert_eq!(quoted(raw, Some(5.0)), None, "{raw}");
        }
        assert_eq!(cash(f64::MAX), None);
        assert_eq!(decimal("1.7976931348623157E308"), None);
        assert_eq!(decimal("N/A"), None);
        assert_eq!(decimal("1E+3"), Some(Decimal::ONE_THOUSAND));
        assert_eq!(decimal("-12.50"), Some(Decimal::new(-1250, 2)));
    }

    #[test]
    fn zero_is_a_price_only_with_size_behind_it() {
        assert_eq!(quoted(0.0, Some(0.0)), None);
        assert_eq!(quoted(0.0, None), None);
        assert_eq!(quoted(0.0, Some(100.0)), Some(Price::ZERO));
        assert_eq!(paid(0.0), None);
    }

    #[test]
    fn times_are_read_in_their_zone() {
        let noon_utc = 1_763_654_527_000_000_000;
        assert_eq!(time("20251120 11:02:07 US/Eastern"), Some(noon_utc));
        assert_eq!(time("20251120 11:02:07 EST"), Some(noon_utc));
        assert_eq!(time("20251120-16:02:07"), Some(noon_utc));
        assert_eq!(time("20251120 11:02:07"), None, "no zone");
        assert_eq!(time("20251120 11:02:07 Mars/Olympus"), None);
        assert_eq!(time(""), None);
    }

    #[test]
    fn texts_are_made_safe() {
        assert_eq!(text("\x1b[31mno\r\nshares").as_str(), "[31mno shares");
        assert_eq!(some_text("\u{200b}"), None);
    }

    proptest! {
        #[test]
        fn a_price_survives_the_wire_both_ways(units in 0i64..1_000_000_000_000, scale in 0u32..6) {
            let value = Decimal::new(units, scale).normalize();
            let double = to_wire(value).unwrap();
            prop_assert_eq!(Price::from_wire(double), Some(Price(value)));
        }

        #[test]
        fn no_double_is_ever_wrong(bits in any::<u64>(), size in any::<f64>()) {
            let raw = f64::from_bits(bits);
            for value in [price(raw), quoted(raw, Some(size)), paid(raw)].into_iter().flatten() {
                // Below a decimal's last place there is only zero.
                prop_assert!(raw.is_finite() && raw > -1e-27 && raw != f64::MAX);
                let back: f64 = value.0.to_string().parse().unwrap();
                prop_assert!((back - raw).abs() <= raw.abs() * 1e-14 + 1e-27, "{} became {}", raw, back);
            }
        }

        #[test]
        fn a_number_that_would_change_does_not_go_out(units in any::<i64>(), scale in 0u32..20) {
            let value = Decimal::new(units, scale);
            if let Some(double) = to_wire(value) {
                prop_assert_eq!(double.to_string(), value.normalize().to_string());
            }
        }

        #[test]
        fn no_text_makes_the_time_panic(raw in "\\PC{0,40}") {
            let _ = time(&raw);
        }
    }
}
