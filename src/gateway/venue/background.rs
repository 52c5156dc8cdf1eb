//! The simulated market as the venue reads it.
//!
//! Auctions: the feed prints the opening cross just after the first quote of the regular session and the closing cross at its
//! very end, on half days too. On the always-open calendar a session is a UTC day: its auctions are the first and the last
//! print of the day, and their cut-offs count from midnight.
//!
//! Sessions: regular hours, or with extended hours from 04:00 to 20:00 (to 17:00 on half days); a DAY order dies at their
//! end. Futures have their exchanges' hours instead. With the always-open calendar a day is a UTC day. The account's day starts at midnight in New York, or at midnight
//! UTC with the always-open calendar.

use super::contract::Spec;
use super::market::{Cross, Cutoffs, Figures, Listing, Market, Print, Quote, Session, Side};
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
            spec: match (&listing.series, &listing.option) {
                (Some(series), _) => Spec::of_future(listing.symbol, series.product.multiplier),
                (_, Some(terms)) => Spec::of_option(terms)?,
                (None, None) => Spec::SHARE,
            },
            ends: listing.ends(),
        })
    }

    fn increment(&self, con_id: ConId, price: Price) -> Option<Price> {
        let listing = feed::Listing::by_con_id(con_id)?;
        if listing.kind == feed::Kind::Future {
            return Some(listing.tick());
        }
        let row = |tenthousandths: i64| Price(rust_decimal::Decimal::new(tenthousandths, 4));
        let rungs: &[(i64, i64)] = match &listing.option {
            Some(terms) => terms.class.increments.rungs(),
            None => &feed::universe::US_STOCK_INCREMENTS,
        };
        let rows = rungs.iter().rev();
        rows.copied().find(|(edge, _)| price >= row(*edge)).map(|(_, increment)| row(increment))
    }

    fn session(&self, con_id: ConId, at: Nanos, outside_rth: bool) -> Session {
        let listing = feed::Listing::by_con_id(con_id);
        let calendar = listing.map_or(self.calendar(), |listing| self.calendar_of(&listing));
        let extended = outside_rth && listing.is_none_or(|listing| listing.option.is_none());
        let hours = calendar.hours_at(at, extended);
        match listing.and_then(|listing| listing.ends()) {
            Some(ends) if ends <= hours.opens => Session { open: false, opens: Nanos::MAX, day_end: ends },
            Some(ends) => Session { open: hours.open, opens: hours.opens, day_end: hours.closes.min(ends) },
            None => Session { open: hours.open, opens: hours.opens, day_end: hours.closes },
        }
    }

    fn day_start(&self, at: Nanos) -> Nanos {
        match self.calendar() {
            Calendar::Always => at.saturating_sub(at.checked_rem_euclid(DAY).unwrap_or(0)),
            Calendar::Nyse | Calendar::Cme => {
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
        // What is no share is sold without borrowing it.
        let share = |kind| matches!(kind, feed::Kind::Stock | feed::Kind::Etf);
        if feed::Listing::by_con_id(con_id).is_some_and(|listing| !share(listing.kind)) {
            return i64::MAX;
        }
        self.borrow(con_id, self.day_start(at), at).map_or(0, |borrow| borrow.shares)
    }

    fn settlement(&self, con_id: ConId, until: Nanos) -> Option<(Nanos, Price)> {
        Self::settlement(self, con_id, until)
    }

    fn figures(&self, con_id: ConId, at: Nanos) -> Option<Figures> {
        let day = self.day(con_id, at)?;
        Some(Figures { last: day.last, volume: day.volume, previous_close: day.previous_close })
    }

    fn mark(&self, con_id: ConId, at: Nanos) -> Option<Price> {
        let listing = feed::Listing::by_con_id(con_id)?;
        if listing.option.is_some() {
            // The middle, which may lie between two ticks.
            let halves = rust_decimal::Decimal::from(self.option_mark(con_id, at)?);
            return listing.tick().times(halves.checked_div(rust_decimal::Decimal::TWO)?);
        }
        let last = self.day(con_id, at)?.last;
        let held = match Self::quote(self, con_id, at) {
            Some(quote) => last.max(quote.bid).min(quote.ask),
            None => last,
        };
        Some(listing.price(held))
    }
}
