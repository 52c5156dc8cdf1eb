//! The order against what is held and what works: shorts as well as longs, changes as well as new orders.

use super::boundary_tests::{buy, limited, live, long, of, said, steps, stop, with};
use super::samples::Desk;
use super::*;
use crate::domain::SafeText;
use crate::domain::order::{OrderKind, OrderState, Side, Verb};
use crate::domain::samples::{self, price as p};
use Weight::{Confirm, Hard, Note};

fn short(qty: i64, limit: &str) -> OrderSpec {
    samples::order_of(Verb::Short, Side::Sell, qty, Some(limit))
}

fn sell(qty: i64, limit: &str) -> OrderSpec {
    samples::order_of(Verb::Sell, Side::Sell, qty, Some(limit))
}

fn work(key: &str, id: i32, spec: OrderSpec) -> Order {
    samples::own(key, id, spec, OrderState::Working)
}

fn holding(held: i64, orders: Vec<Order>) -> Desk {
    Desk { orders, ..long(held) }
}

fn text(desk: &Desk, spec: &OrderSpec, code: &str) -> String {
    desk.ask(|ctx| assess(spec, ctx).findings.iter().find(|f| f.code == code).unwrap().text.clone())
}

fn offered(desk: &Desk, spec: &OrderSpec) -> Option<Qty> {
    desk.ask(|ctx| assess(spec, ctx).findings.into_iter().find_map(|f| f.fix).map(|fix| fix.qty))
}

#[test]
fn g17_counts_a_short_as_it_counts_a_long() {
    let own = SymbolLimits { max_position: Some(Qty::from(150)), ..Default::default() };
    let desk = limited(long(-100), |l| {
        l.symbols.insert("AAPL".into(), own);
    });
    let three = [49, 50, 51].map(|n| said(&desk, &short(n, "187.22"), "G17"));
    assert_eq!(three, [None, None, Some(Hard)]);
    assert_eq!(offered(&desk, &short(80, "187.22")), Some(Qty::from(50)));
    assert_eq!(text(&desk, &short(51, "187.22"), "G17"), "short 151 after it, at most 150");
    // 187.22 × 2,670 are half of a million in live.
    let real = Desk { position: Qty::from(-2_000), ..live() };
    assert_eq!([670, 671].map(|n| said(&real, &short(n, "187.22"), "G17")), [None, Some(Confirm)]);
    assert_eq!(
        said(&Desk { position: Qty::from(9_000), ..live() }, &sell(9_000, "187.22"), "G17"),
        None,
        "less is left"
    );
}

#[test]
fn g17_offers_what_the_orders_at_work_leave() {
    let own = SymbolLimits { max_position: Some(Qty::from(150)), ..Default::default() };
    let desk = limited(holding(100, vec![work("w", 7, buy(20, Some("180")))]), |l| {
        l.symbols.insert("AAPL".into(), own);
    });
    assert_eq!(offered(&desk, &buy(80, Some("187.20"))), Some(Qty::from(30)));
    let mut order = work("w", 7, buy(20, Some("180")));
    order.filled = Qty::from(10);
    let desk = Desk { orders: vec![order.clone()], ..desk };
    let fix =
        desk.ask(|ctx| assess_change(&order, &buy(100, Some("180")), ctx).findings.into_iter().find_map(|f| f.fix));
    assert_eq!(fix.unwrap().qty, Qty::from(60), "50 more and the 10 that have filled");
}

#[test]
fn g18_a_short_while_long_and_a_buy_through_zero_are_flips() {
    assert_eq!([299, 300, 301].map(|n| said(&long(300), &short(n, "187.22"), "G18")), [None, None, Some(Hard)]);
    assert_eq!(text(&long(300), &short(301, "187.22"), "G18"), "long 300, shorting 301: it would go through zero");
    assert_eq!(said(&Desk::default(), &short(100, "187.22"), "G18"), None);
    assert_eq!(said(&long(-100), &short(100, "187.22"), "G18"), None);
    let bought = [99, 100, 101].map(|n| said(&long(-100), &buy(n, Some("187.20")), "G18"));
    assert_eq!(bought, [None, None, Some(Hard)]);
    assert_eq!(text(&long(-100), &buy(101, Some("187.20")), "G18"), "short 100, buying 101: it would go through zero");
    assert_eq!(offered(&long(-100), &buy(101, Some("187.20"))), Some(Qty::from(100)));
    let desk = holding(-100, vec![work("w", 7, buy(60, Some("180")))]);
    assert_eq!([40, 41].map(|n| said(&desk, &buy(n, Some("187.20")), "G18")), [None, Some(Hard)]);
    assert_eq!(said(&long(100), &buy(101, Some("187.20")), "G18"), None);
}

#[test]
fn g18_a_close_names_what_it_closes_and_flip_does_not_help_it() {
    let mut close = samples::order_of(Verb::Close, Side::Sell, 301, Some("187.22"));
    assert_eq!(text(&long(300), &close, "G18"), "long 300, closing 301: it would go through zero");
    close.attributes.flip = true;
    assert_eq!(said(&long(300), &close, "G18"), Some(Hard));
    assert_eq!(said(&with(long(300), |c| c.position = None), &close, "G18"), Some(Hard));
}

