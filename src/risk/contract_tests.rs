//! The contract, the terms and prices it takes, the exits that go with an entry, and what a change may change.

use super::boundary_tests::{at, buy, live, long, of, said, stop};
use super::samples::Desk;
use super::*;
use crate::domain::SafeText;
use crate::domain::instrument::{ConId, SecType};
use crate::domain::order::{Oca, OcaKind, OrderKind, OrderState, Session, Side, Tif, Verb};
use crate::domain::samples::{self, price as p};
use Weight::Hard;

const REST: Option<&str> = Some("187.20");

/// The offer of this desk for an order, if it makes one.
fn offer(desk: &Desk, spec: &OrderSpec) -> Option<OrderSpec> {
    desk.ask(|ctx| assess(spec, ctx).findings.into_iter().find_map(|f| f.fix).map(|fix| *fix))
}

#[test]
fn g04_the_contract_is_the_one_that_the_order_names() {
    let spec = buy(1, REST);
    assert_eq!(said(&Desk::default(), &spec, "G04"), None);
    let other = OrderSpec { con_id: ConId(spec.con_id.0 + 1), ..spec };
    assert_eq!(said(&Desk::default(), &other, "G04"), Some(Hard));
}

#[test]
fn g10_a_size_is_a_positive_multiple_of_the_step() {
    let table = [
        ("1", "1", None),
        ("1", "1.5", Some(Hard)),
        ("1", "0", Some(Hard)),
        ("1", "-1", Some(Hard)),
        ("0.5", "1.5", None),
        ("0.5", "1.25", Some(Hard)),
        // Where no step is known every positive size is one.
        ("0", "1.25", None),
        ("0", "0", Some(Hard)),
    ];
    for (step, qty, verdict) in table {
        let mut desk = Desk::default();
        desk.instrument.size_increment = step.parse().unwrap();
        let spec = OrderSpec { qty: qty.parse().unwrap(), ..buy(1, REST) };
        assert_eq!(said(&desk, &spec, "G10"), verdict, "{qty} in steps of {step}");
    }
}

#[test]
fn g10_a_limit_and_a_trigger_are_prices_on_the_tick() {
    let prices = [("180", None), ("180.005", Some(Hard)), ("0", Some(Hard)), ("-1", Some(Hard)), ("0.0001", None)];
    for (at, verdict) in prices {
        assert_eq!(said(&Desk::default(), &buy(1, Some(at)), "G10"), verdict, "limit {at}");
        let exit = of(Verb::Close, Side::Sell, 1, stop(at));
        assert_eq!(said(&long(1), &exit, "G10"), verdict, "trigger {at}");
        let limited = of(Verb::Close, Side::Sell, 1, OrderKind::Stop { trigger: p("180"), limit: Some(p(at)) });
        assert_eq!(said(&long(1), &limited, "G10"), verdict, "limit of a stop {at}");
    }
}

#[test]
fn g10_offers_the_near_tick_on_the_safe_side_of_each_side() {
    let kind = |desk: &Desk, spec: OrderSpec| offer(desk, &spec).map(|fix| fix.kind);
    let sale = |kind| of(Verb::Close, Side::Sell, 1, kind);
    assert_eq!(
        kind(&Desk::default(), of(Verb::Buy, Side::Buy, 1, stop("190.005"))),
        Some(stop("190")),
        "a buy is triggered no later than was said"
    );
    assert_eq!(kind(&long(1), sale(OrderKind::Limit(p("187.303")))), Some(OrderKind::Limit(p("187.31"))));
    assert_eq!(kind(&long(1), sale(stop("180.003"))), Some(stop("180.01")));
    assert_eq!(kind(&Desk::default(), buy(1, Some("0.00005"))), None, "nothing below the lowest tick");
    assert_eq!(kind(&long(1), sale(stop("0"))), None);
}

