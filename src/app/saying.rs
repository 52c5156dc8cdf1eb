//! The command line's sentence: read, given its contract and its numbers, or everything that stands against it.
//!
//! Must not know: the screen; it changes nothing. Absent: other accounts, overnight hours, and combos, which are weighed but not
//! sent. Each is refused at its word.

use std::ops::Range;

use super::model::Model;
use super::{combo, market_context, select};
use crate::domain::SafeText;
use crate::domain::instrument::{ConId, ContractRef, Instrument, SecType};
use crate::domain::order::{SMART, Session, Test};
use crate::domain::terms::{Clauses, Quantity};
use crate::domain::{algos, conditions};
use crate::money::Qty;
use crate::sentence::{self, At, Completion, Contract, Entry, Fix, Manage, Refusal, Sentence, Spans, Why};

/// What stands against a sentence, at which bytes, and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The bytes.
    pub span: Range<usize>,
    /// The cause, with what would mend it.
    pub text: String,
    /// The text that mends it.
    pub fix: Option<Fix>,
    /// The name of a contract that the broker could be asked for.
    pub asks: Option<SafeText>,
}

/// What was said, as far as it can be done.
#[derive(Debug, Clone)]
pub enum Said {
    /// An order.
    Order(Box<Ordered>),
    /// Something done to orders and positions, and where its words stand.
    Manage(Box<Manage>, Range<usize>),
}

/// An order that can be staged.
#[derive(Debug, Clone)]
pub struct Ordered {
    /// The contract.
    pub con_id: ConId,
    /// What was said.
    pub entry: Entry,
    /// What the size comes to now.
    pub qty: Qty,
    /// The contracts that its tests are about, as said and as known.
    pub tested: Vec<(Contract, ContractRef)>,
    /// The sentence in numbers.
    pub text: String,
}

/// Words of the line that open something or leave, and what they do.
const DESK: [(&str, &str); 8] = [
    ("help", "shows the keys"),
    ("?", "shows the keys"),
    ("notices", "shows what has been said"),
    ("away", "shows what changed while you were away"),
    ("eod", "shows the end of the day"),
    ("disarm", "ends the live session's leave to send"),
    ("quit", "leaves, and asks while orders work"),
    ("q", "leaves, and asks while orders work"),
];

/// What a word does that is no sentence; `None` where it is one.
pub fn desk_word(text: &str) -> Option<&'static str> {
    DESK.iter().find(|(word, _)| *word == text.trim()).map(|(_, does)| *does)
}

/// Why what is said to orders and positions cannot be done, as far as that is plain before it is tried.
fn unmanageable(model: &Model, manage: &Manage) -> Option<String> {
    match manage {
        Manage::Limit(name, to) => model.desk.limits.tuned(model.desk.mode, name, *to).err(),
        Manage::Roll { .. } => Some("positions cannot be rolled yet".into()),
        Manage::Exercise(..) | Manage::Lapse(..) => Some("options cannot be exercised or lapsed yet".into()),
        _ => None,
    }
}

/// Reads a sentence as the desk would carry it out now.
pub fn read(model: &Model, text: &str) -> Result<Said, Vec<Complaint>> {
    let today = model.now.eastern().date();
    let read =
        sentence::read(text, Some(today)).map_err(|faults| faults.into_iter().map(complaint).collect::<Vec<_>>())?;
    match read.sentence {
        Sentence::Manage(manage) => {
            let span = 0..text.trim_end().len();
            match unmanageable(model, &manage) {
                Some(why) => Err(vec![at(&span, why)]),
                None => Ok(Said::Manage(manage, span)),
            }
        }
        Sentence::Entry(entry) => ordered(model, *entry, &read.spans).map(|order| Said::Order(Box::new(order))),
    }
}

/// What may come next on the line: of the types of an order those that its contract takes.
pub fn complete(model: &Model, text: &str, cursor: usize) -> Vec<Completion> {
    let mut offered = sentence::complete(text, cursor);
    // Verb, size, symbol.
    let takes =
        text.split_whitespace().nth(2).and_then(|symbol| select::by_symbol(model, &symbol.to_ascii_uppercase()));
    // `vol` is a number of a market there, and a type before.
    let testing =
        text.split_whitespace().any(|word| word.eq_ignore_ascii_case("if") || word.eq_ignore_ascii_case("cancelif"));
    if let Some(instrument) = takes.filter(|_| !testing) {
        offered.retain(|word| instrument.takes.offers(word.text));
    }
    offered
}

/// The cause, and what would mend it.
fn complaint(fault: sentence::Fault) -> Complaint {
    let fixes: Vec<&str> = fault.fixes.iter().map(|fix| fix.text.as_str()).filter(|t| !t.is_empty()).collect();
    let text = if fixes.is_empty() { fault.cause.clone() } else { format!("{}: {}", fault.cause, fixes.join(" or ")) };
    Complaint { span: fault.span, text, fix: fault.fixes.into_iter().next(), asks: None }
}

