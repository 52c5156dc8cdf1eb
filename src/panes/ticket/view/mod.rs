//! The ticket: the order as it would be sent, its consequences, its fields, the guard's verdict, the keys.
//!
//! Invariants: the sentence is the order that Enter sends, complete, or says that there is none; row 2 is what would
//! follow from it; findings stand worst first. What does not fit leaves from the middle: sentence, consequences, verdict
//! and keys stay.
//!
//! Absent: fields of attributes, groups and algos (a sentence says them), fees.

mod fields;
mod sentence;
mod verdict;
mod what_if;

use ratatui::layout::Rect;

use super::{Aim, Sending, Staged};
use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::select;
use crate::domain::account::Mode;
use crate::domain::instrument::{Instrument, PriceRule};
use crate::domain::order::{Order, OrderState, Side, Verb};
use crate::domain::shown;
use crate::money::{Price, Qty};
use crate::panes::PaneKind;
use crate::panes::blotter::view as blotter;
use crate::theme::{Role, Theme};
use crate::view::Cursor;
use crate::view::hints::{self, hint};
use crate::view::numbers::{stale_for, verb_role};
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::canvas::{Canvas, Words};

/// Scopes of the ticket's own keys.
const SCOPES: &[&str] = &["ticket", GLOBAL];
/// Width from which on the wide columns fit.
const WIDE_FROM: u16 = 66;

/// A line of the ticket: words at the left, words at the right.
type Line = (Words, Words);

/// Draws the pane.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) -> Option<Cursor> {
    let ticket = &model.panes.ticket;
    let live = if model.desk.mode == Mode::Live { Words::of("LIVE", Role::SessionLive) } else { Words::new() };
    let head = |right: Vec<Words>| Head { left: vec![live.clone()], right, keep: false };
    if let Some(sending) = &ticket.sending {
        let id = sending.journaled.map(|(_, _, id)| format!(" #{id}")).unwrap_or_default();
        let (word, role) = match answered(model, sending) {
            Some(order) => blotter::status(model, order),
            None => ("sending".to_owned(), Role::Text),
        };
        let area = pane::head(canvas, model, slot, &head(vec![Words::of(format!("{word}{id}"), role)]));
        self::sending(canvas, model, sending, area);
        return None;
    }
    let Some(staged) = &ticket.staged else {
        let area = pane::head(canvas, model, slot, &head(vec![nothing_staged(model, slot.area.height)]));
        empty(canvas, model, area);
        return None;
    };
    let what = match &staged.aim {
        Aim::New => "new".to_owned(),
        Aim::Unwind if staged.verb == Verb::Close => format!("flatten {}", staged.symbol),
        Aim::Unwind => format!("reverse {}", staged.symbol),
        Aim::Change(key) => {
            let name = select::order(model, key).map_or_else(|| key.to_string(), select::order_name);
            format!("modify {name}")
        }
    };
    let blocked = stale_for(model).is_some();
    let right =
        if blocked { Words::of(format!("{what}, blocked"), Role::GuardHard) } else { Words::of(what, Role::Text) };
    let area = pane::head(canvas, model, slot, &head(vec![right]));
    self::staged(canvas, model, staged, area)
}

/// `nothing staged`; in one row, what the keys would stage.
fn nothing_staged(model: &Model, height: u16) -> Words {
    if height > 1 {
        return Words::of("nothing staged", Role::TextDim);
    }
    let Some(symbol) = select::subject(model).and_then(|id| select::symbol(model, id)) else {
        return Words::of("nothing staged", Role::TextDim);
    };
    let key = |action| hints::key(model, &[GLOBAL], action);
    hint(key(hints::STAGE_BUY), "buys,")
        .say(" ", Role::Text)
        .say(key(hints::STAGE_SELL), Role::KeyChord)
        .say(format!(" sells {symbol}"), Role::KeyLabel)
}

/// The empty ticket teaches what can be staged, with the numbers of this moment.
fn empty(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let end = area.right().saturating_sub(1);
    let subject = select::subject(model).and_then(|id| select::instrument(model, id));
    let lines =
        subject.map_or_else(|| unsubjected(model), |instrument| lesson(model, instrument, area.width >= WIDE_FROM));
    let mut taught = 0;
    for (y, x, words) in &lines {
        if *y < area.height {
            canvas.say(area.x + x, area.y + y, end, words);
            taught = *y + 1;
        }
    }
    let last = area.height.saturating_sub(1);
    if let Some((at, sentence, key)) = model.panes.ticket.last.as_ref().filter(|_| last >= taught && area.height > 0) {
        let now = select::order(model, key).map_or_else(String::new, |order| {
            format!(", {} {}", blotter::status(model, order).0, select::order_name(order))
        });
        let text = format!("{}  {sentence}{now}", shown::time_of(*at));
        let text = canvas.cut(&text, end.saturating_sub(area.x + 8));
        let words = Words::of("last   ", Role::TextDim).say(text, Role::Text);
        canvas.say(area.x + 1, area.y + last, end, &words);
    }
}

