//! The TWS wire: frames, the handshake, and the messages of both directions.
//!
//! ```text
//! bytes ── frame ──> body ── request ──> Request        what a client asks for
//! bytes <── frame ── body <── reply ──── Reply          what the session answers
//! ```
//!
//! The session sees [`Request`] and [`Reply`] only; which encoding a connection speaks is settled by [`handshake`] and
//! known to the connection alone, so that a text encoding can stand beside protobuf without the session noticing.
//! `convert` turns what the venue and the feed say into the doubles and strings of the messages, and back.
//!
//! Must not know: sockets, sessions, the clock.

pub(crate) mod accounts;
pub(crate) mod bars;
pub(crate) mod convert;
pub(crate) mod frame;
pub(crate) mod handshake;
pub(crate) mod orders;
pub(crate) mod proto;
pub(crate) mod reply;
pub(crate) mod request;
mod terms;
pub(crate) mod ticks;
pub(crate) mod time;

pub(crate) use reply::Reply;
pub(crate) use request::Request;

/// What is added to a message id when its body is protobuf.
pub(crate) const PROTOBUF_OFFSET: i32 = 200;

#[cfg(test)]
mod tests;
