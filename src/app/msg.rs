//! Messages: facts, in the past tense.

use serde::{Deserialize, Serialize};

use super::action::Action;
use crate::broker::Event;
use crate::domain::order::OrderKey;
use crate::domain::{SafeText, fill::Execution, order::Order};
use crate::journal::{Accepted, Before, IntentSeq};
use crate::keys::Chord;
use crate::ledger::Terms;
use crate::risk::Limits;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Msg {
    /// A key was pressed.
    Key(Press),
    /// Text was pasted; it is never taken as keys.
    Pasted(String),
    /// The mouse did something over the last frame.
    Pointed(Pointer),
    /// The terminal has this size now, in cells.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The terminal gained or lost focus.
    Focus(FocusChange),
    /// A frame that shows the model as it was at this revision has been written to the terminal.
    Painted(u64),
    /// An action was taken from somewhere else than a key: the mouse, a test, a script.
    Acted(Action),
    /// The broker reported something.
    Broker(Event),
    /// The journal reported something.
    Journal(JournalFact),
    /// The writer has had a frame for a second and not written it.
    Stalled,
    /// `risk.toml` was read again.
    Limits(Box<ReadLimits>),
    /// A deadline asked for with [`super::effect::Effect::Wake`] has come.
    Woke(Timer),
    /// Something was configured again or complained about: shown as a notice.
    Warned(SafeText),
    /// The process was told to end.
    Signalled(Signal),
}

/// What reading `risk.toml` again has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadLimits {
    /// Where the file is looked for.
    pub path: SafeText,
    /// The limits; what is wrong in the file keeps what is built in.
    pub limits: Limits,
    /// What is wrong in it.
    pub problems: Vec<SafeText>,
}

/// A key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    /// Which.
    pub chord: Chord,
    /// Whether the terminal says it is a repeat, or it arrived in a burst with others: such keys never send.
    pub burst: bool,
}

/// A mouse event, already resolved against what the last frame showed there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pointer {
    /// A press on something that has an action.
    Hit(Action),
    /// A wheel step over a pane; positive is down.
    Wheel {
        /// The pane.
        pane: crate::panes::PaneKind,
        /// Rows.
        by: i16,
    },
}

/// The terminal window's focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FocusChange {
    /// Gained.
    Gained,
    /// Lost.
    Lost,
}

/// What the journal says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum JournalFact {
    /// Opened; what it remembers of orders without a known end, and of today's executions.
    Opened {
        /// The number of this run, part of every `orderRef`; never used before.
        run: u32,
        /// Four characters that tell this installation from another.
        tag: SafeText,
        /// Orders whose end was not recorded.
        live: Vec<Order>,
        /// Executions of the last days, as far as recorded.
        executions: Vec<Execution>,
        /// What is known of the orders of the last days beside the orders.
        #[serde(default)]
        terms: Vec<(OrderKey, Terms)>,
        /// Where things stood at the last word of the run before.
        #[serde(default)]
        before: Option<Before>,
        /// The limits that were accepted for live accounts.
        #[serde(default)]
        accepted: Vec<Accepted>,
    },
    /// An order's intent is durable; it will be sent under this id.
    Intended {
        /// Which order.
        key: OrderKey,
        /// Its place in the journal.
        seq: IntentSeq,
        /// The order id at the broker.
        order_id: i32,
        /// How long the write took, in microseconds.
        micros: u64,
    },
    /// A page of orders of other days, newest first, or why there is none.
    Recalled(Result<Vec<Order>, String>),
    /// The journal cannot be written. Nothing may be sent; HALT.
    Failed(SafeText),
}

/// A deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Timer {
    /// The status bar's clock and the ages on the screen.
    Clock,
    /// A flash, a notice or a prefix ends.
    Screen,
    /// An order in [`crate::domain::order::OrderState::Sending`] has had no answer for so long.
    Answer,
    /// A run of nudges ends and is sent as one change.
    Nudge,
    /// A live session disarms by itself.
    Arming,
}

/// A signal to the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// SIGTERM, SIGINT, SIGQUIT.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
    /// Back from a suspension.
    Continue,
}
