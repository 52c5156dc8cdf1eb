//! A gateway that sends nonsense: messages with bytes changed, cut, doubled or filled between the real gateway and the real
//! adapter. Nobody panics, no order goes out twice, and once the nonsense ends the desk is READY and agrees with the gateway.
//!
//! `MANGLED_SEED=n` picks another stream of nonsense; the long run is
//! `MANGLED_ROUNDS=300 cargo test --test it mangled -- --nocapture`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tradewind::broker::Link;
use tradewind::domain::order::OrderState;

use crate::layer_a::chance::Chance;
use crate::support::{Desk, Venue, folder};

/// A line that spoils what the gateway sends while it is told to.
struct Line {
    addr: SocketAddr,
    spoils: Arc<AtomicBool>,
    spoiled: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
}

impl Line {
    async fn open(there: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (spoils, spoiled) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let passed = Arc::new(AtomicU64::new(0));
        let told = (Arc::clone(&spoils), Arc::clone(&spoiled), Arc::clone(&passed));
        tokio::spawn(async move {
            let mut chance = Chance::new(seed);
            while let Ok((client, _)) = listener.accept().await {
                let Ok(gateway) = TcpStream::connect(there).await else { continue };
                tokio::spawn(carry(client, gateway, Chance::new(chance.next()), told.clone()));
            }
        });
        Self { addr, spoils, spoiled, passed }
    }
}

type Told = (Arc<AtomicBool>, Arc<AtomicU64>, Arc<AtomicU64>);

async fn carry(client: TcpStream, gateway: TcpStream, mut chance: Chance, (spoils, spoiled, passed): Told) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_gateway, mut to_gateway) = gateway.into_split();
    let up = tokio::io::copy(&mut from_client, &mut to_gateway);
    let down = async {
        let mut length = [0; 4];
        while from_gateway.read_exact(&mut length).await.is_ok() {
            let mut body = vec![0; u32::from_be_bytes(length) as usize];
            if from_gateway.read_exact(&mut body).await.is_err() {
                return;
            }
            passed.fetch_add(1, Ordering::Relaxed);
            let mut frames = vec![body];
            if spoils.load(Ordering::Relaxed) && chance.percent(8) {
                spoiled.fetch_add(1, Ordering::Relaxed);
                spoil(&mut chance, &mut frames);
            }
            for frame in frames {
                let length = u32::try_from(frame.len()).unwrap().to_be_bytes();
                if to_client.write_all(&[&length[..], &frame].concat()).await.is_err() {
                    return;
                }
            }
        }
    };
    tokio::select! {
        _ = up => {}
        () = down => {}
    }
}

/// Spoils one message; its length stays true to it, so that the next is found.
fn spoil(chance: &mut Chance, frames: &mut Vec<Vec<u8>>) {
    let place = |chance: &mut Chance, body: &[u8]| usize::try_from(chance.below(body.len() as u64)).unwrap();
    let Some(body) = frames.first_mut().filter(|body| !body.is_empty()) else { return };
    match chance.below(7) {
        0 => body.truncate(place(chance, body)),
        1 => {
            let twin = body.clone();
            frames.push(twin);
        }
        2 => body.extend_from_slice(b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
        3 => {
            // Another kind of message, or none there is.
            let id = u32::try_from(200 + chance.below(120)).unwrap().to_be_bytes();
            let head = body.len().min(4);
            body[..head].copy_from_slice(&id[..head]);
        }
        4 => {
            let at = place(chance, body);
            let end = (at + 8).min(body.len());
            // A number that is none.
            body[at..end].copy_from_slice(&f64::NAN.to_le_bytes()[..end - at]);
        }
        _ => {
            for _ in 0..=chance.below(4) {
                let at = place(chance, body);
                body[at] ^= 1 << chance.below(8);
            }
        }
    }
}

#[tokio::test]
async fn a_gateway_that_sends_nonsense_brings_nobody_down_and_is_understood_again() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("MANGLED_SEED").unwrap_or(1);
    let rounds = number("MANGLED_ROUNDS").unwrap_or(2);
    let (mut spoiled, mut passed) = (0, 0);
    for round in seed..seed + rounds {
        let (folder, mut venue) = (folder(), Venue::in_memory().await);
        let line = Line::open(venue.addr, round).await;
        let mut desk = Desk::open(folder.path(), line.addr);
        desk.ready().await;
        desk.keys("b down down down down down enter");
        desk.until("a working order", |m| m.orders.all.values().any(|o| o.state == OrderState::Working)).await;
        let (key, spec) = (desk.order().key.clone(), desk.order().spec.clone());
        line.spoils.store(true, Ordering::Relaxed);
        // On a busy machine less passes in the same time: a round goes on until enough has been spoiled.
        let enough = || line.spoiled.load(Ordering::Relaxed) > 10;
        for step in (0..200).take_while(|step| *step < 12 || !enough()) {
            venue.pass(Duration::from_millis(500)).await;
            // Changes and questions under way while their answers are nonsense.
            if step % 4 == 0 {
                desk.keys("7 - esc 1");
            }
            let heard = line.passed.load(Ordering::Relaxed);
            let moved = |_: &tradewind::app::Model| line.passed.load(Ordering::Relaxed) > heard + 20;
            let _ = tokio::time::timeout(Duration::from_millis(400), desk.until("more of it", moved)).await;
        }
        line.spoils.store(false, Ordering::Relaxed);
        desk.until("READY again", |m| matches!(m.desk.link, Link::Ready { .. })).await;
        desk.kill().await;
        // What was made of the nonsense is not kept: the next start hears the truth and shows it.
        let mut desk = Desk::open(folder.path(), line.addr);
        desk.ready().await;
        let order = desk.order();
        assert_eq!((&order.key, order.spec.con_id, order.spec.qty), (&key, spec.con_id, spec.qty), "seed {round}");
        assert_eq!(order.state, OrderState::Working, "seed {round}: {order:?}");
        assert_eq!(desk.handed_over, 0, "seed {round}");
        assert!(desk.model.positions.values().all(|p| p.qty.is_zero()), "seed {round}");
        assert!(desk.model.orders.executions.is_empty(), "seed {round}");
        desk.kill().await;
        spoiled += line.spoiled.load(Ordering::Relaxed);
        passed += line.passed.load(Ordering::Relaxed);
    }
    println!("{rounds} rounds, seeds from {seed}: {spoiled} of {passed} messages spoiled");
    assert!(spoiled > 10 * rounds, "{spoiled} of {passed}");
}
