//! Reading key maps: rows with inheritance, and a complete report of what is wrong in them.
//!
//! Invariants: a file's row wins over inherited rows that stand in its way (the same keys, a beginning of them, or keys
//! they begin), so within a scope no sequence begins another; `"none"` takes inherited rows away and stops the search. A
//! map is returned only when nothing is wrong in it or in what it inherits.
//!
//! Must not know: the file system; texts are handed in as a [`Library`].

use std::ops::Range;

use indexmap::IndexMap;
use toml::de::DeValue;

use super::keymap::{Binding, Keymap, Scope};
use super::rules::{Command, Required, Rules};
use super::sequence::Sequence;
use crate::source::{self, Node, Problem, Problems, Source};

/// Texts of key maps by the name they inherit under.
pub use crate::source::Library;

/// What such a text is called in problems.
const NOUN: &str = "key map";

/// The parent of a file that names none.
const PARENT: &str = "default";

/// A row as it was read; an action of `None` unbinds.
#[derive(Debug, Clone)]
struct Row<A> {
    keys: Sequence,
    action: Option<A>,
    desc: Option<String>,
    span: Range<usize>,
}

/// One file, read.
struct Sheet<A> {
    name: Option<String>,
    parent: Option<(String, Range<usize>)>,
    labels: IndexMap<Sequence, String>,
    hints: IndexMap<String, Vec<Sequence>>,
    scopes: IndexMap<String, Vec<Row<A>>>,
}

/// The key map `name` with everything it inherits, or everything that is wrong with it.
pub fn load<A: Command>(name: &str, library: &Library, rules: &Rules<A>) -> Result<Keymap<A>, Problems> {
    let mut problems = Vec::new();
    let (sheet, file) = stack(name, library, rules, &mut Vec::new(), &mut problems);
    if let (Some(sheet), None) = (sheet, problems.first()) {
        return Ok(finish(name, sheet));
    }
    if problems.is_empty() {
        problems.push(source::missing(NOUN, name, file, library));
    }
    problems.sort();
    Err(Problems(problems))
}

/// Reads `name` and lays it over what it inherits; also answers the file's name.
fn stack<A: Command>(
    name: &str,
    library: &Library,
    rules: &Rules<A>,
    above: &mut Vec<String>,
    problems: &mut Vec<Problem>,
) -> (Option<Sheet<A>>, String) {
    let Some(source) = library.get(name) else { return (None, name.to_owned()) };
    let own = Reader { read: source::Reader::new(source, problems), rules }.sheet();
    above.push(name.to_owned());
    let mut base = Some(Sheet::empty());
    if let Some((parent, span)) = &own.parent {
        let known = source::Reader::new(source, problems).has_parent(NOUN, (parent, span), library, above);
        base = if known { stack(parent, library, rules, above, problems).0 } else { None };
    }
    let Some(base) = base else { return (Some(own), source.file.clone()) };
    let merged = merge(&base, own);
    check(source, &base, &merged, rules, problems);
    (Some(merged), source.file.clone())
}

impl<A> Sheet<A> {
    fn empty() -> Self {
        let (labels, hints, scopes) = (IndexMap::new(), IndexMap::new(), IndexMap::new());
        Self { name: None, parent: None, labels, hints, scopes }
    }
}

/// Whether two sequences cannot both have a row.
fn clash(a: &Sequence, b: &Sequence) -> bool {
    a == b || a.is_prefix_of(b) || b.is_prefix_of(a)
}

fn merge<A: Command>(base: &Sheet<A>, own: Sheet<A>) -> Sheet<A> {
    let mut scopes = base.scopes.clone();
    for (name, rows) in own.scopes {
        let scope: &mut Vec<Row<A>> = scopes.entry(name).or_default();
        let inherited = std::mem::take(scope);
        let mut fresh: Vec<Option<Row<A>>> = rows.into_iter().map(Some).collect();
        for row in inherited {
            let same = fresh.iter_mut().find(|r| r.as_ref().is_some_and(|r| r.keys == row.keys));
            if let Some(same) = same {
                scope.extend(same.take());
            } else if !fresh.iter().flatten().chain(scope.iter()).any(|r| stands_in_the_way(r, &row)) {
                scope.push(row);
            }
        }
        scope.extend(fresh.into_iter().flatten());
        let bound: Vec<Sequence> = scope.iter().filter(|r| r.action.is_some()).map(|r| r.keys.clone()).collect();
        scope.retain(|r| r.action.is_some() || !bound.iter().any(|keys| r.keys.is_prefix_of(keys)));
    }
    let mut labels = base.labels.clone();
    labels.extend(own.labels);
    let mut hints = base.hints.clone();
    hints.extend(own.hints);
    Sheet { name: own.name, parent: own.parent, labels, hints, scopes }
}

