//! From what was said to an order: sizes and prices as they are typed, touches resolved against the quote.
//!
//! Nothing is guessed: what cannot be said is `None`, or an error with a value that would do.

use rust_decimal::Decimal;

use super::state::{Aim, Pricing, Staged};
use crate::domain::SafeText;
use crate::domain::bracket;
use crate::domain::instrument::{ContractRef, Instrument};
use crate::domain::order::{Attributes, Distance, Oca, Order, OrderKind, OrderSpec, Session, Side, Test, Verb};
use crate::domain::shown;
use crate::domain::terms::{Clauses, Exits, OrderTerms, Quantity, StopExit, Target};
use crate::money::{Price, Qty, Rounding};
use crate::sentence::{
    self, At, Contract, Dist, Entry, Fault, Missing, PriceExpr, Refusal, Resolved, Sentence, Size, Why,
};

/// What an order is composed against.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The contract.
    pub instrument: &'a Instrument,
    /// What is held of it.
    pub position: Option<Qty>,
    /// The order being changed.
    pub working: Option<&'a Order>,
    /// All else that is known.
    pub context: sentence::Context<'a>,
}

/// An order with its exits, every number absolute.
#[derive(Debug, Clone)]
pub struct Composed {
    /// The order.
    pub spec: OrderSpec,
    /// The exits that go out with it.
    pub exits: Vec<OrderSpec>,
    /// The sentence of both, which the grammar reads.
    pub text: String,
}

/// What is wrong with what was typed, and a value that would do.
pub type Invalid = (String, Option<String>);

/// The direction a verb means for a position; `None` for a close of nothing, or of what is not known.
pub fn side_of(verb: Verb, position: Option<Qty>) -> Option<Side> {
    match verb {
        Verb::Buy => Some(Side::Buy),
        Verb::Sell | Verb::Short => Some(Side::Sell),
        Verb::Close => match position? {
            held if held.is_positive() => Some(Side::Sell),
            held if held.is_negative() => Some(Side::Buy),
            _ => None,
        },
    }
}

/// The direction of what is staged.
pub fn side(staged: &Staged, view: &View<'_>) -> Option<Side> {
    view.working.map(|o| o.spec.side).or_else(|| side_of(staged.verb, view.position))
}

/// The instrument of a sentence about a contract with this symbol.
pub fn named(symbol: &str) -> Option<sentence::Instrument> {
    sentence::contract(symbol, None).ok().map(sentence::Instrument::One)
}

/// What is staged as a sentence in a direction. Whether the position allows it is left to the guard, which offers what
/// would pass.
fn entry(staged: &Staged, side: Side, size: Size, view: &View<'_>) -> Entry {
    let attributes = Attributes { flip: true, ..staged.clauses.attributes.clone() };
    let exits = staged.clauses.exits.clone().filter(|_| view.working.is_none());
    Entry {
        verb: if side == Side::Buy { Verb::Buy } else { Verb::Sell },
        size,
        instrument: named(&staged.symbol).unwrap_or(sentence::Instrument::One(Contract::ConId(staged.con_id.0))),
        pricing: staged.pricing,
        clauses: Clauses { exits, attributes, ..staged.clauses.clone() },
    }
}

fn resolved(staged: &Staged, size: Size, view: &View<'_>) -> Result<(Side, Resolved), Refusal> {
    let side = side(staged, view).ok_or_else(|| {
        let why = if view.position.is_none() { Why::Missing(Missing::Position) } else { Why::Flat };
        Refusal { at: At::Verb, why }
    })?;
    sentence::resolve(&entry(staged, side, size, view), &view.context).map(|resolved| (side, resolved))
}

/// How the order is priced in numbers, whatever its size is.
pub fn kind(staged: &Staged, view: &View<'_>) -> Result<OrderKind, Refusal> {
    let one = Size::Number(view.instrument.size_increment);
    let bare = Staged { clauses: Clauses { exits: None, ..staged.clauses.clone() }, ..staged.clone() };
    resolved(&bare, one, view).map(|(_, resolved)| resolved.terms.pricing)
}

/// The order as it would be sent now, or why it cannot be said; `None` while a field holds what is no value.
pub fn compose(staged: &Staged, view: &View<'_>) -> Option<Result<Composed, Refusal>> {
    if staged.invalid.is_some() {
        return None;
    }
    let size = match staged.units {
        Some(units) => Size::Risk(units),
        None => Size::Number(staged.qty?),
    };
    Some(said(staged, size, view))
}

