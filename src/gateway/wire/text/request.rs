//! Requests: message ids and fields, from client to server.
//!
//! Many begin with a message version, a constant of old that says nothing; where it stands the field is passed over.
//! What follows the fields that are read here is passed over too, except in an order.

use super::fields::{Fields, Read};
use super::place::options;
use super::{contract, place};
use crate::gateway::wire::Request;
use crate::gateway::wire::proto::{
    AboutContract, AccountDataRequest, AccountSummaryRequest, AccountUpdatesMultiRequest, AutoOpenOrdersRequest,
    CalculationRequest, CancelOrderRequest, CompletedOrdersRequest, Contract, ContractDataRequest, Empty,
    ExecutionFilter, ExecutionRequest, ExerciseOptionsRequest, GlobalCancelRequest, HeadTimestampRequest,
    HistogramDataRequest, HistoricalDataRequest, IdOnly, IdsRequest, MarketDataRequest, MarketDataTypeRequest,
    MarketRuleRequest, MatchingSymbolsRequest, OrderCancel, PnLRequest, PnLSingleRequest, PositionsMultiRequest,
    RealTimeBarsRequest, SecDefOptParamsRequest, SetServerLogLevelRequest, SmartComponentsRequest, StartApiRequest,
    SubscribeToGroupEventsRequest, UpdateDisplayGroupRequest,
};
use crate::gateway::wire::request::Broken;

/// Requests whose first field is a message version.
const VERSIONED: [i32; 50] = [
    1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 23, 24, 25, 49, 50, 51, 52, 53, 54, 55, 56, 57,
    58, 59, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77,
];
/// Requests that are not served and begin with the id to answer on.
const WITH_ID: [i32; 18] = [10, 11, 22, 23, 52, 53, 56, 57, 84, 86, 89, 96, 97, 98, 100, 101, 102, 103];
/// Requests that are not served and about one contract, all twelve fields of it.
const ABOUT_CONTRACT: [i32; 3] = [10, 96, 97];
/// The one that carries its id behind two other fields.
const REPLACE_ADVISOR: i32 = 19;

/// Reads the body of a text frame.
pub(in crate::gateway::wire) fn read(version: i32, frame: &[u8]) -> Result<Request, Broken> {
    let mut fields = Fields::new(frame);
    let id = fields.int().ok().flatten().ok_or(Broken::NoId)?;
    body(id, &mut fields, version).or_else(|cause| match fields.answers() {
        Some(answer) => Ok(Request::Unreadable(answer, cause.to_string())),
        None => Err(Broken::Body(id, cause.to_string())),
    })
}

fn body(id: i32, fields: &mut Fields<'_>, version: i32) -> Read<Request> {
    if VERSIONED.contains(&id) {
        fields.skip()?;
    }
    Ok(match id {
        3 => Request::PlaceOrder(Box::new(place::read(fields, version)?)),
        1 | 9 | 20 | 50 | 87 | 88 => about_contract(id, fields)?,
        4..=8 | 15 | 16 | 58 | 99 => orders(id, fields)?,
        61..=64 | 74..=77 | 92..=95 => accounts(id, fields)?,
        67..=70 => groups(id, fields)?,
        2 | 25 | 51 | 79 | 90 | 104 => by_id(id, fields)?,
        12 => Request::NewsBulletins(Empty {}),
        13 => Request::CancelNewsBulletins(Empty {}),
        14 => Request::SetServerLogLevel(SetServerLogLevelRequest { log_level: fields.int()? }),
        17 => Request::ManagedAccounts(Empty {}),
        21 => Request::ExerciseOptions(Box::new(ExerciseOptionsRequest {
            order_id: fields.id()?,
            contract: Some(contract::read_short(fields)?),
            exercise_action: fields.int()?,
            exercise_quantity: fields.int()?,
            account: fields.text()?,
            r#override: fields.flag()?,
        })),
        54 => Request::CalculateImpliedVolatility(Box::new(calculation(fields)?)),
        55 => Request::CalculateOptionPrice(Box::new(calculation(fields)?)),
        24 => Request::ScannerParameters(Empty {}),
        49 => Request::CurrentTime(Empty {}),
        59 => Request::SetMarketDataType(MarketDataTypeRequest { market_data_type: fields.int()? }),
        71 => {
            Request::StartApi(StartApiRequest { client_id: fields.int()?, optional_capabilities: fields.last_text()? })
        }
        78 => Request::SecDefOptParams(SecDefOptParamsRequest {
            req_id: fields.id()?,
            underlying_symbol: fields.text()?,
            fut_fop_exchange: fields.text()?,
            underlying_sec_type: fields.text()?,
            underlying_con_id: fields.positive()?,
        }),
        80 => Request::FamilyCodes(Empty {}),
        81 => Request::MatchingSymbols(MatchingSymbolsRequest { req_id: fields.id()?, pattern: fields.text()? }),
        82 => Request::MarketDepthExchanges(Empty {}),
        83 => Request::SmartComponents(SmartComponentsRequest { req_id: fields.id()?, bbo_exchange: fields.text()? }),
        85 => Request::NewsProviders(Empty {}),
        91 => Request::MarketRule(MarketRuleRequest { market_rule_id: fields.int()? }),
        _ => not_served(id, fields)?,
    })
}

