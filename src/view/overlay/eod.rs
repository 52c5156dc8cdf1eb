//! The card of the end of the day.

use std::time::Duration;

use ratatui::layout::Rect;

use super::sheet::{self, heading};
use crate::app::action::{Action, Way};
use crate::app::eod::{self, Card, Sums, Traded};
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::{select, words};
use crate::clock::Stamp;
use crate::domain::order::{Order, OrderKey, Side};
use crate::domain::shown;
use crate::ledger::{Excursion, Trip};
use crate::money::Cash;
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};

/// Draws the card.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, top: usize) {
    let card = eod::card(model);
    let wanted = [(Action::Back, "close"), (Action::ListMove { way: Way::Down }, "scroll")];
    let keys = hints::keys_of(model, &["eod", GLOBAL], &wanted);
    let title = Words::of("End of day", Role::PaneTitleFocus)
        .say(format!("  {}", card.day.strftime("%a %d %b %Y")), Role::Text);
    sheet::draw(canvas, room, title, keys, &lines(model, &card), top);
}

fn lines(model: &Model, card: &Card) -> Vec<Words> {
    let mut lines = Vec::new();
    lines.push(heading("Without a stop"));
    lines.extend(bare(model, card));
    orders(&mut lines, "Dies with the day", card.dying.iter().map(|key| order(model, key, None)), "nothing");
    let staying = card.staying.iter().map(|(key, ends)| {
        let ends = ends.map(|day| format!("by IB's rule until {} at the latest", day.strftime("%d %b %Y")));
        order(model, key, ends)
    });
    orders(&mut lines, "Lives on", staying, "nothing");
    if !card.unknown.is_empty() {
        orders(&mut lines, "UNKNOWN", card.unknown.iter().map(|key| order(model, key, None)), "");
    }
    lines.push(heading("Traded"));
    if card.traded.is_empty() {
        lines.push(Words::of("  nothing", Role::TextDim));
    }
    lines.extend(card.traded.iter().map(traded));
    lines.extend(card.sums.iter().map(|(currency, sums)| sum(currency, sums)));
    if !card.trips.is_empty() {
        lines.push(heading("Round trips that ended"));
        lines.extend(card.trips.iter().map(|(trip, far)| round(model, trip, far.as_ref())));
    }
    let basis = "Average cost, executions known here; lots and taxes are in the broker's statements.";
    lines.push(Words::of(basis, Role::TextDim));
    lines
}

fn bare(model: &Model, card: &Card) -> Vec<Words> {
    if !model.desk.positions_known {
        return vec![Words::of("  the positions are not known yet", Role::NoticeWarn)];
    }
    let mut rows: Vec<Words> = card
        .bare
        .iter()
        .map(|(symbol, held, bare)| {
            Words::of(format!("  {symbol:<6}"), Role::Text)
                .say(format!("{:<14}", words::standing(*held)), Role::Text)
                .say(format!("UNPROTECTED {}", shown::qty(*bare)), Role::NoticeWarn)
        })
        .collect();
    let rest = match (card.bare.is_empty(), card.covered) {
        (true, 0) => "  no position is open".to_owned(),
        (true, n) => format!("  nothing: {} wholly covered by working stops", words::count(n, "position")),
        (false, 0) => return rows,
        (false, n) => format!("  {} wholly covered by working stops", words::count(n, "other")),
    };
    rows.push(Words::of(rest, Role::TextDim));
    rows
}

fn orders(lines: &mut Vec<Words>, name: &str, rows: impl Iterator<Item = Words>, none: &str) {
    lines.push(heading(name));
    let before = lines.len();
    lines.extend(rows);
    if lines.len() == before {
        lines.push(Words::of(format!("  {none}"), Role::TextDim));
    }
}

