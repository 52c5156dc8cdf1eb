//! The blotter's own keys: an order in full, again, filter, sort, copy, other days.

use super::fixture::{AAPL, execution_of, report_of};
use super::{Desk, desk, price, qty};
use crate::app::blotter::{self, Ends};
use crate::app::effect::Effect;
use crate::app::model::Overlay;
use crate::app::msg::{JournalFact, Msg};
use crate::app::select;
use crate::broker::Event;
use crate::broker::event::{BrokerStatus, StatusReport};
use crate::clock::Stamp;
use crate::domain::order::{BrokerIds, Oca, OcaKind, Order, OrderKey, OrderState, Tif};
use crate::panes::blotter::{Sort, Tab};

/// A desk on this tab of the blotter.
fn on(mut d: Desk, tab: Tab) -> Desk {
    d.keys("7");
    d.model.panes.blotter.tab = tab;
    d.model.panes.blotter.selected = None;
    d
}

fn copied(d: &Desk) -> Vec<&str> {
    d.effects.iter().filter_map(|e| if let Effect::Copy(text) = e { Some(text.as_str()) } else { None }).collect()
}

fn recalls(d: &Desk) -> Vec<Option<(i64, OrderKey)>> {
    let recall = |e: &Effect| if let Effect::Recall { before, .. } = e { Some(before.clone()) } else { None };
    d.effects.iter().filter_map(recall).collect()
}

#[test]
fn a_refused_a_cancelled_and_a_filled_order_are_staged_again_with_one_key() {
    for (end, tab, left) in
        [("rejected", Tab::Cancelled, 100), ("cancelled", Tab::Filled, 70), ("filled", Tab::Filled, 100)]
    {
        let mut d = desk();
        let key = d.work("b enter");
        match end {
            "rejected" => {
                d.model.orders.all[&key].state = OrderState::Sending;
                d.broker(Event::OrderError { order_id: 32, code: 201, text: "no margin".into() });
            }
            "cancelled" => {
                d.fill(&key, "0001.01", 30, "187.20").report(&key, BrokerStatus::Cancelled);
            }
            _ => {
                d.fill(&key, "0001.01", 100, "187.20");
            }
        }
        let mut d = on(d, tab);
        d.keys("a");
        assert_eq!(d.staged().qty, Some(qty(left)), "{end}: {:?}", d.said());
        assert_eq!(d.sentence(), format!("buy {left} AAPL lmt 187.20 day rth"), "{end}");
        assert!(d.placed().is_empty(), "it is staged, not sent");
    }
}

#[test]
fn an_order_that_works_is_not_staged_again() {
    let mut d = desk();
    d.work("b enter");
    let mut d = on(d, Tab::Working);
    d.keys("a");
    assert!(d.model.panes.ticket.staged.is_none());
    d.assert_said("#32 has not ended; m changes it.");
}

#[test]
fn enter_opens_an_order_and_its_keys_mean_that_order_whatever_becomes_of_its_row() {
    let mut d = desk();
    let first = d.work("b enter");
    let second = d.work("b t enter");
    let mut d = on(d, Tab::Working);
    d.model.panes.blotter.selected = Some(second.clone());
    d.keys("enter");
    assert!(matches!(&d.model.overlay, Some(Overlay::Order { key, .. }) if *key == second));
    d.fill(&second, "0001.01", 100, "187.22");
    d.keys("x");
    assert!(d.cancels().is_empty(), "the other order has moved into its row");
    d.assert_said("#33 has ended.");
    d.keys("esc");
    assert!(d.model.overlay.is_none());
    d.keys("x");
    assert!(d.cancels().is_empty(), "nor does it fall on that one afterwards");
    d.keys("j x");
    assert_eq!(d.cancels(), [first]);
}

#[test]
fn m_in_an_open_order_puts_it_on_the_ticket() {
    let mut d = desk();
    d.work("b enter");
    let mut d = on(d, Tab::Working);
    d.keys("enter m");
    assert!(d.model.overlay.is_none());
    assert_eq!(d.staged().con_id, AAPL);
}

#[test]
fn y_copies_the_row_as_one_line() {
    let mut d = desk();
    d.work("b enter");
    let mut d = on(d, Tab::Working);
    d.keys("y");
    assert_eq!(copied(&d), ["#32  buy 100 AAPL lmt 187.20 day rth  working 0/100"]);
    d.effects.clear();
    d.keys("enter y");
    assert_eq!(copied(&d).len(), 1, "from the open order too");
}

