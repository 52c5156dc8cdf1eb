//! A market that a test writes down leaf by leaf, and short words for orders and events.

use proptest::prelude::*;

use super::super::*;
use crate::money::{Price, Qty};

pub const LEAF: Nanos = 250_000_000;
pub const MS: Nanos = 1_000_000;
pub const ONE: ConId = 265_598;
pub const TWO: ConId = 272_093;

/// One quarter second: when its quote starts, the quote, the sizes by distance from the touch, the prints.
#[derive(Debug, Clone)]
pub struct Leaf {
    pub theta: Nanos,
    pub quote: Option<(i64, i64)>,
    pub sizes: Vec<i64>,
    /// Offset, price and shares.
    pub prints: Vec<(Nanos, i64, i64)>,
}

impl Leaf {
    pub fn quiet(bid: i64, ask: i64, size: i64) -> Self {
        Self { theta: 0, quote: Some((bid, ask)), sizes: vec![size; 8], prints: Vec::new() }
    }

    pub fn print(mut self, ms: i64, price: i64, size: i64) -> Self {
        self.prints.push((ms * MS, price, size));
        self
    }
}

#[derive(Debug, Clone)]
pub struct Script {
    /// The last one stays in force.
    pub leaves: Vec<Leaf>,
    pub half_life: Nanos,
    /// Regular hours; extended hours are always.
    pub regular: (Nanos, Nanos),
    /// Where the first day ends.
    pub day_end: Nanos,
    /// Whether marks are known.
    pub marks: bool,
    /// The leaves whose first print is an auction's.
    pub crosses: Vec<(usize, Cross)>,
}

impl Script {
    pub fn new(leaves: Vec<Leaf>) -> Self {
        Self {
            leaves,
            half_life: 1_000 * MS,
            regular: (0, Nanos::MAX),
            day_end: Nanos::MAX,
            marks: true,
            crosses: Vec::new(),
        }
    }

    /// The same leaf for ever.
    pub fn still(bid: i64, ask: i64, size: i64) -> Self {
        Self::new(vec![Leaf::quiet(bid, ask, size)])
    }

    /// The leaf in force at a moment.
    fn leaf(&self, at: Nanos) -> Option<&Leaf> {
        let grid = at.div_euclid(LEAF);
        let of = |n: i64| {
            let n = usize::try_from(n).ok()?;
            self.leaves.get(n).or(self.leaves.last())
        };
        let now = of(grid)?;
        if at - grid * LEAF >= now.theta { Some(now) } else { of(grid - 1) }
    }
}

impl Market for Script {
    fn listing(&self, con_id: ConId) -> Option<Listing> {
        [ONE, TWO].contains(&con_id).then(|| Listing {
            con_id,
            symbol: if con_id == ONE { "AAPL".into() } else { "MSFT".into() },
            exchange: "NASDAQ".into(),
            tick: "0.01".parse().unwrap(),
            lot: 100,
            half_life: self.half_life,
            cutoffs: Cutoffs { open: LEAF, market_close: 2 * LEAF, limit_close: LEAF, cancel_close: 3 * LEAF },
            spec: Spec::SHARE,
            ends: None,
        })
    }

    fn increment(&self, con_id: ConId, _price: Price) -> Option<Price> {
        self.listing(con_id).map(|listing| listing.tick)
    }

    fn session(&self, _con_id: ConId, at: Nanos, outside_rth: bool) -> Session {
        let second = at >= self.day_end;
        let day_end = if second { Nanos::MAX } else { self.day_end };
        if outside_rth || second {
            return Session { open: true, opens: 0, day_end };
        }
        let (from, to) = self.regular;
        let opens = if at < to { from } else { self.day_end };
        Session { open: (from..to).contains(&at), opens, day_end }
    }

    fn day_start(&self, at: Nanos) -> Nanos {
        if at >= self.day_end { self.day_end } else { 0 }
    }

