//! Windows of the past: first, last, highest and lowest found by pruned search over the real prints.
//!
//! A window is a handful of whole nodes. Volume and count are their sums; the first and last print lie at the end of a
//! leftmost and a rightmost descent; the highest is found best-first, where a node whose bound cannot beat what is known
//! is never opened. What comes out equals the scan of every print.
//!
//! Must not know: bar sizes, time zones, the live tape.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::leaf::{Quoter, Tick};
use super::path::Node;
use super::plan::Plan;
use super::symbol::Symbol;
use super::{Nanos, What};

/// Largest node in leaves whose mean price stands for its volume in an average.
const AVERAGED: u32 = 1_200;

/// What is known of a window: prices in counts of [`What`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// First price.
    pub first: i64,
    /// Highest.
    pub high: i64,
    /// Lowest.
    pub low: i64,
    /// Last price.
    pub last: i64,
    /// Shares of the last print.
    pub last_size: i64,
    /// Time of the last print.
    pub last_at: Nanos,
    /// Shares.
    pub volume: i64,
    /// Prints.
    pub count: i64,
    /// Shares times price in ticks, from mean prices of short nodes.
    pub turnover: f64,
}

impl Tally {
    /// Adds what followed.
    pub fn extend(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.last = later.last;
        self.last_size = later.last_size;
        self.last_at = later.last_at;
        self.volume += later.volume;
        self.count += later.count;
        self.turnover += later.turnover;
    }
}

/// Joins two neighbouring windows of which either may be empty.
pub fn join(earlier: Option<Tally>, later: Option<Tally>) -> Option<Tally> {
    match (earlier, later) {
        (Some(mut a), Some(b)) => {
            a.extend(&b);
            Some(a)
        }
        (a, b) => a.or(b),
    }
}

/// A node by how good its bound is.
struct Candidate {
    key: f64,
    node: Node,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.total_cmp(&other.key).then_with(|| other.node.a.cmp(&self.node.a))
    }
}

/// Which extreme is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extreme {
    High,
    Low,
}

/// A search in one session of one symbol.
pub struct Search<'a> {
    symbol: &'a Symbol,
    plan: &'a Plan,
    what: What,
}

impl<'a> Search<'a> {
    /// A search for prints or quotes.
    pub fn new(symbol: &'a Symbol, plan: &'a Plan, what: What) -> Self {
        Self { symbol, plan, what }
    }

    /// Walks the leaves `[from, to)` in one descent and hands over each bar's number and what is known of it, in order;
    /// `bar` numbers a leaf.
    pub fn each(&self, from: u32, to: u32, bar: impl Fn(u32) -> i64, mut emit: impl FnMut(i64, Tally)) {
        let longest = if self.what == What::Trades { AVERAGED } else { u32::MAX };
        let mut nodes: Vec<Node> = Vec::new();
        let mut current = None;
        let mut stack = vec![self.root()];
        while let Some(node) = stack.pop() {
            if node.b <= from || node.a >= to {
                continue;
            }
            let number = bar(node.a);
            let whole = node.a >= from && node.b <= to && bar(node.b - 1) == number;
            if !whole || (node.b - node.a > longest && !node.is_leaf()) {
                let (left, right) = self.symbol.path.split(self.plan, &node);
                stack.push(right);
                stack.push(left);
                continue;
            }
            if current != Some(number) {
                if let Some((number, tally)) = current.and_then(|n| Some((n, self.tally(&nodes)?))) {
                    emit(number, tally);
                }
                nodes.clear();
                current = Some(number);
            }
            nodes.push(node);
        }
        if let Some((number, tally)) = current.and_then(|n| Some((n, self.tally(&nodes)?))) {
            emit(number, tally);
        }
    }

    /// What is known of the leaves `[from, to)`.
    pub fn window(&self, from: u32, to: u32) -> Option<Tally> {
        let mut found = None;
        self.each(from, to, |_| 0, |_, tally| found = Some(tally));
        found
    }

    /// The last print in the leaves `[from, to)` as its leaf and itself.
    pub fn last_print(&self, from: u32, to: u32) -> Option<(u32, Tick)> {
        let mut ticks = Vec::new();
        let mut stack = vec![self.root()];
        while let Some(node) = stack.pop() {
            if node.b <= from || node.a >= to || !self.alive(&node) {
                continue;
            }
            if node.is_leaf() {
                self.symbol.quoter.ticks(self.plan, &node, &mut ticks);
                if let Some(tick) = ticks.last() {
                    return Some((node.a, *tick));
                }
                continue;
            }
            let (left, right) = self.symbol.path.split(self.plan, &node);
            stack.push(left);
            stack.push(right);
        }
        None
    }

