//! While you were away: what a gap has changed, between the last that was known and the first complete answer after it.
//!
//! A gap begins when the connection is lost or the workstation ends, and is over with the next READY. Everything told here
//! is a difference between two standings; nothing is guessed. Where positions and fills disagree, the difference is told
//! as such, and the days whose executions the broker may not have given back are named (`trading.md` D19).
//!
//! Must not know: how any of it looks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, time};

use super::model::{Journal, Model};
use super::{protection, select};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::calendar;
use crate::domain::fill::{ExecId, Execution};
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderState, Side};
use crate::journal::{Before, CashKnown};
use crate::ledger::{self, day_of};
use crate::money::{Cash, Qty};

/// Days of executions IB gives back at most, today among them.
const DAYS_BACK: i32 = 7;

/// Where things stood when the gap began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// When, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// What ended.
    pub end: End,
    /// The orders that were live: state, filled.
    pub orders: BTreeMap<OrderKey, (OrderState, Qty)>,
    /// What was held; what is missing here was not held.
    pub held: BTreeMap<ConId, (SafeText, Qty)>,
    /// Whether `held` is all there was: the broker had listed the positions.
    pub positions_known: bool,
    /// The cash.
    pub cash: Option<CashKnown>,
    /// The executions that were known.
    pub executions: BTreeSet<ExecId>,
}

/// What ended when a gap began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The connection, for this reason.
    Connection(SafeText),
    /// The workstation.
    Workstation,
}

/// What a gap has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// When it began, in nanoseconds since the Unix epoch.
    pub from: i64,
    /// When it was over.
    pub to: i64,
    /// What had ended.
    pub end: End,
    /// Orders that are not what they were, or were placed elsewhere.
    pub orders: Vec<Changed>,
    /// Fills, oldest first.
    pub executions: Vec<ExecId>,
    /// Positions that are not what they were, or should not be what they are.
    pub positions: Vec<Moved>,
    /// The cash, if it changed.
    pub cash: Option<CashMoved>,
    /// Days whose executions may be missing, oldest first.
    pub missing: Vec<Date>,
    /// Cancels that waited for the connection and go out with it.
    pub cancels: usize,
}

/// An order that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub key: OrderKey,
    /// Its state and what had filled; `None` if it was not known.
    pub was: Option<(OrderState, Qty)>,
    /// Its state now.
    pub state: OrderState,
    /// What has filled now.
    pub filled: Qty,
}

/// A position that is not what it was, or not what the fills make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The contract.
    pub con_id: ConId,
    /// Its symbol.
    pub symbol: SafeText,
    /// What was held; `None` if it was not known.
    pub was: Option<Qty>,
    /// What the fills told here add to it.
    pub fills: Qty,
    /// What the broker says is held.
    pub now: Qty,
    /// How much of it has no stop behind it.
    pub bare: Qty,
}

impl Moved {
    /// What neither the position before nor the fills explain; `None` if what was held is not known.
    pub fn unexplained(&self) -> Option<Qty> {
        self.now.minus(self.was?.plus(self.fills)?)
    }
}

/// The cash before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashMoved {
    /// Before.
    pub was: Cash,
    /// After.
    pub now: Cash,
    /// What the fills told here come to, commissions included; `None` if that is not known for each.
    pub fills: Option<Cash>,
}

impl CashMoved {
    /// What the fills do not explain.
    pub fn unexplained(&self) -> Option<Cash> {
        self.now.minus(self.was)?.minus(self.fills?)
    }
}

impl Away {
    /// How many things changed.
    pub fn changes(&self) -> usize {
        let cash = usize::from(self.cash.as_ref().is_some_and(|c| c.unexplained().is_none_or(|u| !u.is_zero())));
        [self.orders.len(), self.executions.len(), self.positions.len(), cash].iter().sum()
    }

    /// Whether there is something to tell.
    pub fn is_worth_telling(&self) -> bool {
        !self.orders.is_empty() || !self.executions.is_empty() || !self.positions.is_empty() || !self.missing.is_empty()
    }

