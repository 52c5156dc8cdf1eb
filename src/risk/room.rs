//! Room for an exit beside exits that claim the whole position already: what has to give way first, and what goes with it.
//!
//! Long 100 with a stop and a target of 100 in one group, half of it is to be closed: sent as it is, the stop could still fill
//! whole and cross zero (G18). Four ways were weighed:
//!
//! - *Close, then shrink the stop by what fills*: between the two, and for good once the desk is gone, the stop is larger
//!   than the position. It can cross zero.
//! - *Put the close into the group of the stop*: IB takes from the others "in proportion"; whether that is in shares, or in
//!   the share of each, is not known to hold for orders of different sizes. It can take the whole stop. And a group that has
//!   been used cannot be joined (10326).
//! - *Shrink the stop, then close*: while the close rests, what it is to close has no stop.
//! - **Shrink stop and target to what stays, then send the close together with a stop of its own size, in a group of their
//!   own.** In a group of two equal orders both readings of "in proportion" come to the same. Whatever fills, and whenever the
//!   desk goes away, no more can be sold than is held; the stops cover what they covered, but for the moment between two
//!   messages. This is what is done.
//!
//! The targets shrink first and the stops only once that is confirmed, so that a refusal half way leaves the stop whole.
//! A stop that is to go beside a target of full size (`p`) is the same with the roles changed: the target gives way, and
//! comes back in one group with the stop.
//!
//! Invariants: an order that is not ours, has a change or a cancel under way or waits for its entry gives no way; the sum of
//! what can fill is never above the position, before, between and after the steps; the exit itself is judged by the guard
//! once more when it is sent, with the orders as they are then.
//!
//! Absent: room made by orders of other clients, by several groups at once, or for orders of an auction.

use super::working::{of_side, waits};
use super::{Assessment, Context, Finding, Weight, judged};
use crate::domain::order::{
    Attributes, Oca, OcaKind, Order, OrderKey, OrderKind, OrderSpec, OrderState, Ownership, Side,
};
use crate::domain::shown;
use crate::money::Qty;

/// The shown name of the group of an exit and what goes beside it.
const GROUP: &str = "part";

/// An order that gives way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yields {
    /// Which.
    pub key: OrderKey,
    /// What it has left now.
    pub from: Qty,
    /// What it has left then; nothing: it is cancelled.
    pub to: Qty,
    /// Whether it protects the position; such an order gives way last.
    pub protects: bool,
}

/// What is done before an exit goes, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The orders that give way.
    pub yields: Vec<Yields>,
    /// The order of the exit's size that goes before it and in one group with it; none where no stop gives way.
    pub beside: Option<OrderSpec>,
}

impl Room {
    /// The exit and what goes beside it, in a group that nobody has used: the exit's name is in it.
    pub fn grouped(&self, exit: &OrderSpec, key: &OrderKey) -> (Option<OrderSpec>, OrderSpec) {
        let Some(beside) = &self.beside else { return (None, exit.clone()) };
        let oca = Oca { name: GROUP.to_owned(), kind: OcaKind::Reduce }.on_wire(key.as_str());
        let tied = |spec: &OrderSpec| {
            let attributes = Attributes { oca: Some(oca.clone()), ..spec.attributes.clone() };
            OrderSpec { attributes, ..spec.clone() }
        };
        (Some(tied(beside)), tied(exit))
    }

    /// What is done, in words.
    fn words(&self, ctx: &Context<'_>) -> String {
        let said: Vec<String> = self.yields.iter().map(|yields| said(yields, ctx)).collect();
        let first = format!("first {}", said.join(", "));
        let Some(beside) = &self.beside else { return first };
        let word = if is_stop(&beside.kind) { "stop" } else { "target" };
        let at = beside.kind.handle().map(|at| match ctx.instrument {
            Some(instrument) => format!(" at {}", shown::price(at, &instrument.rule)),
            None => format!(" at {}", at.0.normalize()),
        });
        format!("{first}; then this, with a {word} of {}{} beside it", shown::qty(beside.qty), at.unwrap_or_default())
    }
}

fn said(yields: &Yields, ctx: &Context<'_>) -> String {
    let order = ctx.working.iter().find(|o| o.key == yields.key);
    let name = order.map_or_else(|| yields.key.to_string(), |o| format!("#{}", o.ids.order_id));
    let word = match order {
        Some(order) if is_stop(&order.spec.kind) => "stop",
        Some(order) if order.spec.kind.is_triggered() => "order",
        _ => "target",
    };
    if yields.to.is_zero() {
        format!("{word} {name} is cancelled")
    } else {
        format!("{word} {name} {} → {}", shown::qty(yields.from), shown::qty(yields.to))
    }
}

const fn is_stop(kind: &OrderKind) -> bool {
    matches!(kind, OrderKind::Stop { .. } | OrderKind::Trail { .. } | OrderKind::StopProtect(_))
}

