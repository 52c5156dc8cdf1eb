//! The path: one normal draw per boundary in time, from blocks of years down to quarter seconds.
//!
//! The log price is a bridge over the split tree, run in a random clock: a node's mass is its share of that clock, part
//! fixed by the profile, part a cascade, part placed by events. Each node carries bounds that nothing below it leaves,
//! which is what lets highs and lows be found instead of scanned for. Symbols move together because a node's draw mixes
//! the market's, the sector's and the symbol's own draw at the same boundary.
//!
//! Invariants: a split conserves mass, volume and count; the path stays within `[lo, hi]` of every node above it; a node
//! of closed hours has no mass and a constant price.
//!
//! Must not know: quotes, prints, the wire.

use super::Calendar;
use super::calendar::DAY;
use super::hash::{draw, further, key, z4};
use super::ladder::{self, BELOW_MINUTE, LEAF_ID, ROOT};
use super::plan::Plan;
use super::slow::{BLOCK, CELL, Slow};
use super::universe::{Kind, Listing, Source};

/// The fixed part of the clock.
const PHI: f64 = 0.15;
/// Width of the envelopes: a bridge leaves them with probability e^−κ a side, the path never does.
const KAPPA: f64 = 4.5;
/// Sessions of the line that the volatility index measures falls from.
const AROUND: i64 = 64;
/// Annual drift.
const DRIFT: f64 = 0.06;
/// Mass of an earnings report, of company news and of a macro release, in day variances.
pub const EARNINGS: f64 = 7.0;
/// See [`EARNINGS`].
pub const NEWS: f64 = 1.2;
/// See [`EARNINGS`].
pub const MACRO: f64 = 0.6;
/// How much of the common draws is left at each unit (8 h … 250 ms): short moves are the symbol's own.
const COMMON: [f64; 12] = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.97, 0.92, 0.85, 0.7, 0.5, 0.3];

/// Everything about a symbol that does not depend on time.
#[derive(Debug)]
pub struct Path {
    calendar: Calendar,
    market: u64,
    sector: u64,
    own: u64,
    index: bool,
    mixes: [Mix; 12],
    sigma: f64,
    /// Annual volatility of the path.
    vol: f64,
    base: f64,
    drift: f64,
    anchor: i64,
    slow: Slow,
    /// Where events fall.
    pub events: Schedule,
    leverage: f64,
    fall: f64,
}

/// The loads of one draw on the market's, the sector's and the own stream.
#[derive(Debug, Clone, Copy)]
struct Mix {
    market: f64,
    sector: f64,
    own: f64,
}

/// Days with events: one in each cell of a fixed length, at a hashed place.
#[derive(Debug)]
pub struct Schedule {
    /// Key of the symbol's events; `None` for funds.
    pub own: Option<u64>,
    /// Key of everybody's events.
    pub market: u64,
    /// Sessions from one report to the next.
    pub earnings: i64,
    /// Sessions of a news cell.
    pub news: i64,
    /// Sessions of a macro cell.
    pub macros: i64,
    /// Mass of one macro release for this symbol.
    pub macro_mass: f64,
}

impl Schedule {
    /// Whether the symbol reports in session `d`.
    pub fn reports(&self, d: i64) -> bool {
        self.own.is_some_and(|k| (d + phase(k, self.earnings)) % self.earnings == 0)
    }

    /// Whether the symbol has news in session `d`.
    pub fn has_news(&self, d: i64) -> bool {
        self.own.is_some_and(|k| place(k ^ 1, d.div_euclid(self.news), self.news) == d)
    }

    /// Whether there is a macro release in session `d`.
    pub fn has_macro(&self, d: i64) -> bool {
        place(self.market ^ 2, d.div_euclid(self.macros), self.macros) == d
    }

