//! Replies: message ids and fields, from server to client.
//!
//! The layouts of the longer messages stand in `market`, `accounts`, `history` and `order`; what is short stands here.

use bytes::{BufMut, BytesMut};

use super::fields::Out;
use super::{accounts, history, market, order};
use crate::gateway::wire::handshake::LAST_TEXT;
use crate::gateway::wire::proto::{
    ContractData, ContractDescription, ErrorMessage, FamilyCodes, IdOnly, MarketDepthExchanges, MarketRule,
    NewsProviders, SecDefOptParameter, SmartComponents, SymbolSamples, VerifyCompleted,
};
use crate::gateway::wire::{Reply, frame};

/// A message version that clients read and pass over.
pub(super) const VERSION: i32 = 1;
/// The end of a verification with authentication.
const AUTHENTICATED: i32 = 70;

/// Appends a reply as one frame; nothing for what these versions have no message for.
pub(in crate::gateway::wire) fn write(version: i32, reply: &Reply, to: &mut BytesMut) {
    if matches!(reply, Reply::CurrentTimeInMillis(_)) {
        return;
    }
    frame::put(to, |to| {
        let out = &mut Out::new(to, version);
        if !(market::write(out, reply) || accounts::write(out, reply) || history::write(out, reply)) {
            rest(out, reply);
        }
    });
}

/// Appends the one reply that has no protobuf form as a frame of a protobuf session: a number, then fields.
pub(in crate::gateway::wire) fn write_verified(completed: &VerifyCompleted, to: &mut BytesMut) {
    frame::put(to, |to| {
        to.put_i32(AUTHENTICATED);
        verified(&mut Out::new(to, LAST_TEXT), completed);
    });
}

fn rest(out: &mut Out<'_>, reply: &Reply) {
    match reply {
        Reply::OrderStatus(status) => order::status(out, status),
        Reply::OpenOrder(open) => order::open(out, open),
        Reply::CompletedOrder(completed) => order::completed(out, completed),
        Reply::ExecutionDetails(details) => order::execution(out, details),
        Reply::CommissionAndFeesReport(report) => order::commission(out, report),
        Reply::OpenOrdersEnd(_) => {
            out.field(53).field(VERSION);
        }
        Reply::ExecutionDetailsEnd(end) => end_of(out, 55, *end),
        Reply::CompletedOrdersEnd(_) => {
            out.field(102);
        }
        Reply::Error(error) => self::error(out, error),
        Reply::NextValidId(next) => {
            out.field(9).field(VERSION).int(next.order_id);
        }
        Reply::ManagedAccounts(accounts) => {
            out.field(15).field(VERSION).escaped(accounts.accounts_list.as_ref());
        }
        Reply::CurrentTime(time) => {
            out.field(49).field(VERSION).long(time.current_time);
        }
        Reply::ContractData(data) => contract_data(out, data),
        Reply::ContractDataEnd(end) => end_of(out, 52, *end),
        Reply::SecDefOptParameter(chain) => option_chain(out, chain),
        Reply::SecDefOptParameterEnd(end) => {
            out.field(76).int(end.req_id);
        }
        Reply::SoftDollarTiers(id) => {
            out.field(77).int(id.req_id).field(0);
        }
        Reply::FamilyCodes(codes) => family_codes(out, codes),
        Reply::SymbolSamples(samples) => symbol_samples(out, samples),
        Reply::MarketDepthExchanges(exchanges) => depth_exchanges(out, exchanges),
        Reply::SmartComponents(components) => smart_components(out, components),
        Reply::NewsProviders(providers) => news_providers(out, providers),
        Reply::MarketRule(rule) => market_rule(out, rule),
        Reply::ScannerParameters(parameters) => {
            out.field(19).field(VERSION).escaped(parameters.xml.as_ref());
        }
        Reply::VerifyCompleted(completed) => verified(out.field(66), completed),
        Reply::VerifyAndAuthCompleted(completed) => verified(out.field(AUTHENTICATED), completed),
        Reply::DisplayGroupList(list) => {
            out.field(67).field(VERSION).int(list.req_id).escaped(list.groups.as_ref());
        }
        Reply::DisplayGroupUpdated(updated) => {
            out.field(68).field(VERSION).int(updated.req_id).escaped(updated.contract_info.as_ref());
        }
        Reply::UserInfo(info) => {
            out.field(107).int(info.req_id).text(info.white_branding_id.as_ref());
        }
        other => debug_assert!(false, "invariant: every reply has a text form: {other:?}"),
    }
}

/// An end that has nothing but its request's id.
pub(super) fn end_of(out: &mut Out<'_>, id: i32, end: IdOnly) {
    out.field(id).field(VERSION).int(end.req_id);
}

fn error(out: &mut Out<'_>, error: &ErrorMessage) {
    out.field(4)
        .field(2)
        .field(error.id.unwrap_or(-1))
        .int(error.error_code)
        .escaped(error.error_msg.as_ref())
        .escaped(error.advanced_order_reject_json.as_ref());
}

