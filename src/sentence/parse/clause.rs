//! What follows the head: the pricing, then clauses in any order.

use std::ops::Range;

use super::moment::moment;
use super::pricing::{Pricing, begins_pricing};
use crate::domain::terms::{Algo, Attributes, Moment, Oca, OcaKind, Session, StopExit, Target, Tif, Trigger};
use crate::money::Qty;
use crate::sentence::algo::{self, Algorithm};
use crate::sentence::ast::Contract;
use crate::sentence::cursor::{Reader, Word};
use crate::sentence::fault::Fault;
use crate::sentence::number::whole;
use crate::sentence::price::{Dist, PriceExpr, Slot, Unit, looks_like_price, price};
use crate::sentence::words::{
    CLAUSES, HABITS, OCA_KINDS, PRICINGS, REFS, SESSIONS, TIFS, TRIGGERS, has, is_clause, is_keyword, keywords,
};
use crate::source::nearest;

/// A time in force as said; `opg` becomes a pricing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sentence) enum TifSaid {
    Is(Tif),
    Opening,
}

/// What has been read behind the head.
#[derive(Debug, Default)]
pub(in crate::sentence) struct Draft {
    pub(super) pricing: Option<Pricing>,
    /// Where a pricing stands, even a faulty one.
    pub(super) priced: Option<Range<usize>>,
    pub(super) tif: Option<(TifSaid, Range<usize>)>,
    pub(super) session: Option<(Session, Range<usize>)>,
    pub(super) stop: Option<StopExit<PriceExpr, Dist>>,
    pub(super) targets: Vec<(Target<PriceExpr>, Range<usize>)>,
    pub(super) exits_tif: Option<(TifSaid, Range<usize>)>,
    pub(super) exits_session: Option<(Session, Range<usize>)>,
    /// Where a price counts distances from entry to stop.
    pub(super) risk: Option<Range<usize>>,
    pub(super) attributes: Attributes<Dist, Contract>,
    /// Whether a bare `stop` stands there, which may have meant `sl`.
    pub(super) stop_in_doubt: bool,
    /// Clauses that have been seen, with the words they begin with.
    pub(super) seen: Vec<(&'static str, Range<usize>)>,
    /// Words read so far that are no pricing.
    clauses: usize,
}

impl Draft {
    pub(super) fn has(&self, word: &str) -> bool {
        self.seen.iter().any(|(w, _)| *w == word)
    }

    pub(super) fn span_of(&self, word: &str) -> Option<Range<usize>> {
        self.seen.iter().find(|(w, _)| *w == word).map(|(_, span)| span.clone())
    }
}

impl Reader<'_> {
    pub(in crate::sentence) fn tail(&mut self, draft: &mut Draft) {
        loop {
            self.offer_clauses(draft);
            let Some(word) = self.peek().cloned() else { break };
            let bare = word.lower.strip_prefix("--").filter(|w| is_keyword(w));
            if let Some(bare) = bare {
                self.fault(Fault::new(word.span.clone(), "write").fix(bare));
                let lower = bare.to_owned();
                if let Some(word) = self.words.get_mut(self.next) {
                    word.lower = lower;
                }
            } else if is_clause(&word.lower) {
                self.skip();
                draft.clauses = draft.clauses.saturating_add(1);
                self.clause(draft, &word);
            } else if begins_pricing(&word) {
                self.price_slot(draft, &word);
            } else {
                self.skip();
                self.unknown(draft, &word);
            }
        }
    }

    fn offer_clauses(&mut self, draft: &Draft) {
        if !self.at_end() {
            return;
        }
        if draft.priced.is_none() && draft.clauses == 0 {
            self.offer(PRICINGS);
            self.offer(REFS);
        }
        let open = |said: bool, table: &'static [_]| if said { &[] } else { table };
        self.offer(open(draft.tif.is_some(), TIFS));
        self.offer(open(draft.session.is_some(), SESSIONS));
        for clause in CLAUSES.iter().filter(|(w, _)| *w == "tp" || !draft.has(w)) {
            self.offer(&[*clause]);
        }
    }

