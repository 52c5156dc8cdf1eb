//! Reading themes: palette, roles, inheritance, and a complete report of what is wrong in them.
//!
//! Invariants: a literal colour stands in a `[palette]` only; a file's rows win over inherited ones by name; a theme is
//! returned only when nothing is wrong in it or in what it inherits. A theme in which a text could not be read on its
//! ground, or in which buying looks like selling or PAPER like LIVE, is wrong.
//!
//! Must not know: the file system; texts are handed in as a [`Library`].

use std::collections::BTreeMap;
use std::ops::Range;

use super::builtin::{MONO, builtin};
use super::colour::{NAMED, Rgb};
use super::depth::Depth;
use super::{Dots, Glyphs, Role, Shapes, Theme};
use crate::source::{self, Node, Place, Problem, Problems, Source};
use indexmap::IndexMap;
use ratatui::style::{Color, Modifier, Style};

/// Texts of themes by the name they inherit under.
pub use crate::source::Library;

/// What such a text is called in problems.
const NOUN: &str = "theme";

/// The parent of a file that names none.
const PARENT: &str = super::builtin::DEFAULT;

/// Lowest contrast of a text on its ground.
const CONTRAST_MIN: f64 = 3.0;

/// Roles that are decoration, or grounds without a text of their own.
const DECORATION: [Role; 6] = [
    Role::PaneBorder,
    Role::ChartGrid,
    Role::ChartVolume,
    Role::RowSelected,
    Role::OverlayGround,
    Role::SessionLiveFrame,
];

/// Pairs of roles that must not look the same.
const DISTINCT: [(Role, Role); 2] = [(Role::SideBuy, Role::SideSell), (Role::SessionPaper, Role::SessionLive)];

/// How a theme is to be resolved for the terminal at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How many colours there are.
    pub depth: Depth,
    /// Which glyphs there are.
    pub glyphs: Glyphs,
    /// How curves are drawn.
    pub dots: Dots,
    /// Which colours mean up and down.
    pub rising: Rising,
    /// Whether the ground is painted or left to the terminal.
    pub ground: Ground,
}

/// Which colours mean up and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rising {
    /// As the theme says.
    #[default]
    AsThemed,
    /// The two change places (red is up in East Asia). Buy and sell do not.
    Swapped,
}

/// What the ground of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ground {
    /// The theme's, on which contrast is promised.
    #[default]
    Painted,
    /// The terminal's own.
    Terminal,
}

impl Look {
    /// Painted grounds, Unicode glyphs and colours as the theme says, at this depth.
    pub fn at(depth: Depth) -> Self {
        Self {
            depth,
            glyphs: Glyphs::default(),
            dots: Dots::default(),
            rising: Rising::default(),
            ground: Ground::default(),
        }
    }
}

/// How a role looks, in names of the palette.
#[derive(Debug, Clone)]
struct Row {
    fg: Option<String>,
    bg: Option<String>,
    add: Modifier,
    flat: Modifier,
    place: Place,
}

#[derive(Debug, Clone)]
struct Shade {
    rgb: Rgb,
    place: Place,
}

/// One file with everything it inherits.
#[derive(Debug, Clone)]
struct Sheet {
    parent: Option<(String, Range<usize>)>,
    shapes: Option<Shapes>,
    palette: IndexMap<String, Shade>,
    roles: BTreeMap<Role, Row>,
    /// The terminal's colour for a palette colour; `None` leaves it out.
    ansi16: IndexMap<String, (Option<Color>, Place)>,
}

/// The theme `name` with everything it inherits, resolved for a terminal, or everything that is wrong with it.
pub fn load(name: &str, library: &Library, look: &Look) -> Result<Theme, Problems> {
    let mut problems = Vec::new();
    let sheet = stack(name, library, &mut Vec::new(), &mut problems);
    let Some(sheet) = sheet else {
        return Err(Problems(vec![source::missing(NOUN, name, name.to_owned(), library)]));
    };
    if problems.is_empty() {
        sheet.judge(&mut problems);
    }
    if !problems.is_empty() {
        problems.sort();
        problems.dedup();
        return Err(Problems(problems));
    }
    if look.depth == Depth::Mono && name != MONO {
        return load(MONO, &builtin(), look);
    }
    Ok(sheet.resolve(*look))
}

