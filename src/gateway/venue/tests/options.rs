//! Options in the account: paid in full, margin of what is sold, fees, the end and the exercise.

use rust_decimal::Decimal;

use super::super::*;
use super::script::{codes, fills, order};
use crate::gateway::feed::options::{CLASSES, Right, Terms as Contract};
use crate::gateway::feed::{Calendar, Feed, Listing as Instrument};
use crate::money::{Price, Qty};

const HOUR: Nanos = 3_600_000_000_000;
/// A Wednesday, noon in New York.
const NOON: &str = "2026-11-18T17:00:00Z";
/// The Friday after, at the close.
const CLOSE: &str = "2026-11-20T21:00:00Z";

fn utc(text: &str) -> Nanos {
    i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
}

fn market() -> Feed {
    Feed::new(42, Calendar::Nyse)
}

fn apple() -> &'static Instrument {
    Instrument::by_symbol("AAPL").unwrap()
}

/// The option of a class and day whose strike is the `away`th from what the underlying is at noon.
fn option(market: &Feed, name: &str, day: &str, away: i64, right: Right) -> Instrument {
    let class = CLASSES.iter().find(|class| class.name == name).unwrap();
    let day = day.parse().unwrap();
    let under = class.under().unwrap();
    let spot = Market::mark(market, under.con_id, utc(NOON)).unwrap().0 * Decimal::ONE_THOUSAND;
    let strikes = market.strikes(class, day, utc(NOON));
    let place = strikes.partition_point(|strike| Decimal::from(*strike) < spot) as i64 + away;
    Contract::of(class, day, strikes[place as usize], right).unwrap().listing().unwrap()
}

fn trade(order_id: OrderId, of: &Instrument, action: Action, contracts: i64, kind: Kind) -> OrderRequest {
    OrderRequest { con_id: of.con_id, outside_rth: false, ..order(order_id, action, contracts, kind) }
}

fn value(venue: &Venue, market: &Feed, key: &str) -> Decimal {
    let rows = venue.account_values(venue.now(), market);
    let row = rows.iter().find(|row| row.key == key && ["USD", ""].contains(&row.currency));
    row.unwrap_or_else(|| panic!("no {key}")).value.parse().unwrap()
}

fn hundred(price: Price) -> Decimal {
    price.0 * Decimal::ONE_HUNDRED
}

fn held(venue: &Venue, of: ConId) -> Decimal {
    venue.positions().iter().find(|position| position.con_id == of).map_or(Decimal::ZERO, |p| p.quantity.0)
}

/// Shares, bought in calls bought or puts written as `contracts` says, until after the end.
fn through_the_end(contracts: i64, away: i64, right: Right, shares: i64) -> (Venue, Feed, Instrument, Decimal) {
    let market = market();
    let at = utc(NOON);
    let mut venue = Venue::new(at, &market);
    if shares > 0 {
        venue.place(at, &market, trade(1, apple(), Action::Buy, shares, Kind::Market));
    }
    let option = option(&market, "AAPL", "2026-11-20", away, right);
    let action = if contracts < 0 { Action::Sell } else { Action::Buy };
    let events = venue.place(at, &market, trade(2, &option, action, contracts.abs(), Kind::Market));
    assert_eq!((codes(&events), held(&venue, option.con_id)), (vec![], Decimal::from(contracts)));
    let cash = venue.cash().0;
    venue.step(utc(CLOSE) - 1, &market);
    assert_eq!((held(&venue, option.con_id), venue.cash().0), (Decimal::from(contracts), cash));
    let events = venue.step(utc(CLOSE) + HOUR, &market);
    assert_eq!(fills(&events).len(), events.iter().filter(|e| matches!(e, Event::Commission(_))).count());
    assert_eq!(held(&venue, option.con_id), Decimal::ZERO);
    (venue, market, option, cash)
}

