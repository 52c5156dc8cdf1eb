//! The fields: headers and values, the touch, the exits, the contract.

use ratatui::layout::Rect;

use super::super::{Field, Pricing, Staged, has_limit};
use super::WIDE_FROM;
use super::sentence::{before, side_of};
use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::select;
use crate::domain::instrument::Instrument;
use crate::domain::order::{OrderKind, Session, Side, Verb};
use crate::domain::quote::Quote;
use crate::domain::shown;
use crate::domain::terms::{StopExit, Target};
use crate::money::{Price, Rounding};
use crate::sentence::{PriceExpr, Ref};
use crate::theme::Role;
use crate::view::hints::{self, hint};
use crate::view::numbers::verb_role;
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::{Cursor, widgets};

/// Columns of side, size, type, limit, trigger, time in force and session, from the pane's edge.
const WIDE: [u16; 7] = [2, 10, 19, 29, 40, 51, 58];
/// The same in a narrow pane.
const NARROW: [u16; 7] = [2, 9, 18, 27, 38, 38, 45];
/// The same for an order with a trigger.
const NARROW_TRIGGERED: [u16; 7] = [2, 8, 15, 24, 33, 43, 49];

/// Headers and values of the fields; the marked one in brackets, the open one with its cursor.
pub(super) fn fields(
    canvas: &mut Canvas<'_>,
    staged: &Staged,
    instrument: Option<&Instrument>,
    area: Rect,
) -> Option<Cursor> {
    let rule = instrument.map(|i| &i.rule);
    let shown = |said: bool, price: Option<Price>| match price {
        _ if !said => shown::ABSENT.to_owned(),
        Some(price) => rule.map_or_else(|| price.to_string(), |r| shown::price(price, r)),
        None => "?".to_owned(),
    };
    let kind = staged.spec.as_ref().map(|s| s.kind);
    let limit = shown(has_limit(&staged.pricing), kind.and_then(|k| k.limit()).or_else(|| fixed_limit(staged)));
    let trigger = match (staged.pricing, kind) {
        (Pricing::Trail { by, .. }, _) => by.to_string(),
        (pricing, kind) => shown(pricing.is_triggered(), kind.and_then(|k| k.trigger())),
    };
    let kind = type_word(&staged.pricing);
    let session = match staged.session() {
        _ if staged.clauses.session.is_none() => shown::ABSENT,
        Session::Regular => "RTH",
        Session::Extended => "EXT",
        Session::Overnight => "OVN",
        Session::ExtendedOvernight => "E+OVN",
    };
    let side = match staged.verb {
        Verb::Short => "SHORT",
        _ => staged.spec.as_ref().map_or(side_of(staged.verb), |s| s.side).word(),
    };
    let side_role = verb_role(staged.verb, staged.spec.as_ref().map_or(side_of(staged.verb), |s| s.side));
    let wide = area.width >= WIDE_FROM;
    let triggered = staged.pricing.is_triggered();
    let at = match (wide, triggered) {
        (true, _) => WIDE,
        (false, false) => NARROW,
        (false, true) => NARROW_TRIGGERED,
    };
    let end = area.right().saturating_sub(1);
    let size = staged.qty.or(staged.spec.as_ref().map(|s| s.qty)).map_or_else(|| "?".to_owned(), shown::qty);
    let columns = [
        (at[0], "Side", side.to_owned(), None, side_role),
        (at[1], "Size", size, Some(Field::Size), Role::Text),
        (at[2], "Type", kind.to_owned(), Some(Field::Kind), Role::Text),
        (at[3], "Limit", limit, Some(Field::Limit), Role::Text),
        (at[4], "Trigger", trigger, Some(Field::Trigger), Role::Text),
        (at[5], "TIF", staged.tif().word().to_owned(), Some(Field::Tif), Role::Text),
        (at[6], "Session", session.to_owned(), Some(Field::Session), Role::Text),
    ];
    let columns = columns.into_iter().filter(|(_, name, ..)| wide || triggered || *name != "Trigger");
    let mut cursor = None;
    for (x, header, value, field, role) in columns {
        let x = area.x.saturating_add(x);
        canvas.put(x, area.y, end, header, Role::RowHeader);
        let y = area.y + 1;
        if y >= canvas.area().bottom() {
            continue;
        }
        if field != Some(staged.field) {
            canvas.put(x, y, end, &value, role);
            continue;
        }
        canvas.put(x.saturating_sub(1), y, end, "[", Role::KeyChord);
        let after = match &staged.typing {
            Some(input) => {
                let role = if staged.invalid.is_some() { Role::InputInvalid } else { Role::InputText };
                cursor = widgets::field::draw(canvas, x, y, end.min(x.saturating_add(12)), input, role);
                let typed = widgets::canvas::width(canvas.theme, input.value()).min(11);
                x.saturating_add(typed)
            }
            None => canvas.put(x, y, end, &value, Role::InputText),
        };
        canvas.put(after, y, end, "]", Role::KeyChord);
    }
    cursor
}