fn stack(name: &str, library: &Library, above: &mut Vec<String>, problems: &mut Vec<Problem>) -> Option<Sheet> {
    let source = library.get(name)?;
    let own = Reader { read: source::Reader::new(source, problems) }.sheet();
    above.push(name.to_owned());
    let mut base = Some(Sheet::empty());
    if let Some((parent, span)) = &own.parent {
        let known = source::Reader::new(source, problems).has_parent(NOUN, (parent, span), library, above);
        base = if known { stack(parent, library, above, problems) } else { None };
    }
    let known = base.is_some();
    let mut sheet = base.unwrap_or_else(Sheet::empty);
    let fresh: Vec<Role> = own.roles.keys().copied().collect();
    let named: Vec<String> = own.ansi16.keys().cloned().collect();
    sheet.palette.extend(own.palette);
    sheet.roles.extend(own.roles);
    sheet.ansi16.extend(own.ansi16);
    sheet.shapes = own.shapes.or(sheet.shapes);
    if known {
        sheet.check(source, &fresh, &named, problems);
    }
    Some(sheet)
}

impl Sheet {
    fn empty() -> Self {
        let (palette, roles, ansi16) = (IndexMap::new(), BTreeMap::new(), IndexMap::new());
        Self { parent: None, shapes: None, palette, roles, ansi16 }
    }

    /// Names of colours that the file uses and that nobody has defined, and roles that must have a row.
    fn check(&self, source: &Source, fresh: &[Role], named: &[String], problems: &mut Vec<Problem>) {
        let unknown = |place: &Place, name: &str| {
            let nearest = source::nearest(name, self.palette.keys().map(String::as_str)).map(str::to_owned);
            Problem { nearest, ..place.problem(format!("no colour of the palette is called \"{name}\"")) }
        };
        for row in fresh.iter().filter_map(|role| self.roles.get(role)) {
            let names = [&row.fg, &row.bg].into_iter().flatten().filter(|n| !self.palette.contains_key(*n));
            problems.extend(names.map(|name| unknown(&row.place, name)));
        }
        for name in named.iter().filter(|n| !self.palette.contains_key(*n)) {
            problems.extend(self.ansi16.get(name).map(|(_, place)| unknown(place, name)));
        }
        for role in [Role::Text, Role::Ground].iter().filter(|r| !self.roles.contains_key(r)) {
            problems.push(source.problem(&(0..0), format!("role {} has no row", role.name())));
        }
    }

    /// The row of a role: its own, or that of the role it looks like.
    fn row(&self, role: Role) -> Option<&Row> {
        let mut at = role;
        for _ in 0..Role::COUNT {
            if let Some(row) = self.roles.get(&at) {
                return Some(row);
            }
            at = at.fallback();
        }
        None
    }

    fn rgb(&self, name: Option<&String>) -> Option<Rgb> {
        self.palette.get(name?).map(|s| s.rgb)
    }

    /// Texts that cannot be read, and pairs that cannot be told apart.
    fn judge(&self, problems: &mut Vec<Problem>) {
        let paper = self.row(Role::Ground).and_then(|r| self.rgb(r.bg.as_ref()));
        for role in Role::ALL.iter().filter(|r| !DECORATION.contains(r)) {
            let Some(row) = self.row(*role) else { continue };
            let ground = self.rgb(row.bg.as_ref()).or(paper);
            let (Some(fg), Some(ground)) = (self.rgb(row.fg.as_ref()), ground) else { continue };
            let contrast = fg.contrast(ground);
            if contrast < CONTRAST_MIN {
                let shade = row.fg.as_ref().and_then(|n| self.palette.get(n)).map(|s| &s.place);
                let what = format!("{} has contrast {contrast:.1}, at least {CONTRAST_MIN:.1}", role.name());
                problems.push(shade.unwrap_or(&row.place).problem(what));
            }
        }
        for (a, b) in DISTINCT {
            let (Some(one), Some(other)) = (self.row(a), self.row(b)) else { continue };
            let looks = |row: &Row| (self.rgb(row.fg.as_ref()), self.rgb(row.bg.as_ref()));
            let colourless = looks(one) == (None, None);
            let sides = a == Role::SideBuy && colourless;
            if looks(one) == looks(other) && one.add == other.add && !sides {
                problems.push(other.place.problem(format!("{} looks like {}", b.name(), a.name())));
            }
        }
    }