#[test]
fn a_long_option_is_paid_in_full_by_its_multiplier_with_its_fees() {
    let market = market();
    let at = utc(NOON);
    let mut venue = Venue::new(at, &market);
    let call = option(&market, "AAPL", "2026-12-18", 2, Right::Call);
    let ask = Market::quote(&market, call.con_id, at).unwrap().ask;
    let events = venue.place(at, &market, trade(1, &call, Action::Buy, 3, Kind::Limit(call.price(ask))));
    assert_eq!(codes(&events), [0; 0]);
    assert_eq!(held(&venue, call.con_id), Decimal::from(3));
    let paid = hundred(call.price(ask)) * Decimal::from(3) + Decimal::new(195, 2);
    assert_eq!(venue.cash().0, Decimal::from(1_000_000) - paid);
    let [position] = venue.positions()[..] else { panic!("one position") };
    assert_eq!(position.avg_cost.0, (paid / Decimal::from(3)).round_dp(8).normalize());
    let mark = Market::mark(&market, call.con_id, venue.now()).unwrap();
    let worth = hundred(mark) * Decimal::from(3);
    assert_eq!(value(&venue, &market, "OptionMarketValue"), worth);
    assert_eq!(value(&venue, &market, "StockMarketValue"), Decimal::ZERO);
    assert_eq!(value(&venue, &market, "NetLiquidation"), venue.cash().0 + worth);
    assert_eq!(value(&venue, &market, "EquityWithLoanValue"), venue.cash().0);
    assert_eq!(value(&venue, &market, "InitMarginReq"), Decimal::ZERO);
    assert_eq!(value(&venue, &market, "AvailableFunds"), venue.cash().0);
    // One contract pays the least there is, and the sale the regulators too: 0.65 → 1, and 0.00329 a contract.
    venue.place(at, &market, trade(2, &call, Action::Sell, 1, Kind::Market));
    let sold = venue.executions().last().unwrap().clone();
    let sec = (hundred(sold.price) * Decimal::new(2060, 8) + Decimal::new(329, 5)).round_dp(6);
    assert_eq!(sold.commission.amount.0, (Decimal::ONE + sec).normalize());
}

#[test]
fn prices_follow_the_options_own_increments_and_hours() {
    let market = market();
    let at = utc(NOON);
    let mut venue = Venue::new(at, &market);
    let call = option(&market, "AAPL", "2027-01-15", -3, Right::Call);
    let limit = |text: &str| Kind::Limit(text.parse().unwrap());
    for (text, code) in [("2.97", vec![]), ("5.02", vec![110]), ("5.05", vec![])] {
        let events = venue.place(at, &market, trade(venue.next_valid_id(7), &call, Action::Buy, 1, limit(text)));
        assert_eq!(codes(&events), code, "{text}");
    }
    let spx = option(&market, "SPX", "2026-12-17", 0, Right::Put);
    for (text, code) in [("2.95", vec![]), ("3.05", vec![110]), ("3.10", vec![])] {
        let events = venue.place(at, &market, trade(venue.next_valid_id(7), &spx, Action::Buy, 1, limit(text)));
        assert_eq!(codes(&events), code, "SPX {text}");
    }
    for kind in [Kind::MarketOnClose, Kind::Peg { to: Peg::Primary, offset: Offset::Amount(Price::ZERO), cap: None }] {
        assert_eq!(codes(&venue.place(at, &market, trade(venue.next_valid_id(7), &call, Action::Buy, 1, kind))), [387]);
    }
    // In the evening shares trade, options do not.
    let evening = utc("2026-11-18T22:00:00Z");
    assert!(!market.session(call.con_id, evening, true).open && market.session(apple().con_id, evening, true).open);
}

