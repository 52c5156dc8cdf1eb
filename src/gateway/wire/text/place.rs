//! An order as a client places it: the longest message, with a dozen blocks that are there or not.
//!
//! A field that is unset stays absent, and so does one whose zero says the same. Every field must be read: a message that
//! is longer or shorter than its blocks say was written to another layout, and an order read from the wrong fields is
//! worse than none.

use std::collections::BTreeMap;

use super::fields::{Fields, Read, Unreadable};
use super::{NO_PROFILE, condition, contract};
use crate::gateway::wire::proto::{Contract, Order, PlaceOrderRequest, SoftDollarTier};

/// The venue whose orders have a minimum trade quantity.
const ATS: &str = "IBKRATS";

/// Reads placeOrder after its message id.
pub(super) fn read(fields: &mut Fields<'_>, version: i32) -> Read<PlaceOrderRequest> {
    let order_id = fields.id()?;
    let mut contract = contract::read(fields)?;
    contract.sec_id_type = fields.text()?;
    contract.sec_id = fields.text()?;
    let mut order = main(fields)?;
    combination(fields, &mut contract, &mut order)?;
    allocation(fields, &mut order, version)?;
    handling(fields, &mut order)?;
    volatility(fields, &mut order)?;
    scale(fields, &mut order)?;
    clearing(fields, &mut order)?;
    contract.delta_neutral_contract = contract::read_delta_neutral(fields)?;
    algorithm(fields, &mut order)?;
    benchmark(fields, &mut order)?;
    conditions(fields, &mut order)?;
    adjusted(fields, &mut order)?;
    regulatory(fields, &mut order)?;
    switches(fields, &mut order)?;
    offsets(fields, &contract, &mut order)?;
    fields.end()?;
    Ok(PlaceOrderRequest { order_id, contract: Some(contract), order: Some(order), attached_orders: None })
}

fn main(fields: &mut Fields<'_>) -> Read<Order> {
    Ok(Order {
        action: fields.text()?,
        total_quantity: fields.decimal()?,
        order_type: fields.text()?,
        lmt_price: fields.double()?,
        aux_price: fields.double()?,
        tif: fields.text()?,
        oca_group: fields.text()?,
        account: fields.text()?,
        open_close: fields.text()?,
        origin: fields.positive()?,
        order_ref: fields.text()?,
        transmit: fields.flag()?,
        parent_id: fields.positive()?,
        block_order: fields.flag()?,
        sweep_to_fill: fields.flag()?,
        display_size: fields.positive()?,
        trigger_method: fields.positive()?,
        outside_rth: fields.flag()?,
        hidden: fields.flag()?,
        ..Order::default()
    })
}

/// The legs of a combination, their prices and how they are routed; nothing for another contract.
fn combination(fields: &mut Fields<'_>, contract: &mut Contract, order: &mut Order) -> Read<()> {
    if !contract::is_combination(contract) {
        return Ok(());
    }
    contract::read_order_legs(fields, contract)?;
    let prices = fields.count(1)?;
    if prices > contract.combo_legs.len() {
        return Err(Unreadable::new(format!("{prices} prices for {} legs", contract.combo_legs.len())));
    }
    for leg in contract.combo_legs.iter_mut().take(prices) {
        leg.per_leg_price = fields.double()?;
    }
    order.smart_combo_routing_params = tags(fields)?;
    Ok(())
}

/// Tags with their values, counted.
fn tags(fields: &mut Fields<'_>) -> Read<BTreeMap<String, String>> {
    let mut tags = BTreeMap::new();
    for _ in 0..fields.count(2)? {
        let (tag, value) = (fields.text()?.unwrap_or_default(), fields.text()?.unwrap_or_default());
        tags.insert(tag, value);
    }
    Ok(tags)
}

