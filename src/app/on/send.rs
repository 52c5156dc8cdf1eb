//! Sending: too soon, pinned, judged, recorded. The only way from the ticket to [`Effect::Place`].

use std::time::Duration;

use super::act::By;
use super::chronicle;
use super::{room, ticket, unwind};
use crate::app::action::Way;
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::{Awaited, Journal, Model, Overlay, Wait};
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState};
use crate::panes::PaneKind;
use crate::panes::ticket::{Aim, Sending, Staged};
use crate::risk::{self, Approved, Assessment, Attached, Consent, Recent, Weight};
use crate::sentence::{Missing, Why};

/// After a typed character, and after a confirmation was painted, a send waits so long for the eye.
pub(super) const DWELL: Duration = Duration::from_millis(150);
/// An order that has not even been reported as sent by then is looked for.
const UNSENT: Duration = Duration::from_secs(3);
/// A run of nudges is one change, sent so long after the last.
const RUN: Duration = Duration::from_millis(350);
/// Orders remembered for the checks of duplicates and rates: more than a minute may have.
const RECENT_MAX: usize = 400;

/// Enter on the ticket.
pub(super) fn send(model: &mut Model, step: &mut Step, by: By) {
    debug_assert!(!by.burst, "act refuses bursts");
    if model.overlay.is_some() {
        return;
    }
    // The market and the clock have moved since the last message: what counts is the verdict of now.
    ticket::refresh(model, step);
    let previews = |s: &Staged| s.spec.as_ref().is_some_and(|spec| spec.attributes.preview);
    if model.panes.ticket.staged.as_ref().is_some_and(|s| previews(s)) {
        return super::what_if::ask(model, step);
    }
    let Some(staged) = &model.panes.ticket.staged else {
        let text = "Nothing is staged. b or s on a symbol stages an order.";
        return model.notices.say(model.now, Tone::Info, text, None);
    };
    if let Some(ago) = too_soon(model, staged) {
        return say_too_soon(model, ago);
    }
    let (Some(spec), Some(verdict)) = (staged.spec.clone(), &staged.assessment) else {
        let why = staged.invalid.as_ref().map_or_else(|| unsaid(staged), |(text, _)| text.clone());
        return model.notices.say(model.now, Tone::Warn, why, None);
    };
    if let Aim::Change(key) = &staged.aim
        && select::order(model, key).is_some_and(|o| o.spec == spec)
    {
        ticket::drop(model);
        return model.notices.say(model.now, Tone::Info, "Nothing was changed, so nothing was sent.", None);
    }
    match verdict.worst() {
        Some(Weight::Hard) => {
            let verdict = verdict.clone();
            chronicle::refused(model, step, key_of(&staged.aim).cloned().as_ref(), &spec, &verdict);
            refuse(model, &verdict);
        }
        worst if worst == Some(Weight::Confirm) || select::asks_anyway(model) => open_confirmation(model),
        _ => dispatch(model, step, Consent::None),
    }
}

/// The refusal of what is staged, as it was judged last, for the journal; nothing is judged again, nothing can go.
pub fn record_refusal(model: &Model) -> Step {
    let mut step = Step::default();
    if let Some(staged) = &model.panes.ticket.staged
        && let (Some(spec), Some(verdict)) = (&staged.spec, &staged.assessment)
    {
        chronicle::refused(model, &mut step, key_of(&staged.aim), spec, verdict);
    }
    step
}

/// How long ago the order changed, if it is too soon to send it: not painted yet, or just typed.
fn too_soon(model: &Model, staged: &Staged) -> Option<Duration> {
    let typed = staged.typed_at.map(|at| model.now.since(at)).filter(|ago| *ago < DWELL);
    if typed.is_some() {
        return typed;
    }
    let dwell = if staged.confirming { DWELL } else { Duration::ZERO };
    match staged.painted_at {
        _ if staged.dirty => Some(Duration::ZERO),
        None => Some(Duration::ZERO),
        Some(at) => Some(model.now.since(at)).filter(|ago| *ago < dwell),
    }
}

fn say_too_soon(model: &mut Model, ago: Duration) {
    let text = if ago.is_zero() {
        "Too soon, press again: the ticket had not been drawn yet. Nothing was sent.".to_owned()
    } else {
        format!("Too soon, press again: the ticket had changed {} ms before. Nothing was sent.", ago.as_millis())
    };
    model.notices.say(model.now, Tone::Warn, text, None);
}

