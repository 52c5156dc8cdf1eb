//! The shipped themes at every depth, against the table of colours they were designed by.

use ratatui::style::{Color, Modifier};

use super::colour::Rgb;
use super::*;

const DEPTHS: [Depth; 4] = [Depth::True, Depth::Indexed, Depth::Ansi16, Depth::Mono];

/// Name, then dark, light, high-contrast, colour-blind.
const PALETTE: &[[&str; 5]] = &[
    ["paper", "#10141a", "#fbfaf7", "#000000", "#10141a"],
    ["raise", "#1d2530", "#eceae3", "#1c1c2e", "#1d2530"],
    ["rule", "#364150", "#c9c5b9", "#8a8a8a", "#364150"],
    ["dim", "#8290a2", "#62666b", "#c4c4c4", "#8794a6"],
    ["ink", "#c6cfda", "#2c3136", "#ffffff", "#c6cfda"],
    ["strong", "#f2f5f8", "#0c0f12", "#ffffff", "#f2f5f8"],
    ["accent", "#b6a4f2", "#5a3fb4", "#ffe14d", "#cdbdf0"],
    ["rise", "#56bd8d", "#0f6b45", "#5dffa0", "#63b8f5"],
    ["fall", "#ee7278", "#b0242d", "#ff9a9a", "#e08a2c"],
    ["buy", "#72aaf8", "#1a58ae", "#8cc8ff", "#9fd0ff"],
    ["sell", "#e69a5f", "#964300", "#ffb86b", "#f7c04a"],
    ["short", "#e58fc0", "#93306e", "#ffb0e0", "#f0b6d6"],
    ["warn", "#dcbc52", "#725400", "#ffe14d", "#f0e28a"],
    ["alarm", "#ff7b7f", "#a80f1c", "#ff8f8f", "#ff9d7a"],
    ["late", "#bda27f", "#755529", "#f0cf9a", "#b9a58a"],
    ["frozen", "#8ea6c2", "#455d7a", "#b9d6ff", "#93a5bd"],
    ["study1", "#d4a5d8", "#8a3d91", "#ff9dff", "#d9a3c9"],
    ["study2", "#7cc7c9", "#0f6a75", "#7dfdff", "#86c9c0"],
    ["study3", "#c9b36a", "#6f5a10", "#e6ff7d", "#d6c98a"],
    ["sim_fg", "#071416", "#ffffff", "#000000", "#040a10"],
    ["sim_bg", "#2f9e9e", "#0c6f6f", "#00e0e0", "#3b8fd0"],
    ["live_fg", "#ffffff", "#ffffff", "#a00018", "#1a0f00"],
    ["live_bg", "#c2203a", "#b8132e", "#ffffff", "#ffc400"],
];

const COLOURED: [&str; 4] = ["dark", "light", "high-contrast", "colour-blind"];

