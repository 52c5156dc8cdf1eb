//! Entry or exit (`trading.md` §1.1).

use crate::domain::order::{Order, OrderKey, OrderSpec, Side};
use crate::money::Qty;
use crate::risk::working::{is_attached, of_side};
use crate::risk::{Class, Context};

/// Entry or exit: an exit can neither increase the position nor cross zero, counting every other working order of its side
/// that does not fill instead of it.
pub(in crate::risk) fn classify(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Class {
    if is_attached(spec, ctx, own) {
        return Class::Exit;
    }
    let Some(position) = ctx.position else { return Class::Entry };
    let reduces = match spec.side {
        Side::Buy => position.is_negative(),
        Side::Sell => position.is_positive(),
    };
    match claim(spec, ctx, own) {
        Some(claim) if reduces && claim.with <= position.abs() => Class::Exit,
        _ => Class::Entry,
    }
}

/// What the orders at work of one side can still fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    /// With the order that is judged.
    pub with: Qty,
    /// Without it.
    pub without: Qty,
}

/// Adds up what the orders of this side can still fill; `None` on overflow.
pub(super) fn claim(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Claim> {
    let without = of_side(spec.side, spec, ctx, own)?;
    Some(Claim { with: without.plus(open(spec, ctx, own)?)?, without })
}

/// The order being changed, if one is.
pub(super) fn changed<'a>(ctx: &Context<'a>, own: Option<&OrderKey>) -> Option<&'a Order> {
    own.and_then(|key| ctx.working.iter().copied().find(|o| o.key == *key))
}

/// What of an order can still fill: of a changed one the total without what has filled, which the position has felt already.
pub(super) fn open(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Qty> {
    spec.qty.minus(filled(ctx, own))
}

/// What has filled of the order being changed.
pub(super) fn filled(ctx: &Context<'_>, own: Option<&OrderKey>) -> Qty {
    changed(ctx, own).map_or(Qty::ZERO, |o| o.filled)
}
