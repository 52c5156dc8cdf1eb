//! From what was read to an order: defaults filled in, and what does not go together refused.

use std::ops::Range;

use super::clause::{Draft, TifSaid};
use super::pricing::Pricing;
use crate::domain::order::Verb;
use crate::domain::terms::{self, Clauses, Exits, Peg, Session, StopExit, Tif};
use crate::sentence::ast::{Class, Entry, Instrument, pricing_of};
use crate::sentence::cursor::Reader;
use crate::sentence::fault::Fault;
use crate::sentence::price::{Dist, PriceExpr};
use crate::sentence::size::Size;

impl Reader<'_> {
    pub(super) fn finish(
        &mut self,
        verb: Option<Verb>,
        size: Option<Size>,
        instrument: Option<Instrument>,
        mut draft: Draft,
    ) -> Option<Entry> {
        // A faulty pricing stands for any: it must not make other words wrong.
        let doubtful = draft.priced.is_some() && draft.pricing.is_none();
        let class = instrument.as_ref().map_or(Class::Stock, Instrument::class);
        let pricing = self.opening(pricing_of(draft.pricing), &draft);
        let tif = self.tif(&pricing, class, &draft);
        let session = self.session(&pricing, class, &draft);
        if !doubtful {
            self.together(&pricing, &draft);
        }
        self.parts(verb, size.as_ref(), &draft);
        let exits = self.exits_of(class, &mut draft);
        let clauses = Clauses { tif, session, exits, attributes: draft.attributes };
        Some(Entry { verb: verb?, size: size?, instrument: instrument?, pricing, clauses })
    }

    /// `mkt opg` and `lmt … opg` are `moo` and `loo`.
    fn opening(&mut self, pricing: Pricing, draft: &Draft) -> Pricing {
        let Some((TifSaid::Opening, span)) = &draft.tif else { return pricing };
        match pricing {
            terms::Pricing::Market | terms::Pricing::MarketOnOpen => terms::Pricing::MarketOnOpen,
            terms::Pricing::Limit(price) | terms::Pricing::LimitOnOpen(price) => terms::Pricing::LimitOnOpen(price),
            other => {
                let cause = format!("opg goes with mkt and lmt, not with {}", other.keyword());
                self.fault(Fault::new(span.clone(), cause).fix("day"));
                other
            }
        }
    }

    fn tif(&mut self, pricing: &Pricing, class: Class, draft: &Draft) -> Option<Tif> {
        let said = draft.tif.clone();
        let only = |cause: &str, span: Range<usize>| {
            Fault::new(span, format!("{} works in the {cause} auction only", pricing.keyword()))
        };
        match pricing {
            terms::Pricing::MarketOnOpen | terms::Pricing::LimitOnOpen(_) => {
                if let Some((TifSaid::Is(_), span)) = said {
                    self.fault(only("opening", span).fix(""));
                }
                None
            }
            terms::Pricing::Auction(_) => {
                if let Some((_, span)) = said {
                    self.fault(only("pre-open", span).fix(""));
                }
                None
            }
            terms::Pricing::MarketOnClose | terms::Pricing::LimitOnClose(_) => {
                if let Some((TifSaid::Is(tif), span)) = said
                    && tif != Tif::Day
                {
                    self.fault(only("closing", span).fix("day"));
                }
                Some(Tif::Day)
            }
            _ => match said {
                Some((TifSaid::Is(tif), _)) => Some(tif),
                _ if class == Class::Crypto => Some(crypto_default(pricing)),
                _ => Some(Tif::Day),
            },
        }
    }

    fn session(&mut self, pricing: &Pricing, class: Class, draft: &Draft) -> Option<Session> {
        let said = draft.session.clone();
        if pricing.is_auction() || !class.has_sessions() {
            if let Some((_, span)) = said {
                let cause = if pricing.is_auction() {
                    format!("{} works in its auction: it has no hours", pricing.keyword())
                } else {
                    "currencies and crypto have no hours to choose".to_owned()
                };
                self.fault(Fault::new(span, cause).fix(""));
            }
            return None;
        }
        // Simulated stops in futures watch regular hours alone unless told otherwise.
        let usual = if class.is_future() && pricing.is_triggered() { Session::Extended } else { Session::Regular };
        Some(said.map_or(usual, |(session, _)| session))
    }

    /// What IB takes only with certain order types.
    fn together(&mut self, pricing: &Pricing, draft: &Draft) {
        use terms::Pricing::{Limit, Market, Midprice, Pegged, Stop};
        let snapped = matches!(
            pricing,
            Pegged { to: Peg::Relative | Peg::SnapMarket | Peg::SnapMidpoint | Peg::SnapPrimary, .. }
        );
        let word = pricing.keyword();
        if let Some(span) = draft.span_of("if")
            && !snapped
            && !matches!(pricing, Market | Limit(_) | Midprice { .. })
        {
            let cause = format!("conditions go with mkt, lmt, midprice, rel and snap, not with {word}: use mkt if …");
            self.fault(Fault::new(span, cause));
        }
        if let Some(span) = draft.span_of("cancelif")
            && !matches!(pricing, Limit(_) | Midprice { .. })
        {
            self.fault(Fault::new(span, format!("cancelif goes with lmt and midprice, not with {word}")));
        }
        if let Some(span) = draft.span_of("algo")
            && !matches!(pricing, Market | Limit(_))
        {
            self.fault(Fault::new(span, format!("algorithms work mkt and lmt orders, not {word}")));
        }
        if let Some(span) = draft.span_of("sl")
            && matches!(draft.stop, Some(StopExit::Trail(_)))
            && !matches!(pricing, Limit(_) | Stop { limit: Some(_), .. })
        {
            self.fault(Fault::new(span, format!("a trailing stop follows lmt and stp … lmt only, not {word} (328)")));
        }
    }

    /// What needs or excludes something else of the sentence.
    fn parts(&mut self, verb: Option<Verb>, size: Option<&Size>, draft: &Draft) {
        let stopped = draft.has("sl") || draft.stop_in_doubt;
        if matches!(size, Some(Size::Risk(_))) && !stopped {
            let span = self.spans.size.clone();
            self.fault(Fault::new(span, "a size in r needs sl: r is the distance from entry to stop"));
        }
        if let Some(span) = &draft.risk
            && !stopped
        {
            self.fault(Fault::new(span.clone(), "a distance in r needs sl: r is the distance from entry to stop"));
        }
        if verb == Some(Verb::Close) {
            for word in ["sl", "tp", "flip"] {
                if let Some(span) = draft.span_of(word) {
                    self.fault(Fault::new(span, format!("close is an exit itself: {word} belongs to entries")));
                }
            }
        }
        if !stopped
            && !draft.has("tp")
            && let Some(span) = draft.span_of("exits")
        {
            self.fault(Fault::new(span, "exits says how long sl and tp work, and there is none"));
        }
        if let Some(span) = draft.span_of("ng")
            && !self.combo
        {
            self.fault(Fault::new(span, "ng is for combos: a single contract has no legs").fix(""));
        }
        if draft.targets.len() > 1 {
            for (_, span) in draft.targets.iter().filter(|(t, _)| t.qty.is_none()) {
                let cause = "with several targets each says its part: tp 106 x50";
                self.faults.push(Fault::new(span.clone(), cause));
            }
        }
    }

    fn exits_of(&mut self, class: Class, draft: &mut Draft) -> Option<Exits<PriceExpr, Dist>> {
        let tif = match draft.exits_tif.take() {
            Some((TifSaid::Is(tif), _)) => tif,
            Some((TifSaid::Opening, span)) => {
                self.fault(Fault::new(span, "exits work after the entry: opg is over by then").fix("gtc"));
                Tif::Gtc
            }
            None => Tif::Gtc,
        };
        let session = match (class.has_sessions(), draft.exits_session.take()) {
            (true, Some((session, _))) => Some(session),
            (true, None) if class.is_future() => Some(Session::Extended),
            (true, None) => Some(Session::Regular),
            (false, Some((_, span))) => {
                self.fault(Fault::new(span, "currencies and crypto have no hours to choose").fix(""));
                None
            }
            (false, None) => None,
        };
        let mut targets: Vec<_> = std::mem::take(&mut draft.targets).into_iter().map(|(target, _)| target).collect();
        // The order of targets says nothing, so it is not kept: numbers first, then by text.
        targets.sort_by_cached_key(|t| {
            let number = match t.price {
                PriceExpr::Fixed(price) => (0, price),
                PriceExpr::Net { amount, credit } => (1_u8.saturating_add(u8::from(credit)), amount),
                PriceExpr::Market(..) => (3, crate::money::Price::ZERO),
            };
            (number, t.price.to_string(), t.qty)
        });
        let stop = draft.stop.take();
        (stop.is_some() || !targets.is_empty()).then_some(Exits { stop, targets, tif, session })
    }
}

/// IB takes limits of crypto for five minutes and market orders at once or not at all.
fn crypto_default(pricing: &Pricing) -> Tif {
    match pricing {
        terms::Pricing::Limit(_) => Tif::FiveMinutes,
        terms::Pricing::Market => Tif::Ioc,
        _ => Tif::Day,
    }
}
