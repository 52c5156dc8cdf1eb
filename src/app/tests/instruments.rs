//! Contracts that are not stocks: named, asked for, listed, ordered.

use super::fixture::{AAPL, Desk, desk, instrument, price, qty, report_of};
use crate::app::model::{Overlay, SearchFor};
use crate::broker::event::{BrokerStatus, Refusal};
use crate::broker::{Command, Event, JobId};
use crate::domain::instrument::{ConId, Instrument, PriceRule, SecType};
use crate::domain::order::{OrderKind, Side, Verb};
use crate::risk::{Class, Weight};

const CALL: ConId = ConId(700_001);
const ES: ConId = ConId(700_002);

fn call() -> Instrument {
    Instrument {
        con_id: CALL,
        sec_type: SecType::Option,
        multiplier: 100.into(),
        last_day: Some("2026-12-18".parse().unwrap()),
        strike: Some(price("190")),
        ..instrument("AAPL 18DEC26 190C")
    }
}

fn es() -> Instrument {
    Instrument {
        con_id: ES,
        sec_type: SecType::Future,
        exchange: "CME".into(),
        multiplier: 50.into(),
        rule: PriceRule::flat(price("0.25")).unwrap(),
        last_day: Some("2026-12-18".parse().unwrap()),
        ..instrument("/ESZ26")
    }
}

/// The question for a contract of this name that was sent last.
fn asked(d: &Desk, name: &str) -> JobId {
    let asked = d.model.market.asked.iter().rev().find(|(_, symbol)| symbol.as_str() == name);
    *asked.unwrap_or_else(|| panic!("{name} is not asked for: {:?}", d.model.market.asked)).0
}

fn say(d: &mut Desk, text: &str) {
    d.keys(":").type_text(text).keys("enter");
}

/// A desk that has found these contracts, each with a quote.
fn with(found: &[(Instrument, &str, &str)]) -> Desk {
    let mut d = desk();
    for (contract, bid, ask) in found {
        say(&mut d, &format!("buy 1 {}", contract.symbol));
        let job = asked(&d, &contract.symbol);
        d.broker(Event::Found { job, result: Ok(Box::new(contract.clone())) });
        d.keys("esc");
        d.quote(contract.con_id, bid, ask);
    }
    d.effects.clear();
    d
}

fn errors(d: &Desk) -> Vec<String> {
    let Some(Overlay::Command { errors, .. }) = &d.model.overlay else { panic!("closed: {:?}", d.said()) };
    errors.iter().map(|(_, text)| text.clone()).collect()
}