/// The limit that was typed, while the order cannot be said.
pub(super) fn fixed_limit(staged: &Staged) -> Option<Price> {
    match staged.pricing {
        Pricing::Limit(PriceExpr::Fixed(price)) | Pricing::LimitOnClose(PriceExpr::Fixed(price)) => Some(price),
        _ => None,
    }
}

/// IB's word for a type.
pub(super) fn type_word(pricing: &Pricing) -> &'static str {
    let price = |_| Ok::<_, std::convert::Infallible>(Price::ZERO);
    let distance = |_| Ok(crate::domain::terms::Distance::Money(Price::ZERO));
    let Ok(kind): Result<OrderKind, _> = pricing.try_map(&mut { price }, &mut { distance });
    kind.word()
}

/// `tick 0.01   join 187.20   mid 187.21   take 187.22`, or what is wrong with what was typed. A price stands whole or
/// not at all: the tick leaves first, then the mid.
pub(super) fn touch_line(canvas: &mut Canvas<'_>, model: &Model, staged: &Staged, area: Rect) {
    let end = area.right().saturating_sub(1);
    if let Some((why, fix)) = &staged.invalid {
        let mut words = Words::of("✗ ", Role::GuardHard).say(why.clone(), Role::InputInvalid);
        if let Some(fix) = fix {
            words.push("   ", Role::Text);
            words.join(0, hint(hints::key(model, &["field", GLOBAL], Action::TicketFix), &format!("takes {fix}")));
        }
        canvas.say(area.x + 3, area.y, end, &words);
        return;
    }
    let Some(instrument) = select::instrument(model, staged.con_id) else { return };
    let empty = Quote::default();
    let quote = model.market.quotes.get(&staged.con_id).unwrap_or(&empty);
    let side = staged.spec.as_ref().map_or(side_of(staged.verb), |s| s.side);
    let (join, take) = if side == Side::Buy { (quote.bid, quote.ask) } else { (quote.ask, quote.bid) };
    let rounding = if side == Side::Buy { Rounding::Down } else { Rounding::Up };
    let mid = quote.mid().and_then(|m| instrument.rule.round(m, rounding));
    let near = join.or(take).unwrap_or(Price::ZERO);
    let first = match before(model, staged).and_then(|b| b.kind.handle()) {
        Some(confirmed) => ("confirmed", Some(confirmed), false),
        None => ("tick", Some(instrument.rule.tick_at(near)), false),
    };
    let follows = |of: Ref| staged.pricing == Pricing::Limit(PriceExpr::Market(of, None));
    let items = [
        (3u16, first),
        (26, ("join", join, follows(Ref::Join))),
        (40, ("mid", mid, follows(Ref::Mid))),
        (53, ("take", take, follows(Ref::Take))),
    ];
    let narrow = area.width < WIDE_FROM;
    let worded = items.map(|(x, (word, price, follows))| {
        let text = price.map_or_else(
            || shown::ABSENT.to_owned(),
            |p| if word == "tick" { p.0.normalize().to_string() } else { shown::price(p, &instrument.rule) },
        );
        let role = if follows { Role::TextStrong } else { Role::Text };
        (x, Words::of(format!("{word} "), Role::TextDim).say(text, role))
    });
    let mut shown: Vec<(u16, Words)> = worded.into();
    let cells = |shown: &[(u16, Words)], canvas: &Canvas<'_>| {
        shown.iter().map(|(_, words)| words.width(canvas.theme).saturating_add(2)).fold(1, u16::saturating_add)
    };
    for leaves in [0, 1] {
        if narrow && area.x.saturating_add(cells(&shown, canvas)) > end {
            shown.remove(leaves);
        }
    }
    let mut at = area.x + 3;
    for (x, words) in &shown {
        let from = if narrow { at } else { at.max(area.x + x) };
        if from.saturating_add(words.width(canvas.theme)) <= end {
            at = canvas.say(from, area.y, end, words).saturating_add(2);
        }
    }
}

