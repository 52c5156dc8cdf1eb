//! How far a closed trip went against and for its holder: only where bars cover all of it.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::Serialize;

use super::Trip;
use crate::domain::bar::Bar;
use crate::domain::order::Side;
use crate::money::{Cash, Qty};

/// The furthest prices of a trip, as amounts on all that was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Excursion {
    /// The largest loss it showed (MAE), zero or less.
    pub adverse: Cash,
    /// The largest profit it showed (MFE), zero or more.
    pub favourable: Cash,
}

/// The excursion of a trip by the bars of its contract, each `span` long. Absent unless the trip is closed, was entered
/// here as a whole, and bars without a gap cover it from end to end. The bars in which it begins and ends count whole, so
/// it may say more than was lived through, never less.
pub fn excursion(trip: &Trip, bars: &[Bar], span: Duration, multiplier: Decimal) -> Option<Excursion> {
    const NANOS: i64 = 1_000_000_000;
    let (from, to) = (trip.opened?.div_euclid(NANOS), trip.closed?.div_euclid(NANOS));
    let entry = trip.entry.filter(|_| !trip.inherited)?;
    let span = i64::try_from(span.as_secs()).ok().filter(|s| *s > 0)?;
    let mut reached = None;
    let (mut low, mut high) = (entry, entry);
    for bar in bars {
        let end = bar.start.checked_add(span)?;
        if end <= from || bar.start > to {
            continue;
        }
        match reached {
            None if bar.start > from => return None,
            Some(reached) if bar.start != reached => return None,
            _ => {}
        }
        reached = Some(end);
        (low, high) = (low.min(bar.low), high.max(bar.high));
    }
    reached.filter(|reached| *reached > to)?;
    let amount = |price: crate::money::Price| {
        let by = if trip.side == Side::Buy { price.minus(entry)? } else { entry.minus(price)? };
        by.value_of(Qty::abs(trip.entered), multiplier)
    };
    let (a, b) = (amount(low)?, amount(high)?);
    Some(Excursion { adverse: a.min(b), favourable: a.max(b) })
}
