//! Printing: one text for one order.

use std::fmt;

use super::{Pricing, Sentence};
use crate::domain::order::{Distance, OrderKind, OrderSpec};
use crate::domain::shown::{plain_price, plain_qty};
use crate::money::Price;

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.verb.word(), self.size, self.symbol)?;
        match self.pricing {
            Pricing::Market => f.write_str("mkt")?,
            Pricing::Limit(price) => write!(f, "lmt {price}")?,
        }
        write!(f, " {} {}", self.tif, self.session.keyword())
    }
}

/// The text of an order as it would be sent, with the limit at the `decimals` of its market rule: what is confirmed,
/// journaled and shown. It reads back as the same order.
pub fn text(spec: &OrderSpec, decimals: u32) -> String {
    let price = pricing(&spec.kind, decimals);
    let (verb, tif, session) = (spec.verb.word(), spec.tif, spec.session.keyword());
    format!("{verb} {} {} {price} {tif} {session}", plain_qty(spec.qty), spec.symbol)
}

/// The pricing clause in numbers.
fn pricing(kind: &OrderKind, decimals: u32) -> String {
    let price = |price: Price| plain_price(price, decimals);
    let distance = |by: Distance| match by {
        Distance::Money(by) => plain_price(by, decimals),
        Distance::Percent(by) => format!("{}%", by.normalize()),
    };
    let mut words = vec![kind.keyword().to_owned()];
    let mut put = |word: &str, value: Option<String>| {
        let Some(value) = value else { return };
        words.extend(Some(word).filter(|word| !word.is_empty()).map(str::to_owned));
        words.push(value);
    };
    match *kind {
        OrderKind::Limit(at)
        | OrderKind::LimitOnClose(at)
        | OrderKind::LimitOnOpen(at)
        | OrderKind::Auction(at)
        | OrderKind::StopProtect(at) => put("", Some(price(at))),
        OrderKind::Stop { trigger, limit } | OrderKind::Touched { trigger, limit } => {
            put("", Some(price(trigger)));
            put("lmt", limit.map(price));
        }
        OrderKind::Trail { by, from, limit_offset } => {
            put("", Some(distance(by)));
            put("from", from.map(price));
            put("lmtoff", limit_offset.map(|by| by.0.normalize().to_string()));
        }
        OrderKind::Midprice { cap } => put("cap", cap.map(price)),
        OrderKind::Volatility(percent) => put("", Some(format!("{}%", percent.normalize()))),
        OrderKind::Pegged { offset, cap, .. } => {
            put("", offset.map(distance));
            put("cap", cap.map(price));
        }
        OrderKind::Market
        | OrderKind::MarketOnClose
        | OrderKind::MarketOnOpen
        | OrderKind::MarketToLimit
        | OrderKind::MarketProtect => {}
    }
    words.join(" ")
}
