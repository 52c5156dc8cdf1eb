//! The blotter's own keys: an order in full, once more to the ticket, filter, sort, copy, other days.
//!
//! Must not know: the screen.

use tui_input::Input;

use super::{lists, ticket};
use crate::app::action::Way;
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::{Journal, Model, Overlay};
use crate::app::notices::Tone;
use crate::app::{blotter, select, words};
use crate::domain::order::{Order, OrderKey, OrderState};
use crate::panes::PaneKind;
use crate::panes::blotter::{Sort, Tab};

/// So many orders of other days come at once.
const PAGE: usize = 100;

/// The order that the selected row is about.
fn selected(model: &Model) -> Option<OrderKey> {
    match (&model.overlay, select::blotter_row(model)) {
        (Some(Overlay::Order { key, .. }), _) => Some(key.clone()),
        (_, Some(select::BlotterRow::Order(order))) => Some(order.key.clone()),
        (_, Some(select::BlotterRow::Execution(execution))) => {
            select::order_of(model, execution).map(|o| o.key.clone())
        }
        (_, None) => None,
    }
}

/// Opens the selected order in full.
pub(super) fn open(model: &mut Model) {
    match selected(model) {
        Some(key) => model.overlay = Some(Overlay::Order { key, top: 0 }),
        None => model.notices.say(model.now, Tone::Info, "No order is selected here.", None),
    }
}

/// Stages an order that has ended once more: what was left of one that was cancelled, else the whole.
pub(super) fn again(model: &mut Model) {
    let Some(key) = selected(model) else {
        return model.notices.say(model.now, Tone::Info, "No order is selected here.", None);
    };
    let Some(order) = blotter::order(model, &key) else { return };
    let name = select::order_name(order);
    let text = if order.state.is_live() {
        Some(format!("{name} has not ended; m changes it."))
    } else if order.remark.as_ref().is_some_and(|(_, text)| text.as_str() == words::GONE) {
        Some(format!("{name} may have filled: the broker does not say how it ended. Look at the position."))
    } else if let Some(kind) = &order.other_kind {
        Some(format!("{name} is a {kind} order, which this desk does not place."))
    } else if select::instrument(model, order.spec.con_id).is_none() {
        Some(format!("{} is not confirmed by the broker here; / finds it.", order.spec.symbol))
    } else {
        None
    };
    if let Some(text) = text {
        return model.notices.say(model.now, Tone::Info, text, Some(key));
    }
    let order = order.clone();
    model.overlay = None;
    ticket::restage(model, &rest(order));
}

/// The order as it is staged again.
fn rest(mut order: Order) -> Order {
    if order.state == OrderState::Cancelled
        && let Some(left) = order.spec.qty.minus(order.filled).filter(|left| left.is_positive())
    {
        order.spec.qty = left;
    }
    order
}

/// Puts the selected row on the terminal's clipboard.
pub(super) fn copy(model: &mut Model, step: &mut Step) {
    let opened = match &model.overlay {
        Some(Overlay::Order { key, .. }) => blotter::order(model, key).map(|o| blotter::copied(model, o)),
        _ => None,
    };
    let row = || match select::blotter_row(model)? {
        select::BlotterRow::Order(order) => Some(blotter::copied(model, order)),
        select::BlotterRow::Execution(execution) => Some(blotter::copied_execution(model, execution)),
    };
    let Some(text) = opened.or_else(row) else {
        return model.notices.say(model.now, Tone::Info, "Nothing is selected here.", None);
    };
    let said = format!("Copied, if the terminal allows it: {text}");
    step.push(Effect::Copy(text));
    model.notices.say(model.now, Tone::Info, said, None);
}

/// Opens the filter.
pub(super) fn filter(model: &mut Model) {
    model.overlay = Some(Overlay::Filter { input: Input::new(model.panes.blotter.filter.clone()) });
}

/// What is typed narrows the rows down at once.
pub(super) fn filtered(model: &mut Model) {
    let Some(Overlay::Filter { input }) = &model.overlay else { return };
    model.panes.blotter.filter = input.value().to_owned();
    (model.panes.blotter.top, model.panes.blotter.row) = (0, 0);
    lists::follow(model);
}

/// Sorts by the next column.
pub(super) fn sort(model: &mut Model, way: Way) {
    let blotter = &mut model.panes.blotter;
    let here = Sort::ALL.iter().position(|s| *s == blotter.sort).unwrap_or(0);
    let step = if way == Way::Down { 1 } else { Sort::ALL.len().saturating_sub(1) };
    let next = here.saturating_add(step).checked_rem(Sort::ALL.len()).unwrap_or(0);
    blotter.sort = Sort::ALL.get(next).copied().unwrap_or_default();
    lists::follow(model);
}

/// Asks the journal for older orders where the selection has come near the end of those that are here.
pub(super) fn want_days(model: &mut Model, step: &mut Step) {
    if model.panes.blotter.tab != Tab::Days {
        return;
    }
    let near = select::blotter_index(model).unwrap_or(0).saturating_add(PAGE / 4);
    let open = matches!(model.desk.journal, Journal::Open { .. });
    let days = &mut model.panes.blotter.days;
    if !open || days.asked || days.end || near < days.orders.len() {
        return;
    }
    days.asked = true;
    let before = days.orders.last().map(|o| (o.placed_at.wall, o.key.clone()));
    step.push(Effect::Recall { before, count: PAGE });
}

/// A page of older orders has come.
pub(in crate::app) fn recalled(model: &mut Model, step: &mut Step, orders: Result<Vec<Order>, String>) {
    let days = &mut model.panes.blotter.days;
    if let Some(left) = days.forgotten.checked_sub(1) {
        // The journal answers in order: this one belongs to rows that are gone.
        days.forgotten = left;
        return;
    }
    days.asked = false;
    match orders {
        Ok(orders) => {
            days.refused = None;
            days.end = orders.len() < PAGE;
            days.orders.extend(orders);
        }
        Err(why) => (days.end, days.refused) = (true, Some(why)),
    }
    if model.workspace.focus == PaneKind::Blotter {
        lists::follow(model);
    }
    step.draw(Redraw::Now);
}

/// Leaving the tab forgets what was read: it may have changed when it is opened again.
pub(super) fn forget_days(model: &mut Model) {
    if model.panes.blotter.tab != Tab::Days {
        let days = &mut model.panes.blotter.days;
        let forgotten = days.forgotten.saturating_add(u32::from(days.asked));
        *days = crate::panes::blotter::Days { forgotten, ..Default::default() };
    }
}
