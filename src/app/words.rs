//! What is said about orders, in the words of `screens.md` §6.

use super::model::Model;
use super::select;
use crate::domain::instrument::{ConId, PriceRule};
use crate::domain::order::{Distance, Oca, Order, OrderKind, OrderSpec};
use crate::domain::shown;
use crate::money::{Price, Qty};

/// What becomes of an order of others that is listed no more, and that is not among the completed ones either.
pub const GONE: &str = "gone elsewhere: filled or cancelled, the broker does not say which";

/// A price with the decimals of its contract, or its plain digits while the contract is not known.
pub fn price(model: &Model, con_id: ConId, price: Price) -> String {
    let rule = select::instrument(model, con_id).map(|i| &i.rule);
    rule.map_or_else(|| price.0.normalize().to_string(), |rule| shown::price(price, rule))
}

/// An average price: up to four places, trailing zeros beyond the tick dropped.
pub fn average(model: &Model, con_id: ConId, average: Price) -> String {
    let places = select::instrument(model, con_id).map_or(2, |i| i.rule.decimals_at(average));
    let exact = average.0.round_dp(4).normalize();
    shown::fixed(exact, exact.scale().max(places))
}

/// The order as a sentence that the grammar reads: `buy 100 AAPL lmt 187.20 day rth`.
pub fn sentence(spec: &OrderSpec, rule: Option<&PriceRule>) -> String {
    let decimals = decimals(spec, rule);
    match &spec.attributes.oca {
        // What makes a group's name unique on the wire is nobody's business on the screen.
        Some(oca) if oca.shown() != oca.name => {
            let mut spec = spec.clone();
            spec.attributes.oca = Some(Oca { name: oca.shown().to_owned(), kind: oca.kind });
            crate::sentence::text(&spec, decimals)
        }
        _ => crate::sentence::text(spec, decimals),
    }
}

/// The decimals of an order's prices and distances.
fn decimals(spec: &OrderSpec, rule: Option<&PriceRule>) -> u32 {
    let of_price = |price: Price| rule.map_or_else(|| price.0.normalize().scale(), |rule| rule.decimals_at(price));
    let price = spec.kind.limit().or(spec.kind.trigger()).map_or(0, of_price);
    let distance = match spec.kind {
        OrderKind::Trail { by, .. } => Some(by),
        OrderKind::Pegged { offset, .. } => offset,
        _ => None,
    };
    let of_distance = |by: Distance| match by {
        Distance::Money(by) => by.0.scale(),
        Distance::Percent(_) => 0,
    };
    let distances = [distance, spec.attributes.discretion];
    distances.into_iter().flatten().map(of_distance).fold(price, u32::max)
}

/// The order without how long and when: `buy 100 AAPL lmt 187.20`.
pub fn brief(spec: &OrderSpec, rule: Option<&PriceRule>) -> String {
    let whole = sentence(spec, rule);
    let tail = format!(" {} {}", spec.tif, spec.session.keyword());
    whole.strip_suffix(&tail).unwrap_or(&whole).to_owned()
}

/// An order in a notice: what it asks for, in brief.
pub fn order(model: &Model, order: &Order) -> String {
    let rule = select::instrument(model, order.spec.con_id).map(|i| &i.rule);
    match &order.other_kind {
        Some(kind) => format!(
            "{} {} {} {}",
            order.spec.verb.word(),
            order.spec.qty.0.normalize(),
            order.spec.symbol,
            kind.to_lowercase()
        ),
        None => brief(&order.spec, rule),
    }
}

/// A position in words: `long 300`, `short 50`, `flat`.
pub fn standing(qty: Qty) -> String {
    if qty.is_positive() {
        format!("long {}", shown::qty(qty))
    } else if qty.is_negative() {
        format!("short {}", shown::qty(qty.abs()))
    } else {
        "flat".into()
    }
}

/// `1 order`, `9 orders`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// How far one clock is from another: `12 s ahead of`, `7 min behind`.
pub fn skew(ahead_ms: i64) -> String {
    let seconds = ahead_ms.unsigned_abs() / 1_000;
    let span = match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    };
    if ahead_ms < 0 { format!("{span} behind") } else { format!("{span} ahead of") }
}
