//! The whole frame: status bar, panes, hint row, what floats above them, the frame of a live session.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::Slot;
use super::widgets::canvas::{Canvas, Words};
use super::{Cursor, Hits, hints, overlay, status};
use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::select;
use crate::app::workspace::{self, Layout, Placement};
use crate::domain::account::Mode;
use crate::panes::PaneKind;
use crate::panes::{account, blotter, chart, positions, ticket, watchlist};
use crate::theme::{Role, Theme};

/// Draws the model on the whole buffer; fills `hits` with what the mouse finds. Returns where the text cursor stands.
pub fn screen(model: &Model, theme: &Theme, buffer: &mut Buffer, hits: &mut Hits) -> Option<Cursor> {
    hits.clear();
    let area = buffer.area;
    let mut canvas = Canvas::new(buffer, theme, hits);
    canvas.clear(area, Role::Ground);
    if area.is_empty() {
        return None;
    }
    let layout = if (area.width, area.height) == model.size {
        workspace::arrange(model)
    } else {
        // A frame for another size than the model knows: laid out for the cells there are.
        let mut other = model.clone();
        other.size = (area.width, area.height);
        workspace::arrange(&other)
    };
    match layout {
        Layout::TooSmall => {
            card(&mut canvas, model, area);
            None
        }
        Layout::Tiled(placements) => desk(&mut canvas, model, area, &placements),
    }
}

fn desk(canvas: &mut Canvas<'_>, model: &Model, area: Rect, placements: &[Placement]) -> Option<Cursor> {
    let first = Rect { height: 1, ..area };
    let last = Rect { y: area.bottom() - 1, height: 1, ..area };
    status::draw(canvas, model, first);
    let mut cursor = None;
    for placement in placements {
        let slot = Slot {
            pane: placement.pane,
            area: placement.rect,
            focused: model.workspace.focus == placement.pane,
            tabs: &placement.tabs,
        };
        canvas.hits.pane(placement.rect, placement.pane);
        cursor = draw_pane(canvas, model, slot).or(cursor);
    }
    if model.desk.mode == Mode::Live {
        frame(canvas, model, area);
    }
    hints::draw(canvas, model, last);
    let inner = Rect { y: area.y + 1, height: area.height - 2, ..area };
    let ticket = placements.iter().find(|p| p.pane == PaneKind::Ticket).map_or(inner, |p| p.rect);
    if model.overlay.is_some() {
        return overlay::draw(canvas, model, inner, ticket);
    }
    overlay::which_key(canvas, model, overlay::beside(inner, ticket));
    cursor
}

/// Draws one pane.
pub(super) fn draw_pane(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) -> Option<Cursor> {
    canvas.within(slot.area, |canvas| content(canvas, model, slot))
}

fn content(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) -> Option<Cursor> {
    match slot.pane {
        PaneKind::Watchlist => watchlist::view::draw(canvas, model, slot),
        PaneKind::Chart => chart::view::draw(canvas, model, slot),
        PaneKind::Ticket => return ticket::view::draw(canvas, model, slot),
        PaneKind::Blotter => blotter::view::draw(canvas, model, slot),
        PaneKind::Positions => positions::view::draw(canvas, model, slot),
        PaneKind::Account => account::view::draw(canvas, model, slot),
    }
    None
}

/// LIVE is drawn around the whole screen in columns that paper leaves blank: thin while no entry can leave, else heavy.
fn frame(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let glyph = if select::entries_leave(model) { "┃" } else { "│" };
    for y in area.y + 1..area.bottom() - 1 {
        for x in [area.x, area.right() - 1] {
            if canvas.is_blank(x, y) {
                canvas.put(x, y, area.right(), glyph, Role::SessionLiveFrame);
            }
        }
    }
}

/// Too small for panes: what is needed, the session, what works, what it makes, the kill key. Lines go from the bottom;
/// mode, session and kill go last.
fn card(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let (width, height) = (area.width, area.height);
    let mut first = status::badge(canvas.theme, model.desk.mode);
    if let Some(account) = &model.desk.account {
        first.join(1, Words::of(account.to_string(), Role::Text));
    }
    first.join(2, status::session(model, false, false));
    let (need_w, need_h) = workspace::SIZE_MIN;
    let kill = hints::hint(hints::key(model, &[GLOBAL], Action::Kill), "kill");
    let quit = hints::hint(hints::key(model, &[GLOBAL], Action::Quit), "quit");
    let counts = [(3, true), (1, true), (1, false)].map(|(gap, full)| counts(model, gap, full));
    let fits = |words: &&Words| words.width(canvas.theme).saturating_add(2) <= width;
    let counts = counts.iter().find(fits).or(counts.last()).cloned().unwrap_or_default();
    let needed = format!("{need_w}×{need_h} is needed.");
    let mut keys = kill.clone();
    keys.join(4, quit);
    let mut lines = vec![(0, first)];
    if height >= 10 {
        lines.push((2, Words::of(format!("{width}×{height} is too small, {needed}"), Role::Text)));
        lines.push((3, Words::of("Order entry is off.", Role::TextDim)));
        lines.push((5, counts));
        lines.push((6, status::day(model).unwrap_or_default()));
        lines.push((7, status::clock(model, false)));
        lines.push((9, keys));
    } else {
        let mut short = format!("{width}×{height}: {need_w}×{need_h} needed, orders off");
        if short.chars().count() + 2 > usize::from(width) {
            short = format!("{need_w}×{need_h} needed, orders off");
        }
        let rest = [kill, Words::of(short, Role::Text), counts, status::clock(model, false)];
        let rest: Vec<Words> = rest.into_iter().filter(|w| !w.is_empty()).collect();
        let room = usize::from(height.saturating_sub(1));
        let mut kept: Vec<Words> = rest.into_iter().take(room).collect();
        // The kill key was taken first so that it goes last; it stands at the bottom.
        if kept.len() > 1 {
            kept.rotate_left(1);
        }
        lines.extend((1u16..).zip(kept));
    }
    for (row, words) in lines {
        let x = if row == 0 { area.x } else { area.x + 2.min(width.saturating_sub(1)) };
        if row < height {
            canvas.say(x, area.y + row, area.right(), &words);
        }
    }
}

/// What stands in the way, what is out there, whether it is armed.
fn counts(model: &Model, gap: usize, full: bool) -> Words {
    let mut words = Words::new();
    let every = status::barriers(model, false).into_iter().chain(status::counts(model, full));
    for item in every.chain(status::arming(model, false, full)) {
        words.join(gap, item);
    }
    words
}
