//! The hint row: the keys of the moment, printed from the key map, and the gravest notice at its right end.
//!
//! Invariants: help and the kill key always stand; a hint is shown whole or not at all; a click on one presses its key
//! only if that moves no money.

use ratatui::layout::Rect;

use super::widgets::canvas::{Canvas, Words};
use crate::app::action::{Action, StageVerb, Staging};
use crate::app::keymap::{self, GLOBAL};
use crate::app::model::{Model, Overlay};
use crate::app::notices::Tone;
use crate::domain::account::Mode;
use crate::domain::shown;
use crate::keys::{Hint, Sequence, group_label};
use crate::panes::ticket::Staged;
use crate::theme::Role;

/// `b`.
pub const STAGE_BUY: Action = Action::Stage(Staging::Verb(StageVerb::Buy));
/// `s`.
pub const STAGE_SELL: Action = Action::Stage(Staging::Verb(StageVerb::Sell));
/// `c`.
pub const STAGE_CLOSE: Action = Action::Stage(Staging::Verb(StageVerb::Close));

/// Cells that hints keep beside a long notice in a wide row.
const HINTS_MIN: u16 = 26;
/// Cells that two hints keep in an ordinary row beside mere news; warnings and errors matter more than keys.
const HINTS_MIN_NEWS: u16 = 22;
/// Cells that one hint keeps whatever is said.
const HINTS_MIN_NARROW: u16 = 9;
/// Width from which on a row is ordinary.
const ORDINARY: u16 = 72;
/// From here on it is wide.
const WIDE: u16 = 100;
/// Characters of a notice's text below which it says nothing.
const NOTICE_MIN: usize = 10;

/// The words on the keys of an action, as these scopes bind it; `—` if none does.
#[expect(clippy::needless_pass_by_value, reason = "callers name the action in place")]
pub fn key(model: &Model, scopes: &[&str], action: Action) -> String {
    model.keymap.keys_for(scopes, &action).map_or_else(|| shown::ABSENT.to_owned(), Sequence::label)
}

/// The words on the keys of an action at this moment.
pub fn key_now(model: &Model, action: Action) -> String {
    key(model, &keymap::scopes(model), action)
}

/// One hint: the chord, then what it does.
pub fn hint(chord: impl Into<String>, label: &str) -> Words {
    Words::of(chord, Role::KeyChord).say(format!(" {label}"), Role::KeyLabel)
}

/// Hints of some actions in these scopes, for the lower edge of a box; actions without a key are left out.
pub fn keys_of(model: &Model, scopes: &[&str], wanted: &[(Action, &str)]) -> Words {
    let mut words = Words::new();
    for (action, label) in wanted {
        if let Some(keys) = model.keymap.keys_for(scopes, action) {
            // Arrows that share a word stand together: ↑↓ scroll.
            let mut groups = scopes.iter().flat_map(|s| model.keymap.groups(s));
            let group = groups.find(|g| g.keys.contains(keys)).map(|g| arrows(&g.keys));
            let together = group.filter(|all| all.len() == 2 && all.contains(keys));
            words.join(3, hint(together.map_or_else(|| keys.label(), |all| group_label(&all)), label));
        }
    }
    words
}

/// Draws the last row.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, line: Rect) {
    if line.height == 0 || line.width < 2 {
        return;
    }
    let end = line.right().saturating_sub(1);
    let mut at = line.x + 1;
    if model.desk.mode == Mode::Live {
        canvas.put(line.x, line.y, end, &live_badge(canvas.theme.mono), Role::SessionLive);
        at = line.x + 7;
    }
    let tail = always(model);
    let tail_cells = cells(canvas, &tail);
    let news = model.notices.current().is_none_or(|n| n.tone == Tone::Info);
    let least = match (line.width >= WIDE, news) {
        (true, _) => HINTS_MIN,
        (false, true) if line.width >= ORDINARY => HINTS_MIN_NEWS,
        (false, _) => HINTS_MIN_NARROW,
    };
    let notice_start = notice(canvas, model, line, at.saturating_add(tail_cells).saturating_add(least));
    let limit = notice_start.saturating_sub(2);
    let room = limit.saturating_sub(tail_cells);
    for hint in model.keymap.hints(&keymap::scopes(model)) {
        let sends = matches!(hint.action, Action::Send | Action::Confirm);
        let refused = sends && model.panes.ticket.staged.as_deref().is_some_and(Staged::is_refused);
        if is_always(&hint.action) || refused {
            continue;
        }
        let label = label_for(model, &hint);
        let cells = label.width(canvas.theme).saturating_add(2);
        if at.saturating_add(cells) > room {
            break;
        }
        at = press(canvas, at, line.y, limit, &label, hint.action);
    }
    for (label, action) in tail {
        at = press(canvas, at, line.y, end, &label, action);
    }
}

