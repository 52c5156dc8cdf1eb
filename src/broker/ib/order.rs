//! Orders and executions between the desk's words and the wire's.
//!
//! Invariants: an order goes out whole, with account, `orderRef`, time in force and `transmit` always set; a number that the
//! wire would change is refused instead. What comes in and is of a type not traded here keeps IB's name of it.
//!
//! Must not know: the connection, whether an order may be sent.

use ibapi::contracts::{Contract, SecurityType};
use ibapi::orders::{
    Action, CommissionReport, ExecutionData, ExecutionSide, Order as WireOrder, OrderData, OrderStatus, OrderStatusKind,
};

use super::terms::{self, Terms};
use super::{convert, naming};
use crate::broker::event::{BrokerStatus, Event, OrderReport, StatusReport};
use crate::domain::SafeText;
use crate::domain::account::AccountId;
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::{ConId, SecType};
use crate::domain::order::{Attributes, BrokerIds, OrderKey, OrderKind, OrderSpec, SMART, Side, Verb};
use crate::domain::whatif::{Pair, WhatIf};
use crate::money::Qty;

/// The wire's form of an order, or why it cannot be put that way.
pub fn to_wire(spec: &OrderSpec, order_ref: &str, account: &AccountId) -> Result<WireOrder, &'static str> {
    let quantity = convert::to_wire(spec.qty.0).filter(|n| *n > 0.0);
    let mut wire = WireOrder {
        action: match spec.side {
            Side::Buy => Action::Buy,
            Side::Sell => Action::Sell,
        },
        total_quantity: quantity.ok_or("the quantity cannot be written on the wire")?,
        order_ref: order_ref.to_owned(),
        account: account.reveal().to_owned(),
        transmit: true,
        ..WireOrder::default()
    };
    terms::to_wire(spec, &mut wire)?;
    Ok(wire)
}

/// The contract an order or a question is about: the id decides, the exchange routes. Nothing else is said, the kind least of
/// all, which the client would give as a stock: what contradicts the id is refused (200).
pub fn contract(con_id: ConId, exchange: &str) -> Contract {
    Contract {
        contract_id: con_id.0,
        security_type: SecurityType::Other(String::new()),
        exchange: exchange.into(),
        ..Contract::default()
    }
}

/// The answer to a question about an order; `None` if it is of another account or without a name of ours.
pub fn what_if(data: &OrderData, account: &AccountId) -> Option<Event> {
    let (order, state) = (&data.order, &data.order_state);
    if !is_of(&order.account, account) {
        return None;
    }
    let key = convert::some_text(&order.order_ref)?;
    let cash = |raw: Option<f64>| raw.and_then(convert::cash);
    let pair = |before, after| Pair { before: cash(before), after: cash(after) };
    let answer = WhatIf {
        initial: pair(state.initial_margin_before, state.initial_margin_after),
        maintenance: pair(state.maintenance_margin_before, state.maintenance_margin_after),
        equity: pair(state.equity_with_loan_before, state.equity_with_loan_after),
        commission: cash(state.commission),
        commission_range: cash(state.minimum_commission).zip(cash(state.maximum_commission)),
        warning: convert::some_text(&state.warning_text),
    };
    let ids = BrokerIds { client_id: order.client_id, order_id: data.order_id.max(0), perm_id: 0 };
    Some(Event::WhatIf { key: OrderKey::own(&key), ids, answer: Box::new(answer) })
}

