//! Contracts, quotes and bars.

use ibapi::contracts::Contract;
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{Bar, BarSize, BarTimestamp, HistoricalBarUpdate, ToDuration, WhatToShow};
use ibapi::market_data::realtime::{Quote, TickTypes};
use ibapi::prelude::Client;

use crate::gateway::Options;

use super::{PATIENCE, Running, START, first, next, quote, soon, stock};

#[tokio::test]
async fn contract_details_answer_by_symbol_by_id_and_with_error_200() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let details = soon(client.contract_details(&stock("AAPL"))).await.unwrap();
    let [apple] = &details[..] else { panic!("one contract, not {details:?}") };
    assert_eq!(apple.contract.contract_id, 265598);
    assert_eq!(apple.contract.exchange.to_string(), "SMART");
    assert_eq!(apple.min_tick, 0.01);
    assert_eq!(apple.market_rule_ids.len(), apple.valid_exchanges.len());
    let by_id = Contract { contract_id: 265598, ..Default::default() };
    assert_eq!(soon(client.contract_details(&by_id)).await.unwrap()[0].contract.symbol.to_string(), "AAPL");
    let unknown = soon(client.contract_details(&stock("ZZZZ"))).await.unwrap_err();
    assert!(unknown.to_string().contains("No security definition"), "{unknown}");
    let rule = soon(client.market_rule(26)).await.unwrap();
    assert_eq!(rule.price_increments.last().map(|rung| (rung.low_edge, rung.increment)), Some((1.0, 0.01)));
    gateway.stop().await;
}

