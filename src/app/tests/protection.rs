//! Which positions have a stop behind them, and the alarm when they lose it.

use super::fixture::{AAPL, foreign};
use super::{Desk, desk, price, qty};
use crate::app::effect::Effect;
use crate::app::protection::{at_risk, uncovered, unprotected};
use crate::broker::Event;
use crate::broker::event::{BrokerStatus, OrderReport};
use crate::domain::order::{OrderKind, OrderSpec, Side, Verb};

/// A stop that somebody placed against a long position.
fn stop(order_id: i32, n: i64, trigger: &str) -> OrderReport {
    let report = foreign(order_id, AAPL, "AAPL", "1");
    let kind = OrderKind::Stop { trigger: price(trigger), limit: None };
    let spec = OrderSpec { verb: Verb::Sell, side: Side::Sell, qty: qty(n), kind, ..report.spec };
    OrderReport { spec, status: BrokerStatus::Held, ..report }
}

/// Long 300, with stops for 200 and 100.
fn protected() -> Desk {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.broker(Event::Order(Box::new(stop(5, 200, "185.00"))));
    d.broker(Event::Order(Box::new(stop(6, 100, "186.00"))));
    d.effects.clear();
    d
}

#[test]
fn a_position_is_unprotected_while_it_is_larger_than_its_stops() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    assert_eq!((unprotected(&d.model), uncovered(&d.model, AAPL)), (1, qty(300)));
    d.broker(Event::Order(Box::new(stop(5, 200, "185.00"))));
    assert_eq!((unprotected(&d.model), uncovered(&d.model, AAPL)), (1, qty(100)));
    d.broker(Event::Order(Box::new(stop(6, 100, "186.00"))));
    assert_eq!(unprotected(&d.model), 0);
    assert!(d.model.notices.current().is_none_or(|n| !n.text.contains("UNPROTECTED")), "it gained, it did not lose");
}

#[test]
fn what_the_stops_leave_to_lose_is_counted_from_the_last_price() {
    let mut d = protected();
    let position = d.model.positions[&AAPL].clone();
    let last = d.model.market.quotes[&AAPL].last;
    let last = last.unwrap_or_else(|| {
        d.model.market.quotes.get_mut(&AAPL).unwrap().last = Some(price("187.21"));
        price("187.21")
    });
    let each = |trigger: &str, n: i64| last.minus(price(trigger)).unwrap().value_of(qty(n), rust_decimal::Decimal::ONE);
    let both = each("185.00", 200).unwrap().plus(each("186.00", 100).unwrap());
    assert_eq!(at_risk(&d.model, &position), both);
}

#[test]
fn losing_a_stop_rings_and_says_how_much_is_bare() {
    let mut d = protected();
    let gone = OrderReport { status: BrokerStatus::Cancelled, ..stop(6, 100, "186.00") };
    d.broker(Event::Order(Box::new(gone)));
    d.assert_said("UNPROTECTED: AAPL long 300, 100 without a stop.");
    assert!(d.effects.contains(&Effect::Bell));
}

#[test]
fn a_stop_that_is_being_cancelled_protects_nothing_any_more() {
    let mut d = protected();
    d.broker(Event::Order(Box::new(OrderReport { status: BrokerStatus::Cancelling, ..stop(5, 200, "185.00") })));
    assert_eq!(uncovered(&d.model, AAPL), qty(200));
    d.assert_said("UNPROTECTED: AAPL long 300, 200 without a stop.");
}

#[test]
fn a_larger_position_is_unprotected_without_an_alarm_since_no_stop_was_lost() {
    let mut d = protected();
    d.hold(AAPL, "AAPL", 400);
    assert_eq!(uncovered(&d.model, AAPL), qty(100));
    assert!(!d.effects.contains(&Effect::Bell));
}
