//! Prices of a session that traders watch: yesterday's, today's, before the open, of the first minutes.
//!
//! Invariants: a level is a price of a bar, exact; what the bars at hand do not reach is absent, so that bars of regular
//! hours alone have no pre-market. The session is the last one among the bars.

use jiff::civil::Date;

use crate::clock::{Phase, Stamp};
use crate::domain::bar::{Bar, Interval};
use crate::domain::calendar::Hours;
use crate::money::Price;

/// Seconds of the opening range.
const OPENING: i64 = 1_800;

/// Which level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LevelKind {
    /// The close of the regular session before.
    PriorClose,
    /// Its high.
    PriorHigh,
    /// Its low.
    PriorLow,
    /// The open of the regular session.
    Open,
    /// Its high so far.
    High,
    /// Its low so far.
    Low,
    /// The highest price before the open.
    PreHigh,
    /// The lowest price before the open.
    PreLow,
    /// The high of the first thirty minutes, once they are over.
    OpeningHigh,
    /// The low of the first thirty minutes, once they are over.
    OpeningLow,
}

impl LevelKind {
    /// The label on the chart.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PriorClose => "yC",
            Self::PriorHigh => "yH",
            Self::PriorLow => "yL",
            Self::Open => "O",
            Self::High => "H",
            Self::Low => "L",
            Self::PreHigh => "preH",
            Self::PreLow => "preL",
            Self::OpeningHigh => "orH",
            Self::OpeningLow => "orL",
        }
    }
}

/// A level and its price.
pub type Level = (LevelKind, Price);

/// Highs and lows of some bars.
#[derive(Debug, Clone, Copy)]
struct Span {
    open: Price,
    high: Price,
    low: Price,
    close: Price,
}

impl Span {
    fn take(span: &mut Option<Self>, bar: &Bar) {
        *span = Some(span.map_or(Self { open: bar.open, high: bar.high, low: bar.low, close: bar.close }, |s| Self {
            open: s.open,
            high: s.high.max(bar.high),
            low: s.low.min(bar.low),
            close: bar.close,
        }));
    }
}

/// The levels of the last session among bars shorter than a day, oldest first; none for longer ones. The session before
/// counts only if it is there from its first bar on, and the opening range only once it is over.
pub fn levels(bars: &[Bar], interval: Interval, hours: Hours) -> Vec<Level> {
    if interval.seconds() >= Interval::Hour1.seconds() {
        return Vec::new();
    }
    let (mut today, mut yesterday): (Option<Day>, Option<Day>) = (None, None);
    for bar in bars.iter().rev() {
        let at = Stamp::at(bar.start.saturating_mul(1_000_000_000)).eastern();
        let date = hours.session_date(&at);
        let phase = hours.phase(&at);
        let day = match (&mut today, &mut yesterday) {
            (Some(day), _) if day.date == date => day,
            (None, _) => today.insert(Day::new(date)),
            (Some(_), Some(day)) if day.date == date => day,
            (Some(_), None) => yesterday.insert(Day::new(date)),
            (Some(_), Some(day)) => {
                day.whole = true;
                break;
            }
        };
        day.take(bar, phase);
    }
    let Some(today) = today else { return Vec::new() };
    today.levels(interval, yesterday.as_ref())
}

/// The bars of one date, newest first as they are met.
struct Day {
    date: Date,
    /// Whether a bar before it is known, so that none of its own is missing.
    whole: bool,
    before: Vec<Bar>,
    regular: Vec<Bar>,
}

impl Day {
    const fn new(date: Date) -> Self {
        Self { date, whole: false, before: Vec::new(), regular: Vec::new() }
    }

    fn take(&mut self, bar: &Bar, phase: Phase) {
        match phase {
            Phase::Regular => self.regular.push(*bar),
            Phase::Pre => self.before.push(*bar),
            Phase::Post | Phase::Overnight | Phase::Closed => {}
        }
    }

    fn span<'b>(bars: impl IntoIterator<Item = &'b Bar>) -> Option<Span> {
        let mut span = None;
        for bar in bars {
            Span::take(&mut span, bar);
        }
        span
    }

    fn levels(&self, interval: Interval, yesterday: Option<&Self>) -> Vec<Level> {
        let mut out = Vec::new();
        if let Some(span) = yesterday.and_then(|y| Self::span(y.regular.iter().rev())) {
            out.push((LevelKind::PriorClose, span.close));
            if yesterday.is_some_and(|y| y.whole) {
                out.extend([(LevelKind::PriorHigh, span.high), (LevelKind::PriorLow, span.low)]);
            }
        }
        // Without a day before it, the session's own first bars may be missing.
        let whole = yesterday.is_some();
        if let Some(span) = Self::span(self.regular.iter().rev()).filter(|_| whole) {
            out.extend([(LevelKind::Open, span.open), (LevelKind::High, span.high), (LevelKind::Low, span.low)]);
        }
        if let Some(span) = Self::span(self.before.iter().rev()).filter(|_| whole) {
            out.extend([(LevelKind::PreHigh, span.high), (LevelKind::PreLow, span.low)]);
        }
        out.extend(self.opening(interval).filter(|_| whole).into_iter().flatten());
        out
    }

    fn opening(&self, interval: Interval) -> Option<[Level; 2]> {
        let (first, last) = (self.regular.last()?, self.regular.first()?);
        let end = first.start.saturating_add(OPENING);
        if last.start < end || interval.seconds() > OPENING {
            return None;
        }
        let span = Self::span(self.regular.iter().rev().filter(|b| b.start < end))?;
        Some([(LevelKind::OpeningHigh, span.high), (LevelKind::OpeningLow, span.low)])
    }
}
