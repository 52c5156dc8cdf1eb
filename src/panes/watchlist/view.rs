//! The watchlist: one row a symbol, what is known of its market, what is held of it.
//!
//! A row whose numbers share a source bears its truth mark once, after Last; its age stands in place of the spread.

use ratatui::layout::Rect;

use super::Row;
use crate::app::model::Model;
use crate::app::{keymap, select, timers};
use crate::domain::instrument::{Instrument, PriceRule};
use crate::domain::quote::{Direction, Quote, Truth};
use crate::domain::shown;
use crate::money::{Price, Qty};
use crate::theme::Role;
use crate::view::hints;
use crate::view::numbers::{absent, is_first_start, known, profit, sign_role, truth_role};
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::table::{self, Column, Selection};

/// Width from which on the sizes at the touch are shown.
const SIZES_FROM: u16 = 90;

const COLUMNS: [Column; 12] = [
    Column::left("Symbol", 7, 0),
    Column::right("Last", 8, 0),
    Column::left("", 1, 0).tight(),
    Column::right("Chg%", 7, 8),
    Column::right("BSz", 5, 2),
    Column::right("Bid", 8, 7),
    Column::right("Ask", 8, 7),
    Column::right("ASz", 5, 3),
    Column::right("Spr", 4, 9),
    Column::right("Vol", 5, 4),
    Column::right("Pos", 5, 6),
    Column::right("Unreal", 8, 5),
];

/// Draws the pane.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) {
    let list = &model.panes.watchlist;
    let head = Head { left: vec![Words::of("main", Role::Text)], right: vec![counts(model)], keep: false };
    let area = pane::head(canvas, model, slot, &head);
    if list.rows.is_empty() {
        let keys = |action| hints::key(model, &[slot.pane.scope(), "list", keymap::GLOBAL], action);
        let add = keys(crate::app::action::Action::WatchlistAdd);
        let find = keys(crate::app::action::Action::SymbolSearch);
        pane::teach(canvas, area, &format!("This list is empty.  `{add}` adds a symbol, `{find}` finds one by name."));
        return;
    }
    let wide = area.width >= SIZES_FROM;
    let picks = |i: usize| wide || !matches!(i, 4 | 7);
    let columns: Vec<Column> = COLUMNS.iter().enumerate().filter(|(i, _)| picks(*i)).map(|(_, c)| *c).collect();
    let rows: Vec<table::Row> = list
        .rows
        .iter()
        .map(|row| {
            let cells = cells(model, row);
            let cells = cells.into_iter().enumerate().filter(|(i, _)| picks(*i)).map(|(_, c)| c).collect();
            table::Row { cells, role: None }
        })
        .collect();
    let selection = Selection { index: Some(list.selected), focused: slot.focused, top: list.top };
    let drawn = table::draw(canvas, area, &columns, &rows, selection);
    let used = drawn.saturating_add(2);
    welcome(canvas, model, Rect { y: area.y.saturating_add(used), height: area.height.saturating_sub(used), ..area });
}

/// `18 live  1 halted  1 delayed`, `20 stale, 35s`, `connecting`.
fn counts(model: &Model) -> Words {
    if is_first_start(model) {
        return Words::of("connecting", Role::TextDim);
    }
    let truths: Vec<Truth> =
        model.panes.watchlist.rows.iter().filter_map(|r| r.con_id).map(|id| select::truth(model, id)).collect();
    let count = |is: fn(&Truth) -> bool| truths.iter().filter(|t| is(t)).count();
    let stale = truths.iter().filter_map(|t| if let Truth::Stale(age) = t { Some(*age) } else { None }).min();
    let stale = stale.map(|age| format!("stale, {}", shown::age(age)));
    let groups = [
        (count(|t| t.is_live()), "live", Role::Text),
        (count(|t| matches!(t, Truth::Stale(_))), stale.as_deref().unwrap_or("stale"), Role::ValueStale),
        (count(|t| matches!(t, Truth::Halted)), "halted", Role::ValueFrozen),
        (count(|t| matches!(t, Truth::Frozen)), "frozen", Role::ValueFrozen),
        (count(|t| matches!(t, Truth::Delayed)), "delayed", Role::ValueDelayed),
        (count(|t| matches!(t, Truth::Asked)), "asked", Role::ValueAbsent),
        (count(|t| matches!(t, Truth::Absent)), "without data", Role::ValueAbsent),
    ];
    let mut words = Words::new();
    for (n, word, role) in groups.into_iter().filter(|(n, ..)| *n > 0) {
        words.join(2, Words::of(format!("{n} "), Role::Text).say(word, role));
    }
    words
}

