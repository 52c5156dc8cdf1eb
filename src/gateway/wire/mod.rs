//! The TWS wire: frames, the handshake, and the messages of both directions.
//!
//! ```text
//! bytes ── frame ──> body ── request ──> Request        what a client asks for
//! bytes <── frame ── body <── reply ──── Reply          what the session answers
//! ```
//!
//! The session sees [`Request`] and [`Reply`] only, which are the messages of `proto` in both encodings: protobuf as
//! `prost` writes it, and the NUL-terminated fields of `text`. Which one a connection speaks is an [`Encoding`], settled
//! by [`handshake`] and known to the connection and its outbox alone.
//! `convert` turns what the venue and the feed say into the doubles and strings of the messages, and back.
//!
//! Must not know: sockets, sessions, the clock.

pub(crate) mod accounts;
mod algo;
pub(crate) mod alter;
pub(crate) mod bars;
mod conditions;
pub(crate) mod convert;
mod encoding;
pub(crate) mod frame;
pub(crate) mod handshake;
pub(crate) mod orders;
pub(crate) mod proto;
pub(crate) mod reply;
pub(crate) mod request;
mod terms;
mod text;
pub(crate) mod ticks;
pub(crate) mod time;

pub(crate) use encoding::Encoding;
pub(crate) use reply::Reply;
pub(crate) use request::Request;

/// What is added to a message id when its body is protobuf.
pub(crate) const PROTOBUF_OFFSET: i32 = 200;

#[cfg(test)]
mod tests;
