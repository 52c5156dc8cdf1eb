//! Reading one text as TOML: what a value has to be, and a problem at its place when it is something else.
//!
//! Must not know: which file it reads.

use std::ops::Range;

use toml::de::DeTable;

use super::{Library, Node, Problem, Source, kind};

/// A text under its eyes, and the list that its problems go to.
#[derive(Debug)]
pub struct Reader<'a> {
    /// The text.
    pub source: &'a Source,
    /// Everything found wrong so far.
    pub problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// A reader of `source` that lists in `problems`.
    pub fn new(source: &'a Source, problems: &'a mut Vec<Problem>) -> Self {
        Self { source, problems }
    }

    /// Lists what is wrong at these bytes.
    pub fn fault(&mut self, span: &Range<usize>, what: impl Into<String>) {
        self.problems.push(self.source.problem(span, what));
    }

    /// Lists what is wrong at these bytes, with the nearest of `names`.
    pub fn near<'n>(
        &mut self,
        span: &Range<usize>,
        what: impl Into<String>,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) {
        self.problems.push(self.source.problem_near(span, what, wrong, names));
    }

    /// Lists a key that the table does not have.
    pub fn unknown_key<'n>(&mut self, span: &Range<usize>, key: &str, names: impl IntoIterator<Item = &'n str>) {
        self.near(span, format!("unknown key \"{key}\""), key, names);
    }

    /// Lists that something else is wanted here.
    pub fn wanted(&mut self, value: &Node<'_>, what: &str) {
        self.fault(&value.span(), format!("{what} is wanted here, not {}", kind(value)));
    }

    /// The value as a text.
    pub fn text<'v>(&mut self, value: &'v Node<'_>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wanted(value, "a text");
        }
        text
    }

    /// The value as a table.
    pub fn table<'v, 't>(&mut self, value: &'v Node<'t>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wanted(value, "a table");
        }
        table
    }

    /// The value as a list, said to be one of `what`.
    pub fn list<'v, 't>(&mut self, value: &'v Node<'t>, what: &str) -> Option<&'v [Node<'t>]> {
        let list = value.get_ref().as_array();
        if list.is_none() {
            self.wanted(value, what);
        }
        list.map(AsRef::as_ref)
    }

    /// The value as true or false.
    pub fn yes_no(&mut self, value: &Node<'_>) -> Option<bool> {
        let answer = value.get_ref().as_bool();
        if answer.is_none() {
            self.wanted(value, "true or false");
        }
        answer
    }

    /// The choice that the value names.
    pub fn one_of<T: Copy>(&mut self, value: &Node<'_>, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(value)?;
        let choice = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let what = format!("\"{text}\" is not one of {}", names.join(", "));
            self.near(&value.span(), what, text, names);
        }
        choice
    }

    /// Whether what this text inherits from can be read: it is there, and does not inherit from one of those `above` it.
    pub fn has_parent(
        &mut self,
        noun: &str,
        (parent, span): (&str, &Range<usize>),
        library: &Library,
        above: &[String],
    ) -> bool {
        if above.iter().any(|name| name == parent) {
            let circle = above.iter().map(String::as_str).chain([parent]).collect::<Vec<_>>().join(" → ");
            self.fault(span, format!("inherits in a circle: {circle}"));
            return false;
        }
        if !library.contains_key(parent) {
            let names = library.keys().map(String::as_str).chain(["none"]);
            self.near(span, format!("no {noun} is called \"{parent}\""), parent, names);
            return false;
        }
        true
    }
}
