//! Level 1 as ticks: the difference between what a client was told and what is.

use super::convert;
use super::proto::{TickGeneric, TickOptionComputation, TickPrice, TickSize, TickString};
use super::{Reply, time};
use crate::gateway::Nanos;
use crate::gateway::feed::{Borrow, Computation, Kind, Listing};
use crate::math::option::Greeks;

const BID_SIZE: i32 = 0;
const BID: i32 = 1;
const ASK: i32 = 2;
const ASK_SIZE: i32 = 3;
const LAST: i32 = 4;
const LAST_SIZE: i32 = 5;
const HIGH: i32 = 6;
const LOW: i32 = 7;
const VOLUME: i32 = 8;
const CLOSE: i32 = 9;
const OPEN: i32 = 14;
const LAST_TIMESTAMP: i32 = 45;
const SHORTABLE: i32 = 46;
const HALTED: i32 = 49;
const SHORTABLE_SHARES: i32 = 89;
/// From this many shares on, a share counts as shortable.
const PLENTY: i64 = 1_000;
/// The bit of a price tick that says the quote can be hit automatically.
const CAN_AUTO_EXECUTE: i32 = 1;

/// A price in ticks and the shares there.
pub(in crate::gateway) type Shown = (i64, i64);

/// Level 1 of one contract at a moment, prices in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::gateway) struct Top {
    /// Best bid.
    pub bid: Option<Shown>,
    /// Best ask.
    pub ask: Option<Shown>,
    /// The last print.
    pub last: Option<Shown>,
    /// When it was made.
    pub last_at: Option<Nanos>,
    /// The session's first print.
    pub open: Option<i64>,
    /// The session's highest print.
    pub high: Option<i64>,
    /// The session's lowest print.
    pub low: Option<i64>,
    /// Yesterday's official close.
    pub close: Option<i64>,
    /// The session's volume in shares.
    pub volume: i64,
    /// Whether trading is halted.
    pub halted: bool,
}

/// What a client was last told.
#[derive(Debug, Default)]
pub(in crate::gateway) struct Sent(Option<Top>);

impl Sent {
    /// Sends what has changed since the last call; everything that is known the first time.
    pub(in crate::gateway) fn update(
        &mut self,
        req_id: i32,
        listing: &Listing,
        top: &Top,
        mut send: impl FnMut(Reply),
    ) {
        let first = self.0.is_none();
        let was = self.0.replace(*top).unwrap_or_default();
        let id = Some(req_id);
        let price = |kind, ticks: i64, size: Option<i64>, attr_mask| {
            Reply::TickPrice(TickPrice {
                req_id: id,
                tick_type: Some(kind),
                price: Some(convert::price(listing, ticks)),
                size: size.map(|size| size.to_string()),
                attr_mask: Some(attr_mask),
            })
        };
        let size = |kind, size: i64| {
            Reply::TickSize(TickSize { req_id: id, tick_type: Some(kind), size: Some(size.to_string()) })
        };
        for (kind, size_kind, was, now) in [(BID, BID_SIZE, was.bid, top.bid), (ASK, ASK_SIZE, was.ask, top.ask)] {
            match (was, now) {
                (Some((old, _)), Some((new, shares))) if old == new => {
                    if was != now {
                        send(size(size_kind, shares));
                    }
                }
                (_, Some((new, shares))) => send(price(kind, new, Some(shares), CAN_AUTO_EXECUTE)),
                (Some(_), None) => send(convert::no_price(req_id, kind)),
                (None, None) if first => send(convert::no_price(req_id, kind)),
                (None, None) => {}
            }
        }
        if let Some((last, shares)) = top.last.filter(|_| was.last != top.last || was.last_at != top.last_at) {
            if was.last.is_none_or(|(old, _)| old != last) {
                send(price(LAST, last, Some(shares), 0));
            } else if was.last != top.last {
                send(size(LAST_SIZE, shares));
            }
            let second = |at: Option<Nanos>| at.map(time::seconds);
            if let Some(at) = second(top.last_at).filter(|_| second(was.last_at) != second(top.last_at)) {
                let value = Some(at.to_string());
                send(Reply::TickString(TickString { req_id: id, tick_type: Some(LAST_TIMESTAMP), value }));
            }
        }
        if listing.kind != Kind::Index && (first || was.volume != top.volume) {
            send(size(VOLUME, top.volume));
        }
        for (kind, was, now) in [
            (HIGH, was.high, top.high),
            (LOW, was.low, top.low),
            (CLOSE, was.close, top.close),
            (OPEN, was.open, top.open),
        ] {
            if let Some(ticks) = now.filter(|_| was != now) {
                send(price(kind, ticks, None, 0));
            }
        }
        if first || was.halted != top.halted {
            let value = Some(f64::from(u8::from(top.halted)));
            send(Reply::TickGeneric(TickGeneric { req_id: id, tick_type: Some(HALTED), value }));
        }
    }
}

