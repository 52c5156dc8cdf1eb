//! How the messages of one connection are written: settled by the handshake, the same in both directions.

/// An encoding at the version both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// A binary id and a protobuf body, from version 213 on.
    Protobuf(i32),
    /// NUL-terminated text fields, at 176 to 178.
    Text(i32),
}

impl Encoding {
    /// The version agreed on.
    pub(crate) const fn version(self) -> i32 {
        match self {
            Self::Protobuf(version) | Self::Text(version) => version,
        }
    }
}
