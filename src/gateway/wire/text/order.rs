//! Orders, executions and commissions as the server tells of them.
//!
//! openOrder and completedOrder are one list of fields with gaps: the completed one leaves out what only matters while an
//! order works and adds how it ended.

use std::collections::BTreeMap;

use super::fields::Out;
use super::reply::VERSION;
use super::{NO_PROFILE, PRICE_REVISION, condition, contract};
use crate::gateway::wire::proto::{
    CommissionAndFeesReport, CompletedOrder, Contract, ExecutionDetails, OpenOrder, Order, OrderState, OrderStatus,
};

/// Which of the two messages is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Open,
    Completed,
}

/// openOrder.
pub(super) fn open(out: &mut Out<'_>, open: &OpenOrder) {
    let contract = open.contract.clone().unwrap_or_default();
    let order = open.order.clone().unwrap_or_default();
    let state = open.order_state.clone().unwrap_or_default();
    out.field(5).int(open.order_id);
    common(out, Shape::Open, &contract, &order);
    out.flag(order.what_if);
    preview(out, &state);
    out.flag(order.randomize_size).flag(order.randomize_price);
    benchmark(out, &order);
    conditions(out, &order);
    adjusted(out, &order);
    let tier = order.soft_dollar_tier.clone().unwrap_or_default();
    out.text(tier.name.as_ref()).text(tier.value.as_ref()).text(tier.display_name.as_ref());
    out.double_or_empty(order.cash_qty)
        .flag(order.dont_use_auto_price_for_hedge)
        .flag(order.is_oms_container)
        .flag(order.discretionary_up_to_limit_price)
        .int(order.use_price_mgmt_algo)
        .int_or_empty(order.duration)
        .int_or_empty(order.post_to_ats)
        .flag(order.auto_cancel_parent);
    offsets(out, &order);
}

/// completedOrder.
pub(super) fn completed(out: &mut Out<'_>, completed: &CompletedOrder) {
    let contract = completed.contract.clone().unwrap_or_default();
    let order = completed.order.clone().unwrap_or_default();
    let state = completed.order_state.clone().unwrap_or_default();
    out.field(101);
    common(out, Shape::Completed, &contract, &order);
    out.text(state.status.as_ref()).flag(order.randomize_size).flag(order.randomize_price);
    benchmark(out, &order);
    conditions(out, &order);
    out.figure(order.trail_stop_price)
        .figure(order.lmt_price_offset)
        .double_or_empty(order.cash_qty)
        .flag(order.dont_use_auto_price_for_hedge)
        .flag(order.is_oms_container)
        .text(order.auto_cancel_date.as_ref())
        .size(order.filled_quantity.as_ref())
        .int(order.ref_futures_con_id)
        .flag(order.auto_cancel_parent)
        .text(order.shareholder.as_ref())
        .flag(order.imbalance_only)
        .int(order.route_marketable_to_bbo)
        .long(order.parent_perm_id)
        .text(state.completed_time.as_ref())
        .text(state.completed_status.as_ref());
    offsets(out, &order);
}

/// What both messages have, up to whether the order was solicited.
fn common(out: &mut Out<'_>, shape: Shape, contract: &Contract, order: &Order) {
    contract::write(out, contract);
    main(out, shape, order);
    handling(out, shape, order);
    volatility(out, shape, order);
    contract::write_legs(out, contract);
    tags(out, &order.smart_combo_routing_params);
    scale(out, order);
    if shape == Shape::Open {
        out.flag(order.opt_out_smart_routing);
    }
    out.text(order.clearing_account.as_ref()).text(order.clearing_intent.as_ref()).flag(order.not_held);
    contract::write_delta_neutral(out, contract);
    out.text(order.algo_strategy.as_ref());
    if is_set(order.algo_strategy.as_ref()) {
        tags(out, &order.algo_params);
    }
    out.flag(order.solicited);
}

