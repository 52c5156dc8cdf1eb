//! Every check with a number: at its boundary, and one step to either side.
#![allow(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

use jiff::civil::{Date, date};

use super::samples::Desk;
use super::*;
use crate::domain::calendar::Hours;
use crate::domain::order::{Distance, Oca, OcaKind, OrderKind, OrderState, Session, Side, Tif, Verb};
use crate::domain::samples::{self, price as p};

const REST: Option<&str> = Some("187.20");

pub(super) fn buy(qty: i64, limit: Option<&str>) -> OrderSpec {
    samples::buy(qty, limit)
}

pub(super) fn of(verb: Verb, side: Side, qty: i64, kind: OrderKind) -> OrderSpec {
    OrderSpec { kind, ..samples::order_of(verb, side, qty, None) }
}

pub(super) fn stop(trigger: &str) -> OrderKind {
    OrderKind::Stop { trigger: p(trigger), limit: None }
}

pub(super) fn live() -> Desk {
    Desk { account: AccountId::new("U1234821"), ..Desk::default() }
}

pub(super) fn long(held: i64) -> Desk {
    Desk { position: Qty::from(held), ..Desk::default() }
}

/// The desk at a moment of New York's clock, keeping its hours.
pub(super) fn at(desk: Desk, day: Date, hour: i8, minute: i8, second: i8) -> Desk {
    let moment = day.at(hour, minute, second, 0).to_zoned(crate::clock::eastern()).unwrap();
    let nanos = i64::try_from(moment.timestamp().as_nanosecond()).unwrap();
    Desk { at: Stamp::at(nanos), hours: Hours::NewYork, ..desk }
}

/// What a check says of an order, if anything; its first words are not looked at.
pub(super) fn said(desk: &Desk, spec: &OrderSpec, code: &str) -> Option<Weight> {
    desk.ask(|ctx| assess(spec, ctx).findings.iter().find(|f| f.code == code).map(|f| f.weight))
}

/// One step below the boundary, at it, and one step above.
pub(super) fn steps(code: &str, cases: [(&Desk, OrderSpec); 3]) -> [Option<Weight>; 3] {
    cases.map(|(desk, spec)| said(desk, &spec, code))
}

use Weight::{Confirm, Hard, Note};

pub(super) fn rich(mut desk: Desk) -> Desk {
    desk.net_liquidation = Cash::from(1_000_000_000);
    desk
}

pub(super) fn limited(mut desk: Desk, change: impl FnOnce(&mut Limits)) -> Desk {
    change(&mut desk.limits);
    desk
}