/// An open order as the broker has it; `None` if it is of another account, a mere question, or cannot be read.
pub fn report(data: &OrderData, account: &AccountId) -> Option<OrderReport> {
    let order = &data.order;
    if !is_of(&order.account, account) || order.what_if {
        return None;
    }
    let terms = terms::from_wire(order);
    let other_kind = if terms.is_none() { Some(name(order)) } else { None };
    let remark = [&data.order_state.reject_reason, &data.order_state.warning_text];
    let (con_id, symbol) = (ConId(data.contract.contract_id), naming::name(&data.contract));
    let verb = match order.action {
        Action::Buy => Verb::Buy,
        Action::Sell | Action::SellLong => Verb::Sell,
        Action::SellShort => Verb::Short,
    };
    let side = if order.action == Action::Buy { Side::Buy } else { Side::Sell };
    // What has no word here is shown by its limit, if it has one, and by IB's name of it.
    let limit = order.limit_price.and_then(convert::price).map_or(OrderKind::Market, OrderKind::Limit);
    let kind = terms.as_ref().map_or(limit, |terms| terms.kind);
    let exchange = convert::some_text(data.contract.exchange.as_str()).unwrap_or_else(|| SMART.into());
    let plain = OrderSpec::new(con_id, symbol, verb, side, convert::qty(order.total_quantity)?, kind);
    // What SMART does not route names its venue.
    let smart = matches!(naming::kind(&data.contract), SecType::Stock | SecType::Option);
    let via = (smart && exchange.as_str() != SMART).then(|| exchange.to_string());
    let plain = OrderSpec { exchange, ..plain };
    let spec = match terms {
        Some(Terms { tif, session, attributes, .. }) => {
            OrderSpec { tif, session, attributes: Attributes { via, ..attributes }, ..plain }
        }
        None => plain,
    };
    Some(OrderReport {
        ids: BrokerIds { client_id: order.client_id, order_id: data.order_id.max(0), perm_id: order.perm_id.max(0) },
        order_ref: convert::text(&order.order_ref),
        spec,
        other_kind,
        status: status(&data.order_state.status),
        filled: None,
        avg_fill: None,
        remark: remark.into_iter().find_map(|r| convert::some_text(r)),
        parent_id: order.parent_id.max(0),
        ended: None,
    })
}

/// Why an open order of the account cannot be read, if so.
pub fn unreadable_open(data: &OrderData, account: &AccountId) -> Option<String> {
    let concerns = is_of(&data.order.account, account) && !data.order.what_if;
    let unread = concerns && report(data, account).is_none();
    unread.then(|| format!("the order {} of {} cannot be read", data.order.perm_id, naming::name(&data.contract)))
}

/// A completed order; IB gives the quantity left as its total, and no order id.
pub fn completed(data: &OrderData, account: &AccountId) -> Option<OrderReport> {
    let mut report = report(data, account)?;
    // Of an order that is filled, nothing filled means that the broker did not say how much.
    let said = |filled: &Qty| report.status != BrokerStatus::Filled || filled.is_positive();
    let filled = convert::qty(data.order.filled_quantity).filter(said);
    report.spec.qty = report.spec.qty.plus(filled.unwrap_or(Qty::ZERO))?;
    report.filled = filled;
    report.ended = convert::time(&data.order_state.completed_time);
    if report.status != BrokerStatus::Filled {
        report.remark = report.remark.or_else(|| convert::some_text(&data.order_state.completed_status));
    }
    Some(report)
}

/// How far an order has come; `None` if its quantities cannot be read.
pub fn status_report(s: &OrderStatus) -> Option<StatusReport> {
    Some(StatusReport {
        ids: BrokerIds { client_id: s.client_id, order_id: s.order_id.max(0), perm_id: s.perm_id.max(0) },
        status: status(&s.status),
        filled: convert::qty(s.filled)?,
        remaining: convert::qty(s.remaining)?,
        avg_fill: s.average_fill_price.and_then(convert::paid),
        why_held: convert::some_text(&s.why_held),
        cap: s.market_cap_price.and_then(convert::paid),
    })
}

/// A fill; `None` if it is of another account, or if its price or quantity cannot be read.
pub fn execution(data: &ExecutionData, account: &AccountId) -> Option<Execution> {
    let e = &data.execution;
    if !is_of(&e.account_number, account) {
        return None;
    }
    Some(Execution {
        exec_id: ExecId(convert::some_text(&e.execution_id)?),
        ids: BrokerIds { client_id: e.client_id, order_id: e.order_id.max(0), perm_id: e.perm_id.max(0) },
        order_ref: convert::text(&e.order_reference),
        con_id: ConId(data.contract.contract_id),
        symbol: naming::name(&data.contract),
        currency: convert::some_text(data.contract.currency.as_str()),
        multiplier: super::contract::multiplier(naming::kind(&data.contract), &data.contract),
        side: match e.side {
            ExecutionSide::Bought => Side::Buy,
            ExecutionSide::Sold => Side::Sell,
        },
        qty: convert::qty(e.shares)?,
        price: convert::paid(e.price)?,
        time: convert::time(&e.time),
        exchange: convert::text(&e.exchange),
        cum_qty: convert::qty(e.cumulative_quantity)?,
        avg_price: convert::paid(e.average_price),
        commission: None,
    })
}

/// The warning that a fill of this account is not among the executions because it cannot be read; it is never left out
/// in silence.
pub fn unreadable(data: &ExecutionData, account: &AccountId) -> Option<SafeText> {
    if !is_of(&data.execution.account_number, account) || execution(data, account).is_some() {
        return None;
    }
    let text = format!(
        "A fill of {}, order {}, cannot be read. Look at it in TWS.",
        naming::name(&data.contract),
        data.execution.order_id
    );
    tracing::error!(text);
    Some(convert::text(&text))
}

