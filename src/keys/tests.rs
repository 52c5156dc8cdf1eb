//! Chords, inheritance and the checks of the loader, with a small set of actions of its own.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::source::Source;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", deny_unknown_fields)]
enum Act {
    #[serde(rename = "go")]
    Go { to: Way, by: Option<u8> },
    #[serde(rename = "stop")]
    Stop,
    #[serde(rename = "fire")]
    Fire,
    #[serde(rename = "load")]
    Load,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    Left,
    Right,
}

impl Command for Act {
    fn risk(&self) -> Risk {
        match self {
            Self::Go { .. } | Self::Stop => Risk::None,
            Self::Load => Risk::Order,
            Self::Fire => Risk::Sends,
        }
    }
}

fn rules() -> Rules<Act> {
    const SCOPES: &[ScopeRule] = &[
        ScopeRule { name: "all", typing: Typing::Free },
        ScopeRule { name: "aimed", typing: Typing::Aimed },
        ScopeRule { name: "field", typing: Typing::Field },
        ScopeRule { name: "text", typing: Typing::Text },
    ];
    let stop = Required { action: Act::Stop, name: "stop", scopes: &["all"], reserved: vec![Chord::plain(Key::F(12))] };
    Rules { scopes: SCOPES, required: vec![stop] }
}

const ROOT: &str = "inherits = \"none\"\n[scope.all]\n\"f12\" = \"stop\"\n\"a\" = { do = \"go\", to = \"left\", desc = \"there\" }\n\
                    \"g a\" = \"load\"\n\"g b\" = \"load\"\n\"d\" = \"load\"\n";

fn library(text: &str) -> Library {
    [("default", ROOT), ("own", text)]
        .map(|(name, text)| (name.to_owned(), Source::new(format!("{name}.toml"), text)))
        .into()
}

fn own(text: &str) -> Result<Keymap<Act>, Vec<String>> {
    load("own", &library(text), &rules()).map_err(|p| p.0.iter().map(ToString::to_string).collect())
}

fn press(map: &Keymap<Act>, keys: &str) -> Resolution<Act> {
    let keys: Sequence = keys.parse().unwrap();
    let (last, pending) = keys.chords().split_last().unwrap();
    map.resolve(&["all"], pending, *last)
}

#[test]
fn chords_have_one_normal_form() {
    let same = [
        ("shift-g", "G"),
        ("Ctrl-X", "ctrl-x"),
        ("ENTER", "enter"),
        ("minus", "-"),
        ("ctrl--", "ctrl-minus"),
        ("alt-ctrl-x", "ctrl-alt-x"),
        ("shift-Tab", "shift-tab"),
        ("ctrl-4", "ctrl-\\"),
        ("ctrl-shift-x", "ctrl-x"),
        ("F12", "f12"),
        ("ä", "ä"),
        ("shift-ä", "Ä"),
    ];
    for (text, normal) in same {
        assert_eq!(text.parse::<Chord>().unwrap().to_string(), normal, "{text}");
    }
    let bad = ["", "ctrl-", "ctrl+shift+", "shift-1", "f0", "f25", "f01", "ctrl-ctrl-x", "hyper-x", "xy", "entre"];
    for text in bad {
        assert!(text.parse::<Chord>().is_err(), "{text:?}");
    }
    assert_eq!("entre".parse::<Chord>().unwrap_err().nearest(), Some("enter"));
}

#[test]
fn what_goes_to_and_fro_is_one_word_in_a_hint() {
    let label = |keys: &[&str]| group_label(&keys.iter().map(|k| k.parse().unwrap()).collect::<Vec<_>>());
    assert_eq!(label(&["up", "down"]), "↑↓");
    assert_eq!(label(&["+", "-"]), "+-");
    assert_eq!(label(&[",", "."]), ",/.");
    assert_eq!(label(&["0", "1", "2", "3"]), "0-3");
    assert_eq!(label(&["t b", "t s"]), "t b/t s");
    assert_eq!(label(&["page-up", "page-down"]), "PgUp/PgDn");
}

#[test]
fn a_files_row_wins_over_what_stands_in_its_way() {
    let map = own("[scope.all]\n\"a\" = \"load\"\n\"g\" = \"stop\"\n\"d d\" = \"load\"\n").unwrap();
    assert_eq!(press(&map, "a"), Resolution::Action(Act::Load));
    assert_eq!(press(&map, "g"), Resolution::Action(Act::Stop), "a key takes the sequences it begins");
    assert_eq!(press(&map, "g a"), Resolution::None);
    assert_eq!(press(&map, "d"), Resolution::Pending, "a sequence takes the key that begins it");
    assert_eq!(press(&map, "d d"), Resolution::Action(Act::Load));
    assert_eq!(press(&map, "f12"), Resolution::Action(Act::Stop));
}

#[test]
fn none_takes_a_key_or_everything_behind_a_prefix() {
    let map = own("[scope.all]\n\"g\" = \"none\"\n\"d\" = \"none\"\n\"d d\" = \"load\"\n").unwrap();
    assert_eq!(press(&map, "g a"), Resolution::None);
    assert_eq!(press(&map, "d d"), Resolution::Action(Act::Load));
    assert_eq!(map.bindings("all").count(), 3);
}

