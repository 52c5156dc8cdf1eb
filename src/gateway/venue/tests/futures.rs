//! Futures in the account: margin instead of payment, gains by the multiplier, stops by session, and the settlement at the end.

use rust_decimal::Decimal;

use super::super::*;
use super::script::{codes, fills, order, price};
use crate::gateway::feed::{Calendar, Feed, futures};
use crate::money::{Price, Qty};

const HOUR: Nanos = 3_600_000_000_000;

fn utc(text: &str) -> Nanos {
    i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
}

fn con_id(local: &str) -> ConId {
    let named = |l: &&crate::gateway::feed::Listing| l.series.is_some_and(|s| s.local == local && s.month.0 >= 2026);
    futures::contracts().iter().find(named).unwrap().con_id
}

fn future(order_id: OrderId, local: &str, action: Action, contracts: i64, kind: Kind) -> OrderRequest {
    OrderRequest { con_id: con_id(local), outside_rth: false, ..order(order_id, action, contracts, kind) }
}

fn market() -> Feed {
    Feed::new(42, Calendar::Nyse)
}

fn value(venue: &Venue, market: &Feed, key: &str) -> Decimal {
    let rows = venue.account_values(venue.now(), market);
    let row = rows.iter().find(|row| row.key == key && ["USD", ""].contains(&row.currency));
    row.unwrap_or_else(|| panic!("no {key}")).value.parse().unwrap()
}

fn paid(venue: &Venue) -> (Decimal, Decimal) {
    let all = venue.executions();
    all.fold((Decimal::ZERO, Decimal::ZERO), |(value, size), e| (value + e.price.0 * e.quantity.0, size + e.quantity.0))
}

#[test]
fn a_future_binds_margin_costs_no_cash_and_pays_what_it_gains() {
    let market = market();
    let at = utc("2026-11-25T16:00:00Z");
    let mut venue = Venue::new(at, &market);
    let events = venue.place(at, &market, future(1, "ESZ6", Action::Buy, 2, Kind::Market));
    assert_eq!(fills(&events).iter().map(|fill| fill.0).sum::<i64>(), 2);
    let (spent, _) = paid(&venue);
    assert_eq!(venue.cash(), Cash::from(1_000_000), "nothing is paid for a future");
    let [held] = venue.positions()[..] else { panic!("one position") };
    assert_eq!(
        held.avg_cost.0,
        (spent * Decimal::from(50) + Decimal::new(450, 2)) / Decimal::TWO,
        "with its commission"
    );
    assert_eq!(value(&venue, &market, "InitMarginReq"), Decimal::from(47_000));
    assert_eq!(value(&venue, &market, "MaintMarginReq"), Decimal::from(42_600));
    assert_eq!(value(&venue, &market, "InitMarginReq-C"), Decimal::from(47_000));
    assert_eq!(value(&venue, &market, "InitMarginReq-S"), Decimal::ZERO);
    assert_eq!(value(&venue, &market, "GrossPositionValue"), Decimal::ZERO);
    venue.step(at + HOUR, &market);
    let mark = Market::mark(&market, held.con_id, venue.now()).unwrap();
    let gain = (mark.0 * Decimal::TWO - spent) * Decimal::from(50) - Decimal::new(450, 2);
    let single = venue.pnl_single(venue.now(), &market, held.con_id).unwrap();
    assert_eq!((single.unrealized, single.daily), (Some(Cash(gain)), Some(Cash(gain))));
    assert_eq!(single.value, Some(Cash(mark.0 * Decimal::from(100))));
    for key in ["NetLiquidation", "TotalCashValue", "EquityWithLoanValue"] {
        assert_eq!(value(&venue, &market, key), Decimal::from(1_000_000) + gain, "{key}");
    }
    assert_eq!(value(&venue, &market, "FuturesPNL"), gain);
    let sum = value(&venue, &market, "NetLiquidation-C") + value(&venue, &market, "NetLiquidation-S");
    assert_eq!(sum, value(&venue, &market, "NetLiquidation"));
    assert_eq!(value(&venue, &market, "SettledCash"), Decimal::from(1_000_000));

    venue.place(at + HOUR, &market, future(2, "ESZ6", Action::Sell, 2, Kind::Market));
    let sold: Decimal = venue.executions().filter(|e| e.action == Action::Sell).map(|e| e.price.0 * e.quantity.0).sum();
    let realized = (sold - spent) * Decimal::from(50) - Decimal::from(9);
    assert_eq!(venue.cash(), Cash(Decimal::from(1_000_000) + realized));
    assert_eq!(venue.pnl(venue.now(), &market).realized, Cash(realized));
    assert_eq!(venue.pnl(venue.now(), &market).daily, Some(Cash(realized)));
    assert_eq!(value(&venue, &market, "InitMarginReq"), Decimal::ZERO);
    let fees: Vec<_> = venue.executions().map(|e| e.commission.amount.0 / e.quantity.0).collect();
    assert!(fees.iter().all(|fee| *fee == Decimal::new(225, 2)), "{fees:?}");
}

