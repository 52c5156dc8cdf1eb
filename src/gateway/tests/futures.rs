//! A future through the socket: details, data, an order, its fill, the position, its P&L and margin.

use futures_util::StreamExt;
use ibapi::accounts::{AccountSummaryResult, PositionUpdate};
use ibapi::contracts::{Contract, SecurityType};
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{BarSize, ToDuration, WhatToShow};
use ibapi::orders::{Action, PlaceOrder, order_builder};
use ibapi::prelude::{AccountGroup, AccountId, Client, ContractId};

use crate::gateway::Options;
use crate::gateway::feed::Calendar;

use super::{Running, START, first, next, quote, soon};

fn future(symbol: &str, exchange: &str, month: &str) -> Contract {
    Contract {
        symbol: symbol.into(),
        security_type: SecurityType::Future,
        exchange: exchange.into(),
        currency: "USD".into(),
        last_trade_date_or_contract_month: month.into(),
        ..Contract::default()
    }
}

#[tokio::test]
async fn a_future_has_whole_details_and_without_a_month_all_its_contracts() {
    let gateway = Running::with(Options { calendar: Calendar::Nyse, ..Options::default() }, START).await;
    let client = gateway.client(1).await;
    for (symbol, exchange, month, local, last, multiplier, tick) in [
        ("ES", "CME", "202603", "ESH6", "20260320", "50", 0.25),
        ("MES", "CME", "202606", "MESM6", "20260618", "5", 0.25),
        ("NQ", "CME", "202603", "NQH6", "20260320", "20", 0.25),
        ("CL", "NYMEX", "202604", "CLJ6", "20260320", "1000", 0.01),
        ("GC", "COMEX", "202604", "GCJ6", "20260428", "100", 0.1),
    ] {
        let details = soon(client.contract_details(&future(symbol, exchange, month))).await.unwrap();
        let [found] = &details[..] else { panic!("one contract, not {details:?}") };
        let contract = &found.contract;
        assert_eq!(contract.security_type, SecurityType::Future);
        assert_eq!((contract.local_symbol.as_str(), contract.trading_class.as_str()), (local, symbol));
        assert_eq!(contract.last_trade_date_or_contract_month, last);
        assert_eq!((contract.multiplier.as_str(), found.min_tick), (multiplier, tick));
        assert_eq!((found.contract_month.as_str(), found.real_expiration_date.as_str()), (month, last));
        assert_eq!((found.under_symbol.as_str(), &found.valid_exchanges[..]), (symbol, &[exchange.to_owned()][..]));
        assert!(found.order_types.iter().any(|t| t == "LMT") && !found.order_types.iter().any(|t| t == "MOC"));
        assert!(!found.trading_hours.is_empty() && found.trading_hours != found.liquid_hours);
        let [rule] = &found.market_rule_ids[..] else { panic!("one rule for one exchange") };
        let rule = soon(client.market_rule(rule.parse().unwrap())).await.unwrap();
        assert_eq!(rule.price_increments.iter().map(|rung| rung.increment).collect::<Vec<_>>(), [tick]);
    }
    let all = soon(client.contract_details(&future("ES", "CME", ""))).await.unwrap();
    assert_eq!(all.len(), 8, "every listed quarter");
    let mut ambiguous = soon(client.market_data(&future("ES", "CME", "")).subscribe()).await.unwrap();
    let told = soon(ambiguous.next()).await.unwrap().unwrap_err().to_string();
    assert!(told.contains("ambiguous"), "{told}");
    let found = soon(client.matching_symbols("ES")).await.unwrap();
    assert_eq!(found[0].contract.symbol.to_string(), "ES");
    assert_eq!(found[0].derivative_security_types, ["FUT"]);
    gateway.stop().await;
}

async fn summary(client: &Client, tag: &str) -> f64 {
    let mut rows = soon(client.account_summary(&AccountGroup::from("All"), &[tag])).await.unwrap();
    match next(&mut rows).await {
        AccountSummaryResult::Summary(row) => row.value.parse().unwrap(),
        AccountSummaryResult::End => panic!("no {tag}"),
    }
}