fn said(staged: &Staged, size: Size, view: &View<'_>) -> Result<Composed, Refusal> {
    let (side, mut resolved) = resolved(staged, size, view)?;
    let none = || Refusal { at: At::Size, why: Why::NoSize };
    let Quantity::Units(qty) = resolved.terms.quantity else { return Err(none()) };
    resolved.verb = staged.verb;
    resolved.terms.clauses.attributes.flip = staged.clauses.attributes.flip;
    let OrderTerms { pricing, clauses, .. } = &resolved.terms;
    let (tif, session) = (clauses.tif.unwrap_or_default(), clauses.session.unwrap_or(Session::Regular));
    if let Some(order) = view.working {
        // A change keeps all that it does not say.
        let spec = OrderSpec { qty, kind: *pricing, tif, session, ..order.spec.clone() };
        return Ok(Composed { spec, exits: Vec::new(), text: resolved.to_string() });
    }
    let unknown = || Refusal { at: At::Instrument, why: Why::Missing(Missing::TestedContract) };
    let known = |contract: &Contract| tested(staged, contract).ok_or_else(unknown);
    let attributes = clauses.attributes.clone().try_map_contracts(known)?;
    let spec = OrderSpec {
        con_id: staged.con_id,
        symbol: staged.symbol.clone(),
        exchange: attributes.via.as_deref().map_or_else(|| view.instrument.exchange.clone(), SafeText::new),
        verb: staged.verb,
        side,
        qty,
        kind: *pricing,
        tif,
        session,
        attributes,
    };
    let exits = match &clauses.exits {
        Some(exits) => bracket::exits_of(&spec, exits).ok_or_else(none)?,
        None => Vec::new(),
    };
    Ok(Composed { spec, exits, text: resolved.to_string() })
}

/// The contract of a test, if it was known when the order was staged.
fn tested(staged: &Staged, contract: &Contract) -> Option<ContractRef> {
    staged.tested.iter().find(|(name, _)| name == contract).map(|(_, known)| known.clone())
}

/// The contracts that the tests of an order are about, with how a sentence names them.
pub fn tested_in<D>(said: &Attributes<D, ContractRef>) -> Vec<(Contract, ContractRef)> {
    let all = [&said.when, &said.cancel_when].into_iter().flatten().flat_map(|conditions| &conditions.tests);
    let about = all.filter_map(|test| match test {
        Test::Market { contract, .. } | Test::Filled(contract) => Some(contract),
        Test::Time { .. } | Test::Cushion { .. } => None,
    });
    about.map(|known| (name_of(known), known.clone())).collect()
}

/// How a sentence names a contract.
fn name_of(known: &ContractRef) -> Contract {
    match named(&known.symbol) {
        Some(sentence::Instrument::One(one)) => one,
        _ => Contract::ConId(known.con_id.0),
    }
}

/// The attributes of an order that exists, as they would be said; its groups by their short names.
pub fn attributes_said(said: &Attributes<Distance, ContractRef>) -> Attributes<Dist, Contract> {
    let spoken = |by: Distance| match by {
        Distance::Money(by) => Dist { by: by.0, unit: sentence::Unit::Money },
        Distance::Percent(by) => Dist { by, unit: sentence::Unit::Percent },
    };
    let shown = said.oca.as_ref().map(|oca| Oca { name: oca.shown().to_owned(), kind: oca.kind });
    let discretion = said.discretion.map(spoken);
    let named = |known: &ContractRef| Ok::<_, std::convert::Infallible>(name_of(known));
    let Ok(named) = said.clone().try_map_contracts(named);
    Attributes { oca: shown, ..named.with_discretion(discretion) }
}

/// The exits of an order that was sent, as they would be said.
pub fn exits_said<'o>(entry: &OrderSpec, exits: impl Iterator<Item = &'o OrderSpec>) -> Option<Exits<PriceExpr, Dist>> {
    let mut said: Option<Exits<PriceExpr, Dist>> = None;
    for exit in exits {
        let none = || Exits { stop: None, targets: Vec::new(), tif: exit.tif, session: Some(exit.session) };
        let exits = said.get_or_insert_with(none);
        match super::state::pricing_of(exit.kind) {
            Pricing::Stop { trigger, limit } => exits.stop = Some(StopExit::At { trigger, limit }),
            Pricing::Trail { by, .. } => exits.stop = Some(StopExit::Trail(by)),
            Pricing::Limit(price) => {
                let qty = (exit.qty != entry.qty).then_some(exit.qty);
                exits.targets.push(Target { price, qty });
            }
            _ => {}
        }
    }
    said
}