fn main(out: &mut Out<'_>, shape: Shape, order: &Order) {
    out.text(order.action.as_ref())
        .size(order.total_quantity.as_ref())
        .text(order.order_type.as_ref())
        .double_or_empty(order.lmt_price)
        .double_or_empty(order.aux_price)
        .text(order.tif.as_ref())
        .text(order.oca_group.as_ref())
        .text(order.account.as_ref())
        .text(order.open_close.as_ref())
        .int(order.origin)
        .text(order.order_ref.as_ref());
    if shape == Shape::Open {
        out.int(order.client_id);
    }
    out.long(order.perm_id)
        .flag(order.outside_rth)
        .flag(order.hidden)
        .double(order.discretionary_amt)
        .text(order.good_after_time.as_ref());
    if shape == Shape::Open {
        // The shares allocation, which no order has any more.
        out.field("");
    }
    out.text(order.fa_group.as_ref()).text(order.fa_method.as_ref()).text(order.fa_percentage.as_ref());
    if out.version() < NO_PROFILE {
        out.field("");
    }
    out.text(order.model_code.as_ref()).text(order.good_till_date.as_ref()).text(order.rule80_a.as_ref());
}

fn handling(out: &mut Out<'_>, shape: Shape, order: &Order) {
    out.double_or_empty(order.percent_offset)
        .text(order.settling_firm.as_ref())
        .int(order.short_sale_slot)
        .text(order.designated_location.as_ref())
        .field(order.exempt_code.unwrap_or(-1));
    if shape == Shape::Open {
        // The auction strategy of box orders.
        out.field(0);
    }
    out.double_or_empty(order.starting_price)
        .double_or_empty(order.stock_ref_price)
        .double_or_empty(order.delta)
        .double_or_empty(order.stock_range_lower)
        .double_or_empty(order.stock_range_upper)
        .int(order.display_size);
    if shape == Shape::Open {
        out.flag(order.block_order);
    }
    out.flag(order.sweep_to_fill).flag(order.all_or_none).int_or_empty(order.min_qty).int(order.oca_type);
    if shape == Shape::Open {
        // Electronic trade only, firm quote only and an NBBO price cap: gone from orders.
        out.field(0).field(0).field("").int(order.parent_id);
    }
    out.int(order.trigger_method);
}

fn volatility(out: &mut Out<'_>, shape: Shape, order: &Order) {
    out.double_or_empty(order.volatility)
        .int_or_empty(order.volatility_type)
        .text(order.delta_neutral_order_type.as_ref())
        .double_or_empty(order.delta_neutral_aux_price);
    if is_set(order.delta_neutral_order_type.as_ref()) {
        out.int(order.delta_neutral_con_id);
        if shape == Shape::Open {
            out.text(order.delta_neutral_settling_firm.as_ref())
                .text(order.delta_neutral_clearing_account.as_ref())
                .text(order.delta_neutral_clearing_intent.as_ref())
                .text(order.delta_neutral_open_close.as_ref());
        }
        out.flag(order.delta_neutral_short_sale)
            .int(order.delta_neutral_short_sale_slot)
            .text(order.delta_neutral_designated_location.as_ref());
    }
    out.flag(order.continuous_update)
        .int_or_empty(order.reference_price_type)
        .double_or_empty(order.trail_stop_price)
        .double_or_empty(order.trailing_percent);
    if shape == Shape::Open {
        // Basis points and their type, of exchanges for physicals.
        out.field("").field("");
    }
}

fn scale(out: &mut Out<'_>, order: &Order) {
    out.int_or_empty(order.scale_init_level_size)
        .int_or_empty(order.scale_subs_level_size)
        .double_or_empty(order.scale_price_increment);
    if order.scale_price_increment.is_some_and(|increment| increment > 0.0 && increment < f64::MAX) {
        out.double_or_empty(order.scale_price_adjust_value)
            .int_or_empty(order.scale_price_adjust_interval)
            .double_or_empty(order.scale_profit_offset)
            .flag(order.scale_auto_reset)
            .int_or_empty(order.scale_init_position)
            .int_or_empty(order.scale_init_fill_qty)
            .flag(order.scale_random_percent);
    }
    out.text(order.hedge_type.as_ref());
    if is_set(order.hedge_type.as_ref()) {
        out.text(order.hedge_param.as_ref());
    }
}

