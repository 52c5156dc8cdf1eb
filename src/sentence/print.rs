//! Printing: one text for one sentence. Lower-case words, upper-case instruments, clauses in a fixed order.

use std::convert::Infallible;
use std::fmt::{self, Display, Formatter, Write as _};

use super::ast::{Change, Contract, Entry, Instrument, Kind, Leg, Manage, Named, RollTo, Sentence, Target, Under};
use super::parse::{expiry_text, under_text};
use crate::domain::instrument::ContractRef;
use crate::domain::order::{OrderKind, OrderSpec};
use crate::domain::shown::{plain_price, plain_qty};
use crate::domain::terms::{Algo, Attributes, Clauses, Conditions, Distance, Exits, Pricing, StopExit, Test, Trigger};
use crate::money::Price;

impl Display for Sentence {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(entry) => entry.fmt(f),
            Self::Manage(manage) => manage.fmt(f),
        }
    }
}

impl Display for Entry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.verb.word(), self.size, self.instrument)?;
        pricing(f, &self.pricing)?;
        clauses(f, &self.clauses)
    }
}

impl Display for Instrument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(contract) => contract.fmt(f),
            Self::Combo(legs) => {
                for (i, Leg { short, ratio, contract }) in legs.iter().enumerate() {
                    let (gap, sign) = (if i > 0 { " " } else { "" }, if *short { '-' } else { '+' });
                    write!(f, "{gap}{sign}{ratio} {contract}")?;
                }
                Ok(())
            }
        }
    }
}

impl Display for Contract {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Named { kind, under, option } = match self {
            Self::ConId(id) => return write!(f, "conid:{id}"),
            Self::Named(named) => named,
        };
        if let Some(kind) = kind {
            write!(f, "{}:", kind.word())?;
        }
        f.write_str(&under_text(under))?;
        match option {
            Some(option) => {
                write!(f, " {} {}{}", expiry_text(option.expiry), option.strike.normalize(), option.right.letter())
            }
            None => Ok(()),
        }
    }
}

/// A pricing in words of the sentence, whatever its prices are.
pub(super) fn pricing<P: Display, D: Display>(f: &mut Formatter<'_>, pricing: &Pricing<P, D>) -> fmt::Result {
    f.write_str(pricing.keyword())?;
    let behind = |f: &mut Formatter<'_>, word: &str, price: &Option<P>| match price {
        Some(price) => write!(f, " {word} {price}"),
        None => Ok(()),
    };
    match pricing {
        Pricing::Limit(p)
        | Pricing::LimitOnClose(p)
        | Pricing::LimitOnOpen(p)
        | Pricing::Auction(p)
        | Pricing::StopProtect(p) => write!(f, " {p}"),
        Pricing::Stop { trigger, limit } | Pricing::Touched { trigger, limit } => {
            write!(f, " {trigger}")?;
            behind(f, "lmt", limit)
        }
        Pricing::Trail { by, from, limit_offset } => {
            write!(f, " {by}")?;
            behind(f, "from", from)?;
            match limit_offset {
                Some(offset) => write!(f, " lmtoff {offset}"),
                None => Ok(()),
            }
        }
        Pricing::Midprice { cap } => behind(f, "cap", cap),
        Pricing::Volatility(percent) => write!(f, " {percent}%"),
        Pricing::Pegged { offset, cap, .. } => {
            if let Some(offset) = offset {
                write!(f, " {offset}")?;
            }
            behind(f, "cap", cap)
        }
        Pricing::Market
        | Pricing::MarketOnClose
        | Pricing::MarketOnOpen
        | Pricing::MarketToLimit
        | Pricing::MarketProtect => Ok(()),
    }
}

fn clauses<P: Display, D: Display>(f: &mut Formatter<'_>, clauses: &Clauses<P, D, Contract>) -> fmt::Result {
    if let Some(tif) = &clauses.tif {
        write!(f, " {tif}")?;
    }
    if let Some(session) = clauses.session {
        write!(f, " {}", session.keyword())?;
    }
    if let Some(exits) = &clauses.exits {
        self::exits(f, exits)?;
    }
    attributes(f, &clauses.attributes)
}

