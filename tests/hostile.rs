//! Bytes that no honest client sends, and clients that do not read, against the real server: no panic, no growth, and the
//! other clients are served as if nothing were.
//!
//! A process of its own, since it measures memory. The long run:
//! `cargo test --test hostile -- --ignored --nocapture` sends a million frames; `FUZZ_SEED=n` picks another stream.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, and their figures")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tradewind::clock::Stamp;
use tradewind::gateway::{Options, bind};

/// Memory is the process's: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());
const PATIENCE: Duration = Duration::from_mins(1);
const PROTOBUF: u32 = 200;
/// AAPL.
const CON_ID: u64 = 265_598;

/// A gateway on the wall clock, in a thread of its own.
struct Gateway {
    address: SocketAddr,
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

impl Gateway {
    fn start() -> Self {
        let stop = CancellationToken::new();
        let (told, address) = std::sync::mpsc::sync_channel(1);
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let gateway = bind(Options::default()).await.unwrap();
                told.send(gateway.addr()).unwrap();
                gateway.run(stopped).await.unwrap();
            });
        });
        Self { address: address.recv_timeout(PATIENCE).unwrap(), stop, thread }
    }

    /// Ends it; fails if it panicked.
    fn stop(self) {
        self.stop.cancel();
        self.thread.join().expect("the gateway does not panic");
    }
}

/// What this process holds in memory, in KiB.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<i64>().ok()).unwrap_or(0) * 4
}

fn frame(body: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    out.extend_from_slice(body);
    out
}

/// A protobuf message of one field that is a number, or of none.
fn message(id: u32, fields: &[(u8, u64)]) -> Vec<u8> {
    let mut body = (id + PROTOBUF).to_be_bytes().to_vec();
    for (tag, value) in fields {
        body.push(tag << 3);
        varint(&mut body, *value);
    }
    body
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7F) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A message with a number as field 1 and the contract AAPL as field `at`.
fn about_apple(id: u32, number: u64, at: u8) -> Vec<u8> {
    let mut body = message(id, &[(1, number)]);
    let mut contract = vec![1 << 3];
    varint(&mut contract, CON_ID);
    body.push((at << 3) | 2);
    varint(&mut body, contract.len() as u64);
    body.extend(contract);
    body
}

/// A placeOrder of a limit order that rests.
fn limit_order(order_id: u64) -> Vec<u8> {
    let mut body = about_apple(3, order_id, 2);
    let mut order = Vec::new();
    for (tag, text) in [(5_u8, "BUY"), (6, "1"), (8, "LMT")] {
        order.push((tag << 3) | 2);
        order.push(text.len() as u8);
        order.extend_from_slice(text.as_bytes());
    }
    order.push((9 << 3) | 1);
    order.extend_from_slice(&1.0_f64.to_le_bytes());
    // transmit = true, field 66.
    order.extend_from_slice(&[0x90, 0x04, 1]);
    body.push((3 << 3) | 2);
    varint(&mut body, order.len() as u64);
    body.extend(order);
    body
}

/// A client in protobuf or in text.
struct Client {
    socket: TcpStream,
}

impl Client {
    fn greet(address: SocketAddr, range: &str) -> std::io::Result<Self> {
        let mut socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let mut hello = b"API\0".to_vec();
        hello.extend(frame(range.as_bytes()));
        socket.write_all(&hello)?;
        let mut client = Self { socket };
        client.body()?;
        Ok(client)
    }

    /// Connects as a protobuf client and starts.
    fn start(address: SocketAddr, client_id: u64) -> Self {
        let mut client = Self::greet(address, "v213..226").expect("a greeting");
        client.send(&message(71, &[(1, client_id)]));
        client.round_trip();
        client
    }

    fn send(&mut self, body: &[u8]) {
        self.socket.write_all(&frame(body)).expect("a socket that takes bytes");
    }

    fn body(&mut self) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.socket.read_exact(&mut length)?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        self.socket.read_exact(&mut body)?;
        Ok(body)
    }

    /// Asks for the time and waits for it.
    fn round_trip(&mut self) {
        self.send(&message(49, &[]));
        let id = (49 + PROTOBUF).to_be_bytes();
        while self.body().expect("an answer")[..4] != id {}
    }
}

/// SplitMix64.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

