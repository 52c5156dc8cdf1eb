//! Contracts: finding one by its name, searching, and the price rules they follow.
//!
//! Invariants: an instrument is handed out only with its market rule; where the rule cannot be had, the question is refused
//! rather than answered with a guess. Rules are asked for once per connection's life of the adapter.
//!
//! Must not know: the desk's lists, what is subscribed.

use std::sync::Arc;
use std::time::Duration;

use ibapi::contracts::{Contract as Wire, ContractDescription, ContractDetails, MarketRule};
use ibapi::{Client, Error};
use indexmap::IndexMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::pacing::Pace;
use super::{convert, naming};
use crate::broker::event::Refusal;
use crate::domain::SafeText;
use crate::domain::instrument::{ConId, Instrument, PriceRule, PriceStep, SecType, SymbolMatch};
use crate::domain::listed::Listed;
use crate::domain::order::SMART;
use crate::domain::takes::Takes;
use crate::money::{Price, Qty};
use crate::sentence::{self, Contract};

/// How long a question may take.
pub const ANSWER_MAX: Duration = Duration::from_secs(10);

/// The market rules known so far. The lock is held while one is asked for: a second asker waits for the first answer.
#[derive(Debug, Clone, Default)]
pub struct Rules(Arc<Mutex<IndexMap<i32, PriceRule>>>);

impl Rules {
    /// The rule of this id, from memory or from the broker.
    async fn get(&self, client: &Client, pace: &Pace, id: i32) -> Result<PriceRule, Refusal> {
        /// An unrelated error without a request id fails every open question of this kind: it is asked again.
        const ATTEMPTS: usize = 3;
        let mut known = self.0.lock().await;
        if let Some(rule) = known.get(&id) {
            return Ok(rule.clone());
        }
        let mut last = refused("the broker gave no market rule");
        for _ in 0..ATTEMPTS {
            pace.permit().await;
            match answer(client.market_rule(id)).await {
                Ok(answer) => {
                    let rule = price_rule(&answer).ok_or_else(|| refused("the market rule cannot be read"))?;
                    known.insert(id, rule.clone());
                    return Ok(rule);
                }
                Err(refusal) => last = refusal,
            }
        }
        Err(last)
    }
}

/// The contract of this name; of a future without a month the one that ends next.
pub async fn find(
    client: &Client,
    pace: &Pace,
    rules: &Rules,
    name: &str,
    today: Date,
) -> Result<Box<Instrument>, Refusal> {
    let asked = sentence::contract(name, Some(today)).map_err(|faults| {
        let cause = faults.into_iter().next().map_or_else(|| format!("{name} names no contract"), |fault| fault.cause);
        refused(&cause)
    })?;
    pace.permit().await;
    let found = answer(client.contract_details(&naming::query(&asked)?)).await?;
    let details = one(&asked, name, &found, today)?;
    let rule = rules.get(client, pace, rule_id(details)?).await?;
    instrument(details, rule).map(Box::new)
}

/// The one contract that is meant among those that were found.
fn one<'d>(
    asked: &Contract,
    name: &str,
    found: &'d [ContractDetails],
    today: Date,
) -> Result<&'d ContractDetails, Refusal> {
    // IB lists a future once more under the router of its algorithms.
    let mut found: Vec<&ContractDetails> =
        found.iter().filter(|details| details.contract.exchange.as_str() != "QBALGO").collect();
    if let Contract::ConId(_) = asked {
        // It may be listed once for each exchange that it trades on.
        let routed = |details: &&ContractDetails| details.contract.exchange.as_str() == SMART;
        if found.iter().any(routed) {
            found.retain(routed);
        }
    } else if asked.is_front() {
        // A future of another size or cycle under the same symbol is not the one that is meant.
        found.retain(|details| naming::name(&details.contract).starts_with('/'));
        let ends = |details: &&ContractDetails| naming::last_day(&details.contract);
        found.retain(|details| ends(details).is_some_and(|day| day >= today));
        let next = found.iter().filter_map(ends).min();
        found.retain(|details| ends(details) == next);
    } else {
        // What has another name was not asked for.
        let meant = asked.name();
        found.retain(|details| meant.as_deref() == Some(naming::name(&details.contract).as_str()));
    }
    match found.as_slice() {
        [details] => Ok(details),
        [] => Err(Refusal { code: Some(200), text: format!("No contract is called {name} (200).").into() }),
        [..] => Err(Refusal { code: Some(200), text: format!("{name} names {} contracts.", found.len()).into() }),
    }
}

/// The symbols that match a pattern, as the broker ranks them.
pub async fn search(client: &Client, pace: &Pace, pattern: &str) -> Result<Vec<SymbolMatch>, Refusal> {
    pace.permit().await;
    let found = answer(client.matching_symbols(&wire_symbol(pattern))).await?;
    Ok(found.iter().map(symbol_match).collect())
}