    fn quote(&self, con_id: ConId, at: Nanos) -> Option<Quote> {
        let (bid, ask) = self.leaf(at)?.quote?;
        let shown = |side, price| self.shown(con_id, side, price, at);
        Some(Quote { bid, ask, bid_size: shown(Side::Bid, bid), ask_size: shown(Side::Ask, ask) })
    }

    fn next_change(&self, _con_id: ConId, after: Nanos) -> Nanos {
        let grid = after.div_euclid(LEAF);
        let theta = |n: i64| self.leaves.get(n as usize).or(self.leaves.last()).map_or(0, |leaf| leaf.theta);
        let now = grid * LEAF + theta(grid);
        if now > after { now } else { (grid + 1) * LEAF + theta(grid + 1) }
    }

    fn prints(&self, _con_id: ConId, after: Nanos, until: Nanos) -> Vec<Print> {
        let mut prints = Vec::new();
        for (n, leaf) in self.leaves.iter().enumerate() {
            for (index, (offset, price, size)) in leaf.prints.iter().enumerate() {
                let at = n as i64 * LEAF + offset;
                if at > after && at <= until {
                    let cross = self.crosses.iter().find(|(leaf, _)| *leaf == n && index == 0).map(|(_, cross)| *cross);
                    prints.push(Print { at, index: index as u32, price: *price, size: *size, cross });
                }
            }
        }
        prints
    }

    fn shown(&self, con_id: ConId, side: Side, price: i64, at: Nanos) -> i64 {
        let Some(leaf) = self.leaf(at) else { return 0 };
        let Some((bid, ask)) = leaf.quote else { return 0 };
        let away = match side {
            Side::Bid => bid - price,
            Side::Ask => price - ask,
        };
        let size = usize::try_from(away).ok().and_then(|away| leaf.sizes.get(away)).copied().unwrap_or(0);
        if con_id == ONE { size } else { size * 2 }
    }

    fn figures(&self, con_id: ConId, at: Nanos) -> Option<Figures> {
        let prints = self.prints(con_id, -1, at);
        let last = prints.last()?.price;
        Some(Figures { last, volume: prints.iter().map(|print| print.size).sum(), previous_close: 10_000 })
    }

    fn mark(&self, _con_id: ConId, at: Nanos) -> Option<Price> {
        if !self.marks {
            return None;
        }
        let seen = self.leaves.iter().take((at.div_euclid(LEAF) + 1).max(1) as usize);
        let (bid, ask) = seen.rev().find_map(|leaf| leaf.quote)?;
        Some(Price(rust_decimal::Decimal::new((bid + ask) * 5, 3)))
    }
}

pub fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

/// A DAY order of client 7 for [`ONE`].
pub fn order(order_id: OrderId, action: Action, shares: i64, kind: Kind) -> OrderRequest {
    OrderRequest {
        client_id: 7,
        order_id,
        con_id: ONE,
        action,
        quantity: Qty::from(shares),
        kind,
        tif: Tif::Day,
        outside_rth: true,
        account: String::new(),
        order_ref: format!("ref-{order_id}"),
        transmit: true,
        terms: Terms::default(),
        echo: vec![1, 2, 3],
    }
}

pub fn buy(order_id: OrderId, shares: i64, limit: &str) -> OrderRequest {
    order(order_id, Action::Buy, shares, Kind::Limit(price(limit)))
}

pub fn sell(order_id: OrderId, shares: i64, limit: &str) -> OrderRequest {
    order(order_id, Action::Sell, shares, Kind::Limit(price(limit)))
}

/// A market of leaves that all quote the same, with one print in each of the first ones at these prices.
pub fn trading(bid: i64, ask: i64, prints: &[i64]) -> Script {
    let mut leaves: Vec<Leaf> = prints.iter().map(|price| Leaf::quiet(bid, ask, 500).print(100, *price, 10)).collect();
    leaves.push(Leaf::quiet(bid, ask, 500));
    Script::new(leaves)
}

/// A market of these quotes, one a leaf, with 500 shares at each level.
pub fn quoting(quotes: &[(i64, i64)]) -> Script {
    Script::new(quotes.iter().map(|(bid, ask)| Leaf::quiet(*bid, *ask, 500)).collect())
}