#[test]
fn what_is_sold_binds_by_what_it_is_held_with() {
    let market = market();
    let at = utc(NOON);
    let [low, high] = [2, 6].map(|away| option(&market, "AAPL", "2026-12-18", away, Right::Call));
    let bound = |trades: &[(&Instrument, Action, i64)]| {
        let mut venue = Venue::new(at, &market);
        for (id, (of, action, count)) in (1..).zip(trades) {
            let events = venue.place(at, &market, trade(id, of, *action, *count, Kind::Market));
            assert_eq!(codes(&events), [0; 0], "{}", of.local());
        }
        let mark = |of: &Instrument| hundred(Market::mark(&market, of.con_id, venue.now()).unwrap());
        let spot = Market::mark(&market, apple().con_id, venue.now()).unwrap().0;
        (
            value(&venue, &market, "InitMarginReq"),
            mark(&low),
            mark(&high),
            spot,
            value(&venue, &market, "MaintMarginReq"),
        )
    };
    let strike = |of: &Instrument| of.option.unwrap().strike_price().0;
    // Alone: its price and 20 % of the underlying less what it is out of the money.
    let (naked, price, _, spot, _) = bound(&[(&low, Action::Sell, 1)]);
    let alone = (spot * Decimal::new(20, 2) - (strike(&low) - spot)).max(spot * Decimal::new(10, 2));
    assert_eq!(naked, (alone * Decimal::ONE_HUNDRED + price).round_dp(2));
    // Over shares: its price, beside the shares' own margin.
    let (covered, price, _, spot, keep) = bound(&[(apple(), Action::Buy, 100), (&low, Action::Sell, 1)]);
    assert_eq!(covered, (spot * Decimal::from(50) + price).round_dp(2));
    assert_eq!(keep, (spot * Decimal::from(25) + price).round_dp(2));
    // Beside a higher call: the difference of the strikes.
    let width = (strike(&high) - strike(&low)) * Decimal::ONE_HUNDRED;
    let (spread, ..) = bound(&[(&high, Action::Buy, 1), (&low, Action::Sell, 1)]);
    assert_eq!(spread, width);
    // Beside a lower one: nothing more than was paid.
    let (paid, ..) = bound(&[(&low, Action::Buy, 1), (&high, Action::Sell, 1)]);
    assert_eq!(paid, Decimal::ZERO);
    // A preview says the same, and an order beyond the funds is refused.
    let venue = Venue::new(at, &market);
    let effect = venue.what_if(&market, &trade(1, &low, Action::Sell, 1, Kind::Market)).unwrap();
    assert!((effect.initial_after.0 - naked).abs() < Decimal::from(40), "{effect:?} {naked}");
    let fault = venue.what_if(&market, &trade(1, &low, Action::Sell, 500, Kind::Market)).unwrap_err();
    assert_eq!(fault.code, 201);
    let fault = venue.what_if(&market, &trade(1, &low, Action::Buy, 5_000, Kind::Market)).unwrap_err();
    assert_eq!(fault.code, 201, "nothing is lent on an option");
}

#[test]
fn a_covered_call_held_through_its_end_in_the_money_sells_the_shares_at_the_strike() {
    let (venue, market, call, cash) = through_the_end(-2, -8, Right::Call, 200);
    let strike = call.option.unwrap().strike_price();
    let close = market.settlement(call.con_id, utc(CLOSE)).unwrap().1;
    assert!(close > strike, "in the money: {close:?} {strike:?}");
    assert_eq!(held(&venue, apple().con_id), Decimal::ZERO);
    assert_eq!(venue.cash().0, cash + hundred(strike) * Decimal::TWO);
    assert_eq!(value(&venue, &market, "NetLiquidation"), venue.cash().0.round_dp(2));
    assert_eq!(value(&venue, &market, "InitMarginReq"), Decimal::ZERO);
    let done: Vec<_> = venue.executions().filter(|execution| execution.order_id == 0).collect();
    let [ended, delivered] = done[..] else { panic!("{done:?}") };
    assert_eq!((ended.price, ended.action, ended.quantity), (Price::ZERO, Action::Buy, Qty::from(2)));
    assert_eq!((delivered.price, delivered.action, delivered.quantity), (strike, Action::Sell, Qty::from(200)));
    assert!(done.iter().all(|execution| execution.commission.amount.is_zero() && execution.at == utc(CLOSE)));
    // It is no trade on anybody's tape.
    assert_eq!(venue.own_prints(apple().con_id, utc(CLOSE) - HOUR, venue.now()).count(), 0);
}

#[test]
fn a_covered_call_out_of_the_money_lapses_and_leaves_the_shares() {
    let (venue, market, call, cash) = through_the_end(-1, 12, Right::Call, 100);
    assert!(market.settlement(call.con_id, utc(CLOSE)).unwrap().1 < call.option.unwrap().strike_price());
    assert_eq!((held(&venue, apple().con_id), venue.cash().0), (Decimal::ONE_HUNDRED, cash));
}

#[test]
fn longs_in_the_money_are_exercised_and_written_puts_assigned() {
    for (contracts, away, right, shares) in
        [(1, -6, Right::Call, 100), (1, 10, Right::Put, -100), (-1, 10, Right::Put, 100), (-1, -6, Right::Call, -100)]
    {
        let (venue, market, option, cash) = through_the_end(contracts, away, right, 0);
        let strike = option.option.unwrap().strike_price();
        assert_eq!(held(&venue, apple().con_id), Decimal::from(shares), "{contracts} {right:?}");
        assert_eq!(venue.cash().0, cash - strike.0 * Decimal::from(shares), "{contracts} {right:?}");
        let mark = Market::mark(&market, apple().con_id, venue.now()).unwrap();
        let worth = venue.cash().0 + mark.0 * Decimal::from(shares);
        assert_eq!(value(&venue, &market, "NetLiquidation"), worth.round_dp(2));
    }
}

