//! What has been said to the trader, and what of it stands in the hint row.
//!
//! News and warnings stand there six seconds, errors until Esc or the next order (`screens.md` §2.10). Of those that
//! still stand the gravest is the one to show, and of equals the newest; the list keeps the last of them for the overlay.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::Stamp;
use crate::domain::order::OrderKey;

/// How long a notice stands in the hint row.
const STANDS: Duration = Duration::from_secs(6);
/// How many notices are kept.
const KEPT: usize = 500;

/// How loud a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// News.
    Info,
    /// Worth a look.
    Warn,
    /// Something failed; it stays until Esc or the next order.
    Error,
}

/// Something said to the trader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Stamp,
    /// How loud.
    pub tone: Tone,
    /// What.
    pub text: String,
    /// About which order.
    pub order: Option<OrderKey>,
    /// Whether it still stands in the hint row.
    pub standing: bool,
}

/// All that has been said, newest last, bounded.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    /// All of them.
    pub list: VecDeque<Notice>,
    /// How many there have been, those not kept among them.
    pub count: u64,
}

impl Notices {
    /// Says something.
    pub fn say(&mut self, at: Stamp, tone: Tone, text: impl Into<String>, order: Option<OrderKey>) {
        let text = text.into();
        // The same words again are news of the same thing: they stand longer, not twice.
        self.list.retain(|n| !(n.standing && n.text == text && at.since(n.at) < STANDS));
        self.list.push_back(Notice { at, tone, text, order, standing: true });
        self.count = self.count.saturating_add(1);
        while self.list.len() > KEPT {
            self.list.pop_front();
        }
    }

    /// The one the hint row shows: the gravest that stands, of those the newest.
    pub fn current(&self) -> Option<&Notice> {
        self.standing().max_by_key(|n| n.tone)
    }

    /// The newest that stands.
    pub fn newest(&self) -> Option<&Notice> {
        self.list.iter().rev().find(|n| n.standing)
    }

    /// How many others stand behind it.
    pub fn waiting(&self) -> usize {
        self.standing().count().saturating_sub(1)
    }

    /// When the next one leaves the hint row.
    pub fn until(&self) -> Option<Stamp> {
        self.standing().filter(|n| n.tone != Tone::Error).map(|n| n.at.plus(STANDS)).min_by_key(|s| s.mono)
    }

    /// Takes out of the hint row what has stood there long enough; whether anything left.
    pub(super) fn expire(&mut self, now: Stamp) -> bool {
        let mut left = false;
        for notice in &mut self.list {
            if notice.standing && notice.tone != Tone::Error && now.since(notice.at) >= STANDS {
                notice.standing = false;
                left = true;
            }
        }
        left
    }

    /// Clears the hint row; whether anything stood there.
    pub(super) fn dismiss(&mut self) -> bool {
        let mut any = false;
        for notice in self.list.iter_mut().filter(|n| n.standing) {
            notice.standing = false;
            any = true;
        }
        any
    }

    /// Takes the errors out of the hint row: the next order has been sent.
    pub(super) fn dismiss_errors(&mut self) {
        for notice in self.list.iter_mut().filter(|n| n.tone == Tone::Error) {
            notice.standing = false;
        }
    }

    fn standing(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter().filter(|n| n.standing)
    }
}