/// Shares and prices of the fills among events.
pub fn fills(events: &[Event]) -> Vec<(i64, String)> {
    let execution = |event: &Event| match event {
        Event::Execution(execution) => Some((tape::shares(execution.quantity), execution.price.to_string())),
        _ => None,
    };
    events.iter().filter_map(execution).collect()
}

/// The codes among events.
pub fn codes(events: &[Event]) -> Vec<i32> {
    let code = |event: &Event| match event {
        Event::Error(refusal) => Some(refusal.code),
        _ => None,
    };
    events.iter().filter_map(code).collect()
}

/// The events' kinds and states, one word each.
pub fn words(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::OpenOrder(order) => format!("open:{}", order.status.word()),
        Event::OrderStatus(report) => format!("status:{}", report.status.word()),
        Event::Execution(_) => "execution".into(),
        Event::Commission(_) => "commission".into(),
        Event::Error(refusal) => format!("error:{}", refusal.code),
        Event::PositionChanged(_) => "position".into(),
        Event::AccountChanged => "account".into(),
    };
    events.iter().map(word).collect()
}

/// A random market of 40 leaves around 100.00 with halts, uneven books and prints on and inside the quote.
pub fn any_script() -> impl Strategy<Value = Script> {
    let print = (61i64..249, 0u8..4, 1i64..600);
    let size = prop_oneof![2 => 1i64..900, 1 => Just(0)];
    let leaf = (
        0i64..60,
        prop_oneof![3 => Just(0i64), 2 => -1i64..=1, 1 => -4i64..=4],
        1i64..5,
        prop::collection::vec(size, 8),
        prop::collection::vec(print, 0..4),
        prop::bool::weighted(0.05),
    );
    let crosses = (1i64..3_000, 1i64..3_000);
    let hours = (0i64..20, 25i64..40);
    (prop::collection::vec(leaf, 40), 50i64..4000, hours, crosses).prop_map(
        |(leaves, half_life, (from, to), crosses)| {
            let mut middle = 10_000;
            let mut script = Vec::new();
            for (theta, step, spread, mut sizes, prints, halted) in leaves {
                middle += step;
                let (bid, ask) = (middle, middle + spread);
                sizes[0] = sizes[0].max(1);
                let mut made = Vec::new();
                for (ms, place, size) in prints {
                    let price = match place {
                        0 => bid,
                        1 => ask,
                        2 => i64::midpoint(bid, ask),
                        _ => (bid + ask + 1) / 2,
                    };
                    made.push((ms * MS, price, size));
                }
                made.sort_unstable();
                made.dedup_by_key(|(at, _, _)| *at);
                let quote = (!halted).then_some((bid, ask));
                let prints = if halted { Vec::new() } else { made };
                script.push(Leaf { theta: theta * MS, quote, sizes, prints });
            }
            for (leaf, shares) in [(from as usize, crosses.0), (31, crosses.1)] {
                if let Some((bid, ask)) = script[leaf].quote {
                    script[leaf].prints.insert(0, (60 * MS + 1, i64::midpoint(bid, ask), shares));
                }
            }
            Script {
                half_life: half_life * MS,
                regular: (from * LEAF, to * LEAF),
                day_end: 32 * LEAF,
                crosses: vec![(from as usize, Cross::Open), (31, Cross::Close)],
                ..Script::new(script)
            }
        },
    )
}

/// What a client does.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a stream has few of them")]
pub enum Act {
    Place(OrderRequest),
    Cancel(OrderId),
    CancelAll,
}

/// A price in cents.
fn cents(ticks: i64) -> Price {
    Price(rust_decimal::Decimal::new(ticks, 2))
}

