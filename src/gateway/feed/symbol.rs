//! One symbol's market: its path, its quotes, its book, and what it remembers to be quick.
//!
//! Everything remembered can be dropped at any time without changing an answer: the last few sessions' plans, the two
//! latest leaves, whole sessions' tallies, and the running session's tally up to the latest leaf asked for.
//!
//! Must not know: the wire, other symbols.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::book::Depth;
use super::calendar::{DAY, Spot, Stretch};
use super::hash::key;
use super::leaf::{Quoter, Tick, Touch};
use super::path::{Node, Path};
use super::plan::{Keys, Plan};
use super::search::{Search, Tally, join};
use super::universe::{Kind, Listing};
use super::{BookSide, Calendar, DaySummary, Leaf, Nanos, Print, Quote, What};

/// Plans remembered.
const PLANS: usize = 16;
/// Whole sessions remembered.
const SESSIONS: usize = 1_024;
/// Leaves up to which prints are read one by one rather than in one descent.
const FEW: i64 = 4;

/// A leaf worked out.
#[derive(Debug)]
struct View {
    d: i64,
    q: u32,
    touch: Option<Touch>,
    pace: Nanos,
    ticks: Vec<Tick>,
}

/// The running session up to a leaf.
#[derive(Debug, Clone, Copy)]
struct Running {
    session: i64,
    /// Day node and leaf up to which the tally goes.
    upto: (i64, u32),
    tally: Option<Tally>,
    /// The opening auction's price; a future has none and opens with its first print.
    open: Option<i64>,
    previous_close: i64,
    /// Last print of the session before: price, shares, time.
    previous_last: (i64, i64, Nanos),
}

/// Ticks looked at per row of the book: levels of wide stocks are mostly empty.
const FARTHEST: i64 = 200;

/// A whole session and what is known of it.
type Whole = (i64, Option<Tally>);

/// One symbol of one seed.
#[derive(Debug)]
pub struct Symbol {
    /// The calendar.
    pub calendar: Calendar,
    /// The path.
    pub path: Path,
    /// What makes quotes and prints of it.
    pub quoter: Quoter,
    depth: Depth,
    plans: Mutex<[Option<Arc<Plan>>; PLANS]>,
    leaves: Mutex<[Option<Arc<View>>; 2]>,
    sessions: Mutex<Vec<Option<Whole>>>,
    running: Mutex<Option<Running>>,
}