    /// How often the symbol reports in sessions `[a, b)`.
    pub fn reports_in(&self, a: i64, b: i64) -> i64 {
        self.own.map_or(0, |k| {
            let phase = phase(k, self.earnings);
            let upto = |d: i64| (d + phase - 1).div_euclid(self.earnings);
            (upto(b) - upto(a)).max(0)
        })
    }

    /// The mass of all events in sessions `[a, b)`.
    fn mass(&self, a: i64, b: i64) -> f64 {
        let own = self.own.map_or(0.0, |k| {
            let phase = phase(k, self.earnings);
            let upto = |d: i64| (d + phase - 1).div_euclid(self.earnings);
            EARNINGS * (upto(b) - upto(a)) as f64 + NEWS * count(k ^ 1, a, b, self.news) as f64
        });
        own + self.macro_mass * count(self.market ^ 2, a, b, self.macros) as f64
    }

    /// The mean mass of a session's events.
    fn mean(&self) -> f64 {
        let own = self.own.map_or(0.0, |_| EARNINGS / self.earnings as f64 + NEWS / self.news as f64);
        own + self.macro_mass / self.macros as f64
    }
}

/// A hashed phase below `period`.
fn phase(key: u64, period: i64) -> i64 {
    (draw(key, u64::MAX) % period as u64) as i64
}

/// The session of a cell's one event.
fn place(key: u64, cell: i64, period: i64) -> i64 {
    cell * period + (draw(key, cell as u64) % period as u64) as i64
}

/// Events in `[a, b)` at one per cell: the whole cells and a look at the two at the edges.
fn count(key: u64, a: i64, b: i64, period: i64) -> i64 {
    let upto = |d: i64| {
        let cell = d.div_euclid(period);
        cell + i64::from(place(key, cell, period) < d)
    };
    upto(b) - upto(a)
}

/// A node of the day tree.
#[derive(Debug, Clone, Copy)]
struct Span {
    a: i64,
    n: i64,
    xa: f64,
    xb: f64,
    lo: f64,
    hi: f64,
    c: f64,
}

/// A session's piece of the path.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Log price at the start of the day node.
    pub xa: f64,
    /// Log price at its end.
    pub xb: f64,
    /// Bound below.
    pub lo: f64,
    /// Bound above.
    pub hi: f64,
    /// The cascade's mass.
    pub c: f64,
    /// All mass.
    pub m: f64,
}

/// A node of the tree within a day.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    id: u16,
    base: u32,
    /// First leaf.
    pub a: u32,
    /// Leaf after the last.
    pub b: u32,
    /// Log price at the start.
    pub xa: f64,
    /// Log price at the end.
    pub xb: f64,
    /// Bound below of the path inside.
    pub lo: f64,
    /// Bound above of the path inside.
    pub hi: f64,
    p: f64,
    c: f64,
    /// Mass.
    pub m: f64,
    /// Shares in continuous trading.
    pub v: i64,
    /// Prints in continuous trading.
    pub n: i64,
    /// Log price at the end of the piece that informs the order flow.
    pub informed: f64,
}

impl Node {
    /// Whether this is a single leaf.
    pub const fn is_leaf(&self) -> bool {
        self.id == LEAF_ID
    }

    /// The node of a whole session with its volume and count.
    pub fn root(plan: &Plan, v: i64, n: i64) -> Self {
        let s = &plan.session;
        Self {
            id: ROOT,
            base: 0,
            a: 0,
            b: DAY,
            xa: s.xa,
            xb: s.xb,
            lo: s.lo,
            hi: s.hi,
            p: 1.0,
            c: s.c,
            m: s.m,
            v,
            n,
            informed: s.xb,
        }
    }
}

