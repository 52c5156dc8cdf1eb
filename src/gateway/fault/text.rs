//! The words of a script: lines cut into words with their places, and the spans and times among them.

use std::ops::Range;

use super::At;
use crate::gateway::Nanos;
use crate::source::{Problem, Source};

const SECOND: Nanos = 1_000_000_000;
/// The units of spans.
const UNITS: [(&str, Nanos); 4] = [("ms", SECOND / 1_000), ("s", SECOND), ("m", 60 * SECOND), ("h", 3_600 * SECOND)];

/// One word, or what stands between two quotes.
#[derive(Debug, Clone)]
pub(super) struct Word<'s> {
    pub text: &'s str,
    pub span: Range<usize>,
    pub quoted: bool,
}

/// The words of one line.
#[derive(Debug)]
pub(super) struct Words<'s> {
    source: &'s Source,
    line: Vec<Word<'s>>,
    next: usize,
    end: usize,
    unclosed: Option<Range<usize>>,
}

impl<'s> Words<'s> {
    /// The words of the line at byte `start`.
    pub(super) fn cut(source: &'s Source, start: usize, line: &'s str) -> Self {
        let mut words = Vec::new();
        let (mut at, mut unclosed) = (0, None);
        while let Some(rest) = line.get(at..) {
            let trimmed = rest.trim_start();
            at += rest.len() - trimmed.len();
            let quoted = trimmed.starts_with('"');
            let length = match trimmed.chars().next() {
                None | Some('#') => break,
                Some('"') => trimmed.get(1..).and_then(|inner| inner.find('"')).map_or(trimmed.len(), |i| i + 2),
                Some(_) => trimmed.find(char::is_whitespace).unwrap_or(trimmed.len()),
            };
            let closed = length > 1 && trimmed.get(..length).is_some_and(|text| text.ends_with('"'));
            if quoted && !closed {
                unclosed = Some(start + at..start + at + 1);
            }
            let text = trimmed.get(..length).unwrap_or(trimmed);
            let text = if quoted { text.trim_matches('"') } else { text };
            words.push(Word { text, span: start + at..start + at + length, quoted });
            at += length;
        }
        Self { source, line: words, next: 0, end: start + line.trim_end().len(), unclosed }
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.next >= self.line.len()
    }

    /// The next word, left where it is.
    pub(super) fn peek(&self) -> Option<&Word<'s>> {
        self.line.get(self.next)
    }

    /// The next word.
    pub(super) fn take(&mut self) -> Option<Word<'s>> {
        let word = self.line.get(self.next).cloned();
        self.next += 1;
        word
    }

    /// The next word if it is this one.
    pub(super) fn take_if(&mut self, text: &str) -> bool {
        let is = self.peek().is_some_and(|word| !word.quoted && word.text == text);
        self.next += usize::from(is);
        is
    }

    /// The next word; `what` is missing if there is none.
    pub(super) fn need(&mut self, what: &str) -> Result<Word<'s>, Problem> {
        let end = self.end..self.end;
        self.take().ok_or_else(|| self.source.problem(&end, format!("{what} is missing")))
    }

    /// The next word, which must be this one.
    pub(super) fn need_word(&mut self, text: &str) -> Result<(), Problem> {
        let word = self.need(&format!("\"{text}\""))?;
        if word.text == text {
            return Ok(());
        }
        Err(self.wrong(&word, &format!("\"{text}\""), &[text]))
    }

    /// The next word as a span.
    pub(super) fn need_span(&mut self, what: &str) -> Result<Nanos, Problem> {
        let word = self.need(what)?;
        span(word.text).ok_or_else(|| self.wrong(&word, "a span such as 250ms, 3s or 1m30s", &[]))
    }

    /// The next word as a span, if it is one.
    pub(super) fn take_span(&mut self) -> Option<Nanos> {
        let span = self.peek().and_then(|word| span(word.text));
        self.next += usize::from(span.is_some());
        span
    }

    /// The next word as a time.
    pub(super) fn need_time(&mut self) -> Result<At, Problem> {
        let word = self.need("a time")?;
        time(word.text).ok_or_else(|| self.wrong(&word, "a time such as 30s or 23:45", &[]))
    }

    /// The next word as a whole number within a range.
    pub(super) fn need_number(&mut self, what: &str, range: Range<i64>) -> Result<i64, Problem> {
        let word = self.need(what)?;
        let number = word.text.parse().ok().filter(|number| range.contains(number));
        let want = format!("{what}: a whole number from {} to {}", range.start, range.end - 1);
        number.ok_or_else(|| self.wrong(&word, &want, &[]))
    }

    /// What is wrong with a word, and the nearest of those it could have been.
    pub(super) fn wrong(&self, word: &Word<'_>, want: &str, names: &[&str]) -> Problem {
        let what = format!("\"{}\" where {want} belongs", word.text);
        self.source.problem_near(&word.span, what, word.text, names.iter().copied())
    }

    /// A problem at a word.
    pub(super) fn at(&self, span: &Range<usize>, what: impl Into<String>) -> Problem {
        self.source.problem(span, what)
    }

    /// A quote without its end.
    pub(super) fn check_quotes(&self) -> Result<(), Problem> {
        match &self.unclosed {
            Some(span) => Err(self.source.problem(span, "the quote is not closed")),
            None => Ok(()),
        }
    }

    /// Something is left that does not belong here.
    pub(super) fn finish(&mut self) -> Result<(), Problem> {
        match self.take() {
            Some(word) if word.text.bytes().all(|b| b.is_ascii_digit()) => {
                let what = format!("\"{0}\" is no span of time: {0}s, {0}m", word.text);
                Err(self.source.problem(&word.span, what))
            }
            Some(word) => Err(self.source.problem(&word.span, format!("\"{}\" is too much here", word.text))),
            None => Ok(()),
        }
    }
}

/// A span such as `250ms` or `1m30s`; not zero.
pub(super) fn span(text: &str) -> Option<Nanos> {
    let mut rest = text;
    let mut sum: Nanos = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: Nanos = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (_, unit) = UNITS.iter().find(|(name, _)| Some(*name) == rest.get(..letters))?;
        sum = sum.checked_add(number.checked_mul(*unit)?)?;
        rest = rest.get(letters..)?;
    }
    (!text.is_empty()).then_some(sum)
}

/// A span since the start, or a time of the day.
pub(super) fn time(text: &str) -> Option<At> {
    if let Some(span) = span(text) {
        return Some(At::Since(span));
    }
    let mut parts = text.split(':');
    let mut part = |end: i64| {
        let text = parts.next()?;
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i64>().ok().filter(|value| digits && *value < end)
    };
    let (hour, minute) = (part(24)?, part(60)?);
    let second = if text.len() > 5 { part(60)? } else { 0 };
    parts.next().is_none().then_some(At::Clock(hour * 3_600 + minute * 60 + second))
}
