//! Every fault of the script language, over a socket. The scripts are those in `tests/faults`.

use std::path::Path;

use tokio::net::TcpStream;

use super::raw::{End, Raw, orders};
use super::{Options, Running, START, soon};
use crate::gateway::wire::proto::{Empty, GlobalCancelRequest, PnLRequest};
use crate::gateway::wire::{Reply, Request};
use crate::gateway::{Nanos, Script};
use crate::source::Source;

/// A limit that fills at once.
const HIGH: f64 = 9_000.0;
/// A limit that rests.
const LOW: f64 = 1.0;
/// What a resting order is told.
const RESTS: [&str; 4] = ["open 1", "status 1 PreSubmitted", "open 1", "status 1 Submitted"];

fn script(name: &str) -> Script {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults").join(format!("{name}.faults"));
    let text = std::fs::read_to_string(path).unwrap();
    Script::read(&Source::new(format!("{name}.faults"), text)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A gateway under a script, a second after its start.
async fn night(name: &str) -> Running {
    night_at(name, START).await
}

async fn night_at(name: &str, start: Nanos) -> Running {
    let gateway = Running::with(Options { faults: Some(script(name)), ..Options::default() }, start).await;
    gateway.advance(1_000).await;
    gateway
}

/// The codes of errors and notices.
fn codes(replies: &[Reply]) -> Vec<i32> {
    replies.iter().filter_map(|r| if let Reply::Error(m) = r { m.error_code } else { None }).collect()
}

/// The types of price ticks.
fn ticks(replies: &[Reply]) -> Vec<i32> {
    replies.iter().filter_map(|r| if let Reply::TickPrice(m) = r { m.tick_type } else { None }).collect()
}

/// Clients and permanent ids of the open orders of everybody.
async fn all_open(client: &mut Raw) -> Vec<(i32, i32, i64)> {
    client.ask(Request::AllOpenOrders(Empty {})).await;
    let seen = client.settled().await;
    let row = |r: &Reply| match r {
        Reply::OpenOrder(m) => {
            let order = m.order.as_ref()?;
            Some((m.order_id?, order.client_id?, order.perm_id?))
        }
        _ => None,
    };
    seen.iter().filter_map(row).collect()
}

#[test]
fn every_example_is_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        script(path.file_stem().unwrap().to_str().unwrap());
        found += 1;
    }
    assert!(found > 25, "{found}");
}

#[tokio::test]
async fn a_dropped_callback_and_a_dropped_call_are_lost() {
    let gateway = night("drop").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    assert_eq!(orders(&client.settled().await), RESTS[..3]);
    client.cancel(1).await;
    assert_eq!(orders(&client.settled().await), Vec::<String>::new());
    assert_eq!(all_open(&mut client).await.len(), 1, "the cancel never came");
    client.cancel(1).await;
    assert!(orders(&client.settled().await).contains(&"status 1 Cancelled".to_owned()));
    gateway.stop().await;
}

