//! What orders are told: sequences of events, codes, ids, modifications, cancels.

use pretty_assertions::assert_eq;

use super::super::*;
use super::script::*;
use crate::money::Qty;

const NONE: [i32; 0] = [];

fn venue(script: &Script) -> Venue {
    Venue::new(0, script)
}

#[test]
fn a_new_limit_order_is_accepted_then_working() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    let events = venue.place(MS, &script, buy(1, 100, "99.99"));
    let expected = ["open:PreSubmitted", "status:PreSubmitted", "open:Submitted", "status:Submitted"];
    assert_eq!(words(&events), expected);
    assert_eq!(venue.open_orders(Some(7)).len(), 1);
    assert_eq!(venue.open_orders(Some(8)).len(), 0);
}

#[test]
fn a_market_order_fills_and_reports_in_the_order_of_tws() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    let events = venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let fill = ["execution", "open:Filled", "status:Filled", "status:Filled", "commission", "position", "account"];
    assert_eq!(words(&events)[4..], fill);
    assert_eq!(fills(&events), [(100, "100.02".into())]);
    let Some(Event::Execution(execution)) = events.get(4) else { panic!("no execution") };
    assert_eq!(execution.exec_id, "0000e0d5.00000001.01.01");
    assert_eq!(execution.liquidity.number(), 2);
    assert_eq!(execution.commission.amount, cash("1"));
    assert_eq!(execution.commission.realized, None);
    assert_eq!(execution.order_ref, "ref-1");
    assert!(execution.perm_id < 1 << 31);
    assert_eq!(venue.completed_orders().len(), 1);
    assert_eq!(venue.open_orders(None).len(), 0);
}

#[test]
fn an_id_that_was_used_is_a_duplicate() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    assert_eq!(venue.next_valid_id(7), 1);
    venue.place(MS, &script, buy(5, 100, "99.99"));
    assert_eq!(venue.next_valid_id(7), 6);
    assert_eq!(codes(&venue.place(MS, &script, buy(4, 100, "99.99"))), [103]);
    assert_eq!(codes(&venue.cancel(MS, &script, 7, 5)), [202]);
    assert_eq!(codes(&venue.place(MS, &script, buy(5, 100, "99.99"))), [103]);
    assert_eq!(codes(&venue.place(MS, &script, OrderRequest { client_id: 8, ..buy(5, 100, "99.99") })), NONE);
}

#[test]
fn a_filled_order_cannot_be_modified() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    assert_eq!(codes(&venue.place(MS, &script, order(1, Action::Buy, 200, Kind::Market))), [104]);
}

#[test]
fn each_flaw_of_an_order_has_its_code() {
    let script = Script::still(10_000, 10_002, 500);
    let good = buy(1, 100, "99.99");
    let flawed = [
        (OrderRequest { order_id: 0, ..good.clone() }, 321),
        (OrderRequest { order_id: ORDER_IDS_END, ..good.clone() }, 321),
        (OrderRequest { account: "DU9999999".into(), ..good.clone() }, 321),
        (OrderRequest { con_id: 1, ..good.clone() }, 200),
        (OrderRequest { quantity: Qty::ZERO, ..good.clone() }, 434),
        (OrderRequest { quantity: Qty::from(-1), ..good.clone() }, 321),
        (OrderRequest { quantity: "0.5".parse().unwrap(), ..good.clone() }, 10243),
        (OrderRequest { quantity: Qty::from(10_000_001), ..good.clone() }, 321),
        (OrderRequest { kind: Kind::Limit(price("99.995")), ..good.clone() }, 110),
        (OrderRequest { kind: Kind::Limit(price("0")), ..good.clone() }, 110),
        (OrderRequest { kind: Kind::Limit(price("-1")), ..good.clone() }, 110),
        (OrderRequest { quantity: Qty::from(30_000), ..good.clone() }, 201),
    ];
    for (request, code) in flawed {
        let mut venue = venue(&script);
        assert_eq!(codes(&venue.place(MS, &script, request.clone())), [code], "{request:?}");
        assert_eq!(venue.open_orders(None).len(), 0);
    }
    assert_eq!(Kind::parse("VOL", &Prices::default()).map_err(|fault| fault.code), Err(387));
    assert_eq!(Kind::parse("LMT", &Prices::default()).map_err(|fault| fault.code), Err(321));
    assert_eq!(Kind::parse("STP", &Prices::default()).map_err(|fault| fault.code), Err(403));
    assert_eq!(Tif::parse("AUC", None, None).map_err(|fault| fault.code), Err(201));
    assert_eq!(Tif::parse("GTD", None, None).map_err(|fault| fault.code), Err(334));
    assert_eq!(Action::parse("HOLD").map_err(|fault| fault.code), Err(321));
}

