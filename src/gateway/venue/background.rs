//! The simulated market as the venue reads it.
//!
//! Auctions: the feed prints the opening cross just after the first quote of the regular session and the closing cross at its
//! very end, on half days too. On the always-open calendar a session is a UTC day: its auctions are the first and the last
//! print of the day, and their cut-offs count from midnight.
//!
//! Sessions: regular hours, or with extended hours from 04:00 to 20:00 (to 17:00 on half days); a DAY order dies at their
//! end. With the always-open calendar a day is a UTC day. The account's day starts at midnight in New York, or at midnight
//! UTC with the always-open calendar.

use super::market::{Cross, Cutoffs, Listing, Market, Print, Quote, Session, Side};
use crate::clock::Stamp;
use crate::gateway::feed::{self, BookSide, Calendar, Feed, PrintSide};
use crate::gateway::{ConId, Nanos};
use crate::money::Price;

const HOUR: Nanos = 3_600_000_000_000;
const DAY: Nanos = 24 * HOUR;

impl Market for Feed {
    fn listing(&self, con_id: ConId) -> Option<Listing> {
        // What is only published has no order, no position and no place here.
        let listing = feed::Listing::by_con_id(con_id).filter(|listing| listing.kind != feed::Kind::Index)?;
        Some(Listing {
            con_id,
            symbol: listing.symbol.to_owned(),
            exchange: listing.primary_exchange.to_owned(),
            tick: listing.tick(),
            lot: listing.round_lot,
            half_life: listing.class.recovery_ms.saturating_mul(1_000_000),
            cutoffs: Cutoffs::of(listing.primary_exchange),
        })
    }

    fn increment(&self, con_id: ConId, price: Price) -> Option<Price> {
        feed::Listing::by_con_id(con_id)?;
        let row = |tenthousandths: i64| Price(rust_decimal::Decimal::new(tenthousandths, 4));
        let rows = feed::universe::US_STOCK_INCREMENTS.iter().rev();
        rows.copied().find(|(edge, _)| price >= row(*edge)).map(|(_, increment)| row(increment))
    }

    fn session(&self, _con_id: ConId, at: Nanos, outside_rth: bool) -> Session {
        let hours = self.calendar().hours_at(at, outside_rth);
        Session { open: hours.open, opens: hours.opens, day_end: hours.closes }
    }

    fn day_start(&self, at: Nanos) -> Nanos {
        match self.calendar() {
            Calendar::Always => at.saturating_sub(at.checked_rem_euclid(DAY).unwrap_or(0)),
            Calendar::Nyse => {
                let midnight = Stamp::at(at).eastern().start_of_day().ok();
                midnight.and_then(|day| i64::try_from(day.timestamp().as_nanosecond()).ok()).unwrap_or(at)
            }
        }
    }

    fn quote(&self, con_id: ConId, at: Nanos) -> Option<Quote> {
        let feed::Quote { bid, ask, bid_size, ask_size } = Self::quote(self, con_id, at)?;
        Some(Quote { bid, ask, bid_size, ask_size })
    }

    fn next_change(&self, con_id: ConId, after: Nanos) -> Nanos {
        Self::next_change(self, con_id, after)
    }

    fn prints(&self, con_id: ConId, after: Nanos, until: Nanos) -> Vec<Print> {
        let mut prints: Vec<Print> = Vec::new();
        for print in Self::prints(self, con_id, after, until) {
            let index = match prints.last() {
                Some(last) if last.at == print.at => last.index.saturating_add(1),
                _ => 0,
            };
            let cross = (print.side == PrintSide::Cross).then(|| {
                let (opens, closes) = self.calendar().session(print.at);
                let early = print.at.saturating_sub(opens) < closes.saturating_sub(print.at);
                if early { Cross::Open } else { Cross::Close }
            });
            prints.push(Print { at: print.at, index, price: print.price, size: print.size, cross });
        }
        prints
    }

    fn shown(&self, con_id: ConId, side: Side, price: i64, at: Nanos) -> i64 {
        let side = match side {
            Side::Bid => BookSide::Bid,
            Side::Ask => BookSide::Ask,
        };
        Self::shown(self, con_id, side, price, at)
    }

    fn borrowable(&self, con_id: ConId, at: Nanos) -> i64 {
        self.borrow(con_id, self.day_start(at), at).map_or(0, |borrow| borrow.shares)
    }

    fn mark(&self, con_id: ConId, at: Nanos) -> Option<Price> {
        let listing = feed::Listing::by_con_id(con_id)?;
        let last = self.day(con_id, at)?.last;
        let held = match Self::quote(self, con_id, at) {
            Some(quote) => last.max(quote.bid).min(quote.ask),
            None => last,
        };
        Some(listing.price(held))
    }
}
