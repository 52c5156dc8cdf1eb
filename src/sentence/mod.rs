//! The order sentence: `buy 100 AAPL lmt 187.20 day rth sl 185.50 tp 190`, read, printed, given its meaning.
//!
//! ```text
//! order      = verb , size , instrument , [ pricing ] , { clause } ;      any case, words split at blanks
//! verb       = "buy" | "sell" | "short" | "close" ;                       also b, s, cover
//! size       = NUM | cash | NUM "r" | NUM "%" ( "nlv" | "bp" | "pos" ) | "half" | "all" | "def" ;
//! cash       = NUM [ "k" | "m" ] CCY | "$" NUM [ "k" | "m" ] ;
//! instrument = contract | leg , leg , { leg } ;
//! leg        = SIGN INT , ( contract | [ DATE ] STRIKE ) ;                later legs inherit root and expiry
//! contract   = "conid:" INT | [ kind ":" ] under [ DATE , STRIKE ] ;
//! under      = ROOT [ "." SUFFIX ] [ "@" LISTING ] | "/" ROOT [ MONTH YY ] ;
//! pricing    = "mkt" | [ "lmt" | "@" ] price | "stp" price [ "lmt" price ] | …     without one: lmt join
//! price      = NUM [ "dr" | "cr" ] | ref [ SIGN NUM [ "t" | "%" | "r" | "atr" ] ] ;
//! clause     = tif | session | "sl" … | "tp" … | "exits" … | "show" INT | … ;     each begins with its own word
//! manage     = "cancel" … | "modify" … | "flatten" … | "reverse" … | "roll" … | "exercise" … | "lapse" … | "halt" | "reduce" | "limit" NAME NUM | "resume" ;
//! ```
//!
//! A text is read by [`parse()`] into a [`Sentence`], whose `Display` is the one canonical text of what was meant (the
//! *intent*: it keeps `ask+2t`, `1r`, `10kusd` and decimals as typed). [`resolve()`] turns an intent into numbers with what
//! is known of the market; the text of a [`Resolved`] is the *order*, which the same grammar reads.
//!
//! Invariants: the head is positional, so no word is reserved as a ticker; printing what was read and reading it again
//! changes nothing; the order of clauses is free when read and fixed when printed; every fault of a text is found at
//! once, with its bytes, its cause and at most two texts that would mend it; nothing that was said is dropped.
//!
//! Must not know: the screen, the broker, the clock (a date or a market that matters is passed in). Whether a contract
//! exists, lists an order type or trades at an hour is said by those who know contracts; whether an order is wise, by the
//! guard. Absent: scale orders, pegs to a benchmark, user levels in prices.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod algo;
mod ast;
mod complete;
mod cursor;
mod fault;
mod meaning;
mod number;
mod parse;
mod price;
mod print;
mod resolve;
mod size;
#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that is wrong may panic")]
mod tests;
mod words;

pub use ast::{
    Change, Class, Contract, Entry, FutureMonth, Instrument, Kind, Leg, Manage, Named, OptionPart, Part, Right, RollTo,
    Sentence, Target, Under, pricing_of,
};
pub use complete::{Completion, complete};
pub use fault::{Fault, Fix};
pub use meaning::meaning;
pub use parse::{Read, Spans, contract, name, parse, read};
pub use price::{Dist, Offset, PriceExpr, Ref, Unit, nearest_ending, parse_price};
pub use print::text;
pub use resolve::{At, Context, Missing, Refusal, Resolved, Why, resolve};
pub use size::{Percent, Size, Thousands, parse_size};
