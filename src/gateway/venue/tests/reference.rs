//! The matching rules once more, naively: no state but a log of what happened, rescanned for every question.

use super::super::*;
use super::script::*;

/// What happened to a level or a queue.
#[derive(Debug, Clone, Copy)]
enum Note {
    /// Shares taken from a level.
    Took { con: ConId, side: Side, price: i64, at: Nanos, shares: i64 },
    /// At most this much is missing from a level since a print there.
    AtMost { con: ConId, side: Side, price: i64, at: Nanos, shares: i64 },
    /// An order went to the end of a queue with this many shares before it.
    Joined { order: usize, shown: i64 },
    /// It saw its level at a change; `None` when nothing of the background is there.
    Saw { order: usize, shown: Option<i64> },
    /// Background shares before it traded.
    Ate { order: usize, shares: i64 },
}

#[derive(Debug, Clone)]
struct Known {
    request: OrderRequest,
    limit: Option<i64>,
    rank: usize,
    left: i64,
    held: bool,
    at_exchange: bool,
    resting: bool,
    open: bool,
    gone: bool,
    dies: Option<Nanos>,
}

/// One fill: order id, moment, shares, price in ticks.
pub type Fill = (OrderId, Nanos, i64, i64);

struct Naive<'a> {
    script: &'a Script,
    notes: Vec<Note>,
    orders: Vec<Known>,
    ranks: usize,
    fills: Vec<Fill>,
}

