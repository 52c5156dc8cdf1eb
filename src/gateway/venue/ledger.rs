//! The ledger: cash, positions at average cost, and the day's P&L.
//!
//! Invariants: cash = deposits + realised − Σ cost of shares (futures are on margin: [`super::contract`]), to the last digit, where a position's cost is signed (what a long cost, minus
//! what a short brought in) and commissions are inside cost, as IB counts; a flat position has no cost; shares of a
//! position = shares bought − shares sold. The day's P&L of a position is its value now − its value at the day's start + the
//! day's cash from its trades. Trades settle at the start of the next day. Everything is traded in the base currency; cash in
//! others was deposited and only lies there, worth its [`Currency::rate`].
//!
//! The SMA (special memorandum account of Regulation T) starts a day where it stood, gives half of the value of what a trade opens and
//! gets half of the value of what it closes; it is never below equity − Reg-T margin.
//!
//! Absent: dividends, interest, borrow fees, conversion of currencies, corporate actions.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::contract::Spec;
use super::currency::Currency;
use super::event::{Execution, Position};
use super::exact::{add, div, mul, neg, sub};
use super::fees::{self, Pricing, Traded};
use super::margin;
use super::order::{Action, PermId};
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

/// What the account starts with in the base currency unless told otherwise.
pub const STARTING_CASH: i64 = 1_000_000;

/// What a new account is given, and what of an old one may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funding {
    /// What a new account starts with; an old one keeps what it has.
    pub cash: Vec<(Currency, Cash)>,
    /// How it pays for trading from now on; `None` leaves an old account as it is and makes a new one fixed.
    pub pricing: Option<Pricing>,
}

impl Default for Funding {
    /// A million in the base currency, as IB's paper accounts have.
    fn default() -> Self {
        Self { cash: vec![(Currency::BASE, Cash::from(STARTING_CASH))], pricing: None }
    }
}

/// Decimals to which the cost of closed shares is rounded; the rest stays with the open ones.
const COST_PLACES: u32 = 8;

/// A position with its cost and its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// Shares; negative when short.
    pub quantity: Qty,
    /// What the open shares cost with commissions; negative when short.
    pub cost: Cash,
    /// Realised P&L of the day.
    pub realized: Cash,
    /// Shares at the day's start.
    pub start_quantity: Qty,
    /// The mark at the day's start; `None` if it was unknown.
    pub start_mark: Option<Price>,
    /// Cash from the day's trades, commissions taken off.
    pub flow: Cash,
    /// What the open shares cost at the day's start; `None` if an older program did not keep it.
    pub start_cost: Option<Cash>,
    /// What the day's trades did to the SMA.
    pub sma: Cash,
    /// What the contract is to the account: the contract's, not kept with the account but asked anew.
    pub spec: Spec,
}

impl Holding {
    /// Average cost of one share; zero when flat.
    pub fn avg_cost(&self) -> Price {
        Price(div(self.cost.0, self.quantity.0, COST_PLACES))
    }

    /// The value at `mark`.
    pub fn value(&self, mark: Price) -> Cash {
        Cash(self.spec.value(self.quantity.0, mark))
    }

    /// The P&L of the open shares at `mark`.
    pub fn unrealized(&self, mark: Price) -> Cash {
        Cash(sub(self.value(mark).0, self.cost.0))
    }

    /// The day's P&L with the open shares at `mark`; `None` if the day's starting value is unknown.
    pub fn daily(&self, mark: Option<Price>) -> Option<Cash> {
        let now = worth(&self.spec, self.quantity, mark)?;
        let then = worth(&self.spec, self.start_quantity, self.start_mark)?;
        Some(Cash(add(sub(now, then), self.flow.0)))
    }

