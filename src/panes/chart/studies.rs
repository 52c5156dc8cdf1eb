//! Which studies the chart shows, and over how many bars.
//!
//! Invariants: any number of studies lies over the bars, one at most stands below them; a period is one of [`PERIODS`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The periods that can be chosen.
pub const PERIODS: [u16; 11] = [3, 5, 7, 9, 10, 14, 20, 26, 50, 100, 200];

/// A study of the bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StudyKind {
    /// An exponential average.
    Ema,
    /// A second one.
    EmaSlow,
    /// A simple average.
    Sma,
    /// A second one.
    SmaSlow,
    /// The volume-weighted average of the session.
    Vwap,
    /// Bollinger's bands.
    Bollinger,
    /// Keltner's channel.
    Keltner,
    /// Prices of the session and of the one before.
    Levels,
    /// Wilder's relative strength, below the bars.
    Rsi,
    /// Convergence and divergence of averages, below the bars.
    Macd,
    /// The average true range, below the bars.
    Atr,
}

impl StudyKind {
    /// All of them, as the picker lists them.
    pub const ALL: [Self; 11] = [
        Self::Ema,
        Self::EmaSlow,
        Self::Sma,
        Self::SmaSlow,
        Self::Vwap,
        Self::Bollinger,
        Self::Keltner,
        Self::Levels,
        Self::Rsi,
        Self::Macd,
        Self::Atr,
    ];

    /// Whether it stands below the bars.
    pub const fn is_lower(self) -> bool {
        matches!(self, Self::Rsi | Self::Macd | Self::Atr)
    }

    /// Its name without a period.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ema | Self::EmaSlow => "EMA",
            Self::Sma | Self::SmaSlow => "SMA",
            Self::Vwap => "VWAP",
            Self::Bollinger => "BB",
            Self::Keltner => "KC",
            Self::Levels => "levels",
            Self::Rsi => "RSI",
            Self::Macd => "MACD",
            Self::Atr => "ATR",
        }
    }

    /// What it is, for the picker.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Ema | Self::EmaSlow => "exponential average of the closes",
            Self::Sma | Self::SmaSlow => "average of the closes",
            Self::Vwap => "price by volume since the session began",
            Self::Bollinger => "two deviations about the average",
            Self::Keltner => "two ATR 10 about the EMA",
            Self::Levels => "yesterday, today, pre-market, first 30 min",
            Self::Rsi => "relative strength, below",
            Self::Macd => "12, 26, signal 9, below",
            Self::Atr => "average true range, below",
        }
    }

    /// The period it begins with; `None` if it has none to choose.
    const fn usual(self) -> Option<u16> {
        match self {
            Self::Ema | Self::Bollinger | Self::Keltner => Some(20),
            Self::EmaSlow | Self::Sma => Some(50),
            Self::SmaSlow => Some(200),
            Self::Rsi | Self::Atr => Some(14),
            Self::Vwap | Self::Levels | Self::Macd => None,
        }
    }
}

/// The studies shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Studies {
    over: Vec<StudyKind>,
    lower: Option<StudyKind>,
    periods: BTreeMap<StudyKind, u16>,
}

impl Default for Studies {
    fn default() -> Self {
        Self { over: vec![StudyKind::Ema], lower: None, periods: BTreeMap::new() }
    }
}

impl Studies {
    /// Those over the bars, in the order of the picker.
    pub fn over(&self) -> impl Iterator<Item = StudyKind> + '_ {
        StudyKind::ALL.into_iter().filter(|kind| self.over.contains(kind))
    }

    /// The one below the bars.
    pub const fn lower(&self) -> Option<StudyKind> {
        self.lower
    }

    /// Whether a study is shown.
    pub fn is_on(&self, kind: StudyKind) -> bool {
        self.lower == Some(kind) || self.over.contains(&kind)
    }

    /// Shows or hides a study.
    pub fn toggle(&mut self, kind: StudyKind) {
        if kind.is_lower() {
            self.lower = if self.lower == Some(kind) { None } else { Some(kind) };
        } else if let Some(at) = self.over.iter().position(|k| *k == kind) {
            self.over.remove(at);
        } else {
            self.over.push(kind);
        }
    }

    /// Over how many bars; `None` if there is nothing to choose.
    pub fn period(&self, kind: StudyKind) -> Option<u16> {
        kind.usual().map(|usual| self.periods.get(&kind).copied().unwrap_or(usual))
    }

    /// The next longer or shorter period.
    pub fn step(&mut self, kind: StudyKind, longer: bool) {
        let Some(now) = self.period(kind) else { return };
        let next =
            if longer { PERIODS.into_iter().find(|p| *p > now) } else { PERIODS.into_iter().rev().find(|p| *p < now) };
        if let Some(next) = next {
            self.periods.insert(kind, next);
        }
    }

    /// Its name with its period, `EMA 20`.
    pub fn name(&self, kind: StudyKind) -> String {
        match self.period(kind) {
            Some(period) => format!("{} {period}", kind.word()),
            None => kind.word().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_study_stands_below_and_any_number_lies_over() {
        let mut studies = Studies::default();
        for kind in StudyKind::ALL {
            if !studies.is_on(kind) {
                studies.toggle(kind);
            }
        }
        assert_eq!(studies.over().count(), 8);
        assert_eq!(studies.lower(), Some(StudyKind::Atr));
        studies.toggle(StudyKind::Atr);
        assert_eq!(studies.lower(), None);
    }

    #[test]
    fn periods_step_along_the_list_and_stop_at_its_ends() {
        let mut studies = Studies::default();
        studies.step(StudyKind::Ema, true);
        assert_eq!(studies.name(StudyKind::Ema), "EMA 26");
        for _ in 0..20 {
            studies.step(StudyKind::Ema, false);
        }
        assert_eq!(studies.period(StudyKind::Ema), Some(3));
        studies.step(StudyKind::Vwap, true);
        assert_eq!(studies.name(StudyKind::Vwap), "VWAP");
    }
}
