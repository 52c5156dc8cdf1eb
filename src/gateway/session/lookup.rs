//! Which instrument a request means.
//!
//! By contract id if one is given, else by security type and symbol; without a security type a stock is meant. Nothing the request
//! says may contradict the instrument: an order for something else must not become one for it. What is found several times is
//! told as such where one is needed (error 200, as TWS answers an ambiguous contract), and in full where details are asked for.

use crate::gateway::Nanos;
use crate::gateway::feed::futures::{self, Series};
use crate::gateway::feed::{Kind, LISTINGS, Listing, indices::INDICES};
use crate::gateway::venue::Fault;
use crate::gateway::wire::convert;
use crate::gateway::wire::proto::Contract;

/// The one instrument a request means; error 200 if there is none, or more than one.
pub(super) fn resolve(contract: Option<&Contract>, now: Nanos) -> Result<&'static Listing, Fault> {
    match all(contract, now)?[..] {
        [one] => Ok(one),
        _ => {
            let symbol = contract.and_then(|contract| given(contract.symbol.as_ref())).unwrap_or_default();
            Err(Fault::new(200, format!("The contract description specified for {symbol} is ambiguous.")))
        }
    }
}

/// Every instrument a request may mean, at least one; error 200 if there is none.
pub(super) fn all(contract: Option<&Contract>, now: Nanos) -> Result<Vec<&'static Listing>, Fault> {
    let found = contract.map(|contract| candidates(contract, now)).unwrap_or_default();
    if found.is_empty() {
        return Err(Fault::new(200, "No security definition has been found for the request"));
    }
    Ok(found)
}

fn candidates(contract: &Contract, now: Nanos) -> Vec<&'static Listing> {
    let expired = contract.include_expired.unwrap_or(false);
    let alive = |listing: &Listing| listing.series.is_none_or(|series| expired || series.ends > now);
    let fits = |listing: &&'static Listing| agrees(contract, listing) && alive(listing);
    if let Some(con_id) = contract.con_id.filter(|id| *id != 0) {
        return Listing::by_con_id(con_id).into_iter().filter(fits).collect();
    }
    if given(contract.local_symbol.as_ref()).or(given(contract.symbol.as_ref())).is_none() {
        return Vec::new();
    }
    match given(contract.sec_type.as_ref()).unwrap_or("STK").to_ascii_uppercase().as_str() {
        "STK" => LISTINGS.iter().filter(fits).collect(),
        "IND" => INDICES.iter().filter(fits).collect(),
        "FUT" if expired => futures::contracts().iter().filter(fits).collect(),
        "FUT" => futures::PRODUCTS.iter().flat_map(|product| futures::listed(product, now)).filter(fits).collect(),
        _ => Vec::new(),
    }
}

/// Whether nothing the request says contradicts the instrument.
fn agrees(contract: &Contract, listing: &Listing) -> bool {
    let is = |field: Option<&String>, allowed: &[&str]| {
        given(field).is_none_or(|text| allowed.iter().any(|a| a.eq_ignore_ascii_case(text)))
    };
    let exchange = listing.primary_exchange;
    let venues = match listing.kind {
        // NASDAQ's name of old, which clients still use.
        Kind::Stock | Kind::Etf if exchange == "NASDAQ" => [convert::SMART, exchange, "ISLAND"],
        Kind::Stock | Kind::Etf => [convert::SMART, exchange, exchange],
        Kind::Index | Kind::Future => [exchange; 3],
    };
    let local = listing.series.map_or(listing.symbol, |series| series.local);
    let named = contract.last_trade_date_or_contract_month.as_ref().or(contract.last_trade_date.as_ref());
    let month = match (given(named), &listing.series) {
        (Some(wanted), Some(series)) => is_month(wanted, series),
        (Some(_), None) => false,
        (None, _) => true,
    };

    month
        && convert::is_multiplier(contract, listing)
        && contract.combo_legs.is_empty()
        && contract.delta_neutral_contract.is_none()
        && is(contract.sec_type.as_ref(), &[convert::sec_type(listing)])
        && is(contract.currency.as_ref(), &[convert::CURRENCY])
        && is(contract.exchange.as_ref(), &venues)
        && is(contract.primary_exch.as_ref(), &venues)
        && is(contract.symbol.as_ref(), &[listing.symbol])
        && is(contract.local_symbol.as_ref(), &[local])
        && (listing.kind != Kind::Future || is(contract.trading_class.as_ref(), &[listing.symbol]))
}