/// What a fill cost; `None` while the broker does not know (the amount arrives as a marker, or as −1).
pub fn commission(report: &CommissionReport) -> Option<(ExecId, Commission)> {
    /// The amount that means "not known yet".
    const UNKNOWN: f64 = -1.0;
    if report.commission == UNKNOWN {
        return None;
    }
    Some((
        ExecId(convert::some_text(&report.execution_id)?),
        Commission {
            amount: convert::cash(report.commission)?,
            currency: convert::text(&report.currency),
            realized: report.realized_pnl.and_then(convert::cash),
        },
    ))
}

/// IB's word for a status.
pub fn status(kind: &OrderStatusKind) -> BrokerStatus {
    match kind {
        OrderStatusKind::ApiPending | OrderStatusKind::PendingSubmit | OrderStatusKind::PreSubmitted => {
            BrokerStatus::Held
        }
        OrderStatusKind::Submitted => BrokerStatus::Working,
        OrderStatusKind::PendingCancel => BrokerStatus::Cancelling,
        OrderStatusKind::ApiCancelled | OrderStatusKind::Cancelled => BrokerStatus::Cancelled,
        OrderStatusKind::Filled => BrokerStatus::Filled,
        OrderStatusKind::Inactive => BrokerStatus::Inactive,
        OrderStatusKind::Unknown(_) => BrokerStatus::Other,
    }
}

/// Whether something of `owner` concerns the session's account; what names no account does.
fn is_of(owner: &str, account: &AccountId) -> bool {
    owner.is_empty() || owner == account.reveal()
}

/// IB's name of an order that there is no word for here: type, time in force where it is not DAY, algorithm.
fn name(order: &WireOrder) -> SafeText {
    let mut name = order.order_type.clone();
    let tif = Some(order.tif.as_str()).filter(|tif| *tif != "DAY");
    for part in tif.into_iter().chain([order.algo_strategy.as_str()]).filter(|part| !part.is_empty()) {
        name.push(' ');
        name.push_str(part);
    }
    convert::text(&name)
}

#[cfg(test)]
mod tests {
    use ibapi::orders::{Execution as WireExecution, OrderState};
    use proptest::prelude::*;

    use ibapi::orders::TimeInForce;
    use rust_decimal::Decimal;

    use super::*;
    use crate::domain::instrument::ContractRef;
    use crate::domain::order::{Attributes, Distance, Oca, OcaKind, Peg, Session, Tif, Trigger};
    use crate::domain::terms::{Moment, Zone};
    use crate::money::Price;

    fn account() -> AccountId {
        AccountId::new("DU0000001")
    }

    fn spec(kind: OrderKind, qty: Decimal) -> OrderSpec {
        let bought = OrderSpec::new(ConId(265_598), "AAPL".into(), Verb::Buy, Side::Buy, Qty(qty), kind);
        OrderSpec { tif: Tif::Gtc, session: Session::Extended, ..bought }
    }

    fn echoed(wire: WireOrder) -> OrderData {
        OrderData {
            order_id: 7,
            contract: Contract { symbol: "AAPL".into(), ..contract(ConId(265_598), "SMART") },
            order: wire,
            order_state: OrderState { status: OrderStatusKind::Submitted, ..OrderState::default() },
        }
    }

    #[test]
    fn an_order_carries_account_reference_and_transmit() {
        let spec = spec(OrderKind::Limit("187.2".parse().unwrap()), Decimal::from(100));
        let wire = to_wire(&spec, "k3f2-1-1", &account()).unwrap();
        assert_eq!((wire.account.as_str(), wire.order_ref.as_str()), ("DU0000001", "k3f2-1-1"));
        assert_eq!((wire.order_type.as_str(), wire.limit_price, wire.total_quantity), ("LMT", Some(187.2), 100.0));
        assert!(wire.transmit && wire.outside_rth);
        assert_eq!(wire.tif, TimeInForce::GoodTillCanceled);
    }

    #[test]
    fn a_number_the_wire_would_change_is_refused() {
        let fine: Decimal = "0.1234567890123456789012".parse().unwrap();
        assert!(to_wire(&spec(OrderKind::Limit(Price(fine)), Decimal::ONE), "r", &account()).is_err());
        assert!(to_wire(&spec(OrderKind::Market, Decimal::ZERO), "r", &account()).is_err());
        assert!(to_wire(&spec(OrderKind::Limit(Price::ZERO), Decimal::ONE), "r", &account()).is_err());
    }