#[tokio::test]
async fn a_future_is_quoted_traded_held_and_margined() {
    for calendar in [Calendar::Nyse, Calendar::Always] {
        let gateway = Running::with(Options { calendar, ..Options::default() }, START).await;
        gateway.advance(1_000).await;
        let client = gateway.client(1).await;
        let es = future("ES", "CME", "202603");
        let shown = quote(&client, &es).await;
        let (bid, ask) = (shown.bid.unwrap(), shown.ask.unwrap());
        assert!(bid < ask && ask - bid <= 1.0 && (bid / 0.25).fract() == 0.0, "{shown:?}");
        assert!(shown.low <= shown.last && shown.last <= shown.high && shown.volume.unwrap() > 1_000.0);
        let asking = client.historical_data(&es, BarSize::Min).what_to_show(WhatToShow::Trades);
        let bars =
            soon(asking.trading_hours(TradingHours::Extended).duration(1_800.seconds()).fetch()).await.unwrap().bars;
        assert!(bars.len() >= 25 && bars.iter().all(|b| b.volume > 0.0 && b.low <= b.close), "{bars:?}");

        let id = client.next_order_id();
        let order = order_builder::limit_order(Action::Buy, 2.0, ask + 2.0);
        let mut updates = soon(client.place_order(id, &es, &order)).await.unwrap();
        let fill = first(&mut updates, |update| match update {
            PlaceOrder::ExecutionData(fill) => Some(fill),
            _ => None,
        })
        .await;
        assert_eq!((fill.contract.local_symbol.as_str(), fill.contract.multiplier.as_str()), ("ESH6", "50"));
        assert_eq!(fill.execution.exchange, "CME");
        let report = first(&mut updates, |update| match update {
            PlaceOrder::CommissionReport(report) => Some(report),
            _ => None,
        })
        .await;
        assert_eq!(report.commission, 2.25 * fill.execution.shares);
        let held = loop {
            let mut positions = soon(client.positions()).await.unwrap();
            if let PositionUpdate::Position(held) = next(&mut positions).await
                && held.position == 2.0
            {
                break held;
            }
            gateway.advance(500).await;
        };
        assert!((held.average_cost - fill.execution.price * 50.0).abs() < 60.0, "{held:?}");
        assert_eq!(summary(&client, "InitMarginReq").await, 47_000.0);
        assert_eq!(summary(&client, "MaintMarginReq").await, 42_600.0);
        assert_eq!(summary(&client, "GrossPositionValue").await, 0.0);
        gateway.advance(3_000).await;
        let account = AccountId::from("DU0000001".to_owned());
        let con_id = ContractId::from(held.contract.contract_id);
        let mut single = soon(client.pnl_single(&account, con_id, None)).await.unwrap();
        let told = next(&mut single).await;
        let gain = told.value - held.average_cost * 2.0;
        assert!((told.unrealized_pnl - gain).abs() < 0.01 && (told.daily_pnl - gain).abs() < 0.01, "{told:?} {held:?}");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_stop_on_a_future_says_when_it_works_and_auctions_are_refused() {
    // Ten in the evening in New York, before 2026-02-12.
    let night = START + 12 * 3_600_000_000_000;
    let gateway = Running::with(Options { calendar: Calendar::Nyse, ..Options::default() }, night).await;
    gateway.advance(1_000).await;
    let client = gateway.client(1).await;
    let es = future("ES", "CME", "202603");
    let shown = quote(&client, &es).await;
    assert!(shown.bid.unwrap() > 0.0, "futures trade at night");
    let id = client.next_order_id();
    let stop = order_builder::stop(Action::Sell, 1.0, shown.bid.unwrap() + 10.0);
    let mut updates = soon(client.place_order(id, &es, &stop)).await.unwrap();
    let told = loop {
        match soon(updates.next()).await.expect("the order goes on") {
            Err(error) => break error.to_string(),
            Ok(item) if format!("{item:?}").contains("399") => break format!("{item:?}"),
            Ok(_) => {}
        }
    };
    assert!(told.contains("399") && told.contains("2026-02-12 09:30:00"), "{told}");
    let close = order_builder::market_on_close(Action::Sell, 1.0);
    let mut updates = soon(client.place_order(client.next_order_id(), &es, &close)).await.unwrap();
    let told = loop {
        match soon(updates.next()).await {
            Some(Err(error)) => break error.to_string(),
            Some(Ok(item)) if format!("{item:?}").contains("387") => break format!("{item:?}"),
            Some(Ok(_)) => {}
            None => panic!("the refusal does not come"),
        }
    };
    assert!(told.contains("387"), "{told}");
    gateway.stop().await;
}