/// Whether `YYYYMM` or `YYYYMMDD` names the contract: its month or its last day.
fn is_month(wanted: &str, series: &Series) -> bool {
    let (year, month) = series.month;
    wanted == format!("{year:04}{month:02}") || wanted == series.last_day.strftime("%Y%m%d").to_string()
}

/// What a field says, if anything.
pub(super) fn given(field: Option<&String>) -> Option<&str> {
    field.map(|text| text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::wire::proto::{ComboLeg, DeltaNeutralContract};

    fn resolve(contract: Option<&Contract>) -> Result<&'static Listing, Fault> {
        super::resolve(contract, 1_770_822_000_000_000_000)
    }

    fn named(symbol: &str) -> Contract {
        Contract { symbol: Some(symbol.to_owned()), ..Contract::default() }
    }

    fn of_type(sec_type: &str, symbol: &str, exchange: &str) -> Contract {
        let text = |text: &str| Some(text.to_owned());
        Contract { sec_type: text(sec_type), exchange: text(exchange), ..named(symbol) }
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
    fn an_index_is_found_at_its_own_exchange_and_nowhere_else() {
        for (symbol, exchange, con_id) in [
            ("SPX", "CBOE", 416_904),
            ("VIX", "CBOE", 13_455_763),
            ("NDX", "NASDAQ", 416_843),
            ("RUT", "RUSSELL", 416_888),
            ("INDU", "CME", 1_935_181),
        ] {
            assert_eq!(resolve(Some(&of_type("IND", symbol, exchange))).unwrap().con_id, con_id);
            assert_eq!(resolve(Some(&of_type("IND", symbol, ""))).unwrap().con_id, con_id);
            for wrong in [of_type("IND", symbol, "SMART"), of_type("STK", symbol, "SMART"), named(symbol)] {
                assert_eq!(resolve(Some(&wrong)).unwrap_err().code, 200, "{wrong:?}");
            }
        }
        assert_eq!(resolve(Some(&of_type("IND", "AAPL", ""))).unwrap_err().code, 200);
    }

    #[test]
    fn a_future_needs_its_month_and_without_it_is_ambiguous() {
        // 2026-02-11.
        let now = 1_770_822_000_000_000_000;
        let es = of_type("FUT", "ES", "CME");
        let month = |text: &str| Contract { last_trade_date_or_contract_month: Some(text.to_owned()), ..es.clone() };
        let local = |contract: &Contract| resolve(Some(contract)).map(|l| l.series.unwrap().local);
        let ambiguous = resolve(Some(&es)).unwrap_err();
        assert_eq!((ambiguous.code, ambiguous.text.contains("ES is ambiguous")), (200, true));
        assert_eq!(all(Some(&es), now).unwrap().len(), 8);
        assert_eq!(local(&month("202603")), Ok("ESH6"));
        assert_eq!(local(&month("20260618")), Ok("ESM6"));
        let named = Contract { local_symbol: Some("ESU6".to_owned()), symbol: None, ..es.clone() };
        assert_eq!(local(&named), Ok("ESU6"));
        let units = |multiplier| Contract { multiplier: Some(multiplier), ..month("202603") };
        assert_eq!((local(&units(50.0)), local(&units(0.0))), (Ok("ESH6"), Ok("ESH6")));
        let expired = month("202512");
        for wrong in
            [units(5.0), month("202604"), expired.clone(), of_type("FUT", "ES", "SMART"), of_type("STK", "ES", "")]
        {
            assert_eq!(resolve(Some(&wrong)).unwrap_err().code, 200, "{wrong:?}");
        }
        let asked = Contract { include_expired: Some(true), ..expired };
        assert_eq!(local(&asked), Ok("ESZ5"));
        let by_id = Contract { con_id: Some(super::resolve(Some(&month("202603")), now).unwrap().con_id), ..es };
        assert_eq!(local(&by_id), Ok("ESH6"));
    }
}
