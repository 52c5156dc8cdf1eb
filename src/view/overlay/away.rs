//! While you were away: orders, executions, positions, cash, and what the broker may not have given back.

use std::time::Duration;

use jiff::civil::Date;
use ratatui::layout::Rect;

use super::sheet::{self, heading};
use crate::app::action::{Action, Way};
use crate::app::away::{Away, Changed, End, Moved};
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::{select, words};
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::domain::order::{Order, OrderState, Ownership};
use crate::domain::shown;
use crate::money::Qty;
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};

/// Cells of an order's sentence and of what it was.
const SENTENCE: usize = 36;
const WAS: usize = 17;

/// Draws the card.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, top: usize) {
    let Some(away) = &model.away.told else { return };
    let wanted = [(Action::Back, "seen"), (Action::ListMove { way: Way::Down }, "scroll")];
    let keys = hints::keys_of(model, &["away", GLOBAL], &wanted);
    sheet::draw(canvas, room, title(away), keys, &lines(model, away), top);
}

fn title(away: &Away) -> Words {
    let (from, to) = (Stamp { wall: away.from, mono: 0 }, Stamp { wall: away.to, mono: 0 });
    let same_day = from.eastern().date() == to.eastern().date();
    let day = if same_day { String::new() } else { format!("{} ", from.eastern().strftime("%a %d %b")) };
    let span = Duration::from_nanos(u64::try_from(away.to.saturating_sub(away.from)).unwrap_or(0));
    let why = match &away.end {
        End::Connection(why) => why.trim_end_matches('.').to_owned(),
        End::Workstation => "the workstation was closed".to_owned(),
    };
    let end = if same_day { String::new() } else { format!("{} ", to.eastern().strftime("%a %d %b")) };
    let (from, to) = (shown::time_of(from), shown::time_of(to));
    Words::of("While you were away", Role::PaneTitleFocus)
        .say(format!("  {day}{from} – {end}{to} ET, {}, {why}", shown::age_words(span)), Role::Text)
}

fn lines(model: &Model, away: &Away) -> Vec<Words> {
    let mut lines = vec![summary(away), Words::new()];
    section(&mut lines, "Orders", away.orders.iter().map(|changed| order(model, changed)));
    let fills = away.executions.iter().filter_map(|id| model.orders.executions.get(id));
    section(&mut lines, "Executions", fills.map(|fill| execution(model, fill)));
    section(&mut lines, "Positions", away.positions.iter().map(position));
    section(&mut lines, "Cash", cash(away).into_iter());
    let (live, rest) = select::watch_counts(model);
    let all = live + rest;
    let role = if live == all { Role::Text } else { Role::NoticeWarn };
    section(
        &mut lines,
        "Market data",
        std::iter::once(Words::of(format!("  {live} of {all} rows are quoted again"), role)),
    );
    section(&mut lines, "Missing", missing(away).into_iter());
    let sent = if away.cancels == 0 {
        "Nothing was sent while you were away.".to_owned()
    } else {
        let cancels = words::count(away.cancels, "cancel");
        format!("Nothing was sent while you were away; {cancels} that waited went out with the connection.")
    };
    lines.push(Words::of(sent, Role::TextDim));
    lines
}

fn section(lines: &mut Vec<Words>, name: &str, rows: impl Iterator<Item = Words>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        lines.push(heading(name));
        lines.extend(rows);
    }
}

fn summary(away: &Away) -> Words {
    let changes = away.changes();
    let changed = if changes == 0 {
        "Nothing changed.".to_owned()
    } else {
        format!("{} changed.", words::count(changes, "thing"))
    };
    let asked = " Orders, executions, positions and cash were asked for again";
    let words = Words::of(changed, Role::TextStrong);
    if away.agrees() {
        words.say(format!("{asked} and agree."), Role::Text)
    } else {
        words.say(format!("{asked}; "), Role::Text).say("they do not agree.", Role::NoticeError)
    }
}

fn order(model: &Model, changed: &Changed) -> Words {
    let Some(order) = select::order(model, &changed.key) else { return Words::new() };
    let whole = |filled: Qty| format!("{}/{}", shown::qty(filled), shown::qty(order.spec.qty));
    let was = match changed.was {
        None => "not known".to_owned(),
        Some((_, filled)) if filled.is_positive() => format!("partial {}", whole(filled)),
        Some((OrderState::Unknown, _)) => "UNKNOWN".to_owned(),
        Some((state, filled)) => format!("{} {}", state_word(state), whole(filled)),
    };
    let (role, now) = present(model, order);
    let name = select::order_name(order);
    let mark = if order.ownership == Ownership::Foreign { "  of another client" } else { "" };
    Words::of(format!("  {name:<4} "), Role::TextDim)
        .say(format!("{:<SENTENCE$} ", words::order(model, order)), Role::Text)
        .say(format!("{was:<WAS$}→  "), Role::TextDim)
        .say(now, role)
        .say(mark, Role::TextDim)
}

const fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Sending => "on its way",
        OrderState::Held => "held",
        OrderState::Working => "working",
        OrderState::Cancelling => "cancelling",
        OrderState::Unknown => "UNKNOWN",
        OrderState::Filled => "filled",
        OrderState::Cancelled => "cancelled",
        OrderState::Rejected => "REJECTED",
    }
}

