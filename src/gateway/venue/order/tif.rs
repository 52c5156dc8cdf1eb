//! How long an order works.

use serde::{Deserialize, Serialize};

use super::Fault;
use crate::gateway::Nanos;

/// How long an order works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tif {
    /// Until the end of the trading day.
    Day,
    /// Until cancelled; IB ends it with the calendar quarter after the one it was last changed in.
    Gtc,
    /// What is there at once; the rest is cancelled.
    Ioc,
    /// All of it at once, or nothing.
    Fok,
    /// `GTD` until a moment.
    Until(Nanos),
    /// `GTD` for a number of seconds after it was accepted.
    Lasting(u32),
    /// `OPG`: in the opening auction only.
    Opening,
    /// `DTC`: like DAY, but at the day's end it is deactivated rather than cancelled.
    Dtc,
}

impl Tif {
    /// IB's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Gtc => "GTC",
            Self::Ioc => "IOC",
            Self::Fok => "FOK",
            Self::Until(_) | Self::Lasting(_) => "GTD",
            Self::Opening => "OPG",
            Self::Dtc => "DTC",
        }
    }

    /// Whether it ends at once.
    pub const fn is_immediate(self) -> bool {
        matches!(self, Self::Ioc | Self::Fok)
    }

    /// Reads IB's word, empty meaning DAY, with goodTillDate and duration; refuses those that are not simulated.
    pub fn parse(word: &str, until: Option<Nanos>, seconds: Option<u32>) -> Result<Self, Fault> {
        let tif = match word {
            "" | "DAY" => Self::Day,
            "GTC" => Self::Gtc,
            "IOC" => Self::Ioc,
            "FOK" => Self::Fok,
            "OPG" => Self::Opening,
            "DTC" => Self::Dtc,
            "GTD" => {
                return match (until, seconds) {
                    (Some(until), None) => Ok(Self::Until(until)),
                    (None, Some(seconds)) => Ok(Self::Lasting(seconds)),
                    _ => Err(Fault::new(334, "Invalid Good Till Date order")),
                };
            }
            other => return Err(Fault::not_simulated(&format!("time in force {other:?}"))),
        };
        if until.is_some() || seconds.is_some() {
            return Err(Fault::new(334, "Invalid Good Till Date order"));
        }
        Ok(tif)
    }
}
