//! The venue: the matching engine and the ledger of the paper account, both pure.
//!
//! **What it is.** A function of the background market ([`Market`]), the clients' requests and their moments: the same inputs give
//! the same events, in whatever stride time is stepped. The background never changes; the account's orders and fills
//! lie over it. It keeps no clock, does no IO and draws no random number. Every batch of events is saved
//! ([`Venue::take_changes`]) before it is sent.
//!
//! **Order of things.** A request at a moment first runs the market to that moment. Moments: expiries, then quote changes, then
//! prints; contracts by id; orders by price, then arrival, buys before sells. Events come in the order TWS sends them ([`Event`]).
//!
//! **Matching.**
//! - *Taking*: a market or marketable limit order walks the shown levels at their prices, up to its limit. What it takes is missing
//!   from the level and comes back by half after each half-life of the contract's class; that is the whole impact. One walk
//!   goes at most 50 ticks or 1 % from the touch; the rest walks again at the next quote change.
//! - *Joining*: a limit order queues behind what its level shows. Prints at its price eat what is ahead, then fill it; when
//!   the level shrinks otherwise, what is ahead shrinks in proportion; alone at its price nothing is ahead. A smaller size keeps the
//!   place, another price or a larger size loses it.
//! - *Passed*: a print beyond its price fills it first, at its price, up to the print's size. The other side's quote at or beyond its
//!   price trades against it at its price, for the sizes shown there.
//! - *Inside the spread* it is the best quote: prints of that side hit it in place of the background.
//! - A print's size bounds all fills from it together; fills never exceed the order.
//!
//! **Sessions.** An order works while its session is open and a quote is there (a halt has none); else it waits as PreSubmitted, or
//! keeps its place if it worked before. DAY, IOC, FOK and DTC orders end with the trading day (a DTC order as Inactive: to be
//! taken up again it is placed anew), GTC orders with the next calendar quarter, GTD orders at their moment. `outsideRth` on
//! what works in regular hours only is taken off with warning 2109. `transmit = false` holds an order until its id comes again
//! with `true`, or a child of its family does.
//!
//! **Types.** Stops, touches and trails: `engine::trigger`; pegs and snaps follow the quote; MTL takes the best price and rests
//! there; MOC, LOC and OPG orders trade at the official cross prints. Which go with which time in force and attribute:
//! `rules`; what a change may change: `modify`.
//!
//! **Attributes.** Hidden, all-or-none and midpoint orders are not shown and stand behind what is; an iceberg's next part queues anew, a
//! trade beyond its price takes the reserve too; all-or-none and fill-or-kill take what one moment shows whole or nothing; a
//! minimum holds for the first fill; discretion takes beyond the limit without showing it; a sweep is what every order does.
//!
//! **Conditions** release an order or cancel it: `engine::condition`. Market, limit, midprice, relative and snap orders wait for
//! them, limit and midprice orders can be cancelled by them (148 for others).
//!
//! **Families.** Brackets and OCA groups: `engine::family`. TWS documents neither the size of children of a partly filled parent
//! nor the rounding of a group's reduction; here both are shares in proportion, rounded down.
//!
//! **After a restart** ([`Venue::resume`]) orders go on from that moment: nothing is filled for the time between, orders whose time ran
//! out are cancelled as of then, and a resting order keeps the place in the queue it had at the last saved batch, or the size now
//! shown if that is less. What was taken from the book before is back. The same call serves after a suspend.
//!
//! **Own prints** ([`Venue::own_prints`]) say what each fill adds to the tape or replaces on it; last, high, low, volume and bars include
//! them where the reader of the market merges them. [`Venue::view`] is the quote with own orders and without taken shares.
//!
//! **Account.** Cash in several currencies at a table of rates (`currency`), positions at average cost (`ledger`), Reg-T margin
//! (`margin`), futures on margin per contract until they are settled (`contract`, `settlement`), options by what they are held with (`strategy`) until they end or are exercised (`exercise`), IBKR's fixed or tiered fees by date (`fees`), IB's account keys (`values`), what-if (`whatif`), TWS's
//! precautions (`precautions`), short sales that wait for shares (`locate`), executions corrected and busted (`correction`).
//! Daily figures start anew at [`PNL_RESET`].
//!
//! **Absent**, refused by name with IB's codes: all algorithms but two (`engine::slice`), volatility, scale, hedge and adjusted orders, pegs to a benchmark,
//! auctions by `AUC`, overnight trading, block and not-held orders, fractional shares, other accounts.
//! Own orders of both sides pass each other without trading, and own fills elect no stop. IB's end of a GTC order after 90
//! days without login is not there, nor is `fills = "ibkr"` (top of book only). Client 0 binds nothing.

