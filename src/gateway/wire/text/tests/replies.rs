//! Every reply in both encodings, and the number of fields that clients count.

use std::fmt::Write as _;

use bytes::BytesMut;

use super::{fields, text, write};
use crate::gateway::wire::proto::*;
use crate::gateway::wire::reply::Bars;
use crate::gateway::wire::{Encoding, Reply};

fn contract() -> Contract {
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

fn id() -> IdOnly {
    IdOnly { req_id: Some(7) }
}

fn ticks() -> Vec<(Reply, usize)> {
    let (req_id, tick_type) = (Some(7), Some(1));
    let price = TickPrice { req_id, tick_type, price: Some(229.98), size: text("300"), attr_mask: Some(1) };
    let bar = RealTimeBarTick {
        req_id,
        time: Some(1_763_654_525),
        open: Some(1.0),
        high: Some(1.5),
        low: Some(0.5),
        close: Some(1.25),
        volume: text("100"),
        wap: text("1.125"),
        count: Some(3),
    };
    let params = TickReqParams { req_id, min_tick: text("0.01"), snapshot_permissions: Some(0), ..Default::default() };
    vec![
        (Reply::TickPrice(price.clone()), 6),
        (Reply::TickPrice(TickPrice { tick_type: Some(6), size: None, attr_mask: None, ..price }), 6),
        (Reply::TickSize(TickSize { req_id, tick_type: Some(0), size: text("300") }), 4),
        (Reply::TickGeneric(TickGeneric { req_id, tick_type: Some(49), value: Some(0.0) }), 4),
        (Reply::TickString(TickString { req_id, tick_type: Some(45), value: text("1763654527") }), 4),
        (
            Reply::TickOptionComputation(TickOptionComputation {
                req_id,
                tick_type: Some(13),
                tick_attrib: Some(1),
                implied_vol: Some(0.28),
                delta: Some(0.5),
                opt_price: Some(7.25),
                pv_dividend: Some(0.0),
                gamma: Some(0.02),
                vega: Some(0.25),
                theta: Some(-0.1),
                und_price: Some(230.0),
            }),
            11,
        ),
        (Reply::TickOptionComputation(TickOptionComputation { req_id, tick_type: Some(10), ..Default::default() }), 11),
        (Reply::TickSnapshotEnd(id()), 2),
        (Reply::MarketDataType(MarketDataType { req_id, market_data_type: Some(1) }), 3),
        (Reply::TickReqParams(params), 4),
        (Reply::RealTimeBar(bar), 10),
    ]
}

fn orders() -> Vec<(Reply, usize)> {
    let status = OrderStatus {
        order_id: Some(5),
        status: text("Submitted"),
        filled: text("40"),
        remaining: text("60"),
        avg_fill_price: Some(187.2),
        perm_id: Some(1_000_000_001),
        parent_id: Some(0),
        last_fill_price: Some(187.21),
        client_id: Some(3),
        why_held: None,
        mkt_cap_price: Some(0.0),
    };
    let execution = Execution {
        order_id: Some(5),
        exec_id: text("0000e0d5.1.01.01"),
        time: text("20251120 11:02:07 US/Eastern"),
        acct_number: text("DU0000001"),
        exchange: text("NASDAQ"),
        side: text("BOT"),
        shares: text("40"),
        price: Some(187.2),
        perm_id: Some(1_000_000_001),
        client_id: Some(3),
        is_liquidation: Some(false),
        cum_qty: text("40"),
        avg_price: Some(187.2),
        order_ref: text("ref"),
        last_liquidity: Some(2),
        ..Execution::default()
    };
    let details = |req_id| {
        let details = ExecutionDetails { req_id, contract: Some(contract()), execution: Some(execution.clone()) };
        Reply::ExecutionDetails(Box::new(details))
    };
    let report = CommissionAndFeesReport {
        exec_id: text("0000e0d5.1.01.01"),
        commission_and_fees: Some(1.0),
        currency: text("USD"),
        ..Default::default()
    };
    let closing = CommissionAndFeesReport { realized_pnl: Some(-12.34), ..report.clone() };
    vec![
        (Reply::OrderStatus(status), 11),
        (details(Some(-1)), 31),
        (details(Some(7)), 31),
        (Reply::CommissionAndFeesReport(report), 7),
        (Reply::CommissionAndFeesReport(closing), 7),
        (Reply::OpenOrdersEnd(Empty {}), 1),
        (Reply::ExecutionDetailsEnd(id()), 2),
        (Reply::CompletedOrdersEnd(Empty {}), 0),
    ]
}

fn accounts() -> Vec<(Reply, usize)> {
    let (req_id, account) = (Some(7), text("DU0000001"));
    let row = PortfolioValue {
        contract: Some(contract()),
        position: text("-100"),
        market_price: Some(229.98),
        market_value: Some(-22_998.0),
        average_cost: Some(230.0),
        unrealized_pnl: Some(2.0),
        realized_pnl: Some(0.0),
        account_name: account.clone(),
    };
    let unknown = PortfolioValue { market_price: Some(f64::MAX), market_value: None, ..row.clone() };
    let value = AccountValue {
        key: text("NetLiquidation"),
        value: text("1000000.00"),
        currency: text("USD"),
        account_name: account.clone(),
    };
    let multi = AccountUpdateMulti {
        req_id,
        account: account.clone(),
        model_code: None,
        key: text("NetLiquidation"),
        value: text("1000000.00"),
        currency: text("USD"),
    };
    let summary = AccountSummary {
        req_id,
        account: account.clone(),
        tag: text("NetLiquidation"),
        value: text("1000000.00"),
        currency: text("USD"),
    };
    let position =
        Position { account: account.clone(), contract: Some(contract()), position: text("100"), avg_cost: Some(230.0) };
    let position_multi = PositionMulti {
        req_id,
        account: account.clone(),
        contract: Some(contract()),
        position: text("100"),
        avg_cost: Some(230.0),
        model_code: None,
    };
    let pnl = PnL { req_id, daily_pnl: Some(-2.5), unrealized_pnl: Some(f64::MAX), realized_pnl: None };
    let single =
        PnLSingle { req_id, position: text("100"), daily_pnl: Some(1.0), value: Some(9.5), ..Default::default() };
    vec![
        (Reply::AccountValue(value), 5),
        (Reply::PortfolioValue(Box::new(row)), 19),
        (Reply::PortfolioValue(Box::new(unknown)), 19),
        (Reply::AccountUpdateTime(AccountUpdateTime { time_stamp: text("11:02") }), 2),
        (Reply::AccountDataEnd(AccountDataEnd { account_name: account }), 2),
        (Reply::Position(Box::new(position)), 15),
        (Reply::PositionEnd(Empty {}), 1),
        (Reply::PositionMulti(Box::new(position_multi)), 17),
        (Reply::PositionMultiEnd(id()), 2),
        (Reply::AccountUpdateMulti(multi), 7),
        (Reply::AccountUpdateMultiEnd(id()), 2),
        (Reply::AccountSummary(summary), 6),
        (Reply::AccountSummaryEnd(id()), 2),
        (Reply::PnL(pnl), 4),
        (Reply::PnLSingle(single), 6),
    ]
}

fn history() -> Vec<(Reply, usize)> {
    let req_id = Some(7);
    let bar = HistoricalDataBar {
        date: text("20251120"),
        open: Some(1.0),
        high: Some(1.5),
        low: Some(0.5),
        close: Some(1.25),
        volume: text("100"),
        wap: text("1.125"),
        bar_count: Some(3),
    };
    let bars = |bars| {
        let (start_date_str, end_date_str) =
            (text("20251119 16:00:00 US/Eastern"), text("20251120 16:00:00 US/Eastern"));
        let end = HistoricalDataEnd { req_id, start_date_str, end_date_str };
        Reply::Bars(Box::new(Bars { data: HistoricalData { req_id, bars }, end }))
    };
    let entry = |price, size| HistogramDataEntry { price: Some(price), size: text(size) };
    let schedule = HistoricalSchedule {
        req_id,
        start_date_time: text("20251120-09:30:00"),
        end_date_time: text("20251120-16:00:00"),
        time_zone: text("US/Eastern"),
        sessions: vec![HistoricalSession {
            start_date_time: text("20251120-09:30:00"),
            end_date_time: text("20251120-16:00:00"),
            ref_date: text("20251120"),
        }],
    };
    vec![
        (bars(Vec::new()), 4),
        (bars(vec![bar.clone(), bar.clone()]), 20),
        (Reply::HistoricalDataUpdate(HistoricalDataUpdate { req_id, bar: Some(bar) }), 9),
        (Reply::HeadTimestamp(HeadTimestamp { req_id, head_timestamp: text("19930104-14:30:00") }), 2),
        (Reply::HistogramData(HistogramData { req_id, entries: vec![entry(1.25, "100"), entry(1.5, "7")] }), 6),
        (Reply::HistoricalSchedule(schedule), 8),
    ]
}

fn reference() -> Vec<(Reply, usize)> {
    let req_id = Some(7);
    let details = ContractDetails {
        market_name: text("NMS"),
        min_tick: text("0.01"),
        order_types: text("LMT,MKT"),
        valid_exchanges: text("SMART,NASDAQ"),
        price_magnifier: Some(1),
        long_name: text("APPLÉ INC \\ 😀"),
        industry: text("Technology"),
        time_zone_id: text("US/Eastern"),
        trading_hours: text("20251120:0400-20251120:2000"),
        liquid_hours: text("20251120:0930-20251120:1600"),
        sec_id_list: [("ISIN".to_owned(), "US0378331005".to_owned())].into(),
        agg_group: Some(1),
        market_rule_ids: text("26,26"),
        stock_type: text("COMMON"),
        min_size: text("0.0001"),
        size_increment: text("0.0001"),
        suggested_size_increment: text("100"),
        ..ContractDetails::default()
    };
    let data = ContractData { req_id, contract: Some(contract()), contract_details: Some(details) };
    let description = ContractDescription {
        contract: Some(Contract { description: text("APPLE INC"), ..contract() }),
        derivative_sec_types: vec!["OPT".to_owned(), "CFD".to_owned()],
    };
    let rung = |low_edge, increment| PriceIncrement { low_edge: Some(low_edge), increment: Some(increment) };
    let component = SmartComponent { bit_number: Some(0), exchange: text("NYSE"), exchange_letter: text("N") };
    let depth = DepthMarketDataDescription {
        exchange: text("ISLAND"),
        sec_type: text("STK"),
        service_data_type: text("Deep2"),
        ..Default::default()
    };
    let provider = NewsProvider { provider_code: text("BRFG"), provider_name: text("Briefing") };
    let family = FamilyCode { account_id: text("DU0000001"), family_code: None };
    vec![
        (Reply::ContractData(Box::new(data)), 41),
        (Reply::ContractDataEnd(id()), 2),
        (Reply::SymbolSamples(SymbolSamples { req_id, contract_descriptions: vec![description] }), 12),
        (
            Reply::MarketRule(MarketRule {
                market_rule_id: Some(26),
                price_increments: vec![rung(0.0, 0.0001), rung(1.0, 0.01)],
            }),
            6,
        ),
        (Reply::SecDefOptParameterEnd(id()), 1),
        (
            Reply::SecDefOptParameter(Box::new(SecDefOptParameter {
                req_id: Some(7),
                exchange: text("SMART"),
                underlying_con_id: Some(265598),
                trading_class: text("AAPL"),
                multiplier: text("100"),
                expirations: vec!["20261218".to_owned(), "20270115".to_owned()],
                strikes: vec![230.0, 232.5, 235.0],
            })),
            5 + 1 + 2 + 1 + 3,
        ),
        (Reply::SoftDollarTiers(id()), 2),
        (Reply::FamilyCodes(FamilyCodes { family_codes: vec![family] }), 3),
        (Reply::MarketDepthExchanges(MarketDepthExchanges { descriptions: vec![depth] }), 6),
        (Reply::SmartComponents(SmartComponents { req_id, smart_components: vec![component] }), 5),
        (Reply::NewsProviders(NewsProviders { news_providers: vec![provider] }), 3),
        (Reply::ScannerParameters(ScannerParameters { xml: text("<a/>") }), 2),
    ]
}

fn session() -> Vec<(Reply, usize)> {
    let req_id = Some(7);
    let verified = VerifyCompleted { is_successful: Some(false), error_text: text("no") };
    let plain =
        ErrorMessage { id: Some(7), error_code: Some(200), error_msg: text("No é \\ x"), ..Default::default() };
    vec![
        (Reply::Error(ErrorMessage { error_time: Some(5), ..plain.clone() }), 5),
        (Reply::Error(ErrorMessage { id: None, advanced_order_reject_json: text("{}"), ..plain }), 5),
        (Reply::NextValidId(NextValidId { order_id: Some(1) }), 2),
        (Reply::ManagedAccounts(ManagedAccounts { accounts_list: text("DU0000001") }), 2),
        (Reply::CurrentTime(CurrentTime { current_time: Some(1_763_654_527) }), 2),
        (Reply::VerifyCompleted(verified.clone()), 3),
        (Reply::VerifyAndAuthCompleted(verified), 3),
        (Reply::DisplayGroupList(DisplayGroupList { req_id, groups: text("1|2") }), 4),
        (Reply::DisplayGroupUpdated(DisplayGroupUpdated { req_id, contract_info: text("265598@SMART") }), 3),
        (Reply::UserInfo(UserInfo { req_id, white_branding_id: None }), 2),
    ]
}

fn all() -> Vec<(Reply, usize)> {
    [ticks(), orders(), accounts(), history(), reference(), session()].concat()
}

#[test]
fn every_reply_has_the_bytes_and_the_fields_of_its_layout() {
    let mut shown = String::new();
    for (reply, count) in all() {
        let line = write(178, &reply);
        assert_eq!(fields(&line), count, "{line}");
        let mut out = BytesMut::new();
        reply.put(Encoding::Protobuf(226), &mut out);
        writeln!(shown, "{line}\n    {}", out.escape_ascii()).unwrap();
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn versions_differ_in_the_revision_of_an_executions_price_alone() {
    for (reply, count) in all() {
        let expected = if matches!(reply, Reply::ExecutionDetails(_)) { count - 1 } else { count };
        for version in [176, 177] {
            assert_eq!(fields(&write(version, &reply)), expected, "{version} {reply:?}");
        }
    }
}

#[test]
fn what_text_has_no_message_for_is_left_out() {
    assert_eq!(write(178, &Reply::CurrentTimeInMillis(CurrentTimeInMillis { current_time_in_millis: Some(1) })), "");
}

#[test]
fn doubles_are_written_in_plain_digits() {
    for (value, want) in [
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (-0.1, "-0.1"),
        (187.2, "187.2"),
        (100.0, "100"),
        (f64::NAN, "0"),
        (f64::MAX, "0"),
        (f64::INFINITY, "Infinity"),
    ] {
        let tick = Reply::TickGeneric(TickGeneric { req_id: Some(7), tick_type: Some(49), value: Some(value) });
        assert_eq!(write(178, &tick), format!("45|6|7|49|{want}|"));
    }
}
