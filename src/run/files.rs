//! Small files that are written, or read again, while the desk runs, on a thread of their own.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::sync::mpsc;

use crate::app::msg::ReadLimits;
use crate::config::{self, Paths, WATCHLIST_MAX};
use crate::domain::SafeText;
use crate::risk::Limits;
use crate::source::{Problem, Problems, Source};

/// Jobs that may wait.
const QUEUE: usize = 8;
/// Characters of a wrong line that are repeated.
const SHOWN_MAX: usize = 20;

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

/// The saved list, and the lines of it that are no rows; `None` if none was saved yet.
pub fn read_watchlist(path: &Path) -> Result<Option<(Vec<String>, Problems)>, Problem> {
    Ok(config::read(path)?.map(|source| rows(&source)))
}

/// One symbol a line; what is none, stands twice, or is one too many is told with its place.
fn rows(source: &Source) -> (Vec<String>, Problems) {
    let (mut list, mut problems) = (Vec::<String>::new(), Vec::new());
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let symbol = line.trim();
        let from = start + line.find(symbol).unwrap_or(0);
        let span = from..from + symbol.len();
        start += line.len();
        if symbol.is_empty() {
            continue;
        }
        let what = match crate::sentence::name(symbol) {
            None => {
                let shown: String = symbol.chars().take(SHOWN_MAX).collect();
                format!("{shown:?} is not the name of a contract")
            }
            Some(name) if list.contains(&name) => format!("{symbol} stands twice"),
            Some(_) if list.len() >= WATCHLIST_MAX => {
                format!("{symbol} is one too many: {WATCHLIST_MAX} rows at most")
            }
            Some(name) => {
                list.push(name);
                continue;
            }
        };
        problems.push(source.problem(&span, what));
    }
    (list, Problems(problems))
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
        assert_eq!(read_watchlist(&path).unwrap(), Some((list.to_vec(), Problems(Vec::new()))));
        write_watchlist(&path, &[]).unwrap();
        assert_eq!(read_watchlist(&path).unwrap(), Some((Vec::new(), Problems(Vec::new()))));
    }

    #[test]
    fn what_is_no_row_of_the_list_is_told_with_its_line_and_the_rest_is_kept() {
        let long = "A".repeat(260);
        let text = format!("AAPL\n\nAAPL,,MSFT\n  aapl\nBRK.B\n\u{1b}[31mX\n\u{202e}SPY\n{long}\nMSFT\n");
        let (list, problems) = rows(&Source::new("watchlist", text));
        assert_eq!(list, ["AAPL", "BRK.B", "MSFT"]);
        let told: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "watchlist:3:1 \"AAPL,,MSFT\" is not the name of a contract".to_owned(),
                "watchlist:4:3 aapl stands twice".to_owned(),
                "watchlist:6:1 \"\\u{1b}[31mX\" is not the name of a contract".to_owned(),
                "watchlist:7:1 \"\\u{202e}SPY\" is not the name of a contract".to_owned(),
                format!("watchlist:8:1 {:?} is not the name of a contract", &long[..20]),
            ]
        );
        let many: String = (0..10_001).map(|n| ["AB\n", "AC\n"][n % 2]).collect();
        assert_eq!(rows(&Source::new("watchlist", many)).0.len(), 2);
        let letters = || (b'A'..=b'Z').map(char::from);
        let many: Vec<String> = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}X\n"))).collect();
        let (list, problems) = rows(&Source::new("watchlist", many.concat()));
        assert_eq!((list.len(), problems.0.len()), (WATCHLIST_MAX, 26 * 26 - WATCHLIST_MAX));
        assert!(problems.0[0].what.ends_with("100 rows at most"), "{}", problems.0[0].what);
    }
}
