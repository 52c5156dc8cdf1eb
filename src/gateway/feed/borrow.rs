//! Shares that can be borrowed to sell short.
//!
//! A pure function of seed, symbol and day. Liquid shares (classes A, B, C) can always be borrowed. A mid cap (D) is hard to borrow
//! on one day in eight and a small cap (E) on one day in two: none are there until a moment between 05:00 and 16:00 of the day at
//! which the broker finds some, and on one such day in four none all day. What is there is a twentieth of the average daily
//! volume, half of that up to half more, and a tenth of it where it had to be found.
//!
//! Must not know: orders, accounts.

use super::universe::{Kind, Listing};
use super::{Feed, hash};
use crate::gateway::{ConId, Nanos};

const SECOND: Nanos = 1_000_000_000;
const HOUR: Nanos = 3_600 * SECOND;
const DAY: Nanos = 24 * HOUR;

/// What can be borrowed of a share at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borrow {
    /// Shares.
    pub shares: i64,
    /// Whether more will be found on the day, none being there now.
    pub sought: bool,
}

impl Feed {
    /// What can be borrowed at `at`, on the day that began at `day_start`; `None` for what is no share.
    pub fn borrow(&self, con_id: ConId, day_start: Nanos, at: Nanos) -> Option<Borrow> {
        let listing = Listing::by_con_id(con_id).filter(|listing| matches!(listing.kind, Kind::Stock | Kind::Etf))?;
        let key = hash::key(self.seed(), listing.symbol) ^ hash::key(self.seed(), "borrow");
        let draw = hash::draw(key, day_start.div_euclid(DAY).unsigned_abs());
        let plenty = (listing.adv * 0.05 * (0.5 + hash::unit(draw))) as i64;
        let days = match listing.class.letter {
            'D' => 8.0,
            'E' => 2.0,
            _ => return Some(Borrow { shares: plenty, sought: false }),
        };
        if hash::further(draw, 0) * days >= 1.0 {
            return Some(Borrow { shares: plenty, sought: false });
        }
        let found = (hash::further(draw, 1) * 4.0 >= 1.0).then(|| {
            let seconds = (hash::further(draw, 2) * 11.0 * 3_600.0) as i64;
            day_start.saturating_add(5 * HOUR).saturating_add(seconds.saturating_mul(SECOND))
        });
        Some(match found {
            Some(found) if at >= found => Borrow { shares: plenty / 10, sought: false },
            found => Borrow { shares: 0, sought: found.is_some() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::feed::{Calendar, LISTINGS};

    /// Of how many days of a thousand a share of this class is hard to borrow at midnight, and hard all day.
    fn hard(letter: char) -> (i64, i64) {
        let feed = Feed::new(42, Calendar::Always);
        let mut hard = (0, 0);
        let listings: Vec<_> = LISTINGS.iter().filter(|listing| listing.class.letter == letter).collect();
        for listing in &listings {
            for day in 20_000..20_000 + 1_000 {
                let start = day * DAY;
                let morning = feed.borrow(listing.con_id, start, start).unwrap();
                let evening = feed.borrow(listing.con_id, start, start + 20 * HOUR).unwrap();
                hard.0 += i64::from(morning.shares == 0);
                hard.1 += i64::from(evening.shares == 0);
                assert_eq!(morning.shares == 0 && evening.shares > 0, morning.sought, "what is sought is found");
            }
        }
        (hard.0 / listings.len() as i64, hard.1 / listings.len() as i64)
    }

    #[test]
    fn the_smaller_the_harder() {
        assert_eq!((hard('A'), hard('B'), hard('C')), ((0, 0), (0, 0), (0, 0)));
        let (mid, never) = hard('D');
        assert!((95..155).contains(&mid) && (20..45).contains(&never), "{mid} {never}");
        let (small, never) = hard('E');
        assert!((450..550).contains(&small) && (90..160).contains(&never), "{small} {never}");
    }

    #[test]
    fn it_changes_once_a_day_on_a_whole_second_and_never_otherwise() {
        let feed = Feed::new(7, Calendar::Nyse);
        let cake = Listing::by_symbol("CAKE").unwrap().con_id;
        for day in 20_000..20_200 {
            let start = day * DAY + 5 * HOUR;
            let mut seen = Vec::new();
            for minute in 0..24 * 60 {
                let now = feed.borrow(cake, start, start + minute * 60 * SECOND).unwrap();
                if seen.last() != Some(&now) {
                    seen.push(now);
                }
            }
            assert!(seen.len() <= 2, "{seen:?}");
        }
    }
}
