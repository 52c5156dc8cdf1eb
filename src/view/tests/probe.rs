//! Screens as text: what stands in each cell, and in which role.
//!
//! The probe theme gives role *n* the colour index *n*: as ground for the roles that are grounds, else as text. A
//! snapshot prints the cells, a map with one letter for each pair of roles, and the legend. Themes may be retuned
//! without touching a snapshot; a changed meaning shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::app::model::Model;
use crate::panes::PaneKind;
use crate::theme::{Role, Theme};
use crate::view::pane::Slot;
use crate::view::screen::draw_pane;
use crate::view::widgets::canvas::Canvas;
use crate::view::{Cursor, Hits, screen};

/// Roles that colour the ground of a cell.
const GROUNDS: [Role; 4] = [Role::Ground, Role::RowSelected, Role::OverlayGround, Role::InputCursor];

/// The probe theme.
pub fn theme() -> Theme {
    Theme::from_fn(|role| {
        let index = Color::Indexed(u8::try_from(role.index()).unwrap());
        if GROUNDS.contains(&role) { Style::new().bg(index) } else { Style::new().fg(index) }
    })
}

/// A frame of the model at its own size.
pub fn frame(model: &Model, theme: &Theme) -> (Buffer, Option<Cursor>) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, model.size.0, model.size.1));
    let mut hits = Hits::default();
    let cursor = screen(model, theme, &mut buffer, &mut hits);
    (buffer, cursor)
}

/// The text of an area, line by line; every line ends in `|`, so that trailing blanks count.
pub fn text(buffer: &Buffer, area: Rect) -> String {
    let mut out = String::new();
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            out.push_str(buffer[(x, y)].symbol());
        }
        out.push_str("|\n");
    }
    out
}

/// The text, then the role map and its legend.
pub fn with_roles(buffer: &Buffer, area: Rect) -> String {
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let mut alphabet = ('a'..='z').chain('A'..='Z').chain('0'..='9');
    let mut map = String::new();
    for y in area.y..area.bottom() {
        let mut line = String::new();
        for x in area.x..area.right() {
            let cell = &buffer[(x, y)];
            let (ink, ground) = (name(cell.fg), name(cell.bg));
            let blank = cell.symbol() == " ";
            let meaning = match (blank, ground) {
                (true, "ground") => {
                    line.push(' ');
                    continue;
                }
                (true, ground) => format!("on {ground}"),
                (false, "ground") => ink.to_owned(),
                (false, ground) => format!("{ink} on {ground}"),
            };
            let letter = *letters.entry(meaning).or_insert_with(|| alphabet.next().unwrap_or('?'));
            line.push(letter);
        }
        map.push_str(line.trim_end());
        map.push('\n');
    }
    let mut legend: Vec<(char, String)> = letters.into_iter().map(|(meaning, letter)| (letter, meaning)).collect();
    legend.sort_unstable_by_key(|(letter, _)| (letter.is_ascii_digit(), letter.is_ascii_uppercase(), *letter));
    let legend = legend.iter().fold(String::new(), |mut out, (letter, meaning)| {
        let _ = writeln!(out, "{letter} {meaning}");
        out
    });
    format!("{}\n{map}\n{legend}", text(buffer, area))
}

fn name(color: Color) -> &'static str {
    match color {
        Color::Indexed(n) => Role::ALL[usize::from(n)].name(),
        _ => "nothing",
    }
}

/// One pane by itself, at a size.
pub fn pane(model: &Model, theme: &Theme, pane: PaneKind, size: (u16, u16), focused: bool) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let mut hits = Hits::default();
    let area = buffer.area;
    let mut canvas = Canvas::new(&mut buffer, theme, &mut hits);
    canvas.clear(area, Role::Ground);
    draw_pane(&mut canvas, model, Slot { pane, area, focused, tabs: &[] });
    buffer
}

/// Pictures under headings, one below the other.
pub fn album<'a>(pictures: impl IntoIterator<Item = (&'a str, Buffer)>) -> String {
    pictures.into_iter().fold(String::new(), |mut out, (heading, buffer)| {
        let _ = writeln!(out, "## {heading}\n{}", text(&buffer, buffer.area));
        out
    })
}
