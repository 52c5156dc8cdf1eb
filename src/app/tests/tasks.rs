//! The ten everyday tasks: the keys that the documentation counts are the keys that do them.

use super::desk::{bracketed, errors, spec, stop_at, works};
use super::fixture::{AAPL, Desk};
use super::{desk, price, qty};
use crate::app::model::Bars;
use crate::app::{select, words};
use crate::broker::{Command, Event};
use crate::domain::bar::{Bar, BarHours, BarKey, Interval};
use crate::domain::order::{OrderKind, Side, Tif, Verb};
use crate::risk::Approved;

/// A row of the table: its number, task, keys, their count.
fn rows() -> Vec<(u32, &'static str, &'static str, usize)> {
    let readme = include_str!("../../../README.md");
    let table = readme.split("<!-- tasks -->").nth(1).and_then(|rest| rest.split("<!-- /tasks -->").next()).unwrap();
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split(" | ").map(|c| c.trim_matches(['|', ' '])).collect();
        (cells[0].parse().unwrap(), cells[1], cells[2].trim_matches('`'), cells[3].parse().unwrap())
    };
    table.trim().lines().skip(2).map(row).collect()
}

fn sentence(d: &Desk, order: &Approved) -> String {
    words::sentence(order.spec(), select::instrument(&d.model, AAPL).map(|i| &i.rule))
}

/// Sixty days around 185; the last before today ran from 185.20 to 187.80.
pub(super) fn past_days(d: &mut Desk) {
    let key = BarKey { con_id: AAPL, interval: Interval::Day1, hours: BarHours::Regular };
    let today = d.at.eastern().date();
    let bar = |back: i64| {
        let day = today.checked_sub(jiff::Span::new().days(back)).unwrap();
        let start = day.to_zoned(crate::clock::eastern().clone()).unwrap().timestamp().as_second();
        Bar {
            start,
            open: price("186"),
            high: price("187.80"),
            low: price("185.20"),
            close: price("187"),
            volume: None,
        }
    };
    let bars = (1..=60).rev().map(bar).collect();
    let Some(Bars::Loading(job)) = d.model.market.bars.get(&key).cloned() else {
        panic!("the days of the selected symbol are not asked for");
    };
    d.broker(Event::Bars { job, key, result: Ok(bars) });
    d.effects.clear();
}

/// The keys of a row on a desk that is ready for it, and what went out.
fn does(task: &str, keys: &str) -> Vec<String> {
    let mut d = desk();
    let one = |d: &mut Desk| {
        let sent = d.placed_one();
        vec![sentence(d, &sent)]
    };
    match task {
        "buy the default size, joining the bid" | "take the offer" | "buy 250 at the .33 nearest the market" => {
            d.keys(keys);
            one(&mut d)
        }
        "risk 1R: stop under yesterday's low, target 2R" => {
            past_days(&mut d);
            d.keys(keys);
            let sent = d.placed_one();
            let rule = select::instrument(&d.model, AAPL).map(|i| &i.rule);
            let exits = sent.exits().iter().map(|exit| words::sentence(&exit.spec, rule));
            std::iter::once(sentence(&d, &sent)).chain(exits).collect()
        }
        "a stop under a bare position, one ATR away" => {
            d.hold(AAPL, "AAPL", 300).keys(keys);
            one(&mut d)
        }
        "the stop to break-even" => {
            d.hold(AAPL, "AAPL", 300);
            let mut stop = spec(Verb::Close, Side::Sell, 300, stop_at("95"));
            stop.tif = Tif::Gtc;
            works(&mut d, 11, stop);
            d.keys(keys);
            one(&mut d)
        }
        "sell half at the mid" | "flatten the symbol" | "reverse it" => {
            d.hold(AAPL, "AAPL", 300).keys(keys);
            one(&mut d)
        }
        "a working order three ticks up, as one change" => {
            d.work("b enter");
            d.keys("7").keys(keys).after(400);
            one(&mut d)
        }
        "cancel it" => {
            let key = d.work("b enter");
            d.keys("7").keys(keys);
            assert_eq!(d.cancels(), [key]);
            Vec::new()
        }
        "kill every entry" | "kill everything" => {
            let (mut d, stop, target) = bracketed();
            let entry = works(&mut d, 13, spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("180"))));
            d.keys(keys);
            let all = if task == "kill everything" { vec![entry, stop, target] } else { vec![entry] };
            let mut cancelled = d.cancels();
            cancelled.sort();
            assert_eq!(cancelled.len(), all.len(), "{cancelled:?}");
            assert!(all.iter().all(|key| cancelled.contains(key)), "{cancelled:?}");
            Vec::new()
        }
        other => panic!("the documentation counts a task that nobody tries: {other}"),
    }
}