pub(super) fn with(desk: Desk, change: fn(&mut Context<'_>)) -> Desk {
    Desk { change, ..desk }
}

#[test]
fn g02_an_order_for_another_account_is_refused() {
    let mut spec = buy(1, REST);
    spec.attributes.account = Some("DU0000001".into());
    assert_eq!(said(&Desk::default(), &spec, "G02"), None);
    spec.attributes.account = Some("DU0000002".into());
    assert_eq!(said(&Desk::default(), &spec, "G02"), Some(Hard));
}

#[test]
fn g03_reduce_lets_exits_pass_alone() {
    let desk = with(long(100), |c| c.reduced = true);
    assert_eq!(said(&desk, &buy(1, REST), "G03"), Some(Hard));
    assert_eq!(said(&desk, &of(Verb::Close, Side::Sell, 100, stop("180")), "G03"), None);
}

#[test]
fn g06_default_sizes_and_caps_are_met_exactly() {
    let (paper, real) = (rich(Desk::default()), rich(live()));
    let three = |desk: &Desk, at: i64| [-1, 0, 1].map(|n| said(desk, &buy(at + n, REST), "G06"));
    assert_eq!(three(&paper, 5_000), [None, None, Some(Confirm)]);
    assert_eq!(three(&real, 1_000), [None, None, Some(Confirm)]);
    let capped = limited(rich(Desk::default()), |l| l.paper.max_size = Some(Qty::from(300)));
    assert_eq!(three(&capped, 300), [None, None, Some(Hard)]);
    let own = SymbolLimits { default_size: Some(Qty::from(2)), max_size: Some(Qty::from(200)), ..Default::default() };
    let own = limited(rich(Desk::default()), |l| {
        l.symbols.insert("AAPL".into(), own);
    });
    assert_eq!(three(&own, 100), [None, None, Some(Confirm)]);
    assert_eq!(three(&own, 200), [Some(Confirm), Some(Confirm), Some(Hard)]);
}

#[test]
fn g07_percentages_and_caps_are_met_exactly() {
    // At 100.00 a share is a ten-thousandth of the account.
    let three = |desk: &Desk, at: i64| [-1, 0, 1].map(|n| said(desk, &buy(at + n, Some("100")), "G07"));
    assert_eq!(three(&live(), 2_500), [None, None, Some(Confirm)]);
    assert_eq!(three(&live(), 10_000), [Some(Confirm), Some(Confirm), Some(Hard)]);
    assert_eq!(three(&Desk::default(), 5_000), [None, None, Some(Confirm)]);
    assert_eq!(three(&Desk::default(), 40_000), [Some(Confirm), Some(Confirm), Some(Hard)]);
    let capped = limited(Desk::default(), |l| l.paper.max_value = Some(Cash::from(10_000)));
    assert_eq!(three(&capped, 100), [None, None, Some(Hard)]);
}

#[test]
fn g09_compares_with_an_average_day_where_one_is_known() {
    let three = |desk: &Desk, at: i64| [-1, 0, 1].map(|n| said(desk, &buy(at + n, REST), "G09"));
    let day: fn(&mut Context<'_>) = |c| c.average_volume = Some(Qty::from(100_000));
    assert_eq!(three(&with(rich(live()), day), 1_000), [None, None, Some(Confirm)]);
    assert_eq!(three(&with(rich(Desk::default()), day), 5_000), [None, None, Some(Confirm)]);
    assert_eq!(three(&rich(Desk::default()), 5_000), [None; 3]);
}

#[test]
fn g10_a_trail_has_a_distance() {
    let trail = |by| of(Verb::Sell, Side::Sell, 1, OrderKind::Trail { by, from: None, limit_offset: None });
    for (by, verdict) in [
        (Distance::Percent(0.into()), Some(Hard)),
        (Distance::Percent(1.into()), None),
        (Distance::Percent(99.into()), None),
        (Distance::Percent(100.into()), Some(Hard)),
        (Distance::Money(p("0")), Some(Hard)),
        (Distance::Money(p("0.01")), None),
    ] {
        assert_eq!(said(&long(1), &trail(by), "G10"), verdict, "{by:?}");
    }
}

#[test]
fn g11_asks_above_three_percent_and_g12_forbids_above_ten() {
    let ask = |limit: &str| buy(1, Some(limit));
    // 187.22 and 3 % are 192.8366, and 10 % are 205.942.
    let desk = Desk::default();
    assert_eq!(
        steps("G11", [(&desk, ask("192.82")), (&desk, ask("192.83")), (&desk, ask("192.84"))]),
        [None, None, Some(Confirm)]
    );
    assert_eq!(
        steps("G12", [(&desk, ask("205.93")), (&desk, ask("205.94")), (&desk, ask("205.95"))]),
        [None, None, Some(Hard)]
    );
    assert_eq!(said(&desk, &ask("205.95"), "G11"), None, "what is forbidden is not asked too");
    let sell = |limit: &str| of(Verb::Short, Side::Sell, 1, OrderKind::Limit(p(limit)));
    // 187.20 less 3 % is 181.584.
    assert_eq!(
        steps("G11", [(&desk, sell("181.60")), (&desk, sell("181.59")), (&desk, sell("181.58"))]),
        [None, None, Some(Confirm)]
    );
    // A cheap stock is measured in ticks: ten, and twenty.
    let cheap = Desk { quote: samples::quote("1.99", "2.00", "2.00"), ..Desk::default() };
    assert_eq!(
        steps("G11", [(&cheap, ask("2.09")), (&cheap, ask("2.10")), (&cheap, ask("2.11"))]),
        [None, None, Some(Confirm)]
    );
    assert_eq!(
        steps("G12", [(&cheap, ask("2.19")), (&cheap, ask("2.20")), (&cheap, ask("2.21"))]),
        [None, None, Some(Hard)]
    );
}

#[test]
fn g12_measures_the_limit_of_a_stop_from_its_trigger() {
    let desk = Desk { position: Qty::from(10), ..Desk::default() };
    let exit =
        |limit: &str| of(Verb::Close, Side::Sell, 10, OrderKind::Stop { trigger: p("150"), limit: Some(p(limit)) });
    assert_eq!(
        steps("G12", [(&desk, exit("135.01")), (&desk, exit("135")), (&desk, exit("134.99"))]),
        [None, None, Some(Hard)]
    );
    let blind = with(desk, |c| c.quote = None);
    assert_eq!(said(&blind, &exit("149"), "G12"), None, "the market is not needed");
}

#[test]
fn g13_says_that_a_passed_trigger_does_not_wait() {
    let desk = long(10);
    let exit = |trigger: &str| of(Verb::Close, Side::Sell, 10, stop(trigger));
    assert_eq!(
        steps("G13", [(&desk, exit("187.20")), (&desk, exit("187.21")), (&desk, exit("187.22"))]),
        [None, Some(Confirm), Some(Confirm)]
    );
    let touched =
        |trigger: &str| of(Verb::Close, Side::Sell, 10, OrderKind::Touched { trigger: p(trigger), limit: None });
    assert_eq!(
        steps("G13", [(&desk, touched("187.20")), (&desk, touched("187.21")), (&desk, touched("187.22"))]),
        [Some(Confirm), Some(Confirm), None]
    );
}

#[test]
fn g15_a_market_order_keeps_regular_hours_and_a_narrow_spread() {
    let friday = date(2026, 11, 20);
    let market = buy(1, None);
    for (h, m, s, verdict) in [(9, 29, 59, Hard), (9, 30, 0, Confirm), (15, 59, 59, Confirm), (16, 0, 0, Hard)] {
        assert_eq!(said(&at(live(), friday, h, m, s), &market, "G15"), Some(verdict), "{h}:{m}:{s}");
        assert_eq!(said(&at(Desk::default(), friday, h, m, s), &market, "G15"), None, "paper");
        let exit = samples::order_of(Verb::Close, Side::Sell, 1, None);
        let held = Desk { position: Qty::from(1), ..live() };
        let exits = (verdict == Hard).then_some(Confirm);
        assert_eq!(said(&at(held, friday, h, m, s), &exit, "G15"), exits, "an exit only asks");
    }
    let spread = |ask: &str| Desk { quote: samples::quote("99", ask, "99"), ..live() };
    let (below, edge, above) = (spread("100.99"), spread("101"), spread("101.01"));
    let cases = [(&below, market.clone()), (&edge, market.clone()), (&above, market.clone())];
    assert_eq!(steps("G15", cases), [Some(Confirm), Some(Confirm), Some(Hard)]);
    let fix = above.ask(|ctx| assess(&market, ctx).findings[0].fix.clone().unwrap());
    assert_eq!(fix.kind, OrderKind::Limit(p("101.01")));
    assert_eq!(said(&live(), &of(Verb::Buy, Side::Buy, 1, stop("190")), "G15"), Some(Note));
}

#[test]
fn g16_refuses_what_a_stock_does_not_have() {
    let kind = |kind| of(Verb::Buy, Side::Buy, 1, kind);
    let timed = |tif, session| OrderSpec { tif, session, ..buy(1, REST) };
    for (spec, verdict) in [
        (kind(OrderKind::MarketProtect), Some(Hard)),
        (kind(OrderKind::StopProtect(p("190"))), Some(Hard)),
        (kind(OrderKind::Volatility(20.into())), Some(Hard)),
        (kind(OrderKind::Midprice { cap: None }), None),
        (timed(Tif::FiveMinutes, Session::Regular), Some(Hard)),
        (timed(Tif::Ioc, Session::Extended), Some(Hard)),
        (timed(Tif::Fok, Session::Overnight), Some(Hard)),
        (timed(Tif::Ioc, Session::Regular), None),
        (timed(Tif::Day, Session::Extended), None),
    ] {
        assert_eq!(said(&Desk::default(), &spec, "G16"), verdict, "{spec:?}");
    }
}

#[test]
fn g17_counts_what_is_held_and_what_works() {
    let three = |desk: &Desk, at: i64| [-1, 0, 1].map(|n| said(desk, &buy(at + n, Some("100")), "G17"));
    assert_eq!(three(&live(), 5_000), [None, None, Some(Confirm)]);
    let held = |desk: Desk, n| Desk { position: Qty::from(n), ..desk };
    assert_eq!(three(&held(live(), 4_000), 1_000), [None, None, Some(Confirm)]);
    assert_eq!(three(&held(live(), 15_000), 5_000), [Some(Confirm), Some(Confirm), Some(Hard)]);
    assert_eq!(three(&Desk::default(), 10_000), [None, None, Some(Confirm)]);
    let working = samples::own("w", 7, buy(3_000, Some("100")), OrderState::Working);
    let desk = Desk { orders: vec![working], ..held(live(), 1_000) };
    assert_eq!(three(&desk, 1_000), [None, None, Some(Confirm)]);
    let own = SymbolLimits { max_position: Some(Qty::from(150)), ..Default::default() };
    let desk = limited(held(live(), 100), |l| {
        l.symbols.insert("AAPL".into(), own);
    });
    assert_eq!(three(&desk, 50), [None, None, Some(Hard)]);
    let fix = desk.ask(|ctx| assess(&buy(80, Some("100")), ctx).findings[0].fix.clone().unwrap());
    assert_eq!(fix.qty, Qty::from(50));
}

#[test]
fn g18_flip_says_that_zero_is_crossed_on_purpose_and_g19_what_it_opens() {
    let mut spec = samples::order_of(Verb::Sell, Side::Sell, 400, Some("187.22"));
    assert_eq!(said(&long(300), &spec, "G18"), Some(Hard));
    spec.attributes.flip = true;
    assert_eq!((said(&long(300), &spec, "G18"), said(&long(300), &spec, "G19")), (None, Some(Note)));
    let short = samples::order_of(Verb::Short, Side::Sell, 1, Some("187.22"));
    assert_eq!(said(&Desk::default(), &short, "G19"), Some(Note));
}

#[test]
fn g20_gross_and_intents_are_met_exactly() {
    let three = |desk: &Desk, at: i64| [-1, 0, 1].map(|n| said(desk, &buy(at + n, Some("100")), "G20"));
    let held = with(live(), |c| c.gross = Some(Cash::from(1_450_000)));
    assert_eq!(three(&held, 500), [None, None, Some(Confirm)]);
    let held = with(live(), |c| c.gross = Some(Cash::from(3_950_000)));
    assert_eq!(three(&held, 500), [Some(Confirm), Some(Confirm), Some(Hard)]);
    assert_eq!(said(&with(live(), |c| c.gross = None), &buy(1, REST), "G20"), Some(Note));
    let open = |n: fn(&mut Context<'_>)| said(&with(live(), n), &buy(1, REST), "G20");
    assert_eq!([open(|c| c.open_intents = 59), open(|c| c.open_intents = 60)], [None, Some(Hard)]);
    let paper = |n: fn(&mut Context<'_>)| said(&with(Desk::default(), n), &buy(1, REST), "G20");
    assert_eq!([paper(|c| c.open_intents = 199), paper(|c| c.open_intents = 200)], [None, Some(Hard)]);
}

/// A desk that sent so many different orders, so far apart, the last so long ago, in milliseconds.
pub(super) fn sent(desk: Desk, count: i64, apart: i64, ago: i64) -> Desk {
    let now = Stamp::at(100_000_000_000);
    let recent = (0..count).map(|n| Recent {
        spec: buy(n + 1, Some("100")),
        at: Stamp::at(now.wall - (ago + n * apart) * 1_000_000),
        key: OrderKey::own("x"),
    });
    Desk { at: now, recent: recent.collect(), ..desk }
}

#[test]
fn g22_pauses_entries_for_ten_seconds_after_a_burst_and_counts_a_minute() {
    let rate = |desk: Desk| said(&desk, &buy(1_000, REST), "G22");
    assert_eq!(rate(sent(live(), 4, 0, 0)), None);
    assert_eq!(rate(sent(live(), 5, 249, 0)), Some(Hard), "five within a second");
    assert_eq!(rate(sent(live(), 5, 250, 0)), None, "five in a second exactly");
    assert_eq!(rate(sent(live(), 5, 0, 9_999)), Some(Hard));
    assert_eq!(rate(sent(live(), 5, 0, 10_000)), None);
    assert_eq!(rate(sent(Desk::default(), 9, 0, 0)), None);
    assert_eq!(rate(sent(Desk::default(), 10, 0, 0)), Some(Hard));
    assert_eq!(rate(sent(live(), 59, 300, 0)), None);
    assert_eq!(rate(sent(live(), 60, 300, 0)), Some(Hard));
    assert_eq!(rate(sent(live(), 60, 1_100, 0)), None, "five of them are older than a minute");
    let exit = samples::order_of(Verb::Close, Side::Sell, 1, Some("187.22"));
    let held = Desk { position: Qty::from(1), ..sent(live(), 60, 0, 0) };
    assert_eq!(said(&held, &exit, "G22"), None);
}

#[test]
fn g24_a_loss_asks_then_leaves_exits_alone_until_it_is_released() {
    let loss = |desk: Desk, n: fn(&mut Context<'_>)| said(&with(desk, n), &buy(1, REST), "G24");
    assert_eq!(loss(live(), |c| c.day_pnl = Some(Cash::from(-20_000))), None);
    assert_eq!(loss(live(), |c| c.day_pnl = Some(Cash::from(-20_001))), Some(Confirm));
    assert_eq!(loss(live(), |c| c.day_pnl = Some(Cash::from(-40_000))), Some(Confirm));
    assert_eq!(loss(live(), |c| c.day_pnl = Some(Cash::from(-40_001))), Some(Hard));
    assert_eq!(loss(Desk::default(), |c| c.day_pnl = Some(Cash::from(-50_000))), None);
    assert_eq!(loss(Desk::default(), |c| c.day_pnl = Some(Cash::from(-100_001))), Some(Hard));
    assert_eq!(loss(live(), |c| c.day_pnl = None), Some(Note));
    let released: fn(&mut Context<'_>) = |c| {
        c.day_pnl = Some(Cash::from(-50_000));
        c.loss_released = true;
    };
    assert_eq!(loss(live(), released), Some(Confirm));
    let rows = Rows::of(Mode::Live);
    let nlv = Some(Cash::from(1_000_000));
    let beyond = [-39_999, -40_000, -40_001].map(|n| is_loss_beyond(Some(Cash::from(n)), nlv, &rows));
    assert_eq!(beyond, [false, false, true]);
}

#[test]
fn g25_needs_a_quarter_of_a_long_and_keeps_a_cushion() {
    let three = |desk: &Desk, at: i64| [-1, 0, 1].map(|n| said(desk, &buy(at + n, Some("100")), "G25"));
    // 4,000 shares at 100.00 need 100,000.
    let tight = with(rich(Desk::default()), |c| c.available = Some(Cash::from(100_000)));
    assert_eq!(three(&tight, 4_000), [None, None, Some(Hard)]);
    let thin = with(Desk::default(), |c| c.excess = Some(Cash::from(200_000)));
    assert_eq!(three(&thin, 4_000), [None, None, Some(Confirm)]);
    let short = samples::order_of(Verb::Short, Side::Sell, 3_334, Some("187.22"));
    let fix = tight.ask(|ctx| assess(&short, ctx).findings[0].fix.clone().unwrap());
    assert_eq!(fix.qty, Qty::from(1_780), "30 % of a short");
    assert_eq!(said(&with(live(), |c| c.available = None), &buy(1, REST), "G25"), Some(Note));
}

#[test]
fn g26_never_trades_with_itself() {
    let resting =
        samples::own("w", 7, samples::order_of(Verb::Sell, Side::Sell, 100, Some("187.22")), OrderState::Working);
    let desk = Desk { orders: vec![resting.clone()], ..long(100) };
    let cases = [(&desk, buy(1, Some("187.21"))), (&desk, buy(1, Some("187.22"))), (&desk, buy(1, Some("187.23")))];
    assert_eq!(steps("G26", cases), [None, Some(Hard), Some(Hard)]);
    let fix = desk.ask(|ctx| assess(&buy(1, Some("187.23")), ctx).findings.iter().find_map(|f| f.fix.clone()).unwrap());
    assert_eq!(fix.kind, OrderKind::Limit(p("187.21")));
    assert_eq!(said(&desk, &buy(1, None), "G26"), Some(Hard), "it is the best offer");
    let behind =
        samples::own("w", 7, samples::order_of(Verb::Sell, Side::Sell, 100, Some("187.23")), OrderState::Working);
    let desk = Desk { orders: vec![behind], ..long(100) };
    assert_eq!(said(&desk, &buy(1, None), "G26"), None);
    let stopped = samples::own("w", 7, of(Verb::Sell, Side::Sell, 100, stop("187.00")), OrderState::Working);
    let desk = Desk { orders: vec![stopped], ..long(100) };
    assert_eq!(said(&desk, &buy(1, Some("187.22")), "G26"), None, "a stop does not rest in the book");
}

#[test]
fn g28_a_market_order_asks_within_a_minute_of_the_open() {
    let friday = date(2026, 11, 20);
    let cases = [((9, 28, 59), None), ((9, 29, 0), Some(Confirm)), ((9, 31, 0), Some(Confirm)), ((9, 31, 1), None)];
    for ((h, m, s), verdict) in cases {
        assert_eq!(said(&at(live(), friday, h, m, s), &buy(1, None), "G28"), verdict, "{h}:{m}:{s}");
    }
}

#[test]
fn g30_an_unknown_fate_holds_entries_and_names_what_passes() {
    let lost = samples::own("w", 32, samples::order_of(Verb::Sell, Side::Sell, 100, Some("190")), OrderState::Unknown);
    let desk = Desk { orders: vec![lost], ..long(300) };
    let close = |n| samples::order_of(Verb::Close, Side::Sell, n, Some("187.22"));
    assert_eq!(steps("G30", [(&desk, close(199)), (&desk, close(200)), (&desk, close(201))]), [None, None, Some(Hard)]);
    let found = desk.ask(|ctx| assess(&close(201), ctx).findings);
    let text = &found.iter().find(|f| f.code == "G30").unwrap().text;
    assert_eq!(text, "AAPL has an order with unknown outcome, #32. Exits up to 200 pass");
}

#[test]
fn g31_says_when_an_order_wakes_and_asks_where_a_fill_was_expected() {
    let wakes = |day: Date, hour, minute, session| {
        let desk = at(Desk::default(), day, hour, minute, 0);
        let spec = OrderSpec { session, ..buy(1, REST) };
        sleeps_until(&spec, None, Hours::NewYork, desk.at).map(|z| z.strftime("%a %d %H:%M").to_string())
    };
    let friday = date(2026, 11, 20);
    let table = [
        (friday, (9, 29), Session::Regular, Some("Fri 20 09:30")),
        (friday, (9, 30), Session::Regular, None),
        (friday, (15, 59), Session::Regular, None),
        (friday, (16, 0), Session::Regular, Some("Mon 23 09:30")),
        (friday, (3, 59), Session::Extended, Some("Fri 20 04:00")),
        (friday, (4, 0), Session::Extended, None),
        (friday, (20, 0), Session::Extended, Some("Mon 23 04:00")),
        (friday, (12, 0), Session::Overnight, Some("Sun 22 20:00")),
        (friday, (20, 0), Session::ExtendedOvernight, Some("Sun 22 20:00")),
        (date(2026, 11, 25), (16, 0), Session::Regular, Some("Fri 27 09:30")),
        (date(2026, 11, 27), (13, 0), Session::Regular, Some("Mon 30 09:30")),
    ];
    for (day, (h, m), session, expected) in table {
        assert_eq!(wakes(day, h, m, session).as_deref(), expected, "{day} {h}:{m} {session:?}");
    }
    let early = at(Desk::default(), friday, 9, 0, 0);
    let cases = [(&early, buy(1, Some("187.20"))), (&early, buy(1, Some("187.22"))), (&early, buy(1, Some("187.23")))];
    assert_eq!(steps("G31", cases), [Some(Note), Some(Confirm), Some(Confirm)]);
    let exit = samples::order_of(Verb::Close, Side::Sell, 1, None);
    assert_eq!(said(&at(long(1), friday, 9, 0, 0), &exit, "G31"), Some(Note), "an exit is never asked");
}

#[test]
fn g32_takes_nothing_for_cover_that_does_not_close_the_position_for_sure() {
    let own = |name, id, verb, side, n, kind| samples::own(name, id, of(verb, side, n, kind), OrderState::Working);
    let guard = own("s", 9, Verb::Sell, Side::Sell, 100, stop("180"));
    let of_group = |mut order: Order| {
        order.spec.attributes.oca = Some(Oca { name: "exit~1".into(), kind: OcaKind::Reduce });
        order
    };
    let asks = |cancelled: &Order, n: i64, orders: Vec<Order>| {
        let desk = Desk { position: Qty::from(n), orders, ..live() };
        desk.ask(|ctx| assess_cancel(cancelled, ctx).iter().any(|f| (f.code, f.weight) == ("G32", Confirm)))
    };
    let bracket = |filled: i64| {
        let mut entry = own("e", 10, Verb::Buy, Side::Buy, 100, OrderKind::Limit(p("187")));
        entry.filled = Qty::from(filled);
        let exit = own("x", 11, Verb::Sell, Side::Sell, 100, stop("181"));
        vec![guard.clone(), entry, Order { parent: Some(OrderKey::own("e")), ..exit }]
    };
    assert!(asks(&guard, 100, bracket(0)), "the other stop waits for its entry");
    assert!(!asks(&bracket(0)[2], 100, bracket(0)), "which protects nothing");
    assert!(asks(&guard, 130, bracket(30)), "it closes 30 by now");
    assert!(!asks(&guard, 30, bracket(30)));
    // Of a group one fills and the others go.
    let twin = |name, id, n| of_group(own(name, id, Verb::Sell, Side::Sell, n, stop("179")));
    let group = vec![guard.clone(), twin("a", 10, 60), twin("b", 11, 40)];
    assert!(asks(&guard, 100, group.clone()), "the group closes 60");
    assert!(!asks(&group[2], 160, group.clone()), "the larger stands for both");
    assert!(asks(&group[1], 160, group.clone()));
    for state in [OrderState::Cancelling, OrderState::Unknown] {
        let other = Order { state, ..own("u", 12, Verb::Sell, Side::Sell, 100, stop("179")) };
        assert!(asks(&guard, 100, vec![guard.clone(), other]), "{state:?}");
    }
}

#[test]
fn g32_asks_before_a_position_loses_its_stop() {
    let guard = samples::own("s", 9, of(Verb::Sell, Side::Sell, 100, stop("180")), OrderState::Working);
    let target =
        samples::own("t", 10, samples::order_of(Verb::Sell, Side::Sell, 100, Some("190")), OrderState::Working);
    let weigh = |desk: Desk| desk.ask(|ctx| assess_cancel(&guard, ctx).first().map(|f| (f.code, f.weight)));
    let held = |desk: Desk, n, orders| Desk { position: Qty::from(n), orders, ..desk };
    assert_eq!(weigh(held(live(), 100, vec![guard.clone()])), Some(("G32", Confirm)));
    assert_eq!(weigh(held(Desk::default(), 100, vec![guard.clone()])), Some(("G32", Note)));
    assert_eq!(weigh(held(live(), 0, vec![guard.clone()])), None);
    let other = samples::own("u", 11, of(Verb::Sell, Side::Sell, 100, stop("179")), OrderState::Working);
    assert_eq!(weigh(held(live(), 100, vec![guard.clone(), other.clone()])), None);
    assert_eq!(weigh(held(live(), 101, vec![guard.clone(), other])), Some(("G32", Confirm)));
    let desk = held(live(), 100, vec![guard.clone(), target.clone()]);
    assert!(desk.ask(|ctx| assess_cancel(&target, ctx)).is_empty(), "a target protects nothing");
    let changed = |n: i64, kind| {
        let spec = of(Verb::Sell, Side::Sell, n, kind);
        let desk = held(live(), 100, vec![guard.clone()]);
        desk.ask(|ctx| assess_change(&guard, &spec, ctx).findings.iter().any(|f| f.code == "G32"))
    };
    assert_eq!(
        [changed(99, stop("180")), changed(100, stop("181")), changed(100, OrderKind::Limit(p("190")))],
        [true, false, true]
    );
}

#[test]
fn g33_knows_the_cut_offs_of_each_exchange_and_of_half_days() {
    let (friday, half) = (date(2026, 11, 20), date(2026, 11, 27));
    let moc = || of(Verb::Buy, Side::Buy, 1, OrderKind::MarketOnClose);
    let loc = || of(Verb::Buy, Side::Buy, 1, OrderKind::LimitOnClose(p("187.20")));
    let moo = || of(Verb::Buy, Side::Buy, 1, OrderKind::MarketOnOpen);
    let table = [
        ("NASDAQ", friday, (15, 52, 59), moc(), None),
        ("NASDAQ", friday, (15, 53, 0), moc(), Some(Note)),
        ("NASDAQ", friday, (15, 54, 59), moc(), Some(Note)),
        ("NASDAQ", friday, (15, 55, 0), moc(), Some(Hard)),
        ("NASDAQ", friday, (15, 59, 59), moc(), Some(Hard)),
        ("NASDAQ", friday, (16, 0, 0), moc(), None),
        ("NASDAQ", friday, (15, 57, 59), loc(), Some(Note)),
        ("NASDAQ", friday, (15, 58, 0), loc(), Some(Hard)),
        ("NYSE", friday, (15, 49, 59), loc(), Some(Note)),
        ("NYSE", friday, (15, 50, 0), loc(), Some(Hard)),
        ("NYSE", half, (12, 50, 0), moc(), Some(Hard)),
        ("NYSE", half, (12, 47, 59), moc(), None),
        ("NYSE", friday, (9, 27, 59), moo(), Some(Note)),
        ("NYSE", friday, (9, 28, 0), moo(), Some(Hard)),
        ("NYSE", friday, (9, 30, 0), moo(), None),
    ];
    for (exchange, day, (h, m, s), spec, verdict) in table {
        let mut desk = at(Desk::default(), day, h, m, s);
        desk.instrument.primary_exchange = SafeText::new(exchange);
        assert_eq!(said(&desk, &spec, "G33"), verdict, "{exchange} {day} {h}:{m}:{s} {:?}", spec.kind);
    }
    let order = samples::own("c", 9, moc(), OrderState::Held);
    for (m, s, held) in [(49, 59, false), (50, 0, true)] {
        let desk = at(Desk::default(), friday, 15, m, s);
        let codes = desk.ask(|ctx| assess_cancel(&order, ctx).iter().map(|f| f.code).collect::<Vec<_>>());
        assert_eq!(codes == ["G33"], held, "15:{m}:{s}");
    }
}

#[test]
fn an_approval_keeps_what_was_said_and_by_which_limits() {
    let desk = Desk::default();
    let passed = desk.ask(|ctx| check_new(buy(1, Some("187.22")), OrderKey::own("a"), ctx, Consent::None)).unwrap();
    assert_eq!(passed.findings().iter().map(|f| f.code).collect::<Vec<_>>(), ["G13"]);
    assert_eq!(passed.limits(), Limits::default().fingerprint());
    let mut tighter = Limits::default();
    tighter.live.loss_max = 3.into();
    assert_ne!(tighter.fingerprint(), passed.limits());
}

#[test]
fn exits_of_a_group_pass_at_full_size_whatever_the_account_says() {
    let group = |spec: OrderSpec| {
        let mut spec = spec;
        spec.attributes.oca = Some(Oca { name: "x".into(), kind: OcaKind::Reduce });
        spec
    };
    let target =
        samples::own("t", 9, group(samples::order_of(Verb::Close, Side::Sell, 100, Some("190"))), OrderState::Working);
    let desk = Desk { orders: vec![target], position: Qty::from(100), ..live() };
    let desk = with(desk, |c| {
        c.halted = true;
        c.reduced = true;
        c.day_pnl = Some(Cash::from(-900_000));
        c.available = Some(Cash::from(-1));
        c.gross = None;
        c.net_liquidation = None;
        c.open_intents = 1_000;
    });
    let exit = |kind| group(of(Verb::Close, Side::Sell, 100, kind));
    let trail = OrderKind::Trail { by: Distance::Percent(1.into()), from: None, limit_offset: None };
    for kind in [stop("180"), trail, OrderKind::Limit(p("187.20"))] {
        let found = desk.ask(|ctx| assess(&exit(kind), ctx));
        assert_eq!((found.class, found.worst()), (Class::Exit, None), "{found:?}");
    }
    let found = desk.ask(|ctx| assess(&of(Verb::Close, Side::Sell, 100, stop("180")), ctx));
    assert_eq!((found.class, found.worst()), (Class::Entry, Some(Hard)), "without the group it is none");
}