#[test]
fn a_filter_hides_what_does_not_have_its_words_and_esc_shows_all() {
    let mut d = desk();
    d.work("b enter");
    d.work("j b enter");
    let mut d = on(d, Tab::Working);
    d.keys("ctrl-f").type_text("msft buy");
    let shown = |d: &Desk| -> Vec<String> {
        select::blotter_orders(&d.model, Tab::Working).iter().map(|o| o.spec.symbol.to_string()).collect()
    };
    assert_eq!(shown(&d), ["MSFT"]);
    d.keys("enter");
    assert!(d.model.overlay.is_none());
    assert_eq!(shown(&d), ["MSFT"], "it stays");
    d.after(10_000).keys("esc");
    assert_eq!(shown(&d), ["AAPL", "MSFT"]);
    d.keys("ctrl-f").type_text("zzz").keys("x");
    assert!(d.cancels().is_empty(), "x is text in a filter");
    d.keys("esc");
    assert_eq!(shown(&d).len(), 2);
}

#[test]
fn rows_are_sorted_by_the_next_column_and_back() {
    let mut d = desk();
    d.work("b enter");
    d.work("s enter");
    let mut d = on(d, Tab::Working);
    d.keys("> >");
    assert_eq!(d.model.panes.blotter.sort, Sort::Side);
    let sides: Vec<_> = select::blotter_orders(&d.model, Tab::Working).iter().map(|o| o.spec.side.word()).collect();
    assert_eq!(sides, ["BUY", "SELL"]);
    d.keys("< < <");
    assert_eq!(d.model.panes.blotter.sort, Sort::Newest);
}

#[test]
fn an_order_that_filled_in_part_and_was_cancelled_stands_under_filled_and_one_without_a_fill_under_cancelled() {
    let mut d = desk();
    let part = d.work("b enter");
    d.fill(&part, "0001.01", 30, "187.20").report(&part, BrokerStatus::Cancelled);
    let none = d.work("j b enter");
    d.report(&none, BrokerStatus::Cancelled);
    let keys = |tab| -> Vec<OrderKey> { select::blotter_orders(&d.model, tab).iter().map(|o| o.key.clone()).collect() };
    assert_eq!((keys(Tab::Filled), keys(Tab::Cancelled)), (vec![part], vec![none]));
}

/// An order of day `day` of November, as the journal has it.
fn of_day(n: usize, d: &Desk, day: i64) -> Order {
    let back = (20 - day) * 86_400_000_000_000;
    let at = Stamp { wall: d.at.wall - back - i64::try_from(n).unwrap(), mono: 5 };
    let spec = d.model.orders.all[0].spec.clone();
    let ids = BrokerIds { client_id: 1, order_id: i32::try_from(n).unwrap() + 1_000, perm_id: 0 };
    Order::new(OrderKey::own(&format!("tw4k-{n:06}-1")), ids, spec, OrderState::Cancelled, at)
}

#[test]
fn orders_of_all_days_come_from_the_journal_page_by_page() {
    let mut d = desk();
    let own = d.work("b enter");
    d.keys("7 right right right right");
    assert!(recalls(&d).is_empty(), "nothing is read before the tab is open");
    d.keys("right");
    assert_eq!(d.model.panes.blotter.tab, Tab::Days);
    assert_eq!(recalls(&d), [None]);
    d.keys("down down");
    assert_eq!(recalls(&d).len(), 1, "one question at a time");
    let mut stale = d.order(&own).clone();
    stale.state = OrderState::Sending;
    let page: Vec<Order> = std::iter::once(stale).chain((1..100).map(|n| of_day(n, &d, 19))).collect();
    let last = page[99].clone();
    d.tell(Msg::Journal(JournalFact::Recalled(Ok(page))));
    let rows = select::blotter_orders(&d.model, Tab::Days);
    assert_eq!((rows.len(), rows[0].state), (100, OrderState::Working), "what is known now is newer");
    let age = d.at.since(rows[50].placed_at);
    assert!(age.as_secs() >= 86_400, "a day old, not as old as this process: {age:?}");
    d.effects.clear();
    d.keys("end");
    assert_eq!(recalls(&d), [Some((last.placed_at.wall, last.key))]);
    d.tell(Msg::Journal(JournalFact::Recalled(Ok(vec![of_day(500, &d, 2)]))));
    d.keys("end");
    assert_eq!(recalls(&d).len(), 1, "there are no older ones");
    assert_eq!(select::tab_len(&d.model, Tab::Days), 101);
    d.keys("a");
    assert_eq!(d.staged().con_id, AAPL, "an order of another day is staged again too");
    d.keys("esc 7 left");
    assert!(d.model.panes.blotter.days.orders.is_empty(), "read anew when it is opened again");
}

