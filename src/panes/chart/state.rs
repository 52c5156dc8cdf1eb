//! State of the chart: which interval, how far it is panned, how wide a bar is, where the crosshair stands.

use crate::clock::Stamp;
use crate::domain::bar::Interval;
use crate::domain::instrument::ConId;

/// The chart of the selected symbol.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Length of a bar.
    pub interval: Interval,
    /// Bars hidden at the right end; 0 shows the newest.
    pub back: usize,
    /// Columns of a bar: 1, 2 or 3.
    pub bar_width: u16,
    /// The crosshair: bars from the newest.
    pub cursor: Option<usize>,
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
            back: 0,
            bar_width: 2,
            cursor: None,
            opened: None,
            asked_at: None,
            ask_at: None,
        }
    }
}
