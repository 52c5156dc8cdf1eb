//! The same again (G21), and too much at once (G22).

use std::time::Duration;

use super::finding;
use crate::domain::order::{OrderKey, OrderSpec};
use crate::risk::{Context, Finding, Origin, Recent, Weight};

/// G21: within this time the same order is a bounce of the key.
const BOUNCE: Duration = Duration::from_millis(300);
/// G21: within this time the same order is worth a word.
const AGAIN: Duration = Duration::from_secs(5);
/// G22: entries pause for so long once the second's intents are used up.
const PAUSE: Duration = Duration::from_secs(10);

/// G21: the same order again.
pub(super) fn duplicate(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    if own.is_some() {
        return None;
    }
    let before = ctx.recent.iter().find(|r| r.spec == *spec)?;
    let age = ctx.at.since(before.at);
    let weight = match ctx.origin {
        _ if age <= BOUNCE => Weight::Hard,
        _ if age > AGAIN => return None,
        Origin::Sentence => Weight::Confirm,
        Origin::Key | Origin::HotKey => Weight::Note,
    };
    let tenths = age.as_millis().checked_div(100)?;
    let seconds = format!("{}.{}", tenths.checked_div(10)?, tenths.checked_rem(10)?);
    finding("G21", weight, format!("the same order was sent {seconds} s ago as {}", before.key))
}

/// G22: intents in a second, after which entries pause, and in a minute. A family is one intent, a change is none.
pub(super) fn rate(ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    if own.is_some() {
        return None;
    }
    let rows = ctx.limits.rows(ctx.mode);
    let (second, minute) = (usize::try_from(rows.per_second).ok()?, usize::try_from(rows.per_minute).ok()?);
    let lately = |r: &&Recent| ctx.at.since(r.at) < PAUSE;
    // Newest first: the one so many places later is the first of its second.
    let burst = ctx.recent.iter().take_while(lately).enumerate().find(|(n, newest)| {
        let oldest = n.checked_add(second.saturating_sub(1)).and_then(|at| ctx.recent.get(at));
        oldest.is_some_and(|oldest| newest.at.since(oldest.at) < Duration::from_secs(1))
    });
    if let Some((_, newest)) = burst {
        let left = PAUSE.saturating_sub(ctx.at.since(newest.at)).as_millis().div_ceil(1_000);
        return finding("G22", Weight::Hard, format!("{second} orders in a second: entries pause for {left} s"));
    }
    let count = ctx.recent.iter().take_while(|r| ctx.at.since(r.at) < Duration::from_mins(1)).count();
    if count < minute {
        return None;
    }
    finding("G22", Weight::Hard, format!("{count} orders in a minute, at most {minute}"))
}
