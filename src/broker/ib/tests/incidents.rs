//! Incidents of real nights at the wire: the real client and adapter against the real gateway, whose frames a script or the
//! wire itself spoils. The number in each comment is the incident's row in the reliability specification.

use super::faults::{closed, link, place, quick, under, wired};
use super::*;

/// Row 44: IB's servers were lost, then the connection; nobody says 1102 to the new one.
#[tokio::test]
async fn a_new_connection_knows_nothing_of_a_loss_the_old_one_told() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    wire.say_error(-1, 1100, "Connectivity between IB and TWS has been lost.").await;
    assert_eq!(link(&mut bench).await, Link::IbLost);
    wire.cut().await;
    bench.until_ready().await;
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    closed(venue, wire, bench).await;
}

/// Rows 41 and 45: however often and under whichever number the loss is told, it is one, and orders wait.
#[tokio::test]
async fn the_loss_of_ibs_servers_is_told_once_under_either_code() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    for code in [2110, 1100].into_iter().cycle().take(20) {
        wire.say_error(-1, code, "Connectivity between Trader Workstation and server is broken.").await;
    }
    assert_eq!(link(&mut bench).await, Link::IbLost);
    place(&bench, "a", &account, id);
    assert_eq!(refused(&mut bench).await, "IB's servers are not reachable");
    wire.say_error(-1, 1102, "Connectivity restored, data maintained.").await;
    assert_eq!(link(&mut bench).await, Link::IbBack { data_kept: true }, "the loss was told once");
    bench.until_ready().await;
    closed(venue, wire, bench).await;
}

/// Row 5: a change left the first order alive. The stream and SYNC tell both, by their permanent ids, each with its terms.
#[tokio::test]
async fn both_orders_of_a_forked_id_are_in_a_snapshot() {
    let (venue, mut bench) = under("at placeOrder#2 do fork_perm", quick()).await;
    let (account, id) = bench.until_ready().await;
    let instrument = apple();
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    let (mut order, working) = (buy(&instrument, 100, low()), synced_now(&mut bench).await.open);
    let [first] = working.as_slice() else { panic!("{working:?}") };
    order.qty = Qty::from(60);
    let known =
        Order::new(OrderKey::own("a"), first.ids, buy(&instrument, 100, low()), OrderState::Working, Stamp::now());
    let change = desk(&account, &instrument, Stamp::now())
        .ask(|ctx| risk::check_change(&known, order, ctx, Consent::Given).expect("a fair change"));
    bench.send(Command::Place(Box::new(change), Intent::unproven(2, id)));
    let fork = bench
        .until("the second order", |e| match e {
            Event::Order(o) if o.ids.order_id == id && o.ids.perm_id != first.ids.perm_id => Some((**o).clone()),
            _ => None,
        })
        .await;
    assert_eq!((fork.order_ref.as_str(), fork.ids.client_id), ("a", first.ids.client_id));
    let open = synced_now(&mut bench).await.open;
    let mut rows: Vec<_> = open.iter().map(|o| (o.ids, o.spec.qty, o.status)).collect();
    rows.sort_by_key(|(ids, ..)| ids.perm_id != first.ids.perm_id);
    let expected = [(first.ids, 100), (fork.ids, 60)].map(|(ids, n)| (ids, Qty::from(n), BrokerStatus::Working));
    assert_eq!(rows, expected);
    bench.close().await;
    venue.close().await;
}

/// A snapshot that was asked for now.
async fn synced_now(bench: &mut Bench) -> Snapshot {
    bench.send(Command::Resync);
    synced(bench).await
}

