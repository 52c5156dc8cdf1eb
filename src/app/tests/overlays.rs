//! Command line, search, help, notices.

use super::desk;
use crate::app::model::Overlay;
use crate::broker::event::Refusal;
use crate::broker::{Command, Event, JobId};
use crate::domain::instrument::{ConId, SymbolMatch};

fn a_match(symbol: &str, kind: &str) -> SymbolMatch {
    SymbolMatch {
        con_id: ConId(1_004),
        symbol: symbol.into(),
        sec_type: kind.into(),
        primary_exchange: "NASDAQ".into(),
        currency: "USD".into(),
        description: symbol.into(),
    }
}

fn job(d: &super::Desk) -> JobId {
    let Some(Overlay::Search { job: Some(job), .. }) = &d.model.overlay else { panic!("nothing asked") };
    *job
}

#[test]
fn slash_searches_as_one_types_and_enter_adds_and_selects() {
    let mut d = desk();
    d.keys("/").type_text("tsla");
    assert_eq!(d.sent(|c| matches!(c, Command::Search { .. })), 4);
    let job = job(&d);
    d.broker(Event::Matches { job, result: Ok(vec![a_match("TSLA", "STK"), a_match("TSLL", "STK")]) });
    d.keys("down up enter");
    assert!(d.model.overlay.is_none());
    assert_eq!(d.model.panes.watchlist.rows[3].symbol.as_str(), "TSLA");
    assert_eq!(d.model.panes.watchlist.selected, 3);
    assert_eq!(d.sent(|c| matches!(c, Command::Find { symbol, .. } if symbol.as_str() == "TSLA")), 1);
}

#[test]
fn a_match_in_another_currency_is_not_taken_for_the_stock_of_that_symbol_in_dollars() {
    let mut d = desk();
    d.keys("/").type_text("sap");
    let job = job(&d);
    let euro = SymbolMatch { primary_exchange: "IBIS".into(), currency: "EUR".into(), ..a_match("SAP", "STK") };
    d.broker(Event::Matches { job, result: Ok(vec![euro]) });
    d.keys("enter");
    d.assert_said("SAP of IBIS is traded in EUR");
    assert_eq!(d.sent(|c| matches!(c, Command::Find { .. })), 0);
}

#[test]
fn an_answer_to_an_earlier_search_is_dropped() {
    let mut d = desk();
    d.keys("/").type_text("t");
    let early = job(&d);
    d.type_text("s");
    d.broker(Event::Matches { job: early, result: Ok(vec![a_match("T", "STK")]) });
    let Some(Overlay::Search { matches, .. }) = &d.model.overlay else { panic!("closed") };
    assert!(matches.is_empty());
}

#[test]
fn enter_takes_no_row_of_an_earlier_text() {
    for (rest, taken) in [("ap", Some("SAP")), ("py", Some("SPY")), ("ap@ibis", None)] {
        let mut d = desk();
        d.keys("/").type_text("s");
        let early = job(&d);
        let found = vec![a_match("S", "STK"), a_match("SPY", "STK")];
        d.broker(Event::Matches { job: early, result: Ok(found) });
        let before = d.model.panes.watchlist.rows.len();
        d.type_text(rest).keys("enter");
        let list = &d.model.panes.watchlist;
        let selected = list.rows[list.selected].symbol.as_str();
        match taken {
            Some(symbol) => assert_eq!(selected, symbol),
            None => assert!(d.model.overlay.is_some() && list.rows.len() == before, "{selected}"),
        }
    }
    let mut d = desk();
    d.keys("/").type_text("s");
    let early = job(&d);
    d.broker(Event::Matches { job: early, result: Ok(vec![a_match("SPY", "STK")]) });
    d.keys("enter");
    assert_eq!(d.model.panes.watchlist.selected, 2, "an answer to what stands there is taken");
}

