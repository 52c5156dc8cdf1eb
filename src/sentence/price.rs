//! Prices and distances as said: a number, or a price of the market with a distance from it.

use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use super::fault::Fault;
use super::number::{number, number_meant};
use crate::money::{Price, Rounding};
use crate::source::nearest;

/// A price as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriceExpr {
    /// This price, with the decimals that were typed.
    Fixed(Price),
    /// The net price of a combo, paid or received by this order.
    Net {
        /// How much, above zero, with the decimals that were typed.
        amount: Price,
        /// Received rather than paid.
        credit: bool,
    },
    /// A price of the market, with a distance from it.
    Market(Ref, Option<Offset>),
}

/// A price of the market or of the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// The day's average price weighted by volume.
    Vwap,
    /// The day's open.
    Open,
    /// The day's high.
    High,
    /// The day's low.
    Low,
    /// The close of the day before.
    PriorClose,
    /// The high of the day before.
    PriorHigh,
    /// The low of the day before.
    PriorLow,
    /// The position's average cost.
    Average,
    /// The price of the order that the exits belong to.
    Entry,
}

/// A distance from a price, with its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Offset {
    /// How far, with its sign.
    pub by: Decimal,
    /// Of what.
    pub unit: Unit,
}

/// A distance without a sign: how far a trail stays behind, for example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dist {
    /// How far, above zero.
    pub by: Decimal,
    /// Of what; never [`Unit::Risk`].
    pub unit: Unit,
}

/// What a distance counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The contract's ticks.
    Ticks,
    /// Percent of the price.
    Percent,
    /// The currency of the price.
    Money,
    /// Distances from entry to stop.
    Risk,
    /// Average true ranges of a day.
    Atr,
}

impl Unit {
    /// The letters behind the number.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Ticks => "t",
            Self::Percent => "%",
            Self::Money => "",
            Self::Risk => "r",
            Self::Atr => "atr",
        }
    }
}

impl Ref {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Join,
        Self::Take,
        Self::Bid,
        Self::Ask,
        Self::Mid,
        Self::Last,
        Self::Vwap,
        Self::Open,
        Self::High,
        Self::Low,
        Self::PriorClose,
        Self::PriorHigh,
        Self::PriorLow,
        Self::Average,
        Self::Entry,
    ];

    /// The word of the sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Take => "take",
            Self::Bid => "bid",
            Self::Ask => "ask",
            Self::Mid => "mid",
            Self::Last => "last",
            Self::Vwap => "vwap",
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::PriorClose => "pclose",
            Self::PriorHigh => "yhigh",
            Self::PriorLow => "ylow",
            Self::Average => "avg",
            Self::Entry => "entry",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }
}

impl PriceExpr {
    /// Without a price: the own side's best.
    pub const JOIN: Self = Self::Market(Ref::Join, None);

    /// What it comes to: `market` answers prices of the market, `tick` is the contract's, and a result between ticks
    /// goes where `rounding` says. A number that was typed is not rounded. `None` where a price is not known, for
    /// distances in risk and ranges and for net prices, where the result is not above zero, or on overflow.
    pub fn resolve(self, market: impl Fn(Ref) -> Option<Price>, tick: Price, rounding: Rounding) -> Option<Price> {
        let (of, offset) = match self {
            Self::Fixed(price) => return Some(price),
            Self::Net { .. } => return None,
            Self::Market(of, offset) => (of, offset),
        };
        let base = market(of)?;
        let distance = match offset {
            None => Price::ZERO,
            Some(Offset { by, unit: Unit::Ticks }) => tick.times(by)?,
            Some(Offset { by, unit: Unit::Percent }) => base.times(by.checked_div(Decimal::ONE_HUNDRED)?)?,
            Some(Offset { by, unit: Unit::Money }) => Price(by),
            Some(Offset { unit: Unit::Risk | Unit::Atr, .. }) => return None,
        };
        base.plus(distance)?.to_tick(tick, rounding).filter(|p| p.is_positive())
    }

    /// The unit of its distance.
    pub const fn unit(&self) -> Option<Unit> {
        match self {
            Self::Market(_, Some(offset)) => Some(offset.unit),
            _ => None,
        }
    }
}

impl fmt::Display for PriceExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(price) => write!(f, "{price}"),
            Self::Net { amount, credit } => write!(f, "{amount}{}", if *credit { "cr" } else { "dr" }),
            Self::Market(of, None) => f.write_str(of.word()),
            Self::Market(of, Some(Offset { by, unit })) => {
                let sign = if by.is_sign_negative() { '-' } else { '+' };
                write!(f, "{}{sign}{}{}", of.word(), by.abs(), unit.letters())
            }
        }
    }
}

impl fmt::Display for Dist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.by, self.unit.letters())
    }
}

