//! What the session does when the wire, the gateway or IB's servers fail.

use super::wire::Wire;
use super::*;
use crate::gateway::Script;
use crate::source::Source;

/// A session over a wire that can fail, with waits short enough to see them pass.
pub(super) async fn wired(tempo: Tempo) -> (Venue, Wire, Bench) {
    let venue = Venue::open(Options::default()).await;
    let wire = Wire::to(venue.address).await;
    let mut bench = Bench::start_at(tempo, Profile { address: wire.address.to_string().into(), ..Profile::default() });
    bench.hand = Some(venue.hand.clone());
    (venue, wire, bench)
}

pub(super) fn quick() -> Tempo {
    Tempo {
        backoff: Duration::from_millis(20),
        sync_again: [Duration::from_millis(20); 3],
        step: Duration::from_secs(2),
        ..Tempo::default()
    }
}

pub(super) async fn closed(venue: Venue, wire: Wire, bench: Bench) {
    bench.close().await;
    wire.close();
    venue.close().await;
}

/// The next state of the link that is not a step of SYNC.
pub(super) async fn link(bench: &mut Bench) -> Link {
    bench
        .until("link", |e| match e {
            Event::Link(Link::Syncing { .. }) => None,
            Event::Link(link) => Some(link.clone()),
            _ => None,
        })
        .await
}

pub(super) fn place(bench: &Bench, key: &str, account: &AccountId, id: i32) {
    let instrument = apple();
    let order = approved(key, buy(&instrument, 100, low()), account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(i64::from(id), id)));
}

