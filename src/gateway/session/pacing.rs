//! How many requests a second one client may send.
//!
//! IB allows half as many messages a second as the login has market data lines, 50 at the usual 100. TWS as it is
//! installed holds the surplus back; with "reject messages above maximum allowed message rate" it answers error 100 and
//! ends the connection at the third offence. A second in which the rate is exceeded is one offence, however far.
//!
//! Absent: holding the surplus back. [`Pacing::Off`] serves it at once instead, which no client can tell from a TWS that
//! is quick.

use std::collections::VecDeque;

use super::{NO_ID, Session};
use crate::gateway::Nanos;
use crate::gateway::driver::World;

/// Requests a second.
const RATE: u32 = 50;
/// How many offences end a connection.
const OFFENCES: u32 = 3;
const SECOND: Nanos = 1_000_000_000;
/// The stretches a second is counted in.
const STRETCH: Nanos = SECOND / 50;

/// What happens to requests beyond the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pacing {
    /// They are served.
    #[default]
    Off,
    /// They are served, and the client is told with error 100.
    Warn,
    /// They are refused with error 100, and the third offence ends the connection.
    Strict,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gateway) enum Admission {
    /// It is served.
    Served,
    /// It is refused.
    Refused,
    /// It is refused, and the connection ends.
    Cut,
}

/// One client's requests of the last second.
#[derive(Debug, Default)]
pub(super) struct Pace {
    recent: VecDeque<(Nanos, u32)>,
    offences: u32,
    told: Option<Nanos>,
}

/// The rate is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Excess {
    received: u32,
    /// The number of the offence, if this request begins one.
    begins: Option<u32>,
}

impl Pace {
    /// Counts a request at `now`.
    fn count(&mut self, now: Nanos) -> Option<Excess> {
        while self.recent.front().is_some_and(|(at, _)| at.saturating_add(SECOND) <= now) {
            self.recent.pop_front();
        }
        match self.recent.back_mut() {
            Some((at, count)) if now.saturating_sub(*at) < STRETCH => *count = count.saturating_add(1),
            _ => self.recent.push_back((now, 1)),
        }
        let received = self.recent.iter().fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
        if received <= RATE {
            return None;
        }
        let begins = self.told.is_none_or(|at| at.saturating_add(SECOND) <= now).then(|| {
            self.told = Some(now);
            self.offences = self.offences.saturating_add(1);
            self.offences
        });
        Some(Excess { received, begins })
    }
}

impl Session {
    /// Counts a request and says what becomes of it.
    pub(in crate::gateway) fn admit(&mut self, world: &World) -> Admission {
        if self.terms.pacing == Pacing::Off {
            return Admission::Served;
        }
        let Some(excess) = self.pace.count(world.now()) else { return Admission::Served };
        if let Some(offence) = excess.begins {
            let received = excess.received;
            let text =
                format!("Max rate of messages per second has been exceeded:max={RATE} rec={received} ({offence})");
            self.error(NO_ID, 100, text, world);
        }
        match self.terms.pacing {
            Pacing::Off | Pacing::Warn => Admission::Served,
            Pacing::Strict if self.pace.offences >= OFFENCES => Admission::Cut,
            Pacing::Strict => Admission::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_requests_in_any_second_are_allowed_and_the_next_is_an_offence() {
        let mut pace = Pace::default();
        for i in 0..500 {
            assert_eq!(pace.count(i * SECOND / 50), None, "request {i} of a steady 50 a second");
        }
        let now = 499 * SECOND / 50 + 1;
        assert_eq!(pace.count(now), Some(Excess { received: 51, begins: Some(1) }));
        assert_eq!(pace.count(now), Some(Excess { received: 52, begins: None }), "the same second is the same offence");
        assert_eq!(pace.count(now + 2 * SECOND), None);
    }

    #[test]
    fn each_second_over_the_rate_is_one_offence() {
        let mut pace = Pace::default();
        let mut offences = Vec::new();
        for second in 0..3 {
            for _ in 0..80 {
                offences.extend(pace.count(second * SECOND).and_then(|excess| excess.begins));
            }
        }
        assert_eq!(offences, [1, 2, 3]);
        assert!(pace.recent.len() <= 50);
    }
}