#[test]
fn words_come_from_the_row_then_from_the_same_action_then_from_its_name() {
    let map = own("[scope.all]\n\"b\" = { do = \"go\", to = \"left\" }\n\"e\" = \"stop\"\n").unwrap();
    let desc = |keys: &str| map.bindings("all").find(|b| b.keys.to_string() == keys).unwrap().desc.clone();
    assert_eq!(desc("b"), "there");
    assert_eq!(desc("e"), "stop");
}

#[test]
fn circles_and_unknown_parents_are_told() {
    let library: Library = [("a", "inherits = \"b\""), ("b", "inherits = \"a\""), ("c", "inherits = \"aa\"")]
        .map(|(name, text)| (name.to_owned(), Source::new(format!("{name}.toml"), text)))
        .into();
    let problems = load("a", &library, &rules()).unwrap_err();
    assert_eq!(problems.to_string(), "b.toml:1:12 inherits in a circle: a → b → a");
    let problems = load("c", &library, &rules()).unwrap_err();
    assert_eq!(problems.to_string(), "c.toml:1:12 no key map is called \"aa\", nearest a");
    let problems = load("d", &library, &rules()).unwrap_err();
    assert_eq!(problems.to_string(), "d no key map is called \"d\", nearest a");
}

#[test]
fn a_chord_that_could_arrive_unpressed_never_sends() {
    let fault = |scope: &str, row: &str| {
        own(&format!("[scope.{scope}]\n{row}\n")).map_or_else(|p| panic!("{p:?}"), |_| ());
    };
    fault("all", "\"enter\" = \"fire\"");
    fault("aimed", "\"+\" = \"fire\"");
    fault("all", "\"Z\" = \"load\"");
    fault("field", "\"space\" = \"stop\"");
    let refused = [
        ("all", "\"x\" = \"fire\""),
        ("all", "\"+\" = \"fire\""),
        ("aimed", "\"x\" = \"fire\""),
        ("all", "\"space\" = \"fire\""),
        ("all", "\"esc\" = \"load\""),
        ("all", "\"A\" = \"load\""),
        ("all", "\"7\" = \"load\""),
        ("all", "\"~\" = \"load\""),
        ("all", "\"alt-x\" = \"load\""),
        ("all", "\"O\" = \"stop\""),
        ("all", "\"ctrl-s\" = \"stop\""),
        ("all", "\"ctrl-1\" = \"stop\""),
        ("all", "\"f12\" = \"load\""),
        ("all", "\"f12\" = \"none\""),
        ("text", "\"x\" = \"stop\""),
        ("text", "\"space\" = \"stop\""),
        ("field", "\"x\" = \"stop\""),
    ];
    for (scope, row) in refused {
        assert!(own(&format!("[scope.{scope}]\n{row}\n")).is_err(), "{scope}: {row}");
    }
}

fn chord() -> impl Strategy<Value = Chord> {
    let named = [
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::Backspace,
        Key::Delete,
        Key::Insert,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Char(' '),
        Key::Char('-'),
        Key::Char('\\'),
    ];
    let key = prop_oneof![
        prop::sample::select(named.to_vec()),
        (1u8..=24).prop_map(Key::F),
        "[!-~äöüßñ€]".prop_map(|s| Key::Char(s.chars().next().unwrap())),
    ];
    (key, any::<[bool; 3]>()).prop_map(|(key, [ctrl, alt, shift])| Chord::new(key, Mods { ctrl, alt, shift }))
}

proptest! {
    #[test]
    fn a_chord_reads_back_as_it_was_printed(chord in chord()) {
        prop_assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord));
        prop_assert_eq!(Chord::new(chord.key, chord.mods), chord);
    }

    #[test]
    fn a_sequence_reads_back_as_it_was_printed(chords in prop::collection::vec(chord(), 1..4)) {
        let keys = Sequence::new(chords).unwrap();
        prop_assert_eq!(keys.to_string().parse::<Sequence>(), Ok(keys));
    }

    #[test]
    fn no_text_makes_the_parser_or_the_loader_panic(text in "\\PC{0,30}", lines in "[\"a-g=\\[\\]{}. \\n]{0,80}") {
        let _ = text.parse::<Sequence>();
        let _ = own(&text);
        let _ = own(&lines);
    }

    #[test]
    fn laying_a_map_over_itself_changes_nothing(rows in prop::collection::btree_map("[a-ce-z]( [a-z]){0,2}", 0u8..3, 0..12)) {
        let row = |(keys, what): (&String, &u8)| format!("\"{keys}\" = \"{}\"\n", ["load", "stop", "none"][usize::from(*what)]);
        let text = format!("[scope.all]\n{}", rows.iter().map(row).collect::<String>());
        if let Ok(once) = own(&text) {
            let mut library = library(&text);
            library.insert("twice".to_owned(), Source::new("twice.toml", format!("inherits = \"own\"\n{text}")));
            let twice = load("twice", &library, &rules()).map_err(|p| TestCaseError::fail(p.to_string()))?;
            prop_assert_eq!(twice.bindings("all").collect::<Vec<_>>(), once.bindings("all").collect::<Vec<_>>());
        }
    }
}
