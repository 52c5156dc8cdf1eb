//! The outbound pace: 45 messages at once, 45 a second after that.
//!
//! IB cuts a client off that sends more than fifty messages a second (100). Questions and subscriptions wait for a token;
//! orders and cancels take one without waiting, so that whatever they overtake pays for them.
//!
//! Must not know: what the messages are. [`Bucket`] does not know the clock either.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Stamp;

/// How many messages may leave at once, and how many a second are earned back.
const DEPTH: i64 = 45;
/// What one message costs, in nanoseconds of earning.
const COST: i64 = 1_000_000_000 / DEPTH;
/// How far messages that do not wait may overdraw the bucket, in messages: the debt never delays others for longer than
/// this many take to earn.
const DEBT_MAX: i64 = 2 * DEPTH;

/// A token bucket counted in nanoseconds of earning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    credit: i64,
    at: Stamp,
}

impl Bucket {
    /// A full bucket.
    pub const fn full(at: Stamp) -> Self {
        Self { credit: DEPTH * COST, at }
    }

    /// Takes a token, or says how long until there is one.
    pub fn take(&mut self, now: Stamp) -> Result<(), Duration> {
        self.earn(now);
        if self.credit >= COST {
            self.credit -= COST;
            return Ok(());
        }
        Err(Duration::from_nanos(u64::try_from(COST - self.credit).unwrap_or(0)))
    }

    /// Takes a token whether or not there is one.
    pub fn force(&mut self, now: Stamp) {
        self.earn(now);
        self.credit = (self.credit - COST).max(-DEBT_MAX * COST);
    }

    fn earn(&mut self, now: Stamp) {
        let earned = i64::try_from(now.since(self.at).as_nanos()).unwrap_or(i64::MAX);
        self.credit = self.credit.saturating_add(earned).min(DEPTH * COST);
        self.at = self.at.max(now);
    }
}

/// The bucket of one adapter, shared by everything that writes to the socket.
#[derive(Debug, Clone)]
pub struct Pace(Arc<Mutex<Bucket>>);

impl Pace {
    /// A full one.
    pub fn new(now: Stamp) -> Self {
        Self(Arc::new(Mutex::new(Bucket::full(now))))
    }

    /// Waits for a token.
    pub async fn permit(&self) {
        while let Err(wait) = self.with(Bucket::take) {
            tokio::time::sleep_until(tokio::time::Instant::now() + wait).await;
        }
    }

    /// Takes a token without waiting.
    pub fn count(&self) {
        self.with(Bucket::force);
    }

    fn with<T>(&self, f: impl FnOnce(&mut Bucket, Stamp) -> T) -> T {
        // Two numbers, replaced one after the other: a writer that panicked between them leaves a bucket that still works.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), Stamp::now())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_of_45_passes_and_the_next_waits_its_turn() {
        let now = Stamp::at(1);
        let mut bucket = Bucket::full(now);
        for _ in 0..45 {
            assert_eq!(bucket.take(now), Ok(()));
        }
        let wait = bucket.take(now).unwrap_err();
        assert!(wait <= Duration::from_millis(23), "{wait:?}");
        assert_eq!(bucket.take(now.plus(wait)), Ok(()));
    }

    #[test]
    fn orders_do_not_wait_but_others_pay_for_them() {
        let now = Stamp::at(1);
        let mut bucket = Bucket::full(now);
        for _ in 0..60 {
            bucket.force(now);
        }
        let wait = bucket.take(now).unwrap_err();
        assert!(wait > Duration::from_millis(300) && wait < Duration::from_millis(400), "{wait:?}");
    }

    #[test]
    fn a_clock_that_stands_still_or_steps_back_earns_nothing() {
        let mut bucket = Bucket::full(Stamp::at(5_000_000_000));
        for _ in 0..45 {
            assert_eq!(bucket.take(Stamp::at(5_000_000_000)), Ok(()));
        }
        assert!(bucket.take(Stamp::at(1)).is_err());
        assert!(bucket.take(Stamp::at(5_000_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_second_ever_sees_more_than_depth_plus_rate(gaps in prop::collection::vec(0u64..60_000_000, 1..400)) {
            let mut now = Stamp::at(1);
            let mut bucket = Bucket::full(now);
            let mut sent: Vec<Stamp> = Vec::new();
            for gap in gaps {
                now = now.plus(Duration::from_nanos(gap));
                if bucket.take(now).is_ok() {
                    sent.push(now);
                }
            }
            for (i, first) in sent.iter().enumerate() {
                let within = sent.iter().skip(i).filter(|s| s.since(*first) < SECOND).count();
                prop_assert!(within <= 90, "{within} messages within a second");
            }
        }
    }
}
