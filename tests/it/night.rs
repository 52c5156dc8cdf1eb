//! Bad nights: the workstation dies, the gateway dies, the workstation dies between intent and send. Each ends READY with
//! the same orders, or with an order that is UNKNOWN; none is sent twice, none is forgotten.

use std::time::Duration;

use tradewind::app::away::End;
use tradewind::app::model::{Model, Overlay};
use tradewind::domain::order::{OrderState, Ownership};
use tradewind::money::Qty;

use crate::support::{Desk, Venue, folder};

fn working(model: &Model) -> bool {
    model.orders.all.values().any(|o| o.state == OrderState::Working)
}

#[tokio::test]
async fn a_killed_workstation_finds_its_order_again() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b down down down down down enter");
    desk.until("a working order", working).await;
    let before = desk.order().clone();
    desk.kill().await;

    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let after = desk.order();
    assert_eq!((after.state, after.ownership), (OrderState::Working, Ownership::Own));
    assert_eq!((&after.key, &after.spec, after.ids), (&before.key, &before.spec, before.ids));
    assert_eq!(desk.handed_over, 0, "nothing is sent by itself");
}

#[tokio::test]
async fn fills_of_the_time_in_between_are_not_lost() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b enter");
    desk.until("an answer", |m| m.orders.all.values().any(|o| o.state != OrderState::Sending)).await;
    let key = desk.order().key.clone();
    desk.kill().await;
    venue.pass(Duration::from_mins(2)).await;

    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    assert_eq!(desk.order().key, key);
    if desk.state() == OrderState::Filled {
        let total = desk.model.orders.executions.values().fold(Qty::ZERO, |sum, e| sum.plus(e.qty).unwrap());
        assert_eq!(total, Qty::from(100));
        assert!(desk.model.positions.values().any(|p| p.qty == Qty::from(100)));
    } else {
        assert_eq!(desk.state(), OrderState::Working);
    }
}

#[tokio::test]
async fn a_killed_gateway_comes_back_with_the_same_orders_and_positions() {
    let folder = folder();
    let venue = Venue::kept_in(folder.path().join("paper.db")).await;
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.send("1 b t enter", "a fill", |m| m.orders.all.values().any(|o| o.state == OrderState::Filled)).await;
    desk.keys("j");
    desk.send("1 b down down down down down enter", "a working order", working).await;
    let handed_over = desk.handed_over;
    let before: Vec<_> = desk.model.orders.all.values().map(|o| (o.key.clone(), o.state, o.filled, o.ids)).collect();
    let grave = venue.kill().await;
    desk.until("the loss", |m| matches!(m.desk.link, tradewind::broker::Link::Dialling { .. })).await;

    let _venue = grave.rise().await;
    desk.ready().await;
    let after: Vec<_> = desk.model.orders.all.values().map(|o| (o.key.clone(), o.state, o.filled, o.ids)).collect();
    assert_eq!(after, before);
    assert!(desk.model.positions.values().any(|p| p.qty == Qty::from(100)));
    assert_eq!(desk.handed_over, handed_over, "nothing was sent again");
}

#[tokio::test]
async fn a_death_between_intent_and_send_leaves_an_unknown_order_that_is_never_sent() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.hold_sends = true;
    desk.keys("b enter");
    desk.until("a durable intent", |m| m.panes.ticket.sending.as_ref().is_some_and(|s| s.journaled.is_some())).await;
    let key = desk.order().key.clone();
    desk.kill().await;

    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    assert_eq!((desk.order().key.clone(), desk.state()), (key, OrderState::Unknown));
    venue.pass(Duration::from_mins(1)).await;
    desk.until("a heartbeat", |m| m.desk.round_trip.is_some()).await;
    assert_eq!((desk.state(), desk.handed_over), (OrderState::Unknown, 0));
    assert!(desk.model.positions.values().all(|p| p.qty.is_zero()), "the broker never saw it");
}

#[tokio::test]
async fn a_run_never_uses_an_order_ref_twice() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut keys = Vec::new();
    for _ in 0..3 {
        let mut desk = Desk::open(folder.path(), venue.addr);
        desk.ready().await;
        let known = desk.model.orders.all.len();
        desk.send("b down down down down down enter", "one more", |m| {
            let working = m.orders.all.values().filter(|o| o.state == OrderState::Working).count();
            m.orders.all.len() > known && working > keys.len()
        })
        .await;
        let working = desk.model.orders.all.values().filter(|o| o.state == OrderState::Working);
        keys = working.map(|o| (o.key.clone(), o.ids.order_id)).collect();
        desk.kill().await;
    }
    let mut refs: Vec<_> = keys.iter().map(|(k, _)| k.clone()).collect();
    let mut ids: Vec<_> = keys.iter().map(|(_, id)| *id).collect();
    refs.sort();
    refs.dedup();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((refs.len(), ids.len()), (3, 3), "{keys:?}");
}

#[tokio::test]
async fn what_happened_between_death_and_rebirth_is_told_once_with_its_fills_and_the_position() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    // More than the book holds at once, so that a part of it fills while nobody looks.
    desk.keys("b t 2 0 0 0 enter");
    desk.dwell().await;
    desk.keys("enter");
    desk.until("a partial fill", |m| m.orders.all.values().any(|o| o.filled.is_positive())).await;
    desk.until("its position", |m| m.positions.values().any(|p| p.qty.is_positive())).await;
    let (key, filled) = (desk.order().key.clone(), desk.order().filled);
    assert!(filled < Qty::from(2_000), "it has filled already: {filled}");
    desk.kill().await;
    venue.pass(Duration::from_mins(2)).await;

    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.until("the card", |m| matches!(m.overlay, Some(Overlay::Away { .. }))).await;
    let away = desk.model.away.told.clone().unwrap();
    assert_eq!(away.end, End::Workstation);
    let [order] = away.orders.as_slice() else { panic!("{away:#?}") };
    assert_eq!((&order.key, order.was.map(|(_, filled)| filled)), (&key, Some(filled)));
    assert!(order.filled > filled);
    let told = away.executions.iter().map(|id| desk.model.orders.executions[id].qty);
    let told = told.fold(Qty::ZERO, |sum, qty| sum.plus(qty).unwrap());
    assert_eq!(filled.plus(told), Some(order.filled), "each fill of the time between is told, and no other");
    let [position] = away.positions.as_slice() else { panic!("{away:#?}") };
    assert_eq!((position.now, position.unexplained()), (order.filled, Some(Qty::ZERO)));
    assert_eq!(position.bare, order.filled, "no stop works");
    desk.keys("enter");
    assert!(desk.model.overlay.is_none());
    desk.kill().await;

    // Told once: the next life knows it.
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    assert!(desk.model.away.told.is_none(), "{:#?}", desk.model.away.told);
}
