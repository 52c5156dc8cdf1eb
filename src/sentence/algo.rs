//! The algorithms an order can name, and their settings. IB's names of both stand in the adapter.

use super::number::{digits, number};
use super::words::Offer;

/// An algorithm and what it can be told.
pub(super) struct Algorithm {
    pub(super) name: Offer,
    pub(super) keys: &'static [(&'static str, Value)],
    pub(super) flags: &'static [Offer],
}

/// What a setting's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// `10%`.
    Percent,
    /// `10:30`, in the zone of the exchange.
    Time,
    /// A whole number.
    Whole,
    /// One of these words.
    Of(&'static [&'static str]),
}

use Value::{Of, Percent, Time, Whole};

const PAST: Offer = ("past", "go on after the end time");
const NO_TAKE: Offer = ("notake", "do not take liquidity");
const FORCE: Offer = ("force", "complete by the end");
const RISK: Value = Of(&["getdone", "aggressive", "neutral", "passive"]);
const FROM: (&str, Value) = ("from", Time);
const TO: (&str, Value) = ("to", Time);
const PCT: (&str, Value) = ("pct", Percent);

pub(super) const ALL: &[Algorithm] = &[
    Algorithm {
        name: ("adaptive", "between market and limit, by urgency"),
        keys: &[],
        flags: &[("urgent", "fill soon"), ("normal", "balanced"), ("patient", "wait for a better price")],
    },
    Algorithm {
        name: ("vwap", "the day's average price by volume"),
        keys: &[PCT, FROM, TO],
        flags: &[NO_TAKE, PAST, ("speedup", "keep up with the schedule")],
    },
    Algorithm {
        name: ("twap", "evenly over time"),
        keys: &[("style", Of(&["marketable", "mid", "same", "last"])), FROM, TO],
        flags: &[PAST],
    },
    Algorithm {
        name: ("arrivalpx", "the price at the start"),
        keys: &[PCT, ("risk", RISK), FROM, TO],
        flags: &[FORCE, PAST],
    },
    Algorithm { name: ("pctvol", "a share of the volume"), keys: &[PCT, FROM, TO], flags: &[NO_TAKE] },
    Algorithm {
        name: ("pctvolpx", "a share of the volume that depends on the price"),
        keys: &[PCT, ("delta", Percent), ("minpct", Percent), ("maxpct", Percent), FROM, TO],
        flags: &[NO_TAKE],
    },
    Algorithm {
        name: ("pctvolsz", "a share of the volume that depends on the size left"),
        keys: &[("startpct", Percent), ("endpct", Percent), FROM, TO],
        flags: &[NO_TAKE],
    },
    Algorithm {
        name: ("pctvoltm", "a share of the volume that depends on the time"),
        keys: &[("startpct", Percent), ("endpct", Percent), FROM, TO],
        flags: &[NO_TAKE],
    },
    Algorithm { name: ("darkice", "hides its size"), keys: &[("show", Whole), FROM, TO], flags: &[PAST] },
    Algorithm {
        name: ("ad", "accumulates or distributes in pieces"),
        keys: &[("piece", Whole), ("every", Whole), ("giveup", Whole), FROM, TO],
        flags: &[
            ("catchup", "catch up after a pause"),
            ("randsize", "vary the pieces by 55 percent"),
            ("randtime", "vary the pauses by 20 percent"),
            ("wait", "wait for each piece to fill"),
        ],
    },
    Algorithm { name: ("closepx", "the closing price"), keys: &[PCT, ("risk", RISK), FROM], flags: &[FORCE] },
    Algorithm {
        name: ("impact", "balances impact and risk, for options"),
        keys: &[PCT, ("risk", RISK)],
        flags: &[FORCE],
    },
    Algorithm { name: ("minimpact", "smallest impact, for options"), keys: &[PCT], flags: &[] },
];

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|a| a.name.0 == name)
    }

    pub(super) fn value_of(&self, key: &str) -> Option<Value> {
        self.keys.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
    }
}

impl Value {
    /// Whether a text in lower case is such a value.
    pub(super) fn accepts(self, text: &str) -> bool {
        match self {
            Self::Percent => text.strip_suffix('%').and_then(number).is_some(),
            Self::Whole => digits(text) && number(text).is_some(),
            Self::Of(words) => words.contains(&text),
            Self::Time => {
                let Some((hour, minute)) = text.split_once(':') else { return false };
                let in_range =
                    |part: &str, end: u8| part.len() == 2 && digits(part) && part.parse::<u8>().is_ok_and(|n| n < end);
                in_range(hour, 24) && in_range(minute, 60)
            }
        }
    }

    /// How such a value looks.
    pub(super) fn example(self) -> String {
        match self {
            Self::Percent => "10%".into(),
            Self::Whole => "100".into(),
            Self::Time => "10:30".into(),
            Self::Of(words) => words.join(" or "),
        }
    }
}
