//! The positions: what is held, at which average, what it makes.
//!
//! Profit and loss are the broker's own figures. Risk is what the stops leave to lose from the last price; a position that
//! is larger than its stops has `no stop` there, or how many of it are `bare`, and is counted in the title.

use crate::app::model::Model;
use crate::app::{protection, select};
use crate::domain::position::Position;
use crate::domain::quote::{Quote, Truth};
use crate::domain::shown;
use crate::money::Cash;
use crate::theme::Role;
use crate::view::numbers::{absent, average, known, price, profit, rule, stale_for, truth_role};
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::table::{self, Column, Selection};

/// Width from which on value and realised profit are shown.
const WIDE_FROM: u16 = 75;

const COLUMNS: [Column; 10] = [
    Column::left("Symbol", 7, 0),
    Column::right("Qty", 5, 0),
    Column::right("Avg", 8, 4),
    Column::right("Last", 8, 3),
    Column::left("", 1, 3).tight(),
    Column::right("Unreal", 8, 0),
    Column::right("Day", 8, 5),
    Column::right("Risk", 8, 2),
    Column::right("Realised", 9, 2),
    Column::right("Value", 11, 1),
];

/// Draws the pane.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) {
    let positions = select::position_rows(model);
    let stale = stale_for(model);
    let open = positions.iter().filter(|p| !p.qty.is_zero()).count();
    let right = match stale {
        Some(_) if model.desk.account.is_none() => Words::of("connecting", Role::TextDim),
        Some(age) => {
            let since = shown::time_of(model.desk.link_at);
            Words::of(format!("as of {since}, {}", shown::age_words(age)), Role::ValueStale)
        }
        None => Words::of(format!("{open} open"), Role::Text),
    };
    let bare = protection::unprotected(model);
    let mut full = right.clone();
    if bare > 0 && stale.is_none() {
        full.join(2, Words::of(format!("{bare} without a stop"), Role::PositionBare));
    }
    let area = pane::head(canvas, model, slot, &Head { right: vec![full, right], ..Head::default() });
    if positions.is_empty() {
        let text = if stale.is_some() && model.desk.account.is_none() {
            shown::ABSENT
        } else {
            "No positions.  The first fill appears here with its P&L."
        };
        pane::teach(canvas, area, text);
        return;
    }
    let count = if area.width >= WIDE_FROM { COLUMNS.len() } else { 8 };
    let cents = cents_fit(&positions);
    let mut rows: Vec<table::Row> = positions.iter().map(|p| row(model, p, cents, stale.is_some())).collect();
    rows.push(total(&positions, cents, stale.is_some()));
    for row in &mut rows {
        row.cells.truncate(count);
    }
    let index = select::position_index(model);
    let selection = Selection { index, focused: slot.focused, top: model.panes.positions.top };
    table::draw(canvas, area, &COLUMNS[..count], &rows, selection);
}

/// Whether all profits of the pane fit with their cents.
fn cents_fit(positions: &[&Position]) -> bool {
    let all = positions.iter().flat_map(|p| [p.pnl.unrealized, p.pnl.daily]).flatten().collect::<Vec<Cash>>();
    shown::cents_fit(&all, 11, true)
}

fn row(model: &Model, position: &Position, cents: bool, stale: bool) -> table::Row {
    let rule = rule(model, position.con_id);
    let closed = position.qty.is_zero();
    let empty = Quote::default();
    let (quote, truth) = select::quote(model, position.con_id).unwrap_or((&empty, Truth::Asked));
    let last_role = if truth.is_live() { Role::Text } else { truth_role(truth) };
    let mark = if truth.is_live() || quote.last.is_none() { " " } else { shown::mark(truth, quote.direction) };
    let unreal = if closed { absent() } else { marked(profit(position.pnl.unrealized, cents), stale) };
    let avg = if closed { None } else { position.avg_cost };
    table::Row {
        cells: vec![
            Words::of(position.symbol.as_str(), if closed { Role::TextDim } else { Role::TextStrong }),
            Words::of(shown::qty(position.qty), Role::Text),
            known(avg.map(|p| average(rule, p)), Role::Text),
            known(quote.last.map(|p| price(rule, p)), last_role),
            Words::of(mark, truth_role(truth)),
            unreal,
            marked(profit(position.pnl.daily, cents), stale),
            risk(model, position),
            marked(profit(position.pnl.realized, cents), stale),
            known(position.value.map(shown::cash), Role::Text),
        ],
        role: closed.then_some(Role::TextDim),
    }
}

/// What the stops leave to lose, or that there is none behind a part of it.
fn risk(model: &Model, position: &Position) -> Words {
    if position.qty.is_zero() {
        return absent();
    }
    let bare = protection::uncovered(model, position.con_id);
    if bare.is_positive() && bare < position.qty.abs() {
        return Words::of(format!("{} bare", shown::qty(bare)), Role::PositionBare);
    }
    if bare.is_positive() {
        return Words::of("no stop", Role::PositionBare);
    }
    known(protection::at_risk(model, position).map(shown::cash), Role::Text)
}

/// A number as of the end of the connection.
fn marked(words: Words, stale: bool) -> Words {
    if !stale || words == absent() {
        return words;
    }
    let texts = words.parts().iter().map(|(t, _)| t.as_str()).collect::<String>();
    Words::of(format!("{texts}~"), Role::ValueStale)
}

/// The sums; one that misses a part is not known.
fn total(positions: &[&Position], cents: bool, stale: bool) -> table::Row {
    let sum = |part: fn(&Position) -> Option<Cash>, of: fn(&&&Position) -> bool| {
        positions.iter().filter(of).try_fold(Cash::ZERO, |sum, p| sum.plus(part(p)?))
    };
    let everything: fn(&&&Position) -> bool = |_| true;
    let open: fn(&&&Position) -> bool = |p| !p.qty.is_zero();
    table::Row {
        cells: vec![
            Words::of("total", Role::TextDim),
            Words::new(),
            Words::new(),
            Words::new(),
            Words::new(),
            marked(profit(sum(|p| p.pnl.unrealized, open), cents), stale),
            marked(profit(sum(|p| p.pnl.daily, everything), cents), stale),
            Words::new(),
            marked(profit(sum(|p| p.pnl.realized, everything), cents), stale),
            known(sum(|p| p.value, open).map(shown::cash), Role::RowTotal),
        ],
        role: Some(Role::RowTotal),
    }
}
