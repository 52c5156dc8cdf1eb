//! Sizes in numbers, and what the position allows.

use rust_decimal::Decimal;

use super::known::Base;
use super::refusal::{At, Missing, Refusal, Why};
use super::{Context, known, percent_of};
use crate::domain::order::{Side, Verb};
use crate::domain::terms::{Pricing, Quantity};
use crate::money::{Cash, Price, Qty};
use crate::sentence::ast::{Class, Entry};
use crate::sentence::size::{Percent, Size};

/// How much, and what stays of a position that has a fraction.
pub(super) struct Sized {
    pub(super) quantity: Quantity,
    pub(super) stays: Option<Qty>,
}

const AT: At = At::Size;

pub(super) fn size(
    entry: &Entry,
    base: &Base<'_>,
    reference: Option<Price>,
    risk: Option<Price>,
) -> Result<Sized, Refusal> {
    let c = base.context;
    let step = known(c.size_increment.filter(|s| s.is_positive()), AT, Missing::SizeIncrement)?;
    let worth = |cash: Cash| {
        if base.combo {
            return Err(Refusal::new(AT, Why::ComboValue));
        }
        let price = known(reference, AT, Missing::EntryPrice)?;
        divided(cash, price, c).and_then(|qty| floored(qty, step))
    };
    let of_account = |cash: Option<Cash>, percent: Decimal, name: Missing| {
        let cash = known(cash, AT, name)?;
        let rate = known(c.account_rate, AT, Missing::AccountRate)?;
        let part = percent_of(cash.0, percent).and_then(|part| part.checked_mul(rate)).ok_or_else(none)?;
        worth(Cash(part))
    };
    let qty = match &entry.size {
        Size::Number(qty) => on_step(*qty, step)?,
        Size::Default => on_step(known(c.preset, AT, Missing::Preset)?, step)?,
        Size::Risk(units) => {
            let unit = known(c.risk_unit, AT, Missing::RiskUnit)?;
            let rate = known(c.account_rate, AT, Missing::AccountRate)?;
            let risk = known(risk, AT, Missing::Risk)?;
            let cash = unit.times(*units).and_then(|cash| cash.times(rate)).ok_or_else(none)?;
            floored(divided(cash, risk, c)?, step)?
        }
        Size::Percent(percent, Percent::NetLiquidation) => {
            of_account(c.net_liquidation, *percent, Missing::NetLiquidation)?
        }
        Size::Percent(percent, Percent::BuyingPower) => of_account(c.buying_power, *percent, Missing::BuyingPower)?,
        Size::Percent(percent, Percent::Position) => {
            let held = known(c.position, AT, Missing::Position)?.abs();
            floored(Qty(percent_of(held.0, *percent).ok_or_else(none)?), step)?
        }
        Size::Half => {
            let held = known(c.position, AT, Missing::Position)?.abs();
            floored(Qty(held.0.checked_div(Decimal::TWO).ok_or_else(none)?), step)?
        }
        Size::All => return all(entry.verb, base.side, step, c),
        Size::Money { .. } => match money(entry, base, worth)? {
            Quantity::Units(qty) => floored(qty, step)?,
            cash @ Quantity::Money(..) => return Ok(Sized { quantity: cash, stays: None }),
        },
    };
    Ok(Sized { quantity: Quantity::Units(qty), stays: None })
}

fn none() -> Refusal {
    Refusal::new(AT, Why::NoSize)
}

/// What is free of the position, without the fraction that no order can carry.
fn all(verb: Verb, side: Side, step: Qty, context: &Context<'_>) -> Result<Sized, Refusal> {
    let held = known(context.position, AT, Missing::Position)?;
    let free = free(held, side, context)?;
    if !free.is_positive() {
        let why = if verb == Verb::Close {
            Why::MoreThanOpen { free, size: held.abs() }
        } else {
            Why::MoreThanLong { held, free, size: held.abs() }
        };
        return Err(Refusal::new(AT, why));
    }
    let qty = floored(free, step)?;
    let stays = free.minus(qty).filter(|rest| rest.is_positive());
    Ok(Sized { quantity: Quantity::Units(qty), stays })
}

