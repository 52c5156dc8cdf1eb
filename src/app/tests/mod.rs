//! The desk in key strokes: what is pressed, what goes out, what is said.

mod cancelling;
mod fixture;
mod linking;
mod listing;
mod overlays;
mod protection;
mod reconciling;
mod sending;
mod staging;
mod states;
mod timing;

pub(super) use fixture::{Desk, desk, live_desk, price, qty};