    /// Takes in a fill; answers the P&L it realised, `None` if it closed nothing.
    fn trade(&mut self, signed: Decimal, price: Price, cash: Decimal) -> Option<Cash> {
        let before = self.quantity.0;
        let closes = !before.is_zero() && before.is_sign_negative() != signed.is_sign_negative();
        self.flow.0 = add(self.flow.0, cash);
        self.quantity.0 = add(before, signed);
        let closed = if closes { signed.abs().min(before.abs()) } else { Decimal::ZERO };
        let opened = sub(signed.abs(), closed);
        if self.spec.is_share() {
            self.sma.0 = add(self.sma.0, mul(margin::REG_T, mul(price.0, sub(closed, opened))));
        } else if self.spec.option.is_some() {
            // No money is lent on an option: what a long costs is gone from the account in full, and comes back in full.
            let (bought, sold) =
                if signed.is_sign_negative() { (Decimal::ZERO, closed) } else { (opened, Decimal::ZERO) };
            self.sma.0 = add(self.sma.0, self.spec.value(sub(sold, bought), price));
        }
        if !closes {
            self.cost.0 = sub(self.cost.0, cash);
            return None;
        }
        let realized = if signed.abs() >= before.abs() {
            let closing = mul(cash, before.abs());
            let closing = div(closing, signed.abs(), COST_PLACES);
            let opening = sub(cash, closing);
            let realized = sub(closing, self.cost.0);
            self.cost.0 = neg(opening);
            realized
        } else {
            let released = div(mul(self.cost.0, signed.abs()), before.abs(), COST_PLACES);
            self.cost.0 = sub(self.cost.0, released);
            sub(cash, released)
        };
        self.realized.0 = add(self.realized.0, realized);
        Some(Cash(realized.normalize()))
    }

    /// The position as the day began with it; `None` if its cost then is not known.
    fn at_start(&self) -> Option<Self> {
        let start_cost = self.start_cost?;
        Some(Self {
            quantity: self.start_quantity,
            cost: start_cost,
            realized: Cash::ZERO,
            flow: Cash::ZERO,
            sma: Cash::ZERO,
            ..*self
        })
    }

    fn is_spent(&self) -> bool {
        self.quantity.is_zero() && self.start_quantity.is_zero() && self.flow.is_zero()
    }
}

/// What a number of shares is worth; nothing is worth zero even if its price is unknown.
fn worth(spec: &Spec, quantity: Qty, mark: Option<Price>) -> Option<Decimal> {
    if quantity.is_zero() {
        return Some(Decimal::ZERO);
    }
    mark.map(|mark| spec.value(quantity.0, mark))
}

/// What the account traded in a month, for tiered pricing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Volume {
    /// The month, as a number such as 202606.
    pub month: i32,
    /// Shares.
    pub shares: Qty,
}

impl Volume {
    /// What was traded in the month of a moment.
    fn at(self, at: Nanos) -> Self {
        let month = fees::month_of(at);
        if month == self.month { self } else { Self { month, shares: Qty::ZERO } }
    }
}

/// Cash and positions of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Cash in the base currency; negative when borrowed.
    pub cash: Cash,
    /// Cash in other currencies.
    pub foreign: BTreeMap<Currency, Cash>,
    /// How it pays for trading.
    pub pricing: Pricing,
    /// What it traded in the month of its last trade.
    pub volume: Volume,
    /// The SMA at the day's start; `None` if a mark was unknown then.
    pub opening_sma: Option<Cash>,
    /// Positions by contract, flat ones until the day they were traded on is over.
    pub holdings: BTreeMap<ConId, Holding>,
    /// The start of the day that P&L counts from.
    pub day: Nanos,
    /// Equity at the day's start; `None` if a mark was unknown then.
    pub opening_equity: Option<Cash>,
}

impl Ledger {
    /// A funded account without positions.
    pub fn new(day: Nanos, funding: &Funding) -> Self {
        let mut ledger = Self {
            cash: Cash::ZERO,
            foreign: BTreeMap::new(),
            pricing: funding.pricing.unwrap_or_default(),
            volume: Volume::default(),
            opening_sma: None,
            holdings: BTreeMap::new(),
            day,
            opening_equity: None,
        };
        for (currency, amount) in &funding.cash {
            ledger.deposit(*currency, *amount);
        }
        let equity = Some(ledger.total_cash());
        Self { opening_equity: equity, opening_sma: equity, ..ledger }
    }

    fn deposit(&mut self, currency: Currency, amount: Cash) {
        if currency == Currency::BASE {
            self.cash.0 = add(self.cash.0, amount.0);
        } else {
            let held = self.foreign.entry(currency).or_default();
            held.0 = add(held.0, amount.0);
        }
    }

