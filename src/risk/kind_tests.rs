//! What the guard makes of contracts that are not stocks: their value, their margin, their bands, their hours, their route.

use super::boundary_tests::{at, buy, of, said};
use super::samples::Desk;
use super::*;
use crate::domain::instrument::{PriceRule, SecType};
use crate::domain::listed::Listed;
use crate::domain::order::{OrderKind, Session, Verb};
use crate::domain::samples::price as p;

use Weight::{Confirm, Hard, Note};

/// A desk in a contract of this kind, quoted around a price; net liquidation a million.
pub(super) fn desk(kind: SecType, multiplier: i64, tick: &str, bid: &str, ask: &str) -> Desk {
    let mut desk = Desk::default();
    desk.instrument.sec_type = kind;
    desk.instrument.multiplier = multiplier.into();
    desk.instrument.rule = PriceRule::flat(p(tick)).unwrap();
    desk.quote = Quote { bid: Some(p(bid)), ask: Some(p(ask)), last: Some(p(ask)), ..desk.quote };
    desk
}

pub(super) fn option(strike: &str) -> Desk {
    let mut desk = desk(SecType::Option, 100, "0.01", "3.10", "3.20");
    desk.instrument.strike = Some(p(strike));
    desk
}

pub(super) fn sell(qty: i64, price: &str) -> OrderSpec {
    of(Verb::Sell, Side::Sell, qty, OrderKind::Limit(p(price)))
}

#[test]
fn an_option_is_worth_its_premium_when_bought_and_its_strike_when_sold() {
    // Paper forbids more than 400 % of a million and asks above 50 %.
    let desk = option("200");
    assert_eq!(said(&desk, &buy(1_600, Some("3.10")), "G07"), None, "496,000");
    assert_eq!(said(&desk, &sell(25, "3.20"), "G07"), None, "25 × 20,000 is the half");
    assert_eq!(said(&desk, &sell(26, "3.20"), "G07"), Some(Confirm));
    assert_eq!(said(&desk, &sell(200, "3.20"), "G07"), Some(Confirm), "four million");
    assert_eq!(said(&desk, &sell(201, "3.20"), "G07"), Some(Hard));
}

#[test]
fn a_future_is_weighed_by_about_what_it_binds() {
    // 50 × 5,000 × 15 % = 37,500 each.
    let desk = desk(SecType::Future, 50, "0.25", "5000.00", "5000.25");
    assert_eq!(said(&desk, &buy(13, Some("5000.00")), "G07"), None, "487,500");
    assert_eq!(said(&desk, &buy(14, Some("5000.00")), "G07"), Some(Confirm), "525,000");
    assert_eq!(said(&desk, &buy(26, Some("5000.00")), "G25"), Some(Confirm), "975,000 leaves a thin cushion");
    assert_eq!(said(&desk, &buy(27, Some("5000.00")), "G25"), Some(Hard), "1,012,500");
}

#[test]
fn the_whole_premium_is_kept_of_an_option_and_a_fifth_of_the_strike_of_one_that_is_sold() {
    let desk = option("200");
    assert_eq!(said(&desk, &buy(3_225, Some("3.10")), "G25"), Some(Confirm), "999,750");
    assert_eq!(said(&desk, &buy(3_226, Some("3.10")), "G25"), Some(Hard), "1,000,060");
    assert_eq!(said(&desk, &sell(250, "3.20"), "G25"), Some(Confirm), "a fifth of five million");
    assert_eq!(said(&desk, &sell(251, "3.20"), "G25"), Some(Hard));
}

#[test]
fn every_kind_has_its_own_bands() {
    // What asks, and what forbids; one tick inside and at the edge. The far touch is 3.20, 5000.25, 1.0850.
    let cases = [
        (option("200"), ("3.52", "3.53"), ("3.84", "3.85")),
        (desk(SecType::Future, 50, "0.25", "5000.00", "5000.25"), ("5025.25", "5025.50"), ("5150.25", "5150.50")),
        (desk(SecType::Forex, 1, "0.00005", "1.08495", "1.08500"), ("1.09040", "1.09045"), ("1.10670", "1.10675")),
    ];
    for (desk, asks, forbids) in cases {
        let kind = desk.instrument.sec_type;
        assert_eq!(said(&desk, &buy(1, Some(asks.0)), "G11"), None, "{kind:?}");
        assert_eq!(said(&desk, &buy(1, Some(asks.1)), "G11"), Some(Confirm), "{kind:?}");
        assert_eq!(said(&desk, &buy(1, Some(forbids.0)), "G12"), None, "{kind:?}");
        assert_eq!(said(&desk, &buy(1, Some(forbids.1)), "G12"), Some(Hard), "{kind:?}");
    }
}

