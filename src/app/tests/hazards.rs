//! Where an order could go out, or stay out, that nobody has agreed to: ways out that turn around, groups that are not one,
//! terms that only look changed, alarms that cry wolf.

use std::time::Duration;

use super::desk::{bracketed, errors, say, spec, stop_at, works};
use super::fixture::{AAPL, CLIENT, MSFT, foreign, report_of};
use super::{Desk, desk, live_desk, price, qty, snapshot};
use crate::app::effect::{Effect, Record};
use crate::app::model::Journal;
use crate::app::msg::{JournalFact, Msg};
use crate::app::protection::{uncovered, unprotected};
use crate::broker::event::BrokerStatus;
use crate::broker::{Event, IntentSeq};
use crate::domain::order::{Oca, OcaKind, OrderKey, OrderKind, OrderSpec, OrderState, Side, Tif, Verb};
use crate::domain::terms::Moment;
use crate::journal::Entry;
use crate::panes::ticket::Aim;
use crate::risk::{Class, Consent};

fn rings(d: &Desk) -> bool {
    d.effects.contains(&Effect::Bell)
}

fn decisions(d: &Desk) -> Vec<(bool, Consent)> {
    let guard = |e: &Effect| match e {
        Effect::Record(Record::Entry(entry)) => match &**entry {
            Entry::Guard(decision) => Some((decision.passed, decision.consent)),
            _ => None,
        },
        _ => None,
    };
    d.effects.iter().filter_map(guard).collect()
}

/// Long 100 with two sells of 100 each that nothing links.
fn doubly_sold() -> (Desk, OrderKey, OrderKey) {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    let sell = |limit: &str| spec(Verb::Sell, Side::Sell, 100, OrderKind::Limit(price(limit)));
    let (first, second) = (works(&mut d, 11, sell("190")), works(&mut d, 12, sell("191")));
    (d, first, second)
}

#[test]
fn a_way_out_never_changes_its_side_by_itself() {
    for key in ["V", "Z"] {
        let (mut d, first, second) = doubly_sold();
        d.keys(key).keys("enter");
        assert_eq!(d.cancels().len(), 2, "{key}");
        for (order, exec, left) in [(&first, "e1", 0), (&second, "e2", -100)] {
            d.fill(order, exec, 100, "190");
            d.hold(AAPL, "AAPL", left);
            if left < 0 {
                break;
            }
            assert!(d.placed().is_empty(), "{key}: the other still works");
        }
        assert!(d.placed().is_empty(), "{key}: nobody agreed to buy");
        d.assert_said("short 100 now");
        assert_eq!((&d.staged().aim, d.staged().verb == Verb::Sell), (&Aim::Unwind, false), "{key}");
        d.paint();
        d.keys("enter");
        assert_eq!(d.placed_one().spec().side, Side::Buy, "{key}: with a key of its own it goes");
    }
}

#[test]
fn a_way_out_never_becomes_larger_by_itself() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    d.after(4_000);
    let buy = works(&mut d, 11, spec(Verb::Buy, Side::Buy, 50, OrderKind::Limit(price("187"))));
    d.keys("Z enter");
    d.fill(&buy, "e1", 50, "187");
    d.hold(AAPL, "AAPL", 150);
    let placed = d.placed();
    assert!(placed.is_empty(), "{placed:?}");
    d.assert_said("long 150 now");
    assert_eq!(d.staged().qty, Some(qty(150)));
}

#[test]
fn what_asks_only_after_the_cancels_is_asked() {
    let (mut d, stop, target) = bracketed();
    d.keys("Z enter");
    // A finding that asks, and that was not there when Enter was pressed.
    d.model.desk.limits.paper.value_confirm = rust_decimal::Decimal::ONE;
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.status(&stop, BrokerStatus::Cancelled, 0);
    let sent = d.placed();
    let passed = decisions(&d);
    assert!(
        sent.iter().all(|order| order.findings().iter().all(|f| f.weight < crate::risk::Weight::Confirm)),
        "{sent:?}"
    );
    assert_eq!(passed.len(), 1, "the decision is recorded: {passed:?}");
    assert_eq!(passed[0].1, Consent::None, "nobody has answered a confirmation");
}

