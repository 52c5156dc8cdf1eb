//! Options: chains, what they are worth, and their exercise.
//!
//! Must not know: how a value is worked out, what an exercise does to the account.

use super::Session;
use super::lookup::{given, resolve};
use crate::gateway::driver::World;
use crate::gateway::feed::Listing;
use crate::gateway::feed::options::{MULTIPLIER, OptionClass};
use crate::gateway::venue::{Exercise, Fault};
use crate::gateway::wire::convert::Given;
use crate::gateway::wire::proto::{
    CalculationRequest, Contract, ExerciseOptionsRequest, IdOnly, SecDefOptParameter, SecDefOptParamsRequest,
};
use crate::gateway::wire::{Reply, convert, ticks};

/// The tick of an answer to a calculation.
const CALCULATED: i32 = 53;

/// Error 322, which ends a request at every client; 321 is a warning to some.
fn unprocessed(cause: &str) -> Fault {
    Fault::new(322, format!("Error processing request.-'b' : cause - {cause}"))
}

impl Session {
    /// Answers with the chains of an underlying: for each class and exchange its days and the strikes of all of them together.
    pub(super) fn option_chains(&mut self, request: &SecDefOptParamsRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let underlying = Contract {
            con_id: request.underlying_con_id,
            symbol: request.underlying_symbol.clone(),
            sec_type: request.underlying_sec_type.clone(),
            ..Contract::default()
        };
        let listing = match resolve(Some(&underlying), world.shelf()) {
            Ok(listing) => listing,
            Err(fault) => return self.fault(req_id, fault, world),
        };
        // Options on futures, which a future's exchange would name, are not there.
        if given(request.fut_fop_exchange.as_ref()).is_none() && listing.series.is_none() && listing.option.is_none() {
            for class in OptionClass::on(listing.symbol) {
                self.chain(req_id, &listing, class, world);
            }
        }
        self.send(&Reply::SecDefOptParameterEnd(IdOnly { req_id: Some(req_id) }));
    }

    fn chain(&mut self, req_id: i32, listing: &Listing, class: &'static OptionClass, world: &World) {
        let days = class.last_days(world.now());
        let mut strikes: Vec<i64> =
            days.iter().flat_map(|day| world.feed().strikes(class, *day, world.now())).collect();
        strikes.sort_unstable();
        strikes.dedup();
        let strikes = convert::strikes(&strikes);
        for exchange in convert::option_exchanges(class) {
            self.send(&Reply::SecDefOptParameter(Box::new(SecDefOptParameter {
                req_id: Some(req_id),
                exchange: Some(exchange.to_owned()),
                underlying_con_id: Some(listing.con_id),
                trading_class: Some(class.name.to_owned()),
                multiplier: Some(MULTIPLIER.to_string()),
                expirations: days.iter().map(|day| day.strftime("%Y%m%d").to_string()).collect(),
                strikes: strikes.clone(),
            })));
        }
    }

    /// What a calculation is about: the option, what is given and the underlying's price.
    fn calculation(request: &CalculationRequest, world: &World) -> Result<(Listing, Given), Fault> {
        let listing = resolve(request.contract.as_ref(), world.shelf())?;
        if listing.option.is_none() {
            return Err(unprocessed("The contract is not an option"));
        }
        let given = convert::calculation(request);
        given.map(|given| (listing, given)).ok_or_else(|| unprocessed("Price and volatility must be positive"))
    }

    /// Answers with the volatility that a price implies at a price of the underlying.
    pub(super) fn implied_volatility(&mut self, request: &CalculationRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let answer = Self::calculation(request, world).and_then(|(listing, Given { value: price, under })| {
            let right = listing.option.map(|terms| terms.right).ok_or_else(|| unprocessed("no option"))?;
            let pricing = world.feed().pricing(listing.con_id, under, world.now());
            let pricing = pricing.ok_or_else(|| unprocessed("No data to compute it with"))?;
            let vol = pricing.implied(right, price);
            vol.map(|vol| crate::math::option::Pricing { vol, ..pricing }.greeks(right))
                .zip(vol)
                .ok_or_else(|| unprocessed("No volatility gives this price"))
                .map(|(greeks, vol)| ticks::computed(req_id, CALCULATED, vol, &greeks, under))
        });
        match answer {
            Ok(tick) => self.send(&tick),
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    /// Answers with the price at a volatility and a price of the underlying.
    pub(super) fn option_price(&mut self, request: &CalculationRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let answer = Self::calculation(request, world).and_then(|(listing, Given { value: vol, under })| {
            let pricing = world.feed().pricing(listing.con_id, under, world.now());
            let right = listing.option.map(|terms| terms.right);
            let (pricing, right) = pricing.zip(right).ok_or_else(|| unprocessed("No data to compute it with"))?;
            let greeks = crate::math::option::Pricing { vol, ..pricing }.greeks(right);
            Ok(ticks::computed(req_id, CALCULATED, vol, &greeks, under))
        });
        match answer {
            Ok(tick) => self.send(&tick),
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    /// Exercises an option of the account, or gives it up.
    pub(super) fn exercise_options(&mut self, request: &ExerciseOptionsRequest, world: &mut World) {
        let order_id = request.order_id.unwrap_or(0);
        let account = given(request.account.as_ref()).is_none_or(|account| account == world.account());
        let wish =
            resolve(request.contract.as_ref(), world.shelf()).and_then(|listing| match request.exercise_action {
                _ if !account => Err(Fault::invalid("Invalid account code")),
                Some(action @ 1..=2) => Ok(Exercise {
                    con_id: listing.con_id,
                    lapse: action == 2,
                    quantity: i64::from(request.exercise_quantity.unwrap_or(0)),
                    anyway: request.r#override.unwrap_or(false),
                }),
                _ => Err(unprocessed("The action must be 1 to exercise or 2 to lapse")),
            });
        if let Err(fault) = wish.and_then(|wish| world.exercise(&wish)) {
            self.fault(order_id, fault, world);
        }
    }
}
