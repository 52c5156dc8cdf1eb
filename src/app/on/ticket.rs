//! The ticket: staging, its fields, what the guard thinks of it.

use tui_input::{Input, InputRequest};

use super::{act, send};
use crate::app::action::StageVerb;
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Model, Overlay};
use crate::app::notices::Tone;
use crate::app::{charting, market_context, select, words};
use crate::domain::instrument::{ConId, SecType};
use crate::domain::order::{Order, OrderKey, OrderKind, OrderSpec, OrderState, Session, Side, Tif, Verb};
use crate::domain::terms::Exits;
use crate::keys::{Chord, Key};
use crate::money::{Price, Qty};
use crate::panes::PaneKind;
use crate::panes::ticket::{self as compose, Aim, Field, Pricing, Sized, Staged, View};
use crate::risk::{self, Assessment, Weight};
use crate::sentence::PriceExpr;

/// What the ticket is composed against.
pub(super) fn view_of<'m>(model: &'m Model, staged: &Staged) -> Option<View<'m>> {
    let instrument = select::instrument(model, staged.con_id)?;
    let working = match &staged.aim {
        Aim::New | Aim::Unwind => None,
        Aim::Change(key) => Some(select::order(model, key)?),
    };
    let context = market_context::context(model, instrument);
    Some(View { instrument, position: select::held(model, staged.con_id), working, context })
}

/// Stages an order for what is selected.
pub(super) fn stage(model: &mut Model, verb: StageVerb) {
    let Some(con_id) = select::subject(model) else { return say_no_subject(model) };
    let held = select::held(model, con_id);
    let opens = select::instrument(model, con_id).is_some_and(|i| i.sec_type.sells_to_open());
    let (verb, qty) = match (verb, held) {
        (StageVerb::Sell, Some(q)) if !q.is_positive() && !opens => (Verb::Short, None),
        (StageVerb::Close, Some(q)) if !q.is_zero() => (Verb::Close, Some(q.abs())),
        (StageVerb::Close, _) => {
            let symbol = select::symbol(model, con_id).unwrap_or_default();
            let known = held.map_or("its position is not known yet", |_| "it is flat, there is nothing to close");
            return model.notices.say(model.now, Tone::Info, format!("{symbol}: {known}."), None);
        }
        (other, _) => (other.verb(), None),
    };
    let qty = qty.unwrap_or_else(|| select::preset(model, select::instrument(model, con_id)));
    put(model, con_id, verb, Some(qty), price_here(model, verb));
}

/// Says why there is nothing to stage an order for.
pub(super) fn say_no_subject(model: &mut Model) {
    let text = if matches!(model.workspace.focus, PaneKind::Blotter | PaneKind::Positions) {
        "No symbol is selected here."
    } else if model.panes.watchlist.rows.is_empty() {
        "Nothing is selected. / finds a symbol."
    } else if !matches!(model.desk.link, crate::broker::Link::Ready { .. }) {
        "Not connected yet: no contract is confirmed. `tradewind check` says what is missing."
    } else {
        "The contract of this row is not confirmed by the broker yet."
    };
    model.notices.say(model.now, Tone::Warn, text, None);
}

/// The price that a staging key takes: on the chart that of the crosshair, if there is one; else the own side's best.
fn price_here(model: &Model, verb: Verb) -> Pricing {
    let aimed = model.workspace.focus == PaneKind::Chart && verb != Verb::Close;
    let price = charting::cursor_price(model).filter(|_| aimed);
    price.map_or(compose::JOIN, compose::limit)
}

/// Puts an order on the ticket and gives it the focus.
pub(super) fn put(model: &mut Model, con_id: ConId, verb: Verb, qty: Option<Qty>, pricing: Pricing) {
    let Some(symbol) = select::symbol(model, con_id) else { return };
    let staged = Staged::new((con_id, symbol), verb, qty, pricing, return_to(model));
    place(model, staged);
}

