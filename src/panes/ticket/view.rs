//! The ticket: the order as it would be sent, its consequences, its fields, the guard's verdict, the keys.
//!
//! Invariants: the sentence is the order that Enter sends, complete, or says that there is none; row 2 is what would
//! follow from it; findings stand worst first. What does not fit leaves from the middle: sentence, consequences, verdict
//! and keys stay.
//!
//! Absent: triggers, exits, OCA, algos, fees and the what-if; they come with the orders that need them.

use ratatui::layout::Rect;
use rust_decimal::Decimal;

use super::{Aim, Field, Pricing, Sending, Staged, has_limit};
use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::{protection, select, words};
use crate::clock::Phase;
use crate::domain::account::Mode;
use crate::domain::instrument::{ConId, Instrument, PriceRule};
use crate::domain::order::{Order, OrderKind, OrderSpec, OrderState, Session, Side, Verb};
use crate::domain::quote::{Quote, Truth};
use crate::domain::shown;
use crate::money::{Cash, Price, Qty, Rounding};
use crate::panes::PaneKind;
use crate::panes::blotter::view as blotter;
use crate::risk::{Finding, Weight};
use crate::sentence::{PriceExpr, Ref};
use crate::theme::{Role, Theme};
use crate::view::hints::{self, hint};
use crate::view::numbers::{rule, stale_for, truth_role, verb_role};
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::{Cursor, widgets};

/// Scopes of the ticket's own keys.
const SCOPES: &[&str] = &["ticket", GLOBAL];
/// Findings shown before `+n more`.
const FINDINGS: usize = 4;
/// Columns of side, size, type, limit, time in force and session, from the pane's edge.
const WIDE: [u16; 7] = [2, 10, 19, 29, 40, 51, 58];
/// The same in a narrow pane.
const NARROW: [u16; 7] = [2, 9, 18, 27, 38, 38, 45];
/// The same for an order with a trigger.
const NARROW_TRIGGERED: [u16; 7] = [2, 8, 15, 24, 33, 43, 49];
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
    let key = |action| hints::key(model, &[GLOBAL], action);
    let chord = |action| Words::of(format!("{:<4}", key(action)), Role::KeyChord);
    let held = select::held(model, instrument.con_id);
    let sell = if held.is_some_and(Qty::is_positive) { Verb::Sell } else { Verb::Short };
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
    let size = model.panes.ticket.preset.unwrap_or(model.settings.default_size);
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
        let (word, role) = blotter::status(model, order);
        let why = order.remark.as_ref().map_or_else(String::new, |(_, text)| format!(": {text}"));
        lines.push(Words::new());
        lines.push(Words::of(format!("{word}{why}"), role));
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

/// The staged order.
fn staged(canvas: &mut Canvas<'_>, model: &Model, staged: &Staged, area: Rect) -> Option<Cursor> {
    let instrument = select::instrument(model, staged.con_id);
    let end = area.right().saturating_sub(1);
    let verdict = verdict(model, staged);
    let keys = keys(model, staged);
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
    put(canvas, &sentence(model, staged));
    put(canvas, &(consequences(model, staged), Words::new()));
    if blank {
        put(canvas, &Line::default());
    }
    let fields_at = y;
    let mut y = fields_at + 2;
    let cursor = fields(canvas, staged, instrument, Rect { y: fields_at, ..area });
    let mut put = |canvas: &mut Canvas<'_>, words: &Words| {
        if y < area.bottom() {
            canvas.say(area.x + 1, y, end, words);
        }
        y += 1;
    };
    if touch {
        touch_line(canvas, model, staged, Rect { y: fields_at + 2, ..area });
        put(canvas, &Words::new());
    }
    if contract {
        contract_lines(canvas, model, instrument, Rect { y: fields_at + 2 + u16::from(touch), ..area });
        put(canvas, &Words::new());
        put(canvas, &Words::new());
    }
    if market {
        let line = market_line(canvas.theme, model, staged.con_id, area.width.saturating_sub(2));
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
        canvas.say(area.x + 1, last, end, &keys);
    }
    cursor
}

