//! Brackets and OCA groups.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;
use crate::money::Qty;

const NONE: [i32; 0] = [];

fn child(id: OrderId, shares: i64, kind: Kind, transmit: bool) -> OrderRequest {
    let terms = Terms { parent_id: 1, ..Terms::default() };
    OrderRequest { transmit, terms, ..order(id, Action::Sell, shares, kind) }
}

/// A bracket around 100 shares: entry at `limit`, target at 100.20, stop at 99.80.
fn bracket(limit: &str) -> [OrderRequest; 3] {
    [
        OrderRequest { transmit: false, ..buy(1, 100, limit) },
        child(2, 100, Kind::Limit(price("100.2")), false),
        child(3, 100, Kind::Stop(price("99.8")), true),
    ]
}

fn place_all(venue: &mut Venue, script: &Script, requests: &[OrderRequest]) -> Vec<Event> {
    requests.iter().flat_map(|request| venue.place(MS, script, request.clone())).collect()
}

/// Each working order's id, state, why it is held, and shares left.
fn states(venue: &Venue) -> Vec<(OrderId, &'static str, String, i64)> {
    let of = |order: &&Order| {
        let left = tape::shares(order.remaining());
        (order.request.order_id, order.status.word(), order.standing.held.words(), left)
    };
    venue.open_orders(None).iter().map(of).collect()
}

#[test]
fn a_bracket_is_held_until_its_last_child_is_transmitted() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    let [parent, target, stop] = bracket("100");
    for request in [parent, target] {
        let events = venue.place(MS, &script, request);
        assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted"]);
    }
    let events = venue.place(MS, &script, stop);
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted", "open:Submitted", "status:Submitted"]);
    let Some(Event::OrderStatus(report)) = events.get(1) else { panic!("no status") };
    assert_eq!((report.order_id, report.parent_id, report.held.words().as_str()), (3, 1, "child,trigger"));
    let Some(Event::OrderStatus(report)) = events.last() else { panic!("no status") };
    assert_eq!((report.order_id, report.parent_id), (1, 0));
    let expected = [
        (1, "Submitted", String::new(), 100),
        (2, "PreSubmitted", "child".into(), 100),
        (3, "PreSubmitted", "child,trigger".into(), 100),
    ];
    assert_eq!(states(&venue), expected);
    let group = |index: usize| venue.open_orders(None)[index].request.terms.oca.clone().unwrap();
    assert_eq!((group(1), group(1).group), (group(2), FIRST_PERM.to_string()));
    assert_eq!(group(1).kind, OcaType::ReduceLater);
}

#[test]
fn children_work_once_the_parent_fills_and_one_ends_the_other() {
    let mut leaves = vec![Leaf::quiet(10_000, 10_002, 500); 3];
    leaves[1] = leaves[1].clone().print(100, 9_980, 5);
    let script = Script::new(leaves);
    let mut venue = Venue::new(0, &script);
    let events = place_all(&mut venue, &script, &bracket("100.02"));
    assert_eq!(fills(&events), [(100, "100.02".into())]);
    let after = words(&events);
    let filled = after.iter().position(|word| word == "status:Filled").unwrap();
    assert_eq!(
        after[filled + 4..],
        ["open:Submitted", "status:Submitted", "open:PreSubmitted", "status:PreSubmitted", "account"]
    );
    let expected = [(2, "Submitted", String::new(), 100), (3, "PreSubmitted", "trigger".to_owned(), 100)];
    assert_eq!(states(&venue), expected);
    let events = venue.step(2 * LEAF, &script);
    assert_eq!(fills(&events), [(100, "100".into())], "the stop was elected");
    assert_eq!(codes(&events), [202]);
    assert_eq!(venue.open_orders(None).len(), 0);
    assert_eq!(venue.positions().len(), 0);
}

