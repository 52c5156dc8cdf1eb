//! The built-in maps, and what is said about maps with mistakes.

use super::*;
use crate::app::action::{StageVerb, Staging, Way};
use crate::keys::{Resolution, group_label};
use crate::panes::PaneKind;

fn chord(text: &str) -> Chord {
    text.parse().unwrap()
}

fn press(map: &Keymap<Action>, scopes: &[&str], keys: &str) -> Resolution<Action> {
    let chords: Vec<Chord> = keys.split(' ').map(chord).collect();
    let (last, pending) = chords.split_last().unwrap();
    map.resolve(scopes, pending, *last)
}

#[test]
fn every_built_in_map_passes_every_check() {
    for name in builtin().keys() {
        if let Err(problems) = load(name, Library::new()) {
            panic!("{problems}");
        }
    }
}

#[test]
fn the_inner_scope_wins_and_prefixes_of_all_scopes_meet() {
    let map = load("vim", Library::new()).unwrap();
    let scopes = ["watchlist", "list", "global"];
    assert_eq!(press(&map, &scopes, "j"), Resolution::Action(Action::ListMove { way: Way::Down }));
    assert_eq!(press(&map, &scopes, "g"), Resolution::Pending);
    assert_eq!(press(&map, &scopes, "g g"), Resolution::Action(Action::ListEnd { way: Way::Up }));
    assert_eq!(press(&map, &scopes, "g b"), Resolution::Action(Action::Focus { pane: PaneKind::Blotter }));
    assert_eq!(press(&map, &scopes, "g q"), Resolution::None);
    assert_eq!(press(&map, &scopes, "d"), Resolution::Pending);
    assert_eq!(press(&map, &scopes, "d d"), Resolution::Action(Action::WatchlistRemove));
}

#[test]
fn a_row_of_none_hides_what_an_outer_scope_would_do() {
    let map = fallback();
    assert_eq!(press(&map, &["watchlist", "list", "global"], "x"), Resolution::Action(Action::Cancel));
    assert_eq!(press(&map, &["ticket", "global"], "x"), Resolution::None);
}

#[test]
fn kill_is_reached_from_every_pane_and_as_the_byte_terminals_send() {
    let map = fallback();
    let ctrl = Mods { ctrl: true, ..Mods::default() };
    for pane in PaneKind::ALL {
        let scopes = [pane.scope(), "list", "global"];
        for kill in [chord("ctrl-\\"), chord("f12"), chord("ctrl-k"), Chord::new(Key::Char('4'), ctrl)] {
            assert_eq!(map.resolve(&scopes, &[], kill), Resolution::Action(Action::Kill), "{kill} in {scopes:?}");
        }
    }
}

#[test]
fn hints_follow_the_files_order_and_group_what_goes_to_and_fro() {
    let map = fallback();
    let row = |scopes: &[&str]| {
        let hint = |h: &keys::Hint<Action>| format!("{} {}", group_label(&h.keys), h.desc);
        map.hints(scopes).iter().map(hint).collect::<Vec<_>>().join("  ")
    };
    let watchlist = row(&["watchlist", "list", "global"]);
    assert!(
        watchlist.starts_with("b buy  s sell  c close  p protect  ,/. size  X cancel entries  a add  d remove"),
        "{watchlist}"
    );
    let ticket = row(&["ticket", "global"]);
    let wanted = "Enter send  Esc drop  0-9 size  @ price  ↑↓ tick  j join  m mid  t take  l sl and tp  e session  k type  i TIF";
    assert!(ticket.starts_with(wanted), "{ticket}");
    let blotter = row(&["blotter", "list", "global"]);
    assert!(blotter.starts_with("m modify  x cancel  +- tick  X cancel entries  Enter open  ←→ tab"), "{blotter}");
}

