//! The chart pane.

mod state;
pub mod view;

pub use state::Chart;
