//! What is wrong with a text, where, and what would mend it.

use std::fmt;
use std::ops::Range;

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The bytes that are wrong; empty at the end of the text where something is missing.
    pub span: Range<usize>,
    /// What is wrong.
    pub cause: String,
    /// What would mend it, at most two, the likelier first.
    pub fixes: Vec<Fix>,
}

/// A text that mends a fault. It may replace more than the fault itself: neighbours that change places, for example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The bytes it replaces.
    pub span: Range<usize>,
    /// What to put there; empty to take the words out.
    pub text: String,
}

impl Fix {
    /// The text with this fix made.
    pub fn apply(&self, text: &str) -> String {
        let (before, after) = (text.get(..self.span.start), text.get(self.span.end..));
        let (before, after) = (before.unwrap_or(text), after.unwrap_or_default());
        if self.text.is_empty() {
            return format!("{}{after}", before.trim_end());
        }
        let gap =
            if before.is_empty() || before.ends_with(char::is_whitespace) || !self.span.is_empty() { "" } else { " " };
        format!("{before}{gap}{}{after}", self.text)
    }
}

impl Fault {
    pub(super) fn new(span: Range<usize>, cause: impl Into<String>) -> Self {
        Self { span, cause: cause.into(), fixes: Vec::new() }
    }

    /// Adds a text to put in place of the wrong bytes.
    pub(super) fn fix(self, text: impl Into<String>) -> Self {
        let span = self.span.clone();
        self.fix_at(span, text)
    }

    /// Adds a text to put in place of other bytes.
    pub(super) fn fix_at(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        if self.fixes.len() < 2 {
            self.fixes.push(Fix { span, text: text.into() });
        }
        self
    }

    pub(super) fn maybe(self, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.fix(text),
            None => self,
        }
    }
}

/// The cause, and behind it the fixes between backticks.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)?;
        let mut fixes = self.fixes.iter().filter(|fix| !fix.text.is_empty());
        if let Some(first) = fixes.next() {
            let colon = if self.cause.ends_with(['?', ':']) || self.cause == "write" { "" } else { ":" };
            write!(f, "{colon} `{}`", first.text)?;
            fixes.try_for_each(|fix| write!(f, " · `{}`", fix.text))?;
        }
        Ok(())
    }
}