fn exits<P: Display, D: Display>(f: &mut Formatter<'_>, exits: &Exits<P, D>) -> fmt::Result {
    match &exits.stop {
        Some(StopExit::At { trigger, limit: None }) => write!(f, " sl {trigger}")?,
        Some(StopExit::At { trigger, limit: Some(limit) }) => write!(f, " sl {trigger} lmt {limit}")?,
        Some(StopExit::Trail(by)) => write!(f, " sl trail {by}")?,
        None => {}
    }
    for target in &exits.targets {
        write!(f, " tp {}", target.price)?;
        if let Some(qty) = target.qty {
            write!(f, " x{qty}")?;
        }
    }
    write!(f, " exits {}", exits.tif)?;
    match exits.session {
        Some(session) => write!(f, " {}", session.keyword()),
        None => Ok(()),
    }
}

fn attributes<D: Display, C: Spoken>(f: &mut Formatter<'_>, a: &Attributes<D, C>) -> fmt::Result {
    fn with(f: &mut Formatter<'_>, word: &str, value: Option<&dyn Display>) -> fmt::Result {
        value.map_or(Ok(()), |value| write!(f, " {word} {value}"))
    }
    fn flag(f: &mut Formatter<'_>, word: &str, set: bool) -> fmt::Result {
        if set { write!(f, " {word}") } else { Ok(()) }
    }
    with(f, "show", a.show.as_ref().map(|v| v as &dyn Display))?;
    with(f, "min", a.min.as_ref().map(|v| v as &dyn Display))?;
    with(f, "disc", a.discretion.as_ref().map(|v| v as &dyn Display))?;
    flag(f, "hidden", a.hidden)?;
    flag(f, "aon", a.all_or_none)?;
    flag(f, "sweep", a.sweep)?;
    flag(f, "post", a.post)?;
    flag(f, "ng", a.non_guaranteed)?;
    with(f, "after", a.after.as_ref().map(|v| v as &dyn Display))?;
    with(f, "trig", a.trigger.map(Trigger::keyword).as_ref().map(|v| v as &dyn Display))?;
    if let Some(oca) = &a.oca {
        write!(f, " oca {} {}", oca.name, oca.kind.keyword())?;
    }
    conditions(f, "if", a.when.as_ref())?;
    conditions(f, "cancelif", a.cancel_when.as_ref())?;
    if let Some(algo) = &a.algo {
        self::algo(f, algo)?;
    }
    with(f, "via", a.via.as_ref().map(|v| v as &dyn Display))?;
    with(f, "acct", a.account.as_ref().map(|v| v as &dyn Display))?;
    with(f, "tag", a.tag.as_ref().map(|v| v as &dyn Display))?;
    flag(f, "hold", a.hold)?;
    flag(f, "flip", a.flip)?;
    flag(f, "preview", a.preview)
}

fn algo(f: &mut Formatter<'_>, algo: &Algo) -> fmt::Result {
    write!(f, " algo {}", algo.name)?;
    for (key, value) in &algo.settings {
        write!(f, " {key}={value}")?;
    }
    algo.flags.iter().try_for_each(|flag| write!(f, " {flag}"))
}

fn conditions<C: Spoken>(f: &mut Formatter<'_>, word: &str, said: Option<&Conditions<C>>) -> fmt::Result {
    let Some(Conditions { all, tests }) = said else { return Ok(()) };
    let join = if *all { "and" } else { "or" };
    let bound = |above: bool| if above { "above" } else { "below" };
    for (i, test) in tests.iter().enumerate() {
        write!(f, " {} ", if i == 0 { word } else { join })?;
        match test {
            Test::Market { contract, of, above, value } => {
                write!(f, "{} {} {} {value}", contract.spoken(), of.keyword(), bound(*above))?;
            }
            Test::Time { after, at } => write!(f, "time {} {at}", if *after { "after" } else { "before" })?,
            Test::Cushion { above, percent } => write!(f, "cushion {} {percent}%", bound(*above))?,
            Test::Filled(contract) => write!(f, "filled {}", contract.spoken())?,
        }
    }
    Ok(())
}

