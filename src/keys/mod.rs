//! Keys as data: chords, sequences, scopes, and the trie that resolves them to actions.
//!
//! Generic over the action type, so that this floor knows no desk. `run/input.rs` turns terminal events into [`Chord`]s;
//! nothing below names the terminal library.

mod chord;

pub use chord::{Chord, Key, Mods};
