//! The guard against drafts and books at random: nothing forbidden becomes an [`Approved`], no exit is held back.
//!
//! The normal run takes some thousands of each. A million of each, with the seed printed:
//! `cargo test --release --lib risk::property_tests -- --ignored --nocapture`; `PROPTEST_RNG_SEED` sets the seed.
//! Mutation testing of the guard: `.ci/mutants`.
#![allow(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::samples::Desk;
use super::*;
use crate::domain::calendar::Hours;
use crate::domain::order::{Distance, Oca, OcaKind, OrderKind, OrderState, Peg, Session, Tif, Verb};
use crate::domain::quote::Truth;
use crate::domain::samples;
use crate::money::Price;

const QUICK: u32 = 3_000;
const MILLION: u32 = 1_000_000;

fn runner(cases: u32) -> TestRunner {
    let given = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| u64::try_from(Stamp::now().wall).unwrap());
    println!("seed {seed}");
    TestRunner::new(Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..Config::default() })
}

/// A price of so many hundredths of a cent.
fn at(n: i64) -> Price {
    Price(rust_decimal::Decimal::new(n, 4))
}

fn prices() -> impl Strategy<Value = Price> {
    // Mostly around the market and on the tick, sometimes anywhere.
    prop_oneof![6 => (16_000..22_000_i64).prop_map(|n| at(n * 100)), 1 => (-10..4_000_000_i64).prop_map(at)]
}

fn kinds() -> impl Strategy<Value = OrderKind> {
    let plain = prop_oneof![
        Just(OrderKind::Market),
        Just(OrderKind::MarketOnClose),
        Just(OrderKind::MarketOnOpen),
        Just(OrderKind::MarketToLimit),
        Just(OrderKind::MarketProtect),
        Just(OrderKind::Volatility(20.into())),
    ];
    let priced = (prices(), prop::option::of(prices()), 0..10_u8).prop_map(|(p, q, n)| match n {
        0..=3 => OrderKind::Limit(p),
        4 => OrderKind::Stop { trigger: p, limit: q },
        5 => OrderKind::Touched { trigger: p, limit: q },
        6 => OrderKind::Trail { by: Distance::Money(p), from: q, limit_offset: None },
        7 => OrderKind::LimitOnClose(p),
        8 => OrderKind::Midprice { cap: q },
        _ => OrderKind::Pegged { to: Peg::SnapMarket, offset: None, cap: q },
    });
    prop_oneof![1 => plain, 3 => priced]
}

fn sessions() -> impl Strategy<Value = Session> {
    let all = [Session::Regular, Session::Extended, Session::Overnight, Session::ExtendedOvernight];
    prop::sample::select(all.to_vec())
}

fn drafts() -> impl Strategy<Value = OrderSpec> {
    let verbs = [
        (Verb::Buy, Side::Buy),
        (Verb::Sell, Side::Sell),
        (Verb::Short, Side::Sell),
        (Verb::Close, Side::Sell),
        (Verb::Close, Side::Buy),
    ];
    let tifs = [Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::FiveMinutes];
    let qty = prop_oneof![4 => 0..1_000_i64, 1 => 1_000..50_000_i64];
    (prop::sample::select(verbs.to_vec()), qty, kinds(), prop::sample::select(tifs.to_vec()), sessions(), any::<bool>())
        .prop_map(|((verb, side), qty, kind, tif, session, grouped)| {
            let mut spec = OrderSpec { kind, tif, session, ..samples::order_of(verb, side, qty, None) };
            spec.attributes.oca = grouped.then(|| Oca { name: "x".into(), kind: OcaKind::Reduce });
            spec
        })
}

fn orders() -> impl Strategy<Value = Vec<Order>> {
    let states = [OrderState::Working, OrderState::Held, OrderState::Cancelling, OrderState::Unknown];
    let one = (drafts(), prop::sample::select(states.to_vec()), any::<bool>());
    prop::collection::vec(one, 0..4).prop_map(|list| {
        let named = list.into_iter().enumerate();
        let order = |(n, (spec, state, child)): (usize, (OrderSpec, OrderState, bool))| {
            let key = n.to_string();
            let order = samples::own(&key, i32::try_from(n).unwrap() + 1, spec, state);
            Order { parent: (child && n > 0).then(|| OrderKey::own("0")), ..order }
        };
        named.map(order).collect()
    })
}

/// What of the desk is not right, beside the book.
#[derive(Debug, Clone)]
struct Weather {
    live: bool,
    halted: bool,
    reduced: bool,
    truth: Truth,
    day_pnl: Option<i64>,
    available: Option<i64>,
    gross: Option<i64>,
    net: Option<i64>,
    open: usize,
    moment: i64,
    always: bool,
}

