//! The text encoding: the requests and replies of `proto` as NUL-terminated fields, at versions 176 to 178.
//!
//! ```text
//! body ── fields ──> request · place · contract · condition ──> Request
//! body <── fields ── reply · market · accounts · history · order <── Reply
//! ```
//!
//! A message is a list of fields in a fixed order; clients count them, so a reply has exactly as many as its layout says,
//! and a field that protobuf would leave out gets the value by which clients know that it is unset. Of the three versions
//! the layouts differ in two fields: `faProfile` before 177 and `pendingPriceRevision` from 178 on.
//!
//! Invariants: no frame makes the reader panic or allocate more than the frame holds; a request is read to the field or
//! not at all; no text of a client can end a field of a reply early.
//!
//! Must not know: sessions, sockets, what a request means.

mod accounts;
mod condition;
mod contract;
mod fields;
mod history;
mod market;
mod order;
mod place;
mod reply;
mod request;
#[cfg(test)]
mod tests;

pub(super) use reply::{write, write_verified};
pub(super) use request::read;

/// The version from which orders carry no advisor profile.
const NO_PROFILE: i32 = 177;
/// The version from which executions say whether their price may still be revised.
const PRICE_REVISION: i32 = 178;
