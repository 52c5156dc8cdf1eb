//! The first trade: a quote, a buy, fills in parts, the position and its profit and loss, a cancel.

use std::time::Duration;

use tradewind::domain::order::OrderState;
use tradewind::money::Qty;

use crate::support::{Desk, Venue, folder};

#[tokio::test]
async fn a_take_fills_and_the_position_and_its_profit_appear() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b t enter");
    desk.until("a fill", |m| m.orders.all.values().any(|o| o.state == OrderState::Filled)).await;
    assert_eq!(desk.order().filled, Qty::from(100));
    let con_id = desk.order().spec.con_id;
    desk.until("the position", |m| m.positions.get(&con_id).is_some_and(|p| p.qty == Qty::from(100))).await;
    desk.until("the commission", |m| m.orders.executions.values().all(|e| e.commission.is_some())).await;
    venue.pass(Duration::from_secs(2)).await;
    desk.until("the position's P&L", |m| m.positions.get(&con_id).is_some_and(|p| p.pnl.unrealized.is_some())).await;
    desk.until("the account's P&L", |m| m.account.pnl.daily.is_some()).await;
    let bought: Qty = desk.model.orders.executions.values().fold(Qty::ZERO, |sum, e| sum.plus(e.qty).unwrap());
    assert_eq!(bought, Qty::from(100), "the executions add up to the order");
    assert_eq!(desk.handed_over, 1);
}

#[tokio::test]
async fn an_order_larger_than_the_book_fills_in_parts() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b t 2 0 0 0 enter");
    assert!(desk.model.orders.all.is_empty(), "typed an instant ago: too soon");
    desk.dwell().await;
    desk.keys("enter");
    desk.until("a partial fill", |m| m.orders.all.values().any(|o| o.filled.is_positive())).await;
    let mut parts = 0;
    while desk.state() != OrderState::Filled {
        assert!(desk.order().filled < Qty::from(2000));
        parts += 1;
        venue.pass(Duration::from_millis(500)).await;
        let before = desk.order().filled;
        let moved = |m: &tradewind::app::model::Model| m.orders.all.values().any(|o| o.filled > before);
        if tokio::time::timeout(Duration::from_millis(200), desk.until("more", moved)).await.is_err() {
            assert!(parts < 4_000, "it never fills: {:?}", desk.order());
        }
    }
    let fills = desk.model.orders.executions.len();
    assert!(fills > 1, "{fills} executions");
    let total = desk.model.orders.executions.values().fold(Qty::ZERO, |sum, e| sum.plus(e.qty).unwrap());
    assert_eq!(total, Qty::from(2000));
}

#[tokio::test]
async fn a_resting_order_is_cancelled_with_one_key() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b down down down down down enter");
    desk.until("a working order", |m| m.orders.all.values().any(|o| o.state == OrderState::Working)).await;
    desk.keys("x");
    desk.until("the cancel", |m| m.orders.all.values().any(|o| o.state == OrderState::Cancelled)).await;
    assert_eq!(desk.order().filled, Qty::ZERO);
    assert!(desk.model.positions.values().all(|p| p.qty.is_zero()));
}

#[tokio::test]
async fn a_nudge_moves_the_order_and_keeps_its_number() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b down down down down down enter");
    desk.until("a working order", |m| m.orders.all.values().any(|o| o.state == OrderState::Working)).await;
    let (id, limit) = (desk.order().ids.order_id, desk.order().spec.kind.limit().unwrap());
    desk.keys("7 - -");
    desk.until("the change", |m| {
        m.orders.all.values().any(|o| o.before_change.is_none() && o.spec.kind.limit().is_some_and(|l| l < limit))
    })
    .await;
    let moved = desk.order().spec.kind.limit().unwrap();
    assert_eq!(limit.minus(moved).unwrap().to_string(), "0.02");
    assert_eq!(desk.order().ids.order_id, id);
    assert!(desk.model.notices.list.iter().any(|n| n.text.starts_with("changed buy 100 AAPL")));
}
