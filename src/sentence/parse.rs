//! Reading: words with their bytes, a positional head, then clauses in any order.

use std::ops::Range;

use super::price::{looks_like_price, price};
use super::size::{Size, size};
use super::words::{HABITS, LATER, LATER_VERBS, NOW};
use super::{Fault, PriceExpr, Pricing, Ref, Sentence};
use crate::domain::order::{Session, Tif, Verb};
use crate::source::nearest;

/// Most bytes of a sentence; longer ones are refused unread.
const LENGTH_MAX: usize = 1_000;

/// Reads a sentence, or finds everything that is wrong with it, in the order of the text.
pub fn parse(text: &str) -> Result<Sentence, Vec<Fault>> {
    if text.len() > LENGTH_MAX {
        return Err(vec![Fault::new(0..text.len(), format!("longer than {LENGTH_MAX} bytes"))]);
    }
    let mut reader =
        Reader { words: words(text), next: 0, end: text.trim_end().len(), gave_up: false, faults: Vec::new() };
    let verb = reader.verb();
    let size = reader.size(verb);
    let symbol = reader.symbol();
    let tail = reader.tail();
    let mut faults = reader.faults;
    faults.sort_by_key(|f| (f.span.start, f.span.end));
    match (verb, size, symbol) {
        (Some(verb), Some(size), Some(symbol)) if faults.is_empty() => {
            let pricing = tail.pricing.unwrap_or(Pricing::Limit(PriceExpr::Market(Ref::Join, None)));
            let (tif, session) = (tail.tif.unwrap_or_default(), tail.session.unwrap_or_default());
            Ok(Sentence { verb, size, symbol, pricing, tif, session })
        }
        _ => Err(faults),
    }
}

/// A word and its bytes.
#[derive(Debug, Clone)]
struct Word<'t> {
    text: &'t str,
    lower: String,
    span: Range<usize>,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut from = 0;
    for word in text.split_whitespace() {
        let start = text.get(from..).and_then(|rest| rest.find(word)).map_or(from, |at| from + at);
        from = start + word.len();
        words.push(Word { text: word, lower: word.to_ascii_lowercase(), span: start..from });
    }
    words
}

/// What follows the head.
#[derive(Default)]
struct Tail {
    pricing: Option<Pricing>,
    tif: Option<Tif>,
    session: Option<Session>,
    /// Whether a price, even a faulty one, has been seen.
    priced: bool,
}

