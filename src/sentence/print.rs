//! Printing: one text for one order.

use std::fmt;

use super::{Pricing, Sentence};
use crate::domain::order::{OrderKind, OrderSpec};
use crate::domain::shown::{plain_price, plain_qty};

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.verb.word(), self.size, self.symbol)?;
        match self.pricing {
            Pricing::Market => f.write_str("mkt")?,
            Pricing::Limit(price) => write!(f, "lmt {price}")?,
        }
        write!(f, " {} {}", self.tif.keyword(), self.session.keyword())
    }
}

/// The text of an order as it would be sent, with the limit at the `decimals` of its market rule: what is confirmed,
/// journaled and shown. It reads back as the same order.
pub fn text(spec: &OrderSpec, decimals: u32) -> String {
    let price = match spec.kind {
        OrderKind::Market => "mkt".to_owned(),
        OrderKind::Limit(price) => format!("lmt {}", plain_price(price, decimals)),
    };
    let (verb, tif, session) = (spec.verb.word(), spec.tif.keyword(), spec.session.keyword());
    format!("{verb} {} {} {price} {tif} {session}", plain_qty(spec.qty), spec.symbol)
}
