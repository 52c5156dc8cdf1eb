//! How large an order is: against the symbol's default (G06), net liquidation (G07), the settled cash of a cash account (G08), a
//! day's volume (G09).

use rust_decimal::Decimal;

use super::{
    affordable, beyond, each, finding, fixed, net, part, price, share, shown_percent, sized, with_room, worth,
};
use crate::domain::order::{OrderSpec, Side};
use crate::domain::shown;
use crate::money::Cash;
use crate::risk::{Context, Finding, Weight};

/// G06: the size against the symbol's default, and against the most that is ever allowed.
pub(super) fn size(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let rows = ctx.limits.rows(ctx.mode);
    let own = ctx.limits.of(spec.symbol.as_str()).and_then(|own| own.max_size);
    if let Some(cap) = rows.max_size.into_iter().chain(own).min()
        && spec.qty > cap
    {
        let text = format!("{} at once, at most {}", shown::qty(spec.qty), shown::qty(cap));
        return sized(finding("G06", Weight::Hard, text), spec, Some(cap));
    }
    let first = ctx.instrument.and_then(|i| i.sec_type.first_size(i.size_increment));
    let own = ctx.limits.of(spec.symbol.as_str()).and_then(|own| own.default_size);
    let default = own.or(first).unwrap_or(ctx.limits.default_size);
    let most = default.times(Decimal::from(rows.size_multiple))?;
    if spec.qty <= most {
        return None;
    }
    let text =
        format!("{} is more than {} × the default {}", shown::qty(spec.qty), rows.size_multiple, shown::qty(default));
    fixed(finding("G06", Weight::Confirm, text), spec, |s| s.qty = most)
}

/// G07: the value against net liquidation, and against the most that is ever allowed.
pub(super) fn value(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let rows = ctx.limits.rows(ctx.mode);
    let (Some(price), Some(nlv)) = (price::price_of(spec, ctx), net(ctx)) else {
        let missing = if net(ctx).is_none() { "net liquidation" } else { "the price" };
        return finding("G07", Weight::Hard, format!("the value cannot be checked: {missing} is not known"));
    };
    let Some(value) = worth(spec, ctx) else {
        let foreign = ctx.instrument.zip(ctx.currency).filter(|(i, own)| i.currency.as_str() != own.as_str());
        let text = foreign.map_or_else(
            || "the value is too large to compute".to_owned(),
            |(i, own)| format!("the value cannot be checked: the rate from {} to {own} is not known", i.currency),
        );
        return finding("G07", Weight::Hard, text);
    };
    let room = |budget: Decimal| affordable(with_room(spec, budget)?, each(price, spec, ctx)?, ctx);
    let own = ctx.limits.of(spec.symbol.as_str()).and_then(|own| own.max_value);
    let cap: Option<Cash> = rows.max_value.into_iter().chain(own).min();
    if let Some(cap) = cap
        && value > cap
    {
        let text = format!("worth {}, at most {}", shown::cash(value), shown::cash(cap));
        return sized(finding("G07", Weight::Hard, text), spec, room(cap.0));
    }
    let Some(percent) = share(value, nlv) else {
        return finding("G07", Weight::Hard, "the value is too large to compare");
    };
    let (weight, limit, bound) = beyond(percent, rows.value_confirm, rows.value_max)?;
    let text = format!("{} is {}% of NLV, {bound} {limit}%", shown::cash(value), shown_percent(percent, limit));
    sized(finding("G07", weight, text), spec, room(part(nlv.0, limit)?))
}

/// G09: the size against an average day's volume, where that is known.
pub(super) fn volume(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let average = ctx.average_volume.filter(|v| v.is_positive())?;
    let limit = ctx.limits.rows(ctx.mode).volume_confirm;
    let percent = share(Cash(spec.qty.0), Cash(average.0))?;
    if percent <= limit {
        return None;
    }
    let shown = shown_percent(percent, limit);
    let text = format!("{shown}% of the average day's {}, confirm above {limit}%", shown::qty(average));
    sized(finding("G09", Weight::Confirm, text), spec, affordable(part(average.0, limit)?, Decimal::ONE, ctx))
}

/// G08: an account whose buying power is no more than its funds is a cash account; what it buys is paid with settled cash.
pub(super) fn settled(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let (available, power) = (ctx.available?, ctx.buying_power?);
    if spec.side == Side::Sell || power > available {
        return None;
    }
    let Some(settled) = ctx.settled_cash else {
        return finding("G08", Weight::Note, "a cash account, and its settled cash is not known");
    };
    let value = worth(spec, ctx)?;
    if value <= settled {
        return None;
    }
    let text = format!("{} of {} settled cash", shown::cash(value), shown::cash(settled));
    let room = with_room(spec, settled.0)?;
    sized(
        finding("G08", Weight::Hard, text),
        spec,
        affordable(room, each(price::price_of(spec, ctx)?, spec, ctx)?, ctx),
    )
}