    /// Whether positions, fills and cash agree with each other, as far as is known.
    pub fn agrees(&self) -> bool {
        self.positions.iter().all(|p| p.unexplained().is_some_and(Qty::is_zero))
            && self.cash.as_ref().is_none_or(|c| c.unexplained().is_some_and(Cash::is_zero))
    }
}

impl Standing {
    /// How things stand in the model.
    pub fn of(model: &Model, end: End) -> Self {
        let held = model.positions.values().filter(|p| !p.qty.is_zero());
        Self {
            at: model.now.wall,
            end,
            orders: model.orders.live().map(standing_of).collect(),
            held: held.map(|p| (p.con_id, (p.symbol.clone(), p.qty))).collect(),
            positions_known: model.desk.positions_known,
            cash: model.account.cash.map(|amount| CashKnown { currency: model.account.currency.clone(), amount }),
            executions: model.orders.executions.keys().cloned().collect(),
        }
    }

    /// How things stood at the end of the run before, as the journal has them.
    pub fn remembered(before: Before, live: &[Order]) -> Self {
        let held = before.holdings.into_iter().filter(|h| !h.qty.is_zero());
        Self {
            at: before.at,
            end: End::Workstation,
            orders: live.iter().map(standing_of).collect(),
            held: held.map(|h| (h.con_id, (h.symbol, h.qty))).collect(),
            positions_known: true,
            cash: before.cash,
            executions: before.executions.into_iter().collect(),
        }
    }
}

fn standing_of(order: &Order) -> (OrderKey, (OrderState, Qty)) {
    (order.key.clone(), (order.state, order.filled))
}

/// What has changed since `before`.
pub fn tell(model: &Model, before: Standing) -> Away {
    let executions = new_fills(model, &before);
    let positions = moved(model, &before, &executions);
    let explained = positions.iter().all(|p| p.unexplained().is_some_and(Qty::is_zero));
    let seen = model.orders.executions.values().filter_map(|e| e.time).map(day_of).collect();
    Away {
        from: before.at,
        to: model.now.wall,
        orders: changed(model, &before),
        cash: cash_moved(model, &before, &executions),
        missing: missing(before.at, model.now, &seen, explained),
        executions: executions.into_iter().map(|e| e.exec_id.clone()).collect(),
        positions,
        cancels: model.orders.cancel_wanted.len(),
        end: before.end,
    }
}

fn new_fills<'m>(model: &'m Model, before: &Standing) -> Vec<&'m Execution> {
    let is_new = |e: &&Execution| !before.executions.contains(&e.exec_id);
    let all = ledger::current(model.orders.executions.values());
    all.into_iter().filter(is_new).collect()
}

fn changed(model: &Model, before: &Standing) -> Vec<Changed> {
    let differs = |order: &&Order| match before.orders.get(&order.key) {
        Some(was) => *was != (order.state, order.filled) && !went_its_way(*was, order),
        // What ended before the gap is no news; what another hand placed during it is.
        None => order.state.is_live() && order.placed_at.wall > before.at,
    };
    let row = |order: &Order| Changed {
        key: order.key.clone(),
        was: before.orders.get(&order.key).copied(),
        state: order.state,
        filled: order.filled,
    };
    model.orders.all.values().filter(differs).map(row).collect()
}

/// Whether an order that was on its way has merely arrived: nobody need be told.
fn went_its_way((state, filled): (OrderState, Qty), order: &Order) -> bool {
    matches!(state, OrderState::Sending | OrderState::Held)
        && matches!(order.state, OrderState::Held | OrderState::Working)
        && filled == order.filled
}

