//! When a contract trades, as its contract details list it: the next days only, moment by moment.
//!
//! IB lists two strings (`tradingHours`, `liquidHours`) in the contract's own zone, about a week ahead. Invariants: of a moment
//! that the lists do not reach nothing is said; a list that cannot be read is no list.
//!
//! Must not know: which market it is, holidays, the machine's clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A stretch of trading, from its first moment to the one after its last.
pub type Stretch = (Timestamp, Timestamp);

/// The stretches in which a contract trades at all, and its regular ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Listed {
    /// All hours (`tradingHours`), in order.
    pub trading: Vec<Stretch>,
    /// Regular hours (`liquidHours`), in order.
    pub liquid: Vec<Stretch>,
    /// Where the lists end: midnight after their last day.
    pub until: Option<Timestamp>,
}

/// Whether a contract trades at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Now {
    /// Yes.
    Open,
    /// Not before this moment.
    Opens(Timestamp),
}

impl Listed {
    /// Both lists as IB spells them (`20261125:0930-20261125:1600;20261126:CLOSED`), in this zone. Nothing is listed where one
    /// of them cannot be read.
    pub fn read(trading: &str, liquid: &str, zone: &TimeZone) -> Self {
        let (Some(mut trading), Some(mut liquid)) = (days(trading, zone), days(liquid, zone)) else {
            return Self::default();
        };
        let until = trading.1.min(liquid.1);
        trading.0.sort_unstable();
        liquid.0.sort_unstable();
        Self { trading: trading.0, liquid: liquid.0, until: Some(until) }
    }

    /// Whether it trades at a moment, in regular hours alone or in all of them; `None` where the lists do not say.
    pub fn now(&self, at: Timestamp, regular: bool) -> Option<Now> {
        self.until.filter(|until| at < *until)?;
        let hours = if regular { &self.liquid } else { &self.trading };
        let next = hours.iter().find(|(_, end)| at < *end)?;
        Some(if next.0 <= at { Now::Open } else { Now::Opens(next.0) })
    }

    /// Until when the regular stretch lasts that a moment lies in.
    pub fn regular_end(&self, at: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| at < *until)?;
        self.liquid.iter().find(|(start, end)| *start <= at && at < *end).map(|(_, end)| *end)
    }
}

/// The stretches of a list, and where it ends.
fn days(list: &str, zone: &TimeZone) -> Option<(Vec<Stretch>, Timestamp)> {
    let (mut stretches, mut last) = (Vec::new(), None::<Date>);
    for part in list.split([';', ',']).map(str::trim).filter(|part| !part.is_empty()) {
        let day = date(part.get(..8)?)?;
        last = last.max(Some(day));
        let said = part.get(8..)?.strip_prefix(':')?;
        if said == "CLOSED" {
            continue;
        }
        let (from, to) = said.split_once('-')?;
        let start = moment(day, from, zone)?;
        let end = match to.split_once(':') {
            Some((end_day, end)) => {
                let end_day = date(end_day)?;
                last = last.max(Some(end_day));
                moment(end_day, end, zone)?
            }
            // The older form has one date: an end before the start is on the next day.
            None => {
                moment(day, to, zone).filter(|end| *end > start).or_else(|| moment(day.tomorrow().ok()?, to, zone))?
            }
        };
        (start < end).then(|| stretches.push((start, end)))?;
    }
    let end = last?.tomorrow().ok()?.to_datetime(Time::midnight());
    Some((stretches, zone.to_timestamp(end).ok()?))
}

fn date(text: &str) -> Option<Date> {
    let whole = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    whole.then_some(())?;
    let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn moment(day: Date, text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (hour, minute) = text.split_at_checked(2)?;
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0);
    // Midnight at the end of a day is written as its last minute or as 24:00.
    let at = match time {
        Ok(time) => day.to_datetime(time),
        Err(_) if (hour, minute) == ("24", "00") => DateTime::from_parts(day.tomorrow().ok()?, Time::midnight()),
        Err(_) => return None,
    };
    zone.to_timestamp(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("America/Chicago").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_future_trades_from_the_evening_before_and_rests_for_an_hour() {
        let trading = "20261124:1700-20261125:1600;20261125:1700-20261126:1200;20261127:CLOSED";
        let liquid = "20261125:0830-20261125:1500;20261126:CLOSED;20261127:CLOSED";
        let listed = Listed::read(trading, liquid, &zone());
        // Chicago is six hours behind UTC.
        assert_eq!(listed.now(at("2026-11-25T12:00:00Z"), false), Some(Now::Open));
        assert_eq!(listed.now(at("2026-11-25T12:00:00Z"), true), Some(Now::Opens(at("2026-11-25T14:30:00Z"))));
        assert_eq!(listed.now(at("2026-11-25T22:30:00Z"), false), Some(Now::Opens(at("2026-11-25T23:00:00Z"))));
        assert_eq!(listed.regular_end(at("2026-11-25T15:00:00Z")), Some(at("2026-11-25T21:00:00Z")));
        assert_eq!(listed.regular_end(at("2026-11-25T21:00:00Z")), None, "the end belongs to what follows");
    }

    #[test]
    fn what_the_lists_do_not_reach_is_not_known() {
        let listed = Listed::read("20261125:0930-20261125:1600", "20261125:0930-20261125:1600", &zone());
        assert_eq!(listed.now(at("2026-11-25T23:00:00Z"), true), None, "nothing more is listed");
        assert_eq!(listed.now(at("2026-11-30T16:00:00Z"), true), None);
        assert_eq!(Listed::default().now(at("2026-11-25T16:00:00Z"), true), None);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_none() {
        for list in
            ["20261125", "20261125:0930", "20261325:0930-1600", "2026112x:CLOSED", "20261125:0930-20261125:0930", "é"]
        {
            assert_eq!(Listed::read(list, list, &zone()), Listed::default(), "{list}");
        }
        assert_eq!(Listed::read("20261125:0930-1600", "", &zone()), Listed::default());
        let old = Listed::read("20261125:1800-1700", "20261125:0000-2400", &zone());
        assert_eq!(old.now(at("2026-11-26T06:00:00Z"), false), None, "beyond the last day");
        assert_eq!(old.trading, [(at("2026-11-26T00:00:00Z"), at("2026-11-26T23:00:00Z"))]);
    }
}
