//! Quotes: every subscribed line in one stream, folded onto the tape.
//!
//! Invariants: what the broker has not said is not known; delayed ticks make the whole quote delayed, so that they are never
//! shown as live; a line that is asked for again forgets its old bid and ask with the first new tick, and keeps its last
//! trade. Without the right to live data a line is asked for once more as delayed. A refused line says why on the tape. A line
//! that does not tick after it was asked for, or after a data farm came back, is asked for again, ever more rarely; so is one
//! whose data another session of the user holds (10197).
//!
//! Must not know: the desk's lists, orders, when to connect.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{BoxStream, SelectAll, StreamExt};
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::MarketDataType;
use ibapi::market_data::realtime::TickTypes;
use ibapi::subscriptions::SubscriptionItem;
use ibapi::{Client, Error};
use indexmap::IndexMap;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::pacing::Pace;
use super::{convert, order};
use crate::broker::Tape;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::quote::{DataType, Direction, Quote};
use crate::money::{Price, Qty};

/// What one line's stream says, with the line's subscription number.
pub type Tick = (ConId, u64, Result<SubscriptionItem<TickTypes>, Error>);

/// Codes of missing rights to live data that delayed data can stand in for.
const NO_RIGHT: [i32; 6] = [354, 10_089, 10_090, 10_091, 10_168, 10_186];

/// Another session of the same user receives the data.
pub const COMPETING: i32 = 10_197;
/// A silent line is asked for again after its patience, twice that, and so on, this many times doubled at most.
const DOUBLED_MAX: u32 = 4;

/// All lines.
pub struct Lines {
    silence: Duration,
    tape: Tape,
    pace: Pace,
    wanted: IndexMap<ConId, Line>,
    ticks: SelectAll<BoxStream<'static, Tick>>,
    waiting: VecDeque<ConId>,
    numbers: u64,
}

struct Line {
    symbol: SafeText,
    /// When it is asked for again unless it has ticked, and how often it was.
    proof_due: Option<Instant>,
    roused: u32,
    exchange: SafeText,
    quote: Quote,
    /// Whether the next tick is the first of a new subscription.
    renewed: bool,
    /// Whether delayed data is asked for, since there is no right to live data.
    delayed: bool,
    /// The running subscription's number, and what ends it when dropped.
    running: Option<(u64, oneshot::Sender<()>)>,
}

impl Lines {
    /// No lines yet.
    pub fn new(tape: Tape, pace: Pace, silence: Duration) -> Self {
        Self {
            silence,
            tape,
            pace,
            wanted: IndexMap::new(),
            ticks: SelectAll::new(),
            waiting: VecDeque::new(),
            numbers: 0,
        }
    }

    /// Wants the quotes of an instrument; asks again if they were refused.
    pub fn watch(&mut self, instrument: &Instrument) {
        let line = self.wanted.entry(instrument.con_id).or_insert_with(|| Line {
            symbol: instrument.symbol.clone(),
            proof_due: None,
            roused: 0,
            exchange: instrument.exchange.clone(),
            quote: Quote::default(),
            renewed: false,
            delayed: false,
            running: None,
        });
        if line.running.is_none() && !self.waiting.contains(&instrument.con_id) {
            self.waiting.push_back(instrument.con_id);
        }
    }

    /// Does not want them any longer.
    pub fn unwatch(&mut self, con_id: ConId) {
        self.waiting.retain(|w| *w != con_id);
        if self.wanted.shift_remove(&con_id).is_some_and(|line| line.running.is_some()) {
            self.pace.count();
        }
    }

    /// Every subscription is gone, or is to be made anew: all lines wait to be asked for.
    pub fn renew(&mut self) {
        self.ticks.clear();
        for line in self.wanted.values_mut() {
            (line.running, line.delayed) = (None, false);
            (line.proof_due, line.roused) = (None, 0);
        }
        self.waiting = self.wanted.keys().copied().collect();
    }

    /// A data farm is back: every running line has so long to show that it ticks.
    pub fn suspect(&mut self) {
        let due = Instant::now() + self.silence;
        for line in self.wanted.values_mut().filter(|line| line.running.is_some()) {
            line.proof_due = Some(due);
        }
    }

    /// When the next line has been silent for too long.
    pub fn silent_at(&self) -> Option<Instant> {
        self.wanted.values().filter_map(|line| line.proof_due).min()
    }

