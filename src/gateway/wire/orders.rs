//! Orders between the wire and the venue.
//!
//! Invariant: an order reaches the venue only if every field that is set on it is either simulated or without effect on a
//! fill. Anything else is refused by name: an order that does less than it says is worse than none. The wire keeps the
//! order's own bytes with the venue ([`OrderRequest::echo`]), so that what comes back is what was sent.

use prost::Message;
use prost::bytes::Buf;
use prost::encoding::{WireType, decode_key, decode_varint};
use rust_decimal::Decimal;

use super::proto::{
    AttachedOrders, CommissionAndFeesReport, CompletedOrder, Execution as ExecutionMessage, ExecutionDetails,
    OpenOrder, Order as OrderMessage, OrderState, OrderStatus, PlaceOrderRequest,
};
use super::{convert, terms, time};
use crate::gateway::Nanos;
use crate::gateway::feed::Listing;
use crate::gateway::venue::{
    Action, ClientId, Commission, Execution, Fault, Order, OrderRequest, Status, StatusReport, Tif, WhatIf,
};
use crate::money::{Cash, Qty};

/// Fields that the venue reads.
const SIMULATED: [u32; 39] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 31, 61, 62, 65, 66, 67,
    76, 99, 100, 101, 102, 115, 121, 123,
];
/// Fields that change nothing about how an order fills here: regulatory marks, clearing, parameters of features that another
/// field would have to switch on.
const WITHOUT_EFFECT: [u32; 32] = [
    13, 14, 15, 29, 36, 38, 40, 68, 69, 70, 71, 72, 77, 84, 85, 89, 91, 98, 104, 105, 107, 108, 109, 110, 116, 122,
    125, 126, 132, 133, 136, 137,
];
/// The one repeated message among an order's fields.
const CONDITIONS: u32 = 100;
/// Names for the refusal of the more usual fields.
const NAMES: [(u32, &str); 26] = [
    (17, "block orders"),
    (32, "an active start time"),
    (33, "an active stop time"),
    (34, "advisor groups"),
    (37, "volatility orders"),
    (41, "delta-neutral orders"),
    (48, "scale orders"),
    (59, "hedge orders"),
    (78, "a starting price"),
    (83, "not held"),
    (86, "a randomised size"),
    (87, "a randomised price"),
    (88, "pegs to a benchmark"),
    (93, "adjusted stops"),
    (103, "models"),
    (106, "cash quantities"),
    (114, "an automatic cancel date"),
    (117, "cancelling the parent with the child"),
    (119, "imbalance-only orders"),
    (124, "posting to an alternative system"),
    (127, "a minimum trade quantity"),
    (135, "overnight trading"),
    (138, "deactivated orders"),
    (139, "post-only orders"),
    (140, "pre-open orders"),
    (145, "conditions overnight"),
];

/// Reads an order; refuses what is not simulated.
pub(in crate::gateway) fn read(
    client_id: ClientId,
    listing: &Listing,
    request: &PlaceOrderRequest,
) -> Result<OrderRequest, Fault> {
    let order = request.order.as_ref().ok_or_else(|| Fault::invalid("The order is missing"))?;
    let attached = request.attached_orders.as_ref().is_some_and(|attached| *attached != AttachedOrders::default());
    if attached {
        return Err(Fault::not_simulated("attached orders"));
    }
    if let Some(tag) = unsimulated(order) {
        let name = NAMES.iter().find(|(known, _)| *known == tag).map(|(_, name)| (*name).to_owned());
        return Err(Fault::not_simulated(&name.unwrap_or_else(|| format!("order field {tag}"))));
    }
    let text = |field: &Option<String>| field.as_deref().unwrap_or("").trim().to_owned();
    let quantity = text(&order.total_quantity);
    let until = text(&order.good_till_date);
    let until = if until.is_empty() { None } else { Some(end_of(&until)?) };
    let seconds = order.duration.filter(|seconds| *seconds != 0 && *seconds != i32::MAX);
    let seconds = seconds.map(u32::try_from).transpose().map_err(|_| Fault::invalid("Invalid duration"))?;
    Ok(OrderRequest {
        client_id,
        order_id: request.order_id.unwrap_or(0),
        con_id: listing.con_id,
        action: Action::parse(&text(&order.action))?,
        quantity: quantity.parse::<Qty>().map_err(|_| Fault::invalid(&format!("Invalid quantity {quantity:?}")))?,
        kind: terms::kind(order)?,
        tif: Tif::parse(&text(&order.tif), until, seconds)?,
        outside_rth: order.outside_rth.unwrap_or(false),
        account: text(&order.account),
        order_ref: text(&order.order_ref),
        transmit: order.transmit.unwrap_or(false),
        terms: terms::terms(order)?,
        echo: order.encode_to_vec(),
    })
}

