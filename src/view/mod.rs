//! The face: reads the model and draws it. Changes nothing.
//!
//! Invariants: [`screen()`] is pure and total: it draws any model on any size, from 1×1 on, without a panic; every cell is
//! drawn in a role and never in a colour; numbers come from [`crate::domain::shown`] and keys from the key map, so help,
//! hints and panes cannot disagree with what happens.
//!
//! Must not know: the terminal, the broker, the clock.

pub mod hints;
mod hits;
pub mod numbers;
mod overlay;
pub mod pane;
mod screen;
mod status;
pub mod widgets;

#[cfg(test)]
mod tests;

pub use hits::Hits;
pub use screen::screen;

/// Where the terminal's cursor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
}
