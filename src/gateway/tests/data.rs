//! Contracts, quotes and bars.

use super::{Running, soon, stock};

#[tokio::test]
async fn contract_details_answer_by_symbol_by_id_and_with_error_200() {
    let gateway = Running::start().await;
    let client = gateway.client(1).await;
    let details = soon(client.contract_details(&stock("AAPL"))).await.unwrap();
    let [apple] = &details[..] else { panic!("one contract, not {details:?}") };
    assert_eq!(apple.contract.contract_id, 265598);
    assert_eq!(apple.contract.exchange.to_string(), "SMART");
    assert_eq!(apple.min_tick, 0.01);
    assert_eq!(apple.market_rule_ids.len(), 2);
    let by_id = ibapi::contracts::Contract { contract_id: 265598, ..Default::default() };
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
