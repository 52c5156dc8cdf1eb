//! Shorts as well as longs, what is not known, and bars at the edges of a trip.
#![allow(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

use super::tests::{START, booked, cash, fill, flat};
use super::*;
use crate::domain::bar::Bar;
use crate::domain::fill::{Commission, ExecId};
use crate::domain::samples::{self, price};

#[test]
fn what_is_known_of_an_order_comes_from_a_quote_of_two_sides() {
    let stop = Some(price("180"));
    let quote = samples::quote("187.20", "187.22", "187.21");
    let terms = Terms::of(Some(&quote), stop);
    assert_eq!((terms.stop, terms.arrival), (stop, Some(price("187.21"))));
    assert_eq!((terms.bid, terms.ask), (Some(price("187.20")), Some(price("187.22"))));
    let blind = Terms { stop, ..Terms::default() };
    assert_eq!(Terms::of(Some(&Quote { ask: None, ..quote }), stop), blind);
    assert_eq!(Terms::of(None, stop), blind);
}

#[test]
fn a_day_counts_fills_volume_and_what_they_cost() {
    let fills = [
        fill("a.01", 0, 60, "10", Some("0.60")),
        fill("b.01", 1, 40, "10", Some("0.40")),
        fill("c.01", 2, -50, "11", Some("0.50")),
    ];
    let ledger = booked(&fills);
    let days = days(&fills, &ledger.realised);
    let [day] = days.values().collect::<Vec<_>>()[..] else { panic!("{days:?}") };
    assert_eq!((day.fills, day.volume, day.commission), (3, Qty::from(150), Some(cash("1.50"))));
    assert_eq!((day.gross, day.net), (Some(cash("50")), Some(cash("49"))));
    let mut open = fills;
    open[1].commission = None;
    let ledger = booked(&open);
    let day = super::days(&open, &ledger.realised).into_values().next().unwrap();
    assert_eq!((day.commission, day.gross, day.net), (None, Some(cash("50")), None), "one has not come");
}

#[test]
fn a_short_risks_what_lies_above_it_and_slips_downward() {
    let fills = [fill("a.01", 0, -100, "10", Some("1")), fill("b.01", 9, 100, "8.98", Some("1"))];
    let with = |stop: &str| book(&fills, flat, |_| Terms { stop: Some(price(stop)), ..Terms::default() });
    assert_eq!((with("10.50").trips[0].risk, with("10.50").trips[0].r), (Some(cash("50")), Some(Decimal::TWO)));
    assert_eq!((with("9.50").trips[0].risk, with("9.50").trips[0].r), (None, None));
    assert_eq!(with("10").trips[0].risk, None, "a stop at the price itself risks nothing that can be counted");
    let arrival = |at: &str| Terms { arrival: Some(price(at)), ..Terms::default() };
    assert_eq!(slippage(&fills[..1], |_| arrival("10.02")), Some(cash("2")), "sold below the middle");
    assert_eq!(slippage(&fills[1..], |_| arrival("9.00")), Some(cash("-2")), "bought below it");
}

#[test]
fn what_a_trip_is_worth_at_risk_adds_up_over_its_entries() {
    let fills = [fill("a.01", 0, 60, "10", Some("1")), fill("b.01", 1, 40, "11", Some("1"))];
    let stop = |e: &Execution| Terms { stop: (e.price == price("10")).then(|| price("9.50")), ..Terms::default() };
    assert_eq!(book(&fills, flat, stop).trips[0].risk, None, "one entry had none");
    let both = |_: &Execution| Terms { stop: Some(price("9.50")), ..Terms::default() };
    assert_eq!(book(&fills, flat, both).trips[0].risk, Some(cash("90")));
    assert_eq!(booked(&fills).trips[0].entry, Some(price("10.4")));
}

#[test]
fn a_short_that_was_held_before_is_closed_by_buys_and_its_result_is_not_known() {
    let fills = [fill("a.01", 0, 60, "11", Some("1")), fill("b.01", 1, 50, "12", Some("1"))];
    let ledger = book(&fills, |_| Qty::from(-100), |_| Terms::default());
    let [old, new] = ledger.trips.as_slice() else { panic!("{ledger:?}") };
    assert_eq!((old.side, old.inherited, old.entered, old.exited), (Side::Sell, true, Qty::from(100), Qty::from(100)));
    assert_eq!((old.gross, old.commission, old.entry), (None, None, None));
    assert_eq!((new.side, new.inherited, new.open), (Side::Buy, false, Qty::from(10)));
    assert_eq!((new.cost, new.entry), (Some(cash("120")), Some(price("12"))));
    assert!(old.is_closed() && !new.is_closed());
    let part = book(&fills[..1], |_| Qty::from(-100), |_| Terms::default());
    let [open] = part.trips.as_slice() else { panic!("{part:?}") };
    assert_eq!((open.open, open.cost, open.held, open.closed), (Qty::from(-40), None, None, None));
}

