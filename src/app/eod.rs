//! The end of the day: what has no stop, what dies at the close, what stays, what was traded and what it came to.
//!
//! Amounts are those of the day in New York and of the executions known here; each is absent where a part of it is not
//! known. No tax figures: lots and wash sales come from the broker's statements alone.
//!
//! Must not know: how any of it looks.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;

use super::model::{Bars, Model};
use super::{protection, select};
use crate::domain::SafeText;
use crate::domain::fill::Execution;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderState, Side, Tif};
use crate::ledger::{self, Excursion, Ledger, Terms, Trip, day_of};
use crate::money::{Cash, Qty};

/// The card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The day.
    pub day: Date,
    /// Positions larger than the stops that work against them: symbol, position, how much is bare.
    pub bare: Vec<(SafeText, Qty, Qty)>,
    /// Positions whose stops all work, or none: how many.
    pub covered: usize,
    /// Orders that die with the day, by symbol.
    pub dying: Vec<OrderKey>,
    /// Orders that live on; those without an end of their own with the day IB ends them at the latest.
    pub staying: Vec<(OrderKey, Option<Date>)>,
    /// Orders whose fate is not known.
    pub unknown: Vec<OrderKey>,
    /// What was traded, by symbol.
    pub traded: Vec<Traded>,
    /// Trips that ended today, oldest first, with how far they went where bars say so.
    pub trips: Vec<(Trip, Option<Excursion>)>,
    /// The sums, by currency.
    pub sums: Vec<(SafeText, Sums)>,
}

/// What was traded of one symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traded {
    /// Its symbol.
    pub symbol: SafeText,
    /// The currency.
    pub currency: SafeText,
    /// Bought.
    pub bought: Qty,
    /// Sold.
    pub sold: Qty,
    /// How many fills.
    pub fills: usize,
    /// The numbers.
    pub sums: Sums,
}

/// What fills came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Commissions known.
    pub commission: Cash,
    /// Fills whose commission has not come.
    pub pending: usize,
    /// Realised before commissions.
    pub gross: Option<Cash>,
    /// Realised after commissions.
    pub net: Option<Cash>,
    /// Against the middle at approval, of the fills where that is known; positive is worse.
    pub slippage: Option<Cash>,
    /// Fills where it is not known.
    pub unmeasured: usize,
}

/// The executions known here, booked.
pub fn ledger(model: &Model) -> Ledger {
    let filled = filled(model);
    let before = |con_id: ConId| {
        let held = select::held(model, con_id).unwrap_or(Qty::ZERO);
        held.minus(filled.get(&con_id).copied().unwrap_or(Qty::ZERO)).unwrap_or(Qty::ZERO)
    };
    ledger::book(model.orders.executions.values(), before, |e| terms(model, e))
}

/// What the executions known here add to each position.
fn filled(model: &Model) -> BTreeMap<ConId, Qty> {
    let mut sums: BTreeMap<ConId, Qty> = BTreeMap::new();
    for e in ledger::current(model.orders.executions.values()) {
        let sum = sums.entry(e.con_id).or_default();
        let signed = if e.side == Side::Buy { e.qty } else { e.qty.negated() };
        *sum = sum.plus(signed).unwrap_or(*sum);
    }
    sums
}

/// What is known of a fill's order beside the fill.
fn terms(model: &Model, execution: &Execution) -> Terms {
    let order = select::order_of(model, execution);
    order.and_then(|order| model.orders.terms.get(&order.key)).copied().unwrap_or_default()
}

/// The last day on which IB keeps a GTC order that was last touched on `day`: the end of the next quarter.
pub fn gtc_ends(day: Date) -> Date {
    let quarter_end = |day: Date| {
        let month = day.month().saturating_sub(1).div_euclid(3).saturating_mul(3).saturating_add(3);
        Date::new(day.year(), month, 1).map_or(day, Date::last_of_month)
    };
    quarter_end(quarter_end(day).tomorrow().unwrap_or(day))
}

/// The entry an exit still waits for; it ends with that one.
pub fn waits_for<'m>(model: &'m Model, order: &Order) -> Option<&'m Order> {
    let entry = select::order(model, order.parent.as_ref()?)?;
    (entry.state.is_live() && entry.filled.is_zero()).then_some(entry)
}

