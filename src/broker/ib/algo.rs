//! Algorithms between the desk's words and IB's names (`algoStrategy`, `algoParams`; `ib-facts.md` §5.1).
//!
//! Invariants: every setting goes out under its name or the order is refused; a strategy or parameter that comes in and has no
//! word here is `None`. Shares of the volume are fractions on the wire, minutes carry their zone, which is New York's.
//!
//! Must not know: whether an algorithm suits an order.

use ibapi::contracts::TagValue;
use ibapi::orders::Order as WireOrder;
use rust_decimal::Decimal;

use crate::domain::algos;
use crate::domain::instrument::ContractRef;
use crate::domain::order::{Attributes, Distance, OrderSpec};
use crate::domain::terms::Algo;

/// How the value of a setting is written.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// A percentage, as a fraction.
    Share,
    /// A minute in New York.
    Minute,
    /// A whole number.
    Whole,
    /// One of these words, by these names.
    Of(&'static [(&'static str, &'static str)]),
}

/// A strategy: its word, its name, its settings and its switches, each by word and name.
struct Strategy {
    word: &'static str,
    name: &'static str,
    settings: &'static [(&'static str, &'static str, Form)],
    switches: &'static [(&'static str, &'static str)],
}

const ZONE: &str = " US/Eastern";
const FROM: (&str, &str, Form) = ("from", "startTime", Form::Minute);
const TO: (&str, &str, Form) = ("to", "endTime", Form::Minute);
const MOST: (&str, &str, Form) = ("pct", "maxPctVol", Form::Share);
const PCT: (&str, &str, Form) = ("pct", "pctVol", Form::Share);
const START: (&str, &str, Form) = ("startpct", "startPctVol", Form::Share);
const END: (&str, &str, Form) = ("endpct", "endPctVol", Form::Share);
const RISK: (&str, &str, Form) = (
    "risk",
    "riskAversion",
    Form::Of(&[("getdone", "Get Done"), ("aggressive", "Aggressive"), ("neutral", "Neutral"), ("passive", "Passive")]),
);
const STYLE: (&str, &str, Form) = (
    "style",
    "strategyType",
    Form::Of(&[
        ("marketable", "Marketable"),
        ("mid", "Matching Midpoint"),
        ("same", "Matching Same Side"),
        ("last", "Matching Last"),
    ]),
);
const PAST: (&str, &str) = ("past", "allowPastEndTime");
const NO_TAKE: (&str, &str) = ("notake", "noTakeLiq");
const FORCE: (&str, &str) = ("force", "forceCompletion");
/// How urgent an adaptive order is: a switch here, a value at IB.
const PRIORITY: &str = "adaptivePriority";
const PRIORITIES: [(&str, &str); 3] = [("urgent", "Urgent"), ("normal", "Normal"), ("patient", "Patient")];

const STRATEGIES: [Strategy; 13] = [
    Strategy { word: "adaptive", name: "Adaptive", settings: &[], switches: &[] },
    Strategy {
        word: "vwap",
        name: "Vwap",
        settings: &[MOST, FROM, TO],
        switches: &[NO_TAKE, PAST, ("speedup", "speedUp")],
    },
    Strategy { word: "twap", name: "Twap", settings: &[STYLE, FROM, TO], switches: &[PAST] },
    Strategy { word: "arrivalpx", name: "ArrivalPx", settings: &[MOST, RISK, FROM, TO], switches: &[FORCE, PAST] },
    Strategy { word: "pctvol", name: "PctVol", settings: &[PCT, FROM, TO], switches: &[NO_TAKE] },
    Strategy {
        word: "pctvolpx",
        name: "PctVolPx",
        settings: &[
            PCT,
            ("delta", "deltaPctVol", Form::Share),
            ("minpct", "minPctVol4Px", Form::Share),
            ("maxpct", "maxPctVol4Px", Form::Share),
            FROM,
            TO,
        ],
        switches: &[NO_TAKE],
    },
    Strategy { word: "pctvolsz", name: "PctVolSz", settings: &[START, END, FROM, TO], switches: &[NO_TAKE] },
    Strategy { word: "pctvoltm", name: "PctVolTm", settings: &[START, END, FROM, TO], switches: &[NO_TAKE] },
    Strategy {
        word: "darkice",
        name: "DarkIce",
        settings: &[("show", "displaySize", Form::Whole), FROM, TO],
        switches: &[PAST],
    },
    Strategy {
        word: "ad",
        name: "AD",
        settings: &[
            ("piece", "componentSize", Form::Whole),
            ("every", "timeBetweenOrders", Form::Whole),
            ("giveup", "giveUp", Form::Whole),
            ("from", "activeTimeStart", Form::Minute),
            ("to", "activeTimeEnd", Form::Minute),
        ],
        switches: &[
            ("catchup", "catchUp"),
            ("randsize", "randomizeSize55"),
            ("randtime", "randomizeTime20"),
            ("wait", "waitForFill"),
        ],
    },
    Strategy { word: "closepx", name: "ClosePx", settings: &[MOST, RISK, FROM], switches: &[FORCE] },
    Strategy { word: "impact", name: "BalanceImpactRisk", settings: &[MOST, RISK], switches: &[FORCE] },
    Strategy { word: "minimpact", name: "MinImpact", settings: &[MOST], switches: &[] },
];