/// Sound messages to start from.
fn corpus(text: bool) -> Vec<Vec<u8>> {
    if text {
        let lines = [
            "3\x001\x00265598\x00\x00\x00\x00\x000\x00\x00\x00\x00\x00\x00\x00BUY\x001\x00LMT\x001\x00\x00DAY\x00",
            "1\x0011\x0015\x00265598\x00AAPL\x00STK\x00\x000\x00\x00\x00SMART\x00\x00USD\x00\x00\x000\x00\x00\x00\x00\x00",
            "1\x0011\x0015\x00265598\x00AAPL\x00BAG\x00\x000\x00\x00\x00SMART\x00\x00USD\x00\x00\x002147483647\x001\x001\x00",
            "20\x004\x00265598\x00AAPL\x00STK\x00\x000\x00\x00\x00SMART\x00\x00USD\x00\x00\x000\x00\x001 day\x001 M\x001\x00TRADES\x001\x000\x00\x00",
            "7\x003\x009\x000\x00\x00\x00\x00\x00\x00\x00",
            "5\x001\x00",
            "61\x001\x00",
            "62\x001\x009\x00All\x00NetLiquidation\x00",
            "9\x008\x0011\x00265598\x00\x00\x00\x000\x00\x00\x00\x00\x00\x00\x00\x000\x00\x00\x00\x00",
            "81\x007\x00APP\x00",
            "8\x001\x001\x00",
            "4\x001\x001\x00\x00",
            "99\x000\x00",
            "71\x002\x001\x00\x00",
            "6\x002\x001\x00\x00",
            "92\x005\x00\x00\x00",
        ];
        return lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    }
    let mut found: Vec<Vec<u8>> = (1..=110).map(|id| message(id, &[(1, 7)])).collect();
    found.extend([about_apple(1, 5, 2), about_apple(9, 6, 2), about_apple(20, 7, 2), about_apple(50, 8, 2)]);
    found.extend([limit_order(1), limit_order(2), message(71, &[(1, 77)]), about_apple(87, 9, 2)]);
    found
}

/// One hostile frame: its bytes, and whether the stream is of use afterwards.
fn hostile(draw: &mut Draw, corpus: &[Vec<u8>]) -> (Vec<u8>, bool) {
    let mut body = corpus[draw.below(corpus.len())].clone();
    match draw.below(12) {
        // Random bytes as a body.
        0 => {
            let length = draw.below(200);
            (frame(&draw.bytes(length)), true)
        }
        // Random bytes behind a sound id.
        1 => {
            body.truncate(4);
            let length = draw.below(120);
            body.extend(draw.bytes(length));
            (frame(&body), true)
        }
        // Cut short.
        2 => {
            body.truncate(draw.below(body.len() + 1));
            (frame(&body), true)
        }
        // Doubled.
        3 => {
            let tail = body[4.min(body.len())..].to_vec();
            for _ in 0..draw.below(50) {
                body.extend_from_slice(&tail);
            }
            (frame(&body), true)
        }
        // A huge count or length within.
        4 => {
            let place = 4.min(body.len()) + draw.below(body.len().saturating_sub(4) + 1);
            let huge: &[u8] =
                [&b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"[..], b"\x12\xFF\xFF\xFF\x7F", b"2147483647\0"]
                    [draw.below(3)];
            body.splice(place.min(body.len())..place.min(body.len()), huge.iter().copied());
            (frame(&body), true)
        }
        // A length that is a lie: the stream is lost.
        5 => {
            let mut bytes = frame(&body);
            let lie = [u32::MAX, 0x00FF_FFFF, 0x0100_0000, 3, 0][draw.below(5)];
            bytes[..4].copy_from_slice(&lie.to_be_bytes());
            (bytes, false)
        }
        // Half a frame.
        6 => {
            let mut bytes = frame(&body);
            bytes.truncate(draw.below(bytes.len()));
            (bytes, false)
        }
        // Some bytes changed.
        _ => {
            for _ in 0..=draw.below(4) {
                let place = draw.below(body.len());
                if let Some(byte) = body.get_mut(place) {
                    *byte ^= 1 << draw.below(8);
                }
            }
            (frame(&body), true)
        }
    }
}

/// Reads whatever comes and forgets it, so that the gateway's answers do not pile up.
fn drain(socket: &mut TcpStream, scratch: &mut [u8]) -> bool {
    loop {
        match socket.read(scratch) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}

/// A hostile client's connection; every second one has not even started, every fourth speaks text.
fn hostile_client(address: SocketAddr, round: u64) -> Option<TcpStream> {
    let text = round % 4 == 3;
    let mut client = Client::greet(address, if text { "v100..178" } else { "v213..226" }).ok()?;
    if round % 2 == 1 {
        let start = if text { b"71\x002\x0077\x00\x00".to_vec() } else { message(71, &[(1, 77)]) };
        client.socket.write_all(&frame(&start)).ok()?;
    }
    client.socket.set_nonblocking(true).ok()?;
    Some(client.socket)
}

/// Sends so many hostile frames.
fn fuzz(frames: usize) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let gateway = Gateway::start();
    let done = AtomicBool::new(false);
    let mut draw = Draw(seed);
    let corpora = [corpus(false), corpus(true)];
    let mut scratch = vec![0; 256 * 1024];
    let (mut sent, mut connections, mut before) = (0, 0_u64, 0);
    let begun = Stamp::now();
    let worst = std::thread::scope(|scope| {
        // A client like any other is served all the while.
        let honest = scope.spawn(|| {
            let mut client = Client::start(gateway.address, 1);
            client.send(&about_apple(1, 5, 2));
            let mut worst = Duration::ZERO;
            while !done.load(Ordering::Relaxed) {
                let asked = Stamp::now();
                client.round_trip();
                worst = worst.max(Stamp::now().since(asked));
            }
            worst
        });
        while sent < frames && !honest.is_finished() {
            connections += 1;
            let Some(mut socket) = hostile_client(gateway.address, connections) else { continue };
            let corpus = &corpora[usize::from(connections % 4 == 3)];
            for _ in 0..200 {
                let (bytes, goes_on) = hostile(&mut draw, corpus);
                sent += 1;
                if sent == frames / 10 {
                    before = resident();
                }
                let taken = socket.set_nonblocking(false).and_then(|()| socket.write_all(&bytes));
                let open = socket.set_nonblocking(true).is_ok() && drain(&mut socket, &mut scratch);
                if taken.is_err() || !open || !goes_on || sent >= frames {
                    break;
                }
            }
        }
        done.store(true, Ordering::Relaxed);
        honest.join().expect("the honest client is served to the end")
    });
    let (after, seconds) = (resident(), Stamp::now().since(begun).as_secs_f64());
    println!(
        "seed {seed}: {sent} frames over {connections} connections in {seconds:.1} s, resident {before} KiB after a tenth, \
         {after} KiB at the end, slowest answer to the honest client {worst:?}"
    );
    assert!(after - before < 64 * 1024, "grown by {} KiB", after - before);
    Client::start(gateway.address, 2).round_trip();
    gateway.stop();
}

#[test]
fn twenty_thousand_hostile_frames_harm_nobody() {
    fuzz(20_000);
}

#[test]
#[ignore = "the long run: see the head of this file"]
fn a_million_hostile_frames_harm_nobody() {
    fuzz(1_000_000);
}

#[test]
fn a_reader_that_stops_costs_no_memory_and_hears_every_order() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let gateway = Gateway::start();
    let mut lazy = Client::start(gateway.address, 9);
    for req_id in 1..=100 {
        lazy.send(&about_apple(1, req_id, 2));
    }
    let mut other = Client::start(gateway.address, 1);
    // Wait until the gateway's first bursts are behind it: memory is compared over what follows.
    let begun = Stamp::now();
    while Stamp::now().since(begun) < Duration::from_secs(2) {
        other.round_trip();
    }
    let before = resident();
    for order_id in 1..=10 {
        lazy.send(&limit_order(order_id));
    }
    let begun = Stamp::now();
    while Stamp::now().since(begun) < Duration::from_secs(6) {
        other.round_trip();
    }
    let grown = resident() - before;
    println!("100 lines unread for 6 s: resident {before} KiB, {grown:+} KiB");
    assert!(grown < 8 * 1024, "{grown} KiB");
    let mut submitted = 0;
    while submitted < 10 {
        let body = lazy.body().expect("the connection goes on");
        let is_status = body[..4] == (3 + PROTOBUF).to_be_bytes();
        submitted += usize::from(
            is_status && body.windows(9).any(|w| w == b"Submitted") && !body.windows(12).any(|w| w == b"PreSubmitted"),
        );
    }
    gateway.stop();
}

