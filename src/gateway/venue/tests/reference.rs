//! The matching rules once more, naively: no state of the book or the queues but a log of what happened, rescanned for every
//! question; sides are told apart by a sign instead of by cases; one long walk over all moments.

use super::super::*;
use super::script::*;
use crate::money::Price;

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

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Asleep,
    Armed,
    Auction,
    Taking,
    Queued,
}

#[derive(Debug, Clone)]
struct Known {
    request: OrderRequest,
    group: Option<String>,
    limit: Option<i64>,
    stop: Option<i64>,
    streak: u8,
    rank: usize,
    size: i64,
    filled: i64,
    /// Taken from its size by its group.
    lost: i64,
    /// What its parent's fills let it trade, counted from its first size.
    ceiling: Option<i64>,
    shown: i64,
    held: bool,
    way: Way,
    open: bool,
    gone: bool,
    dies: Option<Nanos>,
}

/// What is made of a moment once it is over.
#[derive(Debug, Clone)]
enum Later {
    Filled(usize),
    Ended(usize, i64, i64),
    Shrinks(usize, i64, i64),
}

/// One fill: order id, moment, shares, price in ticks.
pub type Fill = (OrderId, Nanos, i64, i64);

struct Naive<'a> {
    script: &'a Script,
    notes: Vec<Note>,
    orders: Vec<Known>,
    ranks: usize,
    fills: Vec<Fill>,
    later: Vec<Later>,
}

fn ticks(price: Price) -> i64 {
    i64::try_from(price.0 * rust_decimal::Decimal::from(100)).unwrap()
}

impl Known {
    fn sign(&self) -> i64 {
        if self.request.action == Action::Buy { 1 } else { -1 }
    }

    /// Shares that may trade now.
    fn may(&self) -> i64 {
        let left = self.size - self.filled;
        self.ceiling.map_or(left, |ceiling| left.min(ceiling - self.filled - self.lost)).max(0)
    }

    fn unborn(&self) -> bool {
        self.ceiling.is_some_and(|ceiling| ceiling <= 0)
    }

    fn least(&self) -> i64 {
        let terms = &self.request.terms;
        match terms.min_quantity {
            _ if terms.all_or_none || self.request.tif == Tif::Fok => self.may(),
            Some(least) if self.filled == 0 => least.min(self.may()),
            _ => 1,
        }
    }

    fn dark(&self) -> bool {
        let middle = matches!(self.request.kind, Kind::Peg { to: Peg::Midpoint | Peg::MidPrice, .. });
        self.request.terms.hidden || self.request.terms.all_or_none || middle
    }

    fn triggered(&self) -> bool {
        matches!(
            self.request.kind,
            Kind::Stop(_)
                | Kind::StopLimit { .. }
                | Kind::Touched(_)
                | Kind::TouchedLimit { .. }
                | Kind::Trail { .. }
                | Kind::TrailLimit { .. }
        )
    }

    fn by(&self) -> Option<Offset> {
        match self.request.kind {
            Kind::Trail { by, .. } | Kind::TrailLimit { by, .. } => Some(by),
            _ => None,
        }
    }

    fn is(&self, id: OrderId) -> bool {
        !self.gone && self.request.order_id == id
    }

    /// Where a trail stands behind twice a price.
    fn behind(&self, doubled: i64) -> i64 {
        let half = rust_decimal::Decimal::new(doubled * 5, 1);
        let away = match self.by().unwrap() {
            Offset::Amount(amount) => amount.0 * rust_decimal::Decimal::from(100),
            Offset::Percent(percent) => half * percent / rust_decimal::Decimal::from(100),
        };
        let exact = if self.sign() > 0 { (half + away).ceil() } else { (half - away).floor() };
        i64::try_from(exact).unwrap()
    }

    /// The limit it gets when it is elected.
    fn limit_then(&self) -> Option<i64> {
        match self.request.kind {
            Kind::StopLimit { limit, .. } | Kind::TouchedLimit { limit, .. } => Some(ticks(limit)),
            Kind::TrailLimit { room, .. } => Some(self.stop.unwrap() + self.sign() * ticks(room)),
            _ => None,
        }
    }
}

