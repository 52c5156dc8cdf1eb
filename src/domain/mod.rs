//! The nouns of the desk: instruments, quotes, orders, executions, positions, the account, bars.
//!
//! Invariants: every string that came from a broker is a [`SafeText`]; a number that is not known is `None`, never zero.
//!
//! Must not know: any broker's types, the screen, the clock.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod account;
pub mod algos;
pub mod bar;
pub mod bracket;
pub mod calendar;
pub mod combo;
pub mod conditions;
pub mod cover;
pub mod fill;
pub mod instrument;
pub mod listed;
pub mod order;
pub mod position;
pub mod quote;
#[cfg(test)]
pub mod samples;
pub mod shown;
pub mod takes;
pub mod terms;
pub mod text;
pub mod whatif;

pub use text::SafeText;
