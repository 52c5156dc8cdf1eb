//! Only what the contract lists is offered, with the reason for the rest.

use super::desk::{errors, say};
use super::fixture::AAPL;
use super::{Desk, desk};
use crate::app::model::Overlay;
use crate::domain::SafeText;
use crate::domain::takes::Takes;
use crate::risk::Weight;

/// A desk whose Apple lists these words.
fn lists(words: &str) -> Desk {
    let mut d = desk();
    let takes = Takes { order_types: words.split(',').map(SafeText::new).collect(), venues: vec!["SMART".into()] };
    d.model.market.instruments.get_mut(&AAPL).expect("it is confirmed").takes = takes;
    d
}

#[test]
fn the_round_of_types_passes_over_what_is_not_listed_and_says_so() {
    let mut d = lists("LMT,STP,TRAIL");
    d.keys("b k");
    assert_eq!(d.staged().pricing.keyword(), "stp");
    d.assert_said("AAPL does not take mkt.");
    d.keys("k");
    assert_eq!(d.staged().pricing.keyword(), "trail");
    d.assert_said("AAPL does not take stp lmt.");
    d.keys("k");
    assert_eq!(d.staged().pricing.keyword(), "lmt");
    d.assert_said("AAPL does not take moc, loc.");
    let mut d = lists("LMT");
    d.keys("b k");
    assert_eq!(d.staged().pricing.keyword(), "lmt", "the only one there is");
}

#[test]
fn a_sentence_is_refused_at_the_word_that_is_not_listed() {
    let refused = [
        ("buy 100 AAPL midprice", "AAPL does not take midprice: it takes mkt, lmt, stp", "midprice"),
        ("buy 100 AAPL 187 fok", "AAPL does not take fok", "fok"),
        ("buy 100 AAPL 187 hidden", "AAPL does not take hidden", "hidden"),
        ("buy 100 AAPL mkt if MSFT last above 1", "AAPL does not take if", "if"),
    ];
    for (typed, cause, word) in refused {
        let mut d = lists("MKT,LMT,STP,GTC");
        say(&mut d, typed);
        let (span, text) = &errors(&d)[0];
        assert_eq!(text, cause, "{typed}");
        assert!(typed[span.clone()].starts_with(word), "{typed}: {:?}", &typed[span.clone()]);
    }
    let mut d = lists("MKT,LMT,STP,GTC");
    say(&mut d, "buy 100 AAPL stp 190 gtc");
    assert!(d.model.overlay.is_none(), "what is listed is staged: {:?}", errors(&d));
}

#[test]
fn tab_completes_no_type_that_is_not_listed() {
    let completed = |d: &mut Desk| {
        d.keys(":").type_text("buy 100 AAPL mid").keys("tab");
        match &d.model.overlay {
            Some(Overlay::Command { input, .. }) => input.value().to_owned(),
            other => panic!("the command line is closed: {other:?}"),
        }
    };
    assert_eq!(completed(&mut lists("LMT")), "buy 100 AAPL mid", "mid is a price already");
    assert_eq!(completed(&mut lists("LMT,MIDPX")), "buy 100 AAPL midprice ");
}

#[test]
fn the_guard_refuses_what_the_list_lost_meanwhile_an_exit_too() {
    let mut d = lists("LMT,TRAIL");
    d.hold(AAPL, "AAPL", 100);
    say(&mut d, "sell 100 AAPL trail 1%");
    d.model.market.instruments.get_mut(&AAPL).expect("it is confirmed").takes.order_types = vec!["LMT".into()];
    d.keys("enter");
    assert!(d.placed().is_empty());
    let verdict = d.staged().assessment.clone().expect("it is judged");
    let found = verdict.findings.iter().find(|f| f.code == "G16").expect("G16");
    assert_eq!((found.weight, found.text.as_str()), (Weight::Hard, "AAPL does not take trail: it takes lmt"));
}
