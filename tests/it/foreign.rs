//! Two clients at one gateway: what the other one does is seen here, counts here, and is only cancelled by the global cancel.

use std::time::Duration;

use ibapi::Client;
use ibapi::contracts::{Contract, Currency, Exchange, SecurityType, Symbol};
use ibapi::orders::{Action, Order, TimeInForce};
use tradewind::app::{protection, select};
use tradewind::domain::order::{OrderState, Ownership};
use tradewind::money::Qty;

use crate::support::{Desk, Venue, folder};

/// The client id of the other program.
const OTHER: i32 = 7;

async fn other(venue: &Venue) -> Client {
    Client::connect(&venue.addr.to_string(), OTHER).await.expect("a second client")
}

fn apple() -> Contract {
    Contract {
        symbol: Symbol::from("AAPL"),
        security_type: SecurityType::Stock,
        exchange: Exchange::from("SMART"),
        currency: Currency::from("USD"),
        ..Contract::default()
    }
}

fn order(action: Action, qty: f64, kind: &str, price: f64) -> Order {
    let stop = kind == "STP";
    Order {
        action,
        total_quantity: qty,
        order_type: kind.into(),
        limit_price: (!stop).then_some(price),
        aux_price: stop.then_some(price),
        tif: TimeInForce::GoodTillCanceled,
        transmit: true,
        ..Order::default()
    }
}

async fn place(client: &Client, order: &Order) -> i32 {
    let id = client.next_order_id();
    client.submit_order(id, &apple(), order).await.expect("the order is written");
    id
}

/// The order of the other program.
fn theirs(m: &tradewind::app::model::Model) -> Option<&tradewind::domain::order::Order> {
    m.orders.all.values().find(|o| o.ids.client_id == OTHER)
}

#[tokio::test]
async fn a_stop_that_another_client_places_protects_the_position_until_it_is_gone() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let client = other(&venue).await;
    desk.keys("b t enter");
    desk.until("a bare position", |m| {
        m.positions.values().any(|p| p.qty == Qty::from(100)) && protection::unprotected(m) == 1
    })
    .await;

    let id = place(&client, &order(Action::Sell, 100.0, "STP", 50.0)).await;
    desk.until("their stop", |m| theirs(m).is_some_and(|o| o.state == OrderState::Held)).await;
    assert_eq!(theirs(&desk.model).map(|o| o.ownership), Some(Ownership::Foreign));
    assert_eq!(protection::unprotected(&desk.model), 0, "their stop is a stop");
    assert_eq!(select::working_count(&desk.model), 1);

    drop(client.cancel_order(id, "").await.expect("the cancel is written"));
    desk.until("its end", |m| theirs(m).is_some_and(|o| o.state == OrderState::Cancelled)).await;
    assert_eq!(protection::unprotected(&desk.model), 1);
    assert!(desk.model.notices.list.iter().any(|n| n.text.starts_with("UNPROTECTED: AAPL")));
}

#[tokio::test]
async fn what_another_client_fills_is_booked_with_its_execution() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let client = other(&venue).await;
    place(&client, &order(Action::Buy, 30.0, "LMT", 9_000.0)).await;
    desk.until("their position", |m| m.positions.values().any(|p| p.qty == Qty::from(30))).await;
    desk.until("their fill", |m| {
        let mine = m.orders.executions.values().filter(|e| e.ids.client_id == OTHER);
        mine.fold(Qty::ZERO, |sum, e| sum.plus(e.qty).unwrap()) == Qty::from(30)
    })
    .await;
    desk.until("what it cost", |m| m.orders.executions.values().all(|e| e.commission.is_some())).await;
}

#[tokio::test]
async fn a_kill_leaves_what_others_placed_and_the_global_cancel_takes_it() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let client = other(&venue).await;
    place(&client, &order(Action::Buy, 10.0, "LMT", 50.0)).await;
    desk.keys("b down down down down down enter");
    desk.until("both", |m| m.orders.live().filter(|o| o.state == OrderState::Working).count() == 2).await;
    desk.keys(r"ctrl-\");
    let said = desk.model.notices.list.back().map(|n| n.text.clone()).unwrap_or_default();
    assert!(said.contains("1 order of other clients stays: only o g reaches them."), "{said}");
    desk.until("ours gone", |m| m.orders.live().count() == 1).await;
    assert_eq!(theirs(&desk.model).map(|o| o.state), Some(OrderState::Working));
    desk.keys("o g");
    assert_eq!(theirs(&desk.model).map(|o| o.state), Some(OrderState::Working), "it asks first");
    let asked = desk.model.now;
    desk.until("the question read", |m| m.now.since(asked) >= Duration::from_millis(400)).await;
    desk.keys("g");
    desk.until("theirs gone", |m| m.orders.live().count() == 0).await;
}