    /// Has the lines that were silent for too long asked for again; the names of those for which that was in vain once.
    pub fn rouse(&mut self) -> Vec<SafeText> {
        let now = Instant::now();
        let mut mute = Vec::new();
        for (con_id, line) in &mut self.wanted {
            if line.proof_due.is_none_or(|due| due > now) {
                continue;
            }
            tracing::warn!(symbol = %line.symbol, roused = line.roused, "a line does not tick; it is asked for again");
            line.proof_due = None;
            line.roused = line.roused.saturating_add(1);
            if line.running.take().is_some() {
                self.pace.count();
            }
            if line.roused == 2 && line.quote.refused.is_none() {
                mute.push(line.symbol.clone());
            }
            if !self.waiting.contains(con_id) {
                self.waiting.push_back(*con_id);
            }
        }
        mute
    }

    /// Whether a line waits to be asked for.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether any line's stream is open.
    pub fn is_running(&self) -> bool {
        !self.ticks.is_empty()
    }

    /// Asks for the line that waits longest.
    pub async fn ask_next(&mut self, client: &Arc<Client>) {
        let Some(con_id) = self.waiting.pop_front() else { return };
        let Some(line) = self.wanted.get_mut(&con_id) else { return };
        let wire = order::contract(con_id, &line.exchange);
        let asked = async {
            if !line.delayed {
                return client.market_data(&wire).subscribe().await;
            }
            // The type holds for every later request, so it is put back at once.
            self.pace.count();
            client.switch_market_data_type(MarketDataType::Delayed).await?;
            let stream = client.market_data(&wire).subscribe().await;
            self.pace.count();
            client.switch_market_data_type(MarketDataType::Realtime).await?;
            stream
        };
        match asked.await {
            Ok(stream) => {
                self.numbers += 1;
                let number = self.numbers;
                let (guard, ended) = oneshot::channel();
                line.running = Some((number, guard));
                line.renewed = true;
                line.proof_due = Some(Instant::now() + patience(self.silence, line.roused));
                self.ticks.push(stream.map(move |item| (con_id, number, item)).take_until(ended).boxed());
            }
            Err(error) => refuse(line, &error),
        }
        self.put(con_id);
    }

    /// The next thing any line says; pending for ever while none is open.
    pub async fn next(&mut self) -> Option<Tick> {
        self.ticks.next().await
    }

    /// Takes what a line said; a message about it is given back.
    pub fn take(&mut self, (con_id, number, item): Tick, now: Stamp) -> Option<(i32, SafeText)> {
        let line = self.wanted.get_mut(&con_id)?;
        if line.running.as_ref().is_none_or(|(running, _)| *running != number) {
            return None;
        }
        match item {
            Ok(SubscriptionItem::Data(tick)) => {
                if line.renewed {
                    line.renewed = false;
                    line.quote = renewed(&line.quote);
                }
                let changed = apply(&mut line.quote, &tick, now);
                // Whether it is halted is told with every subscription, also of a line that is dead.
                if matches!(tick, TickTypes::Price(_) | TickTypes::PriceSize(_) | TickTypes::Size(_)) {
                    (line.proof_due, line.roused) = (None, 0);
                }
                if changed {
                    self.put(con_id);
                }
                None
            }
            Ok(SubscriptionItem::Notice(notice)) => {
                if self.falls_back(con_id, notice.code) {
                    self.pace.count();
                }
                Some((notice.code, convert::text(&notice.message)))
            }
            Err(error) => {
                (line.running, line.proof_due) = (None, None);
                if matches!(&error, Error::Notice(notice) if notice.code == COMPETING) {
                    line.proof_due = Some(Instant::now() + patience(self.silence, line.roused));
                }
                refuse(line, &error);
                self.put(con_id);
                let Error::Notice(notice) = error else { return None };
                self.falls_back(con_id, notice.code).then(|| (notice.code, convert::text(&notice.message)))
            }
        }
    }

    /// Asks for delayed data where there is no right to live data; once a connection.
    fn falls_back(&mut self, con_id: ConId, code: i32) -> bool {
        let Some(line) = self.wanted.get_mut(&con_id).filter(|l| !l.delayed && NO_RIGHT.contains(&code)) else {
            return false;
        };
        (line.delayed, line.running, line.proof_due) = (true, None, None);
        self.waiting.push_back(con_id);
        true
    }

    fn put(&self, con_id: ConId) {
        if let Some(line) = self.wanted.get(&con_id) {
            self.tape.put(con_id, line.quote.clone());
        }
    }
}

