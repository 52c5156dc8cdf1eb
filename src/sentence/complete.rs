//! What may come next on the command line: words of the grammar, never tickers.
//!
//! The parser itself says it: wherever it decides and meets the end of the text, it notes what it would have taken.

use std::ops::Range;

use super::cursor::{Reader, words};

/// A word that may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes it replaces: what has been typed of it.
    pub span: Range<usize>,
    /// The word.
    pub text: &'static str,
    /// What it means, in a few words.
    pub about: &'static str,
}

/// The words that may stand at `cursor` (a byte of `input`; the next character's start if it is inside one), in the order
/// of the grammar, narrowed to those that begin with what has been typed there.
pub fn complete(input: &str, cursor: usize) -> Vec<Completion> {
    let mut cursor = cursor.min(input.len());
    while !input.is_char_boundary(cursor) {
        cursor = cursor.saturating_add(1);
    }
    let before = input.get(..cursor).unwrap_or_default();
    let typed = match words(before).last() {
        Some(word) if word.span.end == before.len() => word.clone(),
        _ => return next(before, cursor..cursor, ""),
    };
    next(before.get(..typed.span.start).unwrap_or_default(), typed.span, &typed.lower)
}

fn next(before: &str, span: Range<usize>, typed: &str) -> Vec<Completion> {
    let mut reader = Reader::new(before, None);
    // Only what may come next is wanted; that the sentence is not complete is plain.
    let _ = reader.sentence();
    let fits = reader.offers.into_iter().filter(|(word, _)| word.starts_with(typed));
    fits.map(|(text, about)| Completion { span: span.clone(), text, about }).collect()
}
