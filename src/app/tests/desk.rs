//! The order desk: every type from keys and sentences, exits, stops under positions, the way out.

use super::fixture::{AAPL, CLIENT, report_of};
use super::{Desk, desk, live_desk, price, qty};
use crate::app::model::Overlay;
use crate::broker::event::BrokerStatus;
use crate::domain::order::{
    BrokerIds, OcaKind, Order, OrderKey, OrderKind, OrderSpec, OrderState, Session, Side, Tif, Verb,
};
use crate::panes::ticket::{Aim, Field};
use crate::risk::{Class, Purpose};

pub(super) fn say(d: &mut Desk, text: &str) {
    d.keys(":").type_text(text).keys("enter");
}

pub(super) fn errors(d: &Desk) -> Vec<(std::ops::Range<usize>, String)> {
    match &d.model.overlay {
        Some(Overlay::Command { errors, .. }) => errors.clone(),
        other => panic!("the command line is closed: {other:?}, said {:?}", d.said()),
    }
}

fn typed(d: &Desk) -> String {
    match &d.model.overlay {
        Some(Overlay::Command { input, .. }) => input.value().to_owned(),
        other => panic!("the command line is closed: {other:?}"),
    }
}

/// A working order of ours, as after its life so far.
pub(super) fn works(d: &mut Desk, id: i32, spec: OrderSpec) -> OrderKey {
    let key = OrderKey::own(&format!("tw4k-{id}"));
    let ids = BrokerIds { client_id: CLIENT, order_id: id, perm_id: 0 };
    d.model.orders.all.insert(key.clone(), Order::new(key.clone(), ids, spec, OrderState::Working, d.at));
    key
}

pub(super) fn spec(verb: Verb, side: Side, n: i64, kind: OrderKind) -> OrderSpec {
    OrderSpec::new(AAPL, "AAPL".into(), verb, side, qty(n), kind)
}

pub(super) fn stop_at(trigger: &str) -> OrderKind {
    OrderKind::Stop { trigger: price(trigger), limit: None }
}

/// Long 300 with a target and a stop in one group.
pub(super) fn bracketed() -> (Desk, OrderKey, OrderKey) {
    bracketed_on(desk())
}

/// The same on this desk.
pub(super) fn bracketed_on(mut d: Desk) -> (Desk, OrderKey, OrderKey) {
    d.hold(AAPL, "AAPL", 300);
    let mut stop = spec(Verb::Sell, Side::Sell, 300, stop_at("185.60"));
    stop.tif = Tif::Gtc;
    let oca = crate::domain::order::Oca { name: "exit~tw4k-1".into(), kind: OcaKind::Reduce };
    stop.attributes.oca = Some(oca.clone());
    let mut target = spec(Verb::Sell, Side::Sell, 300, OrderKind::Limit(price("195")));
    target.attributes.oca = Some(oca);
    let (stop, target) = (works(&mut d, 11, stop), works(&mut d, 12, target));
    (d, stop, target)
}

