//! What IB's algorithms take: with which types of order, and the ranges of their settings.
//!
//! The words of algorithms and the shape of their values are the grammar's; their names at IB are the adapter's. Here stands what
//! both leave open: `ib-facts.md` §5.1.
//!
//! Must not know: how a sentence spells an algorithm, IB's names.

use jiff::civil::Time;
use rust_decimal::Decimal;

use super::terms::{Algo, Attributes, Pricing, Tif};
use crate::money::Qty;

/// Shares of the volume lie between these, in percent.
const SHARES: (Decimal, Decimal) = (Decimal::ONE, Decimal::from_parts(50, 0, 0, false, 0));
/// Algorithms for options alone.
const OF_OPTIONS: [&str; 2] = ["impact", "minimpact"];

impl Algo {
    /// A setting's value.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Whether a setting without a value is there.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }
}

/// A percentage as a setting has it.
pub fn percent(value: &str) -> Option<Decimal> {
    Decimal::from_str_exact(value.strip_suffix('%')?).ok()
}

/// A minute as a setting has it, `10:30`.
pub fn minute(value: &str) -> Option<Time> {
    let (hour, minute) = value.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// Why the algorithm of an order cannot be sent, if so: the reason names the word.
pub fn obstacle<P, D, E, C>(
    pricing: &Pricing<P, D>,
    tif: Option<Tif>,
    qty: Option<Qty>,
    said: &Attributes<E, C>,
) -> Option<String> {
    let algo = said.algo.as_ref()?;
    let name = algo.name.as_str();
    if !matches!(pricing, Pricing::Market | Pricing::Limit(_)) {
        return Some(format!("{name} works mkt and lmt orders, not {}", pricing.keyword()));
    }
    if matches!(tif, Some(Tif::Ioc | Tif::Fok)) {
        return Some(format!("{name} needs time: not ioc, not fok"));
    }
    if OF_OPTIONS.contains(&name) {
        return Some(format!("{name} is for options"));
    }
    if name == "adaptive" && algo.flags.len() != 1 {
        return Some("adaptive is urgent, normal or patient: one of them".into());
    }
    if name.starts_with("pctvol") && !algo.settings.iter().any(|(key, _)| key.ends_with("pct")) {
        return Some(format!("{name} needs a share of the volume"));
    }
    algo.settings.iter().find_map(|(key, value)| outside(key, value, qty)).or_else(|| {
        let (from, to) = (minute(algo.setting("from")?)?, minute(algo.setting("to")?)?);
        (from >= to).then(|| "to lies after from".to_owned())
    })
}

/// What is wrong with the value of a setting.
fn outside(key: &str, value: &str, qty: Option<Qty>) -> Option<String> {
    match key {
        "pct" | "minpct" | "maxpct" | "startpct" | "endpct" => {
            let fair = percent(value).is_some_and(|share| (SHARES.0..=SHARES.1).contains(&share));
            (!fair).then(|| format!("{key}={value}: a share of the volume lies between 1% and 50%"))
        }
        "delta" => {
            let fair = percent(value).is_some_and(|p| p > Decimal::ZERO && p <= Decimal::ONE_HUNDRED);
            (!fair).then(|| format!("{key}={value} lies between 0% and 100%"))
        }
        "piece" | "show" | "every" => {
            let count = value.parse::<i64>().ok().filter(|n| *n > 0).map(Qty::from);
            let most = qty.filter(|_| key != "every");
            match (count, most) {
                (None, _) => Some(format!("{key}={value} is not above zero")),
                (Some(count), Some(most)) if count > most => Some(format!("{key}={value} is more than the order")),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Price;

    type Kind = Pricing<Price, Price>;

    fn said(name: &str, settings: &[(&str, &str)], flags: &[&str]) -> Attributes<Price, u32> {
        let settings = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let flags = flags.iter().map(ToString::to_string).collect();
        Attributes { algo: Some(Algo { name: name.to_owned(), settings, flags }), ..Attributes::default() }
    }

    fn against(said: &Attributes<Price, u32>) -> Option<String> {
        obstacle(&Kind::Market, Some(Tif::Day), Some(Qty::from(100)), said)
    }

    #[test]
    fn ranges_are_kept_and_the_word_is_named() {
        for fair in [
            said("adaptive", &[], &["urgent"]),
            said("vwap", &[("pct", "1%"), ("from", "10:00"), ("to", "15:30")], &["notake"]),
            said("pctvol", &[("pct", "50%")], &[]),
            said("ad", &[("piece", "100"), ("every", "3600")], &[]),
            said("twap", &[], &[]),
        ] {
            assert_eq!(against(&fair), None, "{fair:?}");
        }
        for (unfair, word) in [
            (said("adaptive", &[], &[]), "urgent"),
            (said("vwap", &[("pct", "0.9%")], &[]), "pct=0.9%"),
            (said("vwap", &[("pct", "51%")], &[]), "pct=51%"),
            (said("pctvol", &[], &[]), "share of the volume"),
            (said("vwap", &[("from", "10:00"), ("to", "10:00")], &[]), "to lies after from"),
            (said("darkice", &[("show", "101")], &[]), "show=101"),
            (said("ad", &[("piece", "0")], &[]), "piece=0"),
            (said("pctvolpx", &[("pct", "5%"), ("delta", "0%")], &[]), "delta=0%"),
            (said("minimpact", &[("pct", "5%")], &[]), "options"),
        ] {
            assert!(against(&unfair).is_some_and(|text| text.contains(word)), "{unfair:?}");
        }
    }

    #[test]
    fn only_market_and_limit_orders_that_last_have_an_algorithm() {
        let urgent = said("adaptive", &[], &["urgent"]);
        let stop = Kind::Stop { trigger: Price::from(1), limit: None };
        assert!(obstacle(&stop, None, None, &urgent).is_some_and(|text| text.contains("not stp")));
        assert!(obstacle(&Kind::Market, Some(Tif::Ioc), None, &urgent).is_some());
        assert_eq!(obstacle(&Kind::Limit(Price::from(1)), Some(Tif::Gtc), None, &urgent), None);
    }
}