/// The price that `+` and `-` move, at another place.
#[must_use]
pub const fn with_handle(pricing: Pricing, price: PriceExpr) -> Pricing {
    match pricing {
        Pricing::Stop { limit, .. } => Pricing::Stop { trigger: price, limit },
        Pricing::Touched { limit, .. } => Pricing::Touched { trigger: price, limit },
        Pricing::StopProtect(_) => Pricing::StopProtect(price),
        Pricing::Trail { by, limit_offset, .. } => Pricing::Trail { by, from: Some(price), limit_offset },
        other => with_limit(other, price),
    }
}

/// The same with another limit or cap; a market order becomes a limit order, a stop one with a limit.
#[must_use]
pub const fn with_limit(pricing: Pricing, price: PriceExpr) -> Pricing {
    match pricing {
        Pricing::Stop { trigger, .. } => Pricing::Stop { trigger, limit: Some(price) },
        Pricing::Touched { trigger, .. } => Pricing::Touched { trigger, limit: Some(price) },
        Pricing::LimitOnClose(_) | Pricing::MarketOnClose => Pricing::LimitOnClose(price),
        Pricing::LimitOnOpen(_) | Pricing::MarketOnOpen => Pricing::LimitOnOpen(price),
        Pricing::Auction(_) => Pricing::Auction(price),
        Pricing::Midprice { .. } => Pricing::Midprice { cap: Some(price) },
        Pricing::Pegged { to, offset, .. } => Pricing::Pegged { to, offset, cap: Some(price) },
        Pricing::Market
        | Pricing::Limit(_)
        | Pricing::MarketToLimit
        | Pricing::MarketProtect
        | Pricing::StopProtect(_)
        | Pricing::Trail { .. }
        | Pricing::Volatility(_) => Pricing::Limit(price),
    }
}

/// Whether the order has a limit or a cap, or can have one.
pub const fn has_limit(pricing: &Pricing) -> bool {
    matches!(
        pricing,
        Pricing::Limit(_)
            | Pricing::LimitOnClose(_)
            | Pricing::LimitOnOpen(_)
            | Pricing::Auction(_)
            | Pricing::Stop { limit: Some(_), .. }
            | Pricing::Touched { limit: Some(_), .. }
            | Pricing::Midprice { .. }
            | Pricing::Pegged { .. }
    )
}

/// How many types the round has.
pub const KINDS: usize = 7;

/// The type in the words of a sentence.
pub const fn kind_word(pricing: &Pricing) -> &'static str {
    match pricing {
        Pricing::Stop { limit: Some(_), .. } => "stp lmt",
        other => other.keyword(),
    }
}

/// The next type in the round, with prices that the market gives: LMT, MKT, STP, STP LMT, TRAIL, MOC, LOC. Triggers begin
/// one percent from the last trade, where they do nothing yet.
pub fn next_kind(pricing: &Pricing, side: Side, limit: PriceExpr) -> Pricing {
    let sign = if side == Side::Buy { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
    let offset = sentence::Offset { by: sign, unit: sentence::Unit::Percent };
    let beyond = PriceExpr::Market(sentence::Ref::Last, Some(offset));
    match pricing {
        Pricing::Limit(_) => Pricing::Market,
        Pricing::Market => Pricing::Stop { trigger: beyond, limit: None },
        Pricing::Stop { trigger, limit: None } => Pricing::Stop { trigger: *trigger, limit: Some(*trigger) },
        Pricing::Stop { .. } => {
            let by = Dist { by: Decimal::ONE, unit: sentence::Unit::Percent };
            Pricing::Trail { by, from: None, limit_offset: None }
        }
        Pricing::Trail { .. } => Pricing::MarketOnClose,
        Pricing::MarketOnClose => Pricing::LimitOnClose(PriceExpr::JOIN),
        _ => Pricing::Limit(limit),
    }
}

/// What `text` says where the words before it are given: a clause of an order of this contract.
fn clause(before: &str, text: &str) -> Result<Box<Entry>, Invalid> {
    let start = format!("{before} ");
    let whole = format!("{start}{}", text.trim());
    match sentence::parse(&whole) {
        Ok(Sentence::Entry(entry)) => Ok(entry),
        Ok(Sentence::Manage(_)) => Err(("this is no value".into(), None)),
        Err(faults) => {
            let Some(Fault { cause, fixes, .. }) = faults.into_iter().next() else {
                return Err(("this is no value".into(), None));
            };
            let fixed = fixes.first().map(|fix| fix.apply(&whole));
            Err((cause, fixed.and_then(|fixed| fixed.strip_prefix(&start).map(str::to_owned))))
        }
    }
}

/// How far a trail stays behind, and where it starts if that was said, as typed.
pub fn parse_trail(text: &str) -> Result<Pricing, Invalid> {
    let entry = clause("sell 1 X trail", text)?;
    match entry.pricing {
        trail @ Pricing::Trail { .. } if entry.clauses.exits.is_none() => Ok(trail),
        _ => Err(("this is no distance".into(), None)),
    }
}

/// A stop loss as typed: a price, `entry-0.50`, `185.50 lmt 185.30`, `trail 1%`; `none` takes it away.
pub fn parse_stop(text: &str) -> Result<Option<StopExit<PriceExpr, Dist>>, Invalid> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let exits = clause("buy 1 X lmt 1 sl", text)?.clauses.exits;
    match exits {
        Some(Exits { stop: Some(stop), targets, .. }) if targets.is_empty() => Ok(Some(stop)),
        _ => Err(("this is no stop".into(), None)),
    }
}