/// Row 47: the farm is back and a line stays silent. It is asked for again, and lines that tick are not.
#[tokio::test]
async fn a_line_that_stays_silent_after_its_farm_came_back_is_asked_for_again() {
    let tempo = Tempo { silence: Duration::from_millis(300), ..quick() };
    let (venue, wire, mut bench) = wired(tempo).await;
    bench.until_ready().await;
    bench.send(Command::Watch(Box::new(apple())));
    bench.quote(apple().con_id, Quote::is_two_sided).await;
    let first = wire.line();
    // The market's clock stands still from here on, so that nothing ticks unless it is asked for.
    let hand = bench.hand.take();
    wire.say_error(-1, 2103, "Market data farm connection is broken:usfarm").await;
    wire.say_error(-1, 2104, "Market data farm connection is OK:usfarm").await;
    bench.quote(apple().con_id, |q| q.is_two_sided() && wire.line() > first).await;
    let second = wire.line();
    // What ticks after the farm came back has shown that it lives.
    bench.hand = hand;
    wire.say_error(-1, 2104, "Market data farm connection is OK:usfarm").await;
    bench.until("the notice", |e| matches!(e, Event::Notice { code: 2104, .. }).then_some(())).await;
    let seen = Stamp::now();
    bench.quote(apple().con_id, |q| q.at.is_some_and(|at| at > seen)).await;
    bench.send(Command::Watch(Box::new(samples::stock(ConId(272_093), "MSFT", "MSFT"))));
    bench.quote(ConId(272_093), Quote::is_two_sided).await;
    assert_eq!(wire.line(), second + 1, "the next that was asked for is the other line");
    closed(venue, wire, bench).await;
}

/// Row 47: a line that does not tick although it was asked for again is named, once.
#[tokio::test]
async fn lines_that_were_asked_for_in_vain_are_named() {
    let tempo = Tempo { silence: Duration::from_millis(50), ..quick() };
    let (venue, mut bench) = under("at tickPrice do drop\nat tickSize do drop", tempo).await;
    bench.until_ready().await;
    bench.send(Command::Watch(Box::new(apple())));
    let said = bench
        .until("its name", |e| match e {
            Event::Notice { text, .. } if text.starts_with("No quotes of") => Some(text.to_string()),
            _ => None,
        })
        .await;
    assert_eq!(said, "No quotes of AAPL, though asked for again. They are asked for every few minutes.");
    bench.close().await;
    venue.close().await;
}

/// Rows 48 and 49: another session of the user takes one line. It is that line's matter: the other ticks, the session stays,
/// and the line is asked for again until the data is back.
#[tokio::test]
async fn data_that_another_session_holds_is_a_matter_of_its_line_and_comes_back() {
    let tempo = Tempo { silence: Duration::from_millis(300), ..quick() };
    let (venue, wire, mut bench) = wired(tempo).await;
    bench.until_ready().await;
    let other = ConId(272_093);
    bench.send(Command::Watch(Box::new(samples::stock(other, "MSFT", "MSFT"))));
    bench.quote(other, Quote::is_two_sided).await;
    bench.send(Command::Watch(Box::new(apple())));
    bench.quote(apple().con_id, Quote::is_two_sided).await;
    bench.seen.clear();
    let line = wire.line();
    wire.say_error(line, 10_197, "No market data during competing live session").await;
    let refused = bench.quote(apple().con_id, |q| q.refused.is_some()).await.refused;
    assert_eq!(refused.map(|(code, _)| code), Some(10_197));
    let seen = Stamp::now();
    bench.quote(other, |q| q.refused.is_none() && q.at.is_some_and(|at| at > seen)).await;
    bench.quote(apple().con_id, |q| q.refused.is_none() && q.is_two_sided() && wire.line() > line).await;
    assert!(!bench.seen.iter().any(|e| e.starts_with("Link")), "{:?}", bench.seen);
    closed(venue, wire, bench).await;
}

/// Row 57: the gateway says that it moves to another port. That is told, also while nobody answers at the old one, and no
/// other address is dialled.
#[tokio::test]
async fn a_port_that_moved_is_told_and_not_followed() {
    let (venue, wire, mut bench) = wired(quick()).await;
    bench.until_ready().await;
    let address = wire.address;
    wire.say_error(-1, 1300, "TWS socket port has been reset. Please reconnect on the new port - 4005").await;
    wire.cut().await;
    for attempt in 1..3 {
        let (at, why) = bench
            .until("the reason", |e| match e {
                Event::Link(Link::Dialling { address, why: Some(why), next_in: Some(_), .. }) => {
                    Some((address.clone(), why.clone()))
                }
                _ => None,
            })
            .await;
        assert_eq!((at.as_str(), why.code), (address.to_string().as_str(), Some(1300)), "{attempt}");
        assert!(why.text.contains("new port - 4005. It is not followed; set the address of profile paper"), "{why:?}");
        if attempt == 1 {
            // From here on nobody answers.
            wire.stop();
        }
    }
    closed(venue, wire, bench).await;
}

