//! Many clients at one gateway.

use super::raw::{End, Raw, orders};
use super::{Options, Running, START, soon};
use crate::gateway::Pacing;
use crate::gateway::wire::proto::{AutoOpenOrdersRequest, Empty, ExecutionRequest, GlobalCancelRequest};
use crate::gateway::wire::{Reply, Request};

async fn gateway(options: Options) -> Running {
    let gateway = Running::with(options, START).await;
    gateway.advance(1_000).await;
    gateway
}

#[tokio::test]
async fn a_client_hears_of_its_own_orders_alone_and_sees_all_when_it_asks() {
    let gateway = gateway(Options::default()).await;
    let (mut one, _) = Raw::start(gateway.address, 1).await;
    let (mut two, first) = Raw::start(gateway.address, 2).await;
    assert_eq!(first, 1, "every client counts for itself");
    one.order(1, "BUY", 10, 1.0).await;
    two.order(1, "BUY", 20, 1.0).await;
    assert_eq!(orders(&one.settled().await).len(), 4);
    assert_eq!(orders(&two.settled().await).len(), 4);
    assert_eq!(orders(&one.settled().await), Vec::<String>::new(), "nothing of the other's");
    two.ask(Request::AllOpenOrders(Empty {})).await;
    let seen = two.settled().await;
    let owners: Vec<_> = seen
        .iter()
        .filter_map(
            |r| if let Reply::OpenOrder(m) = r { m.order.as_ref().map(|o| (o.client_id, o.perm_id)) } else { None },
        )
        .collect();
    let [(Some(1), Some(a)), (Some(2), Some(b))] = owners[..] else { panic!("two owners: {owners:?}") };
    assert_ne!(a, b, "equal order ids, two orders");
    two.ask(Request::OpenOrders(Empty {})).await;
    assert_eq!(orders(&two.settled().await).len(), 2, "its own: the order and its status");
    gateway.stop().await;
}