fn moved(model: &Model, before: &Standing, fills: &[&Execution]) -> Vec<Moved> {
    let mut filled: BTreeMap<ConId, (SafeText, Qty)> = BTreeMap::new();
    for fill in fills {
        let (_, sum) = filled.entry(fill.con_id).or_insert_with(|| (fill.symbol.clone(), Qty::ZERO));
        let signed = if fill.side == Side::Buy { fill.qty } else { fill.qty.negated() };
        *sum = sum.plus(signed).unwrap_or(*sum);
    }
    let now = model.positions.values().filter(|p| !p.qty.is_zero()).map(|p| (p.con_id, p.symbol.clone()));
    let mut symbols: BTreeMap<ConId, SafeText> = now.collect();
    for (con_id, (symbol, _)) in before.held.iter().chain(&filled) {
        symbols.entry(*con_id).or_insert_with(|| symbol.clone());
    }
    let row = |(con_id, symbol): (ConId, SafeText)| {
        let held = before.held.get(&con_id).map(|(_, qty)| *qty);
        Moved {
            con_id,
            symbol,
            was: if before.positions_known { held.or(Some(Qty::ZERO)) } else { held },
            fills: filled.get(&con_id).map_or(Qty::ZERO, |(_, qty)| *qty),
            now: select::held(model, con_id).unwrap_or(Qty::ZERO),
            bare: protection::uncovered(model, con_id),
        }
    };
    let rows = symbols.into_iter().map(row);
    rows.filter(|m| m.was != Some(m.now) || !m.fills.is_zero()).collect()
}

fn cash_moved(model: &Model, before: &Standing, fills: &[&Execution]) -> Option<CashMoved> {
    let was = before.cash.as_ref().filter(|c| c.currency == model.account.currency)?;
    let now = model.account.cash.filter(|now| *now != was.amount)?;
    let paid = |e: &Execution| {
        let value = e.price.value_of(e.qty, e.multiplier?)?;
        let commission = e.commission.as_ref().filter(|c| c.currency == was.currency)?;
        let own = e.currency.as_ref() == Some(&was.currency);
        let signed = if e.side == Side::Buy { value.negated() } else { value };
        own.then_some(signed)?.minus(commission.amount)
    };
    let fills = fills.iter().try_fold(Cash::ZERO, |sum, e| sum.plus(paid(e)?));
    Some(CashMoved { was: was.amount, now, fills })
}

/// The sessions since `from` whose executions may be missing. IB gives back seven days at most and a Gateway perhaps only
/// today: what is further back was not asked for; of the days between, one from whose time on executions came is covered,
/// and so is every one if positions and fills agree.
pub fn missing(from: i64, now: Stamp, seen: &BTreeSet<Date>, explained: bool) -> Vec<Date> {
    let today = now.eastern().date();
    let begun = Stamp { wall: from, mono: 0 }.eastern();
    let first = if begun.time() < time(20, 0, 0, 0) { Ok(begun.date()) } else { begun.date().tomorrow() };
    let Ok(first) = first else { return Vec::new() };
    let reached = today.checked_sub(jiff::Span::new().days(DAYS_BACK - 1)).unwrap_or(today);
    let covered = seen.iter().copied().find(|day| *day >= first).unwrap_or(today);
    let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day < today);
    // A year away is told by its last days: the rest is in the statements anyway.
    let days = days.filter(|day| calendar::is_session(*day));
    let days = days.filter(|day| *day < reached || (!explained && *day < covered));
    days.collect()
}

/// Notes where things stand, unless a gap is open already.
pub(in crate::app) fn begin(model: &mut Model, end: End) {
    if model.away.before.is_none() {
        model.away.before = Some(Box::new(Standing::of(model, end)));
    }
}

/// READY: the gap is over. Whether there is something to tell.
pub(in crate::app) fn over(model: &mut Model) -> bool {
    if !matches!(model.desk.journal, Journal::Open { .. }) {
        // What the run before knew is not here yet.
        return false;
    }
    let Some(before) = model.away.before.take() else { return false };
    let away = tell(model, *before);
    let worth = away.is_worth_telling();
    if worth {
        model.away.told = Some(Box::new(away));
    }
    worth
}

/// The gap under way, and what the last one changed.
#[derive(Debug, Clone, Default)]
pub struct Gap {
    /// Where things stood when the present gap began.
    pub before: Option<Box<Standing>>,
    /// What the last gap worth telling has changed.
    pub told: Option<Box<Away>>,
}
