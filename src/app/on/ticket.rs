//! The ticket: staging, its fields, what the guard thinks of it.

use tui_input::{Input, InputRequest};

use super::act;
use crate::app::action::StageVerb;
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Model, Overlay};
use crate::app::notices::Tone;
use crate::app::{charting, select, words};
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, OrderKind, OrderSpec, OrderState, Session, Side, Tif, Verb};
use crate::keys::{Chord, Key};
use crate::money::Qty;
use crate::panes::PaneKind;
use crate::panes::ticket::{self as compose, Aim, Field, Pricing, Staged, View};
use crate::risk::{self, Assessment, Origin, Weight};

/// What the ticket is composed against.
pub(super) fn view_of<'m>(model: &'m Model, staged: &Staged) -> Option<View<'m>> {
    let instrument = select::instrument(model, staged.con_id)?;
    let working = match &staged.aim {
        Aim::New => None,
        Aim::Change(key) => Some(select::order(model, key)?),
    };
    let quote = model.market.quotes.get(&staged.con_id);
    Some(View { instrument, quote, position: select::held(model, staged.con_id), working })
}

/// Stages an order for what is selected.
pub(super) fn stage(model: &mut Model, verb: StageVerb) {
    let Some(con_id) = select::subject(model) else {
        let text = if model.panes.watchlist.rows.is_empty() {
            "Nothing is selected. / finds a symbol."
        } else {
            "The contract of this row is not confirmed by the broker yet."
        };
        return model.notices.say(model.now, Tone::Warn, text, None);
    };
    let held = select::held(model, con_id);
    let (verb, qty) = match (verb, held) {
        (StageVerb::Sell, Some(q)) if !q.is_positive() => (Verb::Short, None),
        (StageVerb::Close, Some(q)) if !q.is_zero() => (Verb::Close, Some(q.abs())),
        (StageVerb::Close, _) => {
            let symbol = select::symbol(model, con_id).unwrap_or_default();
            let known = held.map_or("its position is not known yet", |_| "it is flat, there is nothing to close");
            return model.notices.say(model.now, Tone::Info, format!("{symbol}: {known}."), None);
        }
        (other, _) => (other.verb(), None),
    };
    let qty = qty.unwrap_or_else(|| preset(model));
    put(model, con_id, verb, Some(qty), price_here(model, verb), (Tif::Day, Session::Regular), Origin::Key);
}

/// The price that a staging key takes: on the chart that of the crosshair, if there is one; else the own side's best.
fn price_here(model: &Model, verb: Verb) -> Pricing {
    let aimed = model.workspace.focus == PaneKind::Chart && verb != Verb::Close;
    let price = charting::cursor_price(model).filter(|_| aimed);
    price.map_or(Pricing::Join, Pricing::Fixed)
}

/// The size that a staging key takes.
pub(super) fn preset(model: &Model) -> Qty {
    model.panes.ticket.preset.unwrap_or(model.settings.default_size)
}

/// Puts an order on the ticket and gives it the focus.
pub(super) fn put(
    model: &mut Model,
    con_id: ConId,
    verb: Verb,
    qty: Option<Qty>,
    pricing: Pricing,
    (tif, session): (Tif, Session),
    origin: Origin,
) {
    let Some(symbol) = select::symbol(model, con_id) else { return };
    let staged = Staged {
        aim: Aim::New,
        verb,
        con_id,
        symbol,
        qty,
        pricing,
        tif,
        session,
        field: Field::Size,
        typing: None,
        invalid: None,
        spec: None,
        assessment: None,
        origin,
        revision: 0,
        typed_at: None,
        return_to: return_to(model),
        confirming: false,
        before_typing: None,
        dirty: true,
        painted_at: None,
    };
    place(model, staged);
}

fn place(model: &mut Model, staged: Staged) {
    model.overlay = None;
    model.panes.ticket.staged = Some(staged);
    model.panes.ticket.sending = None;
    act::focus(model, PaneKind::Ticket);
}

