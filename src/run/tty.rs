//! The controlling terminal: opened privately, made raw, given back exactly once.
//!
//! Reading happens on descriptor 0, which is replaced by a file description of our own in non-blocking mode: a cut-off
//! escape sequence would otherwise block the reader, and a mode set on the shell's description would leak to the shell.
//! Writing happens on another private description, chunk by chunk under a lock, so that the restore can come between two
//! chunks and nothing is written after it.
//!
//! Invariants: [`Tty::leave`] may be called from any thread, at any time, any number of times; between [`Tty::leave`] and
//! the next [`Tty::enter`] no byte of a frame reaches the terminal; no write waits for the terminal beyond its deadline.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr, ttyname};

use crate::clock::Stamp;

/// Alternate screen, hidden cursor, bracketed paste, mouse presses and wheel as such (not as arrow keys), focus reports.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[?1007l\x1b[?1004h";

/// Ends whatever sequence was cut off, then undoes [`ENTER`] and every mode a frame may have set.
const LEAVE: &[u8] = b"\x1b\\\x1b[?2026l\x1b[?1004l\x1b[?1007h\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\
    \x1b[0m\x1b[?25h\x1b[?1049l";

/// How long the way out waits for the terminal to take its bytes.
const LEAVE_MAX: Duration = Duration::from_millis(200);

/// Why there is no terminal to work with.
#[derive(Debug, thiserror::Error)]
pub enum TtyError {
    /// Input or output is redirected.
    #[error(
        "{0} is not a terminal: the workstation needs one (for scripts there are `tradewind quote` and `tradewind check`)"
    )]
    NotATerminal(&'static str),
    /// `TERM` names a terminal without cursor movement.
    #[error("TERM is {0}: the workstation needs a terminal that can move its cursor, such as xterm-256color")]
    Dumb(String),
    /// The system refused.
    #[error("the terminal cannot be used ({what}): {error}")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// The system's answer.
        error: io::Error,
    },
}

/// What a chunk of a frame came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// All of it was taken by the terminal.
    All,
    /// The terminal has been left: the rest was dropped.
    Left,
    /// The terminal is gone.
    Gone,
}

/// Who may write now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// Nobody: the terminal is the shell's.
    Shut,
    /// The writer.
    Open,
}

/// The terminal.
#[derive(Debug)]
pub struct Tty {
    out: File,
    cooked: Termios,
    gate: Mutex<Gate>,
}

impl Tty {
    /// Takes hold of the terminal without changing it yet.
    pub fn open() -> Result<Self, TtyError> {
        if !isatty(rustix::stdio::stdin()) {
            return Err(TtyError::NotATerminal("standard input"));
        }
        if !isatty(rustix::stdio::stdout()) {
            return Err(TtyError::NotATerminal("standard output"));
        }
        match std::env::var("TERM") {
            Ok(term) if term != "dumb" && !term.is_empty() => {}
            Ok(term) => return Err(TtyError::Dumb(format!("`{term}`"))),
            Err(_) => return Err(TtyError::Dumb("not set".into())),
        }
        let path = device();
        let open = |flags, what| {
            rustix::fs::open(&path, flags | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY, Mode::empty())
                .map_err(|error| TtyError::Refused { what, error: error.into() })
        };
        let input = open(OFlags::RDONLY, "open for reading")?;
        let out = File::from(open(OFlags::WRONLY, "open for writing")?);
        let cooked = tcgetattr(&out).map_err(refused("read its modes"))?;
        rustix::stdio::dup2_stdin(&input).map_err(refused("replace descriptor 0"))?;
        Ok(Self { out, cooked, gate: Mutex::new(Gate::Shut) })
    }

    /// Raw mode, alternate screen and the reports we want. Harmless when it is in force already: after an unannounced stop
    /// the shell may have changed any of it.
    pub fn enter(&self) -> Result<(), TtyError> {
        let mut raw = self.cooked.clone();
        raw.make_raw();
        tcsetattr(&self.out, OptionalActions::Now, &raw).map_err(refused("raw mode"))?;
        let mut gate = self.lock();
        self.push(ENTER, LEAVE_MAX).map_err(refused("alternate screen"))?;
        *gate = Gate::Open;
        Ok(())
    }

