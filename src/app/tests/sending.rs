//! Enter, the confirmation, too soon, duplicates, changes, nudges.

use super::fixture::{AAPL, CLIENT};
use super::{desk, live_desk, price, qty};
use crate::app::effect::{Effect, Record};
use crate::app::model::Overlay;
use crate::app::msg::{JournalFact, Msg, Pointer};
use crate::broker::event::BrokerStatus;
use crate::broker::{Command, Event};
use crate::domain::order::{OrderKind, OrderState};
use crate::panes::PaneKind;
use crate::risk::{Class, Purpose};

#[test]
fn b_enter_sends_the_order_that_is_on_the_screen() {
    let mut d = desk();
    d.keys("b enter");
    let approved = d.placed_one();
    assert_eq!(approved.spec().kind, OrderKind::Limit(price("187.20")));
    assert_eq!(approved.spec().qty, qty(100));
    assert_eq!(approved.key().as_str(), "tw4k-00001A-1");
    assert_eq!(approved.purpose(), &Purpose::New(approved.key().clone()));
    assert_eq!(d.order(approved.key()).state, OrderState::Sending);
    assert!(d.model.panes.ticket.staged.is_none());
}

#[test]
fn b_t_enter_takes_the_offer() {
    let mut d = desk();
    d.keys("b t enter");
    assert_eq!(d.placed_one().spec().kind, OrderKind::Limit(price("187.22")));
}

#[test]
fn nine_keys_send_250_at_a_price_ending() {
    let mut d = desk();
    d.keys("b 250 @ .1 0 enter");
    let approved = d.placed_one();
    assert_eq!((approved.spec().qty, approved.spec().kind), (qty(250), OrderKind::Limit(price("187.10"))));
}

#[test]
fn two_orders_never_share_a_name() {
    let mut d = desk();
    d.keys("b enter b t enter");
    let placed = d.placed();
    assert_eq!(placed.len(), 2);
    assert_ne!(placed[0].key(), placed[1].key());
}

#[test]
fn enter_before_the_ticket_was_painted_is_too_soon() {
    let mut d = desk();
    d.after(200).key("b", false).after(50).key("enter", false);
    assert!(d.placed().is_empty());
    d.assert_said("Too soon, press again");
    d.paint().after(1).key("enter", false);
    assert_eq!(d.placed().len(), 1);
}

#[test]
fn enter_within_150_ms_of_a_typed_character_is_too_soon() {
    let mut d = desk();
    d.keys("b 2 5");
    d.after(149).key("enter", false);
    assert!(d.placed().is_empty());
    d.assert_said("the ticket had changed 149 ms before");
    d.after(1).key("enter", false);
    assert_eq!(d.placed_one().spec().qty, qty(25));
}

#[test]
fn a_repeat_or_a_burst_never_sends() {
    let mut d = desk();
    d.keys("b").after(300).key("enter", true);
    assert!(d.placed().is_empty());
    d.assert_said("Too soon");
}

#[test]
fn esc_and_a_key_that_arrive_together_are_both_taken() {
    let mut d = desk();
    d.keys("b").after(300).key("alt-:", false).paint();
    assert!(d.model.panes.ticket.staged.is_none(), "Esc has dropped the ticket");
    d.type_text("buy 50 MSFT take");
    match &d.model.overlay {
        Some(Overlay::Command { input, .. }) => assert_eq!(input.value(), "buy 50 MSFT take"),
        other => panic!("the command line is closed: {other:?}"),
    }
    d.after(300).key("alt-b", false).paint();
    assert!(matches!(d.model.overlay, Some(Overlay::Command { .. })), "a shell's word keys do nothing in a line");
    d.keys("esc b").after(300).key("alt-enter", false);
    assert!(d.placed().is_empty(), "what comes with an Esc never sends");
}

#[test]
fn a_stop_on_the_wrong_side_asks_and_offers_the_limit() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.keys(":").type_text("sell 100 AAPL stp 190").keys("enter");
    let verdict = d.staged().assessment.clone().unwrap();
    assert!(
        verdict.findings.iter().any(|f| f.code == "G13" && f.weight == crate::risk::Weight::Confirm),
        "{verdict:?}"
    );
    d.keys("enter");
    assert!(d.placed().is_empty() && d.is_confirming());
    d.keys("esc space");
    assert_eq!(d.sentence(), "sell 100 AAPL lmt 190.00 day rth");
}

