//! What the venue asks of an order before it takes it: IB's codes, in the order TWS finds them.
//!
//! 321 bad id, account or size · 147 a condition about an unknown contract · 200 unknown contract · 434 size zero · 10243 fraction of a share · 110 off the market rule's
//! increment · 109, 163, 164, 382, 383, 451 precautions · 201 too many orders, or not enough equity. An order that shrinks the margin
//! requirement or can only bring a position nearer to nothing is never refused for funds: no limit stands between a trader and an exit.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::contract::Spec;
use super::exact::{add, neg, sub};
use super::margin;
use super::market::{Listing, Market};
use super::order::{Action, Fault, Kind, Offset, OrderRequest, Test};
use super::precautions::Looked;
use super::rules;
use super::{ACCOUNT, Venue};
use crate::money::{Cash, Price, Qty};

/// Order ids end here: clients use the numbers from this one on for requests.
pub const ORDER_IDS_END: i32 = 1_500_000_000;

/// The largest size and the largest price that are taken.
const MOST: i64 = 10_000_000;

/// Working orders per contract and side, by IB's limit.
const MOST_PER_SIDE: usize = 20;

/// An order that reads as a proper one: its contract, its shares and its limit in ticks.
#[derive(Debug, Clone)]
pub struct Proper {
    /// The contract.
    pub listing: Listing,
    /// The limit in ticks of the contract; `None` for an order without one, and for a cap of a peg.
    pub limit: Option<i64>,
    /// The trigger in ticks of the contract, if it states one.
    pub stop: Option<i64>,
}

/// Checks everything about an order that does not depend on the account.
pub fn proper(market: &dyn Market, request: &OrderRequest) -> Result<Proper, Fault> {
    if !(1..ORDER_IDS_END).contains(&request.order_id) {
        return Err(Fault::invalid("Invalid order id"));
    }
    if !request.account.is_empty() && request.account != ACCOUNT {
        return Err(Fault::invalid(&format!("Invalid account code {:?}", request.account)));
    }
    let Some(listing) = market.listing(request.con_id) else {
        return Err(Fault::new(200, "No security definition has been found for the request"));
    };
    if request.quantity.is_zero() {
        return Err(Fault::new(434, "The order size cannot be zero."));
    }
    if request.quantity.is_negative() {
        return Err(Fault::invalid("Order size must be positive"));
    }
    if !request.quantity.0.fract().is_zero() {
        return Err(Fault::new(10243, "Fractional-sized order cannot be placed via API."));
    }
    if request.quantity > Qty::from(MOST) {
        return Err(Fault::invalid("Order size is above what the paper gateway takes"));
    }
    let limit = request.kind.limit().map(|price| ticks(market, &listing, price)).transpose()?;
    let stop = request.kind.trigger().map(|price| ticks(market, &listing, price)).transpose()?;
    distances(&listing, request)?;
    listing.spec.fitting(request)?;
    rules::fitting(request)?;
    let tests = request.terms.conditions.iter().flat_map(|conditions| &conditions.tests);
    if tests.filter_map(Test::about).any(|con_id| market.listing(con_id).is_none()) {
        return Err(Fault::new(147, "The conditional contract info is incomplete."));
    }
    let limit = if matches!(request.kind, Kind::Peg { .. }) { None } else { limit };
    Ok(Proper { listing, limit, stop })
}

/// Offsets and amounts beside prices: 110 or 168 off the increment, 321 if they make no sense.
fn distances(listing: &Listing, request: &OrderRequest) -> Result<(), Fault> {
    let on_tick = |price: Price| price.is_on_tick(listing.tick) && !price.is_negative() && price <= Price::from(MOST);
    let off = || Fault::new(110, "The price does not conform to the minimum price variation for this contract.");
    let distance = |offset: Offset, may_be_zero: bool| match offset {
        Offset::Amount(amount) if amount.is_zero() && !may_be_zero => {
            Err(Fault::invalid("The trailing amount must be positive"))
        }
        Offset::Amount(amount) => on_tick(amount).then_some(()).ok_or_else(off),
        Offset::Percent(percent) if percent > Decimal::ZERO && percent < Decimal::ONE_HUNDRED => Ok(()),
        Offset::Percent(_) => Err(Fault::invalid("The percent must lie between 0 and 100")),
    };
    match request.kind {
        Kind::Trail { by, .. } => distance(by, false)?,
        Kind::TrailLimit { by, room, .. } => {
            distance(by, false)?;
            on_tick(room).then_some(()).ok_or_else(off)?;
        }
        Kind::Peg { offset, .. } => distance(offset, true)?,
        Kind::Snap { offset, .. } => on_tick(offset).then_some(()).ok_or_else(off)?,
        _ => {}
    }
    match request.terms.discretion {
        Some(amount) if !on_tick(amount) => Err(Fault::new(
            168,
            "Discretionary amount does not conform to the minimum price variation for this contract.",
        )),
        _ => Ok(()),
    }
}

