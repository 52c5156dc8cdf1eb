//! Plans of several steps, ways out above all, when the session changes between two of them: what the trader has agreed to
//! goes on, and no position is left with neither its stop nor its exit.

use super::desk::bracketed_on;
use super::{Desk, live_desk, qty};
use crate::app::action::Action;
use crate::app::msg::{FocusChange, Msg};
use crate::broker::event::BrokerStatus;
use crate::config::Confirm;
use crate::domain::order::OrderKey;
use crate::risk::Class;

/// What may come between two steps of a plan.
const MEANWHILE: [(&str, fn(&mut Desk)); 4] = [
    ("nothing", |_| {}),
    ("PAUSED", |d| drop(d.tell(Msg::Focus(FocusChange::Lost)))),
    ("DISARMED", |d| drop(d.act(Action::LiveDisarm))),
    ("REDUCE", |d| drop(d.act(Action::Reduce))),
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
