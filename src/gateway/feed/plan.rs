//! What a session holds in store for a symbol: its piece of the path, events, halts, spread and volume.
//!
//! Events are masses on short windows, so the path jumps there by itself and the jump is part of the day's return. A
//! quarter of the company news within regular hours follows a ten-minute halt: no activity, no volume, no quote.
//!
//! Absent: the reopening auction after a halt, headlines.
//!
//! Must not know: single quotes and prints.

use smallvec::SmallVec;

use super::Calendar;
use super::calendar::{DAY, OPEN, unix_day};
use super::futures::Series;
use super::hash::{draw, further, unit, z4};
use super::ladder::{self, Profile};
use super::path::{EARNINGS, NEWS, Path, Session};
use super::universe::{Kind, Listing, Source};
use super::vix::Fear;

/// Leaves of ten minutes.
const TEN_MINUTES: u32 = 2_400;
/// Most prints of continuous trading in a session: two a leaf.
const MOST_PRINTS: f64 = 700_000.0;
/// What is left of an afternoon's activity and volume after an early close.
const QUIET: (f64, f64) = (0.1, 0.02);
/// The auctions' shares of a session's volume.
const OPENING: f64 = 0.012;
/// See [`OPENING`].
const CLOSING: f64 = 0.085;

/// A stretch of leaves with extra activity and volume.
#[derive(Debug, Clone, Copy)]
struct Burst {
    from: u32,
    to: u32,
    mass: f64,
    volume: f64,
}

/// The keys of a symbol's streams beside the path.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// Quotes: spread and pace.
    pub quotes: u64,
    /// Prints.
    pub prints: u64,
    /// Day: volume.
    pub day: u64,
    /// Band around an index.
    pub band: u64,
    /// Book.
    pub book: u64,
}

/// One session of one symbol.
#[derive(Debug)]
pub struct Plan {
    /// Session.
    pub d: i64,
    /// The path's piece.
    pub session: Session,
    /// Shape of activity and volume.
    pub profile: &'static Profile,
    /// Average spread in ticks before the time of day.
    pub spread: f64,
    /// Shares in continuous trading.
    pub volume: i64,
    /// Prints in continuous trading.
    pub count: i64,
    /// Shares of the opening auction.
    pub opening: i64,
    /// Shares of the closing auction.
    pub closing: i64,
    /// The leaf of the opening auction.
    pub open_leaf: u32,
    /// The leaf of the closing auction.
    pub close_leaf: u32,
    /// Key of the prints.
    pub prints_key: u64,
    /// Shares of a round lot.
    pub round_lot: i64,
    /// Leaves of the node whose end informs the order flow.
    pub informed: u32,
    /// What makes the volatility index of the path.
    pub fear: Option<Fear>,
    /// By how much a future is above what it is on at the session's start and end, in log price.
    pub carry: (f64, f64),
    /// Where a future does not trade although its path goes on.
    shut: SmallVec<[(u32, u32); 2]>,
    /// The share of its product's volume that a future has.
    share: f64,
    bursts: SmallVec<[Burst; 6]>,
    cuts: SmallVec<[(u32, u32); 3]>,
    quiet: Option<(u32, u32)>,
}

impl Plan {
    /// The plan of session `d`; `None` outside the calendar.
    pub fn new(path: &Path, calendar: Calendar, listing: &Listing, keys: &Keys, d: i64) -> Option<Self> {
        let session = path.session(d)?;
        let (open, close) = calendar.hours(d);
        let mut plan = Self {
            d,
            session,
            profile: Profile::of(calendar, &listing.class),
            spread: spread(listing, &session),
            volume: 0,
            count: 0,
            opening: 0,
            closing: 0,
            open_leaf: open,
            close_leaf: close - 1,
            prints_key: keys.prints,
            round_lot: listing.round_lot,
            informed: listing.class.informed,
            fear: if listing.source == Source::Vix { Some(Fear::new(path, keys.band, d)?) } else { None },
            carry: (0.0, 0.0),
            share: 1.0,
            shut: calendar.shut(d).collect(),
            bursts: SmallVec::new(),
            cuts: calendar.silence(d).into_iter().collect(),
            quiet: calendar.quiet(d),
        };
        plan.schedule(path, calendar);
        if let Some(series) = &listing.series {
            plan.contract(series, calendar);
        }
        plan.fill(listing, keys, calendar);
        Some(plan)
    }

