//! The order sentence: `buy 100 AAPL lmt 187.20 day rth`, read and printed.
//!
//! ```text
//! order   = verb size symbol [ pricing ] { tif | session } ;     any case, words split at blanks
//! verb    = "buy" | "sell" | "short" | "close" ;                 also b, s, cover
//! size    = NUM | "all" | "half" | "def" | NUM [ "k" | "m" ] CCY | "$" NUM [ "k" | "m" ] ;
//! pricing = "mkt" | [ "lmt" | "@" ] price ;                      without one: lmt join
//! price   = NUM | ref [ ( "+" | "-" ) NUM [ "t" | "%" ] ] ;
//! ref     = "join" | "take" | "bid" | "ask" | "mid" | "last" ;
//! tif     = "day" | "gtc" | "ioc" ;   session = "rth" | "ext" ;
//! ```
//!
//! Invariants: the head is positional, so no word is reserved as a ticker; printing what was read and reading it again
//! changes nothing; every fault of a text is found at once, with its bytes, its cause and at most two texts that would
//! mend it; a word that belongs to order types, exits or conditions which do not exist here is refused by its name and
//! never ignored.
//!
//! Must not know: quotes, positions, contracts, the screen. What a size or a price comes to is worked out by the caller,
//! with [`PriceExpr::resolve`].

mod parse;
mod price;
mod print;
mod size;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

pub use parse::{is_symbol, parse};
pub use price::{Offset, PriceExpr, Ref, Unit, nearest_ending, parse_price};
pub use print::text;
pub use size::{Size, Thousands, parse_size};

use crate::domain::order::{Session, Tif, Verb};

/// An order as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// What to do.
    pub verb: Verb,
    /// How much.
    pub size: Size,
    /// The symbol, in capitals.
    pub symbol: String,
    /// At which price.
    pub pricing: Pricing,
    /// Time in force.
    pub tif: Tif,
    /// Hours.
    pub session: Session,
}

/// At which price an order is to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// At the market.
    Market,
    /// At a limit.
    Limit(PriceExpr),
}

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The bytes that are wrong; empty at the end of the text where something is missing.
    pub span: Range<usize>,
    /// What is wrong.
    pub cause: String,
    /// Texts to put in place of those bytes, at most two, the likelier first.
    pub fixes: Vec<String>,
}

impl Fault {
    fn new(span: Range<usize>, cause: impl Into<String>) -> Self {
        Self { span, cause: cause.into(), fixes: Vec::new() }
    }

    fn fix(mut self, text: impl Into<String>) -> Self {
        if self.fixes.len() < 2 {
            self.fixes.push(text.into());
        }
        self
    }
}

/// A plain decimal above zero: ASCII digits, at most one point between digits.
fn number(text: &str) -> Option<rust_decimal::Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    rust_decimal::Decimal::from_str_exact(text).ok().filter(|n| !n.is_zero())
}

/// What was probably meant by something that is not a plain number: `1e3`, `1_000`, `1,000`, full-width digits, `.5`.
fn number_meant(text: &str) -> Option<rust_decimal::Decimal> {
    let narrow = |c: char| match c {
        '０'..='９' => u32::from(c).checked_sub(u32::from('０')).and_then(|d| char::from_digit(d, 10)),
        _ => Some(c),
    };
    let text: String = text.chars().filter_map(narrow).collect();
    if let Some((_, groups)) = text.split_once(',') {
        let whole = groups.split('.').next().unwrap_or_default();
        if !whole.split(',').all(|group| group.len() == 3) {
            return None;
        }
    }
    let digits: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits };
    number(&digits).or_else(|| {
        let scientific = rust_decimal::Decimal::from_scientific(&digits.to_lowercase()).ok()?;
        (scientific > rust_decimal::Decimal::ZERO).then(|| scientific.normalize())
    })
}