/// Waits for an answer, not longer than [`ANSWER_MAX`].
async fn answer<T>(question: impl Future<Output = Result<T, Error>>) -> Result<T, Refusal> {
    match timeout(ANSWER_MAX, question).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(refusal(&error)),
        Err(_) => Err(refused("no answer within 10 s")),
    }
}

/// An error of the client as a refusal, with IB's code where IB spoke.
pub fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Notice(notice) => Refusal { code: Some(notice.code), text: convert::text(&notice.message) },
        Error::Timeout => refused("no answer"),
        Error::ConnectionReset | Error::ConnectionFailed | Error::Shutdown | Error::Cancelled => {
            refused("the connection was lost")
        }
        other => Refusal { code: None, text: other.to_string().into() },
    }
}

/// A refusal of our own.
pub fn refused(text: &str) -> Refusal {
    Refusal { code: None, text: text.into() }
}

/// A symbol as IB spells it: share classes after a blank.
pub fn wire_symbol(symbol: &str) -> String {
    symbol.trim().to_ascii_uppercase().replace('.', " ")
}

/// A symbol as the screen shows it: share classes after a dot.
pub fn shown_symbol(symbol: &str) -> SafeText {
    convert::text(&symbol.trim().replace(' ', "."))
}

/// The exchange that orders and questions about a contract are routed to.
fn exchange(details: &ContractDetails) -> &str {
    match details.contract.exchange.as_str() {
        "" => details.valid_exchanges.first().map_or(SMART, String::as_str),
        given => given,
    }
}

/// The id of the rule that prices at its exchange follow: the exchanges and the ids are lists of the same order.
fn rule_id(details: &ContractDetails) -> Result<i32, Refusal> {
    let place = details.valid_exchanges.iter().position(|e| e == exchange(details)).unwrap_or(0);
    details
        .market_rule_ids
        .get(place)
        .and_then(|id| id.trim().parse().ok())
        .ok_or_else(|| refused("the broker names no market rule for the contract"))
}

fn price_rule(rule: &MarketRule) -> Option<PriceRule> {
    let step = |i: &ibapi::contracts::PriceIncrement| {
        Some(PriceStep { low_edge: Price::from_wire(i.low_edge)?, increment: convert::paid(i.increment)? })
    };
    PriceRule::new(rule.price_increments.iter().map(step).collect::<Option<_>>()?)
}

fn instrument(details: &ContractDetails, rule: PriceRule) -> Result<Instrument, Refusal> {
    let contract = &details.contract;
    if contract.contract_id <= 0 {
        return Err(refused("the broker gave the contract no id"));
    }
    // 0 is not said.
    if details.price_magnifier > 1 {
        return Err(refused("its prices are quoted in parts of the currency; such contracts are not shown yet"));
    }
    let sec_type = naming::kind(contract);
    Ok(Instrument {
        con_id: ConId(contract.contract_id),
        symbol: naming::name(contract),
        sec_type,
        exchange: convert::text(exchange(details)),
        primary_exchange: convert::text(contract.primary_exchange.as_str()),
        currency: convert::text(contract.currency.as_str()),
        long_name: convert::text(&details.long_name),
        multiplier: multiplier(sec_type, contract)
            .ok_or_else(|| refused("the broker gave the contract no multiplier"))?,
        rule,
        size_increment: size_step(sec_type, details)?,
        takes: Takes { order_types: words(&details.order_types), venues: words(&details.valid_exchanges) },
        last_day: naming::last_day(contract),
        strike: convert::price(contract.strike).filter(|_| sec_type.is_option()),
        listed: listed(details),
    })
}

/// How much one unit at a price of 1 is worth; IB leaves it empty for what is traded piece by piece.
pub fn multiplier(kind: SecType, contract: &Wire) -> Option<Decimal> {
    let said = convert::decimal(&contract.multiplier).filter(|m| *m > Decimal::ZERO);
    match kind {
        SecType::Stock | SecType::Forex | SecType::Crypto | SecType::Index => said.or(Some(Decimal::ONE)),
        SecType::Option | SecType::Future | SecType::FutureOption | SecType::Other => said,
    }
}

/// The hours of the next days, where the zone is one that is known.
fn listed(details: &ContractDetails) -> Listed {
    let Ok(zone) = TimeZone::get(&details.time_zone_id) else { return Listed::default() };
    Listed::read(&details.trading_hours.join(";"), &details.liquid_hours.join(";"), &zone)
}

/// Words of a list, without what is empty.
fn words(raw: &[String]) -> Vec<SafeText> {
    raw.iter().filter_map(|word| convert::some_text(word.trim())).collect()
}

/// The size step of orders: whole pieces at least, since the API refuses fractions of stocks (10241–10252); of currencies and
/// cryptocurrencies what IB says.
fn size_step(kind: SecType, details: &ContractDetails) -> Result<Qty, Refusal> {
    let said = details.size_increment.and_then(convert::qty).filter(|step| step.is_positive());
    match kind {
        SecType::Forex | SecType::Crypto => said.ok_or_else(|| refused("the broker gave the contract no size step")),
        _ => Ok(said.map_or(Qty::from(1), |step| step.max(Qty::from(1)))),
    }
}

