//! Contracts and the legs of combinations.

use super::fields::{Fields, Out, Read};
use crate::gateway::wire::proto::{ComboLeg, Contract, DeltaNeutralContract};

/// The security type of a combination, whose legs follow where others have nothing.
pub(super) const COMBINATION: &str = "BAG";

/// Reads the twelve fields of a contract, primary exchange included.
pub(super) fn read(fields: &mut Fields<'_>) -> Read<Contract> {
    read_with(fields, true)
}

/// Reads a contract without its primary exchange.
pub(super) fn read_short(fields: &mut Fields<'_>) -> Read<Contract> {
    read_with(fields, false)
}

fn read_with(fields: &mut Fields<'_>, primary: bool) -> Read<Contract> {
    Ok(Contract {
        con_id: fields.positive()?,
        symbol: fields.text()?,
        sec_type: fields.text()?,
        last_trade_date_or_contract_month: fields.text()?,
        strike: fields.amount()?,
        // `?` and `0` are spellings of "no right".
        right: fields.text()?.filter(|right| right != "?" && right != "0"),
        multiplier: fields.double()?,
        exchange: fields.text()?,
        primary_exch: if primary { fields.text()? } else { None },
        currency: fields.text()?,
        local_symbol: fields.text()?,
        trading_class: fields.text()?,
        ..Contract::default()
    })
}

/// Whether a contract is a combination.
pub(super) fn is_combination(contract: &Contract) -> bool {
    contract.sec_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(COMBINATION))
}

/// Reads the legs of a combination in a request for data; nothing for another contract.
pub(super) fn read_legs(fields: &mut Fields<'_>, contract: &mut Contract) -> Read<()> {
    if is_combination(contract) {
        for _ in 0..fields.count(4)? {
            contract.combo_legs.push(ComboLeg {
                con_id: fields.int()?,
                ratio: fields.int()?,
                action: fields.text()?,
                exchange: fields.text()?,
                ..ComboLeg::default()
            });
        }
    }
    Ok(())
}

/// Reads the legs of a combination in an order, without their prices.
pub(super) fn read_order_legs(fields: &mut Fields<'_>, contract: &mut Contract) -> Read<()> {
    for _ in 0..fields.count(8)? {
        contract.combo_legs.push(ComboLeg {
            con_id: fields.int()?,
            ratio: fields.int()?,
            action: fields.text()?,
            exchange: fields.text()?,
            open_close: fields.positive()?,
            short_sales_slot: fields.positive()?,
            designated_location: fields.text()?,
            exempt_code: fields.int()?,
            per_leg_price: None,
        });
    }
    Ok(())
}

/// Reads the underlying of a delta-neutral order, if there is one.
pub(super) fn read_delta_neutral(fields: &mut Fields<'_>) -> Read<Option<DeltaNeutralContract>> {
    if fields.flag()? != Some(true) {
        return Ok(None);
    }
    Ok(Some(DeltaNeutralContract { con_id: fields.int()?, delta: fields.double()?, price: fields.double()? }))
}

/// Writes the eleven fields of a contract without its primary exchange.
pub(super) fn write(out: &mut Out<'_>, contract: &Contract) {
    head(out, contract);
    out.text(contract.exchange.as_ref());
    tail(out, contract);
}

/// Writes the eleven fields of a contract with the primary exchange in the place of the exchange.
pub(super) fn write_primary(out: &mut Out<'_>, contract: &Contract) {
    head(out, contract);
    out.text(contract.primary_exch.as_ref());
    tail(out, contract);
}

fn head(out: &mut Out<'_>, contract: &Contract) {
    out.int(contract.con_id)
        .text(contract.symbol.as_ref())
        .text(contract.sec_type.as_ref())
        .text(contract.last_trade_date_or_contract_month.as_ref())
        .double(contract.strike)
        .text(contract.right.as_ref())
        .double_or_empty(contract.multiplier);
}

fn tail(out: &mut Out<'_>, contract: &Contract) {
    out.text(contract.currency.as_ref()).text(contract.local_symbol.as_ref()).text(contract.trading_class.as_ref());
}

/// Writes the legs of a combination and their prices, as orders show them.
pub(super) fn write_legs(out: &mut Out<'_>, contract: &Contract) {
    out.text(contract.combo_legs_descrip.as_ref()).count(&contract.combo_legs);
    for leg in &contract.combo_legs {
        out.int(leg.con_id)
            .int(leg.ratio)
            .text(leg.action.as_ref())
            .text(leg.exchange.as_ref())
            .int(leg.open_close)
            .int(leg.short_sales_slot)
            .text(leg.designated_location.as_ref())
            .field(leg.exempt_code.unwrap_or(-1));
    }
    let prices: Vec<_> = contract.combo_legs.iter().filter_map(|leg| leg.per_leg_price).collect();
    out.count(&prices);
    for price in prices {
        out.double_or_empty(Some(price));
    }
}

/// Writes whether a delta-neutral underlying follows, and it.
pub(super) fn write_delta_neutral(out: &mut Out<'_>, contract: &Contract) {
    out.flag(Some(contract.delta_neutral_contract.is_some()));
    if let Some(underlying) = &contract.delta_neutral_contract {
        out.int(underlying.con_id).double(underlying.delta).double(underlying.price);
    }
}