/// Targets as typed: a price, `entry+2r`, `106 x50 tp 109 x50`; `none` takes them away.
pub fn parse_targets(text: &str) -> Result<Vec<Target<PriceExpr>>, Invalid> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    let exits = clause("buy 1 X lmt 1 tp", text)?.clauses.exits;
    match exits {
        Some(Exits { stop: None, targets, .. }) if !targets.is_empty() => Ok(targets),
        _ => Err(("this is no target".into(), None)),
    }
}

/// A refusal as what is wrong with a field.
pub fn refused(refusal: &Refusal) -> Invalid {
    match &refusal.why {
        Why::OffTick { said, tick, near } => {
            let near = near.map(|p| shown::plain_price(p, tick.0.normalize().scale()));
            (format!("{} is off the {} tick", said.0, tick.0.normalize()), near)
        }
        why => (why.to_string(), None),
    }
}

/// The first thing wrong with a field, and what would do.
fn invalid(fault: Fault) -> Invalid {
    let Fault { cause, mut fixes, .. } = fault;
    (cause, if fixes.is_empty() { None } else { Some(fixes.swap_remove(0).text) })
}

/// A size as typed: a number, or units of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sized {
    /// So many.
    Number(Qty),
    /// What so many units of risk come to.
    Units(Decimal),
}

/// A size as typed: plain digits, `half`, `all`, `def`, money, percent, units of risk; for a partly filled order `left 120`
/// or `total 200`.
pub fn parse_size(text: &str, staged: &Staged, view: &View<'_>) -> Result<Sized, Invalid> {
    if let (Aim::Change(_), Some(order)) = (&staged.aim, view.working)
        && order.filled.is_positive()
    {
        return parse_rest(text, order, view.instrument.size_increment).map(Sized::Number);
    }
    let size = sentence::parse_size(text).map_err(invalid)?;
    size_of(&size, staged, view)
}

/// How many shares a size as said comes to.
pub fn size_of(size: &Size, staged: &Staged, view: &View<'_>) -> Result<Sized, Invalid> {
    let step = view.instrument.size_increment;
    let held = || {
        let held = view.position.map(Qty::abs).filter(|q| q.is_positive());
        held.ok_or_else(|| (format!("{size} of what? Nothing of {} is held.", view.instrument.symbol), None))
    };
    let qty = match size {
        Size::Risk(units) if view.working.is_none() => return Ok(Sized::Units(*units)),
        Size::Number(qty) => on_step(*qty, step)?,
        Size::All => held()?,
        Size::Half => {
            let held = held()?;
            halved(held, step).ok_or_else(|| (format!("half of {} is less than one", shown::qty(held)), None))?
        }
        _ => match resolved(staged, size.clone(), view) {
            Ok((_, Resolved { terms: OrderTerms { quantity: Quantity::Units(qty), .. }, .. })) => qty,
            Ok(_) => return Err((format!("{size} is no number of shares"), None)),
            Err(Refusal { why: Why::NoSize, .. }) => {
                return Err((format!("{size} buys less than one {}", view.instrument.symbol), None));
            }
            Err(refusal) => return Err(refused(&refusal)),
        },
    };
    Ok(Sized::Number(qty))
}

