//! The last words: what a panic in any thread does before the process ends.
//!
//! Nothing more is sent, the terminal is given back, the journal gets two seconds to write what it was given, and the
//! orders last known to work are named, because they may still be working.

use std::fmt::Write as _;
use std::io::Write as _;
#[cfg(debug_assertions)]
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::tty::Tty;
use crate::journal::Gauge;

/// The exit code of a defect (`EX_SOFTWARE`).
pub const EXIT_DEFECT: i32 = 70;

/// How long the journal may take.
const DRAIN_MAX: Duration = Duration::from_secs(2);

/// Set once and for ever: nothing that could change a position leaves any more.
#[derive(Debug, Clone, Default)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    /// Sets it; true for the first who does.
    pub fn set(&self) -> bool {
        !self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The orders last known to work, one line each, kept up to date by the heart.
#[derive(Debug, Clone, Default)]
pub struct Working(Arc<Mutex<Vec<String>>>);

impl Working {
    /// Replaces the list.
    pub fn set(&self, lines: Vec<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = lines;
    }

    /// The paragraph that names them; empty if there are none.
    pub fn paragraph(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        if !lines.is_empty() {
            out.push_str("Orders last known to work at the broker (they keep working without this program):\n");
            for line in lines.iter() {
                let _ = writeln!(out, "  {line}");
            }
        }
        out
    }
}

/// What the hook needs.
#[derive(Debug, Clone)]
pub struct LastWords {
    /// The terminal.
    pub tty: Arc<Tty>,
    /// The stop of all sending.
    pub halt: Halt,
    /// The journal's queue.
    pub journal: Gauge,
    /// The orders.
    pub working: Working,
    /// Where the log is.
    pub log: String,
}

/// Installs the hook for the whole process.
pub fn install(words: LastWords) {
    std::panic::set_hook(Box::new(move |info| {
        if !words.halt.set() {
            // Another thread is already on its way out; its exit ends this one.
            return;
        }
        words.tty.leave();
        tracing::error!(%info, "panic");
        let drained = words.journal.wait_empty(DRAIN_MAX);
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "tradewind has stopped because of a defect of its own: {info}");
        if !drained {
            let _ = writeln!(err, "The journal could not be written to the end.");
        }
        let _ = write!(err, "{}", words.working.paragraph());
        let _ = writeln!(err, "The log is in {}", words.log);
        super::exit(EXIT_DEFECT);
    }));
}

/// The thread that is to panic: how the way out is tested.
#[cfg(debug_assertions)]
static CHOSEN: std::sync::OnceLock<String> = std::sync::OnceLock::new();

/// Chooses the thread that panics when it next does something; debug builds only.
#[cfg(debug_assertions)]
pub fn choose(thread: String) {
    let _ = CHOSEN.set(thread);
}

/// Panics if the named thread was chosen; debug builds only.
#[cfg(debug_assertions)]
pub fn on_demand(thread: &str) {
    assert!(CHOSEN.get().map(String::as_str) != Some(thread), "asked to panic in {thread}");
}

/// The milestone at which the process is to die, and how often it is passed before.
#[cfg(debug_assertions)]
static DEATH: std::sync::OnceLock<(String, AtomicUsize)> = std::sync::OnceLock::new();

/// Chooses the milestone that kills the process, as `kill -9` would: `NAME` at once, `NAME:3` at its third passing; debug
/// builds only.
#[cfg(debug_assertions)]
pub fn choose_death(milestone: &str) {
    let (name, nth) = milestone.rsplit_once(':').unwrap_or((milestone, "1"));
    let before = nth.parse::<usize>().unwrap_or(1).saturating_sub(1);
    let _ = DEATH.set((name.to_owned(), AtomicUsize::new(before)));
    crate::milestone::watch(|passed| {
        let Some((_, left)) = DEATH.get().filter(|(name, _)| name == passed) else { return };
        let counted = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if counted.is_err() {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
    });
}

/// In a release build nothing can be asked to panic.
#[cfg(not(debug_assertions))]
pub const fn on_demand(_thread: &str) {}