impl Naive<'_> {
    fn missing(&self, con: ConId, side: Side, price: i64, now: Nanos) -> i64 {
        let (mut amount, mut since) = (0, 0);
        for note in &self.notes {
            let here = (con, side, price);
            match *note {
                Note::Took { con, side, price, at, shares } if (con, side, price) == here => {
                    amount = book::left(amount, at - since, self.script.half_life) + shares;
                    since = at;
                }
                Note::AtMost { con, side, price, at, shares }
                    if (con, side, price) == here && book::left(amount, at - since, self.script.half_life) > shares =>
                {
                    (amount, since) = (shares, at);
                }
                _ => {}
            }
        }
        book::left(amount, now - since, self.script.half_life)
    }

    fn visible(&self, con: ConId, side: Side, price: i64, now: Nanos) -> i64 {
        (self.script.shown(con, side, price, now) - self.missing(con, side, price, now)).max(0)
    }

    /// Shares ahead of an order and what its level was last seen with.
    fn queue(&self, wanted: usize) -> (i64, i64) {
        let (mut ahead, mut level) = (0, 0);
        for note in &self.notes {
            match *note {
                Note::Joined { order, shown } if order == wanted => (ahead, level) = (shown, shown),
                Note::Saw { order, shown: None } if order == wanted => (ahead, level) = (0, 0),
                Note::Saw { order, shown: Some(shown) } if order == wanted => {
                    if shown < level {
                        ahead = ahead * shown / level;
                    }
                    (ahead, level) = (ahead.min(shown), shown);
                }
                Note::Ate { order, shares } if order == wanted => {
                    (ahead, level) = ((ahead - shares).max(0), (level - shares).max(0));
                }
                _ => {}
            }
        }
        (ahead, level)
    }

    fn trade(&mut self, index: usize, at: Nanos, shares: i64, price: i64) {
        let order = &mut self.orders[index];
        order.left -= shares;
        order.gone |= order.left == 0;
        self.fills.push((order.request.order_id, at, shares, price));
    }

    /// Living orders of a contract and direction, best price first.
    fn in_turn(&self, con: ConId, action: Action) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.orders.len())
            .filter(|i| {
                let order = &self.orders[*i];
                !order.gone && order.request.con_id == con && order.request.action == action
            })
            .collect();
        found.sort_by(|a, b| {
            let (a, b) = (&self.orders[*a], &self.orders[*b]);
            let by_price = match (a.limit, b.limit, action) {
                (None, None, _) => std::cmp::Ordering::Equal,
                (None, Some(_), _) => std::cmp::Ordering::Less,
                (Some(_), None, _) => std::cmp::Ordering::Greater,
                (Some(x), Some(y), Action::Buy) => y.cmp(&x),
                (Some(x), Some(y), Action::Sell) => x.cmp(&y),
            };
            by_price.then(a.rank.cmp(&b.rank))
        });
        found
    }

    fn look(&mut self, index: usize, at: Nanos) {
        let order = self.orders[index].clone();
        if order.gone || order.held {
            return;
        }
        let con = order.request.con_id;
        let quote = self.script.quote(con, at);
        let open = self.script.session(con, at, order.request.outside_rth).open;
        self.orders[index].open = open && quote.is_some();
        let (true, Some(quote)) = (open, quote) else { return };
        self.orders[index].at_exchange = true;
        let buys = order.request.action == Action::Buy;
        let (touch, far_side, step) = if buys { (quote.ask, Side::Ask, 1) } else { (quote.bid, Side::Bid, -1) };
        let (own_side, own_best) = if buys { (Side::Bid, quote.bid) } else { (Side::Ask, quote.ask) };
        let range = (touch / 100).max(50);
        let crosses = |limit: i64| if buys { limit >= touch } else { limit <= touch };
        let walk = |limit: Option<i64>| -> Vec<i64> {
            let within = |p: &i64| limit.is_none_or(|l| if buys { *p <= l } else { *p >= l });
            (0..=range).map(|n| touch + n * step).filter(within).collect()
        };
        if order.resting {
            let limit = order.limit.unwrap();
            if crosses(limit) {
                self.notes.push(Note::Saw { order: index, shown: None });
                let mut sum = 0;
                for price in walk(Some(limit)) {
                    let shares = self.visible(con, far_side, price, at).min(order.left - sum);
                    if shares > 0 {
                        self.notes.push(Note::Took { con, side: far_side, price, at, shares });
                        sum += shares;
                    }
                }
                if sum > 0 {
                    self.trade(index, at, sum, limit);
                }
            } else {
                let alone = if buys { limit > own_best } else { limit < own_best };
                let shown = (!alone).then(|| self.visible(con, own_side, limit, at));
                self.notes.push(Note::Saw { order: index, shown });
            }
            return;
        }
        for price in walk(order.limit) {
            let shares = self.visible(con, far_side, price, at).min(self.orders[index].left);
            if shares > 0 {
                self.notes.push(Note::Took { con, side: far_side, price, at, shares });
                self.trade(index, at, shares, price);
            }
        }
        let Some(limit) = order.limit.filter(|_| self.orders[index].left > 0) else {
            self.orders[index].gone |= order.request.tif == Tif::Ioc;
            return;
        };
        let whole = if buys { limit <= touch + range } else { limit >= touch - range };
        if order.request.tif == Tif::Ioc {
            self.orders[index].gone = true;
        } else if whole {
            let alone = if buys { limit > own_best } else { limit < own_best };
            let shown = if alone { 0 } else { self.visible(con, own_side, limit, at) };
            self.orders[index].resting = true;
            self.notes.push(Note::Joined { order: index, shown });
        }
    }

    fn print(&mut self, con: ConId, print: Print) {
        let mut budget = print.size;
        for (action, side) in [(Action::Buy, Side::Bid), (Action::Sell, Side::Ask)] {
            let shown = self.script.shown(con, side, print.price, print.at);
            if shown > 0 {
                let shares = (shown - 100).max(0);
                self.notes.push(Note::AtMost { con, side, price: print.price, at: print.at, shares });
            }
            let mut eaten = 0;
            for index in self.in_turn(con, action) {
                let order = self.orders[index].clone();
                let Some(limit) = order.limit.filter(|_| order.resting && order.open) else { continue };
                let reached = if action == Action::Buy { print.price <= limit } else { print.price >= limit };
                if !reached {
                    continue;
                }
                if limit == print.price {
                    let first = (self.queue(index).0 - eaten).max(0).min(budget);
                    eaten += first;
                    budget -= first;
                    self.notes.push(Note::Ate { order: index, shares: eaten });
                }
                let shares = order.left.min(budget);
                if shares > 0 {
                    budget -= shares;
                    self.trade(index, print.at, shares, limit);
                }
            }
        }
    }

    /// A request that the venue accepted.
    fn accept(&mut self, at: Nanos, request: &OrderRequest) {
        let limit = request.kind.limit().map(|p| i64::try_from(p.0 * rust_decimal::Decimal::from(100)).unwrap());
        let living = |order: &Known| !order.gone && order.request.order_id == request.order_id;
        let day_end = |request: &OrderRequest| {
            let session = self.script.session(request.con_id, at, request.outside_rth);
            (request.tif != Tif::Gtc).then_some(session.day_end)
        };
        self.ranks += 1;
        let shares = tape::shares(request.quantity);
        let index = if let Some(index) = self.orders.iter().position(living) {
            let dies = day_end(request);
            let order = &mut self.orders[index];
            let before = order.request.clone();
            let filled = tape::shares(before.quantity) - order.left;
            let back = request.quantity > before.quantity || order.held || limit != order.limit;
            if before.tif != request.tif || before.outside_rth != request.outside_rth {
                order.dies = dies;
            }
            order.held &= !request.transmit;
            order.left = shares - filled;
            order.limit = limit;
            order.request = request.clone();
            if back {
                order.rank = self.ranks;
            }
            if back || request.tif == Tif::Ioc {
                order.resting = false;
            }
            if order.resting {
                return;
            }
            index
        } else {
            self.orders.push(Known {
                request: request.clone(),
                limit,
                rank: self.ranks,
                left: shares,
                held: !request.transmit,
                at_exchange: false,
                resting: false,
                open: false,
                gone: false,
                dies: day_end(request),
            });
            self.orders.len() - 1
        };
        self.look(index, at);
    }
}

