//! Messages changed on their way: what a fault script makes of them, and whom they are about.

use super::proto::OrderState;
use super::{Reply, Request};

/// IB's marker for a number that is not set.
const UNSET: f64 = f64::MAX;
/// Delayed tick types by the live ones they stand for.
const DELAYED: [(i32, i32); 12] =
    [(1, 66), (2, 67), (4, 68), (0, 69), (3, 70), (5, 71), (6, 72), (7, 73), (8, 74), (9, 75), (14, 76), (45, 88)];
/// The data type of delayed lines; from here on tick types are the delayed ones.
const FIRST_DELAYED: i32 = 3;

/// The order or request a call is about.
pub(in crate::gateway) fn asked_about(request: &Request) -> Option<i32> {
    match request {
        Request::PlaceOrder(m) => m.order_id,
        Request::CancelOrder(m) => m.order_id,
        Request::MarketData(m) => m.req_id,
        Request::ContractData(m) => m.req_id,
        Request::HistoricalData(m) => m.req_id,
        Request::RealTimeBars(m) => m.req_id,
        Request::HeadTimestamp(m) => m.req_id,
        Request::Executions(m) => m.req_id,
        Request::AccountSummary(m) => m.req_id,
        Request::PositionsMulti(m) => m.req_id,
        Request::AccountUpdatesMulti(m) => m.req_id,
        Request::PnL(m) => m.req_id,
        Request::PnLSingle(m) => m.req_id,
        Request::MatchingSymbols(m) => m.req_id,
        Request::UserInfo(m) | Request::SoftDollarTiers(m) => m.req_id,
        Request::NotServed(_, about) => about.req_id,
        Request::Unreadable(id, _) => Some(*id),
        _ => None,
    }
}

/// The order or request a callback is about.
pub(in crate::gateway) fn said_about(reply: &Reply) -> Option<i32> {
    match reply {
        Reply::OrderStatus(m) => m.order_id,
        Reply::OpenOrder(m) => m.order_id,
        Reply::ExecutionDetails(m) => m.execution.as_ref().and_then(|execution| execution.order_id),
        Reply::Error(m) => m.id,
        Reply::TickPrice(m) => m.req_id,
        Reply::TickSize(m) => m.req_id,
        Reply::TickString(m) => m.req_id,
        Reply::TickGeneric(m) => m.req_id,
        Reply::TickReqParams(m) => m.req_id,
        Reply::MarketDataType(m) => m.req_id,
        Reply::Bars(m) => m.data.req_id,
        Reply::ContractData(m) => m.req_id,
        Reply::RealTimeBar(m) => m.req_id,
        Reply::PnL(m) => m.req_id,
        Reply::PnLSingle(m) => m.req_id,
        Reply::AccountSummary(m) => m.req_id,
        Reply::TickSnapshotEnd(m)
        | Reply::ContractDataEnd(m)
        | Reply::ExecutionDetailsEnd(m)
        | Reply::AccountSummaryEnd(m) => m.req_id,
        _ => None,
    }
}

