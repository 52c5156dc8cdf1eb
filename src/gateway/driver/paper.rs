//! The background market as the venue and the sessions read it: the feed behind the venue's door, and its hours.
//!
//! Must not know: orders, clients.

use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::clock::{Phase, eastern};
use crate::gateway::feed::{BookSide, Calendar, DaySummary, Feed, LEAF, Listing};
use crate::gateway::venue::{self, Market, Session, Side};
use crate::gateway::wire::convert::Hours;
use crate::gateway::wire::time::{EASTERN, zoned};
use crate::gateway::{ConId, Nanos};
use crate::money::Price;

const SECOND: Nanos = 1_000_000_000;
const HOUR: Nanos = 3_600 * SECOND;
const DAY: Nanos = 24 * HOUR;
/// The longest the exchanges stay closed, with room to spare.
const LONGEST_GAP: Nanos = 15 * DAY;
/// How many days of hours a contract's details name.
const DAYS_AHEAD: i64 = 5;

/// The feed behind the venue's door.
#[derive(Debug)]
pub(in crate::gateway) struct Paper {
    feed: Feed,
}

impl Paper {
    pub(super) fn new(feed: Feed) -> Self {
        Self { feed }
    }

    /// The market itself.
    pub(super) fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The session's figures at a moment.
    pub(super) fn day(&self, con_id: ConId, at: Nanos) -> Option<DaySummary> {
        self.feed.day(con_id, at)
    }

    /// The zone that days are counted in.
    pub(super) fn zone(&self) -> TimeZone {
        match self.feed.calendar() {
            Calendar::Always => TimeZone::UTC,
            Calendar::Nyse => eastern(),
        }
    }

    /// The regular session after the one that contains `at` or ended before it.
    fn next_session(&self, at: Nanos) -> (Nanos, Nanos) {
        let calendar = self.feed.calendar();
        let this = calendar.session(at);
        let mut probe = at;
        while probe < at.saturating_add(LONGEST_GAP) {
            probe = probe.saturating_add(HOUR);
            let next = calendar.session(probe);
            if next.0 > this.0 {
                return next;
            }
        }
        (probe, probe)
    }

    /// The stock exchanges' session: with extended hours it runs from 04:00 to 20:00.
    fn exchange_session(&self, at: Nanos, outside_rth: bool) -> Session {
        let calendar = self.feed.calendar();
        let open = match calendar.phase(at) {
            Phase::Regular => true,
            Phase::Pre | Phase::Post => outside_rth,
            Phase::Overnight | Phase::Closed => false,
        };
        let end_of = |(opens, closes): (Nanos, Nanos)| if outside_rth { clock_time(opens, 20) } else { closes };
        let (this, next) = (calendar.session(at), self.next_session(at));
        let session = if at < end_of(this) { this } else { next };
        let begins = if outside_rth { clock_time(session.0, 4) } else { session.0 };
        Session { open, opens: if open { at } else { begins.max(at) }, day_end: end_of(session) }
    }

    /// Where a duration of `sessions` trading days up to `until` begins.
    pub(super) fn sessions_back(&self, sessions: i64, until: Nanos, regular: bool) -> Nanos {
        match self.feed.calendar() {
            // A market without a pause has no session to begin with: a day is 24 hours.
            Calendar::Always => until.saturating_sub(sessions.saturating_mul(DAY)),
            Calendar::Nyse => {
                let calendar = self.feed.calendar();
                let mut open = calendar.session(until).0;
                for _ in 1..sessions {
                    open = calendar.session(open.saturating_sub(1)).0;
                }
                if regular { open } else { clock_time(open, 4) }
            }
        }
    }

