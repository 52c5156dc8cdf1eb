//! The messages of the wire as plain structs, by their field numbers.
//!
//! They are the message model of both encodings: `prost` writes them as protobuf, `text` writes the same fields in its
//! own order. Every scalar is optional because absent and zero differ on this wire. Only messages that the
//! gateway reads or sends are here.

#![expect(clippy::struct_field_names, reason = "fields are named as the protocol names them")]

pub(crate) mod accounts;
pub(crate) mod common;
pub(crate) mod history;
pub(crate) mod market;
pub(crate) mod order;
pub(crate) mod orders;
pub(crate) mod reference;

pub(crate) use accounts::*;
pub(crate) use common::*;
pub(crate) use history::*;
pub(crate) use market::*;
pub(crate) use order::*;
pub(crate) use orders::*;
pub(crate) use reference::*;
