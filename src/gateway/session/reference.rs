//! Contracts, symbol search and market rules.

use super::Session;
use crate::gateway::driver::World;
use crate::gateway::feed::{LISTINGS, Listing};
use crate::gateway::venue::Fault;
use crate::gateway::wire::proto::{
    Contract, ContractData, ContractDataRequest, ContractDescription, IdOnly, MarketRule, MatchingSymbolsRequest,
    SecDefOptParamsRequest, SmartComponents, SmartComponentsRequest, SymbolSamples,
};
use crate::gateway::wire::{Reply, convert};

/// How many matches a symbol search gives, as IB does.
const MATCHES: usize = 16;

/// The listing a request names, by contract id or by symbol; IB's error 200 if there is none.
pub(super) fn resolve(contract: Option<&Contract>) -> Result<&'static Listing, Fault> {
    let found = contract.and_then(|contract| {
        if let Some(con_id) = contract.con_id.filter(|id| *id != 0) {
            return Listing::by_con_id(con_id).filter(|listing| agrees(contract, listing));
        }
        let symbol = given(contract.local_symbol.as_ref()).or(given(contract.symbol.as_ref()))?;
        Listing::by_symbol(&symbol.to_ascii_uppercase()).filter(|listing| agrees(contract, listing))
    });
    found.ok_or_else(|| Fault::new(200, "No security definition has been found for the request"))
}

/// Whether nothing the request says contradicts the listing: an order for something else must not become one for it.
fn agrees(contract: &Contract, listing: &Listing) -> bool {
    let is = |field: Option<&String>, allowed: &[&str]| {
        given(field).is_none_or(|text| allowed.iter().any(|a| a.eq_ignore_ascii_case(text)))
    };
    // NASDAQ's name of old, which clients still use.
    let island = if listing.primary_exchange == "NASDAQ" { "ISLAND" } else { listing.primary_exchange };
    contract.combo_legs.is_empty()
        && contract.delta_neutral_contract.is_none()
        && is(contract.sec_type.as_ref(), &["STK"])
        && is(contract.currency.as_ref(), &[convert::CURRENCY])
        && is(contract.exchange.as_ref(), &[convert::SMART, listing.primary_exchange, island])
        && is(contract.primary_exch.as_ref(), &[listing.primary_exchange, convert::SMART, island])
        && is(contract.symbol.as_ref(), &[listing.symbol])
        && is(contract.local_symbol.as_ref(), &[listing.symbol])
}

fn given(field: Option<&String>) -> Option<&str> {
    field.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// How well a listing matches a pattern, lower is better: the symbol itself, its beginning, then words of the name.
fn rank(listing: &Listing, pattern: &str) -> Option<u8> {
    let name = listing.name.to_ascii_uppercase();
    if listing.symbol == pattern {
        Some(0)
    } else if listing.symbol.starts_with(pattern) {
        Some(1)
    } else if name.starts_with(pattern) {
        Some(2)
    } else if name.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(pattern)) {
        Some(3)
    } else {
        None
    }
}

