//! The connection: what its states do to orders, quotes and questions.

use std::time::Duration;

use super::{arm, market, reconcile};
use crate::app::away::{self, End};
use crate::app::effect::{Redraw, Step};
use crate::app::model::{Model, Overlay};
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::broker::Link;
use crate::broker::event::Refusal;
use crate::domain::SafeText;

/// How far the two clocks may be apart: orders with a time would be early or late by as much.
const SKEW_MAX_MS: u64 = 2_000;

pub(super) fn heartbeat(model: &mut Model, step: &mut Step, round_trip: Duration) {
    // The gateway answers by itself also while it cannot reach IB.
    if !model.desk.ib_lost {
        model.desk.alive = Some(model.now);
    }
    model.desk.round_trip = Some(round_trip);
    step.draw(Redraw::Market);
}

/// The gateway's clock is not this machine's, or is again: which of the two is wrong nobody here can say.
pub(super) fn clock(model: &mut Model, step: &mut Step, ahead_ms: i64) {
    let ahead = Some(ahead_ms).filter(|ms| ms.unsigned_abs() > SKEW_MAX_MS);
    if ahead.is_some() && model.desk.clock_ahead.is_none() {
        let text = format!(
            "CLOCK: the gateway's clock is {} this machine's. Orders with a time (gtd, after, time conditions) are refused; \
             set the clock that is wrong.",
            words::skew(ahead_ms)
        );
        model.notices.say(model.now, Tone::Warn, text, None);
    }
    if ahead != std::mem::replace(&mut model.desk.clock_ahead, ahead) {
        step.draw(Redraw::Now);
    }
}

pub(super) fn changed(model: &mut Model, step: &mut Step, state: Link) {
    step.draw(Redraw::Now);
    let was_ready = select::is_current(model);
    if matches!(state, Link::Syncing { .. }) && model.desk.sync_from.is_none() {
        model.desk.sync_from = Some(model.now);
        model.desk.moved.clear();
    }
    let same = std::mem::discriminant(&state) == std::mem::discriminant(&model.desk.link);
    if !same {
        model.desk.link_at = model.now;
    }
    if was_ready && let Some(end) = gap(&state) {
        away::begin(model, end);
    }
    if gap(&state).is_some() {
        model.desk.arming.link_gone(model.now);
    }
    model.desk.link = state.clone();
    match state {
        Link::Dialling { address, why, next_in, .. } => {
            model.desk.alive = None;
            lost(model, step);
            if was_ready {
                model.notices.say(model.now, Tone::Warn, loss(model, &address, why, next_in), None);
            }
        }
        Link::Syncing { .. } => {}
        Link::Ready { account, client_id, .. } => {
            model.desk.account = Some(account);
            model.desk.client_id = client_id;
            model.desk.ib_lost = false;
            model.desk.alive = Some(model.now);
            if !std::mem::replace(&mut model.desk.subscribed, true) {
                market::ask_all(model, step);
            }
            if away::over(model) {
                tell_gap(model);
            }
            reconcile::send_wanted(model, step);
            arm::link_back(model, step);
            arm::greet(model);
        }
        Link::IbLost => {
            model.desk.alive = None;
            model.desk.ib_lost = true;
            let text = "IB's servers are not reachable (1100). Orders at the exchange live on; new orders wait, cancels go out unconfirmed.";
            model.notices.say(model.now, Tone::Warn, text, None);
        }
        Link::IbBack { data_kept } => {
            model.desk.ib_lost = false;
            if !data_kept {
                model.desk.feed_from = model.now;
            }
        }
        Link::Mute => {
            model.desk.alive = None;
            let text = "The gateway does not answer. What is on the screen may be old; new orders wait.";
            model.notices.say(model.now, Tone::Warn, text, None);
        }
        Link::Refused(why) => {
            model.desk.alive = None;
            lost(model, step);
            let code = why.code.map_or_else(String::new, |c| format!(" ({c})"));
            model.notices.say(model.now, Tone::Error, format!("{}{code}", why.text), None);
        }
    }
}

/// Whether a state begins a gap, and why.
fn gap(state: &Link) -> Option<End> {
    let end = |why: &str| Some(End::Connection(SafeText::new(why)));
    match state {
        Link::Dialling { why, .. } => end(why.as_ref().map_or("connection lost", |w| w.text.as_str())),
        Link::Refused(why) => end(&why.text),
        Link::IbLost => end("IB's servers were not reachable"),
        Link::Mute => end("the gateway did not answer"),
        Link::Syncing { .. } | Link::Ready { .. } | Link::IbBack { .. } => None,
    }
}

/// Opens the away screen, unless the trader's hands are on something: then a notice says where it is.
fn tell_gap(model: &mut Model) {
    let Some(away) = &model.away.told else { return };
    let changes = words::count(away.changes(), "thing");
    let free = model.overlay.is_none() && model.panes.ticket.staged.is_none() && model.pending.is_empty();
    if free {
        model.overlay = Some(Overlay::Away { top: 0 });
    } else {
        let text = format!("{changes} changed while you were away. g y tells.");
        model.notices.say(model.now, Tone::Warn, text, None);
    }
}

/// A market data farm went, or is there again. While one is gone, nothing but its own ticks proves a line alive: which
/// farm quotes which line IB does not say.
pub(super) fn farm(model: &mut Model, step: &mut Step, code: i32, text: &SafeText) {
    let name = text.rsplit(':').next().map(|name| SafeText::new(name.trim())).unwrap_or_default();
    let changed = match code {
        2103 => model.desk.farms_gone.insert(name),
        2104 | 2108 => model.desk.farms_gone.remove(&name),
        _ => false,
    };
    if changed {
        step.draw(Redraw::Now);
    }
}

/// The loss of the connection in words: why, what may still fill, when it is dialled again.
fn loss(model: &Model, address: &str, why: Option<Refusal>, next_in: Option<Duration>) -> String {
    // The reason is a sentence of its own; it mostly names the address already.
    let reason = why.map_or_else(|| "Connection lost".to_owned(), |w| w.text.trim_end_matches('.').to_owned());
    let head = if reason.contains(address) { reason } else { format!("{address}: {reason}") };
    let live = match model.orders.live().count() {
        0 => String::new(),
        n => format!(". {} may still fill at the broker", words::count(n, "order")),
    };
    let next = match next_in.map(|n| n.as_secs()) {
        None => "",
        Some(0) => "; dialling again at once",
        Some(seconds) => &format!("; dialling again in {seconds} s"),
    };
    format!("{head}{live}{next}.")
}

/// Nothing that was on its way is known any more.
fn lost(model: &mut Model, step: &mut Step) {
    model.market.asked.clear();
    model.desk.subscribed = false;
    model.desk.ib_lost = false;
    model.desk.farms_gone.clear();
    model.desk.clock_ahead = None;
    model.desk.feed_from = model.now;
    reconcile::link_lost(model, step);
}
