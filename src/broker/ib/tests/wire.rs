//! A wire between adapter and gateway that can be cut, held and spoken into.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What is done to the wire.
enum Deed {
    Say(Vec<u8>),
    Flood(Vec<u8>, usize),
    Cut,
}

/// How the wire behaves until told otherwise.
#[derive(Debug, Default, Clone)]
struct Manner {
    /// Nothing from the gateway arrives; it is kept.
    held: bool,
    /// Frames of this message id are lost.
    lost: Option<u32>,
    /// The request id of the newest line of quotes.
    line: i32,
    /// How many floods have gone down it.
    floods: usize,
}

pub(super) struct Wire {
    pub(super) address: SocketAddr,
    deeds: mpsc::Sender<Deed>,
    manner: Arc<Mutex<Manner>>,
    orders: mpsc::Receiver<Vec<u8>>,
    task: JoinHandle<()>,
}

/// Frames of the tick parameters: the first frame of every line.
const TICK_PARAMETERS: u32 = 81;
/// Frames of an order on its way up.
const PLACE_ORDER: u32 = 3;
/// What the client says before its first frame.
const GREETING: usize = 4;
/// Protobuf messages carry their id plus this.
const PROTOBUF: u32 = 200;

impl Wire {
    pub(super) async fn to(gateway: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (deeds, mut inbox) = mpsc::channel(16);
        let (tell, orders) = mpsc::channel(1_024);
        let manner = Arc::new(Mutex::new(Manner::default()));
        let shared = manner.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(gateway).await else { continue };
                carry(client, server, &mut inbox, &shared, tell.clone()).await;
            }
        });
        Self { address, deeds, manner, orders, task }
    }

    /// Puts a protobuf message from the gateway's side on the wire.
    pub(super) async fn say(&self, id: u32, body: &[u8]) {
        let mut message = (id + PROTOBUF).to_be_bytes().to_vec();
        message.extend_from_slice(body);
        assert!(self.deeds.send(Deed::Say(message)).await.is_ok());
    }

    /// Puts a protobuf message on the wire so many times without a pause, and returns when all of it is there.
    pub(super) async fn flood(&self, id: u32, body: &[u8], times: usize) {
        let mut message = (id + PROTOBUF).to_be_bytes().to_vec();
        message.extend_from_slice(body);
        let before = self.manner.lock().unwrap().floods;
        assert!(self.deeds.send(Deed::Flood(message, times)).await.is_ok());
        while self.manner.lock().unwrap().floods == before {
            tokio::task::yield_now().await;
        }
    }

    /// Puts an error message on the wire: id −1 belongs to no request.
    pub(super) async fn say_error(&self, id: i32, code: i32, text: &str) {
        let mut body = vec![0x08];
        varint(&mut body, i64::from(id) as u64);
        body.push(0x18);
        varint(&mut body, code as u64);
        body.push(0x22);
        varint(&mut body, text.len() as u64);
        body.extend_from_slice(text.as_bytes());
        self.say(4, &body).await;
    }

    /// The next frame of an order that the adapter wrote.
    pub(super) async fn order(&mut self) -> Vec<u8> {
        self.orders.recv().await.expect("the wire lives")
    }

    pub(super) async fn cut(&self) {
        assert!(self.deeds.send(Deed::Cut).await.is_ok());
    }

    pub(super) fn hold(&self, held: bool) {
        self.manner.lock().unwrap().held = held;
    }

    pub(super) fn lose(&self, id: Option<u32>) {
        self.manner.lock().unwrap().lost = id;
    }

    pub(super) fn line(&self) -> i32 {
        self.manner.lock().unwrap().line
    }

    /// Nobody listens any more; what is connected goes too.
    pub(super) fn stop(&self) {
        self.task.abort();
    }

    pub(super) fn close(self) {
        self.task.abort();
    }
}

/// Carries one connection until either side, or a deed, ends it.
async fn carry(
    client: TcpStream,
    server: TcpStream,
    deeds: &mut mpsc::Receiver<Deed>,
    manner: &Mutex<Manner>,
    orders: mpsc::Sender<Vec<u8>>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = tokio::spawn(async move {
        let mut greeting = [0; GREETING];
        if from_client.read_exact(&mut greeting).await.is_err() || to_server.write_all(&greeting).await.is_err() {
            return;
        }
        while let Ok(length) = from_client.read_u32().await {
            let mut body = vec![0; length as usize];
            if from_client.read_exact(&mut body).await.is_err() {
                break;
            }
            let frame = [&length.to_be_bytes()[..], &body].concat();
            if id_of(&body) == Some(PLACE_ORDER) {
                // Most tests do not look at them.
                let _ = orders.try_send(body);
            }
            if to_server.write_all(&frame).await.is_err() {
                break;
            }
        }
    });
    let (frames_in, mut frames) = mpsc::channel(4096);
    let down = tokio::spawn(async move {
        while let Ok(length) = from_server.read_u32().await {
            let mut body = vec![0; length as usize];
            if from_server.read_exact(&mut body).await.is_err() || frames_in.send(body).await.is_err() {
                break;
            }
        }
    });
    let mut kept = Vec::new();
    loop {
        let message = tokio::select! {
            frame = frames.recv() => match frame {
                Some(frame) => frame,
                None => break,
            },
            deed = deeds.recv() => match deed {
                Some(Deed::Say(message)) => message,
                Some(Deed::Flood(message, times)) => {
                    let frame = [&(message.len() as u32).to_be_bytes()[..], &message].concat();
                    let gone = to_client.write_all(&frame.repeat(times)).await.is_err();
                    manner.lock().unwrap().floods += 1;
                    if gone {
                        break;
                    }
                    continue;
                }
                Some(Deed::Cut) | None => break,
            },
            // The manner may have changed: what was kept can go.
            () = tokio::time::sleep_until(tokio::time::Instant::now() + std::time::Duration::from_millis(5)), if !kept.is_empty() => Vec::new(),
        };
        let manner = {
            let mut manner = manner.lock().unwrap();
            if id_of(&message) == Some(TICK_PARAMETERS) {
                manner.line = request_of(&message);
            }
            manner.clone()
        };
        if !message.is_empty() && (manner.lost.is_none() || id_of(&message) != manner.lost) {
            kept.push(message);
        }
        if manner.held {
            continue;
        }
        for message in kept.drain(..) {
            let mut frame = (message.len() as u32).to_be_bytes().to_vec();
            frame.extend(message);
            if to_client.write_all(&frame).await.is_err() {
                break;
            }
        }
    }
    up.abort();
    down.abort();
}

fn id_of(message: &[u8]) -> Option<u32> {
    let id = u32::from_be_bytes(*message.first_chunk()?);
    (PROTOBUF..PROTOBUF + 200).contains(&id).then(|| id - PROTOBUF)
}

/// The request id, the first field of the messages that have one.
fn request_of(message: &[u8]) -> i32 {
    let mut id = 0u64;
    for (place, byte) in message.iter().skip(5).enumerate() {
        id |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    id as i32
}

fn varint(body: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        body.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    body.push(value as u8);
}