#[test]
fn an_index_option_is_settled_in_cash_at_the_close_or_the_next_opening() {
    let market = market();
    let at = utc(NOON);
    for (name, day, settles) in [("SPXW", "2026-11-20", utc(CLOSE)), ("SPX", "2026-11-19", utc("2026-11-20T14:30:00Z"))]
    {
        for (contracts, away, right) in [(2, -20, Right::Call), (-1, 30, Right::Put), (1, 60, Right::Call)] {
            let mut venue = Venue::new(at, &market);
            let option = option(&market, name, day, away, right);
            let action = if contracts < 0 { Action::Sell } else { Action::Buy };
            venue.place(at, &market, trade(1, &option, action, i64::abs(contracts), Kind::Market));
            let cash = venue.cash().0;
            venue.step(settles - 1, &market);
            assert_eq!(held(&venue, option.con_id), Decimal::from(contracts), "{name}");
            venue.step(settles + HOUR, &market);
            let (when, index) = market.settlement(option.con_id, settles).unwrap();
            assert_eq!(when, settles);
            let terms = option.option.unwrap();
            let inside = match right {
                Right::Call => index.0 - terms.strike_price().0,
                Right::Put => terms.strike_price().0 - index.0,
            };
            let paid = inside.max(Decimal::ZERO) * Decimal::ONE_HUNDRED * Decimal::from(contracts);
            assert_eq!(venue.cash().0, cash + paid, "{name} {right:?}");
            assert_eq!(venue.positions().len(), 0);
        }
    }
}

#[test]
fn a_holder_exercises_before_the_end_or_gives_up_on_the_last_day() {
    let market = market();
    let at = utc(NOON);
    let mut venue = Venue::new(at, &market);
    let [inside, outside] = [-6, 6].map(|away| option(&market, "AAPL", "2026-11-20", away, Right::Call));
    let wish = |of: &Instrument, quantity| Exercise { con_id: of.con_id, lapse: false, quantity, anyway: false };
    let refused = |venue: &mut Venue, wish: &Exercise| venue.exercise(venue.now(), &market, wish).unwrap_err();
    assert!(refused(&mut venue, &wish(&inside, 1)).text.contains("No unlapsed position"));
    venue.place(at, &market, trade(1, &inside, Action::Buy, 2, Kind::Market));
    venue.place(at, &market, trade(2, &outside, Action::Buy, 1, Kind::Market));
    assert!(refused(&mut venue, &wish(&inside, 3)).text.contains("No unlapsed position"));
    assert!(refused(&mut venue, &wish(&outside, 1)).text.contains("not in-the-money"));
    let lapse = Exercise { lapse: true, ..wish(&outside, 1) };
    assert!(refused(&mut venue, &lapse).text.contains("last day"));
    assert_eq!(refused(&mut venue, &Exercise { con_id: apple().con_id, ..lapse.clone() }).code, 322);
    let cash = venue.cash().0;
    let events = venue.exercise(at + HOUR, &market, &wish(&inside, 1)).unwrap();
    assert_eq!(fills(&events).len(), 2);
    let strike = inside.option.unwrap().strike_price();
    assert_eq!((held(&venue, inside.con_id), held(&venue, apple().con_id)), (Decimal::ONE, Decimal::ONE_HUNDRED));
    assert_eq!(venue.cash().0, cash - hundred(strike));
    venue.exercise(at + 2 * HOUR, &market, &Exercise { anyway: true, ..wish(&outside, 1) }).unwrap();
    assert_eq!(held(&venue, apple().con_id), Decimal::from(200));
    let friday = utc(CLOSE) - 2 * HOUR;
    let cash = venue.cash().0;
    venue.exercise(friday, &market, &Exercise { lapse: true, ..wish(&inside, 1) }).unwrap();
    assert_eq!((held(&venue, inside.con_id), venue.cash().0), (Decimal::ZERO, cash));
}

#[test]
fn an_option_nobody_bids_for_is_not_sold_for_nothing() {
    let market = market();
    let at = utc(CLOSE) - HOUR;
    let far = option(&market, "AAPL", "2026-11-20", 14, Right::Call);
    let quote = Market::quote(&market, far.con_id, at).unwrap();
    assert_eq!((quote.bid, quote.bid_size), (0, 0));
    for kind in [Kind::Market, Kind::MarketToLimit] {
        let mut venue = Venue::new(at, &market);
        let events = venue.place(at, &market, trade(1, &far, Action::Sell, 1, kind));
        assert!(fills(&events).is_empty(), "{kind:?}");
        assert_eq!(venue.open_orders(None).len(), 1, "it waits for a bid");
    }
}