#[test]
fn children_of_a_partly_filled_parent_work_for_the_filled_share() {
    let mut leaves = vec![Leaf::quiet(10_000, 10_002, 40); 3];
    leaves[1] = Leaf::quiet(10_020, 10_022, 500).print(100, 10_030, 500);
    leaves[2] = Leaf::quiet(10_020, 10_022, 500);
    let script = Script::new(leaves);
    let mut venue = Venue::new(0, &script);
    place_all(&mut venue, &script, &bracket("100.02"));
    let expected = [
        (1, "Submitted", String::new(), 60),
        (2, "Submitted", String::new(), 100),
        (3, "PreSubmitted", "trigger".to_owned(), 100),
    ];
    assert_eq!(states(&venue), expected);
    // The target at 100.20 can sell no more than the 40 that were bought; the stop loses as many.
    let events = venue.step(2 * LEAF - 1, &script);
    assert_eq!(fills(&events), [(40, "100.2".into())]);
    assert_eq!(
        states(&venue)[1..],
        [(2, "Submitted", String::new(), 60), (3, "PreSubmitted", "trigger".to_owned(), 60)]
    );
    assert_eq!(venue.positions().len(), 0);
    let record = &venue.saved().orders[2];
    assert_eq!((record.place.released, record.place.cut), (Some(40), 40));
}

#[test]
fn a_parent_that_ends_takes_its_children_or_leaves_them_its_share() {
    let script = Script::still(10_000, 10_002, 40);
    let mut venue = Venue::new(0, &script);
    place_all(&mut venue, &script, &bracket("99"));
    let events = venue.cancel(2 * MS, &script, 7, 1);
    assert_eq!(codes(&events), [202, 202, 202]);
    assert_eq!(words(&events).iter().filter(|word| *word == "status:PendingCancel").count(), 1);
    let mut venue = Venue::new(0, &script);
    place_all(&mut venue, &script, &bracket("100.02"));
    assert_eq!(codes(&venue.cancel(2 * MS, &script, 7, 1)), [202]);
    let expected = [(2, "Submitted", String::new(), 40), (3, "PreSubmitted", "trigger".to_owned(), 40)];
    assert_eq!(states(&venue), expected);
    assert_eq!(venue.open_orders(None)[0].request.quantity, Qty::from(40));
}

#[test]
fn a_trail_is_a_child_of_limit_orders_only() {
    let script = Script::still(10_000, 10_002, 40);
    let trail = |id| child(id, 100, Kind::Trail { by: Offset::Amount(price("0.1")), start: None }, true);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, OrderRequest { transmit: false, ..order(1, Action::Buy, 100, Kind::Market) });
    assert_eq!(codes(&venue.place(MS, &script, trail(2))), [328]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, OrderRequest { transmit: false, ..buy(1, 100, "99") });
    assert_eq!(codes(&venue.place(MS, &script, trail(2))), NONE);
}

#[test]
fn a_child_keeps_its_family_through_a_change() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    place_all(&mut venue, &script, &bracket("99"));
    let plain = sell(2, 100, "100.3");
    assert_eq!(codes(&venue.place(2 * MS, &script, plain.clone())), NONE);
    let changed = venue.open_orders(None)[1];
    assert_eq!((changed.request.terms.parent_id, changed.request.kind.limit()), (1, Some(price("100.3"))));
    assert!(changed.request.terms.oca.is_some());
    let with = |terms: Terms| OrderRequest { terms, ..plain.clone() };
    let oca = |group: &str, kind| Some(Oca { group: group.into(), kind });
    let same = FIRST_PERM.to_string();
    let table = [
        (Terms { parent_id: 3, ..Terms::default() }, vec![105]),
        (Terms { oca: oca("other", OcaType::ReduceLater), ..Terms::default() }, vec![10326]),
        (Terms { oca: oca(&same, OcaType::Cancel), ..Terms::default() }, vec![10327]),
        (Terms { oca: oca(&same, OcaType::ReduceLater), parent_id: 1, ..Terms::default() }, vec![]),
    ];
    for (terms, expected) in table {
        assert_eq!(codes(&venue.place(2 * MS, &script, with(terms.clone()))), expected, "{terms:?}");
    }
    let lone = with(Terms { oca: oca("new", OcaType::Cancel), ..Terms::default() });
    assert_eq!(codes(&venue.place(2 * MS, &script, OrderRequest { order_id: 9, ..lone })), NONE);
    // Once the parent is filled, naming it is an error.
    let mut venue = Venue::new(0, &script);
    place_all(&mut venue, &script, &bracket("100.02"));
    assert_eq!(codes(&venue.place(2 * MS, &script, with(Terms { parent_id: 1, ..Terms::default() }))), [135]);
    assert_eq!(codes(&venue.place(2 * MS, &script, plain)), NONE);
}

