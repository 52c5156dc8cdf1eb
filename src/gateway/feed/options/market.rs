//! Quotes, prints and worth of an option; its bars are in [`super::bars`].
//!
//! Within a minute volatility and time stand still, so that an option's value is a rising or falling function of its underlying's middle
//! and the extremes of the one are those of the other. A quote is the value less and more half a spread, on the option's own
//! increments; it follows the underlying's a hair later. Prints are drawn minute by minute, two at most, at bid or ask. An option
//! is never worth less than what exercising it brings, where that can be done.
//!
//! Invariants: 0 ≤ bid < ask, bid ≤ value ≤ ask, no size where there is no bid; every print lies within the quote in force; quotes are
//! there while the underlying's are, in regular hours, until the option ends.
//!
//! Absent: averages more exact than the prints', a premium for exercising early beyond the floor, volume that reacts to news.
//!
//! Must not know: accounts, orders.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::super::calendar::{DAY, Spot};
use super::super::hash::{draw, further, key, unit, z4};
use super::super::search::{Tally, join};
use super::super::symbol::Symbol;
use super::super::universe::Listing;
use super::super::{BookSide, DaySummary, Feed, LEAF, Leaf, Level, Print, PrintSide, Quote};
use super::smile::{RATE, Surface};
use super::{OptionClass, Right, Style, Terms};
use crate::gateway::{ConId, Nanos};
use crate::math::option::{Greeks, Pricing};

/// Leaves of a minute.
pub(super) const MINUTE: u32 = 240;
/// By how much an option's quote is later than the underlying's.
const LATER: Nanos = 30_000_000;
/// Nanoseconds of a year.
const YEAR: f64 = 365.0 * 86_400e9;
/// The shortest time an option is valued with: ten seconds.
const SHORTEST: f64 = 10e9 / YEAR;
/// Contracts of an average print.
const LOT: f64 = 8.0;
/// How many sessions back a last print is looked for.
const BACK: i64 = 5;
/// Most contracts and minutes remembered.
const REMEMBERED: usize = 4_096;
/// Streams of an option's own draws.
const VOLUME: u64 = 0x11;
/// See [`VOLUME`].
const INTEREST: u64 = 0x13;
/// See [`VOLUME`].
const PRINTS: u64 = 0x17;
/// See [`VOLUME`].
const PRINT: u64 = 0x1D;
/// Occupied levels of the book.
const LEVELS: i64 = 10;

/// An option's minute: everything but the underlying.
#[derive(Debug, Clone, Copy)]
pub struct Still {
    pricing: Pricing,
    right: Right,
    style: Style,
    /// Half the spread in units of the price.
    half: f64,
    per_unit: f64,
    under_unit: f64,
}

impl Still {
    /// The inputs at an underlying's middle in half ticks.
    fn at(&self, middle: i64) -> Pricing {
        Pricing { spot: middle as f64 / (2.0 * self.under_unit), ..self.pricing }
    }

    /// The value at an underlying's middle in half ticks.
    fn value(&self, middle: i64) -> f64 {
        let at = self.at(middle);
        let floor = match self.style {
            Style::American => self.right.sign() * (at.spot - at.strike),
            Style::European => 0.0,
        };
        at.value(self.right).max(floor)
    }

    /// Bid and ask in ticks; a bid of 0 is none.
    pub(super) fn touch(&self, class: &OptionClass, middle: i64) -> (i64, i64) {
        let value = self.value(middle) * self.per_unit;
        let half = self.half * self.per_unit;
        let down = |ticks: f64| {
            let ticks = libm::floor(ticks.max(0.0)) as i64;
            ticks / class.increments.step(ticks) * class.increments.step(ticks)
        };
        let bid = down(value - half);
        let wanted = libm::ceil(value + half) as i64;
        let step = class.increments.step(wanted);
        let ask = ((wanted + step - 1) / step * step).max(bid + class.increments.step(bid)).max(1);
        (bid, ask)
    }
}

/// What an option is worth and how that changes, at bid, ask and in the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Computation {
    /// Volatility, as a fraction.
    pub vol: f64,
    /// Value and greeks.
    pub greeks: Greeks,
    /// The underlying's price.
    pub under: f64,
}

