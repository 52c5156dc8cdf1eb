//! One client's socket: a task that reads requests and a task that writes replies.
//!
//! The reader greets the client, then turns frames into [`Request`]s for the driver; when the driver is busy it waits, and
//! so does the client. The writer takes what the driver hands it in chunks, joins what has queued up and writes it at
//! once. Invariants: both queues are bounded; the driver never waits for a client (see `outbox`); a client that does not
//! greet and start in time is dropped.
//!
//! Must not know: what a request means.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::FramedRead;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::driver::{Event, Face, Key};
use super::fault::{Grip, Grips, Mode};
use super::wire::frame::Frames;
use super::wire::handshake::{self, Agreed};
use super::wire::time::eastern_text;
use super::wire::{Encoding, Request};

/// How long a client may take to greet.
const GREETING_TIME: Duration = Duration::from_secs(10);
/// How long the last bytes to a client may take once its connection is cut.
const FAREWELL_TIME: Duration = Duration::from_secs(2);
/// How many chunks wait for the writer before the driver keeps them back.
pub(super) const CHUNKS: usize = 8;
/// How many bytes the writer joins into one write.
const WRITE_LIMIT: usize = 256 * 1024;

/// What a connection needs to know of its server.
#[derive(Debug, Clone)]
pub(super) struct Host {
    /// The highest version offered.
    pub offered_version: i32,
    /// The gateway's time.
    pub face: Face,
    /// Where requests go.
    pub events: mpsc::Sender<Event>,
    /// Whether a fault script holds the connections.
    pub held: bool,
}

/// Serves one client until its socket, the driver or the server ends.
pub(super) async fn serve(socket: TcpStream, key: Key, host: Host, stop: CancellationToken) {
    if let Err(error) = socket.set_nodelay(true) {
        debug!(%key, %error, "the socket keeps its delay");
    }
    let (mut reader, mut writer) = socket.into_split();
    if !host.held {
        return run(&mut reader, &mut writer, key, host, stop, None).await;
    }
    let (grip, grips) = Grip::new();
    run(&mut reader, &mut writer, key, host, stop.clone(), Some((grip.clone(), grips))).await;
    match grip.mode() {
        Mode::Open | Mode::Stalled => {}
        Mode::Reset => {
            if let Err(error) = writer.as_ref().set_zero_linger() {
                debug!(%key, %error, "the socket cannot be reset");
            }
            // Not dropped, which would end it in order.
            writer.forget();
        }
        Mode::HalfOpen => {
            stop.run_until_cancelled(tokio::io::copy(&mut reader, &mut tokio::io::sink())).await;
        }
    }
}

async fn run<R, W>(reader: R, mut writer: W, key: Key, host: Host, stop: CancellationToken, held: Option<(Grip, Grips)>)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut frames = FramedRead::new(reader, Frames::default());
    let greeted = stop.run_until_cancelled(greet(&mut frames, &mut writer, key, &host)).await;
    let Some(encoding) = greeted.flatten() else { return };
    let (outbox, chunks) = mpsc::channel(CHUNKS);
    let cut = stop.child_token();
    let (grip, grips) = held.unzip();
    if host.events.send(Event::Opened { key, encoding, outbox, cut: cut.clone(), grips }).await.is_err() {
        return;
    }
    let reading = async {
        read(&mut frames, encoding, key, &host.events, &cut, grip.clone()).await;
        // The driver drops its end of the outbox on this, which ends the writer.
        let _ = host.events.send(Event::Closed { key }).await;
    };
    tokio::join!(reading, write(&mut writer, chunks, key, &cut, grip.clone()));
}