fn grouped(kind: OcaType, request: OrderRequest) -> OrderRequest {
    let terms = Terms { oca: Some(Oca { group: "exit".into(), kind }), ..Terms::default() };
    OrderRequest { terms, ..request }
}

#[test]
fn each_type_of_group_does_its_own_to_the_others() {
    let leaf = Leaf::quiet(10_000, 10_010, 500).print(100, 10_010, 120);
    let script = Script::new(vec![leaf]);
    // A trade at 100.10 passes offers at 100.05 and 100.06, 120 shares of it.
    let run = |kind: OcaType| {
        let mut venue = Venue::new(0, &script);
        venue.place(MS, &script, grouped(kind, sell(1, 80, "100.05")));
        venue.place(MS, &script, grouped(kind, sell(2, 100, "100.06")));
        venue.place(MS, &script, grouped(kind, sell(3, 200, "100.5")));
        venue.place(MS, &script, sell(4, 100, "100.5"));
        let events = venue.step(LEAF, &script);
        (fills(&events), states(&venue).iter().map(|(id, .., left)| (*id, *left)).collect::<Vec<_>>())
    };
    let first = (80, "100.05".to_owned());
    assert_eq!(run(OcaType::Cancel), (vec![first.clone()], vec![(4, 100)]));
    assert_eq!(run(OcaType::Reduce), (vec![first.clone()], vec![(4, 100)]));
    let both = vec![first, (40, "100.06".to_owned())];
    assert_eq!(run(OcaType::ReduceLater), (both, vec![(4, 100)]), "without block two fill at once");
}

#[test]
fn a_partial_fill_reduces_in_proportion_and_says_so() {
    let leaf = Leaf::quiet(10_000, 10_010, 500).print(100, 10_010, 20);
    let script = Script::new(vec![leaf]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, grouped(OcaType::Reduce, sell(1, 80, "100.05")));
    venue.place(MS, &script, grouped(OcaType::Reduce, sell(2, 200, "100.5")));
    let events = venue.step(LEAF, &script);
    assert_eq!(fills(&events), [(20, "100.05".into())]);
    let second = venue.open_orders(None)[1];
    assert_eq!((second.request.quantity, second.remaining()), (Qty::from(150), Qty::from(150)));
    let told = events.iter().any(|event| {
        matches!(event, Event::OpenOrder(order) if order.request.order_id == 2 && order.request.quantity == Qty::from(150))
    });
    assert!(told);
}

#[test]
fn a_group_whose_order_filled_is_spent_and_a_cancel_spends_none() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, grouped(OcaType::Cancel, sell(1, 80, "101")));
    venue.place(MS, &script, grouped(OcaType::Cancel, sell(2, 80, "102")));
    venue.cancel(MS, &script, 7, 1);
    assert_eq!(venue.open_orders(None).len(), 1);
    let events = venue.place(MS, &script, grouped(OcaType::Cancel, sell(3, 80, "100")));
    assert_eq!(fills(&events).len(), 1);
    assert_eq!(venue.open_orders(None).len(), 0);
    assert_eq!(codes(&venue.place(MS, &script, grouped(OcaType::Cancel, sell(4, 80, "101")))), [10326]);
}

