//! State of the watchlist: which symbols, in which order, and where the selection stands.

use crate::domain::SafeText;
use crate::domain::instrument::ConId;

/// One row: a symbol, and its instrument once the broker has confirmed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The symbol as it was added.
    pub symbol: SafeText,
    /// Its contract; `None` while asked for or refused.
    pub con_id: Option<ConId>,
    /// Why the broker does not know it.
    pub refused: Option<SafeText>,
}

impl Row {
    /// A row whose contract is not known yet.
    pub const fn of(symbol: SafeText) -> Self {
        Self { symbol, con_id: None, refused: None }
    }
}

/// The watchlist.
#[derive(Debug, Clone, Default)]
pub struct Watchlist {
    /// The rows, in the trader's order.
    pub rows: Vec<Row>,
    /// Index of the selected row.
    pub selected: usize,
    /// Index of the first visible row.
    pub top: usize,
}

impl Watchlist {
    /// The selected row.
    pub fn current(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }
}
