//! The ticket pane.

mod compose;
mod state;
pub mod view;

pub use compose::{
    Invalid, View, compose, far, halved, next_size, not_sent_yet, parse_price, parse_size, side_of, size_of, touch,
};
pub use state::{Aim, Field, Pricing, Sending, Staged, Ticket};
