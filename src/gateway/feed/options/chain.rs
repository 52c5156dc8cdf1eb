//! Which expiries and strikes of a class are listed at a moment.
//!
//! An expiry is listed so many days before it ends, by its kind. Its strikes lie around the close of the session before that, and
//! around the closes of every fifth session since: near ones at the distance that the time left asks for, and twice as far apart
//! beyond. What was listed stays listed. Nothing here looks at the running session.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{OptionClass, Tenor, Terms, at_or_before};
use crate::clock::Stamp;
use crate::gateway::Nanos;
use crate::gateway::feed::Feed;
use crate::gateway::feed::calendar::{instant_at, unix_day};

/// Sessions from one look at the close to the next.
const EVERY: i64 = 5;

impl Tenor {
    /// How many days before its end an expiry in a month is listed.
    fn ahead(self, month: i8) -> i64 {
        match self {
            Self::Monthly if month == 1 => 800,
            Self::Monthly if month % 3 == 0 => 370,
            Self::Monthly => 65,
            Self::Quarterly => 370,
            Self::MonthEnd => 190,
            Self::Weekly => 42,
            Self::Daily => 10,
        }
    }
}

impl OptionClass {
    /// When the expiry with this last day was listed: its first day.
    fn listed_on(&self, last_day: Date) -> Option<Date> {
        let ahead = self.tenor(last_day)?.ahead(last_day.month());
        last_day.checked_sub(ahead.days()).ok()
    }

    /// The last days of trading of the expiries listed at a moment, the nearest first.
    pub fn last_days(&self, at: Nanos) -> Vec<Date> {
        let today = Stamp::at(at).eastern().date();
        (0..=810)
            .filter_map(|ahead: i64| today.checked_add(ahead.days()).ok())
            .filter(|day| self.listed_on(*day).is_some_and(|from| from <= today))
            .filter(|day| self.strike_end(*day).is_some_and(|ends| ends > at))
            .collect()
    }

    fn strike_end(&self, last_day: Date) -> Option<Nanos> {
        self.tenor(last_day).map(|_| super::closes(last_day))
    }
}

/// Closes of the underlying that strikes were listed around: days left then, and the price in thousandths.
struct Sight {
    days: i64,
    price: i64,
}

impl Sight {
    /// The strikes listed then: near ones and far ones as (first, last, distance).
    fn ranges(&self, class: &OptionClass) -> [(i64, i64, i64); 2] {
        let fine = class.unit
            * match self.days {
                ..=60 => 1,
                61..=200 => 2,
                _ => 4,
            };
        let spread = class.vol * libm::sqrt(self.days.max(1) as f64 / 365.0);
        let near = (1.2 * spread + 0.02).clamp(0.04, 0.25);
        let far = (3.0 * spread + 0.05).clamp(0.10, 0.60);
        let range = |share: f64, distance: i64| {
            let width = (self.price as f64 * share) as i64;
            let first = (self.price - width).max(distance) / distance * distance;
            let last = ((self.price + width) / distance * distance).min(class.unit * 4_095);
            (first, last, distance)
        };
        [range(near, fine), range(far, fine * 2)]
    }
}

impl Feed {
    /// The strikes of an expiry listed at a moment, in thousandths, lowest first.
    pub fn strikes(&self, class: &'static OptionClass, last_day: Date, at: Nanos) -> Vec<i64> {
        let mut strikes = Vec::new();
        for sight in self.sights(class, last_day, at) {
            for (first, last, distance) in sight.ranges(class) {
                strikes.extend((0..).map(|step| first + step * distance).take_while(|strike| *strike <= last));
            }
        }
        strikes.sort_unstable();
        strikes.dedup();
        strikes
    }

    /// Whether an option was listed at a moment or before.
    pub fn is_listed(&self, terms: &Terms, at: Nanos) -> bool {
        let listed = |sight: &Sight| {
            sight
                .ranges(terms.class)
                .iter()
                .any(|(first, last, distance)| (*first..=*last).contains(&terms.strike) && terms.strike % distance == 0)
        };
        self.sights(terms.class, terms.last_day, at).iter().any(listed)
    }

    fn sights(&self, class: &'static OptionClass, last_day: Date, at: Nanos) -> Vec<Sight> {
        let (Some(listed), Some(under)) = (class.listed_on(last_day), class.under()) else { return Vec::new() };
        let Some(symbol) = self.symbol(under.con_id) else { return Vec::new() };
        let calendar = symbol.calendar;
        let session = |at: Nanos| calendar.locate(at).map_or(0, |spot| calendar.session_of(spot));
        let first = session(instant_at(at_or_before(listed), 12, 0)) - 1;
        // The close of a session is known once it has ended.
        let known = session(at) - 1;
        if instant_at(listed, 0, 0) > at || first < 0 {
            return Vec::new();
        }
        let end = session(super::closes(last_day));
        let looks = (first..=known.min(end)).filter(|d| *d == first || d % EVERY == 0);
        let ends = unix_day(last_day);
        looks
            .filter_map(|d| {
                let price = under.price(symbol.close(d)?).0;
                let price = i64::try_from((price * rust_decimal::Decimal::ONE_THOUSAND).trunc()).ok()?;
                Some(Sight { days: ends - unix_day(calendar.civil(d)), price })
            })
            .collect()
    }
}