/// How long a line that was asked for again so often may be silent.
fn patience(silence: Duration, roused: u32) -> Duration {
    silence.saturating_mul(2u32.saturating_pow(roused.min(DOUBLED_MAX)))
}

/// Writes on the line why it has no data; the loss of the connection is no refusal.
fn refuse(line: &mut Line, error: &Error) {
    match error {
        Error::Notice(notice) => line.quote.refused = Some((notice.code, convert::text(&notice.message))),
        Error::ConnectionReset | Error::ConnectionFailed | Error::Shutdown | Error::Cancelled => {}
        other => line.quote.refused = Some((0, convert::text(&other.to_string()))),
    }
}

/// What stays of a quote when its line is asked for again.
fn renewed(old: &Quote) -> Quote {
    Quote {
        bid: None,
        bid_size: None,
        ask: None,
        ask_size: None,
        halted: false,
        data_type: DataType::Live,
        refused: None,
        ..old.clone()
    }
}

/// Folds one tick into a quote; whether anything that is shown changed.
fn apply(quote: &mut Quote, tick: &TickTypes, now: Stamp) -> bool {
    match tick {
        TickTypes::Price(t) => priced(quote, t.tick_type, t.price, None, now),
        TickTypes::PriceSize(t) => {
            let price = priced(quote, t.price_tick_type, t.price, Some(t.size), now);
            sized(quote, t.size_tick_type, t.size, now) || price
        }
        TickTypes::Size(t) => sized(quote, t.tick_type, t.size, now),
        TickTypes::Generic(t) => match t.tick_type {
            TickType::Halted | TickType::DelayedHalted => {
                quote.halted = t.value > 0.0;
                touch(quote, t.tick_type, now)
            }
            _ => false,
        },
        TickTypes::MarketDataType(kind) => {
            quote.data_type = match kind {
                MarketDataType::Frozen => DataType::Frozen,
                MarketDataType::Delayed => DataType::Delayed,
                MarketDataType::DelayedFrozen => DataType::DelayedFrozen,
                MarketDataType::Realtime | MarketDataType::Unknown => DataType::Live,
            };
            true
        }
        _ => false,
    }
}

fn priced(quote: &mut Quote, kind: TickType, raw: f64, size: Option<f64>, now: Stamp) -> bool {
    let price = convert::quoted(raw, size);
    match kind {
        TickType::Bid | TickType::DelayedBid => quote.bid = price,
        TickType::Ask | TickType::DelayedAsk => quote.ask = price,
        TickType::Last | TickType::DelayedLast => traded(quote, price, now),
        TickType::High | TickType::DelayedHigh => quote.high = price,
        TickType::Low | TickType::DelayedLow => quote.low = price,
        TickType::Close | TickType::DelayedClose => quote.close = price,
        TickType::Open | TickType::DelayedOpen => quote.open = price,
        _ => return false,
    }
    touch(quote, kind, now)
}

fn sized(quote: &mut Quote, kind: TickType, raw: f64, now: Stamp) -> bool {
    let size: Option<Qty> = convert::qty(raw);
    match kind {
        TickType::BidSize | TickType::DelayedBidSize => quote.bid_size = size,
        TickType::AskSize | TickType::DelayedAskSize => quote.ask_size = size,
        TickType::LastSize | TickType::DelayedLastSize => quote.last_size = size,
        TickType::Volume | TickType::DelayedVolume => quote.volume = size,
        _ => return false,
    }
    touch(quote, kind, now)
}

/// A last price: a changed one moves the direction, a repeated one keeps it, an absent one is no trade.
fn traded(quote: &mut Quote, price: Option<Price>, now: Stamp) {
    let Some(price) = price else { return };
    if quote.last == Some(price) {
        return;
    }
    if let Some(before) = quote.last {
        quote.direction = if price > before { Direction::Up } else { Direction::Down };
        quote.previous = Some(before);
    }
    quote.last = Some(price);
    quote.last_at = Some(now);
}

/// Notes that the line is alive, and that a delayed tick makes it a delayed one.
fn touch(quote: &mut Quote, kind: TickType, now: Stamp) -> bool {
    let delayed = matches!(kind as i32, 66..=76 | 90);
    if delayed && !matches!(quote.data_type, DataType::Delayed | DataType::DelayedFrozen) {
        quote.data_type = DataType::Delayed;
    }
    quote.refused = None;
    quote.at = Some(now);
    true
}

