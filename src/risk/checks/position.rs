//! The order against what is held and what works: size of the position (G17), zero (G18), shorts (G19), the own order on
//! the other side (G26), unknown fates (G30), stops taken away (G32).

use super::class::{claim, filled, open};
use super::{beyond, each, finding, fixed, net, part, price, share, shown_percent, sized};
use crate::domain::account::Mode;
use crate::domain::cover;
use crate::domain::order::{Order, OrderKey, OrderKind, OrderSpec, OrderState, Side, Verb};
use crate::domain::shown;
use crate::money::{Cash, Price, Qty};
use crate::risk::working::{of_side, waits};
use crate::risk::{Context, Finding, Weight};

/// G17: the position that would be there with every order of this side filled.
pub(super) fn limit(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    let (position, claim, price) = (ctx.position?, claim(spec, ctx, own)?, price::price_of(spec, ctx)?);
    let after = if spec.side == Side::Buy { position.plus(claim.with)? } else { position.minus(claim.with)? };
    if after.abs() <= position.abs() {
        return None;
    }
    let without = claim.with.minus(open(spec, ctx, own)?)?;
    let room = |most: Qty| {
        let base = if spec.side == Side::Buy { position.plus(without)? } else { position.negated().plus(without)? };
        most.minus(base)?.plus(filled(ctx, own))
    };
    let cap = ctx.limits.of(spec.symbol.as_str()).and_then(|own| own.max_position);
    if let Some(cap) = cap.filter(|cap| after.abs() > *cap) {
        let text = format!("{} after it, at most {}", standing(after), shown::qty(cap));
        return sized(finding("G17", Weight::Hard, text), spec, room(cap));
    }
    let (nlv, each, rows) = (net(ctx)?, each(price, spec, ctx)?, ctx.limits.rows(ctx.mode));
    let percent = share(Cash(after.abs().0.checked_mul(each)?), nlv)?;
    let (weight, limit, bound) = beyond(percent, rows.position_confirm, rows.position_max)?;
    let shown = shown_percent(percent, limit);
    let text = format!("{} after it is {shown}% of NLV, {bound} {limit}%", standing(after));
    let most = super::affordable(part(nlv.0, limit)?, each, ctx);
    sized(finding("G17", weight, text), spec, most.and_then(room))
}

/// G18: `sell` never goes through zero; `short` says so, and a buy that crosses from short to long is a flip too.
pub(super) fn flip(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    let Some(position) = ctx.position else {
        return finding("G18", Weight::Hard, format!("the position in {} is not known yet", spec.symbol));
    };
    let (Some(claim), Some(open)) = (claim(spec, ctx, own), open(spec, ctx, own)) else {
        return finding("G18", Weight::Hard, "the orders at work are too large to add up");
    };
    if spec.attributes.flip && spec.verb != Verb::Close {
        return None;
    }
    // Of all but stocks a plain sell may open a position.
    let opens = ctx.instrument.is_some_and(|i| i.sec_type.sells_to_open()) && !position.is_positive();
    if opens && (spec.verb, spec.side) == (Verb::Sell, Side::Sell) {
        return None;
    }
    let held = position.abs();
    let rest = held.minus(claim.without)?;
    let total = shown::qty(claim.with);
    let text = match (spec.verb, spec.side) {
        (Verb::Close, _) => format!("{}, closing {}", standing(position), shown::qty(open)),
        (Verb::Sell, Side::Sell) => format!("{}, selling {total}", standing(position)),
        (Verb::Short, Side::Sell) if position.is_positive() => {
            format!("{}, shorting {}", standing(position), shown::qty(spec.qty))
        }
        (Verb::Buy, Side::Buy) if position.is_negative() && claim.with > held => {
            format!("{}, buying {total}", standing(position))
        }
        _ => return None,
    };
    let way = if spec.verb == Verb::Sell && position <= Qty::ZERO { "; short sells what is not held" } else { "" };
    let found = finding("G18", Weight::Hard, format!("{text}: it would go through zero{way}"));
    match rest.plus(filled(ctx, own)) {
        Some(most) if rest.is_positive() => fixed(found, spec, |s| s.qty = most),
        _ => found,
    }
}

/// A position in words.
fn standing(position: Qty) -> String {
    if position.is_positive() {
        format!("long {}", shown::qty(position))
    } else if position.is_negative() {
        format!("short {}", shown::qty(position.abs()))
    } else {
        "flat".into()
    }
}

/// G19: what a sale opens short.
pub(super) fn short(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let position = ctx.position?;
    let opens = ctx.instrument.is_some_and(|i| i.sec_type.sells_to_open()) && spec.verb == Verb::Sell;
    if spec.side != Side::Sell || (spec.verb != Verb::Short && !spec.attributes.flip && !opens) {
        return None;
    }
    let opened = spec.qty.minus(position.max(Qty::ZERO))?;
    if !opened.is_positive() {
        return None;
    }
    finding("G19", Weight::Note, format!("opens a short of {}", shown::qty(opened)))
}