#[test]
fn a_client_that_asks_and_never_reads_is_cut_at_the_bound_and_others_are_served() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let gateway = Gateway::start();
    let mut deaf = Client::start(gateway.address, 9);
    let mut other = Client::start(gateway.address, 1);
    let before = resident();
    let (mut asked, mut most) = (0, 0);
    let question = frame(&about_apple(9, 5, 2)).repeat(100);
    // Each answer is a kilobyte or more: the bound is reached before this is.
    while asked < 400_000 && deaf.socket.write_all(&question).is_ok() {
        asked += 100;
        if asked % 2_000 == 0 {
            other.round_trip();
            most = most.max(resident() - before);
        }
    }
    println!("cut after {asked} questions, resident {before} KiB, at most {most:+} KiB");
    assert!(asked < 400_000, "never cut");
    assert!(most < 96 * 1024, "{most} KiB");
    other.round_trip();
    gateway.stop();
}

#[test]
fn a_client_that_sends_byte_by_byte_is_understood() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let gateway = Gateway::start();
    let mut client = Client { socket: TcpStream::connect(gateway.address).unwrap() };
    client.socket.set_nodelay(true).unwrap();
    client.socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = b"API\0".to_vec();
    bytes.extend(frame(b"v213..226"));
    for byte in bytes {
        client.socket.write_all(&[byte]).unwrap();
    }
    client.body().unwrap();
    let asked = [message(71, &[(1, 3)]), limit_order(1), message(49, &[])].map(|body| frame(&body)).concat();
    for byte in asked {
        client.socket.write_all(&[byte]).unwrap();
    }
    let mut open = 0;
    loop {
        let body = client.body().unwrap();
        match u32::from_be_bytes(*body.first_chunk().unwrap()) - PROTOBUF {
            5 => open += 1,
            49 => break,
            _ => {}
        }
    }
    assert!(open > 0, "the order was read whole");
    gateway.stop();
}