/// Rows 69 and 70: an answer without an id (the open orders) is cut by a frame that cannot be read. What is left of it, its end
/// above all, is never taken for the whole answer to the next question: an order of ours would look gone.
#[tokio::test]
async fn the_end_of_a_cut_answer_is_never_an_empty_list() {
    let tempo =
        Tempo { others: Beat { orders: Duration::from_millis(20), gap: Duration::ZERO, ..Beat::default() }, ..quick() };
    let (venue, wire, mut bench) = wired(tempo).await;
    let (account, id) = bench.until_ready().await;
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    // A status without what remains.
    let status = [0x08, 0x63, 0x12, 0x01, b'0', 0x1a, 0x01, b'0'];
    for _ in 0..3 {
        wire.flood(3, &status, 3 * port::EVENTS_WAITING_MAX).await;
        let open = synced(&mut bench).await.open;
        assert_eq!(open.iter().map(|o| o.order_ref.as_str()).collect::<Vec<_>>(), ["a"]);
        bench.until_ready().await;
    }
    closed(venue, wire, bench).await;
}

/// Row 71: the gateway's clock is off by more than whole seconds can explain; it is told, and that it is right again.
#[tokio::test]
async fn a_clock_that_is_off_is_measured_at_the_heartbeat() {
    let tempo = Tempo { beat: Duration::from_millis(50), ..quick() };
    let venue = Venue::open(Options::default()).await;
    let mut bench = Bench::start_at(tempo, venue.profile());
    bench.until_ready().await;
    let ahead = bench.until("the clock", |e| match e {
        Event::GatewayClock { ahead_ms } => Some(*ahead_ms),
        _ => None,
    });
    let (ahead, now) = (ahead.await, Stamp::now().wall);
    // The market of this test stands at a moment of its own.
    let expected = (START - now) / 1_000_000;
    assert!((ahead - expected).abs() < 60_000, "{ahead} is not {expected}");
    bench.close().await;
    venue.close().await;
}

