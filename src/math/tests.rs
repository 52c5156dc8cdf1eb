//! Every study against published worked examples, and against a table computed by other means.
//!
//! `reference.csv` holds eighty made-up bars and what an independent technical-analysis library (TA-Lib: SMA, EMA,
//! Bollinger, RSI, ATR, the parts of Keltner and MACD) and plain cumulative sums (VWAP) say of them. MACD there is the
//! difference of two averages that each begin with their own first period.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::clock::eastern;
use crate::domain::bar::{Bar, Interval};
use crate::domain::calendar::Hours;
use crate::money::{Price, Qty};

fn closes(values: &[f64]) -> Vec<Sample> {
    values.iter().map(|v| Sample::at(*v)).collect()
}

/// What is known, from the first value on; everything before it is absent.
fn known(values: &[Option<f64>], first: usize) -> Vec<f64> {
    assert!(values.iter().take(first).all(Option::is_none), "known too early: {values:?}");
    values.iter().skip(first).map(|v| v.expect("known from the first value on")).collect()
}

fn assert_near(found: &[f64], wanted: &[f64], within: f64) {
    assert_eq!(found.len(), wanted.len());
    for (i, (f, w)) in found.iter().zip(wanted).enumerate() {
        assert!((f - w).abs() <= within, "value {i}: {f}, published {w}");
    }
}

/// Thirty closes, as StockCharts' page on moving averages has them.
const AVERAGED: [f64; 30] = [
    22.2734, 22.194, 22.0847, 22.1741, 22.184, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933, 22.1542, 22.3926, 22.3816,
    22.6109, 23.3558, 24.0519, 23.753, 23.8324, 23.9516, 23.6338, 23.8225, 23.8722, 23.6537, 23.187, 23.0976, 23.326,
    22.6805, 23.0976, 22.4025, 22.1725,
];

#[test]
fn averages_agree_with_the_published_example() {
    let bars = closes(&AVERAGED);
    let ema = [
        22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.80, 22.97, 23.13, 23.28, 23.34, 23.43, 23.51, 23.54, 23.47, 23.40,
        23.39, 23.26, 23.23, 23.08, 22.92,
    ];
    assert_near(&known(&over(Ema::new(10), &bars), 9), &ema, 0.006);
    let sma = [22.22475, 22.21283];
    assert_near(&known(&over(Sma::new(10), &bars), 9)[..2], &sma, 1e-9);
}

#[test]
fn rsi_agrees_with_the_published_example() {
    let bars = closes(&[
        44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
        45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515,
        45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
    ]);
    let rsi = [
        70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46,
        37.30, 33.08, 37.77,
    ];
    assert_near(&known(&over(Rsi::new(14), &bars), 14), &rsi, 0.006);
}

#[test]
fn macd_agrees_with_the_published_example() {
    let bars = closes(&[
        459.99, 448.85, 446.06, 450.81, 442.80, 448.97, 444.57, 441.40, 430.47, 420.05, 431.14, 425.66, 430.58, 431.72,
        437.87, 428.43, 428.35, 432.50, 443.66, 455.72, 454.49, 452.08, 452.73, 461.91, 463.58, 461.14, 452.08, 442.66,
        428.91, 429.79, 431.99, 427.72, 423.20, 426.21, 426.98, 435.69, 434.33, 429.80, 419.85, 426.24,
    ]);
    let values = over(Macd::new(12, 26, 9), &bars);
    let line: Vec<Option<f64>> = values.iter().map(|v| v.map(|v| v.line)).collect();
    let signal: Vec<Option<f64>> = values.iter().map(|v| v.and_then(|v| v.signal)).collect();
    let published = [8.275_269_503_9, 7.703_378_381_5, 6.416_074_757, 4.237_519_783_3, 2.552_583_324_9];
    assert_near(&known(&line, 25)[..5], &published, 1e-9);
    let signal = known(&signal, 33);
    assert_near(&[signal[0], signal[6]], &[3.037_525_868_733_945, -1.338_100_412_582_993], 1e-9);
    assert!(values[32].is_some_and(|v| v.histogram().is_none()));
}

#[test]
fn bollinger_agrees_with_the_published_example() {
    let bars = closes(&[
        86.16, 89.09, 88.78, 90.32, 89.07, 91.15, 89.44, 89.18, 86.93, 87.68, 86.96, 89.43, 89.32, 88.72, 87.45, 87.26,
        89.50, 87.90, 89.13, 90.70, 92.90, 92.98, 91.80,
    ]);
    let bands = over(Bollinger::new(20), &bars);
    let part = |f: fn(Band) -> f64| bands.iter().map(|b| b.map(f)).collect::<Vec<_>>();
    assert_near(&known(&part(|b| b.upper), 19), &[91.29, 91.95, 92.61, 92.93], 0.006);
    assert_near(&known(&part(|b| b.middle), 19), &[88.71, 89.05, 89.24, 89.39], 0.006);
    assert_near(&known(&part(|b| b.lower), 19), &[86.13, 86.14, 85.87, 85.85], 0.006);
}

