//! Signals, on a thread of their own: nothing happens inside a handler.
//!
//! The heart is told and ends in its own order; should it not have ended two seconds later, this thread restores the
//! terminal and ends the process. After a hang-up that is the only certain way out: the input thread then spins in a read
//! that cannot be stopped.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGWINCH};
use signal_hook::iterator::Signals;
use tokio::sync::{mpsc, watch};

use super::tty::Tty;
use crate::app::msg::Signal;

/// How long the heart has to end after it was told.
pub const END_MAX: Duration = Duration::from_secs(2);

/// What the heart hears of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// End, and with which number.
    End(Signal, i32),
    /// Stop as ctrl-z would.
    Stop,
    /// Running again.
    Continue,
    /// SIGUSR1: what the kill key does, for a hand that cannot reach the keys.
    Kill,
}

/// The heart's side.
#[derive(Debug)]
pub struct Ears {
    /// Signals but changes of size.
    pub heard: mpsc::Receiver<Heard>,
    /// The size of the terminal in cells; the newest only.
    pub size: watch::Receiver<(u16, u16)>,
    /// Dropped when the heart has ended.
    pub ended: Ended,
}

/// Kept by the heart for as long as it lives.
#[derive(Debug)]
pub struct Ended {
    _alive: SyncSender<()>,
}

/// Registers the handlers and starts the thread. Signals that arrive from now on are heard.
pub fn start(tty: Arc<Tty>) -> std::io::Result<Ears> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH, SIGUSR1])?;
    let (tell, heard) = mpsc::channel(16);
    let (resize, size) = watch::channel(tty.size());
    // Nothing is ever put into it: its end wakes the receiver.
    let (alive, ended) = sync_channel::<()>(1);
    let (arm, armed) = sync_channel::<i32>(4);
    let last = Arc::clone(&tty);
    thread::Builder::new().name("deadline".into()).spawn(move || enforce(&last, &armed, &ended))?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGWINCH => {
                    let _ = resize.send(tty.size());
                }
                SIGTSTP => {
                    let _ = tell.try_send(Heard::Stop);
                }
                SIGCONT => {
                    let _ = resize.send(tty.size());
                    let _ = tell.try_send(Heard::Continue);
                }
                SIGUSR1 => {
                    let _ = tell.try_send(Heard::Kill);
                }
                end => hear_end(end, &tell, &arm),
            }
        }
    })?;
    Ok(Ears { heard, size, ended: Ended { _alive: alive } })
}

/// Tells the heart to end and arms the deadline.
fn hear_end(signal: i32, tell: &mpsc::Sender<Heard>, arm: &SyncSender<i32>) {
    let kind = if signal == SIGHUP { Signal::HangUp } else { Signal::Terminate };
    let _ = tell.try_send(Heard::End(kind, signal));
    let _ = arm.try_send(signal);
}

/// Waits for a signal that ends; then for the heart, at most two seconds.
fn enforce(tty: &Tty, armed: &Receiver<i32>, ended: &Receiver<()>) {
    let Ok(signal) = armed.recv() else { return };
    if ended.recv_timeout(END_MAX) == Err(RecvTimeoutError::Timeout) {
        tty.leave();
        super::exit(128 + signal);
    }
}
