//! A card of lines that scrolls: what a gap changed, the end of the day.

use ratatui::layout::Rect;

use crate::theme::Role;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::frame::{self, Frame};

/// The widest card.
const WIDTH: u16 = 124;

/// A line: words on the left, words on the right where there is room.
pub(super) type Line = (Words, Words);

/// A heading.
pub(super) fn heading(text: &str) -> Line {
    (Words::of(text, Role::TextStrong), Words::new())
}

/// Words on the left alone.
pub(super) fn left(words: Words) -> Line {
    (words, Words::new())
}

/// Draws the card with the line `top` first, or the last page where that lies beyond it.
pub(super) fn draw(canvas: &mut Canvas<'_>, room: Rect, title: Words, keys: Words, lines: &[Line], top: usize) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = frame::centred(room, WIDTH, height);
    let rows = usize::from(area.height.saturating_sub(2));
    let top = top.min(lines.len().saturating_sub(rows));
    let below = lines.len().saturating_sub(top.saturating_add(rows));
    let corner =
        if top > 0 || below > 0 { Words::of(format!("{below} more below"), Role::TextDim) } else { Words::new() };
    let inside = frame::draw(canvas, area, &Frame { corner, ..Frame::light(title, keys) });
    for (y, (left, right)) in (inside.y..inside.bottom()).zip(lines.iter().skip(top)) {
        let at = canvas.say(inside.x, y, inside.right(), left);
        canvas.say_right(inside.right(), y, at.saturating_add(1), right);
    }
}
