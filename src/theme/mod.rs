//! Themes: how each [`Role`] looks, and which glyphs and shapes go with it.
//!
//! The only place of the program that names a colour. Files name colours in a palette and say which of them a role takes;
//! they are resolved once, for the depth of the terminal at hand ([`Look`]).
//!
//! Must not know: the desk, any view.

mod builtin;
mod colour;
mod depth;
mod load;
mod role;
mod symbols;
#[cfg(test)]
mod tests;

use ratatui::style::Style;

pub use builtin::{DEFAULT, builtin, fallback, load_beside};
pub use depth::Depth;
pub use load::{Ground, Library, Look, Rising, load};
pub use role::Role;
pub use symbols::{Glyphs, ascii};

/// How candles tell rising from falling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shapes {
    /// By colour: both directions have the same strokes.
    #[default]
    Colour,
    /// By shape as well: a falling body is filled (mono, colour-blind).
    Filled,
}

/// How curves are drawn in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dots {
    /// Braille: two by four dots a cell.
    #[default]
    Braille,
    /// Half blocks: two a cell, for terminals whose font has no braille.
    Blocks,
    /// One character a cell.
    Plain,
}

/// A theme, resolved for the terminal at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: Vec<Style>,
    /// Glyphs.
    pub glyphs: Glyphs,
    /// Candles.
    pub shapes: Shapes,
    /// Curves.
    pub dots: Dots,
    /// Whether there is no colour at all: badges take brackets.
    pub mono: bool,
}

impl Theme {
    /// A theme whose roles look as `style` says.
    pub fn from_fn(style: impl FnMut(Role) -> Style) -> Self {
        let styles = Role::ALL.iter().copied().map(style).collect();
        Self { styles, glyphs: Glyphs::default(), shapes: Shapes::default(), dots: Dots::default(), mono: false }
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role.index()).copied().unwrap_or_default()
    }
}
