//! What is understood, how it prints, how what is wrong is said, what may come next, and what it comes to in numbers.

mod complete;
mod edges;
mod examples;
mod faults;
mod properties;
mod resolve;

use super::*;

/// A day on which the samples of the documentation lie ahead.
fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 24)
}

/// The canonical text.
fn printed(text: &str) -> String {
    match parse(text) {
        Ok(sentence) => sentence.to_string(),
        Err(faults) => panic!("{text}: {faults:#?}"),
    }
}

/// The faults as `words: what is said`.
fn faults(text: &str) -> Vec<String> {
    let faults = read(text, Some(today())).expect_err(text);
    faults.iter().map(|f| format!("{}| {f}", &text[f.span.clone()])).collect()
}

/// That a text prints so, and that what is printed prints the same again.
#[track_caller]
fn prints(said: &str, canonical: &str) {
    assert_eq!(printed(said), canonical, "{said}");
    assert_eq!(printed(canonical), canonical);
}
