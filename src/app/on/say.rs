//! Sentences of the command line: read, given their contract, staged. Enter stages and never sends.

use super::ticket;
use crate::app::model::{Model, Overlay};
use crate::app::select;
use crate::domain::order::Verb;
use crate::panes::ticket::{self as compose, Pricing, View};
use crate::risk::Origin;
use crate::sentence::{self, PriceExpr, Sentence};

/// Stages the sentence, or says everything that is wrong with it under its words.
pub(super) fn say(model: &mut Model, text: &str) {
    if text.trim().is_empty() {
        model.overlay = None;
        return;
    }
    let faults = match sentence::parse(text) {
        Ok(said) => match staged(model, &said, text) {
            Ok(()) => return,
            Err(fault) => vec![fault],
        },
        Err(faults) => faults.into_iter().map(|f| (f.span.clone(), with_fixes(f))).collect(),
    };
    if let Some(Overlay::Command { errors, .. }) = &mut model.overlay {
        *errors = faults;
    }
}

/// The cause, and what would mend it.
fn with_fixes(fault: sentence::Fault) -> String {
    if fault.fixes.is_empty() { fault.cause } else { format!("{}: {}", fault.cause, fault.fixes.join(" or ")) }
}

type Fault = (std::ops::Range<usize>, String);

fn staged(model: &mut Model, said: &Sentence, text: &str) -> Result<(), Fault> {
    let at = |word: &str| {
        let start = text.to_ascii_uppercase().find(&word.to_ascii_uppercase()).unwrap_or(0);
        start..start.saturating_add(word.len()).min(text.len())
    };
    let Some(instrument) = select::by_symbol(model, &said.symbol) else {
        let cause = format!("{} is not known here yet; / finds it and adds it to the list", said.symbol);
        return Err((at(&said.symbol), cause));
    };
    let con_id = instrument.con_id;
    let quote = model.market.quotes.get(&con_id);
    let view = View { instrument, quote, position: select::held(model, con_id), working: None };
    let side = compose::side_of(said.verb, view.position);
    let pricing = match said.pricing {
        sentence::Pricing::Market => Pricing::Market,
        sentence::Pricing::Limit(expr) => Pricing::from(expr),
    };
    if said.verb == Verb::Close && side.is_none() {
        let cause = match view.position {
            None => format!("the position in {} is not known yet", said.symbol),
            Some(_) => format!("{} is flat, there is nothing to close", said.symbol),
        };
        return Err((at("close"), cause));
    }
    if let (sentence::Pricing::Limit(PriceExpr::Fixed(price)), Some(side)) = (said.pricing, side)
        && let Err((cause, fix)) = compose::parse_price(&price.0.to_string(), side, &view)
    {
        let cause = fix.map_or(cause.clone(), |fix| format!("{cause}: {fix}"));
        return Err((at(&price.0.to_string()), cause));
    }
    let price = || side.and_then(|side| compose::touch(pricing, side, &view).or_else(|| compose::far(side, &view)));
    let qty = compose::size_of(&said.size, ticket::preset(model), price, &view).map_err(|(cause, fix)| {
        let cause = fix.map_or(cause.clone(), |fix| format!("{cause}: {fix}"));
        (at(&said.size.to_string()), cause)
    })?;
    model.overlay = None;
    ticket::put(model, con_id, said.verb, Some(qty), pricing, (said.tif, said.session), Origin::Sentence);
    Ok(())
}