#[test]
fn a_confirmed_way_out_in_live_goes_with_its_consent_and_is_recorded() {
    let mut d = live_desk();
    d.hold(AAPL, "AAPL", 300);
    d.keys("Z enter ctrl-y");
    assert_eq!(d.placed_one().spec().qty, qty(300));
    assert_eq!(decisions(&d), [(true, Consent::Given)]);
}

#[test]
fn without_a_journal_nothing_is_cancelled_for_a_way_out() {
    for journal in [Journal::Opening, Journal::Failed("disk full".into())] {
        let (mut d, stop, _) = bracketed();
        d.model.desk.journal = journal;
        d.keys("Z enter");
        assert!(d.cancels().is_empty() && d.model.orders.unwinding.is_empty());
        assert_eq!(d.order(&stop).state, OrderState::Working);
        d.assert_said("Nothing was sent");
    }
}

/// A working order of a group, as it stands on the wire.
fn grouped(d: &mut Desk, id: i32, symbol: &str, name: &str, kind: OcaKind) -> OrderKey {
    let con_id = if symbol == "MSFT" { MSFT } else { AAPL };
    let mut order = OrderSpec::new(
        con_id,
        symbol.into(),
        Verb::Buy,
        Side::Buy,
        qty(10),
        OrderKind::Limit(price(if symbol == "MSFT" { "400" } else { "180" })),
    );
    order.attributes.oca = Some(Oca { name: name.into(), kind });
    works(d, id, order)
}

fn group_sent(d: &mut Desk, text: &str) -> String {
    say(d, text);
    d.keys("enter");
    if d.is_confirming() {
        d.keys("ctrl-y");
    }
    let sent = d.placed_one();
    assert!(sent.spec().attributes.oca.is_some());
    sent.spec().attributes.oca.clone().unwrap().name
}

#[test]
fn a_group_is_joined_within_its_contract_its_kind_and_our_own_orders_alone() {
    let text = "buy 10 AAPL 186 oca exit reduce";
    let mut d = desk();
    grouped(&mut d, 11, "MSFT", "exit~tw4k-1", OcaKind::Reduce);
    assert!(!group_sent(&mut d, text).ends_with("~tw4k-1"), "another contract");
    let mut d = desk();
    grouped(&mut d, 11, "AAPL", "exit~tw4k-1", OcaKind::Cancel);
    assert!(!group_sent(&mut d, text).ends_with("~tw4k-1"), "another kind");
    let mut d = desk();
    let mut other = foreign(5, AAPL, "AAPL", "180");
    other.spec.attributes.oca = Some(Oca { name: "exit~tw4k-1".into(), kind: OcaKind::Reduce });
    d.broker(Event::Order(Box::new(other)));
    assert!(!group_sent(&mut d, text).ends_with("~tw4k-1"), "somebody else's");
    let mut d = desk();
    grouped(&mut d, 11, "AAPL", "exit~tw4k-1", OcaKind::Reduce);
    grouped(&mut d, 12, "AAPL", "exit~tw4k-2", OcaKind::Reduce);
    let name = group_sent(&mut d, text);
    assert!(!name.ends_with("~tw4k-1") && !name.ends_with("~tw4k-2"), "two of the name: {name}");
    let mut d = desk();
    grouped(&mut d, 11, "AAPL", "exit~tw4k-1", OcaKind::Reduce);
    assert_eq!(group_sent(&mut d, text), "exit~tw4k-1");
}

#[test]
fn cancelling_a_group_refuses_a_name_of_several_and_says_whose_orders_go() {
    let mut d = desk();
    grouped(&mut d, 11, "AAPL", "exit~tw4k-1", OcaKind::Reduce);
    grouped(&mut d, 12, "MSFT", "exit~tw4k-2", OcaKind::Reduce);
    say(&mut d, "cancel oca exit");
    assert!(errors(&d)[0].1.contains("2 groups, of AAPL, MSFT"), "{:?}", errors(&d));
    assert!(d.cancels().is_empty());
    let mut d = desk();
    grouped(&mut d, 11, "AAPL", "exit~tw4k-1", OcaKind::Reduce);
    say(&mut d, "cancel oca exit");
    assert_eq!(d.cancels().len(), 1);
    d.assert_said("1 order of AAPL");
}