fn allocation(fields: &mut Fields<'_>, order: &mut Order, version: i32) -> Read<()> {
    fields.unset("A shares allocation")?;
    order.discretionary_amt = fields.amount()?;
    order.good_after_time = fields.text()?;
    order.good_till_date = fields.text()?;
    order.fa_group = fields.text()?;
    order.fa_method = fields.text()?;
    order.fa_percentage = fields.text()?;
    if version < NO_PROFILE {
        // IB made the profiles groups; a field of their own is gone from the messages.
        let profile = fields.text()?;
        order.fa_group = order.fa_group.take().or(profile);
    }
    order.model_code = fields.text()?;
    Ok(())
}

fn handling(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.short_sale_slot = fields.positive()?;
    order.designated_location = fields.text()?;
    order.exempt_code = fields.int()?;
    order.oca_type = fields.positive()?;
    order.rule80_a = fields.text()?;
    order.settling_firm = fields.text()?;
    order.all_or_none = fields.flag()?;
    order.min_qty = fields.int()?;
    order.percent_offset = fields.double()?;
    fields.unset("Electronic trade only")?;
    fields.unset("Firm quote only")?;
    fields.unset("An NBBO price cap")?;
    fields.unset("An auction strategy")?;
    order.starting_price = fields.double()?;
    order.stock_ref_price = fields.double()?;
    order.delta = fields.double()?;
    order.stock_range_lower = fields.double()?;
    order.stock_range_upper = fields.double()?;
    order.override_percentage_constraints = fields.flag()?;
    Ok(())
}

fn volatility(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.volatility = fields.double()?;
    order.volatility_type = fields.positive()?;
    order.delta_neutral_order_type = fields.text()?;
    order.delta_neutral_aux_price = fields.double()?;
    if order.delta_neutral_order_type.is_some() {
        order.delta_neutral_con_id = fields.positive()?;
        order.delta_neutral_settling_firm = fields.text()?;
        order.delta_neutral_clearing_account = fields.text()?;
        order.delta_neutral_clearing_intent = fields.text()?;
        order.delta_neutral_open_close = fields.text()?;
        order.delta_neutral_short_sale = fields.flag()?;
        order.delta_neutral_short_sale_slot = fields.positive()?;
        order.delta_neutral_designated_location = fields.text()?;
    }
    order.continuous_update = fields.flag()?;
    order.reference_price_type = fields.positive()?;
    order.trail_stop_price = fields.double()?;
    order.trailing_percent = fields.double()?;
    Ok(())
}

fn scale(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.scale_init_level_size = fields.int()?;
    order.scale_subs_level_size = fields.int()?;
    order.scale_price_increment = fields.double()?;
    if order.scale_price_increment.is_some_and(|increment| increment > 0.0) {
        order.scale_price_adjust_value = fields.double()?;
        order.scale_price_adjust_interval = fields.int()?;
        order.scale_profit_offset = fields.double()?;
        order.scale_auto_reset = fields.flag()?;
        order.scale_init_position = fields.int()?;
        order.scale_init_fill_qty = fields.int()?;
        order.scale_random_percent = fields.flag()?;
    }
    order.scale_table = fields.text()?;
    order.active_start_time = fields.text()?;
    order.active_stop_time = fields.text()?;
    order.hedge_type = fields.text()?;
    if order.hedge_type.is_some() {
        order.hedge_param = fields.text()?;
    }
    Ok(())
}

fn clearing(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.opt_out_smart_routing = fields.flag()?;
    order.clearing_account = fields.text()?;
    order.clearing_intent = fields.text()?;
    order.not_held = fields.flag()?;
    Ok(())
}

fn algorithm(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.algo_strategy = fields.text()?;
    if order.algo_strategy.is_some() {
        order.algo_params = tags(fields)?;
    }
    order.algo_id = fields.text()?;
    order.what_if = fields.flag()?;
    order.order_misc_options = options(fields)?;
    order.solicited = fields.flag()?;
    order.randomize_size = fields.flag()?;
    order.randomize_price = fields.flag()?;
    Ok(())
}

