//! Tests that join whole parts of the crate, without a screen: one binary.
//!
//! `trade`, `night` and `replay` run the real `update`, executor, journal and adapter against the real gateway over a
//! socket; `layer_a` runs the real `update` and the real engine in one thread under a bad line; `layer_b` runs what `night` does
//! under fault scripts of a seed; `bad_inputs` and `parsers` read
//! what others have written. Every wait is for a
//! condition, with a deadline that only a defect reaches.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod bad_inputs;
mod foreign;
mod layer_a;
mod layer_b;
mod lives;
mod mangled;
mod night;
mod orders;
mod parsers;
mod readme;
mod replay;
mod shell;
mod support;
mod trade;