/// The size of a partly filled order: IB's number is the total, so a bare one is refused.
fn parse_rest(text: &str, order: &Order, step: Qty) -> Result<Qty, Invalid> {
    let text = text.trim().to_ascii_lowercase();
    let number = |t: &str| match sentence::parse_size(t).map_err(invalid)? {
        Size::Number(qty) => on_step(qty, step),
        _ => Err((format!("{t} is not a number of shares"), None)),
    };
    if let Some(left) = text.strip_prefix("left") {
        return number(left)?.plus(order.filled).ok_or_else(|| ("that is too large".into(), None));
    }
    if let Some(total) = text.strip_prefix("total") {
        let total = number(total)?;
        return if total > order.filled {
            Ok(total)
        } else {
            Err((format!("{} have filled already: the total must be more", shown::qty(order.filled)), None))
        };
    }
    let bare = number(&text)?.0.normalize();
    Err((
        format!("{} have filled: left {bare}, or total {bare}?", shown::qty(order.filled)),
        Some(format!("left {bare}")),
    ))
}

/// A size on the contract's increment, or what is wrong with it.
fn on_step(qty: Qty, step: Qty) -> Result<Qty, Invalid> {
    let whole = !step.is_positive() || qty.0.checked_rem(step.0).is_some_and(|rest| rest.is_zero());
    if whole {
        return Ok(Qty(qty.0.normalize()));
    }
    let down = floor_to(qty, step).filter(|q| q.is_positive());
    let text = format!("{} is not a multiple of {}", qty.0.normalize(), step.0.normalize());
    Err((text, down.map(|q| q.0.normalize().to_string())))
}

/// The largest multiple of `step` not above `qty`.
fn floor_to(qty: Qty, step: Qty) -> Option<Qty> {
    qty.0.checked_div(step.0)?.floor().checked_mul(step.0).map(|q| Qty(q.normalize()))
}

/// Half a size, rounded down onto the increment; `None` when nothing would be left.
pub fn halved(qty: Qty, step: Qty) -> Option<Qty> {
    let half = Qty(qty.0.checked_div(Decimal::TWO)?);
    let half = if step.is_positive() { floor_to(half, step)? } else { half };
    half.is_positive().then_some(half)
}

/// A price as typed: plain digits, `.33` for the price with that ending nearest to the touch, or a price of the market with
/// a distance.
pub fn parse_price(text: &str, side: Side, view: &View<'_>) -> Result<PriceExpr, Invalid> {
    let word = text.trim();
    if word.starts_with('.') {
        let join = if side == Side::Buy { view.context.bid } else { view.context.ask };
        let price = join.or(view.context.last).and_then(|near| sentence::nearest_ending(word, near));
        return match price {
            Some(price) => on_tick(price, side, view),
            None => Err((format!("no market price to find {word} near"), None)),
        };
    }
    match sentence::parse_price(word).map_err(invalid)? {
        PriceExpr::Fixed(price) => on_tick(price, side, view),
        PriceExpr::Net { .. } => Err(("debits and credits belong to combos, which cannot be sent yet".into(), None)),
        floating @ PriceExpr::Market(..) => Ok(floating),
    }
}

/// A typed price, if the market accepts it there.
fn on_tick(price: Price, side: Side, view: &View<'_>) -> Result<PriceExpr, Invalid> {
    let rule = &view.instrument.rule;
    if rule.accepts(price) {
        return Ok(PriceExpr::Fixed(price));
    }
    let away = if side == Side::Buy { Rounding::Down } else { Rounding::Up };
    let near = rule.round(price, away).filter(|p| p.is_positive());
    let near = near.map(|p| shown::plain_price(p, rule.decimals_at(p)));
    Err((format!("{} is off the {} tick", price.0, rule.tick_at(price).0.normalize()), near))
}

/// The next preset size in a direction: the preset steps around what stands now.
pub fn next_size(now: Qty, up: bool) -> Qty {
    const PRESETS: [i64; 16] =
        [1, 5, 10, 25, 50, 100, 200, 300, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 50_000];
    let mut steps = PRESETS.into_iter().map(Qty::from);
    let next = if up { steps.find(|s| *s > now) } else { steps.rev().find(|s| *s < now) };
    next.unwrap_or(now)
}
