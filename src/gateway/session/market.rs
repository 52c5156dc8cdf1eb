//! Market data lines.
//!
//! A line remembers what it last sent, and a burst is the difference to that: at once when it opens, then every 250 ms.
//! When the client is behind, a burst is left out and the next one makes up for it; nothing is queued. Of the generic
//! ticks 236 (shortable shares) is served; of options 100 (volume) and 101 (open interest); of what has options 104 and 106 (volatility of
//! the last thirty closes, and implied for thirty days). The others are not there yet and stay silent.

use super::Session;
use super::lookup::resolve;
use crate::gateway::Nanos;
use crate::gateway::driver::World;
use crate::gateway::feed::Listing;
use crate::gateway::venue::Fault;
use crate::gateway::wire::proto::{IdOnly, MarketDataRequest, MarketDataType, TickReqParams};
use crate::gateway::wire::{Reply, convert, ticks};

/// IB's pace for stocks.
const PACE: Nanos = 250_000_000;
/// How many lines a login has.
const LINES: usize = 100;
/// Generic tick 236: shortable shares.
const SHORTABLE: &str = "236";
/// Generic tick 292: news, alone or with its providers behind a colon.
const NEWS: &str = "292";
/// Market data type 1.
const LIVE: i32 = 1;

/// One market data line.
#[derive(Debug)]
pub(super) struct Line {
    listing: Listing,
    sent: ticks::Sent,
    /// Where generic tick 236 stands, if it was asked for.
    shortable: Option<ticks::Shortable>,
    /// The other generic ticks that were asked for, and what was told of them.
    generic: Vec<u16>,
    figures: ticks::Figures,
    /// What was told of an option's worth.
    computed: ticks::Computed,
    next: Nanos,
}

impl Session {
    pub(super) fn market_data(&mut self, request: &MarketDataRequest, world: &mut World) {
        let Some(req_id) = request.req_id else { return };
        match self.line_for(req_id, request, world) {
            Ok(listing) => self.open_line(req_id, &listing, request, world),
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    /// Whether the line can be opened, and on what.
    fn line_for(&self, req_id: i32, request: &MarketDataRequest, world: &World) -> Result<Listing, Fault> {
        let list = request.generic_tick_list.as_deref().unwrap_or_default();
        let generic = !list.trim().is_empty();
        if self.lines.contains_key(&req_id) {
            return Err(Fault::new(322, "Error processing request.-'b' : cause - Duplicate ticker id"));
        }
        if request.snapshot.unwrap_or(false) && generic {
            return Err(Fault::invalid("Snapshot market data subscription is not applicable to generic ticks"));
        }
        if self.lines.len() >= LINES {
            return Err(Fault::new(101, "Max number of tickers has been reached"));
        }
        let listing = resolve(request.contract.as_ref(), world.shelf())?;
        if !world.has_data(listing.symbol) {
            return Err(Fault::new(
                354,
                "Requested market data is not subscribed. Delayed market data is not available.",
            ));
        }
        if list.split(',').any(|tick| tick.split(':').next().is_some_and(|id| id.trim() == NEWS)) {
            return Err(Fault::new(10276, "News feed is not allowed."));
        }
        Ok(listing)
    }

    fn open_line(&mut self, req_id: i32, listing: &Listing, request: &MarketDataRequest, world: &mut World) {
        let snapshot = request.snapshot.unwrap_or(false);
        let generic = request.generic_tick_list.as_deref().unwrap_or_default();
        let shortable = generic.split(',').any(|tick| tick.trim() == SHORTABLE).then(ticks::Shortable::default);
        self.send(&Reply::TickReqParams(TickReqParams {
            req_id: Some(req_id),
            min_tick: Some(convert::decimal(listing.tick().0)),
            bbo_exchange: None,
            snapshot_permissions: Some(0),
            last_price_precision: None,
            last_size_precision: None,
        }));
        self.send(&Reply::MarketDataType(MarketDataType { req_id: Some(req_id), market_data_type: Some(LIVE) }));
        let mut line = Line {
            listing: *listing,
            sent: ticks::Sent::default(),
            shortable,
            generic: generic.split(',').filter_map(|tick| tick.trim().parse().ok()).collect(),
            figures: ticks::Figures::default(),
            computed: ticks::Computed::default(),
            next: world.now(),
        };
        self.burst(req_id, &mut line, world);
        if snapshot {
            self.send(&Reply::TickSnapshotEnd(IdOnly { req_id: Some(req_id) }));
        } else {
            self.lines.insert(req_id, line);
        }
    }

    /// Sends what has changed on a line.
    fn burst(&mut self, req_id: i32, line: &mut Line, world: &mut World) {
        let top = world.top(&line.listing);
        line.sent.update(req_id, &line.listing, &top, |reply| self.out.put(&reply));
        if let (Some(told), Some(borrow)) = (&mut line.shortable, world.borrow(line.listing.con_id)) {
            told.update(req_id, borrow, |reply| self.out.put(&reply));
        }
        if line.listing.option.is_some() {
            line.computed.update(req_id, world.computations(&line.listing, &top), |reply| self.out.put(&reply));
        }
        if !line.generic.is_empty() {
            let figures = world.figures(&line.listing, &line.generic, &top);
            line.figures.update(req_id, figures, |reply| self.out.put(&reply));
        }
        line.next = world.now().saturating_add(PACE);
    }

    /// Sends the bursts that are due.
    pub(super) fn step_lines(&mut self, world: &mut World) {
        let now = world.now();
        let mut lines = std::mem::take(&mut self.lines);
        for (req_id, line) in lines.iter_mut().filter(|(_, line)| line.next <= now) {
            self.burst(*req_id, line, world);
        }
        self.lines = lines;
    }

    pub(super) fn cancel_market_data(&mut self, req_id: Option<i32>, world: &World) {
        if let Some(req_id) = req_id
            && self.lines.remove(&req_id).is_none()
        {
            // A cancel that comes after a snapshot's end is no mistake of the client's.
            tracing::trace!(req_id, now = world.now(), "nothing to cancel");
        }
    }
}
