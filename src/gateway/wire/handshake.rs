//! The version both sides agree on.
//!
//! A client sends a range; the server answers with one version as raw text, whatever the encoding later. From version
//! 213 on every message has a protobuf form. Below, a client is served in text at 176 to 178: up to 200 every message has
//! a text form, and the layouts of these three differ in two fields only. Between 201 and 212 messages are a mixture of
//! both, which is never agreed on. A client that speaks neither gets the server's version, which tells it why, and the
//! connection is closed.

use bytes::{BufMut, BytesMut};

use super::{Encoding, frame};

/// The lowest version at which every message has a protobuf form.
pub(crate) const PROTOBUF_VERSION: i32 = 213;
/// The highest version this server knows.
pub(crate) const MAX_VERSION: i32 = 226;
/// The lowest version spoken in text.
const FIRST_TEXT: i32 = 176;
/// The highest version spoken in text.
pub(super) const LAST_TEXT: i32 = 178;

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
    /// Messages in this encoding.
    Speak(Encoding),
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
    let (protobuf, text) = (range.max.min(offered), range.max.min(LAST_TEXT));
    if protobuf >= PROTOBUF_VERSION && range.min <= protobuf {
        Agreed::Speak(Encoding::Protobuf(protobuf))
    } else if text >= FIRST_TEXT && range.min <= text {
        Agreed::Speak(Encoding::Text(text))
    } else {
        Agreed::Nothing(offered)
    }
}

impl Agreed {
    /// The version the server answers with.
    pub(crate) const fn version(self) -> i32 {
        match self {
            Self::Speak(encoding) => encoding.version(),
            Self::Nothing(version) => version,
        }
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
    fn every_range_settles_on_one_encoding_and_version() {
        let (protobuf, text) = (|v| Agreed::Speak(Encoding::Protobuf(v)), |v| Agreed::Speak(Encoding::Text(v)));
        let table = [
            ("v100..151", Agreed::Nothing(226)),
            ("v100..175", Agreed::Nothing(226)),
            ("v100..176", text(176)),
            ("v100..177", text(177)),
            ("v157..178", text(178)),
            ("v100..193", text(178)),
            ("v100..205", text(178)),
            ("v100..212", text(178)),
            ("v179..212", Agreed::Nothing(226)),
            ("v201..212", Agreed::Nothing(226)),
            ("v100..225", protobuf(225)),
            ("v213..226 +PACEAPI", protobuf(226)),
            ("v213..300", protobuf(226)),
            ("v227..300", Agreed::Nothing(226)),
            ("v220", protobuf(220)),
            ("v177", text(177)),
        ];
        for (text, want) in table {
            assert_eq!(agree(parse(text.as_bytes()).unwrap(), MAX_VERSION), want, "{text}");
        }
        assert_eq!(agree(Range { min: 213, max: 226 }, 219), protobuf(219));
        assert_eq!(agree(Range { min: 100, max: 226 }, 100), protobuf(213));
        assert_eq!(agree(Range { min: 220, max: 226 }, 213), Agreed::Nothing(213));
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
