//! What can be set, with its defaults.

use serde::{Deserialize, Serialize};

use crate::money::Qty;
use crate::risk::Limits;

/// Which glyphs the screen uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Symbols {
    /// Box drawing, blocks, arrows.
    #[default]
    Unicode,
    /// ASCII alone.
    Ascii,
}

/// How the chart draws curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dots {
    /// As the terminal can: braille, or half blocks on a console without it.
    #[default]
    Auto,
    /// Two by four dots a cell.
    Braille,
    /// Two half blocks a cell.
    Blocks,
    /// One character a cell.
    Ascii,
}

/// How fast the way to the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// A frame each 33 ms at most.
    #[default]
    Fast,
    /// A frame each 250 ms at most; keys are drawn at once all the same.
    Slow,
}

/// How many colours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// As many as the environment says the terminal has.
    #[default]
    Auto,
    /// All.
    True,
    /// 256 by index.
    Indexed,
    /// The terminal's own sixteen.
    Ansi16,
    /// None.
    None,
}

/// What the log keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what is odd.
    Warn,
    /// And what happened.
    #[default]
    Info,
    /// And how.
    Debug,
    /// And every step.
    Trace,
}

/// The settings the desk acts by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Symbols of the watchlist, in order.
    pub watchlist: Vec<String>,
    /// Order size that `b` and `s` stage.
    pub default_size: Qty,
    /// Theme by name; `auto` asks the terminal whether its ground is dark or light.
    pub theme: String,
    /// Key map by name.
    pub keymap: String,
    /// Glyphs.
    pub symbols: Symbols,
    /// How curves are drawn.
    pub dots: Dots,
    /// How many colours.
    pub colour: Colour,
    /// Whether the theme's colours of up and down change places.
    pub swap_up_down: bool,
    /// Whether the theme's ground is painted, or the terminal's own stays.
    pub paint_ground: bool,
    /// Whether a new last price is brightened for a moment.
    pub flash: bool,
    /// How fast the way to the terminal is.
    pub link: Link,
    /// What the log keeps.
    pub log: LogLevel,
    /// The profile used when the command line names none.
    pub profile: String,
    /// The guard's limits, from `risk.toml`.
    #[serde(default)]
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        let watchlist = ["AAPL", "MSFT", "NVDA", "AMZN", "META", "GOOGL", "TSLA", "AMD", "NFLX", "SPY", "QQQ", "IWM"];
        Self {
            watchlist: watchlist.map(String::from).to_vec(),
            default_size: Qty::from(100),
            theme: "auto".to_owned(),
            keymap: "default".to_owned(),
            symbols: Symbols::default(),
            dots: Dots::default(),
            colour: Colour::default(),
            swap_up_down: false,
            paint_ground: true,
            flash: true,
            link: Link::default(),
            log: LogLevel::default(),
            profile: "sim".to_owned(),
            limits: Limits::default(),
        }
    }
}