    /// Places the session's events.
    fn schedule(&mut self, path: &Path, calendar: Calendar) {
        let events = &path.events;
        let draw_at = |key: u64| draw(key, self.d as u64);
        let mut found: SmallVec<[(u32, u32, f64, f64); 3]> = SmallVec::new();
        if let Some(own) = events.own {
            if events.reports(self.d) {
                let h = draw_at(own ^ 3);
                let (from, span) = match calendar {
                    Calendar::Always => (2_640, 338_000),
                    Calendar::Nyse | Calendar::Cme if unit(h) < 0.6 => (1_200, 6_000),
                    Calendar::Nyse | Calendar::Cme => (201_600, 36_000),
                };
                found.push((moment(h, from, span), TEN_MINUTES + 1_200, EARNINGS, 0.04));
            }
            if events.has_news(self.d) {
                let h = draw_at(own ^ 4);
                let regular = calendar == Calendar::Always || unit(h) < 0.5;
                let (from, span) = match calendar {
                    Calendar::Always => (2_640, 338_000),
                    Calendar::Nyse | Calendar::Cme if regular => (254_640, 88_560),
                    Calendar::Nyse | Calendar::Cme => (172_800, 69_600),
                };
                let q = moment(h, from, span);
                found.push((q, TEN_MINUTES, NEWS, if regular { 0.08 } else { 0.01 }));
                if regular && further(h, 1) < 0.25 {
                    self.cuts.push((q - TEN_MINUTES, q));
                }
            }
        }
        if events.has_macro(self.d) {
            let h = draw_at(events.market ^ 5);
            let q = match calendar {
                Calendar::Always => moment(h, 2_640, 338_000),
                Calendar::Nyse | Calendar::Cme if unit(h) < 0.7 => 237_600,
                Calendar::Nyse | Calendar::Cme => 316_800,
            };
            found.push((q, TEN_MINUTES, events.macro_mass, 0.05));
        }
        for (q, length, mass, volume) in found {
            for (from, to, part) in [(q, q + 1, 0.2), (q + 1, q + 121, 0.4), (q + 121, q + length, 0.4)] {
                self.bursts.push(Burst { from, to, mass: mass * part, volume: volume * part });
            }
        }
    }

    /// What a future's last day means for the session.
    fn contract(&mut self, series: &Series, calendar: Calendar) {
        let last = unix_day(series.last_day);
        let left = |d: i64| series.product.carry * (last - unix_day(calendar.civil(d))) as f64 / 365.0;
        self.carry = (left((self.d - 1).max(0)), left(self.d));
        if calendar != Calendar::Always {
            let settles = OPEN + (series.product.settlement_minute() - 570) * 240;
            self.close_leaf = self.close_leaf.min(settles - 1);
        }
        let end = calendar.locate(series.ends).map_or((i64::MAX, 0), |spot| (spot.d, spot.q));
        if (self.d, DAY) > end {
            self.shut.push((if self.d == end.0 { end.1 } else { 0 }, DAY));
        }
        self.share = series.share(calendar.civil(self.d));
    }

    /// Draws the session's volume.
    fn fill(&mut self, listing: &Listing, keys: &Keys, calendar: Calendar) {
        if listing.adv <= 0.0 {
            return;
        }
        let sizes = [0.14, 0.12, 0.10, 0.10, 0.10, 0.10];
        let noise: f64 = (0_u32..)
            .zip(sizes)
            .map(|(k, b)| b * z4(draw(keys.day, (((self.d >> k) << 3) | i64::from(k)) as u64)))
            .sum();
        let busy = 0.38 * libm::log(self.session.m.max(0.05)) - 0.08 + noise;
        let extra: f64 = self.bursts.iter().map(|b| b.volume).sum();
        let total = listing.adv * self.length(calendar) * libm::exp(busy) * (1.0 + extra);
        if listing.kind == Kind::Future {
            return self.fill_future(listing, total * self.share);
        }
        let lot = self.round_lot;
        let round = |shares: f64| ((shares / lot as f64) as i64 * lot).max(lot);
        self.opening = round(total * OPENING);
        self.closing = round(total * CLOSING);
        self.volume = round(total * (1.0 - OPENING - CLOSING));
        self.count = ((self.volume as f64 / listing.class.lot).min(MOST_PRINTS) as i64).clamp(1, self.volume);
    }

    /// A future's session has no auctions, and trades what of the day its last hour leaves.
    fn fill_future(&mut self, listing: &Listing, total: f64) {
        let open = self.clear_volume(0, DAY);
        if open <= 0.0 {
            return;
        }
        self.volume = ((total * open.min(1.0)) as i64).max(1);
        self.count = ((self.volume as f64 / listing.class.lot).min(MOST_PRINTS) as i64).clamp(1, self.volume);
    }

    /// How many times the average volume the session trades: half on a half day; a day of 24 regular hours is busier, so
    /// that a minute of it is nearly as busy as one of the exchanges'.
    fn length(&self, calendar: Calendar) -> f64 {
        match calendar {
            Calendar::Always => 3.0,
            Calendar::Nyse | Calendar::Cme if self.quiet.is_some() => 0.5,
            Calendar::Nyse | Calendar::Cme => 1.0,
        }
    }

    /// Whether the leaf is after hours already because the session closed early.
    pub fn is_quiet(&self, q: u32) -> bool {
        self.quiet.is_some_and(|w| w.0 <= q && q < w.1)
    }