#[test]
fn every_type_that_a_sentence_says_is_staged_and_sent_as_said() {
    let said = [
        ("buy 100 AAPL stp 190", "buy 100 AAPL stp 190.00 day rth"),
        ("buy 100 AAPL stp 190 lmt 190.10 gtc ext", "buy 100 AAPL stp 190.00 lmt 190.10 gtc ext"),
        ("buy 100 AAPL mit 185", "buy 100 AAPL mit 185.00 day rth"),
        ("buy 100 AAPL lit 185 lmt 185.05", "buy 100 AAPL lit 185.00 lmt 185.05 day rth"),
        ("buy 100 AAPL trail 1%", "buy 100 AAPL trail 1% day rth"),
        ("buy 100 AAPL trail 2.50 from 190", "buy 100 AAPL trail 2.50 from 190.00 day rth"),
        ("buy 100 AAPL moc", "buy 100 AAPL moc day"),
        ("buy 100 AAPL loc 187", "buy 100 AAPL loc 187.00 day"),
        ("buy 100 AAPL loo 187", "buy 100 AAPL loo 187.00"),
        ("buy 100 AAPL moo", "buy 100 AAPL moo"),
        ("buy 100 AAPL mtl", "buy 100 AAPL mtl day rth"),
        ("buy 100 AAPL midprice cap 187.30", "buy 100 AAPL midprice cap 187.30 day rth"),
        ("buy 100 AAPL rel 0.01 cap 187.30", "buy 100 AAPL rel 0.01 cap 187.30 day rth"),
        ("buy 100 AAPL pegmid cap 187.30", "buy 100 AAPL pegmid cap 187.30 day rth"),
        ("buy 100 AAPL 187 show 50 hidden", "buy 100 AAPL lmt 187.00 day rth show 50 hidden"),
        ("buy 100 AAPL 187 aon", "buy 100 AAPL lmt 187.00 day rth aon"),
        ("buy 100 AAPL 187 gtd 2026-12-01", "buy 100 AAPL lmt 187.00 gtd 2026-12-01 rth"),
        ("buy 5%nlv AAPL 187", "buy 267 AAPL lmt 187.00 day rth"),
    ];
    for (typed, order) in said {
        let mut d = desk();
        say(&mut d, typed);
        assert!(d.model.overlay.is_none(), "{typed}: {:?}", errors(&d));
        assert_eq!(d.staged().text.as_deref(), Some(order), "{typed}");
        let staged = d.staged().spec.clone().unwrap();
        assert!(d.placed().is_empty(), "{typed}: staging sends nothing");
        d.keys("enter");
        if d.is_confirming() {
            d.keys("ctrl-y");
        }
        assert_eq!(*d.placed_one().spec(), staged, "{typed}");
    }
}

#[test]
fn a_bracket_goes_as_one_family_with_its_own_group_on_the_wire() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 sl 185.50 tp 190 tp 195 x40".replace(" tp 190", " tp 190 x60").as_str());
    assert_eq!(
        d.staged().text.as_deref(),
        Some("buy 100 AAPL lmt 187.00 day rth sl 185.50 tp 190.00 x60 tp 195.00 x40 exits gtc rth")
    );
    d.keys("enter");
    let sent = d.placed_one();
    let exits: Vec<_> =
        sent.exits().iter().map(|e| (e.spec.kind.word(), e.spec.qty, e.spec.side, e.spec.tif)).collect();
    let leg = |word, n| (word, qty(n), Side::Sell, Tif::Gtc);
    assert_eq!(exits, [leg("STP", 60), leg("LMT", 60), leg("STP", 40), leg("LMT", 40)]);
    let groups: Vec<String> =
        sent.exits().iter().map(|e| e.spec.attributes.oca.clone().unwrap()).map(|oca| oca.name).collect();
    let ending = format!("~{}", sent.key());
    assert!(groups.iter().all(|g| g.ends_with(&ending)), "{groups:?}");
    assert!(groups[0] == groups[1] && groups[2] == groups[3] && groups[1] != groups[2], "{groups:?}");
    let mut names: Vec<&str> = sent.exits().iter().map(|e| e.key.as_str()).collect();
    names.push(sent.key().as_str());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 5, "every order has its own name");
    assert_eq!(d.order(&sent.exits()[0].key).parent.as_ref(), Some(sent.key()));
    d.keys("b enter");
    assert!(!names.contains(&d.placed_one().key().as_str()), "the next order takes none of their names");
}

#[test]
fn exits_follow_the_price_while_staged() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL join sl entry-1 tp entry+2r");
    assert_eq!(d.staged().exits[0].kind, stop_at("186.20"));
    d.quote(AAPL, "187.40", "187.42");
    assert_eq!(d.staged().exits[0].kind, stop_at("186.40"));
    assert_eq!(d.staged().exits[1].kind, OrderKind::Limit(price("189.40")));
    d.keys("enter");
    assert_eq!(d.placed_one().exits()[1].spec.kind, OrderKind::Limit(price("189.40")));
}

#[test]
fn what_cannot_be_sent_is_refused_at_its_word() {
    let refused = [
        ("buy 100 AAPL 187 ovn", "overnight", "ovn"),
        ("buy 1 /ESZ26 5010", "not known here yet", "/ESZ26"),
        ("sell 50 AAPL mkt", "short sells what is not", "sell"),
        ("close all AAPL", "flat", "close"),
        ("buy 100 AAPL vwap", "vwap is not known", "vwap"),
        ("buy 100 AAPL 187 sl 190", "wrong side", "sl"),
    ];
    for (typed, cause, word) in refused {
        let mut d = desk();
        say(&mut d, typed);
        let errors = errors(&d);
        let (span, text) = &errors[0];
        assert!(text.contains(cause), "{typed}: {text}");
        assert!(typed[span.clone()].starts_with(word), "{typed}: {:?}", &typed[span.clone()]);
        assert!(d.model.panes.ticket.staged.is_none(), "{typed}");
    }
}

