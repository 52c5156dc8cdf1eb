//! The account over the wire: keys and forms, previews, precautions, funding.

use super::raw::{Raw, apple, limit_order, orders};
use super::{Options, Running, START};
use crate::gateway::venue::{Funding, LEDGER, Precautions};
use crate::gateway::wire::proto::{
    AccountDataRequest, AccountSummaryRequest, AccountUpdatesMultiRequest, IdOnly, MarketDataRequest, Order,
    PlaceOrderRequest,
};
use crate::gateway::wire::{Reply, Request};

/// Tags that account summaries are asked for, by the names that clients use.
const TAGS: &str = "AccountType,NetLiquidation,TotalCashValue,SettledCash,AccruedCash,BuyingPower,EquityWithLoanValue,\
    PreviousEquityWithLoanValue,GrossPositionValue,ReqTEquity,ReqTMargin,SMA,InitMarginReq,MaintMarginReq,AvailableFunds,\
    ExcessLiquidity,Cushion,FullInitMarginReq,FullMaintMarginReq,FullAvailableFunds,FullExcessLiquidity,LookAheadNextChange,\
    LookAheadInitMarginReq,LookAheadMaintMarginReq,LookAheadAvailableFunds,LookAheadExcessLiquidity,HighestSeverity,\
    DayTradesRemaining,Leverage";

async fn gateway(options: Options) -> (Running, Raw) {
    let gateway = Running::with(options, START).await;
    gateway.advance(1_000).await;
    let (client, _) = Raw::start(gateway.address, 1).await;
    (gateway, client)
}

/// Fifty thousand dollars and twenty thousand euros.
fn two_currencies() -> Options {
    let cash = vec![("USD".parse().unwrap(), 50_000.into()), ("EUR".parse().unwrap(), 20_000.into())];
    Options { funding: Funding { cash, pricing: None }, ..Options::default() }
}

