//! One future from its details to a flat position.

use ibapi::accounts::{AccountSummaryResult, PositionUpdate};
use ibapi::contracts::{Contract, SecurityType};
use ibapi::market_data::realtime::Quote;
use ibapi::orders::{Action, OrderStatusKind, order_builder};
use ibapi::prelude::{AccountGroup, AccountId, ContractId};

use crate::orders::status;
use crate::session::{PATIENCE, Session, first, next, refused, soon};

/// The account's figure under a key.
async fn figure(s: &Session, tag: &str) -> f64 {
    let mut rows = soon(s.client.account_summary(&AccountGroup::from("All"), &[tag])).await.unwrap();
    match next(&mut rows).await {
        AccountSummaryResult::Summary(row) => row.value.parse().unwrap(),
        AccountSummaryResult::End => panic!("no {tag}"),
    }
}

/// How many are held of a contract, and at what average cost.
async fn held(s: &Session, con_id: i32) -> Option<(f64, f64)> {
    let mut positions = soon(s.client.positions()).await.unwrap();
    loop {
        match next(&mut positions).await {
            PositionUpdate::Position(row) if row.contract.contract_id == con_id => {
                return Some((row.position, row.average_cost));
            }
            PositionUpdate::Position(_) => {}
            PositionUpdate::PositionEnd => return None,
        }
    }
}

pub async fn bought_held_and_sold(s: &mut Session) {
    let micro = Contract {
        symbol: "MES".into(),
        security_type: SecurityType::Future,
        exchange: "CME".into(),
        currency: "USD".into(),
        ..Contract::default()
    };
    let listed = soon(s.client.contract_details(&micro)).await.unwrap();
    assert_eq!(listed.len(), 8, "every listed quarter");
    let near = listed.iter().min_by(|a, b| a.real_expiration_date.cmp(&b.real_expiration_date)).unwrap();
    assert_eq!((near.contract.multiplier.as_str(), near.min_tick, near.under_symbol.as_str()), ("5", 0.25, "MES"));
    let unknown = Contract { last_trade_date_or_contract_month: "209901".into(), ..micro };
    refused(soon(s.client.contract_details(&unknown)).await, 200);
    let contract = near.contract.clone();
    let ticks = soon(s.client.market_data(&contract).snapshot_once(PATIENCE)).await.unwrap();
    let quote = Quote::from_ticks(&ticks);
    let (bid, ask) = (quote.bid.unwrap(), quote.ask.unwrap());
    assert!(bid < ask && ask < bid * 1.001 && (bid / 0.25).fract() == 0.0, "{quote:?}");

    let before = figure(s, "InitMarginReq").await;
    let id = s.client.next_order_id();
    let buy = order_builder::limit_order(Action::Buy, 3.0, ask + 5.0);
    soon(s.client.submit_order(id, &contract, &buy)).await.unwrap();
    let filled = status(s, id, &[OrderStatusKind::Filled]).await;
    let (count, cost) = held(s, contract.contract_id).await.unwrap();
    assert_eq!(count, 3.0);
    // Five units a contract, and a commission of 0.62 on each.
    assert!((cost - filled.average_fill_price.unwrap() * 5.0 - 0.62).abs() < 0.01, "{cost} {filled:?}");
    let bound = figure(s, "InitMarginReq").await - before;
    // Margin of the other positions moves with their prices.
    assert!((bound - 3.0 * 2_350.0).abs() < 500.0, "{bound}");
    let account = AccountId::from(s.account.clone());
    let mut single = soon(s.client.pnl_single(&account, ContractId::from(contract.contract_id), None)).await.unwrap();
    let told = first(&mut single, |row| (row.position == 3.0).then_some(row)).await;
    assert!((told.unrealized_pnl - (told.value - 3.0 * cost)).abs() < 0.05, "{told:?} {cost}");

    let id = s.client.next_order_id();
    let sell = order_builder::market_order(Action::Sell, 3.0);
    soon(s.client.submit_order(id, &contract, &sell)).await.unwrap();
    status(s, id, &[OrderStatusKind::Filled]).await;
    assert_eq!(held(s, contract.contract_id).await, None);
}