/// The moment of goodTillDate; a date alone means the whole of it.
fn end_of(text: &str) -> Result<Nanos, Fault> {
    let whole_day = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let found = if whole_day { time::parse(&format!("{text} 23:59:59")) } else { time::parse(text) };
    let format = "The expiry date/time format is invalid. The correct format is yyyymmdd hh:mm:ss xxx or yyyymmdd-hh:mm:ss in UTC.";
    found.ok_or_else(|| Fault::new(10330, format))
}

/// The first field of an order that is set, not simulated and not without effect.
fn unsimulated(order: &OrderMessage) -> Option<u32> {
    let encoded = order.encode_to_vec();
    let mut rest = encoded.as_slice();
    while rest.has_remaining() {
        let Ok((tag, wire)) = decode_key(&mut rest) else { return Some(0) };
        let set = match wire {
            WireType::Varint => decode_varint(&mut rest).is_ok_and(|value| value != 0),
            WireType::SixtyFourBit if rest.remaining() >= 8 => {
                let value = rest.get_f64_le();
                value != 0.0 && value != f64::MAX
            }
            WireType::LengthDelimited => {
                let length = decode_varint(&mut rest).ok().and_then(|length| usize::try_from(length).ok());
                let Some(length) = length.filter(|length| *length <= rest.remaining()) else { return Some(tag) };
                rest.advance(length);
                // A condition counts even if it says nothing: it is there.
                length > 0 || tag == CONDITIONS
            }
            WireType::SixtyFourBit | WireType::ThirtyTwoBit | WireType::StartGroup | WireType::EndGroup => {
                return Some(tag);
            }
        };
        if set && !SIMULATED.contains(&tag) && !WITHOUT_EFFECT.contains(&tag) {
            return Some(tag);
        }
    }
    None
}

/// The order as the venue has it, over what the client once sent.
fn message(order: &Order) -> OrderMessage {
    let request = &order.request;
    let sent = OrderMessage::decode(request.echo.as_slice()).unwrap_or_default();
    OrderMessage {
        client_id: Some(request.client_id),
        order_id: Some(request.order_id),
        perm_id: Some(order.perm_id),
        action: Some(request.action.word().to_owned()),
        total_quantity: Some(convert::decimal(request.quantity.0)),
        order_type: Some(request.kind.word().to_owned()),
        lmt_price: order.standing.limit.or(request.kind.limit()).map(|price| convert::double(price.0)),
        trail_stop_price: order.standing.stop.map(|price| convert::double(price.0)).or(sent.trail_stop_price),
        parent_id: Some(request.terms.parent_id).filter(|id| *id != 0),
        oca_group: request.terms.oca.as_ref().map(|oca| oca.group.clone()),
        oca_type: request.terms.oca.as_ref().map(|oca| oca.kind.number()).or(sent.oca_type),
        tif: Some(request.tif.word().to_owned()),
        outside_rth: Some(request.outside_rth),
        account: Some(request.account.clone()),
        order_ref: Some(request.order_ref.clone()).filter(|text| !text.is_empty()),
        transmit: Some(request.transmit),
        filled_quantity: Some(convert::decimal(order.filled.0)),
        ..sent
    }
}

/// openOrder.
pub(in crate::gateway) fn open_order(listing: &Listing, order: &Order) -> OpenOrder {
    let state = OrderState { status: Some(order.status.word().to_owned()), ..OrderState::default() };
    OpenOrder {
        order_id: Some(order.request.order_id),
        contract: Some(convert::contract(listing)),
        order: Some(message(order)),
        order_state: Some(state),
    }
}