/// Whether a row of the file keeps an inherited one from working: `"none"` takes what it begins, an action also what
/// begins it.
fn stands_in_the_way<A>(own: &Row<A>, inherited: &Row<A>) -> bool {
    match own.action {
        None => own.keys.is_prefix_of(&inherited.keys),
        Some(_) => clash(&own.keys, &inherited.keys),
    }
}

/// What must be bound and is not, at the row that took it away or else at the head of the file.
fn check<A: Command>(
    source: &Source,
    base: &Sheet<A>,
    merged: &Sheet<A>,
    rules: &Rules<A>,
    problems: &mut Vec<Problem>,
) {
    for Required { action, name, scopes, .. } in &rules.required {
        let rows = |sheet: &Sheet<A>| -> Vec<Row<A>> {
            let of = |s: &str| sheet.scopes.get(s).cloned().unwrap_or_default();
            scopes.iter().copied().flat_map(of).collect()
        };
        let (before, now) = (rows(base), rows(merged));
        let lost = before.into_iter().find(|r| r.action.as_ref() == Some(action));
        let reported_already = lost.is_none() && merged.parent.is_some();
        if reported_already || now.iter().any(|r| r.action.as_ref() == Some(action)) {
            continue;
        }
        let thief = lost.and_then(|lost| now.into_iter().find(|r| clash(&r.keys, &lost.keys)));
        let span = thief.map(|r| r.span).or_else(|| merged.parent.as_ref().map(|p| p.1.clone())).unwrap_or(0..0);
        problems.push(source.problem(&span, format!("{name} is not bound in {}", scopes.join(" or "))));
    }
}

/// The key map of a sheet in which nothing is wrong.
fn finish<A: Command>(name: &str, sheet: Sheet<A>) -> Keymap<A> {
    let known: Vec<(A, String)> =
        sheet.scopes.values().flatten().filter_map(|r| Some((r.action.clone()?, r.desc.clone()?))).collect();
    let scope = |rows: Vec<Row<A>>| {
        let (bound, blocked): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.action.is_some());
        let binding = |row: Row<A>| {
            let action = row.action?;
            let same = || known.iter().find(|(a, _)| *a == action).map(|(_, d)| d.clone());
            let desc = row.desc.or_else(same).or_else(|| action.words()).unwrap_or_else(|| action_name(&action));
            Some(Binding { keys: row.keys, action, desc })
        };
        Scope::new(bound.into_iter().filter_map(binding).collect(), blocked.into_iter().map(|r| r.keys).collect())
    };
    Keymap {
        name: sheet.name.unwrap_or_else(|| name.to_owned()),
        labels: sheet.labels,
        hints: sheet.hints,
        scopes: sheet.scopes.into_iter().map(|(name, rows)| (name, scope(rows))).collect(),
    }
}

/// The name an action has in files.
fn action_name<A: Command>(action: &A) -> String {
    arguments(action).and_then(|t| t.get("do").and_then(toml::Value::as_str).map(str::to_owned)).unwrap_or_default()
}

/// The row an action would be written as.
fn arguments<A: Command>(action: &A) -> Option<toml::Table> {
    toml::Table::try_from(action).ok()
}

struct Reader<'a, A> {
    read: source::Reader<'a>,
    rules: &'a Rules<A>,
}