#[test]
fn an_order_the_account_cannot_carry_is_inactive_and_says_how_much_is_missing() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    let events = venue.place(MS, &script, buy(1, 30_000, "100"));
    assert_eq!(words(&events), ["status:Inactive", "error:201"]);
    let Some(Event::Error(refusal)) = events.last() else { panic!("no error") };
    let text = "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY \
        WITH LOAN VALUE [1000000.00 USD] MUST EXCEED THE INITIAL MARGIN [1500000.00 USD]";
    assert_eq!(refusal.text, text);
    assert_eq!(venue.next_valid_id(7), 2);
}

#[test]
fn an_unknown_mark_refuses_what_it_cannot_weigh() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.marks = false;
    script.leaves[0].quote = None;
    let mut venue = venue(&script);
    assert_eq!(codes(&venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market))), [201]);
}

#[test]
fn an_exit_is_never_refused_for_funds() {
    let script = Script::new(vec![Leaf::quiet(10_000, 10_001, 50_000), Leaf::quiet(2_000, 2_001, 50_000)]);
    let mut venue = venue(&script);
    venue.place(MS, &script, order(1, Action::Buy, 19_000, Kind::Market));
    let deep = LEAF + MS;
    assert!(venue.cash().is_negative());
    assert_eq!(codes(&venue.place(deep, &script, buy(2, 100, "19"))), [201]);
    assert_eq!(codes(&venue.place(deep, &script, sell(3, 19_000, "25"))), NONE);
}

#[test]
fn too_many_orders_on_a_side_are_refused() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    for id in 1..=20 {
        assert_eq!(codes(&venue.place(MS, &script, buy(id, 1, "99"))), NONE);
    }
    assert_eq!(codes(&venue.place(MS, &script, buy(21, 1, "99"))), [201]);
    assert_eq!(codes(&venue.place(MS, &script, sell(22, 1, "110"))), NONE);
}

#[test]
fn a_cancel_says_pending_then_cancelled_then_202() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    venue.place(MS, &script, buy(1, 100, "99.99"));
    let events = venue.cancel(2 * MS, &script, 7, 1);
    assert_eq!(words(&events), ["status:PendingCancel", "open:Cancelled", "status:Cancelled", "error:202"]);
}

#[test]
fn a_cancel_too_late_or_of_nothing_is_told_apart() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    assert_eq!(codes(&venue.cancel(MS, &script, 7, 1)), [10147]);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let events = venue.cancel(MS, &script, 7, 1);
    let Some(Event::Error(refusal)) = events.first() else { panic!("no error") };
    assert_eq!(refusal.code, 10148);
    assert_eq!(refusal.text, "OrderId 1 that needs to be cancelled can not be cancelled, state: Filled.");
    assert_eq!(codes(&venue.cancel(MS, &script, 8, 1)), [10147]);
}

#[test]
fn a_cancel_of_a_refused_order_is_161() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    assert_eq!(codes(&venue.place(MS, &script, buy(1, 1_000_000, "99"))), [201]);
    assert_eq!(codes(&venue.cancel(MS, &script, 7, 1)), [161]);
}

#[test]
fn a_global_cancel_ends_the_orders_of_every_client() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    venue.place(MS, &script, buy(1, 100, "99.99"));
    venue.place(MS, &script, OrderRequest { client_id: 8, ..sell(1, 100, "100.05") });
    let events = venue.cancel_all(MS, &script);
    assert_eq!(codes(&events), [202, 202]);
    let clients: Vec<_> = events.iter().map(Event::client_id).collect();
    assert_eq!(clients, [[Some(7); 4], [Some(8); 4]].concat());
    assert_eq!(venue.open_orders(None).len(), 0);
}

#[test]
fn a_modification_keeps_what_may_not_change() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    venue.place(MS, &script, buy(1, 100, "99.99"));
    let before = venue.open_orders(None)[0].clone();
    let changes = [
        (sell(1, 100, "99.99"), 105),
        (OrderRequest { con_id: TWO, ..buy(1, 100, "99.99") }, 105),
        (order(1, Action::Buy, 100, Kind::Market), 329),
        (buy(1, 100, "99.995"), 110),
        (buy(1, 0, "99.99"), 434),
        (buy(1, 50_000, "99.99"), 201),
        (OrderRequest { transmit: false, ..buy(1, 100, "99.99") }, 321),
    ];
    for (request, code) in changes {
        assert_eq!(codes(&venue.place(2 * MS, &script, request)), [code]);
        assert_eq!(venue.open_orders(None), [&before]);
    }
    let events = venue.place(2 * MS, &script, buy(1, 80, "99.98"));
    assert_eq!(words(&events)[..2], ["open:Submitted", "status:Submitted"]);
    let after = venue.open_orders(None)[0];
    assert_eq!(after.perm_id, before.perm_id);
    assert_eq!(after.request.quantity, Qty::from(80));
    assert_eq!(after.request.kind, Kind::Limit(price("99.98")));
}

