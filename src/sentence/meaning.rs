//! What a sentence means, in plain words, as far as the sentence alone says it.

use super::ast::{Entry, Manage, Sentence, Target};
use super::price::{Dist, PriceExpr};
use crate::domain::order::Verb;
use crate::domain::terms::{Exits, Peg, Pricing, Session, StopExit, Tif};

/// One line of plain words: `buys 100 AAPL at 187.20 or better, until the end of the session, in regular hours`.
pub fn meaning(sentence: &Sentence) -> String {
    match sentence {
        Sentence::Entry(entry) => order(entry),
        Sentence::Manage(manage) => managing(manage),
    }
}

fn order(entry: &Entry) -> String {
    let verb = match entry.verb {
        Verb::Buy => "buys",
        Verb::Sell => "sells, of what is held,",
        Verb::Short => "sells short",
        Verb::Close => "closes, and never more than the position,",
    };
    let mut parts = vec![format!("{verb} {} {} {}", entry.size, entry.instrument, pricing(&entry.pricing))];
    parts.extend(entry.clauses.tif.as_ref().map(tif));
    parts.extend(entry.clauses.session.map(|s| hours(s).to_owned()));
    parts.extend(entry.clauses.exits.iter().map(exits));
    let attributes = &entry.clauses.attributes;
    let said = [
        (attributes.when.is_some(), "waits for its tests"),
        (attributes.cancel_when.is_some(), "is cancelled by its tests"),
        (attributes.after.is_some(), "does not work before its time"),
        (attributes.hold, "is kept at the broker and not sent on"),
        (attributes.flip, "may go through zero"),
        (attributes.preview, "is asked for its margin only and not sent"),
    ];
    parts.extend(said.into_iter().filter(|(is, _)| *is).map(|(_, words)| words.to_owned()));
    parts.join(", ")
}

fn pricing(pricing: &Pricing<PriceExpr, Dist>) -> String {
    let limit =
        |limit: &Option<PriceExpr>| limit.map_or_else(|| "at the market".into(), |l| format!("at {l} or better"));
    let cap = |cap: &Option<PriceExpr>| cap.map_or_else(String::new, |c| format!(", at {c} or better"));
    match pricing {
        Pricing::Market => "at the market".into(),
        Pricing::Limit(p) => format!("at {p} or better"),
        Pricing::Stop { trigger, limit: l } => format!("{} once {trigger} trades", limit(l)),
        Pricing::Touched { trigger, limit: l } => format!("{} once {trigger} is touched", limit(l)),
        Pricing::Trail { by, from, limit_offset } => {
            let start = from.map_or_else(String::new, |f| format!(", starting at {f}"));
            let then = limit_offset
                .map_or_else(|| ", then at the market".into(), |o| format!(", then at a limit {o} beyond the trigger"));
            format!("by a stop {by} behind the market{start}{then}")
        }
        Pricing::MarketOnClose => "at the market in the closing auction".into(),
        Pricing::MarketOnOpen => "at the market in the opening auction".into(),
        Pricing::LimitOnClose(p) => format!("at {p} or better in the closing auction"),
        Pricing::LimitOnOpen(p) => format!("at {p} or better in the opening auction"),
        Pricing::Auction(p) => format!("at {p} or better in the pre-open auction"),
        Pricing::MarketToLimit => "at the market, the rest at the price of the first fill".into(),
        Pricing::MarketProtect => "at the market within protection points".into(),
        Pricing::StopProtect(p) => format!("at the market within protection points once {p} trades"),
        Pricing::Midprice { cap: c } => format!("around the midpoint{}", cap(c)),
        Pricing::Volatility(percent) => format!("at an implied volatility of {percent}%"),
        Pricing::Pegged { to, offset, cap: c } => {
            let base = match to {
                Peg::Relative => "at the own side's best",
                Peg::Market => "tied to the far side",
                Peg::Midpoint => "tied to the midpoint",
                Peg::SnapMarket => "at the far side as it is when sent",
                Peg::SnapMidpoint => "at the midpoint as it is when sent",
                Peg::SnapPrimary => "at the own side as it is when sent",
            };
            let offset = offset.map_or_else(String::new, |o| format!(", offset {o}"));
            format!("{base}{offset}{}", cap(c))
        }
    }
}

fn tif(tif: &Tif) -> String {
    match tif {
        Tif::Day => "until the end of the session".into(),
        Tif::Gtc => "until cancelled".into(),
        Tif::Ioc => "what fills at once".into(),
        Tif::Fok => "all at once or nothing".into(),
        Tif::Dtc => "until the end of the session, then inactive".into(),
        Tif::FiveMinutes => "for five minutes".into(),
        Tif::Gtd(until) => format!("until {until}"),
    }
}

const fn hours(session: Session) -> &'static str {
    match session {
        Session::Regular => "in regular hours",
        Session::Extended => "also before the open and after the close",
        Session::Overnight => "overnight only",
        Session::ExtendedOvernight => "in extended hours and overnight",
    }
}

fn exits(exits: &Exits<PriceExpr, Dist>) -> String {
    let mut parts = Vec::new();
    match &exits.stop {
        Some(StopExit::At { trigger, limit: None }) => parts.push(format!("stop at {trigger}")),
        Some(StopExit::At { trigger, limit: Some(limit) }) => {
            parts.push(format!("stop at {trigger} with limit {limit}"));
        }
        Some(StopExit::Trail(by)) => parts.push(format!("stop {by} behind the market")),
        None => {}
    }
    for target in &exits.targets {
        let qty = target.qty.map_or_else(String::new, |qty| format!(" for {qty}"));
        parts.push(format!("target {}{qty}", target.price));
    }
    let hours = exits.session.map_or_else(String::new, |s| format!(" {}", hours(s)));
    format!("once filled: {} ({}{hours})", parts.join(" and "), tif(&exits.tif))
}

fn managing(manage: &Manage) -> String {
    match manage {
        Manage::Cancel(Target::Order(number)) => format!("cancels order {number}"),
        Manage::Cancel(Target::Oca(name)) => format!("cancels the orders of the group {name}"),
        Manage::Cancel(Target::All(part)) => format!("cancels all {}", part.map_or("orders", |p| p.word())),
        Manage::Cancel(Target::Of(contract, part)) => {
            format!("cancels the {} of {contract}", part.map_or("orders", |p| p.word()))
        }
        Manage::Modify { order, change } => format!("changes order {order} to{change}"),
        Manage::Flatten { what: None, .. } => "cancels all orders, then closes every position".into(),
        Manage::Flatten { what: Some(contract), .. } => {
            format!("cancels the orders of {contract}, then closes the position")
        }
        Manage::Reverse(contract) => format!("cancels the orders of {contract}, then turns the position around"),
        Manage::Roll { from, .. } => format!("closes {from} and opens it anew elsewhere, as one combo"),
        Manage::Exercise(qty, contract) => format!("exercises {qty} {contract}"),
        Manage::Lapse(qty, contract) => format!("lets {qty} {contract} expire unexercised"),
        Manage::Halt => "allows exits only from now on".into(),
        Manage::Reduce => "allows exits only for the rest of the session".into(),
        Manage::Limit(name, value) => {
            format!(
                "sets the guard's {name} to {}: at once where that is tighter, after 60 s where it is looser",
                value.normalize()
            )
        }
        Manage::Resume => "allows entries again".into(),
    }
}
