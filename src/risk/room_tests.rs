use super::samples::Desk;
use super::*;
use crate::domain::order::{Distance, Oca, OcaKind, OrderKind, OrderState, Ownership, Verb};
use crate::domain::samples::{self, price as p};

fn sell(n: i64, kind: OrderKind, group: Option<&str>) -> OrderSpec {
    let mut spec = OrderSpec { kind, ..samples::order_of(Verb::Sell, Side::Sell, n, None) };
    spec.attributes.oca = group.map(|name| Oca { name: name.into(), kind: OcaKind::Reduce });
    spec
}

fn stop(n: i64, group: Option<&str>) -> OrderSpec {
    sell(n, OrderKind::Stop { trigger: p("185"), limit: None }, group)
}

fn target(n: i64, group: Option<&str>) -> OrderSpec {
    sell(n, OrderKind::Limit(p("190")), group)
}

fn close(n: i64) -> OrderSpec {
    samples::order_of(Verb::Close, Side::Sell, n, Some("187.21"))
}

fn order(id: i32, spec: OrderSpec) -> Order {
    samples::own(&id.to_string(), id, spec, OrderState::Working)
}

fn long(n: i64, orders: Vec<Order>) -> Desk {
    Desk { position: Qty::from(n), orders, ..Desk::default() }
}

/// A long of 100 with a stop and a target of full size in one group.
fn bracketed() -> Desk {
    long(100, vec![order(7, stop(100, Some("exit~a"))), order(8, target(100, Some("exit~a")))])
}

/// Who gives way, from what to what; and what goes beside the order.
type Found = (Vec<(String, i64, i64)>, Option<OrderSpec>);

fn found(desk: &Desk, spec: &OrderSpec) -> Option<Found> {
    let n = |q: Qty| i64::try_from(q.0).unwrap();
    let room = desk.ask(|ctx| room(spec, ctx))?;
    Some((room.yields.iter().map(|y| (y.key.to_string(), n(y.from), n(y.to))).collect(), room.beside))
}

#[test]
fn half_of_a_bracketed_position_shrinks_target_and_stop_and_goes_with_a_stop_of_its_own() {
    let desk = bracketed();
    let (yields, beside) = found(&desk, &close(50)).unwrap();
    assert_eq!(yields, [("8".into(), 100, 50), ("7".into(), 100, 50)], "the stop gives way last");
    assert_eq!(beside, Some(stop(50, None)));
    let verdict = desk.ask(|ctx| assess_with(&room(&close(50), ctx).unwrap(), &close(50), ctx));
    assert_eq!((verdict.class, verdict.worst()), (Class::Exit, Some(Weight::Note)));
    let said = "first target #8 100 → 50, stop #7 100 → 50; then this, with a stop of 50 at 185.00 beside it";
    assert_eq!(verdict.findings.iter().find(|f| f.code == "G18").unwrap().text, said);
    assert_eq!(desk.ask(|ctx| assess(&close(50), ctx).worst()), Some(Weight::Hard), "as it stands it crosses zero");
}

#[test]
fn all_of_it_takes_the_group_back_and_one_share_leaves_the_rest() {
    let (yields, beside) = found(&bracketed(), &close(100)).unwrap();
    assert_eq!(yields, [("8".into(), 100, 0), ("7".into(), 100, 0)]);
    assert_eq!(beside.unwrap().qty, Qty::from(100));
    let (yields, _) = found(&bracketed(), &close(1)).unwrap();
    assert_eq!(yields, [("8".into(), 100, 99), ("7".into(), 100, 99)]);
    assert_eq!(found(&bracketed(), &close(101)), None, "more than is held is no exit");
    assert_eq!(found(&bracketed(), &close(0)), None);
}

