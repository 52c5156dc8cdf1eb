//! How long something has been on the screen: what a key agrees to has to be seen first.
//!
//! Must not know: what it is.

use std::time::Duration;

use crate::clock::Stamp;

/// Something that was put on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dwell {
    /// The first revision that shows it.
    revision: Option<u64>,
    /// Since when that has been on the screen.
    painted_at: Option<Stamp>,
}

impl Dwell {
    /// A message has ended with `revision`, and `painted` is on the screen.
    pub(super) fn stamp(&mut self, revision: u64, painted: u64, now: Stamp) {
        let shows = *self.revision.get_or_insert(revision);
        if painted >= shows {
            self.painted_at.get_or_insert(now);
        }
    }

    /// How long it has been there; `None` while it is not.
    pub(super) fn lasted(&self, now: Stamp) -> Option<Duration> {
        self.painted_at.map(|at| now.since(at))
    }
}
