//! What the command line and the configuration come to: where everything lives, whom to connect to, how the desk looks.
//!
//! Mistakes in files never keep the workstation from starting: it starts on what is built in and says so.

use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::eyre::{Report, eyre};
use directories::ProjectDirs;

use super::files;
use crate::app::action::Action;
use crate::app::bindings;
use crate::broker::ib;
use crate::cli;
use crate::config::{Settings, Symbols};
use crate::domain::SafeText;
use crate::domain::account::Mode;
use crate::keys::{Keymap, Library};
use crate::source::{Problems, Source};
use crate::theme::{self, Depth, Glyphs, Look, Theme};

/// A frame's time when the way to the terminal is fast.
const PACE: Duration = Duration::from_millis(33);

/// And when it is slow.
const PACE_SLOW: Duration = Duration::from_millis(250);

/// The largest file that is read.
const FILE_MAX: u64 = 1 << 20;

/// Whom to connect to, and where what belongs to it lives.
#[derive(Debug, Clone)]
pub struct Place {
    /// The profile; the embedded one has no address yet.
    pub profile: ib::Profile,
    /// Whether the gateway is the embedded one.
    pub embedded: bool,
    /// Journal, paper account, locks of this profile.
    pub folder: PathBuf,
    /// The log.
    pub logs: PathBuf,
    /// Configuration files.
    pub config: PathBuf,
}

impl Place {
    /// Finds it; an unknown profile or a machine without a home is an error.
    pub fn find(common: &cli::Common) -> Result<Self, Report> {
        let dirs = ProjectDirs::from("", "", "tradewind");
        let folder = |given: &Option<PathBuf>, default: fn(&ProjectDirs) -> &Path, option: &str| {
            given
                .clone()
                .or_else(|| dirs.as_ref().map(|dirs| default(dirs).to_path_buf()))
                .ok_or_else(|| eyre!("no home folder is known: say where with {option}"))
        };
        let config = folder(&common.config, ProjectDirs::config_dir, "--config")?;
        let state = folder(&common.state, |dirs| dirs.state_dir().unwrap_or_else(|| dirs.data_dir()), "--state")?;
        let name = common.profile.as_deref().unwrap_or("sim");
        let (address, mode) = match name {
            "sim" => ("127.0.0.1:0", Mode::Paper),
            "paper" => ("127.0.0.1:7497", Mode::Paper),
            "live" => ("127.0.0.1:7496", Mode::Live),
            "gateway-paper" => ("127.0.0.1:4002", Mode::Paper),
            "gateway-live" => ("127.0.0.1:4001", Mode::Live),
            other => {
                return Err(eyre!(
                    "no profile is called {other}: there are sim, paper, live, gateway-paper, gateway-live"
                ));
            }
        };
        let profile = ib::Profile {
            name: name.into(),
            address: address.into(),
            mode,
            read_only: mode == Mode::Live,
            ..ib::Profile::default()
        };
        Ok(Self { profile, embedded: name == "sim", folder: state.join(name), logs: state.join("log"), config })
    }

    /// The word on the status bar.
    pub fn shown(&self) -> &str {
        if self.embedded { "embedded" } else { &self.profile.name }
    }

    /// The file that keeps the watchlist.
    pub fn watchlist(&self) -> PathBuf {
        self.folder.join("watchlist")
    }
}

/// How the desk looks and behaves.
#[derive(Debug)]
pub struct Plan {
    /// Settings.
    pub settings: Settings,
    /// Keys.
    pub keymap: Keymap<Action>,
    /// Colours.
    pub theme: Theme,
    /// The shortest time between two frames that only the market causes.
    pub pace: Duration,
    /// What is wrong in the files.
    pub warnings: Vec<SafeText>,
}

impl Plan {
    /// Reads the files; what is wrong in one is said and what is built in is used in its place.
    pub fn make(place: &Place, desk: &cli::Desk) -> Self {
        let mut settings = Settings::default();
        let mut warnings = Vec::new();
        if desk.ascii {
            settings.symbols = Symbols::Ascii;
        }
        match files::read_watchlist(&place.watchlist()) {
            Ok(Some(list)) => settings.watchlist = list,
            Ok(None) => {}
            Err(error) => {
                let text = format!("The watchlist in {} cannot be read: {error}", place.watchlist().display());
                warnings.push(SafeText::new(&text));
            }
        }
        let glyphs = match settings.symbols {
            Symbols::Unicode => Glyphs::Unicode,
            Symbols::Ascii => Glyphs::Ascii,
        };
        let look = Look { glyphs, ..Look::at(Depth::detect(None, |name| std::env::var(name).ok())) };
        let theme = load_theme(place, desk.theme.as_deref(), &look, &mut warnings);
        let keymap = load_keymap(place, desk.keymap.as_deref(), &mut warnings);
        let pace = if desk.link == Some(cli::Link::Slow) { PACE_SLOW } else { PACE };
        Self { settings, keymap, theme, pace, warnings }
    }
}

/// The theme asked for, or what is built in.
fn load_theme(place: &Place, name: Option<&str>, look: &Look, warnings: &mut Vec<SafeText>) -> Theme {
    let mut library = theme::builtin();
    library.extend(read_library(&place.config.join("themes"), &library, warnings));
    let Some(name) = name else { return theme::fallback(look) };
    theme::load(name, &library, look).unwrap_or_else(|problems| {
        say(&problems, "the built-in theme is used", warnings);
        theme::fallback(look)
    })
}

/// The key map asked for, or what is built in.
fn load_keymap(place: &Place, name: Option<&str>, warnings: &mut Vec<SafeText>) -> Keymap<Action> {
    let users = read_library(&place.config.join("keymaps"), &bindings::builtin(), warnings);
    let Some(name) = name else { return bindings::fallback() };
    bindings::load(name, users).unwrap_or_else(|problems| {
        say(&problems, "the built-in key map is used", warnings);
        bindings::fallback()
    })
}

/// Every problem, and what is done about them; the last word is the one the hint row shows.
fn say(problems: &Problems, instead: &str, warnings: &mut Vec<SafeText>) {
    warnings.extend(problems.0.iter().map(|problem| SafeText::new(&problem.to_string())));
    warnings.push(SafeText::new(&problems.notice(instead)));
}

/// The user's files of one kind, by name; one that bears a built-in name is left out and said.
fn read_library(folder: &Path, builtin: &Library, warnings: &mut Vec<SafeText>) -> Library {
    let mut library = Library::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return library };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "toml")) {
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let mut say = |what: &str| warnings.push(SafeText::new(&format!("{}: {what}", path.display())));
        if builtin.contains_key(name) {
            say("a built-in one has this name: give yours another, and let it inherit");
            continue;
        }
        match std::fs::metadata(path)
            .and_then(|meta| if meta.len() > FILE_MAX { Ok(None) } else { std::fs::read_to_string(path).map(Some) })
        {
            Ok(Some(text)) => {
                library.insert(name.to_owned(), Source::new(path.display().to_string(), text));
            }
            Ok(None) => say("larger than 1 MiB"),
            Err(error) => say(&error.to_string()),
        }
    }
    library
}