#![deny(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod account;
mod background;
mod book;
mod check;
mod contract;
mod correction;
mod currency;
mod engine;
mod entry;
mod event;
mod exact;
mod exercise;
mod fees;
mod ledger;
mod locate;
mod margin;
mod market;
mod modify;
mod order;
mod precautions;
mod rules;
mod settlement;
mod state;
mod strategy;
mod tape;
#[cfg(test)]
pub(in crate::gateway) mod tests;
mod values;
mod whatif;

use std::collections::BTreeMap;

pub use account::{PNL_RESET, Pnl, PnlSingle, PortfolioRow};
pub use check::ORDER_IDS_END;
pub use contract::{Future, OptionSpec, Spec};
pub use correction::{Correction, Uncorrectable};
pub use currency::{Currency, NoDeposit, RATES_OF, deposit};
pub use engine::{Place, Stage};
pub use event::{Commission, Event, Execution, Liquidity, Position, Refusal, StatusReport, Tape};
pub use exercise::Exercise;
pub use fees::Pricing;
pub use ledger::{Funding, Holding, STARTING_CASH, Volume};
pub use market::{Cross, Cutoffs, Figures, Listing, Market, Print, Quote, Session, Side};
pub use order::{
    Action, Algo, ClientId, Conditions, Fault, Held, Kind, Oca, OcaType, Offset, Order, OrderId, OrderRequest, Peg,
    PermId, Prices, Snap, Standing, Status, Terms, Test, Tif, TriggerMethod, Way,
};
pub use precautions::{Precautions, Unreadable};
pub use state::{Account, Changes, Record, Saved};
pub use tape::OwnPrint;
pub use values::{ALL_CURRENCIES, AccountValue, LEDGER};
pub use whatif::WhatIf;

use book::Takings;
use engine::family::Unsettled;
use engine::{Working, finish};
use ledger::Ledger;
use state::Touched;

use crate::gateway::{ConId, Nanos};
use crate::money::Cash;

/// The paper account.
pub const ACCOUNT: &str = "DU0000001";

/// The first order's number across clients.
const FIRST_PERM: PermId = 1_000_000_001;

/// The paper exchange and the account's ledger.
#[derive(Debug, Clone)]
pub struct Venue {
    now: Nanos,
    working: Vec<Working>,
    done: Vec<Order>,
    executions: Vec<Execution>,
    tape: Vec<OwnPrint>,
    takings: Takings,
    unsettled: Vec<Unsettled>,
    ledger: Ledger,
    last_ids: BTreeMap<ClientId, OrderId>,
    next_perm: PermId,
    next_execution: u32,
    next_arrival: u64,
    precautions: Precautions,
    touched: Touched,
}

/// How many days before today executions can be asked for, as IB keeps them.
pub(in crate::gateway) const EXECUTION_DAYS: i32 = 7;

/// The moment so many days before another.
pub(in crate::gateway) const fn days_before(day: Nanos, days: i32) -> Nanos {
    const DAY: Nanos = 86_400_000_000_000;
    day.saturating_sub(DAY.saturating_mul(days as Nanos))
}

impl Venue {
    /// A new account at `now` with a million of the base currency.
    pub fn new(now: Nanos, market: &dyn Market) -> Self {
        Self::funded(now, market, &Funding::default())
    }

    /// A new account at `now`.
    pub fn funded(now: Nanos, market: &dyn Market, funding: &Funding) -> Self {
        Self {
            now,
            working: Vec::new(),
            done: Vec::new(),
            executions: Vec::new(),
            tape: Vec::new(),
            takings: Takings::default(),
            unsettled: Vec::new(),
            ledger: Ledger::new(market.day_start(now), funding),
            last_ids: BTreeMap::new(),
            next_perm: FIRST_PERM,
            next_execution: 1,
            next_arrival: 1,
            precautions: Precautions::OFF,
            touched: Touched { day: true, ..Touched::default() },
        }
    }

    /// How the account pays.
    pub fn pricing(&self) -> Pricing {
        self.ledger.pricing
    }

