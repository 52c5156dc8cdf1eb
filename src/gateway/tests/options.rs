//! Options through the socket: chains, details and ambiguity, quotes with their greeks, calculations, an order, and the exercise.

use futures_util::StreamExt;
use ibapi::accounts::PositionUpdate;
use ibapi::contracts::tick_types::TickType;
use ibapi::contracts::{Contract, OptionChain, OptionComputation, OptionRight, SecurityType};
use ibapi::market_data::historical::{BarSize, ToDuration, WhatToShow};
use ibapi::market_data::realtime::TickTypes;
use ibapi::orders::{Action, PlaceOrder, order_builder};
use ibapi::prelude::Client;
use ibapi::subscriptions::SubscriptionItem;

use crate::gateway::Options;
use crate::gateway::feed::Calendar;

use super::{Running, START, first, next, quote, soon, stock};

const APPLE: i32 = 265_598;

async fn chains(client: &Client, symbol: &str, kind: SecurityType, con_id: i32) -> Vec<OptionChain> {
    let mut subscription = soon(client.option_chain(symbol, kind, con_id).subscribe()).await.unwrap();
    let mut found = Vec::new();
    while let Some(item) = soon(subscription.next()).await {
        if let SubscriptionItem::Data(chain) = item.unwrap() {
            found.push(chain);
        }
    }
    found
}

/// The strike of the first expiry that is nearest to the underlying's last price, and that expiry.
async fn near(client: &Client) -> (String, f64) {
    let spot = quote(client, &stock("AAPL")).await.last.unwrap();
    let chain = chains(client, "AAPL", SecurityType::Stock, APPLE).await.remove(0);
    let day = chain.expirations.iter().find(|day| day.as_str() > "20260301").unwrap().clone();
    let details = soon(client.contract_details(&option("AAPL", &day, 0.0, Some(OptionRight::Call)))).await.unwrap();
    let strikes = details.iter().map(|found| found.contract.strike);
    let strike = strikes.min_by(|a, b| (a - spot).abs().total_cmp(&(b - spot).abs())).unwrap();
    (day, strike)
}

fn option(symbol: &str, day: &str, strike: f64, right: Option<OptionRight>) -> Contract {
    Contract {
        symbol: symbol.into(),
        security_type: SecurityType::Option,
        exchange: "SMART".into(),
        currency: "USD".into(),
        last_trade_date_or_contract_month: day.into(),
        strike,
        right,
        ..Contract::default()
    }
}

