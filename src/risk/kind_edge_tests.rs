//! Kinds of contracts and combos: each number at its boundary, and what of the stock's rules the other kinds do not have.
#![allow(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

use jiff::civil::{Date, date};

use super::boundary_tests::{at, buy, live, of, said, with};
use super::kind_tests::{desk, option, sell};
use super::samples::Desk;
use super::*;
use crate::domain::calendar::Hours;
use crate::domain::instrument::SecType;
use crate::domain::listed::Listed;
use crate::domain::order::{Attributes, OrderKind, Session, Tif, Verb};
use crate::domain::samples::{self, price as p};

use Weight::{Confirm, Hard, Note};

const FRIDAY: Date = date(2026, 11, 20);

/// One unit at a dollar, so that its value is its size.
fn dollar(kind: SecType, multiplier: i64) -> Desk {
    desk(kind, multiplier, "0.01", "0.99", "1.00")
}

fn three(desk: &Desk, code: &str, edge: i64, spec: impl Fn(i64) -> OrderSpec) -> [Option<Weight>; 3] {
    [edge - 1, edge, edge + 1].map(|qty| said(desk, &spec(qty), code))
}

/// What the guard says of a combo that loses so much at the worst: codes, weights and words.
fn combo(desk: &Desk, at_worst: Option<&str>) -> Vec<(&'static str, Weight, String)> {
    let at_worst = at_worst.map(|loss| loss.parse().unwrap());
    let found = desk.ask(|ctx| assess_combo(at_worst, ctx));
    assert!(found.iter().all(|f| f.fix.is_none()), "a combo is not offered in another size");
    found.into_iter().map(|f| (f.code, f.weight, f.text)).collect()
}

