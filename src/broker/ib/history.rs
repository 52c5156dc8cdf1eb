//! Bars: asked for once and kept up to date by the broker, asked for again after a reconnect, and older ones page by page.
//!
//! Invariants: IB's pace for history is kept ([`History`]): a question that would break it waits, and others pass it; spans
//! stay inside IB's step table; a page lost with the connection is refused or forgotten, never repeated unasked.
//!
//! Must not know: the chart, what else is subscribed.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{BoxStream, SelectAll, StreamExt};
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{
    Bar as WireBar, BarSize, BarTimestamp, Duration as Span, HistoricalBarUpdate, WhatToShow,
};
use ibapi::subscriptions::{Subscription, SubscriptionItem};
use ibapi::{Client, Error};
use indexmap::IndexMap;
use jiff::civil::Date;
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::pacing::{Asked, History, Pace};
use super::{contract, convert, order};
use crate::broker::event::Refusal;
use crate::broker::{Event, JobId};
use crate::clock::{self, Stamp};
use crate::domain::SafeText;
use crate::domain::bar::{Bar, BarHours, BarKey, Interval};
use crate::domain::instrument::{Instrument, SecType};

/// How long the broker may take to answer with bars.
const BARS_MAX: Duration = Duration::from_secs(30);

/// Bars and the stream that keeps them up to date.
pub type Opened = (Vec<Bar>, Subscription<HistoricalBarUpdate>);
/// What one stream says, with its number.
pub type Update = (BarKey, u64, Result<SubscriptionItem<HistoricalBarUpdate>, Error>);
/// An answer that may take half a minute.
type Later<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send>>;

/// A question ready to be asked elsewhere.
pub enum Question {
    /// Bars that are kept up to date, with the number of the question.
    Bars(BarKey, u64, Later<Opened>),
    /// A page of older ones.
    Older(JobId, BarKey, Later<Vec<Bar>>),
}

/// All bars that are kept up to date.
pub struct Charts {
    pace: Pace,
    allowance: History,
    wanted: IndexMap<BarKey, Chart>,
    updates: SelectAll<BoxStream<'static, Update>>,
    waiting: VecDeque<Ask>,
    numbers: u64,
}

/// Where bars are asked for, and what they are made of.
#[derive(Debug, Clone)]
struct Source {
    exchange: SafeText,
    kind: WhatToShow,
}

impl Source {
    /// Pairs of currencies have no trades, so their bars are made of the middle.
    fn of(instrument: &Instrument) -> Self {
        let forex = instrument.sec_type == SecType::Forex;
        Self {
            exchange: instrument.exchange.clone(),
            kind: if forex { WhatToShow::MidPoint } else { WhatToShow::Trades },
        }
    }
}

struct Chart {
    job: JobId,
    source: Source,
    /// The number of the present question, and what ends its stream when dropped.
    running: Option<(u64, Option<oneshot::Sender<()>>)>,
}

/// A question that waits.
#[derive(Debug, Clone)]
struct Ask {
    key: BarKey,
    /// For a page: its question, where, and before which moment.
    older: Option<(JobId, Source, i64)>,
}

impl Ask {
    fn asked(&self) -> Asked {
        Asked { key: self.key, before: self.older.as_ref().map(|(_, _, before)| *before) }
    }
}

