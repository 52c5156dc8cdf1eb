//! Every request but the order.

use super::{read, text};
use crate::gateway::wire::Request;
use crate::gateway::wire::proto::{
    AboutContract, AccountDataRequest, AccountSummaryRequest, AccountUpdatesMultiRequest, AutoOpenOrdersRequest,
    CalculationRequest, CancelOrderRequest, ComboLeg, CompletedOrdersRequest, Contract, ContractDataRequest,
    DeltaNeutralContract, Empty, ExecutionFilter, ExecutionRequest, ExerciseOptionsRequest, GlobalCancelRequest,
    HeadTimestampRequest, HistogramDataRequest, HistoricalDataRequest, IdOnly, IdsRequest, MarketDataRequest,
    MarketDataTypeRequest, MarketRuleRequest, MatchingSymbolsRequest, OrderCancel, PnLRequest, PnLSingleRequest,
    PositionsMultiRequest, RealTimeBarsRequest, SecDefOptParamsRequest, SetServerLogLevelRequest,
    SmartComponentsRequest, StartApiRequest, SubscribeToGroupEventsRequest, UpdateDisplayGroupRequest,
};
use crate::gateway::wire::request::Broken;

const APPLE: &str = "265598|AAPL|STK||0.0|||SMART|NASDAQ|USD|AAPL|NMS|";

fn apple() -> Contract {
    Contract {
        con_id: Some(265598),
        symbol: text("AAPL"),
        sec_type: text("STK"),
        exchange: text("SMART"),
        primary_exch: text("NASDAQ"),
        currency: text("USD"),
        local_symbol: text("AAPL"),
        trading_class: text("NMS"),
        ..Contract::default()
    }
}

fn spread() -> Contract {
    let leg = |con_id, action| ComboLeg {
        con_id: Some(con_id),
        ratio: Some(1),
        action: text(action),
        exchange: text("SMART"),
        ..ComboLeg::default()
    };
    Contract {
        symbol: text("AAPL"),
        sec_type: text("BAG"),
        exchange: text("SMART"),
        currency: text("USD"),
        combo_legs: vec![leg(1, "BUY"), leg(2, "SELL")],
        ..Contract::default()
    }
}

fn only(req_id: i32) -> IdOnly {
    IdOnly { req_id: Some(req_id) }
}

fn about(req_id: i32, contract: Option<Contract>) -> Box<AboutContract> {
    Box::new(AboutContract { req_id: Some(req_id), contract })
}