    fn resolve(&self, look: Look) -> Theme {
        let mut theme =
            Theme::from_fn(|role| self.row(role).map_or_else(Style::new, |row| self.style(role, row, look)));
        theme.glyphs = look.glyphs;
        theme.dots = look.dots;
        theme.shapes = self.shapes.unwrap_or_default();
        theme.mono = look.depth == Depth::Mono || self.palette.is_empty();
        theme
    }

    fn style(&self, role: Role, row: &Row, look: Look) -> Style {
        let painted = role != Role::Ground || look.ground == Ground::Painted;
        let fg = row.fg.as_ref().and_then(|name| self.colour(name, look));
        let bg = row.bg.as_ref().filter(|_| painted).and_then(|name| self.colour(name, look));
        let mut style = Style { fg, bg, ..Style::new() }.add_modifier(row.add);
        if row.bg.is_some() && bg.is_none() {
            style = style.add_modifier(row.flat);
        }
        // The terminal's own ground has no name as a text colour: letters in it are what reversing makes.
        if let (Some(Color::Reset), Some(ground)) = (fg, bg)
            && ground != Color::Reset
        {
            style.fg = Some(ground);
            style.bg = Some(Color::Reset);
            style = style.add_modifier(Modifier::REVERSED);
        }
        style
    }

    fn colour(&self, name: &str, look: Look) -> Option<Color> {
        let name = match (look.rising, name) {
            (Rising::Swapped, "rise") => "fall",
            (Rising::Swapped, "fall") => "rise",
            _ => name,
        };
        let rgb = self.palette.get(name)?.rgb;
        match look.depth {
            Depth::Mono => None,
            Depth::Ansi16 => self.ansi16.get(name).map_or_else(|| Some(rgb.ansi16()), |(colour, _)| *colour),
            Depth::Indexed => Some(rgb.indexed()),
            Depth::True => Some(rgb.full()),
        }
    }
}

struct Reader<'a> {
    read: source::Reader<'a>,
}

