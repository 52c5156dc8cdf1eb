//! The account as a whole: gross value and open intents (G20), the day's loss (G24), margin (G25).

use rust_decimal::Decimal;

use super::{affordable, beyond, each, finding, net, part, price, share, shown_percent, sized, with_room, worth};
use crate::domain::instrument::SecType;
use crate::domain::order::{OrderKey, OrderSpec, Side};
use crate::domain::shown;
use crate::money::Cash;
use crate::risk::{Context, Finding, Weight};

/// G25: the least that is kept of a long stock, in percent (FINRA 4210(c)); no broker asks for less.
const KEPT_LONG: i64 = 25;
/// G25: of a short one.
const KEPT_SHORT: i64 = 30;
/// G25: of the strike of an option that is sold: what FINRA 4210(f) asks of the underlying of a naked one.
const KEPT_WRITTEN: i64 = 20;
/// G25: of a position in the large currencies.
const KEPT_CURRENCY: i64 = 3;

/// G20: what is held and what would be, long and short added up.
pub(super) fn gross(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let nlv = net(ctx)?;
    let Some(held) = ctx.gross else { return finding("G20", Weight::Note, "the gross value is not known") };
    let rows = ctx.limits.rows(ctx.mode);
    let percent = share(held.plus(worth(spec, ctx)?)?, nlv)?;
    let (weight, limit, bound) = beyond(percent, rows.gross_confirm, rows.gross_max)?;
    let text = format!("gross {}% of NLV after it, {bound} {limit}%", shown_percent(percent, limit));
    let room = part(nlv.0, limit)?.checked_sub(held.0)?;
    sized(finding("G20", weight, text), spec, affordable(room, each(price::price_of(spec, ctx)?, spec, ctx)?, ctx))
}

/// G20: how many intents may be at work.
pub(super) fn intents(ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    let most = ctx.limits.rows(ctx.mode).open_intents;
    if own.is_some() || i64::try_from(ctx.open_intents).ok()? < most {
        return None;
    }
    finding("G20", Weight::Hard, format!("{} orders are at work, at most {most}", ctx.open_intents))
}

/// G24: the day's loss in percent of net liquidation.
pub(in crate::risk) fn loss_percent(day_pnl: Cash, nlv: Cash) -> Option<Decimal> {
    share(day_pnl.negated(), nlv)
}

/// G24: a bad day asks, a worse one leaves exits alone.
pub(super) fn loss(ctx: &Context<'_>) -> Option<Finding> {
    let Some(pnl) = ctx.day_pnl else {
        return finding("G24", Weight::Note, "the day's profit and loss is not known");
    };
    let rows = ctx.limits.rows(ctx.mode);
    let percent = loss_percent(pnl, net(ctx)?)?;
    let (weight, limit, bound) = beyond(percent, rows.loss_confirm, rows.loss_max)?;
    let places = if percent.round_dp(1) == limit { 2 } else { 1 };
    let text = format!("day loss {}% of NLV, {bound} {limit}%", shown::fixed(percent, places));
    if weight == Weight::Hard && ctx.loss_released {
        return finding("G24", Weight::Confirm, format!("{text}; released for this session"));
    }
    let text = if weight == Weight::Hard { format!("{text}: REDUCE, exits only") } else { text };
    finding("G24", weight, text)
}

/// G25: what the order needs at the least, against what is there. The broker's own figure may be higher.
pub(super) fn margin(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let (Some(available), Some(excess)) = (ctx.available, ctx.excess) else {
        return finding("G25", Weight::Note, "available funds and excess liquidity are not known");
    };
    let kind = ctx.instrument.map(|i| i.sec_type);
    let kept = Decimal::from(kept(kind, spec.side));
    let (value, each) = (worth(spec, ctx)?, each(price::price_of(spec, ctx)?, spec, ctx)?);
    // Buying power is that of stocks.
    let rate = rate(ctx).filter(|_| matches!(kind, None | Some(SecType::Stock)));
    let opened = kept.max(rate.unwrap_or(kept));
    let needed = Cash(part(value.0, opened)?);
    if needed > available {
        let text = format!("needs {} at the least, available {}", shown::cash(needed), shown::cash(available));
        let room = with_room(spec, available.0)?;
        return sized(finding("G25", Weight::Hard, text), spec, affordable(room, part(each, opened)?, ctx));
    }
    let (nlv, held) = (net(ctx)?, Cash(part(value.0, kept)?));
    let least = ctx.limits.rows(ctx.mode).cushion;
    let cushion = share(excess.minus(held)?, nlv)?;
    if cushion >= least {
        return None;
    }
    let text = format!("cushion {}% of NLV after it, confirm below {least}%", shown::fixed(cushion, 1));
    let room = with_room(spec, excess.0.checked_sub(part(nlv.0, least)?)?)?;
    sized(finding("G25", Weight::Confirm, text), spec, affordable(room, part(each, kept)?, ctx))
}

/// What is kept of a value, in percent. Of an option that is sold the value is its strike.
const fn kept(kind: Option<SecType>, side: Side) -> i64 {
    match (kind, side) {
        (Some(SecType::Future | SecType::Crypto), _) | (Some(SecType::Option | SecType::FutureOption), Side::Buy) => {
            100
        }
        (Some(SecType::Option | SecType::FutureOption), Side::Sell) => KEPT_WRITTEN,
        (Some(SecType::Forex), _) => KEPT_CURRENCY,
        (_, Side::Buy) => KEPT_LONG,
        (_, Side::Sell) => KEPT_SHORT,
    }
}

/// What opening a position binds of its value, in percent, as the broker's buying power says.
fn rate(ctx: &Context<'_>) -> Option<Decimal> {
    let (available, power) = (ctx.available?, ctx.buying_power.filter(|power| power.is_positive())?);
    share(available, power).map(|rate| rate.min(Decimal::ONE_HUNDRED))
}
