//! Orders through their whole lives.

use futures_util::StreamExt;
use ibapi::Notice;
use ibapi::orders::builder::TrailBy;
use ibapi::orders::{
    CancelOrder, ExecutionFilter, Executions, OcaType, Order, OrderOutcome, OrderStatus, OrderStatusKind, Orders,
    PlaceOrder,
};
use ibapi::prelude::OrderUpdate;
use ibapi::subscriptions::SubscriptionItem;

use crate::requests::touch;
use crate::session::{PATIENCE, Session, all, ask, cents, first, soon, stock};

use OrderStatusKind::{Cancelled, Filled, PreSubmitted, Submitted};

/// The next update of this client's orders, or a word about one.
async fn hear(s: &mut Session) -> Result<OrderUpdate, Notice> {
    match soon(s.updates.next()).await.expect("the stream goes on").unwrap() {
        SubscriptionItem::Data(update) => Ok(update),
        SubscriptionItem::Notice(notice) => Err(notice),
    }
}

/// The status of an order once it is `wanted`; a refusal on the way fails.
pub async fn status(s: &mut Session, id: i32, wanted: &[OrderStatusKind]) -> OrderStatus {
    loop {
        match hear(s).await {
            Ok(OrderUpdate::OrderStatus(status)) if status.order_id == id && wanted.contains(&status.status) => {
                return status;
            }
            Ok(_) => {}
            Err(notice) => {
                let harmless = [202, 399].contains(&notice.code) || (2100..2200).contains(&notice.code);
                assert!(harmless, "error {} ({}) while waiting for {wanted:?} of {id}", notice.code, notice.message);
            }
        }
    }
}

/// The next word about an order that is neither a warning nor of a cancellation must be the error `code`.
async fn error(s: &mut Session, code: i32) {
    loop {
        match hear(s).await {
            Err(notice) if notice.code != 202 && !(2100..2200).contains(&notice.code) => {
                return assert_eq!(notice.code, code, "{}", notice.message);
            }
            _ => {}
        }
    }
}

/// Sends an order under a new id.
async fn send(s: &Session, symbol: &str, order: &Order) -> i32 {
    let id = ask!(s, next_order_id());
    soon(ask!(s, submit_order(id, &stock(symbol), order))).await.unwrap();
    id
}

/// Sends a change of an order.
async fn change(s: &Session, id: i32, order: &Order) {
    soon(s.client.submit_order(id, &stock("AAPL"), order)).await.unwrap();
}

fn ids(orders: &[Orders]) -> Vec<i32> {
    let id = |order: &Orders| if let Orders::OrderData(data) = order { Some(data.order_id) } else { None };
    orders.iter().filter_map(id).collect()
}