#[test]
fn a_paste_is_never_taken_as_keys() {
    let mut d = desk();
    d.keys("b").tell(Msg::Pasted("\nenter\r".into())).paint();
    assert!(d.placed().is_empty());
    d.keys("0").tell(Msg::Pasted("25\r\rx".into())).paint();
    assert_eq!(d.staged().typing.as_ref().unwrap().value(), "025");
    assert!(d.placed().is_empty());
}

#[test]
fn the_mouse_never_sends() {
    let mut d = desk();
    d.keys("b").after(300);
    d.tell(Msg::Pointed(Pointer::Hit(crate::app::action::Action::Send)));
    assert!(d.placed().is_empty());
    d.assert_said("press Enter");
}

#[test]
fn a_tick_between_paint_and_enter_does_not_hold_the_order_up_and_the_price_is_pinned() {
    let mut d = desk();
    d.keys("b");
    d.after(300).quote(AAPL, "187.25", "187.27");
    d.key("enter", false);
    assert_eq!(d.placed_one().spec().kind, OrderKind::Limit(price("187.25")));
}

#[test]
fn a_verdict_that_changes_has_to_be_seen_before_enter_counts() {
    let mut d = desk();
    d.keys("b @ 190");
    // The market falls away from the limit: it is 10% through the ask now.
    d.after(300).quote(AAPL, "160.00", "160.02");
    d.key("enter", false);
    assert!(d.placed().is_empty());
    d.assert_said("not been drawn");
    d.paint().after(1).key("enter", false);
    assert!(d.placed().is_empty());
    d.assert_said("(G12)");
}

#[test]
fn the_same_order_within_300_ms_is_a_bounce() {
    let mut d = desk();
    d.keys("b enter");
    let at = d.at;
    d.after(20).key("b", false).paint().after(20).key("enter", false);
    assert!(d.at.since(at).as_millis() < 300);
    assert_eq!(d.placed().len(), 1);
    d.assert_said("(G21)");
    d.paint().after(400).paint().key("enter", false);
    assert_eq!(d.placed().len(), 1, "a deliberate second order passes");
}

#[test]
fn without_an_open_journal_nothing_goes() {
    let mut d = super::Desk::unconnected(crate::domain::account::Mode::Paper);
    d.connect("DU0000001", super::fixture::snapshot());
    d.answer_questions();
    d.effects.clear();
    d.keys("b enter");
    assert!(d.placed().is_empty());
    d.assert_said("journal is not open");
}

#[test]
fn a_journal_that_fails_means_halt_and_halt_is_not_lifted_over_it() {
    let mut d = desk();
    d.tell(Msg::Journal(JournalFact::Failed("no space on /data".into())));
    d.assert_said("HALT");
    d.keys("b enter");
    assert!(d.placed().is_empty());
    d.keys("esc o h");
    assert!(d.model.desk.halted);
}

#[test]
fn without_a_connection_the_ticket_is_kept_and_nothing_goes() {
    let mut d = desk();
    d.keys("b");
    d.lose_link();
    d.paint().after(300).key("enter", false);
    assert!(d.placed().is_empty());
    d.assert_said("(G01)");
    assert!(d.model.panes.ticket.staged.is_some());
}

#[test]
fn live_asks_and_only_ctrl_y_sends() {
    let mut d = live_desk();
    d.keys("b enter");
    assert!(d.placed().is_empty());
    assert!(d.is_confirming());
    d.keys("enter enter");
    assert!(d.placed().is_empty(), "Enter does nothing there");
    d.keys("ctrl-y");
    assert_eq!(d.placed_one().spec().qty, qty(100));
    assert!(d.model.overlay.is_none());
}

#[test]
fn ctrl_y_counts_once_the_confirmation_has_been_seen_for_150_ms() {
    let mut d = live_desk();
    d.keys("b").after(200).key("enter", false).after(10).key("ctrl-y", false);
    assert!(d.placed().is_empty(), "not painted");
    d.paint().after(149).key("ctrl-y", false);
    assert!(d.placed().is_empty(), "149 ms");
    d.after(1).key("ctrl-y", false);
    assert_eq!(d.placed().len(), 1);
}