#[test]
fn g16_offers_the_hours_and_the_time_that_pass() {
    let five = OrderSpec { tif: Tif::FiveMinutes, ..buy(1, REST) };
    assert_eq!(offer(&Desk::default(), &five), Some(buy(1, REST)));
    let early = OrderSpec { tif: Tif::Ioc, session: Session::Extended, ..buy(1, REST) };
    let regular = OrderSpec { tif: Tif::Ioc, ..buy(1, REST) };
    assert_eq!(offer(&Desk::default(), &early), Some(regular));
    let of_kind = |kind| {
        let mut desk = Desk::default();
        desk.instrument.sec_type = kind;
        desk
    };
    assert_eq!(said(&of_kind(SecType::Crypto), &five, "G16"), None, "crypto has it");
    let protect = of(Verb::Buy, Side::Buy, 1, OrderKind::MarketProtect);
    assert_eq!(said(&of_kind(SecType::Future), &protect, "G16"), None, "a future has it");
}

fn sell(qty: i64, kind: OrderKind) -> OrderSpec {
    of(Verb::Sell, Side::Sell, qty, kind)
}

fn target(at: &str) -> OrderKind {
    OrderKind::Limit(p(at))
}

/// What the guard forbids of an entry with these exits.
fn forbidden(entry: &OrderSpec, exits: &[OrderSpec]) -> Vec<String> {
    let found = Desk::default().ask(|ctx| assess_family(entry, exits, ctx).findings);
    found.into_iter().filter(|f| f.weight == Hard).map(|f| f.text).collect()
}

#[test]
fn an_exit_stands_beyond_the_price_of_its_entry_on_its_own_side() {
    let entry = buy(100, REST);
    for (exit, passes) in [
        (stop("187.19"), true),
        (stop("187.20"), false),
        (stop("187.21"), false),
        (target("187.21"), true),
        (target("187.20"), false),
        (target("187.19"), false),
    ] {
        assert_eq!(forbidden(&entry, &[sell(100, exit)]).is_empty(), passes, "{exit:?}");
    }
    let short = of(Verb::Short, Side::Sell, 100, OrderKind::Limit(p("187.22")));
    for (exit, passes) in [
        (stop("187.23"), true),
        (stop("187.22"), false),
        (stop("187.21"), false),
        (target("187.21"), true),
        (target("187.22"), false),
        (target("187.23"), false),
    ] {
        let exit = of(Verb::Buy, Side::Buy, 100, exit);
        assert_eq!(forbidden(&short, std::slice::from_ref(&exit)).is_empty(), passes, "of a short {exit:?}");
    }
}

#[test]
fn the_stops_of_an_entry_and_its_targets_are_each_no_larger_than_it() {
    let entry = buy(100, REST);
    let too_large = |exits: &[OrderSpec]| {
        let texts = forbidden(&entry, exits);
        ["stops", "targets"].map(|word| texts.iter().any(|t| t.starts_with(&format!("the {word} are larger"))))
    };
    let (s, t) = (|n| sell(n, stop("180")), |n| sell(n, target("190")));
    assert_eq!(too_large(&[s(99)]), [false, false]);
    assert_eq!(too_large(&[s(60), s(40), t(60), t(40)]), [false, false]);
    assert_eq!(too_large(&[s(60), s(41), t(60), t(40)]), [true, false]);
    assert_eq!(too_large(&[s(60), s(40), t(60), t(41)]), [false, true]);
    assert_eq!(too_large(&[s(101), t(101)]), [true, true]);
}

#[test]
fn an_exit_is_in_the_contract_of_its_entry_and_on_the_other_side_of_it() {
    let entry = buy(100, REST);
    let odd = |exit: OrderSpec| forbidden(&entry, &[exit]).iter().any(|t| t.contains("on its other side"));
    assert!(!odd(sell(100, stop("180"))));
    assert!(odd(OrderSpec { con_id: ConId(1), ..sell(100, stop("180")) }));
    assert!(odd(OrderSpec { side: Side::Buy, ..sell(100, stop("180")) }));
}

#[test]
fn what_is_wrong_with_an_exit_offers_no_order_in_the_place_of_the_entry() {
    let entry = buy(100, REST);
    let odd = sell(100, stop("180.005"));
    let timed = OrderSpec { tif: Tif::FiveMinutes, ..sell(100, stop("180")) };
    for (exit, code) in [(odd, "G10"), (timed, "G16")] {
        let found = Desk::default().ask(|ctx| assess_family(&entry, [&exit], ctx).findings);
        let said: Vec<_> = found.iter().filter(|f| f.weight == Hard).map(|f| (f.code, f.fix.clone())).collect();
        assert_eq!(said, [(code, None)]);
    }
}

