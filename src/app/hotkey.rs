//! Hot keys: a whole order sentence on one key, about whatever symbol is selected when it is pressed.
//!
//! Invariants: a sentence that cannot be read, or that names a symbol, is a fault of the key map when it is loaded and
//! never on the day it is pressed; a hot key stages and never sends.
//!
//! Must not know: the model, the ticket. What stands for the symbol is put in by whoever presses.

use crate::sentence::{self, Fault, Sentence};

/// A sentence without its instrument.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HotKey(String);

/// Stands for the symbol while a key map is read.
const PROBE: &str = "conid:1";

impl HotKey {
    /// The hot key of a sentence, or what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let hot = Self(words.join(" "));
        match sentence::parse(&hot.about(PROBE)) {
            Ok(Sentence::Entry(_)) => Ok(hot),
            Ok(Sentence::Manage(_)) => Err("only buy, sell, short and close can be hot keys".to_owned()),
            Err(faults) => Err(hot.blame(&faults)),
        }
    }

    /// The sentence as it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The sentence about this instrument: the third word, after verb and size.
    pub fn about(&self, instrument: &str) -> String {
        let mut words: Vec<&str> = self.0.split(' ').collect();
        words.insert(words.len().min(2), instrument);
        words.join(" ")
    }

    /// Every fault with the word it is about.
    fn blame(&self, faults: &[Fault]) -> String {
        let probed = self.about(PROBE);
        let word = |fault: &Fault| probed.get(fault.span.clone()).unwrap_or_default().trim().to_owned();
        let one = |fault: &Fault| match word(fault) {
            word if word.is_empty() || word.contains(PROBE) => fault.cause.clone(),
            word => format!("\"{word}\": {}", fault.cause),
        };
        let all: Vec<String> = faults.iter().map(one).collect();
        format!("{}; it is about the selected symbol and names none", all.join("; ")).replace('`', "'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbol_stands_after_verb_and_size() {
        let hot = HotKey::new("buy  1r take sl ylow-1t tp entry+2r").unwrap();
        assert_eq!(hot.text(), "buy 1r take sl ylow-1t tp entry+2r");
        assert_eq!(hot.about("AAPL"), "buy 1r AAPL take sl ylow-1t tp entry+2r");
        assert_eq!(HotKey::new("close half").unwrap().about("SPY"), "close half SPY");
    }

    #[test]
    fn a_sentence_that_names_a_symbol_or_has_a_fault_is_no_hot_key() {
        let why = HotKey::new("buy 100 SPY take").unwrap_err();
        assert!(why.contains("\"SPY\"") && why.contains("names none"), "{why}");
        let why = HotKey::new("buy 100 lmt gtc day").unwrap_err();
        assert!(why.contains("two times in force"), "{why}");
        for wrong in ["", "buy", "flatten", "cancel all", "buy -1 take"] {
            assert!(HotKey::new(wrong).is_err(), "{wrong}");
        }
    }
}
