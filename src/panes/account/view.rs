//! The account: its values in the base currency, as the broker last said them.

use ratatui::layout::Rect;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::app::model::Model;
use crate::domain::shown;
use crate::money::Cash;
use crate::theme::Role;
use crate::view::numbers::{absent, profit, stale_for};
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::gauge;

/// Whole cells of the cushion's gauge.
const GAUGE: u16 = 10;

/// Draws the pane.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) {
    let values = &model.account;
    let stale = stale_for(model).filter(|_| model.desk.account.is_some());
    let right = match stale {
        Some(age) => Words::of(format!("{} old", shown::age_words(age)), Role::ValueStale),
        None if values.currency.is_empty() => Words::of("connecting", Role::TextDim),
        None => Words::of(values.currency.as_str(), Role::Text),
    };
    let area = pane::head(canvas, model, slot, &Head { right: vec![right], ..Head::default() });
    if values.at.is_none() {
        let of = model.desk.account.as_ref().map_or_else(|| "the account".to_owned(), |a| format!("account {a}"));
        pane::teach(canvas, area, &format!("Waiting for {of}."));
        return;
    }
    let money = |cash: Option<Cash>| marked(cash.map(shown::cash), stale.is_some());
    let signed =
        |cash: Option<Cash>| if stale.is_some() { marked(cash.map(shown::signed), true) } else { profit(cash, true) };
    let lines = [
        ("NetLiq", money(values.net_liquidation)),
        ("Day", signed(values.pnl.daily)),
        ("Unreal", signed(values.pnl.unrealized)),
        ("Realised", signed(values.pnl.realized)),
        ("Cash", money(values.cash)),
        ("Gross value", money(values.gross_value)),
        ("Init margin", money(values.init_margin)),
        ("Maint margin", money(values.maint_margin)),
        ("Excess", money(values.excess_liquidity)),
        ("Buying power", money(values.buying_power)),
    ];
    let end = area.right().saturating_sub(1);
    let rows = u16::try_from(lines.len()).unwrap_or(0).min(area.height);
    for (y, (label, value)) in (area.y..area.y + rows).zip(&lines) {
        let at = canvas.put(area.x + 1, y, end, label, Role::TextDim);
        canvas.say_right(end, y, at + 1, value);
    }
    if area.height > rows {
        cushion(canvas, Rect { y: area.y + rows, height: 1, ..area }, values.cushion);
    }
}

/// A value, marked while the link is down.
fn marked(text: Option<String>, stale: bool) -> Words {
    match text {
        None => absent(),
        Some(text) if stale => Words::of(format!("{text}~"), Role::ValueStale),
        Some(text) => Words::of(text, Role::Text),
    }
}

/// `Cushion   █████████▋ 96.5%`: under 20 % a warning, under 10 % an alarm.
fn cushion(canvas: &mut Canvas<'_>, line: Rect, cushion: Option<Decimal>) {
    let end = line.right().saturating_sub(1);
    let at = canvas.put(line.x + 1, line.y, end, "Cushion", Role::TextDim);
    let percent = cushion.and_then(|c| c.checked_mul(Decimal::ONE_HUNDRED));
    let Some(percent) = percent else {
        canvas.say_right(end, line.y, at, &absent());
        return;
    };
    let role = if percent < Decimal::TEN {
        Role::GaugeBad
    } else if percent < Decimal::from(20) {
        Role::GaugeWarn
    } else {
        Role::GaugeOk
    };
    let figure = if role == Role::GaugeOk { Role::Text } else { role };
    let text = shown::share_percent(percent);
    canvas.put_right(end, line.y, at, &text, figure);
    let taken = u16::try_from(text.len()).unwrap_or(0);
    let Some(start) = end.checked_sub(taken + 1 + GAUGE).filter(|x| *x > at) else { return };
    let eighths = percent.checked_mul(Decimal::from(8 * GAUGE)).and_then(|e| (e / Decimal::ONE_HUNDRED).to_usize());
    canvas.put(start, line.y, end, &gauge::bar(eighths.unwrap_or(0), usize::from(GAUGE)), role);
}
