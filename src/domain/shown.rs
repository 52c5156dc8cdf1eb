//! How numbers and times look: the only formatter of prices, money, percentages, sizes, ages and clock times
//! (`screens.md` §1).
//!
//! Invariants: a price has the decimals of its rule at that price; own money and own sizes are never abbreviated, market
//! sizes may be; a signed number says `+` or `-`, zero is unsigned and never negative; a number that does not fit loses
//! its cents before anything else and is never cut.
//!
//! Must not know: cells, roles, panes.

use std::time::Duration;

use jiff::Zoned;
use rust_decimal::{Decimal, RoundingStrategy};

use super::instrument::PriceRule;
use super::quote::{Direction, Truth};
use crate::clock::Stamp;
use crate::money::{Cash, Price, Qty};

/// What stands in place of a number that is not known.
pub const ABSENT: &str = "—";

/// A price with `decimals` places, `,` from 1,000.
pub fn price_with(price: Price, decimals: u32) -> String {
    fixed(price.0, decimals)
}

/// A price with the decimals of its market rule at that price.
pub fn price(price: Price, rule: &PriceRule) -> String {
    price_with(price, rule.decimals_at(price))
}

/// A price as it stands in an order sentence: decimals of the rule, no grouping.
pub fn plain_price(price: Price, decimals: u32) -> String {
    rounded(price.0, decimals.max(price.0.normalize().scale())).to_string()
}

/// An average: up to four places, trailing zeros beyond the tick's decimals dropped.
pub fn average(price: Price, decimals: u32) -> String {
    let most = decimals.max(4);
    let scale = rounded(price.0, most).normalize().scale().max(decimals);
    fixed(price.0, scale)
}

/// An amount of own money, two places.
pub fn cash(cash: Cash) -> String {
    fixed(cash.0, 2)
}

/// An amount of own money, always signed.
pub fn signed(cash: Cash) -> String {
    with_sign(cash.0, 2)
}

/// Amounts of one column: with cents if all fit into `width` cells, else all without.
pub fn cents_fit<'a>(amounts: impl IntoIterator<Item = &'a Cash>, width: usize, sign: bool) -> bool {
    amounts.into_iter().all(|c| if sign { signed(*c) } else { cash(*c) }.len() <= width)
}

/// An amount without its cents, for columns too narrow for them.
pub fn whole(cash: Cash, sign: bool) -> String {
    if sign { with_sign(cash.0, 0) } else { fixed(cash.0, 0) }
}

/// A change in percent, signed, two places: `+0.42%`.
pub fn change_percent(percent: Decimal) -> String {
    let mut text = with_sign(percent, 2);
    text.push('%');
    text
}

/// A share of something in percent, one place: `1.9%`.
pub fn share_percent(percent: Decimal) -> String {
    let mut text = fixed(percent, 1);
    text.push('%');
    text
}

/// An own size: never abbreviated.
pub fn qty(qty: Qty) -> String {
    fixed(qty.0, qty.0.normalize().scale())
}

/// An own size as it stands in an order sentence: no grouping.
pub fn plain_qty(qty: Qty) -> String {
    qty.0.normalize().to_string()
}

/// A market size or volume in at most `width` cells: from 100,000 (in five cells from 10,000) three digits and k, M, B.
pub fn market_size(qty: Qty, width: usize) -> String {
    let limit = if width <= 5 { 10_000 } else { 100_000 };
    let value = qty.0.abs();
    if value < Decimal::from(limit) {
        return fixed(rounded(qty.0, 0), 0);
    }
    let units = [("k", 1_000i64), ("M", 1_000_000), ("B", 1_000_000_000), ("T", 1_000_000_000_000)];
    for (letter, unit) in units {
        let Some(scaled) = value.checked_div(Decimal::from(unit)) else { continue };
        let places = u32::from(scaled < Decimal::TEN).saturating_add(u32::from(scaled < Decimal::ONE_HUNDRED));
        let digits = rounded(scaled, places);
        if digits < Decimal::ONE_THOUSAND {
            return format!("{digits}{letter}");
        }
    }
    ABSENT.into()
}

/// A spread in ticks.
pub fn ticks(count: i64) -> String {
    format!("{count}t")
}

/// A distance in ticks, signed.
pub fn signed_ticks(count: i64) -> String {
    if count > 0 { format!("+{count}t") } else { format!("{count}t") }
}

/// An age in at most three cells: blank under a second, then seconds, minutes, hours, days.
pub fn age(span: Duration) -> String {
    let s = span.as_secs();
    match s {
        0 => String::new(),
        1..=99 => format!("{s}s"),
        100..=5_999 => format!("{}m", s / 60),
        6_000..=172_799 => format!("{}h", s / 3_600),
        _ => format!("{}d", (s / 86_400).min(99)),
    }
}

/// An age in words where there is room: `0.2s`, `35s`, `12m`.
pub fn age_words(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        let tenths = span.as_millis() / 100;
        return format!("0.{tenths}s");
    }
    age(span)
}

/// A round trip: `0.3ms`, `12ms`.
pub fn latency(span: Duration) -> String {
    let tenths = span.as_micros() / 100;
    if tenths < 100 { format!("{}.{}ms", tenths / 10, tenths % 10) } else { format!("{}ms", tenths / 10) }
}

/// Exchange time, `10:42:07`.
pub fn time(at: &Zoned) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// Exchange time without seconds, `10:42`.
pub fn minute(at: &Zoned) -> String {
    at.strftime("%H:%M").to_string()
}

/// Exchange time of a stamp, `10:42:07`.
pub fn time_of(at: Stamp) -> String {
    time(&at.eastern())
}