/// Puts this on the ticket.
pub(super) fn place(model: &mut Model, staged: Staged) {
    model.overlay = None;
    model.panes.ticket.staged = Some(Box::new(staged));
    model.panes.ticket.sending = None;
    act::focus(model, PaneKind::Ticket);
}

/// Where focus returns after the order: where it was staged.
pub(super) fn return_to(model: &Model) -> PaneKind {
    let ticket = &model.panes.ticket;
    match model.workspace.focus {
        PaneKind::Ticket => {
            let earlier = ticket.staged.as_ref().map(|s| s.return_to);
            earlier.or_else(|| ticket.sending.as_ref().map(|s| s.return_to)).unwrap_or(PaneKind::Watchlist)
        }
        pane => pane,
    }
}

/// The working order that `m`, `+` and `-` mean: the selected one, or the only one of the selected contract.
pub(super) fn meant(model: &mut Model) -> Option<OrderKey> {
    // The order that is open in full is meant, whatever has become of its row.
    if let Some(Overlay::Order { key, .. }) = &model.overlay {
        return Some(key.clone());
    }
    if model.workspace.focus == PaneKind::Blotter {
        match meant_row(model) {
            Ok(Some(key)) => return Some(key),
            Ok(None) => {}
            Err(text) => {
                model.notices.say(model.now, Tone::Info, text, None);
                return None;
            }
        }
    }
    if model.workspace.focus == PaneKind::Chart
        && let Some(key) = charting::order_at_cursor(model)
    {
        return Some(key);
    }
    let Some(con_id) = select::subject(model) else {
        model.notices.say(model.now, Tone::Info, "No order and no symbol is selected here.", None);
        return None;
    };
    let live = select::live_of(model, con_id);
    if let [only] = live.as_slice() {
        return Some(only.key.clone());
    }
    let symbol = select::symbol(model, con_id).unwrap_or_default();
    let text = if live.is_empty() {
        format!("No order of {symbol} works.")
    } else {
        format!("{} of {symbol} work; pick one in the blotter, 7.", words::count(live.len(), "order"))
    };
    model.notices.say(model.now, Tone::Info, text, None);
    None
}

/// The order of the blotter's selected row; none where there is no row, words where the row is not one to act on.
fn meant_row(model: &Model) -> Result<Option<OrderKey>, &'static str> {
    match select::blotter_row(model) {
        Some(select::BlotterRow::Order(order)) => match &model.panes.blotter.selected {
            Some(selected) if *selected != order.key => {
                Err("The selected order has left this list. Nothing was done; j and k select another.")
            }
            _ => Ok(Some(order.key.clone())),
        },
        Some(select::BlotterRow::Execution(_)) => Err("This is an execution. Its order is on the other tabs."),
        None => Ok(None),
    }
}

/// Why an order cannot be changed now, if so.
pub(super) fn unchangeable(model: &Model, order: &Order) -> Option<String> {
    select::unchangeable(model, order)
}

/// Puts a working order on the ticket.
pub(super) fn pick_up(model: &mut Model) {
    let Some(key) = meant(model) else { return };
    pick_up_this(model, &key);
}

/// Puts this working order on the ticket.
pub(super) fn pick_up_this(model: &mut Model, key: &OrderKey) {
    let Some(order) = select::order(model, key) else { return };
    if let Some(why) = unchangeable(model, order) {
        return model.notices.say(model.now, Tone::Warn, why, Some(key.clone()));
    }
    let staged = change_of(order, order.spec.kind, return_to(model));
    place(model, staged);
}

/// A working order on the ticket, at these terms.
pub(super) fn change_of(order: &Order, kind: OrderKind, return_to: PaneKind) -> Staged {
    let (spec, pricing) = (&order.spec, compose::pricing_of(kind));
    let new = Staged::new((spec.con_id, spec.symbol.clone()), spec.verb, Some(spec.qty), pricing, return_to);
    let mut clauses = new.clauses.clone();
    clauses.tif = Some(spec.tif);
    clauses.session = (!kind.is_auction()).then_some(spec.session);
    let field = if kind.handle().is_some() { handle_field(&pricing) } else { Field::Size };
    Staged { aim: Aim::Change(order.key.clone()), clauses, field, ..new }
}