/// The order in its canonical words, and what it is worth.
fn sentence(model: &Model, staged: &Staged) -> Line {
    let rule = rule(model, staged.con_id);
    let before = before(model, staged);
    let Some(spec) = &staged.spec else {
        let size = staged.qty.map_or_else(|| "?".to_owned(), shown::plain_qty);
        let price = match staged.pricing {
            Pricing::Market => "mkt".to_owned(),
            pricing => format!("{} ?", pricing.keyword()),
        };
        let text = format!(" {size} {} {price} {} {}", staged.symbol, staged.tif(), staged.session().keyword());
        let verb = Words::of(staged.verb.word(), verb_role(staged.verb, side_of(staged.verb)));
        return (
            verb.say(text, Role::TextStrong),
            Words::of("= ", Role::TextDim).say(shown::ABSENT, Role::ValueAbsent),
        );
    };
    let text = staged.text.clone().filter(|_| before.is_none()).unwrap_or_else(|| words::sentence(spec, rule));
    let rest = text.strip_prefix(spec.verb.word()).unwrap_or(&text).to_owned();
    let mut line = Words::of(spec.verb.word(), verb_role(spec.verb, spec.side));
    let word = format!(" {} ", spec.kind.keyword());
    match (before.and_then(|b| b.kind.handle()), spec.kind.handle()) {
        (Some(old), Some(new)) if old != new && rest.contains(&word) => {
            let (front, back) = rest.split_once(&word).unwrap_or((rest.as_str(), ""));
            line.push(format!("{front}{word}{} → {back}", plain(old, rule)), Role::TextStrong);
        }
        _ => line.push(rest, Role::TextStrong),
    }
    (line, worth(model, staged, spec, before))
}

/// `= 18,720.00 USD`, and for a change how much more or less than before.
fn worth(model: &Model, staged: &Staged, spec: &OrderSpec, before: Option<&OrderSpec>) -> Words {
    let Some(instrument) = select::instrument(model, staged.con_id) else { return Words::new() };
    let value = |spec: &OrderSpec| value(model, instrument, spec);
    let Some(now) = value(spec) else {
        return Words::of("= ", Role::TextDim).say(shown::ABSENT, Role::ValueAbsent);
    };
    let about = if spec.kind == OrderKind::Market { "≈ " } else { "= " };
    let mut words = Words::of(about, Role::TextDim)
        .say(shown::cash(now), Role::Text)
        .say(format!(" {}", instrument.currency), Role::TextDim);
    if let Some(difference) = before.and_then(|b| now.minus(value(b)?)).filter(|d| !d.is_zero()) {
        words.push(format!(", {}", shown::signed(difference)), Role::Text);
    }
    words
}

/// What an order is worth at its limit, or at the far touch for a market order.
fn value(model: &Model, instrument: &Instrument, spec: &OrderSpec) -> Option<Cash> {
    let far = || {
        let quote = model.market.quotes.get(&instrument.con_id)?;
        if spec.side == Side::Buy { quote.ask } else { quote.bid }
    };
    let price = spec.kind.limit().or_else(far)?;
    price.value_of(spec.qty, instrument.multiplier)
}

/// The terms of the order that is being changed.
fn before<'m>(model: &'m Model, staged: &Staged) -> Option<&'m OrderSpec> {
    match &staged.aim {
        Aim::New | Aim::Unwind => None,
        Aim::Change(key) => select::order(model, key).map(|o| &o.spec),
    }
}

const fn side_of(verb: Verb) -> Side {
    match verb {
        Verb::Buy => Side::Buy,
        Verb::Sell | Verb::Short | Verb::Close => Side::Sell,
    }
}

/// `1.9% NLV · long 300 → 400 · works now`.
fn consequences(model: &Model, staged: &Staged) -> Words {
    let dot = |words: &mut Words, next: Words| {
        if !words.is_empty() {
            words.push(" · ", Role::TextDim);
        }
        words.join(0, next);
    };
    let mut words = Words::new();
    let Some(spec) = &staged.spec else {
        let why = if staged.qty.is_none() { "the size is not a number" } else { "the limit is not a price" };
        return Words::of(format!("no order yet: {why}"), Role::InputInvalid);
    };
    if let Aim::Change(key) = &staged.aim
        && let Some(order) = select::order(model, key)
    {
        let left = spec.qty.minus(order.filled).unwrap_or(spec.qty);
        let text = format!("{} filled, {} left", shown::qty(order.filled), shown::qty(left));
        let queue = "same number, new queue place";
        return Words::of(text, Role::Text).say(format!(" · {queue}"), Role::TextDim);
    }
    let share = select::instrument(model, staged.con_id).and_then(|i| {
        let net = model.account.net_liquidation.filter(|n| n.is_positive())?;
        value(model, i, spec)?.0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(net.0)
    });
    if let Some(share) = share {
        dot(&mut words, Words::of(format!("{} NLV", shown::share_percent(share)), Role::Text));
    }
    let signed = if spec.side == Side::Buy { spec.qty } else { spec.qty.negated() };
    let held = select::held(model, staged.con_id);
    let after = held.and_then(|held| held.plus(signed));
    match (held, after) {
        (Some(held), Some(after)) => dot(&mut words, Words::of(movement(held, after), Role::Text)),
        _ => dot(&mut words, Words::of("position not known", Role::Text)),
    }
    if let (Some(held), Some(after)) = (held, after)
        && after.abs() > held.abs()
    {
        let bare = protection::uncovered_after(model, staged.con_id, after);
        if bare.is_positive() {
            dot(&mut words, Words::of(format!("{} without a stop", shown::qty(bare)), Role::PositionBare));
        }
    }
    dot(&mut words, works(model, spec));
    words
}