fn at(span: &Range<usize>, text: impl Into<String>) -> Complaint {
    Complaint { span: span.clone(), text: text.into(), fix: None, asks: None }
}

/// A contract that is not known here.
fn unknown(model: &Model, span: &Range<usize>, contract: &Contract, text: String) -> Complaint {
    let asks = select::namesakes(model, contract).is_none().then(|| SafeText::new(&contract.to_string()));
    Complaint { asks, ..at(span, text) }
}

/// The contract of a name, once it is confirmed.
pub fn contract<'m>(model: &'m Model, contract: &Contract) -> Result<&'m Instrument, String> {
    let (found, name) = match contract {
        Contract::ConId(id) => (select::instrument(model, ConId(*id)), format!("conid:{id}")),
        Contract::Named(_) => {
            if let Some(ids) = select::namesakes(model, contract) {
                let ids: Vec<String> = ids.iter().map(|id| format!("conid:{}", id.0)).collect();
                return Err(format!("{contract} is the name of {} contracts: {}", ids.len(), ids.join(" or ")));
            }
            (select::by_name(model, contract), contract.to_string())
        }
    };
    found.ok_or_else(|| format!("{name} is not known here yet: Enter asks for it"))
}

fn ordered(model: &Model, entry: Entry, spans: &Spans) -> Result<Ordered, Vec<Complaint>> {
    let mut against = unsendable(&entry, spans);
    let instrument = match &entry.instrument {
        sentence::Instrument::One(one) => {
            contract(model, one).map_err(|text| unknown(model, &spans.instrument, one, text))
        }
        sentence::Instrument::Combo(legs) => return Err(several(model, &entry, legs, spans, against)),
    };
    let tested = tested(model, &entry, spans, &mut against);
    let instrument = match instrument {
        Ok(instrument) if against.is_empty() => instrument,
        Ok(_) => return Err(against),
        Err(complaint) => {
            against.insert(0, complaint);
            return Err(against);
        }
    };
    let entry = in_months(model, entry, instrument);
    let clauses = &entry.clauses;
    let lacks = instrument.takes.obstacle(&instrument.symbol, &entry.pricing, clauses.tif, &clauses.attributes);
    if let Some((word, text)) = lacks {
        let span = if word == "pricing" {
            spans.pricing.clone()
        } else {
            spans.clause(word).unwrap_or_else(|| spans.verb.clone())
        };
        return Err(vec![at(&span, text)]);
    }
    let oca = entry.clauses.attributes.oca.as_ref().and_then(|oca| select::group(model, instrument.con_id, oca));
    let context = market_context::in_group(model, instrument, oca.as_ref());
    let resolved = match sentence::resolve(&entry, &context) {
        // Whether what works can make room is for the guard to say; what is more than the position stays refused here.
        Err(Refusal {
            why: Why::MoreThanLong { .. } | Why::MoreThanShort { .. } | Why::MoreThanOpen { .. }, ..
        }) => {
            let free = sentence::Context { working_sells: Some(Qty::ZERO), working_buys: Some(Qty::ZERO), ..context };
            sentence::resolve(&entry, &free)
        }
        other => other,
    };
    let resolved = resolved.map_err(|r| vec![refused(&entry, &r, spans, &instrument.symbol)])?;
    let Quantity::Units(qty) = resolved.terms.quantity else {
        return Err(vec![at(&spans.size, "sizes in money cannot be sent yet for this contract")]);
    };
    Ok(Ordered { con_id: instrument.con_id, text: resolved.to_string(), entry, qty, tested })
}

/// What stands against several legs at once: what is not known of them, or, weighed, that they cannot be sent yet.
fn several(
    model: &Model,
    entry: &Entry,
    legs: &[sentence::Leg],
    spans: &Spans,
    mut against: Vec<Complaint>,
) -> Vec<Complaint> {
    let missing = legs.iter().filter_map(|leg| {
        let text = contract(model, &leg.contract).err()?;
        Some(unknown(model, &spans.instrument, &leg.contract, text))
    });
    against.splice(0..0, missing);
    if !against.is_empty() {
        return against;
    }
    let Ok(known) = combo::legs(model, legs) else { return against };
    match combo::judge(model, entry, &known) {
        Ok(judged) => {
            let said = judged.lines.join("; ");
            against.push(at(&spans.instrument, format!("{said}. Combos cannot be sent yet")));
        }
        Err(refusal) => against.push(refused(entry, &refusal, spans, "the combo")),
    }
    against
}

