//! What the command line and the configuration come to: where everything lives, whom to connect to, how the desk looks.
//!
//! Mistakes in a key map, a theme or the watchlist do not keep the workstation from starting: it starts on what is built in
//! and says so. Mistakes in `settings.toml` and `risk.toml` do: the trader would sit elsewhere than meant, or behind wider
//! limits. So does a profile that cannot be used.

use std::path::PathBuf;
use std::time::Duration;

use color_eyre::eyre::{Report, eyre};

use super::{Misuse, files};
use crate::app::action::Action;
use crate::app::bindings;
use crate::broker::ib;
use crate::cli;
use crate::config::{self, Colour, Config, Paths, SIM, Settings, Symbols};
use crate::domain::SafeText;
use crate::domain::account::Mode;
use crate::domain::calendar::Hours;
use crate::keys::Keymap;
use crate::risk::Limits;
use crate::source::{Problem, Problems};
use crate::theme::{self, Depth, Glyphs, Ground, Look, Rising, Theme};

/// A frame's time when the way to the terminal is fast.
const PACE: Duration = Duration::from_millis(33);

/// And when it is slow.
const PACE_SLOW: Duration = Duration::from_millis(250);

/// The name that stands for the theme of the terminal's own ground.
const AUTO: &str = "auto";

/// Variables that make the client library write down what goes over the wire, account ids and all.
const CAPTURES: [&str; 2] = ["IBAPI_RAW_CAPTURE_DIR", "IBAPI_RECORDING_DIR"];

/// The theme of light grounds.
const LIGHT: &str = "light";

/// Whom to connect to, and where what belongs to it lives.
#[derive(Debug, Clone)]
pub struct Place {
    /// The profile; the embedded one has no address yet.
    pub profile: ib::Profile,
    /// Whether the gateway is the embedded one.
    pub embedded: bool,
    /// Journal, paper account, locks of this profile.
    pub folder: PathBuf,
    /// Configuration, state, log.
    pub paths: Paths,
    /// The settings file.
    pub settings: Settings,
    /// What is wrong in it and in `risk.toml`: with any of it no desk opens and no order is sent.
    pub warnings: Warnings,
}

/// What is wrong in the files.
#[derive(Debug, Clone, Default)]
pub struct Warnings {
    /// Each thing by itself.
    pub problems: Vec<SafeText>,
    /// The same as notices of the workstation: after those of a file, the line that the hint row shows of them.
    pub notices: Vec<SafeText>,
}

impl Warnings {
    /// One thing that is wrong, once.
    fn add(&mut self, text: &str) {
        let text = SafeText::new(text);
        if !self.problems.contains(&text) {
            self.problems.push(text.clone());
            self.notices.push(text);
        }
    }
}

impl Place {
    /// Finds it.
    pub fn find(common: &cli::Common) -> Result<Self, Report> {
        let paths = Paths::find(common.config.as_deref(), common.state.as_deref())?;
        let mut warnings = Warnings::default();
        let config = match paths.settings() {
            Ok(None) => Config::default(),
            Ok(Some(source)) => {
                let (config, problems) = Config::read(&source);
                say(&problems, "what is built in is used in their place", &mut warnings);
                config
            }
            Err(problem) => {
                say(&Problems(vec![problem]), "what is built in is used", &mut warnings);
                Config::default()
            }
        };
        let limits = read_limits(&paths, &mut warnings);
        let name = match &common.profile {
            Some(name) => {
                config.profile(name).map_err(Misuse)?;
                name.clone()
            }
            None => match config.profile(&config.settings.profile) {
                Ok(_) => config.settings.profile.clone(),
                Err(why) => {
                    warnings.add(&format!("{why} This is the embedded paper account."));
                    SIM.to_owned()
                }
            },
        };
        let chosen = config.profile(&name).map_err(|why| eyre!(why))?;
        let profile = ib::Profile {
            name: name.as_str().into(),
            address: chosen.address.as_ref().map(ToString::to_string).unwrap_or_default().into(),
            client_id: chosen.client_id,
            mode: chosen.mode,
            account: chosen.account.clone(),
            read_only: chosen.read_only,
            ..ib::Profile::default()
        };
        if profile.mode == Mode::Live
            && let Some(capture) = CAPTURES.iter().find(|name| std::env::var_os(name).is_some())
        {
            return Err(eyre!(
                "{capture} is set: every order and account id would be written down unmasked. Unset it."
            ));
        }
        let (embedded, folder) = (chosen.address.is_none(), paths.profile(&name));
        let settings = Settings { limits, ..config.settings };
        Ok(Self { profile, embedded, folder, paths, settings, warnings })
    }

    /// The word on the status bar.
    pub fn shown(&self) -> &str {
        if self.embedded { "embedded" } else { &self.profile.name }
    }

