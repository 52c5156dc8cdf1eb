//! Bars of an option: of its prints one by one, of its quotes from the extremes of the underlying within each minute.
//!
//! Invariants: a bar equals the scan of its leaves, and every size is the sum of its one-minute bars; nothing after `until` is looked at.
//!
//! Must not know: durations and formats of requests.

use super::super::calendar::Spot;
use super::super::search::Tally;
use super::super::{Bar, BarSize, What};
use super::market::{MINUTE, OptionMarket, one};
use crate::gateway::Nanos;

impl OptionMarket<'_> {
    /// Bars; see `Feed::bars`.
    pub fn bars(&self, size: BarSize, from: Nanos, until: Nanos, what: What) -> Vec<Bar> {
        let calendar = self.under.calendar;
        let first = calendar.locate(from).unwrap_or(Spot { d: 0, q: 0, off: 0 });
        let Some(now) = calendar.locate(until).filter(|_| from <= until) else { return Vec::new() };
        let mut out: Vec<Bar> = Vec::new();
        let mut turnover = 0;
        let last = calendar.session_of(now).min(self.last_session());
        let begin = self.first_session(size, calendar.session_of(first));
        let cell = match size {
            BarSize::Seconds(seconds) => (seconds * 4).clamp(1, MINUTE),
            BarSize::Day | BarSize::Week | BarSize::Month => MINUTE,
        };
        for d in begin..=last {
            let (open, close) = self.span(d);
            let intraday = matches!(size, BarSize::Seconds(_));
            let a = if intraday && d == first.d { open.max(first.q) } else { open };
            let a = match size {
                BarSize::Seconds(seconds) => (calendar.shift() + a) / (seconds * 4) * (seconds * 4),
                _ => calendar.shift() + a,
            };
            let a = a.saturating_sub(calendar.shift()).max(open);
            let b = if d == now.d { close.min(now.q + 1) } else { close };
            if (intraday && (d < first.d || d > now.d)) || a >= b {
                continue;
            }
            self.samples(d, (a, b, cell), until, what, |q, tally| {
                let (start, end) = self.edges(size, d, q);
                match out.last_mut().filter(|bar| bar.start == start || !intraday && same(size, self, bar.start, start))
                {
                    Some(bar) => {
                        bar.high = bar.high.max(tally.high);
                        bar.low = bar.low.min(tally.low);
                        bar.close = tally.last;
                        bar.volume += tally.volume;
                        bar.count += tally.count;
                        bar.end = end;
                        turnover += tally.volume * tally.last;
                        bar.wap = wap(turnover, bar);
                    }
                    None => {
                        turnover = tally.volume * tally.last;
                        let mut bar = bar_of(tally, start, end);
                        bar.wap = wap(turnover, &bar);
                        out.push(bar);
                    }
                }
            });
        }
        out
    }

    /// The session with which the bars begin: that of the request, or the first of its week or month.
    fn first_session(&self, size: BarSize, d: i64) -> i64 {
        let calendar = self.under.calendar;
        let start = |d: i64| calendar.moment(d, self.span(d).0);
        let mut begin = d.max(0);
        while begin > 0 && same(size, self, start(begin - 1), start(begin)) {
            begin -= 1;
        }
        begin
    }

    /// Start and end of the bar that a leaf belongs to.
    fn edges(&self, size: BarSize, d: i64, q: u32) -> (Nanos, Nanos) {
        let calendar = self.under.calendar;
        let (open, close) = self.under.calendar.hours(d);
        let BarSize::Seconds(seconds) = size else { return calendar.bounds(d) };
        let (length, shift) = (i64::from(seconds.max(1)) * 4, i64::from(calendar.shift()));
        let number = (i64::from(q) + shift).div_euclid(length);
        let from = (number * length - shift).max(i64::from(open)) as u32;
        let to = ((number + 1) * length - shift).min(i64::from(close)) as u32;
        (calendar.moment(d, from), calendar.end(d, to.saturating_sub(1)))
    }

    /// What happened in the leaves `[a, b)` of a session, piece by piece: prints one by one, quotes by the minute or less.
    fn samples(
        &self,
        d: i64,
        (a, b, cell): (u32, u32, u32),
        until: Nanos,
        what: What,
        mut visit: impl FnMut(u32, &Tally),
    ) {
        if what == What::Trades {
            return self.leaves(d, a, b, |q, print| {
                if print.at <= until {
                    visit(q, &one(&print));
                }
            });
        }
        let b = if self.under.calendar.moment(d, b - 1) + self.pace(d, b - 1) > until { b - 1 } else { b };
        let mut from = a;
        while from < b {
            let to = ((from / cell + 1) * cell).min(b);
            if let Some(tally) = self.quotes(d, from, to, what) {
                visit(from, &tally);
            }
            from = to;
        }
    }

    /// First, highest, lowest and last quote within a minute, found on the underlying.
    fn quotes(&self, d: i64, from: u32, to: u32, what: What) -> Option<Tally> {
        let index = self.under.quoter.is_index();
        let under = self.under.window(d, from, to, if index { What::Trades } else { What::Midpoint });
        let scale = if index { 2 } else { 1 };
        let still = self.still(d, from / MINUTE)?;
        let of = |middle: i64| {
            let (bid, ask) = still.touch(self.terms.class, middle);
            match what {
                What::Bid => bid,
                What::Midpoint => bid + ask,
                What::Ask | What::Trades => ask,
            }
        };
        let mut at = [self.middle(d, from)?, self.middle(d, to - 1)?, 0, 0];
        if let (Some(under), [first, last, high, low]) = (under, &mut at) {
            *high = (under.high * scale).max(*first).max(*last);
            *low = (under.low * scale).min(*first).min(*last);
        } else {
            let [first, last, high, low] = &mut at;
            (*high, *low) = ((*first).max(*last), (*first).min(*last));
        }
        let [first, last, high, low] = at.map(of);
        Some(Tally {
            first,
            high: high.max(low),
            low: high.min(low),
            last,
            last_size: 0,
            last_at: 0,
            volume: 0,
            count: 0,
            turnover: 0.0,
        })
    }
}

/// Whether two sessions' bars are one.
fn same(size: BarSize, option: &OptionMarket<'_>, a: Nanos, b: Nanos) -> bool {
    let date = |at: Nanos| {
        let calendar = option.under.calendar;
        calendar.locate(at).map_or(jiff::civil::date(1970, 1, 1), |spot| calendar.civil(spot.d))
    };
    let (a, b) = (date(a), date(b));
    match size {
        BarSize::Seconds(_) => false,
        BarSize::Day => a == b,
        BarSize::Week => {
            a.iso_week_date().week() == b.iso_week_date().week() && a.iso_week_date().year() == b.iso_week_date().year()
        }
        BarSize::Month => (a.year(), a.month()) == (b.year(), b.month()),
    }
}

fn bar_of(tally: &Tally, start: Nanos, end: Nanos) -> Bar {
    Bar {
        start,
        end,
        open: tally.first,
        high: tally.high,
        low: tally.low,
        close: tally.last,
        volume: tally.volume,
        count: tally.count,
        wap: 0,
    }
}

fn wap(turnover: i64, bar: &Bar) -> i64 {
    (turnover * 1_000).checked_div(bar.volume).unwrap_or(0)
}
