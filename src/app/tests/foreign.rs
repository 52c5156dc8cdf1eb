//! Orders of others: seen, counted, named, and never cancelled by what does not reach them.

use super::desk::works;
use super::fixture::{AAPL, CLIENT, MSFT, execution_of, foreign, report_of, snapshot};
use super::{Desk, desk, live_desk, price, qty};
use crate::app::msg::Msg;
use crate::app::{protection, select};
use crate::broker::event::{BrokerStatus, OrderReport, Others, Snapshot};
use crate::broker::{Command, Event};
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState, Ownership, Side, Verb};
use crate::risk::Class;

/// A sell stop of another client.
fn stop(order_id: i32, n: i64) -> OrderReport {
    let kind = OrderKind::Stop { trigger: price("180"), limit: None };
    let spec =
        OrderSpec { qty: qty(n), side: Side::Sell, verb: Verb::Sell, kind, ..foreign(1, AAPL, "AAPL", "1").spec };
    OrderReport { spec, status: BrokerStatus::Held, ..foreign(order_id, AAPL, "AAPL", "1") }
}

/// A sell limit of another client.
fn sell(order_id: i32, n: i64) -> OrderReport {
    let kind = OrderKind::Limit(price("190"));
    OrderReport { spec: OrderSpec { kind, ..stop(1, n).spec }, status: BrokerStatus::Working, ..stop(order_id, n) }
}

impl Desk {
    /// The complete answer to a question asked now.
    fn others(&mut self, open: Vec<OrderReport>) -> &mut Self {
        let asked = self.at;
        self.after(2);
        self.broker(Event::Others(Box::new(Others { asked, open, ..Others::default() })))
    }

    /// Two complete lists in a row without any.
    fn no_others(&mut self) -> &mut Self {
        self.after(5_000).others(Vec::new()).after(5_000).others(Vec::new())
    }

    fn foreign(&self, order_id: i32) -> &Order {
        self.order(&OrderKey::foreign(70_000 + i64::from(order_id)))
    }
}

#[test]
fn an_order_that_is_listed_for_the_first_time_is_shown_as_somebody_elses() {
    let mut d = desk();
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    assert_eq!((d.foreign(4).state, d.foreign(4).ownership), (OrderState::Working, Ownership::Foreign));
    assert_eq!(select::working_count(&d.model), 1);
    d.assert_said("elsewhere: working buy 10 MSFT lmt 400.00");
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    assert_eq!(d.model.orders.all.len(), 1);
}

#[test]
fn an_order_that_is_listed_no_more_has_ended_and_nobody_says_how() {
    let mut d = desk();
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    d.no_others();
    assert_eq!(d.foreign(4).state, OrderState::Cancelled);
    d.assert_said("elsewhere: ended buy 10 MSFT lmt 400.00: gone elsewhere: filled or cancelled");
}

#[test]
fn an_order_that_left_the_list_by_filling_is_filled() {
    let mut d = desk();
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    let fill = execution_of(d.foreign(4), "0001.01", 10, "399.90");
    let asked = d.after(5_000).at;
    d.broker(Event::Others(Box::new(Others { asked, executions: vec![fill], ..Others::default() })));
    assert_eq!(d.foreign(4).state, OrderState::Filled);
    assert_eq!(d.foreign(4).avg_fill, Some(price("399.90")));
    d.assert_said("elsewhere: filled 10 MSFT @ 399.90");
}

#[test]
fn what_the_completed_orders_say_of_its_end_is_taken() {
    let mut d = desk();
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    let asked = d.after(5_000).at;
    let remark = Some("Cancelled by Trader".into());
    let ended = OrderReport { status: BrokerStatus::Cancelled, remark, ..foreign(4, MSFT, "MSFT", "400") };
    d.broker(Event::Others(Box::new(Others { asked, completed: vec![ended], ..Others::default() })));
    assert_eq!(d.foreign(4).state, OrderState::Cancelled);
    assert_eq!(d.foreign(4).remark, Some((0, "Cancelled by Trader".into())));
}

#[test]
fn a_list_never_touches_orders_of_ours() {
    let mut d = desk();
    let working = d.work("b enter");
    d.keys("b t enter");
    let sending = d.placed_one().key().clone();
    d.others(Vec::new());
    assert_eq!((d.order(&working).state, d.order(&sending).state), (OrderState::Working, OrderState::Sending));
    d.carry(&sending);
    d.others(Vec::new());
    assert_eq!(d.order(&sending).state, OrderState::Sending, "on its way: the list does not have it yet");
    let mut report = report_of(d.order(&working), BrokerStatus::Cancelled);
    report.spec.qty = qty(1);
    d.others(vec![report]);
    assert_eq!((d.order(&working).state, d.order(&working).spec.qty), (OrderState::Working, qty(100)));
}

