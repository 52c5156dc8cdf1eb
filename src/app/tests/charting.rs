//! The chart's keys and what arrives for it: pages, ticks, refusals, crosshair, studies, a second symbol.

use super::{AAPL, Desk, MSFT, desk, instrument, price, qty};
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::model::{Bars, Older, Overlay, SearchFor};
use crate::app::{charting, select};
use crate::broker::event::Refusal;
use crate::broker::{Command, Event, JobId};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::bar::{Bar, BarHours, BarKey, Interval};
use crate::domain::calendar::Hours;
use crate::domain::instrument::ConId;
use crate::domain::quote::{DataType, Quote};
use crate::panes::PaneKind;
use crate::panes::chart::{Scale, StudyKind, Style};
use crate::panes::ticket::{JOIN, limit};

/// The start of the five-minute bar at 10:40 in New York.
const BAR: i64 = 1_795_189_200;

fn key(con_id: ConId, interval: Interval) -> BarKey {
    BarKey { con_id, interval, hours: BarHours::Regular }
}

fn bar(start: i64, close: &str) -> Bar {
    let close = price(close);
    let high = close.plus(price("0.10")).unwrap();
    Bar { start, open: close, high, low: close, close, volume: Some(qty(100)) }
}

/// The questions for bars that were sent, oldest first; they are taken.
fn asked(d: &mut Desk) -> Vec<(JobId, BarKey, Option<i64>)> {
    let mut found = Vec::new();
    d.effects.retain(|effect| match effect {
        Effect::Send(Command::Bars { job, key, .. }) => {
            found.push((*job, *key, None));
            false
        }
        Effect::Send(Command::OlderBars { job, key, before, .. }) => {
            found.push((*job, *key, Some(*before)));
            false
        }
        _ => true,
    });
    found
}

/// Answers the chart's own question with `count` bars that end now; history ends there.
fn loaded(d: &mut Desk, interval: Interval, count: i64) -> BarKey {
    let key = BarKey { hours: d.model.panes.chart.hours, ..key(AAPL, interval) };
    let Some(Bars::Loading(job)) = d.model.market.bars.get(&key).cloned() else { panic!("{key:?} is not asked for") };
    let last = BAR / interval.seconds() * interval.seconds();
    let bars = (0..count).map(|n| bar(last - (count - 1 - n) * interval.seconds(), "187.20")).collect();
    d.broker(Event::Bars { job, key, result: Ok(bars) });
    key
}

fn bars(d: &Desk, key: BarKey) -> Vec<Bar> {
    select::bars(&d.model, key).to_vec()
}

#[test]
fn older_bars_are_asked_for_once_the_window_reaches_beyond_the_oldest() {
    let mut d = desk();
    let key = loaded(&mut d, Interval::Min5, 100);
    assert_eq!(asked(&mut d), [], "a hundred bars fill the window");
    d.keys("2 home");
    let [(job, at, Some(before))] = asked(&mut d)[..] else { panic!("not asked once") };
    assert_eq!((at, before), (key, bars(&d, key)[0].start));
    d.keys("home shift-left");
    assert_eq!(asked(&mut d), [], "one page at a time");
    let page = (1..=40).rev().map(|n| bar(before - n * 300, "186")).collect();
    d.broker(Event::OlderBars { job, key, result: Ok(page) });
    assert_eq!((bars(&d, key).len(), bars(&d, key)[0].start), (140, before - 12_000));
    assert_eq!(asked(&mut d), [], "the window is full again");
    d.keys("home");
    let (job, ..) = asked(&mut d)[0];
    d.broker(Event::OlderBars { job, key, result: Ok(Vec::new()) });
    d.keys("home shift-left");
    assert_eq!(asked(&mut d), [], "history begins there");
    assert!(matches!(d.model.market.bars[&key], Bars::Loaded { older: Older::End, .. }));
}

