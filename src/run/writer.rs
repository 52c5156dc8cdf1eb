//! The writer thread: the only one that gives frames to the terminal.
//!
//! It holds one frame at a time. A terminal that takes nothing stalls this thread alone; the heart sees that the frame it
//! gave is not written yet and draws no other.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc;

use super::stats::Stats;
use super::tty::{Tty, Wrote};
use crate::clock::Stamp;

/// A finished frame.
#[derive(Debug)]
pub struct Frame {
    /// What it shows: the model's revision.
    pub revision: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A frame has left the writer.
#[derive(Debug)]
pub struct Written {
    /// What it showed.
    pub revision: u64,
    /// Whether the terminal took all of it; if not, what the screen shows is not known.
    pub whole: bool,
    /// Its buffer, to be used again.
    pub bytes: Vec<u8>,
}

/// The heart's side: where frames are given and where their ends are reported.
#[derive(Debug)]
pub struct Frames {
    /// Takes one frame.
    pub give: SyncSender<Frame>,
    /// Tells that it was written.
    pub written: mpsc::Receiver<Written>,
}

/// The writer's side.
#[derive(Debug)]
pub struct Outlet {
    frames: Receiver<Frame>,
    written: mpsc::Sender<Written>,
}

impl Outlet {
    /// The next frame; `None` when the heart has ended.
    pub fn next(&self) -> Option<Frame> {
        self.frames.recv().ok()
    }

    /// Reports a frame's end; false when the heart has ended.
    pub fn report(&self, frame: Frame, whole: bool) -> bool {
        let written = Written { revision: frame.revision, whole, bytes: frame.bytes };
        self.written.blocking_send(written).is_ok()
    }
}

/// A slot for one frame.
pub fn slot() -> (Frames, Outlet) {
    let (give, frames) = sync_channel(1);
    let (tell, written) = mpsc::channel(2);
    (Frames { give, written }, Outlet { frames, written: tell })
}

/// Starts the thread.
pub fn start(tty: Arc<Tty>, outlet: Outlet, stats: Arc<Stats>) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("writer".into()).spawn(move || {
        while let Some(frame) = outlet.next() {
            super::panic::on_demand("writer");
            let before = Stamp::now();
            let wrote = tty.write_frame(&frame.bytes);
            stats.wrote(frame.bytes.len(), Stamp::now().since(before));
            if !outlet.report(frame, wrote == Wrote::All) || wrote == Wrote::Gone {
                return;
            }
        }
    })
}
