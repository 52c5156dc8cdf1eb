//! The outbound pace: 45 messages at once, 45 a second after that.
//!
//! IB cuts a client off that sends more than fifty messages a second (100). Questions and subscriptions wait for a token;
//! orders and cancels take one without waiting, so that whatever they overtake pays for them.
//!
//! Questions for history have an allowance of their own on top ([`History`]).
//!
//! Must not know: what the messages are. [`Bucket`] and [`History`] do not know the clock either.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Stamp;
use crate::domain::bar::{BarKey, Interval};

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

/// A question for history, as IB tells one from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Which bars.
    pub key: BarKey,
    /// Before which moment; `None` for those up to now.
    pub before: Option<i64>,
}

/// IB's allowance for history (error 162 beyond it). For bars of thirty seconds and less: no question again within
/// fifteen seconds, and sixty in ten minutes. For all bars: fewer than six questions about a contract in two seconds.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What was asked in the last ten minutes, oldest first.
    asked: VecDeque<(Stamp, Asked)>,
}

/// So long are questions of short bars counted.
const LONG: Duration = Duration::from_mins(10);
/// How many questions of short bars pass in that time.
const LONG_MAX: usize = 60;
/// So long must pass before a question of short bars is asked again.
const AGAIN: Duration = Duration::from_secs(15);
/// So long are questions about one contract counted.
const BRIEF: Duration = Duration::from_secs(2);
/// How many of them pass in that time.
const BRIEF_MAX: usize = 5;

impl History {
    /// How long a question has to wait; zero if it may be asked now.
    pub fn wait(&self, now: Stamp, asked: Asked) -> Duration {
        let short = |a: &Asked| a.key.interval <= Interval::Sec30;
        let until = |at: Stamp, span: Duration| span.saturating_sub(now.since(at));
        // A count that is full frees up when its oldest question that still matters grows old.
        let full = |same: &dyn Fn(&Asked) -> bool, span: Duration, most: usize| {
            let mut newest = self.asked.iter().rev().filter(|(_, a)| same(a));
            newest.nth(most - 1).map_or(Duration::ZERO, |(at, _)| until(*at, span))
        };
        let brief = full(&|a| a.key.con_id == asked.key.con_id, BRIEF, BRIEF_MAX);
        if !short(&asked) {
            return brief;
        }
        brief.max(full(&|a| *a == asked, AGAIN, 1)).max(full(&short, LONG, LONG_MAX))
    }

    /// A question is asked.
    pub fn note(&mut self, now: Stamp, asked: Asked) {
        self.asked.retain(|(at, _)| now.since(*at) < LONG);
        self.asked.push_back((now, asked));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::bar::BarHours;
    use crate::domain::instrument::ConId;

    fn asked(con_id: i32, interval: Interval, before: Option<i64>) -> Asked {
        Asked { key: BarKey { con_id: ConId(con_id), interval, hours: BarHours::Regular }, before }
    }

    #[test]
    fn the_same_short_bars_are_not_asked_for_again_within_fifteen_seconds() {
        let (mut history, start) = (History::default(), Stamp::at(1));
        let question = asked(1, Interval::Sec5, None);
        assert!(history.wait(start, question).is_zero());
        history.note(start, question);
        assert_eq!(history.wait(start.plus(SECOND * 5), question), SECOND * 10);
        assert!(history.wait(start.plus(SECOND * 15), question).is_zero());
        assert!(history.wait(start, asked(1, Interval::Sec5, Some(7))).is_zero(), "another page");
        history.note(start, asked(1, Interval::Min1, None));
        assert!(history.wait(start, asked(1, Interval::Min1, None)).is_zero(), "a minute and longer is free of it");
    }

    #[test]
    fn a_contract_is_asked_about_five_times_in_two_seconds() {
        let (mut history, start) = (History::default(), Stamp::at(1));
        for n in 0..5 {
            history.note(start.plus(SECOND / 10 * n), asked(1, Interval::Day1, Some(n.into())));
        }
        let now = start.plus(SECOND);
        assert_eq!(history.wait(now, asked(1, Interval::Min1, None)), SECOND);
        assert!(history.wait(now, asked(2, Interval::Min1, None)).is_zero());
    }

    #[test]
    fn sixty_questions_for_short_bars_use_up_ten_minutes() {
        let (mut history, start) = (History::default(), Stamp::at(1));
        for n in 0..60u32 {
            history.note(start.plus(SECOND * n), asked(n.try_into().unwrap(), Interval::Sec30, None));
        }
        let now = start.plus(SECOND * 60);
        assert_eq!(history.wait(now, asked(99, Interval::Sec10, None)), SECOND * 540);
        assert!(history.wait(now, asked(99, Interval::Min1, None)).is_zero());
        assert!(history.wait(start.plus(SECOND * 600), asked(99, Interval::Sec10, None)).is_zero());
    }

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
