//! Orders from the client to the fill.

use futures_util::StreamExt;
use ibapi::Notice;
use ibapi::contracts::Contract;
use ibapi::orders::{
    Action, ExecutionFilter, Executions, Order, OrderState, OrderStatus, OrderUpdate, Orders, TimeInForce,
    order_builder,
};
use ibapi::prelude::Client;
use ibapi::subscriptions::{Subscription, SubscriptionItem};

use super::{Running, next, quote, soon, stock};

/// Quotes are there once a moment of the market has passed.
async fn ready() -> Running {
    let gateway = Running::start().await;
    gateway.advance(1_000).await;
    gateway
}

/// The notice that ends the wait for `code` on an order.
async fn notice(updates: &mut Subscription<OrderUpdate>, code: i32) -> Notice {
    loop {
        if let SubscriptionItem::Notice(notice) = soon(updates.next()).await.unwrap().unwrap()
            && notice.code == code
        {
            return notice;
        }
    }
}

/// The first status of an order that is `word`.
async fn status(updates: &mut Subscription<OrderUpdate>, order_id: i32, word: &str) -> OrderStatus {
    loop {
        if let OrderUpdate::OrderStatus(status) = next(updates).await
            && status.order_id == order_id
            && status.status.to_string() == word
        {
            return status;
        }
    }
}

/// What `open_orders` and its kin give until they end: id, client, limit and state of each order.
async fn listed(mut orders: Subscription<Orders>) -> Vec<(i32, Order, OrderState)> {
    let mut found = Vec::new();
    while let Some(item) = soon(orders.next()).await {
        if let SubscriptionItem::Data(Orders::OrderData(data)) = item.unwrap() {
            found.push((data.order_id, data.order, data.order_state));
        }
    }
    found
}

/// Executions and commissions of the day.
async fn executed(client: &Client) -> (Vec<ibapi::orders::ExecutionData>, usize) {
    let mut answer = soon(client.executions(ExecutionFilter::default())).await.unwrap();
    let (mut fills, mut costs) = (Vec::new(), 0);
    while let Some(item) = soon(answer.next()).await {
        match item.unwrap() {
            SubscriptionItem::Data(Executions::ExecutionData(fill)) => fills.push(fill),
            SubscriptionItem::Data(Executions::CommissionReport(_)) => costs += 1,
            SubscriptionItem::Notice(_) => {}
        }
    }
    (fills, costs)
}

async fn submit(client: &Client, order_id: i32, contract: &Contract, order: &Order) {
    soon(client.submit_order(order_id, contract, order)).await.unwrap();
}

/// A price `cents` below the bid.
async fn below(client: &Client, contract: &Contract, cents: f64) -> f64 {
    let bid = quote(client, contract).await.bid.unwrap();
    ((bid * 100.0).round() - cents) / 100.0
}

#[tokio::test]
async fn a_market_order_fills_with_executions_commission_and_position() {
    let gateway = ready().await;
    let client = gateway.client(1).await;
    let mut updates = soon(client.order_update_stream()).await.unwrap();
    let order = order_builder::market_order(Action::Buy, 100.0);
    submit(&client, 1, &stock("AAPL"), &order).await;
    gateway.advance(2_000).await;
    let (mut shares, mut paid, mut costs, mut statuses) = (0.0, 0.0, 0, Vec::new());
    loop {
        match next(&mut updates).await {
            OrderUpdate::ExecutionData(fill) => {
                assert_eq!(fill.contract.contract_id, 265598);
                assert_eq!(fill.execution.side.to_string(), "BOT");
                shares += fill.execution.shares;
                paid += fill.execution.shares * fill.execution.price;
            }
            OrderUpdate::CommissionReport(report) => {
                assert!(report.commission > 0.0 && report.currency == "USD");
                costs += 1;
            }
            OrderUpdate::OrderStatus(status) => {
                statuses.push(status.status.to_string());
                if status.remaining == 0.0 {
                    assert_eq!(status.filled, 100.0);
                    assert!((status.average_fill_price.unwrap() - paid / shares).abs() < 1e-6);
                }
            }
            OrderUpdate::OpenOrder(_) | OrderUpdate::OrderBound(_) => {}
        }
        if statuses.last().is_some_and(|status| status == "Filled") && costs > 0 && shares == 100.0 {
            break;
        }
    }
    assert_eq!(statuses.first().map(String::as_str), Some("PreSubmitted"));
    let (fills, reports) = executed(&client).await;
    assert_eq!(fills.iter().map(|fill| fill.execution.shares).sum::<f64>(), 100.0);
    assert_eq!(fills.len(), reports);
    assert!(listed(soon(client.open_orders()).await.unwrap()).await.is_empty());
    let done = listed(soon(client.completed_orders(false)).await.unwrap()).await;
    assert_eq!(done.len(), 1);
    assert_eq!((done[0].1.filled_quantity, done[0].2.completed_status.as_str()), (100.0, "Filled Size: 100"));
    gateway.stop().await;
}