#[test]
fn tab_takes_the_first_fix_and_completes_words() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL@187.20");
    assert_eq!(errors(&d)[0].0, 8..19);
    d.keys("tab");
    assert_eq!(typed(&d), "buy 100 AAPL @ 187.20");
    d.keys("enter");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.20 day rth");
    say(&mut d, "buy 100 AAPL 187.203");
    d.keys("tab enter");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.20 day rth");
    let mut d = desk();
    d.keys(":").type_text("canc").keys("tab");
    assert_eq!(typed(&d), "cancel ");
}

#[test]
fn the_arrows_bring_back_what_was_said() {
    let mut d = desk();
    say(&mut d, "buy 1 AAPL");
    say(&mut d, "buy 2 AAPL");
    d.keys(": up");
    assert_eq!(typed(&d), "buy 2 AAPL");
    d.keys("up up");
    assert_eq!(typed(&d), "buy 1 AAPL");
    d.keys("down down");
    assert_eq!(typed(&d), "");
    assert!(d.placed().is_empty());
}

#[test]
fn k_goes_round_the_types_and_the_trigger_has_its_field() {
    let mut d = desk();
    d.keys("b k k");
    assert_eq!(d.staged().spec.as_ref().unwrap().kind, stop_at("189.07"), "one percent beyond, on the tick");
    d.keys("@ 190");
    assert_eq!((d.staged().field, d.sentence().as_str()), (Field::Trigger, "buy 100 AAPL stp 190.00 day rth"));
    d.keys("up");
    assert_eq!(d.sentence(), "buy 100 AAPL stp 190.01 day rth");
    d.keys("k");
    assert_eq!(d.sentence(), "buy 100 AAPL stp 190.01 lmt 190.01 day rth");
    d.keys("k");
    assert_eq!(d.sentence(), "buy 100 AAPL trail 1% day rth");
    d.keys("k");
    assert_eq!(d.sentence(), "buy 100 AAPL moc day");
    d.keys("k");
    assert_eq!(d.sentence(), "buy 100 AAPL loc 187.20 day");
    d.keys("k e enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().kind, sent.spec().session), (OrderKind::Limit(price("187.20")), Session::Extended));
}

#[test]
fn l_opens_the_stop_then_the_target_and_none_takes_one_away() {
    let mut d = desk();
    d.keys("b l").type_text("185.50").keys("tab").type_text("190");
    assert_eq!(d.staged().field, Field::Target);
    assert_eq!(d.staged().text.as_deref(), Some("buy 100 AAPL lmt 187.20 day rth sl 185.50 tp 190.00 exits gtc rth"));
    d.keys("tab l").type_text("entry-1");
    assert_eq!(d.staged().exits[0].kind, stop_at("186.20"));
    d.keys("esc l").type_text("none");
    assert_eq!(d.staged().exits.len(), 1, "the stop alone");
    d.keys("enter");
    assert_eq!(d.placed_one().exits().len(), 1);
}

#[test]
fn p_stages_a_stop_for_what_is_bare_and_a_puts_it_at_break_even() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300).keys("p");
    assert_eq!(d.staged().text.as_deref(), Some("close 300 AAPL stp 183.45 gtc rth"));
    d.keys("a");
    assert_eq!(d.staged().spec.as_ref().unwrap().kind, stop_at("100"), "the average cost");
    d.keys("enter");
    let sent = d.placed_one();
    assert_eq!((sent.class(), sent.spec().tif, sent.spec().qty), (Class::Exit, Tif::Gtc, qty(300)));
    d.carry(sent.key());
    d.report(sent.key(), BrokerStatus::Held);
    d.keys("p");
    assert_eq!(d.staged().aim, Aim::Change(sent.key().clone()), "covered: the stop is picked up");
}

