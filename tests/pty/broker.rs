//! A paper gateway in this process, and a line to it that counts what the workstation sends.
//!
//! The gateway outlives a workstation that is killed, so what it and the line know is the truth about what was sent.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tradewind::clock::Stamp;
use tradewind::gateway::{Options, bind};

/// Message ids of TWS, as protobuf clients send them.
pub const PLACE: u32 = 203;
pub const TIME: u32 = 249;

/// A message of the workstation.
#[derive(Debug, Clone)]
pub struct Sent {
    pub at: Stamp,
    pub id: u32,
    pub body: Vec<u8>,
}

impl Sent {
    /// Field 1 of the message, a number: the order id of orders and cancels.
    pub fn number(&self) -> Option<u64> {
        let [8, rest @ ..] = self.body.get(4..)? else { return None };
        let mut number = 0;
        for (n, byte) in rest.iter().enumerate().take(10) {
            number |= u64::from(byte & 0x7F) << (7 * n);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Whether a text stands in it, with its length before it.
    pub fn says(&self, text: &str) -> bool {
        let mut wanted = vec![u8::try_from(text.len()).expect("a short text")];
        wanted.extend_from_slice(text.as_bytes());
        self.body.windows(wanted.len()).any(|window| window == wanted)
    }
}

/// The gateway and the line to it; both end with this.
pub struct Broker {
    pub addr: SocketAddr,
    log: Arc<Mutex<Vec<Sent>>>,
    heard: Arc<AtomicU64>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Broker {
    pub fn start() -> Self {
        Self::with(Options::default(), Vec::new())
    }

    /// One whose texts are replaced by others of the same length.
    pub fn with(options: Options, replaced: Vec<(Vec<u8>, Vec<u8>)>) -> Self {
        assert!(replaced.iter().all(|(a, b)| a.len() == b.len()), "a message keeps its length");
        let replaced = Arc::new(replaced);
        let heard = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&heard);
        let (stop, log) = (CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let (stopped, noted) = (stop.clone(), Arc::clone(&log));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let gateway = bind(options).await.expect("a gateway");
                let there = gateway.addr();
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
                tokio::select! {
                    ended = gateway.run(stopped.clone()) => ended.expect("a gateway"),
                    () = listen(&listener, there, &noted, &replaced, &counted) => {}
                    () = stopped.cancelled() => {}
                }
            });
        });
        Self { addr: told.recv().expect("an address"), log, heard, stop, thread: Some(thread) }
    }

    /// Makes it the gateway of the profile that a workstation with its files in `state` takes.
    pub fn configure(&self, state: &Path) {
        let config = state.join("config");
        std::fs::create_dir_all(&config).expect("a folder");
        let text = format!(
            "use_profile = \"desk\"\n[profile.desk]\naddress = \"{}\"\nmode = \"paper\"\nclient_id = 7\n",
            self.addr
        );
        std::fs::write(config.join("settings.toml"), text).expect("a file");
    }

    /// Messages of the gateway so far.
    pub fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// Messages with this id so far.
    pub fn sent(&self, id: u32) -> Vec<Sent> {
        self.log.lock().expect("a lock").iter().filter(|sent| sent.id == id).cloned().collect()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Texts of the gateway and what stands in their place.
type Replaced = Arc<Vec<(Vec<u8>, Vec<u8>)>>;

async fn listen(
    listener: &TcpListener,
    there: SocketAddr,
    log: &Arc<Mutex<Vec<Sent>>>,
    replaced: &Replaced,
    heard: &Arc<AtomicU64>,
) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(carry(client, there, Arc::clone(log), Arc::clone(replaced), Arc::clone(heard)));
    }
}

/// Carries bytes both ways until either end closes.
async fn carry(
    client: TcpStream,
    there: SocketAddr,
    log: Arc<Mutex<Vec<Sent>>>,
    replaced: Replaced,
    heard: Arc<AtomicU64>,
) {
    let Ok(gateway) = TcpStream::connect(there).await else { return };
    for socket in [&client, &gateway] {
        socket.set_nodelay(true).expect("a socket");
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_gateway, mut to_gateway) = gateway.into_split();
    let up = async {
        let mut reader = Frames::default();
        let mut chunk = vec![0; 65_536];
        while let Ok(n @ 1..) = from_client.read(&mut chunk).await {
            reader.take(&chunk[..n], &log);
            if to_gateway.write_all(&chunk[..n]).await.is_err() {
                return;
            }
        }
    };
    let down = async {
        let mut length = [0; 4];
        while from_gateway.read_exact(&mut length).await.is_ok() {
            let mut body = vec![0; u32::from_be_bytes(length) as usize];
            if from_gateway.read_exact(&mut body).await.is_err() {
                return;
            }
            heard.fetch_add(1, Ordering::Relaxed);
            for (text, other) in replaced.iter() {
                while let Some(at) = body.windows(text.len()).position(|window| window == text) {
                    body[at..at + other.len()].copy_from_slice(other);
                }
            }
            if to_client.write_all(&[&length[..], &body].concat()).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

/// Cuts the workstation's bytes into messages.
#[derive(Default)]
struct Frames {
    greeted: bool,
    bytes: Vec<u8>,
}

impl Frames {
    fn take(&mut self, bytes: &[u8], log: &Mutex<Vec<Sent>>) {
        self.bytes.extend_from_slice(bytes);
        if !self.greeted && self.bytes.len() >= 4 {
            self.bytes.drain(..4);
            self.greeted = true;
        }
        while let Some((length, rest)) = self.bytes.split_first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
            let Some(body) = rest.get(..length) else { return };
            if let Some(id) = body.first_chunk::<4>().map(|id| u32::from_be_bytes(*id)) {
                log.lock().expect("a lock").push(Sent { at: Stamp::now(), id, body: body.to_vec() });
            }
            self.bytes.drain(..4 + length);
        }
    }
}