#[test]
fn a_confirmation_pins_the_price_and_a_tick_does_not_ask_again() {
    let mut d = live_desk();
    d.keys("b enter");
    d.after(300).quote(AAPL, "187.30", "187.32");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.20 day rth");
    d.key("ctrl-y", false);
    assert_eq!(d.placed_one().spec().kind, OrderKind::Limit(price("187.20")));
}

#[test]
fn a_confirmation_whose_verdict_changes_must_be_seen_again() {
    let mut d = live_desk();
    d.keys("b enter").after(300);
    let account = d.model.account.clone();
    let poorer = crate::domain::account::AccountValues { net_liquidation: Some("60000".parse().unwrap()), ..account };
    d.broker(Event::Account(Box::new(poorer)));
    d.key("ctrl-y", false);
    assert!(d.placed().is_empty(), "31% of NLV is a new CONFIRM");
    d.paint().after(150).key("ctrl-y", false);
    assert_eq!(d.placed().len(), 1);
}

#[test]
fn esc_leaves_the_confirmation_and_keeps_the_ticket() {
    let mut d = live_desk();
    d.keys("b enter esc");
    assert!(!d.is_confirming());
    assert!(!d.staged().confirming);
    d.keys("ctrl-y");
    assert!(d.placed().is_empty(), "ctrl-y exists only in the confirmation");
}

#[test]
fn a_confirm_verdict_asks_in_paper_too() {
    let mut d = desk();
    d.keys("b 3000 enter");
    assert!(d.placed().is_empty(), "56% of NLV asks");
    assert!(d.is_confirming());
    d.keys("ctrl-y");
    assert_eq!(d.placed_one().spec().qty, qty(3_000));
}

#[test]
fn under_halt_only_exits_go() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.keys(r"ctrl-\ b enter");
    assert!(d.placed().is_empty());
    d.assert_said("(G03)");
    d.keys("esc c enter");
    let approved = d.placed_one();
    assert_eq!((approved.class(), approved.spec().qty), (Class::Exit, qty(300)));
    d.keys("o h");
    assert!(!d.model.desk.halted);
}

#[test]
fn the_answer_frees_the_ticket_and_gives_the_focus_back() {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    assert_eq!(d.model.workspace.focus, PaneKind::Ticket);
    d.carry(&key);
    let sending = d.model.panes.ticket.sending.as_ref().unwrap();
    assert!(sending.journaled.is_some() && sending.sent_at.is_some());
    d.report(&key, BrokerStatus::Working);
    assert!(d.model.panes.ticket.sending.is_none());
    assert_eq!(d.model.workspace.focus, PaneKind::Watchlist);
    d.assert_said("working buy 100 AAPL lmt 187.20");
    assert_eq!(d.model.panes.ticket.last.as_ref().unwrap().2, key, "what becomes of it is read from the order");
}

#[test]
fn a_refusal_stays_on_the_ticket_and_space_stages_it_again() {
    let mut d = desk();
    d.keys("s enter");
    let key = d.placed_one().key().clone();
    d.carry(&key);
    d.broker(Event::OrderError { order_id: 32, code: 201, text: "no shares to borrow".into() });
    assert_eq!(d.order(&key).state, OrderState::Rejected);
    d.assert_said("REJECTED short 100 AAPL lmt 187.22: no shares to borrow (201)");
    assert!(d.model.panes.ticket.sending.is_some());
    d.keys("space");
    assert_eq!(d.sentence(), "short 100 AAPL lmt 187.22 day rth");
    assert!(d.placed().is_empty());
}

#[test]
fn m_picks_a_working_order_up_and_enter_sends_the_change() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("m up up enter");
    let approved = d.placed_one();
    assert!(matches!(approved.purpose(), Purpose::Change(k, ids) if *k == key && ids.order_id == 32));
    assert_eq!(approved.spec().kind, OrderKind::Limit(price("187.22")));
    let order = d.order(&key);
    assert_eq!(order.before_change.as_ref().unwrap().kind, OrderKind::Limit(price("187.20")));
    d.carry(&key);
    d.report(&key, BrokerStatus::Working);
    assert!(d.order(&key).before_change.is_none());
}