/// `long 300 → 400`, `flat → short 400`, `long 300 → flat`.
fn movement(held: Qty, after: Qty) -> String {
    let same = held.is_positive() == after.is_positive() && !held.is_zero() && !after.is_zero();
    let to = if same { shown::qty(after.abs()) } else { words::standing(after) };
    format!("{} → {to}", words::standing(held))
}

/// When the order would work.
fn works(model: &Model, spec: &OrderSpec) -> Words {
    let phase = model.desk.hours.phase(&model.now.eastern());
    match (phase, spec.session) {
        (Phase::Regular, _) | (Phase::Pre | Phase::Post, Session::Extended) => Words::of("works now", Role::Text),
        (Phase::Pre | Phase::Post | Phase::Overnight | Phase::Closed, _) => {
            let from = if spec.session == Session::Regular { "sleeps until the open" } else { "sleeps until 04:00 ET" };
            Words::of(from, Role::GuardConfirm)
        }
    }
}

/// Headers and values of the fields; the marked one in brackets, the open one with its cursor.
fn fields(canvas: &mut Canvas<'_>, staged: &Staged, instrument: Option<&Instrument>, area: Rect) -> Option<Cursor> {
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
fn fixed_limit(staged: &Staged) -> Option<Price> {
    match staged.pricing {
        Pricing::Limit(PriceExpr::Fixed(price)) | Pricing::LimitOnClose(PriceExpr::Fixed(price)) => Some(price),
        _ => None,
    }
}

/// IB's word for a type.
fn type_word(pricing: &Pricing) -> &'static str {
    let price = |_| Ok::<_, std::convert::Infallible>(Price::ZERO);
    let distance = |_| Ok(crate::domain::terms::Distance::Money(Price::ZERO));
    let Ok(kind): Result<OrderKind, _> = pricing.try_map(&mut { price }, &mut { distance });
    kind.word()
}

