//! Dates and minutes: `2026-12-01`, `2026-11-24T10:00ET`, `18DEC26`.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::domain::terms::{Instants, Moment, Zone};
use crate::sentence::fault::Fault;
use crate::sentence::number::digits;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Reads `2026-11-24T10:00ET`; a minute that a clock skips or shows twice is refused.
pub(super) fn moment(word: &str, span: Range<usize>) -> Result<Moment, Fault> {
    let upper = word.to_ascii_uppercase();
    let (day, rest) = upper.split_once('T').map_or((upper.as_str(), None), |(day, rest)| (day, Some(rest)));
    let wrong = || Fault::new(span.clone(), format!("{word} is not a date: 2026-12-01, 2026-12-01T10:00ET"));
    let date = iso_date(day).ok_or_else(wrong)?;
    let Some(rest) = rest else { return Ok(Moment { date, time: None, zone: None }) };
    let (clock, letters) = rest.split_at_checked(5).ok_or_else(wrong)?;
    let time = clock_time(clock).ok_or_else(wrong)?;
    let zone = match letters {
        "" => None,
        _ => match Zone::ALL.into_iter().find(|z| z.letters() == letters) {
            Some(zone) => Some(zone),
            None => return Err(Fault::new(span, format!("{letters} is not a zone: ET, CT, UTC, LON, HK, TYO"))),
        },
    };
    let moment = Moment { date, time: Some(time), zone };
    let letters = zone.map_or("", Zone::letters);
    match moment.instants(None) {
        Some(Instants::Skipped(later)) => {
            Err(Fault::new(span, format!("the clock skips {clock} on that day in {letters}")).fix(later.to_string()))
        }
        Some(Instants::Twice(first, second)) => {
            Err(Fault::new(span, format!("the clock shows {clock} twice on that day in {letters}"))
                .fix(universal(first))
                .fix(universal(second)))
        }
        Some(Instants::One(_)) | None => Ok(moment),
    }
}

fn universal(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    Moment { date: at.date(), time: Some(at.time()), zone: Some(Zone::Utc) }.to_string()
}

/// `2026-12-01`.
pub(super) fn iso_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let shaped = year.len() == 4 && month.len() == 2 && day.len() == 2 && parts.next().is_none();
    let plain = digits(year) && digits(month) && digits(day);
    if !shaped || !plain {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|d| d.year() >= 1970)
}

fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// Whether a word has the shape of an expiry, right or wrong: `18DEC26`, `2026-12-18`.
pub(super) fn is_expiry_shaped(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let iso = upper.len() == 10 && upper.split('-').map(str::len).eq([4, 2, 2]) && upper.split('-').all(digits);
    let Some((day, month, year)) = pieces(&upper) else { return iso };
    let named = month.len() == 3 && month.bytes().all(|b| b.is_ascii_uppercase());
    iso || (digits(day) && digits(year) && named)
}

/// The pieces of `18DEC26`, the day of one or two digits.
fn pieces(upper: &str) -> Option<(&str, &str, &str)> {
    let at = upper.find(|c: char| !c.is_ascii_digit()).filter(|at| (1..=2).contains(at))?;
    let (day, rest) = upper.split_at_checked(at)?;
    let (month, year) = rest.split_at_checked(3)?;
    (year.len() == 2).then_some((day, month, year))
}

/// Reads an expiry.
pub(super) fn expiry(text: &str) -> Option<Date> {
    let upper = text.to_ascii_uppercase();
    if let Some(date) = iso_date(&upper) {
        return (2000..=2099).contains(&date.year()).then_some(date);
    }
    let (day, month, year) = pieces(&upper)?;
    if !digits(day) || !digits(year) {
        return None;
    }
    let month = MONTHS.iter().position(|m| *m == month)?.checked_add(1)?;
    let year = year.parse::<i16>().ok()?.checked_add(2000)?;
    Date::new(year, i8::try_from(month).ok()?, day.parse().ok()?).ok()
}

/// `18DEC26`.
pub(in crate::sentence) fn expiry_text(date: Date) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|m| m.checked_sub(1)).and_then(|m| MONTHS.get(m));
    let year = date.year().checked_rem(100).unwrap_or(0);
    format!("{:02}{}{year:02}", date.day(), month.copied().unwrap_or("JAN"))
}

/// The monthly expiry of listed options that comes next: the third Friday, on the day itself still today's.
pub(super) fn next_monthly(today: Date) -> Option<Date> {
    let third = |day: Date| day.first_of_month().nth_weekday_of_month(3, jiff::civil::Weekday::Friday).ok();
    let this = third(today)?;
    if this >= today {
        return Some(this);
    }
    third(today.last_of_month().tomorrow().ok()?)
}