#[test]
fn atr_agrees_with_the_published_example() {
    let high = [
        48.70, 48.72, 48.90, 48.87, 48.82, 49.05, 49.20, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88, 50.19, 50.36, 50.57,
        50.65,
    ];
    let low = [
        47.79, 48.14, 48.39, 48.37, 48.24, 48.64, 48.94, 48.86, 49.50, 49.87, 49.20, 48.90, 49.43, 49.73, 49.26, 50.09,
        50.30,
    ];
    let close = [
        48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.50, 49.75, 50.03, 50.31, 50.52,
        50.41,
    ];
    let bar = |i: usize| Sample { high: high[i], low: low[i], ..Sample::at(close[i]) };
    let bars: Vec<Sample> = (0..high.len()).map(bar).collect();
    assert_near(&known(&over(Atr::new(14), &bars), 13), &[0.56, 0.59, 0.59, 0.57], 0.006);
}

/// The columns of the reference table.
fn reference() -> (Vec<Sample>, BTreeMap<&'static str, Vec<Option<f64>>>) {
    let mut lines = include_str!("reference.csv").lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let mut columns: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    for line in lines {
        for (name, cell) in names.iter().zip(line.split(',')) {
            columns.entry(name).or_default().push(cell.parse().ok());
        }
    }
    let bars = (0..columns["close"].len()).map(|i| {
        let of = |name: &str| columns[name][i].expect("every bar is whole");
        Sample {
            open: of("open"),
            high: of("high"),
            low: of("low"),
            close: of("close"),
            volume: columns["volume"][i],
            opens: i == 0 || i == 39,
        }
    });
    (bars.collect(), columns)
}

#[test]
fn every_study_agrees_with_an_independent_computation() {
    let (bars, table) = reference();
    assert_eq!(bars.len(), 80);
    let check = |name: &str, found: Vec<Option<f64>>| {
        for (i, (found, wanted)) in found.iter().zip(&table[name]).enumerate() {
            match (found, wanted) {
                (None, None) => {}
                (Some(f), Some(w)) => assert!((f - w).abs() < 2e-6, "{name} {i}: {f}, reference {w}"),
                _ => panic!("{name} {i}: {found:?}, reference {wanted:?}"),
            }
        }
        assert_eq!(found.len(), table[name].len(), "{name}");
    };
    check("sma", over(Sma::new(20), &bars));
    check("ema", over(Ema::new(20), &bars));
    check("rsi", over(Rsi::new(14), &bars));
    check("atr", over(Atr::new(14), &bars));
    let bands = over(Bollinger::new(20), &bars);
    check("bb_upper", bands.iter().map(|b| b.map(|b| b.upper)).collect());
    check("bb_lower", bands.iter().map(|b| b.map(|b| b.lower)).collect());
    let bands = over(Keltner::new(20), &bars);
    check("kc_upper", bands.iter().map(|b| b.map(|b| b.upper)).collect());
    check("kc_lower", bands.iter().map(|b| b.map(|b| b.lower)).collect());
    let macd = over(Macd::new(12, 26, 9), &bars);
    check("macd", macd.iter().map(|m| m.map(|m| m.line)).collect());
    check("signal", macd.iter().map(|m| m.and_then(|m| m.signal)).collect());
    check("vwap", over(Vwap::session(), &bars));
    let mut anchored = vec![None; 10];
    anchored.extend(over(Vwap::anchored(), &bars[10..]));
    check("anchored", anchored);
    let heikin = heikin_ashi(&bars);
    check("ha_open", heikin.iter().map(|b| Some(b.open)).collect());
    check("ha_close", heikin.iter().map(|b| Some(b.close)).collect());
}

#[test]
fn what_nothing_moves_has_no_strength_and_what_nothing_trades_no_average() {
    assert!(over(Rsi::new(3), &closes(&[5.0; 9])).iter().all(Option::is_none));
    let bar = |volume| Sample { volume, ..Sample::at(10.0) };
    let quiet = [bar(Some(0.0)), bar(Some(4.0)), bar(None), bar(Some(4.0))];
    assert_eq!(over(Vwap::session(), &quiet), [None, Some(10.0), None, None]);
    let next = Sample { opens: true, ..bar(Some(1.0)) };
    assert_eq!(over(Vwap::session(), &[bar(None), next]), [None, Some(10.0)]);
}

fn at(text: &str) -> i64 {
    let civil: jiff::civil::DateTime = text.parse().unwrap();
    civil.to_zoned(eastern()).unwrap().timestamp().as_second()
}

