//! Orders from the client to the fill.

use futures_util::StreamExt;
use ibapi::orders::{Action, OrderUpdate, Orders, TimeInForce, order_builder};
use ibapi::subscriptions::SubscriptionItem;

use super::{Running, first, next, soon, stock};

/// Quotes are there once a moment of the market has passed.
async fn ready() -> Running {
    let gateway = Running::start().await;
    gateway.advance(1_000).await;
    gateway
}

#[tokio::test]
async fn a_market_order_fills_with_executions_commission_and_position() {
    let gateway = ready().await;
    let client = gateway.client(1).await;
    let mut updates = soon(client.order_update_stream()).await.unwrap();
    let order = order_builder::market_order(Action::Buy, 100.0);
    soon(client.submit_order(1, &stock("AAPL"), &order)).await.unwrap();
    gateway.advance(2_000).await;
    let (mut shares, mut paid, mut costs, mut statuses) = (0.0, 0.0, 0, Vec::new());
    loop {
        match next(&mut updates).await {
            OrderUpdate::ExecutionData(fill) => {
                assert_eq!(fill.contract.contract_id, 265598);
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
    gateway.stop().await;
}