    /// Lets the account pay in another way from now on.
    pub fn reprice(&mut self, pricing: Pricing) {
        if self.ledger.pricing != pricing {
            self.ledger.pricing = pricing;
            self.touched.day = true;
        }
    }

    /// Sets the limits beyond which orders are not taken; they are the gateway's, not the account's, and not kept.
    pub fn guard(&mut self, precautions: Precautions) {
        self.precautions = precautions;
    }

    /// Up to where the market was run.
    pub const fn now(&self) -> Nanos {
        self.now
    }

    /// placeOrder at `at`: a new order, or a modification if the client's number works.
    pub fn place(&mut self, at: Nanos, market: &dyn Market, request: OrderRequest) -> Vec<Event> {
        let mut out = Vec::new();
        self.advance(at, market, &mut out);
        let (client_id, order_id) = (request.client_id, request.order_id);
        let outcome = match self.index(client_id, order_id) {
            Some(index) => self.modify(index, market, request, &mut out),
            None => self.enter(market, request, &mut out),
        };
        if let Err(fault) = outcome {
            out.push(Event::Error(fault.of(client_id, order_id)));
        }
        self.settle(market, self.now, &mut out);
        self.retire();
        finish(out)
    }

    /// cancelOrder at `at`.
    pub fn cancel(&mut self, at: Nanos, market: &dyn Market, client_id: ClientId, order_id: OrderId) -> Vec<Event> {
        let mut out = Vec::new();
        self.advance(at, market, &mut out);
        if let Some(index) = self.index(client_id, order_id) {
            self.let_go(index, market, &mut out);
            self.settle(market, self.now, &mut out);
            self.retire();
        } else {
            let text = format!("OrderId {order_id} that needs to be cancelled");
            let fault = match self.find(client_id, order_id) {
                // A refused order never worked: TWS tells it apart from one that has ended.
                Some(order) if order.status == Status::Inactive => {
                    Fault::new(161, "Cancel attempted when order is not in a cancellable state.")
                }
                Some(order) => {
                    let state = order.status.word();
                    Fault::new(10148, format!("{text} can not be cancelled, state: {state}."))
                }
                None => Fault::new(10147, format!("{text} is not found.")),
            };
            out.push(Event::Error(fault.of(client_id, order_id)));
        }
        finish(out)
    }

    /// reqGlobalCancel at `at`: every client's working orders, oldest first.
    pub fn cancel_all(&mut self, at: Nanos, market: &dyn Market) -> Vec<Event> {
        let mut out = Vec::new();
        self.advance(at, market, &mut out);
        for index in 0..self.working.len() {
            if self.working.get(index).is_some_and(|working| !working.is_over()) {
                self.let_go(index, market, &mut out);
            }
        }
        self.settle(market, self.now, &mut out);
        self.retire();
        finish(out)
    }

    /// Cancels a working order, unless its auction's cut-off is past.
    fn let_go(&mut self, index: usize, market: &dyn Market, out: &mut Vec<Event>) {
        let Some(order) = self.working.get(index).map(|working| &working.order) else { return };
        if self.is_locked(index, market) {
            let (client_id, order_id) = (order.request.client_id, order.request.order_id);
            let state = order.status.word();
            let text = format!("OrderId {order_id} that needs to be cancelled can not be cancelled, state: {state}.");
            out.push(Event::Error(Fault::new(10148, text).of(client_id, order_id)));
        } else {
            self.cancel_asked(index, out);
        }
    }

    /// The working orders of one client, or of all, oldest first.
    pub fn open_orders(&self, client_id: Option<ClientId>) -> Vec<&Order> {
        let mut orders: Vec<&Order> = self
            .working
            .iter()
            .map(|working| &working.order)
            .filter(|order| client_id.is_none_or(|id| id == order.request.client_id))
            .collect();
        orders.sort_by_key(|order| order.perm_id);
        orders
    }

    /// The orders that ended on the account's day, in the order they ended.
    pub fn completed_orders(&self) -> Vec<&Order> {
        let day = self.ledger.day;
        self.done.iter().filter(|order| order.completed.is_some_and(|at| at >= day)).collect()
    }

    /// The executions of the account's day, oldest first; which of them a client asked for is the session's affair.
    pub fn executions(&self) -> impl Iterator<Item = &Execution> {
        let day = self.ledger.day;
        self.executions.iter().filter(move |execution| execution.at >= day)
    }

