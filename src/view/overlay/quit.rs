//! The question on leaving while orders work: what stays, and where.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::words;
use crate::domain::order::{Order, OrderState};
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::frame::{self, Frame};

/// Orders listed before `and n more`.
const LISTED: usize = 6;

/// Draws the question.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect) {
    let leave = if model.desk.profile.as_str() == "embedded" { "quit, keep them" } else { "quit, leave them working" };
    let wanted = [(Action::Quit, leave), (Action::Cancel, "cancel DAY entries"), (Action::Back, "stay")];
    let keys = hints::keys_of(model, &["quit", GLOBAL], &wanted);
    let lines = lines(model);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = frame::centred(room, 72, height);
    let inside = frame::draw(canvas, area, &Frame::light(Words::of("Quit", Role::PaneTitleFocus), keys));
    for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
        canvas.say(inside.x, y, inside.right(), line);
    }
}

fn lines(model: &Model) -> Vec<Words> {
    let live: Vec<&Order> = model.orders.live().collect();
    let embedded = model.desk.profile.as_str() == "embedded";
    let stay = if embedded { "in the paper gateway" } else { "working at the broker" };
    let verb = if live.len() == 1 { "stays" } else { "stay" };
    let head = format!("{} {verb} {stay} after you leave:", words::count(live.len(), "order"));
    let mut lines = vec![Words::of(head, Role::TextStrong), Words::new()];
    for order in live.iter().take(LISTED) {
        let role = if order.state == OrderState::Unknown { Role::OrderUnknown } else { Role::Text };
        let mut text = format!("  {} {}", words::order(model, order), order.spec.tif);
        if order.state == OrderState::Unknown {
            text.push_str("  UNKNOWN");
        }
        lines.push(Words::of(text, role));
    }
    if live.len() > LISTED {
        lines.push(Words::of(format!("  and {} more", live.len() - LISTED), Role::TextDim));
    }
    lines.push(Words::new());
    let open = model.positions.values().filter(|p| !p.qty.is_zero()).count();
    if open > 0 {
        let verb = if open == 1 { "stays" } else { "stay" };
        lines.push(Words::of(format!("{} {verb} open.", words::count(open, "position")), Role::Text));
    }
    let fate = if embedded {
        "It stands still without the desk: nothing fills until the next start."
    } else {
        "The broker does not cancel when a session ends."
    };
    lines.push(Words::of(fate, Role::TextDim));
    lines
}