#[test]
fn where_the_order_is_an_exit_already_nothing_gives_way() {
    let desk = Desk { position: Qty::from(150), ..bracketed() };
    assert_eq!(found(&desk, &close(50)), None);
    assert!(found(&desk, &close(51)).is_some());
    let grouped = sell(50, OrderKind::Limit(p("187.21")), Some("exit~a"));
    assert_eq!(found(&bracketed(), &grouped), None, "what names its group is left alone");
    let mut flip = close(50);
    flip.attributes.flip = true;
    assert_eq!(found(&bracketed(), &flip), None);
    let moc = OrderSpec { kind: OrderKind::MarketOnClose, ..close(50) };
    assert_eq!(found(&bracketed(), &moc), None);
    let more = OrderSpec { verb: Verb::Buy, side: Side::Buy, ..close(50) };
    assert_eq!(found(&bracketed(), &more), None);
}

#[test]
fn the_smallest_tranche_that_is_large_enough_gives_way() {
    let pair = |id, n, group| [order(id, stop(n, Some(group))), order(id + 1, target(n, Some(group)))];
    let desk = long(100, [pair(7, 60, "a"), pair(9, 40, "b")].concat());
    let (yields, _) = found(&desk, &close(40)).unwrap();
    assert_eq!(yields, [("10".into(), 40, 0), ("9".into(), 40, 0)]);
    let (yields, _) = found(&desk, &close(41)).unwrap();
    assert_eq!(yields, [("8".into(), 60, 19), ("7".into(), 60, 19)]);
    assert_eq!(found(&desk, &close(61)), None, "no group is large enough");
}

#[test]
fn a_stop_alone_shrinks_and_a_target_alone_shrinks_by_what_is_too_much() {
    let (yields, beside) = found(&long(100, vec![order(7, stop(100, None))]), &close(30)).unwrap();
    assert_eq!((yields, beside), (vec![("7".into(), 100, 70)], Some(stop(30, None))));
    let (yields, beside) = found(&long(100, vec![order(7, target(80, None))]), &close(50)).unwrap();
    assert_eq!((yields, beside), (vec![("7".into(), 80, 50)], None), "50 + 50 is all");
    // A stop of 50 and a target of 50 beside it: the target goes, the stop stays.
    let desk = long(100, vec![order(7, stop(50, None)), order(8, target(50, None))]);
    assert_eq!(found(&desk, &close(50)).unwrap(), (vec![("8".into(), 50, 0)], None));
}

#[test]
fn a_stop_takes_the_place_of_a_target_and_brings_it_back_in_its_group() {
    let desk = long(100, vec![order(8, target(100, None))]);
    let (yields, beside) = found(&desk, &stop(100, None)).unwrap();
    assert_eq!((yields, beside), (vec![("8".into(), 100, 0)], Some(target(100, None))));
    let (yields, _) = found(&desk, &stop(60, None)).unwrap();
    assert_eq!(yields, [("8".into(), 100, 40)]);
    let desk = long(100, vec![order(8, target(50, None))]);
    assert_eq!(found(&desk, &stop(100, None)), None, "the target is smaller than the stop: 50 pass");
    assert_eq!(found(&bracketed(), &stop(50, None)), None, "a stop takes no stop's place");
}

#[test]
fn what_cannot_be_changed_from_here_gives_no_way() {
    let with = |change: fn(&mut Order)| {
        let mut desk = bracketed();
        change(&mut desk.orders[1]);
        found(&desk, &close(50))
    };
    assert!(with(|_| ()).is_some());
    assert_eq!(with(|o| o.ownership = Ownership::Foreign), None);
    assert_eq!(with(|o| o.state = OrderState::Cancelling), None);
    assert_eq!(with(|o| o.state = OrderState::Unknown), None);
    assert_eq!(with(|o| o.before_change = Some(Box::new(o.spec.clone()))), None);
    assert_eq!(with(|o| o.other_kind = Some("VOL".into())), None);
    assert_eq!(with(|o| o.ids.order_id = 0), None);
}

