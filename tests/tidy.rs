//! The rules of the house that the compiler does not know: floors, circles, bans, module heads.
//!
//! A module uses only the floors below its own. What a module may additionally use on its own floor stands in
//! [`NEIGHBOURS`] with a reason; everything else that is found is listed completely, with file and line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. Within the ground floor a module also uses only what stands before it.
const FLOORS: &[&[&str]] = &[
    &["clock", "milestone", "money", "source", "domain", "math", "ledger", "sentence", "risk"],
    &["keys", "theme", "config", "journal", "broker", "gateway"],
    &["panes", "app"],
    &["view"],
    &["run", "cli", "main"],
];

/// Uses on the same floor that are allowed, each with its reason.
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("broker", "journal", "only the journal makes the proof that an intent is durable, and the port demands it"),
    ("app", "panes", "the model holds the panes' states, and a pane never names the model"),
    ("run", "cli", "the command line is what the process was asked to do"),
    ("main", "run", "the entry"),
    ("main", "cli", "the entry"),
];

/// Where binary floating point may appear: the edges to the wire and the simulated market.
const FLOATS: &[&str] =
    &["src/broker/ib/", "src/math/", "src/theme/", "src/gateway/wire/", "src/gateway/feed/", "src/money.rs"];

struct Source {
    path: String,
    module: String,
    /// Lines of the file without its tests, comments and string literals, numbered from 1.
    lines: Vec<(usize, String)>,
    head: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.ends_with("_tests.rs") || path.contains("/tests/")
}

/// The module a file belongs to; a pane's view stands on the view's floor.
fn module_of(path: &str) -> String {
    if path.starts_with("src/panes/") && path.contains("view") {
        return "view".into();
    }
    let rest = path.trim_start_matches("src/");
    rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs").into()
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    files(&root().join("src"), &mut found);
    let relative = |p: &PathBuf| p.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
    let texts = found.iter().map(|p| (relative(p), fs::read_to_string(p).expect("a text file")));
    texts.filter(|(p, _)| !is_test_file(p)).map(|(p, t)| read(p, &t)).collect()
}

fn read(path: String, text: &str) -> Source {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = code.lines().enumerate().map(|(i, l)| (i + 1, bare(l))).collect();
    let head = text.lines().next().unwrap_or_default().into();
    Source { module: module_of(&path), path, lines, head }
}

/// A line without its comment and without what stands in quotes.
fn bare(line: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => {
                chars.next();
            }
            '"' => quoted = !quoted,
            '/' if !quoted && chars.peek() == Some(&'/') => break,
            _ if !quoted => out.push(c),
            _ => {}
        }
    }
    out
}

/// The modules named by `crate::x` in a line.
fn uses(line: &str) -> Vec<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let names = line.split("crate::").skip(1).filter(|_| !line.contains("pub(in crate::"));
    names.map(word).filter(|w| !w.is_empty()).collect()
}

fn floor(module: &str) -> Option<(usize, usize)> {
    FLOORS.iter().enumerate().find_map(|(f, mods)| mods.iter().position(|m| *m == module).map(|i| (f, i)))
}

fn allowed(from: &str, to: &str) -> bool {
    let (Some(a), Some(b)) = (floor(from), floor(to)) else { return false };
    from == to
        || b.0 < a.0
        || (a.0 == 0 && b.0 == 0 && b.1 < a.1)
        || NEIGHBOURS.iter().any(|(f, t, _)| *f == from && *t == to)
}

fn report(title: &str, problems: &[String]) {
    let list = problems.iter().fold(String::new(), |mut s, p| {
        let _ = writeln!(s, "  {p}");
        s
    });
    assert!(problems.is_empty(), "{title}\n{list}");
}

#[test]
fn every_module_uses_only_the_floors_below() {
    let mut problems = Vec::new();
    for source in sources().iter().filter(|s| s.path != "src/lib.rs") {
        if floor(&source.module).is_none() {
            problems.push(format!("{}: module `{}` stands on no floor", source.path, source.module));
        }
        for (n, line) in &source.lines {
            for to in uses(line).iter().filter(|to| !allowed(&source.module, to)) {
                problems.push(format!("{}:{n}: `{}` uses `{to}`", source.path, source.module));
            }
        }
    }
    report("uses that go up or sideways:", &problems);
}

#[test]
fn the_modules_form_no_circle() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().iter().filter(|s| s.path != "src/lib.rs") {
        for to in source.lines.iter().flat_map(|(_, l)| uses(l)).filter(|to| *to != source.module) {
            graph.entry(source.module.clone()).or_default().insert(to);
        }
    }
    let leaf = |g: &BTreeMap<String, BTreeSet<String>>| {
        g.iter().find(|(_, to)| to.iter().all(|t| !g.contains_key(t))).map(|(m, _)| m.clone())
    };
    while let Some(module) = leaf(&graph) {
        graph.remove(&module);
    }
    assert!(graph.is_empty(), "a circle among these: {graph:?}");
}

#[test]
fn what_is_banned_does_not_appear() {
    let clocks: &[&str] = &["src/clock.rs", "src/run/", "src/broker/ib/", "src/gateway/", "src/journal/"];
    let bans: &[(&str, &[&str], &str)] = &[
        ("Color", &["src/theme/", "src/run/"], "only the theme names a colour"),
        ("f64", FLOATS, "money is decimal"),
        ("f32", FLOATS, "money is decimal"),
        ("ibapi::", &["src/broker/ib/"], "the client library's types stay in its adapter"),
        ("crossterm::", &["src/run/"], "only the hands touch the terminal"),
        ("rusqlite::", &["src/journal/", "src/gateway/"], "two places keep files"),
        ("Stamp::now", clocks, "time arrives with the message"),
        ("HashMap", &[], "its order differs from run to run"),
        ("unbounded_channel", &[], "every queue has a bound"),
        ("todo!", &[], "nothing waits in the tree"),
        (".unwrap()", &[], "say what holds, or answer an error"),
    ];
    let mut problems = Vec::new();
    for source in sources() {
        for (n, line) in &source.lines {
            for (word, places, why) in bans {
                if has_word(line, word) && !places.iter().any(|p| source.path.starts_with(p)) {
                    problems.push(format!("{}:{n}: `{word}`: {why}", source.path));
                }
            }
        }
    }
    report("banned words:", &problems);
}

/// Whether `word` stands in `line` as a word of its own.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(i, _)| {
        let before = line[..i].chars().next_back();
        let after = line[i + word.len()..].chars().next();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let starts = !word.starts_with(char::is_alphanumeric) || !part(before);
        starts && (!word.ends_with(char::is_alphanumeric) || !part(after))
    })
}

#[test]
fn every_file_says_what_it_is_for() {
    let problems: Vec<String> =
        sources().iter().filter(|s| !s.head.starts_with("//!")).map(|s| format!("{}: no `//!` head", s.path)).collect();
    report("files without a head:", &problems);
}

#[test]
fn nothing_is_left_for_later_in_a_comment() {
    let mut found = Vec::new();
    files(&root().join("src"), &mut found);
    files(&root().join("tests"), &mut found);
    let marks = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X"];
    let mut problems = Vec::new();
    for path in found {
        for (n, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            for mark in marks.iter().filter(|m| has_word(line, m)) {
                problems.push(format!("{}:{}: {mark}", path.display(), n + 1));
            }
        }
    }
    report("marks:", &problems);
}
