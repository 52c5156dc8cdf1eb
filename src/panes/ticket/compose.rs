//! From what was said to an order: sizes and prices as they are typed, touches resolved against the quote.
//!
//! Nothing is guessed: what cannot be said is `None`, or an error with a value that would do.

use rust_decimal::Decimal;

use super::state::{Aim, Pricing, Staged};
use crate::domain::instrument::Instrument;
use crate::domain::order::{Attributes, Order, OrderKind, OrderSpec, Side, Verb};
use crate::domain::quote::Quote;
use crate::domain::shown;
use crate::money::{Price, Qty, Rounding};
use crate::sentence::{self, Fault, Percent, PriceExpr, Ref, Size, Unit};

/// What an order is composed against.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The contract.
    pub instrument: &'a Instrument,
    /// Its quote.
    pub quote: Option<&'a Quote>,
    /// What is held of it.
    pub position: Option<Qty>,
    /// The order being changed.
    pub working: Option<&'a Order>,
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

/// The price a touch stands for now.
pub fn touch(pricing: Pricing, side: Side, view: &View<'_>) -> Option<Price> {
    let expr = match pricing {
        Pricing::Market => return None,
        Pricing::Fixed(price) => return Some(price),
        Pricing::Join => PriceExpr::Market(Ref::Join, None),
        Pricing::Mid => PriceExpr::Market(Ref::Mid, None),
        Pricing::Take => PriceExpr::Market(Ref::Take, None),
        Pricing::Follow(expr) => expr,
    };
    resolve(expr, side, view)
}

/// What a price as said comes to, rounded away from the far side.
fn resolve(expr: PriceExpr, side: Side, view: &View<'_>) -> Option<Price> {
    let quote = view.quote?;
    let market = |of: Ref| match (of, side) {
        (Ref::Bid, _) | (Ref::Join, Side::Buy) | (Ref::Take, Side::Sell) => quote.bid,
        (Ref::Ask, _) | (Ref::Join, Side::Sell) | (Ref::Take, Side::Buy) => quote.ask,
        (Ref::Mid, _) => quote.mid(),
        (Ref::Last, _) => quote.last,
        _ => None,
    };
    let near = quote.mid().or(quote.last).or(quote.bid).or(quote.ask)?;
    let tick = view.instrument.rule.tick_at(near);
    let away = if side == Side::Buy { Rounding::Down } else { Rounding::Up };
    let price = expr.resolve(market, tick, away).filter(|p| p.is_positive())?;
    // The rule may have another tick at the price itself than near the market.
    view.instrument.rule.round(price, away).filter(|p| p.is_positive())
}

/// The order as it would be sent now; `None` while it cannot be said.
pub fn compose(staged: &Staged, view: &View<'_>) -> Option<OrderSpec> {
    let side = match view.working {
        Some(order) => order.spec.side,
        None => side_of(staged.verb, view.position)?,
    };
    let kind = match staged.pricing {
        Pricing::Market => OrderKind::Market,
        pricing => OrderKind::Limit(touch(pricing, side, view)?),
    };
    if staged.invalid.is_some() {
        return None;
    }
    Some(OrderSpec {
        con_id: staged.con_id,
        symbol: staged.symbol.clone(),
        verb: staged.verb,
        side,
        qty: staged.qty?,
        kind,
        tif: staged.tif,
        session: staged.session,
        attributes: Attributes::default(),
    })
}

/// The first thing wrong with a field, and what would do.
fn invalid(fault: Fault) -> Invalid {
    let Fault { cause, mut fixes, .. } = fault;
    (cause, if fixes.is_empty() { None } else { Some(fixes.swap_remove(0).text) })
}

/// A size as typed: plain digits, `half`, `all`, `def`, money; for a partly filled order `left 120` or `total 200`.
pub fn parse_size(text: &str, staged: &Staged, preset: Qty, view: &View<'_>) -> Result<Qty, Invalid> {
    if let (Aim::Change(_), Some(order)) = (&staged.aim, view.working)
        && order.filled.is_positive()
    {
        return parse_rest(text, order, view.instrument.size_increment);
    }
    let size = sentence::parse_size(text).map_err(invalid)?;
    let side = view.working.map(|o| o.spec.side).or_else(|| side_of(staged.verb, view.position));
    let price = || side.and_then(|side| touch(staged.pricing, side, view).or_else(|| far(side, view)));
    size_of(&size, preset, price, view)
}