impl Charts {
    /// No bars yet.
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            allowance: History::default(),
            wanted: IndexMap::new(),
            updates: SelectAll::new(),
            waiting: VecDeque::new(),
            numbers: 0,
        }
    }

    /// Wants these bars; a second wish asks anew under the new question.
    pub fn want(&mut self, job: JobId, instrument: &Instrument, key: BarKey) {
        self.stop(key);
        self.wanted.insert(key, Chart { job, source: Source::of(instrument), running: None });
        self.waiting.push_back(Ask { key, older: None });
    }

    /// Wants a page of older bars, once.
    pub fn want_older(&mut self, job: JobId, instrument: &Instrument, key: BarKey, before: i64) {
        self.waiting.push_back(Ask { key, older: Some((job, Source::of(instrument), before)) });
    }

    /// Does not want them any longer.
    pub fn stop(&mut self, key: BarKey) {
        self.waiting.retain(|w| w.key != key);
        if self.wanted.shift_remove(&key).is_some_and(|c| c.running.is_some()) {
            self.pace.count();
        }
    }

    /// Every stream is gone: all bars wait to be asked for. Pages are forgotten; who wants them asks again.
    pub fn renew(&mut self) {
        self.updates.clear();
        for chart in self.wanted.values_mut() {
            chart.running = None;
        }
        self.waiting = self.wanted.keys().map(|key| Ask { key: *key, older: None }).collect();
    }

    /// How long until a question may be asked; `None` while none waits.
    pub fn due(&self, now: Stamp) -> Option<Duration> {
        self.waiting.iter().map(|ask| self.allowance.wait(now, ask.asked())).min()
    }

    /// Whether any stream is open.
    pub fn is_running(&self) -> bool {
        !self.updates.is_empty()
    }

    /// The question that waits longest of those that may be asked now.
    pub fn ask_next(&mut self, client: &Arc<Client>, now: Stamp) -> Option<Question> {
        let index = self.waiting.iter().position(|ask| self.allowance.wait(now, ask.asked()).is_zero())?;
        let ask = self.waiting.remove(index)?;
        let key = ask.key;
        let client = client.clone();
        if let Some((job, source, before)) = ask.older.clone() {
            self.allowance.note(now, ask.asked());
            return Some(Question::Older(job, key, Box::pin(page(client, key, source, before))));
        }
        let chart = self.wanted.get_mut(&key)?;
        self.allowance.note(now, ask.asked());
        self.numbers += 1;
        chart.running = Some((self.numbers, None));
        Some(Question::Bars(key, self.numbers, Box::pin(open(client, key, chart.source.clone()))))
    }

    /// Takes the answer to a question; `None` if it is not asked any longer.
    pub fn opened(&mut self, key: BarKey, number: u64, answer: Result<Opened, Refusal>) -> Option<Event> {
        let chart = self.wanted.get_mut(&key)?;
        let running = chart.running.as_mut().filter(|(n, _)| *n == number)?;
        let result = answer.map(|(bars, stream)| {
            let (guard, ended) = oneshot::channel();
            running.1 = Some(guard);
            self.updates.push(stream.map(move |item| (key, number, item)).take_until(ended).boxed());
            bars
        });
        Some(Event::Bars { job: chart.job, key, result })
    }

    /// The next thing any stream says; pending for ever while none is open.
    pub async fn next(&mut self) -> Option<Update> {
        self.updates.next().await
    }

    /// Takes what a stream said.
    pub fn take(&mut self, (key, number, item): Update) -> Option<Event> {
        let chart = self.wanted.get_mut(&key)?;
        chart.running.as_ref().filter(|(n, _)| *n == number)?;
        match item {
            Ok(SubscriptionItem::Data(HistoricalBarUpdate::Update(wire))) => Some(Event::Bar { key, bar: bar(&wire)? }),
            Ok(_) => None,
            Err(error) => {
                chart.running = None;
                let lost = matches!(error, Error::ConnectionReset | Error::ConnectionFailed | Error::Shutdown);
                let result = Err(contract::refusal(&error));
                (!lost).then_some(Event::Bars { job: chart.job, key, result })
            }
        }
    }
}

/// Asks for bars and waits for the first batch.
async fn open(client: Arc<Client>, key: BarKey, source: Source) -> Result<Opened, Refusal> {
    let wire = order::contract(key.con_id, &source.exchange);
    let (size, span) = request(key.interval);
    let asked = async {
        let mut stream = client
            .historical_data(&wire, size)
            .duration(span)
            .what_to_show(source.kind)
            .trading_hours(hours(key))
            .stream()
            .await?;
        while let Some(item) = stream.next().await {
            if let SubscriptionItem::Data(HistoricalBarUpdate::Historical(data)) = item? {
                return Ok((data.bars.iter().filter_map(bar).collect(), stream));
            }
        }
        Err(Error::UnexpectedEndOfStream)
    };
    within(asked).await
}

/// Asks for a page of bars before a moment. IB says with an error (162) that there are none; that is an empty page.
async fn page(client: Arc<Client>, key: BarKey, source: Source, before: i64) -> Result<Vec<Bar>, Refusal> {
    let wire = order::contract(key.con_id, &source.exchange);
    let (size, span) = request(key.interval);
    let end = OffsetDateTime::from_unix_timestamp(before).map_err(|_| contract::refused("no such moment"))?;
    let asked = async {
        let request = client.historical_data(&wire, size).duration(span).what_to_show(source.kind);
        let data = request.trading_hours(hours(key)).ending(end).fetch().await?;
        Ok(data.bars.iter().filter_map(bar).filter(|b| b.start < before).collect())
    };
    match within(asked).await {
        Err(refusal) if is_empty(&refusal) => Ok(Vec::new()),
        answer => answer,
    }
}

