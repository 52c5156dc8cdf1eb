//! Contracts that end, and are wide: opening in one that is about to expire (G34), taking an option across its spread (G35).
//!
//! Absent: the alarm for a short call in the money before an ex-dividend day; ex-days are not known here. Combos, which G35
//! treats as options, cannot be ordered yet.

use jiff::civil::{Time, time};

use rust_decimal::Decimal;

use super::{finding, fixed, price};
use crate::domain::order::{OrderKind, OrderSpec, Side};
use crate::domain::shown;
use crate::money::Rounding;
use crate::risk::{Context, Expires, Finding, Weight};

/// From then on an option that expires today is a matter of minutes.
const LATE: Time = time(15, 30, 0, 0);
/// G35 asks across more ticks than this, too.
const WIDE_TICKS: i64 = 5;

/// G34: an entry in what expires today after 15:30, or is closed out by the broker.
pub(super) fn expires(ctx: &Context<'_>) -> Option<Finding> {
    let now = ctx.at.eastern();
    match ctx.expires? {
        Expires::Option(day) if day < now.date() => finding("G34", Weight::Hard, "the option has expired"),
        Expires::Option(day) if day == now.date() && now.time() >= LATE => {
            finding("G34", Weight::Confirm, "the option expires today, it is after 15:30 ET")
        }
        Expires::Future { last, .. } if last < now.date() => {
            finding("G34", Weight::Hard, format!("the future's last day was {last}"))
        }
        Expires::Future { close_out: Some(day), .. } if day <= now.date() => {
            finding("G34", Weight::Confirm, format!("in close-out since {day}: the broker may close it by itself"))
        }
        Expires::Option(_) | Expires::Future { .. } => None,
    }
}

/// G35: an option is taken across a spread that is wide in percent or in ticks; the middle is offered.
pub(super) fn spread(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let (Expires::Option(_), quote, instrument) = (ctx.expires?, ctx.quote?, ctx.instrument?) else { return None };
    let (bid, ask, mid) = (quote.bid?, quote.ask?, quote.mid()?);
    let wide = ask.minus(bid)?;
    let ticks = instrument.rule.tick_at(bid).times(Decimal::from(WIDE_TICKS))?;
    let percent = price::spread(quote)?;
    let most = ctx.limits.rows(ctx.mode).take_spread;
    if !price::crosses(spec, quote) || (percent <= most && wide <= ticks) {
        return None;
    }
    let shown = shown::fixed(percent, 1);
    let text = format!("takes across a spread of {shown}%, confirm above {most}% or {WIDE_TICKS} ticks");
    let found = finding("G35", Weight::Confirm, text);
    let near = if spec.side == Side::Buy { Rounding::Down } else { Rounding::Up };
    match instrument.rule.round(mid, near).filter(|mid| mid.is_positive()) {
        Some(mid) => fixed(found, spec, |s| s.kind = OrderKind::Limit(mid)),
        None => found,
    }
}