/// Any type with prices near the random market.
fn any_kind() -> impl Strategy<Value = Kind> {
    let near = || (9_993i64..10_010).prop_map(cents);
    let by = prop_oneof![
        3 => (1i64..12).prop_map(|ticks| Offset::Amount(cents(ticks))),
        1 => (1i64..12).prop_map(|hundredths| Offset::Percent(rust_decimal::Decimal::new(hundredths, 2))),
    ];
    let by = || by.clone();
    let peg = prop_oneof![
        Just(Peg::Primary),
        Just(Peg::Passive),
        Just(Peg::Market),
        Just(Peg::Midpoint),
        Just(Peg::MidPrice)
    ];
    let snap = prop_oneof![Just(Snap::Primary), Just(Snap::Market), Just(Snap::Midpoint)];
    let offset = || (0i64..4).prop_map(cents);
    prop_oneof![
        4 => Just(Kind::Market),
        3 => (9_980i64..10_025).prop_map(|ticks| Kind::Limit(cents(ticks))),
        12 => (9_995i64..10_008).prop_map(|ticks| Kind::Limit(cents(ticks))),
        2 => near().prop_map(Kind::Stop),
        2 => (near(), near()).prop_map(|(trigger, limit)| Kind::StopLimit { trigger, limit }),
        1 => near().prop_map(Kind::Touched),
        1 => (near(), near()).prop_map(|(trigger, limit)| Kind::TouchedLimit { trigger, limit }),
        2 => (by(), prop::option::weighted(0.3, near())).prop_map(|(by, start)| Kind::Trail { by, start }),
        2 => (by(), prop::option::weighted(0.3, near()), offset())
            .prop_map(|(by, start, room)| Kind::TrailLimit { by, start, room }),
        1 => Just(Kind::MarketOnClose),
        1 => near().prop_map(Kind::LimitOnClose),
        1 => Just(Kind::MarketToLimit),
        3 => (peg, offset(), prop::option::weighted(0.3, near())).prop_map(|(to, offset, cap)| {
            let offset = if to == Peg::MidPrice { Price::ZERO } else { offset };
            Kind::Peg { to, offset: Offset::Amount(offset), cap }
        }),
        1 => (snap, offset()).prop_map(|(to, offset)| Kind::Snap { to, offset }),
    ]
}

/// Attributes, most orders having none.
fn any_terms() -> impl Strategy<Value = Terms> {
    use TriggerMethod::*;
    let method = prop_oneof![4 => Just(Default), 1 => Just(Last), 1 => Just(DoubleLast), 1 => Just(BidAsk), 1 => Just(DoubleBidAsk),
            1 => Just(LastOrBidAsk), 1 => Just(Midpoint)];
    let oca = (
        prop_oneof![Just("a"), Just("b")],
        prop_oneof![Just(OcaType::Cancel), Just(OcaType::Reduce), Just(OcaType::ReduceLater)],
    )
        .prop_map(|(group, kind)| Oca { group: group.into(), kind });
    let family = (prop_oneof![3 => Just(0i32), 2 => 1i32..16], prop::option::weighted(0.2, oca), method);
    let shown = prop_oneof![
        12 => Just((false, None, false)),
        1 => Just((true, None, false)),
        1 => (1i64..100).prop_map(|n| (false, Some(n), false)),
        1 => Just((false, None, true)),
    ];
    let rare = (
        prop::option::weighted(0.1, 1i64..200),
        prop::option::weighted(0.08, (1i64..4).prop_map(cents)),
        prop::option::weighted(0.08, 0i64..10_000),
    );
    (family, shown, rare).prop_map(
        |((parent_id, oca, trigger_method), (hidden, display, all_or_none), (min_quantity, discretion, good_after))| {
            let good_after = good_after.map(|ms| ms * MS);
            Terms {
                parent_id,
                oca,
                trigger_method,
                good_after,
                hidden,
                display,
                all_or_none,
                min_quantity,
                discretion,
                ..Terms::default()
            }
        },
    )
}

