//! The themes that come with the program.

use super::load::{Library, Look};
use super::{Theme, load};
use crate::source::{Problems, Source, beside};

/// The theme used without a setting and without an answer about the terminal's ground.
pub const DEFAULT: &str = "dark";

/// The theme of terminals without colour.
pub(super) const MONO: &str = "mono";

const BUILTIN: [(&str, &str); 5] = [
    (DEFAULT, include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../themes/colour-blind.toml")),
    (MONO, include_str!("../../themes/mono.toml")),
];

/// The built-in themes by name.
pub fn builtin() -> Library {
    BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), Source::new(format!("{name}.toml"), *text))).collect()
}

/// The theme `name`, a user's or a built-in one, or everything that is wrong with it.
pub fn load_beside(name: &str, users: Library, look: &Look) -> Result<Theme, Problems> {
    load(name, &beside(builtin(), users)?, look)
}

/// The theme that is used when a user's has mistakes.
pub fn fallback(look: &Look) -> Theme {
    load(DEFAULT, &builtin(), look).expect("invariant: the built-in theme passes its own checks")
}
