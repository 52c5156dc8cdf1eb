//! State of the blotter: which tab, and where the selection stands.

use crate::domain::order::OrderKey;

/// A tab of the blotter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Orders that can still fill.
    #[default]
    Working,
    /// Orders that filled.
    Filled,
    /// All orders of today.
    All,
    /// Fills.
    Executions,
}

impl Tab {
    /// All tabs, left to right.
    pub const ALL: [Self; 4] = [Self::Working, Self::Filled, Self::All, Self::Executions];

    /// The word on the tab.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Filled => "filled",
            Self::All => "all",
            Self::Executions => "executions",
        }
    }
}

/// The blotter. The selection holds its order, not its row.
#[derive(Debug, Clone, Default)]
pub struct Blotter {
    /// The open tab.
    pub tab: Tab,
    /// The selected order; `None` selects the first row.
    pub selected: Option<OrderKey>,
    /// The selected row of the executions tab.
    pub row: usize,
    /// Index of the first visible row.
    pub top: usize,
}
