//! A pane's frame of reference: its area, its focus, the tabs it shares its place with, and its title row.
//!
//! Must not know: what any pane shows.

use ratatui::layout::Rect;

use super::widgets::canvas::{Canvas, Words};
use super::widgets::title::{self, Title};
use crate::app::action::Action;
use crate::app::model::Model;
use crate::app::select;
use crate::app::workspace::ROW_OF_TABS;
use crate::panes::PaneKind;
use crate::theme::Role;

/// Where a pane is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    /// Which pane.
    pub pane: PaneKind,
    /// Its place, title row included.
    pub area: Rect,
    /// Whether it has focus.
    pub focused: bool,
    /// The panes that share the place, empty if it has it alone.
    pub tabs: &'a [PaneKind],
}

/// What a pane says in its title row.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// After its name, longest first.
    pub left: Vec<Words>,
    /// At the right end, longest first.
    pub right: Vec<Words>,
    /// Whether the words after the name must stay where a row of tabs takes the title's place.
    pub keep: bool,
}

/// Draws the title and returns what remains for the content.
pub fn head(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>, head: &Head) -> Rect {
    let Rect { x, y, width, height } = slot.area;
    let below = |rows: u16| Rect::new(x, y.saturating_add(rows), width, height.saturating_sub(rows));
    if slot.tabs.len() >= ROW_OF_TABS {
        row_of_tabs(canvas, model, slot);
        if !head.keep || height < 2 {
            return below(1);
        }
        let end = slot.area.right().saturating_sub(1);
        let left = pick(canvas, &head.left, width.saturating_sub(2));
        let at = canvas.say(x + 1, y + 1, end, &left);
        let right = pick(canvas, &head.right, end.saturating_sub(at).saturating_sub(2));
        canvas.say_right(end, y + 1, at, &right);
        return below(2);
    }
    let name = if slot.tabs.is_empty() { name(slot) } else { few_tabs(slot) };
    let mut left: Vec<Words> = head.left.iter().map(|words| joined(&name, words)).collect();
    left.push(name);
    title::draw(canvas, slot.area, &Title { focused: slot.focused, left, right: head.right.clone() });
    if !slot.tabs.is_empty() {
        hit_few_tabs(canvas, slot);
    }
    below(1)
}

/// `1 Watchlist`, in the role of a title.
fn name(slot: Slot<'_>) -> Words {
    Words::of(format!("{} {}", slot.pane.number(), slot.pane.title()), title::name_role(slot.focused))
}

fn joined(name: &Words, words: &Words) -> Words {
    let mut all = name.clone();
    all.join(2, words.clone());
    all
}

fn pick(canvas: &Canvas<'_>, variants: &[Words], room: u16) -> Words {
    variants.iter().find(|w| w.width(canvas.theme) <= room).cloned().unwrap_or_default()
}

/// `[8 Positions]  9 Account`.
fn few_tabs(slot: Slot<'_>) -> Words {
    let mut words = Words::new();
    for tab in slot.tabs {
        let label = format!("{} {}", tab.number(), tab.title());
        words.join(
            2,
            if *tab == slot.pane {
                Words::of(format!("[{label}]"), title::name_role(slot.focused))
            } else {
                Words::of(label, Role::TextDim)
            },
        );
    }
    words
}

fn hit_few_tabs(canvas: &mut Canvas<'_>, slot: Slot<'_>) {
    let mut x = slot.area.x + 1;
    for tab in slot.tabs {
        let brackets = if *tab == slot.pane { 2 } else { 0 };
        let cells = u16::try_from(tab.title().len() + 2 + brackets).unwrap_or(0);
        canvas.hits.press(Rect::new(x, slot.area.y, cells, 1), Action::Focus { pane: *tab });
        x = x.saturating_add(cells + 2);
    }
}

/// The name of a pane where six of them share a row.
const fn short_title(pane: PaneKind) -> &'static str {
    match pane {
        PaneKind::Watchlist => "Watch",
        PaneKind::Account => "Acct",
        other => other.title(),
    }
}

/// ` 1 Watch  2 Chart ▌7 Blotter 9  8 Positions  9 Acct ─`.
fn row_of_tabs(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) {
    let Rect { x, y, .. } = slot.area;
    let end = slot.area.right().saturating_sub(1);
    let mut at = x;
    for tab in slot.tabs {
        let front = *tab == slot.pane;
        let role = match (front, slot.focused) {
            (true, true) => Role::PaneTitleFocus,
            (true, false) => Role::PaneTitle,
            (false, _) => Role::TextDim,
        };
        let working = select::working_count(model);
        let count = if *tab == PaneKind::Blotter && working > 0 { format!(" {working}") } else { String::new() };
        let start = at;
        at = canvas.put(at, y, end, if front { "▌" } else { " " }, role);
        at = canvas.put(at, y, end, &format!("{} {}{count}", tab.number(), short_title(*tab)), role);
        canvas.hits.press(Rect::new(start, y, at.saturating_sub(start), 1), Action::Focus { pane: *tab });
        at = at.saturating_add(1);
    }
    canvas.run(at, y, end, "─", if slot.focused { Role::PaneBorderFocus } else { Role::PaneBorder });
}

/// One line of dim teaching text, keys marked: `No working orders.  b or s on a symbol stages one.` Keys stand between
/// backquotes.
pub fn teach(canvas: &mut Canvas<'_>, area: Rect, text: &str) {
    if area.height == 0 {
        return;
    }
    let mut at = area.x + 1;
    for (i, part) in text.split('`').enumerate() {
        let role = if i % 2 == 1 { Role::KeyChord } else { Role::TextDim };
        at = canvas.put(at, area.y, area.right().saturating_sub(1), part, role);
    }
}
