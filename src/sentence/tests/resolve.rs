//! What an intent comes to in numbers, and what stands in its way.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::domain::instrument::{PriceRule, PriceStep};
use crate::domain::terms::{Quantity, Zone};
use crate::money::{Cash, Price, Qty};

fn p(text: &str) -> Price {
    text.parse().unwrap()
}

fn q(text: &str) -> Qty {
    text.parse().unwrap()
}

/// A penny from one dollar on, a hundredth of one below.
fn us_stock() -> PriceRule {
    let step = |edge: &str, tick: &str| PriceStep { low_edge: p(edge), increment: p(tick) };
    PriceRule::new(vec![step("0", "0.0001"), step("1", "0.01")]).unwrap()
}

const FRONTS: &[(&str, FutureMonth)] = &[("ES", FutureMonth { year: 2026, month: 12 })];

/// Everything known about a stock at 187.20 × 187.22, of which 300 are held and none are working.
fn known(rule: &PriceRule) -> Context<'_> {
    Context {
        bid: Some(p("187.20")),
        ask: Some(p("187.22")),
        last: Some(p("187.21")),
        vwap: Some(p("186.9034")),
        open: Some(p("186.00")),
        high: Some(p("188.10")),
        low: Some(p("185.50")),
        prior_close: Some(p("186.50")),
        prior_high: Some(p("187.90")),
        prior_low: Some(p("184.40")),
        average_cost: Some(p("181.2345")),
        position: Some(q("300")),
        working_sells: Some(Qty::ZERO),
        working_buys: Some(Qty::ZERO),
        net_liquidation: Some(Cash::from(100_000)),
        buying_power: Some(Cash::from(400_000)),
        risk_unit: Some(Cash::from(250)),
        account_rate: Some(Decimal::ONE),
        atr: Some(p("3.10")),
        preset: Some(q("100")),
        rule: Some(rule),
        multiplier: Some(Decimal::ONE),
        currency: Some("USD"),
        size_increment: Some(q("1")),
        fronts: FRONTS,
        zone: Some(Zone::Eastern),
        now: Some("2026-11-20T15:00:00Z".parse().unwrap()),
    }
}

fn resolved_in(text: &str, context: &Context<'_>) -> Result<Resolved, Refusal> {
    let sentence = parse(text).unwrap_or_else(|f| panic!("{text}: {f:?}"));
    resolve(sentence.entry().expect("an order"), context)
}

/// The order text, which must read back as the same order.
#[track_caller]
fn order_in(text: &str, context: &Context<'_>) -> String {
    match resolved_in(text, context) {
        Ok(resolved) => {
            let order = resolved.to_string();
            let read = parse(&order).unwrap_or_else(|f| panic!("{order}: {f:?}"));
            assert_eq!(read.entry(), Some(&resolved.entry()), "{order}");
            assert_eq!(read.to_string(), order);
            order
        }
        Err(refusal) => format!("{:?}: {refusal}", refusal.at),
    }
}

#[track_caller]
fn order(text: &str) -> String {
    order_in(text, &known(&us_stock()))
}

#[test]
fn prices_of_the_market_become_numbers_on_the_rule() {
    for (said, wanted) in [
        ("buy 100 A", "buy 100 A lmt 187.20 day rth"),
        ("sell 100 A", "sell 100 A lmt 187.22 day rth"),
        ("buy 100 A take", "buy 100 A lmt 187.22 day rth"),
        ("buy 100 A mid", "buy 100 A lmt 187.21 day rth"),
        ("buy 100 A vwap", "buy 100 A lmt 186.90 day rth"),
        ("sell 100 A vwap+0.5%", "sell 100 A lmt 187.84 day rth"),
        ("buy 100 A bid+1t ioc", "buy 100 A lmt 187.21 ioc rth"),
        ("sell 100 A avg", "sell 100 A lmt 181.24 day rth"),
        ("buy 100 A ylow-1t", "buy 100 A lmt 184.39 day rth"),
        ("buy 100 A stp yhigh+1t lmt yhigh+5t", "buy 100 A stp 187.91 lmt 187.95 day rth"),
        ("buy 100 A low-0.1atr", "buy 100 A lmt 185.19 day rth"),
        ("buy 100 A 187.2", "buy 100 A lmt 187.20 day rth"),
        ("sell 100 A trail 1%", "sell 100 A trail 1% day rth"),
        ("sell 100 A trail 20t", "sell 100 A trail 0.20 day rth"),
        ("sell 100 A trail 0.5atr from last-1atr", "sell 100 A trail 1.55 from 184.11 day rth"),
        ("buy 100 A midprice cap ask", "buy 100 A midprice cap 187.22 day rth"),
        ("buy 100 A rel 0.01", "buy 100 A rel 0.01 day rth"),
        ("buy 100 A loo 61.5", "buy 100 A loo 61.50"),
        ("buy 100 A 187 disc 2t", "buy 100 A lmt 187.00 day rth disc 0.02"),
    ] {
        assert_eq!(order(said), wanted, "{said}");
    }
}