#[test]
fn an_order_that_joins_a_group_is_judged_as_one_of_it() {
    // Long 10, and a sell of all of it at work: a second one in its group adds nothing.
    let mut d = desk();
    d.hold(AAPL, "AAPL", 10);
    let mut first = spec(Verb::Sell, Side::Sell, 10, OrderKind::Limit(price("190")));
    first.attributes.oca = Some(Oca { name: "pair~tw4k-1".into(), kind: OcaKind::Cancel });
    works(&mut d, 11, first);
    say(&mut d, "sell 10 AAPL stp 180 oca pair flip");
    assert!(d.model.overlay.is_none(), "{:?}", errors(&d));
    assert_eq!(d.staged().assessment.as_ref().unwrap().class, Class::Exit);
    assert_eq!(d.staged().spec.as_ref().unwrap().attributes.oca.as_ref().unwrap().name, "pair");
}

/// Long 300 with a stop of ours for all of it.
fn stopped() -> (Desk, OrderKey) {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    let stop = works(&mut d, 11, spec(Verb::Sell, Side::Sell, 300, stop_at("185")));
    d.hold(AAPL, "AAPL", 300);
    assert_eq!(unprotected(&d.model), 0);
    d.report(&stop, BrokerStatus::Working);
    d.effects.clear();
    (d, stop)
}

#[test]
fn a_stop_out_rings_no_alarm_in_whichever_order_it_is_told() {
    type Told = fn(&mut Desk, &OrderKey);
    let fills: Told = |d, key| {
        d.fill(key, "e1", 300, "185");
    };
    let status: Told = |d, key| {
        d.status(key, BrokerStatus::Filled, 300);
    };
    let moves: Told = |d, _| {
        d.hold(AAPL, "AAPL", 0);
    };
    for told in [[fills, status, moves], [status, fills, moves], [moves, status, fills], [fills, moves, status]] {
        let (mut d, stop) = stopped();
        for tell in told {
            tell(&mut d, &stop);
            assert!(!rings(&d), "{:?}", d.said());
        }
        d.after(4_000);
        d.hold(AAPL, "AAPL", 0);
        assert!(!rings(&d), "{:?}", d.said());
    }
}

#[test]
fn a_stop_that_fills_in_part_rings_no_alarm_and_losing_the_rest_does() {
    let (mut d, stop) = stopped();
    d.fill(&stop, "e1", 100, "185");
    d.status(&stop, BrokerStatus::Working, 100);
    d.hold(AAPL, "AAPL", 200);
    assert!(!rings(&d), "{:?}", d.said());
    d.status(&stop, BrokerStatus::Cancelled, 100);
    assert!(rings(&d));
    assert_eq!(uncovered(&d.model, AAPL), qty(200));
}

#[test]
fn two_stops_of_one_group_count_once() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    for (id, n, trigger) in [(11, 100, "185"), (12, 200, "184")] {
        let mut stop = spec(Verb::Sell, Side::Sell, n, stop_at(trigger));
        stop.attributes.oca = Some(Oca { name: "s~tw4k-1".into(), kind: OcaKind::Cancel });
        works(&mut d, id, stop);
    }
    assert_eq!(uncovered(&d.model, AAPL), qty(100));
}

#[test]
fn the_stop_of_an_entry_that_has_filled_in_part_covers_that_part() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    let entry = works(&mut d, 11, spec(Verb::Buy, Side::Buy, 300, OrderKind::Limit(price("187"))));
    let stop = works(&mut d, 12, spec(Verb::Sell, Side::Sell, 300, stop_at("185")));
    d.model.orders.all[&stop].parent = Some(entry.clone());
    d.model.orders.all[&entry].filled = qty(40);
    assert_eq!(uncovered(&d.model, AAPL), qty(260));
}

