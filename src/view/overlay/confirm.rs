//! The confirmation of the staged order, in the ticket's own place: heavy strokes where money is real.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::model::Model;
use crate::domain::account::Mode;
use crate::panes::ticket;
use crate::theme::{Role, Theme};
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words, width};
use crate::view::widgets::frame::{self, Frame, HEAVY, LIGHT};

/// Draws the confirmation over the ticket.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, area: Rect) {
    let Some(staged) = &model.panes.ticket.staged else { return };
    let live = model.desk.mode == Mode::Live;
    let scopes: &[&str] = &["confirm"];
    let key = hints::key(model, scopes, Action::Confirm);
    let mode = model.desk.mode.word();
    let sends = format!("send {mode}");
    let wanted = [(Action::Confirm, sends.as_str()), (Action::Back, "back to the ticket")];
    // The market or the account may have moved since it asked: then no key here sends.
    let refused = staged.is_refused();
    let keys = hints::keys_of(model, scopes, &wanted[usize::from(refused)..]);
    let account = model.desk.account.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut title = Words::new();
    if live {
        title.push("LIVE", Role::SessionLive);
        title.push(" ", Role::Text);
    }
    title.push("3 Ticket", Role::PaneTitleFocus);
    let frame = Frame {
        strokes: if live { HEAVY } else { LIGHT },
        role: if live { Role::SessionLiveFrame } else { Role::OverlayBorder },
        title,
        corner: Words::of(format!("confirm, {account}"), Role::Text),
        keys,
    };
    let mut lines = ticket::view::confirmation(canvas.theme, model, staged, area.width.saturating_sub(4));
    lines.push((Words::new(), Words::new()));
    let money = if live { "the broker with real money" } else { "the paper account" };
    if refused {
        let back = Words::of(hints::key(model, scopes, Action::Back), Role::KeyChord);
        lines.push((
            Words::of("The guard refuses it as it stands now: it cannot be sent.", Role::GuardHard),
            Words::new(),
        ));
        lines.push((back.say(" goes back to the ticket.", Role::TextDim), Words::new()));
    } else {
        let send = hints::key(model, &["ticket"], Action::Send);
        lines.push((Words::of(key, Role::KeyChord).say(format!(" sends it to {money}."), Role::Text), Words::new()));
        let again = "If the order or the verdict changes, it asks again; a tick does not.";
        lines.push((Words::of(again, Role::TextDim), Words::new()));
        lines.push((Words::of(format!("{send} does nothing here."), Role::TextDim), Words::new()));
    }
    let lines = broken(canvas.theme, &lines, area.width.saturating_sub(4));
    // The docked ticket has few rows: the box may grow upward over the list, never over the hint row.
    let needed = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let height = area.height.max(needed).min(area.bottom().saturating_sub(room.y));
    let area = Rect { y: area.bottom().saturating_sub(height), height, ..area };
    let inside = frame::draw(canvas, area, &frame);
    for (y, (left, right)) in (inside.y..inside.bottom()).zip(&lines) {
        let at = canvas.say(inside.x, y, inside.right(), left);
        canvas.say_right(inside.right(), y, at + 1, right);
    }
}

/// The lines with what is too long broken: nothing of what is sent is cut off.
fn broken(theme: &Theme, lines: &[(Words, Words)], room: u16) -> Vec<(Words, Words)> {
    let mut out = Vec::new();
    for (left, right) in lines {
        // What follows a mark, a code or the mode stands under it.
        let first = left.parts().first().map_or("", |(text, _)| text.as_str());
        let hang = if first.ends_with(' ') { width(theme, first) } else { 0 };
        let mut wrapped = left.wrapped(theme, room, hang);
        let last = wrapped.pop().unwrap_or_default();
        out.extend(wrapped.into_iter().map(|line| (line, Words::new())));
        if last.width(theme).saturating_add(right.width(theme)).saturating_add(1) <= room || right.is_empty() {
            out.push((last, right.clone()));
        } else {
            out.push((last, Words::new()));
            out.push((Words::new(), right.clone()));
        }
    }
    out
}