    /// Those of the account's day and of the so many days before it, oldest first.
    pub fn executions_of(&self, days: i32) -> impl Iterator<Item = &Execution> {
        let from = days_before(self.ledger.day, days.clamp(0, EXECUTION_DAYS));
        self.executions.iter().filter(move |execution| execution.at >= from)
    }

    /// The open positions, by contract id.
    pub fn positions(&self) -> Vec<Position> {
        let holdings = self.ledger.holdings.iter();
        holdings
            .filter(|(_, holding)| !holding.quantity.is_zero())
            .map(|(con_id, _)| self.ledger.position(*con_id))
            .collect()
    }

    /// Cash in the base currency.
    pub const fn cash(&self) -> Cash {
        self.ledger.cash
    }

    /// The next order number the client may use.
    pub fn next_valid_id(&self, client_id: ClientId) -> OrderId {
        self.last_ids.get(&client_id).map_or(1, |last| last.saturating_add(1))
    }

    /// What the account's own fills did to a contract's tape after `after` up to and including `until`.
    pub fn own_prints(&self, con_id: ConId, after: Nanos, until: Nanos) -> impl Iterator<Item = &OwnPrint> {
        let first = self.tape.partition_point(|print| print.at <= after);
        let rest = self.tape.get(first..).unwrap_or_default().iter();
        // A busted execution has left the tape.
        rest.take_while(move |print| print.at <= until).filter(move |print| print.con_id == con_id && print.size > 0)
    }

    /// The quote that everybody sees now: the background without what was taken from it, with the account's own orders.
    pub fn view(&self, market: &dyn Market, con_id: ConId) -> Option<Quote> {
        let quote = market.quote(con_id, self.now)?;
        let listing = market.listing(con_id)?;
        let bid = self.own_best(con_id, Side::Bid);
        let ask = self.own_best(con_id, Side::Ask).filter(|ask| bid.is_none_or(|b| b.0 < ask.0));
        let (bid, bid_size) = self.best(market, &listing, quote, Side::Bid, bid, ask);
        let (ask, ask_size) = self.best(market, &listing, quote, Side::Ask, ask, Some((bid, 0)));
        Some(Quote { bid, ask, bid_size, ask_size })
    }

    /// The best resting own price of a side, and the shares there.
    fn own_best(&self, con_id: ConId, side: Side) -> Option<(i64, i64)> {
        let mut best: Option<(i64, i64)> = None;
        for working in &self.working {
            if let Some((price, shares)) = working.offer(con_id, side) {
                best = match best {
                    Some((at, sum)) if at == price => Some((at, sum.saturating_add(shares))),
                    Some((at, _)) if side.is_better(at, price) => best,
                    _ => Some((price, shares)),
                };
            }
        }
        best
    }

    /// The best level of a side: the first with visible shares behind `facing`, or the own one if it is as good.
    fn best(
        &self,
        market: &dyn Market,
        listing: &Listing,
        quote: Quote,
        side: Side,
        own: Option<(i64, i64)>,
        facing: Option<(i64, i64)>,
    ) -> (i64, i64) {
        let touch = side.of(quote);
        let start =
            facing.map(|(price, _)| side.deeper(price, 1)).filter(|free| side.is_better(touch, *free)).unwrap_or(touch);
        let mut price = start;
        let end = side.deeper(start, book::reach(touch));
        while side.is_better(price, end) && price > 0 {
            if let Some((own_price, shares)) = own
                && !side.is_better(price, own_price)
            {
                let beside =
                    if own_price == price { self.takings.visible(market, listing, side, price, self.now) } else { 0 };
                return (own_price, shares.saturating_add(beside));
            }
            let visible = self.takings.visible(market, listing, side, price, self.now);
            if visible > 0 {
                return (price, visible);
            }
            price = side.deeper(price, 1);
        }
        own.unwrap_or((start, 0))
    }

    /// The index of a working order.
    fn index(&self, client_id: ClientId, order_id: OrderId) -> Option<usize> {
        self.working.iter().position(|working| working.order.is(client_id, order_id))
    }

    /// An order of the day, working or done.
    fn find(&self, client_id: ClientId, order_id: OrderId) -> Option<&Order> {
        let working = self.working.iter().map(|working| &working.order);
        working.chain(self.done.iter().rev()).find(|order| order.is(client_id, order_id))
    }
}
