//! Connecting and what a client asks first.

use bytes::BytesMut;
use futures_util::StreamExt;
use ibapi::Error;
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::realtime::TickTypes;
use ibapi::orders::Orders;
use ibapi::prelude::Client;
use ibapi::subscriptions::SubscriptionItem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::codec::Decoder;
use tokio_util::sync::CancellationToken;

use super::{Options, Running, START, bind, next, soon, stock};
use crate::gateway::feed::LISTINGS;
use crate::gateway::wire::frame::{self, Frames};
use crate::gateway::wire::proto::{Contract, MarketDataRequest, Order, PlaceOrderRequest, StartApiRequest};
use crate::gateway::wire::{Reply, Request};

#[tokio::test]
async fn a_client_connects_and_learns_account_id_and_time() {
    let gateway = Running::start().await;
    let client = gateway.client(7).await;
    assert_eq!(client.server_version(), 226);
    assert_eq!(client.handshake_managed_accounts(), ["DU0000001"]);
    assert_eq!(client.next_order_id(), 1);
    assert_eq!(client.connection_time().unwrap().unix_timestamp(), START / 1_000_000_000);
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

/// Speaks to the gateway byte by byte.
async fn raw(gateway: &Running, greeting: &str) -> TcpStream {
    let mut socket = TcpStream::connect(gateway.address).await.unwrap();
    let mut bytes = b"API\0".to_vec();
    bytes.extend(u32::try_from(greeting.len()).unwrap().to_be_bytes());
    bytes.extend(greeting.as_bytes());
    socket.write_all(&bytes).await.unwrap();
    socket
}

#[tokio::test]
async fn a_client_too_old_for_either_encoding_is_told_the_servers_version_and_let_go() {
    let gateway = Running::start().await;
    let mut socket = raw(&gateway, "v100..175").await;
    let mut answer = Vec::new();
    soon(socket.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(&answer[4..], b"226\x0020260211 10:00:00 US/Eastern\0");
    gateway.stop().await;
}

#[tokio::test]
async fn strangers_and_silent_clients_neither_disturb_nor_hold_up_the_gateway() {
    let gateway = Running::start().await;
    let mut stranger = TcpStream::connect(gateway.address).await.unwrap();
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // Bytes the gateway never read make this a reset rather than an end.
    let _ = soon(stranger.read_to_end(&mut answer)).await;
    assert!(answer.is_empty());
    let _silent = TcpStream::connect(gateway.address).await.unwrap();
    let _unstarted = raw(&gateway, "v213..226").await;
    let client = gateway.client(1).await;
    assert!(soon(client.server_time()).await.is_ok());
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_quotes_but_no_order_message() {
    let gateway = Running::start().await;
    let mut socket = raw(&gateway, "v213..226").await;
    let mut asked = BytesMut::new();
    let mut ask = |request: Request| frame::put(&mut asked, |out| out.extend_from_slice(&request.encode()));
    ask(Request::StartApi(StartApiRequest { client_id: Some(9), optional_capabilities: None }));
    for (req_id, listing) in (1..).zip(LISTINGS.iter().take(90)) {
        let contract = Some(Contract { con_id: Some(listing.con_id), ..Contract::default() });
        ask(Request::MarketData(Box::new(MarketDataRequest {
            req_id: Some(req_id),
            contract,
            ..MarketDataRequest::default()
        })));
    }
    socket.write_all(&asked).await.unwrap();
    // Far more quotes than sockets and queues hold: 90 lines for ten minutes.
    gateway.advance(600_000).await;
    let orders = 50;
    let mut asked = BytesMut::new();
    // Twenty orders a side and contract are the most that IB takes.
    for (order_id, listing) in (1..=orders).zip(LISTINGS.iter().cycle().take(5).cycle()) {
        let order = Order {
            action: Some("BUY".to_owned()),
            total_quantity: Some("1".to_owned()),
            order_type: Some("LMT".to_owned()),
            lmt_price: Some(1.0),
            transmit: Some(true),
            ..Order::default()
        };
        let contract = Some(Contract { con_id: Some(listing.con_id), ..Contract::default() });
        let place = PlaceOrderRequest { order_id: Some(order_id), contract, order: Some(order), attached_orders: None };
        frame::put(&mut asked, |out| out.extend_from_slice(&Request::PlaceOrder(Box::new(place)).encode()));
    }
    socket.write_all(&asked).await.unwrap();
    let other = gateway.client(1).await;
    soon(async { while open_orders(&other).await < orders as usize {} }).await;
    gateway.advance(1_000).await;

    let (mut ticks, mut submitted, mut buffer) = (0, Vec::new(), BytesMut::from(&b"API\0"[..]));
    let mut frames = Frames::default();
    while submitted.len() < orders as usize {
        soon(socket.read_buf(&mut buffer)).await.unwrap();
        while let Some(body) = frames.decode(&mut buffer).unwrap() {
            match Reply::decode(&body) {
                Some(Reply::OrderStatus(status)) if status.status.as_deref() == Some("Submitted") => {
                    submitted.push(status.order_id.unwrap());
                }
                Some(Reply::TickPrice(_) | Reply::TickSize(_)) => ticks += 1,
                _ => {}
            }
        }
    }
    assert_eq!(submitted, (1..=orders).collect::<Vec<_>>());
    // At least five changes a line and second would have been due.
    assert!(ticks > 0 && ticks < 90 * 600 * 5, "{ticks}");
    gateway.stop().await;
}

async fn open_orders(client: &Client) -> usize {
    let mut all = soon(client.all_open_orders()).await.unwrap();
    let mut found = 0;
    while let Some(item) = soon(all.next()).await {
        found += usize::from(matches!(item, Ok(SubscriptionItem::Data(Orders::OrderData(_)))));
    }
    found
}

#[tokio::test]
async fn the_wall_clock_runs_by_itself() {
    let gateway = bind(Options::default()).await.unwrap();
    let (address, stop) = (gateway.addr(), CancellationToken::new());
    let task = tokio::spawn(gateway.run(stop.clone()));
    let client = soon(Client::builder().address(address.to_string()).client_id(1).connect()).await.unwrap();
    let mut ticks = soon(client.market_data(&stock("SPY")).subscribe()).await.unwrap();
    let mut bids = Vec::new();
    while bids.len() < 3 {
        if let TickTypes::PriceSize(tick) = next(&mut ticks).await
            && tick.price_tick_type == TickType::Bid
        {
            bids.push(tick.price);
        }
    }
    assert!(bids.windows(2).all(|pair| pair[0] != pair[1]), "a price is sent when it changes: {bids:?}");
    stop.cancel();
    soon(task).await.unwrap().unwrap();
}