/// Writes the order's algorithm into `wire`; switches that are not said go out as off, so that no preset of TWS sets them.
pub fn to_wire(spec: &OrderSpec, wire: &mut WireOrder) -> Result<(), &'static str> {
    let Some(algo) = &spec.attributes.algo else { return Ok(()) };
    let said = &spec.attributes;
    if algos::obstacle(&spec.kind, Some(spec.tif), Some(spec.qty), said).is_some() {
        return Err("its algorithm is not one that the broker takes with these settings");
    }
    let strategy = STRATEGIES.iter().find(|s| s.word == algo.name).ok_or("its algorithm has no name at the broker")?;
    strategy.name.clone_into(&mut wire.algo_strategy);
    let tag = |tag: &str, value: String| TagValue { tag: tag.to_owned(), value };
    for (key, value) in &algo.settings {
        let setting = strategy.settings.iter().find(|(word, ..)| word == key);
        let (_, name, form) = setting.ok_or("a setting of its algorithm has no name at the broker")?;
        wire.algo_params.push(tag(name, form.written(value).ok_or("a setting of its algorithm cannot be written")?));
    }
    if strategy.word == "adaptive" {
        let priority = PRIORITIES.iter().find(|(word, _)| algo.has(word)).ok_or("its algorithm has no priority")?;
        wire.algo_params.push(tag(PRIORITY, priority.1.to_owned()));
        return Ok(());
    }
    let known = |flag: &String| strategy.switches.iter().any(|(word, _)| word == flag);
    if !algo.flags.iter().all(known) {
        return Err("a switch of its algorithm has no name at the broker");
    }
    for (word, name) in strategy.switches {
        wire.algo_params.push(tag(name, if algo.has(word) { "1" } else { "0" }.to_owned()));
    }
    Ok(())
}

/// Reads the algorithm of a wire order, if it has one, into `said`; `None` where there is no word for it here.
pub fn read(wire: &WireOrder, said: &mut Attributes<Distance, ContractRef>) -> Option<()> {
    if wire.algo_strategy.is_empty() {
        return Some(());
    }
    let strategy = STRATEGIES.iter().find(|s| s.name == wire.algo_strategy)?;
    let mut algo = Algo { name: strategy.word.to_owned(), settings: Vec::new(), flags: Vec::new() };
    for TagValue { tag, value } in &wire.algo_params {
        if tag == PRIORITY && strategy.word == "adaptive" {
            let (word, _) = PRIORITIES.iter().find(|(_, name)| name == value)?;
            algo.flags.push((*word).to_owned());
        } else if let Some((word, _, form)) = strategy.settings.iter().find(|(_, name, _)| name == tag) {
            algo.settings.push(((*word).to_owned(), form.read(value)?));
        } else {
            let (word, _) = strategy.switches.iter().find(|(_, name)| name == tag)?;
            match value.as_str() {
                "1" | "true" => algo.flags.push((*word).to_owned()),
                "" | "0" | "false" => {}
                _ => return None,
            }
        }
    }
    algo.settings.sort();
    algo.flags.sort();
    said.algo = Some(algo);
    Some(())
}

impl Form {
    fn written(self, value: &str) -> Option<String> {
        match self {
            Self::Share => Some(algos::percent(value)?.checked_div(Decimal::ONE_HUNDRED)?.normalize().to_string()),
            Self::Minute => Some(format!("{}{ZONE}", algos::minute(value)?.strftime("%H:%M:%S"))),
            Self::Whole => value.parse::<u32>().ok().map(|n| n.to_string()),
            Self::Of(words) => words.iter().find(|(word, _)| *word == value).map(|(_, name)| (*name).to_owned()),
        }
    }

