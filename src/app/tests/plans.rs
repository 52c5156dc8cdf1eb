//! Plans of several steps, ways out above all, when the session changes between two of them: what the trader has agreed to
//! goes on, and no position is left with neither its stop nor its exit.

use super::desk::bracketed_on;
use super::{AAPL, Desk, desk, live_desk, qty};
use crate::app::action::Action;
use crate::app::msg::{FocusChange, Msg};
use crate::broker::event::BrokerStatus;
use crate::config::Confirm;
use crate::domain::order::{OrderKey, Side, Verb};
use crate::risk::Class;

type Meanwhile = (&'static str, fn(&mut Desk));

/// What may come between two steps of a plan.
const MEANWHILE: [Meanwhile; 4] = [
    ("nothing", |_| {}),
    ("PAUSED", |d| {
        d.tell(Msg::Focus(FocusChange::Lost));
    }),
    ("DISARMED", |d| {
        d.act(Action::LiveDisarm);
    }),
    ("REDUCE", |d| {
        d.act(Action::Reduce);
    }),
];

/// The broker confirms both cancels.
fn cancelled(d: &mut Desk, keys: [&OrderKey; 2]) {
    for key in keys {
        d.status(key, BrokerStatus::Cancelled, 0);
    }
}

fn live(asks: Confirm) -> Desk {
    let mut d = live_desk();
    d.model.settings.live.confirm = asks;
    d
}

/// Presses the keys of a plan, and answers the confirmation where there is one.
fn agree(d: &mut Desk, keys: &str) {
    d.keys(keys);
    if d.is_confirming() {
        d.keys("ctrl-y");
    }
}

#[test]
fn a_way_out_in_live_leaves_whatever_the_session_does_meanwhile() {
    for asks in [Confirm::Always, Confirm::Armed] {
        for (name, happens) in MEANWHILE {
            let (mut d, stop, target) = bracketed_on(live(asks));
            agree(&mut d, "Z enter");
            assert_eq!(d.cancels().len(), 2);
            happens(&mut d);
            cancelled(&mut d, [&stop, &target]);
            let sent = d.placed_one();
            assert_eq!((sent.spec().qty, sent.class()), (qty(300), Class::Exit), "{asks:?} {name}");
        }
    }
}

#[test]
fn of_a_turn_around_that_is_refused_at_last_what_closes_the_position_goes() {
    for asks in [Confirm::Always, Confirm::Armed] {
        for (name, happens) in MEANWHILE {
            let (mut d, stop, target) = bracketed_on(live(asks));
            agree(&mut d, "V enter");
            assert_eq!(d.cancels().len(), 2);
            happens(&mut d);
            cancelled(&mut d, [&stop, &target]);
            let sent = d.placed_one();
            assert_eq!(sent.spec().side, Side::Sell);
            if name == "nothing" {
                assert_eq!((sent.spec().qty, sent.class()), (qty(600), Class::Entry));
                continue;
            }
            assert_eq!((sent.spec().qty, sent.class()), (qty(300), Class::Exit), "{asks:?} {name}");
            assert_eq!((sent.spec().verb, sent.spec().attributes.flip), (Verb::Close, false));
            d.assert_said("AAPL is not turned around: ");
            d.assert_said("so 300 are closed.");
            assert!(d.model.panes.ticket.staged.is_none() && d.model.orders.unwinding.is_empty());
        }
    }
}

#[test]
fn what_closes_of_a_turn_around_is_counted_from_what_is_held_then() {
    let (mut d, stop, target) = bracketed_on(desk());
    d.keys("V enter");
    d.act(Action::Reduce);
    d.fill(&stop, "e1", 100, "185.60");
    d.hold(AAPL, "AAPL", 200);
    d.status(&stop, BrokerStatus::Cancelled, 100);
    d.status(&target, BrokerStatus::Cancelled, 0);
    assert_eq!(d.placed_one().spec().qty, qty(200));
}

#[test]
fn a_kill_lets_what_is_on_its_way_out_go_on_and_closes_what_was_to_turn_around() {
    for key in ["Z enter", "V enter"] {
        let (mut d, stop, target) = bracketed_on(desk());
        d.keys(key);
        d.keys("ctrl-\\");
        d.assert_said("The close of AAPL goes on");
        cancelled(&mut d, [&stop, &target]);
        let sent = d.placed_one();
        assert_eq!((sent.spec().qty, sent.spec().verb, sent.class()), (qty(300), Verb::Close, Class::Exit), "{key}");
    }
}

#[test]
fn a_turn_around_that_a_kill_made_a_close_sells_no_more_than_was_held() {
    let (mut d, stop, target) = bracketed_on(desk());
    d.keys("V enter");
    d.keys("ctrl-\\");
    d.hold(AAPL, "AAPL", 400);
    d.after(3_100);
    cancelled(&mut d, [&stop, &target]);
    assert!(d.placed().is_empty());
}

#[test]
fn taking_the_entries_of_a_symbol_back_makes_a_running_turn_around_a_close() {
    {
        let (mut d, stop, target) = bracketed_on(desk());
        d.keys("V enter");
        assert_eq!(d.cancels().len(), 2);
        d.keys("X");
        d.assert_said("It is not turned around; what is held is closed all the same.");
        cancelled(&mut d, [&stop, &target]);
        let sent = d.placed_one();
        assert_eq!((sent.spec().qty, sent.spec().verb, sent.class()), (qty(300), Verb::Close, Class::Exit));
        assert!(d.model.orders.unwinding.is_empty());
    }
    // A position that grew beyond what was held is asked about, not closed.
    let (mut d, stop, target) = bracketed_on(desk());
    d.keys("V enter X");
    d.hold(AAPL, "AAPL", 400);
    d.after(3_100);
    cancelled(&mut d, [&stop, &target]);
    assert!(d.placed().is_empty());
}

#[test]
fn a_second_kill_and_a_global_cancel_end_what_is_on_its_way_out_and_name_it() {
    for keys in ["ctrl-\\ ctrl-\\", "o g g"] {
        let (mut d, stop, target) = bracketed_on(desk());
        d.keys("Z enter").keys(keys);
        assert!(d.said().contains("NOT CLOSED: AAPL"), "{keys}: {}", d.said());
        cancelled(&mut d, [&stop, &target]);
        assert!(d.placed().is_empty(), "{keys}");
    }
}
