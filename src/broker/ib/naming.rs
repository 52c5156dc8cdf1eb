//! Names of contracts: from a sentence's words to the fields of IB's contract, and back.
//!
//! Invariants: a name that was made of a contract finds that contract again; what has no such name is shown by IB's local
//! name and never asked for by it.
//!
//! Must not know: connections, prices, orders. Absent: stocks listed outside the United States, bonds, contracts for
//! difference, options on futures (their month cannot be told from the contract alone), futures in whose name IB uses
//! another letter than that of their month.

use ibapi::contracts::{Contract as Wire, Exchange, OptionRight, SecurityType};
use jiff::civil::Date;

use super::{contract, convert};
use crate::broker::event::Refusal;
use crate::domain::SafeText;
use crate::domain::instrument::SecType;
use crate::domain::order::SMART;
use crate::sentence::{self, Class, Contract, FutureMonth, Kind, Named, OptionPart, Right, Under};

/// Classes of index options beside the index's own name: another settlement, other expiries.
const CLASSES: [(&str, &str); 4] = [("SPXW", "SPX"), ("NDXP", "NDX"), ("RUTW", "RUT"), ("VIXW", "VIX")];
/// Where currencies trade at IB.
const IDEALPRO: &str = "IDEALPRO";
/// Where cryptocurrencies trade at IB.
const PAXOS: &str = "PAXOS";

/// The fields by which IB finds what is named.
pub fn query(asked: &Contract) -> Result<Wire, Refusal> {
    let absent = |what: &str| Err(contract::refused(&format!("{what} cannot be asked for yet")));
    let named = match asked {
        // The id decides; a kind that contradicts it, and the client's own is a stock, finds nothing.
        Contract::ConId(id) => {
            let security_type = SecurityType::Other(String::new());
            return Ok(Wire { contract_id: *id, security_type, ..Wire::default() });
        }
        Contract::Named(named) => named,
    };
    let (root, suffix) = match &named.under {
        Under::Root { listing: Some(_), .. } => return absent("stocks listed outside the United States"),
        Under::Root { root, suffix, listing: None } => (root, suffix.as_deref()),
        Under::Future { root, month } => return future(asked, root, *month),
    };
    let of = |kind: SecurityType, symbol: &str, exchange: &str, currency: &str| Wire {
        symbol: symbol.into(),
        security_type: kind,
        exchange: Exchange::from(exchange),
        currency: currency.into(),
        ..Wire::default()
    };
    let second = suffix.unwrap_or("USD");
    Ok(match (asked.class(), named.kind, named.option) {
        (_, Some(Kind::Bond | Kind::Cfd), _) => return absent("bonds and contracts for difference"),
        (_, Some(Kind::Index), _) => of(SecurityType::Index, root, "", "USD"),
        (Class::Forex, ..) => of(SecurityType::ForexPair, root, IDEALPRO, second),
        (Class::Crypto, ..) => of(SecurityType::Crypto, root, PAXOS, second),
        (_, _, Some(option)) => {
            let plain = suffix.map_or_else(|| root.clone(), |suffix| format!("{root} {suffix}"));
            let of_index = CLASSES.iter().find(|(class, _)| *class == plain);
            let symbol = of_index.map_or(plain.as_str(), |(_, index)| index);
            // The class is said of indices alone: IB has several for one symbol there.
            let said = of_index.is_some() || CLASSES.iter().any(|(_, index)| *index == plain);
            Wire {
                last_trade_date_or_contract_month: option.expiry.strftime("%Y%m%d").to_string(),
                strike: convert::to_wire(option.strike).ok_or_else(|| contract::refused("the strike is no number"))?,
                right: Some(if option.right == Right::Call { OptionRight::Call } else { OptionRight::Put }),
                trading_class: if said { plain.clone() } else { String::new() },
                ..of(SecurityType::Option, symbol, SMART, "USD")
            }
        }
        _ => {
            let symbol = suffix.map_or_else(|| root.clone(), |suffix| format!("{root} {suffix}"));
            of(SecurityType::Stock, &symbol, SMART, "USD")
        }
    })
}

fn future(asked: &Contract, root: &str, month: Option<FutureMonth>) -> Result<Wire, Refusal> {
    if asked.option().is_some() {
        return Err(contract::refused("options on futures cannot be asked for yet"));
    }
    Ok(Wire {
        symbol: root.into(),
        security_type: SecurityType::Future,
        exchange: Exchange::from(""),
        currency: "".into(),
        last_trade_date_or_contract_month: month.map(|m| format!("{:04}{:02}", m.year, m.month)).unwrap_or_default(),
        ..Wire::default()
    })
}

/// The kind of a contract.
pub fn kind(wire: &Wire) -> SecType {
    match wire.security_type {
        SecurityType::Stock => SecType::Stock,
        SecurityType::Option => SecType::Option,
        SecurityType::Future => SecType::Future,
        SecurityType::FuturesOption => SecType::FutureOption,
        SecurityType::ForexPair => SecType::Forex,
        SecurityType::Crypto => SecType::Crypto,
        SecurityType::Index => SecType::Index,
        _ => SecType::Other,
    }
}

