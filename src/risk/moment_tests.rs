//! What the guard says by the clock and by the session: repeats, the open, sleep, auctions, the account.

use jiff::civil::{Date, date};

use super::boundary_tests::{at, buy, live, of, said, sent, with};
use super::samples::Desk;
use super::*;
use crate::domain::calendar::Hours;
use crate::domain::order::{Conditions, OrderKind, OrderState, Session, Side, Test, Tif, Verb};
use crate::domain::samples::{self, price as p};
use crate::domain::terms::{Algo, Moment};
use Weight::{Confirm, Hard, Note};

const REST: Option<&str> = Some("187.20");
const FRIDAY: Date = date(2026, 11, 20);

#[test]
fn g02_no_account_is_a_reason_of_its_own_only_where_the_link_is_ready() {
    let g02 = |change| said(&with(Desk::default(), change), &buy(1, REST), "G02");
    assert_eq!(g02(|c| c.account = None), Some(Hard));
    let down = g02(|c| (c.account, c.readiness) = (None, Readiness::Down));
    assert_eq!(down, None, "G01 says it");
    let blind = with(Desk::default(), |c| (c.account, c.readiness) = (None, Readiness::Down));
    let refused = blind.ask(|ctx| check_new(buy(1, REST), OrderKey::own("a"), ctx, Consent::Given)).is_err();
    assert!(refused, "and nothing is approved for nobody");
}

#[test]
fn g21_bounces_for_three_tenths_and_reminds_for_five_seconds() {
    let again = |ago: i64, change: fn(&mut Context<'_>)| {
        let now = Stamp::at(100_000_000_000);
        let before = Recent { spec: buy(1, REST), at: Stamp::at(now.wall - ago * 1_000_000), key: OrderKey::own("x") };
        said(&with(Desk { at: now, recent: vec![before], ..Desk::default() }, change), &buy(1, REST), "G21")
    };
    let four = |change| [300, 301, 5_000, 5_001].map(|ago| again(ago, change));
    assert_eq!(four(|c| c.origin = Origin::Key), [Some(Hard), Some(Note), Some(Note), None]);
    assert_eq!(four(|c| c.origin = Origin::HotKey), [Some(Hard), Some(Note), Some(Note), None]);
    assert_eq!(four(|c| c.origin = Origin::Sentence), [Some(Hard), Some(Confirm), Some(Confirm), None]);
}

#[test]
fn g21_says_how_long_ago_and_under_which_name() {
    let now = Stamp::at(100_000_000_000);
    let before = Recent { spec: buy(1, REST), at: Stamp::at(97_640_000_000), key: OrderKey::own("tw-7") };
    let desk = Desk { at: now, recent: vec![before], ..Desk::default() };
    let text = desk.ask(|ctx| assess(&buy(1, REST), ctx).findings[0].text.clone());
    assert_eq!(text, "the same order was sent 2.3 s ago as tw-7");
}

#[test]
fn g22_counts_what_is_younger_than_a_minute() {
    let rate = |ago| said(&sent(live(), 60, 1_000, ago), &buy(1_000, REST), "G22");
    assert_eq!([rate(999), rate(1_000)], [Some(Hard), None], "the sixtieth was sent 59.999 and 60 s ago");
}

#[test]
fn g22_and_g21_are_for_new_orders_alone() {
    let order = samples::own("w", 7, buy(1, REST), OrderState::Working);
    let mut desk = sent(live(), 60, 0, 0);
    desk.recent.push(Recent { spec: buy(2, REST), at: desk.at, key: OrderKey::own("y") });
    let desk = Desk { orders: vec![order.clone()], ..desk };
    let codes = desk.ask(|ctx| assess_change(&order, &buy(2, REST), ctx).findings);
    assert!(codes.iter().all(|f| !["G20", "G21", "G22"].contains(&f.code)), "{codes:?}");
    assert_eq!(said(&desk, &buy(2, REST), "G21"), Some(Hard));
    assert_eq!(said(&desk, &buy(2, REST), "G22"), Some(Hard));
}

#[test]
fn g28_is_for_market_orders_in_live_on_days_of_trading() {
    let open = |desk: Desk| at(desk, FRIDAY, 9, 30, 0);
    assert_eq!(said(&open(live()), &buy(1, None), "G28"), Some(Confirm));
    assert_eq!(said(&open(live()), &buy(1, REST), "G28"), None, "a limit fills no worse than it says");
    assert_eq!(said(&open(Desk::default()), &buy(1, None), "G28"), None, "paper");
    let always = Desk { hours: Hours::Always, ..open(live()) };
    assert_eq!(said(&always, &buy(1, None), "G28"), None, "what always trades has no open");
    assert_eq!(said(&at(live(), date(2026, 11, 21), 9, 30, 0), &buy(1, None), "G28"), None, "Saturday");
}

#[test]
fn g31_is_for_no_auction_and_not_for_the_hours_in_which_an_order_works() {
    let wakes = |day, hour, spec: &OrderSpec, hours| {
        let desk = at(Desk::default(), day, hour, 0, 0);
        sleeps_until(spec, Some(&desk.instrument), hours, desk.at).is_some()
    };
    let opg = of(Verb::Buy, Side::Buy, 1, OrderKind::MarketOnOpen);
    assert!(!wakes(FRIDAY, 3, &opg, Hours::NewYork), "an auction has a time of its own");
    assert!(wakes(FRIDAY, 3, &buy(1, REST), Hours::NewYork));
    assert!(!wakes(FRIDAY, 3, &buy(1, REST), Hours::Always));
    let night = |session| OrderSpec { session, ..buy(1, REST) };
    let sunday = date(2026, 11, 22);
    for (hour, works) in [(19, false), (20, true), (23, true)] {
        assert_eq!(!wakes(sunday, hour, &night(Session::Overnight), Hours::NewYork), works, "Sunday {hour}:00");
        assert_eq!(!wakes(sunday, hour, &night(Session::ExtendedOvernight), Hours::NewYork), works, "Sunday {hour}:00");
    }
    assert!(wakes(FRIDAY, 4, &night(Session::Overnight), Hours::NewYork), "the night ends at four");
    assert!(!wakes(FRIDAY, 4, &night(Session::ExtendedOvernight), Hours::NewYork));
}

