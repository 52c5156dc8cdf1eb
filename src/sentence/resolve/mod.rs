//! From an intent to numbers: what is said, against what is known, without a guess.
//!
//! Invariants: an input that is needed and not known is a refusal that names it; a price that was typed is never moved,
//! only refused with the nearest one the market takes; a price that follows the market is snapped to the market rule at
//! its own level, away from the far side; a size is rounded down; no order here carries a position through zero unless
//! `flip` says so.
//!
//! Must not know: the guard's limits. It says what an order is, not whether it is wise.

mod known;
mod pricing;
mod refusal;
mod size;

pub use known::Context;
pub use refusal::{At, Missing, Refusal, Why};

use std::fmt;

use known::Base;
use rust_decimal::Decimal;

use super::ast::{Contract, Entry, Instrument, Named, Under};
use super::price::{Dist, PriceExpr, Unit};
use super::size::{Size, Thousands};
use crate::domain::order::{Side, Verb};
use crate::domain::terms::{
    Clauses, Conditions, Distance, Exits, Instants, Moment, OrderTerms, Pricing, Quantity, StopExit, Target, Test, Tif,
};
use crate::money::{Cash, Price, Qty};

/// An order in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// What was said to do.
    pub verb: Verb,
    /// The direction that comes of it.
    pub side: Side,
    /// Of what: front months have become months.
    pub instrument: Instrument,
    /// All numbers. Prices have the decimals of their market rule.
    pub terms: OrderTerms<Contract>,
    /// A fraction of the position that is smaller than a size can be, and stays.
    pub stays: Option<Qty>,
}

/// Turns an intent into numbers, or says the first thing that stands in the way.
pub fn resolve(entry: &Entry, context: &Context<'_>) -> Result<Resolved, Refusal> {
    let side = side(entry.verb, context)?;
    let base = Base::new(context, side, entry.instrument.is_combo());
    let instrument = with_months(&entry.instrument, context)?;
    let pricing = base.pricing(entry.pricing)?;
    let reference = base.reference(&pricing);
    let exits = entry.clauses.exits.as_ref().map(|exits| base.exits(exits, reference)).transpose()?;
    let risk = exits.as_ref().and_then(|exits| pricing::risk_of(exits, reference));
    let sized = size::size(entry, &base, reference, risk)?;
    size::position_allows(entry, side, &sized.quantity, context)?;
    if let (Quantity::Units(qty), Some(exits)) = (&sized.quantity, &exits) {
        tranches_fit(exits, *qty)?;
    }
    let mut attributes = entry.clauses.attributes.clone();
    let discretion = attributes.discretion.take().map(|d| base.discretion(d, reference)).transpose()?;
    for moment in entry.clauses.tif.iter().filter_map(until).chain(attributes.after) {
        ahead(moment, context)?;
    }
    for conditions in [&mut attributes.when, &mut attributes.cancel_when].into_iter().flatten() {
        name_months(conditions, context)?;
    }
    let clauses = Clauses {
        tif: entry.clauses.tif,
        session: entry.clauses.session,
        exits,
        attributes: attributes.with_discretion(discretion),
    };
    let terms = OrderTerms { quantity: sized.quantity, pricing, clauses };
    Ok(Resolved { verb: entry.verb, side, instrument, terms, stays: sized.stays })
}

fn side(verb: Verb, context: &Context<'_>) -> Result<Side, Refusal> {
    match verb {
        Verb::Buy => Ok(Side::Buy),
        Verb::Sell | Verb::Short => Ok(Side::Sell),
        Verb::Close => match context.position {
            None => Err(Refusal::missing(At::Verb, Missing::Position)),
            Some(held) if held.is_positive() => Ok(Side::Sell),
            Some(held) if held.is_negative() => Ok(Side::Buy),
            Some(_) => Err(Refusal::new(At::Verb, Why::Flat)),
        },
    }
}

fn until(tif: &Tif) -> Option<Moment> {
    match tif {
        Tif::Gtd(until) => Some(*until),
        _ => None,
    }
}

/// A moment must lie ahead; a day lasts to its end.
fn ahead(moment: Moment, context: &Context<'_>) -> Result<(), Refusal> {
    let missing = |what| Refusal::missing(At::Time, what);
    let zone = moment.zone.or(context.zone).ok_or_else(|| missing(Missing::Zone))?;
    let now = context.now.ok_or_else(|| missing(Missing::Now))?;
    let over = match moment.instants(Some(zone)) {
        Some(Instants::One(at)) => at <= now,
        Some(Instants::Skipped(_) | Instants::Twice(..)) => {
            return Err(Refusal::new(At::Time, Why::NoSuchMinute(moment)));
        }
        None => {
            let tz = jiff::tz::TimeZone::get(zone.iana()).map_err(|_| missing(Missing::Zone))?;
            now.to_zoned(tz).date() > moment.date
        }
    };
    if over { Err(Refusal::new(At::Time, Why::Past(moment))) } else { Ok(()) }
}