#[test]
fn a_stop_is_not_put_where_it_would_be_triggered_at_once() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.model.positions[&AAPL].avg_cost = Some(price("190"));
    d.keys("p a");
    d.assert_said("triggered at once");
    assert_eq!(d.staged().spec.as_ref().unwrap().kind, stop_at("183.45"));
}

#[test]
fn p_on_a_short_position_goes_above() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", -50).keys("p enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().side, sent.spec().kind), (Side::Buy, stop_at("190.95")));
}

#[test]
fn plus_moves_the_trigger_of_a_stop_and_keeps_all_else() {
    let (mut d, stop, _) = bracketed();
    d.model.panes.blotter.selected = Some(stop.clone());
    d.act(crate::app::action::Action::Focus { pane: crate::panes::PaneKind::Blotter });
    d.keys("+ + +").after(400);
    let sent = d.placed_one();
    let old = d.order(&stop).before_change.clone().unwrap();
    assert_eq!(*sent.spec(), OrderSpec { kind: stop_at("185.63"), ..*old });
    assert!(matches!(sent.purpose(), Purpose::Change(key, _) if *key == stop));
    assert_eq!((sent.class(), sent.exits().len()), (Class::Exit, 0), "its target is in the same group");
}

#[test]
fn plus_does_not_put_a_stop_where_the_market_is_already() {
    let (mut d, stop, _) = bracketed();
    d.model.panes.blotter.selected = Some(stop.clone());
    d.act(crate::app::action::Action::Focus { pane: crate::panes::PaneKind::Blotter });
    d.quote(AAPL, "185.62", "185.64");
    d.keys("+ +");
    d.assert_said("The market is past 185.62 already");
    d.after(400);
    assert_eq!(d.placed_one().spec().kind, stop_at("185.61"), "as far as it does nothing yet");
}

#[test]
fn a_changed_trail_leaves_where_it_has_moved_to_the_broker() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    let by = crate::domain::order::Distance::Percent(1.into());
    let trail = |from: Option<&str>| OrderKind::Trail { by, from: from.map(price), limit_offset: None };
    let key = works(&mut d, 15, spec(Verb::Close, Side::Sell, 300, trail(Some("185.33"))));
    say(&mut d, "modify order:15 total 200");
    d.keys("enter");
    let sent = d.placed_one();
    assert_eq!((sent.key(), sent.spec().qty, sent.spec().kind), (&key, qty(200), trail(None)));
    let mut report = report_of(d.order(&key), BrokerStatus::Working);
    report.spec.kind = trail(Some("185.40"));
    d.broker(crate::broker::Event::Order(Box::new(report)));
    assert_eq!((d.order(&key).spec.kind, d.order(&key).before_change.is_some()), (trail(Some("185.40")), false));
    d.model.panes.blotter.selected = Some(key.clone());
    d.act(crate::app::action::Action::Focus { pane: crate::panes::PaneKind::Blotter });
    d.keys("+").after(400);
    assert_eq!(d.placed_one().spec().kind, trail(Some("185.41")), "where the trader moves it, it is said");
}

#[test]
fn m_picks_up_a_stop_with_its_terms() {
    let (mut d, stop, _) = bracketed();
    d.model.panes.blotter.selected = Some(stop.clone());
    d.act(crate::app::action::Action::Focus { pane: crate::panes::PaneKind::Blotter });
    d.keys("m up enter");
    let sent = d.placed_one();
    assert_eq!((sent.spec().kind, sent.spec().tif), (stop_at("185.61"), Tif::Gtc));
    assert!(sent.spec().attributes.oca.is_some(), "it stays in its group");
}

#[test]
fn the_stop_of_an_entry_that_has_not_filled_can_be_moved() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 sl 185.50");
    d.keys("enter");
    let sent = d.placed_one();
    let (entry, stop) = (sent.key().clone(), sent.exits()[0].key.clone());
    for key in [&entry, &stop] {
        d.carry(key);
        d.report(key, BrokerStatus::Working);
    }
    d.model.panes.blotter.selected = Some(stop.clone());
    d.act(crate::app::action::Action::Focus { pane: crate::panes::PaneKind::Blotter });
    d.keys("-").after(400);
    assert_eq!(d.placed_one().spec().kind, stop_at("185.49"));
}