/// What a client that asked for generic tick 236 was last told of the shares that can be borrowed.
#[derive(Debug, Default)]
pub(in crate::gateway) struct Shortable(Option<Borrow>);

impl Shortable {
    /// Sends what has changed: whether shares can be sold short (3 a thousand or more, 2 some or when located, 1 none), and how many.
    pub(in crate::gateway) fn update(&mut self, req_id: i32, borrow: Borrow, mut send: impl FnMut(Reply)) {
        if self.0.replace(borrow) == Some(borrow) {
            return;
        }
        let degree = match borrow {
            Borrow { shares: PLENTY.., .. } => 3.0,
            Borrow { shares: 1.., .. } | Borrow { sought: true, .. } => 2.0,
            Borrow { .. } => 1.0,
        };
        let id = Some(req_id);
        send(Reply::TickGeneric(TickGeneric { req_id: id, tick_type: Some(SHORTABLE), value: Some(degree) }));
        let size = Some(borrow.shares.to_string());
        send(Reply::TickSize(TickSize { req_id: id, tick_type: Some(SHORTABLE_SHARES), size }));
    }
}

/// A computation as a tick: vega for a hundredth of volatility, theta for a day, as IB tells them.
pub(in crate::gateway) fn computed(req_id: i32, kind: i32, vol: f64, greeks: &Greeks, under: f64) -> Reply {
    Reply::TickOptionComputation(TickOptionComputation {
        req_id: Some(req_id),
        tick_type: Some(kind),
        // Computed from prices, not from returns.
        tick_attrib: Some(1),
        implied_vol: Some(vol),
        delta: Some(greeks.delta),
        opt_price: Some(greeks.value),
        pv_dividend: Some(0.0),
        gamma: Some(greeks.gamma),
        vega: Some(greeks.vega / 100.0),
        theta: Some(greeks.theta / 365.0),
        und_price: Some(under),
    })
}

/// The computations that an option's line has: at bid, ask and last, and of the model.
pub(in crate::gateway) const COMPUTATIONS: [i32; 4] = [10, 11, 12, 13];

/// What a client was last told of an option's computations, in the order of [`COMPUTATIONS`].
#[derive(Debug, Default)]
pub(in crate::gateway) struct Computed([Option<Computation>; 4]);

impl Computed {
    /// Sends what has changed; a computation that cannot be made any more is told as not computed once.
    pub(in crate::gateway) fn update(
        &mut self,
        req_id: i32,
        now: [Option<Computation>; 4],
        mut send: impl FnMut(Reply),
    ) {
        for ((kind, was), now) in COMPUTATIONS.into_iter().zip(&mut self.0).zip(now) {
            if *was == now {
                continue;
            }
            match now {
                Some(Computation { vol, greeks, under }) => send(computed(req_id, kind, vol, &greeks, under)),
                None => send(Reply::TickOptionComputation(TickOptionComputation {
                    req_id: Some(req_id),
                    tick_type: Some(kind),
                    tick_attrib: Some(1),
                    ..TickOptionComputation::default()
                })),
            }
            *was = now;
        }
    }
}

