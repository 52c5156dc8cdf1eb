//! Frames: a big-endian length and a body.
//!
//! The first bytes of a connection are `API\0` and a frame that holds the client's version range; everything after is
//! frames. Invariant: a body is never longer than [`MAX_BODY`], so a broken length cannot make the server allocate.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use thiserror::Error;
use tokio_util::codec::Decoder;

/// The longest body either side may send.
pub(crate) const MAX_BODY: usize = 0xFF_FFFF;
/// The longest greeting a client may send: a version range and its options.
const MAX_GREETING: usize = 1024;
const PREFIX: &[u8] = b"API\0";
const LENGTH: usize = 4;

/// Why a byte stream is not a TWS client's.
#[derive(Debug, Error)]
pub(crate) enum FrameError {
    /// The connection does not begin with the API's prefix.
    #[error("the connection does not begin with the API prefix")]
    NoPrefix,
    /// A frame is longer than the protocol allows.
    #[error("a frame of {0} bytes is longer than the protocol allows")]
    TooLong(usize),
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Cuts a client's byte stream into bodies; the first one is its greeting.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    greeted: bool,
    prefixed: bool,
}

impl Decoder for Frames {
    type Item = Bytes;
    type Error = FrameError;

    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        if !self.prefixed {
            let seen = src.len().min(PREFIX.len());
            if src.get(..seen) != PREFIX.get(..seen) {
                return Err(FrameError::NoPrefix);
            }
            if seen < PREFIX.len() {
                return Ok(None);
            }
            src.advance(PREFIX.len());
            self.prefixed = true;
        }
        let Some(header) = src.first_chunk::<LENGTH>() else { return Ok(None) };
        let length = u32::from_be_bytes(*header) as usize;
        let limit = if self.greeted { MAX_BODY } else { MAX_GREETING };
        if length > limit {
            return Err(FrameError::TooLong(length));
        }
        if src.len() < LENGTH + length {
            return Ok(None);
        }
        src.advance(LENGTH);
        self.greeted = true;
        Ok(Some(src.split_to(length).freeze()))
    }
}

/// Appends one frame whose body `write` produces.
pub(crate) fn put(out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_u32(0);
    write(out);
    let length = u32::try_from(out.len() - start - LENGTH).unwrap_or(u32::MAX);
    if let Some(header) = out.get_mut(start..start + LENGTH) {
        header.copy_from_slice(&length.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stream(bodies: &[Vec<u8>]) -> BytesMut {
        let mut out = BytesMut::from(PREFIX);
        for body in bodies {
            put(&mut out, |out| out.put_slice(body));
        }
        out
    }

    proptest! {
        #[test]
        fn bodies_survive_any_cut_of_the_stream(
            greeting in prop::collection::vec(any::<u8>(), 0..64),
            rest in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8),
            cuts in prop::collection::vec(1usize..40, 1..60),
        ) {
            let mut bodies = vec![greeting];
            bodies.extend(rest);
            let whole = stream(&bodies);
            let (mut frames, mut buffer, mut seen, mut at) = (Frames::default(), BytesMut::new(), Vec::new(), 0);
            for step in cuts.iter().cycle() {
                let end = (at + step).min(whole.len());
                buffer.extend_from_slice(&whole[at..end]);
                at = end;
                while let Some(body) = frames.decode(&mut buffer).unwrap() {
                    seen.push(body.to_vec());
                }
                if at == whole.len() {
                    break;
                }
            }
            prop_assert_eq!(seen, bodies);
            prop_assert!(buffer.is_empty());
        }
    }

    #[test]
    fn a_stranger_is_refused_at_its_first_byte() {
        let mut src = BytesMut::from(&b"GET / HTTP/1.1"[..]);
        assert!(matches!(Frames::default().decode(&mut src), Err(FrameError::NoPrefix)));
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_the_body_arrives() {
        let mut src = BytesMut::from(PREFIX);
        src.put_u32(0xFFFF_FFFF);
        assert!(matches!(Frames::default().decode(&mut src), Err(FrameError::TooLong(_))));
    }
}
