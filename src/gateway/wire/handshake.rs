//! The version both sides agree on.
//!
//! A client sends a range; the server answers with one version as raw text, whatever the encoding later. From version
//! 213 on every message has a protobuf form, and that is the only encoding served here: a client whose range ends below
//! gets the server's version, which tells it why, and the connection is closed.

use bytes::{BufMut, BytesMut};

use super::frame;

/// The lowest version at which every message has a protobuf form.
pub(crate) const PROTOBUF_VERSION: i32 = 213;
/// The highest version this server knows.
pub(crate) const MAX_VERSION: i32 = 226;

/// The range of versions a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// The lowest version.
    pub min: i32,
    /// The highest version.
    pub max: i32,
}

/// How a connection goes on after the greeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreed {
    /// Protobuf messages at this version.
    Protobuf(i32),
    /// Nothing in common: the server names this version and closes.
    Nothing(i32),
}

/// Reads `vMIN..MAX` or `vN`, with connect options after a space.
pub(crate) fn parse(greeting: &[u8]) -> Option<Range> {
    let text = std::str::from_utf8(greeting).ok()?.trim_end_matches('\0');
    let range = text.split(' ').next()?.strip_prefix('v')?;
    let (min, max) = range.split_once("..").unwrap_or((range, range));
    let (min, max) = (min.parse().ok()?, max.parse().ok()?);
    (min <= max).then_some(Range { min, max })
}

/// Settles the version for a client's `range` when the server offers up to `offered`.
pub(crate) fn agree(range: Range, offered: i32) -> Agreed {
    let offered = offered.clamp(PROTOBUF_VERSION, MAX_VERSION);
    let version = range.max.min(offered);
    if version >= PROTOBUF_VERSION && range.min <= version {
        Agreed::Protobuf(version)
    } else {
        Agreed::Nothing(offered)
    }
}

/// The server's answer: its version and its `time`, in one frame and meant for one write.
pub(crate) fn acknowledge(version: i32, time: &str) -> BytesMut {
    let mut out = BytesMut::new();
    frame::put(&mut out, |out| {
        out.put_slice(version.to_string().as_bytes());
        out.put_u8(0);
        out.put_slice(time.as_bytes());
        out.put_u8(0);
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_lower_of_both_maxima_and_never_below_protobuf() {
        let table = [
            ("v100..151", Agreed::Nothing(226)),
            ("v157..178", Agreed::Nothing(226)),
            ("v100..205", Agreed::Nothing(226)),
            ("v100..212", Agreed::Nothing(226)),
            ("v100..225", Agreed::Protobuf(225)),
            ("v213..226 +PACEAPI", Agreed::Protobuf(226)),
            ("v213..300", Agreed::Protobuf(226)),
            ("v227..300", Agreed::Nothing(226)),
            ("v220", Agreed::Protobuf(220)),
        ];
        for (text, want) in table {
            assert_eq!(agree(parse(text.as_bytes()).unwrap(), MAX_VERSION), want, "{text}");
        }
        assert_eq!(agree(Range { min: 213, max: 226 }, 219), Agreed::Protobuf(219));
    }

    #[test]
    fn what_is_not_a_range_is_refused() {
        for text in ["", "226", "v", "v..", "v300..200", "vx..226"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_answer_is_two_text_fields() {
        let out = acknowledge(226, "20251120 11:02:07 US/Eastern");
        assert_eq!(&out[..], b"\0\0\0\x21226\x0020251120 11:02:07 US/Eastern\0");
    }
}
