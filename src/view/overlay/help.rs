//! Help: every key of the moment, from the key map, in as many columns as fit.

use ratatui::layout::Rect;
use tui_input::Input;

use crate::app::action::{Action, Hazard, Way};
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::keys::group_label;
use crate::panes::PaneKind;
use crate::theme::Role;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::field;
use crate::view::widgets::frame::{self, Frame};
use crate::view::{Cursor, hints};

/// Cells of a column, and of the keys in it.
const COLUMN: u16 = 35;
const KEYS: u16 = 10;

/// Marks that the panes use, and what they mean.
const MARKS: [(&str, &str); 6] = [
    ("▲ ▼", "last trade up, down"),
    ("~ 12s", "stale, and its age"),
    ("d f h", "delayed, frozen, halted"),
    ("—", "not known"),
    ("working?", "last known, link down"),
    ("1p", "one commission pending"),
];

/// A line: a heading, or keys and what they do.
enum Line {
    Heading(String),
    Keys(String, String),
    Blank,
}

impl Line {
    fn matches(&self, filter: &str) -> bool {
        match self {
            Self::Keys(keys, label) => label.to_lowercase().contains(filter) || keys.to_lowercase().contains(filter),
            Self::Heading(_) | Self::Blank => false,
        }
    }
}

/// Draws the help.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, top: usize, filter: &Input) -> Option<Cursor> {
    let pane = model.workspace.focus;
    let scopes: &[&str] = &["help", "text", GLOBAL];
    let wanted = [(Action::ListMove { way: Way::Down }, "scroll"), (Action::Back, "close")];
    let keys = hints::keys_of(model, scopes, &wanted);
    let typed = filter.value();
    let mut title = Words::of(format!("Help: {}", pane.title()), Role::PaneTitleFocus);
    if !typed.is_empty() {
        title.push(format!("  filter: {typed}"), Role::InputText);
    }
    let box_ = Frame::light(title, keys);
    let lines = lines(model, pane, &typed.to_lowercase());
    let columns = usize::from((room.width.saturating_sub(3) / (COLUMN + 1)).clamp(1, 4));
    let per_column = lines.len().div_ceil(columns);
    let height = u16::try_from(per_column + 4).unwrap_or(u16::MAX);
    let wide = u16::try_from(columns).unwrap_or(1) * (COLUMN + 1) + 3;
    let area = frame::centred(room, wide.max(44), height);
    let inside = frame::draw(canvas, area, &box_);
    let rows = usize::from(inside.height.saturating_sub(2));
    if rows == 0 {
        return None;
    }
    // What does not fit is scrolled by whole pages of columns.
    let shown = rows * columns;
    let top = top.min(lines.len().saturating_sub(shown));
    let visible = &lines[top..];
    let per_column = if visible.len() <= shown { visible.len().div_ceil(columns).max(1) } else { rows };
    for (i, line) in visible.iter().take(shown).enumerate() {
        let (column, row) = (i / per_column, i % per_column);
        if column >= columns {
            break;
        }
        let x = inside.x + u16::try_from(column).unwrap_or(0) * (COLUMN + 1);
        let y = inside.y + u16::try_from(row).unwrap_or(0);
        draw_line(canvas, x, y, (x + COLUMN).min(inside.right()), line);
    }
    let foot = inside.bottom().saturating_sub(1);
    let left = lines.len().saturating_sub(top + shown);
    let more = if left > 0 { format!("{left} more below.  ") } else { String::new() };
    let send = hints::key(model, &["ticket"], Action::Send);
    let confirm = hints::key(model, &["confirm"], Action::Confirm);
    let rule =
        format!("Staging only fills the ticket. {send} sends it in paper and asks in live, where {confirm} sends.");
    if usize::from(inside.width) > rule.len() + more.len() + 40 {
        canvas.put_right(inside.right(), foot, inside.x, &rule, Role::TextDim);
    }
    let at = canvas.put(inside.x, foot, inside.right(), &more, Role::Text);
    let at = canvas.put(at, foot, inside.right(), "Type to filter: ", Role::TextDim);
    field::draw(canvas, at, foot, inside.right(), filter, Role::InputText)
}

fn draw_line(canvas: &mut Canvas<'_>, x: u16, y: u16, limit: u16, line: &Line) {
    match line {
        Line::Heading(text) => {
            canvas.put(x, y, limit, text, Role::TextStrong);
        }
        Line::Keys(keys, label) => {
            let at = canvas.put(x + 1, y, limit, keys, Role::KeyChord);
            let at = at.saturating_add(1).max(x + 2 + KEYS);
            let room = limit.saturating_sub(at);
            let label = canvas.cut(label, room);
            canvas.put(at, y, limit, &label, Role::Text);
        }
        Line::Blank => {}
    }
}

/// All lines that the filter leaves.
fn lines(model: &Model, pane: PaneKind, filter: &str) -> Vec<Line> {
    let map = &model.keymap;
    let groups = |scope: &str| {
        map.groups(scope)
            .into_iter()
            .map(|g| (g.action, Line::Keys(group_label(&g.keys), g.desc)))
            .collect::<Vec<(Action, Line)>>()
    };
    let rows = |all: Vec<(Action, Line)>| all.into_iter().map(|(_, line)| line).collect::<Vec<Line>>();
    let own = match pane {
        PaneKind::Chart | PaneKind::Ticket => rows(groups(pane.scope())),
        _ => groups(pane.scope()).into_iter().chain(groups("list")).map(|(_, line)| line).collect(),
    };
    let (orders, everywhere): (Vec<_>, Vec<_>) =
        groups(GLOBAL).into_iter().partition(|(action, _)| action.hazard() != Hazard::None);
    let marks = MARKS.iter().map(|(m, text)| Line::Keys((*m).into(), (*text).into())).collect();
    let sections = [
        (format!("This pane: {}", pane.title()), own),
        ("Orders".to_owned(), rows(orders)),
        ("Everywhere".to_owned(), rows(everywhere)),
        ("A field of the ticket".to_owned(), rows(groups("field"))),
        ("Marks".to_owned(), marks),
    ];
    let mut out = Vec::new();
    for (heading, section) in sections {
        let kept: Vec<Line> = section.into_iter().filter(|l| filter.is_empty() || l.matches(filter)).collect();
        if kept.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(Line::Blank);
        }
        out.push(Line::Heading(heading));
        out.extend(kept);
    }
    if out.is_empty() {
        out.push(Line::Heading(format!("No key is described by \"{filter}\".")));
    }
    out
}