#[test]
fn a_symbol_that_no_contract_matches_is_not_added() {
    let mut d = desk();
    let rows = d.model.panes.watchlist.rows.len();
    d.keys("/").type_text("zzzz");
    let job = job(&d);
    d.broker(Event::Matches { job, result: Ok(Vec::new()) });
    d.keys("enter");
    assert!(d.model.overlay.is_some());
    d.assert_said("No contract matches zzzz");
    assert_eq!(d.model.panes.watchlist.rows.len(), rows);
    assert_eq!(d.sent(|c| matches!(c, Command::Find { symbol, .. } if symbol.as_str() == "ZZZZ")), 0);
}

#[test]
fn what_is_not_traded_here_is_not_added() {
    let mut d = desk();
    d.keys("/").type_text("ibm");
    let job = job(&d);
    d.broker(Event::Matches { job, result: Ok(vec![a_match("IBM", "BOND")]) });
    d.keys("enter");
    assert!(d.model.overlay.is_some());
    d.assert_said("of the kind BOND");
}

#[test]
fn a_refused_search_says_why() {
    let mut d = desk();
    d.keys("/").type_text("zz");
    let job = job(&d);
    d.broker(Event::Matches { job, result: Err(Refusal { code: None, text: "timed out".into() }) });
    let Some(Overlay::Search { refused, .. }) = &d.model.overlay else { panic!("closed") };
    assert_eq!(refused.as_ref().unwrap().as_str(), "timed out");
}

#[test]
fn a_symbol_of_the_list_is_selected_and_not_added_twice() {
    let mut d = desk();
    d.keys("/").type_text("spy").keys("enter");
    assert_eq!(d.model.panes.watchlist.rows.len(), 3);
    assert_eq!(d.model.panes.watchlist.selected, 2);
}

#[test]
fn printable_keys_are_text_in_the_command_line() {
    let mut d = desk();
    d.keys(":").type_text("b x X ? 1");
    let Some(Overlay::Command { input, .. }) = &d.model.overlay else { panic!("closed") };
    assert_eq!(input.value(), "b x X ? 1");
    assert!(d.cancels().is_empty());
    d.keys("ctrl-w");
    let Some(Overlay::Command { input, .. }) = &d.model.overlay else { panic!("closed") };
    assert_eq!(input.value(), "b x X ? ");
    d.keys("esc");
    assert!(d.model.overlay.is_none());
}

#[test]
fn global_keys_do_not_reach_through_an_overlay() {
    let mut d = desk();
    d.keys("! b x 7");
    assert!(matches!(d.model.overlay, Some(Overlay::Notices { .. })));
    assert!(d.model.panes.ticket.staged.is_none());
}

#[test]
fn help_filters_and_scrolls() {
    let mut d = desk();
    d.keys("? down down").type_text("can");
    let Some(Overlay::Help { top, filter }) = &d.model.overlay else { panic!("closed") };
    assert_eq!((*top, filter.value()), (0, "can"));
}

#[test]
fn a_sentence_of_an_unknown_symbol_asks_for_it() {
    let mut d = desk();
    d.keys(":").type_text("buy 10 NVDA").keys("enter");
    let Some(Overlay::Command { errors, .. }) = &d.model.overlay else { panic!("closed") };
    assert_eq!(errors[0].0, 7..11);
    assert!(errors[0].1.contains("Enter asks for it"));
    assert_eq!(d.sent(|c| matches!(c, Command::Find { symbol, .. } if symbol.as_str() == "NVDA")), 1);
}

#[test]
fn money_and_parts_of_the_position_are_sizes() {
    let mut d = desk();
    d.keys(":").type_text("buy 10kusd AAPL take").keys("enter");
    assert_eq!(d.sentence(), "buy 53 AAPL lmt 187.22 day rth");
    d.hold(super::fixture::AAPL, "AAPL", 301);
    d.keys("esc :").type_text("close half AAPL mid").keys("enter");
    assert_eq!(d.sentence(), "close 150 AAPL lmt 187.21 day rth");
}

#[test]
fn q_on_the_command_line_leaves_and_asks_while_orders_work() {
    let mut d = desk();
    d.work("b enter");
    d.keys(":").type_text("q").keys("enter");
    assert!(matches!(d.model.overlay, Some(Overlay::Quit)));
    let mut idle = desk();
    idle.keys(":").type_text("quit").keys("enter");
    assert!(idle.effects.contains(&crate::app::effect::Effect::Quit));
}