#[test]
fn a_page_that_was_asked_for_before_the_tab_was_left_is_not_shown_twice() {
    let mut d = desk();
    d.work("b enter");
    d.keys("7 right right right right right");
    let page: Vec<Order> = (0..100).map(|n| of_day(n, &d, 19)).collect();
    d.keys("left right");
    assert_eq!(recalls(&d), [None, None], "left and opened again before the first answer");
    for _ in 0..2 {
        d.tell(Msg::Journal(JournalFact::Recalled(Ok(page.clone()))));
    }
    assert_eq!(select::tab_len(&d.model, Tab::Days), 100);
    d.effects.clear();
    d.keys("end");
    assert_eq!(recalls(&d).len(), 1, "and the next page is asked for");
}

#[test]
fn a_journal_that_cannot_be_read_is_said_and_not_asked_again_and_again() {
    let mut d = desk();
    d.keys("7 right right right right right");
    d.tell(Msg::Journal(JournalFact::Recalled(Err("damaged".into()))));
    d.effects.clear();
    d.keys("down up down");
    assert!(recalls(&d).is_empty());
    assert_eq!(d.model.panes.blotter.days.refused.as_deref(), Some("damaged"));
}

#[test]
fn a_gtc_order_ends_by_the_rule_and_a_day_order_with_its_session() {
    let mut d = desk();
    let key = d.work("b enter");
    assert_eq!(blotter::ends(&d.model, d.order(&key)), Some(Ends::Day(jiff::civil::date(2026, 11, 20))));
    d.model.orders.all[&key].spec.tif = Tif::Gtc;
    assert_eq!(blotter::ends(&d.model, d.order(&key)), Some(Ends::Rule(jiff::civil::date(2027, 3, 31))));
    d.report(&key, BrokerStatus::Cancelled);
    assert_eq!(blotter::ends(&d.model, d.order(&key)), None);
}

#[test]
fn what_ends_with_an_order_is_known() {
    let mut d = desk();
    let entry = d.work("b enter");
    let exit = d.work("j b enter");
    let other = d.work("s enter");
    let oca = Some(Oca { name: "exit~0001".into(), kind: OcaKind::Reduce });
    d.model.orders.all[&exit].parent = Some(entry.clone());
    for key in [&exit, &other] {
        d.model.orders.all[key].spec.attributes.oca.clone_from(&oca);
    }
    assert_eq!(blotter::tied(&d.model, d.order(&entry)).exits, std::slice::from_ref(&exit));
    let tied = blotter::tied(&d.model, d.order(&exit));
    assert_eq!((tied.entry, tied.group), (Some(entry), Some(("exit".to_owned(), vec![other]))));
    assert_eq!(blotter::ends(&d.model, d.order(&exit)), Some(Ends::Entry));
}

#[test]
fn slippage_is_against_the_middle_at_the_approval_and_worse_above_zero() {
    let mut d = desk();
    let key = d.work("b t enter");
    assert_eq!(blotter::slippage(&d.model, d.order(&key)), None, "nothing has filled");
    d.fill(&key, "0001.01", 100, "187.23");
    assert_eq!(blotter::slippage(&d.model, d.order(&key)), Some(price("0.02")));
    let terms = blotter::terms(&d.model, d.order(&key)).unwrap();
    assert_eq!((terms.bid, terms.ask), (Some(price("187.20")), Some(price("187.22"))));
}

#[test]
fn a_cap_of_the_broker_is_kept_beside_the_price_that_was_asked_for() {
    let mut d = desk();
    let key = d.work("b enter");
    let report = StatusReport {
        ids: d.order(&key).ids,
        status: BrokerStatus::Working,
        filled: qty(0),
        remaining: qty(100),
        avg_fill: None,
        why_held: Some("locate".into()),
        cap: Some(price("187.10")),
    };
    d.broker(Event::Status(report));
    let order = d.order(&key);
    assert_eq!((order.cap, order.spec.kind.limit()), (Some(price("187.10")), Some(price("187.20"))));
    assert_eq!(order.remark, Some((0, "locate".into())));
}