    fn price_slot(&mut self, draft: &mut Draft, word: &Word<'_>) {
        let before = draft.priced.clone();
        let is_stop_after_limit = word.lower == "stp" && matches!(draft.pricing, Some(Pricing::Limit(_)));
        let pricing = self.pricing();
        let span = self.since(word.span.start);
        match &before {
            Some(limit) if is_stop_after_limit => {
                let said = |span: &Range<usize>| self.text.get(span.clone()).unwrap_or_default().to_owned();
                let fix = format!("{} {}", said(&span), said(limit));
                let fault = Fault::new(word.span.clone(), "trigger first").fix_at(limit.start..span.end, fix);
                self.fault(fault);
            }
            Some(_) => self.fault(Fault::new(word.span.clone(), "two prices").fix_at(span.clone(), "")),
            None if draft.clauses > 0 => {
                let cause = format!("{} stands too late: the price comes right after the symbol", word.text);
                self.fault(Fault::new(word.span.clone(), cause));
            }
            None => {
                self.spans.pricing = span.clone();
                draft.pricing = pricing;
            }
        }
        draft.priced = before.or(Some(span));
    }

    fn clause(&mut self, draft: &mut Draft, word: &Word<'_>) {
        let start = word.span.start;
        if has(TIFS, &word.lower) {
            let tif = self.tif_from(word);
            let span = self.since(start);
            if let Some(tif) = tif
                && draft.tif.replace((tif, span.clone())).is_some()
            {
                self.fault(Fault::new(word.span.clone(), "two times in force").fix_at(span.clone(), ""));
            }
            self.spans.clauses.push(("tif", span));
            return;
        }
        if let Some(session) = session(&word.lower) {
            if draft.session.replace((session, word.span.clone())).is_some() {
                self.fault(Fault::new(word.span.clone(), "two choices of hours").fix(""));
            }
            self.spans.clauses.push(("session", word.span.clone()));
            return;
        }
        let Some((name, _)) = CLAUSES.iter().find(|(w, _)| *w == word.lower) else { return };
        if draft.has(name) && *name != "tp" {
            self.fault(Fault::new(word.span.clone(), format!("{name} stands twice")));
        }
        draft.seen.push((name, word.span.clone()));
        self.argument(draft, name, word);
        let span = self.since(start);
        self.spans.clauses.push((name, span));
    }

    fn argument(&mut self, draft: &mut Draft, name: &'static str, word: &Word<'_>) {
        match name {
            "sl" => self.stop_loss(draft, word),
            "tp" => self.target(draft, word),
            "exits" => self.exits(draft),
            "show" => draft.attributes.show = self.whole_of(word),
            "min" => draft.attributes.min = self.whole_of(word),
            "disc" => draft.attributes.discretion = self.dist_of(word, "0.02"),
            "hidden" => draft.attributes.hidden = true,
            "aon" => draft.attributes.all_or_none = true,
            "sweep" => draft.attributes.sweep = true,
            "post" => draft.attributes.post = true,
            "ng" => draft.attributes.non_guaranteed = true,
            "after" => draft.attributes.after = self.moment_of(word),
            "trig" => draft.attributes.trigger = self.trigger(word),
            "oca" => draft.attributes.oca = self.oca(word),
            "if" => draft.attributes.when = self.conditions(word),
            "cancelif" => draft.attributes.cancel_when = self.conditions(word),
            "algo" => draft.attributes.algo = self.algo(word),
            "via" => draft.attributes.via = self.name_of(word, "SMART"),
            "acct" => draft.attributes.account = self.name_of(word, "DU0000000"),
            "tag" => draft.attributes.tag = self.name_of(word, "note"),
            "hold" => draft.attributes.hold = true,
            "flip" => draft.attributes.flip = true,
            "preview" => draft.attributes.preview = true,
            _ => {}
        }
    }

    fn stop_loss(&mut self, draft: &mut Draft, word: &Word<'_>) {
        if let Some(trail) = self.take_word("trail", "behind the market") {
            draft.stop = self.dist_of(&trail, "1%").map(StopExit::Trail);
            return;
        }
        let trigger = self.price_of(word, Slot::Stop);
        let limit = self.limit_behind(Slot::Stop);
        draft.stop = trigger.zip(limit.ok()).map(|(trigger, limit)| StopExit::At { trigger, limit });
    }

    fn target(&mut self, draft: &mut Draft, word: &Word<'_>) {
        let at = self.peek().map(|w| w.span.clone());
        let Some(price) = self.price_of(word, Slot::Target) else { return };
        if price.unit() == Some(Unit::Risk) {
            draft.risk = draft.risk.take().or(at);
        }
        let part = self.take_if(|w| w.lower.starts_with('x') && w.lower.len() > 1 && !is_keyword(&w.lower));
        let qty = part.as_ref().and_then(|w| whole(w.lower.get(1..)?));
        if let Some(part) = part
            && qty.is_none()
        {
            self.fault(Fault::new(part.span, format!("{}: the part of a target is a whole number: x50", part.text)));
        }
        let span = self.since(word.span.start);
        draft.targets.push((Target { price, qty }, span));
    }

