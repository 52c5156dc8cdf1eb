#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test that overflows fails")]

use proptest::prelude::*;

use super::*;
use crate::domain::bar::Bar;
use crate::domain::fill::{Commission, ExecId};
use crate::domain::order::BrokerIds;
use crate::domain::samples::{AAPL, price};

const SECOND: i64 = 1_000_000_000;
/// Friday 2026-11-20 10:42:07 in New York.
pub(super) const START: i64 = 1_795_189_327 * SECOND;

pub(super) fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

/// A fill at second `at`: positive buys, negative sells.
pub(super) fn fill(id: &str, at: i64, signed: i64, px: &str, fee: Option<&str>) -> Execution {
    Execution {
        exec_id: ExecId(id.into()),
        ids: BrokerIds { client_id: 1, order_id: 1, perm_id: 0 },
        order_ref: "tw-1".into(),
        con_id: AAPL,
        symbol: "AAPL".into(),
        currency: Some("USD".into()),
        multiplier: Some(Decimal::ONE),
        side: if signed > 0 { Side::Buy } else { Side::Sell },
        qty: Qty::from(signed.abs()),
        price: price(px),
        time: Some(START + at * SECOND),
        exchange: "ISLAND".into(),
        cum_qty: Qty::from(signed.abs()),
        avg_price: None,
        commission: fee.map(|f| Commission { amount: cash(f), currency: "USD".into(), realized: None }),
    }
}

pub(super) fn flat(_: ConId) -> Qty {
    Qty::ZERO
}

pub(super) fn booked(fills: &[Execution]) -> Ledger {
    book(fills, flat, |_| Terms::default())
}

#[test]
fn a_round_trip_is_what_came_in_less_what_went_out() {
    let fills = [
        fill("a.01", 0, 60, "187.06", Some("0.60")),
        fill("b.01", 1, 40, "187.16", Some("0.40")),
        fill("c.01", 90, -100, "187.50", Some("1.00")),
    ];
    let ledger = booked(&fills);
    let [trip] = ledger.trips.as_slice() else { panic!("{ledger:?}") };
    assert!(trip.is_closed());
    assert_eq!((trip.gross, trip.net), (Some(cash("40.00")), Some(cash("38.00"))));
    assert_eq!((trip.entry, trip.exit), (Some(price("187.1")), Some(price("187.5"))));
    assert_eq!((trip.commission, trip.held), (Some(cash("2.00")), Some(Duration::from_secs(90))));
    assert_eq!((trip.entered, trip.exited, trip.fills.len()), (Qty::from(100), Qty::from(100), 3));
}

#[test]
fn a_fill_that_crosses_zero_ends_one_trip_and_begins_the_next_with_its_share_of_the_commission() {
    let fills = [fill("a.01", 0, 100, "10", Some("1")), fill("b.01", 5, -150, "11", Some("1.50"))];
    let ledger = booked(&fills);
    let [long, short] = ledger.trips.as_slice() else { panic!("{ledger:?}") };
    assert_eq!((long.gross, long.net), (Some(cash("100")), Some(cash("98"))));
    assert_eq!((short.side, short.open, short.cost), (Side::Sell, Qty::from(-50), Some(cash("550"))));
    assert_eq!((short.commission, short.gross), (Some(cash("0.5")), Some(Cash::ZERO)));
    assert!(!short.is_closed());
}

#[test]
fn a_short_gains_when_the_price_falls() {
    let fills = [fill("a.01", 0, -50, "246.12", Some("1")), fill("b.01", 9, 50, "245.12", Some("1"))];
    let ledger = booked(&fills);
    assert_eq!((ledger.trips[0].gross, ledger.trips[0].net), (Some(cash("50")), Some(cash("48"))));
}

#[test]
fn a_commission_that_has_not_come_makes_the_net_unknown_and_leaves_the_gross() {
    let fills = [fill("a.01", 0, 10, "5", None), fill("b.01", 9, -10, "6", Some("1"))];
    let ledger = booked(&fills);
    assert_eq!(
        (ledger.trips[0].gross, ledger.trips[0].net, ledger.trips[0].commission),
        (Some(cash("10")), None, None)
    );
}