/// openOrder as the answer to a what-if.
pub(in crate::gateway) fn preview(listing: &Listing, request: &OrderRequest, effect: &WhatIf) -> OpenOrder {
    let money = |cash: Cash| Some(convert::double(cash.0));
    let change = |before: Cash, after: Cash| after.minus(before).map(|cash| convert::double(cash.0));
    let sent = OrderMessage::decode(request.echo.as_slice()).unwrap_or_default();
    let initial = [
        money(effect.initial_before),
        change(effect.initial_before, effect.initial_after),
        money(effect.initial_after),
    ];
    let maintenance = [
        money(effect.maintenance_before),
        change(effect.maintenance_before, effect.maintenance_after),
        money(effect.maintenance_after),
    ];
    let equity =
        [money(effect.equity_before), change(effect.equity_before, effect.equity_after), money(effect.equity_after)];
    // Stock binds the same margin in and outside regular hours.
    let state = OrderState {
        status: Some(Status::PreSubmitted.word().to_owned()),
        init_margin_before: initial[0],
        init_margin_change: initial[1],
        init_margin_after: initial[2],
        maint_margin_before: maintenance[0],
        maint_margin_change: maintenance[1],
        maint_margin_after: maintenance[2],
        equity_with_loan_before: equity[0],
        equity_with_loan_change: equity[1],
        equity_with_loan_after: equity[2],
        init_margin_before_outside_rth: initial[0],
        init_margin_change_outside_rth: initial[1],
        init_margin_after_outside_rth: initial[2],
        maint_margin_before_outside_rth: maintenance[0],
        maint_margin_change_outside_rth: maintenance[1],
        maint_margin_after_outside_rth: maintenance[2],
        equity_with_loan_before_outside_rth: equity[0],
        equity_with_loan_change_outside_rth: equity[1],
        equity_with_loan_after_outside_rth: equity[2],
        commission_and_fees: effect.commission.and_then(money),
        min_commission_and_fees: effect.commission_range.and_then(|(least, _)| money(least)),
        max_commission_and_fees: effect.commission_range.and_then(|(_, most)| money(most)),
        commission_and_fees_currency: Some(convert::CURRENCY.to_owned()),
        margin_currency: Some(convert::CURRENCY.to_owned()),
        warning_text: Some(effect.warning.clone()).filter(|text| !text.is_empty()),
        ..OrderState::default()
    };
    OpenOrder {
        order_id: Some(request.order_id),
        contract: Some(convert::contract(listing)),
        order: Some(OrderMessage {
            client_id: Some(request.client_id),
            order_id: Some(request.order_id),
            what_if: Some(true),
            ..sent
        }),
        order_state: Some(state),
    }
}

/// orderStatus.
pub(in crate::gateway) fn status(report: &StatusReport) -> OrderStatus {
    OrderStatus {
        order_id: Some(report.order_id),
        status: Some(report.status.word().to_owned()),
        filled: Some(convert::decimal(report.filled.0)),
        remaining: Some(convert::decimal(report.remaining.0)),
        avg_fill_price: Some(convert::double(report.avg_price.0)),
        perm_id: Some(report.perm_id),
        parent_id: Some(report.parent_id),
        last_fill_price: Some(convert::double(report.last_price.0)),
        client_id: Some(report.client_id),
        why_held: Some(report.held.words()).filter(|words| !words.is_empty()),
        mkt_cap_price: Some(0.0),
    }
}

/// completedOrder: IB gives the quantity left as the quantity.
pub(in crate::gateway) fn completed(listing: &Listing, order: &Order) -> CompletedOrder {
    let reason = match order.status {
        Status::Filled => format!("Filled Size: {}", convert::decimal(order.filled.0)),
        _ if order.reason.is_empty() => "Cancelled by Trader".to_owned(),
        _ => order.reason.clone(),
    };
    let left = if order.status == Status::Filled { Decimal::ZERO } else { order.remaining().0 };
    let state = OrderState {
        status: Some(order.status.word().to_owned()),
        completed_time: order.completed.map(time::eastern_text),
        completed_status: Some(reason),
        ..OrderState::default()
    };
    CompletedOrder {
        contract: Some(convert::contract(listing)),
        order: Some(OrderMessage { total_quantity: Some(convert::decimal(left)), ..message(order) }),
        order_state: Some(state),
    }
}