#[test]
fn a_refused_change_leaves_the_old_terms() {
    let mut d = desk();
    let key = d.work("b enter");
    d.keys("m up enter");
    d.carry(&key);
    d.broker(Event::OrderError { order_id: 32, code: 110, text: "price does not conform".into() });
    assert_eq!(d.order(&key).spec.kind, OrderKind::Limit(price("187.20")));
    assert_eq!(d.order(&key).state, OrderState::Working);
    d.assert_said("#32 keeps 187.20: the change was refused (110)");
}

#[test]
fn a_bare_size_is_refused_for_a_partly_filled_order() {
    let mut d = desk();
    let key = d.work("b enter");
    d.fill(&key, "0001.01", 80, "187.20");
    d.keys("m shift-tab shift-tab 5 0");
    assert_eq!(d.sentence(), "—");
    assert!(d.staged().invalid.as_ref().unwrap().0.contains("left 50, or total 50"));
    d.keys("space");
    assert_eq!(d.staged().qty, Some(qty(130)));
}

#[test]
fn a_run_of_nudges_is_one_change_350_ms_after_the_last() {
    let mut d = desk();
    let key = d.work("b enter");
    d.act(crate::app::action::Action::Focus { pane: PaneKind::Blotter });
    d.keys("+ + +");
    assert!(d.placed().is_empty());
    d.after(349);
    assert!(d.placed().is_empty());
    d.after(1);
    let approved = d.placed_one();
    assert_eq!(approved.key(), &key);
    assert_eq!(approved.spec().kind, OrderKind::Limit(price("187.23")));
}

#[test]
fn a_nudge_waits_for_the_answer_to_the_one_before() {
    let mut d = desk();
    let key = d.work("b enter");
    d.act(crate::app::action::Action::Focus { pane: PaneKind::Blotter });
    d.keys("+").after(400);
    assert_eq!(d.placed().len(), 1);
    d.carry(&key);
    d.keys("+").after(360);
    assert!(d.placed().is_empty(), "the first change is unanswered");
    d.report(&key, BrokerStatus::Working).after(400);
    assert_eq!(d.placed_one().spec().kind, OrderKind::Limit(price("187.22")));
}

#[test]
fn a_nudge_in_live_is_shown_and_ctrl_y_sends_it() {
    let mut d = live_desk();
    d.keys("b enter ctrl-y");
    let key = d.placed_one().key().clone();
    d.carry(&key);
    d.report(&key, BrokerStatus::Working);
    d.act(crate::app::action::Action::Focus { pane: PaneKind::Blotter });
    d.keys("+ +").after(400);
    assert!(d.placed().is_empty());
    assert!(d.is_confirming());
    d.paint().after(200).key("ctrl-y", false);
    assert_eq!(d.placed_one().spec().kind, OrderKind::Limit(price("187.22")));
}

#[test]
fn a_change_that_changes_nothing_is_not_sent() {
    let mut d = desk();
    d.work("b enter");
    d.keys("m enter");
    assert!(d.placed().is_empty());
    d.assert_said("Nothing was changed");
}

#[test]
fn a_sentence_is_staged_and_never_sent_by_its_enter() {
    let mut d = desk();
    d.keys(":").type_text("buy 250 msft take gtc ext").after(300).keys("enter");
    assert!(d.placed().is_empty());
    assert_eq!(d.sentence(), "buy 250 MSFT lmt 414.09 gtc ext");
    d.keys("enter");
    assert_eq!(d.placed_one().spec().qty, qty(250));
}

#[test]
fn a_sentence_with_faults_shows_each_under_its_word() {
    let mut d = desk();
    d.keys(":").type_text("buy 100 AAPL 187.203 tomorow").keys("enter");
    let Some(Overlay::Command { errors, .. }) = &d.model.overlay else { panic!("closed") };
    assert!(!errors.is_empty());
    d.keys("ctrl-u").type_text("buy 100 AAPL 187.203").keys("enter");
    let Some(Overlay::Command { errors, .. }) = &d.model.overlay else { panic!("closed") };
    assert_eq!(errors[0].0, 13..20);
    assert!(errors[0].1.contains("187.20"), "{}", errors[0].1);
}