    /// Asks the terminal for its ground; the input thread hears the answer.
    pub fn ask_ground(&self) {
        let _gate = self.lock();
        if let Err(error) = self.push(super::ground::QUESTION, LEAVE_MAX) {
            tracing::warn!(%error, "the terminal was not asked for its ground");
        }
    }

    /// Gives the terminal back as it was.
    ///
    /// A frame in hand is cut at its next chunk; whatever sequence that cuts is ended first. Waits at most 200 ms for the
    /// terminal to take the few bytes; the modes of the line are restored whatever happens to the bytes.
    pub fn leave(&self) {
        let mut gate = self.lock();
        if *gate == Gate::Shut {
            return;
        }
        *gate = Gate::Shut;
        if let Err(error) = self.push(LEAVE, LEAVE_MAX) {
            tracing::warn!(%error, "the terminal did not take the restore");
        }
        if let Err(error) = tcsetattr(&self.out, OptionalActions::Now, &self.cooked) {
            tracing::warn!(%error, "the terminal's modes were not restored");
        }
    }

    /// Writes one frame, however long the terminal takes, unless it is left meanwhile. Only the writer thread calls this.
    pub fn write_frame(&self, mut bytes: &[u8]) -> Wrote {
        while !bytes.is_empty() {
            let gate = self.lock();
            if *gate == Gate::Shut {
                return Wrote::Left;
            }
            // Does not wait: the lock is held for a copy into the kernel.
            let taken = rustix::io::write(&self.out, bytes);
            drop(gate);
            match taken {
                Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                // Woken by room, or soon enough to see that the terminal has been left.
                Err(Errno::AGAIN) if self.wait_room(Duration::from_millis(50)).is_ok() => {}
                Err(_) => return Wrote::Gone,
            }
        }
        Wrote::All
    }

    /// The size in cells. Pseudo terminals without a size say 0×0: those are taken as 80×24.
    pub fn size(&self) -> (u16, u16) {
        match tcgetwinsize(&self.out) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            _ => (80, 24),
        }
    }

    /// Writes a few bytes within `span`.
    fn push(&self, mut bytes: &[u8], span: Duration) -> Result<(), Errno> {
        let end = Stamp::now().plus(span);
        while !bytes.is_empty() {
            match rustix::io::write(&self.out, bytes) {
                Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let left = end.since(Stamp::now());
                    if left.is_zero() {
                        return Err(Errno::TIMEDOUT);
                    }
                    self.wait_room(left)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until the terminal takes bytes again, at most for `span`.
    fn wait_room(&self, span: Duration) -> Result<(), Errno> {
        let span = Timespec::try_from(span).map_err(|_| Errno::INVAL)?;
        let mut fds = [PollFd::new(&self.out, PollFlags::OUT)];
        match poll(&mut fds, Some(&span)) {
            Ok(_) | Err(Errno::INTR) => {
                let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
                if fds[0].revents().intersects(gone) { Err(Errno::IO) } else { Ok(()) }
            }
            Err(error) => Err(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Gate> {
        // A panic elsewhere must not keep the terminal from being restored.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The terminal's device. `/dev/tty` always belongs to us, but macOS cannot poll it; the named device can be polled
/// everywhere, but may be out of reach (a container, another user's terminal).
fn device() -> PathBuf {
    let named = || {
        let name = ttyname(rustix::stdio::stdout(), Vec::new()).ok()?;
        let path = PathBuf::from(name.into_string().ok()?);
        File::options().read(true).write(true).open(&path).is_ok().then_some(path)
    };
    let plain = PathBuf::from("/dev/tty");
    if cfg!(target_os = "macos") || File::open(&plain).is_err() { named().unwrap_or(plain) } else { plain }
}

/// An error of the system while doing `what`.
fn refused(what: &'static str) -> impl FnOnce(Errno) -> TtyError {
    move |error| TtyError::Refused { what, error: error.into() }
}
