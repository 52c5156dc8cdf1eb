//! Bars on the wire: sizes, durations and dates in IB's words.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::proto::{HistogramDataEntry, HistoricalDataBar, RealTimeBarTick};
use super::{convert, time};
use crate::gateway::Nanos;
use crate::gateway::feed::{Bar, BarSize, Listing, What};

const SECOND: Nanos = 1_000_000_000;
const DAY: Nanos = 86_400 * SECOND;

/// A duration in IB's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gateway) enum Span {
    /// `S`.
    Seconds(i64),
    /// `D`: sessions, the one that runs or ran last included.
    Days(i64),
    /// `W`.
    Weeks(i64),
    /// `M`.
    Months(i64),
    /// `Y`.
    Years(i64),
}

impl Span {
    /// Reads `N S`, `N D`, `N W`, `N M` or `N Y` within IB's limits.
    pub(in crate::gateway) fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.trim().split_once(' ')?;
        let count: i64 = count.parse().ok().filter(|count| *count > 0)?;
        let (span, most) = match unit.trim() {
            "S" => (Self::Seconds(count), 86_400),
            "D" => (Self::Days(count), 365),
            "W" => (Self::Weeks(count), 52),
            "M" => (Self::Months(count), 12),
            "Y" => (Self::Years(count), 68),
            _ => return None,
        };
        (count <= most).then_some(span)
    }
}

impl Span {
    /// Reads the words of a histogram's period: `3 days`, `1 week`.
    pub(in crate::gateway) fn words(text: &str) -> Option<Self> {
        let (count, unit) = text.trim().split_once(' ')?;
        let unit = match unit.trim().trim_end_matches('s') {
            "S" | "sec" | "second" => "S",
            "D" | "day" => "D",
            "W" | "week" => "W",
            "M" | "month" => "M",
            "Y" | "year" => "Y",
            _ => return None,
        };
        Self::parse(&format!("{count} {unit}"))
    }
}

/// The finest bars of which at most `most` lie between two moments.
pub(in crate::gateway) fn coarse(from: Nanos, until: Nanos, most: i64) -> BarSize {
    let sizes = [60, 300, 1_800, 3_600].map(BarSize::Seconds).into_iter().chain([BarSize::Day]);
    sizes.into_iter().find(|size| count(*size, from, until) <= most).unwrap_or(BarSize::Week)
}

/// The shares traded at each price, lowest first: a bar's volume counts at its average price, to the tick.
pub(in crate::gateway) fn histogram(listing: &Listing, bars: &[Bar]) -> Vec<HistogramDataEntry> {
    let mut traded: BTreeMap<i64, i64> = BTreeMap::new();
    for bar in bars.iter().filter(|bar| bar.volume > 0) {
        // The average is counted in thousandths of a tick.
        let ticks = if bar.wap > 0 { bar.wap.saturating_add(500).div_euclid(1_000) } else { bar.close };
        let shares = traded.entry(ticks).or_default();
        *shares = shares.saturating_add(bar.volume);
    }
    let entry = |(ticks, shares): (i64, i64)| HistogramDataEntry {
        price: Some(convert::price(listing, ticks)),
        size: Some(shares.to_string()),
    };
    traded.into_iter().map(entry).collect()
}

/// Reads IB's bar sizes.
pub(in crate::gateway) fn size(text: &str) -> Option<BarSize> {
    let (count, unit) = text.trim().split_once(' ')?;
    let count: u32 = count.parse().ok()?;
    match (unit.trim().trim_end_matches('s'), count) {
        ("sec", 1 | 5 | 10 | 15 | 30) => Some(BarSize::Seconds(count)),
        ("min", 1 | 2 | 3 | 5 | 10 | 15 | 20 | 30) => Some(BarSize::Seconds(count * 60)),
        ("hour", 1 | 2 | 3 | 4 | 8) => Some(BarSize::Seconds(count * 3_600)),
        ("day", 1) => Some(BarSize::Day),
        ("week" | "W", 1) => Some(BarSize::Week),
        ("month" | "M", 1) => Some(BarSize::Month),
        _ => None,
    }
}

/// Reads what a bar is to show; adjusted prices are the prices, since nothing here splits.
pub(in crate::gateway) fn what(text: &str) -> Option<What> {
    match text.trim() {
        "TRADES" | "ADJUSTED_LAST" => Some(What::Trades),
        "BID" => Some(What::Bid),
        "ASK" => Some(What::Ask),
        "MIDPOINT" => Some(What::Midpoint),
        _ => None,
    }
}

/// At most how many bars of a size lie between two moments.
pub(in crate::gateway) fn count(size: BarSize, from: Nanos, until: Nanos) -> i64 {
    let length = match size {
        BarSize::Seconds(seconds) => i64::from(seconds).saturating_mul(SECOND),
        BarSize::Day => DAY,
        BarSize::Week => 7 * DAY,
        BarSize::Month => 28 * DAY,
    };
    until.saturating_sub(from).checked_div(length).unwrap_or(i64::MAX).saturating_add(1)
}

/// How the dates of a request's bars are written.
#[derive(Debug, Clone)]
pub(in crate::gateway) enum DateForm {
    /// `YYYYMMDD` in the calendar's zone: days and longer.
    Date(TimeZone),
    /// Unix seconds: shorter bars with format 2.
    Seconds,
    /// `YYYYMMDD HH:MM:SS US/Eastern`: shorter bars with format 1.
    Text,
}

