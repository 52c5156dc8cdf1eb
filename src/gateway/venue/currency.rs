//! The currencies an account can hold, and what they are worth in its base currency.
//!
//! **The rates are a table, not a market**: the euro reference rates that the European Central Bank published for
//! [`RATES_OF`]. They never move, so cash in another currency adds no profit and no loss. The gateway has no currency pairs yet
//! and so no feed that could say more; `ExchangeRate` shows clients the rate that is used.
//!
//! Absent: conversion between currencies, interest, currencies the table does not name.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::exact::{div, mul};
use crate::money::Cash;

/// The day whose reference rates are used.
pub const RATES_OF: Date = date(2024, 12, 31);

/// Decimals of an exchange rate, as TWS shows it.
const RATE_PLACES: u32 = 7;

/// What one euro cost on [`RATES_OF`]: code, digits, decimals.
const PER_EURO: [(&str, i64, u32); 13] = [
    ("USD", 10_389, 4),
    ("AUD", 16_772, 4),
    ("CAD", 14_948, 4),
    ("CHF", 9412, 4),
    ("DKK", 74_578, 4),
    ("EUR", 1, 0),
    ("GBP", 82_918, 5),
    ("HKD", 80_686, 4),
    ("JPY", 16_306, 2),
    ("NOK", 117_950, 4),
    ("NZD", 18_532, 4),
    ("SEK", 114_590, 4),
    ("SGD", 14_164, 4),
];

/// A currency by its ISO code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency(&'static str);

impl Currency {
    /// The account's own: everything is traded and margined in it.
    pub const BASE: Self = Self("USD");

    /// The ISO code.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// What one unit is worth in the base currency, at seven decimals.
    pub fn rate(self) -> Decimal {
        if self == Self::BASE {
            return Decimal::ONE;
        }
        div(per_euro(Self::BASE), per_euro(self), RATE_PLACES)
    }

    /// An amount of this currency in the base currency.
    pub fn to_base(self, amount: Cash) -> Cash {
        Cash(mul(amount.0, self.rate()))
    }

    /// The codes that are known, for messages.
    pub fn known() -> String {
        let codes: Vec<&str> = PER_EURO.iter().map(|(code, _, _)| *code).collect();
        codes.join(", ")
    }
}

/// What one euro cost.
fn per_euro(currency: Currency) -> Decimal {
    let row = PER_EURO.iter().find(|(code, _, _)| *code == currency.0);
    row.map_or(Decimal::ZERO, |(_, digits, places)| Decimal::new(*digits, *places))
}

/// A currency the table does not name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("currency {0:?} is not one of {known}", known = Currency::known())]
pub struct UnknownCurrency(String);

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let found = PER_EURO.iter().find(|(code, _, _)| text.eq_ignore_ascii_case(code));
        found.map(|(code, _, _)| Self(code)).ok_or_else(|| UnknownCurrency(text.to_owned()))
    }
}

/// What is wrong with a deposit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDeposit {
    /// The currency is not known.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    /// The amount is none that can be deposited.
    #[error("{0:?} is no deposit: say 50000, 20000EUR or EUR=20000, up to a billion")]
    Amount(String),
}

/// The largest deposit.
const MOST: i64 = 1_000_000_000;

/// Reads a deposit: `50000`, `20000EUR` or `EUR=20000`; without a currency it is in the base currency.
pub fn deposit(text: &str) -> Result<(Currency, Cash), NoDeposit> {
    let (code, amount) = match text.split_once('=') {
        Some((code, amount)) => (code.trim(), amount.trim()),
        None => {
            let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            (text.strip_prefix(digits).unwrap_or_default(), digits.trim())
        }
    };
    let currency = if code.is_empty() { Currency::BASE } else { code.parse()? };
    let amount = amount.parse::<Cash>().ok();
    let proper = |amount: &Cash| !amount.is_negative() && *amount <= Cash::from(MOST) && amount.0.scale() <= 2;
    amount.filter(proper).map(|amount| (currency, amount)).ok_or_else(|| NoDeposit::Amount(text.to_owned()))
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_the_quotient_of_two_reference_rates() {
        // 1.0389, 1.0389 / 0.82918 and 1.0389 / 163.06.
        for (code, rate) in [("USD", "1"), ("EUR", "1.0389"), ("GBP", "1.2529246"), ("JPY", "0.0063713")] {
            assert_eq!(code.parse::<Currency>().unwrap().rate().to_string(), rate, "{code}");
        }
    }

    #[test]
    fn every_currency_of_the_table_reads_back_and_has_a_rate() {
        for (code, _, _) in PER_EURO {
            let currency: Currency = code.to_lowercase().parse().unwrap();
            assert_eq!(currency.code(), code);
            assert!(currency.rate() > Decimal::ZERO, "{code}");
        }
        assert!("XBT".parse::<Currency>().unwrap_err().to_string().contains("USD, AUD"));
    }

    #[test]
    fn a_deposit_reads_in_three_forms() {
        let cash = |text: &str| text.parse::<Cash>().unwrap();
        for (text, code, amount) in [
            ("50000", "USD", "50000"),
            ("20000EUR", "EUR", "20000"),
            ("gbp=1234.56", "GBP", "1234.56"),
            ("0", "USD", "0"),
        ] {
            assert_eq!(deposit(text), Ok((code.parse().unwrap(), cash(amount))), "{text}");
        }
        for text in ["", "EUR", "-5", "1e6", "5.001", "2000000000", "EUR=", "20000XBT", "1,000"] {
            assert!(deposit(text).is_err(), "{text}");
        }
    }
}