#[tokio::test]
async fn without_ibs_servers_cancels_pass_and_orders_do_not_until_a_new_sync() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    for _ in 0..3 {
        wire.say_error(-1, 1100, "Connectivity between IB and TWS has been lost.").await;
    }
    assert_eq!(link(&mut bench).await, Link::IbLost);
    place(&bench, "b", &account, id + 1);
    assert_eq!(refused(&mut bench).await, "IB's servers are not reachable");
    bench.send(Command::Cancel { key: OrderKey::own("a"), ids: BrokerIds { client_id: 1, order_id: id, perm_id: 0 } });
    bench.status(id, BrokerStatus::Cancelled).await;
    bench.send(Command::Resync);
    synced(&mut bench).await;
    assert_eq!(link(&mut bench).await, Link::IbLost, "a SYNC does not prove IB's servers");
    wire.say_error(-1, 1102, "Connectivity restored, data maintained.").await;
    assert_eq!(link(&mut bench).await, Link::IbBack { data_kept: true });
    synced(&mut bench).await;
    assert!(matches!(link(&mut bench).await, Link::Ready { .. }));
    place(&bench, "c", &account, id + 1);
    bench.status(id + 1, BrokerStatus::Working).await;
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn when_ib_lost_the_data_every_line_is_asked_for_again() {
    let (venue, wire, mut bench) = wired(quick()).await;
    bench.until_ready().await;
    bench.send(Command::Watch(Box::new(apple())));
    bench.quote(apple().con_id, Quote::is_two_sided).await;
    let before = wire.line();
    wire.say_error(-1, 1101, "Connectivity restored, data lost.").await;
    bench.until_ready().await;
    bench.quote(apple().con_id, |q| q.is_two_sided() && wire.line() > before).await;
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn a_cut_wire_leads_back_to_ready_with_the_same_order() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    wire.cut().await;
    let why = bench
        .until("dialling", |e| match e {
            Event::Link(Link::Dialling { why: Some(why), next_in: Some(_), .. }) => Some(why.text.to_string()),
            _ => None,
        })
        .await;
    assert_eq!(why, format!("Connection reset by {}.", wire.address));
    let snapshot = synced(&mut bench).await;
    let known: Vec<&str> = snapshot.open.iter().map(|o| o.order_ref.as_str()).collect();
    assert_eq!(known, ["a"]);
    let (_, next_id) = bench.until_ready().await;
    assert!(next_id > id);
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn a_mute_gateway_is_told_and_heard_again() {
    let tempo = Tempo { beat: Duration::from_millis(200), beat_max: Duration::from_secs(1), ..quick() };
    let (venue, wire, mut bench) = wired(tempo).await;
    let (account, id) = bench.until_ready().await;
    bench.until("heartbeat", |e| matches!(e, Event::Heartbeat { .. }).then_some(())).await;
    wire.hold(true);
    bench.until("mute", |e| matches!(e, Event::Link(Link::Mute)).then_some(())).await;
    place(&bench, "a", &account, id);
    assert_eq!(refused(&mut bench).await, "the gateway does not answer");
    wire.hold(false);
    assert!(matches!(link(&mut bench).await, Link::Ready { .. }));
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn a_gateway_that_stays_mute_is_dialled_anew() {
    let tempo = Tempo { beat: Duration::from_millis(50), beat_max: Duration::from_millis(50), ..quick() };
    let (venue, wire, mut bench) = wired(tempo).await;
    bench.until_ready().await;
    wire.hold(true);
    bench
        .until("dialling", |e| match e {
            Event::Link(Link::Dialling { why: Some(why), .. }) if why.text.contains("does not answer") => Some(()),
            _ => None,
        })
        .await;
    wire.hold(false);
    bench.until_ready().await;
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn an_order_frame_that_cannot_be_read_leads_to_sync() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    // A status of order 1 without its quantities, then without anything.
    wire.say(3, &[0x08, 0x01, 0x12, 0x01, b'X']).await;
    synced(&mut bench).await;
    bench.until_ready().await;
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn a_sync_without_an_end_is_tried_again_and_never_read_as_flat() {
    /// The end of positions.
    const POSITION_END: u32 = 62;
    let (venue, wire, mut bench) = wired(quick()).await;
    wire.lose(Some(POSITION_END));
    let text = bench
        .until("failure", |e| match e {
            Event::Notice { text, .. } if text.starts_with("SYNC failed") => Some(text.to_string()),
            Event::Synced(_) => panic!("half an answer was handed out"),
            _ => None,
        })
        .await;
    assert_eq!(text, "SYNC failed at positions: no complete answer in time");
    wire.lose(None);
    synced(&mut bench).await;
    bench.until_ready().await;
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn a_read_only_gateway_closes_the_session_to_orders() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    wire.say_error(id, 321, "Error validating request: the API interface is currently in Read-Only mode.").await;
    assert!(matches!(link(&mut bench).await, Link::Ready { read_only: true, .. }));
    place(&bench, "b", &account, id + 1);
    assert_eq!(refused(&mut bench).await, "the session is read-only");
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn a_line_without_the_right_to_live_data_says_so_and_asks_for_delayed_data() {
    let (venue, wire, mut bench) = wired(quick()).await;
    bench.until_ready().await;
    bench.send(Command::Watch(Box::new(apple())));
    bench.quote(apple().con_id, Quote::is_two_sided).await;
    let first = wire.line();
    wire.say_error(first, 354, "Requested market data is not subscribed.").await;
    let text = bench
        .until("notice", |e| match e {
            Event::Notice { code: 354, text } => Some(text.to_string()),
            _ => None,
        })
        .await;
    assert_eq!(text, "Requested market data is not subscribed.");
    bench.quote(apple().con_id, |q| q.is_two_sided() && q.refused.is_none() && wire.line() > first).await;
    let second = wire.line();
    wire.say_error(second, 354, "Requested market data is not subscribed.").await;
    let refused = bench.quote(apple().con_id, |q| q.refused.is_some()).await.refused;
    assert_eq!(refused, Some((354, "Requested market data is not subscribed.".into())));
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn farm_messages_and_words_about_orders_are_passed_on_clean() {
    let (venue, wire, mut bench) = wired(quick()).await;
    bench.until_ready().await;
    wire.say_error(-1, 2103, "Market data farm connection is broken:\x1b[31musfarm").await;
    let text = bench
        .until("notice", |e| match e {
            Event::Notice { code: 2103, text } => Some(text.to_string()),
            _ => None,
        })
        .await;
    assert!(!text.contains('\x1b') && text.contains("usfarm"));
    wire.say_error(77, 201, "Order rejected - reason: no\nshares").await;
    let text = bench
        .until("order error", |e| match e {
            Event::OrderError { order_id: 77, code: 201, text } => Some(text.to_string()),
            _ => None,
        })
        .await;
    assert_eq!(text, "Order rejected - reason: no shares");
    closed(venue, wire, bench).await;
}

#[tokio::test]
async fn a_read_only_word_does_not_make_a_session_ready_that_has_lost_ib() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    wire.say_error(-1, 1100, "Connectivity between IB and TWS has been lost.").await;
    assert!(matches!(link(&mut bench).await, Link::IbLost));
    wire.say_error(id, 321, "Error validating request: the API interface is currently in Read-Only mode.").await;
    wire.say_error(-1, 1102, "Connectivity restored, data maintained.").await;
    assert!(matches!(link(&mut bench).await, Link::IbBack { data_kept: true }), "nothing else was said of the link");
    let (account, _) = bench.until_ready().await;
    place(&bench, "b", &account, id + 1);
    assert_eq!(refused(&mut bench).await, "the session is read-only");
    closed(venue, wire, bench).await;
}

/// A session at a gateway that follows this script.
pub(super) async fn under(script: &str, tempo: Tempo) -> (Venue, Bench) {
    let script = Script::read(&Source::new("night", script)).expect("a sound script");
    let venue = Venue::open(Options { faults: Some(script), ..Options::default() }).await;
    let mut bench = Bench::start_at(tempo, venue.profile());
    bench.hand = Some(venue.hand.clone());
    (venue, bench)
}

#[tokio::test]
async fn an_order_whose_answer_died_with_the_connection_is_found_by_sync() {
    let (venue, mut bench) = under("after placeOrder#1 do rst", quick()).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    let snapshot = synced(&mut bench).await;
    let known: Vec<&str> = snapshot.open.iter().map(|o| o.order_ref.as_str()).collect();
    assert_eq!(known, ["a"]);
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn an_order_that_died_with_the_connection_is_not_found_by_sync() {
    let (venue, mut bench) = under("at placeOrder#1 do rst", quick()).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    assert!(synced(&mut bench).await.open.is_empty());
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn ids_that_roll_back_are_told_as_the_gateway_says_them() {
    let (venue, mut bench) = under("after orderStatus#2 do rst\nat startApi#2 do next_id -1", quick()).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    synced(&mut bench).await;
    let (_, next_id) = bench.until_ready().await;
    assert_eq!(next_id, id, "the journal's high-water mark is what keeps it from being used again");
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_script_that_takes_ib_away_and_back_is_told_as_such() {
    let (venue, mut bench) = under("at 2s do ib_lost 2s", quick()).await;
    bench.until_ready().await;
    assert_eq!(link(&mut bench).await, Link::IbLost);
    assert_eq!(link(&mut bench).await, Link::IbBack { data_kept: true });
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_half_open_connection_is_noticed_and_dialled_anew() {
    let tempo = Tempo { beat: Duration::from_millis(50), beat_max: Duration::from_millis(50), ..quick() };
    let (venue, mut bench) = under("at 2s do half_open", tempo).await;
    bench.until_ready().await;
    bench.until("dialling", |e| matches!(e, Event::Link(Link::Dialling { why: Some(_), .. })).then_some(())).await;
    bench.until_ready().await;
    bench.close().await;
    venue.close().await;
}
