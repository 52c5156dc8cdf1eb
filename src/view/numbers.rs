//! Numbers as words: the text of `domain::shown` in the role that its meaning has.

use std::time::Duration;

use super::widgets::canvas::Words;
use crate::app::model::Model;
use crate::app::select;
use crate::domain::instrument::{ConId, PriceRule};
use crate::domain::order::{Side, Verb};
use crate::domain::quote::Truth;
use crate::domain::shown;
use crate::money::{Cash, Price};
use crate::theme::Role;

/// What stands in place of a number that is not known.
pub fn absent() -> Words {
    Words::of(shown::ABSENT, Role::ValueAbsent)
}

/// A number in a role, or the mark of its absence.
pub fn known(text: Option<String>, role: Role) -> Words {
    text.map_or_else(absent, |t| Words::of(t, role))
}

/// The role of a signed number by its sign.
pub fn sign_role(negative: bool, zero: bool) -> Role {
    match (zero, negative) {
        (true, _) => Role::PriceFlat,
        (false, true) => Role::PriceDown,
        (false, false) => Role::PriceUp,
    }
}

/// A profit or loss, with or without its cents.
pub fn profit(cash: Option<Cash>, cents: bool) -> Words {
    cash.map_or_else(absent, |c| {
        let text = if cents { shown::signed(c) } else { shown::whole(c, true) };
        let zero = !text.bytes().any(|b| b.is_ascii_digit() && b != b'0');
        Words::of(text, sign_role(c.is_negative(), zero))
    })
}

/// The market rule of a contract.
pub fn rule(model: &Model, con_id: ConId) -> Option<&PriceRule> {
    select::instrument(model, con_id).map(|i| &i.rule)
}

/// A price with the decimals of its contract's rule, or its own digits while the contract is not known.
pub fn price(rule: Option<&PriceRule>, price: Price) -> String {
    match rule {
        Some(rule) => shown::price(price, rule),
        None => shown::price_with(price, price.0.normalize().scale()),
    }
}

/// An average price.
pub fn average(rule: Option<&PriceRule>, price: Price) -> String {
    shown::average(price, rule.map_or(2, |r| r.decimals_at(price)))
}

/// The role of a mark, by truth; a live one is coloured by direction elsewhere.
pub const fn truth_role(truth: Truth) -> Role {
    match truth {
        Truth::Live | Truth::Quiet(_) => Role::Text,
        Truth::Stale(_) => Role::ValueStale,
        Truth::Delayed => Role::ValueDelayed,
        Truth::Frozen | Truth::Halted => Role::ValueFrozen,
        Truth::Asked | Truth::Absent => Role::ValueAbsent,
    }
}

/// The role of a side word.
pub const fn side_role(side: Side) -> Role {
    match side {
        Side::Buy => Role::SideBuy,
        Side::Sell => Role::SideSell,
    }
}

/// The role of an order's verb.
pub const fn verb_role(verb: Verb, side: Side) -> Role {
    match verb {
        Verb::Short => Role::SideShort,
        Verb::Buy | Verb::Sell | Verb::Close => side_role(side),
    }
}

/// IB's word for what is done: BUY, SELL, SHRT.
pub const fn side_word(verb: Verb, side: Side) -> &'static str {
    match verb {
        Verb::Short => "SHRT",
        Verb::Buy | Verb::Sell | Verb::Close => side.word(),
    }
}

/// How old the numbers of the desk are while the link is down; `None` while it is up.
pub fn stale_for(model: &Model) -> Option<Duration> {
    (!select::is_current(model)).then(|| model.now.since(model.desk.link_at))
}

/// Whether nothing has been received from a broker yet: the first start, not a broken connection.
pub fn is_first_start(model: &Model) -> bool {
    model.desk.account.is_none() && model.market.quotes.values().all(|q| q.at.is_none())
}