/// Why there is no order yet.
fn unsaid(staged: &Staged) -> String {
    match &staged.refusal {
        Some(refusal) if matches!(refusal.why, Why::Missing(Missing::Bid | Missing::Ask | Missing::Last)) => {
            format!("No order yet: no price of {} is known. @ takes a price.", staged.symbol)
        }
        Some(refusal) => format!("No order yet: {refusal}."),
        None if staged.qty.is_none() => "No order yet: the size is missing.".into(),
        None => "No order yet: it cannot be said with what is known.".into(),
    }
}

/// Says what the guard refuses, and what would pass.
fn refuse(model: &mut Model, verdict: &Assessment) {
    let Some(worst) = verdict.findings.first() else { return };
    let fix = verdict.findings.iter().find_map(|f| f.fix.as_ref()).map(|spec| {
        let rule = select::instrument(model, spec.con_id).map(|i| &i.rule);
        format!(" Space takes {}.", words::brief(spec, rule))
    });
    let text = format!("{} ({}).{}", worst.text.trim_end_matches('.'), worst.code, fix.unwrap_or_default());
    model.notices.say(model.now, Tone::Warn, text, None);
}

/// Pins the order and asks for `ctrl-y`.
fn open_confirmation(model: &mut Model) {
    if let Some(staged) = &mut model.panes.ticket.staged {
        staged.typing = None;
        staged.before_typing = None;
        staged.confirming = true;
        staged.dirty = true;
        model.overlay = Some(Overlay::Confirm);
    }
}

/// `ctrl-y`, which exists in the confirmation alone.
pub(super) fn confirm(model: &mut Model, step: &mut Step) {
    ticket::refresh(model, step);
    let Some(staged) = &model.panes.ticket.staged else { return };
    if !matches!(model.overlay, Some(Overlay::Confirm)) || !staged.confirming {
        return;
    }
    if let Some(ago) = too_soon(model, staged) {
        return say_too_soon(model, ago);
    }
    // A way out cancels before it is judged again: what is refused by now cancels nothing.
    if let Some(verdict) = staged.assessment.clone().filter(|v| v.worst() == Some(Weight::Hard)) {
        return refuse(model, &verdict);
    }
    dispatch(model, step, Consent::Given);
}

/// Has the guard pass the order and hands it over; what the ticket says is what is sent.
fn dispatch(model: &mut Model, step: &mut Step, consent: Consent) {
    let Some(staged) = &model.panes.ticket.staged else { return };
    let Some(spec) = staged.spec.clone() else { return };
    let (aim, return_to) = (staged.aim.clone(), staged.return_to);
    let result = match &aim {
        // Without a journal the exit could not follow the cancels.
        Aim::Unwind => match own_name(model, 0) {
            Ok(_) => return unwind::run(model, step, consent),
            Err(why) => Err(Refusal::Desk(why)),
        },
        Aim::New if staged.room.is_some() => match own_name(model, 0) {
            Ok(_) => return room::run(model, step, consent),
            Err(why) => Err(Refusal::Desk(why)),
        },
        Aim::New => approve_new(model, staged, spec, consent),
        Aim::Change(key) => approve_change(model, staged, key, spec, consent),
    };
    match result {
        Ok(approved) => {
            if let Some(verdict) = model.panes.ticket.staged.as_ref().and_then(|s| s.assessment.clone()) {
                chronicle::passed(model, step, &approved, &verdict, consent);
            }
            hand_over(model, step, approved, &aim, return_to);
        }
        Err(Refusal::Desk(text)) => model.notices.say(model.now, Tone::Error, text, None),
        Err(Refusal::Guard(verdict)) => {
            if verdict.worst() == Some(Weight::Hard) {
                if let Some(spec) = model.panes.ticket.staged.as_ref().and_then(|s| s.spec.clone()) {
                    chronicle::refused(model, step, key_of(&aim), &spec, &verdict);
                }
                refuse(model, &verdict);
            } else {
                open_confirmation(model);
            }
            if let Some(staged) = &mut model.panes.ticket.staged {
                staged.assessment = Some(verdict);
                staged.dirty = true;
            }
        }
    }
}

