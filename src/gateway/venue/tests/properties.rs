//! What holds whatever the market does and whatever clients ask for.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

use super::super::*;
use super::reference;
use super::script::*;
use crate::gateway::store::Store;
use crate::money::{Price, Qty};

const END: Nanos = 40 * LEAF;

/// A whole session: every act, then to the end; `cuts` are further moments to step to.
fn session(script: &Script, acts: &[(Nanos, Act)], cuts: &[Nanos]) -> (Venue, Vec<Event>) {
    let mut venue = Venue::new(0, script);
    let mut events = Vec::new();
    let mut cuts: Vec<Nanos> = cuts.to_vec();
    cuts.sort_unstable();
    for (at, what) in acts {
        for cut in cuts.iter().filter(|cut| **cut <= *at) {
            events.extend(venue.step(*cut, script));
        }
        events.extend(act(&mut venue, script, *at, what));
    }
    for cut in cuts {
        events.extend(venue.step(cut, script));
    }
    events.extend(venue.step(END, script));
    events.retain(|event| !matches!(event, Event::AccountChanged));
    (venue, events)
}

/// The acts that the venue let in.
fn accepted(script: &Script, acts: &[(Nanos, Act)]) -> Vec<(Nanos, Act)> {
    let mut venue = Venue::new(0, script);
    let mut let_in = Vec::new();
    for (at, what) in acts {
        venue.step(*at, script);
        let events = act(&mut venue, script, *at, what);
        let refused = |event: &Event| matches!(event, Event::Error(r) if ![202, 399, 2109].contains(&r.code));
        if matches!(what, Act::CancelAll) || !events.iter().any(refused) {
            let_in.push((*at, what.clone()));
        }
    }
    let_in
}

/// Engine and reference: the same fills, and so the same cash and positions.
fn agrees(script: &Script, acts: &[(Nanos, Act)]) -> Result<usize, TestCaseError> {
    let let_in = accepted(script, acts);
    let (venue, _) = session(script, &let_in, &[]);
    let tick = Decimal::from(100);
    let fills: Vec<reference::Fill> = venue
        .executions
        .iter()
        .map(|e| (e.order_id, e.at, tape::shares(e.quantity), i64::try_from(e.price.0 * tick).unwrap()))
        .collect();
    let naive = reference::fills(script, &let_in, END);
    prop_assert_eq!(&fills, &naive);
    let mut cash = Decimal::from(STARTING_CASH);
    let mut held: BTreeMap<ConId, i64> = BTreeMap::new();
    for (execution, (_, _, shares, price)) in venue.executions.iter().zip(&naive) {
        let sign = if execution.action == Action::Buy { 1 } else { -1 };
        *held.entry(execution.con_id).or_default() += sign * shares;
        cash -= Decimal::new(sign * shares * price, 2) + execution.commission.amount.0;
    }
    prop_assert_eq!(venue.cash().0, cash);
    for (con_id, shares) in held {
        prop_assert_eq!(venue.ledger.quantity(con_id), Qty::from(shares));
    }
    Ok(fills.len())
}

