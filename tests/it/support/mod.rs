//! A desk without a terminal, and a gateway it can lose.

mod desk;
mod venue;

pub use desk::Desk;
pub use venue::Venue;

use std::path::Path;

/// A folder for one test, in memory where the system offers that: a busy disk is not what is tested here.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}
