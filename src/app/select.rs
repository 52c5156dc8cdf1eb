//! What can be read off the model: the only place where panes, guard and handlers ask the same question.
//!
//! Everything here is pure and answers `None` for what is not known.

use std::time::Duration;

use super::day;
use super::model::{Bars, Model};
use crate::broker::Link;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::account::Mode;
use crate::domain::bar::{Bar, BarHours, BarKey, Interval};
use crate::domain::fill::Execution;
use crate::domain::instrument::{ConId, Instrument, SecType};
use crate::domain::order::{BrokerIds, Oca, Order, OrderKey, OrderState, Ownership};
use crate::domain::position::Position;
use crate::domain::quote::{Quote, Truth};
use crate::money::Qty;
use crate::panes::PaneKind;
use crate::panes::blotter::Tab;
use crate::risk::{Class, Context, Expires, Gate, Origin, Readiness};
use crate::sentence::Contract;

/// The contract of the watchlist's selected row.
pub fn watched(model: &Model) -> Option<ConId> {
    model.panes.watchlist.current().and_then(|row| row.con_id)
}

/// The contract the chart shows.
pub fn charted(model: &Model) -> Option<ConId> {
    model.panes.chart.opened.or_else(|| watched(model))
}

/// The contract that `b` would act on in this pane.
pub fn subject_of(model: &Model, pane: PaneKind) -> Option<ConId> {
    match pane {
        PaneKind::Watchlist | PaneKind::Account => watched(model),
        PaneKind::Chart | PaneKind::Ticket => charted(model),
        PaneKind::Blotter => blotter_row(model).map(|row| row.con_id()),
        PaneKind::Positions => position_row(model).map(|p| p.con_id),
    }
}

/// The contract that `b` would act on now.
pub fn subject(model: &Model) -> Option<ConId> {
    subject_of(model, model.workspace.focus)
}

/// The contract of this id, once confirmed.
pub fn instrument(model: &Model, con_id: ConId) -> Option<&Instrument> {
    model.market.instruments.get(&con_id)
}

/// A confirmed contract of this symbol.
pub fn by_symbol<'m>(model: &'m Model, symbol: &str) -> Option<&'m Instrument> {
    let mut called = all_called(model, symbol);
    called.next().filter(|_| called.next().is_none())
}

/// The confirmed contracts of this name.
fn all_called<'m>(model: &'m Model, symbol: &str) -> impl Iterator<Item = &'m Instrument> {
    model.market.instruments.values().filter(move |i| i.symbol.eq_ignore_ascii_case(symbol))
}

/// The ids of the contracts that share a name, where there are several.
pub fn namesakes(model: &Model, contract: &Contract) -> Option<Vec<ConId>> {
    let name = contract.name()?;
    let ids: Vec<ConId> = all_called(model, &name).map(|i| i.con_id).collect();
    (ids.len() > 1).then_some(ids)
}

/// The confirmed contract that a sentence names; of a front month the one that the broker gave today.
pub fn by_name<'m>(model: &'m Model, contract: &Contract) -> Option<&'m Instrument> {
    if let Contract::ConId(id) = contract {
        return instrument(model, ConId(*id));
    }
    if contract.is_front() {
        let (con_id, on) = model.market.fronts.get(contract.root()?)?;
        return instrument(model, *con_id).filter(|_| *on == model.now.eastern().date());
    }
    by_symbol(model, &contract.name()?)
}

/// The size that the keys stage of a contract.
pub fn preset(model: &Model, instrument: Option<&Instrument>) -> Qty {
    let kind = instrument.map_or(SecType::Stock, |i| i.sec_type);
    let chosen = model.panes.ticket.presets.get(&kind).copied();
    chosen.or_else(|| instrument.and_then(|i| kind.first_size(i.size_increment))).unwrap_or(model.settings.default_size)
}