#[test]
fn a_sentence_beyond_the_ticket_is_refused_at_its_word_and_never_sent_as_something_else() {
    let beyond = [
        ("buy 100 AAPL 187 acct ira", "acct ira"),
        ("buy 100 AAPL 187 ovn", "ovn"),
        ("buy 1 AAPL 18DEC26 190C 3.20", "AAPL 18DEC26 190C"),
        ("buy 1 /ESZ26 5010", "/ESZ26"),
        ("flatten all", "flatten all"),
        ("roll /ESZ26 to H27", "roll /ESZ26 to H27"),
    ];
    for (text, word) in beyond {
        let mut d = desk();
        d.keys(":").type_text(text).keys("enter");
        let Some(Overlay::Command { errors, .. }) = &d.model.overlay else { panic!("{text}: closed") };
        assert_eq!(&text[errors[0].0.clone()], word, "{text}: {errors:?}");
        assert!(errors[0].1.contains("yet"), "{text}: {errors:?}");
        assert!(d.model.panes.ticket.staged.is_none(), "{text}");
        assert!(d.placed().is_empty(), "{text}");
    }
}

#[test]
fn everything_about_an_order_is_recorded() {
    let mut d = desk();
    d.keys("b enter");
    let key = d.placed_one().key().clone();
    d.effects.clear();
    d.carry(&key);
    d.report(&key, BrokerStatus::Working);
    d.fill(&key, "0001.01", 100, "187.20");
    let records: Vec<&Record> =
        d.effects.iter().filter_map(|e| if let Effect::Record(r) = e { Some(r) } else { None }).collect();
    let states: Vec<OrderState> =
        records.iter().filter_map(|r| if let Record::Order(o) = r { Some(o.state) } else { None }).collect();
    assert_eq!(states, [OrderState::Working, OrderState::Filled]);
    assert!(records.iter().any(|r| matches!(r, Record::Execution(_))));
}

#[test]
fn an_order_of_another_client_cannot_be_changed_or_cancelled_from_here() {
    let mut d = desk();
    d.broker(Event::Order(Box::new(super::fixture::foreign(5, AAPL, "AAPL", "180"))));
    d.effects.clear();
    d.keys("m");
    assert!(d.model.panes.ticket.staged.is_none());
    d.assert_said("belongs to client 7");
    d.keys("x");
    assert_eq!(d.sent(|c| matches!(c, Command::Cancel { .. })), 0);
    assert_ne!(CLIENT, 7);
}

#[test]
fn what_a_small_terminal_cannot_show_is_neither_staged_nor_sent() {
    let mut d = desk();
    d.keys("b").tell(Msg::Resized { width: 59, height: 48 }).paint();
    d.keys("enter");
    assert!(d.placed().is_empty());
    d.assert_said("too small to show the order");
    d.tell(Msg::Resized { width: 160, height: 48 }).key("enter", false);
    assert!(d.placed().is_empty(), "it has to be seen first");
    d.paint().keys("enter");
    assert_eq!(d.placed().len(), 1);
}

#[test]
fn an_order_has_to_be_seen_again_after_a_suspension() {
    let mut d = desk();
    d.keys("b").after(60_000);
    d.tell(Msg::Signalled(crate::app::msg::Signal::Continue)).key("enter", false);
    assert!(d.placed().is_empty());
    d.assert_said("Too soon");
}

#[test]
fn a_run_of_nudges_that_needs_a_confirmation_does_not_take_the_command_line_away() {
    let mut d = live_desk();
    d.keys("b enter").after(300).key("ctrl-y", false);
    let key = d.placed_one().key().clone();
    d.carry(&key);
    d.report(&key, BrokerStatus::Working);
    d.keys("7 + :").after(400);
    assert!(matches!(d.model.overlay, Some(Overlay::Command { .. })), "{:?}", d.model.overlay);
    d.assert_said("was not moved");
    assert!(d.placed().is_empty());
}

#[test]
fn the_same_shares_are_not_sold_twice_while_the_position_lags_behind_the_fill() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 100);
    let key = d.work("s enter");
    d.fill(&key, "0001.01", 100, "187.22");
    d.keys("s enter");
    assert!(d.placed().is_empty());
    d.assert_said("it would go through zero; short sells what is not held (G18)");
    d.keys("esc").hold(AAPL, "AAPL", 0).keys("s");
    assert_eq!(d.staged().verb, crate::domain::order::Verb::Short, "flat now: the word for it is another");
}
