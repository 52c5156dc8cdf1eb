//! What the blotter says of an order beyond its terms: which rows a tab has, when an order ends by itself, what ends with it,
//! what it was decided on and what it was filled at.
//!
//! Invariants: what is not known is `None` and never a number; the orders of other days are those the journal has, which are
//! our own.
//!
//! Must not know: the screen. Absent: executions of other days, orders of others of other days (the broker does not keep them
//! for us, and the journal records only our own).

use std::cmp::Reverse;

use jiff::civil::Date;

use super::eod;
use super::model::Model;
use super::{select, words};
use crate::domain::fill::Execution;
use crate::domain::order::{Order, OrderKey, OrderKind, OrderState, Session, Side, Tif};
use crate::ledger::Terms;
use crate::money::{Price, Qty};
use crate::panes::blotter::{Sort, Tab};

/// An order of today or of another day.
pub fn order<'m>(model: &'m Model, key: &OrderKey) -> Option<&'m Order> {
    select::order(model, key).or_else(|| model.panes.blotter.days.orders.iter().find(|o| o.key == *key))
}

/// The orders of a tab, filtered and sorted, in the order of its rows; none for the executions tab.
pub fn orders(model: &Model, tab: Tab) -> Vec<&Order> {
    let blotter = &model.panes.blotter;
    let all = model.orders.all.values();
    let mut rows: Vec<&Order> = match tab {
        Tab::Working => all.filter(|o| o.state.is_live()).collect(),
        Tab::Filled => all.filter(|o| o.state.is_terminal() && o.filled.is_positive()).collect(),
        Tab::Cancelled => all.filter(|o| o.state.is_terminal() && o.filled.is_zero()).collect(),
        Tab::All => all.collect(),
        // What is known of an order now is newer than what the journal had when it was read.
        Tab::Days => blotter.days.orders.iter().map(|o| select::order(model, &o.key).unwrap_or(o)).collect(),
        Tab::Executions => return Vec::new(),
    };
    rows.retain(|order| fits(model, &blotter.filter, order));
    match (blotter.sort, tab) {
        (Sort::Usual, Tab::Working) => {
            rows.sort_by(|a, b| by_symbol_and_price(a, b));
            return families(&rows);
        }
        (Sort::Usual, Tab::Filled | Tab::Cancelled) => rows.sort_by_key(|o| Reverse(o.changed_at.wall)),
        (Sort::Usual, _) => rows.sort_by_key(|o| Reverse(o.placed_at.wall)),
        (Sort::Symbol, _) => rows.sort_by(|a, b| a.spec.symbol.cmp(&b.spec.symbol)),
        (Sort::Side, _) => rows.sort_by_key(|o| o.spec.side == Side::Sell),
        (Sort::Price, _) => rows.sort_by_key(|o| Reverse(o.spec.kind.handle())),
        (Sort::Size, _) => rows.sort_by_key(|o| Reverse(o.spec.qty)),
        (Sort::Newest, _) => rows.sort_by_key(|o| Reverse(o.placed_at.wall)),
    }
    rows
}

/// The executions in the order of their tab, filtered, newest first.
pub fn executions(model: &Model) -> Vec<&Execution> {
    let filter = model.panes.blotter.filter.to_lowercase();
    let fits = |e: &&Execution| {
        let text = format!("{} {} {} {}", e.symbol, e.side.word(), e.exchange, e.order_ref).to_lowercase();
        filter.split_whitespace().all(|word| text.contains(word))
    };
    let mut all: Vec<&Execution> = model.orders.executions.values().rev().filter(fits).collect();
    match model.panes.blotter.sort {
        Sort::Symbol => all.sort_by(|a, b| a.symbol.cmp(&b.symbol)),
        Sort::Side => all.sort_by_key(|e| e.side == Side::Sell),
        Sort::Price => all.sort_by_key(|e| Reverse(e.price)),
        Sort::Size => all.sort_by_key(|e| Reverse(e.qty)),
        Sort::Usual | Sort::Newest => all.sort_by_key(|e| Reverse(e.time)),
    }
    all
}

/// Whether every word of the filter stands somewhere in what the blotter knows of an order.
fn fits(model: &Model, filter: &str, order: &Order) -> bool {
    if filter.trim().is_empty() {
        return true;
    }
    let foreign = if select::is_ours(model, order) { "" } else { "foreign" };
    let remark = order.remark.as_ref().map_or_else(String::new, |(code, text)| format!("{code} {text}"));
    let (name, text) = (select::order_name(order), words::order(model, order));
    let text = format!(
        "{text} {} {} {} {foreign} {name} {} {remark}",
        order.spec.tif.word(),
        order.spec.kind.word(),
        state_word(order.state),
        order.key,
    );
    let text = text.to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// The word for a state, as one would look for it.
pub const fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Sending => "sending",
        OrderState::Held => "held",
        OrderState::Working => "working",
        OrderState::Cancelling => "cancelling",
        OrderState::Unknown => "UNKNOWN",
        OrderState::Filled => "filled",
        OrderState::Cancelled => "cancelled",
        OrderState::Rejected => "REJECTED",
    }
}

/// Exits stand under the entry they belong to, as long as it is there.
fn families<'m>(orders: &[&'m Order]) -> Vec<&'m Order> {
    let is_exit = |order: &Order| order.parent.as_ref().is_some_and(|head| orders.iter().any(|o| o.key == *head));
    let mut rows = Vec::with_capacity(orders.len());
    for head in orders.iter().copied().filter(|order| !is_exit(order)) {
        rows.push(head);
        rows.extend(orders.iter().copied().filter(|order| order.parent.as_ref() == Some(&head.key)));
    }
    rows
}

