//! Everything but orders.

use std::time::Duration;

use ibapi::accounts::{
    AccountSummaryResult, AccountUpdate, AccountUpdateMulti, FaDataType, PositionUpdate, PositionUpdateMulti,
    ServerLogLevel,
};
use ibapi::contracts::{Contract, SecurityType};
use ibapi::market_data::historical::{Bar, BarSize, HistoricalBarUpdate, ToDuration, WhatToShow};
use ibapi::market_data::realtime::Quote;
use ibapi::market_data::{IgnoreSize, MarketDataType, TradingHours};
use ibapi::prelude::{AccountGroup, AccountId, Client, ContractId};
use ibapi::scanner::ScannerSubscription;

use crate::session::{PATIENCE, Session, all, ask, ends, first, next, refused, soon, stock};

const APPLE: i32 = 265_598;

pub async fn reference(s: &Session) {
    let details = soon(ask!(s, contract_details(&stock("AAPL")))).await.unwrap();
    let [apple] = &details[..] else { panic!("one contract, not {details:?}") };
    assert_eq!((apple.contract.contract_id, apple.min_tick), (APPLE, 0.01));
    assert!(apple.long_name.contains("APPLE"), "{}", apple.long_name);
    refused(soon(s.client.contract_details(&stock("ZZZZ"))).await, 200);
    let spx = index("SPX", "CBOE");
    let details = soon(s.client.contract_details(&spx)).await.unwrap();
    let [found] = &details[..] else { panic!("one contract, not {details:?}") };
    assert_eq!((found.contract.contract_id, &found.contract.security_type), (416_904, &SecurityType::Index));
    let ticks = soon(s.client.market_data(&spx).snapshot_once(PATIENCE)).await.unwrap();
    let value = Quote::from_ticks(&ticks).last.unwrap();
    assert!(value > 1_000.0, "{value}");
    let wanted = stock("AAPL");
    let mut stream = soon(ask!(s, contract_details_stream(&wanted)).subscribe()).await.unwrap();
    assert_eq!(next(&mut stream).await.contract.contract_id, APPLE);
    soon(ask!(s, cancel_contract_details(1_500_000_999))).await.unwrap();
    let found = soon(ask!(s, matching_symbols("appl"))).await.unwrap();
    assert!(found.iter().any(|d| d.contract.contract_id == APPLE), "{found:?}");
    let rule = soon(ask!(s, market_rule(26))).await.unwrap();
    assert_eq!(rule.price_increments.last().map(|rung| (rung.low_edge, rung.increment)), Some((1.0, 0.01)));
    assert!(soon(ask!(s, smart_components("a6"))).await.unwrap().is_empty());
    let mut chain = soon(ask!(s, option_chain("AAPL", SecurityType::Stock, APPLE)).subscribe()).await.unwrap();
    let chains = all(&mut chain).await;
    assert!(
        chains.iter().any(|c| c.exchange == "SMART" && c.expirations.len() > 5 && c.strikes.len() > 40),
        "{chains:?}"
    );
    assert!(soon(ask!(s, market_depth_exchanges())).await.unwrap().is_empty());
    assert!(soon(ask!(s, news_providers())).await.unwrap().is_empty());
    assert!(soon(ask!(s, soft_dollar_tiers())).await.unwrap().is_empty());
    assert!(soon(ask!(s, scanner_parameters())).await.unwrap().starts_with('<'));
    assert_eq!(soon(ask!(s, managed_accounts())).await.unwrap(), std::slice::from_ref(&s.account));
    assert_eq!(soon(ask!(s, family_codes())).await.unwrap().len(), 1);
    soon(ask!(s, user_info())).await.unwrap();
    let (seconds, millis) =
        (soon(ask!(s, server_time())).await.unwrap(), soon(ask!(s, server_time_millis())).await.unwrap());
    assert!((millis - seconds).abs() < Duration::from_secs(5), "{seconds} {millis}");
    soon(ask!(s, set_server_log_level(ServerLogLevel::Error))).await.unwrap();
    assert_eq!(soon(ask!(s, display_groups())).await.unwrap(), [1, 2, 3, 4, 5, 6, 7]);
    let mut group = soon(ask!(s, subscribe_to_group_events(1))).await.unwrap();
    assert_eq!(next(&mut *group).await.contract_info, "none");
    soon(group.update("265598@SMART")).await.unwrap();
    assert_eq!(next(&mut *group).await.contract_info, "265598@SMART");
}