    /// `exits [tif] [session]`, the two in either order.
    fn exits(&mut self, draft: &mut Draft) {
        loop {
            if draft.exits_tif.is_none() {
                self.offer(TIFS);
            }
            if draft.exits_session.is_none() {
                self.offer(SESSIONS);
            }
            let Some(next) = self.peek().cloned() else { break };
            if draft.exits_tif.is_none() && has(TIFS, &next.lower) {
                self.skip();
                if let Some(tif) = self.tif_from(&next) {
                    draft.exits_tif = Some((tif, next.span));
                }
            } else if let Some(session) = session(&next.lower)
                && draft.exits_session.is_none()
            {
                self.skip();
                draft.exits_session = Some((session, next.span));
            } else {
                break;
            }
        }
    }

    /// The time in force that a word of [`TIFS`] begins; `None` where it is wrong.
    pub(super) fn tif_from(&mut self, word: &Word<'_>) -> Option<TifSaid> {
        let tif = match word.lower.as_str() {
            "day" => Tif::Day,
            "gtc" => Tif::Gtc,
            "ioc" => Tif::Ioc,
            "fok" => Tif::Fok,
            "dtc" => Tif::Dtc,
            "5min" => Tif::FiveMinutes,
            "opg" => return Some(TifSaid::Opening),
            "gtd" => return self.moment_of(word).map(|until| TifSaid::Is(Tif::Gtd(until))),
            _ => return None,
        };
        Some(TifSaid::Is(tif))
    }

    fn moment_of(&mut self, word: &Word<'_>) -> Option<Moment> {
        let Some(next) = self.take_if(|w| !is_keyword(&w.lower)) else {
            let cause = format!("{} needs a date, such as 2026-12-01 or 2026-12-01T10:00ET", word.text);
            self.missing(Fault::new(word.span.clone(), cause));
            return None;
        };
        let read = moment(next.text, next.span);
        self.keep(read)
    }

    pub(super) fn whole_of(&mut self, word: &Word<'_>) -> Option<Qty> {
        let next = self.take_if(|w| !is_keyword(&w.lower));
        let read = next.as_ref().and_then(|w| whole(w.text));
        if read.is_none() {
            let span = next.map_or(word.span.clone(), |w| w.span);
            self.missing(Fault::new(span, format!("{} needs a whole number above 0", word.text)));
        }
        read
    }

