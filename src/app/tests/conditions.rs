//! Orders that wait for tests, are cancelled by them or are worked by an algorithm, from the words to the broker and back.

use super::desk::{errors, say};
use super::fixture::{AAPL, MSFT};
use super::{desk, price};
use crate::broker::Event;
use crate::broker::event::{BrokerStatus, OrderReport};
use crate::domain::SafeText;
use crate::domain::instrument::{ConId, ContractRef};
use crate::domain::order::{Conditions, OrderSpec, Session, Test, Watched};

#[test]
fn tests_are_staged_with_the_contracts_that_are_known_and_sent_as_said() {
    let said = [
        ("buy 100 AAPL mkt if MSFT last above 420", "buy 100 AAPL mkt day rth if MSFT last above 420"),
        (
            "buy 100 AAPL 187 ext if MSFT chg below -2 and time after 2026-11-24T10:00ET",
            "buy 100 AAPL lmt 187.00 day ext if MSFT chg below -2 and time after 2026-11-24T10:00ET",
        ),
        (
            "buy 100 AAPL 187 cancelif SPY bidask above 660 or filled MSFT",
            "buy 100 AAPL lmt 187.00 day rth cancelif SPY bidask above 660 or filled MSFT",
        ),
        (
            "buy 100 AAPL midprice if cushion above 10% and SPY vol above 1000000",
            "buy 100 AAPL midprice day rth if cushion above 10% and SPY vol above 1000000",
        ),
    ];
    for (typed, order) in said {
        let mut d = desk();
        say(&mut d, typed);
        assert!(d.model.overlay.is_none(), "{typed}: {:?}", errors(&d));
        assert_eq!(d.staged().text.as_deref(), Some(order), "{typed}");
        d.keys("enter");
        if d.is_confirming() {
            d.keys("ctrl-y");
        }
        let sent = d.placed_one();
        assert_eq!(crate::app::words::sentence(sent.spec(), None).replace("187 ", "187.00 "), order, "{typed}");
    }
    let mut d = desk();
    say(&mut d, "buy 100 AAPL mkt if MSFT last above 420");
    d.keys("enter");
    let msft = ContractRef { con_id: MSFT, symbol: "MSFT".into() };
    let last = Test::Market { contract: msft, of: Watched::Last, above: true, value: price("420").0 };
    assert_eq!(d.placed_one().spec().attributes.when, Some(Conditions { all: true, tests: vec![last] }));
}

#[test]
fn what_the_broker_does_not_test_is_refused_at_its_word() {
    let refused = [
        ("buy 100 AAPL stp 190 if MSFT last above 420", "mkt if", "if"),
        ("buy 100 AAPL pegmid if MSFT last above 420", "not with pegmid", "if"),
        ("buy 100 AAPL mkt cancelif MSFT last above 420", "lmt and midprice", "cancelif"),
        ("buy 100 AAPL 187 if MSFT last above 420 cancelif SPY last above 1", "not both", "cancelif"),
        ("buy 100 AAPL mkt if MSFT bid above 420", "no bid or ask alone", "if"),
        ("buy 100 AAPL mkt if cushion below 2.5%", "whole percent", "if"),
        ("buy 100 AAPL mkt if TSLA last above 420", "TSLA is not known here yet", "if"),
    ];
    for (typed, cause, word) in refused {
        let mut d = desk();
        say(&mut d, typed);
        let errors = errors(&d);
        let (span, text) = &errors[0];
        assert!(text.contains(cause), "{typed}: {text}");
        assert!(typed[span.clone()].starts_with(word), "{typed}: {:?}", &typed[span.clone()]);
        assert!(d.model.panes.ticket.staged.is_none(), "{typed}");
    }
}

#[test]
fn a_report_that_names_the_contracts_by_half_changes_nothing_and_another_one_does() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 if MSFT last above 420 and filled SPY");
    d.keys("enter");
    let sent = d.placed_one();
    let ids = d.carry(sent.key());
    let by_half = |value: &str| {
        let of = |con_id, symbol: &str| ContractRef { con_id, symbol: SafeText::new(symbol) };
        let tests = vec![
            Test::Market { contract: of(MSFT, ""), of: Watched::Last, above: true, value: price(value).0 },
            Test::Filled(of(ConId(0), "SPY")),
        ];
        let mut spec = OrderSpec { session: Session::Regular, ..sent.spec().clone() };
        spec.attributes.when = Some(Conditions { all: true, tests });
        spec
    };
    let report = |spec: OrderSpec| {
        Event::Order(Box::new(OrderReport {
            ids,
            order_ref: SafeText::new(sent.key().as_str()),
            spec,
            other_kind: None,
            status: BrokerStatus::Held,
            filled: None,
            avg_fill: None,
            remark: None,
            parent_id: 0,
            ended: None,
        }))
    };
    d.broker(report(by_half("420")));
    assert_eq!(d.order(sent.key()).spec, *sent.spec());
    d.broker(report(by_half("421")));
    assert_eq!(d.order(sent.key()).spec.attributes.when, by_half("421").attributes.when, "changed elsewhere");
    assert_eq!(d.order(sent.key()).spec.con_id, AAPL);
}

#[test]
fn an_algorithm_is_sent_as_said_and_never_changed() {
    let mut d = desk();
    say(&mut d, "buy 5000 AAPL 187 algo vwap pct=10% from=10:00 to=15:30 notake");
    let order = "buy 5000 AAPL lmt 187.00 day rth algo vwap from=10:00 pct=10% to=15:30 notake";
    assert_eq!(d.staged().text.as_deref(), Some(order));
    d.keys("enter");
    if d.is_confirming() {
        d.keys("ctrl-y");
    }
    let sent = d.placed_one();
    let algo = sent.spec().attributes.algo.clone().expect("an algorithm");
    assert_eq!((algo.name.as_str(), algo.setting("pct")), ("vwap", Some("10%")));
    d.carry(sent.key());
    d.report(sent.key(), BrokerStatus::Working);
    d.keys("m");
    d.assert_said("440");
    assert!(d.model.panes.ticket.staged.is_none());
}

#[test]
fn what_an_algorithm_does_not_take_is_refused_at_its_word() {
    let refused = [
        ("buy 100 AAPL 187 algo vwap pct=60%", "between 1% and 50%"),
        ("buy 100 AAPL stp 190 algo adaptive urgent", "not stp"),
        ("buy 100 AAPL 187 algo adaptive", "urgent, normal or patient"),
        ("buy 100 AAPL 187 sl 185 algo adaptive urgent", "no exits"),
        ("buy 100 AAPL 187 algo minimpact", "options"),
    ];
    for (typed, cause) in refused {
        let mut d = desk();
        say(&mut d, typed);
        let errors = errors(&d);
        let (span, text) = errors.iter().find(|(_, text)| text.contains(cause)).unwrap_or_else(|| panic!("{errors:?}"));
        assert!(typed[span.clone()].starts_with("algo"), "{typed}: {text}");
        assert!(d.model.panes.ticket.staged.is_none(), "{typed}");
    }
}
