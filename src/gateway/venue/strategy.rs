//! What options bind: by what they are held together with.
//!
//! Against net liquidation, of which the price of every option is part (a long adds it, a short takes it off):
//!
//! | | binds |
//! |---|---|
//! | long | its price: no money is lent on it |
//! | short call over shares held, short put over shares sold short | nothing |
//! | short beside a long of the same right that lasts as long | what the strikes can lose, with the difference of the prices |
//! | short alone | 20 % (broad index: 15 %) of the underlying's value less what it is out of the money, at least 10 % of that value, of a put 10 % of its strike |
//!
//! Source: FINRA rule 4210(f)(2). Where a spread would bind more than its two legs alone, these do. Shorts find their cover in the order of
//! their strikes, spreads first. The same to open and to keep.
//!
//! Absent: what straddles, butterflies and condors are spared, the lower value of shares under a call in the money, portfolio margin.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::contract::OptionSpec;
use super::exact::{add, mul, sub};
use super::ledger::Ledger;
use super::margin::Requirement;
use crate::gateway::ConId;
use crate::gateway::feed::options::Right;
use crate::money::{Cash, Price};

/// Shares of the underlying's value that a short alone binds, as hundredths.
const ALONE: Decimal = Decimal::from_parts(20, 0, 0, false, 2);
const ALONE_BROAD: Decimal = Decimal::from_parts(15, 0, 0, false, 2);
/// The least it binds.
const LEAST: Decimal = Decimal::from_parts(10, 0, 0, false, 2);

/// Options of one contract.
#[derive(Debug, Clone, Copy)]
struct Leg {
    spec: OptionSpec,
    units: Decimal,
    /// Contracts left, not negative.
    count: Decimal,
    /// The price of one contract.
    price: Decimal,
}

impl Leg {
    /// What one contract sold alone binds.
    fn alone(&self, under: Price) -> Decimal {
        let strike = self.spec.strike.0;
        let (out, floor) = match self.spec.right {
            Right::Call => (sub(strike, under.0), under.0),
            Right::Put => (sub(under.0, strike), strike),
        };
        let rate = if self.spec.broad { ALONE_BROAD } else { ALONE };
        let full = sub(mul(rate, under.0), out.max(Decimal::ZERO));
        mul(full.max(mul(LEAST, floor)), self.units)
    }

    /// What one contract sold beside one of `long` binds.
    fn beside(&self, long: &Self) -> Decimal {
        let lost = match self.spec.right {
            Right::Call => sub(long.spec.strike.0, self.spec.strike.0),
            Right::Put => sub(self.spec.strike.0, long.spec.strike.0),
        };
        add(mul(lost.max(Decimal::ZERO), self.units), sub(long.price, self.price)).max(Decimal::ZERO)
    }

    /// Whether `long` covers this short for as long as it lives.
    fn is_covered_by(&self, long: &Self) -> bool {
        long.spec.right == self.spec.right && long.spec.ends >= self.spec.ends && long.units == self.units
    }
}

/// What the options of an account bind; `None` if a price is unknown.
pub fn of_options(ledger: &Ledger, mark: impl Fn(ConId) -> Option<Price>) -> Option<Requirement> {
    let mut groups: BTreeMap<ConId, (Vec<Leg>, Vec<Leg>)> = BTreeMap::new();
    for (con_id, holding) in &ledger.holdings {
        let Some(spec) = holding.spec.option.filter(|_| !holding.quantity.is_zero()) else { continue };
        let units = holding.spec.multiplier;
        let leg = Leg { spec, units, count: holding.quantity.0.abs(), price: mul(mark(*con_id)?.0, units) };
        let (longs, shorts) = groups.entry(spec.underlying).or_default();
        if holding.quantity.is_negative() { shorts.push(leg) } else { longs.push(leg) }
    }
    let mut sum = Decimal::ZERO;
    for (under, (longs, shorts)) in groups {
        let price = if shorts.is_empty() { Price::ZERO } else { mark(under)? };
        sum = add(sum, group(longs, shorts, ledger.quantity(under).0, price));
    }
    Some(Requirement { initial: Cash(sum), maintenance: Cash(sum), reg_t: Cash(sum) })
}

/// What the options on one underlying bind.
fn group(mut longs: Vec<Leg>, mut shorts: Vec<Leg>, shares: Decimal, under: Price) -> Decimal {
    shorts.sort_by_key(|leg| (leg.spec.strike, leg.spec.ends));
    let mut sum = Decimal::ZERO;
    for short in &mut shorts {
        while !short.count.is_zero() {
            let cover = longs.iter_mut().filter(|long| !long.count.is_zero() && short.is_covered_by(long));
            let Some(best) = cover.min_by_key(|long| (sub(short.beside(long), long.price), long.spec.strike)) else {
                break;
            };
            if short.beside(best) >= add(short.alone(under), best.price) {
                break;
            }
            let count = short.count.min(best.count);
            sum = add(sum, mul(count, short.beside(best)));
            short.count = sub(short.count, count);
            best.count = sub(best.count, count);
        }
    }
    for long in longs {
        sum = add(sum, mul(long.count, long.price));
    }
    let (mut held, mut sold) = (shares.max(Decimal::ZERO), sub(Decimal::ZERO, shares).max(Decimal::ZERO));
    for short in shorts {
        let cover = if short.spec.right == Right::Call { &mut held } else { &mut sold };
        let covered = cover.checked_div(short.units).unwrap_or(Decimal::ZERO).trunc().min(short.count);
        *cover = sub(*cover, mul(covered, short.units));
        sum = add(sum, mul(sub(short.count, covered), short.alone(under)));
    }
    sum
}
