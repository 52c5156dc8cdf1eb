//! What the broker answered about the staged order: margin, liquidity and commission, before and after.

use super::super::{Aim, Asked, Staged};
use super::SCOPES;
use crate::app::action::Action;
use crate::app::model::Model;
use crate::domain::order::OrderSpec;
use crate::domain::shown;
use crate::domain::whatif::{Pair, WhatIf};
use crate::money::Cash;
use crate::theme::Role;
use crate::view::hints::{self, hint};
use crate::view::widgets::canvas::Words;

/// Cells of a name and of each of the three amounts.
const NAME: usize = 27;
const AMOUNT: usize = 14;

/// The question about this order, if that is what was asked about last.
fn asked<'m>(model: &'m Model, staged: &Staged) -> Option<&'m Asked> {
    let mut spec: OrderSpec = staged.spec.clone()?;
    spec.attributes.preview = true;
    model.panes.ticket.what_if.as_deref().filter(|asked| staged.aim == Aim::New && asked.is_about(&spec))
}

/// The answer, line by line; nothing for an order that was not asked about.
pub(super) fn lines(model: &Model, staged: &Staged) -> Vec<Words> {
    let Some(asked) = asked(model, staged) else { return Vec::new() };
    let at = shown::time_of(asked.at);
    match &asked.answer {
        None => vec![Words::of(format!("Broker what-if, {at}: no answer yet"), Role::TextDim)],
        Some(Err(why)) => vec![Words::of(format!("Broker what-if, {at}: {why}"), Role::GuardConfirm)],
        Some(Ok(answer)) => table(&at, answer),
    }
}

fn table(at: &str, answer: &WhatIf) -> Vec<Words> {
    let amounts = |cells: [String; 3]| cells.map(|cell| format!("{cell:>AMOUNT$}")).concat();
    let name = |name: &str| format!("{name:<NAME$}");
    let head = name(&format!("Broker what-if, {at}"));
    let columns = amounts(["before", "after", "change"].map(str::to_owned));
    let mut lines = vec![Words::of(head + &columns, Role::TextDim)];
    let cash = |cash: Option<Cash>| cash.map_or_else(|| shown::ABSENT.to_owned(), shown::cash);
    let row = |label: &str, pair: Pair| {
        let change = pair.change().map_or_else(|| shown::ABSENT.to_owned(), shown::signed);
        Words::of(name(label), Role::TextDim).say(amounts([cash(pair.before), cash(pair.after), change]), Role::Text)
    };
    lines.push(row("Initial margin", answer.initial));
    lines.push(row("Maintenance margin", answer.maintenance));
    lines.push(row("Excess liquidity", answer.excess()));
    let commission = match (answer.commission, answer.commission_range) {
        (Some(exact), _) => shown::cash(exact),
        (None, Some((least, most))) => format!("{} to {}", shown::cash(least), shown::cash(most)),
        (None, None) => shown::ABSENT.to_owned(),
    };
    let room = AMOUNT * 2;
    lines.push(Words::of(name("Commission"), Role::TextDim).say(format!("{commission:>room$}"), Role::Text));
    lines.extend(answer.warning.as_ref().map(|text| Words::of(format!("! {text}"), Role::GuardConfirm)));
    lines
}

/// How long until this order may be asked about again.
pub(super) fn again(model: &Model, staged: &Staged) -> Words {
    let wait = asked(model, staged).and_then(|asked| asked.wait(model.now));
    wait.map_or_else(Words::new, |wait| {
        let key = hints::key(model, SCOPES, Action::TicketWhatIf);
        hint(key, &format!("again in {} s", wait.as_secs().saturating_add(1)))
    })
}
