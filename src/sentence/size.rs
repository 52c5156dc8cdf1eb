//! Sizes: how much of an order, as said.

use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use super::fault::Fault;
use super::number::{number, number_meant};
use crate::money::{Cash, Qty};

/// How much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Size {
    /// So many shares or contracts.
    Number(Qty),
    /// The whole position.
    All,
    /// Half of the position.
    Half,
    /// The size set as default.
    Default,
    /// So many units of risk: what is lost at the stop.
    Risk(Decimal),
    /// A share, in percent, of something.
    Percent(Decimal, Percent),
    /// As much as this buys: `10kusd`. Keeps how it was said.
    Money {
        /// The digits that were said.
        number: Decimal,
        /// In ones, thousands or millions.
        thousands: Thousands,
        /// ISO 4217, in capitals.
        currency: [char; 3],
    },
}

/// What a size in percent is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Percent {
    /// The account's net liquidation.
    NetLiquidation,
    /// The account's buying power.
    BuyingPower,
    /// The position.
    Position,
}

impl Percent {
    const ALL: [Self; 3] = [Self::NetLiquidation, Self::BuyingPower, Self::Position];

    /// The letters behind the percent sign.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::NetLiquidation => "nlv",
            Self::BuyingPower => "bp",
            Self::Position => "pos",
        }
    }
}

/// What the digits of an amount count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thousands {
    /// Ones.
    One,
    /// `k`.
    Thousand,
    /// `m`.
    Million,
}

impl Thousands {
    const fn letter(self) -> &'static str {
        match self {
            Self::One => "",
            Self::Thousand => "k",
            Self::Million => "m",
        }
    }
}

impl Size {
    /// The amount of money said, with its currency; `None` for other sizes and on overflow.
    pub fn money(&self) -> Option<(Cash, String)> {
        let Self::Money { number, thousands, currency } = self else { return None };
        let factor = match thousands {
            Thousands::One => 1i64,
            Thousands::Thousand => 1_000,
            Thousands::Million => 1_000_000,
        };
        Some((Cash(*number).times(Decimal::from(factor))?, currency.iter().collect()))
    }

    /// Whether it is a part of a position, so that it cannot be bought or sold short.
    pub const fn is_part(&self) -> bool {
        matches!(self, Self::All | Self::Half)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(qty) => write!(f, "{qty}"),
            Self::All => f.write_str("all"),
            Self::Half => f.write_str("half"),
            Self::Default => f.write_str("def"),
            Self::Risk(units) => write!(f, "{units}r"),
            Self::Percent(percent, of) => write!(f, "{percent}%{}", of.letters()),
            Self::Money { number, thousands, currency } => {
                let currency: String = currency.iter().collect();
                write!(f, "{number}{}{}", thousands.letter(), currency.to_ascii_lowercase())
            }
        }
    }
}

/// Reads a size, as in the ticket's field.
pub fn parse_size(text: &str) -> Result<Size, Fault> {
    let word = text.trim();
    let start = text.find(word).unwrap_or(0);
    size(word, start..start.saturating_add(word.len()))
}

/// Reads the size `word` that stands at `span`.
pub(super) fn size(word: &str, span: Range<usize>) -> Result<Size, Fault> {
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "" => return Err(Fault::new(span, "size missing").fix("def")),
        "all" => return Ok(Size::All),
        "half" => return Ok(Size::Half),
        "def" => return Ok(Size::Default),
        _ => {}
    }
    if let Some(number) = number(&lower) {
        return Ok(Size::Number(Qty(number)));
    }
    if let Some(units) = lower.strip_suffix('r').and_then(number) {
        return Ok(Size::Risk(units));
    }
    if let Some((digits, of)) = lower.split_once('%') {
        return percent(word, digits, of, span);
    }
    if let Some(rest) = lower.strip_prefix('$') {
        let (digits, thousands) = scaled(rest);
        return match number(digits) {
            Some(number) => Ok(Size::Money { number, thousands, currency: ['U', 'S', 'D'] }),
            None => Err(Fault::new(span, format!("{word} is not an amount of money. Plain digits: $10k")).fix("$10k")),
        };
    }
    money(&lower).map_or_else(|| Err(not_a_size(word, &lower, span)), Ok)
}

fn percent(word: &str, digits: &str, of: &str, span: Range<usize>) -> Result<Size, Fault> {
    let of_what = Percent::ALL.into_iter().find(|p| p.letters() == of);
    match (number(digits), of_what) {
        (Some(percent), Some(of)) => Ok(Size::Percent(percent, of)),
        (Some(_), None) => {
            Err(Fault::new(span, "percent of what?").fix(format!("{digits}%pos")).fix(format!("{digits}%nlv")))
        }
        (None, _) => Err(Fault::new(span, format!("{word} is not a size"))),
    }
}

fn money(lower: &str) -> Option<Size> {
    let letters = lower.len().checked_sub(3)?;
    let (amount, currency) = (lower.get(..letters)?, lower.get(letters..)?);
    let mut capitals = currency.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase());
    let currency = [capitals.next()?, capitals.next()?, capitals.next()?];
    let (digits, thousands) = scaled(amount);
    number(digits).map(|number| Size::Money { number, thousands, currency })
}

/// The digits of an amount and what they count.
fn scaled(text: &str) -> (&str, Thousands) {
    if let Some(digits) = text.strip_suffix('k') {
        (digits, Thousands::Thousand)
    } else if let Some(digits) = text.strip_suffix('m') {
        (digits, Thousands::Million)
    } else {
        (text, Thousands::One)
    }
}

fn not_a_size(word: &str, lower: &str, span: Range<usize>) -> Fault {
    if lower.trim_start_matches(['0', '.']).is_empty() {
        return Fault::new(span, format!("{word} is no size: it must be above 0"));
    }
    if lower.starts_with('-') {
        return Fault::new(span, format!("{word} is no size: say sell or short and plain digits"));
    }
    let (digits, thousands) = scaled(lower);
    if thousands != Thousands::One
        && let Some(said) = number(digits)
    {
        let zeros = if thousands == Thousands::Thousand { 1_000i64 } else { 1_000_000 };
        let fault = Fault::new(span, format!("{word}: k and m belong to money"));
        let plain = said.checked_mul(Decimal::from(zeros)).map(|plain| plain.normalize().to_string());
        return fault.maybe(plain).fix(format!("{lower}usd"));
    }
    match number_meant(lower) {
        Some(meant) => Fault::new(span, format!("{word} is not a size. Plain digits: {meant}")).fix(meant.to_string()),
        None => Fault::new(span, format!("{word} is not a size")),
    }
}