/// Exchange time of a stamp with milliseconds, `10:42:09.118`.
pub fn time_millis(at: Stamp) -> String {
    at.eastern().strftime("%H:%M:%S%.3f").to_string()
}

/// What remains until a moment: `5:17` in hours and minutes, `17m` under an hour.
pub fn left(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// How many characters at the front of `now` equal those of `before`: the rest is what changed.
pub fn unchanged(before: &str, now: &str) -> usize {
    if before.len() != now.len() {
        return 0;
    }
    before.bytes().zip(now.bytes()).take_while(|(a, b)| a == b).count()
}

/// The mark after a market number: its truth, and while it is live the last trade's direction.
pub const fn mark(truth: Truth, direction: Direction) -> &'static str {
    match truth {
        Truth::Live | Truth::Quiet(_) => match direction {
            Direction::Up => "▲",
            Direction::Down => "▼",
            Direction::Flat => " ",
        },
        Truth::Stale(_) => "~",
        Truth::Delayed => "d",
        Truth::Frozen => "f",
        Truth::Halted => "h",
        Truth::Asked | Truth::Absent => " ",
    }
}

/// The truth of a quote in words, as detail and ticket say it.
pub fn truth_words(truth: Truth, age: Duration) -> String {
    match truth {
        Truth::Live => format!("live {}", age_words(age)),
        Truth::Quiet(silent) => format!("quiet {}", age_words(silent)),
        Truth::Stale(old) => format!("STALE {}", age_words(old)),
        Truth::Delayed => "delayed 15 min".into(),
        Truth::Frozen => "frozen at the close".into(),
        Truth::Halted => "halted".into(),
        Truth::Asked => "asked for".into(),
        Truth::Absent => "none".into(),
    }
}

/// `value` rounded to `places`, with exactly as many digits; never a negative zero.
fn rounded(value: Decimal, places: u32) -> Decimal {
    let mut d = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    d.rescale(places);
    if d.is_zero() {
        d.set_sign_positive(true);
    }
    d
}

/// A decimal with exactly `places` and `,` between groups of three; never a negative zero.
pub fn fixed(value: Decimal, places: u32) -> String {
    let text = rounded(value, places).to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, ""), |(w, f)| (w, f));
    let mut out = String::with_capacity(text.len().saturating_add(6));
    out.push_str(sign);
    let count = whole.len();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && count.saturating_sub(i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// `value` with its sign; zero has none.
fn with_sign(value: Decimal, places: u32) -> String {
    let text = fixed(value, places);
    if rounded(value, places) > Decimal::ZERO { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn money_is_grouped_and_signed_as_the_table_says() {
        assert_eq!(cash(Cash(dec("1000691.96"))), "1,000,691.96");
        assert_eq!(signed(Cash(dec("279.6"))), "+279.60");
        assert_eq!(signed(Cash(dec("-43.2"))), "-43.20");
        assert_eq!(signed(Cash(dec("-0.001"))), "0.00");
        assert_eq!(whole(Cash(dec("-1234.5")), true), "-1,235");
        assert_eq!(whole(Cash(dec("999.5")), false), "1,000");
    }

    #[test]
    fn prices_have_the_decimals_of_their_rule() {
        assert_eq!(price_with(Price(dec("187.2")), 2), "187.20");
        assert_eq!(price_with(Price(dec("5010.25")), 2), "5,010.25");
        assert_eq!(price_with(Price(dec("1.08345")), 5), "1.08345");
        assert_eq!(average(Price(dec("186.42")), 2), "186.42");
        assert_eq!(average(Price(dec("181.4125")), 2), "181.4125");
        assert_eq!(average(Price(dec("181.41253")), 2), "181.4125");
        assert_eq!(plain_price(Price(dec("5010.2")), 2), "5010.20");
        assert_eq!(plain_price(Price(dec("187.203")), 2), "187.203");
    }

    #[test]
    fn percentages_have_two_places_for_changes_and_one_for_shares() {
        assert_eq!(change_percent(dec("0.4213")), "+0.42%");
        assert_eq!(change_percent(dec("-3.2")), "-3.20%");
        assert_eq!(change_percent(dec("0")), "0.00%");
        assert_eq!(share_percent(dec("1.87")), "1.9%");
    }

    #[test]
    fn market_sizes_are_three_digits_and_a_letter() {
        let size = |n: i64, w| market_size(Qty::from(n), w);
        assert_eq!(size(1_100, 5), "1,100");
        assert_eq!(size(99_999, 6), "99,999");
        assert_eq!(size(14_900, 5), "14.9k");
        assert_eq!(size(812_000, 5), "812k");
        assert_eq!(size(4_860_000, 5), "4.86M");
        assert_eq!(size(12_100_000, 5), "12.1M");
        assert_eq!(size(999_999, 5), "1.00M");
        assert_eq!(size(2_310_000_000, 5), "2.31B");
    }

    #[test]
    fn ages_take_three_cells() {
        let age_of = |s| age(Duration::from_secs(s));
        assert_eq!(age(Duration::from_millis(900)), "");
        assert_eq!(
            [1, 99, 100, 5_999, 6_000, 172_799, 172_800].map(age_of),
            ["1s", "99s", "1m", "99m", "1h", "47h", "2d"]
        );
        assert!((0..40_000u64).all(|s| age_of(s * 97).len() <= 3));
        assert_eq!(age_words(Duration::from_millis(230)), "0.2s");
    }

    #[test]
    fn only_the_digits_after_the_first_change_are_new() {
        assert_eq!(unchanged("187.20", "187.21"), 5);
        assert_eq!(unchanged("99.99", "100.00"), 0);
    }
}