/// How busy an option is in a session.
#[derive(Debug, Clone, Copy)]
struct Activity {
    /// Prints expected in a minute.
    prints: f64,
    /// Contracts of an average print.
    lot: f64,
    /// Contracts open.
    interest: i64,
}

/// A session so far.
#[derive(Debug, Clone, Copy)]
struct Running {
    session: i64,
    upto: u32,
    tally: Option<Tally>,
}

/// What is remembered of options to be quick; dropping it changes nothing.
#[derive(Debug, Default)]
pub struct Memory {
    still: Mutex<BTreeMap<ConId, (i64, u32, Still)>>,
    running: Mutex<BTreeMap<ConId, Running>>,
}

/// Looks something up, or works it out and keeps it; all is dropped when it has grown too large.
fn kept<T: Copy>(
    memory: &Mutex<BTreeMap<ConId, T>>,
    con_id: ConId,
    fits: impl Fn(&T) -> bool,
    make: impl FnOnce() -> Option<T>,
) -> Option<T> {
    let found = memory.lock().unwrap_or_else(PoisonError::into_inner).get(&con_id).copied().filter(|t| fits(t));
    if found.is_some() {
        return found;
    }
    let made = make()?;
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.len() >= REMEMBERED {
        memory.clear();
    }
    memory.insert(con_id, made);
    Some(made)
}

/// One option of one market.
pub struct OptionMarket<'a> {
    feed: &'a Feed,
    con_id: ConId,
    listing: Listing,
    pub(super) terms: Terms,
    pub(super) under: &'a Symbol,
    key: u64,
}

impl Feed {
    /// The market of an option; `None` for what is none.
    pub(in crate::gateway::feed) fn option(&self, con_id: ConId) -> Option<OptionMarket<'_>> {
        let listing = super::by_con_id(con_id)?;
        let terms = listing.option?;
        let under = self.symbol(terms.class.under()?.con_id)?;
        let key =
            key(self.seed(), "options") ^ draw(key(self.seed(), terms.class.name), u64::from(con_id.unsigned_abs()));
        Some(OptionMarket { feed: self, con_id, listing, terms, under, key })
    }
}