#[test]
fn a_price_that_takes_still_takes_when_it_is_snapped() {
    let rule = PriceRule::flat(p("0.05")).unwrap();
    let context = Context { bid: Some(p("10.02")), ask: Some(p("10.08")), ..known(&rule) };
    assert_eq!(order_in("buy 1 A take", &context), "buy 1 A lmt 10.10 day rth");
    assert_eq!(order_in("sell 1 A take", &context), "sell 1 A lmt 10.00 day rth");
    assert_eq!(order_in("buy 1 A mid", &context), "buy 1 A lmt 10.05 day rth");
    assert_eq!(order_in("buy 1 A join", &context), "buy 1 A lmt 10.00 day rth");
}

#[test]
fn ticks_are_those_of_the_price_itself() {
    let rule = us_stock();
    let context = Context { bid: Some(p("1.01")), ask: Some(p("1.02")), last: Some(p("1.01")), ..known(&rule) };
    assert_eq!(order_in("buy 1 A bid-2t", &context), "buy 1 A lmt 0.9999 day rth");
    assert_eq!(order_in("buy 1 A bid-3%", &context), "buy 1 A lmt 0.9797 day rth");
}

#[test]
fn a_typed_price_is_refused_rather_than_moved() {
    assert_eq!(order("buy 100 A 187.203"), "Price: 187.203 is off the 0.01 tick: 187.20");
    assert_eq!(order("sell 100 A 187.203"), "Price: 187.203 is off the 0.01 tick: 187.21");
    assert_eq!(order("buy 100 A 9 sl 8.999"), "Stop: 8.999 is off the 0.01 tick: 9.00");
    assert_eq!(order("sell 100 A trail 0.001"), "Price: 0.001 is off the 0.01 tick");
    assert_eq!(order("buy 100 A pegmid 1%"), "Price: this distance is an amount or ticks, not percent");
    assert_eq!(order("buy 100 A low-900"), "Price: this comes to no price above 0");
}

#[test]
fn sizes_come_to_whole_steps() {
    for (said, wanted) in [
        ("buy def A", "buy 100 A lmt 187.20 day rth"),
        ("buy 10kusd A take", "buy 53 A lmt 187.22 day rth"),
        ("buy 10%nlv A take", "buy 53 A lmt 187.22 day rth"),
        ("buy 5%bp A take", "buy 106 A lmt 187.22 day rth"),
        ("buy 1r A 187 sl 186", "buy 250 A lmt 187.00 day rth sl 186.00 exits gtc rth"),
        ("buy 1r A take sl ylow-1t tp entry+2r", "buy 88 A lmt 187.22 day rth sl 184.39 tp 192.88 exits gtc rth"),
        ("buy 0.5r A 187 sl trail 1", "buy 125 A lmt 187.00 day rth sl trail 1.00 exits gtc rth"),
        ("close half A mid", "close 150 A lmt 187.21 day rth"),
        ("close 25%pos A", "close 75 A lmt 187.22 day rth"),
        ("sell all A mkt", "sell 300 A mkt day rth"),
        ("buy 100.5 A", "Size: 100.5 is not a multiple of 1"),
        ("buy 100usd A", "Size: this comes to less than one"),
        ("buy 10keur A", "Size: priced in USD, not EUR"),
        ("buy 10kusd A moc", "Size: the price this order fills at is not known"),
        ("buy 1r A mkt sl 187.22", "Stop: 187.22 lies on the wrong side of the entry at 187.22"),
    ] {
        assert_eq!(order(said), wanted, "{said}");
    }
}

#[test]
fn a_fraction_that_no_order_carries_stays() {
    let rule = us_stock();
    let context = Context { position: Some(q("100.37")), ..known(&rule) };
    let all = resolved_in("close all A mkt", &context).unwrap();
    assert_eq!((all.to_string().as_str(), all.stays), ("close 100 A mkt day rth", Some(q("0.37"))));
}