impl Path {
    /// The path of a listing under a seed.
    pub fn new(seed: u64, calendar: Calendar, listing: &Listing) -> Self {
        let model = listing.model();
        let (name, vol, load, rest) = match model.source {
            Source::Spx | Source::Vix => ("SPX", 0.16, 1.0, 0.0),
            Source::Ndx => ("NDX", 0.20, 0.94, 1.0),
            Source::Own | Source::Of(_) => {
                let rest = if model.kind == Kind::Etf { 0.85 } else { 0.28 };
                let load = (1.15 * model.beta * 0.16 / model.vol).clamp(-0.93, 0.93);
                (model.symbol, model.vol, load, rest)
            }
        };
        let sector_load = ((1.0 - load * load) * rest).max(0.0).sqrt();
        let mixes = COMMON.map(|common| {
            let (market, sector) = (load * common, sector_load * common);
            Mix { market, sector, own: (1.0 - market * market - sector * sector).max(0.0).sqrt() }
        });
        let index = model.source != Source::Own;
        let own_events = key(seed, &format!("{}/events", listing.symbol));
        let (earnings, news, macros) = match calendar {
            Calendar::Always => (91, 73, 15),
            Calendar::Nyse | Calendar::Cme => (63, 50, 10),
        };
        let events = Schedule {
            own: (listing.kind == Kind::Stock).then_some(own_events),
            market: key(seed, "market/events"),
            earnings,
            news,
            macros,
            macro_mass: MACRO * load * load,
        };
        let market_slow = key(seed, "market/slow");
        Self {
            calendar,
            market: key(seed, "market/path"),
            sector: key(seed, &format!("sector/{}/path", model.sector)),
            own: key(seed, &format!("{name}/path")),
            index,
            mixes,
            sigma: vol / calendar.year().sqrt() / (1.0 + events.mean()).sqrt(),
            vol,
            base: libm::log(listing.level),
            drift: DRIFT / calendar.year(),
            anchor: calendar.anchor(),
            slow: Slow::new(key(seed, &format!("{name}/slow")), market_slow, index),
            events,
            leverage: if index { 0.455 } else { 0.35 },
            fall: if index { 0.44 } else { 0.20 },
        }
    }

    /// Daily volatility of the path.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// The load of long moves on the market's stream.
    pub fn market_load(&self) -> f64 {
        self.mixes.first().map_or(0.0, |mix| mix.market)
    }

    /// The logarithm of the slow volatility in session `d` as options see it.
    pub fn own_slow(&self, d: i64) -> f64 {
        self.slow.own_level(d)
    }

    /// The path's piece of session `d`; `None` before the first one.
    pub fn session(&self, d: i64) -> Option<Session> {
        self.spans(d).map(|(_, span)| {
            let base = |d: i64| self.base + self.drift * (d - self.anchor) as f64;
            Session {
                xa: span.xa + base(d),
                xb: span.xb + base(d + 1),
                lo: span.lo + base(d),
                hi: span.hi + base(d + 1),
                c: span.c,
                m: self.mass(&span),
            }
        })
    }

    /// What the volatility index makes of session `d`: at its start and at its end the slow volatility's logarithm, and the line
    /// between the ends of the 64 sessions around it with the drift, in log price.
    pub fn background(&self, d: i64) -> Option<[(f64, f64); 2]> {
        let (around, _) = self.spans(d)?;
        let at = |d: i64| {
            let chord = around.xa + (around.xb - around.xa) * (d - around.a) as f64 / around.n as f64;
            (self.slow.level(d), chord + self.base + self.drift * (d - self.anchor) as f64)
        };
        Some([at(d), at(d + 1)])
    }

    /// The node of 64 sessions around `d` and that of `d` alone; `None` before the first session.
    fn spans(&self, d: i64) -> Option<(Span, Span)> {
        if d < 0 || d >= self.calendar.sessions() {
            return None;
        }
        let a = d - d % BLOCK;
        let (xa, xb) = (self.block_end(a), self.block_end(a + BLOCK));
        let mut span =
            Span { a, n: BLOCK, xa, xb, lo: f64::NEG_INFINITY, hi: f64::INFINITY, c: self.slow.mass(a, a + BLOCK) };
        (span.lo, span.hi) = self.envelope(xa, xb, self.mass(&span), span.lo, span.hi);
        let mut around = span;
        while span.n > 1 {
            let (left, right) = self.halve(&span);
            span = if d < right.a { left } else { right };
            if span.n == AROUND {
                around = span;
            }
        }
        Some((around, span))
    }

