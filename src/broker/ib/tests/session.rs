//! From dialling to READY, and back to it.

use super::*;

#[tokio::test]
async fn connects_synchronises_and_is_ready() {
    let venue = Venue::open(Options::default()).await;
    let mut bench = Bench::start(venue.profile());
    let snapshot = synced(&mut bench).await;
    let (account, next_order_id) = bench.until_ready().await;
    assert_eq!(account.mode(), Mode::Paper);
    assert!(next_order_id >= 1);
    assert!(snapshot.account.net_liquidation.is_some_and(Cash::is_positive), "{snapshot:?}");
    assert_eq!(snapshot.account.currency.as_str(), "USD");
    assert!(snapshot.open.is_empty() && snapshot.positions.is_empty());
    let steps: Vec<&String> = bench.seen.iter().filter(|e| e.contains("Syncing")).collect();
    assert_eq!(steps.len(), 5, "{steps:?}");
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_client_id_in_use_is_told_in_words_and_tried_again() {
    let venue = Venue::open(Options::default()).await;
    let (first, _, _) = Bench::ready(&venue).await;
    let mut second = Bench::start(venue.profile());
    let why = second
        .until("reason", |e| match e {
            Event::Link(Link::Dialling { why: Some(why), next_in: Some(_), .. }) => Some(why.clone()),
            _ => None,
        })
        .await;
    assert_eq!(why.code, Some(326));
    let address = venue.address;
    assert_eq!(
        why.text.as_str(),
        format!(
            "Client id 1 is in use at {address} (326). Close the other program or set client_id; orders of id 1 stay with id 1."
        )
    );
    first.close().await;
    second.until_ready().await;
    second.close().await;
    venue.close().await;
}

#[tokio::test]
async fn the_wrong_mode_and_an_absent_account_are_refused_for_good() {
    let venue = Venue::open(Options::default()).await;
    for profile in [
        Profile { name: "live".into(), mode: Mode::Live, ..venue.profile() },
        Profile { account: Some(AccountId::new("DU7654321")), ..venue.profile() },
    ] {
        let mut bench = Bench::start(profile);
        let text = bench
            .until("refusal", |e| match e {
                Event::Link(Link::Refused(refusal)) => Some(refusal.text.to_string()),
                _ => None,
            })
            .await;
        assert!(text.contains("DU…") && !text.contains("DU0000001"), "{text}");
        bench.close().await;
    }
    venue.close().await;
}

#[tokio::test]
async fn nobody_listening_is_told_with_502() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut bench = Bench::start(Profile { address: address.to_string().into(), ..Profile::default() });
    let why = bench
        .until("reason", |e| match e {
            Event::Link(Link::Dialling { why: Some(why), next_in: Some(_), attempt: 2, .. }) => Some(why.clone()),
            _ => None,
        })
        .await;
    assert_eq!(why.code, Some(502));
    bench.close().await;
}

#[tokio::test]
async fn after_the_gateway_is_gone_and_back_the_same_orders_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("paper.db"));
    let venue = Venue::open(Options { state: state.clone(), ..Options::default() }).await;
    let address = venue.address;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    bench.send(Command::Watch(Box::new(instrument.clone())));
    let order = approved("k3f2-1-3", buy(&instrument, 100, low()), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    bench.status(id, BrokerStatus::Working).await;
    venue.close().await;
    bench.hand = None;
    bench.until("dialling", |e| matches!(e, Event::Link(Link::Dialling { next_in: Some(_), .. })).then_some(())).await;
    bench.send(Command::Cancel {
        key: OrderKey::own("k3f2-1-3"),
        ids: BrokerIds { client_id: 1, order_id: id, perm_id: 0 },
    });
    bench.until("kept cancel", |e| matches!(e, Event::CancelNotSent { queued: true, .. }).then_some(())).await;
    bench.tape.take();
    let venue = Venue::open(Options { state, listen: address, ..Options::default() }).await;
    bench.hand = Some(venue.hand.clone());
    let snapshot = synced(&mut bench).await;
    let all: Vec<&OrderReport> = snapshot.open.iter().chain(&snapshot.completed).collect();
    let names: Vec<&str> = all.iter().map(|o| o.order_ref.as_str()).collect();
    assert_eq!(names, ["k3f2-1-3"], "the same order, once");
    if all[0].status != BrokerStatus::Cancelled {
        bench.status(id, BrokerStatus::Cancelled).await;
    }
    let (_, next_order_id) = bench.until_ready().await;
    assert!(next_order_id > id);
    bench.quote(instrument.con_id, |q| q.bid.is_some()).await;
    bench.close().await;
    venue.close().await;
}
