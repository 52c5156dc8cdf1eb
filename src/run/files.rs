//! Small files that are written, or read again, while the desk runs, on a thread of their own.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::sync::mpsc;

use crate::app::msg::ReadLimits;
use crate::config::Paths;
use crate::domain::SafeText;
use crate::risk::Limits;

/// Jobs that may wait.
const QUEUE: usize = 8;

/// What the thread does.
enum Job {
    /// Saves the watchlist; a later list replaces an earlier one.
    Save(Vec<String>),
    /// Reads `risk.toml`.
    Limits,
}

/// Where jobs are given.
#[derive(Debug, Clone)]
pub struct Files {
    /// `None` where nothing is kept.
    jobs: Option<SyncSender<Job>>,
}

impl Files {
    /// Starts the thread that keeps the watchlist in `path` and tells the limits it was asked to read again.
    pub fn start(path: PathBuf, paths: Paths, tell: mpsc::Sender<ReadLimits>) -> io::Result<Self> {
        let (jobs, given) = sync_channel::<Job>(QUEUE);
        std::thread::Builder::new().name("files".into()).spawn(move || {
            while let Ok(job) = given.recv() {
                let (mut list, mut read) = (None, false);
                for job in std::iter::once(job).chain(given.try_iter()) {
                    match job {
                        Job::Save(newer) => list = Some(newer),
                        Job::Limits => read = true,
                    }
                }
                if let Some(list) = list
                    && let Err(error) = write_watchlist(&path, &list)
                {
                    tracing::error!(%error, path = %path.display(), "the watchlist was not saved");
                }
                if read {
                    // Without a heart nobody wants to know.
                    let _ = tell.blocking_send(read_limits(&paths));
                }
            }
        })?;
        Ok(Self { jobs: Some(jobs) })
    }

    /// Keeps nothing: for a desk whose list is made up for one order.
    pub const fn none() -> Self {
        Self { jobs: None }
    }

    /// Gives a list to be saved; false if it could not be taken.
    pub fn save_watchlist(&self, symbols: Vec<String>) -> bool {
        self.jobs.as_ref().is_none_or(|jobs| jobs.try_send(Job::Save(symbols)).is_ok())
    }

    /// Asks for the limits to be read again; false if that could not be taken.
    pub fn read_limits(&self) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.try_send(Job::Limits).is_ok())
    }
}

/// The guard's limits as their file has them, and everything that is wrong in it.
pub fn read_limits(paths: &Paths) -> ReadLimits {
    let (limits, problems) = match paths.risk() {
        Ok(None) => (Limits::default(), Vec::new()),
        Ok(Some(source)) => {
            let (limits, problems) = Limits::read(&source);
            (limits, problems.0)
        }
        Err(problem) => (Limits::default(), vec![problem]),
    };
    let path = SafeText::new(&paths.config.join("risk.toml").display().to_string());
    let problems = problems.iter().map(|problem| SafeText::new(&problem.to_string())).collect();
    ReadLimits { path, limits, problems }
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
