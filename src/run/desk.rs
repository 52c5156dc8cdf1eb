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
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr, eyre};
use tokio::sync::mpsc;

use super::effects::Executor;
use super::files::Files;
use super::heart::{End, Heart, Setup, Sources};
use super::lock;
use super::panic::{Halt, LastWords, Working};
use super::parts::Parts;
use super::plan::{Place, Plan};
use super::record::{Begin, Recorder};
use super::stats::Stats;
use super::tty::Tty;
use super::{input, log, panic, signals, writer};
use crate::broker::Tape;
use crate::broker::port;
use crate::cli;
use crate::journal;

/// Warnings that may wait.
const WARNINGS: usize = 64;

/// So long a command may keep the first seat from a workstation that starts.
const COMMAND_MAX: Duration = Duration::from_secs(5);

/// Runs the workstation; the exit code.
pub fn run(common: &cli::Common, desk: &cli::Desk) -> Result<i32, Report> {
    #[cfg(debug_assertions)]
    if let Some(thread) = &desk.panic_in {
        panic::choose(thread.clone());
    }
    #[cfg(debug_assertions)]
    if let Some(milestone) = &desk.die_at {
        panic::choose_death(milestone);
    }
    let place = Place::find(common)?;
    if !place.warnings.problems.is_empty() {
        let problems: Vec<String> = place.warnings.problems.iter().map(ToString::to_string).collect();
        writeln!(io::stderr(), "tradewind: nothing starts on files with mistakes.\n{}", problems.join("\n"))?;
        return Ok(2);
    }
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
    let seat = lock::take_workstation_seat(&place.folder, COMMAND_MAX)
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
    for warning in plan.warnings.notices {
        let _ = warn.try_send(warning);
    }
    let (tell_limits, limits) = mpsc::channel(1);
    let files = Files::start(place.watchlist(), place.paths.clone(), tell_limits)?;
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
    let sources = Sources { ears, frames, journal, events, inputs, tape, warnings, limits };
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