impl Display for Manage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancel(target) => write!(f, "cancel {target}"),
            Self::Modify { order, change } => write!(f, "modify order:{order}{change}"),
            Self::Flatten { what, pricing } => {
                match what {
                    Some(contract) => write!(f, "flatten {}", unmistakable(contract, &["ALL"]))?,
                    None => f.write_str("flatten all")?,
                }
                pricing.as_ref().map_or(Ok(()), |p| spaced(f, p))
            }
            Self::Reverse(contract) => write!(f, "reverse {contract}"),
            Self::Roll { from, to, pricing } => {
                write!(f, "roll {from} to ")?;
                match to {
                    RollTo::Expiry(date) => f.write_str(&expiry_text(*date))?,
                    RollTo::Month(month) => {
                        write!(f, "{}{:02}", month.letter(), month.year.checked_rem(100).unwrap_or(0))?;
                    }
                }
                pricing.as_ref().map_or(Ok(()), |p| spaced(f, p))
            }
            Self::Exercise(qty, contract) => write!(f, "exercise {qty} {contract}"),
            Self::Lapse(qty, contract) => write!(f, "lapse {qty} {contract}"),
            Self::Halt => f.write_str("halt"),
            Self::Reduce => f.write_str("reduce"),
            Self::Limit(name, value) => write!(f, "limit {name} {}", value.normalize()),
            Self::Resume => f.write_str("resume"),
        }
    }
}

fn spaced<P: Display, D: Display>(f: &mut Formatter<'_>, said: &Pricing<P, D>) -> fmt::Result {
    f.write_char(' ')?;
    pricing(f, said)
}

/// A contract where some names mean something else: a stock of such a name says its kind.
fn unmistakable(contract: &Contract, taken: &[&str]) -> String {
    let text = contract.to_string();
    match contract {
        Contract::Named(Named { kind: None, under: Under::Root { .. }, option: None })
            if taken.contains(&text.as_str()) =>
        {
            format!("{}:{text}", Kind::Stock.word())
        }
        _ => text,
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let part = match self {
            Self::Order(number) => return write!(f, "order:{number}"),
            Self::Oca(name) => return write!(f, "oca {name}"),
            Self::All(part) => {
                f.write_str("all")?;
                part
            }
            Self::Of(contract, part) => {
                f.write_str(&unmistakable(contract, &["ALL", "OCA"]))?;
                part
            }
        };
        part.map_or(Ok(()), |part| write!(f, " {}", part.word()))
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(pricing) = &self.pricing {
            spaced(f, pricing)?;
        }
        if let Some(left) = self.left {
            write!(f, " left {left}")?;
        }
        if let Some(total) = self.total {
            write!(f, " total {total}")?;
        }
        if let Some(tif) = self.tif {
            write!(f, " {tif}")?;
        }
        self.session.map_or(Ok(()), |session| write!(f, " {}", session.keyword()))
    }
}

/// The text of an order as it would be sent, with its prices at the `decimals` of its market rule: what is confirmed,
/// journaled and shown. It reads back as the same order.
pub fn text(spec: &OrderSpec, decimals: u32) -> String {
    Shown(spec, decimals).to_string()
}

struct Shown<'a>(&'a OrderSpec, u32);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(spec, decimals) = self;
        let price = |price: Price| Ok::<_, Infallible>(plain_price(price, *decimals));
        let distance = |by: Distance| {
            Ok::<_, Infallible>(match by {
                Distance::Money(by) => plain_price(by, *decimals),
                Distance::Percent(percent) => format!("{}%", percent.normalize()),
            })
        };
        let kind = match spec.kind {
            OrderKind::Trail { by, from, limit_offset } => {
                OrderKind::Trail { by, from, limit_offset: limit_offset.map(|p| Price(p.0.normalize())) }
            }
            other => other,
        };
        write!(f, "{} {} {} ", spec.verb.word(), plain_qty(spec.qty), spec.symbol)?;
        let Ok(kind): Result<Pricing<String, String>, _> = kind.try_map(&mut { price }, &mut { distance });
        pricing(f, &kind)?;
        if !matches!(spec.kind, OrderKind::MarketOnOpen | OrderKind::LimitOnOpen(_) | OrderKind::Auction(_)) {
            write!(f, " {}", spec.tif)?;
        }
        if !spec.kind.is_auction() {
            write!(f, " {}", spec.session.keyword())?;
        }
        let said = spec.attributes.clone();
        let Ok(discretion): Result<Option<String>, _> = said.discretion.map(distance).transpose();
        attributes(f, &said.with_discretion(discretion))
    }
}

/// A contract as a sentence names it.
trait Spoken {
    fn spoken(&self) -> String;
}

impl Spoken for Contract {
    fn spoken(&self) -> String {
        self.to_string()
    }
}

impl Spoken for ContractRef {
    fn spoken(&self) -> String {
        if self.symbol.is_empty() { format!("conid:{}", self.con_id.0) } else { self.symbol.to_string() }
    }
}