#[test]
fn exits_of_one_entry_without_a_group_give_way_where_there_is_one_of_each() {
    let child = |id, spec| Order { parent: Some(OrderKey::own("e")), ..order(id, spec) };
    let desk = long(100, vec![child(7, stop(100, None)), child(8, target(100, None))]);
    assert_eq!(found(&desk, &close(50)).unwrap().0, [("8".into(), 100, 50), ("7".into(), 100, 50)]);
    let desk = long(100, vec![child(7, stop(50, None)), child(8, stop(50, None))]);
    assert_eq!(found(&desk, &close(50)), None);
    // While the entry works its exits may still grow: 40 of 100 have filled.
    let entry =
        Order { filled: Qty::from(40), ..samples::own("e", 6, samples::buy(100, Some("187")), OrderState::Working) };
    let desk = long(40, vec![entry, child(7, stop(100, None))]);
    assert_eq!(found(&desk, &close(20)), None);
}

#[test]
fn a_part_that_has_filled_counts_in_the_total_and_not_in_what_gives_way() {
    let mut desk = bracketed();
    desk.orders[0].filled = Qty::from(20);
    desk.orders[1].spec.qty = Qty::from(80);
    desk.position = Qty::from(80);
    let (yields, beside) = found(&desk, &close(30)).unwrap();
    assert_eq!(yields, [("8".into(), 80, 50), ("7".into(), 80, 50)]);
    assert_eq!(beside.unwrap().qty, Qty::from(30));
    let class = desk.ask(|ctx| assess_with(&room(&close(30), ctx).unwrap(), &close(30), ctx).class);
    assert_eq!(class, Class::Exit);
}

#[test]
fn a_short_position_is_the_same_the_other_way_round() {
    let buy = |n, kind| OrderSpec { verb: Verb::Buy, side: Side::Buy, ..sell(n, kind, Some("x")) };
    let above = buy(100, OrderKind::Stop { trigger: p("190"), limit: None });
    let below = buy(100, OrderKind::Limit(p("180")));
    let desk = long(-100, vec![order(7, above), order(8, below)]);
    let cover = samples::order_of(Verb::Close, Side::Buy, 50, Some("187.21"));
    let (yields, beside) = found(&desk, &cover).unwrap();
    assert_eq!(yields, [("8".into(), 100, 50), ("7".into(), 100, 50)]);
    assert_eq!((beside.as_ref().unwrap().side, beside.unwrap().qty), (Side::Buy, Qty::from(50)));
    assert_eq!(found(&Desk { position: Qty::ZERO, ..desk }, &cover), None);
}

#[test]
fn both_carry_one_group_that_bears_the_name_of_the_exit() {
    let desk = bracketed();
    let room = desk.ask(|ctx| room(&close(50), ctx)).unwrap();
    let (beside, exit) = room.grouped(&close(50), &OrderKey::own("tw-7"));
    let oca = Some(Oca { name: "part~tw-7".into(), kind: OcaKind::Reduce });
    assert_eq!((beside.unwrap().attributes.oca, exit.attributes.oca), (oca.clone(), oca));
    let alone = Room { beside: None, ..room };
    assert_eq!(alone.grouped(&close(50), &OrderKey::own("tw-7")), (None, close(50)));
}

#[test]
fn what_does_not_give_way_goes_on_claiming() {
    let none = Room { yields: Vec::new(), beside: None };
    let class = |room: &Room| bracketed().ask(|ctx| assess_with(room, &close(50), ctx).class);
    assert_eq!(class(&none), Class::Entry);
    let desk = bracketed();
    let mut short = desk.ask(|ctx| room(&close(50), ctx)).unwrap();
    short.yields[1].to = Qty::from(51);
    assert_eq!(class(&short), Class::Entry, "one share too many stays");
}

#[test]
fn an_order_that_is_small_enough_is_left_alone() {
    let desk = long(100, vec![order(7, stop(100, Some("a"))), order(8, target(50, Some("a")))]);
    assert_eq!(found(&desk, &close(50)).unwrap().0, [("7".into(), 100, 50)]);
    assert_eq!(found(&desk, &close(51)).unwrap().0, [("8".into(), 50, 49), ("7".into(), 100, 49)]);
}

#[test]
fn what_makes_an_order_more_than_a_plain_exit_makes_no_room() {
    let desk = bracketed();
    let with = |change: fn(&mut OrderSpec)| {
        let mut spec = close(50);
        change(&mut spec);
        found(&desk, &spec)
    };
    assert!(with(|_| ()).is_some());
    assert_eq!(with(|s| s.attributes.preview = true), None);
    assert_eq!(with(|s| s.attributes.oca = Some(Oca { name: "mine".into(), kind: OcaKind::Reduce })), None);
    assert_eq!(with(|s| s.kind = OrderKind::LimitOnClose(p("187.21"))), None);
}

