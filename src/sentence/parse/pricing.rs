//! The price slot: every order type with its prices and distances.

use rust_decimal::Decimal;

use crate::domain::terms::{self, Peg};
use crate::money::Price;
use crate::sentence::cursor::{Faulty, Reader, Word};
use crate::sentence::fault::Fault;
use crate::sentence::number::number;
use crate::sentence::price::{Dist, PriceExpr, Slot, dist, looks_like_price, misplaced, price};
use crate::sentence::words::{ENTRY, PRICINGS, REFS, has, is_keyword};

/// A pricing as said.
pub(in crate::sentence) type Pricing = terms::Pricing<PriceExpr, Dist>;

/// Whether a pricing begins with this word, be it a price alone.
pub(super) fn begins_pricing(word: &Word<'_>) -> bool {
    has(PRICINGS, &word.lower)
        || word.lower == "@"
        || (!is_keyword(&word.lower) && (looks_like_price(word.text) || glued(word.text)))
}

/// `@187.20` in one word.
fn glued(text: &str) -> bool {
    text.strip_prefix('@').is_some_and(|rest| price(rest, 0..rest.len()).is_ok())
}

impl Reader<'_> {
    /// A pricing that begins at the next word; `None` where it is wrong, with the fault noted.
    pub(super) fn pricing(&mut self) -> Option<Pricing> {
        let word = self.take()?;
        use terms::Pricing::{
            Auction, Limit, LimitOnClose, LimitOnOpen, Market, MarketOnClose, MarketOnOpen, MarketProtect,
            MarketToLimit, Midprice, Stop, StopProtect, Touched, Volatility,
        };
        match word.lower.as_str() {
            "mkt" => Some(Market),
            "moc" => Some(MarketOnClose),
            "moo" => Some(MarketOnOpen),
            "mtl" => Some(MarketToLimit),
            "mktprt" => Some(MarketProtect),
            "lmt" | "@" => self.price_of(&word, Slot::Order).map(Limit),
            "loc" => self.price_of(&word, Slot::Order).map(LimitOnClose),
            "loo" => self.price_of(&word, Slot::Order).map(LimitOnOpen),
            "auc" => self.price_of(&word, Slot::Order).map(Auction),
            "stpprt" => self.price_of(&word, Slot::Order).map(StopProtect),
            "mit" => self.price_of(&word, Slot::Order).map(|trigger| Touched { trigger, limit: None }),
            "stp" => {
                let trigger = self.price_of(&word, Slot::Order);
                let limit = self.limit_behind(Slot::Order);
                Some(Stop { trigger: trigger?, limit: limit.ok()? })
            }
            "lit" => self.lit(&word),
            "trail" => self.trail(&word),
            "midprice" => self.cap().ok().map(|cap| Midprice { cap }),
            "vol" => self.percent(&word).map(Volatility),
            "rel" => self.pegged(Peg::Relative),
            "pegmkt" => self.pegged(Peg::Market),
            "pegmid" => self.pegged(Peg::Midpoint),
            "snapmkt" => self.pegged(Peg::SnapMarket),
            "snapmid" => self.pegged(Peg::SnapMidpoint),
            "snapprim" => self.pegged(Peg::SnapPrimary),
            _ => {
                if let Some(rest) = word.text.strip_prefix('@') {
                    self.fault(Fault::new(word.span, "a blank belongs after @").fix(format!("@ {rest}")));
                    return None;
                }
                self.price_at(&word, Slot::Order).map(Limit)
            }
        }
    }

    /// The price that a word demands behind it.
    pub(super) fn price_of(&mut self, word: &Word<'_>, slot: Slot) -> Option<PriceExpr> {
        self.offer(REFS);
        if slot != Slot::Order {
            self.offer(&[ENTRY]);
        }
        if let Some(next) = self.take_if(|w| !is_keyword(&w.lower)) {
            return self.price_at(&next, slot);
        }
        let usual = match slot {
            Slot::Order => "join",
            Slot::Stop => "entry-1%",
            Slot::Target => "entry+1%",
        };
        let fault = Fault::new(word.span.clone(), format!("{} needs a price", word.text));
        self.missing(fault.fix(format!("{} {usual}", word.text)));
        None
    }

    /// The price a word is, and whether it may stand here.
    pub(super) fn price_at(&mut self, word: &Word<'_>, slot: Slot) -> Option<PriceExpr> {
        if slot != Slot::Order
            && let Some(naked) = word.text.strip_prefix(['+', '-'])
            && dist(naked, word.span.clone()).is_ok()
        {
            let fault = Fault::new(word.span.clone(), format!("{}: a sign needs a price before it", word.text));
            self.fault(fault.fix(format!("entry{}", word.lower)));
            return None;
        }
        let read = price(word.text, word.span.clone());
        let read = self.keep(read)?;
        if let Some(fault) = misplaced(read, word.text, word.span.clone(), self.combo, slot) {
            self.fault(fault);
        }
        Some(read)
    }

    /// `lmt price`, if it follows.
    pub(super) fn limit_behind(&mut self, slot: Slot) -> Result<Option<PriceExpr>, Faulty> {
        match self.take_word("lmt", "the limit it then has") {
            Some(word) => self.price_of(&word, slot).map(Some).ok_or(Faulty),
            None => Ok(None),
        }
    }

    fn lit(&mut self, word: &Word<'_>) -> Option<Pricing> {
        let trigger = self.price_of(word, Slot::Order);
        let limit = self.limit_behind(Slot::Order).ok()?;
        let trigger = trigger?;
        if limit.is_none() {
            let fault = Fault::new(word.span.clone(), "lit needs a limit behind its trigger: lit 45 lmt 44.90");
            self.fault(fault.fix("mit"));
        }
        Some(terms::Pricing::Touched { trigger, limit: Some(limit?) })
    }

    fn trail(&mut self, word: &Word<'_>) -> Option<Pricing> {
        let by = self.dist_of(word, "1%");
        let (mut from, mut limit_offset, mut good) = (None, None, by.is_some());
        loop {
            let seen = (from.is_some(), limit_offset.is_some());
            if !seen.0
                && let Some(word) = self.take_word("from", "where the trigger starts")
            {
                from = self.price_of(&word, Slot::Order);
                good &= from.is_some();
            } else if !seen.1
                && let Some(word) = self.take_word("lmtoff", "how far the limit lies beyond the trigger")
            {
                limit_offset = self.amount_of(&word).map(Price);
                good &= limit_offset.is_some();
            } else {
                break;
            }
        }
        good.then_some(terms::Pricing::Trail { by: by?, from, limit_offset })
    }

    /// A distance behind a word that demands one.
    pub(super) fn dist_of(&mut self, word: &Word<'_>, example: &str) -> Option<Dist> {
        if let Some(next) = self.take_if(|w| !is_keyword(&w.lower)) {
            let read = dist(next.text, next.span);
            return self.keep(read);
        }
        let fault = Fault::new(word.span.clone(), format!("{} needs a distance", word.text));
        self.missing(fault.fix(format!("{} {example}", word.text)));
        None
    }

    fn amount_of(&mut self, word: &Word<'_>) -> Option<Decimal> {
        let next = self.take_if(|w| !is_keyword(&w.lower));
        let read = next.as_ref().and_then(|w| number(w.text));
        if read.is_none() {
            let span = next.map_or(word.span.clone(), |w| w.span);
            self.missing(Fault::new(span, format!("{} needs a plain number", word.text)));
        }
        read
    }

    fn percent(&mut self, word: &Word<'_>) -> Option<Decimal> {
        let next = self.take_if(|w| !is_keyword(&w.lower));
        let Some(next) = next else {
            self.missing(Fault::new(word.span.clone(), format!("{} needs a percentage, such as 32%", word.text)));
            return None;
        };
        let read = next.lower.strip_suffix('%').and_then(number);
        if read.is_none() {
            let fault = Fault::new(next.span.clone(), format!("{} needs a percentage, such as 32%", word.text));
            self.fault(fault.maybe(number(&next.lower).map(|n| format!("{n}%"))));
        }
        read
    }

    /// `cap price`, if it follows.
    fn cap(&mut self) -> Result<Option<PriceExpr>, Faulty> {
        match self.take_word("cap", "the worst price") {
            Some(word) => self.price_of(&word, Slot::Order).map(Some).ok_or(Faulty),
            None => Ok(None),
        }
    }

    fn pegged(&mut self, to: Peg) -> Option<Pricing> {
        let next = self.take_if(|w| !is_keyword(&w.lower) && w.lower.starts_with(|c: char| c.is_numeric() || c == '.'));
        let offset = match next {
            Some(next) => {
                let read = dist(next.text, next.span);
                self.keep(read).map(Some)
            }
            None => Some(None),
        };
        let cap = self.cap();
        Some(terms::Pricing::Pegged { to, offset: offset?, cap: cap.ok()? })
    }
}
