//! What IB takes of the tests that an order waits for or is cancelled by.
//!
//! `trading.md` D22: tests release market, limit, midprice, relative and snap orders and cancel limit and midprice orders (148 for
//! others); a stop is said as a market order that waits. All tests of an order either release it or cancel it. A price is
//! looked at as a stop looks at it, which never is the bid or the ask alone.
//!
//! Must not know: how tests are written on the wire.

use rust_decimal::Decimal;

use super::terms::{Attributes, Conditions, Peg, Pricing, Test, Watched};

impl<C> Conditions<C> {
    /// The same tests of contracts known in another way; stops at the first that is not.
    pub fn try_map<B, X>(&self, mut contract: impl FnMut(&C) -> Result<B, X>) -> Result<Conditions<B>, X> {
        let test = |test: &Test<C>| {
            Ok(match test {
                Test::Market { contract: of, of: watched, above, value } => {
                    Test::Market { contract: contract(of)?, of: *watched, above: *above, value: *value }
                }
                Test::Time { after, at } => Test::Time { after: *after, at: *at },
                Test::Cushion { above, percent } => Test::Cushion { above: *above, percent: *percent },
                Test::Filled(of) => Test::Filled(contract(of)?),
            })
        };
        Ok(Conditions { all: self.all, tests: self.tests.iter().map(test).collect::<Result<_, X>>()? })
    }

    /// Whether these are the same tests, where contracts are the same if `same` says so; how a single test is joined means
    /// nothing.
    pub fn matches<B>(&self, other: &Conditions<B>, same: impl Fn(&C, &B) -> bool) -> bool {
        let one = |(a, b): (&Test<C>, &Test<B>)| match (a, b) {
            (
                Test::Market { contract: x, of: w, above: u, value: v },
                Test::Market { contract: y, of: w2, above: u2, value: v2 },
            ) => (w, u, v) == (w2, u2, v2) && same(x, y),
            (Test::Time { after, at }, Test::Time { after: after2, at: at2 }) => after == after2 && at.is(at2),
            (Test::Cushion { above, percent }, Test::Cushion { above: a2, percent: p2 }) => {
                (above, percent) == (a2, p2)
            }
            (Test::Filled(x), Test::Filled(y)) => same(x, y),
            _ => false,
        };
        self.tests.len() == other.tests.len()
            && (self.all == other.all || self.tests.len() == 1)
            && self.tests.iter().zip(&other.tests).all(one)
    }
}

impl<P, D> Pricing<P, D> {
    /// Whether an order of this type can wait for tests.
    pub const fn can_wait(&self) -> bool {
        match self {
            Self::Market | Self::Limit(_) | Self::Midprice { .. } => true,
            Self::Pegged { to, .. } => !matches!(to, Peg::Market | Peg::Midpoint),
            _ => false,
        }
    }

    /// Whether an order of this type can be cancelled by tests.
    pub const fn can_be_cancelled(&self) -> bool {
        matches!(self, Self::Limit(_) | Self::Midprice { .. })
    }
}

/// Why the tests of an order cannot be sent, if so: which word of the sentence, and the reason.
pub fn obstacle<P, D, E, C>(pricing: &Pricing<P, D>, said: &Attributes<E, C>) -> Option<(&'static str, String)> {
    let word = pricing.keyword();
    if said.when.is_some() && said.cancel_when.is_some() {
        return Some(("cancelif", "an order waits for tests or is cancelled by them, not both".into()));
    }
    if said.when.is_some() && !pricing.can_wait() {
        let text = if pricing.is_triggered() {
            format!("{word} does not wait for tests: use `mkt if …`")
        } else {
            format!("{word} does not wait for tests: mkt, lmt, midprice, rel and the snaps do")
        };
        return Some(("if", text));
    }
    if said.cancel_when.is_some() && !pricing.can_be_cancelled() {
        return Some(("cancelif", format!("{word} is not cancelled by tests: lmt and midprice are")));
    }
    let clauses = [("if", &said.when), ("cancelif", &said.cancel_when)];
    clauses.into_iter().find_map(|(clause, tests)| {
        let tests = tests.iter().flat_map(|conditions| &conditions.tests);
        tests.into_iter().find_map(|test| unsaid(test)).map(|text| (clause, text))
    })
}

