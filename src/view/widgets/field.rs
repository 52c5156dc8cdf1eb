//! A line being typed: its text, its cursor, and the squiggles under what is wrong.

use std::ops::Range;

use tui_input::Input;

use super::canvas::{Canvas, width};
use crate::theme::Role;
use crate::view::Cursor;

/// Draws the text of an input from column `x` to before `limit`, scrolled so that its cursor is visible.
pub fn draw(canvas: &mut Canvas<'_>, x: u16, y: u16, limit: u16, input: &Input, role: Role) -> Option<Cursor> {
    let room = limit.checked_sub(x).filter(|r| *r > 0)?;
    let before: String = input.value().chars().take(input.cursor()).collect();
    let skip = width(canvas.theme, &before).saturating_sub(room.saturating_sub(1));
    let mut used = 0;
    let mut start = 0;
    for c in input.value().chars() {
        if used >= skip {
            break;
        }
        used += width(canvas.theme, c.encode_utf8(&mut [0; 4]));
        start += c.len_utf8();
    }
    canvas.put(x, y, limit, input.value().get(start..).unwrap_or_default(), role);
    let at = x.saturating_add(width(canvas.theme, before.get(start..).unwrap_or_default()));
    if at >= limit {
        return None;
    }
    canvas.tint(ratatui::layout::Rect::new(at, y, 1, 1), Role::InputCursor);
    Some(Cursor { x: at, y })
}

/// Draws `~~~` under the byte ranges of a text that starts in column `x`.
pub fn squiggle(canvas: &mut Canvas<'_>, x: u16, y: u16, limit: u16, text: &str, spans: &[Range<usize>]) {
    for span in spans {
        let start = x.saturating_add(width(canvas.theme, text.get(..span.start).unwrap_or(text)));
        let wrong = text.get(span.clone()).map_or(1, |t| width(canvas.theme, t)).max(1);
        canvas.run(start, y, start.saturating_add(wrong).min(limit), "~", Role::InputInvalid);
    }
}
