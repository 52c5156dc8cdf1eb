//! What can be set, with its defaults.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Cash, Qty};
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

/// One unit of risk, `1r`: what a trade may lose between its entry and its stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RiskUnit {
    /// Percent of net liquidation.
    Percent(Decimal),
    /// An amount, in a currency by its ISO 4217 code.
    Cash(Cash, String),
}

impl Default for RiskUnit {
    /// A quarter of a percent of net liquidation: forty losses in a row cost a tenth of the account.
    fn default() -> Self {
        Self::Percent(Decimal::new(25, 2))
    }
}

impl RiskUnit {
    /// It in money of the account, if what it is a part of is known and it is in the account's currency.
    pub fn amount(&self, net_liquidation: Option<Cash>, currency: &str) -> Option<Cash> {
        match self {
            Self::Percent(percent) => {
                let part = net_liquidation?.0.checked_mul(*percent)?.checked_div(Decimal::ONE_HUNDRED)?;
                Some(Cash(part)).filter(|c| c.is_positive())
            }
            Self::Cash(cash, of) => of.eq_ignore_ascii_case(currency).then_some(*cash),
        }
    }
}

/// What an order in a live session takes besides arming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    /// Enter opens the confirmation of each order.
    #[default]
    Always,
    /// Enter sends while the session is armed; what the guard asks about still asks.
    Armed,
}

/// How a live session is armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LiveSettings {
    /// Minutes without a key after which the session disarms: 5 to 480.
    pub idle: u16,
    /// What an order takes besides.
    pub confirm: Confirm,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self { idle: 60, confirm: Confirm::default() }
    }
}

/// The settings the desk acts by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Symbols of the watchlist, in order.
    pub watchlist: Vec<String>,
    /// Order size that `b` and `s` stage.
    pub default_size: Qty,
    /// What `1r` risks: what is lost at the stop.
    pub risk_unit: RiskUnit,
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
    /// How a live session is armed.
    #[serde(default)]
    pub live: LiveSettings,
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
            risk_unit: RiskUnit::default(),
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
            live: LiveSettings::default(),
            limits: Limits::default(),
        }
    }
}