#[test]
fn a_page_that_fails_is_asked_for_again_by_the_next_key_only() {
    let mut d = desk();
    let key = loaded(&mut d, Interval::Min5, 5);
    let (job, ..) = asked(&mut d)[0];
    let refusal = Refusal { code: Some(162), text: SafeText::new("HMDS connection") };
    d.broker(Event::OlderBars { job, key, result: Err(refusal) });
    assert_eq!((bars(&d, key).len(), asked(&mut d)), (5, Vec::new()));
    d.keys("2 home");
    assert_eq!(asked(&mut d).len(), 1);
}

#[test]
fn a_night_without_short_bars_is_passed_over() {
    let mut d = desk();
    d.keys("2 < < < < < < <");
    let key = key(AAPL, Interval::Sec5);
    let Some(Bars::Loading(job)) = d.model.market.bars.get(&key).cloned() else { panic!("not asked") };
    // 09:30:00 in New York: what is before is the night.
    let open = BAR - 4_200;
    asked(&mut d);
    d.broker(Event::Bars { job, key, result: Ok(vec![bar(open, "187")]) });
    let (job, _, before) = asked(&mut d)[0];
    assert_eq!(before, Some(open));
    d.broker(Event::OlderBars { job, key, result: Ok(Vec::new()) });
    let (_, _, before) = asked(&mut d)[0];
    assert_eq!(before, Some(open - 63_000), "16:00 the day before");
}

#[test]
fn the_last_bar_follows_live_trades_and_the_next_one_begins_with_one() {
    let mut d = desk();
    let key = loaded(&mut d, Interval::Min5, 3);
    d.quote(AAPL, "187.45", "187.47");
    let last = *bars(&d, key).last().unwrap();
    assert_eq!((last.close, last.high, last.low), (price("187.45"), price("187.45"), price("187.20")));
    assert_eq!(last.volume, Some(qty(100)), "how much has traded the broker says");
    d.after(200_000);
    d.quote(AAPL, "187.10", "187.12");
    let all = bars(&d, key);
    assert_eq!((all.len(), all[3].start, all[3].volume), (4, BAR + 300, None));
    assert_eq!((all[3].open, all[3].close), (price("187.10"), price("187.10")));
    // What the broker then says of either bar holds.
    let told = Bar { high: price("188"), volume: Some(qty(7)), ..all[2] };
    d.broker(Event::Bar { key, bar: told });
    assert_eq!((bars(&d, key).len(), bars(&d, key)[2]), (4, told));
}

#[test]
fn what_is_late_or_outside_the_hours_moves_no_bar() {
    let mut d = desk();
    let key = loaded(&mut d, Interval::Min5, 3);
    let before = bars(&d, key);
    let quote = Quote {
        last: Some(price("190")),
        last_at: Some(d.at),
        at: Some(d.at),
        data_type: DataType::Delayed,
        ..Quote::default()
    };
    d.broker(Event::Quotes(vec![(AAPL, quote)]));
    assert_eq!(bars(&d, key), before, "fifteen minutes late");
    d.at = Stamp::at(d.at.wall + 8 * 3_600_000_000_000);
    d.broker(Event::Heartbeat { round_trip: std::time::Duration::from_millis(1) });
    d.quote(AAPL, "191", "191.02");
    assert_eq!(bars(&d, key), before, "18:42 is not in regular hours");
    d.model.desk.hours = Hours::Always;
    d.quote(AAPL, "192", "192.02");
    assert_eq!(bars(&d, key).last().unwrap().close, price("192"));
}

