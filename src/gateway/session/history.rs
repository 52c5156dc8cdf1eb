//! Bars: of the past, kept up to date, and of five seconds as they end.

use super::Session;
use super::lookup::resolve;
use crate::gateway::Nanos;
use crate::gateway::driver::World;
use crate::gateway::feed::{Bar, BarSize, Listing, What};
use crate::gateway::venue::Fault;
use crate::gateway::wire::bars::{self, DateForm};
use crate::gateway::wire::proto::{
    HeadTimestamp, HeadTimestampRequest, HistogramData, HistogramDataRequest, HistoricalData, HistoricalDataEnd,
    HistoricalDataRequest, HistoricalDataUpdate, HistoricalSchedule, HistoricalSession, RealTimeBarsRequest,
};
use crate::gateway::wire::reply::Bars;
use crate::gateway::wire::{Reply, time};

/// How often a bar that is kept up to date is sent when it has changed.
const PACE: Nanos = 1_000_000_000;
/// The length of a real-time bar.
const FIVE: Nanos = 5_000_000_000;
/// How many bars one request may ask for.
const BARS: i64 = 60_000;
/// How far back the prints of an option go in one request: they are found one by one, and a year of them would hold the market
/// up for everybody.
const OPTION_TRADES: Nanos = 10 * 86_400_000_000_000;
/// The longest stretch of quotes of an option in one request: a week.
const OPTION_QUOTES: Nanos = 7 * 86_400_000_000_000;
/// How many bars a histogram is made of at most.
const HISTOGRAM_BARS: i64 = 2_000;
/// How many requests may be kept up to date, as IB has it.
const KEPT: usize = 50;

/// A request for bars, read.
#[derive(Debug, Clone)]
struct Query {
    listing: Listing,
    size: BarSize,
    what: What,
    regular: bool,
    form: DateForm,
    from: Nanos,
    until: Nanos,
    current: bool,
}

/// A request that is kept up to date.
#[derive(Debug)]
pub(super) struct Kept {
    query: Query,
    last: Option<Bar>,
    next: Nanos,
}

/// A subscription to five-second bars.
#[derive(Debug)]
pub(super) struct FiveSeconds {
    listing: Listing,
    what: What,
    regular: bool,
    next: Nanos,
}

/// Error 162 with its cause.
fn no_history(cause: &str) -> Fault {
    Fault::new(162, format!("Historical Market Data Service error message:{cause}"))
}

/// When a request's stretch of time ends.
fn end(request: &HistoricalDataRequest, world: &World) -> Result<Nanos, Fault> {
    match request.end_date_time.as_deref().map(str::trim).filter(|end| !end.is_empty()) {
        None => Ok(world.now()),
        Some(_) if request.keep_up_to_date.unwrap_or(false) => {
            Err(Fault::invalid("End Date/Time: must be empty when the bars are kept up to date"))
        }
        Some(end) => {
            let at = time::parse(end).ok_or_else(|| Fault::invalid(&format!("Invalid end date/time {end:?}")))?;
            // The end is exclusive: the bar that begins there is not asked for.
            Ok(at.saturating_sub(1).min(world.now()))
        }
    }
}

/// How long a request's stretch of time is.
fn span(request: &HistoricalDataRequest) -> Result<bars::Span, Fault> {
    let span = request.duration.as_deref().unwrap_or("");
    bars::Span::parse(span).ok_or_else(|| Fault::invalid(&format!("Invalid duration {span:?}")))
}

fn read(request: &HistoricalDataRequest, world: &World) -> Result<Query, Fault> {
    let listing = resolve(request.contract.as_ref(), world.shelf())?;
    let setting = request.bar_size_setting.as_deref().unwrap_or("");
    let size = bars::size(setting).ok_or_else(|| Fault::invalid(&format!("Invalid bar size {setting:?}")))?;
    let shown = request.what_to_show.as_deref().unwrap_or("");
    let what = bars::what(shown).ok_or_else(|| no_history(&format!("No {shown} data in the paper market")))?;
    let current = request.keep_up_to_date.unwrap_or(false);
    let until = end(request, world)?;
    let regular = request.use_rth.unwrap_or(false);
    let mut from = world.span_start(&listing, span(request)?, until, regular);
    if listing.option.is_some() && what == What::Trades {
        from = from.max(until.saturating_sub(OPTION_TRADES));
    }
    if bars::count(size, from, until) > BARS {
        return Err(no_history("Time length exceeds the maximum for this bar size"));
    }
    // An option's quotes are found minute by minute, a week of them at most.
    if listing.option.is_some() && what != What::Trades && until.saturating_sub(from) > OPTION_QUOTES {
        return Err(no_history("Time length exceeds the maximum for quotes of options"));
    }
    let form = DateForm::new(request.format_date, size, world.zone(&listing));
    Ok(Query { listing, size, what, regular, form, from, until, current })
}