/// The quote of a contract and how far it can be believed.
pub fn quote(model: &Model, con_id: ConId) -> Option<(&Quote, Truth)> {
    let judged = |q: &Quote| {
        // A living feed says nothing of a line that it has not quoted yet.
        let quoted = q.at.is_none_or(|at| at.mono >= model.desk.feed_from.mono);
        let alive = model.desk.alive.filter(|_| quoted);
        let own = |alive| if model.desk.farms_gone.is_empty() { alive } else { q.at.unwrap_or(alive) };
        Truth::of(q, model.now, alive.map(own))
    };
    model.market.quotes.get(&con_id).map(|q| (q, judged(q)))
}

/// Whether another session of the same user receives the data of any line (10197).
pub fn is_competing(model: &Model) -> bool {
    let taken = |q: &Quote| q.refused.as_ref().is_some_and(|(code, _)| *code == 10_197);
    model.market.quotes.values().any(taken)
}

/// How far the quote of a contract can be believed.
pub fn truth(model: &Model, con_id: ConId) -> Truth {
    quote(model, con_id).map_or(Truth::Asked, |(_, truth)| truth)
}

/// What is held of a contract; zero is known only once the broker has listed the positions.
pub fn held(model: &Model, con_id: ConId) -> Option<Qty> {
    match model.positions.get(&con_id) {
        Some(position) => Some(position.qty),
        None => model.desk.positions_known.then_some(Qty::ZERO),
    }
}

/// What of a position an order can be judged by while a fill may not be in it yet.
pub fn certain(model: &Model, con_id: ConId) -> Option<Qty> {
    let position = held(model, con_id)?;
    let settling = model.orders.settling.get(&con_id);
    Some(settling.map_or(position, |s| s.certain(position, model.now)))
}

/// Whether every fill that was told of a contract is in its position, as far as that can be known.
pub fn is_settled(model: &Model, con_id: ConId) -> bool {
    model.orders.settling.get(&con_id).is_none_or(|s| !s.is_behind(model.now))
}

/// Whether only we can cancel the order. What TWS itself has placed carries a client id, but no order id.
pub fn is_ours(model: &Model, order: &Order) -> bool {
    let nameless = order.ids.order_id == 0 && order.ownership == Ownership::Foreign;
    match &model.desk.account {
        Some(_) if order.state == OrderState::Sending => true,
        Some(_) => order.ids.client_id == model.desk.client_id && !nameless,
        None => order.ownership == Ownership::Own,
    }
}

/// So old may the last list of others' orders be; they are asked for every five seconds.
pub const OTHERS_MAX: Duration = Duration::from_secs(15);

/// From when on the last list of others' orders is too old to be believed; `None` before there is one, and while there is no
/// connection, when nothing is as of now.
pub fn others_until(model: &Model) -> Option<Stamp> {
    let heard = model.desk.others_at.filter(|_| is_current(model))?;
    // While the gateway did not answer nobody asked.
    let from = if heard.mono < model.desk.link_at.mono { model.desk.link_at } else { heard };
    Some(from.plus(OTHERS_MAX))
}

/// How old the last list of others' orders is, where it is too old to be believed.
pub fn others_doubted(model: &Model) -> Option<Duration> {
    let over = others_until(model)?.mono < model.now.mono;
    model.desk.others_at.filter(|_| over).map(|heard| model.now.since(heard))
}

/// Whether an order is known to be as it stands here; one of others is while their list is fresh.
pub fn is_heard(model: &Model, order: &Order) -> bool {
    is_ours(model, order) || others_doubted(model).is_none()
}

/// Orders of a contract that can still fill, oldest first.
pub fn live_of(model: &Model, con_id: ConId) -> Vec<&Order> {
    model.orders.live().filter(|o| o.spec.con_id == con_id).collect()
}

/// How many orders can still fill.
pub fn working_count(model: &Model) -> usize {
    model.orders.live().filter(|o| o.state != OrderState::Unknown).count()
}

/// How many orders have an unknown fate.
pub fn unknown_count(model: &Model) -> usize {
    model.orders.live().filter(|o| o.state == OrderState::Unknown).count()
}