/// How many shares a size as said comes to.
pub fn size_of(size: &Size, preset: Qty, price: impl Fn() -> Option<Price>, view: &View<'_>) -> Result<Qty, Invalid> {
    let step = view.instrument.size_increment;
    let held = || {
        let held = view.position.map(Qty::abs).filter(|q| q.is_positive());
        held.ok_or_else(|| (format!("{size} of what? Nothing of {} is held.", view.instrument.symbol), None))
    };
    match size {
        Size::Risk(_) => Err(("sizes by risk cannot be sent yet".into(), None)),
        Size::Percent(_, of) => {
            let fix = (*of == Percent::Position).then(|| "half".to_owned());
            Err(("sizes in percent cannot be sent yet".into(), fix))
        }
        Size::Number(qty) => on_step(*qty, step),
        Size::Default => Ok(preset),
        Size::All => held(),
        Size::Half => {
            let held = held()?;
            halved(held, step).ok_or_else(|| (format!("half of {} is less than one", shown::qty(held)), None))
        }
        Size::Money { .. } => {
            let instrument = view.instrument;
            let (cash, currency) = size.money().ok_or_else(|| ("that is too much money".to_owned(), None))?;
            if !instrument.currency.eq_ignore_ascii_case(&currency) {
                let text = format!("{} is priced in {}, not {currency}", instrument.symbol, instrument.currency);
                return Err((text, None));
            }
            let price = price().ok_or_else(|| (format!("no price of {} to divide by", instrument.symbol), None))?;
            let each = price.0.checked_mul(instrument.multiplier);
            let qty = each.and_then(|each| cash.0.checked_div(each)).and_then(|q| floor_to(Qty(q), step));
            qty.filter(|q| q.is_positive())
                .ok_or_else(|| (format!("{size} buys less than one {}", instrument.symbol), None))
        }
    }
}

/// The far side's best, else the last trade: what a market order is valued at.
pub fn far(side: Side, view: &View<'_>) -> Option<Price> {
    let quote = view.quote?;
    match side {
        Side::Buy => quote.ask,
        Side::Sell => quote.bid,
    }
    .or(quote.last)
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

/// A price as typed: plain digits, `.33` for the price with that ending nearest to the touch, `mkt`, or a price of the
/// market with a distance.
pub fn parse_price(text: &str, side: Side, view: &View<'_>) -> Result<Pricing, Invalid> {
    let word = text.trim();
    if word.eq_ignore_ascii_case("mkt") {
        return Ok(Pricing::Market);
    }
    if word.starts_with('.') {
        let near = touch(Pricing::Join, side, view).or_else(|| view.quote?.last);
        let price = near.and_then(|near| sentence::nearest_ending(word, near));
        return match price {
            Some(price) => on_tick(price, side, view),
            None => Err((format!("no market price to find {word} near"), None)),
        };
    }
    match sentence::parse_price(word).map_err(invalid)? {
        PriceExpr::Fixed(price) => on_tick(price, side, view),
        floating => match not_sent_yet(floating) {
            Some(cause) => Err((cause, None)),
            None => Ok(floating.into()),
        },
    }
}

/// Why a price as said cannot be followed by the ticket, if it cannot: only what the quote itself holds can.
pub fn not_sent_yet(expr: PriceExpr) -> Option<String> {
    use Ref::{Ask, Bid, Join, Last, Mid, Take};
    match expr {
        PriceExpr::Net { .. } => Some("debits and credits cannot be sent yet".into()),
        PriceExpr::Market(of, _) if !matches!(of, Join | Take | Bid | Ask | Mid | Last) => {
            Some(format!("{} as a price cannot be sent yet", of.word()))
        }
        _ if matches!(expr.unit(), Some(Unit::Risk | Unit::Atr)) => {
            Some("distances in r and atr cannot be sent yet".into())
        }
        _ => None,
    }
}

impl From<PriceExpr> for Pricing {
    fn from(expr: PriceExpr) -> Self {
        match expr {
            PriceExpr::Fixed(price) => Self::Fixed(price),
            PriceExpr::Market(Ref::Join, None) => Self::Join,
            PriceExpr::Market(Ref::Mid, None) => Self::Mid,
            PriceExpr::Market(Ref::Take, None) => Self::Take,
            other => Self::Follow(other),
        }
    }
}

/// A typed price, if the market accepts it there.
fn on_tick(price: Price, side: Side, view: &View<'_>) -> Result<Pricing, Invalid> {
    let rule = &view.instrument.rule;
    if rule.accepts(price) {
        return Ok(Pricing::Fixed(price));
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
