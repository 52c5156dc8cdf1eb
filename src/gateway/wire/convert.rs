//! What the venue and the feed say, in the words of the messages, and back.
//!
//! Money becomes a double here and nowhere else on this side of the socket. The way there is by the decimal's digits, so
//! that 187.2 is sent as the double nearest to 187.2.

use rust_decimal::Decimal;

use super::Reply;
use super::proto::{CalculationRequest, Contract, ContractDetails, PriceIncrement, TickPrice};
use crate::gateway::feed::futures::RULES;
use crate::gateway::feed::options::{Increments, MULTIPLIER, OptionClass, Right, Style};
use crate::gateway::feed::universe::{US_STOCK_INCREMENTS, US_STOCK_RULE};
use crate::gateway::feed::{Kind, Listing};

/// The one currency of the paper market.
pub(in crate::gateway) const CURRENCY: &str = "USD";
/// IB's smart routing.
pub(in crate::gateway) const SMART: &str = "SMART";

/// What the venue takes, in the words that contract details have for types, times in force and attributes.
const ORDER_TYPES: &str = "ALGO,AON,COND,CONDORDER,DAY,DEACTEOD,DIS,DUR,FOK,GAT,GTC,GTD,HID,ICE,IOC,LIT,LMT,LOC,MIDPX,MIT,MKT,MOC,MTL,OCA,OPG,PASSVREL,PEGMID,PEGMKT,REL,RELPCTOFS,RTH,SNAPMID,SNAPMKT,SNAPREL,STP,STPLMT,SWEEP,TRAIL,TRAILLMT,WHATIF";

/// The exchanges of options on shares beside smart routing; executions happen at the first.
pub(in crate::gateway) const OPTION_EXCHANGES: [&str; 5] = ["CBOE", "AMEX", "PHLX", "ISE", "BOX"];

/// What it takes for futures and options: no auctions, no pegs, nothing that needs smart routing.
const FUTURES_ORDER_TYPES: &str =
    "DAY,DEACTEOD,DUR,FOK,GAT,GTC,GTD,ICE,IOC,LIT,LMT,MIT,MKT,MTL,OCA,RTH,STP,STPLMT,TRAIL,TRAILLMT,WHATIF";

/// The double nearest to a decimal.
pub(in crate::gateway) fn double(value: Decimal) -> f64 {
    // Digits are the one form both sides agree on to the last bit; a decimal always is one.
    value.to_string().parse().unwrap_or(f64::NAN)
}

/// A decimal as the wire's decimal strings have it.
pub(in crate::gateway) fn decimal(value: Decimal) -> String {
    value.normalize().to_string()
}

/// A count of ticks as a double.
pub(in crate::gateway) fn price(listing: &Listing, ticks: i64) -> f64 {
    double(listing.price(ticks).0)
}

/// What a line says when a quote is absent: price −1, size 0.
pub(in crate::gateway) fn no_price(req_id: i32, tick_type: i32) -> Reply {
    Reply::TickPrice(TickPrice {
        req_id: Some(req_id),
        tick_type: Some(tick_type),
        price: Some(-1.0),
        size: Some("0".to_owned()),
        attr_mask: Some(0),
    })
}

/// An instrument's security type; IB counts funds among stocks.
pub(in crate::gateway) const fn sec_type(listing: &Listing) -> &'static str {
    match listing.kind {
        Kind::Stock | Kind::Etf => "STK",
        Kind::Index => "IND",
        Kind::Future => "FUT",
        Kind::Option => "OPT",
    }
}