#[test]
fn g33_has_a_cut_off_for_each_kind_of_auction_and_none_where_trading_never_ends() {
    let said_at = |kind, hour, minute, second| {
        let desk = at(Desk::default(), FRIDAY, hour, minute, second);
        said(&desk, &of(Verb::Buy, Side::Buy, 1, kind), "G33")
    };
    let limit = p("187.20");
    for (kind, hour, minute) in [
        (OrderKind::MarketOnOpen, 9, 28),
        (OrderKind::LimitOnOpen(limit), 9, 28),
        (OrderKind::MarketOnClose, 15, 55),
        (OrderKind::LimitOnClose(limit), 15, 58),
    ] {
        let steps = [(minute - 3, 59), (minute - 2, 0), (minute - 1, 59), (minute, 0)];
        let steps = steps.map(|(m, s)| said_at(kind, hour, m, s));
        assert_eq!(steps, [None, Some(Note), Some(Note), Some(Hard)], "{kind:?}");
    }
    let desk = Desk { hours: Hours::Always, ..at(Desk::default(), FRIDAY, 15, 59, 0) };
    let close = of(Verb::Buy, Side::Buy, 1, OrderKind::MarketOnClose);
    assert_eq!(said(&desk, &close, "G33"), None);
    let order = samples::own("c", 9, close, OrderState::Held);
    assert_eq!(desk.ask(|ctx| assess_cancel(&order, ctx)), []);
}

#[test]
fn g33_locks_an_order_for_an_auction_in_until_the_auction_is_held() {
    let locked = |kind, hour, minute, second| {
        let order = samples::own("c", 9, of(Verb::Buy, Side::Buy, 1, kind), OrderState::Held);
        let desk = at(Desk::default(), FRIDAY, hour, minute, second);
        desk.ask(|ctx| assess_cancel(&order, ctx).iter().any(|f| (f.code, f.weight) == ("G33", Hard)))
    };
    let table = [(15, 49, 59, false), (15, 50, 0, true), (15, 59, 59, true), (16, 0, 0, false), (16, 0, 1, false)];
    for (h, m, s, held) in table {
        assert_eq!(locked(OrderKind::MarketOnClose, h, m, s), held, "{h}:{m}:{s}");
    }
    let table = [(9, 27, 59, false), (9, 28, 0, true), (9, 29, 59, true), (9, 30, 0, false)];
    for (h, m, s, held) in table {
        assert_eq!(locked(OrderKind::MarketOnOpen, h, m, s), held, "{h}:{m}:{s}");
    }
    assert!(!locked(OrderKind::Limit(p("187")), 15, 59, 0), "a limit order is no order of an auction");
}

#[test]
fn g01_refuses_a_time_while_the_clocks_differ_and_leaves_an_order_the_time_it_has() {
    let moment = Moment { date: FRIDAY, time: None, zone: None };
    let timed = |change: fn(&mut OrderSpec, Moment)| {
        let mut spec = buy(1, REST);
        change(&mut spec, moment);
        spec
    };
    let algo = |name: &str| {
        let settings = vec![("priority".to_owned(), "normal".to_owned()), (name.to_owned(), "10:00".to_owned())];
        let mut spec = buy(1, REST);
        spec.attributes.algo = Some(Algo { name: "Twap".into(), settings, flags: Vec::new() });
        spec
    };
    let test = |at| Conditions { all: true, tests: vec![Test::Time { after: true, at }] };
    let cushion = Test::Cushion { above: true, percent: 10.into() };
    let two = Conditions { all: false, tests: vec![cushion.clone(), Test::Time { after: false, at: moment }] };
    let with_when = |when: Conditions<_>| {
        let mut spec = buy(1, REST);
        spec.attributes.when = Some(when);
        spec
    };
    let mut cancelled = buy(1, REST);
    cancelled.attributes.cancel_when = Some(test(moment));
    let off = with(Desk::default(), |c| c.clock_off = true);
    let changed = |desk: &Desk, spec: &OrderSpec| {
        let order = samples::own("a", 1, spec.clone(), OrderState::Working);
        let found = desk.ask(|ctx| assess_change(&order, spec, ctx).findings);
        found.into_iter().find(|f| f.code == "G01").map(|f| f.weight)
    };
    for spec in [
        timed(|spec, moment| spec.tif = Tif::Gtd(moment)),
        timed(|spec, moment| spec.attributes.after = Some(moment)),
        algo("from"),
        algo("to"),
        with_when(test(moment)),
        with_when(two),
        cancelled,
    ] {
        assert_eq!(said(&off, &spec, "G01"), Some(Hard), "{spec:?}");
        assert_eq!(changed(&off, &spec), Some(Note), "a change of {spec:?}");
        assert_eq!(said(&Desk::default(), &spec, "G01"), None, "the clocks agree");
    }
    let untimed = [
        buy(1, REST),
        timed(|spec, _| spec.tif = Tif::Gtc),
        algo("part"),
        with_when(Conditions { all: true, tests: vec![cushion] }),
    ];
    for spec in untimed {
        assert_eq!(said(&off, &spec, "G01"), None, "{spec:?}");
        assert_eq!(changed(&off, &spec), None, "{spec:?}");
    }
}
