//! The desk's key maps: the scopes there are, what must be bound, the built-in maps.
//!
//! Invariants: the built-in maps pass every check (tested), so there is always a map to fall back on; a user's map with
//! a mistake is not used in part.
//!
//! Must not know: the file system; users' texts are handed in.

use crate::app::action::{Action, Hazard, Staging};
use crate::keys::{self, Chord, Command, Key, Keymap, Library, Mods, Required, Risk, Rules, ScopeRule, Typing};
use crate::source::{self, Problems, Source};

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
    ScopeRule { name: "studies", typing: Typing::Free },
    ScopeRule { name: "help", typing: Typing::Text },
    ScopeRule { name: "notices", typing: Typing::Free },
    ScopeRule { name: "away", typing: Typing::Free },
    ScopeRule { name: "eod", typing: Typing::Free },
    ScopeRule { name: "everyones", typing: Typing::Free },
    ScopeRule { name: "order", typing: Typing::Free },
    ScopeRule { name: "filter", typing: Typing::Text },
    ScopeRule { name: "arm", typing: Typing::Text },
    ScopeRule { name: "live-card", typing: Typing::Free },
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

    fn words(&self) -> Option<String> {
        match self {
            Self::Stage(Staging::Sentence(hot)) => Some(hot.text().to_owned()),
            _ => None,
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

/// The map `name`, a user's or a built-in one, or everything that is wrong with it.
pub fn load(name: &str, users: Library) -> Result<Keymap<Action>, Problems> {
    keys::load(name, &source::beside(builtin(), users)?, &rules())
}

/// The map that is used when a user's has mistakes.
pub fn fallback() -> Keymap<Action> {
    keys::load(DEFAULT, &builtin(), &rules()).expect("invariant: the built-in key map passes its own checks")
}

#[cfg(test)]
#[path = "bindings_tests.rs"]
mod tests;
