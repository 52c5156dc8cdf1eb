//! A leaf: the quote of a quarter second and the prints made on it.
//!
//! Invariants: 0 < bid < ask; every print lies within its leaf's quote and after it appeared; sizes sum to the leaf's volume;
//! no quote and no print while halted or closed. The auctions print in the first and last leaf of the regular session;
//! the closing auction is the official close.
//!
//! An index has no quote: in regular hours its value of each second stands in place of a print of no shares, and the value at the close
//! is the official one.
//!
//! Limit: prices are counted in ticks and never fall below one; the finer tick of stocks below one dollar is not modelled.
//!
//! Must not know: bars, subscriptions, orders.

use super::hash::{draw, further, unit};
use super::path::Node;
use super::plan::{Keys, Plan};
use super::universe::{Kind, Listing, Source};
use super::{Calendar, LEAF, Nanos, PrintSide, ladder};

/// The latest a quote changes after its leaf began, in nanoseconds.
const LATEST_QUOTE: f64 = 60_000_000.0;
/// Share of prints inside a spread of two ticks and more.
const INSIDE: f64 = 0.11;
/// Leaves of a second.
const SECOND: u32 = 4;
/// Half the range of each of the two noises of a fund around its index.
const BAND: f64 = 0.75e-4;

/// That of a future around what it is on.
const FUTURE_BAND: f64 = 0.5e-4;

/// A leaf's quote before sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Best bid in ticks.
    pub bid: i64,
    /// Best ask in ticks.
    pub ask: i64,
}

/// A print before its leaf's start is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Nanoseconds into the leaf.
    pub off: Nanos,
    /// Price in ticks.
    pub price: i64,
    /// Shares.
    pub size: i64,
    /// Where within the quote.
    pub side: PrintSide,
}

/// What turns a leaf's log price into a quote: the symbol's constants.
#[derive(Debug, Clone, Copy)]
pub struct Quoter {
    /// The calendar.
    pub calendar: Calendar,
    /// The listing.
    pub listing: &'static Listing,
    /// Its streams.
    pub keys: Keys,
    /// Ticks of one unit of the price.
    pub per_unit: f64,
    /// Half the range of each of the two noises around an index.
    band: f64,
}

impl Quoter {
    /// What turns the path of a listing into quotes.
    pub fn new(calendar: Calendar, listing: &'static Listing, keys: Keys) -> Self {
        let band = match (listing.kind, listing.source) {
            (Kind::Stock | Kind::Etf, Source::Spx | Source::Ndx) => BAND,
            (Kind::Future, _) => FUTURE_BAND,
            _ => 0.0,
        };
        Self { calendar, listing, keys, per_unit: listing.per_unit(), band }
    }

    /// Whether values stand in place of prints.
    pub fn is_index(&self) -> bool {
        self.listing.kind == Kind::Index
    }

    /// Whether an index has a value at a leaf: in each second of regular hours, and at their end.
    fn has_value(plan: &Plan, q: u32) -> bool {
        (plan.open_leaf..=plan.close_leaf).contains(&q) && (q.is_multiple_of(SECOND) || q == plan.close_leaf)
    }

    /// How many values an index has in `[a, b)`.
    pub fn values(plan: &Plan, a: u32, b: u32) -> i64 {
        let (from, to) = (a.max(plan.open_leaf), b.min(plan.close_leaf + 1));
        if from >= to {
            return 0;
        }
        let last = plan.close_leaf;
        let extra = (from..to).contains(&last) && !last.is_multiple_of(SECOND);
        i64::from(to.div_ceil(SECOND) - from.div_ceil(SECOND)) + i64::from(extra)
    }

    /// Bounds of the logarithm of the price within a node.
    pub fn bounds(&self, plan: &Plan, node: &Node) -> (f64, f64) {
        let (lo, hi) = if node.is_leaf() { (node.xa, node.xa) } else { (node.lo, node.hi) };
        match &plan.fear {
            Some(fear) => fear.bounds(node.a, node.b, lo, hi),
            None => {
                let (from, to) = (plan.carry_at(node.a), plan.carry_at(node.b));
                (lo - 2.0 * self.band + from.min(to), hi + 2.0 * self.band + from.max(to))
            }
        }
    }

    /// How far a fund is from its index at a leaf: two value noises of 4 and 60 seconds.
    fn band(&self, d: i64, q: u32) -> f64 {
        if self.band == 0.0 {
            return 0.0;
        }
        let noise = |leaves: i64, stream: u64| {
            let at = d * i64::from(super::calendar::DAY) + i64::from(q);
            let cell = at.div_euclid(leaves);
            let place = at.rem_euclid(leaves) as f64 / leaves as f64;
            let value = |c: i64| 2.0 * unit(draw(self.keys.band ^ stream, c as u64)) - 1.0;
            let (left, right) = (value(cell), value(cell + 1));
            self.band * (left + (right - left) * place)
        };
        noise(16, 1) + noise(240, 2)
    }

    /// The leaf's price in ticks, not rounded.
    fn fair(&self, plan: &Plan, node: &Node) -> f64 {
        let log = match &plan.fear {
            Some(fear) => fear.at(node.a, node.xa),
            None => node.xa + self.band(plan.d, node.a) + plan.carry_at(node.a),
        };
        libm::exp(log) * self.per_unit
    }