/// The fills of a session; `accepted` are the requests that the venue under test let in, with their moments.
pub fn fills(script: &Script, accepted: &[(Nanos, Act)], until: Nanos) -> Vec<Fill> {
    let mut naive = Naive { script, notes: Vec::new(), orders: Vec::new(), ranks: 0, fills: Vec::new() };
    let mut from = 0;
    for (at, act) in accepted.iter().map(|(at, act)| (*at, Some(act))).chain([(until, None)]) {
        let mut moments = Vec::new();
        for con in [ONE, TWO] {
            for n in 0..=until / LEAF {
                let leaf = script.leaves.get(n as usize).or(script.leaves.last()).unwrap();
                moments.push((n * LEAF + leaf.theta, 1, con, 0, None));
            }
            for print in script.prints(con, 0, until) {
                moments.push((print.at, 2, con, print.index, Some(print)));
            }
        }
        moments.push((script.day_end, 0, 0, 0, None));
        moments.sort_unstable_by_key(|(at, kind, con, index, _)| (*at, *kind, *con, *index));
        for (moment, kind, con, _, print) in moments.into_iter().filter(|m| m.0 > from && m.0 <= at) {
            match (kind, print) {
                (0, _) => {
                    for order in &mut naive.orders {
                        order.gone |= order.dies.is_some_and(|dies| dies <= moment);
                    }
                }
                (2, Some(print)) => naive.print(con, print),
                _ => {
                    for action in [Action::Buy, Action::Sell] {
                        for index in naive.in_turn(con, action) {
                            naive.look(index, moment);
                        }
                    }
                }
            }
        }
        from = from.max(at);
        match act {
            Some(Act::Place(request)) => naive.accept(at, request),
            Some(Act::Cancel(order_id)) => {
                for order in naive.orders.iter_mut().filter(|order| order.request.order_id == *order_id) {
                    order.gone = true;
                }
            }
            Some(Act::CancelAll) => naive.orders.iter_mut().for_each(|order| order.gone = true),
            None => {}
        }
    }
    naive.fills
}
