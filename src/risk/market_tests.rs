//! The price against the market: bands of either side, what was last traded, quotes of every age, market orders.

use std::time::Duration;

use jiff::civil::date;

use super::boundary_tests::{at, buy, limited, live, long, of, said, steps, stop, with};
use super::samples::Desk;
use super::*;
use crate::domain::order::{OrderKind, Side, Verb};
use crate::domain::samples::{self, price as p};
use Weight::{Confirm, Hard, Note};

fn quoted(bid: &str, ask: &str, last: &str) -> Desk {
    Desk { quote: samples::quote(bid, ask, last), ..Desk::default() }
}

fn short(limit: Option<&str>) -> OrderSpec {
    samples::order_of(Verb::Short, Side::Sell, 1, limit)
}

fn text(desk: &Desk, spec: &OrderSpec, code: &str) -> String {
    desk.ask(|ctx| assess(spec, ctx).findings.iter().find(|f| f.code == code).unwrap().text.clone())
}

fn fix(desk: &Desk, spec: &OrderSpec) -> Option<OrderKind> {
    desk.ask(|ctx| assess(spec, ctx).findings.into_iter().find_map(|f| f.fix).map(|fix| fix.kind))
}

#[test]
fn g11_and_g12_let_the_edge_itself_pass_on_both_sides() {
    let desk = quoted("100", "100", "100");
    let three = |code, below, edge, above, spec: fn(Option<&str>) -> OrderSpec| {
        steps(code, [(&desk, spec(Some(below))), (&desk, spec(Some(edge))), (&desk, spec(Some(above)))])
    };
    let bought: fn(Option<&str>) -> OrderSpec = |limit| buy(1, limit);
    assert_eq!(three("G11", "102.99", "103", "103.01", bought), [None, None, Some(Confirm)]);
    assert_eq!(three("G12", "109.99", "110", "110.01", bought), [None, None, Some(Hard)]);
    assert_eq!(three("G11", "97.01", "97", "96.99", short), [None, None, Some(Confirm)]);
    assert_eq!(three("G12", "90.01", "90", "89.99", short), [None, None, Some(Hard)]);
    let asked = [("110", Some(Confirm)), ("110.01", None)];
    for (limit, verdict) in asked {
        assert_eq!(said(&desk, &buy(1, Some(limit)), "G11"), verdict, "{limit}: G12 says it once it forbids");
    }
}

#[test]
fn a_symbol_may_have_bands_of_its_own() {
    let own = SymbolLimits { band_confirm: Some(1.into()), band_max: Some(5.into()), ..Default::default() };
    let desk = limited(quoted("100", "100", "100"), |l| {
        l.symbols.insert("AAPL".into(), own);
    });
    let verdicts = |code| ["101", "101.01", "105", "105.01"].map(|limit| said(&desk, &buy(1, Some(limit)), code));
    assert_eq!(verdicts("G11"), [None, Some(Confirm), Some(Confirm), None]);
    assert_eq!(verdicts("G12"), [None, None, None, Some(Hard)]);
}

#[test]
fn g11_looks_at_the_last_trade_too_while_the_spread_is_wide() {
    let g11 = |bid, ask, limit| said(&quoted(bid, ask, "95"), &buy(1, Some(limit)), "G11");
    // 95 and 3 % are 97.85.
    assert_eq!([g11("99", "101", "97.86"), g11("99", "101.01", "97.86")], [None, Some(Confirm)], "2 % is not wide");
    assert_eq!(g11("99", "101.01", "97.85"), None);
    let waits = of(Verb::Buy, Side::Buy, 1, OrderKind::Stop { trigger: p("98"), limit: Some(p("98")) });
    assert_eq!(said(&quoted("99", "101.01", "95"), &waits, "G11"), None, "a stop is measured from its trigger alone");
}

#[test]
fn g12_says_how_far_from_what() {
    let desk = Desk::default();
    assert_eq!(text(&desk, &buy(1, Some("233.33")), "G12"), "24.6% above the ask 187.22, at most 10%");
    assert_eq!(text(&desk, &short(Some("150")), "G12"), "19.9% below the bid 187.20, at most 10%");
    let exit = of(Verb::Close, Side::Sell, 1, OrderKind::Stop { trigger: p("150"), limit: Some(p("100")) });
    assert_eq!(text(&long(1), &exit, "G12"), "33.3% below the trigger 150.00, at most 10%");
    assert_eq!(text(&desk, &buy(1, Some("195")), "G11"), "4.2% above the ask 187.22, confirm above 3%");
    assert_eq!(
        fix(&desk, &short(Some("150"))),
        Some(OrderKind::Limit(p("170.36"))),
        "a tenth of the band inside its edge"
    );
    let cheap = quoted("187.25", "187.27", "187.26");
    assert_eq!(fix(&cheap, &short(Some("150"))), Some(OrderKind::Limit(p("170.40"))), "170.3975 is rounded inward");
}

#[test]
fn without_a_market_price_a_limit_is_compared_with_the_last_trade_and_without_that_it_is_refused() {
    let mut desk = Desk::default();
    (desk.quote.bid, desk.quote.ask) = (None, None);
    assert_eq!(said(&desk, &buy(1, Some("205.93")), "G12"), None);
    assert_eq!(said(&desk, &buy(1, Some("205.94")), "G12"), Some(Hard), "187.21 and 10 % are 205.931");
    desk.quote.last = None;
    assert_eq!(said(&desk, &buy(1, Some("187.20")), "G12"), Some(Hard));
}

