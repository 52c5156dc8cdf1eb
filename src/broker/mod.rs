//! The broker port: commands out, facts in.
//!
//! Two enums over bounded channels, and a tape for quotes. Commands travel two lanes: [`Lane::Urgent`] (cancel, kill)
//! overtakes [`Lane::Orders`]; a send is a `try_send`, never a future that could be cancelled half way. Events are facts
//! about the broker's truth; the model reconciles with them and never assumes that a send succeeded.
//!
//! Must not know: the model, the screen, who spawns the adapter.

pub mod command;
pub mod event;
pub mod ib;
pub mod port;
pub mod tape;

pub use crate::journal::{Intent, IntentSeq};
pub use command::{Command, JobId, Lane};
pub use event::{Event, Link};
pub use port::{Lanes, Port};
pub use tape::Tape;