    /// Cash of all currencies, in the base currency.
    pub fn total_cash(&self) -> Cash {
        let foreign = self.foreign.iter().map(|(currency, amount)| currency.to_base(*amount));
        Cash(foreign.fold(self.cash.0, |sum, amount| add(sum, amount.0)))
    }

    /// What a fill pays: `executions` are those of the day, `perm_id` its order. Counts its shares to the month's volume.
    pub fn charge(
        &mut self,
        executions: &[Execution],
        perm_id: PermId,
        (at, spec): (Nanos, Spec),
        action: Action,
        fill: Traded,
    ) -> Cash {
        if perm_id == 0 {
            // A settlement or an exercise has no order and costs nothing.
            return Cash::ZERO;
        }
        if let Some(future) = spec.future {
            return Cash(mul(fill.quantity.0, future.fee).normalize());
        }
        let of_order = executions.iter().filter(|execution| execution.perm_id == perm_id && execution.at >= self.day);
        if spec.option.is_some() {
            let earlier: Vec<_> = of_order.map(|execution| (execution.quantity, execution.price)).collect();
            let price = Price(div(fill.value.0, fill.quantity.0, COST_PLACES));
            return fees::option(at, action, &earlier, (fill.quantity, price), spec.multiplier);
        }
        let before = of_order.fold(Traded::default(), |sum, execution| {
            sum.and(execution.quantity, Cash(mul(execution.price.0, execution.quantity.0)))
        });
        let volume = self.volume.at(at);
        let month = Qty(sub(volume.shares.0, before.quantity.0).max(Decimal::ZERO));
        self.volume = Volume { shares: Qty(add(volume.shares.0, fill.quantity.0)), ..volume };
        fees::fill(at, self.pricing, action, month, before, fill)
    }

    /// Shares traded in the month of `at`.
    pub fn month_volume(&self, at: Nanos) -> Qty {
        self.volume.at(at).shares
    }

    /// The ledger as the day began, with the trades of `executions` taken back; `None` if a position's cost then is not known.
    pub fn at_day_start(&self, executions: &[Execution]) -> Option<Self> {
        let mut ledger = self.clone();
        for execution in executions {
            let holding = ledger.holdings.get_mut(&execution.con_id)?;
            let paid = if holding.spec.is_future() { holding.realized.0 } else { holding.flow.0 };
            ledger.cash.0 = sub(ledger.cash.0, paid);
            *holding = holding.at_start()?;
            let shares = holding.spec.is_share() && execution.perm_id != 0;
            if shares && ledger.volume.month == fees::month_of(execution.at) {
                ledger.volume.shares.0 = sub(ledger.volume.shares.0, execution.quantity.0);
            }
        }
        Some(ledger)
    }

    /// Books a fill and its commission; answers the realised P&L, `None` if it closed nothing.
    pub fn book(
        &mut self,
        (con_id, spec): (ConId, Spec),
        action: Action,
        quantity: Qty,
        price: Price,
        commission: Cash,
    ) -> Option<Cash> {
        let value = spec.value(quantity.0, price);
        let (signed, gross) = match action {
            Action::Buy => (quantity.0, neg(value)),
            Action::Sell => (neg(quantity.0), value),
        };
        let cash = sub(gross, commission.0);
        let new = || Holding { start_cost: Some(Cash::ZERO), spec, ..Holding::default() };
        let realized = self.holdings.entry(con_id).or_insert_with(new).trade(signed, price, cash);
        // A future moves no cash but what closing it gains or loses.
        let moved = if spec.is_future() { realized.map_or(Decimal::ZERO, |realized| realized.0) } else { cash };
        self.cash.0 = add(self.cash.0, moved);
        realized
    }

    /// Starts the day at `day`, with the marks of that moment; answers the contracts whose record changed.
    pub fn open_day(&mut self, day: Nanos, mark: impl Fn(ConId) -> Option<Price>) -> Vec<ConId> {
        let sma = self.sma(&mark);
        self.day = day;
        let touched = self.holdings.keys().copied().collect();
        for (con_id, holding) in &mut self.holdings {
            holding.start_quantity = holding.quantity;
            holding.start_cost = Some(holding.cost);
            holding.sma = Cash::ZERO;
            holding.start_mark = if holding.quantity.is_zero() { None } else { mark(*con_id) };
            holding.flow = Cash::ZERO;
            holding.realized = Cash::ZERO;
        }
        self.holdings.retain(|_, holding| !holding.is_spent());
        self.opening_equity = self.equity(mark);
        self.opening_sma = sma;
        touched
    }

