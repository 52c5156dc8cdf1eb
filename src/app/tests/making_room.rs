//! Exits beside exits that claim the whole position: what gives way, in which order, and what happens when a step fails.

use super::desk::say;
use super::fixture::AAPL;
use super::{Desk, desk, live_desk, price, qty};
use crate::app::protection::{uncovered, unprotected};
use crate::broker::event::BrokerStatus;
use crate::config::Confirm;
use crate::domain::order::{OrderKey, OrderKind, OrderState};
use crate::money::Qty;
use crate::risk::{Approved, Class, Purpose};

/// Long 100, bought with a stop and a target of 100 in one group; both work.
pub(super) fn bracketed(mut d: Desk) -> (Desk, OrderKey, OrderKey) {
    say(&mut d, "buy 100 AAPL 187.20 sl 185.50 tp 191");
    assert!(d.model.overlay.is_none());
    d.keys("enter");
    if d.is_confirming() {
        d.keys("ctrl-y");
    }
    let sent = d.placed_one();
    let (entry, stop, target) = (sent.key().clone(), sent.exits()[0].key.clone(), sent.exits()[1].key.clone());
    for key in [&entry, &stop, &target] {
        d.carry(key);
        d.report(key, BrokerStatus::Working);
    }
    d.fill(&entry, "e0", 100, "187.20");
    d.hold(AAPL, "AAPL", 100);
    assert_eq!(unprotected(&d.model), 0);
    d.effects.clear();
    (d, stop, target)
}

/// The broker confirms a change.
pub(super) fn confirm(d: &mut Desk, sent: &Approved) {
    d.carry(sent.key());
    d.report(sent.key(), BrokerStatus::Working);
}

fn change_of(sent: &Approved) -> (OrderKey, Qty) {
    assert!(matches!(sent.purpose(), Purpose::Change(..)), "{sent:?}");
    assert_eq!(sent.class(), Class::Exit);
    (sent.key().clone(), sent.spec().qty)
}

/// What can be sold at most by all that works, by groups.
fn most_sold(d: &Desk) -> Qty {
    let live = crate::app::select::live_of(&d.model, AAPL);
    let ctx = crate::app::select::context(&d.model, AAPL, &live, crate::risk::Origin::Key);
    let any = crate::domain::samples::order_of(
        crate::domain::order::Verb::Sell,
        crate::domain::order::Side::Sell,
        1,
        Some("187"),
    );
    crate::risk::working_of_side(crate::domain::order::Side::Sell, &any, &ctx).unwrap()
}

#[test]
fn half_goes_beside_a_full_bracket_in_four_keys_and_never_more_is_for_sale_than_is_held() {
    let (mut d, stop, target) = bracketed(desk());
    d.keys("c h m");
    assert_eq!(d.sentence(), "close 50 AAPL lmt 187.21 day rth");
    let verdict = d.staged().assessment.clone().unwrap();
    assert_eq!((verdict.class, verdict.worst()), (Class::Exit, Some(crate::risk::Weight::Note)));
    let note = "first target #34 100 → 50, stop #33 100 → 50; then this, with a stop of 50 at 185.50 beside it";
    assert!(verdict.findings.iter().any(|f| f.text == note), "{verdict:?}");
    assert!(d.effects.iter().all(|e| !matches!(e, crate::app::effect::Effect::Place(_))), "staging changes nothing");

    d.keys("enter");
    let first = d.placed_one();
    assert_eq!(change_of(&first), (target.clone(), qty(50)), "the target first");
    assert_eq!(most_sold(&d), qty(100));
    confirm(&mut d, &first);
    let second = d.placed_one();
    assert_eq!(change_of(&second), (stop.clone(), qty(50)), "the stop once that is confirmed");
    assert_eq!(most_sold(&d), qty(100), "either size may be the true one until it is confirmed");
    confirm(&mut d, &second);
    let both = d.placed();
    let [beside, exit] = both.as_slice() else { panic!("{both:?}") };
    assert_eq!(beside.spec().kind, OrderKind::Stop { trigger: price("185.50"), limit: None });
    assert_eq!((beside.spec().qty, exit.spec().qty), (qty(50), qty(50)));
    assert_eq!((beside.class(), exit.class()), (Class::Exit, Class::Exit));
    let group = exit.spec().attributes.oca.clone().unwrap();
    assert_eq!(beside.spec().attributes.oca.as_ref(), Some(&group));
    assert_ne!(d.order(&stop).spec.attributes.oca, Some(group), "a group of its own");
    assert_eq!(most_sold(&d), qty(100));
    for sent in [beside, exit] {
        d.carry(sent.key());
        d.report(sent.key(), BrokerStatus::Working);
    }
    assert_eq!((uncovered(&d.model, AAPL), most_sold(&d)), (Qty::ZERO, qty(100)));
    assert!(d.model.orders.yielding.is_empty());
    assert!(d.model.notices.list.iter().all(|n| !n.text.contains("UNPROTECTED")), "no false alarm");
    assert!(d.model.panes.ticket.sending.is_none() && d.model.panes.ticket.staged.is_none());
}

