//! The panes: an enum of kinds, one folder each with its state (the mind) and its view (the face).
//!
//! A pane owns what belongs to its window alone: selection, scroll, tab, cursor. Market data, orders and positions live
//! in the model; a pane that copied them would show yesterday's truth.

use serde::{Deserialize, Serialize};

pub mod account;
pub mod blotter;
pub mod chart;
pub mod positions;
pub mod ticket;
pub mod watchlist;

/// A kind of pane. Its number is the key that focuses it everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaneKind {
    /// 1: symbols and their quotes.
    Watchlist,
    /// 2: candles.
    Chart,
    /// 3: the order about to be sent.
    Ticket,
    /// 7: orders and executions.
    Blotter,
    /// 8: what is held.
    Positions,
    /// 9: the account's values.
    Account,
}

impl PaneKind {
    /// All kinds, by number.
    pub const ALL: [Self; 6] =
        [Self::Watchlist, Self::Chart, Self::Ticket, Self::Blotter, Self::Positions, Self::Account];

    /// The number on its title.
    pub const fn number(self) -> u8 {
        match self {
            Self::Watchlist => 1,
            Self::Chart => 2,
            Self::Ticket => 3,
            Self::Blotter => 7,
            Self::Positions => 8,
            Self::Account => 9,
        }
    }

    /// The word on its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Watchlist => "Watchlist",
            Self::Chart => "Chart",
            Self::Ticket => "Ticket",
            Self::Blotter => "Blotter",
            Self::Positions => "Positions",
            Self::Account => "Account",
        }
    }

    /// The scope of its keys in the key map.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Watchlist => "watchlist",
            Self::Chart => "chart",
            Self::Ticket => "ticket",
            Self::Blotter => "blotter",
            Self::Positions => "positions",
            Self::Account => "account",
        }
    }
}

/// The states of all panes.
#[derive(Debug, Clone, Default)]
pub struct Panes {
    /// Pane 1.
    pub watchlist: watchlist::Watchlist,
    /// Pane 2.
    pub chart: chart::Chart,
    /// Pane 3.
    pub ticket: ticket::Ticket,
    /// Pane 7.
    pub blotter: blotter::Blotter,
    /// Pane 8.
    pub positions: positions::Positions,
}
