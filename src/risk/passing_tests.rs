use super::boundary_tests::{buy, limited, live, long, rich, said, with};
use super::samples::Desk;
use super::*;
use crate::domain::order::{OrderKind, Session, Tif};
use crate::domain::samples::price as p;
use Weight::Hard;

const REST: Option<&str> = Some("187.20");

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

fn finding(code: &'static str, weight: Weight, fix: Option<&OrderSpec>) -> Finding {
    Finding { code, weight, text: String::new(), fix: fix.cloned().map(Box::new) }
}

/// The codes of a verdict that bear an offer, and what is offered, where the guard answers `again` to what is taken.
fn offers(
    findings: Vec<Finding>,
    spec: &OrderSpec,
    again: impl Fn(&OrderSpec) -> Vec<Finding>,
) -> Vec<(&'static str, OrderSpec)> {
    let verdict = |findings| Assessment { class: Class::Entry, findings };
    let mut judged = verdict(findings);
    passing::offer(&mut judged, spec, |order| verdict(again(order)));
    judged.findings.into_iter().filter_map(|f| f.fix.map(|fix| (f.code, *fix))).collect()
}

#[test]
fn what_is_only_noted_offers_nothing() {
    let (spec, less) = (buy(100, REST), buy(50, REST));
    assert_eq!(offers(vec![finding("N", Weight::Note, Some(&less))], &spec, |_| Vec::new()), []);
    let asked = offers(vec![finding("C", Weight::Confirm, Some(&less))], &spec, |_| Vec::new());
    assert_eq!(asked, [("C", less)]);
}

#[test]
fn an_offer_that_meets_what_nothing_mends_is_none() {
    let (spec, less) = (buy(100, REST), buy(50, REST));
    let first = || vec![finding("A", Hard, Some(&less))];
    assert_eq!(offers(first(), &spec, |_| vec![finding("B", Hard, None)]), []);
    assert_eq!(offers(first(), &spec, |_| vec![finding("B", Weight::Confirm, None)]), [("A", less.clone())]);
    // What nothing mended before may still stand where it only asks.
    let asks = || vec![finding("S", Weight::Confirm, None), finding("A", Weight::Confirm, Some(&less))];
    assert_eq!(offers(asks(), &spec, |_| vec![finding("S", Weight::Confirm, None)]), [("A", less.clone())]);
    assert_eq!(offers(asks(), &spec, |_| vec![finding("T", Weight::Confirm, None)]), []);
}

#[test]
fn offers_that_go_round_in_a_circle_are_none() {
    let (spec, less) = (buy(100, REST), buy(50, REST));
    let again = |order: &OrderSpec| {
        let back = if *order == less { &spec } else { &less };
        vec![finding("A", Hard, Some(back))]
    };
    assert_eq!(offers(vec![finding("A", Hard, Some(&less))], &spec, again), []);
    assert_eq!(
        offers(vec![finding("A", Hard, Some(&spec))], &spec, |_| Vec::new()),
        [],
        "the order itself is no offer"
    );
}

#[test]
fn the_smallest_size_and_the_first_other_terms_are_taken_together() {
    let spec = buy(100, REST);
    let size = |n| finding("S", Hard, Some(&OrderSpec { qty: Qty::from(n), ..spec.clone() }));
    let fixes = [
        OrderSpec { tif: Tif::Gtc, ..spec.clone() },
        OrderSpec { session: Session::Extended, ..spec.clone() },
        OrderSpec { kind: OrderKind::Limit(p("187.10")), ..spec.clone() },
    ];
    for terms in fixes {
        let found = vec![size(60), finding("T", Hard, Some(&terms)), size(40)];
        let both = OrderSpec { qty: Qty::from(40), ..terms };
        assert_eq!(offers(found, &spec, |_| Vec::new()), [("S", both)]);
    }
}

#[test]
fn the_offer_of_a_lighter_finding_is_left_alone_while_a_heavier_one_stands() {
    let (spec, less, least) = (buy(100, REST), buy(50, REST), buy(10, REST));
    let found = vec![finding("H", Hard, Some(&less)), finding("C", Weight::Confirm, Some(&least))];
    assert_eq!(offers(found, &spec, |_| Vec::new()), [("H", less)]);
    let found = vec![finding("C", Weight::Confirm, Some(&least)), finding("H", Hard, None)];
    assert_eq!(offers(found, &spec, |_| Vec::new()), []);
}
