//! The algorithm of an order as its fields state it: 439 for one that nobody knows, 441 for parameters it does not have, 201 for what
//! TWS knows and this gateway does not simulate.

use jiff::civil::Time;
use rust_decimal::Decimal;

use super::proto::Order as OrderMessage;
use crate::gateway::venue::{Algo, Fault, Way};

/// IB's algorithms that are not simulated.
const OTHERS: [&str; 11] = [
    "Adaptive",
    "Vwap",
    "ArrivalPx",
    "PctVolPx",
    "PctVolSz",
    "PctVolTm",
    "DarkIce",
    "AD",
    "ClosePx",
    "BalanceImpactRisk",
    "MinImpact",
];

/// How an order is worked; `None` without an algorithm.
pub(super) fn read(order: &OrderMessage) -> Result<Option<Algo>, Fault> {
    let strategy = order.algo_strategy.as_deref().unwrap_or("").trim();
    let mut algo = match strategy {
        "" => return Ok(None),
        "Twap" => Algo { way: Way::Twap, start: None, end: None, past: false },
        "PctVol" => Algo { way: Way::PctVol(Decimal::ZERO), start: None, end: None, past: false },
        known if OTHERS.contains(&known) => return Err(Fault::not_simulated(&format!("the algorithm {known}"))),
        _ => return Err(Fault::new(439, "The algorithm definition has not been found.")),
    };
    let failed = |tag: &str| Fault::new(441, format!("Algo attributes validation failed: {tag}"));
    for (tag, value) in &order.algo_params {
        let value = value.trim();
        match (tag.as_str(), algo.way) {
            ("startTime", _) => algo.start = Some(minute(value).ok_or_else(|| failed(tag))?),
            ("endTime", _) => algo.end = Some(minute(value).ok_or_else(|| failed(tag))?),
            ("allowPastEndTime", Way::Twap) => algo.past = flag(value).ok_or_else(|| failed(tag))?,
            ("strategyType", Way::Twap) if value.is_empty() || value == "Marketable" => {}
            ("strategyType", Way::Twap) => return Err(Fault::not_simulated(&format!("the style {value} of Twap"))),
            ("pctVol", Way::PctVol(_)) => {
                let share = Decimal::from_str_exact(value).ok().map(|share| share * Decimal::ONE_HUNDRED);
                let fair = share.filter(|share| *share >= Decimal::ONE && *share <= Decimal::from(50));
                algo.way = Way::PctVol(fair.ok_or_else(|| failed(tag))?);
            }
            ("noTakeLiq", Way::PctVol(_)) => {
                if flag(value).ok_or_else(|| failed(tag))? {
                    return Err(Fault::not_simulated("noTakeLiq of PctVol"));
                }
            }
            _ => return Err(failed(tag)),
        }
    }
    if algo.way == Way::PctVol(Decimal::ZERO) {
        return Err(failed("pctVol"));
    }
    if let (Some(start), Some(end)) = (algo.start, algo.end)
        && start >= end
    {
        return Err(failed("endTime"));
    }
    Ok(Some(algo))
}

fn flag(value: &str) -> Option<bool> {
    match value {
        "1" | "true" => Some(true),
        "" | "0" | "false" => Some(false),
        _ => None,
    }
}

/// `10:00:00 US/Eastern`; no other zone is known here.
fn minute(value: &str) -> Option<Time> {
    let mut words = value.split_whitespace();
    let clock = words.next()?;
    let zone = words.next().is_none_or(|zone| matches!(zone, "US/Eastern" | "America/New_York" | "EST" | "EDT"));
    Time::strptime("%H:%M:%S", clock).ok().filter(|_| zone && words.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(strategy: &str, params: &[(&str, &str)]) -> OrderMessage {
        let algo_params = params.iter().map(|(tag, value)| ((*tag).to_owned(), (*value).to_owned())).collect();
        OrderMessage { algo_strategy: Some(strategy.to_owned()), algo_params, ..OrderMessage::default() }
    }

    #[test]
    fn what_is_simulated_is_read_with_its_times() {
        let twap = order("Twap", &[("startTime", "10:00:00 US/Eastern"), ("allowPastEndTime", "1")]);
        let start = jiff::civil::time(10, 0, 0, 0);
        let wanted = Algo { way: Way::Twap, start: Some(start), end: None, past: true };
        assert_eq!(read(&twap), Ok(Some(wanted)));
        let share = order("PctVol", &[("pctVol", "0.1"), ("noTakeLiq", "0")]);
        let wanted = Algo { way: Way::PctVol(Decimal::TEN), start: None, end: None, past: false };
        assert_eq!(read(&share), Ok(Some(wanted)));
        assert_eq!(read(&OrderMessage::default()), Ok(None));
    }

    #[test]
    fn what_is_not_simulated_or_not_an_algorithm_is_refused_by_its_code() {
        for (strategy, params, code) in [
            ("Vwap", &[][..], 201),
            ("Adaptive", &[("adaptivePriority", "Urgent")], 201),
            ("Twap", &[("strategyType", "Matching Midpoint")], 201),
            ("PctVol", &[("pctVol", "0.1"), ("noTakeLiq", "1")], 201),
            ("Nope", &[], 439),
            ("PctVol", &[], 441),
            ("PctVol", &[("pctVol", "0.6")], 441),
            ("Twap", &[("pctVol", "0.1")], 441),
            ("Twap", &[("startTime", "soon")], 441),
            ("Twap", &[("startTime", "11:00:00 US/Eastern"), ("endTime", "10:00:00 US/Eastern")], 441),
        ] {
            assert_eq!(read(&order(strategy, params)).unwrap_err().code, code, "{strategy} {params:?}");
        }
    }
}
