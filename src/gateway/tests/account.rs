//! Positions, values and profit and loss, and what outlives a restart.

use futures_util::StreamExt;
use ibapi::accounts::types::{AccountGroup, AccountId, ContractId};
use ibapi::accounts::{AccountSummaryResult, AccountUpdate, Position, PositionUpdate};
use ibapi::orders::{Action, Orders, order_builder};
use ibapi::prelude::Client;
use ibapi::subscriptions::SubscriptionItem;

use super::{Options, Running, START, first, next, quote, soon, stock};

const APPLE: i32 = 265598;

async fn buy(gateway: &Running, client: &Client, order_id: i32, shares: f64) {
    let order = order_builder::market_order(Action::Buy, shares);
    soon(client.submit_order(order_id, &stock("AAPL"), &order)).await.unwrap();
    // The gateway answers in order: once it tells the time it has taken the order.
    soon(client.server_time()).await.unwrap();
    gateway.advance(3_000).await;
}

/// The positions the account has now.
async fn positions(client: &Client) -> Vec<Position> {
    let mut stream = soon(client.positions()).await.unwrap();
    let mut found = Vec::new();
    while let PositionUpdate::Position(position) = next(&mut stream).await {
        found.push(position);
    }
    found
}

/// One account value from a summary.
async fn value(client: &Client, tag: &str) -> f64 {
    let mut stream = soon(client.account_summary(&AccountGroup("All".to_owned()), &[tag])).await.unwrap();
    let mut found = None;
    while let AccountSummaryResult::Summary(row) = next(&mut stream).await {
        assert_eq!((row.account.as_str(), row.tag.as_str(), row.currency.as_str()), ("DU0000001", tag, "USD"));
        found = row.value.parse().ok();
    }
    found.expect("the account has this value")
}

#[tokio::test]
async fn a_fill_moves_position_values_and_pnl() {
    let gateway = Running::start().await;
    gateway.advance(1_000).await;
    let client = gateway.client(1).await;
    let account = AccountId("DU0000001".to_owned());
    assert!(positions(&client).await.is_empty());
    let cash = value(&client, "TotalCashValue").await;
    let mut held = soon(client.positions()).await.unwrap();
    assert!(matches!(next(&mut held).await, PositionUpdate::PositionEnd));
    let mut pnl = soon(client.pnl(&account, None)).await.unwrap();
    assert_eq!(next(&mut pnl).await.daily_pnl, 0.0);
    let mut single = soon(client.pnl_single(&account, ContractId(APPLE), None)).await.unwrap();

    buy(&gateway, &client, 1, 100.0).await;
    let position = first(&mut held, |update| match update {
        PositionUpdate::Position(position) if position.position == 100.0 => Some(position),
        PositionUpdate::Position(_) | PositionUpdate::PositionEnd => None,
    })
    .await;
    assert_eq!((position.contract.contract_id, position.account.as_str()), (APPLE, "DU0000001"));
    let apple = first(&mut single, |pnl| (pnl.position == 100.0).then_some(pnl)).await;
    assert!(apple.value > 1_000.0 && apple.daily_pnl.abs() < 1_000.0 && apple.daily_pnl != 0.0, "{apple:?}");
    let whole = first(&mut pnl, |pnl| (pnl.daily_pnl != 0.0).then_some(pnl)).await;
    assert!(whole.unrealized_pnl.is_some() && whole.daily_pnl.abs() < 1_000.0, "{whole:?}");
    let paid = cash - value(&client, "TotalCashValue").await;
    // The average cost holds the commission, as IB's does.
    assert!((paid - 100.0 * position.average_cost).abs() < 0.02, "{paid} {}", position.average_cost);
    assert!(value(&client, "GrossPositionValue").await > 1_000.0);
    gateway.stop().await;
}

#[tokio::test]
async fn account_updates_hold_values_portfolio_and_an_end_and_are_pushed() {
    let gateway = Running::start().await;
    gateway.advance(1_000).await;
    let client = gateway.client(1).await;
    let mut updates = soon(client.account_updates(&AccountId("DU0000001".to_owned()))).await.unwrap();
    let (mut keys, mut timed) = (Vec::new(), false);
    loop {
        match next(&mut updates).await {
            AccountUpdate::AccountValue(row) => keys.push(row.key),
            AccountUpdate::UpdateTime(_) => timed = true,
            AccountUpdate::PortfolioValue(row) => panic!("a position from nowhere: {row:?}"),
            AccountUpdate::End => break,
        }
    }
    assert!(timed && keys.iter().any(|key| key == "NetLiquidation") && keys.iter().any(|key| key == "BuyingPower"));
    buy(&gateway, &client, 1, 30.0).await;
    let row = first(&mut updates, |update| match update {
        AccountUpdate::PortfolioValue(row) if row.position == 30.0 => Some(row),
        _ => None,
    })
    .await;
    assert_eq!(row.contract.contract_id, APPLE);
    assert!((row.market_value - 30.0 * row.market_price).abs() < 0.01);
    let cash = first(&mut updates, |update| match update {
        AccountUpdate::AccountValue(row) if row.key == "TotalCashBalance" => Some(row),
        _ => None,
    })
    .await;
    assert!(cash.value.parse::<f64>().unwrap() < 1_000_000.0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_third_account_summary_is_error_322() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let group = AccountGroup("All".to_owned());
    let mut first_two = Vec::new();
    for _ in 0..2 {
        let mut stream = soon(client.account_summary(&group, &["NetLiquidation", "$LEDGER"])).await.unwrap();
        while let AccountSummaryResult::Summary(row) = next(&mut stream).await {
            assert!(!row.value.is_empty());
        }
        first_two.push(stream);
    }
    let mut third = soon(client.account_summary(&group, &["NetLiquidation"])).await.unwrap();
    let refused = soon(third.next()).await.unwrap().unwrap_err();
    assert!(refused.to_string().contains("322") || refused.to_string().contains("Maximum number"), "{refused}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_orders_position_cash_and_ids() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("paper.db"));
    let options = || Options { state: state.clone(), ..Options::default() };
    let gateway = Running::with(options(), START).await;
    gateway.advance(1_000).await;
    let client = gateway.client(1).await;
    buy(&gateway, &client, 1, 100.0).await;
    let bid = quote(&client, &stock("AAPL")).await.bid.unwrap();
    let order = order_builder::limit_order(Action::Buy, 10.0, ((bid - 20.0) * 100.0).round() / 100.0);
    soon(client.submit_order(2, &stock("AAPL"), &order)).await.unwrap();
    let cash = value(&client, "TotalCashValue").await;
    let now = gateway.advance(20).await;
    client.disconnect().await;
    gateway.stop().await;

    let gateway = Running::with(options(), now + 60_000_000_000).await;
    let client = gateway.client(1).await;
    assert_eq!(client.next_order_id(), 3);
    let held = positions(&client).await;
    assert_eq!(held.iter().map(|position| position.position).collect::<Vec<_>>(), [100.0]);
    assert_eq!(value(&client, "TotalCashValue").await, cash);
    let mut open = soon(client.open_orders()).await.unwrap();
    let mut found = Vec::new();
    while let Some(item) = soon(open.next()).await {
        if let SubscriptionItem::Data(Orders::OrderData(data)) = item.unwrap() {
            found.push((data.order_id, data.order.total_quantity, data.order.limit_price));
        }
    }
    assert_eq!(found, [(2, 10.0, order.limit_price)]);
    gateway.stop().await;
}
