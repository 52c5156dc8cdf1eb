//! The first trade: a quote, a buy, fills in parts, the position and its profit and loss, a cancel.

use std::time::Duration;

use tradewind::domain::order::OrderState;
use tradewind::money::Qty;

use crate::support::{Desk, Venue, folder};

#[tokio::test]
async fn a_take_fills_and_the_position_and_its_profit_appear() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b t enter");
    desk.until("a fill", |m| m.orders.all.values().any(|o| o.state == OrderState::Filled)).await;
    assert_eq!(desk.order().filled, Qty::from(100));
    let con_id = desk.order().spec.con_id;
    desk.until("the position", |m| m.positions.get(&con_id).is_some_and(|p| p.qty == Qty::from(100))).await;
    desk.until("the commission", |m| m.orders.executions.values().all(|e| e.commission.is_some())).await;
    venue.pass(Duration::from_secs(2)).await;
    desk.until("the position's P&L", |m| m.positions.get(&con_id).is_some_and(|p| p.pnl.unrealized.is_some())).await;
    desk.until("the account's P&L", |m| m.account.pnl.daily.is_some()).await;
    let bought: Qty = desk.model.orders.executions.values().fold(Qty::ZERO, |sum, e| sum.plus(e.qty).unwrap());
    assert_eq!(bought, Qty::from(100), "the executions add up to the order");
    assert_eq!(desk.handed_over, 1);
}

#[tokio::test]
async fn an_order_larger_than_the_book_fills_in_parts() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b t 2 0 0 0 enter");
    assert!(desk.model.orders.all.is_empty(), "typed an instant ago: too soon");
    desk.dwell().await;
    desk.keys("enter");
    desk.until("a partial fill", |m| m.orders.all.values().any(|o| o.filled.is_positive())).await;
    let mut parts = 0;
    while desk.state() != OrderState::Filled {
        assert!(desk.order().filled < Qty::from(2000));
        parts += 1;
        venue.pass(Duration::from_millis(500)).await;
        let before = desk.order().filled;
        let moved = |m: &tradewind::app::model::Model| m.orders.all.values().any(|o| o.filled > before);
        if tokio::time::timeout(Duration::from_millis(200), desk.until("more", moved)).await.is_err() {
            assert!(parts < 4_000, "it never fills: {:?}", desk.order());
        }
    }
    let fills = desk.model.orders.executions.len();
    assert!(fills > 1, "{fills} executions");
    let total = desk.model.orders.executions.values().fold(Qty::ZERO, |sum, e| sum.plus(e.qty).unwrap());
    assert_eq!(total, Qty::from(2000));
}

#[tokio::test]
async fn a_resting_order_is_cancelled_with_one_key() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b down down down down down enter");
    desk.until("a working order", |m| m.orders.all.values().any(|o| o.state == OrderState::Working)).await;
    desk.keys("x");
    desk.until("the cancel", |m| m.orders.all.values().any(|o| o.state == OrderState::Cancelled)).await;
    assert_eq!(desk.order().filled, Qty::ZERO);
    assert!(desk.model.positions.values().all(|p| p.qty.is_zero()));
}

#[tokio::test]
async fn a_nudge_moves_the_order_and_keeps_its_number() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b down down down down down enter");
    desk.until("a working order", |m| m.orders.all.values().any(|o| o.state == OrderState::Working)).await;
    let (id, limit) = (desk.order().ids.order_id, desk.order().spec.kind.limit().unwrap());
    desk.keys("7 - -");
    desk.until("the change", |m| {
        m.orders.all.values().any(|o| o.before_change.is_none() && o.spec.kind.limit().is_some_and(|l| l < limit))
    })
    .await;
    let moved = desk.order().spec.kind.limit().unwrap();
    assert_eq!(limit.minus(moved).unwrap().to_string(), "0.02");
    assert_eq!(desk.order().ids.order_id, id);
    assert!(desk.model.notices.list.iter().any(|n| n.text.starts_with("changed buy 100 AAPL")));
}

