//! State of the chart: which bars and how they are drawn, how far it is panned, where the crosshair stands.

use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::bar::{BarHours, Interval};
use crate::domain::instrument::ConId;
use crate::money::Price;

use super::studies::Studies;

/// How a bar is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// Body and wicks.
    #[default]
    Candles,
    /// Open to the left, close to the right.
    Bars,
    /// The closes, joined.
    Line,
    /// Candles of averages.
    HeikinAshi,
}

impl Style {
    const ALL: [Self; 4] = [Self::Candles, Self::Bars, Self::Line, Self::HeikinAshi];

    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|s| *s == self).unwrap_or(0);
        Self::ALL.iter().cycle().nth(at.saturating_add(1)).copied().unwrap_or_default()
    }

    /// The word in the title; none for what is usual.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Candles => None,
            Self::Bars => Some("bars"),
            Self::Line => Some("line"),
            Self::HeikinAshi => Some("Heikin-Ashi"),
        }
    }
}

/// How prices become heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scale {
    /// Equal steps of price.
    #[default]
    Linear,
    /// Equal ratios of price.
    Log,
}

/// Which own orders the range is stretched to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fit {
    /// Those near the bars; others stand in the edge rows.
    #[default]
    Near,
    /// All.
    All,
}

/// A second contract, drawn beside the first as percent of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compare {
    /// Its symbol.
    pub symbol: SafeText,
    /// Its contract, once confirmed.
    pub con_id: Option<ConId>,
}

/// The chart of the selected symbol.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Length of a bar.
    pub interval: Interval,
    /// Which hours its bars cover.
    pub hours: BarHours,
    /// How a bar is drawn.
    pub style: Style,
    /// The price axis.
    pub scale: Scale,
    /// Which own orders the range holds.
    pub fit: Fit,
    /// Bars hidden at the right end; 0 shows the newest.
    pub back: usize,
    /// Columns of a bar: 1, 2 or 3.
    pub bar_width: u16,
    /// The crosshair: bars from the newest.
    pub cursor: Option<usize>,
    /// The crosshair's price, once it has been moved up or down; before that it is the bar's close.
    pub level: Option<Price>,
    /// What is drawn over and below the bars.
    pub studies: Studies,
    /// The bar, by its start, from which on a second VWAP is averaged.
    pub vwap_from: Option<i64>,
    /// The contract compared with.
    pub compare: Option<Compare>,
    /// The contract another pane has opened here; `None` shows the watchlist's selection.
    pub opened: Option<ConId>,
    /// When bars were last asked for; a run along the list asks once it rests.
    pub asked_at: Option<Stamp>,
    /// When bars will be asked for.
    pub ask_at: Option<Stamp>,
}

impl Default for Chart {
    fn default() -> Self {
        Self {
            interval: Interval::default(),
            hours: BarHours::default(),
            style: Style::default(),
            scale: Scale::default(),
            fit: Fit::default(),
            back: 0,
            bar_width: 2,
            cursor: None,
            level: None,
            studies: Studies::default(),
            vwap_from: None,
            compare: None,
            opened: None,
            asked_at: None,
            ask_at: None,
        }
    }
}