fn weather() -> impl Strategy<Value = Weather> {
    let truths = vec![Truth::Live, Truth::Frozen, Truth::Delayed, Truth::Halted, Truth::Asked];
    let amount = || prop::option::weighted(0.8, -500_000..5_000_000_i64);
    let states = (any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::sample::select(truths));
    // Any minute of 2026.
    let clock = (0..525_600_i64, any::<bool>());
    (states, (amount(), amount(), amount(), amount()), 0..300_usize, clock).prop_map(
        |((live, halted, reduced, truth), (day_pnl, available, gross, net), open, (minute, always))| Weather {
            live,
            halted,
            reduced,
            truth,
            day_pnl: day_pnl.map(|n| n / 10),
            available,
            gross,
            net,
            open,
            moment: (1_767_225_600 + minute * 60) * 1_000_000_000,
            always,
        },
    )
}

fn ask<T>(desk: &Desk, weather: &Weather, question: impl FnOnce(&Context<'_>) -> T) -> T {
    let live = AccountId::new("U1234821");
    desk.ask(|ctx| {
        let mut ctx = ctx.clone();
        if weather.live {
            (ctx.account, ctx.mode) = (Some(&live), Mode::Live);
        }
        ctx.at = Stamp::at(weather.moment);
        ctx.hours = if weather.always { Hours::Always } else { Hours::NewYork };
        (ctx.halted, ctx.reduced, ctx.truth, ctx.open_intents) =
            (weather.halted, weather.reduced, weather.truth, weather.open);
        ctx.day_pnl = weather.day_pnl.map(Cash::from);
        (ctx.available, ctx.excess) = (weather.available.map(Cash::from), weather.available.map(Cash::from));
        (ctx.gross, ctx.net_liquidation) = (weather.gross.map(Cash::from), weather.net.map(Cash::from));
        question(&ctx)
    })
}

/// What must hold of whatever was approved, said without the guard's own words.
fn fair(spec: &OrderSpec, class: Class, ctx: &Context<'_>) -> Result<(), TestCaseError> {
    prop_assert!(spec.qty.is_positive());
    for price in spec.kind.limit().into_iter().chain(spec.kind.trigger()) {
        prop_assert!(price.is_positive() && samples::apple().rule.accepts(price), "{price}");
    }
    let position = ctx.position.unwrap();
    let after = if spec.side == Side::Buy { position.plus(spec.qty) } else { position.minus(spec.qty) }.unwrap();
    if class == Class::Exit {
        prop_assert!(after.abs() <= position.abs() && (after.0 * position.0) >= 0.into());
        return Ok(());
    }
    prop_assert!(!ctx.halted && !ctx.reduced);
    prop_assert!(!ctx.working.iter().any(|o| o.state == OrderState::Unknown));
    prop_assert!(spec.verb != Verb::Sell && spec.verb != Verb::Close, "an entry that sells says short");
    let nlv = ctx.net_liquidation.unwrap().0;
    let rows = ctx.limits.rows(ctx.mode);
    if let Some(limit) = spec.kind.limit() {
        prop_assert!(limit.0 * spec.qty.0 * rust_decimal::Decimal::ONE_HUNDRED <= nlv * rows.value_max);
    }
    if let Some(pnl) = ctx.day_pnl {
        prop_assert!(-pnl.0 * rust_decimal::Decimal::ONE_HUNDRED <= nlv * rows.loss_max);
    }
    prop_assert!(i64::try_from(ctx.open_intents).unwrap() < rows.open_intents);
    prop_assert!(!spec.kind.takes_at_once() || ctx.truth.is_live());
    Ok(())
}

fn nothing_forbidden_is_approved(cases: u32) {
    let (count, entered) = (std::cell::Cell::new(0_u32), std::cell::Cell::new(0_u32));
    let strategy = (drafts(), -500..500_i64, orders(), weather());
    let result = runner(cases).run(&strategy, |(spec, held, orders, weather)| {
        let desk = Desk { position: Qty::from(held), orders, ..Desk::default() };
        ask(&desk, &weather, |ctx| {
            let verdict = assess(&spec, ctx);
            match check_new(spec.clone(), OrderKey::own("a"), ctx, Consent::Given) {
                Ok(passed) => {
                    prop_assert_ne!(verdict.worst(), Some(Weight::Hard));
                    count.set(count.get() + 1);
                    entered.set(entered.get() + u32::from(passed.class() == Class::Entry));
                    fair(passed.spec(), passed.class(), ctx)?;
                }
                Err(refused) => prop_assert_eq!(refused.worst(), Some(Weight::Hard)),
            }
            Ok(())
        })
    });
    let (approved, entries) = (count.get(), entered.get());
    println!("{cases} drafts, {approved} approved, {entries} of them entries");
    result.unwrap();
    assert!(entries > 0 && approved > entries, "the drafts reach neither side of the guard");
}

/// A position, the exits at work beside the one that is judged, and that one.
fn books() -> impl Strategy<Value = (i64, Vec<Order>, OrderSpec)> {
    let exit = (0..4_u8, 0..200_i64, any::<bool>(), sessions());
    (1..1_000_i64, any::<bool>(), 0..=100_i64, 0..=100_i64, exit, any::<bool>()).prop_map(
        |(size, long, others, mine, (kind, away, grouped, session), add)| {
            let (side, sign) = if long { (Side::Sell, 1) } else { (Side::Buy, -1) };
            // The others take a part of the position, the exit at most the rest.
            let taken = (size - 1) * others / 100;
            let qty = ((size - taken) * mine / 100).max(1);
            let price = |n: i64| at(1_872_100 + sign * n * 100);
            let kind = match kind {
                0 => OrderKind::Stop { trigger: price(-100 - away), limit: None },
                1 => OrderKind::Stop { trigger: price(-100 - away), limit: Some(price(-200 - away)) },
                2 => OrderKind::Trail { by: Distance::Percent(1.into()), from: None, limit_offset: None },
                _ => OrderKind::Limit(price(away + 5)),
            };
            let close = |qty: i64, kind| OrderSpec { kind, ..samples::order_of(Verb::Close, side, qty, None) };
            let group = |spec: OrderSpec| {
                let mut spec = spec;
                spec.attributes.oca = grouped.then(|| Oca { name: "x".into(), kind: OcaKind::Reduce });
                spec
            };
            let mut orders = Vec::new();
            let mut work = |key: &str, spec| orders.push(samples::own(key, 7, spec, OrderState::Working));
            if taken > 0 {
                work("o", close(taken, OrderKind::Limit(price(300))));
            }
            if grouped {
                work("m", group(close(qty, OrderKind::Limit(price(400)))));
            }
            if add {
                // An entry of the other side, away from the market, with a stop that waits for it.
                let (verb, kind) = if long { (Verb::Buy, price(-500)) } else { (Verb::Short, price(-500)) };
                let entry = samples::order_of(verb, side.opposite(), 50, None);
                work("e", OrderSpec { kind: OrderKind::Limit(kind), ..entry });
                let child = close(50, OrderKind::Stop { trigger: price(-700), limit: None });
                orders
                    .push(Order { parent: Some(OrderKey::own("e")), ..samples::own("c", 8, child, OrderState::Held) });
            }
            (size * sign, orders, OrderSpec { session, ..group(close(qty, kind)) })
        },
    )
}

fn every_exit_passes(cases: u32) {
    let strategy = (books(), weather());
    let result = runner(cases).run(&strategy, |((held, orders, spec), weather)| {
        let recent = vec![Recent { spec: spec.clone(), at: Stamp::at(weather.moment), key: OrderKey::own("r") }; 400];
        let desk = Desk { position: Qty::from(held), orders, recent, ..Desk::default() };
        ask(&desk, &weather, |ctx| {
            let verdict = assess(&spec, ctx);
            prop_assert_eq!(verdict.class, Class::Exit);
            prop_assert!(verdict.worst().is_none_or(|w| w == Weight::Note), "{:?}", verdict);
            let consent = if weather.live { Consent::Given } else { Consent::None };
            prop_assert!(check_new(spec.clone(), OrderKey::own("a"), ctx, consent).is_ok());
            Ok(())
        })
    });
    println!("{cases} books, every exit passed: {}", result.is_ok());
    result.unwrap();
}

/// A position with exits of ours that claim at most all of it, by groups, and one more exit.
fn claimed() -> impl Strategy<Value = (i64, Vec<Order>, OrderSpec)> {
    let groups = prop::collection::vec((1..100_i64, 0..4_u8, 0..30_i64), 0..4);
    (any::<bool>(), groups, 0..100_i64, 1..300_i64, 0..4_u8).prop_map(|(long, groups, free, size, kind)| {
        let (side, sign) = if long { (Side::Sell, 1) } else { (Side::Buy, -1) };
        let at = |n: i64| at(1_872_100 + sign * n * 100);
        let close = |qty: i64, kind| OrderSpec { kind, ..samples::order_of(Verb::Close, side, qty, None) };
        let stop = |n: i64| OrderKind::Stop { trigger: at(-100 - n), limit: None };
        let (mut orders, mut held) = (Vec::new(), free);
        for (n, (size, what, away)) in groups.into_iter().enumerate() {
            let oca = Oca { name: format!("g{n}"), kind: OcaKind::Reduce };
            let mut work = |nth: i32, mut spec: OrderSpec, tied: bool| {
                spec.attributes.oca = tied.then(|| oca.clone());
                let id = i32::try_from(n).unwrap() * 2 + nth + 1;
                orders.push(samples::own(&id.to_string(), id, spec, OrderState::Working));
            };
            match what {
                0 => work(0, close(size, stop(away)), false),
                1 => work(0, close(size, OrderKind::Limit(at(100 + away))), false),
                _ => {
                    work(0, close(size, stop(away)), true);
                    work(1, close(size, OrderKind::Limit(at(100 + away))), true);
                }
            }
            held += size;
        }
        let kind = if kind == 0 { stop(5) } else { OrderKind::Limit(at(5)) };
        (held * sign, orders, close(size.min(held.max(1)), kind))
    })
}

/// How much of a position these orders can close at most, and how much of it stops can.
fn reach(desk: &Desk, side: Side) -> (Qty, Qty) {
    let stops: Vec<Order> = desk.orders.iter().filter(|o| o.spec.kind.is_triggered()).cloned().collect();
    let all = desk.ask(|ctx| working_of_side(side, &samples::order_of(Verb::Close, side, 1, None), ctx).unwrap());
    let stops = Desk { orders: stops, ..desk.clone() };
    (all, stops.ask(|ctx| working_of_side(side, &samples::order_of(Verb::Close, side, 1, None), ctx).unwrap()))
}

fn room_never_crosses_zero_nor_bares(cases: u32) {
    let made = std::cell::Cell::new(0_u32);
    let result = runner(cases).run(&claimed(), |(held, orders, spec)| {
        let mut desk = Desk { position: Qty::from(held), orders, ..Desk::default() };
        let Some(room) = desk.ask(|ctx| room(&spec, ctx)) else { return Ok(()) };
        made.set(made.get() + 1);
        let size = Qty::from(held.abs());
        let (_, covered) = reach(&desk, spec.side);
        for yields in &room.yields {
            let at = desk.orders.iter().position(|o| o.key == yields.key).unwrap();
            prop_assert!(yields.to < yields.from);
            if yields.to.is_zero() {
                desk.orders.remove(at);
            } else {
                let order = desk.orders[at].clone();
                let spec = OrderSpec { qty: yields.to, ..order.spec.clone() };
                let passed = desk.ask(|ctx| check_change(&order, spec.clone(), ctx, Consent::Given).is_ok());
                prop_assert!(passed, "each step passes the guard");
                desk.orders[at].spec = spec;
            }
            prop_assert!(reach(&desk, spec.side).0 <= size);
        }
        let (beside, exit) = room.grouped(&spec, &OrderKey::own("new"));
        for (id, spec) in beside.into_iter().chain([exit]).enumerate() {
            let passed = desk.ask(|ctx| check_new(spec.clone(), OrderKey::own("new"), ctx, Consent::Given));
            prop_assert_eq!(passed.map(|passed| passed.class()).ok(), Some(Class::Exit));
            desk.orders.push(samples::own(&format!("n{id}"), 90, spec, OrderState::Working));
            prop_assert!(reach(&desk, desk.orders[0].spec.side).0 <= size);
        }
        prop_assert!(reach(&desk, spec.side).1 >= covered, "{:?} leaves less behind stops", room);
        Ok(())
    });
    println!("{cases} books, room made in {}: {}", made.get(), result.is_ok());
    result.unwrap();
    assert!(made.get() > cases / 20, "room is hardly ever made");
}

#[test]
fn some_thousand_exits_get_room_without_crossing_zero_or_baring_the_position() {
    room_never_crosses_zero_nor_bares(QUICK);
}

#[test]
#[ignore = "a million exits, see the head"]
fn a_million_exits_get_room_without_crossing_zero_or_baring_the_position() {
    room_never_crosses_zero_nor_bares(MILLION);
}

#[test]
fn some_thousand_drafts_and_none_that_is_forbidden_becomes_an_approval() {
    nothing_forbidden_is_approved(QUICK);
}

#[test]
fn some_thousand_books_and_every_exit_that_is_allowed_passes() {
    every_exit_passes(QUICK);
}

#[test]
#[ignore = "a million drafts, see the head"]
fn a_million_drafts_and_none_that_is_forbidden_becomes_an_approval() {
    nothing_forbidden_is_approved(MILLION);
}

#[test]
#[ignore = "a million books, see the head"]
fn a_million_books_and_every_exit_that_is_allowed_passes() {
    every_exit_passes(MILLION);
}