/// Working orders stand by symbol, the highest price first.
fn by_symbol_and_price(a: &Order, b: &Order) -> std::cmp::Ordering {
    let price = |o: &Order| Reverse(o.spec.kind.handle());
    a.spec.symbol.cmp(&b.spec.symbol).then(price(a).cmp(&price(b))).then(a.placed_at.cmp(&b.placed_at))
}

/// What ends an order if nothing else does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// With the session of this day.
    Day(Date),
    /// On this day at the latest, by IB's rule for GTC orders: the end of the quarter after the one in which it was last
    /// touched, or 90 days without a login (`trading.md` D7).
    Rule(Date),
    /// At its own moment.
    Date(crate::domain::terms::Moment),
    /// With the entry that it waits for.
    Entry,
    /// At once, or within minutes.
    Soon,
}

/// When a live order ends by itself; `None` where it has ended.
pub fn ends(model: &Model, order: &Order) -> Option<Ends> {
    if order.state.is_terminal() {
        return None;
    }
    if eod::waits_for(model, order).is_some() {
        return Some(Ends::Entry);
    }
    Some(match order.spec.tif {
        Tif::Gtc => Ends::Rule(eod::gtc_ends(order.changed_at.max(order.placed_at).eastern().date())),
        Tif::Gtd(moment) => Ends::Date(moment),
        Tif::Day | Tif::Dtc => Ends::Day(model.desk.hours.session_date(&model.now.eastern())),
        Tif::Ioc | Tif::Fok | Tif::FiveMinutes => Ends::Soon,
    })
}

/// Which orders end with it or because of it: the exits that wait for it, and those of its group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tied {
    /// The entry it is an exit of.
    pub entry: Option<OrderKey>,
    /// Its exits; they go with it while it has not filled.
    pub exits: Vec<OrderKey>,
    /// The name of its group, and the others in it that work: a fill of one takes the others back.
    pub group: Option<(String, Vec<OrderKey>)>,
}

/// What is tied to an order.
pub fn tied(model: &Model, order: &Order) -> Tied {
    let others = || model.orders.live().filter(|o| o.key != order.key);
    let of_group = |name: &str| {
        others()
            .filter(|o| o.spec.attributes.oca.as_ref().is_some_and(|oca| oca.name == name))
            .map(|o| o.key.clone())
            .collect()
    };
    Tied {
        entry: order.parent.clone(),
        exits: others().filter(|o| o.parent.as_ref() == Some(&order.key)).map(|o| o.key.clone()).collect(),
        group: order.spec.attributes.oca.as_ref().map(|oca| (oca.shown().to_owned(), of_group(&oca.name))),
    }
}

/// What is known of the moment an order was approved.
pub fn terms(model: &Model, order: &Order) -> Option<Terms> {
    model.orders.terms.get(&order.key).copied()
}

/// What its fills cost by the unit against the middle at its approval, positive is worse; `None` unless both are known.
pub fn slippage(model: &Model, order: &Order) -> Option<Price> {
    let (paid, middle) = (order.avg_fill?, terms(model, order)?.arrival?);
    if order.spec.side == Side::Buy { paid.minus(middle) } else { middle.minus(paid) }
}

/// Ticks from the market to the order's price, below zero under the touch it rests at: a limit rests at its own side's touch,
/// a stop waits behind the other one. `None` without a live quote.
pub fn away(model: &Model, order: &Order) -> Option<i64> {
    let price = order.spec.kind.handle()?;
    let (quote, truth) = select::quote(model, order.spec.con_id)?;
    if !truth.is_live() {
        return None;
    }
    let waits = order.spec.kind.is_triggered() && !matches!(order.spec.kind, OrderKind::Touched { .. });
    let touch = if (order.spec.side == Side::Buy) == waits { quote.ask } else { quote.bid }?;
    price.ticks_from(touch, select::instrument(model, order.spec.con_id)?.rule.tick_at(touch))
}

/// The hours an order works in; `None` where an auction has none to choose.
pub fn session(order: &Order) -> Option<Session> {
    (!order.spec.kind.is_auction()).then_some(order.spec.session)
}

/// What of the order is put on the clipboard: its sentence, what has become of it, its numbers.
pub fn copied(model: &Model, order: &Order) -> String {
    let rule = select::instrument(model, order.spec.con_id).map(|i| &i.rule);
    let sentence = match &order.other_kind {
        Some(_) => words::order(model, order),
        None => words::sentence(&order.spec, rule),
    };
    let filled = format!("{}/{}", plain(order.filled), plain(order.spec.qty));
    let average =
        order.avg_fill.map_or_else(String::new, |p| format!(" @ {}", words::average(model, order.spec.con_id, p)));
    let remark = order.remark.as_ref().map_or_else(String::new, |(code, text)| match code {
        0 => format!("  {text}"),
        code => format!("  {code}: {text}"),
    });
    format!("{}  {sentence}  {} {filled}{average}{remark}", select::order_name(order), state_word(order.state))
}

/// What of an execution is put on the clipboard.
pub fn copied_execution(model: &Model, execution: &Execution) -> String {
    let price = words::price(model, execution.con_id, execution.price);
    let (side, qty) = (execution.side.word(), plain(execution.qty));
    format!("{}  {side} {qty} {} @ {price}  {}", execution.exec_id.0, execution.symbol, execution.exchange)
}

/// Plain digits, as another program reads them.
fn plain(qty: Qty) -> String {
    qty.0.normalize().to_string()
}