#[test]
fn g18_offers_nothing_where_the_orders_at_work_leave_nothing() {
    let mut order = work("w", 7, sell(100, "190"));
    order.filled = Qty::from(60);
    let desk = holding(40, vec![order.clone(), work("x", 8, sell(40, "191"))]);
    let found = desk.ask(|ctx| assess_change(&order, &sell(101, "190"), ctx).findings);
    let flip = found.iter().find(|f| f.code == "G18").unwrap();
    assert_eq!((flip.weight, &flip.fix), (Hard, &None), "60 would be all that has filled");
    let desk = holding(41, desk.orders.clone());
    let found = desk.ask(|ctx| assess_change(&order, &sell(101, "190"), ctx).findings);
    let flip = found.iter().find(|f| f.code == "G18").unwrap();
    assert_eq!(flip.fix.as_ref().unwrap().qty, Qty::from(61));
}

#[test]
fn g19_is_for_what_opens_a_short_on_purpose() {
    assert_eq!(said(&long(300), &sell(400, "187.22"), "G19"), None, "G18 forbids it");
    let flipping = |mut spec: OrderSpec| {
        spec.attributes.flip = true;
        spec
    };
    assert_eq!(text(&long(300), &flipping(sell(400, "187.22")), "G19"), "opens a short of 100");
    assert_eq!(said(&long(-100), &flipping(buy(200, Some("187.20"))), "G19"), None, "a buy opens no short");
    assert_eq!(text(&long(-50), &short(100, "187.22"), "G19"), "opens a short of 100");
    let busy = holding(300, vec![work("w", 7, sell(300, "190"))]);
    assert_eq!(said(&busy, &flipping(sell(300, "187.22")), "G19"), None, "by itself it opens none");
    assert_eq!(said(&busy, &flipping(sell(301, "187.22")), "G19"), Some(Note));
}

#[test]
fn g26_a_sale_meets_the_own_bid() {
    let desk = holding(100, vec![work("w", 7, buy(100, Some("187.20")))]);
    let cases = ["187.21", "187.20", "187.19"].map(|limit| (&desk, sell(1, limit)));
    assert_eq!(steps("G26", cases), [None, Some(Hard), Some(Hard)]);
    assert_eq!(text(&desk, &sell(1, "187.19"), "G26"), "it would trade with #7, buy 100 at 187.20; cancel that first");
    let fix = desk.ask(|ctx| assess(&sell(1, "187.19"), ctx).findings.into_iter().find_map(|f| f.fix));
    assert_eq!(fix.unwrap().kind, OrderKind::Limit(p("187.21")));
    let market = samples::order_of(Verb::Sell, Side::Sell, 1, None);
    assert_eq!(said(&desk, &market, "G26"), Some(Hard), "it is the best bid");
    let behind = holding(100, vec![work("w", 7, buy(100, Some("187.19")))]);
    assert_eq!(said(&behind, &market, "G26"), None);
}

#[test]
fn g26_meets_nothing_that_does_not_rest_in_the_book() {
    let resting = |change: fn(&mut Order)| {
        let mut order = work("w", 7, sell(100, "187.22"));
        change(&mut order);
        let entry = work("e", 6, buy(100, Some("186")));
        said(&holding(100, vec![entry, order]), &buy(1, Some("187.30")), "G26")
    };
    assert_eq!(resting(|_| ()), Some(Hard));
    assert_eq!(resting(|o| o.other_kind = Some(SafeText::new("VOL"))), None);
    assert_eq!(resting(|o| o.parent = Some(OrderKey::own("e"))), None, "it waits for its entry");
    assert_eq!(resting(|o| o.spec.kind = OrderKind::LimitOnClose(p("187.22"))), None);
    let desk = holding(100, vec![work("w", 7, sell(100, "187.22"))]);
    let later = of(Verb::Buy, Side::Buy, 1, stop("190"));
    assert_eq!(said(&desk, &later, "G26"), None, "what waits for a trigger meets nothing now");
}

#[test]
fn g26_names_an_order_without_a_number_by_its_key() {
    let desk = holding(100, vec![work("tw-9", 0, sell(100, "187.22"))]);
    let said = text(&desk, &buy(1, Some("187.22")), "G26");
    assert_eq!(said, "it would trade with tw-9, sell 100 at 187.22; cancel that first");
}