#[test]
fn a_value_in_another_currency_is_not_known_without_its_rate() {
    let mut yen = desk(SecType::Forex, 1, "0.005", "155.000", "155.005");
    yen.instrument.currency = "JPY".into();
    yen.instrument.symbol = "USD.JPY".into();
    let dollars: SafeText = "USD".into();
    let verdict = |desk: &Desk, spec: &OrderSpec| {
        desk.ask(|ctx| {
            let ctx = Context { currency: Some(&dollars), ..ctx.clone() };
            assess(spec, &ctx).findings.iter().find(|f| f.code == "G07").map(|f| (f.weight, f.text.clone()))
        })
    };
    let spec = |qty| OrderSpec { symbol: "USD.JPY".into(), ..buy(qty, Some("155.000")) };
    assert_eq!(verdict(&yen, &spec(500_000)), None, "dollars are counted one by one");
    assert_eq!(verdict(&yen, &spec(500_001)).map(|v| v.0), Some(Confirm));
    yen.instrument.symbol = "EUR.JPY".into();
    let text = "the value cannot be checked: the rate from JPY to USD is not known".to_owned();
    assert_eq!(verdict(&yen, &spec(1)), Some((Hard, text)));
}

#[test]
fn a_plain_sell_opens_anything_but_a_stock() {
    for (kind, code) in
        [(SecType::Stock, Some(Hard)), (SecType::Option, None), (SecType::Future, None), (SecType::Forex, None)]
    {
        let desk = desk(kind, 1, "0.01", "3.10", "3.20");
        assert_eq!(said(&desk, &sell(1, "3.20"), "G18"), code, "{kind:?}");
        let short = Desk { position: Qty::from(-1), ..desk.clone() };
        assert_eq!(said(&short, &sell(1, "3.20"), "G18"), code, "{kind:?}");
        let long = Desk { position: Qty::from(1), ..desk.clone() };
        assert_eq!(said(&long, &sell(2, "3.20"), "G18"), Some(Hard), "{kind:?}: never through zero");
        if code.is_none() {
            assert_eq!(said(&desk, &sell(1, "3.20"), "G19"), Some(Note), "{kind:?}");
        }
    }
}

#[test]
fn what_is_not_traded_is_refused() {
    for kind in [SecType::Index, SecType::Other] {
        assert_eq!(said(&desk(kind, 1, "0.01", "3.10", "3.20"), &buy(1, Some("3.10")), "G05"), Some(Hard));
    }
    for kind in [SecType::Option, SecType::Future, SecType::FutureOption, SecType::Forex, SecType::Crypto] {
        assert_eq!(said(&desk(kind, 1, "0.01", "3.10", "3.20"), &buy(1, Some("3.10")), "G05"), None);
    }
}

#[test]
fn an_order_goes_to_the_exchange_of_its_contract_or_where_via_says() {
    let mut future = desk(SecType::Future, 50, "0.25", "5000.00", "5000.25");
    future.instrument.exchange = "CME".into();
    let spec = |exchange: &str| OrderSpec { exchange: exchange.into(), ..buy(1, Some("5000.00")) };
    assert_eq!(said(&future, &spec("CME"), "G16"), None);
    assert_eq!(said(&future, &spec("SMART"), "G16"), Some(Hard));
    let mut routed = buy(1, Some("187.20"));
    routed.attributes.via = Some("ARCA".into());
    assert_eq!(said(&Desk::default(), &routed, "G16"), Some(Hard), "it says ARCA and goes to SMART");
    routed.exchange = "ARCA".into();
    assert_eq!(said(&Desk::default(), &routed, "G16"), None);
}

#[test]
fn the_hours_that_a_contract_lists_say_when_an_order_wakes() {
    let zone = jiff::tz::TimeZone::get("America/Chicago").unwrap();
    let mut future = desk(SecType::Future, 50, "0.25", "5000.00", "5000.25");
    future.instrument.listed = Listed::read(
        "20261124:1700-20261125:1600;20261125:1700-20261126:1200",
        "20261125:0830-20261125:1500;20261126:CLOSED",
        &zone,
    );
    let day = jiff::civil::date(2026, 11, 25);
    let future = at(future, day, 7, 0, 0);
    let wakes = |desk: &Desk, session| {
        let spec = OrderSpec { session, ..buy(1, Some("5000.00")) };
        sleeps_until(&spec, Some(&desk.instrument), desk.hours, desk.at).map(|at| at.strftime("%d %H:%M").to_string())
    };
    assert_eq!(wakes(&future, Session::Regular).as_deref(), Some("25 09:30"), "8:30 in Chicago");
    assert_eq!(wakes(&future, Session::Extended), None, "it trades all night");
    let break_of_day = at(future.clone(), day, 17, 30, 0);
    assert_eq!(wakes(&break_of_day, Session::Extended).as_deref(), Some("25 18:00"));
    assert_eq!(wakes(&break_of_day, Session::Regular), None, "nothing more is listed: nothing is said");
    let mut stock = future;
    stock.instrument.sec_type = SecType::Stock;
    stock.instrument.listed = Listed::default();
    assert_eq!(wakes(&stock, Session::Regular).as_deref(), Some("25 09:30"), "without a list the market's hours");
}

#[test]
fn an_option_that_nobody_bids_for_can_be_sold_for_what_is_left_of_it() {
    let mut desk = option("200");
    desk.quote = Quote { bid: None, ask: Some(p("0.03")), last: Some(p("2.50")), ..desk.quote };
    assert_eq!(said(&desk, &sell(1, "0.01"), "G12"), None);
    desk.quote.ask = None;
    assert_eq!(
        said(&desk, &sell(1, "0.01"), "G12"),
        Some(Hard),
        "the last trade alone is what there is to compare with"
    );
}
