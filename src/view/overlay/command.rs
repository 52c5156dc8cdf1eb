//! The command line: an order sentence over the hint row, what is wrong with it under the words and above.

use std::ops::Range;

use ratatui::layout::Rect;
use tui_input::Input;

use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::saying::{self, Said};
use crate::theme::Role;
use crate::view::widgets::canvas::{Canvas, width};
use crate::view::widgets::field;
use crate::view::{Cursor, hints};

/// What the empty line teaches.
const EXAMPLE: &str = "buy 100 AAPL lmt 187.20 day   close all MSFT   a sentence stages, Enter then sends it";
/// Errors listed above the line.
const ERRORS: usize = 5;
/// Words offered as the next.
const NEXT: usize = 8;

/// Draws the line on the last row of `room`, squiggles and errors above it.
pub fn draw(
    canvas: &mut Canvas<'_>,
    model: &Model,
    room: Rect,
    input: &Input,
    errors: &[(Range<usize>, String)],
) -> Option<Cursor> {
    if room.height < 2 || room.width < 4 {
        return None;
    }
    let shown = errors.len().min(ERRORS).min(usize::from(room.height.saturating_sub(2)));
    let rows = u16::try_from(shown).unwrap_or(0) + 2;
    let area = Rect { y: room.bottom() - rows, height: rows, ..room };
    canvas.clear(area, Role::OverlayGround);
    let (line, under) = (area.bottom() - 1, area.bottom() - 2);
    let end = area.right().saturating_sub(1);
    let text_at = area.x + 1;
    canvas.put(area.x, line, end, ":", Role::KeyChord);
    let right = if errors.is_empty() {
        let wanted = [(Action::TextAccept, "stage"), (Action::Back, "close")];
        hints::keys_of(model, &["command", "text", GLOBAL], &wanted)
    } else {
        let n = errors.len();
        let words = if n == 1 { "1 error".to_owned() } else { format!("{n} errors") };
        crate::view::widgets::canvas::Words::of(words, Role::InputInvalid)
    };
    let typed = width(canvas.theme, input.value());
    let right_cells = right.width(canvas.theme);
    let text_end = if text_at + typed + 2 + right_cells < end { end - right_cells - 1 } else { end };
    canvas.say_right(end, line, text_at + typed + 2, &right);
    let spans: Vec<Range<usize>> = errors.iter().map(|(span, _)| span.clone()).collect();
    if typed < text_end.saturating_sub(text_at) {
        field::squiggle(canvas, text_at, under, text_end, input.value(), &spans);
    }
    if errors.is_empty() && !input.value().trim().is_empty() {
        let (text, role) = preview(model, input.value());
        let text = canvas.cut(&text, end.saturating_sub(text_at));
        canvas.put(text_at, under, end, &text, role);
    }
    if errors.is_empty() && input.value().is_empty() {
        let example = canvas.cut(EXAMPLE, end.saturating_sub(text_at));
        canvas.put(text_at, under, end, &example, Role::TextDim);
    }
    for (y, (span, text)) in (area.y..).zip(errors.iter().take(shown)) {
        let word = input.value().get(span.clone()).unwrap_or_default();
        // A cause that names its word is not told twice.
        let word = if text.contains(word) { "" } else { word };
        let at = canvas.put(text_at, y, end, word, Role::InputInvalid);
        let at = if word.is_empty() { at } else { at + 2 };
        canvas.put(at, y, end, text, Role::Text);
    }
    field::draw(canvas, text_at, line, text_end, input, Role::InputText)
}

/// The sentence as it would be carried out, and what may come next; while it is not complete, the first thing amiss.
fn preview(model: &Model, text: &str) -> (String, Role) {
    let next: Vec<&str> = saying::complete(model, text, text.len()).iter().take(NEXT).map(|w| w.text).collect();
    let next = if next.is_empty() { String::new() } else { format!("   next: {}", next.join(" ")) };
    if let Some(does) = saying::desk_word(text) {
        return (format!("= {does}"), Role::Text);
    }
    match saying::read(model, text) {
        Ok(Said::Order(order)) => (format!("= {}{next}", order.text), Role::Text),
        Ok(Said::Manage(manage, _)) => {
            let words = crate::sentence::meaning(&crate::sentence::Sentence::Manage(manage));
            (format!("= {words}"), Role::Text)
        }
        Err(against) => {
            let first = against.into_iter().next().map_or_else(String::new, |c| c.text);
            (format!("{first}{next}"), Role::TextDim)
        }
    }
}