#[tokio::test]
async fn a_bracket_protects_what_it_buys_and_flatten_takes_all_of_it_back() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let symbol = desk.model.panes.watchlist.rows[0].symbol.to_string();
    desk.say(&format!("buy 100 {symbol} take sl entry-5 tp entry+5"));
    assert!(desk.model.overlay.is_none(), "{:?}", desk.model.overlay);
    desk.dwell().await;
    desk.keys("enter");
    desk.until("the fill", |m| m.orders.all.values().any(|o| o.state == OrderState::Filled)).await;
    let con_id = desk.model.orders.all[0].spec.con_id;
    let protected = |m: &tradewind::app::model::Model| {
        m.positions.get(&con_id).is_some_and(|p| p.qty == Qty::from(100))
            && tradewind::app::protection::unprotected(m) == 0
    };
    desk.until("protection", protected).await;
    let exits: Vec<_> = desk.model.orders.live().cloned().collect();
    assert_eq!(exits.len(), 2, "{exits:#?}");
    assert!(exits.iter().all(|o| o.parent.is_some() && o.spec.attributes.oca.is_some()), "{exits:#?}");

    desk.keys("Z");
    desk.dwell().await;
    desk.keys("enter");
    desk.until("a flat position", |m| m.positions.get(&con_id).is_some_and(|p| p.qty.is_zero())).await;
    assert_eq!(desk.model.orders.live().count(), 0);
    let cancelled = desk.model.orders.all.values().filter(|o| o.state == OrderState::Cancelled).count();
    assert_eq!(cancelled, 2, "stop and target");
    assert_eq!(desk.handed_over, 2, "the bracket is one, the close is one");
}

#[tokio::test]
async fn half_of_a_bracketed_position_is_closed_and_the_rest_keeps_its_stop_and_target() {
    let (folder, mut venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let symbol = desk.model.panes.watchlist.rows[0].symbol.to_string();
    desk.say(&format!("buy 100 {symbol} take sl entry-5 tp entry+5"));
    desk.dwell().await;
    desk.keys("enter");
    desk.until("the fill", |m| m.orders.all.values().any(|o| o.state == OrderState::Filled)).await;
    let con_id = desk.model.orders.all[0].spec.con_id;
    let covered = |m: &tradewind::app::model::Model, held: i64| {
        m.positions.get(&con_id).is_some_and(|p| p.qty == Qty::from(held))
            && tradewind::app::protection::unprotected(m) == 0
            && m.orders.live().all(|o| o.state != OrderState::Sending && o.before_change.is_none())
            && m.orders.yielding.is_empty()
    };
    desk.until("protection", |m| covered(m, 100)).await;

    // Half rests far above the market: the whole position stays behind stops.
    desk.keys("c h up up up up up up up up up up");
    desk.dwell().await;
    desk.keys("enter");
    desk.until("four exits", |m| m.orders.live().count() == 4 && covered(m, 100)).await;
    let left = |m: &tradewind::app::model::Model| {
        m.orders.live().map(tradewind::domain::order::Order::remaining).collect::<Vec<_>>()
    };
    assert_eq!(left(&desk.model), [Qty::from(50); 4]);

    // It comes to the market and fills; the stop that went beside it goes with it.
    let exit = desk.model.orders.live().last().expect("the exit").key.clone();
    let number = desk.model.orders.all[&exit].ids.order_id;
    desk.say(&format!("modify order:{number} take"));
    desk.dwell().await;
    desk.keys("enter");
    for _ in 0..200 {
        if desk.model.orders.all[&exit].state == OrderState::Filled {
            break;
        }
        venue.pass(Duration::from_millis(500)).await;
        let _ = tokio::time::timeout(
            Duration::from_millis(100),
            desk.until("a fill", |m| m.orders.all[&exit].state == OrderState::Filled),
        )
        .await;
    }
    desk.until("half", |m| covered(m, 50) && m.orders.live().count() == 2).await;
    assert_eq!(left(&desk.model), [Qty::from(50); 2]);
    let sold: Qty = desk
        .model
        .orders
        .executions
        .values()
        .filter(|e| e.side == tradewind::domain::order::Side::Sell)
        .fold(Qty::ZERO, |sum, e| sum.plus(e.qty).unwrap());
    assert_eq!(sold, Qty::from(50));
}

#[tokio::test]
async fn a_stop_under_a_position_is_moved_with_one_key_and_works_at_the_broker() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b t enter");
    desk.until("the position", |m| m.positions.values().any(|p| p.qty == Qty::from(100))).await;
    desk.keys("p");
    desk.dwell().await;
    desk.keys("enter");
    desk.until("protection", |m| tradewind::app::protection::unprotected(m) == 0).await;
    let stop = desk.model.orders.live().next().expect("the stop").clone();
    desk.keys("7 m");
    desk.keys("down");
    desk.dwell().await;
    desk.keys("enter");
    let moved = |m: &tradewind::app::model::Model| {
        m.orders.all.get(&stop.key).is_some_and(|o| o.spec.kind != stop.spec.kind && o.before_change.is_none())
    };
    desk.until("the changed stop", moved).await;
    let now = &desk.model.orders.all[&stop.key];
    let (old, new) = (stop.spec.kind.trigger().expect("a trigger"), now.spec.kind.trigger().expect("a trigger"));
    assert_eq!(old.minus(new).map(|d| d.0.normalize().to_string()).as_deref(), Some("0.01"));
    assert_eq!((now.spec.tif, now.spec.qty), (stop.spec.tif, stop.spec.qty));
}