#[test]
fn a_sentence_does_the_same_and_all_of_it_takes_stop_and_target_along() {
    let (mut d, stop, target) = bracketed(desk());
    say(&mut d, "close all AAPL 188");
    assert!(d.model.overlay.is_none(), "the command line lets the guard judge: {:?}", d.model.overlay);
    d.keys("enter");
    assert_eq!(d.cancels(), std::slice::from_ref(&target));
    d.status(&target, BrokerStatus::Cancelled, 0);
    assert_eq!(d.cancels(), std::slice::from_ref(&stop));
    assert!(d.placed().is_empty());
    d.status(&stop, BrokerStatus::Cancelled, 0);
    let both = d.placed();
    let sizes: Vec<Qty> = both.iter().map(|a| a.spec().qty).collect();
    assert_eq!(sizes, [qty(100), qty(100)]);
    say(&mut d, "close 101 AAPL 188");
    assert!(d.model.overlay.is_some(), "more than is held is refused at its word");
}

#[test]
fn a_refused_step_ends_it_with_the_stop_whole() {
    let (mut d, stop, target) = bracketed(desk());
    d.keys("c h enter");
    let first = d.placed_one();
    let ids = d.carry(first.key());
    d.broker(crate::broker::Event::OrderError { order_id: ids.order_id, code: 201, text: "no".into() });
    d.assert_said("close 50 AAPL was not sent");
    assert_eq!((d.order(&stop).spec.qty, d.order(&target).spec.qty), (qty(100), qty(100)));
    assert!(d.placed().is_empty() && d.model.orders.yielding.is_empty());
    assert_eq!(d.staged().qty, Some(qty(50)), "it is on the ticket again");
}

#[test]
fn two_seconds_of_silence_end_it() {
    let (mut d, stop, _) = bracketed(desk());
    d.keys("c h enter");
    let first = d.placed_one();
    d.after(1_900);
    assert!(!d.model.orders.yielding.is_empty());
    d.after(200);
    assert!(d.model.orders.yielding.is_empty());
    assert!(d.model.notices.list.iter().any(|n| n.text.contains("has not been confirmed after 2 s")));
    confirm(&mut d, &first);
    assert!(d.placed().is_empty(), "a late answer sends nothing");
    assert_eq!(d.order(&stop).spec.qty, qty(100));
}

#[test]
fn a_stop_that_fills_on_the_way_ends_it() {
    let (mut d, stop, _) = bracketed(desk());
    d.keys("c h enter");
    let first = d.placed_one();
    d.fill(&stop, "e1", 30, "185.50");
    assert!(d.model.notices.list.iter().any(|n| n.text.contains("has filled meanwhile")), "{}", d.said());
    confirm(&mut d, &first);
    assert!(d.placed().is_empty());
}

#[test]
fn a_kill_takes_the_exit_back_and_puts_back_what_the_stop_gave_way() {
    let (mut d, stop, target) = bracketed(desk());
    d.keys("c h enter");
    let first = d.placed_one();
    d.act(crate::app::action::Action::Kill);
    assert!(d.model.orders.yielding.is_empty(), "no stop has given way yet");
    confirm(&mut d, &first);
    assert!(d.placed().is_empty());
    assert_eq!((d.order(&stop).spec.qty, d.order(&target).spec.qty), (qty(100), qty(50)));

    let (mut d, _, _) = bracketed(desk());
    d.keys("c h enter");
    let first = d.placed_one();
    confirm(&mut d, &first);
    let second = d.placed_one();
    d.act(crate::app::action::Action::Kill);
    confirm(&mut d, &second);
    let beside = d.placed_one();
    assert!(beside.spec().kind.is_triggered(), "the stop alone");
    assert_eq!((beside.spec().qty, &beside.spec().attributes.oca), (qty(50), &None));
    d.carry(beside.key());
    d.report(beside.key(), BrokerStatus::Working);
    assert_eq!(uncovered(&d.model, AAPL), Qty::ZERO);
}

#[test]
fn a_stop_beside_the_exit_that_is_refused_rings() {
    let (mut d, _, _) = bracketed(desk());
    d.keys("c h enter");
    for _ in 0..2 {
        let sent = d.placed_one();
        confirm(&mut d, &sent);
    }
    let both = d.placed();
    let ids = d.carry(both[0].key());
    d.carry(both[1].key());
    d.report(both[1].key(), BrokerStatus::Working);
    d.effects.clear();
    d.broker(crate::broker::Event::OrderError { order_id: ids.order_id, code: 201, text: "no".into() });
    assert_eq!(d.order(both[0].key()).state, OrderState::Rejected);
    assert!(d.model.notices.list.iter().any(|n| n.text == "UNPROTECTED: AAPL long 100, 50 without a stop."));
    assert!(d.effects.contains(&crate::app::effect::Effect::Bell));
}