impl Session {
    pub(super) fn contract_data(&mut self, request: &ContractDataRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        match resolve(request.contract.as_ref()) {
            Ok(listing) => {
                self.send(&Reply::ContractData(Box::new(ContractData {
                    req_id: Some(req_id),
                    contract: Some(convert::contract(listing)),
                    contract_details: Some(convert::details(listing, &world.hours())),
                })));
                self.send(&Reply::ContractDataEnd(IdOnly { req_id: Some(req_id) }));
            }
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    pub(super) fn matching_symbols(&mut self, request: &MatchingSymbolsRequest) {
        let pattern = request.pattern.as_deref().unwrap_or("").trim().to_ascii_uppercase();
        let mut matches: Vec<_> = if pattern.is_empty() {
            Vec::new()
        } else {
            LISTINGS.iter().filter_map(|listing| rank(listing, &pattern).map(|rank| (rank, listing))).collect()
        };
        // Stable: equals keep the universe's order, most traded first.
        matches.sort_by_key(|(rank, _)| *rank);
        let contract_descriptions = matches
            .into_iter()
            .take(MATCHES)
            .map(|(_, listing)| ContractDescription {
                contract: Some(Contract { description: Some(listing.name.to_owned()), ..convert::contract(listing) }),
                derivative_sec_types: Vec::new(),
            })
            .collect();
        self.send(&Reply::SymbolSamples(SymbolSamples { req_id: request.req_id, contract_descriptions }));
    }

    pub(super) fn market_rule(&mut self, id: Option<i32>, world: &World) {
        let price_increments = id.map(convert::increments).unwrap_or_default();
        if price_increments.is_empty() {
            // The rule's id is all the client waits with; an empty ladder is what there is to say.
            tracing::debug!(?id, now = world.now(), "an unknown market rule");
        }
        self.send(&Reply::MarketRule(MarketRule { market_rule_id: id, price_increments }));
    }
}

impl Session {
    /// Answers with the chains of an underlying: there are no options in this market, so the end alone.
    pub(super) fn option_chains(&mut self, request: &SecDefOptParamsRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let underlying = Contract {
            con_id: request.underlying_con_id,
            symbol: request.underlying_symbol.clone(),
            sec_type: request.underlying_sec_type.clone(),
            ..Contract::default()
        };
        match resolve(Some(&underlying)) {
            Ok(_) => self.send(&Reply::SecDefOptParameterEnd(IdOnly { req_id: Some(req_id) })),
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    /// Answers with the exchanges behind a consolidated quote: quotes here name none, so there are none.
    pub(super) fn smart_components(&mut self, request: &SmartComponentsRequest) {
        self.send(&Reply::SmartComponents(SmartComponents { req_id: request.req_id, smart_components: Vec::new() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::wire::proto::{ComboLeg, DeltaNeutralContract};

    fn named(symbol: &str) -> Contract {
        Contract { symbol: Some(symbol.to_owned()), ..Contract::default() }
    }

    #[test]
    fn a_contract_is_found_by_id_by_symbol_and_by_local_symbol() {
        let by_id = Contract { con_id: Some(265598), ..Contract::default() };
        let local = Contract { local_symbol: Some("BRK B".to_owned()), ..Contract::default() };
        assert_eq!(resolve(Some(&by_id)).unwrap().symbol, "AAPL");
        assert_eq!(resolve(Some(&named("aapl"))).unwrap().con_id, 265598);
        assert_eq!(resolve(Some(&local)).unwrap().con_id, 72063691);
    }

    #[test]
    fn what_contradicts_the_listing_or_is_unknown_is_error_200() {
        let future = Contract { sec_type: Some("FUT".to_owned()), ..named("AAPL") };
        let euro = Contract { currency: Some("EUR".to_owned()), ..named("AAPL") };
        let elsewhere = Contract { primary_exch: Some("NYSE".to_owned()), ..named("AAPL") };
        // An id does not make another contract of it.
        let other = Contract { con_id: Some(265598), ..named("MSFT") };
        let spread = Contract { combo_legs: vec![ComboLeg::default()], ..named("AAPL") };
        let hedged = Contract { delta_neutral_contract: Some(DeltaNeutralContract::default()), ..named("AAPL") };
        for contract in [
            Some(&future),
            Some(&euro),
            Some(&elsewhere),
            Some(&other),
            Some(&spread),
            Some(&hedged),
            Some(&named("ZZZZ")),
            Some(&Contract::default()),
            None,
        ] {
            assert_eq!(resolve(contract).unwrap_err().code, 200);
        }
    }

    #[test]
    fn the_symbol_itself_comes_before_beginnings_and_names() {
        let mut found: Vec<_> = LISTINGS.iter().filter_map(|l| rank(l, "V").map(|r| (r, l.symbol))).collect();
        found.sort_by_key(|(rank, _)| *rank);
        assert_eq!(found.first().map(|(_, symbol)| *symbol), Some("V"));
        assert!(LISTINGS.iter().any(|l| l.symbol == "AAPL" && rank(l, "APPLE").is_some()));
    }
}