/// The name of a contract on the screen: what a sentence says, or IB's local name where a sentence has no word for it.
pub fn name(wire: &Wire) -> SafeText {
    if let Some(name) = named(wire).and_then(|named| Contract::Named(named).name()) {
        return convert::text(&name);
    }
    let local = wire.local_symbol.trim();
    let local = if local.is_empty() { contract::shown_symbol(wire.symbol.as_str()) } else { convert::text(local) };
    // What would be read as the name of another contract says what sets it apart.
    let kind = wire.security_type.to_string();
    if kind.is_empty() || sentence::contract(&local, None).is_err() {
        return local;
    }
    let apart = if is_us(wire) { kind.as_str() } else { wire.currency.as_str() };
    convert::text(&format!("{local} [{apart}]"))
}

/// Whether its prices are in US dollars, as those of every stock and option are that a sentence names.
fn is_us(wire: &Wire) -> bool {
    matches!(wire.currency.as_str().trim(), "" | "USD")
}

/// Whether it is the class that the symbol alone stands for: an adjusted or a small contract, and one of another cycle, have
/// one of their own.
fn is_main_class(wire: &Wire, symbol: &str) -> bool {
    let class = wire.trading_class.trim();
    let bare: String = symbol.chars().filter(char::is_ascii_alphanumeric).collect();
    match kind(wire) {
        SecType::Option => class.is_empty() || class == bare || CLASSES.contains(&(class, symbol)),
        // Some are called otherwise than their symbol (`6E` of EUR); a longer name (`SIL` of SI) is another size, one that ends
        // with a number (`VX49` of VIX) another cycle.
        SecType::Future => {
            let longer = class.len() > symbol.len() && class.starts_with(symbol);
            !longer && (class == symbol || !class.ends_with(|c: char| c.is_ascii_digit()))
        }
        _ => true,
    }
}

fn named(wire: &Wire) -> Option<Named> {
    let symbol = wire.symbol.as_str().trim().to_ascii_uppercase();
    let root = |root: String, suffix: Option<String>| Under::Root { root, suffix, listing: None };
    let under = |symbol: &str| match symbol.split_once(' ') {
        Some((name, class)) => root(name.to_owned(), Some(class.trim().to_owned())),
        None => root(symbol.to_owned(), None),
    };
    let pair = || root(symbol.clone(), Some(wire.currency.as_str().to_ascii_uppercase()));
    let plain = |kind, under| Named { kind, under, option: None };
    if !is_main_class(wire, &symbol) {
        return None;
    }
    match kind(wire) {
        SecType::Stock | SecType::Option | SecType::Index if !is_us(wire) => None,
        SecType::Stock => Some(plain(Some(Kind::Stock), under(&symbol))),
        SecType::Index => Some(plain(Some(Kind::Index), under(&symbol))),
        SecType::Forex => Some(plain(Some(Kind::Cash), pair())),
        SecType::Crypto => Some(plain(Some(Kind::Crypto), pair())),
        SecType::Future => {
            let month = month(wire)?;
            Some(plain(None, Under::Future { root: symbol, month: Some(month) }))
        }
        SecType::Option => {
            let class = CLASSES.iter().find(|(class, index)| *class == wire.trading_class && *index == symbol);
            Some(Named {
                kind: None,
                under: under(class.map_or(symbol.as_str(), |(class, _)| class)),
                option: Some(OptionPart {
                    expiry: last_day(wire)?,
                    strike: convert::price(wire.strike)?.0.normalize(),
                    right: if wire.right? == OptionRight::Call { Right::Call } else { Right::Put },
                }),
            })
        }
        SecType::FutureOption | SecType::Other => None,
    }
}

/// The last day a contract trades, of what ends.
pub fn last_day(wire: &Wire) -> Option<Date> {
    let day = wire.last_trade_date_or_contract_month.get(..8)?;
    Date::strptime("%Y%m%d", day).ok()
}

