//! What a key map has to keep to: the scopes there are, and which keys may do what.
//!
//! Invariants: what can move money is told by the action ([`Command::risk`]), where a key may do so by the scope. A chord
//! that a split escape sequence, a terminal's own control byte or a typed letter could deliver never sends an order.
//!
//! Must not know: the desk's actions and scopes; they are handed in.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::chord::{Chord, Key};
use super::sequence::Sequence;

/// What an action can do to money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// Nothing.
    None,
    /// It stages an order, or takes one back.
    Order,
    /// It sends an order or a change.
    Sends,
}

/// An action of a key map.
pub trait Command: Clone + PartialEq + fmt::Debug + Serialize + DeserializeOwned {
    /// What it can do to money.
    fn risk(&self) -> Risk;

    /// What hints and help say of it where the key map gives it no words; `None` is its name in files.
    fn words(&self) -> Option<String> {
        None
    }
}

/// What a scope does with typed characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// Nothing: they are keys like others.
    Free,
    /// It is a list of working orders: signs may send a change to the selected one.
    Aimed,
    /// They are text, but Space is not.
    Field,
    /// They are text.
    Text,
}

/// A scope that may have rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeRule {
    /// Its name.
    pub name: &'static str,
    /// What it does with typed characters.
    pub typing: Typing,
}

/// An action that must be bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Required<A> {
    /// The action.
    pub action: A,
    /// Its name, for the message.
    pub name: &'static str,
    /// The scopes any of which will do.
    pub scopes: &'static [&'static str],
    /// Chords that may mean nothing else, anywhere.
    pub reserved: Vec<Chord>,
}

/// Everything a key map is checked against.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules<A> {
    /// The scopes there are.
    pub scopes: &'static [ScopeRule],
    /// What must be bound.
    pub required: Vec<Required<A>>,
}

impl<A: Command> Rules<A> {
    /// The scope of this name.
    pub fn scope(&self, name: &str) -> Option<&ScopeRule> {
        self.scopes.iter().find(|s| s.name == name)
    }

    /// Everything that is wrong with `keys` meaning `action` (`None` unbinds) in `scope`.
    pub(super) fn faults(&self, scope: &ScopeRule, keys: &Sequence, action: Option<&A>) -> Vec<String> {
        let chords = keys.chords().iter();
        let mut faults: Vec<String> =
            chords.filter_map(|c| undeliverable(*c).map(|why| format!("{c} {why}"))).collect();
        let reserved =
            |r: &&Required<A>| action != Some(&r.action) && keys.chords().iter().any(|c| r.reserved.contains(c));
        if let Some(required) = self.required.iter().find(reserved) {
            faults.push(format!("{keys} is kept for {}", required.name));
        }
        let Some(action) = action else { return faults };
        if let Some(first) = keys.chords().first()
            && swallowed(scope.typing, *first)
        {
            faults.push(format!("{first} is text in {}", scope.name));
        }
        if let Some(last) = keys.last()
            && let Some(why) = hazard(scope.typing, last, action.risk())
        {
            faults.push(format!("{last} {why}"));
        }
        faults
    }
}

/// Why a chord does not arrive, or arrives without having been pressed.
fn undeliverable(chord: Chord) -> Option<&'static str> {
    match chord.key {
        Key::Char('[' | ']' | 'O') if chord.is_printable() => Some("is what a split escape sequence begins with"),
        Key::Char('i' | 'm' | 'h' | 'j') if chord.mods.ctrl => Some("is Tab, Enter or Backspace to the terminal"),
        Key::Char('[') if chord.mods.ctrl => Some("is Esc to the terminal"),
        Key::Char('s' | 'q') if chord.mods.ctrl => Some("is the terminal's own stop and go"),
        Key::Char('a' | 'b') if chord.mods.ctrl => Some("is the prefix of screen and tmux"),
        Key::Char(c) if chord.mods.ctrl && !is_control(c) => Some("is not sent by terminals"),
        Key::Esc | Key::Tab | Key::Enter if chord.mods.ctrl => Some("is not sent by terminals"),
        _ => None,
    }
}

/// Whether terminals send a byte for ctrl with this character.
const fn is_control(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, ' ' | '\\' | ']' | '^' | '_')
}

/// Whether the scope types the chord instead.
fn swallowed(typing: Typing, chord: Chord) -> bool {
    match typing {
        Typing::Free | Typing::Aimed => false,
        Typing::Field => chord.is_printable() && chord.key != Key::Char(' '),
        Typing::Text => chord.is_printable(),
    }
}

/// Why an action that can move money may not stand on this chord.
fn hazard(typing: Typing, chord: Chord, risk: Risk) -> Option<&'static str> {
    if risk == Risk::None {
        return None;
    }
    match chord.key {
        Key::Esc => Some("only ever goes back: no order action may stand on it"),
        Key::Char(' ') => Some("takes a fix: no order action may stand on it"),
        Key::Char('A'..='D' | 'F' | 'H' | 'P'..='S' | '~' | '0'..='9') if chord.is_printable() => {
            Some("ends split escape sequences: no order action may stand on it")
        }
        Key::Char(_) if chord.mods.alt => Some("arrives as Esc and a letter: no order action may stand on it"),
        Key::Char(c)
            if risk == Risk::Sends && chord.is_printable() && (c.is_alphanumeric() || typing != Typing::Aimed) =>
        {
            Some("is typed too easily to send an order")
        }
        _ => None,
    }
}