/// Options as one text: `tag=value;` after each other.
pub(super) fn options(fields: &mut Fields<'_>) -> Read<BTreeMap<String, String>> {
    let text = fields.text()?.unwrap_or_default();
    let parts = text.split(';').filter(|part| !part.trim().is_empty());
    let pair = |part: &str| part.split_once('=').map(|(tag, value)| (tag.to_owned(), value.to_owned()));
    let read: Option<BTreeMap<_, _>> = parts.map(pair).collect();
    read.ok_or_else(|| Unreadable::new(format!("options {text:?} are not of the form tag=value;")))
}

/// Whether an order type is the one called `name`, with its space or without.
fn is(order: &Order, name: [&str; 2]) -> bool {
    order.order_type.as_deref().is_some_and(|kind| name.contains(&kind))
}

fn benchmark(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    if is(order, ["PEG BENCH", "PEGBENCH"]) {
        order.reference_contract_id = fields.positive()?;
        order.is_pegged_change_amount_decrease = fields.flag()?;
        order.pegged_change_amount = fields.double()?;
        order.reference_change_amount = fields.double()?;
        order.reference_exchange_id = fields.text()?;
    }
    Ok(())
}

fn conditions(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    // The shortest condition has a kind and three fields.
    let count = fields.count(4)?;
    for _ in 0..count {
        order.conditions.push(condition::read(fields)?);
    }
    if count > 0 {
        order.conditions_ignore_rth = fields.flag()?;
        order.conditions_cancel_order = fields.flag()?;
    }
    Ok(())
}

fn adjusted(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.adjusted_order_type = fields.text()?.filter(|kind| kind != "None");
    order.trigger_price = fields.double()?;
    order.lmt_price_offset = fields.double()?;
    order.adjusted_stop_price = fields.double()?;
    order.adjusted_stop_limit_price = fields.double()?;
    order.adjusted_trailing_amount = fields.double()?;
    order.adjustable_trailing_unit = fields.positive()?;
    Ok(())
}

fn regulatory(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.ext_operator = fields.text()?;
    let tier = SoftDollarTier { name: fields.text()?, value: fields.text()?, display_name: None };
    order.soft_dollar_tier = Some(tier).filter(|tier| *tier != SoftDollarTier::default());
    order.cash_qty = fields.amount()?;
    order.mifid2_decision_maker = fields.text()?;
    order.mifid2_decision_algo = fields.text()?;
    order.mifid2_execution_trader = fields.text()?;
    order.mifid2_execution_algo = fields.text()?;
    Ok(())
}

fn switches(fields: &mut Fields<'_>, order: &mut Order) -> Read<()> {
    order.dont_use_auto_price_for_hedge = fields.flag()?;
    order.is_oms_container = fields.flag()?;
    order.discretionary_up_to_limit_price = fields.flag()?;
    // Unset leaves the choice to the account's settings; no is a choice.
    order.use_price_mgmt_algo = fields.int()?;
    order.duration = fields.int()?;
    order.post_to_ats = fields.int()?;
    order.auto_cancel_parent = fields.flag()?;
    order.advanced_error_override = fields.text()?;
    order.manual_order_time = fields.text()?;
    Ok(())
}

fn offsets(fields: &mut Fields<'_>, contract: &Contract, order: &mut Order) -> Read<()> {
    if contract.exchange.as_deref() == Some(ATS) {
        order.min_trade_qty = fields.int()?;
    }
    let mut from_midpoint = is(order, ["PEG MID", "PEGMID"]);
    if is(order, ["PEG BEST", "PEGBEST"]) {
        order.min_compete_size = fields.int()?;
        order.compete_against_best_offset = fields.double()?;
        // An infinite offset competes up to the midpoint, from which the order then keeps a distance of its own.
        from_midpoint = order.compete_against_best_offset == Some(f64::INFINITY);
    }
    if from_midpoint {
        order.mid_offset_at_whole = fields.double()?;
        order.mid_offset_at_half = fields.double()?;
    }
    Ok(())
}
