//! Bars: asked for once, kept up to date by the broker, asked for again after a reconnect.
//!
//! Must not know: the chart, what else is subscribed.

use std::collections::VecDeque;
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
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::pacing::Pace;
use super::{contract, convert, order};
use crate::broker::event::Refusal;
use crate::broker::{Event, JobId};
use crate::clock;
use crate::domain::bar::{Bar, Interval};
use crate::domain::instrument::{ConId, Instrument};

/// How long the broker may take to answer with bars.
const BARS_MAX: Duration = Duration::from_secs(30);

/// Which bars.
pub type Key = (ConId, Interval);
/// Bars and the stream that keeps them up to date.
pub type Opened = (Vec<Bar>, Subscription<HistoricalBarUpdate>);
/// What one stream says, with its number.
pub type Update = (Key, u64, Result<SubscriptionItem<HistoricalBarUpdate>, Error>);

/// All bars that are kept up to date.
pub struct Charts {
    pace: Pace,
    wanted: IndexMap<Key, Chart>,
    updates: SelectAll<BoxStream<'static, Update>>,
    waiting: VecDeque<Key>,
    numbers: u64,
}

struct Chart {
    job: JobId,
    exchange: crate::domain::SafeText,
    /// The number of the present question, and what ends its stream when dropped.
    running: Option<(u64, Option<oneshot::Sender<()>>)>,
}

impl Charts {
    /// No bars yet.
    pub fn new(pace: Pace) -> Self {
        Self { pace, wanted: IndexMap::new(), updates: SelectAll::new(), waiting: VecDeque::new(), numbers: 0 }
    }

    /// Wants these bars; a second wish asks anew under the new question.
    pub fn want(&mut self, job: JobId, instrument: &Instrument, interval: Interval) {
        let key = (instrument.con_id, interval);
        self.stop(key);
        self.wanted.insert(key, Chart { job, exchange: instrument.exchange.clone(), running: None });
        self.waiting.push_back(key);
    }

    /// Does not want them any longer.
    pub fn stop(&mut self, key: Key) {
        self.waiting.retain(|w| *w != key);
        if self.wanted.shift_remove(&key).is_some_and(|c| c.running.is_some()) {
            self.pace.count();
        }
    }

    /// Every stream is gone: all bars wait to be asked for.
    pub fn renew(&mut self) {
        self.updates.clear();
        for chart in self.wanted.values_mut() {
            chart.running = None;
        }
        self.waiting = self.wanted.keys().copied().collect();
    }

    /// Whether bars wait to be asked for.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether any stream is open.
    pub fn is_running(&self) -> bool {
        !self.updates.is_empty()
    }

    /// The question that waits longest, to be asked elsewhere: it may take half a minute.
    pub fn ask_next(
        &mut self,
        client: &Arc<Client>,
    ) -> Option<(Key, u64, impl Future<Output = Result<Opened, Refusal>> + Send + use<>)> {
        let key = self.waiting.pop_front()?;
        let chart = self.wanted.get_mut(&key)?;
        self.numbers += 1;
        chart.running = Some((self.numbers, None));
        Some((key, self.numbers, open(client.clone(), key, chart.exchange.to_string())))
    }

    /// Takes the answer to a question; `None` if it is not asked any longer.
    pub fn opened(&mut self, key: Key, number: u64, answer: Result<Opened, Refusal>) -> Option<Event> {
        let chart = self.wanted.get_mut(&key)?;
        let running = chart.running.as_mut().filter(|(n, _)| *n == number)?;
        let result = answer.map(|(bars, stream)| {
            let (guard, ended) = oneshot::channel();
            running.1 = Some(guard);
            self.updates.push(stream.map(move |item| (key, number, item)).take_until(ended).boxed());
            bars
        });
        let (con_id, interval) = key;
        Some(Event::Bars { job: chart.job, con_id, interval, result })
    }

    /// The next thing any stream says; pending for ever while none is open.
    pub async fn next(&mut self) -> Option<Update> {
        self.updates.next().await
    }

    /// Takes what a stream said.
    pub fn take(&mut self, (key, number, item): Update) -> Option<Event> {
        let (con_id, interval) = key;
        let chart = self.wanted.get_mut(&key)?;
        chart.running.as_ref().filter(|(n, _)| *n == number)?;
        match item {
            Ok(SubscriptionItem::Data(HistoricalBarUpdate::Update(wire))) => {
                Some(Event::Bar { con_id, interval, bar: bar(&wire)? })
            }
            Ok(_) => None,
            Err(error) => {
                chart.running = None;
                let lost = matches!(error, Error::ConnectionReset | Error::ConnectionFailed | Error::Shutdown);
                let result = Err(contract::refusal(&error));
                (!lost).then_some(Event::Bars { job: chart.job, con_id, interval, result })
            }
        }
    }
}

/// Asks for bars and waits for the first batch.
async fn open(client: Arc<Client>, (con_id, interval): Key, exchange: String) -> Result<Opened, Refusal> {
    let wire = order::contract(con_id, &exchange);
    let (size, span, hours) = request(interval);
    let asked = async {
        let mut stream = client
            .historical_data(&wire, size)
            .duration(span)
            .what_to_show(WhatToShow::Trades)
            .trading_hours(hours)
            .stream()
            .await?;
        while let Some(item) = stream.next().await {
            if let SubscriptionItem::Data(HistoricalBarUpdate::Historical(data)) = item? {
                return Ok((data.bars.iter().filter_map(bar).collect(), stream));
            }
        }
        Err(Error::UnexpectedEndOfStream)
    };
    match timeout(BARS_MAX, asked).await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(contract::refusal(&error)),
        Err(_) => Err(contract::refused("no bars within 30 s")),
    }
}

/// Bar size, span and hours: spans inside IB's step table, days in regular hours as the exchange counts them.
const fn request(interval: Interval) -> (BarSize, Span, TradingHours) {
    match interval {
        Interval::Min1 => (BarSize::Min, Span::days(2), TradingHours::Extended),
        Interval::Min5 => (BarSize::Min5, Span::days(5), TradingHours::Extended),
        Interval::Day1 => (BarSize::Day, Span::years(1), TradingHours::Regular),
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