/// Why IB has no such test, if so.
fn unsaid<C>(test: &Test<C>) -> Option<String> {
    let whole = |value: &Decimal, most: Decimal| value.fract().is_zero() && *value >= Decimal::ZERO && *value <= most;
    match test {
        Test::Market { of: Watched::Bid | Watched::Ask, .. } => {
            Some("IB tests no bid or ask alone: bidask looks at the bid for above, at the ask for below".into())
        }
        Test::Market { of: Watched::Volume, value, .. } if !whole(value, Decimal::from(i32::MAX)) => {
            Some(format!("{value} is not a number of shares that IB tests"))
        }
        Test::Market { of: Watched::Change | Watched::Volume, .. } => None,
        Test::Market { value, .. } if *value <= Decimal::ZERO => Some(format!("{value} is not a price")),
        Test::Cushion { percent, .. } if !whole(percent, Decimal::ONE_HUNDRED) => {
            Some(format!("IB tests the cushion in whole percent, not {percent}%"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Price;

    type Said = Attributes<Decimal, u32>;

    fn waits(test: Test<u32>) -> Said {
        Said { when: Some(Conditions { all: true, tests: vec![test] }), ..Said::default() }
    }

    fn last() -> Test<u32> {
        Test::Market { contract: 1, of: Watched::Last, above: true, value: Decimal::from(190) }
    }

    #[test]
    fn tests_go_with_the_types_that_ib_names_and_a_stop_is_told_what_to_say() {
        let at = Price::from(100);
        let takes: [Pricing<Price, Decimal>; 4] = [
            Pricing::Market,
            Pricing::Limit(at),
            Pricing::Midprice { cap: None },
            Pricing::Pegged { to: Peg::SnapMidpoint, offset: None, cap: None },
        ];
        for kind in takes {
            assert_eq!(obstacle(&kind, &waits(last())), None, "{kind:?}");
        }
        let stop: Pricing<Price, Decimal> = Pricing::Stop { trigger: at, limit: None };
        assert!(obstacle(&stop, &waits(last())).is_some_and(|(word, text)| word == "if" && text.contains("mkt if")));
        let pegged: Pricing<Price, Decimal> = Pricing::Pegged { to: Peg::Midpoint, offset: None, cap: None };
        assert!(obstacle(&pegged, &waits(last())).is_some());
        let cancelled = Said { cancel_when: waits(last()).when, ..Said::default() };
        assert_eq!(obstacle(&takes[1], &cancelled), None);
        assert!(obstacle(&takes[0], &cancelled).is_some_and(|(word, _)| word == "cancelif"));
        let both = Said { when: waits(last()).when, ..cancelled };
        assert!(obstacle(&takes[1], &both).is_some());
    }

    #[test]
    fn a_test_that_ib_does_not_have_is_named() {
        let market: Pricing<Price, Decimal> = Pricing::Market;
        let of = |of, value| Test::Market { contract: 1, of, above: true, value };
        let half = Decimal::new(5, 1);
        for test in [
            of(Watched::Bid, Decimal::ONE),
            of(Watched::Ask, Decimal::ONE),
            of(Watched::Volume, half),
            of(Watched::Last, Decimal::ZERO),
            Test::Cushion { above: true, percent: half },
            Test::Cushion { above: true, percent: Decimal::from(101) },
        ] {
            assert!(obstacle(&market, &waits(test.clone())).is_some(), "{test:?}");
        }
        for test in [of(Watched::BidAsk, half), of(Watched::Change, -half), Test::Filled(3)] {
            assert_eq!(obstacle(&market, &waits(test.clone())), None, "{test:?}");
        }
    }
}