    #[test]
    fn a_foreign_order_without_a_word_here_keeps_its_name_and_another_account_is_not_ours() {
        let wire = WireOrder {
            order_type: "LMT".into(),
            limit_price: Some(180.0),
            total_quantity: 5.0,
            tif: TimeInForce::GoodTillCrossing,
            algo_strategy: "Adaptive".into(),
            account: "DU0000001".into(),
            ..WireOrder::default()
        };
        let report = report(&echoed(wire.clone()), &account()).unwrap();
        assert_eq!(report.other_kind, Some("LMT GTX Adaptive".into()));
        assert_eq!(report.spec.kind, OrderKind::Limit(Price::from(180)));
        let other = WireOrder { account: "DU7".into(), ..wire };
        assert_eq!(super::report(&echoed(other), &account()), None);
    }

    #[test]
    fn a_limit_order_without_a_price_is_not_called_a_market_order() {
        let wire = WireOrder { order_type: "LMT".into(), total_quantity: 5.0, ..WireOrder::default() };
        assert_eq!(report(&echoed(wire), &account()).unwrap().other_kind, Some("LMT".into()));
    }

    #[test]
    fn a_completed_order_is_as_large_as_what_filled_and_what_was_left() {
        let wire =
            WireOrder { order_type: "MKT".into(), total_quantity: 20.0, filled_quantity: 80.0, ..WireOrder::default() };
        let mut data = echoed(wire);
        data.order_id = -1;
        data.order_state.status = OrderStatusKind::Cancelled;
        data.order_state.completed_status = "Cancelled by Trader".into();
        let report = completed(&data, &account()).unwrap();
        assert_eq!((report.spec.qty, report.filled), (Qty::from(100), Some(Qty::from(80))));
        assert_eq!(report.ids.order_id, 0);
        assert_eq!(report.remark, Some("Cancelled by Trader".into()));
    }

    #[test]
    fn a_filled_order_that_does_not_say_how_much_is_not_said_to_have_filled_nothing() {
        let wire = WireOrder { order_type: "MKT".into(), total_quantity: 20.0, ..WireOrder::default() };
        let mut data = echoed(wire);
        data.order_state.status = OrderStatusKind::Filled;
        assert_eq!(completed(&data, &account()).unwrap().filled, None);
        data.order.filled_quantity = f64::MAX;
        assert_eq!(completed(&data, &account()).unwrap().filled, None);
    }

    #[test]
    fn an_execution_without_a_price_is_not_an_execution_at_zero() {
        let mut data = ExecutionData {
            execution: WireExecution {
                execution_id: "0001.01".into(),
                shares: 10.0,
                price: 0.0,
                cumulative_quantity: 10.0,
                average_price: f64::MAX,
                account_number: "DU0000001".into(),
                ..WireExecution::default()
            },
            ..ExecutionData::default()
        };
        assert_eq!(execution(&data, &account()), None);
        assert!(unreadable(&data, &account()).is_some_and(|said| said.contains("cannot be read")));
        assert_eq!(unreadable(&data, &AccountId::new("DU7")), None, "not ours");
        data.execution.price = 187.2;
        assert_eq!(unreadable(&data, &account()), None);
        let fill = execution(&data, &account()).unwrap();
        assert_eq!((fill.avg_price, fill.time, fill.commission), (None, None, None));
    }

    #[test]
    fn a_commission_that_is_not_known_is_not_zero() {
        let report = |commission| CommissionReport {
            execution_id: "0001.01".into(),
            commission,
            currency: "USD".into(),
            realized_pnl: Some(f64::MAX),
            ..CommissionReport::default()
        };
        assert_eq!(commission(&report(f64::MAX)), None);
        assert_eq!(commission(&report(-1.0)), None);
        let (_, known) = commission(&report(1.0)).unwrap();
        assert_eq!(known.realized, None);
    }

    fn some_price() -> impl Strategy<Value = Price> {
        (1i64..100_000_000).prop_map(|n| Price(Decimal::new(n, 4).normalize()))
    }

    fn distance() -> impl Strategy<Value = Distance> {
        prop_oneof![
            some_price().prop_map(Distance::Money),
            (1i64..9_999).prop_map(|n| Distance::Percent(Decimal::new(n, 2).normalize())),
        ]
    }

    fn maybe() -> impl Strategy<Value = Option<Price>> {
        proptest::option::of(some_price())
    }