/// ` LIVE ` as it stands in both corners.
pub fn live_badge(mono: bool) -> String {
    if mono { "[LIVE]".into() } else { " LIVE ".into() }
}

fn press(canvas: &mut Canvas<'_>, x: u16, y: u16, limit: u16, label: &Words, action: Action) -> u16 {
    let end = canvas.say(x, y, limit, label);
    canvas.hits.press(Rect::new(x, y, end.saturating_sub(x), 1), action);
    end.saturating_add(2)
}

/// The words of a hint; a modified send says so.
fn label_for(model: &Model, hint: &Hint<Action>) -> Words {
    let staged = model.panes.ticket.staged.as_ref();
    let label = match hint.action {
        Action::Send if staged.is_some_and(|s| matches!(s.aim, crate::panes::ticket::Aim::Change(_))) => {
            "send the change"
        }
        _ => hint.desc.as_str(),
    };
    self::hint(group_label(&arrows(&hint.keys)), label)
}

/// The arrows of a group that has them beside other keys; else all its keys.
fn arrows(keys: &[Sequence]) -> Vec<Sequence> {
    let arrow = |keys: &&Sequence| matches!(keys.label().as_str(), "↑" | "↓" | "←" | "→");
    let arrows: Vec<Sequence> = keys.iter().filter(arrow).cloned().collect();
    if arrows.is_empty() { keys.to_vec() } else { arrows }
}

/// Help and kill: the hints that never go. Where `?` is a character that is typed it does not help.
fn always(model: &Model) -> Vec<(Words, Action)> {
    let global: &[&str] = &[GLOBAL];
    let mut out = Vec::new();
    if model.overlay.is_none() && !keymap::is_typing(model) {
        out.push((hint(key(model, global, Action::HelpOpen), "help"), Action::HelpOpen));
    }
    out.push((hint(key(model, global, Action::Kill), "kill"), Action::Kill));
    out
}

fn is_always(action: &Action) -> bool {
    matches!(action, Action::HelpOpen | Action::Kill)
}

fn cells(canvas: &Canvas<'_>, hints: &[(Words, Action)]) -> u16 {
    hints.iter().map(|(words, _)| words.width(canvas.theme).saturating_add(2)).fold(0, u16::saturating_add)
}

/// Draws the gravest notice that stands, with how many stand behind it, and returns the column where it starts.
fn notice(canvas: &mut Canvas<'_>, model: &Model, line: Rect, left: u16) -> u16 {
    let end = line.right().saturating_sub(1);
    let covered = matches!(model.overlay, Some(Overlay::Notices { .. }));
    let Some(notice) = model.notices.current().filter(|_| !covered) else { return line.right().saturating_add(1) };
    let (mark, role) = match notice.tone {
        Tone::Info => ("", Role::NoticeInfo),
        Tone::Warn => ("! ", Role::NoticeWarn),
        Tone::Error => ("✗ ", Role::NoticeError),
    };
    let mut words = Words::new();
    let waiting = model.notices.waiting();
    if waiting > 0 {
        words.push(format!("+{waiting}  "), Role::TextDim);
    }
    words.push(format!("{} ", shown::time_of(notice.at)), Role::NoticeInfo);
    words.push(mark, role);
    let fixed = words.width(canvas.theme);
    let text = canvas.cut(&notice.text, end.saturating_sub(left).saturating_sub(fixed));
    if text.chars().count() < NOTICE_MIN.min(notice.text.chars().count()) {
        return line.right().saturating_add(1);
    }
    words.push(text, role);
    canvas.say_right(end, line.y, line.x, &words);
    end.saturating_sub(words.width(canvas.theme))
}
