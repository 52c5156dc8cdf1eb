//! The order in words: its sentence, what it is worth, what would follow, what goes with it.

use rust_decimal::Decimal;

use super::super::{Aim, Field, Pricing, Staged};
use super::{Line, plain};
use crate::app::model::Model;
use crate::app::{protection, select, words};
use crate::clock::Phase;
use crate::domain::instrument::Instrument;
use crate::domain::order::{Attributes, OrderKind, OrderSpec, Session, Side, Verb};
use crate::domain::shown;
use crate::money::{Cash, Qty};
use crate::theme::Role;
use crate::view::numbers::{rule, verb_role};
use crate::view::widgets::canvas::Words;

/// The order in its canonical words, and what it is worth.
pub(super) fn sentence(model: &Model, staged: &Staged) -> Line {
    let rule = rule(model, staged.con_id);
    let before = before(model, staged);
    let Some(spec) = &staged.spec else {
        let size = staged.qty.map_or_else(|| "?".to_owned(), shown::plain_qty);
        let price = match staged.pricing {
            Pricing::Market => "mkt".to_owned(),
            pricing => format!("{} ?", pricing.keyword()),
        };
        let text = format!(" {size} {} {price} {} {}", staged.symbol, staged.tif(), staged.session().keyword());
        let verb = Words::of(staged.verb.word(), verb_role(staged.verb, side_of(staged.verb)));
        return (
            verb.say(text, Role::TextStrong),
            Words::of("= ", Role::TextDim).say(shown::ABSENT, Role::ValueAbsent),
        );
    };
    let text = staged.text.clone().filter(|_| before.is_none()).unwrap_or_else(|| words::sentence(spec, rule));
    let rest = text.strip_prefix(spec.verb.word()).unwrap_or(&text).to_owned();
    let mut line = Words::of(spec.verb.word(), verb_role(spec.verb, spec.side));
    let word = format!(" {} ", spec.kind.keyword());
    match (before.and_then(|b| b.kind.handle()), spec.kind.handle()) {
        (Some(old), Some(new)) if old != new && rest.contains(&word) => {
            let (front, back) = rest.split_once(&word).unwrap_or((rest.as_str(), ""));
            line.push(format!("{front}{word}{} → {back}", plain(old, rule)), Role::TextStrong);
        }
        _ => line.push(rest, Role::TextStrong),
    }
    (line, worth(model, staged, spec, before))
}

/// `= 18,720.00 USD`, and for a change how much more or less than before.
pub(super) fn worth(model: &Model, staged: &Staged, spec: &OrderSpec, before: Option<&OrderSpec>) -> Words {
    let Some(instrument) = select::instrument(model, staged.con_id) else { return Words::new() };
    let value = |spec: &OrderSpec| value(model, instrument, spec);
    let Some(now) = value(spec) else {
        return Words::of("= ", Role::TextDim).say(shown::ABSENT, Role::ValueAbsent);
    };
    let about = if spec.kind == OrderKind::Market { "≈ " } else { "= " };
    let mut words = Words::of(about, Role::TextDim)
        .say(shown::cash(now), Role::Text)
        .say(format!(" {}", instrument.currency), Role::TextDim);
    if let Some(difference) = before.and_then(|b| now.minus(value(b)?)).filter(|d| !d.is_zero()) {
        words.push(format!(", {}", shown::signed(difference)), Role::Text);
    }
    words
}

/// What an order is worth at its limit, or at the far touch for a market order.
pub(super) fn value(model: &Model, instrument: &Instrument, spec: &OrderSpec) -> Option<Cash> {
    let far = || {
        let quote = model.market.quotes.get(&instrument.con_id)?;
        if spec.side == Side::Buy { quote.ask } else { quote.bid }
    };
    let price = spec.kind.limit().or(spec.kind.trigger()).or_else(far)?;
    price.value_of(spec.qty, instrument.multiplier)
}

/// The terms of the order that is being changed.
pub(super) fn before<'m>(model: &'m Model, staged: &Staged) -> Option<&'m OrderSpec> {
    match &staged.aim {
        Aim::New | Aim::Unwind => None,
        Aim::Change(key) => select::order(model, key).map(|o| &o.spec),
    }
}

pub(super) const fn side_of(verb: Verb) -> Side {
    match verb {
        Verb::Buy => Side::Buy,
        Verb::Sell | Verb::Short | Verb::Close => Side::Sell,
    }
}

