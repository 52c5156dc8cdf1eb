//! Keys, pastes, clicks: from the hand to an action or to text.
//!
//! Invariant: while the eye cannot see what keys do, only kill, quit, suspend, redraw and the cancels are taken, and of the
//! cancels only what certainly takes risk away: an entry that works is risk whether it is seen or not, and to lose the wrong
//! one costs a place in a queue. A stop is not cancelled unseen: the row it stands on may not be the one the eye remembers,
//! the question whether it is the only one (G32) cannot be read, and a position without its stop is more risk, not less.

use tui_input::InputRequest;

use super::act::{self, By};
use super::{overlay, ticket};
use crate::app::action::{Action, Hazard};
use crate::app::effect::{Redraw, Step};
use crate::app::keymap;
use crate::app::model::{Model, Overlay};
use crate::app::msg::Press;
use crate::app::notices::Tone;
use crate::keys::{Chord, Key, Mods, Resolution};

/// A key that came with Alt. Terminals write Alt as an Esc before the character, so an Esc and the next key that arrive
/// together look the same: where the key map has no such chord, they are what they were pressed as. In a line of text
/// such chords are a shell's word keys; there they do nothing.
fn split(model: &Model, press: Press) -> Option<[Press; 2]> {
    let chord = press.chord;
    let bare = Chord { mods: Mods { alt: false, ..chord.mods }, ..chord };
    let is_bound = || model.keymap.resolve(&keymap::scopes(model), &model.pending, chord) != Resolution::None;
    let line = model.overlay.as_ref().is_some_and(keymap::has_text);
    let splits = chord.mods.alt && !line && matches!(chord.key, Key::Char(_) | Key::Enter) && !is_bound();
    let each = |chord| Press { chord, burst: true };
    splits.then(|| [each(Chord::plain(Key::Esc)), each(bare)])
}

/// A key: text where text is typed, else what the key map says.
pub(in crate::app) fn key(model: &mut Model, step: &mut Step, press: Press) {
    if let Some([esc, then]) = split(model, press) {
        key(model, step, esc);
        return key(model, step, then);
    }
    let chord = press.chord;
    if model.desk.arming.is_blind() && !is_way_out(model, chord) && !takes_back(model, chord) {
        return drop_unseen(model);
    }
    if !press.burst {
        model.desk.arming.touch(model.now);
    }
    if chord == Chord::plain(Key::Esc) && !model.pending.is_empty() {
        model.pending.clear();
        return step.draw(Redraw::Now);
    }
    if is_text(model, chord) {
        // The characters that arm are typed by a hand, one by one.
        let refused = press.burst && matches!(model.overlay, Some(Overlay::Arm { .. }));
        if let Some(c) = printable(chord).filter(|_| !refused) {
            type_text(model, step, InputRequest::InsertChar(c));
        }
        return;
    }
    let scopes = keymap::scopes(model);
    match model.keymap.resolve(&scopes, &model.pending, chord) {
        Resolution::Action(action) => {
            let began = std::mem::take(&mut model.pending);
            let by = By { burst: press.burst, typed: printable(chord) };
            if is_reached(model, &action, &began, chord) {
                act::act(model, step, action, by);
            }
            step.draw(Redraw::Now);
        }
        Resolution::Pending => {
            model.pending.push(chord);
            model.pending_at = model.now;
            step.draw(Redraw::Now);
        }
        Resolution::None => unbound(model, step, press),
    }
}

/// Whether a key does what must work everywhere, seen or not: kill, quit, suspend, redraw.
fn is_way_out(model: &Model, chord: Chord) -> bool {
    let scopes = keymap::scopes(model);
    matches!(model.keymap.resolve(&scopes, &[], chord), Resolution::Action(action) if keymap::leaks(&action))
}

/// Whether a key, unseen, can only take orders back, or begins what does: the cancels, which then take entries alone.
/// Not in the quit box, where they leave as well.
fn takes_back(model: &Model, chord: Chord) -> bool {
    if is_text(model, chord) || matches!(model.overlay, Some(Overlay::Quit)) {
        return false;
    }
    match model.keymap.resolve(&keymap::scopes(model), &model.pending, chord) {
        Resolution::Action(action) => matches!(action, Action::Cancel | Action::CancelSymbol | Action::CancelAll),
        Resolution::Pending => true,
        Resolution::None => false,
    }
}

/// A key that is not taken, with what began before it.
fn drop_unseen(model: &mut Model) {
    for _ in 0..=std::mem::take(&mut model.pending).len() {
        model.desk.arming.drop_key();
    }
}

