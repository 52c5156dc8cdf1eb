//! The watchlist pane.

mod state;
pub mod view;

pub use state::{Row, Watchlist};
