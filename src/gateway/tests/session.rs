//! Connecting and what a client asks first.

use ibapi::Error;

use super::{Running, START, soon, stock};

#[tokio::test]
async fn a_client_connects_and_learns_account_id_and_time() {
    let gateway = Running::start().await;
    let client = gateway.client(7).await;
    assert_eq!(client.server_version(), 226);
    assert_eq!(client.handshake_managed_accounts(), ["DU0000001"]);
    assert_eq!(client.next_order_id(), 1);
    assert_eq!(client.connection_time().map(|at| at.unix_timestamp()), Some(START / 1_000_000_000));
    assert_eq!(soon(client.server_time()).await.unwrap().unix_timestamp(), START / 1_000_000_000);
    gateway.advance(1_500).await;
    let millis = soon(client.server_time_millis()).await.unwrap().unix_timestamp_nanos() / 1_000_000;
    assert_eq!(millis, i128::from(START / 1_000_000 + 1_500));
    assert_eq!(soon(client.managed_accounts()).await.unwrap(), ["DU0000001"]);
    assert_eq!(soon(client.next_valid_order_id()).await.unwrap(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_id_in_use_is_error_326_and_free_again_once_its_socket_is_gone() {
    let gateway = Running::start().await;
    let first = gateway.client(3).await;
    assert!(matches!(gateway.try_client(3).await, Err(Error::ClientIdInUse { .. })));
    assert!(soon(first.server_time()).await.is_ok(), "the first client is left alone");
    first.disconnect().await;
    drop(first);
    let again = gateway.client(3).await;
    assert!(soon(again.server_time()).await.is_ok());
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_not_simulated_answers_instead_of_keeping_the_client_waiting() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    assert!(soon(client.market_depth_exchanges()).await.unwrap().is_empty());
    assert!(soon(client.news_providers()).await.unwrap().is_empty());
    assert!(soon(client.soft_dollar_tiers()).await.unwrap().is_empty());
    assert!(soon(client.smart_components("a6")).await.unwrap().is_empty());
    assert_eq!(soon(client.family_codes()).await.unwrap().len(), 1);
    assert!(soon(client.user_info()).await.is_ok());
    assert!(soon(client.scanner_parameters()).await.is_ok());
    assert!(soon(client.calculate_option_price(&apple, 0.3, 200.0)).await.is_err());
    assert!(soon(client.server_time()).await.is_ok(), "an error on one request leaves the others alone");
    gateway.stop().await;
}

#[tokio::test]
async fn stopping_the_gateway_ends_its_connections() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    gateway.stop().await;
    assert!(soon(client.server_time()).await.is_err());
}