#[test]
fn a_part_that_is_closed_takes_its_part_of_cost_and_commission_along() {
    let fills = [
        fill("a.01", 0, 100, "10", Some("2")),
        fill("b.01", 1, -25, "12", Some("1")),
        fill("c.01", 2, -75, "9", Some("3")),
    ];
    let ledger = booked(&fills);
    let parts: Vec<_> = ledger.realised.iter().map(|r| (r.qty, r.gross.unwrap(), r.net.unwrap())).collect();
    assert_eq!(
        parts,
        [(Qty::from(25), cash("50"), cash("48.5")), (Qty::from(75), cash("-75"), cash("-79.5"))],
        "a quarter of 2, then the rest"
    );
    let open = booked(&fills[..2]);
    assert_eq!((open.trips[0].open, open.trips[0].cost), (Qty::from(75), Some(cash("750"))));
    assert_eq!(open.trips[0].exit, Some(price("12")));
}

#[test]
fn of_a_fill_told_twice_in_one_version_the_later_word_counts() {
    let first = fill("e.01", 0, 10, "10", None);
    let commission = Some(Commission { amount: cash("1"), currency: "USD".into(), realized: None });
    let again = Execution { commission: commission.clone(), ..first.clone() };
    let all = [first.clone(), again];
    let told = newest(&all);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].commission, commission);
    assert_eq!(ExecId("0000e0d5.7b.01.02".into()).version(), ("0000e0d5.7b.01", 2));
    assert_eq!(ExecId("plain".into()).version(), ("plain", 0));
    assert_eq!(ExecId("a.b".into()).version(), ("a.b", 0));
}

/// A trip that begins and ends so many seconds after a full minute.
fn trip(from: i64, to: i64, side: Side) -> Trip {
    let sign = if side == Side::Buy { 1 } else { -1 };
    let minute = START / 1_000_000_000 % 60;
    let fills = [
        fill("a.01", 60 - minute + from, 10 * sign, "10", Some("1")),
        fill("b.01", 60 - minute + to, -10 * sign, "11", Some("1")),
    ];
    booked(&fills).trips.remove(0)
}

/// The bar of the `n`th minute, with its low and high.
fn bar(n: i64, low: &str, high: &str) -> Bar {
    let first = START / 1_000_000_000 - START / 1_000_000_000 % 60 + 60;
    Bar {
        start: first + n * 60,
        open: price(low),
        high: price(high),
        low: price(low),
        close: price(high),
        volume: None,
    }
}

#[test]
fn an_excursion_looks_at_the_bars_of_the_trip_and_at_no_others() {
    let bars = [bar(-1, "1", "99"), bar(0, "9.50", "10.50"), bar(1, "9.80", "11.20"), bar(2, "1", "99")];
    let found = |trip: &Trip| excursion(trip, &bars, Duration::from_mins(1), Decimal::ONE);
    let within = Some(Excursion { adverse: cash("-5"), favourable: cash("12") });
    // From the first second of a bar to the last one of another.
    assert_eq!(found(&trip(0, 119, Side::Buy)), within);
    assert_eq!(found(&trip(59, 60, Side::Buy)), within);
    let first = Some(Excursion { adverse: cash("-5"), favourable: cash("5") });
    assert_eq!(found(&trip(0, 59, Side::Buy)), first);
    let last = Some(Excursion { adverse: cash("-90"), favourable: cash("890") });
    assert_eq!(found(&trip(60, 120, Side::Buy)), last, "the bar of its last second counts");
    assert_eq!(found(&trip(-1, 30, Side::Buy)), last, "and that of its first");
    let short = Some(Excursion { adverse: cash("-12"), favourable: cash("5") });
    assert_eq!(found(&trip(0, 119, Side::Sell)), short, "a short loses upward");
    assert_eq!(found(&trip(120, 180, Side::Buy)), None, "its last second is not covered");
    assert_eq!(found(&trip(120, 179, Side::Buy)), last);
    assert_eq!(found(&trip(-61, 30, Side::Buy)), None, "its first second is not covered");
}

#[test]
fn an_excursion_is_of_a_closed_trip_that_was_entered_here_by_bars_of_some_length() {
    let bars = [bar(0, "9.50", "10.50"), bar(1, "9.80", "11.20")];
    let whole = trip(0, 119, Side::Buy);
    let found = |trip: &Trip, span| excursion(trip, &bars, span, Decimal::ONE);
    assert!(found(&whole, Duration::from_mins(1)).is_some());
    assert_eq!(found(&whole, Duration::ZERO), None);
    assert_eq!(found(&Trip { inherited: true, ..whole.clone() }, Duration::from_mins(1)), None);
    assert_eq!(found(&Trip { closed: None, ..whole.clone() }, Duration::from_mins(1)), None);
    let fifty = excursion(&whole, &bars, Duration::from_mins(1), 50.into()).unwrap();
    assert_eq!((fifty.adverse, fifty.favourable), (cash("-250"), cash("600")));
}
