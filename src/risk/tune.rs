//! Changing a limit while the desk runs, by its name in `risk.toml`.
//!
//! What is tighter holds at once. What is looser is typed in vain for as long as a temper lasts: it takes effect a minute
//! later, and the desk says when. Only the column of the session's mode changes, and nothing is written to the file.
//!
//! The file read again is measured by the same rule, and may take a cap away and say the limits of single symbols.
//!
//! Must not know: the clock. Absent: saying the limits of single symbols, or taking an absolute cap away, by a word.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rust_decimal::Decimal;

use super::load::{PERCENT_MAX, ROWS};
use super::{Limits, Rows, SymbolLimits};
use crate::domain::account::Mode;
use crate::money::{Cash, Qty};

/// A looser limit holds so long after it was typed.
pub const LOOSENS_AFTER: Duration = Duration::from_mins(1);

/// A limit that was said, and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuned {
    /// Its name.
    pub row: &'static str,
    /// What it is now; `None` where there is no such cap.
    pub from: Option<Decimal>,
    /// What it is to be; `None` where the cap goes.
    pub to: Option<Decimal>,
    /// Whether more passes with it than without.
    pub loosens: bool,
}

/// A number of a column.
enum Slot<'r> {
    Count(&'r mut i64),
    Percent(&'r mut Decimal),
    Size(&'r mut Option<Qty>),
    Money(&'r mut Option<Cash>),
}

fn slot<'r>(rows: &'r mut Rows, row: &str) -> Option<Slot<'r>> {
    Some(match row {
        "size_multiple" => Slot::Count(&mut rows.size_multiple),
        "max_size" => Slot::Size(&mut rows.max_size),
        "value_confirm" => Slot::Percent(&mut rows.value_confirm),
        "value_max" => Slot::Percent(&mut rows.value_max),
        "max_value" => Slot::Money(&mut rows.max_value),
        "volume_confirm" => Slot::Percent(&mut rows.volume_confirm),
        "band_confirm" => Slot::Percent(&mut rows.band_confirm),
        "band_max" => Slot::Percent(&mut rows.band_max),
        "spread_max" => Slot::Percent(&mut rows.spread_max),
        "position_confirm" => Slot::Percent(&mut rows.position_confirm),
        "position_max" => Slot::Percent(&mut rows.position_max),
        "gross_confirm" => Slot::Percent(&mut rows.gross_confirm),
        "gross_max" => Slot::Percent(&mut rows.gross_max),
        "open_intents" => Slot::Count(&mut rows.open_intents),
        "per_second" => Slot::Count(&mut rows.per_second),
        "per_minute" => Slot::Count(&mut rows.per_minute),
        "unattended_fills" => Slot::Count(&mut rows.unattended_fills),
        "loss_confirm" => Slot::Percent(&mut rows.loss_confirm),
        "loss_max" => Slot::Percent(&mut rows.loss_max),
        "cushion" => Slot::Percent(&mut rows.cushion),
        "take_spread" => Slot::Percent(&mut rows.take_spread),
        _ => return None,
    })
}

impl Slot<'_> {
    fn number(&self) -> Option<Decimal> {
        match self {
            Self::Count(count) => Some(Decimal::from(**count)),
            Self::Percent(percent) => Some(**percent),
            Self::Size(size) => size.map(|qty| qty.0),
            Self::Money(cash) => cash.map(|cash| cash.0),
        }
    }
}