#[test]
fn a_buy_of_a_long_and_a_sale_of_a_short_make_no_room() {
    let buy = |id, kind| order(id, OrderSpec { verb: Verb::Buy, side: Side::Buy, ..sell(100, kind, None) });
    let orders = vec![buy(7, OrderKind::Limit(p("180")))];
    let more = samples::order_of(Verb::Buy, Side::Buy, 50, Some("187.21"));
    assert!(found(&long(-100, orders.clone()), &more).is_some(), "of a short it is an exit");
    assert_eq!(found(&long(100, orders), &more), None);
    let sale = samples::order_of(Verb::Sell, Side::Sell, 50, Some("187.21"));
    assert!(found(&long(100, vec![order(7, target(100, None))]), &sale).is_some());
    assert_eq!(found(&long(-100, vec![order(7, target(100, None))]), &sale), None);
}

#[test]
fn a_stop_takes_the_place_of_one_target_alone() {
    let alone = long(100, vec![order(7, stop(100, None))]);
    assert_eq!(found(&alone, &stop(50, None)), None, "never of a stop");
    let two = long(100, vec![order(7, target(100, Some("a"))), order(8, target(100, Some("a")))]);
    assert_eq!(found(&two, &stop(50, None)), None, "never of two targets of a group");
    assert_eq!(found(&two, &close(50)), None);
    let both = long(100, vec![order(7, target(60, None)), order(8, target(40, None))]);
    assert_eq!(found(&both, &stop(40, None)).unwrap().0, [("8".into(), 40, 0)], "the smaller that is large enough");
    assert_eq!(found(&both, &stop(41, None)).unwrap().0, [("7".into(), 60, 19)]);
    assert_eq!(found(&both, &stop(61, None)), None);
}

#[test]
fn the_stop_that_goes_beside_an_exit_is_found_wherever_it_stands_and_is_large_enough() {
    let desk = long(100, vec![order(8, target(100, Some("a"))), order(7, stop(100, Some("a")))]);
    let (yields, beside) = found(&desk, &close(50)).unwrap();
    assert_eq!((yields.len(), beside), (2, Some(stop(50, None))));
    let desk = long(100, vec![order(8, target(100, Some("a"))), order(7, stop(40, Some("a")))]);
    assert_eq!(found(&desk, &close(41)), None, "the stop is smaller than what is to go beside it");
    assert_eq!(found(&desk, &close(40)).unwrap().1, Some(stop(40, None)));
}

#[test]
fn orders_of_the_other_side_and_those_that_wait_for_their_entry_give_no_way() {
    let entry = samples::own("e", 5, samples::buy(60, Some("180")), OrderState::Working);
    let exit = Order { parent: Some(OrderKey::own("e")), ..order(6, target(60, None)) };
    let mut desk = bracketed();
    desk.orders.splice(0..0, [entry, exit]);
    let (yields, _) = found(&desk, &close(50)).unwrap();
    assert_eq!(yields, [("8".into(), 100, 50), ("7".into(), 100, 50)]);
}

#[test]
fn a_group_may_have_one_stop_and_several_targets_and_exits_without_one_may_not() {
    let spread = |group| vec![order(7, stop(100, group)), order(8, target(50, group)), order(9, target(50, group))];
    let (yields, _) = found(&long(100, spread(Some("a"))), &close(60)).unwrap();
    assert_eq!(yields, [("8".into(), 50, 40), ("9".into(), 50, 40), ("7".into(), 100, 40)]);
    let child = |order: Order| Order { parent: Some(OrderKey::own("gone")), ..order };
    let desk = long(100, spread(None).into_iter().map(child).collect());
    assert_eq!(found(&desk, &close(60)), None, "its targets add up");
}