/// The messages about one contract, which are longer than the others.
fn about_contracts() -> Vec<(String, Request)> {
    let contract = Some(apple());
    let request_id = Some(7);
    let market = MarketDataRequest {
        req_id: request_id,
        contract: contract.clone(),
        generic_tick_list: text("233,236"),
        snapshot: Some(true),
        ..MarketDataRequest::default()
    };
    let hedged = Contract {
        delta_neutral_contract: Some(DeltaNeutralContract { con_id: Some(9), delta: Some(0.5), price: Some(101.25) }),
        ..spread()
    };
    let combination = MarketDataRequest { req_id: request_id, contract: Some(hedged), ..MarketDataRequest::default() };
    let details = Contract {
        include_expired: Some(true),
        sec_id_type: text("ISIN"),
        sec_id: text("US0378331005"),
        issuer_id: text("e1"),
        ..apple()
    };
    let bars = HistoricalDataRequest {
        req_id: request_id,
        contract: contract.clone(),
        end_date_time: text("20251120 16:00:00 US/Eastern"),
        bar_size_setting: text("1 min"),
        duration: text("1 D"),
        use_rth: Some(true),
        what_to_show: text("TRADES"),
        format_date: Some(2),
        ..HistoricalDataRequest::default()
    };
    let kept = HistoricalDataRequest {
        contract: Some(spread()),
        end_date_time: None,
        use_rth: None,
        keep_up_to_date: Some(true),
        chart_options: [("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())].into(),
        ..bars.clone()
    };
    let five = RealTimeBarsRequest {
        req_id: request_id,
        contract: contract.clone(),
        bar_size: Some(5),
        what_to_show: text("MIDPOINT"),
        use_rth: Some(true),
        ..RealTimeBarsRequest::default()
    };
    let head = HeadTimestampRequest {
        req_id: request_id,
        contract: contract.clone(),
        use_rth: Some(true),
        what_to_show: text("TRADES"),
        format_date: Some(1),
    };
    let histogram = HistogramDataRequest {
        req_id: request_id,
        contract: Some(Contract { include_expired: Some(true), ..apple() }),
        use_rth: None,
        time_period: text("3 days"),
    };
    let bag = "0|AAPL|BAG||0.0|||SMART||USD|||";
    let legs = "2|1|1|BUY|SMART|2|1|SELL|SMART|";
    vec![
        (format!("1|11|7|{APPLE}0|233,236|1|0||"), Request::MarketData(Box::new(market))),
        (format!("1|11|7|{bag}{legs}1|9|0.5|101.25||0|0||"), Request::MarketData(Box::new(combination))),
        (format!("9|8|7|{APPLE}1|ISIN|US0378331005|e1|"), contract_data(details)),
        (
            format!("20|7|{APPLE}0|20251120 16:00:00 US/Eastern|1 min|1 D|1|TRADES|2|0||"),
            Request::HistoricalData(Box::new(bars)),
        ),
        (format!("20|7|{bag}0||1 min|1 D|0|TRADES|2|{legs}1|a=1;b=;|"), Request::HistoricalData(Box::new(kept))),
        (format!("50|3|7|{APPLE}5|MIDPOINT|1||"), Request::RealTimeBars(Box::new(five))),
        (format!("87|7|{APPLE}0|1|TRADES|1|"), Request::HeadTimestamp(Box::new(head))),
        (format!("88|7|{APPLE}1|0|3 days|"), Request::HistogramData(Box::new(histogram))),
    ]
}

fn contract_data(contract: Contract) -> Request {
    Request::ContractData(Box::new(ContractDataRequest { req_id: Some(7), contract: Some(contract) }))
}

fn orders() -> Vec<(&'static str, Request)> {
    let cancel = |time: Option<&str>| {
        Request::CancelOrder(CancelOrderRequest {
            order_id: Some(12),
            order_cancel: time
                .map(|time| OrderCancel { manual_order_cancel_time: text(time), ..OrderCancel::default() }),
        })
    };
    let filter = ExecutionFilter {
        client_id: Some(3),
        acct_code: text("DU1"),
        time: text("20251120-10:00:00"),
        symbol: text("AAPL"),
        sec_type: text("STK"),
        exchange: text("SMART"),
        side: text("BUY"),
        ..ExecutionFilter::default()
    };
    let executions = |filter| Request::Executions(ExecutionRequest { req_id: Some(8), filter: Some(filter) });
    vec![
        ("4|1|12||", cancel(None)),
        ("4|1|12|20251120 10:00:00 UTC|", cancel(Some("20251120 10:00:00 UTC"))),
        ("5|1|", Request::OpenOrders(Empty {})),
        ("7|3|8|3|DU1|20251120-10:00:00|AAPL|STK|SMART|BUY|", executions(filter)),
        ("7|3|8|0|||||||", executions(ExecutionFilter::default())),
        ("8|1|1|", Request::Ids(IdsRequest { num_ids: Some(1) })),
        ("15|1|1|", Request::AutoOpenOrders(AutoOpenOrdersRequest { auto_bind: Some(true) })),
        ("16|1|", Request::AllOpenOrders(Empty {})),
        ("58|1|", Request::GlobalCancel(GlobalCancelRequest { order_cancel: None })),
        ("99|1|", Request::CompletedOrders(CompletedOrdersRequest { api_only: Some(true) })),
    ]
}

fn accounts() -> Vec<(&'static str, Request)> {
    let (account, model_code) = (text("DU1"), text("M"));
    vec![
        ("6|2|1|DU1|", account_data(Some(true), account.clone())),
        ("6|2|0||", account_data(None, None)),
        ("61|1|", Request::Positions(Empty {})),
        (
            "62|1|9|All|NetLiquidation,$LEDGER|",
            Request::AccountSummary(AccountSummaryRequest {
                req_id: Some(9),
                group: text("All"),
                tags: text("NetLiquidation,$LEDGER"),
            }),
        ),
        ("63|1|9|", Request::CancelAccountSummary(only(9))),
        ("64|1|", Request::CancelPositions(Empty {})),
        (
            "74|1|9|DU1|M|",
            Request::PositionsMulti(PositionsMultiRequest {
                req_id: Some(9),
                account: account.clone(),
                model_code: model_code.clone(),
            }),
        ),
        ("75|1|9|", Request::CancelPositionsMulti(only(9))),
        (
            "76|1|9|DU1|M|1|",
            Request::AccountUpdatesMulti(AccountUpdatesMultiRequest {
                req_id: Some(9),
                account: account.clone(),
                model_code: model_code.clone(),
                ledger_and_nlv: Some(true),
            }),
        ),
        ("77|1|9|", Request::CancelAccountUpdatesMulti(only(9))),
        (
            "92|9|DU1|M|",
            Request::PnL(PnLRequest { req_id: Some(9), account: account.clone(), model_code: model_code.clone() }),
        ),
        ("93|9|", Request::CancelPnL(only(9))),
        (
            "94|9|DU1||265598|",
            Request::PnLSingle(PnLSingleRequest { req_id: Some(9), account, model_code: None, con_id: Some(265598) }),
        ),
        ("95|9|", Request::CancelPnLSingle(only(9))),
    ]
}

fn account_data(subscribe: Option<bool>, acct_code: Option<String>) -> Request {
    Request::AccountData(AccountDataRequest { subscribe, acct_code })
}

fn others() -> Vec<(&'static str, Request)> {
    vec![
        ("2|2|7|", Request::CancelMarketData(only(7))),
        ("12|1|1|", Request::NewsBulletins(Empty {})),
        ("13|1|", Request::CancelNewsBulletins(Empty {})),
        ("14|1|5|", Request::SetServerLogLevel(SetServerLogLevelRequest { log_level: Some(5) })),
        ("17|1|", Request::ManagedAccounts(Empty {})),
        ("24|1|", Request::ScannerParameters(Empty {})),
        ("25|1|7|", Request::CancelHistoricalData(only(7))),
        ("49|1|", Request::CurrentTime(Empty {})),
        ("51|1|7|", Request::CancelRealTimeBars(only(7))),
        ("59|1|3|", Request::SetMarketDataType(MarketDataTypeRequest { market_data_type: Some(3) })),
        ("67|1|7|", Request::QueryDisplayGroups(only(7))),
        (
            "68|1|7|4|",
            Request::SubscribeToGroupEvents(SubscribeToGroupEventsRequest { req_id: Some(7), group_id: Some(4) }),
        ),
        (
            "69|1|7|265598@SMART|",
            Request::UpdateDisplayGroup(UpdateDisplayGroupRequest {
                req_id: Some(7),
                contract_info: text("265598@SMART"),
            }),
        ),
        ("70|1|7|", Request::UnsubscribeFromGroupEvents(only(7))),
        ("71|2|5||", start(5)),
        ("71|2|0|", start(0)),
        (
            "78|7|AAPL||STK|265598|",
            Request::SecDefOptParams(SecDefOptParamsRequest {
                req_id: Some(7),
                underlying_symbol: text("AAPL"),
                fut_fop_exchange: None,
                underlying_sec_type: text("STK"),
                underlying_con_id: Some(265598),
            }),
        ),
        ("79|7|", Request::SoftDollarTiers(only(7))),
        ("80|", Request::FamilyCodes(Empty {})),
        ("81|7|app|", Request::MatchingSymbols(MatchingSymbolsRequest { req_id: Some(7), pattern: text("app") })),
        ("82|", Request::MarketDepthExchanges(Empty {})),
        ("83|7|a6|", Request::SmartComponents(SmartComponentsRequest { req_id: Some(7), bbo_exchange: text("a6") })),
        ("85|", Request::NewsProviders(Empty {})),
        ("90|7|", Request::CancelHeadTimestamp(only(7))),
        ("91|26|", Request::MarketRule(MarketRuleRequest { market_rule_id: Some(26) })),
        ("104|7|", Request::UserInfo(only(7))),
    ]
}

fn start(client_id: i32) -> Request {
    Request::StartApi(StartApiRequest { client_id: Some(client_id), optional_capabilities: None })
}

/// What is not served: whom to answer is read all the same.
fn not_served() -> Vec<(String, Request)> {
    let row = |id, req_id, shown: &str| (shown.to_owned(), Request::NotServed(id, about(req_id, None)));
    let with = |id, shown: String| (shown, Request::NotServed(id, about(7, Some(apple()))));
    let nobody = |id, shown: &str| (shown.to_owned(), Request::NotServed(id, Box::default()));
    vec![
        with(10, format!("10|5|7|{APPLE}5|1||")),
        row(11, 7, "11|1|7|1|"),
        nobody(18, "18|1|1|"),
        row(19, 7, "19|1|1|<xml/>|7|"),
        row(22, 7, "22|7|50|STK|STK.US.MAJOR|TOP_PERC_GAIN|||||||||||||||||||"),
        row(23, 7, "23|1|7|"),
        row(52, 7, "52|2|7|265598|AAPL|STK|SMART|NASDAQ|USD|AAPL|ReportSnapshot|0||"),
        row(53, 7, "53|1|7|"),
        row(56, 7, "56|1|7|"),
        row(57, 7, "57|1|7|"),
        nobody(65, "65|1|name|1|"),
        nobody(66, "66|1|data|"),
        nobody(72, "72|1|name|1|key|"),
        nobody(73, "73|1|data|answer|"),
        row(84, 7, "84|7|BRFG|id||"),
        row(86, 7, "86|7|265598|BRFG|||10||"),
        row(89, 7, "89|7|"),
        with(96, format!("96|7|{APPLE}0|||10|TRADES|1|0||")),
        with(97, format!("97|7|{APPLE}Last|0|0|")),
        row(98, 7, "98|7|"),
        row(100, 7, "100|7|"),
        row(101, 7, "101|7|"),
        row(102, 7, "102|7|265598||0|0|0|||2147483647|"),
        row(103, 7, "103|7|"),
        nobody(105, "105|"),
        nobody(999, "999|1|7|"),
    ]
}

/// Requests about options.
fn of_options() -> Vec<(String, Request)> {
    let contract = Some(Contract { primary_exch: None, ..apple() });
    let calculation = |given, under_price| {
        Box::new(CalculationRequest { req_id: Some(7), contract: Some(apple()), given, under_price })
    };
    vec![
        (
            "21|2|7|265598|AAPL|STK||0.0|||SMART|USD|AAPL|NMS|1|2|DU1|1|".to_owned(),
            Request::ExerciseOptions(Box::new(ExerciseOptionsRequest {
                order_id: Some(7),
                contract,
                exercise_action: Some(1),
                exercise_quantity: Some(2),
                account: text("DU1"),
                r#override: Some(true),
            })),
        ),
        (
            format!("54|3|7|{APPLE}1.5|200|0||"),
            Request::CalculateImpliedVolatility(calculation(Some(1.5), Some(200.0))),
        ),
        (format!("55|3|7|{APPLE}0.3|200||"), Request::CalculateOptionPrice(calculation(Some(0.3), Some(200.0)))),
    ]
}

#[test]
fn every_request_is_read_field_by_field() {
    let short = [orders(), accounts(), others()].concat();
    let short = short.into_iter().map(|(shown, request)| (shown.to_owned(), request));
    for (shown, want) in about_contracts().into_iter().chain(short).chain(not_served()).chain(of_options()) {
        for version in 176..=178 {
            assert_eq!(read(version, &shown), Ok(want.clone()), "{shown}");
        }
    }
}

#[test]
fn every_id_of_the_protocol_is_read_in_text_or_has_no_text_form() {
    // An id followed by nothing but ones is enough for whom to answer.
    for id in 1..=104 {
        let shown = format!("{id}|{}", "1|".repeat(60));
        let read = read(178, &shown);
        assert!(!matches!(read, Err(Broken::NoId)), "{shown}");
    }
}

#[test]
fn unset_fields_of_every_spelling_are_absent() {
    let empty = read(178, "1|11|7|||||||||||||0||0|0||").unwrap();
    let unset = MarketDataRequest { req_id: Some(7), contract: Some(Contract::default()), ..Default::default() };
    assert_eq!(empty, Request::MarketData(Box::new(unset)));
    let marked = read(178, "94|9|||2147483647|").unwrap();
    assert_eq!(marked, Request::PnLSingle(PnLSingleRequest { req_id: Some(9), ..Default::default() }));
}

#[test]
fn a_request_that_cannot_be_read_is_answered_on_its_id_and_without_one_ends_the_connection() {
    for (shown, cause) in [
        ("1|11|7|x|", "field 3 is \"x\", which is no integer"),
        ("1|11|7|265598|AAPL|", "the message ends before field 5"),
        ("20|7|0|AAPL|STK||0|||SMART||USD|||2|", "field 14 is \"2\", which is no boolean"),
        ("1|11|7|0|A|BAG||0|||SMART||USD|||9999999|", "a count of 9999999 does not fit the message"),
        ("1|11|7|0|A|BAG||0|||SMART||USD|||-1|", "a count of -1 does not fit the message"),
        ("50|3|7|0|A|STK||0|||SMART||USD|||5|TRADES|1|what|", "options \"what\" are not of the form tag=value;"),
        ("87|7|0|A|STK||NaN|||SMART||USD|||0|1|TRADES|1|", "field 6 is \"NaN\", which is no number"),
    ] {
        assert_eq!(read(178, shown), Ok(Request::Unreadable(7, cause.to_owned())), "{shown}");
    }
    for shown in ["", "|", "x|1|", "2147483648|"] {
        assert_eq!(read(178, shown), Err(Broken::NoId), "{shown:?}");
    }
    for shown in ["1|", "1|11|", "1|11||", "6|2|maybe|", "71|2|one|"] {
        assert!(matches!(read(178, shown), Err(Broken::Body(..))), "{shown}");
    }
    let not_utf8 = Request::decode(crate::gateway::wire::Encoding::Text(178), b"81\x007\0\xff\0");
    assert!(matches!(not_utf8, Ok(Request::Unreadable(7, _))), "{not_utf8:?}");
}