impl<A: Command> Reader<'_, A> {
    fn sheet(&mut self) -> Sheet<A> {
        let table = self.read.source.parse(self.read.problems);
        let mut sheet = Sheet::empty();
        let mut parent = Some((PARENT.to_owned(), 0..0));
        for (key, span, value) in source::rows(&table) {
            match key {
                "name" => sheet.name = self.read.text(value).map(str::to_owned),
                "inherits" => parent = self.read.text(value).map(|name| (name.to_owned(), value.span())),
                "labels" => sheet.labels = self.labels(value),
                "hints" => sheet.hints = self.hints(value),
                "scope" => sheet.scopes = self.scopes(value),
                _ => self.read.unknown_key(&span, key, ["name", "inherits", "labels", "hints", "scope"]),
            }
        }
        sheet.parent = parent.filter(|(name, _)| name != "none");
        sheet
    }

    fn sequence(&mut self, text: &str, span: &Range<usize>) -> Option<Sequence> {
        match text.parse::<Sequence>() {
            Ok(keys) => Some(keys),
            Err(error) => {
                let nearest = error.nearest().map(str::to_owned);
                self.read.problems.push(Problem { nearest, ..self.read.source.problem(span, error.to_string()) });
                None
            }
        }
    }

    fn labels(&mut self, value: &Node<'_>) -> IndexMap<Sequence, String> {
        let mut labels = IndexMap::new();
        for (key, span, value) in self.read.table(value).map(source::rows).unwrap_or_default() {
            if let (Some(keys), Some(label)) = (self.sequence(key, &span), self.read.text(value)) {
                labels.insert(keys, label.to_owned());
            }
        }
        labels
    }

    fn hints(&mut self, value: &Node<'_>) -> IndexMap<String, Vec<Sequence>> {
        let mut hints = IndexMap::new();
        for (name, span, value) in self.read.table(value).map(source::rows).unwrap_or_default() {
            let known = self.scope(name, &span).is_some();
            let Some(items) = self.read.list(value, "a list of keys") else { continue };
            let mut order = Vec::new();
            for item in items {
                let text = self.read.text(item);
                order.extend(text.and_then(|text| self.sequence(text, &item.span())));
            }
            if known {
                hints.insert(name.to_owned(), order);
            }
        }
        hints
    }

    fn scopes(&mut self, value: &Node<'_>) -> IndexMap<String, Vec<Row<A>>> {
        let mut scopes = IndexMap::new();
        for (name, span, value) in self.read.table(value).map(source::rows).unwrap_or_default() {
            self.scope(name, &span);
            let mut rows: Vec<Row<A>> = Vec::new();
            for (key, span, value) in self.read.table(value).map(source::rows).unwrap_or_default() {
                if let Some(row) = self.row(name, key, span, value) {
                    self.against(&rows, &row);
                    rows.push(row);
                }
            }
            scopes.insert(name.to_owned(), rows);
        }
        scopes
    }

    /// The rules of a scope; an unknown one is listed.
    fn scope(&mut self, name: &str, span: &Range<usize>) -> Option<super::rules::ScopeRule> {
        let scope = self.rules.scope(name).copied();
        if scope.is_none() {
            let names = self.rules.scopes.iter().map(|s| s.name);
            self.read.problems.push(self.read.source.problem_near(
                span,
                format!("unknown scope \"{name}\""),
                name,
                names,
            ));
        }
        scope
    }

    /// Lists what a row has against the rows above it.
    fn against(&mut self, above: &[Row<A>], row: &Row<A>) {
        let at = |other: &Row<A>| self.read.source.place(other.span.start).0;
        let unbinds = |other: &Row<A>| row.action.is_none() || other.action.is_none();
        let what = above.iter().find_map(|other| {
            if other.keys == row.keys {
                Some(format!("{} is bound already in line {}", row.keys, at(other)))
            } else if unbinds(other) {
                None
            } else if other.keys.is_prefix_of(&row.keys) {
                Some(format!(
                    "{} begins with {}, which is a key of its own in line {}",
                    row.keys,
                    other.keys,
                    at(other)
                ))
            } else if row.keys.is_prefix_of(&other.keys) {
                Some(format!("{} is the beginning of {} in line {}", row.keys, other.keys, at(other)))
            } else {
                None
            }
        });
        if let Some(what) = what {
            self.read.fault(&row.span, what);
        }
    }

    fn row(&mut self, scope: &str, key: &str, span: Range<usize>, value: &Node<'_>) -> Option<Row<A>> {
        let keys = self.sequence(key, &span);
        let read = self.action(value);
        let (keys, (action, desc)) = (keys?, read?);
        if let Some(rule) = self.rules.scope(scope) {
            for fault in self.rules.faults(rule, &keys, action.as_ref()) {
                self.read.fault(&span, fault);
            }
        }
        Some(Row { keys, action, desc, span })
    }

    /// The action of a row and the words for it.
    fn action(&mut self, value: &Node<'_>) -> Option<(Option<A>, Option<String>)> {
        let (mut plain, places) = match value.get_ref() {
            DeValue::String(name) => {
                let mut row = toml::Table::new();
                row.insert("do".to_owned(), toml::Value::String(name.to_string()));
                (row, Vec::new())
            }
            DeValue::Table(table) => {
                let row = table.iter().map(|(k, v)| (k.get_ref().to_string(), source::plain(v.get_ref()))).collect();
                (row, source::rows(table))
            }
            _ => {
                self.read.fault(&value.span(), format!("an action is a name or a table, not {}", source::kind(value)));
                return None;
            }
        };
        let mut desc = None;
        if plain.remove("desc").is_some()
            && let Some((_, _, node)) = places.iter().find(|(key, ..)| *key == "desc")
        {
            desc = Some(self.read.text(node)?.to_owned());
        }
        if plain.get("do").and_then(toml::Value::as_str) == Some("none") {
            return Some((None, desc));
        }
        match plain.clone().try_into::<A>() {
            Ok(action) => self.complete(&action, &places).then_some((Some(action), desc)),
            Err(error) => {
                let problem = self.blame(&plain, &places, value, error.message());
                self.read.problems.push(problem);
                None
            }
        }
    }

    /// Whether the action has taken every argument; lists those it has not.
    fn complete(&mut self, action: &A, places: &[(&str, Range<usize>, &Node<'_>)]) -> bool {
        let taken = arguments(action).unwrap_or_default();
        let mut complete = true;
        for (key, span, _) in places.iter().filter(|(key, ..)| *key != "desc" && !taken.contains_key(*key)) {
            complete = false;
            let what = format!("{} has no argument \"{key}\"", action_name(action));
            let names = taken.keys().map(String::as_str).filter(|n| *n != "do").chain(["desc"]);
            self.read.problems.push(self.read.source.problem_near(span, what, key, names));
        }
        complete
    }

    /// What serde's message means, and where.
    fn blame(
        &self,
        row: &toml::Table,
        places: &[(&str, Range<usize>, &Node<'_>)],
        value: &Node<'_>,
        message: &str,
    ) -> Problem {
        let span_of = |arg: &str| places.iter().find(|(key, ..)| *key == arg).map_or(value.span(), |(.., v)| v.span());
        let name = row.get("do").and_then(toml::Value::as_str).unwrap_or_default();
        let wrong = message.split('`').nth(1).unwrap_or_default();
        let names = source::expected_names(message);
        if message.starts_with("unknown variant") && wrong == name {
            return self.read.source.problem_near(&span_of("do"), format!("unknown action \"{name}\""), name, names);
        }
        if message.starts_with("missing field") {
            return self
                .read
                .source
                .problem(&value.span(), format!("{name} needs \"{wrong}\"").trim_start().to_owned());
        }
        if message.starts_with("unknown field") {
            let span = places.iter().find(|(key, ..)| *key == wrong).map_or(value.span(), |(_, span, _)| span.clone());
            return self.read.source.problem_near(&span, format!("{name} has no argument \"{wrong}\""), wrong, names);
        }
        let changes = |arg: &&str| {
            let mut without = row.clone();
            without.remove(*arg);
            without.try_into::<A>().err().is_none_or(|e| e.message() != message)
        };
        let guilty = places.iter().map(|(key, ..)| *key).filter(|k| *k != "do" && *k != "desc").find(changes);
        let what = match guilty {
            Some(arg) if message.starts_with("unknown variant") => {
                format!("\"{wrong}\" is not a {arg}: {}", names.join(", "))
            }
            Some(arg) => match message.split_once(", expected ") {
                Some((_, "u8")) => format!("{arg} of {name} is a whole number from 0 to 255"),
                Some((_, wanted)) => format!("{arg} of {name} is {wanted}"),
                None => format!("{arg} of {name}: {message}"),
            },
            None => message.to_owned(),
        };
        self.read.source.problem_near(&guilty.map_or(value.span(), span_of), what, wrong, names)
    }
}
