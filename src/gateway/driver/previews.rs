//! How many what-if requests the account may make.
//!
//! IB allows about one for ten orders and not more than one a minute in the long run. Here ten are there to begin with, one comes back
//! each minute and a tenth of one with each order; who has none left is refused. Not checked against a TWS: IB names the ratio and no code for who
//! exceeds it; the refusal is a 201 that says so.

use crate::gateway::Nanos;

/// What one preview costs: the time in which it comes back.
const PREVIEW: Nanos = 60 * 1_000_000_000;
/// How much there can be.
const MOST: Nanos = 10 * PREVIEW;
/// What an order brings back.
const ORDER: Nanos = PREVIEW / 10;

/// The allowance at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Previews {
    left: Nanos,
    at: Nanos,
}

impl Previews {
    /// A whole allowance.
    pub(super) const fn new(at: Nanos) -> Self {
        Self { left: MOST, at }
    }

    /// Counts an order.
    pub(super) fn ordered(&mut self) {
        self.left = self.left.saturating_add(ORDER).min(MOST);
    }

    /// Takes one preview; whether there was one.
    pub(super) fn take(&mut self, now: Nanos) -> bool {
        let gone = now.saturating_sub(self.at).max(0);
        self.at = self.at.max(now);
        self.left = self.left.saturating_add(gone).min(MOST);
        let granted = self.left >= PREVIEW;
        if granted {
            self.left = self.left.saturating_sub(PREVIEW);
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_there_then_one_a_minute_or_one_for_ten_orders() {
        let mut previews = Previews::new(0);
        assert_eq!((0..12).filter(|_| previews.take(0)).count(), 10);
        assert!(!previews.take(PREVIEW - 1));
        assert!(previews.take(PREVIEW));
        assert!(!previews.take(PREVIEW));
        for _ in 0..9 {
            previews.ordered();
        }
        assert!(!previews.take(PREVIEW));
        previews.ordered();
        assert!(previews.take(PREVIEW));
        assert_eq!((0..12).filter(|_| previews.take(100 * PREVIEW)).count(), 10, "no more than ten gather");
    }
}