/// `part` of `whole` of an amount, rounded down.
fn portion(amount: i64, part: i64, whole: i64) -> i64 {
    i64::try_from(i128::from(amount) * i128::from(part) / i128::from(whole)).unwrap()
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
        let left = order.size - order.filled;
        order.filled += shares;
        order.gone |= order.filled == order.size;
        self.fills.push((order.request.order_id, at, shares, price));
        self.later.push(Later::Filled(index));
        match self.orders[index].request.terms.oca.as_ref().map(|oca| oca.kind) {
            Some(OcaType::Cancel) => self.mates(index).into_iter().for_each(|mate| self.end(mate)),
            Some(OcaType::Reduce) => self.shrink(index, shares, left),
            Some(OcaType::ReduceLater) => self.later.push(Later::Shrinks(index, shares, left)),
            None => {}
        }
    }

    fn mates(&self, index: usize) -> Vec<usize> {
        let group = &self.orders[index].group;
        let mate = |i: &usize| *i != index && !self.orders[*i].gone && self.orders[*i].group == *group;
        (0..self.orders.len()).filter(mate).collect()
    }

    fn shrink(&mut self, index: usize, part: i64, whole: i64) {
        for mate in self.mates(index) {
            let order = &mut self.orders[mate];
            let left = order.size - order.filled;
            let cut = portion(left, part, whole);
            if cut == left {
                self.end(mate);
            } else {
                order.size -= cut;
                order.lost += cut;
                order.shown = order.shown.min(order.may());
            }
        }
    }

    fn end(&mut self, index: usize) {
        let order = &mut self.orders[index];
        order.gone = true;
        self.later.push(Later::Ended(index, order.filled, order.size + order.lost));
    }

    /// Living orders of a contract and direction: without a limit, best price, shown, first come.
    fn in_turn(&self, con: ConId, action: Action) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.orders.len())
            .filter(|i| {
                let order = &self.orders[*i];
                !order.gone && order.request.con_id == con && order.request.action == action
            })
            .collect();
        found.sort_by_key(|i| {
            let order = &self.orders[*i];
            let price = order.limit.map(|limit| -order.sign() * limit);
            (price.is_some(), price, order.dark(), order.rank)
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
        let asleep = order.unborn() || order.request.terms.good_after.is_some_and(|from| from > at);
        self.orders[index].open = open && quote.is_some() && !asleep;
        if asleep {
            return;
        }
        let on_open = order.request.tif == Tif::Opening;
        if on_open || matches!(order.request.kind, Kind::MarketOnClose | Kind::LimitOnClose(_)) {
            if order.way == Way::Asleep && (open || on_open) {
                self.orders[index].way = Way::Auction;
                self.orders[index].limit = order.request.kind.limit().map(ticks);
            }
            return;
        }
        let (true, Some(quote)) = (open, quote) else { return };
        match order.way {
            Way::Asleep => {
                self.orders[index].way = Way::Taking;
                if let Kind::Limit(limit) = order.request.kind {
                    self.orders[index].limit = Some(ticks(limit));
                }
            }
            Way::Armed if !self.sees(index, Some(quote), None) => return,
            _ => {}
        }
        self.follow(index, quote);
        match self.orders[index].way {
            Way::Taking => self.take(index, quote, at),
            Way::Queued => self.wait(index, quote, at),
            _ => {}
        }
    }

    /// An armed order sees a quote or a trade; `true` if it is elected.
    fn sees(&mut self, index: usize, quote: Option<Quote>, trade: Option<i64>) -> bool {
        use TriggerMethod::*;
        let order = &mut self.orders[index];
        let sign = order.sign();
        let touches = matches!(order.request.kind, Kind::Touched(_) | Kind::TouchedLimit { .. });
        let up = if touches { -sign } else { sign };
        let Some(stop) = order.stop else {
            if let Some(quote) = quote {
                let start = order.behind(2 * if sign > 0 { quote.ask } else { quote.bid });
                order.stop = Some(start);
            }
            return false;
        };
        let seen = match (order.request.terms.trigger_method, quote, trade) {
            (Default | Last | DoubleLast | LastOrBidAsk, None, Some(price)) => 2 * price,
            (Midpoint, Some(quote), None) => quote.bid + quote.ask,
            (DoubleBidAsk | BidAsk | LastOrBidAsk, Some(quote), None) => 2 * if up > 0 { quote.bid } else { quote.ask },
            _ => return false,
        };
        if up * seen >= up * 2 * stop {
            order.streak += 1;
            let wanted = if matches!(order.request.terms.trigger_method, DoubleBidAsk | DoubleLast) { 2 } else { 1 };
            if order.streak < wanted {
                return false;
            }
            order.limit = order.limit_then();
            order.way = Way::Taking;
            return true;
        }
        order.streak = 0;
        if order.by().is_some() {
            let next = order.behind(seen);
            if sign * next < sign * stop {
                order.stop = Some(next);
            }
        }
        false
    }

    /// Pegs and snaps.
    fn follow(&mut self, index: usize, quote: Quote) {
        let order = &self.orders[index];
        let s = order.sign();
        let (own, far) = if s > 0 { (quote.bid, quote.ask) } else { (quote.ask, quote.bid) };
        let sum = quote.bid + quote.ask;
        let middle = if s > 0 { sum / 2 } else { (sum + 1) / 2 };
        let limit = match order.request.kind {
            Kind::Snap { to, offset } if order.limit.is_none() => match to {
                Snap::Primary => own + s * ticks(offset),
                Snap::Market => far - s * ticks(offset),
                Snap::Midpoint => middle - s * ticks(offset),
            },
            Kind::Peg { to, offset, cap } => {
                let away = match offset {
                    Offset::Amount(amount) => ticks(amount),
                    Offset::Percent(percent) => {
                        let share = rust_decimal::Decimal::from(own) * percent / rust_decimal::Decimal::from(100);
                        i64::try_from(share.floor()).unwrap()
                    }
                };
                let wanted = match to {
                    Peg::Primary => own + s * away,
                    Peg::Passive => own - s * away,
                    Peg::Market => far - s * away,
                    Peg::Midpoint | Peg::MidPrice => middle - s * away,
                };
                let kept =
                    order.limit.filter(|_| to != Peg::MidPrice).map_or(wanted, |had| s * (s * had).max(s * wanted));
                cap.map_or(kept, |cap| s * (s * kept).min(s * ticks(cap)))
            }
            _ => return,
        };
        if order.limit == Some(limit) {
            return;
        }
        let moved = order.limit.is_some();
        let order = &mut self.orders[index];
        order.limit = Some(limit);
        if moved {
            self.ranks += 1;
            self.orders[index].rank = self.ranks;
            self.orders[index].way = Way::Taking;
        }
    }

    /// The prices from a touch to a limit, within the range of one walk.
    fn walk(sign: i64, touch: i64, limit: Option<i64>) -> Vec<i64> {
        let range = (touch / 100).max(50);
        (0..=range).map(|n| touch + n * sign).filter(|p| limit.is_none_or(|limit| sign * p <= sign * limit)).collect()
    }

    fn take(&mut self, index: usize, quote: Quote, at: Nanos) {
        let order = self.orders[index].clone();
        if order.may() == 0 {
            return;
        }
        let (sign, con) = (order.sign(), order.request.con_id);
        let (touch, far_side) = if sign > 0 { (quote.ask, Side::Ask) } else { (quote.bid, Side::Bid) };
        if order.request.kind == Kind::MarketToLimit && order.limit.is_none() {
            self.orders[index].limit = Some(touch);
        }
        let limit = self.orders[index].limit;
        let extra = order.request.terms.discretion.map_or(0, ticks);
        let path = Self::walk(sign, touch, limit.map(|limit| limit + sign * extra));
        let there: i64 = path.iter().map(|price| self.visible(con, far_side, *price, at)).sum();
        if order.least() <= 1 || there >= order.least() {
            for price in path {
                let shares = self.visible(con, far_side, price, at).min(self.orders[index].may());
                if shares > 0 {
                    self.notes.push(Note::Took { con, side: far_side, price, at, shares });
                    self.trade(index, at, shares, price);
                }
            }
        }
        if self.orders[index].may() == 0 {
            return;
        }
        let range = (touch / 100).max(50);
        if matches!(order.request.tif, Tif::Ioc | Tif::Fok) {
            self.end(index);
        } else if let Some(limit) = limit.filter(|limit| sign * limit <= sign * (touch + sign * range)) {
            let (own_side, own_best) = if sign > 0 { (Side::Bid, quote.bid) } else { (Side::Ask, quote.ask) };
            let alone = sign * limit > sign * own_best;
            let shown = if alone { 0 } else { self.visible(con, own_side, limit, at) };
            self.notes.push(Note::Joined { order: index, shown });
            let order = &mut self.orders[index];
            order.way = Way::Queued;
            order.shown = order.request.terms.display.unwrap_or(0).min(order.may());
        }
    }

    fn wait(&mut self, index: usize, quote: Quote, at: Nanos) {
        let order = self.orders[index].clone();
        let (sign, con, limit) = (order.sign(), order.request.con_id, order.limit.unwrap());
        let (touch, far_side) = if sign > 0 { (quote.ask, Side::Ask) } else { (quote.bid, Side::Bid) };
        let (own_side, own_best) = if sign > 0 { (Side::Bid, quote.bid) } else { (Side::Ask, quote.ask) };
        let extra = order.request.terms.discretion.map_or(0, ticks);
        let crossed = sign * limit >= sign * touch;
        let path = Self::walk(sign, touch, Some(if crossed { limit } else { limit + sign * extra }));
        let there: i64 = path.iter().map(|price| self.visible(con, far_side, *price, at)).sum();
        let enough = order.least() <= 1 || there >= order.least();
        if crossed {
            self.notes.push(Note::Saw { order: index, shown: None });
        }
        let mut sum = 0;
        for price in path.into_iter().filter(|_| enough) {
            let shares =
                self.visible(con, far_side, price, at).min(self.orders[index].may() - if crossed { sum } else { 0 });
            if shares > 0 {
                self.notes.push(Note::Took { con, side: far_side, price, at, shares });
                sum += shares;
                if !crossed {
                    self.trade(index, at, shares, price);
                }
            }
        }
        if crossed {
            if sum > 0 {
                self.trade(index, at, sum, limit);
            }
            if enough {
                self.show_next(index, 0, at);
            }
            return;
        }
        let alone = sign * limit > sign * own_best;
        let shown = (!alone).then(|| self.visible(con, own_side, limit, at));
        match shown {
            Some(shown) if order.dark() => self.notes.push(Note::Joined { order: index, shown }),
            shown => self.notes.push(Note::Saw { order: index, shown }),
        }
    }

    /// The next part of an iceberg.
    fn show_next(&mut self, index: usize, shares: i64, at: Nanos) {
        let order = &mut self.orders[index];
        let Some(display) = order.request.terms.display else { return };
        order.shown = (order.shown - shares).min(order.may());
        if order.shown > 0 || order.may() == 0 || order.gone {
            return;
        }
        order.shown = display.min(order.may());
        self.ranks += 1;
        order.rank = self.ranks;
        let side = if order.sign() > 0 { Side::Bid } else { Side::Ask };
        let (con, limit) = (order.request.con_id, order.limit.unwrap());
        let shown = self.visible(con, side, limit, at);
        self.notes.push(Note::Joined { order: index, shown });
    }

    fn print(&mut self, con: ConId, print: Print) {
        let mut budget = print.size;
        for action in [Action::Buy, Action::Sell] {
            for index in self.in_turn(con, action) {
                let order = self.orders[index].clone();
                let on_open = order.request.tif == Tif::Opening;
                let for_this = match print.cross {
                    Some(Cross::Open) => on_open,
                    Some(Cross::Close) => !on_open,
                    None => false,
                };
                let due = order.dies.is_some_and(|dies| dies - print.at <= 1_000 * MS);
                if order.way != Way::Auction || order.gone || !for_this || !due {
                    continue;
                }
                let trades = order.limit.is_none_or(|limit| order.sign() * limit >= order.sign() * print.price);
                let shares = if trades { order.may().min(print.size / 4).min(budget) } else { 0 };
                if shares > 0 {
                    budget -= shares;
                    self.trade(index, print.at, shares, print.price);
                }
                if !self.orders[index].gone {
                    self.end(index);
                }
            }
        }
        for (action, side) in [(Action::Buy, Side::Bid), (Action::Sell, Side::Ask)] {
            let shown = self.script.shown(con, side, print.price, print.at);
            if shown > 0 {
                let shares = (shown - 100).max(0);
                self.notes.push(Note::AtMost { con, side, price: print.price, at: print.at, shares });
            }
            let mut eaten = 0;
            for index in self.in_turn(con, action) {
                let order = self.orders[index].clone();
                let queued = order.way == Way::Queued && order.open && order.may() > 0 && !order.gone;
                let Some(limit) = order.limit.filter(|_| queued) else { continue };
                if order.sign() * print.price > order.sign() * limit {
                    continue;
                }
                let at_price = limit == print.price;
                let mut most = order.may();
                if at_price {
                    let first = (self.queue(index).0 - eaten).max(0).min(budget);
                    eaten += first;
                    budget -= first;
                    self.notes.push(Note::Ate { order: index, shares: eaten });
                    if order.request.terms.display.is_some() {
                        most = most.min(order.shown);
                    }
                }
                let shares = most.min(budget);
                if shares > 0 && shares >= order.least() {
                    budget -= shares;
                    self.trade(index, print.at, shares, limit);
                    self.show_next(index, if at_price { shares } else { 0 }, print.at);
                }
            }
        }
        for action in [Action::Buy, Action::Sell] {
            for index in self.in_turn(con, action) {
                let order = &self.orders[index];
                let watches = order.way == Way::Armed && order.open && !order.gone && !order.held;
                if watches && self.sees(index, None, Some(print.price)) {
                    self.look(index, print.at);
                }
            }
        }
    }

    fn children(&self, parent: usize) -> Vec<usize> {
        let id = self.orders[parent].request.order_id;
        let child = |i: &usize| !self.orders[*i].gone && self.orders[*i].request.terms.parent_id == id;
        (0..self.orders.len()).filter(child).collect()
    }

    /// What a parent's fills let a child trade.
    fn ceiling(&self, parent: usize, child_size: i64) -> Option<i64> {
        let parent = &self.orders[parent];
        let whole = parent.filled >= parent.size && parent.lost == 0;
        (!whole).then(|| portion(child_size, parent.filled, parent.size + parent.lost))
    }

    /// What a moment means for tied orders.
    fn settle(&mut self, at: Nanos) {
        while !self.later.is_empty() {
            match self.later.remove(0) {
                Later::Filled(parent) => {
                    for child in self.children(parent) {
                        let whole = self.orders[child].size + self.orders[child].lost;
                        let ceiling = self.ceiling(parent, whole);
                        let over = self.orders[parent].filled >= self.orders[parent].size;
                        let order = &mut self.orders[child];
                        let settled = order.ceiling.is_none();
                        if !settled {
                            order.ceiling = ceiling;
                        }
                        if let (false, true, Some(ceiling)) = (settled, over, ceiling) {
                            let kept = ceiling - order.lost;
                            if kept <= order.filled {
                                self.end(child);
                                continue;
                            }
                            (order.size, order.ceiling) = (kept, None);
                        }
                        self.look(child, at);
                    }
                }
                Later::Ended(parent, filled, size) => {
                    for child in self.children(parent) {
                        let order = &mut self.orders[child];
                        let kept = portion(order.size + order.lost, filled, size) - order.lost;
                        if kept <= order.filled || order.held {
                            self.end(child);
                        } else {
                            order.size = kept;
                            order.ceiling = None;
                        }
                    }
                }
                Later::Shrinks(index, part, whole) => self.shrink(index, part, whole),
            }
        }
    }

    /// When an order accepted now dies.
    fn death(&self, at: Nanos, request: &OrderRequest) -> Option<Nanos> {
        let regular = self.script.session(request.con_id, at, false);
        let hours = self.script.session(request.con_id, at, request.outside_rth && !request.is_regular_only());
        match request.tif {
            _ if matches!(request.kind, Kind::MarketOnClose | Kind::LimitOnClose(_)) => Some(regular.day_end),
            Tif::Opening if regular.open => {
                let next = self.script.session(request.con_id, regular.day_end, false).opens;
                Some(next.max(regular.day_end).saturating_add(1_000 * MS))
            }
            Tif::Opening => Some(regular.opens + 1_000 * MS),
            Tif::Gtc => None,
            Tif::Until(until) => Some(until),
            Tif::Lasting(seconds) => Some(at + i64::from(seconds) * 1_000 * MS),
            Tif::Day | Tif::Dtc | Tif::Ioc | Tif::Fok => Some(hours.day_end),
        }
    }

    /// A request that the venue accepted.
    fn accept(&mut self, at: Nanos, request: &OrderRequest) {
        let mut request = request.clone();
        let dies = self.death(at, &request);
        if request.is_regular_only() {
            request.outside_rth = false;
        }
        self.ranks += 1;
        let known = self.orders.iter().position(|order| order.is(request.order_id));
        let (index, was_held) = match known {
            Some(index) => {
                let was_held = self.orders[index].held;
                if self.change(index, request, dies) {
                    return;
                }
                (index, was_held)
            }
            None => (self.begin(request, dies), true),
        };
        self.look(index, at);
        if was_held && !self.orders[index].held {
            self.release(index, at);
        }
    }

    /// A new order.
    fn begin(&mut self, request: OrderRequest, dies: Option<Nanos>) -> usize {
        let parent_id = request.terms.parent_id;
        let parent = (parent_id != 0).then(|| self.orders.iter().position(|order| order.is(parent_id)).unwrap());
        let size = tape::shares(request.quantity);
        let mut request = request;
        let mut group = request.terms.oca.as_ref().map(|oca| oca.group.clone());
        if group.is_none()
            && let Some(parent) = parent
        {
            group = Some(format!("children of {parent}"));
            request.terms.oca = Some(Oca { group: String::new(), kind: OcaType::ReduceLater });
        }
        let mut order = Known {
            group,
            limit: None,
            stop: request.kind.trigger().map(ticks),
            streak: 0,
            rank: self.ranks,
            size,
            filled: 0,
            lost: 0,
            ceiling: parent.and_then(|parent| self.ceiling(parent, size)),
            shown: 0,
            held: !request.transmit,
            way: Way::Asleep,
            open: false,
            gone: false,
            dies,
            request,
        };
        if order.triggered() {
            order.way = Way::Armed;
        } else if let Kind::Limit(limit) | Kind::LimitOnClose(limit) = order.request.kind {
            order.limit = Some(ticks(limit));
        }
        self.orders.push(order);
        self.orders.len() - 1
    }

    /// A changed order; `true` if it stays in its queue.
    fn change(&mut self, index: usize, request: OrderRequest, dies: Option<Nanos>) -> bool {
        let rank = self.ranks;
        let parent_id = self.orders[index].request.terms.parent_id;
        let parent = self.orders.iter().position(|order| parent_id != 0 && order.is(parent_id));
        let ceiling = parent.and_then(|parent| self.ceiling(parent, tape::shares(request.quantity)));
        let order = &mut self.orders[index];
        let before = std::mem::replace(&mut order.request, request);
        order.request.terms.parent_id = before.terms.parent_id;
        order.request.terms.oca.clone_from(&before.terms.oca);
        let request = order.request.clone();
        let grows = request.quantity > before.quantity;
        if before.tif != request.tif || before.outside_rth != request.outside_rth {
            order.dies = dies;
        }
        let was_held = order.held;
        order.held &= !request.transmit;
        order.size = tape::shares(request.quantity);
        if request.quantity != before.quantity {
            (order.lost, order.ceiling) = (0, ceiling);
        }
        let had = order.limit;
        let elected = matches!(order.way, Way::Taking | Way::Queued);
        match request.kind {
            Kind::Limit(limit) | Kind::LimitOnClose(limit) => order.limit = Some(ticks(limit)),
            Kind::Peg { .. } | Kind::Snap { .. } if request.kind != before.kind => order.limit = None,
            Kind::StopLimit { limit, .. } | Kind::TouchedLimit { limit, .. } if elected => {
                order.limit = Some(ticks(limit));
            }
            kind if order.triggered() && !elected && kind != before.kind => {
                let same_by = order.by().is_some() && order.by() == before.kind.trails();
                if kind.trigger().is_some() || !same_by {
                    order.stop = kind.trigger().map(ticks);
                    order.streak = 0;
                }
            }
            _ => {}
        }
        let looks = |terms: &Terms| (terms.hidden, terms.display, terms.all_or_none, terms.discretion);
        let back = grows || was_held || had != order.limit || looks(&request.terms) != looks(&before.terms);
        if back {
            order.rank = rank;
        }
        if (back || matches!(request.tif, Tif::Ioc | Tif::Fok)) && order.way == Way::Queued {
            order.way = Way::Taking;
        }
        order.shown = order.shown.min(order.may());
        order.way == Way::Queued
    }

    /// A transmitted child sends its parents and siblings along.
    fn release(&mut self, child: usize, at: Nanos) {
        let mut above = self.orders[child].request.terms.parent_id;
        while above != 0 {
            // The parent may have filled already; its other children are released all the same.
            let parent = self.orders.iter().position(|order| order.request.order_id == above);
            let below = |order: &Known| !order.gone && order.request.terms.parent_id == above;
            let children = (0..self.orders.len()).filter(|index| below(&self.orders[*index]));
            let living = parent.filter(|parent| !self.orders[*parent].gone);
            let family: Vec<usize> = living.into_iter().chain(children).collect();
            for index in &family {
                self.orders[*index].held = false;
            }
            for index in family {
                let order = &self.orders[index];
                if !order.gone && !order.open && matches!(order.way, Way::Asleep | Way::Armed) {
                    self.look(index, at);
                }
                self.settle(at);
            }
            above = living.map_or(0, |parent| self.orders[parent].request.terms.parent_id);
        }
    }

    /// Whether an order's auction is too near to let it go.
    fn locked(&self, index: usize, at: Nanos) -> bool {
        let order = &self.orders[index];
        let before = if order.request.tif == Tif::Opening { 1_000 * MS + LEAF } else { 3 * LEAF };
        order.way == Way::Auction && order.dies.is_some_and(|dies| at >= dies - before)
    }
}

