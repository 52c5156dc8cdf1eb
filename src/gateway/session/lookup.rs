//! Which instrument a request means.
//!
//! By contract id if one is given, else by security type and symbol; without a security type a stock is meant. Nothing the request
//! says may contradict the instrument: an order for something else must not become one for it. What is found several times is
//! told as such where one is needed (error 200, as TWS answers an ambiguous contract), and in full where details are asked for.

use jiff::civil::Date;

use crate::gateway::Nanos;
use crate::gateway::feed::futures::{self, Series};
use crate::gateway::feed::options::{CLASSES, Right, Terms};
use crate::gateway::feed::{Feed, Kind, LISTINGS, Listing, indices::INDICES};
use crate::gateway::venue::Fault;
use crate::gateway::wire::convert;
use crate::gateway::wire::proto::Contract;

/// The one instrument a request means; error 200 if there is none, or more than one.
pub(super) fn resolve(contract: Option<&Contract>, shelf: Shelf<'_>) -> Result<Listing, Fault> {
    match all(contract, shelf)?[..] {
        [one] => Ok(one),
        _ => {
            let symbol = contract.and_then(|contract| given(contract.symbol.as_ref())).unwrap_or_default();
            Err(Fault::new(200, format!("The contract description specified for {symbol} is ambiguous.")))
        }
    }
}

/// Every instrument a request may mean, at least one; error 200 if there is none.
pub(super) fn all(contract: Option<&Contract>, shelf: Shelf<'_>) -> Result<Vec<Listing>, Fault> {
    let found = contract.map(|contract| candidates(contract, shelf)).unwrap_or_default();
    if found.is_empty() {
        return Err(Fault::new(200, "No security definition has been found for the request"));
    }
    Ok(found)
}

/// What there is to be found at a moment: without a market no options, whose strikes depend on it.
#[derive(Debug, Clone, Copy)]
pub(in crate::gateway) struct Shelf<'a> {
    /// The moment.
    pub now: Nanos,
    /// The market.
    pub feed: Option<&'a Feed>,
}

impl Shelf<'_> {
    /// Whether an option's strike is or was listed.
    fn lists(&self, listing: &Listing) -> bool {
        listing.option.is_none_or(|terms| self.feed.is_some_and(|feed| feed.is_listed(&terms, self.now)))
    }
}

fn candidates(contract: &Contract, shelf: Shelf<'_>) -> Vec<Listing> {
    let expired = contract.include_expired.unwrap_or(false);
    let alive = |listing: &Listing| listing.ends().is_none_or(|ends| expired || ends > shelf.now);
    let fits = |listing: &Listing| agrees(contract, listing) && alive(listing);
    if let Some(con_id) = contract.con_id.filter(|id| *id != 0) {
        return Listing::by_con_id(con_id).into_iter().filter(|l| fits(l) && shelf.lists(l)).collect();
    }
    if given(contract.local_symbol.as_ref()).or(given(contract.symbol.as_ref())).is_none() {
        return Vec::new();
    }
    let of = |listings: &'static [Listing]| listings.iter().copied().filter(fits).collect();
    match given(contract.sec_type.as_ref()).unwrap_or("STK").to_ascii_uppercase().as_str() {
        "STK" => of(LISTINGS),
        "IND" => of(INDICES),
        "FUT" if expired => of(futures::contracts()),
        "FUT" => futures::PRODUCTS
            .iter()
            .flat_map(|product| futures::listed(product, shelf.now))
            .copied()
            .filter(fits)
            .collect(),
        "OPT" => option_candidates(contract, shelf).into_iter().filter(fits).collect(),
        _ => Vec::new(),
    }
}

