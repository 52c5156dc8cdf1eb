//! The workstation: everything is put together here, and taken apart again.
//!
//! The order matters twice. On the way in the screen comes first and whatever takes time (journal, gateway, broker) runs
//! beside it on its own thread. On the way out the terminal is given back first, then nothing more is sent, then the
//! journal is written to its end.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr, eyre};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::effects::Executor;
use super::files::Files;
use super::heart::{End, Heart, Setup, Sources};
use super::lock::{self, Seat};
use super::panic::{Halt, LastWords, Working};
use super::plan::{Place, Plan};
use super::record::{Begin, Recorder};
use super::stats::Stats;
use super::threads::{self, Running};
use super::tty::Tty;
use super::{host, input, log, panic, signals, writer};
use crate::broker::port::{self, EVENTS_WAITING_MAX, Lanes};
use crate::broker::{Event, Tape, ib};
use crate::cli;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::journal::{self, Gauge, Reply};

/// Answers of the journal that may wait.
const REPLIES: usize = 1_024;

/// Warnings that may wait.
const WARNINGS: usize = 64;

/// How long everything together may take to end.
const END_MAX: Duration = Duration::from_secs(2);

/// How long the gateway may take to say its port.
const PORT_MAX: Duration = Duration::from_secs(10);

/// Runs the workstation; the exit code.
pub fn run(common: &cli::Common, desk: &cli::Desk) -> Result<i32, Report> {
    #[cfg(debug_assertions)]
    if let Some(thread) = &desk.panic_in {
        panic::choose(thread.clone());
    }
    let place = Place::find(common)?;
    let record = desk.record.as_deref().map(private_file).transpose()?;
    let tty = Arc::new(Tty::open()?);
    let code = serve(&place, desk, record, &tty);
    // However it ended; harmless if it has been done.
    tty.leave();
    code
}

/// Runs the workstation on this terminal; the exit code.
fn serve(place: &Place, desk: &cli::Desk, record: Option<File>, tty: &Arc<Tty>) -> Result<i32, Report> {
    tty.enter()?;
    let log = log::start(&place.paths.log, place.settings.log)
        .wrap_err_with(|| format!("{} cannot be used", place.paths.log.display()))?;
    // Registered before the size is first used, so that no change of it is missed.
    let ears = signals::start(Arc::clone(tty)).wrap_err("signals cannot be handled")?;
    let seat = lock::take_seat(&place.folder)
        .wrap_err_with(|| format!("{} cannot be used", place.folder.display()))?
        .ok_or_else(|| eyre!("{} workstations of this profile run already", lock::SEATS))?;
    let halt = Halt::default();
    let working = Working::default();
    let stats = Arc::new(Stats::default());
    let (warn, warnings) = mpsc::channel(WARNINGS);
    let (inlet, requests) = journal::channel();
    panic::install(LastWords {
        tty: Arc::clone(tty),
        halt: halt.clone(),
        journal: inlet.gauge().clone(),
        working: working.clone(),
        log: place.paths.log.display().to_string(),
    });
    let mut parts = Parts::default();
    let journal = parts.journal(&seat, requests, inlet.gauge().clone())?;
    let (port, lanes) = port::open();
    let tape = Tape::new();
    let events = parts.broker(place, &seat, lanes, tape.clone(), warn.clone())?;
    let (frames, outlet) = writer::slot();
    writer::start(Arc::clone(tty), outlet, Arc::clone(&stats))?;
    let (keys, inputs) = mpsc::channel(input::QUEUE);

    let plan = Plan::make(place, desk);
    let asks = plan.light.is_some();
    for warning in plan.warnings {
        let _ = warn.try_send(warning);
    }
    let files = Files::start(place.watchlist())?;
    let begin = Begin {
        settings: plan.settings.clone(),
        profile: place.shown().to_owned(),
        mode: place.profile.mode,
        hours: place.hours(),
        size: tty.size(),
    };
    let model = begin.model(plan.keymap);
    let record = record.map(|file| Recorder::new(file, begin));
    let executor = Executor::new(port, inlet, files, halt, Arc::clone(&stats));
    let setup = Setup {
        model,
        theme: plan.theme,
        light: plan.light,
        pace: plan.pace,
        executor,
        stats: Arc::clone(&stats),
        working: working.clone(),
        record,
    };
    let sources = Sources { ears, frames, journal, events, inputs, tape, warnings };
    let mut heart = Heart::new(setup, sources, Arc::clone(tty));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    if asks {
        tty.ask_ground();
    }
    heart.first_frame();
    // Not needed for the first frame.
    input::start(keys, asks)?;
    let end = runtime.block_on(heart.run());

    tty.leave();
    let orders = working.paragraph();
    drop(heart);
    let late = parts.end();
    // After a hang-up nobody reads this; that is no failure.
    let mut err = io::stderr().lock();
    if !late.is_empty() {
        let _ = writeln!(err, "Not ended in time: {}.", late.join(", "));
    }
    let _ = write!(err, "{orders}");
    if desk.stats {
        let _ = write!(err, "{stats}");
    }
    drop(log);
    Ok(match end {
        End::Quit => 0,
        End::Signal(number) => 128 + number,
    })
}

/// The threads that have to end, in two waves: a last cancel still needs the gateway it goes to.
#[derive(Default)]
struct Parts {
    threads: Vec<Running>,
    stop: CancellationToken,
    gateway: Option<Running>,
    stop_gateway: CancellationToken,
}

impl Parts {
    /// Starts the journal's thread.
    fn journal(
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
    fn broker(
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

    /// Ends everything within two seconds; the names of what did not end.
    fn end(self) -> Vec<&'static str> {
        let begun = Stamp::now();
        self.stop.cancel();
        let mut late = threads::join(&self.threads, END_MAX);
        self.stop_gateway.cancel();
        late.extend(threads::join(self.gateway.as_slice(), END_MAX.saturating_sub(Stamp::now().since(begun))));
        late
    }
}

/// Makes a file that only its owner can read.
fn private_file(path: &Path) -> Result<File, Report> {
    OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .wrap_err_with(|| format!("{} cannot be written", path.display()))
}

/// What differs between installations: the moment, the process, the path.
fn entropy(path: &Path) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (Stamp::now().wall, std::process::id(), path).hash(&mut hasher);
    hasher.finish()
}
