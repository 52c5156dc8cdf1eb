//! A chord: one key with its modifiers, in one normal form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A key without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    /// A printable character as the layout gives it; capitals carry their shift.
    Char(char),
    /// Function key 1 to 24.
    F(u8),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Up arrow.
    Up,
    /// Down arrow.
    Down,
    /// Left arrow.
    Left,
    /// Right arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

/// Modifiers held with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Mods {
    /// Control.
    pub ctrl: bool,
    /// Alt or option.
    pub alt: bool,
    /// Shift; never set together with [`Key::Char`].
    pub shift: bool,
}

/// A key press in normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Its modifiers.
    pub mods: Mods,
}

impl Chord {
    /// A key alone.
    pub const fn plain(key: Key) -> Self {
        Self { key, mods: Mods { ctrl: false, alt: false, shift: false } }
    }
}

/// Keys with a name of more than one letter: the name in files, the word on the key.
const NAMED: [(Key, &str, &str); 15] = [
    (Key::Enter, "enter", "Enter"),
    (Key::Esc, "esc", "Esc"),
    (Key::Tab, "tab", "Tab"),
    (Key::Backspace, "backspace", "Backspace"),
    (Key::Delete, "delete", "Del"),
    (Key::Insert, "insert", "Ins"),
    (Key::Up, "up", "↑"),
    (Key::Down, "down", "↓"),
    (Key::Left, "left", "←"),
    (Key::Right, "right", "→"),
    (Key::Home, "home", "Home"),
    (Key::End, "end", "End"),
    (Key::PageUp, "page-up", "PgUp"),
    (Key::PageDown, "page-down", "PgDn"),
    (Key::Char(' '), "space", "Space"),
];

/// Why a text is not a chord.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChordError {
    /// Nothing, or nothing after the modifiers.
    #[error("a key is missing in \"{0}\"")]
    Missing(String),
    /// No key is called so.
    #[error("no key is called \"{0}\"")]
    Unknown(String),
    /// The same modifier twice.
    #[error("\"{0}\" stands twice")]
    Twice(&'static str),
    /// Shift with a character that is not a letter.
    #[error("shift gives another character: write the one it gives instead of \"{0}\"")]
    ShiftedSign(String),
}

impl ChordError {
    /// What was probably meant.
    pub fn nearest(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(name) => crate::source::nearest(name, NAMED.iter().map(|(_, n, _)| *n).chain(["minus"])),
            _ => None,
        }
    }
}

impl Chord {
    /// A key press in normal form: shift is folded into letters and dropped for other characters, which already are what
    /// shift made of them; with ctrl a capital is its small letter and 4 to 7 are the signs whose bytes terminals send for
    /// them (`ctrl-4` is `ctrl-\`).
    pub fn new(key: Key, mods: Mods) -> Self {
        let Key::Char(c) = key else { return Self { key, mods } };
        let c = match c {
            '4' if mods.ctrl => '\\',
            '5' if mods.ctrl => ']',
            '6' if mods.ctrl => '^',
            '7' if mods.ctrl => '_',
            _ if mods.ctrl => c.to_ascii_lowercase(),
            _ if mods.shift && c.is_lowercase() => capital(c),
            _ => c,
        };
        Self { key: Key::Char(c), mods: Mods { shift: false, ..mods } }
    }

    /// Whether text fields would type it.
    pub const fn is_printable(self) -> bool {
        matches!(self.key, Key::Char(_)) && !self.mods.ctrl && !self.mods.alt
    }

    /// The words on the keys, as hints and help show it: `Enter`, `ctrl-\`, `↑`.
    pub fn label(self) -> String {
        self.text(|named| named.2)
    }

    fn text(self, name: impl Fn(&(Key, &'static str, &'static str)) -> &'static str) -> String {
        let mut out = String::new();
        for (held, word) in [(self.mods.ctrl, "ctrl-"), (self.mods.alt, "alt-"), (self.mods.shift, "shift-")] {
            if held {
                out.push_str(word);
            }
        }
        match self.key {
            key if NAMED.iter().any(|n| n.0 == key) => {
                out.push_str(NAMED.iter().find(|n| n.0 == key).map_or("", name));
            }
            Key::F(n) => {
                out.push('f');
                out.push_str(&n.to_string());
            }
            Key::Char('-') if !out.is_empty() => out.push_str("minus"),
            Key::Char(c) => out.push(c),
            _ => {}
        }
        out
    }
}

/// The capital of a letter, where it is one letter.
fn capital(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text(|named| named.1))
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    /// `ctrl-alt-shift-key`, where the key is one character or a name in any case.
    fn from_str(text: &str) -> Result<Self, ChordError> {
        let mut mods = Mods::default();
        let mut rest = text;
        while let Some((held, word, after)) = modifier(&mut mods, rest) {
            if std::mem::replace(held, true) {
                return Err(ChordError::Twice(word));
            }
            rest = after;
        }
        let key = key(rest).ok_or_else(|| match rest {
            "" | "ctrl-" | "alt-" | "shift-" => ChordError::Missing(text.to_owned()),
            _ => ChordError::Unknown(rest.to_owned()),
        })?;
        if let Key::Char(c) = key
            && mods.shift
            && capital(c) == c
            && !c.is_uppercase()
        {
            return Err(ChordError::ShiftedSign(text.to_owned()));
        }
        Ok(Self::new(key, mods))
    }
}

/// The modifier at the head of `text`, where it is stored, and what follows it.
fn modifier<'m, 't>(mods: &'m mut Mods, text: &'t str) -> Option<(&'m mut bool, &'static str, &'t str)> {
    let (head, rest) = text.split_once('-').filter(|(_, rest)| !rest.is_empty())?;
    match head.to_ascii_lowercase().as_str() {
        "ctrl" => Some((&mut mods.ctrl, "ctrl", rest)),
        "alt" => Some((&mut mods.alt, "alt", rest)),
        "shift" => Some((&mut mods.shift, "shift", rest)),
        _ => None,
    }
}

fn key(text: &str) -> Option<Key> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && !c.is_whitespace()).then_some(Key::Char(c));
    }
    let name = text.to_ascii_lowercase();
    if name == "minus" {
        return Some(Key::Char('-'));
    }
    if let Some(named) = NAMED.iter().find(|n| n.1 == name) {
        return Some(named.0);
    }
    let number: u8 = name.strip_prefix('f').filter(|n| !n.starts_with(['0', '+'])).and_then(|n| n.parse().ok())?;
    (1..=24).contains(&number).then_some(Key::F(number))
}
