//! What is known of a combo that was said: its net market, what it pays or receives, the most it can lose, what the guard
//! makes of that.
//!
//! Must not know: the screen; it changes nothing. Absent: staging and sending; the line says so as the last thing.

use rust_decimal::Decimal;

use super::model::Model;
use super::{market_context, saying, select};
use crate::domain::combo::{self, Outcome, Worth};
use crate::domain::instrument::{ConId, Instrument, PriceRule};
use crate::domain::order::Side;
use crate::domain::shown;
use crate::domain::terms::Quantity;
use crate::money::{Cash, Price, Qty};
use crate::risk;
use crate::sentence::{self, Entry, Leg, Refusal, Right};

/// A combo order in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The order, its prices absolute.
    pub text: String,
    /// Everything there is to say of it, line by line.
    pub lines: Vec<String>,
}

/// Weighs a combo whose legs are all known; the refusal is the sentence's.
pub fn judge(model: &Model, entry: &Entry, legs: &[(&Leg, &Instrument)]) -> Result<Judged, Refusal> {
    let unit = legs.iter().map(|(_, i)| i.multiplier).max().unwrap_or(Decimal::ONE);
    let weighed: Vec<combo::Leg> = legs.iter().filter_map(|(leg, i)| weigh(model, leg, i)).collect();
    let (bid, ask) = if weighed.len() == legs.len() { combo::net(&weighed, unit) } else { (None, None) };
    let rule = rule(model, legs);
    let first = legs.first().map(|(_, instrument)| market_context::context(model, instrument));
    let context = sentence::Context {
        bid,
        ask,
        rule: rule.as_ref(),
        multiplier: Some(unit),
        size_increment: Some(Qty::from(1)),
        // A combo has no market day and no position of its own.
        last: None,
        open: None,
        high: None,
        low: None,
        prior_close: None,
        prior_high: None,
        prior_low: None,
        average_cost: None,
        vwap: None,
        atr: None,
        position: None,
        ..first.unwrap_or_default()
    };
    let resolved = sentence::resolve(entry, &context)?;
    let mut lines = vec![format!("net {} / {}", price(bid, &context), price(ask, &context))];
    let limit = resolved.terms.pricing.limit();
    let touch = if resolved.side == Side::Buy { ask } else { bid };
    let paid = limit.or(touch).map(|price| if resolved.side == Side::Buy { price } else { price.negated() });
    let (Quantity::Units(qty), Some(paid)) = (&resolved.terms.quantity, paid) else {
        lines.push("what it costs is not known".into());
        return Ok(Judged { text: resolved.to_string(), lines });
    };
    let bought: Vec<combo::Leg> = weighed
        .iter()
        .map(|leg| if resolved.side == Side::Buy { *leg } else { combo::Leg { units: -leg.units, ..*leg } })
        .collect();
    let each = paid.value_of(Qty::from(1), unit);
    let outcomes = each.map_or((Outcome::Unknown, Outcome::Unknown), |each| combo::outcomes(&bought, each));
    let all = |each: Cash| each.times(qty.0);
    let word = if paid.is_negative() { "receives" } else { "pays" };
    let cost = each.and_then(all).map_or_else(|| "an amount not known".into(), |c| shown::cash(c.abs()));
    lines.push(format!("{word} {cost}"));
    let at_worst = match outcomes.0 {
        Outcome::Most(each) => all(each).map(|gained| gained.negated().max(Cash::ZERO)),
        Outcome::Endless | Outcome::Unknown => None,
    };
    lines.push(format!("loses {}, gains {}", told(outcomes.0, all), told(outcomes.1, all)));
    let ctx = select::context(model, ConId(0), &[], risk::Origin::Sentence);
    let findings = risk::assess_combo(at_worst, &ctx);
    lines.extend(findings.iter().map(|f| format!("{} {} {}", f.weight.word(), f.code, f.text)));
    Ok(Judged { text: resolved.to_string(), lines })
}

/// An outcome in words, for all combos of the order.
fn told(outcome: Outcome, all: impl Fn(Cash) -> Option<Cash>) -> String {
    match outcome {
        Outcome::Most(each) => {
            all(each).map_or_else(|| "an amount not known".into(), |sum| format!("at most {}", shown::cash(sum.abs())))
        }
        Outcome::Endless => "without end".into(),
        Outcome::Unknown => "an amount not known before it ends".into(),
    }
}

fn price(price: Option<Price>, context: &sentence::Context<'_>) -> String {
    match (price, context.rule) {
        (Some(price), Some(rule)) => shown::price(price, rule),
        _ => "?".into(),
    }
}

fn weigh(model: &Model, leg: &Leg, instrument: &Instrument) -> Option<combo::Leg> {
    let ratio = Decimal::from(leg.ratio);
    let units = instrument.multiplier.checked_mul(if leg.short { -ratio } else { ratio })?;
    let worth = match leg.contract.option() {
        Some(option) if option.right == Right::Call => Worth::Call(Price(option.strike)),
        Some(option) => Worth::Put(Price(option.strike)),
        None => Worth::Price,
    };
    let quote = model.market.quotes.get(&instrument.con_id);
    Some(combo::Leg {
        units,
        worth,
        ends: instrument.last_day,
        bid: quote.and_then(|q| q.bid),
        ask: quote.and_then(|q| q.ask),
    })
}

/// Net prices are multiples of the smallest tick that any leg has where it trades.
fn rule(model: &Model, legs: &[(&Leg, &Instrument)]) -> Option<PriceRule> {
    let tick = |instrument: &Instrument| {
        let quote = model.market.quotes.get(&instrument.con_id)?;
        Some(instrument.rule.tick_at(quote.bid.or(quote.ask).or(quote.last)?))
    };
    let ticks = legs.iter().map(|(_, instrument)| tick(instrument)).collect::<Option<Vec<Price>>>()?;
    PriceRule::flat(ticks.into_iter().min()?)
}

/// The instruments of the legs, if all are known.
pub fn legs<'m, 'l>(model: &'m Model, legs: &'l [Leg]) -> Result<Vec<(&'l Leg, &'m Instrument)>, String> {
    legs.iter().map(|leg| saying::contract(model, &leg.contract).map(|i| (leg, i))).collect()
}
