//! What may follow the keys pressed so far, shown once they have been waiting for a moment.

use ratatui::layout::Rect;

use crate::app::keymap;
use crate::app::model::Model;
use crate::app::timers::WHICH_KEY;
use crate::keys::Chord;
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::frame::{self, Frame};

/// Cells of a column.
const COLUMN: u16 = 30;

/// Draws the box at the bottom of `room` if keys are pending for long enough.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect) {
    if model.pending.is_empty() || model.now.since(model.pending_at) < WHICH_KEY {
        return;
    }
    let scopes = keymap::scopes(model);
    let depth = model.pending.len();
    let next: Vec<(String, String)> = model
        .keymap
        .continuations(&scopes, &model.pending)
        .into_iter()
        .map(|b| {
            let rest: Vec<String> = b.keys.chords().iter().skip(depth).map(|c| c.label()).collect();
            (rest.join(" "), b.desc.clone())
        })
        .collect();
    let pressed: Vec<String> = model.pending.iter().map(|c: &Chord| c.label()).collect();
    let label = model.keymap.label(&model.pending).unwrap_or_default();
    let title = Words::of(pressed.join(" "), Role::KeyChord).say(format!("  {label}"), Role::Text);
    let columns = usize::from((room.width.saturating_sub(4) / COLUMN).clamp(1, 4));
    let rows = next.len().div_ceil(columns).max(1);
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(room.height);
    let width = (u16::try_from(columns).unwrap_or(1) * COLUMN + 4).min(room.width);
    let area = Rect::new(room.x, room.bottom().saturating_sub(height), width, height);
    let inside = frame::draw(canvas, area, &Frame::light(title, hints::hint("Esc", "close")));
    for (i, (keys, label)) in next.iter().enumerate() {
        let (column, row) = (u16::try_from(i / rows).unwrap_or(0), u16::try_from(i % rows).unwrap_or(0));
        let (x, y) = (inside.x + column * COLUMN, inside.y + row);
        if y < inside.bottom() {
            let limit = (x + COLUMN - 1).min(inside.right());
            let at = canvas.put(x + 1, y, limit, keys, Role::KeyChord);
            canvas.put(at + 2, y, limit, label, Role::Text);
        }
    }
}