/// Whether an action may be taken here: an overlay or a field lets only those of the global scope through that must work
/// everywhere.
fn is_reached(model: &Model, action: &Action, began: &[Chord], chord: Chord) -> bool {
    let inside = model.overlay.is_some() || keymap::is_typing(model);
    if !inside || keymap::leaks(action) {
        return true;
    }
    let scopes = keymap::scopes(model);
    let own: Vec<&str> = scopes.into_iter().filter(|s| *s != keymap::GLOBAL).collect();
    model.keymap.resolve(&own, began, chord) == Resolution::Action(action.clone())
}

/// A key that means nothing as it stands. After a prefix it drops the prefix, and kill works all the same.
fn unbound(model: &mut Model, step: &mut Step, press: Press) {
    let chord = press.chord;
    if !model.pending.is_empty() {
        model.pending.clear();
        step.draw(Redraw::Now);
        let scopes = keymap::scopes(model);
        if let Resolution::Action(action) = model.keymap.resolve(&scopes, &[], chord)
            && keymap::leaks(&action)
        {
            act::act(model, step, action, By { burst: press.burst, typed: None });
        }
        return;
    }
    if let Some(request) = editing(chord)
        && text_open(model)
    {
        type_text(model, step, request);
    }
}

/// Whether a key is text here: printable, where text is typed, and not the Space that takes a fix in a field.
fn is_text(model: &Model, chord: Chord) -> bool {
    if printable(chord).is_none() {
        return false;
    }
    match &model.overlay {
        Some(overlay) => keymap::has_text(overlay),
        None => keymap::is_typing(model) && ticket::takes(model, chord),
    }
}

fn text_open(model: &Model) -> bool {
    match &model.overlay {
        Some(overlay) => keymap::has_text(overlay),
        None => keymap::is_typing(model),
    }
}

/// The character a key types.
pub(super) const fn printable(chord: Chord) -> Option<char> {
    match chord.key {
        Key::Char(c) if !chord.mods.ctrl && !chord.mods.alt => Some(c),
        _ => None,
    }
}

/// What a key does to text without being bound.
const fn editing(chord: Chord) -> Option<InputRequest> {
    if chord.mods.alt {
        return None;
    }
    Some(match (chord.key, chord.mods.ctrl) {
        (Key::Backspace, false) => InputRequest::DeletePrevChar,
        (Key::Backspace, true) => InputRequest::DeletePrevWord,
        (Key::Delete, false) => InputRequest::DeleteNextChar,
        (Key::Left, false) => InputRequest::GoToPrevChar,
        (Key::Right, false) => InputRequest::GoToNextChar,
        (Key::Left, true) => InputRequest::GoToPrevWord,
        (Key::Right, true) => InputRequest::GoToNextWord,
        (Key::Home, _) => InputRequest::GoToStart,
        (Key::End, _) => InputRequest::GoToEnd,
        _ => return None,
    })
}

/// Edits the text that is open.
pub(super) fn type_text(model: &mut Model, step: &mut Step, request: InputRequest) {
    step.draw(Redraw::Now);
    if model.overlay.is_some() {
        overlay::edit(model, step, request);
    } else {
        ticket::edit(model, step, request);
    }
}

/// A paste goes into text and nowhere else; its first line counts, control characters do not.
pub(in crate::app) fn pasted(model: &mut Model, step: &mut Step, text: &str) {
    /// A sentence is never longer.
    const LONGEST: usize = 500;
    step.draw(Redraw::Now);
    if !text_open(model) || matches!(model.overlay, Some(Overlay::Arm { .. })) || model.desk.arming.is_blind() {
        model.notices.say(model.now, Tone::Info, "Pasted text goes into a field or the command line only.", None);
        return;
    }
    let line = text.split(['\r', '\n']).next().unwrap_or_default();
    for c in line.chars().filter(|c| !c.is_control()).take(LONGEST) {
        type_text(model, step, InputRequest::InsertChar(c));
    }
}

/// A click on something that has an action: never one that moves money.
pub(in crate::app) fn pointed(model: &mut Model, step: &mut Step, action: Action) {
    if action.hazard() == Hazard::None && !action.opens() {
        act::act(model, step, action, By::HAND);
    } else {
        let scopes = keymap::scopes(model);
        let keys = model.keymap.keys_for(&scopes, &action).map(crate::keys::Sequence::label);
        let text = keys.map_or_else(|| "The mouse never sends.".to_owned(), |k| format!("press {k}"));
        model.notices.say(model.now, Tone::Info, text, None);
        step.draw(Redraw::Now);
    }
}

/// The terminal lost or gained focus: a prefix does not outlive it.
pub(in crate::app) fn focus(model: &mut Model, step: &mut Step, lost: bool) {
    if lost {
        super::arm::unfocused(model, step);
    }
    if lost && !model.pending.is_empty() {
        model.pending.clear();
        step.draw(Redraw::Now);
    }
}

/// Whether the search box is open.
pub(super) const fn is_search(model: &Model) -> bool {
    matches!(model.overlay, Some(Overlay::Search { .. }))
}