/// The field of the price that `+` and `-` move.
const fn handle_field(pricing: &Pricing) -> Field {
    if pricing.is_triggered() { Field::Trigger } else { Field::Limit }
}

/// Empties the ticket, or leaves what is on its way to the blotter; focus returns.
pub(super) fn drop(model: &mut Model) {
    let ticket = &mut model.panes.ticket;
    let back = match (ticket.staged.take(), ticket.sending.take()) {
        (Some(staged), _) => Some(staged.return_to),
        (None, Some(sending)) => Some(sending.return_to),
        (None, None) => None,
    };
    if matches!(model.overlay, Some(Overlay::Confirm)) {
        model.overlay = None;
    }
    let stood = model.notices.dismiss();
    match back {
        Some(pane) => return_focus(model, pane),
        None if !stood => return_focus(model, PaneKind::Watchlist),
        None => {}
    }
}

/// Gives the focus back, if the ticket has it still.
pub(super) fn return_focus(model: &mut Model, pane: PaneKind) {
    if model.workspace.focus == PaneKind::Ticket {
        model.workspace.focus_on(pane);
    }
}

/// The order sent from the ticket has an answer: the ticket is free again.
pub(super) fn answered(model: &mut Model, key: &OrderKey) {
    let Some(order) = model.orders.all.get(key) else { return };
    // A refusal and an unknown fate stay on the ticket until they are read.
    if matches!(order.state, OrderState::Rejected | OrderState::Unknown | OrderState::Sending) {
        return;
    }
    let Some(sending) = model.panes.ticket.sending.take_if(|s| s.key == *key) else { return };
    model.panes.ticket.last = Some((model.now, sending.sentence, sending.key));
    return_focus(model, sending.return_to);
}