/// Where to go when the focused list has no row; a watchlist that waits for its contracts needs no such help.
fn unsubjected(model: &Model) -> Vec<(u16, u16, Words)> {
    if !matches!(model.workspace.focus, PaneKind::Blotter | PaneKind::Positions) {
        return Vec::new();
    }
    let key = |action| hints::key(model, &[GLOBAL], action);
    let to = |pane| Words::of(key(Action::Focus { pane }), Role::KeyChord);
    let mut words = to(PaneKind::Watchlist);
    words.join(1, Words::of("or", Role::TextDim));
    words.join(1, to(PaneKind::Positions));
    words.join(1, Words::of("picks a symbol,", Role::TextDim));
    for (staged, end) in [(hints::STAGE_BUY, " and"), (hints::STAGE_SELL, " then stage it.")] {
        words.join(1, Words::of(key(staged), Role::KeyChord).say(end, Role::TextDim));
    }
    vec![(1, 1, words)]
}

/// The order on its way, once it is known what became of it, or that this is not known.
fn answered<'m>(model: &'m Model, sending: &Sending) -> Option<&'m Order> {
    select::order(model, &sending.key).filter(|order| order.state != OrderState::Sending)
}

/// What can be staged for a contract: row, column, words.
fn lesson(model: &Model, instrument: &Instrument, wide: bool) -> Vec<(u16, u16, Words)> {
    if !instrument.sec_type.is_traded() {
        let text = format!("{} is {}: it is quoted, not traded.", instrument.symbol, instrument.sec_type.noun());
        return vec![(1, 1, Words::of(text, Role::TextDim))];
    }
    let key = |action| hints::key(model, &[GLOBAL], action);
    let chord = |action| Words::of(format!("{:<4}", key(action)), Role::KeyChord);
    let held = select::held(model, instrument.con_id);
    let sells = held.is_some_and(Qty::is_positive) || instrument.sec_type.sells_to_open();
    let sell = if sells { Verb::Sell } else { Verb::Short };
    let sentence = |verb, side| stage_sentence(model, instrument, verb, side);
    let mut y = 0;
    let mut lines = Vec::new();
    let mut line = |rows: u16, x: u16, words: Words| {
        y += rows;
        lines.push((y, x, words));
    };
    let symbol = &instrument.symbol;
    line(1, 1, Words::of(format!("At join, the own side's price, for {symbol}:"), Role::TextDim));
    line(2, 3, with(chord(hints::STAGE_BUY), sentence(Verb::Buy, Side::Buy)));
    let (down, x) = if wide { (0, 38) } else { (1, 3) };
    line(down, x, with(chord(hints::STAGE_SELL), sentence(sell, Side::Sell)));
    let close = with(chord(hints::STAGE_CLOSE), Words::of(format!("close all {symbol}"), Role::Text));
    line(1, 3, if held.is_some_and(|q| !q.is_zero()) { close } else { Words::new() });
    let nothing = Words::of("Nothing leaves before ", Role::TextDim)
        .say(hints::key(model, SCOPES, Action::Send), Role::KeyChord)
        .say(". ", Role::TextDim)
        .say(hints::key(model, SCOPES, Action::TicketDrop), Role::KeyChord)
        .say(" drops it.", Role::TextDim);
    let command = Words::of(key(Action::CommandOpen), Role::KeyChord).say(" takes a sentence:", Role::TextDim);
    if wide {
        let mut both = nothing;
        both.join(1, command);
        line(2, 1, both);
    } else {
        line(2, 1, nothing);
        line(1, 1, command);
    }
    line(1, 3, sentence(Verb::Buy, Side::Buy).say(" day rth", Role::Text));
    lines
}

fn with(mut chord: Words, sentence: Words) -> Words {
    chord.join(0, sentence);
    chord
}

