//! Text from outside, made safe to show.
//!
//! A broker's string may hold escape sequences, line breaks, bidirectional overrides or megabytes. [`SafeText`] is what
//! remains after ingress: printable, on one line, bounded. Nothing else may reach the screen, the log or the journal.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest text kept, in characters; what is beyond is cut and marked with `…`.
pub const LENGTH_MAX: usize = 500;

/// A string of the outside world without control characters, format characters or line breaks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct SafeText(Arc<str>);

impl SafeText {
    /// Cleans `raw`: control and format characters are dropped, blanks of any kind become one space, the length is bounded.
    pub fn new(raw: &str) -> Self {
        let mut out = String::with_capacity(raw.len().min(LENGTH_MAX));
        let mut blank = false;
        for (count, c) in raw.chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).enumerate() {
            if count >= LENGTH_MAX {
                out.push('…');
                break;
            }
            if c.is_whitespace() {
                blank = !out.is_empty();
            } else {
                if blank {
                    out.push(' ');
                }
                blank = false;
                out.push(c);
            }
        }
        Self(out.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character has no place on a line of the screen: controls, bidirectional and zero-width format characters.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl Default for SafeText {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Deref for SafeText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl From<&str> for SafeText {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for SafeText {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl From<SafeText> for String {
    fn from(text: SafeText) -> Self {
        text.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_overrides_do_not_survive() {
        assert_eq!(SafeText::new("a\x1b[31mb\u{202e}c\r\nd\u{200b}e").as_str(), "a[31mbc de");
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let text = SafeText::new(&"x".repeat(LENGTH_MAX * 3));
        assert_eq!(text.chars().count(), LENGTH_MAX + 1);
        assert!(text.ends_with('…'));
    }
}
