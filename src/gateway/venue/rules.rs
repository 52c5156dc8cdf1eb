//! Which types, times in force and attributes go together: IB's codes for those that do not.
//!
//! 111 type and time in force · 113 an on-close order that is not DAY · 10020 a shown part that is no part · 325 discretion on what
//! is no limit order · 148 conditions on what takes none · 442 an algorithm on more than a plain
//! order for the day · 321 the rest. Extended hours for what works in regular hours only are taken off with warning 2109.

use super::engine::condition::TESTS_MAX;
use super::order::{Conditions, Fault, Kind, OrderRequest, Peg, Tif};
use super::tape::shares;

/// The text of warning 2109.
pub const NO_EXTENDED_HOURS: &str = "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order type and destination. PlaceOrder is now processed.";

/// Refuses a combination that no order can have.
pub fn fitting(request: &OrderRequest) -> Result<(), Fault> {
    kind_and_tif(request)?;
    let terms = &request.terms;
    let size = shares(request.quantity);
    let plain = matches!(request.kind, Kind::Market | Kind::Limit(_));
    let limited = request.kind.limit().is_some() || matches!(request.kind, Kind::Peg { .. } | Kind::TrailLimit { .. });
    let auction = request.cross().is_some();
    let immediate = request.tif.is_immediate();
    if let Some(shown) = terms.display {
        if shown >= size {
            return Err(Fault::new(10020, "Display size should be smaller than order size."));
        }
        if shown < 1 || !limited || auction || immediate || terms.hidden || terms.all_or_none || request.kind.is_dark()
        {
            return Err(Fault::invalid("A display size is not for this order"));
        }
    }
    if terms.all_or_none && (!plain || auction || immediate || terms.min_quantity.is_some()) {
        return Err(Fault::invalid("All or none is not for this order"));
    }
    if terms.min_quantity.is_some_and(|least| least < 1 || least > size || !plain || auction) {
        return Err(Fault::invalid("The minimum quantity is not for this order"));
    }
    if terms.hidden && (!limited || auction) {
        return Err(Fault::invalid("Hidden is not for this order"));
    }
    if terms.discretion.is_some() && (!matches!(request.kind, Kind::Limit(_)) || auction || terms.all_or_none) {
        let text = "Discretionary orders are not supported for this combination of exchange and order type.";
        return Err(Fault::new(325, text));
    }
    let alone = terms.parent_id == 0 && terms.conditions.is_none() && terms.display.is_none() && !terms.hidden;
    let whole = terms.all_or_none || terms.min_quantity.is_some() || terms.discretion.is_some();
    if terms.algo.is_some() && (!plain || request.tif != Tif::Day || !alone || whole) {
        return Err(Fault::new(442, "Specified algorithm is not allowed for this order."));
    }
    if let Some(conditions) = &terms.conditions {
        tested(request, conditions)?;
    }
    if terms.good_after.is_some() && (auction || immediate) {
        return Err(Fault::invalid("Good after time is not for this order"));
    }
    Ok(())
}

/// The types that wait for conditions or can be cancelled by them.
fn tested(request: &OrderRequest, conditions: &Conditions) -> Result<(), Fault> {
    let fits = match request.kind {
        Kind::Limit(_) | Kind::Peg { to: Peg::MidPrice, .. } => true,
        Kind::Market | Kind::Peg { to: Peg::Primary, .. } | Kind::Snap { .. } => !conditions.cancels,
        _ => false,
    };
    if !fits || request.cross().is_some() {
        return Err(Fault::new(148, "A conditional order of this type cannot be submitted."));
    }
    if conditions.tests.is_empty() || conditions.tests.len() > TESTS_MAX {
        return Err(Fault::invalid(&format!("An order has from 1 to {TESTS_MAX} conditions")));
    }
    Ok(())
}

/// The times in force that a type knows.
fn kind_and_tif(request: &OrderRequest) -> Result<(), Fault> {
    let incompatible = || Fault::new(111, "The TIF (Tif type) and the order type are incompatible.");
    let fits = match (request.kind, request.tif) {
        (kind, tif) if kind.is_on_close() => {
            return if tif == Tif::Day {
                Ok(())
            } else {
                Err(Fault::new(113, "The Tif option should be set to DAY for MOC and LOC orders."))
            };
        }
        (Kind::Market | Kind::Limit(_), _) => true,
        (Kind::Peg { to: Peg::MidPrice, .. }, tif) => tif == Tif::Day,
        (_, tif) => !tif.is_immediate() && tif != Tif::Opening,
    };
    if fits { Ok(()) } else { Err(incompatible()) }
}
