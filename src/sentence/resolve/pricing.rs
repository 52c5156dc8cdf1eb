//! Prices and distances in numbers, snapped to the market rule.

use rust_decimal::Decimal;

use super::known::Base;
use super::refusal::{At, Missing, Refusal, Why};
use super::{known, percent_of};
use crate::domain::instrument::PriceRule;
use crate::domain::order::Side;
use crate::domain::terms::{Distance, Exits, Peg, Pricing, StopExit, Target};
use crate::money::{Price, Rounding};
use crate::sentence::price::{Dist, Offset, PriceExpr, Ref, Unit};

/// What a price may be measured from besides the market.
#[derive(Debug, Clone, Copy, Default)]
struct Own {
    entry: Option<Price>,
    risk: Option<Price>,
}

impl Base<'_> {
    pub(super) fn pricing(&self, said: Pricing<PriceExpr, Dist>) -> Result<Pricing<Price, Distance>, Refusal> {
        let percent = matches!(said, Pricing::Trail { .. } | Pricing::Pegged { to: Peg::Relative, .. });
        let own = Own::default();
        let priced =
            said.try_map(&mut |p| self.price(p, own, At::Price), &mut |d| self.distance(d, percent, At::Price))?;
        if let Pricing::Trail { limit_offset: Some(offset), .. } = &priced {
            self.amount_on_tick(*offset, At::Price)?;
        }
        Ok(priced)
    }

    /// A price in numbers with the decimals of its rule.
    fn price(&self, said: PriceExpr, own: Own, at: At) -> Result<Price, Refusal> {
        let rule = self.rule(at)?;
        let price = match said {
            PriceExpr::Fixed(price) => self.on_tick(price, rule, at)?,
            PriceExpr::Net { amount, credit } => {
                let amount = self.on_tick(amount, rule, at)?;
                if credit == (self.side == Side::Buy) { amount.negated() } else { amount }
            }
            PriceExpr::Market(of, offset) => {
                let raw = self.raw(of, offset, own, rule, at)?;
                let snapped = self.snapped(raw, rule).ok_or_else(|| Refusal::new(at, Why::NoPrice))?;
                if !self.combo && !snapped.is_positive() {
                    return Err(Refusal::new(at, Why::NoPrice));
                }
                if snapped.is_zero() {
                    return Err(Refusal::new(at, Why::NetZero));
                }
                snapped
            }
        };
        Ok(rescaled(price, rule))
    }

    /// A typed price, if the market takes it.
    fn on_tick(&self, price: Price, rule: &PriceRule, at: At) -> Result<Price, Refusal> {
        if rule.accepts(price) {
            return Ok(price);
        }
        let near = rule.round(price, self.away()).filter(|p| p.is_positive()).map(|p| rescaled(p, rule));
        Err(Refusal::new(at, Why::OffTick { said: price, tick: rule.tick_at(price), near }))
    }

    const fn away(&self) -> Rounding {
        match self.side {
            Side::Buy => Rounding::Down,
            Side::Sell => Rounding::Up,
        }
    }

    /// Away from the far side, unless that makes a resting order of one that was to take.
    fn snapped(&self, raw: Price, rule: &PriceRule) -> Option<Price> {
        let away = rule.round(raw, self.away())?;
        let c = self.context;
        let (takes, rests, toward) = match self.side {
            Side::Buy => (c.ask.is_some_and(|a| raw >= a), c.ask.is_some_and(|a| away < a), Rounding::Up),
            Side::Sell => (c.bid.is_some_and(|b| raw <= b), c.bid.is_some_and(|b| away > b), Rounding::Down),
        };
        let price = if takes && rests { rule.round(raw, toward)? } else { away };
        // A price that rounding carried into another step of the rule has to fit that step as well.
        if rule.accepts(price) { Some(price) } else { rule.round(price, self.away()) }
    }

    fn raw(&self, of: Ref, offset: Option<Offset>, own: Own, rule: &PriceRule, at: At) -> Result<Price, Refusal> {
        let base = self.market(of, own.entry, at)?;
        let none = || Refusal::new(at, Why::NoPrice);
        let Some(Offset { by, unit }) = offset else { return Ok(base) };
        let distance = match unit {
            Unit::Money => Price(by),
            Unit::Percent => Price(percent_of(base.0, by).ok_or_else(none)?),
            Unit::Atr => known(self.context.atr, at, Missing::Atr)?.times(by).ok_or_else(none)?,
            Unit::Risk => known(own.risk, at, Missing::Risk)?.times(by).ok_or_else(none)?,
            Unit::Ticks => {
                let steps = i64::try_from(by).ok().filter(|n| n.unsigned_abs() <= 10_000).ok_or_else(none)?;
                if !self.combo && rule.accepts(base) {
                    return rule.step(base, steps).ok_or_else(none);
                }
                rule.tick_at(base).times(by).ok_or_else(none)?
            }
        };
        base.plus(distance).ok_or_else(none)
    }

    fn distance(&self, said: Dist, percent: bool, at: At) -> Result<Distance, Refusal> {
        let none = || Refusal::new(at, Why::NoPrice);
        let rule = self.rule(at)?;
        let tick = || Ok(rule.tick_at(self.near(at)?));
        let amount = match said.unit {
            Unit::Percent if percent => return Ok(Distance::Percent(said.by)),
            Unit::Percent => return Err(Refusal::new(at, Why::PercentDistance)),
            Unit::Money => return self.amount_on_tick(Price(said.by), at).map(Distance::Money),
            Unit::Ticks => tick()?.times(said.by).ok_or_else(none)?,
            Unit::Risk => return Err(Refusal::missing(at, Missing::Risk)),
            Unit::Atr => {
                let (atr, tick) = (known(self.context.atr, at, Missing::Atr)?, tick()?);
                atr.times(said.by).and_then(|d| d.to_tick(tick, Rounding::Nearest)).ok_or_else(none)?
            }
        };
        if amount.is_positive() { Ok(Distance::Money(rescaled_to(amount, tick()?))) } else { Err(none()) }
    }

    /// A typed amount, if it is whole ticks where the contract trades.
    fn amount_on_tick(&self, amount: Price, at: At) -> Result<Price, Refusal> {
        let tick = self.rule(at)?.tick_at(self.near(at)?);
        if amount.is_on_tick(tick) {
            return Ok(rescaled_to(amount, tick));
        }
        let near = amount.to_tick(tick, Rounding::Nearest).filter(|p| p.is_positive());
        Err(Refusal::new(at, Why::OffTick { said: amount, tick, near }))
    }

    pub(super) fn discretion(&self, said: Dist, reference: Option<Price>) -> Result<Distance, Refusal> {
        let at = At::Discretion;
        if said.unit != Unit::Percent {
            return self.distance(said, false, at);
        }
        let limit = known(reference, at, Missing::EntryPrice)?;
        let tick = self.rule(at)?.tick_at(limit);
        let amount = percent_of(limit.0, said.by).and_then(|d| Price(d).to_tick(tick, Rounding::Down));
        let amount = amount.filter(|d| d.is_positive()).ok_or_else(|| Refusal::new(at, Why::NoPrice))?;
        Ok(Distance::Money(rescaled_to(amount, tick)))
    }

    /// The price the order is expected to fill at: its limit, else its trigger, else the market it goes to. `None` where
    /// nothing says it (auctions at the market, trails without a start).
    pub(super) fn reference(&self, pricing: &Pricing<Price, Distance>) -> Option<Price> {
        let market = |of| self.market(of, None, At::Price).ok();
        match *pricing {
            Pricing::Limit(p)
            | Pricing::LimitOnClose(p)
            | Pricing::LimitOnOpen(p)
            | Pricing::Auction(p)
            | Pricing::StopProtect(p) => Some(p),
            Pricing::Stop { trigger, limit } | Pricing::Touched { trigger, limit } => Some(limit.unwrap_or(trigger)),
            Pricing::Market | Pricing::MarketToLimit | Pricing::MarketProtect => market(Ref::Take),
            Pricing::Midprice { .. } => market(Ref::Mid),
            Pricing::Pegged { to, offset: None, .. } => match to {
                Peg::Midpoint | Peg::SnapMidpoint => market(Ref::Mid),
                Peg::Market | Peg::SnapMarket => market(Ref::Take),
                Peg::Relative | Peg::SnapPrimary => market(Ref::Join),
            },
            Pricing::Trail { from, .. } => from,
            Pricing::Pegged { .. } | Pricing::Volatility(_) | Pricing::MarketOnClose | Pricing::MarketOnOpen => None,
        }
    }

    pub(super) fn exits(
        &self,
        said: &Exits<PriceExpr, Dist>,
        entry: Option<Price>,
    ) -> Result<Exits<Price, Distance>, Refusal> {
        let exit = self.exit();
        let own = Own { entry, risk: None };
        let stop = match &said.stop {
            None => None,
            Some(StopExit::Trail(by)) => Some(StopExit::Trail(exit.distance(*by, true, At::Stop)?)),
            Some(StopExit::At { trigger, limit }) => {
                let trigger = exit.price(*trigger, own, At::Stop)?;
                self.on_side(trigger, entry, false, At::Stop)?;
                let limit = limit.map(|limit| exit.price(limit, own, At::Stop)).transpose()?;
                Some(StopExit::At { trigger, limit })
            }
        };
        let mut exits = Exits { stop, targets: Vec::new(), tif: said.tif, session: said.session };
        let own = Own { entry, risk: risk_of(&exits, entry) };
        for target in &said.targets {
            let price = exit.price(target.price, own, At::Target)?;
            self.on_side(price, entry, true, At::Target)?;
            exits.targets.push(Target { price, qty: target.qty });
        }
        Ok(exits)
    }

    /// A target lies where the order gains, a stop where it loses.
    fn on_side(&self, exit: Price, entry: Option<Price>, gain: bool, at: At) -> Result<(), Refusal> {
        let Some(entry) = entry else { return Ok(()) };
        let up = (self.side == Side::Buy) == gain;
        let good = if up { exit > entry } else { exit < entry };
        if good { Ok(()) } else { Err(Refusal::new(at, Why::WrongSide { exit, entry })) }
    }
}

/// The distance from entry to stop.
pub(super) fn risk_of(exits: &Exits<Price, Distance>, entry: Option<Price>) -> Option<Price> {
    let risk = match exits.stop? {
        StopExit::At { trigger, .. } => entry?.minus(trigger)?.abs(),
        StopExit::Trail(Distance::Money(by)) => by,
        StopExit::Trail(Distance::Percent(percent)) => Price(percent_of(entry?.0, percent)?),
    };
    risk.is_positive().then_some(risk)
}

/// A price with the decimals of its rule.
pub(super) fn rescaled(price: Price, rule: &PriceRule) -> Price {
    rescaled_to(price, rule.tick_at(price))
}

fn rescaled_to(price: Price, tick: Price) -> Price {
    let mut digits: Decimal = price.0.normalize();
    let scale = tick.0.normalize().scale();
    if digits.scale() < scale {
        digits.rescale(scale);
    }
    Price(digits)
}
