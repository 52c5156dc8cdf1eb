//! Days and moments as a Flex query may be set to write them.

use jiff::civil::{Date, DateTime, Time};

use crate::clock::eastern;

/// What to set in the query.
const SET: &str = "set the query's formats to yyyyMMdd and HHmmss";

/// A day: `20261120`, `2026-11-20` or `20-Nov-26`. Where a slash stands between numbers, only a day above 12 says which of
/// them is the month.
pub(super) fn day(text: &str) -> Result<Date, String> {
    let forms: &[&str] = match text.len() {
        8 if text.bytes().all(|b| b.is_ascii_digit()) => &["%Y%m%d"],
        10 if text.contains('-') => &["%Y-%m-%d"],
        9 if text.contains('-') => &["%d-%b-%y"],
        _ if text.contains('/') => return slashed(text),
        _ => return Err(format!("is no day; {SET}")),
    };
    forms.iter().find_map(|form| Date::strptime(form, text).ok()).ok_or_else(|| format!("is no day; {SET}"))
}

fn slashed(text: &str) -> Result<Date, String> {
    let year = if text.len() > 8 { "%Y" } else { "%y" };
    let american = Date::strptime(format!("%m/%d/{year}"), text).ok();
    let european = Date::strptime(format!("%d/%m/{year}"), text).ok();
    match (american, european) {
        (Some(a), Some(b)) if a != b => Err(format!("may be {a} or {b}; {SET}")),
        (Some(day), _) | (None, Some(day)) => Ok(day),
        (None, None) => Err(format!("is no day; {SET}")),
    }
}

/// A moment, in nanoseconds since the Unix epoch: a day and a time with `;`, `,`, `T` or a blank between.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    let (date, time) = text
        .split_once([';', ','])
        .or_else(|| text.split_once(' '))
        .or_else(|| text.split_once('T'))
        .ok_or_else(|| format!("has no time of the day; {SET}"))?;
    let date = day(date.trim())?;
    // A zone that the statement names is New York's, in winter or summer.
    let time = time.trim().trim_end_matches(" EST").trim_end_matches(" EDT").trim_end_matches(" US/Eastern");
    let form = if time.contains(':') { "%H:%M:%S" } else { "%H%M%S" };
    let time = Time::strptime(form, time).map_err(|_| format!("has no time of the day; {SET}"))?;
    let zoned = DateTime::from_parts(date, time).to_zoned(eastern()).map_err(|e| e.to_string())?;
    i64::try_from(zoned.timestamp().as_nanosecond()).map_err(|_| "lies too far away".to_owned())
}
