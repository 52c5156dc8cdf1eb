//! What has been said so far, newest first.

use ratatui::layout::Rect;

use crate::app::action::{Action, Way};
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::notices::{Notice, Tone};
use crate::app::select;
use crate::domain::shown;
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::frame::{self, Frame};

/// Draws the list.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, top: usize) {
    let wanted = [(Action::ListMove { way: Way::Down }, "scroll"), (Action::Back, "close")];
    let keys = hints::keys_of(model, &["notices", GLOBAL], &wanted);
    let title = Words::of("Notices", Role::PaneTitleFocus);
    let all: Vec<&Notice> = model.notices.list.iter().rev().collect();
    let height = u16::try_from(all.len().max(1)).unwrap_or(u16::MAX).saturating_add(2);
    let area = frame::centred(room, room.width.min(100), height.clamp(3, room.height.max(3)));
    let inside = frame::draw(canvas, area, &Frame::light(title, keys));
    if all.is_empty() {
        canvas.put(inside.x, inside.y, inside.right(), "Nothing has been said yet.", Role::TextDim);
        return;
    }
    let rows = usize::from(inside.height);
    let top = top.min(all.len().saturating_sub(rows));
    for (y, notice) in (inside.y..inside.bottom()).zip(all.iter().skip(top)) {
        line(canvas, model, inside, y, notice);
    }
}

fn line(canvas: &mut Canvas<'_>, model: &Model, inside: Rect, y: u16, notice: &Notice) {
    let (mark, role) = match notice.tone {
        Tone::Info => ("  ", Role::Text),
        Tone::Warn => ("! ", Role::NoticeWarn),
        Tone::Error => ("✗ ", Role::NoticeError),
    };
    let order = notice.order.as_ref().and_then(|key| select::order(model, key)).map(select::order_name);
    let order = order.unwrap_or_default();
    let at = canvas.put(inside.x, y, inside.right(), &format!("{} ", shown::time_of(notice.at)), Role::TextDim);
    let at = canvas.put(at, y, inside.right(), mark, role);
    let end = inside.right().saturating_sub(u16::try_from(order.len()).unwrap_or(0) + 1);
    let text = canvas.cut(&notice.text, end.saturating_sub(at));
    let at = canvas.put(at, y, end, &text, role);
    canvas.put_right(inside.right(), y, at, &order, Role::TextDim);
}
