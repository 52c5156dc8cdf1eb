//! The glyphs of the screen and what stands for them where only ASCII can be shown (`screens.md` §1).
//!
//! Views write the Unicode glyph; the theme translates each text before it is measured, so a substitute of two cells
//! moves what follows it and never overlaps.
//!
//! Must not know: any view.

use std::borrow::Cow;

/// Which glyphs the screen uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Glyphs {
    /// Box drawing, blocks, arrows.
    #[default]
    Unicode,
    /// ASCII alone.
    Ascii,
}

impl Glyphs {
    /// `text` in these glyphs.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        if self == Self::Unicode || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match ascii(c) {
                Some(plain) => out.push_str(plain),
                None => out.push(c),
            }
        }
        Cow::Owned(out)
    }
}

/// What stands for a glyph of the screen in ASCII; `None` for characters that are not the screen's own.
pub const fn ascii(glyph: char) -> Option<&'static str> {
    Some(match glyph {
        '─' | '━' | '—' | '–' => "-",
        '│' | '┃' | '╷' | '╵' => "|",
        '╽' | '╿' | '╻' | '╹' => "+",
        '▌' => ">",
        '▏' => ":",
        '▲' | '▴' => "^",
        '▼' | '▾' => "v",
        '◂' => "<",
        '●' => "*",
        '◐' => "%",
        '○' => "o",
        '✓' => "+",
        '✗' => "X",
        '…' => "..",
        '·' | '┊' | '┈' => ".",
        '╌' | '┄' => "-",
        '→' => "->",
        '←' => "<-",
        '↑' => "Up",
        '↓' => "Down",
        '×' => "x",
        '△' => "A",
        '▽' => "V",
        '├' | '└' => "|-",
        '┌' | '┐' | '┘' | '┏' | '┓' | '┗' | '┛' => "+",
        '█' | '▉' | '▊' | '▋' | '▍' | '▎' | '▁' | '▂' | '▃' | '▄' | '▅' | '▆' | '▇' | '▀' => {
            "#"
        }
        _ => return None,
    })
}