/// A listing as the wire's contract.
pub(in crate::gateway) fn contract(listing: &Listing) -> Contract {
    let (share, smart) = (is_share(listing), is_share(listing) || listing.option.is_some());
    Contract {
        con_id: Some(listing.con_id),
        symbol: Some(listing.symbol.to_owned()),
        sec_type: Some(sec_type(listing).to_owned()),
        exchange: Some(if smart { SMART } else { listing.primary_exchange }.to_owned()),
        primary_exch: share.then(|| listing.primary_exchange.to_owned()),
        currency: Some(CURRENCY.to_owned()),
        local_symbol: Some(listing.local().into_owned()),
        last_trade_date_or_contract_month: last_day(listing),
        last_trade_date: last_day(listing),
        multiplier: multiplier(listing),
        strike: listing.option.map(|terms| double(terms.strike_price().0)),
        right: listing.option.map(|terms| rights(terms.right)[0].to_owned()),
        trading_class: Some(trading_class(listing).to_owned()),
        ..Contract::default()
    }
}

/// Whether a contract's multiplier, if it states one, is the listing's; of a share none matters.
pub(in crate::gateway) fn is_multiplier(contract: &Contract, listing: &Listing) -> bool {
    let stated = contract.multiplier.filter(|stated| *stated != 0.0 && *stated != f64::MAX);
    match (stated, multiplier(listing)) {
        (Some(stated), Some(own)) => stated == own,
        _ => true,
    }
}

/// The last day of what has one as the wire writes dates.
fn last_day(listing: &Listing) -> Option<String> {
    let day = listing.series.map(|series| series.last_day).or(listing.option.map(|terms| terms.last_day));
    day.map(|day| day.strftime("%Y%m%d").to_string())
}

/// Units of the underlying in one contract, of what has contracts.
fn multiplier(listing: &Listing) -> Option<f64> {
    let of_option = listing.option.map(|_| MULTIPLIER);
    listing.series.map(|series| series.product.multiplier).or(of_option).map(|units| units as f64)
}

/// The strike a contract states, in thousandths; the largest double is none.
pub(in crate::gateway) fn strike(contract: &Contract) -> Option<i64> {
    let stated = contract.strike.filter(|strike| *strike != 0.0 && *strike != f64::MAX)?;
    Some((stated * 1_000.0).round() as i64)
}

/// Strikes in thousandths as doubles.
pub(in crate::gateway) fn strikes(strikes: &[i64]) -> Vec<f64> {
    strikes.iter().map(|strike| double(Decimal::new(*strike, 3))).collect()
}

/// What a calculation is made from.
#[derive(Debug, Clone, Copy)]
pub(in crate::gateway) struct Given {
    /// The price or the volatility.
    pub value: f64,
    /// The underlying's price.
    pub under: f64,
}

/// What a calculation states, if both are positive.
pub(in crate::gateway) fn calculation(request: &CalculationRequest) -> Option<Given> {
    let positive = |value: Option<f64>| value.filter(|value| value.is_finite() && *value > 0.0);
    Some(Given { value: positive(request.given)?, under: positive(request.under_price)? })
}

/// The words for a right, the one that is sent first.
pub(in crate::gateway) const fn rights(right: Right) -> &'static [&'static str; 2] {
    match right {
        Right::Call => &["C", "CALL"],
        Right::Put => &["P", "PUT"],
    }
}

/// Whether smart routing knows it.
const fn is_share(listing: &Listing) -> bool {
    matches!(listing.kind, Kind::Stock | Kind::Etf)
}

fn trading_class(listing: &Listing) -> &str {
    if let Some(terms) = &listing.option {
        return terms.class.name;
    }
    if is_share(listing) && listing.primary_exchange == "NASDAQ" { "NMS" } else { listing.symbol }
}

/// When a contract trades, as the wire writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) struct Hours {
    /// The zone of the two texts.
    pub zone: &'static str,
    /// All sessions.
    pub trading: String,
    /// The regular ones.
    pub liquid: String,
}

