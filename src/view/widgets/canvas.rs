//! The canvas: every cell a view writes goes through here.
//!
//! Invariants: nothing is written outside the clip, the buffer, or beyond the right limit given; glyphs are translated before they
//! are measured, so what follows a wide substitute moves and never overlaps; styles are patched onto what is there
//! (ground, row, value, flash).
//!
//! Must not know: the desk.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::theme::{Role, Theme};
use crate::view::hits::Hits;

/// A run of text with one role after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<(String, Role)>);

impl Words {
    /// No words.
    pub fn new() -> Self {
        Self::default()
    }

    /// One word.
    pub fn of(text: impl Into<String>, role: Role) -> Self {
        Self(vec![(text.into(), role)])
    }

    /// These words and another.
    #[must_use]
    pub fn say(mut self, text: impl Into<String>, role: Role) -> Self {
        self.push(text, role);
        self
    }

    /// Adds a word.
    pub fn push(&mut self, text: impl Into<String>, role: Role) {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((text, role));
        }
    }

    /// Adds blanks and other words; just the words if there are none yet.
    pub fn join(&mut self, gap: usize, other: Self) {
        if !self.0.is_empty() && !other.0.is_empty() {
            self.0.push((" ".repeat(gap), Role::Text));
        }
        self.0.extend(other.0);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Cells they take in the theme's glyphs.
    pub fn width(&self, theme: &Theme) -> u16 {
        self.0.iter().map(|(text, _)| width(theme, text)).fold(0, u16::saturating_add)
    }

    /// The same in lines of at most `room` cells, broken at blanks; the later ones stand `hang` cells in. A word that is
    /// longer than a line is broken where the line ends.
    pub fn wrapped(&self, theme: &Theme, room: u16, hang: u16) -> Vec<Self> {
        if self.width(theme) <= room {
            return vec![self.clone()];
        }
        let hang = if hang.saturating_mul(2) > room { 0 } else { hang };
        let mut lines = vec![Self::new()];
        let mut at = 0;
        for (text, role) in &self.0 {
            for word in text.split_inclusive(' ') {
                let cells = width(theme, word.trim_end());
                if at > hang && at.saturating_add(cells) > room {
                    lines.push(Self::of(" ".repeat(usize::from(hang)), Role::Text));
                    at = hang;
                }
                for c in word.chars() {
                    let cells = width(theme, c.encode_utf8(&mut [0; 4]));
                    if at.saturating_add(cells) > room {
                        if c == ' ' {
                            continue;
                        }
                        lines.push(Self::of(" ".repeat(usize::from(hang)), Role::Text));
                        at = hang;
                    }
                    let Some(line) = lines.last_mut() else { continue };
                    match line.0.last_mut() {
                        Some((said, same)) if *same == *role => said.push(c),
                        _ => line.push(c, *role),
                    }
                    at = at.saturating_add(cells);
                }
            }
        }
        lines
    }

    /// The words one by one.
    pub fn parts(&self) -> &[(String, Role)] {
        &self.0
    }
}

/// Cells a text takes in the theme's glyphs.
pub fn width(theme: &Theme, text: &str) -> u16 {
    u16::try_from(theme.glyphs.text(text).width()).unwrap_or(u16::MAX)
}

/// What a frame is drawn on.
#[derive(Debug)]
pub struct Canvas<'a> {
    /// The cells.
    pub buffer: &'a mut Buffer,
    /// The looks.
    pub theme: &'a Theme,
    /// Where the mouse finds what.
    pub hits: &'a mut Hits,
    /// The area that may be written to.
    pub clip: Rect,
}