/// A price in ticks; 110 if it is none that an order may have.
fn ticks(market: &dyn Market, listing: &Listing, price: Price) -> Result<i64, Fault> {
    let off = || Fault::new(110, "The price does not conform to the minimum price variation for this contract.");
    let increment = market.increment(listing.con_id, price).ok_or_else(off)?;
    let fits = price.is_positive()
        && price <= Price::from(MOST)
        && price.is_on_tick(increment)
        && price.is_on_tick(listing.tick);
    if !fits {
        return Err(off());
    }
    price.ticks_from(Price::ZERO, listing.tick).ok_or_else(off)
}

/// What an order would do to the account if it filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// Initial margin of the positions as they are.
    pub initial_before: Cash,
    /// Initial margin with the order and every working order of its side filled.
    pub initial_after: Cash,
    /// Equity with loan value now.
    pub equity: Cash,
}

impl Venue {
    /// The rules about the account: how many orders work, and whether equity covers the margin.
    pub(super) fn affordable(
        &self,
        market: &dyn Market,
        proper: &Proper,
        request: &OrderRequest,
    ) -> Result<Effect, Fault> {
        self.cautious(market, proper, request)?;
        let others = self
            .working
            .iter()
            .map(|working| &working.order)
            .filter(|order| !order.is(request.client_id, request.order_id))
            .filter(|order| order.request.con_id == request.con_id && order.request.action == request.action);
        if others.clone().count() >= MOST_PER_SIDE {
            return Err(Fault::new(
                201,
                format!("Order rejected - reason:Only {MOST_PER_SIDE} orders per contract and side can work at once"),
            ));
        }
        let unknown = || Fault::new(201, "Order rejected - reason:No price is known to compute the margin with");
        let effect = self.effect(market, proper, request).ok_or_else(unknown)?;
        let grows = effect.initial_after > effect.initial_before && !self.is_exit(request);
        if grows && effect.initial_after > effect.equity {
            return Err(Fault::new(
                201,
                format!(
                    "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY \
                     WITH LOAN VALUE [{:.2} USD] MUST EXCEED THE INITIAL MARGIN [{:.2} USD]",
                    effect.equity.0.round_dp(2),
                    effect.initial_after.0.round_dp(2)
                ),
            ));
        }
        Ok(effect)
    }

    /// The precautions, unless the order overrides them.
    fn cautious(&self, market: &dyn Market, proper: &Proper, request: &OrderRequest) -> Result<(), Fault> {
        if request.terms.override_constraints {
            return Ok(());
        }
        let touch = market.quote(request.con_id, self.now).map(|quote| request.action.takes_from().of(quote));
        self.precautions.check(&Looked {
            quantity: request.quantity,
            limit: request.kind.limit(),
            trigger: request.kind.trigger(),
            touch: touch.and_then(|ticks| proper.listing.tick.times(Decimal::from(ticks))),
            tick: proper.listing.tick,
            multiplier: proper.listing.spec.multiplier,
        })
    }

    /// Whether an order can only bring its position nearer to nothing, with all that works beside it: that of the account, or the
    /// one its parent will open.
    pub(super) fn is_exit(&self, request: &OrderRequest) -> bool {
        let parent = (request.client_id, request.terms.parent_id);
        if let Some(parent) = self.find(parent.0, parent.1).filter(|_| parent.1 != 0) {
            let parent = &parent.request;
            return parent.con_id == request.con_id
                && parent.action != request.action
                && request.quantity <= parent.quantity;
        }
        let held = self.ledger.quantity(request.con_id);
        let reduces = match request.action {
            Action::Buy => held.is_negative(),
            Action::Sell => held.is_positive(),
        };
        let already = self.find(request.client_id, request.order_id).map_or(Decimal::ZERO, |order| order.filled.0);
        let open = add(self.pending(request), sub(request.quantity.0, already));
        reduces && open <= held.abs().0
    }

