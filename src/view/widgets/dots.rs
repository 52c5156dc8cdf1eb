//! Curves finer than a cell: braille, half blocks, or one character a cell.
//!
//! Invariants: only blank cells are written, so that curves lie under everything; where curves share a cell, their dots
//! join and the later one gives the role.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::theme::{Dots, Glyphs, Role};

/// The bit of each dot of a braille cell, by row and column.
const BRAILLE: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A grid of dots over some cells.
#[derive(Debug, Clone)]
pub struct Grid {
    area: Rect,
    dots: Dots,
    cells: Vec<(u32, Role)>,
}

impl Grid {
    /// An empty grid over `area`, as fine as the theme says.
    pub fn new(canvas: &Canvas<'_>, area: Rect) -> Self {
        let dots = if canvas.theme.glyphs == Glyphs::Ascii { Dots::Plain } else { canvas.theme.dots };
        let count = usize::from(area.width) * usize::from(area.height);
        Self { area, dots, cells: vec![(0, Role::Text); count] }
    }

    /// Dots of a cell, across and down.
    pub const fn pitch(&self) -> (u16, u16) {
        match self.dots {
            Dots::Braille => (2, 4),
            Dots::Blocks => (1, 2),
            Dots::Plain => (1, 1),
        }
    }

    /// Sets a dot, counted from the upper left; nothing outside.
    pub fn set(&mut self, x: i64, y: i64, role: Role) {
        let (across, down) = self.pitch();
        let (across, down) = (i64::from(across), i64::from(down));
        let (column, row) = (x.div_euclid(across), y.div_euclid(down));
        let inside =
            (0..i64::from(self.area.width)).contains(&column) && (0..i64::from(self.area.height)).contains(&row);
        if !inside {
            return;
        }
        let (dx, dy) = (usize::try_from(x.rem_euclid(across)), usize::try_from(y.rem_euclid(down)));
        let bit = match (self.dots, dx, dy) {
            (Dots::Braille, Ok(dx), Ok(dy)) => BRAILLE.get(dy).and_then(|row| row.get(dx)).copied().unwrap_or(0),
            (_, _, Ok(dy)) => 1 << dy,
            _ => 0,
        };
        let index = usize::try_from(row * i64::from(self.area.width) + column).unwrap_or(usize::MAX);
        if let Some(cell) = self.cells.get_mut(index) {
            *cell = (cell.0 | bit, role);
        }
    }

    /// Joins two dots. Far ends are cut at twice the grid, so that a wild value costs no more than a tame one.
    pub fn line(&mut self, from: (i64, i64), to: (i64, i64), role: Role) {
        let most = 2 * i64::from(self.area.height) * i64::from(self.pitch().1) + 8;
        let tame = |y: i64| y.clamp(-most, most);
        let ((x, y), (to_x, to_y)) = ((from.0, tame(from.1)), (to.0, tame(to.1)));
        let steps = (to_x - x).abs().max((to_y - y).abs()).max(1);
        for step in 0..=steps {
            let along = |a: i64, b: i64| a + ((b - a) * step * 2 + steps).div_euclid(steps * 2);
            self.set(along(x, to_x), along(y, to_y), role);
        }
    }

    /// Draws a curve: one point per bar, `x` columns and `y` dots; a gap where a value is missing.
    pub fn curve(&mut self, points: impl IntoIterator<Item = Option<(i64, i64)>>, role: Role) {
        let mut before = None;
        for point in points {
            match (before, point) {
                (Some(from), Some(to)) => self.line(from, to, role),
                (None, Some((x, y))) => self.set(x, y, role),
                _ => {}
            }
            before = point;
        }
    }

    /// Writes the dots into the blank cells of the canvas.
    pub fn draw(&self, canvas: &mut Canvas<'_>) {
        let mut cells = self.cells.iter();
        for y in self.area.y..self.area.bottom() {
            for x in self.area.x..self.area.right() {
                let Some((bits, role)) = cells.next().filter(|(bits, _)| *bits != 0) else { continue };
                if canvas.is_blank(x, y) {
                    let mut bytes = [0; 4];
                    let glyph = match self.dots {
                        Dots::Braille => char::from_u32(0x2800 + bits).map_or("·", |c| c.encode_utf8(&mut bytes)),
                        Dots::Blocks => ["▀", "▄", "█"].get(usize::try_from(bits - 1).unwrap_or(0)).unwrap_or(&"█"),
                        Dots::Plain => ".",
                    };
                    canvas.put(x, y, self.area.right(), glyph, *role);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::style::Style;

    use super::*;
    use crate::theme::Theme;
    use crate::view::hits::Hits;

    fn drawn(dots: Dots, draw: impl FnOnce(&mut Grid)) -> Vec<String> {
        let mut theme = Theme::from_fn(|_| Style::new());
        theme.dots = dots;
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
        let (area, mut hits) = (buffer.area, Hits::default());
        let mut canvas = Canvas::new(&mut buffer, &theme, &mut hits);
        canvas.put(0, 0, 1, "x", Role::Text);
        let mut grid = Grid::new(&canvas, area);
        draw(&mut grid);
        grid.draw(&mut canvas);
        let row = |y| (0..4).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        vec![row(0), row(1)]
    }

    #[test]
    fn a_falling_line_runs_from_corner_to_corner_under_what_is_there() {
        assert_eq!(drawn(Dots::Braille, |g| g.line((0, 0), (7, 7), Role::Text)), ["x⢄  ", "  ⠑⢄"]);
        assert_eq!(drawn(Dots::Blocks, |g| g.line((0, 0), (3, 3), Role::Text)), ["x▄  ", "  ▀▄"]);
        assert_eq!(drawn(Dots::Plain, |g| g.line((0, 0), (3, 1), Role::Text)), ["x.  ", "  .."]);
    }

    #[test]
    fn dots_outside_and_wild_lines_are_cut() {
        let rows = drawn(Dots::Braille, |g| {
            g.set(-1, 0, Role::Text);
            g.set(99, 99, Role::Text);
            g.line((2, i64::MIN / 4), (2, i64::MAX / 4), Role::Text);
        });
        assert_eq!(rows, ["x⡇  ", " ⡇  "]);
    }
}