pub async fn rest_change_and_fill(s: &mut Session) {
    let apple = stock("AAPL");
    let (bid, offer) = touch(&s.client).await;
    let far = cents(bid * 0.9);
    assert_eq!(soon(ask!(s, next_valid_order_id())).await.unwrap(), 1);
    let mut order = ask!(s, order(&apple)).buy(10).limit(far).good_till_canceled().build_order().unwrap();
    "interop".clone_into(&mut order.order_ref);
    let id = send(s, "AAPL", &order).await;
    let working = status(s, id, &[Submitted]).await;
    assert!(working.filled == 0.0 && working.remaining == 10.0 && working.perm_id > 0, "{working:?}");
    let open = all(&mut soon(ask!(s, open_orders())).await.unwrap()).await;
    assert_eq!(ids(&open), [id]);
    let Some(Orders::OrderData(shown)) = open.first() else { panic!("an order first") };
    assert_eq!((shown.order.limit_price, shown.order.order_ref.as_str()), (Some(far), "interop"));
    assert_eq!(ids(&all(&mut soon(ask!(s, all_open_orders())).await.unwrap()).await), [id]);
    order.total_quantity = 20.0;
    order.limit_price = Some(cents(offer * 1.005));
    change(s, id, &order).await;
    let (mut shares, mut cost, mut fills) = (0.0, 0.0, Vec::new());
    let full = loop {
        match hear(s).await.unwrap_or_else(|notice| panic!("{} {}", notice.code, notice.message)) {
            OrderUpdate::ExecutionData(data) => {
                assert!(bid * 0.99 < data.execution.price && data.execution.price <= cents(offer * 1.005), "{data:?}");
                shares += data.execution.shares;
                fills.push(data.execution.execution_id);
            }
            OrderUpdate::CommissionReport(report) => cost += report.commission,
            OrderUpdate::OrderStatus(status) if status.status == Filled && cost > 0.0 => break status,
            OrderUpdate::OrderStatus(status) if status.status == Filled => {
                while cost == 0.0 {
                    if let Ok(OrderUpdate::CommissionReport(report)) = hear(s).await {
                        cost += report.commission;
                    }
                }
                break status;
            }
            _ => {}
        }
    };
    assert!((full.filled, full.remaining) == (20.0, 0.0) && shares == 20.0 && cost == 1.0, "{full:?} {shares} {cost}");
    let mut executions = soon(ask!(s, executions(ExecutionFilter::default()))).await.unwrap();
    let told: Vec<_> = all(&mut executions)
        .await
        .into_iter()
        .filter_map(
            |told| if let Executions::ExecutionData(data) = told { Some(data.execution.execution_id) } else { None },
        )
        .collect();
    assert_eq!(told, fills);
    let done = all(&mut soon(ask!(s, completed_orders(false))).await.unwrap()).await;
    let Some(Orders::OrderData(done)) = done.first() else { panic!("a completed order") };
    assert_eq!(done.order_state.status, Filled);
}

pub async fn cancel_and_fill_in_part(s: &mut Session) {
    let apple = stock("AAPL");
    let (bid, offer) = touch(&s.client).await;
    let resting = s.client.order(&apple).buy(10).limit(cents(bid * 0.9)).build_order().unwrap();
    let id = send(s, "AAPL", &resting).await;
    status(s, id, &[Submitted]).await;
    let mut cancelling = soon(ask!(s, cancel_order(id, ""))).await.unwrap();
    let gone = first(&mut cancelling, |item| match item {
        CancelOrder::OrderStatus(status) if status.status == Cancelled => Some(status),
        CancelOrder::OrderStatus(_) => None,
    })
    .await;
    assert_eq!((gone.filled, gone.remaining), (0.0, 10.0));
    status(s, id, &[Cancelled]).await;
    // More than the book shows at the touch: fills in part, and the rest goes on working.
    let large = s.client.order(&apple).buy(4000).limit(offer).build_order().unwrap();
    let id = send(s, "AAPL", &large).await;
    let part = loop {
        let now = status(s, id, &[Submitted, Filled]).await;
        if now.filled > 0.0 {
            break now;
        }
    };
    assert!(part.filled < 4000.0 && part.filled + part.remaining == 4000.0, "{part:?}");
    drop(soon(s.client.cancel_order(id, "")).await.unwrap());
    status(s, id, &[Cancelled]).await;
}

