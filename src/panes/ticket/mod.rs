//! The ticket pane.

mod state;

pub use state::{Aim, Field, Pricing, Sending, Staged, Ticket};
