//! Tests of the venue against a scripted market.

#![allow(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]

mod account;
mod algos;
mod auctions;
mod background;
mod conditions;
mod correction;
mod families;
mod futures;
mod kinds;
mod locate;
mod matching;
mod options;
mod orders;
mod properties;
mod reference;
pub mod script;
mod triggers;
mod values;