/// Where a price stands in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The order's own.
    Order,
    /// Of its stop loss.
    Stop,
    /// Of a target.
    Target,
}

/// Reads a price, as in the ticket's field.
pub fn parse_price(text: &str) -> Result<PriceExpr, Fault> {
    let word = text.trim();
    let start = text.find(word).unwrap_or(0);
    let span = start..start.saturating_add(word.len());
    let read = price(word, span.clone())?;
    misplaced(read, word, span, false, Slot::Order).map_or(Ok(read), Err)
}

/// Whether a word begins like a price, so that its faults are a price's.
pub(super) fn looks_like_price(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    let name = lower.split(['+', '-']).next().unwrap_or_default();
    let offset = lower.len() > name.len() && !name.is_empty();
    unsigned.starts_with(|c: char| c.is_numeric() || c == '.')
        || Ref::named(name).is_some()
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
    for (letters, credit) in [("dr", false), ("cr", true)] {
        if let Some(amount) = lower.strip_suffix(letters).and_then(number) {
            return Ok(PriceExpr::Net { amount: Price(amount), credit });
        }
    }
    let split = lower.find(['+', '-']).unwrap_or(lower.len());
    let (name, distance) = (lower.get(..split).unwrap_or_default(), lower.get(split..).unwrap_or_default());
    if name.is_empty() {
        return Err(Fault::new(span, format!("{word}: a sign needs a price before it")));
    }
    if let Some(of) = Ref::named(name) {
        let offset = if distance.is_empty() { None } else { Some(offset(name, distance, span)?) };
        return Ok(PriceExpr::Market(of, offset));
    }
    if name.trim_start_matches(['0', '.']).is_empty() && distance.is_empty() {
        return Err(Fault::new(span, format!("{word} is no price: it must be above 0")));
    }
    Err(match (number_meant(&lower), nearest(name, Ref::ALL.map(Ref::word))) {
        (Some(meant), _) => {
            Fault::new(span, format!("{word} is not a price. Plain digits: {meant}")).fix(meant.to_string())
        }
        (None, Some(near)) => Fault::new(span, format!("{word} is not a price")).fix(format!("{near}{distance}")),
        (None, None) => Fault::new(span, format!("{word} is not a price")),
    })
}

/// What is wrong with a price because of where it stands.
pub(super) fn misplaced(read: PriceExpr, word: &str, span: Range<usize>, combo: bool, slot: Slot) -> Option<Fault> {
    match read {
        PriceExpr::Net { amount, .. } if !combo => {
            Some(Fault::new(span, format!("{word}: dr and cr belong to combos")).fix(amount.to_string()))
        }
        PriceExpr::Fixed(amount) if combo => {
            Some(Fault::new(span, "combo: paid or received?").fix(format!("{amount}dr")).fix(format!("{amount}cr")))
        }
        PriceExpr::Market(Ref::Entry, _) if slot == Slot::Order => {
            Some(Fault::new(span, "entry is the price of this order itself: it belongs to sl and tp").fix("join"))
        }
        PriceExpr::Market(_, Some(Offset { unit: Unit::Risk, .. })) if slot != Slot::Target => {
            Some(Fault::new(span, format!("{word}: r is measured from entry to stop, so it belongs to tp")))
        }
        _ => None,
    }
}

fn offset(name: &str, distance: &str, span: Range<usize>) -> Result<Offset, Fault> {
    let said = distance.get(1..).unwrap_or_default();
    let sign = if distance.starts_with('-') { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let read = measure(said).and_then(|(by, unit)| Some(Offset { by: by.checked_mul(sign)?, unit }));
    read.ok_or_else(|| Fault::new(span, format!("{distance} is not a distance: {name}+2t, {name}-0.1%")).fix(name))
}

/// Reads the distance `word` that stands at `span`.
pub(super) fn dist(word: &str, span: Range<usize>) -> Result<Dist, Fault> {
    let fault = |cause: &str| Fault::new(span.clone(), format!("{word} {cause}"));
    match measure(&word.to_ascii_lowercase()) {
        Some((_, Unit::Risk)) => Err(fault("is a distance in r, which is measured from entry to stop")),
        Some((by, unit)) => Ok(Dist { by, unit }),
        None => Err(fault("is not a distance: 0.20, 5t, 1%, 1atr")),
    }
}

/// A number and what it counts; ticks are whole.
fn measure(lower: &str) -> Option<(Decimal, Unit)> {
    let unit = [Unit::Atr, Unit::Risk, Unit::Ticks, Unit::Percent].into_iter().find(|u| lower.ends_with(u.letters()));
    let unit = unit.unwrap_or(Unit::Money);
    let by = number(lower.strip_suffix(unit.letters())?)?;
    (unit != Unit::Ticks || by.fract().is_zero()).then_some((by, unit))
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