#[test]
fn flatten_cancels_waits_counts_again_and_sends() {
    let (mut d, stop, target) = bracketed();
    d.keys("Z");
    assert_eq!((d.sentence().as_str(), &d.staged().aim), ("close 300 AAPL mkt day rth", &Aim::Unwind));
    assert!(d.cancels().is_empty(), "staging cancels nothing");
    d.keys("enter");
    assert_eq!(d.cancels(), [stop.clone(), target.clone()]);
    assert!(d.placed().is_empty(), "nothing is sent while they may fill");
    d.status(&target, BrokerStatus::Cancelled, 0);
    assert!(d.placed().is_empty());
    // The stop fills a part on its way out.
    d.fill(&stop, "e1", 100, "185.60");
    d.status(&stop, BrokerStatus::Cancelled, 100);
    assert!(d.placed().is_empty(), "the position does not show the fill yet");
    d.hold(AAPL, "AAPL", 200);
    let sent = d.placed_one();
    assert_eq!((sent.spec().qty, sent.spec().kind, sent.class()), (qty(200), OrderKind::Market, Class::Exit));
    assert!(d.model.orders.unwinding.is_empty());
}

#[test]
fn flatten_sends_nothing_when_the_position_closed_by_itself() {
    let (mut d, stop, target) = bracketed();
    d.keys("Z enter");
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.fill(&stop, "e1", 300, "185.60");
    d.hold(AAPL, "AAPL", 0);
    assert!(d.placed().is_empty());
    d.assert_said("flat");
}

#[test]
fn flatten_asks_after_two_seconds_without_certainty_and_sends_nothing() {
    let (mut d, _, target) = bracketed();
    d.keys("Z enter");
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.after(2_100);
    assert!(d.placed().is_empty());
    d.assert_said("not confirmed as cancelled");
    assert_eq!(d.staged().aim, Aim::Unwind, "Enter tries again");
}

#[test]
fn a_fill_that_was_not_reported_yet_holds_the_way_out_back() {
    let (mut d, stop, target) = bracketed();
    d.keys("Z enter");
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.status(&stop, BrokerStatus::Cancelled, 100);
    assert!(d.placed().is_empty(), "100 filled, and no execution says so yet");
    d.after(2_100);
    assert!(d.placed().is_empty());
    d.assert_said("Nothing was sent");
}

#[test]
fn flatten_works_in_halt() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300);
    d.model.desk.halted = true;
    d.keys("Z enter");
    assert_eq!(d.placed_one().class(), Class::Exit);
}

#[test]
fn reverse_turns_the_position_around_in_one_order() {
    let (mut d, stop, target) = bracketed();
    d.keys("V");
    assert_eq!(d.staged().spec.as_ref().unwrap().qty, qty(600));
    d.keys("enter");
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.status(&stop, BrokerStatus::Cancelled, 0);
    let sent = d.placed_one();
    assert_eq!((sent.spec().side, sent.spec().qty), (Side::Sell, qty(600)));
    assert!(sent.spec().attributes.flip);
}

#[test]
fn a_live_way_out_asks_before_anything_is_cancelled() {
    let mut d = live_desk();
    d.hold(AAPL, "AAPL", 300);
    d.keys("Z enter");
    assert!(d.is_confirming() && d.placed().is_empty());
    d.keys("ctrl-y");
    assert_eq!(d.placed_one().spec().qty, qty(300));
}

#[test]
fn a_ticket_in_use_is_not_pushed_away_by_the_way_out() {
    let (mut d, stop, target) = bracketed();
    d.keys("Z enter b 5 0");
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.status(&stop, BrokerStatus::Cancelled, 0);
    assert_eq!(d.placed_one().spec().verb, Verb::Close);
    assert_eq!(d.staged().qty, Some(qty(50)));
}

