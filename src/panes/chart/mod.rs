//! The chart pane.

mod state;
mod studies;
pub mod view;

pub use state::{Chart, Compare, Fit, Scale, Style};
pub use studies::{Studies, StudyKind};
