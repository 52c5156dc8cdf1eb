//! Corrections and busts: what the account is after them, and what clients hear.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::super::*;
use super::script::*;
use crate::money::{Price, Qty};

/// Two purchases and a sale, a leaf apart: 100 at 100.02, 100 at 101.02, 150 at 102.00.
fn traded() -> (Venue, Script) {
    let script = Script::new(vec![
        Leaf::quiet(10_000, 10_002, 500),
        Leaf::quiet(10_100, 10_102, 500),
        Leaf::quiet(10_200, 10_202, 500),
    ]);
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    venue.place(LEAF, &script, order(2, Action::Buy, 100, Kind::Market));
    venue.place(2 * LEAF, &script, order(3, Action::Sell, 150, Kind::Market));
    (venue, script)
}

fn ids(venue: &Venue) -> Vec<String> {
    venue.executions().map(|execution| execution.exec_id.clone()).collect()
}

#[test]
fn a_busted_purchase_gives_the_money_back_and_leaves_what_the_others_did() {
    let (mut venue, script) = traded();
    let first = ids(&venue)[0].clone();
    let events = venue.bust(3 * LEAF, &script, &first).unwrap();
    // The sale's profit follows from another cost now: its commission report comes again.
    assert_eq!(words(&events), ["execution", "commission", "commission", "position", "account"]);
    let Some(Event::Execution(bust)) = events.first() else { panic!("no execution") };
    assert_eq!(bust.exec_id, "0000e0d5.00000001.01.02");
    assert_eq!((bust.quantity, bust.cumulative), (Qty::ZERO, Qty::ZERO));
    assert_eq!((bust.commission.amount, bust.commission.realized), (Cash::ZERO, None));
    // 100 bought at 101.02 for a dollar, 150 sold at 102: SEC 15,300 × 0.000008 + TAF 150 × 0.000166 + 1.
    // 1,000,000 − 10,103 + 15,300 − 1.1473.
    assert_eq!(venue.cash(), cash("1005195.8527"));
    let [position] = venue.positions()[..] else { panic!("one position") };
    assert_eq!(position.quantity, Qty::from(-50));
    // Two thirds of 15,298.8527 close 10,103: 10,199.23513333 − 10,103.
    assert_eq!(position.realized, cash("96.23513333"));
}

#[test]
fn a_corrected_price_moves_the_average_of_its_order_and_the_profit() {
    let (mut venue, script) = traded();
    let first = ids(&venue)[0].clone();
    let correction = Correction { price: Some(price("99.02")), quantity: None };
    let events = venue.correct(3 * LEAF, &script, &first, correction).unwrap();
    let Some(Event::Execution(corrected)) = events.first() else { panic!("no execution") };
    assert_eq!((corrected.price, corrected.avg_price), (price("99.02"), price("99.02")));
    assert_eq!(corrected.commission.amount, cash("1"));
    let completed = venue.completed_orders();
    assert_eq!(completed[0].avg_price(), price("99.02"));
    // 1,000,000 − 9,903 − 10,103 + 15,300 − 1.1473.
    assert_eq!(venue.cash(), cash("995292.8527"));
    let prints: Vec<Price> = venue.own_prints(ONE, 0, 3 * LEAF).map(|print| print.price).collect();
    assert_eq!(prints, [price("99.02"), price("101.02"), price("102")]);
}

#[test]
fn a_correction_is_corrected_under_its_own_id() {
    let (mut venue, script) = traded();
    let first = ids(&venue)[0].clone();
    let fewer = |quantity| Correction { price: None, quantity: Some(Qty::from(quantity)) };
    venue.correct(3 * LEAF, &script, &first, fewer(60)).unwrap();
    assert_eq!(venue.correct(3 * LEAF, &script, &first, fewer(50)), Err(Uncorrectable::Unknown(first)));
    let events = venue.correct(3 * LEAF, &script, "0000e0d5.00000001.01.02", fewer(80)).unwrap();
    let Some(Event::Execution(corrected)) = events.first() else { panic!("no execution") };
    assert_eq!((corrected.exec_id.as_str(), corrected.cumulative), ("0000e0d5.00000001.01.03", Qty::from(80)));
    let [position] = venue.positions()[..] else { panic!("one position") };
    assert_eq!(position.quantity, Qty::from(30));
}