struct Reader<'t> {
    words: Vec<Word<'t>>,
    next: usize,
    end: usize,
    gave_up: bool,
    faults: Vec<Fault>,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&Word<'t>> {
        self.words.get(self.next)
    }

    fn take(&mut self) -> Option<Word<'t>> {
        let word = self.words.get(self.next).cloned();
        self.next += usize::from(word.is_some());
        word
    }

    fn verb(&mut self) -> Option<Verb> {
        let Some(word) = self.take() else {
            self.faults.push(Fault::new(0..0, "an order begins with buy, sell, short or close").fix("buy").fix("sell"));
            return None;
        };
        match word.lower.as_str() {
            "buy" | "b" => return Some(Verb::Buy),
            "sell" | "s" => return Some(Verb::Sell),
            "short" => return Some(Verb::Short),
            "close" | "cover" => return Some(Verb::Close),
            _ => {}
        }
        let fault = if LATER_VERBS.contains(&word.lower.as_str()) {
            // What such a sentence goes on with is not an order's; reading on would only find faults that are none.
            self.next = self.words.len();
            self.gave_up = true;
            Fault::new(word.span, format!("{} in a sentence is not available yet", word.lower))
        } else {
            let fault = Fault::new(word.span, format!("{} is not buy, sell, short or close", word.text));
            match nearest(&word.lower, ["buy", "sell", "short", "close"]) {
                Some(near) => fault.fix(near),
                None => fault,
            }
        };
        self.faults.push(fault);
        None
    }

    /// Whether the verb has already said all: there was nothing to read, or what follows is not an order's.
    fn gave_up(&self) -> bool {
        self.words.is_empty() || self.gave_up
    }

    fn size(&mut self, verb: Option<Verb>) -> Option<Size> {
        if self.gave_up() {
            return None;
        }
        let Some(word) = self.peek().cloned() else {
            self.faults.push(Fault::new(self.end..self.end, "size and symbol missing"));
            return None;
        };
        match size(&word.lower, word.span.clone()) {
            Ok(size) => {
                self.next += 1;
                if matches!(size, Size::All | Size::Half) && matches!(verb, Some(Verb::Buy | Verb::Short)) {
                    let cause = format!("{size} is a part of a position: it goes with sell and close");
                    self.faults.push(Fault::new(word.span, cause).fix("def"));
                }
                Some(size)
            }
            Err(_) if self.is_size_left_out() => {
                let fault = Fault::new(word.span, "size missing");
                let closing = matches!(verb, Some(Verb::Close));
                let usual = if closing { ["all", "half"] } else { ["100", "def"] };
                let fault = usual.iter().fold(fault, |fault, size| fault.fix(format!("{size} {}", word.text)));
                self.faults.push(fault);
                None
            }
            Err(fault) => {
                self.next += 1;
                self.faults.push(Fault { cause: fault.cause.replacen(&word.lower, word.text, 1), ..fault });
                None
            }
        }
    }

    /// Whether the next word is a symbol rather than a bad size: it looks like one, and what follows it does not.
    fn is_size_left_out(&self) -> bool {
        let mut ahead = self.words.iter().skip(self.next);
        let is_symbol = ahead.next().is_some_and(|w| is_symbol(w.text));
        let follows = |w: &Word<'_>| {
            NOW.contains(&w.lower.as_str()) || LATER.contains(&w.lower.as_str()) || looks_like_price(w.text)
        };
        is_symbol && ahead.next().is_none_or(follows)
    }

    fn symbol(&mut self) -> Option<String> {
        if self.gave_up() {
            return None;
        }
        let Some(word) = self.take() else {
            if !self.faults.iter().any(|f| f.cause.contains("symbol missing")) {
                self.faults.push(Fault::new(self.end..self.end, "symbol missing"));
            }
            return None;
        };
        if is_symbol(word.text) {
            self.refuse_options();
            return Some(word.text.to_ascii_uppercase());
        }
        self.faults.push(not_a_symbol(&word));
        if is_leg(word.text) {
            self.next = self.words.len();
        }
        None
    }

    /// Options are a symbol with an expiry and a strike behind it.
    fn refuse_options(&mut self) {
        let from = self.next;
        while self.peek().is_some_and(|w| is_expiry(&w.lower) || is_strike(&w.lower)) {
            self.next += 1;
        }
        if let (Some(first), Some(last)) =
            (self.words.get(from), self.next.checked_sub(1).and_then(|i| self.words.get(i)))
            && self.next > from
        {
            let span = first.span.start..last.span.end;
            self.faults.push(Fault::new(span, "options are not available yet"));
        }
    }

    fn tail(&mut self) -> Tail {
        let mut tail = Tail::default();
        let mut clauses = 0;
        while let Some(word) = self.take() {
            match word.lower.as_str() {
                "mkt" => self.price(&mut tail, &word, clauses, Some(Pricing::Market)),
                "lmt" | "@" => self.limit(&mut tail, &word, clauses),
                "day" | "gtc" | "ioc" => self.tif(&mut tail, &word),
                "rth" | "ext" => self.session(&mut tail, &word),
                _ if LATER.contains(&bare(&word.lower)) => self.later(&word),
                _ if looks_like_price(word.text) => {
                    let read = price(word.text, word.span.clone());
                    let pricing = self.read(read).map(Pricing::Limit);
                    self.price(&mut tail, &word, clauses, pricing);
                    continue;
                }
                _ => self.unknown(&word),
            }
            clauses += usize::from(!matches!(word.lower.as_str(), "mkt" | "lmt" | "@"));
        }
        tail
    }

    fn read<T>(&mut self, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.faults.push(fault)).ok()
    }

    fn limit(&mut self, tail: &mut Tail, word: &Word<'t>, clauses: usize) {
        let read = match self.peek().cloned() {
            Some(next) if looks_like_price(next.text) || !is_word(&next.lower) => {
                self.next += 1;
                price(next.text, next.span)
            }
            _ => Err(Fault::new(word.span.clone(), format!("{} needs a price", word.text))
                .fix(format!("{} join", word.text))),
        };
        let pricing = self.read(read).map(Pricing::Limit);
        self.price(tail, word, clauses, pricing);
    }

    fn price(&mut self, tail: &mut Tail, word: &Word<'t>, clauses: usize, pricing: Option<Pricing>) {
        if tail.priced {
            self.faults.push(Fault::new(word.span.clone(), "two prices").fix(""));
        } else if clauses > 0 {
            let cause = format!("{} stands too late: the price comes right after the symbol", word.text);
            self.faults.push(Fault::new(word.span.clone(), cause));
        }
        tail.priced = true;
        tail.pricing = pricing;
    }

    fn tif(&mut self, tail: &mut Tail, word: &Word<'t>) {
        let tif = match word.lower.as_str() {
            "gtc" => Tif::Gtc,
            "ioc" => Tif::Ioc,
            _ => Tif::Day,
        };
        if tail.tif.replace(tif).is_some() {
            self.faults.push(Fault::new(word.span.clone(), "two times in force").fix(""));
        }
    }

    fn session(&mut self, tail: &mut Tail, word: &Word<'t>) {
        let session = if word.lower == "ext" { Session::Extended } else { Session::Regular };
        if tail.session.replace(session).is_some() {
            self.faults.push(Fault::new(word.span.clone(), "rth and ext are two choices of one").fix(""));
        }
    }

    /// Refuses a word of the full grammar and passes over what belongs to it.
    fn later(&mut self, word: &Word<'t>) {
        while self.peek().is_some_and(|w| !is_word(bare(&w.lower)) || looks_like_price(w.text)) {
            self.next += 1;
        }
        self.faults.push(Fault::new(word.span.clone(), format!("{} is not available yet", bare(&word.lower))));
    }

    fn unknown(&mut self, word: &Word<'t>) {
        if matches!(word.lower.as_str(), "stop" | "stoploss" | "stop-loss") {
            return self.later(&Word { lower: "stop".to_owned(), ..word.clone() });
        }
        if let Some(rest) = word.text.strip_prefix('@')
            && price(rest, 0..rest.len()).is_ok()
        {
            let fault = Fault::new(word.span.clone(), "a blank belongs after @").fix(format!("@ {rest}"));
            return self.faults.push(fault);
        }
        let fault = Fault::new(word.span.clone(), format!("{} is not a word of an order", word.text));
        let habit = HABITS.iter().find(|(said, _)| *said == bare(&word.lower)).map(|(_, meant)| *meant);
        let near = habit.or_else(|| nearest(bare(&word.lower), NOW.iter().copied()));
        self.faults.push(match near {
            Some(near) => fault.fix(near),
            None => fault,
        });
    }
}

