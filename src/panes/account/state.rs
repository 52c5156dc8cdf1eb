//! The account pane has no state of its own.