    /// The leaf's price rounded to the tick, at which a future is settled.
    pub fn settlement(&self, plan: &Plan, node: &Node) -> i64 {
        (libm::floor(self.fair(plan, node) + 0.5) as i64).max(1)
    }

    /// The leaf's quote; `None` while halted or closed.
    pub fn touch(&self, plan: &Plan, node: &Node) -> Option<Touch> {
        if self.is_index() || plan.is_cut(node.a) || self.calendar.at_night(node.a) {
            return None;
        }
        Some(self.touch_at(plan, node, self.fair(plan, node)))
    }

    fn touch_at(&self, plan: &Plan, node: &Node, fair: f64) -> Touch {
        let second = plan.d * 86_400 + i64::from(node.a / 4);
        let h = draw(self.keys.quotes, second as u64);
        let width = if plan.is_quiet(node.a) { ladder::EXTENDED } else { ladder::width(self.calendar, node.a) };
        let average = plan.spread * width;
        let spread = libm::floor(average * (0.7 + 0.6 * further(h, 0)) + further(h, 1)).max(1.0);
        let bid = (libm::floor(fair - 0.5 * (spread - 1.0)) as i64).max(1);
        Touch { bid, ask: bid + spread as i64 }
    }

    /// A bound of every spread in `[a, b)` of a session, in ticks.
    pub fn widest(&self, plan: &Plan, a: u32, b: u32) -> f64 {
        let width = if plan.is_quiet(b - 1) { ladder::EXTENDED } else { ladder::widest(self.calendar, a, b) };
        1.3 * plan.spread * width + 1.0
    }

    /// Nanoseconds into the leaf at which its quote appears.
    pub fn pace(&self, d: i64, q: u32) -> Nanos {
        let ctr = d * i64::from(super::calendar::DAY) + i64::from(q);
        (unit(draw(self.keys.quotes ^ 1, ctr as u64)) * LATEST_QUOTE) as Nanos
    }

    /// The leaf's prints in time order.
    pub fn ticks(&self, plan: &Plan, node: &Node, out: &mut Vec<Tick>) {
        out.clear();
        if self.is_index() {
            if Self::has_value(plan, node.a) {
                let price = (libm::floor(self.fair(plan, node) + 0.5) as i64).max(1);
                let off = if node.a == plan.close_leaf { LEAF - 1 } else { self.pace(plan.d, node.a) + 1 };
                out.push(Tick { off, price, size: 0, side: PrintSide::Inside });
            }
            return;
        }
        let auctions = self.listing.kind != Kind::Future;
        let (opens, closes) = (auctions && node.a == plan.open_leaf, auctions && node.a == plan.close_leaf);
        if (node.n == 0 && !opens && !closes) || plan.is_cut(node.a) || self.calendar.at_night(node.a) {
            return;
        }
        let fair = self.fair(plan, node);
        let touch = self.touch_at(plan, node, fair);
        let pace = self.pace(plan.d, node.a);
        let cross = libm::floor(fair + 0.5) as i64;
        let cross = cross.clamp(touch.bid, touch.ask);
        if opens {
            out.push(Tick { off: pace + 1, price: cross, size: plan.opening, side: PrintSide::Cross });
        }
        self.continuous(plan, node, fair, touch, pace, out);
        if closes {
            out.push(Tick { off: LEAF - 1, price: cross, size: plan.closing, side: PrintSide::Cross });
        }
    }

    /// The prints of continuous trading.
    fn continuous(&self, plan: &Plan, node: &Node, fair: f64, touch: Touch, pace: Nanos, out: &mut Vec<Tick>) {
        let spread = (touch.ask - touch.bid) as f64;
        let ahead = (libm::exp(node.informed) - libm::exp(node.xa)) * self.per_unit;
        let lean = 0.3 * spread * ahead / (ahead * ahead + spread * spread);
        let buy = ((fair - touch.bid as f64) / spread + lean).clamp(0.04, 0.96);
        let leaf = plan.d * i64::from(super::calendar::DAY) + i64::from(node.a);
        let leaf_key = draw(self.keys.prints ^ 1, leaf as u64);
        let mut left = node.v;
        let room = (LEAF - 2 - pace) as f64;
        for i in 0..node.n {
            let h = draw(leaf_key, i as u64);
            let (price, side) = if spread >= 2.0 && unit(h) < INSIDE {
                (touch.bid + (touch.ask - touch.bid) / 2, PrintSide::Inside)
            } else if further(h, 0) < buy {
                (touch.ask, PrintSide::AtAsk)
            } else {
                (touch.bid, PrintSide::AtBid)
            };
            let off = pace + 1 + (room * (i as f64 + further(h, 1)) / node.n as f64) as Nanos;
            let size = self.deal(left, node.n - i, further(h, 2));
            left -= size;
            out.push(Tick { off, price, size, side });
        }
    }

    /// The size of the next of `prints` prints that share `left` shares: about the average, in round lots where it can,
    /// at least one share for each that follows; the last takes what is left.
    fn deal(&self, left: i64, prints: i64, u: f64) -> i64 {
        if prints <= 1 {
            return left;
        }
        let lot = self.listing.round_lot;
        let most = left - (prints - 1);
        let wish = left as f64 / prints as f64 * 2.0 * u;
        let lots = (wish / lot as f64 + 0.5) as i64 * lot;
        let size = if lots > 0 { lots } else { wish as i64 };
        size.clamp(1, most)
    }
}
