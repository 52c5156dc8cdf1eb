//! One option from its chain to the shares.

use ibapi::accounts::PositionUpdate;
use ibapi::contracts::{Contract, OptionRight, SecurityType};
use ibapi::market_data::realtime::Quote;
use ibapi::orders::{Action, OrderStatusKind, order_builder};

use crate::orders::status;
use crate::session::{PATIENCE, Session, all, next, soon, stock};

/// How many are held of a contract.
async fn held(s: &Session, con_id: i32) -> f64 {
    let mut positions = soon(s.client.positions()).await.unwrap();
    loop {
        match next(&mut positions).await {
            PositionUpdate::Position(row) if row.contract.contract_id == con_id => return row.position,
            PositionUpdate::Position(_) => {}
            PositionUpdate::PositionEnd => return 0.0,
        }
    }
}

pub async fn calculated_bought_and_exercised(s: &mut Session) {
    let apple = soon(s.client.contract_details(&stock("AAPL"))).await.unwrap().remove(0).contract;
    let ticks = soon(s.client.market_data(&apple).snapshot_once(PATIENCE)).await.unwrap();
    let spot = Quote::from_ticks(&ticks).last.unwrap();
    let mut chain =
        soon(s.client.option_chain("AAPL", SecurityType::Stock, apple.contract_id).subscribe()).await.unwrap();
    let chain = all(&mut chain).await.into_iter().find(|chain| chain.exchange == "SMART").unwrap();
    let partial = Contract {
        security_type: SecurityType::Option,
        last_trade_date_or_contract_month: chain.expirations.iter().max().unwrap().clone(),
        right: Some(OptionRight::Call),
        ..stock("AAPL")
    };
    let found = soon(s.client.contract_details(&partial)).await.unwrap();
    let away = |details: &ibapi::contracts::ContractDetails| (details.contract.strike - spot).abs();
    let call = found.iter().min_by(|a, b| away(a).total_cmp(&away(b))).unwrap();
    assert_eq!((call.under_contract_id, call.contract.multiplier.as_str()), (apple.contract_id, "100"));
    let call = call.contract.clone();
    let worth = soon(s.client.calculate_option_price(&call, 0.3, spot)).await.unwrap();
    let (price, delta) = (worth.option_price.unwrap(), worth.delta.unwrap());
    assert!(price > 0.0 && (0.4..0.8).contains(&delta), "{worth:?}");
    let implied = soon(s.client.calculate_implied_volatility(&call, price, spot)).await.unwrap();
    assert!((implied.implied_volatility.unwrap() - 0.3).abs() < 0.001, "{implied:?}");

    let ticks = soon(s.client.market_data(&call).snapshot_once(PATIENCE)).await.unwrap();
    let quote = Quote::from_ticks(&ticks);
    let (bid, ask) = (quote.bid.unwrap(), quote.ask.unwrap());
    assert!(0.0 < bid && bid < ask && ask < bid * 1.2, "{bid} {ask}");
    let shares = held(s, apple.contract_id).await;
    let id = s.client.next_order_id();
    let order = order_builder::limit_order(Action::Buy, 1.0, ((ask + 1.0) * 20.0).round() / 20.0);
    soon(s.client.submit_order(id, &call, &order)).await.unwrap();
    status(s, id, &[OrderStatusKind::Filled]).await;
    let exercising = s.client.exercise_options(&call).exercise(1).account(s.account.clone()).override_natural_action();
    let exercised = soon(exercising.submit()).await.unwrap();
    let came =
        async { while held(s, apple.contract_id).await != shares + 100.0 || held(s, call.contract_id).await != 0.0 {} };
    soon(came).await;
    drop(exercised);
}
