//! The box of an overlay: a light border, a title in its upper edge, keys in its lower one.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Words};
use crate::theme::Role;

/// Strokes of a box: corners clockwise from the upper left, then horizontal and vertical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strokes([&'static str; 6]);

/// Everything that floats.
pub const LIGHT: Strokes = Strokes(["┌", "┐", "┘", "└", "─", "│"]);

/// LIVE, and nothing else.
pub const HEAVY: Strokes = Strokes(["┏", "┓", "┛", "┗", "━", "┃"]);

/// A box to draw.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its strokes.
    pub strokes: Strokes,
    /// Their role.
    pub role: Role,
    /// Words in the upper edge, left.
    pub title: Words,
    /// Words in the upper edge, right.
    pub corner: Words,
    /// Words in the lower edge, right.
    pub keys: Words,
}

impl Frame {
    /// A light box with a title and keys.
    pub fn light(title: Words, keys: Words) -> Self {
        Self { strokes: LIGHT, role: Role::OverlayBorder, title, corner: Words::new(), keys }
    }
}

/// Draws the box on a raised ground and returns its inside: one blank column on either side is left.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, frame: &Frame) -> Rect {
    let area = area.intersection(canvas.area());
    canvas.clear(area, Role::OverlayGround);
    if area.width < 4 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    let [nw, ne, se, sw, horizontal, vertical] = frame.strokes.0;
    let (left, right, top, bottom) = (area.x, area.right() - 1, area.y, area.bottom() - 1);
    canvas.run(left, top, area.right(), horizontal, frame.role);
    canvas.run(left, bottom, area.right(), horizontal, frame.role);
    for y in top + 1..bottom {
        canvas.put(left, y, area.right(), vertical, frame.role);
        canvas.put(right, y, area.right(), vertical, frame.role);
    }
    for (x, y, glyph) in [(left, top, nw), (right, top, ne), (right, bottom, se), (left, bottom, sw)] {
        canvas.put(x, y, area.right(), glyph, frame.role);
    }
    let mut at = left + 2;
    if !frame.title.is_empty() {
        at = inset(canvas, at, top, right, &frame.title);
    }
    if !frame.corner.is_empty() {
        inset_right(canvas, right.saturating_sub(1), top, at, &frame.corner);
    }
    if !frame.keys.is_empty() {
        inset_right(canvas, right.saturating_sub(1), bottom, left + 1, &frame.keys);
    }
    Rect::new(left + 2, top + 1, area.width - 4, area.height - 2)
}

/// A box of this size in the middle of `room`.
pub fn centred(room: Rect, width: u16, height: u16) -> Rect {
    let (w, h) = (width.min(room.width), height.min(room.height));
    Rect::new(room.x + (room.width - w) / 2, room.y + (room.height - h) / 2, w, h)
}

fn inset(canvas: &mut Canvas<'_>, x: u16, y: u16, limit: u16, words: &Words) -> u16 {
    let at = canvas.put(x, y, limit, " ", Role::Text);
    let at = canvas.say(at, y, limit, words);
    canvas.put(at, y, limit, " ", Role::Text)
}

fn inset_right(canvas: &mut Canvas<'_>, right: u16, y: u16, left: u16, words: &Words) {
    let cells = words.width(canvas.theme).saturating_add(2);
    if let Some(x) = right.checked_sub(cells).filter(|x| *x >= left) {
        inset(canvas, x, y, right, words);
    }
}
