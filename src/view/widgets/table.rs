//! A table: columns with widths, headers, rows; whole columns leave when they do not fit, all rows alike.
//!
//! Invariants: a number is never cut, so a column grows with its content; the column with the lowest drop number goes
//! first, columns with 0 never go by themselves; where only two cells are missing, word columns give spare ones first; the selected row is marked in column 0 and stays visible.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Words, width};
use crate::theme::{Role, Theme};

/// On which edge a column's content stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its header.
    pub header: &'static str,
    /// Its cells; it grows if its content is wider.
    pub width: u16,
    /// Its edge.
    pub align: Align,
    /// The order in which columns leave, lowest first; 0 stays.
    pub drop: u8,
    /// Blank cells before it.
    pub gap: u16,
    /// Whether it takes what remains and may be cut; for free text at the right end.
    pub rest: bool,
}

impl Column {
    /// A column of words.
    pub const fn left(header: &'static str, width: u16, drop: u8) -> Self {
        Self { header, width, align: Align::Left, drop, gap: 1, rest: false }
    }

    /// A column of numbers.
    pub const fn right(header: &'static str, width: u16, drop: u8) -> Self {
        Self { header, width, align: Align::Right, drop, gap: 1, rest: false }
    }

    /// The same column without a blank before it.
    #[must_use]
    pub const fn tight(mut self) -> Self {
        self.gap = 0;
        self
    }

    /// The same column, taking what remains.
    #[must_use]
    pub const fn rest(mut self) -> Self {
        self.rest = true;
        self
    }
}

/// A row: one cell for each column.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// What stands in each column.
    pub cells: Vec<Words>,
    /// A role for the whole row, under the cells' own.
    pub role: Option<Role>,
}

/// How the selection of a list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    /// The selected row.
    pub index: Option<usize>,
    /// Whether its pane has focus.
    pub focused: bool,
    /// The first visible row, as the pane remembers it.
    pub top: usize,
}

/// Draws header and rows into `area`; returns how many rows were drawn.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, columns: &[Column], rows: &[Row], selection: Selection) -> u16 {
    if area.height == 0 || area.width < 3 {
        return 0;
    }
    let places = fit(canvas.theme, columns, rows, area);
    for (column, place) in columns.iter().zip(&places) {
        if let Some((x, cells)) = place {
            write(canvas, (*x, area.y, *cells), column, &Words::of(column.header, Role::RowHeader));
        }
    }
    let visible = usize::from(area.height - 1);
    let top = first_visible(rows.len(), visible, selection);
    let mut drawn = 0;
    for (i, row) in rows.iter().enumerate().skip(top).take(visible) {
        let y = area.y + 1 + drawn;
        drawn += 1;
        let line = Rect { y, height: 1, ..area };
        if let Some(role) = row.role {
            canvas.tint(line, role);
        }
        if selection.index == Some(i) {
            mark(canvas, line, selection.focused);
        }
        for ((column, place), cell) in columns.iter().zip(&places).zip(&row.cells) {
            if let Some((x, cells)) = place {
                write(canvas, (*x, y, *cells), column, cell);
            }
        }
    }
    drawn
}

/// Marks a selected row.
pub fn mark(canvas: &mut Canvas<'_>, line: Rect, focused: bool) {
    if focused {
        canvas.tint(line, Role::RowSelected);
        canvas.put(line.x, line.y, line.right(), "▌", Role::RowMarker);
    } else {
        canvas.put(line.x, line.y, line.right(), "▏", Role::RowSelectedAway);
    }
}

/// The first row shown: what the pane remembers, moved so that the selection is visible and no row is wasted.
pub fn first_visible(count: usize, visible: usize, selection: Selection) -> usize {
    let last_top = count.saturating_sub(visible);
    let mut top = selection.top.min(last_top);
    if let Some(index) = selection.index {
        top = top.min(index).max((index + 1).saturating_sub(visible));
    }
    top
}

