//! The chart in its styles, scales, hours and studies, and on any bars.

use insta::assert_snapshot;
use proptest::prelude::*;
use ratatui::layout::Rect;
use rust_decimal::Decimal;

use super::fixture::{self, bar_key, id_of, loaded};
use super::probe::{album, pane, text, theme, with_roles};
use crate::app::model::{Bars, Model, Older};
use crate::broker::JobId;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::bar::{Bar, BarHours, Interval};
use crate::domain::calendar::Hours;
use crate::money::{Price, Qty};
use crate::panes::PaneKind;
use crate::panes::chart::{Compare, Fit, Scale, StudyKind, Style};
use crate::theme::{Dots, Glyphs, Theme};

const SIZE: (u16, u16) = (88, 24);

/// The bar at 10:40 in New York.
const LAST: i64 = 1_795_189_200;

/// A swing of `count` five-minute bars that ends now, about a price in cents.
fn swing(count: i64, about: i64) -> Vec<Bar> {
    let cents = |c: i64| Price(Decimal::new(c, 2));
    let close = |i: i64| {
        let wave = (i % 48 - 24).abs() * about / 4_000;
        about + wave + (i * 37 % 11 - 5) * about / 12_000
    };
    (0..count)
        .map(|i| {
            let (open, close) = (close(i - 1), close(i));
            let reach = about / 10_000 * (1 + i * 7 % 4);
            Bar {
                start: LAST - (count - 1 - i) * 300,
                open: cents(open),
                high: cents(open.max(close) + reach),
                low: cents(open.min(close) - reach),
                close: cents(close),
                volume: Some(Qty::from(10_000 + i * 7_919 % 90_000)),
            }
        })
        .collect()
}

/// The moment with a swing of 120 bars and what a test changes.
fn swung(change: impl FnOnce(&mut Model)) -> Model {
    let mut model = fixture::moment(160, 48);
    model.market.bars.insert(bar_key("AAPL", Interval::Min5), loaded(swing(120, 18_650)));
    change(&mut model);
    model
}

fn with_studies(kinds: &[StudyKind]) -> Model {
    swung(|m| {
        m.panes.chart.studies.toggle(StudyKind::Ema);
        for kind in kinds {
            m.panes.chart.studies.toggle(*kind);
        }
    })
}