/// Whether more passes after this change than before: of the cushion more is tighter, of everything else less.
fn loosens(row: &str, from: Option<Decimal>, to: Option<Decimal>) -> bool {
    match (from, to) {
        (Some(from), Some(to)) if row == "cushion" => to < from,
        (Some(from), Some(to)) => to > from,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// The lower of two caps, where there is one.
fn lower<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    a.into_iter().chain(b).min()
}

/// The tighter of two limits of a symbol, where what is not said is as for all.
fn tighter<T: Ord + Copy>(now: Option<T>, file: Option<T>, all: T) -> Option<T> {
    if now.unwrap_or(all) < file.unwrap_or(all) { now } else { file }
}

impl Limits {
    /// The limits of a mode that differ in others, as changes from these to those.
    pub fn differing(&self, mode: Mode, to: &Self) -> Vec<Tuned> {
        let (mut these, mut those) = (self.rows(mode).clone(), to.rows(mode).clone());
        let differs = |row: &'static str| {
            let (from, to) = (slot(&mut these, row)?.number(), slot(&mut those, row)?.number());
            (from != to).then(|| Tuned { row, from, to, loosens: loosens(row, from, to) })
        };
        ROWS.into_iter().filter_map(differs).collect()
    }

    /// What single symbols have of their own if of these limits and of others always the tighter holds.
    pub fn tighter_symbols(&self, mode: Mode, other: &Self) -> BTreeMap<String, SymbolLimits> {
        let rows = self.rows(mode);
        let names: BTreeSet<&String> = self.symbols.keys().chain(other.symbols.keys()).collect();
        let of = |limits: &Self, name: &str| limits.symbols.get(name).cloned().unwrap_or_default();
        let both = names.into_iter().map(|name| {
            let (now, new) = (of(self, name), of(other, name));
            let own = SymbolLimits {
                default_size: tighter(now.default_size, new.default_size, self.default_size),
                max_size: lower(now.max_size, new.max_size),
                max_value: lower(now.max_value, new.max_value),
                max_position: lower(now.max_position, new.max_position),
                band_confirm: tighter(now.band_confirm, new.band_confirm, rows.band_confirm),
                band_max: tighter(now.band_max, new.band_max, rows.band_max),
            };
            (name.clone(), own)
        });
        both.filter(|(name, own)| *own != SymbolLimits::default() || other.symbols.contains_key(name)).collect()
    }

    /// What saying this limit for a mode would do, or why it cannot be said.
    pub fn tuned(&self, mode: Mode, name: &str, to: Decimal) -> Result<Tuned, String> {
        let Some(row) = ROWS.into_iter().find(|row| *row == name) else {
            let near = crate::source::nearest(name, ROWS);
            return Err(format!("no limit {name}{}", near.map_or_else(String::new, |row| format!(", nearest {row}"))));
        };
        let mut rows = self.rows(mode).clone();
        let from = match slot(&mut rows, row) {
            Some(Slot::Count(count)) if to.is_integer() && to >= Decimal::ONE && to <= Decimal::from(100_000) => {
                Some(Decimal::from(*count))
            }
            Some(Slot::Count(_)) => return Err("a whole number from 1 to 100000 is wanted here".into()),
            Some(Slot::Percent(percent)) if to > Decimal::ZERO && to <= Decimal::from(PERCENT_MAX) => Some(*percent),
            Some(Slot::Percent(_)) => {
                return Err(format!("a percentage above 0, at most {PERCENT_MAX}, is wanted here"));
            }
            Some(Slot::Size(_) | Slot::Money(_)) if to <= Decimal::ZERO => {
                return Err("an amount above 0 is wanted here".into());
            }
            Some(Slot::Size(size)) => size.map(|qty| qty.0),
            Some(Slot::Money(cash)) => cash.map(|cash| cash.0),
            None => return Err(format!("no limit {name}")),
        };
        Ok(Tuned { row, from, to: Some(to), loosens: loosens(row, from, Some(to)) })
    }

    /// What a limit is, by its name in `risk.toml`; `None` where there is no such cap.
    pub fn number(&self, mode: Mode, row: &str) -> Option<Decimal> {
        slot(&mut self.rows(mode).clone(), row)?.number()
    }

    /// Takes the limits that another desk has been told over, where they are tighter than these.
    pub fn tighten(&mut self, mode: Mode, told: &[(String, Decimal)]) {
        for (name, to) in told {
            if let Ok(tuned) = self.tuned(mode, name, *to)
                && !tuned.loosens
            {
                self.tune(mode, &tuned);
            }
        }
    }

    /// Sets a limit that was found right.
    pub fn tune(&mut self, mode: Mode, tuned: &Tuned) {
        let rows = match mode {
            Mode::Live => &mut self.live,
            Mode::Paper => &mut self.paper,
        };
        match (slot(rows, tuned.row), tuned.to) {
            (Some(Slot::Count(count)), Some(to)) => *count = i64::try_from(to).unwrap_or(*count),
            (Some(Slot::Percent(percent)), Some(to)) => *percent = to,
            (Some(Slot::Size(size)), to) => *size = to.map(Qty),
            (Some(Slot::Money(cash)), to) => *cash = to.map(Cash),
            (Some(Slot::Count(_) | Slot::Percent(_)), None) | (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn every_row_of_the_file_can_be_said_and_is_what_was_said() {
        for row in ROWS {
            // What asks stays below what forbids.
            let to = if row.ends_with("_max") { "900" } else { "1" };
            let mut limits = Limits::default();
            let tuned = limits.tuned(Mode::Paper, row, d(to)).unwrap();
            limits.tune(Mode::Paper, &tuned);
            assert_eq!(limits.tuned(Mode::Paper, row, d(to)).unwrap().from, Some(d(to)), "{row}");
            assert_eq!(limits.live, Limits::default().live, "{row}: the other column stays");
            assert_ne!(limits.paper, Limits::default().paper, "{row}");
            for (table, both) in [("limits.paper", false), ("limits", true)] {
                let text = format!("[{table}]\n{row} = {to}\n");
                let (read, problems) = Limits::read(&crate::source::Source::new("risk.toml", &text));
                assert!(problems.0.is_empty(), "{row}: {problems:?}");
                assert_eq!(read.paper, limits.paper, "{row}: as the file would say it");
                let live = read.tuned(Mode::Live, row, d(to)).unwrap().from;
                let stays = Limits::default().tuned(Mode::Live, row, d(to)).unwrap().from;
                assert_eq!(live, if both { Some(d(to)) } else { stays }, "{row}: in the other column");
            }
        }
    }

    #[test]
    fn what_lets_more_pass_loosens_and_the_same_does_not() {
        let limits = Limits::default();
        let loosens = |row, to: &str| limits.tuned(Mode::Live, row, d(to)).unwrap().loosens;
        assert_eq!(["99", "100", "101"].map(|to| loosens("value_max", to)), [false, false, true]);
        assert_eq!(["9", "10", "11"].map(|to| loosens("cushion", to)), [true, false, false]);
        assert_eq!(["4", "5", "6"].map(|to| loosens("per_second", to)), [false, false, true]);
        assert!(!loosens("max_size", "100000"), "a cap where there was none");
        let mut capped = limits;
        let cap = capped.tuned(Mode::Live, "max_size", d("500")).unwrap();
        capped.tune(Mode::Live, &cap);
        let loosens = |to: &str| capped.tuned(Mode::Live, "max_size", d(to)).unwrap().loosens;
        assert_eq!(["499", "500", "501"].map(loosens), [false, false, true]);
    }

    #[test]
    fn what_cannot_be_a_limit_is_refused_with_its_reason() {
        let limits = Limits::default();
        let refused = |row, to: &str| limits.tuned(Mode::Live, row, d(to)).unwrap_err();
        assert_eq!(refused("value_mx", "1"), "no limit value_mx, nearest value_max");
        for (row, bad, good) in [
            ("per_second", "0", "1"),
            ("per_second", "100001", "100000"),
            ("per_second", "1.5", "2"),
            ("value_max", "0", "0.01"),
            ("value_max", "1000.01", "1000"),
            ("max_size", "0", "1"),
            ("max_value", "-1", "0.01"),
        ] {
            assert!(refused(row, bad).contains("wanted here"), "{row} {bad}");
            assert!(limits.tuned(Mode::Live, row, d(good)).is_ok(), "{row} {good}");
        }
    }

    #[test]
    fn rows_that_differ_are_told_with_their_way_and_those_of_the_other_mode_are_not() {
        let (now, mut file) = (Limits::default(), Limits::default());
        assert_eq!(now.differing(Mode::Paper, &file), []);
        file.paper.value_max = 500.into();
        file.paper.cushion = 20.into();
        file.paper.max_size = Some(Qty::from(300));
        file.live.value_max = 500.into();
        let told = |from: &Limits, to: &Limits| {
            let all = from.differing(Mode::Paper, to);
            all.into_iter().map(|t| (t.row, t.from, t.to, t.loosens)).collect::<Vec<_>>()
        };
        let n = |n: i64| Some(Decimal::from(n));
        let there =
            [("max_size", None, n(300), false), ("value_max", n(400), n(500), true), ("cushion", n(10), n(20), false)];
        assert_eq!(told(&now, &file), there);
        assert_eq!(told(&file, &now), there.map(|(row, from, to, loosens)| (row, to, from, !loosens)));
    }

    #[test]
    fn of_what_a_symbol_has_here_and_there_always_the_tighter_holds() {
        let with = |own: SymbolLimits| Limits { symbols: [("AAPL".to_owned(), own)].into(), ..Limits::default() };
        let none = SymbolLimits::default();
        let size = |n: i64| Some(Qty::from(n));
        let own = |n: i64, percent: i64| SymbolLimits {
            default_size: size(n),
            max_size: size(n),
            max_value: Some(Cash::from(n)),
            max_position: size(n),
            band_confirm: Some(percent.into()),
            band_max: Some(percent.into()),
        };
        let both = |a: &SymbolLimits, b: &SymbolLimits| {
            let all = with(a.clone()).tighter_symbols(Mode::Paper, &with(b.clone()));
            assert_eq!(all.keys().collect::<Vec<_>>(), ["AAPL"]);
            all["AAPL"].clone()
        };
        assert_eq!((both(&own(10, 1), &own(20, 2)), both(&own(20, 2), &own(10, 1))), (own(10, 1), own(10, 1)));
        assert_eq!((both(&own(10, 1), &none), both(&none, &own(10, 1))), (own(10, 1), own(10, 1)));
        // What is said more loosely than for all gives way to what holds for all; a cap gives way to nothing.
        let caps = SymbolLimits {
            max_size: size(500),
            max_value: Some(Cash::from(500)),
            max_position: size(500),
            ..SymbolLimits::default()
        };
        assert_eq!((both(&own(500, 50), &none), both(&none, &own(500, 50))), (caps.clone(), caps));
        // As much as for all, said in the file, stays said.
        let same = SymbolLimits { default_size: size(100), ..SymbolLimits::default() };
        assert_eq!((both(&none, &same), both(&same, &none)), (same, none));
    }

    #[test]
    fn a_symbol_of_which_nothing_is_left_stays_only_where_the_file_names_it() {
        let named = Limits { symbols: [("SPY".to_owned(), SymbolLimits::default())].into(), ..Limits::default() };
        let plain = Limits::default();
        assert_eq!(plain.tighter_symbols(Mode::Live, &named), named.symbols);
        assert_eq!(named.tighter_symbols(Mode::Live, &plain), BTreeMap::new());
        let loose = SymbolLimits { default_size: Some(Qty::from(500)), ..SymbolLimits::default() };
        let loose = Limits { symbols: [("QQQ".to_owned(), loose)].into(), ..Limits::default() };
        assert_eq!(loose.tighter_symbols(Mode::Live, &plain), BTreeMap::new());
    }
}
