//! A sequence: the chords of one binding, pressed one after the other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::chord::{Chord, ChordError};

/// One chord or more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sequence(Vec<Chord>);

impl Sequence {
    /// These chords, if there is one.
    pub fn new(chords: Vec<Chord>) -> Option<Self> {
        (!chords.is_empty()).then_some(Self(chords))
    }

    /// The chords in order.
    pub fn chords(&self) -> &[Chord] {
        &self.0
    }

    /// The chord that completes it, and by which a question it asked is answered.
    pub fn last(&self) -> Option<Chord> {
        self.0.last().copied()
    }

    /// Whether `other` begins with this one and goes on.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        other.0.len() > self.0.len() && other.0.starts_with(&self.0)
    }

    /// The words on the keys: `g w`, `ctrl-\`, `↑`.
    pub fn label(&self) -> String {
        self.0.iter().map(|c| c.label()).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, chord) in self.0.iter().enumerate() {
            write!(f, "{}{chord}", if i > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl FromStr for Sequence {
    type Err = ChordError;

    /// Chords with blanks between them.
    fn from_str(text: &str) -> Result<Self, ChordError> {
        let chords = text.split_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Self::new(chords).ok_or_else(|| ChordError::Missing(text.to_owned()))
    }
}

/// The keys of a group of bindings that do the same to and fro, as one hint shows them: `↑↓`, `+-`, `0-9`, `,/.`, `t b/t s`.
pub fn group_label(keys: &[Sequence]) -> String {
    let labels: Vec<String> = keys.iter().map(Sequence::label).collect();
    let single = labels.iter().all(|l| l.chars().count() == 1);
    match labels.as_slice() {
        [first, .., last] if labels.len() > 2 && single && is_run(&labels) => format!("{first}-{last}"),
        _ if single && !labels.iter().any(|l| matches!(l.as_str(), "," | "." | "/")) => labels.concat(),
        _ => labels.join("/"),
    }
}

/// Whether each character follows the one before it.
fn is_run(labels: &[String]) -> bool {
    let codes: Vec<u32> = labels.iter().filter_map(|l| l.chars().next()).map(u32::from).collect();
    codes.windows(2).all(|pair| matches!(pair, [a, b] if b.checked_sub(*a) == Some(1)))
}