/// Lets engine and reference live through random streams of orders; answers how many had fills, and how many fills.
fn compare(cases: u32) -> (u32, usize) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (any_script(), prop_oneof![1 => any_acts(), 3 => fitting_acts()]);
    let (with_fills, fills) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let outcome = TestRunner::new(config).run(&strategy, |(script, acts)| {
        let found = agrees(&script, &acts)?;
        with_fills.set(with_fills.get() + u32::from(found > 0));
        fills.set(fills.get() + found);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    (with_fills.get(), fills.get())
}

#[test]
fn the_engine_fills_as_the_naive_reference_does() {
    let (with_fills, _) = compare(300);
    assert!(with_fills > 200, "{with_fills} of 300 streams had fills");
}

#[test]
#[ignore = "takes a minute: cargo test --lib ten_thousand -- --ignored --nocapture"]
fn ten_thousand_streams_fill_as_the_naive_reference_does() {
    let (with_fills, fills) = compare(10_000);
    println!("10000 streams, {with_fills} with fills, {fills} fills, all alike");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn one_stride_or_many_give_the_same_events(
        script in any_script(),
        acts in prop_oneof![any_acts(), fitting_acts()],
        cuts in prop::collection::vec(0..END, 0..60),
    ) {
        let (once, events) = session(&script, &acts, &[]);
        let (often, same) = session(&script, &acts, &cuts);
        prop_assert_eq!(events, same);
        prop_assert_eq!(once.saved(), often.saved());
    }

    #[test]
    fn shares_and_cash_are_conserved(script in any_script(), acts in prop_oneof![any_acts(), fitting_acts()]) {
        let (venue, _) = session(&script, &acts, &[]);
        let mut shares: BTreeMap<ConId, Decimal> = BTreeMap::new();
        let mut cash = Decimal::from(STARTING_CASH);
        let mut realized = Decimal::ZERO;
        for execution in &venue.executions {
            let sign = if execution.action == Action::Buy { Decimal::ONE } else { -Decimal::ONE };
            *shares.entry(execution.con_id).or_default() += sign * execution.quantity.0;
            cash -= sign * execution.quantity.0 * execution.price.0 + execution.commission.amount.0;
            realized += execution.commission.realized.map_or(Decimal::ZERO, |cash| cash.0);
            prop_assert!(!execution.commission.amount.is_negative());
            prop_assert!(execution.quantity.is_positive());
        }
        prop_assert_eq!(venue.cash().0, cash);
        let mut cost = Decimal::ZERO;
        for (con_id, held) in shares {
            prop_assert_eq!(venue.ledger.quantity(con_id).0, held);
        }
        for holding in venue.ledger.holdings.values() {
            cost += holding.cost.0;
            prop_assert!(!holding.quantity.is_zero() || holding.cost.is_zero());
        }
        prop_assert_eq!(cash, Decimal::from(STARTING_CASH) + realized - cost);
    }

    #[test]
    fn fills_never_exceed_the_order_or_the_print(script in any_script(), acts in prop_oneof![any_acts(), fitting_acts()]) {
        let (venue, _) = session(&script, &acts, &[]);
        let mut filled: BTreeMap<PermId, Qty> = BTreeMap::new();
        let mut replaced: BTreeMap<(ConId, Nanos, u32), i64> = BTreeMap::new();
        for execution in &venue.executions {
            let sum = filled.entry(execution.perm_id).or_default();
            *sum = sum.plus(execution.quantity).unwrap();
            prop_assert_eq!(*sum, execution.cumulative);
            if let Tape::Replaces { at, index } = execution.tape {
                *replaced.entry((execution.con_id, at, index)).or_default() += tape::shares(execution.quantity);
            }
        }
        let orders = venue.done.iter().chain(venue.working.iter().map(|working| &working.order));
        for order in orders {
            let sum = filled.get(&order.perm_id).copied().unwrap_or_default();
            prop_assert_eq!(sum, order.filled);
            prop_assert!(sum <= order.request.quantity);
            prop_assert_eq!(order.status == Status::Filled, sum == order.request.quantity);
        }
        for ((con_id, at, index), shares) in replaced {
            let print = script.prints(con_id, at - 1, at).into_iter().find(|print| print.index == index).unwrap();
            prop_assert!(shares <= print.size);
        }
    }

    #[test]
    fn no_fill_is_worse_than_its_limit(script in any_script(), acts in prop_oneof![any_acts(), fitting_acts()]) {
        let mut venue = Venue::new(0, &script);
        let mut limits: BTreeMap<PermId, Option<Price>> = BTreeMap::new();
        let steps = acts.iter().map(|(at, what)| (*at, Some(what))).chain([(END, None)]);
        for (at, what) in steps {
            let events = match what {
                Some(what) => act(&mut venue, &script, at, what),
                None => venue.step(at, &script),
            };
            for event in events {
                match event {
                    Event::OpenOrder(order) => {
                        let discreet = order.request.terms.discretion.is_some();
                        limits.insert(order.perm_id, order.request.kind.limit().filter(|_| !discreet));
                    }
                    Event::Execution(execution) => {
                        let Some(limit) = limits[&execution.perm_id] else { continue };
                        match execution.action {
                            Action::Buy => prop_assert!(execution.price <= limit),
                            Action::Sell => prop_assert!(execution.price >= limit),
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn a_final_state_is_final(script in any_script(), acts in prop_oneof![any_acts(), fitting_acts()]) {
        let (_, events) = session(&script, &acts, &[]);
        let mut ended: BTreeMap<PermId, Status> = BTreeMap::new();
        for event in &events {
            match event {
                Event::OrderStatus(report) => {
                    let was = ended.get(&report.perm_id);
                    let repeats = was == Some(&report.status) && report.status == Status::Filled;
                    prop_assert!(was.is_none() || repeats, "{was:?} then {report:?}");
                    if report.status.is_final() {
                        ended.insert(report.perm_id, report.status);
                    }
                }
                Event::Execution(execution) => prop_assert!(!ended.contains_key(&execution.perm_id)),
                _ => {}
            }
        }
    }

    #[test]
    fn the_view_is_never_crossed_and_never_empty(script in any_script(), acts in prop_oneof![any_acts(), fitting_acts()]) {
        let mut venue = Venue::new(0, &script);
        for (at, what) in &acts {
            act(&mut venue, &script, *at, what);
            if let Some(view) = venue.view(&script, ONE) {
                prop_assert!(view.bid < view.ask, "{view:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn after_any_committed_batch_a_restart_is_the_same_venue(script in any_script(), acts in prop_oneof![any_acts(), fitting_acts()]) {
        let mut store = Store::in_memory().unwrap();
        let mut venue = Venue::new(0, &script);
        let steps = acts.iter().map(|(at, what)| (*at, Some(what))).chain([(END, None)]);
        for (at, what) in steps {
            match what {
                Some(what) => act(&mut venue, &script, at, what),
                None => venue.step(at, &script),
            };
            if let Some(changes) = venue.take_changes() {
                store.commit(&changes).unwrap();
                let saved = store.load().unwrap().unwrap();
                prop_assert_eq!(&saved, &venue.saved());
                prop_assert_eq!(&Venue::restore(saved).saved(), &venue.saved());
            }
        }
    }
}
