//! Going on after a gap in time.

use super::super::Venue;
use super::super::book::Takings;
use super::super::event::Event;
use super::super::market::Market;
use super::report::finish;
use super::{Stage, limit_ticks};
use crate::gateway::Nanos;

impl Venue {
    /// After a gap that is not replayed: the orders go on from `at`, at the place in the queue they had or a better one, with
    /// the triggers they had. Orders whose time ran out end as of then, an auction missed included.
    pub fn resume(&mut self, at: Nanos, market: &dyn Market) -> Vec<Event> {
        let mut out = Vec::new();
        self.takings = Takings::default();
        self.ledger.learn(|con_id| market.listing(con_id).map(|listing| listing.spec));
        let at = self.now.max(at);
        while let Some(moment) = self.next_settlement(at, market) {
            // It belongs to the day it happened on.
            self.now = moment;
            self.roll(market);
            self.settle_contracts(market, &mut out);
        }
        self.now = at;
        self.roll(market);
        self.expire_late(market, &mut out);
        for index in 0..self.working.len() {
            let Some(working) = self.working.get_mut(index) else { continue };
            let Some(listing) = market.listing(working.con_id()) else { continue };
            let request = &working.order.request;
            let session = market.session(request.con_id, self.now, listing.extended(request));
            let quote = market.quote(request.con_id, self.now);
            working.live = session.open && quote.is_some() && !working.is_asleep(self.now);
            if working.place.limit.is_none() && matches!(working.place.stage, Stage::Taking | Stage::Resting) {
                working.place.limit = limit_ticks(request.kind, &listing);
            }
            if let (Some(limit), Stage::Resting) = (working.place.limit, working.place.stage) {
                let side = working.action().rests_on();
                let shown = market.shown(listing.con_id, side, limit, self.now);
                working.place.ahead = working.place.ahead.min(shown);
                working.place.level = shown;
            }
        }
        finish(out)
    }

    /// Ends at their own moment the orders whose time ran out during a gap.
    fn expire_late(&mut self, market: &dyn Market, out: &mut Vec<Event>) {
        let mut due: Vec<(Nanos, usize)> = Vec::new();
        for (index, working) in self.working.iter().enumerate() {
            if let Some(expires) = working.order.expires.filter(|expires| *expires <= self.now) {
                due.push((expires, index));
            }
        }
        due.sort_unstable();
        for (expires, index) in due {
            if self.working.get(index).is_some_and(|working| !working.is_over()) {
                self.run_out(index, expires, out);
                self.settle(market, expires, out);
            }
        }
        self.retire();
    }
}
