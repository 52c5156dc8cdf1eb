//! Sentences of the command line: an order is staged and never sent; what manages orders does what its key does.

use std::collections::{BTreeMap, BTreeSet};

use super::{cancel, guard, market, overlay, ticket, unwind};
use crate::app::effect::Step;
use crate::app::hotkey::HotKey;
use crate::app::model::{Model, Overlay};
use crate::app::notices::Tone;
use crate::app::saying::{self, Complaint, Ordered, Said};
use crate::app::select;
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, Side};
use crate::panes::ticket::Staged;
use crate::risk::{Class, Origin};
use crate::sentence::{Change, Contract, Manage, Part, Size, Target};

/// Sentences that are kept.
const HISTORY_MAX: usize = 200;

/// Carries the sentence out, or says everything that is wrong with it under its words.
pub(super) fn say(model: &mut Model, step: &mut Step, text: &str) {
    if text.trim().is_empty() {
        model.overlay = None;
        return;
    }
    let done = match saying::read(model, text) {
        Ok(Said::Order(order)) => {
            stage(model, *order, Origin::Sentence);
            Ok(())
        }
        Ok(Said::Manage(manage, span)) => {
            let at = |text| vec![Complaint { span, text, fix: None, asks: None }];
            self::manage(model, step, &manage).map_err(at)
        }
        Err(against) => Err(against),
    };
    match done {
        Ok(()) => remember(model, text),
        Err(against) => {
            for name in against.iter().filter_map(|complaint| complaint.asks.clone()) {
                model.market.said.insert(name.clone());
                market::find(model, step, name);
            }
            complain(model, text, &against);
        }
    }
}

/// Reads what stands on the command line again, since a contract has come: what stood against it may be gone.
pub(super) fn again(model: &mut Model) {
    let Some(Overlay::Command { input, errors, .. }) = &model.overlay else { return };
    if errors.is_empty() {
        return;
    }
    let text = input.value().to_owned();
    let against = saying::read(model, &text).err().unwrap_or_default();
    complain(model, &text, &against);
}

/// Shows what stands against the sentence.
fn complain(model: &mut Model, text: &str, against: &[Complaint]) {
    let mended = against.iter().find_map(|c| c.fix.as_ref()).map(|fix| fix.apply(text));
    if let Some(Overlay::Command { errors, fixed, .. }) = &mut model.overlay {
        *errors = against.iter().map(|c| (c.span.clone(), c.text.clone())).collect();
        *fixed = mended;
    }
}

/// Keeps a sentence that was carried out, once in a row.
fn remember(model: &mut Model, text: &str) {
    let history = &mut model.panes.ticket.history;
    let text = text.trim();
    if history.last().is_none_or(|last| last != text) {
        history.push(text.to_owned());
    }
    let over = history.len().saturating_sub(HISTORY_MAX);
    history.drain(..over);
}

/// Stages a hot key's sentence about the selected symbol; what stands against it is shown in the command line, where it
/// can be mended.
pub(super) fn hot(model: &mut Model, hot: &HotKey) {
    let Some(con_id) = select::subject(model) else { return ticket::say_no_subject(model) };
    let symbol =
        select::symbol(model, con_id).map(|s| s.to_string()).filter(|s| crate::sentence::contract(s, None).is_ok());
    let text = hot.about(&symbol.unwrap_or_else(|| format!("conid:{}", con_id.0)));
    match saying::read(model, &text) {
        Ok(Said::Order(order)) => stage(model, *order, Origin::HotKey),
        Ok(Said::Manage(..)) => {}
        Err(against) => {
            overlay::command_with(model, &text);
            complain(model, &text, &against);
        }
    }
}

fn stage(model: &mut Model, order: Ordered, origin: Origin) {
    model.overlay = None;
    let Some(symbol) = select::symbol(model, order.con_id) else { return };
    let back = ticket::return_to(model);
    let entry = order.entry;
    let new = Staged::new((order.con_id, symbol), entry.verb, Some(order.qty), entry.pricing, back);
    let units = match entry.size {
        Size::Risk(units) => Some(units),
        _ => None,
    };
    let clauses = entry.clauses;
    ticket::place(model, Staged { units, clauses, tested: order.tested, origin, ..new });
}

fn con_id(model: &Model, contract: &Contract) -> Result<ConId, String> {
    saying::contract(model, contract).map(|i| i.con_id)
}