/// The order a change is of.
const fn key_of(aim: &Aim) -> Option<&OrderKey> {
    match aim {
        Aim::New | Aim::Unwind => None,
        Aim::Change(key) => Some(key),
    }
}

/// Why an order does not go.
enum Refusal {
    /// The desk itself cannot send.
    Desk(String),
    /// The guard says no, or not yet.
    Guard(Assessment),
}

fn approve_new(model: &Model, staged: &Staged, spec: OrderSpec, consent: Consent) -> Result<Box<Approved>, Refusal> {
    let name = |nth: u32| own_name(model, nth).map_err(Refusal::Desk);
    let key = name(0)?;
    let spec = grouped(model, spec, &key);
    let mut exits = Vec::new();
    for (nth, exit) in (1..).zip(&staged.exits) {
        let mut exit = exit.clone();
        exit.attributes.oca = exit.attributes.oca.map(|oca| oca.on_wire(key.as_str()));
        exits.push(Attached { key: name(nth)?, spec: exit });
    }
    let live = select::live_of(model, spec.con_id);
    let ctx = select::context(model, spec.con_id, &live, staged.origin);
    risk::check_family(spec, key, exits, &ctx, consent).map(Box::new).map_err(Refusal::Guard)
}

/// The name of the order that is sent next, or of the `nth` after it; or why none is sent: without a journal nothing is.
pub(super) fn own_name(model: &Model, nth: u32) -> Result<OrderKey, String> {
    match &model.desk.journal {
        Journal::Open { tag, run } => {
            let (number, by) =
                (model.desk.next_ref.saturating_add(nth), if model.desk.commanded { COMMANDED } else { "" });
            Ok(OrderKey::own(&format!("{tag}-{}-{number}{by}", base32(*run))))
        }
        Journal::Opening => Err("The journal is not open yet. Nothing was sent.".into()),
        Journal::Failed(why) => Err(format!("The journal cannot be written: {why}. Nothing was sent.")),
    }
}

/// How many digits a run's number has in an `orderRef`.
const RUN_DIGITS: usize = 6;
/// What ends the name of an order of a command.
const COMMANDED: &str = "c";

