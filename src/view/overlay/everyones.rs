//! The question before a global cancel: whose orders it hits.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::{select, words};
use crate::domain::order::Order;
use crate::domain::shown;
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::frame::{self, Frame};

/// Orders listed before `and n more`.
const LISTED: usize = 8;

/// Draws the question.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect) {
    let wanted = [(Action::CancelGlobal, "cancel them all"), (Action::Back, "keep them")];
    let keys = hints::keys_of(model, &["everyones", GLOBAL], &wanted);
    let lines = lines(model);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = frame::centred(room, 76, height);
    let title = Words::of("Cancel everyone's orders", Role::PaneTitleFocus);
    let inside = frame::draw(canvas, area, &Frame::light(title, keys));
    for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
        canvas.say(inside.x, y, inside.right(), line);
    }
}

fn lines(model: &Model) -> Vec<Words> {
    let (ours, others): (Vec<&Order>, Vec<&Order>) = model.orders.live().partition(|o| select::is_ours(model, o));
    let account = model.desk.account.as_ref().map_or_else(|| "the account".to_owned(), ToString::to_string);
    let known = ours.len().saturating_add(others.len());
    let mut lines = vec![
        Words::of(format!("Cancels every order of {account}: {known} known."), Role::TextStrong),
        Words::of(format!("{} of this desk, its stops too.", words::count(ours.len(), "order")), Role::Text),
        match select::others_doubted(model) {
            None => {
                Words::of(format!("{} of TWS and other programs:", words::count(others.len(), "order")), Role::Text)
            }
            Some(_) => Words::of("Of TWS and other programs: not known. The last that were listed:", Role::NoticeWarn),
        },
    ];
    for order in others.iter().take(LISTED) {
        // What was entered by hand in TWS has no order id.
        let owner = match order.ids.order_id {
            0 => "TWS itself".to_owned(),
            _ => format!("client {}", order.ids.client_id),
        };
        let text = format!("  {} {}, {owner}", words::order(model, order), order.spec.tif);
        lines.push(Words::of(text, Role::Text));
    }
    if others.len() > LISTED {
        lines.push(Words::of(format!("  and {} more", others.len() - LISTED), Role::TextDim));
    }
    let listed = model.desk.others_at.map_or_else(
        || "Orders of others have not been listed since the last SYNC.".to_owned(),
        |at| format!("Orders of others as listed {} ago.", shown::age_words(model.now.since(at))),
    );
    lines.push(Words::of(listed, Role::TextDim));
    lines
}
