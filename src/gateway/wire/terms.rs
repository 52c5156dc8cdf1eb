//! An order's type, prices and attributes as its fields state them.
//!
//! A number that is absent, zero, the unset marker or the largest integer is not stated, except for a limit price, which may
//! be stated as zero and is then refused as a price. A price field that the order's type does not know is refused, where it
//! could mean that another order was meant; a limit beside a market order is not.

use super::proto::Order as OrderMessage;
use super::{algo, conditions, time};
use crate::gateway::venue::{Fault, Kind, Oca, OcaType, Prices, Terms, TriggerMethod};
use crate::money::Price;

/// A stated price; `None` for the unset marker, a fault for what is no number.
fn price(field: Option<f64>, name: &str) -> Result<Option<Price>, Fault> {
    match field {
        None => Ok(None),
        Some(f64::MAX) => Ok(None),
        Some(value) => {
            Price::from_wire(value).map(Some).ok_or_else(|| Fault::invalid(&format!("The {name} is not a number")))
        }
    }
}

/// A stated price other than zero.
fn amount(field: Option<f64>, name: &str) -> Result<Option<Price>, Fault> {
    Ok(price(field, name)?.filter(|price| !price.is_zero()))
}

/// A stated whole number other than zero.
fn count(field: Option<i32>, name: &str) -> Result<Option<i64>, Fault> {
    match field {
        None | Some(0 | i32::MAX) => Ok(None),
        Some(number) if number > 0 => Ok(Some(i64::from(number))),
        Some(_) => Err(Fault::invalid(&format!("The {name} must be positive"))),
    }
}

/// The type with its prices.
pub(super) fn kind(order: &OrderMessage) -> Result<Kind, Fault> {
    let word = order.order_type.as_deref().unwrap_or("").trim();
    let known = |words: &[&str]| words.contains(&word);
    // A market order's limit means nothing, whatever it is.
    let limit = if word == "MKT" { None } else { price(order.lmt_price, "limit price")? };
    let prices = Prices {
        limit,
        aux: if known(&["MKT", "LMT", "MOC", "LOC", "MTL", "MIDPRICE"]) {
            None
        } else {
            amount(order.aux_price, "auxiliary price")?
        },
        percent_offset: amount(order.percent_offset, "percent offset")?,
        trailing_percent: amount(order.trailing_percent, "trailing percent")?,
        trail_stop: amount(order.trail_stop_price, "trailing stop price")?,
        limit_offset: amount(order.lmt_price_offset, "limit price offset")?,
    };
    let trails = known(&["TRAIL", "TRAIL LIMIT"]);
    let strangers = [
        (prices.percent_offset.is_some() && !known(&["REL", "PASSV REL"]), "A percent offset"),
        (prices.trailing_percent.is_some() && !trails, "A trailing percent"),
        (prices.trail_stop.is_some() && !trails, "A trailing stop price"),
        (prices.limit_offset.is_some() && word != "TRAIL LIMIT", "A limit price offset"),
    ];
    if let Some((_, name)) = strangers.into_iter().find(|(is, _)| *is) {
        return Err(Fault::invalid(&format!("{name} is not for order type {word:?}")));
    }
    Kind::parse(word, &prices)
}

/// What else it asks for.
pub(super) fn terms(order: &OrderMessage) -> Result<Terms, Fault> {
    let is = |field: Option<bool>| field.unwrap_or(false);
    let given =
        |field: &Option<String>| field.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let oca = given(&order.oca_group).map(|group| {
        OcaType::of_number(order.oca_type.filter(|kind| *kind != i32::MAX).unwrap_or(0)).map(|kind| Oca { group, kind })
    });
    let format = "The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss xxx where yyyymmdd and xxx are optional. E.g.: 20031126 15:59:00 US/Eastern";
    let good_after = given(&order.good_after_time)
        .map(|text| time::parse(&text).ok_or_else(|| Fault::new(337, format)))
        .transpose()?;
    Ok(Terms {
        parent_id: order.parent_id.filter(|id| *id != i32::MAX).unwrap_or(0),
        oca: oca.transpose()?,
        trigger_method: TriggerMethod::of_number(order.trigger_method.filter(|n| *n != i32::MAX).unwrap_or(0))?,
        good_after,
        hidden: is(order.hidden),
        display: count(order.display_size, "display size")?,
        all_or_none: is(order.all_or_none),
        min_quantity: count(order.min_qty, "minimum quantity")?,
        discretion: amount(order.discretionary_amt, "discretionary amount")?,
        sweep: is(order.sweep_to_fill),
        conditions: conditions::read(order)?,
        algo: algo::read(order)?,
        override_constraints: is(order.override_percentage_constraints),
    })
}