/// Random requests over ten seconds; ids repeat, so that some modify and some are refused.
pub fn any_acts() -> impl Strategy<Value = Vec<(Nanos, Act)>> {
    let tif = prop_oneof![
        10 => Just(Tif::Day),
        5 => Just(Tif::Gtc),
        2 => Just(Tif::Ioc),
        1 => Just(Tif::Fok),
        1 => (0i64..12_000).prop_map(|ms| Tif::Until(ms * MS)),
        1 => (1u32..8).prop_map(Tif::Lasting),
        2 => Just(Tif::Opening),
        1 => Just(Tif::Dtc),
    ];
    let flags = (prop::bool::weighted(0.6), prop::bool::weighted(0.85), prop::bool::weighted(0.3));
    let terms = prop_oneof![1 => Just(Terms::default()), 2 => any_terms()];
    let place = (1i32..16, any::<bool>(), 1i64..700, any_kind(), tif, flags, terms).prop_map(
        |(id, buys, shares, kind, tif, (outside, transmit, second), terms)| {
            let action = if buys { Action::Buy } else { Action::Sell };
            let con_id = if second { TWO } else { ONE };
            let base = order(id, action, shares, kind);
            Act::Place(OrderRequest { tif, outside_rth: outside, transmit, con_id, terms, ..base })
        },
    );
    let act = prop_oneof![12 => place, 2 => (1i32..16).prop_map(Act::Cancel), 1 => Just(Act::CancelAll)];
    prop::collection::vec((0i64..10_000, act), 1..25).prop_map(|mut acts| {
        acts.sort_by_key(|(ms, _)| *ms);
        acts.into_iter().map(|(ms, act)| (ms * MS, act)).collect()
    })
}

/// Requests that the venue mostly lets in: each id once, in order, fitting attributes, children after parents.
pub fn fitting_acts() -> impl Strategy<Value = Vec<(Nanos, Act)>> {
    any_acts().prop_map(|acts| {
        let mut next = 0;
        acts.into_iter()
            .map(|(at, act)| {
                (
                    at,
                    match act {
                        Act::Place(request) => {
                            next += 1;
                            Act::Place(fit(request, next))
                        }
                        other => other,
                    },
                )
            })
            .collect()
    })
}

/// The order with what the rules forbid taken off.
fn fit(mut request: OrderRequest, order_id: OrderId) -> OrderRequest {
    request.order_id = order_id;
    let mut terms = std::mem::take(&mut request.terms);
    if terms.parent_id != 0 {
        // One of the three before it, which may still work.
        terms.parent_id = (order_id - 1 - terms.parent_id % 3).max(0);
    }
    let plain = matches!(request.kind, Kind::Market | Kind::Limit(_));
    if request.kind.is_on_close() || matches!(request.kind, Kind::Peg { to: Peg::MidPrice, .. }) {
        request.tif = Tif::Day;
    } else if !plain && (request.tif.is_immediate() || request.tif == Tif::Opening) {
        request.tif = Tif::Gtc;
    }
    let lasting = !request.tif.is_immediate() && request.cross().is_none();
    if !lasting {
        (terms.display, terms.all_or_none, terms.good_after) = (None, false, None);
    }
    if !matches!(request.kind, Kind::Limit(_)) {
        terms.discretion = None;
        (terms.hidden, terms.display) = (false, None);
    }
    if request.cross().is_some() {
        (terms.hidden, terms.discretion, terms.min_quantity) = (false, None, None);
    }
    if !plain {
        (terms.all_or_none, terms.min_quantity) = (false, None);
    }
    if terms.all_or_none {
        (terms.min_quantity, terms.discretion) = (None, None);
    }
    let size = tape::shares(request.quantity);
    terms.min_quantity = terms.min_quantity.map(|least| least.min(size));
    terms.display = terms.display.filter(|shown| *shown < size);
    OrderRequest { terms, ..request }
}

/// Lets a client act.
pub fn act(venue: &mut Venue, script: &Script, at: Nanos, what: &Act) -> Vec<Event> {
    match what {
        Act::Place(request) => venue.place(at, script, request.clone()),
        Act::Cancel(order_id) => venue.cancel(at, script, 7, *order_id),
        Act::CancelAll => venue.cancel_all(at, script),
    }
}
