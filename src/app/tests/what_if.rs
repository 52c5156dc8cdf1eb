//! Asking the broker what an order would do, within its quota, without ever sending the order.

use super::desk::say;
use super::{Desk, desk};
use crate::app::effect::Effect;
use crate::broker::Event;
use crate::broker::event::BrokerStatus;
use crate::domain::SafeText;
use crate::domain::order::BrokerIds;
use crate::domain::whatif::{Pair, WhatIf};
use crate::money::Cash;
use crate::risk::{Approved, Purpose};

/// The questions handed over so far; they are taken.
fn asked(d: &mut Desk) -> Vec<Approved> {
    let (asks, rest): (Vec<_>, Vec<_>) = d.effects.drain(..).partition(|e| matches!(e, Effect::Ask(_)));
    d.effects = rest;
    let of = |effect| match effect {
        Effect::Ask(approved) => Some(*approved),
        _ => None,
    };
    asks.into_iter().filter_map(of).collect()
}

fn ids(order_id: i32) -> BrokerIds {
    BrokerIds { client_id: 1, order_id, perm_id: 0 }
}

fn answer() -> WhatIf {
    let pair = |before, after| Pair { before: Some(Cash::from(before)), after: Some(Cash::from(after)) };
    WhatIf {
        initial: pair(68_000, 77_360),
        maintenance: pair(34_000, 38_680),
        equity: pair(1_000_000, 999_999),
        commission: Some(Cash::from(1)),
        ..WhatIf::default()
    }
}

/// Stages a buy and asks about it; the question as it went out.
fn question(d: &mut Desk) -> Approved {
    d.keys("b v");
    let mut all = asked(d);
    assert_eq!(all.len(), 1, "said {:?}", d.said());
    all.remove(0)
}

#[test]
fn v_asks_once_sends_no_order_and_takes_the_question_back() {
    let mut d = desk();
    let sent = question(&mut d);
    assert!(sent.spec().attributes.preview && matches!(sent.purpose(), Purpose::New(_)) && sent.exits().is_empty());
    assert!(d.placed().is_empty() && d.model.orders.all.is_empty(), "a question is no order");
    let key = sent.key().clone();
    d.broker(Event::Sent { key: key.clone(), ids: ids(32) });
    d.broker(Event::WhatIf { key: key.clone(), ids: ids(32), answer: Box::new(answer()) });
    assert_eq!(d.cancels(), std::slice::from_ref(&key));
    let known = d.model.panes.ticket.what_if.clone().expect("the answer");
    let Some(Ok(known)) = known.answer else { panic!("{known:?}") };
    assert_eq!(known.excess().change(), Some(Cash::from(-4_681)));
    let before = d.model.notices.list.len();
    let gone = SafeText::new("OrderId 32 that needs to be cancelled is not found.");
    d.broker(Event::OrderError { order_id: 32, code: 10_147, text: gone });
    assert_eq!(d.model.notices.list.len(), before, "nobody has to read that");
    d.keys("v");
    d.assert_said("within the minute");
    assert!(asked(&mut d).is_empty());
    d.keys("enter");
    let order = d.placed_one();
    assert_ne!(*order.key(), key, "the order has its own name");
    assert!(!order.spec().attributes.preview);
    assert!(d.order(order.key()).state.is_live());
}

#[test]
fn one_a_minute_and_about_one_for_ten_orders() {
    let mut d = desk();
    question(&mut d);
    d.keys("up v");
    d.assert_said("what-if again in 6");
    for n in 1..10 {
        d.after(60_000).keys("v");
        assert_eq!(asked(&mut d).len(), 1, "{n}: {}", d.said());
        d.keys("up");
    }
    d.after(60_000).keys("v");
    d.assert_said("one for ten orders");
    assert!(asked(&mut d).is_empty());
    for _ in 0..10 {
        d.keys("esc b down down down enter");
        if d.is_confirming() {
            d.keys("ctrl-y");
        }
        let key = d.placed_one().key().clone();
        d.carry(&key);
        d.report(&key, BrokerStatus::Working).after(7_000);
    }
    d.keys("b v");
    assert_eq!(asked(&mut d).len(), 1, "{}", d.said());
}

#[test]
fn preview_in_a_sentence_asks_on_enter_and_can_never_be_sent() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 preview");
    assert!(d.model.overlay.is_none());
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.00 day rth preview");
    d.keys("enter");
    assert!(d.placed().is_empty());
    assert_eq!(asked(&mut d).len(), 1);
    d.keys("enter");
    assert!(d.placed().is_empty() && asked(&mut d).is_empty(), "it is asked about already");
}

#[test]
fn what_the_broker_would_refuse_is_told_and_is_no_rejected_order() {
    let mut d = desk();
    let sent = question(&mut d);
    d.broker(Event::Sent { key: sent.key().clone(), ids: ids(32) });
    let text = SafeText::new("YOUR ORDER IS NOT ACCEPTED");
    d.broker(Event::OrderError { order_id: 32, code: 201, text });
    d.assert_said("The broker would refuse buy 100 AAPL");
    assert!(matches!(d.model.panes.ticket.what_if.as_ref().and_then(|a| a.answer.as_ref()), Some(Err(_))));
    assert!(d.model.orders.all.is_empty());
}

#[test]
fn a_question_that_never_left_says_why() {
    let mut d = desk();
    let sent = question(&mut d);
    d.broker(Event::NotSent { key: sent.key().clone(), why: SafeText::new("there is no connection") });
    let asked = d.model.panes.ticket.what_if.clone().expect("the question");
    assert_eq!(asked.answer, Some(Err(SafeText::new("there is no connection"))));
}

#[test]
fn nothing_is_asked_about_changes_nor_what_the_guard_forbids() {
    let mut d = desk();
    d.keys("v");
    let key = d.work("b enter");
    d.carry(&key);
    d.report(&key, BrokerStatus::Working).keys("7 m v");
    d.assert_said("what-if is for new orders");
    say(&mut d, "buy 100 AAPL 500");
    d.keys("v");
    d.assert_said("Not asked: the guard would not let it pass");
    assert!(asked(&mut d).is_empty());
}