impl<'a> Canvas<'a> {
    /// A canvas over the whole buffer.
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme, hits: &'a mut Hits) -> Self {
        let clip = buffer.area;
        Self { buffer, theme, hits, clip }
    }

    /// Draws with writing confined to `area`.
    pub fn within<T>(&mut self, area: Rect, draw: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.clip;
        self.clip = outer.intersection(area);
        let out = draw(self);
        self.clip = outer;
        out
    }

    /// The cell there, if it may be written to.
    fn cell(&mut self, x: u16, y: u16) -> Option<&mut Cell> {
        if self.clip.contains(Position::new(x, y)) { self.buffer.cell_mut((x, y)) } else { None }
    }

    /// The whole area.
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Patches a role onto an area.
    pub fn tint(&mut self, area: Rect, role: Role) {
        let style = self.theme.style(role);
        self.buffer.set_style(area.intersection(self.clip), style);
    }

    /// Empties an area down to the ground, then patches `role`.
    pub fn clear(&mut self, area: Rect, role: Role) {
        for at in area.intersection(self.clip).positions() {
            if let Some(cell) = self.cell(at.x, at.y) {
                cell.reset();
            }
        }
        for layer in [Role::Text, Role::Ground, role] {
            self.tint(area, layer);
        }
    }

    /// Writes a text from column `x` up to, not including, column `limit`; returns the column after it.
    pub fn put(&mut self, x: u16, y: u16, limit: u16, text: &str, role: Role) -> u16 {
        let style = self.theme.style(role);
        let limit = limit.min(self.buffer.area.right());
        let glyphs = self.theme.glyphs.text(text);
        let mut at = x;
        let mut bytes = [0u8; 4];
        for c in glyphs.chars() {
            let cells = u16::try_from(c.width().unwrap_or(0)).unwrap_or(0);
            if cells == 0 {
                continue;
            }
            if at.saturating_add(cells) > limit {
                break;
            }
            let Some(cell) = self.cell(at, y) else { break };
            cell.set_symbol(c.encode_utf8(&mut bytes)).set_style(style);
            for covered in 1..cells {
                if let Some(cell) = self.cell(at + covered, y) {
                    cell.set_symbol(" ").set_style(style);
                }
            }
            at += cells;
        }
        at
    }

    /// Writes a text so that it ends before column `right`, if it fits after column `left`; nothing otherwise.
    pub fn put_right(&mut self, right: u16, y: u16, left: u16, text: &str, role: Role) {
        let cells = width(self.theme, text);
        if let Some(x) = right.checked_sub(cells).filter(|x| *x >= left) {
            self.put(x, y, right, text, role);
        }
    }

    /// Writes words one after the other; returns the column after them.
    pub fn say(&mut self, x: u16, y: u16, limit: u16, words: &Words) -> u16 {
        words.0.iter().fold(x, |at, (text, role)| self.put(at, y, limit, text, *role))
    }

    /// Writes words so that they end before column `right`.
    pub fn say_right(&mut self, right: u16, y: u16, left: u16, words: &Words) {
        if let Some(x) = right.checked_sub(words.width(self.theme)).filter(|x| *x >= left) {
            self.say(x, y, right, words);
        }
    }

    /// Fills the columns from `x` to before `limit` with one glyph.
    pub fn run(&mut self, x: u16, y: u16, limit: u16, glyph: &str, role: Role) {
        let style = self.theme.style(role);
        let glyphs = self.theme.glyphs.text(glyph);
        for at in x..limit.min(self.buffer.area.right()) {
            if let Some(cell) = self.cell(at, y) {
                cell.set_symbol(&glyphs).set_style(style);
            }
        }
    }

    /// Whether nothing is drawn in a cell yet.
    pub fn is_blank(&self, x: u16, y: u16) -> bool {
        self.buffer.cell((x, y)).is_some_and(|cell| cell.symbol() == " ")
    }

    /// A text cut to `cells`, with a mark where it was cut.
    pub fn cut(&self, text: &str, cells: u16) -> String {
        cut(self.theme, text, cells)
    }
}

/// A text cut to `cells`, with a mark where it was cut; a word with digits goes whole, for half a number is another one.
pub fn cut(theme: &Theme, text: &str, cells: u16) -> String {
    if width(theme, text) <= cells {
        return text.to_owned();
    }
    let mark = width(theme, "…");
    let room = cells.saturating_sub(mark);
    let mut out = String::new();
    let mut used = 0u16;
    for c in text.chars() {
        let mut bytes = [0u8; 4];
        let next = used.saturating_add(width(theme, c.encode_utf8(&mut bytes)));
        if next > room {
            break;
        }
        used = next;
        out.push(c);
    }
    let goes_on = text.get(out.len()..).and_then(|rest| rest.chars().next()).is_some_and(|c| !c.is_whitespace());
    let word = out.rfind(' ').map_or(0, |at| at + 1);
    if goes_on && out.get(word..).is_some_and(|w| w.contains(|c: char| c.is_ascii_digit())) {
        out.truncate(word);
    }
    if cells >= mark {
        out.push('…');
    }
    out
}
