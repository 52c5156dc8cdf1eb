//! Indices through the socket: details, values, bars, and orders that are refused.

use futures_util::StreamExt;
use ibapi::contracts::{Contract, SecurityType};
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{BarSize, ToDuration, WhatToShow};
use ibapi::market_data::realtime::Quote;
use ibapi::orders::{Action, order_builder};

use super::{Running, first, next, soon, stock};

fn index(symbol: &str, exchange: &str) -> Contract {
    Contract {
        symbol: symbol.into(),
        security_type: SecurityType::Index,
        exchange: exchange.into(),
        currency: "USD".into(),
        ..Contract::default()
    }
}

#[tokio::test]
async fn an_index_has_its_own_details_and_no_order_types() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    for (symbol, exchange, con_id) in
        [("SPX", "CBOE", 416_904), ("NDX", "NASDAQ", 416_843), ("VIX", "CBOE", 13_455_763)]
    {
        let details = soon(client.contract_details(&index(symbol, exchange))).await.unwrap();
        let [found] = &details[..] else { panic!("one contract, not {details:?}") };
        assert_eq!(found.contract.contract_id, con_id);
        assert_eq!(found.contract.security_type, SecurityType::Index);
        assert_eq!(found.contract.exchange.to_string(), exchange);
        assert_eq!(found.valid_exchanges, [exchange]);
        assert!(found.order_types.iter().all(String::is_empty), "{:?}", found.order_types);
        assert_eq!((found.min_tick, found.trading_hours == found.liquid_hours), (0.01, true));
        let [rule] = &found.market_rule_ids[..] else { panic!("one rule for one exchange") };
        let rule = soon(client.market_rule(rule.parse().unwrap())).await.unwrap();
        assert_eq!(rule.price_increments.iter().map(|rung| rung.increment).collect::<Vec<_>>(), [0.01]);
    }
    let smart = soon(client.contract_details(&index("SPX", "SMART"))).await.unwrap_err();
    assert!(smart.to_string().contains("200"), "{smart}");
    let found = soon(client.matching_symbols("SPX")).await.unwrap();
    assert_eq!(found[0].contract.security_type, SecurityType::Index);
    gateway.stop().await;
}

#[tokio::test]
async fn an_index_is_published_without_bid_ask_and_volume_and_agrees_with_its_fund() {
    let gateway = Running::start().await;
    gateway.advance(2_000).await;
    let client = gateway.client(1).await;
    let spx = index("SPX", "CBOE");
    let mut ticks = soon(client.market_data(&spx).subscribe()).await.unwrap();
    let mut value = Quote::default();
    while value.open.is_none() {
        value.apply(&next(&mut ticks).await);
    }
    assert!(value.bid.is_none_or(|bid| bid < 0.0) && value.ask.is_none_or(|ask| ask < 0.0), "{value:?}");
    assert_eq!(value.volume, None);
    let spy = super::quote(&client, &stock("SPY")).await;
    assert!((value.last.unwrap() / spy.last.unwrap() / 10.0 - 1.0).abs() < 5e-4, "{value:?} {spy:?}");
    gateway.advance(5_000).await;
    let old = value.last;
    while value.last == old {
        value.apply(&next(&mut ticks).await);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_index_has_bars_of_trades_and_no_others() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let vix = index("VIX", "CBOE");
    let ask = |what| {
        let asking =
            client.historical_data(&vix, BarSize::Min5).what_to_show(what).trading_hours(TradingHours::Regular);
        asking.duration(7_200.seconds()).fetch()
    };
    let bars = soon(ask(WhatToShow::Trades)).await.unwrap().bars;
    assert!(bars.len() >= 24 && bars.iter().all(|b| b.volume == 0.0 && b.count > 0 && b.low <= b.close), "{bars:?}");
    assert!(bars.iter().all(|b| 5.0 < b.low && b.high < 90.0));
    assert!(soon(ask(WhatToShow::Bid)).await.unwrap_err().to_string().contains("162"));
    let mut live = soon(client.realtime_bars(&vix).subscribe()).await.unwrap();
    soon(client.server_time()).await.unwrap();
    gateway.advance(6_000).await;
    let bar = first(&mut live, Some).await;
    assert!(bar.volume == 0.0 && bar.low <= bar.close && bar.close <= bar.high, "{bar:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn an_order_for_an_index_is_refused_and_never_works() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let id = client.next_order_id();
    let order = order_builder::limit_order(Action::Buy, 1.0, 6_000.0);
    let mut updates = soon(client.place_order(id, &index("SPX", "CBOE"), &order)).await.unwrap();
    let refused = loop {
        match soon(updates.next()).await {
            Some(Err(error)) => break error.to_string(),
            Some(Ok(item)) => assert!(format!("{item:?}").contains("387"), "{item:?}"),
            None => panic!("the refusal does not come"),
        }
    };
    assert!(refused.contains("387"), "{refused}");
    let mut open = soon(client.all_open_orders()).await.unwrap();
    assert!(soon(open.next()).await.is_none());
    gateway.stop().await;
}
