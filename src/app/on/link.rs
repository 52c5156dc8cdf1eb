//! The connection: what its states do to orders, quotes and questions.

use std::time::Duration;

use super::{market, reconcile};
use crate::app::effect::{Redraw, Step};
use crate::app::model::Model;
use crate::app::notices::Tone;
use crate::app::{select, words};
use crate::broker::Link;

pub(super) fn heartbeat(model: &mut Model, step: &mut Step, round_trip: Duration) {
    model.desk.alive = Some(model.now);
    model.desk.round_trip = Some(round_trip);
    step.draw(Redraw::Market);
}

pub(super) fn changed(model: &mut Model, step: &mut Step, state: Link) {
    step.draw(Redraw::Now);
    let was_ready = select::is_current(model);
    if matches!(state, Link::Syncing { .. }) && model.desk.sync_from.is_none() {
        model.desk.sync_from = Some(model.now);
    }
    let same = std::mem::discriminant(&state) == std::mem::discriminant(&model.desk.link);
    if !same {
        model.desk.link_at = model.now;
    }
    model.desk.link = state.clone();
    match state {
        Link::Dialling { address, why, next_in, .. } => {
            model.desk.alive = None;
            lost(model, step);
            if was_ready {
                let working = select::working_count(model);
                let reason = why.map_or_else(|| "Connection lost".into(), |w| w.text.to_string());
                let next = next_in.map_or_else(String::new, |n| format!("; dialling again in {} s", n.as_secs()));
                let tail = if working > 0 {
                    format!(". {} may still fill at the broker", words::count(working, "order"))
                } else {
                    String::new()
                };
                model.notices.say(model.now, Tone::Warn, format!("{address}: {reason}{tail}{next}."), None);
            }
        }
        Link::Syncing { .. } => {}
        Link::Ready { account, client_id, .. } => {
            model.desk.account = Some(account);
            model.desk.client_id = client_id;
            model.desk.alive = Some(model.now);
            if !std::mem::replace(&mut model.desk.subscribed, true) {
                market::ask_all(model, step);
            }
            reconcile::send_wanted(model, step);
        }
        Link::IbLost => {
            model.desk.alive = None;
            let text = "IB's servers are not reachable (1100). Orders at the exchange live on; new orders wait, cancels go out unconfirmed.";
            model.notices.say(model.now, Tone::Warn, text, None);
        }
        Link::IbBack { .. } => {}
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

/// Nothing that was on its way is known any more.
fn lost(model: &mut Model, step: &mut Step) {
    model.market.asked.clear();
    model.desk.subscribed = false;
    reconcile::link_lost(model, step);
}