#[cfg(test)]
mod tests {
    use ibapi::market_data::realtime::{TickAttribute, TickGeneric, TickPrice, TickPriceSize, TickSize};

    use super::*;

    fn p(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn last(price: f64) -> TickTypes {
        TickTypes::Price(TickPrice { tick_type: TickType::Last, price, attributes: TickAttribute::default() })
    }

    fn side(kind: TickType, price: f64, size: f64) -> TickTypes {
        TickTypes::PriceSize(TickPriceSize {
            price_tick_type: kind,
            price,
            attributes: TickAttribute::default(),
            size_tick_type: if kind == TickType::Bid { TickType::BidSize } else { TickType::AskSize },
            size,
        })
    }

    #[test]
    fn the_direction_follows_changed_prices_only() {
        let mut quote = Quote::default();
        apply(&mut quote, &last(187.20), Stamp::at(1));
        assert_eq!((quote.direction, quote.previous, quote.last_at), (Direction::Flat, None, Some(Stamp::at(1))));
        apply(&mut quote, &last(187.25), Stamp::at(2));
        assert_eq!((quote.direction, quote.previous), (Direction::Up, Some(p("187.2"))));
        apply(&mut quote, &last(187.25), Stamp::at(3));
        assert_eq!((quote.direction, quote.last_at, quote.at), (Direction::Up, Some(Stamp::at(2)), Some(Stamp::at(3))));
        apply(&mut quote, &last(-1.0), Stamp::at(4));
        assert_eq!(quote.last, Some(p("187.25")), "an absent last is no trade");
        apply(&mut quote, &last(187.24), Stamp::at(5));
        assert_eq!(quote.direction, Direction::Down);
    }

    #[test]
    fn minus_one_with_no_size_takes_the_side_away() {
        let mut quote = Quote::default();
        apply(&mut quote, &side(TickType::Bid, 187.2, 300.0), Stamp::at(1));
        assert_eq!((quote.bid, quote.bid_size), (Some(p("187.2")), Some(Qty::from(300))));
        apply(&mut quote, &side(TickType::Bid, -1.0, 0.0), Stamp::at(2));
        assert_eq!(quote.bid, None);
        for sentinel in [f64::NAN, f64::MAX, f64::INFINITY] {
            apply(&mut quote, &side(TickType::Ask, sentinel, sentinel), Stamp::at(3));
            assert_eq!((quote.ask, quote.ask_size), (None, None));
        }
    }

    #[test]
    fn a_delayed_tick_is_never_shown_as_live() {
        let mut quote = Quote::default();
        let tick = TickTypes::Price(TickPrice {
            tick_type: TickType::DelayedBid,
            price: 5.0,
            attributes: TickAttribute::default(),
        });
        apply(&mut quote, &tick, Stamp::at(1));
        assert_eq!(quote.data_type, DataType::Delayed);
    }

    #[test]
    fn halts_volume_and_unknown_ticks() {
        let mut quote = Quote::default();
        apply(&mut quote, &TickTypes::Generic(TickGeneric { tick_type: TickType::Halted, value: 2.0 }), Stamp::at(1));
        assert!(quote.halted);
        apply(&mut quote, &TickTypes::Generic(TickGeneric { tick_type: TickType::Halted, value: 0.0 }), Stamp::at(1));
        assert!(!quote.halted);
        apply(&mut quote, &TickTypes::Size(TickSize { tick_type: TickType::Volume, size: 12.0 }), Stamp::at(1));
        assert_eq!(quote.volume, Some(Qty::from(12)));
        let before = quote.clone();
        assert!(!apply(
            &mut quote,
            &TickTypes::Generic(TickGeneric { tick_type: TickType::Shortable, value: 3.0 }),
            Stamp::at(9)
        ));
        assert_eq!(quote, before);
    }

    #[test]
    fn a_line_that_is_asked_for_again_forgets_its_sides_and_keeps_its_last_trade() {
        let mut quote = Quote { refused: Some((354, "no".into())), ..Quote::default() };
        apply(&mut quote, &side(TickType::Bid, 187.2, 300.0), Stamp::at(1));
        apply(&mut quote, &last(187.25), Stamp::at(1));
        let renewed = renewed(&quote);
        assert_eq!((renewed.bid, renewed.last, renewed.refused), (None, Some(p("187.25")), None));
    }
}