    /// Where a block begins.
    fn block_end(&self, d: i64) -> f64 {
        let ctr = (d * i64::from(DAY)) as u64;
        let load = self.mixes.first().map_or(0.0, |m| m.market);
        let own = (1.0 - load * load).max(0.0).sqrt();
        0.5 * self.vol.min(0.4) * (load * z4(draw(self.market, ctr)) + own * z4(draw(self.own, ctr)))
    }

    fn mass(&self, span: &Span) -> f64 {
        PHI * span.n as f64 + (1.0 - PHI) * span.c + self.events.mass(span.a, span.a + span.n)
    }

    /// Bounds of a bridge of mass `m`, inside those of its parent.
    #[inline]
    fn envelope(&self, xa: f64, xb: f64, m: f64, lo: f64, hi: f64) -> (f64, f64) {
        let step = (xb - xa).abs();
        let h = 0.5 * ((step * step + 2.0 * KAPPA * self.sigma * self.sigma * m).sqrt() - step);
        (lo.max(xa.min(xb) - h), hi.min(xa.max(xb) + h))
    }

    /// A boundary's normal draw and the cascade's uniform mix of variance 1.
    #[inline]
    fn draws(&self, ctr: u64, unit: usize) -> (f64, f64) {
        let mix = self.mixes.get(unit).copied().unwrap_or(Mix { market: 0.0, sector: 0.0, own: 1.0 });
        let market = draw(self.market, ctr);
        let own = draw(self.own, ctr);
        let z = mix.market * z4(market) + mix.sector * z4(draw(self.sector, ctr)) + mix.own * z4(own);
        let common = further(market, 0) - 0.5;
        let noise =
            if self.index { common } else { (common + further(own, 0) - 0.5) * std::f64::consts::FRAC_1_SQRT_2 };
        (z, noise * 12.0_f64.sqrt())
    }

    /// Splits a node of several sessions in two halves.
    fn halve(&self, span: &Span) -> (Span, Span) {
        let n = span.n / 2;
        let mid = span.a + n;
        let (mut z, zeta) = self.draws((mid * i64::from(DAY)) as u64, 0);
        let m = self.mass(span);
        let left = if n >= CELL {
            self.slow.mass(span.a, mid)
        } else {
            let t = ((span.xb - span.xa) / (self.sigma * m.sqrt())).clamp(-2.0, 2.0);
            let g = (0.22 * (zeta - self.fall * z + self.leverage * t)).clamp(-0.85, 0.85);
            span.c * 0.5 * (1.0 + g)
        };
        let mut l = Span { n, c: left, ..*span };
        let mut r = Span { a: mid, n, c: span.c - left, ..*span };
        let (m1, m2) = (self.mass(&l), self.mass(&r));
        if n >= CELL {
            let lambda = if self.index { 0.375 } else { 0.25 };
            let a = (3.0 * (m1 - m2) / m).clamp(-2.0, 2.0);
            z = (z - lambda * a) / (1.0 + lambda * lambda).sqrt();
        }
        let x = (span.xa + m1 / m * (span.xb - span.xa) + self.calm(span.n) * self.sigma * (m1 * m2 / m).sqrt() * z)
            .clamp(span.lo, span.hi);
        l.xb = x;
        r.xa = x;
        (l.lo, l.hi) = self.envelope(l.xa, x, m1, span.lo, span.hi);
        (r.lo, r.hi) = self.envelope(x, r.xb, m2, span.lo, span.hi);
        (l, r)
    }

    /// Mild mean reversion beyond half a year.
    fn calm(&self, n: i64) -> f64 {
        let delta = match n {
            2048.. => 0.35,
            1024.. => 0.5,
            512.. => 0.7,
            256.. => 0.9,
            _ => 1.0,
        };
        if n >= 128 { delta * (0.4 / self.vol).min(1.0) } else { delta }
    }