#[tokio::test]
async fn a_doubled_callback_comes_again() {
    let gateway = night("dup").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, HIGH).await;
    let told = orders(&client.settled().await);
    assert_eq!(told.iter().filter(|told| *told == "fill 1").count(), 3, "{told:?}");
    assert_eq!(told.iter().filter(|told| *told == "fee").count(), 1, "{told:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_delayed_comes_later_and_others_pass_it() {
    let gateway = night("delay").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    assert_eq!(orders(&client.settled().await), RESTS[1..]);
    gateway.advance(2_900).await;
    assert_eq!(orders(&client.settled().await), Vec::<String>::new());
    gateway.advance(100).await;
    assert_eq!(orders(&client.settled().await), ["open 1"]);
    client.order(2, "BUY", 10, LOW).await;
    assert_eq!(orders(&client.settled().await), Vec::<String>::new());
    gateway.advance(2_000).await;
    assert_eq!(orders(&client.settled().await).len(), 4);
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_reordered_comes_right_behind_the_other() {
    let gateway = night("reorder").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, HIGH).await;
    let told = orders(&client.settled().await);
    let at = |what: &str| told.iter().position(|told| told == what).unwrap();
    assert_eq!(at("fill 1"), at("status 1 Filled") + 1, "{told:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_split_frame_stands_still_in_the_middle() {
    let gateway = night("split").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    let (mut other, _) = Raw::start(gateway.address, 2).await;
    client.order(1, "BUY", 10, LOW).await;
    assert_eq!(client.fragment().await, 3);
    gateway.advance(480).await;
    other.settled().await;
    assert_eq!(client.fragment().await, 3);
    gateway.advance(20).await;
    assert_eq!(orders(&client.settled().await), RESTS);
    gateway.stop().await;
}

/// What three clients read of their first open order under the broken frames of the script.
async fn broken() -> Vec<Result<Reply, End>> {
    let gateway = night("corrupt").await;
    let mut found = Vec::new();
    for client_id in 1..=3 {
        let (mut client, _) = Raw::start(gateway.address, client_id).await;
        client.order(1, "BUY", 10, LOW).await;
        found.push(client.next().await);
    }
    gateway.stop().await;
    found
}

#[tokio::test]
async fn broken_frames_are_broken_in_body_id_or_length_and_each_time_alike() {
    let found = broken().await;
    let sound = {
        let gateway = night("dup").await;
        let (mut client, _) = Raw::start(gateway.address, 1).await;
        client.order(1, "BUY", 10, LOW).await;
        let sound = client.next().await;
        gateway.stop().await;
        sound
    };
    assert!(matches!(sound, Ok(Reply::OpenOrder(_))), "{sound:?}");
    assert_ne!(found[0], sound);
    assert_eq!(found[1..], [Err(End::Broken), Err(End::Broken)]);
    assert_eq!(broken().await, found, "the seed decides");
}

#[tokio::test]
async fn numbers_that_are_unset_are_ibs_markers() {
    let gateway = night("unset").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.watch(5).await;
    let priced =
        client.until(|r| if let Reply::TickPrice(m) = r { Some((m.price, m.size.clone())) } else { None }).await;
    assert_eq!(priced, (Some(-1.0), Some("0".to_owned())));
    client.order(1, "BUY", 10, HIGH).await;
    let fee =
        client.until(|r| if let Reply::CommissionAndFeesReport(m) = r { Some(m.commission_and_fees) } else { None });
    assert_eq!(fee.await, Some(f64::MAX));
    client.ask(Request::PnL(PnLRequest { req_id: Some(6), ..PnLRequest::default() })).await;
    let pnl = client.until(|r| if let Reply::PnL(m) = r { Some((m.daily_pnl, m.unrealized_pnl)) } else { None }).await;
    assert_eq!(pnl, (Some(f64::MAX), Some(f64::MAX)));
    gateway.stop().await;
}

#[tokio::test]
async fn a_forked_change_leaves_two_orders_of_one_id() {
    let gateway = night("fork_perm").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    assert_eq!(orders(&client.settled().await), RESTS);
    client.order(1, "BUY", 10, 1.01).await;
    assert_eq!(orders(&client.settled().await), RESTS, "told as a new order");
    let open = all_open(&mut client).await;
    let [(1, 1, first), (1, 1, second)] = open[..] else { panic!("two orders of one id: {open:?}") };
    assert_ne!(first, second);
    client.cancel(1).await;
    client.settled().await;
    assert_eq!(all_open(&mut client).await, [(1, 1, second)]);
    client.ask(Request::GlobalCancel(GlobalCancelRequest::default())).await;
    assert!(orders(&client.settled().await).contains(&"status 1 Cancelled".to_owned()));
    assert_eq!(all_open(&mut client).await, []);
    gateway.stop().await;
}

#[tokio::test]
async fn a_reset_before_the_order_is_read_leaves_no_order() {
    let gateway = night("rst-before").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    let (seen, end) = client.end().await;
    assert_eq!((orders(&seen).len(), end), (0, End::Reset));
    let (mut again, next) = Raw::start_again(gateway.address, 1).await;
    assert_eq!(next, 1);
    assert_eq!(all_open(&mut again).await, []);
    gateway.stop().await;
}

#[tokio::test]
async fn a_reset_after_the_order_is_served_leaves_the_order_and_no_word_of_it() {
    let gateway = night("rst-after").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    let (seen, end) = client.end().await;
    assert_eq!((orders(&seen).len(), end), (0, End::Reset));
    let (mut again, next) = Raw::start_again(gateway.address, 1).await;
    assert_eq!(next, 2);
    assert_eq!(all_open(&mut again).await.len(), 1);
    again.order(2, "BUY", 10, LOW).await;
    assert_eq!(orders(&again.settled().await).len(), 4, "counts outlive the connection");
    gateway.stop().await;
}

#[tokio::test]
async fn a_connection_closed_in_order_ends_behind_its_message() {
    let gateway = night("fin").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    let (seen, end) = client.end().await;
    assert_eq!(orders(&seen), RESTS[..2]);
    assert_eq!(end, End::Fin);
    gateway.stop().await;
}

#[tokio::test]
async fn a_half_open_connection_is_silent_and_its_id_is_free() {
    let gateway = night("half_open").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    gateway.advance(5_000).await;
    client.ask(Request::CurrentTime(Empty {})).await;
    let (mut again, _) = Raw::start_again(gateway.address, 1).await;
    again.settled().await;
    assert!(client.is_silent());
    gateway.stop().await;
}

#[tokio::test]
async fn a_mute_gateway_serves_and_says_everything_later() {
    let gateway = night("mute").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    let (mut other, _) = Raw::start(gateway.address, 2).await;
    client.order(1, "BUY", 10, LOW).await;
    for want in RESTS {
        assert_eq!(orders(&[client.next().await.unwrap()]), [want]);
    }
    client.order(2, "BUY", 10, LOW).await;
    while all_open(&mut other).await.len() < 2 {}
    gateway.advance(9_900).await;
    assert!(client.is_silent());
    gateway.advance(100).await;
    assert_eq!(orders(&client.settled().await).len(), 4);
    gateway.stop().await;
}

#[tokio::test]
async fn a_gateway_that_stands_still_neither_reads_nor_writes() {
    let gateway = night("stall").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    let (mut other, _) = Raw::start(gateway.address, 2).await;
    gateway.advance(1_500).await;
    client.order(1, "BUY", 10, LOW).await;
    gateway.advance(9_000).await;
    assert_eq!(all_open(&mut other).await, []);
    assert!(client.is_silent());
    gateway.advance(1_500).await;
    assert_eq!(orders(&client.settled().await), RESTS);
    gateway.stop().await;
}

#[tokio::test]
async fn a_held_client_id_is_in_use_until_its_time_is_over() {
    let gateway = night("hold_id").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    gateway.advance(1_500).await;
    assert_eq!(client.end().await.1, End::Reset);
    let mut again = Raw::greet(gateway.address).await;
    again.ask_start(1).await;
    let (seen, end) = again.end().await;
    assert_eq!((codes(&seen), end), (vec![326], End::Fin));
    gateway.advance(30_000).await;
    Raw::start(gateway.address, 1).await;
    gateway.stop().await;
}

#[tokio::test]
async fn notices_come_before_their_message_and_as_often_as_asked() {
    let gateway = night("notice").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    let told = orders(&client.settled().await);
    assert_eq!(told[0], "error 1 10349");
    assert_eq!(told[1..], RESTS);
    gateway.advance(5_000).await;
    assert_eq!(codes(&client.settled().await), [1100; 20]);
    gateway.stop().await;
}

#[tokio::test]
async fn order_ids_roll_back() {
    let gateway = night("next_id").await;
    let (mut client, first) = Raw::start(gateway.address, 1).await;
    assert_eq!(first, 1);
    for id in 1..=6 {
        client.order(id, "BUY", 10, LOW).await;
    }
    client.settled().await;
    drop(client);
    let (mut again, next) = Raw::start_again(gateway.address, 1).await;
    assert_eq!(next, 3);
    again.order(next, "SELL", 10, HIGH).await;
    let told = orders(&again.settled().await);
    assert!(told.iter().any(|told| told.starts_with("error 3 10")), "the venue keeps its own count: {told:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_slow_clock_says_so() {
    let gateway = night("skew").await;
    for (client_id, want) in [(1, START / 1_000_000_000 - 2), (2, START / 1_000_000_000 + 1)] {
        let (mut client, _) = Raw::start(gateway.address, client_id).await;
        client.ask(Request::CurrentTime(Empty {})).await;
        let told = client.until(|r| if let Reply::CurrentTime(m) = r { m.current_time } else { None }).await;
        assert_eq!(told, want);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn while_ib_is_lost_ticks_stand_still_and_come_back_or_not() {
    let gateway = night("ib_lost").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.watch(5).await;
    gateway.advance(8_900).await;
    assert!(!ticks(&client.settled().await).is_empty());
    gateway.advance(200).await;
    assert_eq!(codes(&client.settled().await), [1100]);
    gateway.advance(19_800).await;
    let lost = client.settled().await;
    assert_eq!((codes(&lost), ticks(&lost)), (vec![], vec![]));
    let (mut late, _) = Raw::start(gateway.address, 2).await;
    late.watch(6).await;
    assert!(ticks(&late.settled().await).is_empty(), "who comes later finds it lost too");
    gateway.advance(5_000).await;
    let back = client.settled().await;
    assert_eq!(codes(&back), [1102]);
    assert!(!ticks(&back).is_empty());
    gateway.advance(30_000).await;
    assert_eq!(codes(&client.settled().await), [1100]);
    gateway.advance(10_000).await;
    let back = client.settled().await;
    assert_eq!((codes(&back), ticks(&back)), (vec![1101], vec![]));
    client.watch(5).await;
    assert!(!ticks(&client.settled().await).is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_farm_goes_and_comes_with_its_ticks() {
    let gateway = night("farm").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.watch(5).await;
    gateway.advance(8_900).await;
    client.settled().await;
    for _ in 0..3 {
        gateway.advance(2_000).await;
        let down = client.settled().await;
        assert_eq!(codes(&down), [2103]);
        gateway.advance(2_000).await;
        let up = client.settled().await;
        assert_eq!(codes(&up), [2104]);
        let said = |r: &Reply| matches!(r, Reply::Error(_));
        let before = up.iter().position(said).unwrap();
        assert!(ticks(&up[..before]).is_empty());
        assert!(!ticks(&up[before..]).is_empty());
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_read_only_gateway_takes_no_orders_for_its_time() {
    let gateway = night("read_only").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    client.settled().await;
    gateway.advance(5_000).await;
    client.order(2, "BUY", 10, LOW).await;
    client.cancel(1).await;
    assert_eq!(orders(&client.settled().await), ["error 2 321", "error 1 321"]);
    gateway.advance(10_000).await;
    client.cancel(1).await;
    assert!(orders(&client.settled().await).contains(&"status 1 Cancelled".to_owned()));
    gateway.stop().await;
}

#[tokio::test]
async fn a_competing_session_takes_the_data_of_every_line() {
    let gateway = night("competing").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.watch(5).await;
    client.settled().await;
    gateway.advance(5_000).await;
    client.watch(6).await;
    let seen = client.settled().await;
    assert_eq!(orders(&seen), ["error 5 10197", "error 6 10197"]);
    gateway.advance(8_000).await;
    assert!(ticks(&client.settled().await).is_empty());
    gateway.advance(3_000).await;
    assert!(!ticks(&client.settled().await).is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn delayed_data_has_its_own_type_and_ticks() {
    let gateway = night("data_type").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.watch(5).await;
    client.settled().await;
    let types = |seen: &[Reply]| -> Vec<i32> {
        seen.iter().filter_map(|r| if let Reply::MarketDataType(m) = r { m.market_data_type } else { None }).collect()
    };
    gateway.advance(4_020).await;
    client.settled().await;
    gateway.advance(5_000).await;
    client.watch(6).await;
    let seen = client.settled().await;
    assert_eq!(types(&seen), [3], "the new line says so");
    assert!(ticks(&seen).iter().all(|kind| (66..=76).contains(kind)), "{:?}", ticks(&seen));
    assert!(!ticks(&seen).is_empty());
    gateway.advance(6_000).await;
    let seen = client.settled().await;
    assert_eq!(types(&seen), [1, 1]);
    gateway.advance(2_000).await;
    assert!(ticks(&client.settled().await).iter().all(|kind| *kind < 66));
    gateway.stop().await;
}

#[tokio::test]
async fn the_nightly_restart_resets_everybody_and_closes_the_port_for_a_while() {
    // 23:44:50 in New York.
    let gateway = night_at("restart", START + (13 * 3_600 + 44 * 60 + 50) * 1_000_000_000).await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    client.order(1, "BUY", 10, LOW).await;
    client.settled().await;
    gateway.advance(10_000).await;
    assert_eq!(client.end().await.1, End::Reset);
    while TcpStream::connect(gateway.address).await.is_ok() {}
    gateway.advance(119_000).await;
    assert!(TcpStream::connect(gateway.address).await.is_err());
    gateway.advance(2_000).await;
    let waiting = async { while TcpStream::connect(gateway.address).await.is_err() {} };
    soon(waiting).await;
    let (mut again, _) = Raw::start(gateway.address, 1).await;
    assert_eq!(all_open(&mut again).await.len(), 1, "orders work on");
    gateway.stop().await;
}

#[tokio::test]
async fn behind_the_login_dialog_nobody_is_greeted() {
    let gateway = night("login").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    gateway.advance(5_000).await;
    client.settled().await;
    let mut greeting = Box::pin(Raw::greet(gateway.address));
    let unanswered = async {
        tokio::select! {
            _ = &mut greeting => false,
            () = async {
                for _ in 0..100 {
                    client.settled().await;
                }
            } => true,
        }
    };
    assert!(unanswered.await, "nobody answers");
    gateway.advance(10_000).await;
    greeting.await;
    gateway.stop().await;
}

#[tokio::test]
async fn executions_are_corrected_and_taken_back() {
    let gateway = night("correct").await;
    let (mut client, _) = Raw::start(gateway.address, 1).await;
    let told = |seen: &[Reply]| -> Vec<(String, Option<f64>, String)> {
        let row = |r: &Reply| match r {
            Reply::ExecutionDetails(m) => {
                let execution = m.execution.clone()?;
                Some((execution.exec_id?, execution.price, execution.shares?))
            }
            _ => None,
        };
        seen.iter().filter_map(row).collect()
    };
    client.order(1, "BUY", 10, HIGH).await;
    let first = told(&client.settled().await);
    assert_eq!(first.len(), 1);
    gateway.advance(1_100).await;
    let corrected = told(&client.settled().await);
    assert_eq!(corrected.len(), 1);
    assert_eq!((corrected[0].1, &corrected[0].2[..]), (Some(100.0), "10"));
    assert_eq!(corrected[0].0.rsplit_once('.').unwrap().0, first[0].0.rsplit_once('.').unwrap().0);
    client.order(2, "BUY", 10, HIGH).await;
    client.settled().await;
    gateway.advance(1_100).await;
    let busted = told(&client.settled().await);
    assert_eq!(busted.len(), 1);
    assert_eq!(busted[0].2, "0");
    gateway.stop().await;
}

#[tokio::test]
async fn a_rule_of_one_client_leaves_the_others_alone() {
    let gateway = night("client").await;
    let (mut one, _) = Raw::start(gateway.address, 1).await;
    let (mut two, _) = Raw::start(gateway.address, 2).await;
    two.order(1, "BUY", 10, LOW).await;
    let (seen, end) = two.end().await;
    assert_eq!((orders(&seen), end), (vec!["open 1".to_owned()], End::Reset));
    one.order(1, "BUY", 10, LOW).await;
    assert_eq!(orders(&one.settled().await), RESTS);
    gateway.stop().await;
}
