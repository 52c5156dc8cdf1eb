//! Configuration: where files live, what may be set, and complete reports of what is wrong in them.

mod settings;

pub use settings::{Settings, Symbols};