#[test]
fn the_verb_promises_what_becomes_of_the_position() {
    let rule = us_stock();
    let at = |held: &str, sells: &str, buys: &str| Context {
        position: Some(q(held)),
        working_sells: Some(q(sells)),
        working_buys: Some(q(buys)),
        ..known(&rule)
    };
    let (long, flat, short) = (at("30", "0", "0"), at("0", "0", "0"), at("-30", "0", "0"));
    for (said, context, wanted) in [
        ("sell 50 A mkt", &long, "Verb: long 30: close all, short, or add flip"),
        ("sell 50 A mkt flip", &long, "sell 50 A mkt day rth flip"),
        ("sell 30 A mkt", &long, "sell 30 A mkt day rth"),
        ("sell 20 A mkt", &at("30", "20", "0"), "Verb: long 30, 10 not being sold yet: close all, short, or add flip"),
        ("sell 1 A mkt", &flat, "Verb: nothing is held: short sells what is not"),
        ("sell all A mkt", &flat, "Size: nothing is held: short sells what is not"),
        ("short 10 A mkt", &flat, "short 10 A mkt day rth"),
        ("short 10 A mkt", &short, "short 10 A mkt day rth"),
        ("short 10 A mkt", &long, "Verb: long 30: close it first, or add flip"),
        ("close all A mkt", &short, "close 30 A mkt day rth"),
        ("close all A mkt", &flat, "Verb: flat, there is nothing to close"),
        ("close 40 A mkt", &long, "Verb: only 30 can still be closed, counting working orders"),
        ("close all A mkt", &at("30", "30", "0"), "Size: only 0 can still be closed, counting working orders"),
        ("close all A mkt", &at("30", "10", "0"), "close 20 A mkt day rth"),
        ("buy 50 A mkt", &short, "Verb: short 30: close all, or add flip"),
        ("buy 30 A mkt", &short, "buy 30 A mkt day rth"),
        ("buy 30 A mkt", &at("-30", "0", "10"), "Verb: short 30, 20 not being bought back yet: close all, or add flip"),
        ("buy 50 A mkt", &long, "buy 50 A mkt day rth"),
        ("sell 2 /ESZ26 mkt", &flat, "sell 2 /ESZ26 mkt day rth"),
        ("sell 2 /ESZ26 mkt", &at("1", "0", "0"), "Verb: long 1: close all, short, or add flip"),
    ] {
        assert_eq!(order_in(said, context), wanted, "{said}");
    }
}

#[test]
fn exits_are_measured_from_the_entry_and_lie_on_their_sides() {
    for (said, wanted) in [
        (
            "buy 100 A 187 sl entry-1.5% lmt entry-2% tp 190 x50 tp 193 x50",
            "buy 100 A lmt 187.00 day rth sl 184.20 lmt 183.26 tp 190.00 x50 tp 193.00 x50 exits gtc rth",
        ),
        (
            "short 100 A 187 flip sl entry+1 tp entry-2r",
            "short 100 A lmt 187.00 day rth sl 188.00 tp 185.00 exits gtc rth flip",
        ),
        ("buy 100 A mkt tp entry+1", "buy 100 A mkt day rth tp 188.22 exits gtc rth"),
        ("buy 100 A 187 sl 188", "Stop: 188.00 lies on the wrong side of the entry at 187.00"),
        ("buy 100 A 187 tp 186", "Target: 186.00 lies on the wrong side of the entry at 187.00"),
        ("buy 100 A 187 tp 190 x60 tp 191 x60", "Target: the targets add up to 120, the order is 100"),
        ("buy 100 A moc tp entry+1", "Target: the price this order fills at is not known"),
        ("buy 100 A moc tp 190", "buy 100 A moc day tp 190.00 exits gtc rth"),
    ] {
        assert_eq!(order(said), wanted, "{said}");
    }
}

