//! The handlers, one file per family of messages or keys.

pub(super) mod act;
mod alarms;
pub(super) mod arm;
pub(in crate::app) mod bars;
pub(in crate::app) mod blotter;
pub(super) mod broker;
mod cancel;
mod chart;
pub(super) mod chronicle;
mod facts;
pub(super) mod guard;
pub(super) mod input;
pub(super) mod journal;
mod link;
pub(super) mod lists;
mod market;
mod others;
mod overlay;
mod protect;
mod reconcile;
pub(super) mod room;
mod say;
pub(super) mod send;
pub(super) mod ticket;
pub(super) mod timer;
pub(super) mod unwind;
mod what_if;