/// What has become of an order, with the broker's word for it.
fn present(model: &Model, order: &Order) -> (Role, String) {
    let filled = format!("{}/{}", shown::qty(order.filled), shown::qty(order.spec.qty));
    let average =
        order.avg_fill.map_or_else(String::new, |p| format!(", avg {}", words::average(model, order.spec.con_id, p)));
    let why = match &order.remark {
        Some((0, text)) => format!(": {text}"),
        Some((code, text)) if text.is_empty() => format!(" ({code})"),
        Some((code, text)) => format!(": {text} ({code})"),
        None => String::new(),
    };
    let at = shown::time_of(order.changed_at);
    match order.state {
        OrderState::Filled => (Role::Text, format!("filled {filled}{average}")),
        OrderState::Unknown => (Role::OrderUnknown, format!("UNKNOWN{why}")),
        OrderState::Rejected => (Role::NoticeError, format!("REJECTED {at}{why}")),
        OrderState::Cancelled => {
            let part = if order.filled.is_positive() { format!(", {filled} filled{average}") } else { String::new() };
            (Role::NoticeWarn, format!("cancelled {at}{part}{why}"))
        }
        OrderState::Working if order.filled.is_positive() => (Role::Text, format!("partial {filled}{average}")),
        state if order.filled.is_positive() => (Role::Text, format!("{}, {filled} filled{average}", state_word(state))),
        state => (Role::Text, format!("{}{why}", state_word(state))),
    }
}

fn execution(model: &Model, fill: &Execution) -> Words {
    let at = fill.time.map_or_else(|| "—".to_owned(), |wall| shown::time_of(Stamp { wall, mono: 0 }));
    let side = if fill.side == crate::domain::order::Side::Buy { "buy" } else { "sell" };
    let price = words::price(model, fill.con_id, fill.price);
    let value = fill.multiplier.and_then(|m| fill.price.value_of(fill.qty, m));
    let value = value.map_or_else(|| "—".to_owned(), shown::cash);
    let name = select::order_of(model, fill).map_or_else(|| "another's".to_owned(), select::order_name);
    let cost = match &fill.commission {
        Some(c) => format!("commission {}", shown::cash(c.amount)),
        None => "commission not told yet".to_owned(),
    };
    Words::of(format!("  {at}  "), Role::TextDim)
        .say(format!("{side} {} {} @ {price} = {value}", shown::qty(fill.qty), fill.symbol), Role::Text)
        .say(format!("   {name}   {cost}"), Role::TextDim)
}

fn position(moved: &Moved) -> Words {
    let was = moved.was.map_or_else(|| "—".to_owned(), shown::qty);
    let mut words = Words::of(format!("  {:<6}{was} → {}", moved.symbol, shown::qty(moved.now)), Role::Text);
    match (moved.was, moved.unexplained()) {
        (Some(before), Some(rest)) if rest.is_zero() => {
            let sum =
                format!("     {} and fills {} = {}", shown::qty(before), signed(moved.fills), shown::qty(moved.now));
            words.push(sum, Role::TextDim);
            words.push("  ✓", Role::Text);
        }
        (_, Some(rest)) => {
            let text = format!("     fills {}, {} unexplained", signed(moved.fills), signed(rest));
            words.push(text, Role::NoticeError);
        }
        (_, None) => words.push("     what was held before is not known", Role::NoticeWarn),
    }
    if moved.bare.is_positive() {
        words.push(format!("     UNPROTECTED {}", shown::qty(moved.bare)), Role::NoticeWarn);
    }
    words
}

fn signed(qty: Qty) -> String {
    let sign = if qty.is_negative() { "" } else { "+" };
    format!("{sign}{}", shown::qty(qty))
}

fn cash(away: &Away) -> Option<Words> {
    let moved = away.cash.as_ref()?;
    let by = moved.now.minus(moved.was)?;
    let words = Words::of(
        format!("  {} → {}     {}", shown::cash(moved.was), shown::cash(moved.now), shown::signed(by)),
        Role::Text,
    );
    Some(match moved.unexplained() {
        Some(rest) if rest.is_zero() => {
            words.say(" = the executions above and what they cost", Role::TextDim).say("  ✓", Role::Text)
        }
        Some(rest) => {
            words.say(format!(", of which the executions do not explain {}", shown::signed(rest)), Role::NoticeWarn)
        }
        None => words.say(", whether the executions explain it is not known yet", Role::NoticeWarn),
    })
}

fn missing(away: &Away) -> Vec<Words> {
    const LISTED: usize = 7;
    if away.missing.is_empty() {
        return Vec::new();
    }
    let name = |day: &Date| day.strftime("%a %d %b").to_string();
    let skip = away.missing.len().saturating_sub(LISTED);
    let days: Vec<String> = away.missing.iter().skip(skip).map(name).collect();
    let more = if skip > 0 { format!("{skip} sessions before, and ") } else { String::new() };
    vec![
        Words::of(format!("  Executions of {more}{} may be missing.", days.join(", ")), Role::NoticeWarn),
        Words::of(
            "  The broker gives back seven days at most, a Gateway perhaps only today. A Flex statement has them:",
            Role::TextDim,
        ),
        Words::of("  tradewind journal import FILE.xml", Role::Text),
    ]
}
