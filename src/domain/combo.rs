//! Several legs at once: what they cost together, and what they are worth when their options end.
//!
//! Invariants: a net price is known only where every leg's is; an outcome is known only where all options end on the same
//! day, for before the last of them ends its worth is a matter of opinion; amounts are for one combo.
//!
//! Must not know: names of contracts, how a combo is said or sent. Absent: early exercise, dividends, legs in several
//! currencies.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::money::{Cash, Price};

/// What a leg is worth at the end, at a price of what stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// That price: shares, futures.
    Price,
    /// What the price is above the strike.
    Call(Price),
    /// What the price is below the strike.
    Put(Price),
}

/// A leg of one combo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// How many units of price: ratio × multiplier, below zero where the leg is sold.
    pub units: Decimal,
    /// What it is worth at the end.
    pub worth: Worth,
    /// When it ends, if it does.
    pub ends: Option<Date>,
    /// Its bid.
    pub bid: Option<Price>,
    /// Its ask.
    pub ask: Option<Price>,
}

/// What can become of a combo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// At most this much, gained above zero.
    Most(Cash),
    /// There is no end to it.
    Endless,
    /// It cannot be told.
    Unknown,
}

/// The net bid and ask of one combo for a net price that stands for `unit` units: what selling it brings and what buying it
/// costs at once, below zero where it is the other way round.
pub fn net(legs: &[Leg], unit: Decimal) -> (Option<Price>, Option<Price>) {
    let sum = |bought: bool| {
        let mut sum = Decimal::ZERO;
        for leg in legs {
            let price = if (leg.units > Decimal::ZERO) == bought { leg.ask? } else { leg.bid? };
            sum = sum.checked_add(leg.units.checked_mul(price.0)?)?;
        }
        sum.checked_div(unit).map(|net| Price(net.normalize()))
    };
    (sum(false), sum(true))
}

/// The worst and the best that becomes of one combo at the end, having paid this much for it (below zero: received).
pub fn outcomes(legs: &[Leg], paid: Cash) -> (Outcome, Outcome) {
    let mut ends = legs.iter().filter(|leg| leg.worth != Worth::Price).map(|leg| leg.ends);
    let first = ends.next();
    if first.is_none_or(|first| first.is_none() || ends.any(|end| Some(end) != Some(first))) {
        return (Outcome::Unknown, Outcome::Unknown);
    }
    ends_of(legs, paid).unwrap_or((Outcome::Unknown, Outcome::Unknown))
}

/// The worth at the end is straight between the strikes, so its extremes lie at zero, at a strike, or beyond the last.
fn ends_of(legs: &[Leg], paid: Cash) -> Option<(Outcome, Outcome)> {
    let strikes = legs.iter().filter_map(|leg| match leg.worth {
        Worth::Call(strike) | Worth::Put(strike) => Some(strike),
        Worth::Price => None,
    });
    let (mut worst, mut best) = (None::<Cash>, None::<Cash>);
    for at in std::iter::once(Price::ZERO).chain(strikes) {
        let gained = value_at(legs, at)?.minus(paid)?;
        worst = Some(worst.map_or(gained, |w| w.min(gained)));
        best = Some(best.map_or(gained, |b| b.max(gained)));
    }
    let mut slope = Decimal::ZERO;
    for leg in legs.iter().filter(|leg| !matches!(leg.worth, Worth::Put(_))) {
        slope = slope.checked_add(leg.units)?;
    }
    let of = |endless: bool, most: Option<Cash>| {
        if endless { Outcome::Endless } else { Outcome::Most(most.unwrap_or(Cash::ZERO)) }
    };
    Some((of(slope < Decimal::ZERO, worst), of(slope > Decimal::ZERO, best)))
}

/// What one combo is worth at the end at this price.
fn value_at(legs: &[Leg], at: Price) -> Option<Cash> {
    let mut sum = Decimal::ZERO;
    for leg in legs {
        let worth = match leg.worth {
            Worth::Price => at,
            Worth::Call(strike) => at.minus(strike)?.max(Price::ZERO),
            Worth::Put(strike) => strike.minus(at)?.max(Price::ZERO),
        };
        sum = sum.checked_add(leg.units.checked_mul(worth.0)?)?;
    }
    Some(Cash(sum.normalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn cash(n: i64) -> Cash {
        Cash::from(n)
    }

    fn leg(units: i64, worth: Worth, bid: &str, ask: &str) -> Leg {
        let ends = (worth != Worth::Price).then(|| "2026-12-18".parse().unwrap());
        Leg { units: units.into(), worth, ends, bid: Some(p(bid)), ask: Some(p(ask)) }
    }

    #[test]
    fn a_vertical_costs_the_difference_and_ends_between_nothing_and_its_width() {
        let legs = [leg(100, Worth::Call(p("600")), "8.00", "8.20"), leg(-100, Worth::Call(p("610")), "4.90", "5.00")];
        assert_eq!(net(&legs, 100.into()), (Some(p("3.00")), Some(p("3.30"))));
        assert_eq!(outcomes(&legs, cash(320)), (Outcome::Most(cash(-320)), Outcome::Most(cash(680))));
        let sold = legs.map(|leg| Leg { units: -leg.units, ..leg });
        assert_eq!(net(&sold, 100.into()), (Some(p("-3.30")), Some(p("-3.00"))));
        assert_eq!(outcomes(&sold, cash(-320)), (Outcome::Most(cash(-680)), Outcome::Most(cash(320))));
    }

    #[test]
    fn a_covered_call_a_naked_one_and_a_short_straddle() {
        let share = leg(100, Worth::Price, "47.90", "48.00");
        let call = leg(-100, Worth::Call(p("50")), "0.70", "0.80");
        assert_eq!(net(&[share, call], 100.into()), (Some(p("47.10")), Some(p("47.30"))));
        assert_eq!(outcomes(&[share, call], cash(4_730)), (Outcome::Most(cash(-4_730)), Outcome::Most(cash(270))));
        assert_eq!(outcomes(&[call], cash(-70)), (Outcome::Endless, Outcome::Most(cash(70))));
        let put = leg(-100, Worth::Put(p("50")), "2.00", "2.10");
        assert_eq!(outcomes(&[call, put], cash(-270)), (Outcome::Endless, Outcome::Most(cash(270))));
        assert_eq!(outcomes(&[put], cash(-200)), (Outcome::Most(cash(-4_800)), Outcome::Most(cash(200))));
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let far = Leg { ends: Some("2027-01-15".parse().unwrap()), ..leg(100, Worth::Call(p("190")), "5", "5.10") };
        let near = Leg { bid: None, ..leg(-100, Worth::Call(p("190")), "3", "3.10") };
        assert_eq!(outcomes(&[far, near], cash(200)), (Outcome::Unknown, Outcome::Unknown), "a calendar");
        assert_eq!(net(&[far, near], 100.into()), (Some(p("1.90")), None), "its bid is needed to buy the combo");
        let shares = [leg(1, Worth::Price, "10", "11"), leg(-1, Worth::Price, "9", "10")];
        assert_eq!(outcomes(&shares, cash(1)), (Outcome::Unknown, Outcome::Unknown), "nothing of it ends");
    }
}
