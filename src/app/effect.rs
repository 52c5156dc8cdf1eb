//! Effects: what should happen in the world, as data.

use smallvec::SmallVec;

use super::msg::Timer;
use crate::broker::Command;
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::domain::order::Order;
use crate::journal::Entry;
use crate::risk::Approved;

/// One thing to do. Not `Clone`: it is done once.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Record the intent, and when it is durable send the order.
    Place(Box<Approved>),
    /// Record the question, and when it is durable ask the broker what the order would do; nothing trades.
    Ask(Box<Approved>),
    /// Send a command that needs no intent.
    Send(Command),
    /// Write a fact into the journal.
    Record(Record),
    /// Read orders of other days from the journal, newest first; answered with [`super::msg::JournalFact::Recalled`].
    Recall {
        /// Older than this one, by when it was placed and its name; `None` for the newest.
        before: Option<(i64, crate::domain::order::OrderKey)>,
        /// At most so many.
        count: usize,
    },
    /// Remember the list of symbols.
    SaveWatchlist(Vec<String>),
    /// Read `risk.toml` again and say [`super::msg::Msg::Limits`].
    ReadLimits,
    /// Say [`super::msg::Msg::Woke`] at this moment; a later one for the same timer replaces it.
    Wake {
        /// When, by the monotonic half.
        at: Stamp,
        /// Which.
        timer: Timer,
    },
    /// Put a text on the clipboard of the terminal.
    Copy(String),
    /// Ring the terminal's bell.
    Bell,
    /// Leave the screen to the shell and come back.
    Suspend,
    /// End the program.
    Quit,
}

/// What the journal keeps besides intents.
#[derive(Debug, PartialEq)]
pub enum Record {
    /// An order changed its state.
    Order(Box<Order>),
    /// A fill, or its commission.
    Execution(Box<Execution>),
    /// Something else that happened or was decided.
    Entry(Box<Entry>),
}

/// The effects of one step; most have none or one.
pub type Effects = SmallVec<[Effect; 2]>;

/// How much of the screen a step changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Redraw {
    /// Nothing visible.
    #[default]
    Keep,
    /// Something, moved by the market alone: it may wait for the frame deadline.
    Market,
    /// Something, because of a key, an order, a notice or a size: at once.
    Now,
    /// Everything, from an unknown screen.
    Clear,
}

/// What a step has led to.
#[derive(Debug, PartialEq, Default)]
#[must_use]
pub struct Step {
    /// What to do.
    pub effects: Effects,
    /// What to draw.
    pub redraw: Redraw,
}

impl Step {
    /// At least this much is drawn again.
    pub(super) fn draw(&mut self, redraw: Redraw) {
        self.redraw = self.redraw.max(redraw);
    }

    /// One thing more to do.
    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// One entry more for the journal.
    pub(super) fn note(&mut self, entry: Entry) {
        self.effects.push(Effect::Record(Record::Entry(Box::new(entry))));
    }

    /// One command more to the broker.
    pub(super) fn send(&mut self, command: Command) {
        self.effects.push(Effect::Send(command));
    }
}
