//! Settled cash, fills without a key, contracts that end: each at its boundary, and one step to either side.

use jiff::civil::date;

use super::boundary_tests::{at, buy, live, said, with};
use super::samples::Desk;
use super::*;
use crate::domain::instrument::{PriceRule, PriceStep};
use crate::domain::order::{OrderKind, Verb};
use crate::domain::samples::{self, price as p};
use Weight::{Confirm, Hard, Note};

const REST: Option<&str> = Some("187.20");

#[test]
fn g08_a_cash_account_buys_with_settled_cash() {
    let cash: fn(&mut Context<'_>) = |c| {
        c.available = Some(Cash::from(500_000));
        c.buying_power = Some(Cash::from(500_000));
        c.settled_cash = Some(Cash::from(50_000));
    };
    let desk = with(Desk::default(), cash);
    let g08 = |desk: &Desk, n| said(desk, &buy(n, Some("100")), "G08");
    assert_eq!([499, 500, 501].map(|n| g08(&desk, n)), [None, None, Some(Hard)]);
    let fix = desk.ask(|ctx| assess(&buy(501, Some("100")), ctx).findings.iter().find_map(|f| f.fix.clone()));
    assert_eq!(fix.unwrap().qty, Qty::from(500));
    let margin = with(Desk::default(), |c| {
        c.available = Some(Cash::from(500_000));
        c.buying_power = Some("500000.01".parse().unwrap());
        c.settled_cash = Some(Cash::from(50_000));
    });
    assert_eq!(g08(&margin, 501), None, "what lends is no cash account");
    let untold = with(Desk::default(), |c| c.buying_power = c.available);
    assert_eq!(g08(&untold, 1), Some(Note));
    let short = samples::order_of(Verb::Short, Side::Sell, 501, Some("187.22"));
    assert_eq!(said(&desk, &short, "G08"), None, "a sale needs no cash");
    assert_eq!(g08(&Desk::default(), 501), None, "nothing is known of the account");
}

#[test]
fn g23_five_fills_without_a_key_are_too_many() {
    let rows = Rows::of(Mode::Live);
    assert_eq!([4, 5, 6].map(|n| is_unattended(n, &rows)), [false, true, true]);
}

#[test]
fn g34_asks_late_on_the_day_of_expiry_and_in_close_out() {
    let friday = date(2026, 11, 20);
    let g34 = |desk: Desk| said(&desk, &buy(1, REST), "G34");
    let late = |h, m, s, n: fn(&mut Context<'_>)| g34(with(at(live(), friday, h, m, s), n));
    let today: fn(&mut Context<'_>) = |c| c.expires = Some(Expires::Option(date(2026, 11, 20)));
    assert_eq!(
        [late(15, 29, 59, today), late(15, 30, 0, today), late(15, 30, 1, today)],
        [None, Some(Confirm), Some(Confirm)]
    );
    let tomorrow: fn(&mut Context<'_>) = |c| c.expires = Some(Expires::Option(date(2026, 11, 21)));
    let yesterday: fn(&mut Context<'_>) = |c| c.expires = Some(Expires::Option(date(2026, 11, 19)));
    assert_eq!([late(15, 30, 0, tomorrow), late(9, 30, 0, yesterday)], [None, Some(Hard)]);
    let out = |day: i8| {
        g34(with(at(live(), date(2026, 11, day), 12, 0, 0), |c| {
            c.expires = Some(Expires::Future { last: date(2026, 11, 25), close_out: Some(date(2026, 11, 20)) });
        }))
    };
    assert_eq!(
        [out(19), out(20), out(21), out(25), out(26)],
        [None, Some(Confirm), Some(Confirm), Some(Confirm), Some(Hard)]
    );
    let cash: fn(&mut Context<'_>) =
        |c| c.expires = Some(Expires::Future { last: date(2026, 11, 20), close_out: None });
    assert_eq!(late(15, 59, 0, cash), None);
    assert_eq!(late(15, 59, 0, |_| ()), None, "a stock does not end");
    let held = Desk { position: Qty::from(1), ..with(at(live(), friday, 15, 45, 0), today) };
    assert_eq!(
        said(&held, &samples::order_of(Verb::Close, Side::Sell, 1, Some("187.22")), "G34"),
        None,
        "a way out passes"
    );
}

/// An option quoted so.
fn option(bid: &str, ask: &str) -> Desk {
    let mut desk = with(Desk::default(), |c| c.expires = Some(Expires::Option(date(2030, 1, 18))));
    let cent = PriceStep { low_edge: p("0"), increment: p("0.01") };
    desk.instrument.rule = PriceRule::new(vec![cent]).unwrap();
    (desk.quote.bid, desk.quote.ask, desk.quote.last) = (Some(p(bid)), Some(p(ask)), Some(p(bid)));
    desk
}

#[test]
fn g35_asks_before_an_option_is_taken_across_a_wide_spread_and_offers_the_middle() {
    let take = |bid: &str, ask: &str| said(&option(bid, ask), &buy(1, Some(ask)), "G35");
    assert_eq!(
        [take("10.00", "10.04"), take("10.00", "10.05"), take("10.00", "10.06")],
        [None, None, Some(Confirm)],
        "5 ticks"
    );
    assert_eq!([take("0.20", "0.22"), take("0.38", "0.42"), take("0.19", "0.21")], [None, None, None], "10 %");
    assert_eq!(take("0.18", "0.20"), Some(Confirm), "10.5 %");
    assert_eq!(said(&option("10.00", "11.00"), &buy(1, Some("10.99")), "G35"), None, "it does not take");
    let fix = |spec: &OrderSpec| {
        let findings = option("10.00", "10.11").ask(|ctx| assess(spec, ctx).findings);
        findings.into_iter().find_map(|f| f.fix).unwrap().kind
    };
    assert_eq!(fix(&buy(1, Some("10.11"))), OrderKind::Limit(p("10.05")), "a buy rounds down");
    let short = samples::order_of(Verb::Short, Side::Sell, 1, Some("10.00"));
    assert_eq!(fix(&short), OrderKind::Limit(p("10.06")), "a sale rounds up");
    let stock = Desk { change: |_| {}, ..option("10.00", "11.00") };
    assert_eq!(said(&stock, &buy(1, Some("11.00")), "G35"), None);
}

#[test]
fn g24_says_the_loss_with_as_many_decimals_as_tell_it_from_the_limit() {
    let text = |n: fn(&mut Context<'_>)| {
        let found = with(live(), n).ask(|ctx| assess(&buy(1, REST), ctx).findings);
        found.into_iter().find(|f| f.code == "G24").unwrap().text
    };
    let said = text(|c| c.day_pnl = Some(Cash::from(-40_400)));
    assert_eq!(said, "day loss 4.04% of NLV, at most 4%: REDUCE, exits only");
    let said = text(|c| c.day_pnl = Some(Cash::from(-45_040)));
    assert_eq!(said, "day loss 4.5% of NLV, at most 4%: REDUCE, exits only");
    let said = text(|c| c.day_pnl = Some(Cash::from(-30_000)));
    assert_eq!(said, "day loss 3.0% of NLV, confirm above 2%");
}
