//! What a contract takes, by its contract details: types, times in force and attributes of orders, and where they can be sent.
//!
//! IB lists both as words (`orderTypes`, `validExchanges`). Only what is listed is offered. Invariants: of a contract without a
//! list nothing is known and nothing is held against an order; a word whose spelling in the list is not certain (`DTC`,
//! protected types, one-cancels-all) is not looked for.
//!
//! Must not know: what an order is for, the market.

use serde::{Deserialize, Serialize};

use super::SafeText;
use super::order::{OrderSpec, Session, Tif};
use super::terms::{Attributes, Peg, Pricing};

/// The words of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Takes {
    /// IB's `orderTypes`; empty if it said none.
    pub order_types: Vec<SafeText>,
    /// IB's `validExchanges`; empty if it said none.
    pub venues: Vec<SafeText>,
}

/// The types of a sentence with IB's word for each in the list of a contract, in the order in which they are named.
const TYPES: [(&str, &str); 20] = [
    ("mkt", "MKT"),
    ("lmt", "LMT"),
    ("stp", "STP"),
    ("stp lmt", "STPLMT"),
    ("mit", "MIT"),
    ("lit", "LIT"),
    ("trail", "TRAIL"),
    ("trail lmtoff", "TRAILLMT"),
    ("moc", "MOC"),
    ("loc", "LOC"),
    ("moo, loo", "OPG"),
    ("mtl", "MTL"),
    ("midprice", "MIDPX"),
    ("rel", "REL"),
    ("pegmkt", "PEGMKT"),
    ("pegmid", "PEGMID"),
    ("snapmkt", "SNAPMKT"),
    ("snapmid", "SNAPMID"),
    ("snapprim", "SNAPREL"),
    ("vol", "VOL"),
];

impl<P, D> Pricing<P, D> {
    /// IB's word for the type in the list of a contract, where its spelling is certain.
    pub const fn listed_as(&self) -> Option<&'static str> {
        Some(match self {
            Self::Market => "MKT",
            Self::Limit(_) => "LMT",
            Self::Stop { limit: None, .. } => "STP",
            Self::Stop { .. } => "STPLMT",
            Self::Touched { limit: None, .. } => "MIT",
            Self::Touched { .. } => "LIT",
            Self::Trail { limit_offset: None, .. } => "TRAIL",
            Self::Trail { .. } => "TRAILLMT",
            Self::MarketOnClose => "MOC",
            Self::LimitOnClose(_) => "LOC",
            Self::MarketOnOpen | Self::LimitOnOpen(_) => "OPG",
            Self::MarketToLimit => "MTL",
            Self::Midprice { .. } => "MIDPX",
            Self::Volatility(_) => "VOL",
            Self::Pegged { to: Peg::Relative, .. } => "REL",
            Self::Pegged { to: Peg::Market, .. } => "PEGMKT",
            Self::Pegged { to: Peg::Midpoint, .. } => "PEGMID",
            Self::Pegged { to: Peg::SnapMarket, .. } => "SNAPMKT",
            Self::Pegged { to: Peg::SnapMidpoint, .. } => "SNAPMID",
            Self::Pegged { to: Peg::SnapPrimary, .. } => "SNAPREL",
            Self::Auction(_) | Self::MarketProtect | Self::StopProtect(_) => return None,
        })
    }
}

impl Takes {
    /// Whether the list has a word; without a list everything may be.
    fn has(&self, word: &str) -> bool {
        self.order_types.is_empty() || self.order_types.iter().any(|listed| listed.as_str() == word)
    }

    /// Whether a type is listed.
    pub fn takes<P, D>(&self, pricing: &Pricing<P, D>) -> bool {
        pricing.listed_as().is_none_or(|word| self.has(word))
    }

