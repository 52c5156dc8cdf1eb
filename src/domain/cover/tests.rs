use super::*;
use crate::domain::order::{Distance, Oca, OcaKind, OrderSpec, Verb};
use crate::domain::samples::{self, price as p};

fn stop(key: &str, n: i64) -> Order {
    let kind = OrderKind::Stop { trigger: p("180"), limit: None };
    let spec = OrderSpec { kind, ..samples::order_of(Verb::Sell, Side::Sell, n, None) };
    samples::own(key, 7, spec, OrderState::Working)
}

fn grouped(mut order: Order, name: &str) -> Order {
    order.spec.attributes.oca = Some(Oca { name: name.into(), kind: OcaKind::Reduce });
    order
}

fn entry(state: OrderState, filled: i64) -> Order {
    Order { filled: Qty::from(filled), ..samples::own("e", 5, samples::buy(100, Some("187")), state) }
}

fn child(order: Order) -> Order {
    Order { parent: Some(OrderKey::own("e")), ..order }
}

/// How much of a position these orders close for sure.
fn covers(orders: &[Order], held: i64) -> Qty {
    let find = |key: &OrderKey| orders.iter().find(|o| o.key == *key);
    covered(&reaches(orders.iter(), find, Qty::from(held)), Qty::from(held)).unwrap()
}

#[test]
fn stops_and_trails_end_a_loss_and_nothing_else_does() {
    let trail = OrderKind::Trail { by: Distance::Percent(1.into()), from: None, limit_offset: None };
    let bounded = OrderKind::Stop { trigger: p("180"), limit: Some(p("179")) };
    for kind in [OrderKind::Stop { trigger: p("180"), limit: None }, bounded, OrderKind::StopProtect(p("180")), trail] {
        assert!(is_stop(&kind), "{kind:?}");
    }
    let touched = OrderKind::Touched { trigger: p("190"), limit: None };
    for kind in [OrderKind::Limit(p("190")), OrderKind::Market, OrderKind::MarketOnClose, touched] {
        assert!(!is_stop(&kind), "{kind:?}");
    }
}

#[test]
fn a_stop_protects_what_it_closes_while_it_is_sure_to_work() {
    let with = |change: fn(&mut Order)| {
        let mut order = stop("s", 100);
        change(&mut order);
        covers(&[order], 100)
    };
    let (all, none) = (Qty::from(100), Qty::ZERO);
    assert_eq!(with(|_| ()), all);
    assert_eq!(with(|o| o.state = OrderState::Held), all, "it waits for its trigger at the broker");
    for state in [OrderState::Sending, OrderState::Cancelling, OrderState::Unknown, OrderState::Cancelled] {
        assert_eq!(covers(&[Order { state, ..stop("s", 100) }], 100), none, "{state:?}");
    }
    assert_eq!(with(|o| o.spec.side = Side::Buy), none, "it would add to a long");
    assert_eq!(with(|o| o.spec.kind = OrderKind::Limit(p("190"))), none);
    assert_eq!(with(|o| o.other_kind = Some("VOL".into())), none, "nobody here knows what it is");
    let mut cover = stop("s", 100);
    cover.spec.side = Side::Buy;
    assert_eq!(
        (covers(&[cover], -100), covers(&[stop("s", 100)], -100)),
        (all, none),
        "of a short the other way round"
    );
}

#[test]
fn an_exit_closes_no_more_than_its_entry_has_filled() {
    let beside = |entry: Order, held| covers(&[entry, child(stop("s", 100))], held);
    assert_eq!(beside(entry(OrderState::Working, 0), 100), Qty::ZERO, "it waits");
    assert_eq!(beside(entry(OrderState::Working, 30), 100), Qty::from(30));
    assert_eq!(beside(entry(OrderState::Cancelled, 30), 100), Qty::from(30), "the rest never came");
    assert_eq!(beside(entry(OrderState::Filled, 100), 100), Qty::from(100));
    assert_eq!(beside(entry(OrderState::Filled, 60), 100), Qty::from(100), "what has filled holds nothing back");
    assert_eq!(beside(entry(OrderState::Cancelled, 0), 100), Qty::from(100), "an entry that ended is no entry");
    let orphan = Order { parent: Some(OrderKey::own("gone")), ..stop("s", 100) };
    assert_eq!(covers(&[orphan], 100), Qty::from(100));
}

#[test]
fn of_a_group_the_largest_counts_and_what_stands_alone_adds_up() {
    let one = |key, n, group| grouped(stop(key, n), group);
    assert_eq!(covers(&[one("a", 40, "x"), one("b", 60, "x")], 100), Qty::from(60));
    assert_eq!(covers(&[one("a", 60, "x"), one("b", 40, "x")], 100), Qty::from(60));
    assert_eq!(covers(&[one("a", 40, "x"), one("b", 60, "y")], 100), Qty::from(100));
    assert_eq!(covers(&[stop("a", 40), stop("b", 50)], 100), Qty::from(90), "without a group both fill");
    assert_eq!(covers(&[stop("a", 60), stop("b", 60)], 100), Qty::from(100), "never more than is held");
    let twins = [one("a", 50, "x"), one("b", 50, "x")];
    let found = reaches(twins.iter(), |_| None, Qty::from(100));
    assert_eq!(found.iter().map(|(o, n)| (o.key.as_str(), *n)).collect::<Vec<_>>(), [("a", Qty::from(50))]);
}

#[test]
fn what_has_filled_of_a_stop_closes_nothing_more() {
    let partly = Order { filled: Qty::from(30), ..stop("s", 100) };
    assert_eq!(covers(&[partly], 100), Qty::from(70));
}
