//! What a sentence is about, and whose orders those are.

use std::collections::BTreeSet;

use super::outcome::Failure;
use crate::app::model::Model;
use crate::app::{select, words};
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, Verb};
use crate::sentence::{Contract, Instrument, Manage, Sentence, Target};

/// The number of the order that is meant.
pub fn number(sentence: &Sentence) -> Option<u32> {
    match sentence {
        Sentence::Manage(manage) => match &**manage {
            Manage::Cancel(Target::Order(number)) | Manage::Modify { order: number, .. } => Some(*number),
            _ => None,
        },
        Sentence::Entry(_) => None,
    }
}

/// The working orders that a sentence has to reach as the client that placed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// None: what it says can be said by any client.
    None,
    /// That of this number.
    Order(u32),
    /// Those of this symbol: they are cancelled, or give way to an exit.
    Symbol(String),
    /// Any there are.
    All,
}

/// The working orders that this sentence has to reach.
pub fn reach(sentence: &Sentence) -> Reach {
    if let Some(number) = number(sentence) {
        return Reach::Order(number);
    }
    if let Sentence::Entry(entry) = sentence
        && matches!(entry.verb, Verb::Buy | Verb::Short)
    {
        return Reach::None;
    }
    // Orders bear the name of a month, never that of the front.
    let named = meant(sentence).filter(|contract| !contract.is_front()).and_then(Contract::name);
    named.map_or(Reach::All, Reach::Symbol)
}

/// The symbol of the contract that is meant.
pub fn contract(sentence: &Sentence) -> Option<String> {
    meant(sentence).and_then(Contract::name)
}

fn meant(sentence: &Sentence) -> Option<&Contract> {
    match sentence {
        Sentence::Entry(entry) => match &entry.instrument {
            Instrument::One(contract) => Some(contract),
            Instrument::Combo(_) => None,
        },
        Sentence::Manage(manage) => match &**manage {
            Manage::Cancel(Target::Of(contract, _))
            | Manage::Flatten { what: Some(contract), .. }
            | Manage::Reverse(contract) => Some(contract),
            _ => None,
        },
    }
}

/// The contract that the sentence is about, once it is known.
pub fn subject(model: &Model, sentence: &Sentence) -> Option<ConId> {
    if let Some(contract) = meant(sentence) {
        return select::by_name(model, contract).map(|i| i.con_id);
    }
    let number = number(sentence).and_then(|number| i32::try_from(number).ok())?;
    model.orders.live().find(|o| o.ids.order_id == number).map(|o| o.spec.con_id)
}

/// Why the order of this number is not this client's to change, if so, or which of several may be meant.
pub fn elsewhere(model: &Model, number: u32, chosen: bool) -> Option<Failure> {
    let id = i32::try_from(number).ok().filter(|id| *id != 0)?;
    let client = model.desk.client_id;
    let (own, foreign): (Vec<&Order>, Vec<&Order>) =
        model.orders.live().filter(|o| o.ids.order_id == id).partition(|o| o.ids.client_id == client);
    let other = foreign.first()?;
    let name = |order: &Order| format!("{} of client {}", words::order(model, order), order.ids.client_id);
    if let (Some(mine), false) = (own.first(), chosen) {
        let hint = format!("--client {client} or --client {} before the sentence says which.", other.ids.client_id);
        let message = format!("order {number} may be {} or {}", name(mine), name(other));
        return Some(Failure { hint: Some(hint), ..Failure::new(message) });
    }
    own.is_empty().then(|| {
        let message = format!("order {number} is {}: only that client may change or cancel it", name(other));
        Failure { hint: Some(way_out(other.ids.client_id)), ..Failure::new(message) }
    })
}

/// How to act as the client that may.
fn way_out(client: i32) -> String {
    format!(
        "In the workstation with client id {client}: m changes, x cancels it in the blotter. When it does not run: --client {client} before the sentence."
    )
}

/// Which orders of other clients a sentence would have meant.
pub fn others(model: &Model, sentence: &Sentence) -> Option<String> {
    let Sentence::Manage(manage) = sentence else { return None };
    let con_id = match &**manage {
        Manage::Cancel(Target::Of(..)) => Some(subject(model, sentence)?),
        Manage::Cancel(Target::All(_)) => None,
        _ => return None,
    };
    let live = model.orders.live().filter(|o| con_id.is_none_or(|id| o.spec.con_id == id));
    let foreign: Vec<&Order> = live.filter(|o| !select::is_ours(model, o)).collect();
    let clients: BTreeSet<i32> = foreign.iter().map(|o| o.ids.client_id).collect();
    let first = clients.first()?;
    let whose: Vec<String> = clients.iter().map(ToString::to_string).collect();
    let orders = words::count(foreign.len(), "order");
    Some(format!("{orders} of client {} stay. {}", whose.join(", "), way_out(*first)))
}

#[cfg(test)]
mod tests {
    use super::{Reach, reach};
    use crate::sentence::parse;

    #[test]
    fn the_orders_of_a_front_month_may_be_of_any_month() {
        let reached = |text: &str| reach(&parse(text).unwrap());
        assert_eq!(reached("close all /ES"), Reach::All);
        assert_eq!(reached("cancel /ES exits"), Reach::All);
        assert_eq!(reached("close all /ESZ26"), Reach::Symbol("/ESZ26".to_owned()));
        assert_eq!(reached("close all AAPL 18DEC26 230C"), Reach::Symbol("AAPL 18DEC26 230C".to_owned()));
        assert_eq!(reached("buy 1 /ES mid"), Reach::None);
    }
}