#[tokio::test]
async fn a_limit_order_rests_is_modified_and_cancelled() {
    let gateway = ready().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    let mut updates = soon(client.order_update_stream()).await.unwrap();
    let price = below(&client, &apple, 500.0).await;
    let mut order = order_builder::limit_order(Action::Buy, 100.0, price);
    order.order_ref = "tw-1".to_owned();
    order.tif = TimeInForce::GoodTillCanceled;
    submit(&client, 1, &apple, &order).await;
    let working = status(&mut updates, 1, "Submitted").await;
    assert_eq!((working.filled, working.remaining), (0.0, 100.0));

    order.limit_price = Some(price - 1.0);
    order.total_quantity = 50.0;
    submit(&client, 1, &apple, &order).await;
    let changed = loop {
        if let OrderUpdate::OpenOrder(data) = next(&mut updates).await
            && data.order.total_quantity == 50.0
        {
            break data;
        }
    };
    assert_eq!(changed.order.limit_price, Some(price - 1.0));
    assert_eq!((changed.order.order_ref.as_str(), changed.order.perm_id), ("tw-1", working.perm_id));
    assert_eq!(changed.order.tif, TimeInForce::GoodTillCanceled);
    let open = listed(soon(client.open_orders()).await.unwrap()).await;
    assert_eq!(open.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [1]);

    drop(soon(client.cancel_order(1, "")).await.unwrap());
    let mut seen = Vec::new();
    loop {
        match soon(updates.next()).await.unwrap().unwrap() {
            SubscriptionItem::Data(OrderUpdate::OrderStatus(status)) => seen.push(status.status.to_string()),
            SubscriptionItem::Notice(notice) if notice.code == 202 => break,
            SubscriptionItem::Data(_) | SubscriptionItem::Notice(_) => {}
        }
    }
    assert_eq!(seen[seen.len() - 2..], ["PendingCancel", "Cancelled"]);
    assert!(listed(soon(client.open_orders()).await.unwrap()).await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn refusals_carry_ibs_codes_and_leave_no_order() {
    let gateway = ready().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    let mut updates = soon(client.order_update_stream()).await.unwrap();
    let price = below(&client, &apple, 500.0).await;
    let limit = |price| order_builder::limit_order(Action::Buy, 100.0, price);

    submit(&client, 5, &apple, &limit(price)).await;
    status(&mut updates, 5, "Submitted").await;
    submit(&client, 5, &stock("MSFT"), &limit(price)).await;
    assert_eq!(notice(&mut updates, 105).await.code, 105);
    submit(&client, 3, &apple, &limit(price)).await;
    assert_eq!(notice(&mut updates, 103).await.code, 103);
    submit(&client, 6, &apple, &limit(price + 0.005)).await;
    assert_eq!(notice(&mut updates, 110).await.code, 110);
    submit(&client, 7, &stock("ZZZZ"), &limit(price)).await;
    assert_eq!(notice(&mut updates, 200).await.code, 200);
    let mut child = limit(price);
    child.parent_id = 77;
    submit(&client, 8, &apple, &child).await;
    assert_eq!(notice(&mut updates, 135).await.code, 135);
    let mut block = limit(price);
    block.block_order = true;
    submit(&client, 9, &apple, &block).await;
    assert!(notice(&mut updates, 201).await.message.contains("block orders"));
    drop(soon(client.cancel_order(77, "")).await.unwrap());
    assert_eq!(notice(&mut updates, 10147).await.code, 10147);
    let open = listed(soon(client.open_orders()).await.unwrap()).await;
    assert_eq!(open.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [5]);
    drop(soon(client.cancel_order(5, "")).await.unwrap());
    notice(&mut updates, 202).await;
    drop(soon(client.cancel_order(5, "")).await.unwrap());
    assert_eq!(notice(&mut updates, 10148).await.code, 10148);
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_hears_of_its_own_orders_and_may_ask_for_all() {
    let gateway = ready().await;
    let (one, two) = (gateway.client(1).await, gateway.client(2).await);
    let apple = stock("AAPL");
    let mut mine = soon(one.order_update_stream()).await.unwrap();
    let mut theirs = soon(two.order_update_stream()).await.unwrap();
    let price = below(&one, &apple, 500.0).await;
    submit(&two, 1, &apple, &order_builder::limit_order(Action::Buy, 20.0, price)).await;
    status(&mut theirs, 1, "Submitted").await;
    submit(&one, 1, &apple, &order_builder::limit_order(Action::Buy, 10.0, price)).await;
    let first = next(&mut mine).await;
    assert!(matches!(first, OrderUpdate::OpenOrder(data) if data.order.total_quantity == 10.0), "only its own");
    assert_eq!(listed(soon(one.open_orders()).await.unwrap()).await.len(), 1);
    let all = listed(soon(one.all_open_orders()).await.unwrap()).await;
    assert_eq!(all.iter().map(|(_, order, _)| order.client_id).collect::<Vec<_>>(), [2, 1]);
    soon(one.global_cancel()).await.unwrap();
    assert_eq!(notice(&mut theirs, 202).await.code, 202);
    assert!(listed(soon(one.all_open_orders()).await.unwrap()).await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_preview_tells_margin_and_commission_and_places_nothing() {
    let gateway = ready().await;
    let client = gateway.client(1).await;
    let mut order = order_builder::market_order(Action::Buy, 100.0);
    order.what_if = true;
    let mut preview = soon(client.place_order(1, &stock("AAPL"), &order)).await.unwrap();
    let ibapi::orders::PlaceOrder::OpenOrder(data) = next(&mut preview).await else {
        panic!("a preview is an open order")
    };
    assert!(data.order.what_if);
    assert!(data.order_state.commission.unwrap() > 0.0);
    assert!(data.order_state.initial_margin_change.unwrap() > 1_000.0);
    assert!(listed(soon(client.open_orders()).await.unwrap()).await.is_empty());
    assert_eq!(soon(client.next_valid_order_id()).await.unwrap(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn orders_work_on_without_their_client_and_greet_it_when_it_is_back() {
    let gateway = ready().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    let mut updates = soon(client.order_update_stream()).await.unwrap();
    let ask = quote(&client, &apple).await.ask.unwrap();
    submit(&client, 1, &apple, &order_builder::limit_order(Action::Sell, 100.0, ask)).await;
    status(&mut updates, 1, "Submitted").await;
    client.disconnect().await;
    drop((updates, client));
    gateway.advance(120_000).await;
    let client = gateway.client(1).await;
    assert!(client.next_order_id() >= 2);
    let open = listed(soon(client.open_orders()).await.unwrap()).await;
    let (fills, _) = executed(&client).await;
    assert!(!open.is_empty() || !fills.is_empty());
    assert!(!fills.is_empty(), "an offer at the ask is met within two minutes of this market");
    gateway.stop().await;
}

#[tokio::test]
async fn a_bracket_waits_for_its_parent_and_its_trail_moves_before_the_clients_eyes() {
    let gateway = ready().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    let mut updates = soon(client.order_update_stream()).await.unwrap();
    let bid = quote(&client, &apple).await.bid.unwrap();
    let mut parent = order_builder::limit_order(Action::Buy, 50.0, below(&client, &apple, 500.0).await);
    parent.transmit = false;
    let mut target = order_builder::limit_order(Action::Sell, 50.0, (bid + 20.0).round());
    (target.parent_id, target.transmit) = (1, false);
    let mut trail = order_builder::trailing_stop(Action::Sell, 50.0, 1.0, (bid - 30.0).round());
    trail.parent_id = 1;
    for (id, order) in [(1, &parent), (2, &target), (3, &trail)] {
        submit(&client, id, &apple, order).await;
    }
    let held = status(&mut updates, 3, "PreSubmitted").await;
    assert_eq!((held.parent_id, held.why_held.as_str()), (1, "child,trigger"));
    status(&mut updates, 1, "Submitted").await;
    let open = listed(soon(client.open_orders()).await.unwrap()).await;
    let groups: Vec<_> = open.iter().map(|(id, order, _)| (*id, order.parent_id, order.oca_group.is_empty())).collect();
    assert_eq!(groups, [(1, 0, true), (2, 1, false), (3, 1, false)]);

    // The parent is brought to the market: the children work, and the trail comes up to the market at the first trade.
    parent.transmit = true;
    parent.limit_price = Some((bid + 2.0).round());
    submit(&client, 1, &apple, &parent).await;
    status(&mut updates, 1, "Filled").await;
    status(&mut updates, 2, "Submitted").await;
    gateway.advance(5_000).await;
    let moved = loop {
        if let OrderUpdate::OpenOrder(data) = next(&mut updates).await
            && data.order_id == 3
            && data.order.trail_stop_price.is_some_and(|stop| stop > bid * 0.98)
        {
            break data.order;
        }
    };
    assert_eq!((moved.trailing_percent, moved.order_type.as_str()), (Some(1.0), "TRAIL"));
    drop(soon(client.cancel_order(2, "")).await.unwrap());
    notice(&mut updates, 202).await;
    assert_eq!(listed(soon(client.open_orders()).await.unwrap()).await.len(), 1, "a cancel leaves the other");
    gateway.stop().await;
}