    /// The types it takes, in the words of a sentence.
    pub fn types(&self) -> Vec<&'static str> {
        TYPES.into_iter().filter(|(_, listed)| self.has(listed)).map(|(word, _)| word).collect()
    }

    /// Whether a word that begins a pricing in a sentence can be one of its types: `trail` may have a limit or none.
    pub fn offers(&self, keyword: &str) -> bool {
        // `lmt` is a type of its own, and not the limit of a stop.
        let begins = |word: &str| word.split(", ").any(|one| one.split(' ').next() == Some(keyword));
        let mut known = TYPES.iter().filter(|(word, _)| begins(word)).peekable();
        known.peek().is_none() || known.any(|(_, listed)| self.has(listed))
    }

    /// The first thing that the contract does not take: which word of the sentence, and the reason.
    pub fn obstacle<P, D, E, C>(
        &self,
        symbol: &str,
        pricing: &Pricing<P, D>,
        tif: Option<Tif>,
        said: &Attributes<E, C>,
    ) -> Option<(&'static str, String)> {
        if !self.takes(pricing) {
            let word = match pricing {
                Pricing::Stop { limit: Some(_), .. } => "stp lmt",
                Pricing::Trail { limit_offset: Some(_), .. } => "trail lmtoff",
                other => other.keyword(),
            };
            return Some(("pricing", format!("{symbol} does not take {word}: it takes {}", self.types().join(", "))));
        }
        let time = match tif {
            Some(Tif::Gtc) => Some(("gtc", "GTC")),
            Some(Tif::Ioc) => Some(("ioc", "IOC")),
            Some(Tif::Fok) => Some(("fok", "FOK")),
            Some(Tif::Gtd(_)) => Some(("gtd", "GTD")),
            _ => None,
        };
        if let Some((word, _)) = time.filter(|(_, listed)| !self.has(listed)) {
            return Some(("tif", format!("{symbol} does not take {word}")));
        }
        let asked = [
            (said.show.is_some(), "show", "ICE"),
            (said.discretion.is_some(), "disc", "DIS"),
            (said.hidden, "hidden", "HID"),
            (said.all_or_none, "aon", "AON"),
            (said.sweep, "sweep", "SWEEP"),
            (said.post, "post", "POSTONLY"),
            (said.hold, "hold", "DEACT"),
            (said.after.is_some(), "after", "GAT"),
            (said.when.is_some(), "if", "COND"),
            (said.cancel_when.is_some(), "cancelif", "COND"),
            (said.algo.is_some(), "algo", "ALGO"),
        ];
        if let Some((_, word, _)) = asked.into_iter().find(|(is, _, listed)| *is && !self.has(listed)) {
            return Some((word, format!("{symbol} does not take {word}")));
        }
        let via = said.via.as_deref().filter(|_| !self.venues.is_empty())?;
        if self.venues.iter().any(|venue| venue.eq_ignore_ascii_case(via)) {
            return None;
        }
        let venues: Vec<&str> = self.venues.iter().map(SafeText::as_str).collect();
        Some(("via", format!("{symbol} is not sent to {via}: it goes to {}", venues.join(", "))))
    }

    /// [`Self::obstacle`] of an order in numbers.
    pub fn refuses(&self, spec: &OrderSpec) -> Option<(&'static str, String)> {
        let found = self.obstacle(&spec.symbol, &spec.kind, Some(spec.tif), &spec.attributes);
        let overnight = matches!(spec.session, Session::Overnight | Session::ExtendedOvernight);
        let there = self.venues.is_empty() || self.venues.iter().any(|venue| venue.as_str() == "OVERNIGHT");
        found
            .or_else(|| (overnight && !there).then(|| ("session", format!("{} does not trade overnight", spec.symbol))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;
    use crate::money::Price;

    fn listed(words: &str) -> Takes {
        Takes { order_types: words.split(',').map(SafeText::new).collect(), venues: vec!["SMART".into()] }
    }

    #[test]
    fn what_is_not_listed_is_named_with_what_is() {
        let takes = listed("MKT,LMT,STP,TRAILLMT,GTC,AON");
        let mut spec = samples::buy(100, Some("187.20"));
        assert_eq!(takes.refuses(&spec), None);
        spec.kind = Pricing::Midprice { cap: None };
        let (word, text) = takes.refuses(&spec).expect("it is not listed");
        assert_eq!(word, "pricing");
        assert_eq!(text, "AAPL does not take midprice: it takes mkt, lmt, stp, trail lmtoff");
        spec.kind = Pricing::Market;
        spec.tif = Tif::Fok;
        assert_eq!(takes.refuses(&spec).map(|(word, _)| word), Some("tif"));
        spec.tif = Tif::Gtc;
        spec.attributes.all_or_none = true;
        assert_eq!(takes.refuses(&spec), None);
        spec.attributes.sweep = true;
        assert_eq!(takes.refuses(&spec).map(|(word, _)| word), Some("sweep"));
        spec.attributes = Attributes { via: Some("ARCA".into()), ..Attributes::default() };
        assert_eq!(takes.refuses(&spec).map(|(word, _)| word), Some("via"));
        spec.attributes.via = Some("smart".into());
        assert_eq!(takes.refuses(&spec), None);
        spec.session = Session::Overnight;
        assert_eq!(takes.refuses(&spec).map(|(word, _)| word), Some("session"));
    }

    #[test]
    fn nothing_is_held_against_an_order_of_a_contract_without_a_list() {
        let mut spec = samples::buy(100, Some("187.20"));
        spec.attributes = Attributes { sweep: true, via: Some("ARCA".into()), ..Attributes::default() };
        spec.session = Session::Overnight;
        assert_eq!(Takes::default().refuses(&spec), None);
        assert!(Takes::default().offers("midprice"));
    }

    #[test]
    fn a_word_is_offered_if_one_of_the_types_it_begins_is_listed() {
        let takes = listed("MKT,STPLMT,OPG");
        for (word, is) in
            [("mkt", true), ("lmt", false), ("stp", true), ("loo", true), ("trail", false), ("moc", false)]
        {
            assert_eq!(takes.offers(word), is, "{word}");
        }
        assert!(takes.offers("mktprt"), "what is not looked for is not held back");
        let kind: Pricing<Price, Price> = Pricing::Limit(Price::from(1));
        assert!(!takes.takes(&kind));
    }
}