async fn summary(client: &mut Raw, req_id: i32, tags: &str) -> Vec<(String, String, String)> {
    let request = AccountSummaryRequest { req_id: Some(req_id), group: Some("All".into()), tags: Some(tags.into()) };
    client.ask(Request::AccountSummary(request)).await;
    let mut rows = Vec::new();
    loop {
        match client.next().await.unwrap() {
            Reply::AccountSummary(row) => {
                assert_eq!((row.req_id, row.account.as_deref()), (Some(req_id), Some("DU0000001")));
                rows.push((row.tag.unwrap(), row.currency.unwrap(), row.value.unwrap()));
            }
            Reply::AccountSummaryEnd(end) => {
                assert_eq!(end.req_id, Some(req_id));
                client.ask(Request::CancelAccountSummary(IdOnly { req_id: Some(req_id) })).await;
                return rows;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn every_tag_of_a_summary_has_one_row_in_the_spelling_it_was_asked_in() {
    let (gateway, mut client) = gateway(Options::default()).await;
    let rows = summary(&mut client, 1, TAGS).await;
    for tag in TAGS.split(',') {
        assert_eq!(rows.iter().filter(|(found, _, _)| found == tag).count(), 1, "{tag}");
    }
    assert_eq!(rows.len(), TAGS.split(',').count());
    gateway.stop().await;
}

#[tokio::test]
async fn the_ledger_comes_whole_in_one_currency_or_in_each() {
    let (gateway, mut client) = gateway(two_currencies()).await;
    for (tags, currencies) in
        [("$LEDGER", vec!["BASE"]), ("$LEDGER:EUR", vec!["EUR"]), ("$LEDGER:ALL", vec!["BASE", "USD", "EUR"])]
    {
        let rows = summary(&mut client, 1, tags).await;
        assert_eq!(rows.len(), LEDGER.len() * currencies.len(), "{tags}");
        for currency in currencies {
            for key in LEDGER {
                assert!(rows.iter().any(|(tag, of, _)| tag == key && of == currency), "{tags}: {key} {currency}");
            }
        }
    }
    let all = summary(&mut client, 2, "$LEDGER:ALL").await;
    let cash = |currency: &str| {
        all.iter()
            .find(|(tag, of, _)| tag == "CashBalance" && of == currency)
            .map(|(_, _, value)| value.clone())
            .unwrap()
    };
    // A euro is 1.0389 dollars in the table of rates.
    assert_eq!((cash("USD"), cash("EUR"), cash("BASE")), ("50000.00".into(), "20000.00".into(), "70778.00".into()));
    gateway.stop().await;
}

#[tokio::test]
async fn account_updates_hold_segments_and_currencies_and_every_row_again_after_three_minutes() {
    let (gateway, mut client) = gateway(two_currencies()).await;
    client.order(1, "BUY", 10, 9_000.0).await;
    client.ask(Request::AccountData(AccountDataRequest { subscribe: Some(true), acct_code: None })).await;
    let first = client.settled().await;
    let keys: Vec<(String, String)> = first
        .iter()
        .filter_map(|reply| match reply {
            Reply::AccountValue(row) => Some((row.key.clone()?, row.currency.clone()?)),
            _ => None,
        })
        .collect();
    for (key, currency) in [
        ("AccountReady", ""),
        ("AccountCode", ""),
        ("NetLiquidation", "USD"),
        ("NetLiquidation-S", "USD"),
        ("NetLiquidation-C", "USD"),
        ("CashBalance", "BASE"),
        ("CashBalance", "EUR"),
        ("ExchangeRate", "EUR"),
        ("AccountOrGroup", "BASE"),
        ("TradingType-S", ""),
    ] {
        assert!(keys.contains(&(key.to_owned(), currency.to_owned())), "{key} {currency}");
    }
    let portfolio =
        |replies: &[Reply]| replies.iter().filter(|reply| matches!(reply, Reply::PortfolioValue(_))).count();
    assert_eq!(portfolio(&first), 1);
    gateway.advance(170_000).await;
    assert_eq!(portfolio(&client.settled().await), 0, "nothing happened");
    gateway.advance(15_000).await;
    let later = client.settled().await;
    assert_eq!(portfolio(&later), 1);
    let values: Vec<_> = later.iter().filter(|reply| matches!(reply, Reply::AccountValue(_))).collect();
    assert!(
        !values.is_empty() && values.len() < keys.len() / 2,
        "only what changed: {} of {}",
        values.len(),
        keys.len()
    );
    assert!(later.iter().any(|reply| matches!(reply, Reply::AccountUpdateTime(_))));
    gateway.stop().await;
}

#[tokio::test]
async fn updates_limited_to_the_ledger_are() {
    let (gateway, mut client) = gateway(Options::default()).await;
    let request = AccountUpdatesMultiRequest { req_id: Some(4), ledger_and_nlv: Some(true), ..Default::default() };
    client.ask(Request::AccountUpdatesMulti(request)).await;
    let keys: Vec<String> = client
        .settled()
        .await
        .into_iter()
        .filter_map(|reply| if let Reply::AccountUpdateMulti(row) = reply { row.key } else { None })
        .collect();
    assert_eq!(keys.len(), 2 * LEDGER.len() + 1);
    assert!(keys.iter().all(|key| key == "NetLiquidation" || LEDGER.contains(&key.as_str())));
    gateway.stop().await;
}

/// A what-if request for AAPL.
fn what_if(order_id: i32, order: Order) -> Request {
    let order = Order {
        what_if: Some(true),
        action: Some("SELL".into()),
        total_quantity: Some("1000".into()),
        order_type: Some("MKT".into()),
        ..order
    };
    let request = PlaceOrderRequest {
        order_id: Some(order_id),
        contract: Some(apple()),
        order: Some(order),
        attached_orders: None,
    };
    Request::PlaceOrder(Box::new(request))
}

#[tokio::test]
async fn a_preview_tells_margins_twice_and_bounds_of_the_commission() {
    let (gateway, mut client) = gateway(Options::default()).await;
    client.ask(what_if(1, Order { transmit: Some(true), ..Order::default() })).await;
    let state = client.until(|r| if let Reply::OpenOrder(m) = r { m.order_state.clone() } else { None }).await;
    assert_eq!((state.init_margin_before, state.maint_margin_before), (Some(0.0), Some(0.0)));
    let (initial, maintenance) = (state.init_margin_after.unwrap(), state.maint_margin_after.unwrap());
    assert!(initial > 50_000.0 && (maintenance / initial - 0.6).abs() < 0.01, "{initial} {maintenance}");
    assert_eq!(state.init_margin_change, state.init_margin_after);
    assert_eq!(state.init_margin_after_outside_rth, state.init_margin_after);
    assert_eq!(state.maint_margin_change_outside_rth, state.maint_margin_change);
    assert_eq!(state.equity_with_loan_before_outside_rth, Some(1_000_000.0));
    // In February 2026 no fee depends on the price: 5 + 1,000 × 0.000195.
    assert_eq!((state.commission_and_fees, state.min_commission_and_fees), (Some(5.195), None));
    client.ask(what_if(2, Order { transmit: Some(false), ..Order::default() })).await;
    assert_eq!(orders(&client.settled().await), ["error 2 413"]);
    gateway.stop().await;
}

#[tokio::test]
async fn previews_run_out() {
    let (gateway, mut client) = gateway(Options::default()).await;
    for _ in 0..11 {
        client.ask(what_if(1, Order { transmit: Some(true), ..Order::default() })).await;
    }
    let told = orders(&client.settled().await);
    assert_eq!(told.iter().filter(|word| *word == "open 1").count(), 10);
    assert_eq!(told.last().unwrap(), "error 1 201");
    gateway.advance(60_000).await;
    client.ask(what_if(1, Order { transmit: Some(true), ..Order::default() })).await;
    assert_eq!(orders(&client.settled().await), ["open 1"]);
    gateway.stop().await;
}

#[tokio::test]
async fn precautions_refuse_what_is_beyond_them_unless_overridden() {
    let (gateway, mut client) = gateway(Options { precautions: Precautions::TWS, ..Options::default() }).await;
    client.order(1, "BUY", 501, 1.0).await;
    assert_eq!(orders(&client.settled().await), ["status 1 Inactive", "error 1 383"]);
    client.order(2, "BUY", 10, 1.0).await;
    assert_eq!(orders(&client.settled().await), ["status 2 Inactive", "error 2 109"]);
    let Request::PlaceOrder(mut place) = limit_order(3, "BUY", 600, 1.0) else { panic!("an order") };
    place.order.as_mut().unwrap().override_percentage_constraints = Some(true);
    client.ask(Request::PlaceOrder(place)).await;
    assert_eq!(orders(&client.settled().await).last().unwrap(), "status 3 Submitted");
    gateway.stop().await;
}

#[tokio::test]
async fn shortable_shares_are_told_to_who_asks_for_236() {
    let (gateway, mut client) = gateway(Options::default()).await;
    for (req_id, generic) in [(1, "236"), (2, "")] {
        let request = MarketDataRequest {
            req_id: Some(req_id),
            contract: Some(apple()),
            generic_tick_list: Some(generic.into()),
            ..MarketDataRequest::default()
        };
        client.ask(Request::MarketData(Box::new(request))).await;
    }
    let told: Vec<(i32, f64)> = client
        .settled()
        .await
        .iter()
        .filter_map(|reply| match reply {
            Reply::TickGeneric(tick) if tick.tick_type == Some(46) => Some((tick.req_id?, tick.value?)),
            Reply::TickSize(tick) if tick.tick_type == Some(89) => {
                Some((tick.req_id?, tick.size.as_ref()?.parse().ok()?))
            }
            _ => None,
        })
        .collect();
    let [(1, degree), (1, shares)] = told[..] else { panic!("{told:?}") };
    assert!(degree > 2.5 && shares > 1_000.0, "{degree} {shares}");
    gateway.stop().await;
}