#[test]
fn a_size_already_filled_is_no_modification() {
    let script = Script::still(10_000, 10_002, 60);
    let mut venue = venue(&script);
    assert_eq!(fills(&venue.place(MS, &script, buy(1, 100, "100.02"))), [(60, "100.02".into())]);
    assert_eq!(codes(&venue.place(MS, &script, buy(1, 60, "100.02"))), [321]);
    assert_eq!(codes(&venue.place(MS, &script, buy(1, 61, "100.02"))), NONE);
}

#[test]
fn an_order_not_transmitted_is_held_until_it_is() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    let held = OrderRequest { transmit: false, ..buy(1, 100, "100.02") };
    assert_eq!(words(&venue.place(MS, &script, held)), ["open:PreSubmitted", "status:PreSubmitted"]);
    assert_eq!(venue.step(10 * LEAF, &script), []);
    let events = venue.place(10 * LEAF, &script, buy(1, 100, "100.02"));
    assert_eq!(fills(&events), [(100, "100.02".into())]);
}

#[test]
fn an_ioc_takes_what_is_there_and_is_cancelled() {
    let script = Script::still(10_000, 10_002, 60);
    let mut venue = venue(&script);
    let request = OrderRequest { tif: Tif::Ioc, outside_rth: false, ..buy(1, 100, "100.02") };
    let events = venue.place(MS, &script, request);
    assert_eq!(fills(&events), [(60, "100.02".into())]);
    assert_eq!(codes(&events), [202]);
    assert_eq!(venue.completed_orders()[0].status, Status::Cancelled);
    assert_eq!(venue.completed_orders()[0].filled, Qty::from(60));
}

#[test]
fn a_day_order_ends_with_the_day_and_a_gtc_order_goes_on() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.day_end = 8 * LEAF;
    let mut venue = venue(&script);
    venue.place(MS, &script, buy(1, 100, "99.99"));
    venue.place(MS, &script, OrderRequest { tif: Tif::Gtc, ..buy(2, 100, "99.99") });
    let events = venue.step(20 * LEAF, &script);
    assert_eq!(codes(&events), [202]);
    assert_eq!(venue.open_orders(None)[0].request.order_id, 2);
    assert_eq!(venue.completed_orders()[0].completed, Some(8 * LEAF));
}

#[test]
fn an_order_outside_regular_hours_waits_and_says_until_when() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.regular = (8 * LEAF, 16 * LEAF);
    let mut venue = venue(&script);
    let request = OrderRequest { outside_rth: false, ..order(1, Action::Buy, 100, Kind::Market) };
    let events = venue.place(MS, &script, request);
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted", "error:399"]);
    assert_eq!(venue.step(8 * LEAF - 1, &script), []);
    let events = venue.step(9 * LEAF, &script);
    assert_eq!(words(&events)[..3], ["open:Submitted", "status:Submitted", "execution"]);
}

#[test]
fn a_halt_keeps_orders_waiting() {
    let mut leaves = vec![Leaf::quiet(10_000, 10_002, 500); 4];
    leaves[1].quote = None;
    leaves[2].quote = None;
    let script = Script::new(leaves);
    let mut venue = venue(&script);
    let events = venue.place(LEAF + MS, &script, order(1, Action::Buy, 100, Kind::Market));
    assert_eq!(words(&events), ["open:PreSubmitted", "status:PreSubmitted"]);
    assert_eq!(fills(&venue.step(3 * LEAF - 1, &script)), []);
    assert_eq!(fills(&venue.step(3 * LEAF, &script)), [(100, "100.02".into())]);
}

#[test]
fn time_does_not_run_backwards() {
    let script = Script::still(10_000, 10_002, 500);
    let mut venue = venue(&script);
    venue.place(10 * LEAF, &script, buy(1, 100, "99.99"));
    assert_eq!(venue.step(LEAF, &script), []);
    assert_eq!(venue.now(), 10 * LEAF);
    venue.cancel(LEAF, &script, 7, 1);
    assert_eq!(venue.completed_orders()[0].completed, Some(10 * LEAF));
}

#[test]
fn a_modification_binds_margin_for_what_it_leaves_working() {
    let script = Script::still(10_000, 10_002, 10_000);
    let mut venue = venue(&script);
    venue.place(MS, &script, buy(1, 15_000, "100"));
    assert_eq!(codes(&venue.place(MS, &script, buy(1, 19_000, "100"))), NONE);
    assert_eq!(codes(&venue.place(MS, &script, buy(1, 19_000, "100.02"))), NONE);
    assert_eq!(venue.positions()[0].quantity, Qty::from(10_000));
    assert_eq!(codes(&venue.place(MS, &script, buy(1, 19_900, "100.02"))), NONE, "half is held, half is asked for");
    assert_eq!(codes(&venue.place(MS, &script, buy(1, 20_100, "100.02"))), [201]);
}