/// A desk with so much that is available, and nothing that a combo binds by its value.
fn funds(available: fn(&mut Context<'_>)) -> Desk {
    with(Desk { net_liquidation: Cash::from(1_000_000_000), ..Desk::default() }, available)
}

#[test]
fn g07_weighs_a_combo_by_the_most_it_can_lose() {
    let g07 = |desk: &Desk, loss: &str| combo(desk, Some(loss)).iter().find(|f| f.0 == "G07").map(|f| f.1);
    let paper = Desk::default();
    for (loss, verdict) in [
        ("499999.99", None),
        ("500000", None),
        ("500000.01", Some(Confirm)),
        ("4000000", Some(Confirm)),
        ("4000000.01", Some(Hard)),
    ] {
        assert_eq!(g07(&paper, loss), verdict, "paper {loss}");
    }
    for (loss, verdict) in [("250000", None), ("250000.01", Some(Confirm)), ("1000000.01", Some(Hard))] {
        assert_eq!(g07(&live(), loss), verdict, "live {loss}");
    }
    assert_eq!(g07(&paper, "0"), None, "one that cannot lose");
    let said = combo(&paper, Some("600000"));
    assert_eq!(said, [("G07", Confirm, "600,000.00 is 60% of NLV, confirm above 50%".to_owned())]);
    let hard = combo(&paper, Some("5000000"));
    assert_eq!(hard[0].2, "5,000,000.00 is 500% of NLV, at most 400%");
}

#[test]
fn g07_refuses_a_combo_whose_loss_or_account_is_not_known() {
    let text = |missing: &str| [("G07", Hard, format!("the value cannot be checked: {missing} is not known"))];
    assert_eq!(combo(&Desk::default(), None), text("the most it can lose"));
    let untold = with(Desk::default(), |c| c.net_liquidation = None);
    assert_eq!(combo(&untold, Some("1")), text("net liquidation"));
    assert_eq!(combo(&untold, None), text("the most it can lose"), "the first of the two is named");
    let broke = with(Desk::default(), |c| c.net_liquidation = Some(Cash::ZERO));
    assert_eq!(combo(&broke, Some("1")), text("net liquidation"), "nothing to compare with");
}

#[test]
fn g25_asks_of_a_combo_that_what_it_can_lose_is_there() {
    let desk = funds(|c| c.available = Some(Cash::from(10_000)));
    assert_eq!(combo(&desk, Some("9999.99")), []);
    assert_eq!(combo(&desk, Some("10000")), []);
    let text = "needs 10,000.01 at the worst, available 10,000.00".to_owned();
    assert_eq!(combo(&desk, Some("10000.01")), [("G25", Hard, text)]);
    let untold = funds(|c| c.available = None);
    assert_eq!(combo(&untold, Some("1")), [("G25", Note, "available funds are not known".to_owned())]);
    let both = with(Desk::default(), |c| c.available = Some(Cash::from(10_000)));
    let both: Vec<_> = combo(&both, Some("600000")).into_iter().map(|f| (f.0, f.1)).collect();
    assert_eq!(both, [("G07", Confirm), ("G25", Hard)], "neither hides the other");
}

#[test]
fn g25_keeps_of_each_kind_and_side_its_own_share() {
    let long = |limit: &'static str| move |qty| buy(qty, Some(limit));
    let short = |qty| sell(qty, "1.00");
    // A million is available: all of a coin, 3 % of currencies, 15 % of a future, a fifth of the strike of what is written.
    let crypto = dollar(SecType::Crypto, 1);
    assert_eq!(three(&crypto, "G25", 1_000_000, long("1.00")), [Some(Confirm), Some(Confirm), Some(Hard)]);
    assert_eq!(three(&crypto, "G25", 1_000_000, short), [Some(Confirm), Some(Confirm), Some(Hard)]);
    let pair = dollar(SecType::Forex, 1);
    assert_eq!(three(&pair, "G25", 33_333_333, long("1.00")), [Some(Confirm), Some(Confirm), Some(Hard)]);
    assert_eq!(three(&pair, "G25", 33_333_333, short), [Some(Confirm), Some(Confirm), Some(Hard)]);
    let future = dollar(SecType::Future, 100);
    assert_eq!(three(&future, "G25", 66_666, long("1.00")), [Some(Confirm), Some(Confirm), Some(Hard)]);
    assert_eq!(three(&future, "G25", 66_666, short), [Some(Confirm), Some(Confirm), Some(Hard)]);
    let mut written = dollar(SecType::FutureOption, 50);
    assert_eq!(three(&written, "G25", 20_000, long("1.00")), [Some(Confirm), Some(Confirm), Some(Hard)]);
    written.instrument.strike = Some(p("5000"));
    assert_eq!(three(&written, "G25", 20, short), [Some(Confirm), Some(Confirm), Some(Hard)], "20 × 50,000");
    assert_eq!(three(&written, "G25", 20_000, long("1.00")), [Some(Confirm), Some(Confirm), Some(Hard)], "its premium");
    let stock = dollar(SecType::Stock, 1);
    assert_eq!(three(&stock, "G25", 4_000_000, long("1.00")), [Some(Confirm), Some(Confirm), Some(Hard)]);
    let borrowed = |qty| of(Verb::Short, Side::Sell, qty, OrderKind::Limit(p("1.00")));
    assert_eq!(three(&stock, "G25", 3_333_333, borrowed), [Some(Confirm), Some(Confirm), Some(Hard)]);
}

#[test]
fn g25_the_cushion_is_met_exactly_by_each_kind() {
    let long = |qty| buy(qty, Some("1.00"));
    // A tenth of the million stays.
    assert_eq!(three(&dollar(SecType::Crypto, 1), "G25", 900_000, long), [None, None, Some(Confirm)]);
    assert_eq!(three(&dollar(SecType::Forex, 1), "G25", 30_000_000, long), [None, None, Some(Confirm)]);
    assert_eq!(three(&dollar(SecType::Stock, 1), "G25", 3_600_000, long), [None, None, Some(Confirm)]);
}

#[test]
fn g25_takes_the_buying_power_for_that_of_stocks_alone() {
    let long = |qty| buy(qty, Some("1.00"));
    let lent = |kind| with(dollar(kind, 1), |c| c.buying_power = Some(Cash::from(2_000_000)));
    assert_eq!(said(&lent(SecType::Stock), &long(2_000_001), "G25"), Some(Hard), "half of it is bound");
    assert_eq!(said(&lent(SecType::Stock), &long(2_000_000), "G25"), None);
    assert_eq!(said(&lent(SecType::Forex), &long(2_000_001), "G25"), None, "3 %");
    assert_eq!(said(&lent(SecType::Forex), &long(33_333_334), "G25"), Some(Hard));
}

#[test]
fn g07_values_a_sale_by_its_strike_only_where_there_is_one() {
    let option = option("200");
    assert_eq!(said(&option, &buy(1_612, Some("3.10")), "G07"), None, "499,720");
    assert_eq!(said(&option, &buy(1_613, Some("3.10")), "G07"), Some(Confirm), "500,030: bought by its premium");
    let mut rolled = dollar(SecType::Option, 100);
    rolled.instrument.strike = None;
    assert_eq!(three(&rolled, "G07", 5_000, |qty| sell(qty, "1.00")), [None, None, Some(Confirm)]);
    assert_eq!(said(&dollar(SecType::Stock, 1), &buy(1, Some("0")), "G07"), Some(Hard), "what is worth nothing");
}

#[test]
fn g07_counts_in_the_currency_of_the_account() {
    let weighed = |symbol: &str, kind, quoted: &str, qty| {
        let mut pair = dollar(kind, 1);
        pair.instrument.symbol = symbol.into();
        pair.instrument.currency = quoted.into();
        let own: SafeText = "USD".into();
        pair.ask(|ctx| {
            let ctx = Context { currency: Some(&own), ..ctx.clone() };
            let spec = OrderSpec { symbol: symbol.into(), ..buy(qty, Some("1.00")) };
            assess(&spec, &ctx).findings.iter().find(|f| f.code == "G07").map(|f| f.weight)
        })
    };
    assert_eq!(weighed("EUR.USD", SecType::Forex, "USD", 500_000), None);
    assert_eq!(weighed("EUR.USD", SecType::Forex, "USD", 500_001), Some(Confirm));
    assert_eq!(weighed("USD.CAD", SecType::Forex, "CAD", 500_000), None);
    assert_eq!(weighed("CAD.CHF", SecType::Forex, "CHF", 1), Some(Hard));
    assert_eq!(weighed("USD.CAD", SecType::Stock, "CAD", 1), Some(Hard), "a name that only looks like a pair");
    assert_eq!(weighed("USD", SecType::Forex, "CAD", 1), Some(Hard), "no pair");
}

#[test]
fn a_cheap_option_is_banded_in_ticks() {
    let limit = |price: &'static str| buy(1, Some(price));
    for kind in [SecType::Option, SecType::FutureOption] {
        let desk = desk(kind, 100, "0.01", "0.09", "0.10");
        // Five ticks and ten are more than 10 % and 20 %.
        assert_eq!(said(&desk, &limit("0.15"), "G11"), None, "{kind:?}");
        assert_eq!(said(&desk, &limit("0.16"), "G11"), Some(Confirm), "{kind:?}");
        assert_eq!(said(&desk, &limit("0.20"), "G12"), None, "{kind:?}");
        assert_eq!(said(&desk, &limit("0.21"), "G12"), Some(Hard), "{kind:?}");
    }
    // A coin has the bands of the account, a tick of a future or of currencies is no band.
    let coin = desk(SecType::Crypto, 1, "0.01", "99.99", "100.00");
    assert_eq!([said(&coin, &limit("103"), "G11"), said(&coin, &limit("103.01"), "G11")], [None, Some(Confirm)]);
    assert_eq!([said(&coin, &limit("110"), "G12"), said(&coin, &limit("110.01"), "G12")], [None, Some(Hard)]);
    let coarse = desk(SecType::Future, 1, "0.25", "9.75", "10.00");
    assert_eq!(said(&coarse, &limit("10.25"), "G11"), Some(Confirm), "2.5 %");
    assert_eq!(said(&coarse, &limit("10.50"), "G12"), Some(Hard), "5 %");
}

#[test]
fn a_band_of_the_symbol_goes_before_that_of_its_kind() {
    let mut desk = option("200");
    let own = SymbolLimits { band_confirm: Some(20.into()), band_max: Some(50.into()), ..Default::default() };
    desk.limits.symbols.insert("AAPL".into(), own);
    let limit = |price: &'static str| buy(1, Some(price));
    // 3.20 and a fifth, and a half.
    assert_eq!([said(&desk, &limit("3.84"), "G11"), said(&desk, &limit("3.85"), "G11")], [None, Some(Confirm)]);
    assert_eq!([said(&desk, &limit("4.80"), "G12"), said(&desk, &limit("4.81"), "G12")], [None, Some(Hard)]);
}

#[test]
fn g12_offers_nine_tenths_of_its_band_on_either_side() {
    let offered = |desk: &Desk, spec: &OrderSpec| {
        desk.ask(|ctx| assess(spec, ctx).findings.iter().find(|f| f.code == "G12").and_then(|f| f.fix.clone()))
            .and_then(|fix| fix.kind.limit())
    };
    let coin = desk(SecType::Crypto, 1, "0.01", "100.00", "100.00");
    assert_eq!(offered(&coin, &buy(1, Some("120"))), Some(p("109.00")));
    assert_eq!(offered(&coin, &sell(1, "80.00")), Some(p("91.00")));
}

#[test]
fn g18_lets_a_plain_sell_alone_open_what_is_no_stock() {
    let mut desk = dollar(SecType::Option, 100);
    desk.position = Qty::from(-1);
    let purchase = of(Verb::Buy, Side::Buy, 2, OrderKind::Limit(p("1.00")));
    assert_eq!(said(&desk, &purchase, "G18"), Some(Hard), "through zero from below");
    assert_eq!(said(&desk, &buy(1, Some("1.00")), "G18"), None);
    let close = of(Verb::Close, Side::Buy, 2, OrderKind::Limit(p("1.00")));
    assert_eq!(said(&desk, &close, "G18"), Some(Hard));
    desk.position = Qty::ZERO;
    assert_eq!(said(&desk, &of(Verb::Close, Side::Sell, 1, OrderKind::Limit(p("1.00"))), "G18"), Some(Hard));
}

#[test]
fn g19_says_what_is_opened_short_and_of_a_stock_only_where_it_was_asked_for() {
    let option = |held| Desk { position: Qty::from(held), ..dollar(SecType::Option, 100) };
    let text = |desk: &Desk, spec: &OrderSpec| {
        desk.ask(|ctx| assess(spec, ctx).findings.iter().find(|f| f.code == "G19").map(|f| f.text.clone()))
    };
    assert_eq!(text(&option(0), &sell(3, "1.00")).as_deref(), Some("opens a short of 3"));
    assert_eq!(text(&option(-2), &sell(3, "1.00")).as_deref(), Some("opens a short of 3"));
    assert_eq!(text(&option(2), &sell(3, "1.00")).as_deref(), Some("opens a short of 1"));
    assert_eq!(text(&option(0), &buy(3, Some("1.00"))), None);
    let stock = dollar(SecType::Stock, 1);
    assert_eq!(text(&stock, &sell(3, "1.00")), None, "G18 forbids it");
    let short = of(Verb::Short, Side::Sell, 3, OrderKind::Limit(p("1.00")));
    assert_eq!(text(&stock, &short).as_deref(), Some("opens a short of 3"));
}

#[test]
fn g16_knows_whose_types_are_whose() {
    let says = |kind, order: OrderKind| {
        let desk = dollar(kind, 1);
        let spec = of(Verb::Buy, Side::Buy, 1, order);
        desk.ask(|ctx| assess(&spec, ctx).findings.iter().find(|f| f.code == "G16").map(|f| f.text.clone()))
    };
    let protect = [OrderKind::MarketProtect, OrderKind::StopProtect(p("1.10"))];
    for kind in [SecType::Stock, SecType::Option, SecType::FutureOption, SecType::Forex, SecType::Crypto] {
        for order in protect {
            assert!(says(kind, order).is_some_and(|text| text.contains("is a type of futures")), "{kind:?}");
        }
    }
    assert!(protect.into_iter().all(|order| says(SecType::Future, order).is_none_or(|t| !t.contains("is a type of"))));
    let vol = OrderKind::Volatility(20.into());
    for kind in [SecType::Stock, SecType::Future, SecType::Forex, SecType::Crypto] {
        assert!(says(kind, vol).is_some_and(|text| text.contains("is a type of options")), "{kind:?}");
    }
    for kind in [SecType::Option, SecType::FutureOption] {
        assert!(says(kind, vol).is_none_or(|text| !text.contains("is a type of")), "{kind:?}");
    }
    let five = |kind| said(&dollar(kind, 1), &OrderSpec { tif: Tif::FiveMinutes, ..buy(1, Some("1.00")) }, "G16");
    assert_eq!([five(SecType::Crypto), five(SecType::Future), five(SecType::Forex)], [None, Some(Hard), Some(Hard)]);
}

#[test]
fn g16_says_where_an_order_should_go() {
    let mut desk = dollar(SecType::Future, 1);
    desk.instrument.exchange = "CME".into();
    let says = |exchange: &str, via: Option<&str>| {
        let attributes = Attributes { via: via.map(Into::into), ..Attributes::default() };
        let spec = OrderSpec { exchange: exchange.into(), attributes, ..buy(1, Some("1.00")) };
        desk.ask(|ctx| assess(&spec, ctx).findings.iter().find(|f| f.code == "G16").map(|f| f.text.clone()))
    };
    assert_eq!(says("CME", None), None);
    assert_eq!(says("SMART", None).as_deref(), Some("it is routed to SMART, not to CME"));
    assert_eq!(says("CME", Some("ARCA")).as_deref(), Some("it is routed to CME, not to ARCA"));
    assert_eq!(says("ARCA", Some("ARCA")), None);
}

#[test]
fn the_open_and_the_auctions_of_new_york_are_those_of_stocks() {
    let of_kind = |kind| {
        let mut desk = live();
        desk.instrument.sec_type = kind;
        desk
    };
    let close = of(Verb::Buy, Side::Buy, 1, OrderKind::MarketOnClose);
    let locked = |desk: &Desk| desk.ask(|ctx| checks::locked_in(&close, ctx).map(|f| f.code));
    for kind in [SecType::Option, SecType::Future, SecType::Forex, SecType::Crypto] {
        let (open, late) = (at(of_kind(kind), FRIDAY, 9, 30, 0), at(of_kind(kind), FRIDAY, 15, 59, 0));
        assert_eq!(said(&open, &buy(1, None), "G28"), None, "{kind:?}");
        assert_eq!(said(&late, &close, "G33"), None, "{kind:?}");
        assert_eq!(locked(&late), None, "{kind:?}");
    }
    let late = at(of_kind(SecType::Stock), FRIDAY, 15, 59, 0);
    assert_eq!(said(&at(of_kind(SecType::Stock), FRIDAY, 9, 30, 0), &buy(1, None), "G28"), Some(Confirm));
    assert_eq!(said(&late, &close, "G33"), Some(Hard));
    assert_eq!(locked(&late), Some("G33"));
    let unknown = with(at(live(), FRIDAY, 9, 30, 0), |c| c.instrument = None);
    assert_eq!(said(&unknown, &buy(1, None), "G28"), Some(Confirm), "what is not known yet is treated as a stock");
}

/// A future of Chicago on a day and the holiday after it.
fn chicago(desk: Desk) -> Desk {
    let zone = jiff::tz::TimeZone::get("America/Chicago").unwrap();
    let mut desk = desk;
    desk.instrument.listed = Listed::read(
        "20261125:0000-20261125:1600;20261126:0600-20261126:1200",
        "20261125:0830-20261125:1500;20261126:0830-20261126:1200",
        &zone,
    );
    desk
}

#[test]
fn g15_takes_the_regular_hours_that_a_contract_lists() {
    let future = || {
        let mut desk = chicago(live());
        desk.instrument.sec_type = SecType::Future;
        desk
    };
    let (wednesday, holiday) = (date(2026, 11, 25), date(2026, 11, 26));
    let g15 = |desk: &Desk| said(desk, &buy(1, None), "G15");
    // In New York 9:30 to 16:00, and 9:30 to 13:00.
    for (day, hour, minute, verdict) in [
        (wednesday, 9, 29, Hard),
        (wednesday, 9, 30, Confirm),
        (wednesday, 15, 59, Confirm),
        (wednesday, 16, 0, Hard),
        (holiday, 9, 29, Hard),
        (holiday, 9, 30, Confirm),
        (holiday, 12, 59, Confirm),
        (holiday, 13, 0, Hard),
    ] {
        assert_eq!(g15(&at(future(), day, hour, minute, 0)), Some(verdict), "{day} {hour}:{minute}");
    }
    let always = Desk { hours: Hours::Always, ..at(future(), wednesday, 3, 0, 0) };
    assert_eq!(g15(&always), Some(Confirm), "a market that never ends is always regular");
    let mut unlisted = future();
    unlisted.instrument.listed = Listed::default();
    assert_eq!(g15(&at(unlisted, holiday, 10, 0, 0)), Some(Hard), "without a list New York's holiday");
}

#[test]
fn g31_sleeps_by_the_list_in_the_hours_that_the_list_knows() {
    let wakes = |desk: &Desk, session| {
        let spec = OrderSpec { session, ..samples::buy(1, Some("1.00")) };
        sleeps_until(&spec, Some(&desk.instrument), desk.hours, desk.at).map(|at| at.strftime("%d %H:%M").to_string())
    };
    let wednesday = date(2026, 11, 25);
    let noon = at(chicago(dollar(SecType::Stock, 1)), wednesday, 12, 0, 0);
    assert_eq!(wakes(&noon, Session::Regular), None);
    assert_eq!(wakes(&noon, Session::Overnight).as_deref(), Some("26 20:00"), "before Friday; no list has the night");
    let early = at(chicago(dollar(SecType::Future, 1)), date(2026, 11, 26), 5, 0, 0);
    assert_eq!(wakes(&early, Session::Extended).as_deref(), Some("26 07:00"));
    assert_eq!(wakes(&early, Session::Regular).as_deref(), Some("26 09:30"));
    assert_eq!(wakes(&early, Session::Overnight), None, "nothing is known of its night");
    let always = Desk { hours: Hours::Always, ..early.clone() };
    assert_eq!(wakes(&always, Session::Regular), None);
    // Where nothing is listed, stocks and their options keep New York's hours; of others nothing is said.
    for (kind, wake) in [
        (SecType::Stock, Some("25 09:30")),
        (SecType::Option, Some("25 09:30")),
        (SecType::Future, None),
        (SecType::FutureOption, None),
        (SecType::Forex, None),
        (SecType::Crypto, None),
    ] {
        let desk = at(dollar(kind, 1), wednesday, 7, 0, 0);
        assert_eq!(wakes(&desk, Session::Regular).as_deref(), wake, "{kind:?}");
    }
}
