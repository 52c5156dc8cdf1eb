//! The screen: two buffers, their difference, its bytes.
//!
//! Sized by the model alone; the terminal is never asked anything. What the terminal shows is the front buffer, or unknown
//! after a start, a resize, a suspension or a frame that was not written whole: then the next frame clears first.

use std::io::{self, Write};

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Begins a synchronised update; terminals that do not know it ignore it.
const BEGIN: &[u8] = b"\x1b[?2026h";
/// Ends it.
const END: &[u8] = b"\x1b[?2026l";
/// Plain style, empty screen.
const CLEAR: &[u8] = b"\x1b[0m\x1b[2J";
/// Hides the cursor.
const HIDE: &[u8] = b"\x1b[?25l";
/// Shows the cursor.
const SHOW: &[u8] = b"\x1b[?25h";

/// What is on the terminal and what will be.
#[derive(Debug)]
pub struct Screen {
    front: Buffer,
    back: Buffer,
    cursor: Option<(u16, u16)>,
    known: bool,
}

impl Screen {
    /// A screen of `size` columns and rows whose content is not known.
    pub fn new(size: (u16, u16)) -> Self {
        let area = Rect::new(0, 0, size.0.max(1), size.1.max(1));
        Self { front: Buffer::empty(area), back: Buffer::empty(area), cursor: None, known: false }
    }

    /// Takes another size; terminals move what they showed in their own ways, so it is not known any more.
    pub fn resize(&mut self, size: (u16, u16)) {
        let area = Rect::new(0, 0, size.0.max(1), size.1.max(1));
        if self.back.area != area {
            self.back.resize(area);
            self.front.resize(area);
        }
        self.known = false;
    }

    /// Draws everything at the next frame.
    pub fn forget(&mut self) {
        self.known = false;
    }

    /// Draws a frame: the bytes that turn what is shown into what `draw` makes, put into `bytes`; empty if nothing changed.
    ///
    /// `draw` gets an empty buffer and returns where the cursor is, if it is shown.
    pub fn frame(
        &mut self,
        bytes: &mut Vec<u8>,
        draw: impl FnOnce(&mut Buffer) -> Option<(u16, u16)>,
    ) -> io::Result<()> {
        bytes.clear();
        self.back.reset();
        let cursor = draw(&mut self.back).filter(|(x, y)| *x < self.back.area.width && *y < self.back.area.height);
        if !self.known {
            self.front.reset();
        }
        let changes: Vec<_> = self.front.diff_iter(&self.back).collect();
        if self.known && changes.is_empty() && cursor == self.cursor {
            return Ok(());
        }
        bytes.write_all(BEGIN)?;
        if !self.known || self.cursor.is_some() {
            bytes.write_all(HIDE)?;
        }
        if !self.known {
            bytes.write_all(CLEAR)?;
        }
        if !changes.is_empty() {
            CrosstermBackend::new(&mut *bytes).draw(changes.into_iter())?;
        }
        if let Some((x, y)) = cursor {
            write!(bytes, "\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1)?;
            bytes.write_all(SHOW)?;
        }
        bytes.write_all(END)?;
        self.cursor = cursor;
        self.known = true;
        std::mem::swap(&mut self.front, &mut self.back);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    fn emulator(rows: u16, columns: u16) -> vt100::Parser {
        vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
    }

    /// Applies frames to an emulated terminal and returns its rows.
    fn shown(terminal: &mut vt100::Parser, bytes: &[u8]) -> Vec<String> {
        terminal.process(bytes);
        let (_, width) = terminal.screen().size();
        terminal.screen().rows(0, width.get()).map(|row| row.trim_end().to_string()).collect()
    }

    fn words(text: &'static str) -> impl FnOnce(&mut Buffer) -> Option<(u16, u16)> {
        move |buffer| {
            for (y, line) in text.lines().enumerate() {
                buffer.set_string(0, u16::try_from(y).unwrap(), line, Style::new());
            }
            None
        }
    }

    #[test]
    fn the_terminal_shows_what_was_drawn_last_and_equal_frames_cost_nothing() {
        let mut terminal = emulator(3, 12);
        let mut screen = Screen::new((12, 3));
        let mut bytes = Vec::new();
        terminal.process(b"left over");
        screen.frame(&mut bytes, words("one\ntwo\nthree")).unwrap();
        assert_eq!(shown(&mut terminal, &bytes), ["one", "two", "three"]);
        screen.frame(&mut bytes, words("one\n日本 2\nthree")).unwrap();
        assert_eq!(shown(&mut terminal, &bytes), ["one", "日本 2", "three"]);
        screen.frame(&mut bytes, words("one\n日本 2\nthree")).unwrap();
        assert_eq!(bytes, b"");
        screen.frame(&mut bytes, words("")).unwrap();
        assert_eq!(shown(&mut terminal, &bytes), ["", "", ""]);
    }

    #[test]
    fn a_forgotten_screen_is_drawn_whole() {
        let mut terminal = emulator(2, 8);
        let mut screen = Screen::new((8, 2));
        let mut bytes = Vec::new();
        screen.frame(&mut bytes, words("a\nb")).unwrap();
        terminal.process(&bytes);
        terminal.process(b"\x1b[1;1Hscribble");
        screen.forget();
        screen.frame(&mut bytes, words("a\nb")).unwrap();
        assert_eq!(shown(&mut terminal, &bytes), ["a", "b"]);
    }

    #[test]
    fn the_cursor_follows_and_hides() {
        let mut terminal = emulator(2, 8);
        let mut screen = Screen::new((8, 2));
        let mut bytes = Vec::new();
        screen.frame(&mut bytes, |_| Some((3, 1))).unwrap();
        terminal.process(&bytes);
        assert_eq!((terminal.screen().cursor_position(), terminal.screen().hide_cursor()), ((1, 3), false));
        screen.frame(&mut bytes, |_| Some((99, 99))).unwrap();
        terminal.process(&bytes);
        assert!(terminal.screen().hide_cursor());
    }

    #[test]
    fn any_size_can_be_drawn() {
        let mut screen = Screen::new((0, 0));
        let mut bytes = Vec::new();
        for size in [(1, 1), (500, 200), (1, 200), (0, 0), (80, 24)] {
            screen.resize(size);
            screen
                .frame(&mut bytes, |buffer| {
                    let area = buffer.area;
                    buffer.set_string(area.x, area.y, "日", Style::new());
                    Some((area.width, area.height))
                })
                .unwrap();
        }
    }
}