/// The state of the connection as the guard judges it.
pub fn readiness(model: &Model) -> Readiness {
    match &model.desk.link {
        Link::Ready { read_only: true, .. } => Readiness::ReadOnly,
        Link::Ready { .. } => Readiness::Ready,
        Link::IbLost | Link::IbBack { .. } => Readiness::IbLost,
        Link::Mute => Readiness::Mute,
        Link::Dialling { .. } | Link::Syncing { .. } | Link::Refused(_) => Readiness::Down,
    }
}

/// Whether the numbers on the screen are as of now, and not as of the end of the connection.
pub fn is_current(model: &Model) -> bool {
    matches!(model.desk.link, Link::Ready { .. })
}

/// Whether Enter asks also where the guard has nothing to ask.
pub fn asks_anyway(model: &Model) -> bool {
    model.desk.mode == Mode::Live && model.desk.arming.gate(model.settings.live.confirm) != Gate::Sends
}

/// Whether orders that open a position can leave: connected, neither HALT nor REDUCE, and in live armed and not paused.
pub fn entries_leave(model: &Model) -> bool {
    let open = model.desk.mode == Mode::Paper || model.desk.arming.is_open();
    let stopped = model.desk.halted || model.desk.reduced == Some(session_date(model));
    open && readiness(model) == Readiness::Ready && !stopped
}

/// Everything the guard judges an order of this contract by.
pub fn context<'m>(model: &'m Model, con_id: ConId, working: &'m [&'m Order], origin: Origin) -> Context<'m> {
    Context {
        at: model.now,
        account: model.desk.account.as_ref(),
        mode: model.desk.mode,
        gate: model.desk.arming.gate(model.settings.live.confirm),
        readiness: readiness(model),
        halted: model.desk.halted,
        reduced: model.desk.reduced == Some(session_date(model)),
        clock_off: model.desk.clock_ahead.is_some(),
        loss_released: model.desk.released == Some(session_date(model)),
        hours: model.desk.hours,
        instrument: instrument(model, con_id),
        quote: model.market.quotes.get(&con_id),
        truth: truth(model, con_id),
        position: certain(model, con_id),
        working,
        currency: Some(&model.account.currency).filter(|currency| !currency.is_empty()),
        unheard: others_doubted(model).map(|_| model.desk.client_id),
        net_liquidation: model.account.net_liquidation,
        gross: model.account.gross_value,
        available: model.account.available_funds,
        excess: model.account.excess_liquidity,
        buying_power: model.account.buying_power,
        day_pnl: day::worse(model),
        settled_cash: model.account.settled_cash,
        expires: instrument(model, con_id).and_then(expires),
        average_volume: average_volume(model, con_id),
        open_intents: open_intents(model),
        recent: &model.orders.recent,
        origin,
        limits: &model.desk.limits,
    }
}

/// When a contract ends, of what does.
fn expires(instrument: &Instrument) -> Option<Expires> {
    let last = instrument.last_day?;
    match instrument.sec_type {
        SecType::Option | SecType::FutureOption => Some(Expires::Option(last)),
        // Which futures are settled by delivery, and from when the broker closes them out, their details do not say.
        SecType::Future => Some(Expires::Future { last, close_out: None }),
        _ => None,
    }
}

/// Whether what is left of a working order can increase the position.
pub fn class_of(model: &Model, order: &Order) -> Class {
    let live = live_of(model, order.spec.con_id);
    crate::risk::class_of(order, &context(model, order.spec.con_id, &live, Origin::Key))
}

/// The date of the session that is under way, or comes next.
pub fn session_date(model: &Model) -> jiff::civil::Date {
    model.desk.hours.session_date(&model.now.eastern())
}

/// Shares of an average day of the last twenty, where the chart has loaded at least five whole ones.
fn average_volume(model: &Model, con_id: ConId) -> Option<Qty> {
    let day = |hours| bars(model, BarKey { con_id, interval: Interval::Day1, hours });
    let loaded = [BarHours::Regular, BarHours::Extended].map(day).into_iter().find(|bars| !bars.is_empty())?;
    let whole = loaded.split_last().map(|(_, before)| before)?;
    let volumes: Vec<Qty> = whole.iter().rev().take(20).filter_map(|bar| bar.volume).collect();
    let sum = volumes.iter().try_fold(Qty::ZERO, |sum, v| sum.plus(*v))?;
    (volumes.len() >= 5).then(|| sum.0.checked_div(volumes.len().into()).map(Qty)).flatten()
}

