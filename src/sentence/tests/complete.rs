//! What may come next on the command line.

use super::*;

/// The words offered at the end of a text.
fn offered(text: &str) -> Vec<&'static str> {
    complete(text, text.len()).into_iter().map(|c| c.text).collect()
}

#[test]
fn the_first_word_is_a_verb() {
    assert_eq!(offered("")[..4], ["buy", "sell", "short", "close"]);
    assert!(offered("").contains(&"resume"));
    assert_eq!(offered("s"), ["sell", "short"]);
    assert_eq!(offered("RE"), ["reverse", "reduce", "resume"]);
}

#[test]
fn a_symbol_is_never_offered() {
    assert_eq!(offered("buy "), ["all", "half", "def"]);
    assert_eq!(offered("buy 100 "), [""; 0]);
    assert_eq!(offered("reverse "), [""; 0]);
}

#[test]
fn the_price_comes_right_after_the_symbol_and_nowhere_else() {
    let first = offered("buy 100 AAPL ");
    assert!(["mkt", "stp", "join", "gtc", "ext", "sl"].iter().all(|w| first.contains(w)), "{first:?}");
    let later = offered("buy 100 AAPL 187.20 ");
    assert!(!later.contains(&"mkt") && !later.contains(&"join"), "{later:?}");
    assert!(!offered("buy 100 AAPL gtc ").contains(&"mkt"));
}

#[test]
fn what_was_said_is_not_offered_again() {
    let next = offered("buy 100 AAPL 187.20 gtc sl 185 ");
    assert!(!next.contains(&"day") && !next.contains(&"sl") && next.contains(&"tp") && next.contains(&"lmt"));
    assert!(offered("buy 9 AAPL 187.20 sl 185 tp 190 x3 ").contains(&"tp"));
}

#[test]
fn the_arguments_of_a_word_are_offered_behind_it() {
    assert!(offered("buy 1 X lmt ").starts_with(&["join", "take"]));
    assert!(!offered("buy 1 X lmt ").contains(&"entry"));
    assert!(offered("buy 1 X 9 sl ").contains(&"entry"));
    assert!(offered("buy 1 X 9 sl ").contains(&"trail"));
    assert_eq!(offered("buy 1 X 9 trig d"), ["dlast", "dbidask"]);
    assert_eq!(offered("buy 1 X 9 oca g r"), ["reduce", "reduce-now", "rth"]);
    assert_eq!(offered("buy 1 X mkt algo ad"), ["adaptive", "ad"]);
    assert!(offered("buy 1 X mkt algo vwap ").contains(&"notake"));
    assert!(offered("buy 1 X mkt if SPY ").contains(&"chg"));
    assert!(offered("buy 1 X mkt if SPY last ").starts_with(&["above", "below"]));
    assert!(offered("buy 1 X mkt if SPY last above 3 ").starts_with(&["and", "or"]));
    assert!(offered("sell 1 X trail 1% ").starts_with(&["from", "lmtoff"]));
    assert!(offered("buy 1 X pegmid ").starts_with(&["cap"]));
    assert!(offered("buy 1 X 9 sl 8 exits ").starts_with(&["day"]));
}

#[test]
fn what_manages_orders_is_offered_too() {
    assert_eq!(offered("cancel "), ["all", "order:", "oca"]);
    assert_eq!(offered("cancel all "), ["entries", "exits"]);
    assert_eq!(offered("cancel SPY b"), ["buys"]);
    assert!(offered("modify order:3 ").starts_with(&["left", "total"]));
    assert_eq!(offered("roll /ESZ26 "), ["to"]);
}

#[test]
fn a_completion_replaces_what_was_typed_of_the_word() {
    let text = "buy 100 AAPL mi ext";
    let all = complete(text, 15);
    assert_eq!(all.iter().map(|c| c.text).collect::<Vec<_>>(), ["mit", "midprice", "mid", "min"]);
    assert!(all.iter().all(|c| c.span == (13..15) && !c.about.is_empty()));
    assert!(!complete("buy é", 5).iter().any(|c| c.text == "def"), "inside a character");
}