impl DateForm {
    /// The form for a request's `format_date` and bar size.
    pub(in crate::gateway) fn new(format_date: Option<i32>, size: BarSize, zone: TimeZone) -> Self {
        match (size, format_date) {
            (BarSize::Day | BarSize::Week | BarSize::Month, _) => Self::Date(zone),
            (BarSize::Seconds(_), Some(2)) => Self::Seconds,
            (BarSize::Seconds(_), _) => Self::Text,
        }
    }

    fn write(&self, at: Nanos) -> String {
        match self {
            Self::Date(zone) => time::date_text(at, zone.clone()),
            Self::Seconds => time::seconds(at).to_string(),
            Self::Text => time::eastern_text(at),
        }
    }
}

/// The prices of a bar as doubles: open, high, low, close, average.
fn prices(listing: &Listing, what: What, bar: &Bar) -> [f64; 5] {
    let tick = listing.tick().0;
    let price = |count: i64, per_tick: i64| {
        let ticks = Decimal::from(count).checked_div(Decimal::from(per_tick));
        ticks.and_then(|ticks| ticks.checked_mul(tick)).map_or(f64::NAN, |price| convert::double(price.normalize()))
    };
    let per_tick = what.per_tick();
    let average = if bar.wap > 0 { price(bar.wap, 1_000) } else { price(bar.close, per_tick) };
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(|count| price(count, per_tick));
    [open, high, low, close, average]
}

/// Volume, average and count as the wire wants them: a quote's bar has none, written −1 as IB does.
fn activity(what: What, bar: &Bar, average: f64) -> (String, String, i32) {
    match what {
        What::Trades => (bar.volume.to_string(), average.to_string(), i32::try_from(bar.count).unwrap_or(i32::MAX)),
        What::Bid | What::Ask | What::Midpoint => ("-1".to_owned(), "-1".to_owned(), -1),
    }
}

/// One bar of history.
pub(in crate::gateway) fn bar(listing: &Listing, what: What, form: &DateForm, bar: &Bar) -> HistoricalDataBar {
    let [open, high, low, close, average] = prices(listing, what, bar);
    let (volume, wap, bar_count) = activity(what, bar, average);
    HistoricalDataBar {
        date: Some(form.write(bar.start)),
        open: Some(open),
        high: Some(high),
        low: Some(low),
        close: Some(close),
        volume: Some(volume),
        wap: Some(wap),
        bar_count: Some(bar_count),
    }
}

/// One five-second bar as it ends.
pub(in crate::gateway) fn real_time(req_id: i32, listing: &Listing, what: What, bar: &Bar) -> RealTimeBarTick {
    let [open, high, low, close, average] = prices(listing, what, bar);
    let (volume, wap, count) = activity(what, bar, average);
    RealTimeBarTick {
        req_id: Some(req_id),
        time: Some(time::seconds(bar.start)),
        open: Some(open),
        high: Some(high),
        low: Some(low),
        close: Some(close),
        volume: Some(volume),
        wap: Some(wap),
        count: Some(count),
    }
}

/// The head timestamp in the form asked for.
pub(in crate::gateway) fn head(at: Nanos, format_date: Option<i32>) -> String {
    match format_date {
        Some(2) => time::seconds(at).to_string(),
        _ => time::zoned(at, TimeZone::UTC).strftime("%Y%m%d-%H:%M:%S").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_size_of_ib_is_read_and_no_other() {
        for (text, want) in [
            ("1 secs", BarSize::Seconds(1)),
            ("30 secs", BarSize::Seconds(30)),
            ("1 min", BarSize::Seconds(60)),
            ("20 mins", BarSize::Seconds(1_200)),
            ("1 hour", BarSize::Seconds(3_600)),
            ("8 hours", BarSize::Seconds(28_800)),
            ("1 day", BarSize::Day),
            ("1 week", BarSize::Week),
            ("1 month", BarSize::Month),
        ] {
            assert_eq!(size(text), Some(want), "{text}");
        }
        for text in ["", "7 mins", "min", "0 secs", "2 days", "1 year"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn a_duration_keeps_ibs_limits() {
        assert_eq!(Span::parse("2 D"), Some(Span::Days(2)));
        assert_eq!(Span::parse("366 D"), None);
        assert_eq!(Span::parse("0 S"), None);
        assert_eq!(Span::parse("1 H"), None);
    }

    #[test]
    fn a_histogram_adds_up_the_volume_at_each_price() {
        let apple = Listing::by_symbol("AAPL").unwrap();
        let bar = |wap, volume| Bar { start: 0, end: 60, open: 1, high: 1, low: 1, close: 1, volume, count: 1, wap };
        let entries = histogram(apple, &[bar(23_000_400, 100), bar(22_999_600, 50), bar(22_998_000, 7), bar(1, 0)]);
        let rows: Vec<_> = entries.iter().map(|entry| (entry.price.unwrap(), entry.size.as_deref().unwrap())).collect();
        assert_eq!(rows, [(229.98, "7"), (230.0, "150")]);
        assert_eq!(Span::words("3 days"), Some(Span::Days(3)));
        assert_eq!(Span::words("1 fortnight"), None);
        assert_eq!(coarse(0, 3 * DAY, 2_000), BarSize::Seconds(300));
    }

    #[test]
    fn a_midpoint_between_ticks_keeps_its_half() {
        let apple = Listing::by_symbol("AAPL").unwrap();
        let half = Bar {
            start: 0,
            end: SECOND,
            open: 46_001,
            high: 46_002,
            low: 46_000,
            close: 46_001,
            volume: 0,
            count: 0,
            wap: 0,
        };
        let row = bar(apple, What::Midpoint, &DateForm::Seconds, &half);
        assert_eq!((row.open, row.high, row.date.as_deref()), (Some(230.005), Some(230.01), Some("0")));
        assert_eq!(row.volume.as_deref(), Some("-1"));
    }
}
