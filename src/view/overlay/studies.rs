//! The studies of the chart: which are shown, over how many bars.

use ratatui::layout::Rect;

use crate::app::action::{Action, Way};
use crate::app::model::Model;
use crate::panes::chart::StudyKind;
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::frame::{self, Frame};

/// Columns of the box.
const WIDTH: u16 = 64;

/// Draws the list.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, selected: usize) {
    let wanted = [
        (Action::ChartStudyToggle, "show, hide"),
        (Action::ChartStudyPeriod { way: Way::Down }, "period"),
        (Action::Back, "close"),
    ];
    let keys = hints::keys_of(model, &["studies"], &wanted);
    let rows = u16::try_from(StudyKind::ALL.len()).unwrap_or(u16::MAX);
    let area = frame::centred(room, WIDTH, rows.saturating_add(2));
    let inside = frame::draw(canvas, area, &Frame::light(Words::of("Studies", Role::PaneTitleFocus), keys));
    let studies = &model.panes.chart.studies;
    let height = usize::from(inside.height);
    let top = selected.saturating_add(1).saturating_sub(height);
    for (y, (i, kind)) in (inside.y..inside.bottom()).zip(StudyKind::ALL.into_iter().enumerate().skip(top)) {
        let line = Rect::new(inside.x.saturating_sub(1), y, inside.width.saturating_add(2), 1);
        if i == selected {
            canvas.tint(line, Role::RowSelected);
            canvas.put(line.x, y, line.right(), "▌", Role::RowMarker);
        }
        let (mark, role) = if studies.is_on(kind) { ("✓", Role::TextStrong) } else { ("·", Role::TextDim) };
        canvas.put(inside.x.saturating_add(1), y, inside.right(), mark, role);
        canvas.put(inside.x.saturating_add(3), y, inside.right(), kind.word(), role);
        if let Some(period) = studies.period(kind) {
            canvas.put_right(inside.x.saturating_add(14), y, inside.x, &period.to_string(), role);
        }
        canvas.put(inside.x.saturating_add(17), y, inside.right(), kind.about(), Role::TextDim);
    }
}
