//! REDUCE, HALT and limits: by key, by word, by loss and by fills that nobody was there for.

use super::desk::{errors, say, spec, works};
use super::fixture::{AAPL, foreign, instrument};
use super::{Desk, desk, live_desk, price};
use crate::app::{day, select};
use crate::broker::Event;
use crate::broker::event::{BrokerStatus, OrderReport};
use crate::domain::SafeText;
use crate::domain::fill::{ExecId, Execution};
use crate::domain::order::{BrokerIds, OrderKind, Side, Verb};
use crate::domain::position::Pnl;
use crate::money::Cash;
use crate::risk::Weight;

fn worst(d: &Desk) -> Option<(&'static str, Weight)> {
    let findings = &d.staged().assessment.as_ref().unwrap().findings;
    findings.first().map(|f| (f.code, f.weight))
}

#[test]
fn reduce_by_key_lets_exits_alone_pass_and_takes_the_word_to_lift() {
    for set in ["key", "word"] {
        let mut d = desk();
        d.hold(AAPL, "AAPL", 100);
        if set == "key" {
            d.keys("o r");
        } else {
            say(&mut d, "reduce");
        }
        d.assert_said("REDUCE: exits only");
        d.keys("b enter");
        assert!(d.placed().is_empty());
        d.assert_said(":resume lifts it");
        d.keys("esc esc c enter");
        assert_eq!(d.placed().len(), 1, "an exit passes");
        d.keys("o h");
        assert!(d.model.desk.reduced.is_some());
        d.assert_said(":resume");
        say(&mut d, "resume");
        assert_eq!((d.model.desk.reduced, d.model.desk.released), (None, None), "no loss was released");
        d.keys("b enter");
        assert_eq!(d.placed().len(), 1);
    }
}

#[test]
fn resume_lifts_halt_and_reduce_together_and_says_what_it_did() {
    let mut d = desk();
    say(&mut d, "halt");
    say(&mut d, "reduce");
    assert!(d.model.desk.halted && d.model.desk.reduced.is_some());
    say(&mut d, "resume");
    d.assert_said("HALT is lifted. REDUCE is lifted.");
    say(&mut d, "resume");
    d.assert_said("There is no HALT and no REDUCE.");
}

#[test]
fn a_tighter_limit_holds_at_once_and_a_looser_one_after_a_minute() {
    let mut d = desk();
    say(&mut d, "limit value_max 10");
    d.assert_said("value_max 400 → 10 for paper, from now on.");
    d.keys("b 1 0 0 0 enter");
    assert_eq!(worst(&d), Some(("G07", Weight::Hard)));
    d.keys("esc esc");
    say(&mut d, "limit value_max 300");
    d.assert_said("value_max 10 → 300 for paper from 10:43:");
    d.after(55_000);
    d.keys("b 1 0 0 0");
    assert_eq!(worst(&d), Some(("G07", Weight::Hard)));
    d.after(6_000);
    assert_eq!(d.model.desk.limits.paper.value_max, 300.into());
    assert_eq!(d.model.desk.limits.live.value_max, 100.into(), "the other column stays");
    assert!(d.model.notices.list.iter().any(|n| n.text.as_str() == "value_max 10 → 300 for paper now."));
    assert_ne!(worst(&d), Some(("G07", Weight::Hard)), "what is staged is judged again");
}

#[test]
fn a_limit_said_again_takes_back_what_was_to_loosen_it() {
    let mut d = desk();
    say(&mut d, "limit value_max 500");
    say(&mut d, "limit value_max 100");
    d.after(61_000);
    assert_eq!(d.model.desk.limits.paper.value_max, 100.into());
    say(&mut d, "limit value_max 100");
    d.assert_said("value_max is 100 already.");
}

#[test]
fn a_limit_that_cannot_be_said_stays_on_the_command_line() {
    let mut d = desk();
    say(&mut d, "limit value_mx 10");
    assert!(errors(&d)[0].1.contains("nearest value_max"), "{:?}", errors(&d));
}

/// A fill of an order that the command line of this installation has placed.
fn scripted(d: &mut Desk, id: i32) {
    let report = OrderReport {
        order_ref: format!("tw4k-00000Z-{id}").as_str().into(),
        status: BrokerStatus::Working,
        ..foreign(id, AAPL, "AAPL", "186")
    };
    d.broker(Event::Order(Box::new(report)));
    let key = d.model.orders.all.keys().last().unwrap().clone();
    d.fill(&key, &format!("s{id}"), 5, "186");
    d.fill(&key, &format!("t{id}"), 5, "186");
}

#[test]
fn five_filled_orders_of_scripts_without_a_key_set_reduce() {
    let mut d = desk();
    (50..54).for_each(|id| scripted(&mut d, id));
    assert_eq!((d.model.desk.unattended, d.model.desk.reduced), (4, None), "an order counts once");
    d.keys("down");
    (54..58).for_each(|id| scripted(&mut d, id));
    assert_eq!((d.model.desk.unattended, d.model.desk.reduced), (4, None), "a key says that somebody is there");
    scripted(&mut d, 58);
    assert!(d.model.desk.reduced.is_some());
    assert!(d.model.notices.list.iter().any(|n| n.text.contains("G23")));
}