/// What stands first of a change, where that forbids.
fn refused(order: &Order, spec: &OrderSpec) -> Option<String> {
    let desk = Desk { orders: vec![order.clone()], ..long(300) };
    let found = desk.ask(|ctx| assess_change(order, spec, ctx).findings);
    found.into_iter().next().filter(|f| (f.code, f.weight) == ("G10", Hard)).map(|f| f.text)
}

#[test]
fn a_change_keeps_contract_and_side_and_what_has_filled() {
    let order = samples::own("w", 7, sell(100, target("190")), OrderState::Working);
    let near = sell(100, target("189"));
    assert_eq!(refused(&order, &near), None);
    let text = Some("contract and side of an order cannot change".to_owned());
    assert_eq!(refused(&order, &OrderSpec { con_id: ConId(1), ..near.clone() }), text);
    assert_eq!(refused(&order, &OrderSpec { verb: Verb::Buy, side: Side::Buy, ..buy(100, Some("180")) }), text);
    let partly = Order { filled: Qty::from(40), ..order.clone() };
    for (total, passes) in [(39, false), (40, false), (41, true)] {
        let text = (!passes).then(|| "the total must stay above what has filled".to_owned());
        assert_eq!(refused(&partly, &sell(total, target("189"))), text, "{total}");
    }
    let with = |change: fn(&mut Order)| {
        let mut order = order.clone();
        change(&mut order);
        refused(&order, &near).unwrap()
    };
    assert_eq!(with(|o| o.state = OrderState::Cancelled), "the order has ended");
    assert_eq!(with(|o| o.ids.order_id = 0), "the broker has not given the order an id here");
    assert_eq!(with(|o| o.other_kind = Some(SafeText::new("VOL"))), "its type cannot be changed here");
}

#[test]
fn an_order_of_the_close_cannot_be_changed_past_its_cut_off() {
    let close = sell(100, OrderKind::MarketOnClose);
    let order = samples::own("c", 9, close.clone(), OrderState::Held);
    let codes = |minute| {
        let desk = at(long(100), jiff::civil::date(2026, 11, 20), 15, minute, 0);
        let desk = Desk { orders: vec![order.clone()], ..desk };
        let changed = OrderSpec { qty: Qty::from(50), ..close.clone() };
        desk.ask(|ctx| {
            assess_change(&order, &changed, ctx).findings.iter().any(|f| f.text.contains("cannot be changed"))
        })
    };
    assert_eq!([codes(49), codes(50)], [false, true]);
}

#[test]
fn limits_are_told_apart_by_their_fingerprint_and_by_mode() {
    let (base, mut live_only, mut paper_only) = (Limits::default(), Limits::default(), Limits::default());
    live_only.live.loss_max = 3.into();
    paper_only.paper.loss_max = 3.into();
    let of = |limits: &Limits| [Mode::Live, Mode::Paper].map(|mode| limits.fingerprint_of(mode));
    let [live, paper] = of(&base);
    assert_eq!((live.len(), paper.len()), (16, 16));
    assert!(of(&live_only)[0] != live && of(&live_only)[1] == paper, "the other column does not count");
    assert!(of(&paper_only)[0] == live && of(&paper_only)[1] != paper);
}

#[test]
fn an_order_of_a_group_that_is_left_is_judged_by_its_new_terms() {
    let group = |mut spec: OrderSpec| {
        spec.attributes.oca = Some(Oca { name: "x".into(), kind: OcaKind::Reduce });
        spec
    };
    let (t, s) = (group(sell(100, target("190"))), group(sell(100, stop("180"))));
    let orders =
        vec![samples::own("t", 7, t.clone(), OrderState::Working), samples::own("s", 8, s, OrderState::Working)];
    let desk = Desk { orders, position: Qty::from(100), ..live() };
    let class = |spec: &OrderSpec| desk.ask(|ctx| assess_change(&desk.orders[0], spec, ctx).class);
    assert_eq!(class(&t), Class::Exit);
    assert_eq!(class(&sell(100, target("190"))), Class::Entry, "alone it could cross zero");
}
