//! Texts of configuration files, places in them, and what is wrong there.
//!
//! Invariants: reading a file never stops at its first mistake; every [`Problem`] names its file, line and column, counted
//! from 1 (columns in characters), and where one exists the nearest name that would have been right.
//!
//! Must not know: the file system (texts are handed in), keys, colours, settings.

mod reader;

use std::fmt;
use std::ops::Range;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use reader::Reader;

/// Texts that inherit from each other, by the name they do it under.
pub type Library = IndexMap<String, Source>;

/// A value of a file and the bytes it stands at.
pub type Node<'t> = Spanned<DeValue<'t>>;

/// The text of a file with the name it is reported under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name shown in problems, usually the file's own without its folder.
    pub file: String,
    /// The whole text.
    pub text: String,
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The column, from 1; 0 when the file as a whole is meant.
    pub column: usize,
    /// What is wrong, without its place.
    pub what: String,
    /// The name that was probably meant.
    pub nearest: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, " {}", self.what)?;
        match &self.nearest {
            Some(name) => write!(f, ", nearest {name}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong in a file and in those it inherits from, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The notice for the hint row: how many, what is used instead, and the first of them.
    pub fn notice(&self, instead: &str) -> String {
        let Some(first) = self.0.first() else { return String::new() };
        let (count, word) = (self.0.len(), if self.0.len() == 1 { "problem" } else { "problems" });
        let more = if count > 1 { ". Notices list all." } else { "." };
        format!("{count} {word} in {}, {instead}: {first}{more}", first.file)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Where something stands, for problems that are found after reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: String,
    line: usize,
    column: usize,
}

impl Place {
    /// A problem here.
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        Problem { file: self.file.clone(), line: self.line, column: self.column, what: what.into(), nearest: None }
    }
}

impl Source {
    /// A text under the name of its file.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self { file: file.into(), text: text.into() }
    }

    /// The place of these bytes.
    pub fn at(&self, span: &Range<usize>) -> Place {
        let (line, column) = self.place(span.start);
        Place { file: self.file.clone(), line, column }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.matches('\n').count() + 1;
        (line, before.get(line_start..).map_or(1, |l| l.chars().count() + 1))
    }

    /// A problem at these bytes.
    pub fn problem(&self, span: &Range<usize>, what: impl Into<String>) -> Problem {
        self.at(span).problem(what)
    }

    /// A problem at these bytes with the nearest of `names`, if one is near.
    pub fn problem_near<'n>(
        &self,
        span: &Range<usize>,
        what: impl Into<String>,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Problem {
        Problem { nearest: nearest(wrong, names).map(str::to_owned), ..self.problem(span, what) }
    }

    /// Parses the text as TOML; what cannot be parsed is listed and left out.
    pub fn parse(&self, problems: &mut Vec<Problem>) -> DeTable<'_> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in errors {
            problems.push(self.problem(&error.span().unwrap_or(0..0), format!("not TOML: {}", error.message())));
        }
        table.into_inner()
    }
}

/// Built-in texts with the users' beside them; a user's text may not take the name of a built-in one, which others inherit.
pub fn beside(mut builtin: Library, users: Library) -> Result<Library, Problems> {
    let taken = users.iter().filter(|(name, _)| builtin.contains_key(*name));
    let taken = taken
        .map(|(name, source)| source.problem(&(0..0), format!("\"{name}\" is built in: the file needs another name")));
    let problems = Problems(taken.collect());
    if problems.is_empty() {
        builtin.extend(users);
        return Ok(builtin);
    }
    Err(problems)
}

/// The problem that no text of a library has this name.
pub fn missing(noun: &str, name: &str, file: String, library: &Library) -> Problem {
    let nearest = nearest(name, library.keys().map(String::as_str)).map(str::to_owned);
    Problem { file, line: 0, column: 0, what: format!("no {noun} is called \"{name}\""), nearest }
}

/// The rows of a table in the order of the file.
pub fn rows<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a str, Range<usize>, &'a Node<'t>)> {
    let mut rows: Vec<_> = table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
    rows.sort_by_key(|(_, span, _)| span.start);
    rows
}

/// What a value is, with its article, for messages.
pub fn kind(value: &Node<'_>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The nearest of `names`, if it is near enough to have been meant.
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = wrong.to_lowercase();
    let near = |name: &str| strsim::damerau_levenshtein(&wrong, &name.to_lowercase());
    let limit = (wrong.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (near(name), name))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, n)| n)
}

/// The same value without its places, for serde; dates become text.
pub fn plain(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix())
            .map_or_else(|_| toml::Value::String(i.to_string()), toml::Value::Integer),
        DeValue::Float(f) => f.as_str().parse().map_or_else(|_| toml::Value::String(f.to_string()), toml::Value::Float),
        DeValue::Boolean(b) => toml::Value::Boolean(*b),
        DeValue::Datetime(d) => toml::Value::String(d.to_string()),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|v| plain(v.get_ref())).collect()),
        DeValue::Table(table) => {
            toml::Value::Table(table.iter().map(|(k, v)| (k.get_ref().to_string(), plain(v.get_ref()))).collect())
        }
    }
}

/// The names serde says it expected (between backticks, after the wrong one), to find the nearest among.
pub fn expected_names(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).skip(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let source = Source::new("a.toml", "é = 1\nüb = 2");
        assert_eq!(source.place(0), (1, 1));
        assert_eq!(source.place(source.text.find('b').unwrap()), (2, 2));
        assert_eq!(source.place(10_000), (2, 7));
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        assert_eq!(nearest("order.stge", ["order.send", "order.stage"]), Some("order.stage"));
        assert_eq!(nearest("moon", ["order.send", "order.stage"]), None);
    }

    #[test]
    fn every_syntax_error_is_listed_with_its_place() {
        let source = Source::new("a.toml", "a = 1\na = 2\nb = \nc = 3\n");
        let mut problems = Vec::new();
        let table = source.parse(&mut problems);
        let places: Vec<_> = problems.iter().map(|p| p.line).collect();
        assert_eq!(places, [2, 3], "{problems:?}");
        assert!(table.contains_key("c"));
    }
}