fn money(entry: &Entry, base: &Base<'_>, worth: impl Fn(Cash) -> Result<Qty, Refusal>) -> Result<Quantity, Refusal> {
    let (cash, currency) = entry.size.money().ok_or_else(none)?;
    let class = entry.instrument.class();
    let root = entry.instrument.contracts().first().and_then(|c| c.root().map(str::to_owned));
    if class == Class::Forex && root.as_deref() == Some(currency.as_str()) {
        // The size of a pair is counted in its first currency.
        return Ok(Quantity::Units(Qty(cash.0)));
    }
    let priced = known(base.context.currency, AT, Missing::Currency)?;
    if !priced.eq_ignore_ascii_case(&currency) {
        return Err(Refusal::new(AT, Why::Currency { said: currency, priced: priced.to_owned() }));
    }
    if class == Class::Crypto && base.side == Side::Buy && matches!(entry.pricing, Pricing::Market) {
        return Ok(Quantity::Money(cash, currency));
    }
    worth(cash).map(Quantity::Units)
}

/// How many units of `price` a sum pays for.
fn divided(cash: Cash, price: Price, context: &Context<'_>) -> Result<Qty, Refusal> {
    let multiplier = known(context.multiplier.filter(|m| *m > Decimal::ZERO), AT, Missing::Multiplier)?;
    let each = price.0.checked_mul(multiplier).filter(|each| *each > Decimal::ZERO).ok_or_else(none)?;
    cash.0.checked_div(each).map(Qty).ok_or_else(none)
}

/// The largest multiple of `step` not above `qty`, which must be something.
fn floored(qty: Qty, step: Qty) -> Result<Qty, Refusal> {
    let steps = qty.0.checked_div(step.0).map(|n| n.floor());
    let qty = steps.and_then(|n| n.checked_mul(step.0)).map(|q| Qty(q.normalize()));
    qty.filter(|q| q.is_positive()).ok_or_else(none)
}

fn on_step(qty: Qty, step: Qty) -> Result<Qty, Refusal> {
    if qty.0.checked_rem(step.0).is_some_and(|rest| rest.is_zero()) {
        return Ok(Qty(qty.0.normalize()));
    }
    Err(Refusal::new(AT, Why::OffStep { said: qty, step }))
}

/// What of a position an order of this side could still reduce: the position less the working orders that reduce it too.
fn free(held: Qty, side: Side, context: &Context<'_>) -> Result<Qty, Refusal> {
    let (size, working) = match side {
        Side::Sell => (held, known(context.working_sells, At::Verb, Missing::WorkingSells)?),
        Side::Buy => (held.negated(), known(context.working_buys, At::Verb, Missing::WorkingBuys)?),
    };
    size.minus(working).ok_or_else(none)
}

/// Whether the order leaves the position on its side of zero, as its verb promises. Combos have no position of their own.
pub(super) fn position_allows(
    entry: &Entry,
    side: Side,
    quantity: &Quantity,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let refuse = |why| Err(Refusal::new(At::Verb, why));
    let Quantity::Units(size) = *quantity else { return Ok(()) };
    let class = entry.instrument.class();
    if entry.instrument.is_combo() && entry.verb != Verb::Close {
        return Ok(());
    }
    let flip = entry.clauses.attributes.flip;
    if flip && entry.verb != Verb::Close {
        return Ok(());
    }
    let held = known(context.position, At::Verb, Missing::Position)?;
    match entry.verb {
        Verb::Close => {
            let free = free(held, side, context)?;
            if size > free { refuse(Why::MoreThanOpen { free, size }) } else { Ok(()) }
        }
        Verb::Sell if held.is_positive() || !class.sells_to_open() => {
            let free = free(held, side, context)?;
            if size > free { refuse(Why::MoreThanLong { held, free, size }) } else { Ok(()) }
        }
        Verb::Sell => Ok(()),
        Verb::Short if held.is_positive() => refuse(Why::Held(held)),
        Verb::Short => Ok(()),
        Verb::Buy if held.is_negative() => {
            let free = free(held, side, context)?;
            if size > free { refuse(Why::MoreThanShort { held, free, size }) } else { Ok(()) }
        }
        Verb::Buy => Ok(()),
    }
}
