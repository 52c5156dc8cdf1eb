//! What floats above the panes: boxes on a raised ground, titles in the upper edge, keys in the lower.
//!
//! Invariants: none covers the status bar or the hint row; only help and the cards of a gap, of the day and of a live account may cover the
//! ticket; the confirmation stands in the ticket's own place.

use ratatui::layout::Rect;

use super::Cursor;
use super::widgets::canvas::Canvas;
use crate::app::model::{Model, Overlay};

mod arm;
mod away;
mod command;
mod confirm;
mod eod;
mod everyones;
mod help;
mod notices;
mod order;
mod quit;
mod search;
mod sheet;
mod studies;
mod which_key;

pub(super) use which_key::draw as which_key;

/// Draws the open overlay over `room`, the rows of the panes; `ticket` is the ticket's place.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, ticket: Rect) -> Option<Cursor> {
    match model.overlay.as_ref()? {
        Overlay::Help { top, filter } => help::draw(canvas, model, room, *top, filter),
        Overlay::Notices { top } => {
            notices::draw(canvas, model, beside(room, ticket), *top);
            None
        }
        Overlay::Command { input, errors, .. } => command::draw(canvas, model, room, input, errors),
        Overlay::Search { input, job, matches, refused, selected, purpose } => {
            let asking = job.is_some();
            let found =
                search::Found { asking, matches, refused: refused.as_ref(), selected: *selected, purpose: *purpose };
            search::draw(canvas, model, beside(room, ticket), input, &found)
        }
        Overlay::Studies { selected } => {
            studies::draw(canvas, model, beside(room, ticket), *selected);
            None
        }
        Overlay::Away { top } => {
            away::draw(canvas, model, room, *top);
            None
        }
        Overlay::Eod { top } => {
            eod::draw(canvas, model, room, *top);
            None
        }
        Overlay::Confirm => {
            confirm::draw(canvas, model, room, ticket);
            None
        }
        Overlay::Everyones { .. } => {
            everyones::draw(canvas, model, beside(room, ticket));
            None
        }
        Overlay::Order { key, top } => {
            order::draw(canvas, model, beside(room, ticket), key, *top);
            None
        }
        // It is typed into the blotter's title.
        Overlay::Filter { .. } => None,
        Overlay::Arm { input } => arm::draw(canvas, model, room, input),
        Overlay::LiveCard { read, .. } => {
            arm::card(canvas, model, room, read.as_ref());
            None
        }
        Overlay::Quit => {
            quit::draw(canvas, model, beside(room, ticket));
            None
        }
    }
}

/// The larger piece of `room` that leaves the ticket uncovered: above it, or to its right.
pub(super) fn beside(room: Rect, ticket: Rect) -> Rect {
    let right = Rect { x: ticket.right(), width: room.right().saturating_sub(ticket.right()), ..room };
    let above = Rect { height: ticket.y.saturating_sub(room.y), ..room };
    match (right.width, above.height) {
        (70.., _) | (40.., ..8) => right,
        (_, 8..) => above,
        _ => room,
    }
}