    /// A name that the next word is, whatever it may mean elsewhere.
    pub(super) fn name_of(&mut self, word: &Word<'_>, example: &str) -> Option<String> {
        let Some(next) = self.take() else {
            self.missing(Fault::new(word.span.clone(), format!("{} needs a name, such as {example}", word.text)));
            return None;
        };
        let plain =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '+' | '/' | '@' | '%' | ',');
        if next.text.len() <= 40 && next.text.chars().all(plain) && !next.text.starts_with("--") {
            return Some(next.text.to_owned());
        }
        let cause =
            format!("{} is not a name: letters, digits and _ - . : + / @ % , up to 40", next.text.escape_debug());
        self.fault(Fault::new(next.span, cause));
        None
    }

    fn trigger(&mut self, word: &Word<'_>) -> Option<Trigger> {
        self.offer(TRIGGERS);
        let next = self.take_if(|w| !is_clause(&w.lower));
        let found = next.as_ref().and_then(|w| Trigger::ALL.into_iter().find(|t| t.keyword() == w.lower));
        if found.is_none() {
            let (span, near) = match &next {
                Some(w) => (w.span.clone(), nearest(&w.lower, Trigger::ALL.map(Trigger::keyword))),
                None => (word.span.clone(), None),
            };
            let cause = "trig needs one of last, dlast, bidask, dbidask, lastbidask, mid";
            self.missing(Fault::new(span, cause).maybe(near));
        }
        found
    }

    fn oca(&mut self, word: &Word<'_>) -> Option<Oca> {
        let name = self.name_of(word, "exit");
        self.offer(OCA_KINDS);
        let said = self.take_if(|w| has(OCA_KINDS, &w.lower));
        let kind = match said.as_ref().map(|w| w.lower.as_str()) {
            Some("reduce") => OcaKind::Reduce,
            Some("reduce-now") => OcaKind::ReduceNow,
            _ => OcaKind::Cancel,
        };
        name.map(|name| Oca { name, kind })
    }

    fn algo(&mut self, word: &Word<'_>) -> Option<Algo> {
        for algorithm in algo::ALL {
            self.offer(&[algorithm.name]);
        }
        let Some(next) = self.take_if(|w| !is_clause(&w.lower)) else {
            self.missing(Fault::new(word.span.clone(), "algo needs a name, such as adaptive or vwap"));
            return None;
        };
        let Some(algorithm) = Algorithm::named(&next.lower) else {
            let near = nearest(&next.lower, algo::ALL.iter().map(|a| a.name.0));
            let cause = format!("{} is not an algorithm", next.text.escape_debug());
            self.fault(Fault::new(next.span, cause).maybe(near));
            // Its settings cannot be judged: they are passed over.
            while self.take_if(|w| !is_clause(&w.lower)).is_some() {}
            return None;
        };
        let mut said = Algo { name: algorithm.name.0.to_owned(), settings: Vec::new(), flags: Vec::new() };
        loop {
            self.offer(algorithm.flags);
            let Some(next) = self.take_if(|w| !is_clause(&w.lower)) else { break };
            self.algo_setting(algorithm, &next, &mut said);
        }
        said.settings.sort();
        said.flags.sort();
        Some(said)
    }

    fn algo_setting(&mut self, algorithm: &Algorithm, word: &Word<'_>, said: &mut Algo) {
        let name = algorithm.name.0;
        let span = word.span.clone();
        if let Some((key, value)) = word.lower.split_once('=') {
            let Some(kind) = algorithm.value_of(key) else {
                let near = nearest(key, algorithm.keys.iter().map(|(k, _)| *k)).map(|near| format!("{near}={value}"));
                return self
                    .fault(Fault::new(span, format!("{name} has no setting {}", key.escape_debug())).maybe(near));
            };
            if said.settings.iter().any(|(k, _)| k == key) {
                return self.fault(Fault::new(span, format!("{key} stands twice")).fix(""));
            }
            if !kind.accepts(value) {
                return self.fault(Fault::new(span, format!("{key} takes {}", kind.example())));
            }
            said.settings.push((key.to_owned(), value.to_owned()));
            return;
        }
        if !has(algorithm.flags, &word.lower) {
            let near = nearest(&word.lower, algorithm.flags.iter().map(|(f, _)| *f));
            let cause = format!("{name} has no setting {}", word.text.escape_debug());
            return self.fault(Fault::new(span, cause).maybe(near));
        }
        if said.flags.contains(&word.lower) {
            return self.fault(Fault::new(span, format!("{} stands twice", word.lower)).fix(""));
        }
        if name == "adaptive" && !said.flags.is_empty() {
            return self.fault(Fault::new(span, "adaptive has one urgency").fix(""));
        }
        said.flags.push(word.lower.clone());
    }

    fn unknown(&mut self, draft: &mut Draft, word: &Word<'_>) {
        if matches!(word.lower.as_str(), "stop" | "stoploss" | "stop-loss") {
            draft.stop_in_doubt = true;
            return self.bare_stop(word);
        }
        let lower = word.lower.strip_prefix("--").unwrap_or(&word.lower);
        let fault = Fault::new(word.span.clone(), format!("{} is not a word of an order", word.text.escape_debug()));
        let habit = HABITS.iter().find(|(said, _)| *said == lower).map(|(_, meant)| *meant);
        let near = habit.or_else(|| nearest(lower, keywords()));
        self.fault(fault.maybe(near));
    }

    /// `stop` is an order type to some and an exit to others: never a guess.
    fn bare_stop(&mut self, word: &Word<'_>) {
        let said = self.take_if(|w| looks_like_price(w.text) && !is_keyword(&w.lower));
        let span = self.since(word.span.start);
        let fault = Fault::new(word.span.clone(), "stop could be an order type or an exit");
        let fault = match said {
            Some(at) => {
                let fault =
                    fault.fix_at(span.clone(), format!("stp {}", at.text)).fix_at(span, format!("sl {}", at.text));
                if let Err(bad) = price(at.text, at.span) {
                    self.fault(bad);
                }
                fault
            }
            None => fault.fix("stp").fix("sl"),
        };
        self.fault(fault);
    }
}

/// The hours a word names.
pub(super) fn session(lower: &str) -> Option<Session> {
    match lower {
        "rth" => Some(Session::Regular),
        "ext" => Some(Session::Extended),
        "ovn" => Some(Session::Overnight),
        "ext+ovn" => Some(Session::ExtendedOvernight),
        _ => None,
    }
}
