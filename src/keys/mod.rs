//! Keys as data: chords, sequences, scopes, and the trie that resolves them to actions.
//!
//! Generic over the action type, so that this floor knows no desk. `run/input.rs` turns terminal events into [`Chord`]s
//! by [`Chord::new`], which brings them to normal form; nothing below names the terminal library.
//!
//! Invariants: a text is read and printed in one normal form; a map that breaks a rule is reported completely and never
//! used in part.
//!
//! Must not know: the terminal library, the desk's actions, the file system.

mod chord;
mod keymap;
mod load;
mod rules;
mod sequence;
#[cfg(test)]
mod tests;

pub use chord::{Chord, ChordError, Key, Mods};
pub use keymap::{Binding, Hint, Keymap, Resolution};
pub use load::{Library, load};
pub use rules::{Command, Required, Risk, Rules, ScopeRule, Typing};
pub use sequence::{Sequence, group_label};