#[test]
fn a_family_goes_on_after_a_restart() {
    let mut leaves = vec![Leaf::quiet(10_000, 10_002, 40); 6];
    leaves[2] = Leaf::quiet(10_020, 10_022, 500).print(100, 10_030, 500);
    let script = Script { half_life: MS, ..Script::new(leaves) };
    let mut venue = Venue::new(0, &script);
    place_all(&mut venue, &script, &bracket("100.02"));
    venue.step(LEAF - MS, &script);
    let mut other = Venue::restore(venue.saved());
    other.resume(venue.now(), &script);
    assert_eq!(words(&venue.step(6 * LEAF, &script)), words(&other.step(6 * LEAF, &script)));
    assert_eq!(venue.saved(), other.saved());
}

#[test]
fn a_grandchild_that_is_transmitted_releases_its_parents_siblings_too() {
    let mut script = Script::still(10_000, 10_001, 1);
    script.half_life = 50 * MS;
    script.regular = (17 * LEAF, 25 * LEAF);
    script.day_end = 32 * LEAF;
    let market = |id, parent_id, action, transmit| {
        let terms = Terms { parent_id, ..Terms::default() };
        OrderRequest { transmit, terms, outside_rth: false, ..order(id, action, 1, Kind::Market) }
    };
    let early = 874 * MS;
    let below = Terms { parent_id: 2, ..Terms::default() };
    let acts = [
        (early, market(2, 0, Action::Sell, true)),
        (early, OrderRequest { transmit: false, terms: below, outside_rth: false, ..sell(3, 3, "99.99") }),
        (3_734 * MS, market(4, 2, Action::Buy, false)),
        (17 * LEAF, market(5, 3, Action::Sell, true)),
    ];
    let mut venue = Venue::new(0, &script);
    for (at, request) in &acts {
        venue.place(*at, &script, request.clone());
    }
    venue.step(40 * LEAF, &script);
    let filled: Vec<_> = venue.executions.iter().map(|e| (e.order_id, e.at, e.price.to_string())).collect();
    let open = 17 * LEAF;
    // The sibling bought, and so ended the order that had sold one of three.
    assert_eq!(filled, [(2, open, "100".into()), (3, open, "99.99".into()), (4, open, "100.01".into())]);
}

#[test]
fn a_child_never_sells_what_the_group_took_from_its_parent() {
    let script = Script::still(10_000, 10_002, 100);
    let mut venue = Venue::new(0, &script);
    let grouped = |request: OrderRequest| {
        let oca = Some(Oca { group: "g".into(), kind: OcaType::ReduceLater });
        OrderRequest { terms: Terms { oca, ..request.terms.clone() }, ..request }
    };
    let parent = OrderRequest { transmit: false, ..grouped(buy(1, 200, "99.9")) };
    place_all(&mut venue, &script, &[parent, child(2, 200, Kind::Limit(price("101")), true)]);
    let events = venue.place(2 * MS, &script, grouped(buy(3, 200, "100.02")));
    assert_eq!(fills(&events), [(100, "100.02".into())], "half of the mate, so half of the parent goes");
    let events = venue.place(3 * MS, &script, grouped(buy(1, 100, "100.03")));
    assert!(words(&events).contains(&"status:Filled".to_owned()), "{:?}", words(&events));
    let exit = states(&venue).into_iter().find(|(id, ..)| *id == 2);
    assert_eq!(exit, Some((2, "Submitted", String::new(), 100)), "it sells what was bought, not what was asked for");
}

#[test]
fn what_sells_a_position_twice_is_no_exit() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, buy(1, 100, "100.02"));
    assert!(venue.is_exit(&sell(2, 100, "101")));
    venue.place(2 * MS, &script, sell(2, 100, "101"));
    assert!(!venue.is_exit(&sell(3, 100, "102")), "both together would end short");
    assert!(venue.is_exit(&sell(2, 100, "101.5")), "the change of an order does not count it twice");
}