#[test]
fn fills_of_commands_in_other_seats_count_whether_their_orders_were_listed_or_not() {
    let mut d = desk();
    let named = |id: i32, name: &str| OrderReport { order_ref: name.into(), ..foreign(id, AAPL, "AAPL", "186") };
    for id in 70..72 {
        d.broker(Event::Order(Box::new(named(id, &format!("zz9k-00000Z-{id}c")))));
        let key = d.model.orders.all.keys().last().unwrap().clone();
        assert!(!select::is_ours(&d.model, d.order(&key)));
        d.fill(&key, &format!("w{id}"), 10, "186");
    }
    assert_eq!(d.model.desk.unattended, 2);
    // A workstation in another seat has a hand at its keys.
    d.broker(Event::Order(Box::new(named(80, "zz9k-00000Z-80"))));
    let key = d.model.orders.all.keys().last().unwrap().clone();
    d.fill(&key, "x80", 10, "186");
    assert_eq!(d.model.desk.unattended, 2);
    // Filled at once: all that is ever heard of the order is what it has traded, here in two parts.
    for (id, part) in [(90, 1), (90, 2), (91, 1), (92, 1)] {
        let one = d.model.orders.executions.values().next().unwrap().clone();
        let execution = Execution {
            exec_id: ExecId(SafeText::new(&format!("y{id}{part}.01"))),
            ids: BrokerIds { client_id: 8, order_id: id, perm_id: 80_000 + i64::from(id) },
            order_ref: format!("zz9k-00000Z-{id}c").as_str().into(),
            ..one
        };
        d.broker(Event::Execution(Box::new(execution)));
    }
    assert_eq!(d.model.desk.unattended, 5);
    assert!(d.model.desk.reduced.is_some());
}

#[test]
fn orders_from_here_and_of_other_programs_are_not_counted_as_scripts() {
    let mut d = desk();
    for id in 60..66 {
        let key = works(&mut d, id, spec(Verb::Buy, Side::Buy, 10, OrderKind::Limit(price("187"))));
        d.fill(&key, &format!("u{id}"), 10, "187");
        d.broker(Event::Order(Box::new(foreign(id + 100, AAPL, "AAPL", "186"))));
        let other = d.model.orders.all.keys().last().unwrap().clone();
        d.fill(&other, &format!("v{id}"), 10, "186");
    }
    assert_eq!((d.model.desk.unattended, d.model.desk.reduced), (0, None));
}

/// Buys 1,000 at 187.20, and the market falls to `last`.
fn lose(d: &mut Desk, last: &str) {
    let key = works(d, 70, spec(Verb::Buy, Side::Buy, 1_000, OrderKind::Limit(price("187.20"))));
    d.fill(&key, "w1", 1_000, "187.20");
    d.hold(AAPL, "AAPL", 1_000);
    d.quote(AAPL, last, "187.22");
}

#[test]
fn the_day_is_counted_from_fills_and_the_worse_of_both_figures_holds() {
    let mut d = desk();
    assert_eq!(day::pnl(&d.model), Some(Cash::ZERO));
    lose(&mut d, "180.00");
    assert_eq!(day::pnl(&d.model), Some(Cash::from(-7_200)));
    let tell = |d: &mut Desk, n: i64| {
        d.broker(Event::Pnl(Pnl { daily: Some(Cash::from(n)), ..Pnl::default() }));
        day::worse(&d.model)
    };
    assert_eq!(tell(&mut d, 500), Some(Cash::from(-7_200)));
    assert_eq!(tell(&mut d, -7_201), Some(Cash::from(-7_201)));
    d.model.market.quotes.get_mut(&AAPL).unwrap().last = None;
    assert_eq!((day::pnl(&d.model), day::worse(&d.model)), (None, Some(Cash::from(-7_201))), "unknown is not zero");
}

#[test]
fn what_was_held_before_counts_from_the_close_and_a_round_trip_by_its_cash() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    assert_eq!(day::pnl(&d.model), None, "no close is known");
    d.model.market.quotes.get_mut(&AAPL).unwrap().close = Some(price("188.20"));
    assert_eq!(day::pnl(&d.model), Some(Cash::from(-300)), "187.20 now");
    let key = works(&mut d, 71, spec(Verb::Sell, Side::Sell, 300, OrderKind::Limit(price("187"))));
    d.fill(&key, "w2", 300, "187");
    assert_eq!(day::pnl(&d.model), None, "the position does not show the fill yet");
    d.hold(AAPL, "AAPL", 0);
    assert_eq!(day::pnl(&d.model), Some(Cash::from(-360)));
    d.model.account.currency = "EUR".into();
    assert_eq!(day::pnl(&d.model), None, "another currency");
    assert_eq!(instrument("AAPL").currency.as_str(), "USD");
}

#[test]
fn a_loss_of_fills_alone_asks_and_sets_reduce() {
    let mut d = live_desk();
    d.model.account.pnl.daily = None;
    lose(&mut d, "167.19");
    d.keys("b");
    assert!(
        d.staged().assessment.as_ref().unwrap().findings.iter().any(|f| f.code == "G24" && f.weight == Weight::Confirm)
    );
    assert_eq!(d.model.desk.reduced, None);
    d.quote(AAPL, "147.00", "187.22");
    d.broker(Event::Pnl(Pnl { unrealized: Some(Cash::ZERO), ..Pnl::default() }));
    assert!(d.model.desk.reduced.is_some(), "4.02 % by the fills");
}
