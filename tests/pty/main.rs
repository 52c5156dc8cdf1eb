//! The whole program in a terminal: it starts, trades, survives every size, a terminal that takes nothing and `kill -9`,
//! and gives the terminal back on every way out.
//!
//! The terminal is an emulator fed by a thread. Tests wait for what the screen shows, with a deadline, never for time.
//!
//! Long runs, one at a time, each prints its figures: `cargo test --test pty NAME -- --ignored --nocapture`, where NAME is
//! `fifty_rounds` (`ROUNDS=n` for another number), `a_minute_of_blocked`, `every_boundary`, `a_thousand_garbled` or
//! `a_whole_day`.

#![expect(clippy::panic, clippy::print_stderr, reason = "helpers of tests, and where a failure was")]

mod broker;
mod desk;
mod garbled;
mod killed;
mod memory;
mod private;
mod stalled;
mod terminals;
mod trading;
mod ways_out;
