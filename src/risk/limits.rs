//! The numbers the guard compares with: the table of `trading.md` §4, one column a mode, and what `risk.toml` changes.
//!
//! Percentages are of net liquidation unless said otherwise, so that the limits grow and shrink with the account.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::account::Mode;
use crate::money::{Cash, Qty};

/// Limits of the guard that the configuration may tighten or loosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Default order size of a stock; G06 asks above a multiple of it.
    pub default_size: Qty,
    /// The column for real money.
    pub live: Box<Rows>,
    /// The column for simulated money.
    pub paper: Box<Rows>,
    /// What one symbol has of its own, by its capitals.
    pub symbols: BTreeMap<String, SymbolLimits>,
}

/// One column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// G06 asks above so many times the default size.
    pub size_multiple: i64,
    /// G06 forbids more shares than this.
    pub max_size: Option<Qty>,
    /// G07 asks above.
    pub value_confirm: Decimal,
    /// G07 forbids above.
    pub value_max: Decimal,
    /// G07 forbids more money than this.
    pub max_value: Option<Cash>,
    /// G09 asks above, in percent of the average day's volume.
    pub volume_confirm: Decimal,
    /// G11 asks above, in percent of the far touch.
    pub band_confirm: Decimal,
    /// G12 forbids above, in percent of the far touch.
    pub band_max: Decimal,
    /// G15 forbids a market order at a wider spread, in percent of the middle.
    pub spread_max: Decimal,
    /// G17 asks above.
    pub position_confirm: Decimal,
    /// G17 forbids above.
    pub position_max: Decimal,
    /// G20 asks above.
    pub gross_confirm: Decimal,
    /// G20 forbids above.
    pub gross_max: Decimal,
    /// G20 forbids more intents at work than this.
    pub open_intents: i64,
    /// G22: intents in a second.
    pub per_second: i64,
    /// G22: intents in a minute.
    pub per_minute: i64,
    /// G23 sets REDUCE after so many fills of orders that no key has sent, without a key in between.
    pub unattended_fills: i64,
    /// G24 asks above this loss of the day.
    pub loss_confirm: Decimal,
    /// G24 lets exits alone pass above this loss of the day.
    pub loss_max: Decimal,
    /// G25 asks when less than this would be left of excess liquidity.
    pub cushion: Decimal,
    /// G35 asks where an option is taken across a wider spread, in percent of the middle.
    pub take_spread: Decimal,
}

/// What one symbol has of its own; what is not said is as for all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SymbolLimits {
    /// Its default size.
    pub default_size: Option<Qty>,
    /// Its largest order.
    pub max_size: Option<Qty>,
    /// Its largest order in money.
    pub max_value: Option<Cash>,
    /// Its largest position, long or short.
    pub max_position: Option<Qty>,
    /// G11 for it.
    pub band_confirm: Option<Decimal>,
    /// G12 for it.
    pub band_max: Option<Decimal>,
}

impl Rows {
    /// The column as it stands in the table.
    pub fn of(mode: Mode) -> Self {
        let live = mode == Mode::Live;
        let pick = |l: i64, p: i64| Decimal::from(if live { l } else { p });
        Self {
            size_multiple: if live { 10 } else { 50 },
            max_size: None,
            value_confirm: pick(25, 50),
            value_max: pick(100, 400),
            max_value: None,
            volume_confirm: pick(1, 5),
            band_confirm: pick(3, 3),
            band_max: pick(10, 10),
            spread_max: pick(2, 2),
            position_confirm: pick(50, 100),
            position_max: pick(200, 400),
            gross_confirm: pick(150, 150),
            gross_max: pick(400, 400),
            open_intents: if live { 60 } else { 200 },
            per_second: if live { 5 } else { 10 },
            per_minute: if live { 60 } else { 300 },
            unattended_fills: 5,
            loss_confirm: pick(2, 5),
            loss_max: pick(4, 10),
            cushion: pick(10, 10),
            take_spread: pick(10, 10),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            default_size: Qty::from(100),
            live: Box::new(Rows::of(Mode::Live)),
            paper: Box::new(Rows::of(Mode::Paper)),
            symbols: BTreeMap::new(),
        }
    }
}

impl Limits {
    /// The column of a mode.
    pub fn rows(&self, mode: Mode) -> &Rows {
        match mode {
            Mode::Live => &self.live,
            Mode::Paper => &self.paper,
        }
    }

    /// What a symbol has of its own.
    pub fn of(&self, symbol: &str) -> Option<&SymbolLimits> {
        self.symbols.get(&symbol.to_ascii_uppercase())
    }

    /// The fingerprint of what counts in a mode: the other column does not.
    pub fn fingerprint_of(&self, mode: Mode) -> String {
        let mut own = self.clone();
        match mode {
            Mode::Live => *own.paper = Rows::of(Mode::Paper),
            Mode::Paper => *own.live = Rows::of(Mode::Live),
        }
        own.fingerprint()
    }

    /// Sixteen hexadecimal digits that differ where limits differ (FNV-1a over their JSON).
    pub fn fingerprint(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("{:016x}", fnv1a(&json))
    }
}

/// The 64-bit FNV-1a hash.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        let known = [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)];
        for (text, hash) in known {
            assert_eq!(fnv1a(text.as_bytes()), hash, "{text:?}");
        }
    }
}
