//! A card of lines that scrolls: what a gap changed, the end of the day.

use ratatui::layout::Rect;

use crate::theme::{Role, Theme};
use crate::view::widgets::canvas::{Canvas, Words, width};
use crate::view::widgets::frame::{self, Frame};

/// The widest card.
const WIDTH: u16 = 124;

/// Blanks before what goes on below.
const INDENT: usize = 8;

/// A heading.
pub(super) fn heading(text: &str) -> Words {
    Words::of(text, Role::TextStrong)
}

/// Draws the card with the line `top` first, or the last page where that lies beyond it.
pub(super) fn draw(canvas: &mut Canvas<'_>, room: Rect, title: Words, keys: Words, lines: &[Words], top: usize) {
    // Nothing of a card is cut off: what is too wide goes on below.
    let cells = room.width.min(WIDTH).saturating_sub(4);
    let lines: Vec<Words> = lines.iter().flat_map(|line| wrapped(canvas.theme, line, cells)).collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = frame::centred(room, WIDTH, height);
    let rows = usize::from(area.height.saturating_sub(2));
    let top = top.min(lines.len().saturating_sub(rows));
    let below = lines.len().saturating_sub(top.saturating_add(rows));
    let corner =
        if top > 0 || below > 0 { Words::of(format!("{below} more below"), Role::TextDim) } else { Words::new() };
    let inside = frame::draw(canvas, area, &Frame { corner, ..Frame::light(title, keys) });
    for (y, line) in (inside.y..inside.bottom()).zip(lines.iter().skip(top)) {
        canvas.say(inside.x, y, inside.right(), line);
    }
}

/// A line in rows of at most so many cells, broken at blanks.
fn wrapped(theme: &Theme, line: &Words, cells: u16) -> Vec<Words> {
    let (mut rows, mut row, mut used) = (Vec::new(), Words::new(), 0_u16);
    for (text, role) in line.parts() {
        for word in text.split_inclusive(' ') {
            let wide = width(theme, word);
            let seen = width(theme, word.trim_end());
            if used > 0 && used.saturating_add(seen) > cells {
                rows.push(std::mem::take(&mut row));
                row.push(" ".repeat(INDENT), Role::Text);
                used = u16::try_from(INDENT).unwrap_or(0);
                if seen == 0 {
                    continue;
                }
            }
            row.push(word, *role);
            used = used.saturating_add(wide);
        }
    }
    rows.push(row);
    rows
}
