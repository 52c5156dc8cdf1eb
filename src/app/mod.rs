//! The mind: one model, one `update`, effects as data.
//!
//! Invariants: `update` is synchronous and total; time arrives with the message; what should happen outside is returned
//! as [`effect::Effect`]. A log of `(at, msg)` replays a session exactly.
//!
//! Must not know: async, clocks, files, sockets, widgets, colours. Plain values `ratatui::layout::Rect` and
//! `tui_input::Input` are its only outside types.

pub mod action;
pub mod arming;
pub mod away;
pub mod bindings;
pub mod blotter;
pub mod charting;
pub mod combo;
pub mod day;
pub mod dwell;
pub mod effect;
pub mod eod;
pub mod hotkey;
pub mod keymap;
pub mod lifecycle;
pub mod live_card;
pub mod market_context;
pub mod model;
pub mod msg;
pub mod notices;
pub mod protection;
pub mod saying;
pub mod select;
pub mod settling;
pub mod timers;
pub mod update;
pub mod words;
pub mod workspace;

mod on;
#[cfg(test)]
mod tests;

pub use model::Model;
pub use on::arm::arm_for_one_command;
pub use on::send::record_refusal;
pub use update::update;