#[tokio::test]
async fn symbols_are_found_by_their_beginning_and_by_name() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    for pattern in ["AAP", "apple"] {
        let found = soon(client.matching_symbols(pattern)).await.unwrap();
        assert!(found.iter().any(|d| d.contract.contract_id == 265598), "{pattern}: {found:?}");
    }
    assert!(soon(client.matching_symbols("no such thing")).await.unwrap().is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn the_first_quote_is_whole_and_later_bursts_hold_changes_only() {
    let gateway = Running::start().await;
    gateway.advance(1_000).await;
    let client = gateway.client(1).await;
    let mut ticks = soon(client.market_data(&stock("AAPL")).subscribe()).await.unwrap();
    let (mut whole, mut kinds) = (Quote::default(), Vec::new());
    while !kinds.contains(&TickType::Halted) {
        let tick = next(&mut ticks).await;
        whole.apply(&tick);
        match tick {
            TickTypes::PriceSize(tick) => kinds.push(tick.price_tick_type),
            TickTypes::Price(tick) => kinds.push(tick.tick_type),
            TickTypes::Size(tick) => kinds.push(tick.tick_type),
            TickTypes::String(tick) => kinds.push(tick.tick_type),
            TickTypes::Generic(tick) => kinds.push(tick.tick_type),
            _ => {}
        }
    }
    let (bid, ask) = (whole.bid.unwrap(), whole.ask.unwrap());
    assert!(bid > 0.0 && bid < ask, "{whole:?}");
    assert!(whole.low.unwrap() <= whole.last.unwrap() && whole.last.unwrap() <= whole.high.unwrap());
    assert!(whole.bid_size.unwrap() > 0.0 && whole.volume.unwrap() > 0.0 && whole.close.unwrap() > 0.0);
    assert!(kinds.contains(&TickType::LastTimestamp));

    // Ten seconds of this market cannot pass without a trade, nor with more than forty bursts.
    gateway.advance(10_000).await;
    let volume = whole.volume.unwrap();
    while whole.volume == Some(volume) {
        whole.apply(&next(&mut ticks).await);
    }
    assert!(whole.volume.unwrap() > volume);
    gateway.stop().await;
}

#[tokio::test]
async fn a_snapshot_ends_and_an_unknown_contract_is_error_200() {
    let gateway = Running::start().await;
    gateway.advance(1_000).await;
    let client = gateway.client(1).await;
    let ticks = soon(client.market_data(&stock("SPY")).snapshot_once(PATIENCE)).await.unwrap();
    assert!(Quote::from_ticks(&ticks).bid.unwrap() > 0.0);
    let mut unknown = soon(client.market_data(&stock("ZZZZ")).subscribe()).await.unwrap();
    let refused = soon(futures_util::StreamExt::next(&mut unknown)).await.unwrap().unwrap_err();
    assert!(refused.to_string().contains("No security definition"), "{refused}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_line_without_a_subscription_is_error_354_and_the_others_go_on() {
    let options = Options { no_data: vec!["intc".into()], ..Options::default() };
    let gateway = Running::with(options, START).await;
    let client = gateway.client(1).await;
    let mut refused = soon(client.market_data(&stock("INTC")).subscribe()).await.unwrap();
    let error = soon(futures_util::StreamExt::next(&mut refused)).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("354"), "{error}");
    let ticks = soon(client.market_data(&stock("SPY")).snapshot_once(PATIENCE)).await.unwrap();
    assert!(Quote::from_ticks(&ticks).bid.unwrap() > 0.0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_line_for_news_is_refused_and_one_with_other_generic_ticks_is_not() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    for ticks in [&["mdoff", "292:BRFG+DJNL"][..], &["233", " 292"]] {
        let mut refused = soon(client.market_data(&apple).generic_ticks(ticks).subscribe()).await.unwrap();
        let error = soon(futures_util::StreamExt::next(&mut refused)).await.unwrap().unwrap_err();
        assert!(error.to_string().contains("10276"), "{error}");
    }
    let mut ticks = soon(client.market_data(&apple).generic_ticks(&["233", "236"]).subscribe()).await.unwrap();
    next(&mut ticks).await;
    gateway.stop().await;
}

async fn bars(client: &Client, size: BarSize, what: WhatToShow, seconds: i32) -> Vec<Bar> {
    let apple = stock("AAPL");
    let asking = client
        .historical_data(&apple, size)
        .what_to_show(what)
        .trading_hours(TradingHours::Regular)
        .duration(seconds.seconds())
        .fetch();
    soon(asking).await.unwrap().bars
}

fn second(bar: &Bar) -> i64 {
    match bar.date {
        BarTimestamp::DateTime(at) => at.unix_timestamp(),
        BarTimestamp::Date(date) => panic!("a day {date} in place of a moment"),
    }
}

#[tokio::test]
async fn a_minute_is_its_twelve_five_second_bars_and_the_last_close_is_the_last_print() {
    let gateway = Running::start().await;
    gateway.advance(20).await;
    let client = gateway.client(1).await;
    let minutes = bars(&client, BarSize::Min, WhatToShow::Trades, 600).await;
    let fives = bars(&client, BarSize::Sec5, WhatToShow::Trades, 600).await;
    assert!(minutes.len() >= 10, "{}", minutes.len());
    for minute in &minutes[1..minutes.len() - 1] {
        let within: Vec<_> = fives.iter().filter(|five| (0..60).contains(&(second(five) - second(minute)))).collect();
        assert_eq!(minute.open, within[0].open);
        assert_eq!(minute.close, within[within.len() - 1].close);
        assert_eq!(minute.high, within.iter().map(|five| five.high).fold(f64::MIN, f64::max));
        assert_eq!(minute.low, within.iter().map(|five| five.low).fold(f64::MAX, f64::min));
        assert_eq!(minute.volume, within.iter().map(|five| five.volume).sum::<f64>());
    }
    let shown = quote(&client, &stock("AAPL")).await;
    assert_eq!(minutes.last().map(|bar| bar.close), shown.last);
    gateway.stop().await;
}

#[tokio::test]
async fn the_midpoint_lies_between_bid_and_ask() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let bid = bars(&client, BarSize::Min, WhatToShow::Bid, 600).await;
    let ask = bars(&client, BarSize::Min, WhatToShow::Ask, 600).await;
    let middle = bars(&client, BarSize::Min, WhatToShow::MidPoint, 600).await;
    assert!(!middle.is_empty() && bid.len() == middle.len() && ask.len() == middle.len());
    for ((bid, ask), middle) in bid.iter().zip(&ask).zip(&middle) {
        assert!(bid.close <= middle.close && middle.close <= ask.close, "{bid:?} {middle:?} {ask:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn days_carry_dates_and_a_bad_request_its_error() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    let year = client.historical_data(&apple, BarSize::Day).what_to_show(WhatToShow::Trades).duration(1.years());
    let days = soon(year.fetch()).await.unwrap().bars;
    assert!(days.len() >= 364, "{}", days.len());
    let BarTimestamp::Date(last) = days[days.len() - 1].date else { panic!("a day has a date") };
    assert_eq!(last.to_string(), "2026-02-11");
    let fees = client.historical_data(&apple, BarSize::Day).what_to_show(WhatToShow::FeeRate).duration(1.years());
    assert!(soon(fees.fetch()).await.unwrap_err().to_string().contains("FEE_RATE"));
    let head = soon(client.head_timestamp(&apple, WhatToShow::Trades, TradingHours::Regular)).await.unwrap();
    assert_eq!(head.year(), 1993);
    gateway.stop().await;
}

#[tokio::test]
async fn bars_that_are_kept_up_to_date_go_on_without_a_gap() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let apple = stock("AAPL");
    let mut stream = soon(
        client.historical_data(&apple, BarSize::Sec5).what_to_show(WhatToShow::Trades).duration(300.seconds()).stream(),
    )
    .await
    .unwrap();
    let HistoricalBarUpdate::Historical(past) = next(&mut stream).await else { panic!("history first") };
    let mut all = past.bars;
    assert!(matches!(next(&mut stream).await, HistoricalBarUpdate::End { .. }));
    gateway.advance(30_000).await;
    let target = START / 1_000_000_000 + 25;
    while second(&all[all.len() - 1]) < target {
        let HistoricalBarUpdate::Update(bar) = next(&mut stream).await else { panic!("updates after the end") };
        match all.last_mut().filter(|last| second(last) == second(&bar)) {
            Some(last) => *last = bar,
            None => all.push(bar),
        }
    }
    let later = bars(&client, BarSize::Sec5, WhatToShow::Trades, 300).await;
    for bar in &later[..later.len() - 1] {
        if let Some(kept) = all.iter().find(|kept| second(kept) == second(bar)) {
            assert_eq!(kept, bar);
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn five_second_bars_arrive_as_they_end() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let spy = stock("SPY");
    let mut stream = soon(client.realtime_bars(&spy).subscribe()).await.unwrap();
    soon(client.server_time()).await.unwrap();
    gateway.advance(11_000).await;
    let start = START / 1_000_000_000;
    for expected in [start, start + 5] {
        let bar = first(&mut stream, Some).await;
        assert_eq!(bar.date.unix_timestamp(), expected);
        assert!(bar.low <= bar.close && bar.close <= bar.high && bar.volume > 0.0);
    }
    gateway.stop().await;
}
