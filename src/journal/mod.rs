//! The journal: what this workstation intended, and what it was told became of it, on disk before anything depends on it.
//!
//! One SQLite file per profile and API client, write-ahead log, `synchronous = FULL`, one writer thread. An
//! order's intent and the order id it takes are committed in one transaction before the order's first byte may leave:
//! [`Intent`] is the proof, and nobody else can make one. Each opening takes a new run number and commits it, so that an
//! `orderRef` of `tw{tag}-{run}-{n}` is never used twice, whatever was lost.
//!
//! Invariants: the highest order id only rises; an order whose intent is recorded is reported as live at the next opening
//! until an end has been recorded; every state an order had stays, and every version of a fill; a file of a newer, unknown version is refused and left as it is; after a failed write
//! no intent is accepted any more.
//!
//! Other processes read it, add notes and tags, and take statements in, while the workstation runs: [`Reader`] and
//! [`Annotator`]. They take no run and no order id.
//!
//! Must not know: the broker, the model, the screen. The broker port takes [`Intent`] from here: the one type that passes
//! between two walls, because only its maker may say that it is durable.

mod annotate;
pub mod entry;
pub mod flex;
mod intent;
mod query;
mod read;
mod schema;
mod store;
mod writer;

#[cfg(test)]
mod reading_tests;
#[cfg(test)]
mod tests;

pub use annotate::{Annotator, Difference, Import, differences};
pub use entry::{Accepted, Before, CashKnown, Decision, Entry, Holding};
pub use intent::{Intent, IntentSeq};
pub use query::{Inspection, inspect};
pub use read::{Fill, Happening, Note, Reader, Source, Span, What};
pub use schema::VERSION;
pub use store::{Batch, Journal, Opened};
pub use writer::{Gauge, Inlet, Reply, Request, channel, serve};

use std::path::PathBuf;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// SQLite refused.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file cannot be made or read.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A later release has written it.
    #[error(
        "written by a later release (version {found}, this one knows {known}): update tradewind, or move {path} away"
    )]
    Newer {
        /// Its version.
        found: i64,
        /// The newest known here.
        known: i64,
        /// Which file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{path} is damaged ({what}): move it away and reconcile by the broker's own records")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite found.
        what: String,
    },
    /// A record cannot be read or written as JSON.
    #[error("a record of {what} cannot be read: {error}")]
    Record {
        /// Of what.
        what: &'static str,
        /// Why.
        error: serde_json::Error,
    },
    /// The order ids of this client are used up.
    #[error("order ids are used up: the highest is {0}")]
    IdsUsedUp(i64),
    /// An earlier write failed.
    #[error("an earlier write failed: {0}")]
    Failed(String),
}
