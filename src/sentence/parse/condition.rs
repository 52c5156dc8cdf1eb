//! Tests an order waits for or is cancelled by.

use rust_decimal::Decimal;

use super::moment::moment;
use crate::domain::terms::{Conditions, Test, Watched};
use crate::sentence::ast::Contract;
use crate::sentence::cursor::{Reader, Word};
use crate::sentence::fault::Fault;
use crate::sentence::number::number;
use crate::sentence::words::{TESTS, WATCHED, has, is_clause};
use crate::source::nearest;

/// What joins tests.
const JOINS: &[(&str, &str)] = &[("and", "all must hold"), ("or", "any must hold")];
const BOUNDS: &[(&str, &str)] = &[("above", "more than"), ("below", "less than")];
const TIMES: &[(&str, &str)] = &[("after", "later than"), ("before", "earlier than")];

impl Reader<'_> {
    pub(super) fn conditions(&mut self, word: &Word<'_>) -> Option<Conditions<Contract>> {
        let mut tests = Vec::new();
        let mut join: Option<bool> = None;
        let mut good = true;
        loop {
            match self.test(word) {
                Some(test) => tests.push(test),
                None => good = false,
            }
            self.offer(JOINS);
            let Some(next) = self.take_if(|w| has(JOINS, &w.lower)) else { break };
            let all = next.lower == "and";
            if join.is_some_and(|before| before != all) {
                let other = if all { "or" } else { "and" };
                self.fault(Fault::new(next.span, "and and or are not mixed: all must hold, or any").fix(other));
                good = false;
            }
            join = join.or(Some(all));
        }
        (good && !tests.is_empty()).then_some(Conditions { all: join.unwrap_or(true), tests })
    }

    fn test(&mut self, word: &Word<'_>) -> Option<Test<Contract>> {
        self.offer(TESTS);
        let Some(first) = self.peek().cloned() else {
            let cause = format!("{} needs a test, such as SPY last above 600", word.text);
            self.missing(Fault::new(word.span.clone(), cause));
            return None;
        };
        let follows =
            |n: usize, words: &[(&str, &str)]| self.ahead(n).is_some_and(|w| words.iter().any(|(x, _)| *x == w.lower));
        let of_market = follows(1, WATCHED) && follows(2, BOUNDS);
        match first.lower.as_str() {
            "time" if !of_market && (follows(1, TIMES) || self.ahead(1).is_none()) => self.time_test(),
            "cushion" if !of_market && (follows(1, BOUNDS) || self.ahead(1).is_none()) => self.cushion_test(),
            "filled" if !of_market => {
                self.skip();
                self.contract().map(Test::Filled)
            }
            _ => self.market_test(&first),
        }
    }

    fn time_test(&mut self) -> Option<Test<Contract>> {
        self.skip();
        let (after, _) = self.choice(TIMES, "after")?;
        let at = self.take_if(|w| !is_clause(&w.lower));
        let Some(at) = at else {
            self.missing(Fault::new(self.end..self.end, "a date is missing, such as 2026-12-01T10:00ET"));
            return None;
        };
        let read = moment(at.text, at.span);
        self.keep(read).map(|at| Test::Time { after, at })
    }

    fn cushion_test(&mut self) -> Option<Test<Contract>> {
        self.skip();
        let (above, word) = self.choice(BOUNDS, "above")?;
        let value = self.take_if(|w| !is_clause(&w.lower));
        let percent = value.as_ref().and_then(|w| w.lower.strip_suffix('%').and_then(number));
        if percent.is_none() {
            let span = value.map_or(word, |w| w.span);
            self.missing(Fault::new(span, "cushion is compared with a percentage, such as 10%"));
        }
        percent.map(|percent| Test::Cushion { above, percent })
    }

    fn market_test(&mut self, first: &Word<'_>) -> Option<Test<Contract>> {
        let contract = self.contract();
        self.offer(WATCHED);
        let of = self.take_if(|w| has(WATCHED, &w.lower));
        let Some(of) = of.and_then(|w| Watched::ALL.into_iter().find(|x| x.keyword() == w.lower)) else {
            if contract.is_some() {
                let next = self.peek().map(|w| (w.span.clone(), nearest(&w.lower, Watched::ALL.map(Watched::keyword))));
                let (span, near) = next.unwrap_or((first.span.clone(), None));
                let cause = format!("{}: what of it? last, bid, ask, mid, dlast, bidask, vol or chg", first.text);
                self.missing(Fault::new(span, cause).maybe(near));
            }
            self.skip_test();
            return None;
        };
        let (above, word) = self.choice(BOUNDS, "above")?;
        let value = self.take_if(|w| !is_clause(&w.lower));
        let read = value.as_ref().and_then(|w| bound(&w.lower, of));
        if read.is_none() {
            let span = value.map_or(word, |w| w.span);
            self.missing(Fault::new(span, "a test compares with a plain number"));
        }
        Some(Test::Market { contract: contract?, of, above, value: read? })
    }

    /// One of two words: whether it is the first, and where it stands.
    fn choice(
        &mut self,
        of: &'static [(&'static str, &'static str)],
        usual: &str,
    ) -> Option<(bool, std::ops::Range<usize>)> {
        self.offer(of);
        if let Some(word) = self.take_if(|w| has(of, &w.lower)) {
            let first = of.first().is_some_and(|(w, _)| *w == word.lower);
            return Some((first, word.span));
        }
        let span = self.peek().map_or(self.end..self.end, |w| w.span.clone());
        let other = of.get(1).map_or("", |(w, _)| w);
        let at = span.start..span.start;
        self.missing(Fault::new(span, format!("{usual} or {other}?")).fix_at(at, usual));
        self.skip_test();
        None
    }

    /// Passes over what is left of a test that is wrong already.
    fn skip_test(&mut self) {
        while self.take_if(|w| !is_clause(&w.lower) && !has(JOINS, &w.lower)).is_some() {}
    }
}

/// What a market is compared with; a change may be below zero.
fn bound(lower: &str, of: Watched) -> Option<Decimal> {
    let digits = lower.strip_prefix('-').filter(|_| of == Watched::Change);
    let negative = digits.is_some();
    let value = number(digits.unwrap_or(lower))?;
    if negative { Decimal::ZERO.checked_sub(value) } else { Some(value) }
}