/// Whether a refusal only says that there is nothing.
fn is_empty(refusal: &Refusal) -> bool {
    refusal.code == Some(162) && refusal.text.contains("returned no data")
}

/// An answer in time, or why there is none.
async fn within<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, Refusal> {
    match timeout(BARS_MAX, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(contract::refusal(&error)),
        Err(_) => Err(contract::refused("no bars within 30 s")),
    }
}

/// Days and longer bars are those of regular hours, as the exchange counts them.
const fn hours(key: BarKey) -> TradingHours {
    match key.hours {
        BarHours::Extended if !key.interval.is_daily() => TradingHours::Extended,
        _ => TradingHours::Regular,
    }
}

/// Bar size and the span of a page, inside IB's step table in its older and narrower form.
const fn request(interval: Interval) -> (BarSize, Span) {
    match interval {
        Interval::Sec5 => (BarSize::Sec5, Span::seconds(3_600)),
        Interval::Sec10 => (BarSize::Sec10, Span::seconds(14_400)),
        Interval::Sec15 => (BarSize::Sec15, Span::seconds(14_400)),
        Interval::Sec30 => (BarSize::Sec30, Span::seconds(28_800)),
        Interval::Min1 => (BarSize::Min, Span::days(1)),
        Interval::Min2 => (BarSize::Min2, Span::days(2)),
        Interval::Min3 => (BarSize::Min3, Span::weeks(1)),
        Interval::Min5 => (BarSize::Min5, Span::weeks(1)),
        Interval::Min10 => (BarSize::Min10, Span::weeks(1)),
        Interval::Min15 => (BarSize::Min15, Span::weeks(1)),
        Interval::Min30 => (BarSize::Min30, Span::months(1)),
        Interval::Hour1 => (BarSize::Hour, Span::months(1)),
        Interval::Hour2 => (BarSize::Hour2, Span::months(1)),
        Interval::Hour4 => (BarSize::Hour4, Span::months(1)),
        Interval::Day1 => (BarSize::Day, Span::years(1)),
        Interval::Week1 => (BarSize::Week, Span::years(1)),
        Interval::Month1 => (BarSize::Month, Span::years(1)),
    }
}

/// A bar of the wire; `None` if a price of it cannot be read. A day begins at midnight in New York.
fn bar(wire: &WireBar) -> Option<Bar> {
    let start = match wire.date {
        BarTimestamp::DateTime(at) => at.unix_timestamp(),
        BarTimestamp::Date(day) => {
            let date = Date::new(day.year().try_into().ok()?, u8::from(day.month()) as i8, day.day() as i8).ok()?;
            date.to_zoned(clock::eastern()).ok()?.timestamp().as_second()
        }
    };
    Some(Bar {
        start,
        open: convert::paid(wire.open)?,
        high: convert::paid(wire.high)?,
        low: convert::paid(wire.low)?,
        close: convert::paid(wire.close)?,
        volume: convert::qty(wire.volume),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Price, Qty};

    fn wire(date: &str) -> WireBar {
        WireBar {
            date: date.parse().unwrap(),
            open: 187.0,
            high: 188.0,
            low: 186.5,
            close: 187.2,
            volume: -1.0,
            wap: 0.0,
            count: -1,
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_new_york() {
        assert_eq!(bar(&wire("20251120")).unwrap().start, 1_763_614_800);
        assert_eq!(bar(&wire("20250620")).unwrap().start, 1_750_392_000);
        assert_eq!(bar(&wire("1763654460")).unwrap().start, 1_763_654_460);
    }

    #[test]
    fn what_the_broker_does_not_say_is_not_zero() {
        let read = bar(&wire("20251120")).unwrap();
        assert_eq!((read.volume, read.close), (None, "187.2".parse::<Price>().unwrap()));
        assert_eq!(bar(&WireBar { volume: 0.0, ..wire("20251120") }).unwrap().volume, Some(Qty::ZERO));
        assert_eq!(bar(&WireBar { high: f64::MAX, ..wire("20251120") }), None);
        assert_eq!(bar(&WireBar { low: 0.0, ..wire("20251120") }), None);
    }
}