/// What is fixed about a listing; its order types are those the venue simulates and no others.
pub(in crate::gateway) fn details(listing: &Listing, hours: &Hours) -> ContractDetails {
    let exchanges = match listing.kind {
        Kind::Stock | Kind::Etf => vec![SMART, listing.primary_exchange],
        Kind::Option => listing.option.map(|terms| option_exchanges(terms.class)).unwrap_or_default(),
        Kind::Index | Kind::Future => vec![listing.primary_exchange],
    };
    let rules: Vec<_> = exchanges.iter().map(|_| listing.market_rule_id.to_string()).collect();
    let kind = match listing.kind {
        Kind::Stock => Some("COMMON"),
        Kind::Etf => Some("ETF"),
        Kind::Index | Kind::Future | Kind::Option => None,
    };
    let order_types = match listing.kind {
        Kind::Stock | Kind::Etf => ORDER_TYPES,
        Kind::Future | Kind::Option => FUTURES_ORDER_TYPES,
        Kind::Index => "",
    };
    let under = match (&listing.series, &listing.option) {
        (Some(series), _) => Some((series.product.con_id(), "IND")),
        (_, Some(terms)) => terms.class.under().map(|under| (under.con_id, sec_type(under))),
        (None, None) => None,
    };
    let month = listing.series.map(|series| format!("{:04}{:02}", series.month.0, series.month.1));
    let expiry = listing.option.map(|terms| terms.expiry);
    ContractDetails {
        market_name: Some(trading_class(listing).to_owned()),
        min_tick: Some(decimal(listing.tick().0)),
        order_types: Some(order_types.to_owned()),
        valid_exchanges: Some(exchanges.join(",")),
        price_magnifier: Some(1),
        under_con_id: under.map(|(con_id, _)| con_id),
        under_symbol: under.map(|_| listing.symbol.to_owned()),
        under_sec_type: under.map(|(_, kind)| kind.to_owned()),
        contract_month: month.or(expiry.map(|day| day.strftime("%Y%m").to_string())),
        real_expiration_date: expiry.map(|day| day.strftime("%Y%m%d").to_string()).or(last_day(listing)),
        long_name: Some(listing.name.to_owned()),
        industry: Some(listing.sector.to_owned()),
        time_zone_id: Some(hours.zone.to_owned()),
        trading_hours: Some(hours.trading.clone()),
        liquid_hours: Some(hours.liquid.clone()),
        agg_group: Some(1),
        market_rule_ids: Some(rules.join(",")),
        stock_type: kind.map(str::to_owned),
        min_size: Some(listing.size_increment.to_string()),
        size_increment: Some(listing.size_increment.to_string()),
        suggested_size_increment: Some(listing.round_lot.to_string()),
        ..ContractDetails::default()
    }
}

/// Where the options of a class trade, smart routing first.
pub(in crate::gateway) fn option_exchanges(class: &OptionClass) -> Vec<&'static str> {
    match class.style {
        Style::European => vec![SMART, "CBOE"],
        Style::American => std::iter::once(SMART).chain(OPTION_EXCHANGES).collect(),
    }
}

/// The rungs of a market rule; none for a rule that does not exist here.
pub(in crate::gateway) fn increments(rule: i32) -> Vec<PriceIncrement> {
    let rungs: &[(i64, i64)] = match rule {
        US_STOCK_RULE => &US_STOCK_INCREMENTS,
        rule => match RULES.iter().find(|(id, _)| *id == rule) {
            Some((_, increment)) => &[(0, *increment)],
            None => Increments::of_rule(rule).map_or(&[], Increments::rungs),
        },
    };
    let dollars = |count: i64| Some(double(Decimal::new(count, 4)));
    let rung =
        |(edge, increment): &(i64, i64)| PriceIncrement { low_edge: dollars(*edge), increment: dollars(*increment) };
    rungs.iter().map(rung).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Price;

    proptest! {
        #[test]
        fn a_price_comes_back_from_its_double(mantissa in any::<i32>(), scale in 0u32..6) {
            let value = Decimal::new(i64::from(mantissa), scale);
            prop_assert_eq!(Price::from_wire(double(value)), Some(Price(value.normalize())));
        }
    }

    #[test]
    fn a_nasdaq_stock_trades_in_class_nms() {
        let apple = contract(Listing::by_symbol("AAPL").unwrap());
        assert_eq!(apple.trading_class.as_deref(), Some("NMS"));
        assert_eq!(apple.con_id, Some(265598));
    }
}
