//! The conditions of an order.
//!
//! The kind comes first and settles how many fields follow. IB numbers them 1 price, 3 time, 4 margin, 5 execution,
//! 6 volume, 7 percent change.

use super::fields::{Fields, Out, Read, Unreadable};
use crate::gateway::wire::proto::OrderCondition;

const PRICE: i32 = 1;
const TIME: i32 = 3;
const MARGIN: i32 = 4;
const EXECUTION: i32 = 5;
const VOLUME: i32 = 6;
const PERCENT_CHANGE: i32 = 7;

/// Reads one condition.
pub(super) fn read(fields: &mut Fields<'_>) -> Read<OrderCondition> {
    let kind = fields.int()?.unwrap_or(0);
    let mut condition = OrderCondition { kind: Some(kind), ..OrderCondition::default() };
    condition.is_conjunction_connection = match fields.text()?.as_deref() {
        Some("a") => Some(true),
        Some("o") => Some(false),
        other => return Err(Unreadable::new(format!("a condition is joined by {other:?}, neither a nor o"))),
    };
    if kind == EXECUTION {
        condition.sec_type = fields.text()?;
        condition.exchange = fields.text()?;
        condition.symbol = fields.text()?;
        return Ok(condition);
    }
    condition.is_more = Some(fields.flag()?.unwrap_or(false));
    match kind {
        PRICE => condition.price = fields.double()?,
        TIME => condition.time = fields.text()?,
        MARGIN => condition.percent = fields.whole()?,
        VOLUME => condition.volume = fields.whole()?,
        PERCENT_CHANGE => condition.change_percent = fields.double()?,
        other => return Err(Unreadable::new(format!("there is no condition of kind {other}"))),
    }
    if matches!(kind, PRICE | VOLUME | PERCENT_CHANGE) {
        condition.con_id = fields.int()?;
        condition.exchange = fields.text()?;
    }
    if kind == PRICE {
        condition.trigger_method = fields.int()?;
    }
    Ok(condition)
}

/// Writes one condition.
pub(super) fn write(out: &mut Out<'_>, condition: &OrderCondition) {
    let kind = condition.kind.unwrap_or(0);
    out.field(kind).field(if condition.is_conjunction_connection.unwrap_or(false) { "a" } else { "o" });
    if kind == EXECUTION {
        out.text(condition.sec_type.as_ref()).text(condition.exchange.as_ref()).text(condition.symbol.as_ref());
        return;
    }
    out.flag(condition.is_more);
    match kind {
        PRICE => out.double(condition.price),
        TIME => out.text(condition.time.as_ref()),
        MARGIN => out.int(condition.percent),
        VOLUME => out.int(condition.volume),
        _ => out.double(condition.change_percent),
    };
    if matches!(kind, PRICE | VOLUME | PERCENT_CHANGE) {
        out.int(condition.con_id).text(condition.exchange.as_ref());
    }
    if kind == PRICE {
        out.int(condition.trigger_method);
    }
}