/// The card of the present day.
pub fn card(model: &Model) -> Card {
    let day = model.now.eastern().date();
    let booked = ledger(model);
    let held: Vec<_> = model.positions.values().filter(|p| !p.qty.is_zero()).collect();
    let bare: Vec<_> = held
        .iter()
        .map(|p| (p.symbol.clone(), p.qty, protection::uncovered(model, p.con_id)))
        .filter(|(_, _, bare)| bare.is_positive())
        .collect();
    let mut live: Vec<&Order> = model.orders.live().collect();
    live.sort_by(|a, b| a.spec.symbol.cmp(&b.spec.symbol).then(a.placed_at.cmp(&b.placed_at)));
    let known = |o: &&&Order| o.state != OrderState::Unknown;
    let stays = |o: &Order| waits_for(model, o).unwrap_or(o).spec.tif.outlives_day();
    let touched = |o: &Order| o.changed_at.max(o.placed_at).eastern().date();
    let traded = traded(model, day, &booked);
    Card {
        day,
        covered: held.len().saturating_sub(bare.len()),
        bare,
        dying: live.iter().filter(known).filter(|o| !stays(o)).map(|o| o.key.clone()).collect(),
        staying: live
            .iter()
            .filter(known)
            .filter(|o| stays(o))
            .map(|o| (o.key.clone(), (o.spec.tif == Tif::Gtc).then(|| gtc_ends(touched(o)))))
            .collect(),
        unknown: live.iter().filter(|o| o.state == OrderState::Unknown).map(|o| o.key.clone()).collect(),
        sums: sums(&traded),
        traded,
        trips: trips(model, day, booked),
    }
}

fn trips(model: &Model, day: Date, booked: Ledger) -> Vec<(Trip, Option<Excursion>)> {
    let today = booked.trips.into_iter().filter(|t| t.closed.is_some_and(|at| day_of(at) == day));
    today
        .map(|trip| {
            let far = excursion(model, &trip);
            (trip, far)
        })
        .collect()
}

/// How far a trip went, by the finest bars at hand that cover it.
fn excursion(model: &Model, trip: &Trip) -> Option<Excursion> {
    let multiplier = select::instrument(model, trip.con_id)?.multiplier;
    let of_it = model.market.bars.iter().filter(|(key, _)| key.con_id == trip.con_id);
    let mut all: Vec<_> = of_it
        .filter_map(|(key, bars)| match bars {
            Bars::Loaded { bars, .. } => {
                Some((Duration::from_secs(u64::try_from(key.interval.seconds()).unwrap_or(u64::MAX)), bars))
            }
            _ => None,
        })
        .filter(|(span, _)| *span <= Duration::from_hours(1))
        .collect();
    all.sort_by_key(|(span, _)| *span);
    all.into_iter().find_map(|(span, bars)| ledger::excursion(trip, bars, span, multiplier))
}

fn traded(model: &Model, day: Date, booked: &Ledger) -> Vec<Traded> {
    let mut rows: BTreeMap<(SafeText, ConId), Traded> = BTreeMap::new();
    let is_today = |time: Option<i64>| time.is_some_and(|at| day_of(at) == day);
    for e in ledger::current(model.orders.executions.values()).into_iter().filter(|e| is_today(e.time)) {
        let row = rows.entry((e.symbol.clone(), e.con_id)).or_insert_with(|| Traded {
            symbol: e.symbol.clone(),
            currency: e.currency.clone().unwrap_or_default(),
            bought: Qty::ZERO,
            sold: Qty::ZERO,
            fills: 0,
            sums: Sums { gross: Some(Cash::ZERO), net: Some(Cash::ZERO), ..Sums::default() },
        });
        let side = if e.side == Side::Buy { &mut row.bought } else { &mut row.sold };
        *side = side.plus(e.qty).unwrap_or(*side);
        row.fills = row.fills.saturating_add(1);
        match &e.commission {
            Some(c) => row.sums.commission = row.sums.commission.plus(c.amount).unwrap_or(row.sums.commission),
            None => row.sums.pending = row.sums.pending.saturating_add(1),
        }
        match ledger::slippage([e], |e| terms(model, e)) {
            Some(by) => row.sums.slippage = row.sums.slippage.unwrap_or_default().plus(by),
            None => row.sums.unmeasured = row.sums.unmeasured.saturating_add(1),
        }
    }
    for part in booked.realised.iter().filter(|r| is_today(r.time)) {
        if let Some((_, row)) = rows.iter_mut().find(|((_, con_id), _)| *con_id == part.con_id) {
            row.sums.gross = add(row.sums.gross, part.gross);
            row.sums.net = add(row.sums.net, part.net);
        }
    }
    rows.into_values().collect()
}

fn add(a: Option<Cash>, b: Option<Cash>) -> Option<Cash> {
    a?.plus(b?)
}

/// The sums of all rows, by currency.
fn sums(rows: &[Traded]) -> Vec<(SafeText, Sums)> {
    let mut all: BTreeMap<SafeText, Sums> = BTreeMap::new();
    for row in rows {
        let zero = Sums { gross: Some(Cash::ZERO), net: Some(Cash::ZERO), ..Sums::default() };
        let sum = all.entry(row.currency.clone()).or_insert(zero);
        sum.commission = sum.commission.plus(row.sums.commission).unwrap_or(sum.commission);
        sum.pending = sum.pending.saturating_add(row.sums.pending);
        sum.unmeasured = sum.unmeasured.saturating_add(row.sums.unmeasured);
        sum.gross = add(sum.gross, row.sums.gross);
        sum.net = add(sum.net, row.sums.net);
        if let Some(by) = row.sums.slippage {
            sum.slippage = sum.slippage.unwrap_or_default().plus(by);
        }
    }
    all.into_iter().collect()
}