fn verified(out: &mut Out<'_>, completed: &VerifyCompleted) {
    let word = if completed.is_successful.unwrap_or(false) { "true" } else { "false" };
    out.field(VERSION).field(word).escaped(completed.error_text.as_ref());
}

fn contract_data(out: &mut Out<'_>, data: &ContractData) {
    let contract = data.contract.clone().unwrap_or_default();
    let details = data.contract_details.clone().unwrap_or_default();
    out.field(10)
        .int(data.req_id)
        .text(contract.symbol.as_ref())
        .text(contract.sec_type.as_ref())
        .text(contract.last_trade_date_or_contract_month.as_ref())
        .double(contract.strike)
        .text(contract.right.as_ref())
        .text(contract.exchange.as_ref())
        .text(contract.currency.as_ref())
        .text(contract.local_symbol.as_ref())
        .text(details.market_name.as_ref())
        .text(contract.trading_class.as_ref())
        .int(contract.con_id)
        .size(details.min_tick.as_ref())
        .double_or_empty(contract.multiplier)
        .text(details.order_types.as_ref())
        .text(details.valid_exchanges.as_ref())
        .int(details.price_magnifier)
        .int(details.under_con_id)
        .escaped(details.long_name.as_ref())
        .text(contract.primary_exch.as_ref())
        .text(details.contract_month.as_ref())
        .text(details.industry.as_ref())
        .text(details.category.as_ref())
        .text(details.subcategory.as_ref())
        .text(details.time_zone_id.as_ref())
        .text(details.trading_hours.as_ref())
        .text(details.liquid_hours.as_ref())
        .text(details.ev_rule.as_ref())
        .double(details.ev_multiplier)
        .field(details.sec_id_list.len());
    for (tag, value) in &details.sec_id_list {
        out.text(Some(tag)).text(Some(value));
    }
    out.int(details.agg_group)
        .text(details.under_symbol.as_ref())
        .text(details.under_sec_type.as_ref())
        .text(details.market_rule_ids.as_ref())
        .text(details.real_expiration_date.as_ref())
        .text(details.stock_type.as_ref())
        .text(details.min_size.as_ref())
        .text(details.size_increment.as_ref())
        .text(details.suggested_size_increment.as_ref());
}

fn option_chain(out: &mut Out<'_>, chain: &SecDefOptParameter) {
    out.field(75)
        .int(chain.req_id)
        .text(chain.exchange.as_ref())
        .int(chain.underlying_con_id)
        .text(chain.trading_class.as_ref())
        .text(chain.multiplier.as_ref())
        .count(&chain.expirations);
    for day in &chain.expirations {
        out.text(Some(day));
    }
    out.count(&chain.strikes);
    for strike in &chain.strikes {
        out.double(Some(*strike));
    }
}

fn family_codes(out: &mut Out<'_>, codes: &FamilyCodes) {
    out.field(78).count(&codes.family_codes);
    for code in &codes.family_codes {
        out.text(code.account_id.as_ref()).text(code.family_code.as_ref());
    }
}

fn symbol_samples(out: &mut Out<'_>, samples: &SymbolSamples) {
    out.field(79).int(samples.req_id).count(&samples.contract_descriptions);
    for ContractDescription { contract, derivative_sec_types } in &samples.contract_descriptions {
        let contract = contract.clone().unwrap_or_default();
        out.int(contract.con_id)
            .text(contract.symbol.as_ref())
            .text(contract.sec_type.as_ref())
            .text(contract.primary_exch.as_ref())
            .text(contract.currency.as_ref())
            .count(derivative_sec_types);
        for kind in derivative_sec_types {
            out.text(Some(kind));
        }
        out.text(contract.description.as_ref()).text(contract.issuer_id.as_ref());
    }
}

fn depth_exchanges(out: &mut Out<'_>, exchanges: &MarketDepthExchanges) {
    out.field(80).count(&exchanges.descriptions);
    for exchange in &exchanges.descriptions {
        out.text(exchange.exchange.as_ref())
            .text(exchange.sec_type.as_ref())
            .text(exchange.listing_exch.as_ref())
            .text(exchange.service_data_type.as_ref())
            .int_or_empty(exchange.agg_group);
    }
}

fn smart_components(out: &mut Out<'_>, components: &SmartComponents) {
    out.field(82).int(components.req_id).count(&components.smart_components);
    for component in &components.smart_components {
        out.int(component.bit_number).text(component.exchange.as_ref()).text(component.exchange_letter.as_ref());
    }
}

fn news_providers(out: &mut Out<'_>, providers: &NewsProviders) {
    out.field(85).count(&providers.news_providers);
    for provider in &providers.news_providers {
        out.text(provider.provider_code.as_ref()).text(provider.provider_name.as_ref());
    }
}

fn market_rule(out: &mut Out<'_>, rule: &MarketRule) {
    out.field(93).int(rule.market_rule_id).count(&rule.price_increments);
    for rung in &rule.price_increments {
        out.double(rung.low_edge).double(rung.increment);
    }
}
