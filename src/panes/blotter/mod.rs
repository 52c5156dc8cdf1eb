//! The blotter pane.

mod state;

pub use state::{Blotter, Tab};
