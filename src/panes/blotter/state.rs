//! State of the blotter: which tab, what is filtered and how it is sorted, and where the selection stands.

use crate::domain::fill::ExecId;
use crate::domain::order::{Order, OrderKey};

/// A tab of the blotter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Orders that can still fill.
    #[default]
    Working,
    /// Orders that filled, in part or whole, and have ended.
    Filled,
    /// Orders that ended without a fill: cancelled, refused, never sent.
    Cancelled,
    /// All orders of today.
    All,
    /// Fills.
    Executions,
    /// Our orders of all days, from the journal.
    Days,
}

impl Tab {
    /// All tabs, left to right.
    pub const ALL: [Self; 6] = [Self::Working, Self::Filled, Self::Cancelled, Self::All, Self::Executions, Self::Days];

    /// The word on the tab.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::All => "all",
            Self::Executions => "executions",
            Self::Days => "days",
        }
    }
}

/// What the rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// As the tab has it: working orders by symbol and price with their families together, all else newest first.
    #[default]
    Usual,
    /// By symbol.
    Symbol,
    /// Buys before sells.
    Side,
    /// The highest price first.
    Price,
    /// The largest first.
    Size,
    /// The newest first.
    Newest,
}

impl Sort {
    /// All of them, in the order they are stepped through.
    pub const ALL: [Self; 6] = [Self::Usual, Self::Symbol, Self::Side, Self::Price, Self::Size, Self::Newest];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Symbol => "symbol",
            Self::Side => "side",
            Self::Price => "price",
            Self::Size => "size",
            Self::Newest => "newest",
        }
    }
}

/// What the journal has given of other days.
#[derive(Debug, Clone, Default)]
pub struct Days {
    /// The orders, newest first.
    pub orders: Vec<Order>,
    /// Whether a page is asked for.
    pub asked: bool,
    /// How many answers are to come to questions that nobody asks any more: the tab was left meanwhile.
    pub forgotten: u32,
    /// Whether there are no older ones.
    pub end: bool,
    /// Why the last page did not come.
    pub refused: Option<String>,
}

/// The blotter. The selection holds its order, not its row.
#[derive(Debug, Clone, Default)]
pub struct Blotter {
    /// The open tab.
    pub tab: Tab,
    /// The selected order; `None` until the pane has the focus and a row. Once the order has left the rows, the row in its
    /// place is shown as selected and no key changes or cancels that until the selection moves.
    pub selected: Option<OrderKey>,
    /// The selected execution, on their tab.
    pub execution: Option<ExecId>,
    /// The row that the selection was last moved to.
    pub row: usize,
    /// Index of the first visible row.
    pub top: usize,
    /// Words that a row must have to be shown.
    pub filter: String,
    /// What the rows are sorted by.
    pub sort: Sort,
    /// Orders of other days.
    pub days: Days,
}
