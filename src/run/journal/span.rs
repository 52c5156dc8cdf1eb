//! Days on the command line.

use color_eyre::eyre::{Report, eyre};
use jiff::Span as Length;
use jiff::civil::Date;

use crate::cli::journal::Days;
use crate::clock::{Stamp, eastern};
use crate::journal::Span;
use crate::run::Misuse;

/// The span that is meant, if any is, with its words.
pub fn of(days: &Days, now: Stamp) -> Result<Option<(Span, String)>, Report> {
    let today = now.eastern().date();
    if let Some(day) = &days.day {
        let day = date(day, today)?;
        return Ok(Some((between(day, day)?, day.to_string())));
    }
    let from = days.from.as_deref().map(|d| date(d, today)).transpose()?;
    let to = days.to.as_deref().map(|d| date(d, today)).transpose()?;
    let (from, to, words) = match (from, to) {
        (None, None) => return Ok(None),
        (Some(from), None) => (from, today, format!("{from} to {today}")),
        (None, Some(to)) => (Date::constant(1990, 1, 1), to, format!("all up to {to}")),
        (Some(from), Some(to)) if from > to => return Err(Misuse(format!("--from {from} lies after --to {to}")).into()),
        (Some(from), Some(to)) => (from, to, format!("{from} to {to}")),
    };
    Ok(Some((between(from, to)?, words)))
}

/// Today.
pub fn today(now: Stamp) -> Result<(Span, String), Report> {
    let today = now.eastern().date();
    Ok((between(today, today)?, today.to_string()))
}

/// From the first midnight of New York to the one after the last day.
pub fn between(from: Date, to: Date) -> Result<Span, Report> {
    let start = |day: Date| -> Result<i64, Report> {
        let at = day.to_zoned(eastern())?.timestamp().as_nanosecond();
        i64::try_from(at).map_err(|_| eyre!("{day} lies too far away"))
    };
    Ok(Span { from: start(from)?, to: start(to.checked_add(Length::new().days(1))?)? })
}

fn date(text: &str, today: Date) -> Result<Date, Report> {
    match text {
        "today" => Ok(today),
        "yesterday" => Ok(today.yesterday()?),
        _ => Ok(text.parse().map_err(|_| Misuse(format!("{text:?} is no day: 2026-11-20, today or yesterday")))?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_new_york_and_the_last_one_is_in() {
        // Friday 2026-11-20 22:42:07 in New York, Saturday in London.
        let now = Stamp::at((1_795_189_327 + 12 * 3_600) * 1_000_000_000);
        let (span, words) = today(now).unwrap();
        assert_eq!(words, "2026-11-20");
        assert!(span.contains(now.wall) && !span.contains(now.wall + 2 * 3_600_000_000_000));
        let days = |day: Option<&str>, from: Option<&str>, to: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            of(&Days { day: own(day), from: own(from), to: own(to) }, now)
        };
        let (both, words) = days(None, Some("2026-11-19"), Some("today")).unwrap().unwrap();
        assert_eq!((both.to, words.as_str()), (span.to, "2026-11-19 to 2026-11-20"));
        assert_eq!(both.to - both.from, 2 * 86_400_000_000_000);
        assert_eq!(days(Some("yesterday"), None, None).unwrap().unwrap().1, "2026-11-19");
        assert!(days(None, None, None).unwrap().is_none());
        assert!(days(Some("20.11."), None, None).is_err());
        assert!(days(None, Some("2026-11-20"), Some("2026-11-19")).unwrap_err().to_string().contains("after"));
    }
}