/// `1.9% NLV · long 300 → 400 · works now`; of what the guard refuses, that it does not go.
pub(super) fn consequences(model: &Model, staged: &Staged) -> Words {
    let dot = |words: &mut Words, next: Words| {
        if !words.is_empty() {
            words.push(" · ", Role::TextDim);
        }
        words.join(0, next);
    };
    let mut words = Words::new();
    let Some(spec) = &staged.spec else {
        let why = match &staged.refusal {
            Some(refusal) => refusal.to_string(),
            None if staged.field == Field::Size || staged.qty.is_none() => "the size is not a number".to_owned(),
            None => match staged.field {
                Field::Trigger => "the trigger is not a price".to_owned(),
                Field::Stop => "the stop loss is not a price".to_owned(),
                Field::Target => "the target is not a price".to_owned(),
                _ => "the limit is not a price".to_owned(),
            },
        };
        return Words::of(format!("no order yet: {why}"), Role::InputInvalid);
    };
    if let Aim::Change(key) = &staged.aim
        && let Some(order) = select::order(model, key)
    {
        let left = spec.qty.minus(order.filled).unwrap_or(spec.qty);
        let text = format!("{} filled, {} left", shown::qty(order.filled), shown::qty(left));
        let queue = "same number, new queue place";
        return Words::of(text, Role::Text).say(format!(" · {queue}"), Role::TextDim);
    }
    let share = select::instrument(model, staged.con_id).and_then(|i| {
        let net = model.account.net_liquidation.filter(|n| n.is_positive())?;
        value(model, i, spec)?.0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(net.0)
    });
    if let Some(share) = share {
        dot(&mut words, Words::of(format!("{} NLV", shown::share_percent(share)), Role::Text));
    }
    let signed = if spec.side == Side::Buy { spec.qty } else { spec.qty.negated() };
    let held = select::held(model, staged.con_id);
    let after = held.and_then(|held| held.plus(signed));
    match (held, after) {
        (Some(held), Some(after)) => dot(&mut words, Words::of(movement(held, after), Role::Text)),
        _ => dot(&mut words, Words::of("position not known", Role::Text)),
    }
    if let (Some(held), Some(after)) = (held, after)
        && after.abs() > held.abs()
    {
        let mut stops = staged.exits.iter().filter(|e| e.kind.is_triggered());
        let covered = stops.try_fold(Qty::ZERO, |sum, stop| sum.plus(stop.qty)).unwrap_or(Qty::ZERO);
        let bare = protection::uncovered_after(model, staged.con_id, after).minus(covered).unwrap_or(Qty::ZERO);
        if bare.is_positive() {
            dot(&mut words, Words::of(format!("{} without a stop", shown::qty(bare)), Role::PositionBare));
        }
    }
    let goes = if staged.is_refused() { Words::of("does not go", Role::GuardHard) } else { works(model, spec) };
    dot(&mut words, goes);
    words
}

/// `long 300 → 400`, `flat → short 400`, `long 300 → flat`.
pub(super) fn movement(held: Qty, after: Qty) -> String {
    let same = held.is_positive() == after.is_positive() && !held.is_zero() && !after.is_zero();
    let to = if same { shown::qty(after.abs()) } else { words::standing(after) };
    format!("{} → {to}", words::standing(held))
}

/// When the order would work.
pub(super) fn works(model: &Model, spec: &OrderSpec) -> Words {
    let phase = model.desk.hours.phase(&model.now.eastern());
    match (phase, spec.session) {
        (Phase::Regular, _) | (Phase::Pre | Phase::Post, Session::Extended) => Words::of("works now", Role::Text),
        (Phase::Pre | Phase::Post | Phase::Overnight | Phase::Closed, _) => {
            let from = if spec.session == Session::Regular { "sleeps until the open" } else { "sleeps until 04:00 ET" };
            Words::of(from, Role::GuardConfirm)
        }
    }
}

/// What goes with the order: its exits with what they bring, or the steps of the way out.
pub(super) fn what_follows(model: &Model, staged: &Staged) -> Vec<Words> {
    if staged.aim == Aim::Unwind {
        let ours = select::live_of(model, staged.con_id).into_iter().filter(|order| select::is_ours(model, order));
        let cancels = match ours.count() {
            0 => "no order of ours works".to_owned(),
            n => format!("cancel {}", words::count(n, "order")),
        };
        let last = if staged.verb == Verb::Close { "close what is held then" } else { "turn what is held then" };
        let text = format!("{cancels} · wait until all have ended, 2 s · count again · {last}");
        return vec![Words::of(text, Role::TextDim)];
    }
    let last = staged.exits.len().saturating_sub(1);
    let leg = |(i, exit): (usize, &OrderSpec)| {
        let mark = if i == last { "└ " } else { "├ " };
        // Their group says no more than that they belong together.
        let alone = Attributes { oca: None, ..exit.attributes.clone() };
        let text = words::sentence(&OrderSpec { attributes: alone, ..exit.clone() }, rule(model, exit.con_id));
        let kind = if exit.kind.is_triggered() { "stop loss" } else { "take profit" };
        let gain = gain(model, staged, exit).map_or_else(String::new, |cash| format!(", {}", shown::signed(cash)));
        Words::of(mark, Role::TextDim).say(text, Role::Text).say(format!("   {kind}{gain}"), Role::TextDim)
    };
    staged.exits.iter().enumerate().map(leg).collect()
}

/// What an exit brings or costs if both fill at their prices.
fn gain(model: &Model, staged: &Staged, exit: &OrderSpec) -> Option<Cash> {
    let entry = staged.spec.as_ref()?.kind;
    let (from, to) = (entry.limit().or(entry.trigger())?, exit.kind.handle()?);
    let each = if exit.side == Side::Sell { to.minus(from)? } else { from.minus(to)? };
    each.value_of(exit.qty, select::instrument(model, exit.con_id)?.multiplier)
}