#[test]
fn in_live_one_confirmation_or_enter_alone_where_that_sends_covers_every_step() {
    for asks in [Confirm::Always, Confirm::Armed] {
        let mut d = live_desk();
        d.model.settings.live.confirm = asks;
        let (mut d, _, target) = bracketed(d);
        d.keys("c h enter");
        assert_eq!(d.is_confirming(), asks == Confirm::Always);
        if d.is_confirming() {
            assert!(d.placed().is_empty());
            d.keys("ctrl-y");
        }
        let first = d.placed_one();
        assert_eq!(change_of(&first).0, target);
        confirm(&mut d, &first);
        let second = d.placed_one();
        confirm(&mut d, &second);
        assert_eq!(d.placed().len(), 2, "{asks:?}");
    }
}

#[test]
fn a_session_that_pauses_or_ends_on_the_way_holds_no_step_back() {
    for asks in [Confirm::Always, Confirm::Armed] {
        for ends in [false, true] {
            let mut d = live_desk();
            d.model.settings.live.confirm = asks;
            let (mut d, _, _) = bracketed(d);
            d.keys("c h enter");
            if d.is_confirming() {
                d.keys("ctrl-y");
            }
            if ends {
                d.act(crate::app::action::Action::LiveDisarm);
            } else {
                d.tell(crate::app::msg::Msg::Focus(crate::app::msg::FocusChange::Lost));
            }
            for _ in 0..2 {
                let sent = d.placed_one();
                confirm(&mut d, &sent);
            }
            assert_eq!(d.placed().len(), 2, "{asks:?} {ends}");
        }
    }
}

#[test]
fn p_beside_a_target_of_full_size_ties_both() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    say(&mut d, "close all AAPL 191 gtc");
    d.keys("enter");
    let target = d.placed_one();
    d.carry(target.key());
    d.report(target.key(), BrokerStatus::Working);
    d.effects.clear();
    d.keys("p enter");
    assert_eq!(d.cancels(), std::slice::from_ref(target.key()));
    d.status(target.key(), BrokerStatus::Cancelled, 0);
    let both = d.placed();
    let [again, stop] = both.as_slice() else { panic!("{both:?}") };
    assert_eq!((again.spec().kind, again.spec().qty), (OrderKind::Limit(price("191")), qty(100)));
    assert!(stop.spec().kind.is_triggered());
    assert_eq!(stop.spec().attributes.oca, again.spec().attributes.oca);
    assert!(stop.spec().attributes.oca.is_some());
    for sent in [again, stop] {
        d.carry(sent.key());
        d.report(sent.key(), BrokerStatus::Working);
    }
    assert_eq!((unprotected(&d.model), most_sold(&d)), (0, qty(100)));
}

#[test]
fn a_second_exit_waits_for_the_first() {
    let (mut d, _, _) = bracketed(desk());
    d.keys("c h enter");
    assert_eq!(d.placed().len(), 1);
    d.keys("c 1 0 enter");
    assert!(d.placed().is_empty());
}

#[test]
fn the_sentence_of_an_order_of_the_same_group_is_not_counted_against_it() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    say(&mut d, "close all AAPL 191 oca out");
    d.keys("enter");
    let target = d.placed_one();
    d.carry(target.key());
    d.report(target.key(), BrokerStatus::Working);
    say(&mut d, "close all AAPL stp 185 oca out");
    assert!(d.model.overlay.is_none(), "{:?}", d.model.overlay);
    assert_eq!(d.staged().qty, Some(qty(100)));
    assert!(d.staged().room.is_none());
    d.keys("enter");
    assert_eq!(d.placed_one().class(), Class::Exit);
}

#[test]
fn a_global_cancel_drops_an_exit_that_makes_room_and_a_flatten_that_waits() {
    for keys in ["c h enter", "c enter", "Z enter"] {
        let (mut d, stop, target) = bracketed(desk());
        d.keys(keys).keys("o g g");
        assert!(d.model.orders.yielding.is_empty() && d.model.orders.unwinding.is_empty(), "{keys}");
        d.placed();
        d.status(&target, BrokerStatus::Cancelled, 0).status(&stop, BrokerStatus::Cancelled, 0).after(3_000);
        assert!(d.placed().is_empty(), "{keys}: nothing goes out behind it");
    }
}

#[test]
fn cancelling_the_exits_of_a_symbol_drops_what_was_to_leave_its_position() {
    for keys in ["c h enter", "Z enter"] {
        let (mut d, stop, target) = bracketed(desk());
        d.keys(keys).keys("X");
        assert!(!d.model.orders.yielding.is_empty() || !d.model.orders.unwinding.is_empty(), "X alone takes entries");
        d.keys("X");
        assert!(d.model.orders.yielding.is_empty() && d.model.orders.unwinding.is_empty(), "{keys}");
        assert!(d.said().contains("What was to leave the position is not sent."), "{}", d.said());
        d.placed();
        d.status(&target, BrokerStatus::Cancelled, 0).status(&stop, BrokerStatus::Cancelled, 0).after(3_000);
        assert!(d.placed().is_empty(), "{keys}");
    }
}
