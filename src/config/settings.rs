//! What can be set, with its defaults.

use serde::{Deserialize, Serialize};

use crate::money::Qty;

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

/// The settings the desk acts by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Symbols of the watchlist, in order.
    pub watchlist: Vec<String>,
    /// Order size that `b` and `s` stage.
    pub default_size: Qty,
    /// Glyphs.
    pub symbols: Symbols,
    /// Whether a new last price is brightened for a moment.
    pub flash: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let watchlist = ["AAPL", "MSFT", "NVDA", "AMZN", "META", "GOOGL", "TSLA", "AMD", "NFLX", "SPY", "QQQ", "IWM"];
        Self {
            watchlist: watchlist.map(String::from).to_vec(),
            default_size: Qty::from(100),
            symbols: Symbols::default(),
            flash: true,
        }
    }
}