#[tokio::test]
async fn every_type_of_order_that_a_sentence_says_is_taken_by_the_broker_with_its_terms() {
    let kinds = [
        ("lmt bid-1%", "LMT"),
        ("stp ask+2%", "STP"),
        ("stp ask+2% lmt ask+3% gtc ext", "STP LMT"),
        ("mit bid-2%", "MIT"),
        ("lit bid-2% lmt bid-1%", "LIT"),
        ("trail 1%", "TRAIL"),
        ("trail 1% lmtoff 0.10", "TRAIL LIMIT"),
        ("rel 0.01 cap bid-1%", "REL"),
        ("pegmid cap bid-1%", "PEG MID"),
        ("midprice cap bid-1%", "MIDPRICE"),
        ("lmt bid-1% show 5", "LMT"),
        ("lmt bid-1% hidden", "LMT"),
        ("lmt bid-1% aon", "LMT"),
        ("lmt bid-1% gtc oca dip", "LMT"),
        ("mtl", "MTL"),
        ("mkt", "MKT"),
    ];
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    let symbol = desk.model.panes.watchlist.rows[0].symbol.to_string();
    for (said, word) in kinds {
        desk.say(&format!("buy 10 {symbol} {said}"));
        assert!(desk.model.overlay.is_none(), "{said}: {:?}", desk.model.overlay);
        let staged = desk.model.panes.ticket.staged.as_ref().and_then(|s| s.spec.clone()).expect(said);
        assert_eq!(staged.kind.word(), word, "{said}");
        let before = desk.model.orders.all.len();
        desk.dwell().await;
        desk.keys("enter");
        desk.until(said, |m| {
            m.orders.all.len() > before && m.orders.all.values().last().is_some_and(|o| o.state != OrderState::Sending)
        })
        .await;
        let order = desk.model.orders.all.values().last().expect(said);
        assert!(!matches!(order.state, OrderState::Rejected | OrderState::Unknown), "{said}: {order:?}");
        let (sent, now) = (&staged, &order.spec);
        assert_eq!(
            (now.kind.word(), now.tif, now.session, now.qty),
            (word, sent.tif, sent.session, sent.qty),
            "{said}"
        );
        desk.keys("esc");
    }
}