#[test]
fn front_months_and_combos_become_what_they_stand_for() {
    let rule = PriceRule::flat(p("0.25")).unwrap();
    let es = Context {
        bid: Some(p("5010.00")),
        ask: Some(p("5010.25")),
        last: Some(p("5010")),
        position: Some(Qty::ZERO),
        multiplier: Some(Decimal::from(50)),
        ..known(&rule)
    };
    assert_eq!(
        order_in("buy 1 /ES stp last+2 sl entry-8 tp entry+16", &es),
        "buy 1 /ESZ26 stp 5012.00 day ext sl 5004.00 tp 5028.00 exits gtc ext"
    );
    assert_eq!(order_in("buy 1 /NQ mkt", &es), "Instrument: the front month is not known");
    let cent = PriceRule::flat(p("0.01")).unwrap();
    let spread = Context { bid: Some(p("-1.30")), ask: Some(p("-1.10")), last: None, position: None, ..known(&cent) };
    let legs = "+1 SPX 18DEC26 4900P -1 SPX 18DEC26 4950P";
    assert_eq!(order_in(&format!("buy 5 {legs} mid"), &spread), format!("buy 5 {legs} lmt 1.20cr day rth"));
    assert_eq!(order_in(&format!("sell 5 {legs} mid"), &spread), format!("sell 5 {legs} lmt 1.20dr day rth"));
    let wire = |text: &str| resolved_in(text, &spread).unwrap().terms.pricing.limit();
    assert_eq!(wire(&format!("buy 5 {legs} 1.2cr")), Some(p("-1.20")));
    assert_eq!(wire(&format!("sell 5 {legs} 1.20cr")), Some(p("1.20")));
    assert_eq!(
        order_in(&format!("buy 5 {legs} 1.20cr sl 2.40dr tp 0.60dr"), &spread),
        format!("buy 5 {legs} lmt 1.20cr day rth sl 2.40dr tp 0.60dr exits gtc rth")
    );
    let even = Context { bid: Some(p("-1")), ask: Some(p("1")), ..spread };
    assert_eq!(
        order_in(&format!("buy 5 {legs} mid"), &even),
        "Price: this comes to a net price of 0, which is neither paid nor received"
    );
    assert_eq!(
        order_in(&format!("buy 5kusd {legs} mid"), &spread),
        "Size: a combo is not sized by money: say how many"
    );
}

#[test]
fn money_in_currencies_and_crypto_is_the_size_itself() {
    let rule = PriceRule::flat(p("0.005")).unwrap();
    let yen = Context {
        bid: Some(p("154.10")),
        ask: Some(p("154.12")),
        position: Some(q("50000")),
        currency: Some("JPY"),
        ..known(&rule)
    };
    assert_eq!(order_in("sell 25000usd USD.JPY mkt", &yen), "sell 25000 USD.JPY mkt day");
    let coin = Context { size_increment: Some(q("0.0001")), position: Some(Qty::ZERO), ..known(&rule) };
    let bought = resolved_in("buy 500usd crypto:ETH.USD mkt", &coin).unwrap();
    assert_eq!(bought.terms.quantity, Quantity::Money(Cash::from(500), "USD".into()));
    assert_eq!(bought.to_string(), "buy 500usd crypto:ETH.USD mkt ioc");
    assert_eq!(order_in("buy 500usd ETH.USD 187", &coin), "buy 2.6737 ETH.USD lmt 187.000 5min");
}

#[test]
fn moments_lie_ahead_and_exist() {
    assert_eq!(order("buy 1 A 9 gtd 2026-11-20"), "buy 1 A lmt 9.00 gtd 2026-11-20 rth");
    assert_eq!(order("buy 1 A 9 gtd 2026-11-19"), "Time: 2026-11-19 is over");
    assert_eq!(order("buy 1 A 9 after 2026-11-20T10:00"), "Time: 2026-11-20T10:00 is over");
    assert_eq!(order("buy 1 A 9 after 2026-11-20T10:01"), "buy 1 A lmt 9.00 day rth after 2026-11-20T10:01");
    assert_eq!(
        order("buy 1 A 9 after 2027-03-14T02:30"),
        "Time: 2027-03-14T02:30 is no single minute there: say it in UTC"
    );
}