#[test]
fn a_fill_that_is_taken_back_is_taken_off_what_has_filled() {
    let mut d = desk();
    let key = d.work("b enter");
    for (n, exec, total) in [(60, "0001.01", 60), (40, "0002.01", 100)] {
        let mut fill = execution_of(d.order(&key), exec, n, "187.20");
        fill.cum_qty = qty(total);
        d.broker(Event::Execution(Box::new(fill)));
    }
    assert_eq!((d.order(&key).state, d.order(&key).filled), (OrderState::Filled, qty(100)));
    let mut bust = execution_of(d.order(&key), "0001.02", 0, "187.20");
    bust.cum_qty = qty(100);
    d.broker(Event::Execution(Box::new(bust)));
    assert_eq!(d.order(&key).filled, qty(40), "40 are left, whatever the running totals of the others say");
    assert_eq!(d.order(&key).avg_fill, Some(price("187.20")));
    assert!(d.model.notices.list.iter().any(|n| n.text.starts_with("TAKEN BACK by the broker: the fill of 60 AAPL")));

    // The running counts of the broker hold it still.
    d.status(&key, BrokerStatus::Filled, 100);
    assert_eq!(d.order(&key).filled, qty(40), "a status does not bring it back");
    let said =
        crate::broker::event::OrderReport { filled: Some(qty(100)), ..report_of(d.order(&key), BrokerStatus::Filled) };
    d.broker(Event::Order(Box::new(said.clone())));
    assert_eq!(d.order(&key).filled, qty(40), "nor does a report");
    let synced = crate::broker::event::Snapshot { completed: vec![said], ..super::fixture::snapshot() };
    d.after(10).keys("o u").broker(Event::Synced(Box::new(synced)));
    assert_eq!((d.order(&key).filled, d.order(&key).spec.qty), (qty(40), qty(100)), "nor does a SYNC");
}

#[test]
fn a_fill_that_is_corrected_to_less_counts_as_the_correction_says() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "0001.01", 60, "187.20").fill(&key, "0001.02", 50, "187.10");
    assert_eq!((d.order(&key).filled, d.order(&key).avg_fill), (qty(50), Some(price("187.10"))));
    assert_eq!(d.order(&key).state, OrderState::Working);
    let report = report_of(d.order(&key), BrokerStatus::Working);
    d.broker(Event::Order(Box::new(report)));
    assert_eq!(d.order(&key).filled, qty(50));
}

#[test]
fn when_the_selected_order_ends_its_keys_do_not_fall_on_another_row() {
    for key in ["x", "m", "+", "-"] {
        let mut d = desk();
        let first = d.work("b enter");
        let second = d.work("b t enter");
        d.keys("7");
        let rows: Vec<OrderKey> =
            select::blotter_orders(&d.model, Tab::Working).iter().map(|o| o.key.clone()).collect();
        assert_eq!(rows.len(), 2, "{first} {second}");
        d.status(&rows[0], BrokerStatus::Cancelled, 0);
        d.effects.clear();
        d.keys(key);
        assert!(d.cancels().is_empty() && d.placed().is_empty(), "{key}");
        assert!(d.model.panes.ticket.staged.is_none() && d.model.orders.nudge.is_none(), "{key}");
        d.assert_said("The selected order has left this list.");
        d.keys("j x");
        assert_eq!(d.cancels(), [rows[1].clone()], "the next move selects");
    }
}

#[test]
fn an_execution_stays_selected_when_a_newer_one_comes_and_x_cancels_nothing_there() {
    let mut d = desk();
    let own = d.work("b enter");
    d.fill(&own, "0001.01", 10, "187.20").fill(&own, "0002.01", 10, "187.20");
    let mut d = on(d, Tab::Executions);
    d.keys("j");
    let chosen = |d: &Desk| match select::blotter_row(&d.model) {
        Some(select::BlotterRow::Execution(e)) => e.exec_id.clone(),
        other => panic!("{other:?}"),
    };
    let before = chosen(&d);
    d.fill(&own, "0003.01", 10, "187.20");
    assert_eq!(chosen(&d), before);
    d.keys("x");
    assert!(d.cancels().is_empty());
    d.assert_said("This is an execution.");
}

#[test]
fn an_order_of_which_nobody_says_how_it_ended_is_not_staged_again() {
    let mut d = desk();
    let report = super::fixture::foreign(4, AAPL, "AAPL", "180");
    for open in [vec![report], vec![], vec![]] {
        let asked = d.after(5_000).at;
        d.after(2).broker(Event::Others(Box::new(crate::broker::event::Others { asked, open, ..Default::default() })));
    }
    let mut d = on(d, Tab::Cancelled);
    d.keys("a");
    assert!(d.model.panes.ticket.staged.is_none());
    d.assert_said("#4 may have filled: the broker does not say how it ended.");
}
