use rust_decimal::Decimal;

use super::*;
use crate::domain::samples::{self, price as p};

/// A pricing, and what is so of it: IB's word, limit, trigger, whether the trigger is its handle, whether it takes at once,
/// whether it becomes a market order.
type Row = (OrderKind, &'static str, Option<&'static str>, Option<&'static str>, bool, bool, bool);

fn rows() -> Vec<Row> {
    let (a, b) = (p("10"), Some(p("11")));
    let by = Distance::Percent(1.into());
    let trail = |from, limit_offset| OrderKind::Trail { by, from, limit_offset };
    let peg = |to, cap| OrderKind::Pegged { to, offset: None, cap };
    vec![
        (OrderKind::Market, "MKT", None, None, false, true, false),
        (OrderKind::Limit(a), "LMT", Some("10"), None, false, false, false),
        (OrderKind::Stop { trigger: a, limit: None }, "STP", None, Some("10"), true, false, true),
        (OrderKind::Stop { trigger: a, limit: b }, "STP LMT", Some("11"), Some("10"), true, false, false),
        (OrderKind::Touched { trigger: a, limit: None }, "MIT", None, Some("10"), true, false, true),
        (OrderKind::Touched { trigger: a, limit: b }, "LIT", Some("11"), Some("10"), true, false, false),
        (trail(None, None), "TRAIL", None, None, true, false, true),
        (trail(b, None), "TRAIL", None, Some("11"), true, false, true),
        (trail(b, Some(p("0.10"))), "TRAIL LIMIT", None, Some("11"), true, false, false),
        (OrderKind::MarketOnClose, "MOC", None, None, false, false, false),
        (OrderKind::MarketOnOpen, "MKT", None, None, false, false, false),
        (OrderKind::LimitOnClose(a), "LOC", Some("10"), None, false, false, false),
        (OrderKind::LimitOnOpen(a), "LMT", Some("10"), None, false, false, false),
        (OrderKind::Auction(a), "MTL", Some("10"), None, false, false, false),
        (OrderKind::MarketToLimit, "MTL", None, None, false, true, false),
        (OrderKind::MarketProtect, "MKT PRT", None, None, false, true, false),
        (OrderKind::StopProtect(a), "STP PRT", None, Some("10"), true, false, true),
        (OrderKind::Midprice { cap: None }, "MIDPRICE", None, None, false, false, false),
        (OrderKind::Midprice { cap: b }, "MIDPRICE", Some("11"), None, false, false, false),
        (OrderKind::Volatility(Decimal::TEN), "VOL", None, None, false, false, false),
        (peg(Peg::Relative, b), "REL", Some("11"), None, false, false, false),
        (peg(Peg::Market, None), "PEG MKT", None, None, false, true, false),
        (peg(Peg::Market, b), "PEG MKT", Some("11"), None, false, false, false),
        (peg(Peg::Midpoint, None), "PEG MID", None, None, false, false, false),
        (peg(Peg::SnapMarket, None), "SNAP MKT", None, None, false, true, false),
        (peg(Peg::SnapMarket, b), "SNAP MKT", Some("11"), None, false, false, false),
        (peg(Peg::SnapMidpoint, None), "SNAP MID", None, None, false, false, false),
        (peg(Peg::SnapPrimary, None), "SNAP PRIM", None, None, false, false, false),
    ]
}

#[test]
fn each_type_has_its_word_its_prices_and_its_way_of_taking() {
    for (kind, word, limit, trigger, waits, takes, market) in rows() {
        assert_eq!(kind.word(), word);
        assert_eq!((kind.limit(), kind.trigger()), (limit.map(p), trigger.map(p)), "{kind:?}");
        assert_eq!(kind.handle(), if waits { trigger } else { limit }.map(p), "{kind:?}");
        assert_eq!((kind.takes_at_once(), kind.is_market_once_triggered()), (takes, market), "{kind:?}");
    }
}

#[test]
fn a_price_is_moved_where_there_is_one_and_nothing_else_is() {
    let new = p("12.50");
    for (kind, _, limit, trigger, waits, ..) in rows() {
        let moved = kind.with_limit(new);
        assert_eq!((moved.limit(), moved.trigger()), (limit.map(|_| new), trigger.map(p)), "{kind:?}");
        assert_eq!(moved.word(), kind.word());
        assert!(limit.is_some() || moved == kind, "{kind:?} has no limit to move");
        assert_eq!(limit.map(|limit| moved.with_limit(p(limit))), limit.map(|_| kind), "and back");
        let moved = kind.with_trigger(new);
        assert_eq!((moved.limit(), moved.trigger()), (limit.map(p), waits.then_some(new)), "{kind:?}");
        assert_eq!(moved.word(), kind.word());
        assert!(waits || moved == kind, "{kind:?} has no trigger to move");
        assert_eq!(kind.with_handle(new), if waits { kind.with_trigger(new) } else { kind.with_limit(new) });
    }
}

#[test]
fn sides_verbs_and_times_have_the_words_of_the_wire_and_of_the_sentence() {
    assert_eq!(
        [Side::Buy, Side::Sell].map(|side| (side.word(), side.opposite())),
        [("BUY", Side::Sell), ("SELL", Side::Buy)]
    );
    assert_eq!([Verb::Buy, Verb::Sell, Verb::Short, Verb::Close].map(Verb::word), ["buy", "sell", "short", "close"]);
    let tifs = [Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::Dtc, Tif::FiveMinutes];
    assert_eq!(tifs.map(|tif| tif.word()), ["DAY", "GTC", "IOC", "FOK", "DTC", "5MIN"]);
}

#[test]
fn an_order_is_named_by_its_reference_or_by_its_permanent_id() {
    let (own, foreign) = (OrderKey::own("tw-1"), OrderKey::foreign(77));
    assert_eq!((own.as_str(), foreign.as_str()), ("tw-1", "perm:77"));
    assert_eq!(format!("{own:>6}|{foreign:<8}|"), "  tw-1|perm:77 |");
}

#[test]
fn a_state_lives_until_one_of_the_three_ends() {
    let live =
        [OrderState::Sending, OrderState::Held, OrderState::Working, OrderState::Cancelling, OrderState::Unknown];
    assert!(live.iter().all(|state| state.is_live() && !state.is_terminal()));
    let ends = [OrderState::Filled, OrderState::Cancelled, OrderState::Rejected];
    assert!(ends.iter().all(|state| state.is_terminal() && !state.is_live()));
}

fn order(state: OrderState, filled: i64) -> Order {
    Order { filled: Qty::from(filled), ..samples::own("a", 7, samples::buy(100, Some("10")), state) }
}

#[test]
fn what_is_left_is_nothing_once_it_has_ended_and_never_less_than_nothing() {
    let left = |state, filled| order(state, filled).remaining();
    let live = [0, 40, 99, 100, 101].map(|filled| left(OrderState::Working, filled));
    assert_eq!(live, [100, 60, 1, 0, 0].map(Qty::from));
    assert_eq!(left(OrderState::Unknown, 40), Qty::from(60), "it may come alive");
    for end in [OrderState::Filled, OrderState::Cancelled, OrderState::Rejected] {
        assert_eq!(left(end, 40), Qty::ZERO, "{end:?}");
    }
}

#[test]
fn a_part_is_more_than_nothing_and_less_than_all() {
    let partial = [0, 1, 99, 100, 101].map(|filled| order(OrderState::Working, filled).is_partial());
    assert_eq!(partial, [false, true, true, false, false]);
}

#[test]
fn only_this_desk_says_that_an_order_never_left() {
    let mut refused = order(OrderState::Rejected, 0);
    assert_eq!(refused.not_sent(), None);
    refused.mark_not_sent("no link");
    assert_eq!(refused.not_sent(), Some("no link"));
    assert_eq!(Order { state: OrderState::Working, ..refused.clone() }.not_sent(), None);
    let coded = refused.remark.clone().map(|(_, text)| (201, text));
    assert_eq!(Order { remark: coded, ..refused.clone() }.not_sent(), None, "the broker's words");
    let other = Some((0, SafeText::new("no link")));
    assert_eq!(Order { remark: other, ..refused }.not_sent(), None);
}
