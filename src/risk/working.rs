//! What other working orders can still do to a position: the half of entry and exit that is not the order itself.
//!
//! Orders of one group of which a fill reduces or cancels the others count once, at their largest; the exits of one entry
//! count as the larger of their stops and their targets. Exits whose entry has not filled wait for it and count for nothing.

use super::Context;
use crate::domain::order::{Order, OrderKey, OrderSpec, OrderState, Side};
use crate::money::Qty;

/// Orders that fill instead of one another, and how much of each kind.
struct Linked<'a> {
    by: Link<'a>,
    stops: Qty,
    targets: Qty,
}

/// What links orders.
#[derive(PartialEq, Eq)]
enum Link<'a> {
    /// A group; the largest of it is the most that fills.
    Group(&'a str),
    /// An entry; all its stops or all its targets.
    Entry(&'a OrderKey),
}

/// What the others can still fill on `side`, those that fill instead of this order left out; `None` when that cannot be
/// added up. `own` is the order itself where it is at work already.
pub(super) fn of_side(side: Side, spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Qty> {
    let itself = own.and_then(|key| ctx.working.iter().find(|o| o.key == *key));
    let group = spec.attributes.oca.as_ref().map(|oca| oca.name.as_str());
    let entry = itself.and_then(|o| o.parent.as_ref());
    let mut sum = Qty::ZERO;
    let mut linked: Vec<Linked<'_>> = Vec::new();
    for order in ctx.working.iter().filter(|o| o.spec.side == side && own.is_none_or(|key| o.key != *key)) {
        if waits(order, ctx) {
            continue;
        }
        let open = most_open(order)?;
        let by = match (&order.spec.attributes.oca, &order.parent) {
            (Some(oca), _) if group == Some(oca.name.as_str()) => continue,
            (Some(oca), _) => Link::Group(&oca.name),
            (None, Some(parent)) if group.is_none() && entry == Some(parent) && opposite_kinds(spec, order) => continue,
            (None, Some(parent)) => Link::Entry(parent),
            (None, None) => {
                sum = sum.plus(open)?;
                continue;
            }
        };
        let stop = order.spec.kind.is_triggered();
        let at = linked.iter().position(|l| l.by == by);
        let entry = if let Some(at) = at {
            linked.get_mut(at)?
        } else {
            linked.push(Linked { by, stops: Qty::ZERO, targets: Qty::ZERO });
            linked.last_mut()?
        };
        let kind = if stop { &mut entry.stops } else { &mut entry.targets };
        *kind = match entry.by {
            Link::Group(_) => (*kind).max(open),
            Link::Entry(_) => kind.plus(open)?,
        };
    }
    linked.iter().try_fold(sum, |sum, l| sum.plus(l.stops.max(l.targets)))
}

/// A stop and a target of one entry fill instead of each other.
fn opposite_kinds(spec: &OrderSpec, order: &Order) -> bool {
    spec.kind.is_triggered() != order.spec.kind.is_triggered()
}

/// Whether an order is an exit of an entry that works and has not filled.
pub(super) fn waits(order: &Order, ctx: &Context<'_>) -> bool {
    entry_of(order, ctx).is_some_and(|entry| !entry.filled.is_positive() && entry.state != OrderState::Unknown)
}

/// The entry an exit belongs to, while it works.
fn entry_of<'c>(order: &Order, ctx: &'c Context<'_>) -> Option<&'c Order> {
    let parent = order.parent.as_ref()?;
    ctx.working.iter().copied().find(|o| o.key == *parent && o.state.is_live())
}

/// Whether the order at work under this name is an exit of an entry that still works, and with its siblings of the same kind
/// no larger than it: the broker holds each to the entry's fills, so together they can only take back what that has opened.
pub(super) fn is_attached(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> bool {
    let order = own.and_then(|key| ctx.working.iter().copied().find(|o| o.key == *key));
    let Some((order, entry)) = order.and_then(|order| Some((order, entry_of(order, ctx)?))) else { return false };
    let waits = spec.kind.is_triggered();
    let siblings = ctx.working.iter().filter(|o| o.parent == order.parent && o.key != order.key);
    let alike = siblings.filter(|o| o.spec.kind.is_triggered() == waits);
    let together = alike.map(|o| most_open(o)).try_fold(spec.qty, |sum, open| sum.plus(open?));
    entry.spec.side != spec.side && together.is_some_and(|together| together <= entry.spec.qty)
}

/// What a working order can still fill at most: while a change of its size is unanswered, either size may be the true one.
fn most_open(order: &Order) -> Option<Qty> {
    let before = order.before_change.as_ref().map_or(Some(Qty::ZERO), |old| old.qty.minus(order.filled))?;
    Some(order.remaining().max(before))
}

#[cfg(test)]
mod tests {
    use super::super::samples::Desk;
    use super::super::{Class, assess, class_of};
    use super::*;
    use crate::clock::Stamp;
    use crate::domain::order::{BrokerIds, Oca, OcaKind, OrderKind, Verb};
    use crate::domain::samples;

    fn spec(side: Side, n: i64, kind: OrderKind, group: Option<&str>) -> OrderSpec {
        let verb = if side == Side::Buy { Verb::Buy } else { Verb::Sell };
        let apple = samples::apple();
        let mut spec = OrderSpec::new(apple.con_id, apple.symbol, verb, side, Qty::from(n), kind);
        spec.attributes.oca = group.map(|name| Oca { name: name.into(), kind: OcaKind::Reduce });
        spec
    }

    fn stop(n: i64, group: Option<&str>) -> OrderSpec {
        spec(Side::Sell, n, OrderKind::Stop { trigger: "180".parse().unwrap(), limit: None }, group)
    }

    fn target(n: i64, group: Option<&str>) -> OrderSpec {
        spec(Side::Sell, n, OrderKind::Limit("190".parse().unwrap()), group)
    }

    fn order(name: &str, spec: OrderSpec, parent: Option<&str>) -> Order {
        let key = OrderKey::own(name);
        let order = Order::new(key, BrokerIds::default(), spec, OrderState::Working, Stamp::default());
        Order { parent: parent.map(OrderKey::own), ..order }
    }

    fn long(n: i64, orders: Vec<Order>) -> Desk {
        Desk { position: Qty::from(n), orders, ..Desk::default() }
    }

    #[test]
    fn a_target_beside_its_own_stop_is_an_exit_and_beside_another_it_is_not() {
        let desk = long(100, vec![order("s", stop(100, Some("exit~1")), None)]);
        assert_eq!(desk.ask(|ctx| assess(&target(100, Some("exit~1")), ctx).class), Class::Exit);
        assert_eq!(desk.ask(|ctx| assess(&target(100, None), ctx).class), Class::Entry);
        assert_eq!(desk.ask(|ctx| assess(&target(100, Some("exit~2")), ctx).class), Class::Entry);
    }

    #[test]
    fn tranches_count_once_each() {
        let pair = |g: &str, n| {
            [order(&format!("s{g}"), stop(n, Some(g)), None), order(&format!("t{g}"), target(n, Some(g)), None)]
        };
        let desk = long(100, [pair("a", 60), pair("b", 40)].concat());
        for order in &desk.orders {
            assert_eq!(desk.ask(|ctx| class_of(order, ctx)), Class::Exit, "{}", order.key);
        }
        let short_by_one = Desk { position: Qty::from(99), ..desk };
        for order in &short_by_one.orders {
            assert_eq!(short_by_one.ask(|ctx| class_of(order, ctx)), Class::Entry, "{}", order.key);
        }
    }

    #[test]
    fn exits_of_one_entry_without_a_group_count_as_the_larger_of_stops_and_targets() {
        let orders = vec![
            order("s", stop(100, None), Some("gone")),
            order("t1", target(50, None), Some("gone")),
            order("t2", target(50, None), Some("gone")),
        ];
        let desk = long(100, orders);
        assert_eq!(desk.ask(|ctx| class_of(&desk.orders[0], ctx)), Class::Exit);
        let more = desk.ask(|ctx| assess(&target(1, None), ctx).class);
        assert_eq!(more, Class::Entry, "all 100 are spoken for");
        let desk = long(150, desk.orders);
        assert_eq!(desk.ask(|ctx| assess(&target(50, None), ctx).class), Class::Exit);
        assert_eq!(desk.ask(|ctx| assess(&target(51, None), ctx).class), Class::Entry);
    }

    #[test]
    fn a_stop_of_an_entry_claims_its_part_beside_a_target_that_is_none_of_its_siblings() {
        let desk = long(100, vec![order("s", stop(100, None), Some("gone"))]);
        assert_eq!(desk.ask(|ctx| assess(&target(1, None), ctx).class), Class::Entry);
        assert_eq!(desk.ask(|ctx| assess(&stop(1, None), ctx).class), Class::Entry);
        let desk = long(101, desk.orders);
        assert_eq!(desk.ask(|ctx| assess(&target(1, None), ctx).class), Class::Exit);
    }

    #[test]
    fn a_tranche_cannot_grow_beyond_what_its_siblings_leave_of_the_entry() {
        let buy = spec(Side::Buy, 100, OrderKind::Limit("187".parse().unwrap()), None);
        let half = |name: &str| order(name, stop(50, None), Some("e"));
        let desk = long(0, vec![order("e", buy, None), half("s1"), half("s2")]);
        let own = OrderKey::own("s1");
        let attached = |n| desk.ask(|ctx| is_attached(&stop(n, None), ctx, Some(&own)));
        assert!(attached(50));
        assert!(!attached(51));
    }

    #[test]
    fn exits_that_wait_for_their_entry_are_exits_and_take_nothing_from_the_position() {
        let buy = spec(Side::Buy, 100, OrderKind::Limit("187".parse().unwrap()), None);
        let orders = vec![order("e", buy, None), order("s", stop(100, Some("x")), Some("e"))];
        let desk = long(0, orders.clone());
        assert_eq!(desk.ask(|ctx| class_of(&desk.orders[1], ctx)), Class::Exit);
        assert_eq!(desk.ask(|ctx| class_of(&desk.orders[0], ctx)), Class::Entry);
        let desk = long(30, orders);
        assert_eq!(desk.ask(|ctx| assess(&target(30, None), ctx).class), Class::Exit);
        assert_eq!(desk.ask(|ctx| assess(&target(31, None), ctx).class), Class::Entry);
    }

    #[test]
    fn what_has_no_end_is_counted_while_a_change_is_unanswered() {
        let mut changed = order("s", stop(10, None), None);
        changed.before_change = Some(Box::new(stop(60, None)));
        let desk = long(100, vec![changed]);
        assert_eq!(desk.ask(|ctx| assess(&target(40, None), ctx).class), Class::Exit);
        assert_eq!(desk.ask(|ctx| assess(&target(41, None), ctx).class), Class::Entry);
    }

    #[test]
    fn an_exit_is_judged_by_its_own_entry_and_by_no_other() {
        // A target of no entry beside the stop of one: both can fill.
        let orders = vec![order("t", target(50, None), None), order("s", stop(50, None), Some("gone"))];
        for (held, class) in [(100, Class::Exit), (99, Class::Entry)] {
            let desk = long(held, orders.clone());
            assert_eq!(desk.ask(|ctx| class_of(&desk.orders[0], ctx)), class, "{held}");
            assert_eq!(desk.ask(|ctx| class_of(&desk.orders[1], ctx)), class, "{held}");
        }
    }

    #[test]
    fn siblings_of_the_same_kind_add_up_and_a_group_is_not_the_place_of_an_entry() {
        let half = |name: &str| order(name, target(50, None), Some("gone"));
        let orders = vec![order("s", stop(100, None), Some("gone")), half("t1"), half("t2")];
        for (held, class) in [(100, Class::Exit), (99, Class::Entry)] {
            let desk = long(held, orders.clone());
            assert_eq!(desk.ask(|ctx| class_of(&desk.orders[1], ctx)), class, "{held}");
        }
        let grouped = order("t", target(100, Some("x")), Some("gone"));
        let desk = long(199, vec![order("s", stop(100, None), Some("gone")), grouped]);
        assert_eq!(desk.ask(|ctx| class_of(&desk.orders[1], ctx)), Class::Entry, "the stop is not of its group");
    }

    #[test]
    fn exits_claim_their_part_as_soon_as_their_entry_has_filled_or_is_lost() {
        let entry = |state, filled: i64| {
            let buy = spec(Side::Buy, 100, OrderKind::Limit("187".parse().unwrap()), None);
            Order { state, filled: Qty::from(filled), ..order("e", buy, None) }
        };
        let beside = |entry| {
            let desk = long(100, vec![entry, order("s", stop(100, None), Some("e"))]);
            desk.ask(|ctx| assess(&target(1, None), ctx).class)
        };
        assert_eq!(beside(entry(OrderState::Working, 0)), Class::Exit, "it waits");
        assert_eq!(beside(entry(OrderState::Working, 1)), Class::Entry);
        assert_eq!(beside(entry(OrderState::Unknown, 0)), Class::Entry);
        assert_eq!(beside(entry(OrderState::Cancelled, 0)), Class::Entry, "what has ended holds nothing back");
        let other = order("u", spec(Side::Buy, 100, OrderKind::Limit("180".parse().unwrap()), None), None);
        assert_eq!(beside(other), Class::Entry, "another order is not its entry");
    }

    #[test]
    fn an_attached_exit_is_counted_with_its_siblings_and_not_with_itself() {
        let buy = spec(Side::Buy, 100, OrderKind::Limit("187".parse().unwrap()), None);
        let child = |name: &str, spec| order(name, spec, Some("e"));
        let orders = vec![
            order("e", buy, None),
            child("s1", stop(60, None)),
            child("s2", stop(40, None)),
            child("t", target(100, None)),
            order("o", stop(30, None), None),
        ];
        let desk = long(0, orders);
        let attached =
            |name: &str, spec: OrderSpec| desk.ask(|ctx| is_attached(&spec, ctx, Some(&OrderKey::own(name))));
        assert!(attached("s1", stop(60, None)) && !attached("s1", stop(61, None)));
        assert!(attached("s2", stop(40, None)) && !attached("s2", stop(41, None)));
        assert!(attached("t", target(100, None)) && !attached("t", target(101, None)));
        assert!(!attached("o", stop(30, None)), "it has no entry");
        assert!(!attached("s1", OrderSpec { side: Side::Buy, ..stop(60, None) }), "not on the entry's own side");
        assert!(!desk.ask(|ctx| is_attached(&stop(60, None), ctx, None)), "what is not at work yet has no entry");
    }
}