    /// What the order would do to the margin; `None` if a price is unknown.
    pub(super) fn effect(&self, market: &dyn Market, proper: &Proper, request: &OrderRequest) -> Option<Effect> {
        let con_id = request.con_id;
        let mark = |con_id| market.mark(con_id, self.now);
        let equity = self.ledger.equity(mark)?;
        let initial_before = margin::of_all(&self.ledger, mark)?.initial;
        let price = self.trial_price(market, proper, request)?;
        let pending = self.pending(request);
        let already = self.find(request.client_id, request.order_id).map_or(Decimal::ZERO, |order| order.filled.0);
        let wanted = add(pending, sub(request.quantity.0, already));
        let signed = match request.action {
            Action::Buy => wanted,
            Action::Sell => neg(wanted),
        };
        let spec = proper.listing.spec;
        let beside = |spec: &Spec| spec.option.is_some_and(|option| option.underlying == con_id);
        if spec.option.is_some() || self.ledger.holdings.values().any(|holding| beside(&holding.spec)) {
            // What options and their underlying bind depends on all of them together.
            let mut after = self.ledger.clone();
            after.book((con_id, spec), request.action, Qty(wanted), price, Cash::ZERO);
            let bound = margin::of_all(&after, |id| mark(id).or((id == con_id).then_some(price)))?.initial;
            // A price beyond the mark is lost at once.
            let lost =
                mark(con_id).map_or(Decimal::ZERO, |mark| sub(spec.value(signed, price), spec.value(signed, mark)));
            let initial_after = Cash(add(bound.0, lost.max(Decimal::ZERO)));
            return Some(Effect { initial_before, initial_after, equity });
        }
        let held = self.ledger.quantity(con_id).0;
        let held_at = mark(con_id).unwrap_or(price);
        let spec = &proper.listing.spec;
        let before = spec.margin(held, held_at).initial;
        let after = add(held, signed);
        // What the order adds is weighed at its price, what is there already at the mark.
        let bound = if after.abs() > held.abs() {
            let signed_like = |shares: Decimal| if after.is_sign_negative() { neg(shares) } else { shares };
            let kept = spec.margin(signed_like(held.abs()), held_at);
            kept.and(spec.margin(signed_like(sub(after.abs(), held.abs())), price)).initial
        } else {
            spec.margin(after, held_at).initial
        };
        let initial_after = Cash(add(initial_before.0, sub(bound.0, before.0)));
        Some(Effect { initial_before, initial_after, equity })
    }

    /// Shares that the other working orders of its contract and side can still trade. Of a group that cancels itself the largest
    /// order counts, of the order's own group none, and no child does: it leaves what its parent opened.
    fn pending(&self, request: &OrderRequest) -> Decimal {
        let mut groups: BTreeMap<&str, Decimal> = BTreeMap::new();
        let mut sum = Decimal::ZERO;
        let own = request.terms.oca.as_ref().map(|oca| oca.group.as_str());
        for order in self.working.iter().map(|working| &working.order) {
            let other = &order.request;
            let beside = other.con_id == request.con_id && other.action == request.action && other.terms.parent_id == 0;
            if !beside || order.is(request.client_id, request.order_id) {
                continue;
            }
            let left = order.remaining().0;
            match other.terms.oca.as_ref().map(|oca| oca.group.as_str()) {
                None => sum = add(sum, left),
                group if group == own => {}
                Some(group) => {
                    let most = groups.entry(group).or_default();
                    *most = left.max(*most);
                }
            }
        }
        groups.into_values().fold(sum, add)
    }

    /// The price an order is valued at before it trades: its limit, its trigger, or what it would trade at first.
    pub(super) fn trial_price(&self, market: &dyn Market, proper: &Proper, request: &OrderRequest) -> Option<Price> {
        if let Some(price) = request.kind.limit().or(request.kind.trigger()) {
            return Some(price);
        }
        match market.quote(request.con_id, self.now) {
            Some(quote) => {
                let ticks = request.action.takes_from().of(quote);
                proper.listing.tick.times(Decimal::from(ticks))
            }
            None => market.mark(request.con_id, self.now),
        }
    }
}
