//! The desk in key strokes: what is pressed, what goes out, what is said.

mod arming;
mod away;
mod blotter;
mod bytes;
mod cancelling;
mod charting;
mod conditions;
mod desk;
mod edges;
mod fixture;
mod foreign;
mod giving_back;
mod guard;
mod hazards;
mod incidents;
mod instruments;
mod linking;
mod listed;
mod listing;
mod making_room;
mod overlays;
mod plans;
mod protection;
mod reconciling;
mod sending;
mod staging;
mod states;
mod streams;
mod tasks;
mod timing;
mod what_if;

pub(super) use fixture::{AAPL, Desk, MSFT, desk, disarmed_desk, instrument, live_desk, price, qty, snapshot};
