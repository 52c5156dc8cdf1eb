//! What a frame, a message and a look at the market cost: `cargo bench`.

use std::sync::Arc;

use divan::{Bencher, black_box};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rust_decimal::Decimal;
use tradewind::app::action::Action;
use tradewind::app::model::{Bars, Model, Older};
use tradewind::app::msg::Msg;
use tradewind::app::{bindings, update};
use tradewind::broker::{Event, JobId};
use tradewind::clock::Stamp;
use tradewind::config::Settings;
use tradewind::domain::account::Mode;
use tradewind::domain::bar::{Bar, BarHours, BarKey, Interval};
use tradewind::domain::instrument::{ConId, Instrument, PriceRule, SecType};
use tradewind::domain::quote::Quote;
use tradewind::domain::takes::Takes;
use tradewind::gateway::feed::{BarSize, Calendar, Feed, What};
use tradewind::money::{Price, Qty};
use tradewind::panes::chart::StudyKind;
use tradewind::theme;
use tradewind::view::{self, Hits};

fn main() {
    divan::main();
}

/// 2026-11-20 15:42:07 UTC.
const NOW: i64 = 1_795_189_327_000_000_000;

fn instrument(con_id: i32, symbol: &str) -> Instrument {
    Instrument {
        con_id: ConId(con_id),
        symbol: symbol.into(),
        sec_type: SecType::Stock,
        exchange: "SMART".into(),
        primary_exchange: "NASDAQ".into(),
        currency: "USD".into(),
        long_name: symbol.into(),
        multiplier: Decimal::ONE,
        rule: PriceRule::flat(Price(Decimal::new(1, 2))).expect("a positive tick"),
        size_increment: Qty::from(1),
        takes: Takes::default(),
        last_day: None,
        strike: None,
        listed: tradewind::domain::listed::Listed::default(),
    }
}

/// Quotes of every instrument, `step` cents away from the first ones.
fn quotes(step: i64) -> Vec<(ConId, Quote)> {
    let at = Stamp::at(NOW + step);
    let price = |cents: i64| Some(Price(Decimal::new(18_720 + cents + step % 50, 2)));
    let quote = || Quote {
        bid: price(0),
        ask: price(2),
        last: price(1),
        volume: Some(Qty::from(1_000_000 + step)),
        close: price(-80),
        at: Some(at),
        last_at: Some(at),
        ..Quote::default()
    };
    (1..=12).map(|id| (ConId(id), quote())).collect()
}

/// A desk with twelve quotes.
fn desk(width: u16, height: u16) -> Model {
    let settings = Settings::default();
    let symbols = settings.watchlist.clone();
    let keymap = Arc::new(bindings::fallback());
    let mut model = Model::new(settings, "embedded", Mode::Paper, keymap, (width, height));
    for (i, symbol) in symbols.iter().enumerate() {
        let con_id = i32::try_from(i + 1).expect("twelve");
        model.market.instruments.insert(ConId(con_id), instrument(con_id, symbol));
        if let Some(row) = model.panes.watchlist.rows.get_mut(i) {
            row.con_id = Some(ConId(con_id));
        }
        model.market.asked.remove(&JobId(i as u64));
    }
    let _ = update(&mut model, Stamp::at(NOW), Msg::Broker(Event::Quotes(quotes(0))));
    model
}

#[divan::bench(args = [(80, 24), (160, 48), (220, 60)])]
fn draw(bencher: Bencher, (width, height): (u16, u16)) {
    let (model, theme) = (desk(width, height), theme::fallback(&theme::Look::at(theme::Depth::True)));
    let area = Rect::new(0, 0, width, height);
    bencher.bench_local(|| {
        let mut buffer = Buffer::empty(area);
        let mut hits = Hits::default();
        view::screen(black_box(&model), &theme, &mut buffer, &mut hits);
        buffer
    });
}

/// A thousand five-minute bars of the first symbol.
fn thousand_bars() -> Vec<Bar> {
    let price = |cents: i64| Price(Decimal::new(cents, 2));
    let bar = |i: i64| {
        let close = 18_700 + (i % 120 - 60).abs() + i * 37 % 17;
        let open = close - i * 13 % 23 + 11;
        Bar {
            start: NOW / 1_000_000_000 / 300 * 300 - (999 - i) * 300,
            open: price(open),
            high: price(open.max(close) + 6),
            low: price(open.min(close) - 5),
            close: price(close),
            volume: Some(Qty::from(10_000 + i * 7_919 % 90_000)),
        }
    };
    (0..1_000).map(bar).collect()
}

/// A frame whose chart has four studies over a thousand bars and one below.
#[divan::bench]
fn draw_a_chart_with_studies(bencher: Bencher) {
    let (mut model, theme) = (desk(160, 48), theme::fallback(&theme::Look::at(theme::Depth::True)));
    for study in [StudyKind::Sma, StudyKind::Vwap, StudyKind::Bollinger, StudyKind::Rsi] {
        let _ = update(&mut model, Stamp::at(NOW), Msg::Acted(Action::ChartStudy { study }));
    }
    let key = BarKey { con_id: ConId(1), interval: Interval::Min5, hours: BarHours::Regular };
    let bars = Bars::Loaded { job: JobId(1), bars: thousand_bars(), older: Older::End };
    model.market.bars.insert(key, bars);
    let area = Rect::new(0, 0, 160, 48);
    bencher.bench_local(|| {
        let mut buffer = Buffer::empty(area);
        let mut hits = Hits::default();
        view::screen(black_box(&model), &theme, &mut buffer, &mut hits);
        buffer
    });
}

#[divan::bench]
fn take_twelve_quotes(bencher: Bencher) {
    let mut model = desk(160, 48);
    let mut step = 0;
    bencher.bench_local(|| {
        step += 1;
        update(&mut model, Stamp::at(NOW + step), Msg::Broker(Event::Quotes(quotes(step))))
    });
}

#[divan::bench]
fn quote_from_the_market(bencher: Bencher) {
    let feed = Feed::new(42, Calendar::Always);
    let mut at = NOW;
    bencher.bench_local(|| {
        at += 250_000_000;
        feed.quote(265_598, at)
    });
}

#[divan::bench(sample_count = 10)]
fn a_day_of_minutes(bencher: Bencher) {
    const DAY: i64 = 86_400_000_000_000;
    bencher.bench_local(|| {
        let feed = Feed::new(42, Calendar::Always);
        feed.bars(265_598, BarSize::Seconds(60), NOW - DAY, NOW, What::Trades, true)
    });
}