#[test]
fn an_option_that_is_not_known_is_asked_for_and_the_sentence_waits_for_it() {
    let mut d = desk();
    say(&mut d, "buy 1 AAPL 18DEC26 190C mid sl 2.50");
    assert!(errors(&d)[0].contains("Enter asks for it"));
    assert_eq!(d.sent(|c| matches!(c, Command::Find { symbol, .. } if symbol.as_str() == "AAPL 18DEC26 190C")), 1);
    let job = asked(&d, "AAPL 18DEC26 190C");
    d.broker(Event::Found { job, result: Ok(Box::new(call())) });
    // What is missing now is said instead; the row shows the quote that the order will be judged by.
    assert!(errors(&d)[0].contains("the bid is not known"), "{:?}", errors(&d));
    assert!(d.model.panes.watchlist.rows.iter().any(|row| row.con_id == Some(CALL)));
    assert_eq!(d.sent(|c| matches!(c, Command::Watch(i) if i.con_id == CALL)), 1);
    d.quote(CALL, "3.10", "3.20");
    d.keys("enter");
    assert_eq!(d.sentence(), "buy 1 AAPL 18DEC26 190C lmt 3.15 day rth");
    d.keys("enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().con_id, sent.spec().exchange.as_str(), sent.exits().len()), (CALL, "SMART", 1));
}

#[test]
fn a_contract_that_does_not_exist_is_no_row() {
    let mut d = desk();
    let rows = d.model.panes.watchlist.rows.len();
    say(&mut d, "buy 1 AAPL 19DEC26 190C mid");
    let job = asked(&d, "AAPL 19DEC26 190C");
    d.broker(Event::Found { job, result: Err(Refusal { code: Some(200), text: "No security definition".into() }) });
    d.assert_said("No contract is called AAPL 19DEC26 190C (200).");
    assert_eq!(d.model.panes.watchlist.rows.len(), rows);
}

#[test]
fn the_front_month_is_the_one_that_the_broker_names_and_goes_out_by_its_name() {
    let mut d = desk();
    say(&mut d, "buy 1 /ES mkt");
    let job = asked(&d, "/ES");
    d.broker(Event::Found { job, result: Ok(Box::new(es())) });
    d.quote(ES, "5000.25", "5000.50");
    d.keys("enter");
    assert_eq!(d.sentence(), "buy 1 /ESZ26 mkt day rth");
    d.keys("enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().symbol.as_str(), sent.spec().exchange.as_str()), ("/ESZ26", "CME"));
}

#[test]
fn what_is_not_a_stock_is_sold_to_open_and_closed_as_such() {
    let mut d = with(&[(call(), "3.10", "3.20"), (es(), "5000.25", "5000.50")]);
    say(&mut d, "sell 1 AAPL 18DEC26 190C ask");
    d.keys("enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().verb, sent.spec().side, sent.class()), (Verb::Sell, Side::Sell, Class::Entry));
    assert!(sent.findings().iter().any(|f| f.code == "G19"), "{:?}", sent.findings());
    let mut d = with(&[(es(), "5000.25", "5000.50")]);
    d.hold(ES, "/ESZ26", 2);
    say(&mut d, "sell 3 /ESZ26 mkt");
    assert!(errors(&d)[0].contains("long 2"), "through zero only with flip: {:?}", errors(&d));
    d.keys("esc");
    say(&mut d, "sell 2 /ESZ26 mkt");
    d.keys("enter");
    assert_eq!(d.placed_one().class(), Class::Exit);
}

#[test]
fn an_index_is_shown_and_never_traded() {
    let spx = Instrument {
        con_id: ConId(700_003),
        sec_type: SecType::Index,
        exchange: "CBOE".into(),
        ..instrument("ind:SPX")
    };
    let mut d = with(&[(spx, "5000.00", "5000.50")]);
    say(&mut d, "buy 1 ind:SPX 5000");
    d.keys("enter");
    assert!(d.placed().is_empty());
    let assessment = d.staged().assessment.as_ref().unwrap();
    let g05 = assessment.findings.iter().find(|f| f.code == "G05").unwrap();
    assert_eq!((g05.weight, g05.text.as_str()), (Weight::Hard, "the contract is an index"));
}

#[test]
fn via_routes_to_a_venue_that_the_contract_lists() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 via ARCA");
    d.keys("enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().exchange.as_str(), sent.spec().attributes.via.as_deref()), ("ARCA", Some("ARCA")));
    assert_eq!(sent.spec().kind, OrderKind::Limit(price("187.00")));
    assert_eq!(sent.spec().qty, qty(100));
    let venues = vec!["SMART".into(), "NASDAQ".into()];
    d.model.market.instruments.get_mut(&AAPL).unwrap().takes.venues = venues;
    say(&mut d, "buy 100 AAPL 187 via ARCA");
    assert!(errors(&d)[0].contains("SMART, NASDAQ"), "{:?}", errors(&d));
}

#[test]
fn a_future_an_option_or_a_pair_is_added_by_its_name() {
    for (typed, name) in [
        ("/esz26", "/ESZ26"),
        ("aapl 18dec26 190c", "AAPL 18DEC26 190C"),
        ("eur.usd", "EUR.USD"),
        ("ind:spx", "ind:SPX"),
    ] {
        let mut d = desk();
        d.keys("/").type_text(typed);
        let Some(Overlay::Search { purpose: SearchFor::List, .. }) = &d.model.overlay else { panic!("no search") };
        d.keys("enter");
        assert_eq!(d.sent(|c| matches!(c, Command::Find { symbol, .. } if symbol.as_str() == name)), 1, "{typed}");
        assert!(d.model.panes.watchlist.rows.iter().any(|row| row.symbol.as_str() == name), "{typed}");
    }
}

#[test]
fn a_combo_is_weighed_and_not_sent() {
    let leg = |id, name: &str, strike: &str| Instrument {
        con_id: ConId(id),
        strike: Some(price(strike)),
        symbol: name.into(),
        ..call()
    };
    let spread = "+1 SPY 18DEC26 600C -1 SPY 18DEC26 610C";
    let mut d = desk();
    say(&mut d, &format!("buy 2 {spread} 3.20dr"));
    assert_eq!(errors(&d).len(), 2, "both legs are asked for: {:?}", errors(&d));
    for (id, name, strike) in [(700_011, "SPY 18DEC26 600C", "600"), (700_012, "SPY 18DEC26 610C", "610")] {
        let job = asked(&d, name);
        d.broker(Event::Found { job, result: Ok(Box::new(leg(id, name, strike))) });
    }
    d.quote(ConId(700_011), "8.00", "8.20");
    d.quote(ConId(700_012), "4.90", "5.00");
    d.keys("enter");
    assert_eq!(
        errors(&d),
        ["net 3.00 / 3.30; pays 640.00; loses at most 640.00, gains at most 1,360.00. Combos cannot be sent yet"]
    );
    d.keys("esc");
    say(&mut d, &format!("sell 800 {spread} mid"));
    let text = &errors(&d)[0];
    assert!(text.starts_with("net 3.00 / 3.30; receives 252,000.00; loses at most 548,000.00"), "{text}");
    assert!(text.contains("CONFIRM G07 548,000.00 is 55% of NLV"), "{text}");
    d.keys("esc");
    say(&mut d, "sell 1 +1 SPY 18DEC26 600C +1 SPY 18DEC26 610C mid");
    let text = &errors(&d)[0];
    assert!(text.contains("loses without end"), "{text}");
    assert!(text.contains("HARD G07 the value cannot be checked"), "{text}");
    assert!(d.placed().is_empty() && d.model.panes.ticket.staged.is_none());
}

#[test]
fn the_keys_stage_one_contract_of_what_is_no_stock_and_keep_the_sizes_of_kinds_apart() {
    let mut d = with(&[(es(), "5000.25", "5000.50")]);
    d.model.panes.watchlist.selected =
        d.model.panes.watchlist.rows.iter().position(|row| row.con_id == Some(ES)).unwrap();
    d.keys("b");
    assert_eq!(d.sentence(), "buy 1 /ESZ26 lmt 5000.25 day rth");
    d.keys("esc s");
    assert_eq!(d.sentence(), "sell 1 /ESZ26 lmt 5000.50 day rth", "short is a word for stocks");
    d.keys("esc .");
    d.keys("b");
    let chosen = d.staged().qty;
    assert!(chosen > Some(qty(1)), "{chosen:?}");
    d.keys("esc");
    d.model.panes.watchlist.selected = 0;
    d.keys("b");
    assert_eq!(d.staged().qty, Some(qty(100)), "shares keep theirs");
}

#[test]
fn of_two_contracts_with_one_name_none_is_guessed() {
    let mut d = with(&[(call(), "3.10", "3.20")]);
    let other = Instrument { con_id: ConId(700_009), multiplier: 10.into(), ..call() };
    d.model.market.instruments.insert(other.con_id, other);
    say(&mut d, "buy 1 AAPL 18DEC26 190C 3.15");
    let text = &errors(&d)[0];
    assert!(text.contains("is the name of 2 contracts: conid:700001 or conid:700009"), "{text}");
    assert_eq!(d.sent(|c| matches!(c, Command::Find { .. })), 0, "asking again brings nothing new");
    d.keys("esc");
    say(&mut d, "buy 1 conid:700001 3.15");
    d.keys("enter");
    assert_eq!(d.placed_one().spec().con_id, CALL);
}

#[test]
fn what_is_held_is_asked_for_by_its_number_and_can_be_closed_though_no_sentence_names_it() {
    let sap = ConId(800_001);
    let mut d = desk();
    d.hold(sap, "SAP [EUR]", 10);
    let job = asked(&d, "conid:800001");
    let found = Instrument { con_id: sap, currency: "EUR".into(), ..instrument("SAP [EUR]") };
    d.broker(Event::Found { job, result: Ok(Box::new(found)) });
    d.quote(sap, "200.00", "200.05");
    say(&mut d, "close 10 conid:800001 mkt");
    d.keys("enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().con_id, sent.spec().side, sent.class()), (sap, Side::Sell, Class::Exit));
}

#[test]
fn exits_of_an_order_for_a_venue_go_there_too() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 via ARCA sl 180");
    d.keys("enter");
    let sent = d.placed_one();
    let exit = &sent.exits()[0].spec;
    assert_eq!((exit.exchange.as_str(), exit.attributes.via.as_deref()), ("ARCA", Some("ARCA")));
}

#[test]
fn an_order_that_was_sent_elsewhere_by_another_hand_can_still_be_changed() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187");
    d.keys("enter");
    let key = d.placed_one().key().clone();
    d.carry(&key);
    d.report(&key, BrokerStatus::Working);
    let mut report = report_of(&d.model.orders.all[&key], BrokerStatus::Working);
    report.spec.exchange = "ARCA".into();
    report.spec.attributes.via = Some("ARCA".into());
    d.broker(Event::Order(Box::new(report)));
    let spec = &d.model.orders.all[&key].spec;
    assert_eq!((spec.exchange.as_str(), spec.attributes.via.as_deref()), ("ARCA", Some("ARCA")));
}

#[test]
fn what_the_broker_would_never_find_true_is_no_test() {
    let mut d = with(&[(call(), "3.10", "3.20"), (es(), "5000.25", "5000.50")]);
    say(&mut d, "buy 100 AAPL 187 if filled AAPL 18DEC26 190C");
    assert!(errors(&d).iter().any(|e| e.contains("the fills of stocks alone")), "{:?}", errors(&d));
    d.keys("esc");
    say(&mut d, "buy 100 AAPL 187 if /ESZ26 last below 4900");
    assert!(errors(&d).iter().any(|e| e.contains("/ESZ26 trades at CME")), "{:?}", errors(&d));
    assert!(d.placed().is_empty() && d.model.panes.ticket.staged.is_none());
}