    /// Splits a node within a day; a leaf answers itself twice.
    pub fn split(&self, plan: &Plan, node: &Node) -> (Node, Node) {
        let Some(rung) = ladder::rung(node.id) else { return (*node, *node) };
        let at = node.base + rung.at;
        let ctr = (plan.d * i64::from(DAY)) as u64 + u64::from(at);
        let special = plan.touches(node.a, node.b);
        let (f, fv) =
            if special { plan.share(node.a, at, node.b) } else { plan.profile.share(node.id, node.a, at, node.b) };
        let (z, zeta) = self.draws(ctr, usize::from(rung.unit));
        let spread = if rung.unit < BELOW_MINUTE { 0.32 } else { 0.26 };
        let g = (spread * (zeta - 0.5 * self.fall * z)).clamp(-0.49, 0.49);
        let p1 = node.p * f;
        let c1 = node.c * (f + 2.0 * f * (1.0 - f) * g);
        let (p2, c2) = (node.p - p1, node.c - c1);
        let (e1, e2) = if special { (plan.event_mass(node.a, at), plan.event_mass(at, node.b)) } else { (0.0, 0.0) };
        let m1 = PHI * p1 + (1.0 - PHI) * c1 + e1;
        let m2 = PHI * p2 + (1.0 - PHI) * c2 + e2;
        let m = m1 + m2;
        let x = if m > 0.0 {
            (node.xa + m1 / m * (node.xb - node.xa) + self.sigma * (m1 * m2 / m).sqrt() * z).clamp(node.lo, node.hi)
        } else {
            node.xa
        };
        let (v1, n1) = volume(plan, node, ctr, fv, g);
        let mut left = Node { id: rung.left, b: at, xb: x, p: p1, c: c1, m: m1, v: v1, n: n1, ..*node };
        let mut right =
            Node { id: rung.right, a: at, xa: x, p: p2, c: c2, m: m2, v: node.v - v1, n: node.n - n1, ..*node };
        for child in [&mut left, &mut right] {
            (child.lo, child.hi) = self.envelope(child.xa, child.xb, child.m, node.lo, node.hi);
            if child.id == 0 {
                child.base = child.a;
            }
            if child.b - child.a == plan.informed {
                child.informed = child.xb;
            }
        }
        (left, right)
    }

    /// The leaf `q` below a node that contains it.
    pub fn descend(&self, plan: &Plan, node: Node, q: u32) -> Node {
        let mut node = node;
        while !node.is_leaf() {
            let (left, right) = self.split(plan, &node);
            node = if q < right.a { left } else { right };
        }
        node
    }
}

/// The left child's shares and prints.
fn volume(plan: &Plan, node: &Node, ctr: u64, fv: f64, g: f64) -> (i64, i64) {
    if node.n == 0 {
        return (0, 0);
    }
    let h = draw(plan.prints_key, ctr);
    let lean = (g + 0.25 * (2.0 * further(h, 0) - 1.0)).clamp(-0.49, 0.49);
    let share = fv + 2.0 * fv * (1.0 - fv) * lean;
    let n1 = ((node.n as f64 * share + further(h, 1)) as i64).clamp(0, node.n);
    if n1 == 0 {
        return (0, 0);
    }
    if n1 == node.n {
        return (node.v, n1);
    }
    let part = n1 as f64 / node.n as f64;
    let raw = node.v as f64 * part * (1.0 + 1.2 * (further(h, 2) - 0.5) * (1.0 - part));
    let most = node.v - (node.n - n1);
    let even = (raw / plan.round_lot as f64 + 0.5) as i64 * plan.round_lot;
    let v1 = if (n1..=most).contains(&even) { even } else { (raw as i64).clamp(n1, most) };
    (v1, n1)
}