impl Session {
    pub(super) fn historical_data(&mut self, request: &HistoricalDataRequest, world: &mut World) {
        let Some(req_id) = request.req_id else { return };
        if request.what_to_show.as_deref().map(str::trim) == Some("SCHEDULE") {
            return self.schedule(req_id, request, world);
        }
        let query = match read(request, world) {
            _ if self.kept.contains_key(&req_id) => {
                Err(Fault::new(322, "Error processing request.-'b' : cause - Duplicate ticker id"))
            }
            Ok(query) if query.current && self.kept.len() >= KEPT => {
                Err(Fault::new(322, "Error processing request.-'b' : cause - Too many requests are kept up to date"))
            }
            query => query,
        };
        match query {
            Ok(query) => self.answer_bars(req_id, query, world),
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    fn answer_bars(&mut self, req_id: i32, query: Query, world: &mut World) {
        let found = world.bars(query.listing.con_id, query.size, query.from, query.until, query.what, query.regular);
        if found.is_empty() && !query.current {
            return self.fault(req_id, no_history("HMDS query returned no data"), world);
        }
        let rows = found.iter().map(|bar| bars::bar(&query.listing, query.what, &query.form, bar)).collect();
        self.send(&Reply::Bars(Box::new(Bars {
            data: HistoricalData { req_id: Some(req_id), bars: rows },
            end: HistoricalDataEnd {
                req_id: Some(req_id),
                start_date_str: Some(time::eastern_text(query.from)),
                end_date_str: Some(time::eastern_text(query.until)),
            },
        })));
        if query.current {
            let next = world.now().saturating_add(PACE);
            self.kept.insert(req_id, Kept { query, last: found.last().copied(), next });
        }
    }

    /// Answers with the sessions of a stretch of time.
    fn schedule(&mut self, req_id: i32, request: &HistoricalDataRequest, world: &World) {
        let regular = request.use_rth.unwrap_or(false);
        let stretch = resolve(request.contract.as_ref(), world.shelf()).and_then(|listing| {
            let until = end(request, world)?;
            let span = span(request)?;
            Ok((listing, world.span_start(&listing, span, until, regular), until))
        });
        let (listing, from, until) = match stretch {
            Ok(stretch) => stretch,
            Err(fault) => return self.fault(req_id, fault, world),
        };
        let sessions = world.sessions(&listing, from, until, regular);
        let hours = world.hours(&listing);
        let text = |at: Option<Nanos>| {
            at.map(|at| time::zoned(at, world.zone(&listing)).strftime("%Y%m%d-%H:%M:%S").to_string())
        };
        self.send(&Reply::HistoricalSchedule(HistoricalSchedule {
            req_id: Some(req_id),
            start_date_time: text(sessions.first().map(|session| session.opens)),
            end_date_time: text(sessions.last().map(|session| session.closes)),
            time_zone: Some(hours.zone.to_owned()),
            sessions: sessions
                .iter()
                .map(|session| HistoricalSession {
                    start_date_time: text(Some(session.opens)),
                    end_date_time: text(Some(session.closes)),
                    ref_date: Some(session.date.clone()),
                })
                .collect(),
        }));
    }

    pub(super) fn cancel_historical_data(&mut self, req_id: Option<i32>) {
        req_id.and_then(|req_id| self.kept.remove(&req_id));
    }

    /// Sends the bars that have changed or ended.
    pub(super) fn step_bars(&mut self, world: &mut World) {
        let now = world.now();
        let mut kept = std::mem::take(&mut self.kept);
        for (req_id, kept) in kept.iter_mut().filter(|(_, kept)| kept.next <= now) {
            self.update_bars(*req_id, kept, world);
        }
        self.kept = kept;
        let mut fives = std::mem::take(&mut self.five_seconds);
        for (req_id, five) in &mut fives {
            while five.next <= now {
                self.five_seconds(*req_id, five, world);
            }
        }
        self.five_seconds = fives;
    }

    fn update_bars(&mut self, req_id: i32, kept: &mut Kept, world: &mut World) {
        let Query { listing, size, what, regular, .. } = kept.query;
        let from = kept.last.map_or(kept.query.until, |bar| bar.start);
        for bar in world.bars(listing.con_id, size, from, world.now(), what, regular) {
            if kept.last != Some(bar) {
                let bar_row = bars::bar(&listing, what, &kept.query.form, &bar);
                self.send(&Reply::HistoricalDataUpdate(HistoricalDataUpdate {
                    req_id: Some(req_id),
                    bar: Some(bar_row),
                }));
                kept.last = Some(bar);
            }
        }
        kept.next = world.now().saturating_add(PACE);
    }

    pub(super) fn real_time_bars(&mut self, request: &RealTimeBarsRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let shown = request.what_to_show.as_deref().unwrap_or("");
        let subscription = match (resolve(request.contract.as_ref(), world.shelf()), bars::what(shown)) {
            (Err(fault), _) => Err(fault),
            (Ok(_), None) => Err(Fault::invalid(&format!("Invalid what to show {shown:?}"))),
            (Ok(_), Some(_)) if self.five_seconds.contains_key(&req_id) => {
                Err(Fault::new(322, "Error processing request.-'b' : cause - Duplicate ticker id"))
            }
            (Ok(_), Some(_)) if self.five_seconds.len() >= KEPT => {
                Err(Fault::new(420, "Invalid Real-time Query: too many subscriptions"))
            }
            (Ok(listing), Some(what)) => {
                let next = (world.now().div_euclid(FIVE) + 1).saturating_mul(FIVE);
                Ok(FiveSeconds { listing, what, regular: request.use_rth.unwrap_or(false), next })
            }
        };
        match subscription {
            Ok(five) => {
                self.five_seconds.insert(req_id, five);
            }
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    pub(super) fn cancel_real_time_bars(&mut self, req_id: Option<i32>) {
        req_id.and_then(|req_id| self.five_seconds.remove(&req_id));
    }

    /// Sends the bar that ended at the subscription's next moment; none if nothing happened in it.
    fn five_seconds(&mut self, req_id: i32, five: &mut FiveSeconds, world: &mut World) {
        let start = five.next.saturating_sub(FIVE);
        let found = world.bars(
            five.listing.con_id,
            BarSize::Seconds(5),
            start,
            five.next.saturating_sub(1),
            five.what,
            five.regular,
        );
        if let Some(bar) = found.first() {
            self.send(&Reply::RealTimeBar(bars::real_time(req_id, &five.listing, five.what, bar)));
        }
        five.next = five.next.saturating_add(FIVE);
    }

    /// Answers with the shares traded at each price: every bar's volume counts at the bar's average price.
    pub(super) fn histogram(&mut self, request: &HistogramDataRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let period = request.time_period.as_deref().unwrap_or("");
        let span = bars::Span::words(period).ok_or_else(|| Fault::invalid(&format!("Invalid time period {period:?}")));
        match resolve(request.contract.as_ref(), world.shelf()).and_then(|listing| span.map(|span| (listing, span))) {
            Ok((listing, span)) => {
                let regular = request.use_rth.unwrap_or(false);
                let (from, until) = (world.span_start(&listing, span, world.now(), regular), world.now());
                let size = bars::coarse(from, until, HISTOGRAM_BARS);
                let found = world.bars(listing.con_id, size, from, until, What::Trades, regular);
                let entries = bars::histogram(&listing, &found);
                self.send(&Reply::HistogramData(HistogramData { req_id: Some(req_id), entries }));
            }
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    pub(super) fn head_timestamp(&mut self, request: &HeadTimestampRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        match resolve(request.contract.as_ref(), world.shelf()) {
            Ok(_) => {
                let head_timestamp = Some(bars::head(world.first_moment(), request.format_date));
                self.send(&Reply::HeadTimestamp(HeadTimestamp { req_id: Some(req_id), head_timestamp }));
            }
            Err(fault) => self.fault(req_id, fault, world),
        }
    }
}