pub async fn refusals_and_previews(s: &mut Session) {
    let apple = stock("AAPL");
    let (bid, offer) = touch(&s.client).await;
    let limit = |quantity: f64, price: f64| Order { total_quantity: quantity, ..limit_order(price) };
    let cases = [
        (201, "AAPL", Order { order_type: "MKT".to_owned(), limit_price: None, ..limit(1_000_000.0, 0.0) }),
        (110, "AAPL", limit(10.0, 100.001)),
        (321, "AAPL", Order { account: "DU9999999".to_owned(), ..limit(10.0, 100.0) }),
        // This client sends a size of zero as no size.
        (321, "AAPL", limit(0.0, 100.0)),
        (200, "ZZZZ", limit(10.0, 100.0)),
        (135, "AAPL", Order { parent_id: 99_999, ..limit(10.0, 100.0) }),
    ];
    for (code, symbol, order) in cases {
        send(s, symbol, &order).await;
        error(s, code).await;
    }
    drop(soon(s.client.cancel_order(77_777, "")).await.unwrap());
    error(s, 10147).await;
    drop(soon(s.client.cancel_order(1, "")).await.unwrap());
    error(s, 10148).await;
    change(s, 1, &limit(10.0, cents(bid * 0.9))).await;
    error(s, 104).await;
    let preview = soon(s.client.order(&apple).buy(100).limit(offer).analyze()).await.unwrap();
    let change = preview.initial_margin_change.unwrap();
    let difference = preview.initial_margin_after.unwrap() - preview.initial_margin_before.unwrap();
    assert!((change - difference).abs() < 0.02 && (0.4..0.6).contains(&(change / (100.0 * offer))), "{preview:?}");
    assert!(preview.commission.or(preview.minimum_commission).is_some_and(|fee| fee > 0.0), "{preview:?}");
    // A fate that is waited for, and one that is watched.
    let id = s.client.next_order_id();
    let placed = soon(ask!(s, place_order(id, &apple, &limit(10.0, 100.001)))).await.unwrap();
    drop(placed);
    error(s, 110).await;
    let (waited, watched) = (s.client.next_order_id(), s.client.next_order_id());
    let filling = limit(10.0, cents(offer * 1.005));
    let watching = soon(ask!(s, order_status_stream(watched))).await;
    let outcome = {
        let waiting = ask!(s, wait_for_fill(waited, PATIENCE));
        let placing = s.client.submit_order(waited, &apple, &filling);
        let (outcome, placed) = tokio::join!(waiting, placing);
        placed.unwrap();
        outcome.unwrap()
    };
    assert!(matches!(outcome, OrderOutcome::Filled(_)), "{outcome:?}");
    status(s, waited, &[Filled]).await;
    let mut watching = watching.unwrap();
    soon(s.client.submit_order(watched, &apple, &filling)).await.unwrap();
    first(&mut watching, |status| (status.status == Filled).then_some(())).await;
    status(s, watched, &[Filled]).await;
    let id = s.client.next_order_id();
    let mut placed = soon(s.client.place_order(id, &apple, &filling)).await.unwrap();
    let mut shares = 0.0;
    first(&mut placed, |item| {
        if let PlaceOrder::ExecutionData(data) = item {
            shares += data.execution.shares;
        }
        (shares == 10.0).then_some(())
    })
    .await;
}

fn limit_order(price: f64) -> Order {
    Order {
        action: ibapi::orders::Action::Buy,
        order_type: "LMT".to_owned(),
        limit_price: Some(price),
        transmit: true,
        ..Order::default()
    }
}

pub async fn brackets_and_groups(s: &mut Session) {
    let apple = stock("AAPL");
    let (bid, offer) = touch(&s.client).await;
    let family = s.client.order(&apple).buy(30).bracket();
    let family = family.entry_limit(cents(bid * 0.9)).take_profit(cents(offer * 1.1)).stop_loss(cents(bid * 0.8));
    let sent = soon(family.submit_all()).await.unwrap();
    let (parent, profit, stop) = (sent.parent.value(), sent.take_profit.value(), sent.stop_loss.value());
    status(s, parent, &[Submitted]).await;
    let mut entry = limit_order(cents(offer * 1.005));
    entry.total_quantity = 30.0;
    change(s, parent, &entry).await;
    status(s, parent, &[Filled]).await;
    let working = status(s, profit, &[Submitted]).await;
    assert_eq!(working.remaining, 30.0);
    // A child that changes may name its parent only while that works, as in TWS.
    let mut exit = limit_order(cents(touch(&s.client).await.0 * 0.995));
    (exit.action, exit.total_quantity, exit.parent_id) = (ibapi::orders::Action::Sell, 30.0, parent);
    change(s, profit, &exit).await;
    error(s, 135).await;
    exit.parent_id = 0;
    change(s, profit, &exit).await;
    let mut over = (false, false);
    while over != (true, true) {
        if let Ok(OrderUpdate::OrderStatus(status)) = hear(s).await {
            over.0 |= status.order_id == profit && status.status == Filled;
            over.1 |= status.order_id == stop && status.status == Cancelled;
        }
    }
    let one_of = |factor: f64| Order {
        total_quantity: 10.0,
        oca_group: "interop-1".to_owned(),
        oca_type: OcaType::CancelWithBlock,
        ..limit_order(cents(bid * factor))
    };
    let pair = vec![(apple.clone(), one_of(0.9)), (apple.clone(), one_of(0.89))];
    let sent = soon(ask!(s, submit_oca_orders(pair))).await.unwrap();
    let (one, other) = (sent[0].value(), sent[1].value());
    status(s, other, &[Submitted]).await;
    change(s, one, &Order { limit_price: Some(cents(touch(&s.client).await.1 * 1.005)), ..one_of(0.9) }).await;
    let mut over = (false, false);
    while over != (true, true) {
        if let Ok(OrderUpdate::OrderStatus(status)) = hear(s).await {
            over.0 |= status.order_id == one && status.status == Filled;
            over.1 |= status.order_id == other && status.status == Cancelled;
        }
    }
}

