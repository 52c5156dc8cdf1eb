//! The conditions of an order as its fields state them.
//!
//! The wire joins each condition to the next; here all are joined alike, and a mixture is refused. What the last one says of a
//! next means nothing. Exchanges are not told apart: there is one market for each contract.

use rust_decimal::Decimal;

use super::proto::{Order as OrderMessage, OrderCondition};
use super::time;
use crate::gateway::feed::Listing;
use crate::gateway::venue::{Conditions, Fault, Test, TriggerMethod};
use crate::money::Price;

/// What an order waits for or is cancelled by; `None` if it has no conditions.
pub(super) fn read(order: &OrderMessage) -> Result<Option<Conditions>, Fault> {
    let Some((last, before)) = order.conditions.split_last() else { return Ok(None) };
    let joined = |condition: &OrderCondition| condition.is_conjunction_connection.unwrap_or(false);
    let all = before.first().map_or_else(|| joined(last), joined);
    if before.iter().any(|condition| joined(condition) != all) {
        return Err(Fault::not_simulated("conditions that mix and with or"));
    }
    Ok(Some(Conditions {
        all,
        cancels: order.conditions_cancel_order.unwrap_or(false),
        ignore_rth: order.conditions_ignore_rth.unwrap_or(false),
        tests: order.conditions.iter().map(test).collect::<Result<_, _>>()?,
    }))
}

fn test(condition: &OrderCondition) -> Result<Test, Fault> {
    let above = condition.is_more.unwrap_or(false);
    let con_id = condition.con_id.unwrap_or(0);
    let incomplete = || Fault::new(147, "The conditional contract info is incomplete.");
    Ok(match condition.kind.unwrap_or(0) {
        1 => {
            let price = number(condition.price, "price")?;
            if price <= Decimal::ZERO {
                return Err(Fault::invalid("The price of a condition must be positive"));
            }
            let method = TriggerMethod::of_number(condition.trigger_method.unwrap_or(0))?;
            Test::Price { con_id, method, above, price: Price(price) }
        }
        3 => {
            let text = condition.time.as_deref().unwrap_or("").trim();
            let at = time::parse(text).ok_or_else(|| {
                Fault::new(338, "The time condition is invalid. The correct format is yyyymmdd hh:mm:ss xxx or yyyymmdd-hh:mm:ss in UTC.")
            })?;
            Test::Time { after: above, at }
        }
        4 => match condition.percent {
            Some(percent @ 0..=100) => Test::Cushion { above, percent },
            _ => return Err(Fault::invalid("The cushion of a condition lies between 0 and 100 percent")),
        },
        5 => {
            let symbol = condition.symbol.as_deref().unwrap_or("").trim().to_ascii_uppercase();
            let stock = condition.sec_type.as_deref().is_none_or(|kind| kind.is_empty() || kind == "STK");
            let listing = Listing::by_symbol(&symbol).filter(|_| stock).ok_or_else(incomplete)?;
            Test::Execution { con_id: listing.con_id }
        }
        6 => match condition.volume {
            Some(shares) if shares > 0 => Test::Volume { con_id, above, shares: i64::from(shares) },
            _ => return Err(Fault::invalid("The volume of a condition must be positive")),
        },
        7 => Test::Change { con_id, above, percent: number(condition.change_percent, "change")? },
        other => return Err(Fault::invalid(&format!("There is no condition of type {other}"))),
    })
}

fn number(field: Option<f64>, name: &str) -> Result<Decimal, Fault> {
    let value = field.filter(|value| *value != f64::MAX).and_then(Price::from_wire);
    value.map(|price| price.0).ok_or_else(|| Fault::invalid(&format!("The {name} of a condition is not a number")))
}
