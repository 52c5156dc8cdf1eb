//! The account pane.

mod state;
