//! The chart pane.

mod state;

pub use state::Chart;