fn is_set(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

fn tags(out: &mut Out<'_>, tags: &BTreeMap<String, String>) {
    out.field(tags.len());
    for (tag, value) in tags {
        out.text(Some(tag)).text(Some(value));
    }
}

/// The order's state with what it would do to the account.
fn preview(out: &mut Out<'_>, state: &OrderState) {
    out.text(state.status.as_ref())
        .figure(state.init_margin_before)
        .figure(state.maint_margin_before)
        .figure(state.equity_with_loan_before)
        .figure(state.init_margin_change)
        .figure(state.maint_margin_change)
        .figure(state.equity_with_loan_change)
        .figure(state.init_margin_after)
        .figure(state.maint_margin_after)
        .figure(state.equity_with_loan_after)
        .double_or_empty(state.commission_and_fees)
        .double_or_empty(state.min_commission_and_fees)
        .double_or_empty(state.max_commission_and_fees)
        .text(state.commission_and_fees_currency.as_ref())
        .text(state.warning_text.as_ref());
}

fn benchmark(out: &mut Out<'_>, order: &Order) {
    if order.order_type.as_deref().is_some_and(|kind| kind == "PEG BENCH" || kind == "PEGBENCH") {
        out.int(order.reference_contract_id)
            .flag(order.is_pegged_change_amount_decrease)
            .double(order.pegged_change_amount)
            .double(order.reference_change_amount)
            .text(order.reference_exchange_id.as_ref());
    }
}

fn conditions(out: &mut Out<'_>, order: &Order) {
    out.count(&order.conditions);
    for condition in &order.conditions {
        condition::write(out, condition);
    }
    if !order.conditions.is_empty() {
        out.flag(order.conditions_ignore_rth).flag(order.conditions_cancel_order);
    }
}

fn adjusted(out: &mut Out<'_>, order: &Order) {
    // Here clients read an empty field as zero.
    out.text(order.adjusted_order_type.as_ref())
        .figure(order.trigger_price)
        .figure(order.trail_stop_price)
        .figure(order.lmt_price_offset)
        .figure(order.adjusted_stop_price)
        .figure(order.adjusted_stop_limit_price)
        .figure(order.adjusted_trailing_amount)
        .int(order.adjustable_trailing_unit);
}

fn offsets(out: &mut Out<'_>, order: &Order) {
    out.int_or_empty(order.min_trade_qty)
        .int_or_empty(order.min_compete_size)
        .double_or_empty(order.compete_against_best_offset)
        .double_or_empty(order.mid_offset_at_whole)
        .double_or_empty(order.mid_offset_at_half);
}

/// orderStatus.
pub(super) fn status(out: &mut Out<'_>, status: &OrderStatus) {
    out.field(3)
        .int(status.order_id)
        .text(status.status.as_ref())
        .size(status.filled.as_ref())
        .size(status.remaining.as_ref())
        .double(status.avg_fill_price)
        .long(status.perm_id)
        .int(status.parent_id)
        .double(status.last_fill_price)
        .int(status.client_id)
        .text(status.why_held.as_ref())
        .double(status.mkt_cap_price);
}

/// execDetails.
pub(super) fn execution(out: &mut Out<'_>, details: &ExecutionDetails) {
    let execution = details.execution.clone().unwrap_or_default();
    out.field(11).field(details.req_id.unwrap_or(-1)).int(execution.order_id);
    contract::write(out, &details.contract.clone().unwrap_or_default());
    out.text(execution.exec_id.as_ref())
        .text(execution.time.as_ref())
        .text(execution.acct_number.as_ref())
        .text(execution.exchange.as_ref())
        .text(execution.side.as_ref())
        .size(execution.shares.as_ref())
        .double(execution.price)
        .long(execution.perm_id)
        .int(execution.client_id)
        .flag(execution.is_liquidation)
        .size(execution.cum_qty.as_ref())
        .double(execution.avg_price)
        .text(execution.order_ref.as_ref())
        .text(execution.ev_rule.as_ref())
        .double_or_empty(execution.ev_multiplier)
        .text(execution.model_code.as_ref())
        .int(execution.last_liquidity);
    if out.version() >= PRICE_REVISION {
        out.flag(execution.is_price_revision_pending);
    }
}

/// commissionReport.
pub(super) fn commission(out: &mut Out<'_>, report: &CommissionAndFeesReport) {
    let date = report.yield_redemption_date.as_deref().filter(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    out.field(59)
        .field(VERSION)
        .text(report.exec_id.as_ref())
        .double(report.commission_and_fees)
        .text(report.currency.as_ref())
        .figure(report.realized_pnl)
        .figure(report.bond_yield)
        .field(date.unwrap_or(""));
}