/// The options a request may mean: of the classes, days, strikes and rights it leaves open, all that are listed.
fn option_candidates(contract: &Contract, shelf: Shelf<'_>) -> Vec<Listing> {
    let Some(feed) = shelf.feed else { return Vec::new() };
    let local = given(contract.local_symbol.as_ref());
    let symbol = given(contract.symbol.as_ref());
    let strike = convert::strike(contract);
    let day = named_month(contract).map(str::to_owned).or_else(|| local.and_then(local_day));
    let mut found = Vec::new();
    for class in &CLASSES {
        let named = symbol.map_or_else(
            || local.is_some_and(|local| local.split_whitespace().next() == Some(class.name)),
            |symbol| class.underlying.eq_ignore_ascii_case(symbol),
        );
        if !named {
            continue;
        }
        let mut days = class.last_days(shelf.now);
        // What has expired is found by its day alone: there is no list of it.
        if let Some(gone) = day.as_deref().and_then(|day| Date::strptime("%Y%m%d", day).ok())
            && contract.include_expired.unwrap_or(false)
            && !days.contains(&gone)
        {
            days.push(gone);
        }
        for last_day in days {
            let of = |strike, right| Terms::of(class, last_day, strike, right);
            if !day.as_deref().is_none_or(|day| of(class.unit, Right::Call).is_some_and(|t| is_expiry(day, &t))) {
                continue;
            }
            for strike in
                feed.strikes(class, last_day, shelf.now).into_iter().filter(|s| strike.is_none_or(|w| w == *s))
            {
                let both = [Right::Call, Right::Put].into_iter();
                found.extend(both.filter_map(|right| of(strike, right)?.listing()));
            }
        }
    }
    found
}

/// The day in an option's local symbol, as requests write it.
fn local_day(local: &str) -> Option<String> {
    let digits = local.get(6..12).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    Some(format!("20{digits}"))
}

/// The month or day that a request names.
fn named_month(contract: &Contract) -> Option<&str> {
    given(contract.last_trade_date_or_contract_month.as_ref()).or(given(contract.last_trade_date.as_ref()))
}

/// Whether `YYYYMM` or `YYYYMMDD` names an option's month, its last day or the day it expires.
fn is_expiry(wanted: &str, terms: &Terms) -> bool {
    let day = |day: Date| day.strftime("%Y%m%d").to_string();
    wanted == terms.expiry.strftime("%Y%m").to_string() || wanted == day(terms.last_day) || wanted == day(terms.expiry)
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
        Kind::Option => [convert::SMART, "", ""],
    };
    let local = listing.local();
    let month = match (named_month(contract), &listing.series, &listing.option) {
        (Some(wanted), Some(series), _) => is_month(wanted, series),
        (Some(wanted), None, Some(terms)) => is_expiry(wanted, terms),
        (Some(_), None, None) => false,
        (None, ..) => true,
    };
    let class = match &listing.option {
        Some(terms) => {
            if convert::strike(contract).is_some_and(|strike| strike != terms.strike)
                || !is(contract.right.as_ref(), convert::rights(terms.right))
            {
                return false;
            }
            terms.class.name
        }
        None => listing.symbol,
    };
    let on_exchange = |field: Option<&String>| {
        is(field, &venues) || (listing.kind == Kind::Option && is(field, &convert::OPTION_EXCHANGES))
    };

    month
        && convert::is_multiplier(contract, listing)
        && contract.combo_legs.is_empty()
        && contract.delta_neutral_contract.is_none()
        && is(contract.sec_type.as_ref(), &[convert::sec_type(listing)])
        && is(contract.currency.as_ref(), &[convert::CURRENCY])
        && on_exchange(contract.exchange.as_ref())
        && on_exchange(contract.primary_exch.as_ref())
        && is(contract.symbol.as_ref(), &[listing.symbol])
        && is(contract.local_symbol.as_ref(), &[&local])
        && (!matches!(listing.kind, Kind::Future | Kind::Option) || is(contract.trading_class.as_ref(), &[class]))
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

    fn shelf() -> Shelf<'static> {
        Shelf { now: 1_770_822_000_000_000_000, feed: None }
    }

    fn resolve(contract: Option<&Contract>) -> Result<Listing, Fault> {
        super::resolve(contract, shelf())
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
        let es = of_type("FUT", "ES", "CME");
        let month = |text: &str| Contract { last_trade_date_or_contract_month: Some(text.to_owned()), ..es.clone() };
        let local = |contract: &Contract| resolve(Some(contract)).map(|l| l.series.unwrap().local);
        let ambiguous = resolve(Some(&es)).unwrap_err();
        assert_eq!((ambiguous.code, ambiguous.text.contains("ES is ambiguous")), (200, true));
        assert_eq!(all(Some(&es), shelf()).unwrap().len(), 8);
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
        let by_id = Contract { con_id: Some(resolve(Some(&month("202603"))).unwrap().con_id), ..es };
        assert_eq!(local(&by_id), Ok("ESH6"));
    }
}