fn bar(start: &str, open: &str, high: &str, low: &str, close: &str) -> Bar {
    let p = |t: &str| t.parse::<Price>().unwrap();
    let volume = Some(Qty::from(100));
    Bar { start: at(start), open: p(open), high: p(high), low: p(low), close: p(close), volume }
}

#[test]
fn levels_are_those_of_the_last_session_and_of_the_one_before() {
    let bars = [
        bar("2026-11-18T15:30", "9", "9", "9", "9"),
        bar("2026-11-19T09:30", "10", "14", "9.5", "13"),
        bar("2026-11-19T15:30", "13", "13.5", "12", "12.5"),
        bar("2026-11-19T18:00", "12.5", "20", "12.5", "19"),
        bar("2026-11-20T08:00", "19", "19.5", "18", "18.5"),
        bar("2026-11-20T09:30", "18", "18.25", "17", "17.5"),
        bar("2026-11-20T10:00", "17.5", "17.75", "16", "16.5"),
    ];
    let found = levels(&bars, Interval::Min30, Hours::NewYork);
    let text: Vec<String> = found.iter().map(|(kind, price)| format!("{} {price}", kind.label())).collect();
    assert_eq!(
        text,
        ["yC 12.5", "yH 14", "yL 9.5", "O 18", "H 18.25", "L 16", "preH 19.5", "preL 18", "orH 18.25", "orL 17"]
    );
}

#[test]
fn a_level_that_the_bars_do_not_reach_is_absent() {
    let today = [bar("2026-11-20T10:30", "1", "2", "1", "2"), bar("2026-11-20T11:00", "2", "3", "2", "3")];
    assert!(levels(&today, Interval::Min30, Hours::NewYork).is_empty(), "the open may be missing");
    let both = [bar("2026-11-19T15:30", "5", "6", "4", "5"), bar("2026-11-20T09:30", "5", "7", "5", "6")];
    let kinds: Vec<LevelKind> = levels(&both, Interval::Min30, Hours::NewYork).iter().map(|l| l.0).collect();
    assert_eq!(kinds, [LevelKind::PriorClose, LevelKind::Open, LevelKind::High, LevelKind::Low]);
    assert!(levels(&both, Interval::Day1, Hours::NewYork).is_empty());
}

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let one = (1i64..100_000, 0i64..500, 0i64..500, prop::option::of(0i64..1_000_000), any::<bool>());
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let sample = |(price, up, down, volume, opens): (i64, i64, i64, Option<i64>, bool)| {
        let p = price as f64 / 100.0;
        let (high, low) = (p + up as f64 / 100.0, (p - down as f64 / 100.0).max(0.0));
        Sample { open: p, high, low, close: f64::midpoint(p, low), volume: volume.map(|v| v as f64), opens }
    };
    prop::collection::vec(one.prop_map(sample), 1..120)
}

/// Bar by bar with revisions in between gives what all bars at once give.
fn runs_like_at_once<S: Study>(study: &S, bars: &[Sample], finite: impl Fn(S::Out) -> bool)
where
    S::Out: PartialEq + std::fmt::Debug,
{
    let mut running = Running::new(study.clone());
    for (i, (bar, value)) in bars.iter().zip(over(study.clone(), bars)).enumerate() {
        running.push(Sample { close: bar.close * 1.5 + 1.0, volume: None, ..*bar });
        running.revise(Sample { high: bar.high + 3.0, ..*bar });
        assert_eq!(running.revise(*bar), value, "bar {i}");
        assert!(value.is_none_or(&finite), "bar {i}: {value:?}");
    }
    assert_eq!(running.value(), over(study.clone(), bars).pop().flatten());
}

proptest! {
    #[test]
    fn a_revised_last_bar_leaves_no_trace(bars in samples(), period in 0usize..30) {
        runs_like_at_once(&Sma::new(period), &bars, f64::is_finite);
        runs_like_at_once(&Ema::new(period), &bars, f64::is_finite);
        runs_like_at_once(&Wilder::new(period), &bars, f64::is_finite);
        runs_like_at_once(&Rsi::new(period), &bars, |v| (0.0..=100.0).contains(&v));
        runs_like_at_once(&Atr::new(period), &bars, |v| v >= 0.0);
        runs_like_at_once(&Bollinger::new(period), &bars, |b| b.lower <= b.middle && b.middle <= b.upper);
        runs_like_at_once(&Keltner::new(period), &bars, |b| b.lower <= b.middle && b.middle <= b.upper);
        runs_like_at_once(&Macd::new(period, period + 5, 4), &bars, |m| m.line.is_finite());
        runs_like_at_once(&Vwap::session(), &bars, f64::is_finite);
        runs_like_at_once(&Vwap::anchored(), &bars, f64::is_finite);
        for candle in heikin_ashi(&bars) {
            prop_assert!(candle.low <= candle.open.min(candle.close) && candle.high >= candle.open.max(candle.close));
        }
    }
}