    /// Every leaf of `[from, to)` that has a print, in order.
    pub fn leaves(&self, from: u32, to: u32, mut visit: impl FnMut(&Node)) {
        let mut stack = vec![self.root()];
        while let Some(node) = stack.pop() {
            if node.b <= from || node.a >= to || !self.alive(&node) {
                continue;
            }
            if node.is_leaf() {
                visit(&node);
                continue;
            }
            let (left, right) = self.symbol.path.split(self.plan, &node);
            stack.push(right);
            stack.push(left);
        }
    }

    /// What is known of a single leaf.
    pub fn leaf(&self, node: &Node, until: Nanos) -> Option<Tally> {
        let pace = self.symbol.quoter.pace(self.plan.d, node.a);
        let start = self.symbol.calendar.moment(self.plan.d, node.a);
        if self.what != What::Trades {
            let price = self.quoted(node).filter(|_| pace <= until)?;
            return Some(flat(price, start + pace));
        }
        let mut ticks = Vec::new();
        self.symbol.quoter.ticks(self.plan, node, &mut ticks);
        let mean = self.mean(node);
        ticks.iter().filter(|t| t.off <= until).fold(None, |so_far, tick| {
            let turnover = tick.size as f64 * mean;
            let one = Tally {
                last_size: tick.size,
                volume: tick.size,
                count: 1,
                turnover,
                ..flat(tick.price, start + tick.off)
            };
            join(so_far, Some(one))
        })
    }

    fn root(&self) -> Node {
        let (v, n) = if self.what == What::Trades { (self.plan.volume, self.plan.count) } else { (0, 0) };
        Node::root(self.plan, v, n)
    }

    /// The mean price of a node in ticks.
    fn mean(&self, node: &Node) -> f64 {
        libm::exp(0.5 * (node.xa + node.xb) + self.plan.carry_at(node.a)) * self.symbol.quoter.per_unit
    }

    /// Whether there may be a value of interest in a node.
    fn alive(&self, node: &Node) -> bool {
        let quoter = &self.symbol.quoter;
        if quoter.is_index() {
            return self.what == What::Trades && Quoter::values(self.plan, node.a, node.b) > 0;
        }
        !self.plan.all_cut(node.a, node.b)
            && (self.what != What::Trades || node.n > 0 || self.auctions(node.a, node.b) > 0)
    }

    /// Shares of the auctions within `[a, b)`.
    fn auctions(&self, a: u32, b: u32) -> i64 {
        let within = |leaf: u32, shares: i64| if a <= leaf && leaf < b { shares } else { 0 };
        within(self.plan.open_leaf, self.plan.opening) + within(self.plan.close_leaf, self.plan.closing)
    }

    /// Number of auctions within `[a, b)`.
    fn auction_count(&self, a: u32, b: u32) -> i64 {
        let auctions = self.plan.opening > 0;
        let within = |leaf: u32| i64::from(auctions && a <= leaf && leaf < b);
        within(self.plan.open_leaf) + within(self.plan.close_leaf)
    }

    /// A leaf's value where bars are made of quotes.
    fn quoted(&self, node: &Node) -> Option<i64> {
        let touch = self.symbol.quoter.touch(self.plan, node)?;
        Some(match self.what {
            What::Bid => touch.bid,
            What::Ask => touch.ask,
            What::Midpoint | What::Trades => touch.bid + touch.ask,
        })
    }

    /// What is known of a bar's nodes, in time order.
    fn tally(&self, nodes: &[Node]) -> Option<Tally> {
        let (first, _) = self.edge(nodes.iter(), false)?;
        let (last, last_leaf) = self.edge(nodes.iter().rev(), true)?;
        let (mut volume, mut count, mut turnover) = (0, 0, 0.0);
        if self.what == What::Trades {
            let quoter = &self.symbol.quoter;
            if quoter.is_index() {
                count = nodes.iter().map(|n| Quoter::values(self.plan, n.a, n.b)).sum();
            }
            for node in nodes.iter().filter(|n| !quoter.is_index() && self.alive(n)) {
                let shares = node.v + self.auctions(node.a, node.b);
                volume += shares;
                count += node.n + self.auction_count(node.a, node.b);
                turnover += shares as f64 * self.mean(node);
            }
        }
        let start = self.symbol.calendar.moment(self.plan.d, last_leaf);
        Some(Tally {
            first: first.price,
            high: self.extreme(nodes, Extreme::High, first.price.max(last.price), last_leaf),
            low: self.extreme(nodes, Extreme::Low, first.price.min(last.price), last_leaf),
            last: last.price,
            last_size: last.size,
            last_at: start + last.off,
            volume,
            count,
            turnover,
        })
    }

