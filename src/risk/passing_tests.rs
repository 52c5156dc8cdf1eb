use super::boundary_tests::{buy, limited, live, long, rich, said, with};
use super::samples::Desk;
use super::*;
use crate::domain::order::OrderKind;
use crate::domain::samples::price as p;
use Weight::Hard;

/// The one offer of a verdict.
fn offered(desk: &Desk, spec: &OrderSpec) -> Option<OrderSpec> {
    let found = desk.ask(|ctx| assess(spec, ctx).findings);
    let offers: Vec<_> = found.iter().filter_map(|f| f.fix.clone()).collect();
    assert!(offers.len() < 2, "{found:?}");
    offers.into_iter().next().map(|fix| *fix)
}

#[test]
fn several_limits_on_the_size_offer_one_order_once_that_passes_all() {
    let desk = limited(rich(long(100)), |l| {
        l.paper.max_size = Some(Qty::from(500));
        l.paper.max_value = Some(Cash::from(20_000));
    });
    let spec = buy(1_000, Some("100"));
    let hard = desk.ask(|ctx| assess(&spec, ctx).findings.iter().filter(|f| f.weight == Hard).count());
    assert_eq!(hard, 2);
    let fix = offered(&desk, &spec).unwrap();
    assert_eq!(fix.qty, Qty::from(200));
    assert_ne!(desk.ask(|ctx| assess(&fix, ctx).worst()), Some(Hard));
    assert_eq!(desk.ask(|ctx| assess(&OrderSpec { qty: Qty::from(201), ..fix.clone() }, ctx).worst()), Some(Hard));
}

#[test]
fn an_offer_takes_the_price_of_one_check_and_the_size_of_another() {
    let desk = limited(Desk::default(), |l| l.paper.max_size = Some(Qty::from(500)));
    let fix = offered(&desk, &buy(600, Some("206.005"))).unwrap();
    assert_eq!(
        (fix.qty, fix.kind),
        (Qty::from(500), OrderKind::Limit(p("204.06"))),
        "on the tick, within the band, 500"
    );
}

#[test]
fn where_something_forbids_that_no_order_mends_nothing_is_offered() {
    let spec = buy(1_000, Some("187.205"));
    assert!(offered(&Desk::default(), &spec).is_some());
    assert_eq!(offered(&with(Desk::default(), |c| c.readiness = Readiness::Down), &spec), None);
    assert_eq!(offered(&with(Desk::default(), |c| c.halted = true), &spec), None);
}

#[test]
fn where_checks_only_ask_the_offer_leaves_no_more_to_ask() {
    // 4,000 shares ask for their size; a delayed quote asks whatever the size is.
    let desk = with(rich(live()), |c| c.truth = Truth::Delayed);
    let fix = offered(&desk, &buy(4_000, Some("187.20"))).unwrap();
    assert_eq!(fix.qty, Qty::from(1_000));
    let codes = desk.ask(|ctx| assess(&fix, ctx).findings.iter().map(|f| f.code).collect::<Vec<_>>());
    assert_eq!(codes, ["G14"]);
}

#[test]
fn g25_takes_what_the_buying_power_says_of_the_rate_and_no_less_than_the_law() {
    let three = |desk: &Desk, at: i64| [-1, 0, 1].map(|n| said(desk, &buy(at + n, Some("100")), "G25"));
    let half: fn(&mut Context<'_>) = |c| {
        c.available = Some(Cash::from(100_000));
        c.buying_power = Some(Cash::from(200_000));
    };
    let desk = with(rich(Desk::default()), half);
    assert_eq!(three(&desk, 2_000), [None, None, Some(Hard)], "two to one");
    assert_eq!(offered(&desk, &buy(5_000, Some("100"))).unwrap().qty, Qty::from(2_000));
    let eight: fn(&mut Context<'_>) = |c| {
        c.available = Some(Cash::from(100_000));
        c.buying_power = Some(Cash::from(800_000));
    };
    assert_eq!(three(&with(rich(Desk::default()), eight), 4_000), [None, None, Some(Hard)], "a quarter at the least");
    let cash: fn(&mut Context<'_>) = |c| {
        c.available = Some(Cash::from(100_000));
        c.buying_power = Some(Cash::from(50_000));
    };
    assert_eq!(three(&with(rich(Desk::default()), cash), 1_000), [None, None, Some(Hard)], "never more than all of it");
}

#[test]
fn the_offer_stands_on_the_finding_that_it_mends() {
    let spec = buy(4_000, Some("187.20"));
    let recent = Recent { spec: spec.clone(), at: Stamp::at(9_000_000_000), key: OrderKey::own("r") };
    let desk = with(Desk { recent: vec![recent], ..rich(live()) }, |c| c.origin = Origin::Sentence);
    let found = desk.ask(|ctx| assess(&spec, ctx).findings);
    let with_offer: Vec<_> = found.iter().map(|f| (f.code, f.fix.is_some())).collect();
    assert_eq!(with_offer, [("G21", false), ("G06", true)]);
}
