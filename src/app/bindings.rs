//! The desk's key maps: the scopes there are, what must be bound, the built-in maps.
//!
//! Invariants: the built-in maps pass every check (tested), so there is always a map to fall back on; a user's map with
//! a mistake is not used in part.
//!
//! Must not know: the file system; users' texts are handed in.

use crate::app::action::{Action, Hazard};
use crate::keys::{self, Chord, Command, Key, Keymap, Library, Mods, Required, Risk, Rules, ScopeRule, Typing};
use crate::source::{Problems, Source};

/// The key map used without a setting.
pub const DEFAULT: &str = "default";

const BUILTIN: [(&str, &str); 2] =
    [(DEFAULT, include_str!("../../keymaps/default.toml")), ("vim", include_str!("../../keymaps/vim.toml"))];

const SCOPES: &[ScopeRule] = &[
    ScopeRule { name: "global", typing: Typing::Free },
    ScopeRule { name: "list", typing: Typing::Free },
    ScopeRule { name: "watchlist", typing: Typing::Free },
    ScopeRule { name: "chart", typing: Typing::Free },
    ScopeRule { name: "ticket", typing: Typing::Free },
    ScopeRule { name: "field", typing: Typing::Field },
    ScopeRule { name: "text", typing: Typing::Text },
    ScopeRule { name: "blotter", typing: Typing::Aimed },
    ScopeRule { name: "positions", typing: Typing::Free },
    ScopeRule { name: "account", typing: Typing::Free },
    ScopeRule { name: "confirm", typing: Typing::Free },
    ScopeRule { name: "command", typing: Typing::Text },
    ScopeRule { name: "search", typing: Typing::Text },
    ScopeRule { name: "help", typing: Typing::Text },
    ScopeRule { name: "notices", typing: Typing::Free },
    ScopeRule { name: "quit", typing: Typing::Free },
];

impl Command for Action {
    fn risk(&self) -> Risk {
        match self.hazard() {
            Hazard::None => Risk::None,
            Hazard::Stages | Hazard::Cancels => Risk::Order,
            Hazard::Sends => Risk::Sends,
        }
    }
}

/// What every key map of the desk is checked against.
pub fn rules() -> Rules<Action> {
    let ctrl = Mods { ctrl: true, ..Mods::default() };
    let kill = vec![Chord::new(Key::Char('\\'), ctrl), Chord::plain(Key::F(12))];
    Rules {
        scopes: SCOPES,
        required: vec![
            Required { action: Action::Kill, name: "orders.kill", scopes: &["global"], reserved: kill },
            Required {
                action: Action::CancelAll,
                name: "orders.cancel-all",
                scopes: &["global"],
                reserved: Vec::new(),
            },
        ],
    }
}

/// The built-in maps by name.
pub fn builtin() -> Library {
    BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), Source::new(format!("{name}.toml"), *text))).collect()
}

/// The map `name`, a user's or a built-in one; a user's map of a built-in name is refused by the caller that
/// reads the folder, so the names here are distinct.
pub fn load(name: &str, users: Library) -> Result<Keymap<Action>, Problems> {
    let mut library = builtin();
    library.extend(users);
    keys::load(name, &library, &rules())
}

/// The map that is used when a user's has mistakes.
pub fn fallback() -> Keymap<Action> {
    keys::load(DEFAULT, &builtin(), &rules()).expect("invariant: the built-in key map passes its own checks")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{StageVerb, Way};
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
            watchlist.starts_with("b buy  s sell  c close  ,/. size  X cancel entries  a add  d remove"),
            "{watchlist}"
        );
        let ticket = row(&["ticket", "global"]);
        let wanted =
            "Enter send  Esc drop  0-9 size  @ price  ↑↓ tick  j join  m mid  t take  e session  k type  i TIF";
        assert!(ticket.starts_with(wanted), "{ticket}");
        let blotter = row(&["blotter", "list", "global"]);
        assert!(blotter.starts_with("m modify  x cancel  +- tick  X cancel entries  Enter open  ←→ tab"), "{blotter}");
    }

    #[test]
    fn keys_are_found_from_the_action() {
        let map = fallback();
        let stage = Action::Stage { verb: StageVerb::Buy };
        assert_eq!(map.keys_for(&["watchlist", "list", "global"], &stage).unwrap().to_string(), "b");
        let kill = map.chords_for("global", &Action::Kill);
        assert_eq!(kill.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ctrl-\\", "f12", "ctrl-k"]);
        assert_eq!(map.keys_for(&["ticket", "global"], &Action::Cancel), None, "hidden in the ticket");
    }
}
