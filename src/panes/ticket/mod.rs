//! The ticket pane.

mod compose;
mod state;
pub mod view;

pub use compose::{
    Composed, Invalid, KINDS, Sized, View, attributes_said, compose, exits_said, halved, has_limit, kind, kind_word,
    named, next_kind, next_size, parse_price, parse_size, parse_stop, parse_targets, parse_trail, refused, side,
    side_of, size_of, tested_in, with_handle, with_limit,
};
pub use state::{Aim, Asked, Draft, Field, JOIN, Pricing, Sending, Staged, TAKE, Ticket, limit, pricing_of};
