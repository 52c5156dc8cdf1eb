//! Instruments: stocks, pairs, futures, options, legs.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::moment::{expiry, expiry_text, is_expiry_shaped, next_monthly};
use crate::sentence::ast::{Contract, FutureMonth, Instrument, Kind, Leg, Named, OptionPart, Right, Under};
use crate::sentence::cursor::{Faulty, Reader, Word};
use crate::sentence::fault::Fault;
use crate::sentence::number::{digits, number};
use crate::sentence::price::looks_like_price;
use crate::source::nearest;

/// The first year that a single digit of a future's month can mean where the day is not known.
const FIRST_YEAR: i16 = 2026;

impl Reader<'_> {
    pub(super) fn instrument(&mut self) -> Option<Instrument> {
        if self.gave_up {
            return None;
        }
        let Some(start) = self.peek().map(|w| w.span.start) else {
            if !self.gave_up {
                self.missing(Fault::new(self.end..self.end, "symbol missing"));
            }
            return None;
        };
        let instrument = if self.peek().is_some_and(|w| is_leg(w.text)) {
            self.legs(start).map(Instrument::Combo)
        } else {
            self.contract().map(Instrument::One)
        };
        self.spans.instrument = self.since(start);
        instrument
    }

    fn legs(&mut self, start: usize) -> Option<Vec<Leg>> {
        self.combo = true;
        let mut legs: Vec<Leg> = Vec::new();
        let mut count = 0_usize;
        while let Some(sign) = self.take_if(|w| is_leg(w.text)) {
            count = count.saturating_add(1);
            let ratio = sign.text.get(1..).and_then(|n| n.parse::<u32>().ok()).filter(|n| *n > 0);
            if ratio.is_none() {
                self.fault(Fault::new(sign.span.clone(), format!("{}: a leg has a ratio of 1 or more", sign.text)));
            }
            let contract = match legs.last() {
                Some(before) => self.leg_contract(&before.contract.clone()),
                None => self.contract(),
            };
            if let (Some(ratio), Some(contract)) = (ratio, contract) {
                legs.push(Leg { short: sign.text.starts_with('-'), ratio, contract });
            }
        }
        if count < 2 {
            let span = self.since(start);
            self.fault(Fault::new(span, "a combo has two legs or more"));
        }
        (count == legs.len()).then_some(legs)
    }

    /// A contract, or a strike with or without an expiry on the same underlying as the leg before.
    fn leg_contract(&mut self, before: &Contract) -> Option<Contract> {
        let inherits =
            self.peek().is_some_and(|w| is_strike(&w.lower) || is_expiry_shaped(w.text) || number(w.text).is_some());
        let Contract::Named(named) = before else { return self.contract() };
        if !inherits {
            return self.contract();
        }
        let option = self.option_part(None, named.option.map(|o| o.expiry)).ok()??;
        Some(Contract::Named(Named { option: Some(option), ..named.clone() }))
    }

    pub(super) fn contract(&mut self) -> Option<Contract> {
        let Some(word) = self.take() else {
            self.missing(Fault::new(self.end..self.end, "symbol missing"));
            return None;
        };
        if let Some(id) = word.lower.strip_prefix("conid:") {
            let read = id.parse::<i32>().ok().filter(|n| digits(id) && *n > 0).map(Contract::ConId);
            if read.is_none() {
                self.fault(Fault::new(word.span, format!("{} is not a contract's number", word.text)));
            }
            return read;
        }
        let (kind, name) = self.kind(&word)?;
        if let Some((root, option)) = packed(name) {
            let under = Under::Root { root, suffix: None, listing: None };
            return self.named(&word, kind, under, Some(option));
        }
        let Some(under) = under(name, kind, self.first_year()) else {
            let fault = not_a_symbol(&word, name);
            self.fault(fault);
            self.pass_option();
            return None;
        };
        let option = self.option_part(Some(&under_text(&under)), None).ok()?;
        self.named(&word, kind, under, option)
    }

    /// The kind before a colon, and the name behind it.
    fn kind<'w>(&mut self, word: &Word<'w>) -> Option<(Option<Kind>, &'w str)> {
        let Some((said, name)) = word.text.split_once(':') else { return Some((None, word.text)) };
        let lower = said.to_ascii_lowercase();
        if let Some(kind) = Kind::ALL.into_iter().find(|k| k.word() == lower) {
            return Some((Some(kind), name));
        }
        let near = nearest(&lower, Kind::ALL.map(Kind::word)).map(|near| format!("{near}:{name}"));
        let cause = format!("{} is not a kind: stk, opt, fut, cash, crypto, ind, bond, cfd", said.escape_debug());
        self.fault(Fault::new(word.span.clone(), cause).maybe(near));
        self.pass_option();
        None
    }

    /// A contract whose kind and name agree.
    fn named(
        &mut self,
        word: &Word<'_>,
        kind: Option<Kind>,
        under: Under,
        option: Option<OptionPart>,
    ) -> Option<Contract> {
        let future = matches!(under, Under::Future { .. });
        let paired = matches!(under, Under::Root { suffix: Some(_), .. });
        let wrong = match kind {
            Some(Kind::Option) if option.is_none() => Some("an option needs expiry and strike"),
            Some(Kind::Future) if option.is_some() => Some("a future has no strike: leave fut: out"),
            Some(Kind::Cash | Kind::Crypto) if !paired => Some("a pair needs its second currency, as in EUR.USD"),
            Some(k) if k != Kind::Option && k != Kind::Future && (future || option.is_some()) => {
                Some("the kind does not fit the name")
            }
            _ => None,
        };
        if let Some(cause) = wrong {
            self.fault(Fault::new(word.span.clone(), format!("{}: {cause}", word.text)));
            return None;
        }
        Some(Contract::Named(Named { kind, under, option }))
    }

    /// Expiry and strike behind a name, if they are there: `Ok(None)` where there are none.
    fn option_part(&mut self, name: Option<&str>, inherited: Option<Date>) -> Result<Option<OptionPart>, Faulty> {
        if let Some(option) = self.peek().and_then(|w| occ_tail(&w.lower)) {
            self.skip();
            return Ok(Some(option));
        }
        let date = self.take_if(|w| is_expiry_shaped(w.text));
        let day = match &date {
            Some(word) => {
                let day = expiry(word.text);
                if day.is_none() {
                    self.fault(Fault::new(word.span.clone(), format!("{} is not a day", word.text)));
                }
                Some(day)
            }
            None => inherited.map(Some),
        };
        let bare_strike = self.peek().is_some_and(|w| is_strike(&w.lower));
        match day {
            None if bare_strike => {
                self.expiry_missing(name);
                Err(Faulty)
            }
            None => Ok(None),
            Some(day) => {
                let (strike, right) = self.strike().ok_or(Faulty)?;
                Ok(Some(OptionPart { expiry: day.ok_or(Faulty)?, strike, right }))
            }
        }
    }

    /// `190C`, or `190 C`.
    fn strike(&mut self) -> Option<(Decimal, Right)> {
        let Some(word) = self.take_if(|w| is_strike(&w.lower) || number(w.text).is_some()) else {
            let span = self.peek().map_or(self.end..self.end, |w| w.span.clone());
            self.missing(Fault::new(span, "a strike with C or P goes here, such as 190C"));
            return None;
        };
        if let Some(read) = strike_of(&word.lower) {
            return Some(read);
        }
        let strike = number(word.text)?.normalize();
        if let Some(right) = self.take_if(|w| matches!(w.lower.as_str(), "c" | "p")) {
            return Some((strike, if right.lower == "c" { Right::Call } else { Right::Put }));
        }
        let fault = Fault::new(word.span, format!("{} is no strike: call or put?", word.text));
        self.fault(fault.fix(format!("{strike}C")).fix(format!("{strike}P")));
        None
    }

    fn expiry_missing(&mut self, name: Option<&str>) {
        let before = self.next.checked_sub(1).and_then(|i| self.words.get(i)).map(|w| w.span.clone());
        let Some(word) = self.take() else { return };
        let fault = Fault::new(word.span.clone(), "option needs an expiry");
        let fault = match (before, self.today.and_then(next_monthly)) {
            (Some(before), Some(day)) => {
                let text = format!("{} {}", expiry_text(day), word.text.to_ascii_uppercase());
                match name {
                    Some(name) => fault.fix_at(before.start..word.span.end, format!("{name} {text}")),
                    None => fault.fix(text),
                }
            }
            _ => Fault { cause: "option needs an expiry, such as AAPL 18DEC26 190C".into(), ..fault },
        };
        self.fault(fault);
    }

    /// Passes over expiry and strike of a name that is wrong already.
    fn pass_option(&mut self) {
        if self.take_if(|w| is_expiry_shaped(w.text)).is_some() {
            self.take_if(|w| is_strike(&w.lower) || number(w.text).is_some());
            self.take_if(|w| matches!(w.lower.as_str(), "c" | "p"));
        } else {
            self.take_if(|w| is_strike(&w.lower));
        }
    }

    fn first_year(&self) -> i16 {
        self.today.map_or(FIRST_YEAR, Date::year)
    }

    /// `H27`: the month of a future on its own.
    pub(super) fn month(&self, word: &str) -> Option<FutureMonth> {
        let upper = word.to_ascii_uppercase();
        let (root, month) = split_month(&upper, self.first_year())?;
        root.is_empty().then_some(month)
    }
}