#[test]
fn a_list_that_was_asked_for_before_an_order_was_heard_of_does_not_end_it() {
    let mut d = desk();
    let early = d.at;
    d.after(50).others(vec![foreign(4, MSFT, "MSFT", "400")]);
    d.broker(Event::Others(Box::new(Others { asked: early, ..Others::default() })));
    assert_eq!(d.foreign(4).state, OrderState::Working);
}

#[test]
fn a_change_made_elsewhere_is_shown() {
    let mut d = desk();
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    d.after(5_000).others(vec![foreign(4, MSFT, "MSFT", "401")]);
    assert_eq!(d.foreign(4).spec.kind, OrderKind::Limit(price("401")));
}

#[test]
fn a_stop_of_another_client_protects_and_its_end_raises_the_alarm() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    assert_eq!(protection::unprotected(&d.model), 1);
    d.others(vec![stop(4, 100)]);
    assert_eq!(protection::unprotected(&d.model), 0);
    d.no_others();
    assert_eq!(protection::unprotected(&d.model), 1);
    assert!(d.model.notices.list.iter().any(|n| n.text.starts_with("UNPROTECTED: AAPL long 100")));
}

#[test]
fn what_others_sell_is_not_sold_again() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100).others(vec![sell(4, 60)]);
    d.keys("c enter");
    assert!(d.placed().is_empty(), "all 100 would go through zero: {:?}", d.said());
    d.keys("space");
    assert_eq!(d.staged().qty, Some(qty(40)), "{}", d.sentence());
    let live = select::live_of(&d.model, AAPL);
    let ctx = select::context(&d.model, AAPL, &live, crate::risk::Origin::Key);
    let whole = OrderSpec { qty: qty(100), ..sell(1, 100).spec };
    assert_eq!(crate::risk::assess(&whole, &ctx).class, Class::Entry);
    let free = OrderSpec { qty: qty(40), ..whole };
    assert_eq!(crate::risk::assess(&free, &ctx).class, Class::Exit);
}

#[test]
fn a_flatten_beside_a_sell_of_another_client_does_not_go_through_zero() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100).others(vec![sell(4, 60)]);
    d.keys("Z").after(200).keys("enter");
    let sent = d.placed();
    let most = sent.iter().map(|a| a.spec().qty).max().unwrap_or_default();
    assert!(most <= qty(40), "{sent:?}, said {:?}", d.said());
}

#[test]
fn x_on_an_order_of_another_client_says_what_reaches_it() {
    let mut d = desk();
    d.others(vec![foreign(4, AAPL, "AAPL", "180")]);
    d.keys("x");
    assert!(d.cancels().is_empty());
    d.assert_said("#4 belongs to client 7: cancel it there. From here only o g reaches it.");
}

