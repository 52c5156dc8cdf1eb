//! Configuration: where files live, what may be set, and complete reports of what is wrong in them.
//!
//! Layers, later ones win: what is built in, `settings.toml`, the command line. No file is required.
//!
//! ```toml
//! watchlist = ["AAPL", "SPY"]
//! default_size = 100
//! risk_unit = "0.25%nlv"     # what 1r loses at its stop; or an amount: "250usd"
//! theme = "auto"             # or a name: dark, light, high-contrast, colour-blind, mono, one of themes/
//! keymap = "default"         # or vim, or one of keymaps/
//! symbols = "unicode"        # ascii
//! dots = "auto"              # how curves are drawn: braille, blocks, ascii
//! colour = "auto"            # true, 256, 16, none
//! up_down = "themed"         # swapped
//! ground = "painted"         # terminal
//! flash = "on"               # off
//! link = "fast"              # slow
//! log = "info"               # error, warn, debug, trace
//! use_profile = "sim"
//!
//! [live]
//! idle = 60                  # minutes without a key after which a live session disarms, 5 to 480
//! confirm = "always"         # armed: Enter sends while armed
//!
//! [profile.desk]
//! address = "127.0.0.1:4001"
//! mode = "live"              # paper
//! client_id = 7
//! account = "U1234567"
//! read_only = false          # true by default in live
//! ```

mod files;
mod profile;
mod read;
mod settings;
#[cfg(test)]
mod tests;

pub use files::{NoHome, Paths, read};
pub use profile::{Address, Profile, SIM};
pub use read::{Config, WATCHLIST_MAX};
pub use settings::{Colour, Confirm, Dots, Link, LiveSettings, LogLevel, RiskUnit, Settings, Symbols};
