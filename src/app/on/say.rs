//! Sentences of the command line: read, given their contract, staged. Enter stages and never sends.
//!
//! Absent: carrying out what manages orders (cancel, modify, flatten …), and every order type, attribute and time beyond
//! what the ticket carries. Such a sentence is read, and refused at the word that cannot be sent.

use std::ops::Range;

use super::ticket;
use crate::app::model::{Model, Overlay};
use crate::app::select;
use crate::domain::order::{Session, Tif, Verb};
use crate::domain::terms;
use crate::panes::ticket::{self as compose, Pricing, View};
use crate::risk::Origin;
use crate::sentence::{self, Class, Entry, Instrument, PriceExpr, Sentence, Size, Spans};

/// Stages the sentence, or says everything that is wrong with it under its words.
pub(super) fn say(model: &mut Model, text: &str) {
    if text.trim().is_empty() {
        model.overlay = None;
        return;
    }
    let today = model.now.eastern().date();
    let faults = match sentence::read(text, Some(today)) {
        Ok(read) => match plain(&read.sentence, &read.spans).and_then(|said| staged(model, &said, &read.spans)) {
            Ok(()) => return,
            Err(faults) => faults,
        },
        Err(faults) => faults.into_iter().map(|f| (f.span.clone(), with_fixes(f))).collect(),
    };
    if let Some(Overlay::Command { errors, .. }) = &mut model.overlay {
        *errors = faults;
    }
}

/// The cause, and what would mend it.
fn with_fixes(fault: sentence::Fault) -> String {
    if fault.fixes.is_empty() {
        return fault.cause;
    }
    let fixes: Vec<&str> = fault.fixes.iter().map(|fix| fix.text.as_str()).collect();
    format!("{}: {}", fault.cause, fixes.join(" or "))
}

type Fault = (Range<usize>, String);

/// An order that the ticket can carry.
struct Plain {
    verb: Verb,
    size: Size,
    symbol: String,
    pricing: Pricing,
    tif: Tif,
    session: Session,
}

/// The order, if the ticket can carry all that was said; otherwise each word it cannot, with the reason.
fn plain(said: &Sentence, spans: &Spans) -> Result<Plain, Vec<Fault>> {
    let Some(entry) = said.entry() else {
        let verb = said.to_string().split(' ').next().unwrap_or_default().to_owned();
        return Err(vec![(spans.verb.clone(), format!("{verb} as a sentence cannot be carried out yet"))]);
    };
    let mut faults: Vec<Fault> = Vec::new();
    let mut refuse =
        |span: &Range<usize>, what: &str| faults.push((span.clone(), format!("{what} cannot be sent yet")));
    match entry.size {
        Size::Risk(_) => refuse(&spans.size, "sizes by risk"),
        Size::Percent(..) => refuse(&spans.size, "sizes in percent"),
        _ => {}
    }
    let symbol = symbol(entry);
    if symbol.is_none() {
        refuse(&spans.instrument, "anything but a stock by its symbol");
    }
    let pricing = match entry.pricing {
        terms::Pricing::Market => Some(Pricing::Market),
        terms::Pricing::Limit(expr) => match compose::not_sent_yet(expr) {
            Some(cause) => {
                faults.push((spans.pricing.clone(), cause));
                None
            }
            None => Some(Pricing::from(expr)),
        },
        other => {
            refuse(&spans.pricing, other.keyword());
            None
        }
    };
    let mut refuse =
        |span: &Range<usize>, what: &str| faults.push((span.clone(), format!("{what} cannot be sent yet")));
    let (tif, session) = (tif(entry.clauses.tif), session(entry.clauses.session));
    for (word, span) in &spans.clauses {
        match (*word, tif, session) {
            ("tif", None, _) => refuse(span, "this time in force"),
            ("session", _, None) => refuse(span, "these hours"),
            ("tif" | "session", ..) => {}
            _ => refuse(span, word),
        }
    }
    match (symbol, pricing, tif, session) {
        (Some(symbol), Some(pricing), Some(tif), Some(session)) if faults.is_empty() => {
            Ok(Plain { verb: entry.verb, size: entry.size.clone(), symbol, pricing, tif, session })
        }
        _ => {
            if faults.is_empty() {
                faults.push((spans.instrument.clone(), "this order cannot be sent yet".into()));
            }
            Err(faults)
        }
    }
}

/// The symbol of a stock.
fn symbol(entry: &Entry) -> Option<String> {
    match &entry.instrument {
        Instrument::One(contract) if contract.class() == Class::Stock => contract.plain_symbol(),
        _ => None,
    }
}

fn tif(said: Option<Tif>) -> Option<Tif> {
    said.filter(|tif| matches!(tif, Tif::Day | Tif::Gtc | Tif::Ioc))
}

fn session(said: Option<Session>) -> Option<Session> {
    said.filter(|session| matches!(session, Session::Regular | Session::Extended))
}

fn staged(model: &mut Model, said: &Plain, spans: &Spans) -> Result<(), Vec<Fault>> {
    let fault = |span: &Range<usize>, cause: String| Err(vec![(span.clone(), cause)]);
    let Some(instrument) = select::by_symbol(model, &said.symbol) else {
        let cause = format!("{} is not known here yet; / finds it and adds it to the list", said.symbol);
        return fault(&spans.instrument, cause);
    };
    let con_id = instrument.con_id;
    let quote = model.market.quotes.get(&con_id);
    let view = View { instrument, quote, position: select::held(model, con_id), working: None };
    let side = compose::side_of(said.verb, view.position);
    if said.verb == Verb::Close && side.is_none() {
        let cause = match view.position {
            None => format!("the position in {} is not known yet", said.symbol),
            Some(_) => format!("{} is flat, there is nothing to close", said.symbol),
        };
        return fault(&spans.verb, cause);
    }
    let with_fix = |(cause, fix): compose::Invalid| fix.map_or(cause.clone(), |fix| format!("{cause}: {fix}"));
    if let (Pricing::Fixed(price), Some(side)) = (said.pricing, side)
        && let Err(invalid) = compose::parse_price(&PriceExpr::Fixed(price).to_string(), side, &view)
    {
        return fault(&spans.pricing, with_fix(invalid));
    }
    let price =
        || side.and_then(|side| compose::touch(said.pricing, side, &view).or_else(|| compose::far(side, &view)));
    let qty = match compose::size_of(&said.size, ticket::preset(model), price, &view) {
        Ok(qty) => qty,
        Err(invalid) => return fault(&spans.size, with_fix(invalid)),
    };
    model.overlay = None;
    ticket::put(model, con_id, said.verb, Some(qty), said.pricing, (said.tif, said.session), Origin::Sentence);
    Ok(())
}