/// Whether a name is one that a command of this program gives its orders, in whatever seat.
pub(super) fn is_of_command(name: &str) -> bool {
    let mut parts = name.split('-');
    let (Some(tag), Some(run), Some(last), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let number = last.strip_suffix(COMMANDED).and_then(|number| number.parse::<u32>().ok());
    !tag.is_empty() && run.len() == RUN_DIGITS && number.is_some()
}

/// The order with its group as it would stand on the wire now: what the guard judges is what is sent.
pub(super) fn as_sent(model: &Model, spec: OrderSpec) -> OrderSpec {
    let key = own_name(model, 0).unwrap_or_else(|_| OrderKey::own("next"));
    grouped(model, spec, &key)
}

fn grouped(model: &Model, mut spec: OrderSpec, key: &OrderKey) -> OrderSpec {
    let con_id = spec.con_id;
    spec.attributes.oca =
        spec.attributes.oca.map(|oca| select::group(model, con_id, &oca).unwrap_or_else(|| oca.on_wire(key.as_str())));
    spec
}

/// Whether the trader has agreed to this step of a plan. The key that began the plan answers what the session asks of every
/// order, also where it has come to ask only since; beyond that every check that asks was seen before that key.
fn agreed(model: &Model, verdict: &Assessment, (consent, seen): &(Consent, Vec<&'static str>)) -> Consent {
    let asks = |f: &&risk::Finding| f.weight == Weight::Confirm;
    if !verdict.findings.iter().filter(asks).all(|f| seen.contains(&f.code)) {
        return Consent::None;
    }
    let needed = select::asks_anyway(model) || verdict.findings.iter().any(|f| asks(&f));
    if needed { Consent::Given } else { *consent }
}

/// Sends an exit whose trader has agreed to it before: counted, judged, handed over; or gives it back.
pub(super) fn now(
    model: &mut Model,
    step: &mut Step,
    mut staged: Staged,
    given: &(Consent, Vec<&'static str>),
) -> Result<(), Box<Staged>> {
    let composed = ticket::view_of(model, &staged).and_then(|view| ticket::composed(&staged, &view));
    let Some(order) = composed else { return Err(Box::new(staged)) };
    (staged.spec, staged.exits, staged.text) = (Some(order.spec.clone()), order.exits, Some(order.text));
    let Some(verdict) = ticket::assess(model, &staged, &order.spec, &staged.exits) else {
        return Err(Box::new(staged));
    };
    let consent = agreed(model, &verdict, given);
    match approve_new(model, &staged, order.spec, consent) {
        Ok(approved) => {
            chronicle::passed(model, step, &approved, &verdict, consent);
            let busy = model.panes.ticket.staged.take();
            let overlay = model.overlay.take();
            hand_over(model, step, approved, &Aim::New, staged.return_to);
            (model.panes.ticket.staged, model.overlay) = (busy, overlay);
            Ok(())
        }
        Err(Refusal::Guard(verdict)) => {
            if let Some(spec) = &staged.spec {
                chronicle::refused(model, step, None, spec, &verdict);
            }
            staged.assessment = Some(verdict);
            Err(Box::new(staged))
        }
        Err(Refusal::Desk(_)) => Err(Box::new(staged)),
    }
}

/// A change as it is sent. Where a trail has moved to only the broker knows: what was last heard of it goes back only where
/// the trader has moved it.
fn as_changed(order: &Order, mut spec: OrderSpec) -> OrderSpec {
    if let (OrderKind::Trail { from: was, .. }, OrderKind::Trail { from, .. }) = (&order.spec.kind, &mut spec.kind)
        && was == from
    {
        *from = None;
    }
    spec
}

/// Sends a changed version of a working order that the trader has agreed to before, or says why not.
pub(super) fn change_now(
    model: &mut Model,
    step: &mut Step,
    key: &OrderKey,
    spec: OrderSpec,
    given: &(Consent, Vec<&'static str>),
) -> Result<(), String> {
    own_name(model, 0)?;
    let order = select::order(model, key).ok_or("an order is not known any more")?;
    if let Some(why) = ticket::unchangeable(model, order) {
        return Err(why);
    }
    let live = select::live_of(model, spec.con_id);
    let ctx = select::context(model, spec.con_id, &live, risk::Origin::Key);
    let spec = as_changed(order, spec);
    let verdict = risk::assess_change(order, &spec, &ctx);
    let consent = agreed(model, &verdict, given);
    let checked = risk::check_change(order, spec.clone(), &ctx, consent);
    match checked {
        Ok(approved) => {
            chronicle::passed(model, step, &approved, &verdict, consent);
            begin_change(model, key, spec);
            step.push(Effect::Place(Box::new(approved)));
            Ok(())
        }
        Err(verdict) => {
            chronicle::refused(model, step, Some(key), &spec, &verdict);
            Err(first(&verdict))
        }
    }
}

/// Sends an order beside another, which alone has the ticket; its name, or why not.
pub(super) fn quietly(
    model: &mut Model,
    step: &mut Step,
    spec: &OrderSpec,
    given: &(Consent, Vec<&'static str>),
) -> Result<OrderKey, String> {
    let (sending, focus) = (model.panes.ticket.sending.take(), model.workspace.focus);
    let sent = exit_now(model, step, spec, given, focus);
    model.panes.ticket.sending = sending;
    sent
}

/// Sends an exit that the trader has agreed to before, exactly as it is; its name, or why not. What is staged stays.
pub(super) fn exit_now(
    model: &mut Model,
    step: &mut Step,
    spec: &OrderSpec,
    given: &(Consent, Vec<&'static str>),
    return_to: PaneKind,
) -> Result<OrderKey, String> {
    let key = own_name(model, 0)?;
    let live = select::live_of(model, spec.con_id);
    let ctx = select::context(model, spec.con_id, &live, risk::Origin::Key);
    let verdict = risk::assess(spec, &ctx);
    let consent = agreed(model, &verdict, given);
    match risk::check_new(spec.clone(), key.clone(), &ctx, consent) {
        Ok(approved) => {
            chronicle::passed(model, step, &approved, &verdict, consent);
            let busy = (model.panes.ticket.staged.take(), model.overlay.take());
            hand_over(model, step, Box::new(approved), &Aim::New, return_to);
            (model.panes.ticket.staged, model.overlay) = busy;
            Ok(key)
        }
        Err(verdict) => {
            chronicle::refused(model, step, None, spec, &verdict);
            Err(first(&verdict))
        }
    }
}

/// The heaviest thing that stands against an order.
pub(super) fn first(verdict: &Assessment) -> String {
    let said = |f: &risk::Finding| format!("{} ({})", f.text.trim_end_matches('.'), f.code);
    verdict.findings.first().map_or_else(|| "it asks for a confirmation".to_owned(), said)
}

fn approve_change(
    model: &Model,
    staged: &Staged,
    key: &OrderKey,
    spec: OrderSpec,
    consent: Consent,
) -> Result<Box<Approved>, Refusal> {
    own_name(model, 0).map_err(Refusal::Desk)?;
    let Some(order) = select::order(model, key) else {
        return Err(Refusal::Desk("The order is not known any more. Nothing was sent.".into()));
    };
    if let Some(why) = ticket::unchangeable(model, order) {
        return Err(Refusal::Desk(format!("{why} Nothing was sent.")));
    }
    let live = select::live_of(model, spec.con_id);
    let ctx = select::context(model, spec.con_id, &live, staged.origin);
    risk::check_change(order, as_changed(order, spec), &ctx, consent).map(Box::new).map_err(Refusal::Guard)
}

/// The run's number in the digits of an `orderRef`: six of base 32, without letters that look like digits.
fn base32(run: u32) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digit = |place: u32| {
        let index = run.checked_shr(place.saturating_mul(5)).unwrap_or(0) & 31;
        DIGITS.get(usize::try_from(index).unwrap_or(0)).copied().unwrap_or(b'0')
    };
    (0..6u32).rev().map(|place| char::from(digit(place))).collect()
}

fn hand_over(model: &mut Model, step: &mut Step, approved: Box<Approved>, aim: &Aim, return_to: PaneKind) {
    let at = model.now;
    let (key, spec) = (approved.key().clone(), approved.spec().clone());
    let rule = select::instrument(model, spec.con_id).map(|i| i.rule.clone());
    let said = model.panes.ticket.staged.as_ref().and_then(|s| s.text.clone());
    let sentence = said.unwrap_or_else(|| words::sentence(&spec, rule.as_ref()));
    match aim {
        Aim::New | Aim::Unwind => {
            let family = u32::try_from(approved.exits().len()).unwrap_or(u32::MAX).saturating_add(1);
            model.desk.next_ref = model.desk.next_ref.saturating_add(family);
            begin(model, key.clone(), spec.clone(), None);
            for exit in approved.exits() {
                begin(model, exit.key.clone(), exit.spec.clone(), Some(key.clone()));
            }
            model.orders.recent.insert(0, Recent { spec, at, key: key.clone() });
            model.orders.recent.truncate(RECENT_MAX);
            model.panes.ticket.sending =
                Some(Sending { key, sentence, checked_at: at, journaled: None, sent_at: None, return_to });
        }
        Aim::Change(_) => {
            begin_change(model, &key, spec);
            ticket::return_focus(model, return_to);
        }
    }
    model.notices.dismiss_errors();
    model.panes.ticket.staged = None;
    if matches!(model.overlay, Some(Overlay::Confirm)) {
        model.overlay = None;
    }
    step.push(Effect::Place(approved));
    step.draw(Redraw::Now);
}

/// An order whose intent is being recorded stands in the blotter at once.
fn begin(model: &mut Model, key: OrderKey, spec: OrderSpec, parent: Option<OrderKey>) {
    let at = model.now;
    let order = Order::new(key.clone(), BrokerIds::default(), spec, OrderState::Sending, at);
    model.orders.all.insert(key.clone(), Order { parent, ..order });
    model.orders.waits.insert(key, Wait { what: Awaited::Order, until: at.plus(UNSENT), sent: false });
}

/// The new terms stand beside the old ones until the broker has answered.
fn begin_change(model: &mut Model, key: &OrderKey, spec: OrderSpec) {
    let at = model.now;
    if let Some(order) = model.orders.all.get_mut(key) {
        let before = std::mem::replace(&mut order.spec, spec);
        order.before_change = Some(Box::new(before));
        model.orders.waits.insert(key.clone(), Wait { what: Awaited::Change, until: at.plus(UNSENT), sent: false });
    }
}

/// `+` and `-`: one tick more on the run.
pub(super) fn nudge(model: &mut Model, step: &mut Step, way: Way) {
    let Some(key) = ticket::meant(model) else { return };
    let Some(order) = select::order(model, &key) else { return };
    let under_way = model.orders.nudge.as_ref().filter(|(k, _, _)| *k == key).map(|(_, price, _)| *price);
    // A run may go on while its last change is unanswered; it is sent once that is.
    if let Some(why) = ticket::unchangeable(model, order).filter(|_| order.before_change.is_none()) {
        return model.notices.say(model.now, Tone::Warn, why, Some(key));
    }
    let Some(now) = under_way.or_else(|| order.spec.kind.handle()) else {
        let text = format!("{} has no price to move.", select::order_name(order));
        return model.notices.say(model.now, Tone::Warn, text, Some(key));
    };
    let Some(instrument) = select::instrument(model, order.spec.con_id) else { return };
    let ticks = if way == Way::Up { 1 } else { -1 };
    let Some(next) = instrument.rule.step(now, ticks).filter(|p| p.is_positive()) else { return };
    let quote = model.market.quotes.get(&order.spec.con_id).map_or((None, None, None), |q| (q.bid, q.ask, q.last));
    let past = ticket::stop_at(&order.spec.kind).and_then(|_| ticket::is_past(order.spec.side, next, quote));
    if past == Some(true) {
        let at = words::price(model, order.spec.con_id, next);
        let text = format!(
            "The market is past {at} already: a stop there would be triggered at once. It was not moved there."
        );
        return model.notices.say(model.now, Tone::Warn, text, Some(key));
    }
    if model.orders.nudge.as_ref().is_some_and(|(k, _, _)| *k != key) {
        // Another order's run ends where it stands.
        nudge_now(model, step);
    }
    model.orders.nudge = Some((key, next, model.now.plus(RUN)));
}

/// The run may have come to its end.
pub(super) fn nudge_due(model: &mut Model, step: &mut Step) {
    let due = model.orders.nudge.as_ref().is_some_and(|(_, _, until)| until.mono <= model.now.mono);
    if due {
        nudge_now(model, step);
    }
}

/// Sends the run as one change; in live, or where the guard asks, it goes to the confirmation instead.
fn nudge_now(model: &mut Model, step: &mut Step) {
    let Some((key, price, _)) = model.orders.nudge.take() else { return };
    let Some(order) = select::order(model, &key) else { return };
    step.draw(Redraw::Now);
    if order.before_change.is_some() {
        model.orders.nudge = Some((key, price, model.now.plus(RUN)));
        return;
    }
    if let Some(why) = ticket::unchangeable(model, order) {
        return model.notices.say(model.now, Tone::Warn, why, Some(key));
    }
    let spec = OrderSpec { kind: order.spec.kind.with_handle(price), ..order.spec.clone() };
    if spec == order.spec {
        return;
    }
    let spec = as_changed(order, spec);
    let live = select::live_of(model, spec.con_id);
    let ctx = select::context(model, spec.con_id, &live, risk::Origin::Key);
    if let Err(why) = own_name(model, 0) {
        return model.notices.say(model.now, Tone::Error, why, Some(key));
    }
    let verdict = risk::check_change(order, spec.clone(), &ctx, Consent::None);
    let assessed = risk::assess_change(order, &spec, &ctx);
    match verdict {
        Ok(approved) => {
            chronicle::passed(model, step, &approved, &assessed, Consent::None);
            begin_change(model, &key, spec);
            step.push(Effect::Place(Box::new(approved)));
        }
        Err(verdict) if verdict.worst() == Some(Weight::Hard) => {
            chronicle::refused(model, step, Some(&key), &spec, &verdict);
            refuse(model, &verdict);
        }
        Err(_) => {
            // Staged as a change at the price it was run to, with the confirmation open; another staged order is not
            // pushed off the ticket for it.
            if model.panes.ticket.staged.is_some() || model.overlay.is_some() {
                let name = select::order_name(order);
                let text = format!("{name} was not moved: it needs ctrl-y, and the screen is in use.");
                return model.notices.say(model.now, Tone::Warn, text, Some(key));
            }
            let staged = ticket::change_of(order, spec.kind, model.workspace.focus);
            model.panes.ticket.staged = Some(Box::new(Staged { spec: Some(spec), confirming: true, ..staged }));
            model.overlay = Some(Overlay::Confirm);
        }
    }
}
