use std::time::Duration;

use super::samples::Desk;
use super::*;
use crate::domain::SafeText;
use crate::domain::instrument::SecType;
use crate::domain::order::{OrderKind, OrderState, Side, Verb};
use crate::domain::samples::{self, buy, price as p};

fn spec(verb: Verb, side: Side, qty: i64, limit: Option<&str>) -> OrderSpec {
    samples::order_of(verb, side, qty, limit)
}

fn working(key: &str, spec: OrderSpec) -> Order {
    samples::own(key, 7, spec, OrderState::Working)
}

/// A desk that holds 300 Apple.
fn desk() -> Desk {
    Desk { position: Qty::from(300), ..Desk::default() }
}

fn with(change: fn(&mut Context<'_>)) -> Desk {
    Desk { change, ..desk() }
}

trait Judged {
    fn codes(&self, spec: &OrderSpec) -> Vec<(&'static str, Weight)>;
    fn class(&self, spec: &OrderSpec) -> Class;
}

impl Judged for Desk {
    fn codes(&self, spec: &OrderSpec) -> Vec<(&'static str, Weight)> {
        self.ask(|ctx| assess(spec, ctx).findings.iter().map(|f| (f.code, f.weight)).collect())
    }

    fn class(&self, spec: &OrderSpec) -> Class {
        self.ask(|ctx| assess(spec, ctx).class)
    }
}

const REST: Option<&str> = Some("187.20");
const RICH: Cash = Cash(rust_decimal::Decimal::from_parts(100_000_000, 0, 0, false, 0));

#[test]
fn a_plain_order_at_join_passes_without_a_word() {
    assert_eq!(desk().codes(&buy(100, REST)), []);
    let passed = desk().ask(|ctx| check_new(buy(100, REST), OrderKey::own("a"), ctx, Consent::None)).unwrap();
    assert_eq!((passed.mode(), passed.class(), passed.key().as_str()), (Mode::Paper, Class::Entry, "a"));
    assert_eq!((passed.quote(), passed.at()), (Some(&desk().quote), desk().at));
}

#[test]
fn g01_nothing_leaves_without_a_synchronised_link() {
    for (desk, why) in [
        (with(|c| c.readiness = Readiness::Down), "not connected"),
        (with(|c| c.readiness = Readiness::IbLost), "1100"),
        (with(|c| c.readiness = Readiness::Mute), "does not answer"),
        (with(|c| c.readiness = Readiness::ReadOnly), "read-only"),
    ] {
        let exit = spec(Verb::Close, Side::Sell, 100, Some("187.22"));
        let refused = desk.ask(|ctx| check_new(exit, OrderKey::own("a"), ctx, Consent::Given)).unwrap_err();
        assert_eq!(refused.findings[0].code, "G01");
        assert!(refused.findings[0].text.contains(why));
    }
}

#[test]
fn g02_a_live_account_under_a_paper_profile_is_refused() {
    let desk = Desk { account: AccountId::new("U1234821"), ..with(|c| c.mode = Mode::Paper) };
    assert_eq!(desk.codes(&buy(100, REST))[0], ("G02", Weight::Hard));
}

#[test]
fn g03_halt_lets_exits_pass() {
    let desk = with(|c| c.halted = true);
    assert_eq!(desk.codes(&buy(100, REST))[0].0, "G03");
    assert_eq!(desk.codes(&spec(Verb::Close, Side::Sell, 300, Some("187.22"))), []);
}

#[test]
fn g04_and_g05_the_contract_is_known_and_a_stock() {
    assert_eq!(with(|c| c.instrument = None).codes(&buy(100, REST))[0].0, "G04");
    let mut desk = desk();
    desk.instrument.sec_type = SecType::Other;
    assert_eq!(desk.codes(&buy(100, REST))[0].0, "G05");
}

#[test]
fn g06_asks_above_fifty_defaults_in_paper_and_ten_in_live() {
    assert_eq!(
        with(|c| (c.net_liquidation, c.excess) = (Some(RICH), Some(RICH))).codes(&buy(5_001, REST)),
        [("G06", Weight::Confirm)]
    );
    let live = Desk {
        account: AccountId::new("U1234821"),
        ..with(|c| {
            c.mode = Mode::Live;
            (c.net_liquidation, c.excess) = (Some(RICH), Some(RICH));
        })
    };
    assert_eq!(live.codes(&buy(1_001, REST)), [("G06", Weight::Confirm)]);
    assert_eq!(live.codes(&buy(1_000, REST)), []);
}

#[test]
fn g07_forbids_more_than_the_account_and_offers_what_passes() {
    let desk = Desk::default();
    let found = desk.ask(|ctx| assess(&buy(25_000, REST), ctx).findings);
    assert_eq!(found[0].code, "G07");
    assert_eq!(found[0].text, "4,680,000.00 is 468% of NLV, at most 400%");
    let fix = found[0].fix.clone().unwrap();
    assert_eq!(fix.qty, Qty::from(21_367));
    assert!(desk.codes(&fix).iter().all(|(_, weight)| *weight != Weight::Hard));
    assert_eq!(with(|c| c.net_liquidation = None).codes(&buy(100, REST))[0], ("G07", Weight::Hard));
}

#[test]
fn g07_leaves_a_market_order_room_and_never_reads_as_within_the_limit() {
    let found = Desk::default().ask(|ctx| assess(&buy(21_366, None), ctx).findings);
    assert_eq!((found[0].code, found[0].fix.clone().unwrap().qty), ("G07", Qty::from(21_151)));
    assert_eq!(found[0].text, "4,000,142.52 is 400.01% of NLV, at most 400%");
}

#[test]
fn g18_names_short_where_nothing_is_held() {
    let flat = with(|c| c.position = Some(Qty::ZERO));
    let found = flat.ask(|ctx| assess(&spec(Verb::Sell, Side::Sell, 100, Some("187.22")), ctx).findings);
    assert_eq!(found[0].text, "flat, selling 100: it would go through zero; short sells what is not held");
}

#[test]
fn g10_off_tick_takes_the_near_tick_on_the_safe_side() {
    let found = desk().ask(|ctx| assess(&buy(100, Some("187.203")), ctx).findings);
    assert_eq!(found[0].text, "187.203 is off the 0.01 tick");
    assert_eq!(found[0].fix.clone().unwrap().kind, OrderKind::Limit(p("187.20")));
    assert_eq!(desk().codes(&buy(0, REST))[0].0, "G10");
}

#[test]
fn g12_refuses_a_limit_far_through_the_market() {
    let found = desk().ask(|ctx| assess(&buy(100, Some("233.33")), ctx).findings);
    assert_eq!((found[0].code, found[0].weight), ("G12", Weight::Hard));
    assert_eq!(found[0].fix.clone().unwrap().kind, OrderKind::Limit(p("204.06")));
    assert_eq!(desk().codes(&spec(Verb::Sell, Side::Sell, 100, Some("150")))[0].0, "G12");
    assert_eq!(desk().codes(&buy(100, Some("150"))), []);
}

#[test]
fn g13_notes_what_crossing_costs() {
    let found = desk().ask(|ctx| assess(&buy(100, Some("187.22")), ctx).findings);
    assert_eq!((found[0].code, found[0].weight), ("G13", Weight::Note));
    assert!(found[0].text.ends_with("crossing costs 1.00"), "{}", found[0].text);
}

#[test]
fn g14_a_market_order_needs_a_live_quote_and_a_limit_asks() {
    let stale = with(|c| c.truth = Truth::Stale(Duration::from_secs(35)));
    assert_eq!(stale.codes(&buy(100, None))[0], ("G14", Weight::Hard));
    assert_eq!(stale.codes(&buy(100, REST))[0], ("G14", Weight::Confirm));
}

#[test]
fn g18_sell_never_goes_through_zero() {
    let found = desk().ask(|ctx| assess(&spec(Verb::Sell, Side::Sell, 400, Some("187.22")), ctx).findings);
    assert_eq!(found[0].text, "long 300, selling 400: it would go through zero");
    assert_eq!(found[0].fix.clone().unwrap().qty, Qty::from(300));
    let flat = with(|c| c.position = Some(Qty::ZERO));
    assert_eq!(flat.codes(&spec(Verb::Short, Side::Sell, 100, Some("187.22"))), [("G19", Weight::Note)]);
    assert_eq!(flat.codes(&spec(Verb::Sell, Side::Sell, 100, Some("187.22")))[0].0, "G18");
}

#[test]
fn g21_a_bounce_is_refused_and_a_typed_repeat_asks() {
    let mut desk = desk();
    desk.recent.push(Recent { spec: buy(100, REST), at: Stamp::at(9_800_000_000), key: OrderKey::own("x") });
    assert_eq!(desk.codes(&buy(100, REST)), [("G21", Weight::Hard)]);
    desk.recent[0].at = Stamp::at(7_000_000_000);
    assert_eq!(desk.codes(&buy(100, REST)), [("G21", Weight::Note)]);
    desk.change = |c| c.origin = Origin::Sentence;
    assert_eq!(desk.codes(&buy(100, REST)), [("G21", Weight::Confirm)]);
    assert_eq!(desk.codes(&buy(200, REST)), []);
}

#[test]
fn an_exit_counts_the_other_working_sells() {
    let mut desk = desk();
    let close = |qty| spec(Verb::Close, Side::Sell, qty, Some("187.22"));
    assert_eq!(desk.class(&close(300)), Class::Exit);
    assert_eq!(desk.class(&close(301)), Class::Entry);
    desk.orders.push(working("w", spec(Verb::Sell, Side::Sell, 200, Some("190"))));
    assert_eq!(desk.class(&close(100)), Class::Exit);
    assert_eq!(desk.class(&close(101)), Class::Entry);
    assert_eq!(with(|c| c.position = None).class(&close(1)), Class::Entry);
}

#[test]
fn a_change_does_not_count_itself_and_keeps_side_and_fills() {
    let mut order = working("w", spec(Verb::Sell, Side::Sell, 300, Some("190")));
    let desk = Desk { orders: vec![order.clone()], ..desk() };
    let moved = spec(Verb::Sell, Side::Sell, 300, Some("189"));
    let passed = desk.ask(|ctx| check_change(&order, moved.clone(), ctx, Consent::None)).unwrap();
    assert_eq!((passed.class(), passed.key()), (Class::Exit, &order.key));
    order.filled = Qty::from(300);
    assert!(desk.ask(|ctx| check_change(&order, moved, ctx, Consent::Given)).is_err());
}

#[test]
fn a_confirm_passes_with_consent_and_live_always_needs_it() {
    let desk = with(|c| c.truth = Truth::Frozen);
    assert!(desk.ask(|ctx| check_new(buy(100, REST), OrderKey::own("a"), ctx, Consent::None)).is_err());
    assert!(desk.ask(|ctx| check_new(buy(100, REST), OrderKey::own("a"), ctx, Consent::Given)).is_ok());
    let live = Desk { account: AccountId::new("U1234821"), ..with(|c| c.mode = Mode::Live) };
    assert!(live.ask(|ctx| check_new(buy(100, REST), OrderKey::own("a"), ctx, Consent::None)).is_err());
    assert!(live.ask(|ctx| check_new(buy(100, REST), OrderKey::own("a"), ctx, Consent::Given)).is_ok());
}

#[test]
fn a_closed_gate_lets_exits_pass_and_nothing_else_and_paper_has_none() {
    let live = |gate: fn(&mut Context<'_>)| Desk { account: AccountId::new("U1234821"), ..with(gate) };
    let exit = || spec(Verb::Close, Side::Sell, 100, Some("187.20"));
    for (gate, word) in [(live(|c| c.gate = Gate::Disarmed), "DISARMED"), (live(|c| c.gate = Gate::Paused), "PAUSED")] {
        let held = Desk { position: Qty::from(100), ..gate };
        held.ask(|ctx| {
            let verdict = check_new(buy(100, REST), OrderKey::own("a"), ctx, Consent::Given).unwrap_err();
            let found = verdict.findings.iter().find(|f| f.code == "G03").unwrap();
            assert!(found.weight == Weight::Hard && found.text.starts_with(word), "{found:?}");
            let closed = check_new(exit(), OrderKey::own("a"), ctx, Consent::Given).unwrap();
            assert_eq!(closed.class(), Class::Exit);
            assert!(check_new(exit(), OrderKey::own("a"), ctx, Consent::None).is_err(), "with one chord");
            // A change that takes more than was held is an entry.
            let order = working("w", spec(Verb::Buy, Side::Buy, 100, REST));
            let more = spec(Verb::Buy, Side::Buy, 200, REST);
            assert!(check_change(&order, more, ctx, Consent::Given).is_err());
        });
    }
    for gate in [Gate::Disarmed, Gate::Paused, Gate::Asks, Gate::Sends] {
        let paper = Desk::default();
        let sent = paper.ask(|ctx| {
            let ctx = Context { gate, ..ctx.clone() };
            check_new(buy(100, REST), OrderKey::own("a"), &ctx, Consent::None).is_ok()
        });
        assert!(sent, "paper is never asked: {gate:?}");
    }
}

#[test]
fn an_open_gate_that_sends_is_consent_but_not_to_what_the_guard_asks() {
    let live = |gate: fn(&mut Context<'_>)| Desk { account: AccountId::new("U1234821"), ..with(gate) };
    let send = |desk: &Desk, n| {
        desk.ask(|ctx| check_new(buy(n, REST), OrderKey::own("a"), ctx, Consent::None).map_err(|a| a.worst()))
    };
    let sends = live(|c| c.gate = Gate::Sends);
    assert!(send(&sends, 100).is_ok());
    assert_eq!(send(&sends, 1_400).unwrap_err(), Some(Weight::Confirm), "26 % of net liquidation");
    assert!(send(&live(|c| c.gate = Gate::Asks), 100).is_err());
}

#[test]
fn the_symbol_of_a_finding_is_safe_text() {
    let mut order = buy(100, None);
    order.symbol = SafeText::new("AA\u{1b}[2JPL");
    let text = with(|c| c.truth = Truth::Asked).ask(|ctx| assess(&order, ctx).findings[0].text.clone());
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_partly_filled_exit_can_still_be_moved_and_stays_an_exit() {
    let mut order = working("a", spec(Verb::Sell, Side::Sell, 100, Some("187.22")));
    order.filled = Qty::from(60);
    let desk = Desk { orders: vec![order.clone()], change: |ctx| ctx.position = Some(Qty::from(40)), ..desk() };
    let moved = spec(Verb::Sell, Side::Sell, 100, Some("187.25"));
    desk.ask(|ctx| {
        let found = assess_change(&order, &moved, ctx);
        assert_eq!((found.class, found.worst()), (Class::Exit, None), "{found:?}");
    });
    let more = spec(Verb::Sell, Side::Sell, 101, Some("187.25"));
    desk.ask(|ctx| {
        let found = assess_change(&order, &more, ctx);
        let flip = found.findings.iter().find(|f| f.code == "G18").unwrap();
        assert_eq!((flip.weight, flip.fix.as_ref().unwrap().qty), (Weight::Hard, Qty::from(100)));
    });
}

#[test]
fn a_size_that_is_being_reduced_counts_whole_until_the_broker_has_said_so() {
    let mut order = working("a", spec(Verb::Sell, Side::Sell, 10, Some("187.22")));
    order.before_change = Some(Box::new(spec(Verb::Sell, Side::Sell, 100, Some("187.22"))));
    let desk = Desk { orders: vec![order], change: |ctx| ctx.position = Some(Qty::from(100)), ..desk() };
    desk.ask(|ctx| {
        let found = assess(&spec(Verb::Sell, Side::Sell, 90, Some("187.22")), ctx);
        assert!(found.findings.iter().any(|f| f.code == "G18" && f.weight == Weight::Hard), "{found:?}");
    });
}

fn attached(key: &str, qty: i64, kind: OrderKind) -> Attached {
    let exit = spec(Verb::Close, Side::Sell, qty, None);
    Attached { key: OrderKey::own(key), spec: OrderSpec { kind, ..exit } }
}

fn stop_at(price: &str) -> OrderKind {
    OrderKind::Stop { trigger: p(price), limit: None }
}

#[test]
fn an_entry_goes_with_its_stop_and_target_as_one() {
    let exits = vec![attached("b", 100, stop_at("186.00")), attached("c", 100, OrderKind::Limit(p("190.00")))];
    let passed =
        desk().ask(|ctx| check_family(buy(100, REST), OrderKey::own("a"), exits.clone(), ctx, Consent::None)).unwrap();
    assert_eq!(passed.exits(), exits);
}

#[test]
fn an_exit_that_protects_nothing_holds_the_entry_back() {
    let table = [
        (vec![attached("b", 100, stop_at("188.00"))], "not on the loss's side"),
        (vec![attached("b", 100, OrderKind::Limit(p("187.00")))], "not on the gain's side"),
        (vec![attached("b", 100, stop_at("186.005"))], "off the 0.01 tick"),
        (vec![attached("b", 60, stop_at("186.00")), attached("c", 50, stop_at("185.00"))], "larger together"),
        (vec![Attached { spec: buy(100, Some("186.00")), key: OrderKey::own("b") }], "other side"),
    ];
    for (exits, why) in table {
        let refused =
            desk().ask(|ctx| check_family(buy(100, REST), OrderKey::own("a"), exits, ctx, Consent::Given)).unwrap_err();
        let worst = &refused.findings[0];
        assert_eq!((worst.code, worst.weight), ("G10", Weight::Hard));
        assert!(refused.findings.iter().any(|f| f.text.contains(why)), "{why}: {refused:?}");
    }
}

#[test]
fn an_exit_brings_no_exits_that_would_open_again() {
    let close = spec(Verb::Sell, Side::Sell, 300, Some("190.00"));
    let cover = OrderSpec { kind: stop_at("195.00"), ..buy(300, None) };
    let exits = vec![Attached { key: OrderKey::own("b"), spec: cover }];
    let halted = with(|c| c.halted = true);
    let refused = halted.ask(|ctx| check_family(close, OrderKey::own("a"), exits, ctx, Consent::Given)).unwrap_err();
    assert_eq!((refused.findings[0].code, refused.findings[0].weight), ("G10", Weight::Hard));
}