fn theme(name: &str, depth: Depth) -> Theme {
    load(name, &builtin(), &Look::at(depth)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn rgb(colour: Option<Color>) -> Option<Rgb> {
    match colour {
        Some(Color::Rgb(r, g, b)) => Some(Rgb(r, g, b)),
        _ => None,
    }
}

#[test]
fn every_theme_resolves_every_role_at_every_depth() {
    for name in builtin().keys() {
        for depth in DEPTHS {
            let theme = theme(name, depth);
            for role in Role::ALL {
                let style = theme.style(*role);
                let coloured = style.fg.is_some() || style.bg.is_some();
                let grounds = [Role::RowSelected, Role::OverlayGround];
                if depth == Depth::Mono || name == "mono" {
                    assert!(!coloured, "{} in {name} at {depth:?}", role.name());
                } else if !grounds.contains(role) {
                    assert!(coloured, "{} in {name} at {depth:?}", role.name());
                }
            }
            assert_eq!(theme.mono, depth == Depth::Mono || name == "mono");
        }
    }
}

#[test]
fn the_shipped_palettes_are_those_of_the_design() {
    let library = builtin();
    for [colour, values @ ..] in PALETTE {
        for (name, value) in COLOURED.iter().zip(values) {
            let row: Vec<&str> = library[*name].text.lines().filter(|l| l.split(' ').next() == Some(colour)).collect();
            let wanted = format!("\"{value}\"");
            assert!(row.iter().any(|l| l.ends_with(&wanted)), "{colour} of {name} should be {value}: {row:?}");
        }
    }
    for name in COLOURED {
        let text = &library[name].text;
        let palette = text.split("\n[palette]\n").nth(1).unwrap().split("\n[").next().unwrap();
        assert_eq!(palette.lines().filter(|l| l.contains(" = ")).count(), PALETTE.len(), "{name}");
    }
}

#[test]
fn every_text_can_be_read_on_the_ground_and_on_the_selected_row() {
    let decoration = [Role::PaneBorder, Role::ChartGrid, Role::ChartVolume];
    for name in COLOURED {
        let theme = theme(name, Depth::True);
        let ground = rgb(theme.style(Role::Ground).bg).unwrap();
        let raise = rgb(theme.style(Role::RowSelected).bg).unwrap();
        let dim = theme.style(Role::TextDim).fg;
        for role in Role::ALL.iter().filter(|r| !decoration.contains(r)) {
            let style = theme.style(*role);
            let Some(fg) = rgb(style.fg) else { continue };
            let least = if style.fg == dim || *role == Role::SessionLiveFrame { 3.0 } else { 4.5 };
            let grounds = rgb(style.bg).map_or(vec![ground, raise], |bg| vec![bg]);
            for on in grounds {
                let contrast = fg.contrast(on);
                let frame = *role == Role::SessionLiveFrame && on == raise;
                assert!(frame || contrast >= least, "{} in {name}: {contrast:.2} on {on:?}", role.name());
            }
        }
    }
}

#[test]
fn what_must_not_be_confused_differs_at_every_depth() {
    let pairs = [
        (Role::SessionPaper, Role::SessionLive),
        (Role::OrderRejected, Role::OrderWorking),
        (Role::Text, Role::InputCursor),
        (Role::SessionHalt, Role::SessionReady),
    ];
    let by_colour =
        [(Role::SideBuy, Role::SideSell), (Role::PriceUp, Role::PriceDown), (Role::ChartRise, Role::ChartFall)];
    for name in builtin().keys() {
        for depth in DEPTHS {
            let theme = theme(name, depth);
            for (a, b) in pairs {
                assert_ne!(theme.style(a), theme.style(b), "{} in {name} at {depth:?}", a.name());
            }
            for (a, b) in by_colour.iter().filter(|_| !theme.mono) {
                assert_ne!(theme.style(*a), theme.style(*b), "{} in {name} at {depth:?}", a.name());
            }
            let selected = theme.style(Role::RowSelected);
            assert_ne!(selected, theme.style(Role::Ground).fg(Color::Reset), "{name} at {depth:?}");
            let shown = selected.bg.is_some_and(|bg| Some(bg) != theme.style(Role::Ground).bg);
            assert!(shown || !selected.add_modifier.is_empty(), "the selected row in {name} at {depth:?}");
        }
    }
}

#[test]
fn sixteen_colours_come_from_the_table_and_the_ground_stays_the_terminals() {
    let theme = theme("dark", Depth::Ansi16);
    assert_eq!(theme.style(Role::PriceUp).fg, Some(Color::Green));
    assert_eq!(theme.style(Role::SideBuy).fg, Some(Color::LightBlue));
    assert_eq!(theme.style(Role::Ground).bg, Some(Color::Reset));
    let selected = theme.style(Role::RowSelected);
    assert_eq!((selected.bg, selected.add_modifier), (None, Modifier::BOLD));
    let halt = theme.style(Role::SessionHalt);
    assert_eq!((halt.fg, halt.bg), (Some(Color::LightRed), Some(Color::Reset)));
    assert!(halt.add_modifier.contains(Modifier::REVERSED), "letters in the terminal's own ground");
}

#[test]
fn a_colour_becomes_the_one_that_looks_nearest() {
    assert_eq!(Rgb::parse("#5f87af").unwrap().indexed(), Color::Indexed(67));
    assert_eq!(Rgb::parse("#808080").unwrap().indexed(), Color::Indexed(244));
    assert_eq!(Rgb::parse("#ff0000").unwrap().ansi16(), Color::LightRed);
    assert!(Rgb(0, 0, 0).distance(Rgb(255, 255, 255)) > 99.9);
    assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
    for bad in ["#12345", "redd", "#12345g", "123456", "#1234567", "#١23456"] {
        assert_eq!(Rgb::parse(bad), None, "{bad}");
    }
}

#[test]
fn up_and_down_can_change_places_and_buy_and_sell_do_not() {
    let look = Look { rising: Rising::Swapped, ..Look::at(Depth::True) };
    let (plain, swapped) = (theme("dark", Depth::True), load("dark", &builtin(), &look).unwrap());
    assert_eq!(plain.style(Role::PriceUp), swapped.style(Role::PriceDown));
    assert_eq!(plain.style(Role::ChartFall), swapped.style(Role::ChartRise));
    assert_eq!(plain.style(Role::SideBuy), swapped.style(Role::SideBuy));
}

#[test]
fn the_depth_follows_choice_then_environment() {
    let detect = |choice, env: &[(&str, &str)]| {
        Depth::detect(choice, |name| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    };
    assert_eq!(detect(None, &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
    assert_eq!(detect(None, &[("TERM", "xterm-256color")]), Depth::Indexed);
    assert_eq!(detect(None, &[("TERM", "xterm-kitty")]), Depth::True);
    assert_eq!(detect(None, &[("TERM", "linux")]), Depth::Ansi16);
    assert_eq!(detect(None, &[("TERM", "dumb"), ("COLORTERM", "truecolor")]), Depth::Mono);
    assert_eq!(detect(None, &[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::Mono);
    assert_eq!(detect(None, &[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Indexed);
    assert_eq!(detect(Some(Depth::Ansi16), &[("NO_COLOR", "1")]), Depth::Ansi16);
}

#[test]
fn the_terminals_own_ground_can_stay() {
    let look = Look { ground: Ground::Terminal, ..Look::at(Depth::True) };
    let theme = load("light", &builtin(), &look).unwrap();
    assert_eq!(theme.style(Role::Ground).bg, None);
    assert!(theme.style(Role::OverlayGround).bg.is_some());
}

fn problems(name: &str, text: &str) -> Vec<String> {
    let mut library = builtin();
    library.insert(name.to_owned(), crate::source::Source::new(format!("{name}.toml"), text));
    load(name, &library, &Look::at(Depth::True)).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_of_a_bad_theme_is_listed_with_its_place_and_the_built_in_theme_works() {
    let found = problems("bad-theme", include_str!("../../tests/data/bad-theme.toml"));
    assert_eq!(
        found,
        [
            "bad-theme.toml:2:12 no theme is called \"drak\", nearest dark",
            "bad-theme.toml:3:10 \"fill\" is not one of colour, filled",
            "bad-theme.toml:6:9 \"#12345\" is not a colour: # and six hexadecimal digits",
            "bad-theme.toml:7:9 \"redd\" is not a colour: # and six hexadecimal digits",
            "bad-theme.toml:8:9 a text is wanted here, not a whole number",
            "bad-theme.toml:12:1 unknown role \"price.upp\", nearest price.up",
            "bad-theme.toml:13:17 \"#c6cfda\": colours stand in [palette], roles name them",
            "bad-theme.toml:14:32 unknown key \"ad\", nearest add",
            "bad-theme.toml:15:39 \"blod\" is not a way to stress a text, nearest bold",
            "bad-theme.toml:16:1 unknown role \"price\"; names with a point stand in quotes",
            "bad-theme.toml:17:17 a colour's name or a table is wanted here, not a list",
            "bad-theme.toml:20:8 \"lime\" is not a colour of the terminal",
            "bad-theme.toml:22:2 unknown key \"roless\", nearest roles"
        ]
    );
    assert!(fallback(&Look::at(Depth::Ansi16)).style(Role::Text).fg.is_some());
}

#[test]
fn a_theme_that_hides_texts_or_confuses_sides_is_refused() {
    let found = problems(
        "faint",
        "inherits = \"dark\"\n[palette]\ndim = \"#303030\"\n[roles]\n\"side.sell\" = { fg = \"buy\", add = [\"bold\"] }\n",
    );
    assert_eq!(
        found.iter().filter(|p| !p.contains("contrast")).collect::<Vec<_>>(),
        ["faint.toml:5:15 side.sell looks like side.buy"]
    );
    assert!(found.iter().any(|p| p == "faint.toml:3:7 text.dim has contrast 1.4, at least 3.0"), "{found:?}");
}

#[test]
fn circles_colours_nobody_defined_and_missing_roots_are_told() {
    let circle = problems("own", "inherits = \"own\"");
    assert_eq!(circle, ["own.toml:1:12 inherits in a circle: own → own"]);
    let unknown = problems("own", "[roles]\n\"price.up\" = \"rize\"\n[ansi16]\nrize = \"red\"\n");
    assert_eq!(
        unknown,
        [
            "own.toml:2:14 no colour of the palette is called \"rize\", nearest rise",
            "own.toml:4:1 no colour of the palette is called \"rize\", nearest rise",
        ]
    );
    let bare = problems("own", "inherits = \"none\"");
    assert_eq!(bare, ["own.toml:1:1 role ground has no row", "own.toml:1:1 role text has no row"]);
}
