//! Small files that are written while the desk runs, on a thread of their own.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

/// Lists that may wait; each replaces the one before.
const QUEUE: usize = 8;

/// Where lists are given.
#[derive(Debug, Clone)]
pub struct Files {
    /// `None` where nothing is kept.
    lists: Option<SyncSender<Vec<String>>>,
}

impl Files {
    /// Starts the thread that keeps the watchlist in `path`.
    pub fn start(path: PathBuf) -> io::Result<Self> {
        let (lists, given) = sync_channel::<Vec<String>>(QUEUE);
        std::thread::Builder::new().name("files".into()).spawn(move || {
            while let Ok(mut list) = given.recv() {
                while let Ok(newer) = given.try_recv() {
                    list = newer;
                }
                if let Err(error) = write_watchlist(&path, &list) {
                    tracing::error!(%error, path = %path.display(), "the watchlist was not saved");
                }
            }
        })?;
        Ok(Self { lists: Some(lists) })
    }

    /// Keeps nothing: for a desk whose list is made up for one order.
    pub const fn none() -> Self {
        Self { lists: None }
    }

    /// Gives a list to be saved; false if it could not be taken.
    pub fn save_watchlist(&self, symbols: Vec<String>) -> bool {
        self.lists.as_ref().is_none_or(|lists| lists.try_send(symbols).is_ok())
    }
}

/// The saved list; `None` if none was saved yet.
pub fn read_watchlist(path: &Path) -> io::Result<Option<Vec<String>>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from).collect())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the list as a whole: what is there is the old one or the new one.
fn write_watchlist(path: &Path, symbols: &[String]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
    for symbol in symbols {
        writeln!(file, "{symbol}")?;
    }
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_comes_back_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watchlist");
        assert_eq!(read_watchlist(&path).unwrap(), None);
        let list = ["TSLA".to_string(), "BRK.B".to_string()];
        write_watchlist(&path, &list).unwrap();
        assert_eq!(read_watchlist(&path).unwrap().as_deref(), Some(&list[..]));
        write_watchlist(&path, &[]).unwrap();
        assert_eq!(read_watchlist(&path).unwrap(), Some(Vec::new()));
    }
}