/// A memory that another thread left in the middle of a change is still a memory of true answers.
fn open<T>(memory: &Mutex<T>) -> MutexGuard<'_, T> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Symbol {
    /// The symbol's market under a seed.
    pub fn new(seed: u64, calendar: Calendar, listing: &'static Listing) -> Self {
        let stream = |name: &str| key(seed, &format!("{}/{name}", listing.symbol));
        let keys = Keys {
            quotes: stream("quotes"),
            prints: stream("prints"),
            day: stream("day"),
            band: stream("band"),
            book: stream("book"),
        };
        Self {
            calendar,
            path: Path::new(seed, calendar, listing),
            quoter: Quoter::new(calendar, listing, keys),
            depth: Depth::new(listing, keys.book),
            plans: Mutex::default(),
            leaves: Mutex::default(),
            sessions: Mutex::new(vec![None; SESSIONS]),
            running: Mutex::default(),
        }
    }

    /// Forgets everything remembered.
    #[cfg(test)]
    pub fn forget(&self) {
        *open(&self.plans) = Default::default();
        *open(&self.leaves) = Default::default();
        open(&self.sessions).fill(None);
        *open(&self.running) = None;
    }

    /// The plan of a session.
    pub fn plan(&self, d: i64) -> Option<Arc<Plan>> {
        let slot = d.rem_euclid(PLANS as i64) as usize;
        if let Some(plan) = open(&self.plans).get(slot).and_then(Option::as_ref).filter(|p| p.d == d) {
            return Some(Arc::clone(plan));
        }
        let plan = Arc::new(Plan::new(&self.path, self.calendar, self.quoter.listing, &self.quoter.keys, d)?);
        if let Some(slot) = open(&self.plans).get_mut(slot) {
            *slot = Some(Arc::clone(&plan));
        }
        Some(plan)
    }

    /// A leaf worked out, from memory if it is one of the two latest.
    fn view(&self, d: i64, q: u32) -> Option<Arc<View>> {
        let slot = (q % 2) as usize;
        if let Some(view) = open(&self.leaves).get(slot).and_then(Option::as_ref).filter(|v| v.d == d && v.q == q) {
            return Some(Arc::clone(view));
        }
        let plan = self.plan(d)?;
        let node = self.path.descend(&plan, Node::root(&plan, plan.volume, plan.count), q);
        let mut ticks = Vec::new();
        self.quoter.ticks(&plan, &node, &mut ticks);
        let view = Arc::new(View { d, q, touch: self.quoter.touch(&plan, &node), pace: self.quoter.pace(d, q), ticks });
        if let Some(slot) = open(&self.leaves).get_mut(slot) {
            *slot = Some(Arc::clone(&view));
        }
        Some(view)
    }

    /// Where the session trades; an index has values in regular hours only.
    pub fn stretches(&self, d: i64, regular: bool) -> impl Iterator<Item = Stretch> + use<> {
        self.calendar.stretches(d, regular || self.quoter.is_index())
    }

    /// When the session's trading starts and ends.
    pub fn span(&self, d: i64, regular: bool) -> (Nanos, Nanos) {
        self.calendar.span(d, regular || self.quoter.is_index())
    }

    /// What a future ends at: the value at a moment of what is struck there, as a count of its own ticks.
    pub fn value(&self, at: Nanos) -> Option<i64> {
        let spot = self.calendar.locate(at)?;
        let plan = self.plan(spot.d)?;
        let node = self.path.descend(&plan, Node::root(&plan, 0, 0), spot.q);
        Some(self.quoter.settlement(&plan, &node))
    }

    /// Whether a future's last moment is past.
    fn has_ended(&self, at: Nanos) -> bool {
        self.quoter.listing.series.is_some_and(|series| series.ends <= at)
    }

    /// Where a moment lies if the market trades then.
    fn trading_spot(&self, at: Nanos) -> Option<Spot> {
        self.calendar.locate(at).filter(|_| self.calendar.trading(at) && !self.has_ended(at))
    }

    /// The quote's prices and the leaf it belongs to.
    pub fn touch(&self, at: Nanos) -> Option<(Touch, i64, u32)> {
        let spot = self.trading_spot(at)?;
        let view = self.view(spot.d, spot.q)?;
        if spot.off >= view.pace {
            return view.touch.map(|t| (t, spot.d, spot.q));
        }
        let (d, q) = if spot.q == 0 { (spot.d - 1, DAY - 1) } else { (spot.d, spot.q - 1) };
        self.view(d, q)?.touch.map(|t| (t, d, q))
    }

    fn quote_of(&self, touch: Touch, d: i64, q: u32) -> Quote {
        Quote {
            bid: touch.bid,
            ask: touch.ask,
            bid_size: self.depth.shown(BookSide::Bid, touch.bid, touch, d, q),
            ask_size: self.depth.shown(BookSide::Ask, touch.ask, touch, d, q),
        }
    }

    /// The best bid and ask.
    pub fn quote(&self, at: Nanos) -> Option<Quote> {
        self.touch(at).map(|(touch, d, q)| self.quote_of(touch, d, q))
    }

    /// Shares shown at a price.
    pub fn shown(&self, side: BookSide, price: i64, at: Nanos) -> i64 {
        self.touch(at).map_or(0, |(touch, d, q)| self.depth.shown(side, price, touch, d, q))
    }

    /// The quarter second that contains `at`.
    pub fn leaf(&self, at: Nanos) -> Option<Leaf> {
        let spot = self.trading_spot(at)?;
        let view = self.view(spot.d, spot.q)?;
        let start = self.calendar.moment(spot.d, spot.q);
        let prints = view.ticks.iter().filter(|t| t.off <= spot.off).map(|t| print(start, t)).collect();
        let quote = view.touch.map(|touch| self.quote_of(touch, spot.d, spot.q));
        Some(Leaf { start, quote_at: start + view.pace, quote, prints })
    }

    /// The next moment after `after` at which a leaf's quote appears, or at which the market closes.
    pub fn next_change(&self, after: Nanos) -> Nanos {
        let pace = |d: i64, q: u32| self.calendar.moment(d, q).saturating_add(self.quoter.pace(d, q));
        let Some(spot) = self.trading_spot(after) else {
            let opens = self.calendar.hours_at(after, true).opens;
            if opens == Nanos::MAX || self.has_ended(opens) {
                return Nanos::MAX;
            }
            return self.calendar.locate(opens).map_or(Nanos::MAX, |s| pace(s.d, s.q));
        };
        let own = pace(spot.d, spot.q);
        if own > after {
            return own;
        }
        let next = self.calendar.end(spot.d, spot.q);
        match self.trading_spot(next) {
            Some(s) => pace(s.d, s.q),
            None => next,
        }
    }

    /// The prints after `from`, up to and including `until`.
    pub fn prints(&self, from: Nanos, until: Nanos) -> Vec<Print> {
        let mut out = Vec::new();
        let Some(last) = self.calendar.locate(until).filter(|_| from < until) else { return out };
        let first = self.calendar.locate(from).unwrap_or(Spot { d: 0, q: 0, off: 0 });
        let mut take = |start: Nanos, ticks: &[Tick]| {
            out.extend(ticks.iter().map(|t| print(start, t)).filter(|p| p.at > from && p.at <= until));
        };
        let leaves = (last.d - first.d) * i64::from(DAY) + i64::from(last.q) - i64::from(first.q);
        if leaves <= FEW {
            let begin = first.d * i64::from(DAY) + i64::from(first.q);
            for leaf in begin..=begin + leaves {
                let (d, q) = (leaf / i64::from(DAY), (leaf % i64::from(DAY)) as u32);
                if let Some(view) = self.view(d, q) {
                    take(self.calendar.moment(d, q), &view.ticks);
                }
            }
            return out;
        }
        let mut ticks = Vec::new();
        for d in first.d..=last.d {
            let Some(plan) = self.plan(d) else { continue };
            let a = if d == first.d { first.q } else { 0 };
            let b = if d == last.d { last.q + 1 } else { DAY };
            Search::new(self, &plan, What::Trades).leaves(a, b, |node| {
                self.quoter.ticks(&plan, node, &mut ticks);
                take(self.calendar.moment(d, node.a), &ticks);
            });
        }
        out
    }

    /// What is known of a leaf up to `off` nanoseconds into it.
    pub fn partial(&self, d: i64, q: u32, off: Nanos, what: What) -> Option<Tally> {
        let plan = self.plan(d)?;
        let node = self.path.descend(&plan, Node::root(&plan, plan.volume, plan.count), q);
        Search::new(self, &plan, what).leaf(&node, off)
    }

    /// The node of a leaf, for its price alone.
    pub fn middle_node(&self, plan: &Plan, q: u32) -> Node {
        self.path.descend(plan, Node::root(plan, 0, 0), q)
    }

    /// What is known of the leaves `[from, to)` of a day node.
    pub fn window(&self, d: i64, from: u32, to: u32, what: What) -> Option<Tally> {
        let plan = self.plan(d).filter(|_| from < to)?;
        Search::new(self, &plan, what).window(from, to)
    }

    /// What is known of a session up to a spot; whole sessions of trades in regular hours are remembered.
    pub fn session(&self, d: i64, regular: bool, what: What, now: Spot) -> Option<Tally> {
        let whole = self.stretches(d, regular).all(|s| (s.d, s.to) <= (now.d, now.q));
        let remembered = whole && regular && what == What::Trades;
        let slot = d.rem_euclid(SESSIONS as i64) as usize;
        if remembered
            && let Some((_, tally)) = open(&self.sessions).get(slot).and_then(Option::as_ref).filter(|(s, _)| *s == d)
        {
            return *tally;
        }
        let mut tally = None;
        for stretch in self.stretches(d, regular) {
            if (stretch.d, stretch.from) > (now.d, now.q) {
                break;
            }
            let to = if stretch.d == now.d { stretch.to.min(now.q) } else { stretch.to };
            tally = join(tally, self.window(stretch.d, stretch.from, to, what));
            if stretch.d == now.d && (stretch.from..stretch.to).contains(&now.q) {
                tally = join(tally, self.partial(now.d, now.q, now.off, what));
            }
        }
        if remembered && let Some(slot) = open(&self.sessions).get_mut(slot) {
            *slot = Some((d, tally));
        }
        tally
    }

    /// A session's settlement with no shares, and when it was struck; a future that nobody traded is there.
    fn settled(&self, d: i64) -> Option<(i64, i64, Nanos)> {
        let plan = self.plan(d)?;
        Some((self.close(d)?, 0, self.calendar.end(d, plan.close_leaf) - 1))
    }

    /// The official close of a session: the price of its closing auction, of a future its settlement.
    pub fn close(&self, d: i64) -> Option<i64> {
        let plan = self.plan(d)?;
        if self.quoter.listing.kind == Kind::Future {
            let node = self.path.descend(&plan, Node::root(&plan, 0, 0), plan.close_leaf);
            return Some(self.quoter.settlement(&plan, &node));
        }
        let node = self.path.descend(&plan, Node::root(&plan, plan.volume, plan.count), plan.close_leaf);
        let mut ticks = Vec::new();
        self.quoter.ticks(&plan, &node, &mut ticks);
        ticks.last().map(|t| t.price)
    }

    /// The price of a session's opening auction.
    fn opening(&self, d: i64) -> Option<i64> {
        let plan = self.plan(d)?;
        let node = self.path.descend(&plan, Node::root(&plan, plan.volume, plan.count), plan.open_leaf);
        let mut ticks = Vec::new();
        self.quoter.ticks(&plan, &node, &mut ticks);
        ticks.first().map(|t| t.price)
    }

    /// The last print of a session, extended hours included.
    fn last_of(&self, d: i64) -> Option<(i64, i64, Nanos)> {
        let mut found = None;
        for stretch in self.stretches(d, false) {
            let plan = self.plan(stretch.d)?;
            let last = Search::new(self, &plan, What::Trades).last_print(stretch.from, stretch.to);
            if let Some((q, tick)) = last {
                found = Some((tick.price, tick.size, self.calendar.moment(stretch.d, q) + tick.off));
            }
        }
        found
    }

    /// The session's figures at a moment.
    pub fn day(&self, at: Nanos) -> Option<DaySummary> {
        let now = self.calendar.locate(at)?;
        let session = self.calendar.session_of(now);
        let mut running = self.running(session, now)?;
        for stretch in self.stretches(session, false) {
            let from = if stretch.d == running.upto.0 { stretch.from.max(running.upto.1) } else { stretch.from };
            let to = if stretch.d == now.d { stretch.to.min(now.q) } else { stretch.to };
            if stretch.d < running.upto.0 || stretch.d > now.d || from >= to {
                continue;
            }
            running.tally = join(running.tally, self.window(stretch.d, from, to, What::Trades));
            running.upto = (stretch.d, to);
        }
        *open(&self.running) = Some(running);
        let inside = self.stretches(session, false).any(|s| s.d == now.d && (s.from..s.to).contains(&now.q));
        let tail = if inside { self.tail(now) } else { None };
        let tally = join(running.tally, tail);
        let opened = self.opened(session, now);
        let (last, last_size, last_at) = tally.map_or(running.previous_last, |t| (t.last, t.last_size, t.last_at));
        Some(DaySummary {
            open: if self.quoter.listing.kind == Kind::Future {
                tally.map(|t| t.first)
            } else {
                running.open.filter(|_| opened)
            },
            high: tally.map(|t| t.high),
            low: tally.map(|t| t.low),
            last,
            last_size,
            last_at,
            volume: tally.map_or(0, |t| t.volume),
            previous_close: running.previous_close,
        })
    }

    /// The tally of the latest leaf's prints so far.
    fn tail(&self, now: Spot) -> Option<Tally> {
        let view = self.view(now.d, now.q)?;
        let start = self.calendar.moment(now.d, now.q);
        view.ticks.iter().filter(|t| t.off <= now.off).fold(None, |so_far, tick| {
            let one = Tally {
                first: tick.price,
                high: tick.price,
                low: tick.price,
                last: tick.price,
                last_size: tick.size,
                last_at: start + tick.off,
                volume: tick.size,
                count: 1,
                turnover: 0.0,
            };
            join(so_far, Some(one))
        })
    }

    /// Whether the session's opening auction has been printed.
    fn opened(&self, session: i64, now: Spot) -> bool {
        let (open, _) = self.calendar.hours(session);
        let off = self.quoter.pace(session, open);
        (session, open, off) <= (now.d, now.q, now.off)
    }

    /// The remembered start of the running session if it does not reach beyond `now`, else a fresh one.
    fn running(&self, session: i64, now: Spot) -> Option<Running> {
        let known = open(&self.running).filter(|r| r.session == session);
        if let Some(r) = known {
            return Some(if r.upto <= (now.d, now.q) { r } else { Running { upto: (session, 0), tally: None, ..r } });
        }
        let before = session - 1;
        Some(Running {
            session,
            upto: (session, 0),
            tally: None,
            open: self.opening(session),
            previous_close: self.close(before)?,
            previous_last: self.last_of(before).or_else(|| self.settled(before))?,
        })
    }

    /// The book's best rows of one side.
    pub fn rows(&self, side: BookSide, at: Nanos, levels: usize) -> Vec<super::Level> {
        let Some((touch, d, q)) = self.touch(at) else { return Vec::new() };
        let farthest = (levels as i64).saturating_mul(FARTHEST);
        (0..farthest)
            .map(|away| match side {
                BookSide::Bid => touch.bid - away,
                BookSide::Ask => touch.ask + away,
            })
            .take_while(|price| *price >= 1)
            .map(|price| super::Level { price, size: self.depth.shown(side, price, touch, d, q) })
            .filter(|level| level.size > 0)
            .take(levels)
            .collect()
    }
}

/// A tick of a leaf that starts at `start`.
fn print(start: Nanos, tick: &Tick) -> Print {
    Print { at: start + tick.off, price: tick.price, size: tick.size, side: tick.side }
}