/// Where each column stands, `None` for those that do not fit.
fn fit(theme: &Theme, columns: &[Column], rows: &[Row], area: Rect) -> Vec<Option<(u16, u16)>> {
    let room = area.width.saturating_sub(2);
    let content: Vec<u16> = columns.iter().enumerate().map(|(i, c)| needed(theme, c, i, rows)).collect();
    let mut widths: Vec<u16> = columns.iter().zip(&content).map(|(c, w)| c.width.max(*w)).collect();
    let mut kept: Vec<bool> = vec![true; columns.len()];
    loop {
        let missing = total(columns, &widths, &kept).saturating_sub(u32::from(room));
        if missing == 0 || squeeze(columns, &content, &kept, missing, &mut widths) {
            break;
        }
        let goes = (0..columns.len()).filter(|i| kept[*i] && columns[*i].drop > 0).min_by_key(|i| columns[*i].drop);
        let Some(goes) = goes else { break };
        let number = columns[goes].drop;
        for (i, column) in columns.iter().enumerate() {
            kept[i] &= column.drop != number;
        }
    }
    let end = area.right().saturating_sub(1);
    let mut x = area.x + 1;
    let mut first = true;
    let mut places = Vec::with_capacity(columns.len());
    for (i, column) in columns.iter().enumerate() {
        if !kept[i] {
            places.push(None);
            continue;
        }
        let start = x.saturating_add(if first { 0 } else { column.gap });
        first = false;
        let cells = if column.rest { end.saturating_sub(start) } else { widths[i] };
        // A column that would be cut is left out: a number is never shown in part.
        let fits = start.saturating_add(cells) <= end && cells > 0;
        places.push(fits.then_some((start, cells)));
        x = start.saturating_add(cells);
    }
    places
}

/// Takes the missing cells from columns of words that have them to spare, if they are few; whether that sufficed.
fn squeeze(columns: &[Column], content: &[u16], kept: &[bool], missing: u32, widths: &mut [u16]) -> bool {
    const FEW: u32 = 2;
    let spare = |i: usize, widths: &[u16]| {
        let words = kept[i] && !columns[i].rest && columns[i].align == Align::Left;
        if words { widths[i].saturating_sub(content[i]) } else { 0 }
    };
    let all: u32 = (0..columns.len()).map(|i| u32::from(spare(i, widths))).sum();
    if missing > FEW || all < missing {
        return false;
    }
    let mut missing = u16::try_from(missing).unwrap_or(0);
    for i in (0..columns.len()).rev() {
        let taken = spare(i, widths).min(missing);
        widths[i] -= taken;
        missing -= taken;
    }
    true
}

/// Cells that a column's content and header take.
fn needed(theme: &Theme, column: &Column, index: usize, rows: &[Row]) -> u16 {
    if column.rest {
        return column.width;
    }
    let content = rows.iter().filter_map(|r| r.cells.get(index)).map(|w| w.width(theme)).max().unwrap_or(0);
    content.max(width(theme, column.header))
}

fn total(columns: &[Column], widths: &[u16], kept: &[bool]) -> u32 {
    let mut sum = 0;
    for (i, column) in columns.iter().enumerate().filter(|(i, _)| kept[*i]) {
        sum += u32::from(widths[i]) + if sum == 0 { 0 } else { u32::from(column.gap) };
    }
    sum
}

fn write(canvas: &mut Canvas<'_>, (x, y, cells): (u16, u16, u16), column: &Column, words: &Words) {
    let end = x.saturating_add(cells);
    match column.align {
        Align::Right => canvas.say_right(end, y, x, words),
        Align::Left if column.rest && words.width(canvas.theme) > cells => {
            let mut at = x;
            for (text, role) in words.parts() {
                let text = canvas.cut(text, end.saturating_sub(at));
                at = canvas.put(at, y, end, &text, *role);
            }
        }
        Align::Left => {
            canvas.say(x, y, end, words);
        }
    }
}