/// `buy 100 AAPL lmt 187.20`, as the key would stage it now.
fn stage_sentence(model: &Model, instrument: &Instrument, verb: Verb, side: Side) -> Words {
    let size = select::preset(model, Some(instrument));
    let quote = model.market.quotes.get(&instrument.con_id);
    let join = quote.and_then(|q| if side == Side::Buy { q.bid } else { q.ask });
    let price = join.map_or_else(|| "?".to_owned(), |p| plain(p, Some(&instrument.rule)));
    Words::of(verb.word(), verb_role(verb, side))
        .say(format!(" {} {} lmt {price}", shown::plain_qty(size), instrument.symbol), Role::Text)
}

/// A price as a sentence writes it.
fn plain(price: Price, rule: Option<&PriceRule>) -> String {
    shown::plain_price(price, rule.map_or(0, |r| r.decimals_at(price)))
}

/// An order on its way: each step with its time.
fn sending(canvas: &mut Canvas<'_>, model: &Model, sending: &Sending, area: Rect) {
    let end = area.right().saturating_sub(1);
    let step = |mark: &str, at: crate::clock::Stamp, word: &str, detail: String| {
        let role = if mark == "✓" { Role::GuardOk } else { Role::TextDim };
        Words::of(format!("{mark} "), role)
            .say(format!("{}  ", shown::time_millis(at)), Role::TextDim)
            .say(format!("{word:<12}"), Role::Text)
            .say(detail, Role::TextDim)
    };
    let mut lines = vec![
        Words::of(sending.sentence.clone(), Role::TextStrong),
        Words::new(),
        step("✓", sending.checked_at, "checked", "guard ok".into()),
    ];
    if let Some((at, micros, order_id)) = sending.journaled {
        let took = format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100);
        lines.push(step("✓", at, "journaled", format!("{took}, {}", sending.key)));
        if let Some(sent) = sending.sent_at {
            lines.push(step("✓", sent, "sent", format!("order {order_id}")));
            if answered(model, sending).is_none() {
                let waits = model.now.since(sent).as_millis() / 100;
                let text = format!("{}.{} s without an answer", waits / 10, waits % 10);
                lines.push(step("·", model.now, "waiting", text));
            }
        }
    }
    if let Some(order) = answered(model, sending) {
        lines.push(Words::new());
        lines.extend(outcome(model, order));
    } else {
        lines.push(Words::new());
        lines.push(Words::of("Without an answer it is shown as UNKNOWN and looked for.", Role::TextDim));
        lines.push(Words::of("It is never sent a second time by itself.", Role::TextDim));
    }
    for (y, line) in (area.y..area.bottom()).zip(&lines) {
        canvas.say(area.x + 1, y, end, line);
    }
    let last = area.bottom().saturating_sub(1);
    if usize::from(area.height) > lines.len() {
        let esc = hints::key(model, SCOPES, Action::TicketDrop);
        canvas.say(area.x + 1, last, end, &hint(esc, "leave it to the blotter"));
    }
}

/// What became of an order, where that has to be read: refused, or not known.
fn outcome(model: &Model, order: &Order) -> Vec<Words> {
    let (word, role) = blotter::status(model, order);
    let remark = order.remark.as_ref();
    let text = remark.map_or_else(String::new, |(_, text)| text.to_string());
    match order.state {
        OrderState::Rejected if order.not_sent().is_none() => {
            let code =
                remark.filter(|(code, _)| *code != 0).map_or_else(String::new, |(code, _)| format!(", code {code}"));
            let at = shown::time_of(order.changed_at);
            vec![
                Words::of(format!("✗ REJECTED by the broker {at}{code}:"), role),
                Words::of(format!("  {text}"), Role::Text),
                Words::of("Nothing of it is working, the position is unchanged.", Role::TextDim),
                hint(hints::key(model, SCOPES, Action::TicketFix), "takes it back to the ticket"),
            ]
        }
        OrderState::Unknown => {
            let since = shown::age(model.now.since(order.changed_at));
            let why = if text.is_empty() { text } else { format!(": {text}") };
            vec![
                Words::of(format!("? UNKNOWN since {}, {}{why}", shown::time_of(order.changed_at), since.trim()), role),
                Words::of("It may be working, or come alive later. It was not sent again.", Role::TextDim),
                hint(hints::key(model, &[GLOBAL], Action::Resolve), "asks the broker again"),
            ]
        }
        _ => {
            let why = if text.is_empty() { text } else { format!(": {text}") };
            vec![Words::of(format!("{word}{why}"), role)]
        }
    }
}

