//! Colours as numbers: contrast, perceived distance, the nearest colour a terminal has.
//!
//! Distances are taken in OKLab, where equal steps look equal; contrast is WCAG 2's.

use ratatui::style::Color;

/// A colour of a palette, eight bits a channel in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub u8, pub u8, pub u8);

/// The terminal's own colours by the names of theme files, with what xterm makes of them.
pub(super) const NAMED: [(&str, Color, Rgb); 16] = [
    ("black", Color::Black, Rgb(0, 0, 0)),
    ("red", Color::Red, Rgb(205, 0, 0)),
    ("green", Color::Green, Rgb(0, 205, 0)),
    ("yellow", Color::Yellow, Rgb(205, 205, 0)),
    ("blue", Color::Blue, Rgb(0, 0, 238)),
    ("magenta", Color::Magenta, Rgb(205, 0, 205)),
    ("cyan", Color::Cyan, Rgb(0, 205, 205)),
    ("white", Color::Gray, Rgb(229, 229, 229)),
    ("bright-black", Color::DarkGray, Rgb(127, 127, 127)),
    ("bright-red", Color::LightRed, Rgb(255, 0, 0)),
    ("bright-green", Color::LightGreen, Rgb(0, 255, 0)),
    ("bright-yellow", Color::LightYellow, Rgb(255, 255, 0)),
    ("bright-blue", Color::LightBlue, Rgb(92, 92, 255)),
    ("bright-magenta", Color::LightMagenta, Rgb(255, 0, 255)),
    ("bright-cyan", Color::LightCyan, Rgb(0, 255, 255)),
    ("bright-white", Color::White, Rgb(255, 255, 255)),
];

impl Rgb {
    /// `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let channel = |at: usize| digits.get(at..at + 2).and_then(|d| u8::from_str_radix(d, 16).ok());
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }

    /// As it is.
    pub(super) const fn full(self) -> Color {
        Color::Rgb(self.0, self.1, self.2)
    }

    /// The nearest of the 240 colours that do not depend on the terminal's own palette.
    pub(super) fn indexed(self) -> Color {
        let all = (16..=255u8).map(|i| (Color::Indexed(i), cube(i)));
        self.nearest(all).unwrap_or(Color::Reset)
    }

    /// The nearest of the terminal's own sixteen.
    pub(super) fn ansi16(self) -> Color {
        self.nearest(NAMED.iter().map(|(_, colour, rgb)| (*colour, *rgb))).unwrap_or(Color::Reset)
    }

    fn nearest(self, all: impl Iterator<Item = (Color, Self)>) -> Option<Color> {
        all.min_by(|a, b| self.distance(a.1).total_cmp(&self.distance(b.1))).map(|(colour, _)| colour)
    }

    /// How different two colours look: 0 the same, 100 black and white, 10 plain to see.
    pub(super) fn distance(self, other: Self) -> f64 {
        let (a, b) = (self.oklab(), other.oklab());
        let squares: f64 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
        squares.sqrt() * 100.0
    }

    /// WCAG contrast, 1 to 21.
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn oklab(self) -> [f64; 3] {
        let [r, g, b] = self.linear();
        let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
        let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
        let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
        [
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ]
    }
}

/// The colour of an index from 16 on: a cube of 6 × 6 × 6, then 24 greys.
const fn cube(index: u8) -> Rgb {
    if index >= 232 {
        let grey = 8 + (index - 232) * 10;
        return Rgb(grey, grey, grey);
    }
    let i = index - 16;
    Rgb(step(i / 36), step(i / 6 % 6), step(i % 6))
}

const fn step(level: u8) -> u8 {
    if level == 0 { 0 } else { 55 + level * 40 }
}
