//! Where configuration lives, and reading its files.
//!
//! Invariants: folders made here belong to the user alone (0700); a file that is too large, not text, or not a file is
//! one problem with its reason, never an empty configuration.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::source::{Library, Problem, Source};

/// Most bytes of a configuration file.
const BYTES_MAX: u64 = 1 << 20;

/// The folders of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `settings.toml`, `keymaps/`, `themes/`.
    pub config: PathBuf,
    /// Journal and paper account, one folder a profile.
    pub state: PathBuf,
    /// Log files.
    pub log: PathBuf,
}

/// No home folder is known and none was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no home folder is known: say with --config and --state where files live")]
pub struct NoHome;

impl Paths {
    /// Where the platform wants them, unless `config` and `state` say otherwise.
    pub fn find(config: Option<&Path>, state: Option<&Path>) -> Result<Self, NoHome> {
        let home = ProjectDirs::from("", "", "tradewind");
        let or = |given: Option<&Path>, place: &dyn Fn(&ProjectDirs) -> PathBuf| {
            given.map(Path::to_path_buf).or_else(|| home.as_ref().map(place)).ok_or(NoHome)
        };
        let config = or(config, &|home| home.config_dir().to_path_buf())?;
        let state = or(state, &|home| home.state_dir().unwrap_or_else(|| home.data_dir()).to_path_buf())?;
        let log = state.join("log");
        Ok(Self { config, state, log })
    }

    /// The folder of a profile's journal and paper account.
    pub fn profile(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// Makes a folder and those above it, for the user alone.
    pub fn make(folder: &Path) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)
    }

    /// The guard's limits, where the file exists.
    pub fn risk(&self) -> Result<Option<Source>, Problem> {
        let path = self.config.join("risk.toml");
        let found = read(&path)?;
        match found {
            Some(_) if is_others(&path) => {
                let what = "can be written by others, and it holds your limits: chmod 600".to_owned();
                Err(Problem { file: "risk.toml".to_owned(), line: 0, column: 0, what, nearest: None })
            }
            found => Ok(found),
        }
    }

    /// The settings, where the file exists.
    pub fn settings(&self) -> Result<Option<Source>, Problem> {
        read(&self.config.join("settings.toml"))
    }

    /// The user's key maps by name.
    pub fn keymaps(&self) -> (Library, Vec<Problem>) {
        folder(&self.config.join("keymaps"))
    }

    /// The user's themes by name.
    pub fn themes(&self) -> (Library, Vec<Problem>) {
        folder(&self.config.join("themes"))
    }
}

/// Whether anybody but the user can change a file: its group, everybody, or an owner who is neither he nor root.
#[cfg(unix)]
fn is_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let user = rustix::process::geteuid().as_raw();
    fs::metadata(path).is_ok_and(|about| about.mode() & 0o022 != 0 || (about.uid() != user && about.uid() != 0))
}

#[cfg(not(unix))]
const fn is_others(_: &Path) -> bool {
    false
}

/// The text of a file, `None` where there is none.
pub fn read(path: &Path) -> Result<Option<Source>, Problem> {
    let file = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let problem = |what: String| Problem { file: file.clone(), line: 0, column: 0, what, nearest: None };
    let failed = |error: &io::Error| problem(format!("cannot be read: {error}"));
    let mut opened = match File::open(path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error)),
    };
    let about = opened.metadata().map_err(|e| failed(&e))?;
    if !about.is_file() {
        return Err(problem("is not a file".to_owned()));
    }
    let mut bytes = Vec::new();
    opened.by_ref().take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(problem("is larger than 1 MiB".to_owned()));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(Source::new(file, text.strip_prefix('\u{feff}').unwrap_or(&text)))),
        Err(error) => Err(problem(format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))),
    }
}

/// The `.toml` files of a folder by their names without the ending, in the order of the names.
fn folder(path: &Path) -> (Library, Vec<Problem>) {
    let (mut texts, mut problems) = (Library::new(), Vec::new());
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (texts, problems),
        Err(error) => {
            let what = format!("cannot be read: {error}");
            problems.push(Problem { file: path.display().to_string(), line: 0, column: 0, what, nearest: None });
            return (texts, problems);
        }
    };
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    for file in files {
        let Some(name) = file.file_stem().map(|n| n.to_string_lossy().into_owned()) else { continue };
        match read(&file) {
            Ok(Some(source)) => drop(texts.insert(name, source)),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    (texts, problems)
}
