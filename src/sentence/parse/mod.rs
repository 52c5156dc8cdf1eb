//! Reading: a positional head, a pricing, then clauses in any order; or one of the verbs that manage what exists.

mod clause;
mod condition;
mod finish;
mod head;
mod instrument;
mod manage;
mod moment;
mod pricing;

use std::ops::Range;

use jiff::civil::Date;

pub(super) use clause::Draft;
#[cfg(test)]
pub(super) use instrument::is_symbol;
pub(super) use instrument::under_text;
pub(super) use moment::expiry_text;

use super::ast::{Contract, Entry, Sentence};
use super::cursor::Reader;
use super::fault::Fault;
use super::words::{MANAGE, VERBS, has};

/// Most bytes of a sentence; longer ones are refused unread.
const LENGTH_MAX: usize = 1_000;

/// A sentence with the places of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What was said.
    pub sentence: Sentence,
    /// Where.
    pub spans: Spans,
}

/// Where the parts of a sentence stand, in bytes: those who judge it later point at words too. A part that was not said
/// is empty, at the end of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans {
    /// The verb.
    pub verb: Range<usize>,
    /// The size.
    pub size: Range<usize>,
    /// The instrument, with all its legs.
    pub instrument: Range<usize>,
    /// The pricing.
    pub pricing: Range<usize>,
    /// Each clause with its arguments, by the word it begins with, in the order of the text.
    pub clauses: Vec<(&'static str, Range<usize>)>,
}

impl Spans {
    pub(super) fn at(end: usize) -> Self {
        let none = || end..end;
        Self { verb: none(), size: none(), instrument: none(), pricing: none(), clauses: Vec::new() }
    }

    /// Where the first clause stands that begins with `word`.
    pub fn clause(&self, word: &str) -> Option<Range<usize>> {
        self.clauses.iter().find(|(w, _)| *w == word).map(|(_, span)| span.clone())
    }
}

/// Reads a sentence, or finds everything that is wrong with it, in the order of the text.
pub fn parse(text: &str) -> Result<Sentence, Vec<Fault>> {
    read(text, None).map(|read| read.sentence)
}

/// Reads a sentence and notes where its parts stand. Knowing `today`, the texts that mend a missing expiry name the next
/// monthly one, and a future's year of one digit is the next such year; without it such years lie from 2026 to 2035.
pub fn read(text: &str, today: Option<Date>) -> Result<Read, Vec<Fault>> {
    if text.len() > LENGTH_MAX {
        return Err(vec![Fault::new(0..text.len(), format!("longer than {LENGTH_MAX} bytes"))]);
    }
    let mut reader = Reader::new(text, today);
    let sentence = reader.sentence();
    let Reader { mut faults, mut spans, .. } = reader;
    faults.sort_by_key(|f| (f.span.start, f.span.end));
    spans.clauses.sort_by_key(|(_, span)| span.start);
    match sentence {
        Some(sentence) if faults.is_empty() => Ok(Read { sentence, spans }),
        _ if faults.is_empty() => Err(vec![Fault::new(0..text.len(), "this is not a sentence")]),
        _ => Err(faults),
    }
}

/// Reads the name of one contract, as a list or a search has it; years and expiries as in [`read`].
pub fn contract(text: &str, today: Option<Date>) -> Result<Contract, Vec<Fault>> {
    if text.len() > LENGTH_MAX {
        return Err(vec![Fault::new(0..text.len(), format!("longer than {LENGTH_MAX} bytes"))]);
    }
    let mut reader = Reader::new(text, today);
    let contract = reader.contract();
    if let Some(word) = reader.take() {
        reader.fault(Fault::new(word.span, "this is more than the name of one contract"));
    }
    match contract {
        Some(contract) if reader.faults.is_empty() => Ok(contract),
        _ if reader.faults.is_empty() => Err(vec![Fault::new(0..text.len(), "this names no contract")]),
        _ => Err(reader.faults),
    }
}

/// The one name of the contract that a text names, as lists keep it; `None` if it names none, or one by its number.
pub fn name(text: &str) -> Option<String> {
    contract(text, None).ok()?.name()
}

impl Reader<'_> {
    pub(super) fn sentence(&mut self) -> Option<Sentence> {
        self.offer(VERBS);
        self.offer(MANAGE);
        if self.peek().is_some_and(|w| has(MANAGE, &w.lower)) {
            return self.manage().map(|manage| Sentence::Manage(Box::new(manage)));
        }
        self.order().map(|entry| Sentence::Entry(Box::new(entry)))
    }

    fn order(&mut self) -> Option<Entry> {
        let verb = self.verb();
        let size = self.size(verb);
        let instrument = self.instrument();
        if self.gave_up {
            return None;
        }
        let mut draft = Draft::default();
        self.tail(&mut draft);
        self.finish(verb, size, instrument, draft)
    }
}