/// Changes what is staged; the order has changed.
fn change(model: &mut Model, f: impl FnOnce(&mut Staged, View<'_>)) {
    let Some(mut staged) = model.panes.ticket.staged.take() else { return };
    if let Some(view) = view_of(model, &staged)
        && !staged.confirming
    {
        f(&mut staged, view);
        staged.dirty = true;
    }
    model.panes.ticket.staged = Some(staged);
}

/// Sets the price by name: the limit, or the trigger of what has no limit; a stop is not put where it would be triggered at
/// once.
pub(super) fn price(model: &mut Model, expr: PriceExpr) {
    let mut past = None;
    change(model, |staged, view| {
        let kept = staged.clone();
        // Digits go on meaning the size: a named price needs no typing.
        close_field(staged);
        let triggered = staged.pricing.is_triggered() && !compose::has_limit(&staged.pricing);
        staged.pricing = if triggered {
            compose::with_handle(staged.pricing, expr)
        } else {
            compose::with_limit(staged.pricing, expr)
        };
        past = triggered.then(|| would_trigger(staged, &view)).flatten();
        if past.is_some() {
            *staged = kept;
        }
    });
    if let Some(trigger) = past {
        let text = format!("The market is past {trigger} already: a stop there would be triggered at once.");
        model.notices.say(model.now, Tone::Warn, text, None);
    }
}

/// The trigger of a stop that the market is past already.
fn would_trigger(staged: &Staged, view: &View<'_>) -> Option<Price> {
    let trigger = stop_at(&compose::kind(staged, view).ok()?)?;
    let (bid, ask, last) = (view.context.bid, view.context.ask, view.context.last);
    is_past(compose::side(staged, view)?, trigger, (bid, ask, last))?.then_some(trigger)
}

/// The trigger of a stop that does not follow the market.
pub(super) const fn stop_at(kind: &OrderKind) -> Option<Price> {
    match kind {
        OrderKind::Stop { trigger, .. } | OrderKind::StopProtect(trigger) => Some(*trigger),
        _ => None,
    }
}

/// Whether a market of this bid, ask and last price would trigger a stop at once; `None` where no price is known.
pub(super) fn is_past(
    side: Side,
    trigger: Price,
    (bid, ask, last): (Option<Price>, Option<Price>, Option<Price>),
) -> Option<bool> {
    Some(match side {
        Side::Sell => bid.or(last)? <= trigger,
        Side::Buy => ask.or(last)? >= trigger,
    })
}

/// Moves the price at hand by ticks; it is fixed from then on.
pub(super) fn tick(model: &mut Model, ticks: i64) {
    change(model, |staged, view| {
        let Ok(kind) = compose::kind(staged, &view) else { return };
        let of_limit = staged.field == Field::Limit && kind.limit().is_some();
        let Some(now) = (if of_limit { kind.limit() } else { kind.handle() }) else { return };
        let Some(next) = view.instrument.rule.step(now, ticks).filter(|p| p.is_positive()) else { return };
        if matches!(staged.field, Field::Limit | Field::Trigger) && staged.typing.is_some() {
            close_field(staged);
        }
        let next = PriceExpr::Fixed(next);
        staged.pricing = if of_limit {
            compose::with_limit(staged.pricing, next)
        } else {
            compose::with_handle(staged.pricing, next)
        };
    });
}

/// The next type of the round that the contract takes; those passed over are named.
pub(super) fn kind(model: &mut Model) {
    let mut passed = Vec::new();
    let symbol = model.panes.ticket.staged.as_ref().map(|s| s.symbol.clone()).unwrap_or_default();
    change(model, |staged, view| {
        close_field(staged);
        let before = view.working.and_then(|o| o.spec.kind.limit()).map_or(PriceExpr::JOIN, PriceExpr::Fixed);
        let Some(side) = compose::side(staged, &view) else { return };
        let begun = staged.pricing;
        staged.pricing = compose::next_kind(&begun, side, before);
        // One round at most: what is staged may be the only type that is listed.
        for _ in 0..compose::KINDS {
            if view.instrument.takes.takes(&staged.pricing) {
                break;
            }
            passed.push(compose::kind_word(&staged.pricing));
            staged.pricing = compose::next_kind(&staged.pricing, side, before);
        }
        if staged.pricing.is_auction() {
            (staged.clauses.tif, staged.clauses.session) = (Some(Tif::Day), None);
        } else if staged.clauses.session.is_none() {
            staged.clauses.session = Some(Session::Regular);
        }
        let gone = match staged.field {
            Field::Limit => !compose::has_limit(&staged.pricing),
            Field::Trigger => !staged.pricing.is_triggered(),
            _ => false,
        };
        if gone {
            staged.field = Field::Size;
        }
    });
    if !passed.is_empty() {
        let text = format!("{symbol} does not take {}.", passed.join(", "));
        model.notices.say(model.now, Tone::Info, text, None);
    }
}

/// The next time in force; an auction has one only.
pub(super) fn tif(model: &mut Model) {
    change(model, |staged, _| {
        let triggered = staged.pricing.is_triggered();
        staged.clauses.tif = match staged.clauses.tif {
            same if staged.pricing.is_auction() => same,
            Some(Tif::Day) => Some(Tif::Gtc),
            Some(Tif::Gtc) if !triggered => Some(Tif::Ioc),
            _ => Some(Tif::Day),
        };
    });
}

/// Regular hours, or extended; an auction has none to choose.
pub(super) fn session(model: &mut Model) {
    change(model, |staged, _| {
        staged.clauses.session = staged.clauses.session.map(|session| match session {
            Session::Regular => Session::Extended,
            _ => Session::Regular,
        });
    });
}

/// Opens the stop loss, and from there the target.
pub(super) fn exits(model: &mut Model) {
    let here = model.panes.ticket.staged.as_ref();
    if here.is_none_or(|s| s.aim != Aim::New || s.verb == Verb::Close) {
        let text = "sl and tp go out with a new order that opens a position.";
        return model.notices.say(model.now, Tone::Info, text, None);
    }
    let field = if here.is_some_and(|s| s.field == Field::Stop) { Field::Target } else { Field::Stop };
    open(model, field, Input::default());
}

/// Half the size.
pub(super) fn half(model: &mut Model) {
    change(model, |staged, view| {
        let now = staged.spec.as_ref().map(|s| s.qty).or(staged.qty);
        if let Some(qty) = now.and_then(|q| compose::halved(q, view.instrument.size_increment)) {
            close_field(staged);
            (staged.qty, staged.units) = (Some(qty), None);
            staged.field = Field::Size;
        }
    });
}

/// The next preset size: of what is staged, else of what the next key stages.
pub(super) fn size_step(model: &mut Model, up: bool) {
    if model.panes.ticket.staged.is_some() {
        return change(model, |staged, _| {
            close_field(staged);
            let now = staged.spec.as_ref().map(|s| s.qty).or(staged.qty);
            (staged.qty, staged.units) = (now.map(|q| compose::next_size(q, up)), None);
            staged.field = Field::Size;
        });
    }
    let about = select::subject(model).and_then(|con_id| select::instrument(model, con_id));
    let kind = about.map_or(SecType::Stock, |i| i.sec_type);
    let next = compose::next_size(select::preset(model, about), up);
    model.panes.ticket.presets.insert(kind, next);
    let text = format!("b and s stage {}.", crate::domain::shown::qty(next));
    model.notices.say(model.now, Tone::Info, text, None);
}

/// A digit: replaces the size, or the price that is marked.
pub(super) fn open_size(model: &mut Model, typed: Option<char>) {
    let field = match model.panes.ticket.staged.as_ref().map(|s| s.field) {
        Some(field @ (Field::Limit | Field::Trigger | Field::Stop | Field::Target)) => field,
        _ => Field::Size,
    };
    let input = Input::new(typed.filter(char::is_ascii_digit).map(String::from).unwrap_or_default());
    open(model, field, input);
}

/// The price field, empty; without a character the price stays what it is.
pub(super) fn open_price(model: &mut Model) {
    let pricing = model.panes.ticket.staged.as_ref().map(|s| s.pricing);
    let field = pricing.as_ref().map_or(Field::Limit, handle_field);
    open(model, field, Input::default());
}

fn open(model: &mut Model, field: Field, input: Input) {
    let now = model.now;
    change(model, |staged, view| {
        close_field(staged);
        staged.field = field;
        staged.before_typing = Some(staged.draft());
        let typed = !input.value().is_empty();
        staged.typing = Some(input);
        if typed {
            staged.typed_at = Some(now);
            read_field(staged, &view);
        }
    });
}

/// Whether an open field takes this character as text: Space takes the fix, `@` goes to the price.
pub(super) fn takes(model: &Model, chord: Chord) -> bool {
    let word_follows = model.panes.ticket.staged.as_ref().is_some_and(|s| {
        // `left 120`, `total 200`: the one value that has a blank.
        let text = s.typing.as_ref().map(|t| t.value().to_ascii_lowercase()).unwrap_or_default();
        let size = s.field == Field::Size && matches!(text.as_str(), "left" | "total");
        let exit = matches!(s.field, Field::Stop | Field::Target | Field::Trigger);
        size || exit && !text.is_empty() && s.invalid.as_ref().is_none_or(|(_, fix)| fix.is_none())
    });
    chord.key != Key::Char(' ') || word_follows
}

/// Edits the open field; the sentence follows each character.
pub(super) fn edit(model: &mut Model, step: &mut Step, request: InputRequest) {
    if request == InputRequest::InsertChar('@') {
        return open_price(model);
    }
    let now = model.now;
    change(model, |staged, view| {
        let Some(input) = &mut staged.typing else { return };
        let before = input.value().to_owned();
        input.handle(request);
        if input.value() != before {
            staged.typed_at = Some(now);
            read_field(staged, &view);
        }
    });
    step.draw(Redraw::Now);
}

/// Takes over what stands in the open field, or says what is wrong with it.
fn read_field(staged: &mut Staged, view: &View<'_>) {
    let Some(input) = &staged.typing else { return };
    let text = input.value().to_owned();
    let Some(before) = staged.before_typing.clone() else { return };
    staged.invalid = None;
    if text.trim().is_empty() {
        // An emptied field holds what it held before.
        return staged.restore(before);
    }
    if let Err(invalid) = take_text(staged, &text, view) {
        if staged.field == Field::Size {
            staged.qty = None;
        }
        staged.invalid = Some(invalid);
    }
}

/// Puts what was typed into the marked field.
fn take_text(staged: &mut Staged, text: &str, view: &View<'_>) -> Result<(), compose::Invalid> {
    let Some(side) = compose::side(staged, view) else { return Ok(()) };
    match staged.field {
        Field::Size => match compose::parse_size(text, staged, view)? {
            Sized::Number(qty) => (staged.qty, staged.units) = (Some(qty), None),
            Sized::Units(units) => (staged.qty, staged.units) = (None, Some(units)),
        },
        Field::Limit if text.trim().eq_ignore_ascii_case("mkt") => staged.pricing = Pricing::Market,
        Field::Limit => staged.pricing = compose::with_limit(staged.pricing, compose::parse_price(text, side, view)?),
        Field::Trigger => match staged.pricing {
            Pricing::Trail { limit_offset, from, .. } => {
                let said = compose::parse_trail(text)?;
                if let Pricing::Trail { by, from: start, .. } = said {
                    staged.pricing = Pricing::Trail { by, from: start.or(from), limit_offset };
                }
            }
            other => staged.pricing = compose::with_handle(other, compose::parse_price(text, side, view)?),
        },
        Field::Stop => {
            let stop = compose::parse_stop(text)?;
            change_exits(staged, |exits| exits.stop = stop);
        }
        Field::Target => {
            let targets = compose::parse_targets(text)?;
            change_exits(staged, |exits| exits.targets = targets);
        }
        Field::Kind | Field::Tif | Field::Session => {}
    }
    Ok(())
}

/// Changes the exits; they work until cancelled, in the hours of the order. Without stop and target there are none.
fn change_exits(staged: &mut Staged, f: impl FnOnce(&mut Exits<PriceExpr, crate::sentence::Dist>)) {
    let none = || Exits { stop: None, targets: Vec::new(), tif: Tif::Gtc, session: staged.clauses.session };
    let mut exits = staged.clauses.exits.clone().unwrap_or_else(none);
    f(&mut exits);
    staged.clauses.exits = (exits.stop.is_some() || !exits.targets.is_empty()).then_some(exits);
}

/// Closes the open field; what was wrong goes back to what was right.
fn close_field(staged: &mut Staged) {
    let before = staged.before_typing.take();
    if staged.invalid.take().is_some()
        && let Some(before) = before
    {
        staged.restore(before);
    }
    staged.typing = None;
}

/// Marks the next field.
pub(super) fn field(model: &mut Model, next: bool) {
    change(model, |staged, _| {
        if staged.invalid.is_some() {
            return;
        }
        close_field(staged);
        let exits = staged.aim == Aim::New && staged.clauses.exits.is_some();
        let shown = |field: &Field| match field {
            Field::Limit => compose::has_limit(&staged.pricing),
            Field::Trigger => staged.pricing.is_triggered(),
            Field::Session => staged.clauses.session.is_some(),
            Field::Stop | Field::Target => exits,
            _ => true,
        };
        let all = [
            Field::Size,
            Field::Kind,
            Field::Limit,
            Field::Trigger,
            Field::Tif,
            Field::Session,
            Field::Stop,
            Field::Target,
        ];
        let fields: Vec<Field> = all.into_iter().filter(shown).collect();
        let here = fields.iter().position(|f| *f == staged.field).unwrap_or(0);
        let len = fields.len();
        let to = if next { here.saturating_add(1) } else { here.saturating_add(len).saturating_sub(1) };
        staged.field = fields.get(to.checked_rem(len).unwrap_or(0)).copied().unwrap_or(Field::Size);
    });
}

/// Esc in a field: what it held before.
pub(super) fn revert(model: &mut Model) {
    change(model, |staged, _| {
        if let Some(before) = staged.before_typing.take() {
            staged.restore(before);
        }
        staged.invalid = None;
        staged.typing = None;
    });
}

/// Space: the value that would do, or the nearest order that passes. It changes the draft and never sends.
pub(super) fn fix(model: &mut Model) {
    if let Some(sending) = &model.panes.ticket.sending
        && model.panes.ticket.staged.is_none()
    {
        let key = sending.key.clone();
        let order = select::order(model, &key).filter(|o| o.state == OrderState::Rejected).cloned();
        return order.into_iter().for_each(|order| restage(model, &order));
    }
    let fixed = model.panes.ticket.staged.as_ref().and_then(|s| {
        let fix = s.assessment.as_ref()?.findings.iter().find_map(|f| f.fix.clone())?;
        s.invalid.is_none().then_some(*fix)
    });
    let now = model.now;
    change(model, |staged, view| {
        if let Some((_, Some(value))) = &staged.invalid {
            staged.typing = Some(Input::new(value.clone()));
            staged.typed_at = Some(now);
            read_field(staged, &view);
        } else if let Some(fix) = fixed {
            close_field(staged);
            // A floating price or a size by risk that passes goes on following.
            if staged.spec.as_ref().is_none_or(|s| s.qty != fix.qty) {
                (staged.qty, staged.units) = (Some(fix.qty), None);
            }
            if staged.spec.as_ref().is_none_or(|s| s.kind != fix.kind) {
                staged.pricing = compose::pricing_of(fix.kind);
            }
            if staged.spec.as_ref().is_none_or(|s| s.tif != fix.tif || s.session != fix.session) {
                staged.clauses.tif = Some(fix.tif);
                staged.clauses.session = staged.clauses.session.map(|_| fix.session);
            }
        }
    });
}

/// An order that has ended comes back to the ticket as it was said.
pub(super) fn restage(model: &mut Model, order: &Order) {
    let back = return_to(model);
    let staged = change_of(order, order.spec.kind, back);
    let mut clauses = staged.clauses.clone();
    let exits = model.orders.all.values().filter(|o| o.parent.as_ref() == Some(&order.key)).map(|o| &o.spec);
    clauses.exits = compose::exits_said(&order.spec, exits);
    clauses.attributes = compose::attributes_said(&order.spec.attributes);
    let tested = compose::tested_in(&order.spec.attributes);
    let staged = Staged { aim: Aim::New, clauses, tested, field: Field::Size, ..staged };
    place(model, staged);
}

/// What is staged as an order, if it can be said.
pub(super) fn composed(staged: &Staged, view: &View<'_>) -> Option<compose::Composed> {
    compose::compose(staged, view)?.ok()
}

/// What the guard thinks of an order on the ticket.
pub(super) fn assess(model: &Model, staged: &Staged, spec: &OrderSpec, exits: &[OrderSpec]) -> Option<Assessment> {
    judged(model, staged, spec, exits).map(|(assessment, _)| assessment)
}

/// What the guard thinks of an order on the ticket, and what has to give way for it.
fn judged(
    model: &Model,
    staged: &Staged,
    spec: &OrderSpec,
    exits: &[OrderSpec],
) -> Option<(Assessment, Option<risk::Room>)> {
    let mut live = select::live_of(model, spec.con_id);
    if staged.aim == Aim::Unwind {
        // Ours are gone when it is sent; those of others are not.
        live.retain(|order| !select::is_ours(model, order));
    }
    let ctx = select::context(model, spec.con_id, &live, staged.origin);
    match &staged.aim {
        Aim::New | Aim::Unwind => {
            let spec = send::as_sent(model, spec.clone());
            let room = risk::room(&spec, &ctx).filter(|_| staged.aim == Aim::New && exits.is_empty());
            let assessment = match &room {
                Some(room) => risk::assess_with(room, &spec, &ctx),
                None => risk::assess_family(&spec, exits, &ctx),
            };
            Some((assessment, room))
        }
        Aim::Change(key) => Some((risk::assess_change(select::order(model, key)?, spec, &ctx), None)),
    }
}

/// Composes and judges what is staged again: the market, the position, the connection may have moved.
pub(in crate::app) fn refresh(model: &mut Model, step: &mut Step) {
    let Some(mut staged) = model.panes.ticket.staged.take() else { return };
    let (old_spec, old_exits) = (staged.spec.take(), std::mem::take(&mut staged.exits));
    if staged.confirming {
        (staged.spec, staged.exits) = (old_spec.clone(), old_exits.clone());
    } else {
        super::unwind::recount(model, &mut staged);
        let composed = view_of(model, &staged).and_then(|view| compose::compose(&staged, &view));
        (staged.text, staged.refusal) = (None, None);
        match composed {
            Some(Ok(order)) => {
                (staged.spec, staged.exits, staged.text) = (Some(order.spec), order.exits, Some(order.text));
            }
            Some(Err(refusal)) => staged.refusal = Some(refusal),
            None => {}
        }
    }
    let verdict = staged.spec.as_ref().and_then(|spec| judged(model, &staged, spec, &staged.exits));
    let (assessment, room) = verdict.map_or((None, None), |(assessment, room)| (Some(assessment), room));
    let floats = staged.floats();
    // A tick under a floating price is no change of the order; everything else is.
    let same = |old: &OrderSpec, new: &OrderSpec| {
        if floats { OrderSpec { kind: new.kind, ..old.clone() } == *new } else { old == new }
    };
    let same_order = match (&old_spec, &staged.spec) {
        (Some(old), Some(new)) => {
            let pairs = old_exits.iter().zip(&staged.exits);
            same(old, new) && old_exits.len() == staged.exits.len() && pairs.into_iter().all(|(o, n)| same(o, n))
        }
        (None, None) => true,
        _ => false,
    };
    let (before, after) = (heavy(staged.assessment.as_ref()), heavy(assessment.as_ref()));
    // A verdict that has become lighter does not have to be seen first.
    let heavier = after.iter().any(|found| !before.contains(found));
    let other_class = staged.assessment.as_ref().map(|a| a.class) != assessment.as_ref().map(|a| a.class);
    if !same_order || heavier || other_class || room != staged.room {
        staged.dirty = true;
    }
    if staged.dirty || before != after {
        step.draw(Redraw::Now);
    }
    (staged.assessment, staged.room) = (assessment, room);
    model.panes.ticket.staged = Some(staged);
}

/// What of a verdict the trader has to have seen: which checks ask or forbid.
fn heavy(assessment: Option<&Assessment>) -> Vec<(&'static str, Weight)> {
    let findings = assessment.map(|a| a.findings.as_slice()).unwrap_or_default();
    findings.iter().filter(|f| f.weight > Weight::Note).map(|f| (f.code, f.weight)).collect()
}

/// Numbers the revision that shows a changed order, and notes when it was on the screen.
pub(in crate::app) fn stamp(model: &mut Model) {
    let (revision, painted, now) = (model.revision, model.painted, model.now);
    let Some(staged) = &mut model.panes.ticket.staged else { return };
    if std::mem::take(&mut staged.dirty) {
        staged.revision = revision;
        staged.painted_at = None;
    }
    if staged.painted_at.is_none() && painted >= staged.revision {
        staged.painted_at = Some(now);
    }
}