#[test]
fn a_kill_names_what_it_does_not_reach_and_says_so_again_when_there_is_more() {
    let mut d = desk();
    d.work("b enter");
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    d.keys(r"ctrl-\");
    d.assert_said("HALT. Cancelling 1 entry, 0 exits kept. 1 order of other clients stays: only o g reaches them.");
    assert_eq!(d.sent(|c| *c == Command::AskOthers), 1);
    d.after(300).others(vec![foreign(4, MSFT, "MSFT", "400"), foreign(5, AAPL, "AAPL", "180")]);
    d.assert_said("2 orders of other clients stay: only o g reaches them.");
}

#[test]
fn big_x_names_the_orders_of_others_of_its_symbol_alone() {
    let mut d = desk();
    d.others(vec![foreign(4, MSFT, "MSFT", "400"), foreign(5, AAPL, "AAPL", "180")]);
    d.keys("X");
    d.assert_said("No order of AAPL works. 1 order of other clients stays: only o g reaches them.");
}

#[test]
fn the_global_cancel_asks_first_and_takes_everything() {
    let mut d = desk();
    let own = d.work("b enter");
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    d.keys("o g");
    assert_eq!(d.sent(|c| *c == Command::CancelEveryones), 0, "it names them first");
    d.keys("esc");
    assert!(d.model.overlay.is_none());
    d.keys("o g g");
    assert_eq!(d.sent(|c| *c == Command::CancelEveryones), 1);
    assert_eq!((d.order(&own).state, d.foreign(4).state), (OrderState::Cancelling, OrderState::Cancelling));
    d.assert_said("Cancelling every order of the account, 2 known");
    d.status(&own, BrokerStatus::Cancelled, 0).no_others();
    assert_eq!(d.foreign(4).state, OrderState::Cancelled);
}

#[test]
fn a_global_cancel_takes_no_key_before_what_it_hits_has_been_on_the_screen_for_150_ms() {
    let all = |d: &Desk| d.sent(|c| *c == Command::CancelEveryones);
    let mut d = desk();
    d.work("b enter");
    d.keys("o g");
    d.after(100).key("g", false);
    assert_eq!(all(&d), 0);
    d.assert_said("Too soon, press again");
    d.after(60).key("g", false);
    assert_eq!(all(&d), 1);

    // A frame that never came is no frame.
    let mut d = desk();
    d.keys("o").after(200).key("g", false);
    d.after(1_000).key("g", false);
    assert_eq!(all(&d), 0);
    d.paint().after(200).key("g", false);
    assert_eq!(all(&d), 1);

    // Another screen has to show it again.
    let mut d = desk();
    d.keys("o g").after(200).tell(Msg::Resized { width: 80, height: 24 });
    d.key("g", false);
    assert_eq!(all(&d), 0);
    d.paint().after(150).key("g", false);
    assert_eq!(all(&d), 1);
}

#[test]
fn a_repeated_key_never_cancels_everybodys_orders() {
    let mut d = desk();
    d.keys("o g").after(200).key("g", true);
    assert_eq!(d.sent(|c| *c == Command::CancelEveryones), 0);
}

#[test]
fn without_a_connection_the_global_cancel_is_refused_and_not_kept() {
    let mut d = desk();
    d.work("b enter");
    d.lose_link();
    d.keys("o g g");
    assert_eq!(d.sent(|c| *c == Command::CancelEveryones), 0);
    d.assert_said("NOT SENT: there is no connection, and a global cancel is not kept.");
}

#[test]
fn an_order_of_tws_itself_is_not_ours_whatever_our_client_id_is() {
    let mut d = desk();
    let manual = OrderReport {
        ids: BrokerIds { client_id: CLIENT, order_id: 0, perm_id: 9_999 },
        ..foreign(4, MSFT, "MSFT", "400")
    };
    d.connect("DU0000001", Snapshot { open: vec![manual], ..snapshot() });
    let key = OrderKey::foreign(9_999);
    assert!(!select::is_ours(&d.model, d.order(&key)));
    d.no_others();
    assert_eq!(d.order(&key).state, OrderState::Cancelled);
}

/// Long 100 behind one stop of ours.
fn behind_a_stop(mut d: Desk) -> (Desk, OrderKey) {
    d.hold(AAPL, "AAPL", 100);
    let key = OrderKey::own("tw4k-000019-7");
    let kind = OrderKind::Stop { trigger: price("180"), limit: None };
    let order = Order::new(
        key.clone(),
        BrokerIds { client_id: CLIENT, order_id: 21, perm_id: 9_021 },
        OrderSpec { kind, ..stop(1, 100).spec },
        OrderState::Held,
        d.at,
    );
    d.model.orders.all.insert(key.clone(), order);
    (d, key)
}

#[test]
fn in_live_the_last_stop_of_a_position_is_cancelled_by_the_second_x() {
    let (mut d, key) = behind_a_stop(live_desk());
    d.keys("x");
    assert!(d.cancels().is_empty());
    d.assert_said("The only stop of AAPL, long 100 (G32). x again cancels it.");
    d.keys("x");
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn the_second_x_comes_soon_or_counts_as_the_first() {
    let (mut d, key) = behind_a_stop(live_desk());
    d.keys("x").after(10_001).keys("x");
    assert!(d.cancels().is_empty());
    d.keys("x");
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn in_paper_the_last_stop_goes_at_once_with_a_note() {
    let (mut d, key) = behind_a_stop(desk());
    d.keys("x");
    assert_eq!(d.cancels(), [key]);
    assert!(d.model.notices.list.iter().any(|n| n.text == "The only stop of AAPL, long 100 (G32)."));
}

#[test]
fn a_stop_beside_one_of_another_client_that_covers_the_position_goes_without_a_word() {
    let (mut d, key) = behind_a_stop(live_desk());
    d.others(vec![stop(4, 100)]);
    d.keys("7");
    d.model.panes.blotter.selected = Some(key.clone());
    d.keys("x");
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn a_sentence_that_cancels_the_last_stop_in_live_is_entered_twice() {
    let (mut d, key) = behind_a_stop(live_desk());
    d.keys(":").type_text("cancel order:21").keys("enter");
    assert!(d.cancels().is_empty());
    d.keys("enter");
    assert_eq!(d.cancels(), [key]);
}

#[test]
fn past_the_cut_off_an_order_for_the_close_cannot_be_cancelled() {
    let (mut d, key) = behind_a_stop(desk());
    d.model.orders.all[&key].spec.kind = OrderKind::MarketOnClose;
    // 10:42 and 5:10 are 15:52 in New York.
    d.after((5 * 60 + 10) * 60_000);
    d.keys("x");
    assert!(d.cancels().is_empty());
    d.assert_said("moc cannot be changed or cancelled after 15:50 ET (G33).");
}

#[test]
fn one_list_without_an_order_of_others_is_not_its_end() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100).others(vec![sell(4, 60)]);
    d.after(5_000).others(Vec::new());
    assert_eq!(d.foreign(4).state, OrderState::Working, "the broker may be only just starting");
    let live = select::live_of(&d.model, AAPL);
    let ctx = select::context(&d.model, AAPL, &live, crate::risk::Origin::Key);
    let whole = OrderSpec { qty: qty(100), ..sell(1, 100).spec };
    assert_eq!(crate::risk::assess(&whole, &ctx).class, Class::Entry, "it is counted still");
    d.after(5_000).others(vec![sell(4, 60)]).after(5_000).others(Vec::new());
    assert_eq!(d.foreign(4).state, OrderState::Working, "two that do not follow each other are not two in a row");
    d.after(5_000).others(Vec::new());
    assert_eq!(d.foreign(4).state, OrderState::Cancelled);
}

#[test]
fn an_order_of_others_that_is_unknown_ends_by_the_same_lists() {
    let mut d = desk();
    d.others(vec![foreign(4, MSFT, "MSFT", "400")]);
    d.after(1_000).connect("DU0000001", snapshot());
    assert_eq!(d.foreign(4).state, OrderState::Unknown);
    d.after(5_000).others(Vec::new());
    assert_eq!(d.foreign(4).state, OrderState::Unknown);
    d.after(5_000).others(Vec::new());
    assert_eq!(d.foreign(4).state, OrderState::Cancelled);
    assert_eq!(select::unknown_count(&d.model), 0);
}

#[test]
fn an_order_of_others_that_bears_the_name_of_ours_is_not_taken_for_it() {
    let mut d = desk();
    let own = d.work("b enter");
    let known = d.order(&own).clone();
    let copy = OrderReport { order_ref: own.as_str().into(), ..foreign(4, MSFT, "MSFT", "400") };
    d.others(vec![copy.clone()]);
    assert_eq!((d.order(&own), d.foreign(4).ownership), (&known, Ownership::Foreign));
    d.broker(Event::Order(Box::new(copy.clone())));
    d.broker(Event::Execution(Box::new(crate::domain::fill::Execution {
        order_ref: own.as_str().into(),
        ..execution_of(d.foreign(4), "0001.01", 10, "399.90")
    })));
    assert_eq!((d.order(&own), d.foreign(4).filled), (&known, qty(10)));

    // Under our own client id another permanent id tells them apart; a completed order has no other.
    let ended = OrderReport {
        ids: BrokerIds { client_id: 0, order_id: 0, perm_id: 88_888 },
        status: BrokerStatus::Cancelled,
        ..copy
    };
    let open = vec![report_of(d.order(&own), BrokerStatus::Working)];
    d.connect("DU0000001", Snapshot { open, completed: vec![ended], ..snapshot() });
    assert_eq!(d.order(&own).state, OrderState::Working);
    assert_eq!(d.order(&OrderKey::foreign(88_888)).state, OrderState::Cancelled);
}

#[test]
fn a_list_that_is_too_old_is_not_believed() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    d.others(vec![stop(4, 100)]);
    d.after(14_900);
    assert_eq!((protection::unprotected(&d.model), select::others_doubted(&d.model)), (0, None));
    d.effects.clear();
    d.after(200);
    assert_eq!(protection::unprotected(&d.model), 1, "a stop that may be gone covers nothing for sure");
    let alarm = d.model.notices.list.iter().find(|n| n.text.starts_with("UNPROTECTED: AAPL long 100"));
    assert!(alarm.unwrap().text.ends_with("Orders of other clients are not known: last listed 15s ago."), "{alarm:?}");
    assert!(d.effects.contains(&crate::app::effect::Effect::Bell));
    assert_eq!(crate::panes::blotter::view::status(&d.model, d.foreign(4)).0, "? 15s");
    d.keys("ctrl-\\");
    d.assert_said("Orders of other clients are not known");
    d.others(vec![stop(4, 100)]);
    assert_eq!((protection::unprotected(&d.model), select::others_doubted(&d.model)), (0, None));
    assert_eq!(crate::panes::blotter::view::status(&d.model, d.foreign(4)).0, "held");
}

#[test]
fn beside_a_stop_that_may_be_gone_the_own_one_is_not_let_go_without_a_word() {
    let mut d = live_desk();
    d.hold(AAPL, "AAPL", 100);
    d.others(vec![stop(4, 100)]);
    let own = works(&mut d, 11, stop(9, 100).spec);
    let asks = |d: &Desk| {
        let live = select::live_of(&d.model, AAPL);
        let ctx = select::context(&d.model, AAPL, &live, crate::risk::Origin::Key);
        crate::risk::assess_cancel(d.order(&own), &ctx).iter().any(|f| f.code == "G32")
    };
    assert!(!asks(&d));
    d.after(16_000);
    assert!(asks(&d));
}

#[test]
fn what_others_sell_still_counts_as_what_may_fill_when_their_list_is_old() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100).others(vec![sell(4, 60)]);
    d.after(20_000).keys("c enter");
    assert!(d.placed().is_empty(), "{}", d.said());
}

