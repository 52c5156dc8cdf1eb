//! What holds whatever the market does and whatever clients ask for.

use std::collections::BTreeMap;

use proptest::prelude::*;
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
        let refused = |event: &Event| matches!(event, Event::Error(r) if ![202, 399].contains(&r.code));
        if !events.iter().any(refused) {
            let_in.push((*at, what.clone()));
        }
    }
    let_in
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn one_stride_or_many_give_the_same_events(
        script in any_script(),
        acts in any_acts(),
        cuts in prop::collection::vec(0..END, 0..60),
    ) {
        let (once, events) = session(&script, &acts, &[]);
        let (often, same) = session(&script, &acts, &cuts);
        prop_assert_eq!(events, same);
        prop_assert_eq!(once.saved(), often.saved());
    }

    #[test]
    fn the_engine_fills_as_the_naive_reference_does(script in any_script(), acts in any_acts()) {
        let let_in = accepted(&script, &acts);
        let (venue, _) = session(&script, &let_in, &[]);
        let tick = Decimal::from(100);
        let fills: Vec<reference::Fill> = venue.executions.iter().map(|e| {
            let price = i64::try_from(e.price.0 * tick).unwrap();
            (e.order_id, e.at, tape::shares(e.quantity), price)
        }).collect();
        prop_assert_eq!(fills, reference::fills(&script, &let_in, END));
    }

    #[test]
    fn shares_and_cash_are_conserved(script in any_script(), acts in any_acts()) {
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
    fn fills_never_exceed_the_order_or_the_print(script in any_script(), acts in any_acts()) {
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
    fn no_fill_is_worse_than_its_limit(script in any_script(), acts in any_acts()) {
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
                        limits.insert(order.perm_id, order.request.kind.limit());
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
    fn a_final_state_is_final(script in any_script(), acts in any_acts()) {
        let (_, events) = session(&script, &acts, &[]);
        let mut ended: BTreeMap<PermId, Status> = BTreeMap::new();
        for event in &events {
            match event {
                Event::OrderStatus(report) => {
                    let was = ended.get(&report.perm_id);
                    prop_assert!(was.is_none(), "{was:?} then {report:?}");
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
    fn the_view_is_never_crossed_and_never_empty(script in any_script(), acts in any_acts()) {
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
    fn after_any_committed_batch_a_restart_is_the_same_venue(script in any_script(), acts in any_acts()) {
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