    fn read(self, value: &str) -> Option<String> {
        match self {
            Self::Share => {
                let share = Decimal::from_str_exact(value).ok()?.checked_mul(Decimal::ONE_HUNDRED)?;
                Some(format!("{}%", share.normalize()))
            }
            Self::Minute => {
                let clock = value.strip_suffix(ZONE)?.strip_suffix(":00")?;
                algos::minute(clock).map(|time| time.strftime("%H:%M").to_string())
            }
            Self::Whole => value.parse::<u32>().ok().map(|n| n.to_string()),
            Self::Of(words) => words.iter().find(|(_, name)| *name == value).map(|(word, _)| (*word).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;
    use crate::sentence::{self, Sentence};

    fn spec(said: &str) -> OrderSpec {
        let Ok(Sentence::Entry(entry)) = sentence::parse(&format!("buy 5000 INTC 25 {said}")) else {
            panic!("{said} cannot be read")
        };
        let mut spec = samples::buy(5_000, Some("25"));
        spec.attributes.algo = entry.clauses.attributes.algo;
        spec
    }

    #[test]
    fn each_strategy_goes_out_under_ibs_names_and_comes_back_as_said() {
        type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
        let table: [Row; 11] = [
            ("algo adaptive patient", "Adaptive", &[("adaptivePriority", "Patient")]),
            (
                "algo vwap pct=10% from=10:00 to=15:30 notake",
                "Vwap",
                &[
                    ("startTime", "10:00:00 US/Eastern"),
                    ("maxPctVol", "0.1"),
                    ("endTime", "15:30:00 US/Eastern"),
                    ("noTakeLiq", "1"),
                    ("allowPastEndTime", "0"),
                    ("speedUp", "0"),
                ],
            ),
            ("algo twap style=mid past", "Twap", &[("strategyType", "Matching Midpoint"), ("allowPastEndTime", "1")]),
            (
                "algo arrivalpx pct=12.5% risk=getdone force",
                "ArrivalPx",
                &[
                    ("maxPctVol", "0.125"),
                    ("riskAversion", "Get Done"),
                    ("forceCompletion", "1"),
                    ("allowPastEndTime", "0"),
                ],
            ),
            ("algo pctvol pct=5%", "PctVol", &[("pctVol", "0.05"), ("noTakeLiq", "0")]),
            (
                "algo pctvolpx delta=2% maxpct=20% minpct=5% pct=10%",
                "PctVolPx",
                &[
                    ("deltaPctVol", "0.02"),
                    ("maxPctVol4Px", "0.2"),
                    ("minPctVol4Px", "0.05"),
                    ("pctVol", "0.1"),
                    ("noTakeLiq", "0"),
                ],
            ),
            (
                "algo pctvolsz endpct=20% startpct=10%",
                "PctVolSz",
                &[("endPctVol", "0.2"), ("startPctVol", "0.1"), ("noTakeLiq", "0")],
            ),
            (
                "algo pctvoltm endpct=20% startpct=10% notake",
                "PctVolTm",
                &[("endPctVol", "0.2"), ("startPctVol", "0.1"), ("noTakeLiq", "1")],
            ),
            ("algo darkice show=100", "DarkIce", &[("displaySize", "100"), ("allowPastEndTime", "0")]),
            (
                "algo ad every=60 from=09:45 piece=100 catchup randtime",
                "AD",
                &[
                    ("timeBetweenOrders", "60"),
                    ("activeTimeStart", "09:45:00 US/Eastern"),
                    ("componentSize", "100"),
                    ("catchUp", "1"),
                    ("randomizeSize55", "0"),
                    ("randomizeTime20", "1"),
                    ("waitForFill", "0"),
                ],
            ),
            (
                "algo closepx pct=10% risk=neutral force",
                "ClosePx",
                &[("maxPctVol", "0.1"), ("riskAversion", "Neutral"), ("forceCompletion", "1")],
            ),
        ];
        for (said, name, params) in table {
            let spec = spec(said);
            let mut wire = WireOrder::default();
            to_wire(&spec, &mut wire).unwrap_or_else(|why| panic!("{said}: {why}"));
            assert_eq!(wire.algo_strategy, name, "{said}");
            let mut written: Vec<_> = wire.algo_params.iter().map(|p| (p.tag.as_str(), p.value.as_str())).collect();
            let mut wanted = params.to_vec();
            written.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(written, wanted, "{said}");
            let mut back = Attributes::default();
            assert_eq!(read(&wire, &mut back), Some(()), "{said}");
            assert_eq!(back.algo, spec.attributes.algo, "{said}");
        }
    }

    #[test]
    fn every_algorithm_of_the_grammar_has_its_name() {
        for offered in sentence::complete("buy 1 X 1 algo ", 15) {
            assert!(STRATEGIES.iter().any(|s| s.word == offered.text), "{}", offered.text);
        }
    }

    #[test]
    fn a_strategy_or_parameter_without_a_word_here_is_not_read_as_another() {
        let wire = |name: &str, tag: &str, value: &str| WireOrder {
            algo_strategy: name.to_owned(),
            algo_params: vec![TagValue { tag: tag.to_owned(), value: value.to_owned() }],
            ..WireOrder::default()
        };
        let reads = |wire: &WireOrder| read(wire, &mut Attributes::default()).is_some();
        assert!(!reads(&wire("Vwap", "monetaryValue", "5")));
        assert!(!reads(&wire("Jefferies", "x", "1")));
        assert!(!reads(&wire("Adaptive", "adaptivePriority", "Soon")));
        assert!(!reads(&wire("Vwap", "startTime", "10:00:30 US/Eastern")), "no minute");
        assert!(reads(&WireOrder::default()));
    }
}
