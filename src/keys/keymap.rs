//! A key map: which sequence means which action in which scope.
//!
//! Invariants: within a scope no sequence begins another; rows keep the order of their file, which is the order of hints
//! and help. Several scopes are asked innermost first and the first that knows the keys wins; a row `"none"` stops the
//! search, so it also hides what an outer scope would do.
//!
//! Must not know: what an action is.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::chord::Chord;
use super::sequence::Sequence;

/// One row of a key map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding<A> {
    /// What is pressed.
    pub keys: Sequence,
    /// What it means.
    pub action: A,
    /// What it does in a word or two; empty where hints and help should not list it.
    pub desc: String,
}

/// Rows that stand together under one word: `↑↓ tick`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint<A> {
    /// The keys, in the order of the file; [`super::group_label`] prints them.
    pub keys: Vec<Sequence>,
    /// What the first of them means.
    pub action: A,
    /// The word.
    pub desc: String,
}

/// What keys mean so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution<A> {
    /// This.
    Action(A),
    /// The start of something.
    Pending,
    /// Nothing.
    None,
}

/// The rows of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope<A> {
    pub(super) bindings: Vec<Binding<A>>,
    pub(super) blocked: Vec<Sequence>,
    trie: BTreeMap<Chord, Branch>,
}

/// Where a chord leads within a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Branch {
    Row(usize),
    Blocked,
    On(BTreeMap<Chord, Branch>),
}

impl<A> Scope<A> {
    /// The rows and the blocked sequences; no sequence may begin another.
    pub(super) fn new(bindings: Vec<Binding<A>>, blocked: Vec<Sequence>) -> Self {
        let mut trie = BTreeMap::new();
        for keys in &blocked {
            plant(&mut trie, keys.chords(), Branch::Blocked);
        }
        for (row, binding) in bindings.iter().enumerate() {
            plant(&mut trie, binding.keys.chords(), Branch::Row(row));
        }
        Self { bindings, blocked, trie }
    }

    fn find(&self, pressed: impl Iterator<Item = Chord>) -> Option<Found<'_, A>> {
        let mut level = &self.trie;
        let mut pressed = pressed.peekable();
        while let Some(chord) = pressed.next() {
            match level.get(&chord)? {
                Branch::On(deeper) => level = deeper,
                Branch::Row(row) if pressed.peek().is_none() => return self.bindings.get(*row).map(Found::Row),
                Branch::Blocked => return Some(Found::Blocked),
                Branch::Row(_) => return None,
            }
        }
        Some(Found::Prefix)
    }
}

enum Found<'k, A> {
    Row(&'k Binding<A>),
    Prefix,
    Blocked,
}

fn plant(level: &mut BTreeMap<Chord, Branch>, chords: &[Chord], end: Branch) {
    match chords {
        [] => {}
        [last] => {
            level.insert(*last, end);
        }
        [first, rest @ ..] => {
            let branch = level.entry(*first).or_insert_with(|| Branch::On(BTreeMap::new()));
            if !matches!(branch, Branch::On(_)) {
                *branch = Branch::On(BTreeMap::new());
            }
            if let Branch::On(deeper) = branch {
                plant(deeper, rest, end);
            }
        }
    }
}

/// A key map with everything it inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap<A> {
    /// Its name.
    pub name: String,
    pub(super) labels: IndexMap<Sequence, String>,
    pub(super) hints: IndexMap<String, Vec<Sequence>>,
    pub(super) scopes: IndexMap<String, Scope<A>>,
}

impl<A: Clone + PartialEq> Keymap<A> {
    /// What `chord` means after `pending` in these scopes, innermost first.
    pub fn resolve(&self, scopes: &[&str], pending: &[Chord], chord: Chord) -> Resolution<A> {
        let pressed = || pending.iter().copied().chain([chord]);
        let found = scopes.iter().filter_map(|s| self.scopes.get(*s)).find_map(|s| s.find(pressed()));
        match found {
            Some(Found::Row(binding)) => Resolution::Action(binding.action.clone()),
            Some(Found::Prefix) => Resolution::Pending,
            Some(Found::Blocked) | None => Resolution::None,
        }
    }