/// execDetails, for a request or, with `req_id` −1, as it happens.
pub(in crate::gateway) fn execution(
    req_id: i32,
    account: &str,
    listing: &Listing,
    fill: &Execution,
) -> ExecutionDetails {
    ExecutionDetails {
        req_id: Some(req_id),
        contract: Some(convert::contract(listing)),
        execution: Some(ExecutionMessage {
            order_id: Some(fill.order_id),
            exec_id: Some(fill.exec_id.clone()),
            time: Some(time::eastern_text(fill.at)),
            acct_number: Some(account.to_owned()),
            exchange: Some(fill.exchange.clone()),
            side: Some(fill.action.executed().to_owned()),
            shares: Some(convert::decimal(fill.quantity.0)),
            price: Some(convert::double(fill.price.0)),
            perm_id: Some(fill.perm_id),
            client_id: Some(fill.client_id),
            is_liquidation: Some(false),
            cum_qty: Some(convert::decimal(fill.cumulative.0)),
            avg_price: Some(convert::double(fill.avg_price.0)),
            order_ref: Some(fill.order_ref.clone()).filter(|text| !text.is_empty()),
            last_liquidity: Some(fill.liquidity.number()),
            ..ExecutionMessage::default()
        }),
    }
}

/// commissionAndFeesReport; realised P&L is absent when the fill closed nothing.
pub(in crate::gateway) fn commission(commission: &Commission) -> CommissionAndFeesReport {
    CommissionAndFeesReport {
        exec_id: Some(commission.exec_id.clone()),
        commission_and_fees: Some(convert::double(commission.amount.0)),
        currency: Some(convert::CURRENCY.to_owned()),
        realized_pnl: commission.realized.map(|cash| convert::double(cash.0)),
        bond_yield: None,
        yield_redemption_date: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::gateway::venue::Kind;

    fn apple() -> &'static Listing {
        Listing::by_symbol("AAPL").unwrap()
    }

    fn limit(order: OrderMessage) -> PlaceOrderRequest {
        let order = OrderMessage {
            action: Some("BUY".to_owned()),
            total_quantity: Some("100".to_owned()),
            order_type: Some("LMT".to_owned()),
            lmt_price: Some(187.2),
            transmit: Some(true),
            ..order
        };
        PlaceOrderRequest { order_id: Some(5), contract: None, order: Some(order), attached_orders: None }
    }

    #[test]
    fn a_limit_order_is_read_to_the_digit() {
        // What the usual client always adds without meaning anything by it.
        let noise = OrderMessage {
            display_size: Some(0),
            exempt_code: Some(-1),
            pegged_change_amount: Some(0.0),
            reference_change_amount: Some(0.0),
            ref_futures_con_id: Some(0),
            aux_price: Some(f64::MAX),
            ..OrderMessage::default()
        };
        let read = read(3, apple(), &limit(noise)).unwrap();
        assert_eq!((read.client_id, read.order_id, read.con_id), (3, 5, 265598));
        assert_eq!(read.kind, Kind::Limit("187.2".parse().unwrap()));
        assert_eq!(read.quantity, "100".parse().unwrap());
        assert_eq!((read.tif, read.transmit), (Tif::Day, true));
    }

    #[test]
    fn a_field_that_is_not_simulated_refuses_the_order_by_name() {
        let table = [
            (OrderMessage { block_order: Some(true), ..OrderMessage::default() }, "block orders"),
            (OrderMessage { not_held: Some(true), ..OrderMessage::default() }, "not held"),
            (OrderMessage { algo_strategy: Some("Vwap".to_owned()), ..OrderMessage::default() }, "the algorithm Vwap"),
            (OrderMessage { stock_range_lower: Some(1.0), ..OrderMessage::default() }, "order field 81"),
        ];
        for (order, name) in table {
            let fault = read(3, apple(), &limit(order)).unwrap_err();
            assert_eq!(fault.code, 201, "{name}");
            assert!(fault.text.ends_with(name), "{}", fault.text);
        }
    }

    #[test]
    fn a_quantity_that_is_no_number_is_refused_and_not_zero() {
        for text in ["", "ten", "1e3", "NaN"] {
            let mut request = limit(OrderMessage::default());
            request.order.as_mut().unwrap().total_quantity = Some(text.to_owned());
            assert_eq!(read(3, apple(), &request).unwrap_err().code, 321, "{text}");
        }
        let mut request = limit(OrderMessage::default());
        request.order.as_mut().unwrap().lmt_price = Some(f64::NAN);
        assert_eq!(read(3, apple(), &request).unwrap_err().code, 321);
    }

    #[test]
    fn transmit_that_is_absent_holds_the_order() {
        let mut request = limit(OrderMessage::default());
        request.order.as_mut().unwrap().transmit = None;
        assert!(!read(3, apple(), &request).unwrap().transmit);
    }
}