#[tokio::test]
async fn an_order_of_another_client_cannot_be_cancelled_but_by_the_global_cancel() {
    let gateway = gateway(Options::default()).await;
    let (mut one, _) = Raw::start(gateway.address, 1).await;
    let (mut two, _) = Raw::start(gateway.address, 2).await;
    one.order(7, "BUY", 10, 1.0).await;
    one.settled().await;
    two.cancel(7).await;
    assert_eq!(orders(&two.settled().await), ["error 7 10147"]);
    assert_eq!(orders(&one.settled().await), Vec::<String>::new());
    two.ask(Request::GlobalCancel(GlobalCancelRequest::default())).await;
    assert_eq!(orders(&two.settled().await), Vec::<String>::new());
    let told = orders(&one.settled().await);
    assert!(told.contains(&"status 7 Cancelled".to_owned()) && told.contains(&"error 7 202".to_owned()), "{told:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn the_master_client_hears_of_every_order_but_not_of_the_others_refusals() {
    let gateway = gateway(Options { master_client: Some(9), ..Options::default() }).await;
    let (mut master, _) = Raw::start(gateway.address, 9).await;
    let (mut one, _) = Raw::start(gateway.address, 1).await;
    one.order(1, "BUY", 10, 1.0).await;
    one.order(2, "BUY", 10, 1.001).await;
    one.order(3, "BUY", 10, 9_000.0).await;
    let own = orders(&one.settled().await);
    assert!(own.contains(&"error 2 110".to_owned()), "{own:?}");
    let heard = orders(&master.settled().await);
    let want: Vec<_> = own.iter().filter(|told| !told.starts_with("error")).cloned().collect();
    assert!(want.contains(&"fill 3".to_owned()) && want.contains(&"fee".to_owned()), "{want:?}");
    assert_eq!(heard, want);
    gateway.stop().await;
}

#[tokio::test]
async fn executions_are_everybodys_unless_the_filter_names_a_client() {
    let gateway = gateway(Options::default()).await;
    let (mut one, _) = Raw::start(gateway.address, 1).await;
    let (mut two, _) = Raw::start(gateway.address, 2).await;
    one.order(1, "BUY", 10, 9_000.0).await;
    two.order(1, "BUY", 10, 9_000.0).await;
    one.settled().await;
    two.settled().await;
    let mut found = Vec::new();
    for client_id in [None, Some(0), Some(2), Some(3)] {
        let mut request = ExecutionRequest { req_id: Some(5), ..ExecutionRequest::default() };
        request.filter.get_or_insert_default().client_id = client_id;
        one.ask(Request::Executions(request)).await;
        found.push(orders(&one.settled().await).iter().filter(|told| told.starts_with("fill")).count());
    }
    assert_eq!(found, [2, 2, 1, 0]);
    gateway.stop().await;
}

#[tokio::test]
async fn only_client_0_may_bind_orders() {
    let gateway = gateway(Options::default()).await;
    for (client_id, want) in [(0, Vec::new()), (1, vec!["error -1 327".to_owned()])] {
        let (mut client, _) = Raw::start(gateway.address, client_id).await;
        client.ask(Request::AutoOpenOrders(AutoOpenOrdersRequest { auto_bind: Some(true) })).await;
        assert_eq!(orders(&client.settled().await), want, "client {client_id}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn thirty_two_clients_are_served_and_the_next_is_turned_away() {
    let gateway = gateway(Options::default()).await;
    let mut clients = Vec::new();
    for client_id in 0..32 {
        clients.push(Raw::start(gateway.address, client_id).await.0);
    }
    let mut socket = soon(tokio::net::TcpStream::connect(gateway.address)).await.unwrap();
    let turned_away = soon(tokio::io::AsyncReadExt::read(&mut socket, &mut [0; 16])).await;
    assert!(matches!(turned_away, Ok(0) | Err(_)), "{turned_away:?}");
    for client in &mut clients {
        client.settled().await;
    }
    gateway.stop().await;
}

/// What a client that asks 51 times in each of four seconds is answered: answers, offences it is told of, and its end.
async fn asked_too_often(pacing: Pacing) -> (usize, Vec<String>, Option<End>) {
    let gateway = gateway(Options { pacing, ..Options::default() }).await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    let (mut answers, mut offences, mut ended) = (0, Vec::new(), None);
    while answers < 200 && ended.is_none() {
        // The client's start has a second of its own.
        gateway.advance(1_100).await;
        for _ in 0..51 {
            client.ask(Request::CurrentTime(Empty {})).await;
            loop {
                match client.next().await {
                    Ok(Reply::CurrentTime(_)) => answers += 1,
                    Ok(Reply::Error(m)) => {
                        offences.push(m.error_msg.unwrap_or_default());
                        if pacing == Pacing::Warn {
                            continue;
                        }
                    }
                    Ok(other) => panic!("not asked for: {other:?}"),
                    Err(end) => ended = Some(end),
                }
                break;
            }
        }
        if offences.len() == 3 && pacing == Pacing::Strict {
            ended = client.end().await.1.into();
        }
    }
    gateway.stop().await;
    (answers, offences, ended)
}

#[tokio::test]
async fn beyond_fifty_requests_a_second_a_client_is_served_warned_or_cut_as_settled() {
    let (answers, offences, ended) = asked_too_often(Pacing::Off).await;
    assert_eq!((answers, offences.len(), ended), (204, 0, None));
    let (answers, offences, ended) = asked_too_often(Pacing::Warn).await;
    assert_eq!((answers, offences.len(), ended), (204, 4, None));
    assert_eq!(offences[0], "Max rate of messages per second has been exceeded:max=50 rec=51 (1)");
    let (answers, offences, ended) = asked_too_often(Pacing::Strict).await;
    assert_eq!((answers, offences.len()), (150, 3), "{offences:?}");
    assert_eq!(ended, Some(End::Fin), "the third offence ends the connection");
}

#[tokio::test]
async fn an_account_that_is_looked_at_takes_no_order_and_gives_none_back() {
    let gateway = gateway(Options { frozen: true, ..Options::default() }).await;
    let (mut one, _) = Raw::start(gateway.address, 1).await;
    one.order(1, "BUY", 10, 1.0).await;
    one.cancel(1).await;
    one.ask(Request::GlobalCancel(GlobalCancelRequest::default())).await;
    assert_eq!(orders(&one.settled().await), ["error 1 321", "error 1 321", "error -1 321"]);
    one.ask(Request::AllOpenOrders(Empty {})).await;
    assert_eq!(orders(&one.settled().await), Vec::<String>::new());
    gateway.stop().await;
}
