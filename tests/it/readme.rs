//! The README's key table is the key map. With `UPDATE_README=1` the test writes the table instead of comparing it.

use std::fmt::Write as _;
use std::path::Path;

use tradewind::app::bindings;
use tradewind::keys::group_label;

const BEGIN: &str = "<!-- keys -->\n";
const END: &str = "<!-- /keys -->";

/// The scopes in the order of a reader's questions, with what they are called there.
const SCOPES: &[(&str, &str)] = &[
    ("global", "everywhere"),
    ("list", "in lists"),
    ("watchlist", "watchlist"),
    ("chart", "chart"),
    ("ticket", "ticket"),
    ("field", "open field"),
    ("blotter", "blotter"),
    ("order", "an order in full"),
    ("positions", "positions"),
    ("confirm", "confirmation"),
    ("everyones", "global cancel"),
    ("quit", "quit question"),
    ("text", "any text"),
];

fn table() -> String {
    let keymap = bindings::fallback();
    let mut out = String::from("| where | keys |\n|---|---|\n");
    for (scope, words) in SCOPES {
        let groups = keymap.groups(scope);
        let entry = |keys: &str, desc: &str| format!("`{}` {desc}", keys.replace('|', "\\|"));
        let entries: Vec<String> = groups.iter().map(|g| entry(&group_label(&g.keys), &g.desc)).collect();
        if !entries.is_empty() {
            let _ = writeln!(out, "| {words} | {} |", entries.join(" · "));
        }
    }
    out
}

#[test]
fn the_key_table_is_the_key_map() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let begin = text.find(BEGIN).unwrap() + BEGIN.len();
    let end = text.find(END).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{}{}{}", &text[..begin], table(), &text[end..])).unwrap();
    } else {
        pretty_assertions::assert_eq!(
            &text[begin..end],
            table(),
            "UPDATE_README=1 cargo test --test it readme renews it"
        );
    }
}
