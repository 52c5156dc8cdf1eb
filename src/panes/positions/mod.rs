//! The positions pane.

mod state;

pub use state::Positions;