/// Where focus returns after the order: where it was staged.
fn return_to(model: &Model) -> PaneKind {
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
    if model.workspace.focus == PaneKind::Blotter
        && let Some(select::BlotterRow::Order(order)) = select::blotter_row(model)
    {
        return Some(order.key.clone());
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

/// Why an order cannot be changed now, if so.
pub(super) fn unchangeable(model: &Model, order: &Order) -> Option<String> {
    let name = select::order_name(order);
    match order.state {
        OrderState::Held | OrderState::Working => {}
        OrderState::Sending => return Some(format!("{name} has no answer yet.")),
        OrderState::Cancelling => return Some(format!("{name} is being cancelled.")),
        OrderState::Unknown => return Some(format!("{name} is UNKNOWN; o u asks the broker again.")),
        OrderState::Filled | OrderState::Cancelled | OrderState::Rejected => {
            return Some(format!("{name} has ended."));
        }
    }
    if order.before_change.is_some() {
        return Some(format!("{name}: a change of it has no answer yet."));
    }
    if order.ids.client_id != model.desk.client_id || order.ids.order_id == 0 {
        return Some(format!("{name} belongs to client {}; change it there.", order.ids.client_id));
    }
    order.other_kind.as_ref().map(|kind| format!("{name} is a {kind} order, which this desk cannot change."))
}

/// Puts a working order on the ticket.
pub(super) fn pick_up(model: &mut Model) {
    let Some(key) = meant(model) else { return };
    let Some(order) = select::order(model, &key) else { return };
    if let Some(why) = unchangeable(model, order) {
        return model.notices.say(model.now, Tone::Warn, why, Some(key));
    }
    let staged = change_of(order, order.spec.kind, return_to(model));
    place(model, staged);
}

/// A working order on the ticket, at these terms.
pub(super) fn change_of(order: &Order, kind: OrderKind, return_to: PaneKind) -> Staged {
    Staged {
        aim: Aim::Change(order.key.clone()),
        verb: order.spec.verb,
        con_id: order.spec.con_id,
        symbol: order.spec.symbol.clone(),
        qty: Some(order.spec.qty),
        pricing: kind.limit().map_or(Pricing::Market, Pricing::Fixed),
        tif: order.spec.tif,
        session: order.spec.session,
        field: if kind.limit().is_some() { Field::Limit } else { Field::Size },
        typing: None,
        invalid: None,
        spec: None,
        assessment: None,
        origin: Origin::Key,
        revision: 0,
        typed_at: None,
        return_to,
        confirming: false,
        before_typing: None,
        dirty: true,
        painted_at: None,
    }
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

/// The direction of what is staged.
fn side(staged: &Staged, view: &View<'_>) -> Option<Side> {
    view.working.map(|o| o.spec.side).or_else(|| compose::side_of(staged.verb, view.position))
}

/// Sets the price by name.
pub(super) fn price(model: &mut Model, pricing: Pricing) {
    change(model, |staged, _| {
        // Digits go on meaning the size: a named price needs no typing.
        close_field(staged);
        staged.pricing = pricing;
    });
}

/// Moves the price by ticks; it is fixed from then on.
pub(super) fn tick(model: &mut Model, ticks: i64) {
    change(model, |staged, view| {
        let Some(side) = side(staged, &view) else { return };
        let Some(now) = compose::touch(staged.pricing, side, &view) else { return };
        let Some(next) = view.instrument.rule.step(now, ticks).filter(|p| p.is_positive()) else { return };
        if staged.field == Field::Limit && staged.typing.is_some() {
            close_field(staged);
        }
        staged.pricing = Pricing::Fixed(next);
    });
}

/// Market or limit.
pub(super) fn kind(model: &mut Model) {
    change(model, |staged, view| {
        close_field(staged);
        let before = view.working.and_then(|o| o.spec.kind.limit()).map_or(Pricing::Join, Pricing::Fixed);
        staged.pricing = if staged.pricing == Pricing::Market { before } else { Pricing::Market };
        if staged.field == Field::Limit {
            staged.field = Field::Size;
        }
    });
}

/// The next time in force.
pub(super) fn tif(model: &mut Model) {
    change(model, |staged, _| {
        staged.tif = match staged.tif {
            Tif::Day => Tif::Gtc,
            Tif::Gtc => Tif::Ioc,
            _ => Tif::Day,
        };
    });
}

/// Regular hours, or extended.
pub(super) fn session(model: &mut Model) {
    change(model, |staged, _| {
        staged.session = match staged.session {
            Session::Regular => Session::Extended,
            _ => Session::Regular,
        };
    });
}

/// Half the size.
pub(super) fn half(model: &mut Model) {
    change(model, |staged, view| {
        if let Some(qty) = staged.qty.and_then(|q| compose::halved(q, view.instrument.size_increment)) {
            close_field(staged);
            staged.qty = Some(qty);
            staged.field = Field::Size;
        }
    });
}

/// The next preset size: of what is staged, else of what the next key stages.
pub(super) fn size_step(model: &mut Model, up: bool) {
    if model.panes.ticket.staged.is_some() {
        return change(model, |staged, _| {
            close_field(staged);
            staged.qty = staged.qty.map(|q| compose::next_size(q, up));
            staged.field = Field::Size;
        });
    }
    let next = compose::next_size(preset(model), up);
    model.panes.ticket.preset = Some(next);
    let text = format!("b and s stage {}.", crate::domain::shown::qty(next));
    model.notices.say(model.now, Tone::Info, text, None);
}

/// A digit: replaces the size, or the limit if that is marked.
pub(super) fn open_size(model: &mut Model, typed: Option<char>) {
    let field = match model.panes.ticket.staged.as_ref().map(|s| s.field) {
        Some(Field::Limit) => Field::Limit,
        _ => Field::Size,
    };
    let input = Input::new(typed.filter(char::is_ascii_digit).map(String::from).unwrap_or_default());
    open(model, field, input);
}

/// The price field, empty; without a character the price stays what it is.
pub(super) fn open_price(model: &mut Model) {
    open(model, Field::Limit, Input::default());
}

fn open(model: &mut Model, field: Field, input: Input) {
    let (now, preset) = (model.now, preset(model));
    change(model, |staged, view| {
        close_field(staged);
        staged.field = field;
        staged.before_typing = Some((staged.qty, staged.pricing));
        let typed = !input.value().is_empty();
        staged.typing = Some(input);
        if typed {
            staged.typed_at = Some(now);
            read_field(staged, preset, &view);
        }
    });
}

/// Whether an open field takes this character as text: Space takes the fix, `@` goes to the price.
pub(super) fn takes(model: &Model, chord: Chord) -> bool {
    let word_follows = model.panes.ticket.staged.as_ref().is_some_and(|s| {
        // `left 120`, `total 200`: the one value that has a blank.
        let text = s.typing.as_ref().map(|t| t.value().to_ascii_lowercase()).unwrap_or_default();
        s.field == Field::Size && matches!(text.as_str(), "left" | "total")
    });
    chord.key != Key::Char(' ') || word_follows
}

/// Edits the open field; the sentence follows each character.
pub(super) fn edit(model: &mut Model, step: &mut Step, request: InputRequest) {
    if request == InputRequest::InsertChar('@') {
        return open_price(model);
    }
    let (now, preset) = (model.now, preset(model));
    change(model, |staged, view| {
        let Some(input) = &mut staged.typing else { return };
        let before = input.value().to_owned();
        input.handle(request);
        if input.value() != before {
            staged.typed_at = Some(now);
            read_field(staged, preset, &view);
        }
    });
    step.draw(Redraw::Now);
}

/// Takes over what stands in the open field, or says what is wrong with it.
fn read_field(staged: &mut Staged, preset: Qty, view: &View<'_>) {
    let Some(input) = &staged.typing else { return };
    let text = input.value().to_owned();
    let Some((qty, pricing)) = staged.before_typing else { return };
    staged.invalid = None;
    if text.trim().is_empty() {
        // An emptied field holds what it held before.
        (staged.qty, staged.pricing) = (qty, pricing);
        return;
    }
    match staged.field {
        Field::Size => match compose::parse_size(&text, staged, preset, view) {
            Ok(qty) => staged.qty = Some(qty),
            Err(invalid) => {
                staged.qty = None;
                staged.invalid = Some(invalid);
            }
        },
        Field::Limit => {
            let Some(side) = side(staged, view) else { return };
            match compose::parse_price(&text, side, view) {
                Ok(pricing) => staged.pricing = pricing,
                Err(invalid) => staged.invalid = Some(invalid),
            }
        }
        Field::Kind | Field::Tif | Field::Session => {}
    }
}

/// Closes the open field; what was wrong goes back to what was right.
fn close_field(staged: &mut Staged) {
    if staged.invalid.take().is_some()
        && let Some((qty, pricing)) = staged.before_typing
    {
        (staged.qty, staged.pricing) = (qty, pricing);
    }
    staged.typing = None;
    staged.before_typing = None;
}

/// Marks the next field.
pub(super) fn field(model: &mut Model, next: bool) {
    change(model, |staged, _| {
        if staged.invalid.is_some() {
            return;
        }
        close_field(staged);
        let limit = staged.pricing != Pricing::Market;
        let fields: Vec<Field> = [Field::Size, Field::Kind, Field::Limit, Field::Tif, Field::Session]
            .into_iter()
            .filter(|f| *f != Field::Limit || limit)
            .collect();
        let here = fields.iter().position(|f| *f == staged.field).unwrap_or(0);
        let len = fields.len();
        let to = if next { here.saturating_add(1) } else { here.saturating_add(len).saturating_sub(1) };
        staged.field = fields.get(to.checked_rem(len).unwrap_or(0)).copied().unwrap_or(Field::Size);
    });
}

/// Esc in a field: what it held before.
pub(super) fn revert(model: &mut Model) {
    change(model, |staged, _| {
        if let Some((qty, pricing)) = staged.before_typing.take() {
            (staged.qty, staged.pricing) = (qty, pricing);
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
        return restage(model, &key);
    }
    let fixed = model.panes.ticket.staged.as_ref().and_then(|s| {
        let fix = s.assessment.as_ref()?.findings.iter().find_map(|f| f.fix.clone())?;
        s.invalid.is_none().then_some(*fix)
    });
    let (now, preset) = (model.now, preset(model));
    change(model, |staged, view| {
        if let Some((_, Some(value))) = &staged.invalid {
            staged.typing = Some(Input::new(value.clone()));
            staged.typed_at = Some(now);
            read_field(staged, preset, &view);
        } else if let Some(fix) = fixed {
            close_field(staged);
            staged.qty = Some(fix.qty);
            staged.pricing = match fix.kind {
                OrderKind::Market => Pricing::Market,
                // A floating price that passes goes on floating.
                OrderKind::Limit(limit) if staged.spec.as_ref().and_then(|s| s.kind.limit()) != Some(limit) => {
                    Pricing::Fixed(limit)
                }
                _ => staged.pricing,
            };
        }
    });
}

/// A refused order comes back to the ticket as it was said.
fn restage(model: &mut Model, key: &OrderKey) {
    let Some(order) = select::order(model, key).filter(|o| o.state == OrderState::Rejected) else { return };
    let spec = order.spec.clone();
    let pricing = spec.kind.limit().map_or(Pricing::Market, Pricing::Fixed);
    put(model, spec.con_id, spec.verb, Some(spec.qty), pricing, (spec.tif, spec.session), Origin::Key);
}

/// What the guard thinks of an order on the ticket.
pub(super) fn assess(model: &Model, staged: &Staged, spec: &OrderSpec) -> Option<Assessment> {
    let live = select::live_of(model, spec.con_id);
    let ctx = select::context(model, spec.con_id, &live, staged.origin);
    match &staged.aim {
        Aim::New => Some(risk::assess(spec, &ctx)),
        Aim::Change(key) => Some(risk::assess_change(select::order(model, key)?, spec, &ctx)),
    }
}

/// Composes and judges what is staged again: the market, the position, the connection may have moved.
pub(in crate::app) fn refresh(model: &mut Model, step: &mut Step) {
    let Some(mut staged) = model.panes.ticket.staged.take() else { return };
    let spec = match &staged.spec {
        Some(pinned) if staged.confirming => Some(pinned.clone()),
        _ => view_of(model, &staged).and_then(|view| compose::compose(&staged, &view)),
    };
    let assessment = spec.as_ref().and_then(|spec| assess(model, &staged, spec));
    let floats = !matches!(staged.pricing, Pricing::Fixed(_) | Pricing::Market);
    // A tick under a floating price is no change of the order; everything else is.
    let same_order = match (&staged.spec, &spec) {
        (Some(old), Some(new)) if floats => OrderSpec { kind: new.kind, ..old.clone() } == *new,
        (old, new) => old == new,
    };
    let (before, after) = (heavy(staged.assessment.as_ref()), heavy(assessment.as_ref()));
    // A verdict that has become lighter does not have to be seen first.
    let heavier = after.iter().any(|found| !before.contains(found));
    let other_class = staged.assessment.as_ref().map(|a| a.class) != assessment.as_ref().map(|a| a.class);
    if !same_order || heavier || other_class {
        staged.dirty = true;
    }
    if staged.dirty || before != after {
        step.draw(Redraw::Now);
    }
    staged.spec = spec;
    staged.assessment = assessment;
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
