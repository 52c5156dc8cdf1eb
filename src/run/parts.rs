//! The threads behind a desk, with a screen or without: journal, broker, and the embedded gateway where nobody hosts it.

use std::io;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::lock::Seat;
use super::plan::Place;
use super::threads::{self, Running};
use super::{host, panic};
use crate::broker::port::{EVENTS_WAITING_MAX, Lanes};
use crate::broker::{Event, Tape, ib};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::journal::{self, Gauge, Reply};

/// Answers of the journal that may wait.
const REPLIES: usize = 1_024;

/// How long everything together may take to end.
const END_MAX: Duration = Duration::from_secs(2);

/// How long the gateway may take to say its port.
const PORT_MAX: Duration = Duration::from_secs(10);

/// The threads that have to end, in two waves: a last cancel still needs the gateway it goes to.
#[derive(Debug, Default)]
pub struct Parts {
    threads: Vec<Running>,
    stop: CancellationToken,
    gateway: Option<Running>,
    stop_gateway: CancellationToken,
}

impl Parts {
    /// Starts the journal's thread.
    pub fn journal(
        &mut self,
        seat: &Seat,
        requests: Receiver<journal::Request>,
        gauge: Gauge,
    ) -> io::Result<mpsc::Receiver<Reply>> {
        let (tell, replies) = mpsc::channel(REPLIES);
        let path = seat.journal.clone();
        let entropy = entropy(&path);
        self.threads.push(threads::start("journal", move || {
            journal::serve(&path, entropy, &requests, &gauge, |reply| {
                panic::on_demand("journal");
                let _ = tell.blocking_send(reply);
            });
        })?);
        Ok(replies)
    }

    /// Starts the broker's thread, and the gateway's if the profile is the embedded one.
    pub fn broker(
        &mut self,
        place: &Place,
        seat: &Seat,
        lanes: Lanes,
        tape: Tape,
        warn: mpsc::Sender<SafeText>,
    ) -> io::Result<mpsc::Receiver<Event>> {
        let (tell, events) = mpsc::channel(EVENTS_WAITING_MAX);
        let mut profile = place.profile.clone();
        profile.client_id += i32::from(seat.number);
        let port = if place.embedded {
            let embedded = host::start(&place.folder, self.stop_gateway.clone(), warn.clone())?;
            self.gateway = embedded.thread;
            Some(embedded.port)
        } else {
            None
        };
        let stop = self.stop.clone();
        self.threads.push(threads::start("broker", move || {
            if let Some(port) = port {
                match port.recv_timeout(PORT_MAX) {
                    Ok(Ok(port)) => profile.address = format!("127.0.0.1:{port}").into(),
                    Ok(Err(why)) => {
                        let _ = warn.blocking_send(SafeText::new(&format!("No paper gateway: {why}")));
                        return;
                    }
                    Err(_) => {
                        let _ = warn.blocking_send("The paper gateway did not start within 10 s.".into());
                        return;
                    }
                }
            }
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(async {
                    panic::on_demand("broker");
                    ib::run(profile, lanes, tell, tape, stop).await;
                }),
                Err(error) => {
                    let _ = warn.blocking_send(SafeText::new(&format!("No connection can be made: {error}")));
                }
            }
        })?);
        Ok(events)
    }

    /// Whether the embedded gateway lives in this process.
    pub const fn hosts(&self) -> bool {
        self.gateway.is_some()
    }

    /// Ends everything within two seconds; the names of what did not end.
    pub fn end(self) -> Vec<&'static str> {
        let begun = Stamp::now();
        self.stop.cancel();
        let mut late = threads::join(&self.threads, END_MAX);
        self.stop_gateway.cancel();
        late.extend(threads::join(self.gateway.as_slice(), END_MAX.saturating_sub(Stamp::now().since(begun))));
        late
    }
}

/// What differs between installations: the moment, the process, the path.
fn entropy(path: &Path) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (Stamp::now().wall, std::process::id(), path).hash(&mut hasher);
    hasher.finish()
}