/// G26: an order of this desk's account stands on the other side and would be hit.
pub(super) fn crossing(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    let mine = super::class::changed(ctx, own);
    let hit = ctx.working.iter().find(|other| {
        let related = mine
            .is_some_and(|mine| other.parent.as_ref() == Some(&mine.key) || mine.parent.as_ref() == Some(&other.key));
        other.spec.side != spec.side && !related && own.is_none_or(|k| other.key != *k) && meets(spec, other, ctx)
    })?;
    let at = hit.spec.kind.limit()?;
    let name = if hit.ids.order_id == 0 { hit.key.to_string() } else { format!("#{}", hit.ids.order_id) };
    let text = format!(
        "it would trade with {name}, {} {} at {at}; cancel that first",
        hit.spec.verb.word(),
        shown::qty(hit.remaining())
    );
    let found = finding("G26", Weight::Hard, text);
    let tick = ctx.instrument?.rule.clone();
    let apart = tick.step(at, if spec.side == Side::Buy { -1 } else { 1 }).filter(|p| p.is_positive());
    match apart.filter(|_| matches!(spec.kind, OrderKind::Limit(_))) {
        Some(apart) => fixed(found, spec, |s| s.kind = s.kind.with_limit(apart)),
        None => found,
    }
}

/// Whether an order would trade with this resting one. A dormant exit, a trigger, an auction does not rest in the book.
fn meets(spec: &OrderSpec, other: &Order, ctx: &Context<'_>) -> bool {
    let OrderKind::Limit(at) = other.spec.kind else { return false };
    if other.other_kind.is_some() || waits(other, ctx) {
        return false;
    }
    let reaches = |price: Price| if spec.side == Side::Buy { price >= at } else { price <= at };
    match spec.kind {
        OrderKind::Limit(limit) => reaches(limit),
        kind if kind.takes_at_once() => {
            // At the market it meets the own order only where that is the best.
            let best = ctx.quote.and_then(|q| if spec.side == Side::Buy { q.ask } else { q.bid });
            best.is_some_and(reaches)
        }
        _ => false,
    }
}

/// G30: while the fate of an order is not known, nothing is added to it.
pub(super) fn unknown(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let lost = ctx.working.iter().find(|o| o.state == OrderState::Unknown)?;
    let name = if lost.ids.order_id == 0 { lost.key.to_string() } else { format!("#{}", lost.ids.order_id) };
    let against = ctx.position.filter(|p| if spec.side == Side::Buy { p.is_negative() } else { p.is_positive() });
    let room =
        against.and_then(|held| held.abs().minus(of_side(spec.side, spec, ctx, None)?).filter(|q| q.is_positive()));
    let up_to = room.map(|room| format!(". Exits up to {} pass", shown::qty(room))).unwrap_or_default();
    finding("G30", Weight::Hard, format!("{} has an order with unknown outcome, {name}{up_to}", spec.symbol))
}

/// G32: what a cancel (`after` is `None`) or a change takes away from the stops behind a position. What is not a stop behind
/// it for sure takes nothing away, and none of the others makes up for one that is.
pub(in crate::risk) fn bares(order: &Order, after: Option<&OrderSpec>, ctx: &Context<'_>) -> Option<Finding> {
    let position = ctx.position.filter(|p| !p.is_zero())?;
    let changed = after.map(|spec| Order { spec: spec.clone(), ..order.clone() });
    let (before, covered) =
        (closed(position, Some(order), ctx, &order.key)?, closed(position, changed.as_ref(), ctx, &order.key)?);
    if covered >= before {
        return None;
    }
    let weight = if ctx.mode == Mode::Live { Weight::Confirm } else { Weight::Note };
    let text = if covered.is_zero() {
        format!("the only stop of {}, {}", order.spec.symbol, standing(position))
    } else {
        let covered = shown::qty(covered);
        format!("leaves {covered} of {} {} behind a stop", order.spec.symbol, standing(position))
    };
    finding("G32", weight, text)
}

/// How much of a position the stops at work close for sure, with `own` in the place of the order of this name.
fn closed(position: Qty, own: Option<&Order>, ctx: &Context<'_>, key: &OrderKey) -> Option<Qty> {
    let heard = |o: &&Order| ctx.unheard.is_none_or(|me| o.ids.client_id == me && o.ids.order_id != 0);
    let others = ctx.working.iter().copied().filter(heard).filter(|o| o.key != *key);
    // An entry that is not at work any more is not here: its exits are taken as they stand.
    let find = |key: &OrderKey| ctx.working.iter().copied().find(|o| o.key == *key);
    cover::covered(&cover::reaches(others.chain(own), find, position), position)
}
