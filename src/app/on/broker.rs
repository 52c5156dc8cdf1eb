//! Events of the broker, by family.

use super::{bars, chronicle, facts, guard, link, market, others, reconcile, what_if};
use crate::app::effect::{Redraw, Step};
use crate::app::model::Model;
use crate::app::notices::Tone;
use crate::broker::Event;

/// Codes that say only that something is well (data farms are there, 2104, 2106, 2107, 2108, 2119, 2158).
const WELL: [i32; 6] = [2104, 2106, 2107, 2108, 2119, 2158];

pub(in crate::app) fn event(model: &mut Model, step: &mut Step, event: Event) {
    match event {
        Event::Link(state) => link::changed(model, step, state),
        Event::Heartbeat { round_trip } => link::heartbeat(model, step, round_trip),
        Event::GatewayClock { ahead_ms } => link::clock(model, step, ahead_ms),
        Event::Synced(snapshot) => reconcile::synced(model, step, *snapshot),
        Event::Others(answer) => others::listed(model, step, *answer),
        Event::Order(report) => facts::report(model, step, *report),
        Event::Status(report) => facts::status(model, step, &report),
        Event::OrderError { order_id, code, text } if what_if::error(model, step, order_id, code, &text) => {}
        Event::OrderError { order_id, code, text } => facts::error(model, step, order_id, code, text),
        Event::WhatIf { key, ids, answer } => what_if::answered(model, step, &key, ids, *answer),
        Event::Sent { key, ids } if what_if::numbered(model, &key, ids) => {}
        Event::Sent { key, ids } => facts::sent(model, step, &key, ids),
        Event::NotSent { key, why } if what_if::not_sent(model, step, &key, &why) => {}
        Event::NotSent { key, why } => facts::not_sent(model, step, &key, &why),
        Event::CancelNotSent { key, why, queued } => facts::cancel_not_sent(model, step, &key, &why, queued),
        Event::Execution(execution) => facts::execution(model, step, *execution),
        Event::Commission { exec_id, commission } => facts::commission(model, step, &exec_id, commission),
        Event::Position(report) => reconcile::position(model, step, report),
        Event::Account(values) => {
            if model.account != *values {
                chronicle::cash(model, step, &values);
                model.account = *values;
                step.draw(Redraw::Market);
            }
        }
        Event::Pnl(pnl) => {
            if model.account.pnl != pnl {
                model.account.pnl = pnl;
                guard::reduce_on_loss(model, step);
                step.draw(Redraw::Market);
            }
        }
        Event::PositionPnl { con_id, pnl, value } => {
            let now = model.now;
            if let Some(position) = model.positions.get_mut(&con_id)
                && (position.pnl != pnl || position.value != value)
            {
                (position.pnl, position.value, position.at) = (pnl, value, now);
                step.draw(Redraw::Market);
            }
        }
        Event::Found { job, result } => market::found(model, step, job, result),
        Event::Matches { job, result } => market::matches(model, step, job, result),
        Event::Bars { job, key, result } => bars::arrived(model, step, job, key, result),
        Event::OlderBars { job, key, result } => bars::older(model, step, job, key, result),
        Event::Bar { key, bar } => bars::changed(model, step, key, bar),
        Event::Quotes(quotes) => market::quotes(model, step, quotes),
        Event::Notice { code, text } => {
            link::farm(model, step, code, &text);
            if !WELL.contains(&code) {
                let text = if code == 0 { text.to_string() } else { format!("{text} ({code})") };
                model.notices.say(model.now, Tone::Warn, text, None);
                step.draw(Redraw::Now);
            }
        }
    }
}