fn order(model: &Model, key: &OrderKey, ends: Option<String>) -> Words {
    let Some(order) = select::order(model, key) else { return Words::new() };
    let mut words = Words::of(format!("  {:<4} ", select::order_name(order)), Role::TextDim)
        .say(format!("{} {}", words::order(model, order), order.spec.tif), Role::Text);
    if order.filled.is_positive() {
        let filled = format!("   {}/{} filled", shown::qty(order.filled), shown::qty(order.spec.qty));
        words.push(filled, Role::Text);
    }
    if guards(model, order) {
        words.push("   an exit", Role::NoticeWarn);
    }
    if let Some(entry) = eod::waits_for(model, order) {
        words.push(format!("   ends with {}", select::order_name(entry)), Role::TextDim);
    }
    if let Some(ends) = ends {
        words.push(format!("   {ends}"), Role::TextDim);
    }
    words
}

/// Whether it reduces a position that stays.
fn guards(model: &Model, order: &Order) -> bool {
    select::held(model, order.spec.con_id)
        .is_some_and(|held| if order.spec.side == Side::Sell { held.is_positive() } else { held.is_negative() })
}

fn amount(value: Option<Cash>, sign: bool) -> String {
    value.map_or_else(|| "—".to_owned(), |v| if sign { shown::signed(v) } else { shown::cash(v) })
}

fn traded(row: &Traded) -> Words {
    let side = |word: &str, qty| {
        if qty == crate::money::Qty::ZERO { String::new() } else { format!("{word} {}", shown::qty(qty)) }
    };
    let both = [side("bought", row.bought), side("sold", row.sold)];
    let both: Vec<String> = both.into_iter().filter(|s| !s.is_empty()).collect();
    let fills = words::count(row.fills, "fill");
    Words::of(format!("  {:<6}{:<26}{fills:<9}", row.symbol, both.join(", ")), Role::Text)
        .say(numbers(&row.sums), Role::Text)
}

fn sum(currency: &str, sums: &Sums) -> Words {
    Words::of(format!("  {currency:<6}{:<35}", "all"), Role::TextDim).say(numbers(sums), Role::TextStrong)
}

/// Commission, result, slippage; what is not known of them is said.
fn numbers(sums: &Sums) -> String {
    let pending = if sums.pending > 0 { format!(" and {} not told", sums.pending) } else { String::new() };
    let slippage = match (sums.slippage, sums.unmeasured) {
        (None, _) => "—".to_owned(),
        (Some(by), 0) => shown::signed(by),
        (Some(by), n) => format!("{}, {} not measured", shown::signed(by), words::count(n, "fill")),
    };
    format!(
        "commission {}{pending}   gross {}, net {}   slippage {slippage}",
        shown::cash(sums.commission),
        amount(sums.gross, true),
        amount(sums.net, true),
    )
}

fn round(model: &Model, trip: &Trip, far: Option<&Excursion>) -> Words {
    let side = if trip.side == Side::Buy { "long" } else { "short" };
    let price = |p| -> String {
        let p: Option<crate::money::Price> = p;
        p.map_or_else(|| "—".to_owned(), |p| words::average(model, trip.con_id, p))
    };
    let at = trip.closed.map_or_else(|| "—".to_owned(), |wall| shown::minute(&Stamp { wall, mono: 0 }.eastern()));
    let held = trip.held.map_or_else(|| "—".to_owned(), |span: Duration| shown::age_words(span));
    let mut words = Words::of(format!("  {at}  "), Role::TextDim)
        .say(
            format!(
                "{:<6}{side} {}  {} → {}",
                trip.symbol,
                shown::qty(trip.exited),
                price(trip.entry),
                price(trip.exit)
            ),
            Role::Text,
        )
        .say(format!("   net {}", amount(trip.net, true)), Role::TextStrong)
        .say(format!("   held {held}"), Role::TextDim);
    if let Some(r) = trip.r {
        words.push(format!("   {} R", shown::fixed(r, 2)), Role::Text);
    }
    if let Some(far) = far {
        words.push(
            format!("   worst {}, best {}", shown::signed(far.adverse), shown::signed(far.favourable)),
            Role::TextDim,
        );
    }
    words
}