#[test]
fn keys_are_found_from_the_action() {
    let map = fallback();
    let stage = Action::Stage(Staging::Verb(StageVerb::Buy));
    assert_eq!(map.keys_for(&["watchlist", "list", "global"], &stage).unwrap().to_string(), "b");
    let kill = map.chords_for("global", &Action::Kill);
    assert_eq!(kill.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ctrl-\\", "f12", "ctrl-k"]);
    assert_eq!(map.keys_for(&["ticket", "global"], &Action::Cancel), None, "hidden in the ticket");
}

fn user(name: &str, text: &str) -> Library {
    Library::from([(name.to_owned(), Source::new(format!("{name}.toml"), text))])
}

fn problems(name: &str, text: &str) -> Vec<String> {
    load(name, user(name, text)).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_of_a_bad_map_is_listed_with_its_place_and_the_built_in_map_works() {
    let found = problems("bad-keymap", include_str!("../../tests/data/bad-keymap.toml"));
    assert_eq!(
        found,
        [
            "bad-keymap.toml:2:12 no key map is called \"defualt\", nearest default",
            "bad-keymap.toml:3:1 unknown key \"colour\"",
            "bad-keymap.toml:6:1 a key is missing in \"ctrl-\"",
            "bad-keymap.toml:9:7 unknown action \"order.stge\", nearest order.stage",
            "bad-keymap.toml:10:40 \"bye\" is not a verb: buy, sell, close",
            "bad-keymap.toml:11:47 by of ticket.tick is a whole number from 0 to 255",
            "bad-keymap.toml:13:1 G is bound already in line 12",
            "bad-keymap.toml:15:1 g w begins with g, which is a key of its own in line 14",
            "bad-keymap.toml:16:7 order.stage needs \"verb\"",
            "bad-keymap.toml:17:26 app.quit has no argument \"now\"",
            "bad-keymap.toml:18:1 no key is called \"entre\", nearest enter",
            "bad-keymap.toml:19:1 ctrl-i is Tab, Enter or Backspace to the terminal",
            "bad-keymap.toml:20:1 [ is what a split escape sequence begins with",
            "bad-keymap.toml:21:1 S ends split escape sequences: no order action may stand on it",
            "bad-keymap.toml:22:1 esc only ever goes back: no order action may stand on it",
            "bad-keymap.toml:23:1 f12 is kept for orders.kill",
            "bad-keymap.toml:24:7 an action is a name or a table, not a whole number",
            "bad-keymap.toml:27:1 1 is text in field",
            "bad-keymap.toml:30:1 y is typed too easily to send an order",
            "bad-keymap.toml:31:1 space takes a fix: no order action may stand on it",
            "bad-keymap.toml:33:8 unknown scope \"blotters\", nearest blotter"
        ]
    );
    assert!(fallback().keys_for(&["global"], &Action::Kill).is_some());
}

#[test]
fn a_map_without_kill_or_cancel_all_is_refused_where_it_takes_them_away() {
    let found = problems("no-kill", include_str!("../../tests/data/no-kill.toml"));
    assert_eq!(
        found,
        [
            "no-kill.toml:5:1 f12 is kept for orders.kill",
            "no-kill.toml:6:1 ctrl-\\ is kept for orders.kill",
            "no-kill.toml:6:1 orders.kill is not bound in global",
            "no-kill.toml:8:1 orders.cancel-all is not bound in global"
        ]
    );
}

#[test]
fn a_users_map_inherits_and_may_not_take_a_built_in_name() {
    let map = load("mine", user("mine", "[scope.global]\n\"n\" = \"help.open\"\n")).unwrap();
    assert_eq!(press(&map, &["global"], "n"), Resolution::Action(Action::HelpOpen));
    assert_eq!(press(&map, &["global"], "b"), Resolution::Action(Action::Stage(Staging::Verb(StageVerb::Buy))));
    assert_eq!(problems("vim", ""), ["vim.toml:1:1 \"vim\" is built in: the file needs another name"]);
}

#[test]
fn every_action_is_bound_in_the_default_map() {
    let mut nothing = toml::Table::new();
    nothing.insert("do".to_owned(), toml::Value::String("?".to_owned()));
    let error = nothing.try_into::<Action>().unwrap_err();
    let names = source::expected_names(error.message());
    assert!(names.len() > 40, "{names:?}");
    let map = fallback();
    let bound: Vec<String> = map
        .scopes()
        .flat_map(|scope| map.bindings(scope))
        .map(|b| toml::Table::try_from(&b.action).unwrap()["do"].as_str().unwrap().to_owned())
        .collect();
    let unbound: Vec<&str> = names.into_iter().filter(|n| *n != "none" && !bound.iter().any(|b| b == n)).collect();
    // `:disarm` does it; the chord that arms disarms too.
    assert_eq!(unbound, ["live.disarm"]);
}

#[test]
fn a_hot_key_is_one_line_and_says_when_it_is_read_what_is_wrong_with_its_sentence() {
    let text = concat!(
        "[scope.global]\n",
        "\"f5\" = { do = \"order.stage\", sentence = \"buy 200 ask+1t ioc\" }\n",
        "\"f6\" = { do = \"order.stage\", sentence = \"buy 100 SPY take\" }\n",
        "\"f7\" = { do = \"order.stage\", sentence = \"flatten\" }\n",
        "\"f8\" = { do = \"order.stage\", verb = \"buy\", sentence = \"buy 1 take\" }\n",
    );
    let found = problems("hot", text);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("hot.toml:3:41 sentence of order.stage: \"SPY\""), "{found:#?}");
    assert!(found[1].starts_with("hot.toml:4:41 sentence of order.stage: only buy"), "{found:#?}");
    assert!(found[2].contains("leave one of the two out"), "{found:#?}");
    let map = load("hot", user("hot", text.lines().take(2).collect::<Vec<_>>().join("\n").as_str())).unwrap();
    let Resolution::Action(Action::Stage(Staging::Sentence(hot))) = press(&map, &["global"], "f5") else {
        panic!("f5 is no hot key");
    };
    assert_eq!(hot.about("AAPL"), "buy 200 AAPL ask+1t ioc");
    let shown = map.hints(&["global"]).into_iter().find(|h| h.keys.iter().any(|k| k.to_string() == "f5"));
    assert_eq!(
        shown.map(|h| h.desc),
        Some("buy 200 ask+1t ioc".to_owned()),
        "without words of its own it shows its sentence"
    );
}