fn index(symbol: &str, exchange: &str) -> Contract {
    Contract {
        symbol: symbol.into(),
        security_type: SecurityType::Index,
        exchange: exchange.into(),
        currency: "USD".into(),
        ..Contract::default()
    }
}

/// Bid and ask of AAPL.
pub async fn touch(client: &Client) -> (f64, f64) {
    let apple = stock("AAPL");
    let ticks = soon(client.market_data(&apple).snapshot_once(PATIENCE)).await.unwrap();
    let quote = Quote::from_ticks(&ticks);
    let (bid, ask) = (quote.bid.unwrap(), quote.ask.unwrap());
    assert!(0.0 < bid && bid < ask && ask < bid * 1.01, "{bid} {ask}");
    (bid, ask)
}

pub async fn quotes(s: &Session) {
    soon(ask!(s, switch_market_data_type(MarketDataType::Realtime))).await.unwrap();
    let apple = stock("AAPL");
    let mut line = soon(ask!(s, market_data(&apple)).generic_ticks(&["233", "236", "165"]).subscribe()).await.unwrap();
    let mut quote = Quote::default();
    while quote.bid.is_none() || quote.ask.is_none() || quote.volume.is_none() || quote.close.is_none() {
        quote.apply(&next(&mut line).await);
    }
    assert!(quote.bid < quote.ask && quote.low <= quote.last && quote.last <= quote.high, "{quote:?}");
    let snapshot = touch(&s.client).await;
    assert!((snapshot.0 - quote.bid.unwrap()).abs() < 5.0, "{snapshot:?} {quote:?}");
    ends(soon(s.client.market_data(&stock("ZZZZ")).subscribe()).await, 200).await;
    let mut live = soon(ask!(s, realtime_bars(&apple)).subscribe()).await.unwrap();
    let bar = next(&mut live).await;
    assert!(0.0 < bar.low && bar.low <= bar.close && bar.close <= bar.high && bar.volume > 0.0, "{bar:?}");
}

fn sane(bars: &[Bar], least: usize) {
    assert!(bars.len() >= least, "{}", bars.len());
    for bar in bars {
        let (low, high) = (bar.open.min(bar.close), bar.open.max(bar.close));
        assert!(0.0 < bar.low && bar.low <= low && high <= bar.high && bar.volume != 0.0, "{bar:?}");
    }
}

pub async fn history(s: &Session) {
    let apple = stock("AAPL");
    for (size, duration, shown, least) in [
        (BarSize::Min, 1800.seconds(), WhatToShow::Trades, 25),
        (BarSize::Min5, 1.days(), WhatToShow::MidPoint, 50),
        (BarSize::Hour, 2.days(), WhatToShow::Trades, 10),
        (BarSize::Day, 1.months(), WhatToShow::Trades, 18),
    ] {
        let asking = ask!(s, historical_data(&apple, size)).what_to_show(shown).duration(duration).fetch();
        sane(&soon(asking).await.unwrap().bars, least);
    }
    let odd = s.client.historical_data(&apple, BarSize::Day).what_to_show(WhatToShow::FeeRate).duration(1.months());
    refused(soon(odd.fetch()).await, 162);
    let kept = s.client.historical_data(&apple, BarSize::Sec5).what_to_show(WhatToShow::Trades).duration(300.seconds());
    let mut kept = soon(kept.stream()).await.unwrap();
    let HistoricalBarUpdate::Historical(past) = next(&mut kept).await else { panic!("history first") };
    sane(&past.bars, 50);
    let update = first(&mut kept, |item| if let HistoricalBarUpdate::Update(bar) = item { Some(bar) } else { None });
    sane(&[update.await], 1);
    let schedule = soon(ask!(s, historical_schedules(&apple, 5.days())).fetch()).await.unwrap();
    assert!(schedule.sessions.len() >= 3, "{schedule:?}");
    let head = soon(ask!(s, head_timestamp(&apple, WhatToShow::Trades, TradingHours::Regular))).await.unwrap();
    assert!(head.year() < 2005, "{head}");
    let histogram = soon(ask!(s, histogram_data(&apple, TradingHours::Extended, BarSize::Week))).await.unwrap();
    assert!(histogram.len() > 10 && histogram.iter().all(|entry| entry.size > Some(0.0)), "{}", histogram.len());
}