/// A request to work out an option.
fn calculation(fields: &mut Fields<'_>) -> Read<CalculationRequest> {
    Ok(CalculationRequest {
        req_id: fields.id()?,
        contract: Some(contract::read(fields)?),
        given: fields.double()?,
        under_price: fields.double()?,
    })
}

/// Requests for the data of one contract.
fn about_contract(id: i32, fields: &mut Fields<'_>) -> Read<Request> {
    let req_id = fields.id()?;
    let contract = contract::read(fields)?;
    Ok(match id {
        1 => Request::MarketData(Box::new(market_data(req_id, contract, fields)?)),
        9 => Request::ContractData(Box::new(contract_data(req_id, contract, fields)?)),
        20 => Request::HistoricalData(Box::new(historical_data(req_id, contract, fields)?)),
        50 => Request::RealTimeBars(Box::new(RealTimeBarsRequest {
            req_id,
            contract: Some(contract),
            bar_size: fields.int()?,
            what_to_show: fields.text()?,
            use_rth: fields.flag()?,
            options: options(fields)?,
        })),
        87 => Request::HeadTimestamp(Box::new(HeadTimestampRequest {
            req_id,
            contract: Some(expired(contract, fields)?),
            use_rth: fields.flag()?,
            what_to_show: fields.text()?,
            format_date: fields.int()?,
        })),
        _ => Request::HistogramData(Box::new(HistogramDataRequest {
            req_id,
            contract: Some(expired(contract, fields)?),
            use_rth: fields.flag()?,
            time_period: fields.text()?,
        })),
    })
}

/// The contract with the field that lets it be expired.
fn expired(contract: Contract, fields: &mut Fields<'_>) -> Read<Contract> {
    Ok(Contract { include_expired: fields.flag()?, ..contract })
}

fn market_data(req_id: Option<i32>, mut contract: Contract, fields: &mut Fields<'_>) -> Read<MarketDataRequest> {
    contract::read_legs(fields, &mut contract)?;
    contract.delta_neutral_contract = contract::read_delta_neutral(fields)?;
    Ok(MarketDataRequest {
        req_id,
        contract: Some(contract),
        generic_tick_list: fields.text()?,
        snapshot: fields.flag()?,
        regulatory_snapshot: fields.flag()?,
        market_data_options: options(fields)?,
    })
}

fn contract_data(req_id: Option<i32>, contract: Contract, fields: &mut Fields<'_>) -> Read<ContractDataRequest> {
    let mut contract = expired(contract, fields)?;
    contract.sec_id_type = fields.text()?;
    contract.sec_id = fields.text()?;
    contract.issuer_id = fields.text()?;
    Ok(ContractDataRequest { req_id, contract: Some(contract) })
}

fn historical_data(req_id: Option<i32>, contract: Contract, fields: &mut Fields<'_>) -> Read<HistoricalDataRequest> {
    let mut contract = expired(contract, fields)?;
    let end_date_time = fields.text()?;
    let bar_size_setting = fields.text()?;
    let duration = fields.text()?;
    let use_rth = fields.flag()?;
    let what_to_show = fields.text()?;
    let format_date = fields.int()?;
    contract::read_legs(fields, &mut contract)?;
    Ok(HistoricalDataRequest {
        req_id,
        contract: Some(contract),
        end_date_time,
        bar_size_setting,
        duration,
        use_rth,
        what_to_show,
        format_date,
        keep_up_to_date: fields.flag()?,
        chart_options: options(fields)?,
    })
}