fn cells(model: &Model, row: &Row) -> Vec<Words> {
    let symbol = Words::of(row.symbol.as_str(), Role::TextStrong);
    let known = row.con_id.and_then(|id| select::instrument(model, id).map(|i| (id, i)));
    let Some((id, instrument)) = known else { return unknown_cells(row, symbol) };
    let empty = Quote::default();
    let (quote, truth) = select::quote(model, id).unwrap_or((&empty, Truth::Asked));
    let held = select::held(model, id).filter(|q| !q.is_zero());
    let unreal = model.positions.get(&id).filter(|p| !p.qty.is_zero());
    let size = |q: Option<Qty>| known_or_absent(q.map(|q| shown::market_size(q, 5)), Role::Text);
    vec![
        symbol,
        last(model, quote, truth, &instrument.rule),
        mark(quote, truth),
        change(quote),
        size(quote.bid_size),
        side(quote.bid, &instrument.rule),
        side(quote.ask, &instrument.rule),
        size(quote.ask_size),
        spread(quote, truth, instrument),
        volume(quote),
        held.map(|q| Words::of(shown::qty(q), Role::Text)).unwrap_or_default(),
        unreal.map(|p| profit(p.pnl.unrealized, true)).unwrap_or_default(),
    ]
}

/// A symbol that is asked for, or that the broker does not know.
fn unknown_cells(row: &Row, symbol: Words) -> Vec<Words> {
    let spread = if row.refused.is_some() { "SYM" } else { "…" };
    let mut cells = vec![absent(); 12];
    cells[0] = symbol;
    cells[2] = Words::new();
    cells[8] = Words::of(spread, Role::ValueAbsent);
    cells[10] = Words::new();
    cells[11] = Words::new();
    cells
}

fn known_or_absent(text: Option<String>, role: Role) -> Words {
    known(text, role)
}

/// The last price; for a moment after it changed, bright from the first changed digit on.
fn last(model: &Model, quote: &Quote, truth: Truth, rule: &PriceRule) -> Words {
    let Some(price) = quote.last else { return absent() };
    let text = shown::price(price, rule);
    if !truth.is_live() {
        return Words::of(text, if matches!(truth, Truth::Stale(_)) { Role::ValueStale } else { Role::TextStrong });
    }
    let fresh = quote.last_at.is_some_and(|at| model.now.since(at) < timers::FLASH);
    let flash = match quote.direction {
        Direction::Up => Role::PriceUpFlash,
        Direction::Down => Role::PriceDownFlash,
        Direction::Flat => Role::TextStrong,
    };
    match quote.previous {
        Some(previous) if fresh && model.settings.flash && previous != price => {
            let same = shown::unchanged(&shown::price(previous, rule), &text);
            let (old, new) = text.split_at(same);
            Words::of(old, Role::TextStrong).say(new, flash)
        }
        _ => Words::of(text, Role::TextStrong),
    }
}

fn mark(quote: &Quote, truth: Truth) -> Words {
    let role = match (truth.is_live(), quote.direction) {
        (true, Direction::Up) => Role::PriceUp,
        (true, Direction::Down) => Role::PriceDown,
        _ => truth_role(truth),
    };
    let known = quote.last.is_some();
    Words::of(if known { shown::mark(truth, quote.direction) } else { " " }, role)
}

fn change(quote: &Quote) -> Words {
    quote.change_percent().map_or_else(absent, |percent| {
        let text = shown::change_percent(percent);
        let zero = !text.starts_with(['+', '-']);
        Words::of(text, sign_role(percent.is_sign_negative(), zero))
    })
}

fn side(price: Option<Price>, rule: &PriceRule) -> Words {
    known(price.map(|p| shown::price(p, rule)), Role::Text)
}

/// The spread in ticks while it means something, else the truth of the row.
fn spread(quote: &Quote, truth: Truth, instrument: &Instrument) -> Words {
    let role = truth_role(truth);
    match truth {
        Truth::Live | Truth::Quiet(_) => {
            spread_ticks(quote, instrument).map_or_else(absent, |t| Words::of(t, Role::TextDim))
        }
        Truth::Stale(age) => Words::of(shown::age(age), role),
        Truth::Delayed => Words::of("D15", role),
        Truth::Frozen => Words::of("FRZ", role),
        Truth::Halted => Words::of("HLT", role),
        Truth::Asked => Words::of("…", role),
        Truth::Absent => Words::of(if quote.refused.is_some() { "SUB" } else { shown::ABSENT }, role),
    }
}

fn spread_ticks(quote: &Quote, instrument: &Instrument) -> Option<String> {
    let (bid, ask) = (quote.bid?, quote.ask?);
    ask.ticks_from(bid, instrument.rule.tick_at(bid)).map(shown::ticks)
}

fn volume(quote: &Quote) -> Words {
    known(quote.volume.map(|v| shown::market_size(v, 5)), Role::TextDim)
}

/// What a newcomer can do, until the first quote.
fn welcome(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    if !is_first_start(model) || area.height < 1 {
        return;
    }
    let says = if model.desk.profile.as_str() == "embedded" {
        "The paper market starts. First quotes in a moment."
    } else {
        "Connecting. Nothing can be sent before READY."
    };
    pane::teach(canvas, area, says);
    let steps = "1  `↑↓` picks a symbol      2  `b` stages a buy      3  `Enter` sends it";
    let more = "   `/` finds any other         `?` shows every key      `ctrl-c` leaves";
    for (row, line) in [(2, steps), (3, more)] {
        if row < area.height {
            pane::teach(canvas, Rect { y: area.y + row, height: 1, ..area }, line);
        }
    }
}
