//! State of the positions pane: where the selection stands.

use crate::domain::instrument::ConId;

/// The positions. The selection holds its contract, not its row.
#[derive(Debug, Clone, Default)]
pub struct Positions {
    /// The selected contract; `None` selects the first row.
    pub selected: Option<ConId>,
    /// Index of the first visible row.
    pub top: usize,
}