#[test]
fn a_multiplier_that_is_not_known_is_not_taken_for_one() {
    let mut fills = [fill("a.01", 0, 1, "5", Some("1")), fill("b.01", 9, -1, "6", Some("1"))];
    for fill in &mut fills {
        fill.multiplier = None;
    }
    assert_eq!(booked(&fills).trips[0].gross, None);
    for fill in &mut fills {
        fill.multiplier = Some(Decimal::ONE_HUNDRED);
    }
    assert_eq!(booked(&fills).trips[0].gross, Some(cash("100")));
}

#[test]
fn what_was_held_before_has_no_cost_and_the_next_trip_has_one_again() {
    let fills = [
        fill("a.01", 0, -100, "11", Some("1")),
        fill("b.01", 1, 10, "11", Some("1")),
        fill("c.01", 2, -10, "12", Some("1")),
    ];
    let ledger = book(&fills, |_| Qty::from(100), |_| Terms::default());
    let [old, new] = ledger.trips.as_slice() else { panic!("{ledger:?}") };
    assert!(old.inherited && old.is_closed());
    assert_eq!((old.gross, old.net, old.entry, old.opened), (None, None, None, None));
    assert_eq!((old.exit, new.net), (Some(price("11")), Some(cash("8"))));
}

#[test]
fn a_correction_replaces_a_fill_and_one_of_nothing_takes_it_back() {
    let fills = [
        fill("e0d5.7b.01.01", 0, 100, "10", Some("1")),
        fill("e0d5.7c.01.01", 1, -100, "11", Some("1")),
        fill("e0d5.7b.01.02", 0, 100, "10.50", Some("1")),
        fill("e0d5.7d.01.01", 2, 70, "10", Some("1")),
        Execution { qty: Qty::ZERO, ..fill("e0d5.7d.01.02", 2, 70, "10", None) },
    ];
    let ledger = booked(&fills);
    let [trip] = ledger.trips.as_slice() else { panic!("{ledger:?}") };
    assert_eq!(trip.gross, Some(cash("50")));
    // In whatever order the versions are told.
    let mut backwards = fills.clone();
    backwards.reverse();
    assert_eq!(booked(&backwards).trips, ledger.trips);
}

#[test]
fn r_counts_the_net_result_in_what_the_stop_put_at_risk() {
    let fills = [fill("a.01", 0, 100, "10", Some("1")), fill("b.01", 9, -100, "11.02", Some("1"))];
    let with = |stop| book(&fills, flat, |_| Terms { stop: Some(price(stop)), ..Terms::default() });
    assert_eq!(with("9.50").trips[0].risk, Some(cash("50")));
    assert_eq!(with("9.50").trips[0].r, Some(Decimal::TWO));
    assert_eq!(with("10.50").trips[0].r, None, "a stop beyond the entry risks nothing that can be counted");
}

#[test]
fn slippage_is_against_the_middle_at_approval_and_worse_is_positive() {
    let fills = [fill("a.01", 0, 100, "10.02", Some("1")), fill("b.01", 9, -100, "11", Some("1"))];
    let terms = |e: &Execution| {
        let arrival = if e.side == Side::Buy { price("10.01") } else { price("11.01") };
        Terms { arrival: Some(arrival), ..Terms::default() }
    };
    assert_eq!(book(&fills, flat, terms).trips[0].slippage, Some(cash("2")));
    assert_eq!(slippage(&fills, terms), Some(cash("2")));
    assert_eq!(slippage(&fills, |_| Terms::default()), None);
}