/// The fills of a session; `accepted` are the requests that the venue under test let in, with their moments.
pub fn fills(script: &Script, accepted: &[(Nanos, Act)], until: Nanos) -> Vec<Fill> {
    let mut naive =
        Naive { script, notes: Vec::new(), orders: Vec::new(), ranks: 0, fills: Vec::new(), later: Vec::new() };
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
        moments.extend(naive.orders.iter().filter_map(|order| order.dies).map(|dies| (dies, 0, 0, 0, None)));
        moments.sort_unstable_by_key(|(at, kind, con, index, _)| (*at, *kind, *con, *index));
        for (moment, kind, con, _, print) in moments.into_iter().filter(|m| m.0 > from && m.0 <= at) {
            match (kind, print) {
                (0, _) => {
                    for index in 0..naive.orders.len() {
                        let order = &naive.orders[index];
                        if !order.gone && order.dies.is_some_and(|dies| dies <= moment) {
                            naive.end(index);
                        }
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
            naive.settle(moment);
        }
        from = from.max(at);
        match act {
            Some(Act::Place(request)) => naive.accept(at, request),
            Some(Act::Cancel(order_id)) => {
                for index in 0..naive.orders.len() {
                    if naive.orders[index].is(*order_id) {
                        naive.end(index);
                    }
                }
            }
            Some(Act::CancelAll) => {
                for index in 0..naive.orders.len() {
                    if !naive.orders[index].gone && !naive.locked(index, at) {
                        naive.end(index);
                    }
                }
            }
            None => {}
        }
        naive.settle(at);
    }
    naive.fills
}
