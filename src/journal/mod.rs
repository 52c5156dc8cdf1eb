//! The journal: what this workstation intended, and what it was told became of it, on disk before anything depends on it.
//!
//! Must not know: the broker, the model, the screen. The broker port takes [`Intent`] from here: the one type that passes
//! between two walls, because only its maker may say that it is durable.

mod intent;

pub use intent::{Intent, IntentSeq};
