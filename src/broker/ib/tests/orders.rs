//! Orders and cancels on their way out, and what comes back.

use super::*;

#[tokio::test]
async fn a_market_order_is_sent_filled_paid_for_and_held() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    let order = approved("k3f2-1-1", buy(&instrument, 100, OrderKind::Market), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    let ids = bench
        .until("sent", |e| match e {
            Event::Sent { key, ids } if key.as_str() == "k3f2-1-1" => Some(*ids),
            _ => None,
        })
        .await;
    assert_eq!(ids, BrokerIds { client_id: 1, order_id: id, perm_id: 0 });
    let mut fills: Vec<Execution> = Vec::new();
    bench
        .until("all fills", |e| {
            if let Event::Execution(fill) = e
                && fills.iter().all(|f| f.exec_id != fill.exec_id)
            {
                assert_eq!((fill.order_ref.as_str(), fill.ids.order_id), ("k3f2-1-1", id));
                fills.push((**fill).clone());
            }
            let filled = fills.iter().fold(Qty::ZERO, |sum, f| sum.plus(f.qty).unwrap());
            (filled == Qty::from(100)).then_some(())
        })
        .await;
    assert!(fills.iter().all(|f| f.time.is_some() && f.price.is_positive()));
    bench
        .until("commission and position", {
            let (mut paid, mut held) = (0, false);
            let count = fills.len();
            move |e| {
                match e {
                    Event::Commission { commission, .. } if commission.amount.is_positive() => paid += 1,
                    Event::Position(p) if p.qty == Qty::from(100) => held = true,
                    _ => {}
                }
                // The first commissions may have come between the fills.
                (held && (paid > 0 || count > 1)).then_some(())
            }
        })
        .await;
    bench
        .until("profit and loss of the position", |e| match e {
            Event::PositionPnl { con_id, value: Some(value), .. } if *con_id == instrument.con_id => {
                assert!(value.is_positive());
                Some(())
            }
            _ => None,
        })
        .await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_resting_order_is_changed_and_cancelled() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    let spec = buy(&instrument, 100, low());
    let order = approved("k3f2-1-2", spec.clone(), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    bench.status(id, BrokerStatus::Working).await;
    let ids = BrokerIds { client_id: 1, order_id: id, perm_id: 0 };
    let working = Order::new(OrderKey::own("k3f2-1-2"), ids, spec.clone(), OrderState::Working, Stamp::now());
    let changed = OrderSpec { qty: Qty::from(50), ..spec };
    let approval = desk(&account, &instrument, Stamp::now())
        .ask(|ctx| risk::check_change(&working, changed, ctx, Consent::Given).expect("a fair change"));
    bench.send(Command::Place(Box::new(approval), Intent::unproven(2, id)));
    bench
        .until("changed order", |e| match e {
            Event::Order(o) if o.ids.order_id == id && o.spec.qty == Qty::from(50) => {
                assert_eq!((o.order_ref.as_str(), o.spec.kind), ("k3f2-1-2", low()));
                Some(())
            }
            _ => None,
        })
        .await;
    bench.send(Command::Cancel { key: working.key.clone(), ids: working.ids });
    bench.status(id, BrokerStatus::Cancelled).await;
    bench.send(Command::Cancel { key: working.key.clone(), ids: BrokerIds { order_id: id + 50, ..working.ids } });
    let code = bench
        .until("refused cancel", |e| match e {
            Event::OrderError { order_id, code, .. } if *order_id == id + 50 => Some(*code),
            _ => None,
        })
        .await;
    assert_eq!(code, 10_147);
    let foreign = BrokerIds { client_id: 9, order_id: 4, perm_id: 5 };
    bench.send(Command::Cancel { key: OrderKey::foreign(5), ids: foreign });
    bench.until("no cancel", |e| matches!(e, Event::CancelNotSent { queued: false, .. }).then_some(())).await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn what_may_not_be_sent_is_told_and_does_not_reach_the_gateway() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = apple();
    let spec = || buy(&instrument, 100, low());
    let old = Stamp { mono: Stamp::now().mono - 1_100_000_000, ..Stamp::now() };
    bench.send(Command::Place(approved("a", spec(), &account, &instrument, old), Intent::unproven(1, id)));
    assert_eq!(refused(&mut bench).await, "its approval is older than 1 s");
    let other = AccountId::new("DU7654321");
    bench.send(Command::Place(approved("b", spec(), &other, &instrument, Stamp::now()), Intent::unproven(2, id)));
    assert_eq!(refused(&mut bench).await, "it was approved for another account");
    bench.send(Command::Place(approved("c", spec(), &account, &instrument, Stamp::now()), Intent::unproven(3, id)));
    bench.status(id, BrokerStatus::Working).await;
    bench.send(Command::Place(approved("d", spec(), &account, &instrument, Stamp::now()), Intent::unproven(4, id)));
    assert_eq!(refused(&mut bench).await, "its order id was used before");
    bench.send(Command::Resync);
    let snapshot = synced(&mut bench).await;
    let known: Vec<&str> = snapshot.open.iter().map(|o| o.order_ref.as_str()).collect();
    assert_eq!(known, ["c"]);
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_read_only_session_refuses_orders_and_passes_cancels() {
    let venue = Venue::open(Options::default()).await;
    let mut bench = Bench::start(Profile { read_only: true, ..venue.profile() });
    bench.hand = Some(venue.hand.clone());
    let (account, id) = bench.until_ready().await;
    let instrument = apple();
    let order = approved("a", buy(&instrument, 1, low()), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    assert_eq!(refused(&mut bench).await, "the session is read-only");
    bench.send(Command::Cancel { key: OrderKey::own("x"), ids: BrokerIds { client_id: 1, order_id: id, perm_id: 0 } });
    bench.until("answer of the gateway", |e| matches!(e, Event::OrderError { .. }).then_some(())).await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn urgent_commands_overtake_orders_and_drop_the_unsent() {
    let (gate, seen) = watch::channel(Gate::Closed);
    let (events, mut told) = mpsc::channel(16);
    let (broken, _broken) = mpsc::channel(1);
    let sender = Sender::new(events, seen, broken, Pace::new(Stamp::now()), 1);
    let (port, lanes) = port::open();
    let (account, instrument) = (AccountId::new("DU0000001"), apple());
    for (seq, key) in ["a", "b"].into_iter().enumerate() {
        let order = approved(key, buy(&instrument, 1, low()), &account, &instrument, Stamp::now());
        port.send(Command::Place(order, Intent::unproven(seq as i64, seq as i32 + 1))).unwrap();
    }
    let exit = buy(&instrument, 1, low());
    let check = |ctx: &Context<'_>| risk::check_new(exit, OrderKey::own("exit"), ctx, Consent::Given);
    let exit =
        Box::new(Desk { position: Qty::from(-1), ..desk(&account, &instrument, Stamp::now()) }.ask(check).unwrap());
    port.send(Command::Place(exit, Intent::unproven(2, 3))).unwrap();
    let ids = BrokerIds { client_id: 1, order_id: 9, perm_id: 0 };
    port.send(Command::Cancel { key: OrderKey::own("z"), ids }).unwrap();
    port.send(Command::DropUnsent).unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(sender.run(lanes.urgent, lanes.orders, stop.clone()));
    let first = told.recv().await.unwrap();
    assert!(matches!(&first, Event::CancelNotSent { key, queued: true, .. } if key.as_str() == "z"), "{first:?}");
    // The exit is not dropped: it is tried, and what stops it here is that there is no connection.
    for (wanted, reason) in [("a", "dropped"), ("b", "dropped"), ("exit", "no connection")] {
        let next = told.recv().await.unwrap();
        let fits = matches!(&next, Event::NotSent { key, why } if key.as_str() == wanted && why.contains(reason));
        assert!(fits, "{next:?}");
    }
    stop.cancel();
    task.await.unwrap();
    drop(gate);
}

#[tokio::test]
async fn what_left_of_a_family_is_taken_back_when_the_client_refuses_the_rest() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, _) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    // The client takes no order id of its own range of request ids: the head is below it, its exit is not.
    let id = 1_499_999_999;
    let head = buy(&instrument, 100, low());
    let stop = OrderSpec {
        verb: Verb::Sell,
        side: Side::Sell,
        kind: OrderKind::Stop { trigger: Price::from(90), limit: None },
        ..head.clone()
    };
    let exits = vec![risk::Attached { key: OrderKey::own("k3f2-1-2"), spec: stop }];
    let approval = desk(&account, &instrument, Stamp::now()).ask(|ctx| {
        risk::check_family(head, OrderKey::own("k3f2-1-1"), exits, ctx, Consent::Given).expect("a fair bracket")
    });
    bench.send(Command::Place(Box::new(approval), Intent::unproven(1, id)));
    let (mut told, mut gone) = (false, false);
    bench
        .until("the exit not sent and the head cancelled", |e| {
            match e {
                Event::NotSent { key, .. } => {
                    assert_eq!(key.as_str(), "k3f2-1-2");
                    told = true;
                }
                Event::Status(s) if s.ids.order_id == id => gone |= s.status == BrokerStatus::Cancelled,
                Event::Order(o) if o.ids.order_id == id => gone |= o.status == BrokerStatus::Cancelled,
                Event::OrderError { order_id, code: 202, .. } => gone |= *order_id == id,
                _ => {}
            }
            (told && gone).then_some(())
        })
        .await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn a_question_is_answered_with_margin_and_commission_and_leaves_no_order() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = bench.find("AAPL").await;
    let mut spec = buy(&instrument, 100, low());
    spec.attributes.preview = true;
    let order = approved("k3f2-1-7", spec.clone(), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    let (ids, answer) = bench
        .until("the answer", |e| match e {
            Event::WhatIf { key, ids, answer } if key.as_str() == "k3f2-1-7" => Some((*ids, answer.clone())),
            Event::Order(order) => panic!("a question is no order: {order:?}"),
            _ => None,
        })
        .await;
    assert_eq!(ids, BrokerIds { client_id: 1, order_id: id, perm_id: 0 });
    let grows = |pair: crate::domain::whatif::Pair| pair.change().is_some_and(Cash::is_positive);
    assert!(grows(answer.initial) && grows(answer.maintenance), "{answer:?}");
    assert!(answer.excess().change().is_some_and(Cash::is_negative), "{answer:?}");
    assert!(answer.commission.is_some_and(Cash::is_positive), "{answer:?}");
    bench.send(Command::Cancel { key: OrderKey::own("k3f2-1-7"), ids });
    let code = bench
        .until("nothing to cancel", |e| match e {
            Event::OrderError { order_id, code, .. } if *order_id == id => Some(*code),
            _ => None,
        })
        .await;
    assert_eq!(code, 10_147);
    bench.send(Command::Resync);
    let snapshot = synced(&mut bench).await;
    assert!(snapshot.open.is_empty() && snapshot.completed.is_empty(), "{snapshot:?}");
    // Its number is spent: the next order has another.
    spec.attributes.preview = false;
    let order = approved("k3f2-1-8", spec, &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(2, id + 1)));
    bench.status(id + 1, BrokerStatus::Working).await;
    bench.close().await;
    venue.close().await;
}