    /// Whether an event or a halt lies within `[a, b)`.
    #[inline]
    pub fn touches(&self, a: u32, b: u32) -> bool {
        (!self.bursts.is_empty() || !self.cuts.is_empty() || !self.shut.is_empty() || self.quiet.is_some())
            && (self.shut.iter().any(|w| w.0 < b && a < w.1)
                || self.quiet.is_some_and(|w| a.max(w.0) < b.min(w.1))
                || self.bursts.iter().any(|w| w.from < b && a < w.to)
                || self.cuts.iter().any(|w| w.0 < b && a < w.1))
    }

    /// Whether trading is halted, silenced or over in a leaf.
    pub fn is_cut(&self, q: u32) -> bool {
        self.cuts.iter().chain(&self.shut).any(|w| w.0 <= q && q < w.1)
    }

    /// Whether the whole of `[a, b)` is halted, silenced or over by one cut.
    pub fn all_cut(&self, a: u32, b: u32) -> bool {
        self.cuts.iter().chain(&self.shut).any(|w| w.0 <= a && b <= w.1)
    }

    /// The left child's share of activity and volume of a node that touches an event or a halt.
    pub fn share(&self, a: u32, at: u32, b: u32) -> (f64, f64) {
        let (left, right) = (self.weight(a, at), self.weight(at, b));
        (ladder::ratio(left.0, left.0 + right.0), ladder::ratio(left.1, left.1 + right.1))
    }

    /// Activity and volume within `[a, b)` with cuts taken out and events' volume added.
    fn weight(&self, a: u32, b: u32) -> (f64, f64) {
        let (mut activity, mut volume) = (0.0, 0.0);
        let mut from = a;
        while from < b {
            if let Some(cut) = self.cuts.iter().find(|w| w.0 <= from && from < w.1) {
                from = cut.1;
                continue;
            }
            let to = self.cuts.iter().map(|w| w.0).filter(|start| *start > from).fold(b, u32::min);
            activity += self.profile.activity(from, to);
            volume += self.profile.volume(from, to);
            if let Some((start, end)) = self.quiet.map(|w| (w.0.max(from), w.1.min(to))).filter(|w| w.0 < w.1) {
                activity -= (1.0 - QUIET.0) * self.profile.activity(start, end);
                volume -= (1.0 - QUIET.1) * self.profile.volume(start, end);
            }
            volume += self.bursts.iter().map(|w| w.volume * overlap(w, from, to)).sum::<f64>();
            from = to;
        }
        if !self.shut.is_empty() {
            volume = self.clear_volume(a, b);
        }
        (activity, volume)
    }

    /// Volume within `[a, b)` where it is neither cut nor shut, events' volume added.
    fn clear_volume(&self, a: u32, b: u32) -> f64 {
        let closed = || self.cuts.iter().chain(&self.shut);
        let (mut volume, mut from) = (0.0, a);
        while from < b {
            if let Some(end) = closed().filter(|w| w.0 <= from && from < w.1).map(|w| w.1).max() {
                from = end;
                continue;
            }
            let to = closed().map(|w| w.0).filter(|start| *start > from).fold(b, u32::min);
            volume += self.profile.volume(from, to);
            if let Some((start, end)) = self.quiet.map(|w| (w.0.max(from), w.1.min(to))).filter(|w| w.0 < w.1) {
                volume -= (1.0 - QUIET.1) * self.profile.volume(start, end);
            }
            volume += self.bursts.iter().map(|w| w.volume * overlap(w, from, to)).sum::<f64>();
            from = to;
        }
        volume
    }

    /// By how much a future is above what it is on at a leaf, in log price.
    pub fn carry_at(&self, q: u32) -> f64 {
        let (start, end) = self.carry;
        start + (end - start) * f64::from(q) / f64::from(DAY)
    }

    /// The events' mass within `[a, b)`.
    pub fn event_mass(&self, a: u32, b: u32) -> f64 {
        self.bursts.iter().map(|w| w.mass * overlap(w, a, b)).sum()
    }
}

/// The share of a burst that lies in `[a, b)`.
fn overlap(w: &Burst, a: u32, b: u32) -> f64 {
    let (from, to) = (w.from.max(a), w.to.min(b));
    if to > from { f64::from(to - from) / f64::from(w.to - w.from) } else { 0.0 }
}

/// A hashed leaf in `[from, from + span)`.
fn moment(h: u64, from: u32, span: u32) -> u32 {
    (from + (further(h, 0) * f64::from(span)) as u32).min(DAY - TEN_MINUTES - 1_200)
}

/// The average spread in ticks at the session's price and mood.
fn spread(listing: &Listing, session: &Session) -> f64 {
    let price = libm::exp(session.xa) * listing.per_unit();
    let mood = libm::exp(0.35 * libm::log(session.m.max(1e-9))).clamp(0.6, 2.5);
    (listing.class.bps * 1e-4 * price * mood).max(listing.class.min_ticks)
}