pub async fn triggers_and_types(s: &mut Session) {
    let apple = stock("AAPL");
    let (bid, offer) = touch(&s.client).await;
    let mut stop = s.client.order(&apple).sell(20).stop(cents(bid * 0.9)).build_order().unwrap();
    let id = send(s, "AAPL", &stop).await;
    status(s, id, &[PreSubmitted]).await;
    stop.aux_price = Some(cents(offer * 1.002));
    change(s, id, &stop).await;
    assert_eq!(status(s, id, &[Filled]).await.filled, 20.0);
    let sell = || s.client.order(&apple).sell(5);
    let orders = vec![
        sell().stop_limit(cents(bid * 0.9), cents(bid * 0.89)).build_order().unwrap(),
        sell().trailing_stop(TrailBy::Percent(5.0), cents(bid * 0.9)).build_order().unwrap(),
        sell().trailing_stop_limit(TrailBy::Amount(10.0), cents(bid * 0.9), 0.1).build_order().unwrap(),
        sell().market_if_touched(cents(bid * 1.1)).build_order().unwrap(),
        sell().limit_if_touched(cents(bid * 1.1), cents(bid * 1.11)).build_order().unwrap(),
        sell().midprice(Some(cents(bid * 1.1))).build_order().unwrap(),
        sell().relative(0.01, Some(cents(bid * 1.1))).build_order().unwrap(),
        sell().pegged_to_market(5.0).build_order().unwrap(),
        sell().market_on_close().build_order().unwrap(),
        sell().limit_on_close(cents(bid * 1.1)).build_order().unwrap(),
        sell().limit(cents(bid * 1.1)).hidden().build_order().unwrap(),
        sell().limit(cents(bid * 1.1)).all_or_none().build_order().unwrap(),
        sell().limit(cents(bid * 1.1)).day_till_canceled().build_order().unwrap(),
    ];
    let mut sent = Vec::new();
    for order in &orders {
        let id = send(s, "AAPL", order).await;
        status(s, id, &[PreSubmitted, Submitted]).await;
        sent.push(id);
    }
    soon(ask!(s, global_cancel())).await.unwrap();
    while !sent.is_empty() {
        if let Ok(OrderUpdate::OrderStatus(status)) = hear(s).await
            && status.status == Cancelled
        {
            sent.retain(|id| *id != status.order_id);
        }
    }
    assert!(all(&mut soon(s.client.open_orders()).await.unwrap()).await.is_empty(), "nothing works any more");
    // Not client 0, and told so; an error without an id is a word to everybody here.
    let mut words = ask!(s, notice_stream()).unwrap();
    let _bound = soon(ask!(s, auto_open_orders(true))).await.unwrap();
    while soon(words.next()).await.expect("the stream goes on").code != 327 {}
}