/// What the contract is and which account the order is for.
pub(super) fn contract_lines(canvas: &mut Canvas<'_>, model: &Model, instrument: Option<&Instrument>, area: Rect) {
    let end = area.right().saturating_sub(1);
    let (x, y) = (area.x + 2, area.y);
    canvas.put(x, y, end, "Contract", Role::RowHeader);
    let account_at = area.x + if area.width >= WIDE_FROM { WIDE[5] } else { NARROW[6] };
    canvas.put(account_at, y, end, "Account", Role::RowHeader);
    let text = instrument.map_or_else(
        || shown::ABSENT.to_owned(),
        |i| format!("{}  {} {}  {}", i.long_name, i.primary_exchange, i.currency, i.exchange),
    );
    let text = canvas.cut(&text, account_at.saturating_sub(x + 2));
    canvas.put(x, y + 1, end, &text, Role::Text);
    let account = model.desk.account.as_ref().map_or_else(|| shown::ABSENT.to_owned(), ToString::to_string);
    canvas.put(account_at, y + 1, end, &account, Role::Text);
}

/// Whether the exits stand where the touch stands otherwise.
pub(super) const fn has_exit_line(staged: &Staged) -> bool {
    staged.clauses.exits.is_some() || matches!(staged.field, Field::Stop | Field::Target)
}

/// `sl [185.50]   tp 190.00`, as they were said; what is wrong with one behind them.
pub(super) fn exit_line(
    canvas: &mut Canvas<'_>,
    staged: &Staged,
    instrument: Option<&Instrument>,
    area: Rect,
) -> Option<Cursor> {
    let end = area.right().saturating_sub(1);
    let price = |p: PriceExpr| match (p, instrument) {
        (PriceExpr::Fixed(price), Some(i)) => shown::price(price, &i.rule),
        (other, _) => other.to_string(),
    };
    let exits = staged.clauses.exits.as_ref();
    let stop = exits.and_then(|e| e.stop).map(|stop| match stop {
        StopExit::At { trigger, limit: None } => price(trigger),
        StopExit::At { trigger, limit: Some(limit) } => format!("{} lmt {}", price(trigger), price(limit)),
        StopExit::Trail(by) => format!("trail {by}"),
    });
    let targets: Vec<String> = exits.map_or_else(Vec::new, |e| {
        let one = |t: &Target<PriceExpr>| {
            t.qty.map_or_else(|| price(t.price), |qty| format!("{} x{}", price(t.price), shown::plain_qty(qty)))
        };
        e.targets.iter().map(one).collect()
    });
    let target = (!targets.is_empty()).then(|| targets.join(", "));
    let mut cursor = None;
    let mut x = area.x.saturating_add(3);
    for (word, field, value) in [("sl ", Field::Stop, stop), ("tp ", Field::Target, target)] {
        x = canvas.put(x, area.y, end, word, Role::TextDim).saturating_add(1);
        let marked = field == staged.field;
        if marked {
            canvas.put(x.saturating_sub(1), area.y, end, "[", Role::KeyChord);
        }
        x = match &staged.typing {
            Some(input) if marked => {
                let role = if staged.invalid.is_some() { Role::InputInvalid } else { Role::InputText };
                cursor = widgets::field::draw(canvas, x, area.y, end.min(x.saturating_add(20)), input, role);
                x.saturating_add(widgets::canvas::width(canvas.theme, input.value()).min(19))
            }
            _ => canvas.put(x, area.y, end, value.as_deref().unwrap_or(shown::ABSENT), Role::Text),
        };
        if marked {
            canvas.put(x, area.y, end, "]", Role::KeyChord);
        }
        x = x.saturating_add(3);
    }
    if let Some((why, fix)) = &staged.invalid {
        let fix = fix.as_ref().map_or_else(String::new, |fix| format!(": {fix}"));
        let why = canvas.cut(&format!("✗ {why}{fix}"), end.saturating_sub(x));
        canvas.put(x, area.y, end, &why, Role::InputInvalid);
    }
    cursor
}