/// Requests about orders, executions and the account they are in.
fn orders(id: i32, fields: &mut Fields<'_>) -> Read<Request> {
    Ok(match id {
        4 => {
            let order_id = fields.id()?;
            let manual_order_cancel_time = fields.text()?;
            let order_cancel = manual_order_cancel_time
                .map(|time| OrderCancel { manual_order_cancel_time: Some(time), ..OrderCancel::default() });
            Request::CancelOrder(CancelOrderRequest { order_id, order_cancel })
        }
        5 => Request::OpenOrders(Empty {}),
        6 => Request::AccountData(AccountDataRequest { subscribe: fields.flag()?, acct_code: fields.text()? }),
        7 => Request::Executions(ExecutionRequest { req_id: fields.id()?, filter: Some(filter(fields)?) }),
        8 => Request::Ids(IdsRequest { num_ids: fields.int()? }),
        15 => Request::AutoOpenOrders(AutoOpenOrdersRequest { auto_bind: fields.flag()? }),
        16 => Request::AllOpenOrders(Empty {}),
        58 => Request::GlobalCancel(GlobalCancelRequest { order_cancel: None }),
        _ => Request::CompletedOrders(CompletedOrdersRequest { api_only: fields.flag()? }),
    })
}

fn filter(fields: &mut Fields<'_>) -> Read<ExecutionFilter> {
    Ok(ExecutionFilter {
        client_id: fields.positive()?,
        acct_code: fields.text()?,
        time: fields.text()?,
        symbol: fields.text()?,
        sec_type: fields.text()?,
        exchange: fields.text()?,
        side: fields.text()?,
        ..ExecutionFilter::default()
    })
}

/// Requests about positions, values, and profit and loss.
fn accounts(id: i32, fields: &mut Fields<'_>) -> Read<Request> {
    match id {
        61 => return Ok(Request::Positions(Empty {})),
        64 => return Ok(Request::CancelPositions(Empty {})),
        _ => {}
    }
    let req_id = fields.id()?;
    let only = IdOnly { req_id };
    Ok(match id {
        62 => Request::AccountSummary(AccountSummaryRequest { req_id, group: fields.text()?, tags: fields.text()? }),
        63 => Request::CancelAccountSummary(only),
        74 => Request::PositionsMulti(PositionsMultiRequest {
            req_id,
            account: fields.text()?,
            model_code: fields.text()?,
        }),
        75 => Request::CancelPositionsMulti(only),
        76 => Request::AccountUpdatesMulti(AccountUpdatesMultiRequest {
            req_id,
            account: fields.text()?,
            model_code: fields.text()?,
            ledger_and_nlv: fields.flag()?,
        }),
        77 => Request::CancelAccountUpdatesMulti(only),
        92 => Request::PnL(PnLRequest { req_id, account: fields.text()?, model_code: fields.text()? }),
        93 => Request::CancelPnL(only),
        94 => Request::PnLSingle(PnLSingleRequest {
            req_id,
            account: fields.text()?,
            model_code: fields.text()?,
            con_id: fields.positive()?,
        }),
        _ => Request::CancelPnLSingle(only),
    })
}

/// Requests about display groups.
fn groups(id: i32, fields: &mut Fields<'_>) -> Read<Request> {
    let req_id = fields.id()?;
    Ok(match id {
        67 => Request::QueryDisplayGroups(IdOnly { req_id }),
        68 => Request::SubscribeToGroupEvents(SubscribeToGroupEventsRequest { req_id, group_id: fields.int()? }),
        69 => Request::UpdateDisplayGroup(UpdateDisplayGroupRequest { req_id, contract_info: fields.text()? }),
        _ => Request::UnsubscribeFromGroupEvents(IdOnly { req_id }),
    })
}

/// Requests that hold an id alone.
fn by_id(id: i32, fields: &mut Fields<'_>) -> Read<Request> {
    let only = IdOnly { req_id: fields.id()? };
    Ok(match id {
        2 => Request::CancelMarketData(only),
        25 => Request::CancelHistoricalData(only),
        51 => Request::CancelRealTimeBars(only),
        79 => Request::SoftDollarTiers(only),
        90 => Request::CancelHeadTimestamp(only),
        _ => Request::UserInfo(only),
    })
}

/// A request that is not served: only whom to answer, and about which contract, is read.
fn not_served(id: i32, fields: &mut Fields<'_>) -> Read<Request> {
    let mut about = AboutContract::default();
    if id == REPLACE_ADVISOR {
        fields.skip()?;
        fields.skip()?;
        about.req_id = fields.id()?;
    } else if WITH_ID.contains(&id) {
        about.req_id = fields.id()?;
    }
    if ABOUT_CONTRACT.contains(&id) {
        about.contract = Some(contract::read(fields)?);
    }
    Ok(Request::NotServed(id, Box::new(about)))
}