    /// The sequences that mean `action` in a scope, in the order of the file.
    pub fn chords_for(&self, scope: &str, action: &A) -> Vec<Sequence> {
        self.bindings(scope).filter(|b| b.action == *action).map(|b| b.keys.clone()).collect()
    }

    /// The first sequence that means `action` in any of these scopes, innermost first, and is not hidden by an inner one.
    pub fn keys_for(&self, scopes: &[&str], action: &A) -> Option<&Sequence> {
        scopes
            .iter()
            .flat_map(|s| self.bindings(s))
            .find(|b| b.action == *action && self.means(scopes, b))
            .map(|b| &b.keys)
    }

    /// The rows of a scope, in the order of the file.
    pub fn bindings(&self, scope: &str) -> impl Iterator<Item = &Binding<A>> {
        self.scopes.get(scope).into_iter().flat_map(|s| &s.bindings)
    }

    /// The names of the scopes that have rows, in the order of the file.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.keys().map(String::as_str)
    }

    /// The word for a prefix, `g` → `go to`.
    pub fn label(&self, prefix: &[Chord]) -> Option<&str> {
        self.labels.iter().find(|(keys, _)| keys.chords() == prefix).map(|(_, label)| label.as_str())
    }

    /// What can follow `pending` in these scopes: the rows a which-key box lists, innermost scope first.
    pub fn continuations(&self, scopes: &[&str], pending: &[Chord]) -> Vec<&Binding<A>> {
        let goes_on = |b: &&Binding<A>| b.keys.chords().len() > pending.len() && b.keys.chords().starts_with(pending);
        scopes.iter().flat_map(|s| self.bindings(s)).filter(goes_on).filter(|b| self.means(scopes, b)).collect()
    }

    /// The groups of a scope, in the order of the file: neighbouring rows with one word are one group; rows without a
    /// word are left out.
    pub fn groups(&self, scope: &str) -> Vec<Hint<A>> {
        let mut groups: Vec<Hint<A>> = Vec::new();
        let mut open = false;
        for binding in self.bindings(scope) {
            match groups.last_mut() {
                Some(last) if open && last.desc == binding.desc => last.keys.push(binding.keys.clone()),
                _ if binding.desc.is_empty() => {
                    open = false;
                    continue;
                }
                _ => groups.push(Hint {
                    keys: vec![binding.keys.clone()],
                    action: binding.action.clone(),
                    desc: binding.desc.clone(),
                }),
            }
            open = true;
        }
        groups
    }

    /// The hint row of the innermost scope, most needed first: the file's `[hints]` row of that scope where it has one,
    /// else all groups of the scopes in order. Keys that an inner scope hides are left out.
    pub fn hints(&self, scopes: &[&str]) -> Vec<Hint<A>> {
        let groups: Vec<Hint<A>> =
            scopes.iter().flat_map(|s| self.groups(s)).filter_map(|g| self.visible(scopes, g)).collect();
        let Some(order) = scopes.first().and_then(|s| self.hints.get(*s)) else { return groups };
        let mut hints: Vec<Hint<A>> = Vec::new();
        for keys in order {
            if let Some(group) = groups.iter().find(|g| g.keys.contains(keys))
                && !hints.contains(group)
            {
                hints.push(group.clone());
            }
        }
        hints
    }

    /// The group without the keys that mean something else in these scopes.
    fn visible(&self, scopes: &[&str], group: Hint<A>) -> Option<Hint<A>> {
        let row = |keys: &Sequence| {
            let reached =
                scopes.iter().filter_map(|s| self.scopes.get(*s)).find_map(|s| s.find(keys.chords().iter().copied()));
            matches!(reached, Some(Found::Row(b)) if b.desc == group.desc)
        };
        let keys: Vec<Sequence> = group.keys.iter().filter(|k| row(k)).cloned().collect();
        (!keys.is_empty()).then_some(Hint { keys, ..group })
    }

    fn means(&self, scopes: &[&str], binding: &Binding<A>) -> bool {
        let pressed = || binding.keys.chords().iter().copied();
        let found = scopes.iter().filter_map(|s| self.scopes.get(*s)).find_map(|s| s.find(pressed()));
        matches!(found, Some(Found::Row(b)) if b.action == binding.action)
    }
}