#[test]
fn exits_of_different_entries_give_way_apart() {
    let child = |entry, order: Order| Order { parent: Some(OrderKey::own(entry)), ..order };
    let desk = long(100, vec![child("a", order(7, stop(60, None))), child("b", order(8, stop(40, None)))]);
    assert_eq!(found(&desk, &close(40)).unwrap().0, [("8".into(), 40, 0)]);
    assert_eq!(found(&desk, &close(41)).unwrap().0, [("7".into(), 60, 19)]);
}

#[test]
fn an_order_that_gave_all_its_way_is_gone_and_the_others_keep_what_has_filled() {
    let mut desk = bracketed();
    desk.orders[0].filled = Qty::from(20);
    let yields =
        |to| Yields { key: desk.orders[0].key.clone(), from: Qty::from(80), to: Qty::from(to), protects: true };
    let room = |to| Room { yields: vec![yields(to)], beside: None };
    assert_eq!(room(0).after(&desk.orders[0]), None);
    let after = room(30).after(&desk.orders[0]).unwrap();
    assert_eq!((after.spec.qty, after.filled, after.remaining()), (Qty::from(50), Qty::from(20), Qty::from(30)));
    assert_eq!(room(30).after(&desk.orders[1]), Some(desk.orders[1].clone()));
}

#[test]
fn each_order_that_gives_way_is_named_by_what_it_is() {
    let touched = OrderKind::Touched { trigger: p("190"), limit: None };
    let desk = long(
        100,
        vec![
            order(7, stop(100, None)),
            order(8, target(100, None)),
            order(9, sell(100, touched, None)),
            order(0, target(100, None)),
        ],
    );
    let said = |key: &str, to, beside| {
        let yields = Yields { key: OrderKey::own(key), from: Qty::from(100), to: Qty::from(to), protects: false };
        let room = Room { yields: vec![yields], beside };
        let verdict = desk.ask(|ctx| assess_with(&room, &close(50), ctx).findings);
        verdict.into_iter().find(|f| f.weight == Weight::Note && f.code == "G18").unwrap().text
    };
    assert_eq!(said("7", 50, None), "first stop #7 100 → 50");
    assert_eq!(said("8", 0, None), "first target #8 is cancelled");
    assert_eq!(said("9", 50, None), "first order #9 100 → 50");
    assert_eq!(said("tw-x", 50, None), "first target tw-x 100 → 50");
    assert_eq!(
        said("8", 0, Some(target(50, None))),
        "first target #8 is cancelled; then this, with a target of 50 at 190.00 beside it"
    );
    let trail = OrderKind::Trail { by: Distance::Percent(1.into()), from: None, limit_offset: None };
    assert_eq!(
        said("8", 0, Some(sell(50, trail, None))),
        "first target #8 is cancelled; then this, with a stop of 50 beside it"
    );
}

#[test]
fn what_is_wrong_with_the_order_beside_it_is_said_of_it_and_what_both_have_is_said_once() {
    let said = |desk: &Desk, beside: OrderSpec| {
        let room = Room { yields: Vec::new(), beside: Some(beside) };
        let found = desk.ask(|ctx| assess_with(&room, &close(50), ctx).findings);
        found.into_iter().filter(|f| f.weight > Weight::Note).collect::<Vec<_>>()
    };
    let desk = long(100, Vec::new());
    assert_eq!(said(&desk, stop(50, None)), []);
    let off_tick = sell(50, OrderKind::Stop { trigger: p("185.005"), limit: None }, None);
    let found = said(&desk, off_tick);
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((found.code, found.weight, &found.fix), ("G10", Weight::Hard, &None), "the order itself is in order");
    assert_eq!(found.text, "the stop beside it: 185.005 is off the 0.01 tick");
    let off_tick = sell(50, OrderKind::Limit(p("190.005")), None);
    assert_eq!(said(&desk, off_tick)[0].text, "the target beside it: 190.005 is off the 0.01 tick");
    let down = Desk { change: |c| c.readiness = Readiness::Down, ..desk };
    let codes: Vec<_> = said(&down, stop(50, None)).iter().map(|f| f.code).collect();
    assert_eq!(codes, ["G01"], "both are without a connection");
}