/// How many intents of ours are at work: exits count with their entry, a group once.
fn open_intents(model: &Model) -> usize {
    let heads = model.orders.live().filter(|o| o.ownership == Ownership::Own && o.parent.is_none());
    let (tied, alone): (Vec<&Order>, Vec<&Order>) = heads.partition(|o| o.spec.attributes.oca.is_some());
    let groups: std::collections::BTreeSet<&str> =
        tied.iter().filter_map(|o| o.spec.attributes.oca.as_ref()).map(|oca| oca.name.as_str()).collect();
    alone.len().saturating_add(groups.len())
}

/// The group at work that the trader knows by this name and kind, by its name on the wire: of our orders of the contract,
/// where that is one.
pub fn group(model: &Model, con_id: ConId, oca: &Oca) -> Option<Oca> {
    let own = model.orders.live().filter(|o| o.spec.con_id == con_id && o.ownership == Ownership::Own);
    let groups = own.filter_map(|o| o.spec.attributes.oca.as_ref());
    let fits = |g: &&Oca| g.kind == oca.kind && g.name != g.shown() && g.shown() == oca.name;
    let known: std::collections::BTreeSet<&str> = groups.filter(fits).map(|g| g.name.as_str()).collect();
    let only = known.first().filter(|_| known.len() == 1)?;
    Some(Oca { name: (*only).to_owned(), kind: oca.kind })
}

/// The order of this key.
pub fn order<'m>(model: &'m Model, key: &OrderKey) -> Option<&'m Order> {
    model.orders.all.get(key)
}

/// Whether another living order stands at the broker under the id of this one, told apart by its permanent id alone.
pub fn is_forked(model: &Model, order: &Order) -> bool {
    let ids = order.ids;
    let twin =
        |o: &&Order| (o.ids.client_id, o.ids.order_id) == (ids.client_id, ids.order_id) && o.ids.perm_id != ids.perm_id;
    ids.order_id > 0 && ids.perm_id != 0 && model.orders.live().filter(twin).any(|o| o.ids.perm_id != 0)
}

/// The short name of an order: its number at the broker, or its reference while it has none.
pub fn order_name(order: &Order) -> String {
    if order.ids.order_id == 0 { order.key.to_string() } else { format!("#{}", order.ids.order_id) }
}

/// Why an order cannot be changed now, if so.
pub fn unchangeable(model: &Model, order: &Order) -> Option<String> {
    let name = order_name(order);
    match order.state {
        OrderState::Held | OrderState::Working => {}
        OrderState::Sending => return Some(format!("{name} has no answer yet.")),
        OrderState::Cancelling => return Some(format!("{name} is being cancelled.")),
        OrderState::Unknown => return Some(format!("{name} is UNKNOWN; o u asks the broker again.")),
        OrderState::Filled | OrderState::Cancelled | OrderState::Rejected => {
            return Some(format!("{name} has ended."));
        }
    }
    if order.before_change.is_some() {
        return Some(format!("{name}: a change of it has no answer yet."));
    }
    if order.ids.client_id != model.desk.client_id || order.ids.order_id == 0 {
        return Some(format!("{name} belongs to client {}; change it there.", order.ids.client_id));
    }
    if is_forked(model, order) {
        return Some(format!("{name} is more than one order at the broker; a change could reach any. Cancel it."));
    }
    if order.spec.attributes.algo.is_some() {
        return Some(format!("{name} is worked by an algorithm: no change after it was sent (440). Cancel it."));
    }
    order.other_kind.as_ref().map(|kind| format!("{name} is a {kind} order, which this desk cannot change."))
}

/// Whether an order that has ended can be staged once more.
pub fn can_restage(model: &Model, order: &Order) -> bool {
    let known = order.other_kind.is_none() && instrument(model, order.spec.con_id).is_some();
    let told = order.remark.as_ref().is_none_or(|(_, text)| text.as_str() != super::words::GONE);
    order.state.is_terminal() && known && told
}