/// `tick 0.01   join 187.20   mid 187.21   take 187.22`, or what is wrong with what was typed. A price stands whole or
/// not at all: the tick leaves first, then the mid.
fn touch_line(canvas: &mut Canvas<'_>, model: &Model, staged: &Staged, area: Rect) {
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
fn contract_lines(canvas: &mut Canvas<'_>, model: &Model, instrument: Option<&Instrument>, area: Rect) {
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

/// `spread 0.02 · bid 187.20 × 300 · ask 187.22 × 500`, without the sizes where there is no room.
fn market_line(theme: &Theme, model: &Model, con_id: ConId, room: u16) -> Words {
    let (Some(instrument), Some(quote)) = (select::instrument(model, con_id), model.market.quotes.get(&con_id)) else {
        return Words::new();
    };
    let rule = &instrument.rule;
    let side = |price: Option<Price>| price.map_or_else(|| shown::ABSENT.to_owned(), |p| shown::price(p, rule));
    let size = |qty: Option<Qty>| qty.map_or_else(|| shown::ABSENT.to_owned(), |q| shown::market_size(q, 6));
    let spread = quote.ask.and_then(|a| a.minus(quote.bid?));
    let places = quote.bid.map_or(0, |b| rule.decimals_at(b));
    let spread = spread.map_or_else(|| shown::ABSENT.to_owned(), |s| shown::price_with(s, places));
    let line = |bid: String, ask: String| {
        Words::of("spread ", Role::TextDim)
            .say(spread.clone(), Role::Text)
            .say(" · bid ", Role::TextDim)
            .say(bid, Role::Text)
            .say(" · ask ", Role::TextDim)
            .say(ask, Role::Text)
    };
    let (bid, ask) = (side(quote.bid), side(quote.ask));
    let sized = |price: &str, qty| format!("{price} × {}", size(qty));
    let full = line(sized(&bid, quote.bid_size), sized(&ask, quote.ask_size));
    if full.width(theme) <= room { full } else { line(bid, ask) }
}

/// The guard's findings, worst first, at most four; or that there are none, with the truth of the quote.
fn verdict(model: &Model, staged: &Staged) -> Vec<Words> {
    let quote = model.market.quotes.get(&staged.con_id);
    let truth = select::truth(model, staged.con_id);
    let age = quote.and_then(|q| q.at).map(|at| model.now.since(at)).unwrap_or_default();
    let live = Words::of("quote ", Role::TextDim).say(
        shown::truth_words(truth, age),
        if matches!(truth, Truth::Live | Truth::Quiet(_)) { Role::TextDim } else { truth_role(truth) },
    );
    let Some(assessment) = &staged.assessment else {
        return vec![live];
    };
    let (findings, notes): (Vec<&Finding>, Vec<&Finding>) =
        assessment.findings.iter().partition(|f| f.weight != Weight::Note);
    let mut lines: Vec<Words> = findings.iter().chain(&notes).map(|f| finding(f)).collect();
    let hidden = lines.len().saturating_sub(FINDINGS);
    lines.truncate(FINDINGS);
    if hidden > 0
        && let Some(last) = lines.last_mut()
    {
        last.push(format!("  +{hidden} more"), Role::TextDim);
    }
    if findings.is_empty() {
        let mut ok = Words::of("✓ guard ok", Role::GuardOk).say(" · ", Role::TextDim);
        ok.join(0, live);
        // The verdict itself comes first where there is room for one line only.
        lines.insert(0, ok);
    }
    lines
}

fn finding(finding: &Finding) -> Words {
    let (mark, role) = match finding.weight {
        Weight::Note => ("·", Role::GuardNote),
        Weight::Confirm => ("!", Role::GuardConfirm),
        Weight::Hard => ("✗", Role::GuardHard),
    };
    Words::of(format!("{mark} {}  ", finding.code), role).say(finding.text.clone(), role)
}

/// What Enter and Esc do to this order, and the fix that Space takes.
fn keys(model: &Model, staged: &Staged) -> Words {
    let scopes: &[&str] = if staged.typing.is_some() { &["field", "text", GLOBAL] } else { SCOPES };
    let key = |action| hints::key(model, scopes, action);
    let worst = staged.assessment.as_ref().and_then(crate::risk::Assessment::worst);
    let mut words = Words::new();
    let mode = model.desk.mode;
    let confirm = hints::key(model, &["confirm"], Action::Confirm);
    let sends = match (worst, &staged.aim) {
        (Some(Weight::Hard), _) => None,
        (Some(Weight::Confirm), _) => Some(format!("asks for {confirm}")),
        _ if mode == Mode::Live => Some(format!("asks for {confirm}")),
        (_, Aim::Change(_)) => Some("send the change".to_owned()),
        (_, Aim::New) => Some(format!("send to {}", mode.word())),
        (_, Aim::Unwind) => Some(format!("run on {}", mode.word())),
    };
    if let Some(label) = sends.filter(|_| staged.spec.is_some()) {
        words.join(5, hint(key(Action::Send), &label));
    }
    let fix = staged.assessment.as_ref().and_then(|a| a.findings.iter().find_map(|f| f.fix.as_deref()));
    if let Some((_, Some(fix))) = &staged.invalid {
        words.join(5, hint(key(Action::TicketFix), fix));
    } else if let Some(fix) = fix {
        words.join(5, hint(key(Action::TicketFix), &fix_words(model, staged, fix)));
    }
    let back = if staged.typing.is_some() { Action::FieldRevert } else { Action::TicketDrop };
    let drop = match (&staged.aim, staged.typing.is_some()) {
        (_, true) => "back".to_owned(),
        (Aim::Change(_), false) => {
            let kept = before(model, staged).and_then(|b| b.kind.handle());
            kept.map_or_else(|| "drop".to_owned(), |p| format!("keep {}", plain(p, rule(model, staged.con_id))))
        }
        (Aim::New | Aim::Unwind, false) => "drop".to_owned(),
    };
    words.join(5, hint(key(back), &drop));
    words
}

/// What the fix changes: the size or the price.
fn fix_words(model: &Model, staged: &Staged, fix: &OrderSpec) -> String {
    let same_size = staged.qty == Some(fix.qty);
    match (same_size, fix.kind) {
        (true, kind) => match kind.handle() {
            Some(price) => format!("{} {}", kind.keyword(), plain(price, rule(model, staged.con_id))),
            None => kind.keyword().to_owned(),
        },
        (false, _) => format!("{} {}, the most that passes", fix.verb.word(), shown::plain_qty(fix.qty)),
    }
}

/// The lines of the confirmation: the order, its consequences, the market, the reasons.
pub fn confirmation(theme: &Theme, model: &Model, staged: &Staged, width: u16) -> Vec<(Words, Words)> {
    let (sentence, worth) = sentence(model, staged);
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
        indent(consequences(model, staged)),
        indent(market_line(theme, model, staged.con_id, width.saturating_sub(7))),
        Line::default(),
    ];
    lines.extend(verdict(model, staged).into_iter().map(|w| (w, Words::new())));
    lines
}
