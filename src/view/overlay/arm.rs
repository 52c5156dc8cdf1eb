//! What stands before a live session is armed: the card of its limits, and the characters that arm.

use ratatui::layout::Rect;
use tui_input::Input;

use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::live_card::{Bound, Card, Pair};
use crate::app::model::Model;
use crate::config::Confirm;
use crate::domain::SafeText;
use crate::domain::shown;
use crate::theme::Role;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::field;
use crate::view::widgets::frame::{self, Frame, LIGHT};
use crate::view::{Cursor, hints};

/// Cells of a box.
const WIDTH: u16 = 72;

/// The box around either.
fn boxed(title: Words, keys: Words) -> Frame {
    Frame { strokes: LIGHT, role: Role::SessionLiveFrame, title, corner: Words::new(), keys }
}

fn head(text: impl Into<String>) -> Words {
    Words::of("LIVE", Role::SessionLive).say(" ", Role::Text).say(text.into(), Role::PaneTitleFocus)
}

/// Draws the question for the last characters of the account.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, input: &Input) -> Option<Cursor> {
    let account = model.desk.account.as_ref().map(ToString::to_string).unwrap_or_default();
    let live = model.settings.live;
    let sends = match live.confirm {
        Confirm::Always => {
            let confirm = hints::key(model, &["confirm"], Action::Confirm);
            format!("Each order asks then: {confirm} sends it with real money.")
        }
        Confirm::Armed => "Enter sends orders with real money then.".to_owned(),
    };
    let lines = [
        format!("Type the last 4 characters of {account} to arm, for {} min idle.", live.idle),
        "A suspend or a minute without link disarms.".to_owned(),
        sends,
    ];
    let keys = hints::keys_of(model, &["arm"], &[(Action::Back, "stay disarmed")]);
    let area = frame::centred(room, WIDTH, 7);
    let inside = frame::draw(canvas, area, &boxed(head("Arm"), keys));
    for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
        let text = canvas.cut(line, inside.width);
        canvas.put(inside.x, y, inside.right(), &text, if y == inside.y { Role::Text } else { Role::TextDim });
    }
    let y = inside.bottom().saturating_sub(1);
    let at = canvas.put(inside.x, y, inside.right(), "> ", Role::KeyChord);
    field::draw(canvas, at, y, inside.right(), input, Role::InputText)
}

/// Draws the card of the first live start.
pub fn card(canvas: &mut Canvas<'_>, model: &Model, room: Rect, read: Option<&SafeText>) {
    let card = Card::of(model);
    let account = card.account.as_ref().map_or_else(String::new, ToString::to_string);
    let net = card.net.map_or_else(|| shown::ABSENT.to_owned(), shown::cash);
    let title = head(format!("First live start: {account}, NLV {net} {}", card.currency));
    let wanted = [(Action::LiveAccept, "accept"), (Action::LiveEdit, "edit"), (Action::Back, "stay disarmed")];
    let keys = hints::keys_of(model, &["live-card", GLOBAL], &wanted[usize::from(!card.is_known())..]);
    let mut lines = vec![
        Words::of("Limits worked out for this account. Exits are never limited.", Role::Text),
        Words::of(format!("{:<19}{:<22}refuse above", "", "confirm above"), Role::TextDim),
        pair("one order", &card.order, ""),
        pair("one symbol", &card.symbol, ""),
        pair("gross", &card.gross, ""),
        shares(&card),
        pair("day loss", &card.loss, "-").say(" REDUCE", Role::Text),
        row("types", card.types.to_owned()),
        row("sending", sending(model, &card)),
    ];
    if let Some(cap) = card.order_cap {
        lines.insert(3, row("", format!("{:<22}{:>15} at most", "", shown::cash(cap))));
    }
    let said = match read {
        _ if !card.is_known() => Some("Net liquidation is not known yet.".to_owned()),
        read => read.map(ToString::to_string),
    };
    if let Some(said) = said {
        lines.push(Words::of(said, Role::NoticeWarn));
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = frame::centred(room, WIDTH, height);
    let inside = frame::draw(canvas, area, &boxed(title, keys));
    for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
        canvas.say(inside.x, y, inside.right(), line);
    }
}

fn row(name: &str, text: String) -> Words {
    Words::of(format!("{name:<17}"), Role::TextDim).say(text, Role::Text)
}

/// `one order               103,075.04  25%         412,300.18 100%`.
fn pair(name: &str, pair: &Pair, sign: &str) -> Words {
    let amount = |bound: &Bound| {
        let amount = bound.amount.map_or_else(|| shown::ABSENT.to_owned(), |a| format!("{sign}{}", shown::cash(a)));
        let percent = format!("{sign}{}%", bound.percent.normalize());
        (amount, percent)
    };
    let (asks, forbids) = (amount(&pair.confirm), amount(&pair.refuse));
    row(name, format!("{:>15} {:>5} {:>15} {:>5}", asks.0, asks.1, forbids.0, forbids.1))
}

fn shares(card: &Card) -> Words {
    let size = |qty: Option<crate::money::Qty>| qty.map(shown::qty);
    let (asks, forbids) = (size(card.shares.0).unwrap_or_default(), size(card.shares.1).unwrap_or_default());
    row("shares an order", format!("{asks:>15} {:>5} {forbids:>15}", ""))
}

fn sending(model: &Model, card: &Card) -> String {
    let enter = hints::key(model, &["ticket"], Action::Send);
    let confirm = hints::key(model, &["confirm"], Action::Confirm);
    match card.confirm {
        Confirm::Always => format!("{confirm} after {enter}, armed for {} min", card.idle),
        Confirm::Armed => format!("{enter} alone, armed for {} min", card.idle),
    }
}
