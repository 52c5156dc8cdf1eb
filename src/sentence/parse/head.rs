//! The head's first two words: verb and size.

use super::instrument::looks_like_instrument;
use crate::domain::order::Verb;
use crate::sentence::cursor::{Reader, Word};
use crate::sentence::fault::Fault;
use crate::sentence::price::looks_like_price;
use crate::sentence::size::{Size, size};
use crate::sentence::words::{MANAGE, SIZES, VERBS, is_keyword};
use crate::source::nearest;

impl Reader<'_> {
    pub(super) fn verb(&mut self) -> Option<Verb> {
        let Some(word) = self.take() else {
            self.gave_up = true;
            self.fault(Fault::new(0..0, "an order begins with buy, sell, short or close").fix("buy").fix("sell"));
            return None;
        };
        self.spans.verb = word.span.clone();
        match word.lower.as_str() {
            "buy" | "b" => return Some(Verb::Buy),
            "sell" | "s" => return Some(Verb::Sell),
            "short" => return Some(Verb::Short),
            "close" | "cover" => return Some(Verb::Close),
            _ => {}
        }
        let near = nearest(&word.lower, VERBS.iter().map(|(w, _)| *w));
        let managing = nearest(&word.lower, MANAGE.iter().map(|(w, _)| *w));
        let alone = near.is_none() && self.peek().is_none();
        let what = if alone && managing.is_none() {
            let all: Vec<&str> = VERBS.iter().chain(MANAGE).map(|(w, _)| *w).collect();
            format!("is no command: {}", all.join(", "))
        } else {
            "is not buy, sell, short or close".to_owned()
        };
        let fault = Fault::new(word.span, format!("{} {what}", word.text.escape_debug()));
        if alone || near.is_none() && managing.is_some() {
            // What such a sentence goes on with is not an order's; reading on would only find faults that are none.
            self.skip_all();
            self.gave_up = true;
        }
        self.fault(fault.maybe(near.or(managing)));
        None
    }

    pub(super) fn size(&mut self, verb: Option<Verb>) -> Option<Size> {
        if self.gave_up {
            return None;
        }
        self.offer(SIZES);
        let Some(word) = self.peek().cloned() else {
            self.gave_up = true;
            self.fault(Fault::new(self.end..self.end, "size and symbol missing"));
            return None;
        };
        match size(&word.lower, word.span.clone()) {
            Ok(size) => {
                self.skip();
                self.spans.size = word.span.clone();
                if size.is_part() && matches!(verb, Some(Verb::Buy | Verb::Short)) {
                    let cause = format!("{size} is a part of a position: it goes with sell and close");
                    self.fault(Fault::new(word.span, cause).fix("def"));
                }
                Some(size)
            }
            Err(_) if self.is_size_left_out() => {
                self.size_missing(&word, verb);
                None
            }
            Err(fault) => {
                self.skip();
                self.fault(Fault { cause: fault.cause.replacen(&word.lower, word.text, 1), ..fault });
                None
            }
        }
    }

    /// The whole sentence with a size, since a size alone says little.
    fn size_missing(&mut self, word: &Word<'_>, verb: Option<Verb>) {
        let usual = if matches!(verb, Some(Verb::Close)) { ["all", "half"] } else { ["100", "def"] };
        let head = self.text.get(..word.span.start).unwrap_or_default().trim_start();
        let rest = self.text.get(word.span.start..self.end).unwrap_or_default();
        let whole = self.spans.verb.start..self.end;
        let mut fault = Fault::new(word.span.clone(), "size missing");
        for size in usual {
            fault = fault.fix_at(whole.clone(), format!("{head}{size} {rest}"));
        }
        self.fault(fault);
    }

    /// Whether the next word is a symbol rather than a bad size: it looks like one, and what follows it does not.
    fn is_size_left_out(&self) -> bool {
        let follows = |w: &Word<'_>| is_keyword(&w.lower) || looks_like_price(w.text);
        self.peek().is_some_and(|w| looks_like_instrument(w.text)) && self.ahead(1).is_none_or(follows)
    }
}
