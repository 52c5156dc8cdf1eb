//! The title row of a pane: marker, words, the rule, words at the right end.
//!
//! Both ends come in several lengths, longest first; the first pair that leaves a piece of rule is taken.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Words};
use crate::theme::Role;

/// Cells of rule that must remain.
const RULE_MIN: u16 = 3;

/// What stands in a title row.
#[derive(Debug, Clone, Default)]
pub struct Title {
    /// Whether the pane has focus.
    pub focused: bool,
    /// The left end, longest first.
    pub left: Vec<Words>,
    /// The right end, longest first; may be empty.
    pub right: Vec<Words>,
}

/// The role of a pane's name.
pub const fn name_role(focused: bool) -> Role {
    if focused { Role::PaneTitleFocus } else { Role::PaneTitle }
}

/// Draws the first row of `area`.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, title: &Title) {
    if area.height == 0 || area.width < 2 {
        return;
    }
    let (y, end) = (area.y, area.right() - 1);
    let (name, rule) =
        if title.focused { (Role::PaneTitleFocus, Role::PaneBorderFocus) } else { (Role::PaneTitle, Role::PaneBorder) };
    if title.focused {
        canvas.put(area.x, y, area.right(), "▌", name);
    }
    let (left, right) = choose(canvas, area.width, title);
    let mut at = canvas.say(area.x + 1, y, end, &left);
    let right_width = right.width(canvas.theme);
    let rule_end = if right.is_empty() { end } else { end.saturating_sub(right_width + 1) };
    at += 1;
    canvas.run(at, y, rule_end, "─", rule);
    canvas.say_right(end, y, at, &right);
}

fn choose(canvas: &Canvas<'_>, width: u16, title: &Title) -> (Words, Words) {
    let room = width.saturating_sub(2);
    let none = Words::new();
    for left in &title.left {
        let l = left.width(canvas.theme).saturating_add(1);
        for right in title.right.iter().chain(title.right.is_empty().then_some(&none)) {
            let r = if right.is_empty() { 0 } else { right.width(canvas.theme).saturating_add(1) };
            if l.saturating_add(r).saturating_add(RULE_MIN) <= room {
                return (left.clone(), right.clone());
            }
        }
    }
    (title.left.last().cloned().unwrap_or_default(), none)
}