    /// The SMA; `None` if a mark is unknown.
    pub fn sma(&self, mark: impl Fn(ConId) -> Option<Price>) -> Option<Cash> {
        let floor = sub(self.equity(&mark)?.0, margin::of_all(self, mark)?.reg_t.0);
        // A day that began with an unknown mark has lost the thread: what is left is the floor.
        let carried =
            self.opening_sma.map(|opening| self.holdings.values().fold(opening.0, |sum, h| add(sum, h.sma.0)));
        Some(Cash(carried.map_or(floor, |carried| carried.max(floor))))
    }

    /// What a contract that is or was held on the day is to the account.
    pub fn spec(&self, con_id: ConId) -> Spec {
        self.holdings.get(&con_id).map_or(Spec::SHARE, |holding| holding.spec)
    }

    /// Learns what the contracts held are to the account.
    pub fn learn(&mut self, spec: impl Fn(ConId) -> Option<Spec>) {
        for (con_id, holding) in &mut self.holdings {
            holding.spec = spec(*con_id).unwrap_or(holding.spec);
        }
    }

    /// What open futures have gained, which is part of the account's cash as IB counts; `None` if a mark is unknown.
    pub fn futures_gain(&self, mark: impl Fn(ConId) -> Option<Price>) -> Option<Cash> {
        let open = self.holdings.iter().filter(|(_, holding)| holding.spec.is_future() && !holding.quantity.is_zero());
        open.map(|(con_id, holding)| mark(*con_id).map(|mark| holding.unrealized(mark)))
            .try_fold(Decimal::ZERO, |sum, gain| gain.map(|gain| add(sum, gain.0)))
            .map(Cash)
    }

    /// What open options are worth, shorts less than nothing; `None` if a mark is unknown.
    pub fn option_value(&self, mark: impl Fn(ConId) -> Option<Price>) -> Option<Cash> {
        let open = self.holdings.iter().filter(|(_, h)| h.spec.option.is_some() && !h.quantity.is_zero());
        open.map(|(con_id, holding)| mark(*con_id).map(|mark| holding.value(mark)))
            .try_fold(Decimal::ZERO, |sum, value| value.map(|value| add(sum, value.0)))
            .map(Cash)
    }

    /// Shares held of a contract; negative when short.
    pub fn quantity(&self, con_id: ConId) -> Qty {
        self.holdings.get(&con_id).map_or(Qty::ZERO, |holding| holding.quantity)
    }

    /// The position in a contract as clients see it.
    pub fn position(&self, con_id: ConId) -> Position {
        let holding = self.holdings.get(&con_id).copied().unwrap_or_default();
        Position { con_id, quantity: holding.quantity, avg_cost: holding.avg_cost(), realized: holding.realized }
    }

    /// Cash of all currencies and the value of all positions; `None` if a mark is unknown.
    pub fn equity(&self, mark: impl Fn(ConId) -> Option<Price>) -> Option<Cash> {
        self.holdings
            .iter()
            .try_fold(self.total_cash().0, |sum, (con_id, holding)| {
                let value = worth(&holding.spec, holding.quantity, mark(*con_id))?;
                // A future is worth what it gained: nothing was paid for it.
                Some(add(sum, if holding.spec.is_future() { sub(value, holding.cost.0) } else { value }))
            })
            .map(Cash)
    }

    /// Cash of all currencies without the day's trades, which settle at the start of the next.
    pub fn settled(&self) -> Cash {
        let shares = self.holdings.values().filter(|holding| !holding.spec.is_future());
        Cash(shares.fold(self.total_cash().0, |sum, holding| sub(sum, holding.flow.0)))
    }

    /// Realised P&L of the day.
    pub fn realized(&self) -> Cash {
        Cash(self.holdings.values().fold(Decimal::ZERO, |sum, holding| add(sum, holding.realized.0)))
    }
}