/// Whether a report with these ids can be about the order whose reference it bears. The reference is a text that anybody can
/// set: another client or another permanent id says that it is somebody else's order.
fn bears_its_ref(model: &Model, order: &Order, ids: &BrokerIds) -> bool {
    let same_perm = ids.perm_id == 0 || order.ids.perm_id == 0 || ids.perm_id == order.ids.perm_id;
    // An order without a number has not left here, or goes out under our own client id.
    let client_id = if order.ids.order_id == 0 { model.desk.client_id } else { order.ids.client_id };
    let knows_client = order.ids.order_id != 0 || model.desk.account.is_some();
    let same_client = ids.order_id == 0 || !knows_client || ids.client_id == client_id;
    same_perm && same_client
}

/// The order a report means: by its reference, then client and order id, then permanent id.
pub fn find_order<'m>(model: &'m Model, order_ref: &str, ids: &BrokerIds) -> Option<&'m OrderKey> {
    if !order_ref.is_empty()
        && let Some((key, order)) = model.orders.all.get_key_value(&OrderKey::own(order_ref))
        && bears_its_ref(model, order, ids)
    {
        return Some(key);
    }
    // An id may have been given out twice across restarts of the gateway: a reference of somebody else, or another
    // permanent id, says that it is not this order.
    let fits = |o: &Order| {
        let other_ref = !order_ref.is_empty() && o.ownership == Ownership::Own;
        let other_perm = ids.perm_id != 0 && o.ids.perm_id != 0 && ids.perm_id != o.ids.perm_id;
        !other_ref && !other_perm
    };
    let by_id = |o: &&Order| ids.order_id != 0 && o.ids.order_id == ids.order_id && o.ids.client_id == ids.client_id;
    let by_perm = |o: &&Order| ids.perm_id != 0 && o.ids.perm_id == ids.perm_id;
    // An id alone means the order that lives under it, before one that has ended.
    let all = || model.orders.all.values().rev().filter(|o| fits(o));
    let alive = |o: &&Order| ids.perm_id != 0 || !o.state.is_terminal();
    all().filter(alive).find(by_id).or_else(|| all().find(by_id)).or_else(|| all().find(by_perm)).map(|o| &o.key)
}

/// The order an execution belongs to.
pub fn order_of<'m>(model: &'m Model, execution: &Execution) -> Option<&'m Order> {
    find_order(model, &execution.order_ref, &execution.ids).and_then(|key| model.orders.all.get(key))
}

/// The executions of an order, oldest first.
pub fn executions_of<'m>(model: &'m Model, key: &'m OrderKey) -> impl Iterator<Item = &'m Execution> {
    let mine = move |e: &&Execution| find_order(model, &e.order_ref, &e.ids) == Some(key);
    model.orders.executions.values().filter(mine)
}

/// The bars the chart shows.
pub fn chart_key(model: &Model) -> Option<BarKey> {
    let chart = &model.panes.chart;
    charted(model).map(|con_id| BarKey { con_id, interval: chart.interval, hours: chart.hours })
}

/// The bars the chart shows and those it compares them with.
pub fn chart_keys(model: &Model) -> Vec<BarKey> {
    let Some(key) = chart_key(model) else { return Vec::new() };
    let other = compared(model).map(|con_id| BarKey { con_id, ..key });
    std::iter::once(key).chain(other).collect()
}

/// The contract the chart compares its own with; none while that is the same.
pub fn compared(model: &Model) -> Option<ConId> {
    let other = model.panes.chart.compare.as_ref().and_then(|c| c.con_id);
    other.filter(|id| Some(*id) != charted(model))
}

/// These bars, oldest first; empty while they are not here.
pub fn bars(model: &Model, key: BarKey) -> &[Bar] {
    match model.market.bars.get(&key) {
        Some(Bars::Loaded { bars, .. }) => bars,
        _ => &[],
    }
}