fn manage(model: &mut Model, step: &mut Step, manage: &Manage) -> Result<(), String> {
    match manage {
        Manage::Cancel(target) => {
            let keys = targets(model, target)?;
            let notes = cancel::objection(model, &keys, "Enter again cancels.")?;
            model.overlay = None;
            let n = keys.iter().filter(|key| cancel::order(model, step, key)).count();
            let of = symbols(keys.iter().filter_map(|key| select::order(model, key)));
            let notes = notes.map_or_else(String::new, |notes| format!(" {notes}"));
            let text = format!("Cancelling {} of {of}.{notes}", crate::app::words::count(n, "order"));
            model.notices.say(model.now, Tone::Info, text, None);
            Ok(())
        }
        Manage::Modify { order, change } => modify(model, *order, change),
        Manage::Flatten { what: Some(contract), pricing } => {
            let con_id = con_id(model, contract)?;
            model.overlay = None;
            unwind::stage_for(model, con_id, false, *pricing);
            Ok(())
        }
        Manage::Flatten { what: None, .. } => Err("all positions at once cannot be flattened yet: name one".into()),
        Manage::Reverse(contract) => {
            let con_id = con_id(model, contract)?;
            model.overlay = None;
            unwind::stage_for(model, con_id, true, None);
            Ok(())
        }
        Manage::Halt => {
            model.overlay = None;
            guard::halt(model, step);
            Ok(())
        }
        Manage::Resume => {
            model.overlay = None;
            guard::resume(model);
            Ok(())
        }
        Manage::Reduce => {
            model.overlay = None;
            guard::reduce(model, step);
            Ok(())
        }
        Manage::Limit(name, to) => {
            guard::limit(model, step, name, *to)?;
            model.overlay = None;
            Ok(())
        }
        Manage::Roll { .. } => Err("positions cannot be rolled yet".into()),
        Manage::Exercise(..) | Manage::Lapse(..) => Err("options cannot be exercised or lapsed yet".into()),
    }
}

/// The working order of ours with this number.
fn numbered(model: &Model, number: u32) -> Result<OrderKey, String> {
    let id = i32::try_from(number).unwrap_or(0);
    let ours = |o: &&Order| o.ids.order_id == id && id != 0 && o.ids.client_id == model.desk.client_id;
    let found = model.orders.live().find(ours).map(|o| o.key.clone());
    let other =
        model.orders.live().find(|o| o.ids.order_id == id && id != 0 && o.ids.client_id != model.desk.client_id);
    // A command has said which client it means before it came here.
    if let (Some(key), Some(other), false) = (&found, other, model.desk.commanded) {
        let name = |o: &Order| format!("{} of client {}", crate::app::words::order(model, o), o.ids.client_id);
        let mine = select::order(model, key).map_or_else(String::new, name);
        return Err(format!("order {number} may be {mine} or {}; x and m in the blotter say which", name(other)));
    }
    found.ok_or_else(|| format!("no order {number} of this desk works"))
}

/// The working orders of ours that a cancel means; none is said.
fn targets(model: &Model, target: &Target) -> Result<Vec<OrderKey>, String> {
    let (con_id, part) = match target {
        Target::Order(number) => return numbered(model, *number).map(|key| vec![key]),
        Target::Of(contract, part) => (Some(con_id(model, contract)?), *part),
        Target::All(part) => (None, *part),
        Target::Oca(name) => {
            return group(model, name);
        }
    };
    let fits = |o: &&Order| {
        con_id.is_none_or(|id| o.spec.con_id == id)
            && match part {
                None => true,
                Some(Part::Buys) => o.spec.side == Side::Buy,
                Some(Part::Sells) => o.spec.side == Side::Sell,
                Some(Part::Entries) => select::class_of(model, o) == Class::Entry,
                Some(Part::Exits) => select::class_of(model, o) == Class::Exit,
            }
    };
    let live = model.orders.live().filter(|o| select::is_ours(model, o));
    let keys: Vec<OrderKey> = live.filter(fits).map(|o| o.key.clone()).collect();
    if keys.is_empty() { Err("no such order of this desk works".into()) } else { Ok(keys) }
}

/// The working orders of ours of the one group that is known by this name.
fn group(model: &Model, name: &str) -> Result<Vec<OrderKey>, String> {
    let mut groups: BTreeMap<&str, Vec<&Order>> = BTreeMap::new();
    for order in model.orders.live().filter(|o| select::is_ours(model, o)) {
        if let Some(oca) = order.spec.attributes.oca.as_ref().filter(|oca| oca.shown() == name) {
            groups.entry(&oca.name).or_default().push(order);
        }
    }
    let orders = groups.values().flatten();
    match groups.len() {
        0 => Err(format!("no order of the group {name} works")),
        1 => Ok(orders.map(|o| o.key.clone()).collect()),
        n => {
            let symbols = symbols(orders.copied());
            Err(format!("{name} are {n} groups, of {symbols}: cancel by symbol or by number"))
        }
    }
}

/// The symbols of orders, each once.
fn symbols<'o>(orders: impl Iterator<Item = &'o Order>) -> String {
    let all: BTreeSet<&str> = orders.map(|o| o.spec.symbol.as_str()).collect();
    all.into_iter().collect::<Vec<_>>().join(", ")
}

/// Stages the changed order.
fn modify(model: &mut Model, number: u32, change: &Change) -> Result<(), String> {
    let key = numbered(model, number)?;
    let order = select::order(model, &key).ok_or("the order is not known any more")?;
    if let Some(why) = ticket::unchangeable(model, order) {
        return Err(why);
    }
    let mut staged = ticket::change_of(order, order.spec.kind, ticket::return_to(model));
    if let Some(pricing) = change.pricing {
        staged.pricing = pricing;
    }
    match (change.left, change.total) {
        (Some(left), _) => staged.qty = Some(left.plus(order.filled).ok_or("that is too large")?),
        (None, Some(total)) => staged.qty = Some(total),
        (None, None) => {}
    }
    staged.clauses.tif = change.tif.or(staged.clauses.tif);
    staged.clauses.session = change.session.or(staged.clauses.session);
    staged.origin = Origin::Sentence;
    ticket::place(model, staged);
    Ok(())
}
