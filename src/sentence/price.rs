//! Prices as said: a number, or a price of the market with a distance.

use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use super::words::LATER_REFS;
use super::{Fault, number, number_meant};
use crate::money::{Price, Rounding};
use crate::source::nearest;

/// A price as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceExpr {
    /// This price, with the decimals that were typed.
    Fixed(Price),
    /// A price of the market, with a distance from it.
    Market(Ref, Option<Offset>),
}

/// A price of the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ref {
    /// The own side's best.
    Join,
    /// The far side's best.
    Take,
    /// The best bid.
    Bid,
    /// The best ask.
    Ask,
    /// The middle of bid and ask.
    Mid,
    /// The last trade.
    Last,
}

/// A distance from a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// How far, with its sign.
    pub by: Decimal,
    /// Of what.
    pub unit: Unit,
}

/// What a distance counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The contract's ticks.
    Ticks,
    /// Percent of the price.
    Percent,
    /// The currency of the price.
    Money,
}

impl Ref {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Join, Self::Take, Self::Bid, Self::Ask, Self::Mid, Self::Last];

    /// The word of the sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Take => "take",
            Self::Bid => "bid",
            Self::Ask => "ask",
            Self::Mid => "mid",
            Self::Last => "last",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }
}

impl PriceExpr {
    /// What it comes to: `market` answers prices of the market, `tick` is the contract's, and a result between ticks
    /// goes where `rounding` says. A number that was typed is not rounded. `None` where a price is not known, where the
    /// result is not above zero, or on overflow.
    pub fn resolve(self, market: impl Fn(Ref) -> Option<Price>, tick: Price, rounding: Rounding) -> Option<Price> {
        let (of, offset) = match self {
            Self::Fixed(price) => return Some(price),
            Self::Market(of, offset) => (of, offset),
        };
        let base = market(of)?;
        let distance = match offset {
            None => Price::ZERO,
            Some(Offset { by, unit: Unit::Ticks }) => tick.times(by)?,
            Some(Offset { by, unit: Unit::Percent }) => base.times(by.checked_div(Decimal::ONE_HUNDRED)?)?,
            Some(Offset { by, unit: Unit::Money }) => Price(by),
        };
        base.plus(distance)?.to_tick(tick, rounding).filter(|p| p.is_positive())
    }
}

impl fmt::Display for PriceExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(price) => write!(f, "{price}"),
            Self::Market(of, None) => f.write_str(of.word()),
            Self::Market(of, Some(Offset { by, unit })) => {
                let unit = match unit {
                    Unit::Ticks => "t",
                    Unit::Percent => "%",
                    Unit::Money => "",
                };
                let sign = if by.is_sign_negative() { '-' } else { '+' };
                write!(f, "{}{sign}{}{unit}", of.word(), by.abs())
            }
        }
    }
}

/// Reads a price, as in the ticket's field.
pub fn parse_price(text: &str) -> Result<PriceExpr, Fault> {
    let word = text.trim();
    let start = text.find(word).unwrap_or(0);
    price(word, start..start + word.len())
}

/// Whether a word begins like a price, so that its faults are a price's.
pub(super) fn looks_like_price(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let name = lower.split(['+', '-']).next().unwrap_or_default();
    let offset = lower.len() > name.len() && !name.is_empty();
    lower.starts_with(|c: char| c.is_numeric() || c == '.')
        || Ref::named(name).is_some()
        || LATER_REFS.contains(&name)
        || (offset && nearest(name, Ref::ALL.map(Ref::word)).is_some())
}

/// Reads the price `word` that stands at `span`.
pub(super) fn price(word: &str, span: Range<usize>) -> Result<PriceExpr, Fault> {
    let lower = word.to_ascii_lowercase();
    if lower.is_empty() {
        return Err(Fault::new(span, "price missing").fix("join"));
    }
    if let Some(number) = number(&lower) {
        return Ok(PriceExpr::Fixed(Price(number)));
    }
    let split = lower.find(['+', '-']).filter(|at| *at > 0).unwrap_or(lower.len());
    let (name, distance) = (lower.get(..split).unwrap_or_default(), lower.get(split..).unwrap_or_default());
    if let Some(of) = Ref::named(name) {
        let offset = if distance.is_empty() { None } else { Some(offset(word, name, distance, span)?) };
        return Ok(PriceExpr::Market(of, offset));
    }
    if LATER_REFS.contains(&name) {
        return Err(Fault::new(span, format!("{name} as a price is not available yet")));
    }
    if name.trim_start_matches(['0', '.']).is_empty() && distance.is_empty() {
        return Err(Fault::new(span, format!("{word} is no price: it must be above 0")));
    }
    if let Some(digits) = lower.strip_suffix("dr").or(lower.strip_suffix("cr"))
        && number(digits).is_some()
    {
        return Err(Fault::new(span, format!("{word}: dr and cr belong to combos")).fix(digits));
    }
    Err(match (number_meant(&lower), nearest(name, Ref::ALL.map(Ref::word))) {
        (Some(meant), _) => {
            Fault::new(span, format!("{word} is not a price. Plain digits: {meant}")).fix(meant.to_string())
        }
        (None, Some(near)) => Fault::new(span, format!("{word} is not a price")).fix(format!("{near}{distance}")),
        (None, None) => Fault::new(span, format!("{word} is not a price")),
    })
}

fn offset(word: &str, name: &str, distance: &str, span: Range<usize>) -> Result<Offset, Fault> {
    let sign = if distance.starts_with('-') { -Decimal::ONE } else { Decimal::ONE };
    let size = distance.get(1..).unwrap_or_default();
    if size.ends_with("atr") || size.ends_with('r') {
        return Err(Fault::new(span, format!("{word}: distances in r and atr are not available yet")));
    }
    let (digits, unit) = if let Some(digits) = size.strip_suffix('t') {
        (digits, Unit::Ticks)
    } else if let Some(digits) = size.strip_suffix('%') {
        (digits, Unit::Percent)
    } else {
        (size, Unit::Money)
    };
    let by = number(digits).and_then(|by| by.checked_mul(sign));
    by.map(|by| Offset { by, unit })
        .filter(|o| o.unit != Unit::Ticks || o.by.fract().is_zero())
        .ok_or_else(|| Fault::new(span, format!("{distance} is not a distance: {name}+2t, {name}-0.1%")).fix(name))
}

/// The price nearest to `near` that ends in the decimals of `digits` (`.33` near 233.10 is 233.33).
pub fn nearest_ending(digits: &str, near: Price) -> Option<Price> {
    let decimals = digits.strip_prefix('.')?;
    let ending = (!decimals.is_empty() && decimals.bytes().all(|b| b.is_ascii_digit()))
        .then(|| Decimal::from_str_exact(&format!("0.{decimals}")).ok())??;
    let whole = near.0.floor();
    let candidates = [-1i64, 0, 1].map(|step| whole.checked_add(Decimal::from(step))?.checked_add(ending).map(Price));
    let away = |p: &Price| p.minus(near).map(Price::abs);
    candidates.into_iter().flatten().filter(|p| p.is_positive()).min_by_key(away)
}
