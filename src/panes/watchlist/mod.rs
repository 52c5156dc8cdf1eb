//! The watchlist pane.

mod state;

pub use state::{Row, Watchlist};