#[test]
fn an_order_is_weighed_by_its_contracts_and_not_by_their_value() {
    let market = market();
    let at = utc("2026-11-25T16:00:00Z");
    let mut venue = Venue::new(at, &market);
    // 42 × 23,500 = 987,000; 43 are more than a million.
    let ask = Market::quote(&market, con_id("ESZ6"), at).unwrap().ask;
    let limit = |count| {
        let price = Price(Decimal::from(ask - 400) * Decimal::new(25, 2));
        future(1, "ESZ6", Action::Buy, count, Kind::Limit(price))
    };
    let effect = venue.what_if(&market, &limit(42)).unwrap();
    assert_eq!((effect.initial_after, effect.maintenance_after), (Cash::from(987_000), Cash::from(894_600)));
    assert_eq!(effect.commission, Some("94.5".parse().unwrap()));
    assert_eq!(venue.what_if(&market, &limit(43)).unwrap_err().code, 201);
    let odd = future(1, "ESZ6", Action::Buy, 1, Kind::Limit(price("6000.10")));
    assert_eq!(codes(&venue.place(at, &market, odd)), [110]);
    for kind in [Kind::MarketOnClose, Kind::Peg { to: Peg::Primary, offset: Offset::Amount(Price::ZERO), cap: None }] {
        assert_eq!(codes(&venue.place(at, &market, future(1, "ESZ6", Action::Buy, 1, kind))), [387], "{kind:?}");
    }
    let hidden = OrderRequest { terms: Terms { hidden: true, ..Terms::default() }, ..limit(1) };
    assert_eq!(codes(&venue.place(at, &market, hidden)), [387]);
    // A future is sold short like anything else: nothing is borrowed.
    let events = venue.place(at, &market, future(2, "CLF7", Action::Sell, 1, Kind::Market));
    assert_eq!((fills(&events).len(), codes(&events)), (1, vec![]));
    assert_eq!(value(&venue, &market, "InitMarginReq"), Decimal::from(7_000));
}

#[test]
fn a_stop_waits_for_regular_hours_unless_it_says_otherwise_and_a_limit_never_does() {
    let market = market();
    // Ten in the evening in New York.
    let night = utc("2026-11-25T03:00:00Z");
    let id = con_id("ESZ6");
    let quote = Market::quote(&market, id, night).unwrap();
    let ticks = |count: i64| Price(Decimal::from(count) * Decimal::new(25, 2));
    let mut venue = Venue::new(night, &market);
    let events = venue.place(night, &market, future(1, "ESZ6", Action::Buy, 3, Kind::Limit(ticks(quote.ask + 20))));
    assert_eq!(fills(&events).iter().map(|fill| fill.0).sum::<i64>(), 3, "the exchange is open");
    let stop = |id| future(id, "ESZ6", Action::Sell, 1, Kind::Stop(ticks(quote.bid + 40)));
    let events = venue.place(night, &market, stop(2));
    assert_eq!((fills(&events).len(), codes(&events)), (0, vec![399]), "a stop sleeps at night");
    let events = venue.place(night, &market, OrderRequest { outside_rth: true, ..stop(3) });
    let later = venue.step(night + 2_000_000_000, &market);
    let all: Vec<_> = events.into_iter().chain(later).collect();
    assert_eq!((fills(&all).len(), codes(&all)), (1, vec![]), "it is far beyond its trigger");
    venue.step(utc("2026-11-25T14:29:59Z"), &market);
    assert_eq!(venue.open_orders(None).len(), 1);
    let quote = Market::quote(&market, id, venue.now()).unwrap();
    let woken = venue.step(utc("2026-11-25T14:31:00Z"), &market);
    let reached = quote.bid < Market::quote(&market, id, night).unwrap().bid + 30;
    assert!(!reached || fills(&woken).len() == 1, "{woken:?}");
    // A DAY order ends with the trading day at five, not with the stock exchanges' at eight.
    venue.place(venue.now(), &market, future(4, "ESZ6", Action::Buy, 1, Kind::Limit(ticks(quote.bid - 2_000))));
    venue.step(utc("2026-11-25T22:00:01Z"), &market);
    assert!(venue.open_orders(None).iter().all(|order| order.request.order_id != 4));
}

#[test]
fn a_position_in_a_future_that_ends_is_settled_in_whatever_stride_and_after_a_restart() {
    let market = market();
    let at = utc("2026-12-17T16:00:00Z");
    let end = utc("2026-12-18T14:30:00Z");
    let mut venue = Venue::new(at, &market);
    venue.place(at, &market, future(1, "ESZ6", Action::Sell, 2, Kind::Market));
    let resting = OrderRequest { tif: Tif::Gtc, ..future(2, "ESZ6", Action::Buy, 1, Kind::Limit(price("1000"))) };
    venue.place(at, &market, resting);
    let (got, _) = paid(&venue);
    let saved = venue.saved();
    let (_, settled) = market.settlement(con_id("ESZ6"), end).unwrap();
    let realized = (got - settled.0 * Decimal::TWO) * Decimal::from(50) - Decimal::new(450, 2);
    let outcome = |mut venue: Venue, strides: &[Nanos], resume: bool| {
        let mut events = Vec::new();
        for stride in strides {
            events.extend(if resume { venue.resume(*stride, &market) } else { venue.step(*stride, &market) });
        }
        let fill = events.iter().find_map(|event| match event {
            Event::Execution(fill) if fill.order_id == 0 => Some((fill.at, fill.price, fill.quantity, fill.action)),
            _ => None,
        });
        assert_eq!(fill, Some((end, settled, Qty::from(2), Action::Buy)), "{strides:?}");
        assert!(codes(&events).contains(&202), "the order ends with its contract");
        assert!(venue.positions().is_empty() && venue.open_orders(None).is_empty());
        assert_eq!(venue.cash(), Cash(Decimal::from(1_000_000) + realized));
        assert_eq!(venue.pnl(venue.now(), &market).realized, Cash(realized));
    };
    outcome(venue.clone(), &[end + HOUR], false);
    outcome(venue.clone(), &[end - 1, end, end + HOUR], false);
    outcome(Venue::restore(saved), &[end + HOUR], true);
    // Nothing of it can be traded afterwards.
    let mut late = Venue::new(end + HOUR, &market);
    let events = late.place(end + HOUR, &market, future(1, "ESZ6", Action::Buy, 1, Kind::Market));
    assert!(fills(&events).is_empty());
}