#[test]
fn every_input_that_is_missing_is_named() {
    let rule = us_stock();
    let full = known(&rule);
    let cases: Vec<(&str, Context<'_>, &str)> = vec![
        ("buy 1 A", Context { bid: None, ..full }, "the bid"),
        ("buy 1 A take", Context { ask: None, ..full }, "the ask"),
        ("buy 1 A mid", Context { ask: None, ..full }, "the ask"),
        ("buy 1 A last", Context { last: None, ..full }, "the last trade"),
        ("buy 1 A vwap", Context { vwap: None, ..full }, "the day's vwap"),
        ("buy 1 A open", Context { open: None, ..full }, "the day's open"),
        ("buy 1 A high", Context { high: None, ..full }, "the day's high"),
        ("buy 1 A low", Context { low: None, ..full }, "the day's low"),
        ("buy 1 A pclose", Context { prior_close: None, ..full }, "the prior close"),
        ("buy 1 A yhigh", Context { prior_high: None, ..full }, "the prior day's high"),
        ("buy 1 A ylow", Context { prior_low: None, ..full }, "the prior day's low"),
        ("buy 1 A avg", Context { average_cost: None, ..full }, "the average cost of the position"),
        ("buy 1 A low-1atr", Context { atr: None, ..full }, "the average true range"),
        ("buy 1 A 9", Context { rule: None, ..full }, "the price rule of the contract"),
        ("buy 1 A 9", Context { position: None, ..full }, "the position"),
        ("close all A", Context { position: None, ..full }, "the position"),
        ("sell 1 A 9", Context { working_sells: None, ..full }, "what working sells add up to"),
        ("buy 9 A 9", Context { position: Some(q("-9")), working_buys: None, ..full }, "what working buys add up to"),
        ("buy def A 9", Context { preset: None, ..full }, "the default size"),
        ("buy 1 A 9", Context { size_increment: None, ..full }, "the size step of the contract"),
        ("buy 10%nlv A 9", Context { net_liquidation: None, ..full }, "net liquidation"),
        ("buy 10%bp A 9", Context { buying_power: None, ..full }, "buying power"),
        (
            "buy 10%bp A 9",
            Context { account_rate: None, ..full },
            "the rate from the account's currency to the contract's",
        ),
        ("buy 1r A 9 sl 8", Context { risk_unit: None, ..full }, "the unit of risk"),
        ("buy 9kusd A 9", Context { multiplier: None, ..full }, "the multiplier of the contract"),
        ("buy 9kusd A 9", Context { currency: None, ..full }, "the currency of the contract"),
        ("buy 1 A 9 gtd 2026-12-01", Context { now: None, ..full }, "the time"),
        ("buy 1 A 9 gtd 2026-12-01", Context { zone: None, ..full }, "the zone of the contract"),
    ];
    for (said, context, missing) in cases {
        let refusal = resolved_in(said, &context).expect_err(said);
        assert!(matches!(refusal.why, Why::Missing(_)), "{said}: {refusal:?}");
        assert_eq!(refusal.to_string(), format!("{missing} is not known"), "{said}");
    }
    assert!(resolved_in("buy 1 A", &Context::default()).is_err());
}

proptest! {
    #[test]
    fn what_comes_of_an_intent_is_on_the_rule_and_reads_back(
        bid in 2i64..60_000, spread in 1i64..50, steps in -30i64..30, held in -500i64..500,
        verb in prop::sample::select(vec!["buy", "sell", "short", "close"]),
        size in prop::sample::select(vec!["100", "half", "all", "def", "1r", "10%nlv", "25%pos", "5kusd"]),
        of in prop::sample::select(vec!["join", "take", "mid", "last", "vwap", "avg", "mkt"]),
        exits in prop::sample::select(vec!["", "sl entry-1%", "sl entry+1% tp entry-2r", "sl entry-1% tp entry+2r", "sl trail 5t"]),
        flip in prop::bool::ANY,
    ) {
        let rule = us_stock();
        let cents = |n: i64| Some(Price(Decimal::new(n, 2)));
        let context = Context {
            bid: cents(bid),
            ask: cents(bid + spread),
            last: cents(bid),
            vwap: Some(Price(Decimal::new(bid * 100 + 37, 4))),
            position: Some(Qty::from(held)),
            ..known(&rule)
        };
        let offset = match (of, steps.signum()) {
            ("mkt", _) | (_, 0) => String::new(),
            (_, 1) => format!("+{steps}t"),
            _ => format!("{steps}t"),
        };
        let text = format!("{verb} {size} A {of}{offset} {exits} {}", if flip { "flip" } else { "" });
        let Ok(sentence) = parse(&text) else { return Ok(()) };
        let Ok(resolved) = resolve(sentence.entry().unwrap(), &context) else { return Ok(()) };
        if let Some(limit) = resolved.terms.pricing.limit() {
            prop_assert!(rule.accepts(limit) && limit.is_positive(), "{}", resolved);
        }
        let Quantity::Units(qty) = resolved.terms.quantity else { return Err(TestCaseError::fail("money")) };
        prop_assert!(qty.is_positive() && qty.0.fract().is_zero());
        let signed = if resolved.side == crate::domain::order::Side::Buy { qty } else { qty.negated() };
        let after = Qty::from(held).plus(signed).unwrap();
        let crosses = (held > 0 && after.is_negative()) || (held < 0 && after.is_positive());
        prop_assert!(flip && verb != "close" || !crosses, "{} held {}", resolved, held);
        let text = resolved.to_string();
        let entry = resolved.entry();
        let read = parse(&text).unwrap();
        prop_assert_eq!(read.entry(), Some(&entry), "{}", text);
    }
}