/// Reads the greeting and answers it; the encoding, or `None` if the connection is over.
async fn greet<R, W>(frames: &mut FramedRead<R, Frames>, writer: &mut W, key: Key, host: &Host) -> Option<Encoding>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let greeting = match timeout(GREETING_TIME, frames.next()).await {
        Ok(Some(Ok(greeting))) => greeting,
        Ok(Some(Err(error))) => {
            debug!(%key, %error, "not a TWS client");
            return None;
        }
        Ok(None) | Err(_) => return None,
    };
    let Some(range) = handshake::parse(&greeting) else {
        debug!(%key, "the greeting holds no version range");
        return None;
    };
    let agreed = handshake::agree(range, host.offered_version);
    let answer = handshake::acknowledge(agreed.version(), &eastern_text(host.face.now()));
    let written = timeout(FAREWELL_TIME, writer.write_all(&answer)).await.is_ok_and(|written| written.is_ok());
    match agreed {
        Agreed::Speak(encoding) if written => {
            debug!(%key, ?encoding, "greeted");
            return Some(encoding);
        }
        Agreed::Speak(_) => debug!(%key, "the client left while it was greeted"),
        Agreed::Nothing(version) => {
            warn!(%key, min = range.min, max = range.max, ours = version, "no common version: the client is refused");
        }
    }
    let _ = timeout(FAREWELL_TIME, writer.shutdown()).await;
    None
}

/// Hands requests to the driver until the socket ends, breaks the protocol or is cut.
async fn read<R: AsyncRead + Unpin>(
    frames: &mut FramedRead<R, Frames>,
    encoding: Encoding,
    key: Key,
    events: &mpsc::Sender<Event>,
    cut: &CancellationToken,
    mut grip: Option<Grip>,
) {
    let begun = sleep_until(Instant::now() + GREETING_TIME);
    tokio::pin!(begun);
    let mut has_started = false;
    loop {
        let frame = tokio::select! {
            frame = frames.next() => frame,
            () = &mut begun, if !has_started => return debug!(%key, "the client greeted and did not start"),
            () = cut.cancelled() => return,
        };
        if let Some(grip) = &mut grip {
            grip.pass().await;
        }
        let request = match frame {
            None => return debug!(%key, "the client closed its socket"),
            Some(Err(error)) => return debug!(%key, %error, "the socket failed"),
            Some(Ok(frame)) => Request::decode(encoding, &frame),
        };
        match request {
            Err(error) => return warn!(%key, %error, "a request that cannot be read"),
            Ok(request) => {
                has_started |= matches!(request, Request::StartApi(_));
                if events.send(Event::Asked { key, request }).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Writes the driver's chunks, as many as have queued up in one go, until the driver lets go of the connection.
async fn write<W: AsyncWrite + Unpin>(
    writer: &mut W,
    mut chunks: mpsc::Receiver<Bytes>,
    key: Key,
    cut: &CancellationToken,
    mut grip: Option<Grip>,
) {
    let mut joined = BytesMut::new();
    while let Some(chunk) = chunks.recv().await {
        if let Some(grip) = &mut grip {
            grip.pass().await;
        }
        let written = match chunks.try_recv() {
            Err(_) => until_cut(writer.write_all(&chunk), cut).await,
            Ok(next) => {
                joined.clear();
                joined.extend_from_slice(&chunk);
                joined.extend_from_slice(&next);
                while joined.len() < WRITE_LIMIT
                    && let Ok(next) = chunks.try_recv()
                {
                    joined.extend_from_slice(&next);
                }
                until_cut(writer.write_all(&joined), cut).await
            }
        };
        if !written {
            debug!(%key, "the client takes no more");
            cut.cancel();
            return;
        }
    }
    if grip.is_none_or(|grip| grip.ends_in_order()) {
        let _ = timeout(FAREWELL_TIME, writer.shutdown()).await;
    }
    cut.cancel();
}

/// Finishes a write, but leaves it only a little time once the connection is cut; whether it was finished.
async fn until_cut(write: impl Future<Output = std::io::Result<()>>, cut: &CancellationToken) -> bool {
    tokio::pin!(write);
    tokio::select! {
        written = &mut write => return written.is_ok(),
        () = cut.cancelled() => {}
    }
    timeout(FAREWELL_TIME, write).await.is_ok_and(|written| written.is_ok())
}