#[test]
fn days_are_those_of_new_york_and_currencies_stay_apart() {
    const DAY: i64 = 86_400;
    let mut fills = [
        fill("a.01", 0, 10, "10", Some("1")),
        fill("b.01", DAY * 3, -5, "11", Some("1")),
        fill("c.01", DAY * 3 + 1, -5, "12", Some("1")),
        fill("d.01", DAY * 3 + 2, 1, "7", Some("2")),
    ];
    fills[3].currency = Some("EUR".into());
    fills[3].con_id = ConId(7);
    let ledger = booked(&fills);
    let days = days(&fills, &ledger.realised);
    let rows: Vec<_> = days
        .iter()
        .map(|((day, currency), d)| (day.to_string(), currency.clone().unwrap().to_string(), d.fills, d.net))
        .collect();
    assert_eq!(
        rows,
        [
            ("2026-11-20".to_owned(), "USD".to_owned(), 1, Some(Cash::ZERO)),
            ("2026-11-23".to_owned(), "EUR".to_owned(), 1, Some(Cash::ZERO)),
            ("2026-11-23".to_owned(), "USD".to_owned(), 2, Some(cash("12"))),
        ]
    );
}

#[test]
fn an_excursion_needs_bars_from_end_to_end() {
    let fills = [fill("a.01", 0, 10, "10", Some("1")), fill("b.01", 100, -10, "11", Some("1"))];
    let trip = &booked(&fills).trips[0];
    let first = START / SECOND - START / SECOND % 60;
    let bar = |n: i64, low: &str, high: &str| Bar {
        start: first + n * 60,
        open: price(low),
        high: price(high),
        low: price(low),
        close: price(high),
        volume: None,
    };
    let bars = [bar(0, "9.50", "10.50"), bar(1, "9.80", "11.20"), bar(2, "1", "99")];
    let found = |bars: &[Bar]| excursion(trip, bars, Duration::from_mins(1), Decimal::ONE);
    assert_eq!(found(&bars), Some(Excursion { adverse: cash("-5"), favourable: cash("12") }));
    assert_eq!(found(&bars[..1]), None, "the end is not covered");
    assert_eq!(found(&bars[1..]), None, "the beginning is not covered");
    assert_eq!(found(&[bars[0], bars[2]]), None, "there is a gap");
}

/// The same by hand: every unit is kept singly, with the mean of its fellows as its cost, in exact fractions.
#[derive(Default)]
struct Naive {
    held: i128,
    /// Cost and fees of each unit, over one common denominator.
    cost: Fraction,
    fees: Fraction,
    gross: Fraction,
    net: Fraction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fraction(i128, i128);

impl Default for Fraction {
    fn default() -> Self {
        Self(0, 1)
    }
}

impl Fraction {
    fn plus(self, other: Self) -> Self {
        let (mut a, mut b) = (self.0 * other.1 + other.0 * self.1, self.1 * other.1);
        let gcd = {
            let (mut x, mut y) = (a.abs(), b.abs());
            while y != 0 {
                (x, y) = (y, x % y);
            }
            x.max(1)
        };
        a /= gcd;
        b /= gcd;
        Self(a, b)
    }

    fn minus(self, other: Self) -> Self {
        self.plus(Self(-other.0, other.1))
    }

    fn part(self, n: i128, of: i128) -> Self {
        Self::default().plus(Self(self.0 * n, self.1 * of))
    }

    fn decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(self.0, 0) / Decimal::from_i128_with_scale(self.1, 0)
    }
}

impl Naive {
    /// Takes one unit in, bought (+1) or sold (−1).
    fn unit(&mut self, sign: i128, price: Fraction, fee: Fraction) {
        if self.held * sign >= 0 {
            self.cost = self.cost.plus(price);
            self.fees = self.fees.plus(fee);
        } else {
            let n = self.held.abs();
            let (cost, fees) = (self.cost.part(1, n), self.fees.part(1, n));
            let gross = if sign < 0 { price.minus(cost) } else { cost.minus(price) };
            self.gross = self.gross.plus(gross);
            self.net = self.net.plus(gross.minus(fees).minus(fee));
            self.cost = self.cost.minus(cost);
            self.fees = self.fees.minus(fees);
        }
        self.held += sign;
    }
}

fn fills() -> impl Strategy<Value = Vec<(i64, i64, i64)>> {
    // Signed quantity, price in cents, commission in cents.
    prop::collection::vec((prop_oneof![-4i64..=-1, 1i64..=4], 1i64..500, 0i64..200), 1..14)
}