#[test]
fn sentences_manage_what_exists() {
    let (mut d, stop, target) = bracketed();
    say(&mut d, "cancel order:11");
    assert_eq!(d.cancels(), std::slice::from_ref(&stop));
    let (mut d, _, _) = bracketed();
    say(&mut d, "cancel AAPL exits");
    assert_eq!(d.cancels(), [stop.clone(), target.clone()]);
    let (mut d, _, _) = bracketed();
    say(&mut d, "cancel oca exit");
    assert_eq!(d.cancels().len(), 2);
    let (mut d, _, _) = bracketed();
    say(&mut d, "modify order:11 stp 186 ext");
    assert_eq!(d.staged().aim, Aim::Change(stop.clone()));
    assert_eq!(d.sentence(), "sell 300 AAPL stp 186.00 gtc ext oca exit reduce");
    assert!(d.placed().is_empty(), "a sentence stages");
    let (mut d, _, _) = bracketed();
    say(&mut d, "flatten AAPL");
    assert_eq!(d.staged().aim, Aim::Unwind);
    say(&mut d, "halt");
    assert!(d.model.desk.halted && d.cancels().is_empty());
    say(&mut d, "resume");
    assert!(!d.model.desk.halted);
    say(&mut d, "cancel order:99");
    assert!(errors(&d)[0].1.contains("no order 99"));
    let (mut d, _, _) = bracketed();
    say(&mut d, "flatten all");
    assert!(errors(&d)[0].1.contains("yet"));
}

#[test]
fn orders_that_name_one_group_share_it_on_the_wire() {
    let mut d = desk();
    say(&mut d, "buy 10 AAPL 186 oca dip");
    d.keys("enter");
    let first = d.placed_one();
    let group = first.spec().attributes.oca.clone().unwrap();
    assert_eq!(group.name, format!("dip~{}", first.key()));
    d.carry(first.key());
    d.report(first.key(), BrokerStatus::Working);
    say(&mut d, "buy 10 AAPL 185 oca dip");
    d.keys("enter");
    assert_eq!(d.placed_one().spec().attributes.oca.as_ref().unwrap().name, group.name);
    assert!(crate::app::words::sentence(&d.order(first.key()).spec, None).ends_with("oca dip cancel"));
}

#[test]
fn a_rejected_bracket_comes_back_with_all_that_was_said() {
    let mut d = desk();
    say(&mut d, "buy 100 AAPL 187 show 50 sl 185.50 tp 190 x60 tp 195 x40");
    let before = d.staged().text.clone();
    d.keys("enter");
    let sent = d.placed_one();
    let key = sent.key().clone();
    d.carry(&key);
    d.report(&key, BrokerStatus::Working);
    d.model.orders.all[&key].state = OrderState::Rejected;
    d.model.panes.ticket.sending = Some(crate::panes::ticket::Sending {
        key,
        sentence: String::new(),
        checked_at: d.at,
        journaled: None,
        sent_at: None,
        return_to: crate::panes::PaneKind::Watchlist,
    });
    d.act(crate::app::action::Action::TicketFix);
    assert_eq!(d.staged().text, before);
}

#[test]
fn distances_keep_their_decimals_in_the_sentence_of_a_sent_order() {
    for (typed, order) in [
        ("buy 100 AAPL trail 2.50", "buy 100 AAPL trail 2.50 day rth"),
        ("buy 100 AAPL trail 0.25%", "buy 100 AAPL trail 0.25% day rth"),
        ("buy 100 AAPL rel 0.01", "buy 100 AAPL rel 0.01 day rth"),
        ("buy 100 AAPL 187 disc 0.05", "buy 100 AAPL lmt 187.00 day rth disc 0.05"),
    ] {
        let mut d = desk();
        say(&mut d, typed);
        assert_eq!(d.sentence(), order);
        assert_eq!(d.staged().text.as_deref(), Some(order));
    }
}

#[test]
fn a_way_out_that_the_guard_refuses_stays_on_the_ticket() {
    let (mut d, stop, target) = bracketed();
    d.keys("Z enter");
    d.status(&target, BrokerStatus::Cancelled, 0);
    d.model.desk.journal = crate::app::model::Journal::Failed("disk full".into());
    d.status(&stop, BrokerStatus::Cancelled, 0);
    assert!(d.placed().is_empty());
    d.assert_said("could not be sent");
    assert_eq!(d.staged().aim, Aim::Unwind);
}

#[test]
fn a_flat_symbol_has_nothing_to_flatten_reverse_or_protect() {
    for key in ["Z", "V", "p"] {
        let mut d = desk();
        d.keys(key);
        d.assert_said("flat");
        assert!(d.model.panes.ticket.staged.is_none());
    }
}