/// The staged order.
fn staged(canvas: &mut Canvas<'_>, model: &Model, staged: &Staged, area: Rect) -> Option<Cursor> {
    let instrument = select::instrument(model, staged.con_id);
    let end = area.right().saturating_sub(1);
    let mut verdict = verdict::verdict(model, staged);
    verdict.extend(sentence::what_follows(model, staged));
    verdict.extend(what_if::lines(model, staged));
    // Under the finding's text, behind its mark and code.
    let (room, hang) = (area.width.saturating_sub(2), 7);
    let verdict: Vec<Words> = verdict.iter().flat_map(|line| line.wrapped(canvas.theme, room, hang)).collect();
    let keys = verdict::keys(model, staged);
    let findings = u16::try_from(verdict.len()).unwrap_or(1);
    let extra = findings.saturating_sub(1);
    // What leaves first when rows are short: contract and account, the market line, blanks, the touch.
    let mut spare = area.height.saturating_sub(6);
    let mut take = |rows: u16| {
        let given = spare >= rows;
        spare -= if given { rows } else { 0 };
        given
    };
    let touch = take(1);
    let more = (0..extra).take_while(|_| take(1)).count();
    let blank = take(1);
    let contract = take(2);
    let market = take(1);
    let mut y = area.y;
    let mut put = |canvas: &mut Canvas<'_>, line: &Line| {
        if y < area.bottom() {
            let at = canvas.say(area.x + 1, y, end, &line.0);
            canvas.say_right(end, y, at.saturating_add(1), &line.1);
        }
        y += 1;
    };
    put(canvas, &sentence::sentence(model, staged));
    put(canvas, &(sentence::consequences(model, staged), Words::new()));
    if blank {
        put(canvas, &Line::default());
    }
    let fields_at = y;
    let mut y = fields_at + 2;
    let mut cursor = fields::fields(canvas, staged, instrument, Rect { y: fields_at, ..area });
    let mut put = |canvas: &mut Canvas<'_>, words: &Words| {
        if y < area.bottom() {
            canvas.say(area.x + 1, y, end, words);
        }
        y += 1;
    };
    if touch {
        let line = Rect { y: fields_at + 2, ..area };
        if fields::has_exit_line(staged) {
            cursor = fields::exit_line(canvas, staged, instrument, line).or(cursor);
        } else {
            fields::touch_line(canvas, model, staged, line);
        }
        put(canvas, &Words::new());
    }
    if contract {
        fields::contract_lines(canvas, model, instrument, Rect { y: fields_at + 2 + u16::from(touch), ..area });
        put(canvas, &Words::new());
        put(canvas, &Words::new());
    }
    if market {
        let line = verdict::market_line(canvas.theme, model, staged.con_id, area.width.saturating_sub(2));
        put(canvas, &line);
    }
    let hidden = verdict.len().saturating_sub(1 + more);
    for (i, line) in verdict.iter().take(1 + more).enumerate() {
        if i == more && hidden > 0 {
            put(canvas, &line.clone().say(format!("  +{hidden} more"), Role::TextDim));
        } else {
            put(canvas, line);
        }
    }
    if area.height > 0 {
        let last = area.bottom() - 1;
        let at = canvas.say(area.x + 1, last, end, &keys);
        canvas.say_right(end, last, at.saturating_add(2), &what_if::again(model, staged));
    }
    cursor
}

/// The lines of the confirmation: the order, its consequences, the market, the reasons.
pub fn confirmation(theme: &Theme, model: &Model, staged: &Staged, width: u16) -> Vec<(Words, Words)> {
    let (sentence, worth) = sentence::sentence(model, staged);
    let mut badge = Words::of(
        format!("{:<7}", model.desk.mode.word()),
        match model.desk.mode {
            Mode::Live => Role::SessionLive,
            Mode::Paper => Role::TextStrong,
        },
    );
    badge.join(0, sentence);
    let indent = |words: Words| {
        let mut line = Words::of("       ", Role::Text);
        line.join(0, words);
        (line, Words::new())
    };
    let mut lines = vec![
        (badge, worth),
        indent(sentence::consequences(model, staged)),
        indent(verdict::market_line(theme, model, staged.con_id, width.saturating_sub(7))),
        Line::default(),
    ];
    lines.extend(sentence::what_follows(model, staged).into_iter().map(indent));
    lines.extend(verdict::verdict(model, staged).into_iter().map(|w| (w, Words::new())));
    lines.extend(what_if::lines(model, staged).into_iter().map(|w| (w, Words::new())));
    lines
}
