//! Threads whose end is waited for, but not for ever.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::Builder;
use std::time::Duration;

use crate::clock::Stamp;

/// A running thread.
#[derive(Debug)]
pub struct Running {
    name: &'static str,
    end: Receiver<()>,
}

/// Starts a thread.
pub fn start(name: &'static str, body: impl FnOnce() + Send + 'static) -> io::Result<Running> {
    // Nothing is ever put into it: its end, however it comes, wakes the one who waits.
    let (alive, end) = sync_channel::<()>(1);
    Builder::new().name(name.into()).spawn(move || {
        let _alive = alive;
        body();
    })?;
    Ok(Running { name, end })
}

/// Waits for all of them, at most for `span` together; names those that did not end.
pub fn join(threads: &[Running], span: Duration) -> Vec<&'static str> {
    let end = Stamp::now().plus(span);
    let late = |thread: &Running| thread.end.recv_timeout(end.since(Stamp::now())) == Err(RecvTimeoutError::Timeout);
    threads.iter().filter(|thread| late(thread)).map(|thread| thread.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_end_in_time_is_named() {
        let (hold, held) = sync_channel::<()>(1);
        let quick = start("quick", || {}).unwrap();
        let slow = start("slow", move || {
            let _ = held.recv();
        })
        .unwrap();
        assert_eq!(join(&[quick, slow], Duration::from_millis(30)), ["slow"]);
        drop(hold);
    }
}
