//! The life of every type of order that the paper gateway trades: from the keys through the adapter and the gateway to its
//! end, which is a fill.

use std::time::Duration;

use tradewind::domain::order::{Order, OrderState};
use tradewind::money::Qty;

use crate::support::{Desk, Venue, folder};

/// 2026-11-20, a Friday, at 09:15 in New York.
const BEFORE_THE_OPEN: i64 = 1_795_184_100_000_000_000;
/// The same day at 15:47.
const BEFORE_THE_CLOSE: i64 = 1_795_207_620_000_000_000;
/// How long the market may take to come to an order that stands next to it.
const MARKET_MAX: Duration = Duration::from_mins(40);

/// What is said after the size and the symbol, and IB's word for it.
const IN_THE_DAY: &[(&str, &str)] = &[
    ("mkt", "MKT"),
    ("take", "LMT"),
    ("lmt bid", "LMT"),
    ("stp ask+2t", "STP"),
    ("stp ask+2t lmt ask+1%", "STP LMT"),
    ("mit bid-2t", "MIT"),
    ("lit bid-2t lmt ask+1%", "LIT"),
    ("trail 0.02", "TRAIL"),
    ("trail 0.02 lmtoff 0.50", "TRAIL LIMIT"),
    ("mtl", "MTL"),
    ("rel 0.01 cap ask+1%", "REL"),
    ("pegmkt cap ask+1%", "PEG MKT"),
    ("pegmid cap ask+1%", "PEG MID"),
    ("midprice cap ask+1%", "MIDPRICE"),
    ("snapmkt", "SNAP MKT"),
    ("snapmid", "SNAP MID"),
    ("snapprim", "SNAP PRIM"),
];

#[tokio::test]
async fn every_type_of_the_day_is_sent_with_keys_works_and_fills() {
    lived(Venue::in_memory().await, IN_THE_DAY).await;
}

#[tokio::test]
async fn orders_for_the_close_fill_in_its_auction() {
    lived(Venue::at(BEFORE_THE_CLOSE).await, &[("moc", "MOC"), ("loc ask+1%", "LOC")]).await;
}

#[tokio::test]
async fn orders_for_the_open_fill_in_its_auction() {
    lived(Venue::at(BEFORE_THE_OPEN).await, &[("moo", "MKT"), ("loo ask+1%", "LMT")]).await;
}

/// Buys ten shares in each of these ways, then lets the market live until all have filled.
async fn lived(mut venue: Venue, rows: &[(&str, &str)]) {
    let folder = folder();
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let symbol = desk.model.panes.watchlist.rows[0].symbol.to_string();
    for (n, (said, word)) in rows.iter().enumerate() {
        desk.say(&format!("buy 10 {symbol} {said}"));
        assert!(desk.model.overlay.is_none(), "{said}: {:?}", desk.model.overlay);
        let staged = desk.model.panes.ticket.staged.as_ref().and_then(|s| s.spec.clone()).expect(said);
        assert_eq!(staged.kind.word(), *word, "{said}");
        desk.dwell().await;
        desk.keys("enter");
        let answered = |o: &&Order| o.state != OrderState::Sending;
        desk.until(said, |m| m.orders.all.values().nth(n).as_ref().is_some_and(answered)).await;
        let order = &desk.model.orders.all[n];
        let fair = matches!(order.state, OrderState::Held | OrderState::Working | OrderState::Filled);
        assert!(fair && order.spec.kind.word() == *word, "{said}: {order:?}");
        desk.keys("esc");
    }
    let step = Duration::from_secs(20);
    let mut passed = Duration::ZERO;
    while desk.model.orders.live().next().is_some() && passed < MARKET_MAX {
        venue.pass(step).await;
        passed += step;
        desk.dwell().await;
    }
    for ((said, word), order) in rows.iter().zip(desk.model.orders.all.values()) {
        assert_eq!((order.state, order.filled), (OrderState::Filled, Qty::from(10)), "{said}: {order:#?}");
        assert_eq!(order.spec.kind.word(), *word, "{said}");
        assert!(order.avg_fill.is_some_and(tradewind::money::Price::is_positive), "{said}");
    }
    let bought = Qty::from(10 * i64::try_from(rows.len()).expect("few rows"));
    let held = |m: &tradewind::app::model::Model| m.positions.values().any(|p| p.qty == bought);
    desk.until("the position that they add up to", held).await;
}

#[tokio::test]
async fn an_order_waits_for_another_contract_and_is_released_and_another_is_cancelled() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let rows = &desk.model.panes.watchlist.rows;
    let (symbol, other) = (rows[0].symbol.to_string(), rows[1].symbol.to_string());
    let quote = &desk.model.market.quotes[&rows[1].con_id.expect("it is confirmed")];
    let (bid, ask) = (quote.bid.expect("a bid"), quote.ask.expect("an ask"));
    // The market is between the two, and does not stay there for long.
    let dear = ask.plus("0.05".parse().expect("a price")).expect("small");
    let cheap = bid.minus("0.05".parse().expect("a price")).expect("small");
    for said in [
        format!("buy 10 {symbol} mkt if {other} last above {dear} or {other} last below {cheap}"),
        format!("buy 10 {symbol} lmt bid-5% cancelif {other} last below {cheap} or {other} last above {dear}"),
        format!("buy 10 {symbol} mkt if {other} last above {}", ask.plus(ask).expect("small")),
    ] {
        let before = desk.model.orders.all.len();
        desk.say(&said);
        assert!(desk.model.overlay.is_none(), "{said}: {:?}", desk.model.overlay);
        desk.dwell().await;
        desk.keys("enter");
        let answered = |o: &&Order| o.state != OrderState::Sending;
        desk.until(&said, |m| m.orders.all.values().nth(before).as_ref().is_some_and(answered)).await;
        desk.keys("esc");
    }
    let states = |desk: &Desk| desk.model.orders.all.values().map(|o| o.state).collect::<Vec<_>>();
    assert_eq!(states(&desk), [OrderState::Held, OrderState::Working, OrderState::Held]);
    let step = Duration::from_secs(20);
    let mut passed = Duration::ZERO;
    let ends = [OrderState::Filled, OrderState::Cancelled, OrderState::Held];
    while states(&desk) != ends && passed < MARKET_MAX {
        venue.pass(step).await;
        passed += step;
        desk.dwell().await;
    }
    assert_eq!(states(&desk), ends, "{:#?}", desk.model.orders.all);
    let sent: Vec<_> = desk.model.orders.all.values().map(|o| o.spec.attributes.clone()).collect();
    assert!(sent[0].when.is_some() && sent[1].cancel_when.is_some(), "the broker's word keeps the tests");
}
