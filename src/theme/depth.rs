//! How many colours a terminal shows.

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    /// None.
    Mono,
    /// The terminal's own sixteen.
    Ansi16,
    /// 256 by index.
    Indexed,
    /// All.
    True,
}

/// Terminals that show all colours and do not always say so in `COLORTERM`.
const FULL: [&str; 7] = ["kitty", "ghostty", "alacritty", "foot", "wezterm", "contour", "direct"];

impl Depth {
    /// What the environment says, unless `choice` does. `NO_COLOR` (not empty) and `TERM=dumb` mean none; a terminal
    /// that says nothing gets its own sixteen.
    pub fn detect(choice: Option<Self>, env: impl Fn(&str) -> Option<String>) -> Self {
        if let Some(choice) = choice {
            return choice;
        }
        let value = |name| env(name).filter(|v| !v.is_empty());
        let term = value("TERM").unwrap_or_default();
        if value("NO_COLOR").is_some() || term == "dumb" {
            return Self::Mono;
        }
        let full = value("COLORTERM").is_some_and(|v| v == "truecolor" || v == "24bit");
        if full || value("WT_SESSION").is_some() || FULL.iter().any(|name| term.contains(name)) {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Ansi16
        }
    }

    /// The depth of this name on the command line and in settings.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::Mono),
            "16" => Some(Self::Ansi16),
            "256" => Some(Self::Indexed),
            "true" => Some(Self::True),
            _ => None,
        }
    }
}