#[test]
fn g26_an_entry_and_its_exits_are_changed_past_each_other_and_past_no_others() {
    let entry = Order { filled: Qty::from(40), ..work("e", 7, buy(100, Some("187.10"))) };
    let exit = Order { parent: Some(OrderKey::own("e")), ..work("t", 8, sell(40, "187.30")) };
    let met = |orders: Vec<Order>, which: usize, spec: OrderSpec| {
        let desk = holding(40, orders);
        desk.ask(|ctx| assess_change(&desk.orders[which], &spec, ctx).findings.iter().any(|f| f.code == "G26"))
    };
    let family = || vec![entry.clone(), exit.clone()];
    assert!(!met(family(), 0, buy(100, Some("187.30"))), "the entry reaches its own target");
    assert!(!met(family(), 1, sell(40, "187.10")), "the target reaches its own entry");
    let stranger = Order { parent: None, ..exit.clone() };
    assert!(met(vec![entry.clone(), stranger.clone()], 0, buy(100, Some("187.30"))));
    assert!(met(vec![entry.clone(), stranger], 1, sell(40, "187.10")));
    let child = Order { parent: Some(OrderKey::own("gone")), ..exit };
    assert!(met(vec![entry.clone(), child.clone()], 0, buy(100, Some("187.30"))), "the exit of another entry");
    assert!(met(vec![entry, child], 1, sell(40, "187.10")));
}

#[test]
fn g30_names_what_passes_on_either_side_and_only_where_something_does() {
    let lost = |side, id| {
        let (verb, limit) = if side == Side::Buy { (Verb::Buy, "180") } else { (Verb::Sell, "190") };
        samples::own("tw-3", id, samples::order_of(verb, side, 100, Some(limit)), OrderState::Unknown)
    };
    let desk = holding(-300, vec![lost(Side::Buy, 32)]);
    let said = text(&desk, &buy(201, Some("187.20")), "G30");
    assert_eq!(said, "AAPL has an order with unknown outcome, #32. Exits up to 200 pass");
    let plain = "AAPL has an order with unknown outcome, tw-3";
    assert_eq!(text(&holding(0, vec![lost(Side::Buy, 0)]), &buy(1, Some("187.20")), "G30"), plain);
    assert_eq!(text(&holding(300, vec![lost(Side::Sell, 0)]), &buy(1, Some("187.20")), "G30"), plain);
    assert_eq!(text(&holding(100, vec![lost(Side::Sell, 0)]), &sell(1, "187.22"), "G30"), plain, "all is spoken for");
}

#[test]
fn g32_says_what_is_left_behind_a_stop() {
    let stops = |n| of(Verb::Sell, Side::Sell, n, stop("180"));
    let (all, part) = (work("s", 7, stops(100)), work("p", 8, stops(60)));
    let said = |orders: Vec<Order>| {
        let desk = holding(100, orders);
        desk.ask(|ctx| assess_cancel(&desk.orders[0], ctx).into_iter().map(|f| f.text).collect::<Vec<_>>())
    };
    assert_eq!(said(vec![all.clone()]), ["the only stop of AAPL, long 100"]);
    assert_eq!(said(vec![all.clone(), part]), ["leaves 60 of AAPL long 100 behind a stop"]);
    let desk = holding(100, vec![all.clone()]);
    let smaller = desk.ask(|ctx| assess_change(&all, &stops(99), ctx).findings);
    assert!(smaller.iter().any(|f| f.text == "leaves 99 of AAPL long 100 behind a stop"), "{smaller:?}");
}

#[test]
fn g32_an_exit_is_held_to_its_own_entry_among_others() {
    // The stop belongs to an entry that has filled; another entry, which stands before it, has not.
    let waiting = work("a", 5, buy(100, Some("180")));
    let filled = Order { filled: Qty::from(100), ..work("e", 6, buy(200, Some("187"))) };
    let exit = Order { parent: Some(OrderKey::own("e")), ..work("s", 7, of(Verb::Sell, Side::Sell, 100, stop("180"))) };
    let desk = holding(100, vec![waiting, filled, exit]);
    let codes = desk.ask(|ctx| assess_cancel(&desk.orders[2], ctx).into_iter().map(|f| f.code).collect::<Vec<_>>());
    assert_eq!(codes, ["G32"]);
}

#[test]
fn g32_while_other_clients_are_not_heard_only_what_was_sent_from_here_covers() {
    let stop_of = |key, client, id| {
        let mut order = work(key, id, of(Verb::Sell, Side::Sell, 100, stop("180")));
        order.ids.client_id = client;
        order
    };
    let asks = |other: Order, change: fn(&mut Context<'_>)| {
        let desk = Desk { change, ..holding(100, vec![stop_of("s", 1, 7), other]) };
        desk.ask(|ctx| assess_cancel(&desk.orders[0], ctx).iter().any(|f| f.code == "G32"))
    };
    let unheard: fn(&mut Context<'_>) = |c| c.unheard = Some(1);
    // Whose the other stop is, its number, and whether it covers while others are unheard.
    for (client, id, covers) in [(1, 8, true), (2, 8, false), (1, 0, false), (2, 0, false)] {
        assert_eq!(asks(stop_of("o", client, id), unheard), !covers, "client {client}, number {id}");
        assert!(!asks(stop_of("o", client, id), |_| {}), "all are heard: client {client}, number {id}");
    }
}