/// What has to give way so that this order is an exit; `None` where it is one already, or where nothing here would make it one.
pub fn room(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Room> {
    let held = match (spec.side, ctx.position?) {
        (Side::Sell, held) if held.is_positive() => held,
        (Side::Buy, held) if held.is_negative() => held.abs(),
        _ => return None,
    };
    let said = &spec.attributes;
    let alone = said.oca.is_none() && !said.flip && !spec.kind.is_auction() && !said.preview;
    if !alone || !spec.qty.is_positive() || spec.qty > held {
        return None;
    }
    let without = of_side(spec.side, spec, ctx, None)?;
    let excess = without.plus(spec.qty)?.minus(held)?;
    if !excess.is_positive() || without > held {
        return None;
    }
    let links = links(spec.side, ctx);
    if is_stop(&spec.kind) {
        // A stop takes the place of nothing that protects: targets alone give way, and come back beside it.
        let targets = links.iter().filter(|link| link.stops == 0 && link.orders.len() == 1 && link.size >= spec.qty);
        let link = targets.min_by_key(|link| link.size)?;
        let beside = link.orders.first().map(|order| tied(order, spec.qty))?;
        return Some(Room { yields: link.less(spec.qty)?, beside: Some(beside) });
    }
    let targets = links.iter().filter(|link| link.stops == 0 && link.orders.len() == 1 && link.size >= excess);
    if let Some(link) = targets.min_by_key(|link| link.size) {
        return Some(Room { yields: link.less(excess)?, beside: None });
    }
    let stops = links.iter().filter(|link| link.stops == 1 && link.size >= spec.qty);
    let link = stops.min_by_key(|link| link.size)?;
    let stop = link.orders.iter().find(|order| is_stop(&order.spec.kind) && order.remaining() >= spec.qty)?;
    Some(Room { yields: link.less(spec.qty)?, beside: Some(tied(stop, spec.qty)) })
}

/// What the guard thinks of an exit, and of what goes beside it, once others have made room: for the ticket, before any of it
/// is sent. What would be refused then is refused before anything has given way.
pub fn assess_with(room: &Room, spec: &OrderSpec, ctx: &Context<'_>) -> Assessment {
    let after: Vec<Order> = ctx.working.iter().filter_map(|order| room.after(order)).collect();
    let working: Vec<&Order> = after.iter().collect();
    let ctx_after = Context { working: &working, ..ctx.clone() };
    let mut assessment = judged(spec, &ctx_after, None);
    if let Some(beside) = &room.beside {
        let word = if is_stop(&beside.kind) { "stop" } else { "target" };
        let known = |f: &Finding| assessment.findings.iter().any(|g| g.code == f.code && g.weight >= f.weight);
        let judged = judged(beside, &ctx_after, None).findings.into_iter();
        let more = judged.filter(|f| f.weight > Weight::Note && !known(f)).map(|f| Finding {
            text: format!("the {word} beside it: {}", f.text),
            fix: None,
            ..f
        });
        let more: Vec<Finding> = more.collect();
        assessment.findings.extend(more);
    }
    let note = Finding { code: "G18", weight: Weight::Note, text: room.words(ctx), fix: None };
    assessment.findings.push(note);
    assessment.findings.sort_by_key(|f| std::cmp::Reverse(f.weight));
    assessment
}

impl Room {
    /// What becomes of an order at work.
    pub(super) fn after(&self, order: &Order) -> Option<Order> {
        match self.yields.iter().find(|yields| yields.key == order.key) {
            Some(yields) if yields.to.is_zero() => None,
            Some(yields) => {
                let mut order = order.clone();
                order.spec.qty = order.filled.plus(yields.to)?;
                Some(order)
            }
            None => Some(order.clone()),
        }
    }
}

/// An order as it goes out again for this size.
fn tied(order: &Order, qty: Qty) -> OrderSpec {
    let attributes = Attributes { oca: None, ..order.spec.attributes.clone() };
    OrderSpec { qty, attributes, ..order.spec.clone() }
}

/// Orders of one side that fill instead of one another, all of which can be changed from here.
struct Link<'a> {
    orders: Vec<&'a Order>,
    stops: usize,
    size: Qty,
}

impl Link<'_> {
    /// How each gives way so that together they can fill so much less; the stops last.
    fn less(&self, by: Qty) -> Option<Vec<Yields>> {
        let to = self.size.minus(by).filter(|to| !to.is_negative())?;
        let larger = self.orders.iter().filter(|order| order.remaining() > to);
        let mut all: Vec<Yields> = larger
            .map(|order| Yields {
                key: order.key.clone(),
                from: order.remaining(),
                to,
                protects: is_stop(&order.spec.kind),
            })
            .collect();
        all.sort_by_key(|yields| yields.protects);
        Some(all)
    }
}

/// The orders at work on a side, by what links them; without those of which one cannot be changed from here.
fn links<'a>(side: Side, ctx: &Context<'a>) -> Vec<Link<'a>> {
    let mut all: Vec<Vec<&Order>> = Vec::new();
    for order in ctx.working.iter().copied().filter(|o| o.spec.side == side && !waits(o, ctx)) {
        let group = |o: &Order| o.spec.attributes.oca.as_ref().map(|oca| oca.name.clone());
        let linked = |other: &Order| match (group(order), group(other)) {
            (Some(mine), Some(other)) => mine == other,
            (None, None) => order.parent.is_some() && order.parent == other.parent,
            _ => false,
        };
        match all.iter_mut().find(|link| link.iter().any(|other| linked(other))) {
            Some(link) => link.push(order),
            None => all.push(vec![order]),
        }
    }
    all.into_iter().filter_map(link).collect()
}

fn link(orders: Vec<&Order>) -> Option<Link<'_>> {
    let can = |o: &&Order| {
        let quiet = matches!(o.state, OrderState::Held | OrderState::Working) && o.before_change.is_none();
        o.ownership == Ownership::Own && quiet && o.other_kind.is_none() && o.ids.order_id != 0
    };
    let grouped = orders.first()?.spec.attributes.oca.is_some();
    let stops = orders.iter().filter(|o| is_stop(&o.spec.kind)).count();
    let targets = orders.len().checked_sub(stops)?;
    // Without a group the stops of one entry add up, and so do its targets.
    if !orders.iter().all(can) || (!grouped && (stops > 1 || targets > 1)) {
        return None;
    }
    let size = orders.iter().map(|o| o.remaining()).max()?;
    Some(Link { orders, stops, size })
}