/// A row of the blotter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlotterRow<'m> {
    /// An order.
    Order(&'m Order),
    /// An execution.
    Execution(&'m Execution),
}

impl BlotterRow<'_> {
    /// The contract it is about.
    pub const fn con_id(&self) -> ConId {
        match self {
            Self::Order(order) => order.spec.con_id,
            Self::Execution(execution) => execution.con_id,
        }
    }
}

/// The orders of a tab, in the order of its rows; none for the executions tab.
pub fn blotter_orders(model: &Model, tab: Tab) -> Vec<&Order> {
    super::blotter::orders(model, tab)
}

/// The executions in the order of their tab.
pub fn blotter_executions(model: &Model) -> Vec<&Execution> {
    super::blotter::executions(model)
}

/// How many rows a tab shows.
pub fn tab_len(model: &Model, tab: Tab) -> usize {
    match tab {
        Tab::Executions => blotter_executions(model).len(),
        other => blotter_orders(model, other).len(),
    }
}

/// The index of the blotter's selected row.
pub fn blotter_index(model: &Model) -> Option<usize> {
    let blotter = &model.panes.blotter;
    if blotter.tab == Tab::Executions {
        let rows = blotter_executions(model);
        let index = blotter.execution.as_ref().and_then(|id| rows.iter().position(|e| e.exec_id == *id));
        return index.or_else(|| (!rows.is_empty()).then(|| blotter.row.min(rows.len().saturating_sub(1))));
    }
    let rows = blotter_orders(model, blotter.tab);
    let index = blotter.selected.as_ref().and_then(|key| rows.iter().position(|o| o.key == *key));
    index.or_else(|| (!rows.is_empty()).then(|| blotter.row.min(rows.len().saturating_sub(1))))
}

/// The blotter's selected row.
pub fn blotter_row(model: &Model) -> Option<BlotterRow<'_>> {
    let index = blotter_index(model)?;
    match model.panes.blotter.tab {
        Tab::Executions => blotter_executions(model).get(index).copied().map(BlotterRow::Execution),
        tab => blotter_orders(model, tab).get(index).copied().map(BlotterRow::Order),
    }
}

/// The positions in the order of their pane: open ones by symbol, those closed today last.
pub fn position_rows(model: &Model) -> Vec<&Position> {
    let mut rows: Vec<&Position> = model.positions.values().collect();
    rows.sort_by(|a, b| (a.qty.is_zero(), &a.symbol).cmp(&(b.qty.is_zero(), &b.symbol)));
    rows
}

/// The index of the selected position.
pub fn position_index(model: &Model) -> Option<usize> {
    let rows = position_rows(model);
    let selected = model.panes.positions.selected;
    let index = selected.and_then(|id| rows.iter().position(|p| p.con_id == id));
    index.or_else(|| (!rows.is_empty()).then_some(0))
}

/// The selected position.
pub fn position_row(model: &Model) -> Option<&Position> {
    position_rows(model).get(position_index(model)?).copied()
}

/// How many rows of the watchlist tick, and how many do not.
pub fn watch_counts(model: &Model) -> (usize, usize) {
    let rows = &model.panes.watchlist.rows;
    let live = rows.iter().filter_map(|r| r.con_id).filter(|id| truth(model, *id).is_live()).count();
    (live, rows.len().saturating_sub(live))
}

/// The symbol of a contract as far as anything knows it.
pub fn symbol(model: &Model, con_id: ConId) -> Option<SafeText> {
    let held = || model.positions.get(&con_id).map(|p| p.symbol.clone());
    instrument(model, con_id).map(|i| i.symbol.clone()).or_else(held)
}

/// Whether a change of this contract's market can be seen.
pub fn is_visible(model: &Model, con_id: ConId) -> bool {
    model.panes.watchlist.rows.iter().any(|r| r.con_id == Some(con_id))
        || charted(model) == Some(con_id)
        || compared(model) == Some(con_id)
        || model.positions.contains_key(&con_id)
        || model.panes.ticket.staged.as_ref().is_some_and(|s| s.con_id == con_id)
        || model.orders.live().any(|o| o.spec.con_id == con_id)
}