/// Whether this is a plain symbol: a letter, then letters and digits, and a suffix of letters after a point.
pub(in crate::sentence) fn is_symbol(text: &str) -> bool {
    let (root, suffix) = text.split_once('.').unwrap_or((text, "A"));
    is_root(root) && root.starts_with(|c: char| c.is_ascii_alphabetic()) && is_suffix(suffix)
}

/// Whether a word could name an instrument.
pub(super) fn looks_like_instrument(text: &str) -> bool {
    let rest = text.strip_prefix('/').unwrap_or(text);
    let name = rest.split_once(':').map_or(rest, |(_, name)| name);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    is_symbol(name)
}

fn is_root(text: &str) -> bool {
    (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_suffix(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// A leg of a combo: `+1`, `-2`.
fn is_leg(text: &str) -> bool {
    text.strip_prefix(['+', '-']).is_some_and(digits)
}

/// `190c`, `5000p`.
fn is_strike(lower: &str) -> bool {
    strike_of(lower).is_some()
}

fn strike_of(lower: &str) -> Option<(Decimal, Right)> {
    let right = if lower.ends_with('c') { Right::Call } else { Right::Put };
    number(lower.strip_suffix(['c', 'p'])?).map(|strike| (strike.normalize(), right))
}

/// The second half of an OCC symbol: `261218c00190000`.
fn occ_tail(lower: &str) -> Option<OptionPart> {
    let (day, rest) = lower.split_at_checked(6)?;
    let (right, strike) = rest.split_at_checked(1)?;
    if strike.len() != 8 || !digits(strike) || !digits(day) {
        return None;
    }
    let right = match right {
        "c" => Right::Call,
        "p" => Right::Put,
        _ => return None,
    };
    let (year, month, date) = (day.get(..2)?, day.get(2..4)?, day.get(4..6)?);
    let year = year.parse::<i16>().ok()?.checked_add(2000)?;
    let expiry = Date::new(year, month.parse().ok()?, date.parse().ok()?).ok()?;
    let strike = number(strike)?.checked_div(Decimal::ONE_THOUSAND)?.normalize();
    Some(OptionPart { expiry, strike, right })
}

/// An OCC symbol in one word: `AAPL261218C00190000`.
fn packed(name: &str) -> Option<(String, OptionPart)> {
    let at = name.len().checked_sub(15)?;
    let (root, tail) = name.split_at_checked(at)?;
    let option = occ_tail(&tail.to_ascii_lowercase())?;
    (is_symbol(root) && root.len() <= 6 && !root.contains('.')).then(|| (root.to_ascii_uppercase(), option))
}

fn under(name: &str, kind: Option<Kind>, first_year: i16) -> Option<Under> {
    let upper = name.to_ascii_uppercase();
    let slash = upper.strip_prefix('/');
    let bare = slash.unwrap_or(&upper);
    if slash.is_some() || matches!(kind, None | Some(Kind::Future)) {
        if let Some((root, month)) = split_month(bare, first_year)
            && !root.is_empty()
            && root.len() <= if slash.is_some() { 12 } else { 4 }
        {
            return Some(Under::Future { root: root.to_owned(), month: Some(month) });
        }
        if slash.is_some() || kind.is_some() {
            let fits = is_root(bare);
            return fits.then(|| Under::Future { root: bare.to_owned(), month: None });
        }
    }
    let (pair, listing) = upper.split_once('@').map_or((upper.as_str(), None), |(pair, at)| (pair, Some(at)));
    let (root, suffix) = pair.split_once('.').map_or((pair, None), |(root, suffix)| (root, Some(suffix)));
    // Exchanges that number their stocks: the listing or the kind tells such a symbol from a number.
    let numbered = (listing.is_some() || kind.is_some()) && is_root(root);
    let good = is_root(root)
        && (numbered || root.starts_with(|c: char| c.is_ascii_alphabetic()))
        && suffix.is_none_or(is_suffix)
        && listing
            .is_none_or(|at| is_root(at) && at.starts_with(|c: char| c.is_ascii_alphabetic()) && !looks_like_price(at));
    if !good {
        return None;
    }
    Some(Under::Root { root: root.to_owned(), suffix: suffix.map(str::to_owned), listing: listing.map(str::to_owned) })
}

/// `ESZ26` and `ESZ6` into root and month; a year of one digit is the first such year from `first_year` on.
fn split_month(upper: &str, first_year: i16) -> Option<(&str, FutureMonth)> {
    let year_at = upper.len().checked_sub(upper.bytes().rev().take_while(u8::is_ascii_digit).count().min(2))?;
    let (head, year) = upper.split_at_checked(year_at)?;
    let letter = head.chars().next_back().filter(char::is_ascii)?;
    let month = FutureMonth::month_of(letter)?;
    let root = head.get(..head.len().checked_sub(1)?)?;
    if !root.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let said = year.parse::<i16>().ok()?;
    let year = if year.len() == 2 {
        said.checked_add(2000)?
    } else {
        let ahead = said.checked_sub(first_year.checked_rem(10)?)?.rem_euclid(10);
        first_year.checked_add(ahead)?
    };
    Some((root, FutureMonth { year, month }))
}

pub(in crate::sentence) fn under_text(under: &Under) -> String {
    match under {
        Under::Root { root, suffix, listing } => {
            let suffix = suffix.as_ref().map(|s| format!(".{s}")).unwrap_or_default();
            let listing = listing.as_ref().map(|l| format!("@{l}")).unwrap_or_default();
            format!("{root}{suffix}{listing}")
        }
        Under::Future { root, month: None } => format!("/{root}"),
        Under::Future { root, month: Some(month) } => {
            format!("/{root}{}{:02}", month.letter(), month.year.checked_rem(100).unwrap_or(0))
        }
    }
}

fn not_a_symbol(word: &Word<'_>, name: &str) -> Fault {
    let span = word.span.clone();
    if let Some((symbol, at)) = name.split_once('@')
        && is_symbol(symbol)
        && looks_like_price(at)
    {
        let fix = format!("{} @ {at}", symbol.to_ascii_uppercase());
        return Fault::new(span, "blanks belong around @").fix(fix);
    }
    if let Some(front) = name.to_ascii_lowercase().strip_suffix("=front") {
        let fix = front.to_ascii_uppercase();
        return Fault::new(span, "the front month has no month code").fix(fix);
    }
    if looks_like_price(word.text) {
        return Fault::new(span, format!("symbol missing before {}", word.text));
    }
    Fault::new(span, format!("{} is not a symbol", word.text.escape_debug()))
}