#[test]
fn a_question_that_a_gateway_out_of_reach_put_off_is_not_a_list_that_is_too_old() {
    let mut d = desk();
    d.others(vec![stop(4, 100)]);
    d.broker(Event::Link(crate::broker::Link::Mute)).after(60_000);
    d.ready("DU0000001");
    assert_eq!(select::others_doubted(&d.model), None);
    d.after(15_100);
    assert!(select::others_doubted(&d.model).is_some());
}

#[test]
fn a_fill_elsewhere_that_is_told_late_holds_no_exit_up() {
    for (age, held_up) in [(6, false), (2, true)] {
        let mut d = desk();
        d.hold(AAPL, "AAPL", 100);
        d.after(8_000);
        let mut fill = execution_of(
            &Order::new(
                OrderKey::own("x"),
                BrokerIds { client_id: 7, order_id: 5, perm_id: 77 },
                sell(5, 40).spec,
                OrderState::Working,
                d.at,
            ),
            "0009.01",
            40,
            "187.20",
        );
        fill.order_ref = "".into();
        fill.time = Some(d.at.wall - age * 1_000_000_000);
        let asked = d.at;
        d.broker(Event::Others(Box::new(Others { asked, executions: vec![fill], ..Others::default() })));
        assert_eq!(!select::is_settled(&d.model, AAPL), held_up, "{age} s old");
        d.assert_said("elsewhere: sold 40 AAPL @ 187.20 by client 7, in an order that was never listed");
        d.after(2_100).paint();
        assert!(select::is_settled(&d.model, AAPL), "never longer than three seconds after the fill");
    }
}

#[test]
fn fills_of_an_order_that_was_never_listed_are_said_once_and_together() {
    let mut d = desk();
    let ids = BrokerIds { client_id: 7, order_id: 5, perm_id: 77 };
    let order = Order::new(OrderKey::own("x"), ids, foreign(5, MSFT, "MSFT", "414").spec, OrderState::Working, d.at);
    let part = |exec: &str, n: i64, at: &str| {
        let mut fill = execution_of(&order, exec, n, at);
        fill.order_ref = "".into();
        fill
    };
    let both = vec![part("0001.01", 4, "414.00"), part("0002.01", 6, "415.00")];
    let (asked, before) = (d.at, d.model.notices.count);
    let answer = Others { asked, executions: both, ..Others::default() };
    d.broker(Event::Others(Box::new(answer.clone())));
    d.assert_said("elsewhere: bought 10 MSFT @ 414.60 by client 7");
    d.broker(Event::Others(Box::new(answer)));
    assert_eq!(d.model.notices.count, before + 1);
}
