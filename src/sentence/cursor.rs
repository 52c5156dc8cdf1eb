//! Words with their bytes, a place among them, the faults found so far, and what may come where the text ends.

use std::ops::Range;

use jiff::civil::Date;

use super::fault::Fault;
use super::parse::Spans;
use super::words::Offer;

/// What was read is wrong, and the fault is noted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Faulty;

/// A word and its bytes.
#[derive(Debug, Clone)]
pub(super) struct Word<'t> {
    /// As typed.
    pub(super) text: &'t str,
    /// In ASCII lower case.
    pub(super) lower: String,
    pub(super) span: Range<usize>,
}

/// Splits a text at blanks.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut from: usize = 0;
    for word in text.split_whitespace() {
        let start = text.get(from..).and_then(|rest| rest.find(word)).map_or(from, |at| from.saturating_add(at));
        from = start.saturating_add(word.len());
        words.push(Word { text: word, lower: word.to_ascii_lowercase(), span: start..from });
    }
    words
}

/// Reads words from left to right.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) words: Vec<Word<'t>>,
    pub(super) next: usize,
    /// The byte after the last word.
    pub(super) end: usize,
    /// The day, where somebody knows it: it helps to suggest an expiry.
    pub(super) today: Option<Date>,
    /// Whether the instrument has legs, so that prices are debits and credits.
    pub(super) combo: bool,
    /// Whether the verb already made the rest unreadable.
    pub(super) gave_up: bool,
    pub(super) faults: Vec<Fault>,
    pub(super) spans: Spans,
    /// What may come next, gathered wherever a decision met the end of the text.
    pub(super) offers: Vec<Offer>,
    /// Whether the text ends where something must come, so that nothing after that may.
    pub(super) sealed: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, today: Option<Date>) -> Self {
        let end = text.trim_end().len();
        Self {
            text,
            words: words(text),
            next: 0,
            end,
            today,
            combo: false,
            gave_up: false,
            faults: Vec::new(),
            spans: Spans::at(end),
            offers: Vec::new(),
            sealed: false,
        }
    }

    pub(super) fn peek(&self) -> Option<&Word<'t>> {
        self.words.get(self.next)
    }

    /// The word `n` places ahead; 0 is the next.
    pub(super) fn ahead(&self, n: usize) -> Option<&Word<'t>> {
        self.words.get(self.next.checked_add(n)?)
    }

    pub(super) fn take(&mut self) -> Option<Word<'t>> {
        let word = self.peek().cloned()?;
        self.skip();
        Some(word)
    }

    pub(super) fn take_if(&mut self, fits: impl FnOnce(&Word<'t>) -> bool) -> Option<Word<'t>> {
        if self.peek().is_some_and(fits) { self.take() } else { None }
    }

    /// Takes this very word if it is next; where the text ends, it is offered.
    pub(super) fn take_word(&mut self, word: &'static str, about: &'static str) -> Option<Word<'t>> {
        self.offer(&[(word, about)]);
        self.take_if(|w| w.lower == word)
    }

    pub(super) fn skip(&mut self) {
        self.next = self.next.saturating_add(1).min(self.words.len());
    }

    pub(super) fn skip_all(&mut self) {
        self.next = self.words.len();
    }

    pub(super) fn at_end(&self) -> bool {
        self.next >= self.words.len()
    }

    /// Notes what may come here, if the text ends here.
    pub(super) fn offer(&mut self, offers: &[Offer]) {
        if self.at_end() && !self.sealed {
            for offer in offers {
                if !self.offers.contains(offer) {
                    self.offers.push(*offer);
                }
            }
        }
    }

    /// The bytes from `start` to the end of the last word taken.
    pub(super) fn since(&self, start: usize) -> Range<usize> {
        let last = self.next.checked_sub(1).and_then(|i| self.words.get(i));
        start..last.map_or(start, |w| w.span.end.max(start))
    }

    /// Notes that something is missing: where the text ends, nothing else may come first.
    pub(super) fn missing(&mut self, fault: Fault) {
        self.sealed |= self.at_end();
        self.faults.push(fault);
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The value, or nothing and the fault noted.
    pub(super) fn keep<T>(&mut self, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.faults.push(fault)).ok()
    }
}