#[test]
fn a_bust_leaves_the_tape_and_keeps_its_row() {
    let (mut venue, script) = traded();
    let last = ids(&venue)[2].clone();
    venue.bust(3 * LEAF, &script, &last).unwrap();
    assert_eq!(venue.own_prints(ONE, 0, 3 * LEAF).count(), 2);
    assert_eq!(ids(&venue)[2], "0000e0d5.00000003.01.02");
    let again = venue.bust(3 * LEAF, &script, "0000e0d5.00000003.01.02");
    assert!(matches!(again, Err(Uncorrectable::Unchanged(_))));
}

#[test]
fn what_no_execution_can_be_is_refused() {
    let (mut venue, script) = traded();
    let first = ids(&venue)[0].clone();
    let improper = [
        Correction { price: Some(Price::ZERO), quantity: None },
        Correction { price: None, quantity: Some(Qty::from(-1)) },
        Correction { price: None, quantity: Some("0.5".parse().unwrap()) },
    ];
    for correction in improper {
        assert_eq!(venue.correct(3 * LEAF, &script, &first, correction), Err(Uncorrectable::Improper));
    }
    let same = venue.correct(3 * LEAF, &script, &first, Correction::default());
    assert!(matches!(same, Err(Uncorrectable::Unchanged(_))));
    assert!(matches!(venue.bust(3 * LEAF, &script, "no.such"), Err(Uncorrectable::Unknown(_))));
}

#[test]
fn yesterdays_executions_stand() {
    let mut script = Script::still(10_000, 10_002, 500);
    script.day_end = 8 * LEAF;
    let mut venue = Venue::new(0, &script);
    venue.place(MS, &script, order(1, Action::Buy, 100, Kind::Market));
    let first = ids(&venue)[0].clone();
    assert!(matches!(venue.bust(9 * LEAF, &script, &first), Err(Uncorrectable::Unknown(_))));
    assert_eq!(venue.positions()[0].quantity, Qty::from(100));
}

/// Buys and sells at the market, a leaf apart.
fn any_trades() -> impl Strategy<Value = Vec<(bool, i64)>> {
    prop::collection::vec((any::<bool>(), 1i64..400), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn busting_everything_gives_the_account_back(trades in any_trades(), script in any_script()) {
        let script = Script { day_end: Nanos::MAX, regular: (0, Nanos::MAX), ..script };
        let mut venue = Venue::new(0, &script);
        for (n, (buys, shares)) in trades.iter().enumerate() {
            let action = if *buys { Action::Buy } else { Action::Sell };
            venue.place((n as i64 + 1) * LEAF, &script, order(n as i32 + 1, action, *shares, Kind::Market));
        }
        let at = 40 * LEAF;
        venue.step(at, &script);
        for exec_id in ids(&venue) {
            venue.bust(at, &script, &exec_id).unwrap();
            let saved = venue.saved();
            let cost = saved.holdings.values().fold(rust_decimal::Decimal::ZERO, |sum, h| sum + h.cost.0 - h.realized.0);
            prop_assert_eq!(venue.cash().0, Cash::from(STARTING_CASH).0 - cost, "cash = deposits + realised − cost");
        }
        prop_assert_eq!(venue.cash(), Cash::from(STARTING_CASH));
        prop_assert!(venue.positions().is_empty());
    }

    #[test]
    fn a_correction_to_the_same_numbers_by_two_steps_is_the_same_account(trades in any_trades()) {
        let script = Script::still(10_000, 10_002, 5_000);
        let mut venue = Venue::new(0, &script);
        for (n, (buys, shares)) in trades.iter().enumerate() {
            let action = if *buys { Action::Buy } else { Action::Sell };
            venue.place(n as i64 * LEAF + MS, &script, order(n as i32 + 1, action, *shares, Kind::Market));
        }
        let before = venue.saved();
        let first = before.executions[0].clone();
        let wrong = Correction { price: Some(price("55")), quantity: Some(Qty::from(7)) };
        let right = Correction { price: Some(first.price), quantity: Some(first.quantity) };
        let at = venue.now();
        venue.correct(at, &script, &first.exec_id, wrong).unwrap();
        let wronged = ids(&venue)[0].clone();
        venue.correct(at, &script, &wronged, right).unwrap();
        let after = venue.saved();
        prop_assert_eq!(after.account.cash, before.account.cash);
        prop_assert_eq!(after.account.volume, before.account.volume);
        prop_assert_eq!(&after.holdings, &before.holdings);
        let amounts = |saved: &Saved| saved.executions.iter().map(|e| e.commission.amount).collect::<Vec<_>>();
        prop_assert_eq!(amounts(&after), amounts(&before));
    }
}