    /// The first (or, from the right, the last) print or quote of a window and its leaf.
    fn edge<'n>(&self, nodes: impl Iterator<Item = &'n Node>, right: bool) -> Option<(Tick, u32)> {
        let mut ticks = Vec::new();
        let mut stack = Vec::with_capacity(24);
        for top in nodes {
            stack.push(*top);
            while let Some(node) = stack.pop() {
                if !self.alive(&node) {
                    continue;
                }
                if !node.is_leaf() {
                    let (a, b) = self.symbol.path.split(self.plan, &node);
                    let (next, later) = if right { (b, a) } else { (a, b) };
                    stack.push(later);
                    stack.push(next);
                    continue;
                }
                let found = if self.what == What::Trades {
                    self.symbol.quoter.ticks(self.plan, &node, &mut ticks);
                    if right { ticks.last().copied() } else { ticks.first().copied() }
                } else {
                    self.quoted(&node).map(|price| Tick {
                        off: self.symbol.quoter.pace(self.plan.d, node.a),
                        price,
                        size: 0,
                        side: super::PrintSide::Inside,
                    })
                };
                if let Some(tick) = found {
                    return Some((tick, node.a));
                }
            }
        }
        None
    }

    /// The highest or lowest price of a window, starting from one that is known.
    fn extreme(&self, nodes: &[Node], which: Extreme, known: i64, last_leaf: u32) -> i64 {
        let from = nodes.first().map_or(0, |n| n.a);
        let to = nodes.last().map_or(last_leaf + 1, |n| n.b);
        let widest = self.symbol.quoter.widest(self.plan, from, to);
        let key = |node: &Node| {
            let (low, high) = self.symbol.quoter.bounds(self.plan, node);
            match which {
                Extreme::High => high,
                Extreme::Low => -low,
            }
        };
        let mut best = known;
        let mut limit = self.limit(which, best, widest);
        let mut ticks = Vec::new();
        let mut heap: BinaryHeap<Candidate> = BinaryHeap::with_capacity(nodes.len() + 32);
        for node in nodes {
            let key = key(node);
            if key >= limit && self.alive(node) {
                heap.push(Candidate { key, node: *node });
            }
        }
        while let Some(Candidate { key: top, node }) = heap.pop() {
            if top < limit {
                break;
            }
            if node.is_leaf() {
                if let Some(found) = self.leaf_extreme(which, &node, best, &mut ticks) {
                    best = found;
                    limit = self.limit(which, best, widest);
                }
                continue;
            }
            let (left, right) = self.symbol.path.split(self.plan, &node);
            for child in [left, right] {
                let key = key(&child);
                if key >= limit && self.alive(&child) {
                    heap.push(Candidate { key, node: child });
                }
            }
        }
        best
    }

    /// The key below which no leaf can beat `best`: half a tick, half the widest spread, and a hair for the logarithm.
    fn limit(&self, which: Extreme, best: i64, widest: f64) -> f64 {
        let ticks = best as f64 / self.what.per_tick() as f64;
        let unit = self.symbol.quoter.per_unit;
        match which {
            Extreme::High => {
                let edge = ticks + 0.5;
                let d = widest / (2.0 * edge);
                libm::log(edge / unit) - d - d * d - 1e-12
            }
            Extreme::Low => {
                let edge = (ticks - 0.5).max(0.25);
                -(libm::log(edge / unit) + widest / (2.0 * edge)) - 1e-12
            }
        }
    }

    /// A leaf's extreme if it beats `best`.
    fn leaf_extreme(&self, which: Extreme, node: &Node, best: i64, ticks: &mut Vec<Tick>) -> Option<i64> {
        let beats = |price: i64| match which {
            Extreme::High => price > best,
            Extreme::Low => price < best,
        };
        if self.what != What::Trades {
            return self.quoted(node).filter(|p| beats(*p));
        }
        if !self.symbol.quoter.is_index() {
            let touch = self.symbol.quoter.touch(self.plan, node)?;
            let reach = match which {
                Extreme::High => touch.ask,
                Extreme::Low => touch.bid,
            };
            if !beats(reach) {
                return None;
            }
        }
        self.symbol.quoter.ticks(self.plan, node, ticks);
        let prices = ticks.iter().map(|t| t.price);
        let found = match which {
            Extreme::High => prices.max(),
            Extreme::Low => prices.min(),
        };
        found.filter(|p| beats(*p))
    }
}

/// A window of one price.
fn flat(price: i64, at: Nanos) -> Tally {
    Tally {
        first: price,
        high: price,
        low: price,
        last: price,
        last_size: 0,
        last_at: at,
        volume: 0,
        count: 0,
        turnover: 0.0,
    }
}
