//! Contracts, symbol search and market rules.

use super::Session;
use super::lookup::all;
use crate::gateway::driver::World;
use crate::gateway::feed::futures::{PRODUCTS, listed};
use crate::gateway::feed::indices::INDICES;
use crate::gateway::feed::options::OptionClass;
use crate::gateway::feed::{LISTINGS, Listing};
use crate::gateway::wire::proto::{
    Contract, ContractData, ContractDataRequest, ContractDescription, IdOnly, MarketRule, MatchingSymbolsRequest,
    SmartComponents, SmartComponentsRequest, SymbolSamples,
};
use crate::gateway::wire::{Reply, convert};

/// How many matches a symbol search gives, as IB does.
const MATCHES: usize = 16;

/// A match of a search; futures are found as what they are on, with their kind beside it, as IB has it.
fn described(listing: &Listing) -> ContractDescription {
    let description = Some(listing.name.to_owned());
    match listing.series {
        None => ContractDescription {
            contract: Some(Contract { description, ..convert::contract(listing) }),
            derivative_sec_types: OptionClass::on(listing.symbol).take(1).map(|_| "OPT".to_owned()).collect(),
        },
        Some(series) => ContractDescription {
            contract: Some(Contract {
                con_id: Some(series.product.con_id()),
                symbol: Some(listing.symbol.to_owned()),
                sec_type: Some("IND".to_owned()),
                primary_exch: Some(listing.primary_exchange.to_owned()),
                currency: Some(convert::CURRENCY.to_owned()),
                description,
                ..Contract::default()
            }),
            derivative_sec_types: vec![convert::sec_type(listing).to_owned()],
        },
    }
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
        match all(request.contract.as_ref(), world.shelf()) {
            Ok(found) => {
                for listing in found {
                    self.send(&Reply::ContractData(Box::new(ContractData {
                        req_id: Some(req_id),
                        contract: Some(convert::contract(&listing)),
                        contract_details: Some(convert::details(&listing, &world.hours(&listing))),
                    })));
                }
                self.send(&Reply::ContractDataEnd(IdOnly { req_id: Some(req_id) }));
            }
            Err(fault) => self.fault(req_id, fault, world),
        }
    }

    pub(super) fn matching_symbols(&mut self, request: &MatchingSymbolsRequest, world: &World) {
        let pattern = request.pattern.as_deref().unwrap_or("").trim().to_ascii_uppercase();
        let mut matches: Vec<_> = if pattern.is_empty() {
            Vec::new()
        } else {
            let fronts = PRODUCTS.iter().filter_map(|product| listed(product, world.now()).next());
            let named = LISTINGS.iter().chain(INDICES).chain(fronts);
            named.filter_map(|listing| rank(listing, &pattern).map(|rank| (rank, listing))).collect()
        };
        // Stable: equals keep the universe's order, most traded first.
        matches.sort_by_key(|(rank, _)| *rank);
        let contract_descriptions = matches.into_iter().take(MATCHES).map(|(_, listing)| described(listing)).collect();
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
    /// Answers with the exchanges behind a consolidated quote: quotes here name none, so there are none.
    pub(super) fn smart_components(&mut self, request: &SmartComponentsRequest) {
        self.send(&Reply::SmartComponents(SmartComponents { req_id: request.req_id, smart_components: Vec::new() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_symbol_itself_comes_before_beginnings_and_names() {
        let mut found: Vec<_> = Listing::all().filter_map(|l| rank(l, "V").map(|r| (r, l.symbol))).collect();
        found.sort_by_key(|(rank, _)| *rank);
        assert_eq!(found.first().map(|(_, symbol)| *symbol), Some("V"));
        assert!(Listing::all().any(|l| l.symbol == "AAPL" && rank(l, "APPLE").is_some()));
    }
}