const SUMMARY: [&str; 4] = ["NetLiquidation", "TotalCashValue", "GrossPositionValue", "InitMarginReq"];

/// The account summary up to its end: tag, currency, value.
async fn summary(s: &Session, tags: &[&str]) -> Vec<(String, String, f64)> {
    let mut rows = soon(ask!(s, account_summary(&AccountGroup::from("All"), tags))).await.unwrap();
    let mut found = Vec::new();
    loop {
        match next(&mut rows).await {
            AccountSummaryResult::Summary(row) => found.push((row.tag, row.currency, row.value.parse().unwrap())),
            AccountSummaryResult::End => return found,
        }
    }
}

fn value(rows: &[(String, String, f64)], tag: &str) -> f64 {
    rows.iter().find(|row| row.0 == tag).unwrap().2
}

pub async fn account_before_trading(s: &Session) {
    let account = AccountId::from(s.account.clone());
    let rows = summary(s, &SUMMARY).await;
    assert_eq!(value(&rows, "NetLiquidation"), value(&rows, "TotalCashValue"));
    for tags in ["$LEDGER", "$LEDGER:USD", "$LEDGER:ALL"] {
        let mut rows = soon(s.client.account_summary(&AccountGroup::from("All"), &[tags])).await.unwrap();
        let cash = first(&mut rows, |row| match row {
            AccountSummaryResult::Summary(row) if row.tag == "TotalCashBalance" => Some(row.value),
            _ => None,
        });
        assert!(cash.await.parse::<f64>().unwrap() > 0.0, "{tags}");
    }
    let quiet = Duration::from_millis(50);
    let group = AccountGroup::from("All");
    let mut snapshots = soon(ask!(s, account_summary_snapshots(&group, &SUMMARY, quiet))).await.unwrap();
    assert!(soon(snapshots.next()).await.unwrap().is_ok());
    let mut updates = soon(ask!(s, account_updates(&account))).await.unwrap();
    first(&mut updates, |update| matches!(update, AccountUpdate::End).then_some(())).await;
    let mut multi = soon(ask!(s, account_updates_multi(Some(&account), None))).await.unwrap();
    first(&mut multi, |update| matches!(update, AccountUpdateMulti::End).then_some(())).await;
    let mut positions = soon(ask!(s, positions())).await.unwrap();
    assert!(matches!(next(&mut positions).await, PositionUpdate::PositionEnd), "no position yet");
    let mut multi = soon(ask!(s, positions_multi(Some(&account), None))).await.unwrap();
    assert!(matches!(next(&mut multi).await, PositionUpdateMulti::PositionEnd), "no position yet");
    let mut pnl = soon(ask!(s, pnl(&account, None))).await.unwrap();
    assert_eq!(next(&mut pnl).await.daily_pnl, 0.0);
}

