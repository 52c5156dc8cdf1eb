//! The account pane.

mod state;
pub mod view;