    fn some_kind() -> impl Strategy<Value = OrderKind> {
        let peg = prop_oneof![
            Just(Peg::Relative),
            Just(Peg::Market),
            Just(Peg::Midpoint),
            Just(Peg::SnapMarket),
            Just(Peg::SnapMidpoint),
            Just(Peg::SnapPrimary),
        ];
        let offset = || proptest::option::of(some_price().prop_map(Distance::Money));
        prop_oneof![
            Just(OrderKind::Market),
            Just(OrderKind::MarketOnClose),
            Just(OrderKind::MarketOnOpen),
            Just(OrderKind::MarketToLimit),
            Just(OrderKind::MarketProtect),
            some_price().prop_map(OrderKind::Limit),
            some_price().prop_map(OrderKind::LimitOnClose),
            some_price().prop_map(OrderKind::LimitOnOpen),
            some_price().prop_map(OrderKind::Auction),
            some_price().prop_map(OrderKind::StopProtect),
            (some_price(), maybe()).prop_map(|(trigger, limit)| OrderKind::Stop { trigger, limit }),
            (some_price(), maybe()).prop_map(|(trigger, limit)| OrderKind::Touched { trigger, limit }),
            (distance(), maybe(), maybe()).prop_map(|(by, from, limit_offset)| OrderKind::Trail {
                by,
                from,
                limit_offset
            }),
            maybe().prop_map(|cap| OrderKind::Midprice { cap }),
            (1i64..30_000).prop_map(|n| OrderKind::Volatility(Decimal::new(n, 2).normalize())),
            (peg, offset(), maybe()).prop_map(|(to, offset, cap)| OrderKind::Pegged { to, offset, cap }),
        ]
    }

    fn some_moment() -> impl Strategy<Value = Moment> {
        // No hour that the clock skips or shows twice.
        (1i8..=28, 1i8..=12, proptest::option::of((4i8..24, 0i8..60))).prop_map(|(day, month, clock)| Moment {
            date: jiff::civil::date(2026, month, day),
            time: clock.map(|(hour, minute)| jiff::civil::time(hour, minute, 0, 0)),
            zone: clock.map(|_| Zone::Eastern),
        })
    }

    fn some_tif() -> impl Strategy<Value = Tif> {
        prop_oneof![
            Just(Tif::Day),
            Just(Tif::Gtc),
            Just(Tif::Ioc),
            Just(Tif::Fok),
            Just(Tif::Dtc),
            some_moment().prop_map(Tif::Gtd),
        ]
    }

    fn some_attributes() -> impl Strategy<Value = Attributes<Distance, ContractRef>> {
        let count = || proptest::option::of((1i64..100_000).prop_map(Qty::from));
        let oca = proptest::option::of((0usize..3).prop_map(|n| Oca {
            name: "exit~0001".to_owned(),
            kind: [OcaKind::Cancel, OcaKind::Reduce, OcaKind::ReduceNow][n],
        }));
        let trigger = proptest::option::of((0usize..6).prop_map(|n| Trigger::ALL[n]));
        let flags = any::<[bool; 5]>();
        let discretion = proptest::option::of(some_price().prop_map(Distance::Money));
        let after = proptest::option::of(some_moment());
        (count(), count(), discretion, after, trigger, oca, flags).prop_map(
            |(show, min, discretion, after, trigger, oca, [hidden, all_or_none, sweep, post, hold])| Attributes {
                show,
                min,
                discretion,
                hidden,
                all_or_none,
                sweep,
                post,
                after,
                trigger,
                oca,
                hold,
                ..Attributes::default()
            },
        )
    }

    proptest! {
        #[test]
        fn what_was_sent_is_what_is_reported(
            kind in some_kind(),
            qty in 1i64..1_000_000,
            tif in some_tif(),
            extended in any::<bool>(),
            buy in any::<bool>(),
            attributes in some_attributes(),
        ) {
            let mut sent = OrderSpec { attributes, ..spec(kind, Decimal::from(qty)) };
            sent.session = if extended { Session::Extended } else { Session::Regular };
            // An auction says itself how long it works.
            sent.tif = if matches!(kind, OrderKind::MarketOnOpen | OrderKind::LimitOnOpen(_) | OrderKind::Auction(_)) {
                Tif::Day
            } else {
                tif
            };
            if !buy {
                (sent.side, sent.verb) = (Side::Sell, Verb::Sell);
            }
            let wire = to_wire(&sent, "r", &account()).unwrap();
            let back = report(&echoed(wire), &account()).unwrap();
            prop_assert_eq!(back.other_kind, None);
            prop_assert_eq!(back.spec, sent);
        }
    }
}