/// Takes the prices and sums out of a callback, as IB sends them when it has none: −1 for a tick, its marker elsewhere.
pub(in crate::gateway) fn unset(reply: &mut Reply) {
    let sum = |field: &mut Option<f64>| *field = Some(UNSET);
    match reply {
        Reply::TickPrice(m) => {
            m.price = Some(-1.0);
            m.size = Some("0".to_owned());
        }
        Reply::TickSize(m) => m.size = Some("0".to_owned()),
        Reply::TickGeneric(m) => m.value = Some(UNSET),
        Reply::OrderStatus(m) => {
            sum(&mut m.avg_fill_price);
            sum(&mut m.last_fill_price);
        }
        Reply::OpenOrder(m) => m.order_state.iter_mut().for_each(unset_state),
        Reply::ExecutionDetails(m) => {
            if let Some(execution) = &mut m.execution {
                execution.price = None;
                sum(&mut execution.avg_price);
            }
        }
        Reply::CommissionAndFeesReport(m) => {
            sum(&mut m.commission_and_fees);
            sum(&mut m.realized_pnl);
        }
        Reply::Position(m) => sum(&mut m.avg_cost),
        Reply::PositionMulti(m) => sum(&mut m.avg_cost),
        Reply::PortfolioValue(m) => {
            sum(&mut m.market_price);
            sum(&mut m.market_value);
            sum(&mut m.average_cost);
            sum(&mut m.unrealized_pnl);
            sum(&mut m.realized_pnl);
        }
        Reply::PnL(m) => {
            sum(&mut m.daily_pnl);
            sum(&mut m.unrealized_pnl);
            sum(&mut m.realized_pnl);
        }
        Reply::PnLSingle(m) => {
            sum(&mut m.daily_pnl);
            sum(&mut m.unrealized_pnl);
            sum(&mut m.realized_pnl);
            sum(&mut m.value);
        }
        Reply::AccountValue(m) => m.value = Some(UNSET_TEXT.to_owned()),
        Reply::AccountSummary(m) => m.value = Some(UNSET_TEXT.to_owned()),
        _ => {}
    }
}

/// The marker as text.
const UNSET_TEXT: &str = "1.7976931348623157E308";

fn unset_state(state: &mut OrderState) {
    for field in [
        &mut state.init_margin_before,
        &mut state.maint_margin_before,
        &mut state.equity_with_loan_before,
        &mut state.init_margin_change,
        &mut state.maint_margin_change,
        &mut state.equity_with_loan_change,
        &mut state.init_margin_after,
        &mut state.maint_margin_after,
        &mut state.equity_with_loan_after,
        &mut state.commission_and_fees,
        &mut state.min_commission_and_fees,
        &mut state.max_commission_and_fees,
    ] {
        *field = Some(UNSET);
    }
}

/// Makes a line's messages those of another type of data.
pub(in crate::gateway) fn retype(reply: &mut Reply, kind: i32) {
    let delayed = |tick: &mut Option<i32>| {
        if kind >= FIRST_DELAYED
            && let Some((_, other)) = DELAYED.iter().find(|(live, _)| Some(*live) == *tick)
        {
            *tick = Some(*other);
        }
    };
    match reply {
        Reply::MarketDataType(m) => m.market_data_type = Some(kind),
        Reply::TickPrice(m) => delayed(&mut m.tick_type),
        Reply::TickSize(m) => delayed(&mut m.tick_type),
        Reply::TickString(m) => delayed(&mut m.tick_type),
        _ => {}
    }
}

/// Moves the next valid id by `offset`, never below 1.
pub(in crate::gateway) fn shift_id(reply: &mut Reply, offset: i32) {
    if let Reply::NextValidId(m) = reply {
        m.order_id = m.order_id.map(|id| id.saturating_add(offset).max(1));
    }
}

/// Moves the time that was asked for by so many nanoseconds.
pub(in crate::gateway) fn shift_time(reply: &mut Reply, nanos: i64) {
    match reply {
        Reply::CurrentTime(m) => m.current_time = m.current_time.map(|t| t.saturating_add(nanos / 1_000_000_000)),
        Reply::CurrentTimeInMillis(m) => {
            m.current_time_in_millis = m.current_time_in_millis.map(|t| t.saturating_add(nanos / 1_000_000));
        }
        _ => {}
    }
}

/// Gives an order's messages another owner where `rename` knows one.
pub(in crate::gateway) fn rename_client(reply: &mut Reply, rename: impl Fn(i32) -> Option<i32>) {
    let owner = match reply {
        Reply::OpenOrder(m) => m.order.as_mut().and_then(|order| order.client_id.as_mut()),
        Reply::OrderStatus(m) => m.client_id.as_mut(),
        Reply::ExecutionDetails(m) => m.execution.as_mut().and_then(|execution| execution.client_id.as_mut()),
        _ => None,
    };
    if let Some(owner) = owner
        && let Some(client) = rename(*owner)
    {
        *owner = client;
    }
}
