//! The text encoding against written-out messages, NUL shown as `|`.

mod place;
mod properties;
mod replies;
mod requests;

use bytes::BytesMut;

use crate::gateway::wire::request::Broken;
use crate::gateway::wire::{Encoding, Reply, Request};

/// A frame's body from its shown form.
fn body(shown: &str) -> Vec<u8> {
    shown.replace('|', "\0").into_bytes()
}

/// A request from its shown form.
fn read(version: i32, shown: &str) -> Result<Request, Broken> {
    Request::decode(Encoding::Text(version), &body(shown))
}

/// A reply's body in its shown form; empty if it has no frame.
fn write(version: i32, reply: &Reply) -> String {
    let mut out = BytesMut::new();
    reply.put(Encoding::Text(version), &mut out);
    let Some((length, body)) = out.split_first_chunk::<4>() else { return String::new() };
    assert_eq!(u32::from_be_bytes(*length) as usize, body.len(), "one frame and no more");
    String::from_utf8(body.to_vec()).expect("ASCII").replace('\0', "|")
}

/// How many fields a shown message has after its id.
fn fields(shown: &str) -> usize {
    shown.matches('|').count() - 1
}

#[expect(clippy::unnecessary_wraps, reason = "fields of the messages are optional")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}