/// A generic figure: a tick type with a size or a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::gateway) enum Figure {
    /// A size tick.
    Size(i32, i64),
    /// A generic tick.
    Value(i32, f64),
}

/// What a client was last told of its generic ticks.
#[derive(Debug, Default)]
pub(in crate::gateway) struct Figures(Vec<Figure>);

impl Figures {
    /// Sends what has changed.
    pub(in crate::gateway) fn update(&mut self, req_id: i32, now: Vec<Figure>, mut send: impl FnMut(Reply)) {
        for figure in now.iter().filter(|figure| !self.0.contains(figure)) {
            let id = Some(req_id);
            send(match *figure {
                Figure::Size(kind, size) => {
                    Reply::TickSize(TickSize { req_id: id, tick_type: Some(kind), size: Some(size.to_string()) })
                }
                Figure::Value(kind, value) => {
                    Reply::TickGeneric(TickGeneric { req_id: id, tick_type: Some(kind), value: Some(value) })
                }
            });
        }
        self.0 = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apple() -> Listing {
        Listing::by_con_id(265598).unwrap()
    }

    fn updates(sent: &mut Sent, top: &Top) -> Vec<Reply> {
        let mut replies = Vec::new();
        sent.update(7, &apple(), top, |reply| replies.push(reply));
        replies
    }

    fn top() -> Top {
        Top {
            bid: Some((22_998, 300)),
            ask: Some((23_000, 200)),
            last: Some((22_999, 100)),
            last_at: Some(5_000_000_000),
            open: Some(22_900),
            high: Some(23_100),
            low: Some(22_800),
            close: Some(22_950),
            volume: 1_000,
            halted: false,
        }
    }

    #[test]
    fn the_first_burst_tells_everything_and_the_second_nothing() {
        let mut sent = Sent::default();
        assert_eq!(updates(&mut sent, &top()).len(), 10);
        assert_eq!(updates(&mut sent, &top()), []);
    }

    #[test]
    fn a_change_of_size_alone_sends_no_price() {
        let mut sent = Sent::default();
        updates(&mut sent, &top());
        let changed = Top { bid: Some((22_998, 400)), ..top() };
        let want = TickSize { req_id: Some(7), tick_type: Some(BID_SIZE), size: Some("400".to_owned()) };
        assert_eq!(updates(&mut sent, &changed), [Reply::TickSize(want)]);
    }

    #[test]
    fn a_quote_that_goes_away_is_told_as_no_price() {
        let mut sent = Sent::default();
        updates(&mut sent, &top());
        let replies = updates(&mut sent, &Top { bid: None, ask: None, halted: true, ..top() });
        assert_eq!(replies[..2], [convert::no_price(7, BID), convert::no_price(7, ASK)]);
        assert_eq!(replies.len(), 3);
    }

    #[test]
    fn shortable_shares_are_told_when_they_change_and_in_ibs_degrees() {
        let mut told = Shortable::default();
        let mut degree = |shares, sought| {
            let mut values = Vec::new();
            told.update(7, Borrow { shares, sought }, |reply| match reply {
                Reply::TickGeneric(tick) => values.push(tick.value.unwrap()),
                Reply::TickSize(tick) => values.push(tick.size.unwrap().parse().unwrap()),
                other => panic!("{other:?}"),
            });
            values
        };
        assert_eq!(degree(1_000, false), [3.0, 1_000.0]);
        assert_eq!(degree(1_000, false), [0.0; 0]);
        assert_eq!(degree(999, false), [2.0, 999.0]);
        assert_eq!(degree(0, true), [2.0, 0.0]);
        assert_eq!(degree(0, false), [1.0, 0.0]);
    }
}