pub async fn account_with_a_position(s: &Session) {
    let account = AccountId::from(s.account.clone());
    let rows = summary(s, &SUMMARY).await;
    let whole = value(&rows, "TotalCashValue") + value(&rows, "GrossPositionValue");
    assert!((value(&rows, "NetLiquidation") - whole).abs() < 0.02, "{rows:?}");
    assert!(value(&rows, "InitMarginReq") > 0.0, "{rows:?}");
    let mut positions = soon(s.client.positions()).await.unwrap();
    let PositionUpdate::Position(held) = next(&mut positions).await else { panic!("a position") };
    assert_eq!((held.contract.contract_id, held.position), (APPLE, 20.0));
    let mut single = soon(ask!(s, pnl_single(&account, ContractId::from(APPLE), None))).await.unwrap();
    let told = next(&mut single).await;
    assert!(told.position == 20.0 && (told.value - 20.0 * touch(&s.client).await.0).abs() < 100.0, "{told:?}");
    let mut updates = soon(s.client.account_updates(&account)).await.unwrap();
    let portfolio = first(&mut updates, |update| match update {
        AccountUpdate::PortfolioValue(item) => Some(item),
        _ => None,
    })
    .await;
    assert!((portfolio.market_value - portfolio.market_price * 20.0).abs() < 0.02, "{portfolio:?}");
}

pub async fn what_is_not_served(s: &Session, address: &str) {
    let apple = stock("AAPL");
    ends(soon(ask!(s, market_depth(&apple, 5)).subscribe()).await, 10092).await;
    ends(soon(ask!(s, tick_by_tick(&apple, 0)).all_last()).await, 10189).await;
    ends(soon(s.client.tick_by_tick(&apple, 0).bid_ask(IgnoreSize::No)).await, 10189).await;
    let now = soon(s.client.server_time()).await.unwrap();
    ends(soon(ask!(s, historical_ticks(&apple, 10)).ending(now).trade()).await, 10187).await;
    soon(ask!(s, cancel_historical_ticks(1_500_000_998))).await.unwrap();
    let scan = ScannerSubscription {
        instrument: Some("STK".to_owned()),
        location_code: Some("STK.US.MAJOR".to_owned()),
        scan_code: Some("TOP_PERC_GAIN".to_owned()),
        ..ScannerSubscription::default()
    };
    ends(soon(ask!(s, scanner_subscription(&scan, &[]))).await, 162).await;
    refused(soon(ask!(s, calculate_option_price(&apple, 0.3, 230.0))).await, 322);
    refused(soon(ask!(s, calculate_implied_volatility(&apple, 5.0, 230.0))).await, 322);
    ends(soon(ask!(s, exercise_options(&apple)).exercise(1).account(s.account.clone()).submit()).await, 322).await;
    refused(soon(ask!(s, news_article("BRFG", "BRFG$1"))).await, 10172);
    let hour = Duration::from_hours(1);
    ends(soon(ask!(s, historical_news(APPLE, &["BRFG"], now - hour, now, 10))).await, 10276).await;
    ends(soon(ask!(s, contract_news(&apple, &["BRFG"]))).await, 10276).await;
    ends(soon(ask!(s, broad_tape_news("BRFG"))).await, 200).await;
    let bulletins = soon(ask!(s, news_bulletins(true))).await.unwrap();
    s.settle().await;
    drop(bulletins);
    refused(soon(ask!(s, wsh_metadata())).await, 10279);
    refused(soon(ask!(s, wsh_event_data_by_contract(APPLE)).fetch()).await, 10283);
    ends(soon(ask!(s, wsh_event_data_by_filter("{}")).limit(10).subscribe()).await, 10283).await;
    refused(soon(ask!(s, config())).await, 322);
    refused(soon(ask!(s, update_config()).reset_api_order_sequence().submit()).await, 322);
    refused(soon(ask!(s, request_fa(FaDataType::Groups))).await, 321);
    refused(soon(ask!(s, replace_fa(FaDataType::Groups, "<xml/>"))).await, 321);
    let told = soon(ask!(s, verify_message("data"))).await.unwrap();
    assert!(!told.is_successful && !told.error_text.is_empty(), "{told:?}");
    // That nobody is verified is what a request for verification is told, too; this client waits for a challenge.
    let brief = Client::builder().address(address).client_id(3).one_shot_timeout(Duration::from_millis(300)).connect();
    let brief = soon(brief).await.unwrap();
    s.using("verify_request");
    assert!(soon(brief.verify_request("name", "1.0")).await.is_err());
    assert!(soon(brief.managed_accounts()).await.is_ok());
    soon(brief.disconnect()).await;
}