/// Row 9: a fill of yesterday is told by SYNC, because it asks for days.
#[tokio::test]
async fn a_fill_of_yesterday_is_in_todays_snapshot() {
    // A minute before the midnight at which the paper market's day ends.
    const LATE: Nanos = START + (9 * 3_600 - 60) * 1_000_000_000;
    let venue = Venue::open_at(LATE, Options::default()).await;
    let (mut bench, account, id) = Bench::ready(&venue).await;
    let instrument = apple();
    let order = approved("a", buy(&instrument, 100, OrderKind::Market), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    let filled = bench
        .until("a fill", |e| match e {
            Event::Execution(fill) => Some(fill.exec_id.clone()),
            _ => None,
        })
        .await;
    bench.close().await;
    venue.hand.advance(Duration::from_mins(2)).await;
    for (days, known) in [(7, true), (0, false)] {
        let mut bench = Bench::start(Profile { execution_days: days, ..venue.profile() });
        let fills = synced(&mut bench).await.executions;
        assert_eq!(fills.iter().any(|fill| fill.exec_id == filled), known, "{days}: {fills:?}");
        bench.close().await;
    }
    venue.close().await;
}

/// Row 46: a farm that flaps is no reason to connect anew.
#[tokio::test]
async fn a_flapping_farm_does_not_end_the_connection() {
    let (venue, wire, mut bench) = wired(quick()).await;
    let (account, id) = bench.until_ready().await;
    bench.seen.clear();
    for _ in 0..20 {
        wire.say_error(-1, 2103, "Market data farm connection is broken:usfarm").await;
        wire.say_error(-1, 2105, "HMDS data farm connection is broken:ushmds").await;
        wire.say_error(-1, 2104, "Market data farm connection is OK:usfarm").await;
        wire.say_error(-1, 2106, "HMDS data farm connection is OK:ushmds").await;
    }
    place(&bench, "a", &account, id);
    bench.status(id, BrokerStatus::Working).await;
    let links: Vec<&String> = bench.seen.iter().filter(|e| e.starts_with("Link")).collect();
    assert!(links.is_empty(), "{links:?}");
    closed(venue, wire, bench).await;
}

/// Row 69: a frame whose body, number or length is broken. The session comes back by itself, with the same order, once.
#[tokio::test]
async fn after_a_corrupt_frame_the_same_order_is_there_once() {
    for corrupt in ["corrupt", "corrupt id", "corrupt length"] {
        let script = format!("seed 7\nat orderStatus#1 do {corrupt}");
        let (venue, mut bench) = under(&script, quick()).await;
        let (account, id) = bench.until_ready().await;
        place(&bench, "a", &account, id);
        let told = bench
            .until("the order", |e| match e {
                Event::Synced(snapshot) => {
                    Some(snapshot.open.iter().map(|o| o.order_ref.to_string()).collect::<Vec<_>>())
                }
                Event::Status(s) if s.ids.order_id == id && s.status == BrokerStatus::Working => Some(vec!["a".into()]),
                _ => None,
            })
            .await;
        assert_eq!(told, ["a"], "{corrupt}");
        bench.close().await;
        venue.close().await;
    }
}

/// Rows 10 and 14: every status is lost and every fill is told twice; the fills still come, under one id each.
#[tokio::test]
async fn fills_come_without_a_status_and_twice_under_one_id() {
    let (venue, mut bench) = under("at orderStatus do drop\nat execDetails do dup", quick()).await;
    let (account, id) = bench.until_ready().await;
    let instrument = apple();
    let order = approved("a", buy(&instrument, 100, OrderKind::Market), &account, &instrument, Stamp::now());
    bench.send(Command::Place(order, Intent::unproven(1, id)));
    let fill = |e: &Event| match e {
        Event::Execution(e) => Some(e.exec_id.clone()),
        _ => None,
    };
    let first = bench.until("a fill", fill).await;
    assert_eq!(bench.until("the same fill", fill).await, first);
    bench.close().await;
    venue.close().await;
}

/// Row 37: the connection dies with the last order of a family. No part of it works, and nothing is sent again.
#[tokio::test]
async fn a_family_cut_before_its_last_order_does_not_work_in_part() {
    let (venue, mut bench) = under("at placeOrder#2 do rst", quick()).await;
    let (account, id) = bench.until_ready().await;
    let instrument = apple();
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
    let snapshot = synced(&mut bench).await;
    let working: Vec<_> = snapshot.open.iter().filter(|o| o.status == BrokerStatus::Working).collect();
    assert!(working.is_empty(), "{working:?}");
    bench.until_ready().await;
    bench.close().await;
    venue.close().await;
}

/// Row 59: a line beyond what the account may have says so in its row and is not asked for again by itself.
#[tokio::test]
async fn a_line_too_many_says_so_in_its_row() {
    let (venue, wire, mut bench) = wired(quick()).await;
    bench.until_ready().await;
    bench.send(Command::Watch(Box::new(apple())));
    bench.quote(apple().con_id, Quote::is_two_sided).await;
    let first = wire.line();
    wire.say_error(first, 101, "Max number of tickers has been reached.").await;
    let refused = bench.quote(apple().con_id, |q| q.refused.is_some()).await.refused;
    assert_eq!(refused.map(|(code, _)| code), Some(101));
    // What is asked for next is the next thing that the wire sees asked.
    bench.send(Command::Watch(Box::new(samples::stock(ConId(272_093), "MSFT", "MSFT"))));
    bench.quote(ConId(272_093), Quote::is_two_sided).await;
    assert!(bench.tape.take().into_iter().all(|(id, q)| id != apple().con_id || q.refused.is_some()));
    closed(venue, wire, bench).await;
}