impl Reader<'_> {
    fn sheet(&mut self) -> Sheet {
        let table = self.read.source.parse(self.read.problems);
        let mut sheet = Sheet::empty();
        let mut parent = Some((PARENT.to_owned(), 0..0));
        for (key, span, value) in source::rows(&table) {
            match key {
                "name" => {
                    self.read.text(value);
                }
                "inherits" => parent = self.read.text(value).map(|name| (name.to_owned(), value.span())),
                "shapes" => sheet.shapes = self.shapes(value),
                "palette" => self.palette(value, &mut sheet),
                "roles" => self.roles(value, &mut sheet),
                "ansi16" => self.ansi16(value, &mut sheet),
                _ => self.read.unknown_key(&span, key, ["name", "inherits", "shapes", "palette", "roles", "ansi16"]),
            }
        }
        sheet.parent = parent.filter(|(name, _)| name != "none");
        sheet
    }

    fn shapes(&mut self, value: &Node<'_>) -> Option<Shapes> {
        self.read.one_of(value, &[("colour", Shapes::Colour), ("filled", Shapes::Filled)])
    }

    fn palette(&mut self, value: &Node<'_>, sheet: &mut Sheet) {
        for (name, _, value) in self.read.table(value).map(source::rows).unwrap_or_default() {
            let Some(text) = self.read.text(value) else { continue };
            match Rgb::parse(text) {
                Some(rgb) => {
                    let place = self.read.source.at(&value.span());
                    sheet.palette.insert(name.to_owned(), Shade { rgb, place });
                }
                None => {
                    self.read.fault(&value.span(), format!("\"{text}\" is not a colour: # and six hexadecimal digits"));
                }
            }
        }
    }

    fn ansi16(&mut self, value: &Node<'_>, sheet: &mut Sheet) {
        for (name, span, value) in self.read.table(value).map(source::rows).unwrap_or_default() {
            let Some(text) = self.read.text(value) else { continue };
            let colour = match text {
                "none" => Some(None),
                "default" => Some(Some(Color::Reset)),
                _ => NAMED.iter().find(|(n, ..)| *n == text).map(|(_, colour, _)| Some(*colour)),
            };
            match colour {
                Some(colour) => drop(sheet.ansi16.insert(name.to_owned(), (colour, self.read.source.at(&span)))),
                None => {
                    let names: Vec<&str> = NAMED.iter().map(|(n, ..)| *n).chain(["default", "none"]).collect();
                    self.read.near(&value.span(), format!("\"{text}\" is not a colour of the terminal"), text, names);
                }
            }
        }
    }

    fn roles(&mut self, value: &Node<'_>, sheet: &mut Sheet) {
        for (name, span, value) in self.read.table(value).map(source::rows).unwrap_or_default() {
            let row = self.row(&span, value);
            match (Role::named(name), row) {
                (Some(role), Some(row)) => drop(sheet.roles.insert(role, row)),
                (Some(_), None) => {}
                (None, _) => {
                    let names: Vec<&str> = Role::ALL.iter().map(|r| r.name()).collect();
                    let hint = if value.get_ref().is_table() { "; names with a point stand in quotes" } else { "" };
                    self.read.near(&span, format!("unknown role \"{name}\"{hint}"), name, names);
                }
            }
        }
    }

    fn row(&mut self, span: &Range<usize>, value: &Node<'_>) -> Option<Row> {
        let empty = Row {
            fg: None,
            bg: None,
            add: Modifier::empty(),
            flat: Modifier::empty(),
            place: self.read.source.at(&value.span()),
        };
        if value.get_ref().is_str() {
            return Some(Row { fg: self.colour_name(value), ..empty });
        }
        let Some(table) = value.get_ref().as_table() else {
            self.read.wanted(value, "a colour's name or a table");
            return None;
        };
        let mut row = empty;
        for (key, key_span, value) in source::rows(table) {
            match key {
                "fg" => row.fg = self.colour_name(value),
                "bg" => row.bg = self.colour_name(value),
                "add" => row.add = self.modifiers(value),
                "flat" => row.flat = self.modifiers(value),
                // A dotted name without quotes arrives as a table; its role is reported by the caller.
                _ if table.len() == 1 && value.get_ref().is_str() && self.is_dotted(span, &key_span) => return None,
                _ => self.read.unknown_key(&key_span, key, ["fg", "bg", "add", "flat"]),
            }
        }
        Some(row)
    }

    /// Whether a key is a further part of a dotted name rather than one inside braces.
    fn is_dotted(&self, outer: &Range<usize>, inner: &Range<usize>) -> bool {
        self.read.source.text.get(outer.end..inner.start).is_some_and(|between| between.trim() == ".")
    }

    /// The name of a palette colour; a literal is refused.
    fn colour_name(&mut self, value: &Node<'_>) -> Option<String> {
        let name = self.read.text(value)?;
        if name.starts_with('#') {
            self.read.fault(&value.span(), format!("\"{name}\": colours stand in [palette], roles name them"));
            return None;
        }
        Some(name.to_owned())
    }

    fn modifiers(&mut self, value: &Node<'_>) -> Modifier {
        const NAMES: [(&str, Modifier); 5] = [
            ("bold", Modifier::BOLD),
            ("dim", Modifier::DIM),
            ("italic", Modifier::ITALIC),
            ("underlined", Modifier::UNDERLINED),
            ("reversed", Modifier::REVERSED),
        ];
        let mut all = Modifier::empty();
        let Some(items) = self.read.list(value, "a list") else { return all };
        for item in items {
            let Some(text) = self.read.text(item) else { continue };
            match NAMES.iter().find(|(name, _)| *name == text) {
                Some((_, modifier)) => all |= *modifier,
                None => {
                    let names = NAMES.map(|(name, _)| name);
                    self.read.near(&item.span(), format!("\"{text}\" is not a way to stress a text"), text, names);
                }
            }
        }
        all
    }
}