#[tokio::test]
async fn chains_are_told_and_partial_contracts_are_all_that_fit() {
    let gateway = Running::with(Options { calendar: Calendar::Nyse, ..Options::default() }, START).await;
    let client = gateway.client(1).await;
    let apple = chains(&client, "AAPL", SecurityType::Stock, APPLE).await;
    assert!(apple.iter().any(|chain| chain.exchange == "SMART") && apple.iter().any(|chain| chain.exchange == "CBOE"));
    for chain in &apple {
        assert_eq!((chain.trading_class.as_str(), chain.multiplier.as_str()), ("AAPL", "100"));
        assert!(
            chain.expirations.contains(&"20260220".to_owned()) && chain.expirations.contains(&"20260320".to_owned())
        );
        assert!(chain.expirations.len() >= 9 && chain.strikes.len() > 40 && chain.strikes.is_sorted());
    }
    let index = chains(&client, "SPX", SecurityType::Index, 416_904).await;
    assert!(index.iter().any(|c| c.trading_class == "SPX") && index.iter().any(|c| c.trading_class == "SPXW"));
    assert!(chains(&client, "CROX", SecurityType::Stock, 37_792_836).await.is_empty());

    let (day, strike) = near(&client).await;
    let both = soon(client.contract_details(&option("AAPL", &day, strike, None))).await.unwrap();
    let [call, put] = &both[..] else { panic!("a call and a put, not {}", both.len()) };
    assert_eq!((call.contract.right, put.contract.right), (Some(OptionRight::Call), Some(OptionRight::Put)));
    let short = &day[2..];
    assert_eq!(call.contract.local_symbol, format!("AAPL  {short}C{:08.0}", strike * 1_000.0));
    assert_eq!((call.contract.multiplier.as_str(), call.min_tick), ("100", 0.01));
    assert_eq!(
        (call.under_contract_id, call.under_symbol.as_str(), call.under_security_type.as_str()),
        (APPLE, "AAPL", "STK")
    );
    assert_eq!((&call.real_expiration_date, &call.contract_month), (&day, &day[..6].to_owned()));
    assert_eq!(call.valid_exchanges.len(), call.market_rule_ids.len());
    assert!(call.order_types.iter().any(|t| t == "LMT") && !call.order_types.iter().any(|t| t == "MOC"));
    let rule = soon(client.market_rule(call.market_rule_ids[0].parse().unwrap())).await.unwrap();
    let rungs: Vec<_> = rule.price_increments.iter().map(|rung| (rung.low_edge, rung.increment)).collect();
    assert_eq!(rungs, [(0.0, 0.01), (3.0, 0.05)]);
    // By its local symbol alone, by its id alone, and ambiguous where one is needed.
    let local = Contract {
        symbol: String::new().into(),
        local_symbol: call.contract.local_symbol.clone(),
        last_trade_date_or_contract_month: String::new(),
        ..option("AAPL", "", 0.0, None)
    };
    let found = soon(client.contract_details(&local)).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].contract.contract_id, call.contract.contract_id);
    let by_id = Contract { contract_id: call.contract.contract_id, ..option("", "", 0.0, None) };
    assert_eq!(soon(client.contract_details(&by_id)).await.unwrap()[0].contract.strike, strike);
    let mut ambiguous = soon(client.market_data(&option("AAPL", &day, strike, None)).subscribe()).await.unwrap();
    assert!(soon(ambiguous.next()).await.unwrap().unwrap_err().to_string().contains("ambiguous"));
    for wrong in [
        option("AAPL", &day, strike + 0.1, None),
        option("AAPL", "20260221", strike, None),
        option("CROX", &day, 90.0, None),
    ] {
        let told = soon(client.contract_details(&wrong)).await.unwrap_err().to_string();
        assert!(told.contains("No security definition"), "{told}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_option_is_quoted_with_its_greeks_calculated_traded_and_exercised() {
    for calendar in [Calendar::Nyse, Calendar::Always] {
        let gateway = Running::with(Options { calendar, ..Options::default() }, START).await;
        gateway.advance(1_000).await;
        let client = gateway.client(1).await;
        let (day, strike) = near(&client).await;
        let call = option("AAPL", &day, strike, Some(OptionRight::Call));
        let mut line = soon(client.market_data(&call).generic_ticks(&["100", "101"]).subscribe()).await.unwrap();
        let (mut bid, mut ask, mut open) = (None, None, None);
        let mut computed: Vec<OptionComputation> = Vec::new();
        while bid.is_none()
            || ask.is_none()
            || open.is_none()
            || !computed.iter().any(|c| c.field == TickType::ModelOption)
        {
            match next(&mut line).await {
                TickTypes::Price(tick) if tick.tick_type == TickType::Bid => bid = Some(tick.price),
                TickTypes::Price(tick) if tick.tick_type == TickType::Ask => ask = Some(tick.price),
                TickTypes::PriceSize(tick) if tick.price_tick_type == TickType::Bid => bid = Some(tick.price),
                TickTypes::PriceSize(tick) if tick.price_tick_type == TickType::Ask => ask = Some(tick.price),
                TickTypes::Size(tick) if tick.tick_type == TickType::OptionCallOpenInterest => open = Some(tick.size),
                TickTypes::OptionComputation(tick) => computed.push(tick),
                _ => {}
            }
        }
        let (bid, ask) = (bid.unwrap(), ask.unwrap());
        assert!(0.0 < bid && bid < ask && ask < bid * 1.3 + 0.2, "{bid} {ask}");
        assert!(open.unwrap() > 0.0);
        let model = computed.iter().rfind(|c| c.field == TickType::ModelOption).unwrap();
        let (price, vol) = (model.option_price.unwrap(), model.implied_volatility.unwrap());
        assert!((bid..=ask).contains(&price), "{model:?}");
        assert!((0.1..0.9).contains(&vol) && (0.3..0.7).contains(&model.delta.unwrap()), "{model:?}");
        assert!(model.theta.unwrap() < 0.0 && model.vega.unwrap() > 0.0 && model.gamma.unwrap() > 0.0);
        let under = model.underlying_price.unwrap();
        let worth = soon(client.calculate_option_price(&call, vol, under)).await.unwrap();
        assert!((worth.option_price.unwrap() - price).abs() < 0.02, "{worth:?} {model:?}");
        let implied = soon(client.calculate_implied_volatility(&call, price, under)).await.unwrap();
        assert!((implied.implied_volatility.unwrap() - vol).abs() < 0.01, "{implied:?} {model:?}");
        for what in [WhatToShow::Trades, WhatToShow::Bid, WhatToShow::MidPoint] {
            let bars = client.historical_data(&call, BarSize::Min).what_to_show(what).duration(1_800.seconds());
            let bars = soon(bars.fetch()).await.unwrap().bars;
            assert!(bars.iter().all(|bar| bar.low > 0.0 && bar.low <= bar.high), "{what:?} {bars:?}");
            assert!(what == WhatToShow::Trades || bars.len() >= 25, "{what:?}: {}", bars.len());
        }

        let id = client.next_order_id();
        let order = order_builder::limit_order(Action::Buy, 2.0, ((ask + 0.5) * 20.0).round() / 20.0);
        let mut updates = soon(client.place_order(id, &call, &order)).await.unwrap();
        let fill = first(&mut updates, |update| match update {
            PlaceOrder::ExecutionData(fill) => Some(fill),
            _ => None,
        })
        .await;
        assert_eq!(
            (fill.contract.security_type.clone(), fill.contract.multiplier.as_str()),
            (SecurityType::Option, "100")
        );
        let report = first(&mut updates, |update| match update {
            PlaceOrder::CommissionReport(report) => Some(report),
            _ => None,
        })
        .await;
        assert_eq!(report.commission, (0.65 * fill.execution.shares).max(1.0));
        let held = |kind: SecurityType, count: f64| {
            let (client, gateway) = (&client, &gateway);
            async move {
                for _ in 0..100 {
                    let mut positions = soon(client.positions()).await.unwrap();
                    loop {
                        match next(&mut positions).await {
                            PositionUpdate::Position(held)
                                if held.contract.security_type == kind && held.position == count =>
                            {
                                return held;
                            }
                            PositionUpdate::Position(_) => {}
                            PositionUpdate::PositionEnd => break,
                        }
                    }
                    gateway.advance(500).await;
                }
                panic!("no position of {count} {kind:?}");
            }
        };
        let position = held(SecurityType::Option, 2.0).await;
        assert_eq!(
            (position.contract.strike, position.contract.last_trade_date_or_contract_month.as_str()),
            (strike, day.as_str())
        );
        assert!((position.average_cost - fill.execution.price * 100.0).abs() < 60.0, "{position:?}");
        let account = "DU0000001";
        let exercising =
            client.exercise_options(&call).exercise(1).account(account.to_owned()).override_natural_action();
        let _exercised = soon(exercising.submit()).await.unwrap();
        let shares = held(SecurityType::Stock, 100.0).await;
        assert!((shares.average_cost - strike).abs() < 1e-6, "{shares:?}");
        held(SecurityType::Option, 1.0).await;
        gateway.stop().await;
    }
}