impl OptionMarket<'_> {
    /// The underlying's middle in half ticks in a leaf; an index has one value a second.
    pub(super) fn middle(&self, d: i64, q: u32) -> Option<i64> {
        let (open, close) = self.under.calendar.hours(d);
        if !(open..close).contains(&q) {
            return None;
        }
        let plan = self.under.plan(d)?;
        let q = if self.under.quoter.is_index() { q - q % 4 } else { q };
        let node = self.under.middle_node(&plan, q.max(open));
        if self.under.quoter.is_index() {
            return Some(2 * self.under.quoter.settlement(&plan, &node));
        }
        self.under.quoter.touch(&plan, &node).map(|touch| touch.bid + touch.ask)
    }

    /// The leaf in which the option ends: session and leaf.
    fn end(&self) -> (i64, u32) {
        self.under.calendar.locate(self.terms.ends).map_or((0, 0), |spot| (spot.d, spot.q))
    }

    /// The leaves of a session in which the option trades.
    pub(super) fn span(&self, d: i64) -> (u32, u32) {
        let (open, close) = self.under.calendar.hours(d);
        let (last, at) = self.end();
        // On the exchanges' calendar the end is the close of its session, which is the start of the next one's day node.
        let ends = if self.under.calendar.moment(d, open) >= self.terms.ends {
            open
        } else if d == last {
            at.clamp(open, close)
        } else {
            close
        };
        (open, ends)
    }

    pub(super) fn still(&self, d: i64, minute: u32) -> Option<Still> {
        let made = || Some((d, minute, self.make_still(d, minute)?));
        kept(&self.feed.options().still, self.con_id, |(day, at, _)| (*day, *at) == (d, minute), made)
            .map(|(_, _, still)| still)
    }

    fn make_still(&self, d: i64, minute: u32) -> Option<Still> {
        let q = minute * MINUTE;
        let (open, _) = self.under.calendar.hours(d);
        let at = self.under.calendar.moment(d, q.max(open));
        let class = self.terms.class;
        let surface = self.feed.surface(class, at)?;
        let years = ((self.terms.settles.saturating_sub(at)) as f64 / YEAR).max(SHORTEST);
        let under_unit = self.under.quoter.per_unit;
        // While the underlying is halted its path goes on, so that there is always a price to lay the surface around.
        let spot = self.under.value(at)? as f64 / under_unit;
        let (_, pricing) = self.priced(&surface, spot, years, d);
        let theta_value = pricing.greeks(self.terms.right).vega * pricing.vol;
        let per_unit = self.listing.per_unit();
        let half = (class.half_spread * theta_value).max(1.0 / per_unit);
        Some(Still { pricing, right: self.terms.right, style: class.style, half, per_unit, under_unit })
    }

    /// The inputs at a spot, with the total variance.
    fn priced(&self, surface: &Surface, spot: f64, years: f64, d: i64) -> (f64, Pricing) {
        let strike = self.terms.strike as f64 / 1_000.0;
        let flat = Pricing { spot, strike, years, vol: 0.0, rate: RATE, dividend: surface.dividend };
        let reports = self.under.path.events.reports_in(d + 1, self.end().0 + 1);
        let variance = surface.variance(libm::log(strike / flat.forward()), surface.theta(years, reports));
        (variance, Pricing { vol: libm::sqrt(variance / years), ..flat })
    }

    /// Bid and ask in ticks in a leaf.
    fn touch(&self, d: i64, q: u32) -> Option<(i64, i64)> {
        let (from, to) = self.span(d);
        let middle = self.middle(d, q).filter(|_| (from..to).contains(&q))?;
        Some(self.still(d, q / MINUTE)?.touch(self.terms.class, middle))
    }

    pub(super) fn pace(&self, d: i64, q: u32) -> Nanos {
        self.under.quoter.pace(d, q) + LATER
    }

    /// The leaf whose quote is in force at a moment.
    fn in_force(&self, at: Nanos) -> Option<(i64, u32)> {
        let Spot { d, q, off } = self.under.calendar.locate(at)?;
        let inside = at >= self.under.calendar.moment(d, q) && at < self.under.calendar.end(d, q);
        let (from, to) = self.span(d);
        if !inside || !(from..to).contains(&q) {
            return None;
        }
        if off >= self.pace(d, q) {
            Some((d, q))
        } else if q > from {
            Some((d, q - 1))
        } else {
            // On a market that never closes the day before goes on.
            (from == 0 && self.span(d - 1).1 == DAY).then_some((d - 1, DAY - 1))
        }
    }

    /// Contracts shown at a price `away` steps from the touch.
    fn size(&self, side: BookSide, away: i64, d: i64, q: u32) -> i64 {
        let cell = (d * i64::from(DAY) + i64::from(q)) / 4;
        let salt = match side {
            BookSide::Bid => 0x0B,
            BookSide::Ask => 0x0D,
        };
        let u = unit(draw(self.key ^ salt, (cell * LEVELS + away) as u64));
        let touch = self.terms.class.liquidity_touch();
        ((touch * (1.0 + 0.5 * away as f64) * (0.15 + 0.4 * u + 2.0 * u * u)) as i64).max(1)
    }

    /// The best bid and ask.
    pub fn quote(&self, at: Nanos) -> Option<Quote> {
        let (d, q) = self.in_force(at)?;
        self.quote_of(d, q)
    }

    fn quote_of(&self, d: i64, q: u32) -> Option<Quote> {
        let (bid, ask) = self.touch(d, q)?;
        let bid_size = if bid > 0 { self.size(BookSide::Bid, 0, d, q) } else { 0 };
        Some(Quote { bid, ask, bid_size, ask_size: self.size(BookSide::Ask, 0, d, q) })
    }

    /// Contracts shown at a price.
    pub fn shown(&self, side: BookSide, price: i64, at: Nanos) -> i64 {
        let rows = self.rows(side, at, LEVELS as usize);
        rows.iter().find(|level| level.price == price).map_or(0, |level| level.size)
    }

    /// The book's best rows of one side.
    pub fn rows(&self, side: BookSide, at: Nanos, levels: usize) -> Vec<Level> {
        let Some((d, q)) = self.in_force(at) else { return Vec::new() };
        let Some((bid, ask)) = self.touch(d, q) else { return Vec::new() };
        let increments = self.terms.class.increments;
        let mut price = match side {
            BookSide::Bid => bid,
            BookSide::Ask => ask,
        };
        let mut out = Vec::new();
        for away in 0..LEVELS.min(i64::try_from(levels).unwrap_or(LEVELS)) {
            if price <= 0 {
                break;
            }
            out.push(Level { price, size: self.size(side, away, d, q) });
            price = match side {
                BookSide::Bid => price - increments.step(price - 1),
                BookSide::Ask => price + increments.step(price),
            };
        }
        out
    }

    /// The quarter second that contains `at`.
    pub fn leaf(&self, at: Nanos) -> Option<Leaf> {
        let Spot { d, q, .. } = self.under.calendar.locate(at)?;
        let (from, to) = self.span(d);
        if !(from..to).contains(&q) || at >= self.under.calendar.end(d, q) {
            return None;
        }
        let start = self.under.calendar.moment(d, q);
        let prints = self.prints(start - 1, at);
        Some(Leaf { start, quote_at: start + self.pace(d, q), quote: self.quote_of(d, q), prints })
    }

    /// The next moment after `after` at which the quote may change.
    pub fn next_change(&self, after: Nanos) -> Nanos {
        let calendar = self.under.calendar;
        let of = |d: i64, q: u32| calendar.moment(d, q).saturating_add(self.pace(d, q));
        if after >= self.terms.ends {
            return Nanos::MAX;
        }
        let Some(Spot { d, q, .. }) = calendar.locate(after) else { return Nanos::MAX };
        for d in d..d + 3 {
            let (from, to) = self.span(d);
            let first = if calendar.moment(d, from) > after { from } else { q.max(from) };
            for q in first..to.min(first + 2) {
                if of(d, q) > after {
                    return of(d, q);
                }
            }
            // The close is a change too: the quote goes away.
            let close = calendar.moment(d, from).saturating_add(i64::from(to - from) * LEAF);
            if from < to && close > after {
                return close;
            }
        }
        Nanos::MAX
    }

    /// How busy the option is in a session, by the close before.
    fn activity(&self, d: i64) -> Option<Activity> {
        let class = self.terms.class;
        let calendar = self.under.calendar;
        let close = self.under.close((d - 1).max(0))? as f64 / self.under.quoter.per_unit;
        let at = calendar.moment(d, calendar.hours(d).0);
        let days = ((self.terms.ends.saturating_sub(at)) as f64 / 86_400e9).max(0.3);
        let spread = class.vol * libm::sqrt(days / 365.0) * 1.3 + 0.003;
        let away = libm::log(self.terms.strike as f64 / 1_000.0 / close) / spread;
        // What is out of the money trades more than what is in it.
        let inside = (away * self.terms.right.sign()) < 0.0;
        let weight = libm::exp(-0.5 * away * away) * if inside { 0.4 } else { 1.0 };
        let round = if self.terms.strike % (class.unit * 4) == 0 { 1.5 } else { 0.8 };
        let noise = libm::exp(0.5 * z4(draw(self.key ^ VOLUME, d as u64)));
        let volume = class.volume * weight * round * noise / (1.0 + days / 10.0);
        let minutes = f64::from(self.span(d).1.saturating_sub(self.span(d).0)) / f64::from(MINUTE);
        let prints = (volume / LOT / minutes.clamp(1.0, 390.0)).min(1.8);
        let monthly =
            if self.terms.class.tenor(self.terms.last_day) == Some(super::Tenor::Monthly) { 3.0 } else { 1.0 };
        let open = libm::exp(0.3 * z4(draw(self.key ^ INTEREST, (d / 3) as u64)));
        let interest = class.volume * weight.max(0.02) * round * monthly * open * 2.0;
        let lot = (volume / minutes.clamp(1.0, 390.0) / prints.max(1e-9)).clamp(1.0, 500.0);
        Some(Activity { prints, lot, interest: interest as i64 })
    }

    /// Contracts open at the start of the session.
    pub fn interest(&self, at: Nanos) -> Option<i64> {
        let spot = self.under.calendar.locate(at)?;
        Some(self.activity(self.under.calendar.session_of(spot))?.interest)
    }

    /// The prints of a minute in time order with their leaves, of those in `[from, to)`.
    fn minute(&self, d: i64, minute: u32, busy: &Activity, mut visit: impl FnMut(u32, Print)) {
        let key = self.key ^ PRINTS;
        let h = draw(key, (d * 1_440 + i64::from(minute)) as u64);
        let count = libm::floor(busy.prints + unit(h)) as u32;
        if count == 0 {
            return;
        }
        let mut places = [0; 2];
        for (i, place) in places.iter_mut().enumerate().take(count.min(2) as usize) {
            *place = (further(h, i) * f64::from(MINUTE)) as u32;
        }
        let places = places.get_mut(..count.min(2) as usize).unwrap_or_default();
        places.sort_unstable();
        for (i, place) in (0_u64..).zip(places.iter()) {
            let q = minute * MINUTE + place;
            let Some((bid, ask)) = self.touch(d, q) else { continue };
            let h = draw(key ^ PRINT, ((d * i64::from(DAY) + i64::from(q)) as u64) << 1 | i);
            let sold = bid > 0 && unit(h) < 0.5;
            let wish = -busy.lot * libm::log(1.0 - further(h, 0));
            let pace = self.pace(d, q);
            // The second of two prints of a leaf follows the first.
            let part = 0.5 * further(h, 1) + 0.5 * i as f64;
            let off = pace + 1 + ((LEAF - pace - 3) as f64 * part) as Nanos;
            let price = if sold { bid } else { ask };
            let side = if sold { PrintSide::AtBid } else { PrintSide::AtAsk };
            let at = self.under.calendar.moment(d, q) + off;
            visit(q, Print { at, price, size: (wish as i64).clamp(1, 5_000), side });
        }
    }

    /// The prints of the leaves `[from, to)` of a session.
    pub(super) fn leaves(&self, d: i64, from: u32, to: u32, mut visit: impl FnMut(u32, Print)) {
        let Some(busy) = self.activity(d) else { return };
        for minute in from / MINUTE..to.div_ceil(MINUTE) {
            self.minute(d, minute, &busy, |q, print| {
                if (from..to).contains(&q) {
                    visit(q, print);
                }
            });
        }
    }

    /// The prints after `from`, up to and including `until`.
    pub fn prints(&self, from: Nanos, until: Nanos) -> Vec<Print> {
        let mut out = Vec::new();
        let calendar = self.under.calendar;
        let (Some(first), Some(last)) = (calendar.locate(from.max(0)), calendar.locate(until)) else {
            return out;
        };
        if from >= until {
            return out;
        }
        for d in first.d..=last.d {
            let (open, close) = self.span(d);
            let a = if d == first.d { first.q.max(open) } else { open };
            let b = if d == last.d { (last.q + 1).min(close) } else { close };
            if a < b {
                self.leaves(d, a, b, |_, print| {
                    if print.at > from && print.at <= until {
                        out.push(print);
                    }
                });
            }
        }
        out
    }

    /// What has been printed in a session before leaf `to`.
    fn tally(&self, d: i64, from: u32, to: u32, until: Nanos) -> Option<Tally> {
        let mut tally = None;
        self.leaves(d, from, to, |_, print| {
            if print.at <= until {
                tally = join(tally, Some(one(&print)));
            }
        });
        tally
    }

    /// The session's figures at a moment. Without a print in the last sessions the last price is the close, without size.
    pub fn day(&self, at: Nanos) -> Option<DaySummary> {
        let now = self.under.calendar.locate(at)?;
        let session = self.under.calendar.session_of(now).min(self.last_session());
        let (open, close) = self.span(session);
        let to = if now.d > session { close } else { now.q.clamp(open, close) };
        let fits = |running: &Running| running.session == session && running.upto <= to;
        let fresh = || Some(Running { session, upto: open, tally: None });
        let mut running = kept(&self.feed.options().running, self.con_id, fits, fresh)?;
        if running.upto < to {
            running.tally = join(running.tally, self.tally(session, running.upto, to, at));
            running.upto = to;
            let mut memory = self.feed.options().running.lock().unwrap_or_else(PoisonError::into_inner);
            memory.insert(self.con_id, running);
        }
        let tail = if now.d == session && (open..close).contains(&now.q) {
            self.tally(session, now.q, now.q + 1, at)
        } else {
            None
        };
        let tally = join(running.tally, tail);
        let previous_close = self.close(session - 1)?;
        let before = |d: i64| {
            let (from, to) = self.span(d);
            let last = self.tally(d, from, to, at)?;
            Some((last.last, last.last_size, last.last_at))
        };
        let (last, last_size, last_at) = match tally {
            Some(t) => (t.last, t.last_size, t.last_at),
            None => (1..=BACK).find_map(|back| before(session - back)).unwrap_or_else(|| {
                let (_, close) = self.under.calendar.bounds(session - 1);
                (previous_close, 0, close)
            }),
        };
        Some(DaySummary {
            open: tally.map(|t| t.first),
            high: tally.map(|t| t.high),
            low: tally.map(|t| t.low),
            last,
            last_size,
            last_at,
            volume: tally.map_or(0, |t| t.volume),
            previous_close,
        })
    }

    pub(super) fn last_session(&self) -> i64 {
        let calendar = self.under.calendar;
        calendar.locate(self.terms.ends - 1).map_or(0, |spot| spot.d)
    }

    /// The value in ticks at the end of a session's trading, at which it is settled for the day.
    fn close(&self, d: i64) -> Option<i64> {
        let calendar = self.under.calendar;
        let (_, close) = calendar.hours(d);
        let middle = 2 * self.under.close(d)?;
        let value = self.still(d, (close - 1) / MINUTE)?.value(middle) * self.listing.per_unit();
        Some(libm::floor(value + 0.5) as i64)
    }

    /// The price a position is valued at, in half ticks: the middle of the quote, or of the last quote there was.
    pub fn mark(&self, at: Nanos) -> Option<i64> {
        let of = |quote: Quote| quote.bid + quote.ask;
        if let Some(quote) = self.quote(at) {
            return Some(of(quote));
        }
        let calendar = self.under.calendar;
        let now = calendar.locate(at)?;
        let last = self.last_session();
        let (open, _) = self.span(now.d);
        let first = if now.d > last || now.q < open { (now.d - 1).min(last) } else { now.d };
        (0..3).find_map(|back| {
            let d = first - back;
            let (from, to) = self.span(d);
            let q = if d == now.d { to.min(now.q) } else { to };
            (from < q).then(|| self.quote_of(d, q - 1)).flatten().map(of)
        })
    }

    /// How many ticks make one unit of the price.
    pub fn per_unit(&self) -> f64 {
        self.listing.per_unit()
    }

    /// What the option is worth at a moment in the middle, and at another price the volatility that implies.
    pub fn computation(&self, price: Option<f64>, at: Nanos) -> Option<Computation> {
        let (d, q) = self.in_force(at)?;
        let middle = self.middle(d, q)?;
        let still = self.still(d, q / MINUTE)?;
        let pricing = still.at(middle);
        let right = self.terms.right;
        Some(match price {
            None => {
                let greeks = Greeks { value: still.value(middle), ..pricing.greeks(right) };
                Computation { vol: pricing.vol, greeks, under: pricing.spot }
            }
            Some(price) => {
                let vol = pricing.implied(right, price)?;
                let greeks = Greeks { value: price, ..Pricing { vol, ..pricing }.greeks(right) };
                Computation { vol, greeks, under: pricing.spot }
            }
        })
    }

    /// The inputs at a moment with another underlying price.
    pub fn pricing(&self, under: f64, at: Nanos) -> Option<Pricing> {
        let d = self.under.calendar.locate(at)?.d;
        let surface = self.feed.surface(self.terms.class, at)?;
        let years = ((self.terms.settles.saturating_sub(at)) as f64 / YEAR).max(SHORTEST);
        Some(self.priced(&surface, under, years, d).1)
    }

    /// The price of the underlying at which the option is settled, once that is known.
    pub fn settlement(&self, until: Nanos) -> Option<(Nanos, crate::money::Price)> {
        let under = self.terms.class.under()?;
        let (at, struck) = if self.terms.class.at_open {
            (self.terms.settles, self.terms.settles)
        } else {
            (self.terms.ends, self.terms.ends - 1)
        };
        (at <= until).then_some(())?;
        Some((at, under.price(self.under.value(struck)?)))
    }
}

/// A print as a tally.
pub(super) fn one(print: &Print) -> Tally {
    Tally {
        first: print.price,
        high: print.price,
        low: print.price,
        last: print.price,
        last_size: print.size,
        last_at: print.at,
        volume: print.size,
        count: 1,
        turnover: 0.0,
    }
}
