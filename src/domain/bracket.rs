//! Brackets: the exits of an order as orders of their own.
//!
//! A stop and a target of equal size stand in one group in which a fill of the one reduces the other (IB's `ocaType` 2), so
//! that together they never close more than has been opened; targets for parts of the order give one such pair each, and what
//! no target is for keeps a stop alone.
//!
//! Must not know: how an exit is spelled, names and numbers at the broker.

use super::order::{Attributes, Distance, Oca, OcaKind, OrderKind, OrderSpec, Session, Side, Verb};
use super::terms::{Exits, StopExit};
use crate::money::{Price, Qty};

/// What joins the shown name of a group and the ending that makes it unique on the wire.
const ENDING: char = '~';
/// The name of the groups of a bracket.
const GROUP: &str = "exit";

/// The exits of `parent`, in the order they are sent: pair by pair, the stop first. `None` when the targets are larger
/// together than the order.
pub fn exits_of(parent: &OrderSpec, exits: &Exits<Price, Distance>) -> Option<Vec<OrderSpec>> {
    let maker = Maker { parent, exits };
    let mut orders = Vec::new();
    let mut rest = parent.qty;
    let pairs = exits.stop.is_some();
    let several = exits.targets.len() > 1;
    for (i, target) in exits.targets.iter().enumerate() {
        let qty = target.qty.unwrap_or(rest);
        rest = rest.minus(qty).filter(|left| !left.is_negative())?;
        let name = if several { format!("{GROUP}-{}", i.checked_add(1)?) } else { GROUP.to_owned() };
        let group = pairs.then_some(name);
        if let Some(stop) = exits.stop {
            orders.push(maker.order(qty, stop_kind(stop), group.clone()));
        }
        orders.push(maker.order(qty, OrderKind::Limit(target.price), group));
    }
    if let Some(stop) = exits.stop.filter(|_| rest.is_positive()) {
        orders.push(maker.order(rest, stop_kind(stop), None));
    }
    Some(orders)
}

/// What makes exits: they share contract, side and time.
struct Maker<'a> {
    parent: &'a OrderSpec,
    exits: &'a Exits<Price, Distance>,
}

impl Maker<'_> {
    fn order(&self, qty: Qty, kind: OrderKind, group: Option<String>) -> OrderSpec {
        let side = self.parent.side.opposite();
        let verb = if side == Side::Buy { Verb::Buy } else { Verb::Sell };
        let oca = group.map(|name| Oca { name, kind: OcaKind::Reduce });
        OrderSpec {
            exchange: self.parent.exchange.clone(),
            tif: self.exits.tif,
            session: self.exits.session.unwrap_or(Session::Regular),
            attributes: Attributes { oca, via: self.parent.attributes.via.clone(), ..Attributes::default() },
            ..OrderSpec::new(self.parent.con_id, self.parent.symbol.clone(), verb, side, qty, kind)
        }
    }
}

const fn stop_kind(stop: StopExit<Price, Distance>) -> OrderKind {
    match stop {
        StopExit::At { trigger, limit } => OrderKind::Stop { trigger, limit },
        StopExit::Trail(by) => OrderKind::Trail { by, from: None, limit_offset: None },
    }
}

impl Oca {
    /// The group under a name that nobody has used: IB refuses one whose name was used before (10326).
    #[must_use]
    pub fn on_wire(&self, reference: &str) -> Self {
        Self { name: format!("{}{ENDING}{reference}", self.shown()), kind: self.kind }
    }

    /// The name as it is shown.
    pub fn shown(&self) -> &str {
        self.name.split_once(ENDING).map_or(&self.name, |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SafeText;
    use crate::domain::instrument::ConId;
    use crate::domain::terms::{Target, Tif};

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn parent(n: i64) -> OrderSpec {
        let kind = OrderKind::Limit(price("103"));
        OrderSpec::new(ConId(1), SafeText::new("AMD"), Verb::Buy, Side::Buy, Qty::from(n), kind)
    }

    fn exits(stop: Option<&str>, targets: &[(&str, Option<i64>)]) -> Exits<Price, Distance> {
        let target = |(at, n): &(&str, Option<i64>)| Target { price: price(at), qty: n.map(Qty::from) };
        Exits {
            stop: stop.map(|at| StopExit::At { trigger: price(at), limit: None }),
            targets: targets.iter().map(target).collect(),
            tif: Tif::Gtc,
            session: Some(Session::Extended),
        }
    }

    fn told(orders: &[OrderSpec]) -> Vec<(&'static str, Qty, Price, Option<&str>)> {
        let group = |o: &OrderSpec| o.attributes.oca.as_ref().map(|oca| oca.name.len());
        orders
            .iter()
            .map(|o| {
                assert!(group(o).is_none_or(|_| o.attributes.oca.as_ref().unwrap().kind == OcaKind::Reduce));
                let name = o.attributes.oca.as_ref().map(|oca| oca.name.as_str());
                (o.kind.word(), o.qty, o.kind.handle().unwrap(), name)
            })
            .collect()
    }

    #[test]
    fn a_stop_and_a_target_share_a_group_and_close_on_the_other_side() {
        let orders = exits_of(&parent(100), &exits(Some("101.50"), &[("108", None)])).unwrap();
        let (n, group) = (Qty::from(100), Some("exit"));
        assert_eq!(told(&orders), [("STP", n, price("101.50"), group), ("LMT", n, price("108"), group)]);
        for order in &orders {
            assert_eq!((order.side, order.verb), (Side::Sell, Verb::Sell));
            assert_eq!((order.tif, order.session), (Tif::Gtc, Session::Extended));
        }
    }

    #[test]
    fn tranches_are_pairs_and_the_rest_keeps_a_stop() {
        let orders = exits_of(&parent(100), &exits(Some("101"), &[("106", Some(50)), ("109", Some(30))])).unwrap();
        let q = Qty::from;
        assert_eq!(
            told(&orders),
            [
                ("STP", q(50), price("101"), Some("exit-1")),
                ("LMT", q(50), price("106"), Some("exit-1")),
                ("STP", q(30), price("101"), Some("exit-2")),
                ("LMT", q(30), price("109"), Some("exit-2")),
                ("STP", q(20), price("101"), None),
            ]
        );
    }

    #[test]
    fn a_stop_or_a_target_alone_has_no_group() {
        let stop = exits_of(&parent(100), &exits(Some("101"), &[])).unwrap();
        assert_eq!(told(&stop), [("STP", Qty::from(100), price("101"), None)]);
        let target = exits_of(&parent(100), &exits(None, &[("108", None)])).unwrap();
        assert_eq!(told(&target), [("LMT", Qty::from(100), price("108"), None)]);
    }

    #[test]
    fn targets_larger_than_the_order_are_no_exits() {
        assert_eq!(exits_of(&parent(100), &exits(None, &[("106", Some(60)), ("109", Some(60))])), None);
    }

    #[test]
    fn a_group_is_unique_on_the_wire_and_short_on_the_screen() {
        let group = Oca { name: "exit".into(), kind: OcaKind::Reduce };
        let wire = group.on_wire("tw4k-000016-1");
        assert_eq!((wire.name.as_str(), wire.shown()), ("exit~tw4k-000016-1", "exit"));
        assert_eq!(wire.on_wire("other").name, "exit~other");
    }
}