#[test]
fn what_the_broker_does_not_keep_is_no_change_of_the_terms() {
    let mut d = desk();
    let mut order = spec(Verb::Sell, Side::Sell, 100, OrderKind::Limit(price("190")));
    (order.attributes.flip, order.attributes.tag) = (true, Some("note".into()));
    let key = works(&mut d, 11, order.clone());
    // Changed, and the broker confirms the new terms without what it never saw.
    d.model.orders.all[&key].before_change = Some(Box::new(order.clone()));
    d.model.orders.all[&key].spec.kind = OrderKind::Limit(price("191"));
    let told = |d: &Desk, limit: &str| {
        let mut report = report_of(d.order(&key), BrokerStatus::Working);
        report.spec.kind = OrderKind::Limit(price(limit));
        (report.spec.attributes.flip, report.spec.attributes.tag) = (false, None);
        Event::Order(Box::new(report))
    };
    // A late word of the old terms is no refusal of the change.
    let late = told(&d, "190");
    d.broker(late);
    assert_eq!(d.order(&key).spec.kind, OrderKind::Limit(price("191")));
    assert!(d.order(&key).before_change.is_some());
    let confirmed = told(&d, "191");
    d.broker(confirmed);
    assert!(d.order(&key).before_change.is_none());
    let elsewhere = told(&d, "192");
    d.broker(elsewhere);
    let kept = &d.order(&key).spec;
    assert_eq!(kept.kind, OrderKind::Limit(price("192")));
    assert!(kept.attributes.flip && kept.attributes.tag.as_deref() == Some("note"));
}

fn until_new_year() -> Tif {
    Tif::Gtd(Moment { date: jiff::civil::date(2026, 12, 31), time: None, zone: None })
}

#[test]
fn an_order_that_outlives_its_day_is_unknown_and_not_cancelled_when_it_is_not_listed() {
    for (tif, state) in [
        (Tif::Day, OrderState::Cancelled),
        (Tif::Gtc, OrderState::Unknown),
        (Tif::Dtc, OrderState::Unknown),
        (until_new_year(), OrderState::Unknown),
    ] {
        let mut d = desk();
        let order = OrderSpec { tif, ..spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("180"))) };
        let key = works(&mut d, 11, order);
        d.lose_link();
        d.at = d.at.plus(Duration::from_hours(6 * 24));
        d.connect("DU0000001", snapshot());
        assert_eq!(d.order(&key).state, state, "{tif:?}");
    }
}

#[test]
fn leaving_cancels_no_entry_that_outlives_the_day() {
    let mut d = desk();
    let entry = |tif| OrderSpec { tif, ..spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("180"))) };
    let day = works(&mut d, 11, entry(Tif::Day));
    works(&mut d, 12, entry(until_new_year()));
    d.keys("ctrl-c x");
    assert_eq!(d.cancels(), [day]);
}

#[test]
fn a_way_out_goes_though_an_order_was_partly_filled_before_anybody_counted() {
    let (mut d, stop, target) = bracketed();
    // A fill of last week: its execution is not told any more, and it is in the position.
    d.model.orders.all[&stop].spec.qty = qty(400);
    d.model.orders.all[&stop].filled = qty(100);
    d.keys("Z enter");
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.status(&stop, BrokerStatus::Cancelled, 100);
    assert_eq!(d.placed_one().spec().qty, qty(300));
}

#[test]
fn the_exits_of_an_order_are_numbered_by_their_place() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 sl 185.50 tp 190");
    d.keys("enter");
    let sent = d.placed_one();
    let (key, exits) = (sent.key().clone(), sent.exits());
    // The broker was quicker than the journal's answer: the first exit has its id already.
    d.model.orders.all[&exits[0].key].ids.order_id = 33;
    d.model.orders.all[&exits[0].key].ids.client_id = CLIENT;
    d.tell(Msg::Journal(JournalFact::Intended { key, seq: IntentSeq(1), order_id: 32, micros: 300 }));
    let ids: Vec<i32> = exits.iter().map(|e| d.order(&e.key).ids.order_id).collect();
    assert_eq!(ids, [33, 34]);
}
