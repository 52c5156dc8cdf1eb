//! A stop for what of a position has none.

use super::ticket;
use crate::app::model::Model;
use crate::app::notices::Tone;
use crate::app::{market_context, protection, select};
use crate::domain::order::{Tif, Verb};
use crate::money::{Price, Rounding};
use crate::panes::ticket::{Field, Pricing, Staged};
use crate::sentence::PriceExpr;

/// How far the stop stays from the last price where the days of the contract are not known: so many hundredths.
const DISTANCE: i64 = 2;

/// `p`: stages a stop for the bare part of the position, one average true range from the last price, or two percent where
/// the days are not known. A position that one stop of ours covers has that stop picked up.
pub(super) fn stage(model: &mut Model) {
    let Some(con_id) = select::subject(model) else {
        return model.notices.say(model.now, Tone::Info, "No symbol is selected here.", None);
    };
    let symbol = select::symbol(model, con_id).unwrap_or_default();
    let held = match select::held(model, con_id) {
        Some(held) if !held.is_zero() => held,
        Some(_) => {
            let text = format!("{symbol} is flat, there is nothing to protect.");
            return model.notices.say(model.now, Tone::Info, text, None);
        }
        None => {
            let text = format!("{symbol}: its position is not known yet.");
            return model.notices.say(model.now, Tone::Warn, text, None);
        }
    };
    let bare = protection::uncovered(model, con_id);
    if !bare.is_positive() {
        let stops: Vec<_> = protection::stops(model, con_id, held).map(|o| o.key.clone()).collect();
        if let [only] = stops.as_slice() {
            return ticket::pick_up_this(model, only);
        }
        let text = format!("{symbol} is covered by {} stops; m in the blotter changes one.", stops.len());
        return model.notices.say(model.now, Tone::Info, text, None);
    }
    let Some(trigger) = trigger(model, con_id, held.is_positive()) else {
        let text = format!("No last price of {symbol} is known to put a stop by.");
        return model.notices.say(model.now, Tone::Warn, text, None);
    };
    let pricing = Pricing::Stop { trigger: PriceExpr::Fixed(trigger), limit: None };
    let new = Staged::new((con_id, symbol), Verb::Close, Some(bare), pricing, ticket::return_to(model));
    let mut clauses = new.clauses.clone();
    clauses.tif = Some(Tif::Gtc);
    ticket::place(model, Staged { clauses, field: Field::Trigger, ..new });
}

/// Where the stop goes, on the far side of the tick.
fn trigger(model: &Model, con_id: crate::domain::instrument::ConId, long: bool) -> Option<Price> {
    let instrument = select::instrument(model, con_id)?;
    let context = market_context::context(model, instrument);
    let last = context.last?;
    let distance = match context.atr {
        Some(atr) => atr,
        None => last.times(rust_decimal::Decimal::new(DISTANCE, 2))?,
    };
    let (raw, away) = if long { (last.minus(distance)?, Rounding::Down) } else { (last.plus(distance)?, Rounding::Up) };
    instrument.rule.round(raw, away).filter(|p| p.is_positive())
}
