//! Symbol search: nothing is chosen for the trader; each match shows enough to tell it from the others.

use ratatui::layout::Rect;
use tui_input::Input;

use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::{Model, SearchFor};
use crate::domain::SafeText;
use crate::domain::instrument::SymbolMatch;
use crate::theme::Role;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::field;
use crate::view::widgets::frame::{self, Frame};
use crate::view::widgets::table::{self, Column, Row, Selection};
use crate::view::{Cursor, hints};

const COLUMNS: [Column; 5] = [
    Column::left("Symbol", 9, 0),
    Column::left("Type", 4, 3),
    Column::left("Venue", 8, 2),
    Column::left("Ccy", 3, 1),
    Column::left("Name", 8, 0).rest(),
];

/// What has been found so far.
#[derive(Debug, Clone, Copy)]
pub struct Found<'m> {
    /// Whether an answer is awaited.
    pub asking: bool,
    /// The matches.
    pub matches: &'m [SymbolMatch],
    /// Why there are none.
    pub refused: Option<&'m SafeText>,
    /// The selected one.
    pub selected: usize,
    /// What for.
    pub purpose: SearchFor,
}

/// Draws the search.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, input: &Input, found: &Found<'_>) -> Option<Cursor> {
    let (title, takes) = match found.purpose {
        SearchFor::List => ("Symbol", "add and show"),
        SearchFor::Compare => ("Compare with", "compare"),
    };
    let wanted = [(Action::TextAccept, takes), (Action::Back, "close")];
    let keys = hints::keys_of(model, &["search", "text", GLOBAL], &wanted);
    let rows = u16::try_from(found.matches.len().clamp(1, 12)).unwrap_or(1);
    let area = frame::centred(room, 72, rows + 5);
    let inside = frame::draw(canvas, area, &Frame::light(Words::of(title, Role::PaneTitleFocus), keys));
    if inside.height == 0 {
        return None;
    }
    let status = status(found, input);
    canvas.put(inside.x, inside.y, inside.right(), "/ ", Role::KeyChord);
    let text_at = inside.x + 2;
    let status_cells = status.width(canvas.theme);
    let text_end = inside.right().saturating_sub(status_cells + 1);
    canvas.say_right(inside.right(), inside.y, text_at, &status);
    let cursor = field::draw(canvas, text_at, inside.y, text_end, input, Role::InputText);
    let list = Rect {
        x: inside.x.saturating_sub(1),
        y: inside.y + 2,
        width: inside.width + 2,
        height: inside.height.saturating_sub(2),
    };
    if let Some(refused) = found.refused {
        canvas.put(inside.x, list.y, inside.right(), refused, Role::NoticeError);
    } else if !found.matches.is_empty() {
        let rows: Vec<Row> = found.matches.iter().map(row).collect();
        let selection = Selection { index: Some(found.selected), focused: true, top: 0 };
        table::draw(canvas, list, &COLUMNS, &rows, selection);
    }
    cursor
}

fn status(found: &Found<'_>, input: &Input) -> Words {
    let text = match (found.matches.len(), found.asking) {
        (_, true) => "asking …".to_owned(),
        (0, false) if found.refused.is_some() => String::new(),
        (0, false) if input.value().is_empty() => "a symbol or a name".to_owned(),
        (0, false) => "no match".to_owned(),
        (1, false) => "1 match".to_owned(),
        (n, false) => format!("{n} matches, none chosen yet"),
    };
    Words::of(text, Role::TextDim)
}

fn row(found: &SymbolMatch) -> Row {
    let cells = vec![
        Words::of(found.symbol.as_str(), Role::TextStrong),
        Words::of(found.sec_type.as_str(), Role::TextDim),
        Words::of(found.primary_exchange.as_str(), Role::TextDim),
        Words::of(found.currency.as_str(), Role::TextDim),
        Words::of(found.description.as_str(), Role::Text),
    ];
    Row { cells, role: None }
}
