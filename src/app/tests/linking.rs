//! The connection: what its states make of quotes, and what is said about them.

use std::time::Duration;

use super::fixture::{AAPL, snapshot};
use super::{Desk, desk};
use crate::app::select;
use crate::broker::event::Refusal;
use crate::broker::{Event, Link};
use crate::domain::SafeText;
use crate::domain::quote::Truth;

fn beat(d: &mut Desk) {
    d.broker(Event::Heartbeat { round_trip: Duration::from_millis(1) });
}

fn truth(d: &Desk) -> Truth {
    select::truth(&d.model, AAPL)
}

#[test]
fn a_heartbeat_does_not_make_quotes_alive_while_ib_is_out_of_reach() {
    let mut d = desk();
    d.broker(Event::Link(Link::IbLost)).after(1_000);
    beat(&mut d);
    assert!(matches!(truth(&d), Truth::Stale(_)), "{:?}", truth(&d));
    d.broker(Event::Link(Link::Syncing { step: 1, of: 5, what: "orders".into() })).after(10);
    beat(&mut d);
    assert!(matches!(truth(&d), Truth::Stale(_)), "a SYNC brings IB no nearer: {:?}", truth(&d));
    d.broker(Event::Link(Link::IbBack { data_kept: true }));
    d.connect("DU0000001", snapshot());
    assert!(truth(&d).is_live());
}

#[test]
fn a_new_connection_does_not_make_the_quotes_of_the_old_one_alive() {
    let mut d = desk();
    d.after(1_000).lose_link();
    d.after(60_000).connect("DU0000001", snapshot());
    beat(&mut d);
    assert!(matches!(truth(&d), Truth::Stale(_)), "{:?}", truth(&d));
    d.keys("b k enter");
    assert!(d.placed().is_empty());
    d.assert_said("a market order needs a live quote");
    d.quote(AAPL, "187.20", "187.22");
    assert!(truth(&d).is_live());
}

#[test]
fn quotes_lost_with_ibs_servers_are_stale_until_they_tick_again() {
    let mut d = desk();
    d.broker(Event::Link(Link::IbLost)).after(5_000).broker(Event::Link(Link::IbBack { data_kept: false }));
    d.connect("DU0000001", snapshot());
    assert!(matches!(truth(&d), Truth::Stale(_)), "{:?}", truth(&d));
}

#[test]
fn the_loss_of_the_connection_is_one_clean_sentence() {
    let mut d = desk();
    d.work("b enter");
    d.broker(Event::Link(Link::Dialling {
        address: SafeText::new("127.0.0.1:7497"),
        attempt: 1,
        next_in: Some(Duration::from_millis(250)),
        why: Some(Refusal { code: None, text: SafeText::new("Connection reset by 127.0.0.1:7497.") }),
    }));
    assert_eq!(
        d.said(),
        "Connection reset by 127.0.0.1:7497. 1 order may still fill at the broker; dialling again at once."
    );
    let mut d = desk();
    d.lose_link();
    assert_eq!(d.said(), "127.0.0.1:7497: connection reset; dialling again in 4 s.");
}

#[test]
fn while_a_farm_is_gone_only_its_own_ticks_prove_a_line_alive() {
    let mut d = desk();
    d.broker(Event::Notice { code: 2103, text: "Market data farm connection is broken:usfarm".into() });
    for _ in 0..4 {
        d.after(5_000).quote(super::fixture::MSFT, "414.02", "414.09");
        beat(&mut d);
    }
    assert!(matches!(truth(&d), Truth::Stale(_)), "{:?}", truth(&d));
    assert!(select::truth(&d.model, super::fixture::MSFT).is_live());
    d.broker(Event::Notice { code: 2104, text: "Market data farm connection is OK:usfarm".into() });
    assert!(truth(&d).is_live());
}
