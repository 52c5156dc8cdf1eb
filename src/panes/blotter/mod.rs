//! The blotter pane.

mod state;
pub mod view;

pub use state::{Blotter, Days, Sort, Tab};