#[test]
fn g13_offers_the_type_that_waits_where_a_trigger_has_been_passed() {
    let exit = |kind| of(Verb::Close, Side::Sell, 10, kind);
    let touched = |limit| OrderKind::Touched { trigger: p("187.20"), limit };
    assert_eq!(fix(&long(10), &exit(stop("187.22"))), Some(OrderKind::Limit(p("187.22"))));
    assert_eq!(fix(&long(10), &exit(touched(None))), Some(stop("187.20")));
    assert_eq!(fix(&long(10), &exit(touched(Some(p("187.20"))))), None);
    let bounded = OrderKind::Stop { trigger: p("187.22"), limit: Some(p("187.00")) };
    assert_eq!(fix(&long(10), &exit(bounded)), None);
    let buys = |kind, verdict| assert_eq!(said(&Desk::default(), &of(Verb::Buy, Side::Buy, 1, kind), "G13"), verdict);
    buys(stop("187.22"), None);
    buys(stop("187.21"), Some(Confirm));
    buys(stop("187.20"), Some(Confirm));
    let dips = |at: &str| OrderKind::Touched { trigger: p(at), limit: None };
    buys(dips("187.20"), None);
    buys(dips("187.21"), Some(Confirm));
    buys(dips("187.22"), Some(Confirm));
}

#[test]
fn g13_names_the_side_that_is_taken() {
    let takes = |side: &str| format!("takes: fills at once at the {side}, crossing costs 0.01");
    assert_eq!(text(&Desk::default(), &buy(1, Some("187.22")), "G13"), takes("ask"));
    assert_eq!(text(&Desk::default(), &short(Some("187.20")), "G13"), takes("bid"));
    assert_eq!(said(&Desk::default(), &short(Some("187.21")), "G13"), None);
    assert_eq!(said(&Desk::default(), &buy(1, Some("187.21")), "G13"), None);
    let mut fifty = Desk::default();
    fifty.instrument.multiplier = 50.into();
    assert_eq!(text(&fifty, &buy(1, Some("187.22")), "G13"), "takes: fills at once at the ask, crossing costs 0.50");
}

#[test]
fn g14_asks_by_what_the_quote_is_and_market_orders_need_a_live_one_of_two_sides() {
    let desk = |truth: fn(&mut Context<'_>)| with(Desk::default(), truth);
    let table = [
        (desk(|c| c.truth = Truth::Live), None, None),
        (desk(|c| c.truth = Truth::Quiet(Duration::from_secs(9))), Some(Note), Some(Note)),
        (desk(|c| c.truth = Truth::Stale(Duration::from_secs(20))), Some(Confirm), Some(Hard)),
        (desk(|c| c.truth = Truth::Delayed), Some(Confirm), Some(Hard)),
        (desk(|c| c.truth = Truth::Frozen), Some(Confirm), Some(Hard)),
        (desk(|c| c.truth = Truth::Halted), Some(Confirm), Some(Hard)),
        (desk(|c| c.truth = Truth::Asked), Some(Confirm), Some(Hard)),
        (desk(|c| c.truth = Truth::Absent), Some(Confirm), Some(Hard)),
    ];
    for (desk, limit, market) in table {
        let truth = desk.ask(|ctx| ctx.truth);
        assert_eq!(said(&desk, &buy(1, Some("187.20")), "G14"), limit, "{truth:?}");
        assert_eq!(said(&desk, &buy(1, None), "G14"), market, "{truth:?}");
    }
    let mut one_sided = Desk::default();
    one_sided.quote.bid = None;
    assert_eq!(said(&one_sided, &buy(1, None), "G14"), Some(Hard));
    assert_eq!(said(&one_sided, &buy(1, Some("187.20")), "G14"), None);
}

#[test]
fn g15_refuses_a_market_order_in_what_is_halted_or_wide_and_says_which() {
    let friday = |desk: Desk| at(desk, date(2026, 11, 20), 12, 0, 0);
    let market = buy(1, None);
    let halted = friday(with(live(), |c| c.truth = Truth::Halted));
    assert_eq!(text(&halted, &market, "G15"), "AAPL is halted: no market orders");
    assert_eq!(text(&friday(live()), &market, "G15"), "a market order fills at any price");
    let wide = |ask: &str| friday(Desk { quote: samples::quote("99", ask, "99"), ..live() });
    assert_eq!(text(&wide("101.01"), &market, "G15"), "the spread is 2.010%, at most 2% for a market order");
    assert_eq!(text(&wide("103"), &market, "G15"), "the spread is 4.0%, at most 2% for a market order");
    assert_eq!(fix(&wide("103"), &market), Some(OrderKind::Limit(p("103"))));
    assert_eq!(fix(&wide("103"), &short(None)), Some(OrderKind::Limit(p("99"))));
    let stopped = of(Verb::Close, Side::Sell, 1, stop("180"));
    assert_eq!(said(&friday(Desk { position: Qty::from(1), ..live() }), &stopped, "G15"), None, "an exit is not told");
}

#[test]
fn g20_and_g25_take_nothing_for_a_price_that_is_none() {
    // A price of zero is refused by G10; no size of it is offered by what counts money.
    let desk = with(live(), |c| c.gross = Some(Cash::from(9_000_000)));
    let worthless = buy(1, Some("0"));
    assert_eq!((said(&desk, &worthless, "G10"), said(&desk, &worthless, "G20")), (Some(Hard), None));
    assert_eq!(said(&desk, &buy(1, Some("0.0001")), "G20"), Some(Hard));
}