#[test]
fn everyday_tasks_take_the_keys_that_the_documentation_counts() {
    let rows = rows();
    assert_eq!(rows.iter().map(|row| row.0).max(), Some(10));
    for (number, task, keys, count) in rows {
        assert_eq!(keys.split(' ').count(), count, "{number} {task}");
        let wanted: &[&str] = match task {
            "buy the default size, joining the bid" => &["buy 100 AAPL lmt 187.20 day rth"],
            "take the offer" => &["buy 100 AAPL lmt 187.22 day rth"],
            "buy 250 at the .33 nearest the market" => &["buy 250 AAPL lmt 187.33 day rth"],
            // 2,500 USD at 2.03 a share.
            "risk 1R: stop under yesterday's low, target 2R" => &[
                "buy 1231 AAPL lmt 187.22 day rth",
                "sell 1231 AAPL stp 185.19 gtc rth oca exit reduce",
                "sell 1231 AAPL lmt 191.28 gtc rth oca exit reduce",
            ],
            "a stop under a bare position, one ATR away" => &["close 300 AAPL stp 183.45 gtc rth"],
            "the stop to break-even" => &["close 300 AAPL stp 100.00 gtc rth"],
            "sell half at the mid" => &["close 150 AAPL lmt 187.21 day rth"],
            "a working order three ticks up, as one change" => &["buy 100 AAPL lmt 187.23 day rth"],
            "flatten the symbol" => &["close 300 AAPL mkt day rth"],
            "reverse it" => &["sell 600 AAPL mkt day rth flip"],
            _ => &[],
        };
        assert_eq!(does(task, keys), wanted, "{number} {task}: {keys}");
    }
}

#[test]
fn the_unit_of_risk_sizes_an_order_by_its_stop() {
    let mut d = desk();
    d.keys(":").type_text("buy 1r AAPL 187 sl 185").keys("enter");
    // A quarter of a percent of a million, at two dollars a share.
    assert_eq!(d.staged().spec.as_ref().map(|s| s.qty), Some(qty(1250)));
}

#[test]
fn a_hot_key_that_lacks_a_number_stands_in_the_command_line_to_be_mended() {
    let mut d = desk();
    d.keys("f2");
    assert!(d.model.panes.ticket.staged.is_none());
    let against = errors(&d);
    assert!(against.iter().any(|(_, text)| text.contains("the prior day's low")), "{against:?}");
}

#[test]
fn a_hot_key_only_stages_and_is_about_what_is_selected() {
    let mut d = desk();
    d.hold(AAPL, "AAPL", 300).keys("f4");
    assert_eq!(d.sentence(), "close 150 AAPL lmt 187.20 day rth");
    assert!(d.placed().is_empty());
    d.keys("esc down f4");
    assert!(d.model.panes.ticket.staged.is_none(), "MSFT is flat");
    assert!(errors(&d).iter().any(|(_, text)| text.contains("MSFT is flat")));
}

#[test]
fn the_days_of_a_symbol_are_asked_for_once_a_day_and_no_line_is_kept_for_them() {
    let mut d = desk();
    past_days(&mut d);
    let days = BarKey { con_id: AAPL, interval: Interval::Day1, hours: BarHours::Regular };
    assert!(!d.model.market.bars.contains_key(&days), "the chart does not show them");
    d.keys("down").after(500).keys("up").after(500);
    assert_eq!(d.sent(|c| matches!(c, Command::Bars { key, .. } if *key == days)), 0);
    let instrument = select::instrument(&d.model, AAPL).unwrap();
    let context = crate::app::market_context::context(&d.model, instrument);
    assert_eq!((context.prior_low, context.prior_high), (Some(price("185.20")), Some(price("187.80"))));
    assert!(context.atr.is_some());
}