    /// When the market trades, from the day of `at` on, as contract details say it.
    pub(super) fn hours(&self, at: Nanos) -> Hours {
        let zone = self.zone();
        let mut hours = Hours { zone: "UTC", trading: String::new(), liquid: String::new() };
        for ahead in 0..DAYS_AHEAD {
            let noon = zoned(at.saturating_add(ahead.saturating_mul(DAY)), zone.clone());
            let day = noon.strftime("%Y%m%d").to_string();
            let (trading, liquid) = match self.feed.calendar() {
                Calendar::Always => {
                    let next = noon.tomorrow().map_or_else(|_| day.clone(), |next| next.strftime("%Y%m%d").to_string());
                    let whole = format!("{day}:0000-{next}:0000");
                    (whole.clone(), whole)
                }
                Calendar::Nyse => {
                    hours.zone = EASTERN;
                    let late = noon.with().time(Time::constant(23, 59, 0, 0)).build().map_or(at, |late| nanos(&late));
                    let (opens, closes) = self.feed.calendar().session(late);
                    if zoned(opens, zone.clone()).strftime("%Y%m%d").to_string() == day {
                        let close = zoned(closes, zone.clone()).strftime("%H%M").to_string();
                        (format!("{day}:0400-{day}:2000"), format!("{day}:0930-{day}:{close}"))
                    } else {
                        (format!("{day}:CLOSED"), format!("{day}:CLOSED"))
                    }
                }
            };
            for (text, part) in [(&mut hours.trading, trading), (&mut hours.liquid, liquid)] {
                if !text.is_empty() {
                    text.push(';');
                }
                text.push_str(&part);
            }
        }
        hours
    }
}

fn nanos(at: &jiff::Zoned) -> Nanos {
    i64::try_from(at.timestamp().as_nanosecond()).unwrap_or(Nanos::MAX)
}

/// The moment at which exchange clocks show `hour` on the day of `at`.
fn clock_time(at: Nanos, hour: i8) -> Nanos {
    zoned(at, eastern()).with().time(Time::constant(hour, 0, 0, 0)).build().map_or(at, |time| nanos(&time))
}

impl Market for Paper {
    fn listing(&self, con_id: ConId) -> Option<venue::Listing> {
        Listing::by_con_id(con_id).map(|listing| venue::Listing {
            con_id,
            symbol: listing.symbol.to_owned(),
            exchange: listing.primary_exchange.to_owned(),
            tick: listing.tick(),
            lot: listing.round_lot,
            half_life: listing.class.recovery_ms.saturating_mul(SECOND / 1_000),
        })
    }

    fn increment(&self, con_id: ConId, _price: Price) -> Option<Price> {
        Listing::by_con_id(con_id).map(Listing::tick)
    }

    fn session(&self, _con_id: ConId, at: Nanos, outside_rth: bool) -> Session {
        match self.feed.calendar() {
            Calendar::Always => {
                let day_end = at.saturating_sub(at.rem_euclid(DAY)).saturating_add(DAY);
                Session { open: true, opens: at, day_end }
            }
            Calendar::Nyse => self.exchange_session(at, outside_rth),
        }
    }

    fn day_start(&self, at: Nanos) -> Nanos {
        zoned(at, self.zone()).start_of_day().map_or(at, |midnight| nanos(&midnight))
    }

    fn quote(&self, con_id: ConId, at: Nanos) -> Option<venue::Quote> {
        self.feed.quote(con_id, at).map(|quote| venue::Quote {
            bid: quote.bid,
            ask: quote.ask,
            bid_size: quote.bid_size,
            ask_size: quote.ask_size,
        })
    }

    fn next_change(&self, con_id: ConId, after: Nanos) -> Nanos {
        let within = |at: Nanos| self.feed.leaf(con_id, at).map(|leaf| leaf.quote_at).filter(|quote_at| *quote_at > after);
        let next_leaf = after.saturating_sub(after.rem_euclid(LEAF)).saturating_add(LEAF);
        within(after).or_else(|| within(next_leaf)).unwrap_or(next_leaf)
    }

    fn prints(&self, con_id: ConId, after: Nanos, until: Nanos) -> Vec<venue::Print> {
        let mut found: Vec<venue::Print> = Vec::new();
        for print in self.feed.prints(con_id, after, until) {
            let index = found.last().filter(|last| last.at == print.at).map_or(0, |last| last.index.saturating_add(1));
            found.push(venue::Print { at: print.at, index, price: print.price, size: print.size });
        }
        found
    }

    fn shown(&self, con_id: ConId, side: Side, price: i64, at: Nanos) -> i64 {
        let side = match side {
            Side::Bid => BookSide::Bid,
            Side::Ask => BookSide::Ask,
        };
        self.feed.shown(con_id, side, price, at)
    }

    fn mark(&self, con_id: ConId, at: Nanos) -> Option<Price> {
        let listing = Listing::by_con_id(con_id)?;
        let last = self.feed.day(con_id, at)?.last;
        let held = match self.feed.quote(con_id, at) {
            Some(quote) if quote.bid <= quote.ask => last.clamp(quote.bid, quote.ask),
            _ => last,
        };
        Some(listing.price(held))
    }
}