#[test]
fn a_refusal_for_the_pace_is_asked_again_after_its_window() {
    let mut d = desk();
    let key = key(AAPL, Interval::Min5);
    let Some(Bars::Loading(job)) = d.model.market.bars.get(&key).cloned() else { panic!("not asked") };
    asked(&mut d);
    let text = SafeText::new("Historical Market Data Service error message: pacing violation");
    d.broker(Event::Bars { job, key, result: Err(Refusal { code: Some(162), text }) });
    d.after(59_000);
    assert_eq!(asked(&mut d), []);
    d.after(1_500);
    let [(job, ..)] = asked(&mut d)[..] else { panic!("not asked once") };
    let text = SafeText::new("no market data permissions");
    d.broker(Event::Bars { job, key, result: Err(Refusal { code: Some(162), text }) });
    d.after(600_000);
    assert_eq!(asked(&mut d), [], "it would be refused again");
    d.keys("2 > <");
    assert!(asked(&mut d).iter().any(|(_, k, _)| *k == key), "the trader came back to it");
}

#[test]
fn a_reconnect_keeps_the_pages_that_reach_the_new_bars_and_asks_again() {
    let mut d = desk();
    let key = loaded(&mut d, Interval::Min5, 100);
    d.lose_link();
    asked(&mut d);
    d.connect("DU0000001", super::snapshot());
    let (job, ..) = *asked(&mut d).iter().find(|(_, k, before)| *k == key && before.is_none()).unwrap();
    let fresh: Vec<Bar> = (0..50).map(|n| bar(BAR - (49 - n) * 300, "188")).collect();
    d.broker(Event::Bars { job, key, result: Ok(fresh) });
    let all = bars(&d, key);
    assert_eq!((all.len(), all[49].close, all[50].close), (100, price("187.20"), price("188")));
    assert!(all.is_sorted_by_key(|b| b.start));
}

#[test]
fn other_hours_and_other_lengths_are_other_bars() {
    let mut d = desk();
    loaded(&mut d, Interval::Min5, 100);
    d.keys("2 left e");
    assert_eq!(d.model.panes.chart.cursor, None);
    let extended = BarKey { hours: BarHours::Extended, ..key(AAPL, Interval::Min5) };
    assert!(asked(&mut d).iter().any(|(_, k, _)| *k == extended));
    d.keys("e >");
    assert!(asked(&mut d).iter().any(|(_, k, _)| *k == key(AAPL, Interval::Min10)));
    for _ in 0..20 {
        d.keys(">");
    }
    assert_eq!(d.model.panes.chart.interval, Interval::Month1);
    assert!(d.model.market.bars.len() <= 6);
    assert!(d.sent(|c| matches!(c, Command::StopBars(_))) > 0);
}

#[test]
fn the_crosshair_moves_along_bars_and_rows_and_stages_a_limit_there() {
    let mut d = desk();
    loaded(&mut d, Interval::Min5, 100);
    d.keys("2 b");
    assert_eq!(d.staged().pricing, JOIN, "without a crosshair");
    d.keys("esc left");
    assert_eq!(charting::cursor_price(&d.model), Some(price("187.20")), "the close of its bar");
    d.keys("down down");
    let at = charting::cursor_price(&d.model).unwrap();
    assert!(at < price("187.20"), "{at}");
    d.keys("left b");
    assert_eq!(d.staged().pricing, limit(at), "the row stays while the bar changes");
    assert!(d.sentence().starts_with(&format!("buy 100 AAPL lmt {:.2}", at.0)), "{}", d.sentence());
    d.keys("enter");
    assert_eq!(d.placed_one().spec().kind.limit(), Some(at));
    assert_eq!(d.model.workspace.focus, PaneKind::Ticket);
}

#[test]
fn escape_takes_the_crosshair_away_and_staging_joins_again() {
    let mut d = desk();
    loaded(&mut d, Interval::Min5, 100);
    d.keys("2 up up up");
    assert!(charting::cursor_price(&d.model).unwrap() > price("187.20"));
    d.keys("esc s");
    assert_eq!((d.model.panes.chart.level, d.staged().pricing), (None, JOIN));
}

#[test]
fn a_crosshair_on_another_pane_does_not_price_an_order() {
    let mut d = desk();
    loaded(&mut d, Interval::Min5, 100);
    d.keys("2 left up 1 b");
    assert_eq!(d.staged().pricing, JOIN);
}