fn executions(rows: &[(i64, i64, i64)]) -> Vec<Execution> {
    let row = |(n, (qty, px, fee)): (usize, &(i64, i64, i64))| {
        let (px, fee) = (Decimal::new(*px, 2).to_string(), Decimal::new(*fee, 2).to_string());
        fill(&format!("{n}.01"), i64::try_from(n).unwrap(), *qty, &px, Some(&fee))
    };
    rows.iter().enumerate().map(row).collect()
}

proptest! {
    #[test]
    fn it_agrees_with_a_book_kept_unit_by_unit(rows in fills()) {
        let ledger = booked(&executions(&rows));
        let mut naive = Naive::default();
        for (qty, px, fee) in &rows {
            let n = i128::from(qty.abs());
            for _ in 0..n {
                naive.unit(i128::from(qty.signum()), Fraction(i128::from(*px), 100), Fraction(i128::from(*fee), 100 * n));
            }
        }
        let total = |part: fn(&Trip) -> Option<Cash>| {
            ledger.trips.iter().fold(Decimal::ZERO, |sum, t| sum + part(t).unwrap().0)
        };
        let close = |a: Decimal, b: Decimal| (a - b).abs() < Decimal::new(1, 9);
        prop_assert!(close(total(|t| t.gross), naive.gross.decimal()), "{} {:?}", total(|t| t.gross), naive.gross);
        prop_assert!(close(total(|t| t.net), naive.net.decimal()), "{} {:?}", total(|t| t.net), naive.net);
        let open = ledger.trips.iter().fold(Decimal::ZERO, |sum, t| sum + t.open.0);
        prop_assert_eq!(open, Decimal::from_i128_with_scale(naive.held, 0));
    }

    #[test]
    fn realised_amounts_and_the_open_cost_add_up_to_the_cash_that_moved(rows in fills()) {
        let all = executions(&rows);
        let ledger = booked(&all);
        let moved = rows.iter().fold(Decimal::ZERO, |sum, (qty, px, _)| sum - Decimal::from(*qty) * Decimal::new(*px, 2));
        let fees = rows.iter().fold(Decimal::ZERO, |sum, (_, _, fee)| sum + Decimal::new(*fee, 2));
        let gross: Decimal = ledger.trips.iter().map(|t| t.gross.unwrap().0).sum();
        let open: Decimal = ledger.trips.iter().filter(|t| !t.is_closed()).map(|t| {
            if t.open.is_positive() { t.cost.unwrap().0 } else { -t.cost.unwrap().0 }
        }).sum();
        let paid: Decimal = ledger.trips.iter().map(|t| t.commission.unwrap().0).sum();
        prop_assert_eq!(gross - open, moved);
        prop_assert_eq!(paid, fees);
        let parts: Decimal = ledger.realised.iter().map(|r| r.gross.unwrap().0).sum();
        prop_assert_eq!(parts, gross);
        let entered: Decimal = ledger.trips.iter().map(|t| t.entered.0 + t.exited.0).sum();
        let volume: i64 = rows.iter().map(|(qty, _, _)| qty.abs()).sum();
        prop_assert_eq!(entered, Decimal::from(volume));
        let by_day = days(&all, &ledger.realised);
        let on_days: Decimal = by_day.values().map(|d| d.gross.unwrap().0).sum();
        prop_assert_eq!(on_days, gross);
    }

    #[test]
    fn a_closed_trip_does_not_depend_on_how_its_fills_were_cut(qty in 2i64..50, at in 1i64..49, px in 1i64..500, out in 1i64..500) {
        prop_assume!(at < qty);
        let whole = executions(&[(qty, px, 100), (-qty, out, 100)]);
        let cut = executions(&[(at, px, 50), (qty - at, px, 50), (-at, out, 30), (at - qty, out, 70)]);
        let (a, b) = (booked(&whole), booked(&cut));
        prop_assert_eq!(a.trips[0].gross, b.trips[0].gross);
        let (a, b) = (a.trips[0].net.unwrap().0, b.trips[0].net.unwrap().0);
        prop_assert_eq!(a, b);
    }
}