fn pictures(all: &[(&'static str, Model)]) -> String {
    album(all.iter().map(|(heading, model)| (*heading, pane(model, &theme(), PaneKind::Chart, SIZE, true))))
}

#[test]
fn studies_over_and_below_the_bars() {
    use StudyKind::{Atr, Bollinger, Ema, EmaSlow, Keltner, Macd, Rsi, Sma, Vwap};
    let all = vec![
        ("two averages, RSI", with_studies(&[Ema, EmaSlow, Rsi])),
        ("bands, MACD", with_studies(&[Bollinger, Macd])),
        ("channel, average, ATR", with_studies(&[Keltner, Sma, Atr])),
        ("VWAP of the session, and from a bar", {
            let mut model = with_studies(&[Vwap]);
            model.panes.chart.vwap_from = Some(LAST - 12 * 300);
            model
        }),
        ("too few bars", {
            let mut model = with_studies(&[Rsi]);
            model.market.bars.insert(bar_key("AAPL", Interval::Min5), loaded(swing(9, 18_650)));
            model
        }),
    ];
    assert_snapshot!(pictures(&all));
}

#[test]
fn what_a_study_says_at_the_crosshair_stands_in_a_free_row() {
    let mut model = with_studies(&[StudyKind::Ema, StudyKind::Rsi]);
    model.panes.chart.cursor = Some(3);
    model.panes.chart.level = Some(fixture::price("187.30"));
    let buffer = pane(&model, &theme(), PaneKind::Chart, (110, 20), true);
    assert_snapshot!(with_roles(&buffer, buffer.area));
}

#[test]
fn styles_and_scales() {
    let compare = |m: &mut Model| {
        m.market.bars.insert(bar_key("MSFT", Interval::Min5), loaded(swing(100, 41_400)));
        m.panes.chart.compare = Some(Compare { symbol: SafeText::new("MSFT"), con_id: Some(id_of("MSFT")) });
    };
    let all = vec![
        ("bars", swung(|m| m.panes.chart.style = Style::Bars)),
        ("line", swung(|m| m.panes.chart.style = Style::Line)),
        ("Heikin-Ashi", swung(|m| m.panes.chart.style = Style::HeikinAshi)),
        ("log scale", swung(|m| m.panes.chart.scale = Scale::Log)),
        ("two symbols", swung(compare)),
        (
            "two symbols, crosshair",
            swung(|m| {
                compare(m);
                m.panes.chart.cursor = Some(5);
            }),
        ),
        (
            "all own orders",
            swung(|m| {
                let spec = fixture::spec(
                    "AAPL",
                    crate::domain::order::Verb::Sell,
                    100,
                    Some("205.00"),
                    crate::domain::order::Tif::Gtc,
                );
                let order = fixture::order(35, spec, crate::domain::order::OrderState::Working, 0, 900);
                m.orders.all.insert(order.key.clone(), order);
                m.panes.chart.fit = Fit::All;
            }),
        ),
    ];
    assert_snapshot!(pictures(&all));
}

/// From 08:00 today, and the afternoon before.
fn around_the_clock(m: &mut Model) {
    m.desk.hours = Hours::NewYork;
    let mut bars = swing(33, 18_650);
    let yesterday = swing(20, 18_550).into_iter().map(|b| Bar { start: b.start - 86_400 + 5 * 3_600, ..b });
    bars.splice(0..0, yesterday);
    m.panes.chart.hours = BarHours::Extended;
    let key = crate::domain::bar::BarKey { hours: BarHours::Extended, ..bar_key("AAPL", Interval::Min5) };
    m.market.bars.insert(key, loaded(bars));
}

#[test]
fn hours_outside_the_session_stand_on_another_ground_and_levels_have_names() {
    let model = swung(|m| {
        around_the_clock(m);
        m.panes.chart.studies.toggle(StudyKind::Levels);
        m.panes.chart.bar_width = 1;
    });
    let buffer = pane(&model, &theme(), PaneKind::Chart, (88, 20), false);
    assert_snapshot!(with_roles(&buffer, buffer.area));
}

#[test]
fn curves_in_half_blocks_and_in_ascii() {
    let model = swung(|m| m.panes.chart.style = Style::Line);
    let drawn = |theme: &Theme| pane(&model, theme, PaneKind::Chart, (60, 14), false);
    let (mut blocks, mut ascii) = (theme(), theme());
    blocks.dots = Dots::Blocks;
    ascii.glyphs = Glyphs::Ascii;
    let bars = swung(|m| m.panes.chart.style = Style::Bars);
    let plain_bars = pane(&bars, &ascii, PaneKind::Chart, (60, 14), false);
    let all = album([("half blocks", drawn(&blocks)), ("ASCII", drawn(&ascii)), ("ASCII bars", plain_bars)]);
    assert!(all.split("## ASCII").skip(1).all(str::is_ascii), "{all}");
    assert_snapshot!(all);
}

#[test]
fn a_page_under_way_and_a_question_to_come_are_said() {
    let key = bar_key("AAPL", Interval::Min5);
    let older = swung(|m| {
        let older = Older::Asked { job: JobId(3), before: LAST, empty: 0 };
        m.market.bars.insert(key, Bars::Loaded { job: JobId(1), bars: swing(20, 18_650), older });
    });
    let again = swung(|m| {
        let again = Some(Stamp::at(fixture::NOW + 42_000_000_000));
        let text = SafeText::new("pacing violation");
        m.market.bars.insert(key, Bars::Refused { code: Some(162), text, again });
    });
    let drawn = |model: &Model| {
        let buffer = pane(model, &theme(), PaneKind::Chart, (72, 8), false);
        text(&buffer, buffer.area)
    };
    assert!(drawn(&older).contains("asking for older bars …"), "{}", drawn(&older));
    assert!(drawn(&again).contains("No bars: pacing violation (162). Asking again in 42s."), "{}", drawn(&again));
}

fn any_bar() -> impl Strategy<Value = Bar> {
    let cents = prop_oneof![1i64..30_000, Just(1), Just(9_999_999_999), Just(0), Just(-500)];
    (cents, 0i64..5_000, 0i64..5_000, any::<bool>(), prop::option::of(0i64..i64::MAX), 0i64..2_000_000_000).prop_map(
        |(open, up, down, rises, volume, start)| {
            let price = |c: i64| Price(Decimal::new(c, 2));
            let close = if rises { open + up } else { open - down };
            Bar {
                start,
                open: price(open),
                high: price(open + up),
                low: price(open - down),
                close: price(close),
                volume: volume.map(Qty::from),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_bars_of_any_kind_panic_or_leave_their_pane(
        mut bars in prop::collection::vec(any_bar(), 0..90),
        other in prop::option::of(prop::collection::vec(any_bar(), 0..30)),
        (x, y, w, h) in (0u16..10, 0u16..6, 0u16..170, 0u16..50),
        (interval, style, scale, width) in (0usize..17, 0usize..4, any::<bool>(), 0u16..5),
        (back, cursor, lower, extended) in (0usize..120, prop::option::of(0usize..120), 0usize..4, any::<bool>()),
    ) {
        use crate::theme::Role;
        use crate::view::Hits;
        use crate::view::pane::Slot;
        use crate::view::screen::draw_pane;
        use crate::view::widgets::canvas::Canvas;
        bars.sort_by_key(|b| b.start);
        bars.dedup_by_key(|b| b.start);
        let model = swung(|m| {
            let chart = &mut m.panes.chart;
            chart.interval = Interval::ALL[interval];
            chart.style = [Style::Candles, Style::Bars, Style::Line, Style::HeikinAshi][style];
            chart.scale = if scale { Scale::Log } else { Scale::Linear };
            chart.hours = if extended { BarHours::Extended } else { BarHours::Regular };
            (chart.bar_width, chart.back, chart.cursor) = (width, back, cursor);
            chart.vwap_from = bars.first().map(|b| b.start);
            for kind in StudyKind::ALL.into_iter().filter(|k| !k.is_lower() && *k != StudyKind::Ema) {
                chart.studies.toggle(kind);
            }
            if let Some(kind) = [StudyKind::Rsi, StudyKind::Macd, StudyKind::Atr].get(lower) {
                chart.studies.toggle(*kind);
            }
            let key = crate::domain::bar::BarKey { hours: chart.hours, ..bar_key("AAPL", chart.interval) };
            if let Some(mut other) = other {
                chart.compare = Some(Compare { symbol: SafeText::new("MSFT"), con_id: Some(id_of("MSFT")) });
                other.sort_by_key(|b| b.start);
                m.market.bars.insert(crate::domain::bar::BarKey { con_id: id_of("MSFT"), ..key }, loaded(other));
            }
            m.market.bars.insert(key, loaded(bars));
        });
        let area = Rect::new(x, y, w, h);
        let mut buffer = ratatui::buffer::Buffer::empty(Rect::new(0, 0, 190, 60));
        let (theme, mut hits) = (theme(), Hits::default());
        let mut canvas = Canvas::new(&mut buffer, &theme, &mut hits);
        canvas.clear(canvas.area(), Role::Ground);
        draw_pane(&mut canvas, &model, Slot { pane: PaneKind::Chart, area, focused: true, tabs: &[] });
        for at in buffer.area.positions().filter(|at| !area.contains(*at)) {
            prop_assert_eq!(buffer[at].symbol(), " ", "{:?} outside {:?}", at, area);
        }
    }
}