#[test]
fn style_scale_and_studies_are_chosen_by_keys() {
    let mut d = desk();
    loaded(&mut d, Interval::Min5, 100);
    d.keys("2 k l v");
    let chart = &d.model.panes.chart;
    assert_eq!((chart.style, chart.scale, chart.vwap_from), (Style::Bars, Scale::Log, Some(BAR)));
    d.keys("v k k k l i");
    let chart = &d.model.panes.chart;
    assert_eq!((chart.style, chart.scale, chart.vwap_from), (Style::Candles, Scale::Linear, None));
    assert!(matches!(d.model.overlay, Some(Overlay::Studies { selected: 0 })));
    d.keys("right space down down space r");
    let studies = &d.model.panes.chart.studies;
    assert_eq!((studies.is_on(StudyKind::Ema), studies.period(StudyKind::Ema)), (false, Some(26)));
    assert!(studies.is_on(StudyKind::Sma));
    assert_eq!(studies.lower(), Some(StudyKind::Rsi));
    d.keys("esc");
    assert!(d.model.overlay.is_none());
    d.act(Action::ChartStudy { study: StudyKind::Levels });
    assert!(d.model.panes.chart.studies.is_on(StudyKind::Levels));
}

#[test]
fn a_second_symbol_is_found_asked_for_and_taken_away() {
    let mut d = desk();
    loaded(&mut d, Interval::Min5, 100);
    d.keys("2 a");
    assert!(matches!(d.model.overlay, Some(Overlay::Search { purpose: SearchFor::Compare, .. })));
    d.type_text("msft").keys("enter");
    assert!(asked(&mut d).iter().any(|(_, k, _)| *k == key(MSFT, Interval::Min5)));
    assert_eq!(d.model.workspace.focus, PaneKind::Chart);
    d.keys("l");
    assert_eq!(d.model.panes.chart.scale, Scale::Linear);
    d.assert_said("percent scale");
    d.keys("a a");
    d.type_text("nvda").keys("enter");
    let [(job, _)] = d.model.market.asked.iter().map(|(j, s)| (*j, s.clone())).collect::<Vec<_>>()[..] else {
        panic!("not asked for")
    };
    let found = instrument("NVDA");
    let id = found.con_id;
    d.broker(Event::Found { job, result: Ok(Box::new(found)) });
    assert!(asked(&mut d).iter().any(|(_, k, _)| *k == key(id, Interval::Min5)));
    assert!(!d.model.panes.watchlist.rows.iter().any(|r| r.con_id == Some(id)), "the list stays as it was");
    d.keys("a");
    assert!(d.model.panes.chart.compare.is_none() && !d.model.market.quotes.contains_key(&id));
    assert_eq!(d.sent(|c| matches!(c, Command::Unwatch(con_id) if *con_id == id)), 1);
    assert_eq!(d.sent(|c| matches!(c, Command::StopBars(k) if k.con_id == id)), 1);
}

#[test]
fn the_crosshair_means_the_order_in_its_row() {
    let mut d = desk();
    loaded(&mut d, Interval::Min5, 100);
    let low = d.work("b @ 187.10 enter");
    let high = d.work("b @ 187.20 enter");
    d.keys("2 x");
    d.assert_said("2 orders of AAPL work");
    d.keys("left");
    assert_eq!(charting::order_at_cursor(&d.model), Some(high), "at the close of the bar");
    // The other one lies below the bars; the range is stretched to it.
    d.keys("f");
    for _ in 0..40 {
        if charting::cursor_price(&d.model) > Some(price("187.10")) {
            d.keys("down");
        }
    }
    assert_eq!(charting::order_at_cursor(&d.model), Some(low.clone()));
    d.keys("x");
    assert_eq!(d.cancels(), [low]);
}