/// A word without the dashes of a command line's option.
fn bare(lower: &str) -> &str {
    lower.strip_prefix("--").unwrap_or(lower)
}

/// Whether a clause begins with this word.
fn is_word(lower: &str) -> bool {
    NOW.contains(&lower) || LATER.contains(&lower)
}

/// Whether this is a stock's symbol: a letter, then letters and digits, and a suffix of letters after a point.
pub fn is_symbol(text: &str) -> bool {
    let (root, suffix) = text.split_once('.').unwrap_or((text, "A"));
    let letters = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphabetic());
    root.len() <= 12
        && suffix.len() <= 4
        && root.starts_with(|c: char| c.is_ascii_alphabetic())
        && root.bytes().all(|b| b.is_ascii_alphanumeric())
        && letters(suffix)
}

/// A leg of a combo: `+1`, `-2`.
fn is_leg(text: &str) -> bool {
    text.strip_prefix(['+', '-']).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// `18dec26`.
fn is_expiry(lower: &str) -> bool {
    let (Some(day), Some(month), Some(year), None) =
        (lower.get(..2), lower.get(2..5), lower.get(5..7), lower.get(7..8))
    else {
        return false;
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    digits(day) && digits(year) && month.bytes().all(|b| b.is_ascii_lowercase())
}

/// `190c`, `5000p`.
fn is_strike(lower: &str) -> bool {
    lower.strip_suffix(['c', 'p']).is_some_and(|n| super::number(n).is_some())
}

fn not_a_symbol(word: &Word<'_>) -> Fault {
    let span = word.span.clone();
    if let Some((symbol, at)) = word.text.split_once('@')
        && is_symbol(symbol)
    {
        let fault = Fault::new(span, "blanks belong around @, and listings are not available yet");
        return if looks_like_price(at) { fault.fix(format!("{} @ {at}", symbol.to_ascii_uppercase())) } else { fault };
    }
    if is_leg(word.text) {
        return Fault::new(span, "combos are not available yet");
    }
    if word.text.starts_with('/') {
        return Fault::new(span, "futures are not available yet");
    }
    if word.text.contains(':') {
        return Fault::new(span, format!("{}: kinds other than stocks are not available yet", word.text));
    }
    if looks_like_price(word.text) {
        return Fault::new(span, format!("symbol missing before {}", word.text));
    }
    Fault::new(span, format!("{} is not a symbol", word.text.escape_debug()))
}
