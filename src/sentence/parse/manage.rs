//! The verbs that manage what exists: cancel, modify, flatten, reverse, roll, exercise, lapse, halt, reduce, limit, resume.

use std::ops::Range;

use super::clause::{TifSaid, session};
use super::moment::{expiry, is_expiry_shaped};
use super::pricing::{Pricing, begins_pricing};
use crate::sentence::ast::{Change, Contract, Manage, Part, RollTo, Target};
use crate::sentence::cursor::{Faulty, Reader, Word};
use crate::sentence::fault::Fault;
use crate::sentence::number::{digits, number};
use crate::sentence::words::{Offer, PRICINGS, REFS, SCOPES, SESSIONS, TIFS, has};

const ALL: Offer = ("all", "of every contract");
const ORDER: Offer = ("order:", "one order by its number");
const OCA: Offer = ("oca", "the orders of a group");
const LEFT: Offer = ("left", "how much is left to fill");
const TOTAL: Offer = ("total", "how much in all, with what has filled");

impl Reader<'_> {
    pub(super) fn manage(&mut self) -> Option<Manage> {
        let verb = self.take()?;
        self.spans.verb = verb.span.clone();
        let read = match verb.lower.as_str() {
            "cancel" => self.cancel_target(&verb).map(Manage::Cancel),
            "modify" => self.modify(&verb),
            "flatten" => self.flatten(),
            "reverse" => self.contract_said().map(Manage::Reverse),
            "roll" => self.roll(),
            "exercise" => self.exercise(&verb, Manage::Exercise),
            "lapse" => self.exercise(&verb, Manage::Lapse),
            "halt" => Some(Manage::Halt),
            "reduce" => Some(Manage::Reduce),
            "limit" => self.limit(&verb),
            _ => Some(Manage::Resume),
        };
        if read.is_none() && !self.faults.is_empty() {
            self.skip_all();
        }
        if let Some(word) = self.take() {
            let cause = format!("{} does not belong here", word.text.escape_debug());
            self.fault(Fault::new(word.span, cause).fix(""));
            self.skip_all();
        }
        read
    }

    /// `limit value_max 80`: a name of `risk.toml` and a plain number.
    fn limit(&mut self, verb: &Word<'_>) -> Option<Manage> {
        let name = self.take_if(|w| w.lower.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        let Some(name) = name else {
            self.fault(Fault::new(
                verb.span.clone(),
                "limit needs a name of risk.toml and a number: limit value_max 80",
            ));
            return None;
        };
        let Some(said) = self.take() else {
            self.fault(Fault::new(name.span, "limit needs a number: limit value_max 80"));
            return None;
        };
        let Some(value) = number(&said.lower) else {
            self.fault(Fault::new(said.span, format!("{} is not a number above 0", said.text.escape_debug())));
            return None;
        };
        Some(Manage::Limit(name.lower, value))
    }

    fn cancel_target(&mut self, verb: &Word<'_>) -> Option<Target> {
        self.offer(&[ALL, ORDER, OCA]);
        let Some(first) = self.peek().cloned() else {
            let cause = "cancel needs a target: order:12, a symbol, oca and a group, all";
            self.fault(Fault::new(verb.span.clone(), cause).fix("cancel all entries").fix("cancel all"));
            return None;
        };
        if first.lower == "all" {
            self.skip();
            self.offer(SCOPES.get(2..).unwrap_or_default());
            let part = self.part();
            return match part {
                Some((Part::Buys | Part::Sells, span)) => {
                    self.fault(Fault::new(span, "all goes with entries or exits").fix("entries").fix("exits"));
                    None
                }
                other => Some(Target::All(other.map(|(part, _)| part))),
            };
        }
        if first.lower == "oca" {
            self.skip();
            return self.name_of(&first, "exit").map(Target::Oca);
        }
        if is_order_shaped(&first.lower) {
            return self.order_number().map(Target::Order);
        }
        let contract = self.contract_said()?;
        self.offer(SCOPES);
        let part = self.part().map(|(part, _)| part);
        Some(Target::Of(contract, part))
    }

    fn part(&mut self) -> Option<(Part, Range<usize>)> {
        let word = self.take_if(|w| has(SCOPES, &w.lower))?;
        Part::ALL.into_iter().find(|p| p.word() == word.lower).map(|part| (part, word.span))
    }

    /// `order:12`; the screen's `#12` is taken too.
    fn order_number(&mut self) -> Option<u32> {
        let word = self.take()?;
        let said = word.lower.strip_prefix("order:").or_else(|| word.lower.strip_prefix('#')).unwrap_or_default();
        let number = said.parse().ok().filter(|n| digits(said) && *n > 0);
        if number.is_none() {
            let fault =
                Fault::new(word.span, format!("{} is not an order's number: order:12", word.text.escape_debug()));
            self.fault(
                fault.maybe((digits(&word.lower) && word.lower != "0").then(|| format!("order:{}", word.lower))),
            );
        }
        number
    }

    fn contract_said(&mut self) -> Option<Contract> {
        let start = self.peek().map_or(self.end, |w| w.span.start);
        let contract = self.contract();
        self.spans.instrument = self.since(start);
        contract
    }

    fn modify(&mut self, verb: &Word<'_>) -> Option<Manage> {
        self.offer(&[ORDER]);
        if self.at_end() {
            self.fault(Fault::new(verb.span.clone(), "modify needs an order's number, such as order:12"));
            return None;
        }
        let order = self.order_number()?;
        let mut change = Change::default();
        loop {
            self.offer(&[LEFT, TOTAL]);
            self.offer(PRICINGS);
            self.offer(REFS);
            self.offer(TIFS);
            self.offer(SESSIONS);
            let Some(word) = self.peek().cloned() else { break };
            if !self.change(&word, &mut change) {
                self.skip();
                let cause = format!(
                    "{} is not a change: a price, left, total, a time in force, hours",
                    word.text.escape_debug()
                );
                self.fault(Fault::new(word.span, cause));
            }
        }
        if change == Change::default() && self.faults.is_empty() {
            self.fault(Fault::new(self.end..self.end, "what changes? a price, left, total, a time in force, hours"));
        }
        Some(Manage::Modify { order, change })
    }

    /// Reads one change; `false` where the word is none.
    fn change(&mut self, word: &Word<'_>, change: &mut Change) -> bool {
        let twice = match word.lower.as_str() {
            "left" | "total" => {
                self.skip();
                let qty = self.whole_of(word);
                let twice = change.left.is_some() || change.total.is_some();
                if word.lower == "left" {
                    change.left = qty;
                } else {
                    change.total = qty;
                }
                twice
            }
            lower if has(TIFS, lower) => {
                self.skip();
                match self.tif_from(word) {
                    Some(TifSaid::Is(tif)) => change.tif.replace(tif).is_some(),
                    Some(TifSaid::Opening) => {
                        self.fault(Fault::new(
                            word.span.clone(),
                            "opg: a working order does not move to the opening auction",
                        ));
                        false
                    }
                    None => false,
                }
            }
            lower => match session(lower) {
                Some(session) => {
                    self.skip();
                    change.session.replace(session).is_some()
                }
                None if begins_pricing(word) => {
                    let pricing = self.pricing();
                    let span = self.since(word.span.start);
                    self.spans.pricing = span;
                    let twice = change.pricing.is_some();
                    change.pricing = pricing.or(change.pricing);
                    twice
                }
                None => return false,
            },
        };
        if twice {
            self.fault(Fault::new(word.span.clone(), format!("{}: this changes twice", word.text)));
        }
        true
    }

    fn flatten(&mut self) -> Option<Manage> {
        self.offer(&[ALL]);
        let what = if self.take_if(|w| w.lower == "all").is_some() { None } else { Some(self.contract_said()?) };
        let pricing = self.pricing_last().ok()?;
        Some(Manage::Flatten { what, pricing })
    }

    /// A pricing, if one follows.
    fn pricing_last(&mut self) -> Result<Option<Pricing>, Faulty> {
        self.offer(PRICINGS);
        self.offer(REFS);
        let Some(word) = self.peek().cloned().filter(begins_pricing) else { return Ok(None) };
        let read = self.pricing();
        self.spans.pricing = self.since(word.span.start);
        read.map(Some).ok_or(Faulty)
    }

    fn roll(&mut self) -> Option<Manage> {
        let from = self.contract_said()?;
        let Some(to_word) = self.take_word("to", "the new expiry or month") else {
            let span = self.peek().map_or(self.end..self.end, |w| w.span.clone());
            self.fault(Fault::new(span, "roll … to which expiry? to 15JAN27, to H27"));
            return None;
        };
        let Some(word) = self.take() else {
            self.fault(Fault::new(to_word.span, "to needs an expiry or a month: 15JAN27, H27"));
            return None;
        };
        let to = if is_expiry_shaped(word.text) {
            expiry(word.text).map(RollTo::Expiry)
        } else {
            self.month(word.text).map(RollTo::Month)
        };
        let Some(to) = to else {
            let cause = format!("{} is neither an expiry nor a month: 15JAN27, H27", word.text.escape_debug());
            self.fault(Fault::new(word.span, cause));
            return None;
        };
        if matches!(to, RollTo::Expiry(_)) != from.option().is_some() {
            self.fault(Fault::new(word.span, "options roll to an expiry (15JAN27), futures to a month (H27)"));
            return None;
        }
        self.combo = true;
        let pricing = self.pricing_last().ok()?;
        Some(Manage::Roll { from, to, pricing })
    }

    fn exercise(&mut self, verb: &Word<'_>, make: fn(crate::money::Qty, Contract) -> Manage) -> Option<Manage> {
        let qty = self.whole_of(verb)?;
        let contract = self.contract_said()?;
        if contract.option().is_none() && !matches!(contract, Contract::ConId(_)) {
            let span = self.spans.instrument.clone();
            self.fault(Fault::new(span, format!("{} takes an option: AAPL 18DEC26 190C", verb.lower)));
            return None;
        }
        Some(make(qty, contract))
    }
}

/// Whether a word means an order by its number, right or wrong.
fn is_order_shaped(lower: &str) -> bool {
    lower.starts_with("order:") || lower.starts_with('#') || number(lower).is_some()
}