    /// When the market behind the profile trades; the embedded one never closes.
    pub const fn hours(&self) -> Hours {
        if self.embedded { Hours::Always } else { Hours::NewYork }
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
    /// The theme to take if the terminal says that its ground is light; `None` if it need not be asked.
    pub light: Option<Theme>,
    /// The shortest time between two frames that only the market causes.
    pub pace: Duration,
    /// What is wrong in the files.
    pub warnings: Warnings,
}

impl Plan {
    /// Reads the files; what is wrong in one is said and what is built in is used in its place.
    pub fn make(place: &Place, desk: &cli::Desk) -> Self {
        let mut settings = place.settings.clone();
        let mut warnings = place.warnings.clone();
        if desk.ascii || is_foreign(|name| std::env::var(name).ok()) {
            settings.symbols = Symbols::Ascii;
        }
        if let Some(link) = desk.link {
            settings.link = match link {
                cli::Link::Fast => config::Link::Fast,
                cli::Link::Slow => config::Link::Slow,
            };
        }
        settings.theme = desk.theme.clone().unwrap_or(settings.theme);
        settings.keymap = desk.keymap.clone().unwrap_or(settings.keymap);
        match files::read_watchlist(&place.watchlist()) {
            Ok(Some((list, problems))) => {
                settings.watchlist = list;
                say(&problems, "those lines are left out", &mut warnings);
            }
            Ok(None) => {}
            Err(error) => {
                let text = format!("The watchlist in {} cannot be read: {error}", place.watchlist().display());
                warnings.add(&text);
            }
        }
        let look = look(&settings);
        let (theme, light) = load_themes(place, &settings, look, &mut warnings);
        let keymap = load_keymap(place, &settings, &mut warnings);
        let pace = match settings.link {
            config::Link::Fast => PACE,
            config::Link::Slow => PACE_SLOW,
        };
        Self { settings, keymap, theme, light, pace, warnings }
    }
}

/// The guard's limits; what is wrong in their file is said, and what is built in is used in its place.
fn read_limits(paths: &Paths, warnings: &mut Warnings) -> Limits {
    match paths.risk() {
        Ok(None) => Limits::default(),
        Ok(Some(source)) => {
            let (limits, problems) = Limits::read(&source);
            say(&problems, "what is built in is used in their place", warnings);
            limits
        }
        Err(problem) => {
            say(&Problems(vec![problem]), "what is built in is used", warnings);
            Limits::default()
        }
    }
}

/// Whether the environment names a character set other than UTF-8: its terminal shows nothing else than ASCII for sure.
/// Where no variable of the locale is set nothing is known, and nothing is assumed.
fn is_foreign(var: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| var(name).filter(|value| !value.is_empty()));
    set.is_some_and(|locale| !locale.to_ascii_lowercase().replace('-', "").contains("utf8"))
}

/// What the settings and the environment say about the terminal.
fn look(settings: &Settings) -> Look {
    let depth = match settings.colour {
        Colour::Auto => None,
        Colour::True => Some(Depth::True),
        Colour::Indexed => Some(Depth::Indexed),
        Colour::Ansi16 => Some(Depth::Ansi16),
        Colour::None => Some(Depth::Mono),
    };
    Look {
        depth: Depth::detect(depth, |name| std::env::var(name).ok()),
        glyphs: match settings.symbols {
            Symbols::Unicode => Glyphs::Unicode,
            Symbols::Ascii => Glyphs::Ascii,
        },
        dots: match (settings.dots, settings.symbols) {
            (_, Symbols::Ascii) | (config::Dots::Ascii, _) => theme::Dots::Plain,
            (config::Dots::Braille, _) => theme::Dots::Braille,
            (config::Dots::Blocks, _) => theme::Dots::Blocks,
            // The console of Linux has a font of 512 glyphs, none of them braille.
            (config::Dots::Auto, _) if std::env::var("TERM").is_ok_and(|term| term == "linux") => theme::Dots::Blocks,
            (config::Dots::Auto, _) => theme::Dots::Braille,
        },
        rising: if settings.swap_up_down { Rising::Swapped } else { Rising::AsThemed },
        ground: if settings.paint_ground { Ground::Painted } else { Ground::Terminal },
    }
}

/// The theme asked for, or what is built in; and the one for a light ground, if the terminal has the say.
fn load_themes(place: &Place, settings: &Settings, look: Look, warnings: &mut Warnings) -> (Theme, Option<Theme>) {
    if settings.theme == AUTO {
        return (theme::fallback(&look), theme::load(LIGHT, &theme::builtin(), &look).ok());
    }
    let mut library = theme::builtin();
    if !library.contains_key(&settings.theme) {
        let (users, problems) = place.paths.themes();
        each(&problems, warnings);
        library.extend(users.into_iter().filter(|(name, _)| !theme::builtin().contains_key(name)));
    }
    let theme = theme::load(&settings.theme, &library, &look).unwrap_or_else(|problems| {
        say(&problems, "the built-in theme is used", warnings);
        theme::fallback(&look)
    });
    (theme, None)
}

/// The key map asked for, or what is built in.
fn load_keymap(place: &Place, settings: &Settings, warnings: &mut Warnings) -> Keymap<Action> {
    let builtin = bindings::builtin();
    let (users, problems) =
        if builtin.contains_key(&settings.keymap) { Default::default() } else { place.paths.keymaps() };
    each(&problems, warnings);
    let users = users.into_iter().filter(|(name, _)| !builtin.contains_key(name)).collect();
    bindings::load(&settings.keymap, users).unwrap_or_else(|problems| {
        say(&problems, "the built-in key map is used", warnings);
        bindings::fallback()
    })
}

/// Every problem, and what is done about them; the last word is the one the hint row shows.
fn say(problems: &Problems, instead: &str, warnings: &mut Warnings) {
    if !problems.is_empty() {
        each(&problems.0, warnings);
        warnings.notices.push(SafeText::new(&problems.notice(instead)));
    }
}

/// Each problem on its own.
fn each(problems: &[Problem], warnings: &mut Warnings) {
    for problem in problems {
        warnings.add(&problem.to_string());
    }
}

#[cfg(test)]
mod tests;
