//! The positions pane.

mod state;
pub mod view;

pub use state::Positions;