/// The order with the months of what it names as front months.
fn in_months(model: &Model, entry: Entry, instrument: &Instrument) -> Entry {
    let named = |contract: &Contract, known: Option<&Instrument>| {
        let month = known.filter(|_| contract.is_front()).and_then(|i| sentence::contract(&i.symbol, None).ok());
        Ok::<_, std::convert::Infallible>(month.unwrap_or_else(|| contract.clone()))
    };
    let of_order = match &entry.instrument {
        sentence::Instrument::One(one) => {
            let Ok(one) = named(one, Some(instrument));
            sentence::Instrument::One(one)
        }
        combo @ sentence::Instrument::Combo(_) => combo.clone(),
    };
    let tests = entry.clauses.attributes.clone();
    let Ok(attributes) = tests.try_map_contracts(|test| named(test, select::by_name(model, test)));
    Entry { instrument: of_order, clauses: Clauses { attributes, ..entry.clauses }, ..entry }
}

/// Why the broker would never find a test true, if so: it is told the symbol of a stock that fills, and the router as where a
/// price is to be seen.
fn untestable(test: &Test<Contract>, about: &Instrument) -> Option<String> {
    match test {
        Test::Filled(_) if about.sec_type != SecType::Stock => {
            Some(format!("{} is {}; the fills of stocks alone can be tested yet", about.symbol, about.sec_type.noun()))
        }
        Test::Market { .. } if about.exchange.as_str() != SMART => {
            Some(format!("{} trades at {}; what SMART routes can be tested alone yet", about.symbol, about.exchange))
        }
        _ => None,
    }
}

/// The contracts that the tests are about; what cannot be tested, and an algorithm that cannot be had, stand against the sentence.
fn tested(model: &Model, entry: &Entry, spans: &Spans, against: &mut Vec<Complaint>) -> Vec<(Contract, ContractRef)> {
    let said = &entry.clauses.attributes;
    let place = |word: &str| spans.clause(word).unwrap_or_else(|| spans.verb.clone());
    if let Some((word, text)) = conditions::obstacle(&entry.pricing, said) {
        against.push(at(&place(word), text));
    }
    if let Some(text) = algos::obstacle(&entry.pricing, entry.clauses.tif, None, said) {
        against.push(at(&place("algo"), text));
    }
    if said.algo.is_some() && entry.clauses.exits.is_some() {
        against.push(at(&place("algo"), "an order that an algorithm works brings no exits"));
    }
    let mut found = Vec::new();
    for (word, conditions) in [("if", &said.when), ("cancelif", &said.cancel_when)] {
        for test in conditions.iter().flat_map(|conditions| &conditions.tests) {
            let (Test::Market { contract: name, .. } | Test::Filled(name)) = test else { continue };
            match contract(model, name) {
                Ok(known) => {
                    if let Some(text) = untestable(test, known) {
                        against.push(at(&place(word), text));
                    }
                    let known = ContractRef { con_id: known.con_id, symbol: known.symbol.clone() };
                    found.push((name.clone(), known));
                }
                Err(text) => against.push(unknown(model, &place(word), name, text)),
            }
        }
    }
    found
}

/// The words that cannot be sent yet.
fn unsendable(entry: &Entry, spans: &Spans) -> Vec<Complaint> {
    let said = &entry.clauses.attributes;
    let overnight = matches!(entry.clauses.session, Some(Session::Overnight | Session::ExtendedOvernight));
    let exits = entry.clauses.exits.as_ref().and_then(|e| e.session);
    let exits_overnight = matches!(exits, Some(Session::Overnight | Session::ExtendedOvernight));
    let absent = [
        (said.account.is_some(), "acct", "orders for another account"),
        (overnight, "session", "overnight hours"),
        (exits_overnight, "exits", "overnight hours"),
    ];
    let refused = absent.into_iter().filter(|(is, ..)| *is);
    refused
        .map(|(_, word, what)| {
            let span = spans.clause(word).unwrap_or_else(|| spans.verb.clone());
            at(&span, format!("{what} cannot be sent yet"))
        })
        .collect()
}

/// A refusal at the word it is about.
fn refused(entry: &Entry, refusal: &Refusal, spans: &Spans, symbol: &str) -> Complaint {
    let clause = |word: &str| spans.clause(word).unwrap_or_else(|| spans.pricing.clone());
    let span = match refusal.at {
        At::Verb => spans.verb.clone(),
        At::Size => spans.size.clone(),
        At::Instrument => spans.instrument.clone(),
        At::Price => spans.pricing.clone(),
        At::Stop => clause("sl"),
        At::Target => clause("tp"),
        At::Time if entry.clauses.attributes.after.is_some() => clause("after"),
        At::Time => clause("tif"),
        At::Discretion => clause("disc"),
    };
    let text = match &refusal.why {
        Why::Flat => format!("{symbol} is flat, there is nothing to close"),
        _ => refusal.to_string(),
    };
    let fix = match &refusal.why {
        Why::OffTick { near: Some(near), .. } if refusal.at == At::Price => {
            // The price is the last word of a pricing with one price.
            matches!(entry.pricing, crate::domain::terms::Pricing::Limit(_))
                .then(|| Fix { span: span.clone(), text: format!("lmt {}", near.0) })
        }
        _ => None,
    };
    Complaint { span, text, fix, asks: None }
}