fn tranches_fit(exits: &Exits<Price, Distance>, size: Qty) -> Result<(), Refusal> {
    let sum = exits.targets.iter().filter_map(|t| t.qty).try_fold(Qty::ZERO, Qty::plus);
    match sum {
        Some(sum) if sum <= size => Ok(()),
        sum => Err(Refusal::new(At::Target, Why::Tranches { sum: sum.unwrap_or(size), size })),
    }
}

fn with_months(instrument: &Instrument, context: &Context<'_>) -> Result<Instrument, Refusal> {
    let mut instrument = instrument.clone();
    match &mut instrument {
        Instrument::One(contract) => name_month(contract, context)?,
        Instrument::Combo(legs) => legs.iter_mut().try_for_each(|leg| name_month(&mut leg.contract, context))?,
    }
    Ok(instrument)
}

fn name_months(conditions: &mut Conditions<Contract>, context: &Context<'_>) -> Result<(), Refusal> {
    conditions.tests.iter_mut().try_for_each(|test| match test {
        Test::Market { contract, .. } | Test::Filled(contract) => name_month(contract, context),
        Test::Time { .. } | Test::Cushion { .. } => Ok(()),
    })
}

fn name_month(contract: &mut Contract, context: &Context<'_>) -> Result<(), Refusal> {
    if let Contract::Named(Named { under: Under::Future { root, month: month @ None }, .. }) = contract {
        let front = context.fronts.iter().find(|(name, _)| name == root).map(|(_, month)| *month);
        *month = Some(front.ok_or_else(|| Refusal::missing(At::Instrument, Missing::FrontMonth))?);
    }
    Ok(())
}

impl Resolved {
    /// The same order as a sentence: its text is the order text, and reading that text gives this sentence.
    pub fn entry(&self) -> Entry {
        let combo = self.instrument.is_combo();
        let net = |side: Side, price: Price| said(price, side, combo);
        let OrderTerms { quantity, pricing, clauses } = &self.terms;
        let size = match quantity {
            Quantity::Units(qty) => Size::Number(Qty(qty.0.normalize())),
            Quantity::Money(cash, currency) => money(*cash, currency),
        };
        let own = |p: Price| Ok::<_, std::convert::Infallible>(net(self.side, p));
        let far = |d: Distance| Ok::<_, std::convert::Infallible>(spoken(d));
        let Ok(pricing): Result<Pricing<PriceExpr, Dist>, _> = pricing.try_map(&mut { own }, &mut { far });
        let exit = |price: Price| net(self.side.opposite(), price);
        let exits = clauses.exits.as_ref().map(|exits| Exits {
            stop: exits.stop.map(|stop| match stop {
                StopExit::At { trigger, limit } => StopExit::At { trigger: exit(trigger), limit: limit.map(exit) },
                StopExit::Trail(by) => StopExit::Trail(spoken(by)),
            }),
            targets: exits.targets.iter().map(|t| Target { price: exit(t.price), qty: t.qty }).collect(),
            tif: exits.tif,
            session: exits.session,
        });
        let attributes = clauses.attributes.clone();
        let discretion = attributes.discretion.map(spoken);
        let attributes = attributes.with_discretion(discretion);
        let clauses = Clauses { tif: clauses.tif, session: clauses.session, exits, attributes };
        Entry { verb: self.verb, size, instrument: self.instrument.clone(), pricing, clauses }
    }
}

/// The order text: absolute prices at the decimals of their rule, sizes in numbers.
impl fmt::Display for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry().fmt(f)
    }
}

/// A price as a sentence says it; net prices of combos as what this side pays or receives.
fn said(price: Price, side: Side, combo: bool) -> PriceExpr {
    if !combo {
        return PriceExpr::Fixed(price);
    }
    PriceExpr::Net { amount: price.abs(), credit: price.is_negative() == (side == Side::Buy) }
}

fn spoken(distance: Distance) -> Dist {
    match distance {
        Distance::Money(price) => Dist { by: price.0, unit: Unit::Money },
        Distance::Percent(percent) => Dist { by: percent, unit: Unit::Percent },
    }
}

fn money(cash: Cash, currency: &str) -> Size {
    let mut letters = currency.chars();
    let mut letter = || letters.next().unwrap_or('X');
    let currency = [letter(), letter(), letter()];
    Size::Money { number: cash.0.normalize(), thousands: Thousands::One, currency }
}

/// A number of the context, or the refusal that names it.
fn known<T>(value: Option<T>, at: At, what: Missing) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::missing(at, what))
}

/// `percent` of `of`.
fn percent_of(of: Decimal, percent: Decimal) -> Option<Decimal> {
    of.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)
}