fn symbol_match(found: &ContractDescription) -> SymbolMatch {
    let contract = &found.contract;
    SymbolMatch {
        con_id: ConId(contract.contract_id),
        symbol: shown_symbol(contract.symbol.as_str()),
        sec_type: convert::text(contract.security_type.as_str()),
        primary_exchange: convert::text(contract.primary_exchange.as_str()),
        currency: convert::text(contract.currency.as_str()),
        description: convert::text(&contract.description),
    }
}

#[cfg(test)]
mod tests {
    use ibapi::contracts::PriceIncrement;

    use super::*;

    fn details(exchanges: &[&str], rules: &[&str]) -> ContractDetails {
        ContractDetails {
            contract: Wire { contract_id: 265_598, symbol: "BRK B".into(), exchange: SMART.into(), ..Wire::default() },
            valid_exchanges: exchanges.iter().map(ToString::to_string).collect(),
            market_rule_ids: rules.iter().map(ToString::to_string).collect(),
            size_increment: Some(0.0001),
            order_types: vec!["LMT".into(), "MIDPX".into(), String::new()],
            ..ContractDetails::default()
        }
    }

    #[test]
    fn the_rule_is_the_one_of_the_routing_exchange() {
        assert_eq!(rule_id(&details(&["NASDAQ", "SMART"], &["26", "32"])), Ok(32));
        assert!(rule_id(&details(&["NASDAQ", "SMART"], &["26"])).is_err());
        assert!(rule_id(&details(&[], &[])).is_err());
    }

    #[test]
    fn a_share_class_has_a_blank_on_the_wire_and_a_dot_on_the_screen() {
        let rule = PriceRule::flat("0.01".parse().unwrap()).unwrap();
        let found = instrument(&details(&["SMART"], &["1"]), rule).unwrap();
        assert_eq!(found.symbol.as_str(), "BRK.B");
        let takes = Takes { order_types: vec!["LMT".into(), "MIDPX".into()], venues: vec!["SMART".into()] };
        assert_eq!(found.takes, takes);
        assert_eq!(wire_symbol("brk.b"), "BRK B");
    }

    #[test]
    fn sizes_are_whole_shares() {
        assert_eq!(size_step(SecType::Stock, &details(&[], &[])), Ok(Qty::from(1)));
        let coin = size_step(SecType::Crypto, &details(&[], &[]));
        assert_eq!(coin, Ok("0.0001".parse().unwrap()));
    }

    fn future(class: &str, local: &str, last: &str, exchange: &str) -> ContractDetails {
        let contract = Wire {
            symbol: "VIX".into(),
            security_type: ibapi::contracts::SecurityType::Future,
            trading_class: class.into(),
            local_symbol: local.into(),
            last_trade_date_or_contract_month: last.into(),
            exchange: exchange.into(),
            ..Wire::default()
        };
        ContractDetails { contract, ..ContractDetails::default() }
    }

    #[test]
    fn of_several_contracts_under_a_symbol_the_one_of_that_name_is_meant_or_none() {
        let today = jiff::civil::date(2026, 11, 25);
        let chosen = |name: &str, found: &[ContractDetails]| {
            let asked = sentence::contract(name, Some(today)).unwrap();
            one(&asked, name, found, today).map(|details| details.contract.local_symbol.clone()).ok()
        };
        let (week, month) = (future("VX49", "VX49Z6", "20261202", "CFE"), future("VX", "VXZ6", "20261216", "CFE"));
        let both = [week.clone(), month.clone(), future("VX", "VXZ6", "20261216", "QBALGO")];
        assert_eq!(chosen("/VIX", &both).as_deref(), Some("VXZ6"), "the week that ends before is another contract");
        assert_eq!(chosen("/VIXZ26", &both).as_deref(), Some("VXZ6"));
        assert_eq!(chosen("/VIXZ26", &[week]), None);
        assert_eq!(chosen("/VIXZ26", &[month.clone(), month]), None, "which of two is not guessed");
        let listed = |exchange: &str| future("VX", "VXZ6", "20261216", exchange);
        assert_eq!(chosen("conid:7", &[listed("CBOE"), listed(SMART)]).as_deref(), Some("VXZ6"));
        assert_eq!(chosen("conid:7", &[listed("CBOE"), listed("CFE")]), None);
    }

    #[test]
    fn a_rule_with_an_unreadable_step_is_no_rule() {
        let rule = |increment| MarketRule {
            market_rule_id: 26,
            price_increments: vec![PriceIncrement { low_edge: 0.0, increment }],
        };
        assert!(price_rule(&rule(0.01)).is_some());
        assert_eq!(price_rule(&rule(f64::MAX)), None);
        assert_eq!(price_rule(&rule(0.0)), None);
        assert_eq!(price_rule(&MarketRule::default()), None);
    }
}
