//! Options that end or are exercised: what changes hands.
//!
//! At its end an option a cent or more in the money is exercised, by its holder or against its writer; the others lapse. One settled in cash is
//! closed at what it is in the money; of one on shares the contract is closed at nothing and the shares change hands at the strike.
//! A holder may exercise an American option before, which happens at once here and not overnight, and give one up on its last
//! day. All of it is an execution of no order and free of charge, and no trade on the tape.
//!
//! Absent: writers are not assigned before the end; the cost of an exercised option stays its own loss and is not moved into the shares'.

use rust_decimal::Decimal;

use super::Venue;
use super::contract::OptionSpec;
use super::event::Event;
use super::exact::{mul, sub};
use super::market::Market;
use super::order::{Action, Fault};
use crate::gateway::feed::options::Right;
use crate::gateway::{ConId, Nanos};
use crate::money::{Price, Qty};

/// A cent: from here on an option is exercised at its end.
const AUTOMATIC: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// A client's wish to use an option or to give it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    /// The option.
    pub con_id: ConId,
    /// Whether to give it up instead.
    pub lapse: bool,
    /// Contracts.
    pub quantity: i64,
    /// Whether to exercise what is out of the money too.
    pub anyway: bool,
}

impl OptionSpec {
    /// What the option is in the money at a price of what it is on; negative out of it.
    pub fn inside(&self, under: Price) -> Decimal {
        match self.right {
            Right::Call => sub(under.0, self.strike.0),
            Right::Put => sub(self.strike.0, under.0),
        }
    }
}

impl Venue {
    /// exerciseOptions at `at`.
    pub fn exercise(&mut self, at: Nanos, market: &dyn Market, wish: &Exercise) -> Result<Vec<Event>, Fault> {
        let mut out = Vec::new();
        self.advance(at, market, &mut out);
        let refused = |cause: String| Fault::new(322, format!("Error processing request.-'bK' : cause - {cause}"));
        let spec = market.listing(wish.con_id).and_then(|listing| listing.spec.option);
        let Some(spec) = spec else { return Err(refused("The contract is not an option".to_owned())) };
        let quantity = Qty::from(wish.quantity);
        if wish.quantity < 1 || self.ledger.quantity(wish.con_id) < quantity {
            let text = format!("No unlapsed position exists in this option in account {}.", super::ACCOUNT);
            return Err(refused(text));
        }
        let last_day = market.day_start(spec.ends) <= self.now;
        if wish.lapse {
            if !last_day {
                return Err(refused("An option can be given up on its last day only.".to_owned()));
            }
            self.close_out(market, (wish.con_id, Action::Sell), quantity, (self.now, Price::ZERO), &mut out);
        } else if spec.cash {
            return Err(refused("The option is settled in cash at its end.".to_owned()));
        } else {
            let under = market.mark(spec.underlying, self.now);
            if !wish.anyway && under.is_none_or(|under| spec.inside(under) < AUTOMATIC) {
                return Err(refused("Exercise ignored because option is not in-the-money.".to_owned()));
            }
            self.deliver(market, (wish.con_id, spec), quantity, self.now, &mut out);
        }
        self.settle(market, self.now, &mut out);
        self.retire();
        Ok(super::engine::finish(out))
    }

    /// Ends a position in an option at a price of what it is on; `held` is negative when written.
    pub(super) fn end_option(
        &mut self,
        market: &dyn Market,
        (con_id, spec): (ConId, OptionSpec),
        held: Qty,
        (at, under): (Nanos, Price),
        out: &mut Vec<Event>,
    ) {
        let inside = spec.inside(under);
        if inside >= AUTOMATIC && !spec.cash {
            return self.deliver(market, (con_id, spec), held, at, out);
        }
        let price = if inside >= AUTOMATIC { Price(inside.normalize()) } else { Price::ZERO };
        let action = if held.is_negative() { Action::Buy } else { Action::Sell };
        self.close_out(market, (con_id, action), held.abs(), (at, price), out);
    }

    /// Closes contracts at nothing and lets the shares change hands at the strike.
    fn deliver(
        &mut self,
        market: &dyn Market,
        (con_id, spec): (ConId, OptionSpec),
        held: Qty,
        at: Nanos,
        out: &mut Vec<Event>,
    ) {
        let Some(units) = market.listing(con_id).map(|listing| listing.spec.multiplier) else { return };
        let (close, shares) = match (held.is_negative(), spec.right) {
            (false, Right::Call) => (Action::Sell, Action::Buy),
            (false, Right::Put) => (Action::Sell, Action::Sell),
            (true, Right::Call) => (Action::Buy, Action::Sell),
            (true, Right::Put) => (Action::Buy, Action::Buy),
        };
        let count = held.abs();
        self.close_out(market, (con_id, close), count, (at, Price::ZERO), out);
        self.close_out(market, (spec.underlying, shares), Qty(mul(count.0, units)), (at, spec.strike), out);
    }
}