/// The month of a future: the letter and digits that its local name ends with, in the decade of its last day. The month of
/// the last day itself is another one for some (oil ends in the month before).
fn month(wire: &Wire) -> Option<FutureMonth> {
    let last = last_day(wire)?;
    let local = wire.local_symbol.trim();
    let digits = local.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (head, year) = local.split_at_checked(local.len().checked_sub(digits)?)?;
    let month = FutureMonth::LETTERS.find(head.chars().next_back()?)?;
    let month = i8::try_from(month).ok()?.checked_add(1)?;
    let said = year.parse::<i16>().ok()?;
    let cycle = 10_i16.checked_pow(u32::try_from(digits).ok()?).filter(|cycle| *cycle > 1)?;
    // It ends in its own year or in the last month of the one before.
    let year = (last.year()..=last.year().checked_add(1)?).find(|year| year.rem_euclid(cycle) == said)?;
    Some(FutureMonth { year, month })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence;

    fn wire(name: &str) -> Wire {
        query(&sentence::contract(name, None).unwrap()).unwrap()
    }

    #[test]
    fn a_name_finds_what_it_was_made_of() {
        for name in [
            "AAPL",
            "BRK.B",
            "ind:SPX",
            "EUR.USD",
            "BTC.USD",
            "AAPL 18DEC26 190C",
            "SPXW 18DEC26 5000P",
            "SPX 17DEC26 4975.5C",
        ] {
            assert_eq!(super::name(&wire(name)).as_str(), name);
        }
        let spxw = wire("SPXW 18DEC26 5000P");
        assert_eq!((spxw.symbol.as_str(), spxw.trading_class.as_str(), spxw.strike), ("SPX", "SPXW", 5000.0));
        assert_eq!(wire("SPX 17DEC26 5000P").trading_class, "SPX", "else both classes of a day would answer");
        assert_eq!(wire("AAPL 18DEC26 190C").trading_class, "");
        assert_eq!(wire("BRK.B 18DEC26 500C").symbol.as_str(), "BRK B");
        assert_eq!(wire("conid:265598").contract_id, 265_598);
    }

    #[test]
    fn a_future_is_named_by_the_month_of_its_local_name() {
        let es = wire("/ESZ26");
        assert_eq!(es.last_trade_date_or_contract_month, "202612");
        assert_eq!(wire("/ES").last_trade_date_or_contract_month, "");
        let found = |local: &str, last: &str| {
            let (local_symbol, last) = (local.to_owned(), last.to_owned());
            name(&Wire { local_symbol, last_trade_date_or_contract_month: last, ..wire("/CL") }).to_string()
        };
        assert_eq!(found("CLZ6", "20261120"), "/CLZ26");
        assert_eq!(found("CLF7", "20261218"), "/CLF27", "oil ends before its month");
        assert_eq!(found("CLF27", "20261218"), "/CLF27");
        assert_eq!(found("CL 19M", "20261218"), "CL 19M", "what has no letter keeps IB's name");
        assert_eq!(found("CLF7", ""), "CLF7 [FUT]", "which would be a stock");
    }

    #[test]
    fn what_only_looks_like_another_contract_has_another_name() {
        let euro = Wire { currency: "EUR".into(), local_symbol: "SAP".into(), ..wire("SAP") };
        assert_eq!(name(&euro).as_str(), "SAP [EUR]");
        let cfd = Wire { security_type: SecurityType::CFD, local_symbol: "AAPL".into(), ..wire("AAPL") };
        assert_eq!(name(&cfd).as_str(), "AAPL [CFD]");
        let option = |class: &str, local: &str| {
            let (trading_class, local_symbol) = (class.to_owned(), local.to_owned());
            name(&Wire { trading_class, local_symbol, ..wire("AAPL 18DEC26 190C") }).to_string()
        };
        assert_eq!(option("AAPL", "AAPL  261218C00190000"), "AAPL 18DEC26 190C");
        assert_eq!(option("AAPL1", "AAPL1 261218C00190000"), "AAPL1 261218C00190000 [OPT]", "adjusted");
        let class = Wire { trading_class: "BRKB".into(), ..wire("BRK.B 18DEC26 500C") };
        assert_eq!(name(&class).as_str(), "BRK.B 18DEC26 500C");
        let future = |symbol: &str, class: &str, local: &str| {
            let (trading_class, local_symbol) = (class.to_owned(), local.to_owned());
            let last_trade_date_or_contract_month = "20261218".to_owned();
            name(&Wire { trading_class, local_symbol, last_trade_date_or_contract_month, ..wire(symbol) }).to_string()
        };
        assert_eq!(future("/SI", "SI", "SIZ6"), "/SIZ26");
        assert_eq!(future("/SI", "SIL", "SILZ6"), "SILZ6 [FUT]", "a fifth of it");
        assert_eq!(future("/VIX", "VX", "VXZ6"), "/VIXZ26");
        assert_eq!(future("/VIX", "VX49", "VX49Z6"), "VX49Z6 [FUT]", "of a week");
        assert_eq!(future("/EUR", "6E", "6EZ6"), "/EURZ26");
        let text = name(&euro).to_string();
        assert!(sentence::contract(&text, None).is_err(), "nothing that is said finds it");
    }

    #[test]
    fn a_number_is_asked_for_without_a_kind() {
        assert_eq!(wire("conid:495512").security_type.to_string(), "");
    }

    #[test]
    fn what_cannot_be_asked_for_is_refused() {
        for name in ["SAP@IBIS", "bond:IBM", "cfd:IBM", "/ESZ26 18DEC26 5000P"] {
            assert!(query(&sentence::contract(name, None).unwrap()).is_err(), "{name}");
        }
    }
}
